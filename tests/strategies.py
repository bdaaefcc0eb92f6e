"""Hypothesis strategies shared by the tests.

Plain `st.text()` hardly ever puts a combining accent after a digit or a carriage return into a
quote. `hazard_text` draws from an alphabet in which every character has broken some tool.
"""

from hypothesis import strategies as st

HAZARDS = (
    "\u0301"  # combining acute: one more code point in the same letter
    "\u00a0\u202f"  # blanks that are not the blank
    "\u200d\ufeff"  # zero-width joiner, byte order mark
    "\U0001f600\U0001f1f0\U0001f1ff"  # beyond the basic plane; a flag of two code points
    "\r\n\u0085\u2028\u2029"  # line ends, three of which only some tools know
    "\x00\x1b"  # control characters
    "\u0663\uff15\u00b2\u00bd"  # digits and numbers that are not 0 to 9
    "\u0130\u017f\u212a\u00df"  # letters whose case or length changes on folding
    "\u201c\u201d\u2019\"'\u2013-"  # quotation marks and dashes
)
PLAIN = "aeinost ,.:%;0123459"


def hazard_text(min_size: int = 0, max_size: int = 60) -> st.SearchStrategy[str]:
    """Short texts of plain letters, digits and hazards, where repetition is likely."""
    return st.text(st.sampled_from(HAZARDS + PLAIN), min_size=min_size, max_size=max_size)


def any_text(max_size: int = 220) -> st.SearchStrategy[str]:
    """Hazards, and any other text that can be encoded."""
    encodable = st.characters(codec="utf-8")
    return hazard_text(max_size=max_size) | st.text(encodable, max_size=max_size)


def mangled(words: list[str]) -> st.SearchStrategy[str]:
    """Wordings put together from known words and hazards: nearly right, most of them wrong."""
    part = st.sampled_from(words) | hazard_text(min_size=1, max_size=3)
    joints = st.sampled_from([" ", " ", " ", "-", "", "  ", "\u00a0"])
    pairs = st.lists(st.tuples(part, joints), max_size=8)
    return pairs.map(lambda found: "".join(a + b for a, b in found)).map(str.strip)
