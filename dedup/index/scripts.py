"""The scripts of the index; the large one, which checks and inserts, is put together from `lua/`.

KEYS[1] is the index's state in each.
"""

from functools import cache
from importlib.resources import files

_PARTS = (
    "begin",
    "tables",
    "records",
    "rule",
    "stories",
    "matches",
    "roundups",
    "articles",
    "window",
    "run",
)


@cache
def check_script() -> str:
    """The script that checks and inserts: its parts, each of which sees what those before it define."""
    return "\n".join(
        files("dedup.index").joinpath("lua", f"{part}.lua").read_text("utf-8") for part in _PARTS
    )


# Begin the index unless it is there, to be filled by a rebuild where ARGV[4] says so; return its parameters
# and epoch.
BEGIN = """
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], 'parameters', ARGV[1], 'epoch', ARGV[2], 'counts', ARGV[3])
end
if ARGV[4] == '1' then redis.call('HSET', KEYS[1], 'building', 1) end
return redis.call('HMGET', KEYS[1], 'parameters', 'epoch')
"""


# The rebuild that began the index has come to its end.
FINISH = """
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then
  return redis.error_reply('KHABARLOST the index has another epoch, or none')
end
return redis.call('HDEL', KEYS[1], 'building')
"""

# Mark pairs of ids (16 bytes each) as not the same story, or take the mark back where ARGV[3] says so.
MARK = """
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[2] then
  return redis.error_reply('KHABARLOST the index has another epoch, or none')
end
local marks = ARGV[1] .. 'apart'
local function mark(one, other)
  local kept, held = '', redis.call('HGET', marks, one) or ''
  for at = 1, #held, 16 do
    local id = held:sub(at, at + 15)
    if id ~= other then kept = kept .. id end
  end
  if ARGV[3] ~= '1' then kept = kept .. other end
  if kept == '' then redis.call('HDEL', marks, one) else redis.call('HSET', marks, one, kept) end
end
for at = 4, #ARGV, 2 do
  mark(ARGV[at], ARGV[at + 1])
  mark(ARGV[at + 1], ARGV[at])
end
return redis.call('HSET', KEYS[1], 'apart', redis.call('HLEN', marks))
"""
