"""When an article was published: where on a page its dates stand, and which of them to believe."""

from crawler.extraction.dates.published import Published, find_published

__all__ = ["Published", "find_published"]
