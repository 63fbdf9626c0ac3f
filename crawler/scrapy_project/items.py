"""The items: a response that is to be read, and the article that was read in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from scrapy.http import Response

from crawler.model.article import Article, Disposition, Hints
from crawler.model.period import iso_time
from crawler.model.site import Site
from crawler.pipelines.item import PageItem


@dataclass(frozen=True, slots=True)
class ResponseItem:
    """A response that may hold an article; a spider yields it, and the add-on's pipeline reads it.

    Attributes:
        response: The response.
        hints: What is known of the page beforehand, from a feed or a listing.
    """

    response: Response
    hints: Hints = field(default_factory=Hints)


@dataclass(slots=True)
class ArticleItem:
    """An article as one row: the fields of `khabar export` that are known at once, and how its page ended.

    Times are ISO 8601 in the site's zone. `disposition` is None without an archive (`store=none`), and so are
    `revision`, `story_id`, `duplicate_of` and `similarity`.
    """

    id: str
    site: str
    url: str
    title: str
    text: str
    authors: Sequence[str]
    editors: Sequence[str]
    agency: str | None
    marks: Sequence[str]
    published: str | None
    published_precision: str | None
    date_source: str | None
    modified: str | None
    language: str | None
    section: str | None
    tags: Sequence[str]
    image: str | None
    summary: str | None
    text_sha256: str
    fetched_at: str
    incomplete: bool = False
    revision: int | None = None
    story_id: str | None = None
    duplicate_of: str | None = None
    similarity: float | None = None
    disposition: str | None = None


def article_item(
    article: Article, article_id: str, site: Site, url: str, fetched_at: datetime
) -> ArticleItem:
    """An article without an archive as an item.

    Args:
        article: The article.
        article_id: Its id.
        site: Whose it is.
        url: Where it was fetched.
        fetched_at: When, aware.
    """
    zone = site.zone
    return ArticleItem(
        id=article_id,
        site=site.id,
        url=url,
        title=article.title,
        text=article.text,
        authors=article.authors,
        editors=article.editors,
        agency=article.agency,
        marks=[str(mark) for mark in article.marks],
        published=iso_time(article.published_at, zone),
        published_precision=article.published_precision and str(article.published_precision),
        date_source=article.date_source,
        modified=iso_time(article.modified_at, zone),
        language=article.language,
        section=article.section,
        tags=article.tags,
        image=article.image,
        summary=article.summary,
        text_sha256=article.text_sha256,
        fetched_at=iso_time(fetched_at.replace(microsecond=0).astimezone(UTC), zone) or "",
    )


WRITTEN = frozenset({Disposition.STORED, Disposition.DUPLICATE, Disposition.REVISED})
"""How pages end that brought an article, or another wording of one."""


def stored_item(page: PageItem, site: Site) -> ArticleItem | None:
    """The article that a page brought into the archive; None where it brought nothing new.

    Args:
        page: A page that has passed the pipelines.
        site: Whose it is.
    """
    article, article_id = page.article, page.article_id
    if page.disposition not in WRITTEN or article is None or article_id is None:
        return None
    item = article_item(article, article_id, site, page.page.url, page.fetched_at)
    item.incomplete = page.cut_short
    item.revision = page.stored_revision + 1
    item.disposition = str(page.disposition)
    if page.decision is not None:
        item.story_id, item.duplicate_of = page.decision.story_id, page.decision.duplicate_of
        item.similarity = page.decision.similarity
    return item
