#!/usr/bin/env python3
"""Tests of visualize: what TOPSAIL passes, which files come of it, what is on them, and what happens when things are wrong."""
import csv
import io
import json
import os
import re
import shutil
import urllib.parse
import xml.etree.ElementTree

from support import SHARED, CommandTest, copy_of, main, tree

GOLDEN = SHARED / "data/python-golden"
ALIAS = "projects.fine_tuning.visualizations.fms_hf_tuning"
NAMES = ["Error report", "SFTTrainer report", "SFTTrainer HyperParameters report", "LTS Documentation",
         "KPI Table Report by settings", "KPI Table Report by labels", "KPI Plot Report"]
INDEX = "reports_index.html"
MADE = ["report_00_report:_error_report.html", "report_01_report: LTS Documentation.html",
        "report_02_report: KPI Table Report by settings.html", "report_03_report: KPI Table Report by labels.html"]
ERRORS, DOCUMENTATION, BY_SETTINGS, BY_LABELS = MADE
XHTML = "{http://www.w3.org/1999/xhtml}"


class VisualizeTest(CommandTest):
    def visualize(self, *arguments, workload="fine_tuning", **keywords):
        return self.matbench("visualize", f"--workload={workload}", *arguments, **keywords)

    def page(self, name, directory="."):
        """The page as a tree: so it is well-formed. Every link of it leads somewhere."""
        path = self.place / directory / name
        root = xml.etree.ElementTree.fromstring(path.read_text())
        ids = {element.get("id") for element in root.iter() if element.get("id")}
        for link in root.iter(XHTML + "a"):
            target = link.get("href")
            if target.startswith("#"):
                self.assertIn(target[1:], ids, name)
            elif not target.startswith("https://"):
                self.assertTrue((path.parent / urllib.parse.unquote(target)).exists(), f"{name}: {target}")
        return root

    def text(self, name, directory="."):
        return " ".join("".join(self.page(name, directory).find(XHTML + "body").itertext()).split())

    def assert_says(self, name, *parts, not_=False):
        text = self.text(name)
        for part in parts:
            self.assertNotEqual(bool(re.search(part, text)), not_, f"{name}: {part}")

    def one(self):
        tree("one", self.place / "tests")

    def assert_nothing_made(self):
        self.assertEqual([name for name in self.names() if name.endswith((".html", ".tmp"))], [])


class CallTest(VisualizeTest):
    """How it is called, and what lies there afterwards."""

    def test_as_topsail_calls_it(self):
        copy_of(GOLDEN / "fms/tests", self.place / "results")
        artifacts = self.place / "artifacts"
        artifacts.mkdir()
        done = self.matbench("visualize", f"--results_dirname={self.place}/results", f"--workload={ALIAS}",
                             "--workload_base_dir=/no/topsail/here", "--filters=",
                             "--generate=" + "stats=" + "&stats=".join(f"report: {name}" for name in NAMES),
                             cwd=artifacts, env={"ARTIFACT_DIR": str(self.place), "MPLCONFIGDIR": "/tmp"}, code=0)
        self.assertEqual(done.out, "")
        self.assertNotRegex(done.err, r"(?m)^(ERROR|FAILED:|Traceback)")
        self.assertEqual(len(re.findall(r"(?m)^WARNING \| ", done.err)), 1, done.err)
        self.assertIn("pictures come with a later version", done.err)
        python = re.findall(r"href='([^']*)'", (GOLDEN / "samples/reports_index.html").read_text())
        pictures = [name for name in python if re.search("_0[126]_", name)]
        self.assertEqual(self.names("artifacts"), sorted(set(python) - set(pictures) | {INDEX}))
        self.assertEqual(self.names(), ["artifacts", "results"])
        index = self.text(INDEX, "artifacts")
        self.assertRegex(index, "Not drawn yet .*SFTTrainer report.*KPI Plot Report")
        for name in self.names("artifacts"):
            self.page(name, "artifacts")

    def test_spellings(self):
        self.one()
        for arguments in (["--results_dirname=tests", "--generate=stats=report: Error report"],
                          ["--results-dirname", "tests", "--generate", "stats=report:%20Error+report"],
                          ["--results_dirname", "tests", "--generate=error REPORT", "--lts-results-dirname=x", "--filters", ""]):
            self.visualize(*arguments, code=0)
            self.assertEqual(self.names(), [MADE[0], INDEX, "tests"])
            (self.place / INDEX).unlink()

    def test_variables(self):
        self.one()
        self.matbench("visualize", code=0, env={
            "MATBENCH_WORKLOAD": "fine_tuning", "MATBENCH_RESULTS_DIRNAME": "tests", "MATBENCH_LTS_RESULTS_DIRNAME": "x",
            "MATBENCH_WORKLOAD_BASE_DIR": "y", "MATBENCH_GENERATE": "stats=report: LTS Documentation", "MATBENCH_FILTERS": ""})
        self.assertEqual(self.names(), ["report_00_report: LTS Documentation.html", INDEX, "tests"])

    def test_without_names(self):
        self.one()
        for generate in ([], ["--generate="]):
            self.visualize("--results_dirname=tests", *generate, code=0)
            self.assertEqual(self.names(), [*MADE, INDEX, "tests"])

    def test_artifact_dir(self):
        self.one()
        self.visualize("--results_dirname=tests", "--artifact_dir=a/b", "--generate=error report", code=0)
        self.assertEqual(self.names("a/b"), [MADE[0], INDEX])
        self.page(MADE[0], "a/b")  # its links to the artifacts lead there
        (self.place / "file").write_text("")
        done = self.visualize("--results_dirname=tests", "--artifact_dir=file", code=105)
        self.assertRegex(done.err, r"^ERROR \| file.*")
        self.assert_nothing_made()

    def test_unknown_names(self):
        self.one()
        done = self.visualize("--results_dirname=tests", "--generate=stats=report: Eror report&stats=x&model=a", code=0)
        self.assertRegex(done.err, r"(?m)^WARNING \| unknown reports.*'report: LTS Documentation'.*'report: SFTTrainer report'.*: "
                                   r"'report: Eror report', 'x'$")
        self.assertRegex(done.err, r"(?m)^WARNING \| --generate: 'model=a' is not used")
        self.assertEqual(self.names(), [INDEX, "tests"])
        self.assert_says(INDEX, "Unknown")

    def test_wrong_calls(self):
        self.one()
        for arguments, says in ((["--results_dirname=tests", "--generat=x"], "--generate"),
                                ([], "MATBENCH_RESULTS_DIRNAME"),
                                (["--results_dirname=tests", "--filters=a"], "setting=value")):
            self.assertIn(says, self.visualize(*arguments, code=100).err)
        self.visualize("--results_dirname=tests", workload="nope", code=100)
        self.assertNotEqual(self.visualize("--results_dirname=nowhere").code, 0)
        self.assert_nothing_made()

    def test_no_tests(self):
        (self.place / "tests").mkdir()
        (self.place / INDEX).write_text("older")
        self.visualize("--results_dirname=tests", code=103)
        self.assertEqual(self.names(), [INDEX, "tests"])
        self.assertEqual((self.place / INDEX).read_text(), "older")

    def test_filters(self):
        copy_of(GOLDEN / "fms/tests", self.place / "tests")
        self.visualize("--results_dirname=tests", "--filters=model_name=meta-llama/Meta-Llama-3.1-8B", code=0)
        self.assert_says(BY_SETTINGS, "Showing 1 test.")
        self.assert_says(INDEX, "Filters ?model_name=meta-llama/Meta-Llama-3.1-8B")
        self.visualize("--results_dirname=tests", "--filters=model_name=x", code=103)
        self.assert_says(BY_SETTINGS, "Showing 1 test.")

    def test_same_bytes(self):
        tree("many", self.place / "tests", 12)
        seen = []
        for jobs in 1, 4, 4:
            self.visualize("--results_dirname=tests", f"--jobs={jobs}", code=0)
            seen.append({name: (self.place / name).read_bytes() for name in [*MADE, INDEX]})
        self.assertEqual(seen[0], seen[1])
        self.assertEqual(seen[1], seen[2])


class ContentTest(VisualizeTest):
    """What is on the pages."""

    def test_values_are_those_of_python(self):
        copy_of(GOLDEN / "fms/tests", self.place / "tests")
        self.visualize("--results_dirname=tests", code=0)
        rows = {row["test_uuid"]: row for row in csv.DictReader(io.StringIO(list(self.page(DOCUMENTATION).iter(XHTML + "pre"))[-1].text))}
        payloads = json.loads((GOLDEN / "fms/lts.json").read_text())
        self.assertEqual(len(rows), len(payloads))
        for payload in payloads:
            row = rows[payload["metadata"]["test_uuid"]]
            for name, kpi in payload["kpis"].items():
                self.assertEqual(float(row[name]), kpi["value"], name)
            self.assertEqual(row["model_name"], payload["metadata"]["settings"]["model_name"])
            self.assertEqual(row["timestamp"], payload["metadata"]["start"])
            self.assertNotIn("run_id", row)
        labels = self.text(BY_LABELS)
        for payload in payloads:
            self.assertIn(payload["metadata"]["test_uuid"].partition("-")[0], labels)
            self.assertIn(f'{payload["kpis"]["gpu_hours_per_million_tokens"]["value"]:.2f}', labels)
        self.assertIn("gpu_hours_per_million_tokens ↓ (hours/Mtoken)", labels)

    def test_order_of_rows(self):
        """By the sorting keys: model_name, then batch_size, as a number."""
        tree("many", self.place / "tests", 12)
        self.visualize("--results_dirname=tests", "--generate=KPI Table Report by labels", code=0)
        page = self.page("report_00_report: KPI Table Report by labels.html")
        table = list(page.iter(XHTML + "table"))[1]
        head = ["".join(cell.itertext()) for cell in table.iter(XHTML + "th")]
        rows = [["".join(cell.itertext()) for cell in row] for row in table.find(XHTML + "tbody")]
        keys = [key for key in ("model_name", "batch_size", "max_seq_length") if key in head]
        self.assertTrue(keys, head)
        self.assertEqual(head[2:2 + len(keys)], keys)
        values = [[int(row[head.index(key)]) if key != "model_name" else row[head.index(key)] for key in keys] for row in rows]
        self.assertEqual(values, sorted(values))
        self.assertGreater(len({tuple(value) for value in values}), 1)

    def test_error_report(self):
        tree("odd", self.place / "odd", "broken-json")
        done = self.visualize("--results_dirname=odd", code=0)
        self.assertNotRegex(done.err, r"(?m)^(ERROR|FAILED:|Traceback)")
        self.assert_says(ERRORS, "4 of 5 tests: something went wrong[.]", "nodes[.]json", "Job configuration", "OCP version ?[0-9]+[.]",
                         "Workload configuration ?not available: 001__fine_tuning__run_fine_tuning_job/src/config_final.json is broken")
        self.assert_says(BY_LABELS, "marked in the first column")
        self.assert_says(INDEX, "something went wrong with 4 of them")

    def test_all_broken(self):
        tree("odd", self.place / "odd", "broken-json")
        for good in list((self.place / "odd").rglob("000__good")):
            shutil.rmtree(good)
        self.visualize("--results_dirname=odd", code=101)
        self.assert_says(ERRORS, "4 of 4 tests: something went wrong.")

    def test_exit_code(self):
        self.one()
        for file in (self.place / "tests").rglob("exit_code"):
            file.write_text("3\n")
        self.visualize("--results_dirname=tests", "--generate=error report", code=0)
        self.assert_says(ERRORS, "the test ended with exit code 3")

    def test_odd_trees(self):
        """Whatever is wrong with the artifacts: pages are well-formed, and no line of the log looks like a failure."""
        import odd
        for kind in odd.KINDS:
            with self.subTest(kind):
                place = self.place / kind
                place.mkdir()
                tree("odd", place / "odd", kind)
                done = self.visualize("--results_dirname=odd", cwd=place)
                if INDEX not in os.listdir(place):
                    self.assertNotEqual(done.code, 0)
                    continue
                for name in [*MADE, INDEX]:
                    xml.etree.ElementTree.parse(place / name)
                if done.code == 0:
                    self.assertNotRegex(done.err, r"(?m)^(ERROR|FAILED:|Traceback)")


WORKLOAD = """workload: small
parse_once:
  data: {json: data.json}
"""


class WorkloadTest(VisualizeTest):
    """Workloads of our own."""

    def small(self, more, data='{"speed": 2, "list": [3, 1, 2]}', count=2):
        (self.place / "w").mkdir()
        (self.place / "w/workload.yaml").write_text(WORKLOAD + more)
        for i in range(count):
            test = self.place / "tests" / f"t{i}"
            test.mkdir(parents=True)
            (test / "settings.yaml").write_text(f"i: {i}\nname: '<b>&\"'\n")
            (test / "exit_code").write_text("0")
            (test / "data.json").write_text(data)

    def run_small(self, **keywords):
        return self.visualize("--results_dirname=tests", workload="w", **({"code": 0} | keywords))

    def test_without_payloads(self):
        self.small("lts: none\n")
        self.run_small()
        self.assert_says(BY_SETTINGS, "This workload has no KPIs.")
        self.assert_says(DOCUMENTATION, "This workload has no payloads.")
        self.assert_says(ERRORS, "Parsed values")
        self.assert_says(ERRORS, '"speed": 2')
        self.assert_says(BY_SETTINGS, '<b>&"')

    def test_error_section(self):
        self.small("lts: none\nreports: {error: {How fast: data.speed, All: data, Gone: data.a.b, Fixed: 7, Nil: data.none}}\n")
        self.run_small()
        self.assert_says(ERRORS, "How fast ?2", "Gone ?not available: ", "Fixed ?7", "Nil ?none", r'"list": \[ 3, 1, 2 \]')
        self.assert_says(ERRORS, "Parsed values", not_=True)

    def test_large_values(self):
        self.small("lts: none\n", json.dumps({"long": "x" * 300_000, "deep": [[[["y"] * 1000] * 20] * 5]}), count=1)
        self.run_small()
        self.assertLess((self.place / ERRORS).stat().st_size, 100_000)

    def test_names_of_its_own(self):
        self.small("lts: none\n")
        (self.place / "w/data").mkdir()
        (self.place / "w/data/x.yaml").write_text('visualize: [{generate: ["report: Mine", "report: Error report"]}]\n')
        done = self.visualize("--results_dirname=tests", "--generate=Mine&Other", workload="w", code=0)
        self.assertRegex(done.err, r"(?m)^WARNING \| not drawn yet.*: 'report: Mine'$")
        self.assertRegex(done.err, r"(?m)^WARNING \| unknown reports.*: 'Other'$")

    def test_broken_error_section(self):
        self.small("lts: none\nreports: {error: {A: [1]}}\n")
        self.assertIn("w/workload.yaml:5:22: reports: error: found a list", self.run_small(code=100).err)
        self.assert_nothing_made()


if __name__ == "__main__":
    main()
