"""Where the older pages of a feed are that names no next page: a query's parameter that chooses a page."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


@dataclass(frozen=True, slots=True)
class Pagination:
    """A parameter that chooses a feed's page, and its value for the second page."""

    parameter: str
    second: int

    def next_page(self, url: str) -> str:
        """The address of the page after the one at `url`: without the parameter, that is the first page."""
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        current = query.get(self.parameter, "")
        is_number = current.isascii() and current.isdecimal() and len(current) < 6
        query[self.parameter] = str(int(current) + 1 if is_number else self.second)
        return urlunsplit(parts._replace(query=urlencode(query)))


WORDPRESS = Pagination("paged", 2)
"""WordPress's query variable."""

PAGINATIONS = (WORDPRESS, Pagination("page", 1), Pagination("page", 2))
"""What is tried of a feed that does not say how it is paged. Where pages count from 0, 1 is the second; where
they count from 1, it is the first again, which names nothing new, and 2 is tried."""
