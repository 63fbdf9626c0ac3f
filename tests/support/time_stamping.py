"""A time-stamping authority of our own: `openssl ts` behind an address on loopback."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

_CONFIGURATION = """
[ req ]
distinguished_name = name
prompt = no
[ name ]
CN = Khabar test authority
[ root ]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[ leaf ]
extendedKeyUsage = critical, timeStamping
keyUsage = critical, digitalSignature
[ tsa ]
default_tsa = tsa_config
[ tsa_config ]
dir = {folder}
serial = {folder}/serial
signer_cert = {folder}/leaf.pem
signer_key = {folder}/leaf.key
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
ess_cert_id_alg = sha256
ess_cert_id_chain = no
"""


@dataclass
class Authority:
    """A running authority.

    Attributes:
        url: Its address.
        roots: The certificate that vouches for it, PEM.
        answer: What it answers instead of a stamp; None: a stamp.
        asked: How many requests it got.
    """

    url: str
    roots: Path
    answer: bytes | None = None
    asked: list[bytes] = field(default_factory=list)


def _openssl(folder: Path, *arguments: str) -> None:
    program = shutil.which("openssl") or "openssl"
    subprocess.run([program, *arguments], cwd=folder, check=True, capture_output=True)


def _make_keys(folder: Path) -> None:
    (folder / "conf").write_text(_CONFIGURATION.format(folder=folder))
    (folder / "serial").write_text("01")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "conf")
    _openssl(folder, "req", "-x509", *curve, "-keyout", "root.key", "-out", "root.pem", "-extensions", "root")
    _openssl(folder, "req", "-new", *curve, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=Stamps")
    root = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial")
    leaf = ("-extfile", "conf", "-extensions", "leaf")
    _openssl(folder, "x509", "-req", "-in", "leaf.csr", *root, *leaf, "-out", "leaf.pem")


@contextmanager
def time_stamping_authority(folder: Path) -> Iterator[Authority]:
    """Run an authority whose keys are made in a folder."""
    _make_keys(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            authority.asked.append(query)
            body = authority.answer
            if body is None:
                (folder / "query").write_bytes(query)
                made = ("-config", "conf", "-queryfile", "query", "-out", "reply")
                _openssl(folder, "ts", "-reply", *made)
                body = (folder / "reply").read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    authority = Authority(f"http://127.0.0.1:{server.server_address[1]}/", folder / "root.pem")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
