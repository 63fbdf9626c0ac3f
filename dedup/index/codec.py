"""How articles travel to the index's script and its decisions back; the other end is in `lua/`."""

import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from dedup.comparison.verdict import Reason, Verdict
from dedup.index.decision import Change, Decision, Move
from dedup.parameters import Parameters
from dedup.prepared import Prepared
from dedup.signature import LATE_BYTES, band_keys, from_bytes, low_bytes
from dedup.text.numbers import FIGURES_BYTES

_HEX_ID = re.compile("[0-9a-f]{32}")
# Signature, id, figures, late, size, published, parent, canonical, state, similarity, source, text: see
# lua/records.lua.
_RECORD = struct.Struct(f"<64s16s{FIGURES_BYTES}s{LATE_BYTES}sHIIIBBB3s")
_VERDICT = struct.Struct("<16s16sBBBdd")
_UNREAD = 255
_UNKNOWN_TIME = 0xFFFFFFFF
_REASONS = (Reason.NEW, Reason.EXACT, Reason.NEAR, Reason.CONTAINS, Reason.CONTAINED)
SIMILARITY_STEPS = 250
_SHORTEST = 18  # bytes of a reply that names a story alone
_MOVE = 5  # what is told of an article that moved; of any other change it is one more


def pack(batch: Sequence[Prepared], parameters: Parameters) -> Iterator[bytes]:
    """Each article's record with its band keys and the key of its text, and its id's name behind.

    Raises:
        StoredFormError: A signature is of other parameters.
    """
    values = from_bytes([one.signature for one in batch], parameters)
    keys = band_keys(values, parameters).astype(">u4").tobytes()
    width = 4 * parameters.bands
    for at, one in enumerate(batch):
        row = keys[at * width : (at + 1) * width]
        key, name = id_key(one.id)
        record = _RECORD.pack(
            low_bytes(one.signature),
            key,
            one.figures,
            one.late,
            min(one.size, 0xFFFF),
            _seconds(one.published_at),
            0,
            0,
            0,
            0,
            _source_mark(one.source),
            one.text_hash[:3],
        )
        yield record + row + (one.text_hash[:4] or bytes(4)) + name


def decision(id_: str, reply: Any) -> Decision:
    """Read the script's reply on one article."""
    if isinstance(reply, bytes):  # nothing changes for others
        told = reply.hex()
        if len(reply) == _SHORTEST:
            return Decision(id_, told[4:], None, None, Reason.NEW)
        return Decision(id_, told[4:36], told[36:], reply[1] / SIMILARITY_STEPS, _REASONS[reply[0]])
    story, canonical, reason, similarity, changes = reply
    duplicate_of = id_name(canonical) if canonical else None
    return Decision(
        id=id_,
        story_id=id_name(story),
        duplicate_of=duplicate_of,
        similarity=similarity / SIMILARITY_STEPS if duplicate_of else None,
        reason=_REASONS[reason] if duplicate_of else Reason.NEW,
        changes=tuple(_move(*told) if len(told) == _MOVE else _change(*told) for told in changes),
    )


def _change(retired: bytes, into: bytes, first: bytes, previous: bytes, why: int, how_much: int) -> Change:
    return Change(
        story_id=id_name(into),
        canonical_id=id_name(first),
        previous_id=id_name(previous),
        reason=_REASONS[why],
        similarity=how_much / SIMILARITY_STEPS,
        retired=id_name(retired) if retired else None,
    )


def _move(name: bytes, story: bytes, canonical: bytes, why: int, how_much: int) -> Move:
    return Move(
        id=id_name(name),
        story_id=id_name(story),
        duplicate_of=id_name(canonical) if canonical else None,
        similarity=how_much / SIMILARITY_STEPS if canonical else None,
        reason=_REASONS[why] if canonical else Reason.NEW,
    )


@dataclass(frozen=True, slots=True)
class Asked:
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
class PairVerdict:
    """What an exact look at two texts says, seen from the first.

    Attributes:
        verdict: Whether one is a copy of the other.
        merged: The same, where two stories that they began are to become one.
        is_near: Whether they came close to it.
    """

    verdict: Verdict
    merged: Verdict
    is_near: bool


def asked(reply: Any) -> list[Asked] | None:
    """Read the pairs that the script asks for before it inserts an article; None where it did insert it."""
    if isinstance(reply, bytes) or reply[0] != 0:
        return None
    return [
        Asked(
            (id_name(one), id_name(other)),
            None if _UNKNOWN_TIME in (moment, other_moment) else abs(moment - other_moment) / 3600,
            (None, True, False)[source],
        )
        for one, other, moment, other_moment, source in reply[1]
    ]


def pack_verdicts(verdicts: Mapping[tuple[str, str], PairVerdict | None]) -> bytes:
    """Exact verdicts by the two ids; None where a text is not at hand."""
    return b"".join(
        _VERDICT.pack(
            id_key(one)[0],
            id_key(other)[0],
            _UNREAD if found is None else _code(found.verdict),
            0 if found is None else _code(found.merged),
            found is not None and found.is_near,
            0.0 if found is None else found.verdict.similarity,
            0.0 if found is None else found.verdict.jaccard,
        )
        for (one, other), found in verdicts.items()
    )


def _code(verdict: Verdict) -> int:
    return _REASONS.index(verdict.reason) if verdict.duplicate else 0


def id_key(id_: str) -> tuple[bytes, bytes]:
    """16 bytes that stand for an id, and the id itself where it can't be read off them."""
    if _HEX_ID.fullmatch(id_):
        return bytes.fromhex(id_), b""
    name = id_.encode("utf-8", "surrogatepass")
    return blake2b(name, digest_size=16).digest(), b"s" + name


def id_name(told: bytes) -> str:
    """The id that the script tells."""
    if told[:1] == b"x":
        return told[1:].hex()
    return told[1:].decode("utf-8", "surrogatepass")


def _seconds(moment: datetime | None) -> int:
    """Seconds since 1970 in 32 bits; a time without a zone is taken for UTC."""
    if moment is None:
        return _UNKNOWN_TIME
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0, int(aware.timestamp())), _UNKNOWN_TIME - 1)


@lru_cache(maxsize=4096)
def _source_mark(source: str | None) -> int:
    """One byte for a source, 0 for none; two of 255 may share one, which asks more of their copies."""
    if source is None:
        return 0
    return blake2b(source.encode("utf-8", "surrogatepass"), digest_size=2).digest()[0] % 255 + 1
