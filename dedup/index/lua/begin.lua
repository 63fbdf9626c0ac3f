-- Check a batch of articles against the index and insert them, in one atomic step.
--
-- KEYS[1]  the index's state (a hash), `<prefix>state`; every other key has the same prefix, a hash tag
-- ARGV[1]  the index's epoch (32 bytes), which a flushed or replaced index does not have; bands of an article and
--          thresholds, packed, in the order in which they are read below; then a mode:
--          'again'   all articles of a story are to be told apart anew
--          'exact'   an article is inserted only where every verdict that decides about it is exact; the verdicts
--                    that it lacks are asked for, those of the articles after it, too
-- ARGV[2]  exact verdicts, 51 bytes each: the keys of two ids, the reason seen from the first (255: the texts are not
--          at hand, the estimate holds), the reason where two stories are to become one, whether they came close,
--          similarity and Jaccard similarity
-- ARGV[3..]  the articles: each packed (see `pack` in wire.py), with 's' and its id behind where that is not 32
--          hex digits; an article that is only to be looked up is the 16 bytes of its id's key
--
-- Articles are numbered from 1 as they come. Keys:
--   r:<chunk>   records of CHUNK articles, one string of fixed-size slots
--   b:<bucket>  band key -> number of the newest article with it: a string of entries, searched as a whole
--   i:<bucket>  id -> number, a hash small enough to stay a listpack
--   names       number -> id, of ids that are not 32 hex digits
--   merged      number of a story's first article -> stories that became part of it
--   parts       number of a story's first article -> articles that may have to leave it (parts.lua)
--   moves       number of an article -> articles that it has told apart (roundups.lua)
--   apart       id -> ids of the articles that were marked as not the same story by hand
--   near        the latest pairs that almost were copies, newest first
--   calendar    a list of days, each with the number of its last article
-- Where a time window is set, articles leave in the order in which they came, whole chunks at a time; what points
-- to them from b and i is removed by and by, some buckets with each article that comes, so that nothing is ever
-- scanned. A story leaves with its first article.
-- b and i are linear hash tables (Litwin 1980): when they fill, one bucket is split, so that buckets stay
-- small whatever the number of articles, and no step ever rehashes everything.

local call, byte, char, sub, find = redis.call, string.byte, string.char, string.sub, string.find
local floor, min, max = math.floor, math.min, math.max

local state, prefix, epoch = KEYS[1], sub(KEYS[1], 1, -6), sub(ARGV[1], 1, 32)
local bands, CONTAINMENT, OTHER_SOURCE, SAME_SOURCE, JACCARD_SHORT, SHORT, NEAR, KEPT, CHANGED, LENGTH, HOURS,
  OPENING, WHOLE, CHAINED, CHAINED_JACCARD, MERGE, NEAR_MISS, UNLIKE, UNDIVIDED, WINDOW, NOW, told =
  struct.unpack('<' .. string.rep('d', 21), ARGV[1], 33)
local mode = sub(ARGV[1], told)
local again, exact = mode == 'again', mode == 'exact'

local UNKNOWN = 4294967295 -- a time of publication that is not known
local SIZE, CHUNK = 124, 33 -- bytes of a record, records of a chunk: 4,092 bytes fit one 4 KB allocation
local BANDS_FULL, IDS_FULL = 64, 32 -- bands and ids in a bucket, on average, before one is split
-- A band that so many other stories had is one of a formula: an article that shares no other is not looked at. Such
-- bands become more with the archive; candidates that share two or more do not (docs/decisions/0005).
local COMMON = 1
local NEW, EXACT, NEAR_COPY, CONTAINS, CONTAINED = 0, 1, 2, 3, 4
local MIRRORED = { EXACT, NEAR_COPY, CONTAINED, CONTAINS } -- the same, seen from the other article

local held = call('HMGET', state, 'epoch', 'counts', 'apart')
if held[1] ~= epoch then
  return redis.error_reply('KHABARLOST the index has another epoch, or none')
end
local COUNTS = '<dddddddddddd' -- `Counts` in stats.py; articles below `first` have left
local band_table, id_table = {}, {}
local articles, stories, first, looked_at
articles, stories, band_table.size, band_table.split, band_table.entries, id_table.size, id_table.split,
  id_table.entries, first, band_table.hand, id_table.hand, looked_at = struct.unpack(COUNTS, held[2])
local marked = tonumber(held[3] or 0) -- articles that are marked apart from others
local before, near_misses = articles, {}
-- Where memory is at its limit the first write fails, before anything has been changed; later ones don't.
