"""What a page states about itself: JSON-LD, Open Graph, meta, link. Others decide what is believed."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, filterfalse
from typing import Any
from urllib.parse import urldefrag

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.extraction.metadata.jsonld import LinkedData, Node, read_linked_data, text_value
from crawler.extraction.text import one_line
from crawler.parsing.arabic import skeleton
from crawler.parsing.article_urls import linked_url, names_same_article, without_index_file, without_variant

MAX_VALUE_CHARS = 2_000
"""Longer meta values are cut: descriptions have some hundred characters."""
MAX_URL_CHARS = 4_000
"""Longer canonical addresses are passed over."""
MAX_STATED = 2
"""Canonical addresses of one kind that are looked at."""
MAX_TAGS = 30
"""More tags than this are a keyword list for search engines."""
MAX_TAG_CHARS = 60
"""Longer tags and sections are sentences."""
MAX_SITE_NAME = 80
"""Longer names of a site are sentences."""
MIN_SUMMARY = 20
"""Shorter summaries say nothing."""

_COMMAS = re.compile(r"(?:(?<!\s)\s+)?[,،;؛|]\s*")
_UNFILED = frozenset({"غيرمصنف", "uncategorized", "بدونتصنيف", "عام", "general", "featured", "بدون"})
_TEMPLATE = re.compile(r"\{\{|\}\}|\[object|undefined|null|%[a-z]+%", re.IGNORECASE)
_RELATED_LINKS = XPath("descendant-or-self::a[@rel]")
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SUMMARY_KEYS = ("og:description", "description", "twitter:description")
_SITE_NAME_KEYS = ("og:site_name", "application-name", "apple-mobile-web-app-title")


@dataclass(frozen=True, slots=True)
class Metadata:
    """A page's own statements."""

    meta: dict[str, list[str]] = field(default_factory=dict)
    """`name`, `property` or `itemprop` in lower case → contents in the page's order."""
    canonicals: list[str] = field(default_factory=list)
    """Absolute addresses of ``link rel=canonical``."""
    document_title: str | None = None
    linked_data: LinkedData = field(default_factory=LinkedData)
    html_language: str | None = None
    body_classes: frozenset[str] = frozenset()

    def first(self, *names: str) -> str | None:
        """The first non-empty value of the first name that has one."""
        values = chain.from_iterable(self.meta.get(name, ()) for name in names)
        return next(filter(None, values), None)

    def article(self, url: str) -> Node | None:
        """The JSON-LD node of the page's own article."""
        return self.linked_data.article(url=url)

    def article_texts(self, url: str, *keys: str) -> Iterator[str]:
        """The texts of the article's JSON-LD node under these keys, without empty ones."""
        node = self.article(url) or {}
        return filter(None, (text_value(node, key) for key in keys))


def read_metadata(tree: HtmlElement, url: str) -> Metadata:
    """Read the statements of a page; the tree isn't changed.

    Args:
        tree: The parsed page, scripts still in it.
        url: The page's address, which relative addresses count from.
    """
    title = next((title.text or "" for title in tree.iter("title")), "")
    classes = next((body.get("class", "") for body in tree.iter("body")), "")
    language = (tree.get("lang") or tree.get(_XML_LANG) or "").lower()[:10]
    return Metadata(
        meta=_read_meta(tree),
        canonicals=list(_canonical_links(tree, url)),
        document_title=one_line(title[:MAX_VALUE_CHARS]) if title else None,
        linked_data=read_linked_data(tree),
        html_language=language or None,
        body_classes=frozenset(classes[:4_000].lower().split()),
    )


def canonical_address(metadata: Metadata, url: str) -> str:
    """The address that an article is known by.

    `link rel=canonical` and `og:url` are followed when they name this article on this site: not the home
    page, not another host, not another article (as templates with a forgotten placeholder do).

    Args:
        metadata: The page's statements.
        url: The address that the page was fetched from.

    Returns:
        An absolute address without fragment; `url` itself (without fragment and AMP suffix) where the page's
        statement is not trusted.
    """
    own = urldefrag(url)[0]
    stated = (*metadata.canonicals[:MAX_STATED], *metadata.meta.get("og:url", ())[:MAX_STATED])
    for address in (urldefrag(address)[0] for address in stated):
        if names_same_article(own, address):
            return without_index_file(address, unless_in=own)
    return without_variant(own)


def site_names(metadata: Metadata, given: Iterable[str]) -> list[str]:
    """All names that the site goes by: from its seed, Open Graph, JSON-LD's publisher.

    Args:
        metadata: The page's statements.
        given: Names known beforehand.
    """
    names = [*given, *(name for key in _SITE_NAME_KEYS for name in metadata.meta.get(key, ()))]
    names += [name.lstrip("@") for name in metadata.meta.get("twitter:site", ())]
    names += _names_in_linked_data(metadata.linked_data)
    return list(dict.fromkeys(one_line(name) for name in names if 0 < len(name) < MAX_SITE_NAME))


def headlines(metadata: Metadata, url: str) -> list[str]:
    """Headlines that metadata states, best first."""
    stated = [
        *metadata.article_texts(url, "headline", "name"),
        metadata.first("og:title"),
        metadata.first("twitter:title"),
        metadata.first("title", "dc.title", "headline"),
    ]
    return list(filterfalse(_TEMPLATE.search, filter(None, stated)))


def section(metadata: Metadata, url: str, body: HtmlElement) -> str | None:
    """The part of the paper that the article stands in, as the site calls it.

    Args:
        metadata: The page's statements.
        url: The page's address.
        body: The page's body, its category links still in it.
    """
    stated = chain(
        metadata.article_texts(url, "articleSection"),
        (metadata.first("article:section", "section", "dc.subject"),),
        _marked_links(body, is_category=True),
    )
    return next(filter(_is_section, map(one_line, stated)), None)


def tags(metadata: Metadata, url: str, body: HtmlElement, title: str) -> list[str]:
    """The article's tags: `article:tag`, JSON-LD's keywords, links marked `rel=tag`, else meta keywords.

    Args:
        metadata: The page's statements.
        url: The page's address.
        body: The page's body, its tag links still in it.
        title: The headline; a list of nothing but its words are no tags.
    """
    stated = [*metadata.meta.get("article:tag", ()), *_keywords(metadata.article(url) or {})]
    stated = stated or list(_marked_links(body, is_category=False))
    stated = stated or [metadata.first("news_keywords", "keywords") or ""]
    names: dict[str, str] = {}
    for name in filter(_is_tag, chain.from_iterable(map(_tags_in, stated))):
        names.setdefault(skeleton(name), name)
    names.pop("", None)
    if len(names) > 3 and all(map(skeleton(title).__contains__, names)):
        return []
    return [name for key, name in names.items() if key not in _UNFILED][:MAX_TAGS]


def image(metadata: Metadata, url: str) -> str | None:
    """The article's picture: an absolute http(s) address, or None."""
    stated = (
        metadata.first("og:image:secure_url"),
        metadata.first("og:image", "og:image:url"),
        _linked_image(metadata, url),
        metadata.first("twitter:image", "twitter:image:src"),
    )
    return next(filter(None, (linked_url(address, url) for address in stated if address)), None)


def summary(metadata: Metadata, url: str, title: str, names: Iterable[str]) -> str | None:
    """The article's summary in the site's words; None where it only repeats the headline or a site's name."""
    repeated = {skeleton(title), *map(skeleton, names)}
    stated = chain(metadata.article_texts(url, "description"), map(metadata.first, _SUMMARY_KEYS))
    for text in filterfalse(_TEMPLATE.search, map(one_line, stated)):
        if len(text) >= MIN_SUMMARY and skeleton(text) not in repeated:
            return text[:MAX_VALUE_CHARS]
    return None


def _read_meta(tree: HtmlElement) -> dict[str, list[str]]:
    meta: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = element.get("content")
        if content is None:
            continue
        # Escaped twice by many content systems: «&quot;» is still there after parsing.
        value = one_line(html.unescape(content[:MAX_VALUE_CHARS]))
        for key in filter(None, map(element.get, ("property", "name", "itemprop"))):
            meta.setdefault(key.strip().lower()[:80], []).append(value)
    return meta


def _canonical_links(tree: HtmlElement, url: str) -> Iterator[str]:
    for element in tree.iter("link"):
        if "canonical" not in element.get("rel", "").lower().split():
            continue
        link = element.get("href") or ""
        address = linked_url(link, url) if 0 < len(link) < MAX_URL_CHARS else None
        if address is not None:
            yield address


def _names_in_linked_data(data: LinkedData) -> Iterator[str]:
    """Names of publishers, and of sites and organisations, in JSON-LD."""
    for node in [*data.articles, *data.pages, *data.by_id.values()]:
        publisher = data.resolve(node.get("publisher"))
        if isinstance(publisher, dict):
            yield text_value(publisher, "name") or ""
        kinds = str(node.get("@type", "")).lower()
        if "website" in kinds or "organization" in kinds:
            yield text_value(node, "name") or ""


def _is_section(text: str) -> bool:
    if not text or len(text) > MAX_TAG_CHARS or _TEMPLATE.search(text):
        return False
    return skeleton(text) not in _UNFILED


def _keywords(node: Node) -> list[str]:
    value = node.get("keywords")
    keywords = value if isinstance(value, list) else [value]
    return [keyword for keyword in keywords if isinstance(keyword, str)]


def _tags_in(text: str) -> Iterator[str]:
    """The tags of a list with commas."""
    for part in _COMMAS.split(one_line(text[:MAX_VALUE_CHARS])):
        yield part.strip(" #\"'«»“”").replace("_", " ")


def _is_tag(name: str) -> bool:
    if not 1 < len(name) <= MAX_TAG_CHARS:
        return False
    return _TEMPLATE.search(name) is None


def _linked_image(metadata: Metadata, url: str) -> str | None:
    """The address of the picture in the article's JSON-LD: of an object, a reference, the first of a list."""
    resolve = metadata.linked_data.resolve
    picture: Any = resolve((metadata.article(url) or {}).get("image"))
    if isinstance(picture, list):
        picture = resolve(picture[0]) if picture else None
    if isinstance(picture, dict):
        picture = picture.get("url") or picture.get("contentUrl")
    return picture if isinstance(picture, str) else None


def _marked_links(body: HtmlElement, *, is_category: bool) -> Iterator[str]:
    """Texts of links with ``rel=tag``; WordPress marks its categories ``rel="category tag"``."""
    count = 0
    for link in _RELATED_LINKS(body):
        kinds = link.get("rel").lower().split()
        if "tag" not in kinds or ("category" in kinds) is not is_category:
            continue
        yield "".join(link.itertext())[:80]
        count += 1
        if count == MAX_TAGS:
            return
