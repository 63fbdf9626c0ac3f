"""The data of the first page, a day's stories, and of the page of changes."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from crawler.errors import UsageError
from crawler.html.sentences import sentence
from crawler.model.period import ZONE
from crawler.model.sentence import quoted
from crawler.operations.archive.read import Archive
from crawler.operations.archive.search_form import wrong_choice
from crawler.storage.search.stories import KINDS, CarriedStory, ChangeKind, ChangeRow
from crawler.web import models
from crawler.web.site_names import SiteNames

STORIES: Final = 15
"""Stories on the first page: more is what the search is for."""
NEWEST_CHANGES: Final = 6
"""Edits, and removals, on the first page."""
CHANGES: Final = 25
"""Changes on a page of their own."""
MEMBERS: Final = 60
"""Articles of a story that its time line shows."""


class TodayPages:
    """Reads what the first page and the page of changes show.

    Args:
        archive: The archive.
        names: Names and zones of the sites.
    """

    def __init__(self, archive: Archive, names: SiteNames) -> None:
        self._lists = archive.lists
        self._stories = archive.lists.stories
        self._names = names

    def today(self, day: str = "") -> models.Today:
        """A day's stories; the index's row numbers, `docs_story`, `docs_edited`, `docs_removed`.

        Args:
            day: Such as 2024-12-04; empty for today, or the latest day that has articles.

        Raises:
            UsageError: It is no day.
        """
        chosen = _day(day) if day else self._latest_day()
        since = datetime.combine(chosen, time.min, ZONE).astimezone(UTC)
        until = since + timedelta(days=1)
        figures = self._stories.figures(since, until)
        stories = self._stories.by_outlets(since, until, STORIES)
        return models.Today(
            day=chosen,
            is_today=chosen == datetime.now(ZONE).date(),
            articles=figures.articles,
            sites=figures.sites,
            shared_stories=figures.shared_stories,
            stories=[self._story(story) for story in stories],
            edited=self._newest("edited"),
            removed=self._newest("removed"),
            refreshed_at=self._lists.generation()[1],
        )

    def changes(
        self, kind: str = "", site: str = "", before: str = "", limit: int = CHANGES
    ) -> models.Changes:
        """What was edited or taken down, the latest first; `docs_edited`, `docs_removed`.

        Raises:
            UsageError: `kind` or `before` cannot be read.
        """
        kinds: Sequence[ChangeKind] = KINDS if not kind else [each for each in KINDS if each == kind]
        if not kinds:
            raise UsageError(wrong_choice("kind", kind, KINDS))
        try:
            page = self._stories.changes(kinds, site=site or None, before=before, limit=limit)
        except ValueError:
            raise UsageError(sentence("usage_not_a_page", name="before", value=quoted(before))) from None
        return models.Changes(changes=[self._change(row) for row in page.changes], older=page.older)

    def _latest_day(self) -> date:
        """Today, where it has articles; else the latest day before it that has some."""
        today, newest = datetime.now(ZONE).date(), self._stories.newest()
        return min(today, newest.astimezone(ZONE).date()) if newest else today

    def _story(self, story: CarriedStory) -> models.CarriedStory:
        members = [self._names.brief(member) for member in story.members[:MEMBERS]]
        return models.CarriedStory(id=story.id, outlets=story.outlets, members=members)

    def _newest(self, kind: ChangeKind) -> list[models.Change]:
        page = self._stories.changes([kind], limit=NEWEST_CHANGES)
        return [self._change(row) for row in page.changes]

    def _change(self, row: ChangeRow) -> models.Change:
        at = self._names.local(row.hit.site, row.at)
        return models.Change(kind=row.kind, at=at, article=self._names.brief(row.hit))


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
        datetime.combine(day, time.min, ZONE).astimezone(UTC) + timedelta(days=2)
    except (ValueError, OverflowError):
        raise UsageError(sentence("usage_not_a_day", name="day", value=quoted(text))) from None
    return day
