import pytest

from crawler.report.charts import LEVELS, heat, histogram_chart, time_line
from tests.support.charts import drawn
from tests.support.marked_articles import article, copy, report


def test_exact_copies_are_left_out_of_the_drawing_and_the_boundary_is_marked() -> None:
    articles = [
        article("a"),
        copy("b", "a", "ugarit", 1, 1.0, reason="exact"),
        copy("c", "a", "ugarit", 2, 0.5),
    ]
    chart = drawn(histogram_chart(report(articles, boundary=0.6), "en"))
    assert chart.xpath(".//g[contains(@class, 'serie-0')]//title/text()") == ["50%–52%: 1"]
    bar, mark = chart.xpath(".//g[contains(@class, 'series')]//rect")
    ticks = {
        text.text: float(text.get("x")) for text in chart.xpath(".//g[contains(@class, 'axis x')]//text")
    }
    assert float(bar.get("x")) == pytest.approx((ticks["40%"] + ticks["60%"]) / 2, abs=0.2)
    assert float(mark.get("x")) + float(mark.get("width")) / 2 == pytest.approx(ticks["60%"], abs=0.2)
    both = drawn(histogram_chart(report(articles, boundary=0.52, boundary_within=0.75), "en"))
    assert len(both.xpath(".//g[contains(@class, 'serie-1')]//rect")) == 2
    assert not drawn(histogram_chart(report(articles), "en")).xpath(".//g[contains(@class, 'serie-1')]//rect")


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
