"""The feeds that a page names (RFC 4287 and the HTML standard: ``link rel=alternate``)."""

import re
from urllib.parse import unquote

from lxml.html import HtmlElement

from crawler.model.site import Site
from crawler.parsing.urls import host_of, usable_url

_FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"}
)
# WordPress names the feed of all comments, and of each page's comments, beside that of its articles.
_NOT_NEWS = re.compile(r"/comments?/|comments?[-_]feed|\bcomments?\b|تعليق", re.IGNORECASE)


def feed_links(root: HtmlElement, url: str, site: Site) -> list[str]:
    """The feeds of articles that a page names: the site's own, and those at a host that serves feeds.

    Args:
        root: The page.
        url: Where it was fetched.
        site: The seed: which hosts are the site's.
    """
    links = filter(_names_feed, root.iter("link"))
    feeds = dict.fromkeys(filter(None, (usable_url(link.get("href"), url) for link in links)))
    return [feed for feed in feeds if site.owns(feed) or "feed" in host_of(feed)]


def _names_feed(element: HtmlElement) -> bool:
    """Whether a `link` element is about a feed of articles."""
    content_type = element.get("type", "").split(";")[0].strip().lower()
    is_feed = content_type in _FEED_TYPES and "alternate" in element.get("rel", "").lower().split()
    return is_feed and not _NOT_NEWS.search(unquote(f"{element.get('href', '')} {element.get('title', '')}"))
