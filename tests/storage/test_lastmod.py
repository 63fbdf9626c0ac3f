"""A source's times of change are believed as far as they have proved true."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.model.article import Discovered, Disposition, Hints
from crawler.model.crawl import SourceKind
from crawler.storage.connect import Stores
from crawler.storage.frontier import Frontier, Page, PageResult
from crawler.storage.lastmod import RECORD_FOR, TRIAL, LastmodRecord, patience, recall_lastmod
from crawler.storage.schema import ensure_schema

SOURCE = "https://example.org/sitemap.xml"
PAGES = 3 * TRIAL


@pytest.fixture
def frontier(stores: Stores) -> Frontier:
    ensure_schema(stores.db)
    frontier = Frontier(stores.db, "site")
    for page in frontier.discover(_pages(None)).pages:
        frontier.settle(page, PageResult(Disposition.STORED, article_id=page.id))
    return frontier


def _pages(modified_at: datetime | None, source: str | None = SOURCE, count: int = PAGES) -> list[Discovered]:
    hints = Hints(modified_at=modified_at)
    return [
        Discovered(f"https://example.org/{number}", SourceKind.SITEMAP, hints, source_url=source)
        for number in range(count)
    ]


def _look(frontier: Frontier, disposition: Disposition, ahead: float = 0) -> list[Page]:
    """A source says that all pages have just changed; those that are fetched for it end in one way."""
    pages = frontier.discover(_pages(datetime.now(UTC) + timedelta(hours=ahead))).pages
    for page in pages:
        frontier.settle(page, PageResult(disposition, article_id=page.id))
    return pages


def test_a_source_whose_times_are_never_true_is_asked_for_a_few_pages_and_no_more(
    frontier: Frontier, stores: Stores
) -> None:
    assert [len(_look(frontier, Disposition.UNCHANGED)) for _ in range(3)] == [TRIAL, 0, 0]
    # A month later it may have been mended.
    stores.db.sources.update_one(
        {"_id": f"site/{SOURCE}"}, {"$set": {"lastmod.since": datetime.now(UTC) - 2 * RECORD_FOR}}
    )
    assert len(_look(frontier, Disposition.REVISED)) == TRIAL
    assert len(_look(frontier, Disposition.REVISED)) == PAGES


def test_a_source_that_has_become_a_liar_is_found_out(frontier: Frontier) -> None:
    _look(frontier, Disposition.REVISED)
    assert recall_lastmod(frontier._db, "site", SOURCE).is_reliable
    looks = [len(_look(frontier, Disposition.UNCHANGED, 24 * 2**step)) for step in range(4)]
    assert looks[0] == PAGES
    assert looks[-1] == 0


def test_a_record_of_a_clock_that_was_ahead_is_not_believed(frontier: Frontier, stores: Stores) -> None:
    _look(frontier, Disposition.UNCHANGED)
    ahead = datetime.now(UTC) + timedelta(days=400)
    stores.db.sources.update_one({"_id": f"site/{SOURCE}"}, {"$set": {"lastmod.since": ahead}})
    assert recall_lastmod(stores.db, "site", SOURCE) == LastmodRecord()


def test_what_nobody_doubts_is_fetched_unless_it_was_in_vain_twice(frontier: Frontier) -> None:
    for expected in (1, 1, 0):
        pages = frontier.discover(_pages(datetime.now(UTC), None, 1)).pages
        assert len(pages) == expected
        for page in pages:
            frontier._pages.update_one({"_id": page.id}, {"$inc": {"vain_looks": 1}})
            frontier.settle(page, PageResult(Disposition.UNCHANGED, article_id=page.id))
    later = datetime.now(UTC) + timedelta(days=2)
    assert len(frontier.discover(_pages(later, None, 1)).pages) == 1


def test_patience_grows_with_each_look_in_vain_up_to_a_month() -> None:
    days = [patience(looks) / timedelta(days=1) for looks in (0, 1, 2, 3, 4, 100)]
    assert days == [0, 0, 1, 2, 4, 32]
