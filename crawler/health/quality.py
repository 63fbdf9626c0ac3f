"""The quality of what a site's crawls bring, from a small sample of each crawl's new articles.

A site that changes its layout still answers, and its pages still give articles: without dates, cut to their
first paragraph, or with a menu in every one of them. The counts do not show that; these figures do,
compared with what the same site gave before.
"""

import random
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from statistics import fmean, median

from crawler.html.sentences import sentence
from crawler.model.article import Article
from crawler.model.crawl import Verdict

SAMPLE = 12
"""Articles that one crawl keeps a sample of: an hourly crawl's all, and about 1 KB in its record."""

RECENT = 10
"""Articles that speak for the present. Fewer would take two odd articles for a broken site."""

BASELINE = 30
"""Articles of healthy crawls that are needed to know what is usual."""

LONG_PARAGRAPH = 25
"""Characters from which a paragraph is compared: shorter ones («وأضاف:») recur in honest texts."""

MOST_PARAGRAPHS = 40
"""Paragraphs of an article that are remembered; more add nothing."""

SHARED_BY = 3
"""Articles that carry the same paragraph before it counts as boilerplate: two may be copies."""

RARE, COMMON = 0.2, 0.5
"""A flaw of less than a fifth of the articles is usual; from half of them on, it is the site's."""

SHORT = 0.4
"""A median length below this share of the usual one is a body that is cut, not a week of short news."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """What is remembered of an article: its length, whether it has a date, its paragraphs as checksums."""

    words: int
    dated: bool
    paragraphs: tuple[int, ...] = ()


def sampled(article: Article) -> Sampled:
    """Take the figures of an article."""
    paragraphs = [part for part in article.text.split("\n\n") if len(part) >= LONG_PARAGRAPH]
    return Sampled(
        words=len(article.text.split()),
        dated=article.published_at is not None,
        paragraphs=tuple(zlib.crc32(part.encode()) for part in paragraphs[:MOST_PARAGRAPHS]),
    )


@dataclass(slots=True)
class Sample:
    """An even sample of a crawl's new articles (reservoir sampling, Vitter's algorithm R, 1985)."""

    kept: list[Sampled] = field(default_factory=list)
    seen: int = 0
    _random: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311  # no secret

    def add(self, article: Article) -> None:
        """Consider an article."""
        self.seen += 1
        if len(self.kept) < SAMPLE:
            self.kept.append(sampled(article))
        elif (place := self._random.randrange(self.seen)) < SAMPLE:
            self.kept[place] = sampled(article)


def judge_quality(recent: Sequence[Sampled], usual: Sequence[Sampled]) -> tuple[Verdict, str] | None:
    """Compare recent articles with usual ones.

    Args:
        recent: The site's latest articles; with fewer than `RECENT` there is no verdict.
        usual: Articles of its healthy crawls before; with fewer than `BASELINE` there is no verdict.

    Returns:
        A verdict and a sentence that says why; None where nothing is out of the ordinary.
    """
    if len(recent) < RECENT or len(usual) < BASELINE:
        return None
    undated, undated_before = _share_undated(recent), _share_undated(usual)
    if _became_common(undated, undated_before):
        values: dict[str, str | int] = {
            "share": f"{undated:.0%}",
            "count": len(recent),
            "usual": f"{undated_before:.0%}",
        }
        return Verdict.DATES_MISSING, sentence("why_undated", **values)
    words, words_before = _median_words(recent), _median_words(usual)
    if words < SHORT * words_before:
        values = {
            "count": len(recent),
            "words": f"{words:.0f}",
            "usual": f"{words_before:.0f}",
        }
        return Verdict.BODIES_SHORT, sentence("why_short", **values)
    repeated, repeated_before = share_repeated(recent), _usually_repeated(usual, len(recent))
    if _became_common(repeated, repeated_before):
        values = {
            "share": f"{repeated:.0%}",
            "count": len(recent),
            "usual": f"{repeated_before:.0%}",
        }
        return Verdict.BOILERPLATE, sentence("why_repeated", **values)
    return None


def _became_common(share: float, usual: float) -> bool:
    return share >= COMMON and usual < RARE


def _median_words(articles: Sequence[Sampled]) -> float:
    return median(article.words for article in articles)


def _share_undated(articles: Sequence[Sampled]) -> float:
    return sum(not article.dated for article in articles) / len(articles)


def share_repeated(articles: Sequence[Sampled]) -> float:
    """The share of articles with a paragraph that at least `SHARED_BY` of them have."""
    paragraphs = [frozenset(article.paragraphs) for article in articles]
    counts = Counter(chain.from_iterable(paragraphs))
    common = {paragraph for paragraph, count in counts.items() if count >= SHARED_BY}
    return sum(not common.isdisjoint(each) for each in paragraphs) / len(articles)


def _usually_repeated(articles: Sequence[Sampled], size: int) -> float:
    # In groups of the same size: the more articles are compared, the more share a paragraph.
    starts = range(0, len(articles) - size + 1, size)
    return fmean(share_repeated(articles[start : start + size]) for start in starts) if starts else 0.0
