"""The archive's index: articles that had to wait for it, those that have left it, marks that outlive it."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.storage.articles import ArticleStore
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import (
    check_pending,
    clear_index,
    index_was_lost,
    open_index,
    recluster,
)
from crawler.storage.dedup_rebuild import keep_story_ids, mend_index, rebuild_index
from crawler.storage.schema import ensure_schema
from crawler.storage.splits import forget_splits, record_splits, splits_of
from dedup import IndexFullError
from tests.support.indexed_articles import clusters, save_copy, save_text
from tests.support.texts import hex_id, misjudged


@pytest.fixture(autouse=True)
def _clean(stores: Stores) -> Iterator[None]:
    ensure_schema(stores.db)
    clear_index(stores)
    yield
    stores.redis.config_set("maxmemory", "0")


def test_articles_that_found_redis_full_are_looked_up_later(stores: Stores) -> None:
    save_copy(stores, 1)
    stores.redis.config_set("maxmemory", "1")
    with pytest.raises(IndexFullError, match="no memory left"):
        save_copy(stores, 2)
    save_copy(stores, 2, looked_up=False)
    save_copy(stores, 3, looked_up=False, kept=10)
    with pytest.raises(IndexFullError):
        check_pending(stores)
    assert clusters(stores)[2] == (2, None, True)
    assert not index_was_lost(stores)  # they wait for it: nothing has to be made anew
    stores.redis.config_set("maxmemory", "0")
    assert check_pending(stores) == 2
    assert clusters(stores) == {1: (1, None, False), 2: (1, 1, False), 3: (1, 1, False)}
    assert check_pending(stores) == 0
    assert mend_index(stores) is None


def test_with_a_window_old_articles_leave_and_keep_their_stories(stores: Stores) -> None:
    for number, days in ((1, 100), (2, 50), (3, 1)):
        save_copy(stores, number, days=days, story=3 if number == 3 else 1)
    before = clusters(stores)
    assert before[2] == (1, 1, False)
    stores.settings = stores.settings.model_copy(update={"dedup_window": 90.0})
    assert rebuild_index(stores) == 1
    assert clusters(stores) == before
    assert not index_was_lost(stores)
    # The second came within the window, but its story began before it.
    assert open_index(stores).lookup([hex_id(2)]) == [None]
    kept = ArticleStore(stores.db).story_of(hex_id(2))
    assert kept is not None
    assert (kept.story_id, kept.duplicate_of) == (hex_id(1), hex_id(1))
    save_copy(stores, 4)
    assert clusters(stores)[4] == (4, None, False)
    save_copy(stores, 5, story=3)
    assert clusters(stores)[5] == (3, 3, False)
    assert not index_was_lost(stores)


def test_marks_are_kept_apart_from_the_index_and_outlive_it(stores: Stores) -> None:
    for number in (1, 2, 3):
        save_copy(stores, number, kept=14 if number == 1 else 12)
    assert clusters(stores)[3] == (1, 1, False)
    pair = (hex_id(3), hex_id(1))
    assert record_splits(stores.db, [pair], "آخر") == 1
    assert record_splits(stores.db, [pair[::-1]]) == 0
    assert splits_of(stores.db) == [(hex_id(1), hex_id(3))]
    open_index(stores).mark_apart([pair])
    recluster(stores, [hex_id(1)])
    apart = {1: (1, None, False), 2: (1, 1, False), 3: (3, None, False)}
    assert clusters(stores) == apart
    stores.redis.flushdb()
    stores.index = None
    assert mend_index(stores) == 3
    assert clusters(stores)[3][0] != clusters(stores)[1][0]
    assert record_splits(stores.db, []) == 0
    assert forget_splits(stores.db, [pair]) == 1
    rebuild_index(stores)
    assert clusters(stores)[3][0] == clusters(stores)[1][0] == 1


def test_a_rebuild_looks_at_the_texts_where_an_estimate_is_not_sure(stores: Stores) -> None:
    for number, text in enumerate(misjudged(copy=True), 1):
        save_text(stores, number, text)
    assert clusters(stores) == {1: (1, None, False), 2: (2, None, False)}
    rebuild_index(stores)
    assert clusters(stores) == {1: (1, None, False), 2: (1, 1, False)}


def test_signatures_of_an_older_normalisation_are_made_anew_from_the_text(stores: Stores) -> None:
    save_copy(stores, 1)
    expected = stores.db.articles.find_one({"_id": hex_id(1)})
    assert expected is not None
    stores.db.articles.update_one(
        {"_id": hex_id(1)}, {"$unset": {"signature.normalisation": 1}, "$set": {"signature.size": 1}}
    )
    rebuild_index(stores)
    del expected["unsettled"]
    assert stores.db.articles.find_one({"_id": hex_id(1)}) == expected


def test_a_story_keeps_its_id_in_a_new_index_whoever_came_first(stores: Stores) -> None:
    # The story began with article 9; what was published before it came later.
    for number in (9, 3, 5):
        save_copy(stores, number, story=1)
    save_copy(stores, 4, story=2)
    before = clusters(stores)
    assert {before[number][:2] for number in (5, 9)} == {(9, 3)}
    assert before[3][:2] == (9, None)

    rebuild_index(stores)

    assert clusters(stores) == before


@given(stories=st.dictionaries(st.integers(0, 30), st.integers(0, 6), min_size=1, max_size=12))
def test_an_order_that_keeps_story_ids_holds_each_article_once(stories: dict[int, int]) -> None:
    order = keep_story_ids({str(article): str(story) for article, story in stories.items()})
    assert sorted(order) == sorted(str(article) for article in stories)
    for article, story in stories.items():
        if stories.get(story) == story:
            assert order.index(str(story)) <= order.index(str(article))
