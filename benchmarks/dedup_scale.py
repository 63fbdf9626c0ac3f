"""How the index grows, and what several workers miss."""

import multiprocessing
import time
from collections.abc import Sequence
from typing import Any

import redis

import dedup
from benchmarks.corpus import Planted, generate

BATCH = 64


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
