"""Round-ups in the archive: what MongoDB keeps is what the index says, whichever article came first."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from crawler.model.article import Article
from crawler.storage.article_fields import Capture, story_fields
from crawler.storage.articles import ArticleStore
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import clear_index, follow_story, open_index
from crawler.storage.dedup_rebuild import rebuild_index
from crawler.storage.schema import ensure_schema
from dedup import Decision, prepare
from tests.support.texts import hex_id, sentences

NOW = datetime(2024, 12, 4, 12, tzinfo=UTC)
ONE, TWO = sentences(1, 9), sentences(2, 9)
TEXTS = {1: ONE, 2: ["(وكالات)", *ONE], 3: TWO, 4: [*ONE, *TWO, *sentences(3, 9)]}
STORIES = {1: "one", 2: "one", 3: "two", 4: "round-up"}


@pytest.fixture(autouse=True)
def _clean(stores: Stores) -> Iterator[None]:
    ensure_schema(stores.db)
    clear_index(stores)
    yield
    clear_index(stores)


def decide(stores: Stores, number: int) -> Decision:
    text = "\n\n".join(TEXTS[number])
    prepared = prepare(hex_id(number), text, NOW + timedelta(hours=number), f"s{number}")
    return open_index(stores).check_and_insert([prepared])[0]


def write(stores: Stores, number: int, decision: Decision) -> None:
    text, url = "\n\n".join(TEXTS[number]), f"https://s{number}.example/1"
    published = NOW + timedelta(hours=number)
    article = Article(url=url, title="خبر", text=text, canonical_url=url, published_at=published)
    prepared = prepare(hex_id(number), text, published, f"s{number}")
    capture = Capture(f"s{number}", url, NOW + timedelta(days=1), None)
    ArticleStore(stores.db).save(hex_id(number), article, capture, prepared, decision)
    follow_story(stores, decision)


def check(stores: Stores) -> None:
    names = {"story_id": 1, "duplicate_of": 1, "dedup_pending": 1}
    held = {one.pop("_id"): one for one in stores.db.articles.find({}, names)}
    known = {one.id: story_fields(one.id, one) for one in open_index(stores).lookup(list(held)) if one}
    assert held == {id_: {name: fields[name] for name in names} for id_, fields in known.items()}
    stories = {number: held[hex_id(number)]["story_id"] for number in TEXTS}
    named = set(zip(stories.values(), STORIES.values(), strict=True))
    assert len(named) == len(set(stories.values())) == 3


def test_what_is_stored_does_not_depend_on_the_order(stores: Stores) -> None:
    for order in permutations(TEXTS):
        clear_index(stores)
        stores.db.articles.delete_many({})
        for number in order:
            write(stores, number, decide(stores, number))
        check(stores)


def test_moves_of_articles_that_are_not_stored_yet_are_not_lost(stores: Stores) -> None:
    """Three crawls have their decisions, and write them in another order."""
    decided = [(number, decide(stores, number)) for number in (4, 1, 2, 3)]
    for number, decision in reversed(decided):
        write(stores, number, decision)
    check(stores)


def test_a_rebuild_writes_what_moved(stores: Stores) -> None:
    for number in (4, 1, 3, 2):
        write(stores, number, decide(stores, number))
    stores.db.articles.update_many({}, {"$set": {"story_id": hex_id(4), "duplicate_of": hex_id(4)}})
    rebuild_index(stores)
    check(stores)
