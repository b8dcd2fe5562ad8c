#!/usr/bin/env python3
"""Makes the example beside this file: history/<release>/ and newest/, and the figures in README.md.

generate.py           writes the tree and README.md's figures
generate.py --check   compares what is there with what it would write; 1 when they differ

Nine releases of one container image, three configurations each. In the newest release one configuration is slower.
Python 3.9 or newer, standard library only.
"""
import argparse
import dataclasses
import datetime
import math
import pathlib
import shutil
import statistics
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import topsail_test as topsail  # noqa: E402
from topsail_test import Dice, Job, Run, CAPTURE, seconds  # noqa: E402

LORA = ("q_proj", "k_proj", "v_proj", "o_proj")
JOBS = (
    Job("granite-3b-full", "ibm-granite/granite-3b-code-instruct", gpu=1, batch=4, max_seq_length=1024,
        tokens_per_second=4112.0),
    Job("granite-8b-lora", "ibm-granite/granite-8b-code-base", gpu=2, batch=4, max_seq_length=2048,
        tokens_per_second=5864.0, lora=(16, 32, 0.05, LORA), padding=1.58, first_loss=1.46, last_loss=1.04),
    Job("mistral-7b-lora", "mistralai/Mistral-7B-v0.3", gpu=4, batch=8, max_seq_length=2048, tokens_per_second=12930.0,
        lora=(4, 16, 0.1, LORA[:3]), total_tokens=6_716_602, longest_sample=1034, padding=2.07, first_loss=1.31,
        last_loss=0.88),
)
NOISE = {"granite-3b-full": 0.007, "granite-8b-lora": 0.009, "mistral-7b-lora": 0.012}   # standard deviation, relative
SLOWER = "granite-8b-lora"
LOSS = 0.12       # the slower one does (1 - LOSS) of its median throughput in the history
QUIET = 0.6       # the newest values of the others lie within this many standard deviations


def release(tag, day, hour, ocp, rhoai, name, created, pull=None):
    start = datetime.datetime.strptime(f"{day} {hour}", "%Y-%m-%d %H:%M:%S")
    return Run(tag, start, ocp, rhoai, name, created, pull)


# In text order v2.10.0 and v2.11.0 would come before v2.3.0.
RELEASES = (
    release("v2.3.0", "2024-11-19", "05:12:44", "4.16.19", "2.15.0", "rc2", "2024-11-07T10:41:05Z"),
    release("v2.4.0", "2024-12-12", "05:10:09", "4.16.27", "2.16.0", "rc1", "2024-12-03T08:17:33Z"),
    release("v2.5.0", "2025-01-21", "14:36:51", "4.17.9", "2.16.1", "rc1", "2025-01-14T16:02:20Z", 684),
    release("v2.6.0", "2025-02-18", "05:11:30", "4.17.12", "2.17.0", "rc3", "2025-02-10T11:55:48Z"),
    release("v2.7.0", "2025-03-25", "05:14:02", "4.17.21", "2.18.0", "rc2", "2025-03-17T09:30:11Z"),
    release("v2.8.0", "2025-04-29", "05:09:57", "4.18.8", "2.19.0", "rc1", "2025-04-22T12:44:36Z"),
    release("v2.9.0", "2025-06-03", "20:48:15", "4.18.14", "2.20.0", "rc2", "2025-05-27T07:08:59Z", 751),
    release("v2.10.0", "2025-07-08", "05:13:26", "4.18.19", "2.21.0", "rc1", "2025-06-30T15:20:07Z"),
    release("v2.11.0", "2025-08-19", "05:12:08", "4.19.7", "2.22.0", "rc2", "2025-08-11T10:12:42Z"),
)


def standard_noise(key, count):
    """`count` draws, scaled to mean 0 and standard deviation 1: the first ones that look like noise, with no trend
    (lag-1 correlation near that of independent values) and, when they are few, nothing beyond 1.7 deviations."""
    if count < 2:
        return [0.0] * count
    for attempt in range(10_000):
        dice = Dice(f"{key} {attempt}")
        draws = [dice.normal() for _ in range(count)]
        mean = math.fsum(draws) / count
        deviation = math.sqrt(math.fsum((d - mean) ** 2 for d in draws) / (count - 1))
        draws = [(d - mean) / deviation for d in draws]
        lag = math.fsum(a * b for a, b in zip(draws, draws[1:])) / count
        if count < 5 or (abs(lag + 1 / count) < 0.15 and (count > 20 or max(map(abs, draws)) < 1.7)):
            return draws
    raise ValueError(f"no noise of {count} values for {key}")


def series(key, level, noise, count, loss=None):
    """`count` rates around `level` with a relative standard deviation of `noise`, the newest last.

    With `loss` the newest is exactly that much below the median of the others, else within QUIET deviations."""
    history = [level * (1 + noise * z) for z in standard_noise(f"noise {key}", count - 1)]
    if loss is not None and history:
        return history + [(1 - loss) * statistics.median(history)]
    draw = Dice(f"newest {key}").normal()
    return history + [level * (1 + noise * max(-QUIET, min(QUIET, draw)))]


def rates(job):
    """Dataset tokens/s of each release, the newest last."""
    loss = LOSS if job.name == SLOWER else None
    return series(job.name, job.tokens_per_second, NOISE[job.name], len(RELEASES), loss)


def results(job, rate):
    """The values that the workload derives, from what the log says."""
    figs = topsail.figures(job, rate)
    tokens = job.total_tokens / figs.train_runtime
    return {
        "train_tokens_per_second": figs.train_tokens_per_second * job.gpu,
        "dataset_tokens_per_second": tokens,
        "dataset_tokens_per_second_per_gpu": tokens / job.gpu,
        "train_tokens_per_gpu_per_second": figs.train_tokens_per_second,
        "gpu_hours_per_million_tokens": 1e6 / tokens / 3600 * job.gpu,
        "train_samples_per_second": figs.train_samples_per_second,
        "train_runtime": figs.train_runtime,
        "train_steps_per_second": figs.train_steps_per_second,
    }


# --- the tree

def odd_tests(run, start):
    """Tests of the newest release that give no payload: {directory: files}. Their settings differ from all others'."""
    def variant(number, name, base, **changes):
        job = dataclasses.replace(base, name=name, **changes)
        directory = f"{number:03d}__{name}"
        return job, directory, topsail.test_files(job, run, start + seconds(3600 * (number - 3)), directory)

    job, stopped, files = variant(3, "granite-8b-full", JOBS[1], gpu=8, lora=None, tokens_per_second=13800.0)
    out = {stopped: topsail.cancelled(files, job, run, start)}
    _, skipped, files = variant(4, "granite-3b-full-2gpu", JOBS[0], gpu=2, tokens_per_second=7650.0)
    files["skip"] = "another job used the GPUs: measured again as 000__granite-3b-full\n"
    out[skipped] = files
    _, broken, files = variant(5, "mistral-7b-full", JOBS[2], gpu=8, lora=None, tokens_per_second=15120.0)
    nodes = files[f"{CAPTURE}/nodes.json"]
    files[f"{CAPTURE}/nodes.json"] = nodes[:len(nodes) // 2]
    out[broken] = files
    _, running, files = variant(6, "mistral-7b-lora-r16", JOBS[2], lora=(16, 32, 0.1, LORA[:3]))
    done = ("settings.yaml", ".uuid", "config.yaml", CAPTURE)
    files = {path: text for path, text in files.items() if path.startswith(done)}
    files["run.log"] = f"Running the test 'mistral-7b-lora-r16' with {run.image}:{run.image_tag}\n"
    out[running] = files
    return out


def tree():
    """{path relative to this directory: text}"""
    out = {}
    rate_of = {job.name: rates(job) for job in JOBS}
    for number, run in enumerate(RELEASES):
        newest = run is RELEASES[-1]
        root = ("newest" if newest else f"history/{run.image_tag}") + "/" + run.results
        start = run.start
        tests = {}
        for position, job in enumerate(JOBS):
            directory = f"{position:03d}__{job.name}"
            rate = rate_of[job.name][number]
            tests[directory] = topsail.test_files(job, run, start, directory, rate)
            start += seconds(int(job.total_tokens / rate) + 260)
        if newest:
            tests |= odd_tests(run, start)
        for directory, files in tests.items():
            out |= {f"{root}/{directory}/{path}": text for path, text in files.items()}
    return out


# --- README.md

BEGIN, END = "<!-- figures: written by generate.py -->\n", "<!-- end of figures -->\n"


def figures_text():
    lines = [f"`{SLOWER}` in `{RELEASES[-1].image_tag}` against the eight releases before:\n",
             "| KPI | median of the history | lowest … highest | newest | change |", "|---|---|---|---|---|"]
    job = next(j for j in JOBS if j.name == SLOWER)
    values = [results(job, rate) for rate in rates(job)]
    for kpi in values[0]:
        history, new = [v[kpi] for v in values[:-1]], values[-1][kpi]
        mid = statistics.median(history)
        lines.append(f"| `{kpi}` | {mid:.4f} | {min(history):.4f} … {max(history):.4f} | {new:.4f} "
                     f"| {100 * (new / mid - 1):+.2f} % |")
    lines += ["\n`dataset_tokens_per_second` of all three:\n",
              "| configuration | median of the history | its standard deviation | newest | change |", "|---|---|---|---|---|"]
    for job in JOBS:
        values = [results(job, rate)["dataset_tokens_per_second"] for rate in rates(job)]
        mid, spread = statistics.median(values[:-1]), statistics.stdev(values[:-1]) / statistics.fmean(values[:-1])
        lines.append(f"| `{job.name}` | {mid:.1f} | {100 * spread:.2f} % | {values[-1]:.1f} "
                     f"| {100 * (values[-1] / mid - 1):+.2f} % |")
    return "\n".join(lines) + "\n"


def readme(text):
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        sys.exit("README.md: the two comment lines around the figures are gone")
    before, rest = text.split(BEGIN)
    return before + BEGIN + figures_text() + END + rest.split(END)[1]


# --- writing and checking

def present():
    """{path: text} of what is on disk, parse caches aside; a link or an unreadable file shows as a difference."""
    out = {}
    for top in ("history", "newest"):
        for path in sorted((HERE / top).rglob("*")):
            if path.is_symlink() or not (path.is_dir() or path.name.startswith(".matbench-cache")):
                text = "a link" if path.is_symlink() else path.read_bytes().decode(errors="replace")
                out[path.relative_to(HERE).as_posix()] = text
    return out


def check(wanted):
    found = present()
    found["README.md"] = (HERE / "README.md").read_bytes().decode()
    bad = [p for p in sorted(wanted.keys() | found.keys()) if wanted.get(p) != found.get(p)]
    for path in bad:
        what = "missing" if path not in found else "not made by generate.py" if path not in wanted else "differs"
        print(f"{path}: {what}", file=sys.stderr)
    if bad:
        print(f"{len(bad)} of {len(wanted)} files differ; run {HERE / 'generate.py'}", file=sys.stderr)
    return 1 if bad else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    wanted = tree() | {"README.md": readme((HERE / "README.md").read_bytes().decode())}
    if args.check:
        return check(wanted)
    for top in ("history", "newest"):
        shutil.rmtree(HERE / top, ignore_errors=True)
    topsail.write_files(HERE, wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
