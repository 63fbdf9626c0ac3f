"""A whole archive at once: all copies among many texts, and the stories they make up.

Candidates are neighbours in a bucket of the bands instead of entries in Redis; the rule for a pair and the
way to stories are those of the streaming index, taken in order of publication, with the evidence counted and
not estimated. So it is also the check on the index.

Who finds the candidates is an *engine*: sorted arrays in memory (`dedup.batch.candidates`), a relational join
that spills to disk (`dedup.batch.duckdb_join`), or the same join on a cluster (`dedup.batch.spark.cluster`).
All give the same pairs.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dedup.batch.candidates import archive_bands, archive_keys, neighbours
from dedup.batch.columns import Columns, Numbers
from dedup.batch.export_files import Exported, article_batches
from dedup.batch.reading import Batch, Read, Reader, read_archive
from dedup.batch.result import ArchiveResult, NearMiss, assemble
from dedup.batch.verification import FOUND, Found, compare_firsts, verify, verify_files
from dedup.comparison.verdict import Verdict
from dedup.parameters import Parameters

__all__ = ["ArchiveResult", "Engine", "NearMiss", "Row", "cluster", "take", "take_batches"]

Row: TypeAlias = tuple[str, str, datetime | None, str | None]
"""A document: its id, body text, time of publication and source; the last two may be None."""

Engine: TypeAlias = Callable[[NDArray[np.uint32]], Iterable[tuple[Numbers, Numbers]]]
"""Takes band keys, a row for each document in order of publication, and yields blocks of candidates: the
later and the earlier number of each pair, each pair once."""

# Documents whose band keys are made at once, in some 50 MB.
_KEYS = 1 << 15
# Candidates handed to a process at once: a second of its work.
_CANDIDATES = 1 << 15
# After so many pairs compared for a merge the memory of the pages that were read is given back.
_MERGES = 1 << 10


def cluster(
    documents: Iterable[tuple[str, str, datetime | None]], *, parameters: Parameters | None = None
) -> dict[str, str]:
    """Put documents into stories, without any server.

    The result doesn't depend on the order of the documents. A story is called by its canonical article: the
    earliest published; one without a time counts as later than any, and of two at the same time the smaller
    id goes first. A document unlike any other is a story of its own.

    Args:
        documents: Id, body text (without headline) and time of publication or None, of each; all times aware
            of their zone, or taken for UTC. Where an id comes twice, the later text counts.
        parameters: How to compare; the default ones without it.

    Returns:
        The id of its story for every document, in the order of the documents. Memory: about 3 KB for each
        document of 300 words; the texts themselves are not kept.
    """
    rows = ((id_, text, published, None) for id_, text, published in documents)
    return take(rows, parameters=parameters).stories


def take(
    rows: Iterable[Row],
    *,
    parameters: Parameters | None = None,
    engine: Engine | None = None,
    folder: Path | None = None,
    workers: Executor | None = None,
    apart: Iterable[tuple[str, str]] = (),
    progress: Callable[[int], None] | None = None,
) -> ArchiveResult:
    """Take a whole archive, as `cluster` does, with all that was found on the way.

    Args:
        rows: The documents; as for `cluster`, with their sources.
        parameters: How to compare; the default ones without it.
        engine: Who finds the candidates; sorted arrays in memory without it.
        folder: An empty folder for what need not fit into memory.
        workers: Processes that do what can be done side by side; this process does it without them.
        apart: Pairs of ids marked as not the same story by hand.
        progress: Called with the number of documents read so far.
    """
    articles = (Exported(id_, text, published, source, None) for id_, text, published, source in rows)
    return take_batches(
        article_batches(articles),
        list,
        parameters=parameters,
        engine=engine,
        folder=folder,
        workers=workers,
        apart=apart,
        progress=progress,
    )


def take_batches(
    batches: Iterable[Batch],
    reader: Reader[Batch],
    *,
    parameters: Parameters | None = None,
    engine: Engine | None = None,
    folder: Path | None = None,
    workers: Executor | None = None,
    apart: Iterable[tuple[str, str]] = (),
    progress: Callable[[int], None] | None = None,
) -> ArchiveResult:
    """`take`, for articles that come in batches of any form.

    Args:
        batches: The batches.
        reader: Makes articles of one; a function of a module, since the processes call it.
        parameters: As for `take`, like the rest.
        engine: See there.
        folder: See there.
        workers: See there.
        apart: See there.
        progress: See there.
    """
    parameters = parameters or Parameters()
    limits = parameters.thresholds
    read = read_archive(batches, reader, parameters, folder, workers, progress)
    columns, order = read.columns, read.in_order()
    filled = np.flatnonzero(columns.sizes(order)) if len(order) else order
    keys = _band_keys(columns, order[filled], parameters, folder)
    columns.release()
    counted, found = 0, [np.empty(0, FOUND)]
    # All candidates first (8 bytes each): the engine's memory is free again before the pairs are compared.
    blocks = [
        (filled[later].astype(np.int32), filled[earlier].astype(np.int32))
        for later, earlier in (engine or neighbours)(keys)
    ]
    del keys
    for later, earlier, at, verdicts in _verified(read, order, blocks, parameters, folder, workers):
        counted += len(later)
        verdicts["later"], verdicts["earlier"] = later[at], earlier[at]
        found.append(verdicts)
    merges = 0

    def compared(one: int, other: int) -> Verdict:
        nonlocal merges
        merges += 1
        if merges % _MERGES == 0:
            columns.release()
        return compare_firsts(columns, int(order[one]), int(order[other]), limits)

    return assemble(
        read.distinct(),
        [read.ids[row] for row in order.tolist()],
        columns.published[order],
        np.concatenate(found),
        limits,
        compared,
        apart,
        candidates=counted,
        told=read.told,
        repeated=len(read.ids) - len(order),
    )


def _band_keys(
    columns: Columns, rows: Numbers, parameters: Parameters, folder: Path | None
) -> NDArray[np.uint32]:
    """The keys of rows; in a file if there is a folder."""
    width = archive_bands(parameters).bands + 1

    def blocks() -> Iterator[NDArray[np.uint32]]:
        for first in range(0, len(rows), _KEYS):
            chosen = rows[first : first + _KEYS]
            yield archive_keys(
                columns.arrays["values"][chosen], columns.arrays["digests"][chosen], parameters
            )

    if folder is None or not len(rows):
        return np.concatenate([np.empty((0, width), np.uint32), *blocks()])
    with (folder / "keys").open("wb") as file:
        for block in blocks():
            file.write(block.tobytes())
    return np.memmap(folder / "keys", np.uint32, "r", shape=(len(rows), width))


def _verified(
    read: Read,
    order: Numbers,
    blocks: list[tuple[NDArray[np.int32], NDArray[np.int32]]],
    parameters: Parameters,
    folder: Path | None,
    workers: Executor | None,
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32], Numbers, Found]]:
    """Blocks of candidates with the places of what was found in them."""
    pieces = (
        (later[first : first + _CANDIDATES], earlier[first : first + _CANDIDATES])
        for later, earlier in blocks
        for first in range(0, len(later), _CANDIDATES)
    )
    limits = parameters.thresholds
    if workers is None or folder is None:
        for later, earlier in pieces:
            yield later, earlier, *verify(read.columns, order[later], order[earlier], limits)
            read.columns.release()
        return
    tasks = (
        (
            later,
            earlier,
            workers.submit(
                verify_files, folder, parameters.permutations, order[later], order[earlier], limits
            ),
        )
        for later, earlier in pieces
    )
    waiting = deque(islice(tasks, 4))
    while waiting:
        later, earlier, task = waiting.popleft()
        waiting.extend(islice(tasks, 1))
        yield later, earlier, *task.result()
