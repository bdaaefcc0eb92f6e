"""The grammars of Russian: golden tables, twins that must not be read, numerals in all cases."""

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import russian
from kzdata.errors import DateError, FigureError
from kzdata.evidence.dates import PRECISIONS
from kzdata.evidence.figures import MAX_WORDING, QUALIFIERS, canonical
from kzdata.evidence.languages.russian import GRAMMAR
from kzdata.evidence.languages.russian.numerals import cardinal, plain
from kzdata.evidence.sentences import sentences
from strategies import any_text, hazard_text, mangled

HERE = Path(__file__).parent
THURSDAY = date(2022, 1, 6)
WEEKDAYS = "понедельник вторник среду четверг пятницу субботу воскресенье".split()
MONTHS = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()
CASES = st.sampled_from(russian.CASES)
below_a_million = st.integers(0, 999_999)
days = st.dates(date(1600, 1, 1), date(2999, 12, 31))


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FIGURES, DATES = rows("russian_figures_golden.csv"), rows("russian_dates_golden.csv")
WORDS = sorted({word for row in (*FIGURES, *DATES) for word in row["wording"].split()})


def bounds(wording: str) -> tuple[str, str, str]:
    found = GRAMMAR.figure(wording)
    return canonical(found.low), canonical(found.high), found.qualifier


def figure(wording: str) -> tuple[Any, ...]:
    return GRAMMAR.figure(wording)


def dated(wording: str, written_on: date) -> tuple[Any, ...]:
    return GRAMMAR.days(wording, written_on)


def grouped(number: int, blank: str) -> str:
    return f"{number:,}".replace(",", blank)


# ------------------------------------------------------------------------------ tables


@pytest.mark.parametrize("row", FIGURES, ids=lambda row: row["wording"])
def test_each_golden_wording_has_its_figure(row: dict[str, str]) -> None:
    for wording in (row["wording"], row["wording"].upper(), row["wording"].replace("ё", "е")):
        assert bounds(wording) == (row["low"], row["high"], row["qualifier"])


@pytest.mark.parametrize("row", rows("russian_figures_refused.csv"), ids=lambda r: r["wording"])
def test_what_is_no_figure_is_not_read(row: dict[str, str]) -> None:
    """Catches a price, a day, a telephone number or a guess that becomes a count."""
    with pytest.raises(FigureError) as caught:
        GRAMMAR.figure(row["wording"])
    assert row["message"] in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("row", DATES, ids=lambda row: f"{row['wording']} @ {row['written_on']}")
def test_each_golden_wording_has_its_days(row: dict[str, str]) -> None:
    found = GRAMMAR.days(row["wording"], date.fromisoformat(row["written_on"]))
    days = tuple(str(value or "") for value in found)
    assert days == (row["start"], row["end"], row["precision"])


@pytest.mark.parametrize("row", rows("russian_dates_refused.csv"), ids=lambda r: r["wording"])
def test_what_is_no_date_is_not_read(row: dict[str, str]) -> None:
    with pytest.raises(DateError) as caught:
        GRAMMAR.days(row["wording"], THURSDAY)
    assert row["message"] in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_golden_tables_are_large_and_show_everything() -> None:
    """Catches a qualifier or a precision that Russian words never have."""
    assert len({row["wording"] for row in FIGURES}) == len(FIGURES) >= 80
    assert len({row["wording"] for row in DATES}) >= 80
    assert {row["qualifier"] for row in FIGURES} == set(QUALIFIERS)
    assert {row["precision"] for row in DATES} == set(PRECISIONS)


@pytest.mark.parametrize("row", FIGURES, ids=lambda row: row["wording"])
def test_every_figure_has_a_token(row: dict[str, str]) -> None:
    """Catches a wording that the coverage report would never have asked for."""
    quiet = row["wording"].startswith(("данных", "нет"))
    assert quiet or list(GRAMMAR.number_tokens(row["wording"]))


# ------------------------------------------------------------------------------ numerals


@given(below_a_million, CASES)
def test_each_cardinal_is_read_in_each_case(number: int, case: str) -> None:
    words = russian.spelled(number, case)
    assert figure(words) == (number, number, "exact")
    found = cardinal(plain(words))
    assert found and case in found.cases


@pytest.mark.slow
def test_no_cardinal_is_read_as_another() -> None:
    """Catches a form that only some numbers have: all, and those below 10,000 in each case."""
    for number in range(1_000_000):
        for case in russian.CASES if number < 10_000 else "n":
            found = cardinal(plain(russian.spelled(number, case)))
            assert found and found.value == number and case in found.cases, (number, case)


@given(below_a_million, below_a_million, CASES)
def test_two_numbers_side_by_side_are_no_sum(first: int, second: int, case: str) -> None:
    """Catches words that are added up where they only stand beside one another."""
    words = plain(f"{russian.spelled(first, case)} {russian.spelled(second, case)}")
    found = cardinal(words)
    assert found is None or words == plain(russian.spelled(int(found.value), case))


@given(below_a_million, st.sampled_from(["", " ", "\u00a0", "\u202f"]))
def test_digits_are_read_with_any_blank(number: int, blank: str) -> None:
    assert figure(grouped(number, blank)) == (number, number, "exact")


@given(st.integers(0, 10**9), st.integers(0, 99))
def test_a_comma_begins_a_fraction(whole: int, hundredths: int) -> None:
    assert bounds(f"{whole},{hundredths:02}") == (
        *(f"{whole}.{hundredths:02}".rstrip("0").rstrip("."),) * 2,
        "exact",
    )


@given(st.integers(1, 999), st.integers(0, 999))
def test_what_english_groups_is_not_read(thousands: int, rest: int) -> None:
    """Catches a thousand that becomes one, and one that becomes a thousand."""
    for mark in (",", "."):
        with pytest.raises(FigureError, match="group digits"):
            figure(f"{thousands}{mark}{rest:03}")


@given(below_a_million)
def test_each_qualifier_goes_with_each_number(number: int) -> None:
    for printed in (f"{number}", grouped(number, "\u00a0"), russian.spelled(number, "g")):
        assert figure(f"более {printed}") == (number, None, "more_than")
        assert figure(f"Не менее {printed}") == (number, None, "at_least")
        assert figure(f"до {printed}") == (None, number, "at_most")
        assert figure(f"менее {printed}") == (None, number, "less_than")
        assert figure(f"около {printed}") == (number, number, "approximately")


@given(below_a_million, below_a_million)
def test_ranges_keep_their_ends_or_are_refused(low: int, high: int) -> None:
    words = [russian.spelled(number, "g") for number in (low, high)]
    digits = [grouped(number, " ") for number in (low, high)]
    for wording in (
        "от {} до {}".format(*words),
        "от {} до {}".format(*digits),
        "{}–{}".format(*digits),
    ):
        if "тысяч" in words[1] and "тысяч" not in words[0] and wording.startswith("от "):
            continue  # "от двух до трёх тысяч" is two thousand: the golden table has it
        if low <= high:
            assert figure(wording) == (low, high, "range")
        else:
            with pytest.raises(FigureError):
                figure(wording)


@given(any_text() | mangled(WORDS))
def test_anything_else_is_a_figure_error(wording: str) -> None:
    try:
        found = GRAMMAR.figure(wording)
    except FigureError as error:
        assert "\n" not in str(error) and "\r" not in str(error)
    else:
        assert found.qualifier in QUALIFIERS
        assert len(wording) <= MAX_WORDING
        assert found.low is None or found.high is None or found.low <= found.high


# ------------------------------------------------------------------------------ dates


def printed_day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year} года"


@given(days, days)
def test_a_printed_day_is_that_day(day: date, written_on: date) -> None:
    printed = (
        printed_day(day),
        f"{day.day:02}.{day.month:02}.{day.year}",
        f"{day}",
    )
    for wording in printed:
        assert dated(wording, written_on) == (day, day, "day")
        assert dated(f"до {wording}", written_on) == (None, day, "before")
        assert dated(f"с {wording}", written_on) == (day, None, "since")


@given(days, st.integers(0, 6))
def test_a_weekday_is_one_of_the_last_seven_days(written_on: date, number: int) -> None:
    found = GRAMMAR.days(f"в {WEEKDAYS[number]}", written_on)
    assert found.start == found.end and found.start
    assert found.start.weekday() == number
    assert timedelta() <= written_on - found.start <= timedelta(6)


@given(days)
def test_a_day_without_a_year_is_not_ahead(written_on: date) -> None:
    for day in (written_on, written_on + timedelta(1)):
        assume((day.month, day.day) != (2, 29))
        found = GRAMMAR.days(f"{day.day} {MONTHS[day.month - 1]}", written_on)
        assert found.start and found.start <= written_on
        assert (found.start.month, found.start.day) == (day.month, day.day)
        assert written_on - found.start < timedelta(366)


@given(days)
def test_a_night_is_two_days(day: date) -> None:
    before, after = day - timedelta(1), day + timedelta(1)
    first, last, next_ = map(printed_day, (before, day, after))
    assert dated(f"в ночь на {last}", day) == (before, day, "night")
    assert dated(f"в ночь с {first} на {last}", day) == (before, day, "night")
    with pytest.raises(DateError, match="no night"):
        dated(f"в ночь с {first} на {next_}", day)


@given(days, st.integers(1, 400))
def test_days_ago_are_counted_in_digits_and_words(written_on: date, number: int) -> None:
    assume(written_on.year > 1700)
    teen = number % 100 in (11, 12, 13, 14)
    unit = "дней" if teen else {1: "день", 2: "дня", 3: "дня", 4: "дня"}.get(number % 10, "дней")
    for printed in (str(number), russian.spelled(number, "a")):
        day = written_on - timedelta(number)
        assert dated(f"{printed} {unit} назад", written_on) == (day, day, "day")


@given(any_text() | mangled(WORDS), days)
def test_anything_else_is_a_date_error(wording: str, written_on: date) -> None:
    try:
        found = GRAMMAR.days(wording, written_on)
    except DateError as error:
        assert "\n" not in str(error) and "\r" not in str(error)
    else:
        assert found.precision in PRECISIONS
        assert not (found.start and found.end) or found.start <= found.end


@pytest.mark.parametrize("wording", ["вчера", "ночью", "неделю назад", "в воскресенье"])
def test_a_date_before_the_calendar_is_refused(wording: str) -> None:
    """Catches OverflowError and ValueError from date arithmetic."""
    with pytest.raises(DateError):
        dated(wording, date.min)


@pytest.mark.parametrize(
    "unit", ["сто ", "от ", "два-", "с 5 по ", "5 ", "в ночь на ", "до конца "]
)
def test_hostile_repetition_is_quick(unit: str) -> None:
    for length in (100, MAX_WORDING, 10**6):
        wording = (unit * length)[:length].strip()
        with pytest.raises(FigureError):
            figure(wording)
        with pytest.raises(DateError):
            dated(wording, THURSDAY)


# ------------------------------------------------------------------------------ in a text


def tokens(text: str) -> list[str]:
    return [token.token for token in GRAMMAR.number_tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("более 1 000 человек, 15% и 2,5 млн", ["1 000", "15%", "2,5", "млн"]),
        ("Ил-76 и 25-летний, 3-й, в 12:30", ["76", "25", "3-й", "12:30"]),
        ("двадцатью пятью, трёх, Сорока", ["двадцатью", "пятью", "трёх", "Сорока"]),
        ("несколько десятков, сотни тысяч", ["несколько", "десятков", "сотни", "тысяч"]),
        ("третьего, вдвое, обеими, полтора", ["третьего", "вдвое", "обеими", "полтора"]),
        ("стол, пятница, тритон, семья", []),
        ("в 2021 100 человек", ["2021", "100"]),
        ("\u00bd и \u0663", ["\u00bd", "\u0663"]),
    ],
)
def test_each_number_token_is_found(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@given(below_a_million, CASES)
def test_each_word_of_a_numeral_is_a_token(number: int, case: str) -> None:
    words = russian.spelled(number, case)
    assert tokens(f"Их было {words}.") == words.split()


@given(hazard_text() | any_text())
def test_tokens_are_slices_in_order(text: str) -> None:
    end = 0
    for token in GRAMMAR.number_tokens(text):
        assert text[token.start : token.end] == token.token != ""
        assert end <= token.start
        end = token.end
    found = {i for t in GRAMMAR.number_tokens(text) for i in range(t.start, t.end)}
    assert all(i in found for i, character in enumerate(text) if character.isdecimal())


@pytest.mark.parametrize(
    ("text", "wording", "longer", "certain"),
    [
        ("погибли более 1 000 человек", "1 000", "более 1 000", True),
        ("погибли 1 000 человек", "000", "1 000", True),
        ("погибли не 30, а 12 человек", "30", "не 30", True),
        ("сотни тысяч людей", "сотни", "сотни тысяч", True),
        ("двадцать пять человек", "пять", "двадцать пять", True),
        ("до 20 зданий", "20", "до 20", False),
        ("около двух домов", "двух", "около двух", False),
        ("погибли 12 человек", "12", "", True),
        ("число выросло от 12 до 14", "12", "", True),
        ("тем не менее 12 человек спаслись", "12", "", True),
        ("погибли не менее 12 человек", "12", "не менее 12", True),
        ("погибли 3 тыс. человек", "3", "3 тыс.", True),
        ("не спасся ни один рыбак", "один", "ни один", True),
        ("погибли двое — трое ранены", "двое", "", True),
        ("в 2022 100 человек", "100", "", True),
    ],
)
def test_a_number_is_not_cut_short(text: str, wording: str, longer: str, certain: bool) -> None:
    start = text.index(wording)
    found = GRAMMAR.cut(text, start, start + len(wording))
    assert (found.wording if found else "") == longer
    assert found is None or found.certain == certain


@pytest.mark.parametrize(
    ("text", "wording", "longer"),
    [
        ("Всё закончилось до 5 января 2022 года.", "5 января", "до 5 января 2022 года"),
        ("Штурм был в ночь на 6 января, говорят", "6 января", "в ночь на 6 января"),
        ("Это было в прошлую среду вечером.", "среду", "в прошлую среду вечером"),
        ("Погибли 5 января.", "5 января", "5 января"),
    ],
)
def test_a_date_is_whole(text: str, wording: str, longer: str) -> None:
    start = text.index(wording)
    first, last = GRAMMAR.date_extent(text, start, start + len(wording), THURSDAY)
    assert text[first:last] == longer


def test_abbreviations_and_initials_end_no_sentence() -> None:
    """Catches a claim that is cut in two behind "3 тыс."."""
    text = "Погибли 3 тыс. человек, сказал К. Токаев. В 2022 г. город ждал.\nСтрока\nидёт дальше."
    found = [text[start:end] for start, end in sentences(text, GRAMMAR.abbreviations)]
    assert found[:2] == ["Погибли 3 тыс. человек, сказал К. Токаев", "В 2022 г. город ждал"]
