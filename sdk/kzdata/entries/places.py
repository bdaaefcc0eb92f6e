"""Where each value of a TOML or JSON document stands: the parsers of both keep no places."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

Path = tuple[str | int, ...]  # names and numbers that lead to a value, as `("claim", 0, "outcome")`
Place = tuple[int, int]  # line and column of its first character, from 1

_NAME = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_HEADER = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_NAME}(?:[ \t]*\.[ \t]*{_NAME})*)[ \t]*\]")
_KEY = re.compile(rf"[ \t]*({_NAME})[ \t]*=")
_LONG = re.compile(r"(?s)" + r'"""(?:\\.|[^\\])*?"""' + r"|'''.*?'''")
_JSON = re.compile(r"""(?s)\s+|[{}\[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}\[\],:"]+""")


def toml_places(text: str) -> Mapping[Path, Place]:
    """The place of each table and key of a TOML document that is well formed."""
    # What stands in a string of several lines is no key: it is left out, its lines are not.
    bare = _LONG.sub(lambda match: '""' + "\n" * match[0].count("\n"), text)
    found: dict[Path, Place] = {}
    numbers: Counter[str] = Counter()
    above: Path = ()
    for number, line in enumerate(bare.split("\n"), 1):
        if header := _HEADER.match(line):
            first, *rest = (_plain(part) for part in re.findall(_NAME, header[2]))
            if header[1] == "[[":
                numbers[first] += 1
            above = (first, *([numbers[first] - 1] if numbers[first] else []), *rest)
            found[above] = (number, header.start(1) + 1)
        elif key := _KEY.match(line):
            found[*above, _plain(key[1])] = (number, key.start(1) + 1)
    return found


def _plain(name: str) -> str:
    return name[1:-1] if name[:1] in "\"'" else name


def json_places(text: str) -> Mapping[Path, Place]:
    """The place of each value of a JSON document that is well formed."""
    found: dict[Path, Place] = {}
    above: list[str | int] = []
    at: list[bool] = []  # whether each level is an object that waits for a name
    for start, mark in _tokens(text):
        if mark in "}]":
            at.pop()
            above.pop()
        elif mark == ",":
            above[-1] = above[-1] + 1 if isinstance(above[-1], int) else ""
            at[-1] = not isinstance(above[-1], int)
        elif mark == ":":
            at[-1] = False
        elif at and at[-1]:
            above[-1] = _unquoted(mark)
            found[tuple(above)] = _place(text, start)
        else:
            found.setdefault(tuple(above), _place(text, start))
            if mark in "{[":
                above.append("" if mark == "{" else 0)
                at.append(mark == "{")
    return found


def _tokens(text: str) -> Iterator[tuple[int, str]]:
    tokens = ((match.start(), match[0]) for match in _JSON.finditer(text))
    return ((start, token) for start, token in tokens if not token.isspace())


def _unquoted(token: str) -> str:
    import json

    return str(json.loads(token))


def _place(text: str, start: int) -> Place:
    return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
