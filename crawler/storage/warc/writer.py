"""Writing captures: which records make up the capture of a page, a removal, a page that has not changed."""

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.model.article import Hints
from crawler.storage.warc import records
from crawler.storage.warc.captures import PageCapture
from crawler.storage.warc.cdxj import cdxj_line, mime_of
from crawler.storage.warc.exchange import Exchange, new_record_id
from crawler.storage.warc.raw_pages import (
    ARTICLE_HEADER,
    CONVERSION_HEADER,
    HINTS_HEADER,
    PART_HEADER,
    PARTS_HEADER,
    POST_HEADER,
    REMOVAL_HEADER,
    RENDERED,
)
from crawler.storage.warc.references import CaptureReference
from crawler.storage.warc.segments import Member, SegmentChange, Segments

CONVERSION_CONTENT_TYPE = "text/html; charset=utf-8"
"""Of a page that was made of a post, or drawn by a browser."""
MOST_HINT_BYTES = 16_000
"""A feed's full text beyond this is not kept beside the page; the page itself has the text."""


@dataclass(frozen=True, slots=True)
class _Written:
    """An exchange that stands in the segment that is being written."""

    exchange: Exchange
    reference: CaptureReference


class CaptureWriter:
    """Appends captures to a site's segments; one process at a time does, the one that holds the site's lease.

    Args:
        folder: The site's folder; made when the first capture is written.
        limit: Bytes that the site's segments may take together; the oldest segments go first.
        info: What stands in the `warcinfo` records, such as who writes with which settings.
    """

    def __init__(self, folder: Path, limit: int, info: Mapping[str, str] | None = None) -> None:
        self._segments = Segments(folder, limit, info or {})
        self._lock = threading.Lock()
        self._shared: dict[str, _Written] = {}
        """Exchanges of the present segment that several captures refer to, by the record's first id."""
        self._shared_in: str | None = None

    def write(self, page: PageCapture) -> CaptureReference:
        """Append the capture of a page.

        Returns:
            Where it stands.

        Raises:
            OSError: The disk is full, or the folder cannot be written; what was written before is whole.
        """
        with self._lock:
            self._segments.begin()
            if self._shared_in != self._segments.name:
                self._shared, self._shared_in = {}, self._segments.name
            return self._write_conversion(page) if page.conversion is not None else self._write_sent(page)

    def write_exchange(
        self, exchange: Exchange, redirects: tuple[Exchange, ...] = (), *, removed_article: str | None = None
    ) -> CaptureReference:
        """Append an exchange that no article is read in, such as the answer that an article is gone.

        Args:
            exchange: What went over the wire.
            redirects: The exchanges that led to it.
            removed_article: The id of the article that is gone.

        Raises:
            OSError: As `write`.
        """
        headers = {REMOVAL_HEADER: removed_article} if removed_article else {}
        with self._lock:
            self._segments.begin()
            members = [*self._hops(redirects), *self._exchange(exchange, headers)]
            begin, offsets = self._segments.append(members)
            return self._reference(exchange, begin, offsets)

    def write_revisit(self, exchange: Exchange, earlier: CaptureReference, article_id: str) -> None:
        """Append that an article's page was asked for and had not changed.

        Args:
            exchange: The answer: 304, or one with the same payload.
            earlier: The capture that it repeats.
            article_id: The article.

        Raises:
            OSError: As `write`.
        """
        target = records.RecordTarget(earlier.record_id, earlier.url, earlier.captured_at)
        with self._lock:
            self._segments.begin()
            headers = {**self._segments.headers, ARTICLE_HEADER: article_id}
            record = records.revisit(exchange, target, headers)
            self._segments.append([*self._request(exchange), _member(record, exchange, "warc/revisit")])

    def changes(self) -> list[SegmentChange]:
        """What was appended and deleted since the last call, for the custody log."""
        with self._lock:
            return self._segments.changes()

    def close(self) -> None:
        """Finish the segment that is being written."""
        with self._lock:
            self._segments.finish()

    def _write_sent(self, page: PageCapture) -> CaptureReference:
        """A page that a server sent, behind its article's further pages: who reads it has them already."""
        members, parts = self._hops(page.redirects), []
        own = {} if page.article_id is None else {ARTICLE_HEADER: page.article_id}
        for number, part in enumerate(page.parts, start=2):
            members += self._hops(part.redirects)
            members += self._exchange(part.exchange, {**own, PART_HEADER: str(number)})
            parts.append((part, len(members) - 1))
        headers = {**own, HINTS_HEADER: _hints_text(page.hints), PARTS_HEADER: str(len(parts))} if own else {}
        members += self._exchange(page.exchange, headers)
        begin, offsets = self._segments.append(members)
        reference = self._reference(page.exchange, begin, offsets)
        return replace(
            reference,
            parts=tuple(self._reference(part.exchange, begin, offsets, place) for part, place in parts),
        )

    def _write_conversion(self, page: PageCapture) -> CaptureReference:
        """A page that was made of an answer; the answer, and what several pages need, is written once."""
        conversion = page.conversion
        assert conversion is not None  # noqa: S101
        sources = [self._share(each).reference for each in (*page.redirects, *conversion.requests)]
        answer = self._share(page.exchange)
        source = records.RecordTarget(
            answer.exchange.record_id, answer.exchange.url, answer.exchange.fetched_at
        )
        kind = (
            {CONVERSION_HEADER: RENDERED}
            if conversion.post_id is None
            else {POST_HEADER: str(conversion.post_id)}
        )
        article = {} if page.article_id is None else {ARTICLE_HEADER: page.article_id}
        headers = {
            **self._segments.headers,
            **article,
            **kind,
            HINTS_HEADER: _hints_text(page.hints),
            PARTS_HEADER: "0",
        }
        at = page.exchange.fetched_at
        record = records.conversion(
            page.url, at, conversion.content, CONVERSION_CONTENT_TYPE, source, headers
        )
        begin, (offset, end) = self._segments.append([Member(record.packed, None)])
        digest = hashlib.sha256(conversion.content).hexdigest()
        return CaptureReference(
            record.id,
            page.url,
            self._segments.name,
            offset,
            digest,
            digest,
            at,
            begin,
            end,
            answer=answer.reference,
            sources=tuple((each.begin, each.end) for each in sources if each != answer.reference),
        )

    def _share(self, exchange: Exchange) -> _Written:
        """Write an exchange unless it stands in this segment already.

        A segment is deleted as a whole, so that what refers to a record stands in the same one.
        """
        written = self._shared.get(exchange.record_id)
        if written is None:
            own = exchange
            if any(exchange.record_id == each for each in self._segments.shared_ids):
                own = replace(exchange, record_id=new_record_id())
            begin, offsets = self._segments.append(self._exchange(own, {}))
            written = self._shared[exchange.record_id] = _Written(own, self._reference(own, begin, offsets))
            self._segments.shared_ids.add(exchange.record_id)
        return written

    def _hops(self, redirects: tuple[Exchange, ...]) -> list[Member]:
        return [member for hop in redirects for member in self._exchange(hop, {})]

    def _exchange(self, exchange: Exchange, headers: Mapping[str, str]) -> list[Member]:
        """An exchange's records, the answer last: what a torn end costs is seen."""
        record = records.response(exchange, {**self._segments.headers, **headers})
        return [*self._request(exchange), _member(record, exchange)]

    def _request(self, exchange: Exchange) -> list[Member]:
        record = records.request(exchange, self._segments.headers)
        return [] if record is None else [Member(record.packed, None)]

    def _reference(
        self, exchange: Exchange, begin: int, offsets: list[int], place: int = -1
    ) -> CaptureReference:
        return CaptureReference(
            exchange.record_id,
            exchange.url,
            self._segments.name,
            offsets[:-1][place],
            exchange.content_sha256,
            exchange.payload_sha256,
            exchange.fetched_at,
            begin,
            offsets[-1],
        )


def _member(record: records.Record, exchange: Exchange, mime: str | None = None) -> Member:
    """A record with its line for the index."""

    def line(offset: int, length: int, filename: str) -> str:
        return cdxj_line(
            exchange.url,
            exchange.fetched_at,
            status=exchange.status,
            mime=mime or mime_of(exchange.header("Content-Type")),
            digest=f"sha256:{exchange.payload_sha256}",
            offset=offset,
            length=length,
            filename=filename,
        )

    return Member(record.packed, line)


def _hints_text(hints: Hints) -> str:
    values = {hint.name: value for hint in fields(hints) if (value := getattr(hints, hint.name))}
    if len((values.get("text") or "").encode()) > MOST_HINT_BYTES:
        del values["text"]
    return json.dumps(values, default=_iso)


def _iso(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
