"""Cards: what each claim and each event says, in words, composed from declarations alone.

A card is what a reader is shown of a record: a heading, the sentence of the article, who says it,
whom it counts, how it is read, how it stands to others. No heading, row or note holds a
key.
"""

from kzdata.site.cards.composing import cards, in_lines
from kzdata.site.cards.packing import packed
from kzdata.site.cards.sentence import in_one_line

__all__ = ["cards", "in_lines", "in_one_line", "packed"]
