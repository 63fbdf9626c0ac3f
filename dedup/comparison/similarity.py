"""Is one text a copy of the other? The rule, its figures and its reason.

The rule is stated once, in `judge`, on a pair's `Evidence`; `lua/rule.lua` states it again for Redis, and a
test holds the two together. `compare` and an archive pass count their evidence, the index estimates it.
"""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dedup.comparison.differences import Differences, differences
from dedup.comparison.identity import other_event
from dedup.comparison.reasons import Reason
from dedup.parameters import Parameters, Thresholds
from dedup.text.numbers import compare_figures
from dedup.text.shingles import Content, contents

LATE_BYTES = 8
"""A bit for each of the 64 values of a signature."""

NEAR_MISS = 0.1
"""So far below the least containment a pair is still a near miss: what an index's estimates may be off by."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the verdict on two texts rests on.

    Attributes:
        jaccard: Shared shingles by all shingles, 0 to 1.
        sizes: Distinct shingles of either text.
        figures_kept: Places (two words in a row) where both texts go on with the same number.
        figures_changed: Places where they go on with different numbers.
        opening: Of the shared shingles, the share that stands in the first half of a text; of both texts the
            lesser, 0 to 1. None where nothing is shared or it wasn't looked at.
        pairs_shared: Share of the distinct pairs of words of the text with fewer that the other has; None
            where they were not counted, as in an index.
        same_words: The normalised texts are equal.
        same_source: Whether one source published both; None where that isn't known.
        hours_apart: Time between the publications, in hours; None where one is not known.
        estimated: Whether the shares are estimates from signatures.
        differing: What differs in the words of two alike texts laid side by side; None where nobody looked,
            as
            in an index, or where too little is shared.
    """

    jaccard: float
    sizes: tuple[int, int]
    figures_kept: int = 0
    figures_changed: int = 0
    opening: float | None = None
    pairs_shared: float | None = None
    same_words: bool = False
    same_source: bool | None = None
    hours_apart: float | None = None
    estimated: bool = False
    differing: Differences | None = None

    @property
    def containment(self) -> float:
        """Share of the smaller text's shingles that the other has, 0 to 1; follows from Jaccard and sizes."""
        smaller = min(self.sizes)
        if not smaller:
            return 0.0
        return min(1.0, self.jaccard / (1 + self.jaccard) * sum(self.sizes) / smaller)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found about a text compared with another.

    Attributes:
        duplicate: The two tell the same story in the same words.
        reason: Why, seen from the first text.
        similarity: Share of the shorter text that the other has, 0 to 1; 1 for exact copies.
        jaccard: Shared shingles by all shingles, 0 to 1.
        containment: As `similarity`, before rounding of exact copies.
        figures_kept: Places where both texts have the same number, number word or weekday.
        figures_changed: Places where they have different ones after the same words.
        opening: How much of what is shared stands in the first half of either text, 0 to 1; see `Evidence`.
    """

    duplicate: bool
    reason: Reason
    similarity: float
    jaccard: float
    containment: float
    figures_kept: int = 0
    figures_changed: int = 0
    opening: float | None = None


def judge(evidence: Evidence, thresholds: Thresholds, *, least: float | None = None) -> Verdict:
    """Decide on a pair. See `Thresholds` for what each bound is for.

    Args:
        evidence: What is known of the pair.
        thresholds: The bounds.
        least: The least containment, instead of the one that goes by the sources.
    """
    reason = Reason.EXACT if evidence.same_words else _reason(evidence, thresholds, least)
    containment = evidence.containment
    return Verdict(
        duplicate=reason.is_copy,
        reason=reason,
        similarity=1.0 if evidence.same_words else containment,
        jaccard=evidence.jaccard,
        containment=containment,
        figures_kept=evidence.figures_kept,
        figures_changed=evidence.figures_changed,
        opening=evidence.opening,
    )


def _reason(evidence: Evidence, limits: Thresholds, least: float | None) -> Reason:
    if not _shares_enough(evidence, limits, least):
        return Reason.DIFFERENT
    if _has_other_figures(evidence, limits):
        return Reason.OTHER_FIGURES
    if evidence.differing is not None:
        other = other_event(
            evidence.differing,
            same_source=evidence.same_source,
            hours_apart=evidence.hours_apart,
            hours_of_a_day=limits.hours_apart,
        )
        if other is not None:
            return other
    if evidence.jaccard >= limits.near:
        return Reason.NEAR
    first, second = evidence.sizes
    return Reason.CONTAINS if first > second else Reason.CONTAINED


def _shares_enough(evidence: Evidence, limits: Thresholds, least: float | None) -> bool:
    """Whether so much is shared, and in such places, that one text may be a copy of the other."""
    if min(evidence.sizes) < limits.short:
        return evidence.jaccard >= limits.jaccard_short
    if _is_quotation(evidence, limits):
        return False
    if least is not None:
        return evidence.containment >= least
    return evidence.containment >= least_containment(evidence, limits) or _is_reworded(evidence, limits)


def _has_other_figures(evidence: Evidence, limits: Thresholds) -> bool:
    """Whether the figures are those of two reports from one template."""
    if min(evidence.sizes) < limits.short:
        return evidence.figures_changed > 0
    return _is_template(evidence, limits)


def is_near(evidence: Evidence, limits: Thresholds) -> bool:
    """Whether a pair that is no copy came close to it, so that a person may want to look at it.

    It shares almost enough, and its numbers are not those of another day's report from the same template.
    """
    kept, changed = evidence.figures_kept, evidence.figures_changed
    return (
        min(evidence.sizes) >= limits.short
        and evidence.containment >= least_containment(evidence, limits) - NEAR_MISS
        and (changed <= limits.figures_changed or kept >= (kept + changed) * (limits.figures_kept - 0.2))
    )


def least_containment(evidence: Evidence, limits: Thresholds) -> float:
    """The containment from which on a pair counts as copies, by what is known of its sources."""
    if evidence.same_source is None:
        return limits.containment
    return limits.containment_same_source if evidence.same_source else limits.containment_other_source


def _is_reworded(evidence: Evidence, limits: Thresholds) -> bool:
    """Whether a copy had words swapped throughout: that breaks runs of five sooner than pairs."""
    return (
        evidence.pairs_shared is not None
        and not evidence.same_source
        and evidence.containment >= limits.reworded
        and evidence.pairs_shared >= limits.reworded_pairs
        and evidence.figures_changed <= limits.figures_changed
    )


def _is_template(evidence: Evidence, limits: Thresholds) -> bool:
    """Whether the numbers differ as those of two reports from one template do."""
    kept, changed = evidence.figures_kept, evidence.figures_changed
    if kept >= (kept + changed) * limits.figures_kept:
        return False
    by_length = min(evidence.sizes) // limits.figures_length
    if changed > max(limits.figures_changed, by_length):
        return True
    apart = evidence.hours_apart is not None and evidence.hours_apart >= limits.hours_apart
    return apart and changed > by_length


def _is_quotation(evidence: Evidence, limits: Thresholds) -> bool:
    """Whether one text opens with matter of its own, at length, and quotes the other below.

    So does a follow-up. A copy with an added lead goes on with the copied text in its first half.
    """
    return (
        evidence.opening is not None
        and evidence.opening < limits.opening
        and evidence.containment < (limits.whole_estimated if evidence.estimated else limits.whole)
    )


def compare(
    text_a: str,
    text_b: str,
    *,
    published_a: datetime | None = None,
    published_b: datetime | None = None,
    same_source: bool | None = None,
    parameters: Parameters | None = None,
) -> Verdict:
    """Tell whether two texts are copies of one story, with exact figures.

    Give body texts, without headlines: papers put their own on a wire story. Any string will do; two texts
    without words are never duplicates.

    Args:
        text_a: The text the verdict's reason speaks of.
        text_b: The text it is compared with.
        published_a: When the first was published; both or neither aware of its zone.
        published_b: When the second was published.
        same_source: Whether one site published both; None where that isn't known.
        parameters: Thresholds and shingle size; the default ones without it.
    """
    parameters = parameters or Parameters()
    _, (mine, other) = contents([text_a, text_b], parameters.shingle_words)
    hours = None
    if published_a and published_b:
        hours = abs((published_a - published_b).total_seconds()) / 3600
    return verdict_on(mine, other, parameters.thresholds, same_source=same_source, hours_apart=hours)


def verdict_on(
    mine: Content,
    other: Content,
    limits: Thresholds,
    *,
    same_source: bool | None = None,
    hours_apart: float | None = None,
    least: float | None = None,
) -> Verdict:
    """The verdict on two texts that were read: `judge`, with all that it may ask for.

    Args:
        mine: The text that the reason speaks of.
        other: The text that it is compared with.
        limits: When two texts tell the same story.
        same_source: Whether one source published both; None where that isn't known.
        hours_apart: Time between the publications, in hours; None where one is not known.
        least: As for `judge`.
    """
    evidence = exact_evidence(mine, other, same_source=same_source, hours_apart=hours_apart)
    return judge(
        with_differences(evidence, limits, mine.words, other.words, least=least), limits, least=least
    )


def with_differences(
    evidence: Evidence,
    limits: Thresholds,
    mine: NDArray[np.uint32],
    other: NDArray[np.uint32],
    *,
    least: float | None = None,
) -> Evidence:
    """The evidence with what differs in the words, where that may decide: of pairs that share enough.

    Args:
        evidence: What is known of the pair.
        limits: When two texts tell the same story.
        mine: The word codes of the first text.
        other: Those of the second.
        least: As for `judge`.
    """
    if evidence.same_words or not judge(evidence, limits, least=least).duplicate:
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
    shared = np.isin(mine.pairs, other.pairs, assume_unique=True)
    return int(np.count_nonzero(shared)) / max(1, min(len(mine.pairs), len(other.pairs)))


def _shared_shingles(mine: Content, other: Content) -> tuple[int, float | None]:
    """How many shingles two texts share, and which share of them stands in the first half of either."""
    if not len(mine.shingles) or not len(other.shingles):
        return 0, None
    at = np.minimum(np.searchsorted(other.shingles, mine.shingles), len(other.shingles) - 1)
    met = other.shingles[at] == mine.shingles
    shared = int(np.count_nonzero(met))
    late = int(max(np.count_nonzero(mine.late[met]), np.count_nonzero(other.late[at[met]])))
    return shared, 1 - late / shared if shared else None
