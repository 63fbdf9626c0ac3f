"""From bytes as transferred to content: whatever compression is found in them is undone.

Content-Encoding is a hint. Servers and caches name gzip over plain bytes, compress twice, name nothing over
compressed bytes, or serve `.gz` files as they are; the first bytes of gzip, zlib and Zstandard tell what they
are (RFC 1952, RFC 1950, RFC 8878). Brotli and raw deflate have no signature: they are tried where they are
named, or where the bytes are no text and come out as one.
"""

import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_LAYERS = 5
"""Compressions around each other that are undone: a proxy around a cache around a `.gz` file makes three."""

MOST_MEMBERS = 1000
"""Streams behind each other in one body. Log-like files have dozens; each costs a look at the rest."""

CHUNK = 1 << 18
"""Bytes that are unpacked at once: the bound on size is looked at so often."""

WINDOW = 1 << 16
"""Bytes given to the decompressor at once: what it hands back unused is copied."""

SAMPLE = 4096
"""Bytes by which a body is taken for text or for something else."""

STRAY = 100
"""One control character in so many bytes occurs in damaged texts; compressed bytes have eleven."""

_GZIP = b"\x1f\x8b\x08"
_ZSTD = b"\x28\xb5\x2f\xfd"
_CONTROLS = bytes({*range(9), 11, *range(14, 32), 127})


class Encoding(StrEnum):
    """A compression, by its name in Content-Encoding (RFC 9110, section 8.4.1)."""

    GZIP = "gzip"
    DEFLATE = "deflate"
    BROTLI = "br"
    ZSTD = "zstd"


ACCEPTED = ", ".join(Encoding)
"""What a request may say in Accept-Encoding."""


class ContentTooLargeError(Exception):
    """The content is larger than it may be."""


class _CutShortError(Exception):
    """A compressed stream stops before its end."""


@dataclass(frozen=True, slots=True)
class Content:
    """Content as it was before anything compressed it.

    `is_complete` is false where a stream stopped before its end, or where the content was cut at the bound.
    """

    body: bytes
    is_complete: bool = True


def content_of(
    body: bytes, encodings: Sequence[str] = (), *, max_bytes: int, cut: bool = False, complete: bool = True
) -> Content:
    """Undo all compression of a body.

    Args:
        body: The bytes as transferred.
        encodings: What Content-Encoding names; anything may stand there.
        max_bytes: Bytes that the content may have.
        cut: Return the first `max_bytes` bytes of larger content instead of raising.
        complete: Whether the transfer came to its end.

    Raises:
        ContentTooLargeError: The content has more bytes than `max_bytes`.
    """
    names = set(map(str.strip, ",".join(encodings).lower().split(",")))
    for undone in range(MOST_LAYERS):
        layer = _unpacked(body, names, max_bytes, cut)
        if layer is None:
            # It has a signature, or a name and no text, and nothing comes of it: cut off or damaged.
            is_named = not undone and bool(names.intersection(Encoding)) and not looks_like_text(body)
            complete = complete and not body.startswith((_GZIP, _ZSTD)) and not is_named
            break
        body = layer.body
        complete = complete and layer.is_complete
    return Content(body, complete)


def looks_like_text(body: bytes) -> bool:
    """Whether a body's beginning could be text, in any encoding."""
    head = body[:SAMPLE]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    # In UTF-16 the other byte of each character of the markup is NUL.
    wide = max(head[0::2].count(0), head[1::2].count(0)) * 4 > len(head)
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return wide or controls * STRAY <= len(head)


def _unpacked(body: bytes, names: set[str], max_bytes: int, cut: bool) -> Content | None:
    """The content of a body's outermost compression, or None where it has none."""
    signed = _signed(body)
    if signed is not None:
        return _collect(signed(body), max_bytes, cut)
    is_text = looks_like_text(body)
    for name, chunks in ((Encoding.BROTLI, _brotli), (Encoding.DEFLATE, _raw_deflate)):
        if is_text and name not in names:
            continue
        layer = _collect(chunks(body), max_bytes, cut)
        if layer is None:
            continue
        came_to_an_end = layer.is_complete or len(layer.body) == max_bytes
        if _is_plausible(layer, came_to_an_end, is_named=name in names, was_text=is_text):
            return layer
    return None


def _is_plausible(layer: Content, came_to_an_end: bool, *, is_named: bool, was_text: bool) -> bool:
    """Whether what came of an encoding without a signature is more than chance."""
    if not layer.body:
        return False
    if is_named:
        return came_to_an_end or not was_text
    return layer.is_complete and (looks_like_text(layer.body) or _signed(layer.body) is not None)


def _signed(body: bytes) -> Callable[[bytes], Iterator[bytes]] | None:
    """The decompressor that a body's first bytes call for."""
    if body.startswith(_GZIP):
        return _gzip
    if body.startswith(_ZSTD):
        return _zstd
    # RFC 1950, 2.2: method 8, a window of at most 32 KiB, and a check in the two bytes; no text begins so
    # but "x^" and the like, which then does not unpack.
    if len(body) > 2 and body[0] & 0x8F == 0x08 and int.from_bytes(body[:2], "big") % 31 == 0:
        return _zlib
    return None


def _collect(chunks: Iterator[bytes], max_bytes: int, cut: bool) -> Content | None:
    """Put the chunks together within the bound; None where nothing comes of a stream that broke off."""
    parts: list[bytes] = []
    size, complete = 0, True
    try:
        for chunk in chunks:
            parts.append(chunk)
            size += len(chunk)
            if size > max_bytes:
                if not cut:
                    raise ContentTooLargeError(f"it unpacks to more than {max_bytes} bytes")
                complete = False
                break
    except _CutShortError:
        complete = False
    body = b"".join(parts)[:max_bytes]
    return Content(body, complete) if body or complete else None


def _gzip(body: bytes) -> Iterator[bytes]:
    """Unpack gzip members, one behind the other; what follows them is ignored, as gzip itself does."""
    at = 0
    for _ in range(MOST_MEMBERS):
        at = yield from _inflate(body, at, zlib.MAX_WBITS | 16)
        if not body.startswith(_GZIP, at):
            return


def _zlib(body: bytes) -> Iterator[bytes]:
    yield from _inflate(body, 0, zlib.MAX_WBITS)


def _raw_deflate(body: bytes) -> Iterator[bytes]:
    yield from _inflate(body, 0, -zlib.MAX_WBITS)


def _inflate(body: bytes, at: int, wbits: int) -> Generator[bytes, None, int]:
    """Unpack one stream that begins at `at`; returns where it ends."""
    reader = zlib.decompressobj(wbits)
    try:
        while not reader.eof:
            window = reader.unconsumed_tail
            if not window:
                window = body[at : at + WINDOW]
                at += len(window)
            chunk = reader.decompress(window, CHUNK)
            if not window and not chunk:
                raise _CutShortError
            yield chunk
    except zlib.error:
        raise _CutShortError from None
    return at - len(reader.unused_data)


def _brotli(body: bytes) -> Iterator[bytes]:
    try:
        import brotli
    except ImportError:  # on PyPy
        import brotlicffi as brotli
    reader = brotli.Decompressor()
    try:
        chunk = reader.process(body, output_buffer_limit=CHUNK)
        while chunk:
            yield chunk
            chunk = b"" if reader.is_finished() else reader.process(b"", output_buffer_limit=CHUNK)
    except brotli.error:
        raise _CutShortError from None
    if not reader.is_finished():
        raise _CutShortError


def _zstd(body: bytes) -> Iterator[bytes]:
    try:
        from compression import zstd
    except ImportError:  # before Python 3.14
        from backports import zstd
    for _ in range(MOST_MEMBERS):
        reader = zstd.ZstdDecompressor()
        try:
            chunk = reader.decompress(body, CHUNK)
            while chunk:
                yield chunk
                chunk = b"" if reader.eof else reader.decompress(b"", CHUNK)
        except zstd.ZstdError:
            raise _CutShortError from None
        if not reader.eof:
            raise _CutShortError
        body = reader.unused_data
        if not body:
            return
