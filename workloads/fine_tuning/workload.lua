-- fms-hf-tuning: what the job was asked to do, and what its log says.

-- GPUs of the job; a job without any counts as one.
function gpus()
    local asked = job_config.gpu
    return asked and asked ~= 0 and asked or 1
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
