"""Whatever is wrong with a store or its address: one sentence that says what to do, never a traceback."""

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from pydantic import SecretStr

from crawler.cli.main import run
from crawler.settings import Settings
from crawler.storage.connect import mongodb_address, open_mongodb
from crawler.storage.embedded.valkey import _binary
from tests.support.servers import Servers

MONGODB, REDIS = "KHABAR_MONGODB_URI", "KHABAR_REDIS_URL"

PASSWORD = "Vert7Katze"  # noqa: S105 - no system's


@pytest.fixture
def khabar(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> "Khabar":
    return Khabar(monkeypatch, capfd, tmp_path)


class Khabar:
    """The command line, run in this process."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], folder: Path
    ) -> None:
        self._monkeypatch, self._capfd, self.folder = monkeypatch, capfd, folder

    def fails(self, *arguments: str, **environment: str) -> str:
        """Run a command that cannot be done; check how it says so, and return what it printed."""
        common = {"KHABAR_DATA_DIR": str(self.folder / "data"), "KHABAR_STORE_TIMEOUT": "1"}
        with self._monkeypatch.context() as patch:
            for name, value in {**common, **environment}.items():
                patch.setenv(name, value)
            patch.setattr("signal.signal", lambda *_: None)
            patch.setattr("sys.argv", ["khabar", *arguments])
            self._capfd.readouterr()
            with pytest.raises(SystemExit) as ended:
                run()
        printed = "".join(self._capfd.readouterr())
        assert ended.value.code in (1, 2), printed
        assert "Traceback" not in printed
        assert PASSWORD not in "".join(printed.split())
        assert len(printed.strip().splitlines()) < 4, printed
        return printed


@pytest.mark.parametrize(
    ("variable", "address", "says"),
    [
        (MONGODB, f"mongodb://user:{PASSWORD}@x@127.0.0.1:1/", "@ as %40"),
        (MONGODB, f"mongodb://user:{PASSWORD}/x@127.0.0.1:1/", "/ as %2F"),
        (MONGODB, f"mongodb://user:{PASSWORD}#x@127.0.0.1:1/", "# as %23"),
        (MONGODB, f"mongodb://user:{PASSWORD}?x@127.0.0.1:1/", "? as %3F"),
        (MONGODB, f"mongodb://user:{PASSWORD}:x@127.0.0.1:1/", "escaped"),
        (MONGODB, f"mongodb://user:{PASSWORD}@127.0.0.1:1/?tls=true&tlsCAFile=/missing.pem", "No such file"),
        (MONGODB, "mongodb://127.0.0.1:1/?tls=true&tlsCertificateKeyFile=/missing.pem", "No such file"),
        (MONGODB, "mongodb://127.0.0.1:1/?ssl=true&ssl_cert_reqs=CERT_NONE", "ssl_cert_reqs"),
        (MONGODB, "mongodb://127.0.0.1:1/?w=many", "KHABAR_MONGODB_URI"),
        (MONGODB, "mongodb://127.0.0.1:1/?replicaSet=nosuch", "127.0.0.1:1"),
        (MONGODB, "mongodb://127.0.0.1:1/?authMechanism=NONE", "KHABAR_MONGODB_URI"),
        (MONGODB, "mongodb://", "KHABAR_MONGODB_URI"),
        (MONGODB, "mongodb://[::1", "KHABAR_MONGODB_URI"),
        (MONGODB, "127.0.0.1:27017", "KHABAR_MONGODB_URI"),
        (REDIS, f"redis://:{PASSWORD}/x@127.0.0.1:1/0", "/ as %2F"),
        (REDIS, f"redis://:{PASSWORD}#x@127.0.0.1:1/0", "# as %23"),
        (REDIS, f"redis://user:{PASSWORD}@127.0.0.1:1/khabar", "127.0.0.1:1"),
        (REDIS, "rediss://127.0.0.1:1/?ssl_ca_certs=/missing.pem", "127.0.0.1:1"),
        (REDIS, "rediss://127.0.0.1:1/?ssl_cert_reqs=sometimes", "KHABAR_REDIS_URL"),
        (REDIS, "redis://127.0.0.1:1/?socket_timeout=soon", "KHABAR_REDIS_URL"),
        (REDIS, "redis://127.0.0.1:1/?no_such_option=1", "KHABAR_REDIS_URL"),
        (REDIS, "redis+sentinel://127.0.0.1:1/primary/0", "KHABAR_REDIS_URL"),
        (REDIS, "unix:///missing/khabar.sock", "/missing/khabar.sock"),
        (REDIS, "redis://[::1", "KHABAR_REDIS_URL"),
    ],
)
def test_an_address_that_cannot_be_used(
    khabar: Khabar, servers: Servers, variable: str, address: str, says: str
) -> None:
    both = {MONGODB: servers.mongodb_uri, REDIS: servers.redis_url}
    assert says in khabar.fails("status", **{**both, variable: address})


def test_a_mongodb_of_another_replica_set_is_named_by_its_address(khabar: Khabar, servers: Servers) -> None:
    plain = servers.mongodb_uri
    joined = f"{plain}{'&' if '?' in plain else '?'}replicaSet=nosuch"
    printed = khabar.fails("status", **{MONGODB: joined, REDIS: servers.redis_url})
    assert "MongoDB at 127.0.0.1:" in printed
    assert "replica set" in printed


def test_a_mongodb_that_wants_a_login(khabar: Khabar, servers: Servers) -> None:
    with open_mongodb(Settings(mongodb_uri=SecretStr(servers.mongodb_uri))) as client:
        address = f"mongodb://{mongodb_address(client)}/"
    printed = khabar.fails("status", **{MONGODB: address, REDIS: servers.redis_url})
    assert "login" in printed or "not allow" in printed
    assert MONGODB in printed


@contextmanager
def _valkey(folder: Path, *options: str, first: tuple[str, ...] = ()) -> Iterator[str]:
    """A Valkey server with options of its own, some of them before all others; gives its address."""
    place = folder / "v.sock"
    command = [
        str(_binary()),
        *first,
        *("--port", "0", "--unixsocket", str(place), "--dir", str(folder), "--save", ""),
        *options,
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while not place.exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield f"unix://{place}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose path is short enough for a Unix socket."""
    with tempfile.TemporaryDirectory(prefix="khabar-test-") as name:
        yield Path(name)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--replicaof", "127.0.0.1 1"), "it is a replica"),
        (("--requirepass", PASSWORD), "refuses the user name or password"),
    ],
)
def test_a_redis_that_is_not_of_the_kind_that_is_meant(
    khabar: Khabar, servers: Servers, folder: Path, options: tuple[str, ...], says: str
) -> None:
    with _valkey(folder, *options) as address:
        printed = khabar.fails("status", **{MONGODB: servers.mongodb_uri, REDIS: address})
    assert says in printed


def test_a_node_of_a_cluster_is_refused(khabar: Khabar, servers: Servers, folder: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        # The bus between the nodes of a cluster takes the port ten thousand above.
        port = str(probe.getsockname()[1] % 20_000 + 20_000)
    with _valkey(folder, "--port", port, "--cluster-enabled", "yes") as address:
        printed = khabar.fails("status", **{MONGODB: servers.mongodb_uri, REDIS: address})
    assert "Redis Cluster, which is not supported" in printed


def test_a_redis_that_forbids_scripts_is_refused(khabar: Khabar, servers: Servers, folder: Path) -> None:
    with _valkey(folder) as address:
        with redis.Redis.from_url(address) as client:
            client.execute_command("ACL", "SETUSER", "default", "-@scripting")
        printed = khabar.fails("status", **{MONGODB: servers.mongodb_uri, REDIS: address})
    assert "does not allow scripts" in printed


def test_a_sentinel_is_told_apart_from_a_server(khabar: Khabar, servers: Servers, folder: Path) -> None:
    (folder / "sentinel.conf").touch()
    with _valkey(folder, first=(str(folder / "sentinel.conf"), "--sentinel")) as address:
        printed = khabar.fails("status", **{MONGODB: servers.mongodb_uri, REDIS: address})
    assert "it is a Sentinel" in printed


def test_a_redis_that_loses_its_rights_while_it_is_used(
    khabar: Khabar, servers: Servers, folder: Path
) -> None:
    with _valkey(folder) as address:
        environment = {MONGODB: servers.mongodb_uri, REDIS: address}
        with redis.Redis.from_url(address) as client:
            client.execute_command("ACL", "SETUSER", "default", "-hgetall", "-hget", "-evalsha", "-set")
        assert REDIS in khabar.fails("dedup", "rebuild", **environment)
