"""What the answer of a source names, whichever kind of source it is: pages, further sources, a next page.

Times of change that say nothing are left out: many generators of sitemaps write the time of the request or of
their own last run as every page's `lastmod` (sitemaps.org 0.9 means the page's own last change).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from crawler.discovery.accounting import AddressCounts
from crawler.discovery.feed import FeedError, parse_feed
from crawler.discovery.feed_links import feed_links
from crawler.discovery.links import is_listing_address
from crawler.discovery.listing import parse_listing
from crawler.discovery.sitemap import SitemapLink, parse_sitemap
from crawler.discovery.window import sitemap_span
from crawler.discovery.wordpress import is_wordpress
from crawler.model.article import Discovered
from crawler.model.site import Site
from crawler.parsing.markup import parse_html
from crawler.parsing.urls import absolute_url

MOSTLY = 0.5
"""A time that more than this share of the entries has is the generator's, not a page's."""

FEWEST = 3
"""With fewer entries of one time it may be chance: two pages are edited in one day."""

PRESENT = timedelta(minutes=10)
"""What changed so shortly before it was asked for changed "now". No newsroom edits most of its pages in that
time; one page that was edited is believed, and if most were, the next look finds them."""


@dataclass(frozen=True, slots=True)
class SourceContent:
    """What a source's answer names: pages, further sitemaps, and the source's own next page.

    `left_out` counts what it names besides and is none of these. `from_wordpress`: the answer says so.
    `feeds` are those that a web page names which stands where a feed is expected.
    `listings` are pages of a sitemap that are no articles by their addresses.
    """

    pages: list[Discovered]
    sitemaps: list[SitemapLink] = field(default_factory=list)
    next_url: str | None = None
    left_out: AddressCounts = field(default_factory=AddressCounts)
    skipped: int = 0
    truncated: bool = False
    from_wordpress: bool = False
    feeds: tuple[str, ...] = ()
    listings: list[Discovered] = field(default_factory=list)


def feed_content(body: bytes, url: str, site: Site, charset: str | None) -> SourceContent:
    """Read an answer of a feed.

    Args:
        body: The answer, decompressed.
        url: Where it was fetched.
        site: The seed.
        charset: What the HTTP header claims, if it does.

    Raises:
        FeedError: It is no feed, nor a web page that names one.
    """
    try:
        feed = parse_feed(body, url, zone=site.zone, site=site)
    except FeedError as error:
        feeds = _feeds_of_page(body, url, site, charset) if error.reason == "html" else ()
        if not feeds:
            raise
        return SourceContent([], feeds=feeds)
    return SourceContent(
        feed.entries, next_url=feed.next_url, skipped=feed.skipped, from_wordpress=is_wordpress(body)
    )


def sitemap_content(body: bytes, url: str, site: Site, charset: str | None) -> SourceContent:  # noqa: ARG001
    """Read a sitemap or an index of sitemaps; arguments as for `feed_content`.

    Raises:
        SitemapError: It is no sitemap.
    """
    sitemap = parse_sitemap(body, url, zone=site.zone, site=site)
    listings = [page for page in sitemap.pages if is_listing_address(page.url, site)]
    addresses = {page.url for page in listings}
    return SourceContent(
        [page for page in sitemap.pages if page.url not in addresses],
        sorted(sitemap.sitemaps, key=_sitemap_time, reverse=True),
        skipped=sitemap.skipped,
        truncated=sitemap.truncated,
        listings=listings,
    )


def listing_content(body: bytes, url: str, site: Site, charset: str | None) -> SourceContent:
    """Read a page that lists articles; arguments as for `feed_content`."""
    listing = parse_listing(body, url, site, charset=charset)
    return SourceContent(listing.articles, next_url=listing.next_url, left_out=listing.left_out)


def _feeds_of_page(body: bytes, url: str, site: Site, charset: str | None) -> tuple[str, ...]:
    root = parse_html(body, charset)
    own = absolute_url(url)
    return () if root is None else tuple(feed for feed in feed_links(root, url, site) if feed != own)


def _sitemap_time(link: SitemapLink) -> datetime:
    """By what sitemaps are sorted: the date in the name says more than the last change of any old page."""
    span = sitemap_span(link.url)
    return (span.end if span else None) or link.modified_at or datetime.max.replace(tzinfo=UTC)


def unbelievable_times(times: Sequence[datetime], now: datetime) -> frozenset[datetime]:
    """The times of change of one answer that say nothing.

    Args:
        times: The times that the answer gives, one for each entry.
        now: When it was fetched. What truly changed after it is in the past at the next look.
    """
    majority = MOSTLY * len(times)
    shared = max(majority, FEWEST - 1)
    doubted = {moment for moment, count in Counter(times).items() if moment > now or count > shared}
    present = [moment for moment in times if moment > now - PRESENT]
    if len(present) > max(majority, 1):
        doubted.update(present)
    return frozenset(doubted)


def with_believed_times(content: SourceContent, source: str, now: datetime) -> tuple[SourceContent, int]:
    """A source's answer without the times of change that say nothing, and how many of those there were.

    Args:
        content: What the answer names. The pages' times that are left have yet to prove themselves.
        source: The address at which the source begins, for the record of what came of them.
        now: When it was fetched.
    """
    page_times, link_times = _times_of_change(content)
    doubted, doubted_links = unbelievable_times(page_times, now), unbelievable_times(link_times, now)
    pages = [_believed(page, doubted, source) for page in content.pages]
    links = [_believed_link(link, doubted_links) for link in content.sitemaps]
    believed = replace(content, pages=pages, sitemaps=links)
    count = len(page_times) + len(link_times) - sum(map(len, _times_of_change(believed)))
    return believed, count


def _times_of_change(content: SourceContent) -> tuple[list[datetime], list[datetime]]:
    """When the pages changed, and when the sitemaps did, of those that state it."""
    pages = (page.hints.modified_at for page in content.pages)
    links = (link.modified_at for link in content.sitemaps)
    return list(filter(None, pages)), list(filter(None, links))


def _believed_link(link: SitemapLink, doubted: frozenset[datetime]) -> SitemapLink:
    return replace(link, modified_at=None) if link.modified_at in doubted else link


def _believed(page: Discovered, doubted: frozenset[datetime], source: str) -> Discovered:
    if page.hints.modified_at is None:
        return page
    if page.hints.modified_at in doubted:
        return replace(page, hints=replace(page.hints, modified_at=None))
    return replace(page, source_url=source)
