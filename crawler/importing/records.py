"""What an imported file holds: records, where each lies, and what was read in it."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from crawler.errors import KhabarError
from crawler.model.article import Article, Hints

EARLIEST = datetime(1991, 8, 6, tzinfo=UTC)
"""When the first web site went public: nothing was captured before."""

_REPLAYED = re.compile(
    r"\Ahttps?://[^/]{1,255}/(?:[^/]{1,100}/){0,3}(\d{14})id_/(https?://.{1,8000})\Z",
    re.IGNORECASE | re.DOTALL,
)

SLACK = timedelta(days=1)
"""How far a time of capture may lie ahead of now: clocks and zones differ."""


class RecordKind(StrEnum):
    """What a record is, as far as its headers tell."""

    PAGE = "page"
    """An answer with a page, or a page that somebody saved."""
    ANSWER = "answer"
    """An answer that is judged by its status: a page that is gone, a redirect, an error."""
    REVISIT = "revisit"
    """The same content as an earlier record, which it names."""
    ARTICLE = "article"
    """An article without its page: a row of an export."""
    OTHER = "other"
    """No page: a request, an image, an index."""
    UNREADABLE = "unreadable"
    """Damaged, foreign, or too large."""


class Ending(StrEnum):
    """How a record ends that is no page of a site; pages end as those of a crawl (`Disposition`)."""

    NO_PAGE = "no_page"
    """A request, an image, an index and the like."""
    REDIRECT = "redirect"
    """An answer that leads elsewhere: the page it leads to is a record of its own."""
    OTHER_SITE = "other_site"
    """A page of a host that belongs to no seed, or to another site than the one that was chosen."""
    FILTERED = "filtered"
    """Its host, or the language of its page, is none of those that were asked for."""
    UNREADABLE = "unreadable"
    """Damaged or foreign, or it does not say which address it is of, or when it was captured."""
    CONTENT_MISSING = "content_missing"
    """It repeats the content of a record that is not in the import."""


class UnreadableError(KhabarError):
    """A record cannot be read; the message says why, not where."""


class TooLargeError(UnreadableError):
    """A record is larger than a page may be."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a record lies.

    Attributes:
        path: The file.
        member: The file in it, where it is a zip.
        offset: Where the record begins, in bytes; of a row its line's.
        length: Its bytes as they lie there; 0: the whole file.
        spooled: Whether offset and length count in the unpacked file: its compression has no seams.
    """

    path: str
    member: str = ""
    offset: int = 0
    length: int = 0
    spooled: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.offset}"

    @property
    def file(self) -> str:
        """The file, and the one in it."""
        return f"{self.path}!{self.member}" if self.member else self.path


@dataclass(frozen=True, slots=True)
class Record:
    """A record by its headers.

    Attributes:
        location: Where it lies.
        kind: What it is.
        url: The address that it is of; empty where it has none.
        captured_at: When it was captured, aware.
        status: The status that the server answered with; 0: none.
        digest: Of its payload, as the file states it.
        record_id: Its name in the file.
        refers_to: The address whose content a revisit repeats.
        refers_at: When that was captured.
        detail: What it is, for people, where it is no page.
        note: What is wrong with it, though it can be read.
    """

    location: Location
    kind: RecordKind
    url: str = ""
    captured_at: datetime | None = None
    status: int = 0
    digest: str = ""
    record_id: str = ""
    refers_to: str = ""
    refers_at: datetime | None = None
    detail: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Payload:
    """What a record holds, unpacked.

    Attributes:
        body: The page as it was before any compression.
        content_type: The header's value.
        packed_sha256: Hex SHA-256 of the page as it was compressed for its transfer.
        hints: What was kept beside it.
        is_post: It was made of a post of WordPress's interface.
        is_cut: It stops before its end, by its record's own word.
        article: The article of a row that has no page.
    """

    body: bytes = b""
    content_type: str | None = None
    packed_sha256: str = ""
    hints: Hints = field(default_factory=Hints)
    is_post: bool = False
    is_cut: bool = False
    article: Article | None = None


def plausible_time(moment: datetime | None) -> datetime | None:
    """A time of capture, aware and in UTC; None where nothing can have been captured then."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        return None
    # The store keeps milliseconds.
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    return moment if EARLIEST <= moment <= datetime.now(UTC) + SLACK else None


def digits_time(text: str) -> datetime | None:
    """A time of 4 to 14 digits (``20240131235959``), as web archives write it; None where it is none."""
    digits = text[:14]
    if not (digits.isascii() and digits.isdecimal() and len(digits) >= 4):
        return None
    full = digits + "00000101000000"[len(digits) :]
    try:
        return plausible_time(datetime.strptime(full, "%Y%m%d%H%M%S").replace(tzinfo=UTC))
    except ValueError:
        return None


def replayed(url: str) -> tuple[str, datetime] | None:
    """The original address and time of a capture that a web archive serves; None for any other address.

    ``https://web.archive.org/web/20240131120000id_/https://example.org/a`` is the page of the second address
    as it was captured at that time. ``id_`` asks for the bytes as they were; other flags give pages that were
    rewritten.
    """
    match = _REPLAYED.match(url)
    captured_at = digits_time(match[1]) if match else None
    return (match[2], captured_at) if match and captured_at else None
