"""Where the articles of a story stand on its time line, and what the scale says."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.web.time_line import MARGIN, MOST_MARKS, day_line, story_line
from tests.support.briefs import START, brief

ZONE = ZoneInfo("Asia/Damascus")


def test_the_scale_of_a_story_has_round_times() -> None:
    line = story_line([brief(START), brief(START + timedelta(minutes=65))], ZONE, "en")
    assert [mark.label for mark in line.marks] == ["09:00", "09:30", "10:00", "10:30"]
    assert [point.place for point in line.points] == [
        pytest.approx(MARGIN + 94 * 10 / 90, abs=0.01),
        pytest.approx(MARGIN + 94 * 75 / 90, abs=0.01),
    ]


def test_a_story_of_weeks_has_days_and_one_article_has_a_scale_too() -> None:
    line = story_line([brief(START), brief(START + timedelta(days=20))], ZONE, "en")
    assert [mark.label for mark in line.marks][:2] == ["4 December 2024", "11 December 2024"]
    alone = story_line([brief(START)], ZONE, "en")
    assert [mark.label for mark in alone.marks] == ["09:10", "09:15"]


def test_articles_of_other_days_stand_at_the_ends_of_a_day() -> None:
    line = day_line(
        [brief(START - timedelta(days=2)), brief(START), brief(START + timedelta(days=2))],
        date(2024, 12, 4),
        ZONE,
    )
    places = [point.place for point in line.points]
    assert (places[0], places[2]) == (MARGIN, 100 - MARGIN)
    assert [mark.label for mark in line.marks] == ["00:00", "06:00", "12:00", "18:00", "00:00"]


def test_a_dot_says_what_its_article_is() -> None:
    plain, marked = (
        brief(START),
        brief(START, precision="day", duplicate_of="1", revision=2, removed_at=START),
    )
    assert [point.classes for point in story_line([plain, marked], ZONE, "ar").points] == ["o", "i e r"]


SECONDS = st.integers(-62_135_000_000, 253_402_000_000)  # the years 1 to 9999


@given(st.lists(SECONDS, min_size=1, max_size=5))
def test_every_story_has_a_scale(moments: list[int]) -> None:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    line = story_line([brief(epoch + timedelta(seconds=second)) for second in moments], ZONE, "ar")
    assert all(0 <= point.place <= 100 for point in line.points)
    assert 2 <= len(line.marks) <= MOST_MARKS + 1
