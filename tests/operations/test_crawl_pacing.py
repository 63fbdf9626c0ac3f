"""No request leaves early, whoever asked and whatever was queued: seen from the site."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from crawler.health.report import CrawlReport
from crawler.model.job import Job
from crawler.operations.crawling.crawl import crawl
from crawler.settings import Settings
from crawler.storage.connect import Stores
from tests.support.made_up_site import Answer, MadeUpSite, listing_page

TOLERANCE = 0.01
"""Seconds: what the test server's own clock and threads may take away from a gap."""

PAGES = 6


def paced_site(site: MadeUpSite, robots: str = "") -> None:
    """A home page that names some articles; robots.txt with the lines given."""
    site.answers["/robots.txt"] = Answer(f"User-agent: *\n{robots}\n", headers={"Content-Type": "text/plain"})
    paths = [f"/akhbar/{number}0001" for number in range(1, PAGES + 1)]
    for path in paths:
        site.article(path, datetime(2024, 12, 4, tzinfo=UTC))
    site.answers["/"] = Answer(listing_page(paths))


def gaps(site: MadeUpSite) -> list[float]:
    return [later - earlier for earlier, later in pairwise(site.moments)]


@pytest.fixture
def four_sites() -> Iterator[list[MadeUpSite]]:
    sites = [MadeUpSite() for _ in range(4)]
    for site in sites:
        site.__enter__()
    yield sites
    for site in sites:
        site.__exit__()


def run(sites: list[tuple[MadeUpSite, float | None]], settings: Settings) -> dict[str, CrawlReport]:
    jobs = [
        Job(site=site.site(id=f"paced-{number}", delay=delay)) for number, (site, delay) in enumerate(sites)
    ]
    return {report.site: report for report in crawl(jobs, settings)}


def test_the_longest_of_seed_setting_and_crawl_delay_lies_between_any_two_requests(
    four_sites: list[MadeUpSite], settings: Settings, stores: Stores
) -> None:
    """Each site is asked for robots.txt, a listing and pages; delays as seed, setting and robots.txt say."""
    cases = [(0.5, ""), (0.5, "Crawl-delay: 0.5"), (None, "Crawl-delay: 0.6"), (0.2, "Crawl-delay: 0.6")]
    for site, (_, robots) in zip(four_sites, cases, strict=True):
        paced_site(site, robots)
    settings = settings.model_copy(update={"delay": 0.4, "concurrent_sites": 4})
    reports = run([(site, delay) for site, (delay, _) in zip(four_sites, cases, strict=True)], settings)
    assert {report.taken for report in reports.values()} == {PAGES}
    for site, bound in zip(four_sites, (0.5, 0.5, 0.6, 0.6), strict=True):
        assert len(site.moments) == PAGES + 2
        assert min(gaps(site)) >= bound - TOLERANCE, (bound, gaps(site))


def test_after_a_retry_after_nothing_is_asked_that_was_queued_before(
    four_sites: list[MadeUpSite], settings: Settings, stores: Stores
) -> None:
    """Short pauses are waited for; a long one ends the crawl, with what is queued still pending."""
    pauses = {0: ("2", 0.0), 1: ("2", 0.3), 2: ("120", 0.0), 3: ("120", 0.3)}
    refused_at: dict[int, float] = {}
    for number, (seconds, _) in pauses.items():
        site = four_sites[number]
        paced_site(site)
        article = site.answers["/akhbar/10001"]

        def answer(
            _: object,
            number: int = number,
            seconds: str = seconds,
            site: MadeUpSite = site,
            article: object = article,
        ) -> Answer:
            if number not in refused_at:
                refused_at[number] = site.moments[-1]
                return Answer("slow down", 429, {"Retry-After": seconds})
            assert isinstance(article, Answer)
            return article

        site.answers["/akhbar/10001"] = answer
    settings = settings.model_copy(update={"concurrent_sites": 4})
    reports = run([(four_sites[number], delay) for number, (_, delay) in pauses.items()], settings)
    for number in (0, 1):
        later = [moment for moment in four_sites[number].moments if moment > refused_at[number]]
        # What had left before the answer came cannot be called back: the slot's other requests.
        assert [moment for moment in later if 0.5 < moment - refused_at[number] < 2] == []
        counts = reports[f"paced-{number}"].dispositions
        assert counts.get("stored", 0) + counts.get("duplicate", 0) == PAGES, counts
    for number in (2, 3):
        assert [m for m in four_sites[number].moments if m > refused_at[number] + 0.5] == []
        assert reports[f"paced-{number}"].outcome == "told_to_wait"
        assert stores.db.pages.count_documents({"site": f"paced-{number}", "state": "pending"}) > 0


def test_the_delay_lies_between_two_crawls_too(settings: Settings, stores: Stores) -> None:
    with MadeUpSite() as site:
        paced_site(site)
        (first,) = crawl([Job(site=site.site(delay=1.5), limit=1)], settings)
        asked = len(site.moments)
        (second,) = crawl([Job(site=site.site(delay=1.5), limit=1)], settings)
    assert first.taken == second.taken == 1
    assert site.moments[asked] - site.moments[asked - 1] >= 1.5 - TOLERANCE
