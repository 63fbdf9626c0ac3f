"""What speaks for two articles reporting one event, as numbers with names."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup.event.dates import Days, days_between, weekdays_of
from dedup.event.features import FOCUS, KIND, LARGE, REGION, Features, Kind, Summary

FEATURES = (
    "text", "leads_in_texts", "lead_in_text", "places", "places_share", "all_places_share", "focus",
    "other_places", "other_region", "names", "same_first_date", "other_first_date", "lead_date",
    "other_lead_date", "same_date", "same_first_weekday", "same_weekday", "next_weekday", "other_weekday",
    "lead_weekday", "other_lead_weekday", "same_dead", "other_dead", "same_wounded", "other_wounded",
    "weapons", "same_source", "days_apart",
)  # fmt: skip
"""The columns of `Comparison.values`."""
_OF_DAYS = FEATURES[FEATURES.index("same_first_date") : FEATURES.index("same_dead")]
_FIRST = 2
"""So many days of the week, and dates, that a text names first are looked at."""

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


class Comparison(NamedTuple):
    """What an article and its candidates have in common.

    Attributes:
        values: A row for each candidate, with a value for each of `FEATURES`.
        lead_similarity: The cosine of headline and lead, for each candidate.
    """

    values: Values
    lead_similarity: Values


def compare(article: Features, candidates: Sequence[Features]) -> Comparison:
    """Compare an article with its candidates.

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
    contained = (
        shared.sum(word & (other_whole > 0), front**2),
        shared.sum(word & (whole > 0), other_front**2),
    )
    columns = {
        "text": shared.sum(word, whole * other_whole),
        "leads_in_texts": np.minimum(*contained),
        "lead_in_text": np.maximum(*contained),
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
    values = np.column_stack([columns[name] for name in FEATURES]).astype(np.float64)
    return Comparison(values, shared.sum(word, front * other_front))


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
        self._kinds = self.codes & KIND
        self.other_codes = np.concatenate([other.codes for other in candidates])[hit]
        self.other_whole = np.concatenate([other.whole for other in candidates])[hit]
        self.other_front = np.concatenate([other.front for other in candidates])[hit]

    def of(self, kind: Kind) -> NDArray[np.bool_]:
        return np.asarray(self._kinds == kind)

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
    values = np.zeros((len(_OF_DAYS), len(candidates)))
    for at in np.flatnonzero(undated).tolist():
        values[:, at] = _days_of_pair(article, candidates[at])
    return dict(zip(_OF_DAYS, values, strict=True))


def _days_of_pair(first: Features, second: Features) -> tuple[bool, ...]:
    """The values of `_OF_DAYS`."""
    return (*_compare_dates(first, second), *_compare_weekdays(first, second))


def _compare_dates(first: Features, second: Features) -> tuple[bool, ...]:
    """Of the first dates of both, of the lead's of one and any of the other's, of any of both."""
    mine, other = first.lead_days.dates, second.lead_days.dates
    opening = _nearest(mine[:1], other[:1])
    across = [
        apart
        for apart in (_nearest(mine, second.days.dates), _nearest(first.days.dates, other))
        if apart is not None
    ]
    anywhere = _nearest(first.days.dates, second.days.dates)
    return (
        opening is not None and opening <= _SAME_DAY,
        opening is not None and opening > _OTHER_DAY,
        bool(across) and min(across) <= _SAME_DAY,
        bool(across) and min(across) > _OTHER_DAY,
        anywhere is not None and anywhere <= _SAME_DAY,
    )


def _compare_weekdays(first: Features, second: Features) -> tuple[bool, ...]:
    """The same of days of the week, where a date counts as the day on which it falls."""
    mine, other = _weekdays(first, first.days), _weekdays(second, second.days)
    apart = _weekdays_apart(mine, other)
    crossed = (
        _weekdays_apart(_weekdays(first, first.lead_days), other),
        _weekdays_apart(mine, _weekdays(second, second.lead_days)),
    )
    opening = first.days.weekdays[:1], second.days.weekdays[:1]
    return (
        bool(opening[0]) and opening[0] == opening[1],
        apart == 0,
        apart == 1,
        apart is not None and apart > 1,
        0 in crossed,
        all(each is not None and each > 1 for each in crossed),
    )


Dates = Sequence[tuple[int, int, tuple[int, ...]]]


def _nearest(first: Dates, second: Dates) -> int | None:
    """Days between the dates of two texts that are nearest; None where one has no date."""
    return min((days_between(day, other) for day in first for other in second), default=None)


def _weekdays(article: Features, days: Days) -> frozenset[int]:
    """The days of the week that a text names first, and those of the lead's first dates."""
    return frozenset(days.weekdays[:_FIRST]) | weekdays_of(article.lead_days.dates[:_FIRST])


def _weekdays_apart(first: frozenset[int], second: frozenset[int]) -> int | None:
    """Days of a week between the nearest of two texts' days; None where one names none."""
    steps = ((day - other) % _WEEK for day in first for other in second)
    return min((min(step, _WEEK - step) for step in steps), default=None)
