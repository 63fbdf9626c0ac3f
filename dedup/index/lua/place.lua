-- Placing articles ---------------------------------------------------------------------------------

-- An article in this mode has before it where it is placed: the keys of the ids of its story's root and of its canonical
-- article, depth, reason, similarity, and whether it is a round-up; `pack_placements` in codec.py.
local PLACED = 36

-- Put articles into the stories that they are given. All of them, the roots and the canonical articles have to be there:
-- else nothing is written, and the reply is empty.
local function place_all()
  local placed, homes = {}, {}
  for at = FIRST_ARTICLE, #ARGV do
    local given = ARGV[at]
    local packed = sub(given, PLACED + 1)
    local record, root, canonical = find_id(sub(packed, 65, 80)), find_id(sub(given, 1, 16)), find_id(sub(given, 17, 32))
    if not (record and root and canonical and story_of(record)) or is_gone(record) then return {} end
    placed[#placed + 1] = {
      record = record, root = root, canonical = canonical, given = given, packed = packed, home = story_of(record),
    }
    homes[root.number] = canonical
  end
  local leaving = {}
  for _, each in ipairs(placed) do leaving[each.record.number] = each.record end
  part(leaving)
  -- What the stories of now list stays on the lists of the stories that their roots go to.
  local canonicals, lists = {}, {}
  for _, each in ipairs(placed) do
    local home = each.home
    canonicals[home.canonical] = true
    if each.record == home and home.has_parts == 1 then lists[each.root.number] = round_ups().listed(home) end
  end
  local former = {} -- by the number of a root: those that were roots until now
  for _, each in ipairs(placed) do
    local record, root = each.record, each.root
    local was_root = record.parent == record.number
    if was_root then stories = stories - 1 end
    if record == root then stories = stories + 1 end
    if was_root and record ~= root then former[root.number] = (former[root.number] or '') .. struct.pack('<I4', record.number) end
    if record.has_parts == 1 then call('HDEL', prefix .. 'parts', record.number) end
    call('HDEL', prefix .. 'merged', record.number)
    record.parent, record.has_parts, record.has_members = root.number, 0, 0
    record.canonical = record == root and each.canonical.number or 0
    record.depth, record.reason, record.similarity, record.round_up = byte(each.given, 33, PLACED)
  end
  for _, record in pairs(leaving) do
    local root = load(record.parent)
    if record ~= root then
      root.has_members = 1
      tie(root, record)
      save(root)
    end
  end
  -- An article that came meanwhile and was published earlier stays the canonical one of the story that it is in.
  for number in pairs(canonicals) do
    local record = load(number)
    local home = record and story_of(record)
    if home and homes[home.number] and earlier(record, canonical_of(home)) then home.canonical = number end
  end
  for _, each in ipairs(placed) do
    save(each.record)
    link(each.record, { each.home })
  end
  for number, packed in pairs(former) do call('HSET', prefix .. 'merged', number, packed) end
  for number, listed in pairs(lists) do
    if #listed > 0 then round_ups().list(load(number), unpack(listed)) end
  end
  for _, each in ipairs(placed) do
    if each.record.reason >= REASON.contains then round_ups().list(each.root, each.record.number) end
    if each.record.size > 0 then
      local _, keys = candidates_of(each.packed)
      insert_bands(each.record, keys)
    end
    grow()
  end
  return { #placed }
end

-- Where an article is placed: nil where it is not there.
local function placement_of(id)
  local record = find_id(id)
  local root = record and not is_gone(record) and story_of(record)
  if not root then return false end
  return {
    'story', name_of(root), 'canonical', name_of(canonical_of(root)), 'depth', record.depth, 'reason', record.reason,
    'similarity', record.similarity, 'round_up', record.round_up,
  }
end
