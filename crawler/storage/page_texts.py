"""What the pages of a site said when they were read last, kept in the frontier as fingerprints.

A text that several addresses of a site carry is found here by one indexed look-up, in this crawl or a later
one, and after a crawl that was killed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bson.binary import Binary
from pymongo.database import Database

from crawler.model.article import Disposition, UnconfirmedReason
from crawler.model.crawl import SourceKind
from crawler.storage.schema import Document
from crawler.storage.seals import Seals

CONFIRMED_AFTER = timedelta(hours=6)
"""Time between two looks after which the site has said the same twice. A hoster's limit, a move or a state's
block lasts minutes to hours; it is the second age at which a young article is looked at anyway."""

_FIELDS = {"url": 1, "article_id": 1, "text": 1, "last_disposition": 1, "discovered_by": 1}


@dataclass(frozen=True, slots=True)
class PageText:
    """The fingerprint of what a page said last.

    Attributes:
        digest: Hash of its words.
        bins: Packed sketch of its words.
        bands: Keys under which it is found.
        headline: Hash of its headline.
        first_at: When it was first read so.
        last_at: When it was last read so.
        published_at: When it says that it was published.
        is_vouched: Whether its source speaks of this text.
    """

    digest: str
    bins: bytes
    bands: tuple[int, ...]
    headline: str
    first_at: datetime
    last_at: datetime
    published_at: datetime | None = None
    is_vouched: bool = False

    def as_document(self) -> Document:
        """The fingerprint as it is stored."""
        return {
            "digest": self.digest,
            "bins": Binary(self.bins),
            "bands": list(self.bands),
            "headline": self.headline,
            "first_at": self.first_at,
            "last_at": self.last_at,
            "published_at": self.published_at,
            "vouched": self.is_vouched,
        }

    @classmethod
    def from_document(cls, document: Document) -> "PageText":
        """Read a fingerprint back from its stored form."""
        return cls(
            digest=document["digest"],
            bins=bytes(document["bins"]),
            bands=tuple(document["bands"]),
            headline=document["headline"],
            first_at=document["first_at"],
            last_at=document["last_at"],
            published_at=document.get("published_at"),
            is_vouched=document.get("vouched", False),
        )


@dataclass(frozen=True, slots=True)
class TextHolder:
    """A page of the site with what it said last.

    `stored` says that the text went into the archive as the article `article_id`; `from_source` that a source
    of discovery named the page, rather than a link; `redirected` that it led to another address.
    """

    page_id: str
    url: str
    text: PageText
    article_id: str | None = None
    stored: bool = False
    from_source: bool = True
    redirected: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a page said that is not confirmed yet: shown to people, and looked at again."""

    reason: UnconfirmedReason
    title: str
    beginning: str
    since: datetime
    addresses: int = 1

    def as_document(self) -> Document:
        """What waits, as it is stored."""
        return {
            "reason": self.reason.name.lower(),
            "title": self.title,
            "beginning": self.beginning,
            "since": self.since,
            "addresses": self.addresses,
        }


def pages_with_text(db: Database[Document], bands: Sequence[int]) -> list[TextHolder]:
    """The pages that may have said last what has these band keys, which are those of one site."""
    documents = db.pages.find({"text.bands": {"$in": list(bands)}}, _FIELDS)
    return [_holder(document) for document in documents]


def _holder(document: Document) -> TextHolder:
    waits = document.get("last_disposition") == str(Disposition.UNCONFIRMED)
    return TextHolder(
        page_id=document["_id"],
        url=document["url"],
        text=PageText.from_document(document["text"]),
        article_id=document.get("article_id"),
        stored=document.get("article_id") is not None and not waits,
        from_source=document["discovered_by"] != SourceKind.LINK,
    )


def waiting_pages(db: Database[Document], site: str) -> list[Document]:
    """The pages of a site whose text waits to be confirmed or completed, the oldest first.

    Those of sealed articles are left out: what waits is what the article would say.
    """
    fields = ("url", "waiting", "incomplete", "next_attempt_at", "last_fetched_at", "article_id")
    pending = db.pages.find({"site": site, "state": "pending"}, dict.fromkeys(fields, 1))
    sealed = Seals(db).of_site(site)
    pages = [
        as_waiting(document)
        for document in pending
        if (document.get("waiting") or document.get("incomplete"))
        and sealed.keys().isdisjoint({document.get("article_id"), document["_id"].partition("/")[2]})
    ]
    return sorted(pages, key=lambda page: page["since"])


def waiting_of_article(db: Database[Document], article_id: str) -> list[dict[str, Any]]:
    """What the pages of an article say now that is not confirmed yet."""
    if Seals(db).of([article_id]):
        return []
    pages = db.pages.find({"article_id": article_id})
    return [as_waiting(page) for page in pages if page["state"] == "pending" and page.get("waiting")]


@dataclass(frozen=True, slots=True)
class PageState:
    """What is known of a page that may be no article: its article, its last ending, what waits on it."""

    discovered_by: str
    article_id: str | None = None
    disposition: str | None = None
    error: str | None = None
    waiting: dict[str, Any] | None = None


def pages_by_id(db: Database[Document], page_ids: Sequence[str]) -> list[PageState]:
    """What is known of the pages with these ids in the frontier, as far as they are there."""
    return [
        PageState(
            discovered_by=page["discovered_by"],
            article_id=page.get("article_id"),
            disposition=page.get("last_disposition"),
            error=page.get("last_error"),
            waiting=as_waiting(page) if page.get("waiting") and page["state"] == "pending" else None,
        )
        for page in db.pages.find({"_id": {"$in": list(page_ids)}})
    ]


def as_waiting(document: Document) -> dict[str, Any]:
    """What waits on a page of the frontier, for people."""
    waiting = document.get("waiting") or {
        "reason": UnconfirmedReason.INCOMPLETE.name,
        "title": "",
        "beginning": "",
        "since": document["last_fetched_at"],
    }
    return {
        "url": document["url"],
        "reason": UnconfirmedReason[waiting["reason"].upper()].sentence,
        "title": waiting["title"],
        "beginning": waiting["beginning"],
        "since": waiting["since"],
        "addresses": waiting.get("addresses", 1),
        "next_look_at": document.get("next_attempt_at"),
    }
