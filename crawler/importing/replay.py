"""Addresses of replayed captures: what a web archive serves in place of the site.

``https://web.archive.org/web/20240131120000id_/https://example.org/a`` is the page of the second address as
it was captured at that time. ``id_`` asks for the bytes as they were; other flags give pages that were
rewritten.
"""

import re
from datetime import datetime

from crawler.importing.records import digits_time

_REPLAYED = re.compile(
    r"\Ahttps?://[^/]{1,255}/(?:[^/]{1,100}/){0,3}(\d{14})id_/(https?://.{1,8000})\Z",
    re.IGNORECASE | re.DOTALL,
)


def replayed(url: str) -> tuple[str, datetime] | None:
    """The original address and time of a replayed capture; None for any other address."""
    match = _REPLAYED.match(url)
    captured_at = digits_time(match[1]) if match else None
    return (match[2], captured_at) if match and captured_at else None
