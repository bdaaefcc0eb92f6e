"""Cards: what a reader is shown of claims and events, in words."""

import json
import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kzdata
from coast import coast
from kzdata.questions.disagreements import disagreements
from kzdata.site.cards import cards, packed
from kzdata.site.cards.citing import Cited, Citing
from kzdata.site.cards.sentence import Passage, stitched
from kzdata.templates.start import init
from packages import Folder

GOLDEN = """
CR-0001 | Eight police and National Guard killed in Kazakhstan | latest information … Kazakh Interior Ministry … [eight] police officers and members of the National Guard were killed … the country
CR-0002 | 317 police and National Guard injured in Kazakhstan | latest information … Kazakh Interior Ministry … police officers and members of the National Guard … were killed … [317] others were wounded … the country
CR-0003 | Two soldiers killed at Almaty International Airport | local media reported … deaths of [two] more soldiers during the operation … the airport
CR-0004 | Civilians harmed: “no new official data” | [no new official data] on civilian casualties
CR-0005 | People harmed: no number | attacks on law enforcement officers and civilians … [human casualties] … Ashikbayev said
CR-0006 | Protesters killed in Almaty: “Without offering exact numbers” | [Without offering exact numbers] … police in Almaty said … Thursday morning … dozens of protesters were killed overnight
CR-0007 | Dozens of protesters killed in Almaty | police in Almaty said … Thursday morning … [dozens] of protesters were killed overnight
CR-0008 | Eight police killed | Wednesday evening … Interior Ministry reported … [eight] police officers were killed
CR-0009 | 317 police injured | Wednesday evening … Interior Ministry reported … eight police officers were killed … another [317] were injured in clashes with protesters
CR-0010 | More than 1,000 people injured in Kazakhstan | Kazakhstan … [more than 1,000] people have been injured … Khabar-24 reported … Thursday … Health Ministry
CR-0011 | 400 people hospitalised in Kazakhstan | Kazakhstan … people have been injured … Khabar-24 reported … Thursday … Health Ministry … [400] people have been hospitalized
CR-0012 | 62 patients in intensive care in Kazakhstan | Kazakhstan … people have been injured … Khabar-24 reported … Thursday … Health Ministry … [62] patients now in ICUs
CR-0013 | 12 police and National Guard killed in Kazakhstan | State media now claims … [12] police and National Guard personnel have died
CR-0014 | 353 police and National Guard injured in Kazakhstan | State media now claims … 12 police and National Guard personnel have died … [353] more injured
CR-0015 | Civilians killed: “No figures” | [No figures] for civilian deaths or injuries … as of writing
CR-0016 | Civilians injured: “No figures” | [No figures] for civilian deaths or injuries … as of writing
CR-0017 | People killed at a morgue: no number | [rows of bodies in a morgue]
CR-0018 | People killed at the square before the city administration of Almaty: no number | Republic Square … Earlier Friday … [cars with killed people inside]
CR-0019 | Over 60 people killed in Shymkent | Shymkent, where [over 60] people reportedly died earlier
CR-0020 | 35 police injured in Atyrau | Atyrau … According to the authorities … [35] police officers were injured
CR-0021 | Protesters killed in Kazakhstan: no number | [UN called the "murder of the protesters" in Kazakhstan]
"""  # noqa: E501
"""Each casualty claim of the shipped package, as it is read: heading, and what is quoted."""
ELSEWHERE = """
tolls-1 | 12 fishers drowned in Norholm | The harbour master … [12] fishers and three pilots drowned … Norholm … on Tuesday
tolls-2 | Three pilots drowned in Norholm | The harbour master … [three] pilots drowned … Norholm … on Tuesday
tolls-3 | Five pilots hurt in Aske | Aske … [five] pilots were hurt … the warden … the harbour master
tolls-4 | People missing in Vik: “no figures” | [no figures] for those missing … Vik
"""  # noqa: E501


def read(package: Path) -> dict[str, Any]:
    with kzdata.load(package) as kz:
        found = disagreements(kz._dataset)
        return cards(kz._dataset, (*found.found, *found.unreconciled))


@pytest.fixture(scope="module")
def shipped() -> dict[str, Any]:
    return read(Path(__file__).parents[1])


def line(card: dict[str, Any]) -> str:
    """A card's heading and sentence; what is marked is in brackets."""
    heading = "".join(part["text"] for part in card["heading"])
    return f"{card['key']} | {heading} | {sentence(card['sentence'])}"


def sentence(pieces: list[dict[str, Any]]) -> str:
    shown = (f"[{one['text']}]" if one.get("mark") else one.get("text", " … ") for one in pieces)
    return "".join(shown)


# ------------------------------------------------------------------------------------- as English


def test_the_casualty_claims_read_as_english(shipped: dict[str, Any]) -> None:
    told = [line(card) for card in shipped.values() if card["table"] == "casualty_reports"]
    assert told == GOLDEN.strip().splitlines()


def test_another_package_reads_as_english(tmp_path: Path) -> None:
    package, _ = coast(tmp_path)
    told = read(package.root)
    assert [line(card) for card in told.values()] == ELSEWHERE.strip().splitlines()
    assert told["tolls-1"]["rows"] == [
        {"label": "Said by", "value": "The harbour master"},
        {"label": "Counts", "value": "fishers"},
        {"label": "Fate", "value": "drowned"},
        {"label": "Where", "value": "Norholm"},
        {"label": "When", "value": "Tuesday 4 March 2031", "quote": "on Tuesday"},
        {"label": "We read it as", "value": "12"},
    ]
    (relation,) = told["tolls-1"]["relations"]
    assert relation["words"] == "cannot be true together with this"
    assert relation["heading"] == "Five pilots hurt in Aske"


def test_packages_that_say_little_have_the_cards_that_they_can(
    island: Folder, tmp_path: Path
) -> None:
    with kzdata.load(island.root) as kz:  # no claims, no events
        assert cards(kz._dataset) == {}
    init(tmp_path / "new")
    with kzdata.load(tmp_path / "new") as kz:
        told = cards(kz._dataset)
    assert told
    assert all("".join(part["text"] for part in card["heading"]) for card in told.values())


def test_a_claim_says_who_where_when_and_how_it_is_read(shipped: dict[str, Any]) -> None:
    card = shipped["CR-0019"]
    assert card["rows"] == [
        {"label": "Said by", "value": "TASS itself; no source is named"},
        {"label": "Counts", "value": "people"},
        {"label": "Outcome", "value": "died"},
        {"label": "Where", "value": "Shymkent"},
        {"label": "When", "value": "Friday 7 January 2022 or before", "quote": "January 7"},
        {"label": "We read it as", "value": "more than 60; 60 itself is not in it"},
        {"label": "Certainty", "value": "reported with reserve, or an accusation"},
    ]
    assert [part.get("tone") for part in card["heading"]] == ["killed", None, "killed", None]
    assert card["source"]["day"] == "Friday 7 January 2022"
    assert card["source"]["link"].startswith(f"{card['source']['url']}#:~:text=Shymkent")
    assert [one["name"] for one in card["outside"]][:3] == ["Interfax (a copy)", "Kazinform", "RT"]
    assert card["outside"][0]["means"] == "says otherwise of the same thing"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("CR-0001", "8"),
        ("CR-0004", "no number is given, which is not zero"),
        (
            "CR-0007",
            "a vague word, which sets no bounds; 12 or more by the policy acled; "
            "24 or more by the policy strict",
        ),
        ("CR-0010", "more than 1,000; 1,000 itself is not in it"),
        ("QT-0002", "07:00"),
        ("QT-0007", "1; a position in a sequence"),
        ("QT-0032", "1 or more"),
        ("QT-0028", "2; a factor"),
    ],
)
def test_figures_are_read_in_words(shipped: dict[str, Any], key: str, value: str) -> None:
    told = {row["label"]: row["value"] for row in shipped[key]["rows"]}
    assert told["We read it as"] == value


def test_claims_stand_to_others_in_words(shipped: dict[str, Any]) -> None:
    told = {(key, one["key"]): one for key, card in shipped.items() for one in card["relations"]}
    assert told["CR-0001", "CR-0013"]["words"] == "a later report of the same"
    assert told["CR-0013", "CR-0001"]["words"] == "an earlier report of the same"
    assert told["CR-0003", "CR-0001"]["words"] == "this is counted on top of it"
    assert told["CR-0012", "CR-0011"]["words"] == "the whole of which this is a part"
    assert told["AP-0013", "AP-0002"]["words"] == "cannot be true together with this"
    assert told["AP-0013", "AP-0002"]["note"] == "Resigned here, dismissed by the president there."
    assert told["EV-0002", "EV-0003"]["words"] == "a part of this"
    # Both ends of a link tell of it.
    assert all((other, key) in told for key, other in told)


def test_an_event_has_its_claims_and_all_its_articles(shipped: dict[str, Any]) -> None:
    card = shipped["EV-0023"]
    assert card["claims"] == ["CR-0001", "CR-0002", "CR-0008", "CR-0009"]
    assert [card["source"]["key"], *(one["source"]["key"] for one in card["others"])] == [
        "meduza",
        "russia-islworld",
    ]
    assert sentence(card["others"][0]["sentence"]).endswith("[were killed] … the country")
    for key, one in shipped.items():
        assert one["kind"] == "event" or key in shipped[one["event"]]["claims"]


def test_articles_say_what_they_are(shipped: dict[str, Any]) -> None:
    about = {card["source"]["name"]: card["source"]["about"] for card in shipped.values()}
    assert about["greeleytribune.net"] == "a damaged paraphrase of another article by a machine"
    assert about["Overt Defense"].startswith("a later version of an article")
    assert about["Meduza"] is None  # a report of its own


def test_no_words_hold_a_key(shipped: dict[str, Any]) -> None:
    articles = {card["source"]["key"] for card in shipped.values()} - {"tass"}
    for card in shipped.values():
        shown = ["".join(part["text"] for part in card["heading"]), *card["notes"]]
        shown += [row["value"] for row in card["rows"]]
        for one in card["relations"]:
            shown += [one["heading"], one["words"], one["note"] or ""]
        text = "\n".join(shown)
        assert not re.search(r"\b[A-Z]{2}-[0-9]{4}\b", text), card["key"]
        assert not re.search(rf"\b({'|'.join(articles)})\b(?!\.net)", text), card["key"]


def test_every_claim_and_event_has_a_card_that_quotes_its_article(shipped: dict[str, Any]) -> None:
    with kzdata.load(Path(__file__).parents[1]) as kz:
        quotes = [row[4] for row in kz._dataset.tables["source_spans"].texts()]
        tables = (table for table in kz._dataset.tables.values())
        known = sum(len(t) for t in tables if t.schema.claims or t.schema.events)
    assert len(shipped) == known
    printed = "\n".join(quotes)
    for card in shipped.values():
        assert card["sentence"], card["key"]
        for piece in card["sentence"]:
            assert piece.get("gap") or piece["text"].strip()[:12] in printed, card["key"]


# ------------------------------------------------------------------------------------- sentences

SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), min_size=1, max_size=12)


@given(st.text(min_size=80, max_size=80), SPANS, SPANS)
def test_a_stitched_sentence_is_what_the_article_says(
    article: str, places: list[tuple[int, int]], marked: list[tuple[int, int]]
) -> None:
    spans = [(start, start + length) for start, length in places]
    marks = [(start, start + length) for start, length in marked]
    made = stitched((Passage(a, b, article[a:b]) for a, b in spans), marks)
    covered = sorted({place for a, b in spans for place in range(a, b)})
    shown = [(one["text"], one["mark"]) for one in made if not one.get("gap")]
    assert "".join(text for text, _ in shown) == "".join(article[place] for place in covered)
    flags = [mark for text, mark in shown for _ in text]
    assert flags == [any(a <= place < b for a, b in marks) for place in covered]
    gaps = sum(1 for a, b in pairwise(covered) if b > a + 1)
    assert sum(1 for one in made if one.get("gap")) == gaps


# ------------------------------------------------------------------------------------- citations


def test_a_claim_is_cited_in_three_forms(shipped: dict[str, Any]) -> None:
    cite = {form: "".join(pieces) for form, pieces in shipped["CR-0008"]["cite"].items()}
    package = "Kazakhstan, January 2022: what five articles said, with a receipt for every figure"
    version = json.loads((Path(__file__).parents[1] / "datapackage.json").read_bytes())["version"]
    assert cite["text"] == (
        "The kzdata contributors (2026). Eight police killed. “Wednesday evening … Interior "
        "Ministry reported … eight police officers were killed”, Meduza, Overnight developments in "
        f"Kazakhstan’s uprising, Thursday 6 January 2022. In: {package}, version {version}, "
        "record CR-0008."
    )
    assert cite["bibtex"].startswith(
        "@misc{kzdata-CR-0008,\n  author = {{The kzdata contributors}}"
    )
    assert cite["ris"].startswith("TY  - DATA\r\nAU  - The kzdata contributors\r\nTI  - Eight pol")
    assert cite["ris"].endswith("\r\nER  - \r\n")


@cache
def citing() -> Citing:
    with kzdata.load(Path(__file__).parents[1]) as kz:
        return Citing(kz._dataset)


@given(st.builds(Cited, *[st.text(max_size=30)] * 5))
def test_hostile_words_begin_no_field_of_a_citation(cited: Cited) -> None:
    made = citing().cite(cited)
    ris = "".join(made["ris"])
    told = ris.split("\r\n")
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line, re.DOTALL) for line in told[:-1])
    assert [line[:2] for line in told[:-1]].count("ER") == 1
    assert not re.search(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", ris.replace("\r\n", ""))
    bibtex = re.sub(r"\\[{}&%$#_]|\\text\w+\{\}", "", "".join(made["bibtex"]))
    depth = [0]
    for char in bibtex:
        depth.append(depth[-1] + {"{": 1, "}": -1}.get(char, 0))
    assert depth[-1] == 0
    assert min(depth) == 0


# ------------------------------------------------------------------------------------- as data


def test_a_page_holds_what_cards_share_once(shipped: dict[str, Any]) -> None:
    held = packed(shipped)
    assert held["cards"].keys() == shipped.keys()
    for key, card in held["cards"].items():
        whole = {**held["articles"][card["source"]["key"]], "link": card["source"]["link"]}
        assert whole == shipped[key]["source"]
        for form, pieces in card["cite"].items():
            joined = [held["pieces"][one] if isinstance(one, int) else one for one in pieces]
            assert joined == shipped[key]["cite"][form]


def test_only_addresses_of_the_web_become_links(copy: Folder) -> None:
    for name in ("sources", "outside_reports"):
        file = copy.root / "data" / f"{name}.csv"
        file.write_bytes(file.read_bytes().replace(b"https://", b"javascript:"))
    told = read(copy.root)
    addresses = [card["source"][n] for card in told.values() for n in ("url", "link")]
    addresses += [one["url"] for card in told.values() for one in card["outside"]]
    assert set(addresses) == {None}
