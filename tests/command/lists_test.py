#!/usr/bin/env python3
"""KPIs that are lists, through the program: kept by every history, judged part by part, and told."""
import json
import random
import sqlite3

from support import CommandTest, main, night, small_test, small_workload

KPI = '  itl: {help: Latencies of all requests, unit: "List[ms]", better: lower, value: results.itl}\n'


def workload(text):
    text = text.replace("failures: \"Optional[float]\"}", "failures: \"Optional[float]\", itl: \"Optional[List[float]]\"}")
    text = text.replace("failures: data.failures}", "failures: data.failures, itl: data.itl}")
    return text.replace("analyze:\n", KPI + "analyze:\n")


def latencies(seed, slow=1.0, n=400):
    """The slowest 3 % take `slow` times as long."""
    draw = random.Random(seed)
    off = 1 + 0.01 * draw.gauss(0, 1)
    values = sorted(round(20 * off * draw.lognormvariate(0, 0.2), 3) for _ in range(n))
    return [value * (slow if i >= 0.97 * n else 1) for i, value in enumerate(values)]


class ListsTest(CommandTest):
    def setUp(self):
        super().setUp()
        small_workload(self.place / "w", workload)

    def night(self, k, **data):
        small_test(self.place / f"night-{k}" / "test", **night(k) | {"itl": latencies(k), "speed": 10 + k % 3 / 10} | data)
        return f"--results_dirname=night-{k}"

    def upload(self, k, *options, **data):
        self.matbench("upload_lts", "--workload=w", self.night(k, **data), "--history=sqlite:h.db", *options, code=0)

    def analyze(self, k, code, *options, **data):
        done = self.matbench("analyze_lts", "--workload=w", self.night(k, **data), "--history=sqlite:h.db", *options, code=code)
        return done, self.kpi("itl")

    def test_quantile(self):
        for k in range(12):
            self.upload(k)
        done, kpi = self.analyze(12, 0)
        self.assertEqual((kpi["verdict"], "p50 " in kpi["reason"]), ("ok", True))
        self.assertIn("; mean, p90, p95, p99 in line", kpi["reason"])
        done, kpi = self.analyze(13, 1, itl=latencies(13, slow=3))
        self.assertEqual(kpi["verdict"], "regression")
        self.assertRegex(kpi["reason"], r"^p99 [0-9.]+ ms: [0-9.]+ % above the level of 1.0…1.11 \(12 run points, [0-9.]+ ± [0-9.]+ ms\)")
        self.assertRegex(kpi["flip"], r"^p99 would be ok below [0-9.]+ ms")
        self.assertRegex(done.out, r"\n  itl: p99 [0-9.]+ ms: [0-9]+ % above ")
        self.assertEqual({k["verdict"] for k in self.json("regression_verdicts.json")["entries"][0]["kpis"] if k["name"] != "itl"}, {"ok"})

    def test_acknowledged(self):
        """A list goes by its name in the file of acknowledgements, whichever of its parts decides."""
        for k in range(12):
            self.upload(k)
        self.analyze(12, 1, itl=[value * 1.6 for value in latencies(12)])
        change = self.kpi("itl")["change"]["id"]
        self.matbench("ack", "--from=regression_verdicts.json", "--reason=slower model", code=0)
        self.assertIn("- kpi: itl\n", (self.place / "acks.yaml").read_text())
        _, kpi = self.analyze(12, 0, "--acks=acks.yaml", itl=[value * 1.6 for value in latencies(12)])
        self.assertEqual((kpi["verdict"], kpi["change"]["id"]), ("acknowledged", change))
        (self.place / "acks.yaml").write_text("format: 1\nexcluded: [{kpi: itl, run: '1.3', reason: cold}]\n")
        _, kpi = self.analyze(13, 0, "--acks=acks.yaml")
        self.assertEqual(len(kpi["evidence"]["points"]), 11)

    def test_unit(self):
        for k in range(10):
            self.upload(k)
        (self.place / "w/workload.yaml").write_text((self.place / "w/workload.yaml").read_text().replace("List[ms]", "List[us]"))
        _, kpi = self.analyze(10, 3, "--fail_on=missing")
        self.assertEqual(kpi["verdict"], "missing")
        self.assertIn("its unit changed: this run counts in 'us', history in 'ms'", kpi["reason"])

    def test_kinds(self):
        """A list becomes a number: the model has to allow it; told, and never compared."""
        both = workload(self.small()).replace("Optional[List[float]]", "Union[float, List[float]]")
        (self.place / "w/workload.yaml").write_text(both)
        for k in range(10):
            self.upload(k)
        _, kpi = self.analyze(10, 0, itl=20.0)
        self.assertEqual(kpi["verdict"], "missing")
        self.assertEqual(kpi["reason"], "it is a number in this run, and a list in the 10 run points of history that have it")
        _, kpi = self.analyze(11, 3, "--fail_on=missing", itl=[])
        self.assertEqual((kpi["verdict"], kpi["reason"]), ("missing", "10 run points of history have this KPI, the last of 1.9; this run does not"))

    def test_completeness(self):
        """A list is one KPI to those who look for what is missing; a quantile for which there are too few values is nobody's loss."""
        named = workload(self.small()).replace("analyze:\n", "analyze:\n  expect: {kpis: [itl, speed]}\n")
        absences = lambda: [(a["what"], a["found"], a["results"]) for a in self.json("regression_verdicts.json")["absences"]]
        for k in range(10):
            self.upload(k)
        for text, why in (workload(self.small()), "each of the last 3 runs of history has it; no entry of this run has a number for it"), \
                         (named, "expected by the workload, but the only entry has no number for it"):
            (self.place / "w/workload.yaml").write_text(text)
            self.analyze(10, 0, "--fail_on=missing", itl=latencies(10, n=20))
            self.assertEqual(absences(), [])
            self.analyze(11, 3, "--fail_on=missing", itl=[])
            self.assertEqual(absences(), [("KPI", "itl: " + why, 1)])

    def small(self):
        small_workload(self.place / "plain")
        return (self.place / "plain/workload.yaml").read_text()

    def test_listings(self):
        for k in range(3):
            self.upload(k, itl=latencies(k, n=10 + k))
        said = self.matbench("history", "kpis", "--history=sqlite:h.db", code=0).out
        self.assertRegex(said, r"(?m)^  itl: 3 lists of 10 to 12 values from 2025-01-01 10:00:00 to 2025-01-03 10:00:00: their p50: min [0-9.]+, median "
                               r"[0-9.]+, max [0-9.]+ ms$")
        self.assertEqual(len(said.splitlines()), 4)
        self.assertIn("  3 KPIs  ", self.matbench("history", "list", "--history=sqlite:h.db", code=0).out)
        [of] = json.loads(self.matbench("history", "kpis", "--history=sqlite:h.db", "--format=json", code=0).out)["workloads"]
        self.assertEqual([(kpi["name"], kpi.get("list")) for kpi in of["kpis"]], [("itl", {"shortest": 10, "longest": 12}), ("seconds_per_item", None),
                                                                                 ("speed", None)])
        [of] = json.loads(self.matbench("history", "list", "--history=sqlite:h.db", "--format=json", code=0).out)["workloads"]
        self.assertEqual(sorted(of["runs"][0]["kpis"]), ["itl", "seconds_per_item", "speed"])
        self.assertEqual(of["runs"][0]["kpis"]["itl"]["unit"], "ms")
        with sqlite3.connect(self.place / "h.db") as db:
            rows = db.execute("SELECT kpi, value, unit FROM matbench_kpi WHERE kpi LIKE 'itl:%' AND start LIKE '2025-01-01%' ORDER BY kpi").fetchall()
        self.assertEqual([(name, unit) for name, _, unit in rows], [("itl:count", None), ("itl:mean", "ms"), ("itl:p50", "ms"), ("itl:p90", "ms"),
                                                                    ("itl:p95", "ms")])
        self.assertIn("has the newest format", self.matbench("history", "upgrade", "--history=sqlite:h.db", code=0).err)

    def test_csv_and_metrics(self):
        """What was there before lists were kept stays as it is."""
        self.upload(0, itl=[1.0, 2.0])
        self.matbench("export", "--from=sqlite:h.db", "--to=out.csv", code=0)
        self.assertEqual((self.place / "out.csv").read_text().splitlines()[0].split(",")[-3:], ["itl", "seconds_per_item", "speed"])
        self.matbench("export", "--from=sqlite:h.db", "--to=out.om", "--workload=w", code=0)
        self.assertNotIn("itl:", (self.place / "out.om").read_text())

    def test_older_document(self):
        """A document that an older matbench put into an index of ours has no lists until its payload is put again."""
        server = self.opensearch("plain")
        self.upload(0, itl=[1.0, 2.0, 6.0])
        uri, index = server.uri(), server.index
        say = lambda: self.matbench("history", "export", "--history=sqlite:h.db", f"--to={uri}", "--workload_name=small", code=0).err
        self.assertIn("1 added", say())
        found = server.call("POST", f"/{index}/_search", {"_source": True, "stored_fields": ["matbench.*"]})[1]["hits"]["hits"][0]
        fields = {name.split(".")[1]: value[0] for name, value in found["fields"].items() if name.startswith("matbench.")}
        self.assertTrue(fields["digest"].endswith("+lists"))
        record = json.loads(fields["record"])
        record["kpis"] = {name: value for name, value in record["kpis"].items() if ":" not in name}
        record["units"] = {name: unit for name, unit in record["units"].items() if ":" not in name}
        old = fields | {"record": json.dumps(record), "digest": fields["digest"].removesuffix("+lists"), "start_us": record["start_us"]}
        server.call("PUT", f"/{index}/_doc/{found['_id']}?refresh=true", found["_source"] | {"matbench": old})
        kpis = lambda: json.loads(self.matbench("history", "list", f"--history={uri}", "--format=json", code=0).out)["workloads"][0]["runs"][0]["kpis"]
        self.assertNotIn("itl", kpis())
        self.assertIn("0 added, 0 replaced, 1 there already", say())
        self.assertEqual(kpis()["itl"]["list"]["mean"], 3.0)
        self.assertIn("0 added, 0 replaced, 1 there already", say())


if __name__ == "__main__":
    main()
