-- One article -------------------------------------------------------------------------------------

local KEYS_FORMAT = '>' .. string.rep('I4', bands)

-- Numbers of the articles that share a band with the packed one, each with a weight: 2 for every band, 1 for those
-- that other stories had, too; and where its bands are.
local function candidates_of(packed)
  local at = { struct.unpack(KEYS_FORMAT, packed, SIZE + 1) }
  for band = 1, bands do at[band] = format(band_name, address(band_table, at[band])) end
  local buckets = call('MGET', unpack(at, 1, bands))
  local candidates, bits, entries, numbers, others = {}, {}, {}, {}, {}
  for band = 1, bands do
    local bucket, high = buckets[band], SIZE + 4 * band - 3
    bits[band] = sub(packed, high, high + 2)
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
    -- An article that only formulas lead to was not looked at, and is not now: it counts as one of another story.
    local other = number and (others[band] < COMMON and load(number) or cache[number])
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
  local record = find_id(id)
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
  local record, numbered = claim_id(id), articles
  local size, published, _, _, _, _, source = struct.unpack('<I2I4I4I4BBB', sub(raw, 105, 121))
  local text = sub(raw, 122, 124)

  at_hand = record
  local candidates, known, matches, relations = {}, {}, {}, {}
  if again and record then
    waiting[record.number] = nil
    if size > 0 then candidates, known = candidates_of(packed) end
    matches, relations = matches_of(record, candidates)
    if #matches > 0 then
      stories = stories - 1
      join(record, matches)
    end
  elseif record and not settling and record.text == text and record.size == size and sub(record.raw, 1, 64) == sub(raw, 1, 64) then
    repeat_changes(record, story_of(record))
    return decision_on(record)
  elseif record then -- a revision: the article keeps its number
    local known_at = record.published
    if not settling then record.round_up = 0 end
    record.raw, record.values, record.figures = sub(raw, 1, 104) .. sub(record.raw, 105), nil, nil
    record.size, record.text, record.source = size, text, source
    record.published = known_at ~= UNKNOWN and known_at or published
    if size > 0 then candidates, known = candidates_of(packed) end
    for other_id in pairs(settled) do -- it took their bands where it looked like none of them
      local other = find_id(other_id)
      if other then candidates[other.number] = 2 end
    end
    matches, relations = matches_of(record, candidates)
    local root = story_of(record)
    if record.followed == 0 and (root.number == record.number or root.canonical ~= record.number) then
      if root.number == record.number then stories = stories - 1 end
      if #matches > 0 then
        join(record, matches)
      else
        found(record)
      end
    end
  else
    articles = articles + 1
    record = {
      number = articles, raw = raw, id = id, size = size, published = published, source = source, text = text,
      followed = 0, named = #name > 0 and 1 or 0, canonical = 0, parent = articles, depth = 0, reason = NEW, similarity = 0,
      listed = 0, moving = 0, round_up = 0,
    }
    at_hand = record
    local key, offset = place_of(articles)
    if articles == 1 or offset == 0 then call('SETRANGE', key, CHUNK * SIZE - 1, '\0') end
    cache[articles] = record
    if record.named == 1 then call('HSET', prefix .. 'names', articles, name) end
    if size > 0 then
      candidates, known = candidates_of(packed)
      matches, relations = matches_of(record, candidates)
    end
    if #matches > 0 then
      join(record, matches)
    else
      found(record)
    end
  end
  save(record)
  if relations.parts then round_ups().list_others(record, relations) end
  if size > 0 then insert_bands(record, known) end
  if moved or record.moving == 1 then round_ups().tell_moved(record) end
  if articles > numbered then
    grow()
  end
  return decision_on(record)
end
