"""The data of the pages on articles: search, article, story, pairs of two sites."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from crawler.errors import UsageError
from crawler.html.difference import difference
from crawler.html.sentences import sentence
from crawler.html.words import LANGUAGES, filled
from crawler.model.seal import WithheldError
from crawler.model.sentence import quoted
from crawler.operations.archive.events import event_of_story
from crawler.operations.archive.read import Archive
from crawler.operations.archive.search_form import SearchForm
from crawler.operations.dedup.explain import compare_articles
from crawler.storage.search import FacetCounts, Hit, Notice, NoticeKind
from crawler.storage.search.excerpt import Piece
from crawler.storage.splits import split_marks
from crawler.storage.stored_article import EarlierReading, Revision, StoredArticle
from crawler.web import models
from crawler.web.scope import Scope
from crawler.web.site_names import SiteNames
from crawler.web.time_line import first_of

WORDINGS: Final = 20
"""Earlier wordings of an article that are compared word by word, the latest: each takes some milliseconds."""
MEMBERS: Final = 200
"""Members of a story that are listed: the largest stories of real archives have some dozens."""
_METADATA: Final = (
    "text", "authors", "editors", "agency", "section", "tags", "summary", "published_precision",
    "date_source", "date_flags", "marks", "html_sha256", "text_sha256",
)  # fmt: skip
_TIMES: Final = ("published_at", "modified_at", "first_seen_at", "checked_at")

PAGE: Final = 20
"""Articles or pairs on a page of a list."""


class ArticlePages:
    """Reads what the pages on articles show.

    Args:
        archive: The archive.
        names: Names and zones of the sites.
    """

    def __init__(self, archive: Archive, names: SiteNames) -> None:
        self._archive = archive
        self._lists = archive.lists
        self._names = names

    def search(self, form: SearchForm) -> models.SearchResult:
        """A page of matches, counted by site and day; the index's `words`, the texts by `_id`.

        Raises:
            UsageError: A field of the form cannot be read.
        """
        results = self._archive.search(form, limit=PAGE, facets=True)
        facets = results.facets or FacetCounts()
        in_vain = _unknown(form, self._sites(), self._lists.languages())
        events = {hit.id: results.event(hit.id) for hit in results.hits.hits}
        return models.SearchResult(
            query=form.q,
            notices=[_notice(notice) for notice in (*results.notices, *in_vain)],
            total=results.hits.total,
            repeats=results.repeats,
            hits=[
                models.SearchHit(
                    **dict(self._names.brief(hit)),
                    title_parts=_parts(results.titles[hit.id]),
                    excerpt=_parts(results.excerpts[hit.id]),
                    outlets=results.outlets.get(hit.story, 1),
                    event_id=events[hit.id][0],
                    event_outlets=events[hit.id][1],
                )
                for hit in results.hits.hits
            ],
            sites=[models.SiteMatches(site=site, matches=matches) for site, matches in facets.sites.items()],
            days=[models.DayMatches(day=day, matches=matches) for day, matches in facets.days.items()],
            older=None if results.hits.older is None else str(results.hits.older),
        )

    def _sites(self) -> set[str]:
        """The sites that a seed names or the archive has articles of."""
        return {*self._names.seeds, *(count.site for count in self._lists.sites())}

    def article(self, id_: str) -> models.Article | None:
        """An article with its story and revisions; `_id`, `article_revision`, the index's `docs`.

        Raises:
            WithheldError: It is sealed as a whole.
        """
        article = self._archive.article(id_)
        hits = self._lists.by_id([id_])
        if article is None or not hits:
            return None
        brief = self._names.brief(hits[0])
        earlier, later = self._lists.neighbours(hits[0])
        revisions = self._archive.revisions(id_)
        wordings = revisions[-WORDINGS:]
        readings = self._archive.readings(id_)[-WORDINGS:]
        return models.Article(
            **dict(brief),
            **self._metadata(article),
            withheld=self._names.withheld(article.site, article.seal),
            revisions=self._wordings(article, wordings),
            older_revisions=len(revisions) - len(wordings),
            readings=[self._reading(article, wordings, reading) for reading in readings],
            story=[self._names.brief(member) for member in self._lists.story(brief.story_id)[:MEMBERS]],
            apart=self._apart(article),
            event=self._event(brief.story_id),
            captures=self._captures(article, wordings),
            captures_complete=self._archive.kept.followed(article.site),
            earlier=earlier and self._names.brief(earlier),
            later=later and self._names.brief(later),
        )

    def _metadata(self, article: StoredArticle) -> dict[str, object]:
        """What is stored of an article, its times in its site's zone."""
        return {
            **{name: getattr(article, name) for name in _METADATA},
            **{name: self._names.local(article.site, getattr(article, name)) for name in _TIMES},
            "published_day": self._names.day(article),
            "aliases": [alias for alias in article.aliases if alias != article.url],
            "absences": [
                {name: self._names.local(article.site, at) for name, at in absence.items()}
                for absence in article.absences
            ],
        }

    def _wordings(self, article: StoredArticle, wordings: Sequence[Revision]) -> list[models.Wording]:
        later = [(old.title, old.text) for old in wordings[1:]] + [(article.title, article.text)]
        return [
            models.Wording(
                revision=old.revision,
                title=old.title,
                text=old.text,
                seen_from=self._names.local(article.site, old.seen_from),
                seen_until=self._names.local(article.site, old.seen_until),
                text_sha256=old.text_sha256,
                html_sha256=old.html_sha256,
                title_changes=_changes(old.title, title),
                changes=_changes(old.text, text),
            )
            for old, (title, text) in zip(wordings, later, strict=False)
        ]

    def _reading(
        self, article: StoredArticle, wordings: Sequence[Revision], reading: EarlierReading
    ) -> models.Reading:
        """An earlier reading of a page beside how the same revision is read now."""
        current = next((old for old in wordings if old.revision == reading.revision), article)
        return models.Reading(
            revision=reading.revision,
            read_until=self._names.local(article.site, reading.read_until),
            text_sha256=reading.text_sha256,
            html_sha256=reading.html_sha256,
            title_changes=_changes(reading.title, current.title),
            changes=_changes(reading.text, current.text),
        )

    def _apart(self, article: StoredArticle) -> list[models.Apart]:
        marks = self._archive.ask(lambda stores: split_marks(stores.db, article.id))
        ids = [mark.other(article.id) for mark in marks]
        by_id = {hit.id: self._names.brief(hit) for hit in self._lists.by_id(ids)} if ids else {}
        return [
            models.Apart(
                id=id_,
                article=by_id.get(id_),
                marked_at=self._names.local(article.site, mark.marked_at),
                note=mark.note,
            )
            for id_, mark in zip(ids, marks, strict=True)
        ]

    def _captures(self, article: StoredArticle, wordings: Sequence[Revision]) -> list[models.Capture]:
        """The raw pages kept of an article, and which of its wordings was read in which."""
        revisions = {old.html_sha256: old.revision for old in wordings}
        revisions[article.html_sha256] = article.revision
        return [
            models.Capture(
                captured_at=self._names.local(article.site, capture.at),
                html_sha256=capture.sha256,
                file=f"raw/{article.site}/{capture.segment}",
                offset=capture.offset,
                revision=revisions.get(capture.sha256),
            )
            for capture in self._archive.kept.of(article.id)
        ]

    def story(self, id_: str, first: str | None = None, second: str | None = None) -> models.Story | None:
        """A story and two of its members side by side: its first two, unless ids are given.

        A member's id and a former id of the story lead to it as well; the answer has its id of today.

        Raises:
            UsageError: `first` or `second` is not a member of this story.
        """
        all_members = self._lists.story(id_) or self._story_of_member(id_)
        members = all_members[:MEMBERS]
        if not members:
            return None
        pair = _pair(members, first, second)
        briefs = [self._names.brief(member) for member in members]
        return models.Story(
            id=members[0].story,
            outlets=len({member.site for member in all_members}),
            first=first_of(briefs),
            members=briefs,
            more=len(all_members) - len(members),
            event=self._event(members[0].story),
            difference=self._difference(*pair) if pair else None,
        )

    def _event(self, story_id: str) -> models.Event | None:
        """The event of a story with its other stories, as far as the index has them already."""
        view = self._archive.ask(lambda stores: event_of_story(stores, story_id))
        if view is None:
            return None
        briefs = {
            hit.id: self._names.brief(hit)
            for hit in self._lists.by_id([s.first.id for s in view.other_stories])
        }
        return models.Event(
            id=view.id,
            outlets=len(view.sites),
            stories=[
                models.EventStory(
                    story_id=story.id,
                    first=briefs[story.first.id],
                    outlets=len(story.sites),
                    like=story.link.first if story.link else None,
                    probability=round(story.link.probability, 3) if story.link else None,
                    reasons=[
                        models.EventReason.model_validate({"kind": kind, "words": words})
                        for kind, words in story.reasons().items()
                    ],
                    hours_apart=story.hours_apart,
                )
                for story in view.other_stories
                if story.first.id in briefs
            ],
            more=view.more,
        )

    def _story_of_member(self, id_: str) -> list[Hit]:
        """The story that an article belongs to.

        A story's id is that of the article it began with, so this leads from a former id to the story, too.
        """
        member = self._lists.by_id([id_])
        return self._lists.story(member[0].story) if member else []

    def _difference(self, first: Hit, second: Hit) -> models.Difference:
        texts = self._archive.texts([first.id, second.id])
        return models.Difference(
            first=self._names.brief(first),
            second=self._names.brief(second),
            title_changes=_changes(first.title, second.title),
            changes=_changes(texts.get(first.id, ""), texts.get(second.id, "")),
            explanation=_explanation(self._archive, first.id, second.id),
        )

    def pairs(self, first: str, carrier: str, scope: Scope, before: str = "") -> models.Carried:
        """What one site carried of another's; the index's `docs_site`.

        Args:
            first: The site that had it first.
            carrier: The site that carried it.
            scope: When the copies appeared; their site is the carrier.
            before: `older` of the page before.

        Raises:
            UsageError: `before` cannot be read.
        """
        period = scope.bounds()
        pairs, older = self._lists.carried(
            first,
            carrier,
            since=period.since,
            until=period.until,
            before=SearchForm(before=before).before_row,
            limit=PAGE,
        )
        return models.Carried(
            first=first,
            carrier=carrier,
            since=self._names.local(carrier, period.since),
            until=self._names.local(carrier, period.until),
            last_day=period.last_day,
            pairs=[
                models.CarriedPair(first=self._names.brief(lead), copy_=self._names.brief(copy))
                for lead, copy in pairs
            ],
            older=None if older is None else str(older),
        )


def _pair(members: Sequence[Hit], first: str | None, second: str | None) -> tuple[Hit, Hit] | None:
    """The two members to compare; None where there is one alone."""
    by_id = {member.id: member for member in members}
    for id_ in filter(None, (first, second)):
        if id_ not in by_id:
            raise UsageError(sentence("usage_not_in_story", value=quoted(id_)))
    left = by_id[first] if first else members[0]
    if second:
        return left, by_id[second]
    right = next((member for member in members if member is not left), None)
    return (left, right) if right else None


def _explanation(archive: Archive, first: str, second: str) -> models.Explanation | None:
    """The explanation of a pair, by the articles' ids; None where one of them is not served any more."""
    try:
        articles = archive.article(first), archive.article(second)
    except WithheldError:
        return None
    mine, other = articles
    if mine is None or other is None:
        return None
    compared = compare_articles(mine, other)
    return models.Explanation(
        duplicate=compared.verdict.duplicate,
        reason=compared.verdict.reason,
        similarity=round(compared.verdict.similarity, 4),
        words={lang: compared.verdict.explain(lang) for lang in LANGUAGES},
        parts=[models.AlignedPart(**part._asdict()) for part in compared.parts],
    )


def _changes(old: str, new: str) -> list[models.Stretch]:
    """What leads from one text to another."""
    return [
        models.Stretch(kind=stretch.kind, old=list(stretch.old), new=list(stretch.new))
        for stretch in difference(old, new)
    ]


def _unknown(form: SearchForm, sites: Collection[str], languages: Collection[str]) -> Iterator[Notice]:
    """What a form asks for and the archive has nothing of, whatever the words are."""
    if form.site and form.site not in sites:
        yield Notice(NoticeKind.UNKNOWN_SITE, quoted(form.site))
    if form.language and form.language not in languages:
        yield Notice(NoticeKind.UNKNOWN_LANGUAGE, quoted(form.language))


def _notice(notice: Notice) -> models.QueryNotice:
    message = filled(notice.kind, "en", text=notice.text)
    return models.QueryNotice(kind=notice.kind, text=notice.text, message=message)


def _parts(pieces: Sequence[Piece]) -> list[models.Part]:
    return [models.Part(text=piece.text, hit=piece.hit) for piece in pieces]
