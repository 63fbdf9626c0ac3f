-- Round-ups ---------------------------------------------------------------------------------------
-- An article that holds two others which have next to nothing in common is a round-up of the news: it is a copy of
-- neither, and ties nobody to them. Where that shows late, whoever was tied by it is told apart anew; so a story keeps
-- a list of those whom that may concern.

local made

-- Few articles need these functions, and each that is made costs its time: they are made when first asked for.
round_ups = function()
  if made then return made end

  local MOST_PARTS = 200 -- on the list of a story: all pairs of so many are compared within 0.2 s

  local function is_round_up(record)
    if record.round_up == 1 then return true end
    -- It joined a round-up as its copy.
    return record.depth > 0 and (record.reason == EXACT or record.reason == NEAR_COPY) and story_of(record).round_up == 1
  end

  -- Whether a part and the whole count as copies: not where that is a round-up.
  local function binds(record, other, reason)
    if reason == CONTAINS then return not is_round_up(record) end
    if reason == CONTAINED then return not is_round_up(other) end
    return is_round_up(record) == is_round_up(other)
  end

  local function are_unlike(one, other)
    local _, containment = shares_of(one, other)
    return containment < UNLIKE
  end

  -- Numbers of those on the list of a story: who joined it since the first that is no whole copy, and parts of its
  -- members that are in other stories.
  local function listed(root)
    local numbers, packed = {}, root.listed == 1 and call('HGET', prefix .. 'parts', root.number) or ''
    for at = 1, #packed, 4 do numbers[#numbers + 1] = struct.unpack('<I4', sub(packed, at, at + 3)) end
    return numbers
  end

  -- Put articles on it; the first one is the story's canonical article of then.
  local function list(root, ...)
    local key = prefix .. 'parts'
    local packed = root.listed == 1 and call('HGET', key, root.number) or struct.pack('<I4', root.canonical)
    local before = #packed
    for at = 1, select('#', ...) do
      local mine = struct.pack('<I4', (select(at, ...)))
      local place = find(packed, mine, 1, true)
      while place and place % 4 ~= 1 do place = find(packed, mine, place + 1, true) end
      if not place and #packed < 4 * MOST_PARTS then packed = packed .. mine end
    end
    if root.listed == 1 and #packed == before then return end
    call('HSET', key, root.number, packed)
    if root.listed == 0 then
      root.listed = 1
      save(root)
    end
  end

  -- Two stories become one, and so do their lists.
  local function unite_lists(kept, lost)
    list(kept, lost.number, lost.canonical, unpack(listed(lost)))
    lost.listed = 0
    call('HDEL', prefix .. 'parts', lost.number)
  end

  local MOST_LOOKED_AT = 32 -- of the parts that a story lists, for one article

  -- Those that a story lists, and its first article, as far as they have nothing in common with the record. Whoever
  -- would bring the record together with one of them is a round-up.
  local function strangers_in(root, record, resembled)
    local strangers, parts = {}, listed(root)
    parts[#parts + 1] = root.number
    for place = max(1, #parts - MOST_LOOKED_AT), #parts do
      local part = not resembled[parts[place]] and load(parts[place])
      if part and part ~= record and part.size > 0 and are_unlike(part, record) then strangers[#strangers + 1] = part end
    end
    return strangers
  end

  local function brings(whole, strangers)
    local root = story_of(whole)
    for _, part in ipairs(strangers) do
      local home = part ~= whole and story_of(part)
      if home and home.number == root.number then return true end
      local reason, _, _, jaccard = judge(part, whole)
      if (reason == CONTAINED or reason == NEAR_COPY) and is_part(reason, jaccard) then return true end
    end
    return false
  end

  -- Find out which articles the record shows to be round-ups, itself among them, and mark them; returns them.
  local function reveal(record, relations)
    local shown, held, strangers, resembled = {}, {}, {}, {}
    for _, one in ipairs(relations) do resembled[one.other.number] = true end
    for _, one in ipairs(relations) do
      local other = one.other
      if one.sure and is_part(one.reason, one.jaccard) then
        if one.reason ~= CONTAINED and record.round_up == 0 then
          for _, part in ipairs(held) do
            if record.round_up == 0 and are_unlike(other, part) then
              record.round_up = 1
              shown[#shown + 1] = record
            end
          end
          held[#held + 1] = other
        end
        if one.reason ~= CONTAINS and not is_round_up(other) then
          local root = story_of(other)
          strangers[root.number] = strangers[root.number] or strangers_in(root, record, resembled)
          if brings(other, strangers[root.number]) then
            other.round_up = 1
            save(other)
            shown[#shown + 1] = other
          end
        end
      end
    end
    return shown
  end

  -- Tell those on a story's list apart anew, one after the other, now that one of its articles is known to be a
  -- round-up. What is no copy of that stays where it was, if it finds no better place.
  local function tell_apart(root, whole)
    local members, seen, before = {}, { [root.number] = true }, {}
    local numbers = listed(root)
    if #numbers >= MOST_PARTS then return end -- others are not on the list: better together with the round-up than torn
    for _, number in ipairs(numbers) do
      local one = load(number)
      local held = one and story_of(one)
      if held and not seen[number] and held.number == root.number then
        seen[number] = true
        members[#members + 1] = one
      end
    end
    if #members == 0 then return end
    table.sort(members, function(a, b) return a.number < b.number end)
    for _, one in ipairs({ root, unpack(members) }) do -- its whole copies are round-ups, too
      if one.number ~= whole.number then
        local reason, _, _, jaccard = judge(one, whole)
        if reason == EXACT or (reason == NEAR_COPY and jaccard >= UNDIVIDED) then one.round_up = 1 end
      end
    end
    for _, one in ipairs(members) do
      before[one.number] = { one.depth, one.reason, one.similarity }
      waiting[one.number] = one
      found(one)
      one.followed = 0
      save(one)
    end
    root.canonical, root.followed = root.number, 1
    save(root)
    local told = changes
    changes = {} -- what is told of each below says it all
    local candidates = { [root.number] = 2 }
    for _, one in ipairs(members) do
      waiting[one.number] = nil
      local matches = matches_among(one, relations_of(one, candidates))
      if #matches > 0 then
        stories = stories - 1
        join(one, matches)
        save(one)
      elseif one ~= whole and judge(one, whole) == NEW then
        stories = stories - 1
        one.parent, one.canonical = root.number, 0
        one.depth, one.reason, one.similarity = unpack(before[one.number])
        if earlier(one, canonical_of(root)) then root.canonical = one.number end
        save(root)
        save(one)
      end
      candidates[one.number] = 2
    end
    changes = told
    -- Stories that had become part of this one and have left it again are no longer among those that did.
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
    moved = moved or {}
    moved[#moved + 1] = root.number
    for _, one in ipairs(members) do moved[#moved + 1] = one.number end
  end

  -- Parts that went into another story than their whole did are remembered for its story.
  local function list_others(record, relations)
    for _, one in ipairs(relations) do
      if is_part(one.reason, one.jaccard) then
        local mine, other = story_of(record), story_of(one.other)
        if mine.number ~= other.number then
          if one.reason ~= CONTAINS and not is_round_up(one.other) then list(other, record.number) end
          if one.reason ~= CONTAINED and not is_round_up(record) then list(mine, one.other.number) end
        end
      end
    end
  end

  -- Tell where those that were told apart are now, and remember it for whoever asks again.
  local function tell_moved(record)
    local numbers = {}
    if moved then
      local packed = ''
      for _, number in ipairs(moved) do packed = packed .. struct.pack('<I4', number) end
      call('HSET', prefix .. 'moves', record.number, packed)
      record.moving = 1
      save(record)
      numbers = moved
    elseif record.moving == 1 then
      local packed = call('HGET', prefix .. 'moves', record.number) or ''
      for at = 1, #packed, 4 do numbers[#numbers + 1] = struct.unpack('<I4', sub(packed, at, at + 3)) end
    end
    moved = nil
    local seen, told = {}, {}
    for _, number in ipairs(numbers) do
      local one = load(number)
      local root = one and story_of(one)
      if root and number ~= record.number then
        local canonical = canonical_of(root)
        if not seen[root.number] then
          seen[root.number] = true
          tell('', root, root)
        end
        told[#told + 1] = {
          name_of(one), name_of(root), canonical.number == number and '' or name_of(canonical), one.reason, one.similarity,
        }
      end
    end
    for _, one in ipairs(told) do changes[#changes + 1] = one end
  end

  made = {
    binds = binds, list = list, unite_lists = unite_lists, reveal = reveal, tell_apart = tell_apart,
    list_others = list_others, tell_moved = tell_moved,
  }
  return made
end

-- Those of the candidates that the record is a copy of, best first, and all relations; what these show of round-ups
-- has been put right before.
local function matches_of(record, candidates, relations)
  if relations.parts and not again then
    local shown = round_ups().reveal(record, relations)
    for _, one in ipairs(shown) do round_ups().tell_apart(story_of(one), one) end
    if #shown > 0 then relations = relations_of(record, candidates) end
  end
  return matches_among(record, relations), relations
end
