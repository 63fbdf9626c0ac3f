import importlib
import sys
from datetime import date, timedelta
from itertools import pairwise

import pytest
from lxml import html

from crawler.html.charts import LONGEST_CHART, Day, day_chart, fold_days
from tests.support.charts import drawn


def days(count: int) -> list[Day]:
    return [Day(date(2015, 1, 1) + timedelta(days=number), 3, 1) for number in range(count)]


def test_long_periods_are_folded_and_keep_their_sums() -> None:
    assert fold_days(days(LONGEST_CHART)) == ("day", days(LONGEST_CHART))
    unit, months = fold_days(days(LONGEST_CHART + 1))
    assert unit == "month"
    assert [(day.day.month, day.articles, day.duplicates) for day in months[:2]] == [(1, 93, 31), (2, 84, 28)]
    unit, years = fold_days(days(365 * 11))
    assert unit == "year"
    assert sum(day.articles for day in years) == 3 * 365 * 11


def heights(chart: html.HtmlElement, series: int) -> list[float]:
    return [
        float(bar.get("height")) for bar in chart.xpath(f".//g[contains(@class, 'serie-{series}')]//rect")
    ]


def test_columns_reach_as_high_as_their_share_of_the_highest() -> None:
    shown = [Day(date(2024, 1, 1), 100, 25), Day(date(2024, 1, 2), 50, 0)]
    chart = drawn(day_chart(shown, "day", "en"))
    duplicates, others = heights(chart, 0), heights(chart, 1)
    assert len(duplicates) == 1  # what is not there is not drawn
    assert others[0] / duplicates[0] == pytest.approx(3, abs=0.02)
    assert others[1] / duplicates[0] == pytest.approx(2, abs=0.02)


def test_one_among_thousands_is_still_seen() -> None:
    assert heights(drawn(day_chart([Day(date(2024, 1, 1), 9000, 1)], "day", "en")), 0) == [1.0]


def test_counts_have_whole_numbers_on_their_axis() -> None:
    chart = drawn(day_chart([Day(date(2024, 1, 1), 2, 1)], "day", "en"))
    assert chart.xpath(".//g[contains(@class, 'axis y')]//text/text()") == ["0", "1", "2"]


def test_a_chart_says_its_figures_in_its_language_and_carries_nothing_a_policy_refuses() -> None:
    shown = days(60)
    both = {lang: day_chart(shown, "day", lang) for lang in ("ar", "en")}
    assert "1 January 2015: Articles 3 · Duplicates 1" in both["en"]
    assert "1 كانون الثاني 2015: المقالات 3 · النسخ المكررة 1" in both["ar"]
    for lang, chart in both.items():
        tree = html.fromstring(f"<div>{chart}</div>")
        assert not tree.xpath("//style | //script | //@style | //@id | //@href | //desc")
        assert tree.xpath("./svg/@role") == ["img", "img"]
        assert all(tree.xpath("./svg/@aria-label"))
        names = drawn(chart).xpath(".//g[contains(@class, 'axis x')]//text/text()")
        assert len(names) == 5
        assert all(("كانون" in name or "شباط" in name) == (lang == "ar") for name in names)
        assert not drawn(chart, "narrow").xpath(".//title")  # a finger points at nothing
        assert len(chart) < 40_000


def test_few_columns_are_no_walls_and_their_names_do_not_meet() -> None:
    for count in (1, 2, 3, 12):
        chart = drawn(day_chart(days(count), "day", "en"))
        bars = chart.xpath(".//g[contains(@class, 'serie-1')]//rect")
        assert len(bars) == count
        assert all(float(bar.get("width")) < 80 for bar in bars)
        at = [float(name.get("x")) for name in chart.xpath(".//g[contains(@class, 'axis x')]//text")]
        assert at
        assert all(right - left > 140 for left, right in pairwise(at))


def test_a_chart_of_the_most_columns_stays_small() -> None:
    assert len(day_chart(days(LONGEST_CHART), "day", "en")) < 60_000


def test_drawing_leaves_imports_as_they_were() -> None:
    day_chart(days(1), "day", "en")
    assert all(hasattr(finder, "find_spec") for finder in sys.meta_path)
    with pytest.raises(ModuleNotFoundError):  # and no warning before it
        importlib.import_module("no_such_module_anywhere")
