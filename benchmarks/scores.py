"""How well articles were told apart, against planted truth."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import dedup
from benchmarks.corpus import Planted


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and their harmonic mean, 0 to 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        together = self.precision + self.recall
        return 2 * self.precision * self.recall / together if together else 0.0

    def __str__(self) -> str:
        return f"F1 {self.f1:.4f}  (precision {self.precision:.4f}, recall {self.recall:.4f})"


def score(right: int, claimed: int, true: int) -> Score:
    return Score(right / claimed if claimed else 1.0, right / true if true else 1.0)


def pair_score(found: Mapping[str, Hashable], truth: Mapping[str, Hashable]) -> Score:
    """Pairs of articles put into one story, against those that belong into one."""

    def pairs(groups: Counter[Hashable]) -> int:
        return sum(size * (size - 1) // 2 for size in groups.values())

    both: Counter[Hashable] = Counter((found[id_], truth[id_]) for id_ in truth)
    return score(pairs(both), pairs(Counter(found.values())), pairs(Counter(truth.values())))


def decision_score(corpus: Sequence[Planted], duplicate: Mapping[str, bool]) -> Score:
    """Articles called a duplicate, against those of whose story an article had come before."""
    seen: set[int] = set()
    right = true = 0
    for one in corpus:
        known = one.story in seen
        seen.add(one.story)
        true += known
        right += known and duplicate[one.id]
    return score(right, sum(duplicate.values()), true)


def called_duplicates(decisions: Sequence[dedup.Decision]) -> tuple[dict[str, bool], dict[str, bool]]:
    """Which articles were called a duplicate: when each came, and in the end, after all that was told later.

    A round-up that comes before its stories, or between them, cannot be known for one: the first story that
    it shares is told as its copy, and taken back with the second.
    """
    at_first: dict[str, bool] = {}
    in_the_end: dict[str, bool] = {}
    for decision in decisions:
        # A late arrival that takes the first place in its story was recognised, too.
        led = any(
            isinstance(one, dedup.StoryUpdate) and one.canonical_id == decision.id for one in decision.changes
        )
        at_first[decision.id] = in_the_end[decision.id] = decision.duplicate_of is not None or led
        for change in decision.changes:
            if isinstance(change, dedup.Reassignment):
                in_the_end[change.id] = change.duplicate_of is not None
            elif change.canonical_id == change.previous_id:  # the story's first article has left it
                in_the_end[change.canonical_id] = False
    return at_first, in_the_end


def merged_negatives(corpus: Sequence[Planted], stories: Mapping[str, Hashable]) -> tuple[int, int]:
    """Hard negatives in one story with what they look like or with another such, and how many there are."""
    alike: dict[int, set[int]] = {}
    held: dict[Hashable, set[int]] = {}
    negatives = []
    for one in corpus:
        held.setdefault(stories[one.id], set()).add(one.story)
        if one.near is not None:
            alike.setdefault(one.near, {one.near}).add(one.story)
            negatives.append((one, one.near))
    merged = sum(bool(held[stories[one.id]] & (alike[near] - {one.story})) for one, near in negatives)
    return merged, len(negatives)


def tied_by_round_ups(corpus: Sequence[Planted], stories: Mapping[str, Hashable]) -> tuple[int, int, int]:
    """Round-ups that two of the stories they hold were tied by, those taken for one of them, and all."""
    wanted = {story for one in corpus for story in one.holds}
    homes: dict[int, Counter[Hashable]] = {}
    for one in corpus:
        if one.story in wanted:
            homes.setdefault(one.story, Counter())[stories[one.id]] += 1
    tied = joined = count = 0
    for one in corpus:
        if one.holds:
            count += 1
            held = [set(homes[story]) for story in one.holds]
            tied += any(left & right for left, right in combinations(held, 2))
            joined += any(stories[one.id] in home for home in held)
    return tied, joined, count


def final_stories(decisions: Sequence[dedup.Decision]) -> dict[str, str]:
    """Stories after all changes, as a store that applies them would have them."""
    retired: dict[str, str] = {}
    stories: dict[str, str] = {}
    for decision in decisions:
        stories[decision.id] = decision.story_id
        for change in decision.changes:
            if isinstance(change, dedup.Reassignment):
                stories[change.id] = change.story_id
                retired.pop(change.story_id, None)
            elif change.merged_id:
                retired[change.merged_id] = change.story_id

    def now(story: str) -> str:
        while story in retired:
            story = retired[story]
        return story

    return {id_: now(story) for id_, story in stories.items()}
