"""Packages for tests: a writable folder of one, and builders of invented ones.

Nothing here calls kzdata. What a hash, a checksum or a place in a CSV file is, is worked out anew,
so that a mistake in kzdata cannot make its own tests pass.
"""

import csv
import hashlib
import io
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

Row = dict[str, str]
Place = tuple[int, int]


@dataclass(frozen=True)
class Folder:
    """A package in a folder that may be written to; `reseal` after the last change."""

    root: Path

    def descriptor(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((self.root / "datapackage.json").read_bytes())
        return loaded

    def describe(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Change the descriptor in place."""
        described = self.descriptor()
        change(described)
        _write_json(self.root / "datapackage.json", described)

    def tables(self) -> list[dict[str, Any]]:
        """The resources that are tables."""
        return [entry for entry in self.descriptor()["resources"] if "schema" in entry]

    def resource(self, table: str) -> dict[str, Any]:
        named = {entry["name"]: entry for entry in self.descriptor()["resources"]}
        entry: dict[str, Any] = named[table]
        return entry

    def file(self, table: str) -> Path:
        return self.root / str(self.resource(table)["path"])

    def schema(self, table: str) -> dict[str, Any]:
        schema = self.resource(table)["schema"]
        if isinstance(schema, str):
            schema = json.loads((self.root / schema).read_bytes())
        loaded: dict[str, Any] = schema
        return loaded

    def reschema(self, table: str, change: Callable[[dict[str, Any]], object]) -> None:
        """Change the schema of a table in place."""
        schema = self.schema(table)
        change(schema)
        stated = self.resource(table)["schema"]
        if isinstance(stated, str):
            _write_json(self.root / stated, schema)
            return

        def exchange(described: dict[str, Any]) -> None:
            for entry in described["resources"]:
                if entry["name"] == table:
                    entry["schema"] = schema

        self.describe(exchange)

    def rows(self, table: str) -> list[Row]:
        text = self.file(table).read_bytes().decode("utf-8")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def write(self, table: str, rows: Sequence[Mapping[str, str]]) -> None:
        """Write all rows anew; rows that did not change keep their bytes."""
        names = [field["name"] for field in self.schema(table)["fields"]]
        self.file(table).write_bytes(written(names, rows))

    def edit(self, table: str, index: int, column: str, value: str) -> str:
        """Put a value into one cell, and return what stood there."""
        rows = self.rows(table)
        before, rows[index][column] = rows[index][column], value
        self.write(table, rows)
        return before

    def delete(self, table: str, index: int) -> Row:
        rows = self.rows(table)
        gone = rows.pop(index)
        self.write(table, rows)
        return gone

    def duplicate(self, table: str, index: int) -> Row:
        rows = self.rows(table)
        rows.insert(index + 1, dict(rows[index]))
        self.write(table, rows)
        return rows[index]

    def append(self, table: str, **cells: str) -> int:
        """Add a row, empty where nothing is given, and return its index."""
        rows = self.rows(table)
        rows.append({field["name"]: "" for field in self.schema(table)["fields"]} | cells)
        self.write(table, rows)
        return len(rows) - 1

    def reseal(self) -> None:
        """State the bytes and the hash that the files now have."""
        described = self.descriptor()
        for entry in described["resources"]:
            file = self.root / str(entry["path"])
            if file.is_file():
                data = file.read_bytes()
                entry |= {"bytes": len(data), "hash": f"sha256:{_sha256(data)}"}
        _write_json(self.root / "datapackage.json", described)

    def place(self, table: str, index: int, column: str) -> Place:
        """Physical line and column of a cell; row 0 is the first below the header."""
        names = [field["name"] for field in self.schema(table)["fields"]]
        text = self.file(table).read_bytes().decode("utf-8").removeprefix("\ufeff")
        return places(text)[index + 1][names.index(column)]


def written(names: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Rows as CSV with a header: RFC 4180, LF, quoted where needed."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([names, *([row[name] for name in names] for row in rows)])
    return out.getvalue().encode("utf-8")


def places(text: str) -> list[list[Place]]:
    """Line and column of the first character of each cell, by record, header first.

    A state machine over the characters, written without regard to kzdata's own.
    """
    records: list[list[Place]] = []
    line, column, quoted, fresh = 1, 1, False, True
    for char in text:
        if fresh:
            records.append([(line, column)])
            fresh = False
        if char == '"':
            quoted = not quoted
        column += 1
        if char == "\n":
            line, column = line + 1, 1
            fresh = not quoted
        elif char == "," and not quoted:
            records[-1].append((line, column))
    return records


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _write_json(file: Path, value: Any) -> None:
    file.write_bytes(json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8") + b"\n")


def checksum(
    sha256: str, start: int | str, end: int | str, occurrence: int | str, quote: str
) -> str:
    """The checksum of a span, as docs/profile.md defines it."""
    return _sha256(f"{sha256}:{start}:{end}:{occurrence}:{quote}".encode())[:16]


# ------------------------------------------------------------------------------ building


class Spec(NamedTuple):
    """A table to be built: its schema, and its rows in the order of the columns."""

    name: str
    schema: dict[str, Any]
    rows: Sequence[Sequence[str]]


def column(name: str, kind: str = "string", evidence: str = "", **constraints: Any) -> Any:
    """A field descriptor."""
    traced = {"kzdata:evidence": evidence} if evidence else {}
    limits = {"constraints": constraints} if constraints else {}
    return {"name": name, "type": kind, **limits, **traced}


def columns(names: str, **special: Any) -> list[Any]:
    """Field descriptors: strings, but for those that are given."""
    return [special.get(name, column(name)) for name in names.split()]


def key(fields: str, resource: str, to: str) -> dict[str, Any]:
    """A foreign key."""
    return {"fields": fields.split(), "reference": {"resource": resource, "fields": to.split()}}


def build(root: Path, specs: Iterable[Spec], version: str = "1.0.0") -> Folder:
    """Write a package: a file and a schema for each table, sealed, with a changelog."""
    entries = []
    for spec in specs:
        names = [field["name"] for field in spec.schema["fields"]]
        rows = [dict(zip(names, row, strict=True)) for row in spec.rows]
        entries.append(
            {"name": spec.name, "path": f"tables/{spec.name}.csv", "schema": spec.schema}
        )
        (root / "tables").mkdir(parents=True, exist_ok=True)
        (root / f"tables/{spec.name}.csv").write_bytes(written(names, rows))
    described = {"name": "invented", "version": version, "resources": entries}
    _write_json(root / "datapackage.json", described)
    (root / "CHANGELOG.md").write_text(f"# Changes\n\n## {version}\n\nFirst.\n", encoding="utf-8")
    folder = Folder(root)
    folder.reseal()
    return folder


TRAPPED = (
    *("kzdata", "frictionless", "duckdb", "pydantic", "typer", "click", "rich", "pip", "numpy"),
    *("pyarrow", "xlsxwriter", "sitecustomize", "usercustomize", "resource", "_distutils_hack"),
)
"""Modules besides those of the standard library that a hostile folder may lay ready."""


def trap(folder: Path, canary: Path) -> None:
    """Put modules, a plug-in and programs into a folder that make a canary when they are run."""
    code = f"import io\nio.open({str(canary)!r}, 'a').close()\n"
    for name in {*sys.stdlib_module_names, *TRAPPED}:
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
    (folder / "trap.pth").write_text(code.replace("\n", "; "), encoding="utf-8")
    info = folder / "kzdata_trap-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: kzdata-trap\nVersion: 1.0\n")
    points = "[kzdata.exporters]\ntrap = sitecustomize:trap\nsqlite = sitecustomize:trap\n"
    (info / "entry_points.txt").write_text(points, encoding="utf-8")
    for name in ("python3", "python", "kzdata", "pip", "git", "sh", "env", "uname", "ldconfig"):
        (folder / name).write_text(f"#!/bin/sh\n: >> '{canary}'\n", encoding="utf-8")
        (folder / name).chmod(0o755)


def breaches(report: Iterable[Any]) -> list[Any]:
    """The findings that say that something is wrong: all but those about what is not checked."""
    return [finding for finding in report if finding.severity != "unchecked"]


def keep_texts(folder: Path, texts: Mapping[str, str]) -> Path:
    """Write texts into a folder under names that say nothing; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(texts.values()):
        (folder / f"{number}.bin").write_bytes(text.encode("utf-8"))
    return folder


# ------------------------------------------------------------------------------ declarations

ROLES = ["verbatim", "normalised", "resolved", "coded", "inherited", "inferred"]
LETTERS = {
    "fields": columns("letter digest size sent spoken web"),
    "primaryKey": "letter",
    "kzdata:sources": {
        "id": "letter",
        "sha256": "digest",
        "length": "size",
        "published_on": "sent",
        "written_on": "spoken",
        "url": "web",
    },
}
PASSAGES: dict[str, Any] = {
    "fields": columns("passage letter from to words nth seal"),
    "primaryKey": "passage",
    "foreignKeys": [key("letter", "letters", "letter")],
    "kzdata:spans": {
        "id": "passage",
        "source": "letter",
        "start": "from",
        "end": "to",
        "quote": "words",
        "occurrence": "nth",
        "checksum": "seal",
        "maxLength": 60,
        "maxShare": 0.8,
    },
}
UNLIMITED = {
    **PASSAGES,
    "kzdata:spans": {
        name: one
        for name, one in PASSAGES["kzdata:spans"].items()
        if name not in ("maxLength", "maxShare")
    },
}
"""Passages of any length."""
RECEIPTS = {
    "fields": columns("row cell passage how many why"),
    "primaryKey": ["row", "cell", "passage"],
    "foreignKeys": [key("passage", "passages", "passage")],
    "kzdata:edges": {
        "record": "row",
        "field": "cell",
        "span": "passage",
        "role": "how",
        "count": "many",
        "note": "why",
    },
}


class Text(NamedTuple):
    """An invented article."""

    name: str
    body: str
    sent: str
    spoken: str

    @property
    def digest(self) -> str:
        return _sha256(self.body.encode("utf-8"))


def bracketed(article: str) -> str:
    """The words of an article that stand between brackets, which are none of its own."""
    return article.partition("[")[2].partition("]")[0]


def unbracketed(article: str) -> str:
    """The article without these brackets."""
    return article.replace("[", "", 1).replace("]", "", 1)


class Passages:
    """Numbers passages as they are asked for, and turns them into rows."""

    def __init__(self, texts: Iterable[Text]) -> None:
        self.texts = {text.name: text for text in texts}
        self.numbers: dict[tuple[str, int, int], str] = {}

    def at(self, letter: str, start: int, end: int) -> str:
        """The identifier of a passage."""
        fresh = f"p{len(self.numbers) + 1}"
        return self.numbers.setdefault((letter, start, end), fresh)

    def of(self, letter: str, quote: str) -> str:
        """The identifier of a quote that stands once."""
        body = self.texts[letter].body
        assert body.count(quote) == 1, (letter, quote)
        start = body.index(quote)
        return self.at(letter, start, start + len(quote))

    def rows(self) -> list[list[str]]:
        return [self._row(name, *key) for key, name in self.numbers.items()]

    def _row(self, name: str, letter: str, start: int, end: int) -> list[str]:
        text = self.texts[letter]
        quote = text.body[start:end]
        nth = sum(text.body.startswith(quote, at) for at in range(start + 1))
        seal = checksum(text.digest, start, end, nth, quote)
        return [name, letter, str(start), str(end), quote, str(nth), seal]


def letters(texts: Iterable[Text]) -> Spec:
    """The table of sources."""
    rows = [[t.name, t.digest, str(len(t.body)), t.sent, t.spoken, ""] for t in texts]
    return Spec("letters", LETTERS, rows)


class Receipt(NamedTuple):
    """An edge without its count."""

    row: str
    cell: str
    passage: str
    how: str
    why: str = ""


def receipts(edges: Sequence[Receipt]) -> Spec:
    """The table of edges, with the counts."""
    cells = [(edge.row, edge.cell) for edge in edges]
    counts = [str(cells.count(cell)) for cell in cells]
    rows = [[*edge[:4], many, edge.why] for edge, many in zip(edges, counts, strict=True)]
    return Spec("receipts", RECEIPTS, rows)


# ------------------------------------------------------------------------------ the flood

GULL = Text(
    "gull",
    "Water came over the dyke of Norholm on Tuesday. The harbour master said 12 fishers drowned"
    " there, among them three pilots. More than 40 boats were lost.\n"
    "Aske lies lower; its sheep were not counted and may have strayed. One bell rang all night."
    " It hangs 9 miles off, over two walls. A corrected list has two bells.\n",
    "2031-03-06",
    "2031-03-05",
)
TERN = Text(
    "tern",
    "\ufeffAt Norholm 14 fishers drowned, the warden of Aske told us on Thursday; others err.\r\n"
    "Up to two sheds of “Gr\u00f8ne\u00a0Vik” burnt there; no reason was given 🌊.\r\n",
    "2031-03-07",
    "2031-03-07",
)
FLOOD_TEXTS = {"gull": GULL.body, "tern": TERN.body}

TOLLS: dict[str, Any] = {
    "fields": [
        column("toll", required=True),
        column("surge", evidence="required"),
        column("passage", evidence="required", required=True),
        *(column(name, evidence="required") for name in "fate wording least most hedge".split()),
        *(column(name, evidence="required") for name in "islet day grain speaker".split()),
        column("remark", evidence="exempt"),
    ],
    "primaryKey": "toll",
    "foreignKeys": [
        key("surge", "surges", "surge"),
        key("passage", "passages", "passage"),
        key("islet", "islets", "islet"),
        key("speaker", "people", "person"),
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
}
SURGES = {
    "fields": [
        column("surge"),
        column("title", evidence="exempt"),
        *(column(name, evidence="required") for name in "sort since till grain".split()),
    ],
    "primaryKey": "surge",
    "kzdata:dates": [{"start": "since", "end": "till", "precision": "grain"}],
}
ISLETS = {
    "fields": columns("islet part"),
    "primaryKey": "islet",
    "foreignKeys": [key("part", "", "islet")],
    "kzdata:parent": "part",
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
TERMS: dict[str, Any] = {
    "fields": columns("about sort term"),
    "kzdata:codebook": {"field": "about", "category": "sort", "term": "term"},
}
TIES: dict[str, Any] = {
    "fields": [
        column("tie", required=True),
        *(column(name, evidence="required", required=True) for name in "one how two".split()),
    ],
    "primaryKey": "tie",
    "uniqueKeys": [["one", "how", "two"]],
    "kzdata:links": {
        "claim": "one",
        "relation": "how",
        "other": "two",
        "acyclic": ["among"],
        "within": ["among"],
        "contradicts": ["contradicts"],
    },
}
GONE = {
    "fields": columns("row why instead"),
    "primaryKey": "row",
    "kzdata:tombstones": {"record": "row", "replaced_by": "instead"},
}
HEARD = {
    "fields": columns("toll tie paper told web sent seen"),
    "kzdata:outside": {
        "claim": "toll",
        "relation": "tie",
        "publisher": "paper",
        "says": "told",
        "url": "web",
        "published_on": "sent",
        "seen": "seen",
    },
}
SKIPPED = {
    "fields": columns("letter from to token why"),
    "kzdata:exclusions": {"source": "letter", "start": "from", "end": "to", "token": "token"},
}
GAUGES = {
    "fields": [
        column("gauge", pattern="G[0-9]+", required=True),
        column("name", minLength=3, maxLength=12, unique=True),
        column("metres", "number", minimum=0, maximum=9.5),
        column("rain", "integer", exclusiveMinimum=0, exclusiveMaximum=100),
        column("state", enum=["sound", "lost"]),
        column("keeper") | {"format": "email"},
    ],
    "primaryKey": "gauge",
}


_THERE = "“there”: at the dyke of the sentence before."
LEADS = {
    **{
        (toll, words): _THERE
        for toll in ("T1", "T2")
        for words in ("on Tuesday", "dyke of Norholm")
    },
    ("T4", "on Tuesday"): "“were lost”: in the flood of the first sentence.",
    ("T3", "burnt"): "“others err”: on the fire of the next sentence.",
}
"""By claim and words of another sentence, the note that leads there."""


def flood(root: Path) -> Folder:
    """A small valid package about a flood that never was.

    Other tables, other columns and other roles of files than the shipped package: what the rules
    do here they do because the schemas say so.
    """
    cut = Passages([GULL, TERN])
    edges: list[Receipt] = []

    def cell(row: str, name: str, value: str, how: str, where: tuple[str, str]) -> str:
        """A cell with its receipt."""
        if value:
            why = LEADS.get((row, where[1]), "")
            edges.append(Receipt(row, name, cut.of(*where), "inherited" if why else how, why))
        return value

    def toll(
        row: str, letter: str, words: str, fate: str, wording: str, bounds: str, hedge: str
    ) -> list[str]:
        """The figure of a claim; its bounds as `least-most`."""
        least, most = bounds.split("-")
        quote = (letter, next(part for part in words.split("|") if wording in part))
        told = ("S1", "on Tuesday") if letter == "gull" else ("S2", "burnt")
        return [
            row,
            cell(row, "surge", told[0], "resolved", (letter, told[1])),
            cell(row, "passage", cut.of(*quote), "verbatim", quote),
            cell(row, "fate", fate, "coded", (letter, words.split("|")[-1])),
            cell(row, "wording", wording, "verbatim", (letter, wording)),
            cell(row, "least", least, "normalised", (letter, wording)),
            cell(row, "most", most, "normalised", (letter, wording)),
            cell(row, "hedge", hedge, "normalised", (letter, wording)),
        ]

    def said(row: str, letter: str, islet: str, day: str, when: str, speaker: str) -> list[str]:
        """Where, when and by whom; `islet` and `speaker` as `id=words that name it`."""
        where, _, printed = islet.partition("=")
        who, _, called = speaker.partition("=")
        return [
            cell(row, "islet", where, "resolved", (letter, printed)),
            cell(row, "day", day, "normalised", (letter, when)),
            cell(row, "grain", "day" if day else "", "normalised", (letter, when)),
            cell(row, "speaker", who, "resolved", (letter, called)),
            "",
        ]

    master, warden = "master=The harbour master", "warden=the warden of Aske"
    norholm = "norholm=dyke of Norholm"
    tolls = [
        [
            *toll("T1", "gull", "12 fishers drowned", "drowned", "12", "12-12", "exact"),
            *said("T1", "gull", norholm, "2031-03-04", "on Tuesday", master),
        ],
        [
            *toll("T2", "gull", "three pilots|drowned", "drowned", "three", "3-3", "exact"),
            *said("T2", "gull", norholm, "2031-03-04", "on Tuesday", master),
        ],
        [
            *toll("T3", "tern", "14 fishers drowned", "drowned", "14", "14-14", "exact"),
            *said("T3", "tern", "norholm=At Norholm", "2031-03-06", "on Thursday", warden),
        ],
        [
            *toll("T4", "gull", "More than 40 boats|lost", "lost", "More than 40", "40-",
                  "more_than"),
            *said("T4", "gull", "", "", "", ""),
        ],
        [
            *toll("T5", "tern", "Up to two sheds|burnt", "burnt", "Up to two", "-2", "at_most"),
            *said("T5", "tern", "vik=“Gr\u00f8ne\u00a0Vik”", "", "", ""),
        ],
    ]  # fmt: skip
    surges = [
        [
            "S1",
            "The dyke of Norholm gives way",
            cell("S1", "sort", "breach", "coded", ("gull", "over the dyke")),
            cell("S1", "since", "2031-03-04", "normalised", ("gull", "on Tuesday")),
            cell("S1", "till", "2031-03-04", "normalised", ("gull", "on Tuesday")),
            cell("S1", "grain", "day", "normalised", ("gull", "on Tuesday")),
        ],
        [
            "S2",
            "Sheds burn",
            cell("S2", "sort", "fire", "coded", ("tern", "burnt")),
            *["", "", ""],
        ],
    ]
    twelve = ("gull", "12 fishers drowned")
    ties = [
        [
            "L1",
            cell("L1", "one", "T2", "resolved", ("gull", "three pilots")),
            cell("L1", "how", "among", "coded", ("gull", "among them")),
            cell("L1", "two", "T1", "resolved", twelve),
        ],
        [
            "L2",
            cell("L2", "one", "T3", "resolved", ("tern", "14 fishers drowned")),
            cell("L2", "how", "contradicts", "coded", ("tern", "others err")),
            cell("L2", "two", "T1", "resolved", twelve),
        ],
    ]
    bell = GULL.body.index("One bell")
    bells = GULL.body.index("two bells")
    miles, walls = GULL.body.index("9 miles"), GULL.body.index("two walls")
    reason = TERN.body.index("no reason")
    return build(
        root,
        [
            letters([GULL, TERN]),
            Spec("passages", PASSAGES, cut.rows()),
            receipts(edges),
            Spec("tolls", TOLLS, tolls),
            Spec("surges", SURGES, surges),
            Spec("islets", ISLETS, [["norholm", ""], ["aske", ""], ["vik", "aske"]]),
            Spec("people", {"fields": columns("person"), "primaryKey": "person"},
                 [["master"], ["warden"]]),
            Spec("called", CALLED, [
                ["norholm", "Norholm", "gull"],
                ["norholm", "Norholm", "tern"],
                ["vik", "Gr\u00f8ne\u00a0Vik", "tern"],
                ["master", "harbour master", "gull"],
                ["warden", "warden of Aske", "tern"],
            ]),
            Spec("terms", TERMS, [
                ["tolls.fate", "drowned", "drowned"],
                ["tolls.fate", "lost", "lost"],
                ["tolls.fate", "burnt", "burnt"],
                ["surges.sort", "breach", "over the dyke"],
                ["surges.sort", "fire", "burnt"],
                ["ties.how", "among", "among them"],
                ["ties.how", "contradicts", "others err"],
            ]),
            Spec("ties", TIES, ties),
            Spec("gone", GONE, [["T0", "counted twice", "T1"]]),
            Spec("skipped", SKIPPED, [
                ["gull", str(bell), str(bell + 3), "One", "a bell is not counted"],
                ["gull", str(bells), str(bells + 3), "two", "nor are these"],
                ["gull", str(miles), str(miles + 1), "9", "a distance"],
                ["gull", str(walls), str(walls + 3), "two", "walls are not counted"],
                ["tern", str(reason), str(reason + 2), "no", "negates no quantity"],
            ]),
            Spec("gauges", GAUGES, [
                ["G1", "North\nquay", "2.5", "40", "sound", "a@example.org"],
                ["G2", 'The "eye"', "0", "99", "lost", ""],
                ["G3", "Aske, low", "9.5", "1", "sound", "b@example.org"],
            ]),
        ],
    )  # fmt: skip
