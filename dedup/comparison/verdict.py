"""What is known of two texts, and what the rule says of them: evidence, verdict, reason."""

from dataclasses import dataclass
from enum import StrEnum

from dedup.comparison.differences import Differences


class Reason(StrEnum):
    """Why one text counts as a copy of another, or doesn't."""

    EXACT = "exact"
    """The same words in the same order."""
    NEAR = "near"
    """Much the same text, with changes here and there."""
    CONTAINS = "contains"
    """The first text has what the second has, and a good deal more."""
    CONTAINED = "contained"
    """The first text is a part of the second."""
    DIFFERENT = "different"
    """Not a copy: too little shared, or a template filled with other numbers."""
    OTHER_PEOPLE = "other_people"
    """Not a copy: the same frame about other persons, or with another name."""
    OTHER_PLACE = "other_place"
    """Not a copy: the same frame about another place."""
    OTHER_FIGURES = "other_figures"
    """Not a copy: the same frame of another day, or with other figures."""
    NEW = "new"
    """Unlike all earlier articles, or the first of its story: given by an index, not by a comparison."""

    @property
    def is_copy(self) -> bool:
        """Whether it is a reason for a copy."""
        return self in _COPIES


_COPIES = frozenset({Reason.EXACT, Reason.NEAR, Reason.CONTAINS, Reason.CONTAINED})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the verdict on two texts is based on.

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
        differing: What differs in the words of two aligned texts; None where they were not aligned, as in an
            index, or where too little is shared.
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
    """How a text compares with another.

    Attributes:
        duplicate: The two are copies: the same report in the same words.
        reason: Why, seen from the first text.
        similarity: Share of the shorter text that the other has, 0 to 1; 1 for exact copies.
        jaccard: Shared shingles by all shingles, 0 to 1.
        containment: As `similarity`, before rounding of exact copies.
        figures_kept: Places where both texts have the same number, number word or weekday.
        figures_changed: Places where they have different ones after the same words.
        opening: How much of what is shared stands in the first half of either text, 0 to 1; see `Evidence`.
        sizes: Distinct shingles of either text; (0, 0) where they were not kept.
    """

    duplicate: bool
    reason: Reason
    similarity: float
    jaccard: float
    containment: float
    figures_kept: int = 0
    figures_changed: int = 0
    opening: float | None = None
    sizes: tuple[int, int] = (0, 0)

    @property
    def contained(self) -> float:
        """Share of the first text that the second has, 0 to 1."""
        return self._share_of(self.sizes[0])

    @property
    def contains(self) -> float:
        """Share of the second text that the first has, 0 to 1."""
        return self._share_of(self.sizes[1])

    def _share_of(self, size: int) -> float:
        shared = self.jaccard / (1 + self.jaccard) * sum(self.sizes)
        return min(1.0, shared / size) if size else 0.0
