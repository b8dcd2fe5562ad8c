#!/usr/bin/env python3
"""`schema workload` says what the loader says: it takes every shipped workload, and refuses, of many changed ones, those that the loader
refuses for their structure. /usr/bin/python3 has jsonschema and PyYAML, which this file runs itself with."""
import copy
import json
import os
import random
import sys

try:
    import jsonschema
    import yaml
except ImportError:
    if sys.executable == "/usr/bin/python3":
        raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
import support

WHOLE = {
    "workload": "w", "schema_version": "1.0", "aliases": ["a"], "flavour": {"of": "f", "name": "n"},
    "artifact_dirs": {"A": "*a", "B": {"glob": "*b", "all": True}}, "important_files": ["x.json"],
    "parse_once": {"one": {"json": "x.json", "select": "$.a", "first": True}, "two": {"lines": "x", "match": "(a)", "as": "number", "keep": "last"},
                   "three": {"value": "one"}, "four": {"env": ["CI"]}, "five": {"between": "x", "start": "a", "end": "b"}},
    "models": {"Settings": {"a": "str", "b": "Optional[int]"}, "Results": {"r": {"type": "float", "coerce": "pydantic"}}},
    "payload": {"metadata": {"start": "one", "settings": {"a": "one", "b": 2}}, "results": {"r": 1.5}},
    "labels": {"l": "metadata.start"},
    "kpis": {"k": {"help": "H", "unit": "s", "better": "lower", "value": "results.r", "format": "{:.2f}", "min_relative": 0.1,
                   "thresholds": [{"labels": {"a": ["x", 8], "b": None}, "min_relative": 0.03}, {"min_absolute": 2}], "independent": True,
                   "tails": "normal", "exact": False, "bounds": {"min": -1.5, "max": 1000}, "budget": {"relative": 0.05, "absolute": 2, "since": "4.18"},
                   "reference": {"kpi": "l"}, "method": {"name": "threshold", "share": 0.1, "base": "previous"},
                   "divisor": {"by": 1024, "unit": "KiB", "format": "%.1f"}, "openmetrics": {"name": "o", "unit": "", "scale": 2}},
             "l": {"help": "H", "unit": "s", "better": "none", "value": "1"},
             "m": {"help": "H", "unit": "s", "better": "higher", "value": "1", "reference": {"labels": {"a": "x"}}, "method": "zscore"}},
    "analyze": {"comparison_keys": ["a"], "ignored_keys": "b", "sorting_keys": [], "ignored_entries": {"a": [1]}, "min_history": 5,
                "min_relative": 0.1, "min_absolute": 0, "correction": "holm", "method": {"name": "hunter", "p": 0.01, "share": 0},
                "paired": {"label": "a", "side": "b", "baseline": "base"}, "acknowledgements": "acks.yaml",
                "expect": {"label_sets": [{"a": "x", "b": [1, 2]}], "runs": 3, "max_age": "14d", "kpis": ["k"]}},
    "rewrite_settings": {"drop": ["x"], "rename": {"y": "z"}, "set": {"m": "settings.m", "n": 1}},
    "reports": {"error": {"Title": "one"}},
}
# What stands in place of a value, or beside one.
OTHERS = [None, True, 7, -1, 0, 2.5, "text", "", [], ["a"], [1], {}, {"a": "b"}, {"zzz": 1}]
# Not of a value's kind but of what it says: only the loader knows.
SAID = ("JSONPath", "pattern '", "names no artifact dir", "there is no function", "unknown name", "unexpected symbol", "expected near", "is not among",
        "means something else", "clashes", "is a setting too", "extends: ", "type '", "unknown; did you mean", "near <eof>", "KPIs need",
        "contains itself", "expected a model", "cannot", "looks like", "needs ", "leads out", "expected a key", "ends here", "no such file",
        "field '", "expected a type", "enumeration '", "unit", "value 0", "expected a name", "may not be read", "is not below", "there is no KPI", "a circle", "a length of time", "a side that", "exact and", "budget: with",
        "expected the name of a file", "needs bounds", "either kpi or labels", "relative or absolute, above 0")


def places(value, path=()):
    """The paths of all values below the top."""
    if path:
        yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], path + (key,))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from places(item, path + (i,))


def changed(whole, path, change):
    whole = copy.deepcopy(whole)
    at = whole
    for step in path[:-1]:
        at = at[step]
    change(at, path[-1])
    return whole


def mutants(whole):
    for path in places(whole):
        for other in OTHERS:
            yield path, changed(whole, path, lambda at, key: at.__setitem__(key, other))
        if isinstance(path[-1], str):
            yield path, changed(whole, path, lambda at, key: at.pop(key))
            yield path, changed(whole, path, lambda at, key: at.__setitem__(key + "x", at.pop(key)))
            yield path, changed(whole, path, lambda at, key: at.__setitem__("no name", at.pop(key)))


class Schema(support.CommandTest):
    def setUp(self):
        super().setUp()
        schema = json.loads(self.matbench("schema", "workload", code=0).out)
        jsonschema.Draft202012Validator.check_schema(schema)
        self.validator = jsonschema.Draft202012Validator(schema)

    def complaint(self, document):
        error = jsonschema.exceptions.best_match(self.validator.iter_errors(document))
        return f"{list(error.path)}: {error.message[:200]}" if error else None

    def test_takes_all_that_is_shipped(self):
        files = [f for f in support.SOURCE.glob("workloads/*/*.yaml")] + [support.SOURCE / "step/template/workload.yaml"]
        self.assertGreater(len(files), 8)
        for file in files:
            with self.subTest(file=file.name, folder=file.parent.name):
                text = file.read_text().replace("@WORKLOAD@", "w").replace("@FOLDER@", "w")
                self.assertIsNone(self.complaint(yaml.safe_load(text)))

    def test_refuses_and_takes_what_the_loader_does(self):
        self.assertIsNone(self.complaint(WHOLE))
        cases = [m for m in mutants(WHOLE)]
        random.Random(5).shuffle(cases)
        cases = cases[:int(os.environ.get('CASES', 160))]
        for i, (_, document) in enumerate(cases):
            folder = self.place / f"w{i}"
            folder.mkdir()
            (folder / "workload.yaml").write_text(json.dumps(document))
        (self.place / "empty").mkdir()
        refused = 0
        for i, (path, document) in enumerate(cases):
            done = self.matbench("parse", f"--workload=w{i}", "--results_dirname=empty")
            complaint = self.complaint(document)
            text = json.dumps(document)
            with self.subTest(path=path, document=text[:2000]):
                if done.code == 103:  # it loads; there is no test
                    self.assertIsNone(complaint, "the loader takes it")
                elif complaint is None:
                    self.assertTrue(all(any(said in line for said in SAID) or "the workload has" in line for line in done.errors()),
                                    f"the schema takes it: {done.err}")
                refused += complaint is not None
        self.assertGreater(refused, 40)

    def test_verdicts(self):
        printed = json.loads(self.matbench("schema", "verdict", code=0).out)
        self.assertEqual(printed, json.loads((support.SOURCE / "docs/verdict.schema.json").read_text()))

    def test_what_it_refuses(self):
        for arguments in ["schema"], ["schema", "other"], ["schema", "workload", "verdict"]:
            self.matbench(*arguments, code=100)
        self.matbench("schema", "workload", "--file=no/such/file", code=105)
        self.matbench("schema", "workload", "--file=s.json", code=0)
        self.assertEqual(self.json("s.json")["title"], "matbench workload")


if __name__ == "__main__":
    support.main()
