"""Earlier wordings of articles: what their sites had said before, and what had been read in the same page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from crawler.storage.schema import Document
from crawler.storage.warc.references import CaptureReference


@dataclass(frozen=True, slots=True)
class Revision:
    """An earlier wording of an article, and from when to when its site had it so.

    `revision` is its number; 0 for a wording that was learned later, from an import.
    """

    revision: int
    title: str
    text: str
    seen_from: datetime
    seen_until: datetime
    text_sha256: str | None = None
    html_sha256: str | None = None
    capture: CaptureReference | None = None

    @classmethod
    def from_document(cls, document: Document) -> Self:
        """Read the record in a document of `revisions`."""
        capture = document.get("capture")
        return cls(
            revision=int(document["revision"]),
            title=document["title"],
            text=document["text"],
            seen_from=document["seen_from"],
            seen_until=document["seen_until"],
            text_sha256=document.get("text_sha256"),
            html_sha256=document.get("html_sha256"),
            capture=CaptureReference.from_document(capture) if capture else None,
        )


@dataclass(frozen=True, slots=True)
class EarlierReading:
    """What was read in an article's page before the same page was read again, better."""

    revision: int
    title: str
    text: str
    read_until: datetime
    text_sha256: str
    html_sha256: str | None = None
    capture: CaptureReference | None = None

    @classmethod
    def from_document(cls, document: Document) -> Self:
        """Read the record in a document of `readings`."""
        capture = document.get("capture")
        return cls(
            revision=int(document["revision"]),
            title=document["title"],
            text=document["text"],
            read_until=document["read_until"],
            text_sha256=document["text_sha256"],
            html_sha256=document.get("html_sha256"),
            capture=CaptureReference.from_document(capture) if capture else None,
        )
