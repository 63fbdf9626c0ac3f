"""Why two texts count as the same story, or don't."""

from enum import StrEnum


class Reason(StrEnum):
    """Why two texts count as the same story, or don't."""

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
    """Not a copy: the same frame about somebody else, or something else by name."""
    OTHER_PLACE = "other_place"
    """Not a copy: the same frame about another place."""
    OTHER_FIGURES = "other_figures"
    """Not a copy: the same frame of another day, or with other figures."""
    NEW = "new"
    """Unlike everything seen before, or the earliest of its story: what an index says, not a comparison."""

    @property
    def is_copy(self) -> bool:
        """Whether two texts of which this is said are copies."""
        return self in _COPIES


_COPIES = frozenset({Reason.EXACT, Reason.NEAR, Reason.CONTAINS, Reason.CONTAINED})
