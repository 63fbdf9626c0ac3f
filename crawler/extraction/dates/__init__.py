"""When an article was published: dates as papers write them, and where on a page they stand."""

from crawler.extraction.dates.published import Published, find_published
from crawler.extraction.dates.reading import ParsedDate, parse_date

__all__ = ["ParsedDate", "Published", "find_published", "parse_date"]
