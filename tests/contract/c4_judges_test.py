#!/usr/bin/env python3
"""Contract C4, the judges: every file of KPIs that a shipped workload writes, of its example and of the golden trees of the Python tool.
The Python client's parser and promtool read it, and both find the payloads' values, in base units, and the runs' starts."""
import datetime
import fractions
import re
import subprocess
import sys

from c4_test import GOLDEN, KpiTest
from support import SOURCE, copy_of, main

F = fractions.Fraction
FACTORS = {"tokens/s": 1, "samples/s": 1, "steps/s": 1, "tokens": 1, "s": 1, "seconds": 1, "x": 1, "ms": F(1, 1000), "ms/token": F(1, 1000),
           "hours/Mtoken": F(3600, 10 ** 6)}
WORKLOADS = sorted(path.parent.name for path in (SOURCE / "workloads").glob("*/workload.yaml"))
TREES = {"fine_tuning": ["fms/tests", "fms/tests_small"], "ilab_training": ["ilab/tests"], "kserve_llm": ["kserve/tests"], "skeleton": ["skeleton/tests"]}
WITHOUT_PAYLOADS = {"ray_benchmark"}
QUANTILES = (0, .5, .8, .9, .95, .99, 1)


def trees(workload):
    yield SOURCE / "workloads" / workload / "example"
    for tree in TREES[workload]:
        yield GOLDEN / tree


def scaled(value, unit):
    inner = re.sub(r"^List\[(.*)\]$", r"\1", unit)
    return float(F(repr(float(value))) * FACTORS[inner])


def quantile(values, q):
    values = sorted(values)
    at = q * (len(values) - 1)
    low = int(at)
    return values[low] + (at - low) * (values[low + 1] - values[low]) if low + 1 < len(values) else values[-1]


def numbers_of(kpi):
    """What is to be written for the KPI, besides its name: (suffix, quantile) → value."""
    value, unit = kpi["value"], kpi["unit"]
    if not isinstance(value, list):
        return {("", None): scaled(value, unit)}
    if not value:
        return {}
    return ({("", repr(float(q))): scaled(quantile(value, q), unit) for q in QUANTILES} |
            {("_count", None): float(len(value)), ("_sum", None): scaled(sum(value), unit)})


def milliseconds(text):
    return round(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


class JudgesTest(KpiTest):
    def kpis(self, *arguments, workload, root):
        """The text; an example may have a test that is broken on purpose."""
        done = self.matbench("parse", f"--workload={workload}", f"--results_dirname={root}", "--output_kpis=k.txt", "--output_lts=l.json", *arguments)
        self.assertIn(done.code, (0, 102), done.err)
        return (self.place / "k.txt").read_text()

    def each_tree(self):
        self.assertEqual(set(TREES) | WITHOUT_PAYLOADS, set(WORKLOADS), "a new workload: say here what its trees are")
        for workload in sorted(TREES):
            for i, tree in enumerate(trees(workload)):
                root = self.place / f"{workload}-{i}"
                copy_of(tree, root)
                print(f"{workload}: {tree}", file=sys.stderr)
                yield workload, root

    def idle(self, workload):
        """KPIs whose formula says 0 where there is nothing to analyse."""
        text = "".join(path.read_text() for path in (SOURCE / "workloads" / workload).glob("*.yaml"))
        return {name for name, body in re.findall(r"(?m)^  (\w+):\s*\{([^}]*(?:\{\}[^}]*)?)\}$", text) if "not_analysed: 0" in body}

    def wanted(self, workload):
        idle = self.idle(workload)
        found = {}
        for payload in self.json("l.json"):
            for name, kpi in payload["kpis"].items():
                if name in idle and kpi["value"] == 0:
                    continue
                for (suffix, q), value in numbers_of(kpi).items():
                    found[name, suffix, payload["metadata"]["test_uuid"], q] = value, milliseconds(kpi["@timestamp"])
        return found

    def test_the_client_and_promtool_read_values_and_times_back(self):
        for workload, root in self.each_tree():
            text = self.kpis(workload=workload, root=root)
            families, stored, wanted = self.client(text), self.stored(text), self.wanted(workload)
            subprocess.run(["rm", "-r", self.place / "tsdb"], check=True)
            self.assertGreater(len(wanted), 0)
            names = {}  # of samples → (KPI, suffix)
            for family, (kind, unit, documentation, samples) in families.items():
                self.assertTrue(not unit or family.endswith("_" + unit), family)
                payload_names = [n for n, kpi in self.json("l.json")[0]["kpis"].items() if kpi["help"] == documentation]
                self.assertEqual(len(payload_names), 1, documentation)
                for suffix in ("",) if kind == "gauge" else ("", "_count", "_sum"):
                    names[family + suffix] = payload_names[0], suffix
            read = {(*names[name], labels["test_uuid"], labels.get("quantile")): (value, round(time * 1000))
                    for family in families.values() for name, labels, value, time in family[3]}
            self.assertEqual(read, wanted)
            back = {(*names[name], uuid, q): found for (name, uuid, q), found in stored.items()}
            self.assertEqual(back, wanted)

    def test_promtool_checks_the_prometheus_flavour(self):
        for workload, root in self.each_tree():
            text = self.kpis("--openmetrics-flavor=prometheus", workload=workload, root=root)
            done = self.promtool("check", "metrics", text=text)
            said = done.stdout + done.stderr
            self.assertIn(done.returncode, (0, 3), said)
            self.assertNotIn("error while linting", said)
            for line in said.splitlines():
                print(f"{workload}: promtool's lint: {line}", file=sys.stderr)

    def test_the_seed_flavour_is_the_payloads_own(self):
        for workload, root in self.each_tree():
            text = self.kpis("--openmetrics-flavor=seed", workload=workload, root=root)
            heads = dict(re.findall(r"(?m)^# UNIT (\w+) (.*)$", text))
            kpis = self.json("l.json")[0]["kpis"]
            self.assertTrue(heads)
            self.assertEqual(heads, {name: kpis[name]["unit"] for name in heads})
            self.assertEqual(re.findall(r"(?m)^# (?!HELP|UNIT)", text), [])

    def test_a_workload_without_payloads_has_no_kpis(self):
        for workload in WITHOUT_PAYLOADS:
            done = self.matbench("parse", f"--workload={workload}", f"--results_dirname={SOURCE}/workloads/{workload}/example", "--output_kpis=-", code=100)
            self.assertEqual(done.out, "")


if __name__ == "__main__":
    main()
