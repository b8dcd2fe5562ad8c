#!/usr/bin/env python3
"""unit_differential.py DRIVER SHARED: base/unit.h held against Python's exact decimals, and against the units of every KPI that the
systems of formats.md, D12, have: the table knows each of them."""
import decimal
import fractions
import pathlib
import random
import re
import subprocess
import sys

DRIVER, SHARED = sys.argv[1:3]
passed = failed = 0
F = fractions.Fraction

# What is asserted of the units of D12 and of some others: factor to the base, base.
KNOWN = {
    "tokens/s": (F(1), "tokens_per_second"), "token/s": (F(1), "tokens_per_second"), "tokens": (F(1), "tokens"),
    "ms/token": (F(1, 1000), "seconds_per_token"), "hours/Mtoken": (F(3600, 10 ** 6), "seconds_per_token"),
    "samples/s": (F(1), "samples_per_second"), "steps/s": (F(1), "steps_per_second"), "sec/run": (F(1), "seconds_per_run"),
    "s": (F(1), "seconds"), "sec": (F(1), "seconds"), "seconds": (F(1), "seconds"), "ms": (F(1, 1000), "seconds"),
    "us": (F(1, 10 ** 6), "seconds"), "\u00b5s": (F(1, 10 ** 6), "seconds"), "ns": (F(1, 10 ** 9), "seconds"), "min": (F(60), "seconds"),
    "h": (F(3600), "seconds"), "d": (F(86400), "seconds"), "bytes": (F(1), "bytes"), "B": (F(1), "bytes"), "KB": (F(1000), "bytes"),
    "MB": (F(10 ** 6), "bytes"), "GB": (F(10 ** 9), "bytes"), "KiB": (F(1024), "bytes"), "MiB": (F(1 << 20), "bytes"),
    "GiB": (F(1 << 30), "bytes"), "PiB": (F(1 << 50), "bytes"), "bit": (F(1, 8), "bytes"), "Gbit/s": (F(10 ** 9, 8), "bytes_per_second"),
    "Gbps": (F(10 ** 9, 8), "bytes_per_second"), "GiB/h": (F(1 << 30, 3600), "bytes_per_second"), "cores": (F(1), "cores"),
    "millicores": (F(1, 1000), "cores"), "%": (F(1, 100), "ratio"), "x": (F(1), ""), "C": (F(1), "celsius"), "": (F(1), ""),
    "kWh": (F(3600000), "joules"), "MHz": (F(10 ** 6), "hertz"), "/s": (F(1), "per_second"), "1/s": (F(1), "per_second"),
    "qps": (F(1), "queries_per_second"), "tokens/s/GPU": (F(1), "tokens_per_second_per_gpu"), "it/s": (F(1), "iterations_per_second"),
    "milliseconds_per_token": (F(1, 1000), "seconds_per_token"), "tokens per second": (F(1), "tokens_per_second"),
    "Seconds": (F(1), "seconds"), "infer/sec": (F(1), "inferences_per_second"), "tokens/x": (F(1), "tokens"), "J/token": (F(1), "joules_per_token"),
}
UNKNOWN = {"furlongs": "furlongs", "a b/c-d": "a_b_per_c_d", "odd unit!": "odd_unit_", "mb": "mb", "parsecs/s": "parsecs_per_second",
           "a/": "a_", "a//b": "a__b", "a/b/c/d/e": "a_b_c_d_e", "List[": "List_"}


def check(ok, what):
    global passed, failed
    passed += bool(ok)
    failed += not ok
    if not ok:
        print("not so:", what, file=sys.stderr)


def ask(lines):
    done = subprocess.run([DRIVER], input="".join(line + "\n" for line in lines), capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def parsed(units):
    for unit, line in zip(units, ask("parse " + unit for unit in units), strict=True):
        kind, times, over, ten, rest = line.split(" ", 4)
        base, unknown = rest.rsplit("|", 1)
        yield unit, kind == "list", F(int(times), int(over)) * F(10) ** int(ten), base, unknown


def check_table():
    for unit, is_list, factor, base, unknown in parsed(list(KNOWN)):
        check((is_list, factor, base, unknown) == (False, *KNOWN[unit], ""), f"{unit}: {factor} {base} {unknown}")
    for unit, is_list, factor, base, unknown in parsed([f"List[{u}]" for u in KNOWN] + [f"list({u})" for u in KNOWN]):
        check(is_list and (factor, base) == KNOWN[unit[5:-1]], f"{unit}: {factor} {base}")
    for unit, _, factor, base, unknown in parsed(list(UNKNOWN)):
        check(factor == 1 and base == UNKNOWN[unit] and unknown, f"{unit}: {factor} {base} {unknown}")


def check_every_kpi_of_d12():
    text = (pathlib.Path(SHARED) / "reference/formats.md").read_text()
    units = {unit.strip() for unit in re.findall(r"(?m)^ *- KPI \w+ \| ([^|]+) \|", text)}
    lines = len(re.findall(r"(?m)^ *- KPI ", text))
    check(lines >= 80 and len(units) >= 20, f"{lines} KPIs with {len(units)} units in D12")
    for unit, _, _, base, unknown in parsed(sorted(units)):
        inner = re.sub(r"(?i)^list[\[(](.*)[\])]$", r"\1", unit)
        check(not unknown and inner in KNOWN and KNOWN[inner][1] == base, f"D12's {unit}: {base} {unknown}")


def exact(value, factor):
    """The double nearest to the value's decimal digits times the factor."""
    product = F(decimal.Decimal(repr(value))) * factor
    try:
        return float(product)  # int / int is rounded once
    except OverflowError:
        return float("inf") if product > 0 else float("-inf")


def check_scaling():
    rng = random.Random(5)
    values = [12.3, 0.1, 1 / 3, 5e-324, 1.7976931348623157e308, 2.0 ** 53 + 2, 0.0, -0.0, -12.3, 1e22, 1e23, 123456789.123456789]
    values += [rng.uniform(0, 100) for _ in range(300)] + [round(rng.uniform(0, 1e6), rng.randrange(6)) for _ in range(300)]
    values += [rng.random() * 10.0 ** rng.randrange(-300, 300) for _ in range(300)]
    pairs = [("ms", "s"), ("s", "ms"), ("hours/Mtoken", "s/token"), ("%", "ratio"), ("%", ""), ("min", "h"), ("GiB", "GB"), ("B/s", "Mbit/s"),
             ("GiB/h", "MB/min"), ("/s", "/min"), ("d", "us"), ("s", "week")]
    asked = [(value, *rng.choice(pairs)) for value in values] + [(12.3, *pair) for pair in pairs]
    factors = {unit: factor for unit, _, factor, _, _ in parsed(sorted({u for pair in pairs for u in pair}))}
    for (value, a, b), line in zip(asked, ask(f"convert {value!r} {a}|{b}" for value, a, b in asked), strict=True):
        wanted = exact(value, factors[a] / factors[b])
        check(float.fromhex(line) == wanted, f"{value!r} {a} in {b}: {float.fromhex(line)!r}, not {wanted!r}")
    check(float.fromhex(ask(["convert 12.3 ms|s"])[0]) == 0.0123, "12.3 ms are 0.0123 s")
    for pair in ("ms|tokens", "s|", "bytes|seconds", "parsecs|s", "tokens/s|tokens/min/GPU"):
        check(ask([f"convert 1 {pair}"])[0].startswith("!'"), pair)
    check(ask(["convert 3 parsecs|parsecs"]) == [float(3).hex().replace("0x1.8000000000000p", "0x1.8p")], "an unknown unit is itself")


check_table()
check_every_kpi_of_d12()
check_scaling()
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
