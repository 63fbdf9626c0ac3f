"""What is known of each document beside its text, in numbers: some 60 bytes of memory for each.

As Python's own strings, times and tables it took 600, most of what a search for passages kept of a document.
"""

from array import array
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dedup.documents import Document
from dedup.passages.rows import Numbers

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_UNKNOWN = -(1 << 63)
"""A time of publication that is not known."""


class Catalogue:
    """Ids, stories, sources and times of publication, by the number of each document.

    Two ids, or two stories, are the same where 64 bits of a hash are: of two million some two are taken for
    one with a chance of 1 in ten million.

    Args:
        folder: An empty folder for names; None keeps them in memory.
    """

    def __init__(self, folder: Path | None) -> None:
        self._names = Numbers(np.uint8, folder and folder / "names")
        self._bounds = array("q", [0])  # of each document's id and, where it is another, its story's
        self._ids = array("Q")
        self._stories = array("Q")
        self._moments = array("q")
        self._zones = array("i")
        self._sources = array("i")
        self._zone_numbers: dict[tzinfo | None, int] = {None: 0}
        self._source_numbers: dict[str | None, int] = {None: 0}
        self._zone_of: list[tzinfo | None] = []
        self._source_of: list[str | None] = []
        self._letters: NDArray[np.uint8] = np.empty(0, np.uint8)

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, document: Document, story: str) -> None:
        """Add a document, of a story."""
        name = document.id.encode("utf-8", "surrogatepass")
        other = b"" if story == document.id else story.encode("utf-8", "surrogatepass")
        self._names.append(np.frombuffer(name + other, np.uint8))
        self._bounds.append(self._bounds[-1] + len(name))
        self._bounds.append(self._bounds[-1] + len(other))
        self._ids.append(_hash(name))
        self._stories.append(_hash(other) if other else self._ids[-1])
        zone = document.published.tzinfo if document.published else None
        self._moments.append(_microseconds(document.published))
        self._zones.append(self._zone_numbers.setdefault(zone, len(self._zone_numbers)))
        self._sources.append(self._source_numbers.setdefault(document.source, len(self._source_numbers)))

    def close(self) -> None:
        """All documents are added."""
        self._letters = self._names.read()
        self._zone_of = list(self._zone_numbers)
        self._source_of = list(self._source_numbers)

    def close_files(self) -> None:
        """Close the file of names."""
        self._names.close()

    def latest(self) -> NDArray[np.bool_]:
        """Whether a document is the last with its id."""
        ids = np.frombuffer(self._ids, np.uint64)
        order = np.argsort(ids, kind="stable")
        last = np.ones(len(ids), np.bool_)
        last[order[:-1]] = ids[order[1:]] != ids[order[:-1]]
        return last

    def story_numbers(self) -> NDArray[np.int32]:
        """A number for each document's story."""
        stories = np.frombuffer(self._stories, np.uint64)
        return np.unique(stories, return_inverse=True)[1].astype(np.int32)

    def id(self, document: int) -> str:
        """A document's id."""
        return self._name(2 * document)

    def story(self, document: int) -> str:
        """The story of a document."""
        return self._name(2 * document + 1) or self.id(document)

    def source(self, document: int) -> str | None:
        """Who published a document, or None."""
        return self._source_of[self._sources[document]]

    def published(self, document: int) -> datetime | None:
        """When a document was published, in the zone in which it was given, or None."""
        moment = self._moments[document]
        if moment == _UNKNOWN:
            return None
        zone = self._zone_of[self._zones[document]]
        published = _EPOCH + moment * _MICROSECOND
        return published.astimezone(zone) if zone else published.replace(tzinfo=None)

    def _name(self, at: int) -> str:
        return bytes(self._letters[self._bounds[at] : self._bounds[at + 1]]).decode("utf-8", "surrogatepass")


def _hash(name: bytes) -> int:
    return int.from_bytes(blake2b(name, digest_size=8).digest(), "little")


def _microseconds(moment: datetime | None) -> int:
    """Microseconds since 1970; a time without a zone is taken for UTC."""
    if moment is None:
        return _UNKNOWN
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MICROSECOND
