"""What a report or a list of pairs is narrowed to, and the URLs of reports that are narrowed otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal

from fastapi import Path

from crawler.errors import UsageError
from crawler.html.words import word
from crawler.model.period import Period, days_ago, parse_period
from crawler.operations.archive.search_form import wrong_choice
from crawler.report.page import Served

Lang = Annotated[Literal["ar", "en"], Path()]
"""The language of a page, the first part of its path."""

PERIODS: Final[dict[str, int | None]] = {"all": None, "365": 365, "30": 30, "7": 7}
"""Days that a report may reach back, by name."""

TABS: Final = (
    ("today", ""),
    ("search", "search"),
    ("changes", "changes"),
    ("alerts", "alerts"),
    ("report", "report"),
    ("sites", "sites"),
)
"""The pages that every page leads to: the key of their name, and their path after the language."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A site and a period; `since` and `until` as they were typed, empty where they were not given."""

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


def parse_scope(site: str, since: str, until: str, period: str) -> Scope:
    """Read a scope from a query; days that are given go before a period.

    Raises:
        UsageError: A day or a period cannot be read; the message says which.
    """
    if period not in PERIODS:
        raise UsageError(wrong_choice("period", period, PERIODS))
    scope = Scope(site, since, until, "" if since or until else period)
    scope.bounds()
    return scope


def served(scope: Scope, names: Mapping[str, tuple[str, str]], lang: str) -> Served:
    """Where a report stands among the archive's pages, in a language.

    Args:
        scope: What it is narrowed to.
        names: Arabic and English name of each site.
        lang: ``ar`` or ``en``.
    """
    sites = [(id_, english if lang == "en" else arabic) for id_, (arabic, english) in names.items()]
    here = Served(
        archive=f"/{lang}/",
        other="",
        api="",
        menu=[(f"/{lang}/{path}", word(key, lang)) for key, path in TABS if key != "report"],
        sites=sorted(sites, key=lambda site: (site[1], site[0])),
        site=scope.site,
        since=scope.since,
        until=scope.until,
        period=scope.period,
    )
    other = "en" if lang == "ar" else "ar"
    return replace(
        here,
        other=replace(here, archive=f"/{other}/").report(),
        api=replace(here, archive="/api/").report(),
    )
