"""What a site's home page says of the site itself: its names, its language, its feeds, its sections."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.discovery.feed_links import feed_links
from crawler.discovery.links import is_article_link, word_count
from crawler.model.site import Site
from crawler.parsing.markup import parse_html
from crawler.parsing.plain_text import one_line
from crawler.parsing.urls import InvalidURLError, absolute_url, url_key

_ARABIC = re.compile(r"[\u0621-\u064a]")
_LATIN = re.compile(r"[A-Za-z]{2}")
_SEPARATOR = re.compile(r"(?<!\s)\s+[|•·–—»:-]\s+|(?:(?<!\s)\s+)?[|•»]\s*")
_GENERIC = re.compile(
    r"(?:home(?:\s*page)?|main|index|welcome|(?:latest\s+)?news|(?:آخر\s+)?(?:ال)?[أا]خبار|"
    r"الرئيسي[ةه]|الصفح[ةه] الرئيسي[ةه]|أهلا|مرحبا)\W*\Z",
    re.IGNORECASE,
)
MOST_NAME_WORDS = 6
"""A longer part of a title is a slogan."""


@dataclass(frozen=True, slots=True)
class HomePage:
    """What a home page says. `name_told`: it states its name, rather than bearing it in its title."""

    name: str | None
    name_en: str | None
    name_told: bool
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
    told, guessed = list(_told_names(root)), list(_title_parts(root))
    names = [*told, *guessed]
    arabic = next((name for name in names if _ARABIC.search(name)), None)
    latin = next((name for name in names if _LATIN.search(name) and not _ARABIC.search(name)), None)
    name = arabic or latin
    return HomePage(
        name=name,
        name_en=latin if latin != name or arabic is None else None,
        name_told=name in told,
        language=_language(root),
        feeds=feed_links(root, url, site),
        sections=_sections(root, url, site),
    )


def _told_names(root: HtmlElement) -> Iterator[str]:
    wanted = ("og:site_name", "application-name", "apple-mobile-web-app-title")
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        key = (element.get("property") or element.get("name") or "").lower()
        if key in wanted and (text := one_line(element.get("content"))):
            found.setdefault(key, text)
    for text in (found.get(key) for key in wanted):
        if text:
            yield from _parts(text)
    for element in root.iter("script"):
        if element.get("type") == "application/ld+json":
            yield from _linked_names(element.text or "")


def _linked_names(text: str) -> Iterator[str]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    nodes = data if isinstance(data, list) else [data]
    for node in [*nodes, *(inner for outer in nodes if isinstance(outer, dict) for inner in _graph(outer))]:
        if isinstance(node, dict) and node.get("@type") in (
            "WebSite",
            "Organization",
            "NewsMediaOrganization",
        ):
            for value in (node.get("name"), node.get("alternateName")):
                if isinstance(value, str) and (name := one_line(value)):
                    yield from _parts(name)


def _graph(node: dict[str, object]) -> list[object]:
    graph = node.get("@graph")
    return graph if isinstance(graph, list) else []


def _title_parts(root: HtmlElement) -> Iterator[str]:
    title = next(root.iter("title"), None)
    yield from _parts(one_line(title.text) or "" if title is not None else "")


def _parts(text: str) -> Iterator[str]:
    for part in _SEPARATOR.split(text):
        part = part.strip(" -–—|")
        if part and not _GENERIC.match(part) and word_count(part) <= MOST_NAME_WORDS:
            yield part


def _language(root: HtmlElement) -> str | None:
    match = re.match(r"[a-z]{2,3}(?=[-_]|\Z)", (root.get("lang") or "").strip().lower())
    return match[0] if match else None


def _sections(root: HtmlElement, url: str, site: Site) -> list[str]:
    """Pages of the menu: linked with few words, near the root, and no articles."""
    found: dict[str, str] = {}
    for anchor in root.iter("a"):
        text = one_line("".join(anchor.itertext())) or ""
        try:
            target = absolute_url(anchor.get("href") or "", url)
        except InvalidURLError:
            continue
        parts = urlsplit(target)
        depth = len([part for part in parts.path.split("/") if part])
        is_near = 1 <= depth <= 3 and not parts.query and site.owns(target)
        if is_near and text and word_count(text) <= 3 and not is_article_link(target, text, site):
            found.setdefault(url_key(target), target)
    return list(found.values())
