"""The index for programs that run in an event loop."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

from dedup.index.decision import Decision, Reassignment, StoryUpdate
from dedup.index.index import Index
from dedup.index.stats import IndexStats

P = ParamSpec("P")
T = TypeVar("T")
AsyncTexts: TypeAlias = Callable[[Sequence[str]], Awaitable[Mapping[str, str]]]
"""Returns the body texts of articles by their ids, in the loop; those that are missing are left out."""


class AsyncIndex:
    """`Index` as coroutines.

    Each call runs in a thread: reading texts and comparing them takes processor time, which would hold up the
    loop whatever the client of Redis. Calls may overlap; each batch is one atomic step all the same.

    Args:
        index: The index; give it a client whose pool has a connection for each call at a time, or a URL.
    """

    def __init__(self, index: Index | str) -> None:
        self.index = Index(index) if isinstance(index, str) else index

    async def check_and_insert(
        self, batch: Iterable[Any], *, texts: AsyncTexts | None = None
    ) -> list[Decision]:
        """See `Index.check_and_insert`."""
        return await self._call(Index.check_and_insert, batch, texts=_in_loop(texts))

    async def query(self, batch: Iterable[Any], *, texts: AsyncTexts | None = None) -> list[Decision]:
        """See `Index.query`."""
        return await self._call(Index.query, batch, texts=_in_loop(texts))

    async def lookup(self, ids: Iterable[str]) -> list[Decision | None]:
        """See `Index.lookup`."""
        return await self._call(Index.lookup, ids)

    async def remove(self, ids: Iterable[str]) -> list[tuple[StoryUpdate | Reassignment, ...] | None]:
        """See `Index.remove`."""
        return await self._call(Index.remove, ids)

    async def members(self, story_id: str) -> list[str]:
        """See `Index.members`."""
        return await self._call(Index.members, story_id)

    async def stats(self) -> IndexStats:
        """See `Index.stats`."""
        return await self._call(Index.stats)

    async def _call(
        self, method: Callable[Concatenate[Index, P], T], *arguments: P.args, **options: P.kwargs
    ) -> T:
        return await asyncio.to_thread(method, self.index, *arguments, **options)


def _in_loop(texts: AsyncTexts | None) -> Callable[[Sequence[str]], Mapping[str, str]] | None:
    """Texts for a thread, which the loop of the caller fetches."""
    if texts is None:
        return None
    loop = asyncio.get_running_loop()

    async def fetch(ids: Sequence[str]) -> Mapping[str, str]:
        return await texts(ids)

    return lambda ids: asyncio.run_coroutine_threadsafe(fetch(ids), loop).result()
