"""The data of a large page, in parts that are loaded when they are needed.

A page from disk may not fetch, but it may load scripts beside it: each part is a script that hands
its name and its data, packed, to one function of the page. A small page keeps all in one file.
"""

import base64
import json
import zlib
from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any

from kzdata.site.cards import packed

Json = dict[str, Any]
WHOLE = 3_000_000
"""Characters of data up to which a page is one file."""
SMALL = 20_000  # characters of a table that stands in the page itself in any case
CHUNK = 500  # cards of one part
HELD = ("cells", "proofs", "from", "filled")  # what is long of a table
FOLDER = "data"
_ESCAPED = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def as_json(data: Any) -> str:
    """Data as JSON in one line."""
    return json.dumps(
        data, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=date.isoformat
    )


def embedded(data: Any) -> str:
    """Data as JSON that nothing in it can break out of a `script` element."""
    return as_json(data).translate(_ESCAPED)


def parted(data: Json, cards: Json) -> tuple[Json, dict[str, bytes]]:
    """What stands in the page itself, and the scripts beside it, by their paths.

    Args:
        data: What the page shows; see `kzdata.site.content`.
        cards: Its cards, by key.
    """
    whole = data | {"cards": packed(cards)}
    if len(as_json(whole)) <= WHOLE:
        return whole, {}
    parts: Json = {"answers": {"answers": data["answers"], "keys": list(cards)}}
    kept = data | {"answers": None, "parts": True, "tables": []}
    for number, table in enumerate(data["tables"]):
        if len(as_json(table)) > SMALL:
            name = f"table-{number}"
            parts[name] = {member: table[member] for member in HELD}
            table = {member: table[member] for member in table if member not in HELD}
            table["part"] = name
        kept["tables"].append(table)
    parts["addresses"], kept["addresses"] = data["addresses"], {}
    chunks, articles = _chunks(cards)
    kept["cards"] = {"cards": {}, "articles": articles, "pieces": [], "chunk": CHUNK}
    scripts = parts | {f"cards-{number}": chunk for number, chunk in enumerate(chunks)}
    return kept, {f"{FOLDER}/{name}.js": script(name, part) for name, part in scripts.items()}


def script(name: str, part: Any) -> bytes:
    """A part as a script: nothing in it can be anything but letters and digits."""
    body = as_json(part).encode("utf-8", "replace")
    return f'kzdataPart("{name}","{base64.b64encode(zlib.compress(body, 9)).decode()}");\n'.encode()


def _chunks(cards: Json) -> tuple[list[Json], Json]:
    """Cards, so many at a time, and the articles that they are from."""
    chunks = [packed(dict(chunk)) for chunk in _batched(cards)]
    articles: Json = {}
    for chunk in chunks:
        articles |= chunk.pop("articles")
    return chunks, articles


def _batched(cards: Json) -> Iterator[list[tuple[str, Json]]]:
    items = iter(cards.items())
    while chunk := list(islice(items, CHUNK)):
        yield chunk
