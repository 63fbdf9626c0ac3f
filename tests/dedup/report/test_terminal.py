import io

import pytest
from rich.console import Console

from dedup.report import render_text
from tests.dedup.report.archives import article, copy, newsroom, report


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
