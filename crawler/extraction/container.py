"""Which element holds the story.

Prose gives points to the elements around it, fewer the farther out (the idea of Readability,
https://github.com/mozilla/readability); names such as ``articleBody`` and ``entry-content`` weigh, not
decide.
The winner is widened where paragraphs of the same story stand beside it.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from lxml.html import HtmlElement

from crawler.extraction.clutter import drop

_BLOCKS = ("p", "div", "td", "section", "article", "blockquote", "pre", "li", "main", "center")
_RUN_BLOCKS = frozenset({"div", "td", "section", "article", "main", "center"})
"""Blocks whose own text counts, without that of the blocks inside."""
_INLINE = frozenset(
    {
        "a",
        "b",
        "strong",
        "i",
        "em",
        "u",
        "span",
        "font",
        "br",
        "mark",
        "sup",
        "sub",
        "bdi",
        "bdo",
        "small",
        "big",
        "s",
        "q",
        "abbr",
        "cite",
        "time",
        "ins",
    }
)
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Thai, Lao, Burmese, Khmer, kana and Chinese characters."""
_DECAY = (1.0, 0.72, 0.5, 0.34, 0.2)
"""What an element gets of the prose one, two, … levels inside it: tight containers win over wide ones."""
MIN_PROSE = 25
"""Shorter runs are labels, names and dates as often as sentences."""
MIN_BESIDE = 70
"""A run this long beside the story can be its lead; captions, dates and prompts are shorter."""
BEFORE_HEADLINE = 0.4
IN_CARD = 0.15
"""What prose counts for that stands before the headline, or beside a linked headline of its own: a teaser."""
CARD_CHARS = 350
MAX_SKIPPED = 5
"""Wrappers without other text that are climbed through in search of further chunks of a story."""
CARD_DEPTH = 3
"""Themes wrap a card's summary once or twice inside the card."""
MIN_LINKED_HEADING = 12
"""Characters; shorter linked headings are names of sections."""
CAP = 1200
"""One endless run counts as two or three good paragraphs, no more."""

_GOOD = re.compile(
    r"articlebody|article[-_]?(?:body|text|content|detail|inner|main|desc)|(?:entry|post|story|news|single|"
    r"page|node|the|item|details?|inner|topic|content|main)"
    r"[-_]?(?:content|body|text|story|details?|desc(?:ription)?|article)\b|(?:^|[-_ ])(?:article|story|"
    r"content|entry|post|text|body|details|longdesc|paragraph)(?:$|[-_ ])|field-name-body|mw-content",
    re.IGNORECASE,
)
_BAD = re.compile(
    r"comment|footer|sidebar|widget|menu|(?:^|[-_ ])nav|banner|promo|share|social|related|teaser|card|"
    r"listing|login|cookie|popup|about|caption|(?:^|[-_ ])ads?(?:$|[-_ ])|loop|archive|excerpt|carousel|"
    r"slider",
    re.IGNORECASE,
)
_BUILDER = re.compile(r"(?<![\w-])elementor-(?:widget(?:-container|-wrap)?|element)(?![\w-])")
"""Names that a page builder gives to every part of a page, the story too."""
_ITEMPROP = 3.0
_GOOD_NAME = 1.4
_BAD_NAME = 0.35


@dataclass(slots=True)
class Found:
    """The story's element, and how sure that is."""

    element: HtmlElement
    prose: int
    """Characters of prose inside, links not counted."""
    share: float
    """Which part that is of all the page's prose."""


def find_container(body: HtmlElement, headline: HtmlElement | None = None) -> Found | None:
    """Find the element that holds the story.

    Args:
        body: The page's body, clutter gone.
        headline: The element of the headline, where there is one: what stands before it is seldom the story.

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
        return None
    best = max(points, key=lambda element: points[element] * _weight(element))
    best = _widen(best, prose, body, headline)
    _drop_card_lists(best)
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


def own_prose(element: HtmlElement) -> int:
    """Characters of an element's own running text: inline children count, links and blocks inside don't."""
    total = _words(element.text)
    for child in element:
        if isinstance(child.tag, str) and child.tag in _INLINE and child.tag != "a":
            if child.find(".//a") is None:
                if len(child) == 0 or child.find(".//p") is None:
                    total += _words("".join(child.itertext()))
            elif element.tag in ("p", "li", "blockquote", "td"):
                total += own_prose(child)
        total += _words(child.tail)
    return total


def link_chars(element: HtmlElement) -> int:
    """Characters of link texts inside an element, or of the element where it is a link or inside one."""
    if element.tag == "a":
        return len(" ".join("".join(element.itertext()).split()))
    return sum(len(" ".join("".join(link.itertext()).split())) for link in element.iter("a"))


def linked_headings(element: HtmlElement) -> int:
    """How many headings inside an element are links: the headlines of other stories."""
    count = 0
    for heading in element.iter("h2", "h3", "h4", "h5"):
        link = heading.find(".//a")
        parent = heading.getparent()
        if link is None and parent is not None and parent.tag == "a":
            link = parent
        if link is not None and link.get("href", "").strip() not in ("", "#"):
            count += len("".join(heading.itertext()).strip()) >= MIN_LINKED_HEADING
    return count


def _words(text: str | None) -> int:
    """Characters of running text; addresses and code, which have no spaces, are none.

    One letter of the scripts that write no spaces says as much as two or three of the others.
    """
    if not text or not (text := text.strip()):
        return 0
    if not text.isascii() and len(unspaced := _UNSPACED.findall(text)) * 2 > len(text):
        return len(text) + len(unspaced)
    return len(text) if len(text) < 30 or text.count(" ") * 25 >= len(text) else 0


def _weight(element: HtmlElement) -> float:
    weight = _name_weight(_names(element))
    if "articlebody" in element.get("itemprop", "").lower():
        weight *= _ITEMPROP
    if element.tag in ("li", "td", "span", "font"):
        weight *= 0.8
    elif element.tag == "body":
        weight *= 0.6
    return weight


@lru_cache(maxsize=8192)
def _name_weight(names: str) -> float:
    weight = 1.0
    names = _BUILDER.sub("", names)
    if _GOOD.search(names):
        weight *= _GOOD_NAME
    if _BAD.search(names):
        weight *= _BAD_NAME
    return weight


def _widen(
    best: HtmlElement, prose: dict[HtmlElement, int], body: HtmlElement, headline: HtmlElement | None
) -> HtmlElement:
    """Climb while the parent adds prose of the same story: a lead before, more sections beside.

    What stands beside without being such prose (a date line, a share bar) is taken out on the way.
    """
    inside = sum(prose[element] for element in best.iter() if element in prose)
    branch, skipped, strangers = best, 0, list[HtmlElement]()
    while True:
        parent = branch.getparent()
        if parent is None or branch is body or branch.tag in ("body", "main") or skipped > MAX_SKIPPED:
            return best
        beside = prose.get(parent, 0) if not skipped else 0
        for sibling in parent:
            if sibling is branch or not isinstance(sibling.tag, str):
                continue
            if headline is not None and (sibling is headline or _contains(sibling, headline)):
                continue
            amount = sum(prose[element] for element in sibling.iter() if prose.get(element, 0) >= MIN_BESIDE)
            links = link_chars(sibling)
            if linked_headings(sibling) >= 2:
                strangers.append(sibling)
            elif (
                amount
                and links < 0.4 * (amount + links)
                and _name_weight(_names(sibling)) >= 1.0
                and (not skipped or _alike(sibling, branch))
            ):
                beside += amount
            elif sibling.tag in ("div", "section", "ul", "ol", "article", "span", "header"):
                strangers.append(sibling)
        if parent is not body and beside < max(MIN_BESIDE, 0.05 * inside):
            branch, skipped = parent, skipped + 1
            continue
        if beside < max(MIN_BESIDE, 0.05 * inside) or _link_heavy(parent, inside + beside):
            return best
        for sibling in strangers:
            drop(sibling)
        best, inside = parent, inside + beside
        branch, skipped, strangers = best, 0, []


def _alike(one: HtmlElement, other: HtmlElement) -> bool:
    """Whether two siblings are built alike, as the chunks of a story are that a page cuts up for adverts."""
    if one.tag != other.tag:
        return False
    first, second = set((one.get("class") or "").split()), set((other.get("class") or "").split())
    if not first and not second:
        return not one.get("id") and not other.get("id")
    return 2 * len(first & second) >= len(first | second)


def _drop_card_lists(container: HtmlElement) -> None:
    """Take lists of other stories' cards out of the story's element: three linked headlines, little else."""
    length = len("".join(container.itertext()))
    for element in list(container.iter("div", "section", "ul", "ol")):
        if element is container or element.getparent() is None:
            continue
        cards = linked_headings(element)
        if cards < 3:
            continue
        text = len("".join(element.itertext()))
        if text <= min(CARD_CHARS * cards, 0.9 * length):
            drop(element)


def _names(element: HtmlElement) -> str:
    return f"{element.get('class', '')} {element.get('id', '')}"[:400]


def _contains(element: HtmlElement, other: HtmlElement) -> bool:
    return any(ancestor is element for ancestor in other.iterancestors())


def _link_heavy(element: HtmlElement, prose: int) -> bool:
    return link_chars(element) > 0.6 * max(prose, 1)
