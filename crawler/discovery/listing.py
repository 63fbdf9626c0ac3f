"""Listing pages, home pages and the links of any page: which articles they lead to, and the page after."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import islice
from urllib.parse import parse_qsl, unquote, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from crawler.discovery.accounting import AddressCounts, AddressOutcome, foreign_host
from crawler.discovery.item_list import item_lists
from crawler.discovery.links import (
    MIN_TITLE_WORDS,
    has_article_shape,
    judge_address,
    word_count,
)
from crawler.model.article import Discovered, Hints
from crawler.model.crawl import SourceKind
from crawler.model.site import Site
from crawler.parsing.encoding import decode_as
from crawler.parsing.markup import html_tree
from crawler.parsing.plain_text import one_line
from crawler.parsing.redirectors import own_address
from crawler.parsing.urls import InvalidURLError, canonical_url, url_key, usable_url

MAX_TITLE_LENGTH = 250
"""Characters. A longer text of a link is a whole teaser, not a headline."""
MAX_PAGING_TEXT = 40
"""Characters of a link to another page of the listing at most."""
MAX_LINKS = 5_000
"""Links read of one page. Real home pages have some hundreds; a page of 8 MB could have 300,000."""

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# Texts that say nothing of the page they lead to. «شاهد» and «تابع» also begin headlines, which are longer.
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
_NUMBER_TEXT = re.compile(r"\d{1,40}\Z")


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
        """Whether it leads to an article: the texts are read only where the address does not decide."""
        by_address = judge_address(self.url, site)
        return self.looks_like_article() if by_address is None else by_address

    def looks_like_article(self) -> bool:
        """The same by the shape of address and text alone, also for a link off the site."""
        return has_article_shape(self.url, self._headline(), is_teaser=self._is_teaser())

    def _headline(self) -> str:
        return max((text for text in self.titles() if not _NO_TITLE.match(text)), key=len, default="")

    def _is_teaser(self) -> bool:
        return any(self.names) or any(map(_is_teaser, self.anchors))


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
    page = _Page(root, url, site, encoding)
    articles: list[Discovered] = []
    left_out = AddressCounts()
    for link in page.links(also_foreign=True):
        if link.is_article(site):
            articles.append(Discovered(link.url, SourceKind.LISTING, Hints(title=_title(link.titles()))))
        elif _is_left_out(link.url, site) and link.looks_like_article():
            _count(left_out, link.url, site)
    not_next = {url_key(address) for address in (url, *(article.url for article in articles))}
    return ListingPage(articles, _NextPage(page, not_next).find(), left_out)


def _is_left_out(url: str, site: Site) -> bool:
    """Whether an address is off the site, or against the seed's patterns."""
    return not site.owns(url) or site.excludes(url) or site.is_article_url(url) is False


def _count(left_out: AddressCounts, url: str, site: Site) -> None:
    if site.owns(url):
        left_out.count(AddressOutcome.EXCLUDED)
    else:
        left_out.count_off_site(foreign_host(url))


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
    return [link.url for link in _Page(root, url, site, encoding).links() if link.is_article(site)]


def _target_of(element: HtmlElement) -> str:
    """Where an element leads to, as published; empty where it leads nowhere."""
    href: str = element.get("href", "")
    if href and not href.lstrip().lower().startswith(("#", "javascript:")):
        return href
    clicked = _ONCLICK.search(element.get("onclick", ""))
    return str(element.get("data-href") or (clicked and clicked[1]) or "")


class _Page:
    """A page and what it links.

    Args:
        root: The page.
        url: Where it was fetched.
        site: The seed.
        encoding: The page's.
    """

    def __init__(self, root: HtmlElement, url: str, site: Site, encoding: str) -> None:
        self.root = root
        self.url = url
        self.site = site
        self._encoding = encoding
        base = next(root.iter("base"), None)
        self.base = usable_url(None if base is None else base.get("href"), url) or url
        """What its relative links are relative to."""
        clickable = filter(_is_clickable, root.iter(etree.Element))
        self.anchors = list(islice(filter(_target_of, clickable), MAX_LINKS))
        """Elements that lead somewhere: links, and what scripts make clickable."""

    def links(self, *, also_foreign: bool = False) -> list[_Link]:
        """The pages that the anchors lead to, but for the site's home page and this one.

        Args:
            also_foreign: The links of its structured data and those off the site count as well.
        """
        own_keys = {url_key(self.url), url_key(self.site.url)}
        links: dict[str, _Link] = {}

        # Pages link to most of their targets more than once: picture, headline, "read more".
        @cache
        def link_to(href: str) -> _Link:
            target = self._target(href, also_foreign=also_foreign)
            key = url_key(target) if target else ""
            return _Link("") if not key or key in own_keys else links.setdefault(key, _Link(target))

        for anchor in self.anchors:
            if "nofollow" not in _relations(anchor):
                link_to(_target_of(anchor)).anchors.append(anchor)
        for item in item_lists(self.root, MAX_LINKS) if also_foreign else ():
            link_to(item.url).names.append(item.name or "")
        return list(links.values())

    def _target(self, href: str, *, also_foreign: bool) -> str:
        """Where a link leads to; empty where that is no page that is looked for."""
        try:
            target = own_address(href, self.site, self.base, encoding=self._encoding)
            if target is None and also_foreign:
                target = canonical_url(href, self.base, encoding=self._encoding)
        except InvalidURLError:
            return ""
        return target or ""


def _is_clickable(element: HtmlElement) -> bool:
    return element.tag in ("a", "area") or not _CLICKED.isdisjoint(element.keys())


def _anchor_text(anchor: HtmlElement) -> str:
    """What a link says: a heading inside it, else its text, else what its image or tooltip says."""
    heading = next(anchor.iter(*_HEADINGS), anchor)
    images = [image.get("alt") for image in islice(anchor.iterdescendants("img"), 1)]
    return _first_line("".join(heading.itertext()), anchor.get("title"), *images)


def _is_teaser(anchor: HtmlElement) -> bool:
    if any(element.tag in _HEADINGS for element in islice(anchor.iterancestors(), 2)):
        return True
    return len(anchor) > 0 and next(anchor.iter("img", "picture", *_HEADINGS), None) is not None


def _title(texts: list[str]) -> str | None:
    """The longest text that can be a headline."""
    return max(filter(_may_be_title, texts), key=len, default=None)


def _may_be_title(text: str) -> bool:
    """Whether a text has several words, is not cut off, and is no whole teaser."""
    is_headline_long = word_count(text) >= MIN_TITLE_WORDS - 1 and len(text) <= MAX_TITLE_LENGTH
    return is_headline_long and not (_NO_TITLE.match(text) or _CUT_OFF.search(text))


class _NextPage:
    """Finds the page with older articles among a listing's links.

    Args:
        page: The listing.
        not_next: Keys of addresses that are something else.
    """

    def __init__(self, page: _Page, not_next: set[str]) -> None:
        self._root = page.root
        self._anchors = page.anchors
        self._base = page.base
        self._site = page.site
        self._not_next = not_next
        self._number = page_number(page.url)

    def find(self) -> str | None:
        """Its address; None where no link leads there."""
        return next(filter(None, map(self._fitting, self._candidates())), None)

    def _candidates(self) -> Iterator[HtmlElement]:
        """The links that may lead there, the surest first: by rel=next, by class, by text, by number."""
        yield from filter(_is_next, self._root.iter("link", "a"))
        yield from (anchor for anchor in self._anchors if _OLDER_CLASSES.search(_classes(anchor)))
        yield from self._by_text(_NEXT_TEXT)
        # «السابق» leads to older articles on some sites, to newer ones on others: the page's number decides.
        yield from self._numbered(self._by_text(_PREVIOUS_TEXT))
        numbers = self._numbered(self._by_text(_NUMBER_TEXT))
        yield from sorted(numbers, key=numbers.__getitem__)

    def _by_text(self, pattern: re.Pattern[str]) -> Iterator[HtmlElement]:
        return (anchor for anchor, text in self._texts.items() if pattern.match(text))

    @cached_property
    def _texts(self) -> dict[HtmlElement, str]:
        """The links with a short text."""
        texts = {anchor: _text_or_title(anchor) for anchor in self._anchors}
        return {anchor: text for anchor, text in texts.items() if len(text) <= MAX_PAGING_TEXT}

    def _numbered(self, anchors: Iterable[HtmlElement]) -> dict[HtmlElement, int]:
        """The links whose address has a page's number."""
        numbers = {anchor: page_number(self._address(anchor)) for anchor in anchors}
        return {anchor: number for anchor, number in numbers.items() if number is not None}

    def _address(self, element: HtmlElement) -> str:
        """The address that an element leads to; empty where it leads to none."""
        return usable_url(_target_of(element), self._base) or ""

    def _fitting(self, element: HtmlElement) -> str | None:
        target = self._address(element)
        if not target or not self._goes_back_in_time(target):
            return None
        if not self._site.owns(target) or self._site.excludes(target):
            return None
        return None if url_key(target) in self._not_next else target

    def _goes_back_in_time(self, target: str) -> bool:
        """Whether a page's number is higher; an address without one is the listing's first page."""
        if self._number is None:
            return True
        number = page_number(target)
        return self._number <= 1 if number is None else number > self._number


def _is_next(element: HtmlElement) -> bool:
    return "next" in _relations(element)


def _text_or_title(anchor: HtmlElement) -> str:
    return _first_line("".join(anchor.itertext()), anchor.get("title"))


def _first_line(*texts: str | None) -> str:
    """The first of these texts that is not empty, as one line."""
    return next(filter(None, map(one_line, texts)), "")


def _relations(element: HtmlElement) -> list[str]:
    return (element.get("rel") or "").lower().split()


def _classes(anchor: HtmlElement) -> str:
    """Classes of a link and of the element around it: themes put them on either."""
    parent = anchor.getparent()
    around = "" if parent is None else parent.get("class", "")
    return f"{anchor.get('class', '')} {around}".lower()


def page_number(url: str) -> int | None:
    """Which page of a listing an address asks for (``/page/3/``, ``?page=3``); None: it has no number."""
    parts = urlsplit(url)
    if match := _PAGE_IN_PATH.search(unquote(parts.path)):
        return int(match[1])
    for name, value in parse_qsl(parts.query):
        if name.lower() in PAGE_NAMES and value.isdecimal() and len(value) <= 6:
            return int(value)
    return None
