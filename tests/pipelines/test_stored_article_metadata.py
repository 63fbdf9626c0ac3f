"""Of an unchanged text what is stated better comes in, and nothing that was known is lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.model.article import Article, DatePrecision
from crawler.pipelines.stored_article import with_better_metadata
from crawler.storage.article_fields import reading_fields

DAY = datetime(2026, 11, 28, 21, tzinfo=UTC)
STORED = Article(
    url="https://site.example/1",
    title="عنوان",
    text="نص",
    canonical_url="https://site.example/1",
    authors=["سامر العلي"],
    published_at=DAY,
    published_precision=DatePrecision.DAY,
    date_source="text",
    section="محليات",
    image="https://site.example/a.jpg?w=300",
)
MINUTE: dict[str, Any] = {
    "published_at": DAY + timedelta(hours=9, minutes=12),
    "published_precision": DatePrecision.MINUTE,
    "date_source": "json-ld",
}


@pytest.mark.parametrize(
    "change",
    [
        {"authors": ["سامر العلي", "ليلى يوسف"]},
        {"section": "اقتصاد"},
        {"image": "https://site.example/b.jpg"},
        {"agency": "سانا"},
        MINUTE,
    ],
)
def test_what_is_told_better_is_taken(change: dict[str, Any]) -> None:
    better = with_better_metadata(STORED, replace(STORED, **change))
    assert better is not None
    assert {name: getattr(better, name) for name in change} == change
    rest = reading_fields(STORED).keys() - change.keys()
    assert {name: reading_fields(better)[name] for name in rest} == {
        name: reading_fields(STORED)[name] for name in rest
    }


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"authors": [], "section": None, "image": None},
        {"image": "https://site.example/a.jpg?w=600"},
        {"modified_at": DAY},
        {**MINUTE, "published_at": DAY + timedelta(days=3)},
        {"published_at": None, "published_precision": None, "date_source": None},
        {"published_at": DAY + timedelta(days=1)},
    ],
)
def test_what_is_told_no_better_is_left(change: dict[str, Any]) -> None:
    assert with_better_metadata(STORED, replace(STORED, **change)) is None


def test_a_time_is_taken_where_none_was_known_and_the_stored_words_stay() -> None:
    undated = replace(STORED, published_at=None, published_precision=None, date_source=None)
    better = with_better_metadata(undated, replace(STORED, text="نص آخر", **MINUTE))
    assert better is not None
    assert (better.text, better.published_at) == ("نص", MINUTE["published_at"])
