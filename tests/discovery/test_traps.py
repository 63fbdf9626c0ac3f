"""Shapes of addresses, and when the links of one are followed no further."""

import pytest

from crawler.discovery.traps import TRIED, Traps, shape_of


@pytest.mark.parametrize(
    ("url", "shape"),
    [
        ("https://n.example/events/2031/05/04/", "/events/*/*/*/"),
        ("https://n.example/news/article/12345", "/news/article/*"),
        ("https://n.example/2024/12/افتتاح-جسر-جديد-فوق-النهر/", "/*/*/*/"),
        ("https://n.example/%D8%A7%D8%AE%D8%A8%D8%A7%D8%B1/7", "/اخبار/*"),
        ("https://n.example/list.php?sort=asc&page=2", "/list.php?page&sort"),
        ("https://n.example/list.php?page=9&sort=", "/list.php?page&sort"),
        ("https://n.example/a-new-bridge-over-the-river-2024.html", "/*.html"),
    ],
)
def test_the_shape_is_what_a_template_fixes(url: str, shape: str) -> None:
    assert shape_of(url) == shape


def _days(first: int, last: int) -> list[str]:
    return [f"https://n.example/events/day-{day}" for day in range(first, last)]


def test_links_of_a_shape_that_gave_nothing_are_left_out_and_told() -> None:
    traps = Traps()
    first = traps.admit(_days(0, TRIED + 5), 1)
    assert len(first) == TRIED
    for url, _ in first:
        assert traps.release() == []
        traps.ended(url, followed=True, article=False)
    assert traps.admit(_days(100, 102), 2) == []
    news = "https://n.example/news/article/1"
    assert traps.admit([news], 1) == [(news, 1)]
    (sentence,) = traps.sentences()
    assert sentence == f"links like /events/day-* lead to no article: {TRIED} were tried, 7 left out"


def test_one_article_is_enough_for_a_shape_to_be_followed() -> None:
    traps = Traps()
    first = traps.admit(_days(0, TRIED * 3), 1)
    for number, (url, _) in enumerate(first):
        traps.ended(url, followed=True, article=number == 3)
    assert len(traps.release()) == TRIED * 2
    assert traps.sentences() == []


def test_an_article_that_a_source_named_proves_the_shape_as_well() -> None:
    traps = Traps()
    traps.ended(_days(0, 1)[0], followed=False, article=True)
    assert len(traps.admit(_days(1, TRIED * 2), 1)) == TRIED * 2 - 1


def test_links_that_were_known_already_keep_nobody_waiting() -> None:
    traps = Traps()
    traps.admit(_days(0, TRIED + 5), 1)
    assert traps.admit(_days(0, TRIED + 5), 1) == [], "each link is admitted once"
    assert traps.release() == []
    assert len(traps.release_if_idle()) == 5
    assert not traps.release_if_idle()
