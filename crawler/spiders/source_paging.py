"""Paging of sources: which further page of a feed or listing is worth a request."""

from collections.abc import Iterator, Set
from datetime import UTC, datetime, timedelta

from crawler.discovery.pagination import PAGINATIONS, WORDPRESS, Pagination
from crawler.discovery.source_content import Named
from crawler.discovery.window import Window
from crawler.health.report import SourceReport
from crawler.model.crawl import SourceKind
from crawler.spiders.crawling import Crawling
from crawler.spiders.page_queue import Intake
from crawler.spiders.posts import Posts
from crawler.spiders.walk import Source, Walk
from crawler.storage.sources import SourceMemory

MAX_PAGES_A_CRAWL = 20
"""Further pages of a source that one crawl reads: some weeks of a busy site. The next crawl goes on there."""

TRY_AGAIN = timedelta(days=30)
"""How long a feed that could not be paged is not tried again: a young one has no second page yet."""


class SourcePaging:
    """Decides on the further pages of the sources of one crawl.

    Args:
        spider: The crawl.
        intake: Knows the pages' keys.
        posts: Says whether all posts are known anyway.
    """

    def __init__(self, spider: Crawling, intake: Intake, posts: Posts) -> None:
        self._spider = spider
        self._intake = intake
        self._posts = posts

    def walk(self, url: str, memory: SourceMemory) -> Walk:
        """Begin a walk with what is remembered of how its source is paged."""
        tried_at = memory.pagination_tried_at
        tried_lately = tried_at is not None and datetime.now(UTC) - tried_at < TRY_AGAIN
        return Walk(
            url,
            ended_before=memory.walked,
            memory=memory,
            pagination=memory.pagination,
            may_probe=not tried_lately,
        )

    def further_pages(
        self, source: Source, named: Named, report: SourceReport, asked: Set[str]
    ) -> Iterator[Source]:
        """Yield the source's next page, if it is worth a request, or a guess at it."""
        walk = source.walk
        keys = {self._intake.page_key(page.url) for page in named.pages}
        fresh = keys - walk.named
        walk.named |= keys
        if source.pages_left <= 0 and not self._is_bound(source):
            return
        following, guessed = named.next_url, False
        if following is None and source.kind is SourceKind.FEED:
            pagination = walk.pagination or (WORDPRESS if named.made_by_wordpress else None)
            if pagination is None:
                yield from self._first_guess(source, named)
                return
            following, guessed = pagination.next_page(source.url), True
        if following is None or following in asked:
            return
        if not fresh and not (source.is_root and not keys):
            report.note = "it names the same pages as those before it: its paging ends here"
            return
        if self._is_worth_reading(source, named, report, guessed=guessed):
            yield from self._next(source, following, report, guessed=guessed)

    def _is_bound(self, source: Source) -> bool:
        return source.pages_left == 0 and source.is_bounded

    def _next(
        self, source: Source, following: str, report: SourceReport, *, guessed: bool
    ) -> Iterator[Source]:
        """The next page; at the bound of one crawl, the place where the next one goes on."""
        walk, is_open = source.walk, self._spider.window.is_open
        if source.pages_left > 0:
            yield Source(
                following,
                source.kind,
                walk,
                source.pages_left - 1,
                guessed=guessed,
                is_paging=not is_open,
                is_bounded=source.is_bounded,
                resumed=source.resumed,
            )
        elif is_open:
            # What lies further back than either place is read from the nearer one on.
            if not source.resumed or walk.resume_url is None:
                walk.resume_url = source.url
            report.note = (
                f"its paging goes on after {MAX_PAGES_A_CRAWL} pages; the next crawl goes on at {source.url}"
            )

    def _is_worth_reading(self, source: Source, named: Named, report: SourceReport, *, guessed: bool) -> bool:
        walk, window = source.walk, self._spider.window
        if not window.is_open:
            # Back through time: on as long as the pages reach into the window.
            reach = Window(since=window.since)
            if self._spider.is_past_window:
                report.note = (
                    "what it names now was published before the window of time: its paging ends here"
                )
                return False
            return any(reach.may_hold(page.url, page.hints) for page in named.pages)
        if source.resumed:
            return True
        # What an earlier walk left out is known where all posts are.
        is_complete = walk.ended_before or self._posts.covered
        # A further page is only worth a request while there is something new, or was when a walk broke off. A
        # guessed one: where all was new, what was published before the oldest of it may have been missed as
        # well; once on the way back, until nothing is new.
        new = report.new
        some_new = (new == len(named.pages) or (source.guessed and new)) if guessed else new
        return bool(some_new) or not is_complete

    # How a feed is paged that does not say so

    def _first_guess(self, source: Source, named: Named) -> Iterator[Source]:
        walk = source.walk
        if walk.may_probe and not walk.probed and source.is_root and named.pages and not self._posts.covered:
            walk.probed = True
            yield self._guess(source, PAGINATIONS)

    def next_guess(self, source: Source) -> Iterator[Source]:
        """Yield the next guess at how a feed is paged, after one that was wrong."""
        if source.probes is not None and source.untried:
            yield self._guess(source, source.untried)

    def _guess(self, source: Source, guesses: tuple[Pagination, ...]) -> Source:
        return Source(
            guesses[0].next_page(source.walk.root),
            source.kind,
            source.walk,
            source.pages_left if source.probes is not None else source.pages_left - 1,
            guessed=True,
            is_paging=not self._spider.window.is_open,
            is_bounded=source.is_bounded,
            probes=guesses[0],
            untried=guesses[1:],
        )

    def confirms(self, source: Source, named: Named) -> bool:
        """Whether a guessed page is one: it names pages that those before it do not."""
        if named.feeds:
            return False
        if source.probes is None:
            return True
        keys = {self._intake.page_key(page.url) for page in named.pages}
        if not keys - source.walk.named:
            return False
        source.walk.pagination = source.probes
        return True
