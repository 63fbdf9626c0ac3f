"""The day that a page's address names."""

import re
from datetime import date
from urllib.parse import unquote, urlsplit

_URL_DAY = re.compile(
    r"/(?P<y>(?:19|20)\d{2})"
    r"(?:/(?P<m>0?[1-9]|1[0-2])/(?P<d>0?[1-9]|[12]\d|3[01])(?=[/_-]|\Z)"
    r"|-(?P<m2>0[1-9]|1[0-2])-(?P<d2>0[1-9]|[12]\d|3[01])(?=[/_.-]|\Z)"
    r"|(?P<m3>0[1-9]|1[0-2])(?P<d3>0[1-9]|[12]\d|3[01])(?=[/_.-]|\Z))"
)


def day_in_url(url: str) -> date | None:
    """The day in an address such as ``/2024/12/04/…``, ``/2024-12-04-…`` or ``/20241204/…``.

    Only at the start of a path's segment: a day inside a slug is one that the story is about.
    """
    try:
        path = unquote(urlsplit(url[:2_000]).path)
    except ValueError:
        return None
    for match in _URL_DAY.finditer(path):
        month = match["m"] or match["m2"] or match["m3"]
        day = match["d"] or match["d2"] or match["d3"]
        try:
            return date(int(match["y"]), int(month), int(day))
        except ValueError:
            continue
    return None
