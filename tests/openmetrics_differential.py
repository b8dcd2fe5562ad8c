#!/usr/bin/env python3
"""openmetrics_differential.py MATBENCH SOURCE SHARED: the text of `matbench parse --output_kpis` as the Python client's
OpenMetrics parser (Debian's python3-prometheus-client) reads it, held against the payloads: every value, label and time,
nothing more."""
import datetime
import fractions
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from prometheus_client.openmetrics.parser import text_string_to_metric_families


passed = failed = 0


def check(ok, what):
    global passed, failed
    passed += bool(ok)
    failed += not ok
    if not ok:
        print("not so:", what, file=sys.stderr)


def run(matbench, workload, results, folder):
    paths = [os.path.join(folder, name) for name in ("lts.json", "kpis.txt")]
    done = subprocess.run([matbench, "parse", "--workload", workload, "--results_dirname", results, "--output_lts", paths[0],
                           "--output_kpis", paths[1]], capture_output=True, text=True, cwd=folder)
    check(done.returncode == 0, done.stderr)
    with open(paths[0]) as payloads, open(paths[1]) as text:
        return json.load(payloads), text.read()


def label_text(value):
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def labels_of(kpi):
    """What the contract says of labels (C4.1)."""
    described = {"help", "unit", "ignored_for_regression", "format", "full_format", "divisor", "divisor_unit", "lower_better",
                 "@timestamp", "value"}
    labels = {}
    for name, value in kpi.items():
        if name in described:
            continue
        members = {f"{name}_{key}": member for key, member in value.items()} if isinstance(value, dict) else {name: value}
        labels.update({re.sub("[^a-zA-Z0-9_]", "_", key): label_text(member) for key, member in members.items() if member is not None})
    return labels


def seconds(text):
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) / datetime.timedelta(seconds=1)


def quantile(values, q):
    values = sorted(values)
    at = q * (len(values) - 1)
    low = int(at)
    return values[low] + (at - low) * (values[low + 1] - values[low]) if low + 1 < len(values) else values[-1]


# From the units of these workloads to OpenMetrics' base units.
FACTORS = {unit: fractions.Fraction(1) for unit in ("tokens/s", "samples/s", "steps/s", "tokens", "s", "B", "", "/s")}
FACTORS |= {"ms": fractions.Fraction(1, 1000), "hours/Mtoken": fractions.Fraction(3600, 10 ** 6)}
NAMES = {"gpu_seconds_per_token": "gpu_hours_per_million_tokens"}  # a name of its own in OpenMetrics


def scaled(value, factor):
    """The double nearest to the decimal digits that stand for the value, times the factor."""
    return float(value) if factor == 1 else float(fractions.Fraction(repr(float(value))) * factor)


def expected_samples(name, kpi):
    """(suffix, labels, value) of each sample."""
    labels, value = labels_of(kpi), kpi["value"]
    factor = FACTORS[kpi["unit"]]
    if not isinstance(value, list):
        return [("", labels, scaled(value, factor))]
    if not value:
        return []
    return ([("", {**labels, "quantile": repr(float(q))}, scaled(quantile(value, q), factor)) for q in (0, .5, .8, .9, .95, .99, 1)] +
            [("_count", labels, float(len(value))), ("_sum", labels, scaled(sum(value), factor))])


def compare(parse, payloads, text):
    check(text.endswith("# EOF\n"), "the text ends with # EOF")
    families = {}
    for family in parse(text):
        check(family.name not in families, f"{family.name} once")
        check(not family.unit or family.name.endswith("_" + family.unit), f"{family.name} ends with its unit {family.unit}")
        check(family.documentation, f"{family.name} has a help")
        families[family.name] = family
    wanted = {}
    for payload in payloads:
        for name, kpi in payload["kpis"].items():
            for suffix, labels, value in expected_samples(name, kpi):
                wanted[(name, suffix, frozenset(labels.items()))] = (value, seconds(kpi["@timestamp"]), kpi["help"])
    found = 0
    for family in families.values():
        own = NAMES.get(family.name, family.name)
        names = [name for name in payloads[0]["kpis"] if own in (name, f"{name}_{family.unit}")]
        check(len(names) == 1, f"{family.name} is one KPI: {names}")
        for sample in family.samples:
            found += 1
            key = (names[0], sample.name[len(family.name):], frozenset(sample.labels.items()))
            value, time, documentation = wanted.get(key, (None, None, None))
            check(value is not None and sample.value == value, f"{sample}: expected {value}")
            check(time is not None and sample.timestamp is not None and abs(float(sample.timestamp) - time) < 1e-6, f"{sample}: at {time}")
            check(documentation == family.documentation, f"{family.name}: {family.documentation}")
    check(found == len(wanted) and found > 0, f"{found} samples of {len(wanted)}")


ODD_WORKLOAD = """
workload: odd
artifact_dirs: {}
models:
  Settings: {name: str, "odd-label": "Optional[str]", urls: "Optional[dict[str, str]]", count: int}
  Metadata: {}
  Results: {value: float, values: "List[float]", empty: "List[float]"}
payload:
  metadata:
    lts_schema_version: "'1.0'"
    start: settings.start
    end: settings.start
    test_uuid: settings.uuid
    settings: {name: settings.name, odd-label: settings.odd, urls: settings.urls, count: settings.count}
  results: {value: settings.value, values: settings.values, empty: "list{}"}
kpis:
  value: {help: "A \\"quoted\\" help \\\\ with all", unit: B, better: lower, value: results.value}
  many_values: {help: "Two\\nlines", unit: ms, better: higher, value: results.values}
  nothing: {help: Never there, unit: "", better: none, value: results.empty}
  rate: {help: R, unit: "/s", better: none, value: results.value / 3}
"""
ODD_TESTS = [
    {"name": "plain", "value": 1, "values": [1.5]},
    {"name": "quotes \" and \\ and \n and {a=\"b\"} # EOF", "value": -0.1, "values": [3, 1, 2], "odd": "\u00e9\u20ac\U0001f600"},
    {"name": "", "value": 1e-300, "values": [], "urls": {"job": "http://x/?a=1&b=\"2\"", "a b": "c,d=\"e\""}},
    {"name": "before 1970", "value": 1e300, "values": [1e300, 1e-300, 0], "start": "1969-12-31T23:59:58.250001"},
    {"name": "microseconds", "value": 0.1, "values": list(range(100)), "start": "2025-01-06T08:00:00.000001"},
    {"name": "zone", "value": 2 ** 53, "values": [0.1] * 10, "start": "2025-01-06T10:00:00+02:00"},
]


def odd_tree(folder):
    os.makedirs(os.path.join(folder, "workload"))
    with open(os.path.join(folder, "workload", "workload.yaml"), "w") as file:
        file.write(ODD_WORKLOAD)
    for i, test in enumerate(ODD_TESTS):
        where = os.path.join(folder, "results", str(i))
        os.makedirs(where)
        settings = {"start": "2025-01-06T08:00:00", "uuid": f"6f8c61d9-6150-435c-9a8d-3a2ac4b997f{i}", "count": i, "odd": None, "urls": None, **test}
        with open(os.path.join(where, "settings.yaml"), "w") as file:
            text = json.dumps(settings, ensure_ascii=False)
            file.write(re.sub(r"(\d)e([+-]\d)", r"\1.0e\2", text))  # without a dot it would be text in YAML 1.1
        with open(os.path.join(where, "exit_code"), "w") as file:
            file.write("0")
    return os.path.join(folder, "workload"), os.path.join(folder, "results")


def main():
    matbench, source, shared = sys.argv[1:4]
    parse = text_string_to_metric_families
    golden = os.path.join(shared, "data", "python-golden", "fms", "tests")
    assert os.path.isdir(golden), golden + " is needed"
    with tempfile.TemporaryDirectory() as scratch:
        tests = os.path.join(scratch, "tests")  # a copy: matbench puts its parse caches into test directories
        shutil.copytree(golden, tests)
        for folder, _, _ in os.walk(tests):
            os.chmod(folder, 0o755)
        compare(parse, *run(matbench, os.path.join(source, "workloads", "fine_tuning"), tests, scratch))
        compare(parse, *run(matbench, *odd_tree(scratch), scratch))
    print(f"{passed} passed, {failed} failed")
    return failed != 0


sys.exit(main())
