"""The verdict on a crawl, from its counts."""

from datetime import UTC, datetime, timedelta
from typing import Any

from crawler.fetch.outcome import BLOCKING_STATUS
from crawler.spiders.job import CrawlReport, SourceReport
from crawler.spiders.quality import Sampled
from crawler.spiders.verdict import judge
from crawler.storage.crawls import PastCrawl


def _report(
    outcome: str = "finished", *, sources: list[SourceReport] | None = None, **counts: int
) -> CrawlReport:
    report = CrawlReport(site="x", outcome=outcome, taken=sum(counts.values()), dispositions=dict(counts))
    report.sources = [SourceReport("https://x/feed", "feed", found=5)] if sources is None else sources
    return report


def test_a_crawl_that_read_articles_is_well() -> None:
    assert judge(_report(stored=8, not_article=2)) == ("ok", None)


def test_a_site_with_nothing_new_is_well() -> None:
    assert judge(_report(sources=[SourceReport("https://x/feed", "feed", unchanged=True)]))[0] == "ok"


def test_a_site_whose_sources_all_fail_is_unreachable_and_the_reason_names_one() -> None:
    verdict, reason = judge(
        _report(sources=[SourceReport("https://x/feed", "feed", error="connection refused")])
    )
    assert verdict == "unreachable"
    assert reason == "no source of pages answered: https://x/feed: connection refused"


def test_sources_that_answer_and_name_nothing_are_told() -> None:
    assert judge(_report(sources=[SourceReport("https://x/feed", "feed")]))[0] == "nothing_discovered"


def test_most_pages_blocked_is_a_block_and_a_few_are_not() -> None:
    assert judge(_report(blocked=6, stored=4))[0] == "blocked"
    assert judge(_report(blocked=4, stored=6))[0] == "ok"


def test_most_pages_failing_is_told() -> None:
    assert judge(_report(failed=6, stored=4))[0] == "failing"


def test_pages_without_any_article_among_them_are_told() -> None:
    assert judge(_report(not_article=10))[0] == "nothing_extracted"
    assert judge(_report(not_article=9))[0] == "ok"


def test_a_crawl_that_could_not_be_done_says_so_whatever_it_counted() -> None:
    assert judge(_report("store_lost", stored=5))[0] == "store_lost"


NOW = datetime(2024, 12, 30, 12, 0, tzinfo=UTC)


def _past(days: int = 20, per_crawl: int = 2, *, until: datetime = NOW, **fields: Any) -> list[PastCrawl]:
    """A crawl every six hours, the latest six hours before `until`."""
    sample = tuple({"words": 200, "dated": True, "paragraphs": [number]} for number in range(per_crawl))
    values: dict[str, Any] = {
        "taken": per_crawl,
        "new": per_crawl,
        "read": per_crawl,
        "sample": sample,
        "verdict": "ok",
    }
    return [
        PastCrawl(kind="scheduled", started_at=until - timedelta(hours=6 * back), **(values | fields))
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
    broken = _past(1, 0, verdict="dates_missing", verdict_reason="why", sample=())
    before = _past(20, 0, until=NOW - timedelta(days=1))
    assert judge(_report(), before + broken, now=NOW) == ("dates_missing", "why")


def test_what_has_been_broken_for_as_long_as_the_history_reaches_is_still_broken() -> None:
    undated = tuple({"words": 200, "dated": False, "paragraphs": [n]} for n in range(4))
    past = _past(20, 4, verdict="dates_missing", verdict_reason="why", sample=undated)
    assert judge(_report(stored=2), past, [Sampled(200, False)] * 2, NOW) == ("dates_missing", "why")


def test_a_site_whose_sources_all_refuse_us_is_blocked() -> None:
    refused = SourceReport("https://x/feed", "feed", error=BLOCKING_STATUS[403])
    assert judge(_report(sources=[refused]))[0] == "blocked"
