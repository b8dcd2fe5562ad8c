#!/usr/bin/env python3
"""Tests of download_lts: the Python tool's flags and files, without losing anything (contract C1, python-baseline bugs 7, 22, 23)."""
import datetime
import json

from support import SHARED, CommandTest, digest, main, tree

LTS = SHARED / "data/python-golden/history/lts"


class DownloadTest(CommandTest):
    def download(self, *arguments, code=0, **keywords):
        return self.matbench("download_lts", "--lts_results_dirname=lts", *arguments, code=code, **keywords)

    def fill(self, workload_name="fine_tuning", to="sqlite:history.db"):
        self.matbench("history", "import", f"--from=dir:{LTS}", f"--history={to}", f"--workload_name={workload_name}", code=0)

    def payloads(self, folder="lts"):
        return [p.name for p in sorted((self.place / folder).glob("*.json"))]

    def anchor(self):
        return (self.place / "lts/source.lts.yaml").read_text()

    def test_bug_22_the_date_is_true(self):
        """UTC, whatever the zone is; Python wrote local time with a Z."""
        self.fill()
        before = datetime.datetime.now(datetime.timezone.utc)
        self.download("--opensearch_index=topsail-fine-tuning", env={"TZ": "America/New_York"})
        after = datetime.datetime.now(datetime.timezone.utc)
        date, filters, index, workload, empty = self.anchor().splitlines()
        self.assertEqual((filters, index, workload, empty), ("filters: []", "index: topsail-fine-tuning", "workload: fine_tuning", ""))
        date = datetime.datetime.strptime(date, "date: '%Y-%m-%dT%H:%M:%S.%fZ'").replace(tzinfo=datetime.timezone.utc)
        self.assertLessEqual(before, date)
        self.assertLessEqual(date, after)
        self.assertEqual({p.name: digest(p) for p in (self.place / "lts").glob("*.json")}, {p.name: digest(p) for p in LTS.glob("*.json")})

    def test_as_topsail_calls_it(self):
        """--force=True --clean=True, into a folder that is not there; a workload in the environment does not hurt."""
        self.fill()
        arguments = ["download_lts", "--lts_results_dirname=results/lts/projects.x.y", "--force=True", "--clean=True"]
        for _ in range(2):
            self.matbench(*arguments, env={"MATBENCH_WORKLOAD": "nonsense", "MATBENCH_WORKLOAD_BASE_DIR": "x",
                                           "MATBENCH_RESULTS_DIRNAME": "x"}, code=0)
            self.assertEqual(len(self.payloads("results/lts/projects.x.y")), 30)

    def test_a_first_run(self):
        """123 and no line that begins with ERROR: there is nothing yet, which is no failure."""
        done = self.download("--force", "--clean", code=123)
        self.assertEqual(done.err, "WARNING | sqlite:history.db: there is no history yet, so nothing is downloaded\n")
        self.assertEqual(self.names(), [])
        self.fill()
        done = self.download("--workload_name=other", code=123)
        self.assertEqual(done.err, "WARNING | sqlite:history.db: there are no payloads of workload 'other', only of: fine_tuning\n")
        self.download("--history=dir:none", code=123)
        self.assertEqual(self.names(), ["history.db"])

    def test_force(self):
        self.fill()
        self.download()
        before = {p.name: digest(p) for p in (self.place / "lts").iterdir()}
        done = self.download(code=100)
        self.assertEqual(done.err, "ERROR | lts/source.lts.yaml: is there already, from an earlier download; --force replaces it\n")
        self.download("--clean", code=100)
        self.assertEqual({p.name: digest(p) for p in (self.place / "lts").iterdir()}, before)
        self.download("--force")
        self.assertEqual(set(self.names("lts")), set(before))

    def test_clean(self):
        self.fill()
        self.download()
        for name in "old.json", ".hidden.json", "notes.txt":
            (self.place / "lts" / name).write_text("mine")
        self.download("--force", "--filters=tuning_method=lora")
        self.assertEqual(len(self.names("lts")), 30 + 4)
        self.download("--force", "--clean", "--filters=tuning_method=lora")
        self.assertEqual(len(self.payloads()), 5 + 1)  # pathlib counts the hidden one
        self.assertNotIn("old.json", self.names("lts"))
        self.assertIn("notes.txt", self.names("lts"))
        self.assertIn("filters:\n    tuning_method: lora\n", self.anchor())

    def test_clean_loses_nothing_when_it_fails(self):
        self.fill()
        self.download()
        before = {p.name: digest(p) for p in (self.place / "lts").iterdir()}
        (self.place / "history.db").write_bytes((self.place / "history.db").read_bytes()[:-5000])
        done = self.download("--force", "--clean", code=110)
        self.assertIn("damaged", done.err)
        self.assertEqual({p.name: digest(p) for p in (self.place / "lts").iterdir()}, before)

    def test_a_folder_of_something_else(self):
        self.fill()
        (self.place / "lts").mkdir()
        (self.place / "lts/mine.json").write_text("{}")
        done = self.download("--force", "--clean", code=110)
        self.assertIn("it is no folder of payloads", done.err)
        self.assertEqual(self.names("lts"), ["mine.json"])
        (self.place / "file").write_text("")
        self.matbench("download_lts", "--lts_results_dirname=file", code=110)
        done = self.matbench("download_lts", "--lts_results_dirname=lts", "--history=dir:lts", code=100)
        self.assertIn("is the history itself", done.err)

    def test_bug_7_filters(self):
        """Both spellings; numbers and texts are alike."""
        self.fill()
        for filters, n in (("tuning_method=lora", 5), ('{"tuning_method": "lora"}', 5), ("{'tuning_method': 'lora'}", 5),
                           ("tuning_method=lora,lora_rank=4", 5), ('{"lora_rank": 4}', 5), ('{"lora_rank": "4"}', 5),
                           ("lora_rank=null", 25), ('{"lora_rank": null}', 25), ("metadata.settings.lora_rank=4", 5),
                           ("model_name=instructlab/granite-7b-lab,container_image=fms-hf-tuning:v1.0.0", 1),
                           ("tuning_method=Lora", 0), ("no_such_label=1", 0), ("{}", 30)):
            done = self.download("--force", "--clean", f"--filters={filters}")
            self.assertEqual(len(self.payloads()), n, filters)
            self.assertEqual("WARNING | --filters: no payload has a label 'no_such_label'" in done.err, "no_such" in filters)
            self.assertEqual("WARNING | --filters: no payload has these values" in done.err, filters == "tuning_method=Lora")
        for filters in "lora", "=x", "{", "[1]", "{'a'", "{1, 2}":
            done = self.download("--force", f"--filters={filters}", code=100)
            self.assertRegex(done.err, r"\AERROR \| --filters: ?[^\n]*\n\Z")

    def test_bug_23_no_silent_cap(self):
        self.fill()
        done = self.download("--max_records=12")
        self.assertIn("WARNING | --max_records=12: older payloads that are left out: 18\n", done.err)
        starts = sorted(json.loads(p.read_text())["metadata"]["start"] for p in LTS.glob("*.json"))
        got = sorted(json.loads((self.place / "lts" / n).read_text())["metadata"]["start"] for n in self.payloads())
        self.assertEqual(got, starts[18:])
        for bad in "0", "-1", "1.5", "many":
            self.download("--force", f"--max_records={bad}", code=100)
        self.assertNotIn("left out", self.download("--force", "--max_records=10000").err)

    def test_several_workloads(self):
        self.fill("a")
        tree("one", self.place / "one")
        self.upload("one", code=0)
        done = self.download(code=100)
        self.assertIn("--workload_name=NAME chooses one: a, fine_tuning", done.err)
        self.download("--workload_name=fine_tuning", "--opensearch_index=idx")
        self.assertEqual(len(self.payloads()), 1)
        self.assertIn("index: idx\nworkload: fine_tuning\n", self.anchor())
        self.download("--force", "--clean", env={"MATBENCH_OPENSEARCH_INDEX": "a"})
        self.assertEqual(len(self.payloads()), 30)
        done = self.download("--force", "--opensearch_index=a", "--workload_name=fine_tuning", code=100)
        self.assertIn("holds payloads of workload 'a'", done.err)

    def test_from_a_folder(self):
        """The Python tool's own folder as history: its index stays, its workload is not known."""
        self.download(f"--history=dir:{LTS}")
        self.assertEqual(self.anchor().splitlines()[1:], ["filters: []", "index: topsail-fine-tuning", ""])
        self.assertEqual(self.names("lts"), sorted(p.name for p in LTS.iterdir()))

    def test_missing_flag(self):
        done = self.matbench("download_lts", code=100)
        self.assertIn("--lts_results_dirname=DIR is missing (or the variable MATBENCH_LTS_RESULTS_DIRNAME)", done.err)


if __name__ == "__main__":
    main()
