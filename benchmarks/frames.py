"""The checks on the five invented tables as Polars and dataframely express them.

    python benchmarks/frames.py FOLDER

dataframely checks types, limits, patterns, lists of values and primary keys; foreign keys between
tables of different keys are no part of it and are plain anti joins here. Cells are read as text and
cast by dataframely, so that a value of the wrong type is counted and not fatal; its casts are laxer
than Table Schema (`1e3` and `12.5` pass as whole numbers). Sizes and hashes are not checked, nor
the form `uri`.
"""

import sys
from pathlib import Path

import dataframely as dy
import polars as pl

EVENT_TYPES = """protest strike clash arson looting detention deployment statement resignation
    appointment blackout curfew""".split()
CERTAINTIES = "confirmed reported claimed alleged".split()
QUALIFIERS = "exact more_than at_least at_most less_than approximately range vague".split()
OUTCOMES = "killed injured detained missing released harmed".split()
KINDS = "country region city site".split()


class Regions(dy.Schema):
    """Regions."""

    region_id = dy.String(primary_key=True, regex="^RG-[0-9]{6}$")
    name = dy.String(nullable=False, min_length=3, max_length=80)
    kind = dy.Enum(KINDS, nullable=True)


class Sources(dy.Schema):
    """Sources."""

    source_id = dy.String(primary_key=True, regex="^SO-[0-9]{7}$")
    title = dy.String(nullable=False, max_length=200)
    publisher = dy.String(nullable=False)
    url = dy.String(nullable=True)
    published_on = dy.Date(nullable=False)
    text_sha256 = dy.String(nullable=True, regex="^[0-9a-f]{64}$")
    text_length = dy.Int64(nullable=True, min=0)


class Places(dy.Schema):
    """Places."""

    place_id = dy.String(primary_key=True, regex="^PL-[0-9]{8}$")
    region_id = dy.String(nullable=False, regex="^RG-[0-9]{6}$")
    name = dy.String(nullable=True, min_length=3, max_length=80)
    kind = dy.Enum(KINDS, nullable=True)
    latitude = dy.Float64(nullable=True, min=-90, max=90)
    longitude = dy.Float64(nullable=True, min=-180, max=180)


class Events(dy.Schema):
    """Events."""

    event_id = dy.String(primary_key=True, regex="^EV-[0-9]{8}$")
    place_id = dy.String(nullable=False, regex="^PL-[0-9]{8}$")
    event_type = dy.Enum(EVENT_TYPES, nullable=False)
    title = dy.String(nullable=False, min_length=5, max_length=100)
    date_start = dy.Date(nullable=True)
    date_end = dy.Date(nullable=True)
    certainty = dy.Enum(CERTAINTIES, nullable=True)


class Reports(dy.Schema):
    """Reports."""

    report_id = dy.String(primary_key=True, regex="^RP-[0-9]{8}$")
    event_id = dy.String(nullable=False, regex="^EV-[0-9]{8}$")
    source_id = dy.String(nullable=False, regex="^SO-[0-9]{7}$")
    outcome = dy.Enum(OUTCOMES, nullable=False)
    value_low = dy.Int64(nullable=True, min=0)
    value_high = dy.Int64(nullable=True, min=0, max=100_000_000)
    place_id = dy.String(nullable=True, regex="^PL-[0-9]{8}$")
    share = dy.Float64(nullable=True, min=0, max=1)
    qualifier = dy.Enum(QUALIFIERS, nullable=True)
    as_of = dy.Date(nullable=True)
    as_of_precision = dy.Enum(["day", "week", "month", "year"], nullable=True)
    checksum = dy.String(nullable=False, regex="^[0-9a-f]{16}$")
    note = dy.String(nullable=True, max_length=200)


TABLES: dict[str, type[dy.Schema]] = {
    "regions": Regions,
    "sources": Sources,
    "places": Places,
    "events": Events,
    "reports": Reports,
}
REFERENCES = (
    ("places", "region_id", "regions"),
    ("events", "place_id", "places"),
    ("reports", "event_id", "events"),
    ("reports", "source_id", "sources"),
    ("reports", "place_id", "places"),
)


def with_dates(frame: pl.DataFrame, schema: type[dy.Schema]) -> tuple[pl.DataFrame, dict[str, int]]:
    """The frame with its dates parsed, which Polars 2 does not cast, and how many are none."""
    names = [name for name, column in schema.columns().items() if isinstance(column, dy.Date)]
    dated = frame.with_columns(pl.col(names).str.to_date("%Y-%m-%d", strict=False))
    lost = {name: dated[name].null_count() - frame[name].null_count() for name in names}
    return dated, {name: count for name, count in lost.items() if count}


def main(folder: Path) -> int:
    """Check the package in a folder; 1 when something is wrong."""
    counts: dict[str, int] = {}
    frames: dict[str, pl.DataFrame] = {}
    for name, schema in TABLES.items():
        frame = pl.read_csv(folder / f"{name}.csv", infer_schema=False)
        dated, undated = with_dates(frame, schema)
        counts |= {f"{name} {column}|dtype": count for column, count in undated.items()}
        _, failed = schema.filter(dated, cast=True)
        counts |= {f"{name} {rule}": count for rule, count in failed.counts().items()}
        frames[name] = frame
    for child, column, parent in REFERENCES:
        filled = frames[child].select(column).drop_nulls()
        lost = filled.join(frames[parent], on=column, how="anti").height
        counts |= {f"{child} {column} reference": lost} if lost else {}
    for rule, count in sorted(counts.items()):
        print(f"{count:>8} {rule}")
    return 1 if counts else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
