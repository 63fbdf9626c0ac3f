"""Which pages are asked for in full although we hold their article."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.fetch.validators import ONE_OF, reads_whole
from crawler.storage.frontier import Page

NOW = datetime(2025, 3, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "read", "whole"),
    [
        (timedelta(hours=1), timedelta(hours=1), False),
        (timedelta(hours=6), timedelta(hours=5), True),
        (timedelta(days=7), timedelta(days=6), True),
        (timedelta(days=7), timedelta(hours=3), False),
        (timedelta(days=7), None, True),
    ],
)
def test_a_recent_article_is_read_in_full_once_in_some_hours(
    age: timedelta, read: timedelta | None, whole: bool
) -> None:
    page = Page(
        "s/1", "https://news.example/1", "feed", article_since=NOW - age, read_at=NOW - read if read else None
    )
    assert reads_whole(page, NOW) is whole


def test_of_older_ones_it_is_another_part_each_day() -> None:
    old, read = NOW - timedelta(days=90), NOW - timedelta(days=30)
    pages = [
        Page(f"s/{n}", "https://news.example/", "feed", article_since=old, read_at=read) for n in range(400)
    ]
    for page in pages:
        assert sum(reads_whole(page, NOW + timedelta(days=day)) for day in range(ONE_OF)) == 1
    assert 5 < sum(reads_whole(page, NOW) for page in pages) < 50
