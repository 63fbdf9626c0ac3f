-- Links -------------------------------------------------------------------------------------------
-- A bucket leads to one article of one story. Two that share it and are in two stories hide each other: so an article
-- and what it met when it came are linked, for who puts the stories around one of them together anew. Links are kept in
-- small hashes, that of `number / 64` with a field for each article that has some: numbers, 4 bytes each.

local MOST_LINKS = 16

local function links_of(number)
  local place = number % 64
  return prefix .. 'l:' .. (number - place) / 64, place
end

-- Numbers of the articles that one is linked with.
local function linked(number)
  local numbers, packed = {}, call('HGET', links_of(number)) or ''
  for at = 1, #packed, 4 do numbers[#numbers + 1] = struct.unpack('<I4', sub(packed, at, at + 3)) end
  return numbers
end

-- The latest are kept: those that are many mostly resemble each other, too.
local function add_link(number, other)
  local kept = {}
  for _, each in ipairs(linked(number)) do
    if each ~= other then kept[#kept + 1] = struct.pack('<I4', each) end
  end
  if #kept >= MOST_LINKS then table.remove(kept, 1) end
  kept[#kept + 1] = struct.pack('<I4', other)
  local key, place = links_of(number)
  call('HSET', key, place, concat(kept))
end

-- Link an article with those that it met or was together with, as far as they are in other stories.
local function link(record, met)
  local root = story_of(record)
  for _, other in ipairs(met) do
    local home = story_of(other)
    if home and home.number ~= root.number then
      add_link(record.number, other.number)
      add_link(other.number, record.number)
    end
  end
end
