"""Embedded stores: servers out of Python wheels, shared by all processes that use one data folder.

They start when first needed, go on when the process that started them ends, and are found by every
later one. Each is a program of its own that real pymongo and redis-py clients talk to.
"""

from crawler.settings import Settings
from crawler.storage.embedded.secantus import MongoServer
from crawler.storage.embedded.server import EmbeddedServer
from crawler.storage.embedded.state import Status, Stopped
from crawler.storage.embedded.valkey import RedisServer

__all__ = ["EmbeddedServer", "MongoServer", "RedisServer", "Status", "Stopped", "servers", "start", "stop"]


def servers(settings: Settings) -> list[EmbeddedServer]:
    """Both embedded servers of the data folder, running or not."""
    return [MongoServer(settings.data_dir), RedisServer(settings.data_dir)]


def start(settings: Settings) -> list[Status]:
    """Start those servers that the settings do not name a real one for; leave running ones alone.

    Raises:
        StoreUnavailableError: One cannot be started.
    """
    addresses = {"MongoDB": settings.mongodb_uri, "Redis": settings.redis_url}
    embedded = [server for server in servers(settings) if addresses[server.store] is None]
    for server in embedded:
        server.ensure()
    return [server.status() for server in embedded]


def stop(settings: Settings) -> list[Stopped]:
    """End both servers of the data folder cleanly, if they run.

    Raises:
        StoreUnavailableError: One belongs to another user or does not end.
    """
    return [server.stop() for server in servers(settings)]
