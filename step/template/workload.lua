-- Functions of the workload. They see the parsed values that stand above them in workload.yaml, settings, and helpers
-- (json, yaml, lines, match, split, moment, …). nil means that there is no value.

function throughput()
    return _items and _seconds and _items / _seconds
end

function slowest(latencies)
    local most
    for _, seconds in ipairs(latencies or {}) do
        most = math.max(most or seconds, seconds)
    end
    return most
end
