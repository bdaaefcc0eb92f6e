"""Paths with wildcards: which files they name, what is said of them, and that they stay inside."""

import csv
import os
import re
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kzdata
from commands import kz, refused
from kzdata.engine.limits import Limits
from kzdata.errors import NotReadError
from kzdata.files.limits import PackageLimits
from kzdata.files.patterns import matching
from kzdata.validation import validate
from kzdata.validation.report import Report
from packages import Folder, Spec, build, column, columns

FIELDS = [column("id", "integer"), column("name")]


def lake(root: Path, files: dict[str, list[list[str]]], path: Any, **entry: Any) -> Folder:
    """A package whose resource `lake` has some files under a path."""
    folder = build(root, [Spec("things", {"fields": columns("id")}, [["1"]])])
    for name, rows in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows([["id", "name"], *rows])
    stated = {"name": "lake", "path": path, "schema": {"fields": FIELDS}, **entry}
    folder.describe(lambda p: p["resources"].append(stated))
    return folder


def told(report: Report) -> list[tuple[str, str]]:
    return [(finding.rule, finding.severity) for finding in report]


ADVISED = [("recommendation", "warning")]
FILES = {"data/b.csv": [["2", "b"]], "data/a.csv": [["1", "a"]], "data/more/c.csv": [["3", "c"]]}


@pytest.mark.parametrize(("path", "rows"), [
    ("data/*.csv", ["a", "b"]),
    ("data/?.csv", ["a", "b"]),
    ("data/[a]*.csv", ["a"]),
    ("data/[!a].csv", ["b"]),
    ("data/*/*.csv", ["c"]),
    ("data/**/*.csv", ["a", "b", "c"]),
    ("**/[abc].csv", ["a", "b", "c"]),
    ("data/**", ["a", "b", "c"]),
    ("./data//*.csv", ["a", "b"]),
    (["data/*.csv", "data/more/c.csv"], ["a", "b", "c"]),
])  # fmt: skip
def test_a_pattern_stands_for_its_files(path: Any, rows: list[str], tmp_path: Path) -> None:
    """Catches rows of a file that are not read, and a pattern that no reader of the report sees."""
    package = lake(tmp_path / "p", FILES, path)
    report = validate(package.root)
    assert report.valid and told(report) == ADVISED
    assert report.rows == {"things": 1, "lake": len(rows)}
    assert "a pattern" in repr(report)
    with kzdata.load(package.root) as kz:
        assert [row.name for row in kz.lake] == rows
        assert kz.sql("SELECT name FROM lake").rows() == [(row,) for row in rows]
    assert kz_code(package.root, "--fail-on", "warning") == 1
    assert told(validate(package.root, limits=Limits())) == ADVISED


def kz_code(*arguments: str | Path) -> int:
    return kz("validate", *arguments).code


def test_findings_name_the_file_that_matched(tmp_path: Path) -> None:
    """Catches a finding at a place that is no file."""
    files = {"d/a.csv": [["1", "a"]], "d/b.csv": [["2", "b"], ["x", "c"]]}
    report = validate(lake(tmp_path / "p", files, "d/*.csv").root)
    (found,) = report.of_severity("error")
    assert (found.rule, found.file, found.line, found.field) == ("cell-type", "d/b.csv", 3, "id")


@pytest.mark.parametrize("path", [
    "data/*.tsv", "nowhere/*.csv", "**/z.csv", "*.csv", ["data/a.csv", "x*.csv"],
])  # fmt: skip
def test_no_match_is_a_missing_file(path: Any, tmp_path: Path) -> None:
    """Catches a table of no rows where its files are gone: to the standard, this is an error."""
    report = validate(lake(tmp_path / "p", FILES, path).root)
    (found,) = report.of_severity("error")
    assert found.rule == "resource-path"
    assert found.expected == "a file of the package, or a pattern that matches one"
    assert "lake" not in report.rows


@pytest.mark.parametrize("path", [
    "../*.csv", "/*/*.csv", "data/../../*.csv", "~/*.csv", "data\\*.csv", ".git/*.csv",
    "http://example.invalid/*.csv",
])  # fmt: skip
def test_a_pattern_never_leaves_the_package(path: str, tmp_path: Path) -> None:
    """Catches a pattern that reads what no path may name."""
    (tmp_path / "secret.csv").write_text("id,name\n7,secret\n")
    (tmp_path / "p/.git").mkdir(parents=True)
    (tmp_path / "p/.git/a.csv").write_text("id,name\n7,secret\n")
    report = validate(lake(tmp_path / "p", FILES, path).root)
    assert "lake" not in report.rows
    assert "secret" not in repr(report)
    wanted = "not-checked" if path.startswith("http") else "resource-path"
    assert wanted in report.by_rule or "descriptor" in report.by_rule


def test_links_are_not_followed_out(tmp_path: Path) -> None:
    """Catches links to folders, and to files outside, that a pattern leads through."""
    away = tmp_path / "away"
    away.mkdir()
    (away / "s.csv").write_text("id,name\n7,secret\n")
    package = lake(tmp_path / "p", FILES, "data/**/*.csv")
    (package.root / "data/far").symlink_to(away)
    (package.root / "data/loop").symlink_to(package.root / "data")
    report = validate(package.root)
    assert (report.rows["lake"], told(report)) == (3, ADVISED)
    (package.root / "data/d.csv").symlink_to(away / "s.csv")
    report = validate(package.root)
    (found,) = report.of_severity("error")
    assert (found.rule, "through a link" in found.expected) == ("resource-path", True)
    assert "lake" not in report.rows and "secret" not in repr(report)


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    """Catches a broken link, or a pipe, that is passed over or waited for."""
    package = lake(tmp_path / "p", FILES, "data/*.csv")
    (package.root / "data/d.csv").symlink_to("nowhere.csv")
    os.mkfifo(package.root / "data/e.csv")
    report = validate(package.root)
    assert [found.found for found in report.of_severity("error")] == ["data/d.csv", "data/e.csv"]


def test_names_with_a_dot_are_named_by_it(tmp_path: Path) -> None:
    files = {**FILES, "data/.hidden.csv": [["9", "h"]], "data/.git/x.csv": [["9", "h"]]}
    assert validate(lake(tmp_path / "p", files, "data/**/*.csv").root).rows["lake"] == 3
    assert validate(lake(tmp_path / "q", files, "data/.*.csv").root).rows["lake"] == 1


def test_a_file_that_is_matched_twice_is_not_read_twice(tmp_path: Path) -> None:
    report = validate(lake(tmp_path / "p", FILES, ["data/*.csv", "data/a.csv"]).root)
    assert report.valid and "not-checked" in report.by_rule
    assert "a file that stands twice" in repr(report)


def test_files_are_bounded(tmp_path: Path) -> None:
    """Catches a pattern that opens all files of a disk, and a limit that makes data invalid."""
    package = lake(tmp_path / "p", FILES, "data/**/*.csv")
    report = validate(package.root, package_limits=PackageLimits(files=2))
    assert report.valid and "3 entries" in repr(report) and "--limit files=3" in repr(report)
    assert validate(package.root, package_limits=PackageLimits(files=3)).rows["lake"] == 3
    many = package.root / "data/many"
    many.mkdir()
    for number in range(210):
        (many / str(number)).touch()
    report = validate(package.root, package_limits=PackageLimits(files=2))
    assert report.valid and "over 200 names to look at" in repr(report)


def test_the_order_is_that_of_bytes(tmp_path: Path) -> None:
    """Catches an order that a language, a file system or the numbers in names decide."""
    stems = ("10", "9", "B", "a", "e\u0301", "z", "\u00e9", "\U0001f600")
    names = [f"{stem}.csv" for stem in stems]
    files = {f"d/{name}": [["1", name]] for name in names}
    with kzdata.load(lake(tmp_path / "p", files, "d/*.csv").root) as kz:
        assert [row.name for row in kz.lake] == sorted(names, key=str.encode)


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    package = lake(tmp_path / "p", FILES, "data/*.csv")
    try:
        (package.root / os.fsdecode(b"data/\xff.csv")).write_text("id,name\n")
    except OSError:
        pytest.skip("this file system takes no such name")
    report = validate(package.root)
    assert report.valid and report.by_rule == {"not-checked": 1}
    assert "is not UTF-8" in repr(report)


def test_patterns_in_a_zip(tmp_path: Path) -> None:
    """Catches a pattern that is looked for where the zip lies."""
    package = lake(tmp_path / "p", FILES, "data/**/*.csv")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/x.csv").write_text("id,name\n7,x\n")
    file = tmp_path / "p.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(package.root.rglob("*")):
            archive.write(path, path.relative_to(package.root))
    report = validate(file)
    assert (report.rows["lake"], told(report)) == (3, ADVISED)


def test_packed_files_and_other_forms(tmp_path: Path) -> None:
    package = lake(tmp_path / "p", {}, "rows/*.ndjson")
    (package.root / "rows").mkdir()
    for number in range(3):
        (package.root / f"rows/{number}.ndjson").write_text(f'{{"id": {number}, "name": "x"}}\n')
    report = validate(package.root)
    assert (report.rows["lake"], told(report)) == (3, ADVISED)


def test_a_pattern_is_not_sealed(tmp_path: Path) -> None:
    """Catches a size of a pattern, and a package with one that cannot be sealed."""
    package = lake(tmp_path / "p", FILES, "data/*.csv")
    assert kz("seal", package.root).code == 0
    assert not {"bytes", "hash"} & set(package.resource("lake"))


def test_more_files_than_a_process_may_open_are_not_checked(tmp_path: Path) -> None:
    """Catches a limit of the machine that makes a package invalid."""
    resource = pytest.importorskip("resource")
    package = lake(tmp_path / "p", {f"d/{n}.csv": [[str(n), "x"]] for n in range(90)}, "d/*.csv")
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100));"
        "import kzdata; report = kzdata.validate(sys.argv[1]);"
        "print(report.valid, report.by_rule, report.unchecked)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, package.root], capture_output=True, text=True, check=False
    )
    assert resource and done.stdout.startswith("True "), done
    assert "ulimit -n" in done.stdout


def test_no_revision_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a diff that says a file is missing, where validation finds nothing wrong."""
    package = lake(tmp_path / "p", FILES, "data/*.csv")
    monkeypatch.chdir(package.root)
    name = ("-c", "user.name=a", "-c", "user.email=a@example.invalid")
    for words in (("init", "-q"), ("add", "."), (*name, "commit", "-qm", "first")):
        subprocess.run(["git", *words], check=True)
    told = refused(kz("diff", "HEAD", "."))
    assert "data/*.csv is a pattern" in told and "list its files" in told
    assert kz("diff", ".", ".").code == 0


# ------------------------------------------------------------------------------ any pattern

NAME = st.text("ab.", min_size=1, max_size=3).filter(lambda name: name not in (".", ".."))
PART = st.one_of(st.just("**"), st.text("ab*?.", min_size=1, max_size=4), st.just("[ab]*"))
PATHS = st.lists(NAME, min_size=1, max_size=3).map("/".join)


def by_definition(pattern: str, path: str) -> bool:
    """Whether a pattern names a file, word by word: slow, and as one would say it."""
    parts = [part for part in pattern.split("/") if part not in ("", ".")]
    parts += ["*"] if parts[-1:] == ["**"] else []
    names = path.split("/")

    @cache
    def holds(part: int, name: int) -> bool:
        if part == len(parts) or name == len(names):
            return part == len(parts) and name == len(names)
        shown = not names[name].startswith(".") or parts[part].startswith(".")
        if parts[part] == "**":
            deeper = shown and name + 1 < len(names) and holds(part, name + 1)
            return holds(part + 1, name) or deeper
        return shown and fits(parts[part], names[name]) and holds(part + 1, name + 1)

    return holds(0, 0)


def fits(part: str, name: str) -> bool:
    words = {"*": "[^/]*", "?": "[^/]"}
    known = part.replace("[ab]", "\0")
    text = "".join("[ab]" if c == "\0" else words.get(c, re.escape(c)) for c in known)
    return re.fullmatch(text, name) is not None


@settings(max_examples=200, deadline=None)
@given(st.lists(PATHS, max_size=6), st.lists(PART, min_size=1, max_size=4).map("/".join))
def test_a_pattern_names_what_it_says(
    tmp_path_factory: pytest.TempPathFactory, paths: list[str], pattern: str
) -> None:
    """Catches a file too many or too few, and one that is found twice."""
    top = Path(os.path.realpath(tmp_path_factory.mktemp("top")))
    made = set()
    for path in paths:
        file = top / path
        if any((top / parent).is_file() for parent in PurePosixPath(path).parents):
            continue
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
            made.add(path)
    found = matching(top, pattern, 1_000)
    assert found == sorted(path for path in made if by_definition(pattern, path))


def test_no_pattern_takes_long(tmp_path: Path) -> None:
    """Catches wildcards that are tried in every combination."""
    top = Path(os.path.realpath(tmp_path))
    deep = top.joinpath(*["a" * 40] * 20)
    deep.mkdir(parents=True)
    (deep / ("a" * 200)).touch()
    for pattern in ("**/a*/" * 300 + "z", ("*a" * 100 + "b/") * 9, "[" * 2_000, "*?" * 1_900):
        assert matching(top, pattern, 1_000) == []


def test_a_folder_that_cannot_be_listed(tmp_path: Path) -> None:
    top = Path(os.path.realpath(tmp_path))
    (top / "shut").mkdir(mode=0)
    if os.access(top / "shut", os.R_OK):
        pytest.skip("this user may list every folder")
    with pytest.raises(NotReadError, match="cannot be listed"):
        matching(top, "*/*.csv", 10)
