"""Doctor: are the stores there, of a version and with parameters that fit, and is all else in order?"""

import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Any

import pymongo
import redis
from pymongo.errors import PyMongoError

from crawler import __version__
from crawler.errors import KhabarError
from crawler.html.sentences import sentence
from crawler.model.seeds import load_sites
from crawler.operations.archive.backup import restore_was_interrupted
from crawler.operations.archive.kept_captures import capture_space, check_sample
from crawler.operations.importing.unpacked import IMPORTS, unpacked_sizes
from crawler.settings import Settings
from crawler.storage import connect
from crawler.storage.dedup_index import BASENAME
from crawler.storage.embedded import MongoServer, RedisServer, Status
from crawler.storage.eviction import read_eviction
from dedup import DedupError, Index, Parameters

LITTLE_DISK = 2 * 1024**3
"""Bytes: a hundred thousand articles with their kept pages take about this much."""
LIBRARIES = ("scrapy", "trafilatura", "datasketch", "pymongo", "redis", "lxml", "numpy", "pydantic")


class Level(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    """It works, but somebody should know."""
    ERROR = "error"
    """It does not work."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: what was found, in a line, and the figures behind it."""

    name: str
    level: Level
    finding: str
    details: dict[str, Any] = field(default_factory=dict)


def diagnose(settings: Settings, seeds: Path | None = None) -> list[Check]:
    """Look at everything that Khabar needs. Embedded servers that do not run are started for it.

    Args:
        settings: The settings to look at.
        seeds: The folder of seeds; None leaves it out.

    Returns:
        One entry for each thing looked at; nothing is raised for one that does not work.
    """
    checks = [*_stores(settings)]
    if seeds is not None:
        checks.append(_seeds(seeds))
    checks += [
        _disk(settings),
        _capture_space(settings),
        _unpacked(settings),
        _contact(settings),
        _versions(),
    ]
    return checks


def _stores(settings: Settings) -> Iterator[Check]:
    mongo = cache = None
    try:
        try:
            mongo = connect.open_mongodb(settings)
            yield _mongodb(mongo, settings)
        except (KhabarError, PyMongoError) as error:
            yield Check("MongoDB", Level.ERROR, _line(error))
        try:
            cache = connect.open_redis(settings)
            yield _redis(cache, settings)
        except (KhabarError, redis.RedisError) as error:
            yield Check("Redis", Level.ERROR, _line(error))
        if mongo and cache:
            try:
                yield _index(mongo[settings.mongodb_database], cache)
            except (PyMongoError, redis.RedisError, DedupError) as error:
                yield Check("dedup index", Level.ERROR, _line(error))
        if mongo:
            try:
                yield _captures(mongo[settings.mongodb_database], settings)
            except (PyMongoError, OSError) as error:
                yield Check("captures", Level.ERROR, _line(error))
    finally:
        if mongo:
            mongo.close()
        if cache:
            cache.close()


def _mongodb(client: pymongo.MongoClient[dict[str, Any]], settings: Settings) -> Check:
    embedded = settings.mongodb_uri is None
    built = client.server_info()
    latency = _latency(lambda: client.admin.command("ping"))
    version = f"MongoDB {built['version']}"
    if "secantusVersion" in built:
        version = f"secantusdb {built['secantusVersion']}, as {version}"
    details: dict[str, Any] = {
        "embedded": embedded,
        "address": connect.mongodb_address(client),
        "database": settings.mongodb_database,
        "version": version,
        "latency_ms": latency,
        "durability": sentence("durable_journal"),
    }
    if embedded:
        details |= _process(MongoServer(settings.data_dir).status())
    if restore_was_interrupted(client[settings.mongodb_database]):
        return Check(
            "MongoDB",
            Level.ERROR,
            sentence("half_restored", database=settings.mongodb_database),
            details,
        )
    return Check("MongoDB", Level.OK, _store_line(details), details)


def _redis(client: redis.Redis, settings: Settings) -> Check:
    embedded = settings.redis_url is None
    info: dict[str, Any] = client.info()
    latency = _latency(client.ping)
    version = (
        f"Valkey {info['valkey_version']}" if "valkey_version" in info else f"Redis {info['redis_version']}"
    )
    logged = bool(info.get("aof_enabled"))
    details: dict[str, Any] = {
        "embedded": embedded,
        "address": connect.redis_address(client),
        "version": version,
        "latency_ms": latency,
        "durability": sentence("durable_log") if logged else sentence("durable_snapshots"),
        "used_memory": info.get("used_memory"),
        "maxmemory": info.get("maxmemory"),
        "maxmemory_policy": info.get("maxmemory_policy"),
    }
    if embedded:
        details |= _process(RedisServer(settings.data_dir).status())
    troubles: list[str] = []
    if (warning := read_eviction(client).warning) is not None:
        troubles.append(warning)
    if info.get("aof_last_write_status", "ok") != "ok" or info.get("rdb_last_bgsave_status", "ok") != "ok":
        troubles.append(sentence("last_write_failed"))
    if info.get("cluster_enabled"):
        troubles.append(sentence("is_cluster"))
    if not logged:
        troubles.append(sentence("keeps_no_log"))
    if troubles:
        return Check("Redis", Level.WARNING, _joined([_store_line(details), *troubles]), details)
    return Check("Redis", Level.OK, _store_line(details), details)


def _index(db: Any, client: redis.Redis) -> Check:
    with pymongo.timeout(60):  # the embedded server counts by reading all
        articles = db.articles.estimated_document_count()
    index = Index(client, basename=BASENAME)
    name = "dedup index"
    if not index.exists():
        if articles:
            return Check(
                name,
                Level.WARNING,
                sentence("index_empty", count=f"{articles:,}"),
                {"articles": articles, "documents": 0},
            )
        return Check(name, Level.OK, sentence("no_index_yet"), {"articles": 0, "documents": 0})
    stats = index.stats()
    each = stats.bytes_per_document
    details: dict[str, Any] = {
        "articles": articles,
        "documents": stats.documents,
        "stories": stats.stories,
        "bytes": stats.bytes_estimate,
        "bytes_per_article": each,
        "parameters": stats.parameters,
    }
    expected = Parameters().as_dict()
    differing = [
        sentence(
            "parameter_differs",
            name=key,
            there=repr(stats.parameters.get(key)),
            here=repr(expected.get(key)),
        )
        for key in sorted({*expected, *stats.parameters})
        if stats.parameters.get(key) != expected.get(key)
    ]
    if differing:
        return Check(
            name,
            Level.ERROR,
            sentence("other_parameters", differences=_joined(differing)),
            details,
        )
    if not stats.is_complete:
        return Check(name, Level.WARNING, sentence("index_being_made"), details)
    figures = {"articles": f"{stats.documents:,}", "stories": f"{stats.stories:,}"}
    finding = (
        sentence("index_matches", **figures)
        if each is None
        else sentence("index_matches_with_size", each=f"{each:.0f}", **figures)
    )
    if articles and not stats.seen:
        return Check(
            name,
            Level.WARNING,
            _joined([finding, sentence("but_mongodb_has", count=f"{articles:,}")]),
            details,
        )
    return Check(name, Level.OK, finding, details)


def _seeds(folder: Path) -> Check:
    try:
        sites = load_sites(folder)
    except KhabarError as error:
        lines = str(error).splitlines()
        more = sentence("and_more_seeds", first=lines[0], count=len(lines) - 1)
        return Check("seeds", Level.ERROR, more if len(lines) > 1 else lines[0], {"problems": lines})
    enabled = sum(site.enabled for site in sites.values())
    finding = sentence("sites_in_folder", count=len(sites), folder=str(folder), enabled=enabled)
    details = {"sites": len(sites), "enabled": enabled}
    if unverified := [site.id for site in sites.values() if site.tls == "unverified"]:
        warning = _joined([finding, sentence("tls_unverified_of", sites=", ".join(unverified))])
        return Check("seeds", Level.WARNING, warning, {**details, "unverified": unverified})
    return Check("seeds", Level.OK, finding, details)


def _captures(db: Any, settings: Settings) -> Check:
    sample = check_sample(db, settings)
    details = {"looked_at": sample.looked_at, "deleted": sample.deleted, "problems": sample.problems}
    if sample.problems:
        finding = sentence("captures_differ", count=len(sample.problems), all=sample.looked_at)
        return Check("captures", Level.ERROR, _joined([finding, sample.problems[0]]), details)
    finding = sentence("captures_as_stored", count=sample.looked_at, deleted=sample.deleted)
    return Check("captures", Level.OK, finding, details)


def _capture_space(settings: Settings) -> Check:
    spaces = capture_space(settings)
    size = sum(space.bytes for space in spaces)
    details = {space.site: {"bytes": space.bytes, "next": space.next_segment} for space in spaces}
    near = [space.sentence() for space in spaces if space.is_near]
    if near:
        return Check("capture limit", Level.WARNING, _joined(near), details)
    return Check(
        "capture limit",
        Level.OK,
        sentence("no_limit_near", size=f"{size / 1e6:.0f}", sites=len(spaces)),
        details,
    )


def _unpacked(settings: Settings) -> Check:
    sizes = unpacked_sizes(settings.data_dir)
    details = {"files": len(sizes), "bytes": sum(sizes)}
    if not sizes:
        return Check("imports", Level.OK, sentence("nothing_unpacked"), details)
    finding = sentence(
        "files_unpacked",
        count=len(sizes),
        size=f"{sum(sizes) / 1e6:.0f}",
        folder=str((settings.data_dir / IMPORTS).absolute()),
    )
    return Check("imports", Level.OK, finding, details)


def _disk(settings: Settings) -> Check:
    folder = settings.data_dir.absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    details = {"folder": str(settings.data_dir.absolute()), "free_bytes": free}
    folder_name = str(settings.data_dir.absolute())
    finding = sentence("disk_free", free=f"{free / 1e9:.1f}", folder=folder_name)
    if free < LITTLE_DISK:
        return Check(
            "disk", Level.WARNING, sentence("disk_low", free=f"{free / 1e9:.1f}", folder=folder_name), details
        )
    return Check("disk", Level.OK, finding, details)


def _contact(settings: Settings) -> Check:
    details = {"user_agent": settings.user_agent}
    if not settings.contact:
        return Check(
            "contact",
            Level.WARNING,
            sentence("no_contact"),
            details,
        )
    return Check("contact", Level.OK, settings.user_agent, details)


def _versions() -> Check:
    versions: dict[str, str | None] = {
        "khabar": __version__,
        "python": ".".join(map(str, sys.version_info[:3])),
    }
    for name in LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = None
    missing = [name for name, version in versions.items() if version is None]
    if missing:
        return Check("versions", Level.ERROR, sentence("not_installed", names=", ".join(missing)), versions)
    return Check(
        "versions", Level.OK, ", ".join(f"{name} {version}" for name, version in versions.items()), versions
    )


def _latency(ask: Callable[[], object], times: int = 5) -> float:
    """The median time of an answer, in milliseconds."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(took), 2)


def _process(status: Status) -> dict[str, Any]:
    return {"pid": status.pid, "memory": status.memory, "disk": status.disk, "uptime": status.uptime}


def _store_line(details: dict[str, Any]) -> str:
    values = {
        "place": details["address"],
        "version": details["version"],
        "latency": str(details["latency_ms"]),
        "durability": details["durability"],
    }
    if details["embedded"]:
        return sentence("store_embedded", **values)
    return sentence("store_server", **values)


def _joined(findings: Sequence[str]) -> str:
    """Several findings as one."""
    *earlier, last = findings
    for finding in reversed(earlier):
        last = sentence("two_findings", first=finding, second=last)
    return last


def _line(error: Exception) -> str:
    text = str(error)
    line = " ".join(text.split())
    return text if line == text else line
