"""The fields of an article's document: of a look at its page, of extraction, of its story."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawler.model.article import Article
from crawler.storage.warc.references import CaptureReference
from dedup import Decision, Reassignment


@dataclass(frozen=True, slots=True)
class Capture:
    """Where and when an article's page was fetched, and the SHA-256 of its bytes.

    `tls` is ``unverified`` where nobody vouches for the server that it came from. `incomplete` says that a
    further page of the article could not be read. `record` is where it is kept.
    """

    site: str
    url: str
    fetched_at: datetime
    html_sha256: str | None
    tls: str | None = None
    incomplete: bool = False
    record: CaptureReference | None = None


def look_fields(article: Article, capture: Capture) -> dict[str, Any]:
    """The fields of an article that a look at its page brings."""
    return {
        "site": capture.site,
        "url": article.url,
        "canonical_url": article.canonical_url,
        **reading_fields(article),
        "checked_at": capture.fetched_at,
        "html_sha256": capture.html_sha256,
        "capture": capture.record and capture.record.as_document(),
        "tls": capture.tls,
        "incomplete": capture.incomplete,
    }


def reading_fields(article: Article) -> dict[str, Any]:
    """The fields of an article that extraction reads in its page."""
    return {
        "title": article.title,
        "text": article.text,
        "authors": article.authors,
        "published_at": article.published_at,
        "published_precision": article.published_precision and str(article.published_precision),
        "date_source": article.date_source,
        "modified_at": article.modified_at,
        "language": article.language,
        "section": article.section,
        "tags": article.tags,
        "image": article.image,
        "summary": article.summary,
        "editors": article.editors,
        "agency": article.agency,
        "date_flags": article.date_flags,
        "marks": [str(mark) for mark in article.marks],
        "text_sha256": article.text_sha256,
    }


def story_fields(article_id: str, decision: Decision | Reassignment | None) -> dict[str, Any]:
    """The fields of an article that tell its story; None: it is still to be looked at.

    Its event is to be looked for anew then (`crawler.storage.events`).
    """
    if decision is None:
        return {
            "event_pending": True,
            "story_id": article_id,
            "duplicate_of": None,
            "similarity": None,
            "duplicate_reason": None,
            "repeats": False,
            "dedup_pending": True,
        }
    return {
        "event_pending": True,
        "story_id": decision.story_id,
        "duplicate_of": decision.duplicate_of,
        "similarity": decision.similarity,
        "duplicate_reason": str(decision.reason) if decision.duplicate_of else None,
        # That is measured from both texts (`crawler.storage.pair_figures`).
        "repeats": False,
        "dedup_pending": False,
    }
