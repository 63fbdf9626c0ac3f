"""A whole archive at once: all copies among many texts, and the stories they make up.

Candidates are neighbours in a bucket of the bands instead of entries in Redis; the rule for a pair and the
way to stories are those of the streaming index, in order of publication, with the evidence counted and not
estimated. So it is also the check on the index.

An *engine* finds the candidates: sorted arrays in memory (`dedup.batch.candidates`), or a relational join
that spills to disk (`dedup.batch.duckdb_join`). Both give the same pairs, and so does the pass on a cluster
(`dedup.batch.spark.cluster`).
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import replace
from itertools import count, islice
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dedup.batch.candidates import bucket_count, bucket_keys, neighbours
from dedup.batch.columns import Columns, Numbers
from dedup.batch.export_files import document_batches
from dedup.batch.reading import Batch, Corpus, Reader, read_corpus
from dedup.batch.result import ClusteringResult, DocumentOrder, NearMiss, assemble
from dedup.batch.verification import (
    VERDICT_ROW,
    VerdictRows,
    are_roots_alike,
    count_shared,
    verify,
    verify_files,
)
from dedup.documents import documents_of
from dedup.parameters import Parameters

__all__ = [
    "ClusteringResult",
    "Engine",
    "NearMiss",
    "cluster",
    "cluster_batches",
    "cluster_documents",
]

Engine: TypeAlias = Callable[[NDArray[np.uint32]], Iterable[tuple[Numbers, Numbers]]]
"""Gets bucket keys, a row for each document in order of publication, and yields blocks of candidates: the
later and the earlier number of each pair, each pair once."""

PairNumbers: TypeAlias = NDArray[np.int32]
PairBlock: TypeAlias = tuple[PairNumbers, PairNumbers]

# Documents whose bucket keys are made at once, in some 50 MB.
_KEYS = 1 << 15
# Candidates of one task of a process: a second of its work.
_CANDIDATES = 1 << 15
# After so many single pairs the memory of the pages that were read for them is freed.
_LOOKS = 1 << 10


def cluster(documents: Iterable[Any], *, parameters: Parameters | None = None) -> dict[str, str]:
    """Put documents into stories, without any server.

    The result doesn't depend on the order of the documents. A story is called by its canonical article: the
    earliest published; one without a time counts as later than any, and of two at the same time the smaller
    id goes first. A document unlike any other is a story by itself.

    Args:
        documents: Id, body text (without headline), time of publication and source of each, in any form that
            `dedup.documents.document_of` reads; the last two may be None, the source may be left out. Where
            an id comes twice, the later text counts.
        parameters: How to compare; the default ones without it.

    Returns:
        The id of its story for every document, in the order of the documents. Memory: about 3 KB for each
        document of 300 words; the texts themselves are not kept.

    Raises:
        DocumentError: A document can't be read; the message says which and why.
    """
    return cluster_documents(documents, parameters=parameters).stories


def cluster_documents(
    documents: Iterable[Any],
    *,
    parameters: Parameters | None = None,
    engine: Engine | None = None,
    folder: Path | None = None,
    workers: Executor | None = None,
    apart: Iterable[tuple[str, str]] = (),
    progress: Callable[[int], None] | None = None,
) -> ClusteringResult:
    """Put documents into stories, as `cluster` does; return also the verdicts that led to them.

    Args:
        documents: As for `cluster`.
        parameters: How to compare; the default ones without it.
        engine: Finds the candidates; sorted arrays in memory without it.
        folder: An empty folder for what need not fit into memory.
        workers: Processes that read and compare; this process does it without them.
        apart: Pairs of ids marked as not the same story by hand.
        progress: Called with the number of documents read so far.
    """
    return cluster_batches(
        document_batches(documents_of(documents)),
        list,
        parameters=parameters,
        engine=engine,
        folder=folder,
        workers=workers,
        apart=apart,
        progress=progress,
    )


def cluster_batches(
    batches: Iterable[Batch],
    reader: Reader[Batch],
    *,
    parameters: Parameters | None = None,
    engine: Engine | None = None,
    folder: Path | None = None,
    workers: Executor | None = None,
    apart: Iterable[tuple[str, str]] = (),
    progress: Callable[[int], None] | None = None,
) -> ClusteringResult:
    """`cluster_documents`, for documents that come in batches of any form.

    Args:
        batches: The batches.
        reader: Makes documents of one; a function of a module, since the processes call it.
        parameters: As for `cluster_documents`, like the rest.
        engine: See there.
        folder: See there.
        workers: See there.
        apart: See there.
        progress: See there.
    """
    parameters = parameters or Parameters()
    limits = parameters.thresholds
    laps = _Laps()
    corpus = read_corpus(batches, reader, parameters, folder, workers, progress)
    columns, order = corpus.columns, corpus.by_publication()
    laps.end("reading")
    candidates, blocks = _candidates(columns, order, engine or neighbours, parameters, folder)
    laps.end("candidates")
    rows = np.concatenate(
        [np.empty(0, VERDICT_ROW), *_verified(columns, order, blocks, parameters, folder, workers)]
    )
    laps.end("comparing")
    looks = count(1)

    def rows_of(later: int, earlier: int) -> tuple[int, int]:
        if next(looks) % _LOOKS == 0:
            columns.release()
        return int(order[later]), int(order[earlier])

    result = assemble(
        document_order(corpus, order),
        rows,
        limits,
        lambda root, other: are_roots_alike(columns, *rows_of(root, other), limits),
        lambda later, earlier: count_shared(columns, *rows_of(later, earlier)),
        apart,
        candidates=candidates,
    )
    laps.end("stories")
    return replace(result, seconds=laps.seconds)


class _Laps:
    """How long each phase of a pass takes by the clock."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._began = time.perf_counter()

    def end(self, phase: str) -> None:
        """Note that a phase ends and the next begins."""
        now = time.perf_counter()
        self.seconds[phase], self._began = now - self._began, now


def document_order(corpus: Corpus, order: Numbers) -> DocumentOrder:
    """The documents of a pass without their contents, in order of publication as `Corpus` gives it."""
    return DocumentOrder(
        documents=corpus.distinct_ids(),
        ids=[corpus.ids[row] for row in order.tolist()],
        published=corpus.columns.published[order],
        input_stories=corpus.input_stories,
        repeated=len(corpus.ids) - len(order),
    )


def _candidates(
    columns: Columns, order: Numbers, engine: Engine, parameters: Parameters, folder: Path | None
) -> tuple[int, Iterator[PairBlock]]:
    """All candidates, 8 bytes each, in tasks: how many, and blocks of them.

    All are found first: the engine's memory is free again before the pairs are compared. They lie in files if
    there is a folder: an archive has some thirty for each document.
    """
    filled = (np.flatnonzero(columns.sizes(order)) if len(order) else order).astype(np.int32)
    keys = _bucket_keys(columns, order[filled], parameters, folder)
    blocks = ((filled[later], filled[earlier]) for later, earlier in engine(keys))
    if folder is None:
        all_blocks = list(blocks)
        return sum(len(later) for later, _ in all_blocks), _in_tasks(all_blocks)
    paths, count = (folder / "later", folder / "earlier"), 0
    with paths[0].open("wb") as later_file, paths[1].open("wb") as earlier_file:
        for later, earlier in blocks:
            later_file.write(later.tobytes())
            earlier_file.write(earlier.tobytes())
            count += len(later)
    return count, _from_files(*paths, count)


def _in_tasks(blocks: Iterable[PairBlock]) -> Iterator[PairBlock]:
    for later, earlier in blocks:
        for first in range(0, len(later), _CANDIDATES):
            yield later[first : first + _CANDIDATES], earlier[first : first + _CANDIDATES]


def _from_files(later: Path, earlier: Path, count: int) -> Iterator[PairBlock]:
    """Read and not mapped: what was read of a mapped file would count to this process's memory."""
    for first in range(0, count, _CANDIDATES):
        size = min(_CANDIDATES, count - first)
        offset = first * np.dtype(np.int32).itemsize
        yield (
            np.fromfile(later, np.int32, size, offset=offset),
            np.fromfile(earlier, np.int32, size, offset=offset),
        )


def _bucket_keys(
    columns: Columns, rows: Numbers, parameters: Parameters, folder: Path | None
) -> NDArray[np.uint32]:
    """The bucket keys of rows; in a file if there is a folder."""
    width = bucket_count(parameters)

    def blocks() -> Iterator[NDArray[np.uint32]]:
        for first in range(0, len(rows), _KEYS):
            chosen = rows[first : first + _KEYS]
            yield bucket_keys(columns.arrays["values"][chosen], columns.arrays["digests"][chosen], parameters)
            columns.release()

    if folder is None or not len(rows):
        return np.concatenate([np.empty((0, width), np.uint32), *blocks()])
    with (folder / "keys").open("wb") as file:
        for block in blocks():
            file.write(block.tobytes())
    return np.memmap(folder / "keys", np.uint32, "r", shape=(len(rows), width))


def _verified(
    columns: Columns,
    order: Numbers,
    pieces: Iterable[PairBlock],
    parameters: Parameters,
    folder: Path | None,
    workers: Executor | None,
) -> Iterator[VerdictRows]:
    """The verdicts on the candidates that are copies or near misses."""
    limits = parameters.thresholds
    if workers is None or folder is None:
        for later, earlier in pieces:
            yield _numbered(later, earlier, *verify(columns, order[later], order[earlier], limits))
            columns.release()
        return

    def submit(later: PairNumbers, earlier: PairNumbers) -> "Future[tuple[Numbers, VerdictRows]]":
        rows = order[later], order[earlier]
        return workers.submit(verify_files, folder, parameters.permutations, *rows, limits)

    tasks = ((later, earlier, submit(later, earlier)) for later, earlier in pieces)
    waiting = deque(islice(tasks, 4))
    while waiting:
        later, earlier, task = waiting.popleft()
        waiting.extend(islice(tasks, 1))
        yield _numbered(later, earlier, *task.result())


def _numbered(later: PairNumbers, earlier: PairNumbers, places: Numbers, rows: VerdictRows) -> VerdictRows:
    """Verdicts with the numbers of their documents."""
    rows["later"], rows["earlier"] = later[places], earlier[places]
    return rows
