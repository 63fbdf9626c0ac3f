"""The charts that have axes, drawn by pygal as SVG that the page's own style sheet colours.

pygal names all it draws by classes. Its style sheet, its script and what they need are taken out: the page's
Content-Security-Policy allows neither, and colours of our own follow dark mode and print. A chart is drawn
from left to right; the style sheet mirrors it where the page reads from the right, and its words back.
Each is drawn for a desk screen and for a phone, since letters shrink with what they stand in.

Why pygal, and what is not drawn by it, stands in docs/decisions/0025-charts.md.
"""

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from xml.etree import ElementTree

from markupsafe import Markup

SIZES: Final = {"wide": (960, 250, 5), "narrow": (340, 210, 2)}
"""Width and height in pixels as they are seen, and how many words there is room for along the axis."""

FEWEST: Final = 12
"""Columns that there is always room for: a lone day is a column, not a wall."""

LETTERS: Final = 13
"""Pixels that the letters on the axes are high."""

_NUMBER: Final = re.compile(r"-?(?<!\d)\d+\.\d+")
_NEEDED: Final = {"svg", "g", "rect", "path", "text"}
_SPARE: Final = {"background", "titles", "overlay", "text-overlay", "tooltip-overlay"}
_KEPT: Final = {"class", "viewBox", "transform", "x", "y", "width", "height", "d"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it is called, what is said of it, and how much its parts hold, the lowest first."""

    name: str
    told: str
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A column between two points of a measured axis."""

    low: float
    high: float
    told: str
    count: int


def columns(shown: Sequence[Column], number: Callable[[int], str], label: str) -> Markup:
    """Columns side by side, such as days, their parts upon each other.

    Args:
        shown: The columns, in order.
        number: Writes a count in the reader's language.
        label: What a screen reader says of the chart.
    """
    return _both(lambda size: _columns(shown, number, size), label)


def spans(
    shown: Sequence[Span],
    ticks: Sequence[int],
    marks: Sequence[float],
    number: Callable[[int], str],
    label: str,
) -> Markup:
    """Columns over an axis of 0 to 100 per cent.

    Args:
        shown: The columns.
        ticks: Where the axis is labelled, in per cent.
        marks: Where lines stand, in per cent.
        number: Writes a count in the reader's language.
        label: What a screen reader says of the chart.
    """
    return _both(lambda size: _spans(shown, ticks, marks, number, size), label)


def _columns(shown: Sequence[Column], number: Callable[[int], str], size: str) -> Any:
    chart = _pygal().StackedBar(**_options(number, size))
    named = _spread(len(shown), SIZES[size][2])
    spare = max(FEWEST - len(shown), 0)
    before, after = [{"value": 0}] * (spare // 2), [{"value": 0}] * (spare - spare // 2)
    chart.x_labels = [
        *(f"<{at}" for at in range(len(before))),
        *(one.name if at in named else f"·{at}" for at, one in enumerate(shown)),
        *(f">{at}" for at in range(len(after))),
    ]
    chart.x_labels_major = [shown[at].name for at in named]
    for part in range(len(shown[0].parts)):
        values = [{"value": column.parts[part], "label": column.told} for column in shown]
        chart.add("", [*before, *values, *after])
    return chart


def _spans(
    shown: Sequence[Span],
    ticks: Sequence[int],
    marks: Sequence[float],
    number: Callable[[int], str],
    size: str,
) -> Any:
    chart = _pygal().Histogram(
        **_options(number, size),
        xrange=(0, 100),
        x_value_formatter=lambda value: f"{round(value)}%",
        margin_right=2 * LETTERS,  # half of the last name
    )
    chart.x_labels = list(ticks)
    chart.x_labels_major = list(ticks)
    chart.add("", [{"value": (one.count, one.low, one.high), "label": one.told} for one in shown])
    if marks:
        highest = max(one.count for one in shown)
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


def _options(number: Callable[[int], str], size: str) -> dict[str, Any]:
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
        "value_formatter": lambda value: number(round(value)),
    }


def _spread(count: int, room: int) -> list[int]:
    """Which of so many columns are named: evenly, and none so near to another that names would meet."""
    names = max(1, min(count * room // max(count, FEWEST), room))
    return [(2 * one + 1) * count // (2 * names) for one in range(names)]


def _both(make: Callable[[str], Any], label: str) -> Markup:
    return Markup("").join(_drawn(make(size), size, label) for size in SIZES)


def _drawn(chart: Any, size: str, label: str) -> Markup:
    """A chart as markup without anything that the page's policy would refuse."""
    lean = _lean(chart.render_tree(), told=size == "wide")
    if lean is None:
        raise ValueError("an empty chart")
    lean.attrib.update({"class": f"chart {size} mirror", "role": "img", "aria-label": label})
    # ElementTree escapes what stands in it.
    return Markup(ElementTree.tostring(lean, encoding="unicode"))  # noqa: S704


def _lean(node: Any, *, told: bool) -> ElementTree.Element | None:
    """What is needed of a part of pygal's SVG; `told`: with what is said of each column."""
    tag = str(node.tag).rpartition("}")[2]
    spare = _SPARE & set((node.get("class") or "").split())
    if tag not in _NEEDED or spare or node.get("height") in ("0", "0.0"):
        return None
    made = ElementTree.Element(tag)
    for name, value in node.attrib.items():
        if name in _KEPT and value and not (tag == "rect" and name == "class"):
            made.set(name, _NUMBER.sub(_short, value))
    if tag == "text":
        made.text = node.text
    height = float(node.get("height") or 0) if tag == "rect" else 0
    if 0 < height < 1:  # one among thousands is seen too
        made.set("y", f"{float(node.get('y') or 0) + height - 1:.1f}")
        made.set("height", "1")
    made.extend(child for child in (_lean(child, told=told) for child in node) if child is not None)
    said = next((child.text for child in node if child.get("class") == "label"), None)
    column = made.find("rect")
    if told and said and column is not None:
        ElementTree.SubElement(column, "title").text = said
    return None if tag == "g" and not len(made) else made


def _short(number: re.Match[str]) -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")
