"""Zip files: WACZ, and saved pages that were packed. Nothing in them is ever written by its name.

A zip says of itself how large its files are and where they lie; none of that is believed.
"""

import hashlib
import io
import json
import re
import stat
import struct
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, BinaryIO

from crawler.importing.records import TooLargeError, UnreadableError, plausible_time

if TYPE_CHECKING:
    from typing_extensions import Buffer

MOST_MEMBERS = 1_000_000
"""Files in a zip: a mirror of a large outlet has some hundred thousand."""
CHUNK = 1 << 18
_DRIVE = re.compile(r"[A-Za-z]:")
_TIMES = 0x5455
"""Tag of the extra field that holds times in UTC (Info-ZIP, "extended timestamp")."""


class ByteRange(io.RawIOBase):
    """A part of a file, as a file of its own.

    Args:
        file: The file; it is closed with this.
        start: Where the part begins.
        length: Its bytes.
    """

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        self._file, self.start, self._length = file, start, length
        self._at = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be sought in."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to an offset, as `io.IOBase.seek`."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """Where it stands."""
        return self._at

    def readinto(self, buffer: "Buffer") -> int:
        """Read as much as the buffer takes."""
        view = memoryview(buffer)
        self._file.seek(self.start + self._at)
        content = self._file.read(min(len(view), max(0, self._length - self._at)))
        view[: len(content)] = content
        self._at += len(content)
        return len(content)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


@lru_cache(maxsize=4)
def open_zip(path: str) -> zipfile.ZipFile:
    """A zip file, opened once.

    Raises:
        UnreadableError: It is damaged, or has too many files.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (
        zipfile.BadZipFile,
        ValueError,
        NotImplementedError,
        struct.error,
        UnicodeError,
        EOFError,
    ) as error:
        raise UnreadableError(f"the zip cannot be read: {error}") from None
    if len(archive.infolist()) > MOST_MEMBERS:
        raise UnreadableError(f"it holds more than {MOST_MEMBERS} files")
    return archive


def members(archive: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    """Yield the files of a zip in order, each with what speaks against reading it; empty: nothing does."""
    names: set[str] = set()
    for info in archive.infolist():
        if info.is_dir():
            continue
        yield info, _objection(info, names)
        names.add(info.filename)


def _objection(info: zipfile.ZipInfo, names: set[str]) -> str:
    name = info.filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or _DRIVE.match(name):
        return "its name leads out of the archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "it is a link to another file"
    if info.flag_bits & 0x1:
        return "it is encrypted"
    if info.filename in names:
        return "another file of the archive has the same name"
    return ""


def member_time(info: zipfile.ZipInfo) -> datetime | None:
    """When a file was last changed; the zip's own times have no zone and count as UTC."""
    extra = info.extra
    while len(extra) >= 4:
        tag, length = struct.unpack("<HH", extra[:4])
        if tag == _TIMES and length >= 5 and extra[4] & 1:
            return plausible_time(datetime.fromtimestamp(struct.unpack("<i", extra[5:9])[0], UTC))
        extra = extra[4 + length :]
    try:
        return plausible_time(datetime(*info.date_time, tzinfo=UTC))
    except ValueError:
        return None


def open_stored(path: str, info: zipfile.ZipInfo) -> "io.BufferedReader[ByteRange] | None":
    """A file that is not compressed, where it lies in the zip; None for a compressed one."""
    if info.compress_type != zipfile.ZIP_STORED:
        return None
    file = open(path, "rb")  # noqa: SIM115, PTH123 - who opens it closes it
    file.seek(info.header_offset)
    header = file.read(30)
    if len(header) < 30 or not header.startswith(b"PK\x03\x04"):
        file.close()
        raise UnreadableError("the zip names a place where no file begins")
    name, extra = struct.unpack("<HH", header[26:30])
    start = info.header_offset + 30 + name + extra
    return io.BufferedReader(ByteRange(file, start, info.file_size), 1 << 16)


def read_member(archive: zipfile.ZipFile, name: str, max_bytes: int, *, cut: bool = False) -> bytes:
    """The content of a file in a zip.

    Args:
        archive: The zip.
        name: The file's name.
        max_bytes: Bytes that it may have.
        cut: Return the beginning of a larger one.

    Raises:
        TooLargeError: It has more.
        UnreadableError: It is damaged.
    """
    content = bytearray()
    for chunk in member_chunks(archive, name):
        content += chunk
        if len(content) > max_bytes:
            if cut:
                break
            raise TooLargeError(f"it is larger than {max_bytes} bytes")
    return bytes(content[:max_bytes])


def member_chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Yield the content of a file in a zip, unpacked.

    Raises:
        UnreadableError: It is damaged.
    """
    try:
        with archive.open(name) as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except (
        zipfile.BadZipFile,
        KeyError,
        OSError,
        EOFError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise UnreadableError(f"it is damaged: {error}") from None
    except Exception as error:
        if type(error).__module__ in ("zlib", "lzma", "_lzma", "bz2"):
            raise UnreadableError(f"its compression is damaged: {error}") from None
        raise


PACKAGE, PACKAGE_DIGEST = "datapackage.json", "datapackage-digest.json"
"""Files of a WACZ: the hashes of all others, and the hash of that file."""
MOST_DESCRIPTION = 1 << 26
"""Bytes of such a file that are read."""
_UNCOMPARED = "no file was compared with its hash"
_CHANGED = (
    "it is not as the package says: it was changed or damaged since; what is read of it stands as it is"
)


def package_faults(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Yield the files of a package (WACZ) that are not what it says of them, each with what is wrong.

    A zip that is no package has none. What the package says is not proven by that: whoever changes a file may
    write its hash anew.
    """
    names = set(archive.namelist())
    if PACKAGE not in names:
        return
    try:
        description = read_member(archive, PACKAGE, MOST_DESCRIPTION)
    except UnreadableError as error:
        yield PACKAGE, f"{error}; {_UNCOMPARED}"
        return
    resources = _stated(archive, PACKAGE).get("resources")
    if not isinstance(resources, list):
        yield PACKAGE, f"it is no description of a package; {_UNCOMPARED}"
        return
    digest = _stated(archive, PACKAGE_DIGEST).get("hash")
    if isinstance(digest, str) and _differs(digest, hashlib.sha256(description)):
        yield PACKAGE, f"{_CHANGED} ({PACKAGE_DIGEST})"
    for resource in resources:
        if not isinstance(resource, dict) or not isinstance(resource.get("path"), str):
            continue
        name, stated = resource["path"], resource.get("hash")
        if name not in names:
            yield name, f"{PACKAGE} names it, and it is not in the package"
        elif isinstance(stated, str) and (fault := _member_fault(archive, name, stated)):
            yield name, fault


def _stated(archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    """The object in a file of JSON of a package; empty where there is none."""
    try:
        content = json.loads(read_member(archive, name, MOST_DESCRIPTION))
    except (UnreadableError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _member_fault(archive: zipfile.ZipFile, name: str, stated: str) -> str:
    algorithm = stated.partition(":")[0].lower()
    if algorithm not in ("sha256", "sha1", "md5", "sha512"):
        return ""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    try:
        for chunk in member_chunks(archive, name):
            digest.update(chunk)
    except UnreadableError as error:
        return str(error)
    return f"{_CHANGED} ({PACKAGE})" if _differs(stated, digest) else ""


def _differs(stated: str, digest: "hashlib._Hash") -> bool:
    return stated.rpartition(":")[2].lower() != digest.hexdigest()
