"""What a command line gives for an option, as the command takes it.

From 0.29 on Typer reads each value by pydantic, which takes longer to import than most commands to
run. So what is plainly right is read here; of all else Typer is asked, which has the words for it.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from inspect import Parameter
from pathlib import Path
from types import UnionType
from typing import Any, ClassVar, Literal, get_args, get_origin

import typer
from typer.core import TyperCommand, TyperGroup
from typer.models import ParameterInfo

_DIGITS = r"[0-9]{1,15}(\.[0-9]{1,15})?"
Reader = Callable[[Any], Any]
"""What a value stands for; ValueError where that is not plain."""


class _Plain:
    """What a command and the group of all commands share."""

    readers: ClassVar[Mapping[str, Reader]] = {}

    def get_params(self, ctx: Any) -> Any:
        """The parameters, `--help` too, which read plain values themselves."""
        parameters = super().get_params(ctx)  # type: ignore[misc] # of the class beside it
        for one in parameters:
            if "process_value" not in vars(one):
                reader = self.readers.get(one.name, _flag)
                vars(one)["process_value"] = partial(_value, one, one.process_value, reader)
        return parameters


class Command(_Plain, TyperCommand):
    """A command that reads plain values itself."""


class Group(_Plain, TyperGroup):
    """A group of commands that reads plain values itself."""


def _value(
    parameter: Any, by_typer: Callable[..., Any], reader: Reader, ctx: Any, text: Any
) -> Any:
    try:
        value = _nothing(parameter) if text is None else reader(text)
    except (ValueError, typer.BadParameter):
        return by_typer(ctx, text)
    return parameter.callback(ctx, parameter, value) if parameter.callback else value


def _nothing(parameter: Any) -> Any:
    """What stands for an option that was not given."""
    if parameter.required:
        raise ValueError
    return () if getattr(parameter, "multiple", False) else None


def command_of(parameters: Iterable[Parameter]) -> type[Command]:
    """The class of a command with these parameters."""
    readers = {one.name: reader for one in parameters if (reader := _reader(one.annotation))}
    return type("Command", (Command,), {"readers": readers})


def _reader(annotation: Any) -> Reader | None:
    """The reader of a parameter that is declared as `Annotated[TYPE, Option(...)]`."""
    kind, info = get_args(annotation)
    if isinstance(kind, UnionType):
        (kind,) = (one for one in get_args(kind) if one is not type(None))
    if get_origin(kind) is Literal:
        return partial(_one_of, get_args(kind))
    if isinstance(info, ParameterInfo) and kind in (int, float):
        return partial(_number, kind, info.min, info.max)
    if kind is Path:
        return partial(_made, info.parser or Path)
    return {str: _text, list[str]: _texts}.get(kind)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _texts(values: Any) -> list[str]:
    if not isinstance(values, list | tuple) or not values:
        raise ValueError
    return [_text(value) for value in values]


def _made(make: Callable[[str], Any], value: Any) -> Any:
    return make(_text(value))


def _one_of(choices: tuple[str, ...], value: Any) -> str:
    if value not in choices:
        raise ValueError
    return _text(value)


def _number(
    kind: type[int] | type[float], least: float | None, most: float | None, value: Any
) -> float:
    """A number in plain digits, within its limits."""
    if not isinstance(value, int | float) and not re.fullmatch(_DIGITS, _text(value)):
        raise ValueError
    number = kind(value)
    low, high = -math.inf if least is None else least, math.inf if most is None else most
    if not low <= number <= high:
        raise ValueError
    return number
