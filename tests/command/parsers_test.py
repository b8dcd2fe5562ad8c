"""Lines, tables, sections and patterns of files through the program: samples of real tools against Python's readers, and what would
take all memory or time."""
import configparser
import csv
import gzip
import itertools
import json
import os
import pathlib
import sys
import unittest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
import support  # noqa: E402

DATA = support.SHARED / "data"
SANITIZED = support.SANITIZED  # its shadow memory counts, too


class Case(support.ParsingTest):
    def parse(self, parsers, megabytes=0):
        """What the parsers gave, and the log. With `megabytes` it may not have used more memory than that; what this process has
        counts, too, until the program is there, so it must be less."""
        (self.place / "w").mkdir(exist_ok=True)
        (self.place / "w/workload.yaml").write_text("workload: w\nlts: none\nparse_once:\n" + "".join("  %s\n" % p for p in parsers))
        out, log = self.place / "matrix.json", self.place / "log"
        command = [support.MATBENCH, "parse", "--workload=w", "--results_dirname=results", "--output_matrix=%s" % out]
        code, memory = support.measured(command, log, env=support.environment({"MATBENCH_STORE_IGNORE_CACHE": "y"}), cwd=self.place)
        said = log.read_text()
        self.assertIn(code, (0, 101), said)
        self.assertNotIn("Sanitizer", said)
        if megabytes and not SANITIZED:
            self.assertLess(memory, megabytes * 1024, "memory in KB")
        return json.loads(out.read_text())[0]["results"] if out.exists() else None, said

    def value(self, parser, name="v"):
        results, log = self.parse(["%s: {%s}" % (name, parser)])
        self.assertNotIn("WARNING", log.replace("read, but not among", ""), log)
        return results[name]


class Samples(Case):
    def copy(self, path, name=None):
        (self.test / (name or path.name)).write_bytes(path.read_bytes())

    def test_csv_samples(self):
        files = [p for p in sorted(DATA.glob("*/*.csv")) if p.parent.name in ("perf_analyzer", "traccc", "smartsim") and "custom" not in p.name]
        self.assertEqual(len(files), 8, files)
        for path in files:
            self.copy(path, "x.csv")
            with open(path, newline="") as text:
                expected = [{k: v for k, v in row.items() if k is not None} for row in csv.DictReader(text)]
            got, _ = self.parse(["v: {csv: x.csv, types: text}"])
            self.assertEqual(got["v"], expected, path)
            got, _ = self.parse(["v: {csv: x.csv, as: columns}"])
            for name, values in got["v"].items():
                for value, row in zip(values, expected, strict=True):
                    text = row[name]
                    self.assertEqual(value, None if text in ("", "NaN") else number(text), (path, name))

    def test_comments(self):
        for name in ("dcgm-metrics.csv", "well-known.csv"):
            self.copy(DATA / "topsail" / name)
            lines = [line for line in (DATA / "topsail" / name).read_text().splitlines() if line and not line.startswith("#")]
            expected = [[cell.strip(" \t") for cell in row] for row in csv.reader(lines)]
            width = max(len(row) for row in expected)
            got = self.value("csv: %s, header: false, comment: '#', trim: true, types: text, ragged: true" % name)
            self.assertEqual((got, width >= 3), (expected, True), name)

    def test_run_cfg(self):
        files = sorted(DATA.glob("smartsim/*.run.cfg"))
        self.assertEqual(len(files), 7)
        for path in files:
            self.copy(path, "run.cfg")
            parser = configparser.ConfigParser(strict=False)
            parser.read(path)
            got = self.value("ini: run.cfg, strict: false")
            self.assertEqual(got, {name: dict(parser.items(name)) for name in parser.sections()}, path)
        types = "{client_nodes: python, language: python, wall_time: duration, iterations: int, client_per_node: python}"
        self.copy(DATA / "smartsim/inference-standard-scaling.run.cfg", "run.cfg")
        got = self.value("ini: run.cfg, types: %s" % types)
        self.assertEqual(got["attributes"]["client_nodes"], [25, 50, 75, 100])
        self.assertEqual((got["run"]["language"], got["attributes"]["wall_time"], got["attributes"]["iterations"]), (["cpp", "fortran"], 54000.0, 100))

    def test_rank_timings(self):
        for rank in range(12):
            rows = ["%d,client(),0.5" % rank] + ["%d,%s,%g" % (rank, f, rank + i / 8) for i in range(3) for f in ("put_tensor", "unpack_tensor")]
            text = "\n".join(rows) + "\n"
            if rank % 2:
                (self.test / ("rank_%d_timing.csv.gz" % rank)).write_bytes(gzip.compress(text.encode()))
            else:
                (self.test / ("rank_%d_timing.csv" % rank)).write_text(text)
        got = self.value("csv: {glob: 'rank_*_timing.csv*', join: true}, header: [rank, function, seconds], as: columns")
        self.assertEqual(sorted(set(got["rank"])), list(range(12)))
        self.assertEqual(sum(s for s, f in zip(got["seconds"], got["function"]) if f == "put_tensor"), sum(rank + i / 8 for rank in range(12) for i in range(3)))
        got = self.value("csv: {glob: 'rank_*_timing.csv*'}, header: [rank, function, seconds], keep: count")
        self.assertEqual(len(got), 12)
        self.assertEqual(set(got.values()), {7})

    def test_perf_analyzer_log(self):
        self.copy(DATA / "perf_analyzer/stdout_triton_quick_start.log", "out.log")
        got = self.value(r"lines: out.log, match: '^(?:# )?Concurrency: (?<users>\d+), throughput: (?<rate>[\d.]+) infer/sec, latency (?<us>\d+) usec',"
                         " types: {users: int, rate: float, us: int}")
        self.assertTrue(got and all(isinstance(row["users"], int) and isinstance(row["rate"], float) and row["us"] > 0 for row in got), got)


def number(text):
    try:
        return int(text) if str(int(text)) == text else text
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


class Hostile(Case):
    def write(self, name, pieces, size):
        """A file of about `size` bytes of the pieces, over and over."""
        pieces = [p.encode() for p in pieces]
        block = b"".join(itertools.islice(itertools.cycle(pieces), max(1, (1 << 20) // sum(map(len, pieces)) * len(pieces))))
        with open(self.test / name, "wb") as out:
            for _ in range(size // len(block)):
                out.write(block)
        return (size // len(block)) * block.count(pieces[0])

    def broken(self, parser, message, megabytes=0):
        results, log = self.parse(["v: {%s}" % parser], megabytes)
        self.assertIn(message, log)
        self.assertEqual(log.count("\n"), len(log.splitlines()))

    def test_long_lines(self):
        with open(self.test / "one", "wb") as out:
            out.truncate(1 << 30)  # a line of 1 GB, which takes no room on the disk
        for parser in ("lines: one, match: x", "csv: one", "ini: one", "jsonl: one"):
            self.broken(parser, "one: a %s is longer than 64 MB (from byte 0 on)" % ("row" if "csv" in parser else "line"), 300)
            os.truncate(self.test / "one", 70 << 20)
        with open(self.test / "open", "wb") as out:
            out.write(b'a,b\n1,"')
            for _ in range(66):
                out.write(b"x\n" * (1 << 19))
        self.broken("csv: open", "open: a row is longer than 64 MB (from byte 4 on)", 300)
        self.write("begun", ["BEGIN of something\n", "x" * 997 + "\n"], 1 << 20)
        with open(self.test / "begun", "ab") as out:
            out.truncate(100 << 20)
        self.broken("between: begun, start: something, end: done", "begun: what begins with the start mark is longer than 64 MB", 300)

    def test_large_log(self):
        n = self.write("pod.log", ["{'loss': 0.5, 'epoch': 1.25}\n"] + ["%d%%|####| 10/100\r" % i for i in range(20)], 60 << 20)
        results, _ = self.parse(["last: {lines: pod.log, match: \"([{]'loss'.*[}])\", as: python, keep: last}",
                                 "n: {lines: pod.log, match: loss, keep: count}", "one: {between: pod.log, start: \"{'loss': \", end: ',', as: number, keep: last}"], 40)
        self.assertEqual((results["n"], results["one"], results["last"]), (n, 0.5, {"loss": 0.5, "epoch": 1.25}))

    def test_slow_pattern(self):
        (self.test / "slow").write_text("fine\n" + "a" * 5000 + "!\n")
        self.broken("lines: slow, match: '^(a+)+$'", "slow:2: pattern needs too many steps; the pattern is at ")

    def test_many_values(self):
        self.write("many.csv", ["1,2,3\n"], 10 << 20)
        self.broken("csv: many.csv, header: false", "more than 4000000 values; columns: [NAME…] keeps only those that are asked for", 1200)
        results, _ = self.parse(["v: {csv: many.csv, header: [a, b, c], columns: [b], keep: last}"], 60)
        self.assertEqual(results["v"], {"b": 2})

    def test_ini_that_grows(self):
        names = "".join("n%d = %s\n" % (i, ("%%(n%d)s" % (i + 1)) * 40) for i in range(9))
        (self.test / "x.cfg").write_text("[a]\n" + names + "n9 = x\n")
        self.broken("ini: x.cfg", "what names stand for is too much", 400)
        (self.test / "y.cfg").write_text("[DEFAULT]\nx = %s\n" % ("y" * 1000000) + "".join("[s%d]\n" % i for i in range(100000)))
        self.broken("ini: y.cfg", "more than 64 MB of values, with what DEFAULT repeats", 400)

    def test_links_that_go_round(self):
        for i in range(40):
            (self.test / ("l%d" % i)).symlink_to(".")
        self.broken("text: {glob: '*/*/*/*/*/*.txt'}", "*/*/*/*/*/*.txt: more than 50000 files match", 400)

    def test_names(self):
        (self.test / "${X}.txt").write_text("x")
        (self.test / "a\n\x1b.txt").write_text("y")
        results, log = self.parse(["v: {text: {glob: '*.txt'}}"])
        self.assertEqual(results["v"], {"a\n\x1b.txt": "y"})
        self.assertIn("${X}.txt: left out", log)
        self.assertNotIn("\x1b", log)


if __name__ == "__main__":
    unittest.main()
