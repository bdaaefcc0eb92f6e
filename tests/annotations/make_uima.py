"""Writes files/uima-cas-json.json with dkpro-cassis 0.12.0: `pip install dkpro-cassis`.

Features and layers are those of a project in INCEpTION: a span with a value, a relation between two
spans, a link with a role; and an annotation of the whole document.
"""

from cassis import Cas, TypeSystem
from cassis.typesystem import (
    TYPE_NAME_ANNOTATION,
    TYPE_NAME_DOCUMENT_ANNOTATION,
    TYPE_NAME_FS_ARRAY,
)
from story import CAFE, FILES, MARKED, OWNER, SPEAKER, TEXT

types = TypeSystem(add_document_annotation_type=True)
span = types.create_type("custom.Span", TYPE_NAME_ANNOTATION)
link = types.create_type("custom.Link", "uima.cas.TOP")
tie = types.create_type("custom.Relation", TYPE_NAME_ANNOTATION)
types.create_feature(span, "value", "uima.cas.String")
types.create_feature(span, "certain", "uima.cas.Boolean")
types.create_feature(span, "links", TYPE_NAME_FS_ARRAY, elementType=link)
types.create_feature(link, "role", "uima.cas.String")
types.create_feature(link, "target", TYPE_NAME_ANNOTATION)
types.create_feature(tie, "Governor", span)
types.create_feature(tie, "Dependent", span)
types.create_feature(tie, "label", "uima.cas.String")

cas = Cas(types, sofa_string=TEXT, sofa_mime="text/plain")
made = {}
for one in MARKED:
    made[one] = span(begin=one.start, end=one.end, value=one.label, certain=one is CAFE)
    cas.add(made[one])
cas.add(
    tie(
        begin=CAFE.start,
        end=CAFE.end,
        Governor=made[OWNER],
        Dependent=made[CAFE],
        label="owns",
    )
)
array = types.get_type(TYPE_NAME_FS_ARRAY)
made[SPEAKER].links = array(elements=[link(role="same", target=made[OWNER])])
document = types.get_type(TYPE_NAME_DOCUMENT_ANNOTATION)
cas.add(document(begin=0, end=len(TEXT), language="en"))
cas.to_json(str(FILES / "uima-cas-json.json"), pretty_print=True)
