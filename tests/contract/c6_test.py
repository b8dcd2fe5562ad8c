#!/usr/bin/env python3
"""Contract C6, `ci`: what c6_block_test.py leaves: pairs of outcomes, caches and download.mode, the
files, keys of servers. And C5.8 and filters as ci has them."""
import itertools
import json
import pathlib
import re
import resource
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "command"))
from support import SHARED, CommandTest, main, small_test, small_workload  # noqa: E402

ORDER = (120, 1, 102, 101, 103, 100, 105, 110, 3, 2, 4)  # C6.4; those between 103 and 3 by number


def ends(first, *others):
    """What the last line of the screen says, in the order of C6.4."""
    codes = sorted({first, *others}, key=ORDER.index)
    return codes[0], [f"{code}: " for code in codes[1:]]


class SmallTest(CommandTest):
    def setUp(self):
        super().setUp()
        small_workload(self.place / "w")

    def run_small(self, root, *arguments, **keywords):
        return self.matbench("ci", root, "--workload=w", *arguments, **keywords)

    def codes(self, file="outcome.json"):
        return {step["code"] for step in self.json(file)["steps"]} - {0}


class OutcomesTest(SmallTest):
    """C6.4: each thing that can happen beside another, in pairs."""

    VERDICTS = {1: ("worse", "regression"), 2: ("short", "suspect"), 3: ("new", "no-history"), 4: ("better", "improvement")}

    def setUp(self):
        super().setUp()
        for day in range(10):
            for name in "worse", "better", "short":
                if name != "short" or day >= 6:
                    small_test(self.place / f"old/{day}/{name}", speed=100 + (day * 7 % 10) / 10, start=f"2025-02-{day + 1:02d}T10:00:00",
                               run_id=f"old {day}", version=f"1.{day}")
            self.matbench("upload_lts", "--workload=w", f"--results_dirname=old/{day}", code=0)
        (self.place / "w/data").mkdir()
        (self.place / "w/data/plots.yaml").write_text("visualize:\n- id: x\n  generate: ['report: Error report']\n")
        (self.place / "w/data/none.yaml").write_text("visualize:\n- id: x\n  generate: ['report: Error report']\n  filters: ['name=nobody']\n")

    def happen(self, *wanted):
        """One run in which all of these happen."""
        shutil.rmtree(self.place / "new", ignore_errors=True)
        shutil.rmtree(self.place / "out", ignore_errors=True)
        (self.place / "out").mkdir()
        arguments = ["--noupload", "--artifact_dir=out", "--config=c.yaml"]
        lts = "gate: {min_history: 8}"
        for code, (name, verdict) in self.VERDICTS.items():
            if code in wanted:
                speed = {"worse": 80, "short": 80, "new": 100, "better": 130}[name]
                small_test(self.place / "new" / name, speed=speed, version="1.9", start="2025-03-03T10:00:00", run_id="new")
        words = [verdict for code, (_, verdict) in self.VERDICTS.items() if code in wanted]
        arguments.append("--fail_on=" + (",".join(words) or "none"))
        if not words:
            small_test(self.place / "new/ok", version="1.9")
        if 102 in wanted:
            small_test(self.place / "new/invalid", speed="fast")
        if 101 in wanted:
            small_test(self.place / "new/broken")
            (self.place / "new/broken/settings.yaml").write_text("name: [\n")
        if 105 in wanted:
            (self.place / "out/lts_payload.schema.json").mkdir()
        if 110 in wanted:
            (self.place / "damaged.db").write_text("no history, but long enough to be looked at as one\n" * 20)
            arguments.append("--history=sqlite:damaged.db")
        if 100 in wanted:
            lts += ", regression_analyses: {enabled: true}, opensearch: {instance: absent}"
        file = "none.yaml" if 103 in wanted else "plots.yaml"
        (self.place / "c.yaml").write_text(f"matbench: {{config_file: {file}, lts: {{{lts}}}}}\n")
        return self.run_small("new", *arguments)

    POSSIBLE = (1, 2, 3, 4, 100, 101, 102, 103, 105, 110)
    IMPOSSIBLE = {frozenset(pair) for pair in (
        *itertools.product((100, 110), (1, 2, 3, 4)),  # nothing is compared then
        (100, 110),                                    # a named history needs no server
        (101, 103))}                                   # whether a filter leaves a test out cannot be told of one without settings

    def test_c6_4_each_alone(self):
        for code in self.POSSIBLE:
            with self.subTest(code):
                done = self.happen(code)
                self.assertEqual((done.code, self.codes("out/outcome.json")), (code, {code}), done.out + done.err)
        self.assertEqual(self.happen().code, 0)

    def test_c6_4_all_pairs(self):
        for pair in itertools.combinations(self.POSSIBLE, 2):
            if frozenset(pair) in self.IMPOSSIBLE:
                continue
            with self.subTest(pair):
                done = self.happen(*pair)
                first, others = ends(*pair)
                self.assertEqual(done.code, first, done.out + done.err)
                self.assertEqual(self.json("out/outcome.json")["exit_code"], first)
                self.assertEqual(self.codes("out/outcome.json"), set(pair))
                last = done.out.splitlines()[-1]
                self.assertRegex(last, rf"\Aexit code {first}: ")
                for other in others:
                    self.assertIn(other, last.split("; also", 1)[-1])
                failure = (self.place / "out/FAILURE").read_text()
                for code in pair:
                    self.assertIn(f"(exit code {code})\n", failure)

    def test_c6_4_many_reports(self):
        """Of the same step, the same is listed once."""
        (self.place / "w/data/plots.yaml").write_text(
            "visualize:\n- id: x\n  generate: ['report: Error report']\n  filters: [null" + ", 'name=nobody'" * 70 + "]\n")
        done = self.happen(1)
        self.assertEqual((done.code, self.codes("out/outcome.json")), (1, {1, 103}), done.err)
        self.assertEqual(len((self.place / "out/FAILURE").read_text().splitlines()), 2)
        self.assertEqual(len(list((self.place / "out").rglob("*_matbench_visualize.log"))), 71)

    def test_c6_4_all_at_once(self):
        for odd in 101, 103:
            codes = {1, 2, 3, 4, odd, 102, 105}
            done = self.happen(*codes)
            self.assertEqual((done.code, self.codes("out/outcome.json")), (1, codes), done.out + done.err)
            for code in codes - {1}:
                self.assertEqual(done.out.splitlines()[-1].count(f"; also {code}: "), 1)


class CacheTest(SmallTest):
    """C6.1: download.mode other than prefer_cache really ignores the parse caches."""

    def poisoned(self):
        """tests/a says 10, and its cache 99: the file has changed back to its size, times and place."""
        small_test(self.place / "tests/a", speed=99.0)
        data = self.place / "tests/a/data.json"
        self.run_small("tests", "--noupload", code=0)
        small_test(self.place / "other/a", speed=10.0, uuid=json.loads(data.read_text())["uuid"], run_id=json.loads(data.read_text())["run_id"])
        old = (self.place / "tests/a/.matbench-cache").read_bytes()
        (self.place / "tests/a/data.json").unlink()
        (self.place / "tests/a/source_url").write_text("https://example.org/x\n")
        (self.place / "tests/a/.matbench-cache").write_bytes(old)

    def speed(self):
        data = self.json("internal_matrix.json")[0]["results"]["data"]
        return data and data["speed"]

    def test_c6_1_mode(self):
        """With no artifact left only a cache can tell the value: it is used, or it is not."""
        for mode, variable, value in (("prefer_cache", None, 99.0), (None, None, 99.0), ("important", None, None), ("all", None, None),
                                      ("cache_only", None, None), ("prefer_cache", "y", None), ("prefer_cache", "n", 99.0)):
            with self.subTest(mode=mode, variable=variable):
                shutil.rmtree(self.place / "tests", ignore_errors=True)
                self.poisoned()
                (self.place / "c.yaml").write_text(f"matbench: {{download: {{mode: {mode or 'null'}}}}}\n")
                self.run_small("tests", "--noupload", "--config=c.yaml",
                               env={"MATBENCH_STORE_IGNORE_CACHE": variable} if variable else {})
                self.assertEqual(self.speed(), value)

    def test_c1_4_each_spelling(self):
        for word, value in (("y", None), ("yes", None), ("true", None), ("True", None), ("1", None), ("n", 99.0), ("Y", 99.0), ("", 99.0)):
            with self.subTest(word):
                shutil.rmtree(self.place / "tests", ignore_errors=True)
                self.poisoned()
                self.matbench("parse", "--workload=w", "--results_dirname=tests", "--output_matrix=internal_matrix.json",
                              env={"MATBENCH_STORE_IGNORE_CACHE": word})
                self.assertEqual(self.speed(), value)


class FiltersTest(SmallTest):
    """k=a:b as the Python tool has it, for each command that reads tests."""

    def setUp(self):
        super().setUp()
        for name in "a", "b", "c", "d:e":
            small_test(self.place / "tests" / name)

    ROWS = (("name=a:b", ["a", "b"]), ("name=c", ["c"]), ("name=d\\:e", ["d:e"]), ("name=d:e", ["d:e"]), ("name=a:d\\:e", ["a", "d:e"]),
            ("name=a:b,name=b:c", ["b"]))

    def test_of_tests(self):
        for text, wanted in self.ROWS:
            base = ("--workload=w", "--results_dirname=tests", f"--filters={text}")
            with self.subTest(text):
                for name in "history.db", "regression_verdicts.json":
                    (self.place / name).unlink(missing_ok=True)
                self.matbench("parse", *base, "--output_matrix=m.json", code=0)
                self.assertEqual([e["settings"]["name"] for e in self.json("m.json")], wanted)
                self.matbench("analyze_lts", *base, code=0)
                self.assertEqual(sorted(pathlib.Path(e["where"]).name for e in self.json("regression_verdicts.json")["entries"]), wanted)
                self.matbench("upload_lts", *base, code=0)
                self.assertRegex(self.matbench("history", "list", code=0).out, rf"(?m)^small: {len(wanted)} payload")
                self.matbench("visualize", *base, code=0)
                self.assertTrue(f"<dt>Tests</dt><dd>{len(wanted)};" in (self.place / "reports_index.html").read_text())
                self.matbench("ci", "tests", "--workload=w", f"--filters={text}", "--noupload", code=0)
                self.assertEqual(self.json("outcome.json")["tests"]["parsed"], len(wanted))
                listed = self.matbench("parse", *base, "--clean", code=0).out
                self.assertEqual(listed.splitlines(), [f"tests/{name}/.matbench-cache" for name in wanted])

    def test_of_payloads(self):
        self.matbench("upload_lts", "--workload=w", "--results_dirname=tests", code=0)
        for text, n in (("name=a:b", 2), ("name=d:e", 1), ("name=a:d\\:e", 2), ('{"name": "d:e"}', 1), ('{"name": "a:b"}', 0)):
            self.matbench("download_lts", "--lts_results_dirname=lts", "--force", "--clean", f"--filters={text}", code=0)
            self.assertEqual(len(list((self.place / "lts").glob("*.json"))), n, text)


class MarkersTest(SmallTest):
    """C5.8 from ci: beside its report, of the newest run; FAILURE is the whole step's."""

    def markers(self, folder="."):
        return {"NO_RESULTS_FOUND", "NO_HISTORICAL_RESULTS", "FAILURE"} & set(self.names(folder))

    def test_markers(self):
        small_test(self.place / "tests/a")
        (self.place / "empty").mkdir()
        self.run_small("empty", code=103)
        self.assertEqual(self.markers(), {"NO_RESULTS_FOUND", "FAILURE"})
        self.run_small("tests", code=0)
        self.assertEqual(self.markers(), {"NO_HISTORICAL_RESULTS"})
        self.assertEqual((self.place / "NO_HISTORICAL_RESULTS").read_bytes(), b"")
        self.run_small("tests", code=0)  # stored by the run before
        self.assertEqual(self.markers(), set())
        small_test(self.place / "tests/a", speed="fast")
        self.run_small("tests", code=102)
        self.assertEqual(self.markers(), {"NO_RESULTS_FOUND", "FAILURE"})
        for _ in range(2):  # written anew, not appended to: ci is the whole step
            self.run_small("tests", code=102)
            self.assertEqual(len((self.place / "FAILURE").read_text().splitlines()), 1)
        (self.place / "c.yaml").write_text("matbench: {lts: {regression_analyses: {enabled: false}}}\n")
        self.run_small("tests", "--config=c.yaml", code=102)
        self.assertEqual(self.markers(), {"FAILURE"})

    def test_beside_the_report(self):
        small_test(self.place / "tests/a")
        self.run_small("tests", "--artifact_dir=out", code=0)
        self.assertEqual((self.markers(), self.markers("out")), (set(), {"NO_HISTORICAL_RESULTS"}))

    def test_a_history_that_cannot_be_read(self):
        small_test(self.place / "tests/a")
        self.run_small("tests", "--noupload", code=0)
        (self.place / "history.db").write_text("no history, but long enough to be looked at as one\n" * 20)
        self.run_small("tests", code=110)
        self.assertEqual(self.markers(), {"FAILURE"})


class FilesTest(SmallTest):
    """C6.3: every file that it names, in one run."""

    FILES = {"internal_matrix.json", "lts_payload.json", "lts_payload.schema.json", "regression_report.html", "regression_summary.yaml",
             "outcome.json", "source_url", "downloaded", "FAILURE", "0_matbench_parse.log", "1_matbench_generate_lts.log",
             "2_matbench_generate_lts_schema.log", "3_matbench_analyze_lts.log", "4_matbench_upload_lts.log", "5_matbench_visualize.log",
             "_matbench_download.log"}

    def test_c6_3_all_files(self):
        (self.place / "w/data").mkdir()
        (self.place / "w/data/two.yaml").write_text("visualize:\n- id: x\n  generate: ['report: Error report']\n  filters: [null, 'name=a']\n")
        for day in range(9):
            small_test(self.place / f"old/{day}/a", speed=100 + day * 7 % 9 / 10, start=f"2025-02-{day + 1:02d}T10:00:00", version=f"1.{day}")
            self.matbench("upload_lts", "--workload=w", f"--results_dirname=old/{day}", "--history=sqlite:h.db", code=0)
        small_test(self.place / "source/a", speed=50, version="1.9")
        (self.place / "c.yaml").write_text(
            f"matbench: {{config_file: two.yaml, workload: w, test_directory: here, download: {{url: 'file://{self.place}/source', "
            "save_to_artifacts: true}, lts: {regression_analyses: {upload_lts_on_regression: true}}}\n")
        self.matbench("ci", "--config=c.yaml", "--history=sqlite:h.db", "--artifact_dir=out", code=1)
        self.assertLessEqual(self.FILES | {"name=a"}, set(self.names("out")))
        self.assertEqual([n for n in self.names("out/name=a") if n.endswith(".log")], ["6_matbench_visualize.log"])
        self.assertTrue(list((self.place / "out/downloaded").rglob("data.json")))
        outcome = self.json("out/outcome.json")
        self.assertEqual([(s["step"], s["code"]) for s in outcome["steps"]],
                         [("download", 0), ("save_to_artifacts", 0), ("parse", 0), ("generate_lts", 0), ("generate_lts_schema", 0),
                          ("analyze_lts", 0), ("gate", 1), ("upload_lts", 0), ("visualize", 0)])
        self.assertEqual((outcome["verdicts"]["regression"], outcome["history"]["added"]), (2, 1))
        schema = self.json("out/lts_payload.schema.json")
        self.matbench("generate_lts_schema", "--workload=w", "--file=s.json", code=0)
        self.assertEqual(schema, self.json("s.json"))

    def test_c5_9_the_suffix(self):
        """Of the second pass's history, with the block's word for it."""
        small_test(self.place / "tests/a")
        small_workload(self.place / "p", lambda text: text.replace("workload: small", "workload: prom"))
        for uri, suffix, stored in (("sqlite:h.db", "-x", "h-x.db"), ("dir:folder", "_prom", "folder_prom"), ("sqlite:g.db", None, "g-prom.db")):
            opensearch = f"opensearch: {{prom_index_suffix: '{suffix}'}}" if suffix else ""
            (self.place / "c.yaml").write_text(f"matbench: {{workload: w, prom_workload: p, lts: {{{opensearch}}}}}\n")
            self.matbench("ci", "tests", "--config=c.yaml", f"--history={uri}", code=0)
            self.assertTrue((self.place / stored).exists(), self.names())
            scheme = uri.split(":")[0]
            self.assertRegex(self.matbench("history", "list", f"--history={scheme}:{stored}", code=0).out, r"(?m)^prom: 1 payload")


class ServerKeysTest(SmallTest):
    """C6.6, C1.1: what TOPSAIL's env file says of a server is accepted without a word, and its secrets are nowhere."""

    ONLY_RIGHTS = r"\AWARNING \| \.env[.a-z]*: others may read it [^\n]*\n\Z"  # TOPSAIL writes it as the umask leaves it
    KEYS = {"instance": "local", "opensearch_host": "127.0.0.1", "opensearch_index": "runs", "opensearch_port": 1,
            "opensearch_username": "ci", "opensearch_password": "canary-Ph4ntom", "opensearch_ca_file": "/etc/ca.pem", "opensearch_insecure": True}

    def test_c6_6_keys(self):
        small_test(self.place / "tests/a")
        texts = {".env.generated.yaml": json.dumps(self.KEYS), ".env.json": json.dumps(self.KEYS),
                 ".env": "".join(f"MATBENCH_{key.upper()}={value}\n" for key, value in self.KEYS.items())}
        for file, text in texts.items():
            with self.subTest(file):
                for old in texts:
                    (self.place / old).unlink(missing_ok=True)
                (self.place / file).write_text(text)
                done = self.matbench("parse", "--workload=w", "--results_dirname=tests", "--log_level=warning", "--output_lts=l.json", code=0)
                self.assertRegex(done.err, self.ONLY_RIGHTS)
                for command in ("upload_lts", "analyze_lts"):
                    done = self.matbench(command, "--workload=w", "--results_dirname=tests", "--http_attempts=1", code=110)
                    self.assertRegex(done.err, r"(?m)^ERROR \| 127.0.0.1:1: GET /runs: connection refused")
                    self.assertIn("INSECURE", done.err)
                done = self.matbench("download_lts", "--lts_results_dirname=lts", "--http_attempts=1", code=110)
                self.assertEqual(done.errors()[0][:7], "ERROR |")
                for path in self.place.rglob("*"):
                    if path.is_file() and path.name not in texts:
                        self.assertNotIn(b"Ph4ntom", path.read_bytes(), path)

    def test_the_file_of_topsail(self):
        small_test(self.place / "tests/a")
        shutil.copyfile(SHARED / "data/python-golden/samples/env.generated.yaml", self.place / ".env.generated.yaml")
        self.assertRegex(self.matbench("parse", "--workload=w", "--results_dirname=tests", "--log_level=warning", code=0).err, self.ONLY_RIGHTS)
        self.matbench("upload_lts", "--workload=w", "--results_dirname=tests", "--http_attempts=1", code=110)


if __name__ == "__main__":
    main()
