-- The batch ---------------------------------------------------------------------------------------

if reclustering then
  -- Each article of the story begins as a story by itself; below they join the stories that they make up now.
  for at = FIRST_ARTICLE, #ARGV do
    local record = find_id(sub(ARGV[at], 65, 80))
    if record and story_of(record) and not waiting[record.number] then
      if record.parent == record.number then stories = stories - 1 end -- and one is counted for each below
      waiting[record.number] = record
    end
  end
  part(waiting)
  for _, record in pairs(waiting) do
    start_story(record)
    record.has_members = 0
    save(record)
    call('HDEL', prefix .. 'merged', record.number)
  end
end
local leave, sweep
if WINDOW > 0 or first > 1 then leave, sweep = window() end
if WINDOW > 0 then leave() end
local decisions, is_waiting = {}, false
if placing then decisions = place_all() end
for at = FIRST_ARTICLE, placing and 0 or #ARGV do
  local article, decision = ARGV[at], false
  if request.mode == 'placement' then
    decision = placement_of(article)
  elseif request.mode == 'remove' then
    decision = remove(article)
  elseif request.mode == 'members' then
    decision = members_of(article)
  elseif #article == 16 then
    decision = look_up(article)
  elseif request.mode == 'neighbours' then
    decision = neighbours_of(article)
  elseif querying then
    decision = query(article)
  elseif #article > 16 then
    decision = check(article, is_waiting)
    is_waiting = is_waiting or (type(decision) == 'table' and decision[1] == 'requests')
  end
  decisions[#decisions + 1] = decision
end
if articles > before then
  note_day()
  if first > 1 then sweep(floor((articles - before) / 2) + 1) end
end
if #near_misses > 0 then
  local packed = {}
  for at, miss in ipairs(near_misses) do
    local later, earlier = name_of(miss[1]), name_of(miss[2])
    packed[at] = struct.pack('<BI4', steps(miss[3]), #later) .. later .. earlier
  end
  call('LPUSH', prefix .. 'near', unpack(packed))
  call('LTRIM', prefix .. 'near', 0, 999)
end
local counts = struct.pack(COUNTS, articles, stories, band_table.size, band_table.split, band_table.entries,
  id_table.size, id_table.split, id_table.entries, first, band_table.hand, id_table.hand, compared)
if counts ~= stored[2] and not querying then call('HSET', state, 'counts', counts) end
return decisions
