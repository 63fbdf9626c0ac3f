"""The report as one HTML file, in Arabic and English."""

import base64
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from importlib.resources import files
from itertools import accumulate, zip_longest
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dedup.report import charts, phrases
from dedup.report.article import REASONS, one_line
from dedup.report.build import FLOW_EXAMPLES
from dedup.report.difference import WORDS_COMPARED, Stretch, difference, marked
from dedup.report.figures import Flow, Member, Pair, Report, Site, Story
from dedup.report.names import PLACES, TITLES

MATRIX_SITES: Final = 20
"""Rows and columns of the matrix: what fits a desk screen. The table of routes has the others' too."""
LISTED_ROUTES: Final = 40
ROUTES_OPEN: Final = 10
"""Routes in sight; the others of those listed are folded away."""
STORIES_OPEN: Final = 2
"""Stories unfolded when the page opens; the others show headline and time line."""
LISTED_MEMBERS: Final = 12
"""Articles listed of one story; the CSV has all."""
LONGEST_TITLE: Final = 200
LONGEST_URL: Final = 2000
"""Characters. Longer addresses are shown as text, cut, and not linked: no browser's are longer."""
DIFFERENCE_BYTES: Final = 450_000
"""For all differences from a story's first article together, which need no script."""
ROUTE_BYTES: Final = 700_000
"""For the pairs that the cells of the matrix open, all together."""
PAIR_BYTES: Final = 350_000
"""For the differences of the pairs on either side of the boundary."""
TEXT_BYTES: Final = 450_000
"""For the texts of which the script compares any two. The rest stays under 2 MB, whatever the archive."""
SHARED_WORDS_SHOWN: Final = 8
"""Words kept on each side of a difference; more between two differences are counted, not shown."""

PERIODS: Final = ("all", "365", "30", "7")
"""Periods of a report that a server shows: all there is, or so many days."""

_BOTH = Markup('<span lang="ar">{}</span><span lang="en">{}</span>')


@dataclass(frozen=True, slots=True)
class _Route:
    """A flow as the page lists it."""

    flow: Flow
    anchor: str
    width: float
    pairs: tuple[Pair, ...]


def page_policy() -> str:
    """The page's Content-Security-Policy; it stands in the page, and a server may send it as well."""
    return (
        f"default-src 'none'; style-src {_hash(_asset('report.css'))}; "
        f"script-src {_hash(_asset('report.js'))}; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )


def render_html(
    report: Report, *, lang: str = "ar", archive: str | None = None, period: str | None = None
) -> str:
    """The report as one self-contained page that works from disk and never uses the network.

    It holds both languages; `lang` is the one it opens in. A strict Content-Security-Policy allows nothing
    but the page's own style and script, by their hashes. Everything from an article is escaped; only
    http and https addresses become links.

    Args:
        report: The figures.
        lang: ``ar`` or ``en``.
        archive: Address of the archive's pages where a server shows the report beside them.
        period: Which of `PERIODS` it is of there; the page links to the others.

    Raises:
        ValueError: Another language.
    """
    if lang not in phrases.LANGUAGES:
        raise ValueError(f"language {lang!r}: not one of {', '.join(phrases.LANGUAGES)}")
    environment = _environment()
    style, script = _asset("report.css"), _asset("report.js")
    routes = _routes(report.flows)
    unit, days = charts.fold_days(report.days)
    texts = _texts(report)
    listed = {story.id: number for number, story in enumerate(report.largest, 1)}
    return environment.get_template("report.html.j2").render(
        report=report,
        lang=lang,
        dir="rtl" if lang == "ar" else "ltr",
        style=Markup(style),  # noqa: S704  # our own files, hashed in the policy
        script=Markup(script),  # noqa: S704
        policy=page_policy(),
        archive=archive,
        period=period,
        periods=PERIODS,
        reasons=[reason for reason in (*REASONS, "unstated") if report.totals.by_reason[reason]],
        matrix=_matrix(report, routes),
        routes=list(routes.values()),
        unit=unit,
        days=days,
        day_bars=charts.day_bars(days),
        histogram_bars=charts.histogram_bars(report),
        story_numbers=listed,
        differences=_differences(report),
        pair_differences=_pair_differences(report),
        texts=texts,
        texts_json=_json({"texts": texts, "places": sorted(PLACES), "titles": sorted(TITLES)}),
        site=defaultdict(Markup, _names(report.sites)),
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("dedup.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        t=_word,
        n=_counted,
        number=phrases.number,
        pct=partial(_both, phrases.percent),
        delay=_delay,
        when=_when,
        at=_at,
        day=_day,
        link=_link,
        query=urlencode,
        cut=_cut,
        time_line=charts.time_line,
        marked=marked,
        line=one_line,
        trouble=partial(_both, phrases.trouble),
        word=phrases.word,
        LISTED_MEMBERS=LISTED_MEMBERS,
        SHARED_WORDS_SHOWN=SHARED_WORDS_SHOWN,
        ROUTES_OPEN=ROUTES_OPEN,
        STORIES_OPEN=STORIES_OPEN,
    )
    return environment


def _asset(name: str) -> str:
    return files("dedup.report").joinpath("templates", name).read_text("utf-8").strip()


def _hash(content: str) -> str:
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _both(say: Any, *args: Any, **values: Any) -> Markup:
    """What `say` says in both languages, as markup; the style sheet shows the page's one."""
    arabic, english = (say(*args, lang=lang, **values) for lang in phrases.LANGUAGES)
    return Markup("{}").format(arabic) if arabic == english else _BOTH.format(arabic, english)


def _word(key: str) -> Markup:
    return _both(phrases.word, key)


def _counted(key: str, count: int, **values: int) -> Markup:
    return _both(phrases.counted, key, count, **values)


def _delay(delay: timedelta | None, *, relative: bool = False) -> Markup:
    return _both(phrases.duration, delay, relative=relative)


def _when(moment: datetime) -> Markup:
    shown = _both(phrases.moment, moment)
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(timespec="minutes"), shown)


def _at(member: Member) -> Markup:
    if member.day is None:
        return _when(member.at)
    return Markup('<time datetime="{}">{}</time>').format(
        member.day.isoformat(), _both(phrases.day, member.day)
    )


def _day(day: Any, unit: str) -> Markup:
    return _both(phrases.day, day, unit=unit)


def _cut(text: str, longest: int = LONGEST_TITLE) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _link(url: str) -> str | None:
    """The address if it may become a link, else None."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc and len(url) <= LONGEST_URL else None


def _names(sites: Iterable[Site]) -> dict[str, Markup]:
    return {
        site.id: Markup("<bdi>{}</bdi>").format(
            site.name
            if site.name == site.name_en
            else _BOTH.format(_cut(site.name, 60), _cut(site.name_en, 60))
        )
        for site in sites
    }


def _routes(flows: tuple[Flow, ...]) -> dict[tuple[str, str], _Route]:
    highest = flows[0].count if flows else 1
    most = _pairs_that_fit(flows[:LISTED_ROUTES])
    return {
        (flow.first, flow.carrier): _Route(
            flow, f"route-{number}", round(flow.count / highest * 100, 1), flow.examples[:most]
        )
        for number, flow in enumerate(flows[:LISTED_ROUTES], 1)
    }


def _pairs_that_fit(flows: Sequence[Flow]) -> int:
    """How many pairs of each flow the page has room for."""

    def cost(pair: Pair) -> int:
        members = [member for member in (pair.first, pair.copy) if member is not None]
        # The markup of a pair, with both names of its sites, takes some 600 bytes.
        return 600 + sum(len((_cut(one.title) + one.url[:LONGEST_URL]).encode()) for one in members)

    costs = [list(accumulate(map(cost, flow.examples))) for flow in flows]
    for most in range(FLOW_EXAMPLES, 3, -1):
        if sum(sums[min(most, len(sums)) - 1] for sums in costs if sums) <= ROUTE_BYTES:
            return most
    return 3


def _matrix(report: Report, routes: Mapping[tuple[str, str], _Route]) -> dict[str, Any]:
    """Sites by how much they give and take, with a cell for each ordered pair."""
    weight: dict[str, int] = {}
    for flow in report.flows:
        for site in (flow.first, flow.carrier):
            weight[site] = weight.get(site, 0) + flow.count
    sites = sorted(weight, key=lambda site: (-weight[site], site))
    counts = {(flow.first, flow.carrier): flow.count for flow in report.flows}
    highest = max(counts.values(), default=1)
    shown = sites[:MATRIX_SITES]
    rows = [
        (
            first,
            [
                (
                    counts.get((first, carrier), 0),
                    charts.heat(counts.get((first, carrier), 0), highest),
                    routes[first, carrier].anchor if (first, carrier) in routes else None,
                    first == carrier,
                )
                for carrier in shown
            ],
        )
        for first in shown
    ]
    return {"sites": shown, "rows": rows, "more": len(sites) - len(shown)}


def _differences(report: Report) -> dict[str, list[Stretch]]:
    """Differences from the story's first article by article id, for the stories listed, while they fit."""
    found: dict[str, list[Stretch]] = {}
    left = DIFFERENCE_BYTES
    for story in dict.fromkeys((*report.largest, *report.recent)):
        for member in _listed_copies(story):
            if story.first is None or story.first.text is None or member.text is None or member.id in found:
                continue
            # Letters of Arabic are two bytes, and marked words bring their tags: three is an upper guess.
            cost = 3 * (len(member.text) + len(story.first.text))
            if cost > left:
                return found
            stretches = difference(one_line(story.first.text), one_line(member.text))
            left -= cost
            found[member.id] = stretches
    return found


def _pair_differences(report: Report) -> dict[tuple[str, str], list[Stretch]]:
    """Differences of the pairs near the boundary by both ids, the nearest first, while they fit."""
    found: dict[tuple[str, str], list[Stretch]] = {}
    left = PAIR_BYTES
    for sides in zip_longest(report.borderline, report.near_misses):
        for pair in filter(None, sides):
            if pair.first is None or pair.first.text is None or pair.copy.text is None:
                continue
            left -= 3 * (len(pair.first.text) + len(pair.copy.text))
            if left < 0:
                return found
            words = one_line(pair.first.text), one_line(pair.copy.text)
            found[pair.first.id, pair.copy.id] = difference(*words)
    return found


def _texts(report: Report) -> dict[str, list[tuple[str, str]]]:
    """Site and text of the listed members, by story, while they fit: the script compares any two of them."""
    names = {site.id: site.name for site in report.sites}
    found: dict[str, list[tuple[str, str]]] = {}
    left = TEXT_BYTES
    for story in dict.fromkeys((*report.largest, *report.recent)):
        rows = [
            (names[member.site], " ".join(one_line(member.text).split()[:WORDS_COMPARED]))
            for member in story.members[:LISTED_MEMBERS]
            if member.text is not None
        ]
        cost = sum(len(text.encode()) + 2 * len(name.encode()) for name, text in rows)
        if len(rows) < 3 or cost > left:  # of two, the difference stands in the page
            continue
        left -= cost
        found[story.id] = rows
    return found


def _json(data: object) -> Markup:
    """JSON for a script element: without a character that could end the element or begin a comment."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def _listed_copies(story: Story) -> Iterable[Member]:
    return (member for member in story.members[:LISTED_MEMBERS] if member is not story.first)
