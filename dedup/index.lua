-- Check a batch of articles against the index and insert them, in one atomic step.
--
-- KEYS[1]  the index's state (a hash), `<prefix>state`; every other key has the same prefix, a hash tag
-- ARGV[1]  the index's epoch (32 bytes), which a flushed or replaced index does not have; bands of an article and
--          thresholds, packed, in the order in which they are read below; then a mode:
--          'again'   all articles of a story are to be told apart anew
--          'exact'   pairs whose estimate is too near to a bound to be sure of are told
--          'settle'  articles are judged again; behind each article come exact verdicts on such pairs, 33 bytes each:
--                    the other id's key, the reason, similarity and Jaccard similarity
-- ARGV[2..]  the articles: each packed (see `pack` in wire.py), with 's' and its id behind where that is not 32
--          hex digits; an article that is only to be looked up is the 16 bytes of its id's key
--
-- Articles are numbered from 1 as they come. Keys:
--   r:<chunk>   records of CHUNK articles, one string of fixed-size slots
--   b:<bucket>  band key -> number of the newest article with it: a string of entries, searched as a whole
--   i:<bucket>  id -> number, a hash small enough to stay a listpack
--   names       number -> id, of ids that are not 32 hex digits
--   merged      number of a story's first article -> stories that became part of it
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
  OPENING, WHOLE, CHAINED, CHAINED_JACCARD, MERGE, NEAR_MISS, WINDOW, NOW, told = struct.unpack('<ddddddddddddddddddd', ARGV[1], 33)
local mode = sub(ARGV[1], told)
local again, exact, settling = mode == 'again', mode == 'exact', mode == 'settle'

local UNKNOWN = 4294967295 -- a time of publication that is not known
local SIZE, CHUNK = 124, 33 -- bytes of a record, records of a chunk: 4,092 bytes fit one 4 KB allocation
local FULL = 64 -- articles or bands in a bucket, on average, before one is split
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

-- Linear hash tables ------------------------------------------------------------------------------

local function address(buckets, hash)
  local place = hash % buckets.size
  if place < buckets.split then place = hash % (2 * buckets.size) end
  return place
end

-- An entry of a bucket of bands: bits 8 to 31 of the key (0 to 7 are those of every address in the bucket) and the
-- number of an article, 4 bytes with in the two highest bits how many other stories held it before
-- (so an index numbers 2^30 articles at most). Such a string takes less memory than a hash of few fields, is found in faster, and
-- all buckets of an article are read at once.
local ENTRY = 7
local band_name = string.gsub(prefix, '%%', '%%%%') .. 'b:%d'
local format, concat = string.format, table.concat

-- Where the entry with these bits begins; nil where there is none.
local function entry_in(bucket, bits)
  local at = find(bucket, bits, 1, true)
  while at and at % ENTRY ~= 1 do at = find(bucket, bits, at + 1, true) end
  return at
end

-- The number of an entry's article, and how many other stories held it before.
local function number_in(bucket, at)
  local b1, b2, b3, b4 = byte(bucket, at + 3, at + 6)
  return b1 + b2 * 256 + b3 * 65536 + b4 % 64 * 16777216, floor(b4 / 64)
end

local function grow_bands()
  local buckets = band_table
  while buckets.entries > FULL * (buckets.size + buckets.split) do
    local from = format(band_name, buckets.split)
    local held, stay, moved = call('GET', from) or '', {}, {}
    local place, unit = 0, buckets.size / 256 -- the bit that decides who moves
    while unit >= 256 do place, unit = place + 1, unit / 256 end
    for at = 1, #held, ENTRY do
      local list = floor(byte(held, at + place) / unit) % 2 == 1 and moved or stay
      list[#list + 1] = sub(held, at, at + ENTRY - 1)
    end
    if #moved > 0 then
      call('SET', format(band_name, buckets.split + buckets.size), concat(moved))
      if #stay > 0 then call('SET', from, concat(stay)) else call('DEL', from) end
    end
    buckets.split = buckets.split + 1
    if buckets.split == buckets.size then
      buckets.size, buckets.split = 2 * buckets.size, 0
    end
  end
end

-- A field of a bucket of ids begins with bits 8 to 31 of the hash.
local function hash_of(field, place)
  local b1, b2, b3 = byte(field, 1, 3)
  return place % 256 + b1 * 256 + b2 * 65536 + b3 * 16777216
end

local function grow_ids()
  local buckets = id_table
  while buckets.entries > FULL * (buckets.size + buckets.split) do
    local from = buckets.split
    local to = from + buckets.size
    local held = call('HGETALL', prefix .. 'i:' .. from)
    local gone, moved = {}, {}
    for at = 1, #held, 2 do
      local field, number = held[at], held[at + 1]
      if hash_of(field, from % 256) % (2 * buckets.size) ~= from then
        gone[#gone + 1] = field
        moved[#moved + 1] = field
        moved[#moved + 1] = number
      end
    end
    for at = 1, #gone, 1000 do
      call('HDEL', prefix .. 'i:' .. from, unpack(gone, at, min(at + 999, #gone)))
    end
    for at = 1, #moved, 1000 do
      call('HSET', prefix .. 'i:' .. to, unpack(moved, at, min(at + 999, #moved)))
    end
    buckets.split = to + 1 - buckets.size
    if buckets.split == buckets.size then
      buckets.size, buckets.split = 2 * buckets.size, 0
    end
  end
end

-- Records -----------------------------------------------------------------------------------------
-- 1-64 signature, 65-80 id, 81-96 figures, 97-104 late, 105-106 size, 107-110 published, 111-114 parent, 115-118
-- canonical (of a story's first article), 119 state, 120 similarity, 121 source, 122-124 text

local cache = {}

local function place_of(number)
  local slot = number % CHUNK
  return prefix .. 'r:' .. (number - slot) / CHUNK, slot * SIZE
end

local function load(number)
  local record = cache[number]
  if record then return record end
  if number > articles or number < first then return nil end
  local key, offset = place_of(number)
  local raw = call('GETRANGE', key, offset, offset + SIZE - 1)
  if #raw < SIZE then return nil end
  local size, published, parent, canonical, flags, similarity, source = struct.unpack('<I2I4I4I4BBB', sub(raw, 105, 121))
  record = {
    number = number, raw = raw, id = sub(raw, 65, 80), size = size, published = published, parent = parent,
    canonical = canonical, reason = flags % 8, depth = floor(flags / 8) % 4, followed = floor(flags / 32) % 2,
    named = floor(flags / 64) % 2, similarity = similarity, source = source, text = sub(raw, 122, 124),
  }
  cache[number] = record
  return record
end

local function save(record)
  local flags = record.reason + 8 * record.depth + 32 * record.followed + 64 * record.named
  record.raw = sub(record.raw, 1, 104) .. struct.pack('<I2I4I4I4BBB', record.size, record.published, record.parent,
    record.canonical, flags, record.similarity, record.source) .. record.text
  local key, offset = place_of(record.number)
  call('SETRANGE', key, offset, record.raw)
end

local function name_of(record)
  if record.named == 0 then return 'x' .. record.id end
  return call('HGET', prefix .. 'names', record.number)
end

-- Comparing ---------------------------------------------------------------------------------------

local function signature_of(record)
  local values = record.values
  if not values then
    values = { byte(record.raw, 1, 64) }
    record.values = values
  end
  return values
end

local function figures_of(record)
  local marks = record.figures
  if not marks then
    marks = { struct.unpack('<I2I2I2I2I2I2I2I2', sub(record.raw, 81, 96)) }
    local count = 8
    while count > 0 and marks[count] == 0 do count = count - 1 end
    marks.count = count
    record.figures = marks
  end
  return marks
end

-- Places where both go on with the same number, and with different ones: `compare_marks` in figures.py.
-- A mark is 64 times the place, plus the number.
local function compare_figures(mine, other)
  local limit = 1024
  if mine.count == 8 then limit = floor(mine[8] / 64) end
  if other.count == 8 then limit = min(limit, floor(other[8] / 64)) end
  local at, kept, met, last, last_kept = 1, 0, 0, -1, -1
  for index = 1, mine.count do
    local place = floor(mine[index] / 64)
    if place >= limit then break end
    while at <= other.count and other[at] < place * 64 do at = at + 1 end
    local probe = at
    while probe <= other.count and other[probe] < place * 64 + 64 do
      if place ~= last then met, last = met + 1, place end
      if other[probe] == mine[index] and place ~= last_kept then kept, last_kept = kept + 1, place end
      probe = probe + 1
    end
  end
  return kept, met - kept
end

-- Of the values that two signatures share, the share that comes from the first half of either text.
local function opening_of(mine, other)
  local left, right = signature_of(mine), signature_of(other)
  local late_left, late_right = { byte(mine.raw, 97, 104) }, { byte(other.raw, 97, 104) }
  local equal, late_mine, late_other = 0, 0, 0
  for at = 0, 63 do
    if left[at + 1] == right[at + 1] then
      local group, place = floor(at / 8) + 1, 2 ^ (at % 8)
      equal = equal + 1
      late_mine = late_mine + floor(late_left[group] / place) % 2
      late_other = late_other + floor(late_right[group] / place) % 2
    end
  end
  return 1 - max(late_mine, late_other) / equal
end

local UNSURE = 0.13 -- two standard errors of a containment by 64 values where half of a text is shared
local settled = {} -- exact verdicts on the article at hand, by the other's id
local unsure

-- The rule of `judge` in similarity.py. Returns reason (0: different), similarity and whether a pair that is no copy
-- came close to it (`is_near`), and the Jaccard similarity of a copy; `least` replaces the least containment where
-- it is given.
local function judge(mine, other, least)
  if mine.size == 0 or other.size == 0 then return NEW, 0 end
  local verdict, watched = not least and settled[other.id], not least and unsure
  if verdict then return verdict[1], verdict[2], false, verdict[3] end
  local left, right, equal = signature_of(mine), signature_of(other), 0
  for at = 1, 64 do
    if left[at] == right[at] then equal = equal + 1 end
  end
  if equal == 64 and mine.text == other.text and mine.size == other.size then return EXACT, 1, false, 1 end
  -- Different values agree in their lowest byte once in 256 times.
  local jaccard = max(0, (equal / 64 - 1 / 256) * 256 / 255)
  local smaller = min(mine.size, other.size)
  local containment = min(1, jaccard / (1 + jaccard) * (mine.size + other.size) / smaller)
  local kept, changed = compare_figures(figures_of(mine), figures_of(other))
  if smaller < SHORT then
    if jaccard < JACCARD_SHORT or changed > 0 then return NEW, containment end
  else
    if not least then
      least = CONTAINMENT
      if mine.source > 0 and other.source > 0 then
        least = mine.source == other.source and SAME_SOURCE or OTHER_SOURCE
      end
    end
    if watched and math.abs(containment - least) < UNSURE then watched[#watched + 1] = other end
    local close = containment >= least - NEAR_MISS and (changed <= CHANGED or kept >= (kept + changed) * (KEPT - 0.2))
    if containment < least then return NEW, containment, close end
    if containment < WHOLE and opening_of(mine, other) < OPENING then return NEW, containment, close end
    if kept < (kept + changed) * KEPT then
      local by_length = floor(smaller / LENGTH)
      if changed > max(CHANGED, by_length) then return NEW, containment, close end
      if changed > by_length and mine.published ~= UNKNOWN and other.published ~= UNKNOWN
        and math.abs(mine.published - other.published) >= HOURS * 3600 then
        return NEW, containment, close
      end
    end
  end
  if jaccard >= NEAR then return NEAR_COPY, containment, false, jaccard end
  return mine.size > other.size and CONTAINS or CONTAINED, containment, false, jaccard
end

-- Stories -----------------------------------------------------------------------------------------

-- The first article of the story that a record belongs to; nil where it has left, and the story with it.
local function story_of(record)
  local root = record
  while root.parent ~= root.number do
    root = load(root.parent)
    if not root then return nil end
  end
  if record.parent ~= root.number then
    record.parent = root.number
    save(record)
  end
  return root
end

local function canonical_of(root)
  return load(root.canonical) or root
end

local function found(record)
  record.parent, record.canonical, record.depth = record.number, record.number, 0
  record.reason, record.similarity = NEW, 0
  stories = stories + 1
end

-- An unknown time counts as later than any; between equal times the first to come stays.
local function earlier(a, b)
  return a.published < b.published
end

local changes

-- Tell the store what changes for other articles: `previous` is no longer the canonical one of its story,
-- which may itself have ceased to be (`retired`). Similarities are told in steps of 1/250.
local function tell(retired, root, previous)
  changes[#changes + 1] = {
    retired, name_of(root), name_of(canonical_of(root)), name_of(previous), previous.reason, previous.similarity,
  }
end

local function demote(canonical, reason, similarity)
  canonical.reason, canonical.similarity = reason, similarity
  save(canonical)
end

local function steps(similarity)
  return floor(similarity * 250 + 0.5)
end

-- Make two stories one, that of the article published earlier; returns its first article.
local function merge(a, b, reason, similarity)
  local kept, lost = a, b
  if earlier(canonical_of(b), canonical_of(a)) then
    kept, lost, reason = b, a, MIRRORED[reason]
  end
  local retired, previous = name_of(lost), canonical_of(lost)
  lost.parent, lost.depth, kept.followed = kept.number, 1, 1
  demote(previous, MIRRORED[reason], steps(similarity))
  save(lost)
  save(kept)
  stories = stories - 1
  local key = prefix .. 'merged'
  call('HSET', key, kept.number, (call('HGET', key, kept.number) or '')
    .. struct.pack('<I4', lost.number) .. (call('HGET', key, lost.number) or ''))
  tell(retired, kept, previous)
  return kept
end

local waiting = {} -- numbers of articles that are to be told apart anew after this one
local barred_from

-- Those of the candidates that the record is a copy of: exact ones, then those alike as a whole, for a round-up may
-- contain another's story word for word; the most similar first.
local function matches_of(record, candidates)
  local matches, barred = {}, barred_from(record.id)
  for number, weight in pairs(candidates) do
    local other = weight > 1 and load(number)
    local root = other and number ~= record.number and not waiting[number] and story_of(other)
    if root and not barred[root.number] then
      looked_at = looked_at + 1
      local reason, similarity, close, jaccard = judge(record, other)
      if close and #near_misses < 1000 then near_misses[#near_misses + 1] = { record, other, similarity } end
      if reason ~= NEW and (other.depth == 0 or reason == EXACT
        or (other.depth == 1 and similarity >= CHAINED
          and (other.reason ~= CONTAINED or jaccard >= CHAINED_JACCARD))) then
        matches[#matches + 1] = { other = other, reason = reason, similarity = similarity }
      end
    end
  end
  table.sort(matches, function(a, b)
    local left, right = min(a.reason, CONTAINS), min(b.reason, CONTAINS)
    if left ~= right then return left < right end
    if a.similarity ~= b.similarity then return a.similarity > b.similarity end
    return a.other.number < b.other.number
  end)
  return matches
end

local find_id

-- Numbers of the stories that hold an article which was marked apart from the one with this id.
barred_from = function(id)
  local barred = {}
  local ids = marked > 0 and call('HGET', prefix .. 'apart', id)
  if ids then
    for at = 1, #ids, 16 do
      local _, _, other = find_id(sub(ids, at, at + 15))
      local root = other and not waiting[other.number] and story_of(other)
      if root then barred[root.number] = true end
    end
  end
  return barred
end

-- Whether an article of one story was marked apart from one of the other.
local function kept_apart(one, other)
  if marked == 0 then return false end
  for _, id in ipairs(call('HKEYS', prefix .. 'apart')) do
    local _, _, record = find_id(id)
    local root = record and story_of(record)
    if root and root.number == one.number and barred_from(id)[other.number] then return true end
  end
  return false
end

local function join(record, matches)
  local best = matches[1]
  local root = story_of(best.other)
  record.parent, record.canonical = root.number, 0
  record.reason, record.similarity = best.reason, steps(best.similarity)
  record.depth = best.reason == EXACT and max(best.other.depth, 1) or best.other.depth + 1
  if root.followed == 0 then
    root.followed = 1
    save(root)
  end
  save(record)
  for at = 2, #matches do
    local other = story_of(matches[at].other)
    if other.number ~= root.number then
      local reason, similarity = judge(root, other, MERGE)
      if reason ~= NEW and not kept_apart(root, other) then root = merge(root, other, reason, similarity) end
    end
  end
  local canonical = canonical_of(root)
  if earlier(record, canonical) then
    root.canonical = record.number
    save(root)
    demote(canonical, MIRRORED[record.reason], record.similarity)
    tell('', root, canonical)
  end
end

-- One article -------------------------------------------------------------------------------------

local KEYS_FORMAT = '<' .. string.rep('I4', bands)

-- Numbers of the articles that share a band with the packed one, each with a weight: 2 for every band, 1 for those
-- that other stories had, too; and where its bands are.
local function candidates_of(packed)
  local at = { struct.unpack(KEYS_FORMAT, packed, SIZE + 1) }
  for band = 1, bands do at[band] = format(band_name, address(band_table, at[band])) end
  local buckets = call('MGET', unpack(at, 1, bands))
  local candidates, bits, entries, numbers, others = {}, {}, {}, {}, {}
  for band = 1, bands do
    local bucket, low = buckets[band], SIZE + 4 * band - 2
    bits[band] = sub(packed, low, low + 2)
    local entry = bucket and entry_in(bucket, bits[band])
    if entry then
      local number, stories_before = number_in(bucket, entry)
      entries[band], numbers[band], others[band] = entry, number, stories_before
      candidates[number] = (candidates[number] or 0) + (stories_before < COMMON and 2 or 1)
    end
  end
  return candidates, { at = at, bits = bits, entries = entries, numbers = numbers, others = others }
end

-- The newest article stands in a bucket, unless the one there is of the same story: its first members stay
-- findable, and later copies are held against them rather than against copies of copies. Two that were marked apart
-- look alike: they share the bands, so that both stay findable.
local function insert_bands(record, known)
  local root, barred, mine = story_of(record), barred_from(record.id), struct.pack('<I4', record.number)
  local at, bits, entries, numbers, others = known.at, known.bits, known.entries, known.numbers, known.others
  for band = 1, bands do
    local number = numbers[band]
    local other = number and load(number)
    local held = other and story_of(other)
    if not number then
      call('APPEND', at[band], bits[band] .. mine)
      band_table.entries = band_table.entries + 1
    elseif not held or (number ~= record.number and held.number ~= root.number
      and (band % 2 == 1 or not barred[held.number])) then
      local stories_before = min(3, others[band] + 1) * 2 ^ 30
      call('SETRANGE', at[band], entries[band] + 2, struct.pack('<I4', stories_before + record.number))
    end
  end
end

find_id = function(id)
  local b1, b2, b3, b4 = byte(id, 1, 4)
  local at = prefix .. 'i:' .. address(id_table, b1 + b2 * 256 + b3 * 65536 + b4 * 16777216)
  for _, field in ipairs({ sub(id, 2, 6), sub(id, 2, 16) }) do
    local number = call('HGET', at, field)
    number = number and tonumber(number)
    if not number then return at, field, nil end
    local record = load(number)
    if not record then return at, field, nil end -- it has left
    if record.id == id then return at, field, record end
  end
  return nil
end

local function repeat_changes(record, root)
  local canonical = canonical_of(root)
  if canonical.number == record.number and root.followed == 1 and root.number ~= record.number then
    tell('', root, root)
  end
  local merged = call('HGET', prefix .. 'merged', root.number)
  if merged then
    for at = 1, #merged, 4 do
      local lost = load(struct.unpack('<I4', sub(merged, at, at + 3)))
      if lost then tell(name_of(lost), root, lost) end
    end
  end
end

-- Of each article whose likeness is not sure: its id, when it was published, and whether by the same source (1), by
-- another (2) or unknown (0).
local function told_unsure(record)
  local pairs_told = {}
  for at, other in ipairs(unsure or {}) do
    local source = 0
    if record.source > 0 and other.source > 0 then source = record.source == other.source and 1 or 2 end
    pairs_told[at] = { name_of(other), other.published, source }
  end
  return pairs_told
end

-- In short where nothing changes for others: reason, similarity, the story's id and that of its canonical article
-- where it is another.
local function decision_on(record)
  local root = story_of(record)
  local canonical = canonical_of(root)
  if #changes == 0 and root.named + canonical.named == 0 and not (unsure and #unsure > 0) then
    return char(record.reason, record.similarity) .. root.id .. (canonical == record and '' or canonical.id)
  end
  return {
    name_of(root), canonical.number == record.number and '' or name_of(canonical), record.reason, record.similarity,
    changes, told_unsure(record),
  }
end

local function look_up(id)
  changes = {}
  local _, _, record = find_id(id)
  if not record or not story_of(record) then return false end
  repeat_changes(record, story_of(record))
  return decision_on(record)
end

local function check(packed)
  changes = {}
  unsure = exact and {} or nil
  local name = sub(packed, SIZE + 4 * bands + 1)
  local raw = sub(packed, 1, SIZE)
  local id = sub(raw, 65, 80)
  local id_at, id_field, record = find_id(id)
  local size, published, _, _, _, _, source = struct.unpack('<I2I4I4I4BBB', sub(raw, 105, 121))
  local text = sub(raw, 122, 124)
  if record and not story_of(record) then record = nil end -- its story has left: it begins anew

  if again and record then
    waiting[record.number] = nil
    local candidates, known = {}, {}
    if size > 0 then candidates, known = candidates_of(packed) end
    local matches = matches_of(record, candidates)
    if #matches > 0 then
      stories = stories - 1
      join(record, matches)
    end
    save(record)
    if size > 0 then insert_bands(record, known) end
  elseif record and not settling and record.text == text and record.size == size and sub(record.raw, 1, 64) == sub(raw, 1, 64) then
    repeat_changes(record, story_of(record))
  elseif record then -- a revision: the article keeps its number
    local known_at = record.published
    record.raw, record.values, record.figures = sub(raw, 1, 104) .. sub(record.raw, 105), nil, nil
    record.size, record.text, record.source = size, text, source
    record.published = known_at ~= UNKNOWN and known_at or published
    local root = story_of(record)
    local candidates, known = {}, {}
    if size > 0 then candidates, known = candidates_of(packed) end
    for other_id in pairs(settled) do -- it took their bands where it looked like none of them
      local _, _, other = find_id(other_id)
      if other then candidates[other.number] = 2 end
    end
    if record.followed == 0 and (root.number == record.number or root.canonical ~= record.number) then
      local matches = matches_of(record, candidates)
      if root.number == record.number then stories = stories - 1 end
      if #matches > 0 then
        join(record, matches)
      else
        found(record)
      end
    end
    save(record)
    if size > 0 then insert_bands(record, known) end
  else
    articles = articles + 1
    record = {
      number = articles, raw = raw, id = id, size = size, published = published, source = source, text = text,
      followed = 0, named = #name > 0 and 1 or 0, canonical = 0, parent = articles, depth = 0, reason = NEW, similarity = 0,
    }
    local key, offset = place_of(articles)
    if articles == 1 or offset == 0 then call('SETRANGE', key, CHUNK * SIZE - 1, '\0') end
    cache[articles] = record
    id_table.entries = id_table.entries + call('HSET', id_at, id_field, articles)
    if record.named == 1 then call('HSET', prefix .. 'names', articles, name) end
    if size == 0 then
      found(record)
      save(record)
    else
      local candidates, known = candidates_of(packed)
      local matches = matches_of(record, candidates)
      if #matches > 0 then
        join(record, matches)
      else
        found(record)
        save(record)
      end
      insert_bands(record, known)
    end
    grow_bands()
    grow_ids()
  end
  return decision_on(record)
end

-- Leaving -----------------------------------------------------------------------------------------

local MOST_CHUNKS = 256 -- removed in one call

-- Remove the chunks of articles whose day lies before the window.
local function leave()
  local ended = first
  local day = call('LINDEX', prefix .. 'calendar', 0)
  while day do
    local began, last = struct.unpack('<I4I4', day)
    if (began + 1) * 86400 + WINDOW >= NOW then break end
    if last - first >= MOST_CHUNKS * CHUNK then -- the rest of a long day goes with later calls
      ended = first + MOST_CHUNKS * CHUNK
      break
    end
    ended = last + 1
    call('LPOP', prefix .. 'calendar')
    if ended - first >= MOST_CHUNKS * CHUNK then break end
    day = call('LINDEX', prefix .. 'calendar', 0)
  end
  if ended == first then return end
  for number = first, ended - 1 do
    local record = load(number)
    if record and record.parent == number then stories = stories - 1 end
    if record and record.named == 1 then call('HDEL', prefix .. 'names', number) end
    call('HDEL', prefix .. 'merged', number)
    cache[number] = nil
  end
  -- The chunk of the first one that stays keeps its earlier slots; nobody reads them.
  for chunk = floor(first / CHUNK), floor(ended / CHUNK) - 1 do
    call('UNLINK', prefix .. 'r:' .. chunk)
  end
  first = ended
end

-- What points to articles that have left is removed from a bucket; returns how many entries were.
local function sweep_bands(place)
  local key, stay = format(band_name, place), {}
  local held = call('GET', key) or ''
  for at = 1, #held, ENTRY do
    if number_in(held, at) >= first then stay[#stay + 1] = sub(held, at, at + ENTRY - 1) end
  end
  local gone = #held / ENTRY - #stay
  if #stay == 0 and gone > 0 then
    call('DEL', key)
  elseif gone > 0 then
    call('SET', key, concat(stay))
  end
  return gone
end

local function sweep_ids(place)
  local key, gone = prefix .. 'i:' .. place, {}
  local held = call('HGETALL', key)
  for at = 1, #held, 2 do
    if tonumber(held[at + 1]) < first then gone[#gone + 1] = held[at] end
  end
  if #gone > 0 then call('HDEL', key, unpack(gone)) end
  return #gone
end

local function sweep(buckets, count, remove)
  for _ = 1, min(count, buckets.size + buckets.split) do
    buckets.hand = (buckets.hand + 1) % (buckets.size + buckets.split)
    buckets.entries = buckets.entries - remove(buckets.hand)
  end
end

-- Note which articles came today; a clock that goes back does not undo a day.
local function note_day()
  local today, last = floor(NOW / 86400), call('LINDEX', prefix .. 'calendar', -1)
  local latest = last and struct.unpack('<I4', last) or -1
  if latest >= today then
    call('LSET', prefix .. 'calendar', -1, struct.pack('<I4I4', latest, articles))
  else
    call('RPUSH', prefix .. 'calendar', struct.pack('<I4I4', today, articles))
  end
end

-- All at once -------------------------------------------------------------------------------------

if again then
  -- The articles of a story begin anew, each by itself; the stories that they make up now are found below.
  for at = 2, #ARGV do
    local _, _, record = find_id(sub(ARGV[at], 65, 80))
    if record and story_of(record) and not waiting[record.number] then
      if record.parent == record.number then stories = stories - 1 end -- and one is counted for each below
      waiting[record.number] = record
    end
  end
  for _, record in pairs(waiting) do
    found(record)
    record.followed = 0
    save(record)
    call('HDEL', prefix .. 'merged', record.number)
  end
end
if WINDOW > 0 then leave() end
local decisions = {}
for at = 2, #ARGV, settling and 2 or 1 do
  local article = ARGV[at]
  if settling then
    settled = {}
    for from = 1, #ARGV[at + 1], 33 do
      local id, reason, similarity, jaccard = struct.unpack('<c16Bdd', ARGV[at + 1], from)
      settled[id] = { reason, similarity, jaccard }
    end
  end
  decisions[#decisions + 1] = #article == 16 and look_up(article) or #article > 16 and check(article)
end
if articles > before then
  note_day()
  if first > 1 then
    -- There is about a bucket of bands for every five articles, one of ids for every 64: a round of all buckets
    -- takes fewer articles than are held.
    sweep(band_table, floor((articles - before) / 2) + 1, sweep_bands)
    sweep(id_table, floor((articles - before) / 2) + 1, sweep_ids)
  end
end
if #near_misses > 0 then
  local told = {}
  for at, miss in ipairs(near_misses) do
    local one, other = name_of(miss[1]), name_of(miss[2])
    told[at] = struct.pack('<BI4', steps(miss[3]), #one) .. one .. other
  end
  call('LPUSH', prefix .. 'near', unpack(told))
  call('LTRIM', prefix .. 'near', 0, 999)
end
local counts = struct.pack(COUNTS, articles, stories, band_table.size, band_table.split, band_table.entries,
  id_table.size, id_table.split, id_table.entries, first, band_table.hand, id_table.hand, looked_at)
if counts ~= held[2] then call('HSET', state, 'counts', counts) end
return decisions
