"""--shard I/N: several machines parse one results directory, and their payloads meet in one history."""
import json
import subprocess

import support
from support import MATBENCH, CommandTest, environment, main, small_test, small_workload

TESTS = 11


class ShardTest(CommandTest):
    def setUp(self):
        super().setUp()
        small_workload(self.place / "w")
        for i in range(TESTS):  # a setting that only some have, and two tests with equal settings
            settings = {"name": f"test {i}", "gpu": i} if i % 4 == 1 else {"name": f"test {i}"}
            small_test(self.place / f"r/{i % 2}/{i:03d}", 10.0 + i, settings)
        small_test(self.place / "r/0/twin", 99.0, {"name": "test 4"})

    def parse(self, *arguments, code=0):
        self.matbench("parse", "--workload=w", "--results_dirname=r", "--output_matrix=m.json", "--output_lts=l.json", *arguments, code=code)
        return self.json("m.json"), self.json("l.json")

    def upload(self, *arguments, **keywords):
        return self.matbench("upload_lts", "--workload=w", "--results_dirname=r", *arguments, **keywords)

    def stored(self, history):
        out = self.place / f"out-{history.replace(':', '-').replace('/', '-')}"
        self.matbench("download_lts", f"--history={history}", f"--lts_results_dirname={out}", "--opensearch_index=x", code=0)
        return {path.name: path.read_bytes() for path in out.glob("*.json")}

    def test_the_shards_together_are_the_whole(self):
        whole_matrix, whole_payloads = self.parse()
        self.assertEqual(len(whole_payloads), TESTS)
        self.assertIn(None, [entry["settings"].get("gpu", 0) for entry in whole_matrix])
        for shards in 1, 2, 3, TESTS, TESTS + 2:
            matrix, payloads = [], []
            for i in range(1, shards + 1):
                some_matrix, some_payloads = self.parse(f"--shard={i}/{shards}")
                matrix += some_matrix
                payloads += some_payloads
            by_place = sorted(matrix, key=lambda entry: entry["location"])
            self.assertEqual(json.dumps(by_place), json.dumps(sorted(whole_matrix, key=lambda entry: entry["location"])))
            texts = sorted(json.dumps(payload) for payload in payloads)
            self.assertEqual(texts, sorted(json.dumps(payload) for payload in whole_payloads), f"{shards} shards")

    def test_uploads_at_once_into_one_history(self):
        self.upload("--history=sqlite:whole.db", code=0)
        whole = self.stored("sqlite:whole.db")
        for history in "sqlite:shared.db", "dir:shared":
            for _ in range(2):  # the second time nothing is new; shards 1/2 and 2/2 overlap with the three
                started = [subprocess.Popen([MATBENCH, "upload_lts", "--workload=w", "--results_dirname=r", f"--history={history}", f"--shard={shard}"],
                                            cwd=self.place, env=environment({"MATBENCH_STORE_IGNORE_CACHE": "y"}), stderr=subprocess.PIPE)
                           for shard in ("1/3", "2/3", "3/3", "1/2", "2/2")]
                for process in started:
                    said = process.communicate(timeout=support.SECONDS)[1].decode()
                    self.assertEqual(process.returncode, 0, said)
                    self.assertRegex(said, r"payloads: \d+ added, 0 replaced, \d+ there already")
            self.assertEqual(self.stored(history), whole)
            self.assert_no_temporary()

    def test_uploads_at_once_to_a_server(self):
        """Machines with spools of their own, into one index of a real OpenSearch; shards overlap and repeat."""
        self.upload("--history=sqlite:whole.db", code=0)
        server = self.opensearch("plain")
        for _ in range(2):
            started = [subprocess.Popen([MATBENCH, "upload_lts", "--workload=w", "--results_dirname=r", f"--history={server.uri()}", f"--shard={shard}",
                                         f"--spool=spool-{shard.replace('/', '-')}"], cwd=self.place, stderr=subprocess.PIPE,
                                        env=environment({"MATBENCH_STORE_IGNORE_CACHE": "y"})) for shard in ("1/3", "2/3", "3/3", "2/2")]
            for process in started:
                said = process.communicate(timeout=support.SECONDS)[1].decode()
                self.assertEqual(process.returncode, 0, said)
        self.assertEqual(len(server.documents()), TESTS)
        self.assertEqual(self.stored(server.uri()), self.stored("sqlite:whole.db"))

    def test_more_shards_than_tests(self):
        done = self.upload("--history=sqlite:h.db", f"--shard={TESTS + 1}/{TESTS + 1}", code=0)
        self.assertIn("has no test: there are fewer", done.err)
        self.assertFalse((self.place / "h.db").exists())

    def test_slips(self):
        for shard in "0/3", "4/3", "1/0", "1", "/3", "1/", "1/3/3", " 1/3", "+1/3", "-1/3", "1/3x", "1 /3", "18446744073709551617/18446744073709551618":
            done = self.upload(f"--shard={shard}", code=100)
            self.assertIn("expected I/N with 1 ≤ I ≤ N", done.err)


main()
