"""Where the headline stands, and which parts of the page are beside the article rather than of it."""

import re
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import unquote

from lxml.html import HtmlElement

from crawler.extraction.dates.byline import other_words
from crawler.extraction.metadata.matching import same_headline, same_page
from crawler.parsing.dates.names import fold

MAX_INSIDE = 300
"""Elements in a heading, a paragraph or a link; the most seen in a real one is some dozens."""
MAX_AUTHOR_WORDS = 2
"""Words beside a date in a link to an author; a link to another story has more."""
MAX_CLIMB = 40
"""Ancestors looked at. Real pages nest up to thirty; hostile ones by the thousand."""

MAX_FOOTER_LINKS = 3
"""Links in an article's own footer: its author, its section, itself. A site's footer is a menu."""
MAX_FACT_CHARS, MAX_FACT_WORDS = 30, 3
"""Of a link in a list item that is one of the article's facts (author, place, section) and no headline."""

_BESIDE_TAGS = frozenset({"nav", "aside", "select", "form"})
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
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
    """The headline's element, its ancestors (the trunk that holds the article), and what comes before it."""

    headline: HtmlElement | None
    trunk: frozenset[HtmlElement] = field(default_factory=frozenset)

    @classmethod
    def of(cls, headings: list[HtmlElement], *, title: str | None) -> "Place":
        """Find the headline among a page's headings: the one that says the title, or else the first `h1`."""
        headline = None
        if title:
            headline = next(
                (each for each in headings[:200] if same_headline(title, heading_text(each))), None
            )
        if headline is None:
            first = [each for each in headings if each.tag == "h1"]
            # A single h1 may still be the logo; with several, one of them is.
            headline = first[0] if len(first) == 1 else None
        return cls.at(headline)

    @classmethod
    def at(cls, headline: HtmlElement | None) -> "Place":
        """The place of a headline that is known."""
        if headline is None:
            return cls(None)
        return cls(headline, frozenset(_climb(headline)))

    def follows(self, element: HtmlElement) -> bool:
        """Whether `element` comes after the headline, or there is no headline to come before."""
        if self.headline is None:
            return True
        below = element
        for ancestor in _climb(element):
            if ancestor in self.trunk:
                branch = self.headline
                while (parent := branch.getparent()) is not None and parent is not ancestor:
                    branch = parent
                if parent is None:  # The element holds the headline, or lies in it.
                    return True
                return below is branch or any(sibling is below for sibling in branch.itersiblings())
            below = ancestor
        return True

    def is_beside(self, element: HtmlElement, *, url: str) -> bool:
        """Whether an element belongs to a header, a side column, a card of another story, or the like.

        Only the part between the element and the article's trunk is looked at, so that a page whose wrapper
        is called "with-sidebar" isn't taken for a side column.
        """
        current: HtmlElement | None = element
        for _ in range(MAX_CLIMB):
            if current is None or current in self.trunk or current.tag in ("body", "html"):
                return False
            tag, names = current.tag, f"{current.get('class') or ''} {current.get('id') or ''}"
            if tag in _BESIDE_TAGS or (self.headline is not None and self._is_card(current, url)):
                return True
            if tag in ("footer", "header") and not (_OWN_CLASS.search(names) or self._is_articles(current)):
                return True
            if len(names) > 1 and _is_beside_by_name(names[:500]):
                return True
            if tag == "a" and is_teaser(current, url):
                return True
            current = current.getparent()
        return True

    def _is_card(self, element: HtmlElement, url: str) -> bool:
        """Whether an element is of another story or a comment: an `article` of its own, a list of headlines.

        A list beside the headline may hold facts of the article: its author, its date, its section.
        """
        if element.tag != "li":
            return bool(element.tag == "article")
        around = [ancestor for ancestor in _climb(element)[:4] if ancestor.tag not in ("body", "html")]
        if self.trunk.isdisjoint(around):
            return True
        return any(
            each.tag in _HEADINGS or (each.tag == "a" and _is_headline_link(each, url))
            for each in islice(element.iter(), MAX_INSIDE)
        )

    def _is_articles(self, part: HtmlElement) -> bool:
        """Whether a header or footer is the article's, not the site's: some systems set the byline in it."""
        parent = part.getparent()
        if parent is None or parent.tag == "body":
            return False
        if parent.tag == "article":
            return True
        if part.tag != "footer" or parent not in self.trunk:
            return False
        links = len(list(islice(part.iter("a"), MAX_FOOTER_LINKS + 1)))
        return links <= MAX_FOOTER_LINKS and _RIGHTS.search(heading_text(part)) is None


def _is_beside_by_name(names: str) -> bool:
    if _OWN_FOOTER.search(names):
        names = _FOOTER_CLASS.sub(" ", names)
    return _BESIDE_CLASS.search(names) is not None


def _is_headline_link(link: HtmlElement, url: str) -> bool:
    text = heading_text(link)
    if len(text) <= MAX_FACT_CHARS and other_words(fold(text)) <= MAX_FACT_WORDS:
        return False
    return not is_author_link(link) and same_page(link.get("href") or "", url) is not True


def is_author_link(link: HtmlElement) -> bool:
    """Whether a link leads to a person's page."""
    if "author" in f"{link.get('rel') or ''} {link.get('itemprop') or ''} {link.get('class') or ''}".lower():
        return True
    return _AUTHOR_LINK.search(unquote((link.get("href") or "")[:300])) is not None


def heading_text(element: HtmlElement) -> str:
    """The words of a heading, at most a few hundred characters of them; none where it holds half a page."""
    if next(islice(element.iter(), MAX_INSIDE, None), None) is not None:
        return ""
    words: list[str] = []
    length = 0
    for piece in element.itertext():
        words.append(piece)
        length += len(piece)
        if length > 600:
            break
    return " ".join(" ".join(words).split())


def is_teaser(link: HtmlElement, url: str) -> bool:
    """Whether a link leads to another story: it says more than a date and an author, and names another page.

    Args:
        link: The `a` element.
        url: The page's own address.
    """
    text = heading_text(link)
    if not (len(text) > 45 or _is_dated_headline(text)) or is_author_link(link):
        return False
    return same_page(link.get("href") or "", url) is not True


def _is_dated_headline(text: str) -> bool:
    return _DIGIT.search(text) is not None and other_words(fold(text)) > MAX_AUTHOR_WORDS


def _climb(element: HtmlElement) -> list[HtmlElement]:
    ancestors: list[HtmlElement] = []
    parent = element.getparent()
    while parent is not None and len(ancestors) < MAX_CLIMB:
        ancestors.append(parent)
        parent = parent.getparent()
    return ancestors
