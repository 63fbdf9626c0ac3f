"""The guard on amount: however a block is named, it stays when what is left without it is not the story.

Themes call the blocks around a story by all kinds of names, so a name alone never takes out most of the
running text behind the headline. What the page says of itself elsewhere (the beginning of its description, of
its `articleBody`, of its entry in a feed) decides first, then the amount of text and how sure the name is.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.extraction.names import BoilerplateName
from crawler.extraction.prose import linked_headings
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
) -> tuple[list[HtmlElement], int]:
    """Which of the suspects may go.

    Args:
        body: The page's body.
        headline: The element of the headline, if known.
        suspects: The blocks in question, in the page's order, nested ones too.
        openings: How the story begins by the page's other statements, as skeletons (`text.skeleton`).
        by_name: Whether a block that is called furniture outright has to outweigh the rest by far.

    Returns:
        The outermost blocks that are to be taken out, and the characters of running text behind the headline
        that are left without them.
    """
    spared: set[HtmlElement] = set()
    outer: list[Suspect] = []
    amounts = _running_texts(body)
    # Of all the body where the headline isn't shown.
    total = amounts[body] - (_running_text_before(headline, amounts) if headline is not None else 0)
    rest = total
    for _ in range(MAX_ROUNDS if suspects else 0):
        outer = _outermost(suspects, spared)
        rest = total - sum(amounts[suspect.element] for suspect in outer if suspect.is_behind)
        if 2 * rest >= total:
            break
        rescued = _story_among(outer, amounts, max(0, rest) * (NAMED if by_name else 1), openings)
        if not rescued:
            break
        spared.update(rescued)
    return [suspect.element for suspect in outer], max(0, rest)


def _story_among(
    outer: list[Suspect], amounts: Counter[HtmlElement], rest: float, openings: tuple[str, ...]
) -> list[HtmlElement]:
    """The blocks of one name that hold the story, or none. A story can stand in several of them, in turn."""
    groups: dict[tuple[str, str], list[Suspect]] = defaultdict(list)
    for suspect in outer:
        if suspect.is_behind and amounts[suspect.element]:
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
        strength = max(suspect.strength for suspect in group)
        if amount >= MIN_RESCUED and _outweighs(strength, amount, rest) and _reads_like_a_story(elements):
            return elements
    return []


def _outweighs(strength: BoilerplateName, amount: int, rest: float) -> bool:
    """Whether a block is the story rather than all that is left without it."""
    if strength is BoilerplateName.NEVER_STORY:
        return False
    return amount > rest if strength is BoilerplateName.WHOLLY else NAMED * amount > rest


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
