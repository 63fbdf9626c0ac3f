"""Settling: what has come in since is judged once more, as an archive pass would judge it.

An index decides article by article, from what has come by then. So the order in which articles come decides
where one is joined by what came before it, and not by what came after. Once they are in, the stories around
them are put together anew by their texts, in order of publication, with all pairs counted out. What comes
out no longer depends on the order of arrival, and is bounded by what has come in, not by the archive.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from dedup.batch.cluster import cluster_documents
from dedup.batch.result import ClusteringResult
from dedup.documents import Document
from dedup.index.index import Index
from dedup.prepared import prepare_many
from dedup.stories.clusters import Difference, differences
from dedup.stories.placements import StoryChange, story_changes

MOST_ROUNDS = 6
"""So often the stories around what would change are added, before what is still open is left as it is."""
MOST_ARTICLES = 4096
"""Articles looked at for one call, beyond which nothing is added any more: some 3 KB of memory for each."""


class StoredStories(Protocol):
    """Where the articles of an index are stored."""

    def story_ids(self, ids: Collection[str]) -> set[str]:
        """The stories of some articles."""

    def members(self, story_ids: Collection[str]) -> Sequence[Document]:
        """All articles of some stories, each with its text and its story."""

    def apart(self) -> Iterable[tuple[str, str]]:
        """Pairs of articles that were marked as not the same story by hand."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is to change so that some articles stand where an archive pass would put them.

    Attributes:
        changes: The stories that become others.
        articles: Articles that were looked at.
        open: Groups of stories that were left as they are, since too many articles resemble theirs.
    """

    changes: Sequence[StoryChange]
    articles: int
    open: int


def settle(index: Index, ids: Collection[str], stored: StoredStories) -> Settlement:
    """Judge some articles of an index again, with all stories that theirs may have to do with.

    Nothing is changed: that is for `Index.place`, for each change. A group of stories is told to change only
    where whatever resembles one of its articles was looked at, so that the answer is that of a pass over all.

    Args:
        index: The index that holds them.
        ids: The articles: those that are new, or have another text.
        stored: Where they are stored.
    """
    surroundings = _Surroundings(index, stored)
    surroundings.add(stored.story_ids(ids))
    surroundings.look_around(ids)
    pending = surroundings.documents.keys() - surroundings.complete
    for _ in range(MOST_ROUNDS):
        surroundings.look_around(pending)
        result = surroundings.clustered()
        differing = list(differences(result.input_stories, result.stories))
        pending = {id_ for each in differing for id_ in _articles(each)} - surroundings.complete
        if not pending or surroundings.is_full:
            break
    closed = [each for each in differing if surroundings.complete.issuperset(_articles(each))]
    return Settlement(
        changes=list(story_changes(closed, result.verdicts, result.round_ups)),
        articles=len(surroundings.documents),
        open=len(differing) - len(closed),
    )


class _Surroundings:
    """The stories around some articles.

    Attributes:
        documents: Their articles, by id.
        complete: Those of which every likeness in the index is among them.
    """

    def __init__(self, index: Index, stored: StoredStories) -> None:
        self.documents: dict[str, Document] = {}
        self.complete: set[str] = set()
        self._index = index
        self._stored = stored
        self._story_ids: set[str] = set()

    @property
    def is_full(self) -> bool:
        return len(self.documents) >= MOST_ARTICLES

    def add(self, story_ids: Collection[str]) -> None:
        """Add all articles of some stories."""
        fresh = set(story_ids) - self._story_ids
        if fresh:
            self._story_ids |= fresh
            self.documents |= {each.id: each for each in self._stored.members(sorted(fresh))}

    def look_around(self, ids: Collection[str]) -> None:
        """Add the stories of whatever resembles some of the articles."""
        chosen = [self.documents[id_] for id_ in sorted(ids) if id_ in self.documents]
        prepared = prepare_many(chosen)
        alike = set().union(*self._index.neighbours(prepared))
        self.add(self._stored.story_ids(alike - self.documents.keys()))
        self.complete |= {each.id for each in chosen}

    def clustered(self) -> ClusteringResult:
        """An archive pass over them."""
        return cluster_documents(
            [self.documents[id_] for id_ in sorted(self.documents)],
            parameters=self._index.parameters,
            apart=self._stored.apart(),
        )


def _articles(difference: Difference) -> Iterator[str]:
    for ids in difference.stories.values():
        yield from ids
