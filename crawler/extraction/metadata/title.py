"""The headline: as the page shows it, without the site's name.

Several places state it and each can be wrong: `og:title` carries the site's name or the home page's title,
`h1` is a logo or says the headline twice, `title` ends in the section. What two places agree on is right.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from lxml.html import HtmlElement

from crawler.extraction.metadata.site_name import (
    MAX_TITLE_CHARS,
    is_logo,
    names_among,
    title_parts,
    without_site_name,
)
from crawler.extraction.text import one_line
from crawler.parsing.arabic import bare, skeleton

SAME = 0.6
"""Agreement (0 to 1) from which two wordings are one headline."""
H1_BONUS = 0.3
"""What an `h1` counts beside agreement."""
EXACT_BONUS = 0.3
"""What counts for a heading that is a declared title, letter by letter: the site's name in an h1 agrees with
a part of the document's title, no more."""
MIN_HEADLINE = 4
"""Letters and digits of the shortest headline believed."""
MIN_LONE_H1 = 13
"""Letters of an `h1` that is believed against the other places, which may name the home page."""
MIN_SHOWN = 12
"""Letters of the shortest line that is taken for a headline without being marked as a heading."""
MIN_CONTAINED = 8
"""Letters of a wording that must be part of a longer one to agree with it."""
MIN_SHARED_WORDS = 3
"""Words of a wording that is compared by words."""
SHARED_WORDS = 0.75
"""Share of the shorter wording's words that the other must have."""
MIN_DOUBLED = 16
"""Letters of the shortest heading that is taken for a headline said twice without a space."""
MAX_HEADINGS = 40
"""Headings of a page that are compared."""

_SHOWN_TAGS = ("div", "p", "td", "b", "strong", "font", "span", "center", "h4", "h5", "h6", "big", "u")
_LINK_TAGS = frozenset({"a", "nav", "footer", "li"})
_GENERIC = frozenset(
    [
        *("home", "homepage", "الرييسيه", "الصفحهالرييسيه", "untitled", "index", "news", "اخبار", "الاخبار"),
        *("article", "مقال", "مقالات", "تفاصيلالخبر", "التفاصيل", "خبر"),
    ]
)
"""Skeletons of titles that say nothing of an article."""
_WITHIN_WORDS = frozenset(
    [
        *("a", "abbr", "b", "bdi", "bdo", "em", "font", "i", "mark", "q", "small", "span", "strong"),
        *("sub", "sup", "u"),
    ]
)
"""Elements that part no words."""
_CUT = re.compile(r"(?:\.\.\.|…)\s{0,9}\Z")


@dataclass(frozen=True, slots=True)
class Headline:
    """A page's headline, where it stands, and how the page's other places spell it."""

    text: str
    element: HtmlElement | None
    """The heading that shows it, or None where none does."""
    spellings: tuple[str, ...]
    """All wordings seen (title, og:title, JSON-LD, h1), to know a repeated headline by."""


class _Heading(NamedTuple):
    text: str
    element: HtmlElement | None

    @property
    def is_h1(self) -> bool:
        return self.element is not None and self.element.tag == "h1"


def find_title(
    body: HtmlElement,
    *,
    declared: Iterable[str],
    document_title: str | None,
    site_names: Iterable[str],
    hint: str | None = None,
) -> Headline:
    """Find the headline.

    Args:
        body: The page's body, with its headings.
        declared: What metadata says, best first: JSON-LD's headline, `og:title`, `twitter:title`.
        document_title: The `title` element.
        site_names: Names of the site and its publisher, in any language.
        hint: What a feed or listing called the page.

    Returns:
        The headline; its text is empty where the page has none.
    """
    titles = _Titles.read(body, list(declared), document_title, site_names, hint)
    heading = _best_heading(body, titles)
    return titles.headline(heading) if heading is not None else Headline("", None, ())


@dataclass(frozen=True, slots=True)
class _Titles:
    """What the places of a page call its article, besides its headings."""

    names: set[str]
    """Skeletons of the site's names."""
    declared: list[str]
    """Titles in metadata, without the site's name."""
    document: str
    """The document's title, without the site's name."""
    hint: str
    """The title in the feed or listing."""
    raw: list[str]
    """The titles as published."""

    @classmethod
    def read(
        cls,
        body: HtmlElement,
        declared: list[str],
        document_title: str | None,
        site_names: Iterable[str],
        hint: str | None,
    ) -> "_Titles":
        names = {name for name in map(skeleton, site_names) if len(name) > 1}
        names |= names_among(declared, document_title, body, names)
        return cls(
            names,
            list(filter(None, map(partial(_clean, names=names), declared))),
            _clean(document_title, names),
            _clean(hint, names),
            [*declared, document_title or "", hint or ""],
        )

    @property
    def all(self) -> list[str]:
        """All titles that are not empty."""
        return list(filter(None, (self.document, *self.declared, self.hint)))

    def agreement(self, text: str) -> float:
        """How far a heading agrees with the title that is nearest to it."""
        return max(map(partial(_agreement, text), self.all), default=0.0)

    def headline(self, heading: _Heading) -> Headline:
        """A heading as the headline, with those of the titles that are wordings of it."""
        text, element = heading
        shown = []
        if element is not None:
            shown = ["".join(element.itertext()), heading_text(element)]
        wordings = [*self.raw[:-2], *self.declared, self.raw[-2], self.document, self.raw[-1]]
        alike = [wording for wording in wordings if _agreement(text, wording) >= SAME]
        spellings = filter(None, map(one_line, (text, *shown, *alike)))
        return Headline(text, element, tuple(dict.fromkeys(spellings)))


def _best_heading(body: HtmlElement, titles: _Titles) -> _Heading | None:
    """The headline by the first rule that gives one, from the surest to the weakest."""
    headings = _headings(body, titles)
    confirmed = _confirmed_heading(headings, titles)
    if confirmed is not None:
        return confirmed
    if titles.hint and _confirms_hint(titles):
        return _Heading(titles.hint, None)
    firsts = list(filter(attrgetter("is_h1"), headings))
    # A lone h1 that no other place confirms: believed when the others name the home page or nothing.
    if len(firsts) == 1 and (not titles.all or len(skeleton(firsts[0].text)) >= MIN_LONE_H1):
        return firsts[0]
    if not titles.declared and not titles.hint:
        shown = _shown_part(body, titles)
        if shown is not None:
            return shown
    stated = next(filter(None, (titles.hint, *titles.declared, titles.document)), None)
    if stated is not None:
        return _Heading(stated, None)
    return firsts[0] if firsts else _heading_called_like_its_site(body, titles)


def _confirmed_heading(headings: list[_Heading], titles: _Titles) -> _Heading | None:
    """The heading that agrees best with a title elsewhere; the first of equally good ones."""
    exact = set(map(skeleton, titles.declared))
    best, best_rank = None, 0.0
    for heading in headings:
        agreement = titles.agreement(heading.text)
        rank = agreement
        rank += H1_BONUS if heading.is_h1 else 0.0
        rank += EXACT_BONUS if skeleton(heading.text) in exact else 0.0
        if agreement >= SAME and rank > best_rank + 1e-9:
            best, best_rank = heading, rank
    if best is None:
        return None
    return _Heading(_fullest(best.text, titles.all), best.element)


def _confirms_hint(titles: _Titles) -> bool:
    """Whether the page itself has the title of the feed or listing somewhere."""
    stated = (titles.document, *titles.declared)
    return max(map(partial(_agreement, titles.hint), stated)) >= SAME


def _heading_called_like_its_site(body: HtmlElement, titles: _Titles) -> _Heading | None:
    """A heading that repeats one of the page's titles, though that is the site's name, too, or very short.

    For articles about the site itself, and for sites that write each headline as the name of an application.
    """
    stated = {skeleton(one_line(title)) for title in titles.raw[:-1]} - _GENERIC - {""}
    for element in body.iter("h1", "h2"):
        text = one_line(heading_text(element)[: 2 * MAX_TITLE_CHARS])
        if len(text) <= MAX_TITLE_CHARS and skeleton(text) in stated and not is_logo(element):
            return _Heading(text, element)
    return None


def _shown_part(body: HtmlElement, titles: _Titles) -> _Heading | None:
    """The longest part of the document's title that the page shows as a line of its text, not as a link.

    For pages without a heading, whose title is «الموقع | العنوان» and whose headline is a bold line.
    """
    parts = {skeleton(part): part.strip() for part in (titles.document, *title_parts(titles.document))}
    parts = {key: part for key, part in parts.items() if len(key) >= MIN_SHOWN and key not in titles.names}
    best: _Heading | None = None
    longest = 0
    for element in body.iter(*_SHOWN_TAGS):
        # The innermost element alone: what holds another one holds the same text.
        if len(element) > 2 or sum(map(len, element.itertext())) > MAX_TITLE_CHARS:
            continue
        key = skeleton("".join(element.itertext()))
        if key in parts and len(key) > longest and not _is_in_link(element):
            best, longest = _Heading(parts[key], element), len(key)
    return best


def _is_in_link(element: HtmlElement) -> bool:
    """Whether an element is, or stands in, a link, a menu, a footer or a list."""
    tags = {element.tag, *(ancestor.tag for ancestor in element.iterancestors())}
    return not tags.isdisjoint(_LINK_TAGS)


def heading_text(heading: HtmlElement) -> str:
    """A heading's text as it is shown: a line break, a block and one `span` behind another part words."""
    parts: list[str] = [heading.text or ""]
    for child in heading.iterchildren():
        if isinstance(child.tag, str):
            is_word_part = child.tag in _WITHIN_WORDS
            before = "" if is_word_part and not _follows_span(child) else " "
            after = "" if is_word_part else " "
            parts += [before, heading_text(child), after]
        parts.append(child.tail or "")
    return "".join(parts)


def _follows_span(element: HtmlElement) -> bool:
    """Whether an element is a `span` directly behind another."""
    previous = element.getprevious()
    if previous is None or previous.tail:
        return False
    return bool(previous.tag == element.tag == "span")


def undouble(text: str) -> str:
    """«عنوان عنوان» → «عنوان»: the headline once, where a heading says it twice."""
    words = text.split()
    half, odd = divmod(len(words), 2)
    if half >= 2 and not odd:
        first, second = words[:half], words[half:]
        if skeleton("".join(first)) == skeleton("".join(second)):
            return " ".join(first)
    letters = skeleton(text)
    middle, odd = divmod(len(letters), 2)
    if odd or len(letters) < MIN_DOUBLED or letters[:middle] != letters[middle:]:
        return text
    for cut in range(len(text) // 2 - 8, len(text) // 2 + 9):
        if skeleton(text[:cut]) == letters[:middle] and skeleton(text[cut:]):
            return text[:cut].strip()
    return text


def _clean(text: str | None, names: set[str]) -> str:
    """A title without the site's name, said once; empty where it names the site or nothing."""
    text = one_line(text)
    if len(text) > MAX_TITLE_CHARS:
        return ""
    text = undouble(without_site_name(text, names))
    letters = skeleton(text)
    if len(letters) < MIN_HEADLINE or letters in names:
        return ""
    return "" if letters in _GENERIC else text


def _headings(body: HtmlElement, titles: _Titles) -> list[_Heading]:
    """The page's headings; of one that says the site's name, too, only the part that is declared."""
    declared = {skeleton(text) for text in (*titles.declared, titles.hint)} - {""}
    return list(islice(_iter_headings(body, titles.names, declared), MAX_HEADINGS))


def _iter_headings(body: HtmlElement, names: set[str], declared: set[str]) -> Iterator[_Heading]:
    for element in body.iter("h1", "h2", "h3"):
        text = _clean(_declared_part(heading_text(element)[: 2 * MAX_TITLE_CHARS], declared), names)
        if text and not is_logo(element):
            yield _Heading(text, element)


def _declared_part(text: str, declared: set[str]) -> str:
    """The part of a heading that is a declared title, where the rest is set off by a separator."""
    if skeleton(text) in declared:
        return text
    parts = list(filter(None, map(str.strip, title_parts(one_line(text)))))
    if len(parts) < 2:
        return text
    return next((part for part in parts if skeleton(part) in declared), text)


def _agreement(text: str, other: str) -> float:
    """1 for one headline, less when one is the other cut or decorated, 0 for two."""
    shorter, longer = sorted((skeleton(text), skeleton(_CUT.sub("", other))), key=len)
    if not shorter:
        return 0.0
    if shorter == longer:
        return 1.0
    if len(shorter) >= MIN_CONTAINED and shorter in longer:
        share = len(shorter) / len(longer)
        if share > 0.5 or longer.startswith(shorter):
            return 0.6 + 0.35 * share
        return 0.3
    return _agreement_of_words(set(bare(text).split()), set(bare(other).split()))


def _agreement_of_words(words: set[str], other_words: set[str]) -> float:
    fewer = min(len(words), len(other_words))
    if fewer < MIN_SHARED_WORDS:
        return 0.0
    shared = len(words & other_words) / fewer
    if shared < SHARED_WORDS:
        return 0.0
    return 0.6 * shared


def _fullest(text: str, titles: list[str]) -> str:
    """The heading, unless it is itself cut short («…») and another place has the whole."""
    if not _CUT.search(text):
        return text
    beginning = skeleton(_CUT.sub("", text))
    for title in titles:
        if skeleton(title).startswith(beginning) and not _CUT.search(title):
            return title
    return text
