"""What Python does to Spark's rows: Arrow batches in, Arrow batches out, by the code of one machine."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup.batch.candidates import bucket_keys
from dedup.batch.columns import DTYPES, RAGGED, Columns
from dedup.batch.export_files import Lines, from_lines, from_rows
from dedup.batch.reading import ReadBatch, read_batch
from dedup.batch.verification import (
    VERDICT_ROW,
    are_roots_alike,
    count_common,
    prefilter_containment,
    verify,
)
from dedup.documents import Epoch
from dedup.parameters import Parameters

COMPARED = ["published", "site", *DTYPES]
"""What two documents are compared by."""

CONTENT_SCHEMA = (
    "id binary, story binary, published double, site binary, size int, keys array<int>, sketch binary, "
    + ", ".join(f"{name} binary" for name in DTYPES)
)
PAIR_SCHEMA = "later int, earlier int"
ROOTS_SCHEMA = "later int, earlier int, answer boolean"
SHARED_SCHEMA = "later int, earlier int, answer int"
VERDICT_SCHEMA = (
    "later int, earlier int, reason tinyint, jaccard double, containment double, kept int, changed int, "
    "opening double, size int, other_size int"
)

# Articles read, and pairs compared, in one pass.
_ROWS = 512
_PAIRS = 1 << 13
_VALUES = 64


def contents(
    records: Iterable[Any], place: str, parameters: Parameters, epoch: Epoch | None = None
) -> Iterator[Any]:
    """What documents are compared by, of records as `dedup.batch.spark.session.read_records` gives them."""
    for batch in _slices(records, _ROWS):
        names = batch.schema.names
        if names == ["line"]:
            lines = Lines(None, batch.column(0).to_pylist())
            yield _content(read_batch((place, lines, epoch), _read_lines, parameters), parameters)
        else:
            rows = list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
            yield _content(read_batch((place, None, names, rows, epoch), _read_rows, parameters), parameters)


def _read_lines(batch: Any) -> Any:
    return from_lines(*batch)


def _read_rows(batch: Any) -> Any:
    place, number, names, rows, epoch = batch
    return from_rows(place, (number, names, rows), epoch)


def _content(read: ReadBatch, parameters: Parameters) -> Any:
    import pyarrow as pa

    block = read.block
    values = block.arrays["values"]
    sizes = block.lengths["shingles"]
    keys = bucket_keys(values, block.arrays["digests"], parameters).view(np.int32)
    offsets = np.concatenate([[0], np.cumsum(np.where(sizes > 0, keys.shape[1], 0))]).astype(np.int32)
    columns: dict[str, Any] = {
        "id": pa.array(list(map(_bytes, read.ids)), pa.binary()),
        "story": pa.array(list(map(_bytes, read.stories)), pa.binary()),
        "published": pa.array(read.published, pa.float64()),
        "site": pa.array(list(map(_bytes, read.sources)), pa.binary()),
        "size": pa.array(sizes.astype(np.int32)),
        "keys": pa.ListArray.from_arrays(pa.array(offsets), pa.array(keys[sizes > 0].ravel())),
        "sketch": _binary(values.astype(np.uint8), None),
    }
    lengths = block.lengths | {"late": block.lengths["shingles"]}
    columns |= {name: _binary(block.arrays[name], lengths.get(name)) for name in DTYPES}
    return pa.record_batch(columns)


def prefilter(pairs: Iterable[Any], parameters: Parameters) -> Iterator[Any]:
    """Of candidate pairs with their sketches, those whose estimated containment suffices for `verify_pairs`.

    A byte of each value overestimates what two signatures share, so that no copy is lost.
    """
    import pyarrow as pa

    required = prefilter_containment(parameters.thresholds)
    for batch in pairs:
        mine, other = (_flat(batch, f"{side}_sketch", np.uint8)[0] for side in ("mine", "other"))
        jaccard = (mine.reshape(-1, _VALUES) == other.reshape(-1, _VALUES)).mean(axis=1)
        left, right = (batch.column(f"{side}_size").to_numpy() for side in ("mine", "other"))
        estimate = jaccard / (1 + jaccard) * (left + right) / np.maximum(1, np.minimum(left, right))
        chosen = pa.array(np.flatnonzero(estimate >= required))
        yield batch.select(["later", "earlier"]).take(chosen)


def verify_pairs(pairs: Iterable[Any], parameters: Parameters) -> Iterator[Any]:
    """The verdicts of `dedup.batch.verification.verify` on pairs with the columns of both documents."""
    import pyarrow as pa

    for batch in _slices(pairs, _PAIRS):
        columns, count = _columns(batch, parameters), len(batch)
        rows = np.arange(2 * count)
        places, verdicts = verify(columns, rows[:count], rows[count:], parameters.thresholds)
        verdicts["later"] = batch.column("later").to_numpy()[places]
        verdicts["earlier"] = batch.column("earlier").to_numpy()[places]
        arrays = {name: pa.array(np.ascontiguousarray(verdicts[name])) for name in VERDICT_ROW.names or ()}
        arrays["reason"] = arrays["reason"].cast(pa.int8())
        yield pa.record_batch(arrays)


def root_answers(pairs: Iterable[Any], parameters: Parameters) -> Iterator[Any]:
    """Whether documents are alike enough for the stories that they are the roots of to be merged."""
    import pyarrow as pa

    for batch in _slices(pairs, _PAIRS):
        columns, count = _columns(batch, parameters), len(batch)
        alike = [are_roots_alike(columns, at, at + count, parameters.thresholds) for at in range(count)]
        yield batch.select(["later", "earlier"]).append_column("answer", pa.array(alike, pa.bool_()))


def shared_answers(pairs: Iterable[Any]) -> Iterator[Any]:
    """How many shingles documents share; asks for no more of them than these."""
    import pyarrow as pa

    for batch in _slices(pairs, _PAIRS):
        sides = []
        for side in ("mine", "other"):
            shingles, lengths = _flat(batch, f"{side}_shingles", np.uint32)
            sides.append(np.split(shingles, np.cumsum(lengths[:-1] // shingles.itemsize)))
        shared = [count_common(mine, other) for mine, other in zip(*sides, strict=True)]
        yield batch.select(["later", "earlier"]).append_column("answer", pa.array(shared, pa.int32()))


def _slices(records: Iterable[Any], rows: int) -> Iterator[Any]:
    for batch in records:
        for first in range(0, len(batch), rows):
            yield batch.slice(first, rows)


def _columns(batch: Any, parameters: Parameters) -> Columns:
    """The columns of the documents of pairs: the later ones, then the earlier ones."""
    import pyarrow as pa

    arrays: dict[str, NDArray[Any]] = {}
    starts: dict[str, NDArray[np.intp]] = {}
    for name, kind in DTYPES.items():
        (mine, lengths), (other, other_lengths) = (
            _flat(batch, f"{side}_{name}", kind) for side in ("mine", "other")
        )
        arrays[name] = np.concatenate([mine, other])
        if name in RAGGED:
            both = np.concatenate([[0], lengths, other_lengths])
            starts[name] = np.cumsum(both // np.dtype(kind).itemsize).astype(np.intp)
    arrays["values"] = arrays["values"].reshape(-1, parameters.permutations)
    arrays["digests"] = arrays["digests"].reshape(-1, 2)
    published = [batch.column(f"{side}_published").to_numpy() for side in ("mine", "other")]
    sites = pa.concat_arrays([batch.column("mine_site"), batch.column("other_site")]).dictionary_encode()
    sources = sites.indices.fill_null(-1).to_numpy().astype(np.int64)
    return Columns(arrays, starts, np.concatenate(published), sources)


def _flat(batch: Any, name: str, kind: Any) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The contents of a column of bytes, one after the other, and how many bytes each row has."""
    import pyarrow as pa

    column = batch.column(name).cast(pa.large_binary())
    _, offsets, data = column.buffers()
    bounds = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
    if data is None or not len(column):
        return np.empty(0, kind), np.diff(bounds)
    return np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]].view(kind), np.diff(bounds)


def _binary(array: NDArray[Any], lengths: NDArray[np.intp] | None) -> Any:
    """A column of bytes: `lengths` entries of an array for each row, or one of its rows."""
    import pyarrow as pa

    flat = np.ascontiguousarray(array)
    if lengths is None:
        lengths = np.full(len(flat), flat[:1].size)
    offsets = np.concatenate([[0], np.cumsum(lengths)]) * flat.itemsize
    buffers = [None, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(flat.tobytes())]
    return pa.Array.from_buffers(pa.binary(), len(lengths), buffers)


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode("utf-8", "surrogatepass")
