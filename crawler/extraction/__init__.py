"""A page's bytes in, a clean article out: pure, without I/O, fit for a process pool.

`extract` is the one call that other code may rely on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lxml.etree import ErrorLevels, LxmlError
from lxml.html import HtmlElement, document_fromstring

from crawler.article import Article, Hints
from crawler.discovery.markup import page_parser
from crawler.extraction import metadata as meta
from crawler.extraction import page_kind, second_look
from crawler.extraction.body import extract_body
from crawler.extraction.canonical import canonical_url
from crawler.extraction.credits import dateline_author, find_agency, find_authors
from crawler.extraction.dates import find_published
from crawler.extraction.decode import decode
from crawler.extraction.edges import clean_edges
from crawler.extraction.errors import (
    Blocked,
    EmptyBody,
    ExtractionError,
    NotAnArticle,
    NotArticleReason,
    NotHtml,
    Unavailable,
)
from crawler.extraction.head_lines import drop_head_lines
from crawler.extraction.language import detect_language
from crawler.extraction.small_print import is_small_print
from crawler.extraction.telling import telling_lines
from crawler.extraction.text import tidy
from crawler.extraction.title import find_title, site_name_beside

if TYPE_CHECKING:
    from crawler.sites import Site

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

MAX_TAGS = 14_000
"""Opening and closing tags that are read of a page; the rest is cut off. Real pages have 500 to 8,000, and
all
work on a page grows with them: this keeps the worst page under two seconds."""
MAX_CHARS = 6_000_000
"""Characters that are read of a page."""
DEFAULT_TIMEZONE = "Asia/Damascus"
"""The zone of times without one where no site says otherwise."""


_MARKUP = re.compile(r"<(?:(script|style)\b.*?</\1|(/?[a-z]))", re.IGNORECASE | re.DOTALL)


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
    page = decode(html, charset)
    page_kind.refuse_markup(page)
    source = _bounded(page)
    tree, is_whole = _parse(source)
    # Held to the end: lxml makes an element's object anew in each walk when nobody holds it.
    elements = list(tree.iter())
    if look is not None and is_whole and len(source) == len(page):
        look(tree)
    body = next((element for element in elements if element.tag == "body"), None)
    if body is None:
        raise NotAnArticle(NotArticleReason.NO_CONTENT)
    metadata = meta.read_metadata(tree, url)
    page_kind.refuse_plain(tree, body, metadata, source, url)
    evidence = page_kind.weigh(body, metadata, url)

    names = meta.site_names(metadata, [name for name in (site.name, site.name_en) if name] if site else [])
    headline = find_title(
        body,
        declared=meta.headlines(metadata, url),
        document_title=metadata.document_title,
        site_names=names,
        hint=hints.title,
    )
    beside = [
        site_name_beside(headline.text, told)
        for told in (metadata.document_title, metadata.first("og:title"))
    ]
    names += [name for name in beside if name and name not in names]
    zone = ZoneInfo(site.timezone if site else DEFAULT_TIMEZONE)
    published = find_published(
        tree,
        url=url,
        hints=hints,
        timezone=zone,
        now=now,
        title=headline.text or None,
        linked=metadata.linked_data,
    )
    canonical = canonical_url(url, metadata)
    section = meta.section(metadata, url, body)
    authors = find_authors(
        body,
        metadata,
        canonical,
        hinted=hints.authors,
        others=[*names, *([section] if section else [])],
    )
    tags = meta.tags(metadata, url, body, headline.text)

    told = [*authors, *names, *([section] if section else [])]
    read = extract_body(
        body,
        headline=headline.element,
        spellings=headline.spellings,
        selector=site.body if site else None,
        prune=site.prune if site else (),
        drop_head_lines=partial(drop_head_lines, names=told, timezone=zone, now=now),
        url=url,
    )
    paragraphs = clean_edges(
        read.paragraphs,
        spellings=headline.spellings,
        site_names=names,
        boilerplate=site.boilerplate if site else (),
        names=tuple(authors),
        small_print=partial(is_small_print, names=told, timezone=zone, now=now),
    )
    telling = None
    if read.found is not None:
        silent = [*headline.spellings, *page_kind.title_parts(metadata), *names, *authors, section or ""]
        telling = telling_lines(read.found.element, silent=silent, timezone=zone, now=now)
    second_look.refuse_listing(evidence, read.found, paragraphs, telling)
    if telling is not None and second_look.tells_nothing(evidence, telling):
        second_look.refuse_untold(evidence, headed=headline.element is not None)
        paragraphs = []
    if not paragraphs and hints.text:
        parts = [tidy(part) for part in hints.text.split("\n\n")]
        paragraphs = clean_edges(
            [part for part in parts if part], spellings=headline.spellings, site_names=names
        )
    second_look.refuse_wall(paragraphs)
    second_look.refuse_missing(headline.text, paragraphs)
    if not headline.text:
        raise NotAnArticle(NotArticleReason.NO_HEADLINE)
    if not paragraphs and not (read.repeated_headline and evidence.article >= 2):
        raise EmptyBody(NotArticleReason.NO_TEXT)
    if not hints.text:
        second_look.refuse_scrap(evidence, telling, dated=published.published_at is not None)
    text = "\n\n".join(paragraphs)
    agency = find_agency(paragraphs, authors)
    if not authors and agency is None:
        authors = dateline_author(paragraphs, names)
    return Article(
        url=url,
        title=headline.text,
        text=text,
        canonical_url=canonical,
        authors=authors,
        published_at=published.published_at,
        published_precision=published.precision,
        date_source=published.source,
        modified_at=published.modified_at,
        language=detect_language(f"{headline.text}\n{text}", metadata.html_language),
        section=section,
        tags=tags,
        image=meta.image(metadata, url),
        summary=meta.summary(metadata, url, headline.text, names),
        agency=agency,
        date_flags=list(published.flags),
    )


def _bounded(source: str) -> str:
    """A page cut where it has more markup than any real page: hostile, or broken."""
    if source.count("<") <= MAX_TAGS:
        return source[:MAX_CHARS]
    tags = 0
    for match in _MARKUP.finditer(source, 0, MAX_CHARS):
        tags += match.group(2) is not None
        if tags > MAX_TAGS:
            return source[: match.start()]
    return source[:MAX_CHARS]


def _parse(source: str) -> tuple[HtmlElement, bool]:
    """The page's tree, and whether it is all of the page: libxml2 stops where elements nest too deep.

    Bytes go in, for lxml refuses a decoded page that declares its own encoding.
    """
    if not source.strip():
        raise NotAnArticle(NotArticleReason.EMPTY_PAGE)
    parser = page_parser()
    try:
        tree = document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (LxmlError, ValueError) as error:
        raise NotHtml(NotArticleReason.NO_HTML) from error
    last = parser.error_log.last_error
    return tree, last is None or last.level < ErrorLevels.FATAL
