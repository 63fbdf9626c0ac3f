"""What evidence asks of an archive: a capture for whatever is stored, whose bytes hash to what is stored."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crawler.operations.archive.verify import verify_archive
from crawler.settings import Settings
from crawler.storage.connect import Stores
from crawler.storage.stored_article import EarlierReading, Revision, StoredArticle, UnsealedArticleReader
from crawler.storage.warc.members import ReadRecord, read_records
from crawler.storage.warc.references import CaptureReference


def record_of(data_dir: Path, site: str, reference: CaptureReference) -> ReadRecord:
    """The record that a reference names."""
    return next(read_records(reference.path(data_dir, site), reference.offset))


def check_captures(stores: Stores, settings: Settings, site: str) -> list[StoredArticle]:
    """Check each article, wording and removal of a site, and that the archive is as its log says.

    Returns:
        The articles, for what the caller knows of them.
    """
    reader = UnsealedArticleReader(stores.db)
    ids = sorted(header.id for header in reader.of_site(site))
    articles = [article for batch in reader.in_batches(ids) for article in batch]
    assert articles, f"nothing is stored of {site}"
    for article in articles:
        _check(settings.data_dir, site, article.capture, article.html_sha256)
        wordings: list[Revision | EarlierReading] = [*reader.revisions(article.id)]
        for wording in [*wordings, *reader.earlier_readings(article.id)]:
            _check(settings.data_dir, site, wording.capture, wording.html_sha256)
        for removal in _removals(article):
            record = record_of(settings.data_dir, site, removal)
            assert record.headers["Khabar-Removal"] == article.id
    assert verify_archive(stores, settings).findings == []
    return articles


def _removals(article: StoredArticle) -> Iterator[CaptureReference]:
    if article.removed_at is not None:
        assert article.removal_capture is not None
        yield article.removal_capture
    for absence in article.absences:
        document: Any = absence["capture"]
        yield CaptureReference.from_document(document)


def _check(data_dir: Path, site: str, reference: CaptureReference | None, html_sha256: str | None) -> None:
    assert reference is not None
    assert reference.content_sha256 == html_sha256
    references: list[CaptureReference] = [reference, *reference.parts]
    for each in references:
        record = record_of(data_dir, site, each)
        assert record.record_id == each.record_id
        assert hashlib.sha256(record.content()).hexdigest() == each.sha256
        assert hashlib.sha256(record.payload()).hexdigest() == each.payload_sha256
    if reference.answer is not None:
        record, answer = record_of(data_dir, site, reference), record_of(data_dir, site, reference.answer)
        assert record.kind == "conversion"
        assert record.headers["WARC-Refers-To"] == answer.record_id == reference.answer.record_id
        if "Khabar-Post" in record.headers:
            assert int(record.headers["Khabar-Post"]) in [post["id"] for post in json.loads(answer.content())]
