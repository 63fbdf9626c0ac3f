"""What a report is built from: marked articles, notes on sites, near misses."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

REASONS: Final = ("exact", "near", "contains", "contained")
"""Why an article counts as a duplicate: it has the same words, nearly the same, the whole original with
more around it, or a part of the original."""


@dataclass(frozen=True, slots=True)
class ReportArticle:
    """An article with its mark: which story it belongs to, and whether it repeats another.

    `duplicate_of` is the id of the article that this one repeats, None for an original; `similarity` (0 to 1)
    and `reason` (one of `REASONS`) belong to that mark. `published_precision` is ``day`` where the page names
    a day but no time: `published_at` is then that day's first moment, in the zone that the day is of, and
    `latest` the moment by which the article is ordered. `placed_at` is the moment that decides whether it
    lies in a period, where that is another one than it is ordered by. `event_id` names the event that its
    story reports. `text` is needed only where the
    differences between versions are to be shown.

    Raises:
        ValueError: A time without zone, a similarity outside 0 to 1, or an unknown reason or precision;
            the message names the article.
    """

    id: str
    site: str
    site_name: str
    title: str
    url: str
    published_at: datetime | None
    first_seen_at: datetime
    story_id: str
    duplicate_of: str | None = None
    similarity: float | None = None
    reason: str | None = None
    text: str | None = None
    published_precision: str | None = None
    latest: datetime | None = None
    placed_at: datetime | None = None
    event_id: str | None = None

    def __post_init__(self) -> None:
        for name, value in (
            ("published_at", self.published_at),
            ("first_seen_at", self.first_seen_at),
            ("latest", self.latest),
            ("placed_at", self.placed_at),
        ):
            if value is not None and value.tzinfo is None:
                raise ValueError(f"article {self.id}: {name} has no time zone")
        if self.similarity is not None and not 0 <= self.similarity <= 1:
            raise ValueError(f"article {self.id}: similarity is {self.similarity}, not between 0 and 1")
        if self.reason is not None and self.reason not in REASONS:
            raise ValueError(f"article {self.id}: reason is {self.reason!r}, not one of {', '.join(REASONS)}")
        if self.published_precision not in (None, "minute", "day"):
            raise ValueError(
                f"article {self.id}: precision is {self.published_precision!r}, not minute or day"
            )

    @property
    def at(self) -> datetime:
        """The moment it is ordered by: `latest`, or its published time, or when it was first seen."""
        return self.latest or self.published_at or self.first_seen_at

    @property
    def in_period_at(self) -> datetime:
        """The moment that decides whether it lies in a period."""
        return self.placed_at or self.at

    @property
    def day(self) -> date | None:
        """The day that its page states, where it states no time."""
        if self.published_at is None or self.published_precision != "day":
            return None
        return self.published_at.date()

    @property
    def timed(self) -> bool:
        """Whether the page itself states when it was published, to the minute."""
        return self.published_at is not None and self.published_precision != "day"


@dataclass(frozen=True, slots=True)
class SiteNote:
    """A site's health and the pages of it that are in quarantine.

    Attributes:
        site: Its id.
        boilerplate: Paragraphs removed from its articles because the site repeats them; None where they were
            not counted.
        quarantined: Pages in quarantine.
        trouble: The verdict on its crawls, such as ``blocked``; None for a healthy site.
        reason: A sentence that explains the verdict.
    """

    site: str
    boilerplate: int | None = None
    quarantined: int = 0
    trouble: str | None = None
    reason: str | None = None

    @property
    def noteworthy(self) -> bool:
        """Whether there is anything to report of the site."""
        return bool(self.boilerplate or self.quarantined or self.trouble)


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Two articles that were compared and are different stories by a small margin."""

    id: str
    other_id: str
    similarity: float
