#!/usr/bin/env python3
"""make.py: writes numpy.json beside it, what numpy says of some lists; tests/workload_lists_test.c holds Lua's statistics against it.
Run it with a Python that has numpy (`pip install numpy`); numpy.json says which one it was. Percentiles are numpy's default method."""
import json
import math
import pathlib
import random
import statistics

import numpy

PERCENTILES = [0, 0.1, 1, 5, 25, 33.3, 50, 66.7, 75, 80, 90, 95, 99, 99.9, 100]


def generated(n):
    """The list that workload_lists_test.c makes by itself; too long for a file."""
    values, x = [], 1
    for _ in range(n):
        x = (x * 1103515245 + 12345) % 2 ** 31
        values.append(x / 1000)
    return values


def lists():
    rng = random.Random(2026)
    yield from ([5], [1, 2], [2, 1], [0.1, 0.2], [3, 3, 3], [-1, -1.5, 2], [0, -0.0], [1e150, -1e150, 5], [1e-100, 2e-100], [1, 10 ** 15])
    yield list(range(100))
    yield list(range(100, 0, -1))
    yield [i % 7 for i in range(101)]
    yield [1e9 + rng.random() for _ in range(50)]  # where a naive variance is lost
    for n in (3, 4, 5, 7, 10, 16, 31, 64, 100, 199):
        yield [rng.random() for _ in range(n)]
        yield [rng.gauss(20, 5) for _ in range(n)]
        yield [rng.randrange(-50, 50) for _ in range(n)]
        yield [rng.random() * 10.0 ** rng.randrange(-12, 12) for _ in range(n)]


def results(values):
    array = numpy.array(values, dtype=float)
    return {"percentiles": [[p, float(numpy.percentile(array, p))] for p in PERCENTILES],
            "median": float(numpy.median(array)), "min": min(values), "max": max(values), "sum": math.fsum(values),
            "mean": float(numpy.mean(array)),
            "stdev": statistics.stdev(values) if len(values) > 1 else None,  # exact; numpy.std(ddof=1) rounds more often
            "population": statistics.pstdev(values)}


def main():
    cases = [{"list": values, **results(values)} for values in lists()]
    cases += [{"generated": n, **results(generated(n))} for n in (1000, 50000)]
    for case in cases:
        for key, ddof in (("stdev", 1), ("population", 0)):
            values = case.get("list") or generated(case["generated"])
            if case[key] is not None and len(values) > ddof:
                assert math.isclose(case[key], numpy.std(values, ddof=ddof), rel_tol=1e-6), (key, values)
    text = json.dumps({"numpy": numpy.__version__, "cases": cases}, separators=(",", ":")).replace('{"list"', '\n{"list"').replace('{"generated"', '\n{"generated"')
    (pathlib.Path(__file__).parent / "numpy.json").write_text(text + "\n")


main()
