"""robots.txt after RFC 9309: one that cannot be read closes the site for now.

Scrapy's own middleware takes "500" for "nothing is forbidden". The standard says the opposite (section
2.3.1.4): a server error or no answer means that nothing may be fetched; a client error (2.3.1.3) that there
are no rules, as do too many redirects (2.3.1.2). The crawl of a closed site ends, its pages wait, and the
schedule comes back, ever later.
"""

from typing import Any, Self, cast
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from twisted.internet.defer import Deferred

from crawler.fetch.outcome import (
    HeldBackError,
    RefusedRequestError,
    UnreadableRobotsError,
    failure_outcome,
)

NO_RULES = frozenset(range(400, 500)) - {429}
"""Statuses that say that there is no robots.txt; their bodies are error pages, not rules. "Too many requests"
says nothing of the kind."""


class RobotsMiddleware(RobotsTxtMiddleware):
    """Reads robots.txt once a host, and ends the crawl where it cannot be read."""

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status in NO_RULES:
            response = response.replace(body=b"")
        elif response.status >= 300:
            raise UnreadableRobotsError(f"it answers with status {response.status}")
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        waiting = cast("Deferred[RobotParser | None]", self._parsers[netloc])
        rules = None if "max redirections" in str(exc) else ClosedHost(self._closing(exc, netloc))
        self._parsers[netloc] = rules
        waiting.callback(rules)

    def _closing(self, error: Exception, netloc: str) -> Exception:
        """What requests to a host end with whose robots.txt could not be read."""
        if isinstance(error, HeldBackError | RefusedRequestError):
            return error
        reason = str(error) if isinstance(error, UnreadableRobotsError) else failure_outcome(error).reason
        sentence = f"robots.txt of {netloc} cannot be read ({reason}), so nothing may be fetched for now"
        spider: Any = self.crawler.spider
        if netloc != urlsplit(spider.site.url).netloc:
            return UnreadableRobotsError(sentence)
        spider.stop("unreachable", sentence)
        return HeldBackError(sentence)


class ClosedHost(RobotParser):
    """Stands where a host's rules would: whoever asks them is told that nothing may be fetched.

    Args:
        error: What a request to the host ends with.
    """

    def __init__(self, error: Exception) -> None:
        self.error = error

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Self:  # noqa: ARG003
        """Unused: no body makes such rules."""
        return cls(UnreadableRobotsError("robots.txt was not read"))

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:  # noqa: ARG002
        """Raise the error."""
        raise self.error
