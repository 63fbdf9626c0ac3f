import json
from pathlib import Path

from pydantic import SecretStr

from crawler.operations.doctor import Check, Level, diagnose
from crawler.settings import Settings
from crawler.storage.connect import Stores
from crawler.storage.dedup_index import BASENAME
from dedup import Index, Parameters

SEED = 'name = "الأول"\nname_en = "First"\nurl = "https://first.example/"\nfeeds = ["https://first.example/feed/"]\n'


def by_name(checks: list[Check]) -> dict[str, Check]:
    found = {check.name: check for check in checks}
    assert len(found) == len(checks)
    assert all("\n" not in check.finding for check in checks)
    return found


def test_all_is_well(stores: Stores, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "first.toml").write_text(SEED, encoding="utf-8")
    checks = by_name(diagnose(settings.model_copy(update={"contact": "desk@example.org"}), tmp_path))
    names = [
        "MongoDB",
        "Redis",
        "dedup index",
        "captures",
        "seeds",
        "disk",
        "capture limit",
        "imports",
        "contact",
    ]
    assert list(checks) == [*names, "versions"]
    assert {check.level for name, check in checks.items() if name != "disk"} == {Level.OK}
    assert checks["MongoDB"].details["latency_ms"] > 0
    assert checks["Redis"].details["durability"] == "append-only file"
    assert checks["dedup index"].finding.startswith("none yet")
    assert checks["seeds"].details == {"sites": 1, "enabled": 1}
    assert "desk@example.org" in checks["contact"].finding
    assert "scrapy 2." in checks["versions"].finding
    password = (settings.mongodb_uri or SecretStr("")).get_secret_value().partition("@")[0].rpartition(":")[2]
    assert password not in json.dumps([check.details for check in checks.values()], default=str)


def test_what_is_in_the_index(stores: Stores, settings: Settings) -> None:
    index = Index(stores.redis, basename=BASENAME)
    index.check_and_insert([("a", "نص خبر طويل بما يكفي ليكون له توقيع " * 5, None)])
    check = by_name(diagnose(settings))["dedup index"]
    assert check.level is Level.OK
    assert check.details["documents"] == 1
    assert check.details["bytes_per_article"] > 0
    assert "parameters match; 1 articles in 1 stories" in check.finding


def test_an_index_of_other_parameters(stores: Stores, settings: Settings) -> None:
    Index(stores.redis, basename=BASENAME, parameters=Parameters(bands=8)).open()
    check = by_name(diagnose(settings))["dedup index"]
    assert check.level is Level.ERROR
    assert f"bands is 8 there, {Parameters().bands} here" in check.finding
    assert "khabar dedup rebuild" in check.finding


def test_an_index_that_was_lost(stores: Stores, settings: Settings) -> None:
    stores.db.articles.insert_one({"_id": "a"})
    check = by_name(diagnose(settings))["dedup index"]
    assert check.level is Level.WARNING
    assert "empty, though there are 1 articles: run `khabar dedup rebuild`" in check.finding


def test_stores_that_cannot_be_reached(settings: Settings, tmp_path: Path) -> None:
    away = settings.model_copy(
        update={
            "mongodb_uri": SecretStr("mongodb://khabar:geheim@127.0.0.1:1/"),
            "redis_url": SecretStr("redis://:geheim@127.0.0.1:1/"),
        }
    )
    checks = by_name(diagnose(away, tmp_path / "no-seeds"))
    assert checks["MongoDB"].level is checks["Redis"].level is checks["seeds"].level is Level.ERROR
    assert "dedup index" not in checks
    assert "geheim" not in repr(checks)


def test_a_restore_that_was_interrupted(stores: Stores, settings: Settings) -> None:
    stores.db["khabar.unfinished"].insert_one({"_id": "restore"})
    check = by_name(diagnose(settings))["MongoDB"]
    assert check.level is Level.ERROR
    assert "half restored" in check.finding


def test_redis_that_drops_keys(stores: Stores, settings: Settings) -> None:
    stores.redis.config_set("maxmemory-policy", "allkeys-lru")
    stores.redis.config_set("maxmemory", "1gb")
    try:
        check = by_name(diagnose(settings))["Redis"]
    finally:
        stores.redis.config_set("maxmemory", "0")
        stores.redis.config_set("maxmemory-policy", "noeviction")
    assert check.level is Level.WARNING
    assert "drops keys when it is full" in check.finding


def test_a_site_whose_certificate_is_not_verified(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "sada.toml").write_text(
        'name = "صدى"\nurl = "https://sada.example/"\ntls = "unverified"\n', encoding="utf-8"
    )
    check = by_name(diagnose(settings, tmp_path))["seeds"]
    assert check.level is Level.WARNING
    assert "not verified (tls) of sada" in check.finding
