"""The permutations of the signature: those of datasketch's ``MinHash(64, seed=1, scheme="affine32")``.

Kept as data for two reasons. Signatures are stored for ever: no release of datasketch or numpy may change
them unnoticed, as datasketch 2.0 did; a test holds the table to datasketch. And importing datasketch loads
all of scipy, 2.5 s of processor time for each command and each worker.
"""

import base64
from functools import cache

import numpy as np
from numpy.typing import NDArray

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
