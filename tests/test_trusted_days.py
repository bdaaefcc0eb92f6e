"""Days that the words of an article do not give, and their honest twins, which pass."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzdata.errors import DateError
from kzdata.evidence.dates import _WEEKDAYS, MONTHS, extent, resolve
from kzdata.validation import validate
from packages import FLOOD_TEXTS, Folder, breaches, keep_texts
from stories import Cell, story

NAMES = sorted({name.rstrip(".") for name in (*_WEEKDAYS, *MONTHS)})
THURSDAY = date(2031, 3, 6)
days = st.dates(date(1900, 1, 1), date(2200, 12, 31))


def found(package: Folder, rule: str, body: str = "") -> list[str]:
    texts = keep_texts(package.root.parent / "texts", {"plover": body}) if body else None
    return [f.found for f in breaches(validate(package.root, texts=texts)) if f.rule == rule]


# ------------------------------------------------------------------------------ names of days


@given(st.sampled_from(NAMES), st.sampled_from(["{}", "on {}", "last {}", "in {}", "{} 5"]), days)
def test_a_name_in_small_letters_is_no_date(name: str, pattern: str, day: date) -> None:
    """Catches "may", "march", "sat" and "sun" as verbs and nouns."""
    with pytest.raises(DateError, match="with a capital"):
        resolve(pattern.format(name), day)


@given(st.sampled_from(NAMES), days)
def test_a_name_with_a_capital_and_a_word_before_it_is_a_date(name: str, day: date) -> None:
    pattern = "last {}" if name in _WEEKDAYS else "in {}"
    for spelt in (name.capitalize(), name.upper()):
        assert resolve(pattern.format(spelt), day)


@pytest.mark.parametrize("word", "May March Mar. Sat Sun Sun. Wed Mon Jan August MAY".split())
def test_a_word_that_begins_a_sentence_is_no_date(word: str) -> None:
    with pytest.raises(DateError, match="take the words around it"):
        resolve(word, THURSDAY)


@given(st.sampled_from(NAMES), st.sampled_from(["the {}", "The {}"]), days)
def test_no_name_has_an_article(name: str, pattern: str, day: date) -> None:
    """Catches a newspaper, a star and a march: "the Sun", "the March"."""
    with pytest.raises(DateError):
        resolve(pattern.format(name.capitalize()), day)


@given(st.text(max_size=300), st.integers(0, 300), st.integers(0, 20), days)
def test_a_longer_wording_holds_the_shorter_one(
    text: str, start: int, length: int, day: date
) -> None:
    start = min(start, len(text))
    first, last = extent(text, start, min(start + length, len(text)), day)
    assert 0 <= first <= start and last >= min(start + length, len(text))


# ------------------------------------------------------------------------------ cut short

CUT = [  # the article, what is quoted of it, the day made of that, and what stands there
    (
        "The dam broke on January 5, 2019, they say.",
        "January 5",
        "2031-01-05",
        "on January 5, 2019",
    ),
    ("It stood until February 3 and fell.", "February 3", "2031-02-03", "until February 3"),
    ("It fell on last Thursday at noon.", "Thursday", "2031-03-06", "last Thursday"),
    ("It has run since Monday night, all say.", "Monday", "2031-03-03", "since Monday night"),
    ("The clerk, June Ash, was there.", "June", "2030-06-01", "June Ash"),
    ("The clerk saw Ada April there.", "April", "2030-04-01", "Ada April"),
    ("It fell on Tuesday.", "on Tuesday", "2031-03-04", None),
    ("It fell early on March 2; 40 left.", "March 2", "2031-03-02", None),
    ("From October 2 to October 9 all fled.", "October 2", "2030-10-02", None),
    ("In October Ada left.", "In October", "2030-10-01", None),
    ("It was in October.", "October", "2030-10-01", None),
]


@pytest.mark.parametrize(("body", "quote", "day", "longer"), CUT, ids=[one[1] for one in CUT])
def test_a_date_is_not_cut_short(
    tmp_path: Path, body: str, quote: str, day: str, longer: str | None
) -> None:
    """Catches a year, a bound or a name that is left out of the quote."""
    cells = [Cell("day", day, quote, "normalised"), Cell("grain", "day", quote, "normalised")]
    package = story(tmp_path / "package", body, cells)
    assert set(found(package, "date-cut-short", body)) == ({quote} if longer else set())


# ------------------------------------------------------------------------------ far away

FAR = "A bell rang in 2019. Years later the dyke fell, it is said, and many left at once."


@pytest.mark.parametrize(
    ("day", "quote", "how", "wrong"),
    [
        ("2019-01-01", "the dyke fell", "inferred", True),
        ("1999-05-05", "many left", "inferred", True),
        ("2041-05-05", "many left", "inferred", True),
        ("2019-01-01", "rang in 2019", "inferred", False),
        ("2020-01-01", "Years later", "inferred", False),
        ("2031-01-06", "many left", "inferred", False),
        ("2019-01-01", "in 2019", "normalised", False),
    ],
)
def test_a_date_far_from_its_article_has_a_year(
    tmp_path: Path, day: str, quote: str, how: str, wrong: bool
) -> None:
    """Catches news that an inferred date puts into another time."""
    cells = [Cell("day", day, quote, how, "The words of the passage give the time of the fall.")]
    cells.append(Cell("grain", "day", quote, "inferred", "The words of the passage give it."))
    assert found(story(tmp_path, FAR, cells), "date-far") == ([day] if wrong else [])


@pytest.mark.parametrize(
    ("sent", "spoken", "wrong"),
    [
        ("2031-03-06", "2019-03-06", True),
        ("2031-03-06", "2031-02-26", True),
        ("2031-03-06", "2031-02-27", False),
        ("2031-03-06", "2031-03-06", False),
        ("2031-03-06", "2030-03-06", True),
    ],
)
def test_an_article_speaks_from_days_before_it_is_printed(
    tmp_path: Path, sent: str, spoken: str, wrong: bool
) -> None:
    """Catches a day of speaking that moves every weekday of the article."""
    package = story(tmp_path, "The dyke fell on Tuesday.", sent=sent, spoken=spoken)
    assert found(package, "source-day-far") == ([spoken] if wrong else [])


@pytest.mark.parametrize(
    ("words", "wrong"),
    [("on March 6, 2019", False), ("on March 6", True), ("on Wednesday", True)],
)
def test_a_printed_day_explains_an_old_article(tmp_path: Path, words: str, wrong: bool) -> None:
    """Catches a weekday, which fits some week of any year, as the reason for another year."""
    body = f"The dyke fell {words}."
    package = story(tmp_path, body, [Cell("fate", "x", words, "inferred", "y")],
                    spoken="2019-03-06")  # fmt: skip

    def dated(schema: dict[str, object]) -> None:
        sources = schema["kzdata:sources"]
        assert isinstance(sources, dict)
        sources["day_span"] = "web"

    package.reschema("letters", dated)
    package.edit("letters", 0, "web", "p1")
    assert found(package, "source-day-far") == (["2019-03-06"] if wrong else [])


def test_the_flood_speaks_from_its_own_days(island: Folder, tmp_path: Path) -> None:
    report = validate(island.root, texts=keep_texts(tmp_path / "texts", FLOOD_TEXTS))
    assert breaches(report) == []
