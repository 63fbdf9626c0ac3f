"""Makes an item of a page's response."""

from dataclasses import replace
from datetime import UTC, datetime

from scrapy.http import Response

from crawler.fetch.content import EXCHANGE, REDIRECTED_BY, RENDERED_WITH
from crawler.fetch.outcome import Outcome, charset_of, header_of, status_outcome
from crawler.html.sentences import sentence
from crawler.model.article import Disposition
from crawler.pipelines.extraction import Extracted, FetchedPage
from crawler.pipelines.extraction_pool import ExtractionFailedError
from crawler.pipelines.item import PageExchanges, PageItem
from crawler.pipelines.run import CrawlRun
from crawler.spiders.multipage import extract_whole
from crawler.storage.frontier import Page
from crawler.storage.warc.raw_pages import fetch_sha256

_VALIDATORS = frozenset({b"If-None-Match", b"If-Modified-Since"})


class PageParser:
    """Makes items of the responses of one crawl.

    Args:
        run: The crawl.
    """

    def __init__(self, run: CrawlRun) -> None:
        self._run = run

    async def parse(
        self, page: Page, response: Response, *, with_links: bool
    ) -> tuple[PageItem, tuple[str, ...]]:
        """Make an item of a response.

        Args:
            page: What was asked for.
            response: The answer.
            with_links: Whether the article links on it are looked for.

        Returns:
            The item, and the links.

        Raises:
            ExtractionStoppedError: The crawl ends before all of it was fetched and read.
        """
        item = PageItem(
            page=page,
            url=response.url,
            fetched_at=datetime.now(UTC),
            etag=header_of(response, b"ETag"),
            last_modified=header_of(response, b"Last-Modified"),
            content_type=header_of(response, b"Content-Type"),
            exchanges=page_exchanges(response),
        )
        outcome = _outcome(response)
        if outcome is not None:
            item.outcome = Outcome(outcome.disposition, outcome.reason, response.meta.get("not_before"))
            return item, ()
        extracted = await self._extract(item, response, with_links)
        if extracted is None:
            return item, ()
        item.take_extracted(extracted)
        return item, tuple(extracted.links)

    async def _extract(self, item: PageItem, response: Response, with_links: bool) -> Extracted | None:
        html = item.html = response.body
        item.html_sha256 = fetch_sha256(html)
        fetched = FetchedPage(
            html,
            response.url,
            item.page.hints,
            charset_of(response),
            item.fetched_at,
            learned=self._run.keeping.boilerplate.learned,
            requested_url=item.page.url,
        )
        try:
            whole = await extract_whole(self._run, fetched, with_links)
        except ExtractionFailedError as error:
            item.outcome = Outcome(Disposition.QUARANTINED, str(error))
            return None
        if whole.page.parts:
            item.parts, item.html_sha256 = whole.page.parts, fetch_sha256(html, whole.page.parts)
            if item.exchanges is not None:
                item.exchanges = replace(item.exchanges, parts=whole.captures[: len(item.parts)])
        item.cut_short, item.retries_parts = whole.is_cut, whole.retries
        if item.cut_short:
            # With validators the next fetch would be answered "not modified", and the rest never asked for.
            item.etag = item.last_modified = None
        return whole.extracted


def page_exchanges(response: Response) -> PageExchanges | None:
    """What went over the wire for a response; None where it was not recorded."""
    answer = response.meta.get(EXCHANGE)
    if answer is None:
        return None
    meta = response.meta
    return PageExchanges(answer, meta.get(REDIRECTED_BY, ()), drawn_with=meta.get(RENDERED_WITH))


def _outcome(response: Response) -> Outcome | None:
    """How the page ends by the response's status; None: its body decides."""
    headers = {} if response.request is None else response.request.headers
    if response.status == 304 and response.request is not None and not _VALIDATORS.intersection(headers):
        return Outcome(Disposition.FAILED, sentence("unasked_304"))
    return status_outcome(response.status)
