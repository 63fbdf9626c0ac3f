-- Records -----------------------------------------------------------------------------------------
-- 1-64 signature, 65-80 id, 81-96 figures, 97-104 late, 105-106 size, 107-110 published, 111-114 parent, 115-118
-- canonical, 119 flags, 120 similarity, 121-123 source, 124-126 text; `_RECORD` in codec.py. A story's root has no
-- parent, and no other article a canonical one: so there stands the next of its ring (rings.lua), of a root with the
-- highest bit set. The two highest bits of canonical: whether its story has a list in `parts`, and whether the article
-- has one in `moves`.

local FIELDS = '<I2I4I4I4BB' -- 105-120

local ROOT = 2147483648 -- in a root's parent; an article's number is below half of it

local cache = {}

local function read_record(number, raw)
  local size, published, parent, canonical, flags, similarity = struct.unpack(FIELDS, sub(raw, 105, 120))
  local next_one = canonical % 1073741824
  if parent >= ROOT then
    next_one, parent = parent - ROOT, number
  end
  return {
    number = number, raw = raw, id = sub(raw, 65, 80), size = size, published = published, parent = parent,
    next = next_one, canonical = parent == number and canonical % 1073741824 or 0, has_parts = floor(canonical / 2147483648),
    has_moves = floor(canonical / 1073741824) % 2, reason = flags % 8, depth = floor(flags / 8) % 4,
    has_members = floor(flags / 32) % 2, has_name = floor(flags / 64) % 2, round_up = floor(flags / 128),
    similarity = similarity, source = sub(raw, 121, 123), text = sub(raw, 124, 126),
  }
end

local function slot_of(number)
  local slot = number % CHUNK
  return prefix .. 'r:' .. (number - slot) / CHUNK, slot * SIZE
end

local function load(number)
  local record = cache[number]
  if record then return record end
  if number > articles or number < first then return nil end
  local key, offset = slot_of(number)
  local raw = call('GETRANGE', key, offset, offset + SIZE - 1)
  if #raw < SIZE then return nil end
  record = read_record(number, raw)
  cache[number] = record
  return record
end

local function save(record)
  local flags = record.reason + 8 * record.depth + 32 * record.has_members + 64 * record.has_name + 128 * record.round_up
  local parent, canonical = record.parent, record.next
  if parent == record.number then
    parent, canonical = ROOT + record.next, record.canonical
  end
  record.raw = sub(record.raw, 1, 104) .. struct.pack(FIELDS, record.size, record.published, parent,
    canonical + 1073741824 * record.has_moves + 2147483648 * record.has_parts, flags, record.similarity) .. record.source .. record.text
  local key, offset = slot_of(record.number)
  call('SETRANGE', key, offset, record.raw)
end

local function is_gone(record)
  return record.size == 0 and record.text == GONE
end

local function name_of(record)
  if record.name then return record.name end -- of an article that may not be stored
  if record.has_name == 0 then return 'x' .. record.id end
  return call('HGET', prefix .. 'names', record.number)
end
