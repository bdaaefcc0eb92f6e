"""The command line: exit codes, one line for an error, output that people and programs can read."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from typer.testing import CliRunner

import kzdata
from commands import COLOURS, COMMANDS, ESCAPES, Outcome, kz, on_a_terminal, refused, shell
from kzdata.cli.main import app
from packages import FLOOD_TEXTS, Folder, Row
from pages import skip_without_bash

ROOT = Path(__file__).resolve().parents[1]

# ------------------------------------------------------------------------------ exit codes


def test_a_valid_package_exits_0() -> None:
    """Catches a green run that CI takes for red."""
    outcome = kz("validate", ROOT)
    assert (outcome.code, outcome.err) == (0, "")
    assert re.fullmatch(rf"kzdata \S+: valid \({re.escape(str(ROOT))}\)", outcome.lines[0])
    assert "100 %" in outcome.out
    assert "not checked" in outcome.out


def test_the_bundled_package_is_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a command that wants a package named."""
    monkeypatch.chdir(tmp_path)
    assert kz("validate").out == kz("validate", ROOT).out
    assert kz("tables").out == kz("tables", "-p", ROOT).out


@pytest.mark.parametrize("command", ["validate", "tables", "query"])
def test_the_package_of_the_working_directory_comes_first(
    island: Folder, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Catches a green run over another package than the one that somebody stands in."""
    arguments = ["select count(*) from tolls"] if command == "query" else []
    named = kz(command, *arguments, "--package", island.root)
    assert named.code == 0
    monkeypatch.chdir(island.root)
    assert kz(command, *arguments) == named
    if command == "validate":
        assert named.lines[0].endswith(f": valid ({island.root})")
        (island.root / "datapackage.json").unlink()
        (island.root / "datapackage.json").symlink_to("nowhere.json")
        assert "datapackage.json" in refused(kz(command))


OF_PATH = ["validate", "tables", "toll", "disagreements", "timeline", "deployments", "coverage"]


@pytest.mark.parametrize("command", COMMANDS)
def test_path_and_option_name_the_same_package(
    command: str, island: Folder, tmp_path: Path
) -> None:
    """Catches a command that takes the package by one of the two, and another one otherwise."""
    usage = kz(command, "--help").out
    assert ("--package" in usage) == (command not in ("rules", "diff", "init"))
    assert ("[PATH]" in usage) == (command in (*OF_PATH, "seal", "edit"))
    more = ["--texts", str(tmp_path)] if command in ("coverage", "edit") else []
    if command in OF_PATH:
        by_path = kz(command, island.root, *more)
        assert by_path == kz(command, "--package", island.root, *more)
    if command in (*OF_PATH, "edit"):
        twice = kz(command, island.root, "-p", island.root, *more)
        assert refused(twice) == "the package is named twice: give PATH or --package"


def test_what_is_sealed_is_named(island: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a package that is written to because somebody stood in it, or in none."""
    monkeypatch.chdir(island.root)
    assert refused(kz("seal")) == "name a package: kzdata seal PATH"
    assert kz("seal", "-p", island.root) == kz("seal", ".") == kz("seal", island.root)


def test_a_version_to_be_released_is_named_by_option_too(island: Folder, copy: Folder) -> None:
    by_path = kz("release-check", copy.root, island.root)
    assert by_path.out
    assert kz("release-check", copy.root, "-p", island.root) == by_path
    assert "twice" in refused(kz("release-check", copy.root, island.root, "-p", island.root))


@pytest.mark.parametrize("module", ["kzdata", "kzdata.cli"])
def test_the_module_is_the_command(module: str, tmp_path: Path) -> None:
    """Catches `python -m kzdata` that is no command."""
    asked = [sys.executable, "-m", module, "--version"]
    done = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, kz("--version").out, "")


def test_shells_complete_commands_options_and_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches completion that is promised and off."""
    # A shell is known by its process, and none may be above these tests.
    monkeypatch.setattr("shellingham.detect_shell", lambda *_: ("bash", "/bin/bash"))
    assert "complete_bash" in kz("--show-completion").out
    monkeypatch.setenv("_KZDATA_COMPLETE", "complete_bash")
    monkeypatch.setattr(sys.modules["__main__"], "__package__", None)  # as in a script
    for words, expected in [
        ("kzdata dis", "disagreements"),
        ("kzdata toll --pol", "--policy"),
        ("kzdata validate --format s", "sarif"),
    ]:
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(words.count(" ")))
        assert kz().lines == [expected]


def test_texts_are_checked_and_counted(texts: Path) -> None:
    """Catches `--texts` that is taken and does nothing."""
    outcome = kz("validate", "--texts", texts)
    assert outcome.code == 0
    assert re.search(r"offsets +[\d,]+ spans compared", outcome.out)
    assert "not checked" not in outcome.out


def test_findings_exit_1_and_name_the_record(copy: Folder) -> None:
    """Catches a figure changed by one that goes unseen, and red that exits 0."""
    copy.edit("casualty_reports", 0, "value_low", "9")
    copy.reseal()
    outcome = kz("validate", copy.root)
    assert (outcome.code, outcome.err) == (1, "")
    line, column = copy.place("casualty_reports", 0, "value_low")
    where = f"data/casualty_reports.csv:{line}:{column}: figure-interval CR-0001.value_low:"
    assert any(printed.startswith(where) for printed in outcome.lines)
    assert any("not valid" in printed for printed in outcome.lines)


def test_exit_codes_of_a_process(copy: Folder) -> None:
    """Catches a `main` that swallows the exit code, and noise on the wrong stream."""
    good = shell(f"kzdata validate '{copy.root}'")
    assert (good.code, good.err) == (0, "")
    copy.edit("casualty_reports", 0, "value_low", "9")
    bad = shell(f"kzdata validate '{copy.root}'")
    assert (bad.code, bad.err) == (1, "")
    assert "resource-hash" in bad.out
    assert "nowhere" in refused(shell("kzdata validate nowhere", copy.root))


def test_the_typer_application_works_without_main() -> None:
    """Catches an application that works only through `main`."""
    runner = CliRunner()
    assert runner.invoke(app, ["validate", str(ROOT)]).exit_code == 0
    outcome = runner.invoke(app, ["validate", "nowhere"])
    assert isinstance(outcome.exception, kzdata.PackageError)
    assert runner.invoke(app, ["validate", "--threads", "0"]).exit_code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["validate", "--nonsense"],
        ["validate", "--format", "csv"],
        ["validate", "--threads", "0"],
        ["validate", "--threads", "many"],
        ["validate", "--threads", "100000"],
        ["tables", "--format", "xml"],
        ["show"],
        ["locate", "police"],
        ["coverage"],
        ["reanchor", "copy.txt"],
        ["reanchor", "--source", "tass"],
    ],
)
def test_bad_usage_exits_2(arguments: list[str]) -> None:
    """Catches a misspelt option that counts as findings, or as success."""
    outcome = kz(*arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert "Usage: " in outcome.err
    assert "Traceback" not in outcome.err


def test_a_bad_row_is_a_finding_and_the_others_are_checked(copy: Folder) -> None:
    """Catches a reader that gives up at the first row it cannot take."""
    file = copy.file("casualty_reports")
    rows = file.read_text("utf-8").splitlines(keepends=True)
    rows[2] = "CR-0002,EV-0022\n"
    rows[4] = rows[4].replace("CR-0004", "CR-9999x", 1)
    file.write_text("".join(rows), encoding="utf-8")
    copy.edit("quantities", 30, "value_low", "many")
    copy.reseal()
    outcome = kz("validate", copy.root)
    assert outcome.code == 1
    found = {printed.split(": ")[0] for printed in outcome.lines}
    assert any(where.startswith("data/casualty_reports.csv:3") for where in found)
    assert "data/casualty_reports.csv:5:1" in found
    line, column = copy.place("quantities", 30, "value_low")
    assert f"data/quantities.csv:{line}:{column}" in found


# ------------------------------------------------------------------------------ bad input


@pytest.fixture(scope="module")
def junk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of things that are no packages."""
    folder = tmp_path_factory.mktemp("junk")
    (folder / "empty").mkdir()
    (folder / "text.zip").write_text("no zip\n")
    (folder / "empty.zip").write_bytes(b"")
    with zipfile.ZipFile(folder / "whole.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("datapackage.json", "data/events.csv"):
            archive.write(ROOT / name, name)
    data = (folder / "whole.zip").read_bytes()
    (folder / "truncated.zip").write_bytes(data[: len(data) // 2])
    middle = len(data) // 3
    flipped = data[:middle] + bytes(255 - byte for byte in data[middle : middle + 50])
    (folder / "damaged.zip").write_bytes(flipped + data[middle + 50 :])
    with zipfile.ZipFile(folder / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    for name, content in {
        "broken": b"{",
        "list": b"[]",
        "number": b"1",
        "bytes": b'{"name": "\xff"}',
        "deep": b"[" * 100_000,
        "nothing": b"",
        "nan": b"NaN",
    }.items():
        (folder / name).mkdir()
        (folder / name / "datapackage.json").write_bytes(content)
    (folder / "a.json").write_text('{"resources": [')
    (folder / "a\nb").mkdir()
    (folder / "\x1b[31mred").mkdir()
    return folder


NO_JSON = ["broken", "list", "number", "bytes", "nothing", "nan", "a.json"]
JUNK = [
    *["nowhere", "empty", "text.zip", "empty.zip", "truncated.zip", "damaged.zip", "other.zip"],
    *["deep", "a\nb", "\x1b[31mred", "x" * 5000, "nowhere/\udcff"],
]


@pytest.mark.parametrize("name", [*JUNK, *NO_JSON], ids=lambda name: ascii(name)[:20])
@pytest.mark.parametrize("command", ["validate", "tables", "seal"])
def test_a_path_that_is_no_package_is_one_line(junk: Path, name: str, command: str) -> None:
    """Catches tracebacks, findings and silence where nothing could be read."""
    place = junk / name
    outcome = kz(command, place) if command != "tables" else kz("tables", "-p", place)
    if command == "validate" and name in NO_JSON:
        assert outcome.code == 1
        assert re.match(r"\w+\.json[:0-9]*: descriptor: found .* JSON", outcome.out)
        return
    assert not refused(outcome).startswith("cannot write")


def test_what_cannot_be_written_is_named(monkeypatch: pytest.MonkeyPatch, copy: Folder) -> None:
    """Catches "Permission denied" of nobody knows which file."""

    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "a\n/datapackage.json")

    monkeypatch.setattr("kzdata.standard.writer.seal", denied)
    expected = "cannot write a\\n/datapackage.json: Permission denied"
    assert refused(kz("seal", copy.root)) == expected


NOT_THERE: list[tuple[list[str], str]] = [
    (["show", "CR-0099"], "no record 'CR-0099'; did you mean CR-00"),
    (["show", "almatty"], "did you mean almaty"),
    (["show", "places/almatty"], "did you mean almaty"),
    (["show", "plces/almaty"], "no table 'plces'; did you mean places"),
    (["show", "tass"], "sources/tass or actors/tass"),
    (["show", ""], "no record ''"),
    (["show", "evidence/EV-0001"], "evidence has no row"),
    (["trace", "CR-9999"], "no record 'CR-9999'"),
    (["trace", "CR-0001#value_lo"], "no column 'value_lo'; did you mean value_low"),
    (["trace", "almaty"], "not traced"),
    (["trace", "#"], "no record ''"),
    (["trace", "CR-0001", "--texts", "nowhere"], "nowhere: no such directory of texts"),
    (
        ["rules", "figure-intervals"],
        "no rule or group 'figure-intervals'; did you mean figure-interval",
    ),
    (["rules", "x"], "no rule or group 'x'; `kzdata rules` lists them"),
    (["query", "selec 1"], "syntax error"),
    (["query", "select nothing from sources"], "nothing"),
    (["query", "select * from nowhere"], "nowhere"),
    (["query", "drop table sources"], "one SELECT is allowed, not DROP"),
    (["query", "select 1; select 2"], "one SELECT is allowed, not SELECT, SELECT"),
    (["query", ""], "one SELECT is allowed, not nothing"),
    (["query", "select '\udcff'"], ""),
    (["query", "select * from read_text('/etc/passwd')"], "not allowed"),
    (["query", "with x as (delete from sources returning *) from x"], "top level"),
    (["query", "select 'x'::int"], "Could not convert"),
    (["query", "select 1 from evnts"], 'evnts does not exist; did you mean "events"?'),
    (["query", "select titl from events"], 'candidate bindings: "title"'),
    (["validate", "--texts", "nowhere"], "nowhere: no such directory of texts"),
    (["validate", "--memory-limit", "plenty"], "cannot start DuckDB"),
    (["locate", "police", "--texts", "nowhere"], "nowhere: no such directory of texts"),
    (["coverage", "--texts", "nowhere"], "nowhere: no such directory of texts"),
]


@pytest.mark.parametrize(("arguments", "message"), NOT_THERE, ids=[ascii(a) for a, _ in NOT_THERE])
def test_what_does_not_exist_is_one_line(arguments: list[str], message: str) -> None:
    """Catches a bad name, query or folder that ends in a traceback."""
    assert message in refused(kz(*arguments))


@pytest.mark.parametrize(
    "arguments", [["validate", ""], ["validate", "--texts", ""], ["tables", "--package", ""]]
)
def test_an_empty_path_is_refused(arguments: list[str]) -> None:
    """Catches a variable without a value in somebody's CI, which checked the working directory."""
    outcome = kz(*arguments)
    assert outcome.code == 2
    assert "the path is empty" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["locate", "Police Academy"], "'Police Academy' stands in none of"),
        (["locate", ""], "empty quote"),
        (["locate", "police", "--source", "medusa"], "no text of 'medusa'"),
        (["locate", "\x1b[31m"], r"\x1b[31m"),
    ],
)
def test_locate_refuses_a_quote_that_no_article_has(
    arguments: list[str], message: str, texts: Path
) -> None:
    """Catches an empty table for a quote with a typing error."""
    assert message in refused(kz(*arguments, "--texts", texts))


@pytest.mark.parametrize("command", [["coverage"], ["locate", "police"]])
def test_coverage_says_that_a_folder_lacks_the_articles(command: list[str], tmp_path: Path) -> None:
    """Catches "nothing unexplained" where nothing was looked at."""
    assert refused(kz(*command, "--texts", tmp_path))


def test_no_traceback_in_a_process(junk: Path) -> None:
    """Catches a traceback that only a real process shows."""
    refused(shell("kzdata validate truncated.zip", junk))
    refused(shell("kzdata query \"select '$(printf '\\377')'\"", junk))
    refused(shell("kzdata show \"$(printf 'CR\\033[31m')\"", junk))


PIPES = [
    "kzdata query 'select * from evidence, range(2)' -f text",
    "kzdata query 'select * from evidence, sources' -f csv",
    "kzdata query 'select * from evidence, sources' -f json",
    "kzdata rules",
]


@pytest.mark.parametrize("command", PIPES)
def test_a_closed_pipe_is_no_error(command: str) -> None:
    """Catches BrokenPipeError under `| head`, also the one at interpreter shutdown."""
    outcome = shell(f"{command} | head -1")
    assert outcome.err == ""
    assert len(outcome.lines) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("form", ["text", "csv", "json"])
def test_a_full_disk_is_one_line(form: str) -> None:
    """Catches output that was never written and exits 0."""
    assert "No space left" in refused(shell(f"kzdata tables -f {form} > /dev/full"))


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_output_can_be_written_in_any_encoding(encoding: str) -> None:
    """Catches UnicodeEncodeError for the quotation marks on a Windows console."""
    skip_without_bash()
    command = "kzdata trace CR-0001#value_low && kzdata query 'select name from actors'"
    done = subprocess.run(
        ["bash", "-c", command.replace("kzdata", f"'{sys.executable}' -m kzdata.cli")],
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert "value_low = 8" in done.stdout.decode(encoding)


# ------------------------------------------------------------------------------ formats


def rows_of(outcome: Outcome, form: str) -> list[dict[str, Any]]:
    """The rows that a command printed as CSV or JSON."""
    assert outcome.code in (0, 1), outcome
    if form == "json":
        loaded: list[dict[str, Any]] = json.loads(outcome.out, parse_constant=lambda word: 1 / 0)
        return loaded
    return list(csv.DictReader(io.StringIO(outcome.out, newline=""), strict=True))


def as_cells(rows: list[dict[str, Any]]) -> list[Row]:
    """JSON rows as CSV would hold them."""
    return [{k: "" if v is None else str(v) for k, v in row.items()} for row in rows]


LISTING: list[list[str]] = [
    ["tables"],
    ["show", "CR-0001"],
    ["show", "sources/tass"],
    ["show", "almaty"],
    ["trace", "CR-0001"],
    ["trace", "CR-0001#value_low"],
    ["query", "select * from casualty_reports"],
    ["query", "select note, quote from source_spans, sources limit 40"],
    ["query", "select 1 as one where false"],
    ["query", "select 1 a, 'x\ny,\"z\"' b, date '2022-01-05' c, 0.5 d, null e, 2.0 f"],
    ["rules"],
]
WITH_TEXTS: list[list[str]] = [
    ["locate", "police"],
    ["locate", "police", "--source", "tass"],
    ["coverage"],
]


@pytest.mark.parametrize("command", LISTING, ids=[" ".join(command)[:50] for command in LISTING])
def test_csv_and_json_hold_the_same(command: list[str]) -> None:
    """Catches a format that drops, rounds or quotes otherwise than the other."""
    by_csv, by_json = (rows_of(kz(*command, "-f", form), form) for form in ("csv", "json"))
    assert by_csv == as_cells(by_json)


@pytest.mark.parametrize("command", WITH_TEXTS, ids=[" ".join(command) for command in WITH_TEXTS])
def test_csv_and_json_hold_the_same_with_texts(command: list[str], texts: Path) -> None:
    """Catches a format that drops, rounds or quotes otherwise than the other."""
    named = [*command, "--texts", str(texts)]
    by_csv, by_json = (rows_of(kz(*named, "-f", form), form) for form in ("csv", "json"))
    assert by_csv == as_cells(by_json) != []


def test_tables_are_counted(copy: Folder) -> None:
    """Catches counts of another package, or of lines in place of rows."""
    rows = rows_of(kz("tables", "-p", copy.root, "-f", "json"), "json")
    entries = [entry["name"] for entry in copy.tables()]
    assert [row["table"] for row in rows] == entries
    assert [row["rows"] for row in rows] == [len(copy.rows(name)) for name in entries]
    assert [row["columns"] for row in rows] == [len(copy.schema(n)["fields"]) for n in entries]


def test_shown_records_are_the_cells(copy: Folder) -> None:
    """Catches a record that is shown otherwise than the file has it."""
    for row in copy.rows("casualty_reports"):
        (shown,) = rows_of(kz("show", row["report_id"], "-f", "csv"), "csv")
        assert shown == row
    text = kz("show", "CR-0001")
    assert text.lines[0].split() == ["report_id", "CR-0001"]
    assert not [line for line in text.lines if line.split() == ["as_of"]]


def test_traces_are_the_receipts() -> None:
    """Catches a receipt whose columns moved."""
    rows = rows_of(kz("trace", "CR-0001", "-f", "json"), "json")
    with kzdata.load(ROOT) as package:
        receipts = package.trace("CR-0001")
    names = list(kzdata.Receipt.__dataclass_fields__)
    assert [list(row) for row in rows] == [names] * len(receipts)
    assert [[row[n] for n in names] for row in rows] == [
        [getattr(receipt, n) for n in names] for receipt in receipts
    ]
    assert kz("trace", "casualty_reports/CR-0001", "-f", "json").out == (
        kz("trace", "CR-0001", "-f", "json").out
    )


def test_a_trace_shows_value_role_words_place_and_article(texts: Path) -> None:
    """Catches a trace without value, role, words, place or article."""
    with kzdata.load(ROOT) as package:
        (receipt,) = package.trace("CR-0001", "value_low")
    outcome = kz("trace", "CR-0001#value_low", "--texts", texts)
    assert (outcome.code, outcome.err) == (0, "")
    for words in (
        f"value_low = {receipt.value}",
        receipt.role,
        f"“{receipt.quote}”",
        f"characters {receipt.start} to {receipt.end} of {receipt.source}",
        str(receipt.publisher),
        str(receipt.link),
    ):
        assert words in outcome.out
    article = next(line for line in outcome.lines if line.strip().startswith("…"))
    assert receipt.quote in article
    assert len(article) > len(receipt.quote) + 60


def test_a_dash_reads_the_query_from_standard_input() -> None:
    """Catches "-" that is taken for SQL."""
    outcome = shell("echo 'select 1 as a' | kzdata query - -f csv")
    assert outcome == Outcome(0, "a\n1\n", "")


def test_numbers_keep_their_digits() -> None:
    """Catches numbers that pass through a float, and JSON that is none."""
    query = "select 9007199254740993 a, 12345678901234567890::hugeint b, 'nan'::double c"
    (row,) = rows_of(kz("query", query, "-f", "json"), "json")
    assert (row["a"], row["b"]) == (9007199254740993, 12345678901234567890)
    assert not isinstance(row["c"], float)


@pytest.mark.parametrize("form", ["text", "csv", "json"])
@pytest.mark.parametrize(
    "query",
    [
        "select map([date '2020-01-01'], [1]) m, [1.5::decimal(9, 2)] l, {'a': current_date} s",
        "select 'infinity'::double i, '-infinity'::double j, 'nan'::double k",
        "select 'a'::blob b, uuid() u, interval 1 day i, time '10:00' t, '101'::bit x",
        'select 1 a, 2 a, 3 "A"',
        "select timestamp '2020-01-01 10:00' t, '10:00:00+01'::timetz z, 'infinity'::date d",
        "select null n, '' e, ' ' b, true t",
        "select * from range(0) r(n)",
    ],
)
def test_every_type_can_be_printed(query: str, form: str) -> None:
    """Catches a value of a rarer type that brings the printer down."""
    outcome = kz("query", query, "-f", form)
    assert (outcome.code, outcome.err) == (0, "")
    if form != "text":
        rows = rows_of(outcome, form)
        assert len(rows) == (0 if "range(0)" in query else 1)
        assert all(None not in row for row in rows)


def test_validate_writes_json(copy: Folder) -> None:
    """Catches a report that programs must scrape."""
    copy.edit("casualty_reports", 0, "value_low", "9")
    copy.reseal()
    outcome = kz("validate", copy.root, "--format", "json")
    assert (outcome.code, outcome.err) == (1, "")
    assert json.loads(outcome.out) == json.loads(json.dumps(kzdata.validate(copy.root).as_dict()))
    assert kz("validate", "-f", "json").code == 0


def test_a_rule_is_printed_with_its_severity() -> None:
    """Catches an explanation that leaves open whether the rule turns a build red."""
    assert kz("rules", "alias-ambiguous").lines[0] == "alias-ambiguous: warning, reference"


def test_a_rule_is_printed_as_json() -> None:
    """Catches `--format json` that prints prose."""
    rows = rows_of(kz("rules", "figure-interval", "-f", "json"), "json")
    assert [row["rule"] for row in rows] == ["figure-interval"]


def test_the_name_of_a_group_lists_its_rules() -> None:
    """Catches a name that `--select` takes and nothing explains."""
    for form in ("json", "csv"):
        rows = rows_of(kz("rules", "figure", "-f", form), form)
        assert {row["group"] for row in rows} == {"figure"}
        assert "figure-interval" in {row["rule"] for row in rows}
    assert kz("rules", "figure").lines[1].startswith("figure-")


def test_a_file_that_is_no_package_is_named_as_such() -> None:
    """Catches a new user who names a CSV file and hears of zips alone."""
    said = refused(kz("validate", ROOT / "README.md"))
    assert "neither a datapackage.json nor a zip that can be read" in said


EVERYTHING = [
    *LISTING,
    ["validate"],
    ["rules", "figure-interval"],
    ["trace", "EV-0001"],
    ["--help"],
]


@pytest.mark.parametrize("command", EVERYTHING, ids=[" ".join(c)[:50] for c in EVERYTHING])
def test_text_is_clean_when_piped(command: list[str]) -> None:
    """Catches colours, cursor movements and trailing blanks in a file or a diff."""
    outcome = kz(*command)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.endswith("\n")
    assert not ESCAPES.search(outcome.out.replace("\n", ""))
    assert [line for line in outcome.lines if line != line.rstrip()] == []


def test_text_is_not_wrapped_or_cut_when_piped() -> None:
    """Catches a quote that breaks at column 80 when it goes into a file."""
    outcome = shell("kzdata query 'select quote from source_spans'", COLUMNS="40")
    with kzdata.load(ROOT) as package:
        quotes = [span.quote for span in package.source_spans]
    assert outcome.lines == ["quote", *quotes]


def test_terminals_get_colours_unless_told_not_to() -> None:
    """Catches colours that nobody sees, and NO_COLOR (no-color.org) that nobody reads."""
    coloured = on_a_terminal("trace", "CR-0001#value_low")
    assert "\x1b[32m" in coloured
    plain = on_a_terminal("trace", "CR-0001#value_low", NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", plain)
    words = COLOURS.sub("", coloured).split()
    assert words == COLOURS.sub("", plain).split()


# ------------------------------------------------------------------------------ hostile cells

HOSTILE = "\x1b[31mred\x1b]0;title\x07\x9b2J\u202eback\u2066"


@pytest.fixture
def hostile(copy: Folder) -> Folder:
    """A package with terminal escapes in a note, a title and a source's name."""
    copy.edit("casualty_reports", 0, "note", HOSTILE)
    copy.edit("sources", 0, "publisher", HOSTILE)
    copy.reschema("sources", lambda schema: schema.update(title=HOSTILE))
    copy.reseal()
    return copy


@pytest.mark.parametrize(
    "command",
    [
        ["show", "CR-0001"],
        ["show", "CR-0001", "-f", "json"],
        ["trace", "CR-0001"],
        ["trace", "CR-0001", "-f", "json"],
        ["tables"],
        ["query", "select note from casualty_reports"],
        ["query", 'select 1 as "\x1b[31m"'],
        ["query", "select note from casualty_reports", "-f", "json"],
    ],
    ids=lambda command: " ".join(command)[:50],
)
def test_escapes_never_reach_the_terminal(hostile: Folder, command: list[str]) -> None:
    """Catches a cell that clears the screen, or writes into the title bar."""
    outcome = kz(*command, "-p", hostile.root)
    assert outcome.code == 0
    if "-f" in command:
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", outcome.out)
    else:
        assert not ESCAPES.search(outcome.out.replace("\n", ""))


def test_escapes_do_not_reach_a_real_terminal(hostile: Folder) -> None:
    """Catches escaping that is done for pipes only."""
    for command in (["show", "CR-0001"], ["trace", "CR-0001#value_low"], ["tables"]):
        printed = COLOURS.sub("", on_a_terminal(*command, "-p", hostile.root, NO_COLOR="1"))
        assert not ESCAPES.search(printed.replace("\r\n", ""))
        assert "\\x1b]0;title" in printed.replace("\r\n", "")


def test_csv_is_the_data_itself(hostile: Folder) -> None:
    """Catches escaping that changes what a program reads."""
    command = ["query", "select note from casualty_reports limit 1", "-f", "csv"]
    assert rows_of(kz(*command, "-p", hostile.root), "csv") == [{"note": HOSTILE}]


def test_findings_are_one_safe_line_each(copy: Folder) -> None:
    """Catches a cell that writes a line of its own, such as a command to GitHub's runner."""
    evil = "evil\n::error::owned\n\x1b[2J"
    copy.edit("casualty_reports", 1, "outcome", evil)
    copy.edit("casualty_reports", 2, "report_id", evil)
    copy.reseal()
    outcome = kz("validate", copy.root)
    assert outcome.code == 1
    assert not ESCAPES.search(outcome.out.replace("\n", ""))
    assert [line for line in outcome.lines if line.startswith(("::", "evil"))] == []


def test_names_of_files_and_tables_are_safe(copy: Folder) -> None:
    """Catches escapes in the descriptor, which `seal` and `tables` print."""

    def rename(described: dict[str, Any]) -> None:
        described["resources"][0] |= {"name": "\x1b[31msources", "hash": "md5:0"}

    copy.describe(rename)
    for command in (["validate"], ["tables", "-p"], ["seal"]):
        outcome = kz(*command, copy.root)
        assert not ESCAPES.search((outcome.out + outcome.err).replace("\n", "")), command
        assert "Traceback" not in outcome.err


# ------------------------------------------------------------------------------ help


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(command: str) -> None:
    """Catches a command that explains its options and not its use."""
    outcome = kz(command, "--help")
    assert (outcome.code, outcome.err) == (0, "")
    assert re.search(rf"Examples?: kzdata {command}\b", outcome.out.replace("\n", " "))


def test_help_of_a_command_fits_a_line_of_the_list() -> None:
    """Catches help that the list of commands cuts off in the middle of a sentence."""
    listed = kz("--help").out.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed if line.endswith("...")] == []
    assert len(listed) == len(COMMANDS)
    assert all(len(line) <= 80 and line.endswith(".") for line in listed)


def test_help_names_every_command() -> None:
    """Catches a command that was written and never registered."""
    expected = "validate tables show trace query locate reanchor coverage rules seal".split()
    assert set(expected) <= set(COMMANDS)
    shown = kz("--help").out
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", shown, re.M)


def test_the_version_of_the_command_is_that_of_the_data() -> None:
    """Catches a version of the code that is not that of the data."""
    version = json.loads((ROOT / "datapackage.json").read_bytes())["version"]
    assert kz("--version") == Outcome(0, f"kzdata {version}\n", "")


def test_every_command_is_documented() -> None:
    """Catches a command that the reference page leaves out."""
    page = ROOT / "docs" / "cli.md"
    pages = [page] if page.is_file() else [ROOT / "README.md"]
    if not pages[0].is_file():
        pytest.skip("neither docs/cli.md nor README.md is written yet")
    text = pages[0].read_text("utf-8") + (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    for command in COMMANDS:
        assert f"kzdata {command}" in text, command


# ------------------------------------------------------------------------------ authoring


def usable(folder: Folder, articles: dict[str, str]) -> Iterator[tuple[Row, str, str]]:
    """Edges whose entity is also named by a shorter quote: the edge, the quote, its article."""
    spans = {span["span_id"]: span for span in folder.rows("source_spans")}
    quotes = {(span["source_id"], span["quote"]) for span in spans.values()}
    aliases = [(a["source_id"], a["alias"], a["entity_id"]) for a in folder.rows("aliases")]
    cells = {
        (row["report_id"], name): value
        for row in folder.rows("casualty_reports")
        for name, value in row.items()
    }
    for edge in folder.rows("evidence"):
        span, value = spans[edge["span_id"]], cells.get((edge["record_id"], edge["field"]))
        quote = span["quote"].partition(" ")[2]
        named = [alias for source, alias, entity in aliases
                 if (source, entity) == (span["source_id"], value) and alias in quote]  # fmt: skip
        once = articles[span["source_id"]].count(quote) == 1
        fresh = (span["source_id"], quote) not in quotes
        if edge["role"] == "resolved" and named and once and fresh:
            yield edge, quote, span["source_id"]


def test_a_located_span_is_a_valid_row(copy: Folder, texts: Path) -> None:
    """Catches a row of `locate` that validation refuses: columns, checksum, offsets, identifier."""
    with kzdata.load(copy.root) as package:
        articles = package.texts(texts)
    edge, quote, source = next(usable(copy, articles))
    outcome = kz("locate", quote, "--source", source, "--texts", texts, "-p", copy.root)
    header, row = outcome.lines
    spans = copy.file("source_spans")
    assert header == spans.read_text("utf-8").splitlines()[0]
    with spans.open("a", encoding="utf-8", newline="") as stream:
        stream.write(f"{row}\n")
    (located,) = rows_of(outcome, "csv")
    edges = copy.rows("evidence")
    same = [e for e in edges if (e["record_id"], e["field"]) == (edge["record_id"], edge["field"])]
    for known in same:
        known["edges"] = str(len(same) + 1)
    edges.append({**same[0], "span_id": located["span_id"], "role": "resolved", "note": ""})
    copy.write("evidence", edges)
    assert kz("validate", copy.root).code == 1
    assert kz("seal", copy.root).out == "sealed source_spans\nsealed evidence\n"
    outcome = kz("validate", copy.root, "--texts", texts)
    assert outcome.code == 0, outcome.out
    traced = kz("trace", f"{edge['record_id']}#{edge['field']}", "-p", copy.root)
    assert f"“{quote}”" in traced.out


def test_seal_of_the_shipped_package_changes_nothing(copy: Folder) -> None:
    """Catches a seal that rewrites the descriptor in a style of its own."""
    before = (copy.root / "datapackage.json").read_bytes()
    assert before == (ROOT / "datapackage.json").read_bytes()
    assert kz("seal", copy.root) == Outcome(0, "", "")
    assert (copy.root / "datapackage.json").read_bytes() == before


@pytest.mark.parametrize("name", ["", "datapackage.json"])
def test_seal_makes_a_changed_package_valid(copy: Folder, name: str) -> None:
    """Catches a seal that forgets the size, the hash or a file, or touches more than those."""
    before = copy.descriptor()
    copy.edit("actors", 0, "note", "Changed.")
    assert "resource-hash" in kz("validate", copy.root).out
    assert kz("seal", copy.root / name) == Outcome(0, "sealed actors\n", "")
    assert kz("validate", copy.root).code == 0
    sealed = (copy.root / "datapackage.json").read_bytes()
    assert kz("seal", copy.root / name) == Outcome(0, "", "")
    assert (copy.root / "datapackage.json").read_bytes() == sealed
    after = copy.descriptor()
    for described in (before, after):
        entry = next(e for e in described["resources"] if e["name"] == "actors")
        assert entry.pop("bytes")
        assert entry.pop("hash")
    assert before == after


def test_seal_stops_at_a_missing_file(copy: Folder) -> None:
    """Catches a descriptor that is written half sealed."""
    before = (copy.root / "datapackage.json").read_bytes()
    copy.edit("actors", 0, "note", "Changed.")
    copy.file("tombstones").unlink()
    assert "tombstones.csv" in refused(kz("seal", copy.root))
    assert (copy.root / "datapackage.json").read_bytes() == before


def test_seal_leaves_a_zip_alone(tmp_path: Path) -> None:
    """Catches a seal of the unpacked copy, which is thrown away."""
    file = tmp_path / "package.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.write(ROOT / "datapackage.json", "datapackage.json")
    before = file.read_bytes()
    assert "only a directory" in refused(kz("seal", file))
    assert file.read_bytes() == before


def test_passages_are_found_again_in_another_copy(island: Folder, tmp_path: Path) -> None:
    """Catches offsets of the old text, and a lost passage that is passed over."""
    copy = tmp_path / "copy.txt"
    copy.write_bytes(("NORHOLM.\n" + FLOOD_TEXTS["gull"]).encode())
    outcome = kz("reanchor", copy, "--source", "gull", "-p", island.root, "-f", "json")
    assert (outcome.code, outcome.err) == (0, "")
    rows = json.loads(outcome.out)
    assert len(rows) == sum(row["letter"] == "gull" for row in island.rows("passages"))
    text = copy.read_bytes().decode()
    assert all(text[row["new_start"] : row["new_end"]] == row["quote"] for row in rows)
    assert {row["new_start"] - row["start"] for row in rows} == {9}
    copy.write_bytes(FLOOD_TEXTS["gull"].replace("12 fishers", "13 fishers").encode())
    outcome = kz("reanchor", copy, "--source", "gull", "-p", island.root, "-f", "json")
    lost = [row["quote"] for row in json.loads(outcome.out) if row["new_start"] is None]
    assert outcome.code == 1 and "12" in lost
    assert outcome.err.startswith(f"{len(lost)} of {len(rows)} passages are not found")


@pytest.mark.parametrize(
    ("file", "source", "message"),
    [(b"\xff", "gull", "not UTF-8"), (None, "gull", "no such text file"), (b"x", "gul", "gull")],
)
def test_reanchor_refuses_a_missing_file_or_article(
    island: Folder, tmp_path: Path, file: bytes | None, source: str, message: str
) -> None:
    """Catches a traceback, and an article that is missing taken for one without passages."""
    copy = tmp_path / "copy.txt"
    if file is not None:
        copy.write_bytes(file)
    outcome = kz("reanchor", copy, "--source", source, "-p", island.root)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err


def test_coverage_of_the_shipped_package(texts: Path) -> None:
    """Catches a number in an article that nobody accounts for."""
    outcome = kz("coverage", "--texts", texts, "-f", "json")
    assert (outcome.code, outcome.err) == (0, "")
    rows = json.loads(outcome.out)
    assert len(rows) == 5
    for row in rows:
        assert row["numbers"] == row["in spans"] + row["excluded"] > 0
        assert row["unexplained"] == 0


def test_coverage_names_what_nothing_explains(copy: Folder, texts: Path) -> None:
    """Catches an exit code of 0 over an unexplained number."""
    gone = copy.delete("exclusions", 0)
    copy.reseal()
    outcome = kz("coverage", "--texts", texts, "-p", copy.root)
    assert outcome.code == 1
    place = f"{gone['source_id']}:{gone['char_start']}: '{gone['token']}' is not explained\n"
    assert outcome.err == place
    unexplained = kz("validate", copy.root, "--texts", texts)
    assert unexplained.code == 1


def test_progress_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a progress bar in the log of a CI system."""
    from kzdata.cli import main as cli

    stream = io.StringIO()
    monkeypatch.setattr(cli, "_bar", lambda: pytest.fail("a bar"))
    monkeypatch.setattr(cli, "SECONDS", 0)
    monkeypatch.setattr(sys, "stderr", stream)
    with cli.Steps() as steps:
        steps.show("reading", 0, 3)
        sleep(0.05)
    assert stream.getvalue() == ""


class Bar:
    """A bar that keeps what it is told."""

    def __init__(self) -> None:
        self.updates: list[dict[str, Any]] = []

    def update(self, task: int, **state: Any) -> None:
        self.updates.append(state)

    def stop(self) -> None:
        self.updates.append({"stopped": True})


def on_terminal(monkeypatch: pytest.MonkeyPatch) -> list[Bar]:
    """Make standard error a terminal; the bars that are shown there."""
    from kzdata.cli import main as cli

    made: list[Bar] = []

    def make() -> tuple[Bar, int]:
        made.append(Bar())
        return made[-1], 0

    monkeypatch.setattr(cli, "_bar", make)
    monkeypatch.setattr(sys, "stderr", type("Terminal", (), {"isatty": lambda _: True})())
    return made


def test_progress_waits_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a bar that flickers up for half a second."""
    from kzdata.cli import main as cli

    bars = on_terminal(monkeypatch)
    with cli.Steps() as steps:
        steps.show("reading", 0, 3)
    assert (bars, cli.SECONDS) == ([], 1)


def test_progress_shows_the_step_that_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a terminal that stays empty while one large table is read."""
    from kzdata.cli import main as cli

    bars = on_terminal(monkeypatch)
    monkeypatch.setattr(cli, "SECONDS", 0.01)
    with cli.Steps() as steps:
        steps.show("reading", 0, 3)
        for _ in range(500):
            sleep(0.01 * (not (bars and bars[0].updates)))
        steps.show("checking", 1, 3)
    (bar,) = bars
    assert bar.updates == [
        {"description": "reading", "completed": 0, "total": 3},
        {"description": "checking", "completed": 1, "total": 3},
        {"stopped": True},
    ]
