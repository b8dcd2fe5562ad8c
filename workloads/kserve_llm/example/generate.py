#!/usr/bin/env python3
"""Writes the tests of this example, invented and small, in the layout of the real ones.

generate.py          writes them
generate.py --check  says whether what is here is what would be written
"""
import json
import math
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
BASE = 1747130400  # 2025-05-13T10:00:00Z
JOB = {"type": "periodic", "job": "periodic-ci-example-perf-topsail-main-kserve-light", "buildid": "1922221313001287680"}


def pretty(value):
    return json.dumps(value, indent=2) + "\n"


def quantile(values, share):
    """Linear interpolation, as llm-load-test's summary has it."""
    values = sorted(values)
    place = share * (len(values) - 1)
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def summary(values):
    found = {"min": min(values), "max": max(values), "median": quantile(values, 0.5), "mean": sum(values) / len(values)}
    for percent in 80, 90, 95, 99:
        found[f"percentile_{percent}"] = quantile(values, percent / 100)
    return found


def request(number, streaming, start):
    """A request that was answered, with exact decimal figures."""
    tokens = 20 + 7 * number % 11
    first, between = 40 + 3 * (number * 5 % 8), 12 + number * 3 % 7 / 4
    took = first + between * (tokens - 1)
    said = {"user_id": number % 2, "input_id": f"{number:04x}", "input_tokens": 64 + number, "output_text": "an answer " * 3,
            "output_tokens": tokens, "output_tokens_before_timeout": tokens, "start_time": start, "ack_time": start + first / 2000,
            "first_token_time": start + first / 1000, "end_time": start + took / 1000, "response_time": took, "tt_ack": first / 2,
            "ttft": first, "itl": between, "tpot": took / tokens, "stop_reason": "EOS_TOKEN", "error_code": None, "error_text": None}
    if not streaming:
        said.update(ack_time=None, first_token_time=None, tt_ack=None, ttft=None, itl=None)
    return said


def failed(number, start):
    said = dict.fromkeys(request(number, False, start))
    said.update(user_id=number % 2, input_id=f"{number:04x}", input_tokens=64 + number, start_time=start, end_time=start + 0.25,
                error_code=14, error_text="failed to connect to all addresses")
    return said


def output(requests, duration, users):
    good = [r for r in requests if r["error_text"] is None]
    said = {name: summary([r[name] for r in good]) for name in ("tpot", "ttft", "itl", "tt_ack") if good[0][name] is not None}
    tokens = sum(r["output_tokens"] for r in good)
    said |= {"response_time": summary([r["response_time"] for r in good]), "throughput": tokens / duration,
             "total_requests": len(requests), "req_completed_within_test_duration": len(good),
             "total_failures": len(requests) - len(good), "failure_rate": (len(requests) - len(good)) / len(requests) * 100}
    return {"results": requests, "config": {"load_options": {"type": "constant", "concurrency": users, "duration": duration}},
            "summary": said}


def output_of_2023(count, duration, users):
    """Other names, response_time in seconds, and no summary."""
    results = []
    for number in range(count):
        new = request(number, True, BASE + 2 * number)
        results.append({"start": new["start_time"], "end": new["end_time"], "TT_ack": new["tt_ack"], "TTFT": new["ttft"],
                        "TPOT": new["tpot"], "response_time": new["response_time"] / 1000, "output_tokens": new["output_tokens"],
                        "worker_id": number % 2, "input_tokens": 64, "response_string": "an answer", "input_string": "a question"})
    return {"results": results, "config": {"load_options": {"type": "constant", "concurrency": users, "duration": duration}}}


def time(second):
    return f"2025-05-13T09:{58 + second // 60:02}:{second % 60:02}Z"


def pods(name):
    state = {"running": {"startedAt": time(5)}}
    conditions = [("PodScheduled", 0), ("Initialized", 3), ("Ready", 47), ("ContainersReady", 47)]
    return {"apiVersion": "v1", "kind": "List", "items": [{"kind": "Pod", "metadata": {"name": f"{name}-predictor-0"}, "spec": {
        "containers": [{"name": "queue-proxy", "resources": {}},
                       {"name": "kserve-container", "resources": {"requests": {"cpu": "2", "nvidia.com/gpu": "1"}}}]}, "status": {
        "conditions": [{"type": kind, "status": "True", "lastTransitionTime": time(second)} for kind, second in conditions],
        "containerStatuses": [{"name": "kserve-container", "state": state}]}}]}


def node(name, labels, cpu, memory, gpus=None):
    allocatable = {"cpu": cpu, "memory": memory} | ({"nvidia.com/gpu": gpus} if gpus else {})
    return {"metadata": {"name": name, "annotations": {}, "labels": labels}, "status": {"allocatable": allocatable}}


NODES = {"apiVersion": "v1", "kind": "List", "items": [
    node("master-0", {"node-role.kubernetes.io/control-plane": "", "node.kubernetes.io/instance-type": "m6i.xlarge"}, "3500m", "15022916Ki"),
    node("worker-0", {"node-role.kubernetes.io/worker": "", "node.kubernetes.io/instance-type": "g5.2xlarge", "nvidia.com/gpu.present": "true",
                      "nvidia.com/gpu.product": "NVIDIA-A10G", "nvidia.com/gpu.memory": "23028", "nvidia.com/gpu.count": "1"},
         "7500m", "31481168Ki", "1")]}
LOG = ('{"severity":"INFO","message":"loading"}\n{"severity":"ERROR","message":"no such adapter"}\n'
       '{"severity":"INFO","channel": "ABORT-ACTION"}\n{"severity":"INFO","message":"ready"}\n')


def test(number, name, users, requests, streaming=True):
    """The files of one test, by path."""
    directory = f"{number:03}__{name}_users={users}"
    run, capture = "000__llm_load_test__run", "001__kserve__capture_state"
    text = {
        "settings.yaml": f"concurrency: {users}\nduration: 60\nmode: light\nmodel_name: {name}\n"
                         "runtime_image: quay.io/modh/text-generation-inference:v1.4@sha256:" + "0" * 64 + "\n",
        "exit_code": "0\n", ".uuid": f"6c1f0d1e-7f0a-4c1b-9b1e-00000000000{number}\n",
        "config.yaml": "ci_presets:\n  names: [light, vllm]\nclusters:\n  sutest:\n    compute:\n      machineset:\n        type: g5.2xlarge\n"
                       "kserve:\n  raw_deployment:\n    enabled: true\n  model:\n    serving_runtime:\n      kserve:\n"
                       "        image: text-generation-inference:v1.4\nrhods:\n  catalog:\n    version_name: rc1\n"
                       "tests:\n  e2e:\n    llm_load_test:\n      args:\n"
                       f"        concurrency: {users}\n        duration: 60\n        streaming: {str(streaming).lower()}\n",
        f"{run}/output/output.json": pretty(requests),
        f"{run}/src/llm_load_test.config.yaml": f"dataset:\n  file: datasets/openorca_small.jsonl\nload_options:\n  type: constant\n"
                                                f"  concurrency: {users}\n  duration: 60\n",
        f"{capture}/_ansible.env": "OPENSHIFT_CI=true\nARTIFACT_DIR=/logs/artifacts/001__light/" + directory +
                                   "\nTOPSAIL_FROM_CONFIG_FILE=/logs/artifacts/config.yaml\nJOB_NAME_SAFE=kserve-light\n"
                                   f"JOB_SPEC={json.dumps(JOB)}\nENTRYPOINT_OPTIONS={{\"timeout\":14400000000000}}\nTOPSAIL_OPENSHIFT_CI_STEP_DIR=kserve-light/test\n",
        f"{capture}/ocp_version.yaml": "openshiftVersion: 4.17.12\n",
        f"{capture}/rhods.version": "2.19.0", f"{capture}/rhods.createdAt": "2025-05-06T00:00:00Z",
        f"{capture}/nodes.json": pretty(NODES), f"{capture}/pods.json": pretty(pods(name)),
        f"{capture}/serving.json": pretty({"kind": "List", "items": [{"kind": "ServingRuntime", "metadata": {"name": name}}, {
            "kind": "InferenceService", "metadata": {"name": name}, "spec": {"predictor": {"minReplicas": 1}}}]}),
        f"{capture}/logs/predictor-0.log": LOG, f"{capture}/logs/predictor-1.log": LOG,
    }
    return {f"{directory}/{path}": content for path, content in text.items()}


def files():
    streamed = [request(n, True, BASE + 2 * n) for n in range(8)]
    whole = [request(n, False, BASE + 4 * n) for n in range(6)] + [failed(6, BASE + 24)]
    found = test(0, "flan-t5-small", 2, output(streamed, 60, 2)) | test(1, "flan-t5-small", 16, output(whole, 60, 16), streaming=False)
    return found | test(2, "mpt-7b-instruct2", 20, output_of_2023(10, 60, 20))


def main():
    wrong = []
    for path, content in files().items():
        place = HERE / path
        if sys.argv[1:] == ["--check"]:
            if not place.exists() or place.read_text() != content:
                wrong.append(path)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)
    if wrong:
        sys.exit("not as generate.py writes them: " + ", ".join(wrong))


if __name__ == "__main__":
    main()
