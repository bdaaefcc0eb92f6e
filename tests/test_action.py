"""What downstream CI runs: the action's own command lines, the hook, the example, the recipes."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from kzdata.validation import validate
from packages import Folder, trap
from pages import skip_without_bash

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "downstream"
VERSION: str = json.loads((ROOT / "datapackage.json").read_bytes())["version"]
BUILT_FROM = (
    "action.yml",
    "pyproject.toml",
    "hatch_build.py",
    "README.md",
    "LICENSE",
    "LICENSE-DATA.md",
    "CHANGELOG.md",
    "CITATION.cff",
    "datapackage.json",
    "data",
    "schemas",
    "sdk",
    "requirements",
)


def loaded(file: Path) -> Any:
    return yaml.safe_load(file.read_text("utf-8"))


ACTION = loaded(ROOT / "action.yml")


class Runner:
    """A GitHub runner in small: carries out the steps of the action, as they stand in its file.

    Attributes:
        checkout: The working directory, which has the package.
        action: The action's own checkout.
        temp: A folder for what the steps make.
        path: Folders that steps put on the path, and what was there.
    """

    def __init__(self, checkout: Path, action: Path, temp: Path, path: str) -> None:
        self.checkout, self.action, self.temp, self.path = checkout, action, temp, path

    def run(self, step: dict[str, Any], **inputs: str) -> "subprocess.CompletedProcess[str]":
        assert step["shell"] == "bash"
        skip_without_bash()
        defaults = {name: given["default"] for name, given in ACTION["inputs"].items()}
        assert set(inputs) <= set(defaults)
        values = {
            f"${{{{ inputs.{name} }}}}": value for name, value in {**defaults, **inputs}.items()
        }
        added = self.temp / "path"
        added.touch()
        script = self.temp / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "KZDATA"))}
        environment = {
            **kept,
            **{name: values.get(text, text) for name, text in step["env"].items()},
            "GITHUB_WORKSPACE": str(self.checkout),
            "GITHUB_ACTION_PATH": str(self.action),
            "GITHUB_PATH": str(added),
            "RUNNER_TEMP": str(self.temp),
            "PATH": self.path,
        }
        places = {"${{ runner.temp }}": self.temp, None: self.checkout}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=places[step.get("working-directory")],
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        self.path = os.pathsep.join(
            [*reversed(added.read_text("utf-8").split("\n")[:-1]), self.path]
        )
        added.unlink()
        return done


INSTALL, VALIDATE = ACTION["runs"]["steps"]


@pytest.fixture
def example(tmp_path: Path) -> Folder:
    """A copy of the example, below the root of a checkout."""
    shutil.copytree(EXAMPLE, tmp_path / "checkout" / "flood")
    return Folder(tmp_path / "checkout" / "flood")


@pytest.fixture
def runner(example: Folder, tmp_path: Path) -> Runner:
    """A runner on which the first step is done: `kzdata` is that of this checkout."""
    temp = tmp_path / "temp"
    tools = temp / "kzdata" / "bin"
    tools.mkdir(parents=True)
    launcher = tools / "kzdata"
    place = str(ROOT / "sdk")
    code = f"import sys; sys.path.insert(0, {place!r}); from kzdata.cli.main import main; main()"
    launcher.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{code}" "$@"\n', encoding="utf-8")
    launcher.chmod(0o755)
    return Runner(example.root.parent, ROOT, temp, f"{tools}{os.pathsep}{os.environ['PATH']}")


def misspelt(example: Folder) -> str:
    """Misspell one id in the example; returns its place, as the repository counts."""
    example.edit("tolls", 1, "islet", "norhalm")
    example.reseal()
    line, column = example.place("tolls", 1, "islet")
    return f"flood/tables/tolls.csv,line={line},col={column}"


# ------------------------------------------------------------------------------ the action


def test_the_action_passes_a_valid_package_and_fails_at_the_line_of_a_finding(
    runner: Runner, example: Folder
) -> None:
    """Catches an action that checks another package, or says red without saying where."""
    good = runner.run(VALIDATE, path="flood", texts="flood/texts")
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.startswith("::notice title=kzdata::norholm-flood 1.0.0: valid (flood)%0A")
    assert "offsets: 23 spans" in good.stdout
    place = misspelt(example)
    bad = runner.run(VALIDATE, path="flood", texts="flood/texts")
    assert (bad.returncode, bad.stderr) == (1, "")
    assert f"::error file={place},title=foreign-key::T2.islet: found norhalm" in bad.stdout


def test_each_input_of_the_action_has_its_effect(runner: Runner, example: Folder) -> None:
    """Catches an input that is declared and dropped."""
    misspelt(example)
    allow = runner.temp / "allow.toml"
    assert runner.run(VALIDATE, path="flood", ignore="reference,evidence").returncode == 0
    assert runner.run(VALIDATE, path="flood", select="cell").returncode == 0
    done = runner.run(VALIDATE, path="flood", format="sarif", output="flood.sarif")
    assert (done.returncode, done.stdout.count("\n")) == (1, 1)
    log = json.loads((example.root.parent / "flood.sarif").read_bytes())
    places = [
        location["physicalLocation"]["artifactLocation"]["uri"]
        for result in log["runs"][0]["results"]
        for location in result["locations"]
    ]
    assert "flood/tables/tolls.csv" in places
    rules = {finding.rule for finding in validate(example.root)}
    entries = [f'[[allow]]\nrule = "{rule}"\nreason = "a test"\n' for rule in sorted(rules)]
    allow.write_text("".join(entries), encoding="utf-8")
    assert runner.run(VALIDATE, path="flood", allow=str(allow)).returncode == 0
    inputs = {text for step in (INSTALL, VALIDATE) for text in step["env"].values()}
    inputs = {text for text in inputs if text.startswith("${{ ")}
    assert inputs == {f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"]}


def test_limits_are_passed_on(runner: Runner) -> None:
    """Catches limits that a workflow states and nobody keeps, and defaults that are no numbers."""
    (runner.temp / "kzdata/bin/kzdata").write_text('#!/bin/sh\necho "$*"\n', encoding="utf-8")
    given = {"memory-limit": "2GB", "limit": "files=5000,fields=2000"}
    told = runner.run(VALIDATE, timeout="60", **given).stdout
    assert "--timeout 60 --memory-limit 2GB --limit files=5000,fields=2000" in told
    assert "-limit" not in runner.run(VALIDATE).stdout


def test_the_action_reads_no_allow_list_of_the_package_unless_told(
    runner: Runner, example: Folder
) -> None:
    """Catches an allow-list of a pull request that turns its own findings off."""
    misspelt(example)
    rules = {finding.rule for finding in validate(example.root)}
    entries = [f'[[allow]]\nrule = "{rule}"\nreason = "mine"\n' for rule in sorted(rules)]
    (example.root / "kzdata-allow.toml").write_text("".join(entries), encoding="utf-8")
    assert validate(example.root).valid
    assert runner.run(VALIDATE, path="flood").returncode == 1
    assert runner.run(VALIDATE, path="flood", allow="flood/kzdata-allow.toml").returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="the runner in small is one of POSIX")
def test_the_action_runs_nothing_of_the_workspace(
    runner: Runner, example: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches an interpreter that is started with the checked-out repository on its path."""
    canary = runner.temp / "canary"
    trap(runner.checkout, canary)
    monkeypatch.setenv("PIP_NO_INDEX", "1")  # nothing is to be fetched: pip fails, the trap not
    runner.run(INSTALL, python=sys.executable)
    assert (runner.temp / "kzdata" / "pyvenv.cfg").is_file()
    launcher = runner.temp / "kzdata" / "bin" / "kzdata"
    launcher.write_text(f"#!{sys.executable}\nfrom kzdata.cli.main import main\nmain()\n", "utf-8")
    launcher.chmod(0o755)
    runner.path = f".{os.pathsep}{runner.path}"
    assert runner.run(VALIDATE, path="flood").returncode == 0
    trap(example.root, canary)
    runner.checkout = example.root
    assert runner.run(VALIDATE, path=".").returncode == 0
    assert not canary.exists()


def test_inputs_are_never_commands(runner: Runner, tmp_path: Path) -> None:
    """Catches an input that a pull request can fill with shell."""
    for text in ("$(touch owned)", "`touch owned`", "; touch owned", "--help", '"; touch owned; "'):
        done = runner.run(VALIDATE, path=text)
        assert (done.returncode, done.stdout) == (2, ""), done
        assert "no such file" in done.stderr
    assert list(tmp_path.rglob("owned")) == []
    for step in (INSTALL, VALIDATE):
        assert "${{" not in step["run"]


@pytest.mark.slow
def test_the_action_installs_its_own_checkout(example: Folder, tmp_path: Path) -> None:
    """Catches an action that installs nothing, or something else; needs a package index."""
    probe = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "annotated-doc"]
    if subprocess.run(probe, cwd=tmp_path, capture_output=True, check=False).returncode:
        pytest.skip("no package index is in reach")
    action, temp = tmp_path / "action", tmp_path / "temp"
    action.mkdir()
    temp.mkdir()
    for name in BUILT_FROM:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, action / name)
    runner = Runner(example.root.parent, action, temp, os.environ["PATH"])
    done = runner.run(INSTALL, python=sys.executable)
    assert done.returncode == 0, done.stderr
    assert runner.path.startswith(str(temp / "kzdata"))
    assert runner.run(VALIDATE, path="flood", texts="flood/texts").returncode == 0
    place = misspelt(example)
    bad = runner.run(VALIDATE, path="flood")
    assert bad.returncode == 1
    assert f"::error file={place},title=foreign-key::" in bad.stdout


# ------------------------------------------------------------------------------ the hooks


def hooks() -> dict[str, Any]:
    """The hooks by their id."""
    found = loaded(ROOT / ".pre-commit-hooks.yaml")
    for hook in found:
        assert (hook["language"], hook["pass_filenames"]) == ("python", False)
    return {hook["id"]: hook for hook in found}


def run_hook(hook: dict[str, Any], runner: Runner, example: Folder) -> int:
    """The exit code of a hook in the repository of the example."""
    command = [*hook["entry"].split(), *hook["args"]]
    environment = {**os.environ, "PATH": runner.path}
    done = subprocess.run(
        command, cwd=example.root, env=environment, capture_output=True, check=False
    )
    return done.returncode


def test_the_hook_that_seals_writes_what_the_files_have(runner: Runner, example: Folder) -> None:
    """Catches a hook that changes a good package, or lets a stale hash through."""
    hook = hooks()["kzdata-seal"]
    before = (example.root / "datapackage.json").read_bytes()
    assert run_hook(hook, runner, example) == 0
    assert (example.root / "datapackage.json").read_bytes() == before
    example.edit("gauges", 1, "name", "Quay")
    assert not validate(example.root).valid
    assert run_hook(hook, runner, example) == 0
    assert validate(example.root).valid
    watched = re.compile(hook["files"])
    assert all(watched.search(entry["path"]) for entry in example.descriptor()["resources"])
    assert watched.search("sub/datapackage.json")
    assert not watched.search("CHANGELOG.md")


def test_the_pre_commit_hook_validates_the_package_of_its_repository(
    runner: Runner, example: Folder
) -> None:
    """Catches a hook that validates kzdata's own package in everyone's repository."""
    hook = hooks()["kzdata-validate"]
    assert run_hook(hook, runner, example) == 0
    misspelt(example)
    assert run_hook(hook, runner, example) == 1
    watched = re.compile(hook["files"])
    described = example.descriptor()["resources"]
    for name in ["datapackage.json", "CHANGELOG.md", *(entry["path"] for entry in described)]:
        assert watched.search(f"sub/{name}") and watched.search(name), name
    assert not watched.search("README.md")
    assert not watched.search("texts/gull.txt")


# ------------------------------------------------------------------------------ GitLab


def component() -> tuple[dict[str, Any], dict[str, Any]]:
    """The inputs of the GitLab component, and its job."""
    head, body = yaml.safe_load_all((ROOT / "templates" / "validate.yml").read_text("utf-8"))
    (job,) = body.values()
    return head["spec"]["inputs"], job


def test_the_component_takes_what_the_action_takes() -> None:
    """Catches an input that only one of them has, and one that is declared and dropped."""
    inputs, job = component()
    common = set(ACTION["inputs"]) - {"format", "output", "python"}
    assert set(inputs) == common | {"kzdata", "stage", "image"}
    for name in common:
        assert inputs[name]["default"] == ACTION["inputs"][name]["default"]
    named = {name.upper().replace("-", "_") for name in common | {"kzdata"}}
    assert {name for name in job["variables"] if name.startswith("INPUT_")} == {
        f"INPUT_{name}" for name in named
    }
    script = "\n".join(job["script"])
    assert all(f'"$INPUT_{name}"' in script for name in named)
    assert "$[[" not in script, "an input becomes a command: give it as a variable"


def test_the_component_checks_the_package(runner: Runner, example: Folder) -> None:
    """Catches a script that is always green, or runs Python in a stranger's folder."""
    inputs, job = component()
    launcher, told = runner.temp / "kzdata/bin/kzdata", runner.temp / "pip"
    python = runner.temp / "kzdata/bin/python3"  # makes an environment that has this checkout
    python.write_text(
        f'#!/bin/sh\nmkdir -p "$4/bin"; cp {launcher} "$4/bin/"\n'
        f'printf \'#!/bin/sh\\necho "$PWD $*" >{told}\\n\' >"$4/bin/python"\n'
        'chmod +x "$4/bin/python"\n',
        encoding="utf-8",
    )
    python.chmod(0o755)

    def run(**given: str) -> int:
        values = {name: entry.get("default", "") for name, entry in inputs.items()} | given
        variables = {f"INPUT_{n.upper().replace('-', '_')}": v for n, v in values.items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", "\n".join(job["script"])],
            cwd=example.root,
            env={**os.environ, **variables, "PATH": runner.path},
            capture_output=True,
            check=False,
        )
        return done.returncode

    skip_without_bash()
    assert run(kzdata="kzdata==1; touch owned", texts="texts") == 0
    assert told.read_text("utf-8").endswith(" -- kzdata==1; touch owned\n")
    assert not told.read_text("utf-8").startswith(str(example.root))
    assert "<testsuites" in (example.root / "kzdata.xml").read_text("utf-8")
    misspelt(example)
    assert run() == 1
    assert run(ignore="reference,evidence") == 0
    assert run(path="$(touch owned)") == 2
    assert not (example.root / "owned").exists()


# ------------------------------------------------------------------------------ the example


class Use(NamedTuple):
    """A place where a page or a workflow names a version of kzdata's repository."""

    file: Path
    version: str


def uses() -> Iterator[Use]:
    for file in (
        ROOT / "docs" / "validation.md",
        EXAMPLE / ".github" / "workflows" / "validate.yml",
    ):
        text = file.read_text("utf-8")
        for version in re.findall(
            r"OWNER/kzdata(?:/validate|\.git)?@v?([\w.]+)|rev: v([\w.]+)", text
        ):
            yield Use(file, "".join(version))


def test_the_recipes_name_this_version() -> None:
    """Catches a recipe that installs the release before last."""
    found = list(uses())
    assert {use.file for use in found} == {
        ROOT / "docs" / "validation.md",
        EXAMPLE / ".github/workflows/validate.yml",
    }
    assert {use.version for use in found} == {VERSION}


def test_the_example_is_valid() -> None:
    """Catches an example that teaches mistakes, or whose texts a checkout has changed."""
    report = validate(EXAMPLE, texts=EXAMPLE / "texts")
    assert (list(report), list(report.unchecked)) == ([], [])
    assert report.spans_in_texts > 20


def workflows() -> Iterator[Any]:
    yield loaded(EXAMPLE / ".github" / "workflows" / "validate.yml")
    page = (ROOT / "docs" / "validation.md").read_text("utf-8")
    for block in re.findall(r"^```yaml\n(.*?)^```", page, re.M | re.S):
        yield yaml.safe_load(block)


def test_workflows_give_inputs_that_the_action_has() -> None:
    """Catches a recipe with an input that GitHub would only warn about."""
    steps = [
        step
        for workflow in workflows()
        if isinstance(workflow, dict)
        for job in workflow.get("jobs", {}).values()
        for step in job["steps"]
        if step.get("uses", "").startswith("OWNER/kzdata@")
    ]
    assert len(steps) >= 2
    for step in steps:
        assert set(step.get("with", {})) <= set(ACTION["inputs"])


def test_the_page_shows_what_is_printed(example: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches red output on the page that no version prints."""
    from commands import kz

    misspelt(example)
    monkeypatch.chdir(example.root)
    page = (ROOT / "docs" / "validation.md").read_text("utf-8")
    shown = re.findall(r"^tables/tolls\.csv:.*$", page, re.M)
    assert shown
    assert set(shown) <= set(kz("validate", ".").lines)
    monkeypatch.chdir(example.root.parent)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    annotations = re.findall(r"^::error file=.*$", page, re.M)
    assert annotations
    assert set(annotations) <= set(kz("validate", "flood", "-f", "github").lines)
