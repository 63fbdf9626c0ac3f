"""Writing a case as a WACZ file (Web Archive Collection Zipped 1.1.1, https://specs.webrecorder.net/wacz/1.1.1/).

Captures are copied byte by byte (`crawler.evidence.records`). Every file lies one folder deep, as validators
of the format expect.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from crawler.evidence.case import Case, RecordRange
from crawler.evidence.keys import SigningKey
from crawler.evidence.pages import article_page, manifest_page
from crawler.evidence.records import RecordsMissingError, copied_records
from crawler.storage.warc.index_lines import index_line
from crawler.storage.warc.members import ReadRecord
from crawler.storage.warc.raw_pages import POST_HEADER
from crawler.storage.warc.records import warcinfo

WACZ_VERSION: Final = "1.1.1"
WARC_NAME: Final = "data.warc.gz"


@dataclass(slots=True)
class Written:
    """What was written.

    Attributes:
        records: WARC records that were copied.
        missing: Sentences on captures that the package lacks, by article.
        signed: Whether the package is signed.
        sha256: Hex SHA-256 of datapackage.json, which holds the hashes of all other files.
        notes: The case's sentences on what was left out.
    """

    records: int = 0
    missing: dict[str, list[str]] = field(default_factory=dict)
    signed: bool = False
    notes: Sequence[str] = ()
    sha256: str = ""


def write_package(path: Path, case: Case, key: SigningKey | None) -> Written:
    """Write a case.

    Args:
        path: The file, which must not exist.
        case: What to write.
        key: What to sign it with; None leaves it unsigned.

    Raises:
        OSError: The file cannot be written.
    """
    missing = {article.id: list(article.missing) for article in case.articles}
    written = Written(missing=missing, notes=case.notes)
    with ZipFile(path, "x", allowZip64=True) as package:
        files = _Files(package, case.created_at)
        lines = _write_records(files, case, written)
        files.add("indexes/index.cdx", "".join(f"{line}\n" for line in sorted(lines)).encode())
        files.add("pages/pages.jsonl", _pages(case))
        for article in case.articles:
            fields = {**article.fields, "missing_captures": written.missing[article.id]}
            files.add(f"evidence/article-{article.id}.json", _json(fields))
            files.add(f"evidence/article-{article.id}.html", article_page(fields, article).encode())
        for name, content in case.attachments.items():
            files.add(f"evidence/{name}", content)
        signer = key.public_key if key is not None else None
        files.add("evidence/manifest.json", _json(_manifest(case, written, signer)))
        files.add("evidence/manifest.html", manifest_page(case, written.missing, signer).encode())
        description = _json(_datapackage(case, files.resources))
        files.add("datapackage.json", description)
        written.sha256 = hashlib.sha256(description).hexdigest()
        written.signed = key is not None
        files.add("datapackage-digest.json", _json(_digest(case, written.sha256, key)))
    return written


class _Files:
    """The files of a package, and what datapackage.json says of each."""

    def __init__(self, package: ZipFile, at: datetime) -> None:
        self._package = package
        self._at = at.astimezone(UTC)
        self.resources: list[dict[str, Any]] = []

    def add(self, name: str, content: bytes) -> None:
        """Add a file."""
        self._package.writestr(self._info(name), content)
        self._note(name, hashlib.sha256(content).hexdigest(), len(content))

    def add_stream(self, name: str, pieces: Iterator[bytes]) -> None:
        """Add a file that is not held in memory."""
        digest, size = hashlib.sha256(), 0
        with self._package.open(self._info(name), "w", force_zip64=True) as file:
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
                size += len(piece)
        self._note(name, digest.hexdigest(), size)

    def _info(self, name: str) -> ZipInfo:
        info = ZipInfo(name, self._at.timetuple()[:6])
        # Replay reads records in the middle of the file: they must lie there as they are.
        info.compress_type = ZIP_STORED if name.startswith(("archive/", "indexes/")) else ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        return info

    def _note(self, name: str, sha256: str, size: int) -> None:
        short = name.rpartition("/")[2].lower()
        self.resources.append({"name": short, "path": name, "hash": f"sha256:{sha256}", "bytes": size})


def _write_records(files: _Files, case: Case, written: Written) -> list[str]:
    """Copy the captures; return their lines of the index."""
    lines: list[str] = []

    def pieces() -> Iterator[bytes]:
        info = {"software": case.software, "format": "WARC File Format 1.1", "description": case.title}
        first = warcinfo(WARC_NAME, info | ({"operator": case.operator} if case.operator else {})).packed
        yield first
        position, copied = len(first), set[str]()
        for article in case.articles:
            is_copied = not article.records
            for records in article.records:
                for record, packed in _records(records, written.missing[article.id]):
                    is_copied = True
                    if record.record_id in copied:
                        continue
                    copied.add(record.record_id)
                    written.records += 1
                    if _is_replayed(record):
                        moved = replace(record, offset=position, end=position + len(packed))
                        lines.append(index_line(moved, WARC_NAME))
                    position += len(packed)
                    yield packed
            if not is_copied:
                written.missing[article.id].append("none of its captures could be copied")

    files.add_stream(f"archive/{WARC_NAME}", pieces())
    return lines


def _records(records: RecordRange, missing: list[str]) -> Iterator[tuple[ReadRecord, bytes]]:
    """The records of a range with their bytes; what is not there, or not what it was, is a sentence."""
    try:
        yield from copied_records(records)
    except RecordsMissingError as error:
        missing.append(str(error))


def _is_replayed(record: ReadRecord) -> bool:
    """Whether a record is what readers see under its address: of a drawn page, the answer is."""
    return record.kind in ("response", "revisit", "resource") or POST_HEADER in record.headers


def _pages(case: Case) -> bytes:
    header = {"format": "json-pages-1.0", "id": "pages", "title": case.title}
    pages = [
        {"id": article.id, "url": article.url, "title": article.title, "ts": _iso(article.captured_at)}
        for article in case.articles
    ]
    return b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in [header, *pages])


def _manifest(case: Case, written: Written, signer: str | None) -> dict[str, Any]:
    return {
        "title": case.title,
        "created": _iso(case.created_at),
        "software": case.software,
        "operator": case.operator,
        "selection": case.selection,
        "notes": list(case.notes),
        "public_key": signer,
        "records": written.records,
        "articles": [
            {
                "id": article.id,
                "url": article.url,
                "title": article.title,
                "site": article.site,
                "captured_at": _iso(article.captured_at),
                "files": [f"article-{article.id}.{ending}" for ending in ("json", "html")],
                "missing_captures": written.missing[article.id],
            }
            for article in case.articles
        ],
        "attachments": sorted(case.attachments),
    }


def _datapackage(case: Case, resources: list[dict[str, Any]]) -> dict[str, Any]:
    main = case.articles[0]
    return {
        "profile": "data-package",
        "wacz_version": WACZ_VERSION,
        "software": case.software,
        "title": case.title,
        "description": case.selection,
        "created": _iso(case.created_at),
        "mainPageUrl": main.url,
        "mainPageDate": _iso(main.captured_at),
        "resources": list(resources),
    }


def _digest(case: Case, sha256: str, key: SigningKey | None) -> dict[str, Any]:
    digest: dict[str, Any] = {"path": "datapackage.json", "hash": f"sha256:{sha256}"}
    if key is not None:
        software, _, version = case.software.partition(" ")
        digest["signedData"] = {
            "hash": digest["hash"],
            "created": _iso(case.created_at),
            "software": software,
            "version": version,
            "signature": key.sign(digest["hash"]),
            "publicKey": key.public_key,
        }
    return digest


def _json(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, indent=1, default=_plain)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _iso(value)
    raise TypeError(type(value).__name__)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
