"""Models of JSON objects with declared members, read without stopping at a fault.

A class says what its members are:

    class Reference(JsonModel):
        resource: str = member(string, "")
        fields: tuple[str, ...] = member(names)

and `Reference.read(entry, where, faults)` makes one of a JSON object, or notes down what is wrong.
It does what pydantic would do here. Pydantic's models of a descriptor take a sixth of a second to
import and to build, as long as everything else that a small package needs to be validated, and say
what they expected in words of their own.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar, NamedTuple, Self, TypeVar, cast

from kzdata.files.limits import DEFAULT, PackageLimits, allowing

MAX_WORDS = 100  # missing values, and words for true and for false
MAX_NULS = 1_000  # texts with NUL that are listed


class DescriptorFault(NamedTuple):
    """Something malformed in the descriptor: where (a JSON path), what was found and expected."""

    where: str
    found: str
    expected: str


class Faults(list[DescriptorFault]):
    """What is malformed, in the order in which it was found; what is no fault stands beside it.

    Attributes:
        advice: What is against a SHOULD of the standard, or advice of ours.
        unchecked: What is legal, and is not checked; `expected` says how it can be.
        limits: What is checked at most.
    """

    def __init__(self, limits: PackageLimits = DEFAULT) -> None:
        super().__init__()
        self.limits = limits
        self.advice: list[DescriptorFault] = []
        self.unchecked: list[DescriptorFault] = []

    def add(self, where: str, value: Any, expected: str) -> None:
        """Note down a JSON value that is not what was expected."""
        self.note(where, short(value), expected)

    def note(self, where: str, found: str, expected: str) -> None:
        """The same for what is told in words."""
        self.append(DescriptorFault(where, found, expected))

    def advise(self, where: str, found: str, expected: str) -> None:
        """Note down what is legal, and had better be otherwise."""
        self.advice.append(DescriptorFault(where, found, expected))

    def leave(self, where: str, found: str, way: str) -> None:
        """Note down what is not checked, and the way to have it checked."""
        self.unchecked.append(DescriptorFault(where, found, way))

    def take(self, other: "Faults") -> None:
        """Note down all that others hold."""
        self += other
        self.advice += other.advice
        self.unchecked += other.unchecked


Value = TypeVar("Value")
Default = TypeVar("Default")
# Makes a value of a JSON value, or adds a fault, and then gives anything at all: who adds up faults
# looks at none of the values.
Reader = Callable[[Any, str, Faults], Value]
_ABSENT: Any = object()
# What a reader gives of a value that is legal and beyond a limit, once it is among the unchecked.
LEFT: Any = object()


class _Member(NamedTuple):
    """What `member` declares."""

    reader: Reader[Any]
    default: Any
    name: str
    spare: bool


def member(
    reader: Reader[Value], default: Default = _ABSENT, name: str = "", *, spare: bool = False
) -> Value | Default:
    """Declare a member of a model: how it is read, and what it is where it is absent.

    Without a default it must be there; where that is None, null stands for absent. Its name in JSON
    is that of the attribute in camel case, unless another is given. `spare`: where its value is
    beyond a limit, the rest of the object is checked; else all of the object is left.
    """
    return cast(Value, _Member(reader, default, name, spare))


class JsonModel:
    """A JSON object with declared members; it is not changed once it was made.

    Attributes:
        extra: Its other members, as they are.
    """

    closed: ClassVar[bool] = False  # whether members that are not declared are faults
    members: ClassVar[Mapping[str, _Member]] = {}
    extra: Mapping[str, Any]

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, _Member)}
        named = {name: one._replace(name=one.name or _camel(name)) for name, one in own.items()}
        # Own members first: faults come in the order in which descriptors are written.
        cls.members = {**named, **{k: v for k, v in cls.members.items() if k not in named}}

    def __init__(self, extra: Mapping[str, Any] | None = None, **values: Any) -> None:
        defaults = {name: one.default for name, one in self.members.items()}
        # Past `__setattr__`, which keeps everybody else from a change.
        vars(self).update(defaults | values, extra=extra or {})

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is read-only")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.to_json()})"

    @classmethod
    def read(cls, entry: Any, where: str, faults: Faults) -> Self:
        """Make a model of a JSON object; what is wrong with it is added to the faults.

        `LEFT` where a value in it is beyond a limit, and is not spare.
        """
        if not isinstance(entry, dict):
            faults.add(where, entry, "an object")
            return cls()
        values: dict[str, Any] = {}
        before = len(faults)
        for name, one in cls.members.items():
            value, path = entry.get(one.name, _ABSENT), _below(where, one.name)
            if value is _ABSENT and one.default is _ABSENT:
                faults.add(path, entry, "this member, which is missing")
            elif value is not _ABSENT and not (value is None is one.default):
                values[name] = one.reader(value, path, faults)
            if values.get(name) is LEFT and one.spare:
                del values[name]
        known = {one.name for one in cls.members.values()}
        extra = {name: entry[name] for name in entry if name not in known}
        for name in extra if cls.closed else ():
            expected = f"no such member; there are {', '.join(sorted(known))}"
            faults.add(_below(where, name), extra[name], expected)
        if any(value is LEFT for value in values.values()):
            return cast(Self, LEFT)
        made = cls(extra, **values)
        # Members that are malformed would be told twice, or break what compares them.
        if len(faults) == before:
            for expected in made.errors():
                faults.add(where, entry, expected)
        return made

    @classmethod
    def make(cls, entry: Any, limits: PackageLimits = DEFAULT) -> Self:
        """Make a model of a JSON object that is known to be sound; a ValueError where it is not."""
        faults = Faults(limits)
        made = cls.read(entry, cls.__name__, faults)
        for where, found, expected in (*faults, *faults.unchecked):
            raise ValueError(f"{where}: {found}; expected {expected}")
        return made

    def replace(self, **values: Any) -> Self:
        """The same model with other values of some members."""
        return type(self)(**{**vars(self), **values})

    def errors(self) -> Iterator[str]:
        """What is expected of the members together and is not so, in words."""
        return iter(())

    def as_dict(self) -> dict[str, Any]:
        """The declared members that are not None, as JSON values, by attribute."""
        own = ((name, vars(self)[name]) for name in self.members)
        return {name: _plain(value) for name, value in own if value is not None}

    def to_json(self) -> dict[str, Any]:
        """The members that differ from their defaults, and all others, by their names in JSON."""
        own = ((one, vars(self)[name]) for name, one in self.members.items())
        return {one.name: value for one, value in own if value != one.default} | {**self.extra}


def short(value: Any) -> str:
    """A JSON value as a message shows it."""
    shown = repr(value)
    return shown if len(shown) <= 80 else f"{shown[:77]}..."


def nul_faults(value: Any, where: str) -> Faults:
    """A fault for each text, and each name of a member, of a JSON value that holds NUL.

    SQL, C and terminals end a text there or pass over it, so that each reader would see another.
    """
    faults = Faults()
    # No recursion: a descriptor may be nested deeper than Python's stack goes.
    pending: list[tuple[Any, str]] = [(value, where)] if isinstance(value, dict | list) else []
    while pending and len(faults) < MAX_NULS:
        holder, where = pending.pop()
        named = isinstance(holder, dict)
        members: Iterable[tuple[Any, Any]] = holder.items() if named else enumerate(holder)
        for key, one in members:
            if named and "\0" in key:
                faults.add(where, key, "a name without NUL")
            if isinstance(one, dict | list) or (isinstance(one, str) and "\0" in one):
                place = _below(where, key) if named else f"{where}[{key}]"
                if isinstance(one, str):
                    faults.add(place, one, "a text without NUL")
                else:
                    pending.append((one, place))
    return faults


def _plain(value: Any) -> Any:
    if isinstance(value, JsonModel):
        return value.as_dict()
    return list(map(_plain, value)) if isinstance(value, tuple) else value


def _below(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


# --------------------------------------------------------------------------- readers


def _that(
    test: Callable[[Any], bool], expected: str, make: Callable[[Any], Any] | None = None
) -> Reader[Any]:
    """What a test holds for; what that is, in words."""

    def read(value: Any, where: str, faults: Faults) -> Any:
        if test(value):
            return make(value) if make else value
        faults.add(where, value, expected)
        return value

    return read


def anything(value: Any, where: str, faults: Faults) -> Any:
    """Any JSON value."""
    return value


def string_that(test: Callable[[str], bool], expected: str) -> Reader[str]:
    """A string for which a test holds; what that is, in words."""
    return _that(lambda value: isinstance(value, str) and test(value), expected)


def choice(*texts: str) -> Reader[str]:
    """One of some strings."""
    return string_that(lambda text: text in texts, f"one of {', '.join(texts)}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return _is_number(value) and value % 1 == 0


string: Reader[str] = _that(lambda value: isinstance(value, str), "a string")
flag: Reader[bool] = _that(lambda value: isinstance(value, bool), "true or false")
number: Reader[float] = _that(_is_number, "a number")
# JSON has one kind of numbers, so that 3.0 is a whole one.
whole: Reader[int] = _that(_is_whole, "a whole number", int)
count: Reader[int] = _that(lambda v: _is_whole(v) and v >= 0, "a whole number from 0", int)
positive: Reader[int] = _that(lambda v: _is_whole(v) and v > 0, "a whole number from 1", int)


def several(
    reader: Reader[Value],
    most: int | str,
    *,
    least: int = 0,
    once: bool = False,
    bare: bool = False,
    apart: bool = False,
) -> Reader[tuple[Value, ...]]:
    """A list of so many entries, or as many as a limit of that name says; one of more is left.

    `once`: none of them stands twice. `bare`: a string alone stands for a list of one. `apart`: an
    entry that is left unchecked leaves the others.
    """
    enough = f"a list with at least {'one entry' if least == 1 else f'{least} entries'}"

    def read(value: Any, where: str, faults: Faults) -> tuple[Value, ...]:
        value = [value] if bare and isinstance(value, str) else value
        listed = isinstance(value, list | tuple)
        if not listed or len(value) < least:
            faults.add(where, value, enough if least else "a list")
            return ()
        if way := _beyond(most, len(value), faults.limits):
            faults.leave(where, f"{len(value)} entries", way)
            return cast(tuple[Value, ...], LEFT)
        before = len(faults)
        made = tuple(reader(one, f"{where}[{n}]", faults) for n, one in enumerate(value))
        kept = tuple(one for one in made if one is not LEFT)
        if len(kept) < len(made) and not apart:
            return cast(tuple[Value, ...], LEFT)
        if once and len(faults) == before and not distinct(kept):
            faults.add(where, value, "a list in which none stands twice")
        return kept

    return read


def _beyond(most: int | str, number: int, limits: PackageLimits) -> str:
    """The way out where a number of entries is beyond a limit; empty where it is not."""
    limit = getattr(limits, most) if isinstance(most, str) else most
    if number <= limit:
        return ""
    way = f"; {allowing(most, number)}" if isinstance(most, str) else ""
    return f"at most {limit} are checked{way}"


def at_most(most: int, reader: Reader[str]) -> Reader[str]:
    """A string of so many characters; a longer one is left unchecked."""

    def read(value: Any, where: str, faults: Faults) -> str:
        if isinstance(value, str) and len(value) > most:
            faults.leave(where, f"{len(value)} characters", f"at most {most} are checked")
            return cast(str, LEFT)
        return reader(value, where, faults)

    return read


words = several(string, MAX_WORDS)


def distinct(values: Iterable[Any]) -> bool:
    """Whether no JSON value stands twice; 1, "1" and true are three."""
    written = list(map(hashable, values))  # Python takes 1, 1.0 and True for one
    return len(set(written)) == len(written)


def hashable(value: Any) -> str:
    """A JSON value as a text that tells 1 from "1" and 1 from true."""
    return json.dumps(value, sort_keys=True)
