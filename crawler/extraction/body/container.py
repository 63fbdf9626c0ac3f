"""Which element holds the story.

Prose gives points to the elements around it, fewer the farther out (the idea of Readability,
https://github.com/mozilla/readability); names such as ``articleBody`` and ``entry-content`` weigh, not
decide.
The winner is widened where paragraphs of the same story stand beside it.
"""

from collections import defaultdict
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.extraction.body.amount_guard import running_text
from crawler.extraction.body.widening import widen
from crawler.extraction.boilerplate.by_markup import drop
from crawler.extraction.density import link_chars, linked_headings, name_weight, names_of, own_prose

_BLOCKS = ("p", "div", "td", "section", "article", "blockquote", "pre", "li", "main", "center")
_RUN_BLOCKS = frozenset({"div", "td", "section", "article", "main", "center"})
"""Blocks whose own text counts, without that of the blocks inside."""
MENU_SHARE = 0.8
"""Part of a text that is linked in a menu or a list of headlines; the rest is dates and labels."""
_LINES = frozenset({"p", "a", "b", "strong", "em", "span", "font", "h1", "h2", "h3", "h4"})
"""Elements that are a line of text, or a part of one."""
_DECAY = (1.0, 0.72, 0.5, 0.34, 0.2)
"""What an element gets of the prose one, two, … levels inside it: tight containers win over wide ones."""
MIN_PROSE = 25
"""Shorter runs are labels, names and dates as often as sentences."""
BEFORE_HEADLINE = 0.4
IN_CARD = 0.15
"""What prose counts for that stands before the headline, or beside a linked headline of its own: a teaser."""
CARD_CHARS = 350
CARD_DEPTH = 3
"""Themes wrap a card's summary once or twice inside the card."""
CAP = 1200
"""One endless run counts as two or three good paragraphs, no more."""

_ITEMPROP = 3.0


@dataclass(slots=True)
class Found:
    """The story's element, and how sure that is."""

    element: HtmlElement
    prose: int
    """Characters of prose inside, links not counted."""
    share: float
    """Which part that is of all the page's prose."""


def find_container(
    body: HtmlElement,
    headline: HtmlElement | None = None,
    *,
    by_name: bool = True,
    is_article: bool = False,
) -> Found | None:
    """Find the element that holds the story.

    Args:
        body: The page's body, clutter gone.
        headline: The element of the headline, where there is one: what stands before it is seldom the story.
        by_name: Whether the names in the markup are believed as usual.
        is_article: Whether the page says itself that it is an article: then text that stands in no block can
            be its story.

    Returns:
        The element, or None where the page has no prose at all.
    """
    points: dict[HtmlElement, float] = defaultdict(float)
    prose: dict[HtmlElement, int] = {}
    after = headline is None
    cards: dict[HtmlElement, bool | None] = {}
    linked = {element for link in body.iter("a") for element in link.iterdescendants()}
    for element in body.iter():
        if element is headline:
            after = True
        if element.tag not in _BLOCKS or element in linked:
            continue
        length = own_prose(element)
        if length < MIN_PROSE:
            continue
        prose[element] = length
        worth = min(length, CAP) * (1.0 if after else BEFORE_HEADLINE)
        # Own runs of a div belong to the div; a paragraph belongs to what is around it.
        holder = element if element.tag in _RUN_BLOCKS else element.getparent()
        if length < CARD_CHARS and holder is not None and _in_card(holder, cards):
            worth *= IN_CARD
        for share in _DECAY:
            if holder is None or holder.tag == "html":
                break
            points[holder] += worth * share
            holder = holder.getparent()
    if not points:
        loose = own_prose(body) if is_article else 0
        return Found(body, loose, 1.0) if loose >= MIN_PROSE else None
    best = max(points, key=lambda element: points[element] * _weight(element, by_name=by_name))
    best = widen(best, prose, body, headline, by_name=by_name)
    _drop_card_lists(best)
    if best is body:
        _drop_menus(body)
    total = sum(prose.values())
    inside = sum(prose[element] for element in best.iter() if element in prose)
    return Found(best, inside, inside / total if total else 0.0)


def _in_card(holder: HtmlElement, known: dict[HtmlElement, bool | None]) -> bool:
    """Whether prose stands in a card: an element near it has one linked headline and hardly more text.

    `known` remembers of each element whether it is a card; None: it has no linked headline.
    """
    element: HtmlElement | None = holder
    for _ in range(CARD_DEPTH):
        if element is None or element.tag == "body":
            return False
        if element not in known:
            count = linked_headings(element)
            is_card = count == 1 and len("".join(element.itertext())) <= 2 * CARD_CHARS
            known[element] = is_card if count else None
        if (card := known[element]) is not None:
            return card
        element = element.getparent()
    return False


def _weight(element: HtmlElement, *, by_name: bool) -> float:
    weight = name_weight(names_of(element), by_name=by_name)
    if "articlebody" in element.get("itemprop", "").lower():
        weight *= _ITEMPROP
    if element.tag in ("li", "td", "span", "font"):
        weight *= 0.8
    elif element.tag == "body":
        weight *= 0.6
    return weight


def _drop_menus(body: HtmlElement) -> None:
    """Take out what has links and no text, where the story's element is the whole page."""
    for part in list(body):
        if not isinstance(part.tag, str) or part.tag in _LINES or running_text(part):
            continue
        links = link_chars(part)
        if links and links >= MENU_SHARE * len(" ".join("".join(part.itertext()).split())):
            drop(part)


def _drop_card_lists(container: HtmlElement) -> None:
    """Take lists of other stories' cards out of the story's element: three linked headlines, little else."""
    length, prose = len("".join(container.itertext())), running_text(container)
    for element in list(container.iter("div", "section", "ul", "ol")):
        if element is container or element.getparent() is None:
            continue
        cards = linked_headings(element)
        if cards < 3:
            continue
        text = len("".join(element.itertext()))
        if text <= min(CARD_CHARS * cards, 0.9 * length) and 2 * running_text(element) <= prose:
            drop(element)
