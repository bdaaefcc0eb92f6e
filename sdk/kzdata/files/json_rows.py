"""The items of a JSON array, one after another, and the lines of NDJSON.

Numbers are kept as they are written (`Number`), so that nothing of them is lost; null is None. An
item is numbered from 1; of NDJSON it has the number of its line.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from itertools import count
from json.decoder import JSONDecodeError, JSONDecoder
from pathlib import Path
from typing import Any, NamedTuple

from kzdata.errors import NotReadError, PackageError
from kzdata.files.csv import MAX_RECORD_BYTES
from kzdata.files.folder import bounded
from kzdata.files.limits import allowing

_BLANK = re.compile(r"[ \t\n\r]*")


class Number(str):
    """A number as JSON has it."""

    __slots__ = ()


class Doubled(dict[str, Any]):
    """An object in which a name stands twice: the last one counts.

    Attributes:
        names: The names that do.
    """

    names: tuple[str, ...] = ()


class Broken(NamedTuple):
    """What stands in the place of an item that cannot be read, in words."""

    reason: str


Item = tuple[int, Any]  # a number, and a JSON value, with `Number` for numbers, or `Broken`
Items = Callable[[], Iterator[Item]]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    doubled = Doubled(made)
    counts = Counter(name for name, _ in pairs)
    doubled.names = tuple(name for name, count in counts.items() if count > 1)
    return doubled


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word}, which JSON does not have")


_DECODER = JSONDecoder(
    object_pairs_hook=_object,
    parse_float=Number,
    parse_int=Number,
    parse_constant=_no_constant,
)


def items_of_lines(file: Path) -> Iterator[Item]:
    """The items of NDJSON, in UTF-8; blank lines are passed over, and counted.

    Raises:
        NotReadError: A line is beyond the limit.
    """
    with file.open("rb") as stream:
        for number in count(1):
            if not (line := stream.readline(MAX_RECORD_BYTES)):
                return
            if len(line) == MAX_RECORD_BYTES and not line.endswith(b"\n"):
                raise NotReadError(f"line {number}: over {MAX_RECORD_BYTES:,} bytes; divide it")
            if not line.isspace():
                yield number, _of_line(line, number)


def _of_line(line: bytes, number: int) -> Any:
    try:
        return _DECODER.decode(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError as error:
        return Broken(f"not UTF-8 at byte {error.start}")
    except RecursionError:
        return Broken("JSON that is nested too deep")
    except JSONDecodeError as error:
        return Broken(f"no JSON: {error.msg} at column {error.colno}")
    except ValueError as error:
        return Broken(f"no JSON: {error}")


def text_of(file: Path, path: str, most: int) -> str:
    """A JSON text of so many bytes in UTF-8, which messages call `path`.

    Raises:
        NotReadError: It is larger than what is held.
        PackageError: It is not UTF-8.
    """
    if len(content := bounded(file, most)) > most:
        way = f"write it as NDJSON or CSV, which is read piece by piece, or {allowing('json')}"
        raise NotReadError(f"{path}: over {most} bytes of JSON; {way}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PackageError(f"{path}: not UTF-8 at byte {error.start}") from error


def value_of_text(text: str, path: str) -> Any:
    """The value that a JSON text is, whatever it is; messages call the text `path`.

    Raises:
        PackageError: It is not JSON.
    """
    with _called(path):
        return _DECODER.decode(text)


def items_of_text(text: str, path: str, member: str | None = None) -> Iterator[Item]:
    """The items of the array that a JSON text is, or of a member of the object that it is.

    Raises:
        PackageError: It is not JSON, or there is no such array.
    """
    with _called(path):
        start = _skip(text, 0)
        rows = _array(text, start) if member is None else _in_object(text, start, member)
        end = yield from rows
        if (end := _skip(text, end)) != len(text):
            raise JSONDecodeError("Extra data", text, end)


@contextmanager
def _called(path: str) -> Iterator[None]:
    """Errors of a JSON text say what it is called."""
    try:
        yield
    except RecursionError as error:
        raise PackageError(f"{path}: JSON that is nested too deep") from error
    except JSONDecodeError as error:
        place = f"at line {error.lineno}, column {error.colno}"
        raise PackageError(f"{path}: not JSON: {error.msg} {place}") from error
    except ValueError as error:
        raise PackageError(f"{path}: {error}") from error


def _skip(text: str, place: int) -> int:
    match = _BLANK.match(text, place)
    assert match is not None
    return match.end()


def _array(text: str, place: int) -> Generator[Item, None, int]:
    """The items of the array at a place; gives the place after it."""
    if text[place : place + 1] != "[":
        _DECODER.raw_decode(text, place)  # what is no JSON at all is said so
        if text[place] == "{":
            words = "the dialect's `property` names the member that holds them"
            raise ValueError(f"an object in place of an array of rows; {words}")
        raise ValueError("no array of rows")
    number, place = 0, _skip(text, place + 1)
    while number or text[place : place + 1] != "]":
        value, place = _DECODER.raw_decode(text, place)
        number += 1
        yield number, value
        place = _skip(text, place)
        if text[place : place + 1] == "]":
            break
        place = _after(text, place, ",")
    return place + 1


def _in_object(text: str, place: int, member: str) -> Generator[Item, None, int]:
    """The items of a member of the object at a place; gives the place after the object."""
    if text[place : place + 1] != "{":
        _DECODER.raw_decode(text, place)
        raise ValueError(f"no object with the member {member!r}, which the dialect's `property` is")
    found, first, place = False, True, _skip(text, place + 1)
    while not first or text[place : place + 1] != "}":
        name, place = _DECODER.raw_decode(text, place)
        if not isinstance(name, str) or isinstance(name, Number):
            raise JSONDecodeError("Expecting property name enclosed in double quotes", text, place)
        place = _after(text, _skip(text, place), ":")
        if name != member:
            _, place = _DECODER.raw_decode(text, place)
        elif found:
            raise ValueError(f"the member {member!r} stands twice")
        else:
            found, place = True, (yield from _array(text, place))
        first, place = False, _skip(text, place)
        if text[place : place + 1] == "}":
            break
        place = _after(text, place, ",")
    if not found:
        raise ValueError(f"no member {member!r}, which the dialect's `property` is")
    return place + 1


def _after(text: str, place: int, mark: str) -> int:
    if text[place : place + 1] != mark:
        raise JSONDecodeError(f"Expecting '{mark}' delimiter", text, place)
    return _skip(text, place + 1)


def written(value: Any) -> str:
    """A value as JSON, its numbers as they were."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        pairs = (f"{json.dumps(k, ensure_ascii=False)}: {written(v)}" for k, v in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    return json.dumps(value, ensure_ascii=False)
