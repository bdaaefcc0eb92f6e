"""One validation: files, then cells in one pass a table, then keys and receipts, then the texts."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Set
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from operator import attrgetter
from pathlib import Path

from kzdata.engine.database import Database, sensible_memory
from kzdata.engine.sql import among, identifier
from kzdata.errors import NotJSONError, PackageError
from kzdata.evidence import articles as article_texts
from kzdata.evidence.proof import GRADES, grade
from kzdata.files.archive import DESCRIPTOR, Archive, Place, opened, workspace
from kzdata.files.csv import FileStats, file_stats
from kzdata.files.limits import DEFAULT, PackageLimits
from kzdata.standard.descriptor import MAX_NAME, Descriptor, Schema, Table
from kzdata.standard.forms import tells_table
from kzdata.standard.inner_names import stated
from kzdata.standard.parsing import entries, parse
from kzdata.validation.coverage import unproven
from kzdata.validation.declared import with_fields_checked
from kzdata.validation.evidence_tables import Model, keys_alone
from kzdata.validation.locate import located
from kzdata.validation.reading import Reading
from kzdata.validation.report import NOT_CHECKED, Finding, Receipts, Report, unreadable
from kzdata.validation.rule import RULES, Outcome, Query, Rule, Violation, in_group, not_checked
from kzdata.validation.rules import (
    articles,
    cells,
    counting,
    days,
    evidence,
    exchanged,
    facts,
    links,
    meaning,
    notes,
    outside,
    own_passage,
    own_sentence,
    package,
    story,
    vocabulary,
    weakened,
)

SMALL_BYTES = 8 << 20  # below this DuckDB's own worker threads cost more than they bring
NUMBERED_BYTES = 32 << 20  # from here on keys as numbers save more time than planning them takes
# Bytes that DuckDB takes before it spills, where nobody says otherwise: ten million rows fit, and a
# table of ten thousand columns.
MEMORY_LIMIT = 1 << 30
# The same for a package with receipts: what a million figures take besides, the disk holds without
# taking much longer.
TRACED_MEMORY = 7 << 27
MAX_REPORTED = 20_000  # findings kept in all; the rest are counted
UNFETCHED = "download it into the package and name it by a path, or have it fetched (--remote)"
UNREAD = "add a grammar of it (docs/contributing/add-a-language.md), or read them yourself"
UNHEARD = "read yourself what its numbers count, and whether it denies them: rules know English"
Progress = Callable[[str, int, int], None]
# The modules of rules: a rule counts because its module is imported, and in that order.
_REGISTERED = (
    *(articles, cells, counting, evidence, facts, links, meaning, outside, package, vocabulary),
    *(days, exchanged, notes, own_passage, own_sentence, story, weakened),
)


def run_validation(
    path: Place,
    texts: str | Path | None,
    threads: int | None,
    memory_limit: str | None,
    temp_dir: str | Path | None,
    progress: Progress | None,
    limits: PackageLimits = DEFAULT,
) -> Report:
    """What all rules find in a package, in this process; see `validate`."""
    try:
        with workspace(temp_dir) as folder, opened(path, folder, limits) as archive:
            descriptor = with_fields_checked(parse(archive))
            sizes, tables = file_sizes(archive, descriptor), descriptor.tables.values()
            large = sum(sizes[path] for t in tables for path in t.resource.path) >= SMALL_BYTES
            threads = threads or (None if large else 1)
            traced = any(table.schema.edges for table in tables)
            memory = memory_limit or sensible_memory(TRACED_MEMORY if traced else MEMORY_LIMIT)
            spill = limits.spilled
            with Database(threads, memory, temp_dir=folder, spill=spill) as database:
                steps = progress or (lambda step, number, of: None)
                return Run(archive, descriptor, database, steps, sizes, large).report(texts, folder)
    except NotJSONError as error:  # of the descriptor: one in a schema is a fault of it
        return unreadable(str(path)[:MAX_NAME], error)


def bare_tables(package: Descriptor) -> list[Table]:
    """The tables of a package of which only the shape can be checked."""
    return [Table(one.name, one.path[0], one, Schema(fields=())) for one in package.bare]


def file_sizes(archive: Archive, descriptor: Descriptor) -> Counter[str]:
    """Bytes of each file of a package that can be read."""
    sizes: Counter[str] = Counter()
    for path in (path for resource in descriptor.resources for path in resource.path):
        with suppress(PackageError, OSError):
            sizes[path] = archive.path_of(path).stat().st_size
    return sizes


@dataclass
class Run:
    """The state of one validation."""

    archive: Archive
    package: Descriptor
    database: Database
    progress: Progress
    sizes: Counter[str]
    large: bool  # edges are looked at first, to spare keys: worth the wait in large tables
    file_stats: dict[str, Future[FileStats]] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    found: list[tuple[Rule, Violation]] = field(default_factory=list)
    followers: list[tuple[Rule, Violation]] = field(default_factory=list)
    listed: set[str] = field(default_factory=set)
    omitted: Counter[str] = field(default_factory=Counter)
    withheld: Counter[str] = field(default_factory=Counter)
    lost: bool = False  # whether a table could not be read
    spans_in_texts: int = 0
    elsewhere: Set[str] = frozenset()  # files whose bytes something else looks at

    def __post_init__(self) -> None:
        self.model = Model(self.database, self.package, self.archive)
        self.tables = len(self.package.tables) + len(self.package.bare)

    def report(self, texts: str | Path | None, folder: Path) -> Report:
        """Carry out every rule and put the findings in order; files may be made in `folder`."""
        executor = ThreadPoolExecutor(max_workers=1)
        try:
            self._start_file_stats(executor)
            self._read_tables(folder)
            self.lost = self._lacks_tables()
            self._check_files()
        finally:
            executor.shutdown(cancel_futures=True)
        self._check_relations()
        self._check_texts(texts)
        findings = list(self._located([*self.found, *self.followers]))
        if (name := self.archive.name) != DESCRIPTOR:
            findings = [replace(f, file=name) if f.file == DESCRIPTOR else f for f in findings]
        findings, followers = findings[: len(self.found)], findings[len(self.found) :]
        rows = {
            stated(name): one.rows for name, one in self.readings.items() if one.rows is not None
        }
        return Report(
            self.package.name[:MAX_NAME],
            self.package.version[:MAX_NAME],
            tuple(sorted(findings, key=attrgetter("order"))),
            dict(self.omitted),
            rows,
            self._receipts(),
            self.spans_in_texts,
            idle=self._idle(),
            withheld=dict(self.withheld),
            followers=tuple(sorted(followers, key=attrgetter("order"))),
            path=self.archive.label,
            unproven=unproven(self.package),
        )

    def _located(self, found: list[tuple[Rule, Violation]]) -> Iterable[Finding]:
        return located(found, self.readings)

    def _add(self, *outcomes: Outcome) -> None:
        for outcome in outcomes:
            rule, all_follow = outcome.rule, outcome.rule.whole and self.lost
            followers = [one for one in outcome.violations if all_follow or one.follows]
            self._withhold(rule, followers, outcome.omitted if all_follow else 0)
            if all_follow:
                continue
            violations = [one for one in outcome.violations if not one.follows]
            # Each rule has a place: a flood of warnings must not hide that there is an error.
            room = max(MAX_REPORTED - len(self.found), rule.name not in self.listed)
            self.found += [(rule, violation) for violation in violations[:room]]
            if violations[:room]:
                self.listed.add(rule.name)
            if omitted := outcome.omitted + len(violations[room:]):
                self.omitted[rule.name] += omitted

    def _lacks_tables(self) -> bool:
        """Whether a table that the package states a schema of could not be read."""
        told = (one for one in entries(self.package.raw) if isinstance(one, dict))
        read = set(map(stated, self.model.tables))
        return any("schema" in one and str(one.get("name")) not in read for one in told)

    def _idle(self) -> dict[str, str]:
        """Rules that had nothing to look at in the package, each with the reason."""
        asked = set[str]().union(*(reading.asked for reading in self.readings.values()))
        tables = self.package.tables.values()
        declared = {name for table in tables for name in table.schema.stated}
        found: dict[str, str] = {}
        for rule in RULES.values():
            lacking = [name for name in rule.declared if name not in declared]
            if lacking:
                found[rule.name] = f"the package declares no {lacking[0]}"
            elif rule.group == "cell" and rule.name not in asked:
                found[rule.name] = "no column that could be read asks for it"
            elif rule.group == "structure" and not self.readings:
                found[rule.name] = "no table could be read"
        return found

    def _withhold(self, rule: Rule, violations: list[Violation], more: int) -> None:
        """Keep what follows from other findings apart from these, and count it."""
        room = max(MAX_REPORTED - len(self.followers), 0)
        self.followers += [(rule, violation) for violation in violations[:room]]
        if number := len(violations) + more:
            self.withheld[rule.name] += number

    def _leave(self, what: str, way: str, name: str | None = None, follows: bool = False) -> None:
        """Say that something is not checked, and the way to have it checked."""
        told = not_checked(what, way, field=name, file=DESCRIPTOR, follows=follows)
        self._add(Outcome(RULES[NOT_CHECKED], [told]))

    def _check_files(self) -> None:
        stats = {path: future.result() for path, future in self.file_stats.items()}
        for rule in in_group("package"):
            results = rule.check(self.package, self.archive, stats)
            self._add(rule.evaluate(results, self.database))

    def _start_file_stats(self, executor: Executor) -> None:
        """Begin to read the bytes of all files, the largest first."""
        wanted = package.algorithms(self.package)
        for path in (one for one, _ in self.sizes.most_common() if one not in self.elsewhere):
            file, digests = self.archive.path_of(path), wanted.get(path, frozenset())
            self.file_stats[path] = executor.submit(file_stats, file, digests, count_lines=True)

    def _read_tables(self, folder: Path) -> None:
        tables, bare = self.package.tables, bare_tables(self.package)
        self._leave_refused()
        for table in (one for one in bare if "schema" not in one.resource.extra):
            self._leave("its cells: it has no schema", "give it one", table.name)
        for resource in self.package.resources:
            for address in resource.remote:
                self._leave(f"{address} is not fetched", UNFETCHED, resource.name)
        done = self._read_all([*tables.values(), *bare], folder)
        self.readings = {name: done[name] for name in [*tables, *(table.name for table in bare)]}
        for name, reading in self.readings.items():
            self._add(*reading.outcomes)
            if name in tables and reading.rows is not None and reading.related:
                self.model.tables[name] = reading.table
                self.model.numbers |= {(name, one): n for one, n in reading.numbers.items()}

    def _read_all(self, tables: list[Table], folder: Path) -> dict[str, Reading]:
        """What reading each of some tables gives, by name."""
        numbers = count()
        # The largest first, so that no core waits for the last one.
        largest = sorted(tables, key=lambda table: -self.sizes[table.path])
        numbering = self.sizes.total() >= NUMBERED_BYTES and keys_alone(self.package)

        def read(table: Table) -> Reading:
            place = folder / str(number := next(numbers))
            place.mkdir()
            self.progress(f"reading {stated(table.name)}", number, self.tables + 2)
            parts = (self.package, self.archive, self.database, self.file_stats, place)
            return Reading(table, *parts, numbering=numbering).read()

        return {one.table.name: one for one in self.database.map_parallel(read, largest)}

    def _leave_tongues(self, tongues: Mapping[str, str], what: str, way: str) -> None:
        """Say of each article what is not checked because of its language."""
        told = (
            not_checked(f"{what}, in the language {tag!r}", way, field=source, file=DESCRIPTOR)
            for source, tag in tongues.items()
        )
        self._add(RULES[NOT_CHECKED].evaluate(told, self.database))

    def _leave_refused(self) -> None:
        """Say of each table that cannot be read that its rows are not checked."""
        for resource in (one for one in self.package.resources if one.name in self.package.refused):
            if "schema" in resource.extra:
                what, way = "its rows: its entry or schema has faults", "mend them first"
                self._leave(what, way, resource.name, follows=True)
            elif tells_table(resource):
                self._leave("its rows: it has no schema", "give it one", resource.name)

    def _check_relations(self) -> None:
        self.progress("checking keys and receipts", self.tables, self.tables + 2)
        if self.large:
            self.model.number_edges()
        # Keys need no more than that, and half of the rest is Python on one core.
        self._evaluate_parallel(self._prepare, "reference", "key")
        self._evaluate_parallel(None, "span", "figure", "evidence", "consistency")
        self._leave_tongues(self.model.unread, "its figures, dates and sentences", UNREAD)

    def _prepare(self) -> None:
        """Ask the rules which figures and edges they need, and put these together."""
        rules = in_group("figure", "evidence")
        asked = [one for rule in rules for one in rule.check(self.model) if isinstance(one, Query)]
        figures = [one.figures for one in asked if one.figures]
        self.model.prepare(figures, [one.edges for one in asked if one.edges])

    def _evaluate_parallel(self, first: Callable[[], None] | None, *groups: str) -> None:
        """Ask the rules of some groups side by side, and carry out `first` beside them."""

        def ask(rule: Rule) -> Outcome:
            return rule.evaluate(rule.check(self.model), self.database)

        rules = [partial(ask, rule) for rule in in_group(*groups)]
        tasks: list[Callable[[], Outcome | None]] = [*([first] if first else []), *rules]
        done = self.database.map_parallel(lambda task: task(), tasks)
        self._add(*filter(None, done))

    def _check_texts(self, folder: str | Path | None) -> None:
        self.progress("comparing with the texts", self.tables + 1, self.tables + 2)
        hashes = articles.source_hashes(self.model)
        if folder is None:
            if hashes:
                self._leave("offsets and sentences against the articles' texts", "give --texts DIR")
            return
        found = article_texts.find(folder, hashes.values())
        texts = {source: found[digest] for source, digest in hashes.items() if digest in found}
        for source in hashes:
            if source not in texts:
                self._leave("its offsets against its text", "put its text into the folder", source)
        self._leave_tongues(self.model.unheard(texts), "what its sentences say of claims", UNHEARD)
        for rule in in_group("text"):
            self._add(rule.evaluate(rule.check(self.model, texts), self.database))
        self.spans_in_texts = articles.spans_of(self.model, texts)

    def _receipts(self) -> Receipts:
        if not self.model.traceable:
            return Receipts()
        (counts,) = self.database.rows(
            """SELECT sum(bit_count(need)), sum(bit_count(need & had)),
                sum(bit_count(need & weak & ~inferred)), sum(bit_count(need & inferred))
            FROM shared.record_receipts"""
        )
        required, evidenced, *weaker = (int(number or 0) for number in counts)
        inherited, inferred = weaker
        parts = (required, evidenced, inherited, inferred, self._exempt())
        return Receipts(*parts, self._grades())

    def _exempt(self) -> int:
        """How many filled cells of traced tables need no receipt."""
        parts = [
            f"SELECT {' + '.join(f'count({identifier(f.name)})' for f in exempt)} AS cells "
            f"FROM {identifier(table.name)}"
            for table in self.model.records()
            if (exempt := [f for f in table.schema.fields if f.evidence == "exempt"])
        ]
        rows = self.database.rows(" UNION ALL ".join(parts)) if parts else []
        return sum(number for (number,) in rows)

    def _grades(self) -> dict[str, int]:
        """How many claims there are of each grade, from the strongest."""
        claims = [table.name for table, _ in self.model.each("principal")]
        rows = self.database.rows(
            f"""SELECT (need & weak & ~inferred) <> 0, (need & inferred) <> 0, count(*)
            FROM shared.record_receipts WHERE {among("tab", claims)} GROUP BY ALL"""
        )
        found = Counter[str]()
        for inherited, inferred, number in rows:
            found[grade(inherited, inferred)] += number
        return {name: found[name] for name in GRADES} if found else {}
