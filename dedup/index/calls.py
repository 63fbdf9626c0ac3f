"""The scripts of an index, called: what they are given, and what their errors mean."""

import json
import struct
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

import redis

from dedup.comparison.rule import NEAR_MISS
from dedup.errors import IndexFullError, IndexLostError, IndexMismatchError
from dedup.index.scripts import BEGIN, FINISH, MARK, check_script
from dedup.index.stats import Counts
from dedup.parameters import Parameters


class Calls:
    """The scripts of the index of one name.

    Each call raises `IndexLostError` where another index has taken this one's place, and `IndexFullError`
    where Redis has no memory left.

    Attributes:
        epoch: Which index of this name was opened; None before.
    """

    def __init__(
        self,
        redis_client: "redis.Redis",
        basename: str,
        parameters: Parameters,
        window: timedelta | None,
        clock: Callable[[], float],
    ) -> None:
        self.epoch: bytes | None = None
        self._basename = basename
        self._parameters = parameters
        self._prefix = f"{{{basename}}}:"
        self._window = window.total_seconds() if window else 0.0
        self._clock = clock
        self._begin = redis_client.register_script(BEGIN)
        self._finish = redis_client.register_script(FINISH)
        self._mark = redis_client.register_script(MARK)
        self._check = redis_client.register_script(check_script())
        limits = parameters.thresholds
        self._limits = struct.pack(
            "<19d",
            parameters.bands,
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
            limits.unlike,
            limits.undivided,
        )

    def open(self, *, building: bool = False) -> None:
        """Begin the index where there is none; nothing is sent where it is open already.

        Args:
            building: It is to be filled by a rebuild.

        Raises:
            IndexMismatchError: It was made with other parameters.
        """
        if self.epoch is not None and not building:
            return
        mine = self._parameters.as_dict()
        stored, epoch = self._run(
            self._begin, [json.dumps(mine, sort_keys=True), uuid.uuid4().hex, Counts().pack(), int(building)]
        )
        theirs = json.loads(stored or "{}")
        if theirs != mine:
            names = [name for name in {**mine, **theirs} if mine.get(name) != theirs.get(name)]
            raise IndexMismatchError(
                self._basename, {name: (theirs.get(name), mine.get(name)) for name in names}
            )
        self.epoch = epoch

    def ask(self, articles: Iterable[bytes], mode: bytes = b"", verdicts: bytes = b"") -> list[Any]:
        """Call the script that checks and inserts; a reply for each article.

        Args:
            articles: The articles, packed.
            mode: One of those of `lua/begin.lua`.
            verdicts: Exact verdicts on pairs, packed.
        """
        moment = struct.pack("<2d", self._window, self._clock())
        header = b"".join([self.epoch or b"", self._limits, moment, mode])
        replies: list[Any] = self._run(self._check, [header, verdicts, *articles])
        return replies

    def mark(self, keys: Sequence[bytes], *, undo: bool) -> None:
        """Mark pairs of articles as apart; the keys of their ids, one pair after the other."""
        if keys:
            self._run(self._mark, [self._prefix, self.epoch, int(undo), *keys])

    def finish(self) -> None:
        """Note that a rebuild has come to its end."""
        self._run(self._finish, [self.epoch])

    def _run(self, script: Any, arguments: list[Any]) -> Any:
        try:
            return script(keys=[f"{self._prefix}state"], args=arguments)
        except redis.ResponseError as error:
            # A script's errors come as its own words, or as Redis's with the script's hash behind them.
            if "KHABARLOST" in str(error):
                self.epoch = None
                raise IndexLostError(self._basename) from None
            if "OOM command not allowed" in str(error) or isinstance(error, redis.OutOfMemoryError):
                raise IndexFullError(self._basename) from None
            raise
