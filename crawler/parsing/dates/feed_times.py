"""Times as feeds, sitemaps and interfaces write them, read as those of pages are."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from crawler.parsing.dates.order import DateOrder, find_order
from crawler.parsing.dates.reading import read_date

FIRST = datetime(1990, 1, 1, tzinfo=UTC)
"""Unset dates come out as the epoch or as year 1; no newsroom was on the web before."""
MAX_AHEAD = timedelta(days=2)
"""How far ahead a time may lie: wrong zones and clocks account for a day. Beyond it is a typing error."""


def parse_time(
    text: str | None, zone: ZoneInfo, *, now: datetime | None = None, order: DateOrder | None = None
) -> datetime | None:
    """Read the time of a feed or sitemap, in any of the forms and languages that dates of pages have.

    A time without a zone is read in the site's. A day without a time becomes that day's midnight in the
    site's zone. A wording that counts from the day of reading («أمس») is not read: the file may have been
    made on another day.

    Args:
        text: The time as published.
        zone: The site's own time zone.
        now: The aware time of reading; the current one by default.
        order: Whether the file writes the day or the month first, where that is known.

    Returns:
        An aware time, or None where the text states no time that a page can have.
    """
    now = now or datetime.now(UTC)
    reading = read_date(" ".join((text or "").split()), timezone=zone, now=now, order=order)
    if reading is None or reading.relative or reading.vague:
        return None
    try:
        is_possible = FIRST <= reading.when.astimezone(UTC) <= now + MAX_AHEAD
    except OverflowError:
        return None
    return reading.when if is_possible else None


def order_of_times(texts: Iterable[str | None]) -> DateOrder | None:
    """In which order a file writes its numeric dates, by all of them together.

    Args:
        texts: The file's times as published.
    """
    return find_order(filter(None, texts))
