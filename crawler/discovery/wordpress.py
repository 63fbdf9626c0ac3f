"""WordPress: where the older entries of its feeds are, and how its REST interface is found and asked.

The interface is found by what a site says of itself, never guessed: the ``Link`` header or the ``link``
element with the relation ``https://api.w.org/`` (WordPress REST API Handbook, "Discovery").
"""

import html
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from crawler.parsing.urls import usable_url

_GENERATOR = re.compile(rb"<generator>\s*https?://wordpress\.(?:org|com)/", re.IGNORECASE)

FEED_HEAD_BYTES = 20_000
"""The generator stands in the channel's head, before the entries."""

POSTS_AT_ONCE = 100
"""The most that WordPress gives in one answer."""

HEAD_BYTES = 60_000
"""Where a page's ``link`` elements stand; themes put styles of some ten thousand letters before them."""

_FIELDS = (
    "id,date,date_gmt,modified,modified_gmt,link,title,content,excerpt,author,categories,_links,_embedded"
)
_EMBED = "author,wp:term,wp:featuredmedia"
_HEADER = re.compile(
    r"""<([^<>]{1,2000})>\s{0,9};[^,<]{0,200}?\brel\s{0,9}=\s{0,9}["']?https://api\.w\.org/""", re.IGNORECASE
)
_LINK = re.compile(rb"<link\b[^<>]{0,2000}https://api\.w\.org/[^<>]{0,2000}>", re.IGNORECASE)
_HREF = re.compile(rb"""\bhref\s*=\s*["']([^"']+)["']""", re.IGNORECASE)

LOCAL_TIME = "%Y-%m-%dT%H:%M:%S"
"""How the interface writes times by the site's clock."""


def is_wordpress(feed: bytes) -> bool:
    """Whether a feed says that WordPress made it."""
    return _GENERATOR.search(feed[:FEED_HEAD_BYTES]) is not None


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a walk over all posts stands: what was published before a site-local time, and which page of it.

    A time rather than a page's number: articles that appear meanwhile shift the pages, and a database finds
    the ten thousandth page slowly. None is the newest.
    """

    before: str | None = None
    page: int = 1

    def following_page(self) -> "Cursor":
        """The cursor of the next page of the same stretch of time."""
        return Cursor(self.before, self.page + 1)

    def after(self, oldest: str) -> "Cursor":
        """The cursor of the answer that follows one whose oldest post is of this time.

        The oldest second is asked for again, since other posts may share it; where a whole answer lies
        in one second, its further pages are asked for instead.
        """
        border = (datetime.strptime(oldest, LOCAL_TIME) + timedelta(seconds=1)).strftime(LOCAL_TIME)  # noqa: DTZ007
        if self.before is None or border < self.before:
            return Cursor(border)
        return self.following_page()


def last_second(before: str) -> str:
    """The last second before a site-local time."""
    return (datetime.strptime(before, LOCAL_TIME) - timedelta(seconds=1)).strftime(LOCAL_TIME)  # noqa: DTZ007


def find_api(link_headers: list[str], body: bytes, url: str) -> str | None:
    """The root of the REST interface that an answer names, if it names one.

    Args:
        link_headers: The values of its ``Link`` headers.
        body: The page; only its head is looked at.
        url: Where it was fetched.
    """
    match = next(filter(None, map(_HEADER.search, link_headers)), None)
    if match is not None:
        return usable_url(match[1], url)
    link = _LINK.search(body, 0, HEAD_BYTES)
    href = link and _HREF.search(link[0])
    return usable_url(html.unescape(href[1].decode("utf-8", "replace")), url) if href else None


def posts_url(
    api: str,
    *,
    cursor: Cursor | None = None,
    page_size: int = POSTS_AT_ONCE,
    since: str | None = None,
    until: str | None = None,
    modified_after: str | None = None,
    ids: tuple[int, ...] = (),
    embed: bool = True,
) -> str:
    """The address of one answer, newest posts first.

    Args:
        api: The interface's root.
        cursor: How far a walk has come.
        page_size: How many posts one answer is to hold.
        since: Site-local time; only what was published after it.
        until: Site-local time; only what was published before it.
        modified_after: Site-local time; only what was changed after it (WordPress 5.7; others ignore it).
        ids: Only these posts.
        embed: With the names of authors and categories, rather than their numbers alone.
    """
    cursor = cursor or Cursor()
    before = min(filter(None, (cursor.before, until)), default=None)
    parameters: dict[str, str | int | None] = {
        "per_page": page_size,
        "page": cursor.page if cursor.page > 1 else None,
        "after": since,
        "before": before,
        "modified_after": modified_after,
        "include": ",".join(map(str, ids)) or None,
        "_fields": _FIELDS,
        "_embed": _EMBED if embed else None,
    }
    query = urlencode({name: value for name, value in parameters.items() if value}, safe=",:")
    # Sites without "pretty" addresses name the interface as "/index.php?rest_route=/".
    return f"{api.rstrip('/')}/wp/v2/posts{'&' if '?' in api else '?'}{query}"


def names_url(api: str, kind: str, ids: tuple[int, ...], page_size: int = POSTS_AT_ONCE) -> str:
    """The address of the names of up to `POSTS_AT_ONCE` users or categories.

    Args:
        api: The interface's root.
        kind: ``users`` or ``categories``.
        ids: Their numbers.
        page_size: How many names one answer is to hold.
    """
    query = {"include": ",".join(map(str, ids)), "per_page": page_size, "_fields": "id,name,slug"}
    return f"{api.rstrip('/')}/wp/v2/{kind}{'&' if '?' in api else '?'}{urlencode(query, safe=',')}"


def local_text(moment: datetime, zone: ZoneInfo) -> str:
    """A time as the interface takes it: the site's clock, without an offset."""
    return moment.astimezone(zone).strftime(LOCAL_TIME)
