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


class Ground(StrEnum):
    """Why two texts that share much are no copies, where the reason alone does not say it."""

    SHORT = "short"
    """The shorter one is so short that it has to be alike as a whole."""
    QUOTED = "quoted"
    """One opens with other matter, and has what both share further down."""
    OWN_MATTER = "own_matter"
    """Within an outlet each says something else, beside what both have."""
    WORD = "word"
    """Nothing but single words is exchanged, and one of the first may be a name."""


LANGUAGES = ("ar", "en")

_REASONS = {
    Reason.EXACT: ("النصان كلمة بكلمة نص واحد.", "Both texts have the same words in the same order."),
    Reason.NEAR: (
        "النصان نص واحد مع تعديلات هنا وهناك.",
        "Both are much the same text, with changes here and there.",
    ),
    Reason.CONTAINS: (
        "في النص الأول ما في الثاني، وأكثر منه.",
        "The first text has what the second has, and more.",
    ),
    Reason.CONTAINED: ("النص الأول جزء من الثاني.", "The first text is a part of the second."),
    Reason.DIFFERENT: ("المشترك بين النصين أقل من أن تكون نسخة.", "Too little is shared for a copy."),
    Reason.OTHER_PEOPLE: (
        "القالب واحد، لكنه عن أشخاص آخرين.",
        "It is the same frame about other persons, or with another name.",
    ),
    Reason.OTHER_PLACE: ("القالب واحد، لكنه عن مكان آخر.", "It is the same frame about another place."),
    Reason.OTHER_FIGURES: (
        "القالب واحد، لكن بأرقام أخرى أو عن يوم آخر.",
        "It is the same frame with other figures, or of another day.",
    ),
    Reason.NEW: ("لا نص سابق يشبهه.", "It is unlike all earlier texts."),
}
_GROUNDS = {
    Ground.SHORT: (
        "النص الأقصر قصير جدا: لا يكون نسخة إلا إذا تشابه النصان كلهما.",
        "The shorter text is so short that the two must be alike as a whole to be copies.",
    ),
    Ground.QUOTED: (
        "يبدأ أحد النصين بكلام آخر، ولا يأتي المشترك إلا بعده، كما في خبر يقتبس خبرا سابقا.",
        "One text opens with other matter; what both share comes below, as where a report is quoted.",
    ),
    Ground.OWN_MATTER: (
        "في كل من النصين خبر غير الذي في الآخر، والمشترك كلام يعيده الموقع.",
        "Either text has news of its own; what both share is what the outlet writes again.",
    ),
    Ground.WORD: (
        "القالب واحد، وفي أوله كلمة مكان كلمة، وقد تكون اسما.",
        "It is the same frame, with another word early on that may be a name.",
    ),
}
_SHARES = (
    "في الثاني {contained:.0%} من النص الأول، وفي الأول {contains:.0%} من الثاني؛ "
    "والمشترك {jaccard:.0%} من مجموعهما.",
    "The second has {contained:.0%} of the first, the first {contains:.0%} of the second; "
    "{jaccard:.0%} of both together is shared.",
)
_FIGURES = (
    "من الأرقام بعد كلمات واحدة بقي {kept} وتغير {changed}.",
    "Of the numbers behind the same words {kept} are the same and {changed} are others.",
)
_OPENING = (
    "{opening:.0%} من المشترك في النصف الأول من النصين.",
    "{opening:.0%} of what is shared stands in the first half of either text.",
)


def shared_shingles(jaccard: float, sizes: tuple[int, int]) -> float:
    """How many shingles two texts share, from their Jaccard similarity and how many either has."""
    return jaccard / (1 + jaccard) * sum(sizes)


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
        return min(1.0, shared_shingles(self.jaccard, self.sizes) / smaller)


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
        ground: What decided, where `reason` does not say it; only `dedup.compare` gives it.
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
    ground: Ground | None = None

    @property
    def contained(self) -> float:
        """Share of the first text that the second has, 0 to 1."""
        return self._share_of(self.sizes[0])

    @property
    def contains(self) -> float:
        """Share of the second text that the first has, 0 to 1."""
        return self._share_of(self.sizes[1])

    @property
    def shared(self) -> float:
        """Distinct shingles that both texts have."""
        return shared_shingles(self.jaccard, self.sizes)

    def _share_of(self, size: int) -> float:
        return min(1.0, self.shared / size) if size else 0.0

    def explain(self, language: str = "en") -> list[str]:
        """The verdict in words: why, and the figures that it rests on.

        Args:
            language: One of `LANGUAGES`.

        Raises:
            ValueError: There are no words in that language.
        """
        if language not in LANGUAGES:
            raise ValueError(f"language is {language!r}; it is one of {', '.join(LANGUAGES)}")
        at = LANGUAGES.index(language)
        shares = {"contained": self.contained, "contains": self.contains, "jaccard": self.jaccard}
        lines = {
            (_GROUNDS[self.ground] if self.ground else _REASONS[self.reason])[at]: True,
            _SHARES[at].format(**shares): any(self.sizes),
            _FIGURES[at].format(kept=self.figures_kept, changed=self.figures_changed): (
                self.figures_kept + self.figures_changed > 0
            ),
            _OPENING[at].format(opening=self.opening or 0.0): self.opening is not None,
        }
        return [line for line, applies in lines.items() if applies]
