"""What articles say, compared with what the same site's articles said before."""

import pytest

from crawler.health.quality import (
    BASELINE,
    RECENT,
    SAMPLE,
    Sample,
    Sampled,
    judge_quality,
    sampled,
    share_repeated,
)
from crawler.model.article import Article


def _articles(
    count: int, *, words: int = 200, dated: bool = True, shared: bool = False, first: int = 0
) -> list[Sampled]:
    return [
        Sampled(words + number % 7, dated, (1_000 + first + number, *((7,) if shared else ())))
        for number in range(count)
    ]


USUAL = _articles(BASELINE, first=500)


@pytest.mark.parametrize(
    ("recent", "verdict"),
    [
        (_articles(RECENT), None),
        (_articles(RECENT, dated=False), "dates_missing"),
        (_articles(6) + _articles(4, dated=False), None),
        (_articles(RECENT, words=50), "bodies_short"),
        (_articles(RECENT, words=120), None),
        (_articles(RECENT, shared=True), "boilerplate"),
        (_articles(8) + _articles(2, shared=True), None),
        (_articles(RECENT - 1, dated=False), None),
    ],
    ids=["as ever", "no dates", "some dates", "cut", "shorter", "menu", "a story told twice", "too few"],
)
def test_a_flaw_that_is_new_and_common_is_told(recent: list[Sampled], verdict: str | None) -> None:
    found = judge_quality(recent, USUAL)
    assert (found and found[0]) == verdict


@pytest.mark.parametrize("flaw", [{"dated": False}, {"words": 40}, {"shared": True}])
def test_what_a_site_was_always_like_is_no_flaw(flaw: dict[str, object]) -> None:
    usual = _articles(BASELINE, first=500, **flaw)  # type: ignore[arg-type]
    assert judge_quality(_articles(RECENT, **flaw), usual) is None  # type: ignore[arg-type]


def test_a_site_without_a_history_is_not_judged() -> None:
    assert judge_quality(_articles(RECENT, dated=False), _articles(BASELINE - 1)) is None


def test_a_paragraph_counts_as_repeated_from_three_articles_on() -> None:
    assert share_repeated(_articles(2, shared=True) + _articles(2, first=50)) == 0
    assert share_repeated(_articles(3, shared=True) + _articles(1, first=50)) == 0.75


def test_figures_of_an_article_leave_short_paragraphs_out() -> None:
    text = "وأضاف:\n\nوقال المتحدث باسم البلدية إن الأعمال ستنتهي قريباً."
    figures = sampled(Article(url="https://x/", title="ع", text=text, canonical_url="https://x/"))
    assert (figures.words, figures.dated, len(figures.paragraphs)) == (9, False, 1)


def test_a_sample_is_bounded_and_even() -> None:
    sample = Sample()
    for number in range(1_000):
        text = " ".join(["كلمة"] * (number + 1))
        sample.add(Article(url="https://x/", title="ع", text=text, canonical_url="https://x/"))
    assert len(sample.kept) == SAMPLE
    assert any(one.words > 500 for one in sample.kept)
    assert any(one.words < 500 for one in sample.kept)
