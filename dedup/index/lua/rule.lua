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

-- Places where both go on with the same number, and with different ones: `compare_marks` in numbers.py.
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

-- How many values two signatures share, and the containment and Jaccard similarity that follow.
local function shares_of(mine, other)
  local left, right, equal = signature_of(mine), signature_of(other), 0
  for at = 1, 64 do
    if left[at] == right[at] then equal = equal + 1 end
  end
  -- Different values agree in their lowest byte once in 256 times.
  local jaccard = max(0, (equal / 64 - 1 / 256) * 256 / 255)
  return equal, min(1, jaccard / (1 + jaccard) * (mine.size + other.size) / min(mine.size, other.size)), jaccard
end

-- Exact verdicts on pairs, by the ids of both; without a reason where the texts are missing.
local verdicts = {}
if ARGV[2] ~= '' then
  for at, verdict in ipairs(cjson.decode(ARGV[2])) do
    local mine, other = sub(ARGV[3], 32 * at - 31, 32 * at - 16), sub(ARGV[3], 32 * at - 15, 32 * at)
    verdicts[mine .. other], verdicts[other .. mine] = verdict, verdict
    if verdict.reason then
      verdict.reason, verdict.merged = REASON[verdict.reason], REASON[verdict.merged]
      verdicts[other .. mine] = {
        reason = MIRRORED[verdict.reason], merged = MIRRORED[verdict.merged], is_near = verdict.is_near,
        similarity = verdict.similarity, jaccard = verdict.jaccard,
      }
    end
  end
end

local UNSURE = 0.13 -- two standard errors of a containment by 64 values where half of a text is shared
local requests -- pairs whose exact verdict decides; nil where none is waited for
local requested = {}

local function request_verdict(mine, other)
  local pair = mine.id .. other.id
  if not requested[pair] then
    requested[pair] = true
    requests[#requests + 1] = { mine, other }
  end
end

-- The rule of `judge` in rule.py on estimates. Returns the reason ("new": different), the similarity, whether a pair
-- that is no copy came close to it (`is_near`), the Jaccard similarity, and whether an exact comparison may decide
-- otherwise; `required` replaces the containment that goes by the sources. Which names two texts hold an estimate
-- cannot see: whatever looks like a copy is compared exactly.
local function estimate(mine, other, required)
  local _, containment, jaccard = shares_of(mine, other)
  local smaller = min(mine.size, other.size)
  local kept, changed = compare_figures(figures_of(mine), figures_of(other))
  local is_near, undecided = false, false
  if smaller < LIMITS.short then
    undecided = jaccard >= LIMITS.jaccard_short - UNSURE
    if jaccard < LIMITS.jaccard_short or changed > 0 then return REASON.new, containment, false, jaccard, undecided end
  else
    if not required then
      required = LIMITS.containment
      if mine.source ~= NO_SOURCE and other.source ~= NO_SOURCE then
        required = mine.source == other.source and LIMITS.containment_same_source or LIMITS.containment_other_source
      end
    end
    local margin, by_length = containment - required, floor(smaller / LIMITS.figures_length)
    -- An edition may share little more than its words in their order, which only the texts show.
    local may_be_edition = (mine.source == NO_SOURCE or mine.source ~= other.source) and smaller >= LIMITS.edition_size
      and containment >= LIMITS.edition
    undecided = (margin >= -UNSURE or may_be_edition) and not (changed > 2 * max(LIMITS.figures_changed, by_length) and kept < changed)
    is_near = margin >= -LIMITS.near_miss and (changed <= LIMITS.figures_changed or kept >= (kept + changed) * (LIMITS.figures_kept - 0.2))
    if margin < 0 then return REASON.new, containment, is_near, jaccard, undecided end
    if containment < LIMITS.whole_estimated and opening_of(mine, other) < LIMITS.opening then
      return REASON.new, containment, is_near, jaccard, undecided
    end
    if kept < (kept + changed) * LIMITS.figures_kept then
      if changed > max(LIMITS.figures_changed, by_length) then return REASON.new, containment, is_near, jaccard, undecided end
      if changed > by_length and mine.published ~= UNKNOWN and other.published ~= UNKNOWN
        and math.abs(mine.published - other.published) >= LIMITS.hours_apart * 3600 then
        return REASON.new, containment, is_near, jaccard, undecided
      end
    end
  end
  if jaccard >= LIMITS.near then return REASON.near, containment, false, jaccard, undecided end
  return mine.size > other.size and REASON.contains or REASON.contained, containment, false, jaccard, undecided
end

local function is_same_text(mine, other)
  return mine.size == other.size and mine.text == other.text and sub(mine.raw, 1, 64) == sub(other.raw, 1, 64)
end

-- The verdict on a pair: the exact one where it is known. The last value says whether it is final, as every
-- estimate is where no exact comparison follows.
local function judge(mine, other, required)
  if mine.size == 0 or other.size == 0 then return REASON.new, 0, false, 0, true end
  if is_same_text(mine, other) then return REASON.exact, 1, false, 1, true end
  local verdict = verdicts[mine.id .. other.id]
  if verdict and verdict.reason then
    return required and verdict.merged or verdict.reason, verdict.similarity, verdict.is_near, verdict.jaccard, true
  end
  local reason, similarity, is_near, jaccard, undecided = estimate(mine, other, required)
  if undecided and requests and not verdict then request_verdict(mine, other) end
  return reason, similarity, is_near, jaccard, not (undecided and exact)
end
