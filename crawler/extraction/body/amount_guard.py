"""The guard on amount: however a block is named, it stays when what is left without it is not the story.

Themes call the blocks around a story by all kinds of names, so a name alone never takes out most of the
running text behind the headline. What the page says of itself elsewhere (the beginning of its description, of
its `articleBody`, of its entry in a feed) decides first, then the amount of text and how sure the name is.
The notices of the site (`site_notices`) are no text in this: they are left on a page whose story was taken
for furniture.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.extraction.density import linked_headings
from crawler.extraction.element_names import BoilerplateName, boilerplate_name
from crawler.extraction.text import skeleton_of_long

MIN_RUN = 25
"""Characters from which a piece of text counts as running text; shorter ones are labels, names and dates."""
SENTENCE = 80
"""Characters from which a piece of text is a sentence or more, as a story has several."""
MIN_RESCUED = 150
"""Characters of running text below which a block is no story that could have been lost."""
NAMED = 2
"""How many times the rest of the page a block called furniture outright must hold to be the story."""
MAX_OPENING_CHARS = 200_000
"""A block with more text isn't searched for the beginning of the story."""
MAX_NOTICES = 3_000
"""Characters of running text, beside the blocks in question, from which on a page has more than notices."""
MIN_FOOTER_SENTENCES = 3
"""Paragraphs of a sentence or more from which on a `footer` can be a story's. About the site it says less."""
MAX_ROUNDS = 12
"""Blocks of such names nested in each other, through which a story is followed."""

_DIGITS = re.compile(r"\d+")
_LONG_RUNS = XPath(
    f".//text()[normalize-space()][string-length() >= {MIN_RUN}][not(ancestor::a)]", smart_strings=False
)
"""The texts of an element that can be running text. Walked in Python, a page takes ten times as long; most
texts are blank, which is the cheapest to ask."""
_PLACED_LONG_RUNS = XPath(_LONG_RUNS.path)
"""The same texts, which know where they stand."""


@dataclass(slots=True)
class Suspect:
    """A block that is to be taken out for its markup."""

    element: HtmlElement
    strength: BoilerplateName
    is_behind: bool
    """Whether it stands behind the headline, as the story does."""
    by_structure: bool = False
    """Whether its tag, its role or that it is hidden says so, not merely its name."""


@dataclass(frozen=True, slots=True)
class DropDecision:
    """What is to be done with the suspects of a page."""

    doomed: list[HtmlElement]
    """The outermost blocks that are to be taken out."""
    running_text: int
    """Characters of running text behind the headline that can be the story's: what stays, and of what goes
    the blocks that read like a story and have more than all that stays."""
    is_rescue: bool = False
    """Whether a block stays that is called furniture: the names on this page are not to be believed."""
    is_guess: bool = False
    """Whether a block stays though its markup says plainly that it is no story, and little speaks for it."""


def running_text(element: HtmlElement) -> int:
    """Characters of running text in an element, that of its links left out."""
    runs: list[str] = _LONG_RUNS(element)
    return sum([_length(run) for run in runs])


def _running_texts(body: HtmlElement) -> Counter[HtmlElement]:
    """`running_text` of each element of a body as it stands; those without any are left out."""
    amounts: Counter[HtmlElement] = Counter()
    for run in _PLACED_LONG_RUNS(body):
        if length := _length(run):
            element = run.getparent().getparent() if run.is_tail else run.getparent()
            while element is not None:
                amounts[element] += length
                element = element.getparent()
    return amounts


def blocks_to_drop(
    body: HtmlElement,
    headline: HtmlElement | None,
    suspects: list[Suspect],
    openings: tuple[str, ...],
    *,
    by_name: bool = True,
    notices: Callable[[], dict[HtmlElement, int]] = dict,
) -> DropDecision:
    """Which of the suspects may go.

    Args:
        body: The page's body.
        headline: The element of the headline, if known.
        suspects: The blocks in question, in the page's order, nested ones too.
        openings: How the story begins by the page's other statements, as skeletons (`text.skeleton`).
        by_name: Whether a block that is called furniture outright has to outweigh the rest by far.
        notices: Finds the notices of the site behind the headline, with their running text; called only where
            they can matter.
    """
    amounts = _running_texts(body)
    total = amounts[body]
    if headline is not None:
        total -= amounts[headline] + _running_text_before(headline, amounts)
    if not suspects:
        return DropDecision([], total)
    spared: set[HtmlElement] = set()
    is_guess = False
    outer, rest = _weigh(suspects, spared, amounts, total)
    if rest < min(total, MAX_NOTICES):
        for element, amount in notices().items():
            total -= amount
            amounts.subtract(dict.fromkeys((element, *element.iterancestors()), amount))
        outer, rest = _weigh(suspects, spared, amounts, total)
    for _ in range(MAX_ROUNDS):
        if 2 * rest >= total:
            break
        rescued = _story_among(outer, amounts, rest * (NAMED if by_name else 1), openings)
        if not rescued:
            break
        is_guess = is_guess or any(_is_guess(suspect, amounts, rescued, openings) for suspect in outer)
        spared.update(rescued)
        outer, rest = _weigh(suspects, spared, amounts, total)
    behind = [suspect for suspect in outer if suspect.is_behind and amounts[suspect.element] > rest]
    likely = sum(amounts[suspect.element] for suspect in behind if _can_be_story(suspect))
    return DropDecision([suspect.element for suspect in outer], rest + likely, bool(spared), is_guess)


def _weigh(
    suspects: list[Suspect], spared: set[HtmlElement], amounts: Counter[HtmlElement], total: int
) -> tuple[list[Suspect], int]:
    """The outermost suspects, and how much running text is left behind the headline without them."""
    outer = _outermost(suspects, spared)
    return outer, max(0, total - sum(amounts[suspect.element] for suspect in outer if suspect.is_behind))


def _story_among(
    outer: list[Suspect], amounts: Counter[HtmlElement], rest: int, openings: tuple[str, ...]
) -> list[HtmlElement]:
    """The blocks of one name that hold the story, or none. A story can stand in several of them, in turn."""
    groups: dict[tuple[str, str], list[Suspect]] = defaultdict(list)
    for suspect in outer:
        if suspect.is_behind and amounts[suspect.element] > 0:
            name = suspect.element.get("class") or suspect.element.get("id") or ""
            groups[suspect.element.tag, _DIGITS.sub("", name)].append(suspect)
    ranked = sorted(groups.values(), key=lambda group: -sum(amounts[one.element] for one in group))
    for group in ranked:
        elements = [suspect.element for suspect in group]
        if holds_opening(elements, openings):
            return elements
    for group in ranked:
        elements = [suspect.element for suspect in group]
        amount = sum(amounts[element] for element in elements)
        if (
            amount >= (MIN_RESCUED if rest or any(map(_has_link, elements)) else SENTENCE)
            and _outweighs(group, amount, rest)
            and _reads_like_a_story(elements)
        ):
            return elements
    return []


def _is_guess(
    suspect: Suspect, amounts: Counter[HtmlElement], rescued: list[HtmlElement], openings: tuple[str, ...]
) -> bool:
    """Whether a rescued block may as well be what its markup calls it."""
    if suspect.element not in rescued or holds_opening(rescued, openings):
        return False
    is_short = sum(amounts[element] for element in rescued) < MIN_RESCUED
    return suspect.strength is BoilerplateName.NEVER_STORY or is_short


def _has_link(element: HtmlElement) -> bool:
    return next(element.iter("a"), None) is not None


def _can_be_story(suspect: Suspect) -> bool:
    """Whether a block that goes for its markup could have been the story, by what is in it."""
    return (
        suspect.strength is not BoilerplateName.NEVER_STORY
        and not _has_link(suspect.element)
        and _reads_like_a_story([suspect.element])
    )


def _outweighs(group: list[Suspect], amount: int, rest: int) -> bool:
    """Whether blocks are the story rather than all that is left without them."""
    strength = max(suspect.strength for suspect in group)
    if strength is BoilerplateName.NEVER_STORY:
        return amount > rest and all(map(_is_footer_of_sentences, group))
    return amount > rest if strength is BoilerplateName.WHOLLY else NAMED * amount > rest


def _is_footer_of_sentences(suspect: Suspect) -> bool:
    """Whether a block is no story for its tag alone, and yet has a story's paragraphs and no links."""
    element = suspect.element
    name = boilerplate_name(element.get("class") or "", element.get("id") or "")
    if element.tag != "footer" or name is BoilerplateName.NEVER_STORY or _has_link(element):
        return False
    return sum(len(text.strip()) >= SENTENCE for text in element.itertext()) >= MIN_FOOTER_SENTENCES


def _reads_like_a_story(elements: list[HtmlElement]) -> bool:
    """Whether blocks have more sentences than headlines of other stories."""
    sentences = sum(len(text.strip()) >= SENTENCE for element in elements for text in element.itertext())
    return sentences > sum(map(linked_headings, elements))


def holds_opening(elements: Iterable[HtmlElement], openings: tuple[str, ...]) -> bool:
    """Whether the beginning of the story, as the page tells it elsewhere, stands in one of the elements."""
    if not openings:
        return False
    for element in elements:
        text = "".join(element.itertext())
        if len(text) <= MAX_OPENING_CHARS:
            bones = skeleton_of_long(text)
            if any(opening in bones for opening in openings):
                return True
    return False


def _outermost(suspects: list[Suspect], spared: set[HtmlElement]) -> list[Suspect]:
    covered: set[HtmlElement] = set()
    outer = []
    for suspect in suspects:
        if suspect.element in spared or suspect.element in covered:
            continue
        outer.append(suspect)
        covered.update(suspect.element.iter())
    return outer


def _running_text_before(headline: HtmlElement, amounts: Counter[HtmlElement]) -> int:
    """Characters of running text that stand before an element in the page's order."""
    total = 0
    for branch in (headline, *headline.iterancestors()):
        if branch.tag == "body":
            break
        for earlier in branch.itersiblings(preceding=True):
            total += amounts[earlier] + _length(earlier.tail)
        parent = branch.getparent()
        total += _length(parent.text) if parent is not None else 0
    return total


def _length(text: str | None) -> int:
    length = len(text.strip()) if text else 0
    return length if length >= MIN_RUN else 0
