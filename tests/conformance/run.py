"""Run validators over the corpus, and write what they say as a table.

    python tests/conformance/run.py kzdata frictionless
    python tests/conformance/run.py "mine=node my-adapter.js"

A name alone is a validator that this file knows. A command gets the path of a `datapackage.json`
as its last argument and prints a JSON object, as the README has it. Results are kept in `results/`;
docs/conformance.md is written from them.
"""

import argparse
import json
import re
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).resolve().parent
PAGE = FOLDER.parents[1] / "docs" / "conformance.md"
VALID, WARNING, INVALID, UNCHECKED = "valid", "valid with a warning", "invalid", "not checked"
RIGHT, ELSEWHERE, WRONG, NONE = "right", "elsewhere", "wrong", "no verdict"
OUTCOMES = {
    RIGHT: "the verdict, and for an invalid package the places, are those of the index",
    ELSEWHERE: "invalid, as it should be, but for another reason or at another place",
    WRONG: "another verdict",
    NONE: "the validator stopped, left this unchecked, or passed over a recommendation",
}
SECONDS = 60
"""How long a command may take for one package."""


class Found(NamedTuple):
    """A fault that a validator names: the kinds that it can be, and where."""

    kinds: tuple[str, ...]
    resource: str | None = None
    row: int | None = None
    field: str | None = None


class Answer(NamedTuple):
    """What a validator says of a package; without a verdict: that it stopped."""

    verdict: str | None
    found: tuple[Found, ...] = ()


class Result(NamedTuple):
    """How an answer compares with the index."""

    outcome: str
    verdict: str | None


Judge = Callable[[Path], Answer]


@cache
def index() -> tuple[dict[str, Any], ...]:
    """The cases of the index."""
    return tuple(json.loads((FOLDER / "cases.json").read_text("utf-8"))["cases"])


def judged(case: Mapping[str, Any], judge: Judge) -> Result:
    """What a validator makes of a case."""
    answer = judge(FOLDER / case["path"])
    return Result(_outcome(case, answer), answer.verdict)


def _outcome(case: Mapping[str, Any], answer: Answer) -> str:
    if answer.verdict in (case["verdict"], *case.get("also", ())):
        faults = case.get("faults", ())
        placed = answer.verdict != INVALID or _agree(faults, answer.found)
        return RIGHT if placed else ELSEWHERE
    silent = answer.verdict == VALID and case["verdict"] == WARNING
    return NONE if answer.verdict in (None, UNCHECKED) or silent else WRONG


def _agree(faults: Iterable[Mapping[str, Any]], found: Iterable[Found]) -> bool:
    """Whether all faults are found, and nothing but them and what follows from them."""
    return all(any(_same(fault, one) for one in found) for fault in faults) and all(
        any(_same(fault, one) or _follows(fault, one) for fault in faults) for one in found
    )


def _same(fault: Mapping[str, Any], found: Found) -> bool:
    if fault["fault"] not in found.kinds:
        return False
    if fault["fault"] == "descriptor":
        return True  # validators name its parts in too many ways
    alike = (
        fault.get(name) in (None, getattr(found, name)) or not getattr(found, name)
        for name in ("resource", "field")
    )
    return all(alike) and _covers(fault, found)


def _follows(fault: Mapping[str, Any], found: Found) -> bool:
    """Whether a fault can come of another: of the descriptor's, the file's, or the row's."""
    if fault["fault"] == "descriptor":
        return True
    return fault.get("resource") in (None, found.resource) and _covers(fault, found)


def _covers(fault: Mapping[str, Any], found: Found) -> bool:
    rows = fault.get("row")
    return rows is None or found.row in (rows if isinstance(rows, list) else [rows])


# ------------------------------------------------------------------------------ validators

LENGTHS = {
    name: "".join(part.capitalize() if n else part for n, part in enumerate(name.split("-")))
    for name in ("min-length", "max-length", "exclusive-minimum", "exclusive-maximum")
}
KZDATA = {
    "descriptor": ("descriptor",),
    "resource-path": ("file", "descriptor", "compression", "encoding"),
    "resource-bytes": ("bytes",),
    "resource-hash": ("hash",),
    "version-semver": ("recommendation",),
    "recommendation": ("recommendation",),
    "csv-header": ("header",),
    "csv-width": ("row",),
    "csv-blank-line": ("row",),
    "csv-malformed": ("csv", "encoding", "compression"),
    "cell-type": ("type",),
    "cell-format": ("type",),
    "cell-category": ("categories",),
    "primary-key": ("primaryKey",),
    "unique-key": ("uniqueKeys", "unique"),
    "foreign-key": ("foreignKeys",),
    **{f"cell-{name}": (name,) for name in ("required", "enum", "pattern", "minimum", "maximum")},
    **{f"cell-{name}": (spelt,) for name, spelt in LENGTHS.items()},
}
"""The kinds of faults that a rule of kzdata can mean."""
KZDATA_UNCHECKED = {"unsupported-feature", "limit-exceeded"}
FRICTIONLESS = {
    "package-error": ("descriptor",),
    "resource-error": ("descriptor",),
    "dialect-error": ("descriptor",),
    "schema-error": ("descriptor",),
    "field-error": ("descriptor",),
    "control-error": ("descriptor",),
    "scheme-error": ("file",),
    "source-error": ("csv", "header"),
    "encoding-error": ("encoding",),
    "compression-error": ("compression",),
    "byte-count": ("bytes",),
    "hash-count": ("hash",),
    **dict.fromkeys(("missing-cell", "extra-cell", "blank-row"), ("row",)),
    **dict.fromkeys(
        "blank-header unmatched-header extra-label missing-label blank-label duplicate-label "
        "incorrect-label".split(),
        ("header",),
    ),
    "type-error": ("type",),
    "unique-error": ("unique",),
    "primary-key": ("primaryKey",),
    "foreign-key": ("foreignKeys",),
}
"""The kinds of faults that an error of frictionless can mean."""


def kzdata(path: Path) -> Answer:
    """What kzdata says, in this process."""
    from kzdata import PackageError
    from kzdata.validation import validate

    try:
        report = validate(path.parent, allow=False)
    except PackageError:  # the exit code 2: the package could not be checked
        return Answer(None)
    names = {
        part: entry["name"]
        for entry in _resources(path)
        if isinstance(entry, dict) and "name" in entry
        for part in _paths(entry)
    }
    found = tuple(
        Found(KZDATA.get(f.rule, (f.rule,)), names.get(f.file), f.line or f.row, f.field)
        for f in report
        if f.severity == "error"
    )
    if found:
        return Answer(INVALID, found)
    rules = {finding.rule for finding in report}
    if report.unchecked or rules & KZDATA_UNCHECKED:
        return Answer(UNCHECKED)
    return Answer(WARNING if rules else VALID)


def _resources(path: Path) -> list[Any]:
    """The resources of a descriptor; none where it is no descriptor at all."""
    try:
        found = json.loads(path.read_text("utf-8"))["resources"]
    except (ValueError, LookupError, TypeError):
        return []
    return found if isinstance(found, list) else []


def _paths(entry: Mapping[str, Any]) -> list[str]:
    path = entry.get("path", entry.get("url"))
    return [one for one in (path if isinstance(path, list) else [path]) if isinstance(one, str)]


def frictionless(path: Path) -> Answer:
    """What frictionless says, in this process; it has no warnings and nothing unchecked."""
    import frictionless as framework

    try:
        report = framework.Package.from_descriptor(str(path)).validate()
        errors = [(None, error) for error in report.errors]
        errors += [(task.name, error) for task in report.tasks for error in task.errors]
    except framework.FrictionlessException as exception:
        errors = [(None, exception.error)]
    except Exception:
        return Answer(None)
    if any(error.type == "error" for _, error in errors):  # an extra is not installed
        return Answer(None)
    found = tuple(_found(name, error) for name, error in errors)
    return Answer(INVALID, found) if found else Answer(VALID)


def _found(resource: str | None, error: Any) -> Found:
    kinds = FRICTIONLESS.get(error.type, (error.type,))
    if error.type == "constraint-error":
        match = re.match(r'constraint "(\w+)"', error.note)
        kinds = (match.group(1) if match else "",)
    row, field = getattr(error, "row_number", None), getattr(error, "field_name", None)
    return Found(kinds, resource, row, field)


def command(line: str) -> Judge:
    """A validator that is a program."""

    def judge(path: Path) -> Answer:
        try:
            done = subprocess.run(
                [*shlex.split(line), str(path)], capture_output=True, timeout=SECONDS, check=False
            )
            told = json.loads(done.stdout)
            faults = (dict(fault) for fault in told.get("faults", ()))
            found = tuple(Found((one.pop("fault"),), **one) for one in faults)
            return Answer(told["verdict"], found)
        except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
            return Answer(None)

    return judge


KNOWN: dict[str, Judge] = {"kzdata": kzdata, "frictionless": frictionless}


# ------------------------------------------------------------------------------ results


def results(judge: Judge) -> dict[str, Result]:
    """What a validator makes of all cases, by name."""
    return {case["name"]: judged(case, judge) for case in index()}


def kept(name: str) -> dict[str, Result]:
    """Results that were kept."""
    told = json.loads((FOLDER / "results" / f"{name}.json").read_text("utf-8"))
    return {case: Result(*result) for case, result in told.items()}


def keep(name: str, found: Mapping[str, Result]) -> None:
    """Keep results for the page."""
    (FOLDER / "results").mkdir(exist_ok=True)
    lines = (f"{json.dumps(case)}: {json.dumps(result)}" for case, result in found.items())
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (FOLDER / "results" / f"{name}.json").write_text(text, "utf-8")


def page(validators: Mapping[str, Mapping[str, Result]]) -> str:
    """The results as Markdown, for docs/conformance.md."""
    return "\n".join([*_head(), *_totals(validators), *_differing(validators)]) + "\n"


def _head() -> Iterator[str]:
    yield "# Conformance"
    yield ""
    yield f"What validators say of the {len(index())} packages of `tests/conformance/`, each with"
    yield "its verdict by a sentence of the standard. Written by `python tests/conformance/run.py`;"
    yield "do not edit. frictionless is 5.21, without its extras."
    yield ""
    for outcome, meaning in OUTCOMES.items():
        yield f"- **{outcome}**: {meaning}."


def _totals(validators: Mapping[str, Mapping[str, Result]]) -> Iterator[str]:
    yield from ("", "## By kind", "", "right / elsewhere / wrong / no verdict", "")
    yield "| kind | cases | " + " | ".join(validators) + " |"
    yield "|---|---|" + "---|" * len(validators)
    groups: dict[str, list[str]] = {}
    for case in index():
        groups.setdefault(case["kind"], []).append(case["name"])
    for kind, names in sorted(groups.items()):
        yield _row(kind, names, validators)
    yield _row("**all**", [case["name"] for case in index()], validators)


def _row(kind: str, names: list[str], validators: Mapping[str, Mapping[str, Result]]) -> str:
    counts = (Counter(found[name].outcome for name in names) for found in validators.values())
    cells = (" / ".join(str(count[outcome]) for outcome in OUTCOMES) for count in counts)
    return f"| {kind} | {len(names)} | " + " | ".join(cells) + " |"


def _differing(validators: Mapping[str, Mapping[str, Result]]) -> Iterator[str]:
    yield from ("", "## Where they differ", "")
    yield "| case | by the standard | " + " | ".join(validators) + " |"
    yield "|---|---|" + "---|" * len(validators)
    for case in index():
        given = [found[case["name"]] for found in validators.values()]
        if len({one.outcome for one in given}) > 1:
            cells = [f"{one.outcome} ({one.verdict or 'stopped'})" for one in given]
            link = f"[{case['name']}](../tests/conformance/packages/{case['name']})"
            yield "| " + " | ".join([link, case["verdict"], *cells]) + " |"


def stay_offline() -> None:
    """From now on this process opens no connection: no package is about what answers."""
    sys.addaudithook(_refuse_connections)


def _refuse_connections(event: str, _: Any) -> None:
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise OSError("the corpus is judged without network")


def main() -> None:
    """Judge the corpus and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("validator", nargs="+", help="kzdata, frictionless, or NAME=COMMAND")
    stay_offline()
    for told in parser.parse_args().validator:
        name, _, line = told.partition("=")
        found = results(command(line) if line else KNOWN[name])
        keep(name, found)
        counts = Counter(result.outcome for result in found.values())
        print(name, *(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES), sep="\n  ")
    PAGE.write_text(page({name: kept(name) for name in KNOWN}), "utf-8")


if __name__ == "__main__":
    main()
