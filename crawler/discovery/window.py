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

ALWAYS_BEFORE = datetime.min.replace(tzinfo=UTC)
ALWAYS_AFTER = datetime.max.replace(tzinfo=UTC)
"""Bounds of a window that has none."""

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

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """Its first moment, and the first one after it."""
        return self.since or ALWAYS_BEFORE, self.until or ALWAYS_AFTER

    def contains(self, moment: datetime) -> bool:
        """Whether a moment lies within the window."""
        since, until = self.bounds
        return since <= moment < until

    def meets(self, span: Span) -> bool:
        """Whether a stretch of time, with a margin, has something in common with the window."""
        since, until = self.bounds
        return span.end + MARGIN > since and span.start - MARGIN < until

    def may_hold(self, url: str, hints: Hints) -> bool:
        """Whether a page may have been published within the window, as far as is known of it."""
        if self.is_open:
            return True
        if hints.published_at is not None:
            return self.contains(hints.published_at)
        since, _ = self.bounds
        if (hints.modified_at or ALWAYS_AFTER) < since:
            return False
        return self._may_meet(page_span(url))

    def may_name(self, url: str, modified_at: datetime | None) -> bool:
        """Whether a sitemap may name pages of the window: by its last change and by a date in its name."""
        since, _ = self.bounds
        is_older = modified_at is not None and modified_at + MARGIN < since
        return not is_older and self._may_meet(sitemap_span(url))

    def _may_meet(self, span: Span | None) -> bool:
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
    year, *rest = map(int, filter(None, match.groups()))
    month, day = (*rest, 1, 1)[:2]
    try:
        start = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
    if len(rest) == len(("month", "day")):
        return Span(start, start + timedelta(days=1))
    months = year * 12 + month - 1 + (1 if rest else 12)
    return Span(start, datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC))


def newest_first(url: str, hints: Hints) -> datetime:
    """What pages are sorted by, in reverse: when a page was published, or may have been at the latest."""
    moment = hints.published_at or hints.modified_at
    if moment is not None:
        return moment
    span = page_span(url)
    return ALWAYS_AFTER if span is None else span.end
