"""CDX and CDXJ: the index of a web archive, a capture a line.

A CDX file says in its first line which field stands where, by letters
(https://iipc.github.io/warc-specifications/specifications/cdx-format/cdx-2015/); CDXJ has JSON behind key and
time. Web archives answer with either.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawler.importing.records import digits_time

PLAIN = "N b a m s k S"
"""Fields of the Internet Archive's answers: key, time, address, type, status, digest, length."""


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A capture by its line in an index.

    `file`, `offset` and `length` say where its record lies; of an answer over the web they are empty.
    """

    url: str
    timestamp: str
    captured_at: datetime
    media_type: str = ""
    status: int = 0
    digest: str = ""
    file: str = ""
    offset: int = 0
    length: int = 0


def parse_index(lines: Iterator[str], fields: str = PLAIN) -> Iterator[tuple[int, IndexEntry | None]]:
    """Yield the number of each line of an index with the capture that it names; None: it names none.

    Args:
        lines: The lines, the first of which may say what the fields are.
        fields: The fields, by their letters, where no line says so.
    """
    letters = fields.split()
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if text.upper().startswith("CDX "):
            letters = text.split()[1:]
        elif text and not text.startswith("!"):
            yield number, (_json_entry(text) if "{" in text else _entry(text, letters))


def _entry(line: str, letters: list[str]) -> IndexEntry | None:
    values = dict(zip(letters, line.split(), strict=False))
    return _checked(
        values.get("a", ""),
        values.get("b", ""),
        {
            "mime": values.get("m"),
            "status": values.get("s"),
            "digest": values.get("k"),
            "filename": values.get("g"),
            "offset": values.get("V"),
            "length": values.get("S"),
        },
    )


def _json_entry(line: str) -> IndexEntry | None:
    head, brace, rest = line.partition("{")
    try:
        fields = json.loads(brace + rest)
    except (ValueError, RecursionError):
        return None
    parts = head.split()
    if not isinstance(fields, dict):
        return None
    timestamp = parts[1] if len(parts) > 1 else str(fields.get("timestamp", ""))
    return _checked(str(fields.get("url", "")), timestamp, fields)


def _checked(url: str, timestamp: str, fields: dict[str, Any]) -> IndexEntry | None:
    captured_at = digits_time(timestamp)
    if captured_at is None or not url.lower().startswith(("http://", "https://")):
        return None
    return IndexEntry(
        url,
        timestamp,
        captured_at,
        media_type=str(fields.get("mime") or "").lower(),
        status=_number(fields.get("status")),
        digest=str(fields.get("digest") or ""),
        file=str(fields.get("filename") or ""),
        offset=_number(fields.get("offset")),
        length=_number(fields.get("length")),
    )


def _number(value: object) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
