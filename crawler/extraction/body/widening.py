"""The story's element made wider: a lead above it, further sections beside it."""

from itertools import islice

from lxml.html import HtmlElement

from crawler.extraction.boilerplate.by_markup import drop
from crawler.extraction.density import link_chars, linked_headings, name_weight, names_of

MIN_BESIDE = 70
"""A run this long beside the story can be its lead; captions, dates and prompts are shorter."""
MAX_SKIPPED = 5
"""Wrappers without other text that are climbed through in search of further chunks of a story."""
MAX_HEADER = 150
"""Elements of the box around a headline; one with more is a part of the page, not a story's head."""


def widen(
    best: HtmlElement,
    prose: dict[HtmlElement, int],
    body: HtmlElement,
    headline: HtmlElement | None,
    *,
    by_name: bool = True,
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
        headed, lead = False, 0
        for sibling in parent:
            headed = headed and sibling is not branch
            if sibling is branch or not isinstance(sibling.tag, str):
                continue
            if headline is not None and (sibling is headline or _contains(sibling, headline)):
                headed = True
                if sibling is not headline:
                    lead = _lead(sibling, headline, prose, strangers)
                continue
            amount = sum(prose[element] for element in sibling.iter() if prose.get(element, 0) >= MIN_BESIDE)
            links = link_chars(sibling)
            if linked_headings(sibling) >= 2:
                strangers.append(sibling)
            elif (
                amount
                and links < 0.4 * (amount + links)
                and name_weight(names_of(sibling), by_name=by_name) >= 1.0
                and (not skipped or headed or _alike(sibling, branch))
            ):
                beside += amount
                lead = lead or int(headed and not _pictured(sibling))
            elif sibling.tag in ("div", "section", "ul", "ol", "article", "span", "header"):
                strangers.append(sibling)
        beside += lead
        # A lead is short beside a long story; what else stands beside one must be a good part of it.
        enough = MIN_BESIDE if lead else max(MIN_BESIDE, 0.05 * inside)
        if parent is not body and beside < enough:
            branch, skipped = parent, skipped + 1
            continue
        if beside < enough or _link_heavy(parent, strangers, inside + beside):
            return best
        for sibling in strangers:
            drop(sibling)
        best, inside = parent, inside + beside
        branch, skipped, strangers = best, 0, []


def _lead(
    header: HtmlElement, headline: HtmlElement, prose: dict[HtmlElement, int], strangers: list[HtmlElement]
) -> int:
    """Characters of the lead that stands below the headline in one element with it, before the story's.

    What else is in there is added to `strangers`: breadcrumbs, share bars, by-lines.
    """
    if sum(1 for _ in islice(header.iter(), MAX_HEADER)) == MAX_HEADER:
        return 0
    after, total = False, 0
    others: list[HtmlElement] = []
    for element in header.iter():
        if element is headline:
            after = True
        elif not isinstance(element.tag, str) or _contains(element, headline) or _contains(headline, element):
            continue
        elif (
            after
            and prose.get(element, 0) >= MIN_BESIDE
            and name_weight(names_of(element)) >= 1.0
            and not _pictured(element)
        ):
            total += prose[element]
        elif not any(prose.get(one, 0) >= MIN_BESIDE for one in element.iter()) or not after:
            others.append(element)
    if total:
        strangers += [one for one in others if not any(_contains(element, one) for element in others)]
    return total


def _pictured(element: HtmlElement) -> bool:
    """Whether an element stands with a picture: its text is a caption."""
    parent = element.getparent()
    return next(element.iter("img"), None) is not None or (
        parent is not None and any(child.tag == "img" for child in parent)
    )


def _alike(one: HtmlElement, other: HtmlElement) -> bool:
    """Whether two siblings are built alike, as the chunks of a story are that a page cuts up for adverts."""
    if one.tag != other.tag:
        return False
    first, second = set((one.get("class") or "").split()), set((other.get("class") or "").split())
    if not first and not second:
        return not one.get("id") and not other.get("id")
    return 2 * len(first & second) >= len(first | second)


def _contains(element: HtmlElement, other: HtmlElement) -> bool:
    return any(ancestor is element for ancestor in other.iterancestors())


def _link_heavy(element: HtmlElement, strangers: list[HtmlElement], prose: int) -> bool:
    """Whether an element has too many links for a story, those left out that go when it is taken."""
    links = link_chars(element) - sum(map(link_chars, strangers))
    return links > 0.6 * max(prose, 1)
