#!/usr/bin/env python3
"""Contract C6 (and C5.9, C1.3) with a real OpenSearch behind TLS and a password: each key of the `matbench:` block that means a server,
with both its values; TOPSAIL's file of instances; what env files say of the server."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "command"))
from support import CommandTest, main, small_test, small_workload  # noqa: E402
from horreum_fake import HorreumFake  # noqa: E402

PROJECT = "secrets: {dir: {env_key: VAULT}, opensearch_instances: servers.yaml}\n"
TIMES_WORSE = 0.5


class ServerTest(CommandTest):
    """A workload, nine nights of history on the server, one that is twice as slow."""

    def setUp(self):
        super().setUp()
        small_workload(self.place / "w")
        for day in range(9):
            small_test(self.place / f"old/{day}/a", speed=100 + day * 7 % 9 / 10, start=f"2025-02-{day + 1:02d}T10:00:00", version=f"1.{day}")
        small_test(self.place / "now/a", speed=100 * TIMES_WORSE, start="2025-03-03T10:00:00", version="1.9")
        self.server = self.tls_opensearch()
        self.access = {}  # nothing but what a test gives lets it in
        (self.place / "vault").mkdir()
        instance = {"host": self.server.host, "port": self.server.port, "username": self.server.logins["username"],
                    "password": self.server.logins["password"]}
        (self.place / "vault/servers.yaml").write_text(json.dumps({"smoke": instance}))
        self.vault = {"VAULT": str(self.place / "vault"), "MATBENCH_OPENSEARCH_CA_FILE": self.server.ca_file, "MATBENCH_HTTP_ATTEMPTS": "1"}

    def load(self):
        """The nights into h.db, and from there to the server at once."""
        for day in range(9):
            self.matbench("upload_lts", "--workload=w", f"--results_dirname=old/{day}", "--history=sqlite:h.db", code=0)
        self.matbench("history", "import", "--from=sqlite:h.db", f"--history={self.server.uri()}", env=self.server.env, code=0)

    def count(self, index=None):
        return len(self.server.documents(index))

    def block(self, export="enabled: true", regression="enabled: true", opensearch="", lts="", top=""):
        prefix, index = self.server.index[:4], self.server.index[4:]
        return (f"{PROJECT}matbench: {{workload: w, test_directory: now, {top} lts: {{{lts} opensearch: {{instance: smoke, index: {index}, "
                f"index_prefix: {prefix}, {opensearch} export: {{{export}}}}}, regression_analyses: {{{regression}}}}}}}\n")

    def ci(self, block, *arguments, code=0, env=None):
        (self.place / "c.yaml").write_text(block)
        return self.matbench("ci", "--config=c.yaml", "--artifact_dir=out", "--novisualize", *arguments, env=self.vault | (env or {}), code=code)

    def steps(self):
        return {step["step"]: step["code"] for step in self.json("out/outcome.json")["steps"]}


class Keys(ServerTest):
    def test_a_first_run_then_a_second(self):
        """The index is made; the second run changes nothing and says the same."""
        for added, unchanged in (1, 0), (0, 1):
            done = self.ci(self.block())
            self.assertIn(f"stored in opensearch+{self.server.url}/{self.server.index}: {added} added, 0 replaced, {unchanged} there already", done.out)
            self.assertIn("NOT GATED: no history", done.out)
            self.assertEqual(self.count(), 1)
        self.assertFalse(list(self.place.rglob("history.db")))

    def test_enabled_and_regression_analyses(self):
        self.load()
        on, off = "enabled: true", "enabled: false"
        for export, regression, code, stored in ((off, on, 1, 9), (off, off, 0, 9), (on, off, 0, 10), (on, on, 1, 10)):
            with self.subTest((export, regression)):
                self.ci(self.block(export, regression), code=code)
                self.assertEqual(self.count(), stored)
                self.assertEqual("analyze_lts" in self.steps(), regression == on)
                self.assertEqual("upload_lts" in self.steps(), export == on)
        self.assertFalse(list(self.place.rglob("history.db")))

    def test_regressions(self):
        self.load()
        self.ci(self.block(regression="enabled: true, upload_lts_on_regression: false"), code=1)
        self.assertEqual((self.count(), "upload_lts" in self.steps()), (9, False))
        self.ci(self.block(regression="enabled: true, fail_test_on_regression: false, upload_lts_on_regression: true"), code=0)
        self.assertEqual(self.count(), 10)
        self.ci(self.block(regression="enabled: true, fail_test_on_regression: true"), code=1)

    def test_replot(self):
        self.load()
        for export, regression, code, stored in (("false", "true", 1, 9), ("true", "false", 0, 10)):
            self.ci(self.block(f"enabled: true, enabled_on_replot: {export}", f"enabled: true, enabled_on_replot: {regression}"), "--replot", code=code)
            self.assertEqual(self.count(), stored)

    def test_fail_test_on_fail(self):
        """A password that is not taken: refused (111), or told and tolerated."""
        instances = self.place / "vault/servers.yaml"
        instances.write_text(instances.read_text().replace("canary", "wrong"))
        for fails, code in (("true", 111), ("false", 0)):
            done = self.ci(self.block(f"enabled: true, fail_test_on_fail: {fails}", "enabled: false"), code=code)
            self.assertEqual(self.steps()["upload_lts"], 111)
            self.assertIn("401", done.err)
            self.assertNotIn("wrong-", done.err + done.out)
        self.ci(self.block("enabled: true", "enabled: true"), code=111)  # the analysis cannot tell either

    def test_unreadable_credentials(self):
        """C6.5"""
        (self.place / "vault/servers.yaml").rename(self.place / "vault/away")
        for fails, code in (("true", 100), ("false", 0)):
            done = self.ci(self.block(f"enabled: true, fail_test_on_fail: {fails}", f"enabled: true, fail_test_on_regression: {fails}"), code=code)
            self.assertIn("nothing is compared or stored: the credentials", done.err)
        self.assertEqual(self.count(), 0)

    def test_the_second_pass(self):
        """C5.9: the same steps into index + suffix; KPI documents only with --upload_by_kpi, in <index>.<kpi>."""
        small_workload(self.place / "p", lambda text: text.replace("workload: small", "workload: prom"))
        for suffix, options, kpis in (("-prom", (), 0), ("_x", ("--upload_by_kpi",), 1)):
            self.ci(self.block(opensearch=f"prom_index_suffix: {suffix},", top="prom_workload: p,"), *options)
            self.assertEqual((self.count(), self.count(self.server.index + suffix)), (1, 1))
            for index in self.server.index, self.server.index + suffix:
                self.assertEqual(self.count(f"{index}.speed"), kpis, index)

    def test_two_passes_have_two_histories(self):
        small_workload(self.place / "p", lambda text: text.replace("workload: small", "workload: prom"))
        self.load()
        done = self.ci(self.block(top="prom_workload: p,"), code=1)
        self.assertIn("NOT GATED: no history", done.out)  # the second one's is another index
        self.assertEqual(self.json("out/p__all/outcome.json")["exit_code"], 0)

    def test_generate(self):
        self.ci(self.block(lts="generate: false,"))
        self.assertEqual(self.count(), 0)


class Places(ServerTest):
    """C1.3: the first that is given, and never another."""

    def write_env(self, **more):
        file = self.place / ".env.generated.yaml"
        file.touch(mode=0o600)
        file.write_text(json.dumps(self.server.env_keys() | more))

    def test_what_counts_more(self):
        self.write_env()
        self.ci("matbench: {workload: w, test_directory: now}\n")
        self.assertEqual(self.count(), 1)
        self.ci("matbench: {workload: w, test_directory: now}\n", "--history=sqlite:flag.db")
        self.ci("matbench: {workload: w, test_directory: now, lts: {history: {uri: 'dir:block'}}}\n")
        self.assertTrue((self.place / "flag.db").exists() and (self.place / "block").is_dir())
        self.assertEqual(self.count(), 1)
        # an env file counts more than the block's instance; where it names no index, the block's is meant
        other = self.server.index + "-other"
        self.ci(self.block().replace(f"index: {self.server.index[4:]},", f"index: {other[4:]},"))
        self.assertEqual((self.count(), self.count(other)), (1, 0))
        self.write_env(opensearch_index=None)
        self.ci(self.block().replace(f"index: {self.server.index[4:]},", f"index: {other[4:]},"))
        self.assertEqual(self.count(other), 1)

    def test_topsails_three_steps(self):
        """download_lts, analyze_lts with the folder, upload_lts, as TOPSAIL calls them with its env file."""
        self.write_env()
        common = ("--workload=w", "--results_dirname=now")
        self.matbench("download_lts", "--lts_results_dirname=lts/w", "--force=True", "--clean=True", code=123)
        self.matbench("analyze_lts", *common, "--lts_results_dirname=lts/w", code=0)
        self.load()
        self.matbench("download_lts", "--lts_results_dirname=lts/w", "--force=True", "--clean=True", code=0)
        self.assertEqual(len(list((self.place / "lts/w").glob(f"{self.server.index}_*.json"))), 9)
        self.matbench("analyze_lts", *common, "--lts_results_dirname=lts/w", code=1)
        self.matbench("upload_lts", *common, code=0)
        self.assertEqual(self.count(), 10)

    def test_tls_is_verified(self):
        """C6.6: by env file and by flag; the error names both ways out; insecure is loud."""
        common = ("upload_lts", "--workload=w", "--results_dirname=now")
        self.write_env(opensearch_ca_file=None)
        done = self.matbench(*common, code=111)
        for word in "TLS", "opensearch_ca_file", "opensearch_insecure":
            self.assertIn(word, done.err)
        self.assertEqual(self.count(), 0)
        self.matbench(*common, f"--opensearch_ca_file={self.server.ca_file}", code=0)
        self.write_env(opensearch_ca_file=None, opensearch_insecure=True)
        self.assertRegex(self.matbench(*common, code=0).err, r"(?m)^WARNING \| .*INSECURE")
        self.write_env(opensearch_ca_file=None)
        self.assertRegex(self.matbench(*common, "--opensearch_insecure", code=0).err, r"(?m)^WARNING \| .*INSECURE")
        self.assertNotIn("INSECURE", self.matbench(*common, f"--opensearch_ca_file={self.server.ca_file}", code=0).err)

    def test_the_same_verdict_as_from_a_file(self):
        self.load()
        verdicts = []
        for uri in "sqlite:h.db", self.server.uri():
            self.matbench("analyze_lts", "--workload=w", "--results_dirname=now", f"--history={uri}", "--artifact_dir=v", env=self.server.env, code=1)
            verdicts.append((self.place / "v/regression_summary.yaml").read_bytes())
        self.assertEqual(*verdicts)


class Horreum(ServerTest):
    """lts.horreum.test_name: the payloads go there too; alone it is the history (tests/servers/horreum_fake.py plays the server)."""

    def setUp(self):
        super().setUp()
        self.fake = HorreumFake().__enter__()
        self.addCleanup(self.fake.__exit__)
        login = self.place / "login.yaml"
        login.touch(mode=0o600)
        login.write_text(json.dumps([{"url": self.fake.url, "api_key": self.fake.key}]))
        self.vault |= {"MATBENCH_CREDENTIALS": str(login), "MATBENCH_HORREUM_URL": self.fake.url, "MATBENCH_SPOOL": str(self.place / "spool")}

    def test_both(self):
        for added in 1, 0:
            done = self.ci(self.block(lts="horreum: {test_name: nights},"))
            self.assertIn(f"stored in horreum+{self.fake.url}/nights: {added} added", done.out)
            self.assertEqual((self.count(), len(self.fake.active())), (1, 1))
        outcome = self.json("out/outcome.json")
        self.assertEqual((outcome["horreum"]["unchanged"], outcome["horreum"]["stored"]), (1, True))
        self.assertEqual(self.steps()["upload_horreum"], 0)
        self.ci(self.block(lts="horreum: {test_name: null},"))
        self.assertIsNone(self.json("out/outcome.json")["horreum"])

    def test_the_second_pass_has_a_test_of_its_own(self):
        small_workload(self.place / "p", lambda text: text.replace("workload: small", "workload: prom"))
        self.ci(self.block(lts="horreum: {test_name: two words},", top="prom_workload: p,"))
        self.assertEqual({test["name"] for test in self.fake.store.tests.values()}, {"two words", "two words-prom"})

    def test_one_that_is_away_keeps_nothing_from_the_other(self):
        away = {"MATBENCH_HORREUM_URL": "http://127.0.0.1:1"}
        for fails, code in (("true", 110), ("false", 0)):
            self.ci(self.block(f"enabled: true, fail_test_on_fail: {fails}", lts="horreum: {test_name: nights},"), env=away, code=code)
            self.assertEqual((self.count(), self.steps()["upload_lts"], self.steps()["upload_horreum"]), (1, 0, 110))
        instances = self.place / "vault/servers.yaml"
        instances.write_text(instances.read_text().replace("canary", "wrong"))
        self.ci(self.block(regression="enabled: false", lts="horreum: {test_name: nights},"), code=111)
        self.assertEqual((len(self.fake.active()), self.steps()["upload_horreum"]), (1, 0))

    def test_alone(self):
        """OpenSearch is off: Horreum is what is compared with, and where payloads go; a named history counts more."""
        block = self.block("enabled: false", "enabled: false", "", "horreum: {test_name: nights},")
        done = self.ci(block)
        self.assertIn(f"stored in horreum+{self.fake.url}/nights: 1 added", done.out)
        done = self.ci("matbench: {workload: w, test_directory: now, lts: {horreum: {test_name: nights}}}\n")
        self.assertIn("NOT GATED: no history", done.out)
        self.assertIn("1 there already", done.out)
        self.ci(block, "--history=sqlite:named.db")
        self.assertTrue((self.place / "named.db").exists())
        self.assertEqual((self.count(), len(self.fake.active())), (0, 1))
        self.assertFalse(list(self.place.rglob("history.db")))

    def test_switched_off(self):
        for arguments, lts in ((("--noupload",), ""), ((), "history: {upload: false},"), (("--replot",), "")):
            self.ci(self.block(lts=lts + "horreum: {test_name: nights},"), *arguments)
        self.assertEqual((self.count(), len(self.fake.active())), (0, 0))

    def test_no_horreum_is_known(self):
        done = self.ci(self.block(lts="horreum: {test_name: nights},"), env={"MATBENCH_HORREUM_URL": ""}, code=100)
        self.assertRegex(done.err, r"\AERROR \| matbench.lts.horreum.test_name is set, and no Horreum is known: expected horreum_url")


if __name__ == "__main__":
    main()
