"""The connection to both stores: the servers that the settings name, or else the embedded ones."""

import re
import time
from dataclasses import dataclass
from datetime import UTC
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import pymongo
import redis
from pymongo.database import Database
from pymongo.errors import OperationFailure, PyMongoError
from redis.backoff import NoBackoff
from redis.retry import Retry

from crawler.config import Settings
from crawler.errors import StoreUnavailableError
from crawler.storage.embedded import EmbeddedServer, MongoServer, RedisServer

if TYPE_CHECKING:  # numpy's import would make every short command slower
    from dedup import Index

_AUTHENTICATION_FAILED = 18


@dataclass(slots=True)
class Stores:
    """Open connections to MongoDB and Redis; safe to share between threads, not between processes.

    Every request either ends within `Settings.store_timeout` or raises (`pymongo.errors.PyMongoError`,
    `redis.RedisError`). Work that is known to take longer, such as building an index over a large
    collection, goes inside ``with pymongo.timeout(0):``, which lifts the limit.
    """

    mongo: pymongo.MongoClient[dict[str, Any]]
    db: Database[dict[str, Any]]
    redis: redis.Redis
    """Gives bytes."""
    settings: Settings
    index: "Index | None" = None
    """The dedup index, once somebody has opened it; see `crawler.storage.dedup_index.open_index`."""

    def close(self) -> None:
        """Close the connections. Embedded servers go on running."""
        self.mongo.close()
        self.redis.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_stores(settings: Settings) -> Stores:
    """Connect to both stores, and make sure that they answer; start embedded servers that do not run.

    Raises:
        StoreUnavailableError: A store cannot be reached or refuses us: which one, where, why, and what to do.
    """
    mongo = open_mongodb(settings)
    try:
        return Stores(mongo, mongo[settings.mongodb_database], open_redis(settings), settings)
    except BaseException:
        mongo.close()
        raise


def ensure_running(settings: Settings) -> None:
    """Start those embedded servers again that have died; without embedded ones, or with both alive, nothing.

    An embedded server comes back where it was, so open connections find it again by themselves, unless
    another program has taken its port meanwhile: then `open_stores` again.

    Raises:
        StoreUnavailableError: One cannot be started.
    """
    for server, named in (
        (MongoServer(settings.data_dir), settings.mongodb_uri),
        (RedisServer(settings.data_dir), settings.redis_url),
    ):
        if named is None:
            server.ensure()


def open_mongodb(settings: Settings) -> pymongo.MongoClient[dict[str, Any]]:
    """Connect to MongoDB alone; as `open_stores`."""
    if settings.mongodb_uri is None:
        server = MongoServer(settings.data_dir)
        uri = server.uri(server.ensure())
        advice = _embedded_advice(server)
    else:
        uri = settings.mongodb_uri.get_secret_value()
        advice = "is the server running, and is KHABAR_MONGODB_URI right?"
    milliseconds = max(1, round(settings.store_timeout * 1000))
    try:
        client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(
            uri,
            tz_aware=True,
            tzinfo=UTC,
            w=1,
            journal=True,
            timeoutMS=milliseconds,
            connectTimeoutMS=milliseconds,
            appname="khabar",
        )
    except (PyMongoError, ValueError) as error:
        raise StoreUnavailableError(
            f"MongoDB: KHABAR_MONGODB_URI cannot be used: {_without_secrets(str(error), uri)} "
            "(expected mongodb://[user:password@]host[:port]/)"
        ) from None
    try:
        _await_mongodb(client, settings.store_timeout)
        client.admin.command("ping")
    except (PyMongoError, _NoAnswerError) as error:
        address = mongodb_address(client)
        client.close()
        refused = isinstance(error, OperationFailure) and error.code == _AUTHENTICATION_FAILED
        if refused:
            why, advice = "it refuses the user name or password", "correct KHABAR_MONGODB_URI"
        else:
            why = _without_secrets(_first_clause(error), uri)
        raise StoreUnavailableError(f"MongoDB at {address} cannot be used: {why}; {advice}") from None
    except BaseException:
        client.close()
        raise
    return client


def open_redis(settings: Settings) -> redis.Redis:
    """Connect to Redis alone; as `open_stores`."""
    if settings.redis_url is None:
        server = RedisServer(settings.data_dir)
        url = server.uri(server.ensure())
        advice = _embedded_advice(server)
    else:
        url = settings.redis_url.get_secret_value()
        advice = "is the server running, and is KHABAR_REDIS_URL right?"
    try:
        client = redis.Redis.from_url(
            url,
            socket_timeout=settings.store_timeout,
            socket_connect_timeout=settings.store_timeout,
            # Once more at once when a pooled connection turns out to be dead, as after a restart of the
            # server. Never after a timeout: the default policy would triple the limit.
            retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
        )
    except (ValueError, redis.RedisError) as error:
        raise StoreUnavailableError(
            f"Redis: KHABAR_REDIS_URL cannot be used: {_without_secrets(str(error), url)} "
            "(expected redis://[:password@]host[:port][/number], rediss://… or unix://path)"
        ) from None
    deadline = time.monotonic() + settings.store_timeout
    try:
        while True:
            try:
                client.ping()
            except redis.BusyLoadingError:  # a server that reads its data after a restart
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return client
    except redis.RedisError as error:
        address = redis_address(client)
        client.close()
        if isinstance(error, redis.AuthenticationError):
            why, advice = "it refuses the user name or password", "correct KHABAR_REDIS_URL"
        else:
            why = _without_secrets(_first_clause(error), url)
        raise StoreUnavailableError(f"Redis at {address} cannot be used: {why}; {advice}") from None
    except BaseException:
        client.close()
        raise


def mongodb_address(client: pymongo.MongoClient[dict[str, Any]]) -> str:
    """Host and port of every known server of a client, for people to read: no user, no password."""
    servers = sorted(client.topology_description.server_descriptions())
    return ",".join(host if port is None else f"{host}:{port}" for host, port in servers)


def redis_address(client: redis.Redis) -> str:
    """Host and port, or the socket, of a client, for people to read: no user, no password."""
    to = client.connection_pool.connection_kwargs
    if "path" in to:
        return f"unix:{to['path']}"
    return f"{to.get('host', 'localhost')}:{to.get('port', 6379)}"


class _NoAnswerError(Exception):
    """No server of the given address accepts connections."""


def _await_mongodb(client: pymongo.MongoClient[dict[str, Any]], timeout: float) -> None:
    """Wait until a server is there; end early when every one has been tried and none accepts.

    pymongo itself would try again until the timeout, in case a server is only just starting. A person
    who waits at a prompt would rather know.
    """
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        topology = client.topology_description
        if topology.has_writable_server():
            return
        errors = [server.error for server in topology.server_descriptions().values()]
        if errors and all(errors):
            raise _NoAnswerError(str(errors[0]))
        time.sleep(0.005)
    # The request that follows says what pymongo makes of it.


def _embedded_advice(server: EmbeddedServer) -> str:
    return f"run `khabar stores stop` and try again (its log: {server.log})"


def _first_clause(error: Exception) -> str:
    """The part of a driver's message before its technical details."""
    told = " ".join(str(error).split())
    for mark in (" (configured timeouts", ", Timeout:", ", Topology", ", full error"):
        told = told.partition(mark)[0]
    return told or type(error).__name__


def _without_secrets(message: str, uri: str) -> str:
    """A message with any user name and password of the address taken out of it."""
    credentials = urlsplit(uri).netloc.rpartition("@")[0] if "//" in uri else ""
    for secret in sorted({credentials, *credentials.split(":", 1)}, key=len, reverse=True):
        if len(secret) > 3:  # shorter ones are syllables of other words
            message = message.replace(secret, "***")
    return re.sub(r"[^\s/'\"]*@", "***@", message)
