"""Texts for the exact look: of articles that are stored, and of those on their way."""

from collections.abc import Iterator

import pytest

from crawler.storage.connect import Stores
from crawler.storage.dedup_index import clear_index, open_index
from crawler.storage.dedup_texts import stored_texts
from crawler.storage.schema import ensure_schema
from dedup import prepare
from tests.support.texts import hex_id, sentences

REST = " ".join(sentences(3, 12))
NOTICES = [f"قتل الشاب {name} في بلدة {place}. {REST}" for name, place in (("خالد", "نوى"), ("سامر", "طفس"))]


@pytest.fixture(autouse=True)
def _clean(stores: Stores) -> Iterator[None]:
    ensure_schema(stores.db)
    clear_index(stores)
    yield
    stores.redis.config_set("maxmemory", "0")


def test_an_article_on_its_way_is_looked_at_by_others(stores: Stores) -> None:
    """Neither is stored yet when the second is decided on, as in a crawl with several pages at once."""
    for number, text in enumerate(NOTICES, 1):
        article = prepare(hex_id(number), text, None, "s1")
        texts = stored_texts(stores, {article.id: text})
        (decision,) = open_index(stores).check_and_insert([article], texts=texts)
        assert decision.duplicate_of is None


def test_what_is_on_its_way_goes_before_what_is_stored(stores: Stores) -> None:
    stores.db.articles.insert_one({"_id": hex_id(1), "text": "قديم"}, bypass_document_validation=True)
    assert stored_texts(stores)([hex_id(1), hex_id(2)]) == {hex_id(1): "قديم"}
    stored_texts(stores, {hex_id(1): "جديد \ud800"})
    assert stored_texts(stores)([hex_id(1)]) == {hex_id(1): "جديد \ud800"}
