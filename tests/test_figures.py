"""The figure grammar against its golden table, against refusals, and against anything."""

import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzdata.errors import FigureError
from kzdata.evidence import figures
from kzdata.evidence.figures import MAX_WORDING, QUALIFIERS, canonical, extent, number_tokens, parse
from strategies import any_text, hazard_text, mangled

HERE = Path(__file__).parent
ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


GOLDEN = rows("figures_golden.csv")
WORDS = sorted({word for row in GOLDEN for word in row["wording"].split()})


def spelled(number: int, conjunction: str) -> str:
    """English words for 0 to 999,999, written independently of the grammar."""
    if number < 20:
        return ONES[number]
    if number < 100:
        return TENS[number // 10] + (f"-{ONES[number % 10]}" if number % 10 else "")
    if number < 1000:
        rest = f"{conjunction}{spelled(number % 100, conjunction)}" if number % 100 else ""
        return f"{ONES[number // 100]} hundred{rest}"
    rest = f" {spelled(number % 1000, conjunction)}" if number % 1000 else ""
    return f"{spelled(number // 1000, conjunction)} thousand{rest}"


def bounds(wording: str) -> tuple[str, str, str]:
    figure = parse(wording)
    return canonical(figure.low), canonical(figure.high), figure.qualifier


# ------------------------------------------------------------------------------ tables


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: row["wording"])
def test_each_golden_wording_has_its_figure(row: dict[str, str]) -> None:
    assert bounds(row["wording"]) == (row["low"], row["high"], row["qualifier"])


@pytest.mark.parametrize("row", rows("figures_refused.csv"), ids=lambda row: repr(row["wording"]))
def test_refused_wordings(row: dict[str, str]) -> None:
    with pytest.raises(FigureError) as caught:
        parse(row["wording"])
    assert row["message"] in str(caught.value)
    assert "\n" not in str(caught.value)


def test_golden_table_is_large_and_shows_every_qualifier() -> None:
    """Catches a qualifier that is documented and never produced, or the other way round."""
    assert len(GOLDEN) >= 110
    assert len({row["wording"] for row in GOLDEN}) == len(GOLDEN)
    assert {row["qualifier"] for row in GOLDEN} == set(QUALIFIERS)


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: row["wording"])
def test_every_figure_has_a_token(row: dict[str, str]) -> None:
    """Catches a wording that the coverage report would never have asked for."""
    quiet = row["wording"] in ("a", "an", "at least a") or row["wording"].lower().startswith(
        "without"
    )
    assert quiet or list(number_tokens(row["wording"] + " of"))


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: row["wording"])
def test_case_does_not_matter(row: dict[str, str]) -> None:
    assert parse(row["wording"].upper()) == parse(row["wording"])


# ------------------------------------------------------------------------------ properties


@given(st.integers(0, 10**30))
def test_printed_integers_round_trip(number: int) -> None:
    assert bounds(f"{number}") == bounds(f"{number:,}") == (str(number), str(number), "exact")


@given(st.integers(0, 999_999), st.sampled_from([" and ", " "]))
def test_number_words_are_read(number: int, conjunction: str) -> None:
    assert parse(spelled(number, conjunction)) == (number, number, "exact")


@given(st.integers(1, 999_999))
def test_each_qualifier_goes_with_each_number(number: int) -> None:
    words = spelled(number, " and ")
    for figure in (f"{number}", f"{number:,}", words, words.capitalize()):
        assert parse(f"more than {figure}") == (number, None, "more_than")
        assert parse(f"No fewer than {figure}") == (number, None, "at_least")
        assert parse(f"up to {figure}") == (None, number, "at_most")
        assert parse(f"under {figure}") == (None, number, "less_than")
        assert parse(f"some {figure}") == (number, number, "approximately")


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_ranges_keep_their_ends_or_are_refused(low: int, high: int) -> None:
    for wording in (f"between {low} and {high}", f"from {low:,} to {high:,}", f"{low}-{high}"):
        if low <= high:
            assert parse(wording) == (low, high, "range")
        else:
            with pytest.raises(FigureError):
                parse(wording)


@given(st.integers(0, 10**6))
def test_only_one_ending_makes_an_ordinal(number: int) -> None:
    read = []
    for ending in ("st", "nd", "rd", "th"):
        try:
            read.append(parse(f"{number}{ending}"))
        except FigureError:
            continue
    assert read == [(number, number, "ordinal")]


@given(st.integers(0, 99), st.integers(0, 99))
def test_clock_times_are_their_digits(hour: int, minute: int) -> None:
    wording = f"{hour:02}:{minute:02}"
    valid = (hour < 24 and minute < 60) or wording == "24:00"
    try:
        assert parse(wording) == (int(f"{hour}{minute:02}"),) * 2 + ("clock_time",)
    except FigureError:
        assert not valid
    else:
        assert valid


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20))
def test_the_canonical_wording_is_read_back(value: Decimal) -> None:
    printed = canonical(value)
    assert Decimal(printed) == value
    assert canonical(Decimal(printed)) == printed
    assert "E" not in printed.upper() and printed != "-0"
    assert "." not in printed or not printed.endswith(("0", "."))


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1E+999999", "1E-999999"])
def test_canonical_refuses_a_number_it_cannot_print(value: str) -> None:
    with pytest.raises(FigureError):
        canonical(Decimal(value))


def test_long_digits_stay_exact() -> None:
    """Catches the 28 digits of Decimal's default context."""
    digits = "1234567890" * 15 + ".5"
    assert canonical(parse(f"{digits} million").low) == "1234567890" * 15 + "500000"


@given(any_text() | mangled(WORDS))
def test_anything_else_is_a_figure_error(wording: str) -> None:
    try:
        figure = parse(wording)
    except FigureError as error:
        assert "\n" not in str(error) and "\r" not in str(error)
    else:
        assert figure.qualifier in QUALIFIERS
        assert wording.replace("\u2013", "-").isascii()
        assert len(wording) <= MAX_WORDING
        assert figure.low is None or figure.high is None or figure.low <= figure.high


@pytest.mark.parametrize("unit", ["one ", "a to ", "- ", "between and ", "1,", "several ", "of "])
def test_hostile_repetition_is_quick(unit: str) -> None:
    for length in (MAX_WORDING, 10**6):
        with pytest.raises(FigureError):
            parse((unit * length)[:length].strip() or unit)


# ------------------------------------------------------------------------------ tokens


def tokens(text: str) -> list[str]:
    return [token.token for token in number_tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("70 Il-76 and An-124 on Khabar-24 in 2021", ["70", "76", "124", "24", "2021"]),
        ("@TenKZ someone Severalty numbered none", ["none"]),
        ("1,000, then 70%. At 23:00: 2.5", ["1,000", "70%", "23:00", "2.5"]),
        ("the 11th and 3rd-party 5star 1990s", ["11th", "3rd", "5", "1990"]),
        (
            "Twenty-one, twenty-first and two-thirds",
            ["Twenty-one", "twenty-first", "two", "thirds"],
        ),
        ("a number of, the number was, number of", ["number", "number"]),
        ("tenfold, twice, DOUBLE, both", ["tenfold", "twice", "DOUBLE", "both"]),
        ("several hundred, tens of thousands", ["several", "hundred", "tens", "thousands"]),
        ("two\u2013three; ten\u2019s; \u00bd", ["two", "three", "ten", "\u00bd"]),
        ("\u0663 and no other", ["\u0663", "no"]),
        (
            "three decades, a century, another pair",
            ["three", "decades", "century", "another", "pair"],
        ),
    ],
)
def test_each_number_token_is_found(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@given(any_text())
def test_tokens_are_slices_in_order(text: str) -> None:
    end = 0
    for token in number_tokens(text):
        assert text[token.start : token.end] == token.token != ""
        assert end <= token.start
        end = token.end
    found = {i for token in number_tokens(text) for i in range(token.start, token.end)}
    assert all(i in found for i, character in enumerate(text) if character.isdecimal())


pieces_of_numbers = st.sampled_from(
    "twenty One fold first no number of 12 .5 , % - st _ \u00bd \u00b2 \u0663 s x ".split(" ")
)


@given(st.lists(pieces_of_numbers).map("".join) | any_text())
def test_the_tokens_are_all_that_the_pattern_finds(text: str) -> None:
    found = [match.span() for match in re.finditer(figures._TOKEN_RE, text)]
    assert [(token.start, token.end) for token in number_tokens(text)] == found


# ------------------------------------------------------------------------------ extent


@pytest.mark.parametrize(
    ("text", "wording", "expected"),
    [
        ("there were more than 1,000 people", "1,000", "more than 1,000"),
        ("two hundred soldiers", "two", "two hundred"),
        ("a toll (over 60).", "60", "over 60"),
        ("\u201cNo figures\u201d were given", "No", "No figures"),
        ("all 317, they said", "17", "317"),
        ("all 317, they said", "317", "317"),
        ("from 23:00 to 07:00", "23:00", "23:00"),
        ("dozens of people", "dozens", "dozens of"),
        ("one million two hundred and five", "hundred", "one million two hundred and five"),
    ],
)
def test_the_extent_of_a_number_is_its_whole_wording(
    text: str, wording: str, expected: str
) -> None:
    start = text.index(wording)
    first, last = extent(text, start, start + len(wording))
    assert text[first:last] == expected


@given(hazard_text(max_size=20), st.sampled_from(GOLDEN), hazard_text(max_size=20))
def test_the_extent_contains_the_position(before: str, row: dict[str, str], after: str) -> None:
    start, end = len(before), len(before) + len(row["wording"])
    text = before + row["wording"] + after
    first, last = extent(text, start, end)
    assert 0 <= first <= start and end <= last <= len(text)
    assert (first, last) == (start, end) or parse(text[first:last])


@given(
    st.sampled_from([*figures._QUALIFIER_OF, "", "another", "from"]),
    st.from_regex(figures._DIGITS_RE, fullmatch=True)
    | st.sampled_from(["5%", "07", "1,00", "5:30"]),
)
def test_digits_are_read_at_once_as_the_other_rules_would_read_them(
    prefix: str, number: str
) -> None:
    text = f"{prefix} {number}".strip()
    found = figures._digits(text)
    if found is not None:
        slowly = (rule(text) for rule in figures._RULES if rule is not figures._digits)
        assert found == next(figure for figure in slowly if figure is not None)
