"""The pytest plugin: each rule a test, in a pytest of its own."""

import json
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from kzdata.validation import RULES
from kzdata.validation.rule import in_group
from packages import Folder

pytest_plugins = ["pytester"]
INSTALLED = any(point.name == "kzdata" for point in entry_points(group="pytest11"))
IDLE = (
    "cell-category",
    "cell-json-schema",
    "outside-claim",
    "outside-relation",
    "outside-address",
    "place-within",
    "overlap-pair",
)
"""Rules that have nothing to look at in the invented package."""
PLUGIN = [] if INSTALLED else ["-p", "kzdata.pytest_plugin"]
COUNTING = (
    "figure-not-a-count",
    "figure-counts-another",
    "figure-counts-whole",
    "figure-nearer-another",
    "passage-names-another",
    "words-of-another-claim",
    "figure-no-number",
)
"""Rules about texts for packages with `kzdata:claims`, which the invented one does not declare."""


def run(pytester: pytest.Pytester, *arguments: str | Path) -> pytest.RunResult:
    return pytester.runpytest_subprocess(*PLUGIN, "-p", "no:cacheprovider", *arguments)


def test_every_rule_is_a_test(
    pytester: pytest.Pytester, island: Folder, island_texts: Path
) -> None:
    """Catches a rule without a test, and tests of the project that get lost beside them."""
    pytester.makepyfile("def test_own(): pass")
    result = run(pytester, "--kzdata", island.root, "--kzdata-texts", island_texts)
    idle = len(IDLE) + len(COUNTING) + 1
    result.assert_outcomes(passed=len(RULES) - idle + 1, skipped=idle)


def test_rules_without_texts_are_skipped(pytester: pytest.Pytester, island: Folder) -> None:
    """Catches green tests of offsets that nobody compared, and -m and -k that are not heeded."""
    texts = len(in_group("text")) + 1 + len(IDLE)  # and frictionless is not asked
    result = run(pytester, "--kzdata", island.root, "-rs", "-m", "kzdata", "--strict-markers")
    result.assert_outcomes(passed=len(RULES) - texts, skipped=texts)
    result.stdout.fnmatch_lines(["SKIPPED*no article's text was at hand*"])
    chosen = run(pytester, "--kzdata", island.root, "-k", "cell-enum", "-v")
    chosen.assert_outcomes(passed=1, deselected=len(RULES) - 1)
    chosen.stdout.fnmatch_lines([f"*collected {len(RULES)} items*/ 1 selected*"])
    chosen.stdout.fnmatch_lines(["*::cell-enum PASSED*"])


def test_a_broken_rule_fails_with_its_findings(pytester: pytest.Pytester, island: Folder) -> None:
    """Catches a failure that shows Python's call stack and not the cell."""
    island.edit("gauges", 1, "state", "Lost\x1b[2J")
    island.edit("gauges", 2, "name", "=1+1")
    island.reseal()
    line, column = island.place("gauges", 1, "state")
    result = run(pytester, "--kzdata", island.root, "-rP", "-m", "kzdata")
    unasked = len(in_group("text")) + 1 + len(IDLE)
    # A control character and a formula are warnings; what `enum` does not list is an error.
    result.assert_outcomes(passed=len(RULES) - 1 - unasked, failed=1, skipped=unasked)
    where = f"tables/gauges.csv:{line}:{column}"
    result.stdout.fnmatch_lines([f"{where}: G2.state: found Lost\\x1b[[]2J, expected * Way out:*"])
    result.stdout.fnmatch_lines(["*G3.name: found =1+1*"])
    assert "Traceback" not in result.stdout.str()
    assert result.ret == 1


@pytest.mark.parametrize(
    ("options", "failed"),
    [
        ((), set()),
        (("--kzdata-fail-on", "warning"), {"cell-formula"}),
        (("--kzdata-fail-on", "unchecked"), {"cell-formula", "not-checked"}),
        (("--kzdata-strict",), {"cell-formula", "not-checked"}),
    ],
)
def test_what_fails_is_chosen(
    pytester: pytest.Pytester, island: Folder, options: tuple[str, ...], failed: set[str]
) -> None:
    """Catches a strict run that is green although something was not checked."""
    island.edit("gauges", 2, "name", "=1+1")
    island.reseal()
    names = ("-k", "cell-formula or not-checked")
    result = run(pytester, "--kzdata", island.root, *names, *options, "-rf")
    result.assert_outcomes(failed=len(failed), passed=2 - len(failed), deselected=len(RULES) - 2)
    result.stdout.fnmatch_lines_random([f"FAILED *::{name}*" for name in failed])


def test_limits_are_handed_on(pytester: pytest.Pytester, island: Folder) -> None:
    """Catches a limit that the plugin does not know, and a slip that leaves the usual one."""
    limit = ("--kzdata", island.root, "-k", "not-checked", "--kzdata-strict", "--kzdata-limit")
    run(pytester, *limit, "fields=1").stdout.fnmatch_lines(["*--limit fields=* allows more*"])
    assert "allows more" not in run(pytester, *limit, "fields=90,files=9").stdout.str()
    wrong = run(pytester, *limit, "field=90")
    assert wrong.ret == pytest.ExitCode.USAGE_ERROR
    wrong.stderr.fnmatch_lines(["*--kzdata-limit: no limit 'field'*"])


def test_an_unreadable_package_fails(pytester: pytest.Pytester) -> None:
    """Catches a misspelt path that tests nothing and is green."""
    result = run(pytester, "--kzdata", "nowhere", "-k", "cell-enum")
    result.assert_outcomes(failed=1, deselected=len(RULES) - 1)
    result.stdout.fnmatch_lines(["nowhere: no such file or directory"])


def test_an_empty_path_is_refused(pytester: pytest.Pytester) -> None:
    """Catches a CI job whose variable is not set: it tests nothing and is green."""
    pytester.makepyfile("def test_own(): pass")
    result = run(pytester, "--kzdata", "")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--kzdata: the path is empty*"])


def test_the_plugin_loads_nothing_heavy() -> None:
    """Catches a plugin that makes every pytest of the world start more slowly."""
    code = "import sys, json, kzdata.pytest_plugin; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {
        "duckdb",
        "pydantic",
        "typer",
        "rich",
        "kzdata.validation",
        "kzdata.standard.descriptor",
    }
    assert heavy & set(json.loads(done.stdout)) == set()


def test_without_the_option_the_plugin_adds_no_tests(pytester: pytest.Pytester) -> None:
    """Catches tests that appear in projects that have no package."""
    pytester.makepyfile("def test_own(): pass")
    run(pytester).assert_outcomes(passed=1)


def test_the_entry_point_is_declared(package: Path) -> None:
    """Catches a plugin that pytest never hears of."""
    text = (package / "pyproject.toml").read_text("utf-8")
    assert '[project.entry-points.pytest11]\nkzdata = "kzdata.pytest_plugin"\n' in text
