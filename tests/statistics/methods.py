#!/usr/bin/env python3
"""methods.py CHECKOUT: writes methods.h beside it: what the Python tool's own modules answer (CHECKOUT is matrix-benchmarking's source), which
tests/detect_method_test.c holds detect/method_zscore.c and method_stdev.c against. Needs numpy."""
import importlib.util
import pathlib
import random
import sys
import types

# the modules want their package only for a named tuple
package = types.ModuleType("matrix_benchmarking")
analyze = types.ModuleType("matrix_benchmarking.analyze")
analyze.RegressionStatus = lambda **fields: types.SimpleNamespace(**fields)
sys.modules["matrix_benchmarking"], sys.modules["matrix_benchmarking.analyze"] = package, analyze


def module(name):
    spec = importlib.util.spec_from_file_location(name, pathlib.Path(sys.argv[1]) / "matrix_benchmarking" / "analyze" / "method" / f"{name}.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


zscore, stdev = module("zscore"), module("stdev")
rng = random.Random(7)
with pathlib.Path(__file__).with_name("methods.h").open("w") as f:
    f.write("/* Written by methods.py from the Python tool's modules: not by hand. */\n")
    for n in [2, 3, 5, 8, 13, 20]:
        for shift in [0, 1, -1.5, 2.9, 3.05, 3.3, -3.1, -4, 8]:
            history = [round(rng.gauss(100, 5), rng.choice([0, 2, 9])) for _ in range(n)]
            if len(set(history)) == 1:
                history[0] += 1
            value = round(100 + 5 * shift, 3)
            z = zscore.do_regression_analyze(value, history, True, "s")
            verdicts = [stdev.do_regression_analyze(value, history, lower, "s").accepted for lower in (True, False, None)]
            f.write("{%d, {%s}, %r, %r, %d, {%s}},\n" % (n, ", ".join(map(repr, history)), value, float(z.details["zscore"]), bool(z.accepted),
                                                      ", ".join(str(int(bool(v))) for v in verdicts)))
