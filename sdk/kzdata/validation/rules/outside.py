"""Rules about what publications besides the articles say (`kzdata:outside`)."""

from collections.abc import Iterator

from kzdata.engine import sql
from kzdata.engine.sql import column, literal
from kzdata.standard.declarations import OUTSIDE_RELATIONS
from kzdata.validation.evidence_tables import Model, record_keys
from kzdata.validation.rule import Query, rule

_ADDRESS = r"https?://[^\s/?#]+[^\s]*"


@rule("reference", "name a record of the package", declared=("kzdata:outside",), whole=True)
def outside_claim(model: Model) -> Iterator[Query]:
    """What an outside report is about is a claim or another record whose cells are traced."""
    for table, o in model.each("outside"):
        known = record_keys(model.records())
        joins = f"ANTI JOIN ({known}) r ON r.id = {column(o.claim)}"
        broken = f"{column(o.claim)} IS NOT NULL"
        yield Query.rows(table, o.claim, broken, "'the id of a row'", joins=joins)


@rule(
    "consistency",
    f"use one of the relations {', '.join(OUTSIDE_RELATIONS)}",
    declared=("kzdata:outside",),
)
def outside_relation(model: Model) -> Iterator[Query]:
    """The relation of an outside report to the claim is one of four, so that all mean the same."""
    for table, o in model.each("outside"):
        broken = f"NOT {sql.among(column(o.relation), OUTSIDE_RELATIONS)}"
        yield Query.rows(
            table, o.relation, broken, literal(f"one of {', '.join(OUTSIDE_RELATIONS)}")
        )


@rule(
    "consistency",
    "give the address as a browser takes it, or leave it empty",
    declared=("kzdata:outside",),
)
def outside_address(model: Model) -> Iterator[Query]:
    """The address of an outside report begins with `http://` or `https://` and names a host."""
    for table, o in model.each("outside"):
        if o.url:
            broken = f"NOT {sql.full_match(column(o.url), _ADDRESS)}"
            yield Query.rows(table, o.url, broken, "'an address of the web'")
