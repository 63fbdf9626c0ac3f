-- Check a batch of articles against the index and insert them, in one atomic step.
--
-- Before this part stand definitions made from the index's parameters (`definitions` in scripts.py): LIMITS, the
-- thresholds and bands by name; REASON, the codes of reasons by name; WINDOW, in seconds.
--
-- KEYS[1]  the index's state (a hash), `<prefix>state`; every other key has the same prefix, a hash tag
-- ARGV[1]  JSON: `epoch`, which a flushed or replaced index does not have (the reply is nil then); `now`, in seconds since 1970; `mode`:
--          'insert'     articles are checked and inserted
--          'query'      articles are checked, and not inserted
--          'recluster'  the articles are all of a story, to be clustered again
--          'place'      the articles are put into the stories that they are given (place.lua)
--          'placement'  the keys of ids, of which is told where they are placed
--          'members'    the keys of ids of stories, of which the articles are told
--          'remove'     the keys of ids, whose articles leave
--          'neighbours' nothing is changed: the ids of those that share a bucket or a link with the articles are told
--          and `exact`: an article is inserted only where every verdict that decides about it is exact; the verdicts
--          that it lacks are requested, those of the articles after it, too. Else whatever looks like a copy is one
-- ARGV[2]  JSON: exact verdicts by name, a list; one without `reason`: the texts are missing, the estimate holds
-- ARGV[3]  the keys of the two ids of each of them, 32 bytes each
-- ARGV[4..]  the articles: each packed (see `pack` in codec.py), with 's' and its id behind where that is not 32
--          hex digits; an article that is only to be looked up is the 16 bytes of its id's key
--
-- Replies have names, too: a list of name, value, name, value... (`decision_on` in articles.lua).
--
-- Articles are numbered from 1 as they come. Keys:
--   r:<chunk>   records of CHUNK articles, one string of fixed-size slots
--   b:<bucket>  band key -> number of the newest article with it: a string of entries, searched as a whole
--   i:<bucket>  id -> number, a hash small enough to stay a listpack
--   names       number -> id, of ids that are not 32 hex digits
--   merged      number of a story's root -> roots of the stories that became part of it
--   parts       number of a story's root -> articles that may have to leave it (roundups.lua)
--   moves       number of an article -> articles that were reassigned when it came (roundups.lua)
--   apart       id -> ids of the articles that were marked as not the same story by hand
--   l:<number>  number of an article -> those of other stories that it shares something with (links.lua)
--   near        the latest pairs that almost were copies, newest first
--   calendar    a list of days, each with the number of its last article
--   sources     name of a source -> its number, which records hold (3 bytes)
-- Where a time window is set, articles leave in the order in which they came, whole chunks at a time; what points
-- to them from b and i is removed bit by bit, some buckets with each article that comes, so that nothing is ever
-- scanned. A story leaves with its root.
-- b and i are linear hash tables (Litwin 1980): when they fill, one bucket is split, so that buckets stay
-- small whatever the number of articles, and no step ever rehashes everything.

local call, byte, char, sub, find = redis.call, string.byte, string.char, string.sub, string.find
local floor, min, max = math.floor, math.min, math.max

local state, prefix = KEYS[1], sub(KEYS[1], 1, -6)
local request = cjson.decode(ARGV[1])
local NOW = request.now
local reclustering, querying, exact = request.mode == 'recluster', request.mode == 'query', request.exact
local placing = request.mode == 'place'
local FIRST_ARTICLE = 4 -- in ARGV

local UNKNOWN = 4294967295 -- a time of publication that is not known
local NO_SOURCE = '\0\0\0'
local GONE = '\255\255\255' -- the text of an article that was removed; its size is 0
local SIZE, CHUNK = 126, 32 -- bytes of a record, records of a chunk: 4,032 bytes fit one 4 KB allocation
local BANDS_FULL, IDS_FULL = 64, 32 -- bands and ids in a bucket, on average, before one is split
-- A band that so many other stories had is one of a formula, or of a report that others quote: an article is compared
-- if it shares one that is its story's own, or three of the others. Such bands become more with the archive, and lead to
-- whoever used the formula last (docs/decisions/0089).
local COMMON, OWN = 1, 3
-- The reason as seen from the other article.
local MIRRORED = {
  [REASON.new] = REASON.new, [REASON.exact] = REASON.exact, [REASON.near] = REASON.near,
  [REASON.contains] = REASON.contained, [REASON.contained] = REASON.contains,
}

local stored = call('HMGET', state, 'epoch', 'counts', 'apart', 'removed')
if stored[1] ~= request.epoch then
  return false
end
local COUNTS = '<dddddddddddd' -- `Counts` in stats.py; articles below `first` have left
local band_table, id_table = {}, {}
local articles, stories, first, compared
articles, stories, band_table.size, band_table.split, band_table.entries, id_table.size, id_table.split,
  id_table.entries, first, band_table.hand, id_table.hand, compared = struct.unpack(COUNTS, stored[2])
local marked = tonumber(stored[3] or 0) -- articles that are marked apart from others
local removed = tonumber(stored[4] or 0) -- articles that are gone, with their records still there
local before, near_misses = articles, {}
-- Where memory is at its limit the first write fails, before anything has been changed; later ones don't.
