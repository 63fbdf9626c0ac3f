"""The words for a crawl: why it was made, how it ended, and the verdict on its site.

The values are stored and printed: a member may be renamed, a value may not.
"""

from enum import StrEnum


class _StoredWord(StrEnum):
    """A word that may have been stored by another version of Khabar, which has others."""

    @classmethod
    def _missing_(cls, value: object) -> StrEnum | None:
        """Read a word that this version does not have as the member `UNKNOWN`."""
        return cls.__members__["UNKNOWN"] if isinstance(value, str) else None


class CrawlKind(StrEnum):
    """Why a crawl was made."""

    SCHEDULED = "scheduled"
    MANUAL = "manual"
    BACKFILL = "backfill"
    """By a person, for a period in the past."""
    RECRAWL = "recrawl"
    """To fetch again what was fetched before."""
    IMPORT = "import"
    """Nothing was fetched: what others captured was read."""


class SourceKind(StrEnum):
    """Where a crawl reads addresses of pages."""

    FEED = "feed"
    SITEMAP = "sitemap"
    LISTING = "listing"
    """A page of the site that lists articles."""
    JSON = "json"
    """An interface that lists articles as JSON."""
    WORDPRESS = "wordpress"
    """WordPress's REST interface."""
    DATE_ARCHIVE = "archive"
    """Listings with a date in their address."""
    COMMAND = "named"
    """A command that names the page."""
    LINK = "link"
    """Links in the pages that are fetched."""
    IMPORT = "import"
    """Archives and saved pages that were imported."""


class CrawlOutcome(_StoredWord):
    """How a crawl ended."""

    FINISHED = "finished"
    LIMIT = "limit"
    """`--limit` was reached: pages are left."""
    STOPPED = "stopped"
    """A person or the system ended it."""
    TOLD_TO_WAIT = "told_to_wait"
    """The site asked not to be crawled for a while."""
    UNREACHABLE = "unreachable"
    """robots.txt cannot be read."""
    BLOCKED = "blocked"
    """The site blocked one page after another."""
    FAILING = "failing"
    """One page after another failed."""
    SAME_PAGE_EVERYWHERE = "same_page_everywhere"
    """One page after another had the same text."""
    STORE_LOST = "store_lost"
    LEASE_HELD = "lease_held"
    """Another process crawls the site."""
    LEASE_LOST = "lease_lost"
    DIED = "died"
    """Its process ended without a report."""
    ERROR = "error"
    """A fault of ours."""
    UNKNOWN = "unknown"
    """Stored by another version of Khabar, in a word that this one does not have."""


class Verdict(_StoredWord):
    """What a crawl shows of its site: whether it still works for us, and if not, what is wrong."""

    OK = "ok"
    UNREACHABLE = "unreachable"
    BLOCKED = "blocked"
    FAILING = "failing"
    MOVED = "moved"
    """Its sources lead to another host."""
    NOTHING_DISCOVERED = "nothing_discovered"
    """No source names a page of it."""
    SOURCE_FAILING = "source_failing"
    """One of several sources names no pages."""
    NOTHING_FETCHED = "nothing_fetched"
    """Most of its pages are refused."""
    NOTHING_EXTRACTED = "nothing_extracted"
    """Pages are fetched and give no article."""
    SAME_PAGE_EVERYWHERE = "same_page_everywhere"
    """Most of its addresses have the same text."""
    PAGES_REPLACED = "pages_replaced"
    """Most of its pages have nothing to do with what is stored of them."""
    FEWER_THAN_USUAL = "fewer_than_usual"
    """It has far fewer new articles than before."""
    DATES_MISSING = "dates_missing"
    BODIES_SHORT = "bodies_short"
    BOILERPLATE = "boilerplate"
    """Its articles share paragraphs."""
    STOPPED = "stopped"
    STORE_LOST = "store_lost"
    LEASE_HELD = "lease_held"
    LEASE_LOST = "lease_lost"
    DIED = "died"
    ERROR = "error"
    UNKNOWN = "unknown"
    """The same; the site counts as no healthy one, and is still shown."""
