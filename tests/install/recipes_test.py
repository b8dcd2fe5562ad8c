#!/usr/bin/env python3
"""recipes_test.py MATBENCH: the step of each CI recipe, cut out of its file and run as its system would run it: with its variables,
its paths standing in a scratch directory, and the program in PATH. Needs PyYAML."""
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "command"))
import support  # noqa: E402
import yaml  # noqa: E402

RECIPES = support.SOURCE / "ci/recipes"
NIGHTS = 10  # 1 to 8 are the history; 9 is quiet, 10 is worse
KEPT = {"regression_verdicts.json", "regression_junit.xml", "regression_report.md", "kpis.om", "outcome.json"}


class Recipe:
    """A subclass reads its file in read(main), where main says whether the default branch is tested, and gives itself
    shell (how its system runs a script), script, variables, where history.db is, where the results have to lie and where the
    reports are: paths within the scratch directory."""

    def setUp(self):
        super().setUp()
        (self.place / "bin").mkdir()
        (self.place / "bin/matbench").symlink_to(support.MATBENCH)

    @classmethod
    def setUpClass(cls):
        cls.shared = support.tempfile.TemporaryDirectory(prefix="mb-recipes-")
        cls.addClassCleanup(cls.shared.cleanup)
        cls.nights = pathlib.Path(cls.shared.name) / "nights"
        support.tree("nights", cls.nights, NIGHTS, "--last-worse", 0.15)
        for night in range(1, 9):
            subprocess.run([support.MATBENCH, "upload_lts", "--workload=fine_tuning", f"--results_dirname={cls.nights}/night-{night}",
                            "--history=sqlite:history.db"], cwd=cls.shared.name, env=support.environment(), check=True, capture_output=True)

    def step(self, night=None, main=True, history=True):
        """The step as the job runs it, anew: gives its exit code; then self.before and self.after are the history's digests."""
        self.read(main)
        for folder in self.place.iterdir():
            if folder.name != "bin":
                shutil.rmtree(folder)
        database = self.place / self.history
        (self.place / "work").mkdir()
        database.parent.mkdir(parents=True, exist_ok=True)
        if history:
            shutil.copy(pathlib.Path(self.shared.name) / "history.db", database)
        if night:
            shutil.copytree(self.nights / f"night-{night}", self.place / self.results)
        else:
            (self.place / self.results).mkdir()
        self.prepare()
        self.before = support.digest(database) if history else None
        (self.place / "work/.step").write_text(self.script)
        env = support.environment(self.variables)
        env["PATH"] = f"{self.place}/bin:{env['PATH']}"
        self.done = subprocess.run([*self.shell, self.place / "work/.step"], cwd=self.place / "work", env=env, stdin=subprocess.DEVNULL,
                                   capture_output=True, text=True, timeout=support.SECONDS)
        self.after = support.digest(database) if database.exists() else None
        return self.done.returncode

    def prepare(self):
        """What else the job has made before the step."""

    def said(self):
        return self.done.stdout + self.done.stderr

    def test_a_regression_fails_the_job_and_is_history(self):
        self.assertEqual(self.step(10), 1, self.said())
        self.assertIn("exit code 1: a regression", self.done.stdout)
        self.assertLessEqual(KEPT, set(self.names(self.reports)))
        self.assertNotEqual(self.after, self.before)

    def test_a_quiet_run_passes_and_is_history(self):
        self.assertEqual(self.step(9), 0, self.said())
        self.assertLessEqual(KEPT, set(self.names(self.reports)))
        self.assertNotEqual(self.after, self.before)

    def test_the_first_run_makes_the_history(self):
        self.assertEqual(self.step(1, history=False), 0, self.said())
        self.assertTrue(self.after)

    def test_another_branch_compares_only(self):
        for night, code in (10, 1), (9, 0):
            self.assertEqual(self.step(night, main=False), code, self.said())
            self.assertEqual(self.after, self.before)

    def test_no_results_fail_the_job(self):
        self.assertEqual(self.step(), 103, self.said())
        self.assertEqual(self.after, self.before)

    def test_the_script(self):
        self.read(True)
        self.assertNotRegex(self.script, r"\$\{\{|\$\(params|\$\(workspaces")  # would be put into the script as text
        checked = subprocess.run(["shellcheck", "-s", "sh", "-"], input=self.script, capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0, checked.stdout)
        self.assertIn("CHANGE", (RECIPES / self.file).read_text())


class GitHub(Recipe, support.CommandTest):
    file, history, results, reports = "github-actions.yml", "work/history.db", "work/results", "work/reports"

    def read(self, main):
        self.recipe = yaml.safe_load((RECIPES / self.file).read_text())
        self.job = self.recipe["jobs"]["gate"]
        self.steps = self.job["steps"]
        step = next(s for s in self.steps if "run" in s)
        known = {"${{ github.ref == 'refs/heads/main' }}": str(main).lower()}
        self.variables = {k: known[v] if "${{" in v else v for k, v in self.job["env"].items()} | {
            "GITHUB_STEP_SUMMARY": str(self.place / "work/summary.md")}
        self.shell = {"bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"]}[step["shell"]]
        self.script = step["run"]

    def test_the_job_around_it(self):
        self.read(True)
        self.assertIn("workflow_call", self.recipe[True])  # YAML 1.1 reads `on` as true
        used = [s.get("uses", "run").split("@")[0] for s in self.steps]
        self.assertEqual(used, ["actions/download-artifact", "actions/cache/restore", "run", "actions/cache/save", "actions/upload-artifact"])
        download, restore, _, save, upload = self.steps
        self.assertEqual(download["with"]["path"], "results")
        self.assertEqual(restore["with"]["path"], save["with"]["path"])
        self.assertEqual(restore["with"]["key"], save["with"]["key"])  # unique: a cache entry is never overwritten
        self.assertTrue(save["with"]["key"].startswith(restore["with"]["restore-keys"]))
        self.assertIn("MATBENCH_UPLOAD == 'true'", save["if"])
        for step in save, upload:
            self.assertIn("!cancelled()", step["if"])  # after a regression too
        self.assertFalse(self.job["concurrency"]["cancel-in-progress"])

    def test_the_summary(self):
        self.step(10)
        summary = (self.place / "work/summary.md").read_text()
        self.assertIn("The gate fails with exit code 1: a regression.", summary)
        self.assertEqual(summary, (self.place / "work/reports/regression_report.md").read_text())
        self.assertIn("::error ", self.done.stdout)
        self.assertEqual(self.step(9), 0, self.said())
        self.assertIn("The gate passes", (self.place / "work/summary.md").read_text())


class GitLab(Recipe, support.CommandTest):
    file, history, results, reports = "gitlab-ci.yml", "work/history/history.db", "work/results", "work/reports"

    def read(self, main):
        recipe = yaml.safe_load((RECIPES / self.file).read_text())
        self.job = recipe["performance-gate"]
        self.assertIn(self.job["stage"], recipe["stages"])
        default, request = self.job["rules"]
        self.variables = self.job["variables"] | (default if main else request).get("variables", {})
        self.shell = ["sh"]
        self.script = "set -e\n" + "\n".join(self.job["script"])

    def test_the_job_around_it(self):
        self.read(True)
        self.assertEqual(self.variables["HISTORY_POLICY"], "pull-push")
        self.assertEqual(self.job["cache"]["policy"], "$HISTORY_POLICY")
        self.assertEqual(self.job["cache"]["paths"], ["history/"])
        self.assertEqual((self.job["cache"]["when"], self.job["artifacts"]["when"]), ("always", "always"))
        self.assertEqual(self.job["artifacts"]["paths"], ["reports/"])
        self.assertEqual(self.job["artifacts"]["reports"], {"junit": "reports/regression_junit.xml"})
        self.assertTrue(self.job["resource_group"])
        self.read(False)
        self.assertEqual(self.variables["HISTORY_POLICY"], "pull")


class Jenkins(Recipe, support.CommandTest):
    file, history, results, reports = "Jenkinsfile", "history/history.db", "work/results", "work/reports"

    def read(self, main):
        text = (RECIPES / self.file).read_text()
        block = re.search(r"(?s)environment \{(.*?)\n    \}", text)[1]
        values = re.findall(r"(?m)^\s+(\w+) = (['\"])(.*)\2", block)
        self.assertEqual(len(values), block.strip().count("\n") + 1)
        known = {"${env.CHANGE_ID == null}": str(main).lower()}
        self.variables = {name: known[value] if quote == '"' else value.replace("/history", f"{self.place}/history", 1)
                          for name, quote, value in values}
        self.shell = ["sh", "-xe"]
        self.script = re.search(r"(?s)sh '''\n(.*?)'''", text)[1]
        self.text = text

    def test_the_job_around_it(self):
        self.read(True)
        self.assertEqual(self.text.count("{"), self.text.count("}"))
        self.assertRegex(self.text, r"args '-v \S+:/history'")
        self.assertIn("disableConcurrentBuilds()", self.text)
        self.assertRegex(self.text, r"(?s)post \{\s+always \{\s+junit testResults: 'reports/regression_junit.xml', allowEmptyResults: true\s+"
                                    r"archiveArtifacts artifacts: 'reports/\*\*'")


class Tekton(Recipe, support.CommandTest):
    file, history, results, reports = "tekton.yaml", "history/history.db", "work/results", "work/reports"

    def read(self, main):
        self.task = yaml.safe_load((RECIPES / self.file).read_text())
        spec = self.task["spec"]
        step, = spec["steps"]
        known = {f"$(workspaces.{w['name']}.path)": str(self.place / {"results": "work"}.get(w["name"], w["name"])) for w in spec["workspaces"]}
        known |= {f"$(params.{p['name']})": p["default"] for p in spec["params"]} | ({"$(params.upload)": "true"} if main else {})
        self.variables = {v["name"]: re.sub(r"\$\([\w.]+\)", lambda m: known[m[0]], v["value"]) for v in step["env"]}
        self.assertEqual(step["workingDir"], "$(workspaces.results.path)")
        self.script = step["script"]
        self.shell = [re.match(r"#!(\S+)\n", self.script)[1]]

    def test_the_task_around_it(self):
        self.read(False)
        self.assertEqual((self.task["apiVersion"], self.task["kind"]), ("tekton.dev/v1", "Task"))
        self.assertEqual(self.variables["MATBENCH_UPLOAD"], "false")  # becoming history has to be asked for


class Prow(Recipe, support.CommandTest):
    file, history, results, reports = "prow.yaml", "history/history.db", "from-test", "artifacts"

    def read(self, main):
        self.job, = yaml.safe_load((RECIPES / self.file).read_text())["periodics"]
        container, = self.job["spec"]["containers"]
        self.variables = {v["name"]: v["value"] for v in container["env"]} | {"ARTIFACTS": str(self.place / "artifacts")}
        if not main:
            self.variables["MATBENCH_UPLOAD"] = "false"  # as the recipe says for presubmits
        mount, = container["volumeMounts"]
        self.variables["MATBENCH_HISTORY"] = self.variables["MATBENCH_HISTORY"].replace(mount["mountPath"], f"{self.place}/history", 1)
        *shell, flags = container["command"]
        self.shell = [*shell, flags.replace("c", "")]
        self.script, = container["args"]

    def prepare(self):
        """Prow's folder for artifacts, and a test that takes its results from where they are."""
        (self.place / "artifacts").mkdir()
        test = self.place / "bin/run-performance-test"
        test.write_text(f'#!/bin/sh\ncp -r "{self.place}/from-test" "${{1#--results=}}"\n')
        test.chmod(0o755)
        self.script = self.script.replace("/tmp/results", f"{self.place}/work/results")

    def test_the_job_around_it(self):
        self.read(True)
        self.assertTrue(self.job["decorate"])
        self.assertEqual(self.job["max_concurrency"], 1)
        container, = self.job["spec"]["containers"]
        self.assertEqual([v["name"] for v in self.job["spec"]["volumes"]], [m["name"] for m in container["volumeMounts"]])
        self.assertRegex(self.job["name"], r"\A[a-z0-9-]{1,63}\Z")


class TheFolder(unittest.TestCase):
    def test_every_recipe_is_tried_and_listed(self):
        tried = {c.file for c in Recipe.__subclasses__()} | {"README.md", "Containerfile"}
        self.assertEqual({p.name for p in RECIPES.iterdir()}, tried)
        listed = re.findall(r"(?m)^\| `([^`]+)`", (RECIPES / "README.md").read_text())
        self.assertEqual(set(listed), tried - {"README.md"})

    def test_no_secret_is_on_a_command_line(self):
        for path in RECIPES.iterdir():
            self.assertNotRegex(path.read_text(), r"--\S*(password|token|secret|key)\S*=", path.name)


if __name__ == "__main__":
    support.main()
