"""The streaming index in Redis or Valkey: checks and inserts articles in one atomic step.

Band keys, a small record of every article and the stories live in Redis; the script in `lua/` looks
candidates up, verifies them, merges stories and inserts, for a whole batch in one round trip, so that two
workers with copies of one article can't miss each other. What is stored follows datasketch's MinHash and the
bands and rows of its MinHashLSH; its Redis storage isn't used, for it takes 78 round trips and 10 KB an
article and has no atomic check-and-insert.

All keys share the hash tag ``{basename}``: on a Redis Cluster the index works, on one shard of it.
"""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any, TypeVar, cast

import redis

from dedup.documents import documents_of
from dedup.index.codec import decision, id_key, id_name, near_miss, placement, read_stories, removal
from dedup.index.decision import Decision, Reassignment, StoryUpdate
from dedup.index.recheck import ExactComparison, Texts, insert_exactly, pairs_within, query_exactly
from dedup.index.scripts import Mode, Scripts
from dedup.index.stats import Counts, IndexStats, estimate_memory
from dedup.parameters import Parameters
from dedup.prepared import Prepared, prepare_many
from dedup.stories.placements import Placement

Item = TypeVar("Item")

DEFAULT_BASENAME = "khabar:dedup"
IN_MEMORY = "memory://"
"""The address of an index in this process."""
BATCH = 256
"""Articles of one call of the script, which Redis serves alone: some 20 ms."""


class Index:
    """The index under one name in one Redis or Valkey server.

    Nothing is sent to the server before the first call. Errors of the connection are redis-py's own
    (`redis.exceptions.ConnectionError` and others) and leave the index as it was, or with the batch in it:
    sending the same batch again then gives the same decisions.

    Args:
        redis_client: A synchronous redis-py client that returns bytes (``decode_responses=False``), or the
        URL of a
            server (``redis://``, ``rediss://`` or ``unix://``); ``memory://`` keeps the index in this process
            alone, without a server (``khabar[memory]``).
        basename: Name of the index: the hash tag in all its keys.
        parameters: Must be those that the index was made with.
        window: After how long an article leaves the index, counted from its arrival in whole days; a story
            leaves with its first article. None keeps everything.
        clock: Gives the time, for tests.

    Raises:
        ValueError: The client decodes responses, the basename is empty or holds a brace, or the window is
            not longer than a day.
    """

    def __init__(
        self,
        redis_client: "redis.Redis | str",
        *,
        basename: str = DEFAULT_BASENAME,
        parameters: Parameters | None = None,
        window: timedelta | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if redis_client == IN_MEMORY:
            from dedup.index.memory import MemoryClient

            redis_client = cast("redis.Redis", MemoryClient())
        elif isinstance(redis_client, str):
            redis_client = redis.Redis.from_url(redis_client)
        if window is not None and window < timedelta(days=1):
            raise ValueError(f"window is {window}, must be a day or more")
        if redis_client.get_encoder().decode_responses:
            raise ValueError("the dedup index stores bytes: its Redis client needs decode_responses=False")
        if not basename or set(basename) & {"{", "}"}:
            raise ValueError(f"basename {basename!r} must not be empty or hold a brace")
        self.basename = basename
        self.parameters = parameters or Parameters()
        self._redis: Any = redis_client
        self._prefix = f"{{{basename}}}:"
        self._state = f"{self._prefix}state"
        self._scripts = Scripts(redis_client, basename, self.parameters, window, clock)

    def open(self) -> None:
        """Begin the index where there is none, or make sure that the one there fits.

        Every other method does so by itself. An index that a rebuild left unfinished is opened, too, for it
        is of use; `is_complete` reports it.

        Raises:
            IndexMismatchError: It was made with other parameters.
            IndexFullError: It is to be begun, and Redis has no memory left.
        """
        self._scripts.open()

    def check_and_insert(self, batch: Iterable[Any], *, texts: Texts | None = None) -> list[Decision]:
        """Decide for each article of a batch which story it belongs to, and insert it.

        One round trip and one atomic step for up to `BATCH` articles; with texts two or three. Articles of
        a batch are compared with those before them. An article that is already there with the same text gets
        the same decision again, and nothing is doubled; one with another text replaces the earlier one and
        stays in its story if others belong there because of it.

        Args:
            batch: Articles made by `prepare`, or documents in any form that `dedup.documents.document_of`
            reads:
                (id, body text, time of publication or None) or the same with a source.
            texts: Returns the texts of articles of the batch and of earlier ones. Whatever looks like a copy
            is
                then compared by them before it is inserted: only texts show whether two name the same people,
                places and figures. Requesting verdicts and inserting are two atomic steps; where another
                article came between them, verdicts are requested again. Where a text is missing the estimate
                holds.

        Raises:
            IndexMismatchError: The index was made with other parameters.
            IndexLostError: The index has vanished since this object first used it.
            IndexFullError: Redis has no memory left; nothing of the call at hand was inserted.
            StoredFormError: A prepared article has a signature of other parameters.
            DocumentError: A document can't be read; the message says which and why.
        """
        prepared = self._prepare(batch)
        self.open()
        decisions: list[Decision] = []
        for first in range(0, len(prepared), BATCH):
            part = prepared[first : first + BATCH]
            if texts is None:
                decisions += _decisions(part, self._scripts.check(self._scripts.packed(part)))
            else:
                exact = ExactComparison(texts, self.parameters)
                replies = insert_exactly(self._scripts, part, exact, self.parameters)
                decisions += _decisions(part, replies)
        return decisions

    def query(self, batch: Iterable[Any], *, texts: Texts | None = None) -> list[Decision]:
        """Decide for each article of a batch which story it would join, without inserting it.

        Articles of a batch are not compared with each other; one that is in the index already is compared
        with the others. `Decision.changes` is empty: nothing changes. Raises what `check_and_insert` raises.

        Args:
            batch: As for `check_and_insert`.
            texts: As for `check_and_insert`.
        """
        prepared = self._prepare(batch)
        self.open()
        decisions: list[Decision] = []
        for first in range(0, len(prepared), BATCH):
            part = prepared[first : first + BATCH]
            if texts is None:
                replies = self._scripts.query(self._scripts.packed(part, assign=False))
            else:
                exact = ExactComparison(texts, self.parameters)
                replies = query_exactly(self._scripts, part, exact)
            decisions += _decisions(part, replies)
        return decisions

    def neighbours(self, articles: Sequence[Prepared]) -> list[set[str]]:
        """For each article the ids of others that share a bucket or a link with it.

        A bucket leads to one article of a story, so others of the same stories may resemble it as well.
        Raises what `check_and_insert` raises.
        """
        self.open()
        neighbours: list[set[str]] = []
        for part in _batches(articles, BATCH):
            replies = self._scripts.check(self._scripts.packed(part, assign=False), Mode.NEIGHBOURS)
            neighbours += ({id_name(name) for name in reply} for reply in replies)
        return neighbours

    def lookup(self, ids: Iterable[str]) -> list[Decision | None]:
        """The decisions that hold now for articles checked before; None for those that are not there.

        For a store to catch up on changes: two workers may store an article and a change that concerns it in
        the other order. Raises what `check_and_insert` raises.
        """
        self.open()
        decisions: list[Decision | None] = []
        for part in _batches(_several(ids), BATCH):
            replies = self._scripts.check(id_key(id_)[0] for id_ in part)
            decisions += (
                decision(id_, reply) if reply else None for id_, reply in zip(part, replies, strict=True)
            )
        return decisions

    def remove(self, ids: Iterable[str]) -> list[tuple[StoryUpdate | Reassignment, ...] | None]:
        """Take articles out: nothing is a copy of them any more, and `lookup` has none of them.

        A story keeps its name and its other articles. Where its canonical article leaves, the next earliest
        takes its place. Inserted again, an article comes back into its story where that is left. Raises what
        `check_and_insert` raises.

        Returns:
            For each id what is to be applied to other stored articles, or None where it was not there.
        """
        self.open()
        keys = [id_key(id_)[0] for id_ in _several(ids)]
        return [removal(reply) for reply in self._scripts.check(keys, Mode.REMOVE)]

    def stories(self) -> dict[str, str]:
        """The story of every article, by id; read in blocks, so what comes meanwhile may be missing.

        Reads all records; for one story see `members`, for some articles `lookup`. Raises what
        `check_and_insert` raises.
        """
        self.open()
        state = self._redis.hgetall(self._state)
        return read_stories(self._redis, self._prefix, Counts.read(state.get(b"counts")))

    def members(self, story_id: str) -> list[str]:
        """The articles of a story, in the order in which they came; none where no story has this id.

        Reads the records of these articles alone. Raises what `check_and_insert` raises.
        """
        self.open()
        (names,) = self._scripts.check([id_key(story_id)[0]], Mode.MEMBERS)
        return list(map(id_name, names))

    def mark_apart(self, pairs: Iterable[tuple[str, str]], *, undo: bool = False) -> None:
        """Mark pairs of articles as not the same story: from now on no story gets both.

        Stories that hold such a pair already stay as they are until `recluster` is called on them. Marks last
        as long as the index; keep them elsewhere for `rebuild`. Raises what `check_and_insert` raises.

        Args:
            pairs: Pairs of ids; the articles need not be there yet.
            undo: Take marks back.
        """
        self.open()
        self._scripts.mark([id_key(id_)[0] for pair in pairs for id_ in pair], undo=undo)

    def recluster(self, articles: Sequence[Prepared], *, texts: Texts | None = None) -> list[Decision]:
        """Cluster the articles of a story again, as if they came one after the other in this order.

        For a story with articles that `mark_apart` separates. In one atomic step; give all of its articles,
        the one that it is called by first. The texts are as for `check_and_insert`.

        Returns:
            A decision for each, to be stored in this order. Raises what `check_and_insert` raises.
        """
        self.open()
        verdicts = None
        if texts is not None:
            exact = ExactComparison(texts, self.parameters)
            exact.compare(pairs_within(articles, self.parameters))
            verdicts = exact.verdicts
        packed = self._scripts.packed(articles)
        return _decisions(articles, self._scripts.check(packed, Mode.RECLUSTER, verdicts))

    def placements(self, ids: Sequence[str]) -> list[Placement | None]:
        """Where articles are placed now; None for those that are not there. Raises what `lookup` raises."""
        self.open()
        keys = [id_key(id_)[0] for id_ in ids]
        replies = self._scripts.check(keys, Mode.PLACEMENT)
        return [placement(id_, reply) for id_, reply in zip(ids, replies, strict=True)]

    def place(self, placements: Sequence[Placement], articles: Sequence[Prepared]) -> bool:
        """Put articles into the stories given, whatever the index would decide, in one atomic step.

        Articles that hang on one of them and are not given follow it. Doing it again changes nothing.

        Args:
            placements: All articles of the stories that change, roots before the rest of their stories.
            articles: The same articles, prepared, in the same order.

        Returns:
            False, with nothing changed, where one of them is not in the index. Raises what `lookup` raises.
        """
        self.open()
        packed = self._scripts.packed_placements(placements, articles)
        return bool(self._scripts.check(packed, Mode.PLACE))

    def near_misses(self) -> list[tuple[str, str, float]]:
        """The latest pairs that almost were copies, newest first: both ids and the similarity, 0 to 1.

        The index remembers a thousand. A pair may have come into one story since, by other articles.
        """
        return [near_miss(packed) for packed in self._redis.lrange(f"{self._prefix}near", 0, -1)]

    def exists(self) -> bool:
        """Whether there is an index of this name, of whatever parameters."""
        return bool(self._redis.exists(self._state))

    def is_complete(self) -> bool:
        """Whether there is an index that no rebuild left unfinished.

        While it is rebuilt, and for ever after that was interrupted, it lacks articles that are stored:
        copies of them would pass for new stories. `rebuild` then has to be called again.
        """
        present, building = self._redis.hmget(self._state, "epoch", "building")
        return present is not None and building is None

    def stats(self) -> IndexStats:
        """Count articles and stories, estimate the memory, return the stored parameters.

        Reads an index of any parameters, so that a mismatch can be examined.
        """
        state = self._redis.hgetall(self._state)
        counts = Counts.read(state.get(b"counts"))
        return IndexStats(
            documents=counts.articles - counts.first + 1 - int(state.get(b"removed", 0)),
            seen=counts.articles + int(state.get(b"left_out", 0)),
            stories=counts.stories,
            candidates=counts.candidates,
            bytes_estimate=estimate_memory(self._redis, self._prefix, counts) if state else 0,
            parameters=json.loads(state.get(b"parameters", b"{}")),
            is_complete=b"epoch" in state and b"building" not in state,
        )

    def clear(self) -> None:
        """Remove the index, of whatever parameters, with all its keys."""
        self._scripts.epoch = None
        self._redis.delete(self._state)  # first: other users of the index notice
        pattern = re.sub(r"([\\*?\[\]^])", r"\\\1", self._prefix) + "*"
        keys = self._redis.scan_iter(match=pattern, count=5000)
        while block := list(islice(keys, 1000)):
            self._redis.unlink(*block)

    def rebuild(
        self,
        articles: Iterable[Prepared],
        *,
        apart: Iterable[tuple[str, str]] = (),
        left_out: int = 0,
        texts: Texts | None = None,
        progress: Callable[[int], None] | None = None,
        decided: Callable[[list[Decision]], None] | None = None,
    ) -> int:
        """Rebuild the index from articles kept elsewhere.

        In order of publication it gives the stories that insertions in that order would have given. Until it
        returns, and so where it is interrupted, `is_complete` returns False.

        Args:
            articles: All articles, prepared or put together by `Prepared.from_stored`. With a window they
                stay as long as if they had all arrived now.
            apart: Pairs of ids marked as not the same story by hand.
            left_out: How many articles are older than the window and not given; `IndexStats.seen` counts
                them.
            texts: As for `check_and_insert`.
            progress: Called after each batch with the number of articles inserted so far.
            decided: Called with each batch's decisions, to bring what is stored up to date.

        Returns:
            How many articles were inserted.

        Raises:
            IndexLostError: The index was rebuilt or cleared by another process in the meantime.
            IndexFullError: Redis has no memory left.
            StoredFormError: A prepared article has a signature of other parameters.
        """
        self.clear()
        self._scripts.open(building=True)
        if left_out:
            self._redis.hset(self._state, "left_out", left_out)
        self.mark_apart(apart)
        count = 0
        for batch in _batches(articles, BATCH):
            decisions = self.check_and_insert(batch, texts=texts)
            count += len(decisions)
            if decided:
                decided(decisions)
            if progress:
                progress(count)
        self._scripts.finish()
        return count

    def _prepare(self, batch: Iterable[Any]) -> list[Prepared]:
        articles = list(batch)
        documents = documents_of(article for article in articles if not isinstance(article, Prepared))
        prepared = iter(prepare_many(documents, parameters=self.parameters))
        return [article if isinstance(article, Prepared) else next(prepared) for article in articles]


def _decisions(articles: Sequence[Prepared], replies: Sequence[Any]) -> list[Decision]:
    return [decision(article.id, reply) for article, reply in zip(articles, replies, strict=True)]


def _several(ids: Iterable[str]) -> Iterable[str]:
    """Some ids; one alone is a mistake, of which every letter would be an id."""
    if isinstance(ids, str):
        raise TypeError(f"{ids!r} is one id; give a list of ids")
    return ids


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
