"""Listing pages, home pages and the links of any page: which articles they lead to, and the page after."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from crawler.discovery.accounting import AddressCounts, AddressOutcome, foreign_host
from crawler.discovery.item_list import item_lists
from crawler.discovery.links import (
    MIN_TITLE_WORDS,
    has_article_shape,
    is_article_link,
    told_by_address,
    word_count,
)
from crawler.model.article import Discovered, Hints
from crawler.model.crawl import SourceKind
from crawler.model.site import Site
from crawler.parsing.encoding import decode_as
from crawler.parsing.markup import html_tree
from crawler.parsing.plain_text import one_line
from crawler.parsing.redirectors import own_address
from crawler.parsing.urls import InvalidURLError, absolute_url, canonical_url, url_key

MAX_TITLE_LENGTH = 250
"""Characters. A longer text of a link is a whole teaser, not a headline."""
MAX_LINKS = 5_000
"""Links read of one page. Real home pages have some hundreds; a page of 8 MB could have 300,000."""

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# Texts that say nothing of the page they lead to. «شاهد» and «تابع» also begin headlines, so those are told
# by their shortness.
_NO_TITLE = re.compile(
    r"\A(?:(?:اقرأ|إقرأ|اقرا|أقرأ|قراءة|تابع|لقراءة|شاهد|المزيد|التفاصيل|للمزيد|read|more|share|comment)\b"
    r"(?:\W+\w+){0,3}\W*\Z"
    r"|(?:continue reading|read more|اقرأ المزيد|أكمل القراءة)\b"
    r"|\W*(?:(?:ال)?(?:مقال[ةه]?|تدوين[ةه]|موضوع|خبر|مشارك[ةه])\s+)?(?:السابق|التالي)[ةه]?\W*\Z"
    r"|\W*(?:previous|next)(?:\s+(?:post|article))?\W*\Z)",
    re.IGNORECASE,
)
_CLICKED = frozenset({"data-href", "onclick"})
# What a click does where a script stands in for a link; addresses are as long as `MAX_URL_LENGTH` at most.
_ONCLICK = re.compile(r"""\blocation(?:\.href)?\s{0,9}=\s{0,9}['"]([^'"]{1,4096})['"]""")
_CUT_OFF = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s{0,9}\Z")

_OLDER_CLASSES = re.compile(
    r"(?:\A|[\s_-])(?:nav-previous|older|older-posts|next-page|pagination-next|pager-next|pager__item--next|next)(?=\Z|[\s_-])"
)
_NEXT_TEXT = re.compile(
    r"\A(?:[\s»›>→]*(?:(?:الصفحة\s+)?التالي[ةه]?|next(?:\s+page)?|suivante?|sonraki)[\s«»‹›<>←→]*\Z"
    r"|.*(?:أقدم|الأقدم|اقدم|older)(?:\s|\Z|[«»‹›<>←→])|\s*[»›«‹]+\s*\Z)",
    re.IGNORECASE,
)
_PREVIOUS_TEXT = re.compile(r"\A[\s«‹<←»›>→]*(?:(?:الصفحة\s+)?السابق[ةه]?|previous)", re.IGNORECASE)
_PAGE_IN_PATH = re.compile(r"/page[/-](\d{1,6})(?=/|\Z)", re.IGNORECASE)
PAGE_NAMES = ("page", "paged", "pg", "pagenum", "pageno", "p_no")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


@dataclass(frozen=True, slots=True)
class ListingPage:
    """What one listing page says."""

    articles: list[Discovered]
    """In the page's order, each page once."""
    next_url: str | None
    """The page with older articles, on the same site."""
    left_out: AddressCounts = field(default_factory=AddressCounts)
    """Links that look like articles' and are off the site, or against the seed's patterns."""


@dataclass(slots=True)
class _Link:
    """One target of a page, all the links that lead there, and what its structured data calls it."""

    url: str
    anchors: list[HtmlElement] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def titles(self) -> list[str]:
        """The texts under which the page links there."""
        return [text for text in (*map(_anchor_text, self.anchors), *self.names) if text]

    def is_article(self, site: Site) -> bool:
        """Whether it leads to an article: the texts are read only where the address does not tell."""
        by_address = told_by_address(self.url, site) if site.owns(self.url) else False
        if by_address is not None:
            return by_address
        return is_article_link(self.url, self._headline(), site, is_teaser=self._is_teaser())

    def looks_like_article(self) -> bool:
        """The same by the shape of address and text alone, also for a link off the site."""
        return has_article_shape(self.url, self._headline(), is_teaser=self._is_teaser())

    def _headline(self) -> str:
        return max((text for text in self.titles() if not _NO_TITLE.match(text)), key=len, default="")

    def _is_teaser(self) -> bool:
        return bool(self.names) or any(map(_is_teaser, self.anchors))


def parse_listing(body: bytes, url: str, site: Site, charset: str | None = None) -> ListingPage:
    """Find the articles of a listing or home page, and the page that continues it.

    The title hint is the longest text under which the page links to an article, where that is a headline.

    Args:
        body: The page as served, decompressed.
        url: Where it was fetched.
        site: The seed: patterns, and which hosts are the site's.
        charset: What the HTTP header claims, if it does.
    """
    text, encoding = decode_as(body, charset)
    root = html_tree(text)
    if root is None:
        return ListingPage([], None)
    base = _base_url(root, url)
    anchors = _anchors(root)
    articles: list[Discovered] = []
    left_out = AddressCounts()
    for link in _links(anchors, url, base, site, encoding, root):
        if link.is_article(site):
            articles.append(Discovered(link.url, SourceKind.LISTING, Hints(title=_title(link.titles()))))
        elif not site.owns(link.url):
            if link.looks_like_article():
                left_out.count_off_site(foreign_host(link.url))
        elif _is_against_patterns(link.url, site) and link.looks_like_article():
            left_out.count(AddressOutcome.EXCLUDED)
    not_next = {url_key(article.url) for article in articles} | {url_key(url)}
    return ListingPage(articles, _next_url(root, anchors, url, base, site, not_next), left_out)


def _is_against_patterns(url: str, site: Site) -> bool:
    return site.excludes(url) or site.is_article_url(url) is False


def parse_links(body: bytes, url: str, site: Site, charset: str | None = None) -> list[str]:
    """Find the links of any page that lead to other articles of the site: their addresses, each once.

    Not their titles: a link inside a text is a phrase of that text.

    Args:
        body: The page as served, decompressed.
        url: Where it was fetched.
        site: The seed.
        charset: What the HTTP header claims, if it does.
    """
    text, encoding = decode_as(body, charset)
    root = html_tree(text)
    return [] if root is None else links_in(root, url, site, encoding)


def links_in(root: HtmlElement, url: str, site: Site, encoding: str = "utf-8") -> list[str]:
    """The same for a page in this encoding that has been parsed."""
    links = _links(_anchors(root), url, _base_url(root, url), site, encoding)
    return [link.url for link in links if link.is_article(site)]


def _anchors(root: HtmlElement) -> list[HtmlElement]:
    """Elements that lead somewhere: links, and what scripts make clickable."""
    anchors = []
    for element in root.iter(etree.Element):
        if element.tag in ("a", "area") or not _CLICKED.isdisjoint(element.keys()):
            if not _target_of(element):
                continue
            anchors.append(element)
            if len(anchors) == MAX_LINKS:
                break
    return anchors


def _target_of(element: HtmlElement) -> str:
    """Where an element leads to, as published; empty where it leads nowhere."""
    href: str = element.get("href") or ""
    if href and not href.lstrip().lower().startswith(("#", "javascript:")):
        return href
    if target := element.get("data-href"):
        return str(target)
    match = _ONCLICK.search(element.get("onclick") or "")
    return match[1] if match else ""


def _base_url(root: HtmlElement, url: str) -> str:
    element = next(root.iter("base"), None)
    try:
        return absolute_url(element.get("href") or url, url) if element is not None else url
    except InvalidURLError:
        return url


def _links(
    anchors: list[HtmlElement],
    url: str,
    base: str,
    site: Site,
    encoding: str,
    root: HtmlElement | None = None,
) -> Iterable[_Link]:
    """The pages that these anchors lead to, but for the site's home page and this one.

    Args:
        anchors: The page's links.
        url: Where the page was fetched.
        base: What its relative links are relative to.
        site: The seed.
        encoding: The page's.
        root: The page, where the links of its structured data and those off the site count as well.
    """
    own_keys = {url_key(url), url_key(site.url)}
    links: dict[str, _Link] = {}

    def link_to(href: str) -> _Link | None:
        try:
            target = own_address(href, site, base, encoding=encoding)
            if target is None and root is not None:
                target = canonical_url(href, base, encoding=encoding)
        except InvalidURLError:
            return None
        if target is None or (key := url_key(target)) in own_keys:
            return None
        return links.setdefault(key, _Link(target))

    # Pages link to most of their targets more than once, in the same words: picture, headline, "read more".
    by_href: dict[str, _Link | None] = {}
    for anchor in anchors:
        if "nofollow" in (anchor.get("rel") or "").lower().split():
            continue
        href = _target_of(anchor)
        if href not in by_href:
            by_href[href] = link_to(href)
        if (link := by_href[href]) is not None:
            link.anchors.append(anchor)
    for item in item_lists(root, MAX_LINKS) if root is not None else ():
        if (link := link_to(item.url)) is not None and item.name:
            link.names.append(item.name)
    return links.values()


def _anchor_text(anchor: HtmlElement) -> str:
    """What a link says: a heading inside it, else its text, else what its image or tooltip says."""
    if len(anchor) == 0:
        return one_line(anchor.text) or one_line(anchor.get("title")) or ""
    heading = next(anchor.iter(*_HEADINGS), None)
    for text in ("".join((anchor if heading is None else heading).itertext()), anchor.get("title")):
        if line := one_line(text):
            return line
    image = next(anchor.iter("img"), None)
    return (one_line(image.get("alt")) or "") if image is not None else ""


def _is_teaser(anchor: HtmlElement) -> bool:
    parent = anchor.getparent()
    around = (parent, parent.getparent()) if parent is not None else ()
    return any(element is not None and element.tag in _HEADINGS for element in around) or (
        len(anchor) > 0 and next(anchor.iter("img", "picture", *_HEADINGS), None) is not None
    )


def _title(texts: list[str]) -> str | None:
    """The longest text that can be a headline: several words, not cut off, no whole teaser."""
    candidates = [
        text
        for text in texts
        if word_count(text) >= MIN_TITLE_WORDS - 1 and len(text) <= MAX_TITLE_LENGTH
        if not _NO_TITLE.match(text) and not _CUT_OFF.search(text)
    ]
    return max(candidates, key=len, default=None)


def _next_url(
    root: HtmlElement, anchors: list[HtmlElement], url: str, base: str, site: Site, not_next: set[str]
) -> str | None:
    """The page with older articles: by rel=next, by class, by text, by the next number; first that fits."""
    current = page_number(url)

    def fitting(element: HtmlElement) -> str | None:
        try:
            target = absolute_url(_target_of(element), base)
        except InvalidURLError:
            return None
        number = page_number(target)
        goes_back = number is not None and number <= (current if current is not None else -1)
        # An address without a number is the listing's first page.
        goes_back = goes_back or (number is None and current is not None and current > 1)
        if goes_back or not site.owns(target) or site.excludes(target) or url_key(target) in not_next:
            return None
        return target

    links = [
        element for element in root.iter("link", "a") if "next" in (element.get("rel") or "").lower().split()
    ]
    links += [anchor for anchor in anchors if _OLDER_CLASSES.search(_classes(anchor))]
    texts = {
        anchor: one_line("".join(anchor.itertext())) or one_line(anchor.get("title")) or ""
        for anchor in anchors
    }
    links += [anchor for anchor, text in texts.items() if len(text) <= 40 and _NEXT_TEXT.match(text)]
    # «السابق» leads to older articles on some sites and to newer ones on others: the page's number tells.
    links += [
        anchor
        for anchor, text in texts.items()
        if len(text) <= 40 and _PREVIOUS_TEXT.match(text) and page_number(_href(anchor, base)) is not None
    ]
    numbered = sorted(
        (number, order, anchor)
        for order, (anchor, text) in enumerate(texts.items())
        if text.translate(_DIGITS).isdecimal() and (number := page_number(_href(anchor, base))) is not None
    )
    links += [anchor for number, _, anchor in numbered]
    return next((target for link in links if (target := fitting(link))), None)


def _href(anchor: HtmlElement, base: str) -> str:
    try:
        return absolute_url(_target_of(anchor), base)
    except InvalidURLError:
        return ""


def _classes(anchor: HtmlElement) -> str:
    """Classes of a link and of the element around it: themes put them on either."""
    parent = anchor.getparent()
    return f"{anchor.get('class') or ''} {parent.get('class') or '' if parent is not None else ''}".lower()


def page_number(url: str) -> int | None:
    """Which page of a listing an address asks for (``/page/3/``, ``?page=3``); None: it has no number."""
    parts = urlsplit(url)
    if match := _PAGE_IN_PATH.search(unquote(parts.path)):
        return int(match[1])
    for name, value in parse_qsl(parts.query):
        if name.lower() in PAGE_NAMES and value.isdecimal() and len(value) <= 6:
            return int(value)
    return None
