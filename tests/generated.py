"""Packages that nobody wrote, by hypothesis.

The strategies know what a wording means because they make it up together with its meaning; the
grammar of kzdata has no part in it.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st

import packages
from packages import (
    PASSAGES,
    Folder,
    Passages,
    Receipt,
    Spec,
    Text,
    build,
    column,
    columns,
    keep_texts,
    key,
    letters,
    receipts,
)
from strategies import HAZARDS, PLAIN

# ------------------------------------------------------------------------------ words

CONTROLS = "\r\x00\x1b\u0085"
NOISE = [c for c in HAZARDS + PLAIN if not c.isnumeric() and c not in "not."]
"""What stands between the passages: neither a number word nor the end of a sentence."""
CLEAN = [c for c in HAZARDS + PLAIN if c not in CONTROLS]
"""What a cell may hold."""
BREAKS = [" ", " ", "\n", "\r\n", "\u00a0", "\u2028", "\ufeff ", " \U0001f600 "]
INLINE = [c for c in NOISE if len(f"a{c}b".splitlines()) == 1]
INLINE_BREAKS = [c for c in BREAKS if len(f"a{c}b".splitlines()) == 1]
"""The same within a line, which is a sentence of its own."""
TERMS = {"fell": "down", "sank, or so": "down", "rose": "up", "“flew\u00a0off”": "up"}
ALIASES = {
    "Ae\u0301sir": "aesir",
    'the "Aesir"': "aesir",
    "Sæ, Isle": "isle",
    "\U0001f1f0\U0001f1ff Vik": "vik",
}
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
VAGUE = ["dozens", "Hundreds", "several", "a number of"]
SPELT = {"two": 2, "Eleven": 11, "forty-six": 46, "three hundred and five": 305, "no": 0}
NUMBER_WORDS = ["First", "zero", "2019", "\u0663\u0663"]


class Said(NamedTuple):
    """A wording with its meaning."""

    wording: str
    least: str
    most: str
    hedge: str


def grouped(number: int) -> str:
    return f"{number:,}"


def counted() -> st.SearchStrategy[tuple[str, int]]:
    """A number as printed, and itself."""
    digits = st.integers(0, 10**7)
    return st.one_of(
        digits.map(lambda n: (str(n), n)),
        digits.map(lambda n: (grouped(n), n)),
        st.sampled_from(sorted(SPELT.items())).filter(lambda pair: pair[1] > 0),
    )


@st.composite
def figures(draw: st.DrawFn) -> Said:
    """Wordings of many kinds, with what they mean."""
    words, number = draw(counted())
    same, low = str(number), draw(st.integers(0, 500))
    return draw(
        st.sampled_from([
            Said(words, same, same, "exact"),
            Said(f"more than {words}", same, "", "more_than"),
            Said(f"At least {words}", same, "", "at_least"),
            Said(f"up to {words}", "", same, "at_most"),
            Said(f"fewer than {words}", "", same, "less_than"),
            Said(f"nearly {words}", same, same, "approximately"),
            Said(f"between {low} and {low + 7}", str(low), str(low + 7), "range"),
            Said(draw(st.sampled_from(VAGUE)), "", "", "vague"),
            Said("twice", "2", "2", "multiple"),
            Said("14:05", "1405", "1405", "clock_time"),
            Said("No", "0", "0", "exact"),
        ])
    )  # fmt: skip


def noise() -> st.SearchStrategy[str]:
    return st.text(st.sampled_from(NOISE), max_size=12)


def remarks() -> st.SearchStrategy[str]:
    """Any cell that holds neither control characters nor a formula."""
    return st.text(st.sampled_from(CLEAN), max_size=12).map(lambda text: text.lstrip("-"))


# ------------------------------------------------------------------------------ packages

CLAIMS = {
    "fields": [
        column("toll"),
        column("passage", evidence="required"),
        *(column(name, evidence="required") for name in "wording least most hedge".split()),
        *(column(name, evidence="required") for name in "fate who day grain".split()),
        column("remark", evidence="exempt"),
    ],
    "primaryKey": "toll",
    "foreignKeys": [key("passage", "passages", "passage"), key("who", "people", "person")],
    **{
        name: packages.TOLLS[name] for name in ("kzdata:principal", "kzdata:figure", "kzdata:dates")
    },
}
CALLED = {
    **packages.CALLED,
    "kzdata:aliases": {
        **packages.CALLED["kzdata:aliases"],
        "of": [{"resource": "people", "field": "person"}],
    },
}
SKIPPED = {
    "fields": columns("letter from to token"),
    "kzdata:exclusions": {"source": "letter", "start": "from", "end": "to", "token": "token"},
}
WIDE: dict[str, Any] = deepcopy(PASSAGES)
WIDE["kzdata:spans"] |= {"maxShare": 1.0, "maxLength": 100}


class Made(NamedTuple):
    """A package before it is written."""

    specs: list[Spec]
    texts: dict[str, str]


class Claim(NamedTuple):
    """What a claim says, before it stands in a text."""

    said: Said
    before: str
    after: str
    term: str
    alias: str
    weekday: int | None
    remark: str


def claims() -> st.SearchStrategy[Claim]:
    around = st.sampled_from(["", "a ", "“", "Ae\u0301 ", "\u00a0"])
    return st.builds(
        Claim,
        figures(),
        around,
        st.sampled_from(["", " sails", "”", "\u00a0\U0001f600", ", a"]),
        st.sampled_from(sorted(TERMS)),
        st.sampled_from(sorted(ALIASES)),
        st.none() | st.integers(0, 6),
        remarks(),
    )


class Writer:
    """Puts segments into a text one after the other and remembers where they stand."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self.body = draw(noise()) + draw(st.sampled_from(BREAKS))

    def put(self, words: str, *, goes_on: bool = False) -> tuple[int, int]:
        """Where the words stand, set off by a break and by noise; the line may have to go on."""
        start = len(self.body)
        self.body += words
        end = len(self.body)
        breaks, between = (INLINE_BREAKS, INLINE) if goes_on else (BREAKS, NOISE)
        self.body += self._draw(st.sampled_from(breaks))
        self.body += self._draw(st.text(st.sampled_from(between), max_size=12))
        self.body += self._draw(st.sampled_from(breaks))
        return start, end


def weekday_before(day: date, weekday: int) -> date:
    """The latest such weekday that is not after the day."""
    return day - timedelta(days=(day.weekday() - weekday) % 7)


@st.composite
def made(draw: st.DrawFn) -> Made:
    """A valid package: one or two letters, what they claim, and a receipt for every cell."""
    day = draw(st.dates(date(1990, 1, 1), date(2060, 12, 31)))
    texts: list[Text] = []
    cited: list[tuple[str, str, str, tuple[int, int], str]] = []
    tolls: list[list[str]] = []
    principals: list[tuple[str, tuple[int, int]]] = []
    skipped: list[list[str]] = []
    for name in draw(st.sampled_from([["gull"], ["gull", "tern"]])):
        writer = Writer(draw)
        for claim in draw(st.lists(claims(), min_size=1, max_size=3)):
            row = f"T{len(tolls) + 1}"
            said, when = claim.said, ""
            # All that says a claim stands in one line.
            dated = claim.weekday is not None
            start, end = writer.put(claim.before + said.wording + claim.after, goes_on=True)
            wording = (start + len(claim.before), end - len(claim.after))
            cells = {
                "wording": (said.wording, wording, "verbatim"),
                "least": (said.least, wording, "normalised"),
                "most": (said.most, wording, "normalised"),
                "hedge": (said.hedge, wording, "normalised"),
                "fate": (TERMS[claim.term], writer.put(claim.term, goes_on=True), "coded"),
                "who": (ALIASES[claim.alias], writer.put(claim.alias, goes_on=dated), "resolved"),
            }
            if claim.weekday is not None:
                place = writer.put(f"on {WEEKDAYS[claim.weekday]}")
                when = str(weekday_before(day, claim.weekday))
                cells |= {"day": (when, place, "normalised")}
                cells |= {"grain": ("day", place, "normalised")}
            filled = {column: cell for column, cell in cells.items() if cell[0]}
            cited += [(row, c, name, place, how) for c, (_, place, how) in filled.items()]
            principals.append((name, (start, end)))
            tolls.append([
                row, *(cells.get(c, ("",))[0] for c in "wording least most hedge".split()),
                *(cells.get(c, ("",))[0] for c in "fate who day grain".split()), claim.remark,
            ])  # fmt: skip
        for word in draw(st.lists(st.sampled_from(NUMBER_WORDS), max_size=2)):
            start, end = writer.put(word)
            skipped.append([name, str(start), str(end), word])
        texts.append(Text(name, writer.body, str(day + timedelta(days=1)), str(day)))
    return Made(_specs(texts, tolls, principals, cited, skipped), {t.name: t.body for t in texts})


def _specs(
    texts: list[Text],
    tolls: list[list[str]],
    principals: list[tuple[str, tuple[int, int]]],
    cited: list[tuple[str, str, str, tuple[int, int], str]],
    skipped: list[list[str]],
) -> list[Spec]:
    cut = Passages(texts)
    rows = [
        [toll[0], cut.at(name, *place), *toll[1:]]
        for toll, (name, place) in zip(tolls, principals, strict=True)
    ]
    edges = [Receipt(row[0], "passage", row[1], "verbatim") for row in rows]
    edges += [Receipt(row, c, cut.at(name, *place), how) for row, c, name, place, how in cited]
    called = [[who, printed, text.name] for printed, who in ALIASES.items() for text in texts]
    printed = [row for row in called if row[1] in next(t.body for t in texts if t.name == row[2])]
    people = [[who] for who in sorted(set(ALIASES.values()))]
    codebook = [["tolls.fate", sort, term] for term, sort in TERMS.items()]
    return [
        letters(texts),
        Spec("passages", WIDE, cut.rows()),
        receipts(edges),
        Spec("tolls", CLAIMS, rows),
        Spec("people", {"fields": columns("person"), "primaryKey": "person"}, people),
        Spec("called", CALLED, printed),
        Spec("terms", packages.TERMS, codebook),
        Spec("skipped", SKIPPED, skipped),
    ]


@contextmanager
def written_down(package: Made) -> Iterator[tuple[Folder, Path]]:
    """The package and its texts in folders for the time of the `with` block."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        yield build(root / "package", package.specs), keep_texts(root / "texts", package.texts)
