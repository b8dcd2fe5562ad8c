#!/usr/bin/env python3
"""format_differential.py DRIVER: workload/format.h held against Python's format() and % for numbers, on generated directives."""
import random
import re
import subprocess
import sys

DRIVER = sys.argv[1]
WRONG = ["", "{", "}", "x", "{:.2f", "{:s}", "{:x}", "{:.2d}", "{!r}", "{1:.2f}", "{a}", "{:.f}", "{:100f}", "{:.100f}", "{:.2f}{:.2f}", "{:.2f}}", "{:,,f}", "{:f,}",
         "%", "%%", "%s", "%n%f", "%.2f %d", "%*f", "%.2", "%l", "%.99999f", "{:,n}", "{:zf}", "{:#}", "%r", "%x", "%p", "%.2d", "{{:.2f}}", "%100f"]
AROUND = [("", ""), ("", ""), ("", ""), ("about ", "!"), ("\u2248", " \u20ac")]


def number_for(python, kind, precision, value):
    """An int where Python makes integers of our numbers without a fraction."""
    whole = value == int(value) and abs(value) < 1e21
    return int(value) if whole and python and kind in ("d", "", "n") and not precision else value


def directive(rng):
    if rng.random() < .3:
        kind = rng.choice("dieEfFgG")
        precision = "" if kind in "di" else rng.choice(["", ".0", ".1", ".2", ".10", ".25"])
        flags = "".join(rng.sample("-+ #0", rng.randrange(3)))
        return f"%{flags}{rng.choice(['', '5', '12'])}{precision}{kind}", False, kind, precision
    kind = rng.choice(["", "d", "e", "E", "f", "F", "g", "G", "n", "%"])
    precision = "" if kind == "d" else rng.choice(["", "", ".0", ".1", ".2", ".3", ".10", ".20"])
    align = rng.choice(["", "", "<", ">", "^", "=", "*<", "0=", "\u20ac^", "x>"])
    spec = align + rng.choice(["", "", "+", "-", " "]) + rng.choice(["", "", "#"]) * (kind != "") + rng.choice(["", "", "0"]) + rng.choice(["", "6", "9", "14"])
    spec += rng.choice(["", "", ",", "_"]) * (kind != "n") + precision + kind
    return rng.choice(["{:%s}", "{0:%s}"]) % spec if spec else "{}", True, kind, precision


def cases():
    rng = random.Random(12)
    values = [0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, 100.0, 123456789.0, -1234.5678, 1e15, 1e16, 1.5e16, 1e20, 1e22, 1e-4, 1e-5, 1.25e-7, 1 / 3, 0.1,
              99.995, 999999.5, 1e300, 5e-324, 0.07009845996224676, 0.9999, 12.3]
    for _ in range(6000):
        value = rng.choice(values) if rng.random() < .6 else rng.uniform(-1, 1) * 10.0 ** rng.randrange(-8, 18)
        text, python, kind, precision = directive(rng)
        number = number_for(python, kind, precision, value)
        before, after = rng.choice(AROUND)
        doubled = "{{}}" if python else "%%"
        text = before + rng.choice(["", "", doubled]) + text + after
        try:
            yield value, text, text.format(number) if python else text % value
        except (ValueError, TypeError):
            assert kind == "d" or "#" in text or "," in text or "_" in text, text  # {:d} of a fraction, {:#d}


def main():
    asked = list(cases())
    lines = "".join(f"{value!r}\t{text}\n" for value, text, _ in asked) + "".join(f"1.5\t{text}\n" for text in WRONG)
    got = subprocess.run([DRIVER], input=lines, capture_output=True, text=True, check=True).stdout.split("\n")
    failed = 0
    for (value, text, wanted), ours in zip(asked + [(1.5, text, "!") for text in WRONG], got):
        if ours != wanted:
            failed += 1
            print(f"not so: {text!r} of {value!r}: {ours!r}, not {wanted!r}", file=sys.stderr)
    assert len(asked) > 4000, len(asked)
    print(f"{len(asked) + len(WRONG) - failed} passed, {failed} failed")
    sys.exit(failed != 0)


main()
