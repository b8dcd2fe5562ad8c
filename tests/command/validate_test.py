#!/usr/bin/env python3
"""`validate` on what is large or hostile, and as a part of a pipe; what it says of small documents is golden."""
import json
import os
import signal
import subprocess
import time

from support import MATBENCH, SECONDS, CommandTest, environment, main, small_test, small_workload


class ValidateTest(CommandTest):
    def put(self, name, value):
        (self.place / name).write_text(value if isinstance(value, str) else json.dumps(value))
        return name

    def validate(self, schema, *documents, code, **keywords):
        return self.matbench("validate", f"--schema={self.put('s.json', schema)}", *documents, code=code, **keywords)

    def test_many_documents_in_order(self):
        names = [self.put(f"{i:04}.json", {"n": i}) for i in range(1500)]
        schema = {"properties": {"n": {"not": {"multipleOf": 100}}}}
        first = self.validate(schema, *names, "--jobs=1", code=102)
        self.assertEqual([line.split(":")[0] for line in first.out.splitlines()], [f"{i:04}.json" for i in range(0, 1500, 100)])
        for jobs in (2, 7):
            again = self.validate(schema, *names, f"--jobs={jobs}", code=102)
            self.assertEqual((again.out, again.err), (first.out, first.err))
        listed = json.loads(self.validate(schema, *names, "--format=json", code=102).out)
        self.assertEqual([entry["document"] for entry in listed["documents"]], names)
        self.assertEqual(sum(not entry["valid"] for entry in listed["documents"]), 15)

    def test_references_without_number(self):
        n = 100000
        many = {"properties": {"a": {"$ref": "#/$defs/x"}}, "allOf": [{"$ref": "#/$defs/x"}] * n, "$defs": {"x": {"type": "integer"}}}
        self.validate(many, self.put("one.json", 1), code=0)
        chain = {"$defs": {str(i): {"$ref": f"#/$defs/{i + 1}"} for i in range(n)} | {str(n): True}, "$ref": "#/$defs/0"}
        self.assertIn("expected at most 256 references", self.validate(chain, "one.json", code=100).err)
        circle = {"$defs": {"a": {"allOf": [{"$ref": "#/$defs/b"}]}, "b": {"$ref": "#/$defs/a"}}}
        self.assertIn("leads back to itself", self.validate(circle, "one.json", code=100).err)

    def test_nesting(self):
        deep = "[" * 100000 + "]" * 100000
        self.assertIn("deep.json:1:", self.validate({}, self.put("deep.json", deep), code=101).err)
        self.assertIn("deep.json:1:", self.matbench("validate", "--schema=deep.json", "deep.json", code=100).err)

    def test_what_never_ends(self):
        loop = {"$dynamicAnchor": "a", "$dynamicRef": "#a"}
        self.assertIn("too many steps", self.validate(loop, self.put("one.json", 1), code=102).out)
        twice = {"$dynamicAnchor": "a", "allOf": [{"$dynamicRef": "#a"}, {"$dynamicRef": "#a"}]}
        self.assertIn("too many steps", self.validate(twice, "one.json", code=102).out)
        pattern = {"items": {"pattern": "^(a+)+$"}}
        self.assertIn("too many steps", self.validate(pattern, self.put("a.json", ["a" * 60 + "!"]), code=102).out)
        self.assertIn("too many steps", self.validate({"not": pattern}, "a.json", code=102).out)
        branches = {"$defs": {"a": {"anyOf": [{"items": {"$ref": "#/$defs/a"}, "minItems": 1}] * 9}}, "$ref": "#/$defs/a"}
        self.validate(branches, self.put("nested.json", "[" * 100 + "]" * 100), code=102)

    def test_large_values(self):
        values = list(range(200000))
        self.validate({"uniqueItems": True, "items": {"enum": values}}, self.put("values.json", values), code=0)
        self.assertIn("0 and 200000 are equal", self.validate({"uniqueItems": True}, self.put("v.json", values + [0.0]), code=102).out)
        done = self.validate({"items": {"type": "null"}}, "values.json", code=102)
        self.assertEqual(len(done.out.splitlines()), 10000)

    def test_payloads_of_parse(self):
        small_workload(self.place / "w")
        for i in range(3):
            small_test(self.place / "tests" / f"{i:03}__t", speed=i + 1.0)
        self.matbench("parse", "--workload=w", "--results_dirname=tests", "--output_lts=lts.json", code=0)
        self.matbench("generate_lts_schema", "--workload=w", "--file=schema.json", code=0)
        self.matbench("validate", "--schema=schema.json", "--each", "lts.json", code=0)
        self.matbench("validate", "--schema=schema.json", "lts.json", code=102)
        payloads = json.loads((self.place / "lts.json").read_text())
        payloads[1]["results"]["speed"] = "fast"
        done = self.matbench("validate", "--schema=schema.json", "--each", self.put("lts.json", payloads), code=102)
        self.assertIn(': /1/results/speed: found "fast", expected a number (', done.out)

    def test_interrupted(self):
        fifo = self.place / "pipe.json"
        os.mkfifo(fifo)
        names = [self.put(f"{i}.json", "1") for i in range(10)]
        self.put("s.json", {"type": "string"})
        with subprocess.Popen([MATBENCH, "validate", "--schema=s.json", "--format=json", "--jobs=1", *names, "pipe.json", *names],
                              cwd=self.place, env=environment(None), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            with open(fifo, "w") as writer:  # opened by both: it is being read
                running.send_signal(signal.SIGINT)
                time.sleep(0.1)
                writer.write("1")
            out, err = running.communicate(timeout=SECONDS)
        self.assertEqual(running.returncode, 130, err)
        self.assertIn(b"stopped by SIGINT", err)
        listed = json.loads(out)
        self.assertEqual((listed["complete"], listed["valid"], len(listed["documents"])), (False, False, 10))

    def test_reader_that_goes(self):
        names = [self.put(f"{i}.json", list(range(2000))) for i in range(20)]
        self.put("s.json", {"items": {"type": "null"}})
        read, write = os.pipe()
        os.close(read)
        self.assertEqual(self.matbench("validate", "--schema=s.json", *names, stdout=write).code, 141)
        os.close(write)


if __name__ == "__main__":
    main()
