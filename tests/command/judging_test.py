#!/usr/bin/env python3
"""How KPIs are judged, asked for from outside: --method, --correction, --window, --suspect_level as flags, variables and keys of the block."""
from support import SOURCE, CommandTest, main, small_test, small_workload

GOOD = (100, 100.6, 99.5, 100.2, 99.8, 100.1, 99.7, 100.3, 100.2, 99.9)


class JudgingTest(CommandTest):
    def setUp(self):
        super().setUp()
        small_workload(self.place / "w")

    def history(self, values, newest, edit=None):
        if edit:
            small_workload(self.place / "w", edit)
        for i, speed in enumerate((*values, newest)):
            folder = "new" if i == len(values) else "old"
            start = f"2025-03-{1 + i // 24:02}T{i % 24:02}:00:00"
            small_test(self.place / folder / f"t{i}", speed, settings={"name": "x", "night": i}, version=f"1.{i}", start=start, end=start)
        self.matbench("upload_lts", "--workload=w", "--results_dirname=old", code=0)

    def analyze(self, *options, **more):
        return self.matbench("analyze_lts", "--workload=w", "--results_dirname=new", *options, **more)

    def ci(self, *options, **more):
        return self.matbench("ci", "new", "--workload=w", "--noupload", *options, **more)

    def block(self, **gate):
        lines = "".join(f"      {name}: {value}\n" for name, value in gate.items())
        (self.place / "c.yaml").write_text(f"matbench:\n  lts:\n    gate:\n{lines}")

    def reason(self):
        return self.kpi("speed")["reason"]

    def test_method(self):
        self.history(GOOD, 88)
        self.analyze(code=1)
        self.assertIn("below the level of", self.reason())
        for name, code in (("stdev", 1), ("zscore", 1), ("threshold", 1), ("hunter", 1), ("mann_whitney", 0), ("mann-whitney", 0)):
            with self.subTest(name):
                done = self.analyze(f"--method={name}", code=code)
                self.assertIn("nothing is promised for the 2 that are judged by another tool's method", " ".join(done.out.split()))
                self.assertTrue(self.reason().startswith(f"{name.replace('-', '_')}: "), self.reason())
        self.assertEqual(self.kpi("speed")["verdict"], "cannot tell")
        self.assertEqual(self.kpi("speed")["evidence"]["more_runs"], 29)
        self.assertEqual(self.kpi("speed")["flip"], "29 more runs would tell")
        self.block(method="stdev")
        for options, env, said in (((), {}, "stdev: "), ((), {"MATBENCH_METHOD": "zscore"}, "zscore: "), (("--method=threshold",), {"MATBENCH_METHOD": "zscore"}, "threshold: "),
                                   (("--method=auto",), {}, "12.0 % below the level of")):
            with self.subTest(options=options, env=env):
                self.ci("--config=c.yaml", *options, env=env, code=1)
                self.assertTrue(self.reason().startswith(said), self.reason())

    def test_method_of_the_workload(self):
        self.history(GOOD, 88, lambda text: text.replace("value: results.speed}", "value: results.speed, method: {name: zscore, deviations: 5}}")
                     .replace("analyze:\n", "analyze:\n  method: {name: stdev, deviations: 50}\n"))
        self.analyze(code=1)
        self.assertIn("5 standard deviations", self.reason())
        self.assertIn("50 standard deviations", self.kpi("seconds_per_item")["reason"])
        self.assertEqual(self.kpi("seconds_per_item")["verdict"], "ok")
        self.analyze("--method=zscore", code=1)
        self.assertIn("5 standard deviations", self.reason(), "its own options")
        self.assertIn("zscore: ", self.kpi("seconds_per_item")["reason"])
        self.assertIn(", 3 standard deviations", self.kpi("seconds_per_item")["reason"], "the usual ones")

    def test_correction(self):
        """Two KPIs of about the same p: the smaller one counts double by Holm."""
        self.history(GOOD, 98.8)
        corrected = {}
        for rule in ("bh", "holm", "HOLM"):
            self.analyze(f"--correction={rule}")
            corrected[rule] = self.kpi("speed")["evidence"]["p_corrected"]
        self.assertLess(corrected["bh"], corrected["holm"])
        self.assertEqual(corrected["HOLM"], corrected["holm"])
        self.block(correction="holm")
        self.ci("--config=c.yaml")
        self.assertEqual(self.kpi("speed")["evidence"]["p_corrected"], corrected["holm"])
        small_workload(self.place / "w", lambda text: text + "  correction: holm\n")
        self.analyze()
        self.assertEqual(self.kpi("speed")["evidence"]["p_corrected"], corrected["holm"])
        self.analyze("--correction=bh")
        self.assertEqual(self.kpi("speed")["evidence"]["p_corrected"], corrected["bh"])

    def test_a_regression_stays_one(self):
        """40 runs later, too, however short the window: it ends where the bad level began."""
        self.history([100 + 0.1 * (i * 7 % 5) for i in range(12)] + [90 + 0.1 * (i * 7 % 5) for i in range(40)], 90.2)
        for options in ((), ("--window=15",)):
            self.analyze(*options, code=1)
            self.assertRegex(self.reason(), r"^since 1\.12 \(40 runs ago\): 10\.0 % below the level of 1\.0…1\.11 ")

        evidence = self.kpi("speed")["evidence"]
        self.assertEqual((evidence["test"], evidence["after"]["points"], evidence["level"]["points"]), ("step in history", 41, 12))
        self.assertLess(evidence["after"]["low"], evidence["after"]["change"])
        self.assertLess(evidence["after"]["high"], -9)
        self.matbench("validate", f"--schema={SOURCE}/docs/verdict.schema.json", "regression_verdicts.json", code=0)

    def test_ok_says_what_it_would_have_seen(self):
        self.history(GOOD, 100)
        done = self.analyze("--markdown_dest=r.md", "--junit_dest=j.xml", code=0)
        seen = self.kpi("speed")["evidence"]["smallest_seen"] / self.kpi("speed")["evidence"]["level"]["centre"]
        self.assertTrue(0.005 < seen < 0.05, seen)
        self.assertIn(f"would have seen {100 * seen:.1f} %", done.out)
        self.assertRegex((self.place / "r.md").read_text(), rf"\| ok \| `speed` \|.*\| {100 * seen:.1f} % \|")
        self.assertIn("smallest change that would have been seen", (self.place / "regression_report.html").read_text())
        self.assertEqual((self.kpi("speed")["evidence"]["test"], self.kpi("speed")["evidence"]["after"]["points"]), ("newest run", 1))

    def test_an_exact_one_stays_one(self):
        self.history([100] * 5 + [90] * 40, 90, lambda text: text.replace("value: results.speed}", "value: results.speed, exact: true}"))
        self.analyze(code=1)
        self.assertRegex(self.reason(), "since 1.5")

    def test_window(self):
        """How far before the level of now a better one is looked for."""
        self.history([x + 0.1 * (i * 7 % 5) for i, x in enumerate([100] * 12 + [95] * 20 + [90] * 35)], 90.2)
        self.block(window=15)
        for options, env, level in (((), {}, 100), (("--window=25",), {}, 100), (("--window=15",), {}, 95), ((), {"MATBENCH_WINDOW": "15"}, 95),
                                    (("--config=c.yaml",), {}, 95)):
            with self.subTest(options=options, env=env):
                self.ci(*options, env=env, code=1)
                self.assertAlmostEqual(self.kpi("speed")["evidence"]["level"]["centre"], level, delta=1)

    def test_suspect_level(self):
        self.history(GOOD[:4], 97)  # too few runs for a regression
        for level, verdict in ((0.2, "suspect"), (0.00001, "cannot tell")):
            self.analyze(f"--suspect_level={level}")
            self.assertEqual(self.kpi("speed")["verdict"], verdict)

    def test_wrong_words(self):
        self.history((100,), 100)
        for option, said in (("--method=otava", "--method=otava: there is no such method; there are auto, fixed, hunter, mann_whitney, stdev, threshold, zscore"),
                             ("--method=huntr", "did you mean 'hunter'?"), ("--method=", "there is no such method"), ("--correction=none", "expected bh or holm"),
                             ("--window=201", "from 1 to 200"), ("--window=2.5", "expected a whole number"), ("--window=x", "--window"),
                             ("--suspect_level=0", "expected a probability")):
            with self.subTest(option):
                self.assertIn(said, self.analyze(option, code=100).err)
        self.block(method="otava")
        self.assertIn("there is no such method", self.ci("--config=c.yaml", code=100).err)
        self.block(metod="stdev")
        self.assertIn("did you mean 'matbench.lts.gate.method'?", self.ci("--config=c.yaml", code=100).err)


main()
