"""The streaming index: every article ever seen, in Redis or Valkey, asked and told in one atomic step.

Band keys, a small record of every article and the stories live in Redis; `index.lua` looks candidates up,
verifies them, unites stories and inserts, for a whole batch in one round trip, so that two workers with
copies of one story can't miss each other. What is stored follows datasketch's MinHash and the bands and rows
of its MinHashLSH; its Redis storage isn't used, for it takes 78 round trips and 10 KB an article and has no
atomic check-and-insert.

All keys share the hash tag ``{basename}``: on a Redis Cluster the index works, on one shard of it.
"""

import json
import re
import struct
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from importlib.resources import files
from itertools import islice
from typing import Any, TypeAlias

import redis

from dedup.decision import Decision
from dedup.errors import IndexFullError, IndexLostError, IndexMismatchError
from dedup.parameters import Parameters
from dedup.prepared import Prepared, prepare_many
from dedup.scripts import BEGIN, FINISH, MARK
from dedup.similarity import NEAR_MISS
from dedup.stats import Counts, IndexStats, estimate_memory
from dedup.wire import SIMILARITY_STEPS, decision, id_key, id_name, pack

Document: TypeAlias = tuple[str, str, datetime | None]
"""An article that is not prepared yet: its id, body text and time of publication."""

DEFAULT_BASENAME = "khabar:dedup"
BATCH = 256
"""Articles of one call of the script, which Redis serves alone: some 20 ms."""



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
        self._epoch: bytes | None = None
        self._begin = redis_client.register_script(BEGIN)
        self._finish = redis_client.register_script(FINISH)
        self._mark = redis_client.register_script(MARK)
        self._window = window.total_seconds() if window else 0.0
        self._clock = clock
        self._check = redis_client.register_script(files("dedup").joinpath("index.lua").read_text("utf-8"))
        limits = self.parameters.thresholds
        self._limits = struct.pack(
            "<17d",
            self.parameters.bands,
            limits.containment,
            limits.containment_other_source,
            limits.containment_same_source,
            limits.jaccard_short,
            limits.short,
            limits.near,
            limits.figures_kept,
            limits.figures_changed,
            limits.figures_length,
            limits.hours_apart,
            limits.opening,
            limits.whole_estimated,
            limits.chained,
            limits.chained_jaccard,
            limits.merge,
            NEAR_MISS,
        )

    def open(self) -> None:
        """Begin the index where there is none, or make sure that the one there fits.

        Every other method does so by itself. An index that a rebuild left unfinished is opened, too, for it
        is of use; `is_complete` tells.

        Raises:
            IndexMismatchError: It was made with other parameters.
            IndexFullError: It is to be begun, and Redis has no memory left.
        """
        if self._epoch is None:
            self._open(building=False)

    def _open(self, *, building: bool) -> None:
        mine = self.parameters.as_dict()
        stored, epoch = self._run(
            self._begin, [json.dumps(mine, sort_keys=True), uuid.uuid4().hex, Counts().pack(), int(building)]
        )
        theirs = json.loads(stored or "{}")
        if theirs != mine:
            names = [name for name in {**mine, **theirs} if mine.get(name) != theirs.get(name)]
            raise IndexMismatchError(
                self.basename, {name: (theirs.get(name), mine.get(name)) for name in names}
            )
        self._epoch = epoch

    def check_and_insert(self, batch: Sequence[Prepared | Document]) -> list[Decision]:
        """Decide for each article of a batch which story it belongs to, and insert it.

        One round trip and one atomic step for up to `BATCH` articles. Articles of a batch see those before
        them. An article that is already there with the same text gets the same decision again, and nothing
        is doubled; one with another text replaces what was known of it and stays in its story if others
        follow it there.

        Args:
            batch: Articles made by `prepare`, or (id, body text, time of publication or None).

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
            replies = self._ask(pack(part, self.parameters))
            decisions += (decision(one.id, reply) for one, reply in zip(part, replies, strict=True))
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
            replies = self._ask(id_key(id_)[0] for id_ in part)
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
        arguments: list[Any] = [self._prefix, self._epoch, int(undo)]
        for pair in pairs:
            arguments += (id_key(id_)[0] for id_ in pair)
        if len(arguments) > 3:
            self._run(self._mark, arguments)

    def retell(self, articles: Sequence[Prepared]) -> list[Decision]:
        """Tell the articles of a story apart anew, as if they came one after the other in this order.

        For a story that `mark_apart` says is more than one. In one atomic step; give all of its articles, the
        one that it is called by first.

        Returns:
            A decision for each, to be stored in this order. Raises what `check_and_insert` raises.
        """
        self.open()
        replies = self._ask(pack(articles, self.parameters), mode=b"again")
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

    def _ask(self, articles: Iterable[bytes], mode: bytes = b"") -> list[Any]:
        moment = struct.pack("<2d", self._window, self._clock())
        header = b"".join([self._epoch or b"", self._limits, moment, mode])
        replies: list[Any] = self._run(self._check, [header, *articles])
        return replies

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
        self._epoch = None
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
        self._open(building=True)
        if left_out:
            self._redis.hset(self._state, "left_out", left_out)
        self.mark_apart(apart)
        count = 0
        for batch in _batches(articles, BATCH):
            decisions = self.check_and_insert(batch)
            count += len(decisions)
            if decided:
                decided(decisions)
            if progress:
                progress(count)
        self._run(self._finish, [self._epoch])
        return count

    def _prepare(self, batch: Sequence[Prepared | Document]) -> list[Prepared]:
        raw = [(*one[:3], None) for one in batch if not isinstance(one, Prepared)]
        made = iter(prepare_many(raw, parameters=self.parameters) if raw else [])
        return [one if isinstance(one, Prepared) else next(made) for one in batch]

    def _run(self, script: Any, arguments: list[Any]) -> Any:
        try:
            return script(keys=[self._state], args=arguments)
        except redis.ResponseError as error:
            # A script's errors come as its own words, or as Redis's with the script's hash behind them.
            if "KHABARLOST" in str(error):
                self._epoch = None
                raise IndexLostError(self.basename) from None
            if "OOM command not allowed" in str(error) or isinstance(error, redis.OutOfMemoryError):
                raise IndexFullError(self.basename) from None
            raise


def _batches(articles: Iterable[Prepared], size: int) -> Iterator[list[Prepared]]:
    rest = iter(articles)
    while batch := list(islice(rest, size)):
        yield batch
