"""What an article and the one that it is called a copy of have in common, counted and not estimated.

An article joins a story by one that it is like, which need not be the story's first: it may be an excerpt
of an update, or another may have been the first then. So what is said of a copy is measured against the
article that it is said to be a copy of.
"""

from dataclasses import dataclass
from enum import StrEnum

from dedup.comparison.reasons import Reason
from dedup.comparison.similarity import exact_evidence, judge, with_differences
from dedup.parameters import Thresholds
from dedup.text.shingles import Content


class Rule(StrEnum):
    """Why a copy is in the story of the article that it is called a copy of."""

    EQUAL = "equal"
    """The same words in the same order."""
    ALIKE = "alike"
    """The two share enough, and name the same."""
    CHAINED = "chained"
    """Both are copies of others of the story; the two alone would not count as copies."""


@dataclass(frozen=True, slots=True)
class PairFigures:
    """What two articles share.

    Attributes:
        reason: What the copy is to the other; `Reason.EXACT` for equal texts only.
        rule: Why they are in one story.
        contained: Share of the copy's shingles that the other has, 0 to 1.
        contains: Share of the other's shingles that the copy has, 0 to 1.
        jaccard: Shared shingles by all shingles, 0 to 1.
    """

    reason: Reason
    rule: Rule
    contained: float
    contains: float
    jaccard: float

    @property
    def similarity(self) -> float:
        """Share of the shorter text that the other has, 0 to 1."""
        return max(self.contained, self.contains)


def pair_figures(
    copy: Content,
    original: Content,
    limits: Thresholds,
    *,
    same_source: bool | None = None,
    hours_apart: float | None = None,
) -> PairFigures:
    """Measure a copy against the article that it is called a copy of.

    Args:
        copy: The copy's text.
        original: The text of the other.
        limits: When two texts tell the same story.
        same_source: Whether one source published both; None where that isn't known.
        hours_apart: Time between the publications, in hours; None where one is not known.
    """
    evidence = exact_evidence(copy, original, same_source=same_source, hours_apart=hours_apart)
    verdict = judge(with_differences(evidence, limits, copy.words, original.words), limits)
    shared = evidence.jaccard / (1 + evidence.jaccard) * sum(evidence.sizes)
    contained, contains = (min(1.0, shared / size) if size else 0.0 for size in evidence.sizes)
    if evidence.same_words:
        return PairFigures(Reason.EXACT, Rule.EQUAL, 1.0, 1.0, 1.0)
    rule = Rule.ALIKE if verdict.duplicate else Rule.CHAINED
    return PairFigures(
        _relation(evidence.jaccard, evidence.sizes, limits), rule, contained, contains, evidence.jaccard
    )


def _relation(jaccard: float, sizes: tuple[int, int], limits: Thresholds) -> Reason:
    if jaccard >= limits.near:
        return Reason.NEAR
    return Reason.CONTAINS if sizes[0] > sizes[1] else Reason.CONTAINED
