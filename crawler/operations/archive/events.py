"""The same event in others' words: the stories of an event, and why each is taken for one of it.

All is read as it may be served: what is sealed is in no event, and names that are withheld are no reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from crawler.storage.connect import Stores
from crawler.storage.events import profile_of
from crawler.storage.stored_article import ArticleHeader, ArticleReader
from dedup.event.links import Link, link
from dedup.event.profile import Profile

STORIES = 12
"""Stories of an event that are compared and listed, the earliest: each takes some milliseconds."""
LIKELY = 0.5
"""A story whose link to the one that is shown is so strong needs no other reason."""
REASONS: Final = {
    "names": "event_names",
    "places": "event_places",
    "dead": "event_dead",
    "wounded": "event_wounded",
    "words": "event_words",
}
"""What two articles of an event may share, and the key of the words for it."""
SHOWN = 5
"""Names, places or words of a reason."""


@dataclass(frozen=True, slots=True)
class EventStory:
    """A story that reports an event, and why it is taken for one of it.

    Attributes:
        id: The story.
        first: Its first article, the original where that may be served.
        articles: How many articles tell it.
        sites: Who carries it.
        link: What the article `link.first` has in common with this story's `first`.
    """

    id: str
    first: ArticleHeader
    articles: int
    sites: frozenset[str]
    link: Link | None = None

    def reasons(self) -> dict[str, list[str]]:
        """What both articles share, by kind (`REASONS`); kinds of which there is nothing are left out."""
        shared: Mapping[str, Sequence[str]] = self.link.shared if self.link else {}
        return {kind: list(shared[kind][:SHOWN]) for kind in REASONS if shared.get(kind)}

    @property
    def hours_apart(self) -> float | None:
        """Hours between both publications."""
        apart = self.link.days_apart if self.link else None
        return None if apart is None else round(apart * 24, 1)


@dataclass(frozen=True, slots=True)
class EventView:
    """An event as one of its stories sees it.

    Attributes:
        id: The event.
        sites: Who reports it, with the story's own sites.
        other_stories: Its other stories, the earliest first, at most `STORIES`.
        more: Its further stories.
    """

    id: str
    sites: frozenset[str]
    other_stories: tuple[EventStory, ...]
    more: int = 0


def event_of_story(stores: Stores, story_id: str) -> EventView | None:
    """The other stories of the event that a story reports; None where no other does.

    Args:
        stores: The open stores.
        story_id: The story.
    """
    reader = ArticleReader(stores.db)
    own = reader.of_stories([story_id])
    event = next((header.event_id for header in own.values() if header.event_id), None)
    if event is None:
        return None
    stories = {story.id: story for story in event_stories(reader.of_events([event]))}
    here = stories.pop(story_id, None)
    if here is None or not stories:
        return None
    other_stories = list(stories.values())
    sites = here.sites.union(*(story.sites for story in other_stories))
    listed = linked(reader, here, other_stories[:STORIES])
    return EventView(event, sites, tuple(listed), len(other_stories[STORIES:]))


def event_stories(headers: Mapping[str, ArticleHeader]) -> list[EventStory]:
    """The stories of some articles, the earliest first.

    Args:
        headers: The articles by id, as they may be served.
    """
    members: dict[str, list[ArticleHeader]] = {}
    for header in sorted(
        headers.values(), key=lambda header: (header.duplicate_of is not None, header.order)
    ):
        members.setdefault(header.story_id, []).append(header)
    stories = [
        EventStory(story, articles[0], len(articles), frozenset(article.site for article in articles))
        for story, articles in members.items()
    ]
    return sorted(stories, key=lambda story: story.first.order)


def linked(reader: ArticleReader, here: EventStory, other_stories: Sequence[EventStory]) -> list[EventStory]:
    """The other stories of an event with what they have in common with one of it.

    Where a story has little in common with this one, but with a third, that is why it is here: the link
    is the strongest of those to any of them.
    """
    profiles = _profiles(reader, [here, *other_stories])
    return [
        replace(story, link=_strongest(profiles, story.first.id, here.first.id)) for story in other_stories
    ]


def _strongest(profiles: Mapping[str, Profile], id_: str, preferred: str) -> Link | None:
    """The link of an article to the preferred one, or to that which it is linked to most strongly."""
    if id_ not in profiles:
        return None
    links = [link(other, profiles[id_]) for other in profiles.values() if other.id != id_]
    return max(links, key=lambda each: (_tells(each, preferred), each.probability), default=None)


def _tells(each: Link, preferred: str) -> bool:
    return each.first == preferred and each.probability >= LIKELY


def _profiles(reader: ArticleReader, stories: Sequence[EventStory]) -> dict[str, Profile]:
    return {
        article.id: profile_of(article)
        for articles in reader.in_batches([story.first.id for story in stories])
        for article in articles
    }


def event_row(view: EventView | None) -> dict[str, Any] | None:
    """An event as `khabar show` and JSON have it; None where there is none."""
    if view is None:
        return None
    stories = [story_row(story) for story in view.other_stories]
    return {"id": view.id, "sites": sorted(view.sites), "stories": stories, "more": view.more}


def story_row(story: EventStory) -> dict[str, Any]:
    """A story of an event, by its first article, and why it is one of it."""
    return {
        "story_id": story.id,
        "id": story.first.id,
        "site": story.first.site,
        "url": story.first.url,
        "title": story.first.title,
        "articles": story.articles,
        "sites": sorted(story.sites),
        "like": story.link.first if story.link else None,
        "probability": round(story.link.probability, 3) if story.link else None,
        "reasons": story.reasons(),
        "hours_apart": story.hours_apart,
    }
