"""The report as one HTML file, in Arabic and English."""

import base64
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from urllib.parse import quote, urlencode

from markupsafe import Markup

from crawler.html import words
from crawler.html.charts import day_chart, fold_days
from crawler.html.highlights import PLACES, TITLES
from crawler.html.templating import THEMES, asset
from crawler.report import charts, comparisons
from crawler.report.article import REASONS
from crawler.report.figures import Report
from crawler.report.markup import page_environment, site_name
from crawler.report.page_parts import PAGE_BYTES, OptionalParts, optional_parts


@dataclass(frozen=True, slots=True)
class Served:
    """Where a server shows the report, and what it is narrowed to; the page links to other reports.

    Attributes:
        archive: URL of the archive's pages in the report's language.
        other: URL of this report in the other language.
        api: URL of its JSON.
        menu: URL and name of the archive's other parts.
        sites: Id and name of each site to choose from.
        site: The site chosen, or nothing.
        since: First day chosen, as 2024-12-04, or nothing.
        until: Last day chosen, or nothing.
        period: ``all``, or how many days back; nothing where days are chosen.
    """

    archive: str
    other: str
    api: str
    menu: Sequence[tuple[str, str]] = ()
    sites: Sequence[tuple[str, str]] = ()
    site: str = ""
    since: str = ""
    until: str = ""
    period: str = "all"

    def report(self, **changes: str) -> str:
        """URL of the report, otherwise narrowed."""
        return self._url(
            "report",
            {"site": self.site, "since": self.since, "until": self.until, "period": self.period} | changes,
        )

    def story(self, id_: str) -> str:
        """URL of a story, where any two of its articles are compared."""
        return f"{self.archive}stories/{quote(id_, safe='')}"

    def pairs(self, first: str, carrier: str) -> str:
        """URL of all pairs of two sites that this report counts."""
        query = {"first": first, "carrier": carrier, "since": self.since, "until": self.until}
        return self._url("pairs", query | {"period": self.period})

    def _url(self, page: str, query: dict[str, str]) -> str:
        query = {name: value for name, value in query.items() if value}
        if query.get("period") == "all":
            del query["period"]
        return f"{self.archive}{page}" + (f"?{urlencode(query)}" if query else "")


def page_policy(*, served: bool = False) -> str:
    """The page's Content-Security-Policy; it stands in the page, and a server may send it as well.

    Args:
        served: It is shown by a server, whose form narrows it.
    """
    forms = "'self'" if served else "'none'"
    scripts = f"{_hash(_theme_script())} {_hash(_script())}"
    return (
        f"default-src 'none'; style-src {_hash(_style())}; script-src {scripts}; "
        f"base-uri 'none'; form-action {forms}; require-trusted-types-for 'script'"
    )


def render_html(report: Report, *, lang: str = "ar", served: Served | None = None) -> str:
    """The report as one self-contained page that works from disk and never uses the network.

    It holds both languages; `lang` is the one it opens in. A strict Content-Security-Policy allows nothing
    but the page's own style and script, by their hashes. Everything from an article is escaped; only
    http and https URLs become links. The page stays under `PAGE_BYTES`.

    Args:
        report: The figures.
        lang: ``ar`` or ``en``.
        served: Where a server shows it beside the archive's pages.

    Raises:
        ValueError: Another language.
    """
    if lang not in words.LANGUAGES:
        raise ValueError(f"language {lang!r}: not one of {', '.join(words.LANGUAGES)}")
    values = {
        **_page_values(report),
        "lang": lang,
        "dir": "rtl" if lang == "ar" else "ltr",
        "policy": page_policy(served=served is not None),
        "served": served,
    }
    frame = _render(values, OptionalParts())
    return _render(values, optional_parts(report, values, PAGE_BYTES - len(frame.encode())))


def _render(values: dict[str, Any], parts: OptionalParts) -> str:
    template = page_environment().get_template("report.html.j2")
    return template.render(values | _optional_values(values, parts))


def _page_values(report: Report) -> dict[str, Any]:
    """What the template shows in any case."""
    unit, days = fold_days(report.days)
    routes = charts.routes_of(report.flows)
    return {
        "report": report,
        "style": Markup(_style()),  # noqa: S704  # our own files, hashed in the policy
        "script": Markup(_script()),  # noqa: S704
        "theme_script": Markup(_theme_script()),  # noqa: S704
        "themes": THEMES,
        "reasons": [reason for reason in (*REASONS, "unstated") if report.totals.by_reason[reason]],
        "routes": routes,
        "listed": routes[: charts.LISTED_ROUTES],
        "unlisted": max(len(report.flows) - charts.LISTED_ROUTES, 0),
        "comparable": len(comparisons.copies_compared(report)),
        "unit": unit,
        "days": days,
        "day_chart": cache(partial(day_chart, days, unit)),
        "histogram_chart": cache(partial(charts.histogram_chart, report)),
        "story_numbers": {story.id: number for number, story in enumerate(report.largest, 1)},
        "site": defaultdict(Markup, {site.id: site_name(site) for site in report.sites}),
    }


def _optional_values(values: dict[str, Any], parts: OptionalParts) -> dict[str, Any]:
    """What the template shows of the parts that fit."""
    data = {"texts": parts.texts, "places": sorted(PLACES), "titles": sorted(TITLES)}
    return {
        "panels": parts.panels,
        "matrix": charts.matrix_of(values["report"].flows, values["routes"], parts.panels),
        "differences": parts.differences,
        "uncompared": values["comparable"] - len(parts.differences),
        "pair_differences": parts.pair_differences,
        "forms": parts.forms,
        "texts_json": comparisons.as_json(data),
    }


@cache
def _style() -> str:
    return asset("crawler.html", "common.css").strip()


@cache
def _script() -> str:
    return asset("crawler.report", "report.js").strip()


@cache
def _theme_script() -> str:
    return asset("crawler.html", "theme.js").strip()


def _hash(content: str) -> str:
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    return f"'sha256-{digest}'"
