"""Templates, and what they can say."""

import hashlib
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from crawler.model.period import ZONE
from crawler.report import phrases
from crawler.report.article import local, one_line
from crawler.report.difference import marked
from crawler.web import charts
from crawler.web.words import word

LANGUAGES: Final = phrases.LANGUAGES
LONGEST_URL: Final = 2000
"""Longer addresses are shown as text, not linked: no browser's are longer."""


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("crawler.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(line=one_line, spaced=_spaced, paragraphs=_paragraphs)
    environment.globals.update(
        number=phrases.number,
        percent=phrases.percent,
        marked=marked,
        link=safe_link,
        urlencode=_query,
        crawl_columns=charts.crawl_columns,
        day_columns=charts.day_columns,
        CHART_HEIGHT=charts.HEIGHT,
        CHART_STEP=charts.WIDTH,
        version=asset_version(),
    )
    return environment


def render(template: str, lang: str, *, zone: ZoneInfo = ZONE, **values: Any) -> str:
    """A page in ``ar`` or ``en``; all its times are of one zone, which it names."""

    def when(at: datetime | None, stated: date | None = None) -> Markup:
        if stated is not None:
            return Markup('<time datetime="{}">{}</time>').format(
                stated.isoformat(), phrases.day(stated, lang)
            )
        if at is None:
            return Markup.escape(word("unknown", lang))
        at = local(at, zone)
        return Markup('<time datetime="{}">{}</time>').format(
            at.isoformat(timespec="minutes"), phrases.moment(at, lang)
        )

    def day(at: date) -> str:
        return phrases.day(at, lang)

    return (
        _environment()
        .get_template(template)
        .render(
            lang=lang,
            zone=zone.key,
            day_figure=lambda days: charts.day_chart(days, lang),
            other="en" if lang == "ar" else "ar",
            dir="rtl" if lang == "ar" else "ltr",
            t=lambda key: word(key, lang),
            when=when,
            day=day,
            lag=lambda delay, relative=False: phrases.duration(delay, lang, relative=relative),
            counted=lambda key, n, **more: phrases.counted(key, n, lang, **more),
            **values,
        )
    )


def safe_link(url: str | None) -> str | None:
    """The address if it may become a link: http or https with a host; else None."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return (
        url if parts.scheme in ("http", "https") and parts.netloc and len(url or "") <= LONGEST_URL else None
    )


@lru_cache(maxsize=1)
def style_sheet() -> str:
    """The pages' style sheet: the report's, so that both look alike, and what the archive's pages add."""
    report = files("crawler.report").joinpath("templates", "report.css").read_text("utf-8")
    return report + files("crawler.web").joinpath("templates", "archive.css").read_text("utf-8")


@lru_cache(maxsize=1)
def script() -> str:
    """The pages' script."""
    return files("crawler.web").joinpath("templates", "archive.js").read_text("utf-8")


@lru_cache(maxsize=1)
def asset_version() -> str:
    """Part of the assets' addresses, so that browsers may keep them until they change."""
    return hashlib.sha256((style_sheet() + script()).encode()).hexdigest()[:12]


def _paragraphs(text: str) -> list[str]:
    return [one_line(part) for part in text.split("\n") if part.strip()]


def _spaced(text: str) -> str:
    """One line, with the blanks at its ends: they part it from a marked word."""
    start, end = text[:1].isspace(), text[-1:].isspace()
    return f"{' ' * start}{one_line(text)}{' ' * end}"


def _query(**values: str | None) -> str:
    return urlencode({key: value for key, value in values.items() if value})
