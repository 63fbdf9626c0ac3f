"""Finding events: after each crawl, and over the whole archive."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pymongo
import redis
from pymongo.errors import PyMongoError

from crawler.errors import KhabarError, UsageError
from crawler.model.period import ANY_TIME, Period
from crawler.operations.archive.events import STORIES, EventStory, event_stories, linked
from crawler.settings import Settings
from crawler.storage.connect import Stores, open_stores
from crawler.storage.events import assign_events, count_waiting, look_again, profile_of
from crawler.storage.splits import stories_apart
from crawler.storage.stored_article import LONGEST_SCAN, ArticleReader, UnsealedArticleReader
from dedup.event.features import features_of
from dedup.event.index import EventIndex, window_start
from dedup.stories.clusters import agreement


def find_new_events(settings: Settings, notice: Callable[[str], None]) -> None:
    """Find the events of what a crawl brought; what goes wrong is reported, and nothing else fails.

    Args:
        settings: Where the stores are.
        notice: Given a sentence about what went wrong.
    """
    try:
        with open_stores(settings) as stores:
            assign_events(stores)
    except (KhabarError, PyMongoError, redis.RedisError) as error:
        notice(f"which stories report one event was not looked for: {error}; the next crawl does it")


@dataclass(frozen=True, slots=True)
class Event:
    """An event that several stories report.

    Attributes:
        id: The event.
        stories: Its stories, the earliest first; all but the first say why they are in it.
        more: How many of its stories are not looked at.
    """

    id: str
    stories: tuple[EventStory, ...]
    more: int = 0

    @property
    def sites(self) -> set[str]:
        """Who reports it."""
        return {site for story in self.stories for site in story.sites}


@dataclass(frozen=True, slots=True)
class EventsPass:
    """The events of a whole archive.

    Attributes:
        articles: Articles in the archive.
        stories: Stories in it.
        events: Those that several stories report: for each its stories, as the ids of their originals.
        differing: Stories that are stored in another event, or in none yet.
    """

    articles: int
    stories: int
    events: Sequence[Sequence[str]]
    differing: int


def events_pass(stores: Stores, progress: Callable[[int], object] | None = None) -> EventsPass:
    """Find all events of the archive; what is stored is not changed.

    Args:
        stores: The open stores.
        progress: Called with the number of articles done so far.
    """
    reader = UnsealedArticleReader(stores.db)
    with pymongo.timeout(LONGEST_SCAN):
        headers = sorted(reader.all_headers(), key=lambda header: header.order)
    originals = [header for header in headers if header.duplicate_of is None]
    index = EventIndex()
    index.mark_apart(pair.originals for pair in stories_apart(stores.db))
    done = 0
    for batch in reader.in_batches([header.id for header in originals]):
        for article in batch:
            index.add_features(features_of(profile_of(article)))
        index.forget_before(window_start(batch[0].order[0]))
        done += len(batch)
        if progress:
            progress(done)
    events = dict(index.all_events())
    stored = {header.id: header.event_id or header.id for header in originals if header.id in events}
    return EventsPass(
        articles=len(headers),
        stories=len(originals),
        events=[event for event in index.all_members() if len(event) > 1],
        differing=agreement(stored, events).differing,
    )


def apply_events(stores: Stores, progress: Callable[[int], object] | None = None) -> int:
    """Find the events of all articles anew, and store them; returns how many articles were looked at.

    An event keeps its id where its article is still in it. What is cut off goes on with the next crawl.

    Raises:
        UsageError: Another process is finding events just now.
    """
    look_again(stores.db)
    done = assign_events(stores, progress)
    if not done and count_waiting(stores.db):
        raise UsageError("another process is finding events just now; try again when it has ended")
    return done


def shown_events(
    stores: Stores, groups: Iterable[Sequence[str]], period: Period = ANY_TIME, limit: int = 20
) -> list[Event]:
    """Some events as they may be served, those that most sites report first.

    Args:
        stores: The open stores.
        groups: For each event its stories, as the ids of their originals.
        period: Only events of which an article stands in it.
        limit: How many.
    """
    reader = ArticleReader(stores.db)
    chosen = heapq.nlargest(
        limit, _in_period(reader, groups, period), key=lambda each: (len(each.sites), each.id)
    )
    return [
        Event(
            each.id, (each.stories[0], *linked(reader, each.stories[0], each.stories[1:STORIES])), each.more
        )
        for each in chosen
    ]


def _in_period(reader: ArticleReader, groups: Iterable[Sequence[str]], period: Period) -> Iterator[Event]:
    """The events of a period, without the links of their stories."""
    for group in groups:
        stories = {header.story_id for header in reader.headers(group).values()}
        members = reader.of_stories(sorted(stories))
        if any(member.placed_at in period for member in members.values()):
            reports = event_stories(members)
            if len(reports) > 1:
                yield Event(
                    reports[0].first.event_id or reports[0].id, tuple(reports), len(reports[STORIES:])
                )
