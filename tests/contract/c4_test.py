#!/usr/bin/env python3
"""Contract C4, KPIs as text: a test method per numbered line and clause, through the program. Judges: promtool (Debian's
prometheus) and the Python client's OpenMetrics parser (Debian's python3-prometheus-client)."""
import fractions
import json
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "command"))
from support import SHARED, SOURCE, CommandTest, main, small_test, small_workload, tree  # noqa: E402

GOLDEN = SHARED / "data/python-golden"
SEED = SHARED / "seeds/003_topsail_visualization_module.rst"
SYSTEM_PYTHON = "/usr/bin/python3"
PARSE = ("import json, sys\nfrom prometheus_client.openmetrics.parser import text_string_to_metric_families\n"
         "print(json.dumps([[f.name, f.type, f.unit, f.documentation, [[s.name, s.labels, s.value, s.timestamp and float(s.timestamp)]"
         " for s in f.samples]] for f in text_string_to_metric_families(sys.stdin.read())]))\n")
SAMPLE = re.compile(r'(?m)^\{__name__="(?P<name>\w+)"(?P<labels>.*)\} (?P<value>\S+) (?P<time>-?\d+)$')
LABEL = re.compile(r', (\w+)="((?:[^"\\]|\\.)*)"')


class KpiTest(CommandTest):
    def setUp(self):
        super().setUp()
        small_workload(self.place / "w")

    def kpis(self, *arguments, code=0, workload="w", root="tests"):
        done = self.matbench("parse", f"--workload={workload}", f"--results_dirname={root}", "--output_kpis=k.txt",
                             "--output_lts=l.json", *arguments, code=code)
        return (self.place / "k.txt").read_text() if code == 0 else done.err

    def client(self, text):
        """What the Python client's parser sees: {family: (type, unit, help, samples)}."""
        done = subprocess.run([SYSTEM_PYTHON, "-c", PARSE], input=text, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {name: (*rest, samples) for name, *rest, samples in json.loads(done.stdout)}

    def promtool(self, *arguments, text=None):
        return subprocess.run(["promtool", *map(str, arguments)], cwd=self.place, input=text, capture_output=True, text=True)

    def stored(self, text):
        """Read back from the blocks that promtool makes of the text: {(name, test_uuid, quantile): (value, time in ms)}."""
        (self.place / "k.om").write_text(text)
        made = self.promtool("tsdb", "create-blocks-from", "openmetrics", "k.om", "tsdb")
        self.assertEqual(made.returncode, 0, made.stderr)
        (self.place / "tsdb/wal").mkdir()  # dump wants it
        dumped = self.promtool("tsdb", "dump", "tsdb")
        self.assertEqual(dumped.returncode, 0, dumped.stderr)
        found = {}
        for sample in SAMPLE.finditer(dumped.stdout):
            labels = dict(LABEL.findall(sample["labels"]))
            found[sample["name"], labels["test_uuid"], labels.get("quantile")] = float(sample["value"]), int(sample["time"])
        return found


class OpenMetricsTest(KpiTest):
    def test_c4_1_is_the_default_and_openmetrics_1_0(self):
        for i in range(3):
            small_test(self.place / f"tests/{i}", speed=10 + i / 3)
        text = self.kpis()
        self.assertEqual(text, self.kpis("--openmetrics_flavor=openmetrics"))
        families = self.client(text)
        self.assertEqual(families["speed_items_per_second"][:3], ["gauge", "items_per_second", "How fast"][0:1] and
                         ("gauge", "items_per_second", "How fast"))
        self.assertEqual([s[2] for s in families["speed_items_per_second"][3]], [10 + i / 3 for i in range(3)])
        self.assertEqual({s[3] for f in families.values() for s in f[3]}, {1740996000.0})

    def with_units(self, units):
        """The families of a workload with a KPI of the value 12.3 for each of the units, by unit."""
        kpis = "".join(f"  k{i}: {{help: H, unit: {json.dumps(unit)}, better: none, value: '12.3'}}\n" for i, unit in enumerate(units))
        small_workload(self.place / "w", lambda text: re.sub(r"(?s)kpis:\n.*analyze:", lambda _: f"kpis:\n{kpis}analyze:", text))
        small_test(self.place / "tests/a")
        families = self.client(self.kpis())
        found = {}
        for name, family in families.items():
            i = int(re.match(r"k(\d+)", name)[1])
            self.assertEqual(name, f"k{i}_{family[1]}" if family[1] else f"k{i}")
            found[units[i]] = (family[1], family[3][0][2])
        self.assertEqual(len(found), len(units))
        return found

    def test_c4_1_names_by_the_documented_table(self):
        """Every unit of docs/openmetrics.md: its word and its factor."""
        rows = re.findall(r"(?m)^\| (`.*`) \| (`\w+`|none) \| ([\d.,/ ×^]+) \|$", (SOURCE / "docs/openmetrics.md").read_text())
        wanted = {}
        for spellings, word, factor in rows:
            factor = eval(factor.replace(",", "").replace("×", "*").replace("^", "**").replace(" ", ""), {})  # noqa: S307 — of our own page
            for unit in re.findall("`([^`]*)`", spellings):
                wanted[unit] = ("" if word == "none" else word[1:-1], fractions.Fraction("12.3") * fractions.Fraction(str(factor)))
        self.assertGreater(len(wanted), 80)
        for unit, (word, value) in self.with_units(list(wanted)).items():
            self.assertEqual((word, value), (wanted[unit][0], float(wanted[unit][1])), unit)

    def test_c4_1_words_of_no_table_are_kept(self):
        self.assertEqual(self.with_units(["odd unit!", "parsecs/s", "tokens/s", "ms/token", "List[ms]", "tokens/s/GPU", "", "hours/Mtoken"]),
                         {"odd unit!": ("odd_unit_", 12.3), "parsecs/s": ("parsecs_per_second", 12.3), "tokens/s": ("tokens_per_second", 12.3),
                          "ms/token": ("seconds_per_token", 0.0123), "List[ms]": ("seconds", 0.0123), "": ("", 12.3),
                          "tokens/s/GPU": ("tokens_per_second_per_gpu", 12.3), "hours/Mtoken": ("seconds_per_token", 0.04428)})

    def test_c4_1_overridden_per_kpi(self):
        small_workload(self.place / "w", lambda text: text.replace("unit: items/s,", "unit: items/s, openmetrics: {name: velocity, unit: items, scale: 60},"))
        small_test(self.place / "tests/a")
        families = self.client(self.kpis())
        self.assertEqual(families["velocity_items"][3][0][2], 600.0)
        self.assertIn("speed", self.json("l.json")[0]["kpis"])  # names in payloads never change

    def test_c4_1_start_as_time_and_labels(self):
        small_workload(self.place / "w", lambda text: text.replace("mode: \"Optional[str]\",", "mode: \"Optional[str]\", urls: \"Optional[dict[str, str]]\",")
                       .replace("mode: settings.mode,", "mode: settings.mode, urls: data.urls,"))
        small_test(self.place / "tests/a", urls={"PROW_JOB": "http://x/?a=\"b\"", "a b": "c\\d"}, start="2025-01-06T08:00:00.25")
        labels, value, time = self.client(self.kpis())["speed_items_per_second"][3][0][1:]
        self.assertEqual((labels["urls_PROW_JOB"], labels["urls_a_b"], labels["name"]), ("http://x/?a=\"b\"", "c\\d", "a"))
        self.assertNotIn("mode", labels)  # null
        self.assertEqual((value, time), (10.0, 1736150400.25))

    def test_c4_1_equal_label_sets_are_refused_with_both_paths(self):
        data = dict(uuid="6f8c61d9-6150-435c-9a8d-3a2ac4b997f5", run_id="r")
        for name in ("x/one", "y/two"):
            small_test(self.place / "tests" / name, settings={"name": "same", "path": name}, **data)
        self.assertRegex(self.kpis(code=102), r"(?m)^ERROR \| x/one and y/two have the same KPI labels$")

    def test_c4_1_promtool_reads_values_and_times_back(self):
        """`promtool tsdb create-blocks-from openmetrics`, then `promtool tsdb dump`."""
        speeds = [1e-300, 0.1, 12345.678901234567, 2.0 ** 53, 1e300, 1 / 3]
        for i, speed in enumerate(speeds):
            small_test(self.place / f"tests/{i}", speed=speed, start=f"2025-03-0{i + 1}T10:00:00.{i}25")
        text = self.kpis()
        found, wanted = self.stored(text), {}
        for payload in self.json("l.json"):
            day = int(payload["metadata"]["settings"]["name"])
            time = 1740823200000 + day * 86400000 + day * 100 + 25
            for kpi, name in (("speed", "speed_items_per_second"), ("seconds_per_item", "seconds_per_item_seconds")):
                wanted[name, payload["metadata"]["test_uuid"], None] = payload["kpis"][kpi]["value"], time
        self.assertEqual(found, wanted)

    def test_c4_1_promtool_reads_the_golden_kpis_back(self):
        shutil.copytree(GOLDEN / "fms/tests", self.place / "tests", copy_function=shutil.copyfile)
        found = self.stored(self.kpis(workload="fine_tuning"))
        values = sorted(float(fractions.Fraction(repr(k["value"])) * 3600 / 10 ** 6) if k["unit"] == "hours/Mtoken" else k["value"]
                        for p in self.json("l.json") for k in p["kpis"].values())
        self.assertEqual(sorted(value for value, _ in found.values()), values)

    def test_c4_1_lists_are_summaries(self):
        small_workload(self.place / "w", lambda text: text.replace("value: results.speed", "value: \"list{results.speed, 1, 4}\""))
        small_test(self.place / "tests/a", speed=2)
        text = self.kpis()
        kind, _, _, samples = self.client(text)["speed_items_per_second"]
        self.assertEqual(kind, "summary")
        self.assertEqual({s[1].get("quantile", s[0].rsplit("_", 1)[1]): s[2] for s in samples},
                         {"0.0": 1, "0.5": 2, "0.8": 3.2, "0.9": 3.6, "0.95": 3.8, "0.99": 3.96, "1.0": 4, "count": 3, "sum": 7})
        self.assertEqual(len([key for key in self.stored(text) if key[0].startswith("speed")]), 9)


    def test_c4_1_a_unit_of_the_same_kind_converts_and_another_is_refused(self):
        small_test(self.place / "tests/a", speed=90)
        for more, name, value in (("unit: minutes", "k_minutes", 1.5), ("unit: ''", "k", 90.0), ("scale: 2", "k_seconds", 180.0)):
            small_workload(self.place / "w", lambda text: text.replace("speed: {help: How fast, unit: items/s", f"k: {{openmetrics: {{{more}}}, help: H, unit: s"))
            self.assertEqual(self.client(self.kpis())[name][3][0][2], value)
        small_workload(self.place / "w", lambda text: text.replace("unit: items/s", "openmetrics: {unit: bytes}, unit: ms"))
        err = self.kpis(code=100)
        self.assertRegex(err, r"w/workload.yaml:17:\d+: openmetrics: unit: found 'bytes', expected a unit that 'ms' can be converted to, or a scale")

    def test_c4_1_check_notes_a_unit_of_no_table(self):
        small_workload(self.place / "w", lambda text: text.replace("unit: items/s", "unit: parsecs/s"))
        done = self.matbench("check", "w", code=0)
        said = [line for line in (done.out + done.err).splitlines() if "parsecs" in line]
        self.assertEqual(len(said), 1, said)  # once, where the unit stands
        self.assertRegex(said[0], r"w/workload.yaml:17:\d+: unit 'parsecs/s': 'parsecs' is not in the table of units")

    def test_c4_1_lists_may_be_histograms(self):
        small_test(self.place / "tests/a", speed=12.3)
        for kind, count, total in (("histogram", "_count", "_sum"), ("gaugehistogram", "_gcount", "_gsum")):
            small_workload(self.place / "w", lambda text: text.replace("unit: items/s", f"unit: 'List[ms]', openmetrics: {{type: {kind}, buckets: [10, 20, 1000]}}")
                           .replace("value: results.speed", "value: \"list{results.speed, 1, 4000}\""))
            text = self.kpis()
            family = self.client(text)["speed_seconds"]
            self.assertEqual(family[:2], (kind, "seconds"))
            self.assertEqual([(s[0][13:], s[1].get("le"), s[2]) for s in family[3]],
                             [("_bucket", "0.01", 1), ("_bucket", "0.02", 2), ("_bucket", "1.0", 2), ("_bucket", "+Inf", 3), (count, None, 3), (total, None, 4.0133)])
            self.assertEqual(len([key for key in self.stored(text) if key[0].startswith("speed")]), 3)  # one key for all buckets
            shutil.rmtree(self.place / "tsdb")
            done = self.promtool("check", "metrics", text=self.kpis("--openmetrics-flavor=prometheus"))
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))
        for wrong in ("type: histogram", "buckets: [1]", "type: histogram, buckets: [2, 1]", "type: histogram, buckets: []", "type: counter"):
            small_workload(self.place / "w", lambda text: text.replace("unit: items/s", f"unit: ms, openmetrics: {{{wrong}}}"))
            self.assertRegex(self.kpis(code=100), r"(?m)^ERROR \| w/workload.yaml:17:\d+: openmetrics")


class FlavourTest(KpiTest):
    def golden(self, flavour, *arguments):
        if not (self.place / "tests").exists():
            shutil.copytree(GOLDEN / "fms/tests", self.place / "tests", copy_function=shutil.copyfile)
        return self.kpis(f"--openmetrics-flavor={flavour}", *arguments, workload="fine_tuning")

    def test_c4_2_prometheus_for_promtool_check_metrics(self):
        text = self.golden("prometheus")
        done = self.promtool("check", "metrics", text=text)
        self.assertIn(done.returncode, (0, 3), done.stderr)  # 3: its naming lint speaks, which is listed and does not fail
        self.assertNotIn("error while linting", done.stdout + done.stderr)
        for line in (done.stdout + done.stderr).splitlines():
            self.assertRegex(line, "use base unit")
        self.assertNotRegex(text, "(?m)^# (UNIT|EOF)")
        self.assertEqual(set(re.findall(r"(?m)\} \S+ (\S+)$", text)), {"1736150400000", "1736154000000", "1736157600000", "1736161200000"})
        for family in re.findall(r"(?m)^# HELP (\w+) ", text):
            self.assertRegex(text, rf"(?m)^# HELP {family} .*\n# TYPE {family} gauge\n{family}\{{")

    def test_c4_2_prometheus_times_are_whole_milliseconds(self):
        for start, time in (("2025-01-06T08:00:00.123456", "1736150400123"), ("1969-12-31T23:59:59.999500", "-1")):
            small_test(self.place / "tests/a", start=start)
            self.assertEqual(set(re.findall(r"(?m)\} \S+ (\S+)$", self.kpis("--openmetrics-flavor=prometheus"))), {time})

    def test_c4_2_prometheus_without_times_for_the_pushgateway(self):
        text = self.golden("prometheus", "--noopenmetrics_times")
        self.assertRegex(text, r"(?m)\} [0-9.e+-]+$")
        self.assertNotRegex(text, r"(?m)\} \S+ \S+$")
        self.assertIn(self.promtool("check", "metrics", text=text).returncode, (0, 3))

    def test_c4_2_prometheus_escapes(self):
        small_workload(self.place / "w", lambda text: text.replace("How fast", 'How \\"fast\\"').replace('help: How \\"fast\\"', "help: \"How \\\"fast\\\" \\\\ it\\nis\""))
        small_test(self.place / "tests/a", settings={"mode": 'a"b\\c\nd'})
        text = self.kpis("--openmetrics-flavor=prometheus")
        self.assertIn('# HELP speed_items_per_second How "fast" \\\\ it\\nis\n', text)
        self.assertIn('mode="a\\"b\\\\c\\nd"', text)
        self.assertIn(self.promtool("check", "metrics", text=text).returncode, (0, 3))

    def test_c4_2_seed_byte_for_byte(self):
        """The text of the seed: HELP with the name, UNIT with the name; its "..." stands for the other labels."""
        wanted = re.search(r"(?m)^   # HELP kserve_container_cpu_usage_max .*\n   # UNIT .*\n   (kserve.*), \.\.\.(\} .*)$", SEED.read_text())
        head = "".join(line[3:] + "\n" for line in wanted[0].splitlines()[:2])
        labels = dict(re.findall(r'(\w+)="([^"]*)"', wanted[1]))
        value = float(wanted[2].split()[1])
        fields = ", ".join(f"{name}: str" for name in labels)
        (self.place / "w/workload.yaml").write_text(f"""\
workload: kserve
parse_once: {{data: {{json: data.json}}}}
models: {{Settings: {{{fields}}}, Results: {{usage: float}}}}
payload:
  metadata:
    lts_schema_version: "'1.0'"
    start: data.start
    end: data.start
    test_uuid: data.uuid
    settings: {{{', '.join(f'{name}: data.{name}' for name in labels)}}}
  results: {{usage: data.usage}}
kpis:
  kserve_container_cpu_usage_max:
    help: Max CPU usage of the Kserve container | container_cpu_usage_seconds_total
    unit: cores
    better: lower
    value: results.usage
""")
        small_test(self.place / "tests/a", usage=value, uuid="6f8c61d9-6150-435c-9a8d-3a2ac4b997f5", **labels)
        self.assertEqual(self.kpis("--openmetrics_flavor=seed"),
                         head + wanted[1] + ', test_uuid="6f8c61d9-6150-435c-9a8d-3a2ac4b997f5"' + wanted[2] + "\n")

    def test_c4_2_topsail_byte_for_byte(self):
        text = self.golden("topsail")
        sample = (GOLDEN / "samples/kpis_tostr.txt").read_text()
        self.assertTrue(text.startswith(sample))
        self.assertEqual(len(text.splitlines()), 4 * len(sample.splitlines()))  # payload by payload

    def test_c4_2_topsail_lines_stay_lines(self):
        small_test(self.place / "tests/a", settings={"mode": 'a"b\nERROR | forged'})
        text = self.kpis("--openmetrics-flavor=topsail")
        self.assertEqual(len(text.splitlines()), 4)
        self.assertIn('mode="a"b ERROR | forged"', text)  # Python does not escape quotes

    def test_c4_2_an_unknown_flavour(self):
        small_test(self.place / "tests/a")
        self.assertEqual(self.kpis("--openmetrics-flavor=xml", code=100),
                         "ERROR | --openmetrics_flavor=xml: expected openmetrics, prometheus, seed or topsail\n")

    def test_c4_2_the_same_bytes_for_any_number_of_workers(self):
        tree("many", self.place / "tests", 12)
        for flavour in ("openmetrics", "prometheus", "seed", "topsail"):
            texts = {self.kpis(f"--openmetrics-flavor={flavour}", f"--jobs={n}", workload="fine_tuning") for n in (1, 2, 5)}
            self.assertEqual(len(texts), 1)


class GapTest(KpiTest):
    def workload(self, value, better="higher"):
        small_workload(self.place / "w", lambda text: text.replace("better: higher", f"better: {better}").replace("value: results.speed", f"value: {value}"))

    def test_c4_3_missing_with_its_reason_never_0(self):
        small_test(self.place / "tests/a")
        for value, reason in (("results.failures", "gave nothing"), ("results.absent.more", "attempt to index a nil value"),
                              ("1 / 0", "not a finite number"), ("\"'text'\"", "neither a number nor a list of numbers")):
            with self.subTest(value):
                self.workload(value)
                err = self.matbench("parse", "--workload=w", "--results_dirname=tests", "--output_matrix=m.json", "--output_kpis=k.txt", code=0).err
                self.assertRegex(err, rf"(?m)^WARNING \| a: lts-error: /kpis/speed/value: found null, [^\n]*{reason}")
                self.assertIsNone(self.json("m.json")[0]["results"]["lts"]["kpis"]["speed"]["value"])
                self.assertNotRegex((self.place / "k.txt").read_text(), r"(?m)^speed")
                self.assertRegex(self.kpis(code=102), r"(?m)^ERROR \| a: lts-error: /kpis/speed/value")

    def test_c4_3_the_reason_names_the_value_and_the_file(self):
        small_workload(self.place / "w", lambda text: text.replace("models:", "  extra: {json: extra.json}\nmodels:", 1)
                       .replace("failures: data.failures", "failures: extra.failures").replace("1 / results.speed", "results.speed / results.failures"))
        small_test(self.place / "tests/a")
        err = self.matbench("parse", "--workload=w", "--results_dirname=tests", "--output_kpis=k.txt", code=0).err
        self.assertRegex(err, r"(?m)^WARNING \| a: lts-error: /kpis/seconds_per_item/value: found null, [^\n]*; because "
                              r"results\.failures is null, because extra\.json was not found$")

    def test_c4_3_the_reason_names_the_line_of_a_block(self):
        small_workload(self.place / "w", lambda text: text.replace('{help: How slow, unit: s, better: lower, value: 1 / results.speed}',
                                                                   "\n    help: How slow\n    unit: s\n    better: lower\n    value: |\n      1 +\n      results.speed.x"))
        small_test(self.place / "tests/a")
        err = self.kpis(code=102)
        lines = (self.place / "w/workload.yaml").read_text().splitlines()
        self.assertIn(f"w/workload.yaml:{lines.index('      results.speed.x') + 1}: attempt to index a number value", err)
        small_workload(self.place / "w", lambda text: text.replace("value: 1 / results.speed}", "\n    value: \"1 +\"}"))
        self.assertIn("w/workload.yaml:19:12: unexpected symbol near <eof>", self.kpis(code=100))
        small_workload(self.place / "w", lambda text: text.replace('{help: How slow, unit: s, better: lower, value: 1 / results.speed}',
                                                                   "\n    help: How slow\n    unit: s\n    better: lower\n    value: |\n      1 +\n      + 2"))
        self.assertIn("w/workload.yaml:24: unexpected symbol near '+'", self.kpis(code=100))

    def test_c4_3_a_value_that_stands_for_nothing_to_analyse(self):
        """kserve's scalars when the test did not stream: 0, as Python; a count of failures that is 0 is measured."""
        small_workload(self.place / "w", lambda text: text.replace("value: results.speed", "value: results.speed, not_analysed: 0")
                       .replace("value: 1 / results.speed", "value: results.speed"))
        for i in range(9):
            small_test(self.place / f"runs/{i}/a", version=f"1.{i}", speed=10 if i < 8 else 0, start=f"2025-03-0{i + 1}T10:00:00")
            if i < 8:
                self.matbench("upload_lts", "--workload=w", f"--results_dirname=runs/{i}", code=0)
        text = self.kpis(root="runs/8")
        self.assertNotRegex(text, r"(?m)^speed")
        self.assertRegex(text, r"(?m)^seconds_per_item_seconds\{.*\} 0\.0 ")
        self.assertEqual(self.json("l.json")[0]["kpis"]["speed"]["value"], 0)
        for flavour, seen in (("prometheus", False), ("seed", False), ("topsail", True)):
            self.assertEqual("speed{" in self.kpis(f"--openmetrics-flavor={flavour}", root="runs/8"), seen)
        self.matbench("analyze_lts", "--workload=w", "--results_dirname=runs/8", code=0)
        self.assertEqual(self.kpi("speed")["verdict"], "not analysed")
        self.assertNotEqual(self.kpi("seconds_per_item")["verdict"], "not analysed")

    def test_c4_3_a_formula_may_say_0_or_an_empty_list_itself(self):
        small_test(self.place / "tests/a")
        self.workload("results.failures or 0")
        self.assertRegex(self.kpis(), r"(?m)^speed_items_per_second\{.*\} (0|0\.0) \d+$")
        self.workload("\"results.failures or list{}\"")
        text = self.kpis()
        self.assertNotRegex(text, r"(?m)^speed")
        self.assertEqual(self.json("l.json")[0]["kpis"]["speed"]["value"], [])
        self.client(text)
        self.matbench("analyze_lts", "--workload=w", "--results_dirname=tests", code=0)
        self.assertEqual(self.kpi("speed")["verdict"], "not analysed")

    def test_c4_3_no_flavour_shows_an_empty_list(self):
        small_test(self.place / "tests/a")
        self.workload("\"list{}\"")
        for flavour in ("prometheus", "seed"):
            self.assertNotIn("speed", self.kpis(f"--openmetrics-flavor={flavour}"))


class ShownTest(KpiTest):
    def test_c4_4_format_then_unit(self):
        """Python prints "0.07 None" for a format without divisor (bug 13)."""
        small_workload(self.place / "w", lambda text: text.replace("unit: items/s, better: higher, format: \"{:.2f}\"",
                                                                   "unit: hours/Mtoken, better: higher, format: \"{:.2f}\""))
        for i in range(9):
            small_test(self.place / f"runs/{i}/a", version=f"1.{i}", speed=0.07 if i < 8 else 0.03, start=f"2025-03-0{i + 1}T10:00:00")
            if i < 8:
                self.matbench("upload_lts", "--workload=w", f"--results_dirname=runs/{i}", code=0)
        shown = self.matbench("analyze_lts", "--workload=w", "--results_dirname=runs/8", code=1).out
        self.assertRegex(shown, r"(?m)^ *speed +0\.07 .* 0\.03 +hours/Mtoken +-57")
        self.assertNotIn("None", shown)

    def test_c4_4_with_a_divisor_its_unit(self):
        small_workload(self.place / "w", lambda text: text.replace(
            'unit: items/s, better: higher, format: "{:.2f}"', 'unit: bytes, better: higher, divisor: {by: "2^30", unit: GiB, format: "%.2f"}'))
        for i in range(9):
            small_test(self.place / f"runs/{i}/a", version=f"1.{i}", speed=(8 if i < 8 else 4) * 2 ** 30, start=f"2025-03-0{i + 1}T10:00:00")
            if i < 8:
                self.matbench("upload_lts", "--workload=w", f"--results_dirname=runs/{i}", code=0)
        shown = self.matbench("analyze_lts", "--workload=w", "--results_dirname=runs/8", code=1).out
        self.assertRegex(shown, r"(?m)^ *speed +8\.00 .* 4\.00 +GiB +-50")


if __name__ == "__main__":
    main()
