#!/usr/bin/env python3
"""The tables of docs/statistics.md about the level, from what `gate_tables level …` printed, for all points or one after another.

    gate_tables level 2000 20261121 0xfff | bench/level_tables.py
"""
import re
import sys

LEVELS = [8, 30]  # points for which other levels are printed, too: .01, .10, and .05 by Holm


def short(number):
    return number[1:] if number.startswith("0") else number


def rounded(number):
    return short(f"{float(number):.3f}")


def read(lines):
    """{noise: {points: [(any, suspect, cannot tell), …]}}: for 1, 8, 24 KPIs, then the other levels."""
    found = {}
    for line in lines:
        row = re.match(r"(\S.*?) +n +(\d+):(.*)", line)
        if row:
            cells = re.findall(r"([0-9.]+) \(([0-9.]+) ([0-9.]+)\)", row[3])
            found.setdefault(row[1], {})[int(row[2])] = cells
    return found


def table(found, columns, cell):
    print("| noise |" + "".join(f" {title} |" for title, _ in columns))
    print("|---" * (len(columns) + 1) + "|")
    for noise, rows in found.items():
        print(f"| {noise} |" + "".join(f" {cell(rows, key)} |" for _, key in columns))
    print()


def main():
    found = read(sys.stdin)
    points = sorted({n for rows in found.values() for n in rows})
    columns = [(f"n = {n}", n) for n in points]
    table(found, columns, lambda rows, n: " ".join(rounded(any_) for any_, _, _ in rows[n][:3]))
    table(found, columns, lambda rows, n: " ".join(map(rounded, rows[n][1][1:])))
    others = [(f"{level}, n = {n}", (n, 3 + i)) for n in LEVELS for i, level in enumerate((".01", ".10", ".05 by Holm"))]
    table(found, others, lambda rows, key: rounded(rows[key[0]][key[1]][0]))


main()
