"""What the index answers: searches, lists by time, counts, the record of crawls."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

import numpy as np

from crawler.storage.search.facet_counts import FacetCounter, FacetCounts
from crawler.storage.search.file import SearchFile
from crawler.storage.search.matching import expression_of, row_bounds, rows_between
from crawler.storage.search.query import Query
from crawler.storage.search.rows import (
    COLUMNS,
    DAMASCUS,
    ROW_BITS,
    CrawlRow,
    Filters,
    Hit,
    Hits,
    Quarantined,
    SiteCount,
    crawl_of,
    first_row,
    hit_of,
    maybe_moment,
    moment,
    quarantined_of,
)
from crawler.storage.search.stories import StoryLists

COUNTED: Final = 10_000
"""Matches counted of one search: "more than 10,000" tells a person as much as the figure would."""

RANKED: Final = 5_000
"""Matches among which the best are looked for, the newest: a word that every article has costs no more than
this, some 5 ms a thousand."""

TITLE_WEIGHT: Final = 5.0
"""What a word in the headline counts beside one in the text: a story is named by what it is about."""


class SearchLists:
    """Reads the index."""

    def __init__(self, file: SearchFile) -> None:
        self.file = file
        self.facets = FacetCounter(file)
        self.stories = StoryLists(file)

    def generation(self) -> tuple[int, datetime | None]:
        """A number that every refresh that changed something raises, and when one last looked."""
        with self.file.reading() as db:
            meta = dict(db.execute("SELECT key, value FROM meta WHERE key IN ('generation', 'refreshed')"))
        looked = meta.get("refreshed")
        return int(meta.get("generation", 0)), moment(int(looked)) if looked else None

    def search(
        self,
        query: Query,
        filters: Filters | None = None,
        *,
        best: bool = False,
        before: int | None = None,
        limit: int = 20,
        total: int | None = None,
    ) -> Hits:
        """A page of matches, newest first.

        Args:
            query: What to look for; an empty one matches all.
            filters: What to narrow the list to.
            best: The best matches first, by BM25, of the newest `RANKED`; an empty query has none.
            before: The `older` of the page before.
            limit: Articles on a page.
            total: How many match, where that was counted already (`FacetCounter`); 0 finds nothing.
        """
        filters = filters or Filters()
        expression = expression_of(query, filters)
        low, high = row_bounds(query, filters)
        with self.file.reading() as db:
            if best and query.expression:
                start = min(max(before or 0, 0), RANKED)
                hits = _best(db, expression, (low, high), start, limit + 1)
                older = start + limit
            else:
                _, top = row_bounds(query, filters, before)
                hits = _newest(db, expression, (low, top), limit + 1)
                older = hits[limit - 1].row if len(hits) > limit else 0
            if total is not None:
                return Hits(hits[:limit], total, False, older if len(hits) > limit else None)
            # Of a rare phrase of frequent words, reading all that has the words is all the work:
            # it is not done again where the one page shows all matches.
            whole = before is None and len(hits) <= limit
            total = len(hits) if whole else _count(db, expression, low, high)
        more = older if len(hits) > limit else None
        return Hits(hits[:limit], min(total, COUNTED), total > COUNTED, more)

    def count_repeats(self, query: Query, filters: Filters) -> int:
        """How many matches the filters leave out since they only repeat, up to `COUNTED`."""
        if filters.duplicates is not False:
            return 0
        repeating = replace(filters, duplicates=None, repeats=True)
        with self.file.reading() as db:
            count = _count(db, expression_of(query, repeating), *row_bounds(query, repeating))
        return min(count, COUNTED)

    def newest_of(self, counts: FacetCounts, before: int | None, limit: int) -> Hits:
        """A page of matches that were counted, newest first.

        Args:
            counts: All of them.
            before: The `older` of the page before.
            limit: Articles on a page.
        """
        end = counts.total if before is None else int(np.searchsorted(counts.rows, before))
        rows = counts.rows[max(end - limit, 0) : end].tolist()
        marks = ", ".join("?" * len(rows))
        with self.file.reading() as db:
            shown = db.execute(
                f"SELECT {COLUMNS} FROM docs WHERE row IN ({marks}) ORDER BY row DESC",  # noqa: S608
                rows,
            ).fetchall()
        return Hits(list(map(hit_of, shown)), counts.total, False, rows[0] if end > limit else None)

    def outlets(self, stories: Sequence[str]) -> dict[str, int]:
        """How many sites carry each of these stories."""
        marks = ", ".join("?" * len(stories))
        with self.file.reading() as db:
            rows = db.execute(
                f"SELECT story, count(DISTINCT site) FROM docs WHERE story IN ({marks}) GROUP BY story",  # noqa: S608
                tuple(stories),
            )
            return dict(rows.fetchall())

    def by_id(self, ids: Sequence[str]) -> list[Hit]:
        """The articles with these ids, oldest first."""
        marks = ", ".join("?" * len(ids))
        with self.file.reading() as db:
            rows = db.execute(
                f"SELECT {COLUMNS} FROM docs WHERE id IN ({marks}) ORDER BY row",  # noqa: S608  # marks alone
                tuple(ids),
            )
            return [hit_of(row) for row in rows]

    def story(self, story: str) -> list[Hit]:
        """The articles of a story, oldest first."""
        with self.file.reading() as db:
            rows = db.execute(f"SELECT {COLUMNS} FROM docs WHERE story = ? ORDER BY row", (story,))  # noqa: S608
            return [hit_of(row) for row in rows]

    def carried(
        self,
        first: str,
        carrier: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        before: int | None = None,
        limit: int = 20,
    ) -> tuple[list[tuple[Hit, Hit]], int | None]:
        """What one site carried of another's: the story's first article and the copy, newest copies first.

        Args:
            first: The site that had it first.
            carrier: The site that carried it; the same one for what it published again.
            since: The first moment of the copies.
            until: The moment before which they lie.
            before: Where the page begins, as the page before told.
            limit: Pairs on a page.

        Returns:
            The pairs, and where the next page begins; None on the last.
        """
        low, top = row_bounds(Query(""), Filters(since=since, until=until), before)
        where, values = rows_between("docs.row", low, top)
        with self.file.reading() as db:
            rows = db.execute(
                "SELECT docs.id, lead.id FROM docs INDEXED BY docs_site JOIN docs AS lead"  # noqa: S608
                " ON lead.row = (SELECT min(row) FROM docs AS one WHERE one.story = docs.story"
                " AND one.duplicate_of IS NULL)"
                f" WHERE docs.site = ? AND docs.duplicate_of IS NOT NULL{where}"
                " AND lead.site = ? ORDER BY docs.row DESC LIMIT ?",
                (carrier, *values, first, limit + 1),
            ).fetchall()
        shown = rows[:limit]
        hits = {hit.id: hit for hit in self.by_id(list({id_ for row in shown for id_ in row}))}
        pairs = [(hits[lead], hits[copy]) for copy, lead in shown if copy in hits and lead in hits]
        return pairs, pairs[-1][1].row if len(rows) > limit and pairs else None

    def neighbours(self, hit: Hit) -> tuple[Hit | None, Hit | None]:
        """What the same site published just before and just after an article."""
        with self.file.reading() as db:
            before, after = (
                db.execute(
                    f"SELECT {COLUMNS} FROM docs WHERE site = ? AND row {sign} ?"  # noqa: S608
                    f" ORDER BY row {order} LIMIT 1",
                    (hit.site, hit.row),
                ).fetchone()
                for sign, order in (("<", "DESC"), (">", "ASC"))
            )
        return before and hit_of(before), after and hit_of(after)

    def sites(self) -> list[SiteCount]:
        """How much the archive holds of each site."""
        with self.file.reading() as db:
            return [
                SiteCount(
                    row["site"],
                    row["articles"],
                    row["duplicates"],
                    row["removed"],
                    maybe_moment(row["newest"]),
                )
                for row in db.execute("SELECT * FROM counts ORDER BY site")
            ]

    def languages(self) -> list[str]:
        """The languages that the archive has articles in, most first, as of the last refresh."""
        with self.file.reading() as db:
            row = db.execute("SELECT value FROM meta WHERE key = 'languages'").fetchone()
        return list(json.loads(row[0])) if row else []

    def span(self, site: str | None = None) -> tuple[datetime | None, datetime | None]:
        """When the first and the last article stand, of all sites or of one; None where there is none."""
        chosen, values = (" WHERE site = ?", (site,)) if site else ("", ())
        with self.file.reading() as db:
            first, last = db.execute(f"SELECT min(at), max(at) FROM docs{chosen}", values).fetchone()  # noqa: S608
        return maybe_moment(first), maybe_moment(last)

    def days(self, since: datetime, site: str | None = None) -> dict[str, dict[int, tuple[int, int]]]:
        """Articles and duplicates by site and day of Damascus (days since 1970), from a moment on."""
        chosen, values = (" AND site = ?", (site,)) if site else ("", ())
        with self.file.reading() as db:
            rows = db.execute(
                "SELECT site, ((row >> ?) + ?) / 86400 AS day, count(*), count(duplicate_of) FROM docs"  # noqa: S608
                f" INDEXED BY docs_site WHERE row >= ?{chosen} GROUP BY site, day",
                (ROW_BITS, DAMASCUS, first_row(since), *values),
            ).fetchall()
        by_site: dict[str, dict[int, tuple[int, int]]] = {}
        for name, day, articles, duplicates in rows:
            by_site.setdefault(name, {})[day] = articles, duplicates
        return by_site

    def crawls(self, sites: Sequence[str], limit: int) -> dict[str, list[CrawlRow]]:
        """The latest crawls of each of these sites, newest first."""
        with self.file.reading() as db:
            return {
                site: [
                    crawl_of(row)
                    for row in db.execute(
                        "SELECT * FROM crawls WHERE site = ? ORDER BY started DESC LIMIT ?", (site, limit)
                    )
                ]
                for site in sites
            }

    def crawled_sites(self) -> list[str]:
        """The sites that were ever crawled."""
        with self.file.reading() as db:
            return [row[0] for row in db.execute("SELECT DISTINCT site FROM crawls ORDER BY site")]

    def quarantined(self, site: str, limit: int) -> tuple[list[Quarantined], int]:
        """The latest pages of a site in quarantine, and how many there are."""
        with self.file.reading() as db:
            rows = db.execute(
                "SELECT site, url, reason, message, at, bytes FROM quarantine WHERE site = ?"
                " ORDER BY at DESC LIMIT ?",
                (site, limit),
            ).fetchall()
            (count,) = db.execute("SELECT count(*) FROM quarantine WHERE site = ?", (site,)).fetchone()
        return [quarantined_of(row) for row in rows], count

    def quarantine_counts(self) -> dict[str, int]:
        """Pages in quarantine by site."""
        with self.file.reading() as db:
            return dict(db.execute("SELECT site, count(*) FROM quarantine GROUP BY site").fetchall())


def _newest(
    db: sqlite3.Connection, expression: str, bounds: tuple[int | None, int | None], limit: int
) -> list[Hit]:
    if expression:
        where, values = rows_between("words.rowid", *bounds)
        rows = db.execute(
            f"SELECT {COLUMNS} FROM words CROSS JOIN docs ON docs.row = words.rowid"  # noqa: S608  # columns of ours
            f" WHERE words MATCH ?{where} ORDER BY words.rowid DESC LIMIT ?",
            (expression, *values, limit),
        )
    else:
        where, values = rows_between("row", *bounds)
        rows = db.execute(
            f"SELECT {COLUMNS} FROM docs WHERE 1{where} ORDER BY row DESC LIMIT ?",  # noqa: S608
            (*values, limit),
        )
    return [hit_of(row) for row in rows.fetchall()]


def _best(
    db: sqlite3.Connection, expression: str, bounds: tuple[int | None, int | None], start: int, limit: int
) -> list[Hit]:
    where, values = rows_between("rowid", *bounds)
    # The facets weigh nothing: they are the same in all matches.
    ranked = (
        f"SELECT rowid AS found, bm25(words, {TITLE_WEIGHT}, 1.0, 0.0) AS rank FROM words"  # noqa: S608
        f" WHERE words MATCH ?{where} ORDER BY rowid DESC LIMIT {RANKED}"
    )
    rows = db.execute(
        f"SELECT {COLUMNS} FROM ({ranked}) CROSS JOIN docs ON docs.row = found"  # noqa: S608
        " ORDER BY rank, found DESC LIMIT ? OFFSET ?",
        (expression, *values, limit, start),
    )
    return [hit_of(row) for row in rows.fetchall()]


def _count(db: sqlite3.Connection, expression: str, low: int | None, high: int | None) -> int:
    if expression:
        where, values = rows_between("rowid", low, high)
        statement = (
            "SELECT 1 FROM words WHERE words MATCH ? AND rowid NOT IN (SELECT row FROM dead)"  # noqa: S608
            f"{where} LIMIT {COUNTED + 1}"
        )
        row = db.execute(f"SELECT count(*) FROM ({statement})", (expression, *values)).fetchone()  # noqa: S608
    elif low is None and high is None:
        row = db.execute("SELECT coalesce(sum(articles), 0) FROM counts").fetchone()
    else:
        where, values = rows_between("row", low, high)
        statement = f"SELECT 1 FROM docs WHERE 1{where} LIMIT {COUNTED + 1}"  # noqa: S608
        row = db.execute(f"SELECT count(*) FROM ({statement})", values).fetchone()  # noqa: S608
    return int(row[0])
