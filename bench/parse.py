#!/usr/bin/env python3
"""Parses generated fine-tuning trees with matbench and with the Python tool, in turns, in one run; prints times and ratios.
Each without its parse caches (cold: they are written) and with them (warm), with both outputs and without any.

    bench/parse.py [--tests 1,1000] [--repeat 3]

The trees come from tools/gen_fine_tuning.py of the shared material ($MB_SHARED, by default ../shared). The Python tool runs when
these say where it is; else only matbench is measured:
    PYTHON_MATBENCH   a checkout of matrix-benchmarking
    TOPSAIL           a checkout of TOPSAIL (its workload modules)
    PYTHON_MATBENCH_PYTHON   a Python with their requirements (pydantic 1.10, numpy 1.26, pandas, dash, plotly, fire, …)
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
MODULE = "projects.fine_tuning.visualizations.fms_hf_tuning"


def measure(command, cwd, env=None):
    """Wall seconds, CPU seconds and peak memory (MB) of one process."""
    start = time.monotonic()
    pid = os.posix_spawn(command[0], command, {**os.environ, **(env or {})},
                         file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                                       (os.POSIX_SPAWN_OPEN, 2, str(cwd / "log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)])
    _, status, usage = os.wait4(pid, 0)
    wall = time.monotonic() - start
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}:\n{(cwd / 'log').read_text()[-2000:]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


CACHES = {"matbench": ".matbench-cache", "python": "cache.pickle"}


def wipe(tree, name):
    for cache in pathlib.Path(tree).rglob(CACHES[name]):
        cache.unlink()


def ours(tree, cwd, outputs):
    command = [str(MATBENCH), "parse", f"--workload={ROOT}/workloads/fine_tuning", f"--results_dirname={tree}", "--log_level=error"]
    if outputs:
        command += [f"--output_matrix={cwd}/ours_matrix.json", f"--output_lts={cwd}/ours_lts.json"]
    return lambda: measure(command, cwd)


def theirs(tree, cwd, outputs):
    tool, topsail, python = (os.environ.get(name) for name in ("PYTHON_MATBENCH", "TOPSAIL", "PYTHON_MATBENCH_PYTHON"))
    if not (tool and topsail and python):
        return None
    command = [python, "-m", "matrix_benchmarking.main", "parse", f"--workload={MODULE}", f"--workload_base_dir={topsail}",
               f"--results_dirname={tree}"]
    if outputs:
        command += [f"--output_matrix={cwd}/py_matrix.json", f"--output_lts={cwd}/py_lts.json"]
    return lambda: measure(command, cwd, {"PYTHONPATH": f"{tool}:{topsail}"})


def report(title, runs):
    columns = [f"{name} {min(r[i] for r in runs):8.3f} (median {statistics.median(r[i] for r in runs):.3f})"
               for i, name in enumerate(("wall s", "cpu s"))]
    print(f"  {title:14} {'  '.join(columns)}  peak {max(r[2] for r in runs):6.1f} MB")


def ratio(title, slow, fast):
    best, middle = (f([r[0] for r in slow]) / f([r[0] for r in fast]) for f in (min, statistics.median))
    print(f"  {title}: {best:.1f} (best), {middle:.1f} (median) times as fast")


def compare(n, outputs, repeat, place):
    tree = place / f"tests-{n}"
    if not tree.exists():
        subprocess.run(["/usr/bin/python3", SHARED / "tools/gen_fine_tuning.py", tree, str(n)], check=True)
        time.sleep(2.5)  # younger files would be digested in the next run
    tools = {"matbench": (ours(tree, place, outputs), 3), "python": (theirs(tree, place, outputs), 1)}
    tools = {name: tool for name, tool in tools.items() if tool[0]}
    tools["matbench"][0]()  # page cache
    runs = {(name, state): [] for name in tools for state in ("cold", "warm")}
    for _ in range(repeat):
        for name, (run, times) in tools.items():
            for _ in range(times):
                wipe(tree, name)
                runs[name, "cold"].append(run())
            runs[name, "warm"] += [run() for _ in range(times)]
    print(f"{n} tests, {'both outputs' if outputs else 'no outputs'}")
    for (name, state), measured in runs.items():
        report(f"{name} {state}", measured)
    ratio("matbench, warm to cold", runs["matbench", "cold"], runs["matbench", "warm"])
    for state in ("cold", "warm") if "python" in tools else ():
        ratio(f"matbench to Python, {state}", runs["python", state], runs["matbench", state])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tests", default="1,1000")
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    if not MATBENCH.exists():
        sys.exit(f"{MATBENCH} is not there: cmake --preset release && cmake --build --preset release")
    place = pathlib.Path(tempfile.mkdtemp(prefix="matbench-bench-"))
    try:
        for n in map(int, arguments.tests.split(",")):
            for outputs in (True, False):
                compare(n, outputs, arguments.repeat, place)
    finally:
        shutil.rmtree(place)


main()
