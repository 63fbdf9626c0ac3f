"""What the answer of a source names, whichever kind of source it is: pages, further sources, a next page."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from crawler.discovery.accounting import AddressCounts
from crawler.discovery.feed import FeedError, parse_feed
from crawler.discovery.feed_links import feed_links
from crawler.discovery.links import is_listing_address
from crawler.discovery.listing import parse_listing
from crawler.discovery.sitemap import SitemapLink, parse_sitemap
from crawler.discovery.window import sitemap_span
from crawler.discovery.wordpress import is_wordpress
from crawler.model.article import Discovered
from crawler.model.crawl import SourceKind
from crawler.model.site import Site
from crawler.parsing.markup import parse_html
from crawler.parsing.urls import absolute_url


@dataclass(frozen=True, slots=True)
class Named:
    """What a source's answer names: pages, further sitemaps, and the source's own next page.

    `left_out` counts what it names besides and is none of these. `made_by_wordpress`: the answer says so.
    `feeds` are those that a web page names which stands where a feed is expected.
    `listings` are pages of a sitemap that are no articles by their addresses.
    """

    pages: list[Discovered]
    sitemaps: list[SitemapLink]
    next_url: str | None = None
    left_out: AddressCounts = field(default_factory=AddressCounts)
    skipped: int = 0
    truncated: bool = False
    made_by_wordpress: bool = False
    feeds: tuple[str, ...] = ()
    listings: list[Discovered] = field(default_factory=list)


def parse_source(body: bytes, url: str, kind: SourceKind, site: Site, charset: str | None) -> Named:
    """Read a source's answer; runs in a worker process, which needs to import no more than this for it."""
    if kind is SourceKind.FEED:
        return _read_feed(body, url, site, charset)
    if kind is SourceKind.SITEMAP:
        sitemap = parse_sitemap(body, url, zone=site.zone, site=site)
        links = sorted(sitemap.sitemaps, key=_sitemap_time, reverse=True)
        listings = [page for page in sitemap.pages if is_listing_address(page.url, site)]
        addresses = {page.url for page in listings}
        pages = [page for page in sitemap.pages if page.url not in addresses]
        return Named(pages, links, skipped=sitemap.skipped, truncated=sitemap.truncated, listings=listings)
    listing = parse_listing(body, url, site, charset=charset)
    return Named(listing.articles, [], listing.next_url, listing.left_out)


def _read_feed(body: bytes, url: str, site: Site, charset: str | None) -> Named:
    try:
        feed = parse_feed(body, url, zone=site.zone, site=site)
    except FeedError as error:
        feeds = _feeds_of_page(body, url, site, charset) if error.reason == "html" else ()
        if not feeds:
            raise
        return Named([], [], feeds=feeds)
    return Named(feed.entries, [], feed.next_url, skipped=feed.skipped, made_by_wordpress=is_wordpress(body))


def _feeds_of_page(body: bytes, url: str, site: Site, charset: str | None) -> tuple[str, ...]:
    root = parse_html(body, charset)
    own = absolute_url(url)
    return () if root is None else tuple(feed for feed in feed_links(root, url, site) if feed != own)


def _sitemap_time(link: SitemapLink) -> datetime:
    """By what sitemaps are sorted: the date in the name says more than the last change of any old page."""
    span = sitemap_span(link.url)
    return (span.end if span else None) or link.modified_at or datetime.max.replace(tzinfo=UTC)
