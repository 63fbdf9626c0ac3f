"""What a site's home page says of the site itself: its names, its language, its feeds, its sections."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import filterfalse
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.discovery.feed_links import feed_links
from crawler.discovery.links import is_article_link, word_count
from crawler.model.site import Site
from crawler.parsing.json_text import objects_of, parse_json, text_of
from crawler.parsing.markup import parse_html
from crawler.parsing.plain_text import one_line
from crawler.parsing.urls import url_key, usable_url

_ARABIC = re.compile(r"[\u0621-\u064a]")
_LATIN = re.compile(r"[A-Za-z]{2}")
_SEPARATOR = re.compile(r"(?<!\s)\s+[|•·–—»:-]\s+|(?:(?<!\s)\s+)?[|•»]\s*")
_GENERIC = re.compile(
    r"(?:home(?:\s*page)?|main|index|welcome|(?:latest\s+)?news|(?:آخر\s+)?(?:ال)?[أا]خبار|"
    r"الرئيسي[ةه]|الصفح[ةه] الرئيسي[ةه]|أهلا|مرحبا)\W*\Z",
    re.IGNORECASE,
)
NAME_PROPERTIES = ("og:site_name", "application-name", "apple-mobile-web-app-title")
"""Of `meta` elements, the best first."""
ORGANIZATIONS = ("WebSite", "Organization", "NewsMediaOrganization")
"""Types of schema.org that bear a site's name."""
MENU_WORDS = 3
"""An entry of a menu has no more words."""
MENU_DEPTH = 3
"""A section lies no deeper."""
MOST_NAME_WORDS = 6
"""A longer part of a title is a slogan."""


@dataclass(frozen=True, slots=True)
class HomePage:
    """What a home page says. `is_name_stated`: it states its name, rather than having it in its title."""

    name: str | None
    name_en: str | None
    is_name_stated: bool
    language: str | None
    feeds: list[str]
    sections: list[str]


def read_home(body: bytes, url: str, site: Site, charset: str | None = None) -> HomePage:
    """Read a home page.

    Args:
        body: The page, decompressed.
        url: Where it was fetched.
        site: A provisional seed: which hosts are the site's.
        charset: What the HTTP header claims, if it does.
    """
    root = parse_html(body, charset)
    if root is None:
        return HomePage(None, None, False, None, [], [])
    stated = list(_stated_names(root))
    names = [*stated, *_title_parts(root)]
    arabic = next(filter(_ARABIC.search, names), None)
    latin = next(filter(_LATIN.search, filterfalse(_ARABIC.search, names)), None)
    name = arabic or latin
    return HomePage(
        name=name,
        name_en=latin,
        is_name_stated=name in stated,
        language=_language(root),
        feeds=feed_links(root, url, site),
        sections=_sections(root, url, site),
    )


def _stated_names(root: HtmlElement) -> Iterator[str]:
    """The names that the page states, in `meta` elements and structured data."""
    texts: dict[str, str] = {}
    for element in root.iter("meta"):
        key = (element.get("property") or element.get("name") or "").lower()
        if text := one_line(element.get("content")):
            texts.setdefault(key, text)
    for key in NAME_PROPERTIES:
        yield from _parts(texts.get(key, ""))
    for element in root.iter("script"):
        if element.get("type") == "application/ld+json":
            yield from _structured_names(parse_json(element.text or ""))


def _structured_names(data: object) -> Iterator[str]:
    nodes = list(objects_of(data))
    for node in [*nodes, *(inner for outer in nodes for inner in objects_of(outer.get("@graph", ())))]:
        if node.get("@type") in ORGANIZATIONS:
            yield from _parts(text_of(node, "name"))
            yield from _parts(text_of(node, "alternateName"))


def _title_parts(root: HtmlElement) -> Iterator[str]:
    title = next(root.iter("title"), None)
    yield from _parts("" if title is None else title.text)


def _parts(text: str | None) -> Iterator[str]:
    for part in _SEPARATOR.split(one_line(text) or ""):
        name = part.strip(" -–—|")
        if name and not _GENERIC.match(name) and word_count(name) <= MOST_NAME_WORDS:
            yield name


def _language(root: HtmlElement) -> str | None:
    match = re.match(r"[a-z]{2,3}(?=[-_]|\Z)", root.get("lang", "").strip().lower())
    return match and match[0]


def _sections(root: HtmlElement, url: str, site: Site) -> list[str]:
    """Pages of the menu: linked with few words, near the root, and no articles."""
    sections: dict[str, str] = {}
    for anchor in root.iter("a"):
        text = one_line("".join(anchor.itertext())) or ""
        target = usable_url(anchor.get("href"), url) if text and word_count(text) <= MENU_WORDS else None
        if target and _is_section(target, site) and not is_article_link(target, text, site):
            sections.setdefault(url_key(target), target)
    return list(sections.values())


def _is_section(url: str, site: Site) -> bool:
    parts = urlsplit(url)
    depth = len(parts.path.split("/")) - parts.path.split("/").count("")
    return 1 <= depth <= MENU_DEPTH and not parts.query and site.owns(url)
