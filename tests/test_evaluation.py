"""Scores of predictions: each kind of error worked out by hand, and what holds of all scores."""

import json
import re
import shutil
import sys
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coast
from coast import CLAIMS, GULL, entry
from commands import kz, refused
from conftest import ROOT
from kzdata.entries.evaluation import Counts, Evaluation, evaluate
from kzdata.entries.matching import heaviest
from packages import Folder

sys.path.append(str(ROOT / "benchmarks"))

import extraction


@pytest.fixture(scope="module")
def gold(tmp_path_factory: pytest.TempPathFactory) -> tuple[Folder, Path]:
    return coast.coast(tmp_path_factory.mktemp("coast"))


def scored(gold: tuple[Folder, Path], claims: dict[str, str], folder: Path) -> Evaluation:
    """The evaluation of an entry."""
    file = folder / "predicted.toml"
    file.write_text(entry(claims), encoding="utf-8")
    return evaluate([file], gold[0].root, gold[1])


def changed(name: str, old: str, new: str) -> dict[str, str]:
    """The gold claims, with words of one of them replaced."""
    assert CLAIMS[name].count(old) == 1
    return {**CLAIMS, name: CLAIMS[name].replace(old, new)}


PASSAGES = ("passages: the same", "passages: characters")


def perfect(found: Evaluation, *but: str) -> None:
    """All scores are 1, but for those that are named."""
    others = {s.name: s for s in found.scores if s.name not in but and s.counts.f1 is not None}
    assert {name for name, s in others.items() if s.counts.f1 != 1} == set()
    assert {s.macro for s in others.values()} == {1.0}


def kinds(found: Evaluation) -> list[tuple[str, str]]:
    return [(one.kind, one.field) for one in found.misses]


# ------------------------------------------------------------------------------ gold


def test_gold_against_itself_is_right(gold: tuple[Folder, Path], tmp_path: Path) -> None:
    """Catches a score that the right answer does not reach, as an entry or as a package."""
    for found in (
        scored(gold, CLAIMS, tmp_path),
        evaluate([gold[0].root], *(gold[0].root, gold[1])),
    ):
        perfect(found)
        assert found.misses == ()
        assert found["claims"].counts == Counts(4, 4, 4)
        assert found["contradictions"].counts == Counts(1, 1, 1)
        assert found["said by"].counts == Counts(3, 3, 3)


def test_the_shipped_package_against_itself_is_right(
    package: Path, texts: Path, tmp_path: Path
) -> None:
    """Catches real entries that the reader loses something of."""
    words = kz("entry", "overtdefense", "-p", package, "--texts", texts).out
    (tmp_path / "overtdefense.toml").write_text(words, encoding="utf-8")
    for predictions, claims in ((package, 178), (tmp_path, 28)):
        found = evaluate([predictions], package, texts)
        perfect(found)
        assert found.misses == ()
        assert found["claims"].counts == Counts(claims, claims, claims)
        assert found["receipts: words say it"].counts.right > 6 * claims


def test_a_package_in_a_zip_is_compared_too(gold: tuple[Folder, Path], tmp_path: Path) -> None:
    """Catches predictions, or a gold package, that are no folder."""
    packed = shutil.make_archive(str(tmp_path / "coast"), "zip", gold[0].root)
    found = evaluate([Path(packed)], Path(packed), gold[1])
    perfect(found)
    assert found["claims"].counts == Counts(4, 4, 4)


def test_a_package_of_broken_receipts_is_scored(gold: tuple[Folder, Path], tmp_path: Path) -> None:
    """Catches a stranger's offsets, keys and roles that end the evaluation."""
    folder = Folder(Path(shutil.copytree(gold[0].root, tmp_path / "broken")))
    folder.edit("passages", 0, "from", "x")  # that of the 12 fishers
    folder.edit("receipts", 8, "passage", "none")
    folder.edit("receipts", 9, "cell", "none")
    folder.reseal()
    found = evaluate([folder.root], gold[0].root, gold[1])
    receipts = found["receipts: words stand there"].counts
    assert 0 < receipts.right < receipts.found
    assert found["claims"].counts == Counts(3, 4, 4)


def test_nothing_predicted_finds_nothing(gold: tuple[Folder, Path], tmp_path: Path) -> None:
    found = scored(gold, {}, tmp_path)
    assert found["claims"].counts == Counts(0, 0, 4)
    assert found["contradictions"].counts == Counts(0, 0, 1)
    assert found["figure"].counts.f1 is None
    assert kinds(found) == [("missed", "")] * 4 + [("contradiction", "")]


# ------------------------------------------------------------------------------ errors by hand


def test_an_invented_number(gold: tuple[Folder, Path], tmp_path: Path) -> None:
    """Catches a number that no article prints and a score that does not tell."""
    found = scored(gold, changed("fishers", '"12"', '"19"'), tmp_path)
    perfect(
        found,
        *("figure", "figure, nearly", "numbers of the article"),
        *("receipts: words stand there", "receipts: words say it", *PASSAGES),
    )
    assert found["numbers of the article"].counts == Counts(3, 4, 4)
    assert found["figure"].counts == Counts(3, 4, 4)
    assert kinds(found) == [("wrong", "figure"), ("unsupported", "figure"), ("invented", "")]
    miss = found.misses[0]
    assert (miss.expected, miss.found, miss.quote) == ("12", "19", CLAIMS["fishers"].split('"')[3])


def test_another_number_of_the_article_is_not_invented(
    gold: tuple[Folder, Path], tmp_path: Path
) -> None:
    found = scored(gold, changed("fishers", 'figure = "12"', 'figure = "three"'), tmp_path)
    assert found["numbers of the article"].counts == Counts(4, 4, 4)
    assert found["figure"].counts == Counts(3, 4, 4)
    assert found["receipts: words say it"].counts.f1 == 1


def test_collapsed_scopes(gold: tuple[Folder, Path], tmp_path: Path) -> None:
    """Catches one claim of all people in the place of one of fishers and one of pilots."""
    claims = changed("fishers", 'folk = "fishers <- fishers"\n', "")
    del claims["pilots"]
    found = scored(gold, claims, tmp_path)
    assert found["scopes kept apart"].counts == Counts(2, 3, 3)
    assert found["claims"].counts == Counts(3, 3, 4)
    assert found["population"].counts == Counts(1, 1, 2)
    assert ("collapsed", "") in kinds(found)
    # A claim of fishers alone collapses nothing: that of pilots is missed.
    alone = scored(gold, {n: c for n, c in CLAIMS.items() if n != "pilots"}, tmp_path)
    assert alone["scopes kept apart"].counts == Counts(3, 3, 3)
    assert kinds(alone) == [("missed", "")]


def test_absence_taken_for_zero(gold: tuple[Folder, Path], tmp_path: Path) -> None:
    """Catches "no figures" that becomes a count of nobody."""
    found = scored(gold, changed("missing", '"no figures"', '"no"'), tmp_path)
    numbers = ("figure", "figure, nearly", "qualifier", "claims with a number")
    perfect(found, "absence kept", *numbers, *PASSAGES)
    assert found["absence kept"].counts == Counts(3, 4, 4)
    assert found["figure"].counts == Counts(3, 4, 4)
    assert ("zero", "") in kinds(found)


def test_a_swapped_claimant(gold: tuple[Folder, Path], tmp_path: Path) -> None:
    """Catches who says it and who carried it, taken for each other."""
    claims = changed("hurt", 'speaker = "warden <- the warden"', 'carrier = "warden <- the warden"')
    claims["hurt"] = claims["hurt"].replace('carrier = "master', 'speaker = "master')
    found = scored(gold, claims, tmp_path)
    perfect(found, "said by", "carried by")
    assert found["said by"].counts == Counts(2, 3, 3)
    assert found["carried by"].counts == Counts(0, 1, 1)
    assert [(m.field, m.expected, m.found) for m in found.misses] == [
        ("said by", "The warden", "The harbour master"),
        ("carried by", "The harbour master", "The warden"),
    ]


def test_a_day_off_by_one(gold: tuple[Folder, Path], tmp_path: Path) -> None:
    """Catches a day that its words do not mean."""
    day = 'day = "2031-03-05 <- on Tuesday"\ngrain = "day <- on Tuesday"'
    found = scored(gold, changed("fishers", 'date = "on Tuesday"', day), tmp_path)
    perfect(found, "day", "day, nearly", "receipts: words say it")
    assert found["day"].counts == found["day, nearly"].counts == Counts(1, 2, 2)
    assert kinds(found) == [("wrong", "day"), ("unsupported", "day")]


def test_a_day_of_another_precision_is_near(gold: tuple[Folder, Path], tmp_path: Path) -> None:
    day = 'day = "2031-03-01 ?? The month."\ngrain = "month ?? The month."'
    found = scored(gold, changed("fishers", 'date = "on Tuesday"', day), tmp_path)
    assert found["day"].counts == Counts(1, 2, 2)
    assert found["day, nearly"].counts == Counts(2, 2, 2)


@pytest.mark.parametrize(
    ("name", "old", "new", "field"),
    [
        ("hurt", "pilots <- pilots", "people ?? All of them.", "population"),
        ("hurt", "aske <- Aske", "coast ?? All of it.", "place"),
    ],
)
def test_a_whole_is_near(
    name: str, old: str, new: str, field: str, gold: tuple[Folder, Path], tmp_path: Path
) -> None:
    """Catches a whole that counts as its part, or as anything."""
    found = scored(gold, changed(name, old, new), tmp_path)
    perfect(found, field, *PASSAGES)
    right = found[field].counts
    assert right == Counts(right.wanted - 1, right.wanted, right.wanted)
    other = scored(gold, changed("hurt", "aske <- Aske", "vik <- Vik"), tmp_path)
    assert other["place, nearly"].counts == Counts(3, 4, 4)


def test_words_that_do_not_say_it(gold: tuple[Folder, Path], tmp_path: Path) -> None:
    """Catches a receipt of any words, and one of words that stand nowhere."""
    found = scored(gold, changed("hurt", "hurt <- hurt", "hurt <- drowned"), tmp_path)
    stand, say = (found[f"receipts: words {w}"].counts for w in ("stand there", "say it"))
    assert (say.found - say.right, stand.right) == (1, stand.found)
    found = scored(gold, changed("hurt", "hurt <- hurt", "hurt <- wounded"), tmp_path)
    assert found["receipts: words stand there"].counts.right == stand.right - 1
    (miss,) = found.misses
    assert (miss.kind, miss.field, miss.found, miss.quote) == (
        "unsupported",
        "fate",
        "hurt",
        "wounded",
    )
    assert found["outcome"].counts == Counts(4, 4, 4)  # what is said is right, its receipt is not


def test_a_claim_too_many_and_a_quote_that_stands_nowhere(
    gold: tuple[Folder, Path], tmp_path: Path
) -> None:
    extra = (
        CLAIMS["hurt"].replace("five pilots were hurt", "five were lost").replace("c-hurt", "c-x")
    )
    found = scored(gold, {**CLAIMS, "x": re.sub("links.*\n", "", extra)}, tmp_path)
    assert found["claims"].counts == Counts(4, 5, 4)
    assert [one for one in kinds(found) if one[0] == "unfounded"] == [("unfounded", "")]


def test_a_predicted_contradiction_that_nobody_sees(
    gold: tuple[Folder, Path], tmp_path: Path
) -> None:
    found = scored(gold, changed("hurt", "contradicts c-fishers", "contradicts c-pilots"), tmp_path)
    assert found["contradictions"].counts == Counts(0, 1, 1)
    assert kinds(found) == [("contradiction", "")]


def test_a_block_of_no_table_counts_as_a_claim(gold: tuple[Folder, Path], tmp_path: Path) -> None:
    found = scored(
        gold, {**CLAIMS, "x": '[[claim]]\ntable = "tides"\nquote = "12 fishers"\n'}, tmp_path
    )
    assert found["claims"].counts == Counts(4, 5, 4)


def test_the_benchmark_scores_drafts_of_both_kinds(gold: tuple[Folder, Path]) -> None:
    """Catches a baseline that reads the rows, or names that an article's own rows brought."""
    found = {
        unseen: extraction.scored(*gold_paths(gold), unseen=unseen) for unseen in (False, True)
    }
    assert found[False]["claims"].counts == found[True]["claims"].counts == Counts(3, 3, 4)
    assert found[False]["place"].counts == Counts(3, 3, 3)
    assert found[True]["place"].counts == Counts(0, 0, 3)
    assert found[True]["receipts: words say it"].counts.f1 == 1
    table = extraction.as_table(found)
    assert table.count("| claims | 3 | 3 | 4 |") == 2
    assert all(way in table for way in extraction.WAYS.values())


def gold_paths(gold: tuple[Folder, Path]) -> tuple[Path, Path]:
    return gold[0].root, gold[1]


# ------------------------------------------------------------------------------ what always holds


@st.composite
def predictions(draw: st.DrawFn) -> dict[str, str]:
    """Some of the gold claims, in any order, with errors."""
    names = draw(st.lists(st.sampled_from(sorted(CLAIMS)), unique=True))
    swaps = {
        '"12"': ['"19"', '"three"'],
        "drowned <- drowned": ["hurt <- hurt", "drowned ?? why"],
        "norholm <- Norholm": ["coast ?? why", "aske <- Aske"],
        'date = "on Tuesday"\n': ["", 'date = "Tuesday"\n'],
        "five pilots were hurt": ["five pilots", "drowned at Norholm"],
    }
    found = {}
    for name in names:
        found[name] = CLAIMS[name]
        for old, new in swaps.items():
            found[name] = found[name].replace(old, draw(st.sampled_from([old, *new])))
    return found


@settings(max_examples=20)
@given(predictions(), st.randoms())
def test_scores_lie_between_0_and_1_and_no_order_changes_them(
    gold: tuple[Folder, Path],
    tmp_path_factory: pytest.TempPathFactory,
    made: dict[str, str],
    chance: object,
) -> None:
    """Catches a claim that is paired twice, and a score that hangs on where a claim stands."""
    folder = tmp_path_factory.mktemp("made")
    first = scored(gold, made, folder)
    for score in first.scores:
        c = score.counts
        assert 0 <= c.right <= min(c.found, c.wanted)
        assert all(0 <= x <= 1 for x in (c.precision, c.recall, c.f1, score.macro) if x is not None)
    pairs = [one for one in first.misses if one.kind in ("missed", "unfounded")]
    matched = first["claims"].counts
    assert len(pairs) == matched.found + matched.wanted - 2 * matched.right
    names = sorted(made)
    chance.shuffle(names)  # type: ignore[attr-defined]
    assert scored(gold, {name: made[name] for name in names}, folder).articles == first.articles


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 3), st.integers(0, 3)), st.integers(1, 30), max_size=12
    )
)
def test_the_matching_is_the_heaviest(weights: dict[tuple[int, int], int]) -> None:
    """Catches a matching that is greedy, or uses a side twice."""
    pairs = heaviest(weights)
    assert len(set(pairs.values())) == len(pairs)
    assert all(pair in weights for pair in pairs.items())
    best = max(
        sum(weights.get((left, right), 0) for left, right in enumerate(way))
        for way in permutations(range(4))
    )
    assert sum(weights[pair] for pair in pairs.items()) == best


def test_intervals_are_drawn_by_their_seed() -> None:
    """Catches intervals that differ from run to run, and one of a single article."""
    one = Evaluation({"a": {"x": Counts(1, 2, 2)}}, 1, ())
    assert (one["x"].low, one["x"].high, one["x"].macro) == (None, None, 0.5)
    articles = {str(n): {"x": Counts(n, 10, 10)} for n in range(10)}
    drawn, again = Evaluation(articles, 10, ())["x"], Evaluation(articles, 10, ())["x"]
    assert drawn == again
    assert drawn.low is not None and drawn.high is not None
    assert 0.2 < drawn.low < 0.45 < drawn.high < 0.7
    assert drawn.counts.f1 == pytest.approx(drawn.macro) == 0.45


# ------------------------------------------------------------------------------ the command


def test_the_command_writes_each_form(gold: tuple[Folder, Path], tmp_path: Path) -> None:
    """Catches misses with keys where names are meant, and JSON without them."""
    file = tmp_path / "predicted.toml"
    file.write_text(entry(changed("hurt", "warden <- the warden", "master <- the harbour master")))
    asked = ("eval", tmp_path, "--texts", gold[1], "-p", gold[0].root)
    shown = kz(*asked)
    assert (shown.code, shown.err) == (0, "")
    assert "hurt, Pilots, five, Aske. said by: The harbour master, expected The warden" in shown.out
    assert re.search(r"^claims +4 +4 +4 +1\.000", shown.out, re.M)
    loaded = json.loads(kz(*asked, "-f", "json").out)
    assert loaded["scores"]["said by"] | {"macro": 0, "interval": 0} == {
        **{"right": 2, "found": 3, "wanted": 3, "macro": 0, "interval": 0},
        **{"precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3},
    }
    assert loaded["misses"][0]["gold"].startswith("tolls-")
    assert "| said by | 2 | 3 | 3 |" in kz(*asked, "-f", "markdown").out
    assert "<td>said by</td><td>2</td>" in kz(*asked, "-f", "html").out


EVIL = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> ](javascript:x) \\u202e"
    " ::set-env name=A::b"
)


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_nothing_of_an_entry_acts(form: str, gold: tuple[Folder, Path], tmp_path: Path) -> None:
    """Catches words of a stranger's entry that run, hide, or drive a CI."""
    file = tmp_path / "predicted.toml"
    file.write_text(entry({"x": f'[[claim]]\nquote = "{EVIL}"\nfate = "{EVIL}"\n'}))
    shown = kz("eval", file, "--texts", gold[1], "-p", gold[0].root, "-f", form)
    assert shown.code == 0
    assert "\u202e" not in shown.out
    assert "alert(1)" in shown.out.replace("\\", "")
    if form != "text":
        assert "<script" not in shown.out
        assert "<img" not in shown.out
    if form == "markdown":
        assert "](javascript" not in shown.out
    if form == "html":
        assert "default-src 'none'" in shown.out
        assert not re.search(r"<[^>]*(?:\son\w+=|javascript:)", shown.out)


def test_what_cannot_be_compared_is_told(gold: tuple[Folder, Path], tmp_path: Path) -> None:
    """Catches a score of nothing, or of another article, without a word."""
    asked = ("--texts", gold[1], "-p", gold[0].root)
    assert "no entries (.toml, .json) to compare" in refused(kz("eval", tmp_path, *asked))
    file = tmp_path / "x.toml"
    file.write_text('[source]\nletter = "gul"\n')
    assert refused(kz("eval", file, *asked)) == (
        f"{file}: the gold package has no article 'gul'; did you mean gull?"
    )
    file.write_text("[source\n")
    assert "x.toml:1" in refused(kz("eval", file, *asked))
    file.write_text(entry(CLAIMS))
    (tmp_path / "none").mkdir()
    lacking = kz("eval", file, "--texts", tmp_path / "none", "-p", gold[0].root)
    assert refused(lacking) == "the text of gull is not there; name its folder: --texts DIR"
    assert GULL.name == "gull"
