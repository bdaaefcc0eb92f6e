"""The checks on the five invented tables as a specialist would write them by hand in DuckDB's SQL.

    python benchmarks/handwritten.py FOLDER
    python benchmarks/handwritten.py FOLDER --scan

Nothing is read from the descriptor but the sizes and hashes of the files; tables, columns and
limits stand in this file. It prints how many violations each check found, and exits 1 if there are
any. `--scan` reads every column of every table, and checks nothing: the floor for any validator
that uses `read_csv`.

What it does not do, and kzdata does: say where a violation stands, read a file with malformed rows,
look for control characters and formulas, blank lines and NUL bytes.
"""

import hashlib
import json
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import duckdb

EVENT_TYPES = """'protest', 'strike', 'clash', 'arson', 'looting', 'detention', 'deployment',
    'statement', 'resignation', 'appointment', 'blackout', 'curfew'"""
QUALIFIERS = """'exact', 'more_than', 'at_least', 'at_most', 'less_than', 'approximately', 'range',
    'vague'"""
OUTCOMES = "'killed', 'injured', 'detained', 'missing', 'released', 'harmed'"
KINDS = "'country', 'region', 'city', 'site'"
WHOLE = "NOT regexp_full_match({0}, '[+-]?[0-9]+')"
NUMBER = (
    "NOT regexp_full_match({0}, "
    r"'[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|NaN|-?INF')"
)
DATE = "try_cast({0} AS DATE)::VARCHAR IS DISTINCT FROM {0}"
BETWEEN = "try_cast({0} AS DOUBLE) {1}"


class Sheet(NamedTuple):
    """A table.

    Attributes:
        columns: All columns, in the order of the file.
        key: The primary key.
        checks: What is wrong with a row, by rule and column.
        references: Foreign keys: column and parent table.
    """

    columns: str
    key: str
    checks: dict[str, str]
    references: dict[str, str]


def pattern(column: str, prefix: str, digits: int) -> str:
    """An identifier such as `EV-00000001`."""
    return f"NOT regexp_full_match({column}, '{prefix}-[0-9]{{{digits}}}')"


SHEETS = {
    "regions": Sheet("region_id name kind", "region_id", {
        "cell-required region_id": "region_id IS NULL",
        "cell-pattern region_id": pattern("region_id", "RG", 6),
        "cell-required name": "name IS NULL",
        "cell-min-length name": "length(name) < 3",
        "cell-max-length name": "length(name) > 80",
        "cell-enum kind": f"kind NOT IN ({KINDS})",
    }, {}),
    "sources": Sheet(
        "source_id title publisher url published_on text_sha256 text_length", "source_id", {
            "cell-required source_id": "source_id IS NULL",
            "cell-pattern source_id": pattern("source_id", "SO", 7),
            "cell-required title": "title IS NULL",
            "cell-max-length title": "length(title) > 200",
            "cell-required publisher": "publisher IS NULL",
            "cell-format url": r"""NOT regexp_full_match(url,
                '[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+')""",
            "cell-required published_on": "published_on IS NULL",
            "cell-type published_on": DATE.format("published_on"),
            "cell-minimum published_on": "try_cast(published_on AS DATE) < DATE '2000-01-01'",
            "cell-pattern text_sha256": """strlen(text_sha256) <> 64
                OR NOT regexp_full_match(text_sha256, '[0-9a-f]*')""",
            "cell-type text_length": WHOLE.format("text_length"),
            "cell-minimum text_length": BETWEEN.format("text_length", "< 0"),
        }, {}),
    "places": Sheet("place_id region_id name kind latitude longitude", "place_id", {
        "cell-required place_id": "place_id IS NULL",
        "cell-pattern place_id": pattern("place_id", "PL", 8),
        "cell-required region_id": "region_id IS NULL",
        "cell-pattern region_id": pattern("region_id", "RG", 6),
        "cell-min-length name": "length(name) < 3",
        "cell-max-length name": "length(name) > 80",
        "cell-enum kind": f"kind NOT IN ({KINDS})",
        "cell-type latitude": NUMBER.format("latitude"),
        "cell-minimum latitude": BETWEEN.format("latitude", "< -90"),
        "cell-maximum latitude": BETWEEN.format("latitude", "> 90"),
        "cell-type longitude": NUMBER.format("longitude"),
        "cell-minimum longitude": BETWEEN.format("longitude", "< -180"),
        "cell-maximum longitude": BETWEEN.format("longitude", "> 180"),
    }, {"region_id": "regions"}),
    "events": Sheet(
        "event_id place_id event_type title date_start date_end certainty", "event_id", {
            "cell-required event_id": "event_id IS NULL",
            "cell-pattern event_id": pattern("event_id", "EV", 8),
            "cell-required place_id": "place_id IS NULL",
            "cell-pattern place_id": pattern("place_id", "PL", 8),
            "cell-required event_type": "event_type IS NULL",
            "cell-enum event_type": f"event_type NOT IN ({EVENT_TYPES})",
            "cell-required title": "title IS NULL",
            "cell-min-length title": "length(title) < 5",
            "cell-max-length title": "length(title) > 100",
            "cell-type date_start": DATE.format("date_start"),
            "cell-minimum date_start": "try_cast(date_start AS DATE) < DATE '2000-01-01'",
            "cell-type date_end": DATE.format("date_end"),
            "cell-enum certainty": """certainty NOT IN
                ('confirmed', 'reported', 'claimed', 'alleged')""",
        }, {"place_id": "places"}),
    "reports": Sheet(
        "report_id event_id source_id outcome value_low value_high place_id share qualifier as_of "
        "as_of_precision checksum note",
        "report_id", {
            "cell-required report_id": "report_id IS NULL",
            "cell-pattern report_id": pattern("report_id", "RP", 8),
            "cell-required event_id": "event_id IS NULL",
            "cell-pattern event_id": pattern("event_id", "EV", 8),
            "cell-required source_id": "source_id IS NULL",
            "cell-pattern source_id": pattern("source_id", "SO", 7),
            "cell-required outcome": "outcome IS NULL",
            "cell-enum outcome": f"outcome NOT IN ({OUTCOMES})",
            "cell-type value_low": WHOLE.format("value_low"),
            "cell-minimum value_low": BETWEEN.format("value_low", "< 0"),
            "cell-type value_high": WHOLE.format("value_high"),
            "cell-minimum value_high": BETWEEN.format("value_high", "< 0"),
            "cell-maximum value_high": BETWEEN.format("value_high", "> 1e8"),
            "cell-pattern place_id": pattern("place_id", "PL", 8),
            "cell-type share": NUMBER.format("share"),
            "cell-minimum share": BETWEEN.format("share", "< 0"),
            "cell-maximum share": BETWEEN.format("share", "> 1"),
            "cell-enum qualifier": f"qualifier NOT IN ({QUALIFIERS})",
            "cell-type as_of": DATE.format("as_of"),
            "cell-enum as_of_precision": "as_of_precision NOT IN ('day', 'week', 'month', 'year')",
            "cell-required checksum": "checksum IS NULL",
            "cell-pattern checksum": """strlen(checksum) <> 16
                OR NOT regexp_full_match(checksum, '[0-9a-f]*')""",
            "cell-max-length note": "length(note) > 200",
        }, {"event_id": "events", "source_id": "sources", "place_id": "places"}),
}  # fmt: skip


class Check:
    """One validation of the five tables, two threads wide as far as a single thread leaves room.

    Args:
        folder: Where the package is.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._duckdb = duckdb.connect(config={"preserve_insertion_order": False})
        self.counts: dict[str, int] = {}

    def _rows(self, sql: str) -> list[tuple[int, ...]]:
        return self._duckdb.cursor().execute(sql).fetchall()

    def csv(self, name: str) -> str:
        """SQL: the file of a table, every column as text."""
        columns = ", ".join(f"'{column}': 'VARCHAR'" for column in SHEETS[name].columns.split())
        return f"""read_csv('{self._folder / name}.csv', columns={{{columns}}}, header=true,
            auto_detect=false, delim=',', quote='"', escape='"', strict_mode=true)"""

    def header(self, name: str) -> None:
        """Compare the names of the columns, which `read_csv` takes as given."""
        with (self._folder / f"{name}.csv").open(encoding="utf-8") as stream:
            if stream.readline().rstrip("\r\n") != SHEETS[name].columns.replace(" ", ","):
                self._add(f"csv-header {name}", 1)

    def read(self, name: str) -> None:
        """Read a table once: keys as hashes, and a bit for each broken check."""
        sheet = SHEETS[name]
        self.header(name)
        mask = " + ".join(
            f"(CASE WHEN {sql} THEN {1 << bit} ELSE 0 END)"
            for bit, sql in enumerate(sheet.checks.values())
        )
        keys = ", ".join(
            f"CASE WHEN {column} IS NOT NULL THEN hash({column}) END AS {column}"
            for column in (sheet.key, *sheet.references)
        )
        self._rows(f"""CREATE TABLE {name} AS
            SELECT {keys}, {mask} AS mask FROM {self.csv(name)}""")
        ((broken,),) = self._rows(f"SELECT bit_or(mask) FROM {name}")
        for bit, check in enumerate(sheet.checks):
            if broken and broken >> bit & 1:
                ((count,),) = self._rows(f"SELECT count(*) FROM {name} WHERE mask & {1 << bit} > 0")
                self._add(check, count)

    def keys(self, name: str) -> None:
        """Primary and foreign keys of a table, over the hashes."""
        sheet = SHEETS[name]
        ((repeated,),) = self._rows(f"""SELECT sum(n) FROM (
            SELECT count(*) AS n FROM {name}
            WHERE {sheet.key} IS NOT NULL GROUP BY {sheet.key}) WHERE n > 1""")
        self._add(f"primary-key {name}", repeated or 0)
        for column, parent in sheet.references.items():
            ((lost,),) = self._rows(f"""SELECT count(*) FROM {name}
                WHERE {column} IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM {parent} p WHERE p.{SHEETS[parent].key} = {name}.{column})""")
            self._add(f"foreign-key {name}.{column}", lost)

    def files(self) -> None:
        """Compare sizes and hashes."""
        stated = json.loads((self._folder / "datapackage.json").read_text(encoding="utf-8"))
        for entry in stated["resources"]:
            with (self._folder / entry["path"]).open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
                if f"sha256:{digest}" != entry["hash"] or stream.tell() != entry["bytes"]:
                    self._add(f"resource-hash {entry['path']}", 1)

    def scan(self, name: str) -> None:
        """Read every column, and check nothing."""
        lengths = ", ".join(f"max(strlen({column}))" for column in SHEETS[name].columns.split())
        self._rows(f"SELECT {lengths} FROM {self.csv(name)}")

    def _add(self, check: str, count: int) -> None:
        if count:
            self.counts[check] = self.counts.get(check, 0) + int(count)


def main(folder: Path, scan: bool) -> int:
    """Check the package in a folder; 1 when a check found something."""
    check = Check(folder)
    with ThreadPoolExecutor(max_workers=3) as pool:
        if scan:
            list(pool.map(check.scan, reversed(SHEETS)))
            return 0
        sealed: Future[None] = pool.submit(check.files)
        list(pool.map(check.read, reversed(SHEETS)))
        list(pool.map(check.keys, reversed(SHEETS)))
        sealed.result()
    for name, count in sorted(check.counts.items()):
        print(f"{count:>8} {name}")
    return 1 if check.counts else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), "--scan" in sys.argv))
