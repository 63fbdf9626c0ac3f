"""Politeness: what robots.txt asks for is kept, page by page."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import Servers
from tests.operations.conftest import Crawled, crawled_newsroom

DELAY = 0.7
SITE = "demo-sahel"


@pytest.fixture
def slow(servers: Servers, tmp_path: Path) -> Iterator[Crawled]:
    with crawled_newsroom(servers, tmp_path, run=False, crawl_delay=DELAY) as crawled:
        yield crawled


def test_crawl_delay_is_kept_between_all_requests_to_a_site(slow: Crawled) -> None:
    report = slow.crawl(SITE, limit=4)[SITE]
    assert report.taken == 4
    log = slow.newsroom.requests[SITE]
    assert log[0].path == "/robots.txt"
    after = [request.time for request in log[1:]]
    gaps = [later - earlier for earlier, later in pairwise(after)]
    assert len(gaps) >= 4
    # The server sees a request a moment after it was let go.
    assert min(gaps) >= DELAY - 0.15, gaps
