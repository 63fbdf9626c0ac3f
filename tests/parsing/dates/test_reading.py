"""Dates in text: a table of spellings, and what must hold for any text."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.model.article import DatePrecision
from crawler.parsing.dates import parse_date
from crawler.parsing.dates.calendars import HIJRI_MONTHS, MONTHS, WEEKDAYS
from crawler.parsing.dates.words import DAY_WORDS, FILLERS, UNITS, fold
from tests.support.date_spellings import DAMASCUS, NO_DATES

ZONE = ZoneInfo("Asia/Damascus")
NOW = datetime(2024, 12, 5, 12, 0, tzinfo=ZONE)


@pytest.mark.parametrize(("text", "meant"), DAMASCUS.items())
def test_spelling(text: str, meant: str) -> None:
    parsed = parse_date(text, timezone=ZONE, now=NOW)
    assert parsed is not None
    estimate = meant.startswith("~")
    if len(meant) == 10:
        assert parsed.when == datetime.fromisoformat(meant).replace(tzinfo=ZONE)
    else:
        expected = datetime.fromisoformat(meant.removeprefix("~"))
        assert (parsed.when, parsed.when.utcoffset()) == (expected, expected.utcoffset())
    assert parsed.precision is (DatePrecision.DAY if estimate or len(meant) == 10 else DatePrecision.MINUTE)


@pytest.mark.parametrize("text", NO_DATES)
def test_no_date(text: str) -> None:
    assert parse_date(text, timezone=ZONE, now=NOW) is None


@pytest.mark.parametrize(
    "text", ["❸ مقتل 3 أشخاص", "منذ ❸ ساعات", "❷ أيار 2024", "➓ minutes ago", "قبل ➀ يوم"]
)
def test_a_number_in_a_circle_is_no_number_of_a_date(text: str) -> None:
    assert parse_date(text, timezone=ZONE, now=NOW) is None


def test_the_table_is_long_enough_to_be_worth_something() -> None:
    assert len(DAMASCUS) >= 150


def test_a_naive_now_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        parse_date("أمس", timezone=ZONE, now=datetime(2024, 12, 5))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("zone", "offset"), [("Asia/Beirut", "+02:00"), ("Africa/Cairo", "+02:00"), ("Asia/Baghdad", "+03:00")]
)
def test_a_time_without_zone_is_read_in_the_sites_zone(zone: str, offset: str) -> None:
    parsed = parse_date("4 كانون الأول 2024 10:30", timezone=ZoneInfo(zone), now=NOW)
    assert parsed is not None
    assert parsed.when.isoformat() == f"2024-12-04T10:30:00{offset}"


def test_yesterday_is_told_by_the_sites_clock_not_by_ours() -> None:
    late = datetime(2024, 12, 4, 22, 30, tzinfo=UTC)  # Half past one in the night of the 5th in Damascus.
    parsed = parse_date("أمس", timezone=ZONE, now=late)
    assert parsed is not None
    assert parsed.when.date().isoformat() == "2024-12-04"


def test_a_month_name_stands_for_one_month_only() -> None:
    assert not MONTHS.keys() & HIJRI_MONTHS.keys()
    assert not MONTHS.keys() & FILLERS
    assert not MONTHS.keys() & UNITS.keys()
    assert not WEEKDAYS.keys() & DAY_WORDS.keys()


_WORDS = st.sampled_from(
    [
        *MONTHS,
        *HIJRI_MONTHS,
        *UNITS,
        *FILLERS,
        *WEEKDAYS,
        *DAY_WORDS,
        "م",
        "ص",
        "/",
        "-",
        ":",
        "|",
        "منذ",
        "ago",
        "+",
    ]
)
_PIECES = st.one_of(_WORDS, st.integers(-5, 10**6).map(str), st.text(max_size=5))


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.text(max_size=220), st.lists(_PIECES, max_size=25).map(" ".join), st.lists(_PIECES).map("".join)
    )
)
def test_any_text_is_read_or_passed_over(text: str) -> None:
    parsed = parse_date(text, timezone=ZONE, now=NOW)
    if parsed is not None:
        assert parsed.when.tzinfo is not None


_TIMES = st.integers(788_918_400, 1_733_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, tz=UTC))


@settings(max_examples=200, deadline=None)
@given(_TIMES)
def test_what_machines_write_is_read_back(when: datetime) -> None:
    for text in (when.isoformat(), f"{when:%a, %d %b %Y %H:%M:%S +0000}", f"{when:%Y%m%dT%H%M%SZ}"):
        parsed = parse_date(text, timezone=ZONE, now=NOW)
        assert parsed is not None
        assert parsed.when == when


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("٤ كانون الأوّل ۲۰۲۴،", "4 كانون الاول 2024,"),
        ("Çarşamba İstanbul ı", "carsamba istanbul i"),
        ("مـــنذ سـاعةٍ\u200f", "منذ ساعه"),
        ("یەکشەممە کەی", "يهكشهممه كهي"),
        ("A1 b", "a1 b"),
        ("字 ½ ①", "字 1⁄2 1"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(folded) == folded


@pytest.mark.parametrize(("words", "is_date"), [(8, True), (9, False)])
def test_a_date_among_too_many_words_is_none(words: int, is_date: bool) -> None:
    names = " ".join(["كلمة"] * words)
    for text in (f"{names} 4 كانون الأول 2024", f"4 كانون الأول 2024 {names}"):
        assert (parse_date(text, timezone=ZONE, now=NOW) is not None) is is_date
