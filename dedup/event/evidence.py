"""What speaks for two articles reporting one event, as numbers with names."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dedup.event.dates import Days, days_between
from dedup.event.features import FOCUS, KIND, LARGE, REGION, Features, Kind, Summary

FEATURES = (
    "lead", "text", "lead_in_text", "places", "places_share", "all_places_share", "focus", "other_places",
    "other_region", "names", "same_date", "other_date", "same_weekday", "other_weekday", "same_dead",
    "other_dead", "same_wounded", "other_wounded", "weapons", "same_source", "days_apart",
)  # fmt: skip
"""The columns of `evidence`."""

_SAME_DAY = 1
"""Days between two dates of one event: some papers name the day after."""
_OTHER_DAY = 3
"""From so many days on two dates are those of two events."""
_WEEK = 7
_USUAL_AGREEMENT = 0.4
_SECONDS_A_DAY = 86400.0
_SLOT_BITS = 16
_SLOTS = np.uint32((1 << _SLOT_BITS) - 1)

Values = NDArray[np.float64]


def evidence(article: Features, candidates: Sequence[Features]) -> Values:
    """Compare an article with its candidates: a row for each, with a value for each of `FEATURES`.

    Args:
        article: The article.
        candidates: What it is compared with, at least one.
    """
    shared = _Shared(article, candidates)
    whole, front = shared.whole, shared.front
    other_whole, other_front = shared.other_whole, shared.other_front
    word, place = shared.of(Kind.WORD), shared.of(Kind.PLACE)
    near = place & (front > 0) & (other_front > 0)
    places, all_places = shared.sum(near, front), shared.sum(place & (whole > 0) & (other_whole > 0), whole)
    region = (shared.codes & REGION).astype(np.bool_)
    own, theirs = article.summary, np.array([other.summary for other in candidates]).T
    apart = np.abs(own[Summary.PUBLISHED] - theirs[Summary.PUBLISHED]) / _SECONDS_A_DAY
    columns = {
        "lead": shared.sum(word, front * other_front),
        "text": shared.sum(word, whole * other_whole),
        "lead_in_text": np.maximum(
            shared.sum(word, front * other_whole), shared.sum(word, whole * other_front)
        ),
        "places": places,
        "places_share": _share(places, own[Summary.PLACES] * theirs[Summary.PLACES]),
        "all_places_share": _share(all_places, own[Summary.ALL_PLACES] * theirs[Summary.ALL_PLACES]),
        "focus": _focus(shared, place, own[Summary.FOCUS] * theirs[Summary.FOCUS]),
        "other_places": _are_apart(
            shared.count(near & ~region), own[Summary.LOCALITIES] * theirs[Summary.LOCALITIES]
        ),
        "other_region": _are_apart(
            shared.count(near & region), own[Summary.REGIONS] * theirs[Summary.REGIONS]
        ),
        "names": np.log1p(shared.count(shared.of(Kind.NAME))),
        **_compare_days(article, candidates, np.isnan(apart)),
        **_compare_tolls(shared, Kind.DEAD, own[Summary.DEAD] * theirs[Summary.DEAD], "dead"),
        **_compare_tolls(shared, Kind.WOUNDED, own[Summary.WOUNDED] * theirs[Summary.WOUNDED], "wounded"),
        "weapons": _agreement(
            shared.count(shared.of(Kind.WEAPON)), own[Summary.WEAPONS] * theirs[Summary.WEAPONS]
        ),
        "same_source": own[Summary.SOURCE] == theirs[Summary.SOURCE],
        "days_apart": np.nan_to_num(apart),
    }
    return np.column_stack([columns[name] for name in FEATURES]).astype(np.float64)


def published_apart(first: Features, second: Features) -> float | None:
    """Days between two publications; None where one isn't known."""
    if first.published is None or second.published is None:
        return None
    return abs(first.published - second.published) / _SECONDS_A_DAY


class _Shared:
    """The terms that an article shares with its candidates, all in a row, with what both have of each."""

    def __init__(self, article: Features, candidates: Sequence[Features]) -> None:
        terms = np.concatenate([other.terms for other in candidates])
        at = _places(article.terms, terms)
        hit = np.flatnonzero(at >= 0)
        at = at[hit]
        self._count = len(candidates)
        self._pair = np.repeat(np.arange(len(candidates)), [len(other.terms) for other in candidates])[hit]
        self.codes, self.whole, self.front = article.codes[at], article.whole[at], article.front[at]
        self.other_codes = np.concatenate([other.codes for other in candidates])[hit]
        self.other_whole = np.concatenate([other.whole for other in candidates])[hit]
        self.other_front = np.concatenate([other.front for other in candidates])[hit]

    def of(self, kind: Kind) -> NDArray[np.bool_]:
        return np.asarray((self.codes & KIND) == kind)

    def sum(self, chosen: NDArray[np.bool_], values: NDArray[np.float32]) -> Values:
        """The sum of some shared terms' values, for each pair."""
        return np.bincount(self._pair[chosen], values[chosen], self._count).astype(np.float64)

    def count(self, chosen: NDArray[np.bool_]) -> NDArray[np.intp]:
        return np.bincount(self._pair[chosen], minlength=self._count)


def _places(own: NDArray[np.uint32], terms: NDArray[np.uint32]) -> NDArray[np.intp]:
    """For each term its place among one's own; -1 where it is none of them."""
    if not len(own):
        return np.full(len(terms), -1)
    table = np.zeros(1 << _SLOT_BITS, np.intp)
    slots = own & _SLOTS
    table[slots] = np.arange(len(own))
    at = table[terms & _SLOTS]
    at[own[at] != terms] = -1
    # A slot holds the last of several terms: those before it are looked for one by one.
    for lost in np.flatnonzero(table[slots] != np.arange(len(own))):
        at[terms == own[lost]] = lost
    return np.asarray(at)


def _share(shared: Values, product: Values) -> Values:
    """What two share, of the geometric mean of what both have."""
    return np.asarray(shared / np.sqrt(np.maximum(product, 1e-9)))


def _focus(shared: _Shared, place: NDArray[np.bool_], both_have: Values) -> Values:
    """How far the place that one is about is among the other's: 0 to 3, 1 where one has none."""
    own, other = place & (shared.codes & FOCUS > 0), place & (shared.other_codes & FOCUS > 0)
    own_in_other = shared.count(own & (shared.other_whole > 0)) > 0
    other_in_own = shared.count(other & (shared.whole > 0)) > 0
    both = shared.count(own & other) > 0
    return np.where(both_have > 0, own_in_other + other_in_own.astype(np.float64) + both, 1.0)


def _are_apart(shared: NDArray[np.intp], product: Values) -> NDArray[np.bool_]:
    """Whether both have something of a kind, and nothing in common."""
    return np.asarray((product > 0) & (shared == 0))


def _compare_tolls(
    shared: _Shared, kind: Kind, product: Values, name: str
) -> dict[str, NDArray[np.float64] | NDArray[np.bool_]]:
    """How far two texts give the same numbers, 0 to 2, and whether they only give others."""
    chosen = shared.of(kind)
    same = shared.count(chosen)
    large = shared.count(chosen & (shared.codes & LARGE > 0))
    return {
        f"same_{name}": (same > 0).astype(np.float64) + (large > 0),
        f"other_{name}": _are_apart(same, product),
    }


def _agreement(shared: NDArray[np.intp], product: Values) -> Values:
    """Kinds that both name, as a share; what is usual where one names none."""
    return np.where(product > 0, _share(shared.astype(np.float64), product), _USUAL_AGREEMENT)


def _compare_days(
    article: Features, candidates: Sequence[Features], undated: NDArray[np.bool_]
) -> dict[str, Values]:
    """What the texts say of days, for pairs of which one's publication isn't known; 0 for all else."""
    values = np.zeros((4, len(candidates)))
    for at in np.flatnonzero(undated).tolist():
        values[:, at] = _days_of_pair(article, candidates[at])
    return dict(zip(("same_date", "other_date", "same_weekday", "other_weekday"), values, strict=True))


def _days_of_pair(first: Features, second: Features) -> tuple[float, float, float, float]:
    nearest = _nearest(first.days, second.days)
    front = _nearest(first.lead_days, second.lead_days)
    return (
        float(nearest is not None and nearest <= _SAME_DAY),
        float(front is not None and front > _OTHER_DAY),
        *_compare_weekdays(first.days, second.days),
    )


def _nearest(first: Days, second: Days) -> int | None:
    """Days between the dates of two texts that are nearest; None where one has no date."""
    if not first.dates or not second.dates:
        return None
    return min(days_between(day, other) for day in first.dates for other in second.dates)


def _compare_weekdays(first: Days, second: Days) -> tuple[float, float]:
    """Whether two texts name the same day of the week first, and whether they name others."""
    mine, other = first.weekdays[:2], second.weekdays[:2]
    if not mine or not other:
        return 0.0, 0.0
    apart = abs(mine[0] - other[0])
    return float(apart == 0), float(1 < apart < _WEEK - 1 and set(mine).isdisjoint(other))
