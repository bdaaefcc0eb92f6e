"""Two versions of a package: what differs, what it asks of the version, and the way back."""

import csv
import gzip
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kzdata
from commands import ESCAPES, kz, refused
from kzdata.differences import Diff, bumps, diff, release_check
from kzdata.differences import git as revisions
from kzdata.errors import PackageError, UsageError
from packages import Folder, Spec, build, column, columns, flood, key
from strategies import HAZARDS, PLAIN

FIELDS = [column("id"), column("name"), column("size")]
SCHEMA: dict[str, Any] = {"fields": FIELDS, "primaryKey": "id"}
ROWS = [["1", "one", "10"], ["2", "two", "20"], ["3", "three", "30"], ["4", "four", ""]]


def things(root: Path, rows: Sequence[Sequence[str]] = ROWS, **schema: Any) -> Folder:
    """A package of one table."""
    return build(root, [Spec("things", {**SCHEMA, **schema}, rows)])


def kinds(found: Diff, table: str = "things") -> list[tuple[str, tuple[str | None, ...]]]:
    return [(change.kind, change.key) for change in found.table(table).changes]


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Folder, Folder]:
    """A package twice."""
    return things(tmp_path / "old"), things(tmp_path / "new")


# ------------------------------------------------------------------------------ rows


def test_a_package_does_not_differ_from_itself(package: Path, tmp_path: Path) -> None:
    """Catches a join that loses rows, or finds two of a kind."""
    shutil.copytree(package / "data", tmp_path / "data")
    shutil.copytree(package / "schemas", tmp_path / "schemas")
    shutil.copy(package / "datapackage.json", tmp_path)
    file = tmp_path / "data/events.csv"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))  # other bytes, the same cells
    with diff(package, tmp_path) as found:
        assert not found
        assert (found.bump, found.reasons, found.tables) == ("none", (), ())


def test_every_kind_of_change_is_found(tmp_path: Path) -> None:
    """Catches a row told as something else than what happened to it."""
    old = things(tmp_path / "old")
    rows = [["5", "five", "50"], ["4", "four", ""], ["1", "one", "11"], ["6", "three", "30"]]
    new = things(tmp_path / "new", rows)
    with diff(old.root, new.root) as found:
        changes = list(found.table("things").changes)
    assert [(c.kind, c.key, c.old_row, c.new_row, c.cells) for c in changes] == [
        ("added", ("5",), None, 0,
         {"id": (None, "5"), "name": (None, "five"), "size": (None, "50")}),
        ("removed", ("2",), 1, None,
         {"id": ("2", None), "name": ("two", None), "size": ("20", None)}),
        ("changed", ("1",), 0, 2, {"size": ("10", "11")}),
        ("rekeyed", ("3",), 2, 3, {"id": ("3", "6")}),
    ]  # fmt: skip
    assert found.counts == {"added": 1, "changed": 1, "removed": 1, "rekeyed": 1, "moved": 0}


def test_rows_in_another_order_are_moved(tmp_path: Path) -> None:
    """Catches an order that is lost, or a single move told as many."""
    old = things(tmp_path / "old")
    new = things(tmp_path / "new", [ROWS[3], *ROWS[:3]])
    with diff(old.root, new.root) as found:
        assert kinds(found) == [("moved", ("4",))]
        assert found.bump == "patch"


def test_a_composite_key_is_joined_whole(tmp_path: Path) -> None:
    """Catches a join on the first column of a key."""
    rows = [["1", "a", "x"], ["1", "b", "y"], ["2", "a", ""]]
    old = things(tmp_path / "old", rows, primaryKey=["id", "name"])
    rows = [["1", "a", "x"], ["1", "b", "z"], ["2", "a", ""]]
    new = things(tmp_path / "new", rows, primaryKey=["id", "name"])
    with diff(old.root, new.root) as found:
        assert kinds(found) == [("changed", ("1", "b"))]


def test_rows_without_a_key_are_counted(tmp_path: Path) -> None:
    """Catches a set where a row may stand twice."""
    same = ["1", "one", ""]
    old = things(tmp_path / "old", [same, same, same, ROWS[1]], primaryKey=[])
    new = things(tmp_path / "new", [same, ROWS[1], ["9", "", ""]], primaryKey=[])
    with diff(old.root, new.root) as found:
        assert found.table("things").counts == {"added": 1, "removed": 2}
        assert all(change.key == () for change in found.table("things").changes)


def test_rows_of_one_key_are_told_apart_by_their_order(tmp_path: Path) -> None:
    """Catches two rows of one key joined crosswise."""
    old = things(tmp_path / "old", [["1", "a", ""], ["1", "b", ""], ["", "c", ""]])
    new = things(tmp_path / "new", [["1", "a", ""], ["1", "B", ""], ["", "c", ""]])
    with diff(old.root, new.root) as found:
        assert [(c.kind, c.old_row) for c in found.table("things").changes] == [("changed", 1)]


def test_a_row_is_re_keyed_only_where_its_cells_are_unique(tmp_path: Path) -> None:
    """Catches a guess which of two rows became which, and one out of empty cells."""
    old = things(tmp_path / "old", [["1", "x", ""], ["2", "x", ""], ["3", "", ""]])
    new = things(tmp_path / "new", [["4", "x", ""], ["5", "x", ""], ["6", "", ""]])
    with diff(old.root, new.root) as found:
        assert found.table("things").counts == {"added": 3, "removed": 3}


def test_missing_values_are_compared_as_none(tmp_path: Path) -> None:
    """Catches NA for a cell where the schema calls it missing, and an empty cell for NA."""
    old = things(tmp_path / "old", [["1", "NA", ""], ["2", "", "x"]], missingValues=["NA", ""])
    new = things(tmp_path / "new", [["1", "", ""], ["2", "NA", "x"]], missingValues=["NA", ""])
    with diff(old.root, new.root) as found:
        assert not found
    new = things(tmp_path / "newer", [["1", "", "NA"], ["2", "", "x"]], missingValues=["NA"])
    with diff(old.root, new.root) as found:
        cells = [change.cells for change in found.table("things").changes]
        assert cells == [{"name": (None, "")}, {"name": (None, "")}]


# ------------------------------------------------------------------------------ tables and fields


def test_added_removed_and_renamed_tables_are_found(tmp_path: Path) -> None:
    """Catches a renaming told as a loss, and a loss told as a renaming."""
    other = {"fields": columns("a b")}
    old = build(tmp_path / "old", [Spec("things", SCHEMA, ROWS), Spec("gone", other, [["1", "2"]])])
    new = build(
        tmp_path / "new",
        [
            Spec("objects", SCHEMA, [*ROWS[:3], ["4", "vier", ""]]),
            Spec("come", other, [["3", "4"]]),
        ],
    )
    with diff(old.root, new.root) as found:
        assert [(t.name, t.status, t.old_name) for t in found.tables] == [
            ("objects", "renamed", "things"),
            ("come", "added", None),
            ("gone", "removed", "gone"),
        ]
        assert kinds(found, "objects") == [("changed", ("4",))]
        texts = {(reason.level, reason.table, reason.text) for reason in found.reasons}
        assert ("major", "objects", "table renamed from things") in texts
        assert ("minor", "come", "table added") in texts
        assert ("major", "gone", "table removed") in texts


def test_added_and_removed_fields_are_found(tmp_path: Path) -> None:
    """Catches cells of a new column that are not told, and a column that went unseen."""
    old = things(tmp_path / "old")
    fields = [column("id"), column("name"), column("colour")]
    rows = [["1", "one", "red"], ["2", "two", ""], ["3", "three", ""], ["4", "four", ""]]
    new = things(tmp_path / "new", rows, fields=fields)
    with diff(old.root, new.root) as found:
        assert [c.cells for c in found.table("things").changes] == [{"colour": (None, "red")}]
        assert {r.text for r in found.reasons if r.level == "major"} == {
            "field colour added",
            "field size removed",
        }


LEVELS: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("title", lambda s: s.update(title="Things"), "patch"),
    ("description of a field", lambda s: s["fields"][1].update(description="x"), "patch"),
    ("example", lambda s: s["fields"][1].update(example="x"), "patch"),
    ("unit", lambda s: s["fields"][2].update(unit="km"), "major"),
    ("type", lambda s: s["fields"][2].update(type="integer"), "major"),
    ("format", lambda s: s["fields"][1].update(format="email"), "major"),
    ("order", lambda s: s["fields"].reverse(), "major"),
    ("missing values", lambda s: s.update(missingValues=["", "NA"]), "major"),
    ("key", lambda s: s.update(primaryKey=["id", "name"]), "major"),
    ("key as a list", lambda s: s.update(primaryKey=["id"]), "none"),
    ("unique key", lambda s: s.update(uniqueKeys=[["name"]]), "major"),
    ("required", lambda s: s["fields"][1].update(constraints={"required": True}), "major"),
    ("not required", lambda s: s["fields"][1].update(constraints={"required": False}), "patch"),
    ("basis", lambda s: s["fields"][1].update({"kzdata:basis": "seen"}), "patch"),
    ("no receipts", lambda s: s["fields"][1].update({"kzdata:evidence": "exempt"}), "minor"),
    ("declaration", lambda s: s.update({"kzdata:parent": "name"}), "major"),
]


@pytest.mark.parametrize(("change", "level"), [case[1:] for case in LEVELS],
                         ids=[case[0] for case in LEVELS])  # fmt: skip
def test_each_change_of_a_schema_asks_for_its_bump(
    pair: tuple[Folder, Folder], change: Callable[[dict[str, Any]], object], level: str
) -> None:
    """Catches a change of the schema that asks for too little, or too much."""
    old, new = pair
    new.reschema("things", change)
    new.write("things", old.rows("things"))
    with diff(old.root, new.root) as found:
        assert found.bump == level


def test_a_field_that_now_needs_receipts_asks_for_major(island: Folder, tmp_path: Path) -> None:
    """Catches a demand for receipts that passes for a word about them."""
    new = flood(tmp_path / "new")

    def demand(schema: dict[str, Any]) -> None:
        schema["fields"][-1]["kzdata:evidence"] = "required"

    new.reschema("tolls", demand)
    with diff(island.root, new.root) as found:
        assert {reason.table for reason in found.reasons if reason.level == "major"} == {"tolls"}


CONSTRAINTS = [
    ("minimum", 1, 0, "minor"),
    ("minimum", 0, 1, "major"),
    ("maximum", 1, 2, "minor"),
    ("maximum", 2, 1, "major"),
    ("maxLength", 5, 9, "minor"),
    ("minLength", 5, 9, "major"),
    ("enum", ["a"], ["a", "b"], "minor"),
    ("enum", ["a", "b"], ["a"], "major"),
    ("pattern", "a", "a|b", "major"),
    ("pattern", "a", None, "minor"),
    ("pattern", None, "a", "major"),
    ("required", True, False, "minor"),
    ("required", False, True, "major"),
    ("required", False, None, "patch"),
    ("minimum", True, 0, "major"),
]


@pytest.mark.parametrize(("name", "before", "after", "level"), CONSTRAINTS)
def test_changed_constraints_ask_for_a_bump(
    pair: tuple[Folder, Folder], name: str, before: Any, after: Any, level: str
) -> None:
    """Catches a constraint that got stricter and passes for one that did not."""
    for folder, value in zip(pair, (before, after), strict=True):
        limits = {} if value is None else {name: value}
        folder.reschema("things", lambda s, v=limits: s["fields"][2].update(constraints=v))  # type: ignore[misc]
    with diff(pair[0].root, pair[1].root) as found:
        assert found.bump == level
        assert name in found.reasons[0].text


def test_changed_foreign_keys_ask_for_a_bump(tmp_path: Path) -> None:
    """Catches a foreign key that is new and asks for nothing."""
    specs = [Spec("things", SCHEMA, ROWS), Spec("others", SCHEMA, ROWS)]
    plain = build(tmp_path / "plain", specs)
    tied, moved = (build(tmp_path / name, specs) for name in ("tied", "moved"))
    tied.reschema("others", lambda s: s.update(foreignKeys=[key("id", "things", "id")]))
    moved.reschema("others", lambda s: s.update(foreignKeys=[key("id", "things", "name")]))
    for old, new, level in [(plain, tied, "major"), (tied, plain, "minor"), (tied, moved, "minor")]:
        with diff(old.root, new.root) as found:
            assert found.bump == level


def test_a_removed_row_that_others_refer_to_asks_for_major(tmp_path: Path) -> None:
    """Catches a row that vanishes from under a reference in a minor version."""
    refers = {**SCHEMA, "foreignKeys": [key("id", "things", "id")]}
    specs = [Spec("things", SCHEMA, ROWS), Spec("others", refers, ROWS[:2])]
    old, new = build(tmp_path / "old", specs), build(tmp_path / "new", specs)
    new.delete("others", 1)
    with diff(old.root, new.root) as found:
        assert found.bump == "minor"
    new.delete("things", 3)
    with diff(old.root, new.root) as found:
        assert found.bump == "major"


def test_a_major_change_in_0_x_asks_for_minor(pair: tuple[Folder, Folder]) -> None:
    """Catches a new column of 0.1.0 that asks for 1.0.0, and one that asks for nothing."""
    old, new = pair
    old.describe(lambda package: package.update(version="0.1.0"))
    new.reschema("things", lambda s: s["fields"].append({"name": "more", "type": "string"}))
    new.write("things", [{**row, "more": ""} for row in old.rows("things")])
    with diff(old.root, new.root) as found:
        assert (found.bump, found.least_version) == ("minor", "0.2.0")
        assert found.reasons[0].level == "major"
    line = "minor, as major changes do in 0.x, so 0.2.0 or later"
    assert f"least bump  {line}" in kz("diff", old.root, new.root).lines
    new.describe(lambda package: package.update(version="0.1.1"))
    (finding,) = [f for f in release_check(old.root, new.root) if f.rule == "release-bump"]
    assert finding.expected == "0.2.0 or later (minor: things: field more added)"


def test_changes_of_the_package_metadata(pair: tuple[Folder, Folder]) -> None:
    """Catches a descriptor whose change is no difference, and a date that asks for a version."""
    old, new = pair
    new.describe(lambda package: package.update(created="2026-01-01T00:00:00Z", version="1.0.1"))
    with diff(old.root, new.root) as found:
        assert found
        assert found.bump == "none"
    new.describe(lambda package: package.update(keywords=["x"]))
    with diff(old.root, new.root) as found:
        assert [tuple(reason) for reason in found.reasons] == [
            ("patch", "keywords of the package added", None)
        ]
    new.describe(lambda package: package.update(name="other"))
    with diff(old.root, new.root) as found:
        assert (found.bump, found.least_version) == ("major", "2.0.0")
    out = kz("diff", old.root, new.root)
    assert out.code == 0
    assert "these are two packages, invented and other" in out.lines


def test_a_file_that_becomes_a_table_is_found(pair: tuple[Folder, Folder], tmp_path: Path) -> None:
    """Catches a resource that has a schema in one version only."""
    old, new = pair
    old.describe(lambda package: package["resources"][0].pop("schema"))
    with diff(old.root, new.root) as found:
        assert [(table.name, table.status) for table in found.tables] == [("things", "added")]
        assert ("major", "schema added", "things") in found.reasons
        target = found.apply(old.root, tmp_path / "out")
    with diff(new.root, target) as left:
        assert not left
    with diff(new.root, old.root) as found:
        assert ("major", "schema removed", "things") in found.reasons


def test_changed_files_that_are_no_tables_are_found(
    pair: tuple[Folder, Folder], tmp_path: Path
) -> None:
    """Catches a picture that changes in silence, and one that a diff claims to hold."""
    for folder in pair:
        (folder.root / "map.png").write_bytes(b"1")
        folder.describe(lambda p: p["resources"].append({"name": "map", "path": "map.png"}))
    with diff(pair[0].root, pair[1].root) as found:
        assert not found
        target = found.apply(pair[0].root, tmp_path / "same")
    assert (target / "map.png").read_bytes() == b"1"
    (pair[1].root / "map.png").write_bytes(b"2")
    with diff(pair[0].root, pair[1].root) as found:
        assert found.bump == "patch"
        with pytest.raises(PackageError, match="map"):
            found.apply(pair[0].root, tmp_path / "other")


# ------------------------------------------------------------------------------ forms of files


def as_semicolons(folder: Folder) -> None:
    file = folder.file("things")
    rows = list(csv.reader(io.StringIO(file.read_text("utf-8"))))
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(rows)
    file.write_bytes(out.getvalue().encode("utf-16"))
    folder.describe(
        lambda p: p["resources"][0].update(dialect={"delimiter": ";"}, encoding="utf-16")
    )


def as_gzip(folder: Folder) -> None:
    file = folder.file("things")
    (file.parent / "things.csv.gz").write_bytes(gzip.compress(file.read_bytes()))
    folder.describe(lambda p: p["resources"][0].update(path="tables/things.csv.gz"))


def as_parts(folder: Folder) -> None:
    lines = folder.file("things").read_text("utf-8").splitlines(keepends=True)
    paths = ["tables/one.csv", "tables/two.csv"]
    for path, rows in zip(paths, (lines[1:4], lines[4:]), strict=True):
        (folder.root / path).write_text("".join([lines[0], *rows]), encoding="utf-8")
    folder.describe(lambda p: p["resources"][0].update(path=paths))


def as_comments(folder: Folder) -> None:
    file = folder.file("things")
    file.write_text("# first\n" + file.read_text("utf-8"), encoding="utf-8")
    folder.describe(lambda p: p["resources"][0].update(dialect={"commentChar": "#"}))


@pytest.mark.parametrize("change", [as_semicolons, as_gzip, as_parts, as_comments])
def test_how_a_file_is_written_makes_no_difference(
    pair: tuple[Folder, Folder], change: Callable[[Folder], None], tmp_path: Path
) -> None:
    """Catches a comparison of bytes, and one that reads plain CSV only."""
    old, new = pair
    new.edit("things", 1, "name", "deux, trois; 'quatre'\nété")
    change(new)
    with diff(old.root, new.root) as found:
        assert kinds(found) == [("changed", ("2",))]
        target = found.apply(old.root, tmp_path / "out")
    assert kz("validate", target, "--ignore", "version-changelog").code == 0
    with diff(new.root, target) as left:
        assert not left


# ------------------------------------------------------------------------------ properties

CELLS = st.text(
    st.sampled_from("".join(c for c in HAZARDS + PLAIN if c not in "\r\x00")), max_size=6
)
FEW = st.sampled_from(["", "NA", "a", "b", "1", "1.0", " ", '"', "a,b", "x\r\ny", "\n", "'"])
CELL = FEW | CELLS
NAMES = ["a", "b", "c", "D", "e f", "é", 'q"t', "x,y"]


@st.composite
def tables(draw: st.DrawFn) -> Spec:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    width = len(names)
    rows = draw(st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=7))
    schema: dict[str, Any] = {"fields": [column(name) for name in names]}
    schema["missingValues"] = draw(st.sampled_from([[""], ["NA"], ["", "NA"], []]))
    schema["primaryKey"] = names[: draw(st.integers(0, min(2, width)))]
    if draw(st.booleans()):
        schema["fields"][0]["missingValues"] = ["b"]
    return Spec(draw(st.sampled_from(["t", "u", "v w"])), schema, rows)


def mixed(draw: st.DrawFn, spec: Spec) -> Spec:
    """A later version of a table: rows dropped, doubled, changed and shuffled."""
    width = len(spec.schema["fields"])
    if not spec.rows:
        return spec
    row = st.sampled_from(spec.rows)
    cell = st.tuples(row, st.integers(0, width - 1), CELL).map(
        lambda drawn: [*drawn[0][: drawn[1]], drawn[2], *drawn[0][drawn[1] + 1 :]]
    )
    return spec._replace(rows=draw(st.lists(row | cell, max_size=9)))


@st.composite
def versions(draw: st.DrawFn) -> tuple[list[Spec], list[Spec]]:
    unlike = st.lists(tables(), min_size=1, max_size=2, unique_by=lambda spec: spec.name)
    old = draw(unlike)
    if draw(st.booleans()):
        return old, draw(unlike)
    return old, [mixed(draw, spec) for spec in old]


def cells_of(root: Path, name: str) -> list[list[str | None]]:
    """The header and the cells of a table, read by Python's own reader; None where missing."""
    entry = next(e for e in json.loads((root / "datapackage.json").read_bytes())["resources"]
                 if e["name"] == name)  # fmt: skip
    schema = entry["schema"]
    text = (root / entry["path"]).read_bytes().decode("utf-8")
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    missing = [f.get("missingValues", schema["missingValues"]) for f in schema["fields"]]
    return [
        [*head],
        *([None if c in m else c for c, m in zip(r, missing, strict=True)] for r in rows),
    ]


@pytest.mark.slow
@settings(max_examples=40)
@given(versions())
def test_a_diff_leads_from_the_old_version_to_the_new_one(
    specs: tuple[list[Spec], list[Spec]],
) -> None:
    """Catches a change that is not told, or told wrongly, in any form of cell, key and order."""
    with TemporaryDirectory() as folder:
        old, new = (build(Path(folder) / n, s).root for n, s in zip("on", specs, strict=True))
        with diff(old, new) as found, Diff.from_json(found.to_json()) as again:
            assert again == found
            assert again.to_json() == found.to_json()
            assert (again.bump, again.reasons) == (found.bump, found.reasons)
            target = again.apply(old, Path(folder) / "out")
            for spec in specs[1]:
                assert cells_of(target, spec.name) == cells_of(new, spec.name)
        with diff(new, target) as left:
            assert not left
        with diff(old, old) as none:
            assert not none


# ------------------------------------------------------------------------------ JSON and applying


def test_json_that_is_no_diff_is_refused() -> None:
    """Catches a KeyError where a message is due."""
    for text in ("", "[]", "{}", '{"schema_version": "2.0"}', '{"schema_version": 1}', "[" * 9999):
        with pytest.raises(UsageError):
            Diff.from_json(text)


def test_a_diff_is_applied_only_to_its_old_version(
    pair: tuple[Folder, Folder], tmp_path: Path
) -> None:
    """Catches a diff laid over other rows, which would invent data."""
    old, new = pair
    new.edit("things", 1, "name", "deux")
    with diff(old.root, new.root) as found:
        old.edit("things", 1, "name", "zwei")
        with pytest.raises(PackageError, match="not what the diff began from: things"):
            found.apply(old.root, tmp_path / "a")
        old.edit("things", 1, "name", "two")
        old.append("things", id="7")
        with pytest.raises(PackageError, match="not what the diff began from: things"):
            found.apply(old.root, tmp_path / "b")
        with pytest.raises(UsageError, match="not an empty directory"):
            found.apply(old.root, new.root)


def test_moves_are_applied_only_to_the_rows_that_they_name(tmp_path: Path) -> None:
    """Catches an order laid over rows in another one: moved rows have no cells to compare."""
    old = things(tmp_path / "old")
    new = things(tmp_path / "new", [ROWS[3], *ROWS[:3]])
    with diff(old.root, new.root) as found:
        with pytest.raises(PackageError, match="not what the diff began from: things, its rows"):
            found.apply(new.root, tmp_path / "a")
        with diff(found.apply(old.root, tmp_path / "b"), new.root) as rest:
            assert not rest


def test_an_unknown_table_is_named(pair: tuple[Folder, Folder]) -> None:
    """Catches an empty answer to a question about nothing."""
    with diff(pair[0].root, pair[1].root) as same, pytest.raises(UsageError, match="in a table"):
        same.table("things")
    pair[1].delete("things", 0)
    with diff(pair[0].root, pair[1].root) as found, pytest.raises(UsageError, match="no kind"):
        list(found.table("things").select("vanished"))


# ------------------------------------------------------------------------------ git


def git(folder: Path, *words: str) -> str:
    names = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for who in ("AUTHOR", "COMMITTER"):
        names |= {f"GIT_{who}_NAME": "a", f"GIT_{who}_EMAIL": "a@example.org"}
    done = subprocess.run(
        ["git", *words], cwd=folder, env={**os.environ, **names}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A repository with a package at its top and one in a folder, both tagged 1.0.0."""
    folder = things(tmp_path / "repository")
    things(folder.root / "inner")
    git(folder.root, "init", "--quiet")
    commit(folder, "v1.0.0")
    monkeypatch.chdir(folder.root)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    return folder


def commit(folder: Folder, tag: str = "") -> None:
    git(folder.root, "add", "--all")
    git(folder.root, "commit", "--quiet", "--no-verify", "--message", "x")
    if tag:
        git(folder.root, "tag", "--annotate", "--message", "x", tag)


@pytest.mark.parametrize("old", [
    "v1.0.0", "v1.0.0:", "HEAD", "v1.0.0:inner", "v1.0.0:inner/", "v1.0.0:./inner",
    "v1.0.0:inner/datapackage.json", "v1.0.0:datapackage.json", "v1.0.0:./",
])  # fmt: skip
def test_revisions_are_read(repository: Folder, old: str) -> None:
    """Catches a revision that is read from the working tree, or from the wrong folder."""
    repository.edit("things", 0, "name", "uno")
    with diff(old, ".") as found:
        assert kinds(found) == [("changed", ("1",))]
        assert found.old.place == old


def test_an_existing_path_is_not_taken_for_a_revision(repository: Folder) -> None:
    """Catches a folder that is taken for a branch of the same name."""
    git(repository.root, "branch", "inner")
    Folder(repository.root / "inner").delete("things", 0)
    with diff("inner", ".") as found:
        assert kinds(found) == [("added", ("1",))]
    with diff("inner:", ".") as found:
        assert not found


def test_a_revision_path_is_relative_to_the_working_directory(
    repository: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a package in a folder compared with the one at the top."""
    Folder(repository.root / "inner").delete("things", 0)
    monkeypatch.chdir(repository.root / "inner")
    with diff("v1.0.0:./", ".") as found:
        assert kinds(found) == [("removed", ("1",))]


def test_a_zip_in_a_revision_is_read(repository: Folder) -> None:
    """Catches a published archive that can't be compared with."""
    with zipfile.ZipFile("release.zip", "w") as archive:
        for name in ("datapackage.json", "tables/things.csv"):
            archive.write(name)
    commit(repository)
    repository.delete("things", 0)
    with diff("HEAD:release.zip", ".") as found:
        assert kinds(found) == [("removed", ("1",))]


@pytest.mark.parametrize(("old", "said"), [
    ("v9", "git knows no such revision"),
    ("v1.0.0:nowhere", "git knows no such revision"),
    ("v1.0.0:tables", "no datapackage.json in it"),
    ("v1.0.0:no.zip", "no such file in that revision"),
    ("v1.0.0..HEAD", "git knows no such revision"),
    ("--output=x:", "not a git revision"),
    ("-x", "not a git revision"),
    (":", "not a git revision"),
    (":datapackage.json", "not a git revision"),
    ("v1.0.0\n", "not a git revision"),
    ("", "not a git revision"),
])  # fmt: skip
def test_an_unknown_revision_is_refused(repository: Folder, old: str, said: str) -> None:
    """Catches a name that git takes for an option, and a message of git's own on two lines."""
    with pytest.raises(PackageError, match=said) as caught:
        diff(old, ".")
    assert "\n" not in str(caught.value).replace(old, "")


def test_a_revision_needs_git_and_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a bare failure where there is no git, or no repository."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(PackageError, match="directory, and git: not a git repository"):
        diff("v1", things(tmp_path / "new").root)
    with pytest.raises(PackageError, match="not a git repository"):
        release_check(None, tmp_path / "new")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PackageError, match="git is not installed"):
        diff("v1", tmp_path / "new")


@pytest.mark.skipif(os.name == "nt", reason="shell scripts")
def test_a_hostile_repository_runs_nothing(repository: Folder, tmp_path: Path) -> None:
    """Catches hooks, filters, converters, monitors and remotes that a repository brings along."""
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch '{tmp_path}/sprung'\n", encoding="utf-8")
    trap.chmod(0o755)
    attributes = "*.csv filter=trap diff=trap merge=trap\n*.json filter=trap export-subst\n"
    (repository.root / ".gitattributes").write_text(attributes, encoding="utf-8")
    commit(repository)
    for name in ("post-checkout", "reference-transaction", "pre-commit", "post-index-change"):
        shutil.copy(trap, repository.root / ".git/hooks" / name)
    for name, value in {
        "filter.trap.smudge": trap, "filter.trap.clean": trap, "filter.trap.process": trap,
        "diff.trap.textconv": trap, "core.fsmonitor": trap, "core.pager": trap,
        "core.sshCommand": trap, "core.gitProxy": trap, "core.editor": trap,
        "remote.origin.url": f"ext::{trap}", "remote.origin.promisor": "true",
        "protocol.ext.allow": "always", "extensions.partialClone": "origin",
        "core.repositoryFormatVersion": "1", "uploadpack.packObjectsHook": trap,
        "alias.cat-file": f"!{trap}", "alias.rev-parse": f"!{trap}",
    }.items():  # fmt: skip
        git(repository.root, "config", name, str(value))
    blob = git(repository.root, "rev-parse", "HEAD:tables/things.csv").strip()
    (tmp_path / "sprung").unlink(missing_ok=True)
    repository.edit("things", 0, "name", "uno")
    with diff("HEAD", ".") as found:
        assert kinds(found) == [("changed", ("1",))]
    (repository.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(PackageError):  # the remote that has it is not asked
        diff("HEAD", ".")
    with pytest.raises(PackageError):
        release_check(None, ".")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.skipif(os.name == "nt", reason="named pipes")
def test_a_repository_with_a_pipe_is_not_waited_for(
    repository: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a comparison that waits for ever for an object, a name or a setting."""
    monkeypatch.setattr(revisions, "SECONDS", 1)
    settings = repository.root / ".git" / "config"
    blob = git(repository.root, "rev-parse", "HEAD:tables/things.csv").strip()
    tree = git(repository.root, "rev-parse", "HEAD^{tree}").strip()
    head = git(repository.root, "rev-parse", "HEAD").strip()
    objects = repository.root / ".git" / "objects"
    files = [objects / name[:2] / name[2:] for name in (blob, tree, head)]
    for file in (*files, settings):
        kept = file.read_bytes()
        file.unlink()
        os.mkfifo(file)
        with pytest.raises(PackageError, match=r"git.*(1 second|cannot be asked|timed out)"):
            diff("HEAD", ".")
        file.unlink()
        file.write_bytes(kept)
    with diff("HEAD", ".") as found:
        assert not found


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads what git takes")
@pytest.mark.parametrize("packed", [False, True])
def test_a_huge_object_takes_little_memory(repository: Folder, packed: bool) -> None:
    """Catches a repository whose own settings have git hold a file whole: the file has 600 MB."""
    file = repository.root / "huge.bin"
    with file.open("wb") as out:
        out.truncate(600_000_000)
    repository.describe(lambda p: p["resources"].append({"name": "huge", "path": "huge.bin"}))
    git(repository.root, "config", "core.compression", "1")
    commit(repository)
    if packed:
        git(repository.root, "-c", "pack.threads=1", "repack", "-adq")
    for name, value in (
        ("core.bigFileThreshold", "100g"), ("core.packedGitLimit", "100g"),
        ("core.deltaBaseCacheLimit", "100g"), ("pack.deltaCacheSize", "100g"),
    ):  # fmt: skip
        git(repository.root, "config", name, value)
    file.unlink()
    code = (
        "import resource\nfrom kzdata.differences import git\n"
        "with git.opened('HEAD:') as archive:\n"
        "    assert (archive.root / 'huge.bin').stat().st_size == 600_000_000\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=repository.root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 300_000


@pytest.mark.skipif(os.name == "nt", reason="symbolic links")
def test_links_in_a_revision_are_followed_only_inside_of_it(
    repository: Folder, tmp_path: Path
) -> None:
    """Catches a link out of a revision that is followed, and one inside of it that is not."""
    secret = tmp_path / "secret.csv"
    secret.write_text("id,name,size\n1,secret,\n", encoding="utf-8")
    file = repository.file("things")
    file.rename(repository.root / "real.csv")
    file.symlink_to("../real.csv")
    commit(repository)
    with diff("HEAD", "v1.0.0") as found:
        assert not found
    file.unlink()
    file.symlink_to(secret)
    commit(repository)
    with pytest.raises(PackageError, match=r"things\.csv: no such file"):
        diff("HEAD", "v1.0.0")


def test_paths_out_of_a_revision_are_refused(repository: Folder) -> None:
    """Catches a descriptor in a revision that has files written elsewhere."""
    for path in ("../inner/tables/things.csv", "/etc/passwd"):
        repository.describe(lambda p, path=path: p["resources"][0].update(path=path))  # type: ignore[misc]
        commit(repository)
        with pytest.raises(PackageError):
            diff("HEAD", "v1.0.0")


# ------------------------------------------------------------------------------ bad input


def test_a_malformed_table_is_named(pair: tuple[Folder, Folder], tmp_path: Path) -> None:
    """Catches a malformed table that is compared as if it were sound."""
    old, new = pair
    assert "no such file or directory" in refused(kz("diff", tmp_path / "nowhere", old.root))
    (tmp_path / "empty").mkdir()
    assert "not a data package" in refused(kz("diff", tmp_path / "empty", old.root))
    file = new.file("things")
    sound = file.read_bytes()
    for rows, said in [
        (b"5,five\n", "tables/things.csv:6: 2 cells, not 3"),
        (b'5,"five\n', "tables/things.csv:6: a quotation mark"),
        (b"5,\xff,\n", "tables/things.csv:6: not UTF-8"),
        (b"5,\x00,\n", "tables/things.csv:6: a NUL"),
    ]:
        file.write_bytes(sound + rows)
        message = refused(kz("diff", old.root, new.root))
        assert f"{new.root}: {said}" in message
        assert "kzdata validate" in message
    file.write_bytes(sound.replace(b"size", b"weight"))
    assert "tables/things.csv:1: the header" in refused(kz("diff", old.root, new.root))
    file.unlink()
    assert "tables/things.csv: no such file" in refused(kz("diff", new.root, old.root))
    new.reschema("things", lambda schema: schema.update(primaryKey="nothing"))
    message = refused(kz("diff", old.root, new.root))
    assert str(new.root) in message
    assert "nothing" in message


# ------------------------------------------------------------------------------ the command


@pytest.fixture
def changed(tmp_path: Path) -> tuple[Path, Path]:
    """Two versions with many changes, some of which are hostile."""
    evil = "\x1b[31m](javascript:alert(1))<script>`` | **x** @all"
    rows = [[str(number), f"name {number}", "1"] for number in range(40)]
    old = things(tmp_path / "old", rows)
    rows = [[number, name, "2"] for number, name, _ in rows[1:]]
    rows += [["e", evil, "x" * 90], ["f", "", ""]]
    return old.root, things(tmp_path / "new", rows).root


def test_text_is_short_and_safe(changed: tuple[Path, Path]) -> None:
    """Catches a wall of rows, and cells that reach a terminal raw."""
    out = kz("diff", *changed)
    assert out.code == 0
    assert out.lines[0] == "invented 1.0.0 → invented 1.0.0"
    assert out.lines[1] == "least bump  minor, so 1.1.0 or later"
    assert "things      2       39        1         0      0" in out.lines
    assert "~  1   size  1 → 2" in out.lines
    assert "   and 29 more changed; --all shows them" in out.lines
    assert "~  39  size  1 → 2" not in out.lines
    assert not ESCAPES.search(out.out)
    assert "…" in out.out
    every = kz("diff", *changed, "--all")
    assert "~  39  size  1 → 2" in every.lines
    assert "x" * 90 in every.out
    assert "more" not in every.out


def test_many_reasons_are_counted(tmp_path: Path) -> None:
    """Catches a schema of a thousand fields that floods a terminal."""
    fields = [column(f"f{number}") for number in range(300)]
    old = things(tmp_path / "old", [], fields=fields, primaryKey=[])
    for field in fields:
        field["type"] = "integer"
    new = things(tmp_path / "new", [], fields=fields, primaryKey=[])
    text = kz("diff", old.root, new.root).lines
    assert "            and 260 more" in text
    assert "   and 260 more properties; --all shows them" in text
    assert "- and 260 more properties" in kz("diff", old.root, new.root, "-f", "markdown").lines
    assert len(kz("diff", old.root, new.root, "--all").lines) > 600


def test_a_diff_exits_1_only_on_demand(changed: tuple[Path, Path]) -> None:
    """Catches a diff that fails a build because something differs, unasked."""
    assert kz("diff", *changed, "--exit-code").code == 1
    assert kz("diff", changed[0], changed[0], "--exit-code").code == 0
    same = kz("diff", changed[0], changed[0])
    assert (same.code, same.lines[1:]) == (0, ["no difference"])


def test_json_holds_everything(changed: tuple[Path, Path]) -> None:
    """Catches a truncation for programs."""
    out = kz("diff", *changed, "--format", "json")
    (table,) = json.loads(out.out)["tables"]
    assert len(table["changes"]) == 42
    with diff(*changed) as found:
        assert found.to_json() == out.out.removesuffix("\n")


def test_markdown_is_inert(changed: tuple[Path, Path]) -> None:
    """Catches cells that a page takes for links, HTML or mentions."""
    out = kz("diff", *changed, "--format", "markdown", "--all")
    assert "| `things` | 2 | 39 | 1 | 0 | 0 |" in out.lines
    assert "- changed `1` `size`: `1` → `2`" in out.lines
    (line,) = [line for line in out.lines if "script" in line]
    assert line.startswith("- added `e`: ```name=\\x1b[31m](javascript:alert(1))<script>`` | **x**")
    assert line.endswith("```")


# ------------------------------------------------------------------------------ releases


def test_versions_are_ordered_as_semver_has_it() -> None:
    """Catches 1.10.0 before 1.9.0, and a pre-release after its release."""
    order = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
             "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.9.0", "1.10.0"]  # fmt: skip
    assert sorted(order, key=bumps.precedence) == order


@pytest.mark.parametrize(("old", "new", "level", "enough"), [
    ("1.2.3", "1.2.3", "none", True),
    ("1.2.3", "1.2.2", "none", False),
    ("1.2.3", "1.2.3", "patch", False),
    ("1.2.3", "1.2.4", "patch", True),
    ("1.2.3", "1.2.4", "minor", False),
    ("1.2.3", "1.3.0", "minor", True),
    ("1.2.3", "1.9.9", "major", False),
    ("1.2.3", "2.0.0", "major", True),
    ("0.1.0", "0.1.1", "major", False),
    ("0.1.0", "0.2.0", "major", True),
    ("0.1.0", "0.2.0-rc.1", "major", True),
    ("0.1.3", "0.1.4", "minor", False),
    ("0.2.0", "1.0.0", "major", True),
    ("1.2.3", "2.0.0-rc.1", "major", True),
    ("2.0.0-rc.1", "2.0.0", "major", True),
    ("2.0.0-rc.2", "2.0.0-rc.1", "patch", False),
    ("", "1.0.0", "patch", False),
    ("1.0.0", "2", "patch", False),
])  # fmt: skip
def test_each_change_asks_for_its_bump(
    old: str, new: str, level: bumps.Level, enough: bool
) -> None:
    """Catches a version that says less than what changed."""
    assert bumps.suffices(old, new, level) is enough


def released(folder: Folder, version: str) -> None:
    """State a version, in the descriptor and the changelog."""
    folder.describe(lambda package: package.update(version=version))
    file = folder.root / "CHANGELOG.md"
    head, rest = file.read_text("utf-8").split("\n", 1)
    file.write_text(f"{head}\n\n## [{version}] - 2026-01-01\n\nMore.\n{rest}", encoding="utf-8")


def rules(report: kzdata.Report) -> list[str]:
    return [finding.rule for finding in report]


@pytest.fixture
def next_island(island: Folder, tmp_path: Path) -> tuple[Folder, Folder]:
    """The invented flood, and a copy to be the next version."""
    shutil.copytree(island.root, tmp_path / "next")
    return island, Folder(tmp_path / "next")


def test_a_release_that_keeps_the_rules(next_island: tuple[Folder, Folder]) -> None:
    """Catches a check that fails everything."""
    old, new = next_island
    assert release_check(old.root, new.root).valid
    new.describe(lambda package: package.update(title="Other"))
    released(new, "1.0.1")
    report = release_check(old.root, new.root)
    assert report.valid
    assert report.verdict == "invented 1.0.1 may be released after 1.0.0 (least bump: patch)"


def test_a_bump_that_is_too_small_is_found(next_island: tuple[Folder, Folder]) -> None:
    """Catches new rows in a patch release, and changes without a version."""
    old, new = next_island
    new.append("letters", letter="new")
    for version in ("1.0.0", "1.0.1"):
        new.describe(lambda package, version=version: package.update(version=version))  # type: ignore[misc]
        (finding,) = [f for f in release_check(old.root, new.root) if f.rule == "release-bump"]
        assert finding.found == version
        assert finding.expected == "1.1.0 or later (minor: letters: 1 row added)"
    released(new, "1.1.0")
    assert release_check(old.root, new.root).valid


def test_a_changelog_that_lacks_the_version_is_found(next_island: tuple[Folder, Folder]) -> None:
    """Catches a release that nobody tells its users about, and 1.1.0 for 1.1.01."""
    old, new = next_island
    new.describe(lambda package: package.update(version="1.1.0"))
    assert rules(release_check(old.root, new.root)) == ["release-changelog"]
    (new.root / "CHANGELOG.md").write_text("## 1.1.01\n\nmore of 1.1.0\n", encoding="utf-8")
    assert rules(release_check(old.root, new.root)) == ["release-changelog"]
    (new.root / "CHANGELOG.md").unlink()
    assert rules(release_check(old.root, new.root)) == ["release-changelog"]


def test_a_removed_row_without_tombstone_is_found(next_island: tuple[Folder, Folder]) -> None:
    """Catches a record that is gone, or has another id, without a word."""
    old, new = next_island
    gone = new.delete("tolls", 0)
    id_ = gone[new.schema("tolls")["primaryKey"]]
    released(new, "2.0.0")
    (finding,) = release_check(old.root, new.root)
    assert (finding.rule, finding.record) == ("release-tombstone", id_)
    assert finding.file == "tables/tolls.csv"
    stone = new.schema("gone")["kzdata:tombstones"]["record"]
    new.append("gone", **{stone: id_})
    report = release_check(old.root, new.root)
    assert report.valid
    assert report.bump == "minor"


def test_a_re_keyed_record_is_found(next_island: tuple[Folder, Folder]) -> None:
    """Catches a renumbered record."""
    old, new = next_island
    name = new.schema("tolls")["primaryKey"]
    before = new.edit("tolls", 0, name, "T-999")
    released(new, "2.0.0")
    assert [(f.rule, f.record) for f in release_check(old.root, new.root)] == [
        ("release-tombstone", before)
    ]


def test_a_reused_id_is_found(next_island: tuple[Folder, Folder]) -> None:
    """Catches a withdrawn id that stands again, also where its tombstone was taken away."""
    old, new = next_island
    name, stone = (
        new.schema("tolls")["primaryKey"],
        new.schema("gone")["kzdata:tombstones"]["record"],
    )
    withdrawn = "T-888"
    for folder in next_island:
        folder.append("gone", **{stone: withdrawn})
    place = new.append("tolls", **{name: withdrawn})
    released(new, "2.0.0")
    (finding,) = release_check(old.root, new.root)
    assert (finding.rule, finding.record, finding.line) == ("release-id", withdrawn, place + 2)
    new.delete("gone", len(new.rows("gone")) - 1)
    found = release_check(old.root, new.root)
    assert sorted(rules(found)) == ["release-id", "release-tombstone"]


def test_an_id_given_to_another_claim_is_found(next_island: tuple[Folder, Folder]) -> None:
    """Catches the claim of one article under the id of another's, told as a mere correction."""
    old, new = next_island
    spans, named = new.schema("passages")["kzdata:spans"], new.schema("tolls")["primaryKey"]
    homes = {row[spans["id"]]: row[spans["source"]] for row in new.rows("passages")}
    claim = new.rows("tolls")[1]
    home = homes[claim["passage"]]
    there = next(key for key, source in homes.items() if source == home != claim["passage"])
    new.edit("tolls", 1, "passage", there)
    released(new, "1.0.1")
    assert release_check(old.root, new.root).valid
    new.edit("tolls", 1, "passage", next(key for key in homes if homes[key] != home))
    (finding,) = release_check(old.root, new.root)
    assert (finding.rule, finding.record, finding.line) == ("release-id", claim[named], 3)
    assert finding.expected == f"a claim of {home}"


def test_a_removed_table_of_records_is_found(next_island: tuple[Folder, Folder]) -> None:
    """Catches records that vanish with their table, and counts what is not listed."""
    old, new = next_island
    tolls = len(old.rows("tolls"))
    new.describe(lambda p: p.update(resources=[r for r in p["resources"] if r["name"] != "tolls"]))
    released(new, "2.0.0")
    report = release_check(old.root, new.root)
    assert report.by_rule == {"release-tombstone": tolls}


def test_the_newest_tag_is_the_release_before(repository: Folder) -> None:
    """Catches v1.10.0 before v1.9.0, a tag that is no version, and one of another branch."""
    for tag in ("v1.9.0", "v1.10.0", "1.9.9", "latest", "v2"):
        git(repository.root, "tag", tag)
    git(repository.root, "checkout", "--quiet", "-b", "other")
    repository.edit("things", 0, "name", "uno")
    commit(repository, "v3.0.0")
    git(repository.root, "checkout", "--quiet", "-")
    git(repository.root, "checkout", "--quiet", "v1.10.0")
    report = release_check()
    assert report.previous == "1.0.0"
    assert report.valid
    assert kz("release-check").lines == [report.verdict]


def test_a_package_in_a_folder_is_compared_with_its_own_past(repository: Folder) -> None:
    """Catches a package in a folder that is compared with the one at the top."""
    Folder(repository.root / "inner").append("things", id="9")
    report = release_check(None, "inner")
    assert rules(report) == ["release-bump"]
    assert release_check(None, ".").valid


def test_release_check_without_a_tag_checks_the_changelog(repository: Folder) -> None:
    """Catches a check that fails where there is nothing to compare with."""
    git(repository.root, "tag", "--delete", "v1.0.0")
    out = kz("release-check")
    assert out.code == 0
    assert out.lines == [
        "invented 1.0.0 may be released",
        "not checked  what differs from the release before: no git tag is a version; "
        "name the version before: kzdata release-check OLD NEW",
    ]
    (repository.root / "CHANGELOG.md").unlink()
    assert kz("release-check").code == 1


@pytest.mark.parametrize("form", ["json", "junit", "sarif", "github"])
def test_release_findings_are_written_in_each_report_format(
    next_island: tuple[Folder, Folder], form: str
) -> None:
    """Catches a format that knows the rules of validation only."""
    old, new = next_island
    new.delete("tolls", 0)
    out = kz("release-check", old.root, new.root, "--format", form)
    assert out.code == 1
    assert "release-tombstone" in out.out
    if form == "json":
        assert json.loads(out.out)["bump"] == "major"


def test_the_shipped_package_keeps_to_its_last_release(package: Path) -> None:
    """Catches a change of the data without a version, as soon as there is a release."""
    done = subprocess.run(
        [sys.executable, "-m", "kzdata.cli", "release-check"],
        cwd=package, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    if "git: not a git" in done.stderr or "git is not" in done.stderr:
        pytest.skip("not a git checkout")
    assert done.returncode == 0, done.stdout + done.stderr
