"""Articles that are taken down without a 404: led to the home page, or replaced by a page that says so."""

from crawler.health.report import CrawlReport
from crawler.model.article import Disposition
from crawler.model.job import Job
from crawler.operations.crawling.crawl import crawl
from crawler.parsing.urls import page_id
from crawler.settings import Settings
from crawler.storage.connect import Stores
from tests.support.made_up_site import Answer, listing_page, made_up_site

LED_HOME, SAYS_SO, STAYS, NEW = (f"/2024/03/05/story-of-the-long-day-{number}" for number in range(1, 5))
MISSING = Answer(
    "<html><title>الصفحة غير موجودة</title><body><h1>404</h1><p>عذراً، الصفحة غير موجودة.</p></body>"
)


def test_an_article_that_leads_to_the_home_page_or_says_that_it_is_gone_is_marked_as_removed(
    settings: Settings, stores: Stores
) -> None:
    with made_up_site() as place:
        for path in (LED_HOME, SAYS_SO, STAYS):
            place.article(path)
        place.answers["/"] = Answer(listing_page([LED_HOME, SAYS_SO, STAYS]))

        def run(*paths: str) -> CrawlReport:
            urls = tuple(place.base + path for path in paths)
            (report,) = crawl([Job(site=place.site(), urls=urls, discover=not urls)], settings)
            return report

        def removed(path: str) -> bool:
            document = stores.db.articles.find_one({"_id": page_id(place.base + path)}) or {}
            return document["removed_at"] is not None

        assert run().count(Disposition.STORED) == 3
        place.answers[LED_HOME] = Answer("", 302, {"Location": "/"})
        place.answers[SAYS_SO] = MISSING
        place.answers[NEW] = MISSING
        report = run(LED_HOME, SAYS_SO, STAYS, NEW)
        assert (report.count(Disposition.GONE), report.count(Disposition.NOT_ARTICLE)) == (2, 1)
        assert [removed(path) for path in (LED_HOME, SAYS_SO, STAYS)] == [True, True, False]
