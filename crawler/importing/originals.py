"""Reading again what was imported: the page of a record by what the archive says of its place.

What is stored names a file, where the record begins and ends in it, and the hash of its page. Whether that
file had to be unpacked first, and what a record in it looks like, is seen by what gives this page.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from crawler.importing.records import Location, Payload, Record, RecordKind, UnreadableError
from crawler.importing.sources import Reader


@dataclass(frozen=True, slots=True)
class Original:
    """A record that was imported where it lies.

    Attributes:
        file: The file; of one in a zip both, with an exclamation mark between.
        begin: Where the record begins, in bytes.
        end: Where it ends; not above `begin`: the whole file.
        sha256: Hex SHA-256 of its page.
    """

    file: str
    begin: int
    end: int
    sha256: str

    @property
    def path(self) -> Path:
        """The file on the disk, which may be gone."""
        return Path(_parts(self.file)[0])


def read_original(reader: Reader, original: Original) -> Payload:
    """Read the page of a record that was imported.

    Args:
        reader: Reads files of imports.
        original: The record.

    Raises:
        UnreadableError: It is gone, or not what it was.
    """
    return _read(reader, original)[1]


def original_file(reader: Reader, original: Original) -> Path:
    """The file on the disk that has the record at its place: of one that was packed, what it unpacks to.

    Args:
        reader: Reads files of imports.
        original: The record.

    Raises:
        UnreadableError: It is gone, or not what it was.
    """
    location, _ = _read(reader, original)
    return reader.unpacked_file(location)


def _read(reader: Reader, original: Original) -> tuple[Location, Payload]:
    problem = "its page is not the one that was imported"
    for location, read in _readings(reader, original):
        try:
            payload = read()
        except UnreadableError as error:
            problem = str(error)
            continue
        if hashlib.sha256(payload.body).hexdigest() == original.sha256:
            return location, payload
    raise UnreadableError(f"{original.file} at {original.begin}: {problem}")


def _readings(reader: Reader, original: Original) -> Iterator[tuple[Location, Callable[[], Payload]]]:
    """The ways in which the record may have to be read, with its place."""
    path, member = _parts(original.file)
    length = max(0, original.end - original.begin)
    places = [Location(path, member, original.begin, length)]
    if length:
        places.append(Location(path, member, original.begin, length, spooled=True))
    for place in places:
        yield place, partial(reader.payload, Record(place, RecordKind.PAGE))
        yield place, partial(reader.payload, Record(place, RecordKind.ARTICLE))
    yield places[0], partial(reader.page_within, places[0])


def _parts(file: str) -> tuple[str, str]:
    """A file, and the one in it: names may have exclamation marks, too."""
    path, mark, member = file, "", ""
    while not Path(path).exists() and "!" in path:
        path, mark, rest = path.rpartition("!")
        member = f"{rest}!{member}" if member else rest
    return (path, member) if mark and Path(path).exists() else (file, "")
