#!/usr/bin/env python3
"""The Python tool's bugs 1 to 24 (as its baseline numbers them): for each a method that shows the right behaviour, through the
program."""
import datetime
import json
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "command"))
from support import SHARED, CommandTest, main, small_test, small_workload, tree  # noqa: E402

ZONES = ("UTC", "America/New_York", "Asia/Tokyo")
WAVE = (0.0, 0.3, -0.2, 0.1, -0.3, 0.2, -0.1, 0.25)
MAPPING_TYPES = {"keyword", "date", "long", "float", "double", "boolean", "flat_object", "object", "text"}


class BugTest(CommandTest):
    def setUp(self):
        super().setUp()
        small_workload(self.place / "w")

    def run_of(self, name, speed, day=1, **data):
        small_test(self.place / "runs" / name / "a", speed=speed, start=f"2025-{1 + day // 28:02d}-{1 + day % 28:02d}T10:00:00", **data)

    def store(self, *names):
        for name in names:
            self.matbench("upload_lts", "--workload=w", f"--results_dirname=runs/{name}", code=0)

    def analyze(self, name, *arguments, code=0, **keywords):
        return self.matbench("analyze_lts", "--workload=w", f"--results_dirname=runs/{name}", *arguments, code=code, **keywords)

    def lora_and_full(self, ranks):
        """A workload with an optional label, and its tests."""
        small_workload(self.place / "w", lambda text: text.replace("version: str,", "version: str, lora_rank: \"Optional[int]\",", 1)
                       .replace("version: data.version,", "version: data.version, lora_rank: settings.lora_rank,"))
        for name, rank in ranks:
            small_test(self.place / "tests" / name, settings={"lora_rank": rank} if rank else {})

    def test_bug_01_history_is_in_version_order_not_string_order(self):
        """One old step between v1.9 and v1.10, and a run in line with the newer ones: nothing has changed."""
        for i in range(20):
            self.run_of(f"v1.{i}", (60 if i < 10 else 100) + WAVE[i % 8], i, version=f"v1.{i}")
        self.store(*(f"v1.{i}" for i in sorted(range(20), key=str)))
        self.run_of("new", 100.1, 30, version="v1.20")
        self.analyze("new")
        found = self.kpi("speed")
        self.assertEqual(found["verdict"], "ok")
        self.assertEqual([p["version"] for p in found["evidence"]["points"]], [f"v1.{i}" for i in range(20)])
        self.assertEqual(found["evidence"]["level"]["first_point"], 10)
        self.assertEqual(found["evidence"]["level"]["levels"], 2)

    def test_bug_02_exit_code_is_not_a_count(self):
        """256 failing KPIs: 1, where Python's 256 became 0."""
        kpis = "".join(f"  k{i:03d}: {{help: K, unit: s, better: higher, value: results.speed + {i}}}\n" for i in range(256))
        small_workload(self.place / "w", lambda text: re.sub(r"(?s)kpis:\n.*?analyze:", lambda _: f"kpis:\n{kpis}analyze:", text))
        for i in range(8):
            self.run_of(str(i), 1000 + WAVE[i], i)
        self.store(*map(str, range(8)))
        self.run_of("new", 500, 20)
        self.analyze("new", code=1)
        self.assertIn("failures: 256\n", (self.place / "regression_summary.yaml").read_text())
        self.matbench("ci", "runs/new", "--workload=w", "--noupload", code=1)

    def test_bug_02_an_error_is_no_regression_and_100_regressions_no_error(self):
        self.run_of("new", "fast")
        self.assertGreaterEqual(self.analyze("new", code=102).code, 100)
        self.assertGreaterEqual(self.matbench("analyze_lts", "--workload=absent", "--results_dirname=runs/new", code=100).code, 100)

    def test_bug_03_decrease_and_increase_are_not_swapped(self):
        for i in range(8):
            self.run_of(str(i), 100 + WAVE[i], i)
        self.store(*map(str, range(8)))
        for name, speed, word in (("worse", 50, "decrease"), ("better", 200, "increase")):
            self.run_of(name, speed, 20)
            self.analyze(name, "--fail_on=none")
            text = (self.place / "regression_summary.yaml").read_text()
            self.assertIn(f"2 KPIs had a significant performance {word}. ", text)
            self.assertIn(f"significant_performance_{word}: 2\n", text)
            self.assertEqual(text.count("had a significant performance"), 1)

    def test_bug_04_mixed_history(self):
        """LoRA and full tuning, with and without a value for a label, in one history and one run."""
        self.lora_and_full((("full", None), ("lora", 8)))
        for i in range(3):
            small_test(self.place / "runs" / str(i) / "full", run_id=str(i))
            small_test(self.place / "runs" / str(i) / "lora", run_id=str(i), settings={"lora_rank": 8})
            self.store(str(i))
        done = self.matbench("analyze_lts", "--workload=w", "--results_dirname=tests", code=0)
        entries = self.json("regression_verdicts.json")["entries"]
        self.assertEqual([e["history_records"] for e in entries], [3, 3])
        self.assertEqual(done.errors(), [])

    def test_bug_04_mixed_history_of_fine_tuning(self):
        for k, job in enumerate(("granite-3b-full", "granite-8b-lora")):
            tree("nights", self.place / f"n{k}", 3, "--job", job)
        for k in (0, 1):
            self.upload(f"n{k}/night-1", code=0)
            self.upload(f"n{k}/night-2", code=0)
        for k in (0, 1):
            self.fine_tuning("analyze_lts", f"--results_dirname=n{k}/night-3", code=0)
            self.assertEqual(len(self.kpi()["evidence"]["points"]), 2)

    def test_bug_05_upload_of_tests_with_different_settings_keys(self):
        self.lora_and_full((("full", None), ("lora", 8)))
        for flags in (["--dry_run"], []):
            done = self.matbench("upload_lts", "--workload=w", "--results_dirname=tests", *flags, code=0)
            self.assertEqual(done.errors(), [])
        self.assertIn("small: 2 payload", self.matbench("history", "list", code=0).out)

    def test_bug_06_a_real_configuration_is_storable(self):
        """TOPSAIL's own dumps to 33,011 bytes, more than an OpenSearch term may have; four times that, too."""
        text = (SHARED / "data/topsail/fine_tuning_config.yaml").read_text()
        tree("one", self.place / "one")
        config = next((self.place / "one").rglob("config.yaml"))
        # what the payload reads of it must stay there
        config.write_text(config.read_text() + "topsail:\n" + "".join("  " + line + "\n" for line in text.splitlines()))
        more = "more: [" + ", ".join(f"'{'x' * 100}{i}'" for i in range(1000)) + "]\n"
        for addition in ("", more):
            config.write_text(config.read_text() + addition)
            self.upload("one", code=0)
            self.fine_tuning("parse", "--results_dirname=one", "--output_lts=l.json", code=0)
            payload = self.json("l.json")[0]
            self.assertGreater(len(payload["metadata"]["config"].encode()), 32766)
            shown = self.matbench("history", "show", payload["metadata"]["test_uuid"], code=0).out
            self.assertEqual(json.loads(shown), payload)

    def downloaded(self, *arguments, code=0):
        done = self.matbench("download_lts", "--lts_results_dirname=lts", "--force", "--clean", *arguments, code=code)
        return done, sorted(p.name for p in (self.place / "lts").glob("*.json")) if code == 0 else []

    def test_bug_07_filters_of_download_lts_match(self):
        for i, speed in enumerate((1, 2, 3)):
            self.run_of(str(i), speed, i, version=f"1.{i % 2}")
        self.store("0", "1", "2")
        for filters, count in (("version=1.0", 2), ("version=1.1", 1), ('{"version": "1.0"}', 2), ("version=1.0,name=a", 2), ("version=2", 0)):
            with self.subTest(filters):
                done, names = self.downloaded(f"--filters={filters}")
                self.assertEqual(len(names), count, done.err)

    def test_bug_08_one_bad_test_does_not_stop_the_others(self):
        for kind in ("missing-env", "missing-podlog", "broken-json", "broken-yaml", "nan-log"):
            with self.subTest(kind):
                tree("odd", self.place / kind, kind)
                self.fine_tuning("parse", f"--results_dirname={kind}", "--output_matrix=m.json", code=0)
                done = self.fine_tuning("parse", f"--results_dirname={kind}", "--output_lts=l.json")
                self.assertIn(done.code, (0, 101, 102))
                good = [p for p in self.json("l.json") if p["metadata"]["settings"]["test_path"].endswith("000__good")]
                self.assertEqual(len(good), 1)

    def test_bug_08_an_unparsable_creation_time(self):
        tree("odd", self.place / "odd", "nested")
        for n, path in enumerate(sorted((self.place / "odd").glob("*/*/00[01]__*"))):
            if n == 1:
                next(path.rglob("rhods.createdAt")).write_text("yesterday\n")
                next(path.rglob("rhods.version")).write_text("2.17.0\n")
        self.fine_tuning("parse", "--results_dirname=odd", "--output_matrix=m.json", code=0)
        self.assertEqual(len(self.json("m.json")), 2)

    def test_bug_08_a_loss_that_is_nan(self):
        tree("odd", self.place / "odd", "nan-log")
        self.fine_tuning("parse", "--results_dirname=odd", "--output_lts=l.json", "--output_matrix=m.json", code=0)
        self.assertEqual(len(self.json("l.json")), 2)
        self.assertNotIn("NaN", (self.place / "m.json").read_text())

    def test_bug_09_standard_output_is_clean_and_stays_open(self):
        small_test(self.place / "tests/a")
        base = ("parse", "--workload=w", "--results_dirname=tests")
        done = self.matbench(*base, "--output_matrix=-", "--output_lts=l.json", code=0)
        self.assertEqual(len(json.loads(done.out)), 1)
        self.assertEqual(len(self.json("l.json")), 1)
        done = self.matbench(*base, "--output_matrix=-", "--output_lts=-", code=100)
        self.assertIn("two outputs cannot both be '-'", done.err)

    def test_bug_10_parse_lts_is_a_known_mistake(self):
        """Python's flag that always fails: it is no flag here, and the answer says what to use."""
        small_test(self.place / "tests/a")
        done = self.matbench("parse", "--workload=w", "--results_dirname=tests", "--lts", code=100)
        self.assertEqual(done.err, "ERROR | --lts: unknown option; the nearest is --output_lts (--help lists all)\n")

    def test_bug_11_clean_lists_and_with_run_removes_the_caches(self):
        small_test(self.place / "tests/a")
        base = ("parse", "--workload=w", "--results_dirname=tests")
        self.matbench(*base, code=0)
        cache = self.place / "tests/a/.matbench-cache"
        self.assertTrue(cache.exists())
        self.matbench(*base, "--clean", code=0)
        self.assertTrue(cache.exists())
        self.matbench(*base, "--clean", "--run", code=0)
        self.assertFalse(cache.exists())
        self.assertTrue((self.place / "tests/a/data.json").exists())

    def test_bug_12_variables_override_every_default_and_booleans_are_booleans(self):
        small_test(self.place / "tests/a")
        flags = ("--workload=w", "--results_dirname=tests")
        self.matbench("analyze_lts", *flags, env={"MATBENCH_SUMMARY_YAML_DEST": "s.yaml"}, code=0)
        self.matbench("generate_lts_schema", "--workload=w", env={"MATBENCH_FILE": "schema.json"}, code=0)
        self.assertEqual(self.matbench("parse", *flags, "--output_lts=-", env={"MATBENCH_PRETTY": "false"}, code=0).out.count("\n"), 1)
        self.assertLessEqual({"s.yaml", "schema.json"}, set(self.names()))
        self.assertNotIn("regression_summary.yaml", self.names())
        self.matbench("upload_lts", *flags, env={"MATBENCH_DRY_RUN": "false"}, code=0)
        self.assertIn("history.db", self.names())

    def test_bug_12_each_that_python_ignored(self):
        """MATBENCH_REPORT_DEST, MAX_RECORDS, SUMMARY_YAML_DEST, FILE, PRETTY: from the environment, and from an env file."""
        small_test(self.place / "tests/a")
        small_test(self.place / "tests/b")
        flags = ("--workload=w", "--results_dirname=tests")
        self.matbench("upload_lts", *flags, code=0)

        def lines(done):
            return done.out.count("\n")
        rows = (("report_dest", "r.html", ("analyze_lts", *flags), lambda done: (self.place / "r.html").unlink()),
                ("summary_yaml_dest", "s.yaml", ("analyze_lts", *flags), lambda done: (self.place / "s.yaml").unlink()),
                ("file", "schema.json", ("generate_lts_schema", "--workload=w"), lambda done: (self.place / "schema.json").unlink()),
                ("max_records", "1", ("download_lts", "--lts_results_dirname=lts", "--force", "--clean"),
                 lambda done: self.assertEqual(len(list((self.place / "lts").glob("*.json"))), 1)),
                ("pretty", "false", ("parse", *flags, "--output_lts=-"), lambda done: self.assertEqual(lines(done), 1)))
        for option, value, command, check in rows:
            for file in (None, ".env", ".env.generated.yaml"):
                with self.subTest(option=option, file=file):
                    name = f"MATBENCH_{option.upper()}"
                    if file:
                        (self.place / file).write_text(f"{name}={value}\n" if file == ".env" else f"{option}: {value}\n")
                    check(self.matbench(*command, env={} if file else {name: value}, code=0))
                    if file:
                        (self.place / file).unlink()

    def test_bug_13_a_format_without_divisor_shows_the_unit(self):
        small_workload(self.place / "w", lambda text: text.replace("unit: items/s", "unit: hours/Mtoken"))
        for i in range(8):
            self.run_of(str(i), 0.07, i)
        self.store(*map(str, range(8)))
        self.run_of("new", 0.03, 20)
        shown = self.analyze("new", code=1).out
        self.assertRegex(shown, r"0\.03 +hours/Mtoken")
        self.assertNotIn("None", shown)

    def test_bug_14_no_history_is_said_and_can_fail(self):
        """Python logged an error "exiting", and did not exit: 0 and a report without history."""
        self.run_of("new", 100)
        done = self.analyze("new")
        self.assertTrue(done.out.startswith("NOT GATED: no history for 1 of 1 entries\n"))
        self.assertEqual(done.errors(), [])
        self.assertIn("NO_HISTORICAL_RESULTS", self.names())
        self.analyze("new", "--fail_on=no-history", code=3)

    def test_bug_15_times_do_not_depend_on_the_zone(self):
        tree("one", self.place / "one")
        texts = set()
        for zone in ZONES:
            self.fine_tuning("parse", "--results_dirname=one", "--output_lts=l.json", "--output_matrix=m.json", "--output_kpis=k.om",
                             env={"TZ": zone}, code=0)
            texts.add(tuple((self.place / name).read_bytes() for name in ("l.json", "m.json", "k.om")))
        self.assertEqual(len(texts), 1)

    def test_bug_16_the_cache_follows_artifacts_and_parsers(self):
        """Never stale: a changed artifact, a changed workload, another test moved into its place, a file that is no cache."""
        base = ("parse", "--workload=w", "--results_dirname=tests", "--output_matrix=m.json")

        def speed():
            self.matbench(*base, code=0)
            return self.json("m.json")[0]["results"]["data"]["speed"]
        small_test(self.place / "tests/a", speed=10)
        self.assertEqual((speed(), speed()), (10, 10))
        small_test(self.place / "tests/a", speed=20)  # of the same size, within the second
        self.assertEqual(speed(), 20)
        small_workload(self.place / "w", lambda text: text.replace("{json: data.json}", "{json: data.json, keep: [$.speed]}"))
        self.assertEqual(speed(), 20)
        self.assertEqual(self.json("m.json")[0]["results"]["data"], {"speed": 20})
        small_workload(self.place / "w")
        small_test(self.place / "other/a", speed=30)
        self.matbench("parse", "--workload=w", "--results_dirname=other", code=0)
        shutil.copy(self.place / "other/a/.matbench-cache", self.place / "tests/a/.matbench-cache")
        self.assertEqual(speed(), 20)
        (self.place / "tests/a/.matbench-cache").write_bytes(b"cos\nsystem\n(S'touch owned'\ntR.")
        self.assertEqual(speed(), 20)
        self.assertFalse((self.place / "owned").exists())

    def test_bug_17_which_of_two_equal_settings_stays_does_not_depend_on_the_file_system(self):
        for order in (("a", "b", "c"), ("c", "b", "a"), ("b", "c", "a")):
            shutil.rmtree(self.place / "tests", ignore_errors=True)
            for name in order:
                small_test(self.place / "tests" / name, settings={"name": "same"})
            done = self.matbench("parse", "--workload=w", "--results_dirname=tests", "--output_matrix=m.json", code=0)
            self.assertEqual([e["location"] for e in self.json("m.json")], ["tests/a"])
            for name in "bc":
                self.assertIn(f"WARNING | {name}: skipped: it has the same settings as a\n", done.err)

    def test_bug_18_two_gpu_types_have_one_order(self):
        tree("odd", self.place / "odd", "two-gpu-types")
        found = set()
        for jobs in range(1, 5):
            self.fine_tuning("parse", "--results_dirname=odd", "--output_lts=l.json", f"--jobs={jobs}", code=0)
            found.add(self.json("l.json")[1]["metadata"]["settings"]["accelerator_type"])
        self.assertEqual(found, {"NVIDIA-A100-SXM4-80GB|NVIDIA-H100-80GB-HBM3"})

    def test_bug_19_one_and_its_text_are_different_settings(self):
        for name, value in (("a", 1), ("b", "1"), ("c", True), ("d", "True"), ("e", None), ("f", "None")):
            small_test(self.place / "tests" / name, settings={"name": "same", "value": value})
        self.matbench("parse", "--workload=w", "--results_dirname=tests", "--output_matrix=m.json", code=0)
        self.assertEqual([e["settings"]["value"] for e in self.json("m.json")], [1, "1", True, "True", None, "None"])

    def test_bug_20_an_undefined_name_is_a_finding_and_stops_no_other_test(self):
        """Python's names that are nowhere defined were found by the test that needed them; and one command waited for a person."""
        small_workload(self.place / "w", lambda text: text.replace("parse_once:\n", "lua: f.lua\nparse_once:\n  bad: {lua: bad}\n"))
        (self.place / "w/f.lua").write_text("function bad(test)\n  if settings.name == 'b' then return log.warning('x') end\n  return 1\nend\n")
        for name in "abc":
            small_test(self.place / "tests" / name)
        done = self.matbench("parse", "--workload=w", "--results_dirname=tests", "--output_matrix=m.json", code=0)
        self.assertEqual([e["results"]["bad"] for e in self.json("m.json")], [1, None, 1])
        self.assertRegex(done.err, r"(?m)^WARNING \| b: [^\n]*f.lua:2: unknown name 'log'")

    def test_bug_21_parsing_writes_nothing_but_its_cache(self):
        shutil.copytree(SHARED / "data/python-golden/skeleton/tests", self.place / "tests", copy_function=shutil.copyfile,
                        ignore=shutil.ignore_patterns(".matbench-cache"))
        subprocess.run(["chmod", "-R", "u+w", self.place / "tests"], check=True)
        before = {p: p.read_bytes() for p in (self.place / "tests").rglob("*") if p.is_file()}
        self.matbench("parse", "--workload=skeleton", "--results_dirname=tests", "--output_lts=l.json", code=0)
        after = {p: p.read_bytes() for p in (self.place / "tests").rglob("*") if p.is_file() and p.name != ".matbench-cache"}
        self.assertEqual(after, before)

    def test_bug_22_without_history_nothing_is_tested(self):
        self.run_of("new", 100)
        done = self.analyze("new")
        self.assertEqual(self.json("regression_verdicts.json")["tested"], 0)
        self.assertRegex(done.out, r"(?m)^0 tested against 0 records")
        self.assertIn("no_history: 1\n", (self.place / "regression_summary.yaml").read_text())

    def test_bug_22_z_only_on_utc(self):
        """Naive times of artifacts are UTC, whatever the zone of this machine; so the KPI's Z is true."""
        self.run_of("new", 100)
        for zone in ZONES:
            self.matbench("parse", "--workload=w", "--results_dirname=runs/new", "--output_lts=l.json", env={"TZ": zone}, code=0)
            payload = self.json("l.json")[0]
            self.assertEqual((payload["metadata"]["start"], payload["kpis"]["speed"]["@timestamp"]),
                             ("2025-01-02T10:00:00", "2025-01-02T10:00:00.000000Z"))

    def test_bug_22_the_date_of_source_lts_is_utc(self):
        self.run_of("0", 1)
        self.store("0")
        for zone in ZONES:
            before = datetime.datetime.now(datetime.timezone.utc)
            self.matbench("download_lts", "--lts_results_dirname=lts", "--force", env={"TZ": zone}, code=0)
            date = re.search(r"(?m)^date: '?([^'\n]*)Z'?$", (self.place / "lts/source.lts.yaml").read_text())[1]
            given = datetime.datetime.fromisoformat(date).replace(tzinfo=datetime.timezone.utc)
            self.assertLess(abs(given - before), datetime.timedelta(hours=1))

    def test_bug_23_no_silent_cap(self):
        """More than Python's 10,000 records come, all of them; a cap that is asked for is said."""
        self.run_of("0", 1)
        self.matbench("parse", "--workload=w", "--results_dirname=runs/0", "--output_lts=l.json", code=0)
        payload = self.json("l.json")[0]
        payloads = []
        for i in range(10_050):
            identity = f"{i:08x}-0000-4000-8000-000000000000"
            metadata = payload["metadata"] | {"test_uuid": identity}
            payloads.append({"metadata": metadata, "results": payload["results"],
                             "kpis": {name: kpi | {"test_uuid": identity} for name, kpi in payload["kpis"].items()}})
        (self.place / "many.json").write_text(json.dumps(payloads))
        self.matbench("export", "--from=many.json", "--to=sqlite:history.db", "--workload_name=small", code=0)
        done, names = self.downloaded()
        self.assertEqual(len(names), 10_050, done.err)
        self.assertNotIn("WARNING", done.err)
        done, names = self.downloaded("--max_records=7")
        self.assertEqual(len(names), 7)
        self.assertRegex(done.err, r"(?m)^WARNING \| [^\n]*10[,.]?043|10[,.]?050")

    def mapping_faults(self, mapping, path=""):
        """What OpenSearch would refuse: only properties and types that it has, and no JSON Schema words."""
        for name, field in mapping.get("properties", {}).items():
            where = f"{path}/{name}"
            known = {"properties", "type", "ignore_above", "index", "dynamic", "enabled", "format", "fields"}
            for word in set(field) - known:
                yield f"{where}: {word}"
            if "properties" not in field and field.get("type") not in MAPPING_TYPES:
                yield f"{where}: type {field.get('type')}"
            yield from self.mapping_faults(field, where)

    def test_bug_24_the_mapping_is_one_that_opensearch_accepts(self):
        for workload in ("fine_tuning", "w"):
            self.matbench("generate_lts_schema", f"--workload={workload}", "--file=schema.json", code=0)
            mapping = self.json("opensearch_mapping.json")
            self.assertEqual(list(mapping), ["settings", "mappings"])
            self.assertEqual(list(mapping["settings"]), ["index"])
            self.assertEqual(list(self.mapping_faults(mapping["mappings"])), [])
            for word in ("allOf", "$ref", "anyOf", "flat_object\",\n\"properties"):
                self.assertNotIn(word, (self.place / "opensearch_mapping.json").read_text())
            self.assertLessEqual({"metadata", "kpis", "results"}, set(mapping["mappings"]["properties"]))

    def test_bug_24_long_texts_are_no_terms(self):
        """A keyword of more than 32,766 bytes is refused by OpenSearch unless it is not indexed beyond a length."""
        self.matbench("generate_lts_schema", "--workload=fine_tuning", "--file=schema.json", code=0)
        config = self.json("opensearch_mapping.json")["mappings"]["properties"]["metadata"]["properties"]["config"]
        self.assertTrue(config["type"] == "text" or config.get("index") is False or config.get("ignore_above", 40000) * 4 <= 32766, config)


if __name__ == "__main__":
    main()
