"""A query and its filters as conditions of SQL, for what lists matches and for what counts them."""

from crawler.storage.search.facets import facet
from crawler.storage.search.query import Query
from crawler.storage.search.rows import Filters, first_row


def expression_of(query: Query, filters: Filters) -> str:
    """FTS5's expression of a query and its filters; empty where all articles match."""
    parts = [f"({query.expression})"] if query.expression else []
    if filters.site is not None:
        parts.append(f'"{facet("s", filters.site)}"')
    if filters.language is not None:
        parts.append(f'"{facet("l", filters.language)}"')
    if filters.duplicates is not None:
        parts.append('"d:yes"' if filters.duplicates else '"p:no"')
    if filters.repeats:
        parts.append('"p:yes"')
    if filters.removed:
        parts.append('"r:yes"')
    if filters.edited:
        parts.append('"e:yes"')
    return " AND ".join(parts)


def row_bounds(query: Query, filters: Filters, before: int | None = None) -> tuple[int | None, int | None]:
    """The first row of a list and the one that ends it: by the query, the filters and the page before."""
    starts = [first_row(at) for at in (query.period.since, filters.since) if at is not None]
    ends = [first_row(at) for at in (query.period.until, filters.until) if at is not None]
    ends += [] if before is None else [before]
    return max(starts, default=None), min(ends, default=None)


def rows_between(column: str, low: int | None, high: int | None) -> tuple[str, tuple[int, ...]]:
    """The condition that a column lies between two rows, and its values."""
    where, values = "", []
    if low is not None:
        where += f" AND {column} >= ?"
        values.append(low)
    if high is not None:
        where += f" AND {column} < ?"
        values.append(high)
    return where, tuple(values)
