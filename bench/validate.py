#!/usr/bin/env python3
"""Validates LTS payloads with matbench and with Python's jsonschema, in turns, in one run; prints times and the ratio.

    bench/validate.py [--payloads 10000] [--tests 500] [--repeat 3]

Payloads: tools/gen_fine_tuning.py of the shared material ($MB_SHARED, by default ../shared) makes tests, matbench parses them, and
each payload is written as files that differ in their identity and numbers. Both sides read the same files and the same schema
(matbench generate_lts_schema). JSONSCHEMA_PYTHON is a Python that has jsonschema; by default the one that runs this.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("MB_SHARED", ROOT.parent / "shared"))
MATBENCH = ROOT / "build/release/cmd/matbench"
PYTHON = os.environ.get("JSONSCHEMA_PYTHON", sys.executable)

THEIRS = """
import json, pathlib, sys
import jsonschema
schema = json.load(open(sys.argv[1]))
validator = jsonschema.validators.validator_for(schema)(schema)
invalid = 0
for path in sorted(pathlib.Path(sys.argv[2]).iterdir()):
    with open(path) as file:
        document = json.load(file)
    invalid += any(True for _ in validator.iter_errors(document))
sys.exit(1 if invalid else 0)
"""


def measure(command):
    """Wall and processor seconds."""
    start = time.monotonic()
    pid = os.posix_spawn(command[0], command, os.environ,
                         file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(command)[:300]} ended with {os.waitstatus_to_exitcode(status)}")
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime


def make(folder, tests, payloads):
    run = lambda *command: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    run("/usr/bin/python3", str(SHARED / "tools/gen_fine_tuning.py"), str(folder / "tree"), str(tests), "--config", "small")
    workload = f"--workload={ROOT}/workloads/fine_tuning"
    run(str(MATBENCH), "parse", workload, f"--results_dirname={folder}/tree", f"--output_lts={folder}/lts.json", "--log_level=error")
    run(str(MATBENCH), "generate_lts_schema", workload, f"--file={folder}/schema.json")
    made = json.loads((folder / "lts.json").read_text())
    (folder / "payloads").mkdir()
    for i in range(payloads):
        payload = made[i % len(made)]
        payload["metadata"]["test_uuid"] = str(uuid.UUID(int=i, version=4))
        payload["results"]["train_runtime"] = 90 + i / 7
        (folder / "payloads" / f"{i:06}.json").write_text(json.dumps(payload))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--payloads", type=int, default=10000)
    parser.add_argument("--tests", type=int, default=500)
    parser.add_argument("--repeat", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mb-validate-") as name:
        folder = pathlib.Path(name)
        make(folder, args.tests, args.payloads)
        files = sorted(str(path) for path in (folder / "payloads").iterdir())
        size = sum(os.path.getsize(path) for path in files) / 1e6
        print(f"{len(files)} payloads, {size:.0f} MB")
        base = [str(MATBENCH), "validate", f"--schema={folder}/schema.json", "--log_level=error"]
        runs = {"matbench": base + files, "matbench, one worker": base + ["--jobs=1"] + files,
                "jsonschema": [PYTHON, "-c", THEIRS, f"{folder}/schema.json", f"{folder}/payloads"]}
        taken = {what: [] for what in runs}
        for _ in range(args.repeat):
            for what, command in runs.items():
                taken[what].append(measure(command))
        theirs = statistics.median(wall for wall, _ in taken["jsonschema"])
        for what, results in taken.items():
            wall = statistics.median(wall for wall, _ in results)
            processor = statistics.median(cpu for _, cpu in results)
            print(f"{what:22} {wall:8.2f} s  {processor:8.2f} s of processors  {theirs / wall:6.1f} ×")


if __name__ == "__main__":
    main()
