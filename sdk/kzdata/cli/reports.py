"""How a report is written for programs: JSON, JUnit XML, SARIF 2.1.0, GitHub annotations.

Each is a pure function of a report and of where its package lies. Nothing of a package reaches a
format raw: control characters are written out, and what a format gives a meaning to is escaped.

Sources: SARIF 2.1.0 (OASIS Standard, 27 March 2020); JUnit XML as Jenkins and GitLab read it;
GitHub Actions, "Workflow commands".
"""

import hashlib
import os
import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from kzdata.cli.listing import by_cause, summary
from kzdata.cli.terminal import as_json, safe
from kzdata.files.archive import DESCRIPTOR, address_of, bundled_version
from kzdata.validation import RULES, Finding, Report, Rule
from kzdata.validation.report import NOT_CHECKED, counted
from kzdata.validation.rule import GROUPS, in_group
from kzdata.validation.suppressions import idle, root

SARIF_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
LEVELS = {"error": "error", "warning": "warning", "unchecked": "note"}
"""SARIF's levels by severity (3.27.10)."""
_FOLLOWS = "It rests on what could not be read: another finding says why."
FINGERPRINT = "kzdata/v1"  # a new way to make the fingerprint has a new name
_ROOT = "SRCROOT"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LEFT_OUT = "left out by --select or --ignore"


def folder(path: str | Path | None) -> str:
    """Where a package lies below the folder that file names in CI count from, as a POSIX path.

    That is `GITHUB_WORKSPACE` where it is set, the working directory otherwise. Empty for a package
    that lies in neither.
    """
    if address_of(path):
        return ""
    base = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd())
    # No path is below another drive, and a link may lead in a cycle.
    try:
        relative = root(path).resolve().relative_to(base.resolve()).as_posix()
    except (OSError, ValueError, RuntimeError):
        return ""
    return "" if relative == "." else relative


def message(finding: Finding) -> str:
    """What a finding says, on one line: record and field, found, expected, way out."""
    said = f"{finding.subject}: {finding.said}" if finding.subject else finding.said
    way_out = f". Way out: {safe(finding.fix)}." if finding.fix else ""
    return safe(said) + way_out


def _file(finding: Finding, base: str) -> str:
    # A package may name files outside of it: a finding must not be shown in one of the repository.
    name = posixpath.normpath(posixpath.join(base, finding.file))
    if posixpath.isabs(name) or name.split("/")[0] == "..":
        return posixpath.join(base, DESCRIPTOR)
    return name


# ------------------------------------------------------------------------------ JSON


def json(report: Report, base: str = "") -> str:
    """A report as JSON: `Report.as_dict`; files are relative to the package, whatever the base."""
    return as_json(report.as_dict())


# ------------------------------------------------------------------------------ SARIF


def sarif(report: Report, base: str = "") -> str:
    """A report as a SARIF 2.1.0 log of one run; `base`: the package's folder below `SRCROOT`."""
    return as_json({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [_run(report, base)]})


def _run(report: Report, base: str) -> dict[str, Any]:
    return {
        "tool": {
            "driver": {
                "name": "kzdata",
                "semanticVersion": bundled_version(),
                "rules": [_descriptor(rule) for rule in RULES.values()],
                "notifications": [
                    {"id": name, "shortDescription": {"text": text}}
                    for name, text in _NOTIFICATIONS.items()
                ],
            }
        },
        "invocations": [_invocation(report)],
        "originalUriBaseIds": {
            _ROOT: {"description": {"text": "The root of the repository that kzdata ran in."}}
        },
        "columnKind": "unicodeCodePoints",
        "results": list(_results(report, base)),
        "properties": {n: safe(getattr(report, n)) for n in ("package", "version", "verdict")},
    }


def _descriptor(rule: Rule) -> dict[str, Any]:
    decided, way_out = f"Decided by: {rule.source}.", f"Way out: {rule.fix}."
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.doc.split("\n", 1)[0]},
        "fullDescription": {"text": " ".join(rule.doc.split())},
        "help": {
            "text": f"{decided} {way_out}",
            "markdown": f"{rule.doc}\n\n{decided}\n\n{way_out}",
        },
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"tags": [rule.group]},
    }


_NOTIFICATIONS = {
    "findings-omitted": "Findings of a rule beyond those that are listed.",
    "findings-allowed": "Findings of a rule that the allow-list took out.",
    "findings-withheld": "Findings of a rule that rest on a table which could not be read.",
}


def _invocation(report: Report) -> dict[str, Any]:
    index = {name: number for number, name in enumerate(RULES)}
    return {
        "executionSuccessful": True,
        "exitCode": 0 if report.passed else 1,
        "toolExecutionNotifications": [
            *_counts("findings-omitted", report.omitted, "more than are listed", "warning"),
            *_counts("findings-allowed", report.allowed, "allowed", "note"),
            *_counts("findings-withheld", report.withheld, "withheld", "note"),
        ],
        "ruleConfigurationOverrides": [
            {"descriptor": {"id": name, "index": index[name]}, "configuration": {"enabled": False}}
            for name in report.left_out
            if name in index
        ],
    }


def _counts(name: str, counts: dict[str, int], words: str, level: str) -> Iterator[dict[str, Any]]:
    for rule, number in counts.items():
        text = f"{rule}: {counted(number, 'finding')} {words}"
        yield {**_notification(name, text, level), "associatedRule": {"id": rule}}


def _notification(name: str, text: str, level: str) -> dict[str, Any]:
    return {"descriptor": {"id": name}, "level": level, "message": {"text": _sarif_text(text)}}


def _results(report: Report, base: str) -> Iterator[dict[str, Any]]:
    index = {name: number for number, name in enumerate(RULES)}
    seen: dict[str, Iterator[int]] = defaultdict(lambda: count(1))
    # Nothing is lost: what follows from other findings is there, and is not counted.
    more = ((finding, _suppressed(report, finding)) for finding in report.followers)
    for finding, besides in (*((found, {}) for found in report.findings), *more):
        mark = fingerprint(finding)
        yield {
            "ruleId": finding.rule,
            **({"ruleIndex": index[finding.rule]} if finding.rule in index else {}),
            "level": LEVELS[finding.severity],
            "message": {"text": _sarif_text(message(finding))},
            "locations": [_location(finding, base)],
            # The same finding may stand in several lines: its number among them tells them apart.
            "partialFingerprints": {FINGERPRINT: f"{mark}:{next(seen[mark])}"},
            **besides,
        }


def _suppressed(report: Report, finding: Finding) -> dict[str, Any]:
    """That a finding does not count, and why."""
    why = _LEFT_OUT if finding.rule in report.left_out else _FOLLOWS
    told = {"kind": "external", "status": "accepted", "justification": why}
    return {"suppressions": [told]}


def fingerprint(finding: Finding) -> str:
    """What stays the same when a finding moves to another line: 32 hexadecimal digits."""
    parts = (finding.rule, finding.file, finding.record, finding.field, finding.found)
    words = "\0".join(part or "" for part in parts)
    return hashlib.sha256(words.encode("utf-8", "backslashreplace")).hexdigest()[:32]


def _location(finding: Finding, base: str) -> dict[str, Any]:
    uri = quote(_file(finding, base), safe="/", errors="replace")
    # An address relative to the repository's root is found in whatever checkout it is looked at.
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri, "uriBaseId": _ROOT}}
    if finding.line is not None:
        column = {} if finding.column is None else {"startColumn": finding.column}
        physical["region"] = {"startLine": finding.line, **column}
    if not finding.subject:
        return {"physicalLocation": physical}
    kind = "property" if finding.field else "object"
    logical = {"fullyQualifiedName": safe(finding.subject), "kind": kind}
    return {"physicalLocation": physical, "logicalLocations": [logical]}


def _sarif_text(text: str) -> str:
    # SARIF takes `{0}` for a placeholder and `[words](1)` for a link (3.11.5, 3.11.6).
    text = re.sub(r"\{(?=\d+\})|(?<=\d)\}", lambda match: match.group() * 2, text)
    return text if "](" not in text else re.sub(r"[\[\]\\]", r"\\\g<0>", text)


# ------------------------------------------------------------------------------ JUnit


def junit(report: Report, base: str = "") -> str:
    """A report as JUnit XML: a suite for each group, a case for each rule.

    A case fails with all findings of its rule where the check fails for them (`--fail-on`); others
    are its output. It is skipped where the rule was left out, had nothing to look at, or found only
    what was withheld. A last suite holds what was not checked.
    """
    top = ElementTree.Element("testsuites", name=_xml(f"kzdata validate: {report.verdict}"))
    unasked = {**idle(report), **withheld(report), **dict.fromkeys(report.left_out, _LEFT_OUT)}
    unasked |= zip(report.unchecked, report.unchecked, strict=True)
    failing = {finding.rule for finding in report.failing}
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        found.setdefault(finding.rule, []).append(finding)
    names = {group: [rule.name for rule in in_group(group)] for group in GROUPS}
    names["other"] = sorted(set(found) - set(RULES))  # such as those of `release-check`
    names["not-checked"] = list(report.unchecked)
    for group, members in names.items():
        if members:
            suite = ElementTree.SubElement(top, "testsuite", name=f"kzdata.{group}")
            for name in members:
                more = report.omitted.get(name, 0)
                case = _case(suite, name, unasked.get(name))
                if case is not None:
                    _findings(case, found.get(name, ()), more, name in failing, base)
    _count(top)
    ElementTree.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(top, "unicode")


def withheld(report: Report) -> dict[str, str]:
    """Rules all whose findings were withheld, with the reason."""
    why = "withheld: they rest on a table that could not be read"
    return {
        rule: f"{counted(number, 'finding')} {why}"
        for rule, number in report.withheld.items()
        if rule != NOT_CHECKED
    }


def _case(suite: ElementTree.Element, name: str, unasked: str | None) -> ElementTree.Element | None:
    """A case of a suite; None where it is skipped."""
    names = {"classname": suite.get("name", ""), "name": _xml(name)}
    case = ElementTree.SubElement(suite, "testcase", names)
    if unasked is not None:
        ElementTree.SubElement(case, "skipped", message=_xml(unasked))
        return None
    return case


def _findings(
    case: ElementTree.Element, findings: Sequence[Finding], more: int, failing: bool, base: str
) -> None:
    """Put findings into a case, as a failure or as its output."""
    if not findings:
        return
    case.set("file", _xml(_file(findings[0], base)))
    if findings[0].line is not None:
        case.set("line", str(findings[0].line))
    placed = (replace(finding, file=_file(finding, base)) for finding in findings)
    lines = [f"{safe(finding.where)}: {message(finding)}" for finding in placed]
    if more:
        lines.append(f"and {more} more")
    kind, attributes = "system-out", {}
    if failing:
        number = counted(len(findings) + more, "finding")
        kind = "failure"
        attributes = {"message": _xml(f"{number}, the first: {lines[0]}"), "type": findings[0].rule}
    ElementTree.SubElement(case, kind, attributes).text = _xml("\n".join(lines))


def _count(top: ElementTree.Element) -> None:
    """State the numbers of cases, failures and skipped ones on each suite and on the whole."""
    # An error is a test that could not run: there is none, for what was not checked is skipped.
    for element in (top, *top):
        tags = {"tests": "testcase", "failures": "failure", "skipped": "skipped", "errors": "error"}
        for name, tag in tags.items():
            element.set(name, str(len([*element.iter(tag)])))


def _xml(text: str) -> str:
    """Lines of text; control characters and what XML 1.0 does not allow are written out."""
    lines = "\n".join(map(safe, text.split("\n")))
    return _NOT_XML.sub(lambda match: match.group().encode("unicode_escape").decode(), lines)


# ------------------------------------------------------------------------------ GitHub


def github(report: Report, base: str = "") -> str:
    """A report as GitHub annotations, and its verdict with a summary as a notice.

    GitHub shows the first ten errors and the first ten warnings of a step, so the first finding of
    each rule comes before the second of any, and causes before what may follow from them.
    """
    ranks: dict[str, Iterator[int]] = defaultdict(count)
    listed = chain.from_iterable(by_cause(report.findings))
    ranked = sorted(listed, key=lambda finding: next(ranks[finding.rule]))
    lines = [_annotation(finding, base) for finding in ranked]
    details = [f"{name}: {value}" for name, value in summary(report)]
    details += [f"{rule}: {number} more not listed" for rule, number in report.omitted.items()]
    text = "\n".join(map(safe, [report.verdict, *details]))
    return "\n".join([*lines, f"::notice title=kzdata::{_data(text)}"])


def _annotation(finding: Finding, base: str) -> str:
    place = {"file": _file(finding, base), "line": finding.line, "col": finding.column}
    properties = {**place, "title": finding.rule}
    stated = (f"{name}={_property(value)}" for name, value in properties.items() if value)
    kind = _ANNOTATIONS[finding.severity]
    return f"::{kind} {','.join(stated)}::{_data(message(finding))}"


_ANNOTATIONS = {"error": "error", "warning": "warning", "unchecked": "notice"}


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: object) -> str:
    # A comma ends a property of a GitHub command, and two colons all of them.
    return _data(safe(str(value))).replace(":", "%3A").replace(",", "%2C")


WRITERS: dict[str, Callable[[Report, str], str]] = {
    writer.__name__: writer for writer in (json, junit, sarif, github)
}
"""The formats by name; each takes a report and the folder of its package (see `folder`)."""
