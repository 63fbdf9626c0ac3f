"""A fault of our own in the middle of a crawl is never a healthy ending."""

from typing import Any

from crawler.fetch.context import CrawlContext
from crawler.health.report import CrawlReport
from crawler.health.verdict import judge
from crawler.model.site import Site

SITE = Site(id="souq", name="سوق", url="https://souq.example/")


def test_a_callback_that_raises_makes_the_crawl_an_error_that_names_the_page() -> None:
    unused: Any = None
    context = CrawlContext(SITE, unused, unused, unused)
    error = ZeroDivisionError("division by zero")
    context.fail("https://souq.example/feed: the answer could not be read", error)
    report = CrawlReport(site=SITE.id, outcome=context.outcome, reason=context.reason)
    verdict, reason = judge(report)
    assert verdict == "error"
    assert reason is not None
    assert "https://souq.example/feed" in reason
    assert "ZeroDivisionError" in reason
    assert context.problems == [reason]
