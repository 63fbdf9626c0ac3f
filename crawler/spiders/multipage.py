"""Articles over several pages: fetching the further ones, as politely as any page."""

import logging
from dataclasses import dataclass, field, replace

from scrapy import Request

from crawler.fetch.content import EXCHANGE, KEEP_EXCHANGE, REDIRECTED_BY
from crawler.fetch.outcome import HeldBackError, failure_outcome
from crawler.html.sentences import sentence
from crawler.pipelines.extraction import Extracted, FetchedPage, extract_page
from crawler.pipelines.extraction_pool import ExtractionStoppedError
from crawler.pipelines.run import CrawlRun
from crawler.storage.warc.captures import PartCapture

MOST_PARTS = 10
"""Further pages fetched of one article. Real ones have two to five; a loop of links has no end."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WholePage:
    """A page with the further pages of its article, as far as they can be read.

    `captures` are the exchanges of the further pages, where they are kept. `is_cut` says that one is missing,
    `retries` that it may be there another time.
    """

    extracted: Extracted
    page: FetchedPage
    captures: tuple[PartCapture, ...] = ()
    is_cut: bool = False
    retries: bool = False


@dataclass(slots=True)
class _Parts:
    """Further pages that were fetched; `forbidden`: robots.txt or the like keeps the next one away."""

    pages: list[tuple[str, bytes]] = field(default_factory=list)
    captures: list[PartCapture] = field(default_factory=list)
    forbidden: bool = False


async def extract_whole(run: CrawlRun, page: FetchedPage, follow: bool) -> WholePage:
    """Extract a page and, where its article goes on elsewhere, the further pages with it.

    They pass robots.txt, the delay and all limits like any request. They are parts of a page, not pages: the
    crawl counts the article once. One that cannot be fetched, or is no page of the article, ends it there,
    and stands among the crawl's problems; the article is taken again later.

    Args:
        run: The crawl.
        page: The page as fetched.
        follow: Whether its links are looked for.

    Returns:
        What was made of it, with the parts that were fetched.

    Raises:
        ExtractionFailedError: Extraction could not cope with it.
        ExtractionStoppedError: The crawl ends before all of it was fetched and read.
    """
    extracted = await run.pool.run(extract_page, page, run.site, follow)
    whole, forbidden = True, False
    captures: list[PartCapture] = []
    while extracted.missing and whole and extracted.unreadable is None:
        parts = await _fetch(run, page, extracted.missing)
        whole = len(parts.pages) == len(extracted.missing)
        forbidden = parts.forbidden
        if not parts.pages:
            break
        page = replace(page, parts=(*page.parts, *parts.pages))
        captures += parts.captures
        extracted = await run.pool.run(extract_page, page, run.site, follow)
    if extracted.unreadable is not None:
        run.counts.problem_that("part_unreadable", url=page.url, part=extracted.unreadable)
        # What is kept as evidence is what the text was read from.
        urls = [url for url, _ in page.parts]
        page = replace(page, parts=page.parts[: urls.index(extracted.unreadable)])
    if page.parts:
        logger.info("%s: an article over %d pages", page.url, 1 + len(page.parts))
    is_cut = bool(extracted.missing) or extracted.unreadable is not None
    kept = tuple(captures)
    return WholePage(extracted, page, kept, is_cut, is_cut and not forbidden and len(page.parts) < MOST_PARTS)


async def _fetch(run: CrawlRun, page: FetchedPage, missing: tuple[str, ...]) -> _Parts:
    """The further pages that can be fetched, in order, up to the first that cannot."""
    parts = _Parts()
    meta = {KEEP_EXCHANGE: run.keeping.captures.are_kept}
    for url in missing[: MOST_PARTS - len(page.parts)]:
        if run.context.stopping:
            raise ExtractionStoppedError(sentence("crawl_ended_before"))
        try:
            response = await run.context.engine.download_async(
                Request(url, dont_filter=True, meta=dict(meta))
            )
        except Exception as error:  # noqa: BLE001 - whatever keeps a part away, the first page is there
            if run.context.stopping and isinstance(error, HeldBackError):
                raise ExtractionStoppedError(sentence("crawl_ended_before")) from None
            run.counts.problem_that("part_not_fetched", url=page.url, part=url, why=str(error))
            parts.forbidden = failure_outcome(error).final
            break
        if response.status != 200 or response.url.rstrip("/") != url.rstrip("/"):
            answer = (
                sentence("status_only", status=response.status)
                if response.status != 200
                else sentence("a_redirect_to", url=response.url)
            )
            run.counts.problem_that("part_answered_with", url=page.url, part=url, answer=answer)
            break
        parts.pages.append((url, response.body))
        if (exchange := response.meta.get(EXCHANGE)) is not None:
            parts.captures.append(PartCapture(url, exchange, response.meta.get(REDIRECTED_BY, ())))
    return parts
