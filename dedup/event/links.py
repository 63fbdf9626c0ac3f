"""How likely two articles report one event, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from dedup.event.candidates import Candidates
from dedup.event.dates import Days
from dedup.event.evidence import FEATURES, Values, compare, published_apart
from dedup.event.features import Features, features_of
from dedup.event.lexicon import Wording, read_data
from dedup.event.profile import Profile

LEAST_LINK = 0.2
"""A weaker link is as good as none: with these, events are no better."""
_TELLING = 0.25
"""An explanation leaves out what changes the log odds by less."""
_SAME_SOURCE = FEATURES.index("same_source")
_FRAME_SIMILARITY = 0.5
"""Similarity of two first sentences from which an outlet's articles may be one frame filled in anew: its
rates, its weather. Where these name other days they are no event (decision 45)..."""
_SHARED_FRAME = 0.7
"""...and from which the articles of two outlets may be: an agency's notices of two strikes."""
_DIGITS = 6
_SHOWN = 8
"""Names and words that an explanation lists at most, the rarest first."""


class Model(NamedTuple):
    """A logistic regression over `dedup.event.evidence`, learnt by ``benchmarks/events.py``.

    Attributes:
        intercept: Log odds of two candidates that nothing speaks for or against.
        weights: What a feature of 1 adds to the log odds, for each of `FEATURES`.
        bound: Two groups of articles are one event where their links are so strong on average.
    """

    intercept: float
    weights: Values
    bound: float

    def log_odds(self, values: Values) -> Values:
        """The log odds of pairs, by their features."""
        return np.asarray(self.intercept + values @ self.weights)


@dataclass(frozen=True, slots=True)
class Link:
    """That two articles may report one event.

    Attributes:
        first: The id of one.
        second: The id of the other.
        probability: How likely they do, by the model.
        reasons: What a feature added to the log odds, the strongest first.
        shared: What both articles have: `places`, `names` and `words` of headline and lead, the rarest first,
            as the second article writes them; `dead` and `wounded`, the numbers that both give.
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
    "text": "the texts are alike",
    "leads_in_texts": "what each says first is in the other's text",
    "lead_in_text": "what one says first is in the other's text",
    "places": "both name the same places",
    "places_share": "most places that one names the other names, too",
    "all_places_share": "most places in one text are in the other",
    "focus": "how far the place that one is about is the other's, too",
    "other_places": "they name other places",
    "other_region": "they name other regions",
    "names": "both have the same rare words in a row",
    "same_first_date": "both name the same date first",
    "other_first_date": "they name other dates first",
    "lead_date": "a date of one's first sentences is in the other",
    "other_lead_date": "no date of one's first sentences is in the other",
    "same_date": "both name the same date",
    "same_first_weekday": "both name the same day of the week first",
    "same_weekday": "both are about the same day of the week",
    "next_weekday": "they are about days of the week in a row",
    "other_weekday": "they are about other days of the week",
    "lead_weekday": "a day of the week of one's first sentences is the other's, too",
    "other_lead_weekday": "no day of the week of one's first sentences is the other's",
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
    weights = np.array([data["weights"].get(name, 0.0) for name in FEATURES])
    return Model(data["intercept"], weights, data["bound"])


def joining_bound(*, dated: bool) -> float:
    """How strongly an article must be linked to the others of its event on average (`Model.bound`).

    Args:
        dated: Whether the article's time of publication is known.
    """
    return model(dated=dated).bound


def links_of(article: Features, candidates: Candidates) -> dict[str, float]:
    """The articles that one is linked to, with the probability that they report one event.

    Args:
        article: The article.
        candidates: Those that it is compared with are looked for in it.
    """
    compared = candidates.of(article)
    strengths = zip(compared, probabilities(article, compared), strict=True)
    return {other.id: strength for other, strength in strengths if strength >= LEAST_LINK}


def probabilities(article: Features, candidates: Sequence[Features]) -> list[float]:
    """How likely an article reports one event with each of some candidates, 0 to 1.

    Args:
        article: The article.
        candidates: What it is compared with.
    """
    if not candidates:
        return []
    values, lead_similarity = compare(article, candidates)
    dated = np.array([article.published is not None and other.published is not None for other in candidates])
    odds = np.where(dated, model(dated=True).log_odds(values), model(dated=False).log_odds(values))
    frames = np.where(values[:, _SAME_SOURCE] > 0, _FRAME_SIMILARITY, _SHARED_FRAME)
    for at in np.flatnonzero(lead_similarity >= frames).tolist():
        if _name_other_days(article.lead_days, candidates[at].lead_days):
            odds[at] = -np.inf
    # Rounded, since the order in which terms are added up must not decide.
    return [round(each, _DIGITS) for each in (1 / (1 + np.exp(-odds))).tolist()]


def _name_other_days(days: Days, other_days: Days) -> bool:
    """Whether two texts both name days, and none that both name."""
    return _apart(days.weekdays, other_days.weekdays) or _apart(
        [date[:2] for date in days.dates], [date[:2] for date in other_days.dates]
    )


def _apart(days: Sequence[object], other_days: Sequence[object]) -> bool:
    return bool(days and other_days) and not set(days) & set(other_days)


def link(first: Profile, second: Profile) -> Link:
    """Compare two articles and say why."""
    article, other = features_of(first), features_of(second)
    (values,), _ = compare(article, [other])
    apart = published_apart(article, other)
    chosen = model(dated=apart is not None)
    changes = zip(FEATURES, (chosen.weights * values).tolist(), strict=True)
    (strength,) = probabilities(article, [other])
    wording = Wording(second.written)
    return Link(
        first.id,
        second.id,
        strength,
        reasons=tuple(sorted((each for each in changes if each[1]), key=lambda change: -abs(change[1]))),
        shared={
            "places": tuple(map(wording.place, _rarest(first.all_places, second.all_places))),
            "names": tuple(map(wording.name, sorted(first.names & second.names)[:_SHOWN])),
            "dead": _numbers(first.dead & second.dead),
            "wounded": _numbers(first.wounded & second.wounded),
            "words": tuple(map(wording.word, _rarest(first.lead, second.lead))),
        },
        days_apart=apart,
    )


def _rarest(first: Mapping[str, float], second: Mapping[str, float]) -> tuple[str, ...]:
    shared = [(-weight, name) for name, weight in first.items() if name in second]
    return tuple(name for _, name in sorted(shared)[:_SHOWN])


def _numbers(shared: frozenset[int]) -> tuple[str, ...]:
    return tuple(map(str, sorted(shared, reverse=True)))
