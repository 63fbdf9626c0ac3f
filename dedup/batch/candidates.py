"""Candidates among the documents of a whole archive: neighbours in the buckets of the bands."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup.batch.columns import Numbers
from dedup.parameters import Parameters
from dedup.signature import band_keys

NEIGHBOURS = 1
"""In a bucket of many, a document is compared with so many before it, and with the first of all. Two copies
share several buckets: on planted corpora more neighbours found none, and two thirds more candidates."""


def more_bands(parameters: Parameters) -> Parameters:
    """The parameters with twice as many bands as an index has: here bands cost no memory that lasts."""
    limit = parameters.permutations // parameters.rows
    return replace(parameters, bands=min(2 * parameters.bands, limit))


def bucket_count(parameters: Parameters) -> int:
    """How many bucket keys a document has."""
    return more_bands(parameters).bands + 1


def bucket_keys(
    values: NDArray[np.uint32], digests: NDArray[np.uint64], parameters: Parameters
) -> NDArray[np.uint32]:
    """The bucket keys of documents: those of the bands, and of the text itself.

    Equal texts are candidates whatever else shares their bands.

    Args:
        values: Their MinHash values, a row for each.
        digests: Their text hashes, two numbers for each.
        parameters: How signatures are made.
    """
    texts = (digests[:, :1] & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    return np.concatenate([band_keys(values, more_bands(parameters)), texts], axis=1)


def neighbours(keys: NDArray[np.uint32], before: int = NEIGHBOURS) -> Iterator[tuple[Numbers, Numbers]]:
    """Pairs of documents that share a bucket: each with some before it, and with the first.

    By sorted arrays in memory, about 200 bytes for each document while it works.

    Args:
        keys: Band keys, a row for each document, in order of publication.
        before: How many before it.

    Yields:
        Once: the later and the earlier row of each pair, each pair once, ascending.
    """
    count = np.uint64(len(keys))
    pair_codes = [np.empty(0, np.uint64)]
    for column in keys.T:
        order = np.argsort(column, kind="stable")
        for later, earlier in bucket_pairs(column[order], order, before):
            pair_codes.append(_codes(later, earlier, count))
    pairs = np.unique(np.concatenate(pair_codes))
    yield (
        (pairs // max(count, np.uint64(1))).astype(np.intp),
        (pairs % max(count, np.uint64(1))).astype(np.intp),
    )


def bucket_pairs(
    keys: NDArray[np.uint32], documents: NDArray[Any], before: int = NEIGHBOURS
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Pairs of documents that share a bucket of one band, see `neighbours`.

    Args:
        keys: The keys of the band, ascending.
        documents: The document of each, ascending where keys are the same.
        before: How many before it.

    Yields:
        The later and the earlier document of each pair.
    """
    opens = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])[: len(keys)])
    first = np.repeat(opens, np.diff(opens, append=len(keys)))
    places = np.arange(len(keys))
    for distance in range(1, before + 1):
        shared = places - first >= distance
        yield documents[shared], documents[places[shared] - distance]
    far = places - first > before
    yield documents[far], documents[first[far]]


def _codes(later: Numbers, earlier: Numbers, count: np.uint64) -> NDArray[np.uint64]:
    return np.unique(later.astype(np.uint64) * count + earlier.astype(np.uint64))
