"""Feeds and listings: a source with further pages, which it names itself or which are guessed."""

from dataclasses import dataclass, replace

from crawler.discovery.pagination import PAGINATIONS, WORDPRESS, Pagination
from crawler.discovery.source_content import SourceContent
from crawler.discovery.window import Window
from crawler.spiders.sources.fetching import NotReadableError
from crawler.spiders.sources.reading import (
    NOTHING_REMEMBERED,
    SOURCE_PRIORITY,
    Answer,
    SourceReading,
)

MAX_PAGES_A_CRAWL = 20
"""Further pages of a source that one crawl reads: some weeks of a busy site. The next crawl goes on from
there."""

MOST_PAGES_BACK = 1000
"""Further pages of a feed or listing that a backfill reads, as long as they reach into its window."""

FURTHER_PRIORITY = -1
"""On the way back through a window of time what is known is read first: it shows when to stop."""


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One page of a source.

    `pages_left` says how many further pages may be read. A guessed page is one that nobody named.
    `pagination` is how the feed may be paged, which asking for it finds out; `untried` is tried next.
    """

    url: str
    pages_left: int
    is_guess: bool = False
    is_resumed: bool = False
    pagination: Pagination | None = None
    untried: tuple[Pagination, ...] = ()


class PagedSource:
    """Reads a source page after page, as long as the next one is worth a request.

    Args:
        reading: The source.
        is_bounded: Whether the next crawl goes on where the pages of this one end.
        guesses_pages: Whether further pages are guessed where the source names none, as feeds do not.
    """

    def __init__(self, reading: SourceReading, *, is_bounded: bool, guesses_pages: bool) -> None:
        self._reading = reading
        self._services = reading.services
        self._window = reading.services.window
        self._is_bounded = is_bounded
        self._guesses_pages = guesses_pages

    async def read(self, page: SourcePage) -> None:
        """Read a page and those that follow it."""
        following: SourcePage | None = page
        while following is not None:
            page = following
            try:
                answer = await self._read_page(page)
            except NotReadableError:
                following = self._guess(page, page.untried)
                continue
            following = None if answer is None else self._further_page(page, answer)
            if following is not None:
                await self._reading.begin_further()

    async def _read_page(self, page: SourcePage) -> Answer | None:
        reading = self._reading
        is_root = page.url == reading.root
        goes_first = is_root or page.is_resumed or self._window.is_open
        priority = SOURCE_PRIORITY if goes_first else FURTHER_PRIORITY
        if not page.is_guess:
            memory = reading.root_memory if is_root else NOTHING_REMEMBERED
            return await reading.read(page.url, memory, priority=priority)
        answer = await reading.read_guess(
            page.url,
            lambda content: self._is_next_page(page, content),
            priority=priority,
            may_be_absent=page.pagination is not None,
        )
        reading.pagination = page.pagination if answer and page.pagination else reading.pagination
        return answer

    def _is_next_page(self, page: SourcePage, content: SourceContent) -> bool:
        """Whether a guessed page is one: it names pages that those before it do not."""
        if content.feeds:
            return False
        return page.pagination is None or bool(self._keys(content) - self._reading.page_keys)

    def _keys(self, content: SourceContent) -> set[str]:
        return {self._services.queue.page_key(page.url) for page in content.pages}

    def _further_page(self, page: SourcePage, answer: Answer) -> SourcePage | None:
        """The page after one that was read, if it is worth a request, or a guess at it."""
        reading, content, report = self._reading, answer.content, answer.report
        keys = self._keys(content)
        is_fresh = bool(keys - reading.page_keys)
        reading.page_keys |= keys
        if page.pages_left <= 0 and not (page.pages_left == 0 and self._is_bounded):
            return None
        following = self._next_page(page, content)
        if following is None:
            return self._first_guess(page, content)
        if following.url in self._services.requested:
            return None
        is_empty_root = page.url == reading.root and not keys
        if not is_fresh and not is_empty_root:
            report.note_that("paging_repeats")
            return None
        if not self._is_worthwhile(page, answer, following):
            return None
        if page.pages_left > 0:
            return following
        self._note_bound(page, answer)
        return None

    def _next_page(self, page: SourcePage, content: SourceContent) -> SourcePage | None:
        """The page that the answer names, or that follows by the way in which the feed is paged."""
        following = SourcePage("", page.pages_left - 1, is_resumed=page.is_resumed)
        if content.next_url is not None:
            return replace(following, url=content.next_url)
        pagination = self._reading.pagination or (WORDPRESS if content.from_wordpress else None)
        if not self._guesses_pages or pagination is None:
            return None
        return replace(following, url=pagination.next_page(page.url), is_guess=True)

    def _note_bound(self, page: SourcePage, answer: Answer) -> None:
        """Note where the next crawl goes on: what lies further back than two places, from the nearer one."""
        if not self._window.is_open:
            return
        if not page.is_resumed or self._reading.resume_url is None:
            self._reading.resume_url = page.url
        answer.report.note_that("paging_goes_on", most=MAX_PAGES_A_CRAWL, url=page.url)

    def _is_worthwhile(self, page: SourcePage, answer: Answer, following: SourcePage) -> bool:
        if not self._window.is_open:
            return self._reaches_into_window(answer)
        if page.is_resumed:
            return True
        # What an earlier reading left out is known where all posts are.
        is_complete = self._reading.ended_before or self._services.wordpress.covered
        # A further page is only worth a request while something is new, or was when a reading broke off.
        is_news = answer.report.new > 0
        if following.is_guess and not page.is_guess:
            # Where all was new, what was published before the oldest of it may have been missed as well; once
            # on the way back, until nothing is new.
            is_news = answer.report.new == len(answer.content.pages)
        return is_news or not is_complete

    def _reaches_into_window(self, answer: Answer) -> bool:
        """Whether, back through time, the pages that are named now still reach into the window."""
        if self._services.queue.is_past_window:
            answer.report.note_that("paging_left_window")
            return False
        reach = Window(since=self._window.since)
        return any(reach.may_hold(page.url, page.hints) for page in answer.content.pages)

    def _first_guess(self, page: SourcePage, content: SourceContent) -> SourcePage | None:
        """The first guess at how a feed is paged that does not say so."""
        reading = self._reading
        is_possible = self._guesses_pages and page.url == reading.root and bool(content.pages)
        if not is_possible or not reading.may_try_paging or self._services.wordpress.covered:
            return None
        reading.is_paging_tried = True
        return self._guess(replace(page, pages_left=page.pages_left - 1), PAGINATIONS)

    def _guess(self, page: SourcePage, guesses: tuple[Pagination, ...]) -> SourcePage | None:
        """The next guess at how a feed is paged; None: all were wrong."""
        if not guesses:
            return None
        url = guesses[0].next_page(self._reading.root)
        return SourcePage(url, page.pages_left, True, pagination=guesses[0], untried=guesses[1:])
