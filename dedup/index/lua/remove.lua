-- Removing articles --------------------------------------------------------------------------------

-- The earliest article of a story that is still there; between equal times the first to come.
local function earliest_of(root)
  local earliest
  for _, member in ipairs(ring_of(root)) do
    if not is_gone(member) and (not earliest or earlier(member, earliest)
      or (member.published == earliest.published and member.number < earliest.number)) then
      earliest = member
    end
  end
  return earliest
end

-- Take an article out: nothing is a copy of it any more. The story that it began keeps its name.
local function remove(id)
  changes = {}
  local record = find_id(id)
  local root = record and not is_gone(record) and story_of(record)
  if not root then return false end
  local was_canonical = canonical_of(root) == record
  record.raw = string.rep('\0', 64) .. sub(record.raw, 65, 80) .. string.rep('\0', 24) .. sub(record.raw, 105)
  record.values, record.figures, record.source, record.text = nil, nil, NO_SOURCE, GONE
  record.size, record.published, record.round_up = 0, UNKNOWN, 0
  save(record)
  call('HINCRBY', state, 'removed', 1)
  if was_canonical then
    local next_one = root.has_members == 1 and earliest_of(root)
    if next_one then
      root.canonical = next_one.number
      save(root)
      report_update('', root, next_one)
    else
      stories = stories - 1
    end
  end
  return { 'changes', changes }
end
