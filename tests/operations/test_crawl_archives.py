"""A backfill through dated listings: newest first, stopped, resumed, and not asked for again."""

from datetime import UTC, datetime

from crawler.health.report import CrawlReport
from crawler.model.job import Job
from crawler.operations.crawling.crawl import crawl
from crawler.operations.crawling.reextract import reextract
from crawler.settings import Settings
from crawler.storage.connect import Stores
from tests.support.captured import check_captures
from tests.support.made_up_site import Answer, MadeUpSite, listing_page, made_up_site

WORDPRESS = '<meta name="generator" content="WordPress 6.5"></head>'


def _months(place: MadeUpSite) -> None:
    """Serve a WordPress site with three months of articles under addresses without dates."""
    for month in (1, 2, 3):
        paths = [f"/story-of-the-long-day-2024{month:02}{n:02}" for n in range(1, 5)]
        for day, path in enumerate(paths, 1):
            place.article(path, datetime(2024, month, day, 9, tzinfo=UTC))
        place.answers[f"/2024/{month:02}/"] = Answer(listing_page(paths[2:], f"/2024/{month:02}/page/2/"))
        place.answers[f"/2024/{month:02}/page/2/"] = Answer(listing_page(paths[:2]))
    place.answers["/"] = Answer(listing_page([]).replace("</head>", WORDPRESS))


def test_a_backfill_through_months_can_be_stopped_and_resumed_and_asks_for_none_again(
    settings: Settings, stores: Stores
) -> None:
    with made_up_site() as place:
        _months(place)

        def backfill(**job: object) -> CrawlReport:
            window = {
                "since": datetime(2024, 1, 1, tzinfo=UTC),
                "until": datetime(2024, 4, 1, tzinfo=UTC),
            }
            place.forget()
            (report,) = crawl([Job(site=place.site(), kind="backfill", **window, **job)], settings)
            return report

        def listings() -> list[str]:
            return [path for path in place.asked if path.startswith("/2024/")]

        assert backfill(limit=6).outcome == "limit"
        assert listings()[:3] == ["/2024/03/", "/2024/03/page/2/", "/2024/02/"]
        assert "/2024/01/" not in listings()
        report = backfill()
        assert (report.verdict, report.left) == ("ok", 0)
        assert not {"/2024/03/", "/2024/03/page/2/"} & set(listings())
        assert listings()[-2:] == ["/2024/01/", "/2024/01/page/2/"]
        stored = [document["published_at"].month for document in stores.db.articles.find({})]
        assert sorted(stored) == [1] * 4 + [2] * 4 + [3] * 4
        assert len(check_captures(stores, settings, "made-up")) == 12
        assert [(each.read, each.same) for each in reextract([place.site()], settings)] == [(12, 12)]
        again = backfill()
        assert (again.discovered, listings(), again.verdict) == (0, [], "ok")
