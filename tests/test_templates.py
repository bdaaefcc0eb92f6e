"""Packages to begin with: valid as they come out, asked, spoilt, and made of the bundled one."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import kzdata
from commands import kz, refused, shell
from kzdata.templates import start
from kzdata.templates.like_kzdata import VOCABULARIES
from kzdata.templates.start import Like, init
from kzdata.validation import Report, validate
from packages import Folder
from test_checkout import clone, contents

ROOT = Path(__file__).resolve().parents[1]
LIKES: tuple[Like, ...] = get_args(Like)
CLAIMS = {"minimal": "claims", "kzdata": "casualty_reports"}
NUMBERS = {
    "sources": ("text_length",),
    "spans": ("char_start", "char_end", "occurrence"),
    "evidence": ("edges",),
    "exclusions": ("char_start", "char_end"),
}
"""Whole numbers of the minimal template that follow from words."""


@pytest.fixture(scope="module", params=LIKES)
def like(request: pytest.FixtureRequest) -> Like:
    named: Like = request.param
    return named


@pytest.fixture(scope="module")
def made(like: Like, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new package, not to be spoilt."""
    folder = tmp_path_factory.mktemp("made") / like
    init(folder, like)
    return folder


@pytest.fixture
def own(made: Path, tmp_path: Path) -> Folder:
    """The same, to be spoilt."""
    return Folder(Path(shutil.copytree(made, tmp_path / "own")))


def checked(folder: Path, **options: Any) -> Report:
    return validate(folder, texts=folder / "texts", **options)


def red(folder: Folder) -> bool:
    """Whether a package is not valid once it is sealed anew."""
    folder.reseal()
    return not checked(folder.root).valid


# ------------------------------------------------------------------------------ valid, and asked


def test_a_new_package_is_valid(made: Path) -> None:
    """Catches a template that teaches mistakes, or warns of itself, with the texts or without."""
    report = checked(made, fail_on="unchecked")
    assert (list(report), list(report.unchecked), report.passed) == ([], [], True)
    assert report.spans_in_texts == 14
    assert report.receipts.required == report.receipts.evidenced == 32
    assert [f.rule for f in validate(made) if f.severity != "unchecked"] == []


def test_a_new_package_answers(made: Path) -> None:
    """Catches a template in which a question has nothing to answer."""
    with kzdata.load(made) as package:
        (scope,) = package.toll().scopes
        assert scope.envelope.interval is not None
        assert (scope.envelope.interval.low, scope.envelope.interval.high) == (3, 5)
        assert len(package.disagreements().found) == 1
        (event,) = package.timeline()
        assert str(event.start) == str(event.end) == "2032-03-03"
        quotes = [package.trace(key, "value_low")[0].quote for key in ("CR-0001", "CR-0002")]
        assert quotes == ["Three", "five"]
        (coverage,) = package.coverage(made / "texts")
        assert (coverage.numbers, coverage.covered, coverage.excluded) == (5, 4, 1)
        assert coverage.unexplained == ()


def test_a_new_package_has_a_page(made: Path, tmp_path: Path) -> None:
    """Catches a page without the claims."""
    assert kz("site", tmp_path / "page", "-p", made).code == 0
    page = (tmp_path / "page" / "index.html").read_text("utf-8")
    assert "Three people died" in page
    assert "five people died" in page


def test_each_column_is_described(made: Path) -> None:
    """Catches a column of which a reader must guess what belongs in it."""
    folder = Folder(made)
    for entry in folder.descriptor()["resources"]:
        schema = folder.schema(entry["name"])
        assert entry["description"] and schema["title"], entry["name"]
        for field in schema["fields"]:
            assert {"title", "description", "example"} <= set(field), (entry["name"], field)
            assert field["title"] and field["description"], (entry["name"], field)


def test_a_new_package_is_the_same_again(made: Path, like: Like, tmp_path: Path) -> None:
    """Catches a clock or a random number in what is written."""
    init(tmp_path / like, like)
    assert contents(tmp_path / like) == contents(made)


# ------------------------------------------------------------------------------ spoilt


@pytest.mark.parametrize("row", [0, 1])
@pytest.mark.parametrize("column", ["value_low", "value_high"])
@pytest.mark.parametrize("by", [1, -1])
def test_a_figure_that_is_changed_by_one_is_red(
    own: Folder, like: Like, row: int, column: str, by: int
) -> None:
    """Catches a template whose figures nobody checks."""
    before = own.rows(CLAIMS[like])[row][column]
    own.edit(CLAIMS[like], row, column, str(int(before) + by))
    assert red(own)


def test_a_wording_that_is_not_the_articles_is_red(own: Folder, like: Like) -> None:
    own.edit(CLAIMS[like], 0, "value_text", "Seven")
    assert red(own)


def test_an_article_that_was_changed_is_not_taken_for_it(own: Folder) -> None:
    """Catches a text that is found by its name."""
    text = own.root / "texts" / "orrin-post.txt"
    text.write_bytes(text.read_bytes().replace(b"Three", b"Seven"))
    report = checked(own.root, fail_on="unchecked")
    assert (report.spans_in_texts, report.passed) == (0, False)


def numbers(folder: Folder) -> list[tuple[str, int, str]]:
    """Table, row and column of each whole number that follows from words."""
    return [
        (table, row, column)
        for table, columns in NUMBERS.items()
        for row in range(len(folder.rows(table)))
        for column in columns
    ]


@given(st.data())
@settings(max_examples=25)
def test_each_number_follows_from_words(data: st.DataObject) -> None:
    """Catches an offset, a length or a count that may be anything."""
    with tempfile.TemporaryDirectory() as folder:
        init(Path(folder) / "p")
        own = Folder(Path(folder) / "p")
        table, row, column = data.draw(st.sampled_from(numbers(own)))
        by = data.draw(st.integers(-3, 3).filter(bool))
        before = int(own.rows(table)[row][column])
        own.edit(table, row, column, str(before + by))
        assert red(own), (table, row, column, by)


# ------------------------------------------------------------------------------ like kzdata


def bare(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without the floor of quotation."""
    spans = dict(schema.get("kzdata:spans", {}))
    spans.pop("shareFloor", None)
    return {**schema, "kzdata:spans": spans}


def test_schemas_and_vocabularies_are_the_bundled_ones(tmp_path: Path) -> None:
    """Catches a second copy of a schema, which goes stale with the next edit."""
    init(tmp_path / "p", "kzdata")
    new, bundled = Folder(tmp_path / "p"), Folder(ROOT)
    names = [entry["name"] for entry in bundled.tables()]
    assert [entry["name"] for entry in new.descriptor()["resources"]] == names
    for name in names:
        assert bare(new.schema(name)) == bare(bundled.schema(name)), name
    assert new.schema("source_spans")["kzdata:spans"]["shareFloor"] == 1000
    assert "shareFloor" not in bundled.schema("source_spans")["kzdata:spans"]
    for name in VOCABULARIES:
        assert new.rows(name) == bundled.rows(name) != [], name


def test_no_fact_of_the_five_articles_is_carried_over(tmp_path: Path) -> None:
    """Catches a row of Kazakhstan, or a word that only its articles print."""
    init(tmp_path / "p", "kzdata")
    new, bundled = Folder(tmp_path / "p"), Folder(ROOT)
    for entry in new.descriptor()["resources"]:
        name = entry["name"]
        if name not in (*VOCABULARIES, "codebook"):
            assert not {str(row) for row in new.rows(name)} & {str(r) for r in bundled.rows(name)}
    (article,) = new.rows("sources")
    text = (new.root / "texts" / "orrin-post.txt").read_text("utf-8")
    assert article["text_length"] == str(len(text))
    terms = {row["term"] for row in new.rows("codebook")}
    assert terms == {"By contrast", "died", "people", "said"}
    assert all(term in text for term in terms)
    tables = (new.root / "datapackage.json").read_text("utf-8")
    assert not any(word in tables for word in ("Kazakh", "2022", "five articles"))


# ------------------------------------------------------------------------------ the other files


def test_git_changes_no_byte(made: Path, tmp_path: Path) -> None:
    """Catches attributes that let git write CRLF, and an ignored file that the package needs."""
    files = Path(shutil.copytree(made, tmp_path / "files"))
    there = clone(files, made / ".gitattributes", tmp_path / "there")
    assert contents(there) == contents(made)
    assert checked(there).valid


def test_articles_of_others_stay_out_of_git(made: Path, tmp_path: Path) -> None:
    """Catches a repository that publishes what is not the author's."""
    files = Path(shutil.copytree(made, tmp_path / "files"))
    (files / "texts" / "theirs.txt").write_text("All rights reserved.\n", encoding="utf-8")
    there = clone(files, made / ".gitattributes", tmp_path / "there")
    assert [file.name for file in (there / "texts").iterdir()] == ["orrin-post.txt"]


def pins(folder: Path) -> Iterator[str]:
    """What the workflow and the hook of a package name as kzdata's repository and version."""
    workflow = yaml.safe_load((folder / ".github/workflows/validate.yml").read_text("utf-8"))
    (job,) = workflow["jobs"].values()
    yield job["steps"][-1]["uses"]
    (repo,) = yaml.safe_load((folder / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    yield f"{repo['repo']}@{repo['rev']}"


def test_workflow_and_hook_name_this_version(made: Path) -> None:
    """Catches a package that is checked by another version than the one that wrote it."""
    version = json.loads((ROOT / "datapackage.json").read_bytes())["version"]
    expected = f"OWNER/kzdata@v{version}"
    assert list(pins(made)) == [expected, f"https://github.com/{expected}"]


def test_workflow_and_hook_name_the_repository_that_is_known(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Catches OWNER in a package of a released kzdata."""
    known = Message()
    known["Project-URL"] = "Homepage, https://someone.github.io/kzdata/"
    known["Project-URL"] = "Source, https://github.com/someone/kzdata"
    monkeypatch.setattr(start, "metadata", lambda name: known)
    assert init(tmp_path / "p").to_fill_in == ()
    use, hook = pins(tmp_path / "p")
    assert use.startswith("someone/kzdata@v")
    assert hook.startswith("https://github.com/someone/kzdata@v")
    assert not any(b"OWNER/" in content for content in contents(tmp_path / "p").values())


def test_the_hooks_exist_and_pass(made: Path, tmp_path: Path) -> None:
    """Catches a hook of another name, and one that holds up the first commit."""
    (repo,) = yaml.safe_load((made / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    listed = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    known = {hook["id"]: hook for hook in listed}
    folder = Path(shutil.copytree(made, tmp_path / "p"))
    for hook in repo["hooks"]:
        words = [*known[hook["id"]]["entry"].split(), *hook.get("args", known[hook["id"]]["args"])]
        done = shell(" ".join(words), folder)
        assert done.code == 0, done
    assert contents(folder) == contents(made)


def test_the_workflow_gives_inputs_that_the_action_has(made: Path) -> None:
    """Catches an input that GitHub would only warn about."""
    workflow = yaml.safe_load((made / ".github/workflows/validate.yml").read_text("utf-8"))
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    assert set(workflow["jobs"]["validate"]["steps"][-1]["with"]) <= set(action["inputs"])


def test_the_commands_of_its_page_run(made: Path, tmp_path: Path) -> None:
    """Catches a page that tells of a command, a table or an option that is not there."""
    folder = Path(shutil.copytree(made, tmp_path / "p"))
    page = (folder / "README.md").read_text("utf-8")
    lines = re.findall(r"^    (kzdata .*)$|`(kzdata \w+ [^`]+)`", page, re.M)
    assert len(lines) == 12
    for line in map("".join, lines):
        done = shell(line, folder)
        assert done.code == 0, (line, done)
    for entry in Folder(folder).descriptor()["resources"]:
        assert f"| `{entry['name']}` | " in page


# ------------------------------------------------------------------------------ the command


def test_what_was_written_is_told_with_the_next_commands(tmp_path: Path) -> None:
    """Catches a command that leaves its user alone."""
    folder = tmp_path / "a crisis"
    done = kz("init", folder)
    assert (done.code, done.err) == (0, "")
    assert done.lines[0] == f"wrote    {folder}: 13 tables, an invented article, two claims"
    asked = [line[9:] for line in done.lines if line[9:].startswith("kzdata ")]
    assert len(asked) == 2
    assert all(shell(line, tmp_path).code == 0 for line in asked)


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert kz("init", tmp_path / "empty", "--like", "kzdata").code == 0
    assert checked(tmp_path / "empty").valid


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    """Catches a package that is written over somebody's work."""
    (tmp_path / "full" / "sub").mkdir(parents=True)
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    assert "not an empty directory" in refused(kz("init", tmp_path / "full"))
    assert "not an empty directory" in refused(kz("init", tmp_path / "file"))
    assert [path.name for path in (tmp_path / "full").rglob("*")] == ["sub"]
    assert (tmp_path / "file").read_text("utf-8") == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"full", "file"}


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
def test_nothing_is_written_through_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a package that lands where a link leads."""
    (tmp_path / "home").mkdir()
    (tmp_path / "link").symlink_to("home")
    monkeypatch.chdir(tmp_path)
    for place in ("link", "link/inner"):
        assert "is a link" in refused(kz("init", place))
    assert list((tmp_path / "home").iterdir()) == []


def test_a_template_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(kzdata.UsageError, match="there are minimal and kzdata"):
        init(tmp_path / "p", "maximal")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


@given(st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1, max_size=30))
@settings(max_examples=10)
def test_a_package_is_named_after_its_folder(name: str) -> None:
    """Catches a name that the standard does not allow, or that of the bundled package."""
    found = start._name(Path(name))
    assert found and set(found) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert found != "kzdata" and found.strip("-") == found


def test_a_package_is_not_called_kzdata(tmp_path: Path) -> None:
    """Catches rows that are read by the classes of another package's tables."""
    init(tmp_path / "KZdata")
    with kzdata.load(tmp_path / "KZdata") as package:
        assert package.name == "my-kzdata"
        assert len(package.tables["claims"]) == 2
        assert package["CR-0001"].model_dump()["value_low"] == 3


def test_the_invented_article_can_be_taken_out(own: Folder) -> None:
    """Catches a package that is valid only with the example in it."""
    for entry in own.descriptor()["resources"]:
        if entry["name"] not in (*VOCABULARIES, "populations"):
            own.write(entry["name"], [])
    (own.root / "texts" / "orrin-post.txt").unlink()
    own.reseal()
    report = checked(own.root)
    assert (list(report), report.valid) == ([], True)
