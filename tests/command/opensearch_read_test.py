"""History that comes back from a real OpenSearch: an index of ours, one that the Python tool made, aliases, documents of others."""
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import unittest

import support
from support import SHARED, tree

import fault_proxy as fp

LONG = bool(os.environ.get("MB_LONG"))
FLAT = {name: {"type": "flat_object"} for name in ("metadata", "results", "kpis", "regression_results")}
PYTHON_INDEX = {"mappings": {"properties": FLAT}, "settings": {"index": {"number_of_shards": 4}, "mapping": {"total_fields": {"limit": 4000}}}}


def payload(number, **settings):
    labels = {"model_name": f"llama-{number % 3}", "batch_size": 8 if number % 2 else "8", "version": f"1.{number}", "lora": None,
              "flag": bool(number % 2), "rate": 0.5, "image": "quay.io/a:v1", "urls": {"a": "b"}} | settings
    return {"metadata": {"test_uuid": f"id-{number:05}", "start": f"2025-01-{1 + number % 28:02}T08:{number % 60:02}:00", "settings": labels},
            "results": {"number": number, "tiny": 1e-05, "text": "ü\u2028"}, "kpis": {"speed": {"value": number + 0.25, "unit": "items/s"}}}


def lines(documents):
    return "".join(json.dumps({"index": {"_id": i}}) + "\n" + (d if isinstance(d, str) else json.dumps(d)) + "\n" for i, d in documents)


class Reading(support.CommandTest):
    def setUp(self):
        super().setUp()
        self.server = self.opensearch()

    def index(self, name, documents, body=None):
        """An index whose name begins with the test's own; how the Python tool makes it, when nothing else is said."""
        name = f"{self.server.index}-{name}"
        status, said = self.server.call("PUT", f"/{name}", body or PYTHON_INDEX)
        self.assertEqual(status, 200, said)
        for begin in range(0, len(documents), 5000):
            status, said = self.server.call("POST", f"/{name}/_bulk?refresh=true", lines(documents[begin:begin + 5000]), "application/x-ndjson")
            self.assertEqual((status, said.get("errors")), (200, False), said)
        return self.server.uri(name)

    def payloads(self, n, **settings):
        return [(p["metadata"]["test_uuid"], p) for p in (payload(i, **settings) for i in range(n))]

    def everywhere(self, n):
        """The same payloads in SQLite, a folder, an index of ours and one of the Python tool: their URIs."""
        foreign = self.index("python", self.payloads(n))
        own = self.server.uri(f"{self.server.index}-own")
        for uri in "sqlite:h.db", own:
            self.matbench("export", f"--from={foreign}", f"--to={uri}", "--workload_name=w", code=0)
        self.download("sqlite:h.db", "all")
        return ["sqlite:h.db", "dir:all", own, foreign]

    def download(self, uri, folder, *arguments, code=0):
        shutil.rmtree(self.place / folder, ignore_errors=True)
        return self.matbench("download_lts", f"--history={uri}", f"--lts_results_dirname={folder}", "--opensearch_index=x", "--force", "--clean",
                             *arguments, code=code)

    def files(self, folder):
        return {p.name: p.read_bytes() for p in (self.place / folder).glob("*.json")}

    def half_reindexed(self, foreign, workload, n, others):
        """An index of ours with n payloads that matbench put there, and others that come without its field."""
        own = self.server.uri(f"{self.server.index}-half")
        self.matbench("export", f"--from={foreign}", f"--to={own}", f"--workload_name={workload}", f"--max_records={n}", code=0)
        status, said = self.server.call("POST", "/_reindex?refresh=true", {
            "conflicts": "proceed", "source": {"index": foreign.rpartition("/")[2]}, "dest": {"index": f"{self.server.index}-half", "op_type": "create"}})
        self.assertEqual((status, said["created"]), (200, others), said)
        return own


class SameTest(Reading):
    def test_every_back_end_gives_the_same(self):
        uris = self.everywhere(130)
        listed = [re.sub(r"  \S+$|^\S+: .*", "", self.matbench("history", f"--history={u}", "list", code=0).out, flags=re.M) for u in uris]
        self.assertEqual(listed[0].count("id-"), 130)
        self.assertEqual(listed, [listed[0]] * 4)
        for uri in uris[1:]:
            self.download(uri, "again")
            self.assertEqual(self.files("again"), self.files("all"), uri)

    def test_filters_select_the_same(self):
        uris = self.everywhere(12)
        for filters, n in (("model_name=llama-1", 4), ("batch_size=8", 12), ("model_name=llama-1:llama-2,flag=true", 4), ("flag=True", 6),
                           ("lora=null", 12), ("lora=None", 12), ("lora=", 0), ("rate=0.5", 12), ("rate=0.50", 0), ("image=quay.io/a:v1", 12),
                           ('urls={"a":"b"}', 12), ("version=1.1", 1), ("version=1.10", 1), ("model_name=llama", 0), ("model=llama-1", 0),
                           ('{"batch_size": 8}', 12), ('{"urls": {"a": "b"}}', 12), ("metadata.settings.model_name=llama-0", 4)):
            said = [self.download(uri, "some", f"--filters={filters}").err.replace(uri, "URI") for uri in uris]
            self.assertEqual(len(self.files("some")), n, filters)
            self.assertEqual(said, [said[0]] * 4)
            self.assertIn(f"{n} added", said[0], filters)

    def test_the_newest_and_a_window(self):
        uris = self.everywhere(50)
        for arguments in (["--max_records=7"], ["--max_records=500"], ["--max_records=2", "--filters=model_name=llama-1"],
                          ["--since=2025-01-10"], ["--since=2025-01-10", "--until=2025-01-12"]):
            found = []
            for uri in uris:
                said = self.download(uri, "some", *arguments)
                found.append((sorted(self.files("some")), re.sub(r"\S*(h.db|all|own|python)\b", "", said.err)))
            self.assertEqual(found, [found[0]] * 4, arguments)
            self.assertTrue(found[0][0], arguments)

    def test_show_and_rehearsal(self):
        uris = self.everywhere(3)
        shown = [self.matbench("history", f"--history={u}", "show", "id-00001", code=0).out for u in uris]
        self.assertEqual(shown, [shown[0]] * 4)
        self.download("dir:all", "copy")
        for uri in uris:
            self.matbench("history", f"--history={uri}", "show", "id-99999", code=100)
            self.assertIn("0 would be added, 0 replaced, 3 there already",
                          self.matbench("export", "--from=dir:copy", f"--to={uri}", "--workload_name=w", "--dry_run", code=0).err)

    def test_nothing_stays_open(self):
        for uri in self.everywhere(20)[2:]:
            self.download(uri, "all")
        self.assertEqual(self.server.points_in_time(), [])


class PythonTest(Reading):
    """What the Python tool stored and downloaded (data/python-golden/history/lts), from an index as it makes them."""

    def test_the_folder_is_that_of_python(self):
        golden = {p.name: p.read_bytes() for p in (SHARED / "data/python-golden/history/lts").glob("*.json")}
        self.assertGreater(len(golden), 10)
        documents = [(name.partition("_")[2].removesuffix(".json"), json.loads(text)) for name, text in golden.items()]
        uri = self.index("python", documents)
        self.download(uri, "lts", "--opensearch_index=topsail-fine-tuning")
        self.assertEqual(self.files("lts"), golden)
        anchor = (self.place / "lts/source.lts.yaml").read_text().splitlines()
        self.assertRegex(anchor[0], r"^date: '\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z'$")
        self.assertEqual(anchor[1:3], ["filters: []", "index: topsail-fine-tuning"])
        self.download(uri, "own")
        self.assertEqual({name.replace("x_", "topsail-fine-tuning_") for name in self.files("own")}, set(golden))


class QueryTest(Reading):
    """What is asked of the server: seen by a proxy on the way."""

    def setUp(self):
        super().setUp()
        self.proxy = self.enterContext(fp.FaultProxy(self.server.host, self.server.port))
        self.searches = []

    def through(self, uri):
        return uri.replace(self.server.url, f"http://127.0.0.1:{self.proxy.port}")

    def seen(self, exchange):
        if exchange.path.startswith("/_search?"):
            self.searches.append(json.loads(exchange.text))

    def filters(self, *arguments):
        """What all searches of a download ask for, as text; how many documents come."""
        self.searches, self.proxy.fault = [], self.seen
        self.download(self.through(self.own), "some", *arguments)
        return json.dumps([search["query"] for search in self.searches]), len(self.files("some"))

    def test_what_is_pushed_down(self):
        self.own = self.everywhere(60)[2]
        query, n = self.filters()
        self.assertNotIn("matbench.start_us", query)
        self.assertEqual(n, 60)
        query, n = self.filters("--since=2025-01-10", "--until=2025-01-12")
        self.assertIn('"range": {"matbench.start_us": {"gte": 1736467200000000, "lt": 1736726400000000}}', query)
        self.assertIn(n, range(1, 10))
        query, n = self.filters("--filters=model_name=llama-1")
        self.assertIn('"terms": {"matbench.labels": ["model_name=\\"llama-1\\"", "model_name=llama-1"]}', query)
        self.assertEqual(n, 20)

    def test_the_newest_are_not_looked_for_here(self):
        """Of many payloads only the newest N travel, and those that start when the oldest of them does; which they are is as in SQLite."""
        long = "x" * 4500  # no server is asked for it
        documents = [(i, p | {"metadata": p["metadata"] | {
            "start": f"2025-01-{1 + n // 4:02}T08:00:00", "settings": p["metadata"]["settings"] | ({"old": long} if n < 5 else {})}})
                     for n, (i, p) in enumerate(self.payloads(100))]  # four start at one time
        self.matbench("export", f"--from={self.index('python', documents)}", "--to=sqlite:h.db", "--workload_name=w", code=0)
        self.own = self.server.uri(f"{self.server.index}-own")
        self.matbench("history", "export", "--history=sqlite:h.db", f"--to={self.own}", code=0)
        uris = "sqlite:h.db", self.through(self.own)
        for arguments in ([], ["--filters=model_name=llama-1"], ["--until=2025-01-10"], ["--since=2025-01-24", "--filters=flag=true"], [f"--filters=old={long}"]):
            for n in 6, 8, 1, 99, 500:
                self.proxy.fault = None
                said = [self.matbench("history", "list", f"--history={u}", f"--max_records={n}", *arguments, code=0).out for u in uris]
                said = [re.sub(r"  \S+$|^\S+: .*", "", text, flags=re.M) for text in said]
                self.assertEqual(said[0], said[1], (arguments, n))
                self.assertIn("id-", said[0])
                downloads = [(self.download(u, "some", f"--max_records={n}", *arguments).err.replace(u, "URI"), self.files("some")) for u in uris]
                self.assertEqual(downloads[0], downloads[1])
        for command in ["history", "list"], ["download_lts", "--lts_results_dirname=few", "--force"]:
            self.searches, self.proxy.fault = [], self.seen
            self.matbench(*command, f"--history={uris[1]}", "--max_records=6", code=0)
            self.assertTrue(self.searches)
            for search in self.searches:
                self.assertIn('"range": {"matbench.start_us": {"gte": 1737705600000000}}', json.dumps(search["query"]))

    def test_only_what_is_needed_travels(self):
        """Listing asks for records, never for the payloads' results."""
        _, _, self.own, foreign = self.everywhere(10)
        for uri in self.own, foreign:
            self.searches, self.proxy.fault = [], self.seen
            self.matbench("history", "list", f"--history={self.through(uri)}", code=0)
            self.assertTrue(self.searches)
            for search in self.searches:
                self.assertNotEqual(search.get("_source", True), True)
                self.assertNotIn("results", json.dumps(search))

    def test_slices_at_once(self):
        """No slice is answered before another one has been asked for."""
        foreign, together = self.index("python", self.payloads(200)), threading.Barrier(2)

        def fault(exchange):
            self.seen(exchange)
            if exchange.path.startswith("/_search?") and "search_after" not in exchange.text:
                try:
                    together.wait(45)  # matbench itself gives up after 60
                except threading.BrokenBarrierError:
                    return fp.Answer(500, body={"error": {"type": "test", "reason": "one slice at a time"}})
            return None
        self.proxy.fault = fault
        self.download(self.through(foreign), "lts")
        self.assertEqual(len(self.files("lts")), 200)
        self.assertEqual({(s["slice"]["id"], s["slice"]["max"]) for s in self.searches}, {(i, 4) for i in range(4)})


class OddTest(Reading):
    def test_no_index(self):
        uri = self.server.uri(f"{self.server.index}-none")
        self.assertIn("WARNING | ", self.download(uri, "lts", code=123).err)
        self.assertFalse((self.place / "lts").exists())

    def test_an_empty_index(self):
        self.download(self.index("empty", []), "lts", code=123)

    def test_documents_of_others_are_findings(self):
        good, other = payload(1), payload(2)
        broken = payload(3)
        del broken["metadata"]["start"]
        invalid = payload(4)
        invalid["metadata"]["status"] = "Invalid"
        uri = self.index("mixed", [("id-00001", good), ("elsewhere", other), ("id-00003", broken), ("id-00004", invalid), ("log", {"message": "x"}),
                                   ("list", {"metadata": {"settings": [1]}})])
        done = self.download(uri, "lts")
        self.assertEqual(list(self.files("lts")), ["x_id-00001.json"])
        self.assertEqual(done.errors(), [])
        for words in ("document 'elsewhere': its metadata.test_uuid is 'id-00002'; expected the document's _id", "document 'id-00003': ",
                      "document 'log': found no metadata.settings", "status is not Valid, which are left out: 1"):
            self.assertIn(words, done.err)

    def test_an_alias_of_two_indexes(self):
        first, second = self.payloads(30), self.payloads(40)
        self.index("one", first[:20])
        self.index("two", second[10:])
        alias = f"{self.server.index}-alias"
        add = [{"add": {"index": f"{self.server.index}-{name}", "alias": alias}} for name in ("one", "two")]
        self.server.call("POST", "/_aliases", {"actions": add})
        self.assertIn("40 added", self.download(self.server.uri(alias), "lts").err)
        self.matbench("history", f"--history={self.server.uri(alias)}", "show", "id-00015", code=0)
        changed = payload(12) | {"results": {}}
        self.server.call("POST", f"/{self.server.index}-two/_bulk?refresh=true", lines([("id-00012", changed)]), "application/x-ndjson")
        done = self.download(self.server.uri(alias), "lts", code=110)
        self.assertIn("payload id 'id-00012' stands for two different payloads", done.err)
        self.assertEqual(self.files("lts"), {})

    def test_a_filtered_alias(self):
        self.index("one", self.payloads(30))
        alias = f"{self.server.index}-some"
        only = {"term": {"metadata.settings.model_name": "llama-1"}}
        self.server.call("POST", "/_aliases", {"actions": [{"add": {"index": f"{self.server.index}-one", "alias": alias, "filter": only}}]})
        self.assertIn("10 added", self.download(self.server.uri(alias), "lts").err)

    def test_documents_that_reindex_brought_into_ours(self):
        own = self.half_reindexed(self.index("python", self.payloads(30)), "w", 10, 20)
        self.assertIn("30 added", self.download(own, "lts").err)
        self.assertIn("10 added", self.download(own, "lts", "--filters=model_name=llama-1").err)
        self.assertEqual(self.matbench("history", f"--history={own}", "list", code=0).out.count("\nid-0"), 30)

    def test_one_large_document_among_small_ones(self):
        documents = self.payloads(200)
        documents[100][1]["results"]["log"] = ["x" * 30000] * 800  # 24 MB: more than a page
        uri = self.index("large", documents, {"mappings": {"dynamic": False, "properties": {"metadata": {"type": "flat_object"}}}})
        self.assertIn("200 added", self.download(uri, "lts").err)

    def test_a_small_result_window(self):
        uri = self.index("window", self.payloads(100), PYTHON_INDEX | {"settings": {"index": {"max_result_window": 7}}})
        self.assertIn("100 added", self.download(uri, "lts").err)


class MemoryTest(Reading):
    def test_memory_does_not_grow_with_their_number(self):
        n = 100000 if LONG else 1200 if support.SANITIZED else 4000  # the sanitizer keeps what is freed: there is nothing to measure
        few = self.index("few", self.payloads(1000, filler="x" * 2500))
        many = self.index("many", self.payloads(n, filler="x" * 2500))
        peaks = []
        for uri in few, many:
            command = [support.MATBENCH, "download_lts", f"--history={uri}", "--lts_results_dirname=lts", "--force", "--clean"]
            code, memory = support.measured(command, self.place / "log", cwd=self.place, env=support.environment())
            self.assertEqual(code, 0, (self.place / "log").read_text())
            peaks.append(memory)
        self.assertEqual(len(list((self.place / "lts").glob("*.json"))), n)
        if support.SANITIZED:
            return
        self.assertLess(peaks[1], 30000, peaks)  # KB
        if not LONG:
            self.assertLess(peaks[1] - peaks[0], 3000, peaks)  # the payloads are 9,000 KB more

    def test_entries_against_a_large_index(self):
        """Downloads and comparisons as bench/opensearch_download.py measures them; MB_LONG=1: 100,000 payloads, 50 entries."""
        n, entries = (100000, 50) if LONG else (400, 2)
        done = subprocess.run([sys.executable, support.SOURCE / "bench/opensearch_download.py", f"--server={self.server.url}", "--repeat=1",
                               f"--payloads={n}", f"--entries={entries}", "--ours"], capture_output=True, text=True, cwd=self.place,
                              env=os.environ | {"MATBENCH": support.MATBENCH, "MB_SHARED": str(support.SHARED)})
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        verdicts = dict(line.rsplit(" ", 1) for line in done.stdout.splitlines() if line.startswith("verdicts "))
        self.assertEqual(len(set(verdicts.values())), 1, done.stdout)


class VerdictTest(Reading):
    """The same history gives the same verdict, wherever it is."""

    def analyze(self, uri, directory, *arguments):
        done = self.fine_tuning("analyze_lts", f"--results_dirname={directory}", f"--history={uri}", "--verdicts_dest=v.json",
                                "--summary_yaml_dest=s.yaml", *arguments)
        self.assertIn(done.code, (0, 1), done.err)
        verdict = re.sub(r'"where": "[^"]*"', "", (self.place / "v.json").read_text())
        return done.code, verdict, (self.place / "s.yaml").read_text(), re.sub(r"(sqlite|dir|opensearch)\S*:\S*", "", done.out)

    def test_verdicts(self):
        tree("nights", self.place / "nights", 8, "--last-worse=0.2")
        own = self.server.uri(f"{self.server.index}-own")
        python = self.index("python", [])
        uris = [own, python, "sqlite:h.db"]
        tree("many", self.place / "others", 5)
        for uri in uris:
            for directory in [f"nights/night-{k}" for k in range(1, 8)] + ["others"]:
                self.upload(directory, f"--history={uri}", code=0)
        self.download("sqlite:h.db", "lts")
        own_documents = self.server.call("GET", f"/{self.server.index}-own/_search?size=1&docvalue_fields=matbench.fingerprint")[1]
        self.assertEqual(len(own_documents["hits"]["hits"][0]["fields"]["matbench.fingerprint"]), 2)
        uris.append(self.half_reindexed(python, "fine_tuning", 4, 8))
        for directory in "nights/night-8", "nights/night-3", "others":
            found = [self.analyze(uri, directory, "--min_history=5") for uri in [*uris, "dir:lts"]]
            for one in found[:-1]:
                self.assertEqual(one, found[-1], directory)
        self.assertEqual(self.analyze(own, "nights/night-8", "--min_history=5")[0], 1)

    def test_a_key_list_that_changes(self):
        """Fingerprints of yesterday's rule are not believed: those payloads are compared by their labels."""
        workload = f"--workload={self.place}/w"
        uris = [self.server.uri(f"{self.server.index}-own"), "sqlite:h.db"]
        for night in range(13):
            support.small_test(self.place / f"t{night}" / "a", speed=10 + night % 3 / 100, settings={"mode": "x"}, start=f"2025-03-{night + 1:02}T10:00:00",
                               end=f"2025-03-{night + 1:02}T11:00:00")
        for nights, edit in ((range(5), lambda text: text), (range(5, 12), lambda text: text + "  ignored_keys: [mode]\n")):
            support.small_workload(self.place / "w", edit)
            for night in nights:
                for uri in uris:
                    self.matbench("upload_lts", workload, f"--results_dirname=t{night}", f"--history={uri}", code=0)
        found = self.server.call("GET", f"/{self.server.index}-own/_search?size=20&docvalue_fields=matbench.fingerprint")[1]["hits"]["hits"]
        self.assertEqual(len({min(hit["fields"]["matbench.fingerprint"]) for hit in found}), 2)
        verdicts = []
        for uri in uris:
            self.matbench("analyze_lts", workload, "--results_dirname=t12", f"--history={uri}", "--verdicts_dest=v.json", code=0)
            verdicts.append(re.sub(r'"where": "[^"]*"', "", (self.place / "v.json").read_text()))
        self.assertEqual(*verdicts)
        self.assertEqual(json.loads((self.place / "v.json").read_text())["entries"][0]["history_records"], 12)


if __name__ == "__main__":
    support.main()
