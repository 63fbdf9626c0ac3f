"""Which raw pages of an article are kept on this machine, by the index's copy of what the segments hold."""

from pathlib import Path
from typing import Final

from crawler.storage.search.file import SearchFile
from crawler.storage.search.rows import moment
from crawler.storage.warc.raw_pages import raw_folder, segment_name, segments
from crawler.storage.warc.reader import Capture, read_captures

AT_ONCE: Final = 32_000_000
"""Bytes of segments read in one go: a second or so of a core, while pages are served."""


class KeptPages:
    """Reads and follows up what is kept.

    Args:
        file: The index.
        data_dir: The data folder, with the sites' raw pages.
    """

    def __init__(self, file: SearchFile, data_dir: Path) -> None:
        self._file = file
        self._data_dir = data_dir

    def of(self, article: str) -> list[Capture]:
        """The captures of an article, oldest first; index `captures_article`."""
        with self._file.reading() as db:
            rows = db.execute(
                "SELECT article, sha256, at, segment, offset FROM captures WHERE article = ?"
                " ORDER BY at, offset",
                (article,),
            ).fetchall()
        return [Capture(row[0], row[1], moment(row[2]), row[3], row[4]) for row in rows]

    def followed(self, site: str) -> bool:
        """Whether all that is kept of a site has been read."""
        return not self._behind(site)

    def follow(self, room: int = AT_ONCE) -> int:
        """Read what was written since, up to so many bytes; return how many captures were found."""
        raw = self._data_dir / "raw"
        captures = 0
        for site in sorted(folder.name for folder in raw.iterdir()) if raw.is_dir() else ():
            for path, start in self._behind(site):
                if room <= 0:
                    return captures
                taken, count = self._read(site, path, start, room)
                room -= taken
                captures += count
        self._forget()
        return captures

    def _behind(self, site: str) -> list[tuple[Path, int]]:
        """Segments of a site that have changed since they were read, and where to go on."""
        with self._file.reading() as db:
            rows = db.execute("SELECT name, read, seen FROM segments WHERE site = ?", (site,)).fetchall()
        positions = {row["name"]: (row["read"], row["seen"]) for row in rows}
        behind = []
        for path in segments(raw_folder(self._data_dir, site)):
            read, seen = positions.get(segment_name(path), (0, 0))
            size = _size(path)
            if size != seen:
                behind.append((path, read if size > read else 0))  # a smaller one is another file
        return behind

    def _read(self, site: str, path: Path, start: int, room: int) -> tuple[int, int]:
        """Read a segment on; return the bytes and the captures that were read."""
        name, end, seen = segment_name(path), start, _size(path)
        captures: list[Capture] = []
        try:
            for capture, after in read_captures(path, start):
                captures.append(capture)
                end = after
                if end - start >= room:
                    seen = end
                    break
        except OSError:
            return 0, 0  # it was renamed, or fell to the limit meanwhile: looked at again next time
        rows = [
            (site, name, capture.offset, capture.article_id, capture.sha256, int(capture.at.timestamp()))
            for capture in captures
        ]
        with self._file.writing() as db:
            if start == 0:
                db.execute("DELETE FROM captures WHERE site = ? AND segment = ?", (site, name))
            db.executemany("INSERT OR REPLACE INTO captures VALUES (?, ?, ?, ?, ?, ?)", rows)
            db.execute("INSERT OR REPLACE INTO segments VALUES (?, ?, ?, ?)", (site, name, end, seen))
        return end - start, len(captures)

    def _forget(self) -> None:
        """Leave out the segments that fell to their site's limit, or were moved away."""
        with self._file.reading() as db:
            recorded = [(row["site"], row["name"]) for row in db.execute("SELECT site, name FROM segments")]
        present = {
            (site, segment_name(path))
            for site in {site for site, _ in recorded}
            for path in segments(raw_folder(self._data_dir, site))
        }
        gone = [key for key in recorded if key not in present]
        if gone:
            with self._file.writing() as db:
                db.executemany("DELETE FROM captures WHERE site = ? AND segment = ?", gone)
                db.executemany("DELETE FROM segments WHERE site = ? AND name = ?", gone)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
