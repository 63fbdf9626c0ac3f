"""The table of permutations is datasketch's."""

import subprocess
import sys

import numpy as np
import pytest
from datasketch import MinHash

from dedup.permutations import TABLE_COUNT, TABLE_SCHEME, TABLE_SEED, permutations


@pytest.mark.parametrize(("count", "seed"), [(TABLE_COUNT, TABLE_SEED), (TABLE_COUNT, 2), (128, 1), (16, 1)])
def test_permutations_are_datasketchs(count: int, seed: int) -> None:
    expected = MinHash(num_perm=count, seed=seed, scheme=TABLE_SCHEME).permutations
    np.testing.assert_array_equal(permutations(count, seed, TABLE_SCHEME), expected)


def test_the_usual_signature_needs_no_scipy() -> None:
    code = (
        "import sys, dedup; dedup.prepare('a', 'one two three four five six');"
        "sys.exit('scipy' in sys.modules or 'datasketch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
