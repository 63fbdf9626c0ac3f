"""The words everyone shares: what a date without a time says about who had a story first."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.model.article import latest_publication

DAY = datetime(2024, 12, 3, 21, tzinfo=UTC)  # 4 December in Damascus


@pytest.mark.parametrize(
    ("published", "precision", "seen", "latest"),
    [
        pytest.param(DAY, "day", DAY + timedelta(days=9), DAY + timedelta(hours=24, seconds=-1), id="day"),
        pytest.param(DAY, "day", DAY + timedelta(hours=10), DAY + timedelta(hours=10), id="seen that day"),
        pytest.param(DAY, "day", DAY - timedelta(hours=2), DAY, id="seen before: the date is ahead"),
        pytest.param(DAY, "minute", DAY + timedelta(days=9), DAY, id="minute"),
        pytest.param(DAY, None, DAY + timedelta(days=9), DAY, id="precision unknown"),
        pytest.param(None, None, DAY, None, id="no date"),
    ],
)
def test_the_latest_moment_of_publication(
    published: datetime | None, precision: str | None, seen: datetime, latest: datetime | None
) -> None:
    assert latest_publication(published, precision, seen) == latest
