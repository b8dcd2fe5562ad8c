#!/usr/bin/env python3
"""Contract C5, history and analysis: a test method per numbered line and clause, through the program. (C5.9 is ci's.)"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "command"))
from support import CommandTest, digest, main, small_test, small_workload, tree  # noqa: E402

SUMMARY_KEYS = ["entries_count", "failures", "kpis_count", "message", "no_history", "not_analyzed",
                "significant_performance_decrease", "significant_performance_increase", "total_points"]  # as PyYAML sorts them
WAVE = (0.0, 0.3, -0.2, 0.1, -0.3, 0.2, -0.1, 0.25, -0.15, 0.05)


def optional_run_id(text):
    return text.replace("run_id: str}", "run_id: \"Optional[str]\"}")


class SmallHistoryTest(CommandTest):
    """Runs of the small workload: runs/<i>, stored with store(), held against the history with analyze()."""

    def setUp(self):
        super().setUp()
        small_workload(self.place / "w")

    def run_of(self, name, speed, day=1, test="a", **data):
        small_test(self.place / "runs" / name / test, speed=speed, start=f"2025-{1 + day // 28:02d}-{1 + day % 28:02d}T10:00:00",
                   settings={"name": "a"}, **data)

    def store(self, *names, code=0):
        for name in names:
            self.matbench("upload_lts", "--workload=w", f"--results_dirname=runs/{name}", code=code)

    def line(self, n, version="1.0", level=100.0):
        """n runs of one configuration, a day apart, stored."""
        for i in range(n):
            self.run_of(str(i), level + WAVE[i % 10], i, version=version.format(i))
        self.store(*map(str, range(n)))

    def analyze(self, name, *arguments, code=0, **keywords):
        return self.matbench("analyze_lts", "--workload=w", f"--results_dirname=runs/{name}", *arguments, code=code, **keywords)

    def points(self, kpi="speed"):
        return [(p["version"], p["value"], p["repetitions"]) for p in self.kpi(kpi)["evidence"]["points"]]

    def summary(self):
        """The two levels of a YAML map that Python's tools read."""
        text = (self.place / "regression_summary.yaml").read_text()
        rows = re.findall(r"(?m)^(\w+): (?:'(.*)'|(\d+))$", text)
        self.assertEqual(len(rows), len(text.splitlines()))
        return {key: quoted.replace("''", "'") if quoted else int(number) for key, quoted, number in rows}


class RunPointTest(SmallHistoryTest):
    def test_c5_1_six_nights_of_one_version_the_last_worse(self):
        self.line(5)
        self.run_of("new", 90, 6)
        self.analyze("new", code=1)
        self.assertEqual(self.kpi("speed")["verdict"], "regression")
        self.assertEqual([value for _, value, _ in self.points()], [100 + x for x in WAVE[:5]])

    def test_c5_1_six_nights_of_fine_tuning(self):
        tree("nights", self.place / "n", 6, "--last-worse", "0.10")
        for k in range(1, 6):
            self.upload(f"n/night-{k}", code=0)
        self.fine_tuning("analyze_lts", "--results_dirname=n/night-6", code=1)
        self.assertEqual(self.kpi()["verdict"], "regression")

    def test_c5_1_earlier_runs_are_ordered_by_start(self):
        self.line(5)
        self.run_of("new", 100, 9)
        (self.place / "history.db").unlink()
        self.store("3", "0", "4", "2", "1")
        self.analyze("new")
        self.assertEqual([value for _, value, _ in self.points()], [100 + x for x in WAVE[:5]])

    def test_c5_1_repetitions_are_payloads_of_one_run_point(self):
        for i in range(4):
            for k in range(3):
                self.run_of(str(i), 100 + i + k / 10, i, test=f"rep{k}", run_id=f"run {i}")
                (self.place / f"runs/{i}/rep{k}/settings.yaml").write_text(f"name: a\nrepetition: {k}\n")
        self.store("0", "1", "2")
        self.analyze("3")
        self.assertEqual([(round(value, 6), n) for _, value, n in self.points()], [(100.1, 3), (101.1, 3), (102.1, 3)])
        self.assertEqual({e["run_id"] for e in self.json("regression_verdicts.json")["entries"]}, {"run 3"})

    def test_c5_1_without_run_id_the_uuid_is_the_run(self):
        small_workload(self.place / "w", optional_run_id)
        for i in range(4):
            self.run_of(str(i), 100 + i, i, run_id=None)
        self.store("0", "1", "2")
        self.analyze("3")
        self.assertEqual(self.points(), [("1.0", 100, 1), ("1.0", 101, 1), ("1.0", 102, 1)])

    def test_c5_1_one_run_id_in_two_versions_is_two_run_points(self):
        for i in range(4):
            self.run_of(str(i), 100 + i, i, version=f"1.{i}", run_id="same")
        self.store("0", "1", "2")
        self.analyze("3")
        self.assertEqual([p[0] for p in self.points()], ["1.0", "1.1", "1.2"])


class OrderTest(SmallHistoryTest):
    def versions(self):
        return [version for version, _, _ in self.points()]

    def test_c5_2_by_version_not_by_text_or_time(self):
        for day, version in enumerate(("1.2", "1.10", "1.9", "1.10-rc1", "0.99")):
            self.run_of(version, 100, day, version=version)
        self.store("1.10", "1.2", "0.99", "1.10-rc1", "1.9")
        self.run_of("new", 100, 9, version="2.0")
        self.analyze("new")
        self.assertEqual(self.versions(), ["0.99", "1.2", "1.9", "1.10-rc1", "1.10"])

    def test_c5_2_newer_versions_are_left_out_and_counted(self):
        for day, version in enumerate(("1.2", "1.9", "1.10", "1.11")):
            self.run_of(version, 100, day, version=version)
        self.store("1.2", "1.9", "1.10", "1.11")
        self.run_of("new", 100, 9, version="1.9")
        done = self.analyze("new")
        self.assertEqual(self.versions(), ["1.2", "1.9"])
        self.assertEqual(self.kpi("speed")["evidence"]["newer_left_out"], 2)
        self.assertIn("2 run points of newer versions left out", done.out)
        self.analyze("new", "--history_scope=all")
        self.assertEqual(self.versions(), ["1.2", "1.9", "1.10", "1.11"])
        self.assertEqual(self.kpi("speed")["evidence"]["newer_left_out"], 0)

    def test_c5_2_the_entry_is_always_last(self):
        """A test that ran before its history, of the same version and of older ones: all of them are its history."""
        self.line(9)
        self.run_of("new", 80, 0, version="1.0", run_id="late")
        self.analyze("new", code=1)
        self.assertEqual(len(self.points()), 9)
        self.assertTrue(self.kpi("speed")["evidence"]["since"]["this_run"])

    def test_c5_2_keys_without_order_go_by_first_start(self):
        for day, version in enumerate(("sha256:ffff01", "sha256:0a0b02", "sha256:770003")):
            self.run_of(version[7:], 100 + day, day, version=version)
        self.store("770003", "ffff01", "0a0b02")
        self.run_of("new", 100, 9, version="sha256:000004")
        self.analyze("new")
        self.assertEqual(self.versions(), ["sha256:ffff01", "sha256:0a0b02", "sha256:770003"])


class OwnTest(SmallHistoryTest):
    def test_c5_3_its_own_uuid_is_never_its_history(self):
        self.line(4)
        before = self.analyze("3").out
        self.assertEqual([value for _, value, _ in self.points()], [100 + x for x in WAVE[:3]])
        (self.place / "history.db").unlink()
        self.store("0", "1", "2")
        self.assertEqual(self.analyze("3").out, before.replace("4 records", "3 records"))

    def test_c5_3_its_own_uuid_under_another_run_or_label(self):
        """Stored before its version, run or settings were corrected: it is neither its own history nor its own near miss."""
        self.line(4)
        uuid = "5f1d7f0e-0000-4000-8000-00000000000a"
        corrected = {"uuid": uuid, "version": "1.0", "run_id": "right"}
        for wrong in {"version": "0.9"}, {"run_id": "wrong"}:
            with self.subTest(wrong):
                self.run_of("new", 500, 9, **corrected | wrong)
                self.store("new")
                self.run_of("new", 100, 9, **corrected)
                self.analyze("new")
                self.assertEqual([value for _, value, _ in self.points()], [100 + x for x in WAVE[:4]])
        (self.place / "history.db").unlink()
        for mode in "x", "y":
            self.run_of("new", 100, 9, **corrected)
            (self.place / "runs/new/a/settings.yaml").write_text(f"name: a\nmode: {mode}\n")
            if mode == "x":
                self.store("new")
        self.assertNotIn("differ only", self.analyze("new").out)
        self.assertEqual(self.json("regression_verdicts.json")["entries"][0]["near_misses"], [])

    def test_c5_3_ci_twice_gives_the_same(self):
        self.line(9)
        self.run_of("new", 80, 20)
        entries, outs = [], []
        for _ in range(3):
            done = self.matbench("ci", "runs/new", "--workload=w", code=1)
            entries.append(self.json("regression_verdicts.json")["entries"])
            outs.append(re.sub(r"(?m)^stored in .*$|against \d+ records", "", done.out))
        self.assertEqual(entries, [entries[0]] * 3)
        self.assertEqual(outs, [outs[0]] * 3)

    def test_c5_4_compares_first_and_stores_then(self):
        self.run_of("0", 100)
        done = self.matbench("ci", "runs/0", "--workload=w", code=0)
        self.assertRegex(done.out, r"(?m)^NOT GATED: no history for 1 of 1 entries$")
        self.assertRegex(done.out, r"(?m)^stored in sqlite:history.db: 1 added")
        stored = digest(self.place / "history.db")
        done = self.matbench("ci", "runs/0", "--workload=w", code=0)
        self.assertRegex(done.out, r"(?m)^NOT GATED: no history for 1 of 1 entries$")
        self.assertEqual(digest(self.place / "history.db"), stored)


class NoHistoryTest(SmallHistoryTest):
    def test_c5_5_not_gated_is_the_first_line(self):
        self.run_of("0", 100)
        done = self.analyze("0")
        self.assertTrue(done.out.startswith("NOT GATED: no history for 1 of 1 entries\n"), done.out)
        for name in "xyz":
            small_test(self.place / "runs/many" / name)
        self.store("0")
        small_test(self.place / "runs/many/a")
        done = self.analyze("many")
        self.assertTrue(done.out.startswith("NOT GATED: no history for 3 of 4 entries\n"), done.out)

    def test_c5_5_fail_on_no_history(self):
        self.run_of("0", 100)
        self.analyze("0", "--fail-on=no-history", code=3)
        self.analyze("0", "--fail_on=regression,no_history", code=3)
        self.analyze("0", env={"MATBENCH_FAIL_ON": "no-history"}, code=3)
        self.analyze("0", "--fail-on=regression")

    def test_c5_5_near_misses_are_shown(self):
        for i in range(4):
            small_test(self.place / f"runs/{i}/a", settings={"mode": "slow"}, run_id=str(i))
            self.store(str(i))
        small_test(self.place / "runs/new/a", settings={"mode": "fast"}, run_id="new")
        done = self.analyze("new")
        self.assertRegex(" ".join(done.out.split()),
                         r"4 records of history differ only in 'mode' \(here \"?fast\"?, there \"?slow\"?\): an ignored key\?")
        near = self.json("regression_verdicts.json")["entries"][0]["near_misses"]
        self.assertEqual([(n["key"], n["records"]) for n in near], [("mode", 4)])

    def test_c5_5_two_differences_are_no_near_miss(self):
        small_test(self.place / "runs/0/b", settings={"mode": "slow"})
        self.store("0")
        small_test(self.place / "runs/new/a", settings={"mode": "fast"})
        self.assertNotIn("differ only", self.analyze("new").out)

    def test_c5_6_an_ignored_label_that_varies_is_reported(self):
        small_workload(self.place / "w", lambda text: text + "  ignored_keys: [mode]\n")
        for i in range(5):
            small_test(self.place / f"runs/{i}/a", settings={"mode": "x" if i < 3 else "y"}, run_id=str(i))
        self.store("0", "1", "2", "3")
        done = self.analyze("4")
        self.assertEqual(self.json("regression_verdicts.json")["entries"][0]["varying"], ["mode"])
        self.assertRegex(done.out, "not compared, but not the same in all runs: 'mode'")

    def test_c5_6_a_bookkeeping_label_that_varies_is_reported(self):
        small_workload(self.place / "w", lambda text: text.replace("{name: str,", "{name: str, kpi_settings_version: str, ci_engine: str,")
                       .replace("{name: settings.name,", "{name: settings.name, kpi_settings_version: data.kv, ci_engine: data.engine,"))
        for i in range(5):
            small_test(self.place / f"runs/{i}/a", kv=f"1.{i // 3}", engine="OPENSHIFT_CI", run_id=str(i))
        self.store("0", "1", "2", "3")
        self.analyze("4")
        self.assertEqual(self.json("regression_verdicts.json")["entries"][0]["varying"], ["kpi_settings_version"])


class SummaryTest(SmallHistoryTest):
    def test_c5_7_pythons_keys_in_pythons_order(self):
        self.run_of("0", 100)
        self.analyze("0")
        self.assertEqual(list(self.summary()), SUMMARY_KEYS)
        self.assertEqual(self.summary() | {"message": ""},
                         {"entries_count": 1, "failures": 0, "kpis_count": 2, "message": "", "no_history": 1, "not_analyzed": 0,
                          "significant_performance_decrease": 0, "significant_performance_increase": 0, "total_points": 2})
        self.assertEqual(self.summary()["message"], "Performed 2 KPI regression analyses over 1 entries x 2 KPIs. 0 KPIs didn't pass. "
                                                    "1 entries didn't have historical records.")

    def test_c5_7_regressions_are_the_decrease(self):
        self.line(9)
        self.run_of("new", 80, 20)
        self.analyze("new", code=1)
        found = self.summary()
        self.assertEqual([found[key] for key in ("failures", "significant_performance_decrease", "significant_performance_increase")], [2, 2, 0])
        self.assertEqual(found["message"], "Performed 2 KPI regression analyses over 1 entries x 2 KPIs. 2 KPIs didn't pass. "
                                           "2 KPIs had a significant performance decrease. ")

    def test_c5_7_improvements_are_the_increase_and_exit_0(self):
        self.line(9)
        self.run_of("new", 130, 20)
        self.analyze("new")
        found = self.summary()
        self.assertEqual([found[key] for key in ("failures", "significant_performance_decrease", "significant_performance_increase")], [0, 0, 2])
        self.assertTrue(found["message"].endswith("0 KPIs didn't pass. 2 KPIs had a significant performance increase. "))

    def test_c5_7_fail_on_restores_pythons_code(self):
        """TOPSAIL takes 1 to 99 for "performance changed": an improvement is among them again."""
        self.line(9)
        self.run_of("better", 130, 20)
        self.run_of("worse", 80, 20)
        self.run_of("same", 100.1, 20)
        for value in ("regression,improvement", "regression, improvement", "IMPROVEMENT,regression"):
            env = {"MATBENCH_FAIL_ON": value}
            self.analyze("better", env=env, code=4)
            self.analyze("worse", env=env, code=1)
            self.analyze("same", env=env, code=0)
        (self.place / ".env.yaml").write_text("fail_on: regression,improvement\n")
        self.analyze("better", code=4)
        self.matbench("ci", "runs/better", "--workload=w", "--noupload", code=4)
        self.analyze("better", "--fail_on=regression", code=0)

    def test_c5_7_both_ways_at_once(self):
        small_workload(self.place / "w", lambda text: text.replace("value: 1 / results.speed", "value: results.failures"))
        for i in range(9):
            self.run_of(str(i), 100 + WAVE[i], i, failures=10 + WAVE[9 - i])
        self.store(*map(str, range(9)))
        self.run_of("new", 80, 20, failures=2)
        self.analyze("new", env={"MATBENCH_FAIL_ON": "regression,improvement"}, code=1)
        found = self.summary()
        self.assertEqual([found[key] for key in ("failures", "significant_performance_decrease", "significant_performance_increase")], [1, 1, 1])


class MarkerTest(SmallHistoryTest):
    MARKERS = {"NO_RESULTS_FOUND", "NO_HISTORICAL_RESULTS", "FAILURE"}

    def markers(self, folder="."):
        return self.MARKERS & set(self.names(folder))

    def test_c5_8_no_results_found(self):
        (self.place / "runs/empty").mkdir(parents=True)
        self.analyze("empty", code=103)
        self.assertEqual(self.markers(), {"NO_RESULTS_FOUND", "FAILURE"})
        self.run_of("0", "fast")
        self.analyze("0", code=102)
        self.assertEqual(self.markers(), {"NO_RESULTS_FOUND", "FAILURE"})

    def test_c5_8_no_historical_results(self):
        self.run_of("0", 100)
        self.analyze("0")
        self.assertEqual(self.markers(), {"NO_HISTORICAL_RESULTS"})
        self.assertEqual((self.place / "NO_HISTORICAL_RESULTS").read_bytes(), b"")

    def test_c5_8_markers_go_when_they_are_no_longer_true(self):
        (self.place / "runs/empty").mkdir(parents=True)
        self.analyze("empty", code=103)
        (self.place / "FAILURE").unlink()  # it is appended to, and the caller's to remove
        self.run_of("0", 100)
        self.analyze("0")
        self.assertEqual(self.markers(), {"NO_HISTORICAL_RESULTS"})
        self.store("0")
        self.analyze("0")
        self.assertEqual(self.markers(), set())

    def test_c5_8_failure_is_appended(self):
        self.run_of("0", 100)
        (self.place / "history.db").write_text("this is no database, but long enough to be looked at as one\n" * 20)
        for lines in (1, 2):
            done = self.analyze("0", code=110)
            text = (self.place / "FAILURE").read_text()
            self.assertEqual(len(text.splitlines()), lines)
            self.assertIn(text.splitlines()[-1], done.err)

    def test_c5_8_beside_the_report(self):
        self.run_of("0", 100)
        self.analyze("0", "--report_dest=out/r.html")
        self.assertEqual((self.markers(), self.markers("out")), (set(), {"NO_HISTORICAL_RESULTS"}))


if __name__ == "__main__":
    main()
