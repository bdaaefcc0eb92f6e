"""Change any one thing in the shipped data and validation names the record.

One validation takes half a second, so many rows are changed at once and each of them must be
named, by its own id and where it makes sense by the changed column too. `test_one_by_one` checks a
sample without this shortcut.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import pytest

from kzdata.validation import Report, validate
from packages import Folder, Row

KEYS = {
    "casualty_reports": "report_id",
    "appointments": "appointment_id",
    "deployments": "deployment_id",
    "quantities": "quantity_id",
    "events": "event_id",
    "event_actors": "event_actor_id",
    "claim_links": "link_id",
    "source_spans": "span_id",
}
FIGURES = ("casualty_reports", "deployments", "quantities")
TRACED = (*FIGURES, "appointments", "events", "event_actors")
DATES = ("as_of", "effective_on", "date_start", "date_end")
CATEGORIES = (
    ("casualty_reports", "outcome"),
    ("casualty_reports", "population"),
    ("appointments", "action"),
    ("deployments", "status"),
    ("quantities", "measure"),
    ("events", "event_type"),
    ("events", "certainty"),
    ("event_actors", "role"),
)
MOST = 900  # changes at once: of more, some findings would only be counted
UNKNOWN = {"event_id": "EV-9999", "span_id": "SP-9999"}


Value = Callable[[Row], str | None]
"""What a row gets in place of a cell; None where it keeps it."""


class Change(NamedTuple):
    """Another value for one cell."""

    table: str
    at: int
    record: str
    column: str
    value: str


class Shipped:
    """A copy of the shipped package that is spoilt and mended again."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.tables = {table: folder.rows(table) for table in (*KEYS, "evidence")}

    @cached_property
    def edges(self) -> dict[tuple[str, str], list[Row]]:
        """The edges of each cell."""
        found: dict[tuple[str, str], list[Row]] = {}
        for edge in self.tables["evidence"]:
            found.setdefault((edge["record_id"], edge["field"]), []).append(edge)
        return found

    @cached_property
    def quotes(self) -> dict[str, str]:
        return {span["span_id"]: span["quote"] for span in self.tables["source_spans"]}

    def changes(self, tables: Iterable[str], column: str, value: Value) -> list[Change]:
        """A change in every row for which `value` gives something that does not stand there."""
        return [
            Change(table, index, row[KEYS[table]], column, new)
            for table in tables
            for index, row in enumerate(self.tables[table])
            if column in row and (new := value(row)) is not None and new != row[column]
        ]

    def columns(self, tables: Iterable[str]) -> Iterator[tuple[str, str, str, list[str]]]:
        """Foreign keys of one column: table, column, parent and the parent's keys."""
        for table in tables:
            for key in self.folder.schema(table)["foreignKeys"]:
                parent, (other,) = key["reference"]["resource"] or table, key["reference"]["fields"]
                yield table, key["fields"][0], parent, [r[other] for r in self.folder.rows(parent)]

    def report(self, tables: Mapping[str, Sequence[Row]], texts: Path | None = None) -> Report:
        """Validate with other rows in some tables, and put the old ones back."""
        kept = {table: self.folder.file(table).read_bytes() for table in tables}
        for table, rows in tables.items():
            self.folder.write(table, rows)
        self.folder.reseal()
        report = validate(self.folder.root, texts=texts)
        for table, data in kept.items():
            self.folder.file(table).write_bytes(data)
        assert not report.omitted, "too many changes at once; some are not told"
        return report

    def survivors(
        self, changes: Sequence[Change], texts: Path | None = None, by_column: bool = True
    ) -> list[Change]:
        """Those changes after which no error names the record, and the column if asked."""
        assert changes
        if len(changes) > MOST:
            halves = changes[: len(changes) // 2], changes[len(changes) // 2 :]
            return [c for half in halves for c in self.survivors(half, texts, by_column)]
        tables: dict[str, Sequence[Row]] = {}
        for change in changes:
            rows = tables.setdefault(change.table, [dict(r) for r in self.tables[change.table]])
            rows[change.at][change.column] = change.value
        named = names(self.report(tables, texts))
        return [c for c in changes if (c.record, c.column if by_column else None) not in named]

    def words(self, record: str, column: str) -> list[Row]:
        """The edges of a cell that are more than a reader's conclusion."""
        return [e for e in self.edges.get((record, column), []) if e["role"] != "inferred"]


def names(report: Report) -> set[tuple[str, str | None]]:
    """Records that errors name, with the field and without."""
    errors = [finding for finding in report if finding.severity == "error"]
    records = {(finding.record or "", finding.field) for finding in errors}
    return records | {(record, None) for record, _ in records}


@pytest.fixture
def shipped(copy: Folder) -> Shipped:
    return Shipped(copy)


def bumped(number: str, by: int) -> str:
    return str(int(number or 4) + by)


def shifted(day: str, by: int) -> str | None:
    return str(date.fromisoformat(day) + timedelta(days=by)) if day else None


def one_more(column: str) -> Value:
    return lambda row: bumped(row[column], 1)


def later(column: str, by: int) -> Value:
    return lambda row: shifted(row[column], by)


def looked_up(column: str, values: Mapping[str, str]) -> Value:
    """What another table of values has in its place."""
    return lambda row: values[row[column]]


def replaced(column: str, value: str) -> Value:
    """Another value where there is one."""
    return lambda row: value if row[column] else None


def filled(column: str, value: str) -> Value:
    """A value where there is none."""
    return lambda row: None if row[column] else value


def turned(column: str, known: list[str], by: int) -> Value:
    """Another of the known values, so many places further."""

    def other(row: Row) -> str | None:
        return known[(known.index(row[column]) + by) % len(known)] if row[column] else None

    return other


def with_one_other_letter(quote: str) -> str:
    middle = len(quote) // 2
    return quote[:middle] + ("x" if quote[middle] != "x" else "y") + quote[middle + 1 :]


def test_the_copy_is_valid(shipped: Shipped) -> None:
    """Catches a fixture that is invalid from the start, so that every mutation seems found."""
    report = shipped.report(dict(shipped.tables))
    assert report.valid
    assert report.rows["evidence"] == len(shipped.tables["evidence"]) > 1000


# ------------------------------------------------------------------------------ figures


@pytest.mark.parametrize("by", [1, -1])
@pytest.mark.parametrize("column", ["value_low", "value_high"])
def test_a_bound_changed_by_one_is_found(shipped: Shipped, column: str, by: int) -> None:
    """Catches a figure that could be one more or one less; empty bounds are filled."""
    changes = shipped.changes(FIGURES, column, lambda row: bumped(row[column], by).lstrip("-"))
    assert len(changes) == sum(len(shipped.tables[table]) for table in FIGURES)
    assert shipped.survivors(changes) == []


@pytest.mark.parametrize("column", ["value_low", "value_high", "value_text", "qualifier"])
def test_an_emptied_part_of_a_figure_is_found(shipped: Shipped, column: str) -> None:
    """Catches a figure that quietly loses its wording, a bound or its qualifier."""
    assert shipped.survivors(shipped.changes(FIGURES, column, lambda row: "")) == []


@pytest.mark.parametrize("wording", ["three", "nine", "88", "more than 5", "dozens"])
def test_a_changed_wording_is_found(shipped: Shipped, wording: str) -> None:
    """Catches a number word that the article doesn't print; empty wordings are filled."""
    changes = shipped.changes(FIGURES, "value_text", lambda row: wording)
    assert shipped.survivors(changes) == []


@pytest.mark.parametrize("by", [1, 5])
def test_a_changed_qualifier_is_found(shipped: Shipped, by: int) -> None:
    """Catches "more than 1,000" read as exactly 1,000."""
    (field,) = (
        f for f in shipped.folder.schema("quantities")["fields"] if f["name"] == "qualifier"
    )
    known = field["constraints"]["enum"]

    def another(row: Row) -> str:
        at = known.index(row["qualifier"]) if row["qualifier"] else 0
        return str(known[(at + by) % len(known)])

    assert shipped.survivors(shipped.changes(FIGURES, "qualifier", another)) == []


# ------------------------------------------------------------------------------ spans


SPAN_CHANGES: dict[str, tuple[str, Callable[[Row], str]]] = {
    "starts later": ("char_start", lambda row: bumped(row["char_start"], 1)),
    "starts earlier": ("char_start", lambda row: bumped(row["char_start"], -1)),
    "ends later": ("char_end", lambda row: bumped(row["char_end"], 1)),
    "ends earlier": ("char_end", lambda row: bumped(row["char_end"], -1)),
    "another letter": ("quote", lambda row: with_one_other_letter(row["quote"])),
    "another case": ("quote", lambda row: row["quote"].swapcase()),
    "a blank more": ("quote", lambda row: row["quote"] + " "),
    "another article": (
        "source_id",
        lambda row: "tass" if row["source_id"] != "tass" else "meduza",
    ),
    "another occurrence": ("occurrence", lambda row: bumped(row["occurrence"], 1)),
    "another checksum": ("checksum", lambda row: row["checksum"][1:] + "0"),
}


@pytest.mark.parametrize("with_texts", [False, True])
@pytest.mark.parametrize("kind", SPAN_CHANGES)
def test_a_changed_span_is_found(
    shipped: Shipped, kind: str, with_texts: bool, request: pytest.FixtureRequest
) -> None:
    """Catches an edited offset, quote or checksum, also where no article is at hand."""
    texts: Path | None = request.getfixturevalue("texts") if with_texts else None
    column, value = SPAN_CHANGES[kind]
    changes = shipped.changes(["source_spans"], column, value)
    assert len(changes) > 0.9 * len(shipped.tables["source_spans"])
    assert shipped.survivors(changes, texts, by_column=False) == []


# ------------------------------------------------------------------------------ evidence


def cells_of(edges: Iterable[Row]) -> list[tuple[str, str]]:
    return [(edge["record_id"], edge["field"]) for edge in edges]


def one_edge_a_cell(shipped: Shipped, size: int = 600) -> Iterator[list[Row]]:
    """All edges in batches in which no cell has two."""
    for rank in range(max(map(len, shipped.edges.values()))):
        edges = [cell[rank] for cell in shipped.edges.values() if len(cell) > rank]
        yield from (edges[at : at + size] for at in range(0, len(edges), size))


def without(rows: Sequence[Row], gone: Iterable[Row]) -> list[Row]:
    identities = {id(row) for row in gone}
    return [row for row in rows if id(row) not in identities]


def test_every_deleted_edge_is_found(shipped: Shipped) -> None:
    """Catches a receipt that gets lost, also one of several on the same cell."""
    survivors, tried = [], 0
    for batch in one_edge_a_cell(shipped):
        rows = without(shipped.tables["evidence"], batch)
        named = names(shipped.report({"evidence": rows}))
        survivors += [cell for cell in cells_of(batch) if cell not in named]
        tried += len(batch)
    assert survivors == []
    assert tried == len(shipped.tables["evidence"])


EDGE_CHANGES: dict[str, Callable[[Row], Row]] = {
    "unknown span": lambda edge: {**edge, "span_id": "SP-9999"},
    "unknown field": lambda edge: {**edge, "field": "no_such_field"},
    "unknown record": lambda edge: {**edge, "record_id": "CR-9999"},
    "unknown role": lambda edge: {**edge, "role": "guessed"},
    "another count": lambda edge: {**edge, "edges": bumped(edge["edges"], 1)},
    "inferred without a note": lambda edge: {**edge, "role": "inferred", "note": ""},
}


def unfound_edges(shipped: Shipped, kinds: Sequence[str]) -> list[tuple[str, str]]:
    """Cells that are not named after each of their edges was changed, in one of these ways each."""
    unfound = []
    for number, batch in enumerate(one_edge_a_cell(shipped)):
        spoilt = {
            id(edge): EDGE_CHANGES[kinds[(number + at) % len(kinds)]](edge)
            for at, edge in enumerate(batch)
        }
        rows = [spoilt.get(id(edge), edge) for edge in shipped.tables["evidence"]]
        named = names(shipped.report({"evidence": rows}))
        after = [spoilt[id(edge)] for edge in batch]
        pairs = zip(cells_of(batch), cells_of(after), strict=True)
        unfound += [old for old, new in pairs if not {old, new} & named]
    return unfound


def test_a_changed_edge_is_found(shipped: Shipped) -> None:
    """Catches an edge that leads nowhere, from nowhere, or that plays no known role."""
    assert unfound_edges(shipped, list(EDGE_CHANGES)) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", EDGE_CHANGES)
def test_every_changed_edge_is_found(shipped: Shipped, kind: str) -> None:
    """Catches the same for each edge and each kind of change."""
    assert unfound_edges(shipped, [kind]) == []


def test_a_doubled_edge_is_found(shipped: Shipped) -> None:
    """Catches a receipt that counts twice."""
    for batch in list(one_edge_a_cell(shipped, 300))[::5]:
        named = names(shipped.report({"evidence": [*shipped.tables["evidence"], *batch]}))
        assert [cell for cell in cells_of(batch) if cell not in named] == []


# ------------------------------------------------------------------------------ references


def test_an_unknown_key_is_found(shipped: Shipped) -> None:
    """Catches a claim about a place, a person, an event or a passage that is in no table."""
    keys = list(shipped.columns((*TRACED, "source_spans")))
    assert len(keys) > 20
    structure = {"event_id", "span_id", "source_id"}
    for part in (structure, {column for _, column, _, _ in keys} - structure):
        changes: list[Change] = []
        for table, column, _, _ in keys:
            if column in part:
                unknown = UNKNOWN.get(column, "nobody-knows")
                changes += shipped.changes([table], column, replaced(column, unknown))
        assert shipped.survivors(changes) == []


def hidden_by(shipped: Shipped, change: Change) -> str:
    """Why a change of an entity or a category may go unnoticed, worked out without kzdata.

    `inferred`: a reader concluded the cell, and no machine can tell otherwise. `several`: each
    passage of the cell names the new entity, or has a term of the new category, as well. Empty
    where the change must be found.
    """
    edges = shipped.words(change.record, change.column)
    if not edges:
        return "inferred"
    terms = [
        row["term"]
        for row in shipped.folder.rows("codebook")
        if (row["field"], row["category"]) == (f"{change.table}.{change.column}", change.value)
    ]
    terms += [r["alias"] for r in shipped.folder.rows("aliases") if r["entity_id"] == change.value]
    patterns = [re.compile(rf"(?<!\w){re.escape(term)}(?!\w)") for term in terms]
    quotes = [shipped.quotes[edge["span_id"]] for edge in edges]
    if all(any(pattern.search(quote) for pattern in patterns) for quote in quotes):
        return "several"
    return ""


ENTITIES = (
    ["place_id", "person_id", "country_id", "via_id"],
    ["actor_id", "claimant_id", "organisation_id", "decided_by_id"],
)


@pytest.mark.parametrize("by", [1, 7])
@pytest.mark.parametrize("columns", ENTITIES)
def test_a_changed_entity_is_found(shipped: Shipped, columns: list[str], by: int) -> None:
    """Catches a claim that is put into another mouth, place or office."""
    changes: list[Change] = []
    for table, column, _, known in shipped.columns(TRACED):
        if column in columns:
            changes += shipped.changes(
                [table],
                column,
                turned(column, known, by),
            )
    survivors = shipped.survivors(changes)
    assert [change for change in survivors if not hidden_by(shipped, change)] == []
    assert len(survivors) <= 0.05 * len(changes)


@pytest.mark.parametrize("column", ["event_id", "span_id"])
@pytest.mark.parametrize("by", [1, -1, 7])
def test_a_changed_event_or_passage_is_found(shipped: Shipped, column: str, by: int) -> None:
    """Catches a claim that slips to the row above or below: its event, or its passage."""
    changes: list[Change] = []
    for table, name, parent, known in shipped.columns(TRACED):
        if name == column and parent in ("events", "source_spans"):
            changes += shipped.changes(
                [table],
                column,
                turned(column, known, by),
            )
    survivors = shipped.survivors(changes)
    shared = [change for change in survivors if _shares_a_passage(shipped, change)]
    assert [change for change in survivors if change not in shared] == []
    assert len(shared) <= 0.1 * len(changes)


def _shares_a_passage(shipped: Shipped, change: Change) -> bool:
    """Whether the new event rests on the very passage that ties the claim to the old one."""
    ties = {edge["span_id"] for edge in shipped.words(change.record, change.column)}
    others = [edge for edge in shipped.tables["evidence"] if edge["record_id"] == change.value]
    return not ties or ties <= {edge["span_id"] for edge in others}


def test_a_filled_empty_key_is_found(shipped: Shipped) -> None:
    """Catches a place or a claimant that the article does not give."""
    changes: list[Change] = []
    for column in ("place_id", "claimant_id", "via_id", "country_id", "person_id"):
        value = {"place_id": "almaty", "person_id": "tokayev"}.get(column, "kz-interior-ministry")
        changes += shipped.changes(TRACED, column, filled(column, value))
    assert shipped.survivors(changes) == []


# ------------------------------------------------------------------------------ categories


def categories(shipped: Shipped, table: str, column: str) -> list[str]:
    """The categories of a column: its enum, or what stands in it."""
    (field,) = (f for f in shipped.folder.schema(table)["fields"] if f["name"] == column)
    listed = field.get("constraints", {}).get("enum")
    return list(listed or sorted({row[column] for row in shipped.tables[table]}))


def other_category(shipped: Shipped, table: str, column: str, by: int) -> list[Change]:
    known = categories(shipped, table, column)
    return shipped.changes([table], column, turned(column, known, by))


@pytest.mark.parametrize(("table", "column"), CATEGORIES)
def test_a_changed_category_is_found(shipped: Shipped, table: str, column: str) -> None:
    """Catches injured turned into killed, dismissed into resigned; the next category each."""
    survivors = shipped.survivors(other_category(shipped, table, column, 1))
    assert [change for change in survivors if not hidden_by(shipped, change)] == []


@pytest.mark.slow
@pytest.mark.parametrize(("table", "column"), CATEGORIES)
def test_every_changed_category_is_found(shipped: Shipped, table: str, column: str) -> None:
    """Catches the same for each pair of categories, and an evidence that is mostly a shrug."""
    survivors: list[Change] = []
    tried = 0
    for by in range(1, len(categories(shipped, table, column))):
        changes = other_category(shipped, table, column, by)
        survivors += shipped.survivors(changes)
        tried += len(changes)
    reasons = Counter(hidden_by(shipped, change) for change in survivors)
    assert reasons[""] == 0
    assert reasons["several"] <= 0.08 * tried


def test_police_do_not_hide_in_police_and_national_guard(shipped: Shipped) -> None:
    """Catches the flagship mistake: a term found inside a longer term of another category."""
    changes = shipped.changes(
        ["casualty_reports"],
        "population",
        lambda row: "police" if row["population"] == "police-and-national-guard" else None,
    )
    assert shipped.survivors(changes) == []


# ------------------------------------------------------------------------------ dates, links


@pytest.mark.parametrize("by", [1, -1, 7, -7])
def test_a_changed_day_is_found(shipped: Shipped, by: int) -> None:
    """Catches a weekday resolved to the wrong week, or a day miscounted."""
    changes: list[Change] = []
    for column in DATES:
        changes += shipped.changes(TRACED, column, later(column, by))
    survivors = shipped.survivors(changes)
    assert [c for c in survivors if shipped.words(c.record, c.column)] == []
    assert len(survivors) <= 0.1 * len(changes)


def test_an_invented_day_is_found(shipped: Shipped) -> None:
    """Catches a date that no article gives."""
    changes: list[Change] = []
    for column in DATES:
        changes += shipped.changes(TRACED, column, filled(column, "2022-01-05"))
    assert shipped.survivors(changes) == []


LINK_CHANGES: dict[str, Callable[[Row], Row]] = {
    "to nobody": lambda link: {**link, "other_id": f"{link['other_id'][:3]}9999"},
    "from nobody": lambda link: {**link, "claim_id": f"{link['claim_id'][:3]}9999"},
    "to itself": lambda link: {**link, "other_id": link["claim_id"]},
    "to another table": lambda link: {
        **link,
        "other_id": "QT-0001" if link["claim_id"][:2] != "QT" else "DP-0001",
    },
    "unknown relation": lambda link: {**link, "relation": "resembles"},
}


@pytest.mark.parametrize("kind", LINK_CHANGES)
def test_a_broken_link_is_found(shipped: Shipped, kind: str) -> None:
    """Catches a link to a claim that is not there, not comparable, or the claim itself."""
    rows = [LINK_CHANGES[kind](link) for link in shipped.tables["claim_links"]]
    named = {record for record, _ in names(shipped.report({"claim_links": rows}))}
    assert [row["link_id"] for row in rows if row["link_id"] not in named] == []


@pytest.mark.parametrize("end", ["claim_id", "other_id"])
@pytest.mark.parametrize("by", [1, 7])
def test_a_link_to_another_claim_is_found(shipped: Shipped, end: str, by: int) -> None:
    """Catches an end of a link that nothing ties to the claim that it names."""
    claims = [row[KEYS[table]] for table in (*FIGURES, "appointments")
              for row in shipped.tables[table]]  # fmt: skip
    turned = {claim: claims[(at + by) % len(claims)] for at, claim in enumerate(claims)}
    changes = shipped.changes(["claim_links"], end, looked_up(end, turned))
    assert shipped.survivors(changes) == []


def test_a_reversed_link_is_found(shipped: Shipped) -> None:
    """Catches a part that becomes the whole."""
    rows = [{**link, "claim_id": link["other_id"], "other_id": link["claim_id"]}
            for link in shipped.tables["claim_links"]]  # fmt: skip
    named = {record for record, _ in names(shipped.report({"claim_links": rows}))}
    assert [row["link_id"] for row in rows if row["link_id"] not in named] == []


def test_a_changed_relation_is_found(shipped: Shipped) -> None:
    """Catches a relation that its own words do not carry."""
    known = sorted({link["relation"] for link in shipped.tables["claim_links"]})
    for by in range(1, len(known)):
        turned = {value: known[(at + by) % len(known)] for at, value in enumerate(known)}
        changes = shipped.changes(["claim_links"], "relation", looked_up("relation", turned))
        changes = [change for change in changes if shipped.words(change.record, change.column)]
        assert len(changes) > 30
        assert shipped.survivors(changes) == []


def test_a_cycle_of_links_is_found(shipped: Shipped) -> None:
    """Catches two claims that are part of one another."""
    links = shipped.tables["claim_links"]
    part = next(link for link in links if link["relation"] == "part_of")
    back = {"claim_id": part["other_id"], "other_id": part["claim_id"]}
    back = {**part, **back, "link_id": "CL-9999"}
    report = shipped.report({"claim_links": [*links, back]})
    assert "link-acyclic" in report.by_rule


# ------------------------------------------------------------------------------ rows


@pytest.mark.parametrize("table", (*TRACED, "claim_links"))
def test_a_deleted_row_is_found(shipped: Shipped, table: str) -> None:
    """Catches a claim that disappears without a tombstone: its receipts still name it."""
    for start in range(3):
        gone = shipped.tables[table][start::3]
        named = names(shipped.report({table: without(shipped.tables[table], gone)}))
        assert [r[KEYS[table]] for r in gone if (r[KEYS[table]], None) not in named] == []


@pytest.mark.parametrize("table", KEYS)
def test_a_doubled_row_is_found(shipped: Shipped, table: str) -> None:
    """Catches a claim that counts twice."""
    rows = shipped.tables[table]
    for start in range(0, len(rows), 450):
        doubled = rows[start : start + 450]
        named = names(shipped.report({table: [*rows, *doubled]}))
        assert [r[KEYS[table]] for r in doubled if (r[KEYS[table]], None) not in named] == []


# ------------------------------------------------------------------------------ one by one


@pytest.mark.slow
def test_each_mutation_is_found_by_itself(shipped: Shipped) -> None:
    """Catches a mutation that is found only because others were made beside it."""
    changes: list[Change] = []
    for column in ("value_low", "value_high"):
        changes += shipped.changes(FIGURES, column, one_more(column))
    changes += shipped.changes(FIGURES, "value_text", lambda row: "nine")
    for column, value in SPAN_CHANGES.values():
        changes += shipped.changes(["source_spans"], column, value)
    for change in random.Random(20220105).sample(changes, 24):
        assert shipped.survivors([change], by_column=False) == [], change
    for edge in random.Random(20220106).sample(shipped.tables["evidence"], 12):
        report = shipped.report({"evidence": without(shipped.tables["evidence"], [edge])})
        assert set(cells_of([edge])) <= names(report), edge
