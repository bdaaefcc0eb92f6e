"""Packages of one invented article and one record, for what its receipts may and may not say."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from packages import (
    PASSAGES,
    TERMS,
    Folder,
    Passages,
    Receipt,
    Spec,
    Text,
    build,
    column,
    columns,
    letters,
    receipts,
)

CLAIMS = {"subject": ["report"], "state": "fate", "claimant": "teller"}
REPORTS: dict[str, Any] = {
    "fields": [
        column("report", required=True),
        *(column(name, evidence="required") for name in "teller fate day grain".split()),
    ],
    "primaryKey": "report",
    "kzdata:dates": [{"start": "day", "precision": "grain"}],
}
FORMS: dict[str, Any] = {
    "fields": columns("who printed letter why"),
    "kzdata:aliases": {
        "entity": "who",
        "alias": "printed",
        "source": "letter",
        "note": "why",
        "of": [{"resource": "people", "field": "person", "note": "more"}],
    },
}


class Cell(NamedTuple):
    """A cell of the report, with the words of the article that it rests on."""

    name: str
    value: str
    quote: str
    how: str
    why: str = ""


def story(
    root: Path,
    body: str,
    cells: Sequence[Cell] = (),
    forms: Iterable[Sequence[str]] = (),  # entity, form, and note
    people: Mapping[str, tuple[str, str]] | None = None,  # by key: name and note
    terms: Iterable[Sequence[str]] = (),  # category and term of `reports.fate`
    sent: str = "2031-03-06",
    spoken: str = "2031-03-06",
    principal: str = "",
) -> Folder:
    """A package about what one article, called `plover`, reports.

    With a principal passage the report is a claim: what befell whom, and who says so.
    """
    text = Text("plover", body, sent, spoken)
    cut = Passages([text])
    edges = [Receipt("R1", c.name, cut.of("plover", c.quote), c.how, c.why) for c in cells]
    values = {cell.name: cell.value for cell in cells}
    schema = REPORTS
    if principal:
        own = [*REPORTS["fields"], column("passage", evidence="required")]
        schema = REPORTS | {"fields": own, "kzdata:principal": "passage", "kzdata:claims": CLAIMS}
        passage = cut.of("plover", principal)
        edges.append(Receipt("R1", "passage", passage, "verbatim"))
        values["passage"] = passage
    names = [field["name"] for field in schema["fields"]]
    return build(
        root,
        [
            letters([text]),
            Spec("passages", PASSAGES, cut.rows()),
            receipts(edges),
            Spec("reports", schema, [["R1", *(values.get(name, "") for name in names[1:])]]),
            Spec(
                "people",
                {"fields": columns("person name more"), "primaryKey": "person"},
                [[key, *words] for key, words in (people or {}).items()],
            ),
            Spec("forms", FORMS, [[w, p, "plover", why] for w, p, why in forms]),
            Spec("terms", TERMS, [["reports.fate", *pair] for pair in terms]),
        ],
    )
