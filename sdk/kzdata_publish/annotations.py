"""Linked data: from an article to the words, from the words to a cell, from cells to a claim.

Three vocabularies side by side, in one JSON-LD document with its context inside:

- W3C Web Annotation (https://www.w3.org/TR/annotation-model/): each edge is an annotation whose
  target is a passage of an article, by position and by quotation, and whose body is a cell;
- PROV-O (https://www.w3.org/TR/prov-o/): a passage was quoted from its article, a cell derived from
  the passage, a claim derived from its cells and attributed to who says it and who carried it;
- schema.org: `Claim`, `Event`, `Article`, and `PropertyValue` for cells and intervals.

A link between claims is a statement of RDF, from the one claim to the other.

A name of the package, such as `casualty_reports/CR-0001/value_low`, becomes an address below the
package's homepage or, where it has none, below the hash of its descriptor (RFC 6920).
"""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kzdata.errors import UsageError
from kzdata.evidence.profile import needed
from kzdata.evidence.receipts import passages
from kzdata.exports.content import write_list
from kzdata.exports.registry import exporter
from kzdata.standard.dataset import Dataset
from kzdata.standard.declarations import Edges, Links, Sources, Spans
from kzdata.standard.descriptor import Schema
from kzdata_publish.bundle import about, address, descriptor_bytes, json_text
from kzdata_publish.records import Cells, labels, parent, rows


def _terms(vocabulary: str, names: str, kind: str = "") -> dict[str, Any]:
    """Terms of the context that are called as in their vocabulary; the kind of their values."""
    iris = {name: f"{vocabulary}:{name}" for name in names.split()}
    return {name: {"@id": iri, "@type": kind} if kind else iri for name, iri in iris.items()}


CONTEXT: dict[str, Any] = {
    "oa": "http://www.w3.org/ns/oa#",
    "prov": "http://www.w3.org/ns/prov#",
    "schema": "https://schema.org/",
    "dcterms": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "id": "@id",
    "type": "@type",
    # Web Annotation, under the names of its own context (http://www.w3.org/ns/anno.jsonld)
    **_terms("oa", "Annotation SpecificResource TextPositionSelector TextQuoteSelector"),
    **_terms("oa", "classifying describing identifying"),
    "motivation": {"@id": "oa:motivatedBy", "@type": "@vocab"},
    "body": {"@id": "oa:hasBody", "@type": "@id"},
    "target": {"@id": "oa:hasTarget", "@type": "@id"},
    "source": {"@id": "oa:hasSource", "@type": "@id"},
    "selector": {"@id": "oa:hasSelector", "@type": "@id"},
    **_terms("oa", "start end", "xsd:nonNegativeInteger"),
    **_terms("oa", "exact prefix suffix"),
    # PROV-O
    **_terms("prov", "Entity Agent"),
    **_terms("prov", "wasQuotedFrom wasDerivedFrom wasAttributedTo", "@id"),
    # schema.org
    **_terms("schema", "Article Claim Dataset Event MediaObject PropertyValue"),
    **_terms("schema", "name description identifier version text sha256 inLanguage"),
    **_terms("schema", "datePublished startDate endDate temporalCoverage propertyID value"),
    **_terms("schema", "minValue maxValue unitText measurementTechnique publisher"),
    **_terms("schema", "about appearance author encoding isBasedOn isPartOf license", "@id"),
    **_terms("schema", "location mainEntity provider spatialCoverage", "@id"),
    # links between claims
    "Statement": "rdf:Statement",
    **_terms("rdf", "subject predicate object", "@id"),
    # the role of an edge, and why a reader concluded what no word says
    "role": "dcterms:type",
    "extent": "dcterms:extent",
    "comment": "rdfs:comment",
}
"""What each key of the document means; written out, so that no reader needs the network."""
MOTIVATIONS = {"coded": "classifying", "resolved": "identifying"}
"""Why words and a cell are tied, by the role of the edge; other roles are `describing`."""
_PURPOSE = "linked data"
Node = dict[str, Any]


@exporter("jsonld", suffix=".jsonld")
def jsonld(dataset: Dataset, out: Path) -> None:
    """Linked data: Web Annotation for the evidence, PROV-O for the chain, schema.org for claims."""
    # A node at a time: a package may be larger than memory.
    nodes = (json_text(node, indent=None) for node in _Graph(dataset).nodes())
    write_list(out, f'{{"@context": {json_text(CONTEXT)},\n"@graph": [', nodes)


class _Graph:
    """The nodes of one package, one at a time; only spans and keys are held."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._base = _base(dataset)
        self._edges = needed(dataset.descriptor, Edges, _PURPOSE)
        self._sources = needed(dataset.descriptor, Sources, _PURPOSE)
        self._spans = needed(dataset.descriptor, Spans, _PURPOSE)[0].name
        self._articles = self._addresses()
        self._passages = passages(dataset)
        self._tables = dict(self._homes())
        self._cited: set[tuple[str, str]] = set()

    def nodes(self) -> Iterator[Node]:
        yield self._dataset_node()
        yield from self._article_nodes()
        yield from self._agents()
        # Before the records: the annotations tell which of their cells are cited.
        yield from self._annotations()
        for name, table in self._dataset.descriptor.tables.items():
            if table.schema.record_key:
                yield from self._records(name, table.schema)

    def _iri(self, *parts: str) -> str:
        """The address of a table, a record, a cell or a part of it."""
        # A slash in a key must not look like one between keys, so it is quoted, too.
        return self._base + "/".join(quote(part, safe="~") for part in parts)

    def _dataset_node(self) -> Node:
        said = about(self._dataset.descriptor)
        return {
            "id": self._base.removesuffix("#"),
            "type": ["Dataset", "Entity"],
            "identifier": said.name,
            "name": said.title,
            "description": said.description,
            "version": said.version,
            "license": [path for path, _ in said.licences],
            "isBasedOn": list(self._articles.values()),
        }

    # -------------------------------------------------------------------------- articles

    def _addresses(self) -> dict[str, str]:
        """The address of each article: its own, if no other has it, or else that of its text."""
        table, role = self._sources
        found = list(rows(self._dataset, table.name))
        webs = {row[role.id]: address(row.get(role.url or "", "")) for row in found}
        # An address that two articles share (a live blog) names neither.
        shared = Counter(webs.values())
        own = {key: web for key, web in webs.items() if web and shared[web] == 1}
        texts = {row[role.id]: _named(row.get(role.sha256, "")) for row in found}
        return {key: own.get(key) or texts[key] or self._iri(table.name, key) for key in webs}

    def _article_nodes(self) -> Iterator[Node]:
        table, role = self._sources
        for row in rows(self._dataset, table.name):
            digest = row.get(role.sha256, "")
            encoding = {
                "id": _named(digest) or self._iri(table.name, row[role.id], "text"),
                "type": "MediaObject",
                "sha256": digest,
                "extent": f"{row.get(role.length, '')} Unicode code points",
            }
            yield {
                "id": self._articles[row[role.id]],
                "type": ["Article", "Entity"],
                "identifier": row[role.id],
                "name": row.get("title"),
                "publisher": row.get("publisher"),
                "inLanguage": row.get("language"),
                "datePublished": row.get(role.published_on or ""),
                "encoding": encoding,
            }

    # -------------------------------------------------------------------------- evidence

    def _target(self, key: str) -> Node:
        """A passage: where it stands and what it says, in the article or in its text."""
        passage = self._passages[key]
        article = self._articles.get(passage.source)
        position = {"start": passage.start, "end": passage.end}
        words = {"exact": passage.quote, "prefix": passage.prefix, "suffix": passage.suffix}
        selectors: dict[str, Node]
        selectors = {"TextPositionSelector": position, "TextQuoteSelector": words}
        return {
            "id": self._iri(self._spans, key),
            "type": ["SpecificResource", "Entity"],
            "source": article,
            "selector": [
                {"id": self._iri(self._spans, key, kind), "type": kind, **said}
                for kind, said in selectors.items()
            ],
            "wasQuotedFrom": article,
        }

    def _annotations(self) -> Iterator[Node]:
        name, role = self._edges[0].name, self._edges[1]
        for row in rows(self._dataset, name):
            record, field, span = (row.get(c, "") for c in (role.record, role.field, role.span))
            # Without its words an annotation has no target, and no validator would say so.
            if span not in self._passages:
                raise UsageError(f"{name}: no span {span!r}; `kzdata validate` says more")
            self._cited.add((record, field))
            cell = self._iri(self._tables.get(record, name), record, field)
            yield {
                "id": self._iri(name, record, field, span),
                "type": "Annotation",
                "motivation": MOTIVATIONS.get(row.get(role.role, ""), "describing"),
                "role": row.get(role.role),
                "comment": row.get(role.note or ""),
                "body": {
                    "id": cell,
                    "type": ["PropertyValue", "Entity"],
                    "wasDerivedFrom": self._iri(self._spans, span),
                },
                "target": self._target(span),
            }

    # -------------------------------------------------------------------------- records

    def _homes(self) -> Iterator[tuple[str, str]]:
        """The table of each record, by its key."""
        for name, table in self._dataset.descriptor.tables.items():
            if key := table.schema.record_key:
                yield from ((row[key], name) for row in rows(self._dataset, name))

    def _records(self, name: str, schema: Schema) -> Iterator[Node]:
        assert schema.record_key
        for row in rows(self._dataset, name):
            key = row[schema.record_key]
            cells = [
                {"id": self._iri(name, key, field), "propertyID": field, "value": text}
                for field, text in row.items()
                if (key, field) in self._cited
            ]
            said = self._typed(name, schema, row)
            yield {"id": self._iri(name, key), "identifier": key, **said, "wasDerivedFrom": cells}

    def _typed(self, name: str, schema: Schema, row: Cells) -> Node:
        if schema.principal:
            return {"type": ["Claim", "Entity"], **self._claim(schema, row)}
        if schema.events:
            return {"type": ["Event", "Entity"], **self._event(schema, row)}
        if schema.links:
            return {"type": ["Statement", "Entity"], **self._link(name, schema.links, row)}
        return {"type": "Entity"}

    def _link(self, name: str, role: Links, row: Cells) -> Node:
        """Two claims and the relation between them; each relation has an address of its own."""
        claim, other, relation = (row.get(c, "") for c in (role.claim, role.other, role.relation))
        return {
            "subject": self._iri(self._tables.get(claim, name), claim),
            "predicate": self._iri(name, role.relation, relation),
            "object": self._iri(self._tables.get(other, name), other),
            "comment": row.get(role.note or ""),
        }

    def _claim(self, schema: Schema, row: Cells) -> Node:
        """What a claim says, of what, where it stands, who says it and who carried it."""
        passage = self._passages.get(row.get(schema.principal or "", ""))
        role = schema.claims
        claimant, via, event, place = (
            self._referred(schema, row, getattr(role, part, None))
            for part in ("claimant", "via", "event", "place")
        )
        return {
            "text": passage.quote if passage else None,
            "appearance": self._articles.get(passage.source) if passage else None,
            "author": claimant,
            "provider": via,
            "wasAttributedTo": [agent for agent in (claimant, via) if agent],
            "about": event,
            "spatialCoverage": place,
            "temporalCoverage": row.get(schema.dates[0].start) if schema.dates else None,
            "mainEntity": self._figure(schema, row, getattr(role, "unit", None)),
        }

    def _figure(self, schema: Schema, row: Cells, unit: str | None) -> Node | None:
        """A figure with its interval; an open end has no value."""
        figure = schema.figure
        if figure is None or not any(row.get(c) for c in (figure.text, figure.low, figure.high)):
            return None
        return {
            "type": "PropertyValue",
            "value": row.get(figure.text),
            "minValue": _number(row.get(figure.low)),
            "maxValue": _number(row.get(figure.high)),
            "measurementTechnique": row.get(figure.qualifier),
            "unitText": row.get(unit or ""),
        }

    def _event(self, schema: Schema, row: Cells) -> Node:
        role, days = schema.events, schema.dates[:1]
        assert role
        return {
            "name": row.get(role.title),
            "description": row.get(role.description or ""),
            "startDate": row.get(days[0].start) if days else None,
            "endDate": row.get(days[0].end or "") if days else None,
            "location": self._referred(schema, row, role.place),
        }

    def _referred(self, schema: Schema, row: Cells, column: str | None) -> str | None:
        """The address of the row that a cell refers to."""
        value = row.get(column or "")
        home = parent(schema, column)
        return self._iri(home, value) if value and home else None

    def _agents(self) -> Iterator[Node]:
        """Who says or carries a claim."""
        tables = self._dataset.descriptor.tables
        homes = {
            parent(table.schema, getattr(table.schema.claims, part, None))
            for table in tables.values()
            for part in ("claimant", "via")
        }
        # A set has no order of its own, and the same package gives the same bytes.
        for name in sorted(home for home in homes if home):
            for key, label in labels(self._dataset, name).items():
                agent = {"type": "Agent", "identifier": key, "name": label}
                yield {"id": self._iri(name, key), **agent}


def _base(dataset: Dataset) -> str:
    """What the names of the package stand below."""
    # An address has one fragment, and it is ours.
    homepage = about(dataset.descriptor).homepage.partition("#")[0]
    data = descriptor_bytes(dataset.archive)
    return f"{homepage or _named(hashlib.sha256(data).hexdigest())}#"


def _named(digest: str) -> str:
    """A SHA-256 as an address of what has it (RFC 6920); empty where it is none."""
    if not re.fullmatch("[0-9a-fA-F]{64}", digest):
        return ""
    # RFC 6920 wants base64url without padding.
    encoded = base64.urlsafe_b64encode(bytes.fromhex(digest)).decode("ascii").rstrip("=")
    return f"ni:///sha-256;{encoded}"


def _number(text: str | None) -> int | float | str | None:
    """A number as JSON has it; what is none stays text."""
    # A double keeps 15 digits: with more, readers would see another number than is printed.
    if text and re.fullmatch(r"-?[0-9]{1,15}(\.0*)?", text):
        return int(text.partition(".")[0])
    return float(text) if text and re.fullmatch(r"-?[0-9]{1,15}\.[0-9]{1,15}", text) else text
