#!/usr/bin/env python3
"""Finds the change points of the same CSV files by `matbench changepoints` (hunter, auto) and by `otava analyze`, in turns, in one run;
prints times, what was found, and ratios. Stationary series, and series with four steps of 4 sd.

    bench/change_points.py [--otava otava] [--sizes 1000x100,100x1000] [--repeat 3]

--otava names the program of the peer (PyPI: apache-otava); without it only matbench is measured. Series x runs.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MATBENCH = ROOT / "build/release/cmd/matbench"
STEPS = {"stationary": [0] * 5, "four steps": [0, 4, 0, 4, 0]}


def write(path, series, runs, levels):
    """Gaussian noise of sd 1 around 100 and the levels, a fifth of the runs each."""
    random.seed(5)
    rows = [[100 + levels[5 * run // runs] + random.gauss(0, 1) for _ in range(series)] for run in range(runs)]
    with open(path, "w") as f:
        f.write("time," + ",".join(f"m{i}" for i in range(series)) + "\n")
        for run, row in enumerate(rows):
            f.write(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1704067200 + 60 * run)) + "," + ",".join(f"{x:.6f}" for x in row) + "\n")


def measure(command, cwd):
    start = time.monotonic()
    with open(cwd / "out", "wb") as out:
        process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def found(cwd):
    """Change points in what was printed last."""
    def count(value):
        if isinstance(value, dict):
            return sum(len(v) if k in ("change_points", "changes") else count(v) for k, v in value.items())
        return sum(map(count, value)) if isinstance(value, list) else 0
    try:
        return count(json.loads((cwd / "out").read_text()))
    except ValueError:
        return "?"


def compare(name, series, runs, arguments, place):
    file = f"{series}x{runs}.csv"
    write(place / file, series, runs, STEPS[name])
    (place / "otava.yaml").write_text(json.dumps({"tests": {"t": {"type": "csv", "file": file, "time_column": "time",
                                                                 "metrics": [f"m{i}" for i in range(series)]}}}))
    tools = {method: ([str(MATBENCH), "changepoints", file, f"--method={method}", "--format=json"], 5) for method in ("hunter", "auto")}
    if arguments.otava:
        tools["otava"] = ([arguments.otava, "analyze", "--config-file", "otava.yaml", "--since", "2020-01-01", "--output", "json", "t"], 1)
    measured, changes = {tool: [] for tool in tools}, {}
    for _ in range(arguments.repeat):
        for tool, (command, times) in tools.items():
            measured[tool] += [measure(command, place) for _ in range(times)]
            changes[tool] = found(place)
    print(f"{series} series of {runs} runs, {name}")
    for tool, results in measured.items():
        wall, cpu = ([r[i] for r in results] for i in (0, 1))
        faster = "".join(f"  {min(r[i] for r in measured['otava']) / min(column):6.1f} x {what}" for i, (column, what) in enumerate(((wall, "wall"), (cpu, "cpu")))
                         ) if "otava" in measured and tool != "otava" else ""
        print(f"  {tool:8} wall s {min(wall):7.3f} (median {statistics.median(wall):.3f})  cpu s {min(cpu):7.3f}  peak {max(r[2] for r in results):6.1f} MB"
              f"  {changes[tool]} changes{faster}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--otava", help="the peer's program")
    parser.add_argument("--sizes", default="1000x100,100x1000")
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    if not MATBENCH.exists():
        sys.exit(f"{MATBENCH} is not there: cmake --preset release && cmake --build --preset release")
    place = pathlib.Path(tempfile.mkdtemp(prefix="matbench-bench-"))
    try:
        for size in arguments.sizes.split(","):
            for name in STEPS:
                compare(name, *map(int, size.split("x")), arguments, place)
    finally:
        shutil.rmtree(place)


main()
