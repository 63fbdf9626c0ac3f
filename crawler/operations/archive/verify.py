"""Verify: compare the archive with its custody log, and the log with itself and its time stamps."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from crawler.custody.time_stamps import TimeStampError, stamped_at
from crawler.custody.verify import Finding, Ledger
from crawler.errors import UsageError
from crawler.html.sentences import sentence
from crawler.operations.archive.time_stamp import trusted_roots
from crawler.settings import Settings
from crawler.storage.archived_articles import archived_articles, article_batches
from crawler.storage.connect import Stores
from crawler.storage.custody import noted_head, read_entries, time_stamps
from crawler.storage.opinions import opinion_findings
from crawler.storage.schema import ensure_schema
from crawler.storage.warc.raw_pages import segment_name, segments

_CHUNK = 1 << 20


@dataclass(slots=True)
class VerifyReport:
    """What was compared, and what is wrong.

    Attributes:
        counts: How many entries, articles, wordings, segments, their bytes, imported files, time stamps.
        findings: What is not as the log says.
        is_trusted: Whether the time stamps were checked against certificates that are trusted.
        last_stamp: The time of the last one.
    """

    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    is_trusted: bool = False
    last_stamp: datetime | None = None


def verify_archive(
    stores: Stores, settings: Settings, site: str | None = None, since: datetime | None = None
) -> VerifyReport:
    """Compare what is stored with what the custody log says of it; nothing is changed.

    Args:
        stores: The open stores.
        settings: Where the captures are, and whose time stamps are trusted.
        site: One site; None: all. The log itself is checked as a whole.
        since: Only what was entered from then on.

    Raises:
        StoreUnavailableError: A store does not answer.
        UsageError: The trusted certificates cannot be read, or nothing is stored of the site.
    """
    ensure_schema(stores.db)
    report, ledger = VerifyReport(), Ledger()
    roots = trusted_roots(settings)
    report.findings += ledger.read(read_entries(stores.db), noted_head(stores.db))
    report.counts["entries"] = len(ledger.hashes)
    report.findings += _articles(stores, ledger, report, site, since)
    report.findings += _segments(settings.data_dir / "raw", ledger, report, site, since)
    report.findings += _imports(ledger, report, site, since)
    if site is not None and not (report.counts["articles"] or report.counts["segments"] or since):
        raise UsageError(f"{site}: the archive has nothing of a site of this name; nothing was compared")
    report.is_trusted = bool(roots)
    for stamp in time_stamps(stores.db):
        report.counts["time stamps"] += 1
        report.last_stamp = stamp.at
        report.findings += ledger.check_time_stamp(stamp.number, stamp.sha256, stamp.token)
        try:
            at = stamped_at(stamp.token, stamp.sha256, roots)
        except TimeStampError as error:
            report.findings.append(
                Finding("time stamp", str(stamp.number), sentence("stamp_does_not_hold", why=str(error)))
            )
            continue
        if at != stamp.at:
            report.findings.append(
                Finding("time stamp", str(stamp.number), sentence("states_another_time", at=str(at)))
            )
    report.findings += ledger.missing_time_stamps()
    return report


def _articles(
    stores: Stores, ledger: Ledger, report: VerifyReport, site: str | None, since: datetime | None
) -> Iterator[Finding]:
    present: set[str] = set()
    logged = ledger.articles.keys() | ledger.withdrawn
    for batch in article_batches(stores.db, site):
        present |= {document["_id"] for document in batch}
        chosen = [document for document in batch if _is_recent(ledger, document["_id"], since)]
        for article in archived_articles(stores.db, chosen):
            report.counts["articles"] += 1
            report.counts["wordings"] += len(article.wordings)
            yield from ledger.check_article(article.id, article.site, article.sha256, article.wordings)
            yield from ledger.check_look(article.id, article.site, article.look)
        yield from opinion_findings(stores.db, chosen, logged)
    yield from ledger.missing_articles(present, site)


def _is_recent(ledger: Ledger, article_id: str, since: datetime | None) -> bool:
    """Whether the log says something of an article from a time on, or nothing at all."""
    state = ledger.articles.get(article_id)
    return since is None or state is None or max(state.at, state.look_at or state.at) >= since


def _segments(
    folder: Path, ledger: Ledger, report: VerifyReport, site: str | None, since: datetime | None
) -> Iterator[Finding]:
    present: set[tuple[str, str]] = set()
    names = (
        [site]
        if site is not None
        else sorted(each.name for each in folder.iterdir())
        if folder.is_dir()
        else []
    )
    for name in names:
        for path in segments(folder / name):
            key = (name, segment_name(path))
            present.add(key)
            report.counts["segments"] += 1
            report.counts["bytes"] += path.stat().st_size
            yield from ledger.check_segment(*key, _pieces(path), since)
    yield from ledger.missing_segments(present, site)


def _imports(
    ledger: Ledger, report: VerifyReport, site: str | None, since: datetime | None
) -> Iterator[Finding]:
    """Compare the files that were imported, which hold the captures of their articles."""
    for (owner, name), (_, _, at) in ledger.imports.items():
        if site not in (None, owner) or (since is not None and at < since):
            continue
        report.counts["imported files"] += 1
        try:
            yield from ledger.check_import(owner, name, _pieces(Path(name)))
        except OSError as error:
            problem = sentence("import_unreadable", why=error.strerror or str(error))
            yield Finding("file", name, problem, owner)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            yield piece
