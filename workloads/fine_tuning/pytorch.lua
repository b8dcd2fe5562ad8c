-- A job that is one pod: how many accelerators it has, how its pod ended.

function accelerator_count()
    return (job_config.pod_count or 1) * job_config.gpu
end

local function first_pod()
    return pod and pod.items and pod.items[1]
end

function allocated_resources(test)
    local item = first_pod()
    local containers = item and item.spec and item.spec.containers
    local resources = containers and containers[1] and containers[1].resources
    local gpu = resources and resources.limits and resources.limits["nvidia.com/gpu"]
    return {gpu = gpu and math.tointeger(quantity(gpu)) or 0}
end

function finish_reason(test)
    local item = first_pod()
    local statuses = item and item.status and item.status.containerStatuses
    local state = statuses and statuses[1] and statuses[1].state
    if not state then
        return {exit_code = null, message = "Couldn't locate the Pod/container status"}
    end
    if not state.terminated then
        return {exit_code = null, message = "Container did not terminate"}
    end
    return {exit_code = state.terminated.exitCode, message = state.terminated.message or null}
end
