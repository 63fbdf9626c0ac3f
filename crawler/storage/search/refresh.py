"""Keeping the index up to date: what changed in MongoDB since it last looked.

A site is compared when a crawl of it has ended since, or it was marked as changed
(`crawler.storage.change_marks`): every article's *stamp*, a hash of what the index holds of it, with the
stored one. Then the stories of what changed are compared, since a new article may give another site's article
another mark. All queries are equalities, `$in` and bounded ranges on indexed fields.
"""

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from pymongo.database import Database

from crawler.storage.batches import BATCH
from crawler.storage.change_marks import ALL, changed_marks, replaced_mark
from crawler.storage.schema import Document
from crawler.storage.seals import Seals
from crawler.storage.search.file import SearchFile
from crawler.storage.search.letters import fold, storable
from crawler.storage.search.rows import drop, insert, seconds, stamp
from crawler.storage.site_state import crawled_sites
from crawler.storage.stored_article import ArticleReader, SearchableArticle

PROBLEMS_KEPT: Final = 5
EPOCH: Final = datetime(1970, 1, 2, tzinfo=UTC)

Progress = Callable[[int], None]


@dataclass(slots=True)
class Refreshed:
    """What a refresh did: sites compared, articles written anew, articles no longer there."""

    sites: int = 0
    written: int = 0
    removed: int = 0


def refresh(file: SearchFile, db: Database[Document], progress: Progress | None = None) -> Refreshed:
    """Bring the index up to what has changed since; a new index, or a replaced archive, is taken whole.

    Args:
        file: The index.
        db: The archive.
        progress: Told the number of articles compared so far.

    Raises:
        SearchIndexError: The index cannot be used.
    """
    with file.reading() as connection:
        has_looked = connection.execute("SELECT 1 FROM meta WHERE key = 'refreshed'").fetchone()
    if has_looked is None:
        return rebuild(file, db, progress)
    # The marks are read before the articles: what is changed meanwhile is looked at again.
    marks, replaced = changed_marks(db), replaced_mark(db)
    with file.reading() as connection:
        seen = dict(connection.execute("SELECT key, value FROM meta"))
    if replaced != seen.get("replaced", ""):
        return rebuild(file, db, progress)
    news = {site for site, mark in marks.items() if seen.get(f"changed:{site}") != mark}
    sites = {*crawled_sites(db), *news} - {ALL}
    if ALL in news:
        sites.update(ArticleReader(db).sites())
    done = Refreshed()
    compared = 0
    for site in sorted(sites):
        with file.writing() as connection:
            ended = _take_crawls(connection, db, site)
            if not ended and not news & {site, ALL}:
                continue
            _take_quarantine(connection, db, site)
            compared += _compare_site(connection, db, site, done)
            _note(connection, done.written + done.removed)
        if progress:
            progress(compared)
    with file.writing() as connection:
        _looked(connection, marks, replaced)
    return done


def rebuild(file: SearchFile, db: Database[Document], progress: Progress | None = None) -> Refreshed:
    """Make the whole index anew, in one transaction: until it is whole, readers see the old one.

    Args:
        file: The index.
        db: The archive.
        progress: Told the number of articles written so far.

    Raises:
        SearchIndexError: The index cannot be used.
    """
    done = Refreshed()
    compared = 0
    marks, replaced = changed_marks(db), replaced_mark(db)
    with file.writing() as connection:
        for table in ("docs", "dead", "counts", "crawls", "quarantine", "segments", "captures"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608  # our own names
        connection.execute("INSERT INTO words (words) VALUES ('delete-all')")
        for site in sorted({*crawled_sites(db), *ArticleReader(db).sites()}):
            _take_crawls(connection, db, site)
            _take_quarantine(connection, db, site)
            compared += _compare_site(connection, db, site, done)
            if progress:
                progress(compared)
        _note(connection, 1)
        _looked(connection, marks, replaced)
    file.settle()
    return done


def _note(connection: sqlite3.Connection, changes: int) -> None:
    if not changes:
        return
    row = connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()
    _set(connection, "generation", str(int(row[0]) + 1 if row else 1))
    languages = connection.execute(
        "SELECT language FROM docs WHERE language IS NOT NULL GROUP BY language ORDER BY count(*) DESC"
    )
    _set(connection, "languages", json.dumps([row[0] for row in languages]))


def _looked(connection: sqlite3.Connection, marks: dict[str, str], replaced: str) -> None:
    for site, mark in marks.items():
        _set(connection, f"changed:{site}", mark)
    _set(connection, "replaced", replaced)
    _set(connection, "refreshed", str(int(datetime.now(UTC).timestamp())))


def _set(connection: sqlite3.Connection, key: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def _take_crawls(connection: sqlite3.Connection, db: Database[Document], site: str) -> bool:
    """Copy the crawls that are new or were unfinished; tell whether one of them has ended since."""
    # A crawl of the future was dated by a wrong clock, and is no later one.
    later = datetime.now(UTC) + timedelta(days=1)
    (since,) = connection.execute(
        "SELECT coalesce(min(CASE WHEN finished IS NULL THEN started END), max(started)) FROM crawls"
        " WHERE site = ? AND started < ?",
        (site, later.timestamp()),
    ).fetchone()
    start = EPOCH if since is None else datetime.fromtimestamp(since, UTC)
    finished_at = {
        row["id"]: row["finished"]
        for row in connection.execute(
            "SELECT id, finished FROM crawls WHERE site = ? AND started >= ?", (site, since or 0)
        )
    }
    ended = False
    for crawl in db.crawls.find({"site": site, "started_at": {"$gte": start, "$lt": later}}, {"sources": 0}):
        id_, finished = str(crawl["_id"]), crawl.get("finished_at")
        if id_ in finished_at and finished_at[id_] is not None:
            continue
        ended = ended or finished is not None
        dispositions = {str(key): int(value) for key, value in (crawl.get("dispositions") or {}).items()}
        problems = [storable(str(problem)) for problem in (crawl.get("problems") or ())[:PROBLEMS_KEPT]]
        connection.execute(
            "INSERT OR REPLACE INTO crawls VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                id_,
                site,
                seconds(crawl["started_at"]),
                seconds(finished),
                crawl.get("kind"),
                crawl.get("outcome"),
                crawl.get("verdict"),
                storable(str(crawl.get("verdict_reason") or crawl.get("reason") or "")) or None,
                json.dumps(crawl.get("verdict_message" if crawl.get("verdict_reason") else "reason_message")),
                int(crawl.get("taken") or 0),
                int(crawl.get("left") or 0),
                json.dumps(dispositions),
                json.dumps(problems),
            ),
        )
    return ended


def _take_quarantine(connection: sqlite3.Connection, db: Database[Document], site: str) -> None:
    connection.execute("DELETE FROM quarantine WHERE site = ?", (site,))
    # The address of a sealed article's page may be its headline.
    sealed = {f"{site}/{article_id}" for article_id in Seals(db).of_site(site)}
    connection.executemany(
        "INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                storable(str(page["_id"])),
                site,
                storable(page["url"]),
                storable(str(page["reason"])),
                json.dumps(page.get("message")),
                seconds(page["fetched_at"]),
                int(page.get("bytes") or 0),
            )
            for page in db.quarantine.find({"site": site}, {"gzip": 0})
            if page["_id"] not in sealed
        ],
    )


def _compare_site(connection: sqlite3.Connection, db: Database[Document], site: str, done: Refreshed) -> int:
    reader = ArticleReader(db)
    stamps: dict[str, bytes] = dict(
        connection.execute("SELECT id, stamp FROM docs WHERE site = ?", (site,)).fetchall()
    )
    stored = {article.id: article for article in reader.searchable_of_site(site)}
    gone = [id_ for id_ in stamps if id_ not in stored]
    for id_ in gone:
        drop(connection, id_)
    done.removed += len(gone)
    changed = [article for article in stored.values() if stamps.get(article.id) != stamp(article)]
    stories = _write(connection, reader, changed, done)
    sites = {site}
    for start in range(0, len(stories), BATCH):
        members = reader.searchable_of_stories(stories[start : start + BATCH])
        elsewhere = [member for member in members if member.site != site]
        marks = ", ".join("?" * len(elsewhere))
        current: dict[str, bytes] = dict(
            connection.execute(
                f"SELECT id, stamp FROM docs WHERE id IN ({marks})",  # noqa: S608  # marks alone
                [member.id for member in elsewhere],
            ).fetchall()
        )
        # An article that another crawl has only just stored is taken as well: it is in the archive.
        changed = [member for member in elsewhere if current.get(member.id) != stamp(member)]
        _write(connection, reader, changed, done)
        sites |= {member.site for member in changed}
    for name in sites:
        connection.execute(
            "INSERT OR REPLACE INTO counts SELECT ?, count(*), count(duplicate_of), count(removed), max(at)"
            " FROM docs WHERE site = ?",
            (name, name),
        )
    done.sites += 1
    return len(stored)


def _write(
    connection: sqlite3.Connection,
    reader: ArticleReader,
    articles: Sequence[SearchableArticle],
    done: Refreshed,
) -> list[str]:
    """Write articles anew; return the ids of their stories."""
    for start in range(0, len(articles), BATCH):
        batch = articles[start : start + BATCH]
        texts = reader.texts([article.id for article in batch])
        batch = [article for article in batch if article.id in texts]
        titles = fold([article.title for article in batch])
        bodies = fold([texts[article.id] for article in batch])
        for article, title, body in zip(batch, titles, bodies, strict=True):
            drop(connection, article.id)
            insert(connection, article, title, body)
        done.written += len(batch)
    return sorted({article.story_id for article in articles})
