"""Times as machines write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.discovery.times import parse_time

DAMASCUS = ZoneInfo("Asia/Damascus")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wed, 04 Dec 2024 10:15:00 +0000", "2024-12-04T10:15:00"),
        ("Wed, 04 Dec 2024 10:15:00 GMT", "2024-12-04T10:15:00"),
        ("4 Dec 2024 13:15 +0300", "2024-12-04T10:15:00"),
        ("Wed, 04 Dec 2024 13:15:00", "2024-12-04T10:15:00"),
        ("2024-12-04T10:15:00Z", "2024-12-04T10:15:00"),
        ("2024-12-04T13:15:00+03:00", "2024-12-04T10:15:00"),
        ("2024-12-04 13:15:00.123 +0300", "2024-12-04T10:15:00"),
        ("2024-12-04T13:15+03", "2024-12-04T10:15:00"),
        ("2024-12-04 9:15", "2024-12-04T06:15:00"),
        ("2024-12-04", "2024-12-03T21:00:00"),
        # Syria kept winter time until October 2022.
        ("2021-12-04T10:15:00", "2021-12-04T08:15:00"),
        ("2021-07-04T10:15:00", "2021-07-04T07:15:00"),
    ],
)
def test_known_forms(text: str, expected: str) -> None:
    moment = parse_time(text, DAMASCUS)
    assert moment is not None
    assert moment.astimezone(UTC) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [None, "", " ", "أمس", "الأربعاء، 04 ديسمبر 2024 10:15:00 +0300", "2024-13-40", "2024-12-04T25:00",
     "0001-01-01", "Thu, 01 Jan 1970 00:00:00 +0000", "9999-12-31T23:59:59-12:00",
     "Wed, 04 Dec 2024 10:15:00 +9999", "12"],
)  # fmt: skip
def test_what_is_no_time_is_none(text: str | None) -> None:
    assert parse_time(text, DAMASCUS) is None
