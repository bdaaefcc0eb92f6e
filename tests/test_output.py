"""What a command prints gives no order to whoever reads it: no terminal, no CI, no spreadsheet.

The packages here hold hostile text wherever text may stand: in each cell, or in each name. What CI
takes for a command is decided by ports of its own parsers, not by kzdata's.
"""

import ast
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import kzdata
from commands import COLOURS, Outcome, kz, on_a_terminal, refused
from kzdata.cli import terminal as rendering
from kzdata.cli.main import main
from kzdata.display import in_json, safe, visible
from kzdata.exports.spreadsheets import csv_cell, defused
from kzdata.site.cards import packed
from kzdata.site.page import page_of, policy
from packages import Folder
from strategies import any_text

EVIL = (
    "::error::owned ##[add-mask]valid ##[set-output name=valid]true ###[error]x #\u00ad#[error]x "
    "##vso[task.setvariable variable=a]b ##teamcity[buildStatus text='x'] [link=http://evil/] [/x]"
    "\n::stop-commands::x\r ::set-env name=PATH::/evil\n\u00a0:\u200b:error::x\n--- x\n+++ x\n"
    "section_start:1:a[collapsed=true]\r\x1b[0K travis_fold:start:a\r ##[endgroup]"
    "\x1b]0;title\x07\x9b2J\x1b[8m\u202eback\u2066\u061c\u200f\u2028::debug::x\u2029"
    "hid\u200bden\u2060\ufeff\U000e0041 "
)
# A verdict names where the package lies: a name that a folder can have.
PLACE = "::error::x\n##[error]y ##vso[a]b\x1b[31m\u202e' \"(1]\u200b"
HIDDEN = {"Cc", "Cf", "Zl", "Zp", "Cs"}
SEEN = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
"""Characters that Unicode calls formats, and that readers see."""


# ------------------------------------------------------------------------------ the CI


def legacy(line: str, prefix: str = "##[") -> str | None:
    """The name of a command `##[name properties]data`: the runner's `ActionCommand.TryParse`.

    Any name counts, also one that the runner of today does not know.
    """
    start = line.find(prefix)
    end = line.find("]", start) if start >= 0 else -1
    return None if end < 0 else line[start + len(prefix) : end].split(" ")[0]


def modern(line: str) -> str | None:
    """The name of a command `::name properties::data`: its `TryParseV2`."""
    line = line.lstrip()
    end = line.find("::", 2) if line.startswith("::") else -1
    return None if end < 0 else line[2:end].split(" ")[0]


def orders(text: str) -> Iterator[str]:
    """All that a CI would obey in a log, line for line.

    .NET compares by the rules of a language, which pass over characters that are not seen.
    """
    for line in re.split("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", text):
        seen = "".join(char for char in line if unicodedata.category(char) not in HIDDEN)
        for read in (line, seen):
            yield from filter(None, (modern(read), legacy(read)))
            yield from filter(None, (legacy(read, "##vso["), legacy(read, "##teamcity[")))
            yield from re.findall(r"section_(?:start|end):|travis_(?:fold|time):", read)
            yield from re.findall(r"^(?:---|\+\+\+|~~~|\^\^\^) ", read)


def drivers(text: str) -> set[str]:
    """Characters that drive a terminal, turn its text or hide in it; the line end is none."""
    found = {char for char in text if unicodedata.category(char) in HIDDEN}
    return found - {"\n", *SEEN}


def test_the_emulated_runners_obey_real_commands() -> None:
    """Catches a port that finds no command in anything."""
    found = set(orders(EVIL))
    assert {"add-mask", "error", "stop-commands", "set-env", "task.setvariable", "--- "} <= found
    assert {"buildStatus", "section_start:", "travis_fold:", "endgroup", "debug"} <= found
    assert legacy("a ##[b c=d]e") == "b"
    assert modern("  ::b c=d::e") == "b"
    assert modern("a ::b::") is None


# ------------------------------------------------------------------------------ the characters


@given(any_text() | st.text(max_size=60) | st.text(list("#[]: \n\r\u00ad\u200d\ufe0f\xe9va-")))
@example("\ufe00\u200c\xa0")  # a joiner behind a form that is written out
def test_a_safe_text_holds_no_command(text: str) -> None:
    """Catches a command or a character that acts, in what is written out or because of it."""
    written = safe(text)
    assert list(orders(written)) == []
    assert drivers(written) <= {"\u200c", "\u200d"}
    assert safe(written) == written
    assert "\n" not in written


@given(st.recursive(any_text() | st.text(list("#[]:\n\u00ad\u202e")), st.lists))
def test_safe_json_reads_as_the_same_values(value: Any) -> None:
    """Catches an escape that changes what a program reads, and a command that is left."""
    written = rendering.as_json(value)
    assert json.loads(written) == value
    assert list(orders(written)) == []
    assert drivers(written) <= {"\u200c", "\u200d"}


def test_json_of_half_a_character_can_be_written() -> None:
    """Catches a lone surrogate, and a character beyond the basic plane, that break JSON."""
    text = "\ud800 \U000e0041 \U0001f600"
    assert in_json(json.dumps(text, ensure_ascii=False)) == '"\\ud800 \\udb40\\udc41 \U0001f600"'


def test_every_character_that_is_not_seen_is_written_out() -> None:
    """Catches a character that hides text, in a list that was written by hand."""
    acting = [chr(number) for number in range(0x110000)]
    acting = [char for char in acting if unicodedata.category(char) in HIDDEN]
    left = {char for char in acting if char in visible(f"a{char}b")}
    assert left == set(SEEN)
    for char in "\u034f\u115f\u3164\uffa0\u180b\ufe0f\U000e0100\u17b4":  # letters and marks, unseen
        assert char not in safe(f"a{char}b")


@pytest.mark.parametrize(
    "text",
    ["\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u2764\ufe0f\u200d\U0001f525", "::"[:1]],
)
def test_characters_that_scripts_need_stay(text: str) -> None:
    """Catches a quotation in Persian, or an emoji, that is spoilt where it is shown."""
    assert safe(text) == text


def test_a_giant_text_takes_no_time() -> None:
    """Catches a pattern that goes back and forth over a cell of a stranger: a test of an hour."""
    for unit in ("\n", "#", "##a", " ", "\n ", "\u00ad", "#\u00ad", ":\u00ad", "::", "-", "\u200d"):
        assert len(safe(unit * 300_000)) >= 300_000
        assert len(in_json(unit * 300_000)) >= 300_000


# ------------------------------------------------------------------------------ the packages

CELL = EVIL.replace("\r", "")
"""A bare carriage return has a test of its own: outside of quotes it makes a row malformed."""
ASKED = "::x::\u202e"
"""In the key that is asked for: `#` and `/` mean something there."""
KEPT = re.compile(r"[-0-9.:]*|[0-9a-f]{16,64}|G[0-9]")


def evil_cells(island: Folder) -> Folder:
    """The flood, with hostile text before each word of each cell, so that keys still meet."""
    declare(island)
    for entry in island.descriptor()["resources"]:
        name = entry["name"]
        rows = island.rows(name)
        for row in rows:
            for column, cell in row.items():
                if not KEPT.fullmatch(cell) and (name, column) != ("receipts", "cell"):
                    row[column] = ASKED + cell if cell == "T1" else CELL + cell
        island.write(name, rows)
    for entry in island.descriptor()["resources"]:
        island.reschema(entry["name"], lambda schema: schema.update(title=EVIL, description=EVIL))
    roles = {"acyclic": [CELL + "among"], "contradicts": [CELL + "contradicts"]}
    island.reschema("ties", lambda schema: schema["kzdata:links"].update(roles))
    told = {"name": EVIL, "title": EVIL, "description": EVIL, "keywords": [EVIL]}
    island.describe(lambda package: package.update(told))
    return island


def declare(island: Folder) -> None:
    """Let the flood be asked about tolls, disagreements and a timeline, and be exported."""
    claims = {"outcome": "fate", "event": "surge", "place": "islet", "claimant": "speaker"}
    island.reschema("tolls", lambda schema: schema.update({
        "kzdata:claims": claims | {"deaths": [CELL + "drowned", "drowned"]}}))  # fmt: skip
    island.reschema("surges", lambda schema: schema.update({
        "kzdata:events": {"title": "title", "type": "sort"}}))  # fmt: skip


def evil_names(island: Folder) -> Folder:
    """The flood, with hostile names of tables and columns; what names them names them still."""
    declare(island)
    described = island.descriptor()
    names = {entry["name"] for entry in described["resources"]}
    names |= {
        field["name"] for entry in described["resources"] for field in entry["schema"]["fields"]
    }
    heads = {entry["path"]: [f["name"] for f in entry["schema"]["fields"]]
             for entry in described["resources"]}  # fmt: skip

    def renamed(value: Any) -> Any:
        if isinstance(value, list):
            return [renamed(item) for item in value]
        if isinstance(value, dict):
            kept = ("path", "constraints", "evidence")
            return {key: item if key in kept else renamed(item) for key, item in value.items()}
        return EVIL + value if isinstance(value, str) and value in names else value

    for path, columns in heads.items():
        body = (island.root / path).read_text("utf-8").split("\n", 1)[1]
        head = ",".join(f'"{EVIL}{column}"' for column in columns)
        (island.root / path).write_text(f"{head}\n{body}", encoding="utf-8", newline="")
    whole = renamed(described) | {"name": EVIL, "title": EVIL}
    island.describe(lambda package: package.update(whole))
    return island


MAKERS: dict[str, Callable[[Folder], Folder]] = {"cells": evil_cells, "names": evil_names}


@pytest.fixture(params=list(MAKERS))
def evil(request: pytest.FixtureRequest, island: Folder) -> Folder:
    return MAKERS[request.param](island)


def questions(root: Path, texts: Path, out: Path) -> Iterator[list[str]]:
    """Every command in every format, what cannot be asked included."""
    p = ["-p", str(root)]
    record = next((row[0] for row in rows_of(root, "tolls")), "T1")
    source = next((row[0] for row in rows_of(root, "letters")), "gull")
    for form in ("text", "json", "junit", "sarif", "github"):
        yield ["validate", str(root), "--texts", str(texts), "-f", form]
        yield ["validate", str(root), "-f", form, "--output", str(out / form)]
        yield ["validate", str(out.parent / PLACE), "-f", form]
        yield ["release-check", str(root), str(root), "-f", form]
    for form in ("text", "json", "markdown"):
        yield ["diff", str(root), str(out.parent / "plain"), "--all", "-f", form]
    for form in ("text", "json", "csv"):
        for asked in (
            *(
                ["tables"],
                ["show", f"tolls/{record}"],
                ["trace", record],
                ["trace", "--source", source],
            ),
            *(["toll"], ["disagreements"], ["timeline"], ["coverage", "--texts", str(texts)]),
            *(["toll", "--place", EVIL], ["toll", "--limit", "1"]),
            ["locate", "12 fishers drowned", "--texts", str(texts)],
            ["query", f"select {literal(EVIL)} as {quoted(EVIL)}, 1"],
            ["query", "select * from (describe tolls), (select 1)"],
            *(["show", EVIL], ["trace", EVIL], ["rules", EVIL], ["query", EVIL]),
        ):
            yield [*asked, "-f", form, *(p if asked[0] != "rules" else [])]
    yield ["timeline", "-f", "ics", *p]
    for name in ("ucdp", "acled"):
        yield ["export", name, str(out / name), *p]
    yield ["export", EVIL, str(out / "x"), *p]
    yield ["site", str(out / "site"), *p]
    yield ["validate", EVIL.replace("/", "")]
    yield ["validate", f"{root}/{EVIL.replace('/', '')}", "-f", "github"]
    yield ["tables", EVIL]
    yield ["tables", f"--{EVIL}"]
    yield ["tables", "-f", EVIL]
    yield [EVIL]
    yield ["seal", str(root)]


def rows_of(root: Path, table: str) -> list[list[str]]:
    """The rows of a table as its file has them."""
    with (root / f"tables/{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))[1:]


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@pytest.fixture
def everything(evil: Folder, island_texts: Path, tmp_path: Path) -> list[list[str]]:
    from packages import flood

    flood(tmp_path / "plain")
    shutil.copytree(evil.root, tmp_path / PLACE)
    (tmp_path / "out").mkdir()
    return [*questions(evil.root, island_texts, tmp_path / "out")]


def told_by(asked: list[str]) -> Outcome:
    """The command in this process; what ends in an exception of its own is an error here."""
    outcome = kz(*asked)
    assert outcome.code in (0, 1, 2), outcome
    assert "Traceback" not in outcome.err
    return outcome


def test_no_output_holds_a_command_for_ci(everything: list[list[str]], tmp_path: Path) -> None:
    """Catches a command in a name, a cell or an argument that GitHub, Azure or others obey."""
    held = 0
    for asked in everything:
        outcome = told_by(asked)
        ours = {"error", "warning", "notice"} if asked[-1] == "github" else set()
        for text in (outcome.out, outcome.err):
            assert set(orders(text)) <= ours, asked
        if ours:
            assert all(legacy(line) is None for line in outcome.lines)
            for line in outcome.lines:
                assert re.match(r"::(error|warning|notice) [^:]*title=[\w-]+::", line), line
        if "csv" not in asked:
            assert drivers(outcome.out.replace("\r\n", "\n")) == set(), asked
        assert drivers(outcome.err) == set(), asked
        held += "stop-commands" in outcome.out + outcome.err
    assert held > len(everything) / 2
    for form in ("text", "json", "junit", "sarif"):
        assert [*orders((tmp_path / "out" / form).read_text("utf-8"))] == []


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_no_output_holds_a_control_sequence(
    everything: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches escape sequences, turned and hidden text on a terminal, in CSV and calendars too."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("kzdata.cli.main.SECONDS", 1_000)
    for asked in everything:
        out, err = Terminal(), Terminal()
        monkeypatch.setattr(sys, "argv", ["kzdata", *asked])
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit):
            main()
            sys.exit(0)
        shown = COLOURS.sub("", out.getvalue() + err.getvalue())
        assert drivers(shown) == set(), asked
        assert "\x1b[8m" not in out.getvalue() + err.getvalue()


@pytest.mark.parametrize(
    "asked",
    [
        ["query", f"select {literal(EVIL)} as {quoted(EVIL)}", "-f", "csv"],
        ["query", f"select {literal(EVIL)} as {quoted(EVIL)}"],
        ["timeline", "-f", "ics"],
        ["toll"],
    ],
    ids=lambda asked: asked[0] + asked[-1][-4:],
)
def test_a_real_terminal_gets_no_control_sequence_of_a_package(
    island: Folder, asked: list[str]
) -> None:
    """Catches what goes another way to a terminal than to a stream that says it is one."""
    printed = on_a_terminal(*asked, "-p", evil_cells(island).root)
    assert drivers(COLOURS.sub("", printed.replace("\r\n", "\n"))) == set()
    assert "stop-commands" in printed


# ------------------------------------------------------------------------------ CSV


def test_csv_in_a_file_holds_the_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches escaping in a file, silence about it in a pipe, and a log that obeys a cell."""
    command = [
        sys.executable,
        "-m",
        "kzdata.cli",
        "query",
        f"select {literal(EVIL)} a",
        "-f",
        "csv",
    ]
    with (tmp_path / "a.csv").open("wb") as stream:
        filed = subprocess.run(command, stdout=stream, stderr=subprocess.PIPE, check=True)
    assert filed.stderr == b""
    whole = (tmp_path / "a.csv").read_bytes().decode("utf-8")
    assert whole == f'a\n"{EVIL}"\n'
    piped = subprocess.run(command, capture_output=True, check=True)
    assert [*orders(piped.stdout.decode("utf-8"))] == []
    assert b"written out; a file (> FILE) gets them" in piped.stderr
    assert kz("query", "select '\x1b' a", "-f", "csv") == Outcome(0, "a\n\x1b\n", "")


# ------------------------------------------------------------------------------ one door

DOOR = "cli/terminal.py"
OWN = {"docs.py": "for developers"}


def test_only_the_terminal_module_prints() -> None:
    """Catches a `print` or `typer.echo` that goes past `kzdata.cli.terminal`."""
    top = Path(kzdata.__file__).parent
    files = [*top.rglob("*.py"), *top.with_name("kzdata_publish").rglob("*.py")]
    assert len({file.relative_to(top.parent).parts[0] for file in files}) == 2
    found = {}
    for file in files:
        name = file.relative_to(top if file.is_relative_to(top) else top.parent).as_posix()
        calls = {
            ast.unparse(node.func)
            for node in ast.walk(ast.parse(file.read_text("utf-8")))
            if isinstance(node, ast.Call)
        }
        banned = r"print|.*\.s?echo|.*pprint|.*\.secho|sys\.(__)?std(out|err).*\.write(lines)?"
        past = {call for call in calls if re.fullmatch(banned, call)}
        if past and name not in OWN:
            found[name] = past
    assert found == {}
    source = ast.parse((top / DOOR).read_text("utf-8"))
    writers = [node for node in ast.walk(source) if isinstance(node, ast.Call)
               and ast.unparse(node.func) == "stream.write"]  # fmt: skip
    assert len(writers) == 1


def test_a_long_error_message_is_cut(tmp_path: Path) -> None:
    """Catches a name of a megabyte that fills the log."""
    outcome = kz("show", "x" * 100_000, "-p", tmp_path)
    assert len(outcome.err) < 5_000
    assert len(kz("rules", "\x1b" * 100_000).err) < 50_000


# ------------------------------------------------------------------------------ the progress bar


def test_the_bar_takes_names_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches markup, an escape sequence and a giant name in the bar, and a thread that fails."""
    from kzdata.cli import main as cli

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("reading [link=http://evil/]x[/link]", "[/x]", EVIL, "x" * 1_000_000, "{task}"):
        with cli.Steps() as steps:
            steps._timer.cancel()
            steps._begin()
            steps.show(name, 1, 3)
            steps._bar.refresh()
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())
    assert "]8;" not in terminal.getvalue()
    assert "[link=http://evil/]x[/link]" in shown
    assert "[/x]" in shown
    assert drivers(shown) <= {"\r"}
    assert "\x1b[8m" not in terminal.getvalue()
    assert len(shown) < 20_000


# ------------------------------------------------------------------------------ pytest

PLUGIN_ARGUMENTS = ["-p", "no:cacheprovider", "-rA", "-q"]


def test_the_plugin_prints_no_command_for_ci(island: Folder, tmp_path: Path) -> None:
    """Catches findings, reasons and names of a package in pytest's own output."""
    evil = evil_cells(island).root
    place = tmp_path / "##[add-mask]x"
    evil.rename(place)
    (tmp_path / "cwd").mkdir()
    for path in (place, tmp_path / "\n::error::##vso[a.b]c"):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *PLUGIN_ARGUMENTS, "--kzdata", str(path)],
            cwd=tmp_path / "cwd",
            env={**os.environ, "GITHUB_ACTIONS": "true", "CI": "true"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 1, done
        assert [*orders(done.stdout + done.stderr)] == []
        assert drivers(done.stdout) == set()
    assert "no such file or directory" in done.stdout


# ------------------------------------------------------------------------------ templates

MARKS = [
    *("[[data]]", "[[policy]]", "[[title]]", "[[description]]", "[[", "]]", "[[nothing]]"),
    *("</script>", "<script>", "<!--", "-->", "]]>", "<![CDATA[", '"', "'", "&quot;", "\\", "{0}"),
    *("0;url=http://evil/ ", "a http-equiv=refresh b ", "<meta>", ">", "=", "&", "\u2028", "${x}"),
]


class Read(HTMLParser):
    """What a browser finds: the attributes of each element, and the text in each."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._in = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        self.elements.append((tag, dict(attrs)))
        self._in = dict(attrs).get("id") or tag

    def handle_data(self, data: str) -> None:
        self.texts[self._in] = self.texts.get(self._in, "") + data

    def handle_endtag(self, tag: str) -> None:
        self._in = ""


words = st.lists(st.sampled_from(MARKS) | st.text(max_size=8), max_size=6).map("".join)


@given(st.fixed_dictionaries({"title": words, "description": words, "name": words}), words)
def test_a_page_holds_exactly_what_the_package_says(told: dict[str, str], cell: str) -> None:
    """Catches a value that is taken for a mark of the template, or that ends its element."""
    nothing: dict[str, Any] = {"cards": {}, "story": None}
    data = {"package": told, "cells": [cell, {cell: cell}], **nothing}
    html, parts = page_of(data)
    html.encode("utf-8")
    assert not parts
    other, _ = page_of({"package": {"name": "n"}, "cells": [], **nothing})
    read, plain = Read(html), Read(other)
    held = json.loads(read.texts["data"])
    assert held.pop("cards") == packed({})
    assert held | {"cards": {}} == json.loads(json.dumps(data, ensure_ascii=False)
        .encode("utf-8", "replace"))  # fmt: skip
    shown = told["title"] or told["name"]
    wanted = plain.elements
    for _, attributes in wanted:
        if attributes.get("name") == "description":
            attributes["content"] = told["description"]
    assert [*normal(read.elements)] == [*normal(wanted)]
    assert read.texts.get("title", "") == newlines(shown)
    (rule,) = [a["content"] for _, a in read.elements if "Content-Security-Policy" in a.values()]
    assert rule == policy()


def normal(elements: list[tuple[str, dict[str, str | None]]]) -> Iterator[Any]:
    for tag, attributes in elements:
        yield tag, {name: newlines(value or "") for name, value in attributes.items()}


def newlines(text: str) -> str:
    """The text as UTF-8 and HTML can hold it: no half characters."""
    return text.encode("utf-8", "replace").decode()


def test_a_template_mark_in_a_title_stays_text(island: Folder, tmp_path: Path) -> None:
    """Catches a page that sends its reader elsewhere, or shows nothing."""
    evil = {"title": "[[data]]", "description": "0;url=http://evil/ [[data]]"}
    described = island.descriptor() | evil | {"name": "a http-equiv=refresh b"}
    (island.root / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")
    with kzdata.load(island.root) as package:
        page = Read(package.site(tmp_path / "site").read_text("utf-8"))
    assert page.texts["title"] == "[[data]]"
    assert json.loads(page.texts["data"])["package"]["name"] == "a http-equiv=refresh b"
    refreshing = [a for _, a in page.elements if "http-equiv" in a]
    assert [a["http-equiv"] for a in refreshing] == ["Content-Security-Policy"]


@given(words)
def test_a_markdown_cell_is_one_span_of_code(text: str) -> None:
    """Catches a name that leaves its span of code, and a pipe that ends a cell of a table."""
    from kzdata.cli.diffs import _code, _prose

    markdown = pytest.importorskip("markdown_it")
    html = markdown.MarkdownIt("gfm-like", {"linkify": False}).render(f"- {_code(text)}\n")
    if text:
        assert re.fullmatch(r"<ul>\n<li><code>[^<]*</code></li>\n</ul>\n", html), html
    shown = _prose(text)
    assert shown.startswith("`") or not set(shown) & set("<>[]`*&|\\!@#/")


# ------------------------------------------------------------------------------ calendars


def test_a_calendar_holds_no_property_of_a_package(island: Folder) -> None:
    """Catches a title that adds an attachment, turns text, or begins a line with a command."""
    icalendar = pytest.importorskip("icalendar")
    evil_cells(island)
    titles = [
        "x\r\nATTACH:http://evil/\nX-A:b\u202e\u2028\x85y" + "z" * 60 + "::error::" * 30,
        "a" * 66 + "".join("b" * n + "::stop-commands::" + ":" * n for n in range(1, 12)) + EVIL,
    ]
    for row in range(2):
        island.edit("surges", row, "since", "2031-03-04")
        island.edit("surges", row, "till", "2031-03-04")
        island.edit("surges", row, "grain", "day")
        island.edit("surges", row, "title", titles[row].replace("\r", ""))
    outcome = kz("timeline", "-f", "ics", "-p", island.root)
    assert outcome.code == 0
    assert [*orders(outcome.out)] == []
    assert drivers(outcome.out.replace("\r\n", "\n")) == set()
    assert outcome.out.count("\n") == outcome.out.count("\r\n")
    assert all(len(line.encode()) <= 75 for line in outcome.out.split("\r\n"))
    names = {line.split(":")[0].split(";")[0] for line in outcome.out.split("\r\n ")[0].split()}
    assert "ATTACH" not in names
    entries = icalendar.Calendar.from_ical(outcome.out).walk("VEVENT")
    assert len(entries) == 2
    known = "UID DTSTAMP DTSTART DTEND SUMMARY DESCRIPTION TRANSP LOCATION CATEGORIES".split()
    assert {name for entry in entries for name in entry} <= set(known)


# ------------------------------------------------------------------------------ spreadsheets

FORMULAS = [
    "=1+1",
    "+A1",
    "-A1",
    "@A1",
    "\t=1",
    " =1",
    "\u00a0=1",
    "\uff1d1",
    "\uff0bA1",
    "\uff0dA",
]


@pytest.mark.parametrize("form", ["ucdp", "acled"])
def test_crosswalks_hold_no_formula(island: Folder, tmp_path: Path, form: str) -> None:
    """Catches a name or a key that a spreadsheet carries out, and one that changes unsaid."""
    declare(island)
    island.reschema("letters", lambda schema: schema["fields"].append(
        {"name": "publisher", "type": "string"}))  # fmt: skip
    island.write("letters", [dict(row, publisher="x;=cmd|' /C calc'!A0\n@y")
                             for row in island.rows("letters")])  # fmt: skip
    for row, text in enumerate(["=HYPERLINK(1)", " +cmd|' /C calc'!A0"]):
        island.edit("surges", row, "title", text)
    for name, column in (("tolls", "surge"), ("surges", "surge"), ("receipts", "row")):
        renamed = [row | {column: row[column].replace("S1", "@S1")} for row in island.rows(name)]
        island.write(name, renamed)
    with kzdata.load(island.root) as package:
        out = package.export(form, tmp_path / "out")
    cells = [cell for file in out.iterdir() for row in table(file) for cell in row]
    assert "'@S1" in cells
    for cell in cells:
        for part in re.split("[;\t\r\n]", cell):
            numbered = re.fullmatch(r"[+-]?[0-9.]+", part)
            assert numbered or not re.match(r"\s*[=+@\uff1d\uff0b\uff0d\uff20-]", part), cell
    lost = [row for row in table(out / "losses.csv") if row[2] == "formula"]
    key = {"ucdp": "relid", "acled": "event_id_cnty"}[form]
    assert ["'@S1", key, "formula", "", "'@S1"] in lost
    assert any(row[1] == {"ucdp": "source_office", "acled": "source"}[form] for row in lost)


def table(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


@pytest.mark.parametrize("text", FORMULAS)
def test_each_form_of_the_formula_signs_is_known(text: str) -> None:
    """Catches a form of the four signs that was not thought of."""
    assert defused(text) == f"'{text}"
    assert csv_cell(text).startswith("'")
    assert csv_cell(f"a;{text.strip()}") == f"a;'{text.strip()}"


@pytest.mark.parametrize(
    "text", ["-5", "+3.2", "-5e3", "76.9", "", "a", "a-b", "2022-01-01", "-.5"]
)
def test_numbers_are_no_formulas(text: str) -> None:
    """Catches a longitude that is no number any more."""
    assert csv_cell(text) == defused(text) == text


def test_a_workbook_holds_strings_alone(island: Folder, tmp_path: Path) -> None:
    """Catches a formula, and an address that becomes a link, in a sheet or in its head."""
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("xlsxwriter")
    texts = [*FORMULAS, "http://evil/", "mailto:a@b.c", "internal:a", "{=1+1}", "-5"]
    for row in range(5):
        island.edit("tolls", row, "remark", texts[row])
        island.edit("tolls", row, "fate", texts[row + 5])
        island.edit("tolls", row, "speaker", texts[row + 10])
    with kzdata.load(island.root) as package:
        book = openpyxl.load_workbook(package.export("xlsx", tmp_path / "a.xlsx"))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    held = {cell.value for cell in cells}
    assert {"http://evil/", "'-5", "'=1+1", "' =1"} <= held
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]


# ------------------------------------------------------------------------------ questions


def test_offsets_may_be_a_column_of_strings(island: Folder, island_texts: Path) -> None:
    """Catches a traceback on a valid package, and one on an offset that is none."""
    outcome = kz("coverage", "--texts", island_texts, "-p", island.root, "-f", "json")
    assert (outcome.code, outcome.err) == (0, "")
    assert [row["unexplained"] for row in json.loads(outcome.out)] == [0, 0]
    for wrong in ("x", "-1", "9" * 5_000, "1e9"):
        island.edit("passages", 0, "from", wrong)
        for command in (["coverage"], ["site", island.root.parent / "site"]):
            said = refused(kz(*command, "--texts", island_texts, "-p", island.root))
            assert "no offset in a text" in said


def test_offsets_may_be_a_column_of_numbers(island: Folder, island_texts: Path) -> None:
    """Catches a way of reading offsets that holds for one type of column alone."""
    for kind in ("integer", "number"):
        schema = island.schema("passages")
        for field in schema["fields"]:
            field["type"] = kind if field["name"] in ("from", "to") else field["type"]
        island.reschema("passages", lambda stated: stated.update(schema))  # noqa: B023
        outcome = kz("coverage", "--texts", island_texts, "-p", island.root, "-f", "json")
        assert (outcome.code, outcome.err) == (0, "")


def test_an_edge_to_an_unknown_column_is_skipped(island: Folder) -> None:
    """Catches a traceback where an edge names a column that the table does not have."""
    edge = island.rows("receipts")[0]
    island.append("receipts", **{**edge, "cell": "ghost"})
    with kzdata.load(island.root) as package:
        found = package.trace(edge["row"])
        assert found
        assert "ghost" not in {receipt.field for receipt in found}
        assert package.site(island.root.parent / "site").is_file()
    assert kz("trace", edge["row"], "-p", island.root).code == 0
