"""The time line of a story: who had it first, where its articles stand on a scale, and that scale's marks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from crawler.html import formats
from crawler.html.safe import local
from crawler.web import models

MARGIN: Final = 3.0
"""Per cent of the line on each side that no article stands on, so that no dot is cut."""

MOST_MARKS: Final = 6
"""Marks of a scale: more would meet on a phone."""

STEPS: Final = (
    *(timedelta(minutes=minutes) for minutes in (5, 10, 15, 30)),
    *(timedelta(hours=hours) for hours in (1, 2, 3, 6, 12)),
    *(timedelta(days=days) for days in (1, 2, 7, 14, 30, 91, 365, 1826, 18262)),
)
"""Distances between two marks, from which the smallest fitting one is taken."""

ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Point:
    """An article: its place in per cent, and what its dot shows."""

    place: float
    brief: models.Brief

    @property
    def classes(self) -> str:
        """Classes for the style sheet: the first, one with a day alone, edited, removed."""
        names = {
            "o": self.brief.duplicate_of is None,
            "i": self.brief.precision != "minute",
            "e": self.brief.revision > 1,
            "r": self.brief.removed_at is not None,
        }
        return " ".join(name for name, is_so in names.items() if is_so)


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of the scale: its place in per cent, and its words."""

    place: float
    label: str


@dataclass(frozen=True, slots=True)
class TimeLine:
    """Articles on a scale."""

    points: list[Point]
    marks: list[Mark]


def day_line(members: Sequence[models.Brief], day: date, zone: ZoneInfo) -> TimeLine:
    """The articles of a story on the scale of a day; those of other days stand at its ends."""
    start = datetime.combine(day, time.min, zone).astimezone(UTC)
    scale = _Scale(start, start + ONE_DAY)
    marks = [
        Mark(scale.place(start + timedelta(hours=hour)), f"{hour % 24:02}:00") for hour in (0, 6, 12, 18, 24)
    ]
    return TimeLine(scale.points(members), marks)


def story_line(members: Sequence[models.Brief], zone: ZoneInfo, lang: str) -> TimeLine:
    """The articles of a story from the first to the last, on a scale of round times."""
    first, last = min(member.at for member in members), max(member.at for member in members)
    step = next((each for each in STEPS if (last - first) / each <= MOST_MARKS - 2), STEPS[-1])
    start = _floor(first, step, zone)
    steps = max(1, -((start - last) // step))
    scale = _Scale(start, _later(start, steps * step))
    marks = []
    for number in range(0, steps + 1, -(-steps // MOST_MARKS)):  # each but in stories of centuries
        moment = _later(start, number * step)
        at = local(moment, zone)
        label = formats.day(at.date(), lang) if step >= ONE_DAY else f"{at:%H:%M}"
        marks.append(Mark(scale.place(moment), label))
    return TimeLine(scale.points(members), marks)


class _Scale:
    def __init__(self, start: datetime, end: datetime) -> None:
        self._start = start
        self._length = end - start

    def place(self, at: datetime) -> float:
        share = min(max((at - self._start) / self._length, 0.0), 1.0)
        return round(MARGIN + share * (100 - 2 * MARGIN), 2)

    def points(self, members: Sequence[models.Brief]) -> list[Point]:
        return [Point(self.place(member.at), member) for member in members]


def _floor(at: datetime, step: timedelta, zone: ZoneInfo) -> datetime:
    """The last round time of a zone that is not after a moment."""
    at = local(at, zone)
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if step >= ONE_DAY:
        return midnight.astimezone(UTC)
    return (midnight + (at - midnight) // step * step).astimezone(UTC)


def _later(at: datetime, delay: timedelta) -> datetime:
    try:
        return at + delay
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def first_of(members: Sequence[models.Brief]) -> models.First:
    """Who had a story first.

    It is sure where its time of publication is known to the minute and no article of another site can have
    been earlier: one that states a day alone may be from its first minute, one without a date from any time
    before it was first seen.

    Args:
        members: The articles of the story in their order; at least one.
    """
    first = members[0]
    rivals: list[models.Brief] = []
    for member in members[1:]:
        earliest = _earliest(member)
        is_other = member.site not in {first.site, *(rival.site for rival in rivals)}
        if is_other and (earliest is None or earliest <= first.at):
            rivals.append(member)
    return models.First(
        article=first.id, site=first.site, certain=first.precision == "minute" and not rivals, rivals=rivals
    )


def _earliest(brief: models.Brief) -> datetime | None:
    """The earliest moment at which it can have been published; None where that is not known."""
    if brief.precision == "minute":
        return brief.at
    return None if brief.day is None else datetime.combine(brief.day, time.min, brief.at.tzinfo)
