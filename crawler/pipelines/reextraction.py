"""An article that is extracted differently now: its text, signature and story are put right."""

import logging
from dataclasses import replace
from datetime import UTC, datetime

from crawler.model.article import Article, latest_publication
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import follow_story, open_index
from crawler.storage.dedup_texts import stored_texts
from crawler.storage.reextractions import correct, differences
from crawler.storage.stored_article import StoredArticle
from dedup import Decision, IndexFullError, Prepared

logger = logging.getLogger(__name__)


def apply_reading(stores: Stores, stored: StoredArticle, article: Article, prepared: Prepared) -> None:
    """Write a new extraction of a stored article; the earlier text is kept as a reading.

    Args:
        stores: The open stores.
        stored: The article as stored.
        article: What was read in the same page now.
        prepared: Its signature.

    Raises:
        StoreUnavailableError: A store does not answer.
    """
    article_id, decision = stored.id, None
    resigned = {"text", "published_at"} & set(differences(stored, article))
    if resigned:
        published = latest_publication(
            article.published_at, article.published_precision, stored.first_seen_at
        )
        # Where its canonical address reads otherwise now, the article keeps the name it was stored under.
        prepared = replace(prepared, id=article_id, published_at=published)
        decision = _decide(stores, prepared, article.text)
    correct(stores.db, stored, article, prepared if resigned else None, decision, at=datetime.now(UTC))
    if decision is not None:
        follow_story(stores, decision)


def _decide(stores: Stores, prepared: Prepared, text: str) -> Decision | None:
    try:
        texts = stored_texts(stores, {prepared.id: text})
        return open_index(stores).check_and_insert([prepared], texts=texts)[0]
    except IndexFullError as error:
        logger.error("%s is corrected without a look for duplicates: %s", prepared.id, error)
        return None
