"""A crawl while Redis is full: it goes on, and what it could not look up is looked up by the next one."""

from pathlib import Path

import pytest

from crawler.operations.crawl import prepare_stores
from crawler.storage.dedup_index import clear_index, index_was_lost
from tests.conftest import Servers

from .conftest import crawled_newsroom


@pytest.mark.timeout(180)
def test_a_full_redis_does_not_end_a_crawl(servers: Servers, tmp_path: Path) -> None:
    with crawled_newsroom(servers, tmp_path, run=False) as room:
        clear_index(room.stores)
        site = sorted(room.sites)[0]
        notices: list[str] = []
        room.stores.redis.config_set("maxmemory", "1")
        try:
            prepare_stores(room.settings, notices.append)
            report = room.crawl(site, limit=6)[site]
            prepare_stores(room.settings, notices.append)
        finally:
            room.stores.redis.config_set("maxmemory", "0")
        assert all("no memory left" in notice for notice in notices)
        assert len(notices) == 2
        stored = room.stores.db.articles.count_documents({})
        assert stored > 0
        assert report.outcome != "died"
        assert room.stores.db.articles.count_documents({"dedup_pending": True}) == stored
        notices.clear()
        prepare_stores(room.settings, notices.append)
        assert notices == [
            f"{stored} articles that had been stored without a look for duplicates were looked up."
        ]
        assert room.stores.db.articles.count_documents({"dedup_pending": True}) == 0
        assert not index_was_lost(room.stores)
