"""From the archive to what the pages show; the JSON and the HTML are made from the same values."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from crawler.errors import UsageError
from crawler.model.period import days_ago
from crawler.model.site import Site
from crawler.operations.archive.read import Archive
from crawler.operations.archive.search_form import SearchForm
from crawler.storage.search import CrawlRow, Filters, Hit, SiteCount, parse_query
from crawler.storage.search.excerpt import Piece, highlighted
from crawler.storage.site_state import SiteState
from crawler.web import models
from crawler.web.article import MEMBERS, article_page, changes
from crawler.web.health import DAYS, all_days, site_health
from crawler.web.newsrooms import Newsrooms
from crawler.web.scope import Scope

CRAWLS: Final = 24
"""Crawls of each site on the overview: a day of a site that is crawled every hour."""
SITE_CRAWLS: Final = 60
LATEST: Final = 15
QUARANTINED: Final = 50
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
        self.rooms = Newsrooms(sites)
        self._lists = archive.lists
        self._overview: tuple[object, models.Overview] | None = None

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
        latest = self._lists.search(parse_query(""), Filters(site=id_), limit=LATEST).hits
        return models.SitePage(
            **dict(health),
            latest=[self.rooms.brief(hit) for hit in latest],
            quarantine=[
                models.QuarantinedPage(url=page.url, reason=page.reason, fetched_at=page.at, bytes=page.bytes)
                for page in pages
            ],
        )

    def search(self, form: SearchForm) -> models.SearchResult:
        """A page of matches; the index's `words`, the texts by `_id`.

        Raises:
            UsageError: A field of the form cannot be read.
        """
        hits, pieces = self.archive.search(form, limit=PAGE)
        query = parse_query(form.q)
        return models.SearchResult(
            query=form.q,
            total=hits.total,
            more_than_total=hits.more,
            hits=[
                models.Found(
                    **dict(self.rooms.brief(hit)),
                    title_parts=_parts(highlighted(hit.title, query)),
                    excerpt=_parts(pieces[hit.id]),
                )
                for hit in hits.hits
            ],
            older=None if hits.older is None else str(hits.older),
        )

    def article(self, id_: str) -> models.Article | None:
        """An article with all of its own; `_id`, `article_revision`, the index's `docs` and `captures`."""
        return article_page(self.archive, self.rooms, id_)

    def story(self, id_: str, first: str | None = None, second: str | None = None) -> models.Story | None:
        """A story and two of its members side by side: its first two, unless others are named.

        A member's id and a former id of the story lead to it as well; the answer has its id of today.

        Raises:
            UsageError: A member that is named is not of this story.
        """
        told = self._lists.story(id_) or self._story_of_member(id_)
        members = told[:MEMBERS]
        if not members:
            return None
        id_ = members[0].story
        by_id = {member.id: member for member in members}
        for named in (first, second):
            if named and named not in by_id:
                raise UsageError(f"{named}: not an article of this story")
        pair = [by_id[first] if first else members[0]]
        others = [member for member in members if member is not pair[0]]
        pair += [by_id[second]] if second else others[:1]
        return models.Story(
            id=id_,
            members=[self.rooms.brief(member) for member in members],
            more=len(told) - len(members),
            difference=self._difference(pair) if len(pair) == 2 else None,
        )

    def _story_of_member(self, id_: str) -> list[Hit]:
        """The story that an article belongs to.

        A story's id is that of the article it began with, so this leads from a former id to the story, too.
        """
        member = self._lists.by_id([id_])
        return self._lists.story(member[0].story) if member else []

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
        period = (scope or Scope()).bounds()
        pairs, older = self._lists.carried(
            first,
            carrier,
            since=period.since,
            until=period.until,
            before=SearchForm(before=before or "").before_row,
            limit=PAGE,
        )
        return models.Carried(
            first=first,
            carrier=carrier,
            since=self.rooms.local(carrier, period.since),
            until=self.rooms.local(carrier, period.until),
            last_day=period.last_day,
            pairs=[
                models.CarriedPair(first=self.rooms.brief(lead), copy_=self.rooms.brief(copy))
                for lead, copy in pairs
            ],
            older=None if older is None else str(older),
        )

    def _difference(self, pair: Sequence[Hit]) -> models.Difference:
        texts = self.archive.texts([hit.id for hit in pair])
        first, second = pair
        return models.Difference(
            first=self.rooms.brief(first),
            second=self.rooms.brief(second),
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
        names = (
            self.rooms.name(id_, "ar"),
            self.rooms.name(id_, "en"),
            str(seed.url) if seed else None,
        )
        return site_health(id_, names, self.rooms.zone(id_), remembered, count, crawls, quarantined, days)


def _parts(pieces: Sequence[Piece]) -> list[models.Part]:
    return [models.Part(text=piece.text, hit=piece.hit) for piece in pieces]
