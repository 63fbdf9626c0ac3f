"""What comparing by texts costs in the index, as a multiple of a check without, and what of it goes where.

Run ``python -m benchmarks.exact_look [--articles 600] [--rounds 5] [--seed 11]``. Processor time of this
process and the server, with and without texts by turns, each on an index that begins empty; the median of the
rounds' ratios. Texts are in memory here: a store's time for them comes on top, for as many as are told. What
an article takes until it can be checked (`dedup.prepare`) is told beside, since whoever has a text has that
to pay as well.
"""

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import ClassVar
from unittest.mock import patch

import redis

import dedup
from benchmarks.corpus import Planted, generate
from benchmarks.dedup import server
from benchmarks.dedup_scale import processor_time
from dedup.index.codec import PairRequest
from dedup.index.recheck import ExactComparison


class Watched(ExactComparison):
    """An exact comparison that notes its processor time and how much it read.

    Attributes:
        spent: Seconds in all of `compare`, and of them in reading texts; how many texts and pairs.
    """

    spent: ClassVar[defaultdict[str, float]] = defaultdict(float)

    def compare(self, pairs: Iterable[PairRequest]) -> None:
        """As `ExactComparison.compare`."""
        began, before = time.process_time(), len(self.verdicts)
        super().compare(pairs)
        self.spent["compared"] += time.process_time() - began
        self.spent["pairs"] += len(self.verdicts) - before

    def _read(self, ids: Collection[str]) -> None:
        began = time.process_time()
        super()._read(ids)
        self.spent["read"] += time.process_time() - began
        self.spent["texts"] += len(ids)


class Checks:
    """Some articles, checked with or without texts.

    Attributes:
        preparing: Microseconds of processor time to prepare an article.
    """

    def __init__(self, client: "redis.Redis", corpus: Sequence[Planted], batch: int) -> None:
        self._client = client
        self._texts = {one.id: one.text for one in corpus}
        self._rows = [(one.id, one.text, one.published, one.site) for one in corpus]
        self._parts = [slice(first, first + batch) for first in range(0, len(corpus), batch)]
        self.preparing = 0.0
        self.prepare()

    def prepare(self) -> None:
        """Prepare the articles, and take the time."""
        began = time.process_time()
        self._prepared = [dedup.prepare_many(self._rows[part]) for part in self._parts]
        self.preparing = (time.process_time() - began) * 1e6 / len(self._rows)

    def run(self, *, exact: bool) -> tuple[float, float]:
        """Microseconds of processor time an article, of the server and of this process."""
        index = dedup.Index(self._client, basename="bench:exact")
        index.open()
        spent, own = processor_time(self._client), time.process_time()
        for batch in self._prepared:
            index.check_and_insert(batch, texts=self._find if exact else None)
        caller = time.process_time() - own
        served = processor_time(self._client) - spent
        index.clear()
        return served * 1e6 / len(self._rows), caller * 1e6 / len(self._rows)

    def _find(self, ids: Sequence[str]) -> Mapping[str, str]:
        return {id_: self._texts[id_] for id_ in ids}


def lines(checks: Checks, articles: int, rounds: int) -> Iterator[str]:
    """What a check costs with texts, beside one without."""
    checks.run(exact=True)  # to warm up
    Watched.spent.clear()
    plain: list[tuple[float, float]] = []
    exact: list[tuple[float, float]] = []
    preparing: list[float] = []
    for number in range(rounds):
        for is_exact in (False, True) if number % 2 else (True, False):
            (exact if is_exact else plain).append(checks.run(exact=is_exact))
        checks.prepare()
        preparing.append(checks.preparing)
    (server_plain, own_plain), (server_exact, own_exact) = (
        [statistics.median(times) for times in zip(*each, strict=True)] for each in (plain, exact)
    )
    ready = statistics.median(preparing)
    times = list(zip(map(sum, plain), map(sum, exact), preparing, strict=True))
    check = statistics.median(late / early for early, late, _ in times)
    whole = statistics.median((late + first) / (early + first) for early, late, first in times)
    per = {name: value / articles / rounds for name, value in Watched.spent.items()}
    read, compared = per["read"] * 1e6, (per["compared"] - per["read"]) * 1e6
    yield f"  a check without texts {server_plain + own_plain:.0f} µs, with texts {check:.2f} × as much;"
    yield f"  with what preparing takes, {ready:.0f} µs, {whole:.2f} ×. Of the difference"
    yield (
        f"  asking again {server_exact - server_plain:.0f} µs of the server and "
        f"{own_exact - own_plain - read - compared:.0f} of the caller, reading texts {read:.0f} µs "
        f"({per['texts']:.2f} an article), comparing {compared:.0f} µs ({per['pairs']:.2f} pairs)"
    )


def main() -> None:
    """Print the cost for articles one by one and in batches."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--articles", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=11)
    arguments = parser.parse_args()
    corpus = generate(arguments.articles, arguments.seed)[: arguments.articles]
    with server() as client, patch("dedup.index.index.ExactComparison", Watched):
        for name, batch in (("one by one", 1), ("batches of 64", 64)):
            print(f"{name}, {len(corpus)} articles, median of {arguments.rounds} rounds", flush=True)
            for line in lines(Checks(client, corpus, batch), len(corpus), arguments.rounds):
                print(line, flush=True)


if __name__ == "__main__":
    main()
