"""New articles are settled: their stories are those of an archive pass, whatever cuts the settling off."""

import pytest

from crawler.storage.connect import Stores
from crawler.storage.dedup_index import clear_index, open_index, stories_lock
from crawler.storage.schema import ensure_schema
from crawler.storage.settled_stories import Settled, settle_new
from crawler.storage.splits import record_splits
from tests.support.indexed_articles import clusters, save_text
from tests.support.texts import hex_id, misjudged

APART = {1: (1, None, False), 2: (2, None, False)}
TOGETHER = {1: (1, None, False), 2: (1, 1, False)}


@pytest.fixture
def parted(stores: Stores) -> Stores:
    """An article and its copy, in two stories: the index judged them without their texts."""
    ensure_schema(stores.db)
    clear_index(stores)
    for number, text in enumerate(misjudged(copy=True), 1):
        save_text(stores, number, text)
    assert clusters(stores) == APART
    return stores


def waiting(stores: Stores) -> int:
    return len(list(stores.db.articles.find({"unsettled": True}, {"_id": 1})))


def test_new_articles_get_the_stories_of_an_archive_pass(parted: Stores) -> None:
    assert settle_new(parted, lambda: None) == Settled(articles=2, moved=1)
    assert clusters(parted) == TOGETHER
    assert {each and each.story_id for each in open_index(parted).lookup([hex_id(2)])} == {hex_id(1)}
    pair = parted.db.articles.find_one({"_id": hex_id(2)}, {"pair": 1})
    assert pair is not None
    assert pair["pair"]["rule"] == "alike"
    assert waiting(parted) == 0
    assert settle_new(parted, lambda: None) == Settled()


def test_what_a_crash_cuts_off_is_done_again(parted: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    # The index has changed, MongoDB has not.
    monkeypatch.setattr("crawler.storage.placed_stories.put_stories_right", killed)
    with pytest.raises(KeyboardInterrupt):
        settle_new(parted, lambda: None)
    monkeypatch.undo()
    assert clusters(parted) == APART
    assert waiting(parted) == 2
    settle_new(parted, lambda: None)
    assert clusters(parted) == TOGETHER
    assert waiting(parted) == 0


def test_what_a_person_marked_apart_stays_apart_and_others_are_waited_for(parted: Stores) -> None:
    with stories_lock(parted):
        assert settle_new(parted, lambda: None) is None
    record_splits(parted.db, [(hex_id(1), hex_id(2))])
    assert settle_new(parted, lambda: None) == Settled(articles=2)
    assert clusters(parted) == APART
