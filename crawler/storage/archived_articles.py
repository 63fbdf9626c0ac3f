"""Articles as they stand in the archive, by the hashes that the custody log has of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pymongo
from pymongo.database import Database

from crawler.storage.batches import in_batches
from crawler.storage.custody_hashes import article_sha256, wording_hashes
from crawler.storage.looks import look_facts
from crawler.storage.schema import Document
from crawler.storage.stored_article import LONGEST_SCAN


@dataclass(frozen=True, slots=True)
class ArchivedArticle:
    """The hashes of an article as it stands in the archive, and of its earlier wordings by `_id`."""

    id: str
    site: str
    sha256: str
    wordings: dict[str, str]
    look: dict[str, str]


def article_batches(db: Database[Document], site: str | None = None) -> Iterator[list[Document]]:
    """Yield all articles, or a site's, as they are stored, some at a time."""
    with pymongo.timeout(LONGEST_SCAN):
        ids = [document["_id"] for document in db.articles.find({"site": site} if site else {}, {"_id": 1})]
    yield from in_batches(db.articles, ids)


def archived_articles(db: Database[Document], documents: Sequence[Document]) -> Iterator[ArchivedArticle]:
    """Yield articles as they stand.

    Args:
        db: The database.
        documents: The articles as they are stored.
    """
    wordings = wording_hashes(db, [document["_id"] for document in documents])
    for document in documents:
        yield ArchivedArticle(
            document["_id"],
            str(document.get("site", "")),
            article_sha256(document),
            wordings.get(document["_id"], {}),
            look_facts(document),
        )
