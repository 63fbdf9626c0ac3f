"""Who republishes whom, as the page shows it: the matrix, the routes listed, the pairs that they open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from crawler.report import charts
from crawler.report.build import FLOW_EXAMPLES
from crawler.report.figures import Flow, Pair, Report
from crawler.report.room import listed_bytes

MATRIX_SITES: Final = 20
"""Rows and columns of the matrix: what fits a desk screen. The table of routes has the others' too."""
LISTED_ROUTES: Final = 40
"""Rows of the table of routes, the largest; cells of the matrix open their pairs beyond these."""
_PANEL_BYTES: Final = 900
"""Markup of one route's panel without its pairs."""


_LEFT_OUT: Final = 300
"""Bytes that an article takes less in a pair than in a story: its delay, its kind, its bar."""


@dataclass(frozen=True, slots=True)
class Route:
    """A flow as the page lists it, with the pairs that there is room for, the latest first."""

    flow: Flow
    anchor: str
    width: float
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the matrix: copies, shade, where its pairs stand in the page if they do."""

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
        rows: The cells of each site that had something first.
        more: Sites that have no row.
        closed: Cells with copies whose pairs the page has no room for.
    """

    sites: list[str]
    rows: list[tuple[str, list[Cell]]]
    more: int
    closed: int


def matrix_sites(flows: Sequence[Flow]) -> list[str]:
    """All sites that give or take, those that do it most first."""
    weight: dict[str, int] = {}
    for flow in flows:
        for site in (flow.first, flow.carrier):
            weight[site] = weight.get(site, 0) + flow.count
    return sorted(weight, key=lambda site: (-weight[site], site))


def routes_of(flows: Sequence[Flow], room: int) -> dict[tuple[str, str], Route]:
    """The routes with a panel of pairs, the largest first: those listed and the matrix's, while they fit.

    Args:
        flows: All routes, the largest first.
        room: Bytes that their pairs may take together.
    """
    shown = set(matrix_sites(flows)[:MATRIX_SITES])
    wanted = [
        flow
        for number, flow in enumerate(flows)
        if number < LISTED_ROUTES or (flow.first in shown and flow.carrier in shown)
    ]
    wanted, most = _that_fit(wanted, room)
    highest = flows[0].count if flows else 1
    return {
        (flow.first, flow.carrier): Route(
            flow, f"route-{number}", round(flow.count / highest * 100, 1), flow.examples[:most]
        )
        for number, flow in enumerate(wanted, 1)
    }


def matrix_of(report: Report, routes: Mapping[tuple[str, str], Route]) -> Matrix:
    """The matrix of the sites that give and take most."""
    sites = matrix_sites(report.flows)
    counts = {(flow.first, flow.carrier): flow.count for flow in report.flows}
    highest = max(counts.values(), default=1)
    shown = sites[:MATRIX_SITES]

    def cell(first: str, carrier: str) -> Cell:
        count = counts.get((first, carrier), 0)
        route = routes.get((first, carrier))
        return Cell(first, carrier, count, charts.heat(count, highest), route.anchor if route else None)

    rows = [(first, [cell(first, carrier) for carrier in shown]) for first in shown]
    closed = sum(bool(one.count) and one.anchor is None for _, cells in rows for one in cells)
    return Matrix(shown, rows, len(sites) - len(shown), closed)


def _that_fit(flows: list[Flow], room: int) -> tuple[list[Flow], int]:
    """Which routes there is room for, and how many pairs of each: first fewer pairs, then fewer routes."""

    def cost(pair: Pair) -> int:
        return sum(
            listed_bytes(member) - _LEFT_OUT for member in (pair.first, pair.copy) if member is not None
        )

    costs = [list(accumulate(map(cost, flow.examples))) for flow in flows]
    for most in range(FLOW_EXAMPLES, 0, -1):
        taken = [_PANEL_BYTES + sums[min(most, len(sums)) - 1] for sums in costs]
        if sum(taken) <= room:
            return flows, most
    fitting = sum(total <= room for total in accumulate(taken)) if costs else 0
    return flows[:fitting], 1
