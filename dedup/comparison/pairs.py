"""Two texts compared by counting all that they share: evidence, verdict, and the figures of a copy."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from dedup.comparison.alignment import gaps, is_whole, shared_passages
from dedup.comparison.differences import differences
from dedup.comparison.novelty import PASSAGE, repeats
from dedup.comparison.rule import ground, judge, relation
from dedup.comparison.verdict import Evidence, Reason, Verdict
from dedup.documents import moment_of, text_of
from dedup.parameters import Parameters, Thresholds
from dedup.text.numbers import compare_figures
from dedup.text.shingles import Content, contents
from dedup.text.word_codes import SKELETON_SHIFT


def compare(
    text_a: str,
    text_b: str,
    *,
    published_a: datetime | date | str | float | None = None,
    published_b: datetime | date | str | float | None = None,
    same_source: bool | None = None,
    parameters: Parameters | None = None,
) -> Verdict:
    """Compare two texts: whether one is a copy of the other, with exact figures.

    Give body texts, without headlines: papers put their own on a wire report. Any string will do; two texts
    without words are never duplicates.

    Args:
        text_a: The text that the verdict's reason is about.
        text_b: The text it is compared with.
        published_a: When the first was published, in any form that `dedup.documents.moment_of` reads.
        published_b: When the second was published.
        same_source: Whether one site published both; None where that isn't known.
        parameters: Thresholds and shingle size; the default ones without it.

    Raises:
        DocumentError: One of the two is no text, or a time can't be read.
    """
    parameters = parameters or Parameters()
    _, (mine, other) = contents([text_of(text_a), text_of(text_b)], parameters.shingle_words)
    hours = None
    first, second = map(moment_of, (published_a, published_b))
    if first and second:
        hours = abs((first - second).total_seconds()) / 3600
    limits = parameters.thresholds
    evidence = exact_evidence(mine, other, same_source=same_source, hours_apart=hours)
    verdict = judge_texts(evidence, limits, lambda: (mine.words, other.words))
    if verdict.duplicate:
        return verdict
    evidence = with_differences(evidence, limits, mine.words, other.words)
    return replace(verdict, ground=ground(verdict.reason, evidence, limits))


def judge_texts(
    evidence: Evidence,
    limits: Thresholds,
    words: Callable[[], tuple[NDArray[np.uint32], NDArray[np.uint32]]],
    *,
    required: float | None = None,
) -> Verdict:
    """`judge`, with what differs in the words where that may decide: see `with_differences`.

    Args:
        evidence: What is known of the pair.
        limits: When two texts are copies.
        words: Gets the word codes of both texts; few pairs are asked for them.
        required: As for `judge`.
    """
    verdict = judge(evidence, limits, required=required)
    if evidence.same_words or not verdict.duplicate:
        return verdict
    mine, other = words()
    if is_whole(mine, other):  # nothing differs within
        return verdict
    return judge(replace(evidence, differing=differences(mine, other)), limits, required=required)


def with_differences(
    evidence: Evidence,
    limits: Thresholds,
    mine: NDArray[np.uint32],
    other: NDArray[np.uint32],
    *,
    required: float | None = None,
) -> Evidence:
    """The evidence with what differs in the words, where that may decide: of pairs that share enough.

    Args:
        evidence: What is known of the pair.
        limits: When two texts are copies.
        mine: The word codes of the first text.
        other: Those of the second.
        required: As for `judge`.
    """
    if evidence.same_words or not judge(evidence, limits, required=required).duplicate:
        return evidence
    return replace(evidence, differing=differences(mine, other))


def exact_evidence(
    mine: Content, other: Content, *, same_source: bool | None = None, hours_apart: float | None = None
) -> Evidence:
    """The evidence on two texts, counted and not estimated."""
    shared, opening = _shared_shingles(mine, other)
    together = len(mine.shingles) + len(other.shingles) - shared
    kept, changed = compare_figures(mine.figures, other.figures)
    return Evidence(
        jaccard=shared / together if together else 0.0,
        sizes=(len(mine.shingles), len(other.shingles)),
        figures_kept=kept,
        figures_changed=changed,
        opening=opening,
        pairs_shared=_pairs_shared(mine, other),
        same_words=mine.digest == other.digest != b"",
        same_source=same_source,
        hours_apart=hours_apart,
    )


def _pairs_shared(mine: Content, other: Content) -> float:
    if not len(mine.pairs) or not len(other.pairs):
        return 0.0
    at = np.minimum(np.searchsorted(other.pairs, mine.pairs), len(other.pairs) - 1)
    shared = int(np.count_nonzero(other.pairs[at] == mine.pairs))
    return shared / min(len(mine.pairs), len(other.pairs))


def _shared_shingles(mine: Content, other: Content) -> tuple[int, float | None]:
    """How many shingles two texts share, and which share of them stands in the first half of either."""
    if not len(mine.shingles) or not len(other.shingles):
        return 0, None
    at = np.minimum(np.searchsorted(other.shingles, mine.shingles), len(other.shingles) - 1)
    met = other.shingles[at] == mine.shingles
    shared = int(np.count_nonzero(met))
    late = int(max(np.count_nonzero(mine.late[met]), np.count_nonzero(other.late[at[met]])))
    return shared, 1 - late / shared if shared else None


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
        passages: Passages of `PASSAGE` words or more that both have, in the order of both.
        repeats: Whether the copy says nothing that the other does not (`dedup.comparison.novelty`).
    """

    reason: Reason
    rule: Rule
    contained: float
    contains: float
    jaccard: float
    passages: int
    repeats: bool

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
        limits: When two texts are copies.
        same_source: Whether one source published both; None where that isn't known.
        hours_apart: Time between the publications, in hours; None where one is not known.
    """
    evidence = exact_evidence(copy, original, same_source=same_source, hours_apart=hours_apart)
    evidence = with_differences(evidence, limits, copy.words, original.words)
    verdict = judge(evidence, limits)
    shared = evidence.jaccard / (1 + evidence.jaccard) * sum(evidence.sizes)
    contained, contains = (min(1.0, shared / size) if size else 0.0 for size in evidence.sizes)
    if evidence.same_words:
        return PairFigures(Reason.EXACT, Rule.EQUAL, 1.0, 1.0, 1.0, passages=1, repeats=True)
    rule = Rule.ALIKE if verdict.duplicate else Rule.CHAINED
    differing = evidence.differing or differences(copy.words, original.words)
    between = gaps(copy.words >> SKELETON_SHIFT, original.words >> SKELETON_SHIFT)
    return PairFigures(
        relation(evidence, limits),
        rule,
        contained,
        contains,
        evidence.jaccard,
        shared_passages(between, len(copy.words), shortest=PASSAGE),
        repeats(copy.words, original.words, between, differing),
    )
