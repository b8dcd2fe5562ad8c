#!/usr/bin/env python3
"""Puts payloads into a real OpenSearch with matbench and with the Python client, in turns, in one run; prints times and ratios.

    bench/opensearch_upload.py --url http://127.0.0.1:9200 [--payloads 5000] [--bytes 3000] [--repeat 3] [--one-by-one 200]

  matbench         `matbench export --from=FILE.json --to=opensearch+URL/INDEX`, the whole program: start, reading and checking the file, index,
                   documents, one refresh; into an index of ours, and into one with the Python tool's mapping (flat)
  helpers.bulk     the Python client's helpers.bulk with its defaults (chunks of 500), the payloads in memory already, one refresh; only the calls
                   are timed, not Python's start and imports; into an index with the Python tool's mapping, and into one like ours
  one by one       as upload_lts of the Python tool: client.index(refresh=True) for each payload; a sample of --one-by-one, scaled

Each goes into a new index, which is deleted afterwards. The Python that runs this needs opensearch-py.
"""
import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

import opensearchpy
import opensearchpy.helpers

ROOT = pathlib.Path(__file__).resolve().parent.parent
FLAT = {"mappings": {"properties": {n: {"type": "flat_object"} for n in ("metadata", "kpis", "results", "regression_results")}},
        "settings": {"index": {"number_of_shards": 4}, "mapping": {"total_fields": {"limit": 4000}}}}


def payload(i, size, chance):
    identity = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    settings = {f"label_{k:02}": [f"v{i % (k + 2)}", i % 7, None, True][k % 4] for k in range(20)} | {"run_id": identity}
    kpis = {f"kpi_{k}": {"value": chance.random() * 100, "unit": "s", "help": f"How fast {k} is", "timestamp": "2025-01-01T00:00:00",
                         "lower_better": True, "test_uuid": identity} for k in range(5)}
    made = {"metadata": {"start": f"2025-01-{i % 28 + 1:02}T00:00:00", "end": "2025-02-01T00:00:00", "test_uuid": identity, "settings": settings,
                         "status": "Valid", "config": ""},
            "results": {f"value_{k}": chance.random() for k in range(15)}, "kpis": kpis}
    missing = size - len(json.dumps(made))
    made["metadata"]["config"] = "".join(chance.choice("abcdefghijklmnop: \n") for _ in range(max(0, missing)))
    return made


class Index:
    """A new index; its mapping as that of another one, or as given."""

    def __init__(self, client, body=None):
        self.client, self.name = client, f"bench-{uuid.uuid4().hex[:12]}"
        if body:
            client.indices.create(index=self.name, body=body)

    def __enter__(self):
        return self.name

    def __exit__(self, *_):
        self.client.indices.delete(index=self.name, ignore_unavailable=True)


def ours(options, file, name):
    command = [str(options.matbench), "export", f"--from={file}", f"--to=opensearch+{options.url}/{name}", "--workload_name=bench",
               "--log_level=warning"]
    start = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    wall = time.monotonic() - start
    if done.returncode or done.stderr:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return wall


def bulk(client, payloads, name):
    start = time.monotonic()
    actions = ({"_index": name, "_id": p["metadata"]["test_uuid"], "_source": p} for p in payloads)
    sent, _ = opensearchpy.helpers.bulk(client, actions)
    client.indices.refresh(index=name)
    assert sent == len(payloads)
    return time.monotonic() - start


def one_by_one(client, payloads, name, n):
    sample = payloads[:n]
    start = time.monotonic()
    for p in sample:
        client.index(index=name, body=p, refresh=True, id=p["metadata"]["test_uuid"])
    return (time.monotonic() - start) / len(sample) * len(payloads)


def run(options, client, payloads, file):
    with Index(client) as like_ours:  # its mapping, without what a document of ours has besides
        ours(options, file, like_ours)
        mappings = client.indices.get(index=like_ours)[like_ours]["mappings"]
        again = statistics.median(ours(options, file, like_ours) for _ in range(options.repeat))
    ways = {
        "matbench, an index of ours": (None, lambda name: ours(options, file, name)),
        "helpers.bulk, flat_object": (FLAT, lambda name: bulk(client, payloads, name)),
        "matbench, flat_object": (FLAT, lambda name: ours(options, file, name)),
        "helpers.bulk, the mapping of ours": ({"mappings": mappings}, lambda name: bulk(client, payloads, name)),
        f"one by one (a sample of {options.one_by_one}, scaled)": (FLAT, lambda name: one_by_one(client, payloads, name, options.one_by_one)),
    }
    times = {way: [] for way in ways}
    for _ in range(options.repeat):
        for way, (body, put) in ways.items():
            with Index(client, body) as name:
                times[way].append(put(name))
                found = client.count(index=name)["count"]
                assert found == (options.one_by_one if way.startswith("one by one") else len(payloads)), (way, found)
    base = statistics.median(times["matbench, an index of ours"])
    for way, seconds in times.items():
        median = statistics.median(seconds)
        print(f"{way:45} {median:8.2f} s  (least {min(seconds):.2f})  {median / base:7.2f} x matbench")
    print(f"{'matbench again: all there already':45} {again:8.2f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True, help="a server that needs no login")
    parser.add_argument("--matbench", type=pathlib.Path, default=ROOT / "build/release/cmd/matbench")
    parser.add_argument("--payloads", type=int, default=5000)
    parser.add_argument("--bytes", type=int, default=3000, help="of a payload as JSON")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--one-by-one", type=int, default=200)
    options = parser.parse_args()
    chance = random.Random(1)
    payloads = [payload(i, options.bytes, chance) for i in range(options.payloads)]
    client = opensearchpy.OpenSearch(options.url, timeout=120)
    with tempfile.TemporaryDirectory() as place:
        file = pathlib.Path(place) / "payloads.json"
        file.write_text(json.dumps(payloads))
        print(f"{len(payloads)} payloads of {len(json.dumps(payloads)) // len(payloads)} bytes, {os.cpu_count()} cores, medians of {options.repeat}")
        run(options, client, payloads, file)


if __name__ == "__main__":
    main()
