"""From the archive to what the pages show; the JSON and the HTML are made from the same values."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from crawler.errors import UsageError
from crawler.operations.archive import ZONE, Archive, days_ago, filters_of, parse_query
from crawler.sites import Site
from crawler.storage.schema import Document
from crawler.storage.search import CrawlRow, Hit, SiteCount, stated_day
from crawler.storage.search.excerpt import Piece, highlighted
from crawler.storage.turns import SiteState
from crawler.web import models
from crawler.web.health import DAYS, all_days, site_health
from crawler.web.reports import Scope
from dedup.report.article import local
from dedup.report.difference import difference

CRAWLS: Final = 24
"""Crawls of each site on the overview: a day of a site that is crawled every hour."""
SITE_CRAWLS: Final = 60
LATEST: Final = 15
QUARANTINED: Final = 50
WORDINGS: Final = 20
"""Earlier wordings of an article that are compared word by word, the latest: each takes some milliseconds."""
MEMBERS: Final = 200
"""Members of a story that are listed: the largest stories of real archives have some dozens."""
PAGE: Final = 20


class Reader:
    """Reads what the pages show.

    Args:
        archive: The archive.
        sites: The seeds, for names and zones; a site without a seed goes by its id.
    """

    def __init__(self, archive: Archive, sites: Mapping[str, Site]) -> None:
        self.archive = archive
        self.sites = sites
        self._lists = archive.lists
        self._overview: tuple[object, models.Overview] | None = None

    def name(self, site: str, lang: str) -> str:
        """What a site is called."""
        seed = self.sites.get(site)
        if seed is None:
            return site
        return (seed.name_en or seed.name) if lang == "en" else seed.name

    def overview(self) -> models.Overview:
        """The archive's figures and the health of its sites; the index's `counts`, `crawls`, `docs_site`."""
        # The rest comes from the index: it stays the same until a refresh, or until tomorrow.
        states, now = self.archive.states(), datetime.now(UTC)
        health = {
            id_: (one.verdict, one.reason, one.since, one.crawled_now(now)) for id_, one in states.items()
        }
        state = (self._lists.generation(), days_ago(0), health)
        if self._overview is None or self._overview[0] != state:
            self._overview = state, self._read_overview(states)
        return self._overview[1]

    def _read_overview(self, states: Mapping[str, SiteState]) -> models.Overview:
        counts = {count.site: count for count in self._lists.sites()}
        ids = sorted({*counts, *self._lists.crawled_sites(), *states})
        quarantined = self._lists.quarantine_counts()
        days = self._lists.days(days_ago(DAYS - 1))
        crawls = self._lists.crawls(ids, CRAWLS)
        sites = [
            self._health(
                id_, states.get(id_), counts.get(id_), crawls[id_], quarantined.get(id_, 0), days.get(id_, {})
            )
            for id_ in ids
        ]
        order = {"trouble": 0, "running": 1, "ok": 2, "never": 3}
        sites.sort(key=lambda site: (order[site.state], -site.articles, site.id))
        total: dict[int, tuple[int, int]] = {}
        for by_day in days.values():
            for day, (articles, duplicates) in by_day.items():
                before = total.get(day, (0, 0))
                total[day] = before[0] + articles, before[1] + duplicates
        return models.Overview(
            articles=sum(count.articles for count in counts.values()),
            duplicates=sum(count.duplicates for count in counts.values()),
            removed=sum(count.removed for count in counts.values()),
            quarantined=sum(quarantined.values()),
            refreshed_at=self._lists.generation()[1],
            days=all_days(total),
            sites=sites,
        )

    def site(self, id_: str) -> models.SitePage | None:
        """A site; None if neither the archive nor the seeds know it."""
        counts = {count.site: count for count in self._lists.sites()}
        crawls = self._lists.crawls([id_], SITE_CRAWLS)[id_]
        states = self.archive.states()
        if id_ not in counts and id_ not in self.sites and id_ not in states and not crawls:
            return None
        days = self._lists.days(days_ago(DAYS - 1), id_).get(id_, {})
        pages, number = self._lists.quarantined(id_, QUARANTINED)
        health = self._health(id_, states.get(id_), counts.get(id_), crawls, number, days)
        latest = self._lists.search(
            parse_query(""), filters_of(site=id_, duplicates="yes"), limit=LATEST
        ).hits
        return models.SitePage(
            **dict(health),
            latest=[self._brief(hit) for hit in latest],
            quarantine=[
                models.QuarantinedPage(url=page.url, reason=page.reason, fetched_at=page.at, bytes=page.bytes)
                for page in pages
            ],
        )

    def search(
        self,
        typed: str,
        *,
        site: str | None = None,
        language: str | None = None,
        since: str | None = None,
        until: str | None = None,
        duplicates: str | None = None,
        before: str | None = None,
    ) -> models.SearchResult:
        """A page of matches; the index's `words`, the texts by `_id`.

        Raises:
            UsageError: A filter cannot be read.
        """
        filters = filters_of(site=site, language=language, since=since, until=until, duplicates=duplicates)
        key = _key(before)
        query = parse_query(typed)
        hits, pieces = self.archive.search(query, filters, before=key, limit=PAGE)
        return models.SearchResult(
            query=typed,
            total=hits.total,
            more_than_total=hits.more,
            hits=[
                models.Found(
                    **dict(self._brief(hit)),
                    title_parts=_parts(highlighted(hit.title, query)),
                    excerpt=_parts(pieces[hit.id]),
                )
                for hit in hits.hits
            ],
            older=None if hits.older is None else str(hits.older),
        )

    def article(self, id_: str) -> models.Article | None:
        """An article with all that belongs to it; `_id`, `article_revision`, the index's `docs`."""
        document = self.archive.article(id_)
        found = self._lists.by_id([id_])
        if document is None or not found:
            return None
        hit = found[0]
        earlier, later = self._lists.neighbours(hit)
        wordings = self.archive.revisions(id_)[-WORDINGS:]
        texts = [(old["title"], old["text"]) for old in wordings] + [(document["title"], document["text"])]
        return models.Article(
            **dict(self._brief(hit)),
            text=document["text"],
            authors=document.get("authors") or [],
            agency=document.get("agency"),
            section=document.get("section"),
            tags=document.get("tags") or [],
            summary=document.get("summary"),
            published_at=self._local(hit.site, document.get("published_at")),
            published_day=self._day(hit.site, document),
            published_precision=document.get("published_precision"),
            date_source=document.get("date_source"),
            modified_at=self._local(hit.site, document.get("modified_at")),
            aliases=[alias for alias in document.get("aliases") or [] if alias != document["url"]],
            first_seen_at=self._local(hit.site, document["first_seen_at"]),
            captured_at=self._local(hit.site, document.get("checked_at")),
            html_sha256=document.get("html_sha256"),
            text_sha256=document["text_sha256"],
            revisions=[
                models.Wording(
                    revision=old["revision"],
                    title=old["title"],
                    text=old["text"],
                    seen_from=self._local(hit.site, old["seen_from"]),
                    seen_until=self._local(hit.site, old["seen_until"]),
                    text_sha256=old.get("text_sha256"),
                    html_sha256=old.get("html_sha256"),
                    title_changes=changes(old["title"], texts[number + 1][0]),
                    changes=changes(old["text"], texts[number + 1][1]),
                )
                for number, old in enumerate(wordings)
            ],
            story=[self._brief(member) for member in self._lists.story(hit.story)[:MEMBERS]],
            absences=[
                models.Absence(
                    removed_at=self._local(hit.site, absence["removed_at"]),
                    returned_at=self._local(hit.site, absence["returned_at"]),
                )
                for absence in document.get("absences") or ()
            ],
            date_flags=document.get("date_flags") or [],
            readings=[
                models.Reading(
                    revision=old["revision"],
                    read_until=self._local(hit.site, old["read_until"]),
                    text_sha256=old["text_sha256"],
                    html_sha256=old.get("html_sha256"),
                    title_changes=changes(old["title"], self._after(document, wordings, old)[0]),
                    changes=changes(old["text"], self._after(document, wordings, old)[1]),
                )
                for old in self.archive.readings(id_)[-WORDINGS:]
            ],
            earlier=earlier and self._brief(earlier),
            later=later and self._brief(later),
        )

    def story(self, id_: str, first: str | None = None, second: str | None = None) -> models.Story | None:
        """A story and two of its members side by side: its first two, unless others are named.

        Raises:
            UsageError: A member that is named is not of this story.
        """
        members = self._lists.story(id_)[:MEMBERS]
        if not members:
            return None
        by_id = {member.id: member for member in members}
        for named in (first, second):
            if named and named not in by_id:
                raise UsageError(f"{named}: not an article of this story")
        pair = [by_id[first] if first else members[0]]
        others = [member for member in members if member is not pair[0]]
        pair += [by_id[second]] if second else others[:1]
        return models.Story(
            id=id_,
            members=[self._brief(member) for member in members],
            difference=self._difference(pair) if len(pair) == 2 else None,
        )

    def knows(self, site: str) -> bool:
        """Whether the archive holds articles of a site, or a seed names it."""
        return site in self.sites or any(count.site == site for count in self._lists.sites())

    def carried(
        self, first: str, carrier: str, scope: Scope | None = None, before: str | None = None
    ) -> models.Carried:
        """What one site carried of another's; the index's `docs_site`.

        Args:
            first: The site that had it first.
            carrier: The site that carried it.
            scope: When the copies appeared; their site is the carrier.
            before: `older` of the page before.

        Raises:
            UsageError: `before` cannot be read.
        """
        since, until = (scope or Scope()).bounds()
        pairs, older = self._lists.carried(
            first, carrier, since=since, until=until, before=_key(before), limit=PAGE
        )
        return models.Carried(
            first=first,
            carrier=carrier,
            since=self._local(carrier, since),
            until=self._local(carrier, until),
            pairs=[
                models.CarriedPair(first=self._brief(lead), copy_=self._brief(copy)) for lead, copy in pairs
            ],
            older=None if older is None else str(older),
        )

    def _difference(self, pair: Sequence[Hit]) -> models.Difference:
        texts = self.archive.texts([hit.id for hit in pair])
        first, second = pair
        return models.Difference(
            first=self._brief(first),
            second=self._brief(second),
            title_changes=changes(first.title, second.title),
            changes=changes(texts.get(first.id, ""), texts.get(second.id, "")),
        )

    def _health(
        self,
        id_: str,
        remembered: SiteState | None,
        count: SiteCount | None,
        crawls: list[CrawlRow],
        quarantined: int,
        days: Mapping[int, tuple[int, int]],
    ) -> models.SiteHealth:
        seed = self.sites.get(id_)
        names = self.name(id_, "ar"), self.name(id_, "en"), str(seed.url) if seed else None
        return site_health(id_, names, self.zone(id_), remembered, count, crawls, quarantined, days)

    def _brief(self, hit: Hit) -> models.Brief:
        return models.Brief(
            id=hit.id,
            site=hit.site,
            title=hit.title,
            url=hit.url,
            at=self._local(hit.site, hit.at),
            day=stated_day(hit, self.zone(hit.site)),
            precision=hit.precision,
            language=hit.language,
            story_id=hit.story,
            duplicate_of=hit.duplicate_of,
            similarity=hit.similarity,
            reason=hit.reason,
            removed_at=self._local(hit.site, hit.removed),
            revision=hit.revision,
        )

    def _local(self, site: str, at: datetime | None) -> Any:
        if at is None:
            return None
        return local(at, self.zone(site))

    @staticmethod
    def _after(document: Document, wordings: Sequence[Document], old: Document) -> tuple[str, str]:
        """Title and text as that revision reads now."""
        same = (one for one in wordings if one["revision"] == old["revision"])
        now = next(same, document)
        return now["title"], now["text"]

    def _day(self, site: str, document: Document) -> date | None:
        at = document.get("published_at")
        if at is None or document.get("published_precision") != "day":
            return None
        return local(at, self.zone(site)).date()

    def zone(self, site: str) -> ZoneInfo:
        """The zone of a site's times."""
        seed = self.sites.get(site)
        return seed.zone if seed else ZONE


def changes(old: str, new: str) -> list[models.Change]:
    """What leads from one text to another, paragraphs kept apart by their own word."""
    return [
        models.Change(kind=stretch.kind, old=list(stretch.old), new=list(stretch.new))
        for stretch in difference(old, new)
    ]


def _parts(pieces: Sequence[Piece]) -> list[models.Part]:
    return [models.Part(text=piece.text, hit=piece.hit) for piece in pieces]


def _key(before: str | None) -> int | None:
    try:
        key = int(before) if before else None
    except ValueError:
        key = 1 << 63
    if key is not None and abs(key) >= 1 << 63:
        raise UsageError(f"before: {before!r} is not the `older` of an earlier page")
    return key
