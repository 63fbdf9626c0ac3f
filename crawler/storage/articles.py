"""Writing articles and their revisions; `crawler.storage.stored_article` reads them.

Nothing an article said is ever overwritten: before a new wording is written, the old one is a document of
`revisions`. Every write can be repeated without harm, since a crawl that is killed between two of them does
the page again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_hex

from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError

from crawler.custody.entries import EventKind
from crawler.model.article import Article
from crawler.storage.article_fields import Capture, look_fields, story_fields
from crawler.storage.clock import CLOCK_SLACK
from crawler.storage.custody_records import pending_mark
from crawler.storage.schema import DUPLICATE_KEY, Document
from crawler.storage.stored_article import StoredArticle
from crawler.storage.warc.references import CaptureReference
from dedup import Decision, Prepared, Reason, Reassignment, StoryUpdate


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article of which nothing is stored: what extraction made of its page, its signature, its story."""

    id: str
    article: Article
    capture: Capture
    prepared: Prepared
    decision: Decision


class ArticleStore:
    """The articles of all sites."""

    def __init__(self, db: Database[Document]) -> None:
        self._db = db

    def save(
        self,
        article_id: str,
        article: Article,
        capture: Capture,
        prepared: Prepared,
        decision: Decision | None,
        *,
        revision: int = 1,
    ) -> bool:
        """Write an article as it stands now; with `revision` above 1, keep what it said before.

        Returns False, with nothing written, where a later fetch of it is stored already.

        Args:
            article_id: Its `_id`.
            article: What extraction made of the page.
            capture: The fetch it comes from.
            prepared: Its signature.
            decision: What dedup says; None where the index could not take it, which marks the article
                to be checked later.
            revision: The number of this wording.
        """
        if revision > 1:
            self._keep_wording(article_id, revision, capture.fetched_at)
        kind = EventKind.ARTICLE if revision == 1 else EventKind.REVISION
        fields = {
            **pending_mark(kind, capture.fetched_at),
            **look_fields(article, capture),
            "revision": revision,
            "signature": prepared.to_stored(),
            **story_fields(article_id, decision),
            "unsettled": True,
        }
        latest = datetime.now(UTC) + CLOCK_SLACK
        try:
            self._db.articles.update_one(
                # The store itself compares: whoever was held up must not undo what a later fetch brought.
                # A look that lies ahead of now was dated by a wrong clock, and is no later one.
                {"_id": article_id, "checked_at": {"$not": {"$gt": capture.fetched_at, "$lte": latest}}},
                {
                    "$set": fields,
                    "$setOnInsert": {"first_seen_at": capture.fetched_at, "removed_at": None},
                    "$addToSet": {"aliases": capture.url},
                },
                upsert=True,
            )
        except DuplicateKeyError:
            return False
        if revision > 1:
            self._returned(article_id, capture.fetched_at)
        if decision is not None:
            self.apply(decision.changes)
        return True

    def insert(self, articles: Sequence[NewArticle]) -> list[bool]:
        """Write articles of which nothing is stored, in one request.

        They get no mark for the custody log: the caller enters them (`Custodian.log_new`).

        Args:
            articles: The articles; each id once.

        Returns:
            Of each whether it stands there now as it was given; False, with nothing changed, where another
            writer has stored something under its id.
        """
        documents = [
            {
                "_id": new.id,
                **look_fields(new.article, new.capture),
                "revision": 1,
                "signature": new.prepared.to_stored(),
                **story_fields(new.id, new.decision),
                "unsettled": True,
                "first_seen_at": new.capture.fetched_at,
                "removed_at": None,
                "aliases": [new.capture.url],
            }
            for new in articles
        ]
        try:
            self._db.articles.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            failures = error.details["writeErrors"]
            if any(failure["code"] != DUPLICATE_KEY for failure in failures):
                raise
            refused = [documents[failure["index"]]["_id"] for failure in failures]
            stands = self._standing({document["_id"]: document for document in documents}, refused)
            return [new.id not in refused or new.id in stands for new in articles]
        return [True] * len(articles)

    def _standing(self, documents: Mapping[str, Document], ids: Sequence[str]) -> set[str]:
        """The ids under which these very documents stand: the answer to an earlier attempt was lost."""
        names = ("site", "revision", "checked_at", "html_sha256", "text_sha256")
        stored = self._db.articles.find({"_id": {"$in": list(ids)}}, dict.fromkeys(names, 1))
        return {
            each["_id"]
            for each in stored
            if all(each.get(name) == documents[each["_id"]][name] for name in names)
        }

    def _keep_wording(self, article_id: str, revision: int, seen_until: datetime) -> None:
        old = self._db.articles.find_one({"_id": article_id})
        # A write that is repeated after a lost answer finds the new wording in place.
        if old is None or old["revision"] >= revision:
            return
        self._db.revisions.update_one(
            {"_id": f"{article_id}:{old['revision']}"},
            {
                "$setOnInsert": {
                    "article_id": article_id,
                    "site": old["site"],
                    "revision": old["revision"],
                    "title": old["title"],
                    "text": old["text"],
                    "seen_from": old.get("revised_at") or old["first_seen_at"],
                    "seen_until": seen_until,
                    "text_sha256": old["text_sha256"],
                    "html_sha256": old.get("html_sha256"),
                    "capture": old.get("capture"),
                }
            },
            upsert=True,
        )
        self._db.articles.update_one({"_id": article_id}, {"$set": {"revised_at": seen_until}})

    def story_of(self, article_id: str) -> Decision | None:
        """What is stored of an article's story; None where it is still to be looked at."""
        document = self._db.articles.find_one(
            {"_id": article_id},
            {"story_id": 1, "duplicate_of": 1, "similarity": 1, "duplicate_reason": 1, "dedup_pending": 1},
        )
        if document is None or document.get("dedup_pending"):
            return None
        reason = Reason(document.get("duplicate_reason") or Reason.NEW)
        return Decision(
            article_id, document["story_id"], document["duplicate_of"], document.get("similarity"), reason
        )

    def apply(self, changes: Iterable[StoryUpdate | Reassignment]) -> None:
        """Write what a decision says about other articles: a new story, another canonical article."""
        for change in changes:
            if isinstance(change, Reassignment):
                self._db.articles.update_one({"_id": change.id}, {"$set": story_fields(change.id, change)})
                continue
            if change.merged_id is not None:
                self._db.articles.update_many(
                    {"story_id": change.merged_id},
                    {"$set": {"story_id": change.story_id, "event_pending": True}},
                )
            self._db.articles.update_many(
                {"story_id": change.story_id, "_id": {"$ne": change.canonical_id}},
                {"$set": {"duplicate_of": change.canonical_id, "repeats": False, "event_pending": True}},
            )
            self._db.articles.update_one(
                {"_id": change.previous_id},
                {"$set": {"similarity": change.similarity, "duplicate_reason": str(change.reason)}},
            )
            self._db.articles.update_one(
                {"_id": change.canonical_id},
                {
                    "$set": {
                        "duplicate_of": None,
                        "similarity": None,
                        "duplicate_reason": None,
                        "repeats": False,
                        "event_pending": True,
                    }
                },
            )

    def set_story(self, decision: Decision) -> None:
        """Write what a decision says of its own article and of others."""
        self._db.articles.update_one({"_id": decision.id}, {"$set": story_fields(decision.id, decision)})
        self.apply(decision.changes)

    def move(self, stored: StoredArticle, article: Article, page_url: str) -> None:
        """Give a stored article its new address; the one before, and the page's, lead to it as well."""
        address = {
            "url": article.url,
            "canonical_url": article.canonical_url,
            **pending_mark(EventKind.MOVE, datetime.now(UTC)),
        }
        self._db.articles.update_one(
            {"_id": stored.id},
            {"$set": address, "$addToSet": {"aliases": {"$each": [stored.url, page_url]}}},
        )

    def seen_again(self, article_id: str, at: datetime, alias: str) -> None:
        """Note that an article was seen again, unchanged, at an address; a removed one has come back."""
        # A mark that is there says more, and is kept: that it was looked at is noted in it. It may be taken
        # off between two of these.
        unmarked = {"custody_pending": None}, pending_mark(EventKind.LOOK, at)
        marked = {"custody_pending.token": {"$exists": True}}, {"custody_pending.look": token_hex(8)}
        any(
            self._db.articles.update_one(
                {"_id": article_id, **where},
                {"$set": {"checked_at": at, **mark}, "$addToSet": {"aliases": alias}},
            ).matched_count
            for where, mark in (unmarked, marked, unmarked)
        )
        self._returned(article_id, at)

    def _returned(self, article_id: str, at: datetime) -> None:
        """Keep from when to when an article was away, if it was: a return must not hide the removal."""
        document = (
            self._db.articles.find_one({"_id": article_id}, {"removed_at": 1, "removal_capture": 1}) or {}
        )
        removed_at, capture = document.get("removed_at"), document.get("removal_capture")
        if removed_at is not None:
            absence = {"removed_at": removed_at, "returned_at": at}
            self._db.articles.update_one(
                {"_id": article_id, "removed_at": removed_at},
                {
                    "$set": {
                        "removed_at": None,
                        "removal_capture": None,
                        **pending_mark(EventKind.RETURN, at),
                    },
                    "$push": {"absences": {**absence, **({"capture": capture} if capture else {})}},
                },
            )

    def unmark_removed(self, article_id: str, at: datetime) -> bool:
        """Take back that an article was marked as taken down at a time; returns whether it was."""
        mark = pending_mark(EventKind.REMOVAL_UNDONE, datetime.now(UTC))
        result = self._db.articles.update_one(
            {"_id": article_id, "removed_at": at},
            {"$set": {"removed_at": None, "removal_capture": None, **mark}},
        )
        return result.modified_count > 0

    def removed(self, article_id: str, at: datetime, capture: CaptureReference | None = None) -> bool:
        """Mark an article as taken down by its site; it stays as it is.

        Args:
            article_id: The article.
            at: When its site answered so.
            capture: The answer, where it is kept.

        Returns:
            Whether that is news.
        """
        fields = {
            "removed_at": at,
            "removal_capture": capture and capture.as_document(),
            **pending_mark(EventKind.REMOVAL, at),
        }
        result = self._db.articles.update_one({"_id": article_id, "removed_at": None}, {"$set": fields})
        return result.modified_count > 0
