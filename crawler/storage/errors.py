"""What is wrong with a store or its address, in a sentence that says what to do and hides passwords."""

import re
import sqlite3
from urllib.parse import unquote

import redis.exceptions
from pymongo.errors import OperationFailure, PyMongoError

from crawler.errors import KhabarError, StoreUnavailableError
from crawler.html.sentences import sentence

UNAUTHORIZED, AUTHENTICATION_FAILED, ATLAS_ERROR = 13, 18, 8000
"""MongoDB's error codes; the last is what Atlas answers where a server would give one of the others."""

REFUSED = frozenset({UNAUTHORIZED, AUTHENTICATION_FAILED, ATLAS_ERROR})

MONGODB_RIGHTS = "mongodb_rights"
REDIS_RIGHTS = "redis_rights"
NO_REPLICA = "no_replica"
NO_CLUSTER = "no_cluster"
NO_SENTINEL = "no_sentinel"
"""Messages that say what a store lacks, and what to do about it."""


RESERVED = {"@": "%40", "/": "%2F", "?": "%3F", "#": "%23", ":": "%3A", "%": "%25"}
"""Characters of a user name or password that mean something else in an address (RFC 3986, section 2.2)."""

SHORTEST_SECRET = 3
"""Pieces of a secret that are shorter are syllables of other words; hiding them would spoil the message."""


def refusal(error: BaseException) -> str | None:
    """Why a store will not do what it is asked however long one waits, or None where that may pass.

    Args:
        error: What a driver raised.
    """
    if isinstance(error, OperationFailure) and error.code in REFUSED:
        return sentence("store_forbids", store="MongoDB", advice=sentence(MONGODB_RIGHTS))
    if isinstance(error, redis.exceptions.NoPermissionError):
        return sentence("store_forbids", store="Redis", advice=sentence(REDIS_RIGHTS))
    if isinstance(error, redis.exceptions.AuthenticationError):
        return sentence("redis_refuses_login")
    if isinstance(error, redis.exceptions.ReadOnlyError):
        return sentence("problem_of_page", url="Redis", reason=sentence(NO_REPLICA))
    if isinstance(
        error,
        redis.exceptions.AskError
        | redis.exceptions.ClusterDownError
        | redis.exceptions.ClusterCrossSlotError,
    ):
        return sentence("problem_of_page", url="Redis", reason=sentence(NO_CLUSTER))
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
        return StoreUnavailableError(sentence("redis_full"))
    if isinstance(error, PyMongoError):
        return StoreUnavailableError(f"MongoDB: {first_clause(error)}")
    if isinstance(error, redis.exceptions.RedisError):
        return StoreUnavailableError(f"Redis: {first_clause(error)}")
    if isinstance(error, sqlite3.Error):
        return KhabarError(sentence("search_index_broken", why=str(error)))
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


class StoreAddress:
    """An address such as ``mongodb://user:password@host:port/?options``; it may be wrong in any way.

    Args:
        text: The address as set.
    """

    def __init__(self, text: str) -> None:
        self._scheme, self._mark, self._rest = text.partition("://")
        self._authority = re.split("[/?#]", self._rest, maxsplit=1)[0]

    @property
    def hosts(self) -> str:
        """The hosts and ports that it names, without user and password."""
        if self.has_raw_reserved:
            return sentence("given_address")
        path = self._rest.removeprefix(self._authority).partition("?")[0]
        return self._authority.rpartition("@")[2] or path or sentence("given_address")

    @property
    def has_raw_reserved(self) -> bool:
        """Whether a user name or password has a character in it that ends it too early.

        An ``@`` behind the host's name, or a second one before it, has no other meaning there; neither has a
        ``#``, or an option without a value.
        """
        path, _, query = self._rest.removeprefix(self._authority).partition("?")
        if self._authority.count("@") > 1 or "@" in path or "#" in self._rest:
            return True
        options = [option for option in re.split("[&;]", query) if "@" in option]
        return any("=" not in option for option in options) or (bool(options) and "@" not in self._authority)

    def conceal(self, message: str) -> str:
        """A message with each piece of user name and password in it replaced by stars."""
        secret = self._rest.rpartition("@")[0]
        pieces = {secret, unquote(secret), *re.split(r"[:@/?#]", secret), *unquote(secret).split(":")}
        concealed: str = message
        for piece in sorted(pieces, key=len, reverse=True):
            if len(piece) >= SHORTEST_SECRET:
                concealed = concealed.replace(piece, "***")
        concealed = re.sub(r"[^\s/'\"]*@", "***@", concealed)
        # A sentence that can be told in another language is more than its text.
        return message if concealed == message else concealed


def advice_to_escape() -> str:
    """What to do about an address that `StoreAddress.has_raw_reserved`."""
    codes = ", ".join(f"{character} as {code}" for character, code in RESERVED.items())
    return sentence("must_be_escaped", codes=codes)
