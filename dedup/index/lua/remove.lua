-- Removing articles --------------------------------------------------------------------------------

-- The earliest article of a story that is still there. All records are read: only a canonical article that leaves others
-- behind asks for it.
local function earliest_of(root)
  local roots, found = { [root.number] = true }, nil
  local merged = call('HGET', prefix .. 'merged', root.number) or ''
  for at = 1, #merged, 4 do roots[(struct.unpack('<I4', sub(merged, at, at + 3)))] = true end
  for chunk = floor(first / CHUNK), floor(articles / CHUNK) do
    local records = call('GET', prefix .. 'r:' .. chunk) or ''
    for slot = 0, #records / SIZE - 1 do
      local number = chunk * CHUNK + slot
      if roots[(struct.unpack('<I4', sub(records, slot * SIZE + 111, slot * SIZE + 114)))] then
        local record = load(number)
        if record and not is_gone(record) and (not found or earlier(record, found)) then found = record end
      end
    end
  end
  return found
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
