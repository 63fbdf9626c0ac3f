"""What the demo newsroom truly publishes: what a perfect crawl of it would bring home."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crawler.model.article import DatePrecision


class Kind(StrEnum):
    """What sort of article it is."""

    NEWS = "news"
    """A story of its own, or a copy of one."""
    REPORT = "report"
    """The figures of a day in a fixed frame: alike from day to day, never the same story."""
    FOLLOW_UP = "follow_up"
    """News that quotes paragraphs of an earlier story as background; a story of its own."""


class Edit(StrEnum):
    """What a paper did to a story that it took over."""

    HEADLINE = "headline"
    """Another headline."""
    SOURCE_LINE = "source_line"
    """A line that names place and agency."""
    CUT = "cut"
    """The end is left out."""
    LEAD = "lead"
    """A first paragraph of its own."""
    SPELLING = "spelling"
    """Other spelling of the same words: hamza, alef maqsura, tanwin, quotation marks."""


class PageKind(StrEnum):
    """What a page that is no article is."""

    HOME = "home"
    LISTING = "listing"
    TAG = "tag"
    VIDEO = "video"
    SOFT_404 = "soft_404"
    ABOUT = "about"
    PRINT = "print"
    PRIVATE = "private"
    FEED = "feed"
    SITEMAP = "sitemap"


@dataclass(frozen=True, slots=True)
class DemoSite:
    """A made-up news site and where it is served; `url` ends in a slash."""

    id: str
    name: str
    name_en: str
    url: str
    port: int


@dataclass(frozen=True, slots=True)
class DemoArticle:
    """An article as its page shows it.

    `paragraphs` is the whole text, without headline and boilerplate. `optional` are texts on the page that
    an extractor may keep or drop: captions, the agency's line. `published_at` is aware; with precision
    DAY the page tells its day in Damascus and nothing more. `story` names what syndicated copies have in
    common, and is None for an article that no other site carries. `follows` names the story whose
    paragraphs a follow-up quotes. `removed` is the HTTP status of a page that was taken down.
    """

    site: str
    id: int
    url: str
    title: str
    paragraphs: tuple[str, ...]
    published_at: datetime
    modified_at: datetime
    precision: DatePrecision
    author: str | None
    section: str
    kind: Kind = Kind.NEWS
    story: str | None = None
    edits: tuple[Edit, ...] = ()
    follows: str | None = None
    source_line: str | None = None
    optional: tuple[str, ...] = ()
    removed: int | None = None

    @property
    def text(self) -> str:
        """The paragraphs, joined by blank lines."""
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class DemoPage:
    """A page that is served and is no article."""

    site: str
    url: str
    kind: PageKind
