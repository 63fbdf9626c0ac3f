"""The frontier: nothing discovered is lost, nothing settled is taken again without a reason."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.model.article import Discovered, Disposition, Hints
from crawler.model.crawl import SourceKind
from crawler.model.period import ANY_TIME
from crawler.parsing.urls import former_page_ids
from crawler.storage.connect import Stores
from crawler.storage.frontier import FIRST_RETRY, LONGEST_RETRY, Frontier, PageResult
from crawler.storage.lease import LeaseLostError
from crawler.storage.recheck import MISSED, next_recheck
from crawler.storage.schema import ensure_schema

NOW = datetime(2024, 12, 4, 10, 0, tzinfo=UTC)


@pytest.fixture
def frontier(stores: Stores) -> Frontier:
    ensure_schema(stores.db)
    return Frontier(stores.db, "site")


def _found(*paths: str, **hints: object) -> list[Discovered]:
    return [Discovered(f"https://example.org/{path}", SourceKind.FEED, Hints(**hints)) for path in paths]  # type: ignore[arg-type]


def test_a_page_is_new_once_in_whatever_form_its_address_comes(frontier: Frontier) -> None:
    assert frontier.discover(_found("a", "b")).new == 2
    assert frontier.discover(_found("a/", "b?utm_source=x", "a#top")).new == 0
    assert {page.url for page in frontier.pending(NOW)} == {"https://example.org/a", "https://example.org/b"}


def test_hints_survive_the_store(frontier: Frontier) -> None:
    frontier.discover(_found("a", title="عنوان", published_at=NOW, authors=("سمر",), text="نص"))
    (page,) = frontier.pending(NOW)
    assert page.hints == Hints(title="عنوان", published_at=NOW, authors=("سمر",), text="نص")


def test_a_feeds_full_text_waits_with_its_page_until_that_has_been_read(frontier: Frontier) -> None:
    (page,) = frontier.discover(_found("a", title="عنوان", text="نص")).pages
    for ending in (Disposition.BLOCKED, Disposition.FAILED):
        frontier.settle(page, PageResult(ending, "no"))
        (page,) = frontier.pending(datetime.now(UTC) + LONGEST_RETRY)
        assert page.hints.text == "نص"
    frontier.settle(page, PageResult(Disposition.STORED, article_id="1"))
    frontier.reopen(["1"])
    (page,) = frontier.name_pages([page.url])
    assert (page.hints.title, page.hints.text) == ("عنوان", None)


def test_a_discovery_that_is_repeated_because_its_answer_was_lost_loses_no_page(frontier: Frontier) -> None:
    first = frontier.discover(_found("a", "b"))
    again = frontier.discover(_found("a", "b"))
    assert {page.id for page in again.pages} == {page.id for page in first.pages}
    frontier.settle(first.pages[0], PageResult(Disposition.FAILED, "no answer"))
    assert [page.id for page in frontier.discover(_found("a", "b")).pages] == [first.pages[1].id]


def test_a_settled_page_is_done_until_its_source_says_that_it_was_modified(frontier: Frontier) -> None:
    (page,) = frontier.discover(_found("a")).pages
    frontier.settle(page, PageResult(Disposition.STORED, article_id="1", etag='"x"'))
    assert frontier.pending(datetime.now(UTC)) == []
    assert frontier.discover(_found("a", modified_at=NOW)).pages == []
    (again,) = frontier.discover(_found("a", modified_at=datetime.now(UTC) + timedelta(minutes=1))).pages
    assert (again.etag, again.article_id) == ('"x"', "1")


def test_a_failed_page_is_tried_again_later_and_ever_later(frontier: Frontier, stores: Stores) -> None:
    frontier.discover(_found("a"))
    waits = []
    for _ in range(12):
        (page,) = frontier.pending(datetime.now(UTC) + 2 * LONGEST_RETRY)
        before = datetime.now(UTC)
        frontier.settle(page, PageResult(Disposition.FAILED, "no answer"))
        assert frontier.pending(datetime.now(UTC)) == []
        document = stores.db.pages.find_one({"_id": page.id})
        assert document is not None
        waits.append(timedelta(seconds=round((document["next_attempt_at"] - before).total_seconds())))
    assert abs(waits[0] - FIRST_RETRY) < timedelta(seconds=5)
    assert waits == sorted(waits)
    assert abs(waits[-1] - LONGEST_RETRY) < timedelta(seconds=5)


def test_a_site_that_says_when_to_come_back_is_not_asked_sooner(frontier: Frontier) -> None:
    (page,) = frontier.discover(_found("a")).pages
    later = datetime.now(UTC) + timedelta(hours=5)
    frontier.settle(page, PageResult(Disposition.BLOCKED, "429", not_before=later))
    assert frontier.pending(later - timedelta(minutes=1)) == []
    assert len(frontier.pending(later + timedelta(minutes=1))) == 1


def test_reopening_articles_takes_one_address_each(frontier: Frontier) -> None:
    own, alias, other = frontier.discover(_found("a", "alias-of-a", "b")).pages
    article = own.id.split("/")[1]
    for page, article_id in ((own, article), (alias, article), (other, "elsewhere")):
        frontier.settle(page, PageResult(Disposition.STORED, article_id=article_id))
    assert frontier.reopen([article]) == 1
    assert [page.id for page in frontier.pending(datetime.now(UTC))] == [own.id]


def test_many_pages_are_discovered_in_batches(frontier: Frontier) -> None:
    paths = [f"p{number}" for number in range(1_200)]
    assert frontier.discover(_found(*paths)).new == 1_200
    assert frontier.discover(_found(*paths)).new == 0
    assert len(frontier.pending(NOW)) == 1_200


def test_the_pages_of_another_site_are_its_own(frontier: Frontier, stores: Stores) -> None:
    frontier.discover(_found("a"))
    assert Frontier(stores.db, "other").discover(_found("a")).new == 1


def test_what_an_earlier_holder_of_the_lease_does_to_a_page_is_refused_by_the_store(stores: Stores) -> None:
    ensure_schema(stores.db)
    early, late = Frontier(stores.db, "site", token=1), Frontier(stores.db, "site", token=2)
    waiting, settled = early.discover(_found("a", "b")).pages
    early.settle(settled, PageResult(Disposition.STORED, article_id="1"))
    late.fence()
    with pytest.raises(LeaseLostError, match=r"has taken over https://example\.org/a"):
        early.settle(waiting, PageResult(Disposition.GONE))
    document = stores.db.pages.find_one({"_id": waiting.id})
    assert document is not None
    assert (document["state"], document["last_disposition"]) == ("pending", None)
    late.settle(waiting, PageResult(Disposition.STORED, article_id="2"))
    with pytest.raises(LeaseLostError):
        early.settle(waiting, PageResult(Disposition.GONE))


def test_a_young_article_is_looked_at_again_after_hours_and_days_and_then_no_more(stores: Stores) -> None:
    ensure_schema(stores.db)
    frontier = Frontier(stores.db, "site")
    now = datetime.now(UTC)
    fresh, old, none = frontier.discover(_found("fresh", "old", "none")).pages
    frontier.settle(fresh, PageResult(Disposition.STORED, article_id="1", article_since=now))
    frontier.settle(old, PageResult(Disposition.STORED, article_id="2", article_since=NOW))
    frontier.settle(none, PageResult(Disposition.REFUSED, final=True))
    assert frontier.young(now + timedelta(minutes=59)) == []
    (again,) = frontier.young(now + timedelta(minutes=61))
    assert (again.id, again.article_id) == (fresh.id, "1")
    assert again.article_since is not None
    # One look whose answer failed is the business of retries, not of this.
    frontier.settle(again, PageResult(Disposition.FAILED, "no answer"))
    assert frontier.young(now + timedelta(minutes=61)) == []
    assert [page.id for page in frontier.pending(now + timedelta(minutes=61))] == [fresh.id]


@pytest.mark.parametrize(
    ("age", "next_age"),
    [(0.0, 1.0), (0.5, 1.0), (1.0, 6.0), (5.0, 6.0), (7.0, 24.0), (30.0, 168.0), (168.0, None), (9e3, None)],
)
def test_looks_at_an_article_by_its_age_in_hours(age: float, next_age: float | None) -> None:
    due = next_recheck(NOW, NOW + timedelta(hours=age))
    assert due == (None if next_age is None else NOW + timedelta(hours=next_age))


def test_an_article_dated_in_the_future_is_young_now() -> None:
    assert next_recheck(NOW + timedelta(days=40), NOW) == NOW + timedelta(hours=1)


@pytest.mark.parametrize("ending", [Disposition.GONE, Disposition.NOT_ARTICLE, Disposition.REFUSED])
def test_a_page_never_seen_well_is_asked_again_after_an_hour_a_day_and_a_week(
    frontier: Frontier, ending: Disposition
) -> None:
    (page,) = frontier.discover(_found("a", text="نص")).pages
    for wait in MISSED:
        frontier.settle(page, PageResult(ending, "not yet"))
        now = datetime.now(UTC)
        assert frontier.young(now + wait - timedelta(minutes=1)) == []
        (page,) = frontier.young(now + wait)
        assert page.hints.text == "نص"
    frontier.settle(page, PageResult(ending, "not yet"))
    assert frontier.young(datetime.now(UTC) + timedelta(days=400)) == []
    # Whoever recrawls asks once more; what the page says then counts.
    assert frontier.reopen_missed(ANY_TIME) == 1
    (page,) = frontier.pending(datetime.now(UTC))
    frontier.settle(page, PageResult(Disposition.STORED, article_id="1"))
    assert frontier.reopen_missed(ANY_TIME) == 0


def test_a_page_that_a_rule_forbids_or_that_gave_an_article_is_not_asked_again(frontier: Frontier) -> None:
    forbidden, known = frontier.discover(_found("a", "b")).pages
    frontier.settle(forbidden, PageResult(Disposition.REFUSED, "robots.txt forbids it", final=True))
    frontier.settle(known, PageResult(Disposition.STORED, article_id="1"))
    (known,) = frontier.name_pages([known.url])
    frontier.settle(known, PageResult(Disposition.GONE, "gone (404)"))
    assert frontier.young(datetime.now(UTC) + timedelta(days=400)) == []
    assert frontier.reopen_missed(ANY_TIME) == 0


def test_a_menu_behind_a_link_is_looked_at_once_more(frontier: Frontier) -> None:
    (page,) = frontier.discover([Discovered("https://example.org/menu", SourceKind.LINK)]).pages
    frontier.settle(page, PageResult(Disposition.NOT_ARTICLE, "a listing"))
    assert frontier.young(datetime.now(UTC) + MISSED[-1] - timedelta(minutes=1)) == []
    (page,) = frontier.young(datetime.now(UTC) + MISSED[-1])
    frontier.settle(page, PageResult(Disposition.NOT_ARTICLE, "a listing"))
    assert frontier.young(datetime.now(UTC) + timedelta(days=400)) == []


def test_a_page_that_was_stored_under_an_earlier_rules_key_is_known(stores: Stores) -> None:
    frontier = Frontier(stores.db, "sada")
    url = "https://sada.example/News/Souq"
    (former,) = former_page_ids(url)
    (page,) = frontier.discover([Discovered(url, SourceKind.FEED)]).pages
    document = stores.db.pages.find_one_and_delete({"_id": page.id})
    assert document is not None
    stores.db.pages.insert_one(document | {"_id": f"sada/{former}"})
    again = frontier.discover([Discovered(url, SourceKind.FEED)])
    assert (again.new, [page.id for page in again.pages]) == (0, [f"sada/{former}"])
    assert [page.id for page in frontier.name_pages([url])] == [f"sada/{former}"]
    assert stores.db.pages.count_documents({}) == 1
