"""Why two articles are copies or not, for the page that compares them, as `khabar dedup explain` says it."""

from crawler.html.words import LANGUAGES
from crawler.model.seal import WithheldError
from crawler.operations.archive.read import Archive
from crawler.operations.dedup.explain import compare_articles
from crawler.web import models


def explanation_of(archive: Archive, first: str, second: str) -> models.Explanation | None:
    """The explanation of a pair, by the articles' ids; None where one of them is not served any more."""
    try:
        articles = archive.article(first), archive.article(second)
    except WithheldError:
        return None
    mine, other = articles
    if mine is None or other is None:
        return None
    compared = compare_articles(mine, other)
    return models.Explanation(
        duplicate=compared.verdict.duplicate,
        reason=compared.verdict.reason,
        similarity=round(compared.verdict.similarity, 4),
        words={lang: compared.verdict.explain(lang) for lang in LANGUAGES},
        parts=[models.AlignedPart(**part._asdict()) for part in compared.parts],
    )
