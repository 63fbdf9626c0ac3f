"""How fast the index is beside datasketch's Redis storage, on one core and on two, as ratios of one run.

Run ``python -m benchmarks.dedup_speed [--articles 300] [--rounds 5]``. Signatures are made beforehand for
both: it is the index that is measured. datasketch is used in both ways of its documentation: `query` and
`insert` for each article, and `query` with an `insertion_session`, whose inserts no query sees before it
ends. What a ratio comes to depends on where client and server run, since datasketch waits for some eighty
replies an article: on one core the two take turns, on two each reply wakes the other core. So both are
pinned.

Other programs of the machine slow both down: ratios are taken within a round, and their median is told.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import redis
from datasketch import MinHash, MinHashLSH

import dedup
from benchmarks.corpus import generate
from benchmarks.dedup import started_server
from benchmarks.dedup_rivals import documented_minhash
from benchmarks.dedup_scale import processor_time

OURS = ("one by one", "one by one, with texts", "batches of 64")
RIVALS = ("query and insert", "insertion session")


@contextmanager
def pinned_server(client_core: int, server_core: int) -> Iterator[str]:
    """The socket of a server on one core; this process on another or the same."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {server_core})
    try:
        with started_server() as socket:
            os.sched_setaffinity(0, {client_core})
            yield socket
    finally:
        os.sched_setaffinity(0, before)


class Ways:
    """The ways to check and insert some articles, each on an index of its own that begins empty."""

    def __init__(self, socket: str, size: int, seed: int) -> None:
        corpus = generate(size, seed)[:size]
        self._socket = socket
        self.client = redis.Redis(unix_socket_path=socket)
        self._prepared = dedup.prepare_many([(one.id, one.text, one.published, one.site) for one in corpus])
        self._texts = {one.id: one.text for one in corpus}
        self._hashes = [(one.id, documented_minhash(one.text)) for one in corpus]

    def run(self, name: str, number: int) -> tuple[float, float]:
        """Seconds by the clock, and of processor time of this process and the server."""
        ways: dict[str, Callable[[str], Callable[[], object]]] = {
            OURS[0]: lambda basename: self._index(basename, 1, texts=False),
            OURS[1]: lambda basename: self._index(basename, 1, texts=True),
            OURS[2]: lambda basename: self._index(basename, 64, texts=False),
            RIVALS[0]: lambda basename: self._datasketch(basename, in_session=False),
            RIVALS[1]: lambda basename: self._datasketch(basename, in_session=True),
        }
        work = ways[name](f"bench:{name}:{number}")
        spent, own, began = processor_time(self.client), time.process_time(), time.perf_counter()
        work()
        wall = time.perf_counter() - began
        busy = time.process_time() - own + processor_time(self.client) - spent
        self.client.flushall()
        return wall, busy

    def _index(self, basename: str, size: int, *, texts: bool) -> Callable[[], object]:
        index = dedup.Index(self.client, basename=basename)
        index.open()
        batches = [self._prepared[first : first + size] for first in range(0, len(self._prepared), size)]

        def find(ids: Any) -> dict[str, str]:
            return {id_: self._texts[id_] for id_ in ids}

        return lambda: [index.check_and_insert(batch, texts=find if texts else None) for batch in batches]

    def _datasketch(self, basename: str, *, in_session: bool) -> Callable[[], object]:
        storage = {
            "type": "redis",
            "basename": basename.encode(),
            "redis": {"unix_socket_path": self._socket},
        }
        lsh = MinHashLSH(threshold=0.5, num_perm=128, storage_config=storage)

        def check(insert: Callable[[str, MinHash], object]) -> None:
            for id_, minhash in self._hashes:
                lsh.query(minhash)
                insert(id_, minhash)

        def work() -> None:
            if not in_session:
                check(lsh.insert)
                return
            with lsh.insertion_session() as session:
                check(session.insert)

        return work


def rounds(ways: Ways, count: int) -> list[dict[str, tuple[float, float]]]:
    """What each way took in each round; the first round is to warm up and is left out."""
    figures = []
    for number in range(count + 1):
        names = (*OURS, *RIVALS) if number % 2 else (*RIVALS, *OURS)
        figures.append({name: ways.run(name, number) for name in names})
    return figures[1:]


def table(figures: Sequence[dict[str, tuple[float, float]]], articles: int) -> Iterator[str]:
    """The medians of the ratios, by the clock and by processor time."""
    yield f"  {'':24} {'µs':>7}" + "".join(f"  {f'× {rival}':>28}" for rival in RIVALS)
    for name in OURS:
        cells = []
        for rival in RIVALS:
            wall, busy = (
                statistics.median(one[rival][at] / one[name][at] for one in figures) for at in (0, 1)
            )
            cells.append(f"{wall:5.1f} (processors {busy:5.1f})")
        micros = statistics.median(one[name][0] for one in figures) * 1e6 / articles
        yield f"  {name:24} {micros:7.0f}" + "".join(f"  {cell:>28}" for cell in cells)


def main() -> None:
    """Print a table for one core and one for two."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=11)
    arguments = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    for name, server_core in (("one core", cores[0]), ("two cores", cores[-1])):
        if name == "two cores" and len(cores) < 2:
            print("two cores: this machine has one")
            continue
        with pinned_server(cores[0], server_core) as socket:
            ways = Ways(socket, arguments.articles, arguments.seed)
            figures = rounds(ways, arguments.rounds)
        print(
            f"Client and server on {name}, {arguments.articles} articles, median of {arguments.rounds} "
            "rounds: so many times as fast as datasketch, and as little processor time"
        )
        print("\n".join(table(figures, arguments.articles)), flush=True)


if __name__ == "__main__":
    main()
