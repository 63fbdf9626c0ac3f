"""Which element holds the article's text.

Prose gives points to the elements around it, fewer the farther out (the idea of Readability,
https://github.com/mozilla/readability); names such as ``articleBody`` and ``entry-content`` weigh, but do not
decide. The winner is widened where paragraphs of the same article stand beside it: a lead above it, further
sections beside it.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import chain, islice

from lxml.html import HtmlElement

from crawler.extraction.body.amount_guard import running_text
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
_TAG_WEIGHTS = {**dict.fromkeys(("li", "td", "span", "font"), 0.8), "body": 0.6}
MIN_BESIDE = 70
"""A run this long beside the article can be its lead; captions, dates and prompts are shorter."""
MAX_SKIPPED = 5
"""Wrappers without other text that are climbed through in search of further chunks of an article."""
MAX_HEADER = 150
"""Elements of the box around a headline; one with more is a part of the page, not an article's head."""
_BESIDE_TAGS = frozenset({"div", "section", "ul", "ol", "article", "span", "header"})
"""Elements that go when their parent is taken, where they are none of the article's text."""


def find_container(
    body: HtmlElement,
    headline: HtmlElement | None = None,
    *,
    by_name: bool = True,
    is_article: bool = False,
) -> HtmlElement | None:
    """Find the element that holds the article's text.

    Args:
        body: The page's body, without boilerplate; lists of other articles in the element are taken out.
        headline: The element of the headline, if any: what stands before it is seldom the article.
        by_name: Whether the names in the markup are believed as usual.
        is_article: Whether the page says itself that it is an article: then text that stands in no block can
            be its text.

    Returns:
        The element, or None where the page has no prose at all.
    """
    scores = _Scores()
    scores.add_prose_of(body, headline)
    if not scores.points:
        return body if is_article and own_prose(body) >= MIN_PROSE else None
    best = scores.best(by_name=by_name)
    best = _Widening(best, scores.prose, body, headline, by_name=by_name).run()
    _drop_card_lists(best)
    if best is body:
        _drop_menus(body)
    return best


@dataclass(slots=True)
class _Scores:
    """The points of the elements that may hold the article."""

    points: dict[HtmlElement, float] = field(default_factory=lambda: defaultdict(float))
    prose: dict[HtmlElement, int] = field(default_factory=dict)
    """Characters of prose of each block that has any."""
    _is_card: dict[HtmlElement, bool | None] = field(default_factory=dict)
    """Which elements are cards; None: it has no linked headline."""

    def add_prose_of(self, body: HtmlElement, headline: HtmlElement | None) -> None:
        """Give the points of all blocks of a page."""
        is_behind = headline is None
        linked = set(chain.from_iterable(link.iterdescendants() for link in body.iter("a")))
        for element in body.iter():
            is_behind = is_behind or element is headline
            if element.tag in _BLOCKS and element not in linked:
                self._add(element, 1.0 if is_behind else BEFORE_HEADLINE)

    def _add(self, element: HtmlElement, factor: float) -> None:
        """Give the points of one block to the elements around it."""
        length = own_prose(element)
        if length < MIN_PROSE:
            return
        self.prose[element] = length
        worth = min(length, CAP) * factor
        # Own runs of a div belong to the div; a paragraph belongs to what is around it.
        holder = element if element.tag in _RUN_BLOCKS else element.getparent()
        if length < CARD_CHARS and holder is not None and self._in_card(holder):
            worth *= IN_CARD
        for share in _DECAY:
            if holder is None or holder.tag == "html":
                return
            self.points[holder] += worth * share
            holder = holder.getparent()

    def _in_card(self, holder: HtmlElement) -> bool:
        """Whether prose stands in a card: an element near it has one linked headline and hardly more text."""
        element: HtmlElement | None = holder
        for _ in range(CARD_DEPTH):
            if element is None or element.tag == "body":
                return False
            if element not in self._is_card:
                self._is_card[element] = _is_card(element)
            is_card = self._is_card[element]
            if is_card is not None:
                return is_card
            element = element.getparent()
        return False

    def best(self, *, by_name: bool) -> HtmlElement:
        """The element with the most points, its names and tag weighed in."""
        return max(self.points, key=lambda element: self.points[element] * _weight(element, by_name=by_name))


def _is_card(element: HtmlElement) -> bool | None:
    headings = linked_headings(element)
    if not headings:
        return None
    return headings == 1 and len("".join(element.itertext())) <= 2 * CARD_CHARS


def _weight(element: HtmlElement, *, by_name: bool) -> float:
    weight = name_weight(names_of(element), by_name=by_name)
    if "articlebody" in element.get("itemprop", "").lower():
        weight *= _ITEMPROP
    return weight * _TAG_WEIGHTS.get(element.tag, 1.0)


class _Widening:
    """Climbs from an element while its parent adds prose of the same article.

    What stands beside without being such prose (a date line, a share bar) is taken out on the way.

    Args:
        best: The element to begin with.
        prose: Characters of prose of each block that has any.
        body: The page's body.
        headline: The element of the headline, if any.
        by_name: Whether the names in the markup are believed as usual.
    """

    def __init__(
        self,
        best: HtmlElement,
        prose: dict[HtmlElement, int],
        body: HtmlElement,
        headline: HtmlElement | None,
        *,
        by_name: bool,
    ) -> None:
        self._prose = prose
        self._body = body
        self._headline = headline
        self._by_name = by_name
        self._best = self._branch = best
        self._inside = sum(prose.get(element, 0) for element in best.iter())
        self._skipped = 0
        """Wrappers without other text that have been climbed through since `_best`."""
        self._strangers: list[HtmlElement] = []

    def run(self) -> HtmlElement:
        """The widest element that holds the article and little else."""
        while (parent := self._parent()) is not None:
            beside, lead = self._look_beside(parent)
            # A lead is short beside a long text; what else stands beside it must be a good part of it.
            enough = MIN_BESIDE if lead else max(MIN_BESIDE, 0.05 * self._inside)
            if beside >= enough:
                if self._is_link_heavy(parent, self._inside + beside):
                    break
                self._take(parent, beside)
            elif parent is self._body:
                break
            else:
                self._branch, self._skipped = parent, self._skipped + 1
        return self._best

    def _parent(self) -> HtmlElement | None:
        """The next element to climb to; None at the top."""
        if self._branch.tag in ("body", "main") or self._skipped > MAX_SKIPPED:
            return None
        return self._branch.getparent()

    def _take(self, parent: HtmlElement, beside: int) -> None:
        """Widen the element to its parent."""
        for stranger in self._strangers:
            drop(stranger)
        self._best = self._branch = parent
        self._inside += beside
        self._skipped, self._strangers = 0, []

    def _look_beside(self, parent: HtmlElement) -> tuple[int, int]:
        """Characters of the article's prose in a parent beside the branch, and those of a lead among it."""
        beside = 0 if self._skipped else self._prose.get(parent, 0)
        lead, is_below_headline = 0, False
        for sibling in parent:
            if sibling is self._branch:
                is_below_headline = False
            elif sibling is self._headline:
                is_below_headline = True
            elif self._headline is not None and _contains(sibling, self._headline):
                is_below_headline = True
                lead = self._lead(sibling, self._headline)
            elif amount := self._prose_of(sibling, is_below_headline):
                beside += amount
                lead = lead or int(is_below_headline and not _has_picture(sibling))
        return beside + lead, lead

    def _prose_of(self, sibling: HtmlElement, is_below_headline: bool) -> int:
        """Characters of prose of a sibling that belongs to the article; another one becomes a stranger."""
        if linked_headings(sibling) >= 2:
            self._strangers.append(sibling)
            return 0
        amounts = (self._prose.get(element, 0) for element in sibling.iter())
        amount = sum(amount for amount in amounts if amount >= MIN_BESIDE)
        if amount and self._is_of_article(sibling, amount, is_below_headline):
            return amount
        if sibling.tag in _BESIDE_TAGS:
            self._strangers.append(sibling)
        return 0

    def _is_of_article(self, sibling: HtmlElement, amount: int, is_below_headline: bool) -> bool:
        links = link_chars(sibling)
        if links >= 0.4 * (amount + links) or name_weight(names_of(sibling), by_name=self._by_name) < 1.0:
            return False
        return not self._skipped or is_below_headline or _are_alike(sibling, self._branch)

    def _lead(self, header: HtmlElement, headline: HtmlElement) -> int:
        """Characters of the lead below the headline in one element with it, before the article's.

        What else is in there becomes a stranger: breadcrumbs, share bars, bylines.
        """
        if sum(1 for _ in islice(header.iter(), MAX_HEADER)) == MAX_HEADER:
            return 0
        is_below, chars = False, 0
        strangers: list[HtmlElement] = []
        for element in header.iter():
            if element is headline:
                is_below = True
            elif _contains(element, headline) or _contains(headline, element):
                continue
            elif is_below and self._is_lead(element):
                chars += self._prose[element]
            elif not is_below or not any(map(self._is_long, element.iter())):
                strangers.append(element)
        if chars:
            around = set(strangers)
            self._strangers += [each for each in strangers if around.isdisjoint(each.iterancestors())]
        return chars

    def _is_lead(self, element: HtmlElement) -> bool:
        if not self._is_long(element) or _has_picture(element):
            return False
        return name_weight(names_of(element)) >= 1.0

    def _is_long(self, element: HtmlElement) -> bool:
        return self._prose.get(element, 0) >= MIN_BESIDE

    def _is_link_heavy(self, element: HtmlElement, prose: int) -> bool:
        """Whether an element has too many links for an article, without those that are dropped with it."""
        links = link_chars(element) - sum(map(link_chars, self._strangers))
        return links > 0.6 * max(prose, 1)


def _has_picture(element: HtmlElement) -> bool:
    """Whether an element stands with a picture: its text is a caption."""
    parent = element.getparent()
    if next(element.iter("img"), None) is not None:
        return True
    return parent is not None and next(parent.iterchildren("img"), None) is not None


def _are_alike(element: HtmlElement, other: HtmlElement) -> bool:
    """Whether two siblings are built alike, as the chunks of a text are that a page cuts up for adverts."""
    if element.tag != other.tag:
        return False
    classes, other_classes = (set(each.get("class", "").split()) for each in (element, other))
    if not classes and not other_classes:
        return not element.get("id") and not other.get("id")
    return 2 * len(classes & other_classes) >= len(classes | other_classes)


def _contains(element: HtmlElement, other: HtmlElement) -> bool:
    return element in other.iterancestors()


def _drop_menus(body: HtmlElement) -> None:
    """Take out what has links and no text, where the article's element is the whole page."""
    for part in list(body):
        if part.tag in _LINES or running_text(part):
            continue
        links = link_chars(part)
        if links and links >= MENU_SHARE * len(" ".join("".join(part.itertext()).split())):
            drop(part)


def _drop_card_lists(container: HtmlElement) -> None:
    """Take lists of other articles' cards out of the article's element: linked headlines, little text."""
    chars, prose = len("".join(container.itertext())), running_text(container)
    for element in list(container.iterdescendants("div", "section", "ul", "ol")):
        if element.getparent() is None or (cards := linked_headings(element)) < 3:
            continue
        max_chars = min(CARD_CHARS * cards, 0.9 * chars)
        if len("".join(element.itertext())) <= max_chars and 2 * running_text(element) <= prose:
            drop(element)
