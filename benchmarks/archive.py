"""An archive of made-up articles in embedded stores, for benchmarks of what reads it.

Run ``python -m benchmarks.archive FOLDER --size 100000`` to keep one; what is there already is kept.
"""

import argparse
import contextlib
import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pymongo

from benchmarks.corpus import SITES, START, Planted, generate
from crawler.settings import Settings
from crawler.storage.connect import Stores, open_stores
from crawler.storage.schema import ensure_schema

CRAWLS = 200
"""Crawls recorded of each site."""
BATCH = 500


def fill(stores: Stores, size: int, seed: int = 7) -> None:
    """Store `size` articles with their planted stories, some revisions, crawls and quarantined pages."""
    ensure_schema(stores.db)
    if stores.db.articles.estimated_document_count() >= size:
        return
    planted = generate(size, seed)
    stories: dict[int, list[Planted]] = defaultdict(list)
    for article in planted:
        stories[article.story].append(article)
    firsts = {story: min(members, key=lambda one: one.published) for story, members in stories.items()}
    # Twenty at a time are unacknowledged: making the archive is not what is measured.
    articles = stores.db.articles.with_options(write_concern=pymongo.WriteConcern(w=1, j=False))
    for start in range(0, size, BATCH):
        articles.insert_many([_document(one, firsts[one.story]) for one in planted[start : start + BATCH]])
    stores.db.revisions.insert_many([_revision(one) for one in planted[::50]])
    stores.db.sites.insert_many([{"_id": site, "token": 1, "holder": None} for site in SITES])
    for site in SITES:
        stores.db.crawls.insert_many(list(_crawls(site, planted[-1].arrived)))


def _document(one: Planted, first: Planted) -> dict[str, Any]:
    original = one is first
    paragraphs = one.text.replace(". ", ".\n\n")
    return {
        "_id": one.id,
        "site": one.site,
        "url": f"https://{one.site}.example/{one.published:%Y/%m/%d}/{one.id[:8]}/",
        "canonical_url": None,
        "aliases": [],
        "title": " ".join(one.text.split()[:9]),
        "text": paragraphs,
        "authors": [],
        "published_at": one.published,
        "published_precision": "minute",
        "date_source": "json-ld",
        "language": "ar",
        "first_seen_at": one.arrived,
        "checked_at": one.arrived,
        "revision": 1,
        "text_sha256": sha256(paragraphs.encode()).hexdigest(),
        "html_sha256": sha256(one.id.encode()).hexdigest(),
        "story_id": first.id,
        "duplicate_of": None if original else first.id,
        "similarity": None if original else random.Random(one.id).uniform(0.6, 1.0),
        "duplicate_reason": None if original else "near",
        "dedup_pending": False,
        "removed_at": None,
    }


def _revision(one: Planted) -> dict[str, Any]:
    return {
        "_id": f"{one.id}:0",
        "article_id": one.id,
        "site": one.site,
        "revision": 0,
        "title": "العنوان السابق",
        "text": one.text[: len(one.text) // 2],
        "seen_from": one.arrived - timedelta(hours=1),
        "seen_until": one.arrived,
        "text_sha256": "0" * 64,
        "html_sha256": None,
    }


def _crawls(site: str, last: datetime) -> Iterator[dict[str, Any]]:
    for number in range(CRAWLS):
        started = last - timedelta(hours=number)
        yield {
            "site": site,
            "kind": "scheduled",
            "token": 1,
            "started_at": started,
            "finished_at": started + timedelta(minutes=2),
            "outcome": "finished",
            "taken": 20,
            "left": 0,
            "dispositions": {"stored": 12, "duplicate": 5, "unchanged": 3},
            "sources": [{"url": f"https://{site}.example/feed/", "kind": "feed", "found": 20}] * 5,
            "problems": [],
            "verdict": "ok" if number % 17 else "blocked",
            "verdict_reason": None if number % 17 else "12 of 20 pages ended as blocked",
        }


def main() -> None:
    """Make an archive and keep it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=100_000)
    options = parser.parse_args()
    begun = datetime.now(UTC)
    with contextlib.closing(open_stores(Settings(data_dir=options.folder))) as stores:
        fill(stores, options.size)
    print(f"{options.size} articles from {START:%Y-%m-%d} on in {datetime.now(UTC) - begun}")


if __name__ == "__main__":
    main()
