"""Which WARC record an article, a revision or a removal was read in: what the database says of it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from crawler.importing.originals import Original
from crawler.storage.warc.raw_pages import OPEN, joined_sha256, raw_folder

_ALWAYS = frozenset(("record_id", "offset", "begin", "end"))


@dataclass(frozen=True, slots=True)
class CaptureReference:
    """The record of a capture, and which records were written with it.

    Attributes:
        record_id: Its WARC-Record-ID, with angle brackets; empty where it has none, being no WARC record.
        url: Its WARC-Target-URI.
        segment: The segment's file name in the site's folder; of a record that was imported where it lies,
            the absolute path of its file.
        offset: Where its gzip member begins in the file, in bytes.
        sha256: Hex SHA-256 of its content: the payload without transfer and content encodings. It stands in
            the record as Khabar-Content-Digest, and is what an article's `html_sha256` is made of.
        payload_sha256: Hex SHA-256 of the payload without transfer encoding.
        captured_at: The record's WARC-Date, aware.
        begin: Where the first record begins that was written with it, such as redirects and requests, in
            bytes.
        end: Where the last of them ends; 0 for a file as a whole.
        parts: The further pages of the article, in order.
        answer: The server's answer that a conversion was made of.
        sources: Where the records begin and end, in bytes, that stand elsewhere in the segment and belong to
            a conversion: redirects to its answer, and what a browser was given while it drew the page.
    """

    record_id: str
    url: str
    segment: str
    offset: int
    sha256: str
    payload_sha256: str
    captured_at: datetime
    begin: int
    end: int
    parts: tuple[Self, ...] = ()
    answer: Self | None = None
    sources: tuple[tuple[int, int], ...] = ()

    @property
    def content_sha256(self) -> str:
        """What an article's `html_sha256` is: of the content, further pages included."""
        return joined_sha256([self.sha256, *(part.sha256 for part in self.parts)])

    def as_document(self) -> dict[str, Any]:
        """The reference as it is stored."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        values["parts"] = [part.as_document() for part in self.parts]
        values["answer"] = self.answer and self.answer.as_document()
        values["sources"] = [list(place) for place in self.sources]
        return {name: value for name, value in values.items() if value or name in _ALWAYS}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """The reference in a stored document.

        Raises:
            KeyError: A field is missing.
        """
        # What has no name or end, such as a page that was saved as a file, was stored without them.
        values: dict[str, Any] = {"record_id": "", "end": 0, **document}
        values["parts"] = tuple(cls.from_document(part) for part in document.get("parts") or ())
        values["answer"] = cls.from_document(document["answer"]) if document.get("answer") else None
        values["sources"] = tuple((begin, end) for begin, end in document.get("sources") or ())
        return cls(**values)

    @property
    def is_imported(self) -> bool:
        """Whether the record lies in a file that was imported, and in none of the site's segments."""
        return Path(self.segment).is_absolute()

    def path(self, data_dir: Path, site: str) -> Path:
        """The file that holds the record, which may be gone."""
        path = raw_folder(data_dir, site) / self.segment
        opened = path.with_name(path.name + OPEN)
        return opened if not path.exists() and opened.exists() else path


def original_of(reference: CaptureReference) -> Original:
    """Where a record lies that was imported."""
    return Original(reference.segment, reference.begin, reference.end, reference.sha256)


def imports_folder(data_dir: Path) -> Path:
    """The folder of ledgers, and of what imports had to unpack."""
    return (data_dir / "imports").resolve()
