from datetime import date, timedelta

from dedup.report.charts import BARS, LEVELS, day_bars, fold_days, heat, histogram_bars, time_line
from dedup.report.figures import Day
from tests.dedup.report.archives import article, copy, report


def days(count: int) -> list[Day]:
    return [Day(date(2015, 1, 1) + timedelta(days=number), 3, 1) for number in range(count)]


def test_long_periods_are_folded_and_keep_their_sums() -> None:
    assert fold_days(days(BARS)) == ("day", days(BARS))
    unit, months = fold_days(days(BARS + 1))
    assert unit == "month"
    assert [(day.day.month, day.articles, day.duplicates) for day in months[:2]] == [(1, 93, 31), (2, 84, 28)]
    unit, years = fold_days(days(365 * 11))
    assert unit == "year"
    assert sum(day.articles for day in years) == 3 * 365 * 11


def test_columns_reach_as_high_as_their_share_of_the_highest() -> None:
    bars = day_bars([Day(date(2024, 1, 1), 100, 25), Day(date(2024, 1, 2), 50, 0)])
    assert [(bar.part, bar.whole) for bar in bars] == [(25.0, 100.0), (0.0, 50.0)]


def test_one_among_thousands_is_still_seen() -> None:
    assert day_bars([Day(date(2024, 1, 1), 9000, 1)])[0].part == 1.0


def test_exact_copies_are_left_out_of_the_drawing() -> None:
    articles = [
        article("a"),
        copy("b", "a", "ugarit", 1, 1.0, reason="exact"),
        copy("c", "a", "ugarit", 2, 0.5),
    ]
    assert [(bar.start, bar.whole) for bar in histogram_bars(report(articles))] == [(50.0, 100.0)]


def test_a_time_line_runs_from_the_first_to_the_last_at_true_distances() -> None:
    articles = [article("a"), copy("b", "a", "ugarit", 25, 0.9), copy("c", "a", "qasioun", 100, 0.9)]
    assert [dot.place for dot in time_line(report(articles).largest[0])] == [2.0, 26.0, 98.0]
    together = [article("a"), copy("b", "a", "ugarit", 0, 0.9)]
    assert [(dot.place, dot.original) for dot in time_line(report(together).largest[0])] == [
        (2.0, True),
        (2.0, False),
    ]


def test_heat_grows_with_the_count() -> None:
    levels = [heat(count, 100) for count in range(101)]
    assert levels[0] == 0
    assert levels[1] == 1
    assert levels[100] == LEVELS
    assert levels == sorted(levels)
