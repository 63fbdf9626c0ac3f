"""The captures of all sites in one file, beside a backup of the database, and back.

The file is a tar (not compressed: segments are) with SITE/SEGMENT members. The database is written first:
what a crawl appends meanwhile is too much, never too little.
"""

import re
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from crawler.errors import KhabarError
from crawler.files import draft_of, make_private_folder
from crawler.storage.warc.raw_pages import segment_name, segments
from crawler.storage.warc.segments import TORN, index_path

ENDING = ".captures.tar"

_NAME = re.compile(
    r"[a-z0-9][a-z0-9-]{0,63}/[A-Za-z0-9][A-Za-z0-9.-]{0,250}\.(?:warc\.gz|warc\.gz\.torn|cdxj)", re.ASCII
)


class CaptureBackupError(KhabarError):
    """Captures cannot be written to a file, or not be brought back from one."""


@dataclass(frozen=True, slots=True)
class CaptureSummary:
    """How many files there were, and their bytes."""

    files: int
    size: int


def captures_file(backup: Path) -> Path:
    """The file with the captures that belongs to a backup of the database."""
    return backup.with_name(backup.name + ENDING)


def backup_captures(data_dir: Path, backup: Path) -> CaptureSummary:
    """Write the captures of all sites beside a backup.

    Args:
        data_dir: The data folder.
        backup: The backup of the database.

    Raises:
        CaptureBackupError: The file cannot be written.
    """
    path, files, size = captures_file(backup), 0, 0
    try:
        with draft_of(path) as draft, tarfile.open(draft, "w", format=tarfile.PAX_FORMAT) as archive:
            for name, source in _files(data_dir / "raw"):
                with source.open("rb") as file:
                    # Name and size alone: whose the file is, is nobody's business.
                    member = tarfile.TarInfo(name)
                    member.size = source.stat().st_size
                    # What is appended meanwhile is left out: the size is that of now.
                    archive.addfile(member, file)
                files, size = files + 1, size + member.size
    except OSError as error:
        raise CaptureBackupError(f"{path} cannot be written: {error.strerror or error}") from None
    return CaptureSummary(files, size)


def restore_captures(data_dir: Path, backup: Path) -> CaptureSummary:
    """Bring the captures of a backup back; a file that is there already has to be the same, or is refused.

    Args:
        data_dir: The data folder.
        backup: The backup of the database, beside which the captures lie.

    Raises:
        CaptureBackupError: The file is missing or damaged, holds something else, or would replace a capture.
    """
    path, files, size = captures_file(backup), 0, 0
    try:
        with tarfile.open(path, "r:") as archive:
            for member in archive:
                if not member.isfile() or _NAME.fullmatch(member.name) is None:
                    raise CaptureBackupError(
                        f"{path}: {member.name[:100]!r} is no capture; nothing after it is read"
                    )
                target = data_dir / "raw" / PurePosixPath(member.name)
                source = archive.extractfile(member)
                if source is None or (target.exists() and target.stat().st_size != member.size):
                    raise CaptureBackupError(f"{target} is there already, and is another one")
                if not target.exists():
                    make_private_folder(target.parent)
                    with draft_of(target) as draft, draft.open("wb") as file:
                        shutil.copyfileobj(source, file)
                files, size = files + 1, size + member.size
    except (OSError, tarfile.TarError) as error:
        raise CaptureBackupError(f"{path} cannot be read: {error}") from None
    return CaptureSummary(files, size)


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files of all sites, and their names in the tar: what is being written has its final name there."""
    for site in sorted(each for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else ():
        for path in segments(site):
            name = segment_name(path)
            yield f"{site.name}/{name}", path
            for beside in (index_path(path.with_name(name)), path.with_name(name + TORN)):
                if beside.exists():
                    yield f"{site.name}/{beside.name}", beside
