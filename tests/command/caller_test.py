#!/usr/bin/env python3
"""The caller: TOPSAIL's post-test step (formats.md D11) with our binary first in PATH, as tests/caller/post_test_step.sh makes its
calls. Exit codes, files and greps are those that the step looks at."""
import copy
import json
import os
import pathlib
import random
import shutil
import subprocess
import uuid

from support import MATBENCH, SECONDS, SHARED, SOURCE, CommandTest, copy_of, environment, main, tree

STEP = SOURCE / "tests/caller/post_test_step.sh"
GOLDEN = SHARED / "data/python-golden"
FMS = "projects.fine_tuning.visualizations.fms_hf_tuning"
REPORTS = ("report: Error report", "report: SFTTrainer report", "report: LTS Documentation", "report: KPI Table Report by settings",
           "report: KPI Table Report by labels", "report: KPI Plot Report")
NIGHTS = 9


def write_history(folder, payloads, factor, seed=1):
    """Older versions of the payloads, one run a week each, as the Python tool keeps them: `factor` × as fast as now, ± 1 %."""
    dice = random.Random(seed)
    folder.mkdir(parents=True)
    (folder / "source.lts.yaml").write_text("date: '2025-06-01T00:00:00.000000Z'\nfilters: []\nindex: topsail-fine-tuning\n\n")
    for k in range(NIGHTS):
        for payload in payloads:
            older = copy.deepcopy(payload)
            name = str(uuid.UUID(int=dice.getrandbits(128), version=4))
            image = payload["metadata"]["settings"]["container_image"].split(":")[0] + f":v1.{k}.0"
            start = f"2024-0{k + 1}-06T08:00:00"
            older["metadata"] |= {"test_uuid": name, "start": start, "end": start}
            older["metadata"]["settings"] |= {"container_image": image, "run_id": f"{k}/run"}
            for kpi in older["kpis"].values():
                kpi |= {"test_uuid": name, "container_image": image, "run_id": f"{k}/run", "@timestamp": start + ".000000Z"}
                change = factor * dice.uniform(0.99, 1.01)
                kpi["value"] = kpi["value"] / change if kpi.get("lower_better") else kpi["value"] * change
            (folder / f"topsail-fine-tuning_{name}.json").write_text(json.dumps(older, indent=4) + "\n")


class CallerCase(CommandTest):
    def setUp(self):
        super().setUp()
        (self.place / "bin").mkdir()
        (self.place / "bin/matbench").symlink_to(MATBENCH)
        (self.place / "cwd").mkdir()

    def step(self, results, code, workload=FMS, **variables):
        artifacts = self.place / "artifacts"
        shutil.rmtree(artifacts, ignore_errors=True)
        artifacts.mkdir()
        env = environment({"WORKLOAD": workload, "BASE_DIR": "/nonexistent/topsail", "MATBENCH_HISTORY": f"dir:{self.place}/history",
                           "GENERATE": "&".join("stats=" + r for r in REPORTS)} | variables)
        env["PATH"] = f"{self.place}/bin:{os.environ['PATH']}"
        done = subprocess.run([STEP, self.place / results, artifacts], cwd=self.place / "cwd", env=env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=SECONDS)
        logs = "\n".join(f"--- {p.name}\n{p.read_text()}" for p in sorted(artifacts.rglob("*.log")))
        self.assertEqual(done.returncode, code, f"{done.stdout}{done.stderr}\n{logs}")
        self.assertEqual(done.stderr, "")
        self.assertEqual((artifacts / "FAILURE").exists(), code != 0)
        self.artifacts = artifacts
        return done.stdout.splitlines()

    def golden(self, name):
        shutil.rmtree(self.place / "tests", ignore_errors=True)
        copy_of(GOLDEN / name, self.place / "tests", copy_function=shutil.copy)
        return "tests"

    def payloads(self, name):
        return json.loads((GOLDEN / name).read_text())

    def assert_files(self, *names):
        for name in names:
            self.assertTrue((self.artifacts / name).is_file(), (name, self.names("artifacts")))

    def stored(self):
        return sorted((self.place / "history").glob("*.json"))


class CallerTest(CallerCase):
    def test_first_run(self):
        """No history: 123 from the download is no failure, and the payloads are stored. The second time nothing changes."""
        rows = (("fms/tests", FMS, 4), ("fms/tests_small", FMS, 6), ("ilab/tests", FMS.replace("fms_hf_tuning", "ilab_training"), 2),
                ("skeleton/tests", "projects.skeleton.visualizations.skeleton", 2))
        for name, workload, payloads in rows:
            with self.subTest(name):
                for folder in "tests", "history":
                    shutil.rmtree(self.place / folder, ignore_errors=True)
                results = self.golden(name)
                said = self.step(results, 0, workload)
                self.assertEqual(said, ["step: download_lts 123", "step: analyze_lts 0", "step: upload_lts 0"])
                self.assert_files("0_matbench_parse.log", "1_matbench_generate_lts.log", "2_matbench_generate_lts_schema.log",
                                  "3_matbench_download_lts.log", "4_matbench_analyze_lts.log", "5_matbench_upload_lts.log",
                                  "6_matbench_visualize.log", "internal_matrix.json", "lts_payload.json", "lts_payload.schema.json",
                                  "regression_report.html", "regression_summary.yaml", "reports_index.html",
                                  "NO_HISTORICAL_RESULTS")
                self.assertEqual(len(self.stored()), payloads)
                self.assertEqual(len(json.loads((self.artifacts / "lts_payload.json").read_text())), payloads)
                said = self.step(results, 0, workload)
                self.assertEqual(said, ["step: download_lts 0", "step: analyze_lts 0", "step: upload_lts 0"])
                self.assertEqual(len(self.stored()), payloads)

    def test_no_change(self):
        results = self.golden("fms/tests")
        write_history(self.place / "history", self.payloads("fms/lts.json"), 1.0)
        said = self.step(results, 0)
        self.assertEqual(said, ["step: download_lts 0", "step: analyze_lts 0", "step: upload_lts 0"])
        self.assertIn("significant_performance_decrease: 0\n", (self.artifacts / "regression_summary.yaml").read_text())
        self.assertEqual(len(self.stored()), 4 * NIGHTS + 4)
        downloaded = self.place / results / "lts" / FMS
        self.assertEqual(len(list(downloaded.glob("*.json"))), 4 * NIGHTS)
        self.assertTrue((downloaded / "source.lts.yaml").exists())

    def test_regression(self):
        results = self.golden("fms/tests")
        write_history(self.place / "history", self.payloads("fms/lts.json"), 1.3)
        before = len(self.stored())
        said = self.step(results, 1)
        self.assertEqual(said[1], "step: analyze_lts 1")
        self.assertIn("performance regression", (self.artifacts / "FAILURE").read_text())
        self.assertIn("upload_lts 0", said[2])
        self.assertEqual(len(self.stored()), before + 4)
        self.assert_files("regression_report.html", "reports_index.html")

    def test_a_regression_that_does_not_fail_or_is_not_stored(self):
        results = self.golden("fms/tests")
        write_history(self.place / "history", self.payloads("fms/lts.json"), 1.3)
        before = len(self.stored())
        said = self.step(results, 1, UPLOAD_ON_REGRESSION="false")
        self.assertEqual(said[2], "step: not uploaded")
        self.assertEqual(len(self.stored()), before)
        self.step(results, 0, FAIL_ON_REGRESSION="false")
        self.assertEqual(len(self.stored()), before + 4)

    def test_improvement(self):
        """Differs from Python on purpose (C5.7): it is no failure, unless MATBENCH_FAIL_ON says so."""
        results = self.golden("fms/tests")
        write_history(self.place / "history", self.payloads("fms/lts.json"), 0.7)
        self.step(results, 0, UPLOAD="false")
        said = self.step(results, 1, UPLOAD="false", MATBENCH_FAIL_ON="regression,improvement")
        self.assertEqual(said[1], "step: analyze_lts 4")
        self.assertIn("performance boost", (self.artifacts / "FAILURE").read_text())

    def test_broken_test(self):
        """Parsing goes on; making the payloads is a recorded failure, and nothing is stored."""
        results = self.golden("fms/tests")
        next((self.place / results).rglob("pod.log")).unlink()
        said = self.step(results, 1, ANALYZE="false")
        self.assertEqual(said, ["step: not uploaded", said[-1]])
        self.assertIn("1_matbench_generate_lts.log", (self.artifacts / "FAILURE").read_text())
        self.assertNotIn("0_matbench_parse.log", (self.artifacts / "FAILURE").read_text())
        self.assertFalse(self.stored())
        self.assert_files("internal_matrix.json", "lts_payload.json", "reports_index.html")
        self.assertEqual(len(json.loads((self.artifacts / "lts_payload.json").read_text())), 3)

    def test_nothing_to_parse(self):
        (self.place / "tests").mkdir()
        said = self.step("tests", 1)
        self.assertIn("parsing", said[-1])
        self.assertEqual([p.name for p in self.artifacts.glob("*.log")], ["0_matbench_parse.log"])

    def test_replot(self):
        results = self.golden("fms/tests")
        write_history(self.place / "history", self.payloads("fms/lts.json"), 1.3)
        before = len(self.stored())
        self.assertEqual(self.step(results, 0, REPLOT="true"), [])
        self.assertEqual(len(self.stored()), before)
        self.assert_files("3_matbench_visualize.log", "reports_index.html")

    def test_filters(self):
        tree("many", self.place / "many", 3)
        settings = next((self.place / "many").rglob("settings.yaml")).read_text().splitlines()
        chosen = settings[0].replace(": ", "=")
        self.step("many", 0, FILTERS=chosen, ANALYZE="false", UPLOAD="false")
        self.assert_files(f"{chosen}/3_matbench_visualize.log", f"{chosen}/reports_index.html")

    def test_cache_ignored(self):
        results = self.golden("fms/tests")
        self.step(results, 0, IGNORE_CACHE="true", ANALYZE="false", UPLOAD="false")


if __name__ == "__main__":
    assert pathlib.Path("/bin/bash").exists()
    main()
