"""The order of day and month in a page's numeric dates, and the day in its URL."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from itertools import chain, islice
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
    r"/(?P<y>(?:19|20)\d{2})"
    r"(?:/(?P<m>0?[1-9]|1[0-2])/(?P<d>0?[1-9]|[12]\d|3[01])(?=[/_-]|\Z)"
    r"|-(?P<m2>0[1-9]|1[0-2])-(?P<d2>0[1-9]|[12]\d|3[01])(?=[/_.-]|\Z)"
    r"|(?P<m3>0[1-9]|1[0-2])(?P<d3>0[1-9]|[12]\d|3[01])(?=[/_.-]|\Z))"
)
_ISO_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)-(\d\d)-(\d\d)(?!\d)")
_ARABIC_LETTER = re.compile("[\u0620-\u06d3]")
_DATED_ATTRIBUTES = ("content", "datetime", "title")
_SILENT = frozenset({"script", "style", "noscript", "template"})


def page_order(
    tree: HtmlElement, *, url: str, hints: Hints | None, title: str | None, linked: LinkedData
) -> Callable[[], DateOrder | None]:
    """How to find a page's order of day and month; looked for once, when it is first asked for.

    Args:
        tree: The parsed page; not changed.
        url: The page's address, which may name a day.
        hints: What discovery knew, if anything.
        title: The headline: one in Arabic letters says more than a template's ``lang="en-US"``.
        linked: The page's JSON-LD.

    Returns:
        A function that gives the order, or None where the page doesn't tell it.
    """

    @cache
    def order() -> DateOrder | None:
        language = (tree.get("lang") or "").lower().replace("_", "-")
        return find_order(
            islice(_texts(tree), MAX_TEXTS),
            known_days=_known_days(tree, url, hints, linked),
            american=language == "en-us" and not _ARABIC_LETTER.search(title or ""),
        )

    return order


def _texts(tree: HtmlElement) -> Iterator[str]:
    for element in tree.iter():
        texts = (element.tail,)
        if isinstance(element.tag, str) and element.tag not in _SILENT:
            texts = (element.text, *map(element.get, _DATED_ATTRIBUTES), element.tail)
        yield from (text for text in texts if text and len(text) <= MAX_PIECE)


def _known_days(tree: HtmlElement, url: str, hints: Hints | None, linked: LinkedData) -> set[date]:
    """Days that the address, discovery and machine-readable statements name, whatever they are days of."""
    days = {day for day in (day_in_url(url),) if day}
    if hints is not None:
        days |= {time.date() for time in (hints.published_at, hints.modified_at) if time}
    stated = chain(
        (element.get("content") or element.get("datetime") for element in tree.iter("meta", "time")),
        (str(value) for node in linked.articles[:5] for key, value in node.items() if "date" in key.lower()),
    )
    for text in stated:
        if text and (match := _ISO_DAY.search(text[:MAX_PIECE])):
            try:
                days.add(date(int(match[1]), int(match[2]), int(match[3])))
            except ValueError:
                continue
    return days


def day_in_url(url: str) -> date | None:
    """The day in an address such as ``/2024/12/04/…``, ``/2024-12-04-…`` or ``/20241204/…``.

    Only at the start of a path's segment: a day inside a slug is one that the story is about.
    """
    try:
        path = unquote(urlsplit(url[:2_000]).path)
    except ValueError:
        return None
    for match in _URL_DAY.finditer(path):
        month = match["m"] or match["m2"] or match["m3"]
        day = match["d"] or match["d2"] or match["d3"]
        try:
            return date(int(match["y"]), int(month), int(day))
        except ValueError:
            continue
    return None
