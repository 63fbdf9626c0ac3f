"""Bytes as transferred become content, whatever the headers name."""

import gzip
import random
import zlib
from collections.abc import Callable

import brotli
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsing.content import ContentTooLargeError, content_of, looks_like_text

PAGE = (
    "<html><body>" + "".join(f"<p>خبر رقم {number}</p>" for number in range(300)) + "</body></html>"
).encode()
MOST = 1_000_000


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "raw deflate": raw_deflate,
    "br": brotli.compress,
    "zstd": zstd.compress,
    "plain": bytes,
}
NAMES = [(), ("gzip",), ("deflate",), ("br",), ("zstd",), ("x-gzip, utf-8",), ("none",), ("br, gzip",)]


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize("packer", PACKERS)
def test_every_compression_is_undone_under_every_name(packer: str, names: tuple[str, ...]) -> None:
    content = content_of(PACKERS[packer](PAGE), names, max_bytes=MOST)
    assert (content.body == PAGE, content.is_complete) == (True, True)


@pytest.mark.parametrize("inner", PACKERS)
@pytest.mark.parametrize("outer", PACKERS)
def test_compressions_around_each_other_are_undone(outer: str, inner: str) -> None:
    """Some have no signature: within each other they need their names."""
    packed = PACKERS[outer](PACKERS[inner](PAGE))
    assert content_of(packed, ["br, deflate"], max_bytes=MOST).body == PAGE
    if "zlib" in (inner, outer) or "gzip" in (inner, outer):
        assert content_of(packed, max_bytes=MOST).body == PAGE


def test_gzip_members_and_zstd_frames_are_joined_and_padding_is_ignored() -> None:
    half = len(PAGE) // 2
    for pack in (gzip.compress, zstd.compress):
        assert content_of(pack(PAGE[:half]) + pack(PAGE[half:]), max_bytes=MOST).body == PAGE
    assert content_of(gzip.compress(PAGE) + b"\0" * 512, max_bytes=MOST).body == PAGE


@pytest.mark.parametrize("packer", ["gzip", "zlib", "zstd"])
def test_a_stream_that_stops_gives_what_came_and_says_so(packer: str) -> None:
    packed = PACKERS[packer](PAGE)
    content = content_of(packed[: len(packed) * 3 // 4], max_bytes=MOST)
    assert not content.is_complete
    assert PAGE.startswith(content.body) or content.body == packed[: len(packed) * 3 // 4]


def test_noise_under_the_name_of_a_compression_is_damaged() -> None:
    noise = random.Random(1).randbytes(4096)
    assert not content_of(noise, ["br"], max_bytes=MOST).is_complete
    assert content_of(noise, max_bytes=MOST).is_complete


def test_a_bomb_is_refused_or_cut_in_every_form() -> None:
    bomb = b"a" * 2 * MOST
    for packer in PACKERS.values():
        packed = packer(bomb)
        if packed == bomb:
            continue
        with pytest.raises(ContentTooLargeError):
            content_of(packed, ["br, deflate"], max_bytes=MOST)
        content = content_of(packed, ["br, deflate"], max_bytes=MOST, cut=True)
        assert (len(content.body), content.is_complete) == (MOST, False)
    with pytest.raises(ContentTooLargeError):
        content_of(gzip.compress(gzip.compress(bomb)), max_bytes=MOST)


@pytest.mark.parametrize(
    "body",
    [
        PAGE,
        "نص بالعربية".encode("cp1256"),
        "<html>نص".encode("utf-16"),
        "<html>".encode("utf-16-le"),
        b"x^2 + y^2",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)) * 8,
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
        b"",
    ],
)
def test_what_is_not_compressed_stays_as_it_is(body: bytes) -> None:
    assert content_of(body, ["gzip, br"], max_bytes=MOST).body == body


@given(st.binary(max_size=2000), st.sampled_from(NAMES))
def test_no_bytes_break_it(body: bytes, names: tuple[str, ...]) -> None:
    for start in (b"", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\x78\x9c"):
        assert len(content_of(start + body, names, max_bytes=MOST).body) <= MOST


def test_many_empty_members_take_no_long_time() -> None:
    """Each costs little, and there is a bound."""
    assert content_of(gzip.compress(PAGE) + gzip.compress(b"") * 200_000, max_bytes=MOST).body == PAGE


def test_random_looking_bytes_are_no_text_and_letters_are() -> None:
    assert looks_like_text(PAGE)
    assert not looks_like_text(gzip.compress(PAGE))
