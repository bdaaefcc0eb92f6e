"""Files are written whole or not at all, and nothing is written through what a stranger has laid.

Catches a report, an export or a descriptor that a kill or a full disk leaves half written, and a
link in a package that has a file of the user overwritten.
"""

import json
import os
import random
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest

from commands import Outcome, kz, shell
from kzdata.errors import UsageError
from kzdata.exports import FORMATS
from kzdata.files import writing
from kzdata.files.writing import fresh, save
from kzdata.site.page import LIST
from packages import Folder

KEPT = "what the user has"
POSIX = pytest.mark.skipif(os.name == "nt", reason="links, pipes and signals of POSIX")
pytestmark = POSIX


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Path]:
    """A file and a folder of the user's, which must stay as they are."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "kept").write_text(KEPT, encoding="utf-8")
    yield home / "kept"
    assert (home / "kept").read_text("utf-8") == KEPT
    assert list(home.iterdir()) == [home / "kept"]


@pytest.fixture(params=["held", "by path"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory, on a system that can hold folders open and on one that cannot."""
    if request.param == "by path":
        monkeypatch.setattr(writing, "_open_folder", lambda path: None)
    (folder := tmp_path / "here").mkdir()
    monkeypatch.chdir(folder)
    return folder


def refused(outcome: Outcome, *words: str) -> None:
    """One line and exit code 2."""
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1), outcome
    assert outcome.err.startswith("kzdata: ")
    for word in words:
        assert word in outcome.err


def writers(package: Folder) -> dict[str, tuple[str | Path, ...]]:
    """Command lines that write to the place that is named last, by what they write."""
    root = package.root
    exports = {name: ("export", name, "--force", "-p", root) for name in FORMATS}
    return {
        "validate": ("validate", root, "--select", "package", "--output"),
        "release-check": ("release-check", root, str(root), "--output"),
        "site": ("site", "-p", root),
        **exports,
    }


# ------------------------------------------------------------------------------ through links


def test_no_command_writes_through_a_link(place: Path, copy: Folder, canary: Path) -> None:
    """Catches a link in place of an output, or on the way to it, that is followed."""
    for name, command in writers(copy).items():
        link = place / f"link-{name}"
        link.symlink_to(canary)
        refused(kz(*command, link), f"link-{name} is a link")
        refused(kz(*command, Path(link.name)), f"link-{name} is a link")
        link.unlink()
        link.symlink_to(canary.parent)
        refused(kz(*command, link), "is a link")
        refused(kz(*command, f"{link.name}/new"), "is a link", "or remove it")
        refused(kz(*command, f"./{link.name}/../{link.name}/new"), "is a link")
        link.unlink()
        link.symlink_to(place / "nowhere")
        refused(kz(*command, link), "is a link")
        assert not (place / "nowhere").exists()


def test_links_in_a_package_or_a_repository_are_never_followed(
    place: Path, copy: Folder, canary: Path, tmp_path: Path
) -> None:
    """Catches a link that is followed as the working directory is another one."""
    (copy.root / "reports").symlink_to(canary.parent)
    refused(kz("validate", copy.root, "-o", copy.root / "reports" / "out"), "is a link")
    (tmp_path / "clone" / ".git").mkdir(parents=True)
    (tmp_path / "clone" / "sub").mkdir()
    (tmp_path / "clone" / "reports").symlink_to(canary.parent)
    out = tmp_path / "clone" / "sub" / ".." / "reports" / "out"
    refused(kz("validate", copy.root, "-o", out), "is a link")
    (tmp_path / "mine").symlink_to(tmp_path / "clone")
    refused(kz("validate", copy.root, "-o", tmp_path / "mine" / "reports" / "out"), "is a link")


def test_links_of_the_user_are_followed(place: Path, tmp_path: Path) -> None:
    """Catches a rule so strict that `/tmp`, a link on some systems, cannot be written to."""
    (tmp_path / "real").mkdir()
    (tmp_path / "mine").symlink_to(tmp_path / "real")
    save(b"new", tmp_path / "mine" / "out")
    assert (tmp_path / "real" / "out").read_bytes() == b"new"


def test_no_command_writes_through_a_guessed_name(place: Path, copy: Folder, canary: Path) -> None:
    """Catches a temporary file whose name can be guessed, and links laid at all guesses."""
    for number in range(5_000):
        for name in (f".out.{number}", f"out.{number}", f".out.{number}.tmp"):
            (place / name).symlink_to(canary)
    for name in (".out.tmp", "out.tmp", "out~", ".out.swp", ".kzdata-", "out.new"):
        (place / name).symlink_to(canary)
    for command in writers(copy).values():
        if command[0] == "export" and command[1] not in ("duckdb", "sqlite", "xlsx", "jsonld"):
            continue
        shutil.rmtree(place / "out", ignore_errors=True)
        (place / "out").unlink(missing_ok=True)
        assert kz(*command, place / "out").code in (0, 1)


def test_seal_does_not_write_through_a_link(place: Path, island: Folder, tmp_path: Path) -> None:
    """Catches a descriptor that is a link, whose target is written anew."""
    target = tmp_path / "target.json"
    described = island.descriptor()
    described["resources"][0]["bytes"] = 1
    target.write_text(json.dumps(described), encoding="utf-8")
    before = target.read_bytes()
    (island.root / "datapackage.json").unlink()
    (island.root / "datapackage.json").symlink_to(target)
    assert kz("seal", island.root).code == 2
    assert target.read_bytes() == before
    assert (island.root / "datapackage.json").is_symlink()


def test_links_inside_of_an_output_are_replaced(place: Path, copy: Folder, canary: Path) -> None:
    """Catches a folder that is written anew file by file, through the links in it."""
    for command in (("site", "-p", copy.root), ("export", "parquet", "--force", "-p", copy.root)):
        shutil.rmtree(place / "out", ignore_errors=True)
        assert kz(*command, place / "out").code == 0
        written = sorted(file for file in (place / "out").rglob("*") if file.is_file())
        # What lists a page's files is what tells them from the files of others.
        for file in (one for one in written if one.name != LIST):
            file.unlink()
            file.symlink_to(canary)
        assert kz(*command, place / "out").code == 0
        assert not any(file.is_symlink() for file in (place / "out").rglob("*"))
        assert sorted(file for file in (place / "out").rglob("*") if file.is_file()) == written
        if command[0] == "site":
            assert [file.parent.name for file in written].count("claim") > 100


def test_a_list_of_files_that_is_a_link_is_not_believed(
    place: Path, copy: Folder, tmp_path: Path
) -> None:
    """Catches a page that takes the files of somebody else for its own by their list."""
    assert kz("site", place / "out", "-p", copy.root).code == 0
    (place / "out" / "notes.txt").write_text("mine", encoding="utf-8")
    listed = (place / "out" / LIST).read_text(encoding="utf-8")
    (tmp_path / "listed").write_text(f"{listed}notes.txt\n", encoding="utf-8")
    (place / "out" / LIST).unlink()
    (place / "out" / LIST).symlink_to(tmp_path / "listed")
    refused(kz("site", place / "out", "-p", copy.root), "holds other files")
    assert (place / "out" / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_folders_inside_of_an_output_that_are_links_are_not_followed(
    place: Path, copy: Folder, tmp_path: Path
) -> None:
    """Catches pages that are written, or old ones removed, through a folder that is a link."""
    assert kz("site", place / "out", "-p", copy.root).code == 0
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept.html").write_text("mine", encoding="utf-8")
    for name in ("claim", "event", "data"):
        if (place / "out" / name).exists():
            shutil.rmtree(place / "out" / name)
        (place / "out" / name).symlink_to(tmp_path / "elsewhere")
    kz("site", place / "out", "-p", copy.root)
    assert [file.name for file in (tmp_path / "elsewhere").iterdir()] == ["kept.html"]
    assert (tmp_path / "elsewhere" / "kept.html").read_text(encoding="utf-8") == "mine"


def test_a_hard_link_is_cut(place: Path, canary: Path) -> None:
    """Catches a second name of a user's file that is written to."""
    os.link(canary, place / "out")
    save(b"new", place / "out")
    assert (place / "out").read_bytes() == b"new"


def test_a_link_that_is_put_there_meanwhile_is_not_followed(
    place: Path, canary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a check that holds only for the moment before the file is written."""
    (place / "sub").mkdir()

    if writing._open_folder(place) is None:
        pytest.skip("without handles, only the checks before are left")
    made = writing._unguessable

    def swapped() -> str:
        (place / "sub").rename(place / "away")
        (place / "sub").symlink_to(canary.parent)
        return made()

    monkeypatch.setattr(writing, "_unguessable", swapped)
    save(b"new", place / "sub" / "out")
    assert (place / "away" / "out").read_bytes() == b"new"


def test_working_directory_is_not_replaced(place: Path, copy: Folder) -> None:
    """Catches a folder that is renamed away under the feet of the shell."""
    refused(kz("site", ".", "-p", copy.root), "name a file or folder in it")
    refused(kz("site", place, "-p", copy.root), "working directory")


# ------------------------------------------------------------------------------ pipes and devices


def test_a_pipe_without_a_reader_is_an_error(place: Path, island: Folder) -> None:
    """Catches an output that waits for ever."""
    os.mkfifo(place / "pipe")
    refused(kz("validate", island.root, "-o", place / "pipe"), "cannot write")
    assert stat.S_ISFIFO((place / "pipe").stat().st_mode)


def test_a_pipe_with_a_reader_gets_everything(place: Path) -> None:
    """Catches a pipe that is full for a moment and loses the rest, or is replaced by a file."""
    os.mkfifo(place / "pipe")
    got: list[bytes] = []
    thread = threading.Thread(target=lambda: got.append((place / "pipe").read_bytes()))
    thread.start()
    content = bytes(range(256)) * 4_000
    for _ in range(600):
        try:
            save(content, place / "pipe")
            break
        except UsageError:  # the reader is not there yet
            sleep(0.1)
    thread.join(60)
    assert got == [content]


def test_streams_and_devices(island: Folder, tmp_path: Path) -> None:
    """Catches `--output /dev/stdout` that replaces a file, or overwrites what is there already."""
    command = f"kzdata validate {island.root} -f json -o"
    out = tmp_path / "out"
    for stream in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"):
        done = shell(f"(echo first; {command} {stream}) > {out}")
        lines = out.read_text("utf-8").splitlines()
        assert (done.code, lines[0], lines[1]) == (0, "first", "{")
        assert lines[-1].startswith("invented 1.0.0: valid")
    done = shell(f"{command} >(cat > {out}; echo done >&2); sleep 1")
    assert json.loads(out.read_text("utf-8"))["valid"] is True
    if Path("/dev/full").exists():
        refused(kz("validate", island.root, "-o", "/dev/full"), "cannot write /dev/full: No space")
    refused(kz("validate", island.root, "-o", "/dev/fd/987"), "cannot write")
    refused(kz("validate", island.root, "-o", "/dev/../dev/no/such"), "no such folder")


def test_a_socket_or_a_folder_is_no_output(place: Path, island: Folder) -> None:
    """Catches a folder, or a socket, in whose place a file is put."""
    import socket

    (place / "folder").mkdir()
    refused(kz("validate", island.root, "-o", place / "folder"), "it is a directory")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        refused(kz("validate", island.root, "-o", place / "socket"), "cannot write")
    assert stat.S_ISSOCK((place / "socket").stat().st_mode)


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "", "x" * 300])
def test_names_that_no_file_has(place: Path, name: str) -> None:
    """Catches a traceback where a name cannot be one."""
    with pytest.raises(UsageError, match="cannot write"):
        save(b"x", place / name if name else Path(name))


# ------------------------------------------------------------------------------ whole or not at all


def test_rights_are_those_of_any_new_file(place: Path) -> None:
    """Catches a report that only its writer may read, and one that loses the rights it had."""
    before = os.umask(0o027)
    try:
        save(b"1", place / "out")
        assert stat.S_IMODE((place / "out").stat().st_mode) == 0o640
        (place / "out").chmod(0o604)
        save(b"2", place / "out")
        assert stat.S_IMODE((place / "out").stat().st_mode) == 0o604
        with fresh(place / "new") as made:
            made.mkdir()
        assert stat.S_IMODE((place / "new").stat().st_mode) == 0o750
    finally:
        os.umask(before)


def test_a_failure_leaves_nothing_behind(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches temporary files that stay, and a file that is gone."""
    (place / "out").write_text("old", encoding="utf-8")

    def broken(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(UsageError, match="No space left"):
        save(b"new", place / "out")
    with pytest.raises(UsageError, match="No space left"), fresh(place / "out") as made:
        made.write_bytes(b"new")
    with pytest.raises(ZeroDivisionError), fresh(place / "folder") as made:
        made.mkdir()
        raise ZeroDivisionError
    assert [(file.name, file.read_text("utf-8")) for file in place.iterdir()] == [("out", "old")]


@pytest.mark.parametrize("swaps", [True, False])
def test_a_folder_is_replaced_whole(
    place: Path, swaps: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a folder of old and new files, and one that is lost where it cannot be replaced."""
    if not swaps:
        monkeypatch.setattr(writing._Folder, "_exchanged", lambda *_: False)
    (place / "out").mkdir()
    (place / "out" / "old").touch()
    with fresh(place / "out") as made:
        made.mkdir()
        (made / "new").touch()
    assert [file.name for file in (place / "out").iterdir()] == ["new"]
    assert list(place.iterdir()) == [place / "out"]


LIMITED = """
import resource, signal, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)), resource.RLIM_INFINITY))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from kzdata.cli.main import main
main()
"""


REPLACE = """
import ctypes, os, shutil, sys  # while whoever runs this may read them
from pathlib import Path
from kzdata.errors import UsageError
from kzdata.files.writing import fresh
os.setuid(int(sys.argv[1]))  # who runs everything may write everywhere
os.chdir(sys.argv[2])
place = Path("out")
for folder in (place, place / "inner"):
    folder.mkdir()
    (folder / "old").write_text("old")
(place / "link").symlink_to("/")
(place if sys.argv[3] == "whole" else place / "inner").chmod(0o555)
try:
    with fresh(place) as made:
        made.mkdir()
        (made / "new").write_text("new")
except UsageError as error:
    print(error)
print(os.listdir(), sorted(os.listdir("out")), oct(place.stat().st_mode & 0o777))
"""


@pytest.mark.skipif(getattr(os, "getuid", lambda: 1)() != 0, reason="becomes another user")
@pytest.mark.parametrize(("part", "expected"), [
    ("whole", "cannot write out: Permission denied\n['out'] ['inner', 'link', 'old'] 0o555\n"),
    ("inner", "['out'] ['new'] 0o755\n"),
])  # fmt: skip
def test_a_folder_without_rights_leaves_nothing_behind(part: str, expected: str) -> None:
    """Catches a temporary folder that stays, since nothing may be removed from what it holds."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        command = [sys.executable, "-c", REPLACE, "65534", folder, part]
        done = subprocess.run(command, capture_output=True, text=True, check=False, umask=0o022)
    assert (done.stdout, done.stderr) == (expected, "")


def test_a_full_disk_leaves_what_was_there(copy: Folder, tmp_path: Path) -> None:
    """Catches a descriptor, a report or an export that ends where the disk did."""
    copy.describe(lambda package: package["resources"][0].update(bytes=1))
    out = tmp_path / "out"
    out.write_text(KEPT, encoding="utf-8")
    before = (copy.root / "datapackage.json").read_bytes()
    for command in (
        ("seal", copy.root),
        ("validate", copy.root, "-f", "json", "-o", out),
        ("export", "jsonld", out, "--force", "-p", copy.root),
        ("export", "sqlite", out, "--force", "-p", copy.root),
    ):
        done = subprocess.run(
            [sys.executable, "-c", LIMITED, "64", *map(str, command)],
            capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.returncode == 2, done
        assert done.stderr.startswith("kzdata: "), done
        assert "Traceback" not in done.stderr
        assert (copy.root / "datapackage.json").read_bytes() == before
        assert out.read_text("utf-8") == KEPT
    assert sorted(tmp_path.iterdir()) == sorted([out, copy.root])
    assert not list(copy.root.glob(".kzdata-*"))


WRITERS = {
    "file": "save(bytes([n % 256]) * 3_000_000, place)",
    "folder": "with fresh(place) as made:\n"
    "  made.mkdir()\n"
    "  for k in range(20): (made / str(k)).write_bytes(bytes([n % 256]) * 10_000)",
}


@pytest.mark.parametrize("kind", WRITERS)
def test_a_kill_leaves_the_old_or_the_new(place: Path, kind: str) -> None:
    """Catches a moment at which neither is there, or a part of one."""
    if kind == "folder" and not sys.platform.startswith("linux"):
        pytest.skip("only Linux exchanges folders in one step")
    body = WRITERS[kind].replace("\n", "\n  ")
    code = f"""
import sys
from pathlib import Path
from kzdata.files.writing import fresh, save
place = Path(sys.argv[1])
for n in range(10**6):
  {body}
  if n == 0: print("ready", flush=True)
"""
    for _ in range(25):
        with subprocess.Popen(
            [sys.executable, "-c", code, str(place / "out")], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout
            assert process.stdout.readline() == b"ready\n"
            sleep(random.uniform(0, 0.05))
            process.kill()
        files = [place / "out"] if kind == "file" else sorted((place / "out").iterdir())
        sizes = {3_000_000} if kind == "file" else {10_000}
        assert {file.stat().st_size for file in files} == sizes
        assert len(files) == (1 if kind == "file" else 20)
        assert len({byte for file in files for byte in file.read_bytes()}) == 1


def killed_at(command: tuple[str | Path, ...], delay: float) -> None:
    line = [sys.executable, "-m", "kzdata.cli", *map(str, command)]
    with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        sleep(delay)
        process.kill()


def test_a_killed_seal_leaves_a_descriptor(island: Folder) -> None:
    """Catches a descriptor that a kill cuts short; a later run does not mind what the kill left."""
    sound = (island.root / "datapackage.json").read_bytes()
    for number in range(8):
        island.describe(lambda package: package["resources"][0].update(bytes=1))
        killed_at(("seal", island.root), 0.1 + 0.05 * number)
        json.loads((island.root / "datapackage.json").read_bytes())
    (island.root / ".kzdata-0123456789ab").write_text("left behind", encoding="utf-8")
    assert kz("seal", island.root).code == 0
    assert json.loads((island.root / "datapackage.json").read_bytes()) == json.loads(sound)
    assert kz("validate", island.root).code == 0


def test_killed_exports_leave_the_old_or_the_new(copy: Folder, tmp_path: Path) -> None:
    """Catches a folder that a killed export leaves with some of its files."""
    out = tmp_path / "out"
    command = ("export", "ro-crate", out, "--force", "-p", copy.root)
    assert kz(*command).code == 0
    names = sorted(file.relative_to(out) for file in out.rglob("*"))
    for number in range(6):
        killed_at(command, 0.3 + 0.15 * number)
        assert sorted(file.relative_to(out) for file in out.rglob("*")) == names
        assert not (out / "datapackage.json").is_symlink()
    assert kz(*command).code == 0
