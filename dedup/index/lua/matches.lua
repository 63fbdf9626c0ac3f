-- Copies and their stories ------------------------------------------------------------------------

local round_ups -- makes what is to be done about round-ups (roundups.lua)
local moved -- numbers of the articles that the one at hand has told apart

-- Whether one of two may have a story that the other lacks.
local function is_part(reason, jaccard)
  return reason ~= EXACT and jaccard < UNDIVIDED
end

-- Make two stories one, that of the article published earlier; returns its first article.
local function merge(a, b, reason, similarity)
  local kept, lost = a, b
  if earlier(canonical_of(b), canonical_of(a)) then
    kept, lost, reason = b, a, MIRRORED[reason]
  end
  local retired, previous = name_of(lost), canonical_of(lost)
  if kept.listed + lost.listed > 0 then round_ups().unite_lists(kept, lost) end
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

local near_misses_of -- of the article at hand, while its candidates are looked at
local waiting = {} -- numbers of articles that are to be told apart anew after this one
local barred_from
local find_id

-- Numbers of the stories that hold an article which was marked apart from the one with this id.
barred_from = function(id)
  local barred = {}
  local ids = marked > 0 and call('HGET', prefix .. 'apart', id)
  if ids then
    for at = 1, #ids, 16 do
      local other = find_id(sub(ids, at, at + 15))
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
    local record = find_id(id)
    local root = record and story_of(record)
    if root and root.number == one.number and barred_from(id)[other.number] then return true end
  end
  return false
end

-- What the candidates that a record resembles are to it.
local function relations_of(record, candidates)
  local relations, barred = {}, barred_from(record.id)
  for number, weight in pairs(candidates) do
    local other = weight > 1 and load(number)
    local root = other and number ~= record.number and not waiting[number] and story_of(other)
    if root and not barred[root.number] then
      local reason, similarity, close, jaccard, sure = judge(record, other)
      if close and near_misses_of then near_misses_of[#near_misses_of + 1] = { record, other, similarity } end
      if near_misses_of then looked_at = looked_at + 1 end
      if reason ~= NEW then
        relations.parts = relations.parts or is_part(reason, jaccard)
        relations[#relations + 1] = { other = other, reason = reason, similarity = similarity, jaccard = jaccard, sure = sure }
      end
    end
  end
  if #relations > 1 then
    table.sort(relations, function(a, b)
      local left, right = min(a.reason, CONTAINS), min(b.reason, CONTAINS)
      if left ~= right then return left < right end
      if a.similarity ~= b.similarity then return a.similarity > b.similarity end
      return a.other.number < b.other.number
    end)
  end
  return relations
end

-- Those of them by which the record belongs to a story: exact copies, then those alike as a whole, for a round-up may
-- contain another's story word for word; the most similar first.
local function matches_among(record, relations)
  local matches = {}
  for _, one in ipairs(relations) do
    local other = one.other
    local chained = other.depth == 0 or one.reason == EXACT
      or (other.depth == 1 and one.similarity >= CHAINED
        and ((one.reason == NEAR_COPY and other.reason ~= CONTAINED) or one.jaccard >= CHAINED_JACCARD))
    if chained and (not is_part(one.reason, one.jaccard) or round_ups().binds(record, other, one.reason)) then matches[#matches + 1] = one end
  end
  return matches
end

-- The record itself is for the caller to save.
-- Whether two stories that an article resembles are one: their first articles resemble each other.
local function are_one(root, other)
  if other.number == root.number or root.round_up + other.round_up > 0 then return NEW end
  return judge(root, other, MERGE)
end

-- Ask for the verdicts that would be needed to make one of the stories that a record resembles.
local function ask_of_stories(matches)
  local root = matches[1] and story_of(matches[1].other)
  for at = 2, #matches do are_one(root, story_of(matches[at].other)) end
end

local function join(record, matches)
  local best = matches[1]
  local root = story_of(best.other)
  if is_part(best.reason, best.jaccard) or (root.listed == 1 and best.other ~= root) then
    round_ups().list(root, record.number) -- a whole copy of the first article stays with it, whatever shows
  end
  record.parent, record.canonical, record.listed = root.number, 0, 0
  record.reason, record.similarity = best.reason, steps(best.similarity)
  record.depth = best.reason == EXACT and max(best.other.depth, 1) or best.other.depth + 1
  if root.followed == 0 then
    root.followed = 1
    save(root)
  end
  for at = 2, #matches do
    local other = story_of(matches[at].other)
    local reason, similarity, _, _, sure = are_one(root, other)
    -- Two stories at once are not hidden in one on an estimate, where somebody could look.
    if reason ~= NEW and sure and not kept_apart(root, other) then
      root = merge(root, other, reason, similarity)
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
