"""`history export` and `import` between every two kinds of history, servers among them: the same payloads arrive, and doing it again
changes nothing. OpenSearch is a real one; Horreum is the stand-in."""
import itertools
import json

import support

from horreum_fake import HorreumFake
from opensearch_read_test import PYTHON_INDEX

N = 12


def payload(number):
    settings = {"model": f"m{number % 3}", "batch_size": 8 if number % 2 else "8", "version": f"4.{number}", "lora": None, "rate": 0.5, "text": "é✓"}
    return {"metadata": {"start": f"2025-01-{1 + number:02}T08:00:00", "end": f"2025-01-{1 + number:02}T09:00:00", "test_uuid": f"id-{number:02}",
                         "settings": settings}, "results": {"number": number, "list": [1.5, None, {"a": "b"}]},
            "kpis": {"itl": {"help": "Latencies", "unit": "List[ms]", "value": [number + 0.5 * i for i in range(60 if number % 2 else 3)]},
                     "speed": {"help": "How fast", "unit": "items/s", "value": number + 0.25}}}


class CopiesTest(support.CommandTest):
    def setUp(self):
        super().setUp()
        self.server = self.opensearch("plain")
        self.fake = HorreumFake().__enter__()
        self.addCleanup(self.fake.__exit__)
        self.addCleanup(lambda: self.assertEqual(self.fake.errors, []))
        path = self.place / "login.yaml"
        path.touch(mode=0o600)
        path.write_text(json.dumps([{"url": self.fake.url, "api_key": self.fake.key}]))
        self.access = {"MATBENCH_CREDENTIALS": str(path), "MATBENCH_SPOOL": "none"}
        self.made = 0

    def place_of(self, kind):
        """A history of that kind that is not there yet."""
        self.made += 1
        index = f"{self.server.index}-{self.made}"
        if kind == "python":
            self.assertEqual(self.server.call("PUT", f"/{index}", PYTHON_INDEX)[0], 200)
        return {"sqlite": f"sqlite:{self.made}.db", "dir": f"dir:{self.made}", "opensearch": self.server.uri(index), "python": self.server.uri(index),
                "horreum": f"horreum+{self.fake.url}/t{self.made}"}[kind]

    def held(self, uri):
        """Ids with labels, KPIs and times as lists show them, and whole payloads."""
        [listed] = json.loads(self.matbench("history", "list", f"--history={uri}", "--format=json", code=0).out)["workloads"]
        runs = [{key: value for key, value in run.items() if key != "place"} for run in listed["runs"]]
        whole = [json.loads(self.matbench("history", "show", run["test_uuid"], f"--history={uri}", code=0).out) for run in runs[::5]]
        return runs, whole

    def copy(self, verb, source, target):
        ends = (f"--history={source}", f"--to={target}") if verb == "export" else (f"--history={target}", f"--from={source}")
        return self.matbench("history", verb, *ends, "--workload_name=small", code=0).err

    def test_every_pair(self):
        kinds = ("sqlite", "dir", "opensearch", "python", "horreum")
        (self.place / "given.json").write_text(json.dumps([payload(i) for i in range(N)]))
        sources = {kind: self.place_of(kind) for kind in kinds}
        for uri in sources.values():
            self.matbench("export", "--from=given.json", f"--to={uri}", "--workload_name=small", code=0)
        expected = self.held(sources["sqlite"])
        self.assertEqual(len(expected[0]), N)
        self.assertEqual(expected[0][0]["kpis"]["itl"], {"list": {"count": 3, "mean": 0.5, "p50": 0.5, "p90": None, "p95": None, "p99": None}, "unit": "ms"})
        self.assertEqual({key: round(value, 9) for key, value in expected[0][1]["kpis"]["itl"]["list"].items()},
                         {"count": 60, "mean": 15.75, "p50": 15.75, "p90": 27.55, "p95": 29.025, "p99": 30.205})
        self.assertEqual(expected[1], [payload(i) for i in range(0, N, 5)])
        for number, (source, target) in enumerate(itertools.product(kinds, kinds)):
            verb = "export" if number % 2 else "import"
            with self.subTest(f"{verb}: {source} → {target}"):
                uri = self.place_of(target)
                self.assertIn(f"{N} added, 0 replaced, 0 there already", self.copy(verb, sources[source], uri))
                self.assertIn(f"0 added, 0 replaced, {N} there already", self.copy(verb, sources[source], uri))
                self.assertEqual(self.held(uri), expected)


if __name__ == "__main__":
    support.main()
