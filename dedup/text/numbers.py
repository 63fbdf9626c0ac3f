"""The numbers of texts, each with its place (the two words before it): which two texts share or change."""

import struct
from collections.abc import Sequence

FIGURE_MARKS = 8
"""Numbers remembered of a text in the index, two bytes each; a news article holds 5 on average."""
FIGURES_BYTES = 2 * FIGURE_MARKS


def figure_marks(figures: Sequence[int]) -> bytes:
    """A small sketch of a text's figures: up to `FIGURE_MARKS` numbers of 16 bits, ascending, none zero.

    Ten bits are the place, six the number. The sketch keeps the lowest (a bottom-k sketch, Broder 1997), so
    that two sketches hold the same places and can be compared over the range that both cover.
    """
    marks = sorted({(figure >> 54 << 6 | figure & 63) or 1 for figure in figures})[:FIGURE_MARKS]
    return struct.pack(f"<{len(marks)}H", *marks)


def compare_marks(first: bytes, second: bytes) -> tuple[int, int]:
    """Places kept and changed, by two sketches, within the range that both cover."""
    sketches = [struct.unpack(f"<{len(sketch) // 2}H", sketch) for sketch in (first, second)]
    # Of the highest place that a full sketch holds, it may lack numbers.
    limit = min(sketch[-1] >> 6 if len(sketch) == FIGURE_MARKS else 1 << 10 for sketch in sketches)
    return _compare_places(
        *([(mark >> 6, mark & 63) for mark in sketch if mark >> 6 < limit] for sketch in sketches)
    )


def compare_figures(first: Sequence[int], second: Sequence[int]) -> tuple[int, int]:
    """Places kept and changed, by all figures of two texts."""
    return _compare_places(
        *([(figure >> 32, figure & 0xFFFFFFFF) for figure in figures] for figures in (first, second))
    )


def _compare_places(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> tuple[int, int]:
    mine: dict[int, set[int]] = {}
    for place, number in first:
        mine.setdefault(place, set()).add(number)
    kept, met = set(), set()
    for place, number in second:
        if place in mine:
            met.add(place)
            if number in mine[place]:
                kept.add(place)
    return len(kept), len(met) - len(kept)
