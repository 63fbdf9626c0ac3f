"""Politeness for spiders that use Scrapy's own downloader: robots.txt, Crawl-delay, Retry-After, safety.

`khabar crawl` has middlewares of its own (`crawler.fetch`), which know the site's lease and its last request.
"""

import asyncio
import logging
import time
from collections import defaultdict
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser

from crawler.fetch.delay import PATIENCE, requested_pause
from crawler.fetch.outcome import header_of
from crawler.fetch.safety import ALLOW_PRIVATE, may_be_public
from crawler.parsing.robots import NO_RULES, RobotsTxt, product_token
from crawler.settings import Settings

MOST_PAUSES = 3
"""Times that a page may put us off before the crawl ends."""

NOTHING_ALLOWED = b"User-agent: *\nDisallow: /\n"
"""What a robots.txt counts as that answers with a server error (RFC 9309, 2.3.1.4)."""

LEAST_DELAY = 0.1
"""Seconds: without a delay Scrapy's downloader looks at no clock, and would not wait."""

logger = logging.getLogger(__name__)


def polite_settings(settings: Settings) -> dict[str, Any]:
    """Scrapy's settings for any polite spider.

    Args:
        settings: Khabar's settings.
    """
    return {
        "USER_AGENT": settings.user_agent,
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_PARSER": "crawler.scrapy_project.politeness.RobotsParser",
        "DOWNLOAD_DELAY": settings.delay,
        "DOWNLOAD_DELAY_JITTER": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        # Code on request for whoever reads the token: on by default.
        "REMOTE_CONTROL_ENABLED": False,
        # By default Scrapy takes any certificate: a man in the middle could write the archive.
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_TIMEOUT": settings.fetch_timeout,
        "DOWNLOAD_MAXSIZE": settings.max_page_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "RETRY_HTTP_CODES": [408, 500, 502, 504, 522, 524],
        "TWISTED_DNS_RESOLVER": "crawler.fetch.safety.SafeResolver",
    }


class RobotsParser(RobotParser):
    """Our reader of robots.txt (RFC 9309) behind Scrapy's interface.

    Args:
        body: The file.
    """

    def __init__(self, body: bytes) -> None:
        self._rules = RobotsTxt(body)

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Self:  # noqa: ARG003
        """Read a robots.txt."""
        return cls(robotstxt_body)

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:
        """Whether a program may fetch an address."""
        return self._rules.allows(_text(url), product_token(_text(user_agent)))

    def crawl_delay(self, user_agent: str | bytes) -> float | None:
        """Seconds that a program is to leave between two requests; None: nothing is asked."""
        return self._rules.crawl_delay(product_token(_text(user_agent)))


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


class PatientRobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's middleware for robots.txt, after RFC 9309, and also where several requests wait for one file.

    Of requests that wait together for a robots.txt, Scrapy 2.19 shows its rules to the first alone: the
    others pass unasked. It also takes a robots.txt that cannot be read for one without rules.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def robot_parser(self, request: Request) -> RobotParser:
        """The rules for a request.

        Raises:
            IgnoreRequest: They could not be read.
        """
        netloc = urlsplit(request.url).netloc
        async with self._locks[netloc]:
            parser: RobotParser | None = await super().robot_parser(request)
        if parser is None:
            raise IgnoreRequest(f"robots.txt of {netloc} cannot be read, so nothing may be fetched for now")
        return parser

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status in NO_RULES:
            response = response.replace(body=b"")
        elif response.status >= 300:
            response = response.replace(body=NOTHING_ALLOWED)
        await super()._parse_robots(response, netloc, request)


class PolitenessMiddleware:
    """Keeps Crawl-delay and Retry-After, which Scrapy ignores, and asks no address of a private network."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._user_agent = str(crawler.settings["USER_AGENT"])
        self._allow_private = crawler.settings.getbool(ALLOW_PRIVATE)
        self._delays: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware and listen for each host's robots.txt."""
        middleware = cls(crawler)
        crawler.signals.connect(middleware.robots_parsed, signal=signals.robots_parsed)
        return middleware

    def robots_parsed(self, robotparser: object, request: Request) -> None:
        """Remember the Crawl-delay of a host."""
        if isinstance(robotparser, RobotsParser) and (delay := robotparser.crawl_delay(self._user_agent)):
            self._delays[urlsplit(request.url).netloc] = delay

    def process_request(self, request: Request) -> None:
        """Let the request pass at the host's pace.

        Raises:
            IgnoreRequest: It would go to a private address.
        """
        address = urlsplit(request.url)
        if (
            address.scheme in ("http", "https")
            and not self._allow_private
            and not may_be_public(address.hostname or "")
        ):
            raise IgnoreRequest(
                f"{address.hostname} is not on the public internet; {ALLOW_PRIVATE} allows it"
            )
        delay = self._delays.get(address.netloc)
        if delay is not None:
            # robots.txt itself has made the slot.
            downloader = self._crawler.engine.downloader
            slot = downloader.slots.get(downloader.get_slot_key(request))
            if slot is not None and slot.delay < delay:
                logger.info("robots.txt of %s asks for %s s between requests", address.netloc, delay)
                slot.delay = delay

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Wait and ask again after a 429 or 503; leave where the wait is long."""
        wait = requested_pause(
            response.status, header_of(response, b"Retry-After"), header_of(response, b"Date")
        )
        if wait is None:
            return response
        self._crawler.stats.inc_value("khabar/pacing/waits")
        if wait > PATIENCE or request.meta.get("pauses", 0) >= MOST_PAUSES:
            logger.warning("%s asks for a pause of %.0f s: the crawl ends", request.url, wait)
            closing = self._crawler.engine.close_spider_async(reason="told_to_wait")
            asyncio.ensure_future(closing)  # noqa: RUF006
            return response
        _pause(self._crawler.engine.downloader.slots.get(request.meta.get("download_slot", "")), wait)
        if response.status not in (429, 503):
            return response
        pauses = request.meta.get("pauses", 0) + 1
        return request.replace(dont_filter=True, meta={**request.meta, "pauses": pauses})


def _pause(slot: Slot | None, seconds: float) -> None:
    """Let no request of a host leave for some seconds: the downloader counts its delay from the last one."""
    if slot is not None:
        slot.delay = max(slot.delay, LEAST_DELAY)
        slot.lastseen = max(slot.lastseen, time.monotonic() + seconds - slot.delay)
