"""Pages that stop in the middle: by themselves, and by what the site's other pages do."""

from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response

from crawler.fetch.context import CrawlContext
from crawler.fetch.delay import Pace
from crawler.fetch.outcome import CutShortError, failure_outcome
from crawler.fetch.truncation import ENOUGH, FEW, SELDOM, TRIES, TruncationMiddleware
from crawler.model.article import Disposition
from crawler.model.site import Site
from crawler.parsing.page_end import PageEnd
from crawler.storage.connect import Stores
from crawler.storage.frontier import Page
from crawler.storage.site_pages import are_page_validators_unreliable, remember_unreliable_validators

HEAD = "<html><body><p>افتتح مجلس المدينة جسراً"
WHOLE, OPEN = f"{HEAD}</p></body></html>", f"{HEAD}</p>"
CUT, SCRIPT = f'{HEAD}</p><div class="', f"{HEAD}</p><script>var a"


class _Site:
    """A site's pages on their way through the middleware; the store is real."""

    def __init__(self, stores: Stores) -> None:
        session: Any = SimpleNamespace(run=lambda work: work(stores))
        lease: Any = None
        site = Site(id="x", name="x", url="https://x.example/")
        self.context = CrawlContext(site, session, lease, Pace(0))
        self.open()

    @property
    def problems(self) -> list[str]:
        return self.context.problems

    def open(self) -> None:
        crawler: Any = SimpleNamespace(spider=SimpleNamespace(context=self.context))
        self.middleware = TruncationMiddleware(crawler)

    def passes(self, body: str, attempts: int = 0, **meta: Any) -> bool:
        page = Page("x/1", "https://x.example/1", "feed", attempts=attempts)
        request = Request(page.url, meta=meta or {"page": page})
        response = HtmlResponse(page.url, body=body.encode(), encoding="utf-8")
        try:
            return self.middleware.process_response(request, response) is response
        except CutShortError as error:
            outcome = failure_outcome(error)
            assert outcome.disposition is Disposition.FAILED
            assert (outcome.reason or "").startswith("cut short: the page stops")
            return False


@pytest.fixture
def site(stores: Stores) -> _Site:
    return _Site(stores)


def test_a_page_that_stops_in_a_tag_never_passes(site: _Site) -> None:
    assert [site.passes(CUT, attempts) for attempts in (0, 3, 50)] == [False] * 3
    assert site.passes(CUT, source="a feed"), "only pages are judged"


def test_a_missing_end_is_suspicious_only_where_the_sites_other_pages_have_one(site: _Site) -> None:
    assert site.passes(OPEN)
    for _ in range(ENOUGH + 5):
        assert site.passes(WHOLE)
    assert site.passes(OPEN), "one in fifteen is a template of the site's"
    for _ in range(SELDOM * 2):
        site.passes(WHOLE)
    assert not site.passes(OPEN)


def test_a_page_that_comes_without_its_end_each_time_is_taken_in_the_end(site: _Site) -> None:
    for _ in range(ENOUGH):
        site.passes(WHOLE)
    tries = TRIES[PageEnd.UNENDED]
    assert [site.passes(OPEN, attempts) for attempts in range(tries + 1)] == [False] * tries + [True]
    assert "taken as it is" in site.problems[0]


def test_a_site_that_never_closes_its_pages_loses_none(site: _Site) -> None:
    assert all(site.passes(OPEN) for _ in range(50))
    assert site.problems == []


def test_a_script_at_the_end_may_be_a_sites_habit(site: _Site) -> None:
    assert [site.passes(SCRIPT) for _ in range(FEW + 2)] == [False] * FEW + [True] * 2
    for _ in range(ENOUGH * 2):
        site.passes(WHOLE)
    assert not site.passes(SCRIPT)
    assert site.passes(SCRIPT, TRIES[PageEnd.UNPARSED])


def test_the_habit_is_remembered_beside_what_else_is_known_of_the_pages(site: _Site, stores: Stores) -> None:
    remember_unreliable_validators(stores.db, "x", "https://x.example/1")
    for _ in range(ENOUGH):
        site.passes(WHOLE)
    site.middleware.spider_closed()
    site.open()
    assert not site.passes(OPEN)
    assert are_page_validators_unreliable(stores.db, "x")


def test_what_is_no_page_is_left_alone(site: _Site) -> None:
    page = Page("x/1", "https://x.example/1", "feed")
    request = Request(page.url, meta={"page": page})
    for response in (
        HtmlResponse(page.url, status=404, body=CUT.encode(), encoding="utf-8"),
        Response(page.url, body=b"%PDF"),
    ):
        assert site.middleware.process_response(request, response) is response
