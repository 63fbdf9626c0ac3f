"""The result of an archive pass, and how verified pairs become stories."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dedup.batch.verification import REASONS, VerdictRows, verdict_of
from dedup.comparison.verdict import Reason, Verdict
from dedup.parameters import Thresholds
from dedup.stories.clusters import Match, Stories
from dedup.stories.roundups import Containments, CountShared

_COPIES = [code for code, reason in enumerate(REASONS) if reason.is_copy]
_PAIR = np.dtype([("later", np.int32), ("earlier", np.int32)])
# Entries made into objects at once.
_BLOCK = 1 << 14


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Two documents that came close to being copies but are not.

    Attributes:
        id: The later one.
        other_id: The earlier one.
        verdict: With all figures: what was shared, which numbers differ.
    """

    id: str
    other_id: str
    verdict: Verdict


class DuplicateVerdicts(Mapping[str, tuple[str, Verdict]]):
    """For every duplicate, the earlier document by which it joined its story, and the verdict on the two.

    Objects are made on access: there may be a million of them.
    """

    def __init__(self, ids: Sequence[str], places: Mapping[str, int], rows: VerdictRows) -> None:
        self._ids = ids
        self._places = places
        self._rows = rows

    def __getitem__(self, id_: str) -> tuple[str, Verdict]:
        row = self._rows[self._places[id_]]
        return self._ids[int(row["earlier"])], verdict_of(row)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


@dataclass(frozen=True, slots=True)
class ClusteringResult:
    """The stories of an archive, with what led to them.

    Attributes:
        stories: The id of its story for every document, in the order of the documents: a story is called by
            its canonical article.
        verdicts: For every document that is a duplicate, how it compares with the earlier document by which
        it
            joined its story.
        near_misses: Pairs that almost were copies (see `dedup.comparison.rule.is_near`), the most alike
        first.
        candidates: Pairs that were compared.
        input_stories: The story that the input itself names for a document, where it does.
        repeated: Documents that were left out, since one with the same id came later.
        round_ups: The documents that are round-ups of the news.
        seconds: By the clock, of each phase of the pass: reading, candidates, comparing, stories. Empty on a
            cluster.
    """

    stories: dict[str, str]
    verdicts: Mapping[str, tuple[str, Verdict]]
    near_misses: list[NearMiss]
    candidates: int
    input_stories: dict[str, str] = field(default_factory=dict)
    repeated: int = 0
    round_ups: frozenset[str] = frozenset()
    seconds: Mapping[str, float] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class DocumentOrder:
    """The documents of a pass without their contents.

    Attributes:
        documents: All ids, in the order in which the result has them.
        ids: The same in order of publication; a document's number is its place in it.
        published: Of each of `ids`, seconds since 1970 or infinity.
        input_stories: The stories that the input names.
        repeated: Documents that were left out.
    """

    documents: Sequence[str]
    ids: Sequence[str]
    published: NDArray[np.float64]
    input_stories: dict[str, str]
    repeated: int


def assemble(
    order: DocumentOrder,
    rows: VerdictRows,
    limits: Thresholds,
    are_roots_alike: Callable[[int, int], bool | None],
    count_shared: CountShared,
    apart: Iterable[tuple[str, str]],
    *,
    candidates: int,
) -> ClusteringResult:
    """Put stories together from verified pairs.

    Args:
        order: The documents.
        rows: The verdicts on pairs that share much, in any order.
        limits: Bounds for chains and merges.
        are_roots_alike: Whether two numbers, the greater first, are alike enough for the stories that begin
            with them to be merged; None where that is not known yet.
        count_shared: Counts what two numbers share, the greater first.
        apart: Pairs of ids marked as not the same story by hand.
        candidates: Pairs that were compared.
    """
    codes = _pair_codes(rows)
    if (codes[1:] < codes[:-1]).any():
        places = codes.argsort()
        rows, codes = rows[places], codes[places]

    def roots_alike(root: int, other: int) -> bool:
        return bool(are_roots_alike(max(root, other), min(root, other)))

    def is_alike(later: int, earlier: int) -> bool:
        code = np.int64(later << 32 | earlier)
        place = codes.searchsorted(code)
        return bool(place < len(codes) and codes[place] == code)

    containments = Containments(limits)
    for first in range(0, len(rows), _BLOCK):
        for later, earlier, code, jaccard, containment, *_, size, other in rows[
            first : first + _BLOCK
        ].tolist():
            containments.add(later, earlier, REASONS[code], jaccard, containment, (size, other))
    halves = containments.halves(count_shared, order.published.item)
    round_ups = containments.round_ups(count_shared, is_alike) - halves.keys()
    del containments  # of an archive of millions it takes as much as all that follows
    stories = Stories(limits, roots_alike, _numbered(apart, order.ids), round_ups)
    groups = _matches(rows)
    number, matches = next(groups, (len(order.ids), []))
    for at, moment in enumerate(order.published.tolist()):
        if at == number:
            stories.add(moment, matches)
            number, matches = next(groups, (len(order.ids), []))
        else:
            stories.add(moment, [])
    for whole, parts in sorted(halves.items()):
        stories.unite((whole, *parts))
    story_ids = dict.fromkeys(order.documents, "")
    for at, id_ in enumerate(order.ids):
        story_ids[id_] = order.ids[stories.canonical(at)]
    return ClusteringResult(
        stories=story_ids,
        verdicts=DuplicateVerdicts(order.ids, _joining_rows(order.ids, stories, codes), rows),
        near_misses=_near_misses(order.ids, rows, story_ids),
        candidates=candidates,
        input_stories=order.input_stories,
        repeated=order.repeated,
        round_ups=frozenset(order.ids[number] for number in round_ups),
    )


def _numbered(pairs: Iterable[tuple[str, str]], ids: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of ids as pairs of numbers, where both are there."""
    distinct = set(pairs)
    numbers = {id_: at for at, id_ in enumerate(ids)} if distinct else {}
    return [
        (numbers[left], numbers[right]) for left, right in distinct if left in numbers and right in numbers
    ]


def _matches(rows: VerdictRows) -> Iterator[tuple[int, list[Match]]]:
    """For each number with copies before it, these copies."""
    latest, matches = -1, list[Match]()
    for first in range(0, len(rows), _BLOCK):
        block = rows[first : first + _BLOCK]
        copies = block[np.isin(block["reason"], _COPIES)].tolist()
        for later, earlier, code, jaccard, containment, *_ in copies:
            if later != latest:
                if matches:
                    yield latest, matches
                latest, matches = later, []
            reason = REASONS[code]
            similarity = 1.0 if reason is Reason.EXACT else containment
            matches.append(Match(earlier, reason, similarity, jaccard))
    if matches:
        yield latest, matches


def _pair_codes(rows: NDArray[np.void]) -> NDArray[np.int64]:
    """Pairs as single numbers, which ascend as the pairs do."""
    return np.asarray((rows["later"].astype(np.int64) << 32) | rows["earlier"])


def _joining_rows(ids: Sequence[str], stories: Stories, codes: NDArray[np.int64]) -> dict[str, int]:
    """For each duplicate, the row of the pair by which it joined its story."""
    joined = ((at, stories.joined_by(at)) for at in range(len(ids)))
    pairs = np.fromiter((pair for pair in joined if pair[1] is not None), _PAIR)
    places = codes.searchsorted(_pair_codes(pairs))
    return {ids[at]: place for at, place in zip(pairs["later"].tolist(), places.tolist(), strict=True)}


def _near_misses(ids: Sequence[str], rows: VerdictRows, story_ids: Mapping[str, str]) -> list[NearMiss]:
    near = rows[~np.isin(rows["reason"], _COPIES)]
    misses = (NearMiss(ids[int(row["later"])], ids[int(row["earlier"])], verdict_of(row)) for row in near)
    return sorted(
        (miss for miss in misses if story_ids[miss.id] != story_ids[miss.other_id]),
        key=lambda miss: (-miss.verdict.containment, miss.id, miss.other_id),
    )
