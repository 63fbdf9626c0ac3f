"""What an archive pass found, and how verified pairs become stories."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dedup.batch.verification import REASONS, Found, verdict_of
from dedup.comparison.verdict import Reason, Verdict
from dedup.parameters import Thresholds
from dedup.stories.clusters import Match, Stories
from dedup.stories.roundups import Parts

_COPIES = [code for code, reason in enumerate(REASONS) if reason.is_copy]
# Entries made into objects at once.
_BLOCK = 1 << 14


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Two documents that came close to being copies and were found not to be.

    Attributes:
        id: The later one.
        other_id: The earlier one.
        verdict: With all figures: what was shared, which numbers differ.
    """

    id: str
    other_id: str
    verdict: Verdict


class Verdicts(Mapping[str, tuple[str, Verdict]]):
    """For every duplicate, the earlier document that brought it into its story, and the verdict on the two.

    Objects are made when they are asked for: there may be a million of them.
    """

    def __init__(self, ids: Sequence[str], joined: Mapping[str, int], found: Found) -> None:
        self._ids = ids
        self._joined = joined
        self._found = found

    def __getitem__(self, id_: str) -> tuple[str, Verdict]:
        row = self._found[self._joined[id_]]
        return self._ids[int(row["earlier"])], verdict_of(row)

    def __iter__(self) -> Iterator[str]:
        return iter(self._joined)

    def __len__(self) -> int:
        return len(self._joined)


@dataclass(frozen=True, slots=True)
class ArchiveResult:
    """What an archive pass found.

    Attributes:
        stories: The id of its story for every document, in the order of the documents: a story is called by
            its canonical article.
        verdicts: For every document that is a duplicate, how it compares with the earlier document that
            brought it into its story.
        near_misses: Pairs that almost were copies (see `dedup.comparison.rule.is_near`), the most alike
            first.
        candidates: Pairs that were looked at.
        told: The story that the input itself names for a document, where it does.
        repeated: Documents that were left out, since one with the same id came later.
    """

    stories: dict[str, str]
    verdicts: Mapping[str, tuple[str, Verdict]]
    near_misses: list[NearMiss]
    candidates: int
    told: dict[str, str] = field(default_factory=dict)
    repeated: int = 0


def assemble(
    documents: Sequence[str],
    ids: Sequence[str],
    published: NDArray[np.float64],
    found: Found,
    limits: Thresholds,
    compared: Callable[[int, int], Verdict | None],
    apart: Iterable[tuple[str, str]],
    *,
    candidates: int,
    told: dict[str, str],
    repeated: int,
) -> ArchiveResult:
    """Put stories together from verified pairs.

    Args:
        documents: All ids, in the order in which the result is wanted.
        ids: The same in order of publication; a number is a place in it.
        published: Of each of `ids`, seconds since 1970 or infinity.
        found: The pairs that share much, with what was found about them, in any order.
        limits: Bounds for chains and merges.
        compared: Gives `compare_firsts` of two numbers, the greater first; None where that is not known yet.
        apart: Pairs of ids marked as not the same story by hand.
        candidates: Pairs that were looked at.
        told: The stories that the input names.
        repeated: Documents that were left out.
    """
    found = found[np.lexsort((found["earlier"], found["later"]))]
    pairs = set(apart)
    numbers = {one: at for at, one in enumerate(ids)} if pairs else {}
    barred = [(numbers[one], numbers[other]) for one, other in pairs if one in numbers and other in numbers]

    def alike(one: int, other: int) -> bool:
        verdict = compared(max(one, other), min(one, other))
        return verdict is not None and verdict.duplicate

    parts = Parts(limits)
    for first in range(0, len(found), _BLOCK):
        for later, earlier, code, jaccard, *_ in found[first : first + _BLOCK].tolist():
            parts.add(later, earlier, REASONS[code], jaccard)
    stories = Stories(limits, alike, barred, parts.round_ups(compared))
    offered = _matches(found)
    number, matches = next(offered, (len(ids), []))
    for at, moment in enumerate(published.tolist()):
        if at == number:
            stories.add(moment, matches)
            number, matches = next(offered, (len(ids), []))
        else:
            stories.add(moment, [])
    named = {id_: ids[stories.canonical(at)] for at, id_ in enumerate(ids)}
    return ArchiveResult(
        stories={id_: named[id_] for id_ in documents},
        verdicts=Verdicts(ids, _joined(ids, stories, found), found),
        near_misses=_near_misses(ids, found, named),
        candidates=candidates,
        told=told,
        repeated=repeated,
    )


def _matches(found: Found) -> Iterator[tuple[int, list[Match]]]:
    """For each number with copies before it, these copies."""
    copies = found[np.isin(found["reason"], _COPIES)]
    latest, matches = -1, list[Match]()
    for first in range(0, len(copies), _BLOCK):
        for later, earlier, code, jaccard, containment, *_ in copies[first : first + _BLOCK].tolist():
            if later != latest:
                if matches:
                    yield latest, matches
                latest, matches = later, []
            reason = REASONS[code]
            similarity = 1.0 if reason is Reason.EXACT else containment
            matches.append(Match(earlier, reason, similarity, jaccard))
    if matches:
        yield latest, matches


def _joined(ids: Sequence[str], stories: Stories, found: Found) -> dict[str, int]:
    """For each duplicate, the place in `found` of the pair that brought it into its story."""
    pairs = ((at, stories.joined_by(at)) for at in range(len(ids)))
    joined = [(at, other) for at, other in pairs if other is not None]
    if not joined:
        return {}
    wanted = np.array(joined, np.int64)
    codes = (found["later"].astype(np.int64) << 32) | found["earlier"]
    places = np.searchsorted(codes, (wanted[:, 0] << 32) | wanted[:, 1])
    return {ids[at]: place for (at, _), place in zip(joined, places.tolist(), strict=True)}


def _near_misses(ids: Sequence[str], found: Found, named: Mapping[str, str]) -> list[NearMiss]:
    near = found[~np.isin(found["reason"], _COPIES)]
    misses = (NearMiss(ids[int(row["later"])], ids[int(row["earlier"])], verdict_of(row)) for row in near)
    return sorted(
        (miss for miss in misses if named[miss.id] != named[miss.other_id]),
        key=lambda miss: (-miss.verdict.containment, miss.id, miss.other_id),
    )
