"""The dedup report of what the stores hold."""

from datetime import UTC, datetime, timedelta

from crawler.operations.report import dedup_report
from crawler.storage.connect import Stores
from crawler.storage.schema import ensure_schema
from tests.web.archive import article, copy

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
