"""Times of change that say nothing are told from those that may."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.discovery.sitemap import SitemapLink
from crawler.discovery.source_content import SourceContent, unbelievable_times, with_believed_times
from crawler.model.article import Discovered, Hints
from crawler.model.crawl import SourceKind

NOW = datetime(2024, 12, 4, 10, 0, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SPREAD = [NOW - day * DAY for day in range(1, 9)]


@pytest.mark.parametrize(
    ("times", "doubted"),
    [
        ([NOW] * 20, {NOW}),
        ([NOW - 30 * DAY] * 12 + SPREAD, {NOW - 30 * DAY}),
        ([NOW - 9 * DAY] * 4 + SPREAD, set()),
        ([NOW + DAY, *SPREAD], {NOW + DAY}),
        # A little apart, as a generator writes them one after the other.
        ([NOW - timedelta(seconds=step) for step in range(20)], None),
        ([NOW - MINUTE, *SPREAD], set()),
        ([NOW - MINUTE], set()),
        ([NOW - MINUTE, NOW - 2 * MINUTE], None),
        (SPREAD, set()),
        ([], set()),
    ],
    ids=[
        "always now", "one time for most", "one time for some", "ahead", "now, spread", "one edited just now",
        "the only one", "both just now", "true ones", "none",
    ],
)  # fmt: skip
def test_times_that_say_nothing(times: list[datetime], doubted: set[datetime] | None) -> None:
    assert unbelievable_times(times, NOW) == (set(times) if doubted is None else doubted)


def test_an_answer_keeps_its_pages_and_loses_the_times_that_say_nothing() -> None:
    times = [NOW, NOW, NOW, NOW - DAY, None]
    pages = [
        Discovered(f"https://a.example/{number}", SourceKind.SITEMAP, Hints(title="ع", modified_at=moment))
        for number, moment in enumerate(times)
    ]
    links = [SitemapLink(f"https://a.example/{number}.xml", NOW - number * DAY) for number in range(3)]
    content, doubted = with_believed_times(SourceContent(pages, links), "https://a.example/sitemap.xml", NOW)
    assert [page.hints.modified_at for page in content.pages] == [None, None, None, NOW - DAY, None]
    assert [page.source_url is None for page in content.pages] == [True, True, True, False, True]
    assert {page.hints.title for page in content.pages} == {"ع"}
    assert (content.sitemaps, doubted) == (links, 3)
