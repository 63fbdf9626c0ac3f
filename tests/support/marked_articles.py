"""Small made-up archives, small enough to count by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

from crawler.report import Report, ReportArticle, build_report

NOW = datetime(2024, 12, 5, 9, 0, tzinfo=UTC)
START = datetime(2024, 12, 4, 8, 0, tzinfo=UTC)
NAMES = {
    "barada": ("بردى اليوم", "Barada Today"),
    "qasioun": ("قاسيون", "Qasioun"),
    "ugarit": ("أوغاريت", "Ugarit"),
}


def article(id_: str, site: str = "barada", minutes: int | None = 0, **given: Any) -> ReportArticle:
    """An article published `minutes` after the start; None for one without a date, seen after a day."""
    published = None if minutes is None else START + timedelta(minutes=minutes)
    values: dict[str, Any] = {
        "site_name": site,
        "title": f"خبر {id_}",
        "url": f"https://{site}.example/{id_}",
        "published_at": published,
        "first_seen_at": (published or START + timedelta(days=1)) + timedelta(minutes=20),
        "story_id": id_,
    }
    return ReportArticle(id=id_, site=site, **values | given)


def copy(
    id_: str, of: str, site: str, minutes: int | None, similarity: float | None, **given: Any
) -> ReportArticle:
    """A near-duplicate of another article, in its story."""
    values = {"story_id": of, "duplicate_of": of, "similarity": similarity, "reason": "near"}
    return article(id_, site, minutes, **values | given)


def newsroom() -> list[ReportArticle]:
    """Seven articles: one story carried twice, one by its own site again, and two that nobody repeated."""
    return [
        article("a1", "barada", 0),
        copy("b1", "a1", "qasioun", 30, 1.0, reason="exact"),
        copy("c1", "a1", "ugarit", 90, 0.82),
        article("b2", "qasioun", 100),
        copy("b3", "b2", "qasioun", 1540, 0.7, reason="contains"),
        article("a4", "barada", 2000),
        article("c4", "ugarit", None),
    ]


def report(articles: list[ReportArticle] | None = None, **given: Any) -> Report:
    given = {"site_names": NAMES, **given}
    return build_report(newsroom() if articles is None else articles, generated_at=NOW, **given)
