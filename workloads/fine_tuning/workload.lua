-- fms-hf-tuning: what the job was asked to do, and what its log says.

-- GPUs of the job; a job without any counts as one.
function gpus()
    local asked = job_config.gpu
    return asked and asked ~= 0 and asked or 1
end

function accelerator_count()
    return (job_config.pod_count or 1) * job_config.gpu
end

function tuning_method()
    local method = workload_config.peft_method
    return method and method ~= "none" and method or "full"
end

function lora_modules()
    local names = {}
    for _, name in ipairs(workload_config.target_modules or {}) do table.insert(names, name) end
    table.sort(names)
    return #names > 0 and table.concat(names, ", ") or nil
end

function dataset_tokens_per_second()
    return dataset_stats.total_tokens / summary.train_runtime
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
