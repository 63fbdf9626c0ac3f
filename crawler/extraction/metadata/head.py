"""What a page tells of its article beside the text: headline, names, times, section, tags."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from crawler.extraction.dates import find_published
from crawler.extraction.dates.headline_lines import LineCache
from crawler.extraction.dates.published import Published
from crawler.extraction.metadata import meta
from crawler.extraction.metadata.authors import find_authors
from crawler.extraction.metadata.canonical import canonical_url
from crawler.extraction.metadata.meta import Metadata
from crawler.extraction.metadata.title import Headline, find_title, site_name_beside, without_headlines
from crawler.extraction.page_type.before_text import title_parts
from crawler.model.article import Hints
from crawler.model.period import NEWSROOM_ZONE

if TYPE_CHECKING:
    from crawler.model.site import Site

"""The zone of times without one where no site says otherwise."""


@dataclass(frozen=True, slots=True)
class PageHead:
    """What a page tells of its article, its text excepted."""

    metadata: Metadata
    headline: Headline
    site_names: list[str]
    canonical_url: str
    published: Published
    section: str | None
    authors: list[str]
    tags: list[str]
    timezone: ZoneInfo

    @property
    def known_names(self) -> list[str]:
        """Names that are no text when they stand alone: authors, site, section."""
        return [*self.authors, *self.site_names, *([self.section] if self.section else [])]

    @property
    def silent_lines(self) -> list[str]:
        """Lines that tell nothing of the story: the headline, parts of the document's title, names."""
        return [*self.headline.spellings, *title_parts(self.metadata), *self.known_names]


def read_head(
    tree: HtmlElement,
    body: HtmlElement,
    metadata: Metadata,
    url: str,
    *,
    site: "Site | None",
    hints: Hints,
    now: datetime,
) -> PageHead:
    """Read all of a page but its text; the tree isn't changed.

    Args:
        tree: The parsed page.
        body: Its body.
        metadata: Its own statements.
        url: Its address.
        site: Its site's seed.
        hints: What discovery knew of it.
        now: The aware time of fetching.
    """
    names = meta.site_names(metadata, [name for name in (site.name, site.name_en) if name] if site else [])
    declared = meta.headlines(metadata, url)
    names = without_headlines(names, declared, metadata.document_title, body)
    headline = find_title(
        body,
        declared=declared,
        document_title=metadata.document_title,
        site_names=names,
        hint=hints.title,
    )
    for title in (metadata.document_title, metadata.first("og:title")):
        name = site_name_beside(headline.text, title)
        if name and name not in names:
            names.append(name)
    timezone = ZoneInfo(site.timezone if site else NEWSROOM_ZONE)
    line_cache: LineCache = {}
    published = find_published(
        tree,
        url=url,
        hints=hints,
        timezone=timezone,
        now=now,
        title=headline.text or None,
        linked=metadata.linked_data,
        line_cache=line_cache,
    )
    canonical = canonical_url(url, metadata)
    section = meta.section(metadata, url, body)
    authors = find_authors(
        body,
        metadata,
        canonical,
        hinted=hints.authors,
        others=[*names, *([section] if section else [])],
        headline=headline.element,
        line_cache=line_cache,
    )
    return PageHead(
        metadata=metadata,
        headline=headline,
        site_names=names,
        canonical_url=canonical,
        published=published,
        section=section,
        authors=authors,
        tags=meta.tags(metadata, url, body, headline.text),
        timezone=timezone,
    )
