"""Writes files/webanno-spans.tsv with web-anno-tsv 0.0.1: `pip install web-anno-tsv`.

It writes spans of one layer. `files/webanno.tsv`, with relations, slots and chains, is written by
hand after INCEpTION's user guide, since no library writes those.
"""

import re

from story import FILES, MARKED, TEXT
from web_anno_tsv import Annotation
from web_anno_tsv.web_anno_tsv import AnnotatedSentence, Span, open_web_anno_tsv

path = FILES / "webanno-spans.tsv"
with open_web_anno_tsv(str(path), "w", overwrite=True) as out:
    for line in re.finditer(r".+", TEXT):
        tokens = [
            Span(word[0], word.start(), word.end(), is_token=True)
            for word in re.finditer(r"[^\s.,]+|[.,]", line[0])
        ]
        marks = [
            Annotation(one.label, one.words, one.start - line.start(), one.end - line.start())
            for one in MARKED
            if line.start() <= one.start < line.end()
        ]
        out.write(AnnotatedSentence(line[0], tokens, marks))
