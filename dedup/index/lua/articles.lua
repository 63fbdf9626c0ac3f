-- One article -------------------------------------------------------------------------------------

-- Behind the bands comes the key of the text itself, in the same table: it leads to the first article with just this
-- text, whatever has taken its bands since.
local KEYS_OF_AN_ARTICLE, TEXT_KEY = LIMITS.bands + 1, LIMITS.bands + 1
local KEYS_FORMAT = '>' .. string.rep('I4', KEYS_OF_AN_ARTICLE)

-- Where an article is gone that the others of its story stand behind in a bucket, their canonical one stands for it.
local function with_stand_ins(candidates)
  local present = {}
  for number, weight in pairs(candidates) do
    local record = load(number)
    local root = record and is_gone(record) and story_of(record)
    if root then number = root.canonical end
    present[number] = max(present[number] or 0, weight)
  end
  return present
end

-- Numbers of the articles that share a key with the packed one, each with a weight: `OWN` for every band, 1 for those
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
      candidates[number] = (candidates[number] or 0) + ((stories_before < COMMON or band == TEXT_KEY) and OWN or 1)
    end
  end
  if removed > 0 then candidates = with_stand_ins(candidates) end
  return candidates, { at = at, buckets = buckets, bits = bits, entries = entries, numbers = numbers, others = others }
end

-- Add new entries to buckets. They are written anew, for a string that is appended to gets room for twice its length; not
-- where an entry of the same bucket was changed since it was read.
local function add_entries(new, changed)
  for key, entry in pairs(new) do
    if changed[key] then call('APPEND', key, entry.bytes) else call('SET', key, entry.bucket .. entry.bytes) end
  end
end

-- The newest article stands in a bucket, unless the one there is of the same story: its first members stay
-- findable, and later copies are compared with them rather than with copies of copies. Two that were marked apart
-- look alike: they share the bands, so that both stay findable.
local function insert_bands(record, keys)
  local root, barred, mine = story_of(record), barred_from(record.id), struct.pack('<I4', record.number)
  local at, bits, entries, numbers, others = keys.at, keys.bits, keys.entries, keys.numbers, keys.others
  local new, changed = {}, {}
  for band = 1, KEYS_OF_AN_ARTICLE do
    local number = numbers[band]
    -- An article that only formulas lead to was not compared, and is not now: it counts as one of another story.
    local other = number and (others[band] < COMMON and load(number) or cache[number])
    local home = other and not is_gone(other) and story_of(other)
    if not number then
      local known = new[at[band]]
      new[at[band]] = { bucket = keys.buckets[band] or '', bytes = (known and known.bytes or '') .. bits[band] .. mine }
      band_table.entries = band_table.entries + 1
    elseif band == TEXT_KEY then
      other = load(number)
      if not other or not story_of(other) or not is_same_text(other, record) then
        changed[at[band]] = call('SETRANGE', at[band], entries[band] + 2, struct.pack('<I4', record.number))
      end
    elseif not home or (number ~= record.number and home.number ~= root.number
      and (band % 2 == 1 or not barred[home.number])) then
      local stories_before = min(3, others[band] + 1) * 2 ^ 30
      changed[at[band]] = call('SETRANGE', at[band], entries[band] + 2, struct.pack('<I4', stories_before + record.number))
    end
  end
  add_entries(new, changed)
end

-- Where an id stands, and under which of two names: two ids may begin alike.
local function place_of_id(id)
  local b1, b2, b3, b4 = byte(id, 1, 4)
  return prefix .. 'i:' .. address(id_table, b1 + b2 * 256 + b3 * 65536 + b4 * 16777216), sub(id, 2, 6), sub(id, 2)
end

find_id = function(id)
  local at, short, long = place_of_id(id)
  for _, number in ipairs(call('HMGET', at, short, long)) do
    local record = number and load(tonumber(number))
    if record and record.id == id then return record end
  end
  return nil
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

-- Report what an earlier arrival of a record changed, for a store that may not have applied it.
local function report_changes(record, root)
  local canonical = canonical_of(root)
  if canonical.number == record.number and root.has_members == 1 and root.number ~= record.number then
    report_update('', root, root)
  end
  local merged = call('HGET', prefix .. 'merged', root.number)
  if merged then
    for at = 1, #merged, 4 do
      local lost = load(struct.unpack('<I4', sub(merged, at, at + 3)))
      local home = lost and story_of(lost)
      if home and home.number == root.number then report_update(name_of(lost), root, lost) end
    end
  end
  if reassigned or record.has_moves == 1 then round_ups().report_reassigned(record) end
end

-- The reply for an article that waits for exact verdicts: the pairs that need one.
local function requests_of()
  local reply = {}
  for at, pair in ipairs(requests) do
    local mine, other, sources = pair[1], pair[2], 'unknown'
    if mine.source ~= NO_SOURCE and other.source ~= NO_SOURCE then sources = mine.source == other.source and 'same' or 'other' end
    reply[at] = {
      'id', name_of(mine), 'other_id', other.name or name_of(other),
      'published', mine.published, 'other_published', other.published, 'sources', sources,
    }
  end
  return { 'requests', reply }
end

-- The reply for an article. Where nothing changes for others it is a string: the codes of reason and similarity, the
-- story's id, and that of its canonical article where it is another.
local function decision_on(record)
  local root = story_of(record)
  local canonical = canonical_of(root)
  if #changes == 0 and root.has_name + canonical.has_name == 0 then
    return char(record.reason, record.similarity) .. root.id .. (canonical == record and '' or canonical.id)
  end
  return {
    'story', name_of(root), 'canonical', canonical.number == record.number and '' or name_of(canonical),
    'reason', record.reason, 'similarity', record.similarity, 'changes', changes,
  }
end

local function look_up(id)
  changes = {}
  local record = find_id(id)
  if not record or is_gone(record) or not story_of(record) then return false end
  report_changes(record, story_of(record))
  return decision_on(record)
end

-- An article before anything is written: a record for it, that of the article that is there already under its id, and
-- its name where that can't be read off its id.
local function arrival_of(packed)
  local raw, name = sub(packed, 1, SIZE), sub(packed, SIZE + 4 * KEYS_OF_AN_ARTICLE + 1)
  local record = read_record(articles + 1, raw)
  record.parent, record.next, record.has_name = articles + 1, articles + 1, #name > 0 and 1 or 0
  record.name = record.has_name == 1 and name or 'x' .. record.id
  local existing = find_id(record.id)
  if existing and not story_of(existing) then existing = nil end
  if existing then
    record.number, record.parent = existing.number, existing.parent
    if existing.published ~= UNKNOWN then record.published = existing.published end
  end
  return record, existing, name
end

-- The candidates of an article, its keys, and its relations to the candidates, before anything is written.
local function find_relations(record, packed)
  near_misses_of, met = {}, {}
  local candidates, keys, relations = {}, {}, {}
  if record.size > 0 then
    candidates, keys = candidates_of(packed)
    relations = relations_of(record, candidates)
    if requests then request_merge_verdicts(record, matches_among(record, relations)) end
  end
  local misses = near_misses_of
  near_misses_of = nil
  return candidates, keys, relations, misses
end

-- Cluster an article of a story again; before, it is a story by itself.
local function recluster(record, packed)
  waiting[record.number] = nil
  local candidates, keys, relations = find_relations(record, packed)
  local matches
  matches, relations = matches_of(record, candidates, relations)
  if #matches > 0 then
    stories = stories - 1
    join(record, matches)
  end
  return keys, relations
end

-- An article that was removed is there again, in its story or, where nothing is left of that, as a story by itself.
local function come_back(record)
  local root = story_of(record)
  if is_gone(canonical_of(root)) then
    root.canonical, stories = record.number, stories + 1
    save(root)
  end
  call('HINCRBY', state, 'removed', -1)
end

-- Replace the text of an article; it stays in its story if others belong there because of it.
local function revise(record, arrival, candidates, relations)
  if is_gone(record) then come_back(record) end
  record.round_up = 0
  record.raw, record.values, record.figures = sub(arrival.raw, 1, 104) .. sub(record.raw, 105), nil, nil
  record.size, record.text, record.source, record.published = arrival.size, arrival.text, arrival.source, arrival.published
  local matches
  matches, relations = matches_of(record, candidates, relations)
  local root = story_of(record)
  if record.has_members == 0 and (root.number == record.number or root.canonical ~= record.number) then
    part({ [record.number] = record })
    if root.number == record.number then stories = stories - 1 end
    if #matches > 0 then
      join(record, matches)
    else
      start_story(record)
    end
  end
  return relations
end

local function insert(record, name, candidates, relations)
  claim_id(record.id)
  articles = articles + 1
  local key, offset = slot_of(articles)
  if articles == 1 or offset == 0 then call('SETRANGE', key, CHUNK * SIZE - 1, '\0') end
  cache[articles] = record
  if record.has_name == 1 then call('HSET', prefix .. 'names', articles, name) end
  local matches
  matches, relations = matches_of(record, candidates, relations)
  if #matches > 0 then
    join(record, matches)
  else
    start_story(record)
  end
  return relations
end

-- The story that an article would join, were it inserted.
local function query(packed)
  changes = {}
  requests, requested = exact and {} or nil, {}
  local record = arrival_of(packed)
  local _, _, relations = find_relations(record, packed)
  if requests and #requests > 0 then return requests_of() end
  local match = matches_among(record, relations)[1]
  record.parent = match and story_of(match.other).number or record.number
  if match then record.reason, record.similarity = match.reason, steps(match.similarity) end
  return decision_on(record)
end

-- The names of the articles that share a bucket with one, or a link, and may be copies of it or parts; where formulas
-- alone lead to one, it has to share more.
local function neighbours_of(packed)
  local record, existing = arrival_of(packed)
  local candidates, names = {}, {}
  if record.size > 0 then candidates = candidates_of(packed) end
  for _, number in ipairs(existing and linked(existing.number) or {}) do candidates[number] = OWN end
  for number, weight in pairs(candidates) do
    local other = number ~= record.number and load(number)
    if other and other.size > 0 and story_of(other) then
      local _, containment = shares_of(record, other)
      if containment >= (weight >= OWN and LIMITS.edition or LIMITS.unlike) then names[#names + 1] = name_of(other) end
    end
  end
  return names
end

-- Check an article and insert it. Where exact verdicts are needed, or one before it waits for some (`is_waiting`),
-- nothing is written, and they are requested.
local function check(packed, is_waiting)
  changes, met = {}, {}
  requests, requested = exact and {} or nil, {}
  local arrival, record, name = arrival_of(packed)
  local keys, relations
  if reclustering and record then
    keys, relations = recluster(record, packed)
  elseif record and is_same_text(record, arrival) then
    if is_waiting then return { 'requests', {} } end
    report_changes(record, story_of(record))
    return decision_on(record)
  else
    local candidates, misses
    candidates, keys, relations, misses = find_relations(arrival, packed)
    if is_waiting or (requests and #requests > 0) then return requests_of() end
    requests = nil
    for at = 1, min(#misses, 1000 - #near_misses) do near_misses[#near_misses + 1] = misses[at] end
    if record then
      relations = revise(record, arrival, candidates, relations)
    else
      record = arrival
      relations = insert(record, name, candidates, relations)
    end
  end
  save(record)
  link(record, met)
  if relations.parts then round_ups().list_parts_elsewhere(record, relations) end
  if record.size > 0 then insert_bands(record, keys) end
  if reassigned or record.has_moves == 1 then round_ups().report_reassigned(record) end
  grow()
  return decision_on(record)
end
