"""What is remembered of a site's sources of discovery between two crawls."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta

from pymongo import UpdateOne
from pymongo.database import Database

from crawler.discovery.accounting import SourceFinding, SourceVerdict
from crawler.discovery.pagination import Pagination
from crawler.storage.clock import not_ahead
from crawler.storage.schema import Document

REFUSED_FOR = timedelta(days=30)
"""How long a site that says no to an interface or to a kind of listings is not asked for it again: a plugin
that closes it stays for long."""


@dataclass(frozen=True, slots=True)
class SourceMemory:
    """A source as it was last read.

    `walked` says that its last walk, over all further pages and sitemaps it leads to, came to its end.
    `read_at` is when it was last read in full and `sha256` what it said then; `checked_at` when it was last
    asked at all. `lies` says that its validators stayed the same when its content did not.

    `verdict`, `reason` and `moved_to` are what came of it then, `failing_since` since when it has named no
    page. `resume_url` is the page at which its last walk stopped. `pagination` is how a feed is paged that
    does not say so, `pagination_tried_at` when that was looked for.
    """

    etag: str | None = None
    last_modified: str | None = None
    walked: bool = False
    read_at: datetime | None = None
    checked_at: datetime | None = None
    sha256: str | None = None
    lies: bool = False
    verdict: SourceVerdict | None = None
    reason: str | None = None
    moved_to: str | None = None
    failing_since: datetime | None = None
    resume_url: str | None = None
    pagination: Pagination | None = None
    pagination_tried_at: datetime | None = None

    @property
    def finding(self) -> SourceFinding:
        """What came of the source when it was last read."""
        return SourceFinding(self.verdict or SourceVerdict.OK, self.reason, self.moved_to)


@dataclass(frozen=True, slots=True)
class SourceAnswer:
    """A full answer of a source: validators, number of entries, hash of its body, what came of it."""

    url: str
    etag: str | None
    last_modified: str | None
    entries: int
    sha256: str
    lies: bool = False
    finding: SourceFinding = field(default_factory=lambda: SourceFinding(SourceVerdict.OK))


@dataclass(frozen=True, slots=True)
class WalkEnd:
    """How a walk ended: the verdict on its root, the page at which the next one goes on, how it is paged.

    `pagination_tried` says that this walk looked for how the feed is paged.
    """

    finding: SourceFinding
    resume_url: str | None = None
    pagination: Pagination | None = None
    pagination_tried: bool = False


def recall_source(db: Database[Document], site: str, url: str) -> SourceMemory:
    """Return what is remembered of a source."""
    document = db.sources.find_one({"_id": f"{site}/{url}"}) or {}
    now = datetime.now(UTC)
    return SourceMemory(
        etag=document.get("etag"),
        last_modified=document.get("last_modified"),
        walked=document.get("walked", False),
        read_at=not_ahead(document.get("read_at"), now),
        checked_at=not_ahead(document.get("checked_at"), now),
        sha256=document.get("sha256"),
        lies=document.get("lies", False),
        verdict=SourceVerdict(document["verdict"]) if document.get("verdict") else None,
        reason=document.get("reason"),
        moved_to=document.get("moved_to"),
        failing_since=not_ahead(document.get("failing_since"), now),
        resume_url=document.get("resume_url"),
        pagination=Pagination(**document["pagination"]) if document.get("pagination") else None,
        pagination_tried_at=not_ahead(document.get("pagination_tried_at"), now),
    )


def begin_walk(db: Database[Document], site: str, url: str) -> None:
    """Note that a walk goes beyond the source's first answer: until `finish_walk`, it is not complete."""
    db.sources.update_one(
        {"_id": f"{site}/{url}"}, {"$set": {"site": site, "url": url, "walked": False}}, upsert=True
    )


def finish_walk(
    db: Database[Document],
    site: str,
    url: str,
    answers: Iterable[SourceAnswer],
    unchanged: Iterable[str] = (),
    end: WalkEnd | None = None,
) -> None:
    """Remember a walk that came to its end: all that its answers named is in the frontier.

    Args:
        db: The store.
        site: The site's id.
        url: Where the walk began.
        answers: The full answers.
        unchanged: Addresses that said, or showed, that nothing has changed.
        end: How it ended; None leaves what is remembered of that.
    """
    now = datetime.now(UTC)
    updates = [
        UpdateOne(
            {"_id": f"{site}/{answer.url}"},
            {
                "$set": {
                    "site": site,
                    "url": answer.url,
                    "etag": answer.etag,
                    "last_modified": answer.last_modified,
                    "found": answer.entries,
                    "read_at": now,
                    "checked_at": now,
                    "sha256": answer.sha256,
                    "lies": answer.lies,
                    **_finding_fields(answer.finding),
                }
            },
            upsert=True,
        )
        for answer in answers
    ]
    updates += [UpdateOne({"_id": f"{site}/{same}"}, {"$set": {"checked_at": now}}) for same in unchanged]
    fields: Document = {"site": site, "url": url, "walked": True}
    if end is not None:
        fields |= {**_finding_fields(end.finding), "resume_url": end.resume_url}
        fields["pagination"] = asdict(end.pagination) if end.pagination else None
        if end.pagination_tried:
            fields["pagination_tried_at"] = now
    done = UpdateOne({"_id": f"{site}/{url}"}, {"$set": fields}, upsert=True)
    # In this order: a crash in between leaves a walk that is done again.
    db.sources.bulk_write([*updates, done], ordered=True)


def _finding_fields(finding: SourceFinding) -> Document:
    return {"verdict": str(finding.verdict), "reason": finding.reason, "moved_to": finding.host}


def remember_health(db: Database[Document], site: str, findings: Mapping[str, SourceFinding]) -> None:
    """Remember the verdicts on a site's sources: when each last named a page, or since when it has not.

    Args:
        db: The store.
        site: The site's id.
        findings: The verdicts on the sources that a crawl asked, by their addresses.
    """
    now = datetime.now(UTC)
    updates = []
    for url, finding in findings.items():
        fields: Document = {"site": site, "url": url, **_finding_fields(finding)}
        if finding.verdict is SourceVerdict.OK:
            fields |= {"named_at": now, "failing_since": None}
        else:
            document = db.sources.find_one({"_id": f"{site}/{url}"}, {"failing_since": 1}) or {}
            fields["failing_since"] = document.get("failing_since") or now
        updates.append(UpdateOne({"_id": f"{site}/{url}"}, {"$set": fields}, upsert=True))
    if updates:
        db.sources.bulk_write(updates, ordered=False)
