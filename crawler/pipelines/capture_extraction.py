"""From a record of an import to an article with its signature: what a worker process does.

The worker reads the record itself: pages do not pass between processes.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler.importing.records import Payload, Record, TooLargeError, UnreadableError
from crawler.importing.sources import Reader
from crawler.model.article import Article, Disposition
from crawler.model.site import Site
from crawler.parsing.page_end import PageEnd, page_end
from crawler.pipelines.extraction import (
    Extracted,
    FetchedPage,
    extract_page,
    extract_post_page,
    signed_article,
)
from crawler.storage.warc.raw_pages import fetch_sha256
from crawler.storage.warc.references import CaptureReference


@dataclass(frozen=True, slots=True)
class CaptureTask:
    """What a worker is asked to read.

    Attributes:
        record: The record.
        url: The address of its page, in the form in which crawls ask for it.
        captured_at: When it was captured.
        learned: Keys of the paragraphs that are the site's template.
        parts: Further pages of its article: address and record.
        languages: Those that its article may be in, of `language.LANGUAGES`; empty: any.
    """

    record: Record
    url: str
    captured_at: datetime
    learned: frozenset[str] = frozenset()
    parts: tuple[tuple[str, Record], ...] = ()
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ExtractedCapture:
    """What a worker read in a record.

    Attributes:
        extracted: What became of its page.
        html_sha256: Of its bytes and those of its further pages; None where nothing could be read.
        content_type: The header's value.
        reference: Where its record lies, and the hashes of its page.
        objection: Why its article is in none of the languages that were asked for; empty: it is in one,
        or there is none.
    """

    extracted: Extracted
    html_sha256: str | None = None
    content_type: str | None = None
    reference: CaptureReference | None = None
    objection: str = ""


def extract_capture(task: CaptureTask, site: Site, work: Path, max_bytes: int) -> ExtractedCapture:
    """Make an article of a record; runs in a worker process.

    Args:
        task: What to read.
        site: The site it belongs to.
        work: The folder of files that had to be unpacked.
        max_bytes: Bytes that a page may have.

    Raises:
        UnreadableError: The record is damaged, or has no article in it.
    """
    reader = Reader(work, max_bytes)
    try:
        payload = reader.payload(task.record)
        payloads = [(url, record, reader.payload(record)) for url, record in task.parts]
    except TooLargeError as error:
        return ExtractedCapture(Extracted(ending=Disposition.REFUSED, reason=str(error)))
    if objection := language_objection(payload, task.languages):
        return ExtractedCapture(Extracted(), objection=objection)
    parts = tuple((url, part.body) for url, _, part in payloads)
    references = tuple(_reference(reader, url, record, part) for url, record, part in payloads)
    page = FetchedPage(
        payload.body,
        task.url,
        payload.hints,
        charset_in(payload.content_type),
        task.captured_at,
        task.learned,
        parts,
        task.url,
    )
    extracted = _extract(payload, page, site)
    return ExtractedCapture(
        extracted,
        fetch_sha256(payload.body, parts),
        payload.content_type,
        _reference(reader, task.url, task.record, payload, references),
        _article_objection(extracted.article, task.languages),
    )


def language_objection(payload: Payload, languages: frozenset[str]) -> str:
    """What the look at a page says against its article being in one of some languages; empty: nothing.

    Args:
        payload: The record's page, or the article of a row.
        languages: The languages; empty: any.
    """
    from crawler.extraction.language_filter import page_objection

    if payload.article is not None:
        return _article_objection(payload.article, languages)
    # What was kept beside a page, or is a post, may have a text that is not in its bytes.
    if not languages or payload.is_post or payload.hints.text:
        return ""
    return page_objection(payload.body, languages, charset_in(payload.content_type))


def _article_objection(article: Article | None, languages: frozenset[str]) -> str:
    from crawler.extraction.language_filter import article_objection

    if not languages or article is None:
        return ""
    return article_objection(f"{article.title}\n{article.text}", article.language, languages)


def answer_reference(record: Record, url: str, work: Path, max_bytes: int) -> CaptureReference | None:
    """Where an answer lies that is no page, such as that an article is gone; None where it cannot be read."""
    reader = Reader(work, max_bytes)
    try:
        return _reference(reader, url, record, reader.payload(record))
    except UnreadableError:
        return None


def _reference(
    reader: Reader, url: str, record: Record, payload: Payload, parts: tuple[CaptureReference, ...] = ()
) -> CaptureReference:
    """Where a record lies that stays where it is."""
    file, begin, end = reader.position(record.location)
    sha256 = hashlib.sha256(payload.body).hexdigest()
    assert record.captured_at is not None  # noqa: S101
    return CaptureReference(
        record_id=record.record_id,
        url=url,
        segment=file,
        offset=begin,
        sha256=sha256,
        payload_sha256=payload.packed_sha256 or sha256,
        captured_at=record.captured_at,
        begin=begin,
        end=end,
        parts=parts,
    )


def _extract(payload: Payload, page: FetchedPage, site: Site) -> Extracted:
    if payload.article is not None:
        return signed_article(payload.article, page, site)
    if payload.is_cut or page_end(payload.body) is PageEnd.CUT:
        return Extracted(ending=Disposition.FAILED, reason="cut short: it stops in the middle")
    if not payload.body:
        return Extracted(ending=Disposition.FAILED, reason="the record holds no page")
    if payload.is_post:
        return extract_post_page(page, site)
    return extract_page(page, site, False)


def read_body(record: Record, work: Path, max_bytes: int) -> bytes:
    """The bytes of a record's page; empty where it cannot be read."""
    try:
        return Reader(work, max_bytes).payload(record).body
    except UnreadableError:
        return b""


def charset_in(content_type: str | None) -> str | None:
    """The charset that a Content-Type header names."""
    for part in (content_type or "").split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'") or None
    return None
