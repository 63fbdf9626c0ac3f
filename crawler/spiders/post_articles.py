"""Articles out of posts: each post of an answer becomes its page's item, or the request for that page.

An answer holds so many articles of one site that its template shows in them: on a site of which nothing is
learned yet, what is repeated is left out from the first article on.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from scrapy import Request

from crawler.discovery.wordpress_posts import Post
from crawler.pipelines.extraction import Extracted, extract_post, post_hints, without_template
from crawler.pipelines.extraction_pool import ExtractionFailedError
from crawler.pipelines.item import PageItem, PostPage
from crawler.spiders.crawling import Crawling
from crawler.spiders.page_queue import Intake
from crawler.storage.frontier import Page
from crawler.storage.repeated_paragraphs import template_of
from crawler.storage.warc.raw_pages import Exchange

logger = logging.getLogger(__name__)


class PostArticles:
    """Makes articles of the posts of the spider's site.

    Args:
        spider: The crawl.
        intake: Makes the requests for pages whose posts give no article.
    """

    def __init__(self, spider: Crawling, intake: Intake) -> None:
        self._site = spider.site
        self._run = spider.run
        self._intake = intake

    async def items(
        self,
        claimed: Sequence[tuple[Page, Post | None]],
        fetched_at: datetime,
        following: list[Request],
        answer: Exchange | None,
    ) -> AsyncIterator[PageItem | Request]:
        """Yield an item or a request for each page, and the requests that follow the answer.

        Args:
            claimed: The pages and their posts; None where the answer brought none.
            fetched_at: When the posts were fetched.
            following: Requests of the walk. They are yielded when half of the posts are read, so that the
                next answer arrives while the rest is.
            answer: The answer that the posts are of, as it came.
        """
        tasks = [asyncio.ensure_future(self._extracted(post, fetched_at)) for _, post in claimed]
        try:
            for task in tasks[: len(tasks) // 2]:
                await task
            for request in following:
                yield request
            results = [await task for task in tasks]
        finally:
            for task in tasks:
                task.cancel()
        results = await self._without_template(results)
        for (page, post), result in zip(claimed, results, strict=True):
            if post is None or result is None:
                yield self._intake.request(page)
                continue
            self._run.take()
            yield self._item(page, post, result, fetched_at, answer)

    async def _extracted(self, post: Post | None, fetched_at: datetime) -> tuple[Extracted, str] | None:
        """What a post gives, and the hash of the page made of it; None where its own page has to decide."""
        if post is None or not post.is_whole:
            return None
        learned = self._run.keeping.learned
        try:
            extracted, sha256 = await self._run.pool.run(extract_post, post, self._site, fetched_at, learned)
        except ExtractionFailedError as error:
            logger.info("%s: its post could not be read (%s); its page is asked for", post.url, error)
            return None
        return None if extracted.article is None else (extracted, sha256)

    async def _without_template(
        self, results: list[tuple[Extracted, str] | None]
    ) -> list[tuple[Extracted, str] | None]:
        keeping = self._run.keeping
        if keeping.has_counts:
            return results
        template = template_of([extracted.blocks for extracted, _ in filter(None, results)])
        if not template:
            return results
        keeping.learned |= template
        keeping.has_counts = True
        tasks = [self._cleaned(result, template) for result in results]
        return list(await asyncio.gather(*tasks))

    async def _cleaned(
        self, result: tuple[Extracted, str] | None, template: frozenset[str]
    ) -> tuple[Extracted, str] | None:
        if result is None or not any(key in template for key, _ in result[0].blocks):
            return result
        extracted, sha256 = result
        try:
            cleaned = await self._run.pool.run(without_template, extracted, template, self._site.id)
        except ExtractionFailedError as error:
            logger.warning("%s: the site's template was left in it: %s", extracted.article_id, error)
            return result
        return cleaned, sha256

    def _item(
        self,
        page: Page,
        post: Post,
        result: tuple[Extracted, str],
        fetched_at: datetime,
        answer: Exchange | None,
    ) -> PageItem:
        extracted, sha256 = result
        kept = PostPage(post.as_page(self._site.language), post_hints(post), answer) if answer else None
        return PageItem(
            page=page,
            url=post.url,
            fetched_at=fetched_at,
            html_sha256=sha256,
            extracted=extracted,
            post_page=kept,
        )
