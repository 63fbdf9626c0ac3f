"""The log of a crawl: one line a page, written when it ends; not its whole text."""

from typing import Any

from scrapy.logformatter import LogFormatter


class QuietFormatter(LogFormatter):
    """Leaves out the lines Scrapy writes for each response and item: the run logs how pages end."""

    def scraped(self, item: Any, response: Any, spider: Any) -> None:  # type: ignore[override]  # noqa: ARG002
        """Write nothing: a line with the whole item would be the article's text."""
        return

    def crawled(self, request: Any, response: Any, spider: Any) -> None:  # type: ignore[override]  # noqa: ARG002
        """Write nothing: the page's disposition follows."""
        return
