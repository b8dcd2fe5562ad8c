#!/usr/bin/env python3
"""The tables of docs/statistics.md about what is found, from what `gate_tables detect …` printed.

    gate_tables detect 10000 20261121 30 | bench/detect_tables.py sums|brief|details|ours [--replicates 10000]

sums: over the cells, and which of them are worse; brief: steps of 3 sd; details: all of it; ours: at our own level. Cells of a peer with fewer than two false alarms are left out: there is no
level to compare at.
"""
import argparse
import re
import sys

STEPS = ("2 sd", "3 sd", "5 sd")
ALARMS_MIN = 2


def short(number):
    return number[1:] if number.startswith("0.") else number


def read(lines):
    """[(noise, runs before, runs at the new level, peer, false alarms, [(theirs, ours, worse, with the number as level), …])], [ours]."""
    peers, ours = [], []
    for line in lines:
        row = re.match(r"(\S.*?) +(\d+)\+(\d+) +(\S.*?) +([01]\.\d{4})(.*)", line)
        if not row:
            continue
        noise, before, after, who, alarms, rest = row.groups()
        if who == "ours":
            ours.append((noise, after, alarms, rest.split()))
            continue
        cells = re.findall(r"([\d.]+) ([\d.]+)([! ]) \(([\d.]+)\)", rest)
        peers.append((noise, before, after, who, alarms, cells))
    return peers, ours


def sums(peers):
    print("| peer | cells | worse by more than 3 s.e. + 5 points | mean difference | with the number as level |")
    print("|---" * 5 + "|")
    worse = {}
    for who in dict.fromkeys(row[3] for row in peers):
        cells = [cell for row in peers if row[3] == who for cell in row[5]]
        if not cells:
            continue
        bad = sum(mark == "!" for _, _, mark, _ in cells)
        mean = sum(float(ours) - float(theirs) for theirs, ours, _, _ in cells) / len(cells)
        nominal = sum(float(given) - float(theirs) for theirs, _, _, given in cells) / len(cells)
        print(f"| {who} | {len(cells)} | {bad} | {mean:+.3f} | {nominal:+.3f} |")
        for noise, _, after, peer, _, row in peers:
            if peer == who:
                steps = [step for step, (_, _, mark, _) in zip(STEPS, row) if mark == "!"]
                if steps:
                    worse.setdefault(who, []).append(f"{noise}, {after}: {', '.join(steps)}")
    print("\nWorse (noise, runs at the new level: step):\n")
    for who, cells in worse.items():
        print(f"- {who}: {'; '.join(cells)}")
    print()


def brief(peers):
    names = list(dict.fromkeys(row[3] for row in peers))
    cells = {(row[0], row[2], row[3]): row[5][STEPS.index("3 sd")] for row in peers}
    print("| noise, runs at the new level |" + "".join(f" {name} |" for name in names))
    print("|---" * (len(names) + 1) + "|")
    for noise, after in dict.fromkeys((row[0], row[2]) for row in peers):
        shown = []
        for name in names:
            theirs, ours, mark, _ = cells.get((noise, after, name), ("", "", "", ""))
            shown.append(f"{short(theirs)} / {short(ours)}{mark.strip()}" if theirs else "–")
        print(f"| {noise}, {after} | {' | '.join(shown)} |")


def details(peers):
    print("| noise, runs at the new level | peer | its false alarms | 2 sd | 3 sd | 5 sd |")
    print("|---" * 6 + "|")
    for noise, _, after, who, alarms, cells in peers:
        shown = " | ".join(f"{short(a)} / {short(b)}{mark.strip()} ({short(c)})" for a, b, mark, c in cells)
        print(f"| {noise}, {after} | {who} | {short(alarms)} | {shown} |")


def at_our_level(ours):
    print("| noise, runs at the new level | quiet | 2 sd | 3 sd | 5 sd |")
    print("|---" * 5 + "|")
    for noise, after, quiet, found in ours:
        print(f"| {noise}, {after} | {short(quiet)} | {' | '.join(map(short, found))} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", choices=("sums", "brief", "details", "ours"))
    parser.add_argument("--replicates", type=int, default=10000)
    options = parser.parse_args()
    peers, ours = read(sys.stdin)
    peers = [row for row in peers if float(row[4]) * options.replicates >= ALARMS_MIN - 0.5]
    tables = {"sums": lambda: sums(peers), "brief": lambda: brief(peers), "details": lambda: details(peers), "ours": lambda: at_our_level(ours)}
    tables[options.table]()


main()
