"""What a page says about itself: JSON-LD, Open Graph, meta, link. Read once, believed by nobody yet."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.extraction.metadata.jsonld import LinkedData, Node, read_linked_data, text_value
from crawler.extraction.text import one_line, skeleton

MAX_VALUE_CHARS = 2_000
"""Longer meta values are cut: descriptions have some hundred characters."""
MAX_TAGS = 30
"""More tags than this are a keyword list for search engines."""

_COMMAS = re.compile(r"(?:(?<!\s)\s+)?[,،;؛|]\s*")
_UNFILED = frozenset({"غيرمصنف", "uncategorized", "بدونتصنيف", "عام", "general", "featured", "بدون"})
_TEMPLATE = re.compile(r"\{\{|\}\}|\[object|undefined|null|%[a-z]+%", re.IGNORECASE)


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
        for name in names:
            for value in self.meta.get(name, ()):
                if value:
                    return value
        return None

    def article(self, url: str) -> Node | None:
        """The JSON-LD node of the page's own article."""
        return self.linked_data.article(url=url)


def read_metadata(tree: HtmlElement, url: str) -> Metadata:
    """Read the statements of a page; the tree isn't changed.

    Args:
        tree: The parsed page, scripts still in it.
        url: The page's address, which relative addresses count from.
    """
    meta: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = element.get("content")
        if content is None:
            continue
        value = content[:MAX_VALUE_CHARS]
        # Escaped twice by many content systems: «&quot;» is still there after parsing.
        value = one_line(html.unescape(value) if "&" in value else value)
        for key in (element.get("property"), element.get("name"), element.get("itemprop")):
            if key:
                meta.setdefault(key.strip().lower()[:80], []).append(value)
    canonicals: list[str] = []
    for element in tree.iter("link"):
        href = element.get("href")
        if href and len(href) < 4_000 and "canonical" in element.get("rel", "").lower().split():
            absolute = absolute_url(href, url)
            if absolute:
                canonicals.append(absolute)
    title = next(tree.iter("title"), None)
    body = next(tree.iter("body"), None)
    return Metadata(
        meta=meta,
        canonicals=canonicals,
        document_title=one_line(title.text[:MAX_VALUE_CHARS]) if title is not None and title.text else None,
        linked_data=read_linked_data(tree),
        html_language=(
            tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
        ).lower()[:10]
        or None,
        body_classes=frozenset((body.get("class", "")[:4_000].lower().split()) if body is not None else ()),
    )


def site_names(metadata: Metadata, given: Iterable[str]) -> list[str]:
    """All names that the site goes by: from its seed, Open Graph, JSON-LD's publisher.

    Args:
        metadata: The page's statements.
        given: Names known beforehand.
    """
    names = [*given, *metadata.meta.get("og:site_name", ()), *metadata.meta.get("application-name", ())]
    names += metadata.meta.get("apple-mobile-web-app-title", ())
    names += [name.lstrip("@") for name in metadata.meta.get("twitter:site", ())]
    data = metadata.linked_data
    for node in [*data.articles, *data.pages, *data.by_id.values()]:
        publisher = data.resolve(node.get("publisher"))
        if isinstance(publisher, dict) and (name := text_value(publisher, "name")):
            names.append(name)
        kinds = str(node.get("@type", "")).lower()
        if ("website" in kinds or "organization" in kinds) and (name := text_value(node, "name")):
            names.append(name)
    return list(dict.fromkeys(one_line(name) for name in names if name and len(name) < 80))


def headlines(metadata: Metadata, url: str) -> list[str]:
    """Headlines that metadata tells, best first."""
    node = metadata.article(url)
    told = [text_value(node, "headline"), text_value(node, "name")] if node else []
    told += [
        metadata.first("og:title"),
        metadata.first("twitter:title"),
        metadata.first("title", "dc.title", "headline"),
    ]
    return [text for text in told if text and not _TEMPLATE.search(text)]


def section(metadata: Metadata, url: str, body: HtmlElement) -> str | None:
    """The part of the paper that the article stands in, as the site calls it.

    Args:
        metadata: The page's statements.
        url: The page's address.
        body: The page's body, its category links still in it.
    """
    node = metadata.article(url)
    told = [text_value(node, "articleSection")] if node else []
    told.append(metadata.first("article:section", "section", "dc.subject"))
    for text in chain(told, _marked(body, "category")):
        text = one_line(text)
        if text and len(text) <= 60 and not _TEMPLATE.search(text) and skeleton(text) not in _UNFILED:
            return text
    return None


def tags(metadata: Metadata, url: str, body: HtmlElement, title: str) -> list[str]:
    """The article's tags: `article:tag`, JSON-LD's keywords, links marked `rel=tag`, else meta keywords.

    Args:
        metadata: The page's statements.
        url: The page's address.
        body: The page's body, its tag links still in it.
        title: The headline; a list of nothing but its words are no tags.
    """
    told: list[str] = list(metadata.meta.get("article:tag", ()))
    node = metadata.article(url)
    if node is not None:
        value = node.get("keywords")
        told += [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
    told = told or list(_marked(body, "tag")) or [metadata.first("news_keywords", "keywords") or ""]
    found: dict[str, str] = {}
    for text in told:
        for part in _COMMAS.split(one_line(text[:MAX_VALUE_CHARS])):
            name = part.strip(" #\"'«»“”").replace("_", " ")
            if 1 < len(name) <= 60 and not _TEMPLATE.search(name):
                found.setdefault(skeleton(name), name)
    found.pop("", None)
    bones = skeleton(title)
    if len(found) > 3 and all(name in bones for name in found):
        return []
    return [name for key, name in found.items() if key not in _UNFILED][:MAX_TAGS]


def _marked(body: HtmlElement, kind: str) -> Iterator[str]:
    """Texts of links with ``rel=tag``; WordPress marks its categories ``rel="category tag"``."""
    found = 0
    for link in body.iter("a"):
        rel = link.get("rel", "").lower().split()
        if "tag" in rel and ("category" in rel) is (kind == "category"):
            yield "".join(link.itertext())[:80]
            found += 1
            if found >= MAX_TAGS:
                break


def image(metadata: Metadata, url: str) -> str | None:
    """The article's picture: an absolute http(s) address, or None."""
    told: list[str | None] = [
        metadata.first("og:image:secure_url"),
        metadata.first("og:image", "og:image:url"),
    ]
    node = metadata.article(url)
    if node is not None:
        value = metadata.linked_data.resolve(node.get("image"))
        if isinstance(value, list):
            value = metadata.linked_data.resolve(value[0]) if value else None
        if isinstance(value, dict):
            value = value.get("url") or value.get("contentUrl")
        told.append(value if isinstance(value, str) else None)
    told.append(metadata.first("twitter:image", "twitter:image:src"))
    for text in told:
        if text and (found := absolute_url(text, url)):
            return found
    return None


def summary(metadata: Metadata, url: str, title: str, names: Iterable[str]) -> str | None:
    """The article's summary in the site's words; None where it only repeats the headline or a site's name."""
    known = {skeleton(title), *(skeleton(name) for name in names)}
    node = metadata.article(url)
    told = [text_value(node, "description")] if node else []
    told += [
        metadata.first("og:description"),
        metadata.first("description"),
        metadata.first("twitter:description"),
    ]
    for text in told:
        text = one_line(text)
        if len(text) >= 20 and skeleton(text) not in known and not _TEMPLATE.search(text):
            return text[:MAX_VALUE_CHARS]
    return None


def absolute_url(address: str, base: str) -> str | None:
    """An absolute http(s) address, or None where there is none to be made."""
    try:
        found = urljoin(base, address.strip())
        parts = urlsplit(found)
        host = parts.hostname
    except ValueError:
        return None
    return found if parts.scheme in ("http", "https") and host else None
