"""Sitemaps that robots.txt names: all of them where nothing else names a page, and in every backfill."""

from datetime import UTC, datetime

from crawler.health.report import CrawlReport
from crawler.model.job import Job
from crawler.operations.crawling.crawl import crawl
from crawler.settings import Settings
from crawler.storage.connect import Stores
from tests.support.made_up_site import Answer, made_up_site, sitemap

DAYS = (1, 5, 9, 20)
PATHS = [f"/2024/03/{day:02}/story-of-the-long-day-{day}" for day in DAYS]


def test_all_sitemaps_of_robots_txt_are_read_in_a_backfill_and_where_nothing_else_names_a_page(
    settings: Settings, stores: Stores
) -> None:
    with made_up_site() as place:
        for day, path in zip(DAYS, PATHS, strict=True):
            place.article(path, datetime(2024, 3, day, 9, tzinfo=UTC))
        # An address without a host is none after the protocol, and common.
        place.answers["/robots.txt"] = Answer(
            f"User-agent: *\nDisallow:\nSitemap: {place.base}/news.xml\nSitemap: /all.xml\n"
        )
        place.answers["/news.xml"] = Answer(sitemap({PATHS[3]: None}, place.base))
        place.answers["/all.xml"] = Answer(sitemap(dict.fromkeys(PATHS[1:]), place.base))
        place.answers["/feed"] = Answer(
            f"<rss version='2.0'><channel><title>x</title><item>"
            f"<link>{place.base}{PATHS[0]}</link></item></channel></rss>"
        )
        site = place.site(feeds=[f"{place.base}/feed"])

        def run(**job: object) -> CrawlReport:
            place.forget()
            (report,) = crawl([Job.model_validate({"site": site, **job})], settings)
            return report

        since, until = datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 3, 15, tzinfo=UTC)
        assert run(kind="backfill", since=since, until=until).taken == 3
        assert {"/news.xml", "/all.xml"} <= set(place.asked)
        place.answers["/feed"] = Answer("not here", 404)
        assert run().taken == 1
        assert {"/news.xml", "/all.xml"} <= set(place.asked)
        assert stores.db.articles.count_documents({}) == 4
