"""Pages of one article go through the store one after the other, pages of several do not wait."""

import asyncio
from datetime import UTC, datetime

from crawler.fetch.outcome import Outcome
from crawler.model.article import Disposition
from crawler.pipelines.dedup import ArticleLocks
from crawler.pipelines.extraction import Extracted
from crawler.pipelines.item import PageItem
from crawler.storage.frontier import Page


def _item(article: str | None, outcome: Outcome | None = None) -> PageItem:
    page = Page("x/1", "https://x.example/1", "feed")
    return PageItem(
        page, page.url, datetime.now(UTC), extracted=Extracted(article_id=article), outcome=outcome
    )


def test_the_second_page_of_an_article_waits_for_the_first() -> None:
    async def both() -> None:
        locks = ArticleLocks()
        first, second, other = _item("a"), _item("a"), _item("b")
        await locks.acquire(first)
        waiting = asyncio.create_task(locks.acquire(second))
        await locks.acquire(other)
        for item in (_item(None), _item("a", Outcome(Disposition.GONE))):
            await locks.acquire(item)
            assert item.lock is None
        await asyncio.sleep(0)
        assert not waiting.done()
        first.release_lock()
        await waiting
        assert second.lock is not None
        second.release_lock()
        second.release_lock()
        await locks.acquire(first)

    asyncio.run(asyncio.wait_for(both(), 30))
