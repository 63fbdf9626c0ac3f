"""Pages that say "not modified" although they were: found out by what they say when asked in full."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from crawler.health.report import CrawlReport
from crawler.model.article import Disposition
from crawler.model.job import Job
from crawler.operations.crawling.crawl import crawl
from crawler.settings import Settings
from crawler.storage.connect import Stores
from tests.support.made_up_site import Answer, MadeUpSite, article_page, made_up_site, sitemap

PATHS = ("/2024/03/05/first-story-of-the-day", "/2024/03/05/second-story-of-the-day")
LONG_AGO = datetime.now(UTC) - timedelta(days=2)


def _serve(place: MadeUpSite, path: str, addition: str = "") -> None:
    """Serve an article through a cache that says "not modified" to whoever has a copy."""
    page = article_page(place.base + path, datetime.now(UTC) - timedelta(days=1))
    page = page.replace("</div></article>", f"{addition}</div></article>")

    def answer(headers: Mapping[str, str]) -> Answer:
        told = {"ETag": '"for-ever"', "Last-Modified": "Tue, 05 Mar 2024 10:00:00 GMT"}
        return Answer("", 304, told) if "if-none-match" in headers else Answer(page, 200, told)

    place.answers[path] = answer


def test_a_page_that_changed_under_its_etag_is_noticed_and_the_sites_validators_are_not_used_again(
    settings: Settings, stores: Stores
) -> None:
    with made_up_site() as place:
        for path in PATHS:
            _serve(place, path)
        place.answers["/sitemap.xml"] = Answer(sitemap(dict.fromkeys(PATHS), place.base))
        site = place.site(sitemaps=[f"{place.base}/sitemap.xml"])
        urls = tuple(place.base + path for path in PATHS)

        def again(*wanted: str) -> CrawlReport:
            place.forget()
            job = Job(site=site, kind="recrawl", urls=wanted, discover=False)
            (report,) = crawl([job], settings)
            return report

        def conditional() -> int:
            return sum("if-none-match" in headers for headers in place.headers)

        (first,) = crawl([Job(site=site)], settings)
        assert first.count(Disposition.STORED) == 2

        _serve(place, PATHS[0], "<p>وأضاف المجلس أن العمل في الجسر سيتوقف حتى نهاية الموسم بسبب الأمطار.</p>")
        assert again(*urls).count(Disposition.UNCHANGED) == 2
        assert conditional() == 2

        # Nothing has changed on the second page: the same words under the same ETag are no lie.
        stores.db.pages.update_many({"site": site.id}, {"$set": {"read_at": LONG_AGO}})
        honest = again(urls[1])
        assert (honest.count(Disposition.UNCHANGED), honest.problems, conditional()) == (1, [], 0)

        report = again(urls[0])
        assert report.count(Disposition.REVISED) == 1
        assert "changed while its ETag or Last-Modified did not" in report.problems[0]

        assert again(*urls).count(Disposition.UNCHANGED) == 2
        assert conditional() == 0


def test_a_page_that_says_not_modified_to_whoever_asks_is_not_taken_as_read(
    settings: Settings, stores: Stores
) -> None:
    with made_up_site() as place:
        place.answers[PATHS[0]] = Answer("", 304, {"ETag": '"for-ever"'})
        place.answers["/sitemap.xml"] = Answer(sitemap(dict.fromkeys(PATHS[:1]), place.base))
        (report,) = crawl([Job(site=place.site(sitemaps=[f"{place.base}/sitemap.xml"]))], settings)
        assert report.count(Disposition.FAILED) == 1
        assert "though it was asked for in full" in report.problems[0]
        assert stores.db.pages.count_documents({"state": "pending"}) == 1
