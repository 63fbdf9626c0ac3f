"""A fault of our own in the middle of a crawl is never a healthy ending."""

from typing import Any

from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.health.report import CrawlReport
from crawler.health.verdict import judge
from crawler.model.crawl import CrawlOutcome
from crawler.model.site import Site
from crawler.spiders.ending import StoppableSpider

SITE = Site(id="souq", name="سوق", url="https://souq.example/")


class _Run:
    """As much of a crawl as the spider needs to end it."""

    def __init__(self) -> None:
        self.site = SITE
        self.report = CrawlReport(site=SITE.id)

    def problem(self, sentence: str) -> None:
        self.report.problems.append(sentence)

    def end(self, outcome: CrawlOutcome, reason: str) -> None:
        self.report.outcome, self.report.reason = outcome, reason


def test_a_callback_that_raises_makes_the_crawl_an_error_that_names_the_page() -> None:
    run: Any = _Run()
    spider = StoppableSpider(run)
    try:
        raise ZeroDivisionError("division by zero")
    except ZeroDivisionError as error:
        failure = Failure(error)  # type: ignore[no-untyped-call]
    spider.callback_failed(failure, Response("https://souq.example/feed"))
    verdict, reason = judge(run.report)
    assert verdict == "error"
    assert reason is not None
    assert "https://souq.example/feed" in reason
    assert "ZeroDivisionError" in reason
    assert run.report.problems == [reason]
