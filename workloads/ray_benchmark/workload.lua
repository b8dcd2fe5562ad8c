-- Benchmarks of Ray, each a function of its own: what its log says.

local LOG = "${FINE_TUNING_RAY_FINE_TUNING_DIR}/artifacts/job_pod.log"
local benchmarks = {}

-- [ ID] Interval           Transfer     Bitrate
-- [  5]   0.00-10.04  sec  7.79 GBytes  6.66 Gbits/sec                  receiver
-- The first such table is of single seconds; the first line of the second one sums them up.
function benchmarks.iperf()
    local tables, bitrate = 0, nil
    for _, line in ipairs(lines(LOG, "^\\[ ID\\] Interval|^\\[ *[0-9]+\\] .*") or {}) do
        if match(line, "^\\[ ID\\]") then
            tables = tables + 1
        elseif tables == 2 then
            local found = match(line, "^\\[ *[0-9]+\\]\\s+\\S+\\s+sec\\s+\\S+\\s+\\S+\\s+([0-9.]+)\\s+\\S*bits/sec")
            if not found then error("iperf: found '" .. line .. "', expected a bitrate as 6.66 Gbits/sec") end
            bitrate = tonumber(found[1])
            break
        end
    end
    return {bitrate = bitrate}
end

-- --- PASSED: RESULT NETWORK OVERHEAD ::: 305.49 <= 500.00 ---
function benchmarks.network_overhead()
    local line = lines(LOG, "^---.*", "text", "first")
    if not line then return {} end
    local found = match(line, "^.*::: (\\S+)")
    local time = found and tonumber(found[1])
    if not time then error("network_overhead: found '" .. line .. "', expected a time in seconds after ':::'") end
    return {time = time}
end

function ray_metrics(test)
    local flavor = job_config.hyper_parameters and job_config.hyper_parameters.flavor
    if not flavor then error("job_config.hyper_parameters.flavor: found nothing, expected iperf or network_overhead") end
    local benchmark = benchmarks[flavor]
    if not benchmark then
        error("job_config.hyper_parameters.flavor: found '" .. tostring(flavor) .. "', expected iperf or network_overhead")
    end
    if not exists(LOG) then text(LOG) return nil end
    return {summary = benchmark(), progress = list{}}
end
