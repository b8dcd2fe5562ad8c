#!/usr/bin/env python3
"""hunter_differential.py DRIVER BUILD: detect/hunter.h gives the change points that Apache Otava 0.8.0 gives.

Held against tests/statistics/otava.txt: places that the real one found in series of generated noise, here made again from the same seed
(MB_UPDATE=1 writes it anew). With MB_LONG=1 also against the real one on fresh series, in a virtual environment below BUILD that is made
with `pip install apache-otava==0.8.0` when it is not there. A run of its own with --otava is that: series in, places out.
"""
import os
import pathlib
import random
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TABLE = HERE / "statistics/otava.txt"
SIZES = [2, 3, 5, 8, 13, 30, 49, 50, 51, 75, 76, 100, 130, 200, 333]


def noise(rng, n, family):
    if family == 0:
        return [rng.gauss(0, 1) for _ in range(n)]
    if family == 1:
        return [rng.gauss(0, 1) / (sum(rng.gauss(0, 1) ** 2 for _ in range(3)) / 3) ** .5 for _ in range(n)]
    if family == 2:
        return [rng.lognormvariate(0, .8) for _ in range(n)]
    if family == 3:
        x = [rng.gauss(0, 1)]
        while len(x) < n:
            x.append(.5 * x[-1] + rng.gauss(0, 1))
        return x
    return [float(round(rng.gauss(0, 1))) for _ in range(n)] if family == 4 else [rng.random() for _ in range(n)]


def series(seed, count):
    rng = random.Random(seed)
    for i in range(count):
        n = rng.choice(SIZES)
        x = [v + rng.choice([0, 100]) * (i % 2) for v in noise(rng, n, i % 6)]
        for _ in range(rng.randrange(6)):
            at, step = rng.randrange(n), rng.gauss(0, 3)
            x = x[:at] + [v + step for v in x[at:]]
        yield [round(v, 6) for v in x]


def lines(all_series):
    return "".join(" ".join(map(repr, x)) + "\n" for x in all_series)


def run(command, text):
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout.splitlines()


def otava():
    from otava.analysis import compute_change_points
    for line in sys.stdin:
        print(*(int(c.index) for c in compute_change_points([float(v) for v in line.split()])[0]))


def real(build):
    place = pathlib.Path(build) / "otava-venv"
    python = place / "bin/python"
    if not (place / "made").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "apache-otava==0.8.0"], check=True)
        (place / "made").touch()
    return [python, __file__, "--otava"]


def compare(name, given, ours, theirs):
    wrong = [(x, a, b) for x, a, b in zip(given, ours, theirs) if a != b]
    for x, a, b in wrong[:5]:
        print(f"{name}: {len(x)} values: changes at '{a}', Otava's at '{b}': {x}")
    assert len(ours) == len(theirs) == len(given)
    return len(wrong)


def main():
    if sys.argv[1] == "--otava":
        return otava()
    driver, build = sys.argv[1:3]
    fixed = list(series(8, 600))
    if os.environ.get("MB_UPDATE"):
        TABLE.write_text("\n".join(run(real(build), lines(fixed))) + "\n")
    wrong = compare("table", fixed, run([driver], lines(fixed)), TABLE.read_text().splitlines())
    if os.environ.get("MB_LONG"):
        fresh = list(series(80, 3000))
        wrong += compare("live", fresh, run([driver], lines(fresh)), run(real(build), lines(fresh)))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
