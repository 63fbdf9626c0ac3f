"""Articles without their pages: JSON of news-please, fundus and Media Cloud, and Khabar's own exports.

One article is a line (JSON lines), or the file is a list of them. What a row has is taken as it is: its page
is not here to be read anew.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from crawler.importing.records import (
    Location,
    Payload,
    Record,
    RecordKind,
    TooLargeError,
    UnreadableError,
    plausible_time,
)
from crawler.model.article import Article, DatePrecision, Hints


@dataclass(frozen=True, slots=True)
class RowFormat:
    """How a program names the fields of an article.

    Attributes:
        name: The program.
        keys: Names by which its rows are known.
        captured: Names of the time of capture, the first that a row has counts; the others likewise.
    """

    name: str
    keys: frozenset[str]
    captured: tuple[str, ...]
    text: tuple[str, ...]
    published: tuple[str, ...]
    authors: tuple[str, ...] = ("authors",)
    title: tuple[str, ...] = ("title",)
    language: tuple[str, ...] = ("language",)
    summary: tuple[str, ...] = ("description", "summary")
    image: tuple[str, ...] = ("image_url", "image")
    section: tuple[str, ...] = ("section",)
    tags: tuple[str, ...] = ("tags", "topics")


FORMATS = (
    RowFormat(
        "khabar",
        frozenset({"story_id", "first_seen_at", "text", "url"}),
        captured=("first_seen_at",),
        text=("text",),
        published=("published",),
    ),
    RowFormat(
        "news-please",
        frozenset({"maintext", "url"}),
        captured=("date_download",),
        text=("maintext",),
        published=("date_publish",),
    ),
    RowFormat(
        "media-cloud",
        frozenset({"indexed_date", "url"}),
        captured=("indexed_date",),
        text=("text",),
        published=("publish_date",),
    ),
    RowFormat(
        "fundus",
        frozenset({"publishing_date", "body"}),
        captured=("crawl_date",),
        text=("plaintext", "body"),
        published=("publishing_date",),
    ),
)


def read_rows(
    file: BinaryIO, place: Location, modified_at: datetime | None, max_bytes: int
) -> Iterator[Record]:
    """Yield the rows of a file of JSON lines.

    Args:
        file: The file.
        place: Where it lies.
        modified_at: When it was last changed: a row without a time of capture was captured before.
        max_bytes: Bytes that a row may have.
    """
    offset = 0
    while line := file.readline(max_bytes + 1):
        if len(line) > max_bytes and not line.endswith(b"\n"):
            length = len(line)
            while rest := file.readline(max_bytes):
                length += len(rest)
                if rest.endswith(b"\n"):
                    break
            location = Location(place.path, place.member, offset, length, place.spooled)
            yield Record(location, RecordKind.UNREADABLE, detail=f"a line of more than {max_bytes} bytes")
            offset += length
            continue
        location = Location(place.path, place.member, offset, len(line), place.spooled)
        offset += len(line)
        if line.strip():
            yield _record(location, line, modified_at)


def is_of_rows(head: bytes) -> bool:
    """Whether a file that begins so holds articles of a program that is known here."""
    start = head.lstrip()
    if start.startswith(b"["):
        start = start[1:].lstrip()
    if not start.startswith(b"{"):
        return False
    # The first object may be longer than what is looked at: its keys are in it all the same.
    keys = frozenset(re.findall(r'"([a-z_]{1,40})"\s{0,3}:', start.decode("utf-8", "replace")))
    return any(layout.keys <= keys for layout in FORMATS) or {"url", "html"} <= keys


def _record(location: Location, line: bytes, modified_at: datetime | None) -> Record:
    try:
        row = parse_row(line)
        captured = _captured(row)
    except UnreadableError as error:
        return Record(location, RecordKind.UNREADABLE, detail=str(error))
    url = row_url(row)
    if url is None:
        return Record(location, RecordKind.UNREADABLE, detail="it has no address (url)")
    captured_at = captured or _html_time(row) or modified_at
    if captured_at is None:
        return Record(location, RecordKind.UNREADABLE, detail="it has no time of capture")
    return Record(location, RecordKind.ARTICLE, url, captured_at, 200)


def _captured(row: Mapping[str, Any]) -> datetime | None:
    """When a row's article was captured, if it says so."""
    if isinstance(row.get("html"), str):
        return _first_time(row, ("captured_at", "crawl_date", "date_download", "fetched_at"))
    return _first_time(row, _layout(row).captured)


def parse_row(line: bytes) -> dict[str, Any]:
    """A row as a dict.

    Raises:
        UnreadableError: It is none.
    """
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"it is no JSON: {error}") from None
    if not isinstance(row, dict):
        raise UnreadableError("it is no object of JSON")
    return row


def row_url(row: Mapping[str, Any]) -> str | None:
    """The address of a row's article."""
    html = row.get("html")
    stated = row.get("url") or (html.get("requested_url") if isinstance(html, dict) else None)
    is_web = isinstance(stated, str) and stated.lower().startswith(("http://", "https://"))
    return stated if isinstance(stated, str) and is_web else None


def load_row(file: BinaryIO, location: Location, max_bytes: int) -> Payload:
    """Read the article, or the page, of a row.

    Raises:
        UnreadableError: There is none in it.
    """
    if location.length > max_bytes:
        raise TooLargeError(f"it is larger than {max_bytes} bytes")
    file.seek(location.offset)
    line = file.read(location.length)
    row = parse_row(line)
    html = row.get("html")
    page = html.get("content") if isinstance(html, dict) else html
    if isinstance(page, str) and page.strip():
        hints = Hints(title=_first(row, ("title",)))
        return Payload(page.encode("utf-8", "surrogatepass"), "text/html; charset=utf-8", hints=hints)
    return Payload(line, "application/json", article=_article(row, _layout(row)))


def _layout(row: Mapping[str, Any]) -> RowFormat:
    layout = next((layout for layout in FORMATS if layout.keys <= row.keys()), None)
    if layout is None:
        raise UnreadableError("its fields are none of a program that is known here")
    return layout


def _article(row: Mapping[str, Any], layout: RowFormat) -> Article:
    url = row_url(row)
    title, text = _first(row, layout.title), _text(row, layout)
    if url is None or not title or not text:
        raise UnreadableError("it has no " + ("address" if url is None else "text" if title else "headline"))
    published = _first_time(row, layout.published)
    stated = _first(row, layout.published) or ""
    is_day = row.get("published_precision") == "day" or len(stated) == 10
    return Article(
        url=url,
        title=title,
        text=text,
        canonical_url=url,
        authors=_names(row, layout.authors),
        published_at=published,
        published_precision=None
        if published is None
        else DatePrecision.DAY
        if is_day
        else DatePrecision.MINUTE,
        date_source=None if published is None else _first(row, ("date_source",)) or layout.name,
        language=(_first(row, layout.language) or "")[:2].lower() or None,
        section=_first(row, layout.section),
        tags=_names(row, layout.tags),
        image=_first(row, layout.image),
        summary=_first(row, layout.summary),
        editors=_names(row, ("editors",)),
        agency=_first(row, ("agency",)),
        modified_at=_first_time(row, ("modified",)),
    )


def _text(row: Mapping[str, Any], layout: RowFormat) -> str:
    """The paragraphs of a row, parted by blank lines."""
    stated = next((row[name] for name in layout.text if row.get(name)), "")
    if isinstance(stated, dict):  # fundus: a summary, and sections with headlines
        stated = "\n\n".join(_strings(stated))
    lines = (" ".join(line.split()) for line in str(stated).split("\n"))
    return "\n\n".join(filter(None, lines))


def _strings(value: object, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < 5:
        children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for child in children:
            yield from _strings(child, depth + 1)


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    stated = next((row[name] for name in names if isinstance(row.get(name), str)), "")
    return " ".join(stated.split()) or None


def _names(row: Mapping[str, Any], names: tuple[str, ...]) -> list[str]:
    stated: list[object] = next((row[name] for name in names if isinstance(row.get(name), list)), [])
    return [" ".join(item.split()) for item in stated if isinstance(item, str) and item.strip()]


def _first_time(row: Mapping[str, Any], names: tuple[str, ...]) -> datetime | None:
    for name in names:
        try:
            moment = plausible_time(datetime.fromisoformat(str(row.get(name) or "")))
        except ValueError:
            continue
        if moment is not None:
            return moment
    return None


def _html_time(row: Mapping[str, Any]) -> datetime | None:
    """Fundus keeps the time of its crawl beside the page."""
    html = row.get("html")
    return _first_time(html, ("crawl_date",)) if isinstance(html, dict) else None
