"""Retry-After in both of its forms."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetch.pacing import LONGEST, retry_after

NOW = datetime(2024, 12, 4, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (b"120", 120.0),
        (b" 0 ", 0.0),
        (b"Wed, 04 Dec 2024 10:01:30 GMT", 90.0),
        (b"Wed, 04 Dec 2024 09:00:00 GMT", 0.0),
        (b"999999999999", LONGEST),
        (b"Wed, 04 Dec 2099 10:00:00 GMT", LONGEST),
        (b"soon", None),
        (b"-5", None),
        (b"", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_from_now(value: bytes | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@given(st.binary(max_size=60))
def test_no_header_breaks_it(value: bytes) -> None:
    wait = retry_after(value, NOW)
    assert wait is None or wait >= 0
