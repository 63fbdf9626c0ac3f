"""Times as machines write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.parsing.dates.feed_times import order_of_times, parse_time

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
        # what home-made systems write
        ("الأربعاء، 04 ديسمبر 2024 13:15:00 +0300", "2024-12-04T10:15:00"),
        ("الأربعاء، ٤ كانون الأول ٢٠٢٤ - ١٣:١٥", "2024-12-04T10:15:00"),
        ("Wed, Dec 04 2024 01:15:00 PM", "2024-12-04T10:15:00"),
        ("04/12/2024 01:15:00 م", "2024-12-04T10:15:00"),
        ("04/12/2024 13:15", "2024-12-04T10:15:00"),
        ("1733307300", "2024-12-04T10:15:00"),
        ("/Date(1733307300000)/", "2024-12-04T10:15:00"),
        ("Wed, 04 Dec 2024 13:15:00 Asia/Damascus", "2024-12-04T10:15:00"),
        ("4ی کانوونی یەکەمی 2024 13:15", "2024-12-04T10:15:00"),
        ("۱۴ آذر ۱۴۰۳ ۱۳:۱۵", "2024-12-04T10:15:00"),
        # An offset that no place on earth has leaves the day.
        ("Wed, 04 Dec 2024 10:15:00 +9999", "2024-12-03T21:00:00"),
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
    [None, "", " ", "أمس", "منذ ساعتين", "4 ديسمبر", "2024-13-40", "2062-10-31T20:28:28+03:00",
     "0001-01-01", "Thu, 01 Jan 1970 00:00:00 +0000", "9999-12-31T23:59:59-12:00", "12"],
)  # fmt: skip
def test_what_is_no_time_is_none(text: str | None) -> None:
    assert parse_time(text, DAMASCUS) is None


@pytest.mark.parametrize(
    ("texts", "day"),
    [
        (["03/04/2024 10:15", "12/25/2023 10:15"], "2024-03-04"),
        (["03/04/2024 10:15", "25/12/2023 10:15"], "2024-04-03"),
        (["03/04/2024 10:15", "03/05/2024 10:15", "03/06/2024 10:15"], "2024-03-04"),
        (["03/04/2024 10:15", "04/04/2024 10:15", "05/04/2024 10:15"], "2024-04-03"),
        (["3/4/2024 10:15:00 AM"], "2024-03-04"),
        (["03/04/2024 10:15"], "2024-04-03"),
        (["03/04/2024 10:15", "25/12/2023", "12/25/2023"], "2024-04-03"),
    ],
)
def test_the_order_of_day_and_month_is_that_of_the_files_other_times(texts: list[str], day: str) -> None:
    moment = parse_time(texts[0], DAMASCUS, order=order_of_times(texts))
    assert moment is not None
    assert moment.date().isoformat() == day
