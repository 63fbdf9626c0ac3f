"""From a fetched page to an article with its signature: what a worker process does.

A post of WordPress's REST interface becomes a page first, and then an article as any page does.
"""

import hashlib
import logging
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from crawler.discovery.wordpress_posts import Post
from crawler.html.sentences import sentence
from crawler.model.article import (
    Article,
    DatePrecision,
    Disposition,
    Hints,
    NotArticleReason,
    latest_publication,
)
from crawler.model.site import Site
from crawler.parsing.urls import page_id
from crawler.pipelines.fingerprint import Fingerprint
from dedup import Prepared

if TYPE_CHECKING:
    from crawler.extraction import Page
    from crawler.extraction.errors import ExtractionError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """What extraction needs to know of a response.

    `charset` is the one the HTTP header names; `learned` holds the keys of the paragraphs
    that the site repeats. `parts` are the further pages of the article, address and bytes, fetched so far.
    `requested_url` is the address by which the page was found, before any redirect.
    """

    html: bytes
    url: str
    hints: Hints
    charset: str | None
    fetched_at: datetime
    learned: frozenset[str] = frozenset()
    parts: tuple[tuple[str, bytes], ...] = ()
    requested_url: str = ""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a worker made of a page: an article with its signature, or how the page ends without one and why.

    `reason` is for people; code decides by `cause`.

    `links` are the addresses of articles that the page links to, whatever it is; `blocks` its paragraphs, key
    and wording, those that are learned boilerplate too. `missing` names further pages of the article that are
    still to be fetched: the text ends where they begin. `unreadable` is the first further page that was
    fetched and is not one: the text ends before it. `is_part`: the page is a further page of another
    one.
    """

    article: Article | None = None
    article_id: str | None = None
    prepared: Prepared | None = None
    ending: Disposition | None = None
    reason: str | None = None
    cause: NotArticleReason | None = None
    links: list[str] = field(default_factory=list)
    blocks: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    unreadable: str | None = None
    is_part: bool = False
    fingerprint: Fingerprint | None = None

    @property
    def ending_reason(self) -> str | None:
        """The reason, which can be told in another language where its cause is known."""
        if self.cause is None:
            return self.reason
        phrase = self.cause.sentence
        detail = (self.reason or phrase).removeprefix(phrase)
        if not detail:
            return phrase
        is_fault = self.cause is NotArticleReason.BROKEN
        return sentence("page_fault", why=detail.removeprefix(": ")) if is_fault else self.reason


def extract_page(page: FetchedPage, site: Site, follow: bool) -> Extracted:
    """Make an article of a fetched page; runs in a worker process.

    Args:
        page: The response.
        site: The site it came from.
        follow: Whether the links on the page are wanted.
    """
    # Imported here, in the worker: the process that fetches does not need the parsers and their memory.
    from crawler.extraction import Page, extract_article
    from crawler.extraction.errors import ExtractionError
    from crawler.extraction.multipage import part_of

    parsed = Page(page.html, page.url, site=site, hints=page.hints, charset=page.charset, now=page.fetched_at)
    # Read before the article is: extraction changes the tree.
    links, numbered = _read_links(parsed, site, follow)
    try:
        article = extract_article(parsed)
    except ExtractionError as error:
        return _without_article(error, links)
    if whole := part_of(page.html, page.url, page.charset):
        reason = f"a further page of {whole}"
        return Extracted(ending=Disposition.NOT_ARTICLE, reason=reason, links=links, is_part=True)
    further = _with_parts(article, page, site, numbered)
    extracted = signed_article(further.article, page, site)
    return replace(
        extracted,
        links=_without_parts(links, numbered),
        missing=further.missing,
        unreadable=further.unreadable,
    )


def _without_article(error: "ExtractionError", links: list[str]) -> Extracted:
    """How a page ends of which no article could be made."""
    from crawler.extraction.errors import Blocked, ExtractionError, Unavailable

    if isinstance(error, Blocked):
        return Extracted(ending=Disposition.BLOCKED, reason=error.message, cause=error.reason)
    if isinstance(error, Unavailable):
        return Extracted(ending=Disposition.FAILED, reason=error.message, cause=error.reason)
    # The bare error stands for a fault of extraction itself.
    is_broken = type(error) is ExtractionError
    ending = Disposition.QUARANTINED if is_broken else Disposition.NOT_ARTICLE
    return Extracted(ending=ending, reason=error.message, cause=error.reason, links=links)


def signed_article(article: Article, page: FetchedPage, site: Site) -> Extracted:
    """An article without its site's boilerplate, with its signature and the fingerprint of its text.

    Args:
        article: The article, as it was read.
        page: The page that it was read in.
        site: The site it came from.
    """
    from crawler.extraction.boilerplate.repeated import blocks_of, without_blocks
    from crawler.pipelines.fingerprint import fingerprint
    from dedup import prepare

    cleaned = without_blocks(article, page.learned)
    article_id = page_id(cleaned.canonical_url)
    published = latest_publication(cleaned.published_at, cleaned.published_precision, page.fetched_at)
    return Extracted(
        article=cleaned,
        article_id=article_id,
        prepared=prepare(article_id, cleaned.text, published, site.id),
        blocks=tuple(blocks_of(article.text)),
        # Of the whole text: what a server's page has everywhere is learned as boilerplate soon.
        fingerprint=fingerprint(article, page.hints, page.requested_url or page.url, page.html),
    )


def _read_links(page: "Page", site: Site, follow: bool) -> tuple[list[str], dict[int, str]]:
    """The articles that a page links to, if they are wanted, and its own further pages, by number."""
    from crawler.discovery.listing import links_in, parse_links
    from crawler.extraction.errors import ExtractionError
    from crawler.extraction.multipage import further_parts, further_parts_in

    try:
        tree = page.tree if page.is_whole else None
    except ExtractionError:
        tree = None
    if tree is None:
        # Extraction reads less than the whole page: it is parsed apart.
        links = parse_links(page.html, page.url, site, charset=page.charset) if follow else []
        return links, further_parts(page.html, page.url, page.url, page.charset)
    links = links_in(tree, page.url, site) if follow else []
    return links, further_parts_in(tree, page.url, page.url)


@dataclass(frozen=True, slots=True)
class _Further:
    """An article with the further pages that could be read, and what became of the others."""

    article: Article
    missing: tuple[str, ...] = ()
    unreadable: str | None = None


def _with_parts(article: Article, page: FetchedPage, site: Site, numbered: dict[int, str]) -> _Further:
    """Join an article with its further pages, up to the first that is not one.

    `numbered` are the further pages that the first one links to, by number.
    """
    from crawler.extraction.multipage import further_parts, join, without_page_links

    texts = []
    unreadable = None
    for url, html in page.parts:
        siblings = further_parts(html, url, page.url, page.charset)
        text = _part_text(article, page, url, html, site, bool(siblings))
        if text is None:
            unreadable = url
            break
        numbered = {**siblings, **numbered}
        texts.append(text)
    if numbered:
        article = replace(article, text=without_page_links(article.text, len(numbered)))
        texts = [without_page_links(text, len(numbered)) for text in texts]
    fetched = {url for url, _ in page.parts}
    missing = tuple(numbered[number] for number in sorted(numbered) if numbered[number] not in fetched)
    return _Further(join(article, texts), () if unreadable else missing, unreadable)


def _part_text(
    first: Article, page: FetchedPage, url: str, html: bytes, site: Site, has_siblings: bool
) -> str | None:
    """The text of a further page; None where it is cut, no article, or another one.

    It is judged as the first page is. A page of the article has its headline, or links to its other pages.
    """
    from crawler.extraction import extract
    from crawler.extraction.errors import ExtractionError
    from crawler.extraction.metadata.matching import same_headline
    from crawler.parsing.page_end import PageEnd, page_end

    end = page_end(html)
    if end is PageEnd.CUT or (end is not PageEnd.WHOLE and page_end(page.html) is PageEnd.WHOLE):
        return None
    try:
        part = extract(html, url, site=site, charset=page.charset, now=page.fetched_at)
    except ExtractionError as error:
        logger.info("%s: it is no page of the article: %s", url, error)
        return None
    return part.text if has_siblings or same_headline(first.title, part.title) else None


def _without_parts(links: list[str], numbered: dict[int, str]) -> list[str]:
    """Links without those to the article's further pages, which come with it."""
    parts = {page_id(url) for url in numbered.values()}
    return [link for link in links if page_id(link) not in parts] if parts else links


def extract_post(
    post: Post, site: Site, fetched_at: datetime, learned: frozenset[str] = frozenset()
) -> tuple[Extracted, str]:
    """Make an article of a post; runs in a worker process.

    Args:
        post: The post, with its text.
        site: The site it came from.
        fetched_at: When it was fetched, aware.
        learned: Keys of the paragraphs that are the site's template.

    Returns:
        What became of it, and the SHA-256 of the page that was read, in hex. The time of publication is the
        one of the site's own database.
    """
    html = post.as_page(site.language)
    page = FetchedPage(html, post.url, post_hints(post), "utf-8", fetched_at, learned=learned)
    return extract_post_page(page, site), hashlib.sha256(html).hexdigest()


def post_hints(post: Post) -> Hints:
    """The hints of a post, from the interface; kept with the page that is made of it."""
    return Hints(title=post.title or None, authors=post.authors, published_at=post.published_at)


def extract_post_page(page: FetchedPage, site: Site) -> Extracted:
    """Make an article of a page that was made of a post; runs in a worker process.

    Args:
        page: The page, with the post's hints.
        site: The site it came from.
    """
    published_at = page.hints.published_at
    extracted = extract_page(replace(page, hints=replace(page.hints, published_at=None)), site, False)
    if extracted.article is None or published_at is None:
        return extracted
    article = replace(
        extracted.article,
        published_at=published_at,
        published_precision=DatePrecision.MINUTE,
        date_source="wordpress",
    )
    prepared = extracted.prepared and replace(extracted.prepared, published_at=published_at)
    return replace(extracted, article=article, prepared=prepared)


def without_template(extracted: Extracted, template: frozenset[str], site: str) -> Extracted:
    """Take a template's paragraphs out of an article; runs in a worker process.

    Args:
        extracted: The article with its signature.
        template: Keys of the paragraphs.
        site: The site's id.
    """
    # Imported here, in the worker: the process that fetches does not need the parsers and their memory.
    from crawler.extraction.boilerplate.repeated import without_blocks
    from dedup import prepare

    if extracted.article is None or extracted.article_id is None or extracted.prepared is None:
        return extracted
    article = without_blocks(extracted.article, template)
    published = extracted.prepared.published_at
    return replace(
        extracted, article=article, prepared=prepare(extracted.article_id, article.text, published, site)
    )
