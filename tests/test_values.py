"""Values of options: read without pydantic, and as Typer would read them."""

import math
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.core import TyperArgument, TyperOption

from commands import COMMANDS, kz
from kzdata.cli import values
from kzdata.cli.main import app

GROUP: Any = typer.main.get_command(app)


def by_typer(parameter: Any, text: str) -> Any:
    """What Typer makes of a value, without the callback; ValueError where it refuses it."""
    own, callback = type(parameter).process_value, parameter.callback
    parameter.callback = None
    try:
        return own(parameter, typer.Context(GROUP), text)
    except typer.BadParameter as error:
        raise ValueError from error
    finally:
        parameter.callback = callback


READ = [
    (parameter, command.readers[parameter.name])
    for _, command in sorted(GROUP.commands.items())
    for parameter in command.params
    if parameter.name in command.readers and not getattr(parameter, "multiple", False)
]


@settings(max_examples=500)
@given(
    st.sampled_from(READ),
    st.sampled_from(["0", "1", "9", "007", "1.5", "1e3", "-1", "nan", "inf", "text", "json", ""])
    | st.from_regex(r"[0-9]{1,17}(\.[0-9]{1,17})?", fullmatch=True)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9),
)
def test_what_is_read_is_what_typer_reads(read: tuple[Any, Any], text: str) -> None:
    """Catches a short way that lets a value pass, or makes another one of it."""
    parameter, reader = read
    try:
        value = reader(text)
    except (ValueError, typer.BadParameter):
        return
    # Some versions of Typer make a path of the text only later.
    kind = Path if isinstance(value, Path) else type(value)
    assert value == kind(by_typer(parameter, text))


def test_all_kinds_of_values_are_read() -> None:
    """Catches a test over no parameters, and an option that no reader is for."""
    of = {name: command.readers for name, command in GROUP.commands.items()}
    assert of["validate"]["threads"]("2") == 2
    assert of["validate"]["timeout"]("0.5") == 0.5
    assert of["validate"]["path"]("a") == of["validate"]["texts"]("a") == Path("a")
    assert of["validate"]["form"]("sarif") == "sarif"
    assert of["validate"]["spark"]("local[2]") == "local[2]"
    assert of["validate"]["scratch"]("s3://a/b") == "s3://a/b"
    assert of["validate"]["select"](("cell", "key")) == ["cell", "key"]
    assert of["validate"]["limit"](("files=5000",)) == ["files=5000"]
    assert of["query"]["sql"]("select 1") == "select 1"
    for name, command in GROUP.commands.items():
        flags = {parameter.name for parameter in command.params} - set(of[name])
        assert flags <= {
            *("no_allow", "reference", "retracted", "every", "exit_code", "force", "listed"),
            *("serve", "include_texts", "help", "strict", "ids", "damaged", "parts", "standing"),
            *("statements", "as_new", "schema", "dry_run", "partial", "unseen", "remote"),
        }


def test_numbers_beyond_the_limits_are_not_plain() -> None:
    number = signature(values._number).parameters
    assert list(number) == ["kind", "least", "most", "value"]
    for text in ("0", "257", "1.5", "1_0", " 1", "\u0661", "9" * 16, "nan", ""):
        with pytest.raises(ValueError):
            values._number(int, 1, 256, text)
    with pytest.raises(ValueError):
        values._number(float, 0, None, math.nan)


@pytest.mark.parametrize("arguments", [
    ["rules", "figure"],
    ["export", "--list"],
    ["tables", "--format", "json", "--as-of", "2022-01-06", "--without", "tass"],
    ["validate", "--threads", "1", "--timeout", "100", "--select", "descriptor"],
    ["validate", "--limit", "files=5000", "--limit", "fields=2000", "--select", "descriptor"],
    ["--version"],
])  # fmt: skip
def test_typer_is_asked_of_no_plain_value(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches pydantic, which newer versions of Typer import for every value that they read."""

    def asked(self: Any, *_: Any) -> None:
        raise AssertionError(self.name)

    for kind in (TyperOption, TyperArgument):
        monkeypatch.setattr(kind, "process_value", asked)
    assert kz(*arguments).code == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_help_needs_no_values(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TyperOption, "process_value", None)
    assert kz(command, "--help").code == 0
