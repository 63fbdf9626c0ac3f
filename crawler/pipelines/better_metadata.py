"""What a page whose text stayed tells better than before: an author, a minute, a section, an image."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from crawler.model.article import Article, DatePrecision
from crawler.storage.schema import Document

SAME_DAY = timedelta(days=1)
"""How far a minute may lie from the first moment of the day that was known so far."""

REPLACEABLE = ("authors", "editors", "section", "agency", "summary", "language", "marks")
"""Fields of which a page's present word is taken, where it has one."""

TIMES = ("published_at", "published_precision", "date_source", "date_flags")


def with_better_metadata(stored: Document, article: Article) -> Article | None:
    """The stored article with what its page tells better now; None where that is nothing.

    Nothing is taken away: what the page no longer tells stays. The day of publication stays, too; a minute
    takes the place of a day, and any time that of none.

    Args:
        stored: The article as stored.
        article: What was read in its page now.
    """
    better: dict[str, Any] = {
        name: value for name in REPLACEABLE if (value := getattr(article, name)) and value != stored.get(name)
    }
    if article.image and _path(article.image) != _path(stored.get("image") or ""):
        better["image"] = article.image
    if set(article.tags) - set(stored.get("tags") or ()):
        better["tags"] = article.tags
    if _is_better_time(stored, article):
        better |= {name: getattr(article, name) for name in TIMES}
    if not better:
        return None
    return replace(article, **(_kept(stored) | better))


def _kept(stored: Document) -> dict[str, Any]:
    """The stored reading, as the fields of an article."""
    lists = {name: stored.get(name) or [] for name in ("authors", "editors", "tags", "date_flags", "marks")}
    names = ("title", "text", "published_at", "date_source", "modified_at", "language", "section", "image")
    precision = stored.get("published_precision")
    return {
        **{name: stored.get(name) for name in (*names, "summary", "agency")},
        **lists,
        "published_precision": DatePrecision(precision) if precision else None,
    }


def _is_better_time(stored: Document, article: Article) -> bool:
    """Whether a page tells a minute where a day was known, or a time where none was."""
    if article.published_at is None:
        return False
    published = stored.get("published_at")
    if published is None:
        return True
    finer = (
        stored.get("published_precision") == DatePrecision.DAY
        and article.published_precision is DatePrecision.MINUTE
    )
    return finer and abs(article.published_at - published) <= SAME_DAY


def _path(address: str) -> str:
    """An address without its query, in which caches and sizes are told."""
    try:
        return urlsplit(address)._replace(query="", fragment="").geturl()
    except ValueError:
        return address
