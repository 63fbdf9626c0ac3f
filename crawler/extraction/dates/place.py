"""Where the headline stands, and which parts of the page belong to something else than the article."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, filterfalse, islice
from urllib.parse import unquote

from lxml.html import HtmlElement

from crawler.extraction.dates.byline import other_words
from crawler.extraction.metadata.matching import same_headline
from crawler.parsing.article_urls import same_page
from crawler.parsing.dates.words import fold

MAX_INSIDE = 300
"""Elements in a heading, a paragraph or a link; the most seen in a real one is some dozens."""
MAX_AUTHOR_WORDS = 2
"""Words beside a date in a link to an author; a link to another article has more."""
MAX_CLIMB = 40
"""Ancestors looked at. Real pages nest up to thirty; hostile ones by the thousand."""

MAX_FOOTER_LINKS = 3
"""Links in an article's own footer: its author, its section, itself. A site's footer is a menu."""
MAX_FACT_CHARS, MAX_FACT_WORDS = 30, 3
"""Of a link in a list item that is one of the article's facts (author, place, section) and no headline."""

MAX_HEADINGS = 200
"""Headings among which the headline is looked for."""
MAX_HEADING_CHARS = 600
MAX_DATE_CHARS = 45
"""A link with a longer text is more than a date with an author, whatever its words."""

_BESIDE_TAGS = frozenset({"nav", "aside", "select", "form"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_ROOTS = frozenset({"html", "body"})
_BESIDE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:related|sidebar|side-bar|widget-area|comments?|footer|ticker|newsticker|breaking|latest|popular"
    r"|trending|recent|recommended|today|current-date|date-now|clock|topbar|top-bar|navbar|menu|more-news|read-more"
    r"|see-also|prayer|weather|caption)(?:$|[\s_-])",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_OWN_FOOTER = re.compile(
    r"(?:^|[\s_-])(?:post|entry|article|story|news|single|content|byline)[\w-]{0,20}[_-]footer(?:$|[\s_-])",
    re.IGNORECASE,
)
_FOOTER_CLASS = re.compile(r"(?:^|[\s_-])footer(?:$|[\s_-])", re.IGNORECASE)
_RIGHTS = re.compile(r"©|copyright|rights reserved|حقوق|telif|hakları|מורות|mafên", re.IGNORECASE)
_AUTHOR_LINK = re.compile(
    r"[/?&](?:authors?|writers?|profiles?|users?|people|reporters?|columnists?|contributors?|yazar(?:lar)?|nivîskar"
    r"|كاتب|كتاب|محررين?|الكاتب)(?:[/=?#]|\Z)",
    re.IGNORECASE,
)
_OWN_CLASS = re.compile(r"entry|post|article|submitted", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """The headline's element, and its ancestors: the trunk that holds the article."""

    headline: HtmlElement | None
    trunk: frozenset[HtmlElement] = field(default_factory=frozenset)

    @classmethod
    def of(cls, headings: list[HtmlElement], *, title: str | None) -> "Place":
        """Find the headline among a page's headings: the one that says the title, or else a single `h1`."""
        if title:
            for heading in headings[:MAX_HEADINGS]:
                if same_headline(title, heading_text(heading)):
                    return cls.at(heading)
        # A single h1 may still be the logo; with several, one of them is.
        first = [heading for heading in headings if heading.tag == "h1"]
        return cls.at(first[0] if len(first) == 1 else None)

    @classmethod
    def at(cls, headline: HtmlElement | None) -> "Place":
        """The place of a headline that is known."""
        return cls(headline, frozenset(() if headline is None else _ancestors(headline)))

    def follows(self, element: HtmlElement) -> bool:
        """Whether `element` comes after the headline, or there is no headline to come before."""
        if self.headline is None:
            return True
        below = element
        for ancestor in _ancestors(element):
            if ancestor in self.trunk:
                return _is_at_or_after(below, self.headline, ancestor)
            below = ancestor
        return True

    def is_beside(self, element: HtmlElement, *, url: str) -> bool:
        """Whether an element belongs to a header, a side column, a card of another article, or the like.

        Only the part between the element and the article's trunk is looked at, so that a page whose wrapper
        is called "with-sidebar" isn't taken for a side column.
        """
        for depth, part in enumerate(chain((element,), element.iterancestors())):
            if depth == MAX_CLIMB:
                return True
            if part in self.trunk or _is_root(part):
                return False
            if self._is_aside(part, url):
                return True
        return False

    def _is_aside(self, part: HtmlElement, url: str) -> bool:
        """Whether a part of a page, by itself, is none of the article's."""
        tag, names = part.tag, f"{part.get('class', '')} {part.get('id', '')}"
        if tag in _BESIDE_TAGS or self._is_card(part, url):
            return True
        if tag in ("footer", "header") and not (_OWN_CLASS.search(names) or self._is_of_article(part)):
            return True
        if _is_beside_by_name(names[:500]):
            return True
        return tag == "a" and is_teaser(part, url)

    def _is_card(self, element: HtmlElement, url: str) -> bool:
        """Whether an element is of another article or a comment: an `article`, an item of a list.

        A list beside the headline may hold facts of the article: its author, its date, its section.
        """
        if self.headline is None or element.tag not in ("article", "li"):
            return False
        around = _ancestors(element)[:4]
        if element.tag == "article" or self.trunk.isdisjoint(filterfalse(_is_root, around)):
            return True
        inside = list(islice(element.iter(), MAX_INSIDE))
        links = [each for each in inside if each.tag == "a"]
        if not _HEADINGS.isdisjoint(each.tag for each in inside):
            return True
        return any(_is_headline_link(link, url) for link in links)

    def _is_of_article(self, part: HtmlElement) -> bool:
        """Whether a header or footer is the article's, not the site's: some systems set the byline in it."""
        parent = part.getparent()
        if parent is not None and parent.tag == "article":
            return True
        if part.tag != "footer" or parent not in self.trunk or parent.tag == "body":
            return False
        links = sum(1 for _ in islice(part.iter("a"), MAX_FOOTER_LINKS + 1))
        return links <= MAX_FOOTER_LINKS and _RIGHTS.search(heading_text(part)) is None


def _is_at_or_after(element: HtmlElement, headline: HtmlElement, ancestor: HtmlElement) -> bool:
    """Whether a child of an ancestor of the headline holds the headline or comes after it."""
    branch = headline
    while (parent := branch.getparent()) is not None and parent is not ancestor:
        branch = parent
    # Without a parent the element holds the headline, or lies in it.
    return parent is None or element is branch or element in branch.itersiblings()


def _is_root(element: HtmlElement) -> bool:
    return element.tag in _ROOTS


def _is_beside_by_name(names: str) -> bool:
    if _OWN_FOOTER.search(names):
        names = _FOOTER_CLASS.sub(" ", names)
    return _BESIDE_CLASS.search(names) is not None


def _is_headline_link(link: HtmlElement, url: str) -> bool:
    text = heading_text(link)
    if len(text) <= MAX_FACT_CHARS and other_words(fold(text)) <= MAX_FACT_WORDS:
        return False
    return not is_author_link(link) and same_page(link.get("href", ""), url) is not True


def is_author_link(link: HtmlElement) -> bool:
    """Whether a link leads to a person's page."""
    if "author" in " ".join(link.get(name, "") for name in ("rel", "itemprop", "class")).lower():
        return True
    return _AUTHOR_LINK.search(unquote(link.get("href", "")[:300])) is not None


def heading_text(element: HtmlElement) -> str:
    """The words of a heading, at most a few hundred characters of them; empty where it holds half a page."""
    if next(islice(element.iter(), MAX_INSIDE, None), None) is not None:
        return ""
    return " ".join(" ".join(_beginning(element.itertext())).split())


def _beginning(texts: Iterable[str]) -> Iterator[str]:
    """Texts up to the one that makes them longer than `MAX_HEADING_CHARS`."""
    length = 0
    for text in texts:
        yield text
        length += len(text)
        if length > MAX_HEADING_CHARS:
            return


def is_teaser(link: HtmlElement, url: str) -> bool:
    """Whether a link leads to another article: it has more than a date and an author, and another URL.

    Args:
        link: The `a` element.
        url: The page's own URL.
    """
    text = heading_text(link)
    if len(text) <= MAX_DATE_CHARS and not _is_dated_headline(text):
        return False
    return not is_author_link(link) and same_page(link.get("href", ""), url) is not True


def _is_dated_headline(text: str) -> bool:
    return _DIGIT.search(text) is not None and other_words(fold(text)) > MAX_AUTHOR_WORDS


def _ancestors(element: HtmlElement) -> list[HtmlElement]:
    return list(islice(element.iterancestors(), MAX_CLIMB))
