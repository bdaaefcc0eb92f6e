"""What a release runs and shows: workflows, addresses, and what repeats the citation."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from email.message import Message
from email.parser import Parser
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
NAMES = [file.name for file in WORKFLOWS]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT: dict[str, Any] = PYPROJECT["project"]
VERSION: str = json.loads((ROOT / "datapackage.json").read_bytes())["version"]
REPOSITORY = "https://github.com/Somebody/kzdata"
PINNED = re.compile(r"[\w-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def loaded(file: Path) -> Any:
    """A YAML file; of a workflow the key `on` is a truth value to YAML 1.1."""
    return yaml.safe_load(file.read_text("utf-8"))


def steps(file: Path) -> Iterator[dict[str, Any]]:
    for job in loaded(file)["jobs"].values():
        yield from job["steps"]


def script(path: str) -> ModuleType:
    """A script of the checkout that is no module of a package."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ------------------------------------------------------------------------------ the workflows


def test_each_python_that_is_promised_is_tested_everywhere() -> None:
    """Catches a classifier without a run, and a run of a Python that pip would refuse."""
    matrix = loaded(ROOT / ".github/workflows/ci.yml")["jobs"]["test"]["strategy"]["matrix"]
    minors = [
        name.rpartition(" ")[2]
        for name in PROJECT["classifiers"]
        if re.fullmatch(r"Programming Language :: Python :: 3\.\d+", name)
    ]
    assert matrix["python"] == minors
    assert PROJECT["requires-python"] == f">={minors[0]}"
    assert {name.partition("-")[0] for name in matrix["os"]} == {"ubuntu", "macos", "windows"}
    tried = loaded(ROOT / ".github/workflows/release.yml")["jobs"]["try"]["strategy"]["matrix"]
    assert tried == {"os": matrix["os"], "python": [minors[0], minors[-1]]}


@pytest.mark.parametrize("file", WORKFLOWS, ids=NAMES)
def test_actions_are_pinned_by_commit(file: Path) -> None:
    """Catches an action whose tag somebody else can move."""
    used = re.findall(r"uses: (.*)", file.read_text("utf-8"))
    assert used
    assert [line for line in used if not PINNED.fullmatch(line)] == []


def test_an_action_has_one_pin() -> None:
    """Catches a pin that was moved in one workflow only."""
    used = {u for file in WORKFLOWS for u in re.findall(r"uses: (.*)", file.read_text("utf-8"))}
    names = [line.partition("@")[0] for line in used]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("file", WORKFLOWS, ids=NAMES)
def test_a_workflow_may_no_more_than_it_needs(file: Path) -> None:
    """Catches a workflow with the rights of its default, no end, or shell from outside."""
    workflow = loaded(file)
    assert workflow["permissions"] in ({}, {"contents": "read"})
    assert workflow["concurrency"]["group"]
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"]
    for step in steps(file):
        assert "${{" not in step.get("run", ""), "a value becomes a command: give it as env"
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_only_the_last_steps_of_a_release_may_publish() -> None:
    """Catches a build that could publish what it was fed."""
    jobs = loaded(ROOT / ".github/workflows/release.yml")["jobs"]
    rights = {name: job["permissions"] for name, job in jobs.items()}
    assert rights == {
        "build": {"contents": "read"},
        "try": {},
        "publish": {"id-token": "write"},
        "release": {"contents": "write"},
    }
    assert {name: job.get("needs") for name, job in jobs.items()} == {
        "build": None,
        "try": "build",
        "publish": "try",
        "release": "publish",
    }


@pytest.mark.parametrize("file", WORKFLOWS, ids=NAMES)
def test_commands_of_the_workflows_exist(file: Path) -> None:
    """Catches `make tests`, a command that was renamed, and a lock file that is gone."""
    from commands import COMMANDS

    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z][\w-]*):", makefile, re.M))
    for step in steps(file):
        text = step.get("run", "")
        assert set(re.findall(r"\bmake ([\w-]+)", text)) <= targets
        assert set(re.findall(r"(?:^|bin/)kzdata ([\w-]+)", text, re.M)) <= set(COMMANDS)
        for path in re.findall(r"(?:-r |python )([\w./-]+/[\w.-]+)", text):
            assert (ROOT / path).is_file(), path


# ------------------------------------------------------------------------------ the addresses


HATCH = pytest.importorskip("hatchling") and script("hatch_build.py")
RELEASE = script(".github/release.py")


def test_links_of_the_description_work_anywhere() -> None:
    """Catches pictures that the index cannot find, and links to a branch that moves on."""
    text = "![a](docs/a.png) [b](docs/b.md#c), [d](https://e.org/f) [g](#h) `x[1](2)`"
    assert HATCH.absolute(text.rpartition(" ")[0], REPOSITORY, "v1.2.3") == (
        f"![a]({REPOSITORY}/raw/v1.2.3/docs/a.png) [b]({REPOSITORY}/blob/v1.2.3/docs/b.md#c), "
        "[d](https://e.org/f) [g](#h)"
    )
    readme = HATCH.absolute((ROOT / "README.md").read_text("utf-8"), REPOSITORY, f"v{VERSION}")
    links = re.findall(r"\]\(([^)]*)\)", readme)
    assert len(links) > 10
    assert [link for link in links if not link.startswith("https://")] == []


def wheel_of(folder: Path, repository: str, version: str = VERSION) -> Path:
    """A folder `dist` with the two files of this version, built as if the address was given."""
    checkout, dist = folder / "checkout", folder / "dist"
    ignored = shutil.ignore_patterns("__pycache__", "node_modules")
    shutil.copytree(ROOT / "sdk", checkout / "sdk", ignore=ignored)
    for name in (*HATCH.PACKAGE, "README.md", "hatch_build.py", "pyproject.toml"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, checkout / name)
    project = (checkout / "pyproject.toml").read_text("utf-8")
    placeholder = PYPROJECT["tool"]["hatch"]["metadata"]["hooks"]["custom"]["repository"]
    assert project.count(placeholder) == 1
    written = project.replace(placeholder, repository)
    (checkout / "pyproject.toml").write_text(written, encoding="utf-8")
    data = (checkout / "datapackage.json").read_text("utf-8")
    stated = data.replace(f'"version": "{VERSION}"', f'"version": "{version}"', 1)
    (checkout / "datapackage.json").write_text(stated, encoding="utf-8")
    code = (
        "import sys, hatchling.build as b; "
        "print(b.build_wheel(sys.argv[1])); print(b.build_sdist(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(dist)],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dist


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel_of(tmp_path_factory.mktemp("release"), REPOSITORY)


def described(dist: Path) -> Message:
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        return Parser().parsestr(archive.read(name).decode("utf-8"))


@pytest.mark.slow
def test_a_release_names_its_addresses(dist: Path) -> None:
    """Catches an index entry without a way to the source, the documentation or the issues."""
    urls = dict(line.split(", ") for line in described(dist).get_all("Project-URL", []))
    assert set(urls) == {"Homepage", "Documentation", "Source", "Changelog", "Issues"}
    assert urls["Source"] == REPOSITORY
    assert urls["Documentation"] == "https://somebody.github.io/kzdata/"
    RELEASE.check(dist, f"v{VERSION}", REPOSITORY)


@pytest.mark.slow
def test_a_release_under_another_name_is_refused(dist: Path) -> None:
    """Catches a tag that is not the version of the data, and files that name another repository."""
    with pytest.raises(ValueError, match=r"the tag is v9\.9\.9, and"):
        RELEASE.check(dist, "v9.9.9", REPOSITORY)
    with pytest.raises(ValueError, match=r"put it into pyproject\.toml"):
        RELEASE.check(dist, f"v{VERSION}", "https://github.com/OWNER/kzdata")


@pytest.mark.slow
@pytest.mark.parametrize("version", ["1.0.0-rc.1", "1.0.0-alpha", "2.0.0-beta.12"])
def test_a_release_before_the_release_is_released(tmp_path: Path, version: str) -> None:
    """Catches a tag that is refused since Python spells its version otherwise: 1.0.0rc1."""
    dist = wheel_of(tmp_path, REPOSITORY, version)
    assert not list(dist.glob(f"kzdata-{version}*"))
    RELEASE.check(dist, f"v{version}", REPOSITORY)
    assert f"/blob/v{version}/docs/" in str(described(dist).get_payload())
    for other in ("v1.0.0", "v1.0.0rc1", "v1.0.0-rc.2"):
        with pytest.raises(ValueError, match="the files are those of version"):
            RELEASE.check(dist, other, REPOSITORY)
    next(dist.glob("*.tar.gz")).unlink()
    with pytest.raises(ValueError, match="a wheel and its source"):
        RELEASE.check(dist, f"v{version}", REPOSITORY)


@pytest.mark.slow
def test_a_placeholder_is_never_published(tmp_path: Path) -> None:
    """Catches an index entry that leads to OWNER."""
    dist = wheel_of(tmp_path, "https://github.com/OWNER/kzdata")
    shown = described(dist)
    assert shown.get_all("Project-URL") is None
    assert "OWNER" not in str(shown.get_payload())
    with pytest.raises(ValueError, match=r"put it into pyproject\.toml"):
        RELEASE.check(dist, f"v{VERSION}", REPOSITORY)


def test_notes_of_a_release_are_its_section_of_the_changelog() -> None:
    """Catches notes of the release before, and a release without any."""
    changelog = (
        "# Changelog\n\nIntro.\n\n## [1.1.0] - day\n\nNew.\n\n### Added\n\n- a\n\n## [1.0.0]\n"
    )
    assert RELEASE.notes(changelog, "1.1.0") == "New.\n\n### Added\n\n- a\n"
    with pytest.raises(ValueError, match=r"no section \[2\.0\.0\]"):
        RELEASE.notes(changelog, "2.0.0")
    assert RELEASE.notes((ROOT / "CHANGELOG.md").read_text("utf-8"), VERSION)


# ------------------------------------------------------------------------------ what repeats


def test_what_an_archive_is_told_is_the_citation() -> None:
    """Catches a title, an author or a licence that Zenodo prints and the package does not have."""
    archived = json.loads((ROOT / ".zenodo.json").read_bytes())
    cited = loaded(ROOT / "CITATION.cff")
    assert archived["title"] == cited["title"]
    assert archived["description"] == cited["abstract"]
    assert archived["creators"] == [{"name": author["name"]} for author in cited["authors"]]
    assert archived["keywords"] == cited["keywords"]
    assert archived["license"].upper() == cited["license"][0]
    assert archived["upload_type"] == cited["type"]
    described = json.loads((ROOT / "datapackage.json").read_bytes())
    assert archived["description"] == described["description"]
    assert archived["title"] == f"{described['name']}: {described['title']}"


def test_the_image_is_built_from_what_is_there() -> None:
    """Catches a container that lacks a file, runs as root or has a Python that is not tested."""
    text = (ROOT / "Containerfile").read_text("utf-8")
    sources = [
        source
        for line in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.M)
        for source in line.split()
    ]
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert set(HATCH.PACKAGE) | {"README.md", "pyproject.toml", "hatch_build.py"} <= set(sources)
    for minor in re.findall(r"python:(\d\.\d+)", text):
        assert f"Programming Language :: Python :: {minor}" in PROJECT["classifiers"]
    assert re.search(r"^USER [1-9]\d*$", text, re.M)
    assert json.loads(re.findall(r"^ENTRYPOINT (.*)$", text, re.M)[0])[0].endswith("/kzdata")


def test_no_page_names_an_index_entry_as_if_it_was_there() -> None:
    """Catches `pip install kzdata` before the first release."""
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")]:
        assert not re.search(r"pip install '?kzdata(?!\[)", page.read_text("utf-8")), page
