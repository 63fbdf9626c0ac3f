"""The verdict on a crawl, from its counts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.discovery.accounting import AddressCounts, AddressOutcome, SourceFinding, SourceVerdict
from crawler.fetch.outcome import BLOCKING_STATUS
from crawler.health.quality import Sampled
from crawler.health.report import CrawlReport, SourceReport
from crawler.health.verdict import judge
from crawler.html.sentences import sentence
from crawler.model.crawl import CrawlKind, CrawlOutcome, SourceKind, Verdict
from crawler.storage.crawls import PastCrawl


def _report(
    outcome: CrawlOutcome = CrawlOutcome.FINISHED, *, sources: list[SourceReport] | None = None, **counts: int
) -> CrawlReport:
    report = CrawlReport(site="x", outcome=outcome, taken=sum(counts.values()), dispositions=dict(counts))
    report.sources = [_source(already_known=5)] if sources is None else sources
    return report


def _source(finding: SourceFinding | None = None, **counts: int) -> SourceReport:
    source = SourceReport("https://x/feed", SourceKind.FEED)
    for outcome, number in counts.items():
        named = AddressCounts()
        if outcome == AddressOutcome.OFF_SITE:
            named.count_off_site("new.example", number)
        else:
            named.count(AddressOutcome(outcome), number)
        source.add(named)
    source.conclude(finding)
    return source


def _failed(reason: str) -> SourceReport:
    return _source(SourceFinding(SourceVerdict.FAILED, reason))


def test_a_crawl_that_read_articles_is_well() -> None:
    assert judge(_report(stored=8, not_article=2)) == ("ok", None)


def test_a_site_with_nothing_new_is_well() -> None:
    unchanged = SourceReport("https://x/feed", SourceKind.FEED, unchanged=True, verdict=SourceVerdict.OK)
    assert judge(_report(sources=[unchanged])) == ("ok", None)


def test_a_site_whose_sources_all_fail_is_unreachable_and_the_reason_names_one() -> None:
    verdict, reason = judge(_report(sources=[_failed("connection refused")]))
    assert verdict == "unreachable"
    assert reason == "no source of pages answered: https://x/feed: connection refused"


@pytest.mark.parametrize("counts", [{}, {"excluded": 4}, {"unusable": 2}])
def test_sources_that_name_no_page_of_the_site_are_a_verdict_whatever_else_was_done(
    counts: dict[str, int],
) -> None:
    verdict, reason = judge(_report(sources=[_source(None, **counts)], unchanged=3))
    assert verdict == "nothing_discovered"
    assert "https://x/feed" in (reason or "")


def test_sources_that_lead_off_the_site_are_a_move_and_the_reason_names_the_host() -> None:
    verdict, reason = judge(_report(sources=[_source(off_site=7), _failed("gone (404)")]))
    assert verdict == "moved"
    assert "1 of 2 lead to new.example" in (reason or "")


def test_one_source_that_names_pages_is_enough() -> None:
    assert judge(_report(sources=[_source(off_site=7), _source(new=1)]))[0] == "ok"


def test_a_source_that_named_nothing_for_long_is_a_verdict_though_others_name_pages() -> None:
    dead = _failed("gone (404)")
    for age, verdict in ((timedelta(hours=5), "ok"), (timedelta(days=2), "source_failing")):
        dead.failing_since = (NOW - age).isoformat()
        assert judge(_report(sources=[dead, _source(new=1)]), now=NOW)[0] == verdict


def test_a_verdict_ends_only_by_a_crawl_in_which_a_source_names_pages() -> None:
    past = _past(1, 3)
    past.append(replace(past[-1], verdict=Verdict.MOVED, verdict_reason="why", started_at=NOW))
    # A crawl that was stopped from outside says nothing of the site.
    past.append(replace(past[-2], outcome=CrawlOutcome.STOPPED, verdict=Verdict.STOPPED))
    assert judge(_report(sources=[], unchanged=3), past, now=NOW) == ("moved", "why")
    assert judge(_report(unchanged=3), past, now=NOW) == ("ok", None)


def test_most_pages_blocked_is_a_block_and_a_few_are_not() -> None:
    assert judge(_report(blocked=6, stored=4))[0] == "blocked"
    assert judge(_report(blocked=4, stored=6))[0] == "ok"


def test_most_pages_failing_is_told() -> None:
    assert judge(_report(failed=6, stored=4))[0] == "failing"


def test_pages_without_any_article_among_them_are_told() -> None:
    assert judge(_report(not_article=10))[0] == "nothing_extracted"
    assert judge(_report(not_article=9))[0] == "ok"


def test_a_crawl_that_could_not_be_done_says_so_whatever_it_counted() -> None:
    assert judge(_report(CrawlOutcome.STORE_LOST, stored=5))[0] == "store_lost"


NOW = datetime(2024, 12, 30, 12, 0, tzinfo=UTC)


def _past(days: int = 20, per_crawl: int = 2, *, until: datetime = NOW, **fields: Any) -> list[PastCrawl]:
    """A crawl every six hours, the latest six hours before `until`."""
    sample = tuple({"words": 200, "dated": True, "paragraphs": [number]} for number in range(per_crawl))
    values: dict[str, Any] = {
        "taken": per_crawl,
        "new": per_crawl,
        "read": per_crawl,
        "sample": sample,
        "verdict": Verdict.OK,
    }
    return [
        PastCrawl(kind=CrawlKind.SCHEDULED, started_at=until - timedelta(hours=6 * back), **(values | fields))
        for back in range(days * 4, 0, -1)
    ]


def test_fewer_new_articles_than_the_site_usually_has_are_told() -> None:
    silent = _past(2, 0)
    usual = _past(20, 3, until=NOW - timedelta(days=2))
    verdict, reason = judge(_report(sources=None), usual + silent, now=NOW)
    assert verdict == "fewer_than_usual"
    assert reason == "0 new articles in the last 24 hours; usually about 12"


def test_a_slow_day_a_site_that_publishes_little_and_a_young_history_are_no_alarm() -> None:
    usual = _past(20, 3, until=NOW - timedelta(days=1))
    assert judge(_report(stored=1), usual + _past(1, 1), now=NOW)[0] == "ok"
    assert judge(_report(), _past(20, 0), now=NOW)[0] == "ok"
    assert judge(_report(), _past(2, 3, until=NOW - timedelta(days=1)) + _past(1, 0), now=NOW)[0] == "ok"


def test_a_site_whose_pages_were_articles_so_far_is_judged_by_fewer_of_them() -> None:
    assert judge(_report(not_article=5), now=NOW)[0] == "ok"
    assert judge(_report(not_article=5), _past(), now=NOW)[0] == "nothing_extracted"


def test_undated_articles_of_several_small_crawls_add_up() -> None:
    undated = tuple({"words": 200, "dated": False, "paragraphs": [n]} for n in range(2))
    latest = _past(1, 2, sample=undated)
    now = [Sampled(200, False), Sampled(210, False)]
    before = _past(20, 2, until=NOW - timedelta(days=1))
    assert judge(_report(stored=2), before + latest, now, NOW)[0] == "dates_missing"
    assert judge(_report(stored=2), before + latest[:1], now, NOW)[0] == "ok"


def test_a_crawl_without_new_articles_leaves_a_verdict_on_quality_as_it_is() -> None:
    broken = _past(1, 0, verdict=Verdict.DATES_MISSING, verdict_reason="why", sample=())
    before = _past(20, 0, until=NOW - timedelta(days=1))
    assert judge(_report(), before + broken, now=NOW) == ("dates_missing", "why")


def test_what_has_been_broken_for_as_long_as_the_history_reaches_is_still_broken() -> None:
    undated = tuple({"words": 200, "dated": False, "paragraphs": [n]} for n in range(4))
    past = _past(20, 4, verdict=Verdict.DATES_MISSING, verdict_reason="why", sample=undated)
    assert judge(_report(stored=2), past, [Sampled(200, False)] * 2, NOW) == ("dates_missing", "why")


def test_a_site_whose_sources_all_refuse_us_is_blocked() -> None:
    assert judge(_report(sources=[_failed(sentence(BLOCKING_STATUS[403]))]))[0] == "blocked"


def _shared(report: CrawlReport, shared: int) -> CrawlReport:
    return replace(report, shared=shared, shared_text="الموقع ينتقل إلى خادم جديد")


def test_a_text_under_half_of_the_addresses_or_ten_is_a_verdict_that_shows_it() -> None:
    verdict, reason = judge(_shared(_report(unconfirmed=2, stored=1), 2))
    assert verdict == "same_page_everywhere"
    assert "خادم جديد" in (reason or "")
    assert judge(_shared(_report(unconfirmed=10, stored=90), 10))[0] == "same_page_everywhere"
    assert judge(_shared(_report(unconfirmed=2, stored=8), 2)) == ("ok", None)
    assert judge(_shared(_report(unconfirmed=1), 1)) == ("ok", None)


def test_pages_that_have_nothing_to_do_with_what_is_stored_are_a_verdict() -> None:
    assert judge(_report(unconfirmed=2, unchanged=1))[0] == "pages_replaced"
    assert judge(_report(unconfirmed=1)) == ("ok", None)


def test_a_wall_lasts_until_a_page_says_something_of_its_own() -> None:
    past = _past(1, verdict=Verdict.SAME_PAGE_EVERYWHERE, verdict_reason="why")
    assert judge(_report(), past) == ("same_page_everywhere", "why")
    assert judge(_report(unchanged=1), past) == ("ok", None)
