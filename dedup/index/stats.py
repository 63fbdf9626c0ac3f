"""How much an index holds, and how much memory it takes."""

import struct
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple, Self

SMALLEST_TABLE = 256
"""Buckets; entries of the tables leave the lowest 8 bits of a hash to the address."""

CHUNK = 32
"""Records of a chunk, as in lua/begin.lua."""
_LINKS = 64  # articles of a hash of links, as in lua/links.lua


class Counts(NamedTuple):
    """The counts that the script keeps: articles, and the shape of its two hash tables."""

    articles: int = 0
    stories: int = 0
    band_size: int = SMALLEST_TABLE
    band_split: int = 0
    band_entries: int = 0
    id_size: int = SMALLEST_TABLE
    id_split: int = 0
    id_entries: int = 0
    first: int = 1
    band_hand: int = 0
    id_hand: int = 0
    candidates: int = 0

    def pack(self) -> bytes:
        """As Redis stores it: doubles, the numbers of Lua."""
        return _COUNTS.pack(*self)

    @classmethod
    def read(cls, packed: bytes | None) -> Self:
        """Read what `pack` or the script wrote; all zero for an index that is not there."""
        return cls(*map(int, _COUNTS.unpack(packed))) if packed else cls()


_COUNTS = struct.Struct(f"<{len(Counts._fields)}d")


@dataclass(frozen=True, slots=True)
class IndexStats:
    """The contents of an index, counted.

    Attributes:
        documents: Articles in it.
        seen: Articles that were ever in it, with those that a rebuild left out as too old.
        stories: Stories they make up.
        candidates: Articles that others were compared with so far.
        bytes_estimate: Memory of its keys, from a sample; None where the server doesn't report it.
        parameters: The parameters it was made with, by name.
        is_complete: False where there is none, while it is rebuilt, and after that was interrupted.
    """

    documents: int
    seen: int
    stories: int
    candidates: int
    bytes_estimate: int | None
    parameters: dict[str, Any]
    is_complete: bool

    @property
    def bytes_per_document(self) -> float | None:
        """Memory for each article; None where there are none, or the server doesn't report it."""
        if self.bytes_estimate is None or not self.documents:
            return None
        return self.bytes_estimate / self.documents


def estimate_memory(redis_client: Any, prefix: str, counts: Counts) -> int | None:
    """Sample keys of each kind, spread over the whole table, and extrapolate.

    Args:
        redis_client: The index's.
        prefix: What its keys begin with.
        counts: What it counts.

    Returns:
        Bytes, or None where the server doesn't report it (no MEMORY USAGE, or not allowed).
    """
    # Imported here: preparing texts needs no client, and it takes a tenth of a second.
    from redis import ResponseError

    total = 0.0
    tables = {
        "r": counts.articles // CHUNK + 1,
        "b": counts.band_size + counts.band_split,
        "i": counts.id_size + counts.id_split,
        "l": counts.articles // _LINKS + 1,
    }
    leaving = {"r": counts.first // CHUNK, "l": counts.first // _LINKS}  # what is before has left
    pipeline = redis_client.pipeline(transaction=False)
    sampled = []
    for letter, buckets in tables.items():
        begin = leaving.get(letter, 0)
        chosen = range(begin, buckets, max(1, (buckets - begin) // 64))
        sampled.append((buckets - begin, len(chosen)))
        for number in chosen:
            pipeline.memory_usage(f"{prefix}{letter}:{number}")
    for name in ("state", "names", "merged", "parts", "moves", "apart", "near", "calendar", "sources"):
        pipeline.memory_usage(f"{prefix}{name}", samples=50)
    try:
        replies = iter(pipeline.execute())
    except ResponseError:
        return None
    for count, chosen_count in sampled:
        total += sum(size or 0 for size in islice(replies, chosen_count)) * count / chosen_count
    return round(total + sum(size or 0 for size in replies))
