"""Sources over several crawls and windows of time: what is asked for, what is left out, and what is told."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from crawler.discovery.pagination import PAGINATIONS
from crawler.discovery.traps import TRIED
from crawler.health.report import CrawlReport
from crawler.model.job import Job
from crawler.model.site import Site
from crawler.operations.crawling.crawl import crawl
from crawler.settings import Settings
from crawler.spiders.sources.paged import MAX_PAGES_A_CRAWL
from crawler.storage.connect import Stores
from tests.support.made_up_site import Answer, MadeUpSite, article_page, listing_page, made_up_site, sitemap


@pytest.fixture
def place() -> Iterator[MadeUpSite]:
    with made_up_site() as found:
        yield found


Crawl = Callable[..., CrawlReport]


@pytest.fixture
def run(settings: Settings, stores: Stores) -> Crawl:
    def crawl_once(site: Site, **job: object) -> CrawlReport:
        (report,) = crawl([Job.model_validate({"site": site, **job})], settings)
        return report

    return crawl_once


def _paths(stores: Stores) -> set[str]:
    return {document["url"].partition("//")[2].partition("/")[2] for document in stores.db.articles.find({})}


def test_a_window_reads_the_sitemaps_and_pages_that_may_lie_in_it_and_a_later_crawl_only_what_changed(
    place: MadeUpSite, run: Crawl, stores: Stores
) -> None:
    # One request after the other: otherwise what is asked for first is whatever was named first.
    place.answers["/robots.txt"] = Answer("User-agent: *\nCrawl-delay: 0.1\n")
    months = {f"/sitemap-2024-{month:02}.xml": None for month in (3, 4, 5)}
    place.answers["/sitemap.xml"] = Answer(
        sitemap({**months, "/sitemap-old.xml": "2019-05-01T00:00:00Z"}, place.base, "sitemap")
    )
    for month in (3, 4, 5):
        paths = [f"/2024/{month:02}/{day:02}/story-{month}-{day}" for day in (10, 20)]
        place.answers[f"/sitemap-2024-{month:02}.xml"] = Answer(sitemap(dict.fromkeys(paths), place.base))
        for path in paths:
            place.article(path, datetime(2024, month, int(path[9:11]), 9, tzinfo=UTC))
    place.article("/undated-story-of-2019")
    place.answers["/sitemap-old.xml"] = Answer(
        sitemap({"/undated-story-of-2019": "2019-05-01T00:00:00Z"}, place.base)
    )
    site = place.site(sitemaps=(f"{place.base}/sitemap.xml",))
    report = run(site, since=datetime(2024, 4, 15, tzinfo=UTC), until=datetime(2024, 5, 15, tzinfo=UTC))
    assert _paths(stores) == {"2024/04/20/story-4-20", "2024/05/10/story-5-10"}
    stories = [path for path in place.asked if "story" in path]
    assert stories == ["/2024/05/10/story-5-10", "/2024/04/20/story-4-20"], "the newest first"
    assert not {"/sitemap-2024-03.xml", "/sitemap-old.xml"} & set(place.asked)
    assert [source.note for source in report.sources if source.note] == [
        "2 of the 4 sitemaps it names lie outside the window of time"
    ]

    place.forget()
    whole = run(site)
    assert (whole.discovered, whole.taken, whole.left) == (5, 5, 0)
    place.forget()
    again = run(site)
    assert (again.taken, again.requests) == (0, 2), "robots.txt and the index: nothing in it has changed"
    assert place.asked == ["/robots.txt", "/sitemap.xml"]


def test_validators_that_lie_are_found_out_by_the_bodys_hash(
    place: MadeUpSite, run: Crawl, stores: Stores
) -> None:
    listed = ["/news/story-one-of-the-day-1001"]

    def always_unchanged(headers: Mapping[str, str]) -> Answer:
        if "if-none-match" in headers:
            return Answer("", 304, {"ETag": '"same"'})
        return Answer(listing_page(listed), headers={"ETag": '"same"'})

    place.answers["/news"] = always_unchanged
    for number in (1, 2, 3):
        place.article(f"/news/story-{('one', 'two', 'three')[number - 1]}-of-the-day-100{number}")
    site = place.site(listings=(f"{place.base}/news",))
    assert run(site).taken == 1
    listed.append("/news/story-two-of-the-day-1002")
    report = run(site)
    assert (report.taken, [source.unchanged for source in report.sources]) == (0, [True])
    # A day later the listing is asked for without validators, and believed no more.
    stores.db.sources.update_many({}, {"$set": {"read_at": datetime.now(UTC) - timedelta(days=2)}})
    report = run(site)
    assert report.taken == 1
    assert "stays the same" in (report.sources[0].note or "")
    listed.append("/news/story-three-of-the-day-1003")
    assert run(site).taken == 1
    assert len(_paths(stores)) == 3


def test_a_listing_is_read_back_until_the_window_and_one_without_end_ends(
    place: MadeUpSite, run: Crawl, stores: Stores
) -> None:
    begun = datetime(2024, 6, 1, tzinfo=UTC)
    for page in range(1, 13):
        paths = [f"/news/story-of-day-number-{1000 + page * 10 + place_}" for place_ in range(5)]
        place.answers[f"/list?page={page}"] = Answer(listing_page(paths, f"/list?page={page + 1}"))
        for path in paths:
            place.article(path, begun - timedelta(days=page))
    site = place.site(listings=(f"{place.base}/list?page=1",))
    report = run(site, since=begun - timedelta(days=4, hours=1), kind="backfill")
    assert report.taken >= 20
    assert "/list?page=4" in place.asked
    assert "/list?page=12" not in place.asked, "twenty articles in a row were too old"
    assert any("before the window" in (source.note or "") for source in report.sources)

    place.answers["/ring"] = Answer(listing_page(["/news/story-of-day-number-1010"], "/ring?page=2"))
    for page in range(2, 60):
        place.answers[f"/ring?page={page}"] = Answer(
            listing_page(["/news/story-of-day-number-1010"], f"/ring?page={page + 1}")
        )
    place.forget()
    endless = run(place.site(listings=({"url": f"{place.base}/ring", "pages": 50},)))
    assert len([path for path in place.asked if path.startswith("/ring")]) == 2
    assert [source.note for source in endless.sources if source.note] == [
        "it names the same pages as those before it: its paging ends here"
    ]


def test_links_that_lead_nowhere_are_a_trap_that_ends_and_is_told(
    place: MadeUpSite, run: Crawl, stores: Stores
) -> None:
    days = [f"/calendar/day-of-many-events-{day}" for day in range(1000, 1000 + TRIED * 3)]
    links = "".join(f'<h3><a href="{day}">فعاليات اليوم في المدينة كلها وما حولها</a></h3>' for day in days)
    news = [f"/news/{number}" for number in range(5001, 5004)]
    place.answers["/"] = Answer(listing_page(news))
    for path in news[:1]:
        place.article(path, links="".join(f'<a href="{day}">يوم</a>' for day in days[:TRIED]))
    for number, day in enumerate(days):
        following = days[(number * 7) % len(days)]
        place.answers[day] = Answer(
            f"<html><title>تقويم</title><body>{links}<a href='{following}'>التالي</a></body></html>"
        )
    for path in news[1:]:
        place.answers[path] = Answer(article_page(place.base + path, None))
    report = run(place.site())
    assert _paths(stores) == {path.removeprefix("/") for path in news}
    assert report.left == 0
    assert len([path for path in place.asked if path.startswith("/calendar")]) == TRIED
    (note,) = [source.note for source in report.sources if source.kind == "link"]
    assert "/calendar/" in (note or "")


def test_an_address_of_many_arabic_words_is_fetched_however_long_it_is_escaped(
    place: MadeUpSite, run: Crawl, stores: Stores
) -> None:
    path = "/2024/12/05/" + "-".join(["%D8%A7%D9%81%D8%AA%D8%AA%D8%A7%D8%AD"] * 60)
    assert len(path) > 2083, "Scrapy's bound, beyond which it leaves an address out without a word"
    place.article(path)
    place.answers["/sitemap.xml"] = Answer(sitemap({path: None}, place.base))
    report = run(place.site(sitemaps=(f"{place.base}/sitemap.xml",)))
    assert (report.taken, report.left, len(_paths(stores))) == (1, 0, 1)


def _feed(place: MadeUpSite, stories: range) -> Answer:
    items = "".join(f"<item><link>{place.base}/news/{number}</link></item>" for number in stories)
    return Answer(f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>")


def _paged_feed(place: MadeUpSite, query: str, first: int, pages: int, size: int) -> None:
    """A feed whose older pages are at `query` with a number from `first` on; its stories count from 1000."""
    for page in range(pages):
        number = first + page
        path = f"/feed?{query}={number}" if page else "/feed"
        place.answers[path] = _feed(place, range(1000 + page * size, 1000 + (page + 1) * size))
    # Any other page is the first again, as where the parameter says nothing.
    place.answers["/feed?*"] = place.answers["/feed"]
    place.answers[f"/feed?{query}={first + pages}"] = Answer("not here", 404)


@pytest.mark.parametrize(("query", "first"), [("paged", 1), ("page", 1), ("page", 0)])
def test_a_feed_that_hides_what_made_it_is_paged_and_how_is_remembered(
    place: MadeUpSite, run: Crawl, query: str, first: int
) -> None:
    _paged_feed(place, query, first, pages=3, size=2)
    site = place.site(feeds=[f"{place.base}/feed"], exclude=["/news/"])
    seen = run(site)
    assert sum(source.addresses.total for source in seen.sources) >= 6
    assert {f"/feed?{query}={first + page}" for page in (1, 2)} <= set(place.asked)
    place.forget()
    run(site)
    assert [path for path in place.asked if "feed" in path] == ["/feed"], "known, and nothing is new"


def test_a_feed_without_pages_is_tried_once_and_reading_back_goes_on_where_a_crawl_stopped(
    place: MadeUpSite, run: Crawl, stores: Stores
) -> None:
    place.answers["/feed"] = place.answers["/feed?*"] = _feed(place, range(1000, 1002))
    site = place.site(feeds=[f"{place.base}/feed"])
    for tries in (len(PAGINATIONS), 0):
        place.forget()
        run(site)
        assert len([path for path in place.asked if path.startswith("/feed?")]) == tries

    _paged_feed(place, "paged", 1, pages=MAX_PAGES_A_CRAWL + 5, size=1)
    stores.db.sources.delete_many({})
    asked = []
    for _ in range(3):
        place.forget()
        report = run(site)
        asked.append({int(path.rpartition("=")[2]) for path in place.asked if path.startswith("/feed?")})
        notes = [source.note for source in report.sources if source.note]
        assert report.verdict == "ok"
        assert any("the next crawl goes on at" in note for note in notes) == (len(asked) < 2)
    assert asked[0] == set(range(2, MAX_PAGES_A_CRAWL + 2))
    assert asked[0] | asked[1] == set(range(2, MAX_PAGES_A_CRAWL + 7))
    assert asked[2] == set(), "read to its end"
    frontier = {page["url"] for page in stores.db.pages.find({})}
    assert len(frontier) == MAX_PAGES_A_CRAWL + 5


def test_a_feed_that_became_a_page_is_read_where_that_page_says(place: MadeUpSite, run: Crawl) -> None:
    place.answers["/feed"] = Answer(
        '<html><head><link rel="alternate" type="application/rss+xml" href="/comments/feed">'
        '<link rel="alternate" type="application/rss+xml" href="/new-feed"></head><body>x</body></html>'
    )
    place.article("/news/1000")
    place.answers["/new-feed"] = _feed(place, range(1000, 1001))
    report = run(place.site(feeds=[f"{place.base}/feed"]))
    assert report.verdict == "ok"
    assert f"{place.base}/new-feed, which is read instead" in report.problems[0]
    assert "/comments/feed" not in place.asked


def test_sitemaps_are_read_where_the_site_says_that_they_lie_and_give_its_own_pages_alone(
    place: MadeUpSite, run: Crawl, stores: Stores
) -> None:
    with made_up_site() as bucket:
        place.article("/news/1000")
        place.article("/news/1001")
        place.answers["/robots.txt"] = Answer(f"User-agent: *\nSitemap: {bucket.base}/index.xml\n")
        # The host of a sitemap vouches for nothing.
        bucket.answers["/robots.txt"] = Answer(f"User-agent: *\nSitemap: {bucket.base}/own.xml\n")
        bucket.answers["/index.xml"] = Answer(sitemap({"/map.xml": None}, bucket.base, "sitemap"))
        pages = sitemap({"/news/1000": None, "/news/1001": None}, place.base)
        foreign = f"<url><loc>{bucket.base}/news/1002</loc></url></urlset>"
        bucket.answers["/map.xml"] = Answer(pages.replace("</urlset>", foreign))
        report = run(place.site())
        assert (report.verdict, _paths(stores)) == ("ok", {"news/1000", "news/1001"})
        assert report.addresses.outcomes == {"sitemap_read": 1, "new": 2, "off_site": 1}
        assert bucket.asked == ["/robots.txt", "/index.xml", "/map.xml"]
