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

-- How many values two signatures share, and the containment and Jaccard similarity which that speaks for.
local function shares_of(mine, other)
  local left, right, equal = signature_of(mine), signature_of(other), 0
  for at = 1, 64 do
    if left[at] == right[at] then equal = equal + 1 end
  end
  -- Different values agree in their lowest byte once in 256 times.
  local jaccard = max(0, (equal / 64 - 1 / 256) * 256 / 255)
  return equal, min(1, jaccard / (1 + jaccard) * (mine.size + other.size) / min(mine.size, other.size)), jaccard
end

-- The rule of `judge` in similarity.py. Returns reason (0: different), similarity, whether a pair that is no copy
-- came close to it (`is_near`), the Jaccard similarity of a copy, and by how much the containment is above the least
-- that counts, where that matters; `least` replaces that where it is given.
local function judge(mine, other, least)
  if mine.size == 0 or other.size == 0 then return NEW, 0 end
  local equal, containment, jaccard = shares_of(mine, other)
  if equal == 64 and mine.text == other.text and mine.size == other.size then return EXACT, 1, false, 1 end
  local smaller, margin = min(mine.size, other.size), nil
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
    margin = containment - least
    local close = margin >= -NEAR_MISS and (changed <= CHANGED or kept >= (kept + changed) * (KEPT - 0.2))
    if margin < 0 then return NEW, containment, close, jaccard, margin end
    if containment < WHOLE and opening_of(mine, other) < OPENING then
      return NEW, containment, close, jaccard, margin
    end
    if kept < (kept + changed) * KEPT then
      local by_length = floor(smaller / LENGTH)
      if changed > max(CHANGED, by_length) then return NEW, containment, close, jaccard, margin end
      if changed > by_length and mine.published ~= UNKNOWN and other.published ~= UNKNOWN
        and math.abs(mine.published - other.published) >= HOURS * 3600 then
        return NEW, containment, close, jaccard, margin
      end
    end
  end
  if jaccard >= NEAR then return NEAR_COPY, containment, false, jaccard, margin end
  return mine.size > other.size and CONTAINS or CONTAINED, containment, false, jaccard, margin
end

local UNSURE = 0.13 -- two standard errors of a containment by 64 values where half of a text is shared
local at_hand -- the article that is checked, with what is known of it and another's likeness:
local settled = {} -- exact verdicts, by the other's id
local unsure -- those whose likeness should be looked at exactly; nil where nobody asks

-- The same of the article at hand. Where the last is false, an exact verdict may say otherwise.
local function judge_at_hand(other)
  local verdict = settled[other.id]
  if verdict then return verdict[1], verdict[2], false, verdict[3], true end
  local reason, similarity, close, jaccard, margin = judge(at_hand, other)
  local sure = not unsure or not margin or math.abs(margin) >= UNSURE
  if not sure then unsure[#unsure + 1] = other end
  return reason, similarity, close, jaccard, sure
end
