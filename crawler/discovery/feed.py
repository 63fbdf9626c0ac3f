"""Feeds: RSS 0.9x, 1.0 and 2.0, Atom (RFC 4287), paged as RFC 5005 says, and JSON Feed.

Read with lxml rather than feedparser: a feed of 1 MB with full texts takes 0.1 s instead of 0.35,
windows-1256 that calls itself UTF-8 comes out as Arabic, and an entity bomb has nothing to expand (see
`markup`).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

from lxml import etree

from crawler.discovery.errors import SourceError
from crawler.discovery.json_feed import JsonFeed, JsonItem, read_json_feed
from crawler.model.article import Discovered, Hints
from crawler.model.crawl import SourceKind
from crawler.model.site import Site
from crawler.parsing.dates.feed_times import order_of_times, parse_time
from crawler.parsing.dates.order import DateOrder
from crawler.parsing.markup import MarkupError, parse_xml, xml_source
from crawler.parsing.plain_text import one_line, paragraphs
from crawler.parsing.redirectors import preferred_address
from crawler.parsing.urls import absolute_url, usable_url

_NAMESPACES = {
    "http://www.w3.org/2005/Atom": "atom",
    "http://purl.org/atom/ns#": "atom",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
}
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_REASONS = {
    "empty": "answer_empty",
    "html": "answer_page_for_feed",
    "json": "answer_json_for_feed",
    "unknown": "answer_no_feed",
}

_PUBLISHED = (
    "pubDate", "pubdate", "atom:published", "atom:issued", "published", "dc:date", "dcterms:issued"
)  # fmt: skip
_MODIFIED = ("atom:updated", "atom:modified", "updated", "dcterms:modified")

MAX_AUTHOR_CHARS = 300
"""Characters of an author that are read; the longest real ones name half a dozen people."""
_AUTHOR = re.compile(
    r"\A(?:(?:mailto:)?[^\s()<>@]{1,100}@[^\s()<>@]{1,100}(?:\s{0,3}\((?P<in_brackets>[^()]{1,100})\))?"
    r"|(?P<before>[^<>@()]{1,100})[<(][^<>@()]{1,100}@[^<>@()]{1,100}[>)])\Z"
)
# Relations of an entry's links under which some sites give its page's address.
_OF_THE_PAGE = frozenset({"canonical", "related", "via"})

Children = dict[str, list[etree._Element]]


class FeedError(SourceError):
    """What was served is no feed; `reason` is empty, html, json or unknown. Try the site's next source."""

    REASONS = _REASONS


@dataclass(frozen=True, slots=True)
class Feed:
    """One page of a feed."""

    entries: list[Discovered]
    """In the feed's order, each address once."""
    next_url: str | None
    """The page with older entries, where the feed names one (RFC 5005, 3 and 4)."""
    title: str | None
    skipped: int = 0
    """Entries without a usable address."""


def parse_feed(body: bytes, url: str, *, zone: ZoneInfo, site: Site | None = None) -> Feed:
    """Read a feed. Ill-formed XML is repaired; a feed without entries is a valid one.

    Args:
        body: The feed as served, decompressed.
        url: Where it was fetched, for relative links.
        zone: The site's time zone, for times without one.
        site: The seed. Of several addresses that an entry gives for its page, the site's own is taken.

    Raises:
        FeedError: This is no feed.
    """
    if (json_feed := read_json_feed(body)) is not None:
        return _from_json(json_feed, url, zone, site)
    try:
        root = parse_xml(xml_source(body))
    except MarkupError as error:
        raise FeedError(url, error.reason) from None
    kind = _name(root)
    if kind not in ("rss", "rdf:RDF", "RDF", "atom:feed", "feed"):
        raise FeedError(url, "unknown")
    channel_element = next((child for child in root if _name(child) == "channel"), root)
    channel = _children(channel_element)
    order = order_of_times(_times_of(root))
    entries = [_entry(element, url, zone, order, site) for element in _entries(root)]
    return _feed(entries, _next_url(channel, url), _text(channel, "title", "atom:title"))


def _feed(entries: list[Discovered | None], next_url: str | None, title: str | None) -> Feed:
    """A feed of these entries, each address once; None is one without a usable address."""
    by_url: dict[str, Discovered] = {}
    for entry in filter(None, entries):
        by_url.setdefault(entry.url, entry)
    return Feed(list(by_url.values()), next_url, one_line(title), entries.count(None))


def _entries(root: etree._Element) -> Iterator[etree._Element]:
    """Items wherever they stand: under the channel (RSS), beside it (RSS 1.0), under the root (Atom)."""
    return filter(_is_entry, root.iter(etree.Element))


def _is_entry(element: etree._Element) -> bool:
    return _name(element) in ("item", "atom:entry", "entry")


def _times_of(root: etree._Element) -> Iterator[str | None]:
    """All times of a feed's entries, as written."""
    children = chain.from_iterable(entry.iterchildren(etree.Element) for entry in _entries(root))
    return _texts(filter(_is_time, children))


def _is_time(element: etree._Element) -> bool:
    return _name(element) in (*_PUBLISHED, *_MODIFIED)


def _from_json(feed: JsonFeed, url: str, zone: ZoneInfo, site: Site | None) -> Feed:
    order = order_of_times(text for item in feed.items for text in (item.published, item.modified))
    entries = [_json_entry(item, url, zone, order, site) for item in feed.items]
    return _feed(entries, _json_next(feed, url), feed.title)


def _json_entry(
    item: JsonItem, url: str, zone: ZoneInfo, order: DateOrder | None, site: Site | None
) -> Discovered | None:
    link = preferred_address(item.addresses, site, url)
    if link is None:
        return None
    hints = Hints(
        title=one_line(item.title),
        published_at=parse_time(item.published, zone, order=order),
        modified_at=parse_time(item.modified, zone, order=order),
        authors=tuple(dict.fromkeys(filter(None, map(one_line, item.authors)))),
        summary=_summary(item.summary),
        text=paragraphs(item.content),
    )
    return Discovered(link, SourceKind.FEED, hints)


def _summary(text: str | None) -> str | None:
    return (paragraphs(text) or "").replace("\n\n", " ") or None


def _json_next(feed: JsonFeed, url: str) -> str | None:
    following = usable_url(feed.next_url, url)
    return following if following != absolute_url(url) else None


def _entry(
    element: etree._Element, url: str, zone: ZoneInfo, order: DateOrder | None, site: Site | None
) -> Discovered | None:
    children = _children(element)
    link = preferred_address(_addresses(element, children), site, _base(element, url))
    if link is None:
        return None
    published = _time(children, zone, order, *_PUBLISHED)
    modified = _time(children, zone, order, *_MODIFIED)
    hints = Hints(
        title=one_line(_text(children, "title", "atom:title", "dc:title")),
        published_at=published,
        modified_at=modified,
        authors=tuple(_authors(children)),
        summary=_summary(_text(children, "description", "atom:summary", "summary")),
        text=paragraphs(_text(children, "content:encoded", "atom:content", "content")),
    )
    return Discovered(url=link, source=SourceKind.FEED, hints=hints)


def _addresses(element: etree._Element, children: Children) -> list[str]:
    """What may be the address of the entry's page, the likeliest first.

    The original behind a counting service, the link, a guid that is an address, and links of other relations,
    which are preferred to none of these but where they alone are the site's own.
    """
    links = list(_children_of(children, "link", "atom:link"))
    identifiers = _children_of(children, "atom:id", "id", "dc:identifier")
    candidates = [
        *_texts(_children_of(children, "feedburner:origLink")),
        *map(_target, filter(_is_alternate, links)),
        *_texts(filter(_is_permanent_link, _children_of(children, "guid"))),
        *filter(_is_address, _texts(identifiers)),
        *map(_href, filter(_is_of_page, links)),
        *filter(_is_address, [element.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about")]),
    ]
    return list(filter(str.strip, filter(None, candidates)))


def _is_alternate(link: etree._Element) -> bool:
    return str(link.get("rel", "alternate")) == "alternate"


def _is_of_page(link: etree._Element) -> bool:
    return link.get("rel") in _OF_THE_PAGE


def _href(link: etree._Element) -> str:
    return str(link.get("href", ""))


def _target(link: etree._Element) -> str:
    """Atom writes an address as an attribute, RSS as the text."""
    return _href(link) or link.text or ""


def _children_of(children: Children, *names: str) -> Iterator[etree._Element]:
    """The children of these names, in the order of the names."""
    return chain.from_iterable(children.get(name, ()) for name in names)


def _texts(elements: Iterable[etree._Element]) -> Iterator[str | None]:
    return (element.text for element in elements)


def _is_permanent_link(guid: etree._Element) -> bool:
    return guid.get("isPermaLink", "true").lower() != "false" or _is_address(guid.text)


def _is_address(text: str | None) -> bool:
    return (text or "").strip().lower().startswith(("http://", "https://"))


def _base(element: etree._Element, url: str) -> str:
    """The base for relative links: the nearest xml:base, itself relative to those above it."""
    bases = [parent.get(_XML_BASE) for parent in (element, *element.iterancestors())]
    for base in reversed(bases):
        url = usable_url(base, url) or url
    return url


def _next_url(channel: Children, url: str) -> str | None:
    # "next" comes before "prev-archive" by the alphabet, too.
    links = sorted(filter(_is_next, _children_of(channel, "atom:link", "link")), key=_relation)
    addresses = (usable_url(link.get("href"), _base(link, url)) for link in links)
    own = absolute_url(url)
    return next((address for address in addresses if address not in (None, own)), None)


def _is_next(link: etree._Element) -> bool:
    return _relation(link) in ("next", "prev-archive")


def _relation(link: etree._Element) -> str:
    return str(link.get("rel", ""))


def _authors(children: Children) -> list[str]:
    """Names, each once, without mail addresses."""
    elements = _children_of(children, "dc:creator", "atom:author", "author")
    return list(dict.fromkeys(filter(None, map(_author, elements))))


def _author(element: etree._Element) -> str:
    line = one_line(_text(_children(element), "atom:name", "name") or _content(element)) or ""
    author = line[:MAX_AUTHOR_CHARS]
    return _without_address(author) if "@" in line else author.strip(" \"'")


def _without_address(author: str) -> str:
    """The name of "mail@example.org (Name)", as RSS 2.0 writes authors, or of "Name <mail@example.org>".

    `email.utils.parseaddr` would read more forms, and recurses once for each bracket.
    """
    match = _AUTHOR.match(author.strip())
    name = (match["in_brackets"] or match["before"] or "") if match else ""
    return name.strip(" \"'")


def _time(children: Children, zone: ZoneInfo, order: DateOrder | None, *names: str) -> datetime | None:
    texts = _texts(_children_of(children, *names))
    return next(filter(None, (parse_time(text, zone, order=order) for text in texts)), None)


def _text(children: Children, *names: str) -> str | None:
    """The first of these children that is not empty, with the markup that stands inside it."""
    contents = map(_content, _children_of(children, *names))
    return next(filter(str.strip, contents), None)


def _content(element: etree._Element) -> str:
    """Text of an element; where it has children (Atom's xhtml), their markup as well."""
    inner = [etree.tostring(child, encoding="unicode") for child in element]
    return (element.text or "") + "".join(inner)


def _children(element: etree._Element) -> Children:
    children: Children = {}
    for child in element.iterchildren(etree.Element):
        children.setdefault(_name(child), []).append(child)
    return children


def _name(element: etree._Element) -> str:
    """A tag with its customary prefix, also where the prefix was used without being declared."""
    tag = str(element.tag)
    if tag.startswith("{"):
        namespace, _, local = tag[1:].partition("}")
        prefix = _NAMESPACES.get(namespace, _NAMESPACES.get(namespace.removesuffix("/") + "/", "other"))
        return f"{prefix}:{local}" if prefix else local
    return tag
