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
