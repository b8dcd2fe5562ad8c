#!/usr/bin/env python3
"""Contract C2, tests and artifacts: a test method per numbered line and clause, through the program. (C2.9 is the cache's.)"""
import json
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "command"))
from support import SHARED, CommandTest, copy_of, main, small_test, small_workload, tree  # noqa: E402

GOLDEN = SHARED / "data/python-golden"


class SmallTest(CommandTest):
    def setUp(self):
        super().setUp()
        small_workload(self.place / "w")

    def write(self, name, text=""):
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def parse(self, *arguments, root="tests", code=0, **keywords):
        return self.matbench("parse", "--workload=w", f"--results_dirname={root}", "--output_matrix=m.json", *arguments, code=code,
                             **keywords)

    def found(self):
        return [entry["location"] for entry in self.json("m.json")]

    def settings(self, location):
        return next(e["settings"] for e in self.json("m.json") if e["location"] == location)


class DiscoveryTest(SmallTest):
    def test_c2_1_names_of_settings(self):
        for name in ("settings.yaml", "settings.yml", "settings"):
            small_test(self.place / "tests" / name)
            os.rename(self.place / "tests" / name / "settings.yaml", self.place / "tests" / name / name)
        small_test(self.place / "tests/other")
        os.rename(self.place / "tests/other/settings.yaml", self.place / "tests/other/settings.json.yaml")
        self.parse()
        self.assertEqual(self.found(), ["tests/settings", "tests/settings.yaml", "tests/settings.yml"])

    def test_c2_1_without_exit_code_skipped_with_one_line(self):
        for name, exit_code in (("absent", None), ("blank", " \n"), ("empty", ""), ("good", "0"), ("seven", "7\n")):
            small_test(self.place / "tests" / name)
            path = self.place / "tests" / name / "exit_code"
            path.unlink() if exit_code is None else path.write_text(exit_code)
        done = self.parse()
        self.assertEqual([(e["location"], e["exit_code"]) for e in self.json("m.json")], [("tests/good", 0), ("tests/seven", 7)])
        for name, why in (("absent", "has no exit_code"), ("blank", "exit_code is empty"), ("empty", "exit_code is empty")):
            lines = [line for line in done.err.splitlines() if f"| {name}: " in line]
            self.assertEqual(len(lines), 1, done.err)
            self.assertRegex(lines[0], rf"\AINFO \| {name}: skipped: [^|]*{why}")

    def test_c2_1_an_exit_code_that_is_no_number(self):
        small_test(self.place / "tests/good")
        small_test(self.place / "tests/odd")
        self.write("tests/odd/exit_code", "killed\n")
        self.assertIn("WARNING | odd: exit_code: found 'killed", self.parse().err)
        self.assertEqual(self.found(), ["tests/good"])
        self.parse("--strict", code=101)

    def test_c2_1_settings_of_all_parents(self):
        small_test(self.place / "up/tests/group/a", settings={"own": 1})
        small_test(self.place / "up/tests/b")
        self.write("up/settings.site.yaml", "site: above\nlayer: above\nown: above\n")
        self.write("up/tests/settings.common.yaml", "common: root\nlayer: root\n")
        self.write("up/tests/group/settings.z.yaml", "layer: z\n")
        self.write("up/tests/group/settings.a.yaml", "layer: a\n")
        done = self.parse(root="up/tests")
        self.assertEqual(self.settings("up/tests/group/a"), {"site": "above", "layer": "z", "own": 1, "common": "root", "name": "a"})
        self.assertEqual(self.settings("up/tests/b"), {"site": "above", "layer": "root", "own": "above", "common": "root", "name": "b"})
        self.assertRegex(done.err, rf"(?m)^INFO \| {self.place}/up/settings.site.yaml: settings above the results directory")
        self.assertNotIn("settings.common.yaml", done.err)

    def test_c2_1_skip_prunes(self):
        for name in ("a", "b", "group/c", "group/deep/d"):
            small_test(self.place / "tests" / name)
        self.write("tests/a/skip")
        self.write("tests/group/skip", "why\n")
        done = self.parse()
        self.assertEqual(self.found(), ["tests/b"])
        self.assertRegex(done.err, r"(?m)^INFO \| a: skipped: it has a file `skip`")
        self.assertRegex(done.err, r"(?m)^INFO \| group: skipped")

    def test_c2_1_tests_inside_tests_are_ignored(self):
        small_test(self.place / "tests/a")
        small_test(self.place / "tests/a/inner/b")
        small_test(self.place / "unfinished/a")
        (self.place / "unfinished/a/exit_code").unlink()
        small_test(self.place / "unfinished/a/inner/b")
        self.parse()
        self.assertEqual(self.found(), ["tests/a"])
        self.parse(root="unfinished", code=103)

    def test_c2_1_the_order_is_by_path(self):
        names = ["b", "a/y", "a", "a-x", "B", "10", "9", "ab/c"]
        names.remove("a")
        for name in names:
            small_test(self.place / "tests" / name, settings={"path": name})
        self.parse()
        self.assertEqual(self.found(), sorted(f"tests/{name}" for name in names))
        for jobs in (1, 2, 7):
            before = (self.place / "m.json").read_bytes()
            self.parse(f"--jobs={jobs}")
            self.assertEqual((self.place / "m.json").read_bytes(), before)

    def test_c2_1_no_test(self):
        (self.place / "tests").mkdir()
        done = self.parse(code=103)
        self.assertRegex(done.err, r"\AERROR \| tests: no test found: a test is a directory with settings.yaml and a non-empty exit_code\n\Z")
        self.assertEqual(self.matbench("parse", "--workload=w", "--results_dirname=absent", code=100).err,
                         "ERROR | the results directory: absent: No such file or directory\n")

    def test_c2_2_equal_settings(self):
        for name in ("x/one", "a/one", "m/one"):
            small_test(self.place / "tests" / name, settings={"name": "same"})
        done = self.parse()
        self.assertEqual(self.found(), ["tests/a/one"])
        for name in ("m/one", "x/one"):
            self.assertRegex(done.err, rf"(?m)^WARNING \| {name}: skipped: it has the same settings as a/one$")

    def test_c2_2_one_and_its_text_are_different(self):
        """Python's look-up took 1 and "1", True and "True" for the same (bug 19)."""
        for name, value in (("a", 1), ("b", "1"), ("c", True), ("d", "True")):
            small_test(self.place / "tests" / name, settings={"name": "same", "value": value})
        self.parse()
        self.assertEqual([e["settings"]["value"] for e in self.json("m.json")], [1, "1", True, "True"])


class RewriteTest(SmallTest):
    def rewrite(self, text, lua=None):
        small_workload(self.place / "w", lambda workload: workload + f"rewrite_settings: {text}\n" + ("lua: r.lua\n" if lua else ""))
        if lua:
            self.write("w/r.lua", lua)

    def test_c2_3_drop_rename_set(self):
        small_test(self.place / "tests/a", settings={"debug": True, "gpus": 2})
        self.rewrite("{drop: [debug], rename: {gpus: gpu}, set: {mode: \"settings.mode or 'default'\"}}")
        self.parse()
        self.assertEqual(self.settings("tests/a"), {"name": "a", "gpu": 2, "mode": "default"})
        entry = self.json("m.json")[0]
        self.assertEqual(entry["import_settings"], entry["settings"])

    def test_c2_3_lua_and_null(self):
        for name in ("a", "b"):
            small_test(self.place / "tests" / name)
        self.rewrite("{lua: keep}", "function keep(s) if s.name == 'b' then return nil end return {name = s.name, more = 1} end\n")
        done = self.parse()
        self.assertEqual(self.found(), ["tests/a"])
        self.assertEqual(self.settings("tests/a"), {"name": "a", "more": 1})
        self.assertIn("b: skipped: rewrite_settings leaves it out", done.err)

    def test_c2_3_equal_after_rewriting(self):
        for name in ("a", "b"):
            small_test(self.place / "tests" / name, settings={"name": "same", "number": ord(name)})
        self.rewrite("{drop: [number]}")
        self.assertIn("b: skipped: it has the same settings as a", self.parse().err)

    def test_c2_3_applied_to_history_before_comparison(self):
        """History was stored with a label that the workload has dropped since: it is history still."""
        runs = [dict(version=f"1.{i}", speed=10 + i % 3 / 10, start=f"2025-03-{i + 1:02d}T10:00:00") for i in range(9)]
        for i, run in enumerate(runs):
            small_test(self.place / f"runs/{i}/a", settings={"mode": "old"}, **run)
            if i < 8:
                self.matbench("upload_lts", "--workload=w", f"--results_dirname=runs/{i}", code=0)
        analyze = ("analyze_lts", "--workload=w", "--results_dirname=runs/8")
        small_test(self.place / "runs/8/a", settings={"mode": "new"}, **runs[8])
        self.assertIn("NOT GATED", self.matbench(*analyze, code=0).out)
        for text, lua in (("{drop: [mode]}", None), ("{set: {mode: \"'any'\"}}", None), ("{rename: {mode: other}}", None),
                          ("{lua: keep}", "function keep(s) return {name = s.name, version = s.version} end\n")):
            with self.subTest(text):
                self.rewrite(text, lua)
                done = self.matbench(*analyze, code=0)
                if text.startswith("{rename"):  # the values still differ, under another name
                    self.assertIn("'other'", done.out)
                    continue
                self.assertEqual(len(self.kpi("speed")["evidence"]["points"]), 8)


class ArtifactDirTest(SmallTest):
    def setUp(self):
        super().setUp()
        small_workload(self.place / "w", lambda text: text.replace("important_files: [data.json]", """\
artifact_dirs: {RUN: "*__run", ALL: {glob: "*__run", all: true}, NONE: "*__nothing", LITERAL: "[x]*"}
important_files: [data.json, "${RUN}/who"]""").replace("parse_once:\n", """\
parse_once:
  who: {text: "${RUN}/who"}
  nothing: {text: "${NONE}/who"}
  literal: {text: "${LITERAL}/who"}
  all: {lua: all}
""") + "lua: all.lua\n")
        self.write("w/all.lua", "function all(test) return test.dirs.ALL end\n")
        small_test(self.place / "tests/a")

    def value(self, name):
        return self.json("m.json")[0]["results"][name]

    def test_c2_4_the_last_of_several_with_a_note(self):
        for name in ("002__run", "010__run", "001__run"):
            self.write(f"tests/a/{name}/who", name)
        done = self.parse()
        self.assertEqual(self.value("who"), "010__run")
        self.assertRegex(done.err, r"(?m)^INFO \| a: \*__run: 3 directories match, 010__run is used$")
        self.assertEqual(self.value("all"), ["001__run", "002__run", "010__run"])

    def test_c2_4_one_match_has_no_note(self):
        self.write("tests/a/001__run/who", "one")
        self.assertNotIn("RUN", self.parse("--log_level=info").err.replace("${RUN}", ""))
        self.assertEqual((self.value("who"), self.value("all")), ("one", ["001__run"]))

    def test_c2_4_none_is_null_and_files_below_count_as_not_found(self):
        done = self.parse()
        self.assertIsNone(self.value("nothing"))
        self.assertRegex(done.err, r"(?m)^WARNING \| a: \$\{NONE\}/who: not found: its directory is not there$")
        self.assertRegex(done.err, r"(?m)^INFO \| a: \*__nothing: no directory matches \(NONE\)$")
        self.assertEqual(done.errors(), [])

    def test_c2_4_a_literal_directory_before_its_glob(self):
        self.write("tests/a/x/who", "by glob")
        self.parse()
        self.assertEqual(self.value("literal"), "by glob")
        self.write("tests/a/[x]*/who", "literal")
        self.parse()
        self.assertEqual(self.value("literal"), "literal")


class LinkTest(SmallTest):
    def setUp(self):
        super().setUp()
        small_test(self.place / "tests/good")
        small_test(self.place / "tests/link")
        shutil.move(self.place / "tests/link/data.json", self.place / "outside.json")

    def link(self, target):
        (self.place / "tests/link/data.json").symlink_to(target)

    def speeds(self):
        return {e["location"]: (e["results"]["data"] or {}).get("speed") for e in self.json("m.json")}

    def test_c2_5_links_below_the_root_are_followed(self):
        shutil.copy(self.place / "outside.json", self.place / "tests/inside.json")
        for target in ("../inside.json", self.place / "tests/inside.json"):
            self.link(target)
            self.parse()
            self.assertEqual(self.speeds(), {"tests/good": 10.0, "tests/link": 10.0})
            (self.place / "tests/link/data.json").unlink()

    def test_c2_5_outside_only_with_allow_root(self):
        self.link("../../outside.json")
        done = self.parse()
        self.assertEqual(self.speeds(), {"tests/good": 10.0, "tests/link": None})
        self.assertRegex(done.err, r"WARNING \| link: [^\n]*data.json: leads out of the results directory tests \(--allow-root DIR permits it\)")
        for flag in (f"--allow-root={self.place}", "--allow_root=."):
            self.parse(flag)
            self.assertEqual(self.speeds(), {"tests/good": 10.0, "tests/link": 10.0})
        (self.place / "elsewhere").mkdir()
        self.parse("--allow_root=elsewhere")
        self.assertEqual(self.speeds()["tests/link"], None)

    def test_c2_5_linked_directories(self):
        self.link("../good/data.json")
        small_test(self.place / "far/linked")
        (self.place / "tests/group").symlink_to(self.place / "far")
        done = self.parse()
        self.assertEqual(self.found(), ["tests/good", "tests/link"])
        self.assertRegex(done.err, r"(?m)^WARNING \| group: leads out of the results directory")
        self.parse("--allow_root=far")
        self.assertEqual(self.found(), ["tests/good", "tests/group/linked", "tests/link"])

    def test_c2_5_cycles_end(self):
        self.link("data.json")
        (self.place / "tests/again").symlink_to(".")
        (self.place / "tests/x").symlink_to("y")
        (self.place / "tests/y").symlink_to("x")
        self.parse()
        self.assertEqual(self.found(), ["tests/good", "tests/link"])


class CodeTest(SmallTest):
    def broken(self, name):
        small_test(self.place / name)
        self.write(f"{name}/data.json", "{")

    def test_c2_6_one_good_test_is_enough(self):
        small_test(self.place / "tests/good")
        self.broken("tests/bad")
        small_test(self.place / "tests/worse")
        self.write("tests/worse/settings.yaml", "a: [}")
        done = self.parse(code=0)
        self.assertEqual(self.found(), ["tests/bad", "tests/good"])
        self.assertEqual(done.errors(), [])
        self.assertRegex(done.err, r"(?m)^WARNING \| bad: ")
        self.assertRegex(done.err, r"(?m)^WARNING \| worse: settings.yaml:1:")

    def test_c2_6_strict(self):
        small_test(self.place / "tests/good")
        self.broken("tests/bad")
        done = self.parse("--strict", code=101)
        self.assertRegex(done.err, r"(?m)^ERROR \| 1 of 2 tests are broken$")
        self.assertEqual(self.found(), ["tests/bad", "tests/good"])

    def test_c2_6_none_could_be_parsed(self):
        self.broken("tests/bad")
        self.assertRegex(self.parse(code=101).err, r"(?m)^ERROR \| 1 of 1 tests are broken$")

    def test_c2_6_no_test(self):
        (self.place / "tests/empty").mkdir(parents=True)
        self.parse(code=103)
        self.assertNotIn("m.json", self.names())

    def test_c2_6_an_older_output_stays_when_there_is_no_test(self):
        (self.place / "tests").mkdir()
        self.write("m.json", "older")
        self.parse(code=103)
        self.assertEqual((self.place / "m.json").read_text(), "older")


class ExpressionTest(SmallTest):
    def test_c2_7_what_expressions_see(self):
        names = {"parsed": "data.speed", "own": "settings.name", "imported": "import_settings.name", "ended": "exit_code",
                 "folder": "test.dir", "place": "test.path", "later": "parsed + 1"}
        lines = "".join(f"  {name}: {{value: {text}}}\n" for name, text in names.items())
        small_workload(self.place / "w", lambda text: text.replace("models:\n", lines + "models:\n"))
        small_test(self.place / "tests/group/a")
        self.write("tests/group/a/exit_code", "3")
        self.parse()
        results = self.json("m.json")[0]["results"]
        self.assertEqual({name: results[name] for name in names if name not in ("folder", "place")},
                         {"parsed": 10.0, "own": "a", "imported": "a", "ended": 3, "later": 11.0})
        self.assertTrue(results["folder"].endswith("a"), results["folder"])
        self.assertTrue(results["place"].endswith("group/a"), results["place"])

    def test_c2_7_an_unknown_name_is_an_error_with_its_place(self):
        small_workload(self.place / "w", lambda text: text.replace("speed: data.speed", "speed: dota.speed"))
        small_test(self.place / "tests/a")
        done = self.matbench("parse", "--workload=w", "--results_dirname=tests", "--output_lts=l.json", code=102)
        self.assertRegex(done.err, r"(?m)^ERROR \| a: lts-error: /results/speed: found null, expected a number; because "
                                   r"w/workload.yaml:\d+:\d+: .*'?dota'?")


class MatrixTest(CommandTest):
    KEYS = ["is_gathered", "settings", "stats", "location", "results", "exit_code", "processed_key", "import_settings"]

    def test_c2_8_equal_to_pythons(self):
        """settings, location, exit_code and results.lts of the golden trees; keys and their order."""
        for tests, matrix in (("tests", "matrix"), ("tests_small", "small_matrix")):
            copy_of(GOLDEN / f"fms/{tests}", self.place / tests, copy_function=shutil.copyfile)
            self.fine_tuning("parse", f"--results_dirname={tests}", "--output_matrix=m.json", code=0)
            theirs = {e["location"]: e for e in json.loads((GOLDEN / f"fms/{matrix}.json").read_text())}
            ours = self.json("m.json")
            self.assertEqual([e["location"] for e in ours], sorted(theirs))
            for entry in ours:
                python = theirs[entry["location"]]
                self.assertEqual(list(entry), self.KEYS)
                self.assertEqual(list(python), self.KEYS)
                for key in ("is_gathered", "settings", "stats", "exit_code", "processed_key", "import_settings"):
                    self.assertEqual(entry[key], python[key], key)
                self.assertEqual(entry["results"]["lts"], python["results"]["lts"])

    def test_c2_8_settings_are_null_filled(self):
        small_workload(self.place / "w")
        small_test(self.place / "tests/a", settings={"only_a": 1})
        small_test(self.place / "tests/b", settings={"only_b": [1, {"x": None}]})
        self.matbench("parse", "--workload=w", "--results_dirname=tests", "--output_matrix=m.json", code=0)
        self.assertEqual([e["settings"] for e in self.json("m.json")],
                         [{"name": "a", "only_a": 1, "only_b": None}, {"name": "b", "only_b": [1, {"x": None}], "only_a": None}])

    def test_c2_8_indentation_of_python(self):
        small_workload(self.place / "w")
        small_test(self.place / "tests/a", settings={"text": "é \U0001f600"})
        for flag, style in (("--pretty", dict(indent=4)), ("--nopretty", {})):
            for output in ("--output_matrix=-", "--output_lts=-"):
                done = self.matbench("parse", "--workload=w", "--results_dirname=tests", output, flag, code=0)
                self.assertEqual(done.out, json.dumps(json.loads(done.out), **style) + "\n")

    def test_c2_8_results_given_absolutely(self):
        tree("one", self.place / "one")
        self.fine_tuning("parse", f"--results_dirname={self.place}/one", "--output_matrix=m.json", code=0)
        self.assertTrue(self.json("m.json")[0]["location"].startswith(f"{self.place}/one/"))


if __name__ == "__main__":
    main()
