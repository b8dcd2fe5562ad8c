-- kserve_llm: what the predictor did while it started, and what llm-load-test says of its requests.

local CAPTURE = "${KSERVE_CAPTURE_STATE}/"
local OUTPUT = "${LLM_LOAD_TEST_RUN_DIR}/output/output.json"

-- Names of the settings of a test; the labels of payloads do not get one, or images could not be compared across runtimes.
function name_runtime(settings)
    local image = settings.runtime_image
    if settings.kpi_settings_version or not image then return settings end
    local named = match(image, "/([^/@]*)(?:@[^/]*)?$")
    local renamed = {__runtime = named and named[1] or "tgis-caikit"}
    for key, value in pairs(settings) do renamed[key] = value end
    return renamed
end

-- The first request's start and the last one's end.
function test_start_end()
    if not _starts or not _ends then return nil end
    return {start = iso(min(_starts)), ["end"] = iso(max(_ends))}
end

-- ---- the predictor ----

local function seconds_between(earlier, later)
    local from, to = moment(earlier or ""), moment(later or "")
    if not from or not to then return nil end
    return (to.us - from.us) / 1000000
end

local function kserve_container(containers)
    for _, container in ipairs(containers or list{}) do
        if container.name == "kserve-container" then return container end
    end
end

local function nested(value, ...)
    for i = 1, select("#", ...) do
        if value == nil then return nil end
        value = value[(select(i, ...))]
    end
    return value
end

-- Seconds until the pod was initialized and until its model answered; null where a time is missing, as of a container that does not run.
function predictor_pod()
    local pods = _pods
    if not pods and exists(CAPTURE .. "pods.yaml") then pods = yaml(CAPTURE .. "pods.yaml") end
    local pod = nested(pods, "items", 1)
    if not pod then return nil end
    local times = {}
    for _, condition in ipairs(nested(pod, "status", "conditions") or list{}) do
        times[condition.type] = condition.lastTransitionTime
    end
    local running = kserve_container(nested(pod, "status", "containerStatuses"))
    local asked = kserve_container(nested(pod, "spec", "containers"))
    local gpus = nested(asked, "resources", "requests", "nvidia.com/gpu")
    return {
        init_time = seconds_between(times.PodScheduled, times.Initialized) or null,
        load_time = seconds_between(nested(running, "state", "running", "startedAt"), times.Ready) or null,
        gpu_count = asked and (math.tointeger(tonumber(gpus or 0)) or 0) or null,
    }
end

local marks = {errors = '"severity":"ERROR"', ["DESTROY-THRD"] = '"channel": "DESTROY-THRD"', ["ABORT-ACTION"] = '"channel": "ABORT-ACTION"'}

-- How many lines its logs have, and how many of them tell of trouble.
function predictor_logs()
    local found = {line_count = 0, distribution = {}}
    for _, file in ipairs(files(CAPTURE .. "logs/*.log")) do
        found.line_count = found.line_count + (lines(file, "^", "text", "count") or 0)
        for name, mark in pairs(marks) do
            local count = lines(file, mark, "text", "count") or 0
            if count > 0 then found.distribution[name] = (found.distribution[name] or 0) + count end
        end
    end
    return found
end

function inference_service()
    if not _serving then return nil end
    local predictor = _serving[1] or {}
    return {min_replicas = predictor.minReplicas or null, max_replicas = predictor.maxReplicas or null}
end

function deployment_mode()
    return nested(config, "kserve", "raw_deployment", "enabled") and "RawDeployment" or "Serverless"
end

function model_load_duration()
    local seconds = nested(predictor_pod, "load_time")
    return seconds ~= 0 and seconds or nil
end

-- ---- the requests ----

-- {values = …, min = …, …, percentile_99 = …}: from the summary, or where there is none (2023) as today's llm-load-test reckons it.
local function statistics(values, summary)
    if not values then return nil end
    if summary then
        local all = {values = values}
        for name, value in pairs(summary) do all[name] = value end
        return all
    end
    return {
        values = values, min = min(values), max = max(values), median = median(values), mean = mean(values),
        percentile_80 = percentile(values, 80), percentile_90 = percentile(values, 90),
        percentile_95 = percentile(values, 95), percentile_99 = percentile(values, 99),
    }
end

local function summary_of(name)
    if not llm_load_test_summary then return nil end
    return llm_load_test_summary[name] or {}
end

local function streaming()
    return nested(config, "tests", "e2e", "llm_load_test", "args", "streaming")
end

-- Outputs without a summary: what the requests themselves say.
local function requests()
    local output = json(OUTPUT, {"$.results[*]['output_tokens', 'response_time', 'TTFT', 'error_text']", "$.config.load_options.duration"})
    return output and output.results or list{}, nested(output, "config", "load_options", "duration")
end

function throughput()
    if llm_load_test_summary then return llm_load_test_summary.throughput end
    local answered, duration = requests()
    local tokens = 0
    for _, request in ipairs(answered) do tokens = tokens + (request.output_tokens or 0) end
    return duration and duration > 0 and tokens / duration or nil
end

function failures()
    if llm_load_test_summary then return llm_load_test_summary.total_failures end
    local answered = requests()
    if #answered == 0 then return nil end
    local failed = 0
    for _, request in ipairs(answered) do
        if request.error_text then failed = failed + 1 end
    end
    return failed
end

-- In milliseconds, from what there was in 2023: the whole answer's seconds and the first token's milliseconds.
local function times_between_tokens()
    local times = list{}
    for _, request in ipairs((requests())) do
        local tokens = request.output_tokens
        if request.response_time and request.TTFT and tokens and tokens > 1 then
            table.insert(times, (1000 * request.response_time - request.TTFT) / (tokens - 1))
        end
    end
    return #times > 0 and times or nil
end

function time_per_output_token()
    return statistics(_tpot, summary_of("tpot"))
end

function inter_token_latency()
    if not streaming() then return nil end
    return statistics(llm_load_test_summary and _itl or times_between_tokens(), summary_of("itl"))
end

function time_to_first_token()
    return streaming() and statistics(_ttft, summary_of("ttft")) or nil
end
