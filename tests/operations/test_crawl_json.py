"""A JSON listing as a site's only source: read page after page, and again without what is known."""

import json

from crawler.discovery.accounting import SourceVerdict
from crawler.model.article import Disposition
from crawler.model.crawl import SourceKind
from crawler.model.job import Job
from crawler.model.site import Site
from crawler.operations.crawling.crawl import crawl
from crawler.operations.crawling.reextract import reextract
from crawler.settings import Settings
from crawler.storage.connect import Stores
from tests.support.captured import check_captures
from tests.support.made_up_site import Answer, MadeUpSite

HEADERS = {"Content-Type": "application/json"}


def _listing(paths: list[str], following: str | None = None) -> Answer:
    data = {"posts": [{"link": path, "title": "خبر"} for path in paths], "next": following}
    return Answer(json.dumps(data), headers=HEADERS)


def test_a_json_listing_is_read_over_its_pages_and_then_only_for_news(
    settings: Settings, stores: Stores
) -> None:
    paths = [f"/2024/03/{day:02}/story-of-the-long-day-{day}" for day in range(1, 7)]
    with MadeUpSite() as place:
        for path in paths:
            place.article(path)
        place.answers["/api?page=1"] = _listing(paths[:3], "/api?page=2")
        place.answers["/api?page=2"] = _listing(paths[3:])
        listing = {"url": f"{place.base}/api?page=1", "items": "posts", "link": "link", "next": "next"}
        site = Site.model_validate({**place.site().model_dump(), "json_listings": [listing]})
        (report,) = crawl([Job(site=site)], settings)
        assert report.count(Disposition.STORED) + report.count(Disposition.DUPLICATE) == 6
        kinds = {(source.kind, source.verdict) for source in report.sources if source.verdict}
        assert kinds == {(SourceKind.JSON, SourceVerdict.OK)}
        assert len(check_captures(stores, settings, site.id)) == 6
        assert [(each.read, each.same) for each in reextract([site], settings)] == [(6, 6)]
        place.asked.clear()
        (report,) = crawl([Job(site=site)], settings)
        assert place.asked == ["/robots.txt", "/api?page=1"]
        assert (report.taken, report.verdict) == (0, "ok")


def test_an_interface_that_answers_otherwise_is_reported(settings: Settings, stores: Stores) -> None:
    with MadeUpSite() as place:
        place.answers["/api"] = Answer("<html></html>")
        listing = {"url": f"{place.base}/api", "link": "link"}
        site = Site.model_validate({**place.site().model_dump(), "json_listings": [listing]})
        (report,) = crawl([Job(site=site)], settings)
        assert report.sources[0].error is not None
        assert "not JSON" in report.sources[0].error
