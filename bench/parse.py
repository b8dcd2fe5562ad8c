#!/usr/bin/env python3
"""Parses generated trees with matbench and with the Python tool, in turns, in one run; prints times and ratios.
Each without its parse caches (cold: they are written) and with them (warm), with the outputs that are named.

    bench/parse.py [--workload fine_tuning] [--tests 1,1000] [--outputs both,none] [--repeat 3]
    bench/parse.py --workload kserve_llm --tests 64 --requests 1000
    bench/parse.py --workload kserve_llm --tests 1 --requests 50000 --outputs both,lts

The trees come from tools/gen_*.py of the shared material ($MB_SHARED, by default ../shared). The Python tool runs when
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
# workload: the Python tool's name for it, what makes its tests
WORKLOADS = {"fine_tuning": ("projects.fine_tuning.visualizations.fms_hf_tuning", "gen_fine_tuning.py"),
             "kserve_llm": ("projects.kserve.visualizations.kserve-llm", "gen_kserve_llm.py")}
OUTPUTS = {"both": ("matrix", "lts"), "lts": ("lts",), "none": ()}


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


def outputs_of(name, outputs, cwd):
    return [f"--output_{output}={cwd}/{name}_{output}.json" for output in OUTPUTS[outputs]]


def ours(workload, tree, cwd, outputs):
    command = [str(MATBENCH), "parse", f"--workload={ROOT}/workloads/{workload}", f"--results_dirname={tree}", "--log_level=error"]
    return lambda: measure(command + outputs_of("ours", outputs, cwd), cwd)


def theirs(workload, tree, cwd, outputs):
    tool, topsail, python = (os.environ.get(name) for name in ("PYTHON_MATBENCH", "TOPSAIL", "PYTHON_MATBENCH_PYTHON"))
    if not (tool and topsail and python):
        return None
    command = [python, "-m", "matrix_benchmarking.main", "parse", f"--workload={WORKLOADS[workload][0]}",
               f"--workload_base_dir={topsail}", f"--results_dirname={tree}"]
    return lambda: measure(command + outputs_of("py", outputs, cwd), cwd, {"PYTHONPATH": f"{tool}:{topsail}"})


def report(title, runs):
    columns = [f"{name} {min(r[i] for r in runs):8.3f} (median {statistics.median(r[i] for r in runs):.3f})"
               for i, name in enumerate(("wall s", "cpu s"))]
    print(f"  {title:14} {'  '.join(columns)}  peak {max(r[2] for r in runs):6.1f} MB")


def ratio(title, slow, fast):
    best, middle = (f([r[0] for r in slow]) / f([r[0] for r in fast]) for f in (min, statistics.median))
    print(f"  {title}: {best:.1f} (best), {middle:.1f} (median) times as fast")


def compare(n, outputs, arguments, place):
    tree, workload = place / f"tests-{n}", arguments.workload
    if not tree.exists():
        more = ["--requests", str(arguments.requests)] if arguments.requests else []
        subprocess.run(["/usr/bin/python3", SHARED / "tools" / WORKLOADS[workload][1], tree, str(n), *more], check=True)
        time.sleep(2.5)  # younger files would be digested in the next run
    tools = {"matbench": (ours(workload, tree, place, outputs), 3), "python": (theirs(workload, tree, place, outputs), 1)}
    tools = {name: tool for name, tool in tools.items() if tool[0]}
    tools["matbench"][0]()  # page cache
    runs = {(name, state): [] for name in tools for state in ("cold", "warm")}
    for _ in range(arguments.repeat):
        for name, (run, times) in tools.items():
            for _ in range(times):
                wipe(tree, name)
                runs[name, "cold"].append(run())
            runs[name, "warm"] += [run() for _ in range(times)]
    print(f"{n} tests, outputs: {outputs}")
    for (name, state), measured in runs.items():
        report(f"{name} {state}", measured)
    ratio("matbench, warm to cold", runs["matbench", "cold"], runs["matbench", "warm"])
    for state in ("cold", "warm") if "python" in tools else ():
        ratio(f"matbench to Python, {state}", runs["python", state], runs["matbench", state])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workload", choices=WORKLOADS, default="fine_tuning")
    parser.add_argument("--tests", default="1,1000")
    parser.add_argument("--requests", type=int, help="of each test of kserve_llm")
    parser.add_argument("--outputs", default="both,none", help="which of both, lts, none")
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    if not MATBENCH.exists():
        sys.exit(f"{MATBENCH} is not there: cmake --preset release && cmake --build --preset release")
    place = pathlib.Path(tempfile.mkdtemp(prefix="matbench-bench-"))
    try:
        for n in map(int, arguments.tests.split(",")):
            for outputs in arguments.outputs.split(","):
                compare(n, outputs, arguments, place)
    finally:
        shutil.rmtree(place)


main()
