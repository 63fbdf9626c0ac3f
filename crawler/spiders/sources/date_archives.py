"""A backfill's way through a site's dated listings, where neither sitemaps nor posts reach back.

One listing after the other, the newest first. Each that was read to its end is remembered, so that a backfill
that was stopped goes on from there. A site that refuses them is not asked for more: see `_ends_it`.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from scrapy import Request
from scrapy.http import Response

from crawler.discovery.date_archives import (
    DateArchive,
    DateArchivePage,
    DateArchiveTemplate,
    archive_key,
    find_archives,
    parse_archive,
    read_archive,
)
from crawler.discovery.window import MARGIN, page_span
from crawler.errors import KhabarError
from crawler.html.sentences import sentence
from crawler.model.article import Discovered, Disposition
from crawler.model.crawl import SourceKind
from crawler.spiders.sources.fetching import FetchError, NotReadableError
from crawler.spiders.sources.services import SourceServices
from crawler.storage.date_archives import (
    mark_archive_read,
    newest_published,
    next_unread,
    publication_times,
    recall_archives,
    remember_no_archives,
)
from crawler.storage.sources import REFUSED_FOR

EMPTY = {"month": 13, "day": 45, "year": 3}
"""Listings in a row that name nothing new, after which the archive has come to its end, unless an older
article is known: then the reading goes on there."""

EMPTY_AT_FIRST = {"month": 60, "day": 400, "year": 10}
"""The same before any listing has named an article: a site may have stopped some years ago."""

MOST_FAILURES = 3
"""Listings in a row that could not be read, after which the site is left alone."""

MOST_PAGES = 500
"""Pages of one listing: ten articles each, that is more than an agency's busiest month."""

MOSTLY = 0.5
"""Share of the home page's articles whose dates have to be known for the newest of them to be the site's."""

PRIORITY = 0
"""Of the next listing: below all pages found so far, which are newer than what it names."""

_UNITS = {"day": "unit_day", "month": "unit_month", "year": "unit_year"}
"""The messages that name the units of time of listings."""

REFUSED = frozenset({401, 403, 405, 451})
NOT_THERE = frozenset({404, 410})

logger = logging.getLogger(__name__)


class NoArchivesError(KhabarError):
    """The site has no dated listings, or does not want them to be read.

    Args:
        archive: The listing that shows it.
        reason: Why.
        is_lasting: Whether a site that has never answered with a listing is not asked again for some time.
    """

    def __init__(self, archive: DateArchive, reason: str, *, is_lasting: bool) -> None:
        super().__init__(reason)
        self.archive = archive
        self.reason = reason
        self.is_lasting = is_lasting


class SiteDates:
    """When the site published, as far as that is known.

    Args:
        services: The crawl.
    """

    def __init__(self, services: SourceServices) -> None:
        self._services = services
        self.newest: datetime | None = None
        """When the newest page was published of which that is known."""
        self.is_of_home_page = False
        """Whether the home page shows it: nothing is newer."""

    async def gather(self, articles: Sequence[Discovered]) -> None:
        """Find out when the site published last.

        Args:
            articles: What its home page names.
        """
        now = datetime.now(UTC)
        keys = {self._services.queue.page_key(article.url): article for article in articles}
        stored = await self._services.context.in_store(lambda db: publication_times(db, list(keys))) or {}
        times = [stored.get(key) or _stated_time(article) for key, article in keys.items()]
        past_times = [moment for moment in times if moment is not None and moment <= now]
        self.is_of_home_page = bool(past_times) and len(past_times) >= MOSTLY * len(times)
        self.newest = max(past_times) if self.is_of_home_page else await self.before(now, None)

    async def before(self, moment: datetime, since: datetime | None) -> datetime | None:
        """When the newest stored article before a moment was published; None: none is known.

        Args:
            moment: Articles of this moment and later ones do not count.
            since: Articles before this moment do not count.
        """
        site = self._services.site.id
        return await self._services.context.in_store(lambda db: newest_published(db, site, moment, since))


def _stated_time(article: Discovered) -> datetime | None:
    """When a page was published by its source or its address; of a month or year its first moment."""
    span = page_span(article.url)
    return article.hints.published_at or (span.start if span else None)


class DateArchives:
    """Whether the dated listings of one crawl's site are to be read, and how they are addressed.

    Args:
        services: The crawl.
    """

    def __init__(self, services: SourceServices) -> None:
        self._services = services
        self._is_begun = False
        self._is_refused = False
        self._home_keys: set[str] = set()

    async def recall(self) -> None:
        """Recall whether the site refused before."""
        services = self._services
        if not services.window.is_open:
            memory = await services.context.in_store(lambda db: recall_archives(db, services.site.id))
            self._is_refused = memory is None or memory.refused_until is not None

    def begin(self, *, is_covered: bool) -> None:
        """Read the listings of a backfill's window, once in a crawl, if all else leaves the window open.

        Args:
            is_covered: The posts of the REST interface have brought all of the window.
        """
        services = self._services
        is_needless = services.window.is_open or is_covered or services.coverage.reaches_back
        is_impossible = self._is_refused or services.queue.is_full or services.context.stopping
        if not (self._is_begun or is_needless or is_impossible):
            self._is_begun = True
            services.tasks.start(self._read(), services.site.url)

    async def _read(self) -> None:
        """Find out how the listings are addressed, then read them."""
        services = self._services
        template, articles = await self._find(services.site.url)
        if template is not None:
            dates = SiteDates(services)
            await dates.gather(articles)
            await ArchiveReading(services, template, dates, self._home_keys).read()

    async def _find(
        self, url: str, *, is_index: bool = False
    ) -> tuple[DateArchiveTemplate | None, list[Discovered]]:
        """How the listings are addressed, by the home page or an index of archives that it links.

        Returns:
            The template, and the articles that the page names.
        """
        services = self._services
        try:
            async with services.tasks.fetch(Request(url)) as response:
                templates, articles, index = await services.tasks.parse(find_archives, response)
        except FetchError as error:
            logger.info("No archives are looked for: %s", error.reason)
            return None, []
        except NotReadableError as error:
            logger.warning("%s could not be read: %s", url, error)
            return None, []
        self._home_keys |= {services.queue.page_key(article.url) for article in articles}
        if templates:
            return templates[0], articles
        if index and not is_index:
            return await self._find(index, is_index=True)
        logger.info("%s links no dated archives", url)
        return None, articles


class ArchiveReading:
    """Reads the listings of a window, one after the other.

    Args:
        services: The crawl.
        template: How they are addressed.
        dates: When the site published.
        home_keys: Keys of the pages that its home page names.
    """

    def __init__(
        self,
        services: SourceServices,
        template: DateArchiveTemplate,
        dates: SiteDates,
        home_keys: set[str],
    ) -> None:
        self._services = services
        self._run = services.run
        self._site = services.site
        self._template = template
        self._dates = dates
        self._home_keys = home_keys
        self._page_keys: set[str] = set()
        self._report = services.run.counts.source(template.pattern, SourceKind.DATE_ARCHIVE)
        self._left: Sequence[DateArchive] = tuple(self._archives())
        self._has_answered = False
        self._empty = self._failures = self._pages_read = 0

    def _archives(self) -> list[DateArchive]:
        """The listings of the crawl's window, from the newest that can hold something by the home page."""
        now, zone = datetime.now(UTC), self._site.zone
        archives = self._template.archives(self._services.window, now, zone)
        newest = self._dates.newest if self._dates.is_of_home_page else None
        return [archive for archive in archives if newest is None or archive.span.start <= newest + MARGIN]

    async def read(self) -> None:
        """Read on until the window's beginning, the archive's end, or a refusal."""
        try:
            while (archive := await self._next()) is not None:
                await self._read_listing(archive)
                if (reason := await self._end_before_window(archive)) is not None:
                    self._note_given_up(reason)
                    return
        except NoArchivesError as error:
            self._note(await self._remembered(error))
            return
        if not (self._services.context.stopping or self._services.queue.is_full):
            back = sentence("archives_read_back", count=self._pages_read)
            self._note(back if self._pages_read else sentence("archives_read_before"))

    async def _next(self) -> DateArchive | None:
        """The next listing that was not read lately."""
        queue, context = self._services.queue, self._services.context
        if queue.is_full:
            queue.note_limit()
        if context.stopping or queue.is_full:
            return None
        left, site = self._left, self._site.id
        unread = await context.in_store(lambda db: next_unread(db, site, left))
        archive, skipped = unread or (None, 0)
        self._left = left[skipped + 1 :]
        if skipped:
            self._has_answered, self._empty = True, 0
            self._report.unchanged = not self._pages_read
        return archive

    async def _read_listing(self, archive: DateArchive) -> None:
        """Read all pages of one listing, and remember that it was read to its end."""
        url: str | None = archive.url
        number = count = 0
        try:
            while url is not None:
                number += 1
                async with self._services.tasks.fetch(Request(url, priority=PRIORITY)) as response:
                    page = await self._parsed(archive, url, response, number)
                    if page is None:
                        break
                    count += len(page.articles)
                    url = await self._take(archive, page, number)
        except FetchError as error:
            if error.outcome.disposition is Disposition.REFUSED:
                raise NoArchivesError(archive, error.reason, is_lasting=True) from error
            self._note_failure(archive, error.reason)
        except NotReadableError as error:
            self._note_failure(archive, error.reason)
        else:
            is_absent = page is None and number == 1
            self._empty += is_absent
            if not is_absent:
                await self._remember_read(archive, count)

    async def _parsed(
        self, archive: DateArchive, url: str, response: Response, number: int
    ) -> DateArchivePage | None:
        """A page of a listing; None where there is no such page.

        Raises:
            NoArchivesError: The site has no dated listings, or refuses them.
            NotReadableError: The page cannot be read.
        """
        is_moved = archive_key(response.url) != archive_key(url) and not _is_same_date(response.url, url)
        if response.status in NOT_THERE or is_moved:
            if self._ends_it(archive, number, is_moved=is_moved):
                moved = sentence("address_leads_to", url=archive.url, target=response.url)
                reason = moved if is_moved else sentence("address_not_there", url=archive.url)
                raise NoArchivesError(archive, reason, is_lasting=is_moved)
            return None
        try:
            page = await self._services.tasks.parse(parse_archive, response, self._template)
        except NotReadableError as error:
            if response.status in REFUSED:
                raise NoArchivesError(archive, error.reason, is_lasting=True) from error
            raise
        self._check(archive, page, number)
        return page

    def _ends_it(self, archive: DateArchive, number: int, *, is_moved: bool) -> bool:
        """Whether a listing that is not there means that the site has none.

        Where the site links such listings, one that is not there has no articles; where nobody named them,
        the first one decides, unless its time has hardly begun. Sites that closed them lead to their home
        page instead.
        """
        is_first = not self._has_answered and number == 1
        now = datetime.now(UTC)
        # Later than the newest page that is known, it need not be there.
        may_be_empty = archive.span.end >= now or archive.span.start > (self._dates.newest or now)
        return is_first and (is_moved or not (self._template.linked or may_be_empty))

    def _check(self, archive: DateArchive, page: DateArchivePage, number: int) -> None:
        """Refuse a page that is no listing of its date."""
        keys = self._keys(page)
        is_old = archive.span.end < datetime.now(UTC) - REFUSED_FOR
        if not self._has_answered and is_old and keys and keys <= self._home_keys:
            raise NoArchivesError(archive, sentence("names_home_page"), is_lasting=True)
        if not keys and self._ends_it(archive, number, is_moved=False):
            raise NoArchivesError(archive, sentence("address_not_there", url=archive.url), is_lasting=False)

    def _keys(self, page: DateArchivePage) -> set[str]:
        return {self._services.queue.page_key(article.url) for article in page.articles}

    async def _take(self, archive: DateArchive, page: DateArchivePage, number: int) -> str | None:
        """Take what a listing's page names; returns the address of its next page, if that is to be read."""
        queue, keys = self._services.queue, self._keys(page)
        self._has_answered, self._failures = True, 0
        self._pages_read += 1
        is_fresh = bool(keys - self._page_keys)
        self._page_keys |= keys
        if number == 1:
            self._empty = 0 if is_fresh else self._empty + 1
        self._report.add(await queue.enqueue(page.articles))
        if page.next_url is None or not is_fresh:
            return None
        if number >= MOST_PAGES:
            self._run.problem(sentence("archive_too_long", url=archive.url, most=MOST_PAGES))
            return None
        return None if queue.is_full else page.next_url

    async def _remember_read(self, archive: DateArchive, count: int) -> None:
        """Remember that a listing was read, unless only a part of it went into the frontier.

        That is so where the window cuts it by more than its margin, or the crawl has no room for more pages.
        """
        window, span = self._services.window, archive.span
        begins_before = window.since is None or window.since <= span.start + MARGIN
        ends_after = window.until is None or window.until >= span.end - MARGIN
        if begins_before and ends_after and not self._services.queue.is_full:
            site = self._site.id
            await self._services.context.in_store(lambda db: mark_archive_read(db, site, archive, count))

    # How it ends

    async def _end_before_window(self, archive: DateArchive) -> str | None:
        """Why the reading ends before the window's beginning; None: it goes on."""
        unit = self._template.unit
        if self._failures >= MOST_FAILURES:
            return sentence("archives_unreadable", count=self._failures, unit=sentence(_UNITS[unit]))
        limits = EMPTY if self._page_keys - self._home_keys else EMPTY_AT_FIRST
        if self._empty < limits[unit] or await self._goes_on_before(archive.span.start):
            return None
        return sentence("archives_empty", count=self._empty, unit=sentence(_UNITS[unit]))

    async def _goes_on_before(self, moment: datetime) -> bool:
        """Whether an article of before a moment is known; the reading then goes on with its listing."""
        older = await self._dates.before(moment, self._services.window.since)
        if older is None:
            return False
        self._left = [archive for archive in self._left if archive.span.start <= older + MARGIN]
        self._empty = 0
        return bool(self._left)

    async def _remembered(self, error: NoArchivesError) -> str:
        """Why there are no listings; for some time they are not asked for again, if that is lasting."""
        if self._has_answered or not error.is_lasting:
            return error.reason
        until, site, url = datetime.now(UTC) + REFUSED_FOR, self._site.id, error.archive.url
        await self._services.context.in_store(lambda db: remember_no_archives(db, site, url, until))
        return sentence("archives_not_asked", why=error.reason, until=f"{until:%Y-%m-%d}")

    def _note_failure(self, archive: DateArchive, reason: str) -> None:
        self._failures += 1
        self._run.problem(sentence("problem_of_page", url=archive.url, reason=reason))
        if self._failures >= MOST_FAILURES:
            self._report.error = reason

    def _note_given_up(self, reason: str) -> None:
        """Report how the reading ended before its time, and what it did not look at."""
        note = sentence("archives_read", why=reason, count=self._pages_read)
        if self._left:
            latest, earliest = self._left[0].span.end, self._left[-1].span.start
            note = sentence(
                "archives_left",
                note=note,
                count=len(self._left),
                earliest=f"{earliest:%Y-%m-%d}",
                latest=f"{latest:%Y-%m-%d}",
            )
            self._run.problem(sentence("problem_of_archives", note=note))
        self._note(note)

    def _note(self, note: str) -> None:
        self._report.note = note
        logger.info("Dated listings: %s", note)


def _is_same_date(url: str, requested: str) -> bool:
    """Whether both addresses are of one date: WordPress leads from "?m=202403" to "/2024/03/"."""
    here, other = read_archive(url), read_archive(requested)
    return here is not None and other is not None and here.numbers == other.numbers
