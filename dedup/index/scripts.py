"""The scripts of an index: what they are made of, how they are called, and what their errors mean.

The large one checks and inserts. It is put together from `lua/`, behind definitions of the thresholds and
reason codes by name: the script has no numbers for them, and a name that is not defined is an
error.
"""

import json
import math
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import redis

from dedup.comparison.rule import NEAR_MISS
from dedup.errors import IndexFullError, IndexLostError, IndexMismatchError
from dedup.index.codec import (
    REASON_CODES,
    UNSEEN_SOURCE,
    ExactVerdict,
    pack,
    pack_placements,
    pack_verdicts,
)
from dedup.index.stats import Counts
from dedup.parameters import Parameters
from dedup.prepared import Prepared
from dedup.stories.placements import Placement

_PARTS = (
    "begin",
    "tables",
    "records",
    "rule",
    "stories",
    "rings",
    "matches",
    "links",
    "roundups",
    "articles",
    "place",
    "remove",
    "window",
    "run",
)


class Mode(StrEnum):
    """What the check script does with the articles; see `lua/begin.lua`."""

    INSERT = "insert"
    QUERY = "query"
    RECLUSTER = "recluster"
    PLACE = "place"
    PLACEMENT = "placement"
    REMOVE = "remove"
    NEIGHBOURS = "neighbours"
    MEMBERS = "members"


@cache
def check_script(parameters: Parameters, window: float) -> str:
    """The script that checks and inserts: its parts, each of which sees what those before it define.

    Args:
        parameters: Those of the index.
        window: After how many seconds an article leaves; 0: never.
    """
    parts = files("dedup.index").joinpath("lua")
    return "\n".join(
        [
            definitions(parameters, window),
            *(parts.joinpath(f"{part}.lua").read_text("utf-8") for part in _PARTS),
        ]
    )


def definitions(parameters: Parameters, window: float) -> str:
    """What the script calls by name, in Lua. See `check_script` for the arguments."""
    limits = asdict(parameters.thresholds) | {"bands": parameters.bands, "near_miss": NEAR_MISS}
    codes = {str(reason): code for reason, code in REASON_CODES.items()}
    return "\n".join(
        [
            "local function named(title, values)",
            "  local function missing(_, name) error(title .. ' has no ' .. tostring(name)) end",
            "  return setmetatable(values, { __index = missing })",
            "end",
            f"local LIMITS = named('LIMITS', {_lua_table(limits)})",
            f"local REASON = named('REASON', {_lua_table(codes)})",
            f"local WINDOW = {_lua_number(window)}",
        ]
    )


def _lua_table(values: Mapping[str, float]) -> str:
    return "{ " + ", ".join(f"{name} = {_lua_number(value)}" for name, value in values.items()) + " }"


def _lua_number(value: float) -> str:
    if math.isinf(value):
        return "math.huge" if value > 0 else "-math.huge"
    return repr(value)


# Begin the index unless it is there, to be filled by a rebuild where ARGV[4] says so; return its parameters
# and epoch.
_BEGIN = """
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], 'parameters', ARGV[1], 'epoch', ARGV[2], 'counts', ARGV[3])
end
if ARGV[4] == '1' then redis.call('HSET', KEYS[1], 'building', 1) end
return redis.call('HMGET', KEYS[1], 'parameters', 'epoch')
"""


# The rebuild that began the index is complete. Like the others it returns nil where the index is not the one
# that was opened.
_FINISH = """
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then
  return false
end
return redis.call('HDEL', KEYS[1], 'building')
"""

# Mark pairs of ids (16 bytes each) as not the same story, or take the mark back where ARGV[3] says so.
_MARK = """
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[2] then
  return false
end
local marks = ARGV[1] .. 'apart'
local function mark(id, other)
  local kept, ids = '', redis.call('HGET', marks, id) or ''
  for at = 1, #ids, 16 do
    local marked = ids:sub(at, at + 15)
    if marked ~= other then kept = kept .. marked end
  end
  if ARGV[3] ~= '1' then kept = kept .. other end
  if kept == '' then redis.call('HDEL', marks, id) else redis.call('HSET', marks, id, kept) end
end
for at = 4, #ARGV, 2 do
  mark(ARGV[at], ARGV[at + 1])
  mark(ARGV[at + 1], ARGV[at])
end
return redis.call('HSET', KEYS[1], 'apart', redis.call('HLEN', marks))
"""


# The numbers of sources by their names (ARGV[4..]). Those without one get it where ARGV[3] says so, else 0 is
# returned.
_NUMBER = """
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[2] then
  return false
end
local key, numbers = ARGV[1] .. 'sources', {}
for at = 4, #ARGV do
  local number = redis.call('HGET', key, ARGV[at])
  if not number and ARGV[3] == '1' then
    number = redis.call('HLEN', key) + 1
    redis.call('HSET', key, ARGV[at], number)
  end
  numbers[at - 3] = tonumber(number or 0)
end
return numbers
"""


class Scripts:
    """The scripts of the index of one name.

    Each call raises `IndexLostError` where another index has taken this one's place, and `IndexFullError`
    where Redis has no memory left. KEYS[1] is the index's state in each.

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
        self._clock = clock
        self._begin = redis_client.register_script(_BEGIN)
        self._finish = redis_client.register_script(_FINISH)
        self._mark = redis_client.register_script(_MARK)
        self._number = redis_client.register_script(_NUMBER)
        self._sources: dict[str | None, int] = {}
        seconds = window.total_seconds() if window else 0.0
        self._check = redis_client.register_script(check_script(parameters, seconds))

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
        self._sources = {None: 0}

    def check(
        self,
        articles: Iterable[bytes],
        mode: Mode = Mode.INSERT,
        verdicts: Mapping[tuple[str, str], ExactVerdict | None] | None = None,
        *,
        exact: bool = False,
    ) -> list[Any]:
        """Call the script that checks and inserts.

        Args:
            articles: The articles, packed.
            mode: What to do with them.
            verdicts: Exact verdicts by the two ids; None for a pair of which a text is missing.
            exact: Whether to request the verdicts that decide, instead of deciding by estimates.

        Returns:
            A reply for each article, for `dedup.index.codec`.
        """
        epoch = (self.epoch or b"").decode()
        request = {"epoch": epoch, "now": self._clock(), "mode": mode, "exact": exact}
        replies: list[Any] = self._run(
            self._check, [json.dumps(request), *pack_verdicts(verdicts or {}), *articles]
        )
        return replies

    def query(
        self,
        articles: Iterable[bytes],
        verdicts: Mapping[tuple[str, str], ExactVerdict | None] | None = None,
        *,
        exact: bool = False,
    ) -> list[Any]:
        """`check` without inserting."""
        return self.check(articles, Mode.QUERY, verdicts, exact=exact)

    def mark(self, keys: Sequence[bytes], *, undo: bool) -> None:
        """Mark pairs of articles as apart; the keys of their ids, one pair after the other."""
        if keys:
            self._run(self._mark, [self._prefix, self.epoch, int(undo), *keys])

    def source_numbers(
        self, sources: Iterable[str | None], *, assign: bool = True
    ) -> Mapping[str | None, int]:
        """The number by which records name a source, of each of some; sent only where one is not known yet.

        Args:
            sources: Their names; None where an article's isn't known.
            assign: Whether sources that are new to the index get a number.
        """
        new = sorted({source for source in sources if source not in self._sources and source is not None})
        if not new:
            return self._sources
        names = [source.encode("utf-8", "surrogatepass") for source in new]
        numbers = self._run(self._number, [self._prefix, self.epoch, int(assign), *names])
        self._sources |= {name: number for name, number in zip(new, numbers, strict=True) if number}
        return dict.fromkeys(new, UNSEEN_SOURCE) | self._sources

    def packed(self, articles: Sequence[Prepared], *, assign: bool = True) -> list[bytes]:
        """Articles as `check` takes them; see `source_numbers` for `assign`."""
        numbers = self.source_numbers((article.source for article in articles), assign=assign)
        return list(pack(articles, self._parameters, numbers))

    def packed_placements(self, placements: Sequence[Placement], articles: Sequence[Prepared]) -> list[bytes]:
        """Articles as `check` takes them to place them; see `pack_placements`."""
        numbers = self.source_numbers(article.source for article in articles)
        return list(pack_placements(placements, articles, self._parameters, numbers))

    def finish(self) -> None:
        """Mark a rebuild as complete."""
        self._run(self._finish, [self.epoch])

    def _run(self, script: Any, arguments: list[Any]) -> Any:
        try:
            reply = script(keys=[f"{self._prefix}state"], args=arguments)
        except redis.OutOfMemoryError:
            raise IndexFullError(self._basename) from None
        except redis.ResponseError as error:
            # Before version 7 Redis had no code for an error within a script: it stands in the text.
            if "OOM command not allowed" in str(error):
                raise IndexFullError(self._basename) from None
            raise
        if reply is None:
            self.epoch = None
            raise IndexLostError(self._basename)
        return reply
