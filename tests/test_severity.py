"""What is an error, a warning, or not checked; and reports that lead to the cause."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kzdata
from commands import kz
from kzdata.cli import listing, reports
from kzdata.cli.terminal import unstyled, width
from kzdata.differences.release import RELEASE_RULES
from kzdata.validation import RULES, Finding, Report, Rule, validate
from kzdata.validation.report import SEVERITIES
from packages import Folder, Spec, breaches, build, column, key

DECIDES = {
    "error": r"\bMUST\b|\bSHALL\b|\brequired\b|the package declares",
    "warning": r"\bSHOULD\b|\badvice\b",
    "unchecked": r"not fetched|not supported|beyond a stated limit",
}


@pytest.mark.parametrize("rule", [*RULES.values(), *RELEASE_RULES.values()], ids=lambda r: r.name)
def test_the_deciding_sentence_has_the_word_of_the_severity(rule: Rule) -> None:
    """Catches an error that nothing but this project asks for, and a rule without its sentence."""
    assert re.search(DECIDES[rule.severity], rule.source), rule.source
    page = re.search(r"docs/[\w-]+\.md", rule.source)
    root = Path(__file__).resolve().parents[1]
    assert page is None or (root / page.group()).is_file()


def test_the_rules_name_their_sentence_on_the_terminal() -> None:
    """Catches a sentence that only the code has."""
    listed = json.loads(kz("rules", "--format", "json").out)
    assert {row["rule"]: row["decided by"] for row in listed}.items() >= {
        (name, rule.source) for name, rule in RULES.items()
    }
    assert f"decided by: {RULES['cell-enum'].source}" in kz("rules", "cell-enum").lines


# ------------------------------------------------------------------------------ what fails


@pytest.fixture
def mixed(island: Folder) -> Folder:
    """A package with a warning, and offsets that were not checked."""
    island.edit("gauges", 1, "name", "=1+1")
    island.reseal()
    return island


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 0),
        (["--fail-on", "error"], 0),
        (["--fail-on", "warning"], 1),
        (["--fail-on", "warning", "--ignore", "cell-formula"], 0),
        (["--fail-on", "unchecked", "--ignore", "cell-formula"], 1),
        (["--strict"], 1),
        (["--strict", "--ignore", "cell-formula,not-checked"], 0),
    ],
)
def test_from_what_on_a_check_fails(mixed: Folder, options: list[str], code: int) -> None:
    """Catches a strict check that is green, and a verdict that does not say why it is red."""
    outcome = kz("validate", mixed.root, *options)
    assert outcome.code == code
    (verdict,) = (line for line in outcome.lines if ": valid" in line)
    assert ("does not let pass" in verdict) == bool(code)
    assert verdict.endswith(f"({mixed.root})")
    for form in ("json", "sarif", "junit", "github"):
        assert kz("validate", mixed.root, *options, "--format", form).code == code, form


def test_what_passed_is_told_to_programs(mixed: Folder) -> None:
    """Catches a report that calls a package invalid for a warning, or hides what fails."""
    report = validate(mixed.root, fail_on="warning")
    assert (report.valid, report.passed, report.fail_on) == (True, False, "warning")
    assert [finding.rule for finding in report.failing] == ["cell-formula"]
    assert json.loads(reports.json(report))["passed"] is False
    (run,) = json.loads(reports.sarif(report))["runs"]
    assert run["invocations"][0]["exitCode"] == 1
    assert {result["level"] for result in run["results"]} == {"warning", "note"}
    with pytest.raises(kzdata.UsageError, match="no severity 'fatal'"):
        validate(mixed.root, fail_on="fatal")  # type: ignore[arg-type]


def test_what_is_not_checked_says_the_way(tmp_path: Path) -> None:
    """Catches a sentence that only states a loss, and one that makes a package invalid."""
    package = build(tmp_path, [Spec("things", {"fields": [column("id")]}, [["1"]])])
    far = {"name": "far", "path": "https://example.invalid/far.csv"}
    package.describe(lambda p: p["resources"].append(far))
    report = validate(package.root)
    (left,) = report.of_severity("unchecked")
    assert (left.rule, left.severity, left.field) == ("not-checked", "unchecked", "far")
    assert (
        left.fix
        == "download it into the package and name it by a path, or have it fetched (--remote)"
    )
    assert report.unchecked == (f"far: {left.found}; {left.fix}",)
    assert report.valid and not report.errors and not report.warnings
    assert SEVERITIES == ("error", "warning", "unchecked")


# ------------------------------------------------------------------------------ the cause


def misspelt_type(schema: dict[str, Any]) -> None:
    schema["fields"][0]["type"] = "strng"


def misspelt_target(schema: dict[str, Any]) -> None:
    schema["primaryKey"] = ["no such column"]


def misspelt_declaration(schema: dict[str, Any]) -> None:
    schema["kzdata:claimss"] = {}


TABLES = "letters passages receipts tolls surges gauges islets called terms ties people gone"
BREAKS = [misspelt_type, misspelt_target, misspelt_declaration]


@pytest.mark.parametrize("spoil", BREAKS, ids=lambda spoil: spoil.__name__)
@pytest.mark.parametrize("table", TABLES.split())
def test_what_follows_from_a_broken_schema_is_withheld(
    island: Folder, table: str, spoil: Callable[[dict[str, Any]], None]
) -> None:
    """Catches hundreds of errors for one letter."""
    island.reschema(table, spoil)
    island.reseal()
    report = validate(island.root, allow=False)
    assert {finding.rule for finding in breaches(report)} == {"descriptor"}
    assert sum(report.withheld.values()) == len(report.followers) > 0
    assert any(table in sentence for sentence in report.unchecked)
    first, *_ = unstyled(listing.report(report)).split("\n")
    assert ": descriptor" in first


def test_what_is_withheld_is_not_lost(island: Folder) -> None:
    """Catches a count without the findings that were counted."""
    island.reschema("tolls", misspelt_type)
    island.reseal()
    report = validate(island.root)
    assert report.withheld.keys() > {"evidence-record", "not-checked"}
    told = json.loads(reports.json(report))
    assert [Finding(**one) for one in told["followers"]] == list(report.followers)
    (run,) = json.loads(reports.sarif(report))["runs"]
    suppressed = [result for result in run["results"] if "suppressions" in result]
    assert len(suppressed) == len(report.followers)
    assert Report.of({**report.as_dict(), "compared": False}) == report
    every = unstyled(listing.report(report, every=True))
    for finding in report.followers:
        assert finding.where in every or finding.rule == "not-checked"
    assert "evidence-record" in dict(listing.summary(report))["withheld"]
    assert "evidence-record" not in {line.split(" ")[0] for line in every.split("\n")}


# A key, a column that edges name, and one that a declaration does.
@pytest.mark.parametrize("column", ["toll", "fate", "passage"])
def test_a_table_whose_header_is_another_withholds_too(island: Folder, column: str) -> None:
    """Catches records that are "not there" because a column of their table is not."""
    text = island.file("tolls").read_bytes()
    island.file("tolls").write_bytes(text.replace(f"{column},".encode(), b"x,", 1))
    island.reseal()
    report = validate(island.root)
    assert {finding.rule for finding in breaches(report)} == {"csv-header"}
    assert report.withheld["evidence-record"] > 0


# ------------------------------------------------------------------------------ a screen


def thousand(tmp_path: Path, kind: str) -> tuple[Report, str]:
    """A package with over a thousand findings of one cause, and the rule that says so."""
    numbers = [str(n) for n in range(1200)]
    schema: dict[str, Any] = {"fields": [column("id"), column("state"), column("level")]}
    rows, more, rule = [[n, "sound", "2.5"] for n in numbers], [], "cell-enum"
    if kind == "enum":
        schema["fields"][1]["constraints"] = {"enum": ["Sound"]}
    elif kind == "commas":
        names = [f"a_measured_level_{n}" for n in range(40)]
        schema = {"fields": [column("id"), *(column(name, "number") for name in names)]}
        rows, rule = [[n, *["2,5"] * 40] for n in numbers[:30]], "cell-type"
    else:
        schema["foreignKeys"] = [key("id", "parents", "id")]
        more = [Spec("parents", {"fields": [column("id")], "primaryKey": "id"}, [["x"]])]
        rule = "foreign-key"
    package = build(tmp_path, [Spec("things", schema, rows), *more])
    return validate(package.root), rule


@pytest.mark.parametrize("kind", ["enum", "commas", "reference"])
def test_a_thousand_findings_of_one_cause_fit_a_screen(tmp_path: Path, kind: str) -> None:
    """Catches a report that drowns its reader, and one that loses findings to be short."""
    report, rule = thousand(tmp_path, kind)
    found = report.by_rule[rule]
    assert found >= 1000 and set(report.by_rule) == {rule}
    text = unstyled(listing.report(report))
    rows = sum(max(-(-width(line) // listing.COLUMNS), 1) for line in text.split("\n"))
    assert rows <= listing.ROWS, text
    assert f"{rule} " in text and str(found) in text
    kept = len(report.findings)
    assert len(json.loads(reports.json(report))["findings"]) == kept
    (run,) = json.loads(reports.sarif(report))["runs"]
    assert len(run["results"]) == kept >= 1000
    every = unstyled(listing.report(report, every=True)).split("\n")
    assert sum(f": {rule}" in line for line in every) == kept


def test_few_findings_are_all_listed(island: Folder) -> None:
    """Catches a short report that hides what it has room for."""
    island.edit("gauges", 1, "state", "Lost")
    island.edit("gauges", 2, "state", "Found")
    island.reseal()
    outcome = kz("validate", island.root)
    assert sum(": cell-enum " in line for line in outcome.lines) == 2
    assert "--all" not in outcome.out


def test_all_is_an_option(tmp_path: Path) -> None:
    """Catches findings that no option lists as text."""
    thousand(tmp_path, "enum")
    short, long = (kz("validate", tmp_path, *more) for more in ((), ("--all",)))
    assert len(short.lines) <= listing.ROWS < 1000 < len(long.lines)
    assert "--all lists all findings" in short.lines and "--all" not in long.out


# ------------------------------------------------------------------------------ quotation


def test_the_share_of_quotes_names_characters_and_quotes(island: Folder) -> None:
    """Catches a number between 0 and 1 that leaves the reader to find the quotes."""
    island.reschema("passages", lambda schema: schema["kzdata:spans"].update(maxShare=0.01))
    found = [f for f in validate(island.root) if f.rule == "span-share"]
    assert found
    for finding in found:
        assert re.match(r"\d+ characters \(0\.\d+ of the article\) in \d+ quotes?", finding.found)
        assert re.search(r"the longest: p\d+ \(\d+\)", finding.found)
        assert re.fullmatch(r"at most \d+ characters \(0\.01 of the article\)", finding.expected)


def test_quotation_is_limited_where_the_package_says_so(island: Folder) -> None:
    """Catches a limit of this project's own in a package that states none."""
    sentence = "The Keeper came back on Monday."
    island.append("passages", passage="p99", letter="gull", words=sentence, nth="1")
    limited = {"span-sentence"}
    assert limited <= set(validate(island.root).by_rule)

    def unlimited(schema: dict[str, Any]) -> None:
        for name in ("maxShare", "maxLength"):
            schema["kzdata:spans"].pop(name)

    island.reschema("passages", unlimited)
    found = set(validate(island.root).by_rule)
    assert not found & {"span-sentence", "span-quote-length", "span-share", "span-whole-sentence"}
