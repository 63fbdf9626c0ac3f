"""What the page draws: the matrix of who republishes whom, time lines, the histogram of similarities.

Charts with axes are drawn by `crawler.html.charts`; the strips within rows (a story's dots, a cell's shade)
by the template, their lengths in per cent.
"""

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Final

from markupsafe import Markup

from crawler.html import formats
from crawler.html.charts import Range, range_chart
from crawler.report.figures import Flow, Report, Story

MATRIX_SITES: Final = 20
"""Rows and columns of the matrix: what fits a desk screen. The table of routes has the others' too."""
LISTED_ROUTES: Final = 40
"""Rows of the table of routes, the largest; cells of the matrix open their pairs beyond these."""
LEVELS: Final = 6
"""Shades of a heat cell. A person tells apart about this many at a glance."""


@dataclass(frozen=True, slots=True)
class Route:
    """A flow, the anchor of the panel with its pairs, and the width of its bar in per cent."""

    flow: Flow
    anchor: str
    width: float


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the matrix: copies, shade, and the panel of its pairs if the page has one."""

    first: str
    carrier: str
    count: int
    level: int
    anchor: str | None


@dataclass(frozen=True, slots=True)
class Matrix:
    """Sites by how much they give and take, with a cell for each ordered pair.

    Attributes:
        sites: Ids in the order of rows and of columns.
        rows: The cells of each site as the first.
        more: Sites that have no row.
        closed: Cells with copies whose pairs are not in the page.
    """

    sites: list[str]
    rows: list[tuple[str, list[Cell]]]
    more: int
    closed: int


@dataclass(frozen=True, slots=True)
class Dot:
    """An article on a story's time line; `place` is in per cent."""

    place: float
    exact: bool
    original: bool


def matrix_sites(flows: Sequence[Flow]) -> list[str]:
    """All sites that give or take, those that do it most first."""
    weights: Counter[str] = Counter()
    for flow in flows:
        weights.update({flow.first: flow.count})
        weights.update({flow.carrier: flow.count})
    return sorted(weights, key=lambda site: (-weights[site], site))


def routes_of(flows: Sequence[Flow]) -> list[Route]:
    """The routes whose pairs may be opened: those listed and those of the matrix, the largest first.

    Args:
        flows: All routes, the largest first.
    """
    in_matrix = set(matrix_sites(flows)[:MATRIX_SITES])
    shown = [
        flow
        for number, flow in enumerate(flows)
        if number < LISTED_ROUTES or in_matrix.issuperset((flow.first, flow.carrier))
    ]
    highest = flows[0].count if flows else 1
    return [
        Route(flow, f"route-{number}", round(flow.count / highest * 100, 1))
        for number, flow in enumerate(shown, 1)
    ]


def matrix_of(flows: Sequence[Flow], routes: Iterable[Route], panels: Container[str]) -> Matrix:
    """The matrix of the sites that give and take most.

    Args:
        flows: All routes.
        routes: Those whose pairs may be opened.
        panels: Anchors of the panels that the page has.
    """
    sites = matrix_sites(flows)
    counts = {(flow.first, flow.carrier): flow.count for flow in flows}
    anchors = {
        (route.flow.first, route.flow.carrier): route.anchor for route in routes if route.anchor in panels
    }
    highest = max(counts.values(), default=1)
    shown = sites[:MATRIX_SITES]

    def cell(first: str, carrier: str) -> Cell:
        count = counts.get((first, carrier), 0)
        return Cell(first, carrier, count, heat(count, highest), anchors.get((first, carrier)))

    rows = [(first, [cell(first, carrier) for carrier in shown]) for first in shown]
    closed = sum(cell.count > 0 and cell.anchor is None for _, cells in rows for cell in cells)
    return Matrix(shown, rows, len(sites) - len(shown), closed)


def heat(count: int, highest: int) -> int:
    """The shade of a cell, 0 (nothing) to `LEVELS`, by the square root: small counts stay visible."""
    return ceil(sqrt(count / highest) * LEVELS) if count else 0


def histogram_chart(report: Report, lang: str) -> Markup:
    """How many duplicates have which similarity, without exact ones, which would dwarf the rest."""
    ranges = []
    for bar in report.histogram:
        inexact = bar.count - bar.exact
        if inexact:
            title = f"{bar.low:.0%}–{bar.high:.0%}: {formats.number(inexact)}"
            ranges.append(Range(round(bar.low * 100), round(bar.high * 100), title, inexact))
    boundaries = (report.boundary, report.boundary_within)
    marks = [boundary * 100 for boundary in boundaries if boundary is not None]
    return range_chart(ranges, marks, "histogram", lang)


def time_line(story: Story) -> list[Dot]:
    """A story's articles between its first and its last, at true distances."""
    start, end = story.members[0].at, story.members[-1].at
    span = (end - start).total_seconds()
    return [
        Dot(
            place=round((member.at - start).total_seconds() / span * 96 + 2, 2) if span else 2.0,
            exact=member.timed,
            original=member.original,
        )
        for member in story.members
    ]
