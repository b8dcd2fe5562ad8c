#!/usr/bin/env python3
"""Short text from matbench's files, for golden cases: show.py KIND FILE.

matrix: a line per entry: its test, its exit code, whether it has a payload
lts:    a line per payload: its UUID, start, container image or name
keys:   the keys of the first entry, and of its results
verdicts: of each KPI its verdict, why, and what would flip it
"""
import json
import pathlib
import sys


def matrix(entries):
    for entry in entries:
        lts = "payload" if entry["results"].get("lts") else "no payload"
        print(f"  {pathlib.Path(entry['location']).name!r} exit_code {entry['exit_code']}, {lts}")


def lts(payloads):
    for payload in payloads:
        metadata = payload["metadata"]
        settings = metadata["settings"]
        print(f"  {metadata['test_uuid']} {metadata['start']} {settings.get('container_image') or settings.get('name')}")


def verdicts(analysis):
    for entry in analysis["entries"]:
        for kpi in entry["kpis"]:
            print(f"  {kpi['name']}: {kpi['verdict']}: {kpi['reason']}")
            if kpi["flip"]:
                print(f"      {kpi['flip']}")


def keys(entries):
    print(" ", *entries[0])
    print(" ", *entries[0]["results"])


path = pathlib.Path(sys.argv[2])
print(f"{path.name}:" if path.exists() else f"{path.name} is not there")
if path.exists():
    {"matrix": matrix, "lts": lts, "keys": keys, "verdicts": verdicts}[sys.argv[1]](json.loads(path.read_text()))
