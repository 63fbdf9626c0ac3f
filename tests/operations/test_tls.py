"""TLS: a certificate that nobody vouches for ends the crawl with the reason; one that is trusted passes."""

import ipaddress
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawler.article import Disposition
from crawler.config import Settings
from crawler.operations.crawl import crawl
from crawler.spiders.job import Job
from crawler.storage.connect import Stores
from tests.operations.made_up_site import Answer, MadeUpSite, listing_page

PATH = "/2024/03/05/first-story-of-the-day"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def place(certificate: Path) -> Iterator[MadeUpSite]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with MadeUpSite(context) as found:
        found.article(PATH)
        found.answers["/"] = Answer(listing_page([PATH]))
        yield found


def test_a_certificate_that_nobody_vouches_for_is_refused_and_a_trusted_one_is_not(
    place: MadeUpSite,
    certificate: Path,
    settings: Settings,
    stores: Stores,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (report,) = crawl([Job(site=place.site())], settings)
    assert report.verdict == "unreachable"
    assert "its certificate cannot be verified" in (report.verdict_reason or "")
    assert place.asked == []
    assert stores.db.articles.count_documents({}) == 0

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    (report,) = crawl([Job(site=place.site())], settings)
    assert report.count(Disposition.STORED) == 1
