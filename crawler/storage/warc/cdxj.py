"""CDXJ: an index of a segment's answers, sorted, one a line, as web archives' tools read it.

https://specs.webrecorder.net/cdxj/0.1.0/. A line begins with the address in SURT form (Sort-friendly URI
Reordering Transform), made as the Internet Archive's tools make it, so that addresses of one page are found
under one key. The `surt` package does the same; it warns when it is imported, since its patterns are no raw
strings.
"""

import json
import re
from datetime import UTC, datetime
from urllib.parse import quote, unquote_to_bytes, urlsplit

ENDING = ".cdxj"

_SAFE = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
_DOUBLE = re.compile(r"//+")
_WWW = re.compile(r"www\d*\.")
_SESSION = re.compile(r"(?i)(?:jsessionid|phpsessid|sid|aspsessionid\w{0,20})=[0-9a-z]{32}&?")


def cdxj_line(
    url: str, at: datetime, *, status: int, mime: str, digest: str, offset: int, length: int, filename: str
) -> str:
    """The line of an answer.

    Args:
        url: Its address.
        at: When it came, aware.
        status: Its status code.
        mime: Its type; ``warc/revisit`` for one that repeats another.
        digest: Of its payload, with the algorithm.
        offset: Where its record begins in the file, in bytes.
        length: Bytes of the record there.
        filename: The file.
    """
    fields = {
        "url": url,
        "mime": mime,
        "status": str(status),
        "digest": digest,
        "length": str(length),
        "offset": str(offset),
        "filename": filename,
    }
    return f"{surt(url)} {at.astimezone(UTC):%Y%m%d%H%M%S} {json.dumps(fields, ensure_ascii=True)}"


def surt(url: str) -> str:
    """An address as a key: host reversed, no scheme or ``www.``, lower case, arguments sorted."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return re.sub(r"\s", "%20", url.lower())
    host = _WWW.sub("", host, count=1) if _WWW.match(host) else host
    key = host if ":" in host else ",".join(reversed(host.split(".")))
    if port and port != {"http": 80, "https": 443}.get(parts.scheme):
        key += f":{port}"
    path = _escaped(_DOUBLE.sub("/", parts.path)) or "/"
    if len(path) > 1:
        path = path.rstrip("/") or "/"
    query = _SESSION.sub("", _escaped(parts.query)).strip("&")
    if query:
        path += "?" + "&".join(sorted(query.split("&")))
    return f"{key}){path}"


def _escaped(text: str) -> str:
    """A part of an address in lower case, with nothing escaped but what has to be."""
    return quote(unquote_to_bytes(text), safe=_SAFE).lower()


def mime_of(content_type: str | None) -> str:
    """The type in a Content-Type header, without parameters."""
    return (content_type or "").partition(";")[0].strip().lower() or "unk"
