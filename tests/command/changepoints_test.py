#!/usr/bin/env python3
"""`changepoints` on what is large, hostile or comes through a pipe; what it says of small files is golden."""
import datetime
import json
import os
import random
import subprocess

from support import MATBENCH, SOURCE, CommandTest, environment, main


class ChangepointsTest(CommandTest):
    def put(self, name, text):
        (self.place / name).write_text(text)
        return name

    def found(self, *arguments, code=0):
        return json.loads(self.matbench("changepoints", *arguments, "--format=json", code=code).out)

    def noisy(self, n, step_at=None, seed=1, size=4):
        rng = random.Random(seed)
        return [100 + rng.gauss(0, 1) + (size if step_at is not None and i >= step_at else 0) for i in range(n)]

    def test_both_methods_find_a_step(self):
        self.put("s.csv", "\n".join(map(str, self.noisy(60, 40))))
        for method in ("auto", "hunter"):
            (change,) = self.found("s.csv", f"--method={method}")["change_points"]
            self.assertEqual(change["index"], 40, method)
            self.assertTrue(change["change_interval"][0] < 4 < change["change_interval"][1], change)
            self.assertEqual(change["kind"], "step")

    def test_gaps_keep_their_rows(self):
        values = self.noisy(60, 40)
        with_gaps = [v if i % 7 != 3 else float("nan") for i, v in enumerate(values)]
        self.put("s.csv", "v\n" + "\n".join(map(str, with_gaps)))
        (change,) = self.found("s.csv")["change_points"]
        self.assertEqual(change["index"], 40)

    def test_any_number_of_workers(self):
        columns = [self.noisy(50, 25 if i % 3 else None, seed=i) for i in range(40)]
        self.put("s.csv", "\n".join(",".join(map(str, row)) for row in zip(*columns)))
        first = self.matbench("changepoints", "s.csv", "--format=json", "--better=lower", "--jobs=1").out
        for jobs in (2, 7):
            self.assertEqual(self.matbench("changepoints", "s.csv", "--format=json", "--better=lower", f"--jobs={jobs}").out, first)
        self.assertEqual(len(json.loads(first)["series"]), 40)

    def test_schema(self):
        schema = str(SOURCE / "docs/changepoints.schema.json")
        self.put("a.csv", "t,x,y\n" + "\n".join(f"{1700000000 + i},{a},{b}" for i, (a, b) in enumerate(zip(self.noisy(50, 20), self.noisy(50)))))
        for i, arguments in enumerate((["--column=x"], ["--column=x", "--column=y"], ["--column=x", "--better=lower", "--time=t"], ["--method=hunter", "--column=x"],
                                       *(["--column=x", "--better=higher", f"--method={m}"] for m in ("mann_whitney", "stdev", "threshold", "zscore")))):
            self.put(f"{i}.json", self.matbench("changepoints", "a.csv", "--format=json", *arguments).out)
            self.matbench("validate", f"--schema={schema}", f"{i}.json")

    def worse_last(self, name, head, row, *, newest_first=False, tail=""):
        """40 nights of `row(date, night, value)`, the last of them worse; whether that is what is said."""
        nights = [row((datetime.date(2025, 1, 1) + datetime.timedelta(i)).isoformat(), i, v) for i, v in enumerate(self.noisy(39) + [110])]
        self.put(name, "\n".join([head] + nights[::-1 if newest_first else 1]) + "\n" + tail)
        done = self.matbench("changepoints", name, "--better=lower", "--fail_on=regression,missing")
        self.assertEqual(done.code, 1, done.out + done.err)
        self.assertIn("worse?  YES\n  The newest value is 110, of run 40", done.out)
        return done.err

    def test_a_date_behind_many_texts_says_which_row_is_the_newest(self):
        self.worse_last("s.csv", "host,os,compiler,branch,suite,date,ms", lambda day, i, v: f"h1,el9,gcc,main,a,{day},{v}", newest_first=True)

    def test_a_row_without_a_date_does_not_hide_the_order_of_the_others(self):
        for lost, said in (("", "row {} has none"), ("n/a", "'n/a' in row {} is none")):
            for night in (39, 20, 0):
                err = self.worse_last("s.csv", "date,ms", lambda day, i, v: f"{lost if i == night else day},{v}", newest_first=True)
                self.assertIn(said.format(40 - night), err)
                self.assertIn("the newest row stands first", err)

    def test_rows_that_say_what_was_measured_are_no_summaries(self):
        for words in (["mean"], ["min", "max"], ["total", "total", "warm"]):
            err = self.worse_last("s.csv", "date,of,ms", lambda day, i, v: f"{day},{words[i % len(words)]},{v}")
            self.assertNotIn("left out", err)

    def test_a_blank_row_above_the_sums_is_no_failed_run(self):
        err = self.worse_last("s.csv", "date,build,ms", lambda day, i, v: f"{day},b{i},{v}", tail=",,\nAverage,,100.2\n,,\nMax:,,110\n")
        self.assertEqual(err.count("is left out"), 2, err)

    def test_order_by_time(self):
        values = self.noisy(60, 40)
        rows = [f"{1700000000 + i * 60},{v}" for i, v in enumerate(values)]
        random.Random(3).shuffle(rows)
        self.put("s.csv", "t,v\n" + "\n".join(rows))
        (change,) = self.found("s.csv", "--time=t", "--column=v")["change_points"]
        self.assertEqual((change["index"], change["time"]), (40, str(1700000000 + 40 * 60)))

    def test_hostile(self):
        rng = random.Random(5)
        for name, text in {"million": "\n".join(f"{rng.random():.3f}" for _ in range(1000000 if os.environ.get("MB_LONG") else 20000)),
                           "far": "\n".join(str(rng.choice([1e308, -1e308, 0])) for _ in range(300)),
                           "tiny": "\n".join(str(rng.choice([5e-324, 1e-310])) for _ in range(300)),
                           "wide": "\n".join(",".join(str(rng.random()) for _ in range(10000)) for _ in range(12)),
                           "one": "7", "equal": "3\n" * 500,
                           "blank": "v\n" + "\n" * 300000 + "1\n" * 12, "line": ",".join(["1.5"] * 100000),
                           "texts": ",".join(f"c{i}" for i in range(3000)) + "\n" + (",".join(["5"] * 3000) + "\n") * 3 + ",".join(["x"] * 3000),
                           "same-time": "t,v\n" + "2024-01-01,5\n" * 50}.items():
            self.put(name, text)
            for method in {"texts": (), "far": ("auto", "hunter", "stdev", "zscore", "mann-whitney")}.get(name, ("auto", "hunter")):
                more = ["--time=t", "--column=v"] if name == "same-time" else []
                self.found(name, f"--method={method}", "--better=lower", *more)
            self.matbench("changepoints", name, *more, code=101 if name == "texts" else 0)

    def test_too_much_is_refused(self):
        self.put("line", ",".join(["1"] * 100001))
        self.put("series", ",".join(["c"] * 20001) + "\n" + ",".join(["1"] * 20001))
        self.assertIn("more than 100000 cells in line 1", self.matbench("changepoints", "line", code=101).err)
        self.assertIn("--column", self.matbench("changepoints", "series", code=101).err)
        self.found("series", "--column=20001")
        self.put("rows.json", json.dumps([[1] * 100001]))
        self.assertIn("more than 100000 columns", self.matbench("changepoints", "rows.json", code=101).err)

    def test_far_values_change_too(self):
        self.put("s.csv", "\n".join(str(v * 1e306) for v in self.noisy(60, 40)))
        for method in ("auto", "hunter"):
            (change,) = self.found("s.csv", f"--method={method}")["change_points"]
            self.assertEqual(change["index"], 40, method)

    def test_units_do_not_matter(self):
        values = [round(v, 3) for v in self.noisy(60, 40, seed=9)]
        places = []
        for factor in (1, 1e-6, 1e9):
            self.put("s.csv", "\n".join(repr(v * factor) for v in values))
            places.append([c["index"] for c in self.found("s.csv")["change_points"]])
        self.assertEqual(places, [places[0]] * 3)

    def test_chance_has_two_ways_without_a_direction(self):
        self.put("s.csv", "\n".join(map(str, self.noisy(40) + [105])))
        told = [int(self.matbench("changepoints", "s.csv", *better).out.split("chance would do this in ")[1].split()[0]) for better in ([], ["--better=lower"])]
        self.assertIn(told[0], (2 * told[1] - 1, 2 * told[1]))

    def test_a_long_tail_of_which_little_is_known(self):
        """Far out, but of few runs whose noise has a long tail: no answer is sure, and --fail_on=suspect does not let it pass."""
        self.put("s.csv", "\n".join(map(str, [0.83, 1.03, 2.01, 0.91, 4.11, 0.22, 1.31, 0.3, 0.95, 0.75, 0.75, 0.12, 12])))
        told = self.matbench("changepoints", "s.csv", "--better=lower", "--fail_on=suspect", code=2).out
        self.assertIn("worse?  PERHAPS\n", told)
        self.assertIn("a long tail, and 12 runs are too few to show how long. 1 run more", told)
        newest = self.found("s.csv", "--better=lower")["newest"]
        self.assertEqual((newest["verdict"], newest["level_kept"]), ("cannot tell", False))
        self.assertNotIn("level_kept", self.found("s.csv", "--better=lower", "--method=stdev")["newest"])

    def test_the_newest_run_has_no_value(self):
        for tail, missing in (("", 0), ("\n,7", 3), ("\nNaN,7\nn/a,7", 3)):
            self.put("s.csv", "v,w\n" + "\n".join(f"{v},7" for v in self.noisy(40)) + tail)
            self.assertEqual(self.found("s.csv", "--column=v", "--better=lower", "--fail_on=missing", code=missing)["newest"]["gaps_behind"], tail.count("\n"))
            self.matbench("changepoints", "s.csv", "--column=w", "--better=lower", "--fail_on=missing,cannot-tell,suspect")

    def test_pipe(self):
        done = subprocess.run([MATBENCH, "changepoints", "-", "--format=json"], input="1\n2\n3\n", capture_output=True, text=True,
                              env=environment(), cwd=self.place)
        self.assertEqual((done.returncode, json.loads(done.stdout)["values"]), (0, 3))


if __name__ == "__main__":
    main()
