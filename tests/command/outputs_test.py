#!/usr/bin/env python3
"""Tests of what CI systems read of the verdicts: Markdown, JUnit XML, GitHub's annotations and summary, bundles. Judges: cmark-gfm, the
library junitparser, and our own JUnit parser."""
import gzip
import hashlib
import html.parser
import importlib.util
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

from support import MATBENCH, SECONDS, SOURCE, CommandTest, environment, main

EXAMPLE = SOURCE / "workloads/fine_tuning/example"
SCENE = pathlib.Path(MATBENCH).parents[1] / "tests/report_outputs_test"  # prints a scene with every field of the model filled

# junitparser is Debian's, for Debian's Python.
sys.path.append("/usr/lib/python3/dist-packages")

# What Jenkins' schema (xunit-plugin, junit-10.xsd) takes: attributes, children.
JENKINS = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
                  {"testsuite", "properties", "testcase", "system-out", "system-err"}),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": ({"name", "time", "classname", "group"}, {"skipped", "error", "failure", "system-out", "system-err"}),
    "skipped": ({"type", "message"}, set()), "failure": ({"type", "message"}, set()), "error": ({"type", "message"}, set()),
    "system-out": (set(), set()), "system-err": (set(), set()),
}
NEEDED = {"testsuite": {"name", "tests", "failures", "errors"}, "property": {"name", "value"}, "testcase": {"name"}}


def scene(what, variant="", strict=False):
    done = subprocess.run([SCENE, what, variant, *(["strict"] if strict else [])], capture_output=True, env=environment(), check=True, timeout=SECONDS)
    return done.stdout.decode()


class Rendered(html.parser.HTMLParser):
    """What GitHub's renderer made of a text."""

    def __init__(self, markdown):
        super().__init__()
        done = subprocess.run(["cmark-gfm", "--unsafe", "-e", "table", "-e", "autolink", "-e", "strikethrough", "-e", "tagfilter", "-e", "tasklist"],
                              input=markdown, capture_output=True, text=True, check=True, timeout=SECONDS)
        self.html, self.tags, self.links, self.text, self.rows = done.stdout, [], [], "", []
        self.feed(done.stdout)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag == "a":
            self.links.append(dict(attributes)["href"])
        if tag == "tr":
            self.rows.append(0)
        if tag in ("td", "th"):
            self.rows[-1] += 1

    def handle_data(self, data):
        self.text += data


class MarkdownTest(CommandTest):
    OURS = {"h3", "p", "strong", "blockquote", "code", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "a", "details", "summary"}

    def test_the_scene(self):
        page = Rendered(scene("markdown"))
        self.assertLessEqual(set(page.tags), self.OURS)
        self.assertEqual(page.tags.count("table"), 3)
        self.assertEqual(set(page.rows), {8, 7})
        self.assertEqual(set(page.links), {"https://ci.example/job/8?a=1&b=%282%29", "https://github.com/o/r/compare/0a1b2c3d...4e5f6071"})
        for part in "3 regressions in 2 of 3 entries", "regression (bound)", "was acknowledged by bob until 2026-01-31", "<b>d</b>", "&amp; www":
            self.assertIn(part, page.text)
        self.assertEqual(page.tags.count("details"), page.html.count("</details>"))

    def test_hostile_texts_stay_texts(self):
        page = Rendered(scene("markdown", "spoiled"))
        self.assertLessEqual(set(page.tags), self.OURS)
        self.assertEqual({x for x in page.links if "evil" in x or "javascript" in x}, set())
        self.assertNotRegex(re.sub(r"<code>.*?</code>", "", page.html), r"@\w|#\d")  # neither mentions nor issues
        self.assertEqual(set(page.rows), {8, 7})

    def test_it_fits_a_comment(self):
        text = scene("markdown", "many")
        self.assertLess(len(text), 65536)
        page = Rendered(text)
        self.assertEqual(page.tags.count("details"), page.html.count("</details>"))
        self.assertIn("206 more", page.text)


class JunitTest(CommandTest):
    def judge(self, text):
        root = xml.fromstring(text.encode())
        self.assertEqual(root.tag, "testsuites")
        for element in root.iter():
            attributes, children = JENKINS[element.tag]
            self.assertLessEqual(set(element.attrib), attributes, element.tag)
            self.assertLessEqual(NEEDED.get(element.tag, set()), set(element.attrib), element.tag)
            self.assertLessEqual({child.tag for child in element}, children, element.tag)
        for element in root, *root.iter("testsuite"):
            for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
                if name in element.attrib:
                    self.assertEqual(int(element.attrib[name]), len(list(element.iter(tag))), element.attrib)
            self.assertEqual(int(element.attrib["tests"]), len(list(element.iter("testcase"))))
        return root

    def test_the_scene(self):
        for variant in "", "spoiled", "many", "empty":
            for strict in False, True:
                self.judge(scene("junit", variant, strict))

    def test_junitparser_reads_it(self):
        self.assertTrue(importlib.util.find_spec("junitparser"), "python3-junitparser is needed")
        import junitparser
        path = self.place / "j.xml"
        path.write_text(scene("junit", "spoiled"))
        read = junitparser.JUnitXml.fromfile(str(path))
        cases = [case for suite in read for case in suite]
        self.assertEqual((read.tests, read.failures, read.errors), (len(cases), 3, 0))
        self.assertEqual(sum(type(r) is junitparser.Failure for case in cases for r in case.result), 3)

    def test_our_own_parser_reads_it(self):
        test = self.place / "results/t"
        test.mkdir(parents=True)
        (test / "settings.yaml").write_text("a: 1\n")
        (test / "exit_code").write_text("0")
        (test / "j.xml").write_text(scene("junit"))
        (self.place / "w").mkdir()
        (self.place / "w/workload.yaml").write_text("workload: w\nlts: none\nparse_once:\n  v: {junit: j.xml}\n")
        self.matbench("parse", "--workload=w", "--results_dirname=results", "--output_matrix=m.json", code=0)
        found = json.dumps(self.json("m.json")[0]["results"]["v"])
        self.assertIn("added=null gpu=8", found)
        self.assertIn("100.05 s is above the bound of 90 s", found)


class ExampleCase(CommandTest):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="mb-outputs-")
        cls.addClassCleanup(folder.cleanup)
        cls.prepared = pathlib.Path(folder.name)
        shutil.copytree(EXAMPLE, cls.prepared / "example")
        subprocess.run([MATBENCH, "upload_lts", "--workload=fine_tuning", "--results_dirname=example/history"], cwd=cls.prepared, env=environment(),
                       check=True, capture_output=True, timeout=SECONDS)

    def setUp(self):
        super().setUp()
        shutil.copytree(self.prepared / "example/newest", self.place / "example/newest")
        shutil.copy(self.prepared / "history.db", self.place)

    def step(self, *arguments, **keywords):
        return self.ci("example/newest", "--artifact_dir=out", "--noupload", "--novisualize", *arguments, **keywords)


class CiTest(ExampleCase):
    def test_markdown_and_junit_are_among_the_outputs(self):
        done = self.step(code=1)
        self.assertIn("regression_report.md, regression_junit.xml, ", done.out)
        page = Rendered((self.place / "out/regression_report.md").read_text())
        self.assertIn("8 regressions in 1 of 3 entries.", page.text)
        self.assertIn("The gate fails with exit code 1: a regression.", page.text)
        root = xml.parse(self.place / "out/regression_junit.xml").getroot()
        self.assertEqual(root.attrib["failures"], "8")
        self.assertNotIn("::error", done.out)

    def test_named_or_left_out(self):
        self.step("--markdown_dest=comment.md", "--junit_dest=none", code=1)
        self.assertIn("comment.md", self.names("out"))
        self.assertFalse({"regression_report.md", "regression_junit.xml"} & set(self.names("out")))
        self.step(f"--markdown_dest={self.place}/there.md", env={"MATBENCH_JUNIT_DEST": "tests.xml"}, code=1)
        self.assertTrue((self.place / "there.md").exists() and (self.place / "out/tests.xml").exists())

    def test_the_block(self):
        (self.place / "config.yaml").write_text("matbench:\n  workload: fine_tuning\n  lts:\n    gate: {markdown_dest: none, junit_dest: j.xml, "
                                                "github: true, bundle: b.json.gz}\n")
        done = self.matbench("ci", "example/newest", "--artifact_dir=out", "--noupload", "--novisualize", "--config=config.yaml", code=1)
        self.assertIn("::error", done.out)
        self.assertLessEqual({"j.xml", "b.json.gz"}, set(self.names("out")))
        self.assertNotIn("regression_report.md", self.names("out"))

    def test_what_cannot_be(self):
        for option in "markdown_dest", "junit_dest", "bundle":
            done = self.step(f"--{option}=-", code=100)
            self.assertIn(f"--{option}=-: standard output is the screen's", done.err)
        self.assertIn("out/nowhere/x.md", self.step("--markdown_dest=nowhere/x.md", code=1).err)
        self.assertIn("outcome.json", self.names("out"))

    def test_two_outputs_in_one_file(self):
        done = self.step("--markdown_dest=x", "--junit_dest=x", code=100)
        self.assertIn("--markdown_dest and --junit_dest are both 'x': expected a file for each", done.err)
        arguments = "analyze_lts", "--results_dirname=example/newest", "--bundle=regression_verdicts.json"
        self.assertIn("--verdicts_dest and --bundle are both 'regression_verdicts.json'", self.fine_tuning(*arguments, code=100).err)
        self.fine_tuning("analyze_lts", "--results_dirname=example/newest", "--report_dest=/dev/null", "--verdicts_dest=/dev/null", code=1)

    def test_each_file_that_cannot_be_written_is_told(self):
        files = {option: f"--{option}={self.place}/{option}" for option in ("markdown_dest", "junit_dest", "bundle")}
        for option in files:
            (self.place / option).mkdir()
        done = self.step(*files.values(), code=1)
        for option in files:
            self.assertRegex(done.err, rf"(?m)^ERROR \| .*/{option}: ")


class GitHubTest(ExampleCase):
    LINE = re.compile(r"::(error|warning|notice) (?:file=([^,]+),line=\d+,)?title=[^,:]*::[^\r\n]+")

    def test_annotations_and_summary(self):
        summary = self.place / "summary.md"
        summary.write_text("before\n")
        done = self.step("--github", env={"GITHUB_STEP_SUMMARY": str(summary)}, code=1)
        lines = [line for line in done.out.splitlines() if line.startswith("::")]
        self.assertTrue(lines and all(self.LINE.fullmatch(line) for line in lines), lines)
        self.assertTrue(any(line.startswith("::error") for line in lines))
        self.assertEqual(summary.read_text(), "before\n" + (self.place / "out/regression_report.md").read_text())

    def test_without_a_summary_and_with_one_that_cannot_be_written(self):
        self.assertIn("::error", self.step("--github", code=1).out)
        done = self.step("--github", env={"GITHUB_STEP_SUMMARY": str(self.place / "no/where")}, code=1)
        self.assertIn("GITHUB_STEP_SUMMARY", done.err)
        self.assertIn("also 105", done.out)

    def test_the_place_of_a_kpi(self):
        shutil.copytree(SOURCE / "workloads", self.place / "mine", ignore=shutil.ignore_patterns("example"))
        lines = (self.place / "mine/fine_tuning/workload.yaml").read_text().splitlines()
        for workload, env in (("./mine/fine_tuning", {}), (str(self.place / "mine/fine_tuning"), {"GITHUB_WORKSPACE": str(self.place)})):
            done = self.matbench("ci", "example/newest", f"--workload={workload}", "--artifact_dir=out", "--noupload", "--novisualize", "--github",
                                 "--fail_on=regression", env=env, code=1)
            file, line = re.search(r"::error file=([^,]+),line=(\d+),title=(?:incident \(new\)|regression \(new\)%3A train_runtime)::", done.out).groups()
            self.assertEqual(file, "mine/fine_tuning/workload.yaml")
            self.assertRegex(lines[int(line) - 1], r"^  (train|dataset|gpu)_\w+:")
        done = self.matbench("ci", "example/newest", f"--workload={self.place}/mine/fine_tuning", "--artifact_dir=out", "--noupload", "--novisualize", "--github", code=1)
        self.assertNotIn("file=", done.out)  # it is not in the repository, as far as is known

    def test_one_output_to_standard_output(self):
        done = self.fine_tuning("analyze_lts", "--results_dirname=example/newest", "--github", "--report_dest=-", code=100)
        self.assertIn("only one output can go to standard output", done.err)

    def test_what_does_not_fail_is_no_error(self):
        self.assertNotIn("::error", self.step("--github", "--fail_on=none", code=102).out)

    def test_hostile_texts_begin_no_command(self):
        for variant in "", "spoiled", "many":
            for line in scene("github", variant).splitlines():
                self.assertIsNotNone(self.LINE.fullmatch(line), line)


class BundleTest(ExampleCase):
    def analyze(self, *arguments):
        return self.fine_tuning("analyze_lts", "--results_dirname=example/newest", "--fail_on=regression", *arguments)

    @staticmethod
    def timeless(text):
        return re.sub(r'"inputs_sha256":"\w+"', "", re.sub(r'"now_us":\d+', "", text))

    def test_the_same_verdicts_without_the_history(self):
        for name in "b.json", "b.json.gz", "b.json.zst":
            self.analyze(f"--bundle={name}")
        (self.place / "history.db").rename(self.place / "gone.db")
        for name in "b.json", "b.json.gz", "b.json.zst":
            done = self.matbench("verify", name, code=0)
            self.assertIn(f"{name}: the same verdicts: 8 regressions in 1 of 3 entries.", done.out)
        packed, plain = gzip.decompress((self.place / "b.json.gz").read_bytes()).decode(), (self.place / "b.json").read_text()
        self.assertEqual(self.timeless(packed), self.timeless(plain))
        bundle = self.json("b.json")
        self.assertEqual(bundle["verdicts"], self.json("regression_verdicts.json"))
        self.assertEqual(bundle["verdicts_sha256"], hashlib.sha256((self.place / "regression_verdicts.json").read_bytes()).hexdigest())

    def test_twice_the_same_bytes(self):
        self.analyze("--bundle=a.json", "--kpi_filter=train")
        self.analyze("--bundle=b.json", "--kpi_filter=train")
        a, b = (self.timeless((self.place / n).read_text()) for n in ("a.json", "b.json"))
        self.assertEqual(a, b)
        self.matbench("verify", "a.json", code=0)

    def test_other_verdicts(self):
        self.analyze("--bundle=b.json")
        bundle = self.json("b.json")
        bundle["verdicts"]["entries"][0]["kpis"][0]["verdict"] = "missing"
        (self.place / "c.json").write_text(json.dumps(bundle, indent=1))
        done = self.matbench("verify", "c.json", code=1)
        self.assertRegex(done.out, r'/entries/0 \(model_name=.*\)/kpis/0 \(train_tokens_per_second\)/verdict: then "missing", now "ok"')

    def test_broken_ones(self):
        self.analyze("--bundle=b.json")
        whole = self.json("b.json")
        (self.place / "cut.json.gz").write_bytes(gzip.compress((self.place / "b.json").read_bytes())[:3000])
        for name, text in {"cut.json": (self.place / "b.json").read_text()[:5000], "list.json": "[]", "empty.json": "", "bare.json": "{}",
                           "changed.json": json.dumps(whole | {"inputs": whole["inputs"] | {"history": []}}),
                           "hollow.json": json.dumps(whole | {"inputs": {}})}.items():
            (self.place / name).write_text(text)
        for name in "cut.json", "cut.json.gz", "list.json", "empty.json", "bare.json", "changed.json", "hollow.json", "nowhere.json":
            done = self.matbench("verify", name, code=101)
            self.assertEqual(len(done.errors()), 1, done.err)
            self.assertIn(name, done.err)
        (self.place / "newer.json").write_text(json.dumps(whole | {"format": 9}))
        self.assertIn("format 9", self.matbench("verify", "newer.json", code=100).err)
        self.assertIn("expected a bundle", self.matbench("verify", code=100).err)

    def test_standard_output_and_input(self):
        done = self.analyze("--bundle=-")
        (self.place / "piped.json").write_text(done.out)
        with open(self.place / "piped.json", "rb") as piped:
            self.assertIn("standard input: the same verdicts", self.matbench("verify", "-", code=0, stdin=piped).out)


if __name__ == "__main__":
    main()
