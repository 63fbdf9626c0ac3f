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

from crawler.model.article import Hints

OPEN = ".open"
ENDING = ".warc.gz"
ARTICLE_HEADER, HINTS_HEADER = "Khabar-Article", "Khabar-Hints"
"""WARC headers: the id of the article, and what its source said of the page."""
CONVERSION_HEADER, RENDERED = "Khabar-Conversion", "rendered"
"""WARC header of a conversion record that a browser drew, and its value; posts have none."""
CONTENT_HEADER = "Khabar-Content-Digest"
"""WARC header: digest of a record's content, its payload without transfer and content encodings."""
CERTIFICATE_HEADER, REMOVAL_HEADER, POST_HEADER = "Khabar-TLS-Certificate", "Khabar-Removal", "Khabar-Post"
"""WARC headers: digest of the server's certificate; the id of the article that the site answered to have
gone; the number by which an interface's answer names a post."""
PART_HEADER, PARTS_HEADER = "Khabar-Part", "Khabar-Parts"
"""WARC headers: the number of a further page of an article, and on the first how many stand before it."""


@dataclass(frozen=True, slots=True)
class RawPage:
    """A kept page as it was fetched, and what extraction was told beside it.

    `html` is the body without transfer and content encodings. `parts` are the further pages of its article,
    address and body, that were fetched with it, and `sha256` is `fetch_sha256` of all. `parts_kept` is False
    for a page that was kept by a version which kept no parts. `is_post`: no server sent `html`; it was made
    of one of the posts in an interface's answer. `is_rendered`: a browser drew it.
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
    """A site's segments, oldest first: finished ones, and the one that is being written or was torn."""
    files = [*folder.glob(f"*{ENDING}"), *folder.glob(f"*{ENDING}{OPEN}")]
    return sorted(files, key=lambda path: (segment_number(path.name), path.name))


def segment_number(name: str) -> int:
    """A segment's place among those of its site; names of earlier versions are that number alone."""
    stem = name.partition(".")[0]
    digits = stem if "-" not in stem else stem.split("-")[-3] if stem.count("-") >= 3 else ""
    return int(digits) if digits.isascii() and digits.isdecimal() else 0


def segment_name(path: Path) -> str:
    """What a segment is called, while it is written and after."""
    return path.name.removesuffix(OPEN)
