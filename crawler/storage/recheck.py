"""When a page is looked at again: news is edited or taken down soon, and what is missing may come."""

from datetime import datetime, timedelta

AGES = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(days=7))
"""Ages at which an article is fetched again. Corrections come within hours, removals within days."""

MISSED = (timedelta(hours=1), timedelta(days=1), timedelta(days=7))
"""Waits before a page that never gave an article is asked for again, whatever it answered. Feeds name pages
minutes before they are public, a cache holds a "not found" for a day, a slip is mended in a week."""

LINKED = len(MISSED) - 1
"""Looks that are left out for a page that a link led to and that is no article: most are menus and tags."""


def next_recheck(since: datetime, now: datetime) -> datetime | None:
    """The next moment to look at an article again; None once it is old.

    Moments that have passed, for example during a downtime, are not made up for: one look tells as much.

    Args:
        since: When it was published, or first seen.
        now: When it was last looked at.
    """
    born = min(since, now)
    return next((born + age for age in AGES if born + age > now), None)


def next_look_at_missed(misses: int, now: datetime) -> datetime | None:
    """The next moment to ask for a page that never gave an article; None once it was asked often enough.

    Args:
        misses: How often it was asked before this time.
        now: When it was last asked.
    """
    return now + MISSED[misses] if misses < len(MISSED) else None
