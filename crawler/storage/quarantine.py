"""Quarantine: pages that a person should look at, with their bytes as fetched."""

import gzip
from datetime import datetime

from bson.binary import Binary
from pymongo.database import Database

from crawler.model.sentence import message_of
from crawler.storage.schema import Document
from crawler.storage.warc.references import CaptureReference

MOST_BYTES = 12 * 1024 * 1024
"""MongoDB takes documents of 16 MB; what is larger after compression is kept cut, and says so."""


def quarantine(
    db: Database[Document],
    page_key: str,
    *,
    site: str,
    url: str,
    reason: str,
    html: bytes,
    fetched_at: datetime,
    capture: CaptureReference | None = None,
) -> None:
    """Keep a page for a person; a later fetch of the same page replaces it."""
    packed = gzip.compress(html, compresslevel=6, mtime=0)
    cut = len(packed) > MOST_BYTES
    db.quarantine.replace_one(
        {"_id": page_key},
        {
            "site": site,
            "url": url,
            "reason": reason,
            "message": message_of(reason),
            "fetched_at": fetched_at,
            "bytes": len(html),
            "cut": cut,
            "capture": capture and capture.as_document(),
            "gzip": Binary(packed[:MOST_BYTES]),
        },
        upsert=True,
    )


def count_quarantined(db: Database[Document], site: str) -> int:
    """How many pages of a site are in quarantine."""
    return len(list(db.quarantine.find({"site": site}, {"_id": 1})))
