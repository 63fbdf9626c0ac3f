"""The verdict on a crawl, from its counts."""

from crawler.spiders.job import CrawlReport, SourceReport
from crawler.spiders.verdict import judge


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
