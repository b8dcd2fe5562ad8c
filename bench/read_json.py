#!/usr/bin/env python3
"""bench/read_json.py — reading big JSON: read_json (one number of each record selected) and Python's json.load, in turns, on one
string-heavy and one number-heavy document of the given size.

    cmake --preset release && cmake --build build/release --target read_json
    bench/read_json.py build/release/tests/read_json [--megabytes 50] [--rounds 5] [--program]

--program: the first argument is matbench itself, whose command `query` is run. Prints for each document the seconds of both (the
best of all rounds; ours with the start of the process), their ratio, and the largest resident set of ours. On a busy machine the
processor time tells more.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time

WORDS = "the model answers with tokens that nobody reads, \"quoted\" words\n and naïve — Unicode 你好 text; latency matters".split(" ")


def strings(path, size, rng):
    """As llm-load-test writes its output: long prompts and answers, a few numbers each. Returns the selected path and its sum."""
    total = count = 0
    with open(path, "w") as out:
        out.write('{"results": [')
        while out.tell() < size:
            text = " ".join(rng.choice(WORDS) for _ in range(rng.randrange(60, 200)))
            ttft = rng.randrange(10**4, 10**6) / 1000
            total += ttft
            record = {"user_id": count % 16, "input_text": text, "output_text": " ".join(rng.choice(WORDS) for _ in range(80)),
                      "input_tokens": rng.randrange(500), "output_tokens": rng.randrange(500), "start_time": 1700000000.1 + count,
                      "end_time": 1700000009.1 + count, "ttft": ttft, "itl": [rng.random() for _ in range(3)], "error_text": None}
            out.write((", " if count else "") + json.dumps(record, ensure_ascii=count % 2 == 0))
            count += 1
        out.write('], "summary": {"count": %d}}' % count)
    return "$.results[*].ttft", count, total


def numbers(path, size, rng):
    total = count = 0
    with open(path, "w") as out:
        out.write('{"samples": [')
        while out.tell() < size:
            value = rng.random() * 10 ** rng.randrange(6)
            total += value
            record = {"t": 1700000000 + count, "v": value,
                      "x": [rng.random() if rng.random() < 0.7 else rng.randrange(10**9) for _ in range(12)]}
            out.write((", " if count else "") + json.dumps(record))
            count += 1
        out.write("]}")
    return "$.samples[*].v", count, total


PYTHON = """
import json, sys, time
start, used = time.perf_counter(), time.process_time()
with open(sys.argv[1]) as file:
    json.load(file)
print(time.perf_counter() - start, time.process_time() - used)
"""


def run(command):
    start = time.perf_counter()
    read, write = os.pipe()
    process = subprocess.Popen(command, stdout=write)
    os.close(write)
    with os.fdopen(read) as out:
        text = out.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        sys.exit(f"{command}: status {status}")
    return text, (seconds, usage.ru_utime + usage.ru_stime), usage.ru_maxrss / 1024


def measure(name, path, selected, arguments):
    want, count, total = selected
    ours, theirs, resident = [], [], 0
    command = [arguments.program_path, "query", want, path] if arguments.program else [arguments.program_path, path, want]
    for _ in range(arguments.rounds):
        text, seconds, rss = run(command)
        ours.append(seconds)
        resident = max(resident, rss)
        values = [int(text.split()[0]), float(text.split()[1])] if not arguments.program else [len(json.loads(text)), sum(json.loads(text))]
        if values[0] != count or abs(values[1] - total) > 1e-6 * total:
            sys.exit(f"{name}: {values} selected, expected {count} with the sum {total}")
        theirs.append([float(word) for word in run([sys.executable, "-c", PYTHON, path])[0].split()])
    megabytes = os.path.getsize(path) / 1e6
    (wall, cpu), (their_wall, their_cpu) = (map(min, zip(*rows)) for rows in (ours, theirs))
    print(f"{name:8} {megabytes:5.1f} MB, {resident:.1f} MB resident: {wall:.3f} s ({cpu:.3f} of processor time, {megabytes / cpu:.0f} MB/s), "
          f"json.load {their_wall:.3f} s ({their_cpu:.3f}): {their_wall / wall:.1f} times as fast ({their_cpu / cpu:.1f} by processor time)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program_path", metavar="PROGRAM")
    parser.add_argument("--megabytes", type=float, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--program", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name, make in (("strings", strings), ("numbers", numbers)):
            path = os.path.join(folder, name + ".json")
            measure(name, path, make(path, arguments.megabytes * 1e6, random.Random(5)), arguments)


if __name__ == "__main__":
    main()
