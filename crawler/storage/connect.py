"""The connection to both stores: the servers that the settings name, or else the embedded ones."""

import time
import warnings
from dataclasses import dataclass
from datetime import UTC
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import pymongo
import redis
from pymongo.database import Database
from pymongo.errors import OperationFailure, PyMongoError, ServerSelectionTimeoutError
from redis.backoff import NoBackoff
from redis.retry import Retry

from crawler.errors import StoreUnavailableError
from crawler.html.sentences import sentence
from crawler.settings import Settings
from crawler.storage.embedded import EmbeddedServer, MongoServer, RedisServer
from crawler.storage.errors import (
    AUTHENTICATION_FAILED,
    MONGODB_RIGHTS,
    NO_CLUSTER,
    NO_REPLICA,
    NO_SENTINEL,
    REDIS_RIGHTS,
    REFUSED,
    StoreAddress,
    advice_to_escape,
    first_clause,
    os_error_text,
)

if TYPE_CHECKING:  # numpy's import would make every short command slower
    from dedup import Index


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


def open_mongodb(settings: Settings) -> pymongo.MongoClient[dict[str, Any]]:
    """Connect to MongoDB alone; as `open_stores`."""
    if settings.mongodb_uri is None:
        server = MongoServer(settings.data_dir)
        uri = server.uri(server.ensure())
        advice = _embedded_advice(server)
    else:
        uri = settings.mongodb_uri.get_secret_value()
        advice = sentence("is_it_running", variable="KHABAR_MONGODB_URI")
    address = _sound_address("MongoDB", "KHABAR_MONGODB_URI", uri)
    milliseconds = max(1, round(settings.store_timeout * 1000))
    try:
        with warnings.catch_warnings():
            # An unknown option is warned of by a line of source code; ours says what and where.
            warnings.simplefilter("error", UserWarning)
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
    # Files of certificates and keys are read here, and options are converted.
    except (PyMongoError, ValueError, TypeError, OSError, UserWarning) as error:
        raise StoreUnavailableError(
            sentence(
                "address_expected",
                store="MongoDB",
                variable="KHABAR_MONGODB_URI",
                why=address.conceal(first_clause(error)),
                form="mongodb://[user:password@]host[:port]/",
            )
        ) from None
    try:
        _await_mongodb(client, settings.store_timeout)
        client.admin.command("ping")
        # A server that wants a login answers a ping all the same.
        client[settings.mongodb_database].meta.find_one({"_id": "schema"})
    except (PyMongoError, _NoAnswerError) as error:
        # A driver that has dismissed all servers, as of another replica set, knows none.
        hosts = mongodb_address(client) or address.hosts
        client.close()
        why, advice = _mongodb_problem(error, settings.store_timeout, uri, advice)
        raise StoreUnavailableError(
            sentence("store_unusable", store="MongoDB", place=hosts, why=address.conceal(why), advice=advice)
        ) from None
    except BaseException:
        client.close()
        raise
    return client


def _mongodb_problem(error: Exception, timeout: float, uri: str, advice: str) -> tuple[str, str]:
    """Why MongoDB cannot be used, and what to do about it; `advice` is for what is not known better."""
    if isinstance(error, OperationFailure) and error.code == AUTHENTICATION_FAILED:
        return sentence("refuses_login"), sentence("correct_setting", variable="KHABAR_MONGODB_URI")
    if isinstance(error, OperationFailure) and error.code in REFUSED:
        return sentence("wants_login"), sentence(MONGODB_RIGHTS)
    if isinstance(error, ServerSelectionTimeoutError) and "replicaset=" in uri.lower():
        return (
            sentence("no_member_answered", seconds=f"{timeout:.0f}"),
            sentence("is_replica_set_right"),
        )
    return first_clause(error), advice


def _sound_address(store: str, variable: str, text: str) -> StoreAddress:
    """The address of a store.

    Raises:
        StoreUnavailableError: A user name or password in it is not escaped. What a driver makes of such an
            address is not tried: it would look up a piece of the password as a host.
    """
    address = StoreAddress(text)
    if address.has_raw_reserved:
        raise StoreUnavailableError(
            sentence("setting_unusable", store=store, variable=variable, why=advice_to_escape())
        )
    return address


def open_redis(settings: Settings) -> redis.Redis:
    """Connect to Redis alone; as `open_stores`."""
    if settings.redis_url is None:
        server = RedisServer(settings.data_dir)
        url = server.uri(server.ensure())
        advice = _embedded_advice(server)
    else:
        url = settings.redis_url.get_secret_value()
        advice = sentence("is_it_running", variable="KHABAR_REDIS_URL")
    given = _sound_address("Redis", "KHABAR_REDIS_URL", url)
    try:
        client = redis.Redis.from_url(
            url,
            socket_timeout=settings.store_timeout,
            socket_connect_timeout=settings.store_timeout,
            # Once more at once when a pooled connection turns out to be dead, as after a restart of the
            # server. Never after a timeout: the default policy would triple the limit.
            retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
        )
    except (ValueError, TypeError, AttributeError, redis.RedisError) as error:
        raise StoreUnavailableError(
            sentence(
                "redis_address_expected",
                why=given.conceal(first_clause(error)),
                form="redis://[:password@]host[:port][/number]",
            )
        ) from None
    try:
        _await_redis(client, settings.store_timeout)
        _refuse_unsuitable(client)
    # Files of certificates and keys are read, and options are used, with the first connection.
    except (redis.RedisError, ValueError, TypeError, OSError) as error:
        address = redis_address(client)
        client.close()
        why: str
        if isinstance(error, redis.AuthenticationError):
            why = sentence("refuses_login")
            advice = sentence("correct_setting", variable="KHABAR_REDIS_URL")
        elif isinstance(error, redis.exceptions.NoPermissionError):
            why, advice = sentence("allows_no_scripts"), sentence(REDIS_RIGHTS)
        elif isinstance(error, OSError) and error.filename:
            why, advice = os_error_text(error), sentence("correct_setting", variable="KHABAR_REDIS_URL")
        else:
            why = given.conceal(first_clause(error))
        raise StoreUnavailableError(
            sentence("store_unusable", store="Redis", place=address, why=why, advice=advice)
        ) from None
    except BaseException:
        client.close()
        raise
    return client


def _await_redis(client: redis.Redis, timeout: float) -> None:
    """Wait for a server that reads its data after a restart, for so many seconds at most."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            client.ping()
        except redis.BusyLoadingError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _refuse_unsuitable(client: redis.Redis) -> None:
    """Make sure that a server is one that Khabar can work with.

    Raises:
        StoreUnavailableError: It is a Sentinel, a replica, or a node of a cluster.
        redis.RedisError: It does not run scripts for us.
    """
    try:
        facts: dict[str, Any] = client.info()
    except redis.exceptions.NoPermissionError:
        facts = {}
    mode = facts.get("redis_mode") or facts.get("server_mode")  # the latter is Valkey's own name for it
    problem = {"sentinel": NO_SENTINEL, "cluster": NO_CLUSTER}.get(str(mode))
    if problem is None and facts.get("role") == "slave" and facts.get("slave_read_only", 1):
        problem = NO_REPLICA
    if problem is not None:
        raise StoreUnavailableError(
            sentence("store_unsuitable", place=redis_address(client), why=sentence(problem))
        )
    client.eval("return 1", 0)


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
    return sentence("restart_embedded", log=str(server.log))
