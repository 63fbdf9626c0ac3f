-- Rings -------------------------------------------------------------------------------------------
-- The articles of a story stand in a ring, in no particular order: each leads to the next, the last to the first. So what
-- asks for the members of one story reads these alone. An article by itself leads to itself.

-- The records of a ring, beginning with one of them.
local function ring_of(record)
  local records, each = {}, record
  repeat
    records[#records + 1] = each
    each = load(each.next)
  until each.number == record.number
  return records
end

-- Make one ring of those of two articles; saving the two is left to the caller.
local function tie(record, other)
  record.next, other.next = other.next, record.next
end

-- Link some articles to a ring, in this order.
local function link_ring(members)
  for at, member in ipairs(members) do
    local follower = members[at + 1] or members[1]
    if member.next ~= follower.number then
      member.next = follower.number
      save(member)
    end
  end
end

-- Take articles, by their numbers, out of the rings of their stories before they leave these. With each goes what hangs on
-- it: those whose way to the root leads over it.
local function part(leaving)
  local parted = {}
  for _, record in pairs(leaving) do
    local root = story_of(record)
    if not parted[root.number] then
      parted[root.number] = true
      local groups = {}
      for _, member in ipairs(ring_of(root)) do
        local top = member
        while not leaving[top.number] and top.parent ~= top.number do top = load(top.parent) end
        local group = groups[top.number] or {}
        groups[top.number] = group
        group[#group + 1] = member
      end
      for _, group in pairs(groups) do link_ring(group) end
    end
  end
end

local find_id

-- The names of the articles of the story that has this id, as they came; none where no story has it.
local function members_of(id)
  local root, numbers, names = find_id(id), {}, {}
  if root and root.parent == root.number then
    for _, member in ipairs(ring_of(root)) do
      if not is_gone(member) then numbers[#numbers + 1] = member.number end
    end
  end
  table.sort(numbers)
  for at, number in ipairs(numbers) do names[at] = name_of(load(number)) end
  return names
end
