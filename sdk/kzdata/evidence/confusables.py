"""What a reader sees of an identifier: letters that look alike are one, what is unseen is none.

A small part of the skeletons of Unicode Technical Standard 39 (unicode.org/reports/tr39): the Greek
and Cyrillic letters that a Latin one can be mistaken for, and all characters without a shape.
"""

from unicodedata import category, normalize

# Pairs of strings, letter by letter: what it looks like, and the letters that do.
_PAIRS = (
    ("ABEKMHOPCTXYIJSabekmhopctyxijsdvgw", "АВЕКМНОРСТХУІЈЅаЬекмһорстухіјѕԁѵɡԝ"),
    ("ABEZHIKMNOPTYXoavpiuk", "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανριυκ"),
)
_LOOKS = {
    ord(other): latin
    for latins, others in _PAIRS
    for latin, other in zip(latins, others, strict=True)
}
# Letters and marks that are not seen, beside those of the categories Cf and Cc.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0").union(
    map(chr, range(0xFE00, 0xFE10))
)


def visible(text: str) -> str:
    """A text without what cannot be seen: zero-width characters, soft hyphens, marks of order."""
    return "".join(c for c in text if category(c) not in ("Cf", "Cc") and c not in _UNSEEN)


def looks(text: str) -> str:
    """What a text looks like, in small Latin letters as far as it can be mistaken for these."""
    return normalize("NFKC", visible(text).translate(_LOOKS)).casefold()
