#!/usr/bin/env python3
"""Models as a workload's author meets them: aliases and defaults in payloads, KPIs and messages; what generate_lts_schema makes of
them: the JSON Schema, the OpenSearch mapping (held against the Python tool's), Horreum's schema."""
import json
import re
import shutil

from support import SHARED, SOURCE, CommandTest, main, small_test

GOLDEN = SHARED / "data/python-golden"

WORKLOAD = """\
workload: models
schema_version: "1.0"
include: ../shared/prometheus_models.yaml
parse_once:
  data: {json: data.json}
models:
  Level: [low, high]
  Settings: {name: str, version: {type: SemVer, alias: product version}, level: {type: Level, default: low}, run_id: str}
  Metrics: {cpu: {type: PrometheusValues, alias: "CPU usage/all"}}
  Results:
    speed: {type: float, alias: "speed (items/s)", help: How fast}
    metrics: Metrics
    retries: {type: int, default: 0}
    memory: {min: float, max: "Optional[float]"}
  Payload: {schema: {type: "constr(regex='^urn:models:')", alias: $schema, default: "urn:models:1.0"}}
payload:
  metadata:
    start: data.start
    end: data["end"]
    test_uuid: data.uuid
    settings: {name: settings.name, version: data.version, run_id: data.run_id}
  results: {speed: data.speed, metrics: {cpu: data.cpu}, memory: {min: 1, max: null}}
kpis:
  speed: {help: How fast, unit: items/s, better: higher, value: results.speed}
  retries: {help: How often again, unit: "", better: lower, value: results.retries}
analyze: {comparison_keys: [product version]}
"""
CPU = [{"metric": {"node": "a"}, "values": {"1736150400": 0.5}}]


class ModelsTest(CommandTest):
    def setUp(self):
        super().setUp()
        (self.place / "shared").mkdir()
        shutil.copy(SOURCE / "workloads/topsail/prometheus_models.yaml", self.place / "shared")
        self.workload()

    def workload(self, *changes):
        text = WORKLOAD
        for old, new in changes:
            self.assertIn(old, text)
            text = text.replace(old, new)
        (self.place / "w").mkdir(exist_ok=True)
        (self.place / "w/workload.yaml").write_text(text)

    def lts(self, code=0):
        return self.matbench("parse", "--workload=w", "--results_dirname=tests", "--output_lts=l.json", code=code)

    def schema(self, *arguments, code=0):
        return self.matbench("generate_lts_schema", "--workload=w", *arguments, code=code)


class PayloadTest(ModelsTest):
    def test_aliases_and_defaults(self):
        small_test(self.place / "tests/a", version="1.0.0", cpu=CPU)
        self.lts()
        payload, = self.json("l.json")
        self.assertEqual(payload["$schema"], "urn:models:1.0")
        self.assertEqual(payload["metadata"]["settings"],
                         {"name": "a", "product version": "1.0.0", "run_id": payload["metadata"]["test_uuid"], "level": "low"})
        self.assertEqual(payload["results"], {"speed (items/s)": 10.0, "metrics": {"CPU usage/all": CPU}, "retries": 0,
                                              "memory": {"min": 1, "max": None}})
        speed, retries = payload["kpis"]["speed"], payload["kpis"]["retries"]
        self.assertEqual((speed["value"], retries["value"]), (10.0, 0))
        self.assertEqual((speed["product version"], speed["level"]), ("1.0.0", "low"))
        self.assertNotIn("version", speed)

    def test_violations_name_what_stands_in_the_payload(self):
        small_test(self.place / "tests/a", version="1.0", cpu=[{"metric": {}, "values": {"noon": 1}}], speed="fast")
        err = self.lts(code=102).err
        self.assertRegex(err, r'/metadata/settings/product version: found "1\.0", [^\n]*from data\.json')
        self.assertRegex(err, r'/results/speed \(items~1s\): found "fast", expected a number; from data\.json')
        self.assertRegex(err, r"/results/metrics/CPU usage~1all/0/values/noon: [^\n]*from data\.json")

    def test_history_and_analysis_go_by_the_names_in_the_payload(self):
        for i in range(9):
            small_test(self.place / f"runs/{i}/a", version=f"1.{i}.0", cpu=CPU, speed=10.0 if i < 8 else 5.0, start=f"2025-03-{i + 1:02d}T10:00:00")
        for i in range(8):
            self.matbench("upload_lts", "--workload=w", f"--results_dirname=runs/{i}", code=0)
        self.matbench("analyze_lts", "--workload=w", "--results_dirname=runs/8", code=1)
        self.assertEqual(self.kpi("speed")["verdict"], "regression")

    def test_a_null_is_given(self):
        self.workload(("run_id: data.run_id}", "run_id: data.run_id, level: data.level}"))
        small_test(self.place / "tests/a", version="1.0.0", cpu=CPU)
        self.assertRegex(self.lts(code=102).err, "/metadata/settings/level: found null")

    def test_extra(self):
        self.workload(("Settings: {", "Settings: {extra: allow, "), ("run_id: data.run_id}", "run_id: data.run_id, gpu: 3}"))
        small_test(self.place / "tests/a", version="1.0.0", cpu=CPU)
        self.lts()
        self.assertEqual(self.json("l.json")[0]["kpis"]["speed"]["gpu"], 3)


class CheckTest(ModelsTest):
    def test_what_is_wrong_and_where(self):
        for change, message in (
                (("[low, high]", "[low, high"), "w/workload.yaml:"),
                (("memory: {min: float,", "memory: {min: flaot,"), "w/workload.yaml:14:19: type 'flaot': unknown; did you mean 'float'?"),
                (('"Optional[float]"', '"Optional[float"'), "w/workload.yaml:14:46: type 'Optional[float': ends here, expected ',' or ']'"),
                (("default: low", "default: lo"), "w/workload.yaml:8:81: default of 'level': found \"lo\", expected one of \"low\", \"high\""),
                (("type: Level", "type: Lvel"), "w/workload.yaml:8:88: type 'Lvel': unknown; did you mean 'Level'?")):
            self.workload(change)
            self.assertIn(message, self.matbench("check", "w", code=100).err)


def leaves(mapping, path=""):
    for name, field in mapping.get("properties", {}).items():
        yield f"{path}/{name}", field
        yield from leaves(field, f"{path}/{name}")


class MappingTest(ModelsTest):
    # what differs, and why: a path, the Python tool's type, ours
    STATED = (
        (r".*/urls|.*/metric", "object", "flat_object"),               # free dictionaries
        (r"/metadata/urls", "text", "object"),                         # a list or a dict: kept, not indexed
        (r"/results/metrics/[^/]*/values", "text", "object"),          # an object: OpenSearch refuses it as text
        (r".*/status", None, "text"),                                  # Python leaves JSON Schema in there
    )

    def compare(self, workload, golden):
        self.matbench("generate_lts_schema", f"--workload={workload}", "--file=schema.json", code=0)
        ours, theirs = dict(leaves(self.json("opensearch_mapping.json")["mappings"])), json.loads((GOLDEN / golden).read_text())
        count = 0
        for path, field in leaves(theirs):
            kinds = field.get("type"), ours[path].get("type")
            stated = any(re.fullmatch(pattern, path) and kinds == (python, mine) for pattern, python, mine in self.STATED)
            self.assertTrue(stated or kinds[0] == kinds[1], f"{path}: {field}, {ours[path]}")
            count += 1
        self.assertGreater(count, 30)

    def test_the_types_of_the_python_tool(self):
        shutil.copytree(SOURCE / "tests/models/kserve_llm", self.place / "kserve_llm")
        for workload, golden in (("fine_tuning", "fms"), ("ilab_training", "ilab"), ("skeleton", "skeleton"), ("./kserve_llm", "kserve")):
            with self.subTest(workload):
                self.compare(workload, f"{golden}/opensearch_mapping.json")

    KINDS = {  # type: mapping
        "int": {"type": "long"}, "Optional[float]": {"type": "float"}, "bool": {"type": "boolean"}, "datetime": {"type": "date"},
        "date | None": {"type": "date"}, "Union[int, List[int]]": {"type": "long"}, "Union[int, float]": {"type": "float"},
        "List[float]": {"type": "text", "index": False}, "Any": {"type": "object", "enabled": False}, "dict": {"type": "flat_object"},
        "Optional[dict[str, str]]": {"type": "flat_object"}, "dict[int, float]": {"type": "object", "enabled": False},
        "Union[int, dict]": {"type": "object", "enabled": False}, "List[dict]": {"type": "object", "enabled": False},
        "Literal[1, 2]": {"type": "long"}, "Literal[True]": {"type": "boolean"},
        "Optional[P]": {"type": "object", "properties": {"x": {"type": "long"}}},
        "List[P]": {"type": "object", "properties": {"x": {"type": "long"}}},
    }
    TEXT = {"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 8191}}}
    TEXTS = ("str", "List[str]", "UUID", "Optional[SemVer]", "Level", "Optional[Level]", "List[Level]", "Union[int, str]", "Union[bool, int]", "Literal['a', 1]")

    def test_each_type(self):
        kinds = self.KINDS | {text: self.TEXT for text in self.TEXTS}
        fields = ", ".join(f"f{i}: {json.dumps(kind)}" for i, kind in enumerate(kinds))
        self.workload(("  Results:\n", f"  P: {{x: int}}\n  Results:\n    all: {{{fields}, c: {{type: int, coerce: pydantic}}, t: {{type: datetime, coerce: pydantic}}}}\n"))
        self.schema("--file=s.json")
        mapped = self.json("opensearch_mapping.json")["mappings"]["properties"]["results"]["properties"]["all"]["properties"]
        for i, (kind, mapping) in enumerate(kinds.items()):
            self.assertEqual(mapped[f"f{i}"], mapping, kind)
        self.assertEqual((mapped["c"], mapped["t"]), ({"type": "long"}, {"type": "date"}))

    def test_an_index_may_have_that_many_fields(self):
        """1000 unless it says so; a keyword beside a text counts."""
        limit = lambda: self.json("opensearch_mapping.json")["settings"]["index"]["mapping"]["total_fields"]["limit"]  # noqa: E731
        self.schema("--file=s.json")
        self.assertEqual(limit(), 1000)
        many = "".join(f"    f{i}: str\n" for i in range(900))
        self.workload(("  Results:\n", "  Results:\n" + many))
        self.schema("--file=s.json")
        self.assertEqual(limit(), 2000)


class HorreumTest(ModelsTest):
    def test_schema_and_labels(self):
        done = self.schema("--horreum_file=h.json", "--horreum_owner=perf-team")
        self.assertEqual(done.out, "")
        self.assertEqual(self.names(), ["h.json", "shared", "w"])
        whole = self.json("h.json")
        self.assertEqual(list(whole), ["uri", "name", "description", "owner", "access", "schema", "labels", "transformers"])
        self.assertEqual((whole["uri"], whole["name"], whole["owner"]), ("urn:models:1.0", "models 1.0", "perf-team"))
        schema = whole["schema"]
        self.assertEqual((schema["$schema"], schema["$id"]), ("http://json-schema.org/draft-07/schema#", "urn:models:1.0"))
        text = json.dumps(schema)
        self.assertNotIn("$defs", text)
        for name in re.findall(r'"#/definitions/(\w+)"', text):
            self.assertIn(name, schema["definitions"])
        self.assertEqual([(label["name"], label["extractors"][0]["jsonpath"], label["metrics"]) for label in whole["labels"]], [
            ("matbench", "$.metadata.test_uuid", True),
            ("name", "$.metadata.settings.name", False), ("product version", '$.metadata.settings."product version"', False),
            ("level", "$.metadata.settings.level", False), ("run_id", "$.metadata.settings.run_id", False),
            ("speed", "$.kpis.speed.value", True), ("retries", "$.kpis.retries.value", True)])
        for label in whole["labels"]:
            self.assertEqual((label["filtering"], label["owner"], label["access"]), (not label["metrics"], "perf-team", "PUBLIC"))

    def test_the_uri_of_a_workload_that_gives_none(self):
        self.workload(("default: \"urn:models:1.0\"", "default: null"), ("workload: models", "workload: models & more"))
        self.schema("--horreum_file=h.json", "--horreum_owner=t")
        self.assertEqual(self.json("h.json")["uri"], "urn:matbench:models---more:1.0")
        self.matbench("generate_lts_schema", "--workload=fine_tuning", "--horreum_file=h.json", "--horreum_owner=t", code=0)
        whole = self.json("h.json")
        self.assertEqual(whole["uri"], "urn:matbench:fine_tuning:1.0")
        self.assertEqual(whole["schema"]["properties"]["$schema"], {"const": "urn:matbench:fine_tuning:1.0"})

    def test_a_kpi_called_as_a_setting(self):
        self.workload(("  retries: {help", "  name: {help"))
        self.schema("--horreum_file=h.json", "--horreum_owner=t")
        names = [label["name"] for label in self.json("h.json")["labels"]]
        self.assertEqual(names, ["matbench", "name", "product version", "level", "run_id", "speed", "name (KPI)"])

    def test_options(self):
        self.assertRegex(self.schema("--horreum_file=h.json", code=100).err, r"^ERROR \| --horreum_file needs --horreum_owner=TEAM")
        self.assertRegex(self.schema("--file=-", "--horreum_file=-", "--horreum_owner=t", code=100).err, "cannot both be '-'")
        self.assertEqual(json.loads(self.schema("--horreum_file=-", "--horreum_owner=t").out)["owner"], "t")
        self.schema("--file=s.json", "--horreum_file=h.json", "--horreum_owner=t")
        self.assertLessEqual({"s.json", "opensearch_mapping.json", "h.json"}, set(self.names()))


if __name__ == "__main__":
    main()
