"""Raw pages of stored articles, kept as WARC files so that they can be cleaned again by better rules.

WARC 1.1 (ISO 28500:2017, https://iipc.github.io/warc-specifications/) is what web archives and their tools
read. Each site has a folder of segments; each record is a gzip member of its own, so a record torn by a crash
costs neither those before it nor the files after it. A segment carries the ending ``.open`` while a crawl
writes it; one that still has it when the next crawl begins was torn, and is never appended to.
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from crawler.model.article import Hints

OPEN = ".open"
ENDING = ".warc.gz"
ARTICLE_HEADER, HINTS_HEADER = "Khabar-Article", "Khabar-Hints"
"""WARC headers: the id of the article, and what its source said of the page."""
CONVERSION_HEADER, RENDERED = "Khabar-Conversion", "rendered"
"""WARC header of a conversion record that a browser drew, and its value; posts have none."""
PART_HEADER, PARTS_HEADER = "Khabar-Part", "Khabar-Parts"
"""WARC headers: the number of a further page of an article, and on the first how many stand before it."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a server answered to one request.

    Attributes:
        url: The address that was asked.
        fetched_at: When, aware.
        protocol: Such as ``HTTP/1.1``.
        status: The status code.
        headers: Names and values as they came, in order.
        body: The bytes as they came: compressed where Content-Encoding says so, without chunks.
        ip_address: The server's address; None where it is not known.
        record_id: Its name in a WARC file.
    """

    url: str
    fetched_at: datetime
    protocol: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    ip_address: str | None = None
    record_id: str = field(default_factory=lambda: f"<urn:uuid:{uuid4()}>")


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page as it was fetched, and what extraction was told beside it.

    `html` is the body without transfer and content encodings. `parts` are the further pages of its article,
    address and body, that were fetched with it, and `sha256` is `fetch_sha256` of all. `parts_kept` is False
    for a page that was kept by a version which kept no parts. `answer` is given where no server sent `html`:
    it was made of one of many posts in that answer, which is kept once, or drawn by a browser from it
    (`is_rendered`). `is_post` says of a page that was read back that it was made of a post.
    """

    article_id: str
    url: str
    html: bytes
    sha256: str
    fetched_at: datetime
    content_type: str | None = None
    hints: Hints = field(default_factory=Hints)
    parts: tuple[tuple[str, bytes], ...] = ()
    parts_kept: bool = True
    answer: Exchange | None = None
    is_post: bool = False
    is_rendered: bool = False

    @property
    def charset(self) -> str | None:
        """The charset that the Content-Type header named."""
        match = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", self.content_type or "", re.IGNORECASE)
        return match.group(1) if match else None


def fetch_sha256(html: bytes, parts: tuple[tuple[str, bytes], ...] = ()) -> str:
    """The hex SHA-256 of a page; with further pages of its article, that of their digests in order."""
    return joined_sha256([hashlib.sha256(body).hexdigest() for body in (html, *(body for _, body in parts))])


def joined_sha256(digests: list[str]) -> str:
    """`fetch_sha256` by the hex digests of a page and of its further pages in order."""
    return digests[0] if len(digests) == 1 else hashlib.sha256(" ".join(digests).encode("ascii")).hexdigest()


def raw_folder(data_dir: Path, site: str) -> Path:
    """The folder of a site's raw pages."""
    return data_dir / "raw" / site


def segments(folder: Path) -> list[Path]:
    """A site's segments, finished ones and the one that is being written or was left by a crash."""
    return sorted([*folder.glob(f"*{ENDING}"), *folder.glob(f"*{ENDING}{OPEN}")])


def segment_name(path: Path) -> str:
    """What a segment is called, while it is written and after."""
    return path.name.removesuffix(OPEN)


def is_article_record(record: Any) -> bool:
    """Whether a WARC record holds an article's page: as a server sent it, or as it was made of a post."""
    kinds = ("response", "conversion")
    return record.rec_type in kinds and record.rec_headers.get_header(ARTICLE_HEADER) is not None
