"""A page's bytes in, a clean article out: pure, without I/O, fit for a process pool.

`extract` is the one call that other code may rely on; `Page` with `extract_article` is for callers that read
more of a page than its article, for example its links.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from crawler.extraction.body.article_text import TextReader
from crawler.extraction.boilerplate.credit_lines import read_credits
from crawler.extraction.errors import (
    Blocked,
    EmptyBody,
    ExtractionError,
    NotAnArticle,
    NotArticleReason,
    NotHtml,
    Unavailable,
)
from crawler.extraction.metadata.authors import dateline_author, find_agency
from crawler.extraction.metadata.language import detect_language
from crawler.extraction.metadata.marks import find_marks
from crawler.extraction.metadata.meta import image
from crawler.extraction.page import Page
from crawler.extraction.page_type import after_text, before_text, error_pages
from crawler.extraction.page_type.after_text import Draft
from crawler.extraction.text import tidy
from crawler.model.article import Article, ArticleMark, Hints

if TYPE_CHECKING:
    from crawler.model.site import Site

__all__ = [
    "Blocked",
    "EmptyBody",
    "ExtractionError",
    "NotAnArticle",
    "NotArticleReason",
    "NotHtml",
    "Page",
    "Unavailable",
    "extract",
    "extract_article",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Check(Generic[T]):
    """A reason for which a page gives no article.

    `applies` answers whether a page, or the draft of its article, is of that kind; `error` is raised then.
    """

    applies: Callable[[T], bool]
    error: type[ExtractionError]
    reason: NotArticleReason


PAGE_CHECKS: tuple[Check[Page], ...] = (
    Check(before_text.is_feed, NotAnArticle, NotArticleReason.FEED),
    Check(before_text.is_sitemap, NotAnArticle, NotArticleReason.SITEMAP),
    Check(error_pages.is_redirect, NotAnArticle, NotArticleReason.REDIRECT),
    Check(error_pages.is_challenge, Blocked, NotArticleReason.CHALLENGE),
    Check(error_pages.is_geo_block, Blocked, NotArticleReason.GEO_BLOCKED),
    Check(error_pages.is_login, Blocked, NotArticleReason.LOGIN),
    Check(error_pages.is_script_redirect, NotAnArticle, NotArticleReason.REDIRECT),
    Check(error_pages.is_rate_limited, Blocked, NotArticleReason.RATE_LIMITED),
    Check(error_pages.is_server_trouble, Unavailable, NotArticleReason.SERVER_TROUBLE),
    Check(error_pages.is_missing, NotAnArticle, NotArticleReason.NOT_FOUND),
    Check(before_text.is_listing_page, NotAnArticle, NotArticleReason.LISTING),
    Check(before_text.is_home_page, NotAnArticle, NotArticleReason.HOME),
    Check(before_text.is_about_site, NotAnArticle, NotArticleReason.ABOUT_SITE),
)
"""What a page can be instead of an article, by its head and the text it shows; the first that applies counts.
"""
MARKUP_CHECKS: tuple[Check[Draft], ...] = (
    Check(after_text.is_listing, NotAnArticle, NotArticleReason.LISTING),
    Check(after_text.shows_only_headlines, NotAnArticle, NotArticleReason.LISTING),
)
"""The same by the text that was read in the markup."""
TEXT_CHECKS: tuple[Check[Draft], ...] = (
    Check(after_text.is_script_shell, EmptyBody, NotArticleReason.SCRIPT_SHELL),
    Check(after_text.is_for_subscribers, NotAnArticle, NotArticleReason.SUBSCRIBERS_ONLY),
    Check(after_text.is_soft_404, NotAnArticle, NotArticleReason.NOT_FOUND),
    Check(after_text.has_no_headline, NotAnArticle, NotArticleReason.NO_HEADLINE),
    Check(after_text.has_no_text, EmptyBody, NotArticleReason.NO_TEXT),
    Check(after_text.is_page_about_site, NotAnArticle, NotArticleReason.ABOUT_SITE),
    Check(after_text.is_notice, NotAnArticle, NotArticleReason.NOTICE),
)
"""The same by the text that is to be stored."""


def extract(
    html: bytes,
    url: str,
    *,
    site: Site | None = None,
    hints: Hints | None = None,
    charset: str | None = None,
    now: datetime | None = None,
) -> Article:
    """Extract the article of a page.

    Args:
        html: The page's bytes, as served (not compressed).
        url: The URL they came from, absolute.
        site: The site's seed: its names, time zone, and what its layout needs.
        hints: What discovery knew of the page.
        charset: The encoding that the HTTP header declared.
        now: When the page was fetched, aware; relative dates count from it. The current time by default.

    Returns:
        The article. Its text is empty for a bulletin: an article's page whose body is its headline, repeated.

    Raises:
        NotHtml: The bytes are no HTML page.
        Blocked: The site shows a challenge or a login instead.
        Unavailable: The server shows a page about its own trouble instead.
        NotAnArticle: The page holds no article; `reason` says what it is.
        EmptyBody: An article's page with nothing to read.
        ExtractionError: The page broke the extraction; keep it for a person to look at.
    """
    return extract_article(Page(html, url, site=site, hints=hints, charset=charset, now=now))


def extract_article(page: Page) -> Article:
    """Extract the article of a page as `extract` does, with its exceptions.

    Args:
        page: The page. Its tree is changed: read before what else is needed of it.
    """
    try:
        return _article(page)
    except ExtractionError as error:
        error.url = error.url or page.url
        raise
    except Exception as error:  # noqa: BLE001 - a hostile page must not end the worker that reads it
        detail = f"could not be read: {type(error).__name__}: {str(error)[:200]}"
        raise ExtractionError(NotArticleReason.BROKEN, page.url, detail) from None


def _article(page: Page) -> Article:
    _run(PAGE_CHECKS, page)
    signals = before_text.weigh(page)
    has_media = page.site is not None and page.site.media and after_text.shows_media(page)
    reader = TextReader(page, is_article=signals.article >= 2)
    reading = reader.read_markup()
    draft = Draft(page, signals, reading, reading.paragraphs)
    _run(MARKUP_CHECKS, draft)
    paragraphs = _best_text(draft, reader)
    is_media = has_media and not paragraphs
    if is_media:
        paragraphs = after_text.media_caption(page.summary)
    draft = replace(draft, paragraphs=paragraphs)
    _run(TEXT_CHECKS, draft)
    article = _article_of(draft)
    if is_media:
        extra = {ArticleMark.MEDIA}
    else:
        is_uncertain = bool(article.text) and reader.is_uncertain(reading, article.text)
        extra = {ArticleMark.UNCERTAIN_TEXT} if is_uncertain else set()
    return replace(article, marks=sorted({*article.marks, *extra}))


def _run(checks: Iterable[Check[T]], subject: T) -> None:
    for check in checks:
        if check.applies(subject):
            raise check.error(check.reason)


def _best_text(draft: Draft, reader: TextReader) -> list[str]:
    """The text in the markup, or that of the page's data or its source where these have much more."""
    paragraphs = [] if after_text.has_no_prose(draft) else draft.paragraphs
    full_text = reader.read_data("\n\n".join(paragraphs))
    if full_text or paragraphs or not draft.page.hints.text:
        return full_text or paragraphs
    return reader.clean(map(tidy, draft.page.hints.text.split("\n\n")))


def _marks_of_reading(draft: Draft) -> set[ArticleMark]:
    """What is to be known of how the page was read."""
    marks = {
        ArticleMark.CUT: not draft.page.is_whole,
        ArticleMark.UNSIFTED: not draft.reading.markup.is_sifted,
    }
    return {mark for mark, is_so in marks.items() if is_so}


def _article_of(draft: Draft) -> Article:
    """The article of a draft that has passed all checks."""
    page, title = draft.page, draft.page.headline.text
    credits_ = read_credits(draft.paragraphs, page.site_names)
    agency = find_agency(draft.paragraphs, page.authors)
    authors = page.authors or credits_.authors
    if not authors and agency is None:
        authors = dateline_author(draft.paragraphs, page.site_names)
    text = "\n\n".join(credits_.paragraphs)
    marks = find_marks(
        page.metadata,
        page.url,
        headline=title,
        section=page.section,
        tags=page.tags,
        lines=draft.reading.markup.paragraphs,
    )
    return Article(
        url=page.url,
        title=title,
        text=text,
        canonical_url=page.canonical_url,
        authors=authors,
        published_at=page.published.published_at,
        published_precision=page.published.precision,
        date_source=page.published.source,
        modified_at=page.published.modified_at,
        language=detect_language(f"{title}\n{text}", page.metadata.html_language),
        section=page.section,
        tags=page.tags,
        image=image(page.metadata, page.url),
        summary=page.summary,
        editors=credits_.editors,
        agency=credits_.agency or agency,
        date_flags=list(page.published.flags),
        marks=sorted(marks | _marks_of_reading(draft)),
    )
