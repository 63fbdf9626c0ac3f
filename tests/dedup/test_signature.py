import subprocess
import sys

import numpy as np
import pytest
from datasketch import LeanMinHash, MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.errors import StoredFormError
from dedup.parameters import Parameters
from dedup.signature import (
    TABLE_COUNT,
    TABLE_SCHEME,
    TABLE_SEED,
    band_keys,
    from_bytes,
    low_bytes,
    permutations,
    signatures,
    to_bytes,
)

DEFAULT = Parameters()
HASHES = st.lists(st.integers(0, (1 << 32) - 1), max_size=40)


def datasketch_minhash(hashes: list[int], parameters: Parameters = DEFAULT) -> MinHash:
    minhash = MinHash(num_perm=parameters.permutations, seed=parameters.seed, hashfunc=int)
    minhash.update_batch(hashes)
    return minhash


def ours(
    texts: list[list[int]], parameters: Parameters = DEFAULT
) -> np.ndarray[tuple[int, int], np.dtype[np.uint32]]:
    starts = np.cumsum([0, *map(len, texts)])
    return signatures(np.array([value for text in texts for value in text], np.uint32), starts, parameters)


@given(st.lists(HASHES, max_size=8), st.integers(0, 5))
@settings(max_examples=80, deadline=None)
def test_values_and_bytes_are_those_of_datasketch(texts: list[list[int]], seed: int) -> None:
    parameters = Parameters(seed=seed)
    values = ours(texts, parameters)
    assert values.shape == (len(texts), 64)
    for row, serialised, text in zip(values, to_bytes(values, parameters), texts, strict=True):
        minhash = datasketch_minhash(text, parameters)
        np.testing.assert_array_equal(row, minhash.hashvalues)
        lean = LeanMinHash(minhash)
        buffer = bytearray(lean.bytesize("<"))
        lean.serialize(buffer, "<")
        assert serialised == bytes(buffer)
        assert LeanMinHash.deserialize(serialised, "<") == lean


def test_blocks_don_t_change_the_values() -> None:
    dice = np.random.default_rng(1)
    texts = [dice.integers(0, 1 << 32, size).tolist() for size in (50_000, 0, 3, 40_000, 0, 20_000, 1)]
    for row, text in zip(ours(texts), texts, strict=True):
        np.testing.assert_array_equal(row, datasketch_minhash(text).hashvalues)


@given(st.lists(HASHES.filter(bool), min_size=2, max_size=2))
@settings(max_examples=60, deadline=None)
def test_texts_share_a_band_key_where_datasketch_shares_a_band(texts: list[list[int]]) -> None:
    texts[1] = texts[0][: len(texts[0]) // 2] + texts[1]
    parameters = Parameters(bands=16, rows=2)
    lsh = MinHashLSH(num_perm=64, params=(16, 2))
    one, other = (datasketch_minhash(text) for text in texts)
    lsh.insert("one", one)
    keys = band_keys(ours(texts), parameters)
    shared = [
        bool((one.hashvalues[a:b] == other.hashvalues[a:b]).all()) for a, b in lsh.hashranges
    ]  # the bands as datasketch cuts them
    assert (keys[0] == keys[1]).tolist() == shared
    assert bool(lsh.query(other)) == any(shared)


def test_equal_values_in_different_bands_have_different_keys() -> None:
    keys = band_keys(np.full((1, 64), 7, np.uint32), DEFAULT)
    assert len(set(keys[0].tolist())) == DEFAULT.bands


def test_serialised_signatures_come_back() -> None:
    values = ours([[1, 2, 3], [], [4]])
    serialised = to_bytes(values, DEFAULT)
    np.testing.assert_array_equal(from_bytes(serialised, DEFAULT), values)
    assert from_bytes([], DEFAULT).shape == (0, 64)
    assert list(low_bytes(serialised[0])) == (values[0] & 255).tolist()


@pytest.mark.parametrize("damage", [lambda good: good[:-1], lambda good: b"\x02" + good[1:], lambda _: b""])
def test_refuses_what_is_no_signature_of_these_parameters(damage: object) -> None:
    good = to_bytes(ours([[1]]), DEFAULT)[0]
    with pytest.raises(StoredFormError, match="LeanMinHash of 64 values"):
        from_bytes([good, damage(good)], DEFAULT)  # type: ignore[operator]


@pytest.mark.parametrize(
    "wrong",
    [
        {"scheme": "legacy"},
        {"permutations": 128},
        {"bands": 65},
        {"bands": 1},
        {"rows": 0},
        {"shingle_words": 0},
    ],
)
def test_parameters_that_cannot_work_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Parameters(**wrong)  # type: ignore[arg-type]


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
