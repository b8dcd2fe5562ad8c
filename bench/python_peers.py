#!/usr/bin/env python3
"""python_peers.py < series — the Python tool's own methods, and Otava itself, on the series that `gate_tables export` printed.

Run it once with the interpreter of each: whatever of `matrix_benchmarking.analyze.method` and `otava` can be imported is measured, and
compared with what our methods of the same names said (the export has their answers). A line of the export: family, runs at the new level,
step, otava, stdev and zscore (bits), our p, the values. Prints per family and age: false alarms, then for each step the share of alarms,
and ours with the level set so that it has as many false alarms.
"""
import contextlib
import io
import sys


def peers():
    found = {}
    with contextlib.suppress(ImportError):
        from matrix_benchmarking.analyze.method import hunter, stdev, zscore
        from hunter import analysis

        def flagged(method):
            def ask(values, age):
                status = method.do_regression_analyze(values[-1], values[:-1], True, "")
                return not status.accepted and values[-1] > sum(values[:-1]) / (len(values) - 1)
            return ask

        def recent(values, age):
            points = analysis.compute_change_points(values, window_len=50, max_pvalue=0.001, min_magnitude=0.05)
            return any(p.index + age + 2 >= len(values) and p.stats.mean_2 > p.stats.mean_1 for p in points)
        found.update({"hunter": flagged(hunter), "hunter, k+2": recent, "stdev": flagged(stdev), "zscore": flagged(zscore)})
    with contextlib.suppress(ImportError):
        from otava.analysis import compute_change_points

        def otava(values, age):
            points = compute_change_points(values)
            points = points[0] if isinstance(points, tuple) else points
            return any(p.index + age + 2 >= len(values) and p.stats.mean_2 > p.stats.mean_1 for p in points)
        found["otava"] = otava
    return found


def main():
    asked, cells, differ, compared = peers(), {}, {}, {}
    for line in sys.stdin:
        family, age, step, was_otava, bits, p, *values = line.split("\t")
        values = [float(v) for v in values]
        ours = {"otava": int(was_otava), "stdev": int(bits) >> 1, "zscore": int(bits) & 1}
        cell = cells.setdefault((int(family), int(age)), {}).setdefault(float(step), {"ours": []})
        cell["ours"].append(float(p))
        for name, ask in asked.items():
            with contextlib.redirect_stdout(io.StringIO()):
                alarm = bool(ask(values, int(age)))
            cell.setdefault(name, []).append(alarm)
            if name in ours:
                compared[name] = compared.get(name, 0) + 1
                differ[name] = differ.get(name, 0) + (alarm != bool(ours[name]))
    for (family, age), by_step in sorted(cells.items()):
        for name in asked:
            quiet = by_step[0.0]
            alarms = sum(quiet[name])
            ordered = sorted(quiet["ours"])
            limit = ordered[alarms - 1] if alarms else 0.0
            print(f"family {family} k {age:2} {name:12} {alarms / len(ordered):.4f}", end="")
            for step in (2.0, 3.0, 5.0):
                n = len(by_step[step]["ours"])
                print(f"   {sum(by_step[step][name]) / n:.3f} {sum(x <= limit for x in by_step[step]['ours']) / n:.3f}", end="")
            print()
    for name in compared:
        print(f"{name}: {differ[name]} of {compared[name]} answers differ from ours of that name")


main()
