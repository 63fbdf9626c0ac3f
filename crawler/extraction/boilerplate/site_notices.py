"""Notices that sites put on every page: consent to cookies, rights, newsletters, donations.

Known by their words (`phrases`), then by their place. A notice speaks for the site to its reader («we use»,
«your device»); news about the same things speaks of others, so a subject alone never makes a notice. It has a
box or stands at an end of the text: a paragraph between paragraphs of an article is the article's, whatever
it speaks of.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from itertools import chain, filterfalse, islice

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.extraction.body.amount_guard import MIN_RUN, SENTENCE, running_text
from crawler.extraction.body.paragraphs import is_block
from crawler.extraction.boilerplate.by_markup import drop
from crawler.extraction.boilerplate.phrases import LISTS, is_disclaimer
from crawler.extraction.density import names_of
from crawler.extraction.page_type.text_lines import lines_with_links
from crawler.parsing.arabic import fold_long


class SiteNotice(StrEnum):
    """What a site says to its reader on every page."""

    CONSENT = "consent"
    RIGHTS = "rights"
    NEWSLETTER = "newsletter"
    DONATION = "donation"


MAX_NOTICE_CHARS = 1_200
"""The longest consent paragraphs seen have some 900 characters; what is longer is a text about the matter."""
MAX_PROMPT_CHARS = 400
"""Prompts for newsletters and donations, and notices of rights, are a few lines."""
MAX_BOX_CHARS = 6_000
"""Characters of the longest box about consent, its list of purposes included; a longer one is no box."""
MAX_WRAPPERS = 8
"""Wrappers around the words of a notice that can be its box."""
MAX_JUDGED = 300
"""Texts of a page that are judged by the words of notices; one with more such texts is about the matter."""
NAMED_SHARE = 0.5
"""Part of the running text of a box named after cookies that is plainly about consent; the rest explains."""

_CONSENT_WITH_COOKIES = (("consent_act", "reader"), ("site_speaks", "reader"), ("site_speaks", "purpose"))
"""Phrase lists that must all be in a text about cookies that asks for consent, one of the lines at least."""
_CONSENT_WITHOUT_COOKIES = ("partners", "storing")
_OTHER_NOTICES = {
    SiteNotice.RIGHTS: ("rights_holder", "rights"),
    SiteNotice.NEWSLETTER: ("newsletter",),
    SiteNotice.DONATION: ("donation", "our_work", "to_reader"),
}
"""Phrase lists that must all be in a short text for it to be such a notice; the one that is found fastest
first."""
_QUOTED = re.compile(r"[«“][^«»“”]{0,600}[»”]|\"[^\"]{0,600}\"")
_CONSENT_WORDS = (
    *("ookie", "OOKIE", "كوكي", "الارتباط", "الإرتباط", "erez", "EREZ", "کوکی", "کووکی", "ukî", "émoins"),
    *("artners", "artenaires", "شركاؤنا", "شركائنا", "tanımlama", "privacy", "خصوصيت"),
)
"""One of these is in each text that can be about consent, as published: a quick look before the phrases."""
_MAY_CONSENT = re.compile("|".join(_CONSENT_WORDS))
_TEXTS = XPath(".//text()[normalize-space()]")
_CONSENT_NAME = re.compile(
    r"cookie|consent|gdpr|ccpa|onetrust|cookiebot|didomi|cmplz|iubenda|qc-cmp|(?:^|[-_ ])cmp(?:$|[-_ ])|"
    r"privacy[-_]?(?:notice|banner|bar|popup|box|wall|message|overlay)",
    re.IGNORECASE,
)
_LABELS = ("h2", "h3", "h4", "h5", "h6", "label", "legend", "summary", "strong", "b")


@lru_cache(maxsize=2048)
def notice_of(text: str) -> SiteNotice | None:
    """Which notice a whole paragraph is, by its words; remembered, for a site's pages repeat their template.

    Args:
        text: The paragraph's text.
    """
    if len(text) > MAX_NOTICE_CHARS:
        return None
    words = _QUOTED.sub(" ", _plain(text))
    notice = _notice_in(words, text)
    return None if notice is None or _has(words, "reported") else notice


def _notice_in(words: str, text: str) -> SiteNotice | None:
    """Which notice a paragraph's words may be, should nobody else be quoted in it."""
    if _asks_consent(words):
        return SiteNotice.CONSENT
    if len(words) > MAX_PROMPT_CHARS:
        return None
    if is_disclaimer(text):
        return SiteNotice.RIGHTS
    return next((notice for notice, names in _OTHER_NOTICES.items() if _has(words, *names)), None)


def is_about_cookies(text: str) -> bool:
    """Whether a text speaks of cookies, as a headline of an article about them does."""
    return _has(_plain(text), "cookies")


def is_companion(text: str) -> bool:
    """Whether a paragraph beside a notice of consent belongs to it."""
    if len(text) > MAX_PROMPT_CHARS:
        return False
    words = _plain(text)
    if _has(words, "reported"):
        return False
    return _has(words, "consent_companion")


def drop_consent(body: HtmlElement, headline: HtmlElement | None, title: str = "") -> None:
    """Take out what asks the reader for consent to cookies and the like.

    Args:
        body: The page's body, or the article's element; changed in place.
        headline: The element of the headline, if any; what holds it stays.
        title: The headline. Below one that speaks of cookies only boxes go, no paragraphs.
    """
    if _MAY_CONSENT.search(body.text_content()) is None:
        return
    boxes = _ConsentBoxes(body, headline)
    for text in islice(filter(_MAY_CONSENT.search, _TEXTS(body)), MAX_JUDGED):
        element = text.getparent()
        box = boxes.around(element.getparent() if text.is_tail else element)
        if box is not None and _may_go(box, title):
            drop(box)


def notices_behind(
    body: HtmlElement, headline: HtmlElement | None, amounts: Mapping[HtmlElement, int]
) -> list[HtmlElement]:
    """The blocks behind the headline that are notices of the site.

    Args:
        body: The page's body.
        headline: The element of the headline, if any.
        amounts: Characters of running text of each element that has any.
    """
    elements = body.iter()
    if headline is not None:
        for element in elements:
            if element is headline:
                break
        else:
            return []
        elements = chain([headline], elements)
    blocks = islice(filter(_is_innermost_block, filter(amounts.get, elements)), MAX_JUDGED)
    return [element for element in blocks if all(map(notice_of, _running_lines(element)))]


def _is_innermost_block(element: HtmlElement) -> bool:
    return is_block(element) and not any(map(is_block, element))


class _ConsentBoxes:
    """The boxes of a page that ask for consent; each element is judged once."""

    def __init__(self, body: HtmlElement, headline: HtmlElement | None) -> None:
        self._body = body
        self._outside = {body}
        if headline is not None:
            self._outside |= {headline, *headline.iterancestors()}
        self._verdicts: dict[HtmlElement, bool] = {}

    def around(self, element: HtmlElement | None) -> HtmlElement | None:
        """The outermost element of the body around a text that is a notice of consent and nothing else."""
        box = None
        for _ in range(MAX_WRAPPERS):
            if element is None or element in self._outside:
                break
            if self._is_box(element):
                box = element
            elif box is not None:
                break
            element = element.getparent()
        if box is None or self._body not in box.iterancestors():
            return None
        return box

    def _is_box(self, element: HtmlElement) -> bool:
        if element not in self._verdicts:
            self._verdicts[element] = _is_consent_box(element)
        return self._verdicts[element]


def _plain(text: str) -> str:
    return fold_long(text, accents=False)


def _has(words: str, *names: str) -> bool:
    """Whether a plain text has a phrase of each of these lists."""
    return all(LISTS[name].find(words) for name in names)


def _asks_consent(words: str) -> bool:
    """Whether a site asks for consent: it speaks itself, to the reader or of its own purposes."""
    if _has(words, "cookies"):
        return any(_has(words, *names) for names in _CONSENT_WITH_COOKIES)
    return _has(words, *_CONSENT_WITHOUT_COOKIES)


def _may_go(box: HtmlElement, title: str) -> bool:
    """Whether a notice of consent may be taken out: a box always, a paragraph by its place and the title."""
    if is_block(box) and box.tag not in ("p", "li"):
        return True
    if _is_between_paragraphs(box):
        return False
    if _is_named(box):
        return True
    return not is_about_cookies(title)


def _is_consent_box(element: HtmlElement) -> bool:
    length = 0
    for text in element.itertext():
        length += len(text)
        if length > MAX_BOX_CHARS:
            return False
    labels = {" ".join("".join(label.itertext()).split()) for label in element.iter(*_LABELS)}
    lines = list(filterfalse(labels.__contains__, _running_lines(element)))
    explaining = list(filterfalse(_is_consent_line, lines))
    if len(explaining) == len(lines):
        return False
    if all(map(is_companion, explaining)):
        return True
    if not _is_named(element):
        return False
    return sum(map(len, explaining)) <= (1 - NAMED_SHARE) * sum(map(len, lines))


def _is_consent_line(line: str) -> bool:
    return notice_of(line) is SiteNotice.CONSENT


def _running_lines(element: HtmlElement) -> list[str]:
    return [line.text for line in lines_with_links(element) if not line.is_link and len(line.text) >= MIN_RUN]


def _is_named(element: HtmlElement) -> bool:
    return _CONSENT_NAME.search(names_of(element)) is not None


def _is_between_paragraphs(paragraph: HtmlElement) -> bool:
    """Whether a paragraph stands between two others that have sentences."""
    before = next(paragraph.itersiblings("p", "li", preceding=True), None)
    after = next(paragraph.itersiblings("p", "li"), None)
    return all(neighbour is not None and running_text(neighbour) >= SENTENCE for neighbour in (before, after))
