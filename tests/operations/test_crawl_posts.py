"""A WordPress site crawled over its REST interface: articles without their pages, each counted once."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.demo import Newsroom
from crawler.demo.profiles import PROFILES
from crawler.operations.crawling.reextract import reextract
from crawler.parsing.urls import page_id
from crawler.storage.warc.raw_pages import raw_folder, segments
from crawler.storage.warc.reader import read_segment
from tests.support.crawled_newsroom import Crawled, crawled_newsroom
from tests.support.processes import crawl_process, wait_until
from tests.support.servers import Servers

SITE = "demo-yasmin"
ARTICLES = 105
"""More than one answer holds."""


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _posts_asked(newsroom: Newsroom) -> list[str]:
    return [request.target for request in newsroom.requests[SITE] if "/wp-json/" in request.target]


def _pages_asked(newsroom: Newsroom) -> list[str]:
    articles = {article.url for article in newsroom.articles}
    base = newsroom.sites[0].url
    return [r.target for r in newsroom.requests[SITE] if base + r.target.lstrip("/") in articles]


@pytest.fixture
def site(servers: Servers, tmp_path: Path) -> Iterator[Crawled]:
    with crawled_newsroom(
        servers, tmp_path, run=False, rest=True, pages_per_site=ARTICLES, profiles=PROFILES[:1]
    ) as found:
        yield found


def test_articles_come_with_the_posts_clean_dated_and_for_a_handful_of_requests(site: Crawled) -> None:
    report = site.crawl()[SITE]
    truth = {page_id(article.url): article for article in site.newsroom.articles}
    stored = {document["_id"]: document for document in site.stores.db.articles.find({})}
    assert stored.keys() == truth.keys()
    assert (report.taken, report.left, report.verdict) == (len(truth), 0, "ok")
    assert sum(report.dispositions.values()) == report.taken
    assert _pages_asked(site.newsroom) == []
    assert report.requests <= 0.05 * len(truth)
    for key, article in truth.items():
        document = stored[key]
        assert document["title"] == article.title
        allowed = [_words(text) for text in article.optional]
        parts = [words for part in document["text"].split("\n\n") if (words := _words(part)) not in allowed]
        assert [word for words in parts for word in words] == _words(article.text)
        assert document["published_at"] == article.published_at.replace(microsecond=0)
        assert document["date_source"] == "wordpress"
        assert (document["authors"], document["section"]) == ([article.author], article.section)

    # What was read is kept, as it was read, and reads the same again.
    folder = raw_folder(site.settings.data_dir, SITE)
    kept = {page.article_id: page for path in segments(folder) for page in read_segment(path)}
    assert {key: page.sha256 for key, page in kept.items()} == {
        key: document["html_sha256"] for key, document in stored.items()
    }
    assert all(page.html and page.is_post for page in kept.values())
    (read_again,) = reextract([site.sites[SITE]], site.settings)
    assert (read_again.read, read_again.same) == (len(truth), len(truth)), read_again

    site.newsroom.forget_requests()
    again = site.crawl()[SITE]
    assert (again.discovered, again.taken, again.verdict) == (0, 0, "ok")
    assert again.requests <= 4
    assert [source.unchanged for source in again.sources if source.kind == "wordpress"] == [True]

    # What was changed, and what is new, comes with one answer; a recrawl asks for a hundred at once.
    edited = site.newsroom.articles[0]
    site.newsroom.edit(
        edited.url, paragraphs=["نص جديد كتبه المحرر بعد أن راجع ما نشر في الصباح.", *edited.paragraphs]
    )
    added = site.newsroom.publish(
        SITE,
        "افتتاح جسر جديد للمشاة فوق النهر القديم",
        ["افتتح مجلس المدينة صباح اليوم جسراً جديداً للمشاة فوق النهر بعد عامين من العمل المتواصل فيه."] * 2,
    )
    site.newsroom.forget_requests()
    third = site.crawl()[SITE]
    assert (third.dispositions.get("revised"), third.discovered) == (1, 1)
    assert _pages_asked(site.newsroom) == []
    assert site.stores.db.articles.find_one({"_id": page_id(added.url)}) is not None
    removed = site.newsroom.remove(edited.url)
    site.newsroom.forget_requests()
    recrawled = site.crawl(kind="recrawl", discover=False, urls=tuple(a.url for a in site.newsroom.articles))[
        SITE
    ]
    assert recrawled.dispositions == {"unchanged": ARTICLES, "gone": 1}
    assert len(_pages_asked(site.newsroom)) == 1
    assert (site.stores.db.articles.find_one({"_id": page_id(removed.url)}) or {})["removed_at"] is not None


def test_a_site_that_names_its_interface_is_believed_and_one_that_closes_it_is_left_alone(
    site: Crawled,
) -> None:
    base = site.newsroom.sites[0].url
    site.sites[SITE] = site.sites[SITE].model_copy(update={"wordpress": False, "feeds": ()})
    report = site.crawl()[SITE]
    assert report.taken >= ARTICLES
    assert report.left == 0
    assert len(_posts_asked(site.newsroom)) >= 2
    assert len(_pages_asked(site.newsroom)) <= 12, (
        "what the home page named before; the rest came with the posts"
    )
    first = _posts_asked(site.newsroom)
    site.newsroom.forget_requests()
    site.stores.db.sources.update_many({"newest": {"$exists": True}}, {"$set": {"newest": None}})
    site.newsroom.fault(base + first[0].lstrip("/"), "403")
    closed = site.crawl()[SITE]
    (source,) = [source for source in closed.sources if source.kind == "wordpress"]
    assert (source.error, closed.verdict) == (None, "ok")
    assert "403" in (source.note or "")
    assert len(_posts_asked(site.newsroom)) == 1
    site.newsroom.forget_requests()
    site.crawl()
    assert _posts_asked(site.newsroom) == []


def test_a_window_of_time_is_filled_from_the_posts_and_its_walk_ends(site: Crawled) -> None:
    times = sorted(article.published_at for article in site.newsroom.articles)
    since, until = times[30], times[60]
    report = site.crawl(since=since, until=until, kind="backfill")[SITE]
    inside = {page_id(a.url) for a in site.newsroom.articles if since <= a.published_at < until}
    assert {document["_id"] for document in site.stores.db.articles.find({})} == inside
    assert report.taken == len(inside)
    assert _pages_asked(site.newsroom) == []
    later = site.crawl(since=since - timedelta(days=30), until=until)[SITE]
    assert later.taken == sum(1 for moment in times if moment < since)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("outside", [0, 6], ids=["of the whole site", "of a window"])
def test_a_killed_walk_over_the_posts_goes_on_without_asking_for_a_single_page(
    servers: Servers, tmp_path: Path, outside: int
) -> None:
    """`outside`: so many of the oldest articles lie before the window of a backfill."""
    with crawled_newsroom(
        servers,
        tmp_path,
        run=False,
        rest=True,
        latency=1.0,
        pages_per_site=ARTICLES + outside,
        profiles=PROFILES[:1],
    ) as site:
        articles = site.stores.db.articles
        truth = sorted(site.newsroom.articles, key=lambda article: article.published_at)[outside:]
        job: dict[str, object] = {}
        window: tuple[str, ...] = ()
        if outside:
            since = truth[0].published_at
            job, window = {"kind": "backfill", "since": since}, ("--since", since.isoformat())
        process = site.start("crawl", SITE, *window)
        try:
            wait_until(lambda: articles.count_documents({}) > 0, seconds=200)
            crawl_process(process).kill()
            process.communicate(timeout=60)
        finally:
            process.kill()
            process.communicate()
        stored = articles.count_documents({})
        done = site.stores.db.pages.count_documents({"state": "done"})
        # The second answer is a second away when the first article is stored.
        assert stored < ARTICLES
        report = site.crawl(**job)[SITE]
        assert (report.verdict, report.left) == ("ok", 0)
        ids = sorted(document["_id"] for document in articles.find({}, {"_id": 1}))
        assert ids == sorted(page_id(article.url) for article in truth)
        assert report.taken == ARTICLES - done, "what was done is not done again, but for what was in flight"
        assert _pages_asked(site.newsroom) == []
        assert len(_posts_asked(site.newsroom)) <= 6
        assert site.stores.db.revisions.count_documents({}) == 0
