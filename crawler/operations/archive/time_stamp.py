"""Have the custody log's head stamped by a time-stamping authority, once a day at most."""

import hashlib
import http.client
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pymongo.database import Database
from pymongo.errors import PyMongoError

from crawler.custody.entries import EventKind, Head, new_event
from crawler.custody.time_stamps import TimeStampError, certificates_of, stamp_request, stamped_at
from crawler.errors import KhabarError, UsageError
from crawler.settings import Settings
from crawler.storage.connect import open_stores
from crawler.storage.custody import CustodyLog, TimeStamp, keep_time_stamp, log_head, time_stamps
from crawler.storage.schema import Document

EVERY = timedelta(days=1)
TIMEOUT = 20.0
"""Seconds that an authority may take; they answer in less than one."""
MOST_BYTES = 64 * 1024
"""Of an answer; with a chain of certificates it has some 5 KB."""


def stamp_archive(settings: Settings, notice: Callable[[str], None]) -> None:
    """Have the custody log stamped where that is due; what goes wrong is reported, and nothing else fails.

    Args:
        settings: Name the authority and the stores.
        notice: Given a sentence about what went wrong.
    """
    if settings.timestamp_url is None:
        return
    try:
        with open_stores(settings) as stores:
            problem = stamp_when_due(stores.db, settings)
    except (KhabarError, PyMongoError) as error:
        problem = f"the custody log was not stamped: {error}"
    if problem is not None:
        notice(problem)


def stamp_when_due(db: Database[Document], settings: Settings, now: datetime | None = None) -> str | None:
    """Have the log's head stamped, where an authority is set and the last stamp is a day old.

    Args:
        db: The database.
        settings: Name the authority.
        now: The present time.

    Returns:
        What went wrong, in a sentence; None: nothing did, or nothing was due. A stamp that is missing makes
        nothing else fail.
    """
    if settings.timestamp_url is None:
        return None
    now = now or datetime.now(UTC)
    last = next(reversed(time_stamps(db)), None)
    if last is not None and now - last.at < EVERY:
        return None
    head = log_head(db)
    if head is None or (last is not None and last.number == head.number):
        return None
    try:
        stamp = request_stamp(head, settings)
    except (TimeStampError, OSError, http.client.HTTPException) as error:
        why = getattr(error, "reason", error)
        return f"the custody log could not be stamped by {settings.timestamp_url}: {why}"
    keep_time_stamp(db, stamp)
    sha256 = hashlib.sha256(stamp.token).hexdigest()
    event = new_event(
        EventKind.TIME_STAMP, stamp.at, "", str(stamp.number), sha256=sha256, authority=stamp.authority
    )
    log = CustodyLog()
    log.append(db, [event])
    log.close(db)
    return None


def request_stamp(head: Head, settings: Settings) -> TimeStamp:
    """Ask the authority for a stamp over an entry's hash, and check it.

    Raises:
        TimeStampError: What it answers is no stamp of this hash.
        OSError: It cannot be reached.
    """
    stamping = stamp_request(head.sha256)
    url = settings.timestamp_url or ""
    request = urllib.request.Request(  # noqa: S310  # the settings allow http and https alone
        url,
        data=stamping.data,
        headers={"Content-Type": "application/timestamp-query", "User-Agent": settings.user_agent},
        method="POST",
    )
    with urllib.request.build_opener().open(request, timeout=TIMEOUT) as answer:
        token: bytes = answer.read(MOST_BYTES)
    at = stamped_at(token, head.sha256, trusted_roots(settings), stamping.nonce)
    return TimeStamp(head.number, head.sha256, token, url, at)


def trusted_roots(settings: Settings) -> list[bytes]:
    """The certificates of authorities that are trusted, DER.

    Raises:
        UsageError: The file that is set cannot be read.
    """
    path: Path | None = settings.timestamp_roots
    if path is None:
        return []
    try:
        return certificates_of(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"KHABAR_TIMESTAMP_ROOTS: {path} holds no certificates (PEM): {error}") from None
