"""Times that a wrong clock stored do not silence anything once the clock is right."""

from datetime import UTC, datetime, timedelta

import pytest
from bson import ObjectId

from crawler.discovery.date_archives import DateArchive
from crawler.discovery.window import Span
from crawler.model.article import Discovered, Disposition
from crawler.model.crawl import SourceKind, Verdict
from crawler.storage.clock import CLOCK_SLACK, not_ahead, waits_until
from crawler.storage.connect import Stores
from crawler.storage.date_archives import next_unread, recall_archives
from crawler.storage.frontier import Frontier, PageResult
from crawler.storage.lease import Lease, LeaseHeldError
from crawler.storage.recheck import AGES
from crawler.storage.schema import ensure_schema
from crawler.storage.site_pages import are_page_validators_unreliable
from crawler.storage.site_state import Turn, hold_off, not_before, queue, record_turn, site_state
from crawler.storage.sources import recall_source
from crawler.storage.wordpress import recall_closed_names, recall_posts, recall_posts_mark

NOW = datetime.now(UTC)
AHEAD = NOW + timedelta(days=400)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("moment", "waits"),
    [
        (None, False),
        (NOW - HOUR, False),
        (NOW, False),
        (NOW + HOUR, True),
        (NOW + 2 * HOUR, True),
        (NOW + 2 * HOUR + 2 * CLOCK_SLACK, False),
        (AHEAD, False),
    ],
)
def test_nothing_waits_longer_than_it_can_have_been_told_to(moment: datetime | None, waits: bool) -> None:
    assert waits_until(moment, NOW, 2 * HOUR) == (moment if waits else None)


def test_what_has_happened_does_not_lie_ahead() -> None:
    assert not_ahead(NOW - HOUR, NOW) == NOW - HOUR
    assert not_ahead(NOW + CLOCK_SLACK / 2, NOW) is not None
    assert not_ahead(AHEAD, NOW) is not_ahead(None, NOW) is None


def test_a_site_s_turn_and_pause_of_a_wrong_clock_are_due_now(stores: Stores) -> None:
    lease = Lease(stores.db, "site")
    turn = Turn(ObjectId(), AHEAD, Verdict.OK, None, interval=HOUR, next_at=AHEAD + HOUR)
    record_turn(stores.db, "site", lease.token, turn)
    hold_off(stores.db, "site", AHEAD)
    assert site_state(stores.db, "site").waits_until(NOW, HOUR) == NOW
    assert not_before(stores.db, "site") is None
    # A pause that is asked for afterwards is kept.
    hold_off(stores.db, "site", NOW + HOUR)
    assert not_before(stores.db, "site") is not None
    stores.db.sites.update_one({"_id": "site"}, {"$set": {"next_at": NOW + HOUR / 2, "queued_at": AHEAD}})
    assert site_state(stores.db, "site").waits_until(NOW, HOUR) > NOW
    assert queue(stores.db, "site", NOW, HOUR)


def test_a_lease_of_a_wrong_clock_is_taken_over(stores: Stores) -> None:
    holder = {"host": "another-machine", "pid": 4, "started": "9"}
    stores.db.sites.insert_one({"_id": "site", "token": 1, "holder": holder, "expires_at": AHEAD})
    assert not site_state(stores.db, "site").crawled_now(NOW)
    assert Lease(stores.db, "site").token == 2
    stores.db.sites.insert_one(
        {"_id": "held", "token": 1, "holder": holder, "expires_at": datetime.now(UTC) + HOUR / 120}
    )
    with pytest.raises(LeaseHeldError):
        Lease(stores.db, "held")


def test_pages_of_a_wrong_clock_are_due_and_grow_old(stores: Stores) -> None:
    ensure_schema(stores.db)
    frontier = Frontier(stores.db, "site")
    urls = [f"https://example.org/{name}" for name in ("failed", "young")]
    failed, young = frontier.discover([Discovered(url, SourceKind.FEED) for url in urls]).pages
    frontier.settle(failed, PageResult(Disposition.FAILED))
    frontier.settle(young, PageResult(Disposition.STORED, article_id="a", article_since=AHEAD))
    stored = {document["_id"]: document for document in stores.db.pages.find({})}
    assert stored[young.id]["article_since"] < NOW + HOUR
    assert frontier.pending(NOW) == []
    stores.db.pages.update_one({"_id": failed.id}, {"$set": {"next_attempt_at": AHEAD}})
    stores.db.pages.update_one({"_id": young.id}, {"$set": {"recheck_at": AHEAD}})
    assert [page.id for page in frontier.pending(NOW)] == [failed.id]
    assert [page.id for page in frontier.young(NOW)] == [young.id]
    stores.db.pages.update_one({"_id": young.id}, {"$set": {"recheck_at": NOW + AGES[-1] - HOUR}})
    assert frontier.young(NOW) == []


def test_what_is_remembered_of_sources_under_a_wrong_clock_is_forgotten(stores: Stores) -> None:
    span = Span(NOW - timedelta(days=90), NOW - timedelta(days=60))
    archive = DateArchive("https://example.org/2024/03/", span)
    times = {"read_at": AHEAD, "checked_at": AHEAD, "walked": True}
    stores.db.sources.insert_many(
        [
            {"_id": "site/feed", **times},
            {"_id": f"site/{archive.url}", **times},
            {"_id": "site/archives", "refused_until": AHEAD},
            {"_id": "site/pages", "lied_at": AHEAD},
            {"_id": "site/wordpress", "refused_until": AHEAD, "page_size": 20, "page_size_at": AHEAD,
             "closed_names": {"users": AHEAD}},
            {"_id": "site/posts", "newest": "2024-01-01T00:00:00", "missing": 3, "walked_at": AHEAD},
        ]
    )  # fmt: skip
    memory = recall_source(stores.db, "site", "feed")
    assert (memory.read_at, memory.checked_at, memory.walked) == (None, None, True)
    assert next_unread(stores.db, "site", [archive]) == (archive, 0)
    assert recall_archives(stores.db, "site").refused_until is None
    assert not are_page_validators_unreliable(stores.db, "site")
    posts = recall_posts(stores.db, "site")
    assert (posts.refused_until, posts.page_size) == (None, None)
    assert recall_closed_names(stores.db, "site") == frozenset()
    assert recall_posts_mark(stores.db, "site", "posts").missing is None
