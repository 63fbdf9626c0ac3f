"""A page's bytes in, a clean article out: pure, without I/O, fit for a process pool.

`extract` is the one call that other code may rely on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lxml.html import HtmlElement

from crawler.extraction.body.article_text import ArticleText, TextReader
from crawler.extraction.body.witnesses import read_witnesses
from crawler.extraction.boilerplate.credit_lines import read_credits
from crawler.extraction.decode import decode
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
from crawler.extraction.metadata.head import PageHead, read_head
from crawler.extraction.metadata.language import detect_language
from crawler.extraction.metadata.marks import find_marks
from crawler.extraction.metadata.meta import image, read_metadata, summary
from crawler.extraction.page_type import after_text, before_text
from crawler.extraction.page_type.before_text import Evidence
from crawler.extraction.page_type.media import media_caption, shows_media
from crawler.extraction.text import tidy
from crawler.extraction.tree import parse_page
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
    "Unavailable",
    "extract",
]


def extract(
    html: bytes,
    url: str,
    *,
    site: Site | None = None,
    hints: Hints | None = None,
    charset: str | None = None,
    now: datetime | None = None,
    look: Callable[[HtmlElement], object] | None = None,
) -> Article:
    """Extract the article of a page.

    Args:
        html: The page's bytes, as served (not compressed).
        url: The address they came from, absolute.
        site: The site's seed: its names, zone, and what its layout needs.
        hints: What discovery knew of the page.
        charset: The encoding that the HTTP header declared.
        now: When the page was fetched, aware; relative dates count from it. The current time by default.
        look: Called once with the page's tree as it was served, for whoever wants more of it and would have
            to parse it again; it must change nothing. Not called where the tree is not the whole page.

    Returns:
        The article. Its text is empty for a bulletin: an article's page whose story is its headline,
        repeated.

    Raises:
        NotHtml: The bytes are no HTML page.
        Blocked: The site shows a challenge or a login instead.
        Unavailable: The server shows a page about its own trouble instead.
        NotAnArticle: The page holds no story; `reason` says what it is.
        EmptyBody: An article's page with nothing to read.
        ExtractionError: The page broke the extraction; keep it for a person to look at.
    """
    try:
        return _extract(html, url, site, hints or Hints(), charset, now or datetime.now(UTC), look)
    except ExtractionError as error:
        error.url = error.url or url
        raise
    except Exception as error:  # noqa: BLE001 - a hostile page must not end the worker that reads it
        detail = f"could not be read: {type(error).__name__}: {str(error)[:200]}"
        raise ExtractionError(NotArticleReason.BROKEN, url, detail) from None


def _extract(
    html: bytes,
    url: str,
    site: Site | None,
    hints: Hints,
    charset: str | None,
    now: datetime,
    look: Callable[[HtmlElement], object] | None,
) -> Article:
    source = decode(html, charset)
    before_text.refuse_markup(source)
    page = parse_page(source)
    # Held to the end: lxml makes an element's object anew in each walk when nobody holds it.
    elements = list(page.tree.iter())
    if look is not None and page.is_whole:
        look(page.tree)
    body = _body_of(page.tree)
    if body is None:
        raise NotAnArticle(NotArticleReason.NO_CONTENT)
    metadata = read_metadata(page.tree, url)
    before_text.refuse_plain(page.tree, body, metadata, source, url)
    evidence = before_text.weigh(body, metadata, url)
    head = read_head(page.tree, body, metadata, url, site=site, hints=hints, now=now)
    witnesses = read_witnesses(metadata, url, hints, head.headline.spellings)
    reader = TextReader(
        head,
        witnesses,
        url,
        now,
        selector=site.body if site else None,
        prune=site.prune if site else (),
        boilerplate=site.boilerplate if site else (),
        is_article=evidence.article >= 2,
    )
    wants_media = site is not None and site.media and shows_media(body, metadata)
    reading = reader.read(body, lambda: _body_of(parse_page(source).tree))
    paragraphs = _story_paragraphs(reader, reading, evidence, source, hints)
    words = summary(metadata, url, head.headline.text, head.site_names)
    is_media = wants_media and not paragraphs
    if is_media:
        paragraphs = media_caption(words)
    if not paragraphs and head.headline.element is None and _is_shell(source):
        raise EmptyBody(NotArticleReason.SCRIPT_SHELL)
    _refuse_no_story(head, reading, paragraphs, evidence, hints)
    agency = find_agency(paragraphs, head.authors)
    credited = read_credits(paragraphs, head.site_names)
    authors = head.authors or credited.authors
    if not authors and agency is None:
        authors = dateline_author(paragraphs, head.site_names)
    text = "\n\n".join(credited.paragraphs)
    published = head.published
    marks = find_marks(
        metadata,
        url,
        headline=head.headline.text,
        section=head.section,
        tags=head.tags,
        lines=reading.body.paragraphs,
    )
    if not page.is_whole:
        marks.add(ArticleMark.CUT)
    if is_media:
        marks.add(ArticleMark.MEDIA)
    elif text and reader.is_uncertain(reading, text):
        marks.add(ArticleMark.UNCERTAIN_TEXT)
    del elements
    return Article(
        url=url,
        title=head.headline.text,
        text=text,
        canonical_url=head.canonical_url,
        authors=authors,
        published_at=published.published_at,
        published_precision=published.precision,
        date_source=published.source,
        modified_at=published.modified_at,
        language=detect_language(f"{head.headline.text}\n{text}", metadata.html_language),
        section=head.section,
        tags=head.tags,
        image=image(metadata, url),
        summary=words,
        editors=credited.editors,
        agency=credited.agency or agency,
        date_flags=list(published.flags),
        marks=sorted(marks),
    )


def _is_shell(source: str) -> bool:
    body = _body_of(parse_page(source).tree)
    return body is not None and before_text.is_script_shell(body)


def _body_of(tree: HtmlElement) -> HtmlElement | None:
    return next(tree.iter("body"), None)


def _story_paragraphs(
    reader: TextReader, reading: ArticleText, evidence: Evidence, source: str, hints: Hints
) -> list[str]:
    """The story as the markup has it, or as the page's data or its source has it where that is much more."""
    paragraphs = reading.paragraphs
    after_text.refuse_listing(evidence, reading.body.found, paragraphs, reading.lines)
    if reading.lines is not None and after_text.tells_nothing(evidence, reading.lines):
        after_text.refuse_untold(evidence, headed=reader.head.headline.element is not None)
        paragraphs = []
    if data := reader.from_data(source, "\n\n".join(paragraphs)):
        return data
    if not paragraphs and hints.text:
        paragraphs = reader.clean([part for part in map(tidy, hints.text.split("\n\n")) if part])
    return paragraphs


def _refuse_no_story(
    head: PageHead, reading: ArticleText, paragraphs: list[str], evidence: Evidence, hints: Hints
) -> None:
    """Refuse a page whose text turned out to be none of a story.

    Raises:
        NotAnArticle: A paywall, a soft 404, a notice, a page without a headline.
        EmptyBody: There is no text.
    """
    after_text.refuse_wall(paragraphs)
    after_text.refuse_missing(head.headline.text, paragraphs)
    if not head.headline.text:
        raise NotAnArticle(NotArticleReason.NO_HEADLINE)
    if not paragraphs and not (reading.body.repeated_headline and evidence.article >= 2):
        raise EmptyBody(NotArticleReason.NO_TEXT)
    if not hints.text and paragraphs == reading.paragraphs:
        after_text.refuse_scrap(evidence, reading.lines, dated=head.published.published_at is not None)
