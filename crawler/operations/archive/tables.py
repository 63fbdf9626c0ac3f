"""The tables of an export: their columns, what these mean, and their rows."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Any, Final

from crawler.errors import UsageError
from crawler.model.period import iso_time
from crawler.model.site import Site, zone_of
from crawler.operations.archive.export_files import MEMORY_LIMIT, json_line
from crawler.operations.archive.selection import LeftOut, Selection
from crawler.storage.connect import Stores
from crawler.storage.search import KeptPages, SearchFile
from crawler.storage.site_state import site_states
from crawler.storage.stored_article import ArticleReader, SearchableArticle, StoredArticle

Rows = Iterator[dict[str, Any]]

TEXT, TIME, LIST, NUMBER = "VARCHAR", "TIMESTAMPTZ", "VARCHAR[]", "INTEGER"
"""Types of columns in DuckDB's words; times are kept in UTC."""


@dataclass(frozen=True, slots=True)
class TableSource:
    """What the rows of a table are made of.

    `sites` are those of the seeds; `left_out` counts what is passed over.
    """

    stores: Stores
    sites: Mapping[str, Site]
    selection: Selection
    left_out: LeftOut = field(default_factory=LeftOut)

    @property
    def reader(self) -> ArticleReader:
        """Reads stored articles."""
        return ArticleReader(self.stores.db)

    def articles(self) -> Iterator[tuple[tzinfo, list[SearchableArticle]]]:
        """The chosen articles, site by site, and the zone to show their times in."""
        for site, articles in self.selection.articles(self.reader, self.left_out):
            yield zone_of(site, dict(self.sites)), articles


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns with their types in DuckDB's words and what they mean, and its rows."""

    name: str
    about: str
    columns: Mapping[str, tuple[str, str]]
    rows: Callable[[TableSource], Rows]

    @property
    def types(self) -> dict[str, str]:
        """The type of each column."""
        return {name: kind for name, (kind, _) in self.columns.items()}

    def pick(self, names: str | None) -> dict[str, str]:
        """The types of the columns that are named, separated by commas; None: all.

        Raises:
            UsageError: There is no such column.
        """
        if not names:
            return self.types
        picked = [name.strip() for name in names.split(",") if name.strip()]
        if unknown := [name for name in picked if name not in self.columns]:
            raise UsageError(
                f"--columns {', '.join(unknown)}: not in {self.name}; it has {', '.join(self.columns)}"
            )
        return {name: self.types[name] for name in picked}


def export_row(article: StoredArticle, zone: tzinfo) -> dict[str, Any]:
    """Return an article as the export shows it; times are ISO 8601 with an offset.

    Args:
        article: A stored article.
        zone: The zone to show its times in.
    """
    return {
        "id": article.id,
        "site": article.site,
        "url": article.url,
        "title": article.title,
        "text": article.text,
        "authors": article.authors,
        "editors": article.editors,
        "agency": article.agency,
        "marks": article.marks,
        "published": iso_time(article.published_at, zone),
        "published_precision": article.published_precision,
        "date_source": article.date_source,
        "modified": iso_time(article.modified_at, zone),
        "language": article.language,
        "section": article.section,
        "tags": article.tags,
        "image": article.image,
        "summary": article.summary,
        "revision": article.revision,
        "duplicate_of": article.duplicate_of,
        "story_id": article.story_id,
        "event_id": article.event_id,
        "similarity": article.similarity,
        "repeats": article.repeats,
        "removed_at": iso_time(article.removed_at, zone),
        "first_seen_at": iso_time(article.first_seen_at, zone),
        "text_sha256": article.text_sha256,
        "incomplete": article.incomplete,
    }


def _article_rows(source: TableSource) -> Rows:
    for zone, articles in source.articles():
        for batch in source.reader.in_batches([article.id for article in articles]):
            for article in batch:
                yield export_row(article, zone)


def _revision_rows(source: TableSource) -> Rows:
    for zone, articles in source.articles():
        for article in articles:
            for revision in source.reader.revisions(article.id) if article.revision > 1 else ():
                yield {
                    "article_id": article.id,
                    "site": article.site,
                    "revision": revision.revision,
                    "title": revision.title,
                    "text": revision.text,
                    "seen_from": iso_time(revision.seen_from, zone),
                    "seen_until": iso_time(revision.seen_until, zone),
                    "text_sha256": revision.text_sha256,
                }


def _member_rows(source: TableSource) -> Rows:
    for zone, articles in source.articles():
        for article in articles:
            yield {
                "story_id": article.story_id,
                "event_id": article.event_id,
                "article_id": article.id,
                "site": article.site,
                "title": article.title,
                "published": iso_time(article.published_at, zone),
                "first_seen_at": iso_time(article.first_seen_at, zone),
                "duplicate_of": article.duplicate_of,
                "reason": article.duplicate_reason,
                "similarity": article.similarity,
                "repeats": article.repeats,
                "removed_at": iso_time(article.removed_at, zone),
            }


_STORIES: Final = """
SELECT story_id, any_value(event_id) AS event_id, count(*) AS articles,
       list(DISTINCT site ORDER BY site) AS sites,
       arg_min(article_id, (duplicate_of IS NOT NULL, coalesce(published, first_seen_at))) AS first_article,
       arg_min(site, (duplicate_of IS NOT NULL, coalesce(published, first_seen_at))) AS first_site,
       arg_min(title, (duplicate_of IS NOT NULL, coalesce(published, first_seen_at))) AS title,
       min(coalesce(published, first_seen_at)) AS first_published,
       max(coalesce(published, first_seen_at)) AS last_published
FROM read_json(?, format='newline_delimited', columns={columns})
GROUP BY story_id ORDER BY first_published, story_id
"""


def _story_rows(source: TableSource) -> Rows:
    """Group the members by story, in DuckDB: their number is not bounded, memory is."""
    import duckdb

    columns = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in MEMBERS.types.items()) + "}"
    with tempfile.TemporaryDirectory(prefix="khabar-") as folder, duckdb.connect() as connection:
        lines = Path(folder) / "members.jsonl"
        with lines.open("w", encoding="utf-8") as stream:
            stream.writelines(json_line(row) + "\n" for row in _member_rows(source))
        connection.execute(f"SET memory_limit='{MEMORY_LIMIT}'")
        connection.execute("SET TimeZone='UTC'")
        # Times as texts in UTC: a client of DuckDB needs a further library for those with a zone.
        connection.execute(
            "SELECT * REPLACE (strftime(first_published, '%Y-%m-%dT%H:%M:%S+00:00') AS first_published, "  # noqa: S608
            "strftime(last_published, '%Y-%m-%dT%H:%M:%S+00:00') AS last_published) "
            f"FROM ({_STORIES.format(columns=columns)})",
            [str(lines)],
        )
        while batch := connection.fetchmany(1000):
            for row in batch:
                yield dict(zip(STORIES.columns, row, strict=True))


def _site_rows(source: TableSource) -> Rows:
    states = site_states(source.stores.db)
    for zone, articles in source.articles():
        if not articles:
            continue
        site = articles[0].site
        seed, state = source.sites.get(site), states.get(site)
        yield {
            "site": site,
            "name": seed.name if seed else None,
            "name_en": seed.name_en if seed else None,
            "url": seed.url if seed else None,
            "language": seed.language if seed else None,
            "articles": len(articles),
            "duplicates": sum(article.duplicate_of is not None for article in articles),
            "edited": sum(article.revision > 1 for article in articles),
            "removed": sum(article.removed_at is not None for article in articles),
            "first_published": iso_time(articles[0].placed_at, zone),
            "last_published": iso_time(articles[-1].placed_at, zone),
            "verdict": str(state.verdict) if state and state.verdict else None,
        }


def _capture_rows(source: TableSource) -> Rows:
    file = SearchFile(source.stores.settings.data_dir)
    try:
        kept = KeptPages(file, source.stores.settings.data_dir)
        while kept.follow():
            pass
        for zone, articles in source.articles():
            for article in articles:
                for capture in kept.of(article.id):
                    yield {
                        "article_id": article.id,
                        "site": article.site,
                        "url": article.url,
                        "fetched_at": iso_time(capture.at, zone),
                        "html_sha256": capture.sha256,
                        "file": f"raw/{article.site}/{capture.segment}",
                        "offset": capture.offset,
                    }
    finally:
        file.close()


ARTICLES: Final = Table(
    "articles",
    "an article as it stands now",
    {
        "id": (TEXT, "SHA-256 of its canonical address, 32 hex digits"),
        "site": (TEXT, "who published it: the id of a seed"),
        "url": (TEXT, "its address"),
        "title": (TEXT, "its headline, once"),
        "text": (TEXT, "paragraphs joined by a blank line, without the headline and the site's boilerplate"),
        "authors": (LIST, "who wrote it, as the page says"),
        "editors": (LIST, "who edited or translated it"),
        "agency": (TEXT, "the news agency it names"),
        "marks": (LIST, "paywalled, live_blog, cut, uncertain_text, corrected, machine_translated, …"),
        "published": (TIME, "when, as the page says; of a day alone its first moment"),
        "published_precision": (TEXT, "minute or day"),
        "date_source": (TEXT, "where that was read: json-ld, meta, time, feed, url, text, wordpress"),
        "modified": (TIME, "when it was changed, as the page says"),
        "language": (TEXT, "ISO 639 code"),
        "section": (TEXT, "the section, as the page says"),
        "tags": (LIST, "its tags, as the page says"),
        "image": (TEXT, "address of its picture"),
        "summary": (TEXT, "its summary, as the page says"),
        "revision": (NUMBER, "1, and one more for each edit that was seen"),
        "duplicate_of": (TEXT, "id of the earliest article with this text; empty for that one"),
        "story_id": (TEXT, "the story that it belongs to"),
        "event_id": (TEXT, "the event that its story reports, as other stories may, too"),
        "similarity": ("DOUBLE", "of a duplicate: share of the shorter text that both have, 0 to 1"),
        "repeats": (
            "BOOLEAN",
            "of a duplicate: whether it says nothing, as measured, that the other does not",
        ),
        "removed_at": (TIME, "when its site was seen to have taken it down"),
        "first_seen_at": (TIME, "when Khabar fetched it first"),
        "text_sha256": (TEXT, "SHA-256 of headline and text"),
        "incomplete": ("BOOLEAN", "whether a further page of it could not be read"),
    },
    _article_rows,
)

REVISIONS: Final = Table(
    "revisions",
    "what an article said before an edit that was seen",
    {
        "article_id": (TEXT, "the article"),
        "site": (TEXT, "who published it"),
        "revision": (NUMBER, "its number, from 1"),
        "title": (TEXT, "the headline then"),
        "text": (TEXT, "the text then"),
        "seen_from": (TIME, "when it was first seen so"),
        "seen_until": (TIME, "when it was first seen otherwise"),
        "text_sha256": (TEXT, "SHA-256 of headline and text"),
    },
    _revision_rows,
)

MEMBERS: Final = Table(
    "members",
    "an article as a member of its story",
    {
        "story_id": (TEXT, "the story"),
        "event_id": (TEXT, "the event that it reports"),
        "article_id": (TEXT, "the article"),
        "site": (TEXT, "who published it"),
        "title": (TEXT, "its headline"),
        "published": (TIME, "when, as the page says"),
        "first_seen_at": (TIME, "when Khabar fetched it first"),
        "duplicate_of": (TEXT, "id of the earliest article with this text"),
        "reason": (TEXT, "exact, near, contains or contained"),
        "similarity": ("DOUBLE", "share of the shorter text that both have, 0 to 1"),
        "repeats": ("BOOLEAN", "whether it says nothing, as measured, that the earliest does not"),
        "removed_at": (TIME, "when its site was seen to have taken it down"),
    },
    _member_rows,
)

STORIES: Final = Table(
    "stories",
    "a story: all articles that tell it in the same words",
    {
        "story_id": (TEXT, "its id"),
        "event_id": (TEXT, "the event that it reports, as other stories may, too"),
        "articles": (NUMBER, "how many of the exported articles tell it"),
        "sites": (LIST, "who carries it"),
        "first_article": (TEXT, "the earliest article"),
        "first_site": (TEXT, "who had it first"),
        "title": (TEXT, "the headline of the earliest article"),
        "first_published": (TIME, "when the first was published, or first seen"),
        "last_published": (TIME, "when the last was"),
    },
    _story_rows,
)

SITES: Final = Table(
    "sites",
    "a site, and what the export has of it",
    {
        "site": (TEXT, "the id of its seed"),
        "name": (TEXT, "its name in its own language"),
        "name_en": (TEXT, "its name in English"),
        "url": (TEXT, "its home page"),
        "language": (TEXT, "ISO 639 code of what it mostly writes"),
        "articles": (NUMBER, "articles of it"),
        "duplicates": (NUMBER, "of these, copies of earlier articles"),
        "edited": (NUMBER, "of these, seen to have been edited"),
        "removed": (NUMBER, "of these, taken down"),
        "first_published": (TIME, "the earliest"),
        "last_published": (TIME, "the latest"),
        "verdict": (TEXT, "how its last crawl went"),
    },
    _site_rows,
)

CAPTURES: Final = Table(
    "captures",
    "a page as it was fetched, and where its bytes are kept",
    {
        "article_id": (TEXT, "the article"),
        "site": (TEXT, "who published it"),
        "url": (TEXT, "its address"),
        "fetched_at": (TIME, "when"),
        "html_sha256": (TEXT, "SHA-256 of the bytes"),
        "file": (TEXT, "the WARC file, within the data folder"),
        "offset": ("BIGINT", "where its record begins"),
    },
    _capture_rows,
)

TABLES: Final = {table.name: table for table in (ARTICLES, REVISIONS, STORIES, MEMBERS, SITES, CAPTURES)}


def table_of(name: str) -> Table:
    """The table of a name.

    Raises:
        UsageError: There is none.
    """
    if name not in TABLES:
        raise UsageError(f"--table {name}: it is one of {', '.join(TABLES)}")
    return TABLES[name]
