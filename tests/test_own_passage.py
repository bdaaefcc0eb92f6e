"""A sentence with two claims: a claim's own passage is nearer to it than the rest of the sentence.

Articles and claims are invented; one package holds them all.
"""

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kzdata.validation import validate
from packages import (
    TERMS,
    TOLLS,
    UNLIMITED,
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

RULES = ("passage-names-another", "words-of-another-claim")
TRACED = "surge fate where gear".split()


class Claim(NamedTuple):
    """A claim by its passage, and its other cells as `column=value<words`."""

    passage: str
    cells: tuple[str, ...] = ()


def claim(passage: str, *cells: str) -> Claim:
    return Claim(passage, cells)


HARM: dict[str, Any] = {
    "fields": [
        column("harm", required=True),
        *(column(name, evidence="required") for name in ("passage", *TRACED)),
        *(column(name, evidence="exempt") for name in "wording least most hedge".split()),
    ],
    "primaryKey": "harm",
    "foreignKeys": [key("where", "spots", "spot"), key("surge", "surges", "surge")],
    "kzdata:principal": "passage",
    "kzdata:figure": TOLLS["kzdata:figure"],
    "kzdata:claims": {"outcome": "fate", "deaths": ["drowned"], "place": "where", "event": "surge"},
}
SURGES = {
    "fields": [column("surge"), column("title"), column("sort", evidence="required")],
    "primaryKey": "surge",
    "kzdata:events": {"title": "title", "type": "sort"},
}
SPOTS = {"fields": columns("spot part"), "primaryKey": "spot", "kzdata:parent": "part"}
SPOTS |= {"foreignKeys": [key("part", "", "spot")]}
BOTH = "Eight men drowned in Norholm, but the pilots in Aske were rescued."
NORHOLM = claim("Eight men drowned in Norholm", "where=Norholm<Norholm", "fate=drowned<drowned")
ASKE = claim("the pilots in Aske were rescued", "where=Aske<Aske", "fate=rescued<were rescued")
BURNT = "Sheds burnt in Norholm, but the guards were rescued with ropes."
SHED = claim("Sheds burnt in Norholm", "where=Norholm<Norholm")
GUARDS = claim("guards were rescued", "fate=rescued<were rescued")
WAVES = "The dyke broke at dawn, and the looting of sheds began after noon."
DYKE = "breach=The dyke broke<The dyke broke"
LOOTING = "theft=Looting of sheds<looting of sheds"
SEARCH = "Troops close the port of Norholm, actively searching ships."
PORT = "port=Port closed<close the port"
SHIPS = "ships=Ships searched<searching ships"
HUNT = claim("searching ships")
LOSS = "loss=Guards drowned<Eight guards drowned"
CASES: list[tuple[str, str, tuple[str, ...], Claim, Claim]] = [
    # What is found of the first claim, the article, its events, the first claim, another one.
    ("", BOTH, (), NORHOLM, ASKE),
    ("", BOTH, (), ASKE, NORHOLM),
    # The passage names another place, or outcome.
    (
        "passage-names-another where; words-of-another-claim where",
        BOTH,
        (),
        claim(NORHOLM.passage, "where=Aske<Aske", "fate=drowned<drowned"),
        ASKE,
    ),
    (
        "passage-names-another fate",
        BOTH,
        (),
        claim(ASKE.passage, "where=Aske<Aske", "fate=drowned<drowned"),
        NORHOLM,
    ),
    # A place within the place that the passage names.
    (
        "",
        "Eight men drowned in Norholm, four at Norholm pier.",
        (),
        claim("Eight men drowned in Norholm", "where=Norholm pier<Norholm pier"),
        claim("four at Norholm pier", "where=Norholm pier<Norholm pier"),
    ),
    # The words of another clause, where the claim should say nothing.
    ("", BURNT, (), GUARDS, SHED),
    (
        "words-of-another-claim where",
        BURNT,
        (),
        claim(GUARDS.passage, "where=Norholm<Norholm"),
        SHED,
    ),
    (
        "words-of-another-claim gear",
        BURNT,
        (),
        claim(SHED.passage, "gear=ropes<ropes"),
        claim("guards were rescued with ropes", "fate=rescued<were rescued"),
    ),
    # A clause that opens the sentence ends with its comma.
    (
        "words-of-another-claim where",
        "The dyke broke. While pilots used ropes in Norholm, guards were rescued later.",
        (),
        claim(GUARDS.passage, "where=Norholm<Norholm"),
        claim("pilots used ropes in Norholm", "gear=ropes<ropes", "where=Norholm<Norholm"),
    ),
    (
        "",
        "The dyke broke. While it rained, pilots with ropes, nets and oars came to Norholm.",
        (),
        claim("pilots with ropes", "where=Norholm<Norholm"),
        claim("oars came to Norholm", "where=Norholm<Norholm"),
    ),
    # What two subjects of one verb share.
    (
        "",
        "Twelve fishers and four pilots drowned in Norholm.",
        (),
        claim("Twelve fishers", "where=Norholm<Norholm", "fate=drowned<drowned"),
        claim("four pilots drowned in Norholm", "where=Norholm<Norholm", "fate=drowned<drowned"),
    ),
    ("", WAVES, (DYKE, LOOTING), claim("dyke broke", "surge=breach<dyke broke"), claim("sheds")),
    # The passage is of another event.
    (
        "passage-names-another surge",
        WAVES,
        (DYKE, LOOTING),
        claim("The dyke broke at dawn", "surge=theft<looting"),
        claim("sheds"),
    ),
    # The other event is but a circumstance of what the passage tells.
    (
        "",
        "The dyke broke, and two guards drowned during the looting of sheds.",
        (DYKE, LOOTING),
        claim("two guards drowned during the looting of sheds", "surge=breach<The dyke broke"),
        claim("The dyke broke"),
    ),
    # Nothing but a comma stands between the two events.
    ("", SEARCH, (PORT, SHIPS), claim("Troops close the port", "surge=port<close the port"), HUNT),
    (
        "passage-names-another surge",
        SEARCH,
        (PORT, SHIPS),
        claim("Troops close the port", "surge=ships<searching ships"),
        HUNT,
    ),
    # The claim's event is what it happened in: by its words, or by a word of the passage.
    (
        "",
        "Eight guards drowned, four of them in the looting of sheds.",
        (LOSS, LOOTING),
        claim("Eight guards drowned", "surge=theft<looting of sheds"),
        claim("four of them"),
    ),
    (
        "",
        "Raiders came, eight guards drowned in the looting.",
        (LOSS.replace("Eight", "eight"), "theft=Raiders<Raiders came"),
        claim("eight guards drowned in the looting", "surge=theft<Raiders came"),
        claim("Raiders came"),
    ),
    (
        "passage-names-another surge",
        "Raiders came, eight guards drowned in the harbour.",
        (LOSS.replace("Eight", "eight"), "theft=Raiders<Raiders came"),
        claim("eight guards drowned in the harbour", "surge=theft<Raiders came"),
        claim("Raiders came"),
    ),
]


def found_in(root: Path) -> dict[str, list[str]]:
    """What the rules find of each claim."""
    texts = [Text(f"t{n}", case[1] + "\n", "2031-03-07", "2031-03-07") for n, case in numbered()]
    cut, edges, rows, surges = Passages(texts), list[Receipt](), list[list[str]](), []
    for number, (_, _, events, *claims) in numbered():
        article = f"t{number}"
        for event in events:
            name, _, rest = event.partition("=")
            title, _, words = rest.partition("<")
            surges.append([f"{name}-{number}", title, name])
            edges.append(Receipt(f"{name}-{number}", "sort", cut.of(article, words), "coded"))
        for at, one in enumerate(claims):
            record, passage = f"H{number}-{at}", cut.of(article, one.passage)
            edges.append(Receipt(record, "passage", passage, "verbatim"))
            cells = dict.fromkeys(TRACED, "")
            for cell in one.cells:
                name, _, rest = cell.partition("=")
                value, _, words = rest.partition("<")
                cells[name] = f"{value}-{number}" if name == "surge" else value
                edges.append(Receipt(record, name, cut.of(article, words), "resolved"))
            rows.append([record, passage, *cells.values(), "", "", "", ""])
    terms = [["harm.fate", "drowned", "drowned"], ["harm.fate", "rescued", "were rescued"]]
    terms.append(["surges.sort", "theft", "looting"])
    spots = [["Norholm", ""], ["Aske", ""], ["Norholm pier", "Norholm"]]
    specs = [
        letters(texts),
        Spec("passages", UNLIMITED, cut.rows()),
        receipts(edges),
        Spec("harm", HARM, rows),
        Spec("surges", SURGES, surges),
        Spec("spots", SPOTS, spots),
        Spec("terms", TERMS, terms),
    ]
    made = build(root / "made", specs)
    bodies = {text.name: text.body for text in texts}
    told: dict[str, list[str]] = {}
    for finding in validate(made.root, texts=keep_texts(root / "texts", bodies)):
        if finding.rule in RULES:
            told.setdefault(str(finding.record), []).append(f"{finding.rule} {finding.field}")
    return told


def numbered() -> list[tuple[int, tuple[str, str, tuple[str, ...], Claim, Claim]]]:
    return list(enumerate(CASES))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    return found_in(tmp_path_factory.mktemp("own-passage"))


@pytest.mark.parametrize(("number", "case"), numbered())
def test_a_claims_passage_says_its_cells(
    found: dict[str, list[str]], number: int, case: tuple[str, str, tuple[str, ...], Claim, Claim]
) -> None:
    """Catches words of one claim under another of its sentence, and honest claims stopped."""
    assert "; ".join(found.get(f"H{number}-0", [])) == case[0]
