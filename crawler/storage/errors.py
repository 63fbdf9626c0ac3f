"""What an error of a store's driver means, in a sentence that says what to do."""

import sqlite3

import redis.exceptions
from pymongo.errors import OperationFailure, PyMongoError

from crawler.errors import KhabarError, StoreUnavailableError

UNAUTHORIZED, AUTHENTICATION_FAILED, ATLAS_ERROR = 13, 18, 8000
"""MongoDB's error codes; the last is what Atlas answers where a server would give one of the others."""

REFUSED = frozenset({UNAUTHORIZED, AUTHENTICATION_FAILED, ATLAS_ERROR})

MONGODB_RIGHTS = (
    "put a user who may read and write the database into KHABAR_MONGODB_URI (mongodb://user:password@host/)"
)
REDIS_RIGHTS = (
    "Khabar runs scripts there; give its user in KHABAR_REDIS_URL all commands on its keys "
    "(ACL SETUSER name on >password ~* +@all)"
)
NO_REPLICA = "it is a replica, which takes no writes: name the primary in KHABAR_REDIS_URL"
NO_CLUSTER = (
    "it belongs to a Redis Cluster, which is not supported, since the dedup index is one unit: "
    "name a single server in KHABAR_REDIS_URL"
)
NO_SENTINEL = "it is a Sentinel, which keeps no data: name the primary that it watches in KHABAR_REDIS_URL"
MORE_MEMORY = "it has no memory left: raise its maxmemory"


def refusal(error: BaseException) -> str | None:
    """Why a store will not do what it is asked however long one waits, or None where that may pass.

    Args:
        error: What a driver raised.
    """
    if isinstance(error, OperationFailure) and error.code in REFUSED:
        return f"MongoDB does not allow it: {MONGODB_RIGHTS}"
    if isinstance(error, redis.exceptions.NoPermissionError):
        return f"Redis does not allow it: {REDIS_RIGHTS}"
    if isinstance(error, redis.exceptions.AuthenticationError):
        return "Redis refuses the user name or password: correct KHABAR_REDIS_URL"
    if isinstance(error, redis.exceptions.ReadOnlyError):
        return f"Redis: {NO_REPLICA}"
    if isinstance(
        error,
        redis.exceptions.AskError
        | redis.exceptions.ClusterDownError
        | redis.exceptions.ClusterCrossSlotError,
    ):
        return f"Redis: {NO_CLUSTER}"
    return None


def explained(error: BaseException) -> KhabarError | None:
    """The error of a store or a file as one that people can read; None for any other error.

    Args:
        error: What a driver or the system raised.
    """
    if isinstance(error, KhabarError):
        return error
    if (why := refusal(error)) is not None:
        return StoreUnavailableError(why)
    if isinstance(error, redis.exceptions.OutOfMemoryError):
        return StoreUnavailableError(f"Redis: {MORE_MEMORY}")
    if isinstance(error, PyMongoError):
        return StoreUnavailableError(f"MongoDB: {first_clause(error)}")
    if isinstance(error, redis.exceptions.RedisError):
        return StoreUnavailableError(f"Redis: {first_clause(error)}")
    if isinstance(error, sqlite3.Error):
        return KhabarError(f"the search index: {error}; remove it to have it made anew")
    if isinstance(error, OSError):
        return KhabarError(os_error_text(error))
    return None


def os_error_text(error: OSError) -> str:
    """The file and what the system says of it."""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"


def first_clause(error: BaseException) -> str:
    """The part of a driver's message before its technical details."""
    message = " ".join(str(error).split())
    for mark in (" (configured timeouts", ", Timeout:", ", Topology", ", full error"):
        message = message.partition(mark)[0]
    return message or type(error).__name__
