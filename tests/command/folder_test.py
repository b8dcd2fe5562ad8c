#!/usr/bin/env python3
"""Tests of the folder history through the program: dir:FOLDER for every command, --lts_results_dirname, history labels, export, import."""
import json
import os
import shutil
import subprocess

import support
from files_test import FullDiskTest as OnFullDisk
from support import CommandTest, SHARED, copy_of, digest, main, tree

TOPSAIL = "projects.fine_tuning.visualizations.fms_hf_tuning"


def digests(folder):
    return {p.name: (digest(p), p.stat().st_mtime_ns) for p in folder.iterdir() if p.is_file()}


class FolderTest(CommandTest):
    def nights(self, n, *options, history="dir:lts"):
        tree("nights", self.place / "n", n, *options)
        for k in range(1, n):
            self.upload(f"n/night-{k}", f"--history={history}", code=0)
        return f"n/night-{n}"

    def payloads(self, folder="lts"):
        return sorted((self.place / folder).glob("*.json"))

    def list(self, history, *arguments, **keywords):
        return self.matbench("history", "list", f"--history={history}", *arguments, **keywords)


class CompareTest(FolderTest):
    def test_the_verdict_is_that_of_sqlite(self):
        last = self.nights(9, "--last-worse", "0.10")
        for k in range(1, 9):
            self.upload(f"n/night-{k}", code=0)
        entries = []
        for options in (["--history=dir:lts"], ["--lts_results_dirname=lts"], ["--lts-results-dirname", "lts"], []):
            self.fine_tuning("analyze_lts", f"--results_dirname={last}", *options, code=1)
            entries.append(self.json("regression_verdicts.json")["entries"])
        for other in entries[1:]:
            self.assertEqual([k["verdict"] for k in other[0]["kpis"]], [k["verdict"] for k in entries[0][0]["kpis"]])
            self.assertEqual([k.get("evidence", {}).get("p") for k in other[0]["kpis"]],
                             [k.get("evidence", {}).get("p") for k in entries[0][0]["kpis"]])

    def test_ci_twice(self):
        last = self.nights(9, "--last-worse", "0.10")
        first = self.ci(last, "--history=dir:lts", code=1)
        stored = digests(self.place / "lts")
        self.assertEqual(len(stored), 10)
        again = self.ci(last, "--history=dir:lts", code=1)
        self.assertEqual(digests(self.place / "lts"), stored)
        self.assertIn("1 added, 0 replaced, 0 there already", first.out)
        self.assertIn("0 added, 0 replaced, 1 there already", again.out)
        self.assertEqual(first.out.splitlines()[5:-5], again.out.splitlines()[5:-5])

    def test_a_first_run_has_no_history(self):
        tree("one", self.place / "one")
        done = self.fine_tuning("analyze_lts", "--results_dirname=one", "--lts_results_dirname=results/lts/w", code=0)
        self.assertIn("NOT GATED", done.out)
        self.assertNotIn("ERROR", done.err)
        self.assertFalse((self.place / "results").exists())

    def test_where_history_is(self):
        """C1.3; TOPSAIL leaves opensearch_host in an env file and names the folder on the command line."""
        tree("one", self.place / "one")
        self.upload("one", "--history=dir:lts", code=0)
        def analyze(code, *options, env=None):
            return self.fine_tuning("analyze_lts", "--results_dirname=one", *options, env=env, code=code)
        # Nothing listens on port 1: a server that is configured is asked, and never replaced by a file.
        (self.place / ".env.generated.yaml").write_text(
            "opensearch_host: 127.0.0.1\nopensearch_port: 1\nopensearch_index: idx\nhttp_attempts: 1\n")
        analyze(0, "--lts_results_dirname=lts")
        analyze(110, env={"MATBENCH_LTS_RESULTS_DIRNAME": "lts"})
        self.assertIn("127.0.0.1:1: GET /idx: connection refused", analyze(110).err)
        analyze(110, "--lts_results_dirname=lts", env={"MATBENCH_HISTORY": "sqlite:no/such/folder/x.db"})
        analyze(0, "--lts_results_dirname=lts", "--history=sqlite:x.db", env={"MATBENCH_HISTORY": "sqlite:no/such/x.db"})
        self.upload("one", code=110)
        self.matbench("download_lts", "--lts_results_dirname=new", code=110)
        (self.place / ".env.generated.yaml").write_text("opensearch_host: 127.0.0.1\n")
        self.assertIn("opensearch_index is not", analyze(100).err)
        (self.place / ".env.generated.yaml").unlink()
        analyze(0, env={"MATBENCH_LTS_RESULTS_DIRNAME": "lts"})
        self.assertFalse((self.place / "history.db").exists())

    def test_the_python_tools_folder(self):
        """Its golden tests against its golden history; it says 0 failures there too."""
        golden = SHARED / "data/python-golden"
        copy_of(golden / "fms/tests", self.place / "golden")
        done = self.matbench("analyze_lts", f"--workload={TOPSAIL}", "--results_dirname=golden",
                             f"--lts_results_dirname={golden}/history/lts", code=0)
        self.assertIn("32 tested against 30 records of history", done.out)
        self.assertIn("5 run points", done.out)
        self.assertIn("failures: 0\n", (self.place / "regression_summary.yaml").read_text())

    def test_broken_files_are_warnings(self):
        last = self.nights(3)
        shutil.copy(self.payloads()[0], self.place / "lts/copy.json")
        (self.place / "lts/torn.json").write_bytes(self.payloads()[0].read_bytes()[:500])
        (self.place / "lts/notes\nERROR | forged.json").write_text("[]")
        done = self.fine_tuning("analyze_lts", f"--results_dirname={last}", "--lts_results_dirname=lts", code=0)
        self.assertNotIn("\nERROR", "\n" + done.err)
        self.assertRegex(done.err, r"(?m)^WARNING \| dir:lts: torn.json:\d+:\d+: .*; the file is left out$")
        self.assertRegex(done.err, r"(?m)^WARNING \| dir:lts: notes\\x0aERROR \| forged.json: found no metadata.settings")
        self.assertIn("2 payloads", self.list("dir:lts", code=0).out)
        changed = json.loads(self.payloads()[1].read_text())
        changed["results"] = {}
        (self.place / "lts/copy.json").write_text(json.dumps(changed))
        (self.place / "lts/other.json").write_text(self.payloads()[1].read_text())
        done = self.fine_tuning("analyze_lts", f"--results_dirname={last}", "--lts_results_dirname=lts", code=110)
        self.assertRegex(done.err, r"(?m)^ERROR \| lts: payload id '\S+' stands for two different payloads: \S+ and \S+; remove one")

    def test_ids_and_labels_are_cleaned(self):
        (self.place / "lts").mkdir()
        (self.place / "lts/source.lts.yaml").write_text('index: "a\\nERROR | b"')
        settings = {"k\nERROR | c": "v\nERROR | d"}
        payload = {"metadata": {"start": "2025-01-01T00:00:00", "test_uuid": "x\nERROR | e\x1b[31m", "settings": settings}, "kpis": {}}
        (self.place / "lts/x.json").write_text(json.dumps(payload))
        for arguments in (["list", "--labels=k\nERROR | c"], ["labels"]):
            done = self.matbench("history", *arguments, "--history=dir:lts", code=0)
            self.assertIn("ERROR | ", done.out)
            self.assertNotIn("\nERROR", done.out + done.err)
            self.assertNotIn("\x1b", done.out + done.err)
        done = self.matbench("history", "export", "--history=dir:lts", "--to=dir:new", code=100)
        self.assertNotIn("\nERROR", done.err)
        done = self.matbench("history", "export", "--history=dir:lts", "--to=dir:new", "--opensearch_index=i", code=102)
        self.assertIn("ERROR | new: payload id 'x\\x0aERROR | e", done.err)
        self.assertEqual(self.names(), ["lts"])

    def test_folders_that_are_none(self):
        tree("one", self.place / "one")
        (self.place / "file").write_text("")
        (self.place / "loose").mkdir()
        (self.place / "loose/mine.json").write_text("{}")
        for uri, code, text in (("dir:", 100, "expected the folder's name"), ("dir:file", 110, "file: is no directory"),
                                ("dir:file/x", 110, "Not a directory"), ("dir:loose", 110, "no source.lts.yaml")):
            done = self.upload("one", f"--history={uri}", code=code)
            self.assertIn(text, done.err)
        self.assertEqual(self.names("loose"), ["mine.json"])
        done = self.fine_tuning("analyze_lts", "--results_dirname=one", "--lts_results_dirname=loose", code=0)
        self.assertIn("WARNING | dir:loose: there is no source.lts.yaml", done.err)


class UploadTest(FolderTest):
    def test_layout(self):
        """The Python tool's: names, source.lts.yaml, and the bytes of json.dump(payload, indent=4)."""
        tree("many", self.place / "many", 3)
        self.upload("many", "--history=dir:new/lts", env={"MATBENCH_OPENSEARCH_INDEX": "topsail-x"}, code=0)
        self.fine_tuning("parse", "--results_dirname=many", "--output_lts=lts.json", code=0)
        payloads = {p["metadata"]["test_uuid"]: p for p in self.json("lts.json")}
        self.assertEqual(self.names("new/lts"), ["source.lts.yaml", *sorted(f"topsail-x_{id}.json" for id in payloads)])
        for id, payload in payloads.items():
            self.assertEqual((self.place / f"new/lts/topsail-x_{id}.json").read_text(), json.dumps(payload, indent=4) + "\n")
        self.assertRegex((self.place / "new/lts/source.lts.yaml").read_text(),
                         r"\Adate: '20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z'\nfilters: \[\]\nindex: topsail-x\nworkload: fine_tuning\n\n\Z")
        self.upload("many", "--history=dir:second", "--opensearch_index=given", env={"MATBENCH_OPENSEARCH_INDEX": "topsail-x"}, code=0)
        self.assertTrue(self.payloads("second")[0].name.startswith("given_"))
        self.upload("many", "--history=dir:third", "--opensearch_index=a/b", code=100)
        self.assertFalse((self.place / "third").exists())

    def test_dry_run(self):
        tree("many", self.place / "many", 3)
        self.upload("many", "--history=dir:lts", "--shard=1/3", code=0)
        changed = json.loads(self.payloads()[0].read_text())
        for history in "dir:lts", "sqlite:history.db":
            if history != "dir:lts":
                self.upload("many", "--shard=1/3", code=0)
            before = digests(self.place / "lts")
            done = self.upload("many", f"--history={history}", "--dry_run", code=0)
            self.assertIn(f"INFO | --dry_run: {history}: payloads: 2 would be added, 0 replaced, 1 there already\n", done.err)
            self.assertEqual(digests(self.place / "lts"), before)
        changed["results"] = {}
        self.payloads()[0].write_text(json.dumps(changed))
        done = self.upload("many", "--history=dir:lts", "--dry_run=True", code=0)
        self.assertIn("2 would be added, 1 replaced, 0 there already", done.err)
        self.upload("many", "--history=dir:new", "--dry_run", code=0)
        self.assertFalse((self.place / "new").exists())
        done = self.upload("many", "--history=dir:lts", code=0)
        self.assertIn("WARNING | dir:lts: payloads that were there with other content, and are replaced: 1\n", done.err)
        self.assertIn("INFO | dir:lts: payloads: 2 added, 1 replaced, 0 there already\n", done.err)

    def test_upload_by_kpi(self):
        tree("one", self.place / "one")
        for history in "sqlite:history.db", "dir:lts":
            done = self.upload("one", f"--history={history}", "--upload_by_kpi", code=100)
            self.assertIn(f"`matbench export --from={history} --to=kpis.csv`", done.err)
        self.upload("one", "--upload_by_kpi=False", code=0)

    def test_valid_only(self):
        tree("odd", self.place / "odd", "missing-uuid")
        self.upload("odd", "--history=dir:lts", code=102)
        self.assertFalse((self.place / "lts").exists())
        self.upload("odd", "--history=dir:lts", "--valid-only", code=0)
        self.assertEqual(len(self.payloads()), 1)

    def test_bug_5_tests_with_different_settings_keys(self):
        tree("many", self.place / "many", 2)
        tests = sorted(p.parent for p in (self.place / "many").rglob("exit_code"))
        with open(tests[0] / "settings.yaml", "a") as settings:
            settings.write("only_here: 1\n")
        for options in ["--dry_run"], []:
            self.upload("many", "--history=dir:lts", *options, code=0)
        self.assertEqual(len(self.payloads()), 2)

    def test_another_workloads_folder(self):
        tree("one", self.place / "one")
        self.upload("one", "--history=dir:lts", code=0)
        anchor = self.place / "lts/source.lts.yaml"
        anchor.write_text(anchor.read_text().replace("workload: fine_tuning", "workload: other"))
        done = self.upload("one", "--history=dir:lts", code=100)
        self.assertIn("ERROR | lts: holds payloads of workload 'other'", done.err)


class FullFolderTest(OnFullDisk):
    test_outputs = test_outputs_of_ci = test_history = test_standard_output = None

    def test_folder(self):
        tree("one", self.place / "one")
        self.upload("one", "--history=dir:before/lts", code=0)
        before = {p.name: digest(p) for p in (self.place / "before/lts").iterdir()}
        done = self.on_full_disk("160k", "upload_lts", "--workload=fine_tuning", "--results_dirname=tests", "--history=dir:disk/lts")
        self.assertEqual(done.code, 110)
        self.assertRegex(done.err, r"(?m)^ERROR \| disk/lts: \S+: No space left on device$")
        self.assertEqual({p.name: digest(p) for p in (self.place / "after/lts").iterdir()}, before)

    def test_download(self):
        """With --clean the old payloads stay until the new ones are there."""
        tree("one", self.place / "one")
        self.upload("one", "--history=dir:before/lts", code=0)
        before = self.names("before/lts")
        self.upload("tests", code=0)
        done = self.on_full_disk("160k", "download_lts", "--lts_results_dirname=disk/lts", "--force", "--clean")
        self.assertEqual(done.code, 110)
        self.assertEqual(self.names("after/lts"), before)


class ReadOnlyTest(FolderTest):
    def test_read_only(self):
        tree("one", self.place / "one")
        self.upload("one", "--history=dir:lts", code=0)
        subprocess.run(["chmod", "-R", "a-w", self.place / "lts"], check=True)
        self.addCleanup(subprocess.run, ["chmod", "-R", "u+w", self.place / "lts"])
        plain = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.getuid() == 0 else []
        for arguments, code in ((["history", "list", "--history=dir:lts"], 0),
                                (["analyze_lts", "--workload=fine_tuning", "--results_dirname=one", "--lts_results_dirname=lts"], 0),
                                (["upload_lts", "--workload=fine_tuning", "--results_dirname=one", "--history=dir:lts"], 110)):
            done = subprocess.run([*plain, support.MATBENCH, *arguments], cwd=self.place, env=support.environment(),
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True)
            self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn("lts: is not writable", done.stderr)


class CopyTest(FolderTest):
    def values(self, history):
        ids = [line.split()[0] for line in self.list(history, code=0).out.splitlines() if line[:1].isalnum() and "KPI" in line]
        return {id: json.loads(self.matbench("history", "show", id, f"--history={history}", code=0).out) for id in ids}

    def test_round_trip(self):
        tree("many", self.place / "many", 3)
        self.upload("many", code=0)
        steps = (("history", "export", "--to=dir:a"), ("history", "import", "--from=dir:a", "--history=sqlite:b.db"),
                 ("history", "export", "--history=sqlite:b.db", "--to=sqlite:c.db"), ("history", "export", "--history=sqlite:c.db", "--to=dir:d"))
        for step in steps:
            self.assertIn("3 would be added, 0 replaced, 0 there already", self.matbench(*step, "--dry_run", code=0).err)
            self.assertIn("payloads: 3 added, 0 replaced, 0 there already", self.matbench(*step, code=0).err)
            before = digests(self.place)
            self.assertIn("payloads: 0 added, 0 replaced, 3 there already", self.matbench(*step, code=0).err)
            self.assertEqual(digests(self.place), before)
        first = self.values("sqlite:history.db")
        self.assertEqual(len(first), 3)
        for history in "dir:a", "sqlite:b.db", "sqlite:c.db", "dir:d":
            self.assertEqual(self.values(history), first)
        self.assertEqual({p.name: digest(p) for p in self.payloads("a")}, {p.name: digest(p) for p in self.payloads("d")})
        self.assertIn("fine_tuning: 3 payloads", self.list("sqlite:b.db", code=0).out)

    def test_the_python_tools_folder(self):
        lts = SHARED / "data/python-golden/history/lts"
        done = self.matbench("history", "import", f"--from=dir:{lts}", code=100)
        self.assertIn("--workload_name=NAME says it", done.err)
        self.matbench("history", "import", f"--from=dir:{lts}", "--workload_name=fine_tuning", code=0)
        self.matbench("history", "export", "--to=dir:back", "--opensearch_index=topsail-fine-tuning", code=0)
        self.assertEqual({p.name: digest(p) for p in self.payloads("back")}, {p.name: digest(p) for p in lts.glob("*.json")})
        self.matbench("history", "export", f"--history=dir:{lts}", "--to=dir:again", code=0)
        self.assertEqual(self.names("again"), self.names("back"))

    def test_wrong_use(self):
        tree("one", self.place / "one")
        self.upload("one", "--history=dir:lts", code=0)
        os.symlink("lts", self.place / "alias")
        for code, text, *arguments in ((100, "--to=URI is missing", "export"), (100, "--from=URI is missing", "import"),
                                       (100, "not a history's URI", "export", "--to=lts"),
                                       (100, "are the same history", "export", "--to=dir:alias"),
                                       (110, "there is no history there", "import", "--from=dir:none"),
                                       (110, "there is no history there", "export", "--to=dir:x", "--history=sqlite:none.db"),
                                       (100, "--max_records=0", "export", "--to=dir:x", "--max_records=0"),
                                       (100, "expected label=value", "export", "--to=dir:x", "--filters=nonsense"),
                                       (100, "--filters", "export", "--to=dir:x", "--filters={'a'"),
                                       (100, "--filters", "export", "--to=dir:x", "--filters={1, 2}"),
                                       (100, "no payloads of workload 'w'", "export", "--to=dir:x", "--workload_name=w")):
            history = [] if any(a.startswith("--history") for a in arguments) else ["--history=dir:lts"]
            done = self.matbench("history", *arguments, *history, code=code)
            self.assertIn(text, done.err)
        self.assertEqual(self.names(), ["alias", "lts", "one"])

    def test_labels(self):
        tree("nights", self.place / "n", 3)
        for k in range(1, 4):
            self.upload(f"n/night-{k}", "--history=dir:lts", code=0)
        done = self.matbench("history", "labels", "--history=dir:lts", code=0)
        self.assertTrue(done.out.startswith("fine_tuning: 3 payloads\n labels that vary:\n"), done.out)
        vary, same = done.out.split(" labels that are the same in all:\n")
        self.assertRegex(vary, r"(?m)^  run_id: 3 values: \S.* \(1\), .* \(1\), .* \(1\)$")
        self.assertRegex(same, r"(?m)^  batch_size: 1 value: \d+ \(3\)$")
        done = self.matbench("history", "labels", "--history=dir:lts", "--labels=batch_size,none", "--workload_name=fine_tuning", code=0)
        self.assertEqual(len(done.out.splitlines()), 3)
        self.assertEqual(self.matbench("history", "labels", "--history=dir:lts", "--workload_name=other", code=0).out, "")


if __name__ == "__main__":
    main()
