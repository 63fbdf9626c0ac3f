"""The quality of what a site's crawls bring, from a small sample of each crawl's new articles.

A site that changes its layout still answers, and its pages still give articles: without dates, cut to their
first paragraph, or with a menu in every one of them. Nothing in the counts tells that; these figures do,
compared with what the same site gave before.
"""

import random
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from crawler.model.article import Article
from crawler.model.crawl import Verdict

SAMPLE = 12
"""Articles that one crawl keeps a sample of: an hourly crawl's all, and about 1 KB in its record."""

RECENT = 10
"""Articles that speak for the present. Fewer would take two odd articles for a broken site."""

BASELINE = 30
"""Articles of healthy crawls that are needed to say what is usual."""

LONG_PARAGRAPH = 25
"""Characters from which a paragraph is compared: shorter ones («وأضاف:») recur in honest texts."""

MOST_PARAGRAPHS = 40
"""Paragraphs of an article that are remembered; more tell nothing more."""

SHARED_BY = 3
"""Articles that carry the same paragraph before it counts as boilerplate: two may be one story told twice."""

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
        recent: The site's latest articles; with fewer than `RECENT` nothing is said.
        usual: Articles of its healthy crawls before; with fewer than `BASELINE` nothing is said.

    Returns:
        A verdict and a sentence that says why; None where nothing is out of the ordinary.
    """
    if len(recent) < RECENT or len(usual) < BASELINE:
        return None
    undated, undated_before = _share_undated(recent), _share_undated(usual)
    if undated >= COMMON and undated_before < RARE:
        return Verdict.DATES_MISSING, (
            f"{undated:.0%} of the last {len(recent)} articles have no date; usually {undated_before:.0%}"
        )
    words, words_before = median(one.words for one in recent), median(one.words for one in usual)
    if words < SHORT * words_before:
        return Verdict.BODIES_SHORT, (
            f"the last {len(recent)} articles have {words:.0f} words (median); usually {words_before:.0f}"
        )
    repeated, repeated_before = share_repeated(recent), _usually_repeated(usual, len(recent))
    if repeated >= COMMON and repeated_before < RARE:
        return Verdict.BOILERPLATE, (
            f"{repeated:.0%} of the last {len(recent)} articles share a paragraph with others; "
            f"usually {repeated_before:.0%}"
        )
    return None


def _share_undated(articles: Sequence[Sampled]) -> float:
    return sum(not one.dated for one in articles) / len(articles)


def share_repeated(articles: Sequence[Sampled]) -> float:
    """The share of articles that carry a paragraph which at least `SHARED_BY` of them carry."""
    carried = Counter(paragraph for one in articles for paragraph in set(one.paragraphs))
    common = {paragraph for paragraph, count in carried.items() if count >= SHARED_BY}
    return sum(not common.isdisjoint(one.paragraphs) for one in articles) / len(articles)


def _usually_repeated(articles: Sequence[Sampled], size: int) -> float:
    # In groups of the same size: the more articles are looked at together, the more share a paragraph.
    groups = [articles[start : start + size] for start in range(0, len(articles) - size + 1, size)]
    return sum(share_repeated(group) for group in groups) / len(groups) if groups else 0.0
