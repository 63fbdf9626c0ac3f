import io
import json
from datetime import timedelta
from typing import Any

import pytest
from rich.console import Console

from crawler.report.json_csv import render_csv, render_json
from crawler.report.page import render_html
from crawler.report.terminal import render_text
from tests.support.marked_articles import START, article, copy, newsroom, report


def shown(made: object, width: int = 100) -> str:
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=True, color_system=None).print(made)
    return out.getvalue()


def test_it_tells_the_figures_in_both_languages() -> None:
    english = shown(render_text(report(), "en"))
    for expected in (
        "Articles",
        "7",
        "43%",
        "exact 1, near 1",
        "Barada Today",
        "30 min later",
        "82%",
        "خبر a1",
    ):
        assert expected in english
    arabic = shown(render_text(report(), "ar"))
    for expected in ("المقالات", "بردى اليوم", "بعد 30 دقيقة", "3 مقالات في 3 مواقع"):
        assert expected in arabic


def test_an_empty_archive_says_what_to_do() -> None:
    assert "Crawl a site" in shown(render_text(report([]), "en"))


def test_one_article_needs_no_stories() -> None:
    assert "Largest" not in shown(render_text(report([article("a")]), "en"))


def test_a_title_can_neither_use_markup_nor_control_the_terminal() -> None:
    title = "[bold red]عاجل[/] \x1b]0;owned\x07 [link=http://x.example]"
    text = shown(render_text(report([article("a", title=title), copy("b", "a", "ugarit", 1, 0.9)]), "en"))
    assert "[bold red]" in text
    assert "[link=http://x.example]" in text
    assert "\x1b]" not in text
    assert "\x07" not in text


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_it_stays_short(lang: str) -> None:
    articles = [*newsroom()]
    for number in range(60):
        articles.append(article(f"s{number}", f"site{number % 30}", number))
        articles += [copy(f"s{number}-{n}", f"s{number}", f"site{n}", number + n, 0.9) for n in range(20)]
    assert shown(render_text(report(articles), lang)).count("\n") < 90


def test_an_unknown_first_is_not_called_first() -> None:
    text = shown(
        render_text(report([copy("b", "lost", "ugarit", 1, 0.9), copy("c", "lost", "barada", 2, 0.9)]), "en")
    )
    assert "  first\n" not in text
    assert "unknown" in text


def test_a_day_without_a_time_is_shown_as_a_date_in_every_form() -> None:
    day = START.replace(hour=0)
    given: dict[str, Any] = {
        "published_at": day,
        "published_precision": "day",
        "latest": day + timedelta(hours=23),
    }
    made = report([article("a1", **given), copy("b1", "a1", "qasioun", None, 1.0, **given)])
    for lang, expected in (("en", "4 December 2024"), ("ar", "4 كانون الأول 2024")):
        text = shown(render_text(made, lang))
        assert expected in text
        assert "23:00" not in text
        page = render_html(made, lang=lang)
        assert '<time datetime="2024-12-04"><span lang="ar">4 كانون' in page
        assert "2024، 23:00" not in page
        assert "2024، 00:00" not in page
    first = json.loads(render_json(made))["largest"][0]["members"][0]
    assert (first["published"], first["at"][:16]) == ("2024-12-04", "2024-12-04T23:00")
    assert ",2024-12-04,yes," in render_csv(made)
