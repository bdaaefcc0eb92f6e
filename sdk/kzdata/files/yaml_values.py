"""JSON values out of YAML: what the core schema of YAML 1.2 makes of a text, and nothing more.

A plain `no` or `2022-01-05` is a string, as it is in YAML 1.2; tags make no objects, and `<<`
merges nothing. An alias is what it stands for, counted each time: a few of them can stand for a
billion values.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from kzdata.errors import require

MAX_BYTES = 1 << 20  # its reader takes a second for about a tenth of that
MAX_VALUES = 1_000_000  # aliases counted as often as they stand
MAX_DEPTH = 100
_TAG = "tag:yaml.org,2002:"
_PLAIN: dict[str, tuple[re.Pattern[str], Callable[[str], Any]]] = {
    "null": (re.compile("~|null|Null|NULL|"), lambda text: None),
    "bool": (re.compile("true|True|TRUE|false|False|FALSE"), lambda text: text.lower() == "true"),
    "int": (re.compile("[-+]?[0-9]+"), int),
    "float": (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
}


class NotYAMLError(ValueError):
    """It is no YAML, or no JSON value.

    Attributes:
        line: Where that was seen, from 1; None where no line is at fault.
        column: The character in that line, from 1.
    """

    def __init__(self, reason: str, mark: Any = None) -> None:
        super().__init__(reason)
        self.line = None if mark is None else mark.line + 1
        self.column = None if mark is None else mark.column + 1


class TooMuchError(ValueError):
    """It is more than is read."""


def parsed(text: str, make: Callable[[list[tuple[str, Any]]], dict[str, Any]] = dict) -> Any:
    """The JSON value that a text in YAML is; `make` makes an object of names and values.

    Raises:
        NotYAMLError: It is none.
        TooMuchError: It has too many values, or a number of too many digits.
        RecursionError: It is nested too deep.
        MissingExtraError: PyYAML is not installed.
    """
    require("yaml", "yaml")
    import yaml

    try:
        node = yaml.compose(text, Loader=_loader())
    except yaml.MarkedYAMLError as error:
        raise NotYAMLError(str(error.problem), error.problem_mark) from error
    except yaml.YAMLError as error:
        raise NotYAMLError(" ".join(str(error).split())[:200]) from error
    return _Values(make).of(node, MAX_DEPTH)


@cache
def _loader() -> type[Any]:
    """A loader whose plain scalars are those of the core schema."""
    import yaml

    class Loader(yaml.SafeLoader):  # type: ignore[misc]  # it has no types
        yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012 - the library's own name

    for name, (form, _) in _PLAIN.items():
        Loader.add_implicit_resolver(_TAG + name, re.compile(f"^(?:{form.pattern})$"), None)
    return Loader


class _Values:
    """Makes values of nodes, and counts them."""

    def __init__(self, make: Callable[[list[tuple[str, Any]]], dict[str, Any]]) -> None:
        self._make = make
        self._left = MAX_VALUES

    def of(self, node: Any, depth: int) -> Any:
        """The value of a node that may hold others so many levels deep."""
        self._left -= 1
        if self._left < 0:
            raise TooMuchError(f"over {MAX_VALUES:,} values, aliases counted each time")
        if not depth:
            raise RecursionError
        kind = getattr(node, "id", "nothing")
        if kind == "sequence":
            return [self.of(one, depth - 1) for one in node.value]
        if kind == "mapping":
            pairs = [(self._name(name), self.of(one, depth - 1)) for name, one in node.value]
            return self._make(pairs)
        return None if kind == "nothing" else _scalar(node)

    def _name(self, node: Any) -> str:
        if node.id != "scalar":
            raise NotYAMLError("a name that is no string", node.start_mark)
        return str(node.value)


def _scalar(node: Any) -> Any:
    form, make = _PLAIN.get(node.tag.removeprefix(_TAG), (None, None))
    if form is None or make is None:
        return node.value
    if not form.fullmatch(node.value):
        raise NotYAMLError(f"{node.value[:40]!r} with the tag {node.tag[:80]}", node.start_mark)
    try:
        return make(node.value)
    except ValueError as error:  # a number of thousands of digits
        raise TooMuchError(str(error)) from error
