-- Stories -----------------------------------------------------------------------------------------

-- The root of the story that a record belongs to; nil where it has left, and the story with it.
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

-- Whether a record is the canonical article of its story.
local function is_canonical(record)
  return canonical_of(story_of(record)) == record
end

-- A story of its root alone.
local function start_story(record)
  record.parent, record.canonical, record.depth = record.number, record.number, 0
  record.reason, record.similarity = REASON.new, 0
  stories = stories + 1
end

-- An unknown time counts as later than any; between equal times the first to come stays.
local function earlier(a, b)
  return a.published < b.published
end

local changes

-- Report to the store what changes for other articles: `previous` is no longer the canonical one of its story,
-- which may itself have been merged into another (`merged`, its name). Similarities are in steps of 1/250.
local function report_update(merged, root, previous)
  changes[#changes + 1] = {
    'kind', 'update', 'merged', merged, 'story', name_of(root), 'canonical', name_of(canonical_of(root)),
    'previous', name_of(previous), 'reason', previous.reason, 'similarity', previous.similarity,
  }
end

local function demote(canonical, reason, similarity)
  canonical.reason, canonical.similarity = reason, similarity
  save(canonical)
end

local function steps(similarity)
  return floor(similarity * 250 + 0.5)
end
