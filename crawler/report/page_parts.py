"""The parts of the page that depend on its size: shown as markup, measured, and kept as long as they fit.

docs/decisions/0052-size-of-the-report.md says why.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

from markupsafe import Markup

from crawler.html.difference import difference
from crawler.html.safe import single_line
from crawler.report import comparisons
from crawler.report.build import FLOW_EXAMPLES
from crawler.report.charts import Route
from crawler.report.figures import Report
from crawler.report.markup import page_environment

PAGE_BYTES: Final = 2_900_000
"""A larger page takes seconds to open on a phone: parts that would make it larger are left out."""
PANEL_BYTES: Final = 900_000
"""Of these, for the pairs that the cells of the matrix open,"""
PAIR_DIFFERENCE_BYTES: Final = 350_000
"""for the differences of the pairs near the boundary,"""
DIFFERENCE_BYTES: Final = 450_000
"""for the differences of copies from the first article of their story,"""
TEXT_BYTES: Final = 450_000
"""and for the texts of which the script compares any two."""

MAX_PAIRS: Final = 500
"""Pairs in the panels together, where there are many routes; each shows one at least."""

K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OptionalParts:
    """Markup by the anchor of a panel, both ids of a pair, an article's and a story's id.

    Attributes:
        panels: The pairs that a cell of the matrix opens.
        pair_differences: Differences of the pairs near the boundary.
        differences: Differences of copies from the first article of their story.
        forms: Forms to compare any two articles of a story.
        texts: The texts that they compare, each after both names of its site.
    """

    panels: dict[str, Markup] = field(default_factory=dict)
    pair_differences: dict[tuple[str, str], Markup] = field(default_factory=dict)
    differences: dict[str, Markup] = field(default_factory=dict)
    forms: dict[str, Markup] = field(default_factory=dict)
    texts: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)


def optional_parts(report: Report, values: dict[str, Any], room: int) -> OptionalParts:
    """The optional parts, each kind up to its maximum and all together up to `room` bytes.

    Args:
        report: The figures.
        values: What the templates use: the words' language, the sites' names.
        room: Bytes that are left of the page.
    """
    macros: Any = page_environment().get_template("parts.html.j2").make_module(values)

    def changes(texts: tuple[str, str]) -> Markup:
        return Markup(macros.changes(difference(*map(single_line, texts))))  # noqa: S704  # the template's

    panels = _panels(macros.panel, values["routes"], min(PANEL_BYTES, room))
    room -= _size(panels)
    pairs = comparisons.pairs_compared(report)
    pair_differences = _fitting(pairs, changes, min(PAIR_DIFFERENCE_BYTES, room))
    room -= _size(pair_differences)
    differences = _fitting(comparisons.copies_compared(report), changes, min(DIFFERENCE_BYTES, room))
    room -= _size(differences)
    texts = comparisons.member_texts(report)
    texts = {id_: texts[id_] for id_ in _fitting(texts, comparisons.as_json, min(TEXT_BYTES, room))}
    forms = {id_: Markup(macros.compare_form(id_, rows)) for id_, rows in texts.items()}  # noqa: S704
    return OptionalParts(panels, pair_differences, differences, forms, texts)


def _panels(panel: Callable[..., Markup], routes: Sequence[Route], room: int) -> dict[str, Markup]:
    """The panels by anchor: with fewer pairs each, and then of fewer routes, where they do not fit."""
    per_route = max(1, min(FLOW_EXAMPLES, MAX_PAIRS // max(len(routes), 1)))
    by_anchor = {route.anchor: route for route in routes}
    panels = _fitting(by_anchor, partial(panel, per_route=per_route), room)
    while len(panels) < len(routes) and per_route > 1:
        per_route //= 2
        panels = _fitting(by_anchor, partial(panel, per_route=per_route), room)
    return panels


def _fitting(items: Mapping[K, T], markup: Callable[[T], Markup], room: int) -> dict[K, Markup]:
    """The markup of the first items, as long as it fits."""
    fitting: dict[K, Markup] = {}
    for key, item in items.items():
        if room <= 0:
            break
        fragment = markup(item)
        room -= len(fragment.encode())
        if room >= 0:
            fitting[key] = fragment
    return fitting


def _size(fragments: Mapping[Any, Markup]) -> int:
    return sum(len(fragment.encode()) for fragment in fragments.values())
