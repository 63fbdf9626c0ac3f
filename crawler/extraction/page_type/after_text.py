"""Whether what was read of a page is a story: a list of stories, a notice and a video show only then."""

import re
from collections.abc import Iterable

from crawler.extraction.body.container import Found
from crawler.extraction.density import link_chars, linked_headings
from crawler.extraction.errors import NotAnArticle, NotArticleReason
from crawler.extraction.page_type.before_text import Evidence, says_missing
from crawler.extraction.page_type.text_lines import Telling
from crawler.extraction.text import fold

LIST_CARDS = 4
"""Cards (a headline that is a link, as heading) from which on a page can be a list."""
SHORT_NEWS = 8
"""Words from which one line can be news on a page that shows no sign of being an article. Shorter ones are
notices («هذه الصفحة لفريق التحرير فقط»)."""

WALL_CHARS = 300
"""A text that short with a paywall's sentence in it has no story beside it."""

_WALL = re.compile(
    r"(?:المحتوي|المقال|الخبر|الماده|القراءه|الصفحه).{0,30}(?:للمشتركين|للاعضاء|المشتركين) فقط|"
    r"(?:سجل|تسجيل) (?:ال)?دخولك? (?:لقراءه|لمتابعه|لاكمال)|يرجي تسجيل الدخول ل|"
    r"(?:for|to) subscribers only|subscribe to (?:continue|keep) reading|(?:log|sign) in to (?:continue|read)"
)
_MORE = re.compile(
    r"(?:\[…\]|\[\.\.\.\]|…|\.\.\.|المزيد|read more|اقرا المزيد|اكمل القراءه|التفاصيل|قراءه المزيد)"
    r"\W{0,40}\Z",
)


def tells_nothing(evidence: Evidence, telling: Telling) -> bool:
    """Whether the lines that were found are none of a story: a date, names, labels, the links of a menu.

    On a page that is an article by its own statement, links count as its content.
    """
    return not telling.told and (evidence.article < 2 or not telling.links)


def refuse_listing(
    evidence: Evidence, found: Found | None, paragraphs: list[str], telling: Telling | None
) -> None:
    """Refuse a page whose text turned out to be a list of stories.

    Args:
        evidence: What was weighed before.
        found: The element that was read.
        paragraphs: What was read in it.
        telling: What its lines came to.

    Raises:
        NotAnArticle: A listing.
    """
    if evidence.listing >= 3 and evidence.article < 4:
        raise NotAnArticle(NotArticleReason.LISTING)
    if found is None:
        return
    cards = linked_headings(found.element)
    text = sum(map(len, paragraphs))
    links = link_chars(found.element)
    teasers = _cut_off(paragraphs)
    against = evidence.listing - evidence.article
    if cards >= LIST_CARDS:
        against += 2
    if cards >= 2 * LIST_CARDS:
        against += 1
    if teasers >= 3 and teasers * 2 >= len(paragraphs):
        against += 2
    elif telling is not None:
        against += _listed(evidence, telling)
    if links > text and len(paragraphs) < 4:
        against += 1
    if evidence.article == 0 and max(map(len, paragraphs), default=0) < 120 and evidence.cards >= LIST_CARDS:
        against += 1
    if against >= 2:
        raise NotAnArticle(NotArticleReason.LISTING)


def refuse_untold(evidence: Evidence, *, headed: bool) -> None:
    """Refuse a page that tells nothing of its own but shows the headlines of other stories.

    Args:
        evidence: What was weighed before.
        headed: Whether the page shows a headline of its own, as one with a video does.

    Raises:
        NotAnArticle: A listing.
    """
    if not evidence.article and not headed and evidence.cards:
        raise NotAnArticle(NotArticleReason.LISTING)


def refuse_missing(headline: str, paragraphs: list[str]) -> None:
    """Refuse a page whose headline and text say that there is nothing, though its theme calls it an article.

    Raises:
        NotAnArticle: A soft 404.
    """
    if not says_missing(headline) or sum(map(len, paragraphs)) > WALL_CHARS:
        return
    if any(map(says_missing, paragraphs)):
        raise NotAnArticle(NotArticleReason.NOT_FOUND)


def refuse_wall(paragraphs: list[str]) -> None:
    """Refuse a page whose text only says that the story is for subscribers.

    Raises:
        NotAnArticle: A paywall without any of the story.
    """
    if sum(map(len, paragraphs)) <= WALL_CHARS and any(_WALL.search(fold(text)) for text in paragraphs):
        raise NotAnArticle(NotArticleReason.SUBSCRIBERS_ONLY)


def refuse_scrap(evidence: Evidence, telling: Telling | None, *, dated: bool) -> None:
    """Refuse a page that has text, but neither a story's length nor any sign of an article.

    Args:
        evidence: What was weighed before.
        telling: What the lines of its text came to.
        dated: Whether a date of publication is known.

    Raises:
        NotAnArticle: A page about the site; a notice.
    """
    if evidence.article or dated:
        return
    if evidence.about_site:
        raise NotAnArticle(NotArticleReason.ABOUT_SITE)
    if telling is not None and telling.words < SHORT_NEWS:
        raise NotAnArticle(NotArticleReason.NOTICE)


def _listed(evidence: Evidence, telling: Telling) -> int:
    """What linked headlines that are no headings say against a story.

    Much when nothing else is told, or openings cut off («…») of as many stories; something when there are as
    many as lines of text.
    """
    headlines, told = len(telling.headlines), len(telling.told)
    cut_off = _cut_off(telling.told)
    if 2 <= cut_off <= headlines and 3 * cut_off >= 2 * told:
        return 2
    if headlines < max(LIST_CARDS, told):
        return 0
    return 1 + evidence.paged if told else 2


def _cut_off(texts: Iterable[str]) -> int:
    """How many texts end like the opening of a story that goes on elsewhere."""
    return sum(_MORE.search(fold(text)) is not None for text in texts)
