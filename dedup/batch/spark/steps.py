"""The steps of the archive pass on Spark, in numpy: what each does to the documents or pairs it gets.

A document's *number* is its place in order of publication. Numbers are cut into *blocks* of one size; what
has to do with the documents of a block is brought together. The steps are, from keys to verdicts:

    spread_keys       the bucket keys of documents, to where the same keys are
    pair_up           keys that are the same make pairs, to the block of the later document
    request           each pair once; what is needed for it, to the block of the earlier document
    spread_documents  what documents are compared by, to their block
    serve             what was asked for, to where it is needed
    verify_pairs      the verdicts

A document is sent once to each block that needs it, however many pairs it has there.
"""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dedup.batch.candidates import bucket_keys, bucket_pairs
from dedup.batch.columns import Columns, ColumnWriter, Numbers, join_columns
from dedup.batch.reading import ReadBatch
from dedup.batch.spark.messages import Group, Message, pack
from dedup.batch.verification import are_roots_alike, count_shared, verify
from dedup.parameters import Parameters

Codes: TypeAlias = NDArray[np.uint64]
"""Pairs: the number of the later document in the upper half, of the earlier one in the lower."""

DOCUMENTS, REQUESTS = range(2)
"""Ranks: documents come before what asks for them."""

ASKED = np.dtype([("later", np.int32), ("earlier", np.int32), ("about_roots", np.bool_)])
"""Questions on pairs: whether two may be the roots of one story, or how many shingles they share."""

MOST_TARGETS = 1 << 16

PACKED_SCHEMA = "names binary, keys binary, documents binary"
"""Packed: ids, stories, times of publication and bytes of the documents; the rows of those that have bucket
keys, and these; their `Columns`."""

# Bytes of the documents of one message, or those of one document.
_PIECE = 1 << 22
_HALF = np.uint64(32)
_LOWER = np.uint64(0xFFFFFFFF)


def pack_documents(read: ReadBatch, parameters: Parameters) -> dict[str, bytes]:
    """What the steps need of documents that were read, by the names in `PACKED_SCHEMA`."""
    with ColumnWriter() as writer:
        writer.add(read.block)
        columns = writer.finish(
            read.published, list(map(_source_number, read.sources)), parameters.permutations
        )
    rows = np.flatnonzero(read.block.lengths["shingles"])
    keys = bucket_keys(columns.arrays["values"][rows], columns.arrays["digests"][rows], parameters)
    documents = pack(columns)
    return {
        "names": pack((read.ids, read.stories, columns.published, len(documents))),
        "keys": pack((rows, keys)),
        "documents": documents,
    }


def _source_number(source: str | None) -> int:
    """A number for a source, the same on every worker; a million of sources have a million of numbers."""
    if source is None:
        return -1
    return int.from_bytes(blake2b(source.encode("utf-8", "surrogatepass"), digest_size=8).digest()) >> 1


def spread_keys(
    keyed: tuple[Numbers, NDArray[np.uint32]], numbers: Numbers, targets: int
) -> Iterator[Message]:
    """Send the bucket keys of documents to where all that have the same key and band are.

    Args:
        keyed: The rows of the documents that have keys, and their keys, a row each.
        numbers: The number of each document, -1 where a later one has its id.
        targets: Over how many targets they are spread, `MOST_TARGETS` at most.
    """
    rows, keys = keyed
    chosen = numbers[rows] >= 0
    keys, documents = keys[chosen], numbers[rows[chosen]].astype(np.uint64)
    codes = ((keys.astype(np.uint64) << _HALF) | documents[:, None]).T.ravel()
    bands = np.repeat(np.arange(keys.shape[1], dtype=np.uint8), len(keys))
    # Keys are hashes: their upper bits spread them evenly.
    target = (((codes >> _HALF) * np.uint64(targets)) >> _HALF).astype(np.uint16)
    order = np.argsort(target, kind="stable")
    for number, first, last in _runs(target[order]):
        places = order[first:last]
        yield Message(number, 0, (bands[places], codes[places]))


def pair_up(groups: Iterable[Group], size: int) -> Iterator[Message]:
    """Make pairs of keys that are the same; a pair may come from several groups.

    Args:
        groups: Keys.
        size: Documents of a block.
    """
    for _, messages in groups:
        parts = [message.payload for message in messages]
        bands, codes = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        order = np.argsort(bands, kind="stable")
        pairs = [np.empty(0, np.uint64)]
        for _, first, last in _runs(bands[order]):
            ascending = np.sort(codes[order[first:last]])
            keys, documents = (ascending >> _HALF).astype(np.uint32), ascending & _LOWER
            pairs += [(later << _HALF) | earlier for later, earlier in bucket_pairs(keys, documents)]
        distinct = np.unique(np.concatenate(pairs))
        for block, first, last in _runs((distinct >> _HALF) // np.uint64(size)):
            yield Message(block, 0, distinct[first:last])


def request(groups: Iterable[Group], size: int) -> Iterator[Message]:
    """Ask for the documents of pairs, once each.

    Args:
        groups: Pairs, by the block of the later document.
        size: Documents of a block.
    """
    for block, messages in groups:
        pairs = np.unique(np.concatenate([message.payload for message in messages]))
        blocks = (pairs & _LOWER) // np.uint64(size)
        order = np.argsort(blocks, kind="stable")
        for earlier_block, first, last in _runs(blocks[order]):
            chosen = pairs[order[first:last]]
            if earlier_block != block:
                yield _asking(earlier_block, block, np.unique(chosen & _LOWER), chosen)
        own = pairs[blocks == block]
        yield _asking(block, block, np.union1d(pairs >> _HALF, own & _LOWER), own)


def _asking(target: int, block: int, requested: Codes, pairs: Codes) -> Message:
    return Message(target, REQUESTS, (block, requested.astype(np.int32), pairs))


def spread_documents(columns: Columns, numbers: Numbers, size: int) -> Iterator[Message]:
    """Send what documents are compared by to their blocks.

    Args:
        columns: The documents.
        numbers: The number of each, -1 where a later one has its id.
        size: Documents of a block.
    """
    order = np.argsort(numbers, kind="stable")
    order = order[np.searchsorted(numbers[order], 0) :]
    for block, first, last in _runs(numbers[order] // size):
        for rows in _pieces(columns, order[first:last]):
            yield Message(block, DOCUMENTS, (numbers[rows], columns.take(rows)))


def serve(groups: Iterable[Group]) -> Iterator[Message]:
    """Send documents where they are asked for, with the pairs that they are asked for."""
    for _, messages in groups:
        parts = []
        documents: tuple[Numbers, Columns] | None = None
        for message in messages:
            if message.rank == DOCUMENTS:
                parts.append(message.payload)
                continue
            documents = documents or _join(parts)
            block, requested, pairs = message.payload
            numbers, columns = documents
            for rows in _pieces(columns, _rows(numbers, requested)):
                yield Message(block, 0, (numbers[rows], columns.take(rows), pairs))
                pairs = pairs[:0]


def verify_pairs(groups: Iterable[Group], parameters: Parameters) -> Iterator[Message]:
    """Compare the documents of pairs: how many pairs, and the verdicts on copies and near misses."""
    for block, messages in groups:
        parts = [message.payload for message in messages]
        pairs = np.sort(np.concatenate([codes for *_, codes in parts]))
        numbers, columns = _join([documents for *documents, _ in parts])
        later, earlier = pairs >> _HALF, pairs & _LOWER
        rows = _rows(numbers, later), _rows(numbers, earlier)
        places, verdicts = verify(columns, *rows, parameters.thresholds)
        verdicts["later"], verdicts["earlier"] = later[places], earlier[places]
        yield Message(block, 0, (len(pairs), verdicts))


def pick(columns: Columns, numbers: Numbers, requested: tuple[Numbers, Numbers]) -> Iterator[Message]:
    """Send documents to the questions that are about them.

    Args:
        columns: The documents.
        numbers: The number of each.
        requested: The numbers of documents, ascending, and the target that each is for.
    """
    requested_numbers, targets = requested
    begins = requested_numbers.searchsorted(numbers)
    lengths = requested_numbers.searchsorted(numbers, side="right") - begins
    rows = np.repeat(np.arange(len(numbers)), lengths)
    targets = targets[np.arange(len(rows)) + np.repeat(begins - np.cumsum(lengths) + lengths, lengths)]
    order = np.argsort(targets, kind="stable")
    for target, first, last in _runs(targets[order]):
        for chosen in _pieces(columns, rows[order[first:last]]):
            yield Message(target, DOCUMENTS, (numbers[chosen], columns.take(chosen)))


def answer(groups: Iterable[Group], parameters: Parameters) -> Iterator[Message]:
    """Answer questions on pairs of documents: each with its answer, a number or whether it is so."""
    for target, messages in groups:
        parts, questions = [], np.empty(0, ASKED)
        for message in messages:
            if message.rank == DOCUMENTS:
                parts.append(message.payload)
            else:
                questions = message.payload
        numbers, columns = _join(parts)
        rows = zip(
            _rows(numbers, questions["later"]).tolist(),
            _rows(numbers, questions["earlier"]).tolist(),
            strict=True,
        )
        answers = [
            are_roots_alike(columns, *pair, parameters.thresholds)
            if about_roots
            else count_shared(columns, *pair)
            for pair, about_roots in zip(rows, questions["about_roots"].tolist(), strict=True)
        ]
        yield Message(target, 0, (questions, answers))


def _runs(ascending: NDArray[Any]) -> Iterator[tuple[int, int, int]]:
    """The distinct numbers of an array that ascends, each with where it begins and ends."""
    numbers, begins = np.unique(ascending, return_index=True)
    ends = np.append(begins, len(ascending))[1:]
    return zip(numbers.tolist(), begins.tolist(), ends.tolist(), strict=True)


def _pieces(columns: Columns, rows: Numbers) -> Iterator[Numbers]:
    """Rows in pieces whose documents fit into one message."""
    ends = np.cumsum(columns.row_bytes(rows))
    return (rows[first:last] for _, first, last in _runs(ends // _PIECE))


def _join(parts: list[Any]) -> tuple[Numbers, Columns]:
    numbers, columns = zip(*parts, strict=True)
    return np.concatenate(numbers), join_columns(columns)


def _rows(numbers: NDArray[Any], requested: NDArray[Any]) -> Numbers:
    """The row of each of the requested numbers, which are all there."""
    order = np.argsort(numbers, kind="stable")
    return order[np.searchsorted(numbers, requested.astype(numbers.dtype), sorter=order)]
