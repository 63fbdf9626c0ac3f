"""What the index decided about an article, and what that changes for others."""

from dataclasses import dataclass

from dedup.comparison.verdict import Reason


@dataclass(frozen=True, slots=True)
class Change:
    """Something that a new article changed for articles already stored.

    A late arrival that was published before the story's canonical article takes its place; an article that
    resembles two stories may show that they are one. Applying a change twice does no harm: every article of
    story `retired` (where given) now belongs to `story_id`; every article of `story_id` but `canonical_id`
    is a duplicate of `canonical_id`; `previous_id` has the figures given here.

    Attributes:
        story_id: The story that it is about, as it is called from now on.
        canonical_id: The story's canonical article: the earliest published one.
        previous_id: The article that was canonical and now is a duplicate; `canonical_id` itself where that
            one has left the story (see `Move`), and then the next two say nothing.
        reason: Why `previous_id` is a duplicate.
        similarity: How much `previous_id` shares, 0 to 1.
        retired: A story that has become part of this one; None where only the canonical article changed.
    """

    story_id: str
    canonical_id: str
    previous_id: str
    reason: Reason
    similarity: float
    retired: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """An article stored earlier that belongs to another story now.

    An article may show that an earlier one is a round-up: then it leaves the story of a part that it was
    taken for a copy of, or parts that were taken for copies of it leave its story. To be applied as a
    decision on `id` is; applying it twice does no harm.

    Attributes:
        id: The article.
        story_id: As for `Decision`.
        duplicate_of: As for `Decision`.
        similarity: As for `Decision`.
        reason: As for `Decision`.
    """

    id: str
    story_id: str
    duplicate_of: str | None
    similarity: float | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Decision:
    """Which story an article belongs to.

    Attributes:
        id: The article.
        story_id: Its story: the id of the article that the story began with. It outlives a change of the
            canonical article and is never given to another story.
        duplicate_of: The story's canonical article; None where this is the one.
        similarity: Share of the shorter text that the other has, estimated, 0 to 1; None for an article that
            is no duplicate.
        reason: exact, near, contains or contained for a duplicate, otherwise new.
        changes: What is to be applied to other stored articles, in this order.
    """

    id: str
    story_id: str
    duplicate_of: str | None
    similarity: float | None
    reason: Reason
    changes: tuple[Change | Move, ...] = ()
