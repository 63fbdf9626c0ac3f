"""A crawl of the whole newsroom, end to end on real servers, against what it truly published."""

import re
from collections import defaultdict
from datetime import datetime
from typing import Any

import pytest

from crawler.demo.truth import Kind
from crawler.model.article import DatePrecision, Disposition, latest_publication
from crawler.parsing.urls import page_id
from tests.support.crawled_newsroom import Crawled


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


@pytest.fixture(scope="module")
def stored(crawled: Crawled) -> dict[str, dict[str, Any]]:
    return {document["_id"]: document for document in crawled.stores.db.articles.find({})}


def test_every_article_is_stored_once_and_nothing_else_is(
    crawled: Crawled, stored: dict[str, dict[str, Any]]
) -> None:
    truth = {page_id(article.url): article.url for article in crawled.newsroom.articles}
    missing = [truth[key] for key in truth.keys() - stored.keys()]
    extra = [stored[key]["url"] for key in stored.keys() - truth.keys()]
    assert (missing, extra) == ([], [])


def test_articles_are_clean_to_the_word(crawled: Crawled, stored: dict[str, dict[str, Any]]) -> None:
    wrong = []
    for article in crawled.newsroom.articles:
        document = stored[page_id(article.url)]
        allowed = [_words(text) for text in article.optional]
        got = [words for part in document["text"].split("\n\n") if (words := _words(part)) not in allowed]
        if document["title"] != article.title or [word for words in got for word in words] != _words(
            article.text
        ):
            wrong.append((article.url, document["title"], document["text"]))
    assert wrong == []


def test_dates_are_right_and_say_how_exact_they_are(
    crawled: Crawled, stored: dict[str, dict[str, Any]]
) -> None:
    wrong = []
    for article in crawled.newsroom.articles:
        document = stored[page_id(article.url)]
        moment = document["published_at"]
        zone = crawled.sites[article.site].zone
        same_day = moment is not None and moment.astimezone(zone).date() == article.published_at.date()
        exact = article.precision is DatePrecision.MINUTE
        right = same_day and document["published_precision"] == article.precision and document["date_source"]
        if not right or (exact and abs((moment - article.published_at).total_seconds()) >= 60):
            wrong.append((article.url, article.published_at, moment, document["date_source"]))
    assert wrong == []


def test_syndicated_copies_are_one_story_and_reports_of_a_template_are_not(
    crawled: Crawled, stored: dict[str, dict[str, Any]]
) -> None:
    members: dict[str, set[str]] = defaultdict(set)
    for article in crawled.newsroom.articles:
        document = stored[page_id(article.url)]
        members[document["story_id"]].add(article.story or article.url)
        if article.kind in (Kind.REPORT, Kind.FOLLOW_UP):
            assert document["duplicate_of"] is None or article.story, article.url
    assert [names for names in members.values() if len(names) > 1] == []
    stories: dict[str, set[str]] = defaultdict(set)
    for article in crawled.newsroom.articles:
        if article.story:
            stories[article.story].add(stored[page_id(article.url)]["story_id"])
    torn = {name: ids for name, ids in stories.items() if len(ids) > 1}
    assert len(torn) <= 0.05 * len(stories), torn


def _latest(document: dict[str, Any]) -> datetime:
    published = latest_publication(
        document["published_at"], document["published_precision"], document["first_seen_at"]
    )
    assert published is not None
    return published


def test_every_story_has_one_canonical_article_and_it_is_the_earliest(
    stored: dict[str, dict[str, Any]],
) -> None:
    stories: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for document in stored.values():
        stories[document["story_id"]].append(document)
    for members in stories.values():
        canonical = [member for member in members if member["duplicate_of"] is None]
        assert len(canonical) == 1
        assert _latest(canonical[0]) == min(map(_latest, members))
        for member in members:
            if member["duplicate_of"] is not None:
                assert member["duplicate_of"] == canonical[0]["_id"]
                assert 0 < member["similarity"] <= 1
                assert member["duplicate_reason"] in ("exact", "near", "contains", "contained")


def test_the_counts_of_each_crawl_add_up_and_are_recorded(crawled: Crawled) -> None:
    for site, report in crawled.reports.items():
        assert sum(report.dispositions.values()) == report.taken > 0
        assert (report.verdict, report.left) == ("ok", 0)
        (record,) = crawled.stores.db.crawls.find({"site": site})
        assert record["dispositions"] == report.dispositions
        assert record["verdict"] == "ok"
        assert record["finished_at"] is not None
        kept = crawled.stores.db.articles.count_documents({"site": site})
        assert kept == report.count(Disposition.STORED) + report.count(Disposition.DUPLICATE)


def test_what_robots_txt_forbids_is_never_asked_for_and_every_request_says_who_we_are(
    crawled: Crawled,
) -> None:
    for log in crawled.newsroom.requests.values():
        assert log
        assert not [request.path for request in log if request.path.startswith("/private")]
        agents = {request.headers.get("user-agent") for request in log}
        assert agents == {"Khabar/0.2.0 (+tests@khabar.invalid)"}


def test_readers_of_the_database_find_a_view_without_duplicates(
    crawled: Crawled, stored: dict[str, dict[str, Any]]
) -> None:
    unique = {document["_id"] for document in crawled.stores.db.unique_articles.find({})}
    assert unique == {key for key, document in stored.items() if document["duplicate_of"] is None}


def test_a_second_crawl_finds_nothing_new_and_asks_for_little(crawled: Crawled) -> None:
    crawled.newsroom.forget_requests()
    reports = crawled.crawl()
    for site, report in reports.items():
        assert (report.discovered, report.taken, report.verdict) == (0, 0, "ok"), report
        assert len(crawled.newsroom.requests[site]) <= 10
