"""The report's figures, as plain data: `build_report` counts them, the renderers show them.

All times are in the report's zone; similarities and shares lie between 0 and 1.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from crawler.html.charts import Day
from crawler.report.article import SiteNote
from dedup.comparison.verdict import Reason


@dataclass(frozen=True, slots=True)
class Totals:
    """The headline figures: articles are originals and duplicates, and the reasons add up to the latter."""

    articles: int
    originals: int
    """Articles without a duplicate mark."""
    duplicates: int
    stories: int
    """Distinct stories: each counted once, however many articles carry it."""
    shared_stories: int
    """Stories of more than one article."""
    earlier_stories: int
    """Stories whose first article lies outside the report: only duplicates of it are here."""
    sites: int
    undated: int
    """Articles whose page states no time of publication."""
    by_reason: dict[str, int]
    """Duplicates by reason; ``unstated`` for those without one."""
    shared_events: int = 0
    """Events that more than one story reports."""

    @property
    def duplicate_share(self) -> float:
        """Share of the articles that are duplicates."""
        return self.duplicates / self.articles if self.articles else 0.0


@dataclass(frozen=True, slots=True)
class Site:
    """A site's figures. ``articles == first + alone + duplicates``."""

    id: str
    name: str
    name_en: str
    articles: int = 0
    first: int = 0
    """Originals that others (or the site itself) repeated."""
    alone: int = 0
    """Originals without a copy."""
    duplicates: int = 0

    @property
    def originality(self) -> float:
        """Share of the site's articles that it had first or alone."""
        return (self.first + self.alone) / self.articles if self.articles else 0.0


@dataclass(frozen=True, slots=True)
class Member:
    """An article as a member of a story."""

    id: str
    site: str
    title: str
    url: str
    at: datetime
    dated: bool
    """False where the page states no time of publication, so that `at` is when it was first seen."""
    timed: bool
    """Whether `at` is exact to the minute."""
    day: date | None
    """The day of publication, where the page states no time: `at` only puts it in order."""
    original: bool
    duplicate_of: str | None
    similarity: float | None
    reason: str | None
    delay: timedelta | None
    """Behind the story's first article; None where either page states no time."""
    text: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Story:
    """The articles of one story, in the order of their times.

    `first` is the earliest article without a duplicate mark, or None where it lies outside the report.
    """

    id: str
    first: Member | None
    members: tuple[Member, ...]

    @property
    def sites(self) -> int:
        """How many sites carried it."""
        return len({member.site for member in self.members})


@dataclass(frozen=True, slots=True)
class Event:
    """What several stories report in their own words, the earliest first."""

    id: str
    stories: tuple[Story, ...]

    @property
    def sites(self) -> int:
        """How many sites report it."""
        return len({member.site for story in self.stories for member in story.members})


@dataclass(frozen=True, slots=True)
class Pair:
    """Two articles side by side: the earlier (None if it lies outside the report) and its copy."""

    story_id: str
    first: Member | None
    copy: Member
    similarity: float | None
    reason: Reason | None = None
    """Why they are no copies, where they are not and their texts are known."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What one site (`carrier`) repeated of another's (`first`); the same site twice is a repost."""

    first: str
    carrier: str
    count: int
    median_delay: timedelta | None
    median_similarity: float | None
    examples: tuple[Pair, ...]
    """The latest pairs, up to `build.FLOW_EXAMPLES`."""


@dataclass(frozen=True, slots=True)
class Bin:
    """A bar of the similarity histogram: ``low <= similarity < high`` (the last one includes 1)."""

    low: float
    high: float
    count: int
    exact: int = 0
    """Of these, copies marked as exact."""


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of the dedup report."""

    generated_at: datetime
    since: datetime | None
    until: datetime | None
    zone: str
    boundary: float | None
    """Least similarity that counts as a duplicate of another site's article..."""
    boundary_within: float | None
    """...and of one of the same site."""
    totals: Totals
    sites: tuple[Site, ...]
    """By number of articles, the most first."""
    flows: tuple[Flow, ...]
    """By count, the most first."""
    largest: tuple[Story, ...]
    recent: tuple[Story, ...]
    """Shared stories by their latest article, the latest first."""
    histogram: tuple[Bin, ...]
    unmeasured: int
    """Duplicates without a similarity; the histogram's counts and this add up to the duplicates."""
    borderline: tuple[Pair, ...]
    """Duplicates closest to the boundary that decides about them, the closest first; without one the least
    similar."""
    near_misses: tuple[Pair, ...]
    """Pairs closest to the boundary on its other side."""
    days: tuple[Day, ...]
    """Every day from the first article to the last, those without any included, up to `build.DAYS_FILLED`."""
    duplicates: tuple[Pair, ...]
    """Every duplicate, in the order of its time."""
    notes: tuple[SiteNote, ...] = ()
    """Health of the sites: trouble first, then the most pages in quarantine."""
    events: tuple[Event, ...] = ()
    """Events that more than one story reports, those of most sites first."""


def shared_events(stories: Iterable[Story], event_of: Mapping[str, str]) -> list[Event]:
    """The events that several stories report, those that most sites report first.

    Args:
        stories: The stories of the report.
        event_of: The event of a story, by the ids of both, where that was looked for.
    """
    members: dict[str, list[Story]] = defaultdict(list)
    for story in stories:
        if story.id in event_of:
            members[event_of[story.id]].append(story)
    events = [
        Event(id_, tuple(sorted(reports, key=lambda story: (story.members[0].at, story.id))))
        for id_, reports in members.items()
        if len(reports) > 1
    ]
    return sorted(events, key=lambda event: (-event.sites, event.stories[0].members[0].at, event.id))
