#!/usr/bin/env python3
"""Makes trees of fine-tuning tests for the tests of commands. OUT must be empty or absent.

make.py one OUT                    one good test
make.py nights OUT N               one configuration and version, N nights, each its own root OUT/night-K (K = 1 … N)
make.py many OUT N                 N small good tests in one root, all settings different
make.py releases OUT v1.2 v1.10 …  one root OUT/<version> per version, a week apart, in the order given
make.py odd OUT KIND               000__good, and beside it what KIND says (make.py odd --list)

Tests lie in <root>/000__matbenchmarking/fine-tuning/. The same arguments give the same bytes, so two trees of the same
version, job and day have the same UUIDs. The files of a test come from the shipped example's generator.
"""
import argparse
import dataclasses
import datetime
import itertools
import math
import pathlib
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "workloads/fine_tuning/example")]
import generate  # noqa: E402
import odd  # noqa: E402
import topsail_test as topsail  # noqa: E402
from topsail_test import seconds  # noqa: E402

JOBS = {job.name: job for job in generate.JOBS}


def run_of(version, start):
    return topsail.Run(version.replace("/", "_"), start)


def write_test(root, job, run, start, directory, rate=None):
    files = topsail.test_files(job, run, start, directory, rate)
    topsail.write_files(pathlib.Path(root, run.results, directory), files)


def one(args):
    write_test(args.out, JOBS[args.job], run_of(args.version, args.start), args.start, f"000__{args.job}")


def timeline(args, labels, step):
    """One root per label: [(directory, version)]; `step` apart, the last one worse by args.last_worse."""
    job = JOBS[args.job]
    rates = generate.series(f"{args.seed} {job.name}", job.tokens_per_second, args.noise, len(labels), args.last_worse)
    for i, ((directory, version), rate) in enumerate(zip(labels, rates)):
        start = args.start + i * step + seconds(topsail.Dice(f"{args.seed} minute {i}").below(1800))
        # a setting of its own, so that OUT can also be read as one root
        named = dataclasses.replace(job, extra_settings=(("root", directory),))
        write_test(args.out / directory, named, run_of(version, start), start, f"000__{job.name}", rate)


def nights(args):
    timeline(args, [(f"night-{k}", args.version) for k in range(1, args.n + 1)], datetime.timedelta(days=1))


def releases(args):
    timeline(args, [(v.replace("/", "_"), v) for v in args.versions], datetime.timedelta(days=7))


def different_jobs(count):
    """Jobs with settings of their own; from the 241st on they repeat but for the setting `repetition`."""
    cells = itertools.product(range(10_000), (512, 1024, 2048, 4096), (1, 2, 4, 8, 16), (1, 2, 4, 8), generate.JOBS)
    for repetition, length, batch, gpu, base in itertools.islice(cells, count):
        extra = (("repetition", repetition),) if repetition else ()
        rate = base.tokens_per_second * gpu / base.gpu * math.sqrt(512 / length)
        yield dataclasses.replace(base, gpu=gpu, batch=batch, max_seq_length=length, progress=2, extra_settings=extra,
                                  tokens_per_second=rate)


def many(args):
    run = run_of(args.version, args.start)
    width = max(3, len(str(args.n - 1)))
    for i, job in enumerate(different_jobs(args.n)):
        start = args.start + i * seconds(600)
        write_test(args.out, job, run, start, f"{i:0{width}d}__{job.name}")


def parse_arguments(argv):
    def day(text):
        return datetime.datetime.strptime(text, "%Y-%m-%d") + datetime.timedelta(hours=2)

    def options(*declared):
        parent = argparse.ArgumentParser(add_help=False)
        for name, keywords in declared:
            parent.add_argument(name, **keywords)
        return parent

    start = options(("--start", dict(type=day, default=day("2025-03-03"), help="YYYY-MM-DD; the first test is after 02:00")))
    version = options(("--version", dict(default="v1.0.0", help="image tag")))
    job = options(("--job", dict(choices=sorted(JOBS), default="granite-3b-full")))
    line = options(("--last-worse", dict(type=float, help="the last does exactly this part less than the others' median "
                                                          "throughput (negative: more); default: no change")),
                   ("--noise", dict(type=float, default=0.01, help="relative standard deviation")),
                   ("--seed", dict(type=int, default=1)))
    out = ("out", dict(type=pathlib.Path))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    table = (
        ("one", one, [job, version, start], (out,)),
        ("nights", nights, [job, version, start, line], (out, ("n", dict(type=int)))),
        ("many", many, [version, start], (out, ("n", dict(type=int)))),
        ("releases", releases, [job, start, line], (out, ("versions", dict(nargs="+")))),
        ("odd", odd.make, [version, start], (("--list", dict(action="store_true", help="prints the kinds")),
                                             ("out", dict(type=pathlib.Path, nargs="?")),
                                             ("kind", dict(choices=sorted(odd.KINDS), metavar="KIND", nargs="?")))),
    )
    for name, function, parents, arguments in table:
        command = commands.add_parser(name, parents=parents)
        command.set_defaults(function=function)
        for argument, keywords in arguments:
            command.add_argument(argument, **keywords)
    return parser, parser.parse_args(argv)


def main(argv=None):
    parser, args = parse_arguments(argv)
    if getattr(args, "list", False):
        print(odd.listing(), end="")
        return 0
    if not args.out or getattr(args, "kind", "") is None:
        parser.error("OUT or KIND is missing")
    args.out = args.out.resolve()
    if args.out.exists() and any(args.out.iterdir()):
        parser.error(f"{args.out} is not empty")
    args.out.mkdir(parents=True, exist_ok=True)
    args.function(args)
    return 0


if __name__ == "__main__":
    sys.exit(main())
