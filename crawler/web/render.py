"""The pages' templates, what they can call, and the files that a page loads."""

import hashlib
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache, partial
from math import sqrt
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment
from markupsafe import Markup

from crawler.html import formats, words
from crawler.html.charts import Day, Unit, day_chart, over_time
from crawler.html.difference import with_highlights
from crawler.html.safe import local, readable_url, safe_link, single_line
from crawler.html.sentences import sentence_markup
from crawler.html.templating import THEMES, asset, environment
from crawler.model.period import ZONE
from crawler.storage.search import RANKED
from crawler.web import models
from crawler.web.scope import TABS

STRIP_HEIGHT: Final = 28.0
"""Height of the small charts in a table's rows, in their own units."""
CITED_NAMES: Final = 5
"""Authors that a citation names."""

SAME_SHOWN: Final = 12
"""Words that are the same which a difference shows before and after a change; what lies between is folded."""

MOST_COLUMNS: Final = 60
"""Columns of the strip over a search's matches."""

STRIP_STEP: Final = 4.0
"""Width of a column with its gap."""


def render(template: str, lang: str, *, zone: ZoneInfo = ZONE, **values: Any) -> str:
    """A page in ``ar`` or ``en``; all its times are of one zone, which it names."""
    return (
        _environment()
        .get_template(template)
        .render(
            lang=lang,
            zone=zone.key,
            other="en" if lang == "ar" else "ar",
            dir="rtl" if lang == "ar" else "ltr",
            t=partial(words.word, lang=lang),
            label=partial(words.label, lang=lang),
            counted=partial(words.counted, lang=lang),
            when=_when(lang, zone),
            clock=_clock(lang, zone),
            day=partial(formats.day, lang=lang),
            lag=partial(formats.duration, lang=lang),
            language_name=partial(formats.language, lang=lang),
            citation=_citation(lang, zone),
            lag_of_hours=lambda hours: formats.duration(timedelta(hours=hours), lang),
            later=partial(formats.duration, lang=lang, relative=True),
            day_figure=lambda days: _day_figure(_days(days), lang),
            matches_over_time=partial(_matches_over_time, lang),
            filled=_filled(lang),
            why=partial(_why, lang),
            unit_name=partial(formats.day, lang=lang),
            **values,
        )
    )


@lru_cache(maxsize=1)
def style_sheet() -> str:
    """The pages' style sheet: the report's, so that both look alike, and what these pages add."""
    return asset("crawler.html", "common.css") + asset("crawler.web", "archive.css")


@lru_cache(maxsize=1)
def script() -> str:
    """The pages' script."""
    return asset("crawler.web", "archive.js")


@lru_cache(maxsize=1)
def theme_script() -> str:
    """The script that a page loads before it is drawn: light or dark, as the reader chose."""
    return asset("crawler.html", "theme.js")


@lru_cache(maxsize=1)
def asset_version() -> str:
    """Part of the assets' URLs, so that browsers may keep them until they change."""
    return hashlib.sha256((style_sheet() + script() + theme_script()).encode()).hexdigest()[:12]


@cache
def _environment() -> Environment:
    pages = environment("crawler.web")
    pages.filters.update(
        line=single_line, spaced=_spaced, paragraphs=_paragraphs, narrowed=_narrowed, readable=readable_url
    )
    pages.globals.update(
        number=formats.number,
        percent=formats.percent,
        marked=with_highlights,
        SAME_SHOWN=SAME_SHOWN,
        link=safe_link,
        urlencode=_query,
        crawl_columns=crawl_columns,
        day_columns=day_columns,
        STRIP_HEIGHT=STRIP_HEIGHT,
        STRIP_STEP=STRIP_STEP,
        TABS=TABS,
        THEMES=THEMES,
        RANKED=RANKED,
        version=asset_version(),
    )
    return pages


def _when(lang: str, zone: ZoneInfo) -> Callable[..., Markup]:
    """What writes a time, or the day that a page states without a time."""
    time = Markup('<time datetime="{}">{}</time>')

    def when(at: datetime | None, stated: date | None = None) -> Markup:
        if stated is not None:
            return time.format(stated.isoformat(), formats.day(stated, lang))
        if at is None:
            return Markup.escape(words.word("unknown", lang))
        at = local(at, zone)
        return time.format(at.isoformat(timespec="minutes"), formats.moment(at, lang))

    return when


def _clock(lang: str, zone: ZoneInfo) -> Callable[[models.Brief, date], Markup]:
    """What writes when an article appeared, beside the name of a day: the minute alone if it was then."""
    when = _when(lang, zone)

    def clock(brief: models.Brief, day: date) -> Markup:
        at = local(brief.at, zone)
        if brief.precision != "minute" or at.date() != day:
            return when(brief.at, brief.day)
        return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="minutes"), f"{at:%H:%M}")

    return clock


@dataclass(frozen=True, slots=True)
class StripColumn:
    """A column of a strip: where it starts, how high it and its darker part are, and its tooltip."""

    x: float
    height: float
    part: float = 0.0
    wrong: bool = False
    running: bool = False
    title: str = ""


def crawl_columns(crawls: Sequence[models.Crawl], places: int) -> list[StripColumn]:
    """The latest crawls, oldest first, the newest in the last of `places`.

    Heights go by the square root of what was new: a backfill of thousands does not flatten the rest.
    """
    highest = max((crawl.new for crawl in crawls), default=0)
    columns = [
        StripColumn(
            x=(places - 1 - number) * STRIP_STEP,
            height=_crawl_height(crawl, highest),
            wrong=not crawl.healthy,
            running=crawl.finished_at is None,
        )
        for number, crawl in enumerate(crawls[:places])
    ]
    return columns[::-1]


def _crawl_height(crawl: models.Crawl, highest: int) -> float:
    if not crawl.healthy:
        return STRIP_HEIGHT
    return round(max(2.0, sqrt(crawl.new / highest) * STRIP_HEIGHT), 1) if crawl.new else 2.0


def day_columns(days: Sequence[models.Day]) -> list[StripColumn]:
    """A column for each day, duplicates as its part."""
    highest = max((day.articles for day in days), default=0) or 1
    return [
        StripColumn(
            x=number * STRIP_STEP,
            height=round(max(1.0, day.articles / highest * STRIP_HEIGHT), 1) if day.articles else 0.0,
            part=round(day.duplicates / highest * STRIP_HEIGHT, 1),
        )
        for number, day in enumerate(days)
    ]


def _days(days: Sequence[models.Day]) -> tuple[Day, ...]:
    return tuple(Day(day.day, day.articles, day.duplicates) for day in days)


@lru_cache(maxsize=8)  # drawing takes longer than the rest of the page, and days change by the crawl
def _day_figure(days: tuple[Day, ...], lang: str) -> Markup:
    return day_chart(days, "day", lang)


@dataclass(frozen=True, slots=True)
class OverTime:
    """Matches by day, month or year: columns of a strip, and its table: first and last day, matches.

    `highest` is what the highest column stands for, `first` and `last` name the columns at the ends; there
    is room for `places` columns. Drawn by the template: pygal takes longer than all the rest of a search.
    """

    unit: Unit
    columns: list[StripColumn]
    highest: int
    first: str
    last: str
    places: int
    rows: list[tuple[date, date, int]]


def _matches_over_time(lang: str, days: Sequence[models.DayMatches]) -> OverTime | None:
    """Matches by day, month or year; None where all are of one day."""
    if len(days) < 2:
        return None
    unit, summed = over_time([Day(day.day, day.matches, 0) for day in days], MOST_COLUMNS)
    rows = [(day.day, _last_day(day.day, unit), day.articles) for day in summed if day.articles]
    highest = max(day.articles for day in summed)
    columns = [
        StripColumn(
            x=number * STRIP_STEP,
            height=round(max(1.0, day.articles / highest * STRIP_HEIGHT), 1),
            title=f"{formats.day(day.day, lang, unit)}: {formats.number(day.articles)}",
        )
        for number, day in enumerate(summed)
        if day.articles
    ]
    first, last = (formats.day(day.day, lang, unit) for day in (summed[0], summed[-1]))
    return OverTime(unit, columns, highest, first, last, len(summed), rows[::-1])


def _last_day(start: date, unit: Unit) -> date:
    if unit == "day":
        return start
    if unit == "year":
        return date(start.year, 12, 31)
    return date(start.year, start.month, monthrange(start.year, start.month)[1])


def _why(lang: str, judged: models.Crawl | models.SiteHealth | models.QuarantinedPage) -> Markup:
    """Why a crawl, or a site's crawls, got their verdict, or why a page is in quarantine."""
    reason, message = judged.reason or "", judged.reason_message
    return sentence_markup(message.sentence(reason) if message else reason, lang)


def _filled(lang: str) -> Callable[..., Markup]:
    """What writes a message with values in it, each of which keeps its own direction."""

    def filled(key: str, **values: str) -> Markup:
        isolated = {name: Markup("<bdi>{}</bdi>").format(single_line(text)) for name, text in values.items()}
        return Markup.escape(words.word(key, lang)).format(**isolated)

    return filled


def _citation(lang: str, zone: ZoneInfo) -> Callable[[models.Article, str], str]:
    """What writes an article as a work cites it: who, what, where, when, and which wording is meant."""

    def citation(article: models.Article, site: str) -> str:
        published = formats.day(local(article.at, zone).date(), lang)
        names = [*article.authors, *filter(None, [article.agency])][:CITED_NAMES]
        parts = [single_line(name) for name in names]
        parts += [f"«{single_line(article.title)}»", site, published, article.url]
        seen = words.filled("cite_wording", lang, text=f"{article.revision} ({article.text_sha256[:16]})")
        return words.word("list_separator", lang).join([*parts, seen])

    return citation


def _paragraphs(text: str) -> list[str]:
    return [single_line(part) for part in text.split("\n") if part.strip()]


def _spaced(text: str) -> str:
    """One line, with the blanks at its ends: they part it from a marked word."""
    start, end = text[:1].isspace(), text[-1:].isspace()
    return f"{' ' * start}{single_line(text)}{' ' * end}"


def _narrowed(form: Mapping[str, Any], **values: object) -> dict[str, Any]:
    """The fields of a form with others in the place of some."""
    return {**form, **{name: str(value) for name, value in values.items()}}


def _query(**values: str | None) -> str:
    return urlencode({key: value for key, value in values.items() if value})
