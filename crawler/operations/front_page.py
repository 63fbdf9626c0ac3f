"""The front page of a site, for whoever looks at the site: fetched, and made sure to be one."""

import html
import re
import threading
from urllib.parse import urlsplit

from crawler.discovery.canonical import InvalidURLError, absolute_url
from crawler.extraction.errors import ExtractionError, NotArticleReason
from crawler.operations.polite import Fetched, FetchError, PoliteFetcher

EXTRACTING = threading.Lock()
"""Several surveys may go on in threads; extraction's libraries make no promise about those."""

NO_HOME = frozenset({NotArticleReason.FEED, NotArticleReason.SITEMAP, NotArticleReason.EMPTY_PAGE})
"""What extraction may call a page that is no home page of anything."""

MOST_OF_A_REFRESH = 4096
"""Bytes: a home page that only leads to "/ar/" has nothing else in it."""

_REFRESH = re.compile(
    rb"""http-equiv=["']?refresh["']?[^<>]{0,300}?\burl\s{0,9}=\s{0,9}["']?([^"'>\s]+)""", re.IGNORECASE
)


def fetch_front_page(fetcher: PoliteFetcher, url: str) -> Fetched:
    """Fetch a home page; where it only leads elsewhere on its host, what it leads to.

    Raises:
        FetchError: It is not to be had, or is no home page: a challenge, a feed, a picture.
    """
    from crawler.extraction import Blocked, NotHtml, Unavailable, extract  # a second to import

    front = fetcher.get(url)
    if (target := _refresh_target(front)) and urlsplit(target).netloc == urlsplit(front.url).netloc:
        front = fetcher.get(target)
    reason = ""
    try:
        with EXTRACTING:
            extract(front.body, front.url, charset=front.charset)
    except (Blocked, Unavailable, NotHtml) as error:
        reason = error.message
    except ExtractionError as error:
        reason = error.message if error.reason in NO_HOME else ""
    if reason:
        raise FetchError(f"{front.url}: no home page but {reason}; look at it in a browser")
    return front


def _refresh_target(front: Fetched) -> str | None:
    """Where a page that is nothing but a refresh leads to."""
    match = _REFRESH.search(front.body) if len(front.body) < MOST_OF_A_REFRESH else None
    try:
        return absolute_url(html.unescape(match[1].decode("utf-8", "replace")), front.url) if match else None
    except InvalidURLError:
        return None
