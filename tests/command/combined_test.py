#!/usr/bin/env python3
"""Features of the gate together: what one of them says must not undo another. Each case is a history of nights, judged run by run."""

import random

import support
from support import CommandTest, main

GOOD = [100.2, 99.5, 100.9, 99.8, 100.4, 99.1, 100.7, 99.6, 100.1, 100.3]
WORKLOAD = support.WORKLOAD_HEAD % "combined" + """\
  Settings: "dict[str, Any]"
  Results: {x: Any, y: Any}
payload:
  metadata: {start: data.start, end: 'data["end"]', test_uuid: data.uuid, settings: data.labels}
  results: {x: data.x, y: data.y}
kpis:
  x: {help: First, value: results.x, %s}
  y: {help: Second, value: results.y, %s}
analyze:
  comparison_keys: [version]
%s"""
IGNORED = "unit: s, better: lower, ignored_for_regression: true"


class NightsTest(CommandTest):
    days = 0

    def workload(self, x, y=IGNORED, analyze=""):
        (self.place / "w").mkdir(exist_ok=True)
        (self.place / "w/workload.yaml").write_text(WORKLOAD % (x, y, analyze))

    def night(self, *tests, below="."):
        """A run of its own version, 1.1, 1.2, …; tests: a value of x, or {x, y, labels}. Returns its folder."""
        self.days += 1
        name, night = f"{below}/n{self.days:03}", support.night(self.days)
        for i, test in enumerate(tests):
            test = test if isinstance(test, dict) else {"x": test}
            labels = {"version": night["version"], "run_id": night["run_id"]} | test.get("labels", {})
            support.small_test(self.place / name / f"t{i}", settings={"night": self.days}, **night, x=test["x"], y=test.get("y", 1.0), labels=labels)
        return name

    def store(self, *nights):
        folder = f"stored{self.days:03}"
        for tests in nights:
            self.night(*(tests if isinstance(tests, (list, tuple)) else [tests]), below=folder)
        self.matbench("upload_lts", "--workload=w", f"--results_dirname={folder}", code=0)

    def acks(self, text):
        (self.place / "acks.yaml").write_text("format: 1\n" + text)

    def judged(self, *tests, code):
        """A night more, judged and then stored: verdict and state of x in the first entry."""
        name = self.night(*tests)
        options = ["--acks=acks.yaml"] if (self.place / "acks.yaml").exists() else []
        self.matbench("ci", name, "--workload=w", "--novisualize", "--upload", *options, code=code, env={"SOURCE_DATE_EPOCH": "1742000000"})
        kpi = self.kpi("x")
        return kpi["verdict"], (kpi["change"] or {}).get("status")


class AcceptedTest(NightsTest):
    """Nothing before an accepted level is a reference, whatever the KPI is held against."""

    def test_methods(self):
        for method in "zscore", "stdev", "threshold":
            with self.subTest(method):
                self.setUp()
                self.days = 0
                self.workload(f"unit: s, better: lower, method: {method}")
                self.store(*GOOD * 3, 120, 120.5, 119.5)
                self.assertEqual(self.judged(120.1, code=1)[0], "regression")
                self.acks("accepted: [{kpi: x, since: 1.31, reason: r}]\n")
                self.assertEqual(self.judged(120.2, code=0)[0], "ok")
                self.assertEqual(self.judged(150, code=1)[0], "regression")

    def test_the_run_that_begins_it(self):
        for how in "exact: true", "method: stdev":
            with self.subTest(how):
                self.setUp()
                self.days = 0
                self.workload("unit: s, better: lower, " + how)
                self.store(*[100] * 10)
                self.acks("accepted: [{kpi: x, since: 1.11, reason: r}]\n")
                self.assertEqual(self.judged(120, code=0)[0], "ok")
                self.assertIn("begins a level that was accepted", self.kpi("x")["reason"])

    def test_budget(self):
        for since in "", ', since: "1.3"':
            with self.subTest(since):
                self.setUp()
                self.days = 0
                self.workload("unit: s, better: lower, budget: {relative: 0.05%s}" % since)
                self.store(*GOOD * 2, *[1.3 * x for x in GOOD * 2])
                self.acks("accepted: [{kpi: x, since: 1.21, reason: r}]\n")
                self.assertEqual(self.judged(130, code=0)[0], "ok")
                drift = next(check for check in self.kpi("x")["checks"] if check["check"] == "drift")
                self.assertIn("since the oldest 8 runs of the accepted level", drift["found"])


class ExactTest(NightsTest):
    def test_accepted(self):
        self.workload("unit: s, better: lower, exact: true")
        self.store(*[100] * 10, 110, 110)
        self.assertEqual(self.judged(110, code=1), ("regression", "known"))
        self.acks("accepted: [{kpi: x, since: 1.11, reason: r}]\n")
        self.assertEqual(self.judged(110, code=0)[0], "ok")
        self.assertEqual(self.judged(120, code=1), ("regression", "new"))
        self.assertEqual(self.judged(120, code=1), ("regression", "known"))

    def test_worse_than_what_is_acknowledged(self):
        self.workload("unit: s, better: lower, exact: true")
        self.store(*[100] * 10)
        self.acks("acknowledged: [{kpi: x, since: 1.10, reason: r}]\n")  # off by one
        for _ in range(4):
            self.assertEqual(self.judged(110, code=0), ("acknowledged", "acknowledged"))
        self.assertEqual(self.judged(120, code=1), ("regression", "new"))
        for _ in range(3):
            self.assertEqual(self.judged(120, code=1), ("regression", "known"))
        self.acks("acknowledged: [{kpi: x, since: 1.10, reason: r}, {kpi: x, since: 1.15, reason: r}]\n")
        self.assertEqual(self.judged(120, code=0), ("acknowledged", "acknowledged"))
        self.assertEqual(self.judged(110, code=0)[0], "acknowledged")
        self.assertEqual(self.judged(100, code=0)[0], "improvement")


class MethodTest(NightsTest):
    def test_acknowledged(self):
        """A method of another tool that calls run after run worse speaks of one change, unless it is twice as far out."""
        self.workload("unit: s, better: lower, method: threshold")
        self.store(*GOOD * 2)
        self.acks("acknowledged: [{kpi: x, since: 1.21, reason: r}]\n")
        for k in range(5):
            self.assertEqual(self.judged(120 + k % 2, code=0), ("acknowledged", "acknowledged"))
        (self.place / "acks.yaml").rename(self.place / "kept")
        self.assertEqual(self.judged(120, code=1), ("regression", "known"))
        self.assertTrue(self.kpi("x")["reason"].startswith("since 1.21 (5 runs ago): threshold: 120 is above"), self.kpi("x")["reason"])
        (self.place / "kept").rename(self.place / "acks.yaml")
        self.assertEqual(self.judged(160, code=1), ("regression", "new"))


class IdleTest(NightsTest):
    def test_nothing_to_analyse_where_there_always_was(self):
        self.workload("unit: s, better: lower, not_analysed: 0")
        self.store(*GOOD)
        for night, told in enumerate((True, False)):
            with self.subTest(night):
                self.assertEqual(self.judged(0, code=0)[0], "not analysed")
                self.assertEqual("each of the last 3 runs" in self.kpi("x")["reason"], told)


class MixedTest(NightsTest):
    """One configuration has a label more than the other: full and LoRA runs."""

    FULL, LORA = {"model": "m", "gpu": 2}, {"model": "m", "gpu": 2, "lora": 4}

    def test_one_of_them_vanished(self):
        self.workload("unit: s, better: lower")
        self.store(*[[{"x": x, "labels": self.FULL}, {"x": 2 * x, "labels": self.LORA}] for x in GOOD])
        for labels, other in ((self.FULL, "lora=4"), (self.LORA, "without lora")):
            name = self.night({"x": 100 * len(labels) - 100, "labels": labels})
            self.matbench("ci", name, "--workload=w", "--novisualize", "--noupload", "--fail_on=missing", code=3)
            self.assertEqual([absence["found"].split(":")[0] for absence in self.json("regression_verdicts.json")["absences"]], [other])


class ControlTest(NightsTest):
    """A control counts as any KPI does."""

    X = "unit: 1/s, better: higher, reference: {kpi: y}"

    def nights(self, n):
        return [[{"x": GOOD[i % 10] * (1 + i % 3), "y": 50.0 * (1 + i % 3)}] for i in range(n)]

    def test_another_unit(self):
        self.workload(self.X, "unit: GB/s, better: none")
        self.store(*self.nights(12))
        self.workload(self.X, "unit: MB/s, better: none")
        for k in range(9):
            verdict = self.judged({"x": GOOD[k % 10] * (1 + k % 3), "y": 50000.0 * (1 + k % 3)}, code=0)[0]
            self.assertEqual(verdict, "no history" if k == 0 else "cannot tell" if k < 3 else "ok")
        self.assertEqual(self.judged({"x": 200, "y": 150000.0}, code=1)[0], "regression")

    def test_exact_repetitions(self):
        """Repetitions that differ by what the control takes out are no sign of noise."""
        self.workload(self.X + ", exact: true, min_relative: 0.001", "unit: GB/s, better: none")
        self.store(*[[{"x": 100 * f, "y": 10 * f} for f in (1, 1.5)] for _ in range(6)])
        self.assertEqual(self.judged({"x": 90, "y": 10}, {"x": 135, "y": 15}, code=1)[0], "regression")
        self.assertEqual(self.kpi("x")["decided_by"], "exact")

    def test_excluded(self):
        nights = self.nights(12)
        for k in (3, 7):
            nights[k][0]["y"] *= 5
        self.workload(self.X, "unit: GB/s, better: none")
        self.store(*nights)
        self.acks("excluded: [{kpi: y, run: [1.4, 1.8], reason: r}]\n")
        self.assertEqual(self.judged({"x": 99.7, "y": 50.0}, code=0)[0], "ok")
        self.assertEqual(len(self.kpi("x")["evidence"]["points"]), 10)


class BoundsTest(NightsTest):
    """Since when a value is outside is known of lists and of what has a control, too: its acknowledgement holds on."""

    def story(self, good, bad):
        self.store(*good)
        self.acks("acknowledged: [{kpi: x, since: 1.11, reason: r}]\n")
        for k in range(5):
            self.assertEqual(self.judged(bad, code=0), ("acknowledged", "acknowledged"))
        (self.place / "acks.yaml").unlink()
        self.assertEqual(self.judged(bad, code=1), ("regression", "known"))
        self.assertIn("since 1.11 (5 runs ago)", self.kpi("x")["reason"])

    def test_list(self):
        self.workload("unit: ms, better: lower, bounds: {max: 150}, min_relative: 0.9")
        self.story([[{"x": [v + i % 7 for i in range(60)]}] for v in GOOD], {"x": [160 + i % 7 for i in range(60)]})

    def test_control(self):
        self.workload("unit: ms, better: lower, bounds: {max: 150}, reference: {kpi: y}", "unit: GB/s, better: none")
        self.story([[{"x": v, "y": 10}] for v in GOOD], {"x": 160, "y": 16})


class OptionsTest(NightsTest):
    def test_more_history_asked_for_than_is_looked_at(self):
        """A level is tested with 200 run points at most; older ones are known, too."""
        self.workload("unit: s, better: lower", analyze="  min_history: 230\n")
        self.store(*[GOOD[k * k % 10] for k in range(229)])
        self.assertEqual(self.judged(120, code=0)[0], "suspect")
        self.assertIn("history has only 229 run points of the 230 that a regression needs", self.kpi("x")["reason"])
        self.assertEqual(self.judged(120, code=1)[0], "regression")

    def test_no_threshold_of_its_own(self):
        """A KPI that says 0 does not get the threshold of all."""
        for own, verdict in ("min_relative: 0", "regression"), ("min_absolute: 0", "ok"), ("min_relative: 0, min_absolute: 0", "regression"):
            with self.subTest(own):
                self.setUp()
                self.days = 0
                self.workload("unit: s, better: lower, " + own, analyze="  min_relative: 0.3\n")
                self.store(*GOOD)
                self.assertEqual(self.judged(120, code=int(verdict != "ok"))[0], verdict)


class OldStepTest(NightsTest):
    def test_a_small_change_before_it(self):
        """A step that is not fixed stays a regression, also where a change that is hardly one stands between it and the best level."""
        good = [99.83, 100.08, 99.17, 100.43, 99.55, 99.52, 99.86, 99.92, 99.75, 99.91, 99.37, 99.84, 100.52, 100.39, 100.21, 100.73]
        bad = [130.28, 129.03, 128.69, 129.79, 129.05, 130.54, 130.51, 130.26, 130.12, 129.72, 129.11, 130.46, 129.61, 130.04]
        self.workload("unit: s, better: lower")
        self.store(*good, *bad)
        for x in (129.66, 130.62, 130.3, 129.9):
            self.assertEqual(self.judged(x, code=1), ("regression", "known"))

    def test_partly_fixed(self):
        """What was much worse in between makes a level neither a regression (fixed) nor hides that it is one (a third of it is left)."""
        for level, nights, seed, verdict in (100, 6, 109, None), (110, 7, 110, "regression"):
            with self.subTest(level):
                self.setUp()
                self.days, noise = 0, random.Random(seed)
                self.workload("unit: s, better: lower")
                tests = lambda x: [{"x": x * (1 + 0.006 * noise.gauss(0, 1)), "labels": {"c": c}} for c in range(12)]
                self.store(*[tests(x) for x in [100] * 20 + [130] * 14 + [level] * (nights - 1)])
                name = self.night(*tests(level))
                self.matbench("ci", name, "--workload=w", "--novisualize", "--noupload", "--false_alarm_rate=0.3", code=1 if verdict else 0)
                verdicts = [entry["kpis"][0]["verdict"] for entry in self.json("regression_verdicts.json")["entries"]]
                self.assertEqual(verdicts.count("regression"), 12 if verdict else 0, verdicts)


class AcknowledgedTest(NightsTest):
    def test_for_many_runs(self):
        """It holds for as long as nothing gets worse, wherever among the newest runs the change seems to begin."""
        good = [99.48, 100.29, 99.97, 100.4, 100.61, 99.24, 99.87, 100.11, 100.72, 99.63, 99.9, 100.2, 99.43, 100.06, 99.35, 100.55]
        self.workload("unit: s, better: lower")
        self.store(*good, *good[:10], *[1.3 * x for x in good[:13]])
        self.acks("acknowledged: [{kpi: x, since: 1.27, reason: r}]\n")
        for x in [100.1, 99.9, 100.3, 100.0]:
            self.assertEqual(self.judged(1.3 * x, code=0), ("acknowledged", "acknowledged"))
        self.assertEqual(self.judged(150, code=1), ("regression", "new"))


class AcknowledgedListTest(NightsTest):
    def test_parts(self):
        """Each part is told once, and held against the level before the change, as the one that decides."""
        self.workload("unit: ms, better: lower")
        self.store(*[[{"x": [v + i % 7 for i in range(60)]}] for v in GOOD])
        self.acks("acknowledged: [{kpi: x, since: 1.11, reason: r}]\n")
        for k in range(3):
            self.assertEqual(self.judged({"x": [160 + k % 2 + i % 7 for i in range(60)]}, code=0), ("acknowledged", "acknowledged"))
            kpi = self.kpi("x")
            self.assertEqual(sorted(check["part"] for check in kpi["checks"]), ["mean", "p50", "p90", "p95", "p99"])
            self.assertRegex(kpi["reason"], r"; also (mean|p50) 5[0-9]\.[0-9] % above, p90 5[0-9]\.[0-9] % above")
            self.assertRegex(kpi["checks"][0]["found"], r" is 5[0-9]\.[0-9] % above 103")


class PairsTest(NightsTest):
    """Pairs know since when they are worse, so that an acknowledgement holds on; what is worse than it is a change of its own."""

    def pairs(self, ratio):
        noise = [1.001, 0.998, 1.003, 0.997, 1.002, 0.999, 1.004, 1.0]
        return [{"x": 100 * machine * (ratio * off if side == "new" else 1), "labels": {"pair_id": f"p{i}", "variant": side}}
                for i, off in enumerate(noise) for machine in [1 + i % 3] for side in ("base", "new")]

    def judge(self, ratio, code):
        self.judged(*self.pairs(ratio), code=code)
        kpis = [entry["kpis"][0] for entry in self.json("regression_verdicts.json")["entries"]]
        return next((kpi["verdict"], (kpi["change"] or {}).get("status")) for kpi in kpis if kpi["verdict"] != "not analysed")

    def test_acknowledged(self):
        self.workload("unit: s, better: lower", analyze="  paired: {label: pair_id, side: variant, baseline: base}\n")
        self.store(self.pairs(1), self.pairs(1))
        self.assertEqual(self.judge(1.1, code=1), ("regression", "new"))
        self.acks("acknowledged: [{kpi: x, since: 1.3, reason: r}]\n")
        for _ in range(4):
            self.assertEqual(self.judge(1.1, code=0), ("acknowledged", "acknowledged"))
        self.assertEqual(self.judge(1.3, code=1), ("regression", "new"))
        self.assertEqual(self.judge(1.3, code=1), ("regression", "known"))
        self.assertEqual(self.judge(1.0, code=0)[0], "ok")


if __name__ == "__main__":
    main()
