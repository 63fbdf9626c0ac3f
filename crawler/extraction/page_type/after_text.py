"""What type of page a page is once its text has been read: a listing, a notice and a video show only then."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.extraction.body.article_text import Reading
from crawler.extraction.density import link_chars, linked_headings
from crawler.extraction.metadata.jsonld import node_types
from crawler.extraction.page import Page
from crawler.extraction.page_type.before_text import PageSignals
from crawler.extraction.page_type.error_pages import says_missing
from crawler.parsing.arabic import fold

LIST_CARDS = 4
"""Cards (a headline that is a link, as heading) from which on a page can be a list."""
SHORT_NEWS = 8
"""Words from which one line can be news on a page that shows no sign of being an article. Shorter ones are
notices («هذه الصفحة لفريق التحرير فقط»)."""
WALL_CHARS = 300
"""A text that short with a paywall's sentence in it has nothing of the article."""
LISTING_PARAGRAPH = 120
"""Characters of the longest paragraph of a listing: a teaser."""
SHELL_CHARS = 250
"""What an application's shell shows, at most: «loading», a menu of a few words, a line in the footer."""
MIN_PICTURES = 3
"""Pictures of the smallest gallery."""
MIN_CAPTION_WORDS = 4
"""Words of the shortest caption that is kept in the place of a text."""

_SUBSCRIBERS_ONLY = re.compile(
    r"(?:المحتوي|المقال|الخبر|الماده|القراءه|الصفحه).{0,30}(?:للمشتركين|للاعضاء|المشتركين) فقط|"
    r"(?:سجل|تسجيل) (?:ال)?دخولك? (?:لقراءه|لمتابعه|لاكمال)|يرجي تسجيل الدخول ل|"
    r"(?:for|to) subscribers only|subscribe to (?:continue|keep) reading|(?:log|sign) in to (?:continue|read)"
)
_MORE = re.compile(
    r"(?:\[…\]|\[\.\.\.\]|…|\.\.\.|المزيد|read more|اقرا المزيد|اكمل القراءه|التفاصيل|قراءه المزيد)"
    r"\W{0,40}\Z",
)
_MEDIA_TYPES = frozenset(
    {"videoobject", "imagegallery", "mediagallery", "imageobject", "audioobject", "podcastepisode"}
)
_PLAYERS = (
    *("youtube.com/embed", "youtube-nocookie.com", "player.vimeo.com", "dailymotion.com/embed"),
    *("facebook.com/plugins", "jwplatform", "jwplayer", "brightcove", "kaltura", "rumble.com/embed"),
    *("soundcloud.com/player", "ok.ru/videoembed"),
)
"""Addresses of players that pages embed."""
_SILENT = frozenset({"script", "style", "template", "noscript"})


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to become an article: its page and the text that was chosen."""

    page: Page
    signals: PageSignals
    reading: Reading
    """What was read in the markup."""
    paragraphs: list[str]
    """The text that is to be stored: the reading's, or that of the page's data."""

    @property
    def chars(self) -> int:
        """Length of the text."""
        return sum(map(len, self.paragraphs))


def has_no_prose(draft: Draft) -> bool:
    """Whether the lines of the text are none of an article: a date, names, labels, the links of a menu.

    On a page that is an article by its own metadata, links count as its content.
    """
    markup = draft.reading.markup
    if markup.container is None or markup.lines.prose:
        return False
    return draft.signals.article < 2 or not markup.lines.links


def is_listing(draft: Draft) -> bool:
    """Whether the text is a list of articles."""
    signals = draft.signals
    if signals.listing >= 3 and signals.article < 4:
        return True
    container = draft.reading.markup.container
    if container is None:
        return False
    return signals.listing - signals.article + _listing_score(container, draft) >= 2


def _listing_score(container: HtmlElement, draft: Draft) -> int:
    """What the article's element says for a listing."""
    paragraphs = draft.reading.paragraphs
    cards = linked_headings(container)
    score = 2 * (cards >= LIST_CARDS) + (cards >= 2 * LIST_CARDS)
    teasers = _teaser_count(paragraphs)
    is_of_teasers = teasers >= 3 and teasers * 2 >= len(paragraphs)
    score += 2 if is_of_teasers else _headlines_score(draft)
    score += len(paragraphs) < 4 and link_chars(container) > sum(map(len, paragraphs))
    is_short = max(map(len, paragraphs), default=0) < LISTING_PARAGRAPH
    return score + (is_short and draft.signals.article == 0 and draft.signals.cards >= LIST_CARDS)


def _headlines_score(draft: Draft) -> int:
    """What linked headlines that are no headings say for a listing.

    Much beside no prose, or beside as many openings of articles cut off («…»); something where there are as
    many as lines of prose.
    """
    lines = draft.reading.markup.lines
    headlines, prose = len(lines.headlines), len(lines.prose)
    teasers = _teaser_count(lines.prose)
    if 2 <= teasers <= headlines and 3 * teasers >= 2 * prose:
        return 2
    if headlines < max(LIST_CARDS, prose):
        return 0
    return 1 + draft.signals.is_numbered if prose else 2


def _teaser_count(texts: Iterable[str]) -> int:
    """How many texts end like the opening of an article that goes on elsewhere."""
    return sum(_MORE.search(fold(text)) is not None for text in texts)


def shows_only_headlines(draft: Draft) -> bool:
    """Whether a page without prose shows the headlines of other articles, and none of its own."""
    if draft.signals.article or not draft.signals.cards:
        return False
    return draft.page.headline.element is None and has_no_prose(draft)


def is_script_shell(draft: Draft) -> bool:
    """Whether a page shows next to nothing without its scripts: the shell of an application."""
    if draft.paragraphs or draft.page.headline.element is not None:
        return False
    body = draft.page.parse_again()
    if next(body.getroottree().iter("script"), None) is None:
        return False
    return sum(map(_shown_chars, body.iter())) <= SHELL_CHARS


def _shown_chars(element: HtmlElement) -> int:
    text = "" if element.tag in _SILENT else (element.text or "")
    return len(text.strip()) + len((element.tail or "").strip())


def is_for_subscribers(draft: Draft) -> bool:
    """Whether the text only says that the article is for subscribers."""
    if draft.chars > WALL_CHARS:
        return False
    return any(_SUBSCRIBERS_ONLY.search(fold(text)) for text in draft.paragraphs)


def is_soft_404(draft: Draft) -> bool:
    """Whether headline and text report that there is nothing, though the page's theme calls it an article."""
    if draft.chars > WALL_CHARS or not says_missing(draft.page.headline.text):
        return False
    return any(map(says_missing, draft.paragraphs))


def has_no_headline(draft: Draft) -> bool:
    """Whether a page has no headline."""
    return not draft.page.headline.text


def has_no_text(draft: Draft) -> bool:
    """Whether there is nothing to read; a bulletin that repeats its headline has no more."""
    is_bulletin = draft.reading.markup.repeats_headline and draft.signals.article >= 2
    return not draft.paragraphs and not is_bulletin


def is_page_about_site(draft: Draft) -> bool:
    """Whether a page without any sign of an article is called like a page about the site."""
    return draft.signals.is_about_site and _has_no_sign_of_article(draft)


def is_notice(draft: Draft) -> bool:
    """Whether a page without any sign of an article has no more than a short line."""
    markup = draft.reading.markup
    if markup.container is None or markup.lines.word_count >= SHORT_NEWS:
        return False
    return _has_no_sign_of_article(draft)


def _has_no_sign_of_article(draft: Draft) -> bool:
    """Whether neither metadata, nor a date, nor a source's full text shows that a page is an article."""
    page = draft.page
    if draft.signals.article or page.hints.text or page.published.published_at is not None:
        return False
    return draft.paragraphs == draft.reading.paragraphs


def shows_media(page: Page) -> bool:
    """Whether a page, as served, shows a video, a recording or a gallery."""
    metadata, body = page.metadata, page.body
    kind = (metadata.first("og:type") or "").lower()
    if kind.startswith("video") or metadata.first("og:video", "og:video:url"):
        return True
    nodes = (*metadata.linked_data.articles, *metadata.linked_data.by_id.values())
    if any("video" in node or not _MEDIA_TYPES.isdisjoint(node_types(node)) for node in nodes):
        return True
    if next(body.iter("video", "audio", "amp-youtube", "amp-video"), None) is not None:
        return True
    frames = " ".join(f"{frame.get('src', '')} {frame.get('data-src', '')}" for frame in body.iter("iframe"))
    if any(player in frames for player in _PLAYERS):
        return True
    return sum(1 for _ in body.iter("figure")) >= MIN_PICTURES


def media_caption(summary: str | None) -> list[str]:
    """The paragraphs that such a page has in the place of a text; empty where its summary is short."""
    return [summary] if summary and len(summary.split()) >= MIN_CAPTION_WORDS else []
