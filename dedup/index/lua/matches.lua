-- Copies and their stories ------------------------------------------------------------------------

local round_ups -- defines the functions on round-ups (roundups.lua)
local reassigned -- numbers of the articles that were reassigned for the one being inserted

-- Whether one of two may have a story that the other lacks: an edition has not.
local function is_part(reason, jaccard, similarity)
  return reason ~= REASON.exact and jaccard < LIMITS.undivided and similarity >= LIMITS.reworded
end

-- Merge two stories into that of the article published earlier; returns its root.
local function merge(a, b, reason, similarity)
  local kept, lost = a, b
  if earlier(canonical_of(b), canonical_of(a)) then
    kept, lost, reason = b, a, MIRRORED[reason]
  end
  local retired, previous = name_of(lost), canonical_of(lost)
  if kept.has_parts + lost.has_parts > 0 then round_ups().unite_lists(kept, lost) end
  lost.parent, lost.canonical, lost.depth, kept.has_members = kept.number, 0, 1, 1
  tie(kept, lost)
  demote(previous, MIRRORED[reason], steps(similarity))
  save(lost)
  save(kept)
  stories = stories - 1
  local key = prefix .. 'merged'
  call('HSET', key, kept.number, (call('HGET', key, kept.number) or '')
    .. struct.pack('<I4', lost.number) .. (call('HGET', key, lost.number) or ''))
  report_update(retired, kept, previous)
  return kept
end

local near_misses_of -- of the article being checked, while its candidates are compared
local met = {} -- the candidates of the article being checked that share something with it
local waiting = {} -- numbers of articles that are to be clustered again after this one
local barred_from

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
local function kept_apart(root, other)
  if marked == 0 then return false end
  for _, id in ipairs(call('HKEYS', prefix .. 'apart')) do
    local record = find_id(id)
    local home = record and story_of(record)
    if home and home.number == root.number and barred_from(id)[other.number] then return true end
  end
  return false
end

-- The relations of a record to the candidates that it resembles.
local function relations_of(record, candidates)
  local relations, barred = {}, barred_from(record.id)
  for number, weight in pairs(candidates) do
    local other = weight >= OWN and load(number)
    local root = other and number ~= record.number and not waiting[number] and story_of(other)
    if root and not barred[root.number] then
      local reason, similarity, is_near, jaccard, is_final = judge(record, other)
      if is_near and near_misses_of then near_misses_of[#near_misses_of + 1] = { record, other, similarity } end
      if near_misses_of then
        compared = compared + 1
        if similarity >= LIMITS.edition then met[#met + 1] = other end
      end
      if reason ~= REASON.new then
        relations.parts = relations.parts or is_part(reason, jaccard, similarity)
        relations[#relations + 1] = { other = other, reason = reason, similarity = similarity, jaccard = jaccard, is_final = is_final }
      end
    end
  end
  if #relations > 1 then
    table.sort(relations, function(a, b)
      local left, right = min(a.reason, REASON.contains), min(b.reason, REASON.contains)
      if left ~= right then return left < right end
      if a.similarity ~= b.similarity then return a.similarity > b.similarity end
      return a.other.number < b.other.number
    end)
  end
  return relations
end

-- The relations by which the record joins a story: exact copies, then those alike as a whole, for a round-up may contain
-- another's story word for word; the most similar first.
local function matches_among(record, relations)
  local matches = {}
  for _, relation in ipairs(relations) do
    local other, reason, jaccard = relation.other, relation.reason, relation.jaccard
    local chained = other.depth == 0 or reason == REASON.exact or is_canonical(other)
      or (other.depth == 1 and relation.similarity >= LIMITS.chained
        and ((reason == REASON.near and other.reason ~= REASON.contained) or jaccard >= LIMITS.chained_jaccard))
    if chained and (not is_part(reason, jaccard, relation.similarity) or round_ups().binds(record, other, reason)) then
      matches[#matches + 1] = relation
    end
  end
  return matches
end

-- Whether a record was published before the canonical article of a story, which it resembles.
local function is_first(record, relation)
  return is_canonical(relation.other) and earlier(record, relation.other)
end

-- Whether two stories that an article resembles are to be merged: their canonical articles resemble each other, or the
-- article, which was published before them: in order of publication they would have joined it.
local function merge_verdict(record, best, relation, root)
  local other = story_of(relation.other)
  if other.number == root.number or root.round_up + other.round_up > 0 then return REASON.new end
  if is_first(record, best) and is_first(record, relation) then
    return REASON.near, min(best.similarity, relation.similarity), false, 0, relation.is_final and best.is_final
  end
  return judge(canonical_of(root), canonical_of(other), LIMITS.merge)
end

-- Request the verdicts that are needed to merge the stories that a record resembles.
local function request_merge_verdicts(record, matches)
  local root = matches[1] and story_of(matches[1].other)
  for at = 2, #matches do merge_verdict(record, matches[1], matches[at], root) end
end

-- Add a record to the story of its best match. The record itself is for the caller to save.
local function join(record, matches)
  local best = matches[1]
  local root = story_of(best.other)
  if is_part(best.reason, best.jaccard, best.similarity) or (root.has_parts == 1 and best.other ~= root) then
    round_ups().list(root, record.number) -- a whole copy of the root stays with it, whatever shows later
  end
  record.parent, record.canonical, record.has_parts = root.number, 0, 0
  record.reason, record.similarity = best.reason, steps(best.similarity)
  record.depth = best.reason == REASON.exact and max(best.other.depth, 1) or best.other.depth + 1
  root.has_members = 1
  tie(root, record)
  save(root)
  for at = 2, #matches do
    local other = story_of(matches[at].other)
    local reason, similarity, _, _, is_final = merge_verdict(record, best, matches[at], root)
    -- Two stories are not merged on an estimate, where an exact comparison could follow.
    if reason ~= REASON.new and is_final and not kept_apart(root, other) then
      root = merge(root, other, reason, similarity)
    end
  end
  local canonical = canonical_of(root)
  if earlier(record, canonical) then
    root.canonical = record.number
    save(root)
    demote(canonical, MIRRORED[record.reason], record.similarity)
    report_update('', root, canonical)
  end
end
