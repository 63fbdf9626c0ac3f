"""Two addresses of one article that are fetched at once: the second is looked at when the first is stored.

Otherwise neither would find the other in the archive, both would count as new, and what the first said would
be overwritten without a revision.
"""

import asyncio
from weakref import WeakValueDictionary

from crawler.pipelines.item import PageItem

_locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
"""By article's id, as long as a page of it is on its way; a process crawls one site."""


async def take_turn(item: PageItem) -> None:
    """Wait until no other page of the item's article is between its decision and its being stored."""
    if item.outcome is None and item.article_id is not None:
        lock = _locks.setdefault(item.article_id, asyncio.Lock())
        await lock.acquire()
        item.turn = lock


def end_turn(item: PageItem) -> None:
    """Let the next page of the article go on."""
    if item.turn is not None:
        item.turn.release()
        item.turn = None
