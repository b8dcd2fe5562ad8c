#!/usr/bin/env python3
"""Downloads an index with matbench and with the Python client (helpers.scan), and compares 50 entries with it; prints times and memory.

    bench/opensearch_download.py [--payloads 100000] [--entries 50] [--repeat 3] [--server http://127.0.0.1:9200] [--keep]

Payloads of about 3 KB: tools/gen_fine_tuning.py of the shared material ($MB_SHARED, by default ../shared) makes tests, matbench parses
them, and each payload becomes many that differ in their identity, time, numbers and one label. They go into two indexes: as the
Python tool makes it, and one of ours. Without --server the servers of the tests are used (tests/servers/servers.py start
--keep). OPENSEARCH_PYTHON is a Python that has opensearch-py; by default the one that runs this.
"""
import argparse
import hashlib
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("MB_SHARED", ROOT.parent / "shared"))
MATBENCH = pathlib.Path(os.environ.get("MATBENCH", ROOT / "build/release/cmd/matbench"))
PYTHON = os.environ.get("OPENSEARCH_PYTHON", sys.executable)
FLAT = {name: {"type": "flat_object"} for name in ("metadata", "results", "kpis", "regression_results")}
WORKLOAD = f"--workload={ROOT}/workloads/fine_tuning"

# What the Python tool does with each hit, but with helpers.scan: its own search ends at 10,000.
THEIRS = """
import json, pathlib, sys
from opensearchpy import OpenSearch, helpers
client = OpenSearch(hosts=[sys.argv[1]], timeout=60, http_compress=True)
folder = pathlib.Path(sys.argv[3])
folder.mkdir()
for hit in helpers.scan(client, index=sys.argv[2], size=1000):
    with open(folder / f"{sys.argv[2]}_{hit['_id']}.json", "w") as file:
        json.dump(hit["_source"], file, indent=4)
        print("", file=file)
"""


def measure(command):
    """(wall seconds, MB at most)"""
    start = time.monotonic()
    # a small process between: what is forked counts the memory of the process that forked it
    code = ("import os,sys; p=os.posix_spawnp(sys.argv[1],sys.argv[1:],os.environ,file_actions=[(os.POSIX_SPAWN_OPEN,1,os.devnull,os.O_WRONLY,0)]);"
            "_,s,u=os.wait4(p,0); print(os.waitstatus_to_exitcode(s),u.ru_maxrss)")
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code, *map(str, command)], stdout=subprocess.PIPE, check=True, text=True)
    code, memory = done.stdout.split()
    if code not in ("0", "1"):
        sys.exit(f"{' '.join(map(str, command))[:300]} ended with {code}")
    return time.monotonic() - start, int(memory) / 1024


def call(server, method, path, body=None):
    data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(server + path, data, {"Content-Type": "application/x-ndjson"} if isinstance(body, bytes) else
                                     {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def variants(made, n):
    """About 3 KB each. Each entry has a hundred of them that it is compared with; the others have one label more."""
    configurations = n // 100 // len(made) + 1
    for i in range(n):
        payload = json.loads(made[i % len(made)])
        metadata = payload["metadata"]
        metadata["config"] = metadata.get("config", "")[:300]
        payload["kpis"] = dict(list(payload["kpis"].items())[:4])
        for kpi in payload["kpis"].values():  # their labels are what makes a payload large
            for key in metadata["settings"].keys() & kpi.keys():
                del kpi[key]
        if i // len(made) % configurations:
            metadata["settings"]["configuration"] = f"c{i // len(made) % configurations}"
        metadata["test_uuid"] = str(uuid.UUID(int=i + 1, version=4))
        metadata["start"] = f"{2020 + i * 5 // n}-{1 + i // 28 % 12:02}-{1 + i % 28:02}T{i % 24:02}:{i % 60:02}:00"
        metadata["settings"]["run_id"] = metadata["test_uuid"]
        payload["results"]["train_runtime"] = 90 + i / 7
        yield metadata["test_uuid"], payload


def fill(server, index, made, n):
    call(server, "PUT", f"/{index}", {"mappings": {"properties": FLAT}, "settings": {"index": {"number_of_shards": 4}}})
    lines = []
    for number, (identity, payload) in enumerate(variants(made, n), 1):
        lines += [json.dumps({"index": {"_id": identity}}), json.dumps(payload)]
        if number % 1000 == 0 or number == n:
            said = call(server, "POST", f"/{index}/_bulk", "\n".join(lines + [""]).encode())
            if said["errors"]:
                sys.exit(str(said)[:1000])
            lines = []
    call(server, "POST", f"/{index}/_refresh")
    return len(json.dumps(payload))


def rows(args, folder, names):
    uri = {name: f"opensearch+{args.server}/{index}" for name, index in names.items()}
    python = names["foreign"]
    for turn in range(args.repeat):
        yield "download, foreign", measure([MATBENCH, "download_lts", f"--history={uri['foreign']}", f"--lts_results_dirname={folder}/a{turn}"])
        yield "download, ours", measure([MATBENCH, "download_lts", f"--history={uri['own']}", f"--lts_results_dirname={folder}/b{turn}"])
        if not args.ours:
            yield "download, Python's helpers.scan", measure([PYTHON, "-c", THEIRS, args.server, python, f"{folder}/c{turn}"])
        for name, place in dict(uri, folder=f"dir:{folder}/b{turn}").items():
            yield f"analysis of {args.entries} entries, {name}", measure(
                [MATBENCH, "analyze_lts", WORKLOAD, f"--results_dirname={folder}/tree", f"--history={place}", "--fail_on=none",
                 f"--verdicts_dest={folder}/{name}.json", f"--summary_yaml_dest={folder}/{name}.yaml", f"--report_dest={folder}/{name}.html",
                 "--log_level=error"])


def make(args, folder):
    run = lambda *command: subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL)
    run("/usr/bin/python3", SHARED / "tools/gen_fine_tuning.py", folder / "tree", args.entries, "--config", "small")
    run(MATBENCH, "parse", WORKLOAD, f"--results_dirname={folder}/tree", f"--output_lts={folder}/lts.json", "--log_level=error")
    return [json.dumps(payload) for payload in json.loads((folder / "lts.json").read_text())]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--payloads", type=int, default=100000)
    parser.add_argument("--entries", type=int, default=50)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--server")
    parser.add_argument("--ours", action="store_true", help="without the Python client")
    parser.add_argument("--keep", action="store_true", help="leave the indexes there")
    args = parser.parse_args()
    if not args.server:
        sys.path.insert(0, str(ROOT / "tests/servers"))
        import places
        args.server = places.state()["opensearch"]
    names = {"foreign": f"osread-bench-{os.getpid()}-foreign", "own": f"osread-bench-{os.getpid()}-own"}
    with tempfile.TemporaryDirectory(prefix="mb-bench-") as place:
        folder = pathlib.Path(place)
        made = make(args, folder)
        try:
            size = fill(args.server, names["foreign"], made, args.payloads)
            print(f"{args.payloads} payloads of {size} bytes; {args.entries} entries")
            seconds, memory = measure([MATBENCH, "export", f"--from=opensearch+{args.server}/{names['foreign']}",
                                       f"--to=opensearch+{args.server}/{names['own']}", "--workload_name=fine_tuning"])
            print(f"{'copy, foreign to ours':42} {seconds:7.2f} s {memory:7.1f} MB")
            table = {}
            for name, row in rows(args, folder, names):
                table.setdefault(name, []).append(row)
            for name in *names, "folder":
                verdict = re.sub(rb'"where": "[^"]*"', b"", (folder / f"{name}.json").read_bytes())
                print(f"verdicts with {name}: {hashlib.sha256(verdict).hexdigest()[:16]}")
            for name, found in table.items():
                print(f"{name:42} {statistics.median(s for s, _ in found):7.2f} s {max(m for _, m in found):7.1f} MB")
        finally:
            if not args.keep:
                for index in names.values():
                    try:
                        call(args.server, "DELETE", f"/{index}")
                    except OSError:
                        pass


if __name__ == "__main__":
    main()
