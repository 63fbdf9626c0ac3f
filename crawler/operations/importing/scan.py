"""The first half of an import: each record of the paths is entered in the ledger, and assigned to a site."""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from crawler.errors import KhabarError, UsageError
from crawler.files import draft_of, make_private_folder
from crawler.importing.records import Ending, Record, RecordKind
from crawler.importing.sources import INDEXES, Reader
from crawler.importing.warc import POSTED
from crawler.model.site import Site
from crawler.model.site_hosts import SiteHosts
from crawler.storage.custody_records import ImportedFile
from crawler.storage.import_ledger import ImportLedger

Entry = tuple[Record, str | None, str | None]

_ENDED = {RecordKind.OTHER: Ending.NO_PAGE, RecordKind.UNREADABLE: Ending.UNREADABLE}


def scan(
    paths: Iterable[Path],
    ledger: ImportLedger,
    reader: Reader,
    progress: Callable[[str, int], None] = lambda _path, _records: None,
    originals: Path | None = None,
) -> None:
    """Enter the records of paths in the ledger; a path that has not changed since is not read again.

    Args:
        paths: Files and folders.
        ledger: The ledger.
        reader: Reads them.
        progress: Called with a path and the number of its records.
        originals: Where a copy of each file is put and read; None: files are read where they are.

    Raises:
        KhabarError: A file cannot be copied.
        UsageError: An index is to be copied, which is nothing without its archives.
    """
    for path in paths:
        for file in _files(path):
            root, state = str(file), _state(file)
            if ledger.has_read(root, state):
                continue
            if originals is not None and file == path and file.name.lower().endswith(INDEXES):
                raise UsageError(
                    f"{file}: --copy takes the archives themselves, not an index that leads to them"
                )
            posted: list[str] = []
            name = file.relative_to(path.parent).as_posix()
            source = file if originals is None else copied(file, originals)
            entries = _entries(reader.records(source, name, is_explicit=file == path), posted)
            progress(root, ledger.enter(root, state, entries))
            for record_id in posted:
                ledger.end_by_record_id(
                    record_id, Ending.NO_PAGE, "an answer to a form: nobody else sees this page"
                )


def copied(file: Path, folder: Path) -> Path:
    """A copy of a file under the SHA-256 of its content, with its time; made once.

    Raises:
        KhabarError: It cannot be written.
    """
    if file.is_symlink() or not file.is_file():
        return file
    make_private_folder(folder)
    try:
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        path = folder / digest[:32] / file.name
        if not path.exists():
            make_private_folder(path.parent)
            with draft_of(path) as draft:
                shutil.copy2(file, draft)
                draft.chmod(0o600)
    except OSError as error:
        raise KhabarError(f"{file}: it cannot be copied: {error.strerror or error}") from None
    return path


def imported_files(names: Iterable[str]) -> list[ImportedFile]:
    """Files with their hashes; those that are gone are left out: their records end as unreadable."""
    files = []
    for name in names:
        with contextlib.suppress(OSError), Path(name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            files.append(ImportedFile(name, digest, file.tell(), datetime.now(UTC)))
    return files


def _files(path: Path) -> Iterator[Path]:
    """The files of a path, in the order of their names."""
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders.sort()
        yield from (Path(folder, name) for name in sorted(names))


def _state(path: Path) -> str:
    """What tells a file from one that took its place."""
    try:
        stat = path.stat()
    except OSError:
        return "gone"
    return f"{stat.st_size} {stat.st_mtime_ns}"


def _entries(records: Iterable[Record], posted: list[str]) -> Iterator[Entry]:
    """Each record with how it ends, where its headers decide; answers to forms are noted by name."""
    for record in records:
        if record.detail.startswith(POSTED):
            posted.append(record.detail.removeprefix(POSTED))
        if (ending := _ENDED.get(record.kind)) is not None:
            yield record, str(ending), record.detail
        elif record.kind is RecordKind.ANSWER and 300 <= record.status < 400 and record.status != 304:
            yield record, str(Ending.REDIRECT), record.detail
        else:
            yield record, None, None


def assign_sites(ledger: ImportLedger, sites: Mapping[str, Site]) -> None:
    """Say of each open record which site it belongs to; those of no site end here.

    Args:
        ledger: The ledger.
        sites: The sites that records may belong to.
    """
    hosts = SiteHosts(sites.values())
    with ledger.transaction():
        for host in ledger.hosts():
            if owner := hosts.owner(host):
                ledger.assign(host, owner)
            elif host:
                ledger.assign(host, None, str(Ending.OTHER_SITE), "no site has this host")
            else:
                reason = "its address is none of a page on the web"
                ledger.assign(host, None, str(Ending.UNREADABLE), reason)
