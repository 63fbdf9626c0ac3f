"""Progress: the events that a crawl's process writes to its parent, as lines of JSON."""

import json
import time
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from crawler.pipelines.item import page_ended
from crawler.pipelines.run import crawl_run

INTERVAL = 0.2
"""Seconds between two reports: five a second look smooth and cost nothing."""


def event_line(event: str, **fields: Any) -> str:
    """One event as a JSON object on one line."""
    return json.dumps({"event": event, **fields}, ensure_ascii=False, default=str) + "\n"


class ProgressExtension:
    """Writes a line of counts to the parent's pipe, at most every `INTERVAL` seconds."""

    def __init__(self, crawler: Crawler) -> None:
        run = crawl_run(crawler)
        if run.send_event is None:
            raise NotConfigured("nobody listens to the progress")
        self._send_event, self._report = run.send_event, run.counts.report
        self._spider: Any = crawler.spider
        self._last = 0.0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the extension and listen for pages that ended."""
        extension = cls(crawler)
        crawler.signals.connect(extension.page_ended, signal=page_ended)
        return extension

    def page_ended(self) -> None:
        """Report the counts, unless that was done just now."""
        now = time.monotonic()
        if now - self._last >= INTERVAL:
            self._last = now
            report = self._report
            self._send_event(
                event_line(
                    "progress", taken=report.taken, queued=self._spider.queued, counts=report.dispositions
                )
            )
