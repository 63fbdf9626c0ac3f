-- One article -------------------------------------------------------------------------------------

-- Behind the bands comes the key of the text itself, in the same table: it leads to the first article with just this
-- text, whoever has taken its bands since.
local KEYS_OF_AN_ARTICLE, TEXT_KEY = bands + 1, bands + 1
local KEYS_FORMAT = '>' .. string.rep('I4', KEYS_OF_AN_ARTICLE)

-- Numbers of the articles that share a key with the packed one, each with a weight: 2 for every band, 1 for those
-- that other stories had, too; and where its keys are.
local function candidates_of(packed)
  local at = { struct.unpack(KEYS_FORMAT, packed, SIZE + 1) }
  for band = 1, KEYS_OF_AN_ARTICLE do at[band] = format(band_name, address(band_table, at[band])) end
  local buckets = call('MGET', unpack(at, 1, KEYS_OF_AN_ARTICLE))
  local candidates, bits, entries, numbers, others = {}, {}, {}, {}, {}
  for band = 1, KEYS_OF_AN_ARTICLE do
    local bucket, high = buckets[band], SIZE + 4 * band - 3
    bits[band] = sub(packed, high, high + 2)
    local entry = bucket and entry_in(bucket, bits[band])
    if entry then
      local number, stories_before = number_in(bucket, entry)
      entries[band], numbers[band], others[band] = entry, number, stories_before
      candidates[number] = (candidates[number] or 0) + ((stories_before < COMMON or band == TEXT_KEY) and 2 or 1)
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
  for band = 1, KEYS_OF_AN_ARTICLE do
    local number = numbers[band]
    -- An article that only formulas lead to was not looked at, and is not now: it counts as one of another story.
    local other = number and (others[band] < COMMON and load(number) or cache[number])
    local held = other and story_of(other)
    if not number then
      call('APPEND', at[band], bits[band] .. mine)
      band_table.entries = band_table.entries + 1
    elseif band == TEXT_KEY then
      other = load(number)
      if not other or not story_of(other) or not is_same_text(other, record) then
        call('SETRANGE', at[band], entries[band] + 2, struct.pack('<I4', record.number))
      end
    elseif not held or (number ~= record.number and held.number ~= root.number
      and (band % 2 == 1 or not barred[held.number])) then
      local stories_before = min(3, others[band] + 1) * 2 ^ 30
      call('SETRANGE', at[band], entries[band] + 2, struct.pack('<I4', stories_before + record.number))
    end
  end
end

-- Where an id stands, and under which of two names: two ids may begin alike.
local function place_of_id(id)
  local b1, b2, b3, b4 = byte(id, 1, 4)
  return prefix .. 'i:' .. address(id_table, b1 + b2 * 256 + b3 * 65536 + b4 * 16777216), sub(id, 2, 6), sub(id, 2)
end

find_id = function(id)
  local at, short, long = place_of_id(id)
  local number = call('HGET', at, short)
  local record = number and load(tonumber(number))
  if not record or record.id == id then return record end
  number = call('HGET', at, long)
  return number and load(tonumber(number))
end

-- The record with this id; where there is none, or its story has left, the id stands for the next article from now on.
local function claim_id(id)
  local at, short, long = place_of_id(id)
  local field = short
  while call('HSETNX', at, field, articles + 1) == 0 do
    local record = load(tonumber(call('HGET', at, field)))
    if record and record.id == id and story_of(record) then return record end
    if not record or record.id == id then
      call('HSET', at, field, articles + 1)
      return nil
    end
    field = long
  end
  id_table.entries = id_table.entries + 1
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
      local home = lost and story_of(lost)
      if home and home.number == root.number then tell(name_of(lost), root, lost) end
    end
  end
  if moved or record.moving == 1 then round_ups().tell_moved(record) end
end

-- Of each pair whose verdict is asked for: the ids and the times of publication of both, and whether they are of the
-- same source (1), of another (2) or unknown (0).
local function told_asked()
  local pairs_told = {}
  for at, pair in ipairs(asked) do
    local one, other, source = pair[1], pair[2], 0
    if one.source > 0 and other.source > 0 then source = one.source == other.source and 1 or 2 end
    pairs_told[at] = { one.name or name_of(one), other.name or name_of(other), one.published, other.published, source }
  end
  return pairs_told
end

-- In short where nothing changes for others: reason, similarity, the story's id and that of its canonical article
-- where it is another.
local function decision_on(record)
  local root = story_of(record)
  local canonical = canonical_of(root)
  if #changes == 0 and root.named + canonical.named == 0 then
    return char(record.reason, record.similarity) .. root.id .. (canonical == record and '' or canonical.id)
  end
  return {
    name_of(root), canonical.number == record.number and '' or name_of(canonical), record.reason, record.similarity,
    changes,
  }
end

local function look_up(id)
  changes = {}
  local record = find_id(id)
  if not record or not story_of(record) then return false end
  repeat_changes(record, story_of(record))
  return decision_on(record)
end

-- What an article is taken for before anything is written: a record of its own, that of the article that is there
-- already, and its name where that can't be read off its id.
local function arrival_of(packed)
  local raw, name = sub(packed, 1, SIZE), sub(packed, SIZE + 4 * KEYS_OF_AN_ARTICLE + 1)
  local size, published, _, _, _, _, source = struct.unpack('<I2I4I4I4BBB', sub(raw, 105, 121))
  local record = {
    number = articles + 1, raw = raw, id = sub(raw, 65, 80), size = size, published = published, source = source,
    text = sub(raw, 122, 124), followed = 0, named = #name > 0 and 1 or 0, canonical = 0, parent = articles + 1, depth = 0,
    reason = NEW, similarity = 0, listed = 0, moving = 0, round_up = 0,
  }
  record.name = record.named == 1 and name or 'x' .. record.id
  local known = find_id(record.id)
  if known and not story_of(known) then known = nil end
  if known then
    record.number, record.parent = known.number, known.parent
    if known.published ~= UNKNOWN then record.published = known.published end
  end
  return record, known, name
end

-- What an article resembles, before anything is written.
local function look_at(record, packed)
  near_misses_of = {}
  local candidates, known, relations = {}, {}, {}
  if record.size > 0 then
    candidates, known = candidates_of(packed)
    relations = relations_of(record, candidates)
    if asked then ask_of_stories(matches_among(record, relations)) end
  end
  local close = near_misses_of
  near_misses_of = nil
  return candidates, known, relations, close
end

-- Tell an article of a story apart anew: it is a story of its own before.
local function check_again(record, packed)
  waiting[record.number] = nil
  local candidates, known, relations = look_at(record, packed)
  local matches
  matches, relations = matches_of(record, candidates, relations)
  if #matches > 0 then
    stories = stories - 1
    join(record, matches)
  end
  return known, relations
end

local function revise(record, arrival, candidates, relations)
  record.round_up = 0
  record.raw, record.values, record.figures = sub(arrival.raw, 1, 104) .. sub(record.raw, 105), nil, nil
  record.size, record.text, record.source, record.published = arrival.size, arrival.text, arrival.source, arrival.published
  local matches
  matches, relations = matches_of(record, candidates, relations)
  local root = story_of(record)
  if record.followed == 0 and (root.number == record.number or root.canonical ~= record.number) then
    if root.number == record.number then stories = stories - 1 end
    if #matches > 0 then
      join(record, matches)
    else
      found(record)
    end
  end
  return relations
end

local function insert(record, name, candidates, relations)
  claim_id(record.id)
  articles = articles + 1
  local key, offset = place_of(articles)
  if articles == 1 or offset == 0 then call('SETRANGE', key, CHUNK * SIZE - 1, '\0') end
  cache[articles] = record
  if record.named == 1 then call('HSET', prefix .. 'names', articles, name) end
  local matches
  matches, relations = matches_of(record, candidates, relations)
  if #matches > 0 then
    join(record, matches)
  else
    found(record)
  end
  return relations
end

-- Check an article and insert it. Where verdicts are asked for, or `held_back` says that one before it waits for some,
-- nothing is written, and they are told behind a 0.
local function check(packed, held_back)
  changes = {}
  asked, asked_for = exact and {} or nil, {}
  local arrival, record, name = arrival_of(packed)
  local known, relations
  if again and record then
    known, relations = check_again(record, packed)
  elseif record and is_same_text(record, arrival) then
    if held_back then return { 0, {} } end
    repeat_changes(record, story_of(record))
    return decision_on(record)
  else
    local candidates, close
    candidates, known, relations, close = look_at(arrival, packed)
    if held_back or (asked and #asked > 0) then return { 0, told_asked() } end
    asked = nil
    for at = 1, min(#close, 1000 - #near_misses) do near_misses[#near_misses + 1] = close[at] end
    if record then
      relations = revise(record, arrival, candidates, relations)
    else
      record = arrival
      relations = insert(record, name, candidates, relations)
    end
  end
  save(record)
  if relations.parts then round_ups().list_others(record, relations) end
  if record.size > 0 then insert_bands(record, known) end
  if moved or record.moving == 1 then round_ups().tell_moved(record) end
  grow()
  return decision_on(record)
end
