#!/usr/bin/env python3
"""Tests of regression_report.html and the marker files (contract C5.7, C5.8), with Python's bugs 12, 13, 14 and 22."""
import os
import re
import stat
import xml.etree.ElementTree as xml

from support import SOURCE, CommandTest, main, tree

HTML = "{http://www.w3.org/1999/xhtml}"
EXAMPLE = SOURCE / "workloads/fine_tuning/example"
MARKERS = {"NO_RESULTS_FOUND", "NO_HISTORICAL_RESULTS", "FAILURE"}

WORKLOAD = """
workload: hostile
schema_version: "1.0"
important_files: [data.json]
parse_once:
  data: {json: data.json}
models:
  Settings: {name: str, urls: "Optional[dict[str, str]]", run_id: str}
  Results: {speed: float}
payload:
  metadata:
    start: data.start
    end: data["end"]
    test_uuid: data.uuid
    settings: {name: settings.name, run_id: data.uuid, urls: data.urls}
  results: {speed: data.speed}
kpis:
  speed: {help: "How <b>fast</b> & \\"safe\\"", unit: items/s, better: higher, value: results.speed, format: "%.2f"}
"""


class Page:
    """A page as a strict XML parser sees it: it must be well-formed."""

    def __init__(self, path):
        self.bytes = path.read_bytes()
        self.root = xml.fromstring(self.bytes)

    def all(self, *names):
        return [e for e in self.root.iter() if e.tag in {HTML + name for name in names}]

    def text(self):
        return " ".join("".join(self.root.find(HTML + "body").itertext()).split())

    def ids(self):
        return [e.attrib["id"] for e in self.root.iter() if "id" in e.attrib]

    def rows(self, heading):
        """The cells of the first table behind a heading."""
        elements = list(self.root.iter())
        start = next(i for i, e in enumerate(elements) if e.attrib.get("id") == heading)
        table = next(e for e in elements[start:] if e.tag == HTML + "table")
        return [["".join(cell.itertext()) for cell in row] for row in table.iter(HTML + "tr")]


class ReportTest(CommandTest):
    def analyze(self, directory, *arguments, **keywords):
        return self.fine_tuning("analyze_lts", f"--results_dirname={directory}", *arguments, **keywords)

    def markers(self, directory="."):
        return MARKERS & set(self.names(directory))

    def page(self, name="regression_report.html"):
        return Page(self.place / name)

    def example(self, *arguments, code=1):
        self.upload(EXAMPLE / "history", code=0)
        return self.analyze(EXAMPLE / "newest", *arguments, code=code)


class ExampleTest(ReportTest):
    def setUp(self):
        super().setUp()
        self.example()
        self.html = self.page()

    def test_well_formed_and_whole(self):
        page = self.html
        self.assertEqual(len(page.ids()), len(set(page.ids())))
        links = [a.attrib["href"] for a in page.all("a")]
        self.assertTrue({href[1:] for href in links if href.startswith("#")} <= set(page.ids()))
        self.assertTrue(all(href.startswith(("#", "https://")) for href in links))
        self.assertEqual([e.tag for e in page.all("script", "link", "img", "iframe")], [], "opens without network and scripts")
        self.assertLess(len(page.bytes), 300_000)
        self.assertIn("8 regressions in 1 of 3 entries. 27 KPI results of 3 entries: 8 regression, 16 ok, 3 not analysed.", page.text())

    def test_order_of_the_summary(self):
        """D9: configurations, history, results, the sentence; then the entries in SORTING_KEYS order."""
        self.assertEqual([i for i in self.html.ids() if not re.fullmatch(r"entry-\d-.*", i)],
                         ["incidents", "configuration", "history", "results", "entry-1", "entry-2", "entry-3"])
        text = self.html.text()
        self.assertLess(text.index("Results overview"), text.index("Performed 24 KPI regression analyses over 3 entries x 8 KPIs. 8 KPIs didn't pass."))
        names = [row[1] for row in self.html.rows("results")[1:]]
        self.assertEqual(names, sorted(names))
        self.assertEqual(self.html.rows("results")[0][:4], ["entry", "model_name", "batch_size", "max_seq_length"])

    def test_overviews(self):
        configuration = dict(self.html.rows("configuration")[1:])
        self.assertEqual(configuration["batch_size"], "4 · 8 · 32")
        self.assertFalse({"run_id", "urls", "test_path", "ci_engine", "kpi_settings_version"} & set(configuration))
        self.assertTrue(dict(self.html.rows("history")[1:])["container_image"].startswith("fms-hf-tuning:v2.3.0 · fms-hf-tuning:v2.4.0"))
        self.assertTrue(dict(self.html.rows("history")[1:])["container_image"].endswith("v2.9.0 · fms-hf-tuning:v2.10.0"))

    def test_changes_first(self):
        """All eight are one incident: they are told there, and not once more below it."""
        tables = [[["".join(cell.itertext()) for cell in row] for row in table.iter(HTML + "tr")] for table in self.html.all("table")]
        changes = next(table for table in tables if table[0][0] == "verdict")
        self.assertEqual(len(changes), 1 + 8)
        self.assertEqual(sum(table[0][0] == "verdict" for table in tables), 1)
        change = next(row for row in changes if row[1].startswith("train_tokens_per_second"))
        self.assertEqual([change[0], change[2]], ["regression", "-11.9 %"])
        self.assertRegex(change[1], "^train_tokens_per_second *#2 model_name=ibm-granite/granite-8b-code-base$")
        self.assertLess(self.html.bytes.index(b"id=\"incidents\""), self.html.bytes.index(b"<nav"))
        self.assertLess(self.html.ids().index("incidents"), self.html.ids().index("configuration"))

    def test_a_kpi(self):
        comparison = [row for row in self.html.root.iter(HTML + "tr") if row.attrib.get("class") == "here"]
        self.assertEqual(len(comparison), 27)
        text = self.html.text()
        for part in ("Regression: 11.9 % below the level of", "; after correction for the other questions and 24 tests 0.024, level 0.05", "smallest change that would have been seen",
                     "It would be ok above 9,045 tokens/s.", "Evidence and 8 run points", "Not analysed: ignored for regression by the workload"):
            self.assertIn(part, text)
        links = {a.text: a.attrib["href"] for a in self.html.all("a") if a.text and a.text.startswith("PROW")}
        self.assertTrue(links["PROW_JOB"].startswith("https://"))

    def test_the_same_twice(self):
        first = self.html.bytes
        self.analyze(EXAMPLE / "newest", code=1)
        self.assertEqual(self.page().bytes, first)
        self.assert_no_temporary()

    def test_bug_13_values_with_their_unit(self):
        """Python: "0.07 None"."""
        self.assertNotIn("None", self.html.text())
        self.assertIn("0.11 hours/Mtoken", self.html.text())


class PlacesTest(ReportTest):
    def setUp(self):
        super().setUp()
        tree("one", self.place / "one")

    def test_its_directory_is_made(self):
        self.analyze("one", "--report_dest=a/b/c/r.html", code=0)
        self.assertEqual(self.names("a/b/c"), ["NO_HISTORICAL_RESULTS", "r.html"])
        self.assertEqual(self.names(), ["a", "one", "regression_summary.yaml", "regression_verdicts.json"])

    def test_bug_12_variables_override_the_default(self):
        """Of the environment, and of an env file."""
        self.analyze("one", env={"MATBENCH_REPORT_DEST": "env/r.html", "MATBENCH_SUMMARY_YAML_DEST": "s.yaml"}, code=0)
        self.assertEqual(self.names("env"), ["NO_HISTORICAL_RESULTS", "r.html"])
        self.assertIn("s.yaml", self.names())
        (self.place / ".env.generated.yaml").write_text("report_dest: file/r.html\n")
        self.analyze("one", code=0)
        self.analyze("one", "--report-dest", "flag/r.html", code=0)
        self.assertIn("r.html", self.names("file"))
        self.assertIn("r.html", self.names("flag"))

    def test_standard_output(self):
        done = self.analyze("one", "--report_dest=-", code=0)
        xml.fromstring(done.out)
        self.assertEqual(self.analyze("one", "--report_dest=-", "--summary_yaml_dest=-", code=100).out, "")

    def test_what_cannot_be_written(self):
        (self.place / "file").write_text("")
        (self.place / "folder").mkdir()
        for dest, said in (("file/r.html", "file: this folder cannot be made: Not a directory"), ("folder", "folder: Is a directory")):
            with self.subTest(dest):
                done = self.analyze("one", f"--report_dest={dest}", code=105)
                self.assertIn(f"ERROR | {said}", done.err)
        self.assertIn("regression_summary.yaml", self.names(), "the other reports are there all the same")
        self.assertEqual((self.place / "FAILURE").read_text(), "folder: Is a directory\n")
        self.assert_no_temporary()

    def test_permissions(self):
        self.analyze("one", code=0)
        mask = os.umask(0)
        os.umask(mask)
        self.assertEqual(stat.S_IMODE((self.place / "regression_report.html").stat().st_mode), 0o666 & ~mask)


class MarkersTest(ReportTest):
    def test_bug_14_and_22_no_history(self):
        """Python says "exiting" and goes on; the detector runs without history."""
        tree("one", self.place / "one")
        done = self.analyze("one", "--report_dest=out/r.html", code=0)
        self.assertEqual(self.markers("out"), {"NO_HISTORICAL_RESULTS"})
        text = Page(self.place / "out/r.html").text()
        self.assertTrue(text.startswith("Regression Analysis Summary NOT GATED: no history for 1 of 1 entries Nothing was gated"), text[:200])
        self.assertIn("The history is empty.", text)
        self.assertIn("No history: no record of history has these labels", text)
        self.assertNotIn("after correction", text)
        self.assertTrue(done.out.startswith("NOT GATED"))
        self.assertIn("no_history: 1\n", (self.place / "regression_summary.yaml").read_text())
        self.analyze("one", "--fail_on=no-history", code=3)
        self.upload("one", code=0)
        self.analyze("one", "--report_dest=out/r.html", code=0)
        self.assertEqual(self.markers("out"), set(), "there is a history now, though not of other runs")

    def test_no_results(self):
        (self.place / "empty").mkdir()
        done = self.analyze("empty", "--report_dest=out/r.html", code=103)
        self.assertEqual(self.markers("out"), {"NO_RESULTS_FOUND", "FAILURE"})
        self.assertNotIn("r.html", self.names("out"))
        said = (self.place / "out/FAILURE").read_text()
        self.assertEqual(f"ERROR | {said}", done.err)
        self.analyze("empty", "--report_dest=out/r.html", code=103)
        self.assertEqual((self.place / "out/FAILURE").read_text(), 2 * said)
        tree("one", self.place / "one")
        self.analyze("one", "--report_dest=out/r.html", code=0)
        self.assertEqual(self.markers("out"), {"NO_HISTORICAL_RESULTS", "FAILURE"}, "FAILURE is for its reader to remove")

    def test_only_broken_ones(self):
        tree("odd", self.place / "odd", "broken-json")
        for path in (self.place / "odd").iterdir():
            if path.is_dir() and (path / "settings.yaml").exists() and "broken" not in path.name:
                (path / "skip").write_text("")
        done = self.analyze("odd", "--report_dest=out/r.html")
        self.assertGreaterEqual(done.code, 100)
        self.assertIn("FAILURE", self.markers("out"))

    def test_a_history_that_cannot_be_read(self):
        tree("one", self.place / "one")
        (self.place / "history.db").write_text("this is no history " * 100)
        self.analyze("one", code=110)
        self.assertEqual(self.markers(), {"FAILURE"})
        self.assertIn("history.db", (self.place / "FAILURE").read_text())

    def test_a_workload_that_is_not_there(self):
        tree("one", self.place / "one")
        self.matbench("analyze_lts", "--workload=nonsense", "--results_dirname=one", code=100)
        self.assertIn("nonsense", (self.place / "FAILURE").read_text())

    def test_wrong_flags_leave_nothing(self):
        tree("one", self.place / "one")
        self.analyze("one", "--report_dist=x", code=100)
        self.assertEqual(self.names(), ["one"])


class HostileTest(ReportTest):
    """Texts of artifacts never become markup."""
    EVIL = "<script>alert('1')</script>\"'><b>&amp;\u202e\u2066\x85end"

    def test_a_hostile_label(self):
        (self.place / "w").mkdir()
        (self.place / "w/workload.yaml").write_text(WORKLOAD)
        for i in range(2):
            test = self.place / f"tests/{i}"
            test.mkdir(parents=True)
            escaped = "".join(f"\\u{ord(c):04x}" for c in self.EVIL)
            (test / "settings.yaml").write_text(f'name: "{escaped} {i}"\n')
            (test / "exit_code").write_text("0\n")
            (test / "data.json").write_text(
                f'{{"speed": 1.5, "start": "2025-03-03T10:00:00", "end": "2025-03-03T11:00:00", "urls": {{"<b>": "https://x/?a=1&b=\\"<script>",'
                f' "j": "javascript:alert(1)"}}, "uuid": "00000000-0000-4000-8000-00000000000{i}"}}')
        self.matbench("analyze_lts", "--workload=w", "--results_dirname=tests", code=0)
        page = self.page()
        self.assertEqual(page.all("script", "b"), [])
        for element in page.root.iter():
            self.assertFalse([a for a in element.attrib if a.startswith("on")])
        self.assertEqual([a.attrib["href"] for a in page.all("a") if not a.attrib["href"].startswith("#")], 2 * ['https://x/?a=1&b="<script>'])
        for c in "\u202e\u2066\x85":
            self.assertNotIn(c, page.bytes.decode())
        self.assertIn("<script>alert('1')</script>\"'><b>&amp;\ufffd\ufffd\ufffdend", page.text())
        self.assertIn('How <b>fast</b> & "safe". In items/s; higher is better.', page.text())


if __name__ == "__main__":
    main()
