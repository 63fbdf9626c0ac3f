"""From the documents of an archive to its columns, on all cores and in bounded memory."""

from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from math import inf
from pathlib import Path
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np

from dedup.batch.columns import Block, Columns, ColumnWriter, Numbers, read_block
from dedup.documents import Document
from dedup.parameters import Parameters

Batch = TypeVar("Batch")
Reader: TypeAlias = Callable[[Batch], Sequence[Document]]
"""Makes documents of a batch, perhaps in another process: a function of a module."""

# Batches submitted at once: so many keep the processes busy, and memory bounded.
_WAITING = 8


class ReadBatch(NamedTuple):
    """The documents of a batch, their texts as columns."""

    ids: list[str]
    published: list[float]
    sources: list[str | None]
    stories: list[str | None]
    block: Block


@dataclass(slots=True)
class Corpus:
    """The documents of an archive.

    Attributes:
        ids: The id of each row, in the order in which they were read; an id may come twice.
        input_stories: The story that the input names for a document, by its id.
        columns: What they are compared by.
        latest: The last row of each id, in order of first appearance; None where no id comes twice.
    """

    ids: list[str]
    input_stories: dict[str, str]
    columns: Columns
    latest: dict[str, int] | None = None

    def distinct_ids(self) -> list[str]:
        """Every id once, in order of first appearance."""
        return self.ids if self.latest is None else list(self.latest)

    def by_publication(self) -> Numbers:
        """The rows in order of publication; of two at the same time the smaller id first.

        Where an id comes twice, its last row counts.
        """
        rows = np.arange(len(self.ids))
        if self.latest is not None:
            rows = np.fromiter(self.latest.values(), np.intp, len(self.latest))
        moments = self.columns.published[rows]
        order = np.argsort(moments, kind="stable")
        rows, moments = rows[order], moments[order]
        edges = np.flatnonzero(np.concatenate([[True], moments[1:] != moments[:-1], [True]])[: len(rows) + 1])
        tied = np.flatnonzero(np.diff(edges) > 1)
        for first, last in zip(edges[tied].tolist(), edges[tied + 1].tolist(), strict=True):
            rows[first:last] = sorted(rows[first:last].tolist(), key=self.ids.__getitem__)
        return rows


def read_corpus(
    batches: Iterable[Batch],
    reader: Reader[Batch],
    parameters: Parameters,
    folder: Path | None,
    workers: Executor | None,
    progress: Callable[[int], None] | None,
) -> Corpus:
    """Turn documents into columns.

    Args:
        batches: Of a size of which a process can hold several.
        reader: Makes documents of them.
        parameters: How to read texts.
        folder: An empty folder for what need not fit into memory, or None.
        workers: Processes that do it; this one without them.
        progress: Called with the number of documents read so far.
    """
    ids: list[str] = []
    published, sources = array("d"), array("q")
    input_stories: dict[str, str] = {}
    source_numbers: dict[str, int] = {}
    with ColumnWriter(folder) as writer:
        for batch in _read(batches, reader, parameters, workers):
            ids += batch.ids
            published.extend(batch.published)
            sources.extend(
                -1 if source is None else source_numbers.setdefault(source, len(source_numbers))
                for source in batch.sources
            )
            input_stories.update(
                (id_, story) for id_, story in zip(batch.ids, batch.stories, strict=True) if story
            )
            writer.add(batch.block)
            if progress:
                progress(len(ids))
        columns = writer.finish(published, sources, parameters.permutations)
    return Corpus(ids, input_stories, columns, latest_rows(ids))


def latest_rows(ids: Sequence[str]) -> dict[str, int] | None:
    """The last row of each id, in order of first appearance; None where no id comes twice."""
    latest = {id_: row for row, id_ in enumerate(ids)} if _may_repeat(ids) else None
    return latest if latest and len(latest) < len(ids) else None


def _may_repeat(ids: Sequence[str]) -> bool:
    """Whether an id comes twice, or two have one hash: in a tenth of the memory of a dictionary."""
    hashes = np.sort(np.fromiter(map(hash, ids), np.int64, len(ids)))
    return bool((hashes[1:] == hashes[:-1]).any())


def read_batch(batch: Batch, reader: Reader[Batch], parameters: Parameters) -> ReadBatch:
    """Turn a batch into columns."""
    documents = reader(batch)
    return ReadBatch(
        [document.id for document in documents],
        [seconds(document.published) for document in documents],
        [document.source for document in documents],
        [document.story_id for document in documents],
        read_block([document.text for document in documents], parameters),
    )


def seconds(moment: datetime | None) -> float:
    """Seconds since 1970; infinity for None. A time without a zone is taken for UTC."""
    if moment is None:
        return inf
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _read(
    batches: Iterable[Batch], reader: Reader[Batch], parameters: Parameters, workers: Executor | None
) -> Iterator[ReadBatch]:
    if workers is None:
        yield from (read_batch(batch, reader, parameters) for batch in batches)
        return
    rest = iter(batches)
    waiting = deque(workers.submit(read_batch, batch, reader, parameters) for batch in islice(rest, _WAITING))
    while waiting:
        read = waiting.popleft().result()
        waiting.extend(workers.submit(read_batch, batch, reader, parameters) for batch in islice(rest, 1))
        yield read
