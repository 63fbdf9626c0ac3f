"""The search index: a file of SQLite beside the archive, made from MongoDB and made anew at any time.

The embedded MongoDB server has no `$text` and loads all matches of a query before `limit`; this index answers
what people look at: words, lists by time, counts, the record of crawls. It is never the only place of
anything: MongoDB is the truth, and `khabar search --rebuild` makes the file again.
"""

from crawler.storage.search.captures import KeptPages
from crawler.storage.search.excerpt import Piece, excerpts, highlighted
from crawler.storage.search.file import BusyIndexError, DamagedIndexError, SearchFile, SearchIndexError
from crawler.storage.search.queries import SearchLists
from crawler.storage.search.query import Query, parse_query
from crawler.storage.search.refresh import Refreshed, rebuild, refresh
from crawler.storage.search.rows import CrawlRow, Filters, Hit, Hits, Quarantined, SiteCount, stated_day

__all__ = [
    "BusyIndexError",
    "CrawlRow",
    "DamagedIndexError",
    "Filters",
    "Hit",
    "Hits",
    "KeptPages",
    "Piece",
    "Quarantined",
    "Query",
    "Refreshed",
    "SearchFile",
    "SearchIndexError",
    "SearchLists",
    "SiteCount",
    "excerpts",
    "highlighted",
    "parse_query",
    "rebuild",
    "refresh",
    "stated_day",
]
