"""Selecting rules and allowing findings: by name, with a reason, and never in silence."""

import re
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

import kzdata
from commands import kz, refused
from kzdata.validation import RULES, Finding, Report, validate
from kzdata.validation.rule import GROUPS, in_group
from kzdata.validation.suppressions import (
    ALLOW_LIST,
    AllowList,
    Entry,
    idle,
    left_out,
    narrowed,
    read,
)
from packages import Folder


@pytest.fixture
def red(island: Folder) -> Folder:
    """The flood with two faults of one rule and one of another."""
    island.edit("gauges", 0, "state", "Sound")
    island.edit("gauges", 1, "state", "Lost")
    island.edit("gauges", 2, "name", "a, name, so long")
    island.reseal()
    return island


def listed(root: Path, *entries: str) -> Path:
    """Write an allow-list beside the descriptor, one entry of TOML each."""
    file = root / ALLOW_LIST
    file.write_text("".join(f"[[allow]]\n{entry}\n" for entry in entries), encoding="utf-8")
    return file


REASON = 'reason = "the keeper writes it so"'


# ------------------------------------------------------------------------------ selection


@pytest.mark.parametrize(
    ("select", "ignore", "left"),
    [
        ([], [], {"cell-enum": 2, "cell-max-length": 1, "not-checked": 1}),
        (["cell-enum"], [], {"cell-enum": 2}),
        (["cell-enum, cell-max-length"], [], {"cell-enum": 2, "cell-max-length": 1}),
        (["cell"], ["cell-enum"], {"cell-max-length": 1}),
        ([], ["cell"], {"not-checked": 1}),
        (["text", "figure"], [], {}),
    ],
)
def test_rules_and_groups_are_selected(
    red: Folder, select: list[str], ignore: list[str], left: dict[str, int]
) -> None:
    """Catches a name that selects more or less than it says."""
    report = validate(red.root, select=select, ignore=ignore)
    assert report.by_rule == left
    assert report.valid == (left.keys() <= {"not-checked"})
    with kzdata.load(red.root) as package:
        assert package.validate(select=select, ignore=ignore) == report


def test_a_selection_may_be_read_once(red: Folder) -> None:
    """Catches an iterator that is empty when it is read again: then all rules would count."""
    names: Any = iter(["descriptor"])
    assert list(validate(red.root, select=names)) == []


def test_the_verdict_names_the_selection(red: Folder) -> None:
    """Catches a green run that asked nothing and says "valid"."""
    outcome = kz("validate", red.root, "--select", "figure,evidence", "--select", "span")
    assert outcome.code == 0
    assert outcome.lines[0].startswith("invented 1.0.0: valid by the rules selected (")
    chosen = sum(len(in_group(group)) for group in ("figure", "evidence", "span"))
    left_out = f"left out +{len(RULES) - chosen} rules, by --select or --ignore"
    assert re.search(left_out, outcome.out)
    assert kz("validate", red.root, "--ignore", "cell").code == 0
    assert kz("validate", red.root, "--ignore", "cell-enum").code == 1


@pytest.mark.parametrize("option", ["--select", "--ignore"])
@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("cell-enumm", "cell-enum"),
        ("figures", "figure"),
        ("", "no rule or group ''"),
        ("cell,", "''"),
    ],
)
def test_unknown_names_are_refused(red: Folder, option: str, name: str, hint: str) -> None:
    """Catches a misspelt rule that is never asked, and a hint that leads nowhere."""
    assert hint in refused(kz("validate", red.root, option, name))


def test_a_selection_without_rules_is_refused(red: Folder) -> None:
    """Catches a run that checks nothing and is green."""
    assert "no rule is left" in refused(kz("validate", red.root, "--ignore", ",".join(GROUPS)))
    outcome = kz("validate", red.root, "--select", "cell-enum", "--ignore", "cell")
    assert "no rule is left" in refused(outcome)


def test_nothing_selected_changes_nothing(red: Folder) -> None:
    """Catches a selection that drops findings on the way."""
    report = validate(red.root, allow=False)
    assert narrowed(report, left_out()) == report
    assert (report.left_out, report.allowed) == ((), {})


# ------------------------------------------------------------------------------ allow-list


@pytest.mark.parametrize(
    ("entry", "left", "allowed"),
    [
        ('rule = "cell-enum"', 1, 2),
        ('rule = "cell-enum"\nrecord = "G1"', 2, 1),
        ('rule = "cell-enum"\nrecord = "G1"\nfield = "state"\nfile = "tables/gauges.csv"', 2, 1),
        ('rule = "cell-max-length"\nfield = "name"', 2, 1),
    ],
)
def test_an_entry_covers_what_it_names(red: Folder, entry: str, left: int, allowed: int) -> None:
    """Catches an exception that is wider or narrower than it reads."""
    listed(red.root, f"{entry}\n{REASON}")
    report = validate(red.root)
    assert (report.errors, sum(report.allowed.values())) == (left, allowed)
    assert "allow-stale" not in report.by_rule


def test_allowed_findings_are_counted(red: Folder) -> None:
    """Catches an exception that nobody who reads the result can see."""
    listed(red.root, f'rule = "cell-enum"\n{REASON}', f'rule = "cell-max-length"\n{REASON}')
    outcome = kz("validate", red.root)
    assert outcome.code == 0
    assert outcome.lines[0].startswith("invented 1.0.0: valid, 3 findings allowed (")
    assert re.search(r"^allowed +cell-enum 2, cell-max-length 1$", outcome.out, re.M)
    without = kz("validate", red.root, "--no-allow")
    assert (without.code, "3 errors" in without.out) == (1, True)


@pytest.mark.parametrize("key", ["record", "field", "file"])
def test_a_stale_entry_is_a_finding(red: Folder, key: str) -> None:
    """Catches an exception that outlives its cause and waits for the next one."""
    stale = f'rule = "cell-enum"\n{key} = "gone"\n{REASON}'
    listed(red.root, f'rule = "cell"\n{REASON}'.replace('"cell"', '"cell-enum"'), stale)
    report = validate(red.root)
    (finding,) = [finding for finding in report if finding.rule == "allow-stale"]
    assert (finding.file, finding.line) == (ALLOW_LIST, 4)
    assert finding.found == f"rule cell-enum, {key} gone"
    assert not report.valid


def test_an_entry_that_could_not_match_is_not_stale(island: Folder, island_texts: Path) -> None:
    """Catches a red run for want of the texts, or of a rule that was left out."""
    listed(
        island.root, f'rule = "text-hash"\n{REASON}'.replace("text-hash", in_group("text")[0].name)
    )
    assert validate(island.root).valid
    assert validate(island.root, ignore=["text"], texts=island_texts).valid
    assert validate(island.root, ignore=["allow-stale"], texts=island_texts).valid
    assert validate(island.root, texts=island_texts).by_rule == {"allow-stale": 1}


def test_another_allow_list_replaces_the_default(red: Folder, tmp_path: Path) -> None:
    """Catches `--allow` that is read beside the default, and a finding that names no file."""
    listed(red.root, f'rule = "cell-max-length"\n{REASON}')
    elsewhere = tmp_path / "ours.toml"
    elsewhere.write_text(
        f'[[allow]]\nrule = "cell-enum"\n{REASON}\n[[allow]]\nrule = "cell-type"\n{REASON}\n',
        encoding="utf-8",
    )
    report = validate(red.root, allow=elsewhere)
    assert report.by_rule == {"allow-stale": 1, "cell-max-length": 1, "not-checked": 1}
    assert [f.where for f in report if f.rule == "allow-stale"] == ["../ours.toml:4"]
    outcome = kz("validate", red.root, "--allow", elsewhere, "-f", "json")
    assert '"cell-enum": 2' in outcome.out


def test_an_allow_list_with_bom_and_crlf_is_read(red: Folder) -> None:
    """Catches a list that an editor on Windows wrote, which the descriptor may be too."""
    entry = f'[[allow]]\nrule = "cell-enum"\n{REASON}\n'
    written = "\ufeff" + entry.replace("\n", "\r\n")
    (red.root / ALLOW_LIST).write_bytes(written.encode())
    assert validate(red.root).by_rule == {"cell-max-length": 1, "not-checked": 1}


def test_an_allow_list_in_a_zip_is_not_read(red: Folder, tmp_path: Path) -> None:
    """Catches a package from elsewhere that arrives with its own excuses."""
    listed(red.root, f'rule = "cell-enum"\n{REASON}', f'rule = "cell-max-length"\n{REASON}')
    assert validate(red.root / "datapackage.json").valid
    file = tmp_path / "package.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for path in red.root.rglob("*"):
            archive.write(path, path.relative_to(red.root))
    assert validate(file).errors == 3
    assert validate(file, allow=red.root / ALLOW_LIST).valid


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[[allow]]\nrule = 'cell-enum'", "'reason' is missing"),
        ("[[allow]]\nreason = 'so'", "'rule' is missing"),
        ("[[allow]]\nrule = 'cell-enum'\nreason = ' '", "must be text"),
        ("[[allow]]\nrule = 'cell-enum'\nreason = 'so'\nrecord = 7", "'record' must be text"),
        ("[[allow]]\nrule = 'cell-enun'\nreason = 'so'", "did you mean cell-enum"),
        (
            "[[allow]]\nrule = 'allow-stale'\nreason = 'so'",
            "no rule 'allow-stale' that can be allowed",
        ),
        ("[[allow]]\nrule = 'cell-enum'\nreason = 'so'\nfeild = 'a'", "did you mean field"),
        ("[[alow]]\nrule = 'cell-enum'", "'alow' is not known"),
        ("allow = 'everything'", "not an array of tables"),
        ("[[allow]\n", "not TOML"),
        ("a = " + "[" * 100_000, "not TOML"),
        ("\xff", "not TOML"),
        ("#" * (1 << 20) + "#", "at most"),
    ],
    ids=range(13),
)
def test_a_malformed_list_is_refused(red: Folder, content: str, said: str) -> None:
    """Catches a typing error that widens an entry, or drops it, without a word."""
    (red.root / ALLOW_LIST).write_bytes(content.encode("latin-1"))
    assert said in refused(kz("validate", red.root))
    with pytest.raises(kzdata.PackageError, match=ALLOW_LIST):
        validate(red.root)


def test_a_list_that_is_not_there_is_refused(red: Folder) -> None:
    """Catches a misspelt file that allows nothing in silence."""
    assert "nowhere.toml" in refused(kz("validate", red.root, "--allow", "nowhere.toml"))


def test_an_empty_allow_list_changes_nothing(red: Folder) -> None:
    """Catches a list of comments that is taken for damage."""
    (red.root / ALLOW_LIST).write_text("# nothing\n", encoding="utf-8")
    assert validate(red.root).errors == 3
    assert read(red.root / ALLOW_LIST).entries == ()


def test_a_line_is_given_only_where_it_is_known(tmp_path: Path) -> None:
    """Catches a line that is that of another entry."""
    file = tmp_path / "a.toml"
    file.write_text('allow = [{rule = "cell-enum", reason = "so"}]', encoding="utf-8")
    assert [entry.line for entry in read(file).entries] == [None]
    file.write_text('[[allow]]\nrule = "cell-enum"\nreason = """\n[[allow]]\n"""', encoding="utf-8")
    assert [entry.line for entry in read(file).entries] == [None]


# ------------------------------------------------------------------------------ what is not listed


def many(omitted: int) -> Report:
    findings = tuple(
        Finding("cell-enum", "error", "a.csv", line, 1, f"R{line}", "state") for line in (2, 3)
    )
    return Report("p", "1.0.0", findings, {"cell-enum": omitted} if omitted else {})


def allow(report: Report, *entries: Entry) -> Report:
    return narrowed(report, left_out(), AllowList(entries=entries))


def test_unlisted_findings_are_not_suppressed_by_single_entries() -> None:
    """Catches a package that is valid because its worst rule has too many findings to list."""
    by_record = [
        Entry(rule="cell-enum", reason="so", record=record) for record in ("R2", "R3", "R9")
    ]
    assert allow(many(0), *by_record[:2]).valid
    report = allow(many(5), *by_record)
    (finding,) = report.findings
    assert (finding.rule, finding.found) == ("cell-enum", "5 more that are not listed")
    assert report.allowed == {"cell-enum": 2}
    assert not report.valid
    whole = allow(many(5), Entry(rule="cell-enum", reason="so"))
    assert (whole.valid, whole.allowed, whole.omitted) == (True, {"cell-enum": 7}, {})


def test_unlisted_findings_of_deselected_rules_are_dropped() -> None:
    """Catches "and 5 more" of a rule that nobody asked."""
    assert narrowed(many(5), left_out(ignore=["cell-enum"])).omitted == {}


def test_rules_that_had_nothing_to_check_are_named(
    island: Folder, island_texts: Path, tmp_path: Path
) -> None:
    """Catches a rule that counts as passed though there was nothing that it could see."""
    # The invented package has no jsonSchema, outside reports, overlaps, places or `kzdata:claims`.
    lacking = {
        "cell-category",
        "cell-json-schema",
        "outside-claim",
        "outside-relation",
        "outside-address",
        "place-within",
        "overlap-pair",
        "figure-not-a-count",
        "figure-counts-another",
        "figure-counts-whole",
        "figure-nearer-another",
        "passage-names-another",
        "words-of-another-claim",
        "figure-no-number",
    }
    asked = idle(validate(island.root, texts=island_texts))
    assert set(asked) == {"reference-disagrees", *lacking}
    unasked = {rule.name for group in ("text", "oracle") for rule in in_group(group)}
    assert set(idle(validate(island.root))) == unasked | lacking
    assert idle(Report("plain", "1.0.0", compared=True)).get("reference-disagrees") is None
    plain = Report("plain", "1.0.0")
    groups = {RULES[name].group for name in idle(plain)}
    assert groups == {"text", "span", "figure", "evidence", "oracle"}
    found = Finding("figure-interval", "error", "a.csv")
    assert "figure-interval" not in idle(Report("p", "1", (found,)))


def test_thousands_of_findings_and_entries_are_matched_in_time() -> None:
    """Catches each finding compared with each entry: a megabyte of a stranger's took minutes."""
    many = 20_000
    findings = [
        Finding("cell-enum", "error", "t.csv", record=str(number), found="", expected="", fix="")
        for number in range(many)
    ]
    entries = [Entry(rule="cell-enum", reason="so", record=f"{n}") for n in range(1, many + 1)]
    begin = time.monotonic()
    report = narrowed(Report("p", "1", findings), left_out(), AllowList("a.toml", entries))
    assert time.monotonic() - begin < 20
    assert [finding.rule for finding in report] == ["allow-stale", "cell-enum"]
    assert report.allowed == {"cell-enum": many - 1}
