"""The invented article of the annotations' tests, and what each fixture says of it.

It has what offsets go wrong at: an emoji before all annotations, a combining accent, a letter
beyond the basic plane within an annotation, words after it, and a phrase that stands twice. The
scripts `make_*.py` run beside this file, in an environment of their own, with the tools' libraries.
"""

from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
FILES = HERE / "files"
TEXT = (
    "\U0001f6a8 Steppe News. Eighteen police officers were hurt in Qyzyl on Wednesday.\n"
    "The cafe\u0301 of Aigul \U00010400skar was burnt, and eighteen police officers say so.\n"
    "Later, Aigul \U00010400skar said that two men were held.\n"
)


class Marked(NamedTuple):
    """Words that each tool marks: with label, an attribute, and which occurrence they are."""

    label: str
    words: str
    occurrence: int = 1

    @property
    def start(self) -> int:
        """Where they begin, in code points."""
        at = -1
        for _ in range(self.occurrence):
            at = TEXT.index(self.words, at + 1)
        return at

    @property
    def end(self) -> int:
        """Where they end, in code points."""
        return self.start + len(self.words)


TOLL = Marked("casualties", "Eighteen police officers")
CAFE = Marked("place", "cafe\u0301")
OWNER = Marked("person", "Aigul \U00010400skar")
SPEAKER = Marked("person", "Aigul \U00010400skar", 2)
AGAIN = Marked("casualties", "police officers", 2)
MEN = Marked("people", "two men")
MARKED = (TOLL, CAFE, OWNER, SPEAKER, AGAIN, MEN)
"""What every fixture marks; the owner is tied to the cafe by `owns`, where a tool has relations."""
