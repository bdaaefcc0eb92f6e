"""Writes files/langextract.jsonl with langextract 1.7.1: `pip install langextract`."""

from langextract import io
from langextract.core.data import AlignmentStatus, AnnotatedDocument, CharInterval, Extraction
from story import FILES, MARKED, TEXT, TOLL

extractions = [
    Extraction(
        one.label,
        one.words,
        char_interval=CharInterval(one.start, one.end),
        alignment_status=AlignmentStatus.MATCH_EXACT,
        extraction_index=number,
        group_index=0,
        attributes={"outcome": "injured", "days": ["Wednesday"]} if one is TOLL else None,
    )
    for number, one in enumerate(MARKED, 1)
]
fuzzy = Extraction(
    "casualties",
    "18 policemen",
    char_interval=CharInterval(TOLL.start, TOLL.end),
    alignment_status=AlignmentStatus.MATCH_FUZZY,
)
capitals = Extraction(
    "casualties",
    "EIGHTEEN police officers",
    char_interval=CharInterval(TOLL.start, TOLL.end),
    alignment_status=AlignmentStatus.MATCH_EXACT,
)
absent = Extraction("casualties", "no such words")
document = AnnotatedDocument(
    document_id="steppe-news", text=TEXT, extractions=[*extractions, fuzzy, capitals, absent]
)
io.save_annotated_documents([document], output_dir=FILES, output_name="langextract.jsonl")
