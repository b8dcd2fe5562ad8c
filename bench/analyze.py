#!/usr/bin/env python3
"""Compares the newest runs with a history, by matbench from SQLite and by the Python tool from its folder, in turns, in one run; prints
times, memory and the ratio. Both have their parse caches: what is measured is the analysis and its report.

    bench/analyze.py [--entries 50] [--history 200] [--repeat 3]

The trees and the history (entries × history payloads) come from tools/ of the shared material ($MB_SHARED, by default ../shared). The
Python tool runs when PYTHON_MATBENCH, TOPSAIL and PYTHON_MATBENCH_PYTHON say where it is (see bench/parse.py); else only matbench does.
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("MB_SHARED", ROOT.parent / "shared"))
MATBENCH = ROOT / "build/release/cmd/matbench"
WORKLOAD = ROOT / "workloads/fine_tuning"


def measure(command, cwd, env=None):
    """Wall seconds, CPU seconds, peak memory (MB), exit code of one process."""
    start = time.monotonic()
    with open(cwd / "log", "wb") as log:
        process = subprocess.Popen(command, cwd=cwd, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode


def call(*command):
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def prepare(place, entries, history):
    tree, payloads, folder = place / "tests", place / "payloads.json", place / "lts"
    call("/usr/bin/python3", SHARED / "tools/gen_fine_tuning.py", tree, entries)
    call(MATBENCH, "parse", f"--workload={WORKLOAD}", f"--results_dirname={tree}", f"--output_lts={payloads}")
    call("/usr/bin/python3", SHARED / "tools/gen_history.py", payloads, folder, history)
    call(MATBENCH, "export", f"--from=dir:{folder}", f"--to=sqlite:{place}/history.db", "--workload_name=fine_tuning")
    return tree, folder


def ours(place, tree, history):
    command = [str(MATBENCH), "analyze_lts", f"--workload={WORKLOAD}", f"--results_dirname={tree}", f"--history={history}", "--log_level=error"]
    return lambda: measure(command, place)


def theirs(place, tree, folder):
    tool, topsail, python = (os.environ.get(name) for name in ("PYTHON_MATBENCH", "TOPSAIL", "PYTHON_MATBENCH_PYTHON"))
    if not (tool and topsail and python):
        return None
    command = [python, "-m", "matrix_benchmarking.main", "analyze_lts", "--workload=projects.fine_tuning.visualizations.fms_hf_tuning",
               f"--workload_base_dir={topsail}", f"--results_dirname={tree}", f"--lts_results_dirname={folder}"]
    return lambda: measure(command, place, {"PYTHONPATH": f"{tool}:{topsail}"})


def report(title, runs):
    walls = [run[0] for run in runs]
    print(f"  {title:24} wall s {min(walls):8.3f} (median {statistics.median(walls):.3f})  cpu s {min(run[1] for run in runs):7.3f}"
          f"  peak {max(run[2] for run in runs):6.1f} MB  exit {runs[0][3]}")
    return min(walls)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=50)
    parser.add_argument("--history", type=int, default=200, help="payloads for each entry")
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    if not MATBENCH.exists():
        sys.exit(f"{MATBENCH} is not there: cmake --preset release && cmake --build --preset release")
    place = pathlib.Path(tempfile.mkdtemp(prefix="matbench-bench-"))
    try:
        tree, folder = prepare(place, arguments.entries, arguments.history)
        time.sleep(2.5)  # younger files would be digested
        tools = {"matbench, SQLite": (ours(place, tree, f"sqlite:{place}/history.db"), 5),
                 "matbench, folder": (ours(place, tree, f"dir:{folder}"), 2), "python, folder": (theirs(place, tree, folder), 1)}
        tools = {name: tool for name, tool in tools.items() if tool[0]}
        runs = {name: [] for name in tools}
        for run, _ in tools.values():
            run()  # parse caches
        for _ in range(arguments.repeat):
            for name, (run, times) in tools.items():
                runs[name] += [run() for _ in range(times)]
        print(f"{arguments.entries} entries, {arguments.entries * arguments.history} payloads of history")
        best = {name: report(name, measured) for name, measured in runs.items()}
        if "python, folder" in best:
            print(f"  matbench from SQLite to Python: {best['python, folder'] / best['matbench, SQLite']:.1f} times as fast (best of each)")
    finally:
        shutil.rmtree(place)


main()
