"""What keys are called: the names of places, people, populations, articles, events and claims.

An answer carries them beside its keys, so that it can be read without the tables.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from kzdata.engine.sql import LISTED, table_named
from kzdata.evidence.claims import Claim, Claims, counted, tables
from kzdata.evidence.outside import contested
from kzdata.evidence.profile import LABELS, cell, declared
from kzdata.evidence.receipts import damaged_words
from kzdata.standard.dataset import Dataset
from kzdata.standard.declarations import Events, Sources, Spans
from kzdata.standard.descriptor import Schema

Names = dict[str, dict[str, str]]
"""Names by key, for each `table.role` of the claims or events that have it; `claims` for claims,
`events` for events, `sources` for articles."""
ROLES = tuple("population force country origin destination place claimant via unit state".split())


DAMAGED = 0.1
"""Share of an article's passages that are marked as damaged, above which its name says so."""


def called(names: Mapping[str, Mapping[str, str]], role: str, key: str | None) -> str:
    """What a key in a role is called; a key without a name is its own, with blanks."""
    return names.get(role, {}).get(key or "", "") or (key or "").replace("_", " ")


def names_of(
    dataset: Dataset,
    claims: Iterable[Claim],
    linked: Iterable[str] = (),
    asked: Mapping[str, str | None] | None = None,
) -> Names:
    """The names of what claims mention, and of claims: these, what they link to, and further ones.

    Args:
        dataset: The package.
        claims: The claims.
        linked: Keys of further claims.
        asked: Further values, by role.
    """
    known = {claim.key: claim for claim in claims}
    ends = {end for claim in known.values() for x in claim.links for end in (x.claim, x.other)}
    # Notes mention further ones.
    words = {word for claim in known.values() for word in _WORD.findall(claim.note or "")}
    known |= _claims(dataset, {*ends, *linked, *words} - known.keys())
    wanted: dict[tuple[str, str], set[str]] = defaultdict(set)
    for claim in known.values():
        for role, value in _mentioned(claim):
            wanted[claim.table, role].add(value)
    for table, role in wanted:
        wanted[table, role] |= {value for value in [(asked or {}).get(role)] if value}
    found: Names = {}
    for (table, role), values in wanted.items():
        found[f"{table}.{role}"] = column_names(
            dataset, table, _column(dataset, table, role), values
        )
    receipts = (claim.receipt for claim in known.values())
    found["sources"] = article_names(dataset, {r.source for r in receipts if r})
    found["events"] = event_names(dataset, words | {c.event for c in known.values() if c.event})
    found["claims"] = {key: claim_name(claim, found) for key, claim in known.items()}
    return found


def claim_name(claim: Claim, names: Names) -> str:
    """A claim in a few words: what it says, of what, whom and where, and in which article."""
    scope = [(role, getattr(claim, role)) for role in ("population", "place")]
    # Of claims about one event, the event says nothing that tells them apart.
    scope_of = [pair for pair in (*claim.about, *scope) if pair[1] and pair[1] != claim.event]
    told = [called(names, f"{claim.table}.{role}", value) for role, value in scope_of]
    article = called(names, "sources", claim.receipt.source) if claim.receipt else ""
    unit = called(names, f"{claim.table}.unit", claim.unit)
    words = ", ".join([_says(claim, unit), *told])
    # Wherever a claim is named, so is that others contradict it.
    about = "; ".join(filter(None, [article, contested(claim.outside)]))
    return f"{words} ({about})" if about else words


def _says(claim: Claim, unit: str) -> str:
    if claim.interval:
        return counted(claim.wording or "", unit)
    return (claim.state or claim.wording or "no number").replace("_", " ")


def without_keys(text: str, names: Mapping[str, Mapping[str, str]]) -> str:
    """A curator's words without keys of claims and events: what these are called instead."""
    known = {**names.get("events", {}), **names.get("claims", {})}
    # In brackets they only repeat what the sentence says.
    text = _BRACKETED.sub(lambda found: "" if found[1] in known else found[0], text)
    return _WORD.sub(lambda found: known.get(found[0], found[0]), text)


_WORD = re.compile(r"\w[\w.-]*\w")
_BRACKETED = re.compile(rf"\s?\(({_WORD.pattern})\)")


def _mentioned(claim: Claim) -> Iterator[tuple[str, str]]:
    """The roles of a claim that have values, with the values."""
    parts = (*claim.about, *((role, getattr(claim, role)) for role in ROLES))
    return ((role, value) for role, value in parts if value)


def _column(dataset: Dataset, table: str, role: str) -> str:
    declared = dataset.tables[table].schema.claims
    assert declared
    return getattr(declared, role) if role in ROLES else role


def _claims(dataset: Dataset, keys: set[str]) -> dict[str, Claim]:
    """Claims of some keys, as far as a name tells of them; most words of notes are no keys."""
    listed = tables(dataset, "the names of claims") if keys else []
    # One query tells which tables have any of them.
    held = " UNION ALL ".join(
        f"SELECT {place}, {key} FROM {table_named(table.name)} t WHERE {key} IN {LISTED}"
        for place, table in enumerate(listed)
        for key in [cell(table.schema.primary_key[0])]
    )
    of_table: dict[int, list[str]] = defaultdict(list)
    for place, key in dataset.database.rows(held, [sorted(keys)] * len(listed)) if listed else ():
        of_table[place].append(key)
    found: dict[str, Claim] = {}
    for place, own in sorted(of_table.items(), reverse=True):
        found |= Claims(dataset, listed[place]).get(sorted(own), to_name=True)
    return found


def column_names(dataset: Dataset, table: str, column: str, keys: Iterable[str]) -> dict[str, str]:
    """What keys in a column of a table are called in the table that they are of."""
    schema = dataset.tables[table].schema
    for key in schema.foreign_keys:
        resource = key.reference.resource or table
        if key.fields == (column,) and resource in dataset.descriptor.tables:
            return labels(dataset, resource, key.reference.fields[0], keys)
    return {key: key.replace("_", " ") for key in keys}


def labels(dataset: Dataset, table: str, column: str, keys: Iterable[str]) -> dict[str, str]:
    """The names of rows with some keys; those without one are left out."""
    label = label_column(dataset.tables[table].schema)
    if label is None:
        return {}
    rows = dataset.database.rows(
        f"""SELECT {cell(column)}, {cell(label)} FROM {table_named(table)} t
        WHERE {cell(column)} IN {LISTED} AND {cell(label)} <> ''""",
        [sorted(keys)],
    )
    return dict(rows)


def label_column(schema: Schema) -> str | None:
    """The column that calls a row by its name; None where there is none."""
    roles = [schema.events.title] if schema.events else []
    return next((name for name in (*roles, *LABELS) if name in schema.names), None)


def event_names(dataset: Dataset, keys: Iterable[str]) -> dict[str, str]:
    """The titles of events."""
    if not (events := declared(dataset.descriptor, Events)):
        return {}
    table, _ = events
    return labels(dataset, table.name, table.schema.primary_key[0], keys)


def article_label(schema: Schema) -> str | None:
    """The column that calls an article by its publisher, or else its title; None: there is none."""
    return next((name for name in ("publisher", *LABELS) if name in schema.names), None)


def article_names(dataset: Dataset, keys: Iterable[str]) -> dict[str, str]:
    """Articles by publisher and day, or by their title, and whether their text is damaged."""
    if not (sources := declared(dataset.descriptor, Sources)):
        return {}
    table, role = sources
    title = article_label(table.schema)
    wanted = sorted(keys)
    rows = dataset.database.rows(
        f"""SELECT {cell(role.id)}, {cell(title)}, {cell(role.published_on)}
        FROM {table_named(table.name)} t WHERE {cell(role.id)} IN {LISTED}""",
        [wanted],
    )
    marks = dict.fromkeys(_damaged_articles(dataset, wanted), "damaged text")
    return {
        key: ", ".join(filter(None, [name or key, day, marks.get(key)])) for key, name, day in rows
    }


def _damaged_articles(dataset: Dataset, keys: list[str]) -> list[str]:
    """Those of some articles of whose passages more than a few are marked as damaged."""
    spans = declared(dataset.descriptor, Spans)
    if not spans or spans[1].damaged is None:
        return []
    table, role = spans
    rows = dataset.database.rows(
        f"""SELECT {cell(role.source)} FROM {table_named(table.name)} t
        WHERE {cell(role.source)} IN {LISTED} GROUP BY 1
        HAVING count(*) FILTER ({damaged_words(role)}) > {DAMAGED} * count(*)""",
        [keys],
    )
    return [key for (key,) in rows]
