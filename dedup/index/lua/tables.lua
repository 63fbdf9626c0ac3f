-- Linear hash tables ------------------------------------------------------------------------------

local function address(buckets, hash)
  local place = hash % buckets.size
  if place < buckets.split then place = hash % (2 * buckets.size) end
  return place
end

-- An entry of a bucket of bands: bits 31 to 8 of the key (7 to 0 are those of every address in the bucket) and the
-- number of an article, 4 bytes with in the two highest bits how many other stories had it before (so an index numbers
-- 2^30 articles at most). Such a string takes less memory than a hash of few fields, is searched faster, and all buckets
-- of an article are read at once. The highest bits come first: in a large table the low ones are the same in all of a
-- bucket, and a search that begins with them stops at each entry.
local ENTRY = 7
local band_name = string.gsub(prefix, '%%', '%%%%') .. 'b:%d'
local format, concat = string.format, table.concat

-- Where the entry with these bits begins; nil where there is none.
local function entry_in(bucket, bits)
  local at = find(bucket, bits, 1, true)
  while at and at % ENTRY ~= 1 do at = find(bucket, bits, at + 1, true) end
  return at
end

-- The number of an entry's article, and how many other stories had it before.
local function number_in(bucket, at)
  local b1, b2, b3, b4 = byte(bucket, at + 3, at + 6)
  return b1 + b2 * 256 + b3 * 65536 + b4 % 64 * 16777216, floor(b4 / 64)
end

-- Split buckets until none is too full, on average.
local function grow()
  local buckets = band_table
  while buckets.entries > BANDS_FULL * (buckets.size + buckets.split) do
    local from = format(band_name, buckets.split)
    local entries, stay, moved = call('GET', from) or '', {}, {}
    local place, unit = 2, buckets.size / 256 -- the bit that decides who moves
    while unit >= 256 do place, unit = place - 1, unit / 256 end
    for at = 1, #entries, ENTRY do
      local list = floor(byte(entries, at + place) / unit) % 2 == 1 and moved or stay
      list[#list + 1] = sub(entries, at, at + ENTRY - 1)
    end
    if #moved > 0 then
      call('SET', format(band_name, buckets.split + buckets.size), concat(moved))
      if #stay > 0 then call('SET', from, concat(stay)) else call('DEL', from) end
    end
    buckets.split = buckets.split + 1
    if buckets.split == buckets.size then
      buckets.size, buckets.split = 2 * buckets.size, 0
    end
  end
  buckets = id_table
  while buckets.entries > IDS_FULL * (buckets.size + buckets.split) do
    local from = buckets.split
    local to = from + buckets.size
    local fields = call('HGETALL', prefix .. 'i:' .. from)
    local gone, moved = {}, {}
    for at = 1, #fields, 2 do
      local field, number = fields[at], fields[at + 1]
      local b1, b2, b3 = byte(field, 1, 3) -- bits 8 to 31 of the hash
      if (from % 256 + b1 * 256 + b2 * 65536 + b3 * 16777216) % (2 * buckets.size) ~= from then
        gone[#gone + 1] = field
        moved[#moved + 1] = field
        moved[#moved + 1] = number
      end
    end
    for at = 1, #gone, 1000 do
      call('HDEL', prefix .. 'i:' .. from, unpack(gone, at, min(at + 999, #gone)))
    end
    for at = 1, #moved, 1000 do
      call('HSET', prefix .. 'i:' .. to, unpack(moved, at, min(at + 999, #moved)))
    end
    buckets.split = to + 1 - buckets.size
    if buckets.split == buckets.size then
      buckets.size, buckets.split = 2 * buckets.size, 0
    end
  end
end
