"""Stories by how many sites carry them, and changes by when they were seen."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from crawler.storage.search.file import SearchFile
from crawler.storage.search.rows import COLUMNS, Hit, first_row, hit_of, maybe_moment

ChangeKind = Literal["edited", "removed"]
KINDS: Final[tuple[ChangeKind, ...]] = ("edited", "removed")


@dataclass(frozen=True, slots=True)
class CarriedStory:
    """A story of a day: all of its articles, oldest first, and how many sites carry it."""

    id: str
    outlets: int
    members: list[Hit]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """An edit or a removal: when it was seen, and the article as it is now."""

    kind: ChangeKind
    at: datetime
    hit: Hit


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of changes, the latest first; `older` is where the next one begins, None on the last."""

    changes: list[ChangeRow]
    older: str | None


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What was published within a time: articles, sites that published them, stories of several sites."""

    articles: int
    sites: int
    shared_stories: int


class StoryLists:
    """Reads stories and changes from the index.

    Args:
        file: The index.
    """

    def __init__(self, file: SearchFile) -> None:
        self._file = file

    def newest(self) -> datetime | None:
        """When the latest article stands; None in an empty archive."""
        with self._file.reading() as db:
            return maybe_moment(db.execute("SELECT max(at) FROM docs").fetchone()[0])

    def figures(self, since: datetime, until: datetime) -> DayFigures:
        """Count what was published from `since` to just before `until`."""
        bounds = (first_row(since), first_row(until))
        with self._file.reading() as db:
            articles, sites = db.execute(
                "SELECT count(*), count(DISTINCT site) FROM docs WHERE row >= ? AND row < ?", bounds
            ).fetchone()
            (shared,) = db.execute(
                "SELECT count(*) FROM (SELECT 1 FROM docs WHERE row >= ? AND row < ?"
                " GROUP BY story HAVING count(DISTINCT site) > 1)",
                bounds,
            ).fetchone()
        return DayFigures(articles, sites, shared)

    def by_outlets(self, since: datetime, until: datetime, limit: int) -> list[CarriedStory]:
        """The stories that most sites carried within a time; of those with as many the newest first.

        Args:
            since: The first moment.
            until: The moment before which it ends.
            limit: How many stories.
        """
        with self._file.reading() as db:
            ids = [
                row[0]
                for row in db.execute(
                    "SELECT story FROM docs WHERE row >= ? AND row < ? GROUP BY story"
                    " ORDER BY count(DISTINCT site) DESC, max(row) DESC LIMIT ?",
                    (first_row(since), first_row(until), limit),
                )
            ]
            members = _members(db, ids)
        stories = [CarriedStory(id_, len({hit.site for hit in members[id_]}), members[id_]) for id_ in ids]
        return sorted(stories, key=lambda story: -story.outlets)

    def changes(
        self,
        kinds: Sequence[ChangeKind] = KINDS,
        *,
        site: str | None = None,
        before: str = "",
        limit: int = 20,
    ) -> Changes:
        """What was edited or taken down, the latest first.

        Args:
            kinds: Which changes.
            site: Only this site's.
            before: The `older` of the page before.
            limit: Changes on a page.

        Raises:
            ValueError: `before` is not the `older` of a page.
        """
        key = _key_of(before)
        rows: list[tuple[tuple[int, int], ChangeRow]] = []
        with self._file.reading() as db:
            for kind in kinds:
                where, values = _conditions(kind, site, key)
                rows += [
                    ((row[kind], row["row"]), ChangeRow(kind, _at(row, kind), hit_of(row)))
                    for row in db.execute(
                        f"SELECT {COLUMNS} FROM docs WHERE {where}"  # noqa: S608  # names of ours
                        f" ORDER BY {kind} DESC, row DESC LIMIT ?",
                        (*values, limit + 1),
                    )
                ]
        rows.sort(key=lambda pair: pair[0], reverse=True)
        end = limit
        while end < len(rows) and rows[end][0] == rows[end - 1][0]:  # of one article at one second: both
            end += 1
        older = "{}.{}".format(*rows[end - 1][0]) if end < len(rows) else None
        return Changes([change for _, change in rows[:end]], older)


def _members(db: sqlite3.Connection, stories: Sequence[str]) -> dict[str, list[Hit]]:
    members: dict[str, list[Hit]] = {story: [] for story in stories}
    marks = ", ".join("?" * len(stories))
    rows = db.execute(f"SELECT {COLUMNS} FROM docs WHERE story IN ({marks}) ORDER BY row", tuple(stories))  # noqa: S608
    for row in rows:
        members[row["story"]].append(hit_of(row))
    return members


def _conditions(kind: ChangeKind, site: str | None, key: tuple[int, int] | None) -> tuple[str, list[object]]:
    where, values = f"{kind} IS NOT NULL", list[object]()
    if site is not None:
        where, values = f"{where} AND site = ?", [site]
    if key is not None:
        where, values = f"{where} AND ({kind}, row) < (?, ?)", [*values, *key]
    return where, values


def _key_of(before: str) -> tuple[int, int] | None:
    if not before:
        return None
    at, _, row = before.partition(".")
    key = int(at), int(row)
    if any(abs(number) >= 1 << 63 for number in key):
        raise ValueError(before)
    return key


def _at(row: sqlite3.Row, kind: ChangeKind) -> datetime:
    at = maybe_moment(row[kind])
    if at is None:
        raise ValueError(kind)
    return at
