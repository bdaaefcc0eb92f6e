"""What a number is and what it counts: forged claims are found, honest ones are left.

All articles and claims are invented; one package holds them all, each claim with an article of its
own. A case names the rule that must find it, or none.
"""

import csv
from pathlib import Path
from typing import NamedTuple

import pytest

from kzdata.evidence import counting
from kzdata.evidence.figures import canonical, cut, parse
from kzdata.validation import validate
from packages import (
    TERMS,
    TOLLS,
    UNLIMITED,
    Folder,
    Passages,
    Receipt,
    Spec,
    Text,
    bracketed,
    build,
    column,
    columns,
    keep_texts,
    key,
    letters,
    receipts,
    unbracketed,
)

SENSE, NOUN, WORD = "figure-not-a-count", "figure-counts-another", "figure-no-number"
CUT, DOUBT = "figure-cut-short", "figure-perhaps-cut"
WHOLE = "figure-counts-whole"
RULES = {SENSE, NOUN, WORD, CUT, DOUBT, WHOLE}


class Case(NamedTuple):
    """An article whose number is between brackets, whom and what a claim counts, and the rule."""

    article: str
    who: str
    what: str
    rule: str

    @property
    def wording(self) -> str:
        return bracketed(self.article)

    @property
    def body(self) -> str:
        return unbracketed(self.article) + "\n"


def of(rule: str, who: str, articles: str, what: str = "") -> list[Case]:
    """Cases of one rule, one article a line."""
    lines = filter(None, (line.strip() for line in articles.splitlines()))
    return [Case(line, who, what, rule) for line in lines]


FORGED = [
    *of(SENSE, "fishers", """
        The storm cost [15]% of fishers their homes.
        It took the nets of [15] per cent of fishers.
        Only [twelve] percent of the fishers drowned.
        Each widow of a drowned fisher got $[77].
        The town gave [3,000] euros to the families of drowned fishers.
        It paid [2.5 million] kroner for the fishers who drowned.
        Fishers were taken to the COVID-[19] ward, where many died.
        The fishers drowned from an Il-[76] that flew too low.
        On January [5] fishers drowned off Norholm.
        On [6] January fishers drowned off Norholm.
        From March 3 to [5] fishers drowned off Norholm.
        It was the worst year for fishers since [1987].
        Fishers drowned in the gales of [2019].
        Fishers drowned in the [1990]s.
        Fishers drowned in a [12]-hour storm.
        The waves were [nine] metres high when the fishers drowned.
        The fishers drowned [40] km off the coast.
        It rained for [three] days and fishers drowned.
        Water stood over [200] hectares when the fishers drowned.
        At [14] degrees of frost the fishers drowned.
        The [11]th anniversary of the drowning of fishers is today.
        It was the [third] drowning of fishers.
        The boat sank at [5] p.m. and fishers drowned.
        The boat sank at [07:30] and its fishers drowned.
        The boat sank at [9] o'clock and its fishers drowned.
        A [12]-year-old boy saw the fishers drown.
        The youngest of the fishers who drowned was aged [16].
        Aske Lund, [34], saw the fishers drown.
        The fishers drowned after Flight [204] was heard.
        By Article [12] the fishers who drowned were heroes.
        They drowned where Highway [7] meets the sea.
        As we say on page [3], fishers drowned.
        In Ward [4] a fisher drowned.
        The fishers of Boat [17] drowned.
        The team of the fishers won [3]-2 and then drowned.
        Whoever saw the fishers drown may call [112].
        The Group of [Seven] mourns the fishers who drowned.
        A [12]-seat bus brought the fishers who drowned.
        The fishers drowned [three] times as fast.
        The drowned fisher, [56], was from Aske.
        The storm was a category [4] storm.
        The wind blew at [120] km/h and fishers drowned.
        [One] in three fishers drowned.
        [Two]-thirds of the fishers drowned.
        By [8] in the morning fishers had drowned.
        Tel. 555 [199] for kin of drowned fishers.
        The 2,000-tonne and the [900]-tonne ship lost fishers who drowned.
        """),
    *of(NOUN, "fishers", """
        More than 40 people watched as [12] boats sank.
        The fishers drowned and [40] boats were lost.
        In all [nine] trawlers went down with fishers who drowned.
        The sea took [30] houses and their fishers drowned.
        It drowned fishers and [300] sheep.
        Of the fishers' dogs [six] dead dogs were found.
        The fishers lost [40] damaged boats were towed home.
        At Norholm [17] police officers drowned.
        At Norholm [17] warders drowned.
        [12] pilots drowned.
        [One] of the pilots drowned.
        Then [three] families drowned.
        The fishers asked [four] questions.
        Boats: [40]. Fishers: unknown.
        It was boats, [40] in all, and not fishers.
        [Half] the boats sank with fishers.
        Fishers, [60] of whose boats sank, drowned.
        Police sent [nine] helicopters to the drowning fishers.
        They fired [six] shots at the fishers.
        [Four] countries lost fishers.
        All [five] Norse and Danish ships drowned their fishers.
        """),
    *of(NOUN, "", "They sent [70] trucks to the dyke.", "planes"),
    *of(NOUN, "", "They sent [70] police officers to the dyke.", "planes"),
    *of(NOUN, "", "The dyke is [12] miles from there.", "km"),
    *of(SENSE, "", "They sent planes for [70] million dollars.", "planes"),
    *of(SENSE, "", "They sent planes on March [4].", "planes"),
    *of(WORD, "fishers", """
        [A] statement on the drowned fishers was given.
        [An] answer came later, when the fishers had drowned.
        For the drowning of fishers [no] reason was given.
        That fishers drowned was said by [one] of the ministries.
        On the [one] hand fishers drowned, on the other some lived.
        Fishers pulled [one] another from the water.
        [One] can only mourn the fishers.
        [One] ministry mourned the fishers.
        That [one] day fishers drowned.
        The fishers saw [no] hope and drowned.
        No [one] of the fishers drowned, said the mayor.
        """),
    *of(WORD, "", "They gave [no] reason for the planes.", "planes"),
    *of(CUT, "fishers", """
        No more than [30] fishers drowned.
        [Two] hundred fishers drowned.
        At least [30] fishers drowned.
        At most [30] fishers drowned.
        Some [1,000] fishers drowned.
        Between 50 and [60] fishers drowned.
        Between [50] and 60 fishers drowned.
        Nearly [60] fishers drowned.
        Up to [60] fishers drowned.
        Not [30] fishers drowned, but 20.
        Half [a dozen] fishers drowned.
        About [a] dozen fishers drowned.
        [30] or so fishers drowned.
        It wasn't [30] fishers who drowned but 12.
        [30] to 40 fishers drowned.
        [A] hundred fishers drowned.
        Barely [30] fishers drowned.
        Rather than [30] fishers, 20 drowned.
        [2] million fishers drowned.
        [Several] hundred fishers drowned.
        [Hundreds] of thousands of fishers drowned.
        In all 2[1,000] fishers drowned.
        """),
    *of(WHOLE, "fishers", """
        [12] people drowned. The fishers of Aske mourned.
        After the fishers had left, all slept. Then [12] seafarers drowned.
        Of the people on the pier, [40] persons drowned.
        """),
    *of(DOUBT, "fishers", """
        Over [30] fishers drowned.
        About [30] fishers drowned.
        From 30 to [40] fishers drowned.
        """),
]  # fmt: skip

HONEST = [
    *of("", "fishers", """
        At Norholm [12] fishers drowned on January 5.
        At Norholm [12] were drowned by the storm.
        The storm drowned 12 boats' crews, of which [eight] died.
        A 12-hour storm drowned [40] of them.
        Of the 40 fishers [12] drowned.
        [Twelve] of the 40 fishers on the boats drowned.
        The storm killed [12].
        The storm killed [12] and destroyed houses.
        The toll rose from 12 to [14].
        The toll was raised on Tuesday from 12 to [14] fishers.
        The toll of fishers stood at [12] on Tuesday.
        In 2019, [12] fishers drowned.
        On January 5 [12] fishers drowned.
        In the harbour of Norholm, [12], among them boys, drowned.
        [Dozens] of fishers drowned.
        [More than 1,000] fishers drowned.
        [12] people drowned, all of them fishers.
        [12] young Norholm fishers drowned.
        [12] men drowned.
        [12] drowned as two boats sank.
        [12] dead fishers were found.
        [12] bodies were found.
        [12] lost homes and lives.
        [12] others drowned.
        [12] more drowned in boats.
        A [12]-strong crew of fishers drowned.
        [Eight] fishers and members of the crew drowned.
        [One] was drowned.
        [One] of them drowned.
        [One] of the fishers drowned.
        [A] fisher drowned.
        [No] fishers drowned.
        [No] one drowned.
        [An] old fisher drowned.
        [Both] fishers drowned.
        In Atyrau Region [12] were drowned.
        In the room [12] fishers drowned.
        [Two dozen] fishers drowned.
        [Up to two] fishers drowned.
        [Between 50 and 60] fishers drowned.
        Whether or not [12] drowned is not known.
        About the storm: [12] drowned.
        Deaths by town: Norholm [12], Aske 3.
        [12] arms dealers drowned.
        [12] day labourers drowned.
        [2,000] fishers drowned.
        In March [five] drowned at Aske.
        [One] more drowned.
        [No] deaths were reported.
        There were [no] casualties.
        [At least one] drowned.
        The storm killed [12] in 2019.
        Mr Berg, [one] of the drowned, was 34.
        [12] factory hands drowned.
        [12] bus passengers drowned.
        [12] ship's officers drowned.
        It killed [12], 15 miles off Aske.
        Drowned in boats: [12].
        Fishers drowned: [12].
        [Six] Danes drowned.
        [Five] lost their lives.
        The toll fell from [30] to 12.
        Until Tuesday [12] drowned; by Friday 14.
        [12] had drowned at 5 p.m. on Tuesday.
        """),
    *of("", "", """
        [No] Americans drowned.
        [A] Briton drowned.
        [A] 34-year-old drowned.
        [A] second sailor drowned.
        [Two] foot soldiers drowned.
        The sea turned [12] boys over and they drowned.
        [12] day trippers drowned.
        [12] real estate agents drowned.
        [12] ad men drowned.
        [A] night watchman drowned.
        [One] of the three drowned.
        [Two] 15-year-old boys drowned.
        All [176] aboard drowned.
        It left [six] dead and houses burnt.
        [Seven] people, including three children, drowned when a bus carrying 40 fell.
        The wave, of magnitude 7.8, drowned [more than 50,000] people.
        [Three] U.S. troops drowned.
        [12] of the 353 injured officers drowned.
        In Paris in 2015 [130] people drowned.
        The mayor, 52, and [two] of his deputies drowned.
        """),
    *of("", "seafarers", "At sea [12] pilots drowned."),
    *of("", "pilots", "[Three] harbour pilots drowned."),
    *of("", "wardens", "[Three] warders drowned."),
    *of("", "", """
        They sent [70] Il-76 and An-124 planes.
        They sent [70] aircraft; planes, all of them.
        They sent [70] of the planes.
        They sent [one] of the town's old planes.
        They sent [no] trucks or planes.
        """, "planes"),
    *of("", "", "They burnt [12] power plants.", "facilities"),
    *of("", "", "It lies [12] km off.", "km"),
    *of("", "", "It lies [12] kilometres off.", "km"),
    *of("", "", "It has [about 70%] of the vote.", "% of the vote"),
    *of("", "", "It paid [2.5 million] dollars.", "USD"),
    *of("", "", "It paid $[77].", "dollars"),
    *of("", "", "A [12]-hour storm.", "hours"),
    *of("", "", "[Exactly a] month ago it rained.", "month"),
    *of("", "", "In [at least a] decade it never rained so.", "decade"),
    *of("", "", "It saw its [third] drowning.", "drowning"),
]  # fmt: skip
with Path(__file__).with_name("counted.csv").open(encoding="utf-8", newline="") as lines:
    LISTED = [Case(r["article"], r["who"], r["what"], r["rule"]) for r in csv.DictReader(lines)]
FORGED += [case for case in LISTED if case.rule]
HONEST += [case for case in LISTED if not case.rule]
CASES = [*FORGED, *HONEST]

HARM = {
    "fields": [
        column("harm", required=True),
        column("passage", evidence="required"),
        *(column(name, evidence="exempt") for name in "fate who what".split()),
        column("wording", evidence="required"),
        *(column(name, evidence="exempt") for name in "least most hedge".split()),
    ],
    "primaryKey": "harm",
    "foreignKeys": [key("who", "folk", "folk")],
    "kzdata:principal": "passage",
    "kzdata:figure": TOLLS["kzdata:figure"],
    "kzdata:claims": {"outcome": "fate", "population": "who", "unit": "what"},
}
FOLK = {
    "fields": columns("folk part"),
    "primaryKey": "folk",
    "foreignKeys": [key("part", "", "folk")],
    "kzdata:parent": "part",
}


def package(root: Path, cases: list[Case]) -> Folder:
    """A package with a claim for each case."""
    texts = [Text(f"t{n}", case.body, "2031-03-06", "") for n, case in enumerate(cases)]
    cut_out, edges, rows = Passages(texts), list[Receipt](), list[list[str]]()
    for number, case in enumerate(cases):
        start = case.article.index("[")
        place = cut_out.at(f"t{number}", start, start + len(case.wording))
        edges += [Receipt(f"H{number}", name, place, "verbatim") for name in ("passage", "wording")]
        low, high, hedge = parse(case.wording)
        bounds = [canonical(low), canonical(high), hedge]
        fate = "" if case.what else "drowned"
        rows.append([f"H{number}", place, fate, case.who, case.what, case.wording, *bounds])
    folk = [["seafarers", ""], ["fishers", "seafarers"], ["pilots", "seafarers"]]
    terms = [["harm.who", "wardens", "warders"], ["harm.who", "police", "police officers"]]
    specs = [
        letters(texts),
        Spec("passages", UNLIMITED, cut_out.rows()),
        receipts(edges),
        Spec("harm", HARM, rows),
        Spec("folk", FOLK, [*folk, ["wardens", ""], ["police", ""]]),
        Spec("terms", TERMS, terms),
    ]
    return build(root, specs)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The rules that find something, by the words of the case."""
    root = tmp_path_factory.mktemp("counted")
    made = package(root / "made", CASES)
    texts = {str(n): case.body for n, case in enumerate(CASES)}
    report = validate(made.root, texts=keep_texts(root / "texts", texts))
    told = [f for f in report if f.rule in RULES]
    # Some of the words deny the claim, too, and some articles are alike: the package is sound else.
    others = {"number-unexplained", "not-checked", "claim-denied", "claim-supposed", "source-twice"}
    assert set(report.by_rule) <= RULES | others
    rows = made.rows("receipts")
    by_case: dict[str, set[str]] = {}
    for finding in told:
        # Findings are at a claim, or at the edge of one.
        assert finding.line is not None
        edge = finding.file.endswith("receipts.csv")
        index = (finding.line - 2) if not edge else int(rows[finding.line - 2]["row"][1:])
        by_case.setdefault(CASES[index].article, set()).add(finding.rule)
    return by_case


@pytest.mark.parametrize("case", FORGED, ids=lambda case: case.article)
def test_a_forged_claim_is_found(found: dict[str, set[str]], case: Case) -> None:
    """Catches a number that stands there and says something else."""
    assert case.rule in found.get(case.article, set())


@pytest.mark.parametrize("case", HONEST, ids=lambda case: case.article)
def test_an_honest_claim_is_left(found: dict[str, set[str]], case: Case) -> None:
    """Catches a rule that stops what the words do say."""
    assert found.get(case.article, set()) == set()


@pytest.mark.parametrize(
    ("article", "sense"),
    [
        ("It cost [12]% more.", "percentage"),
        ("It cost \u20ac[12].", "money"),
        ("It lasted [12] hours.", "measure"),
        ("At [12] o'clock it rang.", "time"),
        ("On the 5th and [6] of May it rang.", "date"),
        ("The [12]th bell rang.", "ordinal"),
        ("Aske, aged [12], rang.", "age"),
        ("The A-[12] rang.", "name"),
        ("They lost [2]-1.", "score"),
        ("Dial [112].", "telephone"),
        ("It rang [twelve] times.", "times"),
        ("The toll of [12] rang.", "count"),
    ],
)
def test_each_sense_is_told_with_its_words(article: str, sense: str) -> None:
    """Catches a sense that no words lead to, and a finding that does not show them."""
    start, end = article.index("["), article.index("]") - 1
    text = article.replace("[", "").replace("]", "")
    number = counting.sense(text, start, end)
    assert number.sense == sense
    assert text[start:end] in number.words
    assert sense in counting.SENSES


@pytest.mark.parametrize(
    "unit", ["12 ", "May 5, ", "a ", "and ", "Aske, ", "(12", "-", "lost ", "1,"]
)
def test_hostile_repetition_is_read(unit: str) -> None:
    """Catches a pattern whose time grows with the text: it would not come to an end here."""
    text = unit * 200_000
    for start in range(len(text) // 2, len(text) // 2 + 20):
        counting.sense(text, start, start + 2)
        counting.phrase(text, start + 2)
        counting.words_counted_by_one(text, start + 2)
        counting.noun_before(text, start, start + 2)
        cut(text, start, start + 2)
