"""What a task does with whole buckets: it finds the keys that stand twice, or have no parent.

Of unique keys there are hashes alone at first: they name candidates. The texts of these decide, of
which `locate_keys` makes buckets of their own. Foreign keys are compared by their texts at once.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from kzdata.engine.buckets import divided, pack, repeated, single, unpack
from kzdata.validation.distributed.pieces import OWN, PARENT, Parcel, Part

if TYPE_CHECKING:
    import pyarrow


class _Keys(NamedTuple):
    """What one bucket has of one key."""

    number: int  # of the key
    own: "Mapping[int, pyarrow.ChunkedArray]"  # by the piece that they stand in
    parents: "Sequence[pyarrow.ChunkedArray]"

    def parcels(self, chosen: "Iterable[pyarrow.ChunkedArray]") -> Iterator[Parcel]:
        """What was chosen of each piece, where it is anything."""
        for piece, column in zip(self.own, chosen, strict=True):
            if len(column):
                yield Parcel(piece, str(self.number), pack(column))


def wrong_keys(parcels: Iterable[Parcel], asked: str) -> Iterator[Parcel]:
    """Of some whole buckets the keys that are wrong, or may be: parcels by the piece's number.

    They are hashes of unique keys, and texts of foreign ones. `asked` is JSON: the numbers of the
    `unique` keys, of the `foreign` ones, and of the `pieces` that count.
    """
    wanted = json.loads(asked)
    for keys in _by_key(parcels, wanted["pieces"]):
        own = [*keys.own.values()]
        if keys.number in wanted["unique"]:
            yield from keys.parcels(one for one, _ in divided(own, repeated(own)))
        elif keys.number in wanted["foreign"]:
            yield from keys.parcels(one for _, one in divided(own, keys.parents))


def single_texts(parcels: Iterable[Parcel], asked: str) -> Iterator[Parcel]:
    """Of some whole buckets of candidates those that stand once: parcels by the piece's number."""
    for keys in _by_key(parcels, json.loads(asked)["pieces"]):
        own = [*keys.own.values()]
        yield from keys.parcels(one for one, _ in divided(own, single(own)))


def _by_key(parcels: Iterable[Parcel], pieces: Iterable[int]) -> Iterator[_Keys]:
    """What is in some buckets, key by key."""
    # A table that was read again as a whole has left the keys of its files behind.
    live, found = {*pieces}, defaultdict[tuple[int, int], list[tuple[Part, bytes]]](list)
    for one in parcels:
        part = Part(*json.loads(one.text))
        if part.piece in live:
            found[one.bucket, part.number].append((part, one.data))
    for (_, number), some in sorted(found.items()):
        own = {part.piece: unpack(data) for part, data in some if part.side == OWN}
        parents = [unpack(data) for part, data in some if part.side == PARENT]
        if own:
            yield _Keys(number, own, parents)
