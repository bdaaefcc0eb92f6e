"""One validation: files, then cells in one pass a table, then keys and receipts, then the texts."""

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from operator import attrgetter
from pathlib import Path

from kzdata.engine.database import Database, sensible_memory
from kzdata.engine.limits import TRACED_MEMORY
from kzdata.engine.sql import ORD
from kzdata.errors import PackageError
from kzdata.evidence import articles as article_texts
from kzdata.files.archive import Archive, opened, workspace
from kzdata.files.csv import FileStats, Sheet, file_stats
from kzdata.standard.descriptor import MAX_NAME, Descriptor, Table
from kzdata.standard.parsing import parse
from kzdata.validation.evaluate import Outcome, evaluate
from kzdata.validation.evidence_tables import Model
from kzdata.validation.locate import Locator
from kzdata.validation.reading import Reading
from kzdata.validation.report import Receipts, Report
from kzdata.validation.rule import Query, Rule, Violation, in_group
from kzdata.validation.rules import articles, cells, links
from kzdata.validation.rules import evidence as traceability
from kzdata.validation.rules import facts as consistency
from kzdata.validation.rules import keys as references
from kzdata.validation.rules import package as files

SMALL_BYTES = 8 << 20
"""Below this DuckDB's own worker threads cost more than they bring."""
MEMORY_LIMIT = 1 << 30
"""Bytes that DuckDB takes before it spills, where nobody says otherwise: ten million rows fit."""
MAX_REPORTED = 20_000
"""Findings kept in all; the rest are counted."""
RELATIONAL = ("span", "figure", "evidence", "consistency")
Progress = Callable[[str, int, int], None]
_MODULES = (articles, cells, consistency, files, links, references, traceability)


def checked(
    path: str | Path | None,
    texts: str | Path | None,
    threads: int | None,
    memory_limit: str | None,
    temp_dir: str | Path | None,
    progress: Progress | None,
) -> Report:
    """What all rules find in a package, in this process; see `validate`."""
    with workspace(temp_dir) as folder, opened(path, folder) as archive:
        package = parse(archive)
        large = _size(archive, package) >= SMALL_BYTES
        threads = threads or (None if large else 1)
        with Database(threads, memory_limit or _memory(package), temp_dir=folder) as database:
            steps = progress or (lambda step, number, of: None)
            return Run(archive, package, database, steps, large).report(texts, folder)


def _memory(package: Descriptor) -> str:
    traced = any(table.schema.edges for table in package.tables.values())
    return sensible_memory(TRACED_MEMORY if traced else MEMORY_LIMIT)


def _size(archive: Archive, package: Descriptor) -> int:
    """Bytes of a package's tables, as far as they can be read."""
    total = 0
    for table in package.tables.values():
        with suppress(PackageError, OSError):
            total += archive.path_of(table.path).stat().st_size
    return total


class Run:
    """The state of one validation.

    Args:
        archive: The package.
        package: What it declares.
        database: Where its tables go.
        progress: Called as each step begins.
        large: Whether to let edges spare keys: in large tables that is worth the wait for them.
    """

    def __init__(
        self,
        archive: Archive,
        package: Descriptor,
        database: Database,
        progress: Progress,
        large: bool,
    ) -> None:
        self.archive = archive
        self.package = package
        self.model = Model(database, package)
        self.database = database
        self.progress = progress
        self.large = large
        self.looks: dict[str, Future[FileStats]] = {}
        self.stats: dict[str, FileStats] = {}
        self.sheets: dict[str, Sheet] = {}
        self.columns: dict[str, tuple[str, ...]] = {}
        self.found: list[tuple[Rule, Violation]] = []
        self.listed: set[str] = set()
        self.omitted: Counter[str] = Counter()
        self.rows: dict[str, int] = {}
        self.unchecked: list[str] = []
        self.spans_in_texts = 0

    def report(self, texts: str | Path | None, folder: Path) -> Report:
        """Carry out every rule and put the findings in order.

        Args:
            texts: Directory with the articles, or None.
            folder: Temporary folder for tables that have to be turned into UTF-8 CSV.
        """
        looker = ThreadPoolExecutor(max_workers=1)
        try:
            self._look(looker)
            self._read_tables(folder)
            self._check_files()
        finally:
            looker.shutdown(cancel_futures=True)
        self._check_relations()
        self._check_texts(texts)
        locator = Locator(self.package, self.sheets, self.columns, self.rows)
        findings = sorted(locator.findings(self.found), key=attrgetter("order"))
        return Report(
            self.package.name[:MAX_NAME],
            self.package.version[:MAX_NAME],
            tuple(findings),
            dict(self.omitted),
            self.rows,
            self._receipts(),
            tuple(self.unchecked),
            self.spans_in_texts,
        )

    def _keep(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            # Each rule has a place: a flood of warnings must not hide that there is an error.
            room = max(MAX_REPORTED - len(self.found), outcome.rule.name not in self.listed)
            kept = outcome.violations[:room]
            self.found += [(outcome.rule, violation) for violation in kept]
            self.listed |= {outcome.rule.name for _ in kept}
            omitted = outcome.omitted + len(outcome.violations) - len(kept)
            if omitted:
                self.omitted[outcome.rule.name] += omitted

    def _check_files(self) -> None:
        self.stats = {path: look.result() for path, look in self.looks.items()}
        for rule in in_group("package"):
            results = rule.check(self.package, self.archive, self.stats)
            self._keep([evaluate(rule, results, self.database)])

    def _look(self, looker: Executor) -> None:
        """Begin to look at the bytes of all files, the largest first."""
        files_of = {}
        wanted = files.algorithms(self.package)
        for path in (path for resource in self.package.resources for path in resource.path):
            with suppress(PackageError, OSError):
                file = self.archive.path_of(path)
                files_of[path] = (file.stat().st_size if file.is_file() else -1, file)
        for path, (size, file) in sorted(files_of.items(), key=lambda item: -item[1][0]):
            if size >= 0:
                self.looks[path] = looker.submit(file_stats, file, wanted.get(path, frozenset()))

    def _read_tables(self, folder: Path) -> None:
        tables = self.package.tables
        self.unchecked += [f"{name}: no schema that can be used" for name in self.package.refused]
        places = count()
        # The largest first, so that no core waits for the last one.
        order = {path: place for place, path in enumerate(self.looks)}
        largest = sorted(tables.values(), key=lambda table: order.get(table.path, 0))

        def read(table: Table) -> Reading:
            place = folder / str(number := next(places))
            place.mkdir()
            self.progress(f"reading {table.name}", number, len(tables) + 2)
            reading = Reading(table, self.package, self.archive, self.database)
            return reading.carry_out(self.looks, place)

        done = {
            reading.table.name: reading for reading in self.database.map_parallel(read, largest)
        }
        for name, table in tables.items():
            self._take(done[name], table)

    def _take(self, reading: Reading, table: Table) -> None:
        self._keep(reading.outcomes)
        self.unchecked += reading.unchecked
        if reading.sheet is not None:
            self.sheets[table.name] = reading.sheet
            self.columns[table.name] = reading.columns
        if reading.rows is not None:
            self.rows[table.name] = reading.rows
            self.model.tables[table.name] = table

    def _check_relations(self) -> None:
        tables = len(self.package.tables)
        self.progress("checking keys and receipts", tables, tables + 2)
        if self.large:
            self.model.tie()
        # Keys need no more than that, and half of the rest is Python on one core.
        self._side_by_side(["reference", "key"], self._prepare)
        self._side_by_side(RELATIONAL)

    def _prepare(self) -> None:
        """Ask the rules which figures and edges they need, and put these together."""
        rules = (*in_group("figure"), *in_group("evidence"))
        asked = [one for rule in rules for one in rule.check(self.model) if isinstance(one, Query)]
        self.model.prepare(
            [one.figures for one in asked if one.figures],
            [one.edges for one in asked if one.edges],
        )

    def _side_by_side(
        self, groups: Iterable[str], besides: Callable[[], None] | None = None
    ) -> None:
        rules = [rule for group in groups for rule in in_group(group)]

        def carry_out(rule: Rule | None) -> list[Outcome]:
            if rule is not None:
                return [evaluate(rule, rule.check(self.model), self.database)]
            if besides is not None:
                besides()
            return []

        for outcomes in self.database.map_parallel(carry_out, [None, *rules]):
            self._keep(outcomes)

    def _check_texts(self, folder: str | Path | None) -> None:
        tables = len(self.package.tables)
        self.progress("comparing with the texts", tables + 1, tables + 2)
        hashes = articles.source_hashes(self.model)
        if folder is None:
            if hashes:
                self.unchecked.append("offsets against the articles' texts: give --texts DIR")
            return
        found = article_texts.find(folder, hashes.values())
        texts = {source: found[digest] for source, digest in hashes.items() if digest in found}
        self.unchecked += [f"{source}: its text" for source in hashes if source not in texts]
        for rule in in_group("text"):
            self._keep([evaluate(rule, rule.check(self.model, texts), self.database)])
        self.spans_in_texts = articles.spans_of(self.model, texts)

    def _receipts(self) -> Receipts:
        if not self.model.traceable:
            return Receipts()
        ((required, evidenced, alone),) = self.database.rows(
            """SELECT sum(bit_count(need)), sum(bit_count(need & had)),
                sum(bit_count(need & inferred)) FROM shared.receipt"""
        )
        ((further,),) = self.database.rows(
            f"""SELECT count(*) FROM shared.cell e JOIN shared.traced c ON c.place = e.place
                JOIN shared.receipt r ON r.tab = c.tab AND r.{ORD} = e.row
                WHERE e.inferred AND (r.need & c.bit) <> 0"""
        )
        return Receipts(int(required or 0), int(evidenced or 0), int(alone or 0) + further)
