#!/usr/bin/env python3
"""Contract C3, payloads: a test method per numbered line and clause, through the program."""
import json
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "command"))
from support import SHARED, CommandTest, copy_of, main, small_test, small_workload, tree  # noqa: E402

GOLDEN = SHARED / "data/python-golden"
SYSTEM_PYTHON = "/usr/bin/python3"  # Debian's, which has PyYAML


class SmallTest(CommandTest):
    def setUp(self):
        super().setUp()
        small_workload(self.place / "w")

    def workload(self, *replacements, more=""):
        def edit(text):
            for old, new in replacements:
                assert old in text, old
                text = text.replace(old, new)
            return text + more
        small_workload(self.place / "w", edit)

    def lts(self, *arguments, code=0, root="tests"):
        return self.matbench("parse", "--workload=w", f"--results_dirname={root}", "--output_lts=l.json", *arguments, code=code)

    def upload(self, *arguments, code=0, root="tests"):
        return self.matbench("upload_lts", "--workload=w", f"--results_dirname={root}", *arguments, code=code)

    def stored(self):
        listed = self.matbench("history", "list", code=0).out
        found = re.search(r"(?m)^small: (\d+) payload", listed)
        return int(found[1]) if found else 0


class ValidityTest(SmallTest):
    def setUp(self):
        super().setUp()
        for name in "a", "b", "c":
            small_test(self.place / "tests" / name)
        small_test(self.place / "tests/b", speed="fast")

    def test_c3_1_parse_writes_the_valid_payloads_and_ends_with_102(self):
        done = self.lts(code=102)
        self.assertEqual([p["metadata"]["settings"]["name"] for p in self.json("l.json")], ["a", "c"])
        self.assertRegex(done.err, r"(?m)^ERROR \| b: lts-error: /results/speed: found \"fast\", expected a number")
        self.assertRegex(done.err, r"(?m)^ERROR \| 1 of 3 payloads violate their schema$")

    def test_c3_1_without_output_lts_it_is_a_warning(self):
        done = self.matbench("parse", "--workload=w", "--results_dirname=tests", code=0)
        self.assertRegex(done.err, r"(?m)^WARNING \| b: lts-error: /results/speed")

    def test_c3_1_upload_sends_none_unless_all_are_valid(self):
        done = self.upload(code=102)
        self.assertRegex(done.err, r"(?m)^ERROR \| nothing was stored; --valid_only stores the valid payloads: 2$")
        self.assertNotIn("history.db", self.names())
        self.upload("--valid-only")
        self.assertEqual(self.stored(), 2)

    def test_c3_1_dry_run_stores_nothing(self):
        self.upload("--dry_run", code=102)
        self.assertRegex(self.upload("--dry_run", "--valid_only").err, r"(?m)^INFO \| --dry_run: sqlite:history.db: payloads: 2 would be added")
        self.assertNotIn("history.db", self.names())

    def test_c3_1_a_status_other_than_valid_never_becomes_history(self):
        self.workload(("    test_uuid: data.uuid\n", "    test_uuid: data.uuid\n    status: data.status or 'Valid'\n"))
        small_test(self.place / "tests/b", status="Invalid")
        self.lts()
        self.assertEqual([p["metadata"]["status"] for p in self.json("l.json")], ["Valid", "Invalid", "Valid"])
        done = self.upload()
        self.assertRegex(done.err, r"(?m)^WARNING \| payloads with a status other than Valid[^\n]*: 1$")
        self.assertEqual(self.stored(), 2)
        self.matbench("ci", "tests", "--workload=w", "--history=sqlite:ci.db", code=0)
        self.assertEqual(self.json("outcome.json")["history"]["added"], 2)
        self.matbench("analyze_lts", "--workload=w", "--results_dirname=tests", code=0)
        self.assertEqual(len(self.json("regression_verdicts.json")["entries"]), 2)
        small_test(self.place / "tests/b", status="Perhaps")
        self.assertRegex(self.lts(code=102).err, r"/metadata/status: found \"Perhaps\"")


class StrictTest(SmallTest):
    VALUES = {  # type: what is refused, what is let through
        "int": ([0.2, "3", True, None, [1]], [3, -1]),
        "float": (["0.2", True, None], [0.2, 3]),
        "str": ([3, None, True], ["x", ""]),
        "bool": ([1, "true", None], [True, False]),
        "Optional[int]": ([0.5, "1"], [None, 4]),
        "List[float]": ([3, [1, "a"], None], [[], [1, 2.5]]),
        "SemVer": (["4.15", "v4.15.0", "", 4], ["4.15.0", "4.16.0-rc.6", "2.20.0-rc1+2025-05-06"]),
        "dict[str, str]": ([{"a": 1}, "a", None], [{}, {"a": "b"}]),
        "Literal['a', 'b']": (["c", None], ["a", "b"]),
    }

    def types(self, kind, values):
        """The payloads' values of a field of that type, by test."""
        shutil.rmtree(self.place / "tests", ignore_errors=True)
        self.workload(("speed: float,", f"speed: float, field: {kind},"), ("{speed: data.speed,", "{speed: data.speed, field: data.field,"))
        for i, value in enumerate(values):
            small_test(self.place / f"tests/{i}", field=value)

    def test_c3_2_strict_by_the_json_schema(self):
        for kind, (refused, fine) in self.VALUES.items():
            with self.subTest(kind):
                self.types(json.dumps(kind), fine)
                self.lts()
                self.assertEqual([p["results"]["field"] for p in self.json("l.json")], fine)
                self.types(json.dumps(kind), refused)
                done = self.lts(code=102)
                for i in range(len(refused)):
                    self.assertRegex(done.err, rf"(?m)^ERROR \| {i}: lts-error: /results/field", kind)

    def test_c3_2_unknown_fields_are_refused(self):
        self.workload(("{speed: data.speed,", "{speed: data.speed, more: data.speed,"))
        small_test(self.place / "tests/a")
        self.assertIn("more", self.lts(code=102).err)

    def test_c3_2_all_violations_are_listed(self):
        small_test(self.place / "tests/a", speed="x", start=3, uuid="none", version=None)
        done = self.lts(code=102)
        for pointer in ("/results/speed", "/metadata/start", "/metadata/test_uuid", "/metadata/settings/version"):
            self.assertRegex(done.err, rf"(?m)^ERROR \| a: lts-error: [^\n]*{pointer}")

    def test_c3_2_coerce_pydantic(self):
        """What Pydantic v1 turned silently into an int passes, as it is."""
        self.types("{type: int, coerce: pydantic}", [0.2, "3", True, 4])
        self.lts()
        self.assertEqual([p["results"]["field"] for p in self.json("l.json")], [0.2, "3", True, 4])
        self.types("{type: int, coerce: pydantic}", ["x", None, []])
        self.lts(code=102)
        tree("odd", self.place / "odd", "replication-0.2")
        self.fine_tuning("parse", "--results_dirname=odd", "--output_lts=l.json", code=0)
        self.assertEqual([p["metadata"]["settings"]["dataset_replication"] for p in self.json("l.json")], [1, 0.2])

    def test_c3_2_what_json_cannot_say_never_gets_in(self):
        self.workload(("speed: data.speed", "speed: data.speed / 0"))
        small_test(self.place / "tests/a")
        done = self.lts(code=102)
        self.assertRegex(done.err, r"/results/speed: [^\n]*finite")


class ConfigTest(CommandTest):
    def dumps(self, folder):
        """metadata.config-like text of each test's config.yaml."""
        (self.place / "w").mkdir()
        (self.place / "w/workload.yaml").write_text("workload: dump\nlts: none\nparse_once:\n  config: {yaml: config.yaml, as: text}\n")
        self.matbench("parse", "--workload=w", f"--results_dirname={folder}", "--output_matrix=m.json", code=0)
        return {pathlib.Path(e["location"]).name: e["results"]["config"] for e in self.json("m.json")}

    def test_c3_3_the_golden_payloads_have_pythons_bytes(self):
        copy_of(GOLDEN / "fms/tests", self.place / "tests", copy_function=shutil.copyfile)
        self.fine_tuning("parse", "--results_dirname=tests", "--output_lts=l.json", code=0)
        theirs = {p["metadata"]["test_uuid"]: p for p in json.loads((GOLDEN / "fms/lts.json").read_text())}
        for payload in self.json("l.json"):
            python = theirs.pop(payload["metadata"]["test_uuid"])
            self.assertEqual(payload["metadata"]["config"], python["metadata"]["config"])
            self.assertEqual(payload, python)
        self.assertEqual(theirs, {})

    def test_c3_3_real_and_generated_configurations(self):
        files = sorted((SHARED / "data/topsail").rglob("*.yaml"))
        self.assertGreater(len(files), 1)
        texts = {f"{i:03d}": path.read_bytes() for i, path in enumerate(files)}
        odd = {"colon": "a: 'b: c'\n", "long": "text: '" + "word " * 60 + "'\n", "lines": "t: |\n  one\n   two\n\n  three\n",
               "times": "t: 12:30:00\nd: 2025-01-06\nn: 0777\ny: yes\nz: ~\n", "alias": "a: &x [1, {b: 2}]\nc: *x\n",
               "unicode": "é: \"\\u2028 \\x07 😀\"\n", "numbers": "[1e3, 1.0e+3, .inf, -.5, 1_000, 0x1F]\n", "empty": "{}\n"}
        texts |= {name: text.encode() for name, text in odd.items()}
        for name, text in texts.items():
            small_test(self.place / "tests" / name)
            (self.place / "tests" / name / "config.yaml").write_bytes(text)
        program = ("import json, pathlib, sys, yaml\n"
                   "def dump(path):\n"
                   "    return yaml.dump(yaml.safe_load(path.read_text()), default_flow_style=False, sort_keys=False, indent=4, width=80)\n"
                   "print(json.dumps({p.parent.name: dump(p) for p in pathlib.Path('tests').rglob('config.yaml')}))\n")
        python = subprocess.run([SYSTEM_PYTHON, "-c", program], cwd=self.place, capture_output=True, text=True)
        self.assertEqual(python.returncode, 0, python.stderr)
        ours = self.dumps("tests")
        for name, text in json.loads(python.stdout).items():
            self.assertEqual(ours[name], text, name)


class TimeTest(SmallTest):
    def metadata(self, **times):
        small_test(self.place / "tests/a", **times)
        self.lts()
        payload = self.json("l.json")[0]
        return payload["metadata"], payload["kpis"]["speed"]["@timestamp"]

    def test_c3_4_naive_times_are_utc_whatever_the_zone_here(self):
        small_test(self.place / "tests/a", start="2025-01-06T08:00:00", end="2025-01-06T09:00:00.250000")
        for zone in ("UTC", "America/New_York", "Asia/Tokyo"):
            self.matbench("parse", "--workload=w", "--results_dirname=tests", "--output_lts=l.json", "--output_kpis=k.om",
                          env={"TZ": zone}, code=0)
            payload = self.json("l.json")[0]
            self.assertEqual(payload["metadata"]["start"], "2025-01-06T08:00:00")
            self.assertEqual(payload["metadata"]["end"], "2025-01-06T09:00:00.250000")
            self.assertEqual(payload["kpis"]["speed"]["@timestamp"], "2025-01-06T08:00:00.000000Z")
            self.assertIn(" 1736150400\n", (self.place / "k.om").read_text())

    def test_c3_4_z_is_written_only_on_utc(self):
        """A start with a zone: the KPI's time is the same moment in UTC."""
        for start, timestamp in (("2025-01-06T10:00:00+02:00", "2025-01-06T08:00:00.000000Z"),
                                 ("2025-01-06T08:00:00Z", "2025-01-06T08:00:00.000000Z"),
                                 ("2025-01-06T03:00:00.5-05:00", "2025-01-06T08:00:00.500000Z")):
            metadata, found = self.metadata(start=start)
            self.assertEqual((metadata["start"], found), (start, timestamp))

    def test_c3_4_no_time_is_a_violation(self):
        for start in ("yesterday", "2025-13-01T00:00:00", 1736150400, None, ""):
            small_test(self.place / "tests/a", start=start)
            self.assertRegex(self.lts(code=102).err, r"(?m)^ERROR \| a: lts-error: (/metadata/start|[^\n]*because metadata.start is '2025-13-01T00:00:00', which is no time)", start)


class DirectionTest(SmallTest):
    def test_c3_5_better_is_mandatory(self):
        small_test(self.place / "tests/a")
        self.workload(("better: higher, ", ""))
        self.assertRegex(self.lts(code=100).err, r"\AERROR \| w/workload.yaml:\d+:\d+: KPI 'speed': expected better: higher, lower or none\n\Z")
        self.workload(("better: higher", "better: bigger"))
        self.assertRegex(self.lts(code=100).err, r"better[^\n]*'bigger'[^\n]*|'bigger'[^\n]*better")

    def test_c3_5_none_is_never_gated_and_leaves_lower_better_out(self):
        self.workload(("better: higher", "better: none"))
        for i in range(9):
            small_test(self.place / f"runs/{i}/a", version=f"1.{i}", speed=10.0 if i < 8 else 1.0, start=f"2025-03-{i + 1:02d}T10:00:00")
        for i in range(8):
            self.upload(root=f"runs/{i}")
        self.lts(root="runs/8")
        kpis = self.json("l.json")[0]["kpis"]
        self.assertNotIn("lower_better", kpis["speed"])
        self.assertIs(kpis["seconds_per_item"]["lower_better"], True)
        self.matbench("analyze_lts", "--workload=w", "--results_dirname=runs/8", "--kpi_filter=speed", code=0)
        self.assertEqual(self.kpi("speed")["verdict"], "not analysed")


class WithoutLtsTest(SmallTest):
    def test_c3_6_lts_none_skips_those_steps(self):
        (self.place / "w/workload.yaml").write_text("workload: plain\nlts: none\nparse_once:\n  data: {json: data.json}\n")
        small_test(self.place / "tests/a")
        self.matbench("parse", "--workload=w", "--results_dirname=tests", "--output_matrix=m.json", code=0)
        self.assertEqual(self.json("m.json")[0]["results"]["data"]["speed"], 10.0)
        self.assertIsNone(self.json("m.json")[0]["results"].get("lts"))
        done = self.matbench("ci", "tests", "--workload=w", code=0)
        self.assertNotRegex(done.out, "history|stored")
        self.assertNotIn("lts_payload.json", self.names())
        self.assertNotIn("history.db", self.names())
        self.assertRegex(self.upload(code=100).err, r"workload 'plain' has no LTS payloads \(lts: none\)")
        for command in ("generate_lts_schema", "analyze_lts"):
            flags = ("--results_dirname=tests",)
            done = self.matbench(command, "--workload=w", *flags, code=100)
            self.assertRegex(done.err, r"workload 'plain' has no LTS payloads \(lts: none\)", command)

    def test_c3_6_parse_output_lts_says_so(self):
        (self.place / "w/workload.yaml").write_text("workload: plain\nlts: none\nparse_once:\n  data: {json: data.json}\n")
        small_test(self.place / "tests/a")
        for outputs in (["--output_lts=l.json"], ["--output_kpis=k.om"]):
            done = self.matbench("parse", "--workload=w", "--results_dirname=tests", *outputs, code=100)
            self.assertEqual(done.err, "ERROR | workload 'plain' has no LTS payloads (lts: none)\n")


if __name__ == "__main__":
    main()
