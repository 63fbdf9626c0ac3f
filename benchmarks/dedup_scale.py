"""How the index grows, and what several workers miss.

Run ``python -m benchmarks.dedup_scale [--sizes 200000 2000000] [--window 20000]``: one index is filled to
millions with signatures that are made up (`benchmarks.made_signatures`), and the cost of an article in the
last of them is held against that at the first size.
"""

import argparse
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

import redis

import dedup
from benchmarks.corpus import Planted, generate
from benchmarks.made_signatures import Maker

BATCH = 64
FILL = 256
"""Articles of a batch between the sizes at which costs are taken."""


def prepare_all(corpus: Sequence[Planted]) -> list[dedup.Prepared]:
    found: list[dedup.Prepared] = []
    for first in range(0, len(corpus), 512):
        part = corpus[first : first + 512]
        found += dedup.prepare_many([(one.id, one.text, one.published, one.site) for one in part])
    return found


def processor_time(client: "redis.Redis") -> float:
    """Seconds of processor time that the server has used so far; other programs do not change it."""
    told: Any = client.info("cpu")
    return float(told["used_cpu_user"]) + float(told["used_cpu_sys"])


def growth(client: "redis.Redis", size: int, seed: int) -> None:
    """Memory, candidates and cost of an article, at a twentieth of the size and at all of it."""
    print(f"\nGrowth to {size} articles, in batches of {BATCH}")
    prepared = prepare_all(generate(size, seed))
    index = dedup.Index(client, basename="bench:growth")
    window, there = max(BATCH, size // 20), 0
    figures: list[tuple[float, float, float]] = []
    for begin in (window, len(prepared) - window):
        # As many articles each time: after a twentieth of the corpus, and at its end.
        index.check_and_insert(prepared[there:begin])
        there = begin + window
        before = index.stats().candidates
        spent, own = processor_time(client), time.process_time()
        for first in range(begin, begin + window, BATCH):
            index.check_and_insert(prepared[first : first + BATCH])
        caller = (time.process_time() - own) * 1e6 / window
        server = (processor_time(client) - spent) * 1e6 / window
        stats = index.stats()
        candidates = (stats.candidates - before) / window
        figures.append((candidates, server, server + caller))
        print(f"  {stats.documents:>7} articles: {stats.bytes_per_document:.0f} bytes each, candidates "
              f"{candidates:.2f}, processor time {server:.0f} µs of the server and {caller:.0f} of the caller"
              )  # fmt: skip
    candidates, server, cost = (late / early for early, late in zip(*figures, strict=True))
    print(f"  from one to the other: candidates {candidates:.2f} ×, cost of an article {cost:.2f} ×, the "
          f"server's part of it {server:.2f} ×  (target: under 1.25; memory at 200,000: at most 300 bytes)"
          )  # fmt: skip
    index.clear()


class Measured:
    """An index, and the processor time that its measured articles took.

    Attributes:
        server: Seconds of the server.
        caller: Seconds of this process.
        articles: How many articles that were.
    """

    def __init__(self, client: "redis.Redis", basename: str) -> None:
        self.index = dedup.Index(client, basename=basename)
        self.index.clear()
        self._client = client
        self.begin()

    def begin(self) -> None:
        """Begin to measure anew."""
        self.server = self.caller = 0.0
        self.articles = 0
        self._candidates = self.index.stats().candidates

    def insert(self, batch: Sequence[dedup.Prepared]) -> None:
        """Insert a batch, and add what it took."""
        server, caller = processor_time(self._client), time.process_time()
        self.index.check_and_insert(batch)
        self.caller += time.process_time() - caller
        self.server += processor_time(self._client) - server
        self.articles += len(batch)

    def cost(self) -> float:
        """Microseconds of an article, of both."""
        return (self.server + self.caller) * 1e6 / self.articles

    def __str__(self) -> str:
        stats, count = self.index.stats(), self.articles / 1e6
        return (
            f"{stats.documents:>9} articles: {stats.bytes_per_document:.0f} bytes each, candidates "
            f"{(stats.candidates - self._candidates) / self.articles:.2f}, processor time "
            f"{self.server / count:.0f} µs of the server and {self.caller / count:.0f} of the caller"
        )


def millions(client: "redis.Redis", sizes: Sequence[int], window: int, seed: int) -> None:
    """Cost and memory of an article in the last `window` before each of some sizes.

    Processor time depends on what else the machine does, which differs from one size to the next. So an
    index of the first size is kept, and the measured articles go into both by turns: their ratio is of one
    time.
    """
    large, small = Measured(client, "bench:large"), Measured(client, "bench:small")
    articles = chain.from_iterable(Maker(seed).articles(sizes[-1]))
    first, there = 0.0, 0
    for size in sizes:
        for batch in _batches(articles, size - window - there, FILL):
            large.index.check_and_insert(batch)
            if size == sizes[0]:
                small.index.check_and_insert(batch)
        for measured in (large, small):
            measured.begin()
        for number, batch in enumerate(_batches(articles, window, BATCH)):
            for measured in (large, small) if number % 2 else (small, large):
                measured.insert(batch)
        there, first = size, first or large.cost()
        print(f"  {large}")
        turns, server = large.cost() / small.cost(), large.server / small.server
        print(
            f"            {large.cost() / first:.2f} × as much as at the first size; by turns in an index of "
            f"that size {turns:.2f} ×, the server's part {server:.2f} ×  (target: at most 1.2)",
            flush=True,
        )
    large.index.clear()
    small.index.clear()


def _batches(articles: Iterator[dedup.Prepared], count: int, size: int) -> Iterator[list[dedup.Prepared]]:
    for begin in range(0, count, size):
        yield list(islice(articles, min(size, count - begin)))


def simultaneous(url: str, pairs: int, workers: int = 4) -> None:
    """Copies that reach different workers at the same moment."""
    client = redis.Redis.from_url(url)
    index = dedup.Index(client, basename="bench:workers")
    index.clear()
    index.open()
    corpus = [one for one in generate(4 * pairs, 99) if one.kind == "original"][:pairs]
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(workers)
    shares: list[list[tuple[str, str]]] = [[] for _ in range(workers)]
    for number, one in enumerate(corpus):
        for copy in range(2):  # the same place in the lists of two workers: they come to it together
            shares[(number + copy) % workers].append((f"{number}-{copy}", one.text))
    processes = [context.Process(target=_work, args=(url, share, barrier)) for share in shares]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    ids = [(f"{number}-0", f"{number}-1") for number in range(len(corpus))]
    told = [(index.lookup([one])[0], index.lookup([other])[0]) for one, other in ids]
    missed = sum(not (one and other and one.story_id == other.story_id) for one, other in told)
    print(f"\nSimultaneous copies, {workers} workers, {len(corpus)} pairs: {missed} missed  (target: 0)")
    index.clear()
    client.close()


def _work(url: str, share: list[tuple[str, str]], barrier: Any) -> None:
    index = dedup.Index(redis.Redis.from_url(url), basename="bench:workers")
    prepared = dedup.prepare_many([(id_, text, None, None) for id_, text in share])
    barrier.wait()
    for one in prepared:
        index.check_and_insert([one])


def main() -> None:
    """Fill an index to each of some sizes."""
    from benchmarks.dedup import server

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sizes", type=int, nargs="+", default=[200_000, 2_000_000], help="articles")
    parser.add_argument("--window", type=int, default=20_000, help="articles measured before each size")
    parser.add_argument("--seed", type=int, default=5)
    arguments = parser.parse_args()
    print(
        f"Growth with made-up signatures, the last {arguments.window} before each size in batches of {BATCH}"
    )
    with server() as client:
        millions(client, arguments.sizes, arguments.window, arguments.seed)


if __name__ == "__main__":
    main()
