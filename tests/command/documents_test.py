#!/usr/bin/env python3
"""What matbench writes for programs follows its published schema: bundles with their verdicts, of scenes that have every kind of verdict, and
outcome.json of several ends of `ci`. Judges: `matbench validate`, and jsonschema, which /usr/bin/python3 has: this file runs itself with that."""
import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    if sys.executable == "/usr/bin/python3":
        raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
from support import MATBENCH, SECONDS, SOURCE, CommandTest, environment, main, small_test, small_workload, night

SCENES = "acks", "causes", "checks", "completeness"
# In the program's place: each analysis of a scene leaves a bundle, too.
WRAPPER = """#!/bin/sh
case "$1" in analyze_lts) n=$(ls "$COLLECTED" | wc -l); exec "$REAL" "$@" --bundle="$COLLECTED/$n.json" ;; esac
exec "$REAL" "$@"
"""


def schema_of(name):
    return json.loads((SOURCE / "docs" / name).read_text())


def complaints(name, document):
    schema = schema_of(name)
    resolver = jsonschema.RefResolver((SOURCE / "docs" / name).as_uri(), schema)  # what it refers to lies beside it
    validator = jsonschema.Draft202012Validator(schema, resolver=resolver)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in validator.iter_errors(document)]


class DocumentsCase(CommandTest):
    def judge(self, schema, *files):
        self.matbench("validate", f"--schema={SOURCE}/docs/{schema}", *files, code=0)
        for file in files:
            self.assertEqual(complaints(schema, self.json(file)), [], file)

    def refused(self, schema, document):
        (self.place / "changed.json").write_text(json.dumps(document))
        self.matbench("validate", f"--schema={SOURCE}/docs/{schema}", "changed.json", code=102)
        self.assertNotEqual(complaints(schema, document), [])


class BundleTest(DocumentsCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="mb-documents-")
        cls.addClassCleanup(folder.cleanup)
        cls.collected = pathlib.Path(folder.name).resolve()
        for scene in SCENES:
            (cls.collected / scene).mkdir()
            with tempfile.TemporaryDirectory(prefix="mb-documents-") as scratch:
                wrapper = pathlib.Path(scratch, "wrapper")
                wrapper.write_text(WRAPPER)
                wrapper.chmod(0o755)
                (pathlib.Path(scratch) / "scene").mkdir()
                env = environment({"MATBENCH": str(wrapper), "REAL": MATBENCH, "COLLECTED": str(cls.collected / scene), "SOURCE": str(SOURCE),
                                   "PYTHON": sys.executable, "HOME": scratch})
                subprocess.run(["sh", "-euc", '. "$SOURCE/tests/golden/lib.sh"; . "$0"', str(SOURCE / "tests/golden" / scene / "cmd")],
                               cwd=f"{scratch}/scene", env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=True)
        cls.files = sorted(cls.collected.glob("*/*.json"))

    def json(self, name):
        return json.loads((self.place / name).read_text())

    def test_they_follow_their_schemas(self):
        self.assertGreaterEqual(len(self.files), 12)
        self.judge("bundle.schema.json", *self.files)

    def test_the_scenes_have_something_of_everything(self):
        seen = {"verdict": set(), "status": set(), "decided_by": set(), "check": set()}
        for file in self.files:
            for entry in self.json(file)["verdicts"]["entries"]:
                for kpi in entry["kpis"]:
                    seen["verdict"].add(kpi["verdict"])
                    seen["status"].add((kpi["change"] or {"status": None})["status"])
                    seen["decided_by"].add(kpi["decided_by"])
        self.assertLessEqual({"ok", "regression", "suspect", "cannot tell", "no history", "acknowledged", "missing", "not analysed"}, seen["verdict"])
        self.assertLessEqual({None, "new", "known", "acknowledged"}, seen["status"])
        self.assertLessEqual({"level", "bound", "drift", "paired"}, seen["decided_by"])
        inputs = [self.json(file)["inputs"] for file in self.files]
        self.assertTrue(any(i["acknowledgements"] for i in inputs) and any(i["expect"] and i["expect"]["label_sets"] for i in inputs))
        self.assertTrue(any(i["options"]["pairing_label"] for i in inputs) and any(k["control_labels"] for i in inputs for k in i["kpis"]))

    def test_a_member_more_or_less_is_refused(self):
        whole = self.json(self.files[-1])
        whole["inputs"]["history"] = whole["inputs"]["history"][:1]
        places = [(), ("inputs",), ("inputs", "options"), ("inputs", "counts"), ("inputs", "kpis", 0), ("inputs", "entries", 0), ("verdicts",),
                  ("verdicts", "entries", 0, "kpis", 0, "evidence")]
        for place in places:
            with self.subTest(place=place):
                more, less = copy.deepcopy(whole), copy.deepcopy(whole)
                for document in more, less:
                    at = document
                    for step in place:
                        at = at[step]
                    if document is more:
                        at["zzz"] = 1
                    else:
                        del at[next(iter(at))]
                    self.refused("bundle.schema.json", document)
        for name in "inputs_sha256", "verdicts_sha256":
            self.refused("bundle.schema.json", whole | {name: "0" * 63})
        self.refused("bundle.schema.json", whole | {"format": 2})

    def test_the_program_has_them(self):
        for name in "bundle", "verdict", "outcome":
            self.matbench("schema", name, f"--file={name}.schema.json", code=0)
            self.assertEqual(self.json(f"{name}.schema.json"), schema_of(f"{name}.schema.json"))
            jsonschema.Draft202012Validator.check_schema(schema_of(f"{name}.schema.json"))
        self.matbench("validate", "--schema=bundle.schema.json", *self.files, code=0)  # with the one beside it


class OutcomeTest(DocumentsCase):
    def setUp(self):
        super().setUp()
        small_workload(self.place / "w")
        for i in range(12):
            small_test(self.place / f"old/t{i}", 100 + i % 3, settings={"name": "x", "night": i}, **night(i))
        small_test(self.place / "new/t12", 70, settings={"name": "x", "night": 12}, **night(12))
        (self.place / "empty").mkdir()

    def run_ci(self, directory, out, *options, code):
        self.matbench("ci", directory, "--workload=w", f"--artifact_dir={out}", *options, code=code)
        return f"{out}/outcome.json"

    def test_it_follows_its_schema(self):
        files = [self.run_ci("old", "first", "--novisualize", code=0), self.run_ci("new", "worse", code=1),
                 self.run_ci("new", "again", "--noupload", "--fail_on=known-regression", code=0), self.run_ci("empty", "none", code=103)]
        small_test(self.place / "bad/t13", "fast", settings={"name": "x", "night": 13}, **night(13))
        (self.place / "bad/t14").mkdir()
        files.append(self.run_ci("bad", "bad", code=102))
        self.judge("outcome.schema.json", *files)
        worse, none = self.json(files[1]), self.json(files[3])
        self.assertEqual((worse["format"], worse["exit_code"], worse["verdicts"]["regression"], worse["statuses"]["new"]), (1, 1, 2, 2))
        self.assertEqual((none["verdicts"], none["statuses"]), ({}, {}))
        for change in ({"zzz": 1}, {"format": 2}, {"exit_code": "1"}, {"verdicts": {"ok": 1}}, {"statuses": {"new": -1}}, {"steps": [{"step": "parse"}]}):
            self.refused("outcome.schema.json", worse | change)
        del worse["steps"]
        self.refused("outcome.schema.json", worse)


if __name__ == "__main__":
    main()
