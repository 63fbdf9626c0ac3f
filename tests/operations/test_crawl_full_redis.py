"""A crawl while Redis is full: it goes on, and what it could not look up is looked up by the next one."""

from pathlib import Path

import pytest

from crawler.operations.crawling.crawl import prepare_stores
from crawler.operations.doctor import Level, diagnose
from crawler.storage.dedup_index import clear_index, index_was_lost
from crawler.storage.eviction import read_eviction
from tests.support.crawled_newsroom import crawled_newsroom
from tests.support.servers import Servers


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
        assert "quarantined" not in report.dispositions
        assert sum(report.dispositions.values()) == report.taken
        assert room.stores.db.articles.count_documents({"dedup_pending": True}) == stored
        notices.clear()
        prepare_stores(room.settings, notices.append)
        assert notices == [
            f"{stored} articles that had been stored without a look for duplicates were looked up."
        ]
        assert room.stores.db.articles.count_documents({"dedup_pending": True}) == 0
        assert not index_was_lost(room.stores)


def test_keys_that_redis_has_dropped_are_noticed_and_the_index_is_made_anew(
    servers: Servers, tmp_path: Path
) -> None:
    with crawled_newsroom(servers, tmp_path, run=False) as room:
        clear_index(room.stores)
        room.crawl(sorted(room.sites)[0], limit=6)
        assert not index_was_lost(room.stores)
        before = read_eviction(room.stores.redis).evicted
        client = room.stores.redis
        client.config_set("maxmemory-policy", "allkeys-random")
        try:
            client.set("other:filler", b"." * 2_000_000)
            client.config_set("maxmemory", client.info("memory")["used_memory"] - 1_000_000)
            client.set("other:one", b".")
            client.config_set("maxmemory", "0")
            assert read_eviction(client).evicted > before
            (check,) = [check for check in diagnose(room.settings) if check.name == "Redis"]
            assert check.level is Level.WARNING
            assert "duplicates go unnoticed" in check.finding
            notices: list[str] = []
            prepare_stores(room.settings, notices.append)
        finally:
            client.config_set("maxmemory", "0")
            client.config_set("maxmemory-policy", "noeviction")
            client.delete("other:filler", "other:one")
            client.config_resetstat()
        assert "allkeys-random" in notices[0]
        assert "made anew" in notices[-1]
        notices.clear()
        prepare_stores(room.settings, notices.append)
        assert not any("made anew" in notice for notice in notices)
