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

-- Exact verdicts on pairs, by the ids of both.
local VERDICT, UNREAD = 51, 255
local verdicts = {}
for from = 1, #ARGV[2], VERDICT do
  local one, other, reason, merged, near, similarity, jaccard = struct.unpack('<c16c16BBBdd', ARGV[2], from)
  local verdict = { reason = reason, merged = merged, near = near == 1, similarity = similarity, jaccard = jaccard }
  verdicts[one .. other] = verdict
  verdicts[other .. one] = reason == UNREAD and verdict or {
    reason = MIRRORED[reason] or NEW, merged = MIRRORED[merged] or NEW, near = near == 1, similarity = similarity, jaccard = jaccard,
  }
end

local UNSURE = 0.13 -- two standard errors of a containment by 64 values where half of a text is shared
local asked -- pairs whose exact verdict decides; nil where nobody asks
local asked_for = {}

local function ask(mine, other)
  local pair = mine.id .. other.id
  if not asked_for[pair] then
    asked_for[pair] = true
    asked[#asked + 1] = { mine, other }
  end
end

-- The rule of `judge` in rule.py on estimates. Returns reason (0: different), similarity, whether a pair that is no
-- copy came close to it (`is_near`), the Jaccard similarity, and whether an exact look may say otherwise; `least`
-- replaces the least containment where it is given. What names two texts hold an estimate cannot see: whatever looks
-- like a copy is looked at.
local function estimate(mine, other, least)
  local _, containment, jaccard = shares_of(mine, other)
  local smaller = min(mine.size, other.size)
  local kept, changed = compare_figures(figures_of(mine), figures_of(other))
  local close, open = false, false
  if smaller < SHORT then
    open = jaccard >= JACCARD_SHORT - UNSURE
    if jaccard < JACCARD_SHORT or changed > 0 then return NEW, containment, false, jaccard, open end
  else
    if not least then
      least = CONTAINMENT
      if mine.source > 0 and other.source > 0 then
        least = mine.source == other.source and SAME_SOURCE or OTHER_SOURCE
      end
    end
    local margin, by_length = containment - least, floor(smaller / LENGTH)
    open = margin >= -UNSURE and not (changed > 2 * max(CHANGED, by_length) and kept < changed)
    close = margin >= -NEAR_MISS and (changed <= CHANGED or kept >= (kept + changed) * (KEPT - 0.2))
    if margin < 0 then return NEW, containment, close, jaccard, open end
    if containment < WHOLE and opening_of(mine, other) < OPENING then
      return NEW, containment, close, jaccard, open
    end
    if kept < (kept + changed) * KEPT then
      if changed > max(CHANGED, by_length) then return NEW, containment, close, jaccard, open end
      if changed > by_length and mine.published ~= UNKNOWN and other.published ~= UNKNOWN
        and math.abs(mine.published - other.published) >= HOURS * 3600 then
        return NEW, containment, close, jaccard, open
      end
    end
  end
  if jaccard >= NEAR then return NEAR_COPY, containment, false, jaccard, open end
  return mine.size > other.size and CONTAINS or CONTAINED, containment, false, jaccard, open
end

local function is_same_text(mine, other)
  return mine.size == other.size and mine.text == other.text and sub(mine.raw, 1, 64) == sub(other.raw, 1, 64)
end

-- The verdict on a pair: the exact one where it is known. The last value says whether it is sure, as every
-- estimate is where nobody can look.
local function judge(mine, other, least)
  if mine.size == 0 or other.size == 0 then return NEW, 0, false, 0, true end
  if is_same_text(mine, other) then return EXACT, 1, false, 1, true end
  local verdict = verdicts[mine.id .. other.id]
  if verdict and verdict.reason ~= UNREAD then
    return least and verdict.merged or verdict.reason, verdict.similarity, verdict.near, verdict.jaccard, true
  end
  local reason, similarity, close, jaccard, open = estimate(mine, other, least)
  if open and asked and not verdict then ask(mine, other) end
  return reason, similarity, close, jaccard, not (open and exact)
end
