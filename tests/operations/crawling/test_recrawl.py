"""Recrawl: revisions, removals, returns, and what was missed."""

from typing import Any

import pytest

from crawler.errors import UsageError
from crawler.health.report import CrawlReport
from crawler.model.article import Disposition
from crawler.model.period import Period
from crawler.operations.archive.show import find_article
from crawler.operations.crawling.crawl import crawl
from crawler.operations.crawling.recrawl import recrawl_job
from crawler.parsing.urls import page_id
from tests.support.crawled_newsroom import Crawled

SITE = "demo-yasmin"


def _recrawl(crawled: Crawled, **options: Any) -> CrawlReport:
    job, _ = recrawl_job(crawled.sites[SITE], crawled.settings, **options)
    (report,) = crawl([job], crawled.settings)
    return report


def test_what_editors_did_is_found_and_nothing_is_lost(crawled: Crawled) -> None:
    newsroom, db = crawled.newsroom, crawled.stores.db
    own = [article for article in newsroom.articles if article.site == SITE and article.story is None]
    corrected, withdrawn = own[0], own[1]
    newsroom.edit(
        corrected.url, paragraphs=[*corrected.paragraphs, "وأضاف أن العمل سينتهي مطلع الشهر المقبل."]
    )
    newsroom.remove(withdrawn.url)
    fresh = newsroom.publish(
        SITE,
        "افتتاح حديقة عامة في حي المزة",
        [
            "افتُتحت صباح اليوم حديقة عامة في حي المزة بعد أعمال تأهيل استمرت ستة أشهر وشارك فيها سكان الحي.",
            "وتضم الحديقة ملعباً للأطفال ومساحة للقراءة، وستبقى أبوابها مفتوحة حتى الثامنة مساءً.",
        ],
    )
    newsroom.forget_requests()
    stored = db.articles.count_documents({"site": SITE})

    report = _recrawl(crawled)

    assert report.count(Disposition.REVISED) == 1
    assert report.count(Disposition.GONE) == 1
    assert report.count(Disposition.STORED) + report.count(Disposition.DUPLICATE) == 1
    assert report.count(Disposition.UNCHANGED) == stored - 2
    log = [request for request in newsroom.requests[SITE] if request.path.startswith("/20")]
    assert sum(request.status == 304 for request in log) == stored - 2

    article = find_article(crawled.stores, corrected.url)
    assert article["revision"] == 2
    assert article["text"].endswith("مطلع الشهر المقبل.")
    (old,) = article["revisions"]
    assert (old["revision"], old["text"].split("\n\n")) == (1, list(corrected.paragraphs))
    # An article's own earlier wording is not what it duplicates.
    assert article["duplicate_of"] is None
    assert article["story_id"] == article["id"]

    gone = db.articles.find_one({"_id": page_id(withdrawn.url)})
    assert gone is not None
    assert gone["removed_at"] is not None
    assert gone["text"].split("\n\n") == list(withdrawn.paragraphs)
    assert db.articles.find_one({"_id": page_id(fresh.url)}) is not None

    newsroom.restore(withdrawn.url)
    _recrawl(crawled, url=withdrawn.url)
    back = db.articles.find_one({"_id": page_id(withdrawn.url)})
    assert back is not None
    assert back["removed_at"] is None
    assert back["revision"] == 1


def test_a_recrawl_since_a_day_asks_only_for_what_was_published_since(crawled: Crawled) -> None:
    articles = [article for article in crawled.newsroom.articles if article.site == SITE]
    middle = sorted(article.published_at for article in articles)[len(articles) // 2]
    expected = sum(article.published_at >= middle for article in articles)
    crawled.newsroom.forget_requests()
    report = _recrawl(crawled, period=Period(since=middle))
    assert report.taken == expected


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://elsewhere.example/a", "does not belong to the site"),
        ("{site}2020/01/01/nothing/", "nothing is stored of it"),
    ],
)
def test_an_address_that_cannot_be_recrawled_is_refused_with_the_reason(
    crawled: Crawled, url: str, said: str
) -> None:
    site = crawled.sites[SITE]
    with pytest.raises(UsageError, match=said):
        recrawl_job(site, crawled.settings, url=url.format(site=site.url))


def test_a_page_that_is_the_same_and_reads_otherwise_is_no_revision(crawled: Crawled) -> None:
    db = crawled.stores.db
    before = db.articles.find_one({"site": SITE, "duplicate_of": None, "revision": 1, "removed_at": None})
    assert before is not None
    # What an earlier version had read in the same bytes.
    worse = {"text": before["text"] + "\n\nمقالات ذات صلة", "text_sha256": "0" * 64, "language": "fa"}
    db.articles.update_one({"_id": before["_id"]}, {"$set": worse})
    db.pages.update_many({"article_id": before["_id"]}, {"$unset": {"etag": "", "last_modified": ""}})

    report = _recrawl(crawled, url=before["url"])

    assert (report.count(Disposition.UNCHANGED), report.count(Disposition.REVISED)) == (1, 0)
    after = db.articles.find_one({"_id": before["_id"]}) or {}
    told = ("reread_at", "checked_at", "absences")
    assert {**after, **dict.fromkeys(told)} == {**before, **dict.fromkeys(told)}
    assert after["checked_at"] > before["checked_at"]
    assert after["reread_at"] is not None
    assert db.revisions.count_documents({"article_id": before["_id"]}) == 0
    (kept,) = db.readings.find({"article_id": before["_id"]})
    assert kept["text"] == worse["text"]


def test_a_page_that_changed_is_a_revision_however_it_was_read(crawled: Crawled) -> None:
    db = crawled.stores.db
    before = db.articles.find_one({"site": SITE, "duplicate_of": None, "revision": 1, "removed_at": None})
    assert before is not None
    worse = {"text": "نص آخر", "text_sha256": "1" * 64, "html_sha256": "2" * 64}
    db.articles.update_one({"_id": before["_id"]}, {"$set": worse})
    db.pages.update_many({"article_id": before["_id"]}, {"$unset": {"etag": "", "last_modified": ""}})
    report = _recrawl(crawled, url=before["url"])
    assert report.count(Disposition.REVISED) == 1
    (kept,) = db.revisions.find({"article_id": before["_id"]})
    assert kept["text"] == worse["text"]
