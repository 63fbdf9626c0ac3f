"""JSON listings: interfaces that list articles as JSON, read by the JMESPath expressions of the seed.

JMESPath (https://jmespath.org/specification.html) is a query language that runs no code: a seed can only
choose among what the answer holds.
"""

from datetime import UTC, datetime
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from crawler.discovery.errors import SourceError
from crawler.discovery.source_content import SourceContent
from crawler.html.sentences import sentence
from crawler.model.article import Discovered, Hints
from crawler.model.crawl import SourceKind
from crawler.model.site import JsonListing, Site
from crawler.parsing.dates.feed_times import order_of_times, parse_time
from crawler.parsing.dates.order import DateOrder
from crawler.parsing.encoding import decode_as
from crawler.parsing.json_text import parse_json
from crawler.parsing.plain_text import one_line, paragraphs
from crawler.parsing.redirectors import preferred_address
from crawler.parsing.urls import usable_url

MILLISECONDS = 100_000_000_000
"""A time since 1970 above this is in milliseconds: in seconds it would be the year 5138."""


class JsonListingError(SourceError):
    """What was served is no JSON, or the seed's `items` finds no list in it."""


def json_content(
    body: bytes, url: str, site: Site, charset: str | None, *, listing: JsonListing
) -> SourceContent:
    """Read an answer of a JSON listing.

    Args:
        body: The answer, decompressed.
        url: Where it was fetched, for relative addresses.
        site: The seed: its zone, for times without one, and which hosts are its own.
        charset: What the HTTP header claims, if it does.
        listing: Where the seed says that the fields are.

    Raises:
        JsonListingError: It is no JSON, or holds no list of items.
    """
    text, _ = decode_as(body, charset)
    data = parse_json(text)
    if data is None:
        raise JsonListingError(url, sentence("answer_no_json"))
    items = _search(listing.items, data)
    if not isinstance(items, list):
        raise JsonListingError(url, sentence("items_find_nothing", items=repr(listing.items)))
    order = order_of_times(_text(_search(listing.date, item)) for item in items)
    pages = [_page(item, url, site, listing, order) for item in items]
    by_url = {page.url: page for page in reversed(pages) if page is not None}
    return SourceContent(
        pages=list(reversed(by_url.values())),
        next_url=_next_url(data, url, listing),
        skipped=pages.count(None),
    )


def _page(
    item: object, url: str, site: Site, listing: JsonListing, order: DateOrder | None
) -> Discovered | None:
    link = _text(_search(listing.link, item))
    address = preferred_address([link], site, url) if link else None
    if address is None:
        return None
    date = _search(listing.date, item)
    hints = Hints(
        title=one_line(_text(_search(listing.title, item))),
        published_at=_moment(date) or parse_time(_text(date), site.zone, order=order),
        text=paragraphs(_text(_search(listing.text, item))),
    )
    return Discovered(address, SourceKind.JSON, hints)


def _next_url(data: object, url: str, listing: JsonListing) -> str | None:
    following = usable_url(_text(_search(listing.next, data)), url)
    return None if following == usable_url(url) else following


def _search(expression: str | None, data: object) -> Any:
    """What an expression finds; None where there is none, or where it does not fit the data."""
    try:
        return jmespath.search(expression, data) if expression else None
    except JMESPathError:
        return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _moment(value: object) -> datetime | None:
    """A time in seconds or milliseconds since 1970."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return datetime.fromtimestamp(value / 1000 if value > MILLISECONDS else value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
