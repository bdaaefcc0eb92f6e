"""Which rules are asked, and which findings are allowed: applied to a report once it is there.

Rules are selected by name or by group. An allow-list is a TOML file of findings that a package
lives with, each with its reason; an entry that no longer matches a finding is itself a finding, so
that no exception outlives its cause.
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import product
from operator import attrgetter
from pathlib import Path
from typing import Any

from kzdata.engine.limits import Limits, apart
from kzdata.errors import (
    KzdataError,
    LimitError,
    NotJSONError,
    PackageError,
    UsageError,
    nearest,
    require,
)
from kzdata.files.archive import Place, address_of, bundled, workspace
from kzdata.files.folder import Folder, bounded
from kzdata.files.limits import DEFAULT, PackageLimits
from kzdata.validation.report import NOT_CHECKED, SEVERITIES, Finding, Report, Severity, exceeded
from kzdata.validation.rule import GROUPS, RULES, Violation, in_group, rule
from kzdata.validation.runner import Progress, run_validation

ALLOW_LIST = "kzdata-allow.toml"  # name of the allow-list beside a descriptor
MAX_BYTES = 1 << 20
# Squares of the numbers of dots of each line of an allow-list: a thousand in one, or ten in each of
# ten thousand.
MAX_DOTS = 1_000_000
_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*allow[ \t]*\]\]", re.M)


@rule(
    "package",
    "delete the entry, or correct what it names",
    source="the package declares in its allow-list what it lives with: docs/validation.md",
)
def allow_stale(*_: Any) -> Iterator[Violation]:
    """Each entry of the allow-list matches a finding.

    An entry whose fault was mended would hide the next one. Entries of rules that were
    left out, or that had nothing to look at, are not judged.
    """
    return iter(())  # `narrowed` finds them, which alone knows the entries


@rule(
    "package",
    "allow more with --memory-limit and --timeout, or divide the package",
    source="docs/security.md: a validation that was stopped MUST NOT pass for one that "
    "found nothing",
)
def limit_exceeded(*_: Any) -> Iterator[Violation]:
    """The whole validation stays within its limits of memory and time.

    What takes more is stopped, and then nothing is known of the package (docs/security.md).
    """
    return iter(())  # `kzdata.engine.limits` stops it, and `exceeded` says so


@rule(
    "oracle",
    "see docs/validation-differences.md; report it where neither is right",
    "warning",
    source="advice, asked for with --reference: docs/validation-differences.md",
)
def reference_disagrees(*given: Any) -> list[Finding]:
    """Frictionless and kzdata say the same of every cell, key and row (`--reference`)."""
    from kzdata.validation.frictionless import compare

    try:
        return compare(*given)
    except NotJSONError:  # `descriptor` says so: there is nothing to compare
        return []


# Rule, file, record and field; None stands for any.
Scope = tuple[str, str | None, str | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of an allow-list: the findings that it covers, and why."""

    rule: str
    reason: str  # why the findings may stay
    file: str | None = None  # only in this file of the package; in any by default
    record: str | None = None  # only of this record
    field: str | None = None  # only in this column
    line: int | None = None  # of the entry in its file, where known

    @property
    def scope(self) -> Scope:
        """What the entry covers."""
        return self.rule, self.file, self.record, self.field

    @property
    def words(self) -> str:
        """What it covers, on one line."""
        stated = zip(("rule", "file", "record", "field"), self.scope, strict=True)
        return ", ".join(f"{name} {value}" for name, value in stated if value is not None)


@dataclass(frozen=True, slots=True)
class AllowList:
    """Findings that a package lives with."""

    name: str = ALLOW_LIST  # the file, relative to the package, as findings about it name it
    entries: Sequence[Entry] = ()


def left_out(select: Iterable[str] = (), ignore: Iterable[str] = ()) -> frozenset[str]:
    """Rules that do not count, by names of rules and groups; with nothing to select, all count.

    Raises:
        UsageError: A name is that of no rule and no group, or no rule is left.
    """
    chosen = _rules_named(select) or frozenset(RULES)
    if not chosen - _rules_named(ignore):
        raise UsageError("no rule is left to ask; select one that is not ignored")
    return frozenset(RULES) - chosen | _rules_named(ignore)


def narrowed(report: Report, left_out: Container[str], allow: AllowList = AllowList()) -> Report:
    """The report with the findings that count, and a finding for each stale entry."""
    kept = replace(
        report,
        findings=tuple(f for f in report.findings if f.rule not in left_out),
        omitted=_asked(report.omitted, left_out),
        withheld=_asked(report.withheld, left_out),
        followers=tuple(_told(report, left_out)),
        left_out=tuple(name for name in RULES if name in left_out),
    )
    # Where a table could not be read, nobody knows what its rows would have shown.
    return _suppress(kept, allow, not report.followers) if allow.entries else kept


def _told(report: Report, left_out: Container[str]) -> Iterator[Finding]:
    """What follows from other findings, and what was not checked, whatever was selected."""
    if NOT_CHECKED in left_out:
        yield from (found for found in report.findings if found.rule == NOT_CHECKED)
    for found in report.followers:
        if found.rule == NOT_CHECKED or found.rule not in left_out:
            yield found


def _asked(counts: Mapping[str, int], left_out: Container[str]) -> dict[str, int]:
    return {name: number for name, number in counts.items() if name not in left_out}


def _suppress(report: Report, allow: AllowList, judged: bool) -> Report:
    """A report without the findings that an allow-list covers, with one for each stale entry.

    Entries are not `judged` where what they cover may be in a table that could not be read.
    """
    kept: list[Finding] = []
    allowed: Counter[str] = Counter()
    used: set[Scope] = set()
    stated = {entry.scope for entry in allow.entries}
    for finding in report.findings:
        # Eight look-ups: entries and findings, each with each, take minutes where both are many.
        places = ((finding.file, None), (finding.record, None), (finding.field, None))
        covering = stated.intersection(product((finding.rule,), *places))
        used |= covering
        if covering:
            allowed[finding.rule] += 1
        else:
            kept.append(finding)
    omitted = dict(report.omitted)
    for entry in allow.entries:
        if entry.scope == (entry.rule, None, None, None):
            allowed[entry.rule] += omitted.pop(entry.rule, 0)
    kept += _unlisted(omitted, kept, report.findings)
    kept += _stale(allow, used, report) if judged else ()
    return replace(
        report,
        findings=tuple(sorted(kept, key=attrgetter("order"))),
        omitted=omitted,
        allowed=dict(+allowed),
    )


def _unlisted(
    omitted: Mapping[str, int], kept: Iterable[Finding], findings: Iterable[Finding]
) -> Iterator[Finding]:
    """A finding for each rule of which all that is listed is allowed, and more is not listed."""
    # What nobody has seen cannot have been allowed one by one.
    listed = {finding.rule for finding in kept}
    first = {finding.rule: finding for finding in reversed(list(findings))}
    expected = "an entry of the allow-list for the whole rule, or none of these"
    for name, number in omitted.items():
        if name not in listed and (one := first.get(name)):
            found = f"{number} more that are not listed"
            yield Finding(name, one.severity, one.file, found=found, expected=expected, fix=one.fix)


def _stale(allow: AllowList, used: Container[Scope], report: Report) -> Iterator[Finding]:
    """A finding for each entry that covers nothing, where its rule could have found something."""
    this, expected = RULES["allow-stale"], "a finding that this entry allows"
    untold = {*report.left_out, *report.omitted, *_unasked(report)}
    for entry in allow.entries if this.name not in report.left_out else ():
        if entry.scope not in used and entry.rule not in untold:
            parts = {"record": entry.record, "field": entry.field, "found": entry.words}
            yield this.finding(allow.name, entry.line, expected=expected, **parts)


def idle(report: Report) -> dict[str, str]:
    """Rules that had nothing to look at, with the reason."""
    found = {finding.rule for finding in (*report.findings, *report.followers)}
    reasons = {**report.idle, **_unasked(report)}
    return {name: reasons[name] for name in RULES if name in reasons and name not in found}


def _unasked(report: Report) -> dict[str, str]:
    """Rules that had nothing to look at in this run, and could have in another, with the reason."""
    reasons: dict[str, str] = {}  # by group
    if not report.spans_in_texts:
        reasons["text"] = "no article's text was at hand"
    if not report.receipts.required:
        untraced = "no cell of the package needs a receipt"
        reasons |= dict.fromkeys(("span", "figure", "evidence"), untraced)
    if not report.compared:
        reasons["oracle"] = "frictionless was not asked: --reference"
    found = {finding.rule for finding in report.findings}
    asked = [rule for rule in RULES.values() if rule.group in reasons and rule.name not in found]
    return {rule.name: reasons[rule.group] for rule in asked}


def _rules_named(names: Iterable[str]) -> frozenset[str]:
    """The rules that names of rules and groups stand for; several may stand in one, with commas."""
    found: set[str] = set()
    for name in (part.strip() for given in names for part in given.split(",")):
        if name not in RULES and name not in GROUPS:
            raise UsageError(f"no rule or group {name!r}{nearest(name, [*RULES, *GROUPS])}")
        found |= {rule.name for rule in RULES.values() if name in (rule.name, rule.group)}
    return frozenset(found)


# ------------------------------------------------------------------------------ allow-lists


def read(file: str | Path, root: Path | None = None) -> AllowList:
    """Read an allow-list that a user named; findings name its file relative to `root`.

    It is a TOML file with an array of tables `allow`, each with `rule` and `reason` and, to narrow
    it, `file`, `record` and `field`.
    """
    path = Path(file)
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise PackageError(f"{file}: cannot read the allow-list: {error.strerror}") from error
    name = path.as_posix()
    with suppress(OSError, ValueError):
        name = Path(os.path.relpath(path, root)).as_posix()
    return AllowList(name, _parsed(content, str(file)))


def package_allow_list(path: str | Path | None) -> AllowList:
    """The allow-list beside a package's descriptor; an empty one where there is none."""
    # A zip is no folder, so it has none: a package that was sent must not allow its own faults.
    place = root(path) / ALLOW_LIST
    with Folder(root(path)) as files:
        try:
            file = files.file(ALLOW_LIST)
            if not file.is_file():
                return AllowList()
            content = bounded(file, MAX_BYTES)
        except (OSError, PackageError) as error:
            raise PackageError(f"{place}: cannot read the allow-list: {error}") from error
    return AllowList(ALLOW_LIST, _parsed(content, str(place)))


def _parsed(content: bytes, label: str) -> tuple[Entry, ...]:
    import tomllib

    if len(content) > MAX_BYTES:
        raise PackageError(f"{label}: an allow-list has at most {MAX_BYTES} bytes")
    try:
        text = content.decode("utf-8-sig")
        # What Python's reader takes for a key grows with the square of its parts.
        if sum(line.count(".") ** 2 for line in text.splitlines()) > MAX_DOTS:
            raise PackageError(f"{label}: too many dots in a line; an entry's keys have none")
        parsed = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise PackageError(f"{label}: not TOML in UTF-8: {error}") from error
    return _entries(parsed, text, label)


def root(path: str | Path | None) -> Path:
    """The directory that a package's files are named relative to; of a zip, the zip itself."""
    place = bundled() if path is None else Path("." if address_of(path) else path)
    return place.parent if place.suffix == ".json" and not place.is_dir() else place


def _entries(parsed: Mapping[str, Any], text: str, label: str) -> tuple[Entry, ...]:
    tables = parsed.get("allow", [])
    further = sorted(set(parsed) - {"allow"})
    if further or not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        wrong = f"{further[0]!r} is not known" if further else "`allow` is not an array of tables"
        raise PackageError(f"{label}: {wrong}; entries begin with [[allow]]")
    lines = [text.count("\n", 0, match.start()) + 1 for match in _HEADER.finditer(text)]
    # TOML writes such arrays in other ways, too: rather no line than a wrong one.
    places = lines if len(lines) == len(tables) else [None] * len(tables)
    return tuple(
        _entry(table, line, f"{label}, entry {number}")
        for number, (table, line) in enumerate(zip(tables, places, strict=True), 1)
    )


def _entry(table: Mapping[str, Any], line: int | None, label: str) -> Entry:
    known = ("rule", "reason", "file", "record", "field")
    for name, value in table.items():
        if name not in known:
            raise PackageError(f"{label}: {name!r} is not known{nearest(name, known)}")
        if not isinstance(value, str) or not value.strip():
            raise PackageError(f"{label}: {name!r} must be text, and not empty")
    for name in ("rule", "reason"):
        if name not in table:
            raise PackageError(f"{label}: {name!r} is missing")
    rule = table["rule"]
    rules = [name for name in RULES if name != "allow-stale"]
    if rule not in rules:
        raise PackageError(f"{label}: no rule {rule!r} that can be allowed{nearest(rule, rules)}")
    return Entry(**table, line=line)


# ------------------------------------------------------------------------------ validation


def validate(
    path: str | Path | None = None,
    *,
    texts: str | Path | None = None,
    threads: int | None = None,
    memory_limit: str | None = None,
    temp_dir: str | Path | None = None,
    progress: Progress | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    allow: str | Path | bool = True,
    reference: bool = False,
    fail_on: Severity = "error",
    limits: Limits | None = None,
    package_limits: PackageLimits = DEFAULT,
    spark: Any = None,
    scratch: str | Path | None = None,
    tables: Mapping[str, Any] | None = None,
    remote: bool = False,
) -> Report:
    """Check a package against its own declarations.

    Give `limits` for packages by strangers: the work is then done in a process of its own, which is
    stopped when it takes more memory or time. Without them it is done in this one.

    Args:
        path: A directory, a `datapackage.json` or a zip; the bundled package by default.
        texts: Directory with the articles; without it offsets are checked against checksums only.
        threads: Threads that DuckDB may use for one query; by default all cores, or one where
            the package is small.
        memory_limit: Memory that DuckDB may use before it spills to disk, such as `2GB`.
        temp_dir: Directory for what DuckDB spills and for tables that have to be turned into UTF-8
            CSV; nothing of it is left afterwards. The system's own by default.
        progress: Called as each step begins: its name, its number from 0, how many there are.
        select: Names of rules or groups to ask; all by default.
        ignore: Names of rules or groups to leave out.
        allow: A file of findings that are allowed; True for `kzdata-allow.toml` beside the
            descriptor, if there is one; False for none.
        reference: Run frictionless too, and warn of each disagreement.
        fail_on: The least severity of a finding for which `Report.passed` is false.
        limits: What the validation may take; `progress` is not called then.
        package_limits: How large the package may be: what is beyond is not checked.
        spark: A Spark session, whose workers read the files; each sees them by the same path.
        scratch: With `spark`, a folder or address that its workers and this process can write to.
        tables: With `spark`, DataFrames by the names of the resources that they are the rows of;
            the other resources are read from their files. They are written into `scratch` as
            Parquet, where the places of findings are.
        remote: Fetch files at addresses, within `package_limits`: `path` may be the address of a
            `datapackage.json` (https, http, s3, gs, abfs), and resources may name theirs.

    Returns:
        The findings, with what was checked and what was not. Bad data never raises, and what takes
        more than its limits is a finding (`limit-exceeded`).

    Raises:
        EngineError: Spark failed.
        MissingExtraError: frictionless is to run, or Spark, or something is to be fetched, and a
            library is not installed.
        PackageError: The package, the directory of texts or the allow-list cannot be read at all,
            or something cannot be fetched.
        UsageError: A name in `select` or `ignore` is that of no rule and no group, `fail_on` is no
            severity, nothing can be written in `temp_dir`, or something does not go with `spark`.
    """
    select, ignore = list(select), list(ignore)
    if fail_on not in SEVERITIES:
        raise UsageError(f"no severity {fail_on!r}; there are {', '.join(SEVERITIES)}")
    options = {
        "path": path,
        "texts": texts,
        "threads": threads,
        "memory_limit": memory_limit,
        "select": select,
        "ignore": ignore,
        "allow": allow,
        "reference": reference,
        "fail_on": fail_on,
        "package_limits": asdict(package_limits),
    }
    if spark is not None or scratch is not None or tables:
        others = {"texts": texts, "threads": threads, "limits": limits, "remote": remote or None}
        others["reference"] = True if reference and tables else None  # it reads files alone
        _check_spark(spark, scratch, **others)
    if limits is not None:
        return _validate_apart(options | {"remote": remote}, limits, temp_dir)
    unasked = left_out(select, ignore)
    listed = AllowList()
    if allow:
        listed = _own_allow_list(path) if allow is True else read(allow, root(path))
    if reference:
        require("frictionless", "frictionless")
    with _fetching(path, remote, temp_dir, package_limits) as (package, place, stated):
        parts = (memory_limit, place, progress, package_limits)
        if spark is None:
            report = run_validation(package, texts, threads, *parts)
        else:
            report = _on_spark(spark, str(scratch), tables or {}, path, *parts)
        report = replace(report, fail_on=fail_on)
        # Before anything is left out or allowed: else frictionless alone would find it.
        if reference:
            report = _with_reference(package, report, place, package_limits)
        return narrowed(stated(report), unasked, listed)


@contextmanager
def _fetching(
    path: str | Path | None, remote: bool, temp_dir: str | Path | None, limits: PackageLimits
) -> Iterator[tuple[Place, str | Path | None, Callable[[Report], Report]]]:
    """What is to be opened, where temporary files go, and how a report names what was fetched."""
    if not remote:
        yield path, temp_dir, lambda report: report
        return
    from kzdata.files.remote import Fetching

    with workspace(temp_dir) as folder:
        (made := folder / "fetched").mkdir()
        fetching = Fetching(made, limits)
        yield fetching.package(path), folder, partial(_with_addresses, fetching.stated)


def _with_addresses(stated: Callable[[str], str], report: Report) -> Report:
    """A report in which addresses stand for the files that were fetched."""

    def named(one: Finding) -> Finding:
        file, found, expected, fix = map(stated, (one.file, one.found, one.expected, one.fix))
        return replace(one, file=file, found=found, expected=expected, fix=fix)

    found, followers = (tuple(map(named, some)) for some in (report.findings, report.followers))
    return replace(report, findings=found, followers=followers)


def _own_allow_list(path: str | Path | None) -> AllowList:
    """The allow-list of a package; a stranger's, which is fetched, has none."""
    return AllowList() if address_of(path) else package_allow_list(path)


def _check_spark(spark: Any, scratch: str | Path | None, **others: Any) -> None:
    """Refuse what does not go with Spark, or without it."""
    if spark is None:
        name = "scratch" if scratch is not None else "tables"
        raise UsageError(f"{name} is for Spark; name a session (spark), or leave it out")
    if not scratch:
        raise UsageError("no scratch; name a folder that Spark's workers and this process see")
    if unfit := [name for name, value in others.items() if value is not None]:
        raise UsageError(f"{unfit[0]} is for one machine; leave it out, or do without spark")


def _on_spark(
    spark: Any, scratch: str, tables: Mapping[str, Any], path: str | Path | None, *options: Any
) -> Report:
    """Check a package whose files, or tables, the workers of a session read."""
    from kzdata.validation.distributed.driver import run_distributed
    from kzdata.validation.distributed.spark import SparkEngine, carried_out
    from kzdata.validation.distributed.tables import package_of_tables

    with SparkEngine(spark, scratch) as engine:
        if not tables:
            return run_distributed(path, engine, *options)
        place, limits = engine.folder / "package", options[-1]
        made = package_of_tables(path, tables, place, limits, carried_out)
        named = str(bundled() if path is None else path)
        return replace(run_distributed(made, engine, *options), path=named)


def _with_reference(
    path: Place, report: Report, temp_dir: str | Path | None, limits: PackageLimits
) -> Report:
    """A report with what the rules about reports find."""
    given = bundled() if path is None else path, report, temp_dir, limits
    found = [one for rule in in_group("oracle") for one in rule.check(*given)]
    findings = sorted([*report.findings, *found], key=attrgetter("order"))
    return replace(report, findings=tuple(findings), compared=True)


def _validate_apart(options: dict[str, Any], limits: Limits, temp_dir: str | Path | None) -> Report:
    """Check a package in a process of its own."""
    paths = {name: _absolute(options[name]) for name in ("path", "texts", "allow")}
    if address := address_of(options["path"]):
        paths["path"] = address
    place = None if temp_dir is None else Path(temp_dir)
    try:
        report = Report.of(apart(f"{__name__}:validate_to_json", options | paths, limits, place))
        named = None if address else options["path"]
        return report if named is None else replace(report, path=str(named))
    except LimitError as error:
        report = exceeded(str(options["path"] or "kzdata"), str(error))
        return replace(report, fail_on=options["fail_on"])
    except KzdataError as error:
        # A message names a file as the caller did.
        for name, path in paths.items():
            if isinstance(options[name], str | Path):
                error.args = (str(error).replace(path, str(options[name])),)
        raise


def _absolute(value: Any) -> Any:
    """A path as JSON has it, and of this process's working directory; other values as they are."""
    with suppress(OSError):  # that directory may have been removed
        return str(Path(value).absolute()) if isinstance(value, str | Path) and value else value
    return str(value)


def validate_to_json(package_limits: dict[str, int], **options: Any) -> dict[str, Any]:
    """What `validate` finds, as JSON values; for `kzdata.engine.limits.apart`."""
    report = validate(**options, package_limits=PackageLimits(**package_limits))
    return {**report.as_dict(), "compared": report.compared}
