"""How the kept captures are: what falls away next by a site's limit, and whether a sample is as stored."""

import hashlib
import random
from dataclasses import dataclass, field

from pymongo.database import Database

from crawler.html.sentences import sentence
from crawler.importing.originals import read_original
from crawler.importing.records import UnreadableError
from crawler.importing.sources import Reader
from crawler.settings import Settings
from crawler.storage.custody import log_head, sampled_entries
from crawler.storage.schema import Document
from crawler.storage.stored_article import StoredArticle, UnsealedArticleReader
from crawler.storage.warc.members import read_records
from crawler.storage.warc.raw_pages import segment_name, segments
from crawler.storage.warc.references import CaptureReference, imports_folder, original_of

NEAR = 0.75
"""Share of a site's limit from which on it is reported: at the least two segments can still be written."""
SAMPLE = 30
"""Articles that are looked at: a tenth of a second, and of an archive of which a tenth is damaged one in 24
looks finds nothing."""


@dataclass(frozen=True, slots=True)
class Space:
    """The captures of a site: their bytes, the limit, and the segment that is deleted next with its bytes."""

    site: str
    bytes: int
    limit: int
    next_segment: str
    next_bytes: int

    @property
    def is_near(self) -> bool:
        """Whether the limit is near."""
        return self.bytes >= NEAR * self.limit

    def sentence(self) -> str:
        """What is going to happen, for people."""
        return sentence(
            "captures_near_limit",
            site=self.site,
            share=f"{self.bytes / self.limit:.0%}",
            segment=self.next_segment,
            size=f"{self.next_bytes / 1e6:.0f}",
        )


def capture_space(settings: Settings, sites: set[str] | None = None) -> list[Space]:
    """What the captures of sites take; those without any are left out.

    Args:
        settings: Where they are, and their limit.
        sites: Ids; None: all that have a folder.
    """
    folder = settings.data_dir / "raw"
    names = sorted(each.name for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else []
    spaces = []
    for site in names:
        paths = segments(folder / site) if sites is None or site in sites else []
        if paths:
            sizes = [path.stat().st_size for path in paths]
            limit = settings.raw_pages_bytes
            spaces.append(Space(site, sum(sizes), limit, segment_name(paths[0]), sizes[0]))
    return spaces


@dataclass(slots=True)
class Sample:
    """Articles whose captures were looked at, those whose capture fell to the limit, and what is wrong."""

    looked_at: int = 0
    deleted: int = 0
    problems: list[str] = field(default_factory=list)


def check_sample(db: Database[Document], settings: Settings, chance: random.Random | None = None) -> Sample:
    """Compare the captures of some articles with what the articles say; articles without one are passed over.

    Args:
        db: The database.
        settings: Where the captures are.
        chance: Chooses the articles.
    """
    sample, head = Sample(), log_head(db)
    if head is None:
        return sample
    numbers = (chance or random.Random()).sample(range(1, head.number + 1), min(SAMPLE, head.number))  # noqa: S311
    ids = sorted({event.subject for entry in sampled_entries(db, numbers) for event in entry.events})[:SAMPLE]
    for articles in UnsealedArticleReader(db).in_batches(ids):
        for article in articles:
            _look_at(article, settings, sample)
    return sample


def _look_at(article: StoredArticle, settings: Settings, sample: Sample) -> None:
    capture = article.capture
    if capture is None:
        return
    sample.looked_at += 1
    if capture.content_sha256 != article.html_sha256:
        sample.problems.append(f"{article.url}: its capture is of other bytes than it was read in")
        return
    parts: list[CaptureReference] = [capture, *capture.parts]
    for part in parts:
        if part.is_imported:
            _look_at_original(article, part, settings, sample)
            continue
        path = part.path(settings.data_dir, article.site)
        if not path.exists():
            sample.deleted += 1
            return
        record = next(read_records(path, part.offset), None)
        if record is None or record.record_id != part.record_id:
            sample.problems.append(f"{article.url}: its capture is not at byte {part.offset} of {path}")
        elif hashlib.sha256(record.content()).hexdigest() != part.sha256:
            sample.problems.append(f"{article.url}: its capture at byte {part.offset} of {path} was changed")


def _look_at_original(
    article: StoredArticle, part: CaptureReference, settings: Settings, sample: Sample
) -> None:
    reader = Reader(imports_folder(settings.data_dir), settings.max_page_bytes)
    try:
        read_original(reader, original_of(part))
    except UnreadableError as error:
        sample.problems.append(f"{article.url}: its capture in an imported file: {error}")
