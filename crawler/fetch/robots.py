"""robots.txt after RFC 9309: one that cannot be read closes the site for now.

A server error or no answer means that nothing may be fetched (section 2.3.1.4); a client error (2.3.1.3) that
there are no rules, as do too many redirects (2.3.1.2). The crawl of a closed site ends, its pages wait, and
the schedule comes back, ever later.
"""

import asyncio
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.fetch.content import CUT_AT, EXCHANGE, KEEP_EXCHANGE, PARTIAL, REDIRECTED_BY
from crawler.fetch.context import crawl_context
from crawler.fetch.outcome import (
    ForbiddenByRobotsError,
    HeldBackError,
    RefusedRequestError,
    TooManyRedirectsError,
    UnreadableRobotsError,
    failure_outcome,
)
from crawler.html.sentences import sentence
from crawler.model.crawl import CrawlOutcome
from crawler.parsing.robots import MOST_BYTES, NO_RULES, RobotsTxt, product_token

PRIORITY = 1000
"""Before all else: every request to the host waits for it."""

_IS_ROBOTS = "khabar_robots"


class RobotsMiddleware:
    """Reads robots.txt once a host, and ends the crawl where it cannot be read."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._product = product_token(crawler.settings["USER_AGENT"])
        self._rules: dict[str, asyncio.Future[RobotsTxt | Exception]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware, and stop downloads of robots.txt where enough is read."""
        middleware = cls(crawler)
        crawler.signals.connect(middleware.bytes_received, signal=signals.bytes_received)
        return middleware

    async def process_request(self, request: Request) -> None:
        """Let the request pass if robots.txt of its host allows it.

        Raises:
            ForbiddenByRobotsError: It does not.
            UnreadableRobotsError: It could not be read.
            HeldBackError: The crawl ends.
        """
        if _IS_ROBOTS in request.meta:
            return
        rules = await self._rules_of(request)
        if isinstance(rules, Exception):
            raise rules
        if not rules.allows(request.url, self._product):
            self._crawler.stats.inc_value("robotstxt/forbidden")
            raise ForbiddenByRobotsError

    def bytes_received(self, data: bytes, request: Request) -> None:
        """Stop the download of a robots.txt that is longer than what is read of one.

        Raises:
            StopDownload: Enough is here.
        """
        if _IS_ROBOTS not in request.meta:
            return
        request.meta[_IS_ROBOTS] += len(data)
        if request.meta[_IS_ROBOTS] > MOST_BYTES:
            raise StopDownload(fail=False)

    async def _rules_of(self, request: Request) -> RobotsTxt | Exception:
        """The rules of the request's host, or what a request to it ends with."""
        address = urlsplit(request.url)
        if address.netloc not in self._rules:
            waiting = self._rules[address.netloc] = asyncio.get_running_loop().create_future()
            try:
                waiting.set_result(
                    await self._read(f"{address.scheme}://{address.netloc}/robots.txt", request)
                )
            finally:
                waiting.cancel()
        return await self._rules[address.netloc]

    async def _read(self, url: str, request: Request) -> RobotsTxt | Exception:
        try:
            rules = RobotsTxt(await self._body(url))
        except TooManyRedirectsError:
            rules = RobotsTxt(b"")
        except Exception as error:  # noqa: BLE001 - whatever it was, the rules are not known
            return self._closing(error, urlsplit(url).netloc)
        await self._crawler.signals.send_catch_log_async(
            signal=signals.robots_parsed, robotparser=rules, request=request
        )
        return rules

    async def _body(self, url: str) -> bytes:
        """The content of robots.txt, empty where there is none.

        Raises:
            UnreadableRobotsError: The answer is an error, or breaks off elsewhere each time.
        """
        response = await self._ask(url)
        if response.status in NO_RULES:
            return b""
        if response.status >= 300:
            raise UnreadableRobotsError(sentence("answers_with", status=response.status))
        if PARTIAL in response.flags and len(response.body) < MOST_BYTES:
            # It does not show where it ends. Twice the same is all that there is.
            again = await self._ask(url)
            if again.body != response.body:
                raise UnreadableRobotsError(sentence("breaks_off"))
        return response.body

    async def _ask(self, url: str) -> Response:
        self._crawler.stats.inc_value("robotstxt/request_count")
        context = crawl_context(self._crawler)
        meta = {
            _IS_ROBOTS: 0,
            CUT_AT: MOST_BYTES + 1,
            "download_maxsize": 0,
            KEEP_EXCHANGE: context.keeps_captures,
        }
        request = Request(url, priority=PRIORITY, meta=meta, callback=NO_CALLBACK, dont_filter=True)
        response = await self._crawler.engine.download_async(request)
        if (exchange := response.meta.get(EXCHANGE)) is not None:
            context.robots_answers.append((exchange, response.meta.get(REDIRECTED_BY, ())))
        return response

    def _closing(self, error: Exception, netloc: str) -> Exception:
        """What requests to a host end with whose robots.txt could not be read."""
        if isinstance(error, HeldBackError | RefusedRequestError):
            return error
        reason = str(error) if isinstance(error, UnreadableRobotsError) else failure_outcome(error).reason
        why = sentence("robots_unreadable", host=netloc, reason=reason or "")
        context = crawl_context(self._crawler)
        if netloc != urlsplit(context.site.url).netloc:
            return UnreadableRobotsError(why)
        context.stop(CrawlOutcome.UNREACHABLE, why)
        return HeldBackError(why)
