"""What pages put below a story that is text like its own: readers' comments and further stories."""

import re
from collections.abc import Iterator

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.extraction.body.amount_guard import running_text
from crawler.extraction.boilerplate import phrases
from crawler.extraction.boilerplate.by_markup import drop
from crawler.extraction.boilerplate.phrases import Furniture
from crawler.extraction.text import skeleton

MIN_STORY = 80
"""Characters of running text before a heading of comments; with less there is no story above it."""
LABEL_SHARE = 0.5
"""Part of the running text that stands before a line such as «3 تعليقات» which is no heading. Such a line is
also a counter between headline and story."""
MAX_LABEL = 60
_DIGITS = re.compile(r"\d+")
_COMMENT_WORD = re.compile("تعليق|omment|تعقيب|orum|دیدگاه|نظرات|آراء")
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_TEXTS = XPath(".//text()[normalize-space()]")
_LABEL_TAGS = ("h2", "h3", "h4", "h5", "h6", "p", "div", "span", "strong", "b")


def drop_comments(body: HtmlElement, headline: HtmlElement | None) -> None:
    """Take out what stands below a label of readers' comments, and the label.

    Args:
        body: The page's body; changed in place.
        headline: The element of the headline, if any.
    """
    for label in _comments_labels(body):
        if label.getparent() is None:
            continue
        following = list(_following(label, body, headline))
        before = _running_text_before(label, body, headline)
        behind = sum(map(running_text, following))
        is_sure = label.tag in _HEADINGS and _are_comments(following)
        share = before / (before + behind) if before else 0.0
        if before >= MIN_STORY and (is_sure or (share >= LABEL_SHARE and _are_below(label, following))):
            for element in following:
                drop(element)
            drop(label)


def drop_other_stories(body: HtmlElement, headline: HtmlElement | None, spellings: tuple[str, ...]) -> None:
    """Take out further stories below the page's own, in blocks that are built as its block is.

    Args:
        body: The page's body; changed in place.
        headline: The element of the headline; without one nothing is known of others.
        spellings: The headline as the page spells it.
    """
    if headline is None or headline.tag not in ("h1", "h2"):
        return
    own = {skeleton(spelling) for spelling in spellings}
    for branch in headline.iterancestors():
        if branch is body or branch.tag == "body":
            return
        for sibling in list(branch.itersiblings()):
            if _is_built_alike(branch, sibling) and _has_other_headline(sibling, headline.tag, own):
                drop(sibling)


def _is_built_alike(branch: HtmlElement, sibling: HtmlElement) -> bool:
    """Whether two siblings are built alike: the same tag, the same classes but for numbers and states."""
    if branch.tag != sibling.tag:
        return False
    first, second = (set(_DIGITS.sub("", one.get("class") or "").split()) for one in (branch, sibling))
    if not first and not second:
        return branch.tag in ("article", "section")
    return 2 * len(first & second) >= len(first | second) and bool(first & second)


def _has_other_headline(block: HtmlElement, tag: str, own: set[str]) -> bool:
    heading = next(block.iter(tag), None)
    return heading is not None and skeleton("".join(heading.itertext())[:600]) not in own | {""}


def _comments_labels(body: HtmlElement) -> list[HtmlElement]:
    """The outermost elements around a word for comments that are a label and nothing else, in order."""
    labels: dict[HtmlElement, None] = {}
    for text in _TEXTS(body):
        if _COMMENT_WORD.search(text) is None:
            continue
        element = text.getparent()
        label = None
        for candidate in (element, *element.iterancestors()):
            if candidate is body or not _is_comments_label(candidate):
                break
            label = candidate if candidate.tag in _LABEL_TAGS else label
        if label is not None:
            labels[label] = None
    return list(labels)


def _is_comments_label(element: HtmlElement) -> bool:
    parts: list[str] = []
    length = 0
    for text in element.itertext():
        parts.append(text)
        length += len(text.strip())
        if length > MAX_LABEL:
            return False
    text = "".join(parts).strip()
    return phrases.label(text) is Furniture.COMMENTS


def _are_below(label: HtmlElement, following: list[HtmlElement]) -> bool:
    """Whether the blocks below a label are no paragraphs, or the label is a heading over them."""
    return label.tag in _HEADINGS or _are_comments(following)


def _following(label: HtmlElement, body: HtmlElement, headline: HtmlElement | None) -> Iterator[HtmlElement]:
    """The elements behind a label, up to the end of the block that holds the headline, too."""
    branch = label
    while branch is not body:
        siblings = list(branch.itersiblings())
        yield from siblings
        branch = branch.getparent()
        if (
            branch is None
            or siblings
            or (headline is not None and headline in list(branch.iter(headline.tag)))
        ):
            return


def _are_comments(following: list[HtmlElement]) -> bool:
    """Whether what is below a label is in blocks that are built alike, as comments are, no paragraphs."""
    blocks = [element for element in following if running_text(element)]
    return all(block.tag == blocks[0].tag and block.tag != "p" for block in blocks)


def _running_text_before(label: HtmlElement, body: HtmlElement, headline: HtmlElement | None) -> int:
    """Characters of running text between the headline and a label."""
    total = 0
    for branch in (label, *label.iterancestors()):
        if branch is body:
            break
        for earlier in branch.itersiblings(preceding=True):
            if headline is not None and (earlier is headline or headline in list(earlier.iter(headline.tag))):
                return total
            total += running_text(earlier) + (len(earlier.tail.strip()) if earlier.tail else 0)
    return total
