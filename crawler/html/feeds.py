"""Atom (RFC 4287) and JSON Feed 1.1: the one writer of both, for the pages and for alerts."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from lxml import etree

from crawler.html.safe import safe_link, single_line

FeedFormat = Literal["atom", "json"]

MEDIA_TYPES: Final[dict[FeedFormat, str]] = {
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}

ATOM: Final = "http://www.w3.org/2005/Atom"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# What XML 1.0 cannot hold, beside what `single_line` takes out.
_NOT_XML = re.compile("[\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: what it is about, where the archive shows it, and where its original is.

    `page` and `original` become links where they are safe ones; an empty one is left out. `updated` is when
    it last changed in the archive's eyes, `published` when its article was published.
    """

    id: str
    title: str
    page: str
    original: str
    author: str
    updated: datetime
    published: datetime | None = None
    summary: str = ""
    language: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: `id` is its own for ever, `page` the URL of the page with the same list, `self` its own URL.

    A file has neither URL, and one in several languages no language.
    """

    id: str
    title: str
    entries: Sequence[Entry]
    page: str = ""
    self: str = ""
    language: str = ""

    @property
    def updated(self) -> datetime:
        """When its latest entry changed; the beginning of 1970 for one without entries."""
        return max((entry.updated for entry in self.entries), default=_EPOCH)


def atom(feed: Feed) -> bytes:
    """A feed as Atom."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    if feed.language:
        root.set("{http://www.w3.org/XML/1998/namespace}lang", feed.language)
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "updated", _time(feed.updated))
    if feed.self:
        _link(root, "self", feed.self, MEDIA_TYPES["atom"].partition(";")[0])
    if feed.page:
        _link(root, "alternate", feed.page, "text/html")
    _add(root, "generator", "Khabar")
    for entry in feed.entries:
        node = etree.SubElement(root, f"{{{ATOM}}}entry")
        _add(node, "id", entry.id)
        _add(node, "title", entry.title)
        _add(node, "updated", _time(entry.updated))
        if entry.published:
            _add(node, "published", _time(entry.published))
        _add(etree.SubElement(node, f"{{{ATOM}}}author"), "name", entry.author)
        if safe_link(entry.page):
            _link(node, "alternate", entry.page, "text/html")
        if safe_link(entry.original):
            _link(node, "via", entry.original, "text/html")
        for tag in entry.tags:
            etree.SubElement(node, f"{{{ATOM}}}category", term=_clean(tag))
        if entry.summary:
            _add(node, "summary", entry.summary)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def json_feed(feed: Feed) -> bytes:
    """A feed as JSON Feed 1.1."""
    items = []
    for entry in feed.entries:
        item = {
            "id": entry.id,
            "url": safe_link(entry.page),
            "external_url": safe_link(entry.original),
            "title": _clean(entry.title),
            "content_text": _clean(entry.summary or entry.title),
            "date_published": _time(entry.published) if entry.published else None,
            "date_modified": _time(entry.updated),
            "authors": [{"name": _clean(entry.author)}],
            "language": entry.language,
            "tags": list(entry.tags) or None,
        }
        items.append({key: value for key, value in item.items() if value is not None})
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _clean(feed.title),
        "home_page_url": feed.page or None,
        "feed_url": feed.self or None,
        "language": feed.language or None,
        "items": items,
    }
    whole = {key: value for key, value in whole.items() if value is not None}
    return json.dumps(whole, ensure_ascii=False).encode("utf-8", "replace")


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}{name}").text = _clean(text)


def _link(parent: etree._Element, rel: str, href: str, kind: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}link", rel=rel, href=_clean(href), type=kind)


def _clean(text: str) -> str:
    return _NOT_XML.sub(" ", single_line(text))


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
