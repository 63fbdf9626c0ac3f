"""Walk: a source of discovery with all that it leads to."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from crawler.discovery.answer import SourceKind
from crawler.discovery.sitemap import SitemapLink
from crawler.discovery.window import sitemap_span
from crawler.storage.sources import SourceAnswer, SourceMemory

OLD_SITEMAP = timedelta(days=60)
SELDOM = timedelta(days=7)
"""A sitemap whose name says that its month ended so long ago is asked once in a week."""

LASTMOD_MARGIN = timedelta(days=1)
"""An index tells the time of a sitemap's last change by the day, or by a clock of its own."""


@dataclass(slots=True)
class Walk:
    """A source that the seed names, with all that it leads to: further pages, further sitemaps.

    Validators are kept when a walk has come to its end, not before: a crawl that is killed between the first
    page of a listing and the second must not find "nothing new" on the first one and stop there. For the same
    reason a walk that is not known to have ended (`ended_before`) goes on where nothing is new.
    """

    root: str
    ended_before: bool
    begun: bool = False
    open: int = 0
    failed: bool = False
    answers: list[SourceAnswer] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    named: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Source:
    """A source to ask: its address, its kind, and how many more pages of it may be read.

    `guessed` says that nobody named this page: that it does not exist is no failure.
    """

    url: str
    kind: SourceKind
    walk: Walk
    pages_left: int = 0
    guessed: bool = False
    is_paging: bool = False


def is_known(link: SitemapLink, memory: SourceMemory) -> bool:
    """Whether a sitemap has, by what its index says or by its name, not changed since it was read."""
    if memory.read_at is None:
        return False
    if link.modified_at is not None:
        return link.modified_at + LASTMOD_MARGIN < memory.read_at
    span, now = sitemap_span(link.url), datetime.now(UTC)
    asked = memory.checked_at or memory.read_at
    return span is not None and span.end + OLD_SITEMAP < now and now - asked < SELDOM
