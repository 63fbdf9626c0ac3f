"""What a page is narrowed to: a site and a period."""

from dataclasses import dataclass
from typing import Final

from crawler.errors import UsageError
from crawler.model.period import Period, days_ago, parse_period

PERIODS: Final[dict[str, int | None]] = {"all": None, "365": 365, "30": 30, "7": 7}
"""Days that a report may reach back, by name."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a report is narrowed to; `since` and `until` as people write them, nothing is ""."""

    site: str = ""
    since: str = ""
    until: str = ""
    period: str = "all"

    def bounds(self) -> Period:
        """When the articles of the report were published."""
        days = PERIODS[self.period or "all"]
        if days is not None:
            return Period(days_ago(days))
        return parse_period(self.since, self.until, since_name="since", until_name="until")


def scope_of(site: str, since: str, until: str, period: str) -> Scope:
    """Read what was asked for; days that are given go before a period.

    Raises:
        UsageError: A day or a period that is none; the message says which.
    """
    if period not in PERIODS:
        raise UsageError(f"period: {period!r}: it is one of {', '.join(PERIODS)}")
    scope = Scope(site, since, until, "" if since or until else period)
    scope.bounds()
    return scope
