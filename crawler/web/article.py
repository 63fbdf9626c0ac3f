"""An article with all of its own: wordings, readings, story, neighbours, what is kept of its page."""

from collections.abc import Sequence
from typing import Final

from crawler.html.difference import difference
from crawler.operations.archive.read import Archive
from crawler.storage.schema import Document
from crawler.web import models
from crawler.web.newsrooms import Newsrooms

WORDINGS: Final = 20
"""Earlier wordings of an article that are compared word by word, the latest: each takes some milliseconds."""
MEMBERS: Final = 200
"""Members of a story that are listed: the largest stories of real archives have some dozens."""


def article_page(archive: Archive, rooms: Newsrooms, id_: str) -> models.Article | None:
    """An article with all that belongs to it; `_id`, `article_revision`, the index's `docs`."""
    document = archive.article(id_)
    found = archive.lists.by_id([id_])
    if document is None or not found:
        return None
    hit = found[0]
    earlier, later = archive.lists.neighbours(hit)
    revisions = archive.revisions(id_)
    wordings = revisions[-WORDINGS:]
    texts = [(old["title"], old["text"]) for old in wordings] + [(document["title"], document["text"])]
    return models.Article(
        **dict(rooms.brief(hit)),
        text=document["text"],
        authors=document.get("authors") or [],
        editors=document.get("editors") or [],
        agency=document.get("agency"),
        section=document.get("section"),
        tags=document.get("tags") or [],
        summary=document.get("summary"),
        published_at=rooms.local(hit.site, document.get("published_at")),
        published_day=rooms.day(hit.site, document),
        published_precision=document.get("published_precision"),
        date_source=document.get("date_source"),
        modified_at=rooms.local(hit.site, document.get("modified_at")),
        aliases=[alias for alias in document.get("aliases") or [] if alias != document["url"]],
        first_seen_at=rooms.local(hit.site, document["first_seen_at"]),
        checked_at=rooms.local(hit.site, document.get("checked_at")),
        html_sha256=document.get("html_sha256"),
        text_sha256=document["text_sha256"],
        revisions=[
            models.Wording(
                revision=old["revision"],
                title=old["title"],
                text=old["text"],
                seen_from=rooms.local(hit.site, old["seen_from"]),
                seen_until=rooms.local(hit.site, old["seen_until"]),
                text_sha256=old.get("text_sha256"),
                html_sha256=old.get("html_sha256"),
                title_changes=changes(old["title"], texts[number + 1][0]),
                changes=changes(old["text"], texts[number + 1][1]),
            )
            for number, old in enumerate(wordings)
        ],
        older_revisions=len(revisions) - len(wordings),
        story=[rooms.brief(member) for member in archive.lists.story(hit.story)[:MEMBERS]],
        absences=[
            models.Absence(
                removed_at=rooms.local(hit.site, absence["removed_at"]),
                returned_at=rooms.local(hit.site, absence["returned_at"]),
            )
            for absence in document.get("absences") or ()
        ],
        date_flags=document.get("date_flags") or [],
        marks=document.get("marks") or [],
        readings=[
            models.Reading(
                revision=old["revision"],
                read_until=rooms.local(hit.site, old["read_until"]),
                text_sha256=old["text_sha256"],
                html_sha256=old.get("html_sha256"),
                title_changes=changes(old["title"], _after(document, wordings, old)[0]),
                changes=changes(old["text"], _after(document, wordings, old)[1]),
            )
            for old in archive.readings(id_)[-WORDINGS:]
        ],
        captures=_captures(archive, rooms, hit.site, document, wordings),
        captures_known=archive.kept.followed(hit.site),
        earlier=earlier and rooms.brief(earlier),
        later=later and rooms.brief(later),
    )


def _captures(
    archive: Archive, rooms: Newsrooms, site: str, document: Document, wordings: Sequence[Document]
) -> list[models.Capture]:
    """The raw pages kept of an article, and which of its wordings was read in which."""
    read_in = {old.get("html_sha256"): int(old["revision"]) for old in wordings}
    read_in[document.get("html_sha256")] = int(document["revision"])
    return [
        models.Capture(
            captured_at=rooms.local(site, capture.at),
            html_sha256=capture.sha256,
            file=f"raw/{site}/{capture.segment}",
            offset=capture.offset,
            revision=read_in.get(capture.sha256),
        )
        for capture in archive.kept.of(document["_id"])
    ]


def changes(old: str, new: str) -> list[models.Change]:
    """What leads from one text to another, paragraphs kept apart by their own word."""
    return [
        models.Change(kind=stretch.kind, old=list(stretch.old), new=list(stretch.new))
        for stretch in difference(old, new)
    ]


def _after(document: Document, wordings: Sequence[Document], old: Document) -> tuple[str, str]:
    """Title and text as that revision reads now."""
    same = (one for one in wordings if one["revision"] == old["revision"])
    now = next(same, document)
    return now["title"], now["text"]
