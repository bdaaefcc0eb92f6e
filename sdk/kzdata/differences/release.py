"""What a release must keep: a version that says enough, a line in the changelog, its ids."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from inspect import cleandoc
from pathlib import Path
from typing import Any, TypeVar

from kzdata.differences.bumps import Level, precedence, suffices
from kzdata.differences.changes import CHANGES, Diff
from kzdata.differences.comparing import (
    TOMBSTONES,
    Progress,
    compared,
    read_tombstones,
    without_tombstone,
)
from kzdata.differences.git import tags
from kzdata.differences.version import Version
from kzdata.engine import sql
from kzdata.engine.database import Database
from kzdata.engine.sql import ORD
from kzdata.files.archive import CHANGELOG, DESCRIPTOR
from kzdata.standard.descriptor import SEMVER, Table
from kzdata.validation.report import Finding, Report, Severity, not_checked
from kzdata.validation.rule import Rule

MAX_FINDINGS = 1_000  # findings of one rule that are kept; the rest is counted


@dataclass(frozen=True)
class ReleaseReport(Report):
    """Whether a version may be released after another one.

    Attributes:
        previous: The version that it follows; empty where there is none.
        bump: The least bump that the differences ask for.
        least_version: The least version that it may have; None without a previous one.
    """

    previous: str = ""
    bump: Level = "none"
    least_version: str | None = None

    @property
    def verdict(self) -> str:
        """One line: whether it may be released, and after which version."""
        name = f"{self.package} {self.version}".strip()
        may = "may" if self.valid else "may not"
        after = f" after {self.previous}" if self.previous else ""
        bump = f" (least bump: {self.bump})" if self.previous else ""
        return f"{name} {may} be released{after}{bump}"

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, for JSON."""
        own = {"previous": self.previous, "bump": self.bump, "least_version": self.least_version}
        return super().as_dict() | own


def release_check(
    old: str | Path | None = None,
    new: str | Path = ".",
    *,
    threads: int | None = None,
    memory_limit: str | None = None,
    progress: Progress | None = None,
) -> ReleaseReport:
    """Whether a version may be released after another one; a finding says what stands against it.

    Args:
        old: The version before, as `diff` takes it; by default the package at the newest tag of
            the working directory's repository that is a version (`1.2.0`, `v1.2.0`) and from which
            the revision in it descends. Where there is no such tag, only the changelog is checked.
        new: The version to be released, as `diff` takes it.
        threads: How many threads; all cores by default.
        memory_limit: Such as `2GB`; what is more is kept on disk.
        progress: Called with the step that begins, its number, and how many there are.

    Raises:
        PackageError: A version cannot be read, or one of its tables is malformed.
    """
    with ExitStack() as stack:
        after = stack.enter_context(Version(new))
        before = old if old is not None else last_release(new)
        if before is None:
            reason = "what differs from the release before: no git tag is a version"
            left = not_checked(reason, "name the version before: kzdata release-check OLD NEW")
            return ReleaseReport(*after.side[:2], [*_changelog(after), left])
        earlier = stack.enter_context(Version(before))
        database = Database(threads, memory_limit)
        diff = stack.enter_context(compared(earlier, after, database, progress))
        case = Case(earlier, after, diff, database)
        found = [finding for rule in RELEASE_RULES.values() for finding in rule.check(case)]
        return ReleaseReport(
            *after.side[:2],
            found,
            case.omitted,
            previous=diff.old.version or diff.old.place,
            bump=diff.bump,
            least_version=diff.least_version,
        )


def last_release(new: str | Path) -> str | None:
    """The package `new` at the newest tag that is a version, as `diff` takes it, or None."""
    versions = {tag: tag.removeprefix("v") for tag in tags()}
    known = [tag for tag, version in versions.items() if SEMVER.fullmatch(version)]
    if not known:
        return None
    newest = max(known, key=lambda tag: precedence(versions[tag]))
    place = Path(new)
    # To git, `./` is the working directory, and nothing the top of the repository.
    if not place.exists() or not (place.is_dir() or place.suffix == ".json"):
        return f"{newest}:"
    return f"{newest}:./{os.path.relpath(place).replace(os.sep, '/')}"


# ------------------------------------------------------------------------------ rules


@dataclass
class Case:
    """What the rules look at."""

    before: Version
    after: Version  # the version to be released
    diff: Diff
    database: Database  # where the rows that differ are
    # By rule, how many more findings there are than are kept.
    omitted: dict[str, int] = field(default_factory=dict)


RELEASE_RULES: dict[str, Rule] = {}  # the rules of `kzdata release-check` by name
_Check = TypeVar("_Check", bound=Callable[[Case], Iterator[Finding]])


_MUST = "docs/versions.md: what a release MUST keep, where `kzdata release-check` is asked"


def _rule(
    fix: str, severity: Severity = "error", source: str = _MUST
) -> Callable[[_Check], _Check]:
    # As `kzdata.validation.rule` does: the name is the public code, the docstring the page.

    def register(check: _Check) -> _Check:
        name = check.__name__.replace("_", "-")
        doc = cleandoc(check.__doc__ or "")
        RELEASE_RULES[name] = Rule(name, "release", severity, fix, doc, check, source)
        return check

    return register


@_rule("raise the version in datapackage.json, and wherever it is repeated")
def release_bump(case: Case) -> Iterator[Finding]:
    """The version is raised as far as the differences ask for (see docs/versions.md)."""
    diff, found = case.diff, case.diff.new.version
    if suffices(diff.old.version, found, diff.bump):
        return
    why = next((f": {reason}" for reason in diff.reasons), "")
    least = diff.least_version
    expected = f"{least} or later ({diff.bump}{why})" if least else "MAJOR.MINOR.PATCH in both"
    found = found if least else f"{diff.old.version or 'no version'} and {found or 'no version'}"
    yield RELEASE_RULES["release-bump"].finding(
        DESCRIPTOR, field="version", found=found, expected=expected
    )


@_rule("write in CHANGELOG.md what changed for those who use the data")
def release_changelog(case: Case) -> Iterator[Finding]:
    """CHANGELOG.md has a section for the version."""
    yield from _changelog(case.after)


def _changelog(after: Version) -> Iterator[Finding]:
    version = after.side.version
    file = after.archive.path_of(CHANGELOG)
    text = file.read_bytes().decode("utf-8", "replace") if file.is_file() else ""
    if not re.search(rf"^##\s+\[?v?{re.escape(version)}(?=[\]\s]|$)", text, re.MULTILINE):
        found = "no such section" if text else "no such file"
        expected = f"a section of the version {version}"
        yield RELEASE_RULES["release-changelog"].finding(CHANGELOG, found=found, expected=expected)


@_rule("give the row an id that never stood; a withdrawn one is never used again")
def release_id(case: Case) -> Iterator[Finding]:
    """No id stands that was withdrawn in an earlier version, and none for another claim.

    Withdrawn is what the earlier version has a tombstone for, also where the new one has dropped
    the tombstone. A claim is what one article says: whose principal passage is now in another
    article is another claim.
    """
    for table in _records(case.after):
        key = table.schema.record_key
        assert key
        found = [*_withdrawn_again(case, table, key), *_of_another_article(case, table)]
        _count_omitted(case, "release-id", len(found) - MAX_FINDINGS)
        shown = found[:MAX_FINDINGS]
        places = {place for place, *_ in shown}
        # Such rows are rare, so that nobody counts all rows to find their lines faster.
        lines: dict[int, Any] = case.after.sheet(table).pick(places, -1) if shown else {}
        for place, record, expected in shown:
            file, line = table.file(lines[place].part), lines[place].line
            told: Any = {"record": record, "field": key, "found": record, "expected": expected}
            yield RELEASE_RULES["release-id"].finding(file, line, **told)


_Reused = tuple[int, str, str]  # number of a row, its id, and what was expected in its place


def _withdrawn_again(case: Case, table: Table, key: str) -> list[_Reused]:
    if not read_tombstones(case.database, case.before):
        return []
    case.after.read(table, case.database, "standing", [key])
    found = case.database.rows(
        f"""SELECT {ORD}, c0 FROM standing WHERE c0 IN (SELECT c0 FROM {TOMBSTONES})
        ORDER BY {ORD}"""
    )
    case.database.drop_relation("standing")
    return [(place, record, "an id that was not withdrawn") for place, record in found]


def _of_another_article(case: Case, table: Table) -> list[_Reused]:
    """Claims whose principal passage is in another article than before."""
    # A table with another name, or without the column, has no claims that could be compared.
    diff = next((other for other in case.diff.tables if other.old_name == table.name), None)
    principal, sides = table.schema.principal, (case.before, case.after)
    spans = [version.descriptor.one("spans") for version in sides]
    if diff is None or diff.name != table.name or principal not in diff.columns or not all(spans):
        return []
    names = ("articles_before", "articles_after")
    for version, declared, name in zip(sides, spans, names, strict=True):
        assert declared and declared.schema.spans
        columns = [declared.schema.spans.id, declared.schema.spans.source]
        version.read(declared, case.database, name, columns)
    cell = str(diff.columns.index(principal))
    # Only a row whose principal passage is another one can be a claim of another article.
    found = case.database.rows(
        f"""SELECT new_row, {sql.first_item("key")}, b.c1
        FROM (SELECT * FROM {CHANGES} WHERE tab = {diff.number} AND kind = 'changed') m
        JOIN articles_before b ON b.c0 = {sql.beside("m.places", cell, "m.old")}
        JOIN articles_after a ON a.c0 = {sql.beside("m.places", cell, "m.new")}
        WHERE a.c1 <> b.c1 ORDER BY new_row"""
    )
    for name in names:
        case.database.drop_relation(name)
    return [(place, record, f"a claim of {article}") for place, record, article in found]


@_rule("put the row back, or name its id in the table of tombstones with the reason")
def release_tombstone(case: Case) -> Iterator[Finding]:
    """A record that is gone, or has another id, has left a tombstone; no tombstone is gone.

    Records are the rows of tables whose cells need receipts (`kzdata:evidence`).
    """
    gone = {table.old_name: table for table in case.diff.tables if table.old_name}
    stones, kept = (side.descriptor.one("tombstones") for side in (case.before, case.after))
    for table in [*_records(case.before), *([stones] if stones else [])]:
        if table.name not in gone:
            continue
        count, keys = without_tombstone(case.database, case.after, gone[table.name], MAX_FINDINGS)
        _count_omitted(case, "release-tombstone", count - len(keys))
        expected = "a row in a table that declares kzdata:tombstones"
        if table is stones:
            expected = "the tombstone to stay"
        elif kept:
            expected = f"the row, or its id in {kept.path}"
        for key in keys:
            told: Any = {"record": key, "found": "no such row", "expected": expected}
            yield RELEASE_RULES["release-tombstone"].finding(table.path, **told)


@_rule(
    "demand it again, or say in CHANGELOG.md why it is not needed any more",
    "warning",
    "docs/versions.md: advice for a release, where `kzdata release-check` is asked",
)
def release_receipts(case: Case) -> Iterator[Finding]:
    """What the version before asked for is asked for still: receipts, declarations, values.

    A package that asks less is valid more easily, and its summary reads as before: a field that
    needed receipts needs none, a declaration is gone or names another column, or a text such as
    "99" counts as a missing value.
    """
    for words in case.diff.weakened:
        name, _, found = words.partition(": ")
        yield RELEASE_RULES["release-receipts"].finding(
            DESCRIPTOR, field=name, found=found, expected="what the version before asks for"
        )


def _records(version: Version) -> list[Table]:
    return [table for table in version.descriptor.tables.values() if table.schema.record_key]


def _count_omitted(case: Case, rule: str, number: int) -> None:
    if number > 0:
        case.omitted[rule] = case.omitted.get(rule, 0) + number
