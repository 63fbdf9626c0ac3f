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

from crawler.errors import KhabarError
from crawler.fetch.client import CertificateError
from crawler.model.article import Disposition
from crawler.model.job import Job
from crawler.operations.archive.show import find_article
from crawler.operations.crawling.crawl import crawl
from crawler.operations.crawling.status import statuses
from crawler.operations.extract import extract_source
from crawler.operations.sites.add import changes_of, seed_text
from crawler.operations.sites.survey import survey_site
from crawler.settings import Settings
from crawler.storage.connect import Stores
from tests.support.made_up_site import Answer, MadeUpSite, listing_page

PATH = "/2024/03/05/first-story-of-the-day"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key."""
    return made_certificate(tmp_path / "certificate.pem")


def made_certificate(path: Path, *, address: str = "127.0.0.1", days: int = 1) -> Path:
    """A certificate that signs itself and is good for so many days from now on."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
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
    assert 'tls = "unverified"' in (report.verdict_reason or "")
    assert place.asked == []
    assert stores.db.articles.count_documents({}) == 0

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    (report,) = crawl([Job(site=place.site())], settings)
    assert report.count(Disposition.STORED) == 1
    assert find_article(stores, place.base + PATH)["tls"] is None


def test_a_seed_may_accept_a_bad_certificate_and_each_article_says_so(
    place: MadeUpSite, settings: Settings, stores: Stores
) -> None:
    site = place.site(tls="unverified")
    (report,) = crawl([Job(site=site)], settings)
    assert (report.count(Disposition.STORED), report.verdict) == (1, "ok")
    assert find_article(stores, place.base + PATH)["tls"] == "unverified"
    (status,) = statuses(stores.db, [site])
    assert status.as_json()["tls"] == "unverified"


def test_a_look_at_a_site_says_what_is_wrong_with_its_certificate_and_how_to_accept_it(
    place: MadeUpSite, certificate: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings.model_copy(update={"delay": 0.0})
    with pytest.raises(CertificateError, match=r"self.signed certificate; .* --tls unverified"):
        survey_site(place.base, settings, private=True)
    assert place.asked == []
    survey = survey_site(place.base, settings, private=True, tls="unverified")
    assert 'tls = "unverified"\n' in seed_text(survey, private=True)
    assert "whoever sits between" in seed_text(survey)
    site = place.site(tls="unverified")
    assert not [change for change in changes_of(site, survey) if "tls" in change.text]
    # It was mended since: the seed need not say so any more, and a new one does not.
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    survey = survey_site(place.base, settings, private=True, tls="unverified")
    assert "tls" not in seed_text(survey, private=True)
    assert [change.text for change in changes_of(site, survey) if "tls" in change.text] == [
        'tls: its certificate can be verified now: tls = "verify"'
    ]


def test_a_page_by_hand_heeds_its_sites_seed(place: MadeUpSite, settings: Settings) -> None:
    url = place.base + PATH
    with pytest.raises(KhabarError, match=r"certificate cannot be verified: self.signed .* --site"):
        extract_source(url, settings)
    assert place.asked == []
    assert extract_source(url, settings, site=place.site(tls="unverified")).url == url


def test_a_certificate_for_another_name_or_from_before_is_told_as_such(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = {"IP address mismatch": made_certificate(tmp_path / "other.pem", address="127.0.0.9"),
             "has expired": made_certificate(tmp_path / "old.pem", days=-1)}  # fmt: skip
    for said, path in cases.items():
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        with MadeUpSite(context) as place, pytest.raises(CertificateError, match=said):
            survey_site(place.base, settings, private=True)
