"""Pages of one article go through the store one after the other, pages of several do not wait."""

import asyncio
from datetime import UTC, datetime

from crawler.fetch.outcome import Outcome
from crawler.model.article import Disposition
from crawler.pipelines.article_lock import end_turn, take_turn
from crawler.pipelines.item import PageItem
from crawler.storage.frontier import Page


def _item(article: str | None, outcome: Outcome | None = None) -> PageItem:
    page = Page("x/1", "https://x.example/1", "feed")
    return PageItem(page, page.url, datetime.now(UTC), article_id=article, outcome=outcome)


def test_the_second_page_of_an_article_waits_for_the_first() -> None:
    async def both() -> None:
        first, second, other = _item("a"), _item("a"), _item("b")
        await take_turn(first)
        waiting = asyncio.create_task(take_turn(second))
        await take_turn(other)
        for item in (_item(None), _item("a", Outcome(Disposition.GONE))):
            await take_turn(item)
            assert item.turn is None
        await asyncio.sleep(0)
        assert not waiting.done()
        end_turn(first)
        await waiting
        assert second.turn is not None
        end_turn(second)
        end_turn(second)
        await take_turn(first)

    asyncio.run(asyncio.wait_for(both(), 30))
