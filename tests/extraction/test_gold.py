"""The floors that extraction must not fall below on saved pages of real sites with hand-made truth."""

import statistics
from collections import Counter

import pytest

from benchmarks.extraction import Page, body_score, f1, khabar, load, squash
from crawler.extraction import EmptyBody, ExtractionError, extract
from tests.support.paths import DATA

_VIDEOS = (
    85, 125, 145, 225, 325, 340, 365, 370, 410, 455, 465, 470,
    495, 515, 560, 605, 610, 635, 665, 670, 715, 740, 745, 770,
)  # fmt: skip
NO_TEXT = {f"racidy-{number:04}" for number in _VIDEOS}
"""Saved articles with nothing to read: a video each."""
NO_ARTICLES = {*(f"racidy-0{number}" for number in (775, 780, 785, 790, 795)), "monooa-0002"}
"""Saved as articles and none: a feed, a home page and four pages about the site."""

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(
        not (DATA / "pages" / "index.jsonl").exists(), reason=f"no saved pages in {DATA} (KHABAR_DATA)"
    ),
]


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    return load(DATA, everything=True)


def test_bodies_titles_and_leaks(pages: list[Page]) -> None:
    scores: dict[str, tuple[float, float]] = {}
    for page in pages:
        if page.truth is None:
            continue
        read = khabar(page)
        names = [squash(text) for text in [page.truth["title"], *page.truth["title_alternatives"]] if text]
        assert squash(read.title) in names, page.id
        assert [one for one in page.truth["must_not_contain"] if squash(one) in squash(read.text)] == [], (
            page.id
        )
        if page.truth["kind"] != "article-no-text":
            scores[page.id] = body_score(read, page.truth)
    precision, recall = (statistics.mean(one[part] for one in scores.values()) for part in (0, 1))
    assert precision >= 0.98
    assert recall >= 0.985
    assert f1(precision, recall) >= 0.985
    assert min(f1(*one) for one in scores.values()) >= 0.90


def test_what_is_refused(pages: list[Page]) -> None:
    taken, refused = Counter[str](), Counter[str]()
    without_text, no_articles = set[str](), set[str]()
    for page in pages:
        try:
            extract(page.html, page.url)
        except ExtractionError as error:
            refused[page.kind] += 1
            if page.kind == "article":
                (without_text if isinstance(error, EmptyBody) else no_articles).add(page.id)
        else:
            taken[page.kind] += 1
    others = ("listing", "home", "stub", "feed")
    total = sum(refused[kind] + taken[kind] for kind in others)
    assert sum(refused[kind] for kind in others) >= 0.97 * total
    assert without_text == NO_TEXT
    assert no_articles == NO_ARTICLES
    assert refused["amp-twin"] == 0
