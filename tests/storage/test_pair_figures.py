"""The figures beside `duplicate_of` are of that pair, whoever came when."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from crawler.model.article import Article
from crawler.storage.article_fields import Capture
from crawler.storage.articles import ArticleStore
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import clear_index, follow_story, open_index
from crawler.storage.dedup_rebuild import rebuild_index
from crawler.storage.dedup_texts import stored_texts
from crawler.storage.pair_figures import measure_copies
from crawler.storage.schema import Document, ensure_schema
from dedup import compare, prepare
from tests.support.texts import hex_id, sentences

NOON = datetime(2024, 5, 4, 12, tzinfo=UTC)
WHOLE = sentences(1, 14)
TEXTS = {
    1: " ".join(WHOLE[:11]),
    2: " ".join([*sentences(2, 2), *WHOLE[:12]]),
    3: " ".join(WHOLE),
    4: " ".join(WHOLE[:11]),
}


@pytest.fixture(autouse=True)
def _clean(stores: Stores) -> Iterator[None]:
    ensure_schema(stores.db)
    clear_index(stores)
    yield
    stores.redis.config_set("maxmemory", "0")


def save(stores: Stores, number: int, text: str, *, minutes: int, revision: int = 1) -> None:
    key, site = hex_id(number), f"s{number}"
    published = NOON + timedelta(minutes=minutes)
    prepared = prepare(key, text, published, site)
    texts = stored_texts(stores, {key: text})
    (decision,) = open_index(stores).check_and_insert([prepared], texts=texts)
    url = f"https://{site}.example/{number}"
    article = Article(url=url, title="خبر", text=text, canonical_url=url, published_at=published)
    capture = Capture(site, url, NOON, None)
    ArticleStore(stores.db).save(key, article, capture, prepared, decision, revision=revision)
    follow_story(stores, decision)


def copies(stores: Stores) -> list[tuple[Document, Document]]:
    held = {document["_id"]: document for document in stores.db.articles.find({})}
    return [(one, held[one["duplicate_of"]]) for one in held.values() if one["duplicate_of"]]


def check(stores: Stores) -> None:
    for copy, original in copies(stores):
        expected = compare(copy["text"], original["text"])
        assert copy["similarity"] == pytest.approx(expected.similarity, abs=0.001)
        assert copy["pair"]["jaccard"] == pytest.approx(expected.jaccard, abs=0.001)
        assert max(copy["pair"]["contained"], copy["pair"]["contains"]) == copy["similarity"]
        assert (copy["duplicate_reason"] == "exact") == (copy["text"] == original["text"])
        assert copy["repeats"] == copy["pair"]["repeats"] == (copy["text"] in original["text"])


@pytest.mark.parametrize("order", [(1, 2, 3, 4), (4, 3, 2, 1), (2, 4, 1, 3)])
def test_figures_are_those_of_the_pair_in_every_order(stores: Stores, order: tuple[int, ...]) -> None:
    """The last of an order may be published first: then all others are called copies of it."""
    for number in order:
        save(stores, number, TEXTS[number], minutes=number)
        check(stores)
    assert len(copies(stores)) == 3
    rebuild_index(stores)
    check(stores)
    assert measure_copies(stores.db, {copy["story_id"] for copy, _ in copies(stores)}) == 0


def test_a_revised_original_is_measured_anew(stores: Stores) -> None:
    save(stores, 3, TEXTS[3], minutes=0)
    save(stores, 1, TEXTS[1], minutes=1)
    save(stores, 3, " ".join([*WHOLE, *sentences(5, 3)]), minutes=0, revision=2)
    check(stores)
    ((copy, _),) = copies(stores)
    assert copy["pair"]["contains"] < 0.75
