"""A pytest plugin: `pytest --kzdata PATH` makes each rule of validation a test.

A rule's test fails with the rule's errors (`--kzdata-fail-on` says from what on), passes with its
other findings as a section of its report, and is skipped where the rule had nothing to look at. The
package is validated once, by the first of them. pytest loads this module in every session, so it
imports nothing of weight before it is asked.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from kzdata.files.limits import PackageLimits
    from kzdata.validation import Report


class BrokenRuleError(Exception):
    """The findings of a rule, one on each line."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--kzdata` and what goes with it."""
    group = parser.getgroup("kzdata", "validation of data packages")
    group.addoption("--kzdata", metavar="PATH", help="make each rule a test of this package")
    group.addoption("--kzdata-texts", metavar="DIR", help="folder with the package's articles")
    words = "allow a larger package: NAME=VALUE, such as files=5000"
    group.addoption("--kzdata-limit", metavar="LIMIT", action="append", default=[], help=words)
    words = "fetch files at addresses; --kzdata may be the address of a datapackage.json"
    group.addoption("--kzdata-remote", action="store_true", help=words)
    grave = ("error", "warning", "unchecked")
    words = "fail from this on: error (the default), warning or unchecked"
    group.addoption("--kzdata-fail-on", choices=grave, default="error", help=words)
    words = "the same as --kzdata-fail-on unchecked"
    group.addoption("--kzdata-strict", action="store_true", help=words)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker that all these tests carry."""
    config.addinivalue_line("markers", "kzdata: a rule of `kzdata validate` (option --kzdata)")
    # An unset variable of a CI job must not test nothing and be green.
    if config.getoption("--kzdata") == "":
        raise pytest.UsageError("--kzdata: the path is empty")
    if config.getoption("--kzdata-limit"):
        _limits(config)


def _limits(config: pytest.Config) -> "PackageLimits":
    """The limits that were given; what is none ends the session before any test."""
    from kzdata.errors import UsageError
    from kzdata.files.limits import PackageLimits

    try:
        return PackageLimits.of(config.getoption("--kzdata-limit"))
    except UsageError as error:
        raise pytest.UsageError(f"--kzdata-limit: {error}") from error


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add a test for each rule, before others select among the tests."""
    path = config.getoption("--kzdata")
    if path:
        # As pytest collects what it finds itself, so that its counts are right.
        from kzdata.display import safe

        name = safe(path).replace("::", r":\x3a")  # as pytest joins the names of tests
        items.extend(session.genitems(Package.from_parent(session, name=name, nodeid=name)))


class Package(pytest.Collector):
    """A package, as pytest collects it."""

    def collect(self) -> Iterator["RuleTest"]:
        """A test for each rule."""
        from kzdata.validation import RULES

        for name in RULES:
            yield RuleTest.from_parent(self, name=name)

    @cached_property
    def report(self) -> "Report":
        """The report of the package, made when it is first asked for."""
        from kzdata.engine.limits import Limits
        from kzdata.validation import validate

        option = self.config.getoption
        fail_on: Any = "unchecked" if option("--kzdata-strict") else option("--kzdata-fail-on")
        return validate(
            option("--kzdata"),
            texts=option("--kzdata-texts"),
            fail_on=fail_on,
            limits=Limits.of(),
            package_limits=_limits(self.config),
            remote=option("--kzdata-remote"),
        )


class RuleTest(pytest.Item):
    """A rule as a test."""

    parent: Package

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.add_marker("kzdata")

    def runtest(self) -> None:
        """Pass, fail or skip."""
        from kzdata.cli.reports import message, withheld
        from kzdata.display import safe
        from kzdata.validation.suppressions import idle

        report = self.parent.report
        if reason := {**idle(report), **withheld(report)}.get(self.name):
            pytest.skip(safe(reason))
        found = [finding for finding in report.findings if finding.rule == self.name]
        lines = [f"{safe(finding.where)}: {message(finding)}" for finding in found]
        if more := report.omitted.get(self.name):
            lines.append(f"and {more} more")
        shown = "\n".join(lines)
        if any(finding.rule == self.name for finding in report.failing):
            raise BrokenRuleError(shown)
        if found:
            self.add_report_section("call", "warnings", shown)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The findings alone: where kzdata found them is in no Python file."""
        from kzdata import KzdataError
        from kzdata.display import safe

        if isinstance(excinfo.value, BrokenRuleError | KzdataError):
            return "\n".join(map(safe, str(excinfo.value).split("\n")))
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """What heads a failure: the rule and its package."""
        return self.parent.name, None, f"{self.name} ({self.parent.name})"
