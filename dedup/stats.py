"""How much an index holds, and how much memory it takes."""

from dataclasses import dataclass
from itertools import islice
from typing import Any

import redis

_CHUNK = 33  # records of a chunk, as in index.lua


@dataclass(frozen=True, slots=True)
class IndexStats:
    """What an index holds.

    Attributes:
        documents: Articles in it.
        known: Articles that were ever in it, with those that a rebuild left out as too old.
        stories: Stories they make up.
        candidates: Articles that others were compared with so far.
        bytes_estimate: Memory of its keys, from a sample; None where the server doesn't tell.
        parameters: The parameters it was made with, by name.
        is_complete: False where there is none, while it is made anew, and after that was interrupted.
    """

    documents: int
    known: int
    stories: int
    candidates: int
    bytes_estimate: int | None
    parameters: dict[str, Any]
    is_complete: bool

    @property
    def bytes_per_document(self) -> float | None:
        """Memory for each article; None where there are none, or the server doesn't tell."""
        if self.bytes_estimate is None or not self.documents:
            return None
        return self.bytes_estimate / self.documents


def estimate_memory(redis_client: Any, prefix: str, state: dict[bytes, bytes]) -> int | None:
    """Sample keys of each kind, spread over the whole table, and count on from them.

    Args:
        redis_client: The index's.
        prefix: What its keys begin with.
        state: Its state, as Redis has it.

    Returns:
        Bytes, or None where the server doesn't tell (no MEMORY USAGE, or not allowed).
    """
    total = 0.0
    chunks = int(state[b"articles"]) // _CHUNK + 1
    tables = {"r": chunks}
    for letter, name in (("b", "band"), ("i", "id")):
        tables[letter] = int(state[f"{name}_size".encode()]) + int(state[f"{name}_split".encode()])
    pipeline = redis_client.pipeline(transaction=False)
    sampled = []
    for letter, buckets in tables.items():
        begin = int(state.get(b"first", 1)) // _CHUNK if letter == "r" else 0  # chunks before have left
        chosen = range(begin, buckets, max(1, (buckets - begin) // 64))
        sampled.append((buckets - begin, len(chosen)))
        for number in chosen:
            pipeline.memory_usage(f"{prefix}{letter}:{number}")
    for name in ("state", "names", "merged", "apart", "near", "calendar"):
        pipeline.memory_usage(f"{prefix}{name}", samples=50)
    try:
        replies = iter(pipeline.execute())
    except redis.ResponseError:
        return None
    for count, chosen_count in sampled:
        total += sum(size or 0 for size in islice(replies, chosen_count)) * count / chosen_count
    return round(total + sum(size or 0 for size in replies))
