#!/usr/bin/env python3
"""Writing to a real OpenSearch: indexes of ours and of the Python tool, what is refused, replaced, unchanged; documents per KPI."""
import json
import subprocess

from support import MATBENCH, SECONDS, SHARED, CommandTest, copy_of, environment, main, small_test, small_workload

FLAT = {name: {"type": "flat_object"} for name in ("metadata", "kpis", "results", "regression_results")}
PYTHON_INDEX = {"mappings": {"properties": FLAT}, "settings": {"index": {"number_of_shards": 4}, "mapping": {"total_fields": {"limit": 4000}}}}
PAYLOAD_TOO_LONG = "x" * 33011  # TOPSAIL's configuration as YAML


def payload(identity, **metadata):
    """What the Python tool would call a payload, as small as it gets."""
    given = {"start": "2025-03-03T10:00:00", "end": "2025-03-03T11:00:00", "test_uuid": identity, "settings": {"mode": "a"}}
    kpi = {"value": 1.5, "unit": "s", "help": "h", "timestamp": "2025-03-03T10:00:00", "test_uuid": identity, "mode": "a"}
    return {"metadata": given | metadata, "results": {"speed": 1.5}, "kpis": {"speed": kpi}}


class PushTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.server = self.opensearch()
        self.index = self.server.index
        small_workload(self.place / "w", lambda text: text.replace("name: str,", "name: str, config: \"Optional[str]\",").replace(
            "name: settings.name,", "name: settings.name, config: data.config,"))
        for name in "abc":
            small_test(self.place / "tests" / name)

    def push(self, *arguments, code=0, index=None, tests="tests", **keywords):
        return self.matbench("upload_lts", "--workload=w", f"--results_dirname={tests}", f"--history={self.server.uri(index)}",
                             *arguments, code=code, **keywords)

    def put(self, payloads, code=0, index=None):
        (self.place / "payloads.json").write_text(json.dumps(payloads, ensure_ascii=False))
        return self.matbench("export", "--from=payloads.json", f"--to={self.server.uri(index)}", "--workload_name=w", code=code)

    def call(self, method, path="", body=None, status=200):
        got, answer = self.server.call(method, f"/{self.index}{path}", body)
        self.assertEqual(got, status, answer)
        return answer

    def counted(self, done, added=0, replaced=0, there=0):
        self.assertIn(f"payloads: {added} added, {replaced} replaced, {there} there already\n", done.err)

    def parsed(self):
        self.matbench("parse", "--workload=w", "--results_dirname=tests", "--output_lts=lts.json", code=0)
        return {p["metadata"]["test_uuid"]: p for p in self.json("lts.json")}

    def ours(self, body=None):
        """The `matbench` fields of all documents, by id."""
        found = self.call("POST", "/_search", {"size": 10000, "_source": False, "stored_fields": ["matbench.*"],
                                               "docvalue_fields": ["matbench.labels", "matbench.start_us"]} | (body or {}))
        return {hit["_id"]: hit.get("fields", {}) for hit in found["hits"]["hits"]}

    # ---- an index of ours ----

    def test_dry_run(self):
        self.assertIn("payloads: 3 would be added, 0 replaced, 0 there already\n", self.push("--dry_run").err)
        self.assertEqual(self.server.call("GET", f"/{self.index}")[0], 404)
        self.push()
        small_test(self.place / "tests/d")
        data = self.place / "tests/a/data.json"
        data.write_text(data.read_text().replace("10.0", "11.0"))
        self.assertIn("payloads: 1 would be added, 1 replaced, 2 there already\n", self.push("--dry_run").err)
        self.assertEqual(len(self.server.documents()), 3)

    def test_first_again_and_changed(self):
        self.counted(self.push(), added=3)
        self.assertEqual(self.server.documents(), self.parsed())  # `_source` is the payload, nothing else
        before = self.call("GET", "/_stats/indexing")["_all"]["primaries"]["indexing"]["index_total"]
        self.counted(self.push(), there=3)
        self.assertEqual(self.call("GET", "/_stats/indexing")["_all"]["primaries"]["indexing"]["index_total"], before)  # nothing was sent
        data = self.place / "tests/b/data.json"
        data.write_text(data.read_text().replace("10.0", "11.0"))
        done = self.push()
        self.counted(done, replaced=1, there=2)
        self.assertIn("payloads that were there with other content, and are replaced: 1", done.err)
        self.assertEqual(self.server.documents(), self.parsed())

    def test_fields(self):
        self.push()
        mappings = self.call("GET")[self.index]["mappings"]
        self.assertEqual((mappings["dynamic"], mappings["_meta"], mappings["_source"]),
                         ("false", {"matbench": {"index": 1}}, {"excludes": ["matbench"]}))
        for identity, fields in self.ours().items():
            document = self.parsed()[identity]
            record = json.loads(fields["matbench.record"][0])
            self.assertEqual(record["labels"], document["metadata"]["settings"])
            self.assertEqual(record["kpis"], {name: kpi["value"] for name, kpi in document["kpis"].items()})
            self.assertEqual((record["id"], record["start_us"]), (identity, 1740996000000000))
            self.assertEqual(fields["matbench.start_us"], [1740996000000000])
            self.assertEqual(sorted(fields["matbench.labels"]), sorted(f"{k}={json.dumps(v)}" for k, v in record["labels"].items()))
            self.assertEqual((fields["matbench.workload"], len(fields["matbench.digest"][0])), (["small"], 64))
        asked = self.ours({"query": {"term": {"matbench.labels": 'name="b"'}}})  # a label can be asked for
        self.assertEqual([json.loads(f["matbench.record"][0])["labels"]["name"] for f in asked.values()], ["b"])

    def test_any_payload_can_be_stored(self):
        deep = value = {}
        for _ in range(150):
            value["d"] = value = {}
        settings = {f"label {i:04}": i for i in range(1000)} | {"a.b": 1, "a": {"b": 2}, "k=\\": None, "list": [1, "2", None], "": "", "ü": "日本\n"}
        odd = payload("odd", settings=settings, config=PAYLOAD_TOO_LONG)
        odd["results"] = {"deep": deep, "big": 9223372036854775807, "small": 5e-324, "large": 1.7976931348623157e308, "x.y": {"": []},
                          "mixed": [1, "a", {"b": None}], "zero": -0.0}
        odd["kpis"]["a.b"] = odd["kpis"]["a"] = odd["kpis"]["speed"]
        plain = payload("plain", settings={"a": "text"})  # of another type than in the other
        plain["results"] = {"deep": "none", "mixed": 7}
        self.counted(self.put([odd, plain]), added=2)
        self.assertEqual(self.server.documents(), {"odd": odd, "plain": plain})
        record = json.loads(self.ours()["odd"]["matbench.record"][0])
        self.assertEqual(record["labels"], settings)
        self.assertIn("k\\=\\\\=null", self.ours()["odd"]["matbench.labels"])

    def test_long_id_is_refused(self):
        done = self.put([payload("i" * 513), payload("ü" * 256)], code=102)
        self.assertIn("is refused: its id is longer than 512 bytes", done.err)
        self.assertEqual(list(self.server.documents()), ["ü" * 256])

    def test_id_of_another_workload(self):
        self.push()
        identity = next(iter(self.parsed()))
        done = self.put([payload(identity)], code=102)
        self.assertIn(f"payload '{identity}' is refused: the index holds a payload of this id for the workload 'small'", done.err)
        self.assertEqual(self.server.documents(), self.parsed())

    def test_documents_without_our_fields(self):
        """What the Python tool, or _reindex, put into an index of ours gets them when it is put again."""
        self.push()
        first, second, third = self.parsed().items()
        self.call("PUT", f"/_doc/{first[0]}?refresh=true", first[1])
        self.call("PUT", f"/_doc/{second[0]}?refresh=true", second[1] | {"results": {"speed": 99}})
        self.assertNotIn("matbench.record", self.ours()[first[0]])
        self.counted(self.push(), replaced=1, there=2)
        self.assertEqual(self.server.documents(), self.parsed())
        self.assertTrue(all("matbench.record" in fields for fields in self.ours().values()))
        self.counted(self.push(), there=3)

    def test_many_chunks(self):
        many = [payload(f"p{i:05}", config=f"{i}" * 600) for i in range(3500)]
        self.counted(self.put(many), added=3500)
        self.assertEqual(self.server.documents(), {p["metadata"]["test_uuid"]: p for p in many})
        for p in many[::7]:
            p["results"]["speed"] = 2
        self.counted(self.put(many), replaced=500, there=3000)

    def test_at_once(self):
        """Several jobs that find no index, and bring the same payloads."""
        started = [subprocess.Popen([MATBENCH, "upload_lts", "--workload=w", "--results_dirname=tests", f"--history={self.server.uri()}",
                                     f"--spool=spool{i}"], cwd=self.place, env=environment(self.access), stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for i in range(4)]
        for process in started:
            _, err = process.communicate(timeout=SECONDS)
            self.assertEqual(process.returncode, 0, err)
        self.assertEqual(self.server.documents(), self.parsed())
        self.counted(self.push(), there=3)

    # ---- indexes of others ----

    def test_python_index(self):
        self.call("PUT", "", PYTHON_INDEX)
        self.counted(self.push(), added=3)
        self.assertEqual(self.server.documents(), self.parsed())
        self.counted(self.push(), there=3)
        self.assertEqual(self.call("GET")[self.index]["mappings"]["properties"], FLAT)  # as it was
        small_test(self.place / "tests/d", config=PAYLOAD_TOO_LONG)
        small_test(self.place / "tests/e", speed=7)
        done = self.push(code=102)
        self.counted(done, added=1, there=3)
        [line] = [line for line in done.errors() if " is refused: " in line]
        self.assertRegex(line, r"payload '[-0-9a-f]{36}'.* is refused: .*immense term in field=\"metadata._value\".*; fields of this index "
                               r"cannot hold a text beyond 32,766 bytes; an index that matbench makes can: name one that is not there yet")
        self.assertNotIn("120, 120", line)
        self.assertEqual(len(self.server.documents()), 4)
        self.counted(self.push(index=f"{self.index}-ours"), added=5)  # what the advice says works
        data = self.place / "tests/a/data.json"
        data.write_text(data.read_text().replace("10.0", "11.0"))
        self.counted(self.push(code=102), replaced=1, there=3)

    def test_empty_index_becomes_ours(self):
        self.call("PUT", "", {})
        self.counted(self.push(), added=3)
        self.assertEqual(self.call("GET")[self.index]["mappings"]["_meta"], {"matbench": {"index": 1}})
        self.counted(self.push(), there=3)

    def test_index_of_something_else(self):
        self.call("PUT", "", {"mappings": {"properties": {"message": {"type": "text"}}}})
        done = self.push(code=110)
        self.assertIn(f"the index '{self.index}' holds something else than payloads: its fields are message; expected one that matbench "
                      "or the Python tool made, or a name that is not in use yet", done.err)
        self.assertEqual(self.server.documents(), {})

    def test_newer_format(self):
        newer = {"_meta": {"matbench": {"index": 2}}, "properties": {"metadata": {"type": "object", "enabled": False}}}
        self.call("PUT", "", {"mappings": newer})
        self.assertIn("a newer matbench made it (its format is 2, this one knows up to 1)", self.push(code=110).err)
        self.assertEqual(self.server.documents(), {})

    def test_older_format(self):
        """An index that lacks a part of our fields gets them, and what is in it stays and is read."""
        fields = {"dynamic": False, "properties": {"workload": {"type": "keyword", "ignore_above": 8000, "store": True}, "start_us": {"type": "long"}}}
        older = {"_meta": {"matbench": {"index": 0}}, "dynamic": False, "_source": {"excludes": ["matbench"]}, "properties": {
            **{name: {"type": "object", "enabled": False} for name in ("metadata", "results", "kpis", "regression_results")}, "matbench": fields}}
        expected = self.parsed()
        first, *others = sorted(expected)
        self.call("PUT", "", {"mappings": older})
        self.call("PUT", f"/_doc/{first}?refresh=true", expected[first], status=201)
        listed = self.matbench("history", "list", f"--history={self.server.uri()}", code=0)
        self.assertIn(first, listed.out)
        self.assertEqual(self.call("GET")[self.index]["mappings"]["_meta"], {"matbench": {"index": 0}})  # reading changes nothing
        self.counted(self.push(), added=2, there=1)
        mappings = self.call("GET")[self.index]["mappings"]
        self.assertEqual(mappings["_meta"], {"matbench": {"index": 1}})
        self.assertEqual(set(mappings["properties"]["matbench"]["properties"]), {"workload", "start_us", "labels", "fingerprint", "record", "digest"})
        self.assertEqual(self.server.documents(), expected)
        self.counted(self.push(), there=3)

    def test_mapping_conflict(self):
        self.call("PUT", "", {"mappings": {"dynamic": False, "_source": {"enabled": True}}})
        done = self.push(code=110)
        self.assertIn(f"the index '{self.index}' does not take the fields that matbench needs: ", done.err)
        self.assertIn("Mapper for [_source] conflicts with existing mapper", done.err)
        self.assertEqual(self.server.documents(), {})

    def test_alias(self):
        alias = f"{self.index}-alias"
        self.push()
        self.push(index=f"{self.index}-two")
        for written, code in ((None, 110), (self.index, 0)):
            actions = [{"add": {"index": index, "alias": alias} | ({"is_write_index": index == written} if written else {})}
                       for index in (self.index, f"{self.index}-two")]
            self.assertEqual(self.server.call("POST", "/_aliases", {"actions": actions})[0], 200)
            done = self.push(index=alias, code=code)
            if code:
                self.assertIn("none of which is the one to write to (is_write_index)", done.err)
        self.counted(done, there=3)

    def test_closed_or_blocked_index(self):
        """The server takes nothing now: it stays in the spool, and goes out when it can."""
        self.push()
        small_test(self.place / "tests/d")
        self.call("PUT", "/_settings", {"index.blocks.write": True})
        done = self.push("--http_attempts=1", code=112)
        self.assertIn("index write (api)", done.err)
        self.assertIn("the index takes no documents now", done.err)
        self.call("PUT", "/_settings", {"index.blocks.write": False})
        self.push()
        self.assertEqual(self.server.documents(), self.parsed())

    # ---- names, KPIs ----

    def test_index_names(self):
        for name, why in (("Upper", "has an upper-case letter"), ("_x", "begins with one of"), ("a*", "has one of"), ("a b", "has one of")):
            self.assertIn(f"'{name}' can be no index of an OpenSearch: the name {why}", self.push(index=name, code=100).err)
        self.counted(self.push(index=f"{self.index}%2bü"), added=3)  # a name as it is: nothing is decoded

    def test_upload_by_kpi(self):
        copy_of(SHARED / "data/python-golden/fms/tests_small", self.place / "golden")
        arguments = ["upload_lts", "--workload=fine_tuning", "--results_dirname=golden", f"--history={self.server.uri()}"]
        self.matbench(*arguments, code=0)
        payloads = self.server.documents()
        self.assertEqual(self.server.call("GET", f"/{self.index}.*")[1], {})  # only when asked for
        self.counted(self.matbench(*arguments, "--upload_by_kpi", code=0), there=len(payloads))
        for name in sorted({name for p in payloads.values() for name in p["kpis"]}):
            self.assertEqual(self.server.documents(f"{self.index}.{name}"),
                             {identity: p["kpis"][name] for identity, p in payloads.items() if name in p["kpis"]})
            index = self.server.call("GET", f"/{self.index}.{name}")[1][f"{self.index}.{name}"]
            self.assertEqual(index["mappings"]["properties"]["metadata"], {"type": "flat_object"})
            self.assertEqual(index["mappings"]["properties"]["@timestamp"], {"type": "date"})
            self.assertEqual((index["settings"]["index"]["number_of_shards"], index["settings"]["index"]["mapping"]),
                             ("4", {"total_fields": {"limit": "4000"}}))

    def test_upload_by_kpi_refused(self):
        small_workload(self.place / "w", lambda text: text.replace("  speed: {help", "  Speed: {help"))
        done = self.push("--upload_by_kpi", code=102)
        self.assertIn("its KPI 'Speed' can have no index of its own", done.err)
        self.assertEqual(self.server.documents(), {})
        self.push()

    def test_over_tls(self):
        self.server = self.tls_opensearch("prefix")
        self.counted(self.push(), added=3)
        self.counted(self.push(), there=3)
        self.assertEqual(self.server.documents(), self.parsed())


if __name__ == "__main__":
    main()
