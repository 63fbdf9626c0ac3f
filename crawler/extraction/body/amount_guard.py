"""The guard on amount: however a block is named, it stays when what is left without it is not the article.

Themes call the blocks around an article by all kinds of names, so a name alone never takes out most of the
running text behind the headline. What the page declares of its text (the beginning of its description, of
its `articleBody`, of its entry in a feed) decides first, then the amount of text and how sure the name is.
The notices of the site (`site_notices`) do not count as text here: they are left on a page whose article was
taken for boilerplate.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.extraction.density import linked_headings
from crawler.extraction.element_names import BoilerplateName, boilerplate_name
from crawler.parsing.arabic import skeleton_of_long

MIN_RUN = 25
"""Characters from which a piece of text counts as running text; shorter ones are labels, names and dates."""
SENTENCE = 80
"""Characters from which a piece of text is a sentence or more, as an article has several."""
MIN_RESCUED = 150
"""Characters of running text below which a block is no article that could have been lost."""
OUTWEIGHS = 2
"""How many times the rest of the page a block must hold to be the article, where its whole name is a word for
boilerplate."""
MAX_OPENING_CHARS = 200_000
"""A block with more text isn't searched for the beginning of the article."""
MAX_NOTICES = 3_000
"""Characters of running text, beside the blocks in question, from which on a page has more than notices."""
MIN_FOOTER_SENTENCES = 3
"""Paragraphs of a sentence or more from which on a `footer` can be an article's, not about the site."""
MAX_ROUNDS = 12
"""Blocks of such names nested in each other, through which an article is followed."""

_DIGITS = re.compile(r"\d+")
_LONG_RUNS = XPath(
    f".//text()[normalize-space()][string-length() >= {MIN_RUN}][not(ancestor::a)]", smart_strings=False
)
"""The texts of an element that can be running text. Walked in Python, a page takes ten times as long; most
texts are blank, which is the cheapest to ask."""
_PLACED_LONG_RUNS = XPath(_LONG_RUNS.path)
"""The same texts, which know where they stand."""


Notices = Callable[[HtmlElement, HtmlElement | None, Mapping[HtmlElement, int]], list[HtmlElement]]
"""Finds the blocks behind the headline of a body that are notices of the site. It is given the characters of
running text of each element that has any."""


@dataclass(slots=True)
class Suspect:
    """A block that is to be taken out for its markup."""

    element: HtmlElement
    strength: BoilerplateName
    is_behind: bool
    """Whether it stands behind the headline, as the article does."""
    by_structure: bool = False
    """Whether its tag, its role or that it is hidden makes it a suspect, not merely its name."""


@dataclass(frozen=True, slots=True)
class DropDecision:
    """What is to be done with the suspects of a page."""

    doomed: list[HtmlElement]
    """The outermost blocks that are to be taken out."""
    running_text: int
    """Characters of running text behind the headline that can be the article's: what stays, and of what goes
    the blocks that read like an article and have more than all that stays."""
    is_rescue: bool = False
    """Whether a block stays that is named as boilerplate: the names on this page are not to be believed."""
    is_guess: bool = False
    """Whether a block stays though its markup says plainly that it is boilerplate, and little speaks for it.
    """


def no_notices(
    _body: HtmlElement, _headline: HtmlElement | None, _amounts: Mapping[HtmlElement, int]
) -> list[HtmlElement]:
    """For bodies in which no notices are looked for."""
    return []


def running_text(element: HtmlElement) -> int:
    """Characters of running text in an element, that of its links left out."""
    runs: list[str] = _LONG_RUNS(element)
    return sum(map(_length, runs))


def blocks_to_drop(
    body: HtmlElement,
    headline: HtmlElement | None,
    suspects: list[Suspect],
    openings: tuple[str, ...],
    *,
    by_name: bool = True,
    notices: Notices = no_notices,
) -> DropDecision:
    """Which of the suspects may go.

    Args:
        body: The page's body.
        headline: The element of the headline, if known.
        suspects: The blocks in question, in the page's order, nested ones too.
        openings: How the article begins by the page's other statements, as skeletons (`arabic.skeleton`).
        by_name: Whether a block that is named as boilerplate outright has to outweigh the rest by far.
        notices: Finds the notices of the site; called only where they can matter.
    """
    amounts = _Amounts(body, headline)
    if not suspects:
        return DropDecision([], amounts.total)
    spared: set[HtmlElement] = set()
    is_guess = False
    outer = _outermost(suspects, spared)
    if amounts.without(outer) < min(amounts.total, MAX_NOTICES):
        amounts.leave_out(notices(body, headline, amounts.by_element))
    for _ in range(MAX_ROUNDS):
        rest = amounts.without(outer)
        if 2 * rest >= amounts.total:
            break
        rescued = _article_among(outer, amounts, rest * (OUTWEIGHS if by_name else 1), openings)
        if not rescued:
            break
        is_guess = is_guess or _is_guess(outer, amounts, rescued, openings)
        spared.update(rescued)
        outer = _outermost(suspects, spared)
    rest = amounts.without(outer)
    behind = [suspect for suspect in outer if suspect.is_behind and amounts.of(suspect) > rest]
    likely = sum(map(amounts.of, filter(_can_be_article, behind)))
    return DropDecision([suspect.element for suspect in outer], rest + likely, bool(spared), is_guess)


class _Amounts:
    """Characters of running text of each element of a body as it stands.

    Args:
        body: The body.
        headline: The headline's element, if known: the article stands behind it.
    """

    def __init__(self, body: HtmlElement, headline: HtmlElement | None) -> None:
        self.by_element: Counter[HtmlElement] = Counter()
        """Characters of the elements that have any."""
        for run in _PLACED_LONG_RUNS(body):
            if length := _length(run):
                element = run.getparent().getparent() if run.is_tail else run.getparent()
                while element is not None:
                    self.by_element[element] += length
                    element = element.getparent()
        self.total = self.by_element[body]
        """All that stands behind the headline."""
        if headline is not None:
            self.total -= self.by_element[headline] + self._before(headline)

    def of(self, suspect: Suspect) -> int:
        """That of one block."""
        return self.by_element[suspect.element]

    def of_all(self, elements: Iterable[HtmlElement]) -> int:
        """That of several elements."""
        return sum(self.by_element[element] for element in elements)

    def without(self, suspects: list[Suspect]) -> int:
        """How much is left behind the headline without some blocks."""
        return max(0, self.total - sum(self.of(suspect) for suspect in suspects if suspect.is_behind))

    def leave_out(self, elements: list[HtmlElement]) -> None:
        """Do not count the text of some elements."""
        amounts = {element: self.by_element[element] for element in elements}
        for element, amount in amounts.items():
            self.total -= amount
            self.by_element.subtract(dict.fromkeys((element, *element.iterancestors()), amount))

    def _before(self, headline: HtmlElement) -> int:
        """What stands before an element in the page's order."""
        amount = 0
        for branch in (headline, *headline.iterancestors()):
            if branch.tag == "body":
                break
            for earlier in branch.itersiblings(preceding=True):
                amount += self.by_element[earlier] + _length(earlier.tail)
            parent = branch.getparent()
            amount += 0 if parent is None else _length(parent.text)
        return amount


def _article_among(
    outer: list[Suspect], amounts: _Amounts, rest: int, openings: tuple[str, ...]
) -> list[HtmlElement]:
    """The blocks of one name that hold the article, if any. It can stand in several of them, in turn."""
    ranked = sorted(_by_name(outer, amounts), key=lambda group: -sum(map(amounts.of, group)))
    for group in ranked:
        elements = [suspect.element for suspect in group]
        if holds_opening(elements, openings):
            return elements
    for group in ranked:
        elements = [suspect.element for suspect in group]
        amount = amounts.of_all(elements)
        min_amount = MIN_RESCUED if rest or any(map(_has_link, elements)) else SENTENCE
        if amount >= min_amount and _outweighs(group, amount, rest) and _reads_like_article(elements):
            return elements
    return []


def _by_name(suspects: list[Suspect], amounts: _Amounts) -> list[list[Suspect]]:
    """The blocks behind the headline that have running text, by tag and name but for numbers."""
    groups: dict[tuple[str, str], list[Suspect]] = defaultdict(list)
    for suspect in suspects:
        if suspect.is_behind and amounts.of(suspect) > 0:
            element = suspect.element
            name = element.get("class") or element.get("id", "")
            groups[element.tag, _DIGITS.sub("", name)].append(suspect)
    return list(groups.values())


def _is_guess(
    suspects: list[Suspect], amounts: _Amounts, rescued: list[HtmlElement], openings: tuple[str, ...]
) -> bool:
    """Whether a rescued block may as well be what its markup calls it."""
    if holds_opening(rescued, openings):
        return False
    strengths = {suspect.strength for suspect in suspects if suspect.element in rescued}
    is_short = amounts.of_all(rescued) < MIN_RESCUED
    return is_short or BoilerplateName.NEVER_STORY in strengths


def _has_link(element: HtmlElement) -> bool:
    return next(element.iter("a"), None) is not None


def _can_be_article(suspect: Suspect) -> bool:
    """Whether a block that goes for its markup could have been the article, by what is in it."""
    if suspect.strength is BoilerplateName.NEVER_STORY or _has_link(suspect.element):
        return False
    return _reads_like_article([suspect.element])


def _outweighs(group: list[Suspect], amount: int, rest: int) -> bool:
    """Whether blocks are the article rather than all that is left without them."""
    strength = max(suspect.strength for suspect in group)
    if strength is BoilerplateName.NEVER_STORY:
        return amount > rest and all(map(_is_footer_of_sentences, group))
    return amount > rest if strength is BoilerplateName.WHOLLY else OUTWEIGHS * amount > rest


def _is_footer_of_sentences(suspect: Suspect) -> bool:
    """Whether a block is boilerplate by its tag alone, and yet has an article's paragraphs and no links."""
    element = suspect.element
    if element.tag != "footer" or _has_link(element):
        return False
    name = boilerplate_name(element.get("class", ""), element.get("id", ""))
    return name is not BoilerplateName.NEVER_STORY and _sentences(element) >= MIN_FOOTER_SENTENCES


def _reads_like_article(elements: list[HtmlElement]) -> bool:
    """Whether blocks have more sentences than headlines of other articles."""
    return sum(map(_sentences, elements)) > sum(map(linked_headings, elements))


def _sentences(element: HtmlElement) -> int:
    return sum(len(text.strip()) >= SENTENCE for text in element.itertext())


def holds_opening(elements: Iterable[HtmlElement], openings: tuple[str, ...]) -> bool:
    """Whether the beginning of the article, as the page declares it, stands in one of the elements."""
    if not openings:
        return False
    texts = ("".join(element.itertext()) for element in elements)
    for letters in (skeleton_of_long(text) for text in texts if len(text) <= MAX_OPENING_CHARS):
        if any(opening in letters for opening in openings):
            return True
    return False


def _outermost(suspects: list[Suspect], spared: set[HtmlElement]) -> list[Suspect]:
    """The suspects that stand in no other one, without the spared ones."""
    covered = set(spared)
    outer = []
    for suspect in suspects:
        if suspect.element not in covered:
            outer.append(suspect)
            covered.update(suspect.element.iter())
    return outer


def _length(text: str | None) -> int:
    length = len(text.strip()) if text else 0
    return length if length >= MIN_RUN else 0
