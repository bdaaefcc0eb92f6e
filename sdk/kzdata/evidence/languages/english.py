"""The pack of English. Its grammars are modules of their own, which English-only rules use, too."""

from kzdata.evidence import dates, figures
from kzdata.evidence.languages import Grammar
from kzdata.evidence.sentences import ABBREVIATIONS

GRAMMAR = Grammar(
    language="en",
    figure=figures.parse,
    days=dates.resolve,
    number_tokens=figures.number_tokens,
    cut=figures.cut,
    date_extent=dates.extent,
    abbreviations=ABBREVIATIONS,
    reads_sentences=True,
)
