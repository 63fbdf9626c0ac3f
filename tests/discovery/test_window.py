"""Which pages and sitemaps a window of time leaves out: those that say they lie outside, and no others."""

from datetime import UTC, datetime

import pytest

from crawler.discovery.window import Window, page_span, sitemap_span
from crawler.model.article import Hints

SPRING = Window(datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("url", "start", "end"),
    [
        ("https://n.example/2024/12/04/slug/", (2024, 12, 4), (2024, 12, 5)),
        ("https://n.example/news/2024/12/slug", (2024, 12, 1), (2025, 1, 1)),
        ("https://n.example/2023/slug", (2023, 1, 1), (2024, 1, 1)),
        ("https://n.example/2024/02/31/slug", None, None),
        ("https://n.example/archive/2024", None, None),
        ("https://n.example/article/20241204", None, None),
        ("https://n.example/a?d=/2024/12/04/x", None, None),
    ],
)
def test_the_day_in_an_articles_path(
    url: str, start: tuple[int, int, int] | None, end: tuple[int, int, int] | None
) -> None:
    span = page_span(url)
    if start is None or end is None:
        assert span is None
    else:
        assert span is not None
        assert (span.start, span.end) == (datetime(*start, tzinfo=UTC), datetime(*end, tzinfo=UTC))


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("sitemap-2024-03.xml", 3),
        ("sitemap-pt-post-p1-2024-03.xml", 3),
        ("sitemap-posttype-post.202403.xml", 3),
        ("2024/3/sitemap.xml", 3),
        ("sitemap.xml?yyyy=2024&mm=03", 3),
        ("sitemap-2024.xml", 1),
        ("post-sitemap12.xml", None),
        ("sitemap-20241.xml", None),
        ("sitemap-1920241.xml", None),
    ],
)
def test_the_month_in_a_sitemaps_name(name: str, month: int | None) -> None:
    span = sitemap_span(f"https://n2019.example/{name}")
    assert (span and (span.start.year, span.start.month)) == (month and (2024, month))


@pytest.mark.parametrize(
    ("url", "hints", "held"),
    [
        ("/a", Hints(), True),
        ("/a", Hints(published_at=datetime(2024, 3, 1, tzinfo=UTC)), True),
        ("/a", Hints(published_at=datetime(2024, 6, 1, tzinfo=UTC)), False),
        ("/2020/01/01/a", Hints(published_at=datetime(2024, 4, 1, tzinfo=UTC)), True),
        ("/a", Hints(modified_at=datetime(2024, 2, 28, tzinfo=UTC)), False),
        ("/a", Hints(modified_at=datetime(2025, 2, 28, tzinfo=UTC)), True),
        ("/2024/02/29/a", Hints(), True),
        ("/2024/02/27/a", Hints(), False),
        ("/2024/06/03/a", Hints(), False),
        ("/2024/a", Hints(), True),
        ("/2023/a", Hints(), False),
    ],
)
def test_a_page_is_left_out_only_where_it_says_so(url: str, hints: Hints, held: bool) -> None:
    assert SPRING.may_hold(f"https://n.example{url}", hints) is held
    assert Window().may_hold(f"https://n.example{url}", hints)


@pytest.mark.parametrize(
    ("name", "modified", "named"),
    [
        ("sitemap-2024-04.xml", None, True),
        ("sitemap-2024-01.xml", None, False),
        ("sitemap-2024-08.xml", None, False),
        ("sitemap-7.xml", None, True),
        ("sitemap-7.xml", datetime(2024, 2, 1, tzinfo=UTC), False),
        ("sitemap-7.xml", datetime(2026, 2, 1, tzinfo=UTC), True),
    ],
)
def test_a_sitemap_is_left_out_by_its_name_or_its_last_change(
    name: str, modified: datetime | None, named: bool
) -> None:
    assert SPRING.may_name(f"https://n.example/{name}", modified) is named
