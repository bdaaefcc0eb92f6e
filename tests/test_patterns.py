"""Patterns: XML Schema's regular expressions (Part 2, appendix F), carried out by RE2.

The oracle matches by the grammar itself, position by position: what it is made of is made together
with the pattern's text, and it knows nothing of RE2 or of Python's `re`.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kzdata.engine.database import Database
from kzdata.standard.field_types.base import MisdeclaredError, UnsupportedError
from kzdata.standard.field_types.characters import CATEGORIES, block, complement, of_categories
from kzdata.standard.field_types.pattern import MAX_NESTING, MAX_PATTERN, read_pattern
from kzdata.validation import validate
from packages import Spec, build, column

ALPHABET = "ab-1_é \n^$]:²Ⅷ\u0378"
SETTINGS = settings(max_examples=150, deadline=None)


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with Database(1) as database:
        yield database


def matches(database: Database, pattern: str, text: str) -> bool:
    ((found,),) = database.rows("SELECT regexp_full_match(?, ?)", [text, read_pattern(pattern)])
    return bool(found)


class Part(NamedTuple):
    """A part of a pattern, and where it can end in a text that it begins at some place of."""

    text: str
    ends: Callable[[str, int], set[int]]


def of_character(text: str, test: Callable[[str], bool]) -> Part:
    return Part(text, lambda s, n: {n + 1} if n < len(s) and test(s[n]) else set())


def word(char: str) -> bool:
    return char == "_" or category(char)[0] not in "PZC"


NAME_STARTS = set("ab:_éⅧ\u0378")  # U+2160 to U+2188 and U+0370 to U+037D among others
TESTS: dict[str, Callable[[str], bool]] = {
    r"\d": lambda c: category(c) == "Nd",
    r"\D": lambda c: category(c) != "Nd",
    r"\w": word,
    r"\W": lambda c: not word(c),
    r"\s": lambda c: c in " \n\t\r",
    r"\S": lambda c: c not in " \n\t\r",
    r"\i": lambda c: c in NAME_STARTS,
    r"\I": lambda c: c not in NAME_STARTS,
    r"\c": lambda c: c in NAME_STARTS | set("-1"),
    r"\C": lambda c: c not in NAME_STARTS | set("-1"),
    r"\p{L}": lambda c: category(c)[0] == "L",
    r"\P{Ll}": lambda c: category(c) != "Ll",
    r"\p{C}": lambda c: category(c)[0] == "C",
    r"\P{Cn}": lambda c: category(c) != "Cn",
    r"\p{No}": lambda c: category(c) == "No",
    r"\p{IsBasicLatin}": lambda c: c < "\x80",
    r"\P{IsLatin-1Supplement}": lambda c: not "\x80" <= c <= "\xff",
}
escapes = st.sampled_from(sorted(TESTS)).map(lambda text: (text, TESTS[text]))
Member = tuple[str, Callable[[str], bool]]


def in_class(char: str) -> str:
    return f"\\{char}" if char in r"\[]-^" else char


@st.composite
def members(draw: st.DrawFn) -> Member:
    if draw(st.booleans()):
        return draw(escapes)
    first, last = sorted((draw(st.sampled_from(ALPHABET)), draw(st.sampled_from(ALPHABET))))
    if draw(st.booleans()):
        return in_class(first), lambda char: char == first
    return f"{in_class(first)}-{in_class(last)}", lambda char: first <= char <= last


@st.composite
def classes(draw: st.DrawFn, depth: int = 0) -> Member:
    """A class, perhaps of all but its members, and perhaps without the characters of another."""
    parts = draw(st.lists(members(), min_size=1, max_size=3))
    negated = draw(st.booleans())
    text = "^" * negated + "".join(text for text, _ in parts)
    held: Callable[[str], bool] = lambda c: any(test(c) for _, test in parts) is not negated  # noqa: E731
    if depth == 2 or not draw(st.booleans()):
        return f"[{text}]", held
    other, taken = draw(classes(depth + 1))
    return f"[{text}-{other}]", lambda char: held(char) and not taken(char)


ATOMS = st.one_of(
    st.sampled_from("ab-1_é :").map(lambda char: of_character(char, lambda c: c == char)),
    st.sampled_from(r"^]-.*\n").map(
        lambda name: of_character(f"\\{name}", lambda c: c == {"n": "\n"}.get(name, name))
    ),
    st.just(of_character(".", lambda c: c not in "\n\r")),
    escapes.map(lambda pair: of_character(*pair)),
    classes().map(lambda pair: of_character(*pair)),
)


def repeated(part: Part, least: int, most: int | None, text: str) -> Part:
    def ends(s: str, n: int) -> set[int]:
        found, here, times = set[int]({n} if least == 0 else ()), {n}, 0
        while here and (most is None or times < most) and times <= len(s) + least:
            here = {end for begin in here for end in part.ends(s, begin)}
            times += 1
            found |= here if times >= least else set()
        return found

    return Part(part.text + text, ends)


QUANTITIES: list[tuple[int, int | None, str]] = [
    (0, 1, "?"), (0, None, "*"), (1, None, "+"), (2, 2, "{2}"), (1, 3, "{1,3}"), (2, None, "{2,}"),
    (0, 0, "{0}"), (2, 2, "{02,2}"),
]  # fmt: skip


@st.composite
def pieces(draw: st.DrawFn, inner: st.SearchStrategy[Part]) -> Part:
    part = draw(inner)
    if draw(st.booleans()):
        return repeated(part, *draw(st.sampled_from(QUANTITIES)))
    return part


def in_turn(parts: list[Part]) -> Part:
    def ends(s: str, n: int) -> set[int]:
        here = {n}
        for part in parts:
            here = {end for begin in here for end in part.ends(s, begin)}
        return here

    return Part("".join(part.text for part in parts), ends)


def group(branches: list[Part]) -> Part:
    text = "|".join(branch.text for branch in branches)
    return Part(f"({text})", lambda s, n: {end for one in branches for end in one.ends(s, n)})


def patterns(inner: st.SearchStrategy[Part]) -> st.SearchStrategy[Part]:
    branch = st.lists(pieces(inner), max_size=3).map(in_turn)
    return st.lists(branch, min_size=1, max_size=3).map(group)


PATTERNS = st.recursive(ATOMS, patterns, max_leaves=6)


@given(part=PATTERNS, texts=st.lists(st.text(ALPHABET, max_size=5), min_size=1, max_size=8))
@SETTINGS
def test_a_pattern_matches_what_the_grammar_says(
    database: Database, part: Part, texts: list[str]
) -> None:
    """Catches a class, a repetition or a group that RE2 is given as something else."""
    for text in texts:
        assert matches(database, part.text, text) == (len(text) in part.ends(text, 0)), part.text


@given(pattern=st.text(r"ab-1\.?*+(){}[]|^$,pLuPIsdDwWiIcC ", max_size=14))
@SETTINGS
def test_a_pattern_is_read_or_refused(database: Database, pattern: str) -> None:
    """Catches a text that neither is a pattern for RE2 nor is refused, with the place."""
    try:
        own = read_pattern(pattern)
    except MisdeclaredError as error:
        assert "a pattern of XML Schema: " in error.expected
        assert "at character " in error.expected or "the end " in error.expected
    except UnsupportedError:
        pass
    else:
        assert database.compiles(own) or max(map(int, _numbers(pattern))) > 1_000


def _numbers(pattern: str) -> list[str]:
    return "".join(char if char.isdigit() else " " for char in pattern).split() or ["0"]


ANCHORED = [
    ("^a.*$", ["a", "apple"], ["^a$", "ba"]),
    ("^(a|b$)", ["a", "b"], ["^a", "b$"]),
    ("^a$|^b$", ["a", "b"], ["ab", "^a$"]),
    ("(^a|b$)c?", ["a", "ac", "b$", "b$c"], ["b"]),
    ("a^b$c", ["a^b$c"], ["abc"]),
    ("(€|$|£)[0-9]+", ["$5", "€5"], ["5"]),
    ("^*a", ["^^a", "a"], ["b"]),
    ("a$+", ["a$$"], ["a"]),
    (r"\^a", ["^a"], ["a"]),
    ("[$]a[^^]", ["$ab"], ["a", "$a^"]),
]


@pytest.mark.parametrize(("pattern", "right", "wrong"), ANCHORED, ids=str)
def test_anchors_are_those_at_the_ends(
    database: Database, pattern: str, right: list[str], wrong: list[str]
) -> None:
    """XML Schema has none, and the standard's own example has them at the ends."""
    assert [text for text in right + wrong if matches(database, pattern, text)] == right


HYPHENS = [
    ("[-a]+", "-a", "b"), ("[a-]+", "-a", "b"), ("[^-a]+", "bc", "-"), (r"[\w-~]+", "a-~", "}"),
    ("[a-c-5]+", "b-5", "4"), (r"[\--/]+", "-./", "0"), ("[a--[b]]+", "a-", "b"),
    ("[a-z-[aeiou]]+", "xyz", "a"), ("[a-z-[c-x-[m]]]+", "abmyz", "c"), ("[a-[a]]", "", "a"),
    (r"[\p{L}-[a-zA-Z]]+", "éЖ", "a"), ("[^a-[b]]+", "cd", "b"),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "right", "wrong"), HYPHENS, ids=str)
def test_hyphens_within_a_class(database: Database, pattern: str, right: str, wrong: str) -> None:
    assert not right or matches(database, pattern, right)
    assert not matches(database, pattern, wrong)


OFTEN = [
    ("a{1001}", {1001}), ("a{2000}", {2000}), ("a{0,1500}", {0, 1, 999, 1000, 1001, 1500}),
    ("a{1200,2500}", {1200, 2000, 2001, 2500}), ("[ab]{1000,}", {1000, 1001, 4000}),
    ("a{2000,}", {2000, 2001, 4000}), (".{1,4000}", {1, 999, 2001, 4000}),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "lengths"), OFTEN, ids=str)
def test_more_than_a_thousand_times(database: Database, pattern: str, lengths: set[int]) -> None:
    """Catches a repetition that RE2 refuses, as it does above a thousand."""
    assert database.compiles(read_pattern(pattern))
    tried = {0, 1, 999, 1000, 1001, 1199, 1200, 1500, 1501, 1999, 2000, 2001, 2002, 2500, 2501}
    tried |= {4000, 4001}
    found = {n for n in tried if matches(database, pattern, "a" * n)}
    least, most = min(lengths), max(lengths)
    if "," in pattern:
        most = most if not pattern.endswith(",}") else max(tried)
        assert found == {n for n in tried if least <= n <= most}
    else:
        assert found == lengths


REFUSED = [
    ("(", "the end comes before a group is closed"),
    ("a)", "')' at character 2"),
    ("[a", "the end comes before a class is closed"),
    ("[]", "']' at character 2"),
    ("[^]", "']' at character 3"),
    ("[]a]", "']' at character 2"),
    ("a]", "']' at character 2 stands alone; it is written \\]"),
    ("[[:alpha:]]", "'[' at character 2"),
    ("[a-[b]c]", "'c' at character 7"),
    ("[z-a]", "'a' at character 4"),
    (r"[a-\d]", r"'\d' at character 4"),
    ("[+--]", "'-' at character 4"),
    ("*a", "'*' at character 1 has nothing to repeat"),
    ("a|+", "'+' at character 3 has nothing to repeat"),
    ("({2})", "'{' at character 2 has nothing to repeat"),
    ("a**", "'*' at character 3 has nothing to repeat"),
    ("a+?", "'?' at character 3 follows a repetition"),
    ("a{2}+", "'+' at character 5 follows a repetition"),
    ("a{2,1}", "most is less than its least"),
    ("a{99999999999999,99}", "most is less than its least"),
    ("a{,3}", "',' at character 3"),
    ("a{x}", "'x' at character 3"),
    ("a{2", "the end is in a repetition"),
    ("a{٣}", "'٣' at character 3"),
    ("}", "'}' at character 1"),
    ("(?=a).*", "'?' at character 2 begins a group"),
    ("(?<=a)b", "'?' at character 2 begins a group"),
    ("(?P<x>a)", "'?' at character 2 begins a group"),
    ("(?:a)", "'?' at character 2 begins a group"),
    ("(?i)a", "'?' at character 2 begins a group"),
    (r"\ba", r"'\b' at character 1 is no escape"),
    (r"a\Z", r"'\Z' at character 2 is no escape"),
    (r"(a)\1", r"'\1' at character 4 is no escape"),
    (r"a\/b", r"'\/' at character 2 is no escape of XML Schema; / stands for itself"),
    (r"[\b]", r"'\b' at character 2 is no escape"),
    (r"\x41", r"'\x' at character 1 is no escape"),
    (r"\u0041", r"'\u' at character 1 is no escape"),
    (r"\Qa\E", r"'\Q' at character 1 is no escape"),
    ("a\\", "'\\' at character 2 is no escape"),
    (r"\p{Greek}", r"'\p{' at character 1 has no category or block"),
    (r"\p{IsGreen}", r"'\p{' at character 1 has no category or block"),
    (r"\p{Cs}", r"'\p{' at character 1 has no category or block"),
    (r"\pL", r"'\pL' at character 1 has no category or block"),
    (r"\p{Lu", r"'\p{' at character 1 has no category or block"),
    ("a\ud800", "is half a character"),
]


@pytest.mark.parametrize(("pattern", "words"), REFUSED, ids=ascii)
def test_what_is_no_pattern_is_refused_with_the_place(pattern: str, words: str) -> None:
    """Catches a pattern of another language that is taken as RE2 has it."""
    with pytest.raises(MisdeclaredError) as caught:
        read_pattern(pattern)
    assert words in caught.value.expected


LARGE = [
    "a" * (MAX_PATTERN + 1), "a{5001}", "(a{100}){100}", "(" * (MAX_NESTING + 2) + ")" * 60,
    "[a-" * (MAX_NESTING + 2) + "[b]" + "]" * 60, r"[\W]" * 100, r"\i" * 5_000, "a" * 5_001,
    "a{99999999999999999999}", "a{9999999,10000000}",
]  # fmt: skip


@pytest.mark.parametrize("pattern", LARGE, ids=lambda pattern: pattern[:9])
def test_what_is_too_large_is_left_at_once(pattern: str) -> None:
    """Catches a pattern that takes the machine, and one that is called invalid for its size."""
    begin = time.monotonic()
    with pytest.raises(UnsupportedError):
        read_pattern(pattern)
    assert time.monotonic() - begin < 2


def test_ranges_are_those_of_unicode() -> None:
    """Catches a plane that is passed over, and an end that is off by one."""
    found = [("", 0)] * 0x110000
    for name in CATEGORIES:
        if len(name) == 2:
            for first, last in of_categories(name):
                found[first : last + 1] = [(name, 1)] * (last + 1 - first)
    wrong = [n for n, (name, _) in enumerate(found) if name != category(chr(n))]
    assert wrong == list(range(0xD800, 0xE000))  # XML has no surrogates
    assert complement(complement(of_categories("L"))) == of_categories("L")
    assert complement(()) == ((0, 0x10FFFF),)


def test_blocks_have_the_names_of_both_versions() -> None:
    """XML Schema 1.0 lists the blocks of Unicode 3.1, of which some are called otherwise now."""
    names = "BasicLatin Latin-1Supplement Greek GreekandCoptic PrivateUse CombiningMarksforSymbols"
    assert all(map(block, names.split()))
    assert block("Tags") == ((0xE0000, 0xE007F),)
    assert block("basiclatin") is None
    assert block("") is None


def test_a_broken_pattern_hides_nothing_else(tmp_path: Path) -> None:
    """Catches a table that is not looked at for the sake of one field."""
    fields = [column("id", "integer"), column("word", pattern="(")]
    rows = [["1", "x"], ["two", "y"]]
    report = validate(build(tmp_path, [Spec("t", {"fields": fields}, rows)]).root)
    told = [(found.rule, found.field, found.line) for found in report]
    assert told == [("descriptor", "t.word", None), ("cell-type", "id", 3)]
    assert "the end comes before a group is closed" in next(iter(report)).expected


def test_what_is_taken_away_gives_no_false_alarm(tmp_path: Path) -> None:
    """Catches a subtraction that RE2 reads as something else."""
    fields = [column("word", pattern="[a-z-[aeiou]]+")]
    report = validate(build(tmp_path, [Spec("t", {"fields": fields}, [["xyz"], ["xaz"]])]).root)
    assert [(found.rule, found.line) for found in report] == [("cell-pattern", 3)]
