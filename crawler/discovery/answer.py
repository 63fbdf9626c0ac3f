"""What the answer of a source names, whichever kind of source it is: pages, further sources, a next page."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from crawler.article import Discovered
from crawler.discovery.feed import parse_feed
from crawler.discovery.listing import parse_listing
from crawler.discovery.sitemap import SitemapLink, parse_sitemap
from crawler.discovery.window import sitemap_span
from crawler.discovery.wordpress import is_wordpress, older_page
from crawler.sites import Site

SourceKind = Literal["feed", "sitemap", "listing"]


@dataclass(frozen=True, slots=True)
class Named:
    """What a source's answer names: pages, further sitemaps, and the source's own next page.

    `guessed_url` is where the next page usually is on a site of this make.
    """

    pages: list[Discovered]
    sitemaps: list[SitemapLink]
    next_url: str | None = None
    guessed_url: str | None = None
    skipped: int = 0
    truncated: bool = False


def parse_source(body: bytes, url: str, kind: SourceKind, site: Site, charset: str | None) -> Named:
    """Read a source's answer; runs in a worker process, which needs to import no more than this for it."""
    if kind == "feed":
        feed = parse_feed(body, url, zone=site.zone)
        older = older_page(url) if feed.entries and is_wordpress(body) else None
        return Named(feed.entries, [], feed.next_url, older, skipped=feed.skipped)
    if kind == "sitemap":
        sitemap = parse_sitemap(body, url, zone=site.zone)
        links = sorted(sitemap.sitemaps, key=_sitemap_time, reverse=True)
        return Named(sitemap.pages, links, skipped=sitemap.skipped, truncated=sitemap.truncated)
    listing = parse_listing(body, url, site, charset=charset)
    return Named(listing.articles, [], listing.next_url)


def _sitemap_time(link: SitemapLink) -> datetime:
    """By what sitemaps are sorted: the date in the name says more than the last change of any old page."""
    span = sitemap_span(link.url)
    return (span.end if span else None) or link.modified_at or datetime.max.replace(tzinfo=UTC)
