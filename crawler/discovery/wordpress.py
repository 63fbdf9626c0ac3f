"""WordPress: where the older entries of its feeds are, which the feeds themselves do not say."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_GENERATOR = re.compile(rb"<generator>\s*https?://wordpress\.(?:org|com)/", re.IGNORECASE)

HEAD_BYTES = 20_000
"""The generator stands in the channel's head, before the entries."""


def is_wordpress(feed: bytes) -> bool:
    """Whether a feed says that WordPress made it."""
    return _GENERATOR.search(feed[:HEAD_BYTES]) is not None


def older_page(url: str) -> str:
    """The address of the next older page of a WordPress feed (its query variable ``paged``)."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    page = query.get("paged", "1")
    query["paged"] = str(int(page) + 1 if page.isdecimal() and len(page) < 6 else 2)
    return urlunsplit(parts._replace(query=urlencode(query)))
