"""Other articles and comments on the page of an article, which are text like its own.

Below it stand readers' comments and further articles; between its paragraphs headlines of others, each a line
that is nothing but a link, without any label.
"""

import re
from collections.abc import Iterator
from itertools import chain
from urllib.parse import urlsplit

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.extraction.body.amount_guard import running_text
from crawler.extraction.boilerplate import phrases
from crawler.extraction.boilerplate.by_markup import drop, drop_all
from crawler.extraction.boilerplate.phrases import Boilerplate
from crawler.extraction.boilerplate.related_links import MAX_ITEM_CHARS
from crawler.extraction.density import link_chars, text_chars
from crawler.parsing.arabic import skeleton
from crawler.parsing.article_urls import linked_url
from crawler.parsing.lines import BLOCK_TAGS, text_of

MIN_BODY = 80
"""Characters of running text before a heading of comments; with less there is no article above it."""
BODY_SHARE = 0.5
"""Part of the running text that stands before a line such as «3 تعليقات» which is no heading. Such a line is
also a counter between headline and article."""
MAX_LABEL = 60
MAX_HEADING_CHARS = 600
"""Characters of a heading that are compared with the headline."""
WHOLLY_LINKED = 0.95
"""A line is nothing but a link when this part of its text is linked."""
MIN_HEADLINE_WORDS = 4
"""A linked line of fewer words is a name, a place or a button."""
MIN_PROSE_CHARS = 50
"""From here a block without links counts as prose of the article."""

MAX_LINK_CHARS = 2_000
"""Characters of a link that are read."""

_DIGITS = re.compile(r"\d+")
_COMMENT_WORD = re.compile("تعليق|omment|تعقيب|orum|دیدگاه|نظرات|آراء")
_TEXTS = XPath(".//text()[normalize-space()]")
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_LABEL_TAGS = (*_HEADINGS, "p", "div", "span", "strong", "b")
_FILES = (".pdf", ".doc", ".docx", ".jpg", ".jpeg", ".png", ".mp3", ".mp4", ".xlsx", ".zip")
"""What an article links to as its document."""


def drop_comments(body: HtmlElement, headline: HtmlElement | None) -> None:
    """Take out what stands below a label of readers' comments, and the label.

    Args:
        body: The page's body; changed in place.
        headline: The element of the headline, if any.
    """
    for label in _comment_labels(body):
        if label.getparent() is None:
            continue
        following = list(_following(label, body, headline))
        before = _running_text_before(label, body, headline)
        if before >= MIN_BODY and _is_above_comments(label, following, before):
            drop_all([*following, label])


def drop_other_articles(body: HtmlElement, headline: HtmlElement | None, spellings: tuple[str, ...]) -> None:
    """Take out further articles below the page's own, in blocks that are built as its block is.

    Args:
        body: The page's body; changed in place.
        headline: The element of the headline; without one nothing is known of other articles.
        spellings: The headline as the page spells it.
    """
    if headline is None or headline.tag not in ("h1", "h2"):
        return
    own = {skeleton(spelling) for spelling in spellings}
    for branch in headline.iterancestors():
        if branch is body or branch.tag == "body":
            return
        alike = (sibling for sibling in branch.itersiblings() if _is_built_alike(branch, sibling))
        drop_all([block for block in alike if _has_other_headline(block, headline.tag, own)])


def drop_linked_headlines(container: HtmlElement, url: str) -> None:
    """Take out paragraphs that are nothing but a link to another article of the site, its headline as text.

    Only among paragraphs of prose: where many are such links, they are what the page is about.

    Args:
        container: The element of the article; changed in place.
        url: The page's address, to know links to other pages of its site.
    """
    headlines, prose = [], 0
    for element in container.iter("p", "div"):
        if next(element.iterdescendants(*BLOCK_TAGS), None) is not None:
            continue
        links = list(element.iter("a"))
        if not links:
            prose += text_chars(element) > MIN_PROSE_CHARS
        elif len(links) == 1 and _is_linked_headline(element) and _is_other_page(links[0], url):
            headlines.append(element)
    if len(headlines) * 2 <= prose:
        drop_all(headlines)
    if prose:
        _drop_heading_lists(container, url)


def _is_built_alike(branch: HtmlElement, sibling: HtmlElement) -> bool:
    """Whether two siblings are built alike: the same tag, the same classes but for numbers and states."""
    if branch.tag != sibling.tag:
        return False
    classes, other_classes = _classes(branch), _classes(sibling)
    if not classes and not other_classes:
        return branch.tag in ("article", "section")
    return len(classes & other_classes) >= max(1, len(classes | other_classes) / 2)


def _classes(element: HtmlElement) -> set[str]:
    return set(_DIGITS.sub("", element.get("class") or "").split())


def _has_other_headline(block: HtmlElement, tag: str, own: set[str]) -> bool:
    heading = next(block.iter(tag), None)
    if heading is None:
        return False
    return skeleton("".join(heading.itertext())[:MAX_HEADING_CHARS]) not in own | {""}


def _comment_labels(body: HtmlElement) -> list[HtmlElement]:
    """The outermost elements around a word for comments that are a label and nothing else, in order."""
    texts = filter(_COMMENT_WORD.search, _TEXTS(body))
    labels = dict.fromkeys(_label_around(text.getparent(), body) for text in texts)
    return [label for label in labels if label is not None]


def _label_around(element: HtmlElement, body: HtmlElement) -> HtmlElement | None:
    label = None
    for candidate in (element, *element.iterancestors()):
        if candidate is body or not _is_comment_label(candidate):
            break
        if candidate.tag in _LABEL_TAGS:
            label = candidate
    return label


def _is_comment_label(element: HtmlElement) -> bool:
    parts: list[str] = []
    length = 0
    for text in element.itertext():
        parts.append(text)
        length += len(text.strip())
        if length > MAX_LABEL:
            return False
    return phrases.label("".join(parts).strip()) is Boilerplate.COMMENTS


def _is_above_comments(label: HtmlElement, following: list[HtmlElement], before: int) -> bool:
    """Whether a label with so much running text before it is that of the comments below it."""
    signs = (label.tag in _HEADINGS) + _are_comments(following)
    if signs != 1:
        return signs == 2
    behind = sum(map(running_text, following))
    return before >= BODY_SHARE * (before + behind)


def _following(label: HtmlElement, body: HtmlElement, headline: HtmlElement | None) -> Iterator[HtmlElement]:
    """The elements behind a label, up to the end of the block that holds the headline, too."""
    branch = label
    while branch is not body:
        siblings = list(branch.itersiblings())
        yield from siblings
        branch = branch.getparent()
        if siblings or branch is None:
            return
        if _holds(branch, headline):
            return


def _holds(element: HtmlElement, headline: HtmlElement | None) -> bool:
    """Whether an element is the headline or has it inside."""
    if headline is None:
        return False
    return headline in element.iter(headline.tag)


def _are_comments(following: list[HtmlElement]) -> bool:
    """Whether what is below a label is in blocks that are built alike, as comments are, no paragraphs."""
    tags = {element.tag for element in filter(running_text, following)}
    if "p" in tags:
        return False
    return len(tags) <= 1


def _running_text_before(label: HtmlElement, body: HtmlElement, headline: HtmlElement | None) -> int:
    """Characters of running text between the headline and a label."""
    total = 0
    for branch in chain((label,), label.iterancestors()):
        if branch is body:
            break
        for earlier in branch.itersiblings(preceding=True):
            if _holds(earlier, headline):
                return total
            total += running_text(earlier) + len((earlier.tail or "").strip())
    return total


def _is_linked_headline(line: HtmlElement) -> bool:
    """Whether a line is nothing but a link with a headline: some words, no sentence."""
    length = text_chars(line)
    if length > MAX_ITEM_CHARS or link_chars(line) < WHOLLY_LINKED * length:
        return False
    text = text_of(line)
    if len(text.split()) < MIN_HEADLINE_WORDS:
        return False
    return not text.endswith((".", "۔", ":", "،"))


def _drop_heading_lists(container: HtmlElement, url: str) -> None:
    """Take out linked headings that follow each other with nothing between: a list of other articles.

    A heading with text below it is a card's or the article's.
    """
    for heading in list(container.iter(*_HEADINGS)):
        link = next(heading.iter("a"), None)
        if link is None or not _is_other_page(link, url) or _has_text_below(heading):
            continue
        if link_chars(heading) < WHOLLY_LINKED * text_chars(heading):
            continue
        if len(text_of(heading).split()) >= MIN_HEADLINE_WORDS:
            drop(heading)


def _has_text_below(heading: HtmlElement) -> bool:
    if (heading.tail or "").strip():
        return True
    following = heading.getnext()
    if following is None or following.tag in _HEADINGS:
        return False
    return bool("".join(following.itertext()).strip())


def _is_other_page(link: HtmlElement, url: str) -> bool:
    """Whether a link leads to another page of the same site, deeper than its home page."""
    target_url = linked_url(link.get("href", "")[:MAX_LINK_CHARS], url)
    if target_url is None:
        return False
    page, target = urlsplit(url), urlsplit(target_url)
    path = target.path.rstrip("/")
    if path == "" or path.lower().endswith(_FILES):
        return False
    if target.netloc.removeprefix("www.") != page.netloc.removeprefix("www."):
        return False
    return (path, target.query) != (page.path.rstrip("/"), page.query)
