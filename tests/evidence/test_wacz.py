"""A package of evidence: what is in it, and that it can be checked by what others wrote."""

import base64
import hashlib
import json
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from crawler.errors import KhabarError, UsageError
from crawler.evidence.case import Case, CaseArticle, RecordRange
from crawler.evidence.keys import SigningKey, key_path, new_key
from crawler.evidence.wacz import write_package
from crawler.storage.warc.records import packed

AT = datetime(2024, 12, 4, 8, 0, tzinfo=UTC)
URL = "https://barada.example/خبر"
PAGE = "<p>نص الخبر</p>".encode()
ATTACK = "<script>alert(1)</script>"


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    path = key_path(tmp_path)
    new_key(path)
    return SigningKey(path)


def segment(folder: Path) -> tuple[Path, int, int]:
    """A file with another record before the article's."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    kind = "application/http; msgtype=response"
    records = [
        packed("response", f"<urn:uuid:{number}>", URL, AT, head + PAGE, kind, {}).packed
        for number in range(2)
    ]
    path = folder / "00000001.warc.gz"
    path.write_bytes(b"".join(records))
    return path, len(records[0]), len(records[0]) + len(records[1])


def case(folder: Path, **given: Any) -> Case:
    path, begin, end = segment(folder)
    sha256 = hashlib.sha256(PAGE).hexdigest()
    fields = {"text": f"نص\n\n{ATTACK}", "revisions": [], "id": "a" * 32} | dict.fromkeys(
        ("published", "published_precision", "date_source", "authors", "editors", "agency", "first_seen_at",
         "checked_at", "removed_at", "revision", "text_sha256", "html_sha256")
    )  # fmt: skip
    records = [RecordRange(path, begin, end, "<urn:uuid:1>", sha256)]
    article = CaseArticle("a" * 32, URL, f"خبر {ATTACK}", "بردى", AT, fields, records)
    values: dict[str, Any] = {
        "title": "قضية",
        "articles": [article],
        "created_at": AT,
        "software": "Khabar 1.0",
    }
    return Case(**{**values, "selection": "by address", "operator": "الأرشيف", **given})


def test_everything_has_its_hash_and_replay_finds_the_record(tmp_path: Path) -> None:
    path = tmp_path / "case.wacz"
    written = write_package(path, case(tmp_path), None)
    assert (written.records, written.missing, written.signed) == (1, {"a" * 32: []}, False)
    with ZipFile(path) as package:
        description = json.loads(package.read("datapackage.json"))
        assert description["wacz_version"] == "1.1.1"
        resources = {each["path"]: each for each in description["resources"]}
        assert set(package.namelist()) - set(resources) == {"datapackage.json", "datapackage-digest.json"}
        for name, resource in resources.items():
            content = package.read(name)
            assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}", name
            assert resource["bytes"] == len(content)
            assert name.count("/") == 1, "py-wacz looks no deeper"
        digest = json.loads(package.read("datapackage-digest.json"))
        assert digest == {"path": "datapackage.json", "hash": f"sha256:{written.sha256}"}
        line = json.loads(package.read("indexes/index.cdx").decode().split(" ", 2)[2])
        assert package.getinfo("archive/data.warc.gz").compress_type == ZIP_STORED
        warc = package.read("archive/data.warc.gz")
        pages = [json.loads(each) for each in package.read("pages/pages.jsonl").splitlines()]
        assert pages[1]["url"] == URL
        for name in ("evidence/manifest.html", f"evidence/article-{'a' * 32}.html"):
            html = package.read(name).decode()
            assert "<script" not in html
            assert "alert(1)" in html
    (tmp_path / "data.warc.gz").write_bytes(warc)
    record = warc[int(line["offset"]) :][: int(line["length"])]
    assert record == segment(tmp_path)[0].read_bytes()[-len(record) :]


def test_the_signature_is_one_that_a_browser_would_check(tmp_path: Path, key: SigningKey) -> None:
    path = tmp_path / "case.wacz"
    assert write_package(path, case(tmp_path), key).signed
    with ZipFile(path) as package:
        signed = json.loads(package.read("datapackage-digest.json"))["signedData"]
        created = json.loads(package.read("datapackage.json"))["created"]
    assert set(signed) == {"hash", "created", "software", "version", "signature", "publicKey"}
    assert (signed["created"], signed["software"], signed["version"]) == (created, "Khabar", "1.0")
    public = load_der_public_key(base64.b64decode(signed["publicKey"]))
    assert isinstance(public, ec.EllipticCurvePublicKey)
    raw = base64.b64decode(signed["signature"])
    assert len(raw) == 96
    der = encode_dss_signature(int.from_bytes(raw[:48], "big"), int.from_bytes(raw[48:], "big"))
    public.verify(der, signed["hash"].encode(), ec.ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(der, b"sha256:0", ec.ECDSA(SHA256()))


WEB_CRYPTO = """
const [key, signature, text] = process.argv.slice(1);
const bytes = (value) => Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0));
const curve = {name: "ECDSA", namedCurve: "P-384"};
const { subtle } = globalThis.crypto ?? require("crypto").webcrypto;
subtle.importKey("spki", bytes(key), curve, true, ["verify"])
  .then((read) => subtle.verify({...curve, hash: "SHA-256"}, read, bytes(signature), Buffer.from(text)))
  .then(console.log);
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js has what browsers check signatures with")
def test_the_cryptography_of_browsers_accepts_the_signature(key: SigningKey) -> None:
    for text, verdict in (("sha256:1", "true"), ("sha256:2", "false")):
        command = ["node", "-e", WEB_CRYPTO, key.public_key, key.sign("sha256:1"), text]
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == verdict


def test_what_is_not_kept_is_told(tmp_path: Path) -> None:
    whole = case(tmp_path)
    (article,) = whole.articles
    (kept,) = article.records
    wrong = [
        RecordRange(tmp_path / "gone.warc.gz", 0, 9, "<urn:uuid:9>"),
        RecordRange(kept.path, kept.begin, kept.end, kept.record_id, "0" * 64),
        RecordRange(kept.path, 3, kept.end, "<urn:uuid:8>"),
    ]
    lacking = replace(article, records=wrong, missing=["of revision 1 no capture is kept"])
    written = write_package(tmp_path / "case.wacz", case(tmp_path, articles=[lacking]), None)
    first, gone, changed, torn = written.missing[article.id]
    assert first == "of revision 1 no capture is kept"
    assert "gone.warc.gz: the capture is not kept any more" in gone
    assert "not as it was written" in changed
    assert "at 3" in torn
    with ZipFile(tmp_path / "case.wacz") as package:
        manifest = json.loads(package.read("evidence/manifest.json"))
        assert manifest["articles"][0]["missing_captures"] == [first, gone, changed, torn]
        assert "gone.warc.gz" in package.read("evidence/manifest.html").decode()


def test_keys(tmp_path: Path) -> None:
    path = key_path(tmp_path)
    public = new_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert SigningKey(path).public_key == public
    with pytest.raises(UsageError, match="there is a key already"):
        new_key(path)
    path.write_text("no key")
    with pytest.raises(KhabarError, match="no key without a password"):
        SigningKey(path)
    with pytest.raises(KhabarError, match="cannot be read"):
        SigningKey(tmp_path / "nowhere.pem")
