"""The report as one HTML file, in Arabic and English."""

import base64
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.resources import files
from typing import Final
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from crawler.report import charts, comparisons, markup, phrases
from crawler.report.article import REASONS, one_line
from crawler.report.difference import marked
from crawler.report.figures import Report
from crawler.report.names import PLACES, TITLES
from crawler.report.room import room_of
from crawler.report.routes import LISTED_ROUTES, matrix_of, routes_of

ROUTES_OPEN: Final = 10
"""Routes in sight; the others of those listed are folded away."""
STORIES_OPEN: Final = 2
"""Stories unfolded when the page opens; the others show headline and time line."""
SHARED_WORDS_SHOWN: Final = 8
"""Words kept on each side of a difference; more between two differences are counted, not shown."""

PERIODS: Final = ("all", "365", "30", "7")
"""Periods of a report that a server shows: all there is, or so many days."""


@dataclass(frozen=True, slots=True)
class Served:
    """Where a server shows the report, and what it was narrowed to there; the page links to other reports.

    Attributes:
        archive: Address of the archive's pages in the report's language.
        other: Address of this report in the other language.
        api: Address of its JSON.
        menu: Address and name of the archive's other parts.
        sites: Id and name of each site to choose from.
        site: The site chosen, or nothing.
        since: First day chosen, as 2024-12-04, or nothing.
        until: Last day chosen, or nothing.
        period: Which of `PERIODS`; nothing where days are chosen.
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

    def report(self, **changed: str) -> str:
        """Address of the report, otherwise narrowed."""
        asked = {"site": self.site, "since": self.since, "until": self.until, "period": self.period} | changed
        said = {name: value for name, value in asked.items() if value and (name, value) != ("period", "all")}
        return f"{self.archive}report" + (f"?{urlencode(said)}" if said else "")

    def story(self, id_: str) -> str:
        """Address of a story, where any two of its articles are compared."""
        return f"{self.archive}stories/{quote(id_, safe='')}"

    def pairs(self, first: str, carrier: str) -> str:
        """Address of all pairs of two sites that this report counts."""
        asked = {"first": first, "carrier": carrier, "since": self.since, "until": self.until}
        asked["period"] = "" if self.period == "all" else self.period
        return f"{self.archive}pairs?" + urlencode({name: value for name, value in asked.items() if value})


def page_policy(*, served: bool = False) -> str:
    """The page's Content-Security-Policy; it stands in the page, and a server may send it as well.

    Args:
        served: It is shown by a server, whose form narrows it.
    """
    forms = "'self'" if served else "'none'"
    return (
        f"default-src 'none'; style-src {_hash(_asset('report.css'))}; "
        f"script-src {_hash(_asset('report.js'))}; "
        f"base-uri 'none'; form-action {forms}; require-trusted-types-for 'script'"
    )


def render_html(report: Report, *, lang: str = "ar", served: Served | None = None) -> str:
    """The report as one self-contained page that works from disk and never uses the network.

    It holds both languages; `lang` is the one it opens in. A strict Content-Security-Policy allows nothing
    but the page's own style and script, by their hashes. Everything from an article is escaped; only
    http and https addresses become links.

    Args:
        report: The figures.
        lang: ``ar`` or ``en``.
        served: Where a server shows it beside the archive's pages.

    Raises:
        ValueError: Another language.
    """
    if lang not in phrases.LANGUAGES:
        raise ValueError(f"language {lang!r}: not one of {', '.join(phrases.LANGUAGES)}")
    room = room_of(report)
    routes = routes_of(report.flows, room.routes)
    unit, days = charts.fold_days(report.days)
    texts = comparisons.member_texts(report, room.texts)
    differences = comparisons.first_differences(report, room.differences)
    listed = list(routes.values())[:LISTED_ROUTES]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            lang=lang,
            dir="rtl" if lang == "ar" else "ltr",
            style=Markup(_asset("report.css")),  # noqa: S704  # our own files, hashed in the policy
            script=Markup(_asset("report.js")),  # noqa: S704
            policy=page_policy(served=served is not None),
            served=served,
            periods=PERIODS,
            reasons=[reason for reason in (*REASONS, "unstated") if report.totals.by_reason[reason]],
            matrix=matrix_of(report, routes),
            routes=routes.values(),
            listed=listed,
            unlisted=len(report.flows) - len(listed),
            unit=unit,
            days=days,
            day_chart=partial(charts.day_chart, days, unit),
            histogram_chart=partial(charts.histogram_chart, report),
            story_numbers={story.id: number for number, story in enumerate(report.largest, 1)},
            differences=differences,
            uncompared=comparisons.left_out(report, differences),
            pair_differences=comparisons.pair_differences(report, room.pairs),
            texts=texts,
            texts_json=comparisons.as_json(
                {"texts": texts, "places": sorted(PLACES), "titles": sorted(TITLES)}
            ),
            site=defaultdict(Markup, markup.names(report.sites)),
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("crawler.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        t=markup.word,
        n=markup.counted,
        number=phrases.number,
        pct=partial(markup.both, phrases.percent),
        delay=markup.delay,
        when=markup.when,
        at=markup.at,
        day=markup.day,
        link=markup.link,
        cut=markup.cut,
        time_line=charts.time_line,
        marked=marked,
        line=one_line,
        trouble=partial(markup.both, phrases.trouble),
        word=phrases.word,
        LANGUAGES=phrases.LANGUAGES,
        LISTED_MEMBERS=comparisons.LISTED_MEMBERS,
        SHARED_WORDS_SHOWN=SHARED_WORDS_SHOWN,
        ROUTES_OPEN=ROUTES_OPEN,
        STORIES_OPEN=STORIES_OPEN,
    )
    return environment


def _asset(name: str) -> str:
    return files("crawler.report").joinpath("templates", name).read_text("utf-8").strip()


def _hash(content: str) -> str:
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    return f"'sha256-{digest}'"
