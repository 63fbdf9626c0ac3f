-- Leaving -----------------------------------------------------------------------------------------

-- Defined only where an article may leave or has left: each function that is defined costs its time.
local function window()
  local MOST_CHUNKS = 256 -- removed in one call

  -- Remove the chunks of articles whose day lies before the window.
  local function leave()
    local ended = first
    local day = call('LINDEX', prefix .. 'calendar', 0)
    while day do
      local began, last = struct.unpack('<I4I4', day)
      if (began + 1) * 86400 + WINDOW >= NOW then break end
      if last - first >= MOST_CHUNKS * CHUNK then -- the rest of a long day goes with later calls
        ended = first + MOST_CHUNKS * CHUNK
        break
      end
      ended = last + 1
      call('LPOP', prefix .. 'calendar')
      if ended - first >= MOST_CHUNKS * CHUNK then break end
      day = call('LINDEX', prefix .. 'calendar', 0)
    end
    if ended == first then return end
    local shrinking = {} -- stories that stay without some of their articles: their root came later than these
    for number = first, ended - 1 do
      local record = load(number)
      local root = record and story_of(record)
      if root and root.number >= ended then shrinking[root.number] = root end
      if record and record.parent == number then stories = stories - 1 end
      if record and record.has_name == 1 then call('HDEL', prefix .. 'names', number) end
      for _, name in ipairs({ 'merged', 'parts', 'moves' }) do call('HDEL', prefix .. name, number) end
      call('HDEL', links_of(number))
    end
    for _, root in pairs(shrinking) do
      local rest = {}
      for _, member in ipairs(ring_of(root)) do
        if member.number >= ended then
          rest[#rest + 1] = member
          if member.parent < ended then -- it hangs on one that leaves
            member.parent = root.number
            save(member)
          end
        end
      end
      link_ring(rest)
    end
    for number = first, ended - 1 do cache[number] = nil end
    -- The chunk of the first one that stays keeps its earlier slots, which are not read.
    for chunk = floor(first / CHUNK), floor(ended / CHUNK) - 1 do
      call('UNLINK', prefix .. 'r:' .. chunk)
    end
    first = ended
  end

  -- What points to articles that have left is removed from a bucket; returns how many entries were.
  local function sweep_bands(place)
    local key, stay = format(band_name, place), {}
    local entries = call('GET', key) or ''
    for at = 1, #entries, ENTRY do
      if number_in(entries, at) >= first then stay[#stay + 1] = sub(entries, at, at + ENTRY - 1) end
    end
    local gone = #entries / ENTRY - #stay
    if #stay == 0 and gone > 0 then
      call('DEL', key)
    elseif gone > 0 then
      call('SET', key, concat(stay))
    end
    return gone
  end

  local function sweep_ids(place)
    local key, gone = prefix .. 'i:' .. place, {}
    local fields = call('HGETALL', key)
    for at = 1, #fields, 2 do
      if tonumber(fields[at + 1]) < first then gone[#gone + 1] = fields[at] end
    end
    if #gone > 0 then call('HDEL', key, unpack(gone)) end
    return #gone
  end

  local function sweep(buckets, count, remove)
    for _ = 1, min(count, buckets.size + buckets.split) do
      buckets.hand = (buckets.hand + 1) % (buckets.size + buckets.split)
      buckets.entries = buckets.entries - remove(buckets.hand)
    end
  end

  return leave, function(count)
    -- There is about a bucket of bands for every three articles, one of ids for every 32: a round of all buckets takes
    -- fewer articles than the index has.
    sweep(band_table, count, sweep_bands)
    sweep(id_table, count, sweep_ids)
  end
end

-- Note which articles came today; a clock that goes back does not undo a day.
local function note_day()
  local today, last = floor(NOW / 86400), call('LINDEX', prefix .. 'calendar', -1)
  local latest = last and struct.unpack('<I4', last) or -1
  if latest >= today then
    call('LSET', prefix .. 'calendar', -1, struct.pack('<I4I4', latest, articles))
  else
    call('RPUSH', prefix .. 'calendar', struct.pack('<I4I4', today, articles))
  end
end
