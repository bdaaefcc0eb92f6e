"""The draft of a package with kzdata's own tables, made of the bundled package.

Schemas, declarations and vocabularies are the bundled ones: they have no second home. What is a
fact of the five articles stays out, and the invented article of the minimal template comes in.
"""

from collections.abc import Iterator

from kzdata.evidence.spans import printed_at
from kzdata.templates.drafts import Draft, Row

# The minimal template's names for what kzdata has under another one, and what kzdata asks besides.
TABLES = {"spans": "source_spans", "claims": "casualty_reports"}
COLUMNS = {"casualty_reports": {"claim_id": "report_id"}}
CATEGORIES = {"events.event_type": {"deaths": "killing"}}
FILLED = {
    "sources": {"kind": "report", "published_precision": "day", "published_basis": "stated"},
    "events": {"date_basis": "event"},
}
# Vocabularies that hold for any crisis; the others (offices) tell of Kazakhstan.
VOCABULARIES = ("event_types", "populations", "population_overlaps", "measures", "vague_terms")
HEAD = ("name", "title", "description", "version", "licenses", "contributors")
SPANS, CODEBOOK = "kzdata:spans", "codebook"


def like_kzdata(bundled: Draft, minimal: Draft) -> Draft:
    """The tables of the bundled package with the rows of the minimal template."""
    own = {TABLES.get(name, name): rows for name, rows in minimal.rows.items()}
    rows = {name: [_carried(name, row) for row in table] for name, table in own.items()}
    rows |= {name: bundled.rows[name] for name in VOCABULARIES}
    rows[CODEBOOK] = _codebook(bundled.rows[CODEBOOK], rows[CODEBOOK], rows["source_spans"])
    head = {name: minimal.descriptor[name] for name in HEAD}
    left = ("created", "keywords", "sources")  # of the bundled articles alone
    kept = {key: value for key, value in bundled.descriptor.items() if key not in left}
    return Draft({**kept, **head}, _with_floor(bundled, minimal), rows)


def _carried(table: str, row: Row) -> Row:
    """A row of the minimal template, as kzdata's table has it."""
    called = COLUMNS.get(table, {})
    renamed = {called.get(name, name): value for name, value in row.items()}
    coded = {name: _category(f"{table}.{name}", value) for name, value in renamed.items()}
    return {**FILLED.get(table, {}), **(_term(coded) if table == CODEBOOK else coded)}


def _term(row: Row) -> Row:
    """A term of the codebook, for the column as kzdata calls it."""
    table, _, column = row["field"].partition(".")
    field = f"{TABLES.get(table, table)}.{column}"
    return {**row, "field": field, "category": _category(field, row["category"])}


def _category(field: str, category: str) -> str:
    return CATEGORIES.get(field, {}).get(category, category)


def _codebook(bundled: list[Row], own: list[Row], spans: list[Row]) -> list[Row]:
    """The bundled terms that a passage of the package has, and its own ones."""
    found = {(row["field"], row["category"], row["term"]): row for row in own}
    found |= {(row["field"], row["category"], row["term"]): row for row in _printed(bundled, spans)}
    return [found[key] for key in sorted(found)]


def _printed(terms: list[Row], spans: list[Row]) -> Iterator[Row]:
    """The terms that stand in a passage, with the first of them as their example."""
    for row in terms:
        for span in spans:
            if printed_at(span["quote"], row["term"]) is not None:
                yield {**row, "example": span["span_id"]}
                break


def _with_floor(bundled: Draft, minimal: Draft) -> dict[str, dict[str, object]]:
    """The bundled schemas, in which short articles may be quoted as in the minimal template."""
    floor = minimal.schemas["spans"][SPANS]["shareFloor"]
    schema = bundled.schemas["source_spans"]
    declared = {**schema[SPANS], "shareFloor": floor}
    return {**bundled.schemas, "source_spans": {**schema, SPANS: declared}}
