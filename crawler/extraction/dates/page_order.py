"""The order of day and month in a page's numeric dates, and the day in its URL."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from itertools import islice
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from crawler.extraction.metadata.jsonld import LinkedData
from crawler.model.article import Hints
from crawler.parsing.dates.order import DateOrder, find_order

MAX_TEXTS = 5_000
"""Pieces of text that are looked through; pages of newsrooms have some hundreds."""
MAX_PIECE = 400
"""Characters of a piece; a date stands in a short one."""

_URL_DAY = re.compile(
    r"/((?:19|20)\d{2})"
    r"(?:/(0?[1-9]|1[0-2])/(0?[1-9]|[12]\d|3[01])(?=[/_-]|\Z)"
    r"|-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?=[/_.-]|\Z)"
    r"|(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=[/_.-]|\Z))"
)
_ISO_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)-(\d\d)-(\d\d)(?!\d)")
_ARABIC_LETTER = re.compile("[\u0620-\u06d3]")
_DATED_ATTRIBUTES = ("content", "datetime", "title")
_SILENT = frozenset({"script", "style", "noscript", "template"})


def page_order(
    tree: HtmlElement, *, url: str, hints: Hints | None, title: str | None, linked: LinkedData
) -> Callable[[], DateOrder | None]:
    """How to find a page's order of day and month; determined once, on first use.

    Args:
        tree: The parsed page; not changed.
        url: The page's URL, which may name a day.
        hints: What discovery knew, if anything.
        title: The headline: one in Arabic letters counts more than a template's ``lang="en-US"``.
        linked: The page's JSON-LD.

    Returns:
        A function that gives the order, or None where the page doesn't show it.
    """

    @cache
    def order() -> DateOrder | None:
        language = tree.get("lang", "").lower().replace("_", "-")
        return find_order(
            islice(_texts(tree), MAX_TEXTS),
            known_days=_stated_days(tree, url, hints, linked),
            american=language == "en-us" and not _ARABIC_LETTER.search(title or ""),
        )

    return order


def _texts(tree: HtmlElement) -> Iterator[str]:
    """The short texts of a page, and the attributes that may hold a date."""
    for element in tree.iter():
        texts = [element.tail]
        if element.tag not in _SILENT:
            texts = [element.text, *map(element.get, _DATED_ATTRIBUTES), element.tail]
        yield from (text for text in texts if text and len(text) <= MAX_PIECE)


def _stated_days(tree: HtmlElement, url: str, hints: Hints | None, linked: LinkedData) -> set[date]:
    """Days that the URL, discovery and machine-readable statements name, whatever they are days of."""
    days = {day_in_url(url)}
    if hints is not None:
        days |= {time.date() for time in (hints.published_at, hints.modified_at) if time}
    for element in tree.iter("meta", "time"):
        days.add(_iso_day(element.get("content") or element.get("datetime", "")))
    for node in linked.articles[:5]:
        days |= {_iso_day(str(value)) for key, value in node.items() if "date" in key.lower()}
    return set(filter(None, days))


def _iso_day(text: str) -> date | None:
    match = _ISO_DAY.search(text[:MAX_PIECE])
    return _day(*match.groups()) if match else None


def day_in_url(url: str) -> date | None:
    """The day in a URL such as ``/2024/12/04/…``, ``/2024-12-04-…`` or ``/20241204/…``.

    Only at the start of a path's segment: a day inside a slug is one that the article is about.
    """
    try:
        path = unquote(urlsplit(url[:2_000]).path)
    except ValueError:
        return None
    days = (_day(*filter(None, match.groups())) for match in _URL_DAY.finditer(path))
    return next(filter(None, days), None)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
