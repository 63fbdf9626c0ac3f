"""Walk: a source of discovery with all that it leads to."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from crawler.discovery.accounting import AddressCounts, SourceFinding, SourceVerdict, judge_source
from crawler.discovery.pagination import Pagination
from crawler.discovery.sitemap import SitemapLink
from crawler.discovery.window import sitemap_span
from crawler.health.report import SourceReport
from crawler.model.crawl import SourceKind
from crawler.storage.sources import SourceAnswer, SourceMemory

OLD_SITEMAP = timedelta(days=60)
SELDOM = timedelta(days=7)
"""A sitemap whose name says that its month ended so long ago is asked once in a week; and so is one that has
not changed by its index: an index may be older than what it names."""

LASTMOD_MARGIN = timedelta(days=1)
"""An index tells the time of a sitemap's last change by the day, or by a clock of its own."""


@dataclass(slots=True)
class Walk:
    """A source that the seed names, with all that it leads to: further pages, further sitemaps.

    Validators are kept when a walk has come to its end, not before: a crawl that is killed between the first
    page of a listing and the second must not find "nothing new" on the first one and stop there. For the same
    reason a walk that is not known to have ended (`ended_before`) goes on where nothing is new.

    `memory` is what is remembered of its root. `addresses` accounts for all that the source and what it leads
    to named; `report` is the root's. `resume_url` is the page at which the next crawl goes on, where this one
    reads no further. `pagination` is how a feed is paged that names no next page, None where that is unknown;
    `may_probe` says that it may be looked for, `probed` that this crawl did.
    """

    root: str
    ended_before: bool
    memory: SourceMemory = field(default_factory=SourceMemory)
    begun: bool = False
    open: int = 0
    failed: bool = False
    answers: list[SourceAnswer] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    addresses: AddressCounts = field(default_factory=AddressCounts)
    report: SourceReport | None = None
    foreign_host: str | None = None
    repeated: SourceFinding | None = None
    first_error: str | None = None
    resume_url: str | None = None
    pagination: Pagination | None = None
    may_probe: bool = True
    probed: bool = False

    def account(self, report: SourceReport, addresses: AddressCounts) -> None:
        """Account for addresses that the source, or something that it leads to, named."""
        report.add(addresses)
        self.addresses.add(addresses)

    def finding(self) -> SourceFinding:
        """The verdict on the source, once all that it leads to has answered."""
        if self.repeated is not None:
            return self.repeated
        if self.first_error is not None and not self.addresses.usable:
            return SourceFinding(SourceVerdict.FAILED, self.first_error)
        return judge_source(self.addresses, self.foreign_host)


@dataclass(frozen=True, slots=True)
class Source:
    """A source to ask: its address, its kind, and how many more pages of it may be read.

    `guessed` says that nobody named this page: that it does not exist is no failure. `probes` is how the feed
    may be paged, which asking for it finds out; `untried` is tried next. `resumed` says that an earlier crawl
    stopped at this page. `is_bounded` says that where the pages of one crawl end, the next one goes on.
    `takes_listings`: the listings that a sitemap names are fetched, too, since nothing else names an article.
    """

    url: str
    kind: SourceKind
    walk: Walk
    pages_left: int = 0
    guessed: bool = False
    is_paging: bool = False
    is_bounded: bool = False
    resumed: bool = False
    probes: Pagination | None = None
    untried: tuple[Pagination, ...] = ()
    takes_listings: bool = False

    @property
    def is_root(self) -> bool:
        """Whether it is the source itself, rather than something that it leads to."""
        return self.url == self.walk.root


def is_known(link: SitemapLink, memory: SourceMemory) -> bool:
    """Whether a sitemap has, by what its index says or by its name, not changed since it was read.

    One that named no page when it was read is always asked.
    """
    now = datetime.now(UTC)
    checked_at = memory.checked_at or memory.read_at
    if memory.read_at is None or checked_at is None or now - checked_at >= SELDOM:
        return False
    if memory.verdict not in (None, SourceVerdict.OK):
        return False
    if link.modified_at is not None:
        return link.modified_at + LASTMOD_MARGIN < memory.read_at
    span = sitemap_span(link.url)
    return span is not None and span.end + OLD_SITEMAP < now
