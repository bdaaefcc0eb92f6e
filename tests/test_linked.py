"""Linked data, Croissant and RO-Crate, each read by its own tools, without a network."""

import hashlib
import json
import socket
import tempfile
import warnings
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kzdata
from kzdata.errors import UsageError
from kzdata_publish.bundle import address, local
from packages import FLOOD_TEXTS, GULL, PASSAGES, Folder, Spec, build, column, flood, letters
from strategies import any_text

rdflib = pytest.importorskip("rdflib", reason="pip install rdflib")
OA, PROV, SCHEMA = (
    rdflib.Namespace(f"{home}")
    for home in ("http://www.w3.org/ns/oa#", "http://www.w3.org/ns/prov#", "https://schema.org/")
)
TYPE = rdflib.RDF.type


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is written, or that reads it, may need the network."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something wants the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@cache
def package() -> kzdata.Package:
    return kzdata.load(Path(__file__).parents[1])


def graph_of(path: Path) -> Any:
    with warnings.catch_warnings():  # rdflib's own parser uses what rdflib deprecates
        warnings.simplefilter("ignore", DeprecationWarning)
        return rdflib.Graph().parse(path, format="json-ld")


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package().export("jsonld", tmp_path_factory.mktemp("ld") / "kzdata.jsonld")


@pytest.fixture(scope="module")
def graph(document: Path) -> Any:
    return graph_of(document)


# ------------------------------------------------------------------------------ annotations


class Edge(NamedTuple):
    """What one annotation says, in literals."""

    record: str
    field: str
    role: str
    source: str
    start: int
    end: int
    quote: str


def one(graph: Any, subject: Any, predicate: Any) -> Any:
    (found,) = graph.objects(subject, predicate)
    return found


def selectors(graph: Any, target: Any) -> tuple[Any, Any]:
    """The position and the quotation of a passage."""
    by_type = {one(graph, s, TYPE): s for s in graph.objects(target, OA.hasSelector)}
    return by_type[OA.TextPositionSelector], by_type[OA.TextQuoteSelector]


def edges(graph: Any) -> Iterator[Edge]:
    """Every annotation, read back from the triples alone."""
    for annotation in graph.subjects(TYPE, OA.Annotation):
        cell, target = one(graph, annotation, OA.hasBody), one(graph, annotation, OA.hasTarget)
        (owner,) = graph.subjects(PROV.wasDerivedFrom, cell)
        position, words = selectors(graph, target)
        yield Edge(
            str(one(graph, owner, SCHEMA.identifier)),
            str(one(graph, cell, SCHEMA.propertyID)),
            str(one(graph, annotation, rdflib.DCTERMS.type)),
            str(one(graph, one(graph, target, OA.hasSource), SCHEMA.identifier)),
            one(graph, position, OA.start).toPython(),
            one(graph, position, OA.end).toPython(),
            str(one(graph, words, OA.exact)),
        )


def test_every_edge_is_an_annotation(graph: Any) -> None:
    """Catches an edge that was dropped, doubled or led to other words."""
    rows = package().sql(
        """SELECT record_id, field, role, source_id, char_start, char_end, quote
        FROM evidence JOIN source_spans USING (span_id)"""
    )
    expected = sorted(Edge(*row) for row in rows.rows())
    assert len(expected) == len(package().evidence)
    assert sorted(edges(graph)) == expected


def test_selectors_slice_the_articles(graph: Any, texts: Path) -> None:
    """Catches an offset in other units, and a prefix that does not stand right before the quote."""
    articles, seen = package().texts(texts), 0
    for target in set(graph.objects(None, OA.hasTarget)):
        article = articles[str(one(graph, one(graph, target, OA.hasSource), SCHEMA.identifier))]
        position, words = selectors(graph, target)
        start, end = (one(graph, position, OA[name]).toPython() for name in ("start", "end"))
        before, after = (
            "".join(map(str, graph.objects(words, OA[name]))) for name in ("prefix", "suffix")
        )
        assert article[start:end] == str(one(graph, words, OA.exact))
        assert article[:start].endswith(before)
        assert article[end:].startswith(after)
        seen += 1
    assert seen == len(package().source_spans)


def test_some_quotes_have_context(graph: Any) -> None:
    """Catches a search for longer spans that never finds any."""
    (words,) = (s for s in graph.subjects(OA.exact, rdflib.Literal("over 60")))
    assert str(one(graph, words, OA.prefix)) == "Shymkent, where "
    assert str(one(graph, words, OA.suffix)) == " people reportedly died"


def test_every_receipted_cell_leads_to_its_article(graph: Any) -> None:
    """Catches a broken link in article, passage, cell, claim."""
    articles = set(graph.subjects(TYPE, SCHEMA.Article))
    for claim in graph.subjects(TYPE, SCHEMA.Claim):
        home = one(graph, claim, SCHEMA.appearance)
        for cell in graph.objects(claim, PROV.wasDerivedFrom):
            passages = set(graph.objects(cell, PROV.wasDerivedFrom))
            assert passages
            for passage in passages:
                assert one(graph, passage, PROV.wasQuotedFrom) == home
    assert len(articles) == len(package().sources)


def claim(graph: Any, key: str) -> Any:
    (found,) = (
        s
        for s in graph.subjects(SCHEMA.identifier, rdflib.Literal(key))
        if (s, TYPE, SCHEMA.Claim) in graph
    )
    return found


def test_a_claim_says_who_and_how_many(graph: Any) -> None:
    """CR-0001: "eight" dead, said by the Interior Ministry, carried by TASS, of the 5th."""
    found = claim(graph, "CR-0001")
    names = {
        str(one(graph, agent, SCHEMA.name)) for agent in graph.objects(found, PROV.wasAttributedTo)
    }
    assert names == {"Interior Ministry of Kazakhstan", "TASS"}
    assert str(one(graph, one(graph, found, SCHEMA.author), SCHEMA.identifier)) == (
        "kz-interior-ministry"
    )
    assert str(one(graph, one(graph, found, SCHEMA.provider), SCHEMA.identifier)) == "tass"
    assert str(one(graph, found, SCHEMA.temporalCoverage)) == "2022-01-05"
    assert str(one(graph, one(graph, found, SCHEMA.about), SCHEMA.identifier)) == "EV-0023"
    figure = one(graph, found, SCHEMA.mainEntity)
    assert one(graph, figure, SCHEMA.minValue).toPython() == 8
    assert one(graph, figure, SCHEMA.maxValue).toPython() == 8


def test_an_open_end_has_no_value(graph: Any) -> None:
    """CR-0019: "over 60" has no upper bound, and nobody is named who says it."""
    found = claim(graph, "CR-0019")
    figure = one(graph, found, SCHEMA.mainEntity)
    assert one(graph, figure, SCHEMA.minValue).toPython() == 60
    assert str(one(graph, figure, SCHEMA.value)) == "over 60"
    assert not list(graph.objects(figure, SCHEMA.maxValue))
    assert not list(graph.objects(found, PROV.wasAttributedTo))


def test_all_claims_and_events_are_written(graph: Any) -> None:
    """Catches a table that is left out."""
    tables = ("casualty_reports", "appointments", "deployments", "quantities")
    claims = sum(len(package().tables[name]) for name in tables)
    assert len(set(graph.subjects(TYPE, SCHEMA.Claim))) == claims
    assert len(set(graph.subjects(TYPE, SCHEMA.Event))) == len(package().events)


def test_the_context_is_embedded(document: Path) -> None:
    """Catches a reader that would have to fetch what the keys mean."""
    read = json.loads(document.read_bytes())
    assert isinstance(read["@context"], dict)
    used = {key for node in read["@graph"] for key in keys(node)}
    assert used <= set(read["@context"])


def keys(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from node
        for value in node.values():
            yield from keys(value)
    elif isinstance(node, list):
        for value in node:
            yield from keys(value)


def test_an_article_without_an_address_is_named_by_its_hash(island: Folder, tmp_path: Path) -> None:
    """No letter of the flood has an address: RFC 6920 names what has the hash."""
    with kzdata.load(island.root) as kz:
        found = graph_of(kz.export("jsonld", tmp_path / "flood.jsonld"))
        assert len(set(found.subjects(TYPE, OA.Annotation))) == len(kz.receipts)
    articles = set(found.subjects(TYPE, SCHEMA.Article))
    assert len(articles) == 2
    assert all(str(article).startswith("ni:///sha-256;") for article in articles)
    for target in set(found.objects(None, OA.hasTarget)):
        text = FLOOD_TEXTS[str(one(found, one(found, target, OA.hasSource), SCHEMA.identifier))]
        position, words = selectors(found, target)
        start, end = (one(found, position, OA[name]).toPython() for name in ("start", "end"))
        assert text[start:end] == str(one(found, words, OA.exact))


def test_a_package_without_evidence_says_what_is_missing(tmp_path: Path) -> None:
    """Catches an empty document, or a crash, where nothing has receipts."""
    bare = build(tmp_path / "bare", [letters([GULL]), Spec("passages", PASSAGES, [])])
    with kzdata.load(bare.root) as kz, pytest.raises(UsageError, match="kzdata:edges"):
        kz.export("jsonld", tmp_path / "out.jsonld")


# ------------------------------------------------------------------------------ hostile cells

WEBS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//https://example.org",
    "data:text/html,<script>alert(1)</script>",
    "https://example.org/<script>\"'{}|\\^` \u2028é",
    "https://[::1",
    "//example.org/no-scheme",
    "file:///etc/passwd",
    "https://example.org/a#b%zz",
]
MARKUP = ["</script><script>alert(1)</script>", "<!--", "]]>", "&quot;", "\u2028\u2029", "=cmd()"]


cells = any_text().map(lambda text: text.replace("\0", "").replace("\r", ""))
"""Any cell but those that `csv.writer` cannot hold: NUL, and a carriage return that stays bare."""


@settings(max_examples=25)
@given(
    web=st.sampled_from(WEBS) | cells,
    remark=st.sampled_from(MARKUP) | cells,
    fate=st.sampled_from([*MARKUP, "a/b:c#d", "//x", "../..", "%41", "_:b0"]) | cells,
)
def test_hostile_cells_stay_text(web: str, remark: str, fate: str) -> None:
    """Catches a cell that ends a script, makes an address run, or breaks an identifier."""
    with tempfile.TemporaryDirectory() as folder:
        island = flood(Path(folder) / "island")
        before = len(island.rows("receipts"))
        island.edit("letters", 0, "web", web)
        island.edit("tolls", 0, "remark", remark)
        island.edit("tolls", 0, "fate", fate)
        island.edit("people", 0, "person", fate)
        with kzdata.load(island.root) as kz:
            out = kz.export("jsonld", Path(folder) / "out.jsonld")
        text = out.read_text("utf-8")
        assert not set("<>\u2028\u2029\x1b\x9b") & set(text)
        graph = graph_of(out)
        assert len(set(graph.subjects(TYPE, OA.Annotation))) == before
        for term in graph.all_nodes() | set(graph.predicates()):
            if isinstance(term, rdflib.URIRef):
                assert str(term).startswith(("http://", "https://", "ni:///sha-256;")), term
                assert not set('<>"{}|\\^` ') & set(term), term
        fates = graph.subjects(SCHEMA.propertyID, rdflib.Literal("fate"))
        told = {str(v) for cell in fates for v in graph.objects(cell, SCHEMA.value)}
        assert told == {row["fate"] for row in island.rows("tolls")} - {""}


@given(any_text())
def test_address_is_http_or_empty(written: str) -> None:
    found = address(written)
    assert found == "" or found.lower().startswith(("http://", "https://"))
    assert found.isascii()
    assert not set('<>"{}|\\^` \n\r\t') & set(found)


@pytest.mark.parametrize("web", WEBS)
def test_known_bad_addresses_are_no_links(web: str) -> None:
    found = address(web)
    assert bool(found) == web.startswith("https://example.org/"), found


# ------------------------------------------------------------------------------ Croissant


@pytest.fixture(scope="module")
def croissant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package().export("croissant", tmp_path_factory.mktemp("croissant") / "out")


@pytest.mark.filterwarnings("ignore")
def test_croissant_is_read_by_its_own_library(croissant: Path) -> None:
    """Catches what the standard's reference reader calls an error, or even a warning."""
    mlcroissant = pytest.importorskip("mlcroissant", reason="pip install mlcroissant")
    dataset = mlcroissant.Dataset(str(croissant / "croissant.json"))
    assert not dataset.metadata.ctx.issues.errors
    assert not dataset.metadata.ctx.issues.warnings
    assert dataset.metadata.ctx.conforms_to.value == "http://mlcommons.org/croissant/1.1"
    assert dataset.metadata.version == package().version
    assert {record_set.name for record_set in dataset.metadata.record_sets} == set(package().tables)
    found = [
        {key.partition("/")[2]: plain(value) for key, value in record.items()}
        for record in dataset.records("casualty_reports")
    ]
    assert found == [
        {key: plain(value) for key, value in row.model_dump().items()}
        for row in package().casualty_reports
    ]


def plain(value: Any) -> str:
    """A value as text, whichever library it comes from."""
    if value is None or value != value:
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8")
    text = str(value).removesuffix(" 00:00:00")
    return text.removesuffix(".0") if text.endswith(".0") else text


def test_croissant_says_what_the_schemas_say(croissant: Path) -> None:
    """Catches a hash, a key or a reference of another table."""
    read = json.loads((croissant / "croissant.json").read_bytes())
    for entry in read["distribution"]:
        data = (croissant / entry["contentUrl"]).read_bytes()
        assert entry["sha256"] == hashlib.sha256(data).hexdigest()
        assert entry["contentSize"] == f"{len(data)} B"
    sets = {record_set["name"]: record_set for record_set in read["recordSet"]}
    assert sets["casualty_reports"]["key"] == {"@id": "casualty_reports/report_id"}
    assert [part["@id"] for part in sets["evidence"]["key"]] == [
        "evidence/record_id",
        "evidence/field",
        "evidence/span_id",
    ]
    fields = {field["@id"]: field for field in sets["casualty_reports"]["field"]}
    assert fields["casualty_reports/event_id"]["references"] == {
        "field": {"@id": "events/event_id"}
    }
    assert fields["casualty_reports/as_of"]["dataType"] == "sc:Date"
    assert fields["casualty_reports/value_low"]["dataType"] == "sc:Float"
    assert "references" not in fields["casualty_reports/note"]
    assert "https://creativecommons.org/licenses/by/4.0/" in read["license"]
    assert read["citeAs"].startswith("@misc{kzdata-")
    assert package().version in read["citeAs"]


def test_croissant_describes_other_files_as_files_only(copy: Folder, tmp_path: Path) -> None:
    """A table with semicolons is no CSV that Croissant's readers take."""

    def semicolons(described: dict[str, Any]) -> None:
        entry = next(e for e in described["resources"] if e["name"] == "measures")
        entry["dialect"] = {"delimiter": ";"}

    copy.describe(semicolons)
    data = copy.file("measures").read_text("utf-8").replace(",", ";", 2)
    copy.file("measures").write_text(data, encoding="utf-8")
    with kzdata.load(copy.root) as kz:
        out = kz.export("croissant", tmp_path / "out")
    read = json.loads((out / "croissant.json").read_bytes())
    assert "measures" not in {record_set["name"] for record_set in read["recordSet"]}
    assert "data/measures.csv" in {entry["contentUrl"] for entry in read["distribution"]}


HOSTILE = ["a/b c:#", "</script>", "ключ", "x{y}", "50%", "../up"]
"""Names of columns that break identifiers, markup or BibTeX."""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("form", ["croissant", "ro-crate"])
def test_hostile_names_stay_text(form: str, tmp_path: Path) -> None:
    """Catches a name that ends a script, and an address that runs."""
    schema = {"fields": [column(name) for name in HOSTILE], "primaryKey": HOSTILE[0]}
    folder = build(tmp_path / "in", [Spec("t <b>", schema, [["1", *"</x>\u2028"]])])
    said = {"created": "2026-01-01T00:00:00Z", "description": "</script>"}
    said |= {"homepage": "javascript:alert(1)"}
    licences = [{"path": "javascript:alert(1)"}, {"path": "https://example.org/a b"}]
    people = [{"title": "}\\input{x} </script>"}]
    folder.describe(lambda d: d.update(said, licenses=licences, contributors=people))
    with kzdata.load(folder.root) as kz:
        out = kz.export(form, tmp_path / "out")
    (written,) = {*out.glob("*.json")} - {out / "datapackage.json"}
    text = written.read_text("utf-8")
    assert not set("<>\u2028") & set(text)
    assert "javascript" not in text
    assert "https://example.org/a%20b" in text
    if form == "croissant":
        mlcroissant = pytest.importorskip("mlcroissant", reason="pip install mlcroissant")
        dataset = mlcroissant.Dataset(str(written))
        assert not dataset.metadata.ctx.issues.errors
        assert len(list(dataset.records("t%20%3Cb%3E"))) == 1
        assert "{{  input x" in json.loads(text)["citeAs"]


# ------------------------------------------------------------------------------ RO-Crate


@pytest.fixture(scope="module")
def crate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package().export("ro-crate", tmp_path_factory.mktemp("crate") / "out")


@pytest.mark.filterwarnings("ignore")
def test_the_crate_is_read_by_its_own_library(crate: Path) -> None:
    """Catches a file that the crate forgets, or describes with another's hash."""
    rocrate = pytest.importorskip("rocrate.rocrate", reason="pip install rocrate")
    read = rocrate.ROCrate(crate)
    assert read.version == "1.3"
    assert read.root_dataset["version"] == package().version
    described = {entity.id: entity for entity in read.data_entities if entity.type != "Dataset"}
    present = {str(file.relative_to(crate)) for file in crate.rglob("*") if file.is_file()}
    assert set(described) == present - {"ro-crate-metadata.json"}
    for name, entity in described.items():
        assert entity["sha256"] == hashlib.sha256((crate / name).read_bytes()).hexdigest()
    assert described["data/events.csv"]["conformsTo"]["@id"] == "schemas/events.json"


class Context:
    """The context of RO-Crate 1.3 as the library `rocrate` carries it, for the validator."""

    status_code = 200
    headers = {"Content-Type": "application/ld+json"}  # noqa: RUF012

    def __init__(self, _: object, url: str, **__: object) -> None:
        assert url == "https://w3id.org/ro/crate/1.3/context"
        self.text = (resources.files("rocrate") / "data" / "ro-crate.jsonld").read_text("utf-8")

    def json(self) -> Any:
        return json.loads(self.text)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_crate_passes_its_validator(
    crate: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Catches what RO-Crate 1.3 requires and the crate lacks.

    What is merely recommended and missing is what nobody knows: a publisher, and where to reach
    the contributors.
    """
    pytest.importorskip("rocrate_validator", reason="pip install roc-validator")
    from rocrate_validator import models, services
    from rocrate_validator.utils.http import HttpRequester

    def fetched(_: object, url: str, **__: object) -> Context:
        return Context(None, url)

    monkeypatch.setattr(HttpRequester, "get", fetched, raising=False)
    monkeypatch.setattr(HttpRequester, "fetch_fresh", fetched, raising=False)
    settings_ = services.ValidationSettings(
        rocrate_uri=str(crate),
        profile_identifier="ro-crate-1.3",
        requirement_severity=models.Severity.RECOMMENDED,
        offline=True,
        cache_path=str(tmp_path / "cache"),
    )
    result = services.validate(settings_)
    assert not result.get_issues(models.Severity.REQUIRED)
    recommended = [issue.message or "" for issue in result.get_issues(models.Severity.RECOMMENDED)]
    unknown = ("publisher", "ROR", "URL", "ontact")
    assert [found for found in recommended if not any(word in found for word in unknown)] == []


def test_a_crate_needs_a_licence_and_a_date(island: Folder, tmp_path: Path) -> None:
    with kzdata.load(island.root) as kz, pytest.raises(UsageError, match=r"created.*licenses"):
        kz.export("ro-crate", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("form", ["croissant", "ro-crate"])
def test_the_copy_is_a_package(form: str, tmp_path: Path) -> None:
    """Catches a copy that has lost a file, or changed a byte."""
    out = package().export(form, tmp_path / "out")
    assert kzdata.validate(out).valid


def test_a_descriptor_of_another_name_is_copied(copy: Folder, tmp_path: Path) -> None:
    """Catches the copy of a descriptor that was not the one that was opened."""
    described = copy.descriptor() | {"title": "Another title"}
    other = copy.root / "other.json"
    other.write_text(json.dumps(described), encoding="utf-8")
    with kzdata.load(other) as kz:
        out = kz.export("ro-crate", tmp_path / "out")
    assert json.loads((out / "datapackage.json").read_bytes())["title"] == "Another title"


@pytest.mark.parametrize(
    ("form", "name"), [("croissant", "croissant.json"), ("ro-crate", "ro-crate-metadata.json")]
)
def test_a_file_of_the_package_is_not_written_over(
    form: str, name: str, copy: Folder, tmp_path: Path
) -> None:
    """Catches a description that takes the place of data."""
    copy.file("measures").rename(copy.root / name)

    def moved(described: dict[str, Any]) -> None:
        next(e for e in described["resources"] if e["name"] == "measures")["path"] = name

    copy.describe(moved)
    with kzdata.load(copy.root) as kz, pytest.raises(UsageError, match=name):
        kz.export(form, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@given(st.text(min_size=1))
def test_local_path_is_a_relative_uri(path: str) -> None:
    """Catches a path that would be read as an address of its own."""
    found = local(path.encode("utf-8", "replace").decode("utf-8"))
    assert ":" not in found
    assert found.isascii()
