"""A fetched page and the metadata of its article."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from crawler.extraction.body.declared_text import DeclaredText, read_declared_text
from crawler.extraction.boilerplate.byline_lines import BylineReader
from crawler.extraction.dates.published import Published, find_published
from crawler.extraction.dates.visible import LineCache
from crawler.extraction.errors import NotAnArticle, NotArticleReason
from crawler.extraction.metadata import meta
from crawler.extraction.metadata.authors import find_authors
from crawler.extraction.metadata.jsonld import node_rank
from crawler.extraction.metadata.meta import Metadata
from crawler.extraction.metadata.site_name import site_name_beside, without_headlines
from crawler.extraction.metadata.title import Headline, find_title
from crawler.extraction.parse import ParsedPage, decode_page, parse_again, parse_page
from crawler.model.article import Hints
from crawler.model.period import NEWSROOM_ZONE
from crawler.parsing.arabic import fold

if TYPE_CHECKING:
    from crawler.model.site import Site

MAX_VISIBLE_CHARS = 1_500
"""Characters from which on the visible text is not read further: pages that show an error, a challenge or a
login have less."""
MAX_HEADING_CHARS = 200

_ARTICLE_TYPES = frozenset({"article", "news", "newsarticle", "video.other"})
"""Values of `og:type` that declare an article."""
_SILENT = frozenset({"script", "style", "template"})
_READ_AS_SERVED = ("metadata", "headline", "published", "section", "authors", "tags")


class Page:
    """A fetched page: its source, its tree and the metadata of its article.

    Each property is computed on first access and kept. Those that are read from the tree raise `NotHtml` or
    `NotAnArticle` where there is none.

    Args:
        html: The page's bytes, as served (not compressed).
        url: The URL they came from, absolute.
        site: The site's seed: its names, time zone, and what its layout needs.
        hints: What discovery knew of the page.
        charset: The encoding that the HTTP header declared.
        now: When the page was fetched, aware; relative dates count from it. The current time by default.
    """

    def __init__(
        self,
        html: bytes,
        url: str,
        *,
        site: Site | None = None,
        hints: Hints | None = None,
        charset: str | None = None,
        now: datetime | None = None,
    ) -> None:
        self.html = html
        self.url = url
        self.site = site
        self.hints = hints or Hints()
        self.charset = charset
        self.now = now or datetime.now(UTC)
        self._line_cache: LineCache = {}

    @cached_property
    def source(self) -> str:
        """The page's bytes as text.

        Raises:
            NotHtml: The bytes are binary, or no text.
        """
        return decode_page(self.html, self.charset)

    @cached_property
    def _parsed(self) -> ParsedPage:
        return parse_page(self.source)

    @cached_property
    def elements(self) -> list[HtmlElement]:
        """All elements as served, in order.

        Holding them saves time: lxml creates an element's object again in each walk when nobody holds it.
        """
        return list(self._parsed.tree.iter())

    @property
    def tree(self) -> HtmlElement:
        """The page as a tree.

        Raises:
            NotAnArticle: The page is empty.
            NotHtml: There is no element in it.
        """
        return self.elements[0]

    @property
    def is_whole(self) -> bool:
        """Whether the tree is all of the page: not cut at a bound on its size or depth."""
        return self._parsed.is_whole

    @cached_property
    def body(self) -> HtmlElement:
        """The tree's body.

        Raises:
            NotAnArticle: There is none.
        """
        return _body_of(self.tree)

    def take_body(self) -> HtmlElement:
        """The body, for a reader that changes it: what has to be read from it as served is read before."""
        for name in _READ_AS_SERVED:
            getattr(self, name)
        return self.body

    def parse_again(self) -> HtmlElement:
        """Another body of the same page, for readers that change the first one."""
        return _body_of(parse_again(self._parsed))

    @cached_property
    def metadata(self) -> Metadata:
        """The page's own statements: JSON-LD, Open Graph, meta, link."""
        return meta.read_metadata(self.tree, self.url)

    @property
    def timezone(self) -> ZoneInfo:
        """The zone in which times without a zone are read."""
        return ZoneInfo(self.site.timezone if self.site else NEWSROOM_ZONE)

    @cached_property
    def headline(self) -> Headline:
        """The headline, the element that shows it, and its spellings."""
        return find_title(
            self.body,
            declared=meta.headlines(self.metadata, self.url),
            document_title=self.metadata.document_title,
            site_names=self._declared_site_names,
            hint=self.hints.title,
        )

    @cached_property
    def _declared_site_names(self) -> list[str]:
        given = [self.site.name, self.site.name_en] if self.site else []
        return without_headlines(
            meta.site_names(self.metadata, filter(None, given)),
            meta.headlines(self.metadata, self.url),
            self.metadata.document_title,
            self.body,
        )

    @cached_property
    def site_names(self) -> list[str]:
        """All names that the site goes by: declared ones, and those beside the headline in a title."""
        titles = (self.metadata.document_title, self.metadata.first("og:title"))
        beside = (site_name_beside(self.headline.text, title) for title in titles)
        return list(dict.fromkeys([*self._declared_site_names, *filter(None, beside)]))

    @cached_property
    def published(self) -> Published:
        """When the article was published and last changed."""
        return find_published(
            self.tree,
            url=self.url,
            hints=self.hints,
            timezone=self.timezone,
            now=self.now,
            title=self.headline.text or None,
            linked=self.metadata.linked_data,
            line_cache=self._line_cache,
        )

    @cached_property
    def canonical_url(self) -> str:
        """The URL that the article is known by."""
        return meta.canonical_address(self.metadata, self.url)

    @cached_property
    def section(self) -> str | None:
        """The part of the paper that the article stands in."""
        return meta.section(self.metadata, self.url, self.body)

    @cached_property
    def authors(self) -> list[str]:
        """The authors that metadata and byline name."""
        return find_authors(
            self.body,
            self.metadata,
            self.canonical_url,
            hinted=self.hints.authors,
            not_authors=[*self.site_names, *filter(None, [self.section])],
            headline=self.headline.element,
            line_cache=self._line_cache,
        )

    @cached_property
    def tags(self) -> list[str]:
        """The article's tags."""
        return meta.tags(self.metadata, self.url, self.body, self.headline.text)

    @cached_property
    def summary(self) -> str | None:
        """The article's summary in the site's words."""
        return meta.summary(self.metadata, self.url, self.headline.text, self.site_names)

    @cached_property
    def credit_names(self) -> list[str]:
        """Names that are no article text when they stand alone: authors, site, section."""
        return [*self.authors, *self.site_names, *filter(None, [self.section])]

    @cached_property
    def byline_reader(self) -> BylineReader:
        """Knows a byline by the page's names."""
        return BylineReader(self.credit_names, self.timezone, self.now)

    @cached_property
    def declared_text(self) -> DeclaredText:
        """What metadata and discovery say of the article's text."""
        return read_declared_text(self.metadata, self.url, self.hints, self.headline.spellings)

    @cached_property
    def claims_article(self) -> bool:
        """Whether the page's own metadata call it an article."""
        node = self.metadata.article(self.url)
        if node is not None and node_rank(node) <= 2:
            return True
        kind = (self.metadata.first("og:type") or "").lower()
        return kind in _ARTICLE_TYPES or self.metadata.first("article:published_time") is not None

    @cached_property
    def first_heading(self) -> str:
        """The text of the first `h1` or `h2`."""
        heading = next(self.body.iter("h1", "h2"), None)
        return "" if heading is None else "".join(heading.itertext())[:MAX_HEADING_CHARS]

    @cached_property
    def folded_title(self) -> str:
        """The document's title, folded."""
        return fold(self.metadata.document_title or "")

    @property
    def folded_titles(self) -> str:
        """The document's title and the first heading, folded, a line each."""
        return f"{self.folded_title}\n{fold(self.first_heading)}"

    @cached_property
    def visible_text(self) -> str:
        """The page's text, white space collapsed; of a text over `MAX_VISIBLE_CHARS` its beginning."""
        parts: list[str] = []
        length = 0
        for element in self.body.iter():
            for text in (_own_text(element), element.tail):
                if text and (words := text.split()):
                    parts.append(" ".join(words))
                    length += len(parts[-1]) + 1
            if length > MAX_VISIBLE_CHARS + 1:
                break
        return " ".join(parts)

    @property
    def is_small(self) -> bool:
        """Whether the page shows no more text than an error page may."""
        return len(self.visible_text) <= MAX_VISIBLE_CHARS


def _body_of(tree: HtmlElement) -> HtmlElement:
    body = next(tree.iter("body"), None)
    if body is None:
        raise NotAnArticle(NotArticleReason.NO_CONTENT)
    return body


def _own_text(element: HtmlElement) -> str | None:
    if element.tag == "noscript":
        return "".join(element.itertext())[:300]
    return None if element.tag in _SILENT else element.text
