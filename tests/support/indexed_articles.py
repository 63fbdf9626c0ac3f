"""Stored articles that the dedup index knows, and the clusters they are in."""

from datetime import UTC, datetime, timedelta

from crawler.model.article import Article
from crawler.storage.article_fields import Capture
from crawler.storage.articles import ArticleStore
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import open_index
from dedup import prepare
from tests.support.texts import hex_id, sentences

NOW = datetime.now(UTC).replace(microsecond=0)


def save_copy(
    stores: Stores, number: int, *, story: int = 1, kept: int = 14, looked_up: bool = True, days: float = 0
) -> None:
    save_text(stores, number, "\n".join(sentences(story, 14)[:kept]), looked_up=looked_up, days=days)


def save_text(stores: Stores, number: int, text: str, *, looked_up: bool = True, days: float = 0) -> None:
    key, site = hex_id(number), f"s{number}"
    published = NOW - timedelta(days=days) + timedelta(minutes=number)
    prepared = prepare(key, text, published, site)
    decision = open_index(stores).check_and_insert([prepared])[0] if looked_up else None
    url = f"https://{site}.example/{number}"
    article = Article(url=url, title="خبر", text=text, canonical_url=url, published_at=published)
    capture = Capture(site, url, NOW - timedelta(days=days), None)
    ArticleStore(stores.db).save(key, article, capture, prepared, decision)


def clusters(stores: Stores) -> dict[int, tuple[int, int | None, bool]]:
    return {
        int(article["_id"], 16): (
            int(article["story_id"], 16),
            article["duplicate_of"] and int(article["duplicate_of"], 16),
            article["dedup_pending"],
        )
        for article in stores.db.articles.find({})
    }
