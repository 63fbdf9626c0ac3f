"""How likely two articles report one event, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import exp
from typing import NamedTuple

from dedup.event.evidence import evidence, published_apart
from dedup.event.lexicon import read_data
from dedup.event.profile import Profile

_TELLING = 0.25
"""An explanation leaves out what changes the log odds by less."""
_SHOWN = 8
"""Names and words that an explanation lists at most, the rarest first."""


class Model(NamedTuple):
    """A logistic regression over `dedup.event.evidence`, learnt by ``benchmarks/events.py``.

    Attributes:
        intercept: Log odds of two candidates that nothing speaks for or against.
        weights: What a feature of 1 adds to the log odds.
        bound: Two groups of articles are one event where their links are so strong on average.
    """

    intercept: float
    weights: Mapping[str, float]
    bound: float


@dataclass(frozen=True, slots=True)
class Link:
    """That two articles may report one event.

    Attributes:
        first: The id of one.
        second: The id of the other.
        probability: How likely they do, by the model.
        reasons: What a feature added to the log odds, the strongest first.
        shared: What both articles have: `places`, `names` and `words` of headline and lead, the rarest first;
            `dead` and `wounded`, the numbers that both give.
        days_apart: Days between the two publications; None where one isn't known.
    """

    first: str
    second: str
    probability: float
    reasons: tuple[tuple[str, float], ...]
    shared: Mapping[str, tuple[str, ...]]
    days_apart: float | None = None

    def explain(self) -> list[str]:
        """The link in words: what speaks for it and against it, a line each."""
        lines = [f"{self.first} and {self.second}: one event with a probability of {self.probability:.2f}"]
        for feature, change in self.reasons:
            if abs(change) >= _TELLING:
                what = _IN_WORDS.get(feature, feature)
                lines.append(f"{'for' if change > 0 else 'against'} it ({change:+.1f}): {what}")
        lines += [
            f"both have these {_SHARED.get(kind, kind)}: {', '.join(words)}"
            for kind, words in self.shared.items()
            if words
        ]
        return lines


_SHARED = {"dead": "numbers of dead", "wounded": "numbers of wounded"}
_IN_WORDS = {
    "lead": "headline and first sentences are alike",
    "text": "the texts are alike",
    "lead_in_text": "one's first sentences are in the other's text",
    "places": "both name the same places",
    "places_share": "most places that one names the other names, too",
    "all_places_share": "most places in one text are in the other",
    "focus": "how far the place that one is about is the other's, too",
    "other_places": "they name other places",
    "other_region": "they name other regions",
    "names": "both have the same names",
    "same_date": "both name the same day",
    "other_date": "they name other days",
    "same_weekday": "both name the same day of the week first",
    "other_weekday": "they name other days of the week",
    "same_dead": "the same number of dead",
    "same_wounded": "the same number of wounded",
    "other_dead": "other numbers of dead",
    "other_wounded": "other numbers of wounded",
    "weapons": "how far the kinds of attack agree",
    "same_source": "one outlet published both",
    "days_apart": "the time between the two",
}


@cache
def model(*, dated: bool) -> Model:
    """The model for two articles whose times of publication are known, or for others."""
    data = read_data("weights")["dated" if dated else "undated"]
    return Model(data["intercept"], data["weights"], data["bound"])


def is_dated(first: Profile, second: Profile) -> bool:
    """Whether the times of publication of both are known."""
    return first.published is not None and second.published is not None


def probability(first: Profile, second: Profile) -> float:
    """How likely two articles report one event, 0 to 1."""
    chosen = model(dated=is_dated(first, second))
    values = evidence(first, second)
    return _logistic(chosen.intercept + sum(weight * values[name] for name, weight in chosen.weights.items()))


def link(first: Profile, second: Profile) -> Link:
    """Compare two articles and say why."""
    chosen = model(dated=is_dated(first, second))
    values = evidence(first, second)
    changes = [(name, weight * values[name]) for name, weight in chosen.weights.items() if values[name]]
    return Link(
        first.id,
        second.id,
        _logistic(chosen.intercept + sum(weight * values[name] for name, weight in chosen.weights.items())),
        tuple(sorted(changes, key=lambda change: -abs(change[1]))),
        {
            "places": _rarest(first.all_places, second.all_places),
            "names": tuple(sorted(" ".join(name) for name in first.names & second.names)[:_SHOWN]),
            "dead": _numbers(first.dead & second.dead),
            "wounded": _numbers(first.wounded & second.wounded),
            "words": _rarest(first.lead, second.lead),
        },
        published_apart(first.published, second.published),
    )


def _rarest(first: Mapping[str, float], second: Mapping[str, float]) -> tuple[str, ...]:
    shared = [(-weight, name) for name, weight in first.items() if name in second]
    return tuple(name for _, name in sorted(shared)[:_SHOWN])


def _numbers(shared: frozenset[int]) -> tuple[str, ...]:
    return tuple(map(str, sorted(shared, reverse=True)))


def _logistic(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))
