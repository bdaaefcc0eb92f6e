"""Packages of any size, invented but always the same, for measuring.

    python benchmarks/invented.py FOLDER ROWS [--dirty SHARE | --parquet]
    python benchmarks/invented.py FOLDER FIGURES --traceable [--texts]

DuckDB computes every cell from the number of its row and writes the files: no table is held in
Python. What was broken on purpose is counted in `planted.json`, by rule. With `--texts` the
articles are written too, into `texts/`: each figure has a sentence, and the hashes are theirs.
"""

import argparse
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

OUTCOMES = ("killed", "injured", "detained", "missing", "released", "harmed")
EVENT_TYPES = ("protest", "strike", "clash", "arson", "looting", "detention", "deployment",
               "statement", "resignation", "appointment", "blackout", "curfew")  # fmt: skip
CERTAINTIES = ("confirmed", "reported", "claimed", "alleged")
QUALIFIERS = ("exact", "more_than", "at_least", "at_most", "less_than", "approximately", "range",
              "vague")  # fmt: skip
PRECISIONS = ("day", "week", "month", "year")
KINDS = ("country", "region", "city", "site")
TYPES = {"integer": "BIGINT", "number": "DOUBLE", "date": "DATE"}
"""The columns' types in Parquet; all others are texts."""
PUBLISHERS = ("Morning Courier", "The Steppe, daily", "Агентство", "Norholm Post", "Wire 24")
NOUNS = ("square", "harbour", "station", "market", "bridge", "court", "“airport”", "өзен")


class Column(NamedTuple):
    """A column: its Table Schema, and its cell in SQL, where `i` is the number of the row."""

    name: str
    kind: str
    sql: str
    constraints: dict[str, Any]
    extra: dict[str, Any]


def column(name: str, sql: str, kind: str = "string", /, **limits: Any) -> Column:
    """A column; what begins with `kzdata:` among the limits is a property of the field."""
    extra = {key: limits.pop(key) for key in list(limits) if key.startswith("kzdata:")}
    return Column(name, kind, sql, limits, extra)


class Flaw(NamedTuple):
    """A way to break a row: which rule then speaks, in which column, and what stands there."""

    rule: str
    column: str
    sql: str
    findings: int = 1


class Plan(NamedTuple):
    """A table to be written.

    Attributes:
        name: Its name.
        rows: How many rows.
        columns: Its columns.
        schema: Further properties of its Table Schema.
        flaws: Ways to break a row.
        where: SQL: which rows are written.
    """

    name: str
    rows: int
    columns: list[Column]
    schema: dict[str, Any]
    flaws: tuple[Flaw, ...] = ()
    where: str = "true"


def chosen(values: tuple[str, ...], salt: int, index: str = "i") -> str:
    """SQL: one of the values, by the number of the row."""
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"([{listed}])[pick({index}, {salt}, {len(values)}) + 1]"


def reference(field: str, table: str | None, to: str | None = None) -> dict[str, Any]:
    """A foreign key of one column; no table for the column's own."""
    own = {"resource": table} if table else {}
    return {"fields": [field], "reference": {**own, "fields": [to or field]}}


def five_tables(rows: int) -> list[Plan]:
    """Five keyed tables of so many rows together, with every common constraint."""
    regions, sources = max(5, rows // 1000), max(10, rows // 50)
    places, events = max(20, rows * 8 // 100), rows * 30 // 100
    reports = rows - regions - sources - places - events
    day = "(DATE '2022-01-01' + CAST(pick(i, {salt}, 60) AS INTEGER))::VARCHAR"
    return [
        Plan("regions", regions, [
            column("region_id", "printf('RG-%06d', i)", pattern="RG-[0-9]{6}", required=True),
            column("name", f"'Region of the ' || {chosen(NOUNS, 1)} || ' ' || i",
                   minLength=3, maxLength=80, required=True),
            column("kind", chosen(KINDS, 2), enum=list(KINDS)),
        ], {"primaryKey": ["region_id"]}),
        Plan("sources", sources, [
            column("source_id", "printf('SO-%07d', i)", pattern="SO-[0-9]{7}", required=True),
            column("title", f"'About the ' || {chosen(NOUNS, 1)} || ', part ' || i",
                   maxLength=200, required=True),
            column("publisher", chosen(PUBLISHERS, 2), required=True),
            column("url", "'https://example.org/' || pick(i, 3, 1000) || '/' || i", format="uri"),
            column("published_on", day.format(salt=4), "date", minimum="2000-01-01", required=True),
            column("text_sha256", "sha256(i::VARCHAR)", pattern="[0-9a-f]{64}"),
            column("text_length", "pick(i, 5, 20000)::VARCHAR", "integer", minimum=0),
        ], {"primaryKey": ["source_id"]}, (
            Flaw("cell-pattern", "text_sha256", "'x' || substr(text_sha256, 2)"),
            Flaw("cell-type", "published_on", "'2022-02-30'"),
            Flaw("cell-type", "text_length", "'12.5'"),
            Flaw("cell-required", "publisher", "NULL"),
        )),
        Plan("places", places, [
            column("place_id", "printf('PL-%08d', i)", pattern="PL-[0-9]{8}", required=True),
            column("region_id", f"printf('RG-%06d', pick(i, 1, {regions}))",
                   pattern="RG-[0-9]{6}", required=True),
            column("name", f"{chosen(NOUNS, 2)} || ' ' || i", minLength=3, maxLength=80),
            column("kind", chosen(KINDS, 3), enum=list(KINDS)),
            column("latitude", "printf('%.5f', pick(i, 4, 17000000) / 100000 - 85)", "number",
                   minimum=-90, maximum=90),
            column("longitude", "printf('%.5f', pick(i, 5, 35000000) / 100000 - 175)", "number",
                   minimum=-180, maximum=180),
        ], {"primaryKey": ["place_id"], "foreignKeys": [reference("region_id", "regions")]}, (
            Flaw("foreign-key", "region_id", "'RG-999999'"),
            Flaw("cell-maximum", "latitude", "'95.5'"),
            Flaw("cell-enum", "kind", "'planet'"),
            Flaw("cell-min-length", "name", "'x'"),
        )),
        Plan("events", events, [
            column("event_id", "printf('EV-%08d', i)", pattern="EV-[0-9]{8}", required=True),
            column("place_id", f"printf('PL-%08d', pick(i, 1, {places}))",
                   pattern="PL-[0-9]{8}", required=True),
            column("event_type", chosen(EVENT_TYPES, 2), enum=list(EVENT_TYPES), required=True),
            column("title", f"""'A crowd' || CASE pick(i, 3, 20) WHEN 0 THEN ', and its "leaders",'
                WHEN 1 THEN ', it is said,' ELSE '' END || ' at the ' || {chosen(NOUNS, 4)}""",
                   minLength=5, maxLength=100, required=True),
            column("date_start", day.format(salt=5), "date", minimum="2000-01-01"),
            column("date_end", f"CASE WHEN pick(i, 6, 2) = 0 THEN {day.format(salt=5)} END",
                   "date"),
            column("certainty", chosen(CERTAINTIES, 7), enum=list(CERTAINTIES)),
        ], {"primaryKey": ["event_id"], "foreignKeys": [reference("place_id", "places")]}, (
            Flaw("foreign-key", "place_id", "'PL-99999999'"),
            Flaw("cell-enum", "event_type", "'picnic'"),
            Flaw("cell-type", "date_start", "'2022-02-30'"),
            Flaw("cell-max-length", "title", "repeat('long ', 30)"),
            Flaw("cell-required", "title", "NULL"),
        )),
        Plan("reports", reports, [
            column("report_id", "printf('RP-%08d', i)", pattern="RP-[0-9]{8}", required=True),
            column("event_id", f"printf('EV-%08d', pick(i, 1, {events}))",
                   pattern="EV-[0-9]{8}", required=True),
            column("source_id", f"printf('SO-%07d', pick(i, 2, {sources}))",
                   pattern="SO-[0-9]{7}", required=True),
            column("outcome", chosen(OUTCOMES, 3), enum=list(OUTCOMES), required=True),
            column("value_low", "pick(i, 4, 9000)::VARCHAR", "integer", minimum=0),
            column("value_high", "CASE WHEN pick(i, 5, 3) > 0 THEN (pick(i, 4, 9000) + 7)::VARCHAR "
                   "END", "integer", minimum=0, maximum=100000000),
            column("place_id", f"""CASE WHEN pick(i, 12, 4) > 0
                THEN printf('PL-%08d', pick(i, 13, {places})) END""", pattern="PL-[0-9]{8}"),
            column("share", "printf('%.3f', pick(i, 6, 1000) / 1000)", "number", minimum=0,
                   maximum=1),
            column("qualifier", chosen(QUALIFIERS, 7), enum=list(QUALIFIERS)),
            column("as_of", day.format(salt=8), "date"),
            column("as_of_precision", chosen(PRECISIONS, 14), enum=list(PRECISIONS)),
            column("checksum", "substr(sha256(i::VARCHAR), 1, 16)", pattern="[0-9a-f]{16}",
                   required=True),
            column("note", f"""CASE pick(i, 9, 5) WHEN 0 THEN 'said near the ' ||
                {chosen(NOUNS, 10)} || ', ' || pick(i, 11, 100) || ' minutes later' END""",
                   maxLength=200),
        ], {"primaryKey": ["report_id"], "foreignKeys": [
            reference("event_id", "events"), reference("source_id", "sources"),
            reference("place_id", "places")]}, (
            Flaw("foreign-key", "event_id", "'EV-99999999'"),
            Flaw("foreign-key", "source_id", "'SO-9999999'"),
            Flaw("cell-enum", "outcome", "'promoted'"),
            Flaw("cell-minimum", "value_low", "'-1'"),
            Flaw("cell-type", "value_low", "'1e3'"),
            Flaw("cell-type", "as_of", "'5 January'"),
            Flaw("primary-key", "report_id", "printf('RP-%08d', i - 1)", 2),
            Flaw("cell-maximum", "share", "'1.5'"),
            Flaw("cell-pattern", "checksum", "upper(checksum) || 'g'"),
        )),
    ]  # fmt: skip


# ------------------------------------------------------------------------------ receipts

PER_ARTICLE = 20
"""Figures of one article; each has 200 characters of it."""
PER_INCIDENT = 10
PER_LINK = 50
VERBS = ("drowned", "hurt", "rescued", "missing", "homeless", "fled")
HEDGES = ("exact", "more_than", "at_least", "approximately", "at_most", "vague")
CROWDS = ("people", "children", "police")
POLICIES = ("cautious", "literal")
LAND = 999
"""Number of the place that all others are part of: a land of 333 towns with two quarters each."""
CELLS = ("span_id", "incident_id", "outcome", "value_text", "value_low", "value_high",
         "qualifier", "place_id", "as_of", "as_of_precision")  # fmt: skip
ROLES = ("verbatim", "resolved", "coded", "verbatim", "normalised", "normalised", "normalised",
         "resolved", "normalised", "normalised", "coded")  # fmt: skip
"""Of the cells of a claim in turn, and of the kind of its incident."""
PASSAGE_OF = (0, 0, 0, 1, 1, 1, 1, 0, 2, 2, 0)
"""Which passage of a figure these edges lead to: the whole, the wording, the day."""
PARTS = len(ROLES)
MACROS = (
    "pick(i, salt, n) AS CAST(hash(i, salt) % CAST(n AS UBIGINT) AS BIGINT)",
    f"article(f) AS f // {PER_ARTICLE}",
    "written(a) AS DATE '2031-01-01' + CAST(pick(a, 50, 300) AS INTEGER)",
    "day(f) AS written(article(f)) - CAST(1 + pick(f, 51, 5) AS INTEGER)",
    f"hedge(f) AS {chosen(HEDGES, 52, 'f')}",
    f"verb(f) AS {chosen(VERBS, 54, 'f')}",
    f"crowd(f) AS {chosen(CROWDS, 56, 'f')}",
    f"""place(f) AS CASE WHEN pick(f, 58, 10) = 0 THEN {LAND}
        ELSE (article(f) % 333) * 3 + pick(f, 55, 3) END""",
    f"""name(p) AS CASE WHEN p = {LAND} THEN 'Norland' ELSE 'Norholm'
        || CASE p % 3 WHEN 1 THEN (p - 1) || ' Bay' ELSE p::VARCHAR END END""",
    f"whole(p) AS CASE WHEN p % 3 > 0 THEN p - p % 3 WHEN p < {LAND} THEN {LAND} END",
    f"named(i) AS CASE i % 4 WHEN 3 THEN {LAND} ELSE (i // 4 % 333) * 3 + i % 4 END",
    """size(f) AS CASE WHEN place(f) = 999 THEN 9000 WHEN place(f) % 3 = 0 THEN 3000 ELSE 1000 END
        // CASE crowd(f) WHEN 'people' THEN 1 ELSE 3 END""",
    "matter(f) AS hash(verb(f), crowd(f), place(f), day(f))",
    """number(f) AS 2 + CASE WHEN pick(f, 57, 20) = 0 THEN pick(f, 53, 9000)
        ELSE size(f) + pick(matter(f), 53, size(f) // 3) END""",
    """wording(f) AS CASE hedge(f) WHEN 'vague' THEN 'dozens' WHEN 'more_than' THEN 'more than '
        WHEN 'at_least' THEN 'at least ' WHEN 'approximately' THEN 'about '
        WHEN 'at_most' THEN 'up to ' ELSE '' END
        || CASE WHEN hedge(f) <> 'vague' THEN printf('%,d', number(f)) ELSE '' END""",
    "dayword(f) AS 'on ' || dayname(day(f))",
    """body(f) AS wording(f) || CASE hedge(f) WHEN 'vague' THEN ' of ' ELSE ' ' END || crowd(f)
        || ' were ' || verb(f) || ' in ' || name(place(f)) || ' '
        || dayword(f)""",
    """passage(f, part) AS CASE part WHEN 0 THEN body(f) WHEN 1 THEN wording(f)
        ELSE dayword(f) END""",
    f"""first(f, part) AS (f % {PER_ARTICLE}) * 200
        + CASE part WHEN 2 THEN length(body(f)) - length(dayword(f)) ELSE 0 END""",
)
"""The language of the invented articles: SQL functions of the number of a figure, `f`."""
SEAL = """seal(f, part) AS substr(sha256(digest(article(f)) || ':' || first(f, part) || ':' ||
        first(f, part) + length(passage(f, part)) || ':' || nth(f, part) || ':' ||
        passage(f, part)), 1, 16)"""
UNWRITTEN = (
    "digest(a) AS sha256(a::VARCHAR)",
    "nth(f, part) AS 1",
    "printed(a, p) AS true",
)
"""Of articles that are nowhere: the hash, which of equal passages is meant, and what they name."""
WRITTEN = (
    "digest(a) AS (SELECT t.digest FROM texts t WHERE t.article = a)",
    "words(a) AS (SELECT t.words FROM texts t WHERE t.article = a)",
    "until(f, part) AS words(article(f))[:first(f, part) + length(passage(f, part)) - 1]",
    """nth(f, part) AS 1 + (length(until(f, part))
        - length(replace(until(f, part), passage(f, part), ''))) // length(passage(f, part))""",
    "printed(a, p) AS contains(words(a), name(p))",
)
"""The same of articles that are written: passages before this one with the same words count."""
BESIDES = (
    "The wind rose over the dykes and fell again, and nobody knew why the bells were heard so far. "
)
TEXTS = f"""INSERT INTO texts
    SELECT article, words, sha256(words) AS digest FROM (
        SELECT article(f) AS article, string_agg(rpad(
            body(f) || ', the wardens of ' || name({LAND}) || ' said. ',
            199, repeat('{BESIDES}', 2)) || chr(10), '' ORDER BY f) AS words
        FROM range(? * {PER_ARTICLE}) r(f) GROUP BY article(f))"""
"""The articles: 200 characters a figure, the last of them the end of a line."""


def identified(name: str, prefix: str, sql: str, **more: Any) -> Column:
    """A column of identifiers such as `CL-00000001`."""
    pattern = f"{prefix}-[0-9]{{8}}"
    return column(name, f"printf('{prefix}-%08d', {sql})", pattern=pattern, required=True, **more)


def traceable(figures: int) -> list[Plan]:
    """So many figures with all their receipts, after the traceability profile."""
    articles = -(-figures // PER_ARTICLE)
    traced = {"kzdata:evidence": "required"}
    low = "CASE WHEN hedge(i) NOT IN ('at_most', 'vague') THEN number(i)::VARCHAR END"
    high = """CASE WHEN hedge(i) IN ('exact', 'approximately', 'at_most')
        THEN number(i)::VARCHAR END"""
    first = f"i * {PER_LINK}"
    turned = f"CAST(day({first} + 1) >= day({first}) AS INTEGER)"
    figure = {"text": "value_text", "low": "value_low", "high": "value_high",
              "qualifier": "qualifier", "span": "span_id"}  # fmt: skip
    return [
        Plan("articles", articles, [
            identified("article_id", "AR", "i"),
            column("text_sha256", "digest(i)", pattern="[0-9a-f]{64}", required=True),
            column("text_length", str(PER_ARTICLE * 200), "integer", minimum=1, required=True),
            column("published_on", "written(i)::VARCHAR", "date", required=True),
        ], {"primaryKey": ["article_id"], "kzdata:sources": {
            "id": "article_id", "sha256": "text_sha256", "length": "text_length",
            "published_on": "published_on", "written_on": "published_on"}}),
        Plan("spans", figures * 3, [
            identified("span_id", "SP", "i"),
            identified("article_id", "AR", "article(i // 3)"),
            column("char_start", "first(i // 3, i % 3)", "integer", minimum=0, required=True),
            column("char_end", "first(i // 3, i % 3) + length(passage(i // 3, i % 3))", "integer",
                   minimum=1, required=True),
            column("quote", "passage(i // 3, i % 3)", maxLength=100, required=True),
            column("occurrence", "nth(i // 3, i % 3)", "integer", minimum=1, required=True),
            column("checksum", "seal(i // 3, i % 3)", pattern="[0-9a-f]{16}", required=True),
        ], {"primaryKey": ["span_id"], "foreignKeys": [reference("article_id", "articles")],
            "kzdata:spans": {"id": "span_id", "source": "article_id", "start": "char_start",
                             "end": "char_end", "quote": "quote", "occurrence": "occurrence",
                             "checksum": "checksum", "maxLength": 100, "maxShare": 0.5}}),
        Plan("places", LAND + 1, [
            identified("place_id", "PL", "i"),
            column("name", "name(i)", maxLength=80, required=True),
            column("part_of", "printf('PL-%08d', whole(i))", pattern="PL-[0-9]{8}"),
        ], {"primaryKey": ["place_id"], "kzdata:parent": "part_of",
            "foreignKeys": [reference("part_of", None, "place_id")]}),
        Plan("populations", len(CROWDS), [
            column("population", f"{list(CROWDS)}[i + 1]", required=True),
            column("part_of", "CASE WHEN i > 0 THEN 'people' END"),
        ], {"primaryKey": ["population"], "kzdata:parent": "part_of",
            "foreignKeys": [reference("part_of", None, "population")]}),
        Plan("vague_terms", len(POLICIES), [
            column("term", "'dozens'", required=True),
            column("policy", f"{list(POLICIES)}[i + 1]", required=True),
            column("low", "24 + 12 * i", "integer", required=True),
            column("high", "99", "integer"),
        ], {"primaryKey": ["term", "policy"], "kzdata:policies": {
            "term": "term", "policy": "policy", "low": "low", "high": "high"}}),
        Plan("aliases", articles * 4, [
            identified("place_id", "PL", "named(i)"),
            column("alias", "name(named(i))", required=True),
            identified("article_id", "AR", "i // 4"),
        ], {"primaryKey": ["place_id", "alias", "article_id"],
            "foreignKeys": [reference("place_id", "places"), reference("article_id", "articles")],
            "kzdata:aliases": {"entity": "place_id", "alias": "alias", "source": "article_id",
                               "of": [{"resource": "places", "field": "place_id"}]}},
            where="printed(i // 4, named(i))"),
        Plan("codebook", len(VERBS) * 2, [
            column("field", "['claims.outcome', 'incidents.kind'][i % 2 + 1]", required=True),
            column("category", f"CASE i % 2 WHEN 0 THEN {list(VERBS)}[i // 2 + 1] ELSE 'flood' END",
                   required=True),
            column("term", f"{list(VERBS)}[i // 2 + 1]", required=True),
        ], {"primaryKey": ["field", "category", "term"], "kzdata:codebook": {
            "field": "field", "category": "category", "term": "term"}}),
        Plan("incidents", -(-figures // PER_INCIDENT), [
            identified("incident_id", "IN", "i"),
            column("kind", "'flood'", enum=["flood", "storm"], required=True, **traced),
            column("title", f"'Flood in ' || name(place(i * {PER_INCIDENT}))", required=True),
            column("day", f"day(i * {PER_INCIDENT})::VARCHAR", "date"),
            identified("place_id", "PL", f"place(i * {PER_INCIDENT})"),
        ], {"primaryKey": ["incident_id"], "foreignKeys": [reference("place_id", "places")],
            "kzdata:events": {"title": "title", "type": "kind", "place": "place_id"},
            "kzdata:dates": [{"start": "day"}]}),
        Plan("claims", figures, [
            identified("claim_id", "CL", "i"),
            identified("incident_id", "IN", f"i // {PER_INCIDENT}", **traced),
            identified("span_id", "SP", "i * 3", **traced),
            column("outcome", "verb(i)", enum=list(VERBS), **traced),
            column("value_text", "wording(i)", **traced),
            column("value_low", low, "integer", minimum=0, **traced),
            column("value_high", high, "integer", minimum=0, **traced),
            column("qualifier", "hedge(i)", enum=list(HEDGES), **traced),
            column("population", "crowd(i)"),
            identified("place_id", "PL", "place(i)", **traced),
            column("as_of", "day(i)::VARCHAR", "date", **traced),
            column("as_of_precision", "'day'", enum=["day", "week"], **traced),
        ], {"primaryKey": ["claim_id"], "foreignKeys": [
            reference("incident_id", "incidents"), reference("span_id", "spans"),
            reference("population", "populations"), reference("place_id", "places")],
            "kzdata:claims": {"outcome": "outcome", "deaths": ["drowned"], "event": "incident_id",
                              "population": "population", "place": "place_id"},
            "kzdata:principal": "span_id", "kzdata:figure": figure,
            "kzdata:dates": [{"start": "as_of", "precision": "as_of_precision"}]}),
        Plan("links", -(-figures // PER_LINK), [
            identified("claim_id", "CL", f"{first} + {turned}"),
            column("relation", f"""CASE WHEN i % 5 = 0 THEN 'retracts'
                WHEN i % 5 = 1 AND matter({first}) <> matter({first} + 1) THEN 'contradicts'
                ELSE 'updates' END""", enum=["contradicts", "retracts", "updates"],
                   required=True),
            identified("other_id", "CL", f"{first} + 1 - {turned}"),
        ], {"primaryKey": ["claim_id", "relation", "other_id"], "foreignKeys": [
            reference("claim_id", "claims"), reference("other_id", "claims", "claim_id")],
            "kzdata:links": {"claim": "claim_id", "relation": "relation", "other": "other_id",
                             "acyclic": ["updates"], "contradicts": ["contradicts"],
                             "supersedes": ["updates"], "retracts": ["retracts"]}},
             where=f"i * {PER_LINK} + 1 < {figures}"),
        _evidence(figures),
    ]  # fmt: skip


def _evidence(figures: int) -> Plan:
    """An edge for each filled cell of a claim, and one from its incident's kind."""
    f, part = f"(i // {PARTS})", f"(i % {PARTS} + 1)"
    kept = f"""NOT (({part} = 5 AND hedge({f}) IN ('at_most', 'vague'))
        OR ({part} = 6 AND hedge({f}) IN ('more_than', 'at_least', 'vague')))"""
    last = f"{part} = {PARTS}"
    return Plan("evidence", figures * PARTS, [
        column("record_id", f"""CASE WHEN {last} THEN printf('IN-%08d', {f} // {PER_INCIDENT})
               ELSE printf('CL-%08d', {f}) END""", pattern="[A-Z]{2}-[0-9]{8}", required=True),
        column("field", f"{[*CELLS, 'kind']}[{part}]", pattern="[a-z][a-z0-9_]*", required=True),
        identified("span_id", "SP", f"{f} * 3 + {list(PASSAGE_OF)}[{part}]"),
        column("role", f"{list(ROLES)}[{part}]", enum=sorted({*ROLES, "inferred"}), required=True),
        column("edges", f"CASE WHEN {last} THEN {PER_INCIDENT} ELSE 1 END", "integer", minimum=1,
               required=True),
        column("note", "NULL", maxLength=200),
    ], {"primaryKey": ["record_id", "field", "span_id"],
        "foreignKeys": [reference("span_id", "spans")],
        "kzdata:edges": {"record": "record_id", "field": "field", "span": "span_id",
                         "role": "role", "count": "edges", "note": "note"}},
        where=kept)  # fmt: skip


class Workshop:
    """Writes the tables of a plan into a folder.

    Args:
        folder: Where the package goes.
        dirty: Share of the rows to be broken; zero for none.
        articles: How many articles are written with their texts.
        parquet: Whether they are written as Parquet, with types.
    """

    def __init__(
        self, folder: Path, dirty: float, articles: int = 0, parquet: bool = False
    ) -> None:
        self._folder, self._parquet = folder, parquet
        self._block = round(1 / dirty) if dirty else 0
        self._duckdb = duckdb.connect()
        self._duckdb.execute("CREATE TABLE texts (article BIGINT, words VARCHAR, digest VARCHAR)")
        for macro in (*MACROS, *(WRITTEN if articles else UNWRITTEN), SEAL):
            self._duckdb.execute(f"CREATE MACRO {macro}")
        if articles:
            self._write_texts(articles)
        self.planted: dict[str, int] = {}

    def _write_texts(self, articles: int) -> None:
        (self._folder / "texts").mkdir(exist_ok=True)
        self._duckdb.execute(TEXTS, [articles])
        found = self._duckdb.execute("SELECT article, words FROM texts")
        while batch := found.fetchmany(1000):
            for article, words in batch:
                (self._folder / f"texts/{article}.txt").write_text(words, "utf-8", newline="")

    def write(self, plan: Plan) -> dict[str, Any]:
        """Write one table, and return its resource."""
        path = self._folder / f"{plan.name}.{'parquet' if self._parquet else 'csv'}"
        rows = f"""SELECT {self._flaw(plan)} AS flaw, i
            FROM range({plan.rows}) r(i) WHERE {plan.where}"""
        clean = ", ".join(f'{cell.sql} AS "{cell.name}"' for cell in plan.columns)
        cells = ", ".join(self._cell(plan, cell.name) for cell in plan.columns)
        written, form = f"SELECT {cells} FROM (SELECT i, flaw, {clean} FROM ({rows}))", "HEADER"
        if self._parquet:
            kinds = (f'CAST("{c.name}" AS {TYPES.get(c.kind, "VARCHAR")})' for c in plan.columns)
            named = (f'{kind} AS "{c.name}"' for kind, c in zip(kinds, plan.columns, strict=True))
            written, form = f"SELECT {', '.join(named)} FROM ({written})", "FORMAT parquet"
        self._duckdb.execute(f"COPY ({written}) TO '{path}' ({form})")
        self._count(plan, rows)
        return resource(path, plan)

    def _flaw(self, plan: Plan) -> str:
        """SQL: which flaw a row has, if any: one row in each block of rows, never its first."""
        if not self._block or not plan.flaws:
            return "NULL"
        block = f"(i // {self._block})"
        return f"""CASE WHEN i % {self._block} = 1 + pick({block}, 98, {self._block - 1})
            THEN pick({block}, 99, {len(plan.flaws)}) END"""

    def _cell(self, plan: Plan, name: str) -> str:
        flaws = [
            f"WHEN {number} THEN {flaw.sql}"
            for number, flaw in enumerate(plan.flaws)
            if flaw.column == name
        ]
        return f'CASE flaw {" ".join(flaws)} ELSE "{name}" END AS "{name}"' if flaws else name

    def _count(self, plan: Plan, rows: str) -> None:
        found = self._duckdb.execute(
            f"SELECT flaw, count(*) FROM ({rows}) WHERE flaw IS NOT NULL GROUP BY flaw"
        ).fetchall()
        for number, count in found:
            flaw = plan.flaws[number]
            self.planted[flaw.rule] = self.planted.get(flaw.rule, 0) + count * flaw.findings


def resource(path: Path, plan: Plan) -> dict[str, Any]:
    """The resource of a table that was written, sealed."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    fields = [
        {"name": cell.name, "type": cell.kind, **cell.extra}
        | {key: cell.constraints[key] for key in ("format",) if key in cell.constraints}
        | {"constraints": {k: v for k, v in cell.constraints.items() if k != "format"}}
        for cell in plan.columns
    ]
    return {
        "name": plan.name,
        "path": path.name,
        "bytes": path.stat().st_size,
        "hash": f"sha256:{digest}",
        "schema": {"fields": fields, **plan.schema},
    }


def write(
    folder: Path,
    plans: Iterator[Plan] | list[Plan],
    dirty: float = 0.0,
    articles: int = 0,
    parquet: bool = False,
) -> None:
    """Write a package, with the texts of so many articles."""
    folder.mkdir(parents=True, exist_ok=True)
    workshop = Workshop(folder, dirty, articles, parquet)
    resources = [workshop.write(plan) for plan in plans]
    (folder / "planted.json").write_text(json.dumps(workshop.planted, indent=2, sort_keys=True))
    described = {"name": "invented", "version": "1.0.0", "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(described, ensure_ascii=False, indent=2))


def main() -> None:
    """Write the package that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("rows", type=lambda text: int(float(text)))
    parser.add_argument("--traceable", action="store_true", help="ROWS counts figures")
    parser.add_argument("--texts", action="store_true", help="with --traceable: write articles")
    parser.add_argument("--dirty", type=float, default=0.0, metavar="SHARE")
    parser.add_argument("--parquet", action="store_true", help="typed Parquet, not CSV; clean")
    given = parser.parse_args()
    plans = traceable(given.rows) if given.traceable else five_tables(given.rows)
    articles = -(-given.rows // PER_ARTICLE) if given.texts else 0
    write(given.folder, plans, given.dirty, articles, given.parquet)


if __name__ == "__main__":
    main()
