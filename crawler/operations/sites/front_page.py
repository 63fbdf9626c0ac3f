"""The front page of a site, for whoever looks at the site: fetched, and made sure to be one."""

from crawler.errors import KhabarError
from crawler.extraction.errors import Blocked, ExtractionError, NotArticleReason, NotHtml, Unavailable
from crawler.fetch.client import Fetched, FetchError, PoliteFetcher
from crawler.operations.extraction_worker import extract_within_time

NO_HOME = frozenset({NotArticleReason.FEED, NotArticleReason.SITEMAP, NotArticleReason.EMPTY_PAGE})
"""What extraction may call a page that is no home page of anything."""


def fetch_front_page(fetcher: PoliteFetcher, url: str) -> Fetched:
    """Fetch a home page; where it only leads elsewhere, what it leads to.

    Raises:
        FetchError: It is not to be had, or is no home page: a challenge, a feed, a picture.
    """
    front = fetcher.get(url)
    reason = ""
    try:
        extract_within_time(front.body, front.url, fetcher.settings, charset=front.charset)
    except (Blocked, Unavailable, NotHtml) as error:
        reason = error.message
    except ExtractionError as error:
        reason = error.message if error.reason in NO_HOME else ""
    except KhabarError as error:
        raise FetchError(str(error)) from None
    if reason:
        raise FetchError(f"{front.url}: no home page but {reason}; look at it in a browser")
    return front
