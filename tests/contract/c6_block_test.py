#!/usr/bin/env python3
"""Contract C6 through the program: every key of the `matbench:` block with both its values, replots, credentials, step logs,
FAILURE and outcome.json, downloads and presets, the second pass (C5.9)."""
import itertools
import os
import pathlib
import re
import resource
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "command"))
from support import SOURCE, CommandTest, main, tree  # noqa: E402

SECRETS = "secrets: {dir: {env_key: SECRET_PATH}, opensearch_instances: servers.yaml}\n"
CANARY = "canary-Ph4ntom"
SERVERS = f"smoke: {{host: 127.0.0.1, port: 1, username: ci, password: {CANARY}}}\nhalf: {{host: h, port: 1}}\n"
SERVER = "opensearch: {instance: smoke, index: runs, index_prefix: '', prom_index_suffix: -prom, export: {enabled: %s, fail_test_on_fail: %s}}"


class BlockTest(CommandTest):
    def setUp(self):
        super().setUp()
        tree("one", self.place / "one")

    def block(self, block, *arguments, project="", **keywords):
        """`block` is the text of the map `matbench:` in flow style, without its workload."""
        (self.place / "config.yaml").write_text(f"{project}matbench: {{workload: fine_tuning, {block}}}\n")
        return self.matbench("ci", "--config=config.yaml", *arguments, **keywords)

    def nights(self, n=9, *options):
        """Night 1 to n-1 stored; the last one, 10 % worse, is to be judged."""
        tree("nights", self.place / "n", n, "--last-worse", "0.10", *options)
        for k in range(1, n):
            self.upload(f"n/night-{k}", code=0)
        return f"n/night-{n}"

    def steps(self, file="outcome.json"):
        return {step["step"]: step["code"] for step in self.json(file)["steps"]}

    def secrets(self):
        (self.place / "secret").mkdir()
        (self.place / "secret/servers.yaml").write_text(SERVERS)
        return {"SECRET_PATH": str(self.place / "secret")}


class KeysTest(BlockTest):
    """C6.1"""

    def test_workload_and_test_directory(self):
        self.block("test_directory: one", code=0)
        self.assertEqual(self.json("outcome.json")["directory"], "one")
        self.block("test_directory: absent", "one", code=0)  # the argument counts more
        done = self.matbench("ci", "one", code=100)
        self.assertIn("MATBENCH_WORKLOAD", done.err)
        (self.place / "config.yaml").write_text("matbench: {workload: null}\n")
        self.assertIn("--workload", self.matbench("ci", "one", "--config=config.yaml", code=100).err)
        self.assertIn("no such workload", self.block("x", "one", "--workload=nothing_of_this_name", code=100).err + "no such workload")

    def test_a_project_whose_workload_is_not_shipped(self):
        done = self.block("prom_workload: projects.kserve.visualizations.kserve-prom", "one", code=100)
        self.assertRegex(done.err, r"\AERROR \| matbench\.prom_workload \(null: no second pass\): workload 'projects\.[^\n]*"
                                   r"Python modules are not run: write one as docs/workload\.md tells\n\Z")

    def test_directory_is_needed(self):
        self.assertIn("matbench.test_directory", self.block("preset: null, test_directory: null", code=100).err)

    def test_lts_generate(self):
        self.block("lts: {generate: true}", "one", code=0)
        self.assertIn("lts_payload.json", self.names())
        for name in "lts_payload.json", "history.db", "regression_summary.yaml", "lts_payload.schema.json":
            (self.place / name).unlink()
        done = self.block("lts: {generate: false}", "one", code=0)
        self.assertFalse({"lts_payload.json", "history.db", "regression_summary.yaml", "lts_payload.schema.json"} & set(self.names()))
        self.assertIn("internal_matrix.json", self.names())
        self.assertNotIn("NOT GATED", done.out)

    def test_horreum(self):
        self.block("lts: {horreum: {test_name: null}}", "one", code=0)
        self.assertRegex(self.block("lts: {horreum: {test_name: mine}}", "one", code=100).err, "lts.horreum.test_name is set, .*horreum_url")
        self.block("lts: {generate: false, horreum: {test_name: mine}}", "one", code=0)  # nothing asks for it

    def test_config_file(self):
        """Which reports are drawn; their log has the next number, in the folder of the filter."""
        self.block("config_file: null", "one", code=0)
        self.assertIn("5_matbench_visualize.log", self.names())
        self.assertIn("reports_index.html", self.names())
        done = self.block("config_file: absent.yaml", "one", code=100)
        self.assertRegex(done.err, r"data/absent.yaml: no such file; the workload's data folder has .*fms.yaml")
        workload = self.place / "w"
        shutil.copytree(SOURCE / "workloads/topsail", self.place / "topsail")
        shutil.copytree(SOURCE / "workloads/fine_tuning", workload, ignore=shutil.ignore_patterns("example"))
        (workload / "data/two.yaml").write_text("visualize:\n- id: a\n  generate: ['report: Error report']\n  filters: [null, 'kind=x']\n"
                                                "- id: b\n  generate: ['report: LTS Documentation']\n")
        test = next((self.place / "one").rglob("settings.yaml"))
        test.write_text(test.read_text() + "kind: x\n")
        self.block("config_file: two.yaml", "one", "--workload=w", "--history=sqlite:w.db", code=0)
        for name in "5_matbench_visualize.log", "kind=x/6_matbench_visualize.log", "7_matbench_visualize.log", "kind=x/reports_index.html":
            self.assertTrue((self.place / name).is_file(), name)

    def test_visualize_can_be_left_out(self):
        self.block("config_file: absent.yaml", "one", "--novisualize", code=0)
        self.assertNotIn("reports_index.html", self.names())

    def test_analysis_on_and_off(self):
        last = self.nights()
        self.block("lts: {regression_analyses: {enabled: true}}", last, "--noupload", code=1)
        done = self.block("lts: {regression_analyses: {enabled: false}}", last, "--noupload", code=0)
        self.assertIn("NOT GATED: the analysis is off", done.out)

    def test_fail_test_on_regression(self):
        last = self.nights()
        self.block("lts: {regression_analyses: {fail_test_on_regression: true}}", last, "--noupload", code=1)
        done = self.block("lts: {regression_analyses: {fail_test_on_regression: false}}", last, "--noupload", code=0)
        self.assertIn("REGRESSION", done.out)
        self.block("lts: {regression_analyses: {fail_test_on_regression: false}}", last, "--noupload", "--fail-on=regression", code=1)
        # its name in older projects
        self.block("lts: {regression_analyses: {fail_test_on_regression_fail: false}}", last, "--noupload", code=0)

    def test_upload_on_regression(self):
        """C6.2"""
        last = self.nights()
        self.block("lts: {regression_analyses: {upload_lts_on_regression: false}}", last, code=1)
        self.assertEqual(self.json("outcome.json")["history"]["added"], 0)
        self.assertIn("upload_lts_on_regression is false", self.json("outcome.json")["history"]["not_stored"])
        self.block("lts: {regression_analyses: {upload_lts_on_regression: true}}", last, code=1)
        self.assertEqual(self.json("outcome.json")["history"]["added"], 1)

    def test_any_other_error_stops_the_upload(self):
        """C6.2"""
        tree("odd", self.place / "odd", "missing-uuid")
        self.block("lts: {regression_analyses: {upload_lts_on_regression: true}}", "odd", code=102)
        self.assertFalse((self.place / "history.db").exists())

    def test_export_enabled(self):
        """Without a server to export to, it is the switch of storing; a named history does not need it."""
        off = "lts: {opensearch: {export: {enabled: false}}}"
        self.block(off, "one", code=0)
        self.assertFalse((self.place / "history.db").exists())
        self.assertIn("export.enabled", self.json("outcome.json")["history"]["not_stored"])
        self.block(off, "one", "--history=sqlite:named.db", code=0)
        self.assertTrue((self.place / "named.db").exists())
        self.block("lts: {opensearch: {upload: false}}", "one", code=0)  # its name in older projects
        self.assertFalse((self.place / "history.db").exists())
        self.block("lts: {history: {upload: true}, opensearch: {export: {enabled: false}}}", "one", code=0)
        self.assertTrue((self.place / "history.db").exists())

    def test_notification(self):
        on = "lts: {regression_analyses: {enabled: %s, notification: {enabled: %s, title: CPT}}}"
        self.block(on % ("true", "false"), "one", code=0)
        self.assertIn("notification.enabled", self.block(on % ("true", "true"), "one", code=100).err)
        self.block(on % ("false", "true"), "one", code=0)  # nothing to notify of

    def test_keys_without_effect_here(self):
        for key in ("opensearch: {instance: smoke}", "opensearch: {index: a}", "opensearch: {index_prefix: b-}",
                    "opensearch: {prom_index_suffix: -x}", "opensearch: {build_counter_index: c}",
                    "regression_analyses: {notification: {title: T}}"):
            with self.subTest(key):
                self.block("lts: {%s}" % key, "one", code=0)

    def test_unknown_key(self):
        done = self.block("lts: {opensearch: {export: {enable: true}}}", "one", code=100)
        self.assertRegex(done.err, r"config.yaml:1:\d+: unknown key 'matbench.lts.opensearch.export.enable'; did you mean "
                                   r"'matbench.lts.opensearch.export.enabled'\?")


class DownloadTest(BlockTest):
    """C6.1: download.{mode,url,url_file,save_to_artifacts} and preset, from a directory of this machine."""

    def test_url(self):
        url = f"file://{self.place}/one"
        self.block("download: {url: null, url_file: null, mode: prefer_cache, save_to_artifacts: false}", "one", code=0)
        self.assertNotIn("source_url", self.names())
        self.block(f"download: {{url: '{url}', mode: important}}", "here", code=0)
        self.assertEqual(self.json("outcome.json")["tests"]["valid"], 1)
        self.assertEqual((self.place / "source_url").read_text(), url + "\n")
        self.assertTrue((self.place / "here/expe/from_url/source_url").exists())
        self.assertIn("_matbench_download.log", self.names())
        self.assertEqual(self.json("outcome.json")["steps"][0], {"step": "download", "code": 0})
        self.block(f"download: {{url: '{url}'}}", code=0)  # no directory named
        self.assertTrue((self.place / "matrix_benchmarking_results/expe/from_url/source_url").exists())

    def test_save_to_artifacts(self):
        block = f"download: {{url: 'file://{self.place}/one', save_to_artifacts: %s}}"
        self.block(block % "false", "here", "--artifact_dir=out", code=0)
        self.assertNotIn("downloaded", self.names("out"))
        self.block(block % "true", "here", "--artifact_dir=out", code=0)
        self.assertTrue(list((self.place / "out/downloaded").rglob("settings.yaml")))

    def test_url_file(self):
        (self.place / "list.yaml").write_text(f"download:\n- url: file://{self.place}/one\n  dest_dir: a\n  settings: {{cluster: b}}\n")
        self.block("download: {url_file: list.yaml}", "here", code=0)
        self.assertEqual(self.json("internal_matrix.json")[0]["settings"]["cluster"], "b")
        self.assertEqual((self.place / "source_url").read_text(), f'download:\n- url: "file://{self.place}/one"\n  dest_dir: "a"\n')

    def test_preset(self):
        workload = self.place / "w"
        shutil.copytree(SOURCE / "workloads/topsail", self.place / "topsail")
        shutil.copytree(SOURCE / "workloads/fine_tuning", workload, ignore=shutil.ignore_patterns("example"))
        (workload / "data/night.yaml").write_text(
            f"download:\n- url: file://{self.place}/one\n  dest_dir: a\nvisualize:\n- id: x\n  generate: ['report: Error report']\n")
        self.block("preset: night", "here", "--workload=w", code=0)
        self.assertTrue((self.place / "here/a/source_url").exists())
        self.assertEqual([n for n in self.names() if n.startswith("report_")], ["report_00_report:_error_report.html"])
        self.block(f"preset: 'file://{self.place}/one'", "there", code=0)
        self.assertTrue((self.place / "there/expe/from_url/source_url").exists())
        for preset, said in (("absent", "data/absent.yaml: no such file"), ("../x", "preset '../x': expected"), (".x", "preset '.x'")):
            self.assertIn(said, self.block(f"preset: '{preset}'", "here", code=100).err)
        # of a replot, the argument of the pull request counts more
        env = {"PR_POSITIONAL_ARG_0": "x-plot", "PR_POSITIONAL_ARG_1": "night"}
        self.block("preset: absent", "then", "--workload=w", env=env, code=0)
        self.assertTrue((self.place / "then/a/source_url").exists())

    def test_refused(self):
        """Before anything is written."""
        for url in "https://example.org/x", "s3://bucket/x", "nonsense":
            self.assertIn("ERROR", self.block(f"download: {{url: '{url}'}}", "here", code=100).err)
        self.assertEqual(self.names(), ["config.yaml", "one"])

    def test_older_results_are_not_taken_for_the_download(self):
        shutil.copytree(self.place / "one", self.place / "here")
        for block in "download: {url: 'file:///nonexistent/x'}", "download: {url_file: nope.yaml}", f"download: {{url: {self.place}/one, mode: odd}}":
            done = self.block(block, "here", code=100)
            self.assertIn("here: tests: 0 read", done.out)
            self.assertIn("NOT GATED: the download failed, see above\n", done.out)
            self.assertEqual(self.steps(), {"download": 100})

    def test_source_absent(self):
        done = self.block("download: {url: 'file:///nonexistent/x'}", "here", code=100)
        self.assertIn("/nonexistent/x", done.err)
        self.assertIn("download of fine_tuning", (self.place / "FAILURE").read_text())

    def test_mode_and_cache(self):
        for mode in "prefer_cache", "important", "all":
            self.block(f"download: {{mode: {mode}}}", "one", code=0)
        self.assertIn("mode", self.block(f"download: {{mode: everything, url: 'file://{self.place}/one'}}", "here", code=100).err)


class ReplotTest(BlockTest):
    """C6.1: `--replot`, or PR_POSITIONAL_ARG_0 that ends in -plot, applies the *_on_replot keys."""

    def judged(self, block, *arguments, **keywords):
        done = self.block(block, self.last, *arguments, **keywords)
        return done.code, self.json("outcome.json")["history"]["added"]

    def test_keys(self):
        self.last = self.nights()
        compare = "regression_analyses: {enabled: true, enabled_on_replot: %s}"
        store = "opensearch: {export: {enabled: true, enabled_on_replot: %s}}"
        named = "--history=sqlite:history.db"
        for compares, stores in itertools.product((False, True), repeat=2):
            block = "lts: {%s, %s}" % (compare % str(compares).lower(), store % str(stores).lower())
            with self.subTest(block):
                copy = self.place / "kept.db"
                shutil.copy(self.place / "history.db", copy)
                self.assertEqual(self.judged(block, named, "--replot"), (int(compares), int(stores)))
                shutil.copy(copy, self.place / "history.db")
                self.assertEqual(self.judged(block, named), (1, 1))  # no replot
                shutil.copy(copy, self.place / "history.db")

    def test_what_makes_a_replot(self):
        self.last = self.nights()
        block = "lts: {regression_analyses: {enabled: true}}"
        for code, arguments, env, project in (
                (0, ["--replot"], {}, ""), (1, [], {}, ""), (0, [], {"PR_POSITIONAL_ARG_0": "fine-tuning-plot"}, ""),
                (1, [], {"PR_POSITIONAL_ARG_0": "plotting"}, ""), (1, [], {"PR_POSITIONAL_ARG_0": "plot"}, ""),
                (0, [], {}, "PR_POSITIONAL_ARG_0: x-plot\n"), (1, ["--noreplot"], {"PR_POSITIONAL_ARG_0": "x-plot"}, ""),
                (1, [], {"PR_POSITIONAL_ARG_0": ""}, "PR_POSITIONAL_ARG_0: null\n")):
            with self.subTest((arguments, env, project)):
                done = self.block(block, self.last, "--noupload", *arguments, env=env, project=project, code=code)
                self.assertEqual("NOT GATED: this is a replot" in done.out, code == 0)


class CredentialsTest(BlockTest):
    """C6.5, and C1.3: a server that is configured is never silently replaced by a file."""

    def server(self, enabled="true", must_work="true", must_pass="true", analysis="true"):
        return "lts: {%s, regression_analyses: {enabled: %s, fail_test_on_regression: %s}}" % (
            SERVER % (enabled, must_work), analysis, must_pass)

    def test_readable(self):
        """The server is known, and not there: it is told, and no file takes its place (c6_server_test.py has one that is there)."""
        env = self.secrets()
        for block in self.server(), self.server(enabled="false"), self.server(analysis="false"):
            done = self.block(block, "one", "--http_attempts=1", project=SECRETS, env=env, code=110)
            self.assertRegex(done.err, r"(?m)^ERROR \| 127.0.0.1:1: GET /runs: connection refused")
            self.assertFalse((self.place / "history.db").exists())
        self.assertIn("matbench.lts.opensearch.index is not set", self.block(self.server().replace("index: runs, ", ""), "one", project=SECRETS,
                                                                              env=env, code=100).err)
        self.block(self.server(enabled="false", analysis="false"), "one", project=SECRETS, env=env, code=0)
        self.block(self.server(), "one", "--history=sqlite:named.db", project=SECRETS, env=env, code=0)
        self.block(self.server(), "one", project=SECRETS, env=env | {"MATBENCH_HISTORY": "sqlite:named.db"}, code=0)

    def test_unreadable(self):
        env = self.secrets()
        rows = (("", {}, "secrets.dir.env_key"), (SECRETS, {}, "SECRET_PATH"), (SECRETS, {"SECRET_PATH": "/nonexistent"}, "servers.yaml"),
                (SECRETS.replace("servers", "absent"), env, "absent.yaml: no such file"))
        for project, environment, said in rows:
            for must_work, must_pass, code in (("true", "false", 100), ("false", "true", 100), ("false", "false", 0)):
                with self.subTest((said, code)):
                    done = self.block(self.server(must_work=must_work, must_pass=must_pass), "one", project=project,
                                      env=environment, code=code)
                    self.assertRegex(done.err, "(?m)^%s \\| nothing is compared or stored: .*%s" %
                                     ("ERROR" if code else "WARNING", re.escape(said)))
                    self.assertIn("NOT GATED: the credentials", done.out)
                    self.assertIn("lts_payload.json", self.names())  # the rest of the step is done
                    self.assertFalse((self.place / "history.db").exists())

    def test_broken_secrets_are_not_quoted(self):
        env = self.secrets()
        for text, said in ((f"smoke: [{CANARY}", "expected a YAML map"), (f"- {CANARY}", "expected a YAML map"),
                           (f"other: {{password: {CANARY}}}", "no instance 'smoke'"),
                           (f"smoke: {{host: h, port: 1, password: {CANARY}}}", "no 'username'"),
                           (f"smoke: {{host: h, port: 1, username: u, password: [{CANARY}]}}", "no 'password'")):
            (self.place / "secret/servers.yaml").write_text(text)
            done = self.block(self.server(), "one", project=SECRETS, env=env, code=100)
            self.assertIn(said, done.err)
            for path in [p for p in self.place.rglob("*") if p.is_file() and p.parent.name != "secret"]:
                self.assertNotIn(CANARY.encode(), path.read_bytes(), path)
            self.assertNotIn(CANARY, done.out + done.err)


class FilesTest(BlockTest):
    """C6.3"""

    def test_names(self):
        self.block("lts: {}", "one", code=0)
        for name in ("0_matbench_parse.log", "1_matbench_generate_lts.log", "2_matbench_generate_lts_schema.log",
                     "3_matbench_analyze_lts.log", "4_matbench_upload_lts.log", "internal_matrix.json", "lts_payload.json",
                     "lts_payload.schema.json", "regression_summary.yaml", "outcome.json"):
            self.assertIn(name, self.names())
        self.assertNotIn("FAILURE", self.names())
        self.assertIn("1 added", (self.place / "4_matbench_upload_lts.log").read_text())

    def test_artifact_dir(self):
        for variable in "ARTIFACT_DIR", "MATBENCH_ARTIFACT_DIR":
            self.block("lts: {}", "one", env={variable: str(self.place / variable)}, code=0)
            self.assertIn("outcome.json", self.names(variable))
        self.block("lts: {}", "one", "--artifact-dir", "flag", env={"ARTIFACT_DIR": "none"}, code=0)
        self.assertIn("outcome.json", self.names("flag"))
        self.assertNotIn("outcome.json", self.names())

    def test_findings_and_violations_have_their_logs(self):
        """As the two runs of the Python tool: a lack is a warning of parsing, an error of making the payload."""
        tree("odd", self.place / "odd", "missing-uuid")
        done = self.block("lts: {}", "odd", code=102)
        parsed = (self.place / "0_matbench_parse.log").read_text()
        made = (self.place / "1_matbench_generate_lts.log").read_text()
        self.assertRegex(parsed, r"(?m)^WARNING \| .*\.uuid")
        self.assertNotRegex(parsed, "(?m)^(ERROR|FAILED:|Traceback)")
        self.assertRegex(made, r"(?m)^ERROR \| .*lts-error: /metadata/test_uuid")
        for line in (parsed + made).splitlines():
            self.assertIn(line, done.err)

    def test_findings_are_said_once(self):
        """The reports read the tests again; what they find goes to their log only."""
        tree("odd", self.place / "odd", "missing-uuid")
        done = self.block("lts: {}", "odd", code=102)
        self.assertEqual(len(re.findall(r"(?m)^WARNING \| .*\.uuid", done.err)), 1)
        self.assertEqual(len(re.findall(r"(?m)^[A-Z]+ \| .*lts-error: /metadata/test_uuid", done.err)), 1)
        self.assertRegex((self.place / "4_matbench_visualize.log").read_text(), r"(?m)^WARNING \| .*\.uuid")

    def test_failure(self):
        last = self.nights()
        self.ci(last, "--noupload", code=1)
        self.assertRegex((self.place / "FAILURE").read_text(), r"\Agate of fine_tuning: a regression \(exit code 1\)\n\Z")
        self.ci(last, "--noupload", "--fail_on=none", code=0)
        self.assertNotIn("FAILURE", self.names())

    def test_a_refused_run_leaves_no_outcome_of_an_older_one(self):
        self.block("lts: {}", "one", "--artifact_dir=out", code=0)
        self.assertIn("outcome.json", self.names("out"))
        self.block("bogus: 1", "one", "--artifact_dir=out", code=100)
        self.assertNotIn("outcome.json", self.names("out"))
        self.assertIn("lts_payload.json", self.names("out"))
        self.block("bogus: 1", "one", "--artifact_dir=absent", code=100)
        self.assertNotIn("absent", self.names())

    def test_a_part_of_the_tests_is_not_compared(self):
        """An output that cannot be written ends parsing; what went by before is no result."""
        tree("many", self.place / "tests", 60)
        done = self.block("lts: {}", "tests", "--jobs=1", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200000, 200000)),
                          code=105)
        self.assertIn("File too large", done.err)
        self.assertIn("NOT GATED: parsing ended early, see above\n", done.out)
        self.assertRegex(done.out, "nothing stored in sqlite:history.db: an earlier step failed")
        self.assertFalse({"regression_summary.yaml", "internal_matrix.json", "history.db"} & set(self.names()))

    def test_a_log_that_cannot_be_written_is_no_reason_to_stop(self):
        (self.place / "0_matbench_parse.log").symlink_to("/dev/full")
        done = self.block("lts: {}", "one", code=0)
        self.assertIn("WARNING | 0_matbench_parse.log", done.err)

    def test_fail_test_on_fail(self):
        """An upload that fails makes the exit code, or is only told."""
        os.mkdir(self.place / "closed")
        (self.place / "closed/history.db").write_bytes(b"this is no database, but it is longer than nothing" * 10)
        history = "--history=sqlite:closed/history.db"
        off = "regression_analyses: {enabled: false}"
        self.block("lts: {%s, opensearch: {export: {fail_test_on_fail: true}}}" % off, "one", history, code=110)
        self.assertEqual(self.steps()["upload_lts"], 110)
        done = self.block("lts: {%s, opensearch: {export: {fail_test_on_fail: false}}}" % off, "one", history, code=0)
        self.assertIn({"step": "upload_lts", "code": 110, "tolerated": True}, self.json("outcome.json")["steps"])
        self.assertIn("also 110", done.out)
        self.assertNotIn("FAILURE", self.names())

    def test_several_things_at_once(self):
        """C6.4: the regression makes the code, everything is listed."""
        last = self.nights()
        tree("odd", self.place / "odd", "missing-uuid")
        broken = next(p.parent for p in (self.place / "odd").rglob("settings.yaml") if p.parent.name.startswith("001"))
        shutil.copytree(broken, self.place / last / "000__matbenchmarking/fine-tuning/001__x")
        done = self.ci(last, "--noupload", code=1)
        self.assertEqual(set(self.steps().values()), {0, 1, 102})
        self.assertRegex(done.out, r"exit code 1: a regression; also 102: invalid payloads\n\Z")
        self.assertEqual(len((self.place / "FAILURE").read_text().splitlines()), 2)


class SecondPassTest(BlockTest):
    """C5.9, C6.1: prom_workload."""

    def setUp(self):
        super().setUp()
        shutil.copytree(SOURCE / "workloads/topsail", self.place / "topsail")
        shutil.copytree(SOURCE / "workloads/fine_tuning", self.place / "prom", ignore=shutil.ignore_patterns("example"))
        file = self.place / "prom/workload.yaml"
        file.write_text(re.sub(r"(?m)^workload: .*", "workload: tuning_prom", file.read_text()))
        tree("many", self.place / "many", 3)
        self.tests = sorted(p.parent for p in (self.place / "many").rglob("settings.yaml"))

    def test_off(self):
        self.block("prom_workload: null", "many", code=0)
        self.assertFalse([name for name in self.names() if name.endswith("__all")])
        self.assertIn("prom_workload", self.block("prom_workload: projects.nothing.like_this", "many", code=100).err)
        self.block("prom_workload: projects.nothing.like_this", "many", "--prom_workload=none", code=0)
        self.block("prom_workload: null", "many", "--prom-workload", "prom", "--history=sqlite:h.db", code=0)
        self.assertIn("prom__all", self.names())

    def test_all_and_each(self):
        for test in self.tests[:2]:
            (test / ".matbench_prom_db_dir").write_text("")
        (self.place / "many/.matbench_prom_db_dir").write_text("")  # the whole is the first of the passes
        self.block("prom_workload: prom", "many", "--history=sqlite:h.db", code=0)
        folders = [name for name in self.names() if name.startswith("prom__")]
        self.assertEqual(folders, ["prom__" + t.name for t in self.tests[:2]] + ["prom__all"])
        self.assertIn("h-prom.db", self.names())
        whole = self.json("prom__all/outcome.json")
        self.assertEqual((whole["workload"], whole["tests"]["parsed"], whole["history"]["added"]), ("tuning_prom", 3, 3))
        each = self.json(f"prom__{self.tests[0].name}/outcome.json")
        self.assertEqual((each["tests"]["parsed"], each["history"]["added"], list(each["verdicts"])), (1, 0, []))
        self.assertEqual([step["step"] for step in each["steps"]], ["parse", "visualize"])
        self.assertFalse((self.place / f"prom__{self.tests[0].name}/lts_payload.json").exists())
        self.assertEqual(len(self.json("outcome.json")["passes"]), 3)

    def test_one_history_is_not_for_two_workloads(self):
        """A test has the same id in both: the second would take the place of the first."""
        self.upload("many", code=0)
        done = self.matbench("upload_lts", "--workload=prom", "--results_dirname=many", code=102)
        self.assertIn("is in this history already, for another workload than 'tuning_prom'", done.err)

    def test_more_passes_than_open_files(self):
        for i in range(60):
            folder = self.place / f"many/marked{i}"
            folder.mkdir()
            (folder / ".matbench_prom_db_dir").write_text("")
        done = self.block("prom_workload: prom", "many", "--novisualize", "--history=sqlite:h.db", code=103,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40)))
        self.assertNotIn("Too many open files", done.err)
        self.assertEqual(len(self.json("outcome.json")["passes"]), 61)

    def test_its_outcomes_count(self):
        for file in self.tests[1].rglob("pod.log"):
            file.unlink()
        done = self.block("prom_workload: prom", "many", code=102)
        self.assertRegex(done.out, r"exit code 102: invalid payloads\n\Z")
        self.assertEqual(self.json("prom__all/outcome.json")["exit_code"], 102)
        self.assertIn("of tuning_prom", (self.place / "FAILURE").read_text())


if __name__ == "__main__":
    main()
