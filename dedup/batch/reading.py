"""From the articles of an archive to its columns, on all cores and in bounded memory."""

from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from math import inf
from pathlib import Path
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np

from dedup.batch.columns import Columns, ColumnWriter, Numbers, Part, read_part
from dedup.batch.export_files import Exported
from dedup.parameters import Parameters

Batch = TypeVar("Batch")
Reader: TypeAlias = Callable[[Batch], Sequence[Exported]]
"""Makes articles of a batch, perhaps in another process: a function of a module."""

# Batches on their way: so many keep the processes busy, and memory bounded.
_WAITING = 8


class ReadBatch(NamedTuple):
    """The articles of a batch without their texts."""

    ids: list[str]
    published: list[float]
    sources: list[str | None]
    told: list[str | None]
    part: Part


@dataclass(slots=True)
class Read:
    """The articles of an archive.

    Attributes:
        ids: The id of each row, in the order in which they were read; an id may come twice.
        told: The story that the input names for an article, by its id.
        columns: What they are compared by.
    """

    ids: list[str]
    told: dict[str, str]
    columns: Columns
    latest: dict[str, int] | None = field(default=None)

    def distinct(self) -> list[str]:
        """Every id once, in order of first appearance."""
        return self.ids if self.latest is None else list(self.latest)

    def in_order(self) -> Numbers:
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


def read_archive(
    batches: Iterable[Batch],
    reader: Reader[Batch],
    parameters: Parameters,
    folder: Path | None,
    workers: Executor | None,
    progress: Callable[[int], None] | None,
) -> Read:
    """Turn articles into columns.

    Args:
        batches: Of a size that a process may well hold several of.
        reader: Makes articles of them.
        parameters: How to read texts.
        folder: An empty folder for what need not fit into memory, or None.
        workers: Processes that do it; this one without them.
        progress: Called with the number of articles read so far.
    """
    ids: list[str] = []
    published, sources = array("d"), array("q")
    told: dict[str, str] = {}
    known: dict[str, int] = {}
    with ColumnWriter(folder) as writer:
        for batch in _read(batches, reader, parameters, workers):
            ids += batch.ids
            published.extend(batch.published)
            sources.extend(
                -1 if name is None else known.setdefault(name, len(known)) for name in batch.sources
            )
            told.update((id_, story) for id_, story in zip(batch.ids, batch.told, strict=True) if story)
            writer.add(batch.part)
            if progress:
                progress(len(ids))
        columns = writer.finish(published, sources, parameters.permutations)
    read = Read(ids, told, columns)
    latest = {id_: row for row, id_ in enumerate(ids)}  # in order of first appearance, with the last text
    if len(latest) < len(ids):
        read.latest = latest
    return read


def read_batch(batch: Batch, reader: Reader[Batch], parameters: Parameters) -> ReadBatch:
    """Make numbers of a batch."""
    articles = reader(batch)
    return ReadBatch(
        [one.id for one in articles],
        [seconds(one.published) for one in articles],
        [one.site for one in articles],
        [one.story_id for one in articles],
        read_part([one.text for one in articles], parameters),
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
        found = waiting.popleft().result()
        waiting.extend(workers.submit(read_batch, batch, reader, parameters) for batch in islice(rest, 1))
        yield found
