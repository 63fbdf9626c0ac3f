"""The streaming index: every article ever seen, in Redis or Valkey, asked and told in one atomic step.

Band keys, a small record of every article and the stories live in Redis; the script in `lua/` looks
candidates up, verifies them, unites stories and inserts, for a whole batch in one round trip, so that two
workers with copies of one story can't miss each other. What is stored follows datasketch's MinHash and the
bands and rows of its MinHashLSH; its Redis storage isn't used, for it takes 78 round trips and 10 KB an
article and has no atomic check-and-insert.

All keys share the hash tag ``{basename}``: on a Redis Cluster the index works, on one shard of it.
"""

import json
import re
import struct
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeAlias

import redis

from dedup.index.calls import Calls
from dedup.index.codec import SIMILARITY_STEPS, asked, decision, id_key, id_name, pack, pack_verdicts
from dedup.index.decision import Decision
from dedup.index.recheck import ExactLook, Texts, pairs_within
from dedup.index.stats import Counts, IndexStats, estimate_memory
from dedup.parameters import Parameters
from dedup.prepared import Prepared, prepare_many

Document: TypeAlias = tuple[str, str, datetime | None]
"""An article that is not prepared yet: its id, body text and time of publication."""

DEFAULT_BASENAME = "khabar:dedup"
BATCH = 256
"""Articles of one call of the script, which Redis serves alone: some 20 ms."""
MOST_LOOKS = 32
"""So often verdicts are asked for without an insertion between, before the estimate decides: other writers
have to put look-alikes in at each of them."""


class Index:
    """The index under one name in one Redis or Valkey server.

    Nothing is sent to the server before the first call. Errors of the connection are redis-py's own
    (`redis.exceptions.ConnectionError` and others) and leave the index as it was, or with the batch in it:
    sending the same batch again then gives the same decisions.

    Args:
        redis_client: A synchronous redis-py client that returns bytes (``decode_responses=False``).
        basename: Name of the index: the hash tag in all its keys.
        parameters: Must be those that the index was made with.
        window: After how long an article leaves the index, counted from its arrival in whole days; a story
            leaves with its first article. None keeps everything.
        clock: Tells the time, for tests.

    Raises:
        ValueError: The client decodes responses, the basename is empty or holds a brace, or the window is
            not longer than a day.
    """

    def __init__(
        self,
        redis_client: "redis.Redis",
        *,
        basename: str = DEFAULT_BASENAME,
        parameters: Parameters | None = None,
        window: timedelta | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
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
        self._calls = Calls(redis_client, basename, self.parameters, window, clock)

    def open(self) -> None:
        """Begin the index where there is none, or make sure that the one there fits.

        Every other method does so by itself. An index that a rebuild left unfinished is opened, too, for it
        is of use; `is_complete` tells.

        Raises:
            IndexMismatchError: It was made with other parameters.
            IndexFullError: It is to be begun, and Redis has no memory left.
        """
        self._calls.open()

    def check_and_insert(
        self, batch: Sequence[Prepared | Document], *, texts: Texts | None = None
    ) -> list[Decision]:
        """Decide for each article of a batch which story it belongs to, and insert it.

        One round trip and one atomic step for up to `BATCH` articles; with texts two or three. Articles of
        a batch see those before them. An article that is already there with the same text gets the same
        decision again, and nothing is doubled; one with another text replaces what was known of it and
        stays in its story if others follow it there.

        Args:
            batch: Articles made by `prepare`, or (id, body text, time of publication or None).
            texts: Gives the texts of articles of the batch and of earlier ones. Whatever looks like a copy is
                then compared by them before it is inserted: only texts show whether two name the same people,
                places and figures. Asking and inserting are two atomic steps; whatever came between them is
                asked for again. Where a text is missing the estimate holds.

        Raises:
            IndexMismatchError: The index was made with other parameters.
            IndexLostError: The index has vanished since this object first used it.
            IndexFullError: Redis has no memory left; nothing of the call at hand was inserted.
            StoredFormError: A prepared article has a signature of other parameters.
        """
        prepared = self._prepare(batch)
        self.open()
        decisions: list[Decision] = []
        for first in range(0, len(prepared), BATCH):
            part = prepared[first : first + BATCH]
            if texts is None:
                replies = self._calls.ask(pack(part, self.parameters))
                decisions += [decision(one.id, reply) for one, reply in zip(part, replies, strict=True)]
            else:
                decisions += self._look_and_insert(part, ExactLook(texts, self.parameters))
        return decisions

    def _look_and_insert(self, batch: Sequence[Prepared], look: ExactLook) -> list[Decision]:
        """Insert a batch as far as all verdicts are known, learn those that lack, and go on."""
        look.compare(pairs_within(batch, self.parameters))
        decisions: list[Decision] = []
        fruitless = 0
        while len(decisions) < len(batch):
            rest = batch[len(decisions) :]
            is_late = fruitless == MOST_LOOKS
            replies = self._calls.ask(
                pack(rest[:1] if is_late else rest, self.parameters),
                mode=b"" if is_late else b"exact",
                verdicts=pack_verdicts(look.verdicts),
            )
            wanted = [pairs for reply in replies if (pairs := asked(reply)) is not None]
            inserted = len(replies) - len(wanted)
            decisions += [
                decision(one.id, reply) for one, reply in zip(rest[:inserted], replies, strict=False)
            ]
            look.compare(pair for pairs in wanted for pair in pairs)
            fruitless = 0 if inserted else fruitless + 1
        return decisions

    def lookup(self, ids: Sequence[str]) -> list[Decision | None]:
        """Tell what holds now of articles that were checked before; None for those that are not there.

        For a store to catch up on changes: two workers may store an article and a change that concerns it in
        the other order. Raises what `check_and_insert` raises.
        """
        self.open()
        decisions: list[Decision | None] = []
        for first in range(0, len(ids), BATCH):
            part = ids[first : first + BATCH]
            replies = self._calls.ask(id_key(id_)[0] for id_ in part)
            decisions += (
                decision(id_, reply) if reply else None for id_, reply in zip(part, replies, strict=True)
            )
        return decisions

    def mark_apart(self, pairs: Iterable[tuple[str, str]], *, undo: bool = False) -> None:
        """Mark pairs of articles as not the same story: from now on no story takes in both.

        Stories that hold such a pair already stay as they are until `retell` is called on them. Marks last as
        long as the index; keep them elsewhere for `rebuild`. Raises what `check_and_insert` raises.

        Args:
            pairs: Pairs of ids; the articles need not be there yet.
            undo: Take marks back.
        """
        self.open()
        self._calls.mark([id_key(id_)[0] for pair in pairs for id_ in pair], undo=undo)

    def retell(self, articles: Sequence[Prepared], *, texts: Texts | None = None) -> list[Decision]:
        """Tell the articles of a story apart anew, as if they came one after the other in this order.

        For a story that `mark_apart` says is more than one. In one atomic step; give all of its articles, the
        one that it is called by first. The texts are as for `check_and_insert`.

        Returns:
            A decision for each, to be stored in this order. Raises what `check_and_insert` raises.
        """
        self.open()
        verdicts = b""
        if texts is not None:
            look = ExactLook(texts, self.parameters)
            look.compare(pairs_within(articles, self.parameters))
            verdicts = pack_verdicts(look.verdicts)
        replies = self._calls.ask(pack(articles, self.parameters), mode=b"again", verdicts=verdicts)
        return [decision(one.id, reply) for one, reply in zip(articles, replies, strict=True)]

    def near_misses(self) -> list[tuple[str, str, float]]:
        """The latest pairs that almost were copies, newest first: both ids and the similarity, 0 to 1.

        The index remembers a thousand. A pair may have come into one story since, by other articles.
        """
        found = []
        for told in self._redis.lrange(f"{self._prefix}near", 0, -1):
            step, length = struct.unpack_from("<BI", told)
            names = told[5 : 5 + length], told[5 + length :]
            found.append((id_name(names[0]), id_name(names[1]), step / SIMILARITY_STEPS))
        return found

    def exists(self) -> bool:
        """Whether there is an index of this name, of whatever parameters."""
        return bool(self._redis.exists(self._state))

    def is_empty(self) -> bool:
        """Whether there is no index, or one without articles: after Redis was flushed, for example."""
        return not Counts.read(self._redis.hget(self._state, "counts")).articles

    def is_complete(self) -> bool:
        """Whether there is an index that no rebuild left unfinished.

        While it is made anew, and for ever after that was interrupted, it lacks articles that are stored:
        copies of them would pass for new stories. `rebuild` then has to be called again.
        """
        present, building = self._redis.hmget(self._state, "epoch", "building")
        return present is not None and building is None

    def stats(self) -> IndexStats:
        """Count articles and stories, estimate the memory, tell the stored parameters.

        Reads an index of any parameters, so that a mismatch can be looked into.
        """
        state = self._redis.hgetall(self._state)
        counts = Counts.read(state.get(b"counts"))
        return IndexStats(
            documents=counts.articles - counts.first + 1,
            known=counts.articles + int(state.get(b"left_out", 0)),
            stories=counts.stories,
            candidates=counts.candidates,
            bytes_estimate=estimate_memory(self._redis, self._prefix, counts) if state else 0,
            parameters=json.loads(state.get(b"parameters", b"{}")),
            is_complete=b"epoch" in state and b"building" not in state,
        )

    def clear(self) -> None:
        """Remove the index, of whatever parameters, with all its keys."""
        self._calls.epoch = None
        self._redis.delete(self._state)  # first: whoever uses the index notices
        pattern = re.sub(r"([\\*?\[\]^])", r"\\\1", self._prefix) + "*"
        keys = self._redis.scan_iter(match=pattern, count=5000)
        while some := list(islice(keys, 1000)):
            self._redis.unlink(*some)

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
        """Make the index anew from articles kept elsewhere.

        In order of publication it gives the stories that a crawl in that order would have given. Until it
        returns, and so where it is interrupted, `is_complete` says no.

        Args:
            articles: All articles, prepared or put together by `Prepared.from_stored`. With a window they
                stay as long as if they had all arrived now.
            apart: Pairs of ids marked as not the same story by hand.
            left_out: How many articles are older than the window and not given; `IndexStats.known` counts
                them.
            texts: As for `check_and_insert`.
            progress: Called after each batch with the number of articles inserted so far.
            decided: Called with each batch's decisions, to bring what is stored up to date.

        Returns:
            How many articles were inserted.

        Raises:
            IndexLostError: Another has made the index anew, or cleared it, in the meantime.
            IndexFullError: Redis has no memory left.
            StoredFormError: A prepared article has a signature of other parameters.
        """
        self.clear()
        self._calls.open(building=True)
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
        self._calls.finish()
        return count

    def _prepare(self, batch: Sequence[Prepared | Document]) -> list[Prepared]:
        raw = [(*one[:3], None) for one in batch if not isinstance(one, Prepared)]
        made = iter(prepare_many(raw, parameters=self.parameters) if raw else [])
        return [one if isinstance(one, Prepared) else next(made) for one in batch]


def _batches(articles: Iterable[Prepared], size: int) -> Iterator[list[Prepared]]:
    rest = iter(articles)
    while batch := list(islice(rest, size)):
        yield batch
