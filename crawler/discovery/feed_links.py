"""The feeds that a page names (RFC 4287 and the HTML standard: ``link rel=alternate``)."""

import re
from urllib.parse import unquote

from lxml.html import HtmlElement

from crawler.model.site import Site
from crawler.parsing.urls import InvalidURLError, absolute_url, host_of

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
    feeds: dict[str, None] = {}
    for element in root.iter("link"):
        relations = (element.get("rel") or "").lower().split()
        kind = (element.get("type") or "").split(";")[0].strip().lower()
        if "alternate" not in relations or kind not in _FEED_TYPES:
            continue
        about = f"{element.get('href') or ''} {element.get('title') or ''}"
        try:
            target = absolute_url(element.get("href") or "", url)
        except InvalidURLError:
            continue
        if not _NOT_NEWS.search(unquote(about)):
            feeds[target] = None
    return [feed for feed in feeds if site.owns(feed) or "feed" in host_of(feed)]
