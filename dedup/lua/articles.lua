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
