"""Windows of time: what an address and a source's hints say about when a page can have been published.

A page is left out of a window only where something says that it lies outside: a backfill must not lose what
merely tells no date.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

from crawler.model.article import Hints

MARGIN = timedelta(days=1)
"""A day in an address is a day of the site's clock, which is at most half a day away from UTC; and an article
drafted before midnight keeps its address when it appears after it."""

_YEAR = r"((?:19|20)\d\d)"
_MONTH = r"(0?[1-9]|1[0-2])"
_DAY = r"(0?[1-9]|[12]\d|3[01])"
_IN_PAGE = re.compile(rf"/{_YEAR}(?:/{_MONTH}(?:/{_DAY})?)?/[^/]+")
# "sitemap-2024-03.xml", "sitemap.xml?yyyy=2024&mm=03", "sitemap-posttype-post.202403.xml"
_BORDER = r"(?:[-_/.]|&(?:amp;)?(?:mm|month|dd|day)=)"
_IN_SITEMAP = re.compile(
    rf"(?<!\d){_YEAR}"
    rf"(?:{_BORDER}{_MONTH}(?!\d)(?:{_BORDER}{_DAY}(?!\d))?|(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])?)?(?!\d)"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time: from `start` to before `end`, both aware."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """What was published from `since` to before `until` is wanted; None is without limit."""

    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether everything is wanted."""
        return self.since is None and self.until is None

    def meets(self, span: Span) -> bool:
        """Whether a stretch of time, with a margin, has something in common with the window."""
        return (self.since is None or span.end + MARGIN > self.since) and (
            self.until is None or span.start - MARGIN < self.until
        )

    def may_hold(self, url: str, hints: Hints) -> bool:
        """Whether a page may have been published within the window, as far as is known of it."""
        if self.is_open:
            return True
        moment = hints.published_at
        if moment is not None:
            return (self.since is None or moment >= self.since) and (
                self.until is None or moment < self.until
            )
        if self.since and hints.modified_at and hints.modified_at < self.since:
            return False
        span = page_span(url)
        return span is None or self.meets(span)

    def may_name(self, url: str, modified_at: datetime | None) -> bool:
        """Whether a sitemap may name pages of the window: by its last change and by a date in its name."""
        if self.since and modified_at and modified_at + MARGIN < self.since:
            return False
        span = sitemap_span(url)
        return span is None or self.meets(span)


def page_span(url: str) -> Span | None:
    """The day, month or year in an article's path (``/2024/12/04/…``); None where there is none."""
    return _span(_IN_PAGE.search(unquote(url.partition("?")[0])))


def sitemap_span(url: str) -> Span | None:
    """The day, month or year that a sitemap's address names; None where there is none."""
    return _span(_IN_SITEMAP.search(unquote(url.partition("//")[2].partition("/")[2])))


def _span(match: re.Match[str] | None) -> Span | None:
    if match is None:
        return None
    year, month, day = ([int(part) for part in match.groups() if part] + [0, 0])[:3]
    try:
        start = datetime(year, month or 1, day or 1, tzinfo=UTC)
    except ValueError:
        return None
    if day:
        return Span(start, start + timedelta(days=1))
    months = 1 if month else 12
    later = year * 12 + (month or 1) - 1 + months
    return Span(start, datetime(later // 12, later % 12 + 1, 1, tzinfo=UTC))


def newest_first(url: str, hints: Hints) -> datetime:
    """What pages are sorted by, in reverse: when a page was published, or may have been at the latest."""
    if moment := hints.published_at or hints.modified_at:
        return moment
    span = page_span(url)
    return span.end if span else datetime.max.replace(tzinfo=UTC)
