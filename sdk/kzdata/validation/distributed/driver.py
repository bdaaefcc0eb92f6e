"""The driver: it gives out the pieces of a package, and puts together what their tasks say.

What it does with what was found is what one machine does with it (`Run`): the same limits, the same
order, the same report.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from kzdata.engine.database import Database
from kzdata.errors import NotJSONError, UsageError
from kzdata.files.archive import bundled, opened, workspace
from kzdata.files.csv import FileStats
from kzdata.files.limits import DEFAULT, PackageLimits
from kzdata.standard.descriptor import MAX_NAME, Table
from kzdata.standard.parsing import parse
from kzdata.validation.declared import with_fields_checked
from kzdata.validation.distributed.engine import Engine
from kzdata.validation.distributed.pieces import (
    Parcel,
    Piece,
    keys_of,
    pieces_of,
    spared,
    versions,
    wanted,
)
from kzdata.validation.locate import located
from kzdata.validation.reading import Reading, without
from kzdata.validation.report import NOT_CHECKED, Finding, Receipts, Report, unreadable
from kzdata.validation.rule import MAX_FINDINGS, RULES, Outcome, Rule, Violation, in_group
from kzdata.validation.rules.keys import Key
from kzdata.validation.runner import Progress, Run, file_sizes

PIECE_MEMORY = "1GiB"  # that DuckDB takes in a task before it spills, where nobody says otherwise
BUCKET_BYTES = 256 << 20  # of the tables' files, of whose keys a bucket has its share
MAX_BUCKETS = 2_000
_Named = tuple[str, bytes]  # keys as bytes, and the name of the table that they become
UNSHARED = "what kzdata: declarations ask of it: receipts, figures, dates, what belongs together"
OF_FIRST_FILE = (NOT_CHECKED, "csv-header", "recommendation")
ONE_MACHINE = "validate it on one machine"


def run_distributed(
    path: str | Path | None,
    engine: Engine,
    memory_limit: str | None = None,
    temp_dir: str | Path | None = None,
    progress: Progress | None = None,
    limits: PackageLimits = DEFAULT,
) -> Report:
    """What the rules find in a package whose files the tasks of an engine read.

    Raises:
        PackageError: The package cannot be read at all.
        UsageError: It is a zip, or versions on the workers are others than here.
    """
    place = (bundled() if path is None else Path(path)).absolute()
    if place.is_file() and place.suffix not in (".json", ".yaml", ".yml"):
        reason = "workers read files where they lie; unpack it to where all of them see it"
        raise UsageError(f"{path}: a packed package: {reason}")
    try:
        with workspace(temp_dir) as folder, opened(path, folder, limits) as archive:
            package = with_fields_checked(parse(archive))
            sizes = file_sizes(archive, package)
            memory = memory_limit or PIECE_MEMORY
            with Database(1, memory, temp_dir=folder, spill=limits.spilled) as database:
                parts = (archive, package, database, progress or _silent, sizes, False)
                asked: dict[str, Any] = {"package": str(place), "limits": asdict(limits)}
                asked["memory"] = memory
                asked["temp_dir"] = None if temp_dir is None else str(Path(temp_dir).absolute())
                return DistributedRun(*parts, engine=engine, asked=asked).report(None, folder)
    except NotJSONError as error:
        return unreadable(str(path)[:MAX_NAME], error)


def _silent(step: str, number: int, of: int) -> None:
    """Tell nobody of a step."""


class Told(NamedTuple):
    """What the task of a piece tells of it."""

    piece: Piece
    number: int
    said: Mapping[str, Any]


@dataclass
class DistributedRun(Run):
    """One validation whose tables are read by the tasks of an engine."""

    engine: Engine = field(kw_only=True)
    asked: dict[str, Any] = field(kw_only=True)  # of each task
    findings: dict[tuple[str, Violation], Finding] = field(default_factory=dict)
    jobs: dict[int, Parcel] = field(default_factory=dict)  # by the number of the piece
    read: dict[str, list[Told]] = field(default_factory=dict)  # by table, file by file

    def __post_init__(self) -> None:
        super().__post_init__()
        self.pieces = dict(enumerate(pieces_of(self.package, self.sizes)))
        tables = {piece.table for piece in self.pieces.values()}
        resources = (one for one in self.package.resources if one.name in tables)
        self.elsewhere = frozenset(path for one in resources for path in one.path)

    def _read_all(self, tables: list[Table], folder: Path) -> dict[str, Reading]:
        self.progress("reading tables", 0, self.tables + 2)
        self._read_pieces(self.pieces)
        # What is said of a table whose files are not alike hangs on all of them: it is read whole.
        odd = [name for name, told in self.read.items() if not _alike(told)]
        for told in (one for name in odd for one in self.read.pop(name)):
            del self.jobs[told.number]
        self._read_pieces({len(self.pieces) + n: Piece(name) for n, name in enumerate(odd)})
        return {table.name: self._reading(table, folder) for table in tables}

    def _read_pieces(self, pieces: Mapping[int, Piece]) -> None:
        """Have some pieces read, and keep what is said of them."""
        if not pieces:
            return
        size = sum(self.sizes.values())
        common = self.asked | {"buckets": max(1, min(size // BUCKET_BYTES, MAX_BUCKETS))}
        jobs = {
            number: Parcel(number, json.dumps(common | piece._asdict()))
            for number, piece in pieces.items()
        }
        self.jobs |= jobs
        told = [json.loads(one.text) for one in self.engine.run("read_piece", [*jobs.values()])]
        for said in sorted(told, key=itemgetter("number")):
            self._check_versions(said["versions"])
            piece = pieces[said["number"]]
            self.read.setdefault(piece.table, []).append(Told(piece, said["number"], said))
            for path, stats in said["stats"].items():
                self.file_stats[path] = Future()
                self.file_stats[path].set_result(FileStats(**stats))

    def _check_versions(self, theirs: Sequence[str]) -> None:
        for own, other in zip(versions(self.database), theirs, strict=True):
            if own != other:
                way = "install the same version everywhere"
                raise UsageError(f"{other} on a worker, {own} here; {way}")

    def _reading(self, table: Table, folder: Path) -> Reading:
        """What the tasks say of a table, as if it had been read here."""
        told = self.read[table.name]
        said = [one.said for one in told]
        if absent := {*said[0]["absent"]}:
            table = table._replace(schema=without(table.schema, absent))
        reading = Reading(table, self.package, self.archive, self.database, {}, folder)
        rows = [one["rows"] for one in said]
        reading.rows = None if None in rows else sum(rows)
        reading.related = all(one["related"] for one in said)
        reading.asked = {name for one in said for name in one["asked"]}
        reading.outcomes = list(self._outcomes(told, table))
        return reading

    def _before(self, table: str) -> dict[int, int]:
        """How many rows of a table stand before each of its pieces, by the piece's number."""
        found, before = {}, 0
        for one in self.read[table]:
            found[one.number] = before
            before += one.said["rows"] or 0
        return found

    def _outcomes(self, told: Sequence[Told], table: Table) -> Iterator[Outcome]:
        """What was found in the pieces of a table, rule by rule and column by column."""
        before, groups = self._before(table.name), defaultdict[Any, list[tuple[int, Any]]](list)
        for one in told:
            for number, outcome in enumerate(one.said["outcomes"]):
                if one.piece.start and outcome["rule"] in OF_FIRST_FILE:
                    continue  # the same is said of the first file
                # Of a table that one task read, each outcome is one.
                key = _place_of(number, outcome, table) if len(told) > 1 else number
                groups[key].append((before[one.number], outcome))
        for _, some in sorted(groups.items()):
            yield self._merged(some)

    def _merged(self, some: Sequence[tuple[int, Any]]) -> Outcome:
        """What one rule found in some pieces, as many as are kept of a table."""
        merged = Outcome(RULES[some[0][1]["rule"]])
        for before, outcome in some:
            for violation in self._known(outcome, before):
                merged.add(violation)
            merged.omitted += outcome["omitted"]
        return merged

    def _known(self, outcome: Mapping[str, Any], before: int) -> Iterator[Violation]:
        """The violations of an outcome, in the order of rows, whose findings are kept."""
        rule, found = RULES[outcome["rule"]], []
        for values, finding in outcome["found"]:
            violation = Violation(*values)
            if violation.ordinal is not None:
                violation = violation._replace(ordinal=violation.ordinal + before)
            self.findings[rule.name, violation] = Finding(*finding)
            found.append(violation)
        # Rules of shape go record by record, of which some are no rows.
        yield from found if rule.group == "structure" else sorted(found, key=_ordinal)

    def _located(self, found: list[tuple[Rule, Violation]]) -> Iterable[Finding]:
        for rule, violation in found:
            known = self.findings.get((rule.name, violation))
            yield known or next(iter(located([(rule, violation)], {})))

    # -------------------------------------------------------------------------- keys

    def _check_relations(self) -> None:
        self.progress("checking keys", self.tables, self.tables + 2)
        keys = self._keys()
        wrong = self._wrong(keys) if keys else {}
        for rule in in_group("reference", "key"):
            if own := {number: key for number, key in keys.items() if key.rule == rule.name}:
                self._add(self._of_keys(rule, own, wrong))
        for table in self.package.tables.values():
            if any(name.startswith("kzdata:") for name in table.schema.stated):
                self._leave(UNSHARED, ONE_MACHINE, table.name)

    def _keys(self) -> dict[int, Key]:
        """The keys that can be compared, by number: their tables and columns could be read."""
        tables = self.model.tables
        return {
            number: key
            for number, key in enumerate(keys_of(self.package.tables))
            if key.table.name in tables
            and {*key.columns} <= {*tables[key.table.name].schema.names}
            and (key.parent is None or key.parent.name in tables)
        }

    def _wrong(self, keys: Mapping[int, Key]) -> dict[int, list[tuple[int, Any]]]:
        """The rows of wrong keys, by the number of the key, piece by piece."""
        unique = [number for number, key in keys.items() if key.parent is None]
        foreign = [number for number, key in keys.items() if key.parent]
        asked = json.dumps({"unique": unique, "foreign": foreign, "pieces": [*self.jobs]})
        wrong = _by_piece(self.engine.compare("wrong_keys", "read_piece", asked), wanted)
        told = self._located_keys(wrong)
        if any(name in map(wanted, unique) for some in wrong.values() for name, _ in some):
            single = self.engine.compare("single_texts", "locate_keys", asked)
            misled = _by_piece(single, spared)
            told |= self._located_keys({n: [*wrong[n], *some] for n, some in misled.items()})
        before = {n: rows for name in self.read for n, rows in self._before(name).items()}
        found = defaultdict[int, list[tuple[int, Any]]](list)
        for piece, outcomes in sorted(told.items()):
            for number, outcome in outcomes.items():
                found[int(number)].append((before[piece], outcome))
        return found

    def _located_keys(self, wrong: Mapping[int, Sequence[_Named]]) -> dict[int, dict[str, Any]]:
        """The outcomes of wrong keys, by piece and by the number of the key."""
        jobs = [_with_keys(self.jobs[number], some) for number, some in sorted(wrong.items())]
        told = self.engine.run("locate_keys", jobs) if jobs else []
        return {said["number"]: said["keys"] for said in (json.loads(one.text) for one in told)}

    def _of_keys(
        self, rule: Rule, keys: Mapping[int, Key], wrong: Mapping[int, list[tuple[int, Any]]]
    ) -> Outcome:
        """What a rule about keys found, key by key."""
        outcome = Outcome(rule)
        for number, key in keys.items():
            for found in (wrong.get(number, []), self._empty(number, key)):
                kept = [one for before, part in found for one in self._known(part, before)]
                more = sum(part["omitted"] for _, part in found) + len(kept[MAX_FINDINGS:])
                for violation in kept[:MAX_FINDINGS]:
                    outcome.add(violation)
                outcome.omitted += more
        return outcome

    def _empty(self, number: int, key: Key) -> list[tuple[int, Any]]:
        """Rows in which a part of a primary key is empty, piece by piece."""
        before = self._before(key.table.name)
        some = ((one.number, one.said["empty"]) for one in self.read[key.table.name])
        return [(before[at], empty[str(number)]) for at, empty in some if str(number) in empty]

    # -------------------------------------------------------------------------- receipts

    def _check_texts(self, folder: str | Path | None) -> None:
        """No text is compared: `_check_relations` says so of what has receipts."""

    def _receipts(self) -> Receipts:
        return Receipts()


def _by_piece(parcels: Iterable[Parcel], table: Callable[[int], str]) -> dict[int, list[_Named]]:
    """Keys that a comparison gave, by piece, with the table that they become there."""
    found = defaultdict[int, list[_Named]](list)
    for one in parcels:
        found[one.bucket].append((table(int(one.text)), one.data))
    return found


def _with_keys(job: Parcel, keys: Sequence[_Named]) -> Parcel:
    """A job to look for keys in a piece."""
    sizes = [(name, len(data)) for name, data in keys]
    text = json.dumps(json.loads(job.text) | {"sizes": sizes})
    return job._replace(text=text, data=b"".join(data for _, data in keys))


def _alike(told: Sequence[Told]) -> bool:
    """Whether the files of a table could all be read, and have one header and one fault of it."""
    said = [one.said for one in told]
    read = all(one["opened"] and one["related"] and one["rows"] is not None for one in said)
    left = [
        [values for values, _ in outcome["found"]]
        for one in said
        for outcome in one["outcomes"]
        if outcome["rule"] == NOT_CHECKED
    ]
    first = left[: len(left) // len(said)]
    same = left == first * len(said)
    return len(said) == 1 or (read and same and len({one["header"] for one in said}) == 1)


_RULES = list(RULES)


def _place_of(number: int, outcome: Mapping[str, Any], table: Table) -> tuple[int, int, int]:
    """Where an outcome of a file stands among those of its table, as one machine has them."""
    rule, (values, _) = RULES[outcome["rule"]], outcome["found"][0]
    if rule.group == "cell":
        field, names = Violation(*values).field, table.schema.names
        return 2, names.index(field) if field in names else -1, _RULES.index(rule.name)
    if rule.group == "structure" and rule.name != "csv-header":
        return 1, _RULES.index(rule.name), 0
    return 0, number, 0


def _ordinal(violation: Violation) -> int:
    return -1 if violation.ordinal is None else violation.ordinal
