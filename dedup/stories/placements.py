"""Placements: which story each article is put into where one clustering takes the place of another.

An archive pass may put articles into other stories than the index did. From what the two differ on follows
where each article belongs now, under which story id: an id stays with the article that it names, so that
what was called by it is found under it as before.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from dedup.comparison.verdict import Reason, Verdict
from dedup.stories.clusters import Difference

_MIRRORED = {Reason.CONTAINS: Reason.CONTAINED, Reason.CONTAINED: Reason.CONTAINS}
_DEEPEST = 2
"""Links between an article and its story's root, at most; see `dedup.stories.clusters`."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article stands.

    Attributes:
        id: The article.
        story_id: Its story, by the article that the story is called by.
        canonical_id: The story's canonical article.
        depth: Links by which the article hangs on the story's root; 0 for the root itself.
        reason: Why it belongs there; `Reason.NEW` for the root.
        similarity: How much it shares with the article by which it joined, 0 to 1.
        is_round_up: Whether it is a round-up of the news, of which no part is a copy.
    """

    id: str
    story_id: str
    canonical_id: str
    depth: int
    reason: Reason
    similarity: float
    is_round_up: bool = False


class ChangeKind(StrEnum):
    """What becomes of some stories."""

    MERGE = "merge"
    """Several become one."""
    SPLIT = "split"
    """One becomes several."""
    REGROUP = "regroup"
    """Several become several others."""


@dataclass(frozen=True, slots=True)
class StoryChange:
    """Stories that become others; the same articles make up both.

    Attributes:
        before: The story of each article as it is.
        placements: Where each belongs now, a story's root before the rest of it.
    """

    before: Mapping[str, str]
    placements: tuple[Placement, ...]

    @property
    def kind(self) -> ChangeKind:
        """What becomes of them."""
        if len({placement.story_id for placement in self.placements}) == 1:
            return ChangeKind.MERGE
        return ChangeKind.SPLIT if len(set(self.before.values())) == 1 else ChangeKind.REGROUP

    @property
    def moved(self) -> list[str]:
        """The articles whose story gets another id, or that leave a story whose id stays."""
        return [each.id for each in self.placements if self.before[each.id] != each.story_id]


def story_changes(
    differences: Iterable[Difference],
    verdicts: Mapping[str, tuple[str, Verdict]],
    round_ups: Collection[str],
) -> Iterator[StoryChange]:
    """Yield what has to change so that stories are those of the reference of some differences.

    Args:
        differences: What two clusterings disagree on; the reference names a story by its canonical article.
        verdicts: For a duplicate, the article by which it joined its story of the reference, and how they
            compare.
        round_ups: The articles that are round-ups.
    """
    for difference in differences:
        before = {id_: str(story) for story, ids in difference.stories.items() for id_ in ids}
        placements = [
            placement
            for canonical, ids in difference.reference.items()
            for placement in _placements(ids, _canonical(canonical, ids), before, verdicts, round_ups)
        ]
        yield StoryChange(before, tuple(placements))


def _canonical(story: Hashable, ids: list[str]) -> str:
    """The article that a story is called by, or the first of these where it is none of them."""
    return story if isinstance(story, str) and story in ids else ids[0]


def _placements(
    ids: list[str],
    canonical: str,
    before: Mapping[str, str],
    verdicts: Mapping[str, tuple[str, Verdict]],
    round_ups: Collection[str],
) -> Iterator[Placement]:
    root = _root(ids, canonical, before)
    depths = {root: 0}
    yield Placement(root, root, canonical, 0, Reason.NEW, 0.0, root in round_ups)
    for id_ in ids:
        if id_ == root:
            continue
        reason, similarity = _link(id_, root, verdicts)
        depth = _depth(id_, verdicts, depths)
        yield Placement(id_, root, canonical, depth, reason, similarity, id_ in round_ups)


def _root(ids: list[str], canonical: str, before: Mapping[str, str]) -> str:
    """The article that a story is called by from now on.

    An id names the story of the article that it is the id of. Of several that come together the canonical
    article's story keeps its own.
    """
    members = set(ids)
    names = [before[id_] for id_ in ids if before[id_] in members]
    if before[canonical] in members:
        return before[canonical]
    return names[0] if names else canonical


def _link(id_: str, root: str, verdicts: Mapping[str, tuple[str, Verdict]]) -> tuple[Reason, float]:
    """Why an article is in the story of a root."""
    if id_ in verdicts:
        verdict = verdicts[id_][1]
        return verdict.reason, verdict.similarity
    if root in verdicts and verdicts[root][0] == id_:
        verdict = verdicts[root][1]
        return _MIRRORED.get(verdict.reason, verdict.reason), verdict.similarity
    return Reason.NEAR, 0.0


def _depth(id_: str, verdicts: Mapping[str, tuple[str, Verdict]], depths: dict[str, int]) -> int:
    """Links between an article and its root, as far as verdicts tell: each leads to an earlier article."""
    chain: list[str] = []
    while id_ not in depths and id_ in verdicts:
        chain.append(id_)
        id_ = verdicts[id_][0]
    depth = depths.setdefault(id_, 1)
    for link in reversed(chain):
        is_equal = verdicts[link][1].reason is Reason.EXACT
        depth = max(depth, 1) if is_equal else min(_DEEPEST, depth + 1)
        depths[link] = depth
    return depth
