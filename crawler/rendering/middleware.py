"""Builds the pages of sites that say so in their seed, between the downloader and the spider."""

import logging
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Response
from scrapy.http.request import NO_CALLBACK

from crawler.fetch.content import EXCHANGE, IS_LISTING, IS_PART, KEEP_EXCHANGE, RENDERED_WITH
from crawler.fetch.context import crawl_context
from crawler.fetch.outcome import HeldBackError, IncompletePageError, RefusedRequestError
from crawler.html.sentences import sentence
from crawler.model.site import Site
from crawler.rendering.browser import Renderer, RenderError
from crawler.rendering.requests import Answer
from crawler.storage.warc.exchange import Exchange

logger = logging.getLogger(__name__)


class RenderMiddleware:
    """Replaces a page's markup by what its scripts make of it.

    Args:
        crawler: The crawl; its downloader fetches what the pages ask for, as politely as everything else.
        site: The site, whose seed sets `render`.
    """

    def __init__(self, crawler: Crawler, site: Site) -> None:
        self._crawler = crawler
        self._held_back: HeldBackError | None = None
        self._keeps = crawl_context(crawler).keeps_captures
        self._exchanges: dict[str, Exchange] = {}
        """What pages asked for: scripts of the whole crawl, which the browser keeps as well, and the rest
        of one page."""
        self._renderer = Renderer(
            self._download,
            site.owns,
            user_agent=crawler.settings["USER_AGENT"],
            most_bytes=crawler.settings.getint("DOWNLOAD_MAXSIZE"),
            refused=RefusedRequestError,
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware."""
        middleware = cls(crawler, crawl_context(crawler).site)
        crawler.signals.connect(middleware.spider_closed, signal=signals.spider_closed)
        return middleware

    async def spider_closed(self) -> None:
        """End the browser with the crawl."""
        await self._renderer.close()

    async def process_response(self, request: Request, response: Response) -> Response:
        """Build the page.

        Raises:
            IncompletePageError: It could not be built, or something that it asked for could not be fetched.
            HeldBackError: The crawl ends.
        """
        is_page = "page" in request.meta or request.meta.get(IS_LISTING)
        if not is_page or response.status != 200 or not isinstance(response, HtmlResponse):
            return response
        try:
            markup, requests = await self._renderer.render(response.url, answer_of(response))
        except RenderError as error:
            raise IncompletePageError(sentence("not_drawn", why=str(error))) from error
        if self._held_back is not None:
            raise self._held_back
        self._crawler.stats.inc_value("khabar/render/pages")
        self._crawler.stats.inc_value("khabar/render/requests", len(requests.requested))
        for failure in requests.failures:
            logger.warning("%s: what the page asked for is missing: %s", response.url[:200], failure)
        if requests.is_incomplete:
            raise IncompletePageError(sentence("part_of_page_missing", why=requests.failures[0]))
        request.meta[RENDERED_WITH] = tuple(
            self._exchanges[url] for url in requests.answered if url in self._exchanges
        )
        self._exchanges = {url: self._exchanges[url] for url in requests.scripts if url in self._exchanges}
        headers = response.headers.copy()
        headers["Content-Type"] = "text/html; charset=utf-8"
        return response.replace(body=markup.encode(), headers=headers, encoding="utf-8")

    async def _download(self, url: str) -> Answer:
        meta = {IS_PART: True, KEEP_EXCHANGE: self._keeps}
        request = Request(url, meta=meta, callback=NO_CALLBACK, dont_filter=True)
        try:
            response = await self._crawler.engine.download_async(request)
        except HeldBackError as error:
            self._held_back = error
            raise
        if (exchange := response.meta.get(EXCHANGE)) is not None:
            self._exchanges[url] = exchange
        return answer_of(response)


def answer_of(response: Response) -> Answer:
    """A response as the browser is given it."""
    headers = {
        name.decode("latin-1"): values[-1].decode("latin-1") for name, values in response.headers.items()
    }
    return Answer(response.status, headers, response.body)
