-- InstructLab training: what the records of its log say together.

local function time_of(record)
    local time = record.timestamp and moment(record.timestamp)
    return time and time.us or error("a progress record of the log: timestamp: expected a time as 2024-11-16T07:06:54.421224")
end

-- Samples per second from the first record to the last; one record alone stands for one second.
function average_throughput(test)
    if not progress or #progress == 0 then return nil end
    local first, last = progress[1], progress[#progress]
    local us = time_of(last) - time_of(first)
    local samples = last.samples_seen - first.samples_seen
    return samples / (us == 0 and 1 or us / 1000000)
end
