"""An article with all of its own: wordings, readings, story, neighbours, what is kept of its page."""

from collections.abc import Sequence
from typing import Final

from crawler.html.difference import difference
from crawler.operations.archive.read import Archive
from crawler.storage.stored_article import EarlierReading, Revision, StoredArticle
from crawler.web import models
from crawler.web.newsrooms import Newsrooms

WORDINGS: Final = 20
"""Earlier wordings of an article that are compared word by word, the latest: each takes some milliseconds."""
MEMBERS: Final = 200
"""Members of a story that are listed: the largest stories of real archives have some dozens."""


def article_page(archive: Archive, rooms: Newsrooms, id_: str) -> models.Article | None:
    """An article with all that belongs to it; `_id`, `article_revision`, the index's `docs`."""
    article = archive.article(id_)
    hits = archive.lists.by_id([id_])
    if article is None or not hits:
        return None
    hit = hits[0]
    earlier, later = archive.lists.neighbours(hit)
    revisions = archive.revisions(id_)
    wordings = revisions[-WORDINGS:]
    texts = [(old.title, old.text) for old in wordings] + [(article.title, article.text)]
    return models.Article(
        **dict(rooms.brief(hit)),
        text=article.text,
        authors=article.authors,
        editors=article.editors,
        agency=article.agency,
        section=article.section,
        tags=article.tags,
        summary=article.summary,
        published_at=rooms.local(hit.site, article.published_at),
        published_day=rooms.day(article),
        published_precision=article.published_precision,
        date_source=article.date_source,
        modified_at=rooms.local(hit.site, article.modified_at),
        aliases=[alias for alias in article.aliases if alias != article.url],
        first_seen_at=rooms.local(hit.site, article.first_seen_at),
        checked_at=rooms.local(hit.site, article.checked_at),
        html_sha256=article.html_sha256,
        text_sha256=article.text_sha256,
        revisions=[
            models.Wording(
                revision=old.revision,
                title=old.title,
                text=old.text,
                seen_from=rooms.local(hit.site, old.seen_from),
                seen_until=rooms.local(hit.site, old.seen_until),
                text_sha256=old.text_sha256,
                html_sha256=old.html_sha256,
                title_changes=changes(old.title, texts[number + 1][0]),
                changes=changes(old.text, texts[number + 1][1]),
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
            for absence in article.absences
        ],
        date_flags=article.date_flags,
        marks=article.marks,
        readings=[
            models.Reading(
                revision=old.revision,
                read_until=rooms.local(hit.site, old.read_until),
                text_sha256=old.text_sha256,
                html_sha256=old.html_sha256,
                title_changes=changes(old.title, _after(article, wordings, old)[0]),
                changes=changes(old.text, _after(article, wordings, old)[1]),
            )
            for old in archive.readings(id_)[-WORDINGS:]
        ],
        captures=_captures(archive, rooms, article, wordings),
        captures_known=archive.kept.followed(hit.site),
        earlier=earlier and rooms.brief(earlier),
        later=later and rooms.brief(later),
    )


def _captures(
    archive: Archive, rooms: Newsrooms, article: StoredArticle, wordings: Sequence[Revision]
) -> list[models.Capture]:
    """The raw pages kept of an article, and which of its wordings was read in which."""
    read_in = {old.html_sha256: old.revision for old in wordings} | {article.html_sha256: article.revision}
    return [
        models.Capture(
            captured_at=rooms.local(article.site, capture.at),
            html_sha256=capture.sha256,
            file=f"raw/{article.site}/{capture.segment}",
            offset=capture.offset,
            revision=read_in.get(capture.sha256),
        )
        for capture in archive.kept.of(article.id)
    ]


def changes(old: str, new: str) -> list[models.Change]:
    """What leads from one text to another, paragraphs kept apart by their own word."""
    return [
        models.Change(kind=stretch.kind, old=list(stretch.old), new=list(stretch.new))
        for stretch in difference(old, new)
    ]


def _after(article: StoredArticle, wordings: Sequence[Revision], reading: EarlierReading) -> tuple[str, str]:
    """Title and text as the revision of an earlier reading is read now."""
    current = next((old for old in wordings if old.revision == reading.revision), article)
    return current.title, current.text
