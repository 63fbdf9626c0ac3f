"""Times of change that say nothing: those of the future, one time for most pages, and always the present.

Many generators of sitemaps write the time of the request or of their own last run as every page's `lastmod`
(sitemaps.org 0.9 means the page's own last change).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from crawler.discovery.source_content import Named
from crawler.model.article import Discovered

MOSTLY = 0.5
"""A time that more than this share of the entries has is the generator's, not a page's."""

FEWEST = 3
"""With fewer entries of one time it may be chance: two pages are edited in one day."""

PRESENT = timedelta(minutes=10)
"""What changed so shortly before it was asked for changed "now". No newsroom edits most of its pages in that
time; one page that was edited is believed, and if most were, the next look finds them."""


def unbelievable_times(times: Sequence[datetime], now: datetime) -> frozenset[datetime]:
    """The times of change of one answer that say nothing.

    Args:
        times: The times that the answer tells, one an entry.
        now: When it was fetched. What truly changed after it is in the past at the next look.
    """
    ahead = {moment for moment in times if moment > now}
    majority = MOSTLY * len(times)
    shared = {moment for moment, count in Counter(times).items() if count >= FEWEST and count > majority}
    present = [moment for moment in times if moment > now - PRESENT]
    return frozenset(ahead | shared | (set(present) if len(present) > max(majority, 1) else set()))


def with_believed_times(named: Named, source: str, now: datetime) -> tuple[Named, int]:
    """A source's answer without the times of change that say nothing, and how many of those there were.

    Args:
        named: What the answer names. The pages' times that are left have yet to prove themselves.
        source: The address at which the walk over the source begins, for the record of what came of them.
        now: When it was fetched.
    """
    page_times = [page.hints.modified_at for page in named.pages if page.hints.modified_at]
    link_times = [link.modified_at for link in named.sitemaps if link.modified_at]
    doubted, doubted_links = unbelievable_times(page_times, now), unbelievable_times(link_times, now)
    links = [
        replace(link, modified_at=None) if link.modified_at in doubted_links else link
        for link in named.sitemaps
    ]
    pages = [_believed(page, doubted, source) for page in named.pages]
    count = sum(moment in doubted for moment in page_times)
    count += sum(moment in doubted_links for moment in link_times)
    return replace(named, pages=pages, sitemaps=links), count


def _believed(page: Discovered, doubted: frozenset[datetime], source: str) -> Discovered:
    if page.hints.modified_at is None:
        return page
    if page.hints.modified_at in doubted:
        return replace(page, hints=replace(page.hints, modified_at=None))
    return replace(page, source_url=source)
