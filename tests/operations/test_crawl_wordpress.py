"""A WordPress site crawled to its end, whatever its interface refuses or hides, for few requests."""

from datetime import UTC, datetime, timedelta

from crawler.health.report import CrawlReport
from crawler.model.job import Job
from crawler.operations.crawling.crawl import crawl
from crawler.settings import Settings
from crawler.storage.connect import Stores
from tests.support.made_up_site import MadeUpSite, made_up_site
from tests.support.wordpress_site import FOOTER, WordPress

COUNT = 45
REFUSAL = {"code": "too_many", "error": {"param": "per_page", "text": "بين ١ و ٢٠ لا أكثر"}}


def _crawl(place: MadeUpSite, settings: Settings, **seed: object) -> CrawlReport:
    place.forget()
    site = place.site(**{"feeds": [f"{place.base}/feed/"], "wordpress": True, **seed})
    (report,) = crawl([Job(site=site)], settings)
    return report


def test_a_site_that_gives_twenty_posts_at_once_and_hides_two_is_stored_whole_and_clean(
    settings: Settings, stores: Stores
) -> None:
    with made_up_site() as place:
        site = WordPress(
            place, COUNT, refuses_above=20, refusal=REFUSAL, hidden=frozenset({4990, 4970}), footer=FOOTER
        )
        place.answers = site  # type: ignore[assignment]
        report = _crawl(place, settings)
        assert (report.taken, report.left, report.verdict) == (COUNT, 0, "ok")
        assert report.dispositions == {"stored": COUNT}
        (posts,) = [source for source in report.sources if source.kind == "wordpress"]
        assert "2 posts" in (posts.note or "")
        assert f"43 of {COUNT}" in (posts.note or "")
        assert any("2 posts" in problem for problem in report.problems)
        texts = {document["url"]: document["text"] for document in stores.db.articles.find({})}
        hidden = {place.base + site.path(10), place.base + site.path(30)}
        assert {url for url, text in texts.items() if FOOTER in text} <= hidden
        assert not [path for path in place.asked if "taxonomies" in path or "users" in path]

        # What is hidden stays known; the terms of the site are not tried out again.
        again = _crawl(place, settings)
        assert (again.taken, again.discovered, again.verdict) == (0, 0, "ok")
        assert not [path for path in place.asked if "per_page=100" in path]
        (posts,) = [source for source in again.sources if source.kind == "wordpress"]
        assert "2 posts" in (posts.note or "")
        assert again.requests <= 5


MANY = 160


def test_a_crawl_over_posts_costs_next_to_nothing_and_the_next_one_a_handful_of_requests(
    settings: Settings, stores: Stores
) -> None:
    with made_up_site() as place:
        site = WordPress(place, MANY)
        place.answers = site  # type: ignore[assignment]
        # Nobody says that it is WordPress: the home page is looked at before 160 pages are fetched.
        seed = {"sitemaps": [f"{place.base}/wp-sitemap.xml"], "feeds": [], "wordpress": False}
        first = _crawl(place, settings, **seed)
        assert (first.taken, first.dispositions, first.verdict) == (MANY, {"stored": MANY}, "ok")
        assert first.requests <= 0.05 * MANY
        assert not [path for path in place.asked if "taxonomies" in path or "users" in path]

        second = _crawl(place, settings, **seed)
        assert (second.taken, second.verdict) == (0, "ok")
        assert second.requests <= 5

        # An edit comes with one answer; a time of change that lies years ahead is no edit.
        now = datetime.now(UTC)
        site.modified = {7: now + timedelta(seconds=1), 8: now + timedelta(days=3650)}
        site.texts = {
            7: "وأضاف المجلس أن الجسر سيفتح أمام المارة في الأسبوع القادم بعد أن أنجزت أعمال الإنارة."
        }
        third = _crawl(place, settings, **seed)
        assert third.dispositions == {"revised": 1}
        assert third.requests <= 5
