#!/usr/bin/env python3
"""replay, calibrate and selftest on simulated histories of which the truth is known; what they print is golden."""
import json
import os
import pathlib
import signal
import statistics
import subprocess
import time

from support import MATBENCH, SECONDS, SOURCE, CommandTest, digest, environment, main
import simulated  # after support, which says where it is


class ProofTest(CommandTest):
    def history(self, columns, runs, kpis=("latency",), analyze="", rule="", uri="sqlite:history.db", **payload):
        """`columns`: {mode: {KPI: values}}."""
        simulated.workload(self.place / "w", kpis, analyze, rule)
        simulated.write(self.place / "payloads.json", [simulated.payload(r, {k: v[r] for k, v in column.items()}, mode=mode, **payload)
                                                       for r in range(runs) for mode, column in columns.items()])
        self.matbench("export", "--from=payloads.json", f"--to={uri}", "--workload_name=simulated", "--opensearch_index=i", code=0)

    def found(self, command, *arguments, code=0):
        done = self.matbench(command, "--workload=w", "--format=json", *arguments, code=code)
        (self.place / "found.json").write_text(done.out)
        self.matbench("validate", f"--schema={SOURCE}/docs/{command}.schema.json", "found.json", code=0)
        return json.loads(done.out)

    def steps(self):
        """Known: latency of "a" 8 % worse since run 25; of "b" 10 % better since 20, back since 40."""
        self.history({"a": {"latency": simulated.series(50, [(25, 8)], seed=1), "boot": simulated.series(50, seed=2)},
                      "b": {"latency": simulated.series(50, [(20, -10), (40, 10)], seed=3), "boot": simulated.series(50, seed=4)}},
                     50, ("latency", "boot"), rule=", min_relative: 0.03")

    def series(self, replay, kpi, label_set):
        return next(s for s in replay["replays"][0]["series"] if (s["kpi"], replay["label_sets"][s["label_set"]]) == (kpi, label_set))

    # ---- replay ----

    def test_replay_finds_the_known_steps(self):
        self.steps()
        replay = self.found("replay")
        self.assertEqual(len(replay["invocations"]), 50)
        a = self.series(replay, "latency", "mode=a")
        self.assertEqual([(c["at"], c["kind"], c["delay"]) for c in a["changes"]], [(25, "regression", 1)])
        self.assertEqual(a["verdicts"][26:], ["regression"] * 24)
        self.assertEqual([(c["at"], c["kind"]) for c in self.series(replay, "latency", "mode=b")["changes"]], [(20, "improvement"), (40, "regression")])
        sums = replay["replays"][0]["sums"]
        self.assertEqual((sums["changes"], sums["found"], sums["recall"], sums["precision"], sums["flaps"]), (3, 3, 1, 1, 0))
        for mode in "ab":
            self.assertEqual(self.series(replay, "boot", f"mode={mode}")["changes"], [])

    def test_a_regression_stays_one(self):
        """45 runs later, too; and is over with the first run of the old level."""
        self.history({"a": {"latency": simulated.series(80, [(30, 8), (75, -8)], seed=5)}}, 80, rule=", min_relative: 0.03")
        verdicts = self.found("replay")["replays"][0]["series"][0]["verdicts"]
        self.assertEqual(set(verdicts[30:75]), {"regression"})
        self.assertNotIn("regression", verdicts[:30] + verdicts[75:])

    def test_replay_is_what_analyze_says(self):
        """The verdict of the newest invocation is that of the gate on the same payloads."""
        self.steps()
        replay = self.found("replay", "--last=1")
        verdicts = {s["verdicts"][-1] for s in replay["replays"][0]["series"]}
        self.assertEqual(verdicts, {"regression", "ok"})
        tested = self.found("selftest", code=1)
        for kpi in tested["kpis"]:
            self.assertEqual(kpi["as_is"], self.series(replay, kpi["kpi"], kpi["entry"])["verdicts"][-1], kpi)

    def test_replay_against_notes(self):
        self.steps()
        (self.place / "acks.yaml").write_text("""\
format: 1
changes:
- {kpi: latency, labels: {mode: a}, at: run-26, direction: worse, note: "one run off"}
- {kpi: latency, labels: {mode: b}, at: run-20, direction: better, note: faster}
- {kpi: boot, at: run-30, direction: worse, note: "never was"}
- {kpi: latency, at: run-99, direction: worse, note: "of no run"}
excluded:
- {run: run-3, reason: broken}
""")
        done = self.matbench("replay", "--workload=w", "--annotations=acks.yaml", code=0)
        self.assertIn("changes, noted", done.out)
        self.assertIn("acks.yaml:6", done.err)
        replay = self.found("replay", "--annotations=acks.yaml")
        sums = replay["replays"][0]["sums"]
        self.assertEqual(len(replay["invocations"]), 49)
        self.assertEqual((sums["changes"], sums["found"], sums["recall"]), (4, 2, 0.5))
        self.assertAlmostEqual(sums["precision"], 2 / 3)
        strict = self.found("replay", "--annotations=acks.yaml", "--tolerance=0")["replays"][0]["sums"]
        self.assertEqual(strict["found"], 2)

    def test_a_label_is_no_markup_in_a_comment(self):
        self.history({mode: {"latency": simulated.series(30, [(20, 20)], seed=1)} for mode in ("@all | <b>", "see #1 https://x.example")}, 30)
        text = self.matbench("replay", "--workload=w", "--format=md", code=0).out
        for broken in "@&#8203;all \\| \\<b\\>", "#&#8203;1 https&#58;//x.example":
            self.assertIn(broken, text)
        self.assertNotRegex(text, r"@all|#1\b|https:")
        (self.place / "history.db").rename(self.place / "*a* @all.db")
        text = self.matbench("replay", "--workload=w", "--format=md", "--history=sqlite:*a* @all.db", code=0).out
        self.assertIn("in sqlite:\\*a\\* @&#8203;all.db: 30 invocations", text)

    def test_methods_side_by_side(self):
        self.steps()
        replay = self.found("replay", "--methods=auto,zscore")
        self.assertEqual([r["method"] for r in replay["replays"]], ["auto", "zscore"])
        auto, zscore = (r["sums"] for r in replay["replays"])
        self.assertNotEqual(auto["verdicts"], zscore["verdicts"])
        self.assertEqual(auto, self.found("replay")["replays"][0]["sums"])
        table = self.matbench("replay", "--workload=w", "--methods=auto,zscore", "--format=md", code=0).out
        self.assertRegex(table, r"(?m)^\| auto \| .*\n\| zscore \| ")

    def test_any_number_of_workers_any_back_end(self):
        self.steps()
        for command in ("replay", "calibrate", "selftest"):
            extra = ["--replicates=20", "--effect_replicates=3"] if command == "calibrate" else []
            first = self.matbench(command, "--workload=w", "--jobs=1", *extra).out
            self.assertEqual(self.matbench(command, "--workload=w", "--jobs=3", *extra).out, first, command)
        self.matbench("export", "--from=sqlite:history.db", "--to=dir:folder", "--opensearch_index=i", code=0)
        place = "folder", "sqlite:history.db"
        here = self.matbench("replay", "--workload=w", "--history=dir:folder", code=0).out
        there = self.matbench("replay", "--workload=w", code=0).out
        self.assertEqual(here.replace("dir:folder", "").split(), there.replace("sqlite:history.db", "").split(), place)

    def test_without_run_ids(self):
        """By day; the second of a day is another invocation."""
        self.history({"a": {"latency": simulated.series(20, seed=1)}, "b": {"latency": simulated.series(20, seed=2)}}, 20, run_id=None)
        self.assertEqual([(i["run_id"], i["payloads"]) for i in self.found("replay")["invocations"]][:2], [("2025-01-01", 2), ("2025-01-02", 2)])

    # ---- calibrate ----

    def test_calibrate(self):
        self.history({"a": {"latency": simulated.series(40, seed=1), "boot": simulated.series(40, seed=2, sd=20)}}, 40, ("latency", "boot"),
                     rule=", min_relative: 0.001")
        found = self.found("calibrate", "--replicates=200", "--effect_replicates=30")
        self.assertEqual(found["tested"], 2)
        self.assertLess(found["false_alarms"]["low"], 0.05)
        latency, boot = sorted(found["series"], key=lambda s: s["sd"])
        self.assertTrue(0.02 < latency["newest_run"]["relative"] < 0.09, latency)
        self.assertTrue(10 < boot["newest_run"]["size"] / latency["newest_run"]["size"] < 40, boot)
        self.assertTrue(any("below the noise floor" in line for line in latency["advice"]), latency)
        again = self.found("calibrate", "--replicates=200", "--effect_replicates=30")
        self.assertEqual(again, found)
        self.assertNotEqual(self.found("calibrate", "--replicates=200", "--effect_replicates=30", "--seed=2"), found)

    def test_calibrate_counts_alarms(self):
        """A method of which can be counted how many of the values would be an alarm if they were the newest."""
        values = simulated.series(60, seed=3)
        self.history({"a": {"latency": values}}, 60, rule=", min_relative: 0.00001, method: {name: zscore, deviations: 1.2}")
        share = sum(v - statistics.mean(others) > 1.2 * statistics.stdev(others)
                    for v, others in ((v, values[:i] + values[i + 1:]) for i, v in enumerate(values))) / 60
        found = self.found("calibrate", "--replicates=2000", "--effect_replicates=0")
        self.assertEqual(found["series"][0]["verdict"], "ok")
        self.assertTrue(0.03 < share < 0.3)
        seen = (found["false_alarms"]["replicates"] + found["suspects"]) / 2000  # a flagged run whose p is not small is suspect
        self.assertAlmostEqual(seen, share, delta=4 * (share * (1 - share) / 2000) ** 0.5)
        self.assertIsNone(found["series"][0]["newest_run"])
        careless = self.found("calibrate", "--replicates=500", "--effect_replicates=0", "--false_alarm_rate=0.3", "--method=auto")
        self.assertLess(careless["false_alarms"]["low"], 0.3)

    # ---- selftest ----

    def quiet(self, runs=30, **options):
        self.history({"a": {"latency": simulated.series(runs, seed=1), "boot": simulated.series(runs, seed=2, sd=30)}}, runs, ("latency", "boot"), **options)

    def test_a_change_is_seen(self):
        self.quiet()
        before = digest(self.place / "history.db")
        done = self.matbench("selftest", "--workload=w", "--inject=10%:latency", code=1)
        self.assertRegex(done.out, r"(?m)^REGRESSION")
        self.assertRegex(done.out, r"(?m)^SEEN\n.*\n  latency")
        self.matbench("selftest", "--workload=w", "--inject=10%:latency", "--assert", code=0)
        self.matbench("selftest", "--workload=w", "--inject=10%:latency", "--fail_on=none", code=0)
        self.assertEqual(digest(self.place / "history.db"), before)

    def test_what_is_not_seen(self):
        self.quiet()
        self.matbench("selftest", "--workload=w", "--inject=10%", code=1)
        self.matbench("selftest", "--workload=w", "--inject=10%", "--assert", code=3)
        found = self.found("selftest", "--inject=10%:boot")
        (boot,) = found["kpis"]
        self.assertEqual((boot["outcome"], found["passes"]), ("not seen", False))
        self.assertGreater(boot["needed"], 0.5)
        just = f"--inject={boot['needed'] * 101:.2f}%:boot"
        self.assertEqual(self.found("selftest", just, code=1)["kpis"][0]["outcome"], "seen")
        done = self.matbench("selftest", "--workload=w", "--inject=0.01%:latency", "--assert", code=3)
        self.assertIn("NOT SEEN", done.out)

    def test_a_bound_that_is_violated_without_a_change(self):
        self.quiet(rule=", bounds: {max: 90}")
        found = self.found("selftest", "--inject=50%:latency", code=1)
        self.assertFalse(found["passes"])
        self.assertEqual(found["no_change"]["exit_code"], 1)

    def test_all_of_it_was_a_regression_before(self):
        self.history({"a": {"latency": simulated.series(40, [(35, 20)], seed=1)}}, 40)
        self.assertFalse(self.found("selftest", "--inject=10%", code=1)["passes"])
        self.assertIn("WAS NOT TESTED", self.matbench("selftest", "--workload=w", "--inject=10%", "--assert", code=3).out)

    def test_what_people_said_counts(self):
        """An accepted level is the level against which the change is seen, as it is for the gate."""
        self.history({"a": {"latency": simulated.series(40, [(30, 20)], seed=1)}}, 40)
        (self.place / "acks.yaml").write_text("format: 1\naccepted:\n- {kpi: latency, since: run-30, reason: wanted, author: me}\n")
        self.assertEqual(self.found("selftest", "--inject=10%", code=1)["kpis"][0]["outcome"], "already")
        self.assertEqual(self.found("selftest", "--inject=10%", "--acks=acks.yaml", code=1)["kpis"][0]["outcome"], "seen")
        self.assertIn("none.yaml", self.matbench("selftest", "--workload=w", "--acks=none.yaml", code=100).err)

    def test_results_directory(self):
        self.quiet()
        test = self.place / "results/t"
        test.mkdir(parents=True)
        (test / "settings.yaml").write_text("mode: a\n")
        (test / "exit_code").write_text("0\n")
        (test / "data.json").write_text(json.dumps({"latency": 100.1, "boot": 100.0, "start": "2025-06-01T00:00:00", "end": "2025-06-01T01:00:00",
                                                    "uuid": "6f2c1b9e-3d7a-4f0e-9a51-2b8c7d6e5f40", "version": None, "run_id": "r"}))
        done = self.matbench("selftest", "--workload=w", "--results_dirname=results", "--inject=10%:latency", code=1)
        self.assertIn("worse in 1 result of results", done.out)
        self.matbench("selftest", "--workload=w", "--results_dirname=none", code=100)
        (self.place / "empty").mkdir()
        self.matbench("selftest", "--workload=w", "--results_dirname=empty", code=103)

    def test_a_label_is_no_command_of_a_ci_system(self):
        self.history({mode: {"latency": simulated.series(30, [(20, 20)], seed=1)} for mode in ("##[stop-commands]x", "##vso[task.complete]", "y " * 40 + "::error::x")}, 30)
        for command in ("selftest", "calibrate", "replay"):
            done = self.matbench(command, "--workload=w", *(["--replicates=20", "--effect_replicates=0"] if command == "calibrate" else []))
            self.assertIn("stop-commands", done.out)
            self.assertNotRegex(done.out + done.err, r"(?m)##\[|##vso\[|^\s*::", command)

    # ---- wrong turns ----

    def test_refused(self):
        self.quiet(5)
        for arguments, words in ((("selftest", "--inject=10"), "as 10%"), (("selftest", "--inject=-5%"), "more than 0%"), (("selftest", "--inject=10%:"), "as 10%"),
                                 (("selftest", "--inject=nan%"), "as 10%"), (("selftest", "--inject=10%:latenc"), "is no KPI of the workload"),
                                 (("selftest", "--format=xml"), "text or json"), (("replay", "--format=html"), "text, json or md"), (("replay", "--last=0"), "from 1 on"),
                                 (("replay", "--tolerance=1.5"), "whole number"), (("replay", "--methods=auto,magic"), "expected some of auto, fixed"),
                                 (("replay", "--annotations=none.yaml"), "none.yaml"), (("calibrate", "--replicates=3"), "from 20"),
                                 (("calibrate", "--false_alarm_rate=2"), "between 0 and 1"), (("replay", "--since=soon"), "soon")):
            with self.subTest(arguments):
                done = self.matbench(*arguments, "--workload=w", code=100)
                self.assertEqual(len(done.errors()), 1, done.err)
                self.assertIn(words, done.err)
                self.assertEqual(done.out, "")

    def test_nothing_there(self):
        self.quiet(5)
        for command in ("replay", "calibrate", "selftest"):
            for arguments in (["--history=sqlite:none.db"], ["--filters=mode=z"]):
                done = self.matbench(command, "--workload=w", *arguments, code=3)
                self.assertIn("there is nothing to look at", done.err)
        self.assertFalse((self.place / "none.db").exists())

    def test_one_run(self):
        self.quiet(1)
        self.assertEqual(self.found("replay")["replays"][0]["sums"]["verdicts"]["no history"], 2)
        self.assertEqual(self.found("selftest")["passes"], False)
        calibration = self.found("calibrate")
        self.assertEqual([s["shuffled"] for s in calibration["series"]], [False, False])
        self.assertEqual([calibration["false_alarms"][k] for k in ("share", "low", "high")], [None, 0, 1])  # nothing is known of it
        self.assertIn("cannot be calibrated", self.matbench("calibrate", "--workload=w", code=0).out)

    def work_for(self, program, seconds):
        """Until it has used so much of a processor: then it is in the midst of it, however busy the machine is."""
        used = 0
        while used < seconds and program.poll() is None:
            time.sleep(0.05)
            fields = pathlib.Path(f"/proc/{program.pid}/stat").read_text().rpartition(")")[2].split()
            used = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def test_control_c(self):
        """Also within a series, of which one alone takes many minutes."""
        self.history({f"m{m}": {"latency": simulated.series(60, seed=m)} for m in range(2)}, 60)
        for command in (["replay", "--methods=" + ",".join(["auto"] * 2000)], ["calibrate", "--replicates=1000000"],
                        ["calibrate", "--replicates=20", "--effect_replicates=100000"]):
            with subprocess.Popen([MATBENCH, *command, "--workload=w"], cwd=self.place, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
                self.work_for(program, 1)
                program.send_signal(signal.SIGINT)
                try:
                    out, err = program.communicate(timeout=SECONDS)
                except subprocess.TimeoutExpired:
                    program.kill()
                    raise
            self.assertEqual((program.returncode, out), (130, b""), err)
            self.assertIn(b"stopped by SIGINT", err)


if __name__ == "__main__":
    main()
