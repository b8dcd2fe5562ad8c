-- What TOPSAIL's toolbox steps leave behind, as values. Used through common.yaml.

-- A dotted path into nested tables: nil as soon as one of them is missing.
local function at(value, ...)
    for i = 1, select("#", ...) do
        if value == nil then return nil end
        value = value[(select(i, ...))]
    end
    return value
end

local function ends_with(text, tail)
    return #text >= #tail and text:sub(-#tail) == tail
end

-- KEY=VALUE lines.
local function variables(text)
    local found = {}
    for _, line in ipairs(split(text, "\n")) do
        local parts = match(line, "^([A-Za-z_][A-Za-z0-9_]*)=(.*)$")
        if parts then found[parts[1]] = parts[2] end
    end
    return found
end

-- Where the test lies below the job's artifacts: ARTIFACT_DIR from the folder of the configuration file on.
local function test_path(env, build)
    local url = exists("source_url") and trim(text("source_url"))
    if url and build then
        local rest = match(url, "/" .. build .. "/artifacts/(.*)$")
        if rest then return (replace(rest[1], "/$", "")) end
    end
    local base = match(env.TOPSAIL_FROM_CONFIG_FILE or "", "^(.*)/[^/]*$")
    local dir = env.ARTIFACT_DIR
    if not dir or not base then error("ARTIFACT_DIR or TOPSAIL_FROM_CONFIG_FILE is not in _ansible.env") end
    local prefix = base[1] .. "/"
    if dir:sub(1, #prefix) == prefix then return dir:sub(#prefix + 1) end
    return dir
end

local function openshift_ci(env)
    local job = parse_json(env.JOB_SPEC or error("JOB_SPEC is not in _ansible.env"))
    local name, build, safe = job.job, job.buildid, env.JOB_NAME_SAFE or ""
    local path, run_id
    if job.type == "periodic" then
        path = "logs"
        run_id = name .. "/" .. build .. "/" .. safe
    else
        local refs = job.refs
        local pull = string.format("%d", refs.pulls[1].number)
        path = "pr-logs/pull/" .. refs.org .. "_" .. refs.repo .. "/" .. pull
        run_id = pull .. "/" .. name .. "/" .. build .. "/" .. safe
    end
    local run = path .. "/" .. name .. "/" .. build
    local place = test_path(env, build)
    return {
        ci_engine = "OPENSHIFT_CI", run_id = run_id, test_path = place,
        urls = {
            PROW_JOB = "https://prow.ci.openshift.org/view/gs/test-platform-results/" .. run .. "/",
            PROW_ARTIFACTS = "https://gcsweb-ci.apps.ci.l2s4.p1.openshiftapps.com/gcs/test-platform-results/" .. run ..
                "/artifacts/" .. safe .. "/" .. (env.TOPSAIL_OPENSHIFT_CI_STEP_DIR or "") .. "/" .. place,
        },
    }, "prow/" .. (job.type == "periodic" and "periodic" or string.format("%d", job.refs.pulls[1].number)) .. "/" .. build ..
        "/test_ci"
end

local function perflab_ci(env)
    local build, place = env.JENKINS_BUILD_NUMBER or "", test_path(env)
    return {
        ci_engine = "PERFLAB_CI", run_id = build, test_path = place,
        urls = {
            JENKINS_ARTIFACTS = "https://" .. (env.JENKINS_INSTANCE or "") .. "/" .. (env.JENKINS_JOB or "") .. "/" .. build ..
                "/artifact/run/" .. (env.JENKINS_JUMPHOST or "") .. "/" .. place,
        },
    }, "middleware_jenkins/" .. (env.JENKINS_JOB or "") .. "/" .. build
end

local function local_ci(env)
    local run_id, place = env.TEST_RUN_IDENTIFIER or "", test_path(env)
    local job = env.JOB_NAME_SAFE or ""
    return {
        ci_engine = "TOPSAIL_LOCAL_CI", run_id = run_id, test_path = place,
        urls = {
            LOCAL_CI_S3 = "https://" .. (env.TOPSAIL_LOCAL_CI_BUCKET_NAME or "") .. ".s3.amazonaws.com/index.html#local-ci/" ..
                job .. "/" .. run_id .. "/" .. place .. "/",
        },
    }, "local-ci/" .. job .. "/" .. run_id
end

function topsail_environment(test)
    local content = text("${CLUSTER_CAPTURE_ENV_DIR}/_ansible.env")
    if not content then return nil end
    local env = variables(content)
    local found, s3_path
    if env.TOPSAIL_LOCAL_CI == "true" then
        found, s3_path = local_ci(env)
    elseif env.OPENSHIFT_CI == "true" then
        found, s3_path = openshift_ci(env)
    elseif env.PERFLAB_CI == "true" then
        found, s3_path = perflab_ci(env)
    else
        error("_ansible.env names no CI engine: expected TOPSAIL_LOCAL_CI, OPENSHIFT_CI or PERFLAB_CI to be true")
    end
    local export = at(config, "export_artifacts")
    if at(export, "enabled") == true then
        local prefix = ends_with(s3_path, "/") and s3_path or s3_path .. "/"
        found.urls.RHOAI_CPT_S3 = "https://" .. tostring(export.bucket) .. ".s3.amazonaws.com/index.html#" ..
            tostring(export.path_prefix) .. "/" .. prefix .. found.test_path .. "/"
    end
    return {test = found}
end

local node_paths = {
    "$.items[*].metadata.name",
    "$.items[*].metadata.annotations['managed.openshift.com/customlabels']",
    "$.items[*].metadata.labels['node.kubernetes.io/instance-type']",
    "$.items[*].metadata.labels['node-role.kubernetes.io/control-plane']",
    "$.items[*].metadata.labels['node-role.kubernetes.io/master']",
    "$.items[*].metadata.labels['nvidia.com/gpu.present']",
    "$.items[*].metadata.labels['nvidia.com/gpu.product']",
    "$.items[*].metadata.labels['nvidia.com/gpu.memory']",
    "$.items[*].metadata.labels['nvidia.com/gpu.count']",
    "$.items[*].status.allocatable.memory",
    "$.items[*].status.allocatable.cpu",
    "$.items[*].status.allocatable['nvidia.com/gpu']",
}

local function whole(text)
    local number = tonumber(text)
    return number and math.tointeger(number) or number
end

local function gpu_of(labels)
    if labels["nvidia.com/gpu.present"] ~= "true" then return null end
    return {
        product = labels["nvidia.com/gpu.product"],
        memory = (tonumber(labels["nvidia.com/gpu.memory"]) or 0) / 1000,
        count = whole(labels["nvidia.com/gpu.count"]),
    }
end

function topsail_nodes(test)
    local document = json("${CLUSTER_CAPTURE_ENV_DIR}/nodes.json", node_paths)
    if not document then return nil end
    local nodes = {}
    for _, item in ipairs(document.items or list{}) do
        local name = item.metadata.name
        local labels = item.metadata.labels or {}
        local allocatable = at(item, "status", "allocatable") or {}
        local control_plane = labels["node-role.kubernetes.io/control-plane"] ~= nil or
            labels["node-role.kubernetes.io/master"] ~= nil
        nodes[name] = {
            name = name,
            sutest_cluster = true,
            managed = at(item, "metadata", "annotations", "managed.openshift.com/customlabels") ~= nil,
            instance_type = labels["node.kubernetes.io/instance-type"] or "N/A",
            control_plane = control_plane,
            infra = not control_plane,
            gpu = gpu_of(labels),
            allocatable = {
                memory = allocatable.memory and quantity(allocatable.memory) or null,
                cpu = allocatable.cpu and quantity(allocatable.cpu) or null,
                gpu = math.tointeger(quantity(allocatable["nvidia.com/gpu"] or 0)),
            },
        }
    end
    return nodes
end

function topsail_cluster(test)
    if not nodes_info then return nil end
    local cluster = {node_count = list{}, control_plane = list{}, infra = list{}, gpus = list{}}
    for _, node in pairs(nodes_info) do
        table.insert(cluster.node_count, node)
        if node.control_plane then table.insert(cluster.control_plane, node) end
        if node.infra then table.insert(cluster.infra, node) end
        if node.gpu then table.insert(cluster.gpus, node.gpu) end
    end
    return cluster
end

-- The full version is <version>-<name>+<date>, as 2.20.0-rc1+2025-05-06, when the configuration names the build.
function topsail_rhods(test)
    if not dirs.RHODS_CAPTURE_STATE then
        return {version = "not available", full_version = "0.0.0"}
    end
    local version = text("${RHODS_CAPTURE_STATE}/rhods.version")
    local created_raw = text("${RHODS_CAPTURE_STATE}/rhods.createdAt")
    if not version or not created_raw then return nil end
    version, created_raw = trim(version), trim(created_raw)
    local created = moment(created_raw)
    if not created then error("rhods.createdAt: found '" .. created_raw .. "', expected a time as 2025-05-06T00:00:00Z") end
    local name = at(config, "rhods", "catalog", "version_name")
    return {
        version = version,
        createdAt_raw = created_raw,
        createdAt = created.date,
        full_version = name and version .. "-" .. name .. "+" .. created.date or version,
    }
end

function topsail_local_environment(test)
    return {
        artifacts_basedir = test.path,
        source_url = exists("source_url") and trim(text("source_url")) or null,
    }
end

-- The distinct GPU products of the cluster in order, joined; "no accelerator" without any.
function topsail_accelerator_type()
    local seen, products = {}, {}
    for _, gpu in ipairs(cluster_info.gpus) do
        if gpu.product and not seen[gpu.product] then
            seen[gpu.product] = true
            table.insert(products, gpu.product)
        end
    end
    table.sort(products)
    return #products > 0 and table.concat(products, "|") or "no accelerator"
end

-- {"b", "a", "b"} → "1 × a, 2 × b"
local function counted(names)
    local times, distinct = {}, list{}
    for _, name in ipairs(names) do
        if not times[name] then table.insert(distinct, name) end
        times[name] = (times[name] or 0) + 1
    end
    table.sort(distinct)
    for i, name in ipairs(distinct) do distinct[i] = times[name] .. " × " .. name end
    return #distinct > 0 and table.concat(distinct, ", ") or "none"
end

local function instance_types(nodes)
    local types = list{}
    for _, node in ipairs(nodes) do table.insert(types, node.instance_type) end
    return counted(types)
end

-- For the error report: how many nodes there were of what kind, and their GPUs.
function topsail_node_lines()
    if not cluster_info then return nil end
    local first = cluster_info.control_plane[1]
    local gpus = list{}
    for _, gpu in ipairs(cluster_info.gpus) do
        table.insert(gpus, tostring(gpu.count) .. " " .. tostring(gpu.product) .. " of " .. tostring(gpu.memory) .. " GB")
    end
    local lines = list{
        #cluster_info.node_count .. " nodes, " .. (first and first.managed and "OpenShift Dedicated" or "OpenShift"),
        "control plane: " .. instance_types(cluster_info.control_plane),
        "workers: " .. instance_types(cluster_info.infra),
    }
    if #gpus > 0 then table.insert(lines, "GPUs of a node: " .. counted(gpus)) end
    return lines
end

-- The presets that the configuration was made of.
function topsail_presets()
    local names = config.ci_presets.names
    if names == nil or #names == 0 then return list{"no_preset_defined"} end
    return names
end
