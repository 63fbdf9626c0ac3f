"""What Spark carries from worker to worker: many documents, or pairs of them, in one row.

A row has a number, by which Spark brings together what belongs together, a rank, by which it sorts what has
one number, and arrays of numpy, pickled. What Spark does by the row it does once for thousands of documents.
"""

import pickle
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple, TypeAlias

SCHEMA = "target int, rank tinyint, payload binary"

# Rows go to Spark in batches of this many bytes, or more where one row has more.
_BATCH = 1 << 20


class Message(NamedTuple):
    """A row.

    Attributes:
        target: What has one target is worked on at once.
        rank: Of two with one target, the smaller rank comes first.
        payload: What is to be worked on.
    """

    target: int
    rank: int
    payload: Any


Group: TypeAlias = tuple[int, Iterator[Message]]
"""A target, and its messages by rank: to be read before the next group is."""


def step(
    work: Callable[..., Iterable[Message]], **arguments: Any
) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """A step of the pass, for `mapInArrow`, on messages sorted by target and rank.

    Args:
        work: Gets the groups, and gives messages; a function of a module.
        **arguments: What else it is called with.
    """
    return partial(_run, partial(work, **arguments))


def row_step(
    work: Callable[..., Iterable[Message]], **arguments: Any
) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """A step of the pass, for `mapInArrow`, on rows of things that are packed.

    Args:
        work: Gets the things of a row, and gives messages; a function of a module.
        **arguments: What else it is called with.
    """
    return partial(_run_rows, partial(work, **arguments))


def pack(payload: Any) -> bytes:
    """Anything made of arrays, as bytes."""
    return pickle.dumps(payload, pickle.HIGHEST_PROTOCOL)


def unpack(data: Any) -> Any:
    """What was packed."""
    return pickle.loads(data)  # noqa: S301  # our own code packed it


def messages_of(table: Any) -> Iterator[Message]:
    """The messages of a table, or a batch, of Arrow."""
    targets, ranks = (table.column(at).to_pylist() for at in range(2))
    for target, rank, payload in zip(targets, ranks, table.column(2), strict=True):
        yield Message(target, rank, unpack(payload.as_buffer()))


def grouped(messages: Iterable[Message]) -> Iterator[Group]:
    """The groups of messages that are sorted by target."""
    return groupby(messages, key=lambda message: message.target)


def to_batches(messages: Iterable[Message]) -> Iterator[Any]:
    """Messages as batches of Arrow."""
    waiting: list[tuple[int, int, bytes]] = []
    size = 0
    for target, rank, payload in messages:
        data = pack(payload)
        if waiting and size + len(data) > _BATCH:
            yield _batch(waiting)
            waiting, size = [], 0
        waiting.append((target, rank, data))
        size += len(data)
    if waiting:
        yield _batch(waiting)


def _batch(rows: list[tuple[int, int, bytes]]) -> Any:
    import pyarrow as pa  # an extra

    targets, ranks, payloads = zip(*rows, strict=True)
    columns = [pa.array(targets, pa.int32()), pa.array(ranks, pa.int8()), pa.array(payloads, pa.binary())]
    return pa.record_batch(columns, ["target", "rank", "payload"])


def _run(work: Callable[[Iterator[Group]], Iterable[Message]], batches: Iterable[Any]) -> Iterator[Any]:
    messages = (message for batch in batches for message in messages_of(batch))
    yield from to_batches(work(grouped(messages)))


def _run_rows(work: Callable[..., Iterable[Message]], batches: Iterable[Any]) -> Iterator[Any]:
    rows = (row for batch in batches for row in zip(*batch.columns, strict=True))
    yield from to_batches(
        message for row in rows for message in work(*(unpack(value.as_buffer()) for value in row))
    )
