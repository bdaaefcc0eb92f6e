"""Hypothesis strategies shared by the tests.

Plain `st.text()` hardly ever puts a combining accent after a digit or a carriage return into a
quote. `hazard_text` draws from an alphabet in which every character has broken some tool.
"""

from typing import Any

from hypothesis import strategies as st

from kzdata.standard.descriptor import FieldDescriptor

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


# ------------------------------------------------------------------------------ fields and cells

WORDS = ["", "-", "NA", "=1", "+5", "-5", "@x", "a", "ab", "1", "0", "-1", "007", "1.0", "1e3"]
WORDS += [".5", "5.", "NaN", "INF", "-INF", " 1", "2022-01-05", "2022-02-30", "0000-01-01"]
WORDS += ["2022-1-5", "12345678901234567890", "0.30000000000000004", "A-12", "A-123", "émeute"]
PATTERNS = ["A-[0-9]{2}", "[0-9a-f]+", "a|=.*", "[+-]?[0-9]+", "a{0,2}", "a?b*", ".*", "[0-A]+"]
cells = st.sampled_from(WORDS) | st.text(st.sampled_from("01-+=@aA.e,éÅ" + "".join(HAZARDS)))
bounds = st.sampled_from([0, 1, -1, 0.5, 100, 10**8, 2**63, "7", 1e300, 0.1])
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


@st.composite
def fields(draw: st.DrawFn) -> FieldDescriptor:
    kind = draw(st.sampled_from(["string", "any", "integer", "number", "date"]))
    limits: dict[str, Any] = {"required": draw(st.booleans())}
    if kind in ("integer", "number"):
        limits |= draw(st.dictionaries(st.sampled_from(BOUNDS), bounds, max_size=2))
    elif kind == "date":
        days = st.sampled_from(["2022-01-05", "2000-01-01", "nonsense"])
        limits |= draw(st.dictionaries(st.sampled_from(BOUNDS), days, max_size=2))
    else:
        lengths = st.sampled_from(["minLength", "maxLength"])
        limits |= draw(st.dictionaries(lengths, st.integers(0, 5)))
        if draw(st.booleans()):
            limits["pattern"] = draw(st.sampled_from(PATTERNS))
    if draw(st.integers(0, 4)) == 0:
        words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True)
        limits["enum"] = draw(words)
    return FieldDescriptor.make({"name": "x", "type": kind, "constraints": limits})
