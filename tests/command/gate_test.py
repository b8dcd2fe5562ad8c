#!/usr/bin/env python3
"""Tests of the gate through the program: histories of nights and releases, verdicts and exit codes (contract C5)."""
import re
import shutil

from support import SOURCE, CommandTest, digest, main, tree


def copy_workload(folder, edit):
    """The shipped workload in `folder`, its file edited: edit(text) -> text."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SOURCE / "workloads/topsail", folder.parent / "topsail", dirs_exist_ok=True)
    shutil.copytree(SOURCE / "workloads/fine_tuning", folder, ignore=shutil.ignore_patterns("example"))
    file = folder / "workload.yaml"
    text = file.read_text()
    file.write_text(edit(text))
    assert file.read_text() != text


def min_absolute(text):
    """For each KPI, in both of the notations of that file."""
    text = re.sub(r"(?m)(better: (?:higher|lower)),", r"\1, min_absolute: 10000,", text)
    return re.sub(r"(?m)^(    better: (?:higher|lower))$", r"\1\n    min_absolute: 10000", text)


class NightsTest(CommandTest):
    """Nights of one version, the last 10 % worse: earlier runs of the same version are history."""

    def nights(self, n, *options):
        tree("nights", self.place / "n", n, *options)
        for k in range(1, n):
            self.upload(f"n/night-{k}", code=0)
        return f"n/night-{n}"

    def test_six_nights(self):
        last = self.nights(6, "--last-worse", "0.10")
        for code, options in ((1, ()), (1, ("--min_history=5",)), (0, ("--min_history=8",)),
                              (2, ("--fail_on=regression,suspect", "--min_history=8")), (0, ("--fail_on=none",)),
                              (0, ("--fail_on=improvement", "--min_history=8"))):
            with self.subTest(options):
                done = self.ci(last, "--noupload", *options, code=code)
                verdict = self.kpi()["verdict"]
                self.assertEqual(verdict, "suspect" if "--min_history=8" in options else "regression")
                self.assertRegex(done.out, f"exit code {code}: ")
                self.assertEqual(self.json("outcome.json")["exit_code"], code)
        self.assertIn("5 run points of the 8", self.kpi()["reason"])
        self.assertEqual(self.kpi()["evidence"]["more_runs"], 3)

    def test_nine_nights(self):
        last = self.nights(9, "--last-worse", "0.10")
        done = self.ci(last, "--noupload", code=1)
        self.assertEqual({k["verdict"] for k in self.json("regression_verdicts.json")["entries"][0]["kpis"]},
                         {"regression", "not analysed"})
        self.assertNotRegex(done.err, "(?m)^(ERROR|FATAL)")
        summary = (self.place / "regression_summary.yaml").read_text()
        self.assertIn("failures: 8\n", summary)
        self.assertIn("significant_performance_decrease: 8\n", summary)
        worse = -self.kpi()["evidence"]["relative_change"]
        self.assertAlmostEqual(worse, 0.10, delta=0.01)

    def test_thresholds(self):
        """Relative and absolute ones, and both must be passed."""
        last = self.nights(9, "--last-worse", "0.10")
        workload = self.place / "w"
        for code, verdict, edit in ((0, "ok", lambda text: text.replace("\nanalyze:\n", "\nanalyze:\n  min_relative: 0.2\n")),
                                    (1, "regression", lambda text: text.replace("\nanalyze:\n", "\nanalyze:\n  min_relative: 0.05\n")), (0, "ok", min_absolute)):
            copy_workload(workload, edit)
            self.matbench("ci", last, "--workload=w", "--noupload", code=code)
            self.assertEqual(self.kpi()["verdict"], verdict)

    def test_an_improvement_ends_with_0_or_4(self):
        last = self.nights(9, "--last-worse", "-0.10")
        self.ci(last, "--noupload", code=0)
        self.assertEqual(self.kpi()["verdict"], "improvement")
        self.ci(last, "--noupload", "--fail_on=improvement", code=4)
        self.ci(last, "--noupload", env={"MATBENCH_FAIL_ON": "regression,improvement"}, code=4)
        self.assertIn("significant_performance_increase: 8\n", (self.place / "regression_summary.yaml").read_text())

    def test_the_same_twice(self):
        """C5.3, C5.4: compares first and stores then; its own test_uuid is never its history."""
        last = self.nights(9, "--last-worse", "0.10")
        first = self.ci(last, code=1)
        verdicts, stored = self.json("regression_verdicts.json"), digest(self.place / "history.db")
        self.assertRegex(first.out, "(?m)^stored in sqlite:history.db: 1 added, 0 replaced, 0 there already")
        second = self.ci(last, code=1)
        self.assertRegex(second.out, "(?m)^stored in sqlite:history.db: 0 added, 0 replaced, 1 there already")
        again = self.json("regression_verdicts.json")
        self.assertEqual(verdicts["entries"], again["entries"])
        self.assertEqual(digest(self.place / "history.db"), stored)

    def test_repeating_an_upload_changes_nothing(self):
        self.nights(4)
        before = digest(self.place / "history.db")
        for k in (2, 1, 3, 2):
            self.upload(f"n/night-{k}", code=0)
        self.upload("n", code=0)  # all of them, and the last, which was not there
        self.assertNotEqual(digest(self.place / "history.db"), before)
        after = digest(self.place / "history.db")
        self.upload("n", "--jobs=1", code=0)
        self.assertEqual(digest(self.place / "history.db"), after)

    def test_upload_on_regression(self):
        last = self.nights(9, "--last-worse", "0.10")
        before = digest(self.place / "history.db")
        (self.place / "c.yaml").write_text("matbench:\n  lts:\n    regression_analyses:\n      upload_lts_on_regression: false\n")
        done = self.ci(last, "--config=c.yaml", code=1)
        self.assertIn("upload_lts_on_regression is false", done.out)
        self.assertEqual(digest(self.place / "history.db"), before)
        self.ci(last, "--config=c.yaml", "--fail_on=none", code=0)  # not gated, so nothing stops it
        self.assertNotEqual(digest(self.place / "history.db"), before)

    def test_an_ignored_label_that_varies_is_reported(self):
        last = self.nights(4)
        for file in (self.place / last).rglob("ocp_version.yml"):
            file.write_text(re.sub(r"openshiftVersion: .*", "openshiftVersion: 4.19.99", file.read_text()))
        done = self.ci(last, code=0)
        self.assertEqual(self.json("regression_verdicts.json")["entries"][0]["varying"], ["ocp_version"])
        self.assertRegex(done.out, "not the same in all runs:\\s+'ocp_version'")


class ReleasesTest(CommandTest):
    def versions(self):
        """Of the run points that the entry was held against, in order; it is not among them."""
        return [p["version"].split(":")[1] for p in self.kpi()["evidence"]["points"]]

    def test_versions_in_order(self):
        """1.2 < 1.9 < 1.10, by number and not by text or time."""
        tree("releases", self.place / "r", "v1.2", "v1.10", "v1.9", "v1.11")
        for version in ("v1.10", "v1.2", "v1.9"):
            self.upload(f"r/{version}", code=0)
        self.fine_tuning("analyze_lts", "--results_dirname=r/v1.11", code=0)
        self.assertEqual(self.versions(), ["v1.2", "v1.9", "v1.10"])
        self.assertEqual(self.json("regression_verdicts.json")["entries"][0]["version"], "fms-hf-tuning:v1.11")

    def test_newer_versions_are_left_out_and_counted(self):
        tree("releases", self.place / "r", "v1.2", "v1.9", "v1.10", "v1.11")
        self.upload("r", code=0)
        done = self.fine_tuning("analyze_lts", "--results_dirname=r/v1.9", code=0)
        entry = self.json("regression_verdicts.json")["entries"][0]
        self.assertEqual((entry["newer_left_out"], entry["kpis"][0]["evidence"]["newer_left_out"]), (2, 2))
        self.assertIn("2 run points of newer versions left out", done.out)
        self.fine_tuning("analyze_lts", "--results_dirname=r/v1.9", "--history_scope=all", code=0)
        self.assertEqual(self.versions(), ["v1.2", "v1.10", "v1.11"])


class NoHistoryTest(CommandTest):
    def test_the_first_line_and_exit_3(self):
        tree("one", self.place / "one")
        done = self.fine_tuning("analyze_lts", "--results_dirname=one", code=0)
        self.assertTrue(done.out.startswith("NOT GATED: no history for 1 of 1 entries\n"), done.out)
        done = self.ci("one", "--noupload", "--fail_on=no-history", code=3)
        self.assertRegex(done.out, "(?m)^NOT GATED: no history for 1 of 1 entries$")
        self.ci("one", "--noupload", "--fail-on=regression", "--fail-on=no_history", code=3)
        self.assertFalse((self.place / "history.db").exists())

    def test_a_near_miss_is_named(self):
        tree("nights", self.place / "n", 3)
        self.upload("n/night-1", code=0)
        self.upload("n/night-2", code=0)
        for file in (self.place / "n/night-3").rglob("config_final.json"):
            file.write_text(re.sub(r'"max_seq_length": \d+', '"max_seq_length": 4321', file.read_text()))
        done = self.ci("n/night-3", "--noupload", "--fail_on=no-history", code=3)
        self.assertRegex(" ".join(done.out.split()), r"2 records of history differ only in 'max_seq_length' \(here 4321, there \d+\)")
        self.assertTrue(self.json("regression_verdicts.json")["entries"][0]["near_misses"])

    def test_history_that_no_longer_matches_is_missing(self):
        """A label that history has not: a key list changed, which is not the same as no history."""
        tree("nights", self.place / "n", 3)
        for k in (1, 2):
            self.upload(f"n/night-{k}", code=0)
        copy_workload(self.place / "w", lambda text: text.replace("  Results:\n", "    colour: str\n  Results:\n").replace(
            "      run_id: from_env", "      colour: \"'red'\"\n      run_id: from_env"))
        done = self.matbench("ci", "n/night-3", "--workload=w", "--noupload", "--fail_on=missing", code=3)
        self.assertEqual(self.kpi()["verdict"], "missing")
        self.assertRegex(done.out, "(?m)^NOT GATED: history no longer matches for 1 of 1 entries")
        self.assertIn("'colour'", done.out)
        self.matbench("ci", "n/night-3", "--workload=w", "--noupload", "--fail_on=no-history", code=0)


class UploadTest(CommandTest):
    def test_one_invalid_payload(self):
        tree("odd", self.place / "odd", "missing-uuid")
        done = self.upload("odd", code=102)
        self.assertIn("ERROR | nothing was stored; --valid_only", done.err)
        self.assertEqual(self.names(), ["odd"])
        done = self.upload("odd", "--valid_only", code=0)
        self.assertIn("1 added", done.err)
        self.assertIn("fine_tuning: 1 payload", self.matbench("history", "list", code=0).out)

    def test_one_broken_test(self):
        tree("odd", self.place / "odd", "broken-yaml")
        for test in (self.place / "odd").rglob("001__config"), (self.place / "odd").rglob("003__play"):
            (next(test) / "skip").touch()
        self.assertEqual(self.upload("odd").code, 101)  # broken settings: not even a payload
        self.assertFalse((self.place / "history.db").exists())
        self.upload("odd", "--valid_only", code=0)
        self.assertTrue((self.place / "history.db").exists())


class BlockTest(CommandTest):
    """The `matbench:` block of ci."""

    def setUp(self):
        super().setUp()
        tree("one", self.place / "one")

    def block(self, text, *arguments, **keywords):
        (self.place / "config.yaml").write_text(text)
        return self.matbench("ci", "--config=config.yaml", *arguments, **keywords)

    def test_all_of_it(self):
        self.block("other: 1\nmatbench:\n  workload: projects.fine_tuning.visualizations.fms_hf_tuning\n  test_directory: one\n"
                   "  lts:\n    history: {uri: 'sqlite:other.db'}\n    gate: {fail_on: no-history}\n", code=3)
        self.assertIn("other.db", self.names())
        self.block("matbench: {workload: fine_tuning, test_directory: one, lts: {generate: false}}", code=0)
        self.block("matbench: {workload: fine_tuning, test_directory: absent}", "one", "--history=sqlite:third.db", code=0)
        self.assertIn("third.db", self.names())

    def test_refused(self):
        rows = (
            ("matbench: {workload: fine_tuning, wrkload: x}", "did you mean 'matbench.workload'"),
            ("matbench: {lts: {regression_analyses: {fail_test_on_regresion: true}}}", "fail_test_on_regression'?"),
            ("matbench: {lts: {generate: perhaps}}", "generate"),
            ("matbench: [1]", "matbench"),
            ("other: 1", "matbench"),
            ("matbench: {", "config.yaml:"),
            ("matbench: {lts: {gate: {fail_on: regresion}}, workload: fine_tuning}", "did you mean 'regression'"),
        )
        for text, said in rows:
            with self.subTest(text):
                done = self.block(text, "one", code=100)
                self.assertIn(said, done.err)
                self.assertRegex(done.err, r"\AERROR \| [^\n]*\n\Z")
        self.assertEqual(self.names(), ["config.yaml", "one"])
        self.assertIn("absent.yaml", self.matbench("ci", "one", "--config=absent.yaml", code=100).err)

    def test_a_regression_need_not_fail(self):
        tree("nights", self.place / "n", 9, "--last-worse", "0.10")
        for k in range(1, 9):
            self.upload(f"n/night-{k}", code=0)
        text = "matbench: {workload: fine_tuning, test_directory: n/night-9, lts: {regression_analyses: {%s}}}"
        self.block(text % "fail_test_on_regression: true", "--noupload", code=1)
        self.block(text % "fail_test_on_regression: false", "--noupload", code=0)
        self.block(text % "enabled: false", "--noupload", code=0)
        # a flag says more than the block
        self.block(text % "fail_test_on_regression: false", "--noupload", "--fail_on=regression", code=1)

    def test_gate_options(self):
        """Every key of lts.gate counts, and a flag counts more."""
        tree("nights", self.place / "n", 9, "--last-worse", "0.10")
        for k in range(1, 9):
            self.upload(f"n/night-{k}", code=0)
        text = "matbench: {workload: fine_tuning, test_directory: n/night-9, lts: {gate: {%s}}}"
        self.block(text % "min_history: 20", "--noupload", code=0)
        self.assertEqual(self.kpi()["verdict"], "suspect")
        self.block(text % "min_history: 20, fail_on: suspect", "--noupload", code=2)
        self.block(text % "min_history: 20", "--noupload", "--min_history=8", code=1)
        self.block(text % "false_alarm_rate: 1e-9", "--noupload", code=0)
        self.block(text % "false_alarm_rate: 1e-9", "--noupload", "--false_alarm_rate=0.05", code=1)
        done = self.block(text % "min_history: few", "--noupload", code=100)
        self.assertIn("--min_history (matbench.lts.gate.min_history): 'few': expected a number", done.err)


if __name__ == "__main__":
    main()
