"""The dedup report of what the stores hold."""

from datetime import UTC, datetime, timedelta

from crawler.operations.dedup.report import dedup_report, read_holdings, report_of
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import open_index
from crawler.storage.repeated_paragraphs import BoilerplateCounts
from crawler.storage.schema import ensure_schema
from dedup import prepare
from tests.support.small_archive import article, copy
from tests.support.texts import sentences

DAY = datetime(2024, 12, 3, 21, tzinfo=UTC)  # midnight in Damascus
FIRST, BARE = "1" * 32, "2" * 32


def test_a_site_that_was_never_crawled_here_is_in_the_report(stores: Stores) -> None:
    ensure_schema(stores.db)
    stores.db.articles.insert_many(
        [article(FIRST, "barada", "أ", "نص"), article(BARE, "ugarit", "ب", "نص آخر")]
    )
    stores.db.sites.insert_one({"_id": "barada", "token": 1, "holder": None})
    assert {site.id: site.articles for site in dedup_report(stores, {}).sites} == {"barada": 1, "ugarit": 1}


def test_who_had_it_first_is_told_by_the_latest_moment_that_a_day_allows(stores: Stores) -> None:
    ensure_schema(stores.db)
    noon = DAY + timedelta(hours=12)
    bare = copy(BARE, FIRST, "ugarit", "خبر", "نص", 0, 1.0)
    bare |= {
        "published_at": DAY,
        "published_precision": "day",
        "first_seen_at": DAY + timedelta(hours=15),
    }
    stores.db.articles.insert_many([article(FIRST, "barada", "خبر", "نص", published_at=noon), bare])
    (story,) = dedup_report(stores, {}).largest
    assert [member.id for member in story.members] == [FIRST, BARE]
    assert story.members[1].at == DAY + timedelta(hours=15)
    assert str(story.members[1].day) == "2024-12-04"


def test_near_misses_boilerplate_and_health_are_told(stores: Stores) -> None:
    ensure_schema(stores.db)
    lines = sentences(1, 20)
    texts = {FIRST: " ".join(lines), BARE: " ".join([*lines[:13], *sentences(2, 7)])}
    index = open_index(stores)
    for id_, text in texts.items():
        index.check_and_insert([prepare(id_, text, DAY)])
    stores.db.articles.insert_many([article(id_, "barada", "خبر", text) for id_, text in texts.items()])
    health = {"verdict": "fewer_than_usual", "reason": "nothing new"}
    stores.db.sites.insert_one({"_id": "barada", "token": 1, "holder": None, "health": health})
    counts = BoilerplateCounts(stores.redis, "barada")
    for number in range(10):
        counts.learn([("share", "شارك"), (f"own{number}", f"فقرة {number} " * 10)])
    made = dedup_report(stores, {})
    (note,) = made.notes
    assert (note.trouble, note.reason, note.boilerplate) == ("fewer_than_usual", "nothing new", 1)
    (miss,) = made.near_misses
    assert miss.first
    assert {miss.first.id, miss.copy.id} == {FIRST, BARE}
    assert {miss.first.text, miss.copy.text} == set(texts.values())


def test_a_narrowed_report_has_the_texts_of_what_it_lists(stores: Stores) -> None:
    ensure_schema(stores.db)
    documents = []
    for number in range(45):  # larger stories of others, before and after
        keys = [f"{number:02}{letter * 30}" for letter in "abc"]
        hours = 5 if number % 2 else 50
        documents.append(article(keys[0], "barada", "خبر", "نص", hours))
        documents += [copy(key, keys[0], "ugarit", "خبر", "نص", hours - 1, 1.0) for key in keys[1:]]
    documents.append(article(FIRST, "qasioun", "خبر", "شارك 215 طالبًا", 20))
    documents.append(copy(BARE, FIRST, "qasioun", "خبر", "شارك 216 طالبًا", 19, 0.8))
    stores.db.articles.insert_many(documents)
    held = read_holdings(stores, {})
    (story,) = report_of(stores, held, site="qasioun").largest
    assert [member.text for member in story.members] == ["شارك 215 طالبًا", "شارك 216 طالبًا"]
    assert story.first is story.members[0]
    assert report_of(stores, held).totals.articles == len(documents)
