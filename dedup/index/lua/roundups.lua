-- Round-ups ---------------------------------------------------------------------------------------
-- An article that contains two others which have next to nothing in common is a round-up of the news: it is a copy of
-- neither, and ties no article to them. Where that shows late, the articles that were tied by it are clustered again; so
-- a story keeps a list of those that may be concerned.

local functions

-- Few articles need these functions, and each that is defined costs its time: they are defined at the first use.
round_ups = function()
  if functions then return functions end

  local MOST_PARTS = 200 -- on the list of a story: all pairs of so many are compared within 0.2 s

  local function is_round_up(record)
    if record.round_up == 1 then return true end
    -- It joined a round-up as its copy.
    return record.depth > 0 and (record.reason == REASON.exact or record.reason == REASON.near) and story_of(record).round_up == 1
  end

  -- Whether a part and the whole count as copies: not where that is a round-up.
  local function binds(record, other, reason)
    if reason == REASON.contains then return not is_round_up(record) end
    if reason == REASON.contained then return not is_round_up(other) end
    return is_round_up(record) == is_round_up(other)
  end

  local function are_unlike(part, other)
    local _, containment = shares_of(part, other)
    return containment < LIMITS.unlike
  end

  -- Numbers of the articles on the list of a story: those that joined it since the first that is no whole copy, and
  -- parts of its members that are in other stories.
  local function listed(root)
    local numbers, packed = {}, root.has_parts == 1 and call('HGET', prefix .. 'parts', root.number) or ''
    for at = 1, #packed, 4 do numbers[#numbers + 1] = struct.unpack('<I4', sub(packed, at, at + 3)) end
    return numbers
  end

  -- Put articles on it; the first is the story's canonical article of that time.
  local function list(root, ...)
    local key = prefix .. 'parts'
    local packed = root.has_parts == 1 and call('HGET', key, root.number) or struct.pack('<I4', root.canonical)
    local before = #packed
    for at = 1, select('#', ...) do
      local mine = struct.pack('<I4', (select(at, ...)))
      local place = find(packed, mine, 1, true)
      while place and place % 4 ~= 1 do place = find(packed, mine, place + 1, true) end
      if not place and #packed < 4 * MOST_PARTS then packed = packed .. mine end
    end
    if root.has_parts == 1 and #packed == before then return end
    call('HSET', key, root.number, packed)
    if root.has_parts == 0 then
      root.has_parts = 1
      save(root)
    end
  end

  -- Merge the lists of two stories that are merged.
  local function unite_lists(kept, lost)
    list(kept, lost.number, lost.canonical, unpack(listed(lost)))
    lost.has_parts = 0
    call('HDEL', prefix .. 'parts', lost.number)
  end

  local MOST_COMPARED = 32 -- of the parts that a story lists, for one article

  -- The listed articles of a story, and its root, as far as they have nothing in common with the record. An article
  -- that would join the record with one of them is a round-up.
  local function unrelated_parts(root, record, resembled)
    local unrelated, parts = {}, listed(root)
    parts[#parts + 1] = root.number
    for place = max(1, #parts - MOST_COMPARED), #parts do
      local part = not resembled[parts[place]] and load(parts[place])
      if part and part ~= record and part.size > 0 and are_unlike(part, record) then unrelated[#unrelated + 1] = part end
    end
    return unrelated
  end

  local function joins_any(whole, unrelated)
    local root = story_of(whole)
    for _, part in ipairs(unrelated) do
      local home = part ~= whole and story_of(part)
      if home and home.number == root.number then return true end
      local reason, similarity, _, jaccard = judge(part, whole)
      if (reason == REASON.contained or reason == REASON.near) and is_part(reason, jaccard, similarity) then return true end
    end
    return false
  end

  -- Detect which articles the record shows to be round-ups, itself among them, and mark them; returns them.
  local function detect(record, relations)
    local detected, contained, unrelated, resembled = {}, {}, {}, {}
    for _, relation in ipairs(relations) do resembled[relation.other.number] = true end
    for _, relation in ipairs(relations) do
      local other, reason = relation.other, relation.reason
      if relation.is_final and is_part(reason, relation.jaccard, relation.similarity) then
        if reason ~= REASON.contained and record.round_up == 0 then
          for _, part in ipairs(contained) do
            if record.round_up == 0 and are_unlike(other, part) then
              record.round_up = 1
              detected[#detected + 1] = record
            end
          end
          contained[#contained + 1] = other
        end
        if reason ~= REASON.contains and not is_round_up(other) then
          local root = story_of(other)
          unrelated[root.number] = unrelated[root.number] or unrelated_parts(root, record, resembled)
          if joins_any(other, unrelated[root.number]) then
            other.round_up = 1
            save(other)
            detected[#detected + 1] = other
          end
        end
      end
    end
    return detected
  end

  -- Cluster the articles on a story's list again, one after the other, now that one of its articles is known to be a
  -- round-up. An article that is no copy of that stays where it was, if it has no better match.
  local function recluster_story(root, whole)
    local members, seen, leaving, before = {}, { [root.number] = true }, {}, {}
    local numbers = listed(root)
    if #numbers >= MOST_PARTS then return end -- others are not on the list: better together with the round-up than split
    for _, number in ipairs(numbers) do
      local member = load(number)
      local home = member and story_of(member)
      if home and not seen[number] and home.number == root.number then
        seen[number] = true
        members[#members + 1], leaving[number] = member, member
      end
    end
    if #members == 0 then return end
    part(leaving)
    table.sort(members, function(a, b) return a.number < b.number end)
    for _, member in ipairs({ root, unpack(members) }) do -- its whole copies are round-ups, too
      if member.number ~= whole.number then
        local reason, _, _, jaccard = judge(member, whole)
        if reason == REASON.exact or (reason == REASON.near and jaccard >= LIMITS.undivided) then member.round_up = 1 end
      end
    end
    for _, member in ipairs(members) do
      before[member.number] = { member.depth, member.reason, member.similarity }
      waiting[member.number] = member
      start_story(member)
      member.has_members = 0
      save(member)
    end
    root.canonical, root.has_members = root.number, 1
    save(root)
    local changes_before = changes
    changes = {} -- where each of them is now is reported below
    local candidates = { [root.number] = OWN }
    for _, member in ipairs(members) do
      waiting[member.number] = nil
      local matches = matches_among(member, relations_of(member, candidates))
      if #matches > 0 then
        stories = stories - 1
        join(member, matches)
        save(member)
      elseif member ~= whole and judge(member, whole) == REASON.new then
        stories = stories - 1
        member.parent, member.canonical = root.number, 0
        tie(root, member)
        member.depth, member.reason, member.similarity = unpack(before[member.number])
        if earlier(member, canonical_of(root)) then root.canonical = member.number end
        save(root)
        save(member)
      end
      candidates[member.number] = OWN
    end
    changes = changes_before
    -- Stories that had been merged into this one and have left it again are removed from its list of them.
    local merged, rest = call('HGET', prefix .. 'merged', root.number), ''
    if merged then
      for at = 1, #merged, 4 do
        local packed = sub(merged, at, at + 3)
        local lost = load(struct.unpack('<I4', packed))
        local home = lost and story_of(lost)
        if home and home.number == root.number then rest = rest .. packed end
      end
      if rest == '' then call('HDEL', prefix .. 'merged', root.number) else call('HSET', prefix .. 'merged', root.number, rest) end
    end
    reassigned = reassigned or {}
    reassigned[#reassigned + 1] = root.number
    for _, member in ipairs(members) do
      reassigned[#reassigned + 1] = member.number
      link(member, { root, whole })
    end
  end

  -- List the parts that went into another story than their whole did, for its story.
  local function list_parts_elsewhere(record, relations)
    for _, relation in ipairs(relations) do
      local part, reason = relation.other, relation.reason
      if is_part(reason, relation.jaccard, relation.similarity) then
        local mine, other = story_of(record), story_of(part)
        if mine.number ~= other.number then
          if reason ~= REASON.contains and not is_round_up(part) then list(other, record.number) end
          if reason ~= REASON.contained and not is_round_up(record) then list(mine, part.number) end
        end
      end
    end
  end

  -- Report where the articles are now that were clustered again, and store it for later lookups.
  local function report_reassigned(record)
    local numbers = {}
    if reassigned then
      local packed = ''
      for _, number in ipairs(reassigned) do packed = packed .. struct.pack('<I4', number) end
      call('HSET', prefix .. 'moves', record.number, packed)
      record.has_moves = 1
      save(record)
      numbers = reassigned
    elseif record.has_moves == 1 then
      local packed = call('HGET', prefix .. 'moves', record.number) or ''
      for at = 1, #packed, 4 do numbers[#numbers + 1] = struct.unpack('<I4', sub(packed, at, at + 3)) end
    end
    reassigned = nil
    local seen, reassignments = {}, {}
    for _, number in ipairs(numbers) do
      local member = load(number)
      local root = member and story_of(member)
      if root and number ~= record.number then
        local canonical = canonical_of(root)
        if not seen[root.number] then
          seen[root.number] = true
          report_update('', root, root)
        end
        reassignments[#reassignments + 1] = {
          'kind', 'reassignment', 'id', name_of(member), 'story', name_of(root),
          'canonical', canonical.number == number and '' or name_of(canonical),
          'reason', member.reason, 'similarity', member.similarity,
        }
      end
    end
    for _, change in ipairs(reassignments) do changes[#changes + 1] = change end
  end

  functions = {
    binds = binds, list = list, listed = listed, unite_lists = unite_lists, detect = detect, recluster_story = recluster_story,
    list_parts_elsewhere = list_parts_elsewhere, report_reassigned = report_reassigned,
  }
  return functions
end

-- The candidates that the record is a copy of, best first, and all relations; before that, round-ups that these show are
-- marked and their stories clustered again.
local function matches_of(record, candidates, relations)
  if relations.parts and not reclustering then
    local detected = round_ups().detect(record, relations)
    for _, whole in ipairs(detected) do round_ups().recluster_story(story_of(whole), whole) end
    if #detected > 0 then relations = relations_of(record, candidates) end
  end
  return matches_among(record, relations), relations
end
