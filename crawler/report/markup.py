"""The report's words as markup in both languages; the style sheet shows the page's one."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from markupsafe import Markup

from crawler.report import phrases
from crawler.report.figures import Member, Site

LONGEST_TITLE: Final = 200
LONGEST_URL: Final = 2000
"""Characters. Longer addresses are shown as text, cut, and not linked: no browser's are longer."""
LONGEST_NAME: Final = 60
"""Characters of a site's name."""

_BOTH = Markup('<span lang="ar">{}</span><span lang="en">{}</span>')


def both(say: Any, *args: Any, **values: Any) -> Markup:
    """What `say` says in each language; once where it says the same in both."""
    arabic, english = (say(*args, lang=lang, **values) for lang in phrases.LANGUAGES)
    return Markup("{}").format(arabic) if arabic == english else _BOTH.format(arabic, english)


def word(key: str) -> Markup:
    """The words for `key`."""
    return both(phrases.word, key)


def counted(key: str, count: int, **values: int) -> Markup:
    """A phrase about so many things."""
    return both(phrases.counted, key, count, **values)


def delay(of: timedelta | None, *, relative: bool = False) -> Markup:
    """A delay, alone or against the first article."""
    return both(phrases.duration, of, relative=relative)


def when(moment: datetime) -> Markup:
    """A day and time."""
    shown = both(phrases.moment, moment)
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(timespec="minutes"), shown)


def at(member: Member) -> Markup:
    """When an article appeared: its day where its page states no time."""
    if member.day is None:
        return when(member.at)
    return Markup('<time datetime="{}">{}</time>').format(
        member.day.isoformat(), both(phrases.day, member.day)
    )


def day(of: date, unit: str) -> Markup:
    """A day, a month or a year."""
    return both(phrases.day, of, unit=unit)


def cut(text: str, longest: int = LONGEST_TITLE) -> str:
    """A text that is not longer than this many characters."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def link(url: str) -> str | None:
    """The address if it may become a link, else None."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc and len(url) <= LONGEST_URL else None


def names(sites: Iterable[Site]) -> dict[str, Markup]:
    """What each site is called, by id, kept from turning the words around it."""
    return {
        site.id: _both_names(cut(site.name, LONGEST_NAME), cut(site.name_en, LONGEST_NAME)) for site in sites
    }


def _both_names(arabic: str, english: str) -> Markup:
    # Each in its own: the direction of one around both would be that of the first, shown or not.
    alone = Markup("<bdi>{}</bdi>").format
    return alone(arabic) if arabic == english else _BOTH.format(alone(arabic), alone(english))
