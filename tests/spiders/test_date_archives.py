"""Reading dated listings by itself: when it is begun, what it takes for a refusal, where it ends.

The crawl around it is made up; the store is real.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import HtmlResponse

from crawler.discovery.accounting import AddressCounts, AddressOutcome
from crawler.discovery.sitemap import REACHES_BACK, Coverage, SitemapLink
from crawler.discovery.window import Window
from crawler.health.report import SourceReport
from crawler.model.article import Discovered
from crawler.model.crawl import SourceKind
from crawler.model.site import Site
from crawler.parsing.urls import page_id
from crawler.spiders.sources.date_archives import EMPTY, DateArchives
from crawler.spiders.sources.fetching import FetchError, SourceTasks
from crawler.storage.connect import Stores
from tests.support.made_up_site import listing_page

HOME = "https://sada.example/"
WORDPRESS = '<meta name="generator" content="WordPress 6.5"></head>'
SINCE, UNTIL = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 4, 1, tzinfo=UTC)

Pages = Callable[[str], tuple[int, str] | str | Exception | None]


class _Tasks(SourceTasks):
    """Fetches from a site made of answers, and keeps what is started."""

    def __init__(self, run: Any, paths: list[str], answer_to: Pages) -> None:
        super().__init__(run)
        self.started: list[Coroutine[Any, Any, None]] = []
        self._paths = paths
        self._answer_to = answer_to

    def start(self, coroutine: Coroutine[Any, Any, None], name: str) -> None:  # noqa: ARG002
        self.started.append(coroutine)

    @asynccontextmanager
    async def fetch(self, request: Request) -> AsyncIterator[HtmlResponse]:
        path = "/" + request.url.removeprefix(HOME)
        self._paths.append(path)
        yield _response(request.url, self._answer_to(path))


class _Crawl:
    """As much of a crawl as the walk needs."""

    def __init__(self, stores: Stores, window: Window, answer_to: Pages) -> None:
        self.site = Site(id="sada", name="صدى", url=HOME)
        self.window = window
        self.coverage = Coverage(window)
        self.stopping = self.is_full = self.again = False
        self.problems: list[str] = []
        self.reports: list[SourceReport] = []
        self.named: list[str] = []
        self.paths: list[str] = []
        self.context = self.queue = self
        counts = SimpleNamespace(source=self._source)
        self.run: Any = SimpleNamespace(
            context=self, pool=_Pool(), counts=counts, problem=self.problems.append
        )
        self.tasks = _Tasks(self.run, self.paths, answer_to)
        self._stores = stores

    def _source(self, url: str, kind: SourceKind) -> SourceReport:
        self.reports.append(SourceReport(url, kind))
        return self.reports[-1]

    async def in_store(self, work: Callable[..., Any]) -> Any:
        if self.again:
            # What a store session does when the answer was lost.
            work(self._stores.db)
        return work(self._stores.db)

    def page_key(self, url: str) -> str:
        return page_id(url)

    async def enqueue(self, discovered: Iterable[Discovered]) -> AddressCounts:
        addresses = AddressCounts()
        for page in discovered:
            is_new = page.url not in self.named
            addresses.count(AddressOutcome.NEW if is_new else AddressOutcome.ALREADY_KNOWN)
            self.named += [page.url] if is_new else []
        return addresses


class _Pool:
    async def run(self, task: Callable[..., Any], *args: Any) -> Any:
        return task(*args)


def _walk(
    stores: Stores,
    pages: Pages | Mapping[str, Any],
    window: Window | None = None,
    *,
    covered: bool = False,
    noted: Callable[[_Crawl], None] = lambda _: None,
    again: bool = False,
) -> tuple[list[str], _Crawl]:
    """Let the walk ask a site made of answers by path; returns the listings that it asked for."""
    crawl = _Crawl(stores, window or Window(SINCE, UNTIL), pages if callable(pages) else pages.get)
    crawl.again = again

    async def all_of_it() -> None:
        services: Any = crawl
        archives = DateArchives(services)
        await archives.recall()
        noted(crawl)
        archives.begin(is_covered=covered)
        archives.begin(is_covered=covered)
        assert len(crawl.tasks.started) <= 1
        for coroutine in crawl.tasks.started:
            await coroutine

    asyncio.run(all_of_it())
    return [path for path in crawl.paths if path != "/"], crawl


def _response(url: str, answer: Any) -> HtmlResponse:
    if isinstance(answer, Exception):
        raise FetchError(url, answer)
    status, body = (404, "") if answer is None else answer if isinstance(answer, tuple) else (200, answer)
    if status == 301:
        url, status, body = HOME.rstrip("/") + body, 200, "<html><title>x</title></html>"
    return HtmlResponse(url, status=status, body=body.encode(), encoding="utf-8")


def _home(*links: str) -> str:
    made = "".join(f'<a href="{link}">x</a>' for link in links) + "</body>"
    return listing_page(["/story-of-today-long-day"]).replace("</body>", made)


def _wordpress() -> str:
    return _home().replace("</head>", WORDPRESS)


def _month(path: str) -> str | None:
    """A listing of two articles for each month from 2023 on; nothing before."""
    year, _, rest = path.strip("/").partition("/")
    if not year.isdigit() or int(year) < 2023 or "page" in rest:
        return None
    return listing_page([f"/story-of-the-long-day-{year}{rest.strip('/')}{n:02}" for n in (1, 2)])


def test_it_goes_from_the_newest_month_to_the_oldest_and_remembers_each(stores: Stores) -> None:
    site: Pages = lambda path: _wordpress() if path == "/" else _month(path)  # noqa: E731
    asked, spider = _walk(stores, site)
    assert asked == ["/2024/03/", "/2024/02/", "/2024/01/"]
    assert (spider.reports[0].found, spider.reports[0].new, len(spider.named)) == (6, 6, 6)
    assert _walk(stores, site)[0] == [], "read to their end"
    # A month that a window cuts is read, and not taken for read by another window.
    half = Window(datetime(2023, 12, 20, tzinfo=UTC), UNTIL)
    assert _walk(stores, site, half)[0] == ["/2023/12/"]
    assert _walk(stores, site, Window(datetime(2023, 12, 1, tzinfo=UTC), UNTIL))[0] == ["/2023/12/"]


@pytest.mark.parametrize(
    ("answer", "said", "remembered"),
    [
        (None, "is not there", False),
        ((403, ""), "forbids", True),
        ((301, "/"), "leads to", True),
        (IgnoreRequest("Forbidden by robots.txt"), "robots.txt", True),
        ("<html><title>x</title></html>", "is not there", False),
        (_home(), "what the home page does", True),
    ],
    ids=["404", "403", "led home", "robots.txt", "an empty page", "the home page"],
)
def test_a_no_at_the_first_ends_it(stores: Stores, answer: Any, said: str, remembered: bool) -> None:
    site: Pages = lambda path: _wordpress() if path == "/" else answer  # noqa: E731
    asked, spider = _walk(stores, site)
    assert asked == ["/2024/03/"]
    assert said in (spider.reports[0].note or "")
    assert _walk(stores, site)[0] == ([] if remembered else ["/2024/03/"])


def test_the_month_that_has_hardly_begun_is_no_answer(stores: Stores) -> None:
    now = datetime.now(ZoneInfo("Asia/Damascus"))  # the site's clock
    newest = f"/{now:%Y/%m}/"
    site: Pages = lambda path: _wordpress() if path == "/" else None if path == newest else _month(path)  # noqa: E731
    asked, spider = _walk(stores, site, Window(since=datetime(now.year - 1, 6, 1, tzinfo=UTC)))
    assert len(asked) >= 6
    assert len(spider.named) == 2 * (len(asked) - (newest in asked))


def test_where_the_site_links_its_months_one_without_articles_is_no_answer_and_many_are_the_end(
    stores: Stores,
) -> None:
    home = _home("/2024/03/", "/2024/01/")
    site: Pages = lambda path: home if path == "/" else None if path == "/2024/03/" else _month(path)  # noqa: E731
    asked, spider = _walk(stores, site, Window(until=UNTIL))
    assert asked[0] == "/2024/03/"
    assert len(spider.named) == 2 * 14, "of 2023 and of 2024's first two months"
    assert len(asked) == 15 + EMPTY["month"]
    assert "in a row" in (spider.reports[0].note or "")


def _store(stores: Stores, path: str, published_at: datetime) -> None:
    """Put an article and its page into the store."""
    key = page_id(HOME + path)
    stores.db.pages.insert_one({"_id": key, "article_id": key})
    stores.db.articles.insert_one({"_id": key, "site": "sada", "published_at": published_at})


def test_a_site_that_stopped_years_ago_is_walked_from_its_newest_page(stores: Stores) -> None:
    _store(stores, "story-of-today-long-day", datetime(2023, 5, 20, tzinfo=UTC))
    site: Pages = lambda path: _wordpress() if path == "/" else _until(path, "2023/05")  # noqa: E731
    asked, spider = _walk(stores, site, Window(since=datetime(2023, 1, 1, tzinfo=UTC)))
    assert asked == [f"/2023/{month:02}/" for month in (5, 4, 3, 2, 1)]
    assert len(spider.named) == 10
    assert "back to the window" in (spider.reports[0].note or "")


def test_where_the_home_page_tells_no_date_months_after_the_newest_known_page_may_be_empty(
    stores: Stores,
) -> None:
    stores.db.articles.insert_one(
        {"_id": "x", "site": "sada", "published_at": datetime(2023, 5, 2, tzinfo=UTC)}
    )
    site: Pages = lambda path: _wordpress() if path == "/" else _until(path, "2023/05")  # noqa: E731
    asked, spider = _walk(stores, site, Window(since=datetime(2023, 4, 1, tzinfo=UTC)))
    assert asked[-2:] == ["/2023/05/", "/2023/04/"]
    assert len(asked) > EMPTY["month"], "it is years ago"
    assert len(spider.named) == 4


def test_a_pause_of_years_ends_the_walk_only_where_nothing_older_is_known_and_that_is_reported(
    stores: Stores,
) -> None:
    home = _home("/2024/03/", "/2024/01/")

    def site(path: str) -> str | None:
        return home if path == "/" else _month(path) if path >= "/2024/02/" else _until(path, "2019/06")

    window = Window(since=datetime(2019, 5, 1, tzinfo=UTC), until=UNTIL)
    asked, spider = _walk(stores, site, window)
    assert len(asked) == 2 + EMPTY["month"]
    note = "44 listings from 2019-05-01 to 2023-01-01 were not looked at"
    assert note in (spider.reports[0].note or "")
    assert note in spider.problems[0]
    _store(stores, "old", datetime(2019, 6, 9, tzinfo=UTC))
    asked, spider = _walk(stores, site, window)
    assert asked[-2:] == ["/2019/06/", "/2019/05/"]
    assert spider.problems == []


def _until(path: str, newest: str) -> str | None:
    """A listing of two articles for each month up to one."""
    month = path.strip("/")
    if "page" in month or month > newest:
        return None
    return listing_page([f"/story-of-the-long-day-{month.replace('/', '')}{n:02}" for n in (1, 2)])


def test_a_calendar_that_names_the_same_on_every_day_ends(stores: Stores) -> None:
    home = _home("/2024/03/05/", "/2024/03/04/")
    same = listing_page(["/story-of-the-long-day-one", "/story-of-the-long-day-two"])
    asked, _ = _walk(stores, lambda path: home if path == "/" else same, Window(until=UNTIL))
    assert len(asked) == 1 + EMPTY["day"]


def test_a_listing_is_read_over_its_pages_and_an_index_of_archives_is_looked_into(stores: Stores) -> None:
    url, more = "/archive/2024-03", [f"/story-of-the-long-day-{n}" for n in range(4)]
    pages = {
        "/": _home("/archive/"),
        "/archive/": _home(url, "/archive/2024-02"),
        url: listing_page(more[:2], f"{url}?page=2"),
        f"{url}?page=2": listing_page(more[2:], f"{url}?page=3"),
        f"{url}?page=3": listing_page(more[2:], f"{url}?page=4"),
    }
    asked, spider = _walk(stores, pages, Window(datetime(2024, 3, 1, tzinfo=UTC), UNTIL))
    assert asked == ["/archive/", url, f"{url}?page=2", f"{url}?page=3"]
    assert len(spider.named) == 4


def test_a_guessed_page_that_is_not_there_ends_its_listing_which_is_read_then(stores: Stores) -> None:
    full = [f"/story-of-the-long-day-{number}" for number in range(10)]
    pages = {"/": _wordpress(), "/2024/03/": listing_page(full), "/2024/02/": listing_page(full[:3])}
    window = Window(datetime(2024, 2, 1, tzinfo=UTC), UNTIL)
    assert _walk(stores, pages, window)[0] == ["/2024/03/", "/2024/03/page/2/", "/2024/02/"]
    assert _walk(stores, pages, window)[0] == []


def test_a_store_that_goes_away_costs_no_listing(stores: Stores) -> None:
    site: Pages = lambda path: _wordpress() if path == "/" else _month(path)  # noqa: E731
    assert _walk(stores, site, again=True)[0] == ["/2024/03/", "/2024/02/", "/2024/01/"]


def test_a_site_in_trouble_is_left_alone(stores: Stores) -> None:
    site: Pages = lambda path: _wordpress() if path == "/" else (500, "")  # noqa: E731
    asked, spider = _walk(stores, site, Window(until=UNTIL))
    assert len(asked) == 3
    assert "500" in (spider.reports[0].error or "")
    assert _walk(stores, site)[0] != [], "a broken server says nothing for long"


def test_it_is_not_begun_where_something_else_reaches_back(stores: Stores) -> None:
    site: Pages = lambda path: _wordpress() if path == "/" else _month(path)  # noqa: E731
    old = [Discovered(f"{HOME}2022/05/01/story-{n}", SourceKind.SITEMAP) for n in range(REACHES_BACK)]
    assert _walk(stores, site, Window())[0] == [], "no window, no walk"
    assert _walk(stores, site, covered=True)[0] == []
    assert _walk(stores, site, noted=lambda archives: archives.coverage.note_sitemap(old, []))[0] == []
    links = [SitemapLink(f"{HOME}sitemap-2023-11.xml")]
    assert _walk(stores, site, noted=lambda archives: archives.coverage.note_sitemap([], links))[0] == []

    def broken(archives: _Crawl) -> None:
        archives.coverage.note_sitemap(old, links)
        archives.coverage.note_failed()

    # A few old pages are those about the site; a sitemap of the last two days reaches back to nothing.
    assert _walk(stores, site, noted=lambda archives: archives.coverage.note_sitemap(old[:5], []))[0] != []
    stores.db.sources.delete_many({"site": "sada"})
    assert _walk(stores, site, noted=broken)[0] != []
