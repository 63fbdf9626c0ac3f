"""The day of publication on real pages with a hand-made truth."""

import gzip
import json
import time
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lxml import html

from crawler.extraction.dates.published import Published, find_published
from tests.support.paths import DATA

PAGES_DIR = DATA / "pages"
ZONE = ZoneInfo("Asia/Damascus")
NOW = datetime(2026, 6, 1, tzinfo=UTC)

Gold = list[tuple[dict[str, Any], dict[str, Any]]]
"""Pages as the index has them, with their truth."""

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def gold() -> Gold:
    if not (PAGES_DIR / "gold").is_dir():
        pytest.skip(f"no real pages at {PAGES_DIR}; set KHABAR_DATA")
    lines = (PAGES_DIR / "index.jsonl").read_text(encoding="utf-8").splitlines()
    index = {page["id"]: page for page in map(json.loads, lines)}
    truths = [
        json.loads(path.read_text(encoding="utf-8")) for path in sorted((PAGES_DIR / "gold").glob("*.json"))
    ]
    return [(index[truth["id"]], truth) for truth in truths]


def find(page: dict[str, Any], truth: dict[str, Any]) -> tuple[Published, float]:
    markup = gzip.decompress((PAGES_DIR / page["file"]).read_bytes())
    tree = html.document_fromstring(markup, parser=html.HTMLParser(encoding="utf-8"))
    started = time.process_time()
    found = find_published(
        tree, url=page["url"] or "", hints=None, timezone=ZONE, now=NOW, title=truth["title"]
    )
    return found, time.process_time() - started


def test_the_day_is_right_on_nearly_all_pages_that_have_one(
    gold: Gold,
) -> None:
    wrong: list[str] = []
    dated = 0
    for page, truth in gold:
        if not truth["published"]:
            continue
        dated += 1
        found, _ = find(page, truth)
        expected = datetime.fromisoformat(truth["published"])
        day = found.published_at and found.published_at.astimezone(expected.tzinfo or ZONE).date()
        if day != expected.date():
            wrong.append(f"{truth['id']}: {found.published_at} for {expected}")
    assert dated > 10
    assert len(wrong) <= 0.05 * dated, wrong


def test_a_page_without_a_date_is_given_none(gold: Gold) -> None:
    undated = [(page, truth) for page, truth in gold if not truth["published"]]
    assert undated
    assert [truth["id"] for page, truth in undated if find(page, truth)[0].published_at is not None] == []


def test_it_costs_little(gold: Gold) -> None:
    """Milliseconds a page at the median; the bound leaves room for a busy machine."""
    costs = sorted(find(page, truth)[1] for page, truth in gold)
    assert costs[len(costs) // 2] < 0.02
