"""Where a page holds the notices of its site: consent to cookies goes, other notices count as no story.

Known by the words (`notice_words`), then by the place: a notice has a box of its own or stands at an edge of
the text. A paragraph between paragraphs of a story is the story's, whatever it speaks of.
"""

import re

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.extraction.body.amount_guard import MIN_RUN, SENTENCE, running_text
from crawler.extraction.body.paragraphs import is_block
from crawler.extraction.boilerplate.by_markup import drop
from crawler.extraction.boilerplate.notice_words import (
    CONSENT_TRIGGERS,
    SiteNotice,
    is_about_cookies,
    is_companion,
    notice_of,
)
from crawler.extraction.density import names_of
from crawler.extraction.page_type.text_lines import lines_of

MAX_BOX_CHARS = 6_000
"""Characters of the longest box about consent, its list of purposes included; a longer one is no box."""
MAX_CLIMBED = 8
"""Wrappers around the words of a notice that can be its box."""
MAX_JUDGED = 300
"""Texts of a page that are judged by the words of notices; one with more such texts is about the matter."""
NAMED_SHARE = 0.5
"""Part of the running text of a box named after cookies that is plainly about consent; the rest explains."""

_CONSENT_NAME = re.compile(
    r"cookie|consent|gdpr|ccpa|onetrust|cookiebot|didomi|cmplz|iubenda|qc-cmp|(?:^|[-_ ])cmp(?:$|[-_ ])|"
    r"privacy[-_]?(?:notice|banner|bar|popup|box|wall|message|overlay)",
    re.IGNORECASE,
)
_TRIGGERED = XPath(".//text()[" + " or ".join(f"contains(., '{word}')" for word in CONSENT_TRIGGERS) + "]")
_LABELS = ("h2", "h3", "h4", "h5", "h6", "label", "legend", "summary", "strong", "b")


def drop_consent(body: HtmlElement, headline: HtmlElement | None, title: str = "") -> None:
    """Take out what asks the reader for consent to cookies and the like.

    Args:
        body: The page's body, or the story's element; changed in place.
        headline: The element of the headline, if any; what holds it stays.
        title: The headline. Below one that speaks of cookies only boxes of their own go.
    """
    around = {body} if headline is None else {body, headline, *headline.iterancestors()}
    judged: dict[HtmlElement, bool] = {}
    for text in _TRIGGERED(body)[:MAX_JUDGED]:
        element = text.getparent()
        if text.is_tail:
            element = element.getparent()
        box = _consent_box(element, around, judged)
        if box is None or not any(ancestor is body for ancestor in box.iterancestors()):
            continue
        is_paragraph = not is_block(box) or box.tag in ("p", "li")
        if is_paragraph and (_stands_in_story(box) or (is_about_cookies(title) and not _is_named(box))):
            continue
        drop(box)


def notice_amounts(body: HtmlElement, headline: HtmlElement | None) -> dict[HtmlElement, int]:
    """The blocks behind the headline that are notices of the site, with their running text in characters."""
    amounts: dict[HtmlElement, int] = {}
    is_behind = headline is None
    judged = 0
    for element in body.iter():
        is_behind = is_behind or element is headline
        if not is_behind or not is_block(element) or any(map(is_block, element)):
            continue
        if amount := running_text(element):
            judged += 1
            if all(map(notice_of, _running_lines(element))):
                amounts[element] = amount
        if judged == MAX_JUDGED:
            break
    return amounts


def _consent_box(
    element: HtmlElement | None, around: set[HtmlElement], judged: dict[HtmlElement, bool]
) -> HtmlElement | None:
    """The outermost element around a text that is a notice of consent and nothing else."""
    box = None
    for _ in range(MAX_CLIMBED):
        if element is None or element in around:
            break
        if element not in judged:
            judged[element] = _is_consent_box(element)
        if judged[element]:
            box = element
        elif box is not None:
            break
        element = element.getparent()
    return box


def _is_consent_box(element: HtmlElement) -> bool:
    length = 0
    for text in element.itertext():
        length += len(text)
        if length > MAX_BOX_CHARS:
            return False
    labels = {" ".join("".join(label.itertext()).split()) for label in element.iter(*_LABELS)}
    lines = [line for line in _running_lines(element) if line not in labels]
    consent = [line for line in lines if notice_of(line) is SiteNotice.CONSENT]
    if not consent:
        return False
    if all(line in consent or is_companion(line) for line in lines):
        return True
    return _is_named(element) and sum(map(len, consent)) >= NAMED_SHARE * sum(map(len, lines))


def _running_lines(element: HtmlElement) -> list[str]:
    return [line.text for line in lines_of(element) if not line.is_link and len(line.text) >= MIN_RUN]


def _is_named(element: HtmlElement) -> bool:
    return _CONSENT_NAME.search(names_of(element)) is not None


def _stands_in_story(paragraph: HtmlElement) -> bool:
    """Whether a paragraph stands between two others that have sentences."""
    beside = (
        next(paragraph.itersiblings("p", "li", preceding=True), None),
        next(paragraph.itersiblings("p", "li"), None),
    )
    return all(one is not None and running_text(one) >= SENTENCE for one in beside)
