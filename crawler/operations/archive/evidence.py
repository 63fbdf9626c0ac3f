"""Evidence: articles of the archive with their captures as one package."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler import __version__
from crawler.errors import KhabarError, UsageError
from crawler.evidence.case import Case, CaseArticle, RecordRange
from crawler.evidence.keys import SigningKey, key_path
from crawler.evidence.wacz import Written, write_package
from crawler.files import draft_of
from crawler.importing.originals import original_file
from crawler.importing.records import UnreadableError
from crawler.importing.sources import Reader
from crawler.model.period import iso_time, iso_times
from crawler.model.seal import WithheldError
from crawler.model.site import Site, zone_of
from crawler.operations.archive.custody_files import custody_files
from crawler.operations.archive.read import Archive
from crawler.operations.archive.search_form import SearchForm
from crawler.operations.archive.show import find_stored
from crawler.operations.archive.tables import export_row
from crawler.settings import Settings
from crawler.storage.connect import Stores
from crawler.storage.robots_captures import robots_captures
from crawler.storage.stored_article import (
    ArticleReader,
    EarlierReading,
    Revision,
    StoredArticle,
    UnsealedArticleReader,
)
from crawler.storage.warc.references import CaptureReference, imports_folder, original_of

MOST_ARTICLES = 500
"""Articles of one case: a package is read by people, and by replay tools in a browser."""
MOST_ADDRESSES_IN_WORDS = 5


@dataclass(frozen=True, slots=True)
class Selection:
    """Which articles make up a case, in words too; `notes` say what was left out."""

    articles: list[StoredArticle]
    words: str
    notes: list[str]


def chosen_articles(stores: Stores, addresses: Sequence[str]) -> Selection:
    """Articles by their addresses or ids.

    Raises:
        UsageError: One is unknown.
        WithheldError: One is sealed, in whole or in part: its captures say what is withheld.
    """
    articles = [find_stored(stores, address) for address in addresses]
    for article in articles:
        if article.seal is not None:
            raise WithheldError(article.seal)
    shown = ", ".join(addresses[:MOST_ADDRESSES_IN_WORDS])
    more = len(addresses) - MOST_ADDRESSES_IN_WORDS
    return Selection(articles, f"by address: {shown}{f' and {more} more' if more > 0 else ''}", [])


def story_articles(stores: Stores, story: str) -> Selection:
    """The articles of a story, by its id or that of a member.

    Raises:
        UsageError: There is no such story.
    """
    member = ArticleReader(stores.db).header(story)
    story_id = member.story_id if member else story
    ids = sorted(UnsealedArticleReader(stores.db).of_stories([story_id]))
    if not ids:
        raise UsageError(f"--story {story}: the archive holds no story with this id")
    return _served_articles(stores, ids, f"the story {story_id}")


def searched_articles(stores: Stores, settings: Settings, form: SearchForm) -> Selection:
    """The articles that a search finds.

    Raises:
        UsageError: It finds none, or more than `MOST_ARTICLES`.
    """
    archive = Archive(settings)
    try:
        archive.refresh()
        hits = archive.search(form, limit=MOST_ARTICLES).hits
    finally:
        archive.close()
    if not hits.hits or hits.older is not None:
        count = f"more than {MOST_ARTICLES}" if hits.hits else "no"
        raise UsageError(f"--query {form.q}: {count} articles; a case has 1 to {MOST_ARTICLES}")
    words = " ".join(
        f"{name} {value}" for name, value in form.model_dump(exclude_defaults=True).items() if value
    )
    return _served_articles(stores, [hit.id for hit in hits.hits], f"search: {words}")


def _served_articles(stores: Stores, ids: Sequence[str], words: str) -> Selection:
    """Articles by id; sealed ones are left out, and told."""
    articles = [article for batch in ArticleReader(stores.db).in_batches(ids) for article in batch]
    whole = [article for article in articles if article.seal is None]
    notes = []
    if len(whole) < len(ids):
        notes.append(f"{len(ids) - len(whole)} articles were left out, being withheld in whole or in part")
    if not whole:
        raise UsageError(f"{words}: all {len(ids)} articles are withheld; there is nothing to hand over")
    if len(whole) > MOST_ARTICLES:
        raise UsageError(f"{words}: {len(whole)} articles; a case has at most {MOST_ARTICLES}")
    return Selection(whole, words, notes)


def write_evidence(
    stores: Stores,
    settings: Settings,
    selection: Selection,
    path: Path,
    *,
    sites: dict[str, Site],
    title: str | None = None,
) -> Written:
    """Write a case; the file appears when it is whole. It is signed where the archive has a key.

    Args:
        stores: The open stores.
        settings: Where captures and key are, and who runs the archive.
        selection: Its articles.
        path: The file, ending in ``.wacz``.
        sites: The known sites, for names and zones.
        title: What the case is called; by default the first article's headline.

    Raises:
        UsageError: The name of the file does not end in ``.wacz``.
        KhabarError: The file cannot be written, or the key cannot be read.
    """
    if path.suffix != ".wacz":
        raise UsageError(f"{path}: the name of a package ends in .wacz")
    key_file = key_path(settings.data_dir)
    key = SigningKey(key_file) if key_file.exists() else None
    custody = custody_files(stores.db, [article.id for article in selection.articles])
    case = Case(
        title=title or selection.articles[0].title or selection.articles[0].url,
        articles=[_case_article(stores, settings, article, sites) for article in selection.articles],
        created_at=datetime.now(UTC).replace(microsecond=0),
        software=f"Khabar {__version__}",
        selection=selection.words,
        operator=settings.operator,
        notes=[*selection.notes, *custody.notes],
        attachments=custody.files,
    )
    try:
        with draft_of(path) as draft:
            draft.unlink(missing_ok=True)
            return write_package(draft, case, key)
    except OSError as error:
        raise KhabarError(f"{path}: the package cannot be written: {error.strerror or error}") from None


def _case_article(
    stores: Stores, settings: Settings, article: StoredArticle, sites: dict[str, Site]
) -> CaseArticle:
    zone = zone_of(article.site, sites)
    reader = ArticleReader(stores.db)
    revisions, readings = reader.revisions(article.id), reader.earlier_readings(article.id)
    captures = [*_captures(article, revisions, readings)]
    # Wordings that were read in the same page name the same record.
    references = dict.fromkeys(reference for _, reference in captures if reference is not None)
    missing = [f"of {what} no capture is kept" for what, reference in captures if reference is None]
    references |= dict.fromkeys(robots_captures(stores.db, article.site))
    site = sites.get(article.site)
    return CaseArticle(
        id=article.id,
        url=article.url,
        title=article.title,
        site=site.name if site else article.site,
        captured_at=_captured_at(article),
        fields=export_row(article, zone)
        | {
            "html_sha256": article.html_sha256,
            "checked_at": iso_time(article.checked_at, zone),
            "aliases": article.aliases,
            "absences": [iso_times(absence, zone) for absence in article.absences],
            "capture": article.capture and article.capture.as_document(),
            "removal_capture": article.removal_capture and article.removal_capture.as_document(),
            "revisions": [_wording(old) for old in revisions],
            "readings": [_reading(old) for old in readings],
        },
        records=list(_ranges(references, settings, article.site)),
        missing=missing,
    )


def _captured_at(article: StoredArticle) -> datetime:
    return article.capture.captured_at if article.capture else article.checked_at or article.first_seen_at


def _captures(
    article: StoredArticle, revisions: Sequence[Revision], readings: Sequence[EarlierReading]
) -> Iterator[tuple[str, CaptureReference | None]]:
    """Each wording of an article, and each of its removals, with its capture."""
    for old in revisions:
        yield f"revision {old.revision}", old.capture
    yield f"revision {article.revision}", article.capture
    captured = {article.html_sha256, *(old.html_sha256 for old in revisions)}
    for reading in readings:
        if reading.capture is not None or reading.html_sha256 not in captured:
            yield f"an earlier reading of revision {reading.revision}", reading.capture
    for absence in article.absences:
        document: Any = absence.get("capture")
        yield (
            f"the removal of {absence['removed_at']:%Y-%m-%d}",
            CaptureReference.from_document(document) if document else None,
        )
    if article.removed_at is not None:
        yield "the removal", article.removal_capture


def _ranges(references: Iterable[CaptureReference], settings: Settings, site: str) -> Iterator[RecordRange]:
    """The records of captures, with those of further pages and of the answers that they were made of."""
    for reference in references:
        path = _file(reference, settings, site)
        for begin, end in reference.sources:
            yield RecordRange(path, begin, end, "")
        if reference.answer is not None:
            yield from _ranges([reference.answer], settings, site)
        yield from _ranges(reference.parts, settings, site)
        yield RecordRange(
            path,
            reference.begin,
            reference.end,
            reference.record_id,
            reference.sha256,
            reference.url,
            reference.captured_at,
            Path(reference.segment).name,
        )


def _file(reference: CaptureReference, settings: Settings, site: str) -> Path:
    """The file that has a record at its place; an imported one may have to be unpacked for that."""
    path = reference.path(settings.data_dir, site)
    if reference.is_imported:
        reader = Reader(imports_folder(settings.data_dir), settings.max_page_bytes)
        with contextlib.suppress(UnreadableError):
            return original_file(reader, original_of(reference))
    return path


def _reading(old: EarlierReading) -> dict[str, Any]:
    return {
        "revision": old.revision,
        "title": old.title,
        "text": old.text,
        "read_until": old.read_until.isoformat(),
        "text_sha256": old.text_sha256,
        "html_sha256": old.html_sha256,
        "capture": old.capture and old.capture.as_document(),
    }


def _wording(old: Revision) -> dict[str, Any]:
    return {
        "revision": old.revision,
        "title": old.title,
        "text": old.text,
        "seen_from": old.seen_from.isoformat(),
        "seen_until": old.seen_until.isoformat(),
        "text_sha256": old.text_sha256,
        "html_sha256": old.html_sha256,
        "capture": old.capture and old.capture.as_document(),
    }
