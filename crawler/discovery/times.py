"""Times as feeds and sitemaps write them: RFC 822 and ISO 8601, and the usual deviations from both."""

import re
from datetime import datetime, time
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T\s]+(\d{1,2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?\Z",
    re.IGNORECASE,
)
# Unset dates come out as the epoch or as year 1; no newsroom was on the web before.
_FIRST_YEAR = 1990
# Beyond it lie typing errors, and times that no longer convert to UTC.
_LAST_YEAR = 2100


def parse_time(text: str | None, zone: ZoneInfo) -> datetime | None:
    """Read a machine's time.

    A time without a zone is read in the site's. A day without a time becomes that day's midnight in the
    site's zone. What is no such time, for example one with Arabic names in it, is None: those are for the
    reader of pages, who has more to go by.

    Args:
        text: The time as published.
        zone: The site's own time zone.
    """
    text = " ".join(text.split()) if text else ""
    if not text:
        return None
    try:
        moment = _iso(text) or parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        moment.utcoffset()  # an offset of a day or more is found out only here
    except (ValueError, OverflowError, TypeError):
        return None
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


def _iso(text: str) -> datetime | None:
    match = _ISO.match(text)
    if not match:
        return None
    day, clock, offset = match.groups()
    if clock is None:
        return datetime.combine(datetime.fromisoformat(day).date(), time.min)
    if offset and offset.upper() in ("Z", "UTC", "GMT"):
        offset = "+00:00"
    hours = clock if clock[1] != ":" else f"0{clock}"
    return datetime.fromisoformat(f"{day}T{hours}{offset or ''}")
