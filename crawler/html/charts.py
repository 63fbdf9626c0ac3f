"""Column charts with axes, drawn by pygal as SVG that the page's own style sheet colours.

pygal names all it draws by classes. Its style sheet, its script and what they need are taken out: the page's
Content-Security-Policy allows neither, and our own colours follow dark mode and print. A chart is drawn
from left to right; the style sheet mirrors it where the page reads from the right, and its words back.
Each is drawn for a desk screen and for a phone, since letters shrink with what they stand in.

Why pygal, and what is not drawn by it, stands in docs/decisions/0025-charts.md.
"""

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any, Final, Literal
from xml.etree import ElementTree

from markupsafe import Markup

from crawler.html import formats
from crawler.html.words import word

LONGEST_CHART: Final = 120
"""Columns. More would be thinner than their gaps on a desk screen; longer periods are added up."""

SIZES: Final = {"wide": (960, 250, 5), "narrow": (340, 210, 2)}
"""Width and height in pixels as they are seen, and how many words there is room for along the axis."""

MIN_COLUMNS: Final = 12
"""Columns that there is always room for: a lone day is a column, not a wall."""

LETTERS: Final = 13
"""Pixels that the letters on the axes are high."""

_NUMBER: Final = re.compile(r"-?(?<!\d)\d+\.\d+")
_ELEMENTS: Final = {"svg", "g", "rect", "path", "text"}
_UNUSED: Final = {"background", "titles", "overlay", "text-overlay", "tooltip-overlay"}
_ATTRIBUTES: Final = {"class", "viewBox", "transform", "x", "y", "width", "height", "d"}


@dataclass(frozen=True, slots=True)
class Day:
    """Articles of a day (or of the month or year that begins with it), and how many are duplicates."""

    day: date
    articles: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class Range:
    """A column between two points of an axis of 0 to 100 per cent."""

    low: float
    high: float
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its name on the axis, its tooltip, and the heights of its parts, the lowest first."""

    name: str
    title: str
    parts: tuple[int, ...]


Unit = Literal["day", "month", "year"]


def fold_days(days: Sequence[Day]) -> tuple[Unit, list[Day]]:
    """Days as they are, or added up to months or years where there are more than `LONGEST_CHART`."""
    if len(days) <= LONGEST_CHART:
        return "day", list(days)
    months = _add_up(days, month=True)
    return ("month", months) if len(months) <= LONGEST_CHART else ("year", _add_up(days, month=False))


def over_time(days: Sequence[Day], longest: int) -> tuple[Unit, list[Day]]:
    """Days, months or years in order, at most `longest` of them, those without anything included.

    Where even the years are more, those without anything are left out.
    """
    if not days:
        return "day", []
    first, last = min(day.day for day in days), max(day.day for day in days)
    months, years = (last.year - first.year) * 12 + last.month - first.month + 1, last.year - first.year + 1
    if (length := (last - first).days + 1) <= longest:
        return "day", _fill(days, [first + timedelta(days=number) for number in range(length)])
    if months <= longest:
        numbers = range(first.month - 1, first.month - 1 + months)
        starts = [date(first.year + number // 12, number % 12 + 1, 1) for number in numbers]
        return "month", _fill(_add_up(days, month=True), starts)
    sums = _add_up(days, month=False)
    if years > longest:
        return "year", sums[-longest:]
    return "year", _fill(sums, [date(first.year + number, 1, 1) for number in range(years)])


def _fill(days: Sequence[Day], starts: Sequence[date]) -> list[Day]:
    by_start = {day.day: day for day in days}
    return [by_start.get(start, Day(start, 0, 0)) for start in starts]


def _add_up(days: Sequence[Day], *, month: bool) -> list[Day]:
    sums: dict[date, Day] = {}
    for day in days:
        start = day.day.replace(day=1) if month else day.day.replace(month=1, day=1)
        total = sums.get(start, Day(start, 0, 0))
        sums[start] = replace(
            total, articles=total.articles + day.articles, duplicates=total.duplicates + day.duplicates
        )
    return list(sums.values())


def day_chart(days: Sequence[Day], unit: str, lang: str) -> Markup:
    """A column for each day, month or year, its duplicates as the lower part."""
    duplicates, articles = word("duplicates", lang), word("articles", lang)
    columns = []
    for day in days:
        name = formats.day(day.day, lang, unit)
        counts = formats.number(day.articles), formats.number(day.duplicates)
        title = f"{name}: {articles} {counts[0]} · {duplicates} {counts[1]}"
        columns.append(_Column(name, title, (day.duplicates, day.articles - day.duplicates)))
    return _for_both_screens(lambda size: _stacked(columns, size), "days", lang)


def range_chart(ranges: Sequence[Range], marks: Sequence[float], key: str, lang: str) -> Markup:
    """Columns over an axis of 0 to 100 per cent.

    Args:
        ranges: The columns.
        marks: Where lines stand, in per cent.
        key: The message that names the chart.
        lang: ``ar`` or ``en``.
    """
    return _for_both_screens(lambda size: _histogram(ranges, marks, size), key, lang)


def _stacked(columns: Sequence[_Column], size: str) -> Any:
    chart = _pygal().StackedBar(**_options(size))
    labelled = _spread(len(columns), SIZES[size][2])
    empty = max(MIN_COLUMNS - len(columns), 0)
    before, after = [{"value": 0}] * (empty // 2), [{"value": 0}] * (empty - empty // 2)
    chart.x_labels = [
        *(f"<{at}" for at in range(len(before))),
        *(column.name if at in labelled else f"·{at}" for at, column in enumerate(columns)),
        *(f">{at}" for at in range(len(after))),
    ]
    chart.x_labels_major = [columns[at].name for at in labelled]
    for part in range(len(columns[0].parts)):
        values = [{"value": column.parts[part], "label": column.title} for column in columns]
        chart.add("", [*before, *values, *after])
    return chart


def _histogram(ranges: Sequence[Range], marks: Sequence[float], size: str) -> Any:
    chart = _pygal().Histogram(
        **_options(size),
        xrange=(0, 100),
        x_value_formatter=lambda value: f"{round(value)}%",
        margin_right=2 * LETTERS,  # half of the last name
    )
    chart.x_labels = chart.x_labels_major = list(range(0, 101, 20))
    chart.add("", [{"value": (bar.count, bar.low, bar.high), "label": bar.title} for bar in ranges])
    if marks:
        highest = max(bar.count for bar in ranges)
        half = 100 / SIZES[size][0]  # a line two pixels wide
        chart.add("", [(highest, mark - half, mark + half) for mark in marks])
    return chart


@cache
def _pygal() -> Any:
    """The library, loaded where a chart is drawn: most commands draw none."""
    import pygal

    # Its finder of plug-ins, which we have none of, has no find_spec: Python 3.11 warns of that at imports.
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]
    return pygal


def _options(size: str) -> dict[str, Any]:
    width, height, _ = SIZES[size]
    return {
        "width": width,
        "height": height,
        "margin": 6,
        "style": _pygal().style.Style(
            label_font_size=LETTERS, major_label_font_size=LETTERS, font_family="sans-serif"
        ),
        "css": [],
        "js": [],
        "show_legend": False,
        "show_minor_x_labels": False,
        "truncate_label": -1,
        "order_min": 0,  # whole numbers alone: articles are counted
        "min_scale": 2,
        "max_scale": 5,
        "value_formatter": lambda value: formats.number(round(value)),
    }


def _spread(count: int, room: int) -> list[int]:
    """Which of so many columns get a label: evenly, and none so near to another that they would meet."""
    labels = max(1, min(count * room // max(count, MIN_COLUMNS), room))
    return [(2 * number + 1) * count // (2 * labels) for number in range(labels)]


def _for_both_screens(draw: Callable[[str], Any], key: str, lang: str) -> Markup:
    """A chart for a desk screen and for a phone; a screen reader is led to the table below."""
    label = f"{word(key, lang)}. {word('see_table', lang)}"
    return Markup("").join(_markup(draw(size), size, label) for size in SIZES)


def _markup(chart: Any, size: str, label: str) -> Markup:
    """A chart as markup without anything that the page's policy would refuse."""
    svg = _reduced(chart.render_tree(), titles=size == "wide")
    if svg is None:
        raise ValueError("an empty chart")
    svg.attrib.update({"class": f"chart {size} mirror", "role": "img", "aria-label": label})
    # ElementTree escapes what stands in it.
    return Markup(ElementTree.tostring(svg, encoding="unicode"))  # noqa: S704


def _reduced(node: Any, *, titles: bool) -> ElementTree.Element | None:
    """What the page needs of a part of pygal's SVG, or None; `titles`: with each column's tooltip."""
    tag = str(node.tag).rpartition("}")[2]
    classes = set((node.get("class") or "").split())
    if tag not in _ELEMENTS or classes & _UNUSED or node.get("height") in ("0", "0.0"):
        return None
    element = ElementTree.Element(tag, _reduced_attributes(tag, node.attrib))
    if tag == "text":
        element.text = node.text
    children = (_reduced(child, titles=titles) for child in node)
    element.extend(child for child in children if child is not None)
    if titles:
        _add_title(element, node)
    return None if tag == "g" and not len(element) else element


def _reduced_attributes(tag: str, attributes: dict[str, str]) -> dict[str, str]:
    names = _ATTRIBUTES - {"class"} if tag == "rect" else _ATTRIBUTES
    kept = {name: _NUMBER.sub(_short, value) for name, value in attributes.items() if name in names and value}
    height = float(attributes.get("height") or 0) if tag == "rect" else 0
    if 0 < height < 1:  # one among thousands is seen too
        kept |= {"y": f"{float(attributes.get('y') or 0) + height - 1:.1f}", "height": "1"}
    return kept


def _add_title(element: ElementTree.Element, node: Any) -> None:
    """Give a column the tooltip that pygal wrote beside it."""
    title = next((child.text for child in node if child.get("class") == "label"), None)
    column = element.find("rect")
    if title and column is not None:
        ElementTree.SubElement(column, "title").text = title


def _short(number: re.Match[str]) -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")
