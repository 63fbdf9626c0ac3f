"""The search index: a file of SQLite beside the archive, made from MongoDB and made anew at any time.

The embedded MongoDB server has no `$text` and loads all matches of a query before `limit`; this index answers
what people look at: words, lists by time, counts, the record of crawls. It is never the only place of
anything: MongoDB is the truth, and `khabar search --rebuild` makes the file again.
"""

from crawler.storage.search.captures import KeptPages
from crawler.storage.search.excerpt import Marker, Piece
from crawler.storage.search.facet_counts import FacetCounts
from crawler.storage.search.file import BusyIndexError, DamagedIndexError, SearchFile, SearchIndexError
from crawler.storage.search.queries import COUNTED, RANKED, SearchLists
from crawler.storage.search.query import Query, Vocabulary, parse_query
from crawler.storage.search.query_tokens import Notice, NoticeKind
from crawler.storage.search.refresh import Refreshed, rebuild, refresh
from crawler.storage.search.rows import CrawlRow, Filters, Hit, Hits, Quarantined, SiteCount, stated_day
from crawler.storage.search.spellings import read_variants

__all__ = [
    "COUNTED",
    "RANKED",
    "BusyIndexError",
    "CrawlRow",
    "DamagedIndexError",
    "FacetCounts",
    "Filters",
    "Hit",
    "Hits",
    "KeptPages",
    "Marker",
    "Notice",
    "NoticeKind",
    "Piece",
    "Quarantined",
    "Query",
    "Refreshed",
    "SearchFile",
    "SearchIndexError",
    "SearchLists",
    "SiteCount",
    "Vocabulary",
    "parse_query",
    "read_variants",
    "rebuild",
    "refresh",
    "stated_day",
]
