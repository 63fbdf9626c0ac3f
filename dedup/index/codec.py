"""How articles and verdicts travel to the index's script, and replies back; the other end is in `lua/`."""

import json
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import numpy as np

from dedup.comparison.verdict import Reason, Verdict
from dedup.index.decision import Decision, Reassignment, StoryUpdate
from dedup.index.stats import CHUNK, Counts
from dedup.parameters import Parameters
from dedup.prepared import Prepared
from dedup.signature import LATE_BYTES, band_keys, from_bytes, low_bytes
from dedup.stories.placements import Placement
from dedup.text.numbers import FIGURES_BYTES

_HEX_ID = re.compile("[0-9a-f]{32}")
# Signature, id, figures, late, size, published, parent, canonical, flags, similarity, source, text: see
# lua/records.lua.
_RECORD = struct.Struct(f"<64s16s{FIGURES_BYTES}s{LATE_BYTES}sHIIIBB3s3s")
_STORED = np.dtype(
    {
        "names": ["id", "size", "parent", "text"],
        "formats": ["V16", "<u2", "<u4", "V3"],
        "offsets": [64, 104, 110, 123],
        "itemsize": _RECORD.size,
    }
)
"""What of a record says which story its article is in."""
_KEPT = np.dtype([(name, _STORED[name]) for name in _STORED.names or ()])
"""The same without the bytes between."""
_ROOT = 1 << 31
"""A parent from here on is none: the article is a root, and the rest leads to the next of its ring."""
_GONE = np.void(b"\xff\xff\xff")
_CHUNKS_READ = 256
_NEAR_MISS = struct.Struct("<BI")  # the similarity in steps, the length of the later id's name
_UNKNOWN_TIME = 0xFFFFFFFF
SIMILARITY_STEPS = 250
"""Similarities are kept and reported in so many steps from 0 to 1."""
SOURCE_BYTES = 3
UNSEEN_SOURCE = (1 << 8 * SOURCE_BYTES) - 1
"""The number of a source that the index has no article of; 0 is that of an unknown one."""
_SHORTEST = 18  # bytes of a reply that names a story alone
_SAME_SOURCE = {b"same": True, b"other": False, b"unknown": None}

REASON_CODES = {
    Reason.NEW: 0,
    Reason.EXACT: 1,
    Reason.NEAR: 2,
    Reason.CONTAINS: 3,
    Reason.CONTAINED: 4,
}
"""The codes of reasons in records and replies. The script gets them by name; 0 is also that of a pair that is
no copy."""
_REASONS = {code: reason for reason, code in REASON_CODES.items()}


def pack(
    batch: Sequence[Prepared], parameters: Parameters, sources: Mapping[str | None, int]
) -> Iterator[bytes]:
    """Each article's record with its band keys and the key of its text, and its id's name behind.

    Args:
        batch: The articles.
        parameters: Those of the index.
        sources: The numbers of their sources; see `Scripts.source_numbers`.

    Raises:
        StoredFormError: A signature is of other parameters.
    """
    values = from_bytes([article.signature for article in batch], parameters)
    keys = band_keys(values, parameters).astype(">u4").tobytes()
    width = 4 * parameters.bands
    for at, article in enumerate(batch):
        row = keys[at * width : (at + 1) * width]
        key, name = id_key(article.id)
        record = _RECORD.pack(
            low_bytes(article.signature),
            key,
            article.figures,
            article.late,
            min(article.size, 0xFFFF),
            _seconds(article.published_at),
            0,
            0,
            0,
            0,
            sources[article.source].to_bytes(SOURCE_BYTES, "little"),
            article.text_hash[:3],
        )
        yield record + row + (article.text_hash[:4] or bytes(4)) + name


def decision(id_: str, reply: Any) -> Decision:
    """Read the script's reply on one article."""
    if isinstance(reply, bytes):  # nothing changes for others
        ids = reply[2:].hex()
        if len(reply) == _SHORTEST:
            return Decision(id_, ids, None, None, Reason.NEW)
        return Decision(id_, ids[:32], ids[32:], reply[1] / SIMILARITY_STEPS, _REASONS[reply[0]])
    fields = _by_name(reply)
    return Decision(id_, **_membership(fields), changes=tuple(map(_change, fields["changes"])))


def removal(reply: Any) -> tuple[StoryUpdate | Reassignment, ...] | None:
    """Read the script's reply on an article that was to leave; None where it was not there."""
    return None if reply is None else tuple(map(_change, _by_name(reply)["changes"]))


def _change(reply: Any) -> StoryUpdate | Reassignment:
    fields = _by_name(reply)
    if fields["kind"] == b"reassignment":
        return Reassignment(id_name(fields["id"]), **_membership(fields))
    return StoryUpdate(
        story_id=id_name(fields["story"]),
        canonical_id=id_name(fields["canonical"]),
        previous_id=id_name(fields["previous"]),
        reason=_REASONS[fields["reason"]],
        similarity=fields["similarity"] / SIMILARITY_STEPS,
        merged_id=id_name(fields["merged"]) if fields["merged"] else None,
    )


def _membership(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What a reply says of an article's story, as `Decision` and `Reassignment` have it."""
    canonical = fields["canonical"]
    return {
        "story_id": id_name(fields["story"]),
        "duplicate_of": id_name(canonical) if canonical else None,
        "similarity": fields["similarity"] / SIMILARITY_STEPS if canonical else None,
        "reason": _REASONS[fields["reason"]] if canonical else Reason.NEW,
    }


def _by_name(reply: Sequence[Any]) -> dict[str, Any]:
    """The values of a reply by name."""
    return {name.decode(): value for name, value in zip(reply[::2], reply[1::2], strict=True)}


@dataclass(frozen=True, slots=True)
class PairRequest:
    """A pair of articles whose exact verdict decides.

    Attributes:
        ids: The two articles.
        hours_apart: Between their publications; None where one is not known.
        same_source: Whether one source published both; None where that isn't known.
    """

    ids: tuple[str, str]
    hours_apart: float | None
    same_source: bool | None


@dataclass(frozen=True, slots=True)
class ExactVerdict:
    """The result of an exact comparison of two texts, seen from the first.

    Attributes:
        verdict: Whether one is a copy of the other.
        merged: The same, where they are the roots of two stories that may be merged.
        is_near: Whether they came close to it.
    """

    verdict: Verdict
    merged: Verdict
    is_near: bool


def requested_pairs(reply: Any) -> list[PairRequest] | None:
    """The pairs that the script needs verdicts on before it inserts an article; None where it inserted it."""
    if isinstance(reply, bytes) or reply[0] != b"requests":
        return None
    return [_pair_request(_by_name(pair)) for pair in reply[1]]


def _pair_request(fields: Mapping[str, Any]) -> PairRequest:
    moment, other = fields["published"], fields["other_published"]
    return PairRequest(
        ids=(id_name(fields["id"]), id_name(fields["other_id"])),
        hours_apart=None if _UNKNOWN_TIME in (moment, other) else abs(moment - other) / 3600,
        same_source=_SAME_SOURCE[fields["sources"]],
    )


def pack_verdicts(verdicts: Mapping[tuple[str, str], ExactVerdict | None]) -> tuple[str, bytes]:
    """Exact verdicts as JSON, by name, and the keys of the two ids of each; None where a text is missing."""
    if not verdicts:
        return "", b""
    keys = b"".join(id_key(id_)[0] for ids in verdicts for id_ in ids)
    return json.dumps([_fields_of(verdict) for verdict in verdicts.values()]), keys


def _fields_of(exact: ExactVerdict | None) -> dict[str, Any]:
    if exact is None:
        return {"is_near": False}
    return {
        "reason": _copy_reason(exact.verdict),
        "merged": _copy_reason(exact.merged),
        "is_near": exact.is_near,
        "similarity": exact.verdict.similarity,
        "jaccard": exact.verdict.jaccard,
    }


def _copy_reason(verdict: Verdict) -> Reason:
    return verdict.reason if verdict.duplicate else Reason.NEW


def pack_placements(
    placements: Sequence[Placement],
    articles: Sequence[Prepared],
    parameters: Parameters,
    sources: Mapping[str | None, int],
) -> Iterator[bytes]:
    """Each article's record, as `pack` gives it, behind where it is placed.

    Raises:
        StoredFormError: A signature is of other parameters.
    """
    for placement, packed in zip(placements, pack(articles, parameters, sources), strict=True):
        codes = (
            placement.depth,
            REASON_CODES[placement.reason],
            round(placement.similarity * SIMILARITY_STEPS),
            placement.is_round_up,
        )
        yield id_key(placement.story_id)[0] + id_key(placement.canonical_id)[0] + bytes(codes) + packed


def placement(id_: str, reply: Any) -> Placement | None:
    """Read the script's reply on where an article is placed; None where it is not there."""
    if reply is None:
        return None
    fields = _by_name(reply)
    return Placement(
        id=id_,
        story_id=id_name(fields["story"]),
        canonical_id=id_name(fields["canonical"]),
        depth=fields["depth"],
        reason=_REASONS[fields["reason"]],
        similarity=fields["similarity"] / SIMILARITY_STEPS,
        is_round_up=bool(fields["round_up"]),
    )


def near_miss(packed: bytes) -> tuple[str, str, float]:
    """Read a pair that almost were copies: both ids, the later first, and the similarity, 0 to 1."""
    step, length = _NEAR_MISS.unpack_from(packed)
    later, earlier = packed[_NEAR_MISS.size :][:length], packed[_NEAR_MISS.size + length :]
    return id_name(later), id_name(earlier), step / SIMILARITY_STEPS


def id_key(id_: str) -> tuple[bytes, bytes]:
    """16 bytes that stand for an id, and the id itself where it can't be read off them."""
    if _HEX_ID.fullmatch(id_):
        return bytes.fromhex(id_), b""
    name = id_.encode("utf-8", "surrogatepass")
    return blake2b(name, digest_size=16).digest(), b"s" + name


def id_name(name: bytes) -> str:
    """The id that a name in the script's replies stands for."""
    if name[:1] == b"x":
        return name[1:].hex()
    return name[1:].decode("utf-8", "surrogatepass")


def read_stories(redis_client: Any, prefix: str, counts: Counts) -> dict[str, str]:
    """The story of every article in the records, by id.

    Args:
        redis_client: The index's.
        prefix: What its keys begin with.
        counts: What it counts.
    """
    chunks = range(counts.first // CHUNK, counts.articles // CHUNK + 1)
    blocks = []
    for begin in range(0, len(chunks), _CHUNKS_READ):
        keys = [f"{prefix}r:{chunk}" for chunk in chunks[begin : begin + _CHUNKS_READ]]
        block = b"".join(chunk or bytes(CHUNK * _RECORD.size) for chunk in redis_client.mget(keys))
        blocks.append(np.frombuffer(block, _STORED).astype(_KEPT))
    records = np.concatenate(blocks)
    numbers = np.arange(len(records)) + chunks.start * CHUNK
    parents = np.where(records["parent"] >= _ROOT, numbers, records["parent"])
    valid = (numbers >= counts.first) & (numbers <= counts.articles) & (parents >= counts.first)
    roots = np.where(valid, parents - chunks.start * CHUNK, 0)
    while (roots[roots] != roots).any():
        roots = roots[roots]
    gone = (records["size"] == 0) & (records["text"] == _GONE)
    names = {int(number): name for number, name in redis_client.hgetall(f"{prefix}names").items()}
    ids = [
        id_name(names.get(number, b"x" + key))
        for number, key in zip(numbers.tolist(), map(bytes, records["id"]), strict=True)
    ]
    return {ids[at]: ids[int(roots[at])] for at in np.flatnonzero(valid & ~gone & valid[roots]).tolist()}


def _seconds(moment: datetime | None) -> int:
    """Seconds since 1970 in 32 bits; a time without a zone is taken for UTC."""
    if moment is None:
        return _UNKNOWN_TIME
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0, int(aware.timestamp())), _UNKNOWN_TIME - 1)
