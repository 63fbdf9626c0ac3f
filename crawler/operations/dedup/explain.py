"""Why two stored articles are copies or not, and their texts side by side."""

from dataclasses import dataclass

import dedup
from crawler.storage.stored_article import StoredArticle
from dedup import AlignedPart, Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the rule says of two texts, and both laid side by side."""

    verdict: Verdict
    parts: list[AlignedPart]


def compare_articles(first: StoredArticle, second: StoredArticle) -> Comparison:
    """Compare two articles as the rule does, with their times and sites; a long pair takes some 10 ms."""
    verdict = dedup.compare(
        first.text,
        second.text,
        published_a=first.latest_publication,
        published_b=second.latest_publication,
        same_source=first.site == second.site,
    )
    return Comparison(verdict, dedup.aligned(first.text, second.text))
