"""The index's decision on an article, and what that changes for others."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dedup.comparison.verdict import Reason


@dataclass(frozen=True, slots=True)
class StoryUpdate:
    """A story that has another canonical article since a new one came, or has been merged with another.

    A late arrival that was published before the story's canonical article takes its place; an article that
    resembles two stories may show that they are one. Applying an update twice does no harm: every article of
    story `merged_id` (where given) now belongs to `story_id`; every article of `story_id` but `canonical_id`
    is a duplicate of `canonical_id`; `previous_id` has the figures given here.

    Attributes:
        story_id: The story, as it is called from now on.
        canonical_id: The story's canonical article: the earliest published one.
        previous_id: The article that was canonical and now is a duplicate; `canonical_id` itself where that
            one has left the story (see `Reassignment`), and then the next two mean nothing.
        reason: Why `previous_id` is a duplicate.
        similarity: How much `previous_id` shares, 0 to 1.
        merged_id: A story that has become part of this one; None where only the canonical article changed.
    """

    story_id: str
    canonical_id: str
    previous_id: str
    reason: Reason
    similarity: float
    merged_id: str | None = None


@dataclass(frozen=True, slots=True)
class Reassignment:
    """An article stored earlier that belongs to another story now.

    An article may show that an earlier one is a round-up: then it leaves the story of a part that it was
    taken for a copy of, or parts that were taken for copies of it leave its story. It is applied as a
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
    """The story that an article belongs to.

    Attributes:
        id: The article.
        story_id: Its story: the id of the article that the story began with. It stays when the canonical
            article changes, and is never given to another story.
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
    changes: tuple[StoryUpdate | Reassignment, ...] = ()


class Memberships(Mapping[str, Decision]):
    """What decisions make of a set of articles: the story of each, kept up to date as an index decides on.

    A stand-in for the caller's own table: `apply` shows how decisions and their changes are to be written, in
    the order in which the index gave them. Applying some again does no harm.
    """

    def __init__(self) -> None:
        self._of: dict[str, Decision] = {}
        self._members: dict[str, dict[str, None]] = {}

    def __getitem__(self, id_: str) -> Decision:
        return self._of[id_]

    def __iter__(self) -> Iterator[str]:
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)

    def members(self, story_id: str) -> list[str]:
        """The articles of a story, in the order in which they joined it."""
        return list(self._members.get(story_id, ()))

    def apply(self, decisions: Iterable[Decision | StoryUpdate | Reassignment]) -> None:
        """Take over decisions, with what each changes for others, or the changes that a removal gave."""
        for decision in decisions:
            if isinstance(decision, StoryUpdate):
                self._update(decision)
            else:
                self._put(decision)
            self.apply(getattr(decision, "changes", ()))

    def remove(self, id_: str) -> None:
        """Take an article out, as `Index.remove` does; its changes are for `apply`."""
        decision = self._of.pop(id_, None)
        if decision is not None:
            del self._members[decision.story_id][id_]

    def _put(self, member: Decision | Reassignment) -> None:
        self.remove(member.id)
        self._of[member.id] = Decision(
            member.id, member.story_id, member.duplicate_of, member.similarity, member.reason
        )
        self._members.setdefault(member.story_id, {})[member.id] = None

    def _update(self, change: StoryUpdate) -> None:
        merged = self.members(change.merged_id or "")
        for id_ in {**dict.fromkeys(merged), **dict.fromkeys(self.members(change.story_id))}:
            member = self._of[id_]
            figures = member.similarity, member.reason
            if id_ == change.previous_id:
                figures = change.similarity, change.reason
            if id_ == change.canonical_id:
                self._put(Decision(id_, change.story_id, None, None, Reason.NEW))
            else:
                self._put(Decision(id_, change.story_id, change.canonical_id, *figures))
