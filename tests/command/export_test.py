#!/usr/bin/env python3
"""Tests of `matbench export`: from payload files and histories into histories, OpenMetrics and CSV."""
import csv
import json

from support import SHARED, CommandTest, digest, main, tree

LTS = SHARED / "data/python-golden/history/lts"


class ExportTest(CommandTest):
    def setUp(self):
        super().setUp()
        tree("many", self.place / "many", 3)
        self.fine_tuning("parse", "--results_dirname=many", "--output_lts=lts_payload.json", "--output_kpis=kpis.om", code=0)

    def export(self, source, target, *arguments, code=0, **keywords):
        return self.matbench("export", f"--from={source}", f"--to={target}", *arguments, code=code, **keywords)

    def rows(self, name):
        with open(self.place / name, newline="") as file:
            return list(csv.DictReader(file, strict=True))

    def test_file_into_history(self):
        for target in "sqlite:new.db", "dir:new":
            arguments = ["--workload_name=fine_tuning"]
            if target == "sqlite:new.db":
                self.assertIn("--workload_name=NAME says it", self.export("lts_payload.json", target, code=100).err)
            done = self.export("lts_payload.json", target, "--dry_run", *arguments)
            self.assertIn(f"INFO | --dry_run: {target}: payloads: 3 would be added", done.err)
            self.assertNotIn(target.split(":")[1], self.names())
            self.assertIn(f"INFO | {target}: payloads: 3 added, 0 replaced", self.export("lts_payload.json", target, *arguments).err)
            self.assertIn("0 added, 0 replaced, 3 there already", self.export("lts_payload.json", target, *arguments).err)
        self.upload("many", "--history=sqlite:parsed.db", code=0)
        ids = [p["metadata"]["test_uuid"] for p in self.json("lts_payload.json")]
        for id in ids:
            shown = {self.matbench("history", "show", id, f"--history={h}", code=0).out for h in ("sqlite:parsed.db", "sqlite:new.db", "dir:new")}
            self.assertEqual(len(shown), 1)
        self.export("dir:new", "sqlite:third.db")
        self.export(f"new/fine_tuning_{ids[0]}.json", "sqlite:fourth.db", "--workload_name=fine_tuning")  # one payload
        self.assertIn("fine_tuning: 1 payload from", self.matbench("history", "list", "--history=sqlite:fourth.db", code=0).out)

    def test_openmetrics_is_that_of_parse(self):
        self.export("lts_payload.json", "again.om", "--workload=fine_tuning")
        self.assertEqual((self.place / "again.om").read_bytes(), (self.place / "kpis.om").read_bytes())
        self.upload("many", code=0)
        self.export("sqlite:history.db", "stored.om")
        self.assertEqual(sorted((self.place / "stored.om").read_text().splitlines()), sorted((self.place / "kpis.om").read_text().splitlines()))
        done = self.export("lts_payload.json", "x.om", code=100)
        self.assertIn("--workload=NAME is missing", done.err)
        self.assertIn("--workload=NAME is missing", self.export(f"dir:{LTS}", "x.om", code=100).err)
        self.export(f"dir:{LTS}", "python.om", "--workload=projects.fine_tuning.visualizations.fms_hf_tuning")
        self.assertTrue((self.place / "python.om").read_text().endswith("# EOF\n"))
        payload = self.json("lts_payload.json")[0]
        payload["kpis"]["strange"] = {"value": 1}
        (self.place / "strange.json").write_text(json.dumps(payload))
        done = self.export("strange.json", "x.om", "--workload=fine_tuning")
        self.assertIn("WARNING | KPIs that workload 'fine_tuning' does not have, which are left out: strange\n", done.err)

    def test_csv(self):
        self.export("lts_payload.json", "k.csv")
        rows, payloads = self.rows("k.csv"), self.json("lts_payload.json")
        head = (self.place / "k.csv").read_bytes().split(b"\r\n")[0].decode().split(",")
        labels = sorted({k for p in payloads for k in p["metadata"]["settings"]})
        self.assertEqual(head, ["test_uuid", "start", *labels, *sorted(payloads[0]["kpis"])])
        for row, payload in zip(rows, payloads, strict=True):
            self.assertEqual(row["test_uuid"], payload["metadata"]["test_uuid"])
            self.assertEqual(row["start"], payload["metadata"]["start"] + ".000000Z")
            for name, value in payload["metadata"]["settings"].items():
                if value is None or isinstance(value, str):
                    self.assertEqual(row[name], value or "")
                else:
                    self.assertEqual(json.loads(row[name]), value)
            for name, kpi in payload["kpis"].items():
                self.assertEqual(float(row[name]), kpi["value"])
        self.assertEqual(len((self.place / "k.csv").read_bytes().split(b"\r\n")), 5)
        self.export("lts_payload.json", "again.csv")
        self.assertEqual(digest(self.place / "again.csv"), digest(self.place / "k.csv"))

    def test_csv_cells(self):
        """Quotes, commas, line ends; texts that a spreadsheet would take for a formula; lists, nulls and what only some have."""
        payload = self.json("lts_payload.json")[0]
        payload["kpis"] = {"list": {"value": [1, -2.5]}, "none": {"value": None}, "negative": {"value": -3}, "model": {"value": 1}}
        payload["metadata"]["settings"] = {"quote": 'a "b"', "comma": "a,b", "lines": "a\r\nb", "formula": "=1+1", "minus": "-1",
                                           "at": "@x", "plus": "+1", "tab": "\tx", "number": -1, "null": None, "flag": True,
                                           "map": {"b": 1, "a": "x"}, "umlaut": "é", "model": "m", "=head": 1}
        (self.place / "one.json").write_text(json.dumps([payload]))
        self.export("one.json", "one.csv")
        (row,) = self.rows("one.csv")
        del row["test_uuid"], row["start"]
        self.assertEqual(row, {"quote": 'a "b"', "comma": "a,b", "lines": "a\r\nb", "formula": "'=1+1", "minus": "'-1", "at": "'@x",
                               "plus": "'+1", "tab": "'\tx", "number": "-1", "null": "", "flag": "true", "map": '{"a":"x","b":1}',
                               "umlaut": "é", "model": "m", "'=head": "1", "list": "[1,-2.5]", "none": "", "negative": "-3",
                               "model (KPI)": "1"})

    def test_filters(self):
        self.export(f"dir:{LTS}", "some.csv", "--filters=tuning_method=lora", "--max_records=3")
        self.assertEqual(len(self.rows("some.csv")), 3)
        self.export("lts_payload.json", "some.csv", "--filters=tuning_method=lora", code=100)
        self.export(f"dir:{LTS}", "none.csv", "--filters=tuning_method=x")
        self.assertEqual(self.rows("none.csv"), [])

    def test_dry_run(self):
        before = self.names()
        for target in "x.csv", "x.om", "dir:x", "sqlite:x.db":
            done = self.export("lts_payload.json", target, "--dry_run", "--workload=fine_tuning", "--workload_name=fine_tuning")
            self.assertIn(f"INFO | --dry_run: {target}: ", done.err)
        self.assertEqual(self.names(), before)

    def test_what_cannot_be_read(self):
        good = (self.place / "lts_payload.json").read_text()
        payload = json.loads(good)[0]
        del payload["metadata"]["start"]
        files = {"torn.json": good[:5000], "empty.json": "", "text.json": "no json", "number.json": "7", "list.json": "[[]]",
                 "more.json": good + "x", "start.json": json.dumps([json.loads(good)[0], payload]), "nan.json": good.replace('"exit_code": 0', '"exit_code": NaN')}
        for name, text in files.items():
            (self.place / name).write_text(text)
        (self.place / "x.csv").write_text("older")
        for name, code, said in (("torn.json", 101, "torn.json:"), ("empty.json", 100, "is empty"), ("text.json", 101, "text.json:1:1"),
                                 ("number.json", 102, "number.json: payload 1: found no metadata.settings"), ("list.json", 102, "payload 1"),
                                 ("more.json", 101, "more.json:"), ("start.json", 102, "start.json: payload 2: "), ("nan.json", 101, "NaN"),
                                 ("none.json", 100, "none.json: No such file"), ("many", 100, "as a history it is called dir:many"), ("/dev/null", 100, "is no regular file"),
                                 ("postgres:x", 100, "no known kind of history"), ("sqlite:none.db", 110, "there is no history there"),
                                 ("dir:none", 110, "there is no history there")):
            done = self.export(name, "x.csv", code=code)
            self.assertIn(said, done.err)
            self.assertEqual((self.place / "x.csv").read_text(), "older")
        self.export("[]", "x.csv", code=100)
        (self.place / "no.json").write_text("[]")
        self.export("no.json", "x.csv")
        self.assertEqual((self.place / "x.csv").read_bytes(), b"test_uuid,start\r\n")

    def test_targets(self):
        for target in "x.txt", "x", ".csv":
            self.assertIn("expected a history's URI", self.export("lts_payload.json", target, code=100).err)
        self.assertIn("No such file or directory", self.export("lts_payload.json", "no/such/x.csv", code=105).err)
        self.upload("many", code=0)
        self.assertIn("are the same history", self.export("sqlite:history.db", "sqlite:./history.db", code=100).err)
        self.matbench("export", "--to=x.csv", code=100)

    def test_status(self):
        """What is not Valid never becomes history."""
        payloads = self.json("lts_payload.json")
        payloads[0]["metadata"]["status"] = "Invalid"
        payloads[1]["metadata"]["status"] = "Valid"
        (self.place / "some.json").write_text(json.dumps(payloads))
        self.assertIn("--workload_name=NAME", self.export("some.json", "dir:some", code=100).err)
        done = self.export("some.json", "dir:some", "--workload_name=fine_tuning")
        self.assertIn("WARNING | some.json: payloads whose status is not Valid, which are left out: 1\n", done.err)
        self.assertIn("2 added", done.err)


if __name__ == "__main__":
    main()
