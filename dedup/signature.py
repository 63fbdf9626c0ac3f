"""MinHash signatures in bulk, bit for bit those of datasketch.

The permutations are those of datasketch's ``MinHash(64, seed=1, scheme="affine32")``, kept here as data for
two reasons. Signatures are stored for ever: no release of datasketch or numpy may change them unnoticed, as
datasketch 2.0 did; a test compares the table with datasketch's. And importing datasketch loads all of scipy,
2.5 s of processor time for each command and each worker. The loop over shingles, which dominates datasketch's
cost, is one vectorised pass over a whole batch.
"""

import base64
import struct
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dedup.errors import StoredFormError
from dedup.parameters import Parameters
from dedup.text.shingles import Shingles

# LeanMinHash.serialize(buffer, byteorder="<"): seed, negated number of values, scheme code, values.
_HEADER = struct.Struct("<qiB")
_AFFINE32_CODE = 1
LATE_BYTES = 8
"""A bit for each of the 64 values of a signature, set where it comes from the second half of its text."""
_EMPTY = np.uint32(0xFFFFFFFF)
# Values permuted at once: small enough that the three passes over them stay in the second-level cache.
_BLOCK = 1 << 15

TABLE_COUNT, TABLE_SEED, TABLE_SCHEME = 64, 1, "affine32"

_TABLE = (
    "S+iD1dcBj/4ZX85wkSh43f/9DgATh5lBl1XLmgs9gv+fliNLgafgeCEBRy8DoQzLmX9dX488nMbbVe2w+fPoVg0bJcsz+v7eZcnf"
    "EymqT7H9qaDWy2JloCUX1V6pk5EMF/etaPlBDOPVm5jBOSWLdTu/BQ4ds54RZYRHV4nU8tOv+ajVr78W6tOXDB7jhYTc78vgR71b"
    "1eDBjm1lrQiJjhsx+5nTr5NuE/u/7w8IA5t/Inmge5aDLy0ceGJzSksJAxS2wAHv47p54gnKo/GFqBHqiiuxxcGoG/3+E+c0zYtf"
    "A/RW1R9VHvPkm8GRc09XPYRaMo9Ipi8Ha5vXjQvjV5U/OPUx7mppOYV9iAOykjLE2x6xGCslSvGhxVAr/GEkTIa+rxpMh8g0B6rV"
    "UCWcaW2KrgRzc78IKXUJwNJtwJ8PACb9QGwfqcTIh78ZMGpMby3LR+LeNXLXNQ7KhyfdOBoFbRqZ/scSaCapchYEIHgJt5now76e"
    "GOdLKkt+REPnF6WrSX3tlh5kjUkhm0BZhqU79QQ5UWgVUyrIraZst+qIQi02ICUT6aLd+kMKr4ZMF73XfY+GmpXvKqkNV5zfkBlf"
    "+ZLHDyud8wCQJVyF3/RKutyWvoTPQi5dI7Og0yM72JYyGpcUkIi3kv9pQSUv83E1xLFNJzl+A6cHaoDLZIo="
)
"""Factors, then offsets, each as 64 little-endian 32-bit numbers, in base 64."""


@cache
def permutations(count: int, seed: int, scheme: str) -> NDArray[np.uint32]:
    """Return datasketch's permutations: a row of factors and a row of offsets, uint32, shape (2, `count`).

    Args:
        count: How many.
        seed: Of the random numbers they are drawn from.
        scheme: datasketch's name of how they are applied.
    """
    if (count, seed, scheme) == (TABLE_COUNT, TABLE_SEED, TABLE_SCHEME):
        table = np.frombuffer(base64.b64decode(_TABLE), "<u4").reshape(2, TABLE_COUNT)
        return table.astype(np.uint32)
    from datasketch import MinHash

    drawn: NDArray[np.uint32] = np.asarray(MinHash(num_perm=count, seed=seed, scheme=scheme).permutations)
    return drawn


def signatures(
    hashes: NDArray[np.uint32], starts: NDArray[np.intp], parameters: Parameters
) -> NDArray[np.uint32]:
    """MinHash values of many texts at once.

    Args:
        hashes: Shingle hashes, one text after the other (what `MinHash.update` would get from its hashfunc).
        starts: Where each text's hashes begin, with the end of the last as one more entry.
        parameters: Which permutations.

    Returns:
        One row a text; a text without shingles has the maximum in every place, as an empty MinHash has.
    """
    texts = len(starts) - 1
    result = np.full((texts, parameters.permutations), _EMPTY, np.uint32)
    filled = np.flatnonzero(np.diff(starts))
    first = 0
    while first < len(filled):
        begin = starts[filled[first]]
        last = max(first + 1, int(np.searchsorted(starts[filled + 1], begin + _BLOCK, side="right")))
        rows = filled[first:last]
        block = _premix(hashes[begin : starts[rows[-1] + 1]])
        result[rows] = _minima(block, starts[rows] - begin, parameters)
        first = last
    return result


def halved_signatures(cut: Shingles, parameters: Parameters) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """The MinHash values of a batch, and in which half of its text each of them stands.

    Both halves get a signature of their own; the lower of two values is that of the whole.

    Args:
        cut: The shingles of the batch.
        parameters: Which permutations.

    Returns:
        `signatures`, and for each row a bit for each value (the lowest bit of the first byte for the first),
        set where the shingle that it comes from stands in the second half of the text only.
    """
    texts = len(cut.starts) - 1
    early = ~cut.late
    starts = cut.starts - np.searchsorted(np.flatnonzero(cut.late), cut.starts)
    hashes = np.concatenate([cut.hashes[early], cut.hashes[cut.late]])
    values = signatures(hashes, np.concatenate([starts[:-1], starts[-1] + cut.starts - starts]), parameters)
    first, second = values[:texts], values[texts:]
    return np.minimum(first, second), np.packbits(second < first, axis=1, bitorder="little")


def _minima(
    block: NDArray[np.uint32], starts: NDArray[np.intp], parameters: Parameters
) -> NDArray[np.uint32]:
    factors, offsets = permutations(parameters.permutations, parameters.seed, parameters.scheme)
    minima = np.empty((parameters.permutations, len(starts)), np.uint32)
    # As many permutations at once as stay in the cache: all of them for one article, one for a full block.
    step = max(1, _BLOCK // len(block))
    buffer = np.empty((step, len(block)), np.uint32)
    for first in range(0, parameters.permutations, step):
        rows = slice(first, first + step)
        permuted = buffer[: len(factors[rows])]
        np.multiply(factors[rows, np.newaxis], block, out=permuted)
        np.add(permuted, offsets[rows, np.newaxis], out=permuted)
        np.minimum.reduceat(permuted, starts, axis=1, out=minima[rows])
    return minima.T


def _premix(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """MurmurHash3's 32-bit finaliser (Appleby 2011), which datasketch's affine schemes apply first."""
    mixed = values >> np.uint32(16)
    shifted = np.empty_like(mixed)
    np.bitwise_xor(mixed, values, out=mixed)
    np.multiply(mixed, np.uint32(0x85EBCA6B), out=mixed)
    np.bitwise_xor(mixed, np.right_shift(mixed, np.uint32(13), out=shifted), out=mixed)
    np.multiply(mixed, np.uint32(0xC2B2AE35), out=mixed)
    np.bitwise_xor(mixed, np.right_shift(mixed, np.uint32(16), out=shifted), out=mixed)
    return mixed


def band_keys(values: NDArray[np.uint32], parameters: Parameters) -> NDArray[np.uint32]:
    """32-bit keys of the LSH bands: row per text, column per band.

    Band ``i`` covers values ``i * rows`` to ``(i + 1) * rows``, as in `datasketch.MinHashLSH`; its number is
    mixed in, so that all bands share one table.
    """
    used = values[:, : parameters.bands * parameters.rows]
    rows = used.reshape(len(values), parameters.bands, parameters.rows)
    keys = _band_seeds(parameters.bands)
    for row in range(parameters.rows):
        keys = (keys ^ rows[:, :, row]) * np.uint64(0xBF58476D1CE4E5B9)
        keys = keys ^ (keys >> np.uint64(29))
    return (keys >> np.uint64(16)).astype(np.uint32)


@cache
def _band_seeds(bands: int) -> NDArray[np.uint64]:
    return np.arange(1, bands + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)


def to_bytes(values: NDArray[np.uint32], parameters: Parameters) -> list[bytes]:
    """Each signature as `datasketch.LeanMinHash` serialises it with byteorder ``"<"`` (269 bytes for 64)."""
    header = _HEADER.pack(parameters.seed, -parameters.permutations, _AFFINE32_CODE)
    return [header + row.tobytes() for row in np.ascontiguousarray(values, "<u4")]


def from_bytes(signatures: Sequence[bytes], parameters: Parameters) -> NDArray[np.uint32]:
    """The MinHash values of serialised signatures, a row each.

    Raises:
        StoredFormError: One is not a signature of these parameters.
    """
    header = _HEADER.pack(parameters.seed, -parameters.permutations, _AFFINE32_CODE)
    length = len(header) + 4 * parameters.permutations
    for signature in signatures:
        if len(signature) != length or not signature.startswith(header):
            raise StoredFormError(
                f"a stored signature of {len(signature)} bytes is not a LeanMinHash of "
                f"{parameters.permutations} values, seed {parameters.seed}, {parameters.scheme}; "
                "compute it again from the text"
            )
    joined = b"".join(signature[len(header) :] for signature in signatures)
    return np.frombuffer(joined, "<u4").reshape(len(signatures), parameters.permutations)


def low_bytes(signature: bytes) -> bytes:
    """The lowest 8 bits of every value of a serialised signature: enough to estimate similarity.

    Li & König (2010): b-bit minwise hashing loses little for b = 8, at a quarter of the size.
    """
    return signature[_HEADER.size :: 4]
