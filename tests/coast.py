"""An invented package with four claims of one letter, made of an entry, for drafts and scores."""

from pathlib import Path
from typing import Any

from kzdata.entries.outcome import enter, read_documents
from packages import (
    PASSAGES,
    TERMS,
    TIES,
    Folder,
    Passages,
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

GULL = Text(
    "gull",
    "The harbour master said that 12 fishers and three pilots drowned at Norholm on Tuesday. In"
    " Aske five pilots were hurt, said the warden, whom the harbour master cited. There were no"
    " figures for those missing at Vik.\n",
    "2031-03-06",
    "2031-03-05",
)
TOLLS: dict[str, Any] = {
    "fields": [
        column("toll", required=True),
        column("passage", evidence="required", required=True),
        *(column(name, evidence="required") for name in "fate folk wording".split()),
        *(column(name, "number", evidence="required") for name in "least most".split()),
        *(column(name, evidence="required") for name in "hedge islet".split()),
        column("day", "date", evidence="required"),
        *(column(name, evidence="required") for name in "grain speaker carrier".split()),
    ],
    "primaryKey": "toll",
    "foreignKeys": [
        key("passage", "passages", "passage"),
        key("folk", "folk", "folk"),
        key("islet", "islets", "islet"),
        key("speaker", "people", "person"),
        key("carrier", "people", "person"),
    ],
    "kzdata:principal": "passage",
    "kzdata:figure": {
        "text": "wording",
        "low": "least",
        "high": "most",
        "qualifier": "hedge",
        "span": "passage",
    },
    "kzdata:dates": [{"start": "day", "precision": "grain"}],
    "kzdata:claims": {
        "outcome": "fate",
        "deaths": ["drowned"],
        "population": "folk",
        "place": "islet",
        "claimant": "speaker",
        "via": "carrier",
    },
}
CALLED: dict[str, Any] = {
    "fields": columns("who printed letter"),
    "primaryKey": ["who", "printed", "letter"],
    "kzdata:aliases": {
        "entity": "who",
        "alias": "printed",
        "source": "letter",
        "of": [
            {"resource": "islets", "field": "islet"},
            {"resource": "people", "field": "person"},
        ],
    },
}
NORHOLM = """islet = "norholm <- Norholm"
date = "on Tuesday"
speaker = "master <- The harbour master"
"""
CLAIMS = {
    "fishers": f"""[[claim]]
ref = "c-fishers"
quote = "12 fishers and three pilots drowned"
figure = "12"
fate = "drowned <- drowned"
folk = "fishers <- fishers"
{NORHOLM}""",
    "pilots": f"""[[claim]]
ref = "c-pilots"
quote = "three pilots drowned"
figure = "three"
fate = "drowned <- drowned"
folk = "pilots <- pilots"
{NORHOLM}""",
    "hurt": """[[claim]]
ref = "c-hurt"
quote = "five pilots were hurt"
figure = "five"
fate = "hurt <- hurt"
folk = "pilots <- pilots"
islet = "aske <- Aske"
speaker = "warden <- the warden"
carrier = "master <- the harbour master"
links = ["contradicts c-fishers ?? Said of one storm."]
""",
    "missing": """[[claim]]
ref = "c-missing"
quote = "no figures for those missing"
figure = "no figures"
fate = "missing <- missing"
islet = "vik <- Vik"
""",
}
"""The gold claims, as an entry says them."""
HEAD = '[source]\nletter = "gull"\n'


def whole(keyed: str) -> dict[str, Any]:
    """The schema of a hierarchy whose rows have names."""
    return {
        "fields": columns(f"{keyed} name part"),
        "primaryKey": keyed,
        "foreignKeys": [key("part", "", keyed)],
        "kzdata:parent": "part",
    }


def bare(root: Path) -> Folder:
    """The package without a claim."""
    people = {"fields": columns("person name"), "primaryKey": "person"}
    forms = [
        ["norholm", "Norholm", "gull"],
        ["aske", "Aske", "gull"],
        ["vik", "Vik", "gull"],
        ["master", "harbour master", "gull"],
        ["warden", "warden", "gull"],
    ]
    fates = [["tolls.fate", name, name] for name in ("drowned", "hurt", "missing")]
    folk = [["tolls.folk", name, name] for name in ("fishers", "pilots")]
    groups = [["people", "People", ""], *([n, n.title(), "people"] for n in ("fishers", "pilots"))]
    isles = [["coast", "The coast", ""], *([n.lower(), n, "coast"] for n in ("Norholm", "Aske"))]
    unlimited = {name: one for name, one in PASSAGES["kzdata:spans"].items() if name != "maxShare"}
    return build(
        root,
        [
            letters([GULL]),
            Spec("passages", {**PASSAGES, "kzdata:spans": unlimited}, Passages([GULL]).rows()),
            receipts([]),
            Spec("tolls", TOLLS, []),
            Spec("ties", TIES, []),
            Spec("folk", whole("folk"), groups),
            Spec("islets", whole("islet"), [*isles, ["vik", "Vik", ""]]),
            Spec("people", people, [["master", "The harbour master"], ["warden", "The warden"]]),
            Spec("called", CALLED, forms),
            Spec("terms", TERMS, [*fates, *folk]),
        ],
    )  # fmt: skip


def entry(claims: dict[str, str]) -> str:
    """An entry of some claims."""
    return HEAD + "\n".join(claims.values())


def coast(root: Path) -> tuple[Folder, Path]:
    """The package with its four claims, and the folder of its text."""
    package, texts = bare(root / "package"), keep_texts(root / "texts", {"gull": GULL.body})
    file = root / "gold.toml"
    file.write_text(entry(CLAIMS), encoding="utf-8")
    made = enter(package.root, read_documents([file]), texts)
    assert made.written, (made.faults, made.findings)
    return package, texts
