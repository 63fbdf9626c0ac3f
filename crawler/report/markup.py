"""The report's templates, and what they call: words and figures in both languages at once.

A page holds both languages; the style sheet shows one of them.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Any, Final

from jinja2 import Environment
from markupsafe import Markup

from crawler.html import formats, words
from crawler.html.difference import with_highlights
from crawler.html.safe import LONGEST_TITLE, cut, safe_link, single_line
from crawler.html.sentences import sentence_markup
from crawler.html.templating import environment
from crawler.report.charts import time_line
from crawler.report.comparisons import LISTED_MEMBERS
from crawler.report.figures import Member, Site

ROUTES_OPEN: Final = 4
"""Routes in sight; the rest of those listed is folded away."""
STORIES_OPEN: Final = 1
"""Stories of the largest whose members are seen at once."""

STORIES_SHOWN: Final = 3
"""Stories of each list that are seen at once; the rest is folded, and printed."""

PAIRS_SHOWN: Final = 1
"""Pairs near the boundary that are seen at once."""
SHARED_WORDS_SHOWN: Final = 8
"""Words kept on each side of a difference; more between two differences are counted, not shown."""
LONGEST_NAME: Final = 60
"""Characters of a site's name."""

_BOTH = Markup('<span lang="ar">{}</span><span lang="en">{}</span>')


@cache
def page_environment() -> Environment:
    """The environment of the report's templates."""
    pages = environment("crawler.report")
    pages.globals.update(
        t=partial(_both, words.word),
        label=partial(_both, words.label),
        why=partial(_both, _why),
        n=partial(_both, words.counted),
        number=formats.number,
        pct=partial(_both, formats.percent),
        delay=_delay,
        when=_when,
        at=_published,
        day=lambda at, unit: _both(formats.day, at, unit=unit),
        link=safe_link,
        cut=cut,
        line=single_line,
        time_line=time_line,
        marked=with_highlights,
        word=words.word,
        LANGUAGES=words.LANGUAGES,
        LISTED_MEMBERS=LISTED_MEMBERS,
        SHARED_WORDS_SHOWN=SHARED_WORDS_SHOWN,
        ROUTES_OPEN=ROUTES_OPEN,
        STORIES_OPEN=STORIES_OPEN,
        STORIES_SHOWN=STORIES_SHOWN,
        PAIRS_SHOWN=PAIRS_SHOWN,
    )
    return pages


def _both(text: Callable[..., str], *args: Any, **values: Any) -> Markup:
    """A text in each language, of which the style sheet shows one; once where both are the same."""
    arabic, english = (text(*args, lang=lang, **values) for lang in words.LANGUAGES)
    return Markup.escape(arabic) if arabic == english else _BOTH.format(arabic, english)


def _why(reason: str, lang: str) -> Markup:
    """Why a site is judged so."""
    return sentence_markup(reason, lang, LONGEST_TITLE)


def _delay(delay: timedelta | None, *, relative: bool = False) -> Markup:
    return _both(formats.duration, delay, relative=relative)


def _when(moment: datetime) -> Markup:
    return _time(moment.isoformat(timespec="minutes"), _both(formats.moment, moment))


def _published(member: Member) -> Markup:
    """When an article appeared: its day where its page states no time."""
    return _when(member.at) if member.day is None else _day(member.day)


def _day(day: date) -> Markup:
    return _time(day.isoformat(), _both(formats.day, day))


def _time(machine_readable: str, text: Markup) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(machine_readable, text)


def site_name(site: Site) -> Markup:
    """A site's name in both languages, kept from turning the words around it."""
    # A <bdi> for each: the direction of one around both would be that of the first, shown or not.
    arabic, english = (
        Markup("<bdi>{}</bdi>").format(cut(name, LONGEST_NAME)) for name in (site.name, site.name_en)
    )
    return arabic if arabic == english else _BOTH.format(arabic, english)
