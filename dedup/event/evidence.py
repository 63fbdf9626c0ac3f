"""What speaks for two articles reporting one event, as numbers with names."""

from datetime import datetime
from math import log1p, sqrt

from dedup.event.dates import Days, days_between
from dedup.event.profile import Profile, Vector

_SAME_DAY = 1
"""Days between two dates of one event: some papers name the day after."""
_OTHER_DAY = 3
"""From so many days on two dates are those of two events."""
_WEEK = 7
_SMALL_TOLL = 2
"""A toll of more tells more."""
_LEADING_WEEKDAYS = 2
"""Of the weekdays that a lead names, so many may be the event's."""
_USUAL_AGREEMENT = 0.4
_SECONDS_A_DAY = 86400.0


def evidence(first: Profile, second: Profile) -> dict[str, float]:
    """Compare two articles: a value for each feature, the same whichever of the two is first."""
    places = _shared_weight(first.places, second.places)
    all_places = _shared_weight(first.all_places, second.all_places)
    return {
        "lead": _shared_weight(first.lead, second.lead, product=True),
        "text": _shared_weight(first.text, second.text, product=True),
        "lead_in_text": max(
            _shared_weight(first.lead, second.text, product=True),
            _shared_weight(second.lead, first.text, product=True),
        ),
        "places": places,
        "places_share": _share(places, first.places_weight, second.places_weight),
        "all_places_share": _share(all_places, first.all_places_weight, second.all_places_weight),
        "focus": _focus(first, second),
        "other_places": float(_are_apart(first.localities, second.localities)),
        "other_region": float(_are_apart(first.regions, second.regions)),
        "names": log1p(len(first.names & second.names)),
        **_compare_days(first, second),
        **_compare_casualties(first, second),
        "weapons": _agreement(first.weapons, second.weapons),
        "same_source": float(first.source is not None and first.source == second.source),
        "days_apart": published_apart(first.published, second.published) or 0.0,
    }


def published_apart(first: datetime | None, second: datetime | None) -> float | None:
    """Days between two publications; None where one isn't known."""
    if first is None or second is None:
        return None
    return abs((first - second).total_seconds()) / _SECONDS_A_DAY


def _shared_weight(first: Vector, second: Vector, *, product: bool = False) -> float:
    """What two have in common, by weight; with `product` the cosine of two vectors of length 1."""
    shared = first.keys() & second.keys()
    if product:
        return sum([first[term] * second[term] for term in shared])
    return sum([first[term] for term in shared])


def _share(shared: float, first: float, second: float) -> float:
    return shared / sqrt(first * second) if shared else 0.0


def _focus(first: Profile, second: Profile) -> float:
    """How far the place that one is about is among the other's: 0 to 3, 1 where one has none."""
    if not first.focus or not second.focus:
        return 1.0
    return float(
        (not first.focus.isdisjoint(second.all_places))
        + (not second.focus.isdisjoint(first.all_places))
        + (not first.focus.isdisjoint(second.focus))
    )


def _are_apart(first: frozenset[str], second: frozenset[str]) -> bool:
    """Whether both have names of a kind, and none in common."""
    return bool(first) and bool(second) and first.isdisjoint(second)


def _compare_days(first: Profile, second: Profile) -> dict[str, float]:
    nearest = _nearest(first.days, second.days)
    front = _nearest(first.lead_days, second.lead_days)
    return {
        "same_date": float(nearest is not None and nearest <= _SAME_DAY),
        "other_date": float(front is not None and front > _OTHER_DAY),
        **_compare_weekdays(first.days, second.days),
    }


def _nearest(first: Days, second: Days) -> int | None:
    """Days between the dates of two texts that are nearest; None where one has no date."""
    if not first.dates or not second.dates:
        return None
    return min(days_between(day, other) for day in first.dates for other in second.dates)


def _compare_weekdays(first: Days, second: Days) -> dict[str, float]:
    mine, other = first.weekdays[:_LEADING_WEEKDAYS], second.weekdays[:_LEADING_WEEKDAYS]
    if not mine or not other:
        return {"same_weekday": 0.0, "other_weekday": 0.0}
    apart = abs(mine[0] - other[0])
    return {
        "same_weekday": float(apart == 0),
        "other_weekday": float(1 < apart < _WEEK - 1 and set(mine).isdisjoint(other)),
    }


def _compare_casualties(first: Profile, second: Profile) -> dict[str, float]:
    dead, other_dead = _compare_tolls(first.dead, second.dead)
    wounded, other_wounded = _compare_tolls(first.wounded, second.wounded)
    return {
        "same_dead": dead,
        "other_dead": other_dead,
        "same_wounded": wounded,
        "other_wounded": other_wounded,
    }


def _compare_tolls(first: frozenset[int], second: frozenset[int]) -> tuple[float, float]:
    """How far two texts give the same numbers, 0 to 2, and whether they only give others."""
    if not first or not second:
        return 0.0, 0.0
    shared = first & second
    return (1.0 + (max(shared) > _SMALL_TOLL), 0.0) if shared else (0.0, 1.0)


def _agreement(first: frozenset[str], second: frozenset[str]) -> float:
    """Kinds that both name, as a share; what is usual where one names none."""
    if not first or not second:
        return _USUAL_AGREEMENT
    return len(first & second) / sqrt(len(first) * len(second))
