"""An outlet that moves to another host keeps its articles: their ids, revisions and stories."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from crawler.health.report import CrawlReport
from crawler.model.article import Disposition
from crawler.model.job import Job
from crawler.model.site import Site
from crawler.operations.archive.show import find_article
from crawler.operations.crawling.crawl import crawl
from crawler.operations.crawling.recrawl import recrawl_job
from crawler.parsing.urls import page_id
from crawler.settings import Settings
from crawler.storage.connect import Stores
from tests.support.made_up_site import Answer, MadeUpSite, article_page, listing_page

PATHS = ["/2024/03/05/first-story-of-the-day", "/2024/03/05/second-story-of-the-day"]
PUBLISHED = datetime(2024, 3, 5, 9, tzinfo=UTC)


@pytest.fixture
def hosts() -> Iterator[tuple[MadeUpSite, MadeUpSite]]:
    with MadeUpSite() as old, MadeUpSite() as new:
        for host in (old, new):
            host.answers["/"] = Answer(listing_page(PATHS))
            for path in PATHS:
                host.article(path, PUBLISHED)
        yield old, new


def _crawl(settings: Settings, site: Site) -> CrawlReport:
    (report,) = crawl([Job(site=site)], settings)
    return report


def _moved(old: MadeUpSite, new: MadeUpSite) -> Site:
    return new.site(formerly=[old.base.partition("//")[2]])


def _ids(stores: Stores) -> dict[str, str]:
    return {document["_id"]: document["url"] for document in stores.db.articles.find({}, {"url": 1})}


def test_an_article_keeps_its_id_where_its_path_stays(
    settings: Settings, stores: Stores, hosts: tuple[MadeUpSite, MadeUpSite]
) -> None:
    old, new = hosts
    _crawl(settings, old.site())
    before = _ids(stores)
    assert len(before) == 2
    page = article_page(new.base + PATHS[0], PUBLISHED)
    added = "<p>وأضاف المجلس أن الأعمال في الجسر تنتهي قبل بداية الشتاء من العام المقبل.</p></div></article>"
    new.answers[PATHS[0]] = Answer(page.replace("</div></article>", added))

    report = _crawl(settings, _moved(old, new))

    assert (report.count(Disposition.UNCHANGED), report.count(Disposition.REVISED)) == (1, 1)
    after = _ids(stores)
    assert after.keys() == before.keys()
    assert sorted(after.values()) == [new.base + path for path in PATHS]
    revised = find_article(stores, old.base + PATHS[0])
    assert revised == find_article(stores, new.base + PATHS[0])
    assert revised["revision"] == 2
    assert revised["duplicate_of"] is None


def test_an_article_keeps_its_id_where_its_old_address_leads_to_a_new_path(
    settings: Settings, stores: Stores, hosts: tuple[MadeUpSite, MadeUpSite]
) -> None:
    old, new = hosts
    _crawl(settings, old.site())
    before = _ids(stores)
    for number, path in enumerate(PATHS):
        text = article_page(old.base + path, PUBLISHED).replace(old.base + path, f"{new.base}/news/{number}")
        new.answers[f"/news/{number}"] = Answer(text)
        old.answers[path] = Answer("", 301, {"Location": f"{new.base}/news/{number}"})
    new.answers["/"] = Answer(listing_page([]))

    job, _ = recrawl_job(_moved(old, new), settings)
    crawl([job], settings)

    after = _ids(stores)
    assert after.keys() == before.keys()
    assert sorted(after.values()) == [f"{new.base}/news/{number}" for number in range(2)]


def test_a_path_that_a_new_system_gave_to_another_story_is_another_article(
    settings: Settings, stores: Stores, hosts: tuple[MadeUpSite, MadeUpSite]
) -> None:
    old, new = hosts
    _crawl(settings, old.site())
    other = article_page(f"{new.base}/another/story/altogether", PUBLISHED)
    new.answers[PATHS[0]] = Answer(other.replace("/another/story/altogether", PATHS[0]))

    report = _crawl(settings, _moved(old, new))

    assert report.count(Disposition.STORED) == 1
    assert find_article(stores, old.base + PATHS[0])["id"] == page_id(old.base + PATHS[0])
    assert find_article(stores, new.base + PATHS[0])["id"] == page_id(new.base + PATHS[0])
