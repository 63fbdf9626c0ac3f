"""How well events are found, what each feature gives, and what an article costs.

``python -m benchmarks.events`` reads ``events/docs.jsonl.gz`` of the shared collection: texts labelled with
the incident that they report, without a time of publication. Models are cross-validated by event: what scores
a pair has seen neither of its events.

``--write`` learns the weights from all of it (``dedup/event/weights.toml``); ``--frequencies`` counts the
words of the collection's texts (``dedup/event/frequencies.toml``).
"""

import argparse
import gzip
import hashlib
import json
import math
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.corpus import generate
from dedup.documents import Document
from dedup.event import index, lexicon
from dedup.event.candidates import Candidates
from dedup.event.evidence import FEATURES
from dedup.event.evidence import compare as compare_features
from dedup.event.features import Features, features_of
from dedup.event.grouping import group
from dedup.event.links import LEAST_LINK
from dedup.event.profile import profile
from dedup.text.shingles import words

DATA = Path(os.environ.get("KHABAR_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
PACKAGE = Path(lexicon.__file__).parent
FOLDS = 4
PENALTY = 3.0
BOUNDS = [round(0.04 * step, 2) for step in range(3, 18)]
LEAST_PRECISION = 0.85
"""A link that is missed is better than one that is wrong: B³ is nearly the same over many bounds."""
START = datetime(2024, 12, 2, 12, tzinfo=UTC)
DATED_ONLY = {"days_apart"}
UNDATED_ONLY = {"same_first_date", "other_first_date", "lead_date", "other_lead_date", "same_date",
                "same_first_weekday", "same_weekday", "next_weekday", "other_weekday", "lead_weekday",
                "other_lead_weekday"}  # fmt: skip
"""What the texts say of days is not used where publication tells them: here these are made up."""
AGAINST = {"other_places", "other_region", "other_first_date", "other_lead_date", "next_weekday",
           "other_weekday", "other_lead_weekday", "other_dead", "other_wounded", "same_source",
           "days_apart"}  # fmt: skip
"""Features that speak against one event; all others speak for it. What is learnt otherwise is chance."""
KINDS = {
    "words": {"text", "leads_in_texts", "lead_in_text"},
    "places": {"places", "places_share", "all_places_share", "focus", "other_places", "other_region"},
    "names": {"names"},
    "days in the texts": UNDATED_ONLY,
    "tolls": {"same_dead", "other_dead", "same_wounded", "other_wounded"},
    "kinds of attack": {"weapons"},
    "the outlet": {"same_source"},
    "times of publication": DATED_ONLY,
}
"""What features are about."""
FEWEST_TEXTS = 5
"""A word of fewer texts is not listed: it is as rare as any, and may be a name."""

Matrix = NDArray[np.float64]


class Quality(NamedTuple):
    """B³ and pair scores of some events."""

    bound: float
    b_cubed: float
    precision: float
    recall: float
    pair_f1: float


class Pairs(NamedTuple):
    """The candidates among some articles, and what speaks for them."""

    ids: list[tuple[str, str]]
    names: list[str]
    values: Matrix
    same: NDArray[np.bool_]


def read(data: Path) -> tuple[list[Document], dict[str, str], dict[str, datetime]]:
    """The labelled articles, their events, and times as if all had happened within three days.

    An archive has hundreds of articles a day, these are 499 of four years: with their true days nearly all
    candidates would be one event, and a model would believe that of any two.
    """
    documents, events, published = [], {}, {}
    with gzip.open(data / "events" / "docs.jsonl.gz") as file:
        for line in file:
            row = json.loads(line)
            documents.append(Document(row["id"], row["text"], source=row["outlet"], title=row["title"]))
            events[row["id"]] = row["event"]
            hours = _chance(row["id"]) * 30 + 24 * int(_chance(row["event"]) * 3)
            published[row["id"]] = START + timedelta(hours=hours)
    return documents, events, published


def _chance(name: str) -> float:
    """A number from 0 to 1 that only the name decides."""
    return hashlib.sha256(name.encode()).digest()[0] / 256


def compare(articles: Sequence[Features], events: Mapping[str, str]) -> Pairs:
    candidates, ids, rows = Candidates(), [], []
    for one in sorted(articles, key=lambda one: (one.published or math.inf, one.id)):
        if found := candidates.of(one):
            ids += [(one.id, other.id) for other in found]
            rows.append(compare_features(one, found).values)
        candidates.insert(one)
    return Pairs(
        ids,
        list(FEATURES),
        np.concatenate(rows),
        np.array([events[first] == events[second] for first, second in ids]),
    )


def fit(values: Matrix, same: NDArray[np.bool_], names: Sequence[str]) -> Matrix:
    """Logistic regression; a feature that would speak against its sense is left out, its weight is 0."""
    sense = np.array([-1 if name in AGAINST else 1 for name in names])
    kept = np.ones(len(names), np.bool_)
    while True:
        model = np.zeros(len(names) + 1)
        model[np.concatenate([[True], kept])] = _fit(values[:, kept], same)
        wrong = model[1:] * sense < 0
        if not wrong.any():
            return model
        kept[np.argmin(model[1:] * sense * values.std(0))] = False


def _fit(values: Matrix, same: NDArray[np.bool_]) -> Matrix:
    """Ridge penalty on standardised features, by Newton's method."""
    mean, scale = values.mean(0), values.std(0) + 1e-9
    x = np.column_stack([np.ones(len(values)), (values - mean) / scale])
    penalty = np.diag([0.0, *[PENALTY] * values.shape[1]])
    weights = np.zeros(x.shape[1])
    for _ in range(30):
        odds = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        gradient = x.T @ (same - odds) - penalty @ weights
        step = np.linalg.solve((x * (odds * (1 - odds))[:, None]).T @ x + penalty, gradient)
        weights = weights + step
        if np.abs(step).max() < 1e-6:
            break
    raw = weights[1:] / scale
    return np.concatenate([[weights[0] - raw @ mean], raw])


def predict(model: Matrix, values: Matrix) -> Matrix:
    return np.asarray(1 / (1 + np.exp(-(model[0] + values @ model[1:]))))


def cross_validated(pairs: Pairs, events: Mapping[str, str], left_out: Iterable[str] = ()) -> Matrix:
    """For each pair, a probability by a model that has seen neither of its events."""
    skipped = set(left_out)
    columns = [at for at, name in enumerate(pairs.names) if name not in skipped]
    values, chosen = pairs.values[:, columns], [pairs.names[at] for at in columns]
    names = sorted(set(events.values()))
    random.Random(1).shuffle(names)
    folds = {name: at % FOLDS for at, name in enumerate(names)}
    sides = np.array([[folds[events[id_]] for id_ in pair] for pair in pairs.ids])
    result = np.zeros(len(pairs.ids))
    for one in range(FOLDS):
        for other in range(one, FOLDS):
            test = (np.sort(sides, axis=1) == [one, other]).all(1)
            train = ~np.isin(sides, [one, other]).any(1)
            result[test] = predict(fit(values[train], pairs.same[train], chosen), values[test])
    return result


def best(pairs: Pairs, probabilities: Matrix, events: Mapping[str, str]) -> Quality:
    """The quality at the bound at which B³ is highest, of those at which it is precise enough."""
    links: dict[str, dict[str, float]] = {id_: {} for id_ in events}
    for (first, second), strength in zip(pairs.ids, probabilities.tolist(), strict=True):
        if strength >= LEAST_LINK:
            links[first][second] = links[second][first] = strength
    qualities = [quality(bound, group(links, links, dict.fromkeys(links, bound)), events) for bound in BOUNDS]
    return max(qualities, key=lambda found: (found.precision >= LEAST_PRECISION, found.b_cubed))


def quality(bound: float, groups: Iterable[Sequence[str]], events: Mapping[str, str]) -> Quality:
    sizes = Counter(events.values())
    precision = recall = 0.0
    right = claimed = 0
    for ids in groups:
        claimed += math.comb(len(ids), 2)
        for event, count in Counter(events[id_] for id_ in ids).items():
            precision += count * count / len(ids)
            recall += count * count / sizes[event]
            right += math.comb(count, 2)
    precision, recall = precision / len(events), recall / len(events)
    true = sum(math.comb(size, 2) for size in sizes.values())
    return Quality(
        bound,
        2 * precision * recall / (precision + recall),
        precision,
        recall,
        2 * right / max(claimed + true, 1),
    )


def measure(data: Path, *, features: bool, write: bool) -> None:
    documents, events, published = read(data)
    models = {}
    for name, times in (("undated", {}), ("dated", published)):
        articles = [
            features_of(profile(replace(document, published=times.get(document.id))))
            for document in documents
        ]
        pairs = compare(articles, events)
        unused = UNDATED_ONLY if times else DATED_ONLY
        found = best(pairs, cross_validated(pairs, events, unused), events)
        print(f"{name}: {len(pairs.ids)} candidates with {pairs.same.sum()} of "
              f"{sum(math.comb(size, 2) for size in Counter(events.values()).values())} true pairs; B³ F1 "
              f"{found.b_cubed:.3f} (P {found.precision:.3f}, R {found.recall:.3f}), pair F1 "
              f"{found.pair_f1:.3f} at the bound {found.bound}", flush=True)  # fmt: skip
        single = {feature: {feature} for feature in pairs.names}
        for what, left_out in (KINDS | single).items() if features else ():
            if not left_out <= unused:
                less = best(pairs, cross_validated(pairs, events, left_out | unused), events)
                print(f"  without {what:20} B³ F1 {less.b_cubed:.3f}, pair F1 {less.pair_f1:.3f}",
                      flush=True)  # fmt: skip
        columns = [at for at, feature in enumerate(pairs.names) if feature not in unused]
        chosen = [pairs.names[at] for at in columns]
        models[name] = fit(pairs.values[:, columns], pairs.same, chosen), chosen, found
    if write:
        write_weights(models, len(documents), len(set(events.values())))


def write_weights(models: Mapping[str, tuple[Matrix, list[str], Quality]], texts: int, events: int) -> None:
    lines = [
        "# Weights of the features of dedup/event/evidence.py, a logistic regression learnt by",
        f"# `python -m benchmarks.events --write` from {texts} Arabic texts on {events} incidents: once as",
        "# if all had happened within three days, once without times of publication. B³ by cross-validation.",
    ]
    for name, (weights, names, found) in models.items():
        lines += ["", f"[{name}]  # B³ F1 {found.b_cubed:.3f}, pair F1 {found.pair_f1:.3f}"]
        lines += [f"intercept = {weights[0]:.3f}", f"bound = {found.bound}", "", f"[{name}.weights]"]
        lines += [
            f"{feature} = {weight:.3f}" for feature, weight in zip(names, weights[1:], strict=True) if weight
        ]
    (PACKAGE / "weights.toml").write_text("\n".join(lines) + "\n", "utf-8")


def write_frequencies(data: Path) -> None:
    counts: Counter[str] = Counter()
    texts = 0
    for name in ("events/docs", "texts/docs", "texts/saudinewsnet-syria"):
        with gzip.open(data / f"{name}.jsonl.gz") as file:
            for line in file:
                row: dict[str, Any] = json.loads(line)
                counts.update(
                    {lexicon.stem(word) for word in words(row.get("text") or row.get("content", ""))}
                )
                texts += 1
    steps = defaultdict(list)
    for word, count in counts.items():
        if count >= FEWEST_TEXTS and len(word) > 1:
            steps[round(2 * math.log(texts / count)) / 2].append(word)
    lines = [
        "# How rare the words of news on Syria are: the natural logarithm of one over the share of texts",
        f"# that have a word's stem, by halves. Counted in {texts} texts by",
        "# `python -m benchmarks.events --frequencies`; words of",
        f"# fewer than {FEWEST_TEXTS} texts are left out.",
        "",
        f"rarest = {round(2 * math.log(texts / 3)) / 2}",
        "",
        "[words]",
    ]
    for weight, listed in sorted(steps.items()):
        lines += [f'"{weight}" = """', *_wrapped(sorted(listed)), '"""']
    (PACKAGE / "frequencies.toml").write_text("\n".join(lines) + "\n", "utf-8")


def _wrapped(listed: Iterable[str]) -> list[str]:
    lines = [""]
    for word in listed:
        if len(lines[-1]) + len(word) > 110:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return lines


def cost(size: int) -> None:
    """Processor time of an article, at a twentieth of the size and at all of it.

    Of each story its first article alone is taken: copies are in the event that it is in.
    """
    ordered = sorted(generate(size, 7), key=lambda one: (one.published is None, one.published, one.id))
    corpus = list({one.story: one for one in reversed(ordered)}.values())[::-1]
    size = len(corpus)
    events = index.EventIndex()
    step = size // 20
    steps = range(0, size - step + 1, step)
    for first in steps:
        part = [Document(one.id, one.text, one.published, one.site) for one in corpus[first : first + step]]
        if part[0].published:
            events.forget_before(index.window_start(part[0].published))
        began = time.process_time()
        events.add(part)
        added = time.process_time()
        events.all_events()
        divided = time.process_time()
        if first in (steps[1], steps[-1]):
            print(f"{first + step:>7} articles: {(added - began) * 1e3 / len(part):.2f} ms to add one, "
                  f"{(divided - added) * 1e3 / len(part):.2f} ms to divide", flush=True)  # fmt: skip
    reading = time.process_time()
    for document in part:
        features_of(profile(document))
    print(f"of it to read: {(time.process_time() - reading) * 1e3 / len(part):.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with events/ (default: $KHABAR_DATA)")
    parser.add_argument("--features", action="store_true", help="leave out features: each kind, then each")
    parser.add_argument("--write", action="store_true", help="write the weights")
    parser.add_argument("--frequencies", action="store_true", help="write the frequencies of words")
    parser.add_argument("--cost", type=int, metavar="N", help="cost of an article among N generated ones")
    arguments = parser.parse_args()
    if arguments.frequencies:
        write_frequencies(arguments.data)
    elif arguments.cost:
        cost(arguments.cost)
    else:
        measure(arguments.data, features=arguments.features, write=arguments.write)


if __name__ == "__main__":
    main()
