"""What the pages say: code runs, commands print what is shown, links lead somewhere."""

import csv
import doctest
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import kzdata
from packages import Folder
from pages import (
    ROOT,
    Block,
    Session,
    assert_prints,
    blocks,
    printed_as_shown,
    run,
    sessions,
    unfenced,
)

SDK = ROOT / "sdk" / "kzdata"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("**/*.md"))]
RUN = [page for page in PAGES if page.parent.name != "contributing"]  # test_recipes runs the others
IDS = [page.relative_to(ROOT).as_posix() for page in PAGES]


def commands(page: Path) -> Iterator[str]:
    """Every command line that a page shows: in blocks, indented, or in code spans."""
    text = page.read_text("utf-8")
    for line in text.splitlines():
        if re.match(r"(?:\$ | {4})?(?:(?:\.venv/bin/)?kzdata |make [A-Za-z_=. -]+(?:#|$))", line):
            yield line.strip().removeprefix("$ ").removeprefix(".venv/bin/")
    yield from re.findall(r"`((?:kzdata|make) [^`]+)`", text)


@pytest.fixture
def desk(copy: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with `kzdata` on the path and a copy of the package to spoil."""
    tools, desk = tmp_path / "bin", tmp_path / "desk"
    tools.mkdir()
    desk.mkdir()
    launcher = tools / "kzdata"
    lines = [f"#!{sys.executable}", "from kzdata.cli.main import main", "main()", ""]
    launcher.write_text("\n".join(lines), encoding="utf-8")
    launcher.chmod(launcher.stat().st_mode | stat.S_IXUSR)
    shutil.copytree(copy.root, desk / "my-package")
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(desk)
    return desk


def lay_out(page: Path, desk: Path) -> None:
    """Write the files that a page shows: a block with a title is the file of that name."""
    for block in blocks(page):
        if block.title:
            file = desk / block.title
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.code, encoding="utf-8", newline="\n")


def with_texts(code: str, request: pytest.FixtureRequest) -> str:
    """The code with the folder of the articles for `DIR`; skips where there is none."""
    if not re.search(r"\bDIR\b", code):
        return code
    return re.sub(r"\bDIR\b", str(request.getfixturevalue("texts")), code)


# ------------------------------------------------------------------------------ code


PYTHON = [page for page in RUN if list(blocks(page, "python", "pycon"))]


@pytest.mark.parametrize("page", PYTHON, ids=[page.name for page in PYTHON])
def test_python_examples_run(page: Path, desk: Path, request: pytest.FixtureRequest) -> None:
    """Catches an example that names a function of last month."""
    namespace: dict[str, object] = {"__name__": "example"}
    for block in blocks(page, "python", "pycon"):
        code = with_texts(block.code, request)
        if ">>> " in code:
            example = doctest.DocTestParser().get_doctest(code, namespace, block.label, None, 0)
            flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            runner = doctest.DocTestRunner(optionflags=flags)
            assert runner.run(example, clear_globs=False).failed == 0, block.label
            namespace |= example.globs
        else:
            exec(compile(code, block.label, "exec"), namespace)
    if "kz" in namespace:
        namespace["kz"].close()  # type: ignore[attr-defined]


CONSOLE = [block for page in RUN for block in blocks(page, "console")]


@pytest.mark.parametrize("block", CONSOLE, ids=[block.label for block in CONSOLE])
def test_commands_print_what_is_shown(
    block: Block, desk: Path, request: pytest.FixtureRequest
) -> None:
    """Catches output that was pasted before the data changed."""
    lay_out(block.page, desk)
    for session in sessions(block.code):
        if not session.command.startswith("kzdata"):
            continue
        command = with_texts(session.command, request)
        assert_prints(run(command), session.shown)


SHELL = [
    pytest.param(line, id=f"{page.name}:{line[:60]}")
    for page in RUN
    for block in blocks(page, "sh", "bash")
    for line in block.code.splitlines()
    if re.match(r"kzdata (?!seal)", line)
]


@pytest.mark.parametrize("line", SHELL)
def test_shell_examples_run(line: str, desk: Path, request: pytest.FixtureRequest) -> None:
    """Catches an example that ends in "no such option" or "no such record"."""
    if "copy.txt" in line:
        with kzdata.load() as kz:
            text = kz.texts(request.getfixturevalue("texts"))["tass"]
        (desk / "copy.txt").write_bytes(text.encode())
    command = re.sub(r"\[\w+\]", "", with_texts(line, request)).replace(" PATH", " my-package")
    done = run(command)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_ellipses_stand_for_any_lines() -> None:
    """Catches a comparison that lets everything pass."""
    assert printed_as_shown(["a", "...", "d"], ["a", "b", "c", "d"])
    assert printed_as_shown(["…"], [])
    assert not printed_as_shown(["a", "..."], ["b"])
    assert not printed_as_shown(["a"], ["a", "b"])
    assert not printed_as_shown(["a", "b"], ["a"])
    assert list(sessions("$ one \\\n  two\nout\n$ three\n")) == [
        Session("one \\\n  two", ["out"]),
        Session("three", []),
    ]


JSON = [block for page in PAGES for block in blocks(page, "json")]


@pytest.mark.parametrize("block", JSON, ids=[block.label for block in JSON])
def test_json_examples_parse(block: Block) -> None:
    """Catches a trailing comma in what others will paste into their schema."""
    code = block.code.strip()
    json.loads(code if code.startswith(("{", "[")) else f"{{{code}}}")


# ------------------------------------------------------------------------------ names and links


def command_names() -> dict[str, set[str]]:
    """The commands of `kzdata` and their options."""
    import typer

    from kzdata.cli.main import app

    group = typer.main.get_command(app)
    found = getattr(group, "commands", {})
    return {
        name: {option for parameter in command.params for option in parameter.opts} | {"--help"}
        for name, command in found.items()
    }


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_commands_exist(page: Path) -> None:
    """Catches a command or an option that was renamed, or that never came."""
    known = command_names()
    for line in commands(page):
        if not line.startswith("kzdata "):
            continue
        name, *words = line.partition("#")[0].split()[1:]
        if (
            name.startswith("-") or "|" in name or name[0] in "0123456789."
        ):  # output: "kzdata 0.1.0: valid"
            continue
        assert name in known, line
        options = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        assert options <= known[name], line


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_make_targets_exist(page: Path) -> None:
    """Catches `make tests`."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z][\w-]*):", makefile, re.M))
    for line in commands(page):
        words = line.partition("#")[0].split()
        if words[0] == "make":
            named = {w for w in words[1:] if "=" not in w and not w.startswith("-")}
            assert named <= targets, line
    phony = re.search(r"^\.PHONY:(.*)$", makefile, re.M)
    assert phony
    assert set(phony.group(1).split()) <= targets


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    found = set()
    for heading in re.findall(r"^#+ +(.*?) *$", unfenced(page), re.M):
        plain = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading))
        found.add(plain.lower().replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_links_lead_somewhere(page: Path) -> None:
    """Catches a link to a file or a heading that has moved."""
    text = re.sub(r"(`+)(?:(?!\1).)+\1", "", unfenced(page))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            assert target.startswith("https://"), target
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.is_relative_to(ROOT), target
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_paths_exist(page: Path) -> None:
    """Catches a page that sends a reader to a file that is gone."""
    folders = "data|docs|schemas|sdk|tests|requirements"
    for path in re.findall(rf"`((?:{folders})/[\w./-]*)`", unfenced(page)):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_records_and_rules_exist(page: Path) -> None:
    """Catches a page that explains a claim which was withdrawn."""
    keys = set()
    for name in ("casualty_reports", "appointments", "deployments", "quantities", "events"):
        text = (ROOT / "data" / f"{name}.csv").read_text("utf-8")
        keys |= {row[0] for row in csv.reader(text.splitlines())}
    spans = (ROOT / "data" / "source_spans.csv").read_text("utf-8")
    keys |= {row[0] for row in csv.reader(spans.splitlines())}
    if page.name != "dictionary.md":  # the schemas' examples are forms, not references
        named = set(re.findall(r"\b(?:CR|AP|DP|QT|EV|SP)-[0-9]{4}\b", page.read_text("utf-8")))
        assert named <= keys, named - keys


# ------------------------------------------------------------------------------ one version


def test_one_version_everywhere() -> None:
    """Catches a release that calls itself by two numbers."""
    described = json.loads((ROOT / "datapackage.json").read_bytes())
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    cited = re.search(r"^version: \"?([\w.+-]+)\"?$", citation, re.M)
    headed = re.search(r"^## \[?([\w.+-]+)\]?(?: - ([\d-]+))?$", changelog, re.M)
    assert cited
    assert headed
    assert cited.group(1) == headed.group(1) == described["version"]
    released = re.search(r"^date-released: ([\d-]+)$", citation, re.M)
    assert released
    assert released.group(1) == headed.group(2)
    assert described["created"].startswith(released.group(1))


def test_the_version_on_the_pages_is_the_version() -> None:
    """Catches "kzdata 0.0.9" in the line that people copy to cite."""
    version = json.loads((ROOT / "datapackage.json").read_bytes())["version"]
    for page in PAGES:
        named = re.findall(r"\bkzdata (\d+\.\d+\.\d+)\b", page.read_text("utf-8"))
        assert page.name == "CHANGELOG.md" or set(named) <= {version}


def test_every_rule_and_table_is_documented() -> None:
    """Catches a rule or a table that only the code knows."""
    from kzdata.validation import RULES

    rules = (ROOT / "docs" / "rules.md").read_text("utf-8")
    dictionary = (ROOT / "docs" / "dictionary.md").read_text("utf-8")
    described = json.loads((ROOT / "datapackage.json").read_bytes())
    assert sorted(re.findall(r"^### (.*)$", rules, re.M)) == sorted(RULES)
    names = [entry["name"] for entry in described["resources"] if "schema" in entry]
    assert re.findall(r"^## (.*)$", dictionary, re.M) == names


def test_every_public_property_of_the_profile_is_documented() -> None:
    """Catches a `kzdata:` property that a package could use, if its author knew."""
    text = (ROOT / "docs" / "profile.md").read_text("utf-8")
    files = [file for part in ("standard", "evidence") for file in (SDK / part).rglob("*.py")]
    code = "".join(file.read_text("utf-8") for file in files)
    named = set(re.findall(r'"(kzdata:\w+)"', code))
    assert len(named) > 10
    assert [name for name in sorted(named) if name not in text] == []


# ------------------------------------------------------------------------------ architecture


def module(name: str) -> Path:
    """The file or the folder of a module: `kzdata.standard.dataset`."""
    path = SDK.parent / name.replace(".", "/")
    return path if path.is_dir() else path.with_suffix(".py")


def test_each_module_on_the_page_of_the_design_exists() -> None:
    """Catches a home of knowledge that was renamed, and a row that names none."""
    page = (ROOT / "docs" / "design.md").read_text("utf-8")
    assert [n for n in re.findall(r"`(kzdata\w*\.[\w.]+)`", page) if not module(n).exists()] == []
    table = page.partition("## One home for each thing")[2].partition("## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 20
    assert [row for row in rows if not re.search(r"`kzdata\w*\.", row)] == []


def test_each_folder_is_in_the_picture_as_it_is_imported() -> None:
    """Catches a picture that was drawn before the imports changed."""
    drawn = [sys.executable, "docs/contributing/architecture.py", "--check"]
    done = subprocess.run(drawn, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stderr}: run `make docs`"


def test_each_security_promise_names_tests_that_exist() -> None:
    """Catches a promise of the page on security that no test holds any more."""
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    promised = page.partition("## What is promised")[2].partition("## What is not promised")[0]
    paragraphs = [part for part in promised.split("\n\n") if part.startswith("**")]
    assert len(paragraphs) > 8
    for paragraph in paragraphs:
        named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", paragraph)
        assert named, paragraph
        for file, name in named:
            assert f"def {name}(" in (ROOT / "tests" / file).read_text("utf-8"), name
