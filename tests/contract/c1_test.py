#!/usr/bin/env python3
"""Contract C1, command line and environment: a test method per numbered line and clause, through the program."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "command"))
import support  # noqa: E402
from support import SOURCE, CommandTest, main, small_test, small_workload, tree  # noqa: E402

LINE = re.compile(r"(DEBUG|INFO|WARNING|ERROR|FATAL) \| \S")
ENV_FILES = (".env", ".env.generated", ".env.yaml", ".env.json", ".env.generated.json", ".env.generated.yaml")
COMMANDS = {  # what each needs
    "parse": ("workload", "results_dirname"),
    "generate_lts_schema": ("workload",),
    "upload_lts": ("workload", "results_dirname"),
    "analyze_lts": ("workload", "results_dirname"),
}
COMMON = ("workload", "workload_base_dir", "results_dirname", "filters", "history", "jobs", "log_level", "artifact_dir")
FLAGS = {  # the table of C1.1
    "parse": ("output_matrix", "output_lts", "output_kpis", "pretty", "clean", "run", "strict", "shard"),
    "generate_lts_schema": ("file",),
    "upload_lts": ("dry_run", "valid_only", "upload_by_kpi"),
    "analyze_lts": ("lts_results_dirname", "report_dest", "summary_yaml_dest", "kpi_filter", "fail_on", "false_alarm_rate"),
    "download_lts": ("lts_results_dirname", "force", "clean", "max_records"),
    "export": ("from", "to", "dry_run"),
    "visualize": ("generate", "lts_results_dirname"),
    "download": ("url", "url_file", "mode", "do_download"),
    "ci": ("config",),
}


def env_text(file, key, value):
    """One option as the env file `file` says it."""
    if file in (".env", ".env.generated"):
        return f"MATBENCH_{key.upper()}={value}\n"
    return json.dumps({key: value}) if file.endswith(".json") else f"{key}: {json.dumps(value)}\n"


class SmallTest(CommandTest):
    """tests/a and tests/b, small tests; w, their workload."""

    def setUp(self):
        super().setUp()
        small_workload(self.place / "w")
        small_test(self.place / "tests/a")
        small_test(self.place / "tests/b")
        small_test(self.place / "more/b")

    def write(self, name, text):
        (self.place / name).parent.mkdir(parents=True, exist_ok=True)
        (self.place / name).write_text(text)

    def clean(self):
        for path in self.place.iterdir():
            if path.name in ("w", "tests", "more", "broken"):
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def parse(self, *arguments, **keywords):
        return self.matbench("parse", "--workload=w", "--results_dirname=tests", *arguments, **keywords)

    def entries(self, name="m.json"):
        return [entry["settings"]["name"] for entry in self.json(name)]


class FlagTest(SmallTest):
    def spellings(self, option, value):
        """(arguments, variables, env file) that all say the same."""
        dashed = option.replace("_", "-")
        for name in dict.fromkeys((option, dashed)):
            yield [f"--{name}={value}"], {}, {}
            yield [f"--{name}", value], {}, {}
            yield [], {}, {".env.yaml": f"{name}: '{value}'\n"}
        yield [], {f"MATBENCH_{option.upper()}": value}, {}

    def everywhere(self, command, option, value, check, *base):
        """The option works in each spelling: check(done) after each."""
        for arguments, variables, files in self.spellings(option, value):
            with self.subTest(command=command, option=option, arguments=arguments, variables=variables, files=files):
                self.clean()
                for name, text in files.items():
                    self.write(name, text)
                check(self.matbench(command, *base, *arguments, env=variables))

    def test_c1_1_flags_are_listed(self):
        for command, flags in FLAGS.items():
            listed = self.matbench(command, "--help", code=0).out
            common = ("filters", "history", "jobs", "log_level", "artifact_dir") if command == "download_lts" else \
                     ("log_level",) if command == "export" else COMMON  # these take no workload to parse with
            for flag in common + flags:
                with self.subTest(command=command, flag=flag):
                    self.assertRegex(listed, rf"(?m)^  --{flag}\b")

    def test_c1_1_unused_flags_are_accepted(self):
        """What TOPSAIL passes to every command is no error where it has no use."""
        common = ("--results_dirname=tests", "--filters=name=a", "--history=sqlite:h.db", "--jobs=1")
        self.matbench("generate_lts_schema", "--workload=w", "--file=s.json", *common, code=0)
        self.parse("--history=sqlite:h.db", "--artifact_dir=.", code=0)

    def test_c1_1_parse_flags(self):
        both = ("--workload=w", "--results_dirname=tests")
        self.write("broken/a/settings.yaml", "name: [\n")
        self.write("broken/a/exit_code", "0")
        shutil.copytree(self.place / "tests/b", self.place / "broken/b")

        def names(*wanted):
            def check(done):
                self.assertEqual(done.code, 0, done.err)
                self.assertEqual(self.entries(), list(wanted))
            return check

        def refused(word):
            def check(done):
                self.assertEqual(done.code, 100, done.err)
                self.assertRegex(done.err, rf"\AERROR \| --{word}\b")
            return check

        def written(name, pattern):
            def check(done):
                self.assertEqual(done.code, 0, done.err)
                self.assertRegex((self.place / name).read_text(), pattern)
            return check

        def ends(code):
            return lambda done: self.assertEqual(done.code, code, done.err)
        rows = (
            ("workload", "w", names("a", "b"), ("--results_dirname=tests", "--output_matrix=m.json")),
            ("workload_base_dir", str(self.place), names("a", "b"), (*both, "--output_matrix=m.json")),
            ("results_dirname", "more", names("b"), ("--workload=w", "--output_matrix=m.json")),
            ("filters", "name=b", names("b"), (*both, "--output_matrix=m.json")),
            ("shard", "2/2", names("b"), (*both, "--output_matrix=m.json")),
            ("jobs", "0", refused("jobs"), both),
            ("jobs", "1", ends(0), both),
            ("log_level", "error", lambda done: self.assertEqual((done.code, done.err), (0, "")), both),
            ("output_matrix", "x.json", written("x.json", r'\A\[\n    \{\n        "is_gathered"'), both),
            ("output_lts", "x.json", written("x.json", r'\A\[\n    \{\n        "metadata"'), both),
            ("output_kpis", "x.om", written("x.om", r"\A# TYPE speed_items_per_second gauge\n"), both),
            ("openmetrics_flavor", "seed", written("x.om", r"\A# HELP speed How fast\n# UNIT speed items/s\n"),
             (*both, "--output_kpis=x.om")),
            ("openmetrics_times", "false", written("x.om", r"(?m)\} 10\.0$"), (*both, "--output_kpis=x.om")),
            ("pretty", "false", written("x.json", r"\A.*\n\Z"), (*both, "--output_lts=x.json")),
            ("strict", "true", ends(101), ("--workload=w", "--results_dirname=broken")),
            ("allow_root", "absent", lambda done: self.assertEqual((done.code, "absent" in done.err), (100, True)), both),
        )
        for option, value, check, base in rows:
            self.everywhere("parse", option, value, check, *base)

    def test_c1_1_generate_lts_schema_flags(self):
        def check(done):
            self.assertEqual((done.code, done.out), (0, ""), done.err)
            self.assertEqual(self.json("o/schema.json")["type"], "object")
            self.assertIn("mappings", self.json("o/opensearch_mapping.json"))

        for arguments, variables, files in self.spellings("file", "o/schema.json"):
            self.clean()
            (self.place / "o").mkdir()
            for name, text in files.items():
                self.write(name, text)
            check(self.matbench("generate_lts_schema", "--workload=w", *arguments, env=variables))
        self.clean()
        self.assertEqual(json.loads(self.matbench("generate_lts_schema", "--workload=w", code=0).out)["type"], "object")
        self.assertEqual(self.names(), ["more", "tests", "w"])  # '-' is the default: no file, no mapping

    def test_c1_1_upload_lts_flags(self):
        base = ("--workload=w", "--results_dirname=tests")

        def stored_in(name):
            return lambda done: self.assertEqual((done.code, name in self.names()), (0, True), done.err)
        self.everywhere("upload_lts", "history", "sqlite:other.db", stored_in("other.db"), *base)
        self.everywhere("upload_lts", "dry_run", "true",
                        lambda done: self.assertEqual((done.code, "history.db" in self.names()), (0, False), done.err), *base)
        self.write("tests/c/settings.yaml", "name: c\n")
        self.write("tests/c/exit_code", "0")
        self.assertEqual(self.matbench("upload_lts", *base).code, 102)
        self.everywhere("upload_lts", "valid_only", "true", stored_in("history.db"), *base)

    def test_c1_1_analyze_lts_flags(self):
        base = ("--workload=w", "--results_dirname=tests")

        def written(name):
            return lambda done: self.assertEqual((done.code, name in self.names()), (0, True), done.err)

        def ends(code, said=""):
            def check(done):
                self.assertEqual(done.code, code, done.err)
                self.assertIn(said, done.err)
            return check

        def one_kpi(done):
            self.assertEqual(done.code, 0, done.err)
            self.assertEqual({k["name"] for e in self.json("regression_verdicts.json")["entries"] for k in e["kpis"]}, {"speed"})
        rows = (("report_dest", "r.html", written("r.html")), ("summary_yaml_dest", "s.yaml", written("s.yaml")), ("verdicts_dest", "v.json", written("v.json")),
                ("fail_on", "no-history", ends(3)), ("fail_on", "regresion", ends(100, "'regression'")),
                ("false_alarm_rate", "2", ends(100, "--false_alarm_rate=2")), ("min_history", "1", ends(100, "--min_history=1")),
                ("history_scope", "newer", ends(100, "--history_scope=newer")), ("kpi_filter", "spee", one_kpi),
                ("history", "nowhere:x", ends(100, "'nowhere:' is no known kind of history")))
        for option, value, check in rows:
            self.everywhere("analyze_lts", option, value, check, *base)

    def test_c1_1_ci_flags(self):
        self.everywhere("ci", "results_dirname", "more", lambda done: self.assertEqual(done.code, 0, done.err), "--workload=w")
        self.everywhere("ci", "upload", "false",
                        lambda done: self.assertEqual((done.code, "history.db" in self.names()), (0, False), done.err),
                        "tests", "--workload=w")
        self.everywhere("ci", "config", "absent.yaml",
                        lambda done: self.assertEqual((done.code, "absent.yaml" in done.err), (100, True), done.err), "tests")

    def test_c1_1_commands_in_both_spellings(self):
        for name in ("generate-lts-schema", "generate_lts_schema", "upload-lts", "analyze-lts"):
            self.assertIn("usage: matbench", self.matbench(name, "--help", code=0).out)

    BOOLEANS = {True: ("True", "true", "TRUE", "yes", "y", "Y", "1"), False: ("False", "false", "no", "n", "0")}

    def test_c1_1_python_booleans(self):
        def is_pretty(done):
            self.assertEqual(done.code, 0, done.err)
            return done.out.count("\n") > 1
        quiet = ("--output_lts=-", "--log_level=error")
        for value, words in self.BOOLEANS.items():
            for word in words:
                with self.subTest(word):
                    self.assertEqual(is_pretty(self.parse(*quiet, f"--pretty={word}")), value)
                    self.assertEqual(is_pretty(self.parse(*quiet, "--pretty", word)), value)
                    self.assertEqual(is_pretty(self.parse(*quiet, env={"MATBENCH_PRETTY": word})), value)
                    self.write(".env.yaml", f"pretty: {word}\n")
                    self.assertEqual(is_pretty(self.parse(*quiet)), value)
                    self.clean()
        self.assertIs(is_pretty(self.parse(*quiet, "--pretty")), True)
        for flag in ("--nopretty", "--no-pretty", "--no_pretty"):
            self.assertIs(is_pretty(self.parse(*quiet, flag)), False)
        self.assertIs(is_pretty(self.parse(*quiet, "--nopretty", "--pretty")), True)  # the last counts
        done = self.parse("--pretty=perhaps", code=100)
        self.assertEqual(done.err, "ERROR | --pretty (command line): 'perhaps': expected true or false\n")

    def test_c1_1_nox_of_every_boolean(self):
        small_test(self.place / "tests/c", speed="fast")
        self.parse("--strict", "--nostrict", code=0)
        for flag in ("--nodry_run", "--no-dry-run", "--nodry-run"):
            self.assertEqual(self.matbench("upload_lts", "--workload=w", "--results_dirname=more", flag,
                                           env={"MATBENCH_DRY_RUN": "true"}).code, 0)
            self.assertIn("history.db", self.names())
            self.clean()
        self.matbench("ci", "more", "--workload=w", "--no-upload", code=0)
        self.assertNotIn("history.db", self.names())
        done = self.parse("--noworkload", code=100)  # not a boolean
        self.assertIn("--noworkload: unknown option; the nearest is --workload", done.err)

    def test_c1_1_outputs_land_in_the_current_directory(self):
        self.matbench("analyze_lts", "--workload=w", "--results_dirname=tests", env={"ARTIFACT_DIR": str(self.place / "w")}, code=0)
        self.assertLessEqual({"regression_report.html", "regression_summary.yaml", "regression_verdicts.json"}, set(self.names()))
        self.assertEqual(self.names("w"), ["workload.yaml"])
        self.clean()
        self.matbench("ci", "tests", "--workload=w", code=0)
        self.assertLessEqual({"internal_matrix.json", "lts_payload.json", "outcome.json", "history.db"}, set(self.names()))

    def test_c1_1_artifact_dir(self):
        for named in (["--artifact_dir=out"], ["--artifact-dir", "out"]):
            (self.place / "out").mkdir()
            self.matbench("analyze_lts", "--workload=w", "--results_dirname=tests", *named, code=0)
            self.assertEqual(self.names("out"), ["NO_HISTORICAL_RESULTS", "regression_report.html", "regression_summary.yaml", "regression_verdicts.json"])
            self.clean()
        for env in ({"ARTIFACT_DIR": "out"}, {"MATBENCH_ARTIFACT_DIR": "out", "ARTIFACT_DIR": "absent"}):
            (self.place / "out").mkdir()
            self.matbench("ci", "tests", "--workload=w", env=env, code=0)
            self.assertIn("outcome.json", self.names("out"))
            self.clean()

    def test_c1_1_missing_mandatory_flag_names_flag_and_variable(self):
        for command, needed in COMMANDS.items():
            for flag in needed:
                others = [f"--{name}=tests" for name in needed if name != flag]
                for empty in ([], [f"--{flag}="]):
                    done = self.matbench(command, *others, *empty, code=100)
                    self.assertRegex(done.err, rf"\AERROR \| [^\n]*--{flag}\b[^\n]*MATBENCH_{flag.upper()}\b[^\n]*\n\Z")
        done = self.matbench("ci", code=100)
        self.assertIn("--results_dirname", done.err)
        done = self.matbench("ci", "tests", code=100)
        self.assertRegex(done.err, "--workload=NAME.*MATBENCH_WORKLOAD")
        done = self.parse("--output_lts", code=100)
        self.assertEqual(done.err, "ERROR | --output_lts: expected a value: --output_lts=FILE\n")

    def test_c1_1_unknown_argument_names_the_nearest(self):
        rows = (("parse", "--output_ltss=x", "--output_lts"), ("parse", "--Workload=w", "--workload"),
                ("parse", "--output-matrx", "--output_matrix"), ("upload_lts", "--dryrun", "--dry_run"),
                ("analyze_lts", "--fail_om=none", "--fail_on"), ("ci", "--conifg=x", "--config"),
                ("generate_lts_schema", "--fil", "--file"), ("parse", "--matrix=x", "--output_matrix"))
        for command, flag, nearest in rows:
            done = self.matbench(command, flag, code=100)
            said = flag.split("=")[0]
            self.assertEqual(done.err, f"ERROR | {said}: unknown option; the nearest is {nearest} (--help lists all)\n")
        done = self.parse("--zzzzzzzzzzzz", code=100)
        self.assertEqual(done.err, "ERROR | --zzzzzzzzzzzz: unknown option (--help lists all)\n")
        self.assertIn("options are spelt --name", self.parse("-o", code=100).err)
        self.assertIn("'stray': expected options only", self.parse("stray", code=100).err)
        self.assertIn("did you mean 'parse'?", self.matbench("prase", code=100).err)

    def test_c1_1_unknown_variables_and_keys_are_ignored(self):
        self.write(".env", "MATBENCH_COLOUR=red\nUNRELATED=1\n")
        self.write(".env.yaml", "opensearch_index: x\ninstance: local\ncolour: red\n")
        self.write(".env.json", '{"colour": "red"}')
        done = self.parse("--log_level=warning", env={"MATBENCH_NO_SUCH_OPTION": "1", "MATBENCH_": "2"}, code=0)
        self.assertEqual(done.err, "")


class PrecedenceTest(SmallTest):
    def which(self, *arguments, env=None):
        """The results directory that counted: none of them is there, and the message names it."""
        done = self.matbench("parse", "--workload=w", *arguments, env=env, code=100)
        return re.fullmatch(r"ERROR \| the results directory: (\S+): No such file or directory\n", done.err)[1]

    def test_c1_2_env_files_in_order(self):
        for i, weak in enumerate(ENV_FILES):
            for strong in ENV_FILES[i + 1:]:
                with self.subTest(weak=weak, strong=strong):
                    self.clean()
                    self.write(weak, env_text(weak, "results_dirname", "weak"))
                    self.assertEqual(self.which(), "weak")
                    self.write(strong, env_text(strong, "results_dirname", "strong"))
                    self.assertEqual(self.which(), "strong")

    def test_c1_2_environment_over_env_files_and_flags_over_both(self):
        for file in ENV_FILES:
            with self.subTest(file):
                self.clean()
                self.write(file, env_text(file, "results_dirname", "file"))
                self.assertEqual(self.which(env={"MATBENCH_RESULTS_DIRNAME": "environment"}), "environment")
                self.assertEqual(self.which("--results_dirname=flag", env={"MATBENCH_RESULTS_DIRNAME": "environment"}), "flag")

    def test_c1_2_all_of_them_at_once(self):
        for file in ENV_FILES:
            self.write(file, env_text(file, "results_dirname", file[1:]))
        self.assertEqual(self.which(), "env.generated.yaml")

    def test_c1_2_the_environment_overrides_every_default(self):
        """Python ignored it where the default was not empty (bug 12)."""
        env = {"MATBENCH_SUMMARY_YAML_DEST": "s.yaml", "MATBENCH_VERDICTS_DEST": "v.json", "MATBENCH_LOG_LEVEL": "error",
               "MATBENCH_FAIL_ON": "no-history", "MATBENCH_REPORT_DEST": "o/r.html"}
        self.assertEqual(self.matbench("analyze_lts", "--workload=w", "--results_dirname=tests", env=env, code=3).err, "")
        self.assertEqual(self.names(), ["more", "o", "s.yaml", "tests", "v.json", "w"])
        self.assertEqual(self.names("o"), ["NO_HISTORICAL_RESULTS", "r.html"])
        self.matbench("generate_lts_schema", "--workload=w", env={"MATBENCH_FILE": "s.json"}, code=0)
        self.assertIn("s.json", self.names())

    def test_c1_2_false_is_false(self):
        for word in ("false", "False", "no", "n", "0"):
            self.matbench("upload_lts", "--workload=w", "--results_dirname=tests", env={"MATBENCH_DRY_RUN": word}, code=0)
            self.assertIn("history.db", self.names())
            self.clean()

    def test_c1_2_an_empty_variable_is_none(self):
        self.write(".env.yaml", "results_dirname: file\n")
        self.assertEqual(self.which(env={"MATBENCH_RESULTS_DIRNAME": ""}), "file")

    def test_c1_2_empty_env_files_warn(self):
        for file in ENV_FILES:
            self.clean()
            self.write(file, "")
            self.assertEqual(self.parse("--log_level=warning", code=0).err, f"WARNING | {file}: empty, and ignored\n")

    def test_c1_2_broken_env_files_warn(self):
        broken = {".env": "nonsense\n", ".env.generated": "nonsense\n", ".env.yaml": "a: [\n", ".env.generated.yaml": "- 1\n",
                  ".env.json": '{"a": ', ".env.generated.json": "[1]"}
        for file, text in broken.items():
            with self.subTest(file):
                self.clean()
                self.write(file, text)
                self.assertRegex(self.parse("--log_level=warning", code=0).err, rf"\AWARNING \| {re.escape(file)}:[^\n]+ignored[^\n]*\n\Z")

    def test_c1_2_repeated_keys_warn(self):
        texts = {".env": "MATBENCH_RESULTS_DIRNAME=more\nMATBENCH_RESULTS_DIRNAME=tests\n",
                 ".env.yaml": "results_dirname: more\nresults_dirname: tests\n",
                 ".env.json": '{"results_dirname": "more", "results_dirname": "tests"}'}
        for file, text in texts.items():
            with self.subTest(file):
                self.clean()
                self.write(file, text)
                done = self.matbench("parse", "--workload=w", "--log_level=warning", "--output_matrix=m.json", code=0)
                self.assertRegex(done.err, rf"\AWARNING \| {re.escape(file)}: [^\n]*given twice[^\n]*last counts[^\n]*\n\Z")
                self.assertEqual(self.entries(), ["a", "b"])

    def test_c1_2_plain_values_only(self):
        self.write(".env.yaml", "filters: {name: a}\nresults_dirname: tests\n")
        done = self.matbench("parse", "--workload=w", "--log_level=warning", code=0)
        self.assertEqual(done.err, "WARNING | .env.yaml: 'filters' is ignored: expected a plain value\n")


class HistoryPlaceTest(SmallTest):
    def upload(self, *arguments, **keywords):
        return self.matbench("upload_lts", "--workload=w", "--results_dirname=tests", *arguments, **keywords)

    def test_c1_3_flag_over_variable_over_default(self):
        self.upload(code=0)
        self.assertIn("history.db", self.names())
        self.clean()
        self.upload(env={"MATBENCH_HISTORY": "sqlite:variable.db"}, code=0)
        self.assertEqual(self.names(), ["more", "tests", "variable.db", "w"])
        self.clean()
        self.upload("--history=sqlite:flag.db", env={"MATBENCH_HISTORY": "sqlite:variable.db"}, code=0)
        self.assertEqual(self.names(), ["flag.db", "more", "tests", "w"])

    def test_c1_3_a_configured_back_end_is_never_replaced(self):
        self.write(".env.generated.yaml", "opensearch_host: 127.0.0.1\nopensearch_port: 1\nopensearch_index: x\nhttp_attempts: 1\n")
        for command in ("upload_lts", "analyze_lts"):
            done = self.matbench(command, "--workload=w", "--results_dirname=tests", code=110)
            self.assertRegex(done.err, r"(?m)^ERROR \| 127.0.0.1:1: GET /x: connection refused")
        self.assertIn("127.0.0.1:1", self.matbench("ci", "tests", "--workload=w", code=110).err)
        self.assertNotIn("history.db", self.names())
        self.upload("--history=sqlite:flag.db", code=0)
        self.upload(env={"MATBENCH_HISTORY": "sqlite:variable.db"}, code=0)


class FolderPlaceTest(SmallTest):
    def test_c1_3_lts_results_dirname_after_the_others(self):
        """analyze_lts: --history, MATBENCH_HISTORY, the folder, sqlite:history.db."""
        flags = ("--workload=w", "--results_dirname=tests")
        for i in range(3):
            small_test(self.place / f"old/{i}/a", run_id=f"old {i}")
            self.matbench("upload_lts", "--workload=w", f"--results_dirname=old/{i}", "--history=sqlite:filled.db", code=0)
        self.matbench("download_lts", "--lts_results_dirname=lts", "--history=sqlite:filled.db", code=0)

        def records(*arguments, **keywords):
            self.matbench("analyze_lts", *flags, *arguments, **keywords)
            return self.json("regression_verdicts.json")["history_records"]
        self.assertEqual(records(), 0)
        self.assertEqual(records("--lts_results_dirname=lts"), 3)
        self.assertEqual(records("--lts_results_dirname=lts", env={"MATBENCH_HISTORY": "sqlite:empty.db"}), 0)
        self.assertEqual(records("--lts_results_dirname=absent", env={"MATBENCH_HISTORY": "sqlite:filled.db"}), 3)
        self.assertEqual(records("--lts_results_dirname=absent", "--history=sqlite:filled.db"), 3)

    def test_c1_1_download_lts_takes_no_workload(self):
        self.matbench("upload_lts", "--workload=w", "--results_dirname=tests", code=0)
        for flags in (["--lts_results_dirname=one"], ["--lts-results-dirname", "two"]):
            done = self.matbench("download_lts", *flags, code=0)
            self.assertEqual(done.errors(), [])
        self.assertEqual(len([n for n in self.names("one") if n.endswith(".json")]), 2)
        self.assertEqual(self.matbench("download_lts", "--lts_results_dirname=x", "--history=sqlite:absent.db").code, 123)
        self.assertIn("MATBENCH_LTS_RESULTS_DIRNAME", self.matbench("download_lts", code=100).err)


class CacheTest(SmallTest):
    def caches(self):
        return sorted(str(p.relative_to(self.place)) for p in self.place.rglob(".matbench-cache"))

    def speeds(self):
        return [entry["results"]["data"]["speed"] for entry in self.json("m.json")]

    def test_c1_4_the_cache_is_in_the_tests_directory(self):
        self.parse(code=0)
        self.assertEqual(self.caches(), ["tests/a/.matbench-cache", "tests/b/.matbench-cache"])

    def test_c1_4_store_ignore_cache(self):
        """A cache that is read wins over nothing that can be seen, so it is made to be seen: its artifact is gone."""
        self.parse("--output_matrix=m.json", code=0)
        before = {name: (self.place / name).stat().st_mtime_ns for name in self.caches()}
        for word in ("y", "yes", "true", "True", "1"):
            self.parse(env={"MATBENCH_STORE_IGNORE_CACHE": word}, code=0)
            after = {name: (self.place / name).stat().st_mtime_ns for name in self.caches()}
            self.assertTrue(all(after[name] > before[name] for name in before), word)  # read nothing, wrote anew
            before = after
        for word in ("n", "no", "false", "0", ""):
            self.parse(env={"MATBENCH_STORE_IGNORE_CACHE": word}, code=0)

    def test_c1_4_a_pickle_is_never_read(self):
        self.parse("--output_matrix=m.json", code=0)
        expected = (self.place / "m.json").read_bytes()
        for name in self.caches():
            (self.place / name).unlink()
            (self.place / name).with_name("cache.pickle").write_bytes(b"cos\nsystem\n(S'touch owned'\ntR.")
        self.parse("--output_matrix=m.json", code=0)
        self.assertEqual((self.place / "m.json").read_bytes(), expected)
        self.assertFalse((self.place / "owned").exists())


class OutputTest(SmallTest):
    def test_c1_5_standard_output_is_clean(self):
        for option, read in (("--output_matrix=-", json.loads), ("--output_lts=-", json.loads),
                             ("--output-kpis=-", lambda text: self.assertTrue(text.startswith("# TYPE") and text.endswith("# EOF\n")))):
            done = self.parse(option, "--log_level=debug", code=0)
            read(done.out)
            self.assertNotRegex(done.out, "---|parsing done")
            self.assertNotEqual(done.err, "")
        self.assertEqual(self.parse(code=0).out, "")
        for command in ("upload_lts",):
            self.assertEqual(self.matbench(command, "--workload=w", "--results_dirname=tests", code=0).out, "")

    def test_c1_5_two_dashes_are_refused(self):
        for pair in (("matrix", "lts"), ("matrix", "kpis"), ("lts", "kpis")):
            done = self.parse(*(f"--output_{name}=-" for name in pair), code=100)
            self.assertEqual((done.out, done.err), ("", "ERROR | two outputs cannot both be '-': name another file for one of them\n"))
        self.parse("--output_lts=x.json", "--output_matrix=x.json", code=100)
        self.assertNotIn("x.json", self.names())

    def test_c1_5_a_dash_beside_a_file(self):
        done = self.parse("--output_lts=-", "--output_matrix=m.json", code=0)
        self.assertEqual(len(json.loads(done.out)), 2)
        self.assertEqual(self.entries(), ["a", "b"])

    def test_c1_5_killed_runs_leave_nothing_for_long(self):
        """What kill -9 leaves beside an output goes with the next run, and nothing else does."""
        ours = ("m.json.99999-0.tmp", "m.json.1-7.tmp")
        others = ("m.json.bak.tmp", "m.json.99999-0.tmp.orig", "n.json.99999-0.tmp", "m.json.x-0.tmp", "m.json.5.tmp")
        for name in ours + others:
            self.write(name, "half")
        (self.place / "m.json.3-3.tmp").symlink_to("n.json.99999-0.tmp")
        self.parse("--output_matrix=m.json", code=0)
        self.assertEqual([n for n in self.names() if ".tmp" in n], sorted(others + ("m.json.3-3.tmp",)))
        self.assertEqual(self.entries(), ["a", "b"])

    def test_c1_5_files_of_running_writers_stay(self):
        self.write("m.json.1-7.tmp", "being written")
        with open(self.place / "m.json.1-7.tmp") as held:
            import fcntl
            fcntl.flock(held, fcntl.LOCK_EX)
            self.parse("--output_matrix=m.json", code=0)
            self.assertIn("m.json.1-7.tmp", self.names())
        self.parse("--output_matrix=m.json", code=0)
        self.assertNotIn("m.json.1-7.tmp", self.names())


INCOMPLETE = {"bad-uuid", "bad-utf8", "broken-json", "broken-yaml", "dotdot", "link-outside", "missing-env", "missing-podlog",
              "missing-uuid", "newline-name"}  # of tests/trees/odd.py: those that have a payload short of something
COMPLETE = {"deep", "duplicate-settings", "empty-exit-code", "legacy-names", "link-cycle", "link-inside", "nan-log", "nested",
            "no-exit-code", "replication-0.2", "settings-layers", "skip", "two-gpu-types"}
(COMPLETE if os.geteuid() == 0 else INCOMPLETE).add("unreadable")  # root may read it


class LogTest(CommandTest):
    def lines_are_well_formed(self, done):
        for line in done.err.splitlines():
            self.assertRegex(line, LINE)

    def test_c1_6_error_lines_only_where_the_step_failed(self):
        """Each odd kind: a finding in `parse --output-matrix`, an error under `--output-lts` where the payload is incomplete."""
        import odd
        self.assertEqual(INCOMPLETE | COMPLETE, set(odd.KINDS))
        for kind in odd.KINDS:
            with self.subTest(kind):
                tree("odd", self.place / kind, kind)
                done = self.fine_tuning("parse", f"--results_dirname={kind}", "--output_matrix=m.json", code=0)
                self.lines_are_well_formed(done)
                self.assertEqual(done.errors(), [])
                done = self.fine_tuning("parse", f"--results_dirname={kind}", "--output_lts=l.json")
                self.lines_are_well_formed(done)
                incomplete = kind in INCOMPLETE
                self.assertEqual((done.code != 0, bool(done.errors())), (incomplete, incomplete), done.err)
                for command in ("upload_lts", "analyze_lts"):
                    done = self.fine_tuning(command, f"--results_dirname={kind}", "--history=sqlite:h.db")
                    self.lines_are_well_formed(done)
                    self.assertEqual((done.code >= 100, bool(done.errors())), (incomplete, incomplete), done.err)

    def test_c1_6_warning_in_the_one_error_in_the_other(self):
        """A missing file, a KPI without value, a violation."""
        small_workload(self.place / "w", lambda text: text.replace("value: 1 / results.speed", "value: results.failures"))
        small_test(self.place / "gap/a")
        small_test(self.place / "violation/a", speed="fast", failures=1)
        small_test(self.place / "missing/a")
        (self.place / "missing/a/data.json").unlink()
        for root, said in (("gap", "seconds_per_item"), ("violation", "/results/speed"), ("missing", "data.json")):
            with self.subTest(root):
                flags = ("--workload=w", f"--results_dirname={root}")
                done = self.matbench("parse", *flags, "--output_matrix=m.json", code=0)
                self.assertRegex(done.err, rf"(?m)^WARNING \| a: .*{said}")
                self.assertEqual(done.errors(), [])
                done = self.matbench("parse", *flags, "--output_lts=l.json", code=102)
                self.assertRegex(done.err, rf"(?m)^ERROR \| a: .*{said}")

    def test_c1_6_levels(self):
        small_workload(self.place / "w")
        small_test(self.place / "tests/a")
        (self.place / ".env.yaml").write_text("")
        small_test(self.place / "tests/b")
        (self.place / "tests/b/exit_code").unlink()
        rows = (("debug", {"DEBUG", "INFO", "WARNING"}), ("info", {"INFO", "WARNING"}), ("WARNING", {"WARNING"}), ("error", set()), ("fatal", set()))
        for level, wanted in rows:
            done = self.matbench("parse", "--workload=w", "--results_dirname=tests", f"--log-level={level}", code=0)
            self.assertEqual({line.split(" | ")[0] for line in done.err.splitlines()}, wanted, done.err)
        self.assertIn("expected debug, info, warning, error or fatal",
                      self.matbench("parse", "--workload=w", "--results_dirname=tests", "--log_level=loud", code=100).err)

    def test_c1_6_a_regression_is_no_error_line(self):
        """The exit code says it; TOPSAIL greps the log for failures of the step."""
        tree("nights", self.place / "n", 9, "--last-worse", "0.10")
        for k in range(1, 9):
            self.upload(f"n/night-{k}", code=0)
        done = self.fine_tuning("analyze_lts", "--results_dirname=n/night-9", code=1)
        self.assertEqual(done.errors(), [])

    FORGED = "x\nERROR | forged\nTraceback (most recent call last):\r\nFAILED: x\x1b[2K\u2028\x85ERROR"

    def test_c1_6_quoted_text_never_starts_a_line(self):
        small_workload(self.place / "w")
        rows = {
            "uuid": dict(uuid=self.FORGED), "start": dict(start=self.FORGED), "speed": dict(speed=self.FORGED),
            "version": dict(version=[self.FORGED]),
        }
        for name, data in rows.items():
            small_test(self.place / f"tests/{name}", **data)
        small_test(self.place / "tests/exit_code")
        (self.place / "tests/exit_code/exit_code").write_text("1" + self.FORGED)
        small_test(self.place / "tests/settings")
        (self.place / "tests/settings/settings.yaml").write_text('"a\\nERROR | forged": [\n')
        small_test(self.place / "tests" / "na\nERROR | forged\nFAILED: me", uuid="none")
        (self.place / ".env.json").write_text(json.dumps({self.FORGED: ["x"]}))
        (self.place / ".env.yaml").write_text('"a\\nERROR | forged": [1]\n')
        places = [("--results_dirname=tests",), ("--results_dirname=tests", f"--filters=name={self.FORGED}"),
                  ("--results_dirname=" + self.FORGED,), ("--results_dirname=tests", "--shard=" + self.FORGED),
                  ("--results_dirname=tests", f"--output_lts={self.FORGED}/x"), ("--results_dirname=tests", "--" + self.FORGED)]
        for arguments in places:
            with self.subTest(arguments):
                for output in ((), ("--output_lts=l.json",)):
                    if output and any(a.startswith("--output_lts") for a in arguments):
                        continue
                    done = self.matbench("parse", "--workload=w", *arguments, *output)
                    self.lines_are_well_formed(done)
                    self.assertNotRegex(done.err, r"(?m)^(ERROR \| forged|Traceback|FAILED)")
                    self.assertNotRegex(done.err, "[\x00-\x09\x0b-\x1f\x7f\x85\u2028]")
        (self.place / ".env.json").unlink()
        (self.place / ".env.yaml").unlink()
        for done in (self.matbench("parse", "--workload=" + self.FORGED, "--results_dirname=tests", code=100),
                     self.matbench(self.FORGED, code=100), self.matbench("upload_lts", "--workload=w", "--results_dirname=tests",
                                                                         "--history=" + self.FORGED, code=100)):
            self.assertEqual(len(done.err.splitlines()), 1)
            self.lines_are_well_formed(done)


class WorkloadNameTest(SmallTest):
    def parse_with(self, name, *arguments, **keywords):
        return self.matbench("parse", f"--workload={name}", "--results_dirname=tests", "--output_matrix=m.json", *arguments, **keywords)

    def test_c1_7_a_path(self):
        for name in ("w", "./w", "w/", "w/workload.yaml", str(self.place / "w")):
            self.parse_with(name, code=0)
            self.assertEqual(self.entries(), ["a", "b"])
        (self.place / "base").mkdir()
        shutil.move(self.place / "w", self.place / "base/w2")
        self.parse_with("w2", "--workload_base_dir=base", code=0)
        self.parse_with(str(self.place / "base/w2"), "--workload_base_dir=base", code=0)

    def test_c1_7_a_name_on_matbench_workloads(self):
        shutil.move(self.place / "w", self.place / "shelf/w2")
        other = self.place / "other"
        small_workload(other / "w3", lambda text: text.replace("workload: small", "workload: small\naliases: [my.python.module]"))
        for shelves in ("shelf:other", "other:shelf", ":absent:shelf:other:"):
            for name in ("w2", "w3", "my.python.module"):
                self.parse_with(name, env={"MATBENCH_WORKLOADS": shelves}, code=0)
        self.write(".env", "MATBENCH_WORKLOADS=shelf\n")
        self.parse_with("w2", code=0)
        self.assertIn("looked in: shelf", self.parse_with("w3", code=100).err)

    def test_c1_7_the_installed_folder(self):
        """Beside the program: bin/matbench and share/matbench/workloads."""
        (self.place / "usr/bin").mkdir(parents=True)
        shutil.copy(support.MATBENCH, self.place / "usr/bin/matbench")
        small_workload(self.place / "usr/share/matbench/workloads/mine")
        done = subprocess.run([self.place / "usr/bin/matbench", "parse", "--workload=mine", "--results_dirname=tests"],
                              cwd=self.place, env=support.environment(), capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    MODULES = ("projects.fine_tuning.visualizations.fms_hf_tuning", "fms_hf_tuning", "fine_tuning",
               "projects.fine_tuning.visualizations.ilab_training", "projects.skeleton.visualizations.skeleton")

    def test_c1_7_python_modules(self):
        for name in self.MODULES:
            done = self.matbench("generate_lts_schema", f"--workload={name}", f"--workload_base_dir={SOURCE}", code=0)
            self.assertEqual(json.loads(done.out)["type"], "object")

    def test_c1_7_ray_benchmark_has_no_payloads(self):
        for name in ("projects.fine_tuning.visualizations.ray_benchmark", "ray_benchmark"):
            done = self.matbench("generate_lts_schema", f"--workload={name}", code=100)
            self.assertIn("has no LTS payloads (lts: none)", done.err)

    def test_c1_7_the_family_names_its_flavours(self):
        done = self.parse_with("projects.fine_tuning.visualizations.fine_tuning", code=100)
        self.assertEqual(done.err, "ERROR | workload 'projects.fine_tuning.visualizations.fine_tuning': use one of its flavours: "
                                   "fms_hf_tuning, ilab_training, ray_benchmark\n")

    def test_c1_7_an_unknown_name(self):
        done = self.parse_with("fine_tunning", code=100)
        self.assertRegex(done.err, r"\AERROR \| workload 'fine_tunning': no such folder, name or alias; looked in: [^\n]*did you mean 'fine_tuning'\?\n\Z")
        os.mkdir(self.place / "empty")
        self.assertIn("expected a folder with a workload.yaml", self.parse_with("empty", code=100).err)

    def test_c1_7_links_out_of_a_workload(self):
        """The message speaks of the workload, not of results."""
        self.write("elsewhere/x.lua", "function f() end\n")
        os.mkdir(self.place / "shelf")
        small_workload(self.place / "shelf/w", lambda text: text + "lua: x.lua\n")
        (self.place / "shelf/w/x.lua").symlink_to("../../elsewhere/x.lua")
        done = self.parse_with("shelf/w", code=100)
        self.assertIn("leads out of the folder that holds the workload's folder", done.err)
        self.assertNotIn("results directory", done.err)


if __name__ == "__main__":
    main()
