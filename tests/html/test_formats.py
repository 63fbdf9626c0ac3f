from datetime import UTC, date, datetime, timedelta

import pytest

from crawler.html.formats import day, duration, moment, percent
from crawler.html.words import counted, word


@pytest.mark.parametrize(
    ("n", "phrase"),
    [
        (0, "لا مقالات"),
        (1, "مقالة واحدة"),
        (2, "مقالتان"),
        (3, "3 مقالات"),
        (10, "10 مقالات"),
        (11, "11 مقالة"),
        (99, "99 مقالة"),
        (100, "100 مقالة"),
        (103, "103 مقالات"),
        (1200, "1,200 مقالة"),
    ],
)
def test_arabic_counts_in_the_form_its_number_asks_for(n: int, phrase: str) -> None:
    assert counted("n_articles", n, "ar") == phrase


def test_arabic_tells_tamyiz_from_idafa() -> None:
    assert counted("in_n_sites", 11, "ar") == "في 11 موقعًا"
    assert counted("in_n_sites", 100, "ar") == "في 100 موقع"
    assert counted("in_n_sites", 2, "ar") == "في موقعين"


def test_english_counts() -> None:
    assert counted("n_articles", 1, "en") == "1 article"
    assert counted("n_articles", 0, "en") == "0 articles"
    assert counted("first_n_of", 30, "en", all=1234) == "30 of 1,234 shared stories are shown"


@pytest.mark.parametrize(
    ("minutes", "arabic", "english"),
    [
        (0, "في الوقت نفسه", "at the same time"),
        (2, "بعد دقيقتين", "2 min later"),
        (89, "بعد 89 دقيقة", "89 min later"),
        (120, "بعد ساعتين", "2 h later"),
        (60 * 47, "بعد 47 ساعة", "47 h later"),
        (60 * 48, "بعد يومين", "2 days later"),
        (-3, "قبله بـ3 دقائق", "3 min before it"),
    ],
)
def test_a_delay_behind_the_first(minutes: int, arabic: str, english: str) -> None:
    delay = timedelta(minutes=minutes)
    assert duration(delay, "ar", relative=True) == arabic
    assert duration(delay, "en", relative=True) == english


def test_a_delay_standing_alone() -> None:
    assert duration(timedelta(hours=2), "ar") == "ساعتان"
    assert duration(timedelta(seconds=10), "ar") == "أقل من دقيقة"
    assert duration(timedelta(seconds=10), "en") == "under 1 min"
    assert duration(timedelta(minutes=-5), "en") == "−5 min"
    assert duration(None, "ar") == word("unknown", "ar")


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.0, "0%"), (0.001, "1%"), (0.5, "50%"), (0.999, "99%"), (1.0, "100%"), (None, "unknown")],
)
def test_only_all_is_a_hundred_per_cent(share: float | None, shown: str) -> None:
    assert percent(share, "en") == shown


def test_months_are_levantine() -> None:
    assert moment(datetime(2024, 12, 4, 9, 5, tzinfo=UTC), "ar") == "4 كانون الأول 2024، 09:05"
    assert day(date(2024, 11, 1), "ar", "month") == "تشرين الثاني 2024"
    assert day(date(2024, 11, 1), "en") == "1 November 2024"
