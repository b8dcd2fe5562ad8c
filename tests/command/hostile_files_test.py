"""Files, paths, patterns and schemas that mean harm, through the program: one clear line each, in bounded time and memory."""
import json
import os
import subprocess
import sys
import unittest

import support

LEVELS = 100000
MEGABYTES = 320  # what a file kept whole may have, and the program
# Starts the program from a process that is small itself, whose own memory would count otherwise, and says how much was used.
LAUNCH = "import os,sys; s,u=os.wait4(os.posix_spawn(sys.argv[1],sys.argv[1:],os.environ),0)[1:]; print(u.ru_maxrss>>10,file=sys.stderr); sys.exit(os.waitstatus_to_exitcode(s))"


class Hostile(support.ParsingTest):
    def setUp(self):
        super().setUp()
        (self.place / "w").mkdir()

    def limited(self, *arguments, code, megabytes=MEGABYTES):
        command = [sys.executable, "-I", "-S", "-c", LAUNCH, support.MATBENCH, *map(str, arguments)]
        done = subprocess.run(command, cwd=self.place, env=support.environment({"MATBENCH_STORE_IGNORE_CACHE": "y"}), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="backslashreplace", timeout=support.SECONDS)
        self.assertNotIn("Sanitizer", done.stderr)
        self.assertEqual(done.returncode, code, done.stdout[-2000:] + done.stderr[-2000:])
        if not support.SANITIZED:
            self.assertLess(int(done.stderr.splitlines()[-1]), megabytes, "MB of memory")
        return done.stdout + done.stderr

    def broken(self, parser, says, lua=""):
        (self.place / "w/workload.yaml").write_text("workload: w\nlts: none\nlua: f.lua\nparse_once:\n  v: {%s}\n" % parser)
        (self.place / "w/f.lua").write_text("function read(test)\n  return %s\nend\n" % (lua or 1))
        log = self.limited("parse", "--workload=w", "--results_dirname=results", "--output_matrix=m.json", code=101)
        own = [line for line in log.splitlines() if line.startswith("WARNING | t: ") and "important" not in line]
        self.assertEqual(len(own), 1, log)
        self.assertRegex(own[0], says)

    def test_a_file_of_one_gigabyte(self):
        """One line of it, which takes no room on the disk. What is kept whole is refused by its size, before it is read."""
        with open(self.test / "one", "wb") as out:
            out.truncate(1 << 30)
        for parser in ("yaml: one", "text: one", "python: one", "ansible_log: one", "ansible_play: one, prefix: a", "openmetrics: one", "junit: one",
                       "robot: one", "xml: one", "sqlite: one, query: SELECT 1 AS a"):
            with self.subTest(parser):
                self.broken(parser, "one: larger than the limit of 256 MB")
        self.broken("lua: read", r"f\.lua:2: text: t/one: larger than the limit of 256 MB", "text('one')")
        for parser in "json: one", "json: one, select: $.a":
            self.broken(parser, "one:1:1: expected a value, found the control character")
        with open(self.test / "one", "r+b") as out:
            out.write(b'{"a": 1, "b": "')
        self.broken("json: one, select: $.a", r"one:1:16: ")
        os.truncate(self.test / "one", 65 << 20)
        self.broken("yaml: one", "one: larger than 67108864 bytes")

    def test_levels(self):
        def nested(opening, inner, closing):
            return opening * LEVELS + inner + closing * LEVELS
        rows = [("json: x", nested("[", "", "]"), "x:1:513: expected at most 512 nested"),
                ("json: x, select: '$..a'", nested('{"a":', "1", "}"), r"x:1:\d+: expected at most 512 nested"),
                ("json: x, select: $.b", nested('{"a":', "1", "}"), r"x:1:\d+: expected at most 512 nested"),
                ("jsonl: x", nested("[", "", "]"), "x:1:513: expected at most 512 nested"),
                ("yaml: x", nested("[", "", "]"), "x:1:201: nested deeper than 200"), ("yaml: x", "- " * LEVELS, r"x:1:\d+: nested deeper than 200"),
                ("python: x", nested("(", "", ")"), "x:1:101: nested deeper than 100"), ("python: x", nested("{1:", "1", "}"), r"x:1:\d+: nested deeper than 100"),
                ("xml: x", nested("<a>", "", "</a>"), "x:1:601: elements are nested more than 200 deep"),
                ("lua: read", nested("[", "", "]"), r"f\.lua:2: parse_json: .*at most 512 nested")]
        for parser, text, says in rows:
            with self.subTest(parser, text=text[:10]):
                (self.test / "x").write_text(text)
                self.broken(parser, says, "parse_json(text('x'))")

    def test_paths_of_many_levels(self):
        (self.test / "x").write_text("{}")
        for path in "[?@" * 20000, "[?" + "(" * 60000, "[?" + "!(" * 30000, "[?" + "length(" * 9000:
            with self.subTest(path[:9]):
                self.assertIn("expected at most 64", self.limited("query", "$" + path, "results/t/x", code=100))
        self.assertIn("expected at most 65536 bytes, found 100001", self.limited("query", "$" + "[*]" * 33333 + ".", "results/t/x", code=100))

    def test_patterns_without_end(self):
        slow = "a" * 5000 + "!"
        (self.test / "x").write_text(slow)
        (self.test / "x.json").write_text(json.dumps({"r": [slow] * 3}))
        steps = "pattern needs too many steps"
        self.broken("lines: x, match: '^(a+)+$'", rf"x:1: {steps}; the pattern is at w/workload.yaml:5:")
        for function, call in ("match", "match(text('x'), '^(a+)+$')"), ("replace", "replace(text('x'), '^(a+)+$', '')"), ("lines", "lines('x', '^(a+)+$')"):
            self.broken("lua: read", rf"f\.lua:2: {function}: .*{steps}", call)
        for parser in "json", "jsonl", "yaml":
            self.broken(parser + ": x.json, select: '$.r[?match(@, \"(a+)+\")]'", rf"x\.json: the path \$\.r\[.*\] asks for too much: a {steps}")
        log = self.limited("query", '$.r[?match(@, "(a+)+")]', "results/t/x.json", code=101)
        self.assertIn("asks for too much: a " + steps, log)

    def test_a_path_that_two_parsers_share(self):
        """Each says what became of its value: both are null."""
        (self.test / "x.json").write_text(json.dumps({"r": ["a" * 5000 + "!"], "b": 2}))
        path = "'$.r[?match(@, \"(a+)+\")]'"
        (self.place / "w/workload.yaml").write_text("workload: w\nlts: none\nparse_once:\n  v: {json: x.json, select: %s}\n  u: {json: x.json, select: %s}\n"
                                                    "  b: {json: x.json, select: $.b}\n" % (path, path))
        self.limited("parse", "--workload=w", "--results_dirname=results", "--output_matrix=m.json", code=101)
        results = self.json("m.json")[0]["results"]
        self.assertEqual((results["v"], results["u"], results["b"]), (None, None, 2))

    def test_schemas(self):
        deep = '{"items":' * LEVELS + "true" + "}" * LEVELS
        twice = ",".join('"a%d":{"anyOf":[{"$ref":"#/$defs/a%d"},{"$ref":"#/$defs/a%d"}]}' % (i, i + 1, i + 1) for i in range(60))
        rows = [("depth", deep, "1", 100, "expected at most 512 nested"),
                ("itself", '{"$ref": "#"}', "1", 100, "leads back to itself"),
                ("cycle", '{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"allOf":[{"$ref":"#/$defs/a"}]}},"$ref":"#/$defs/a"}', "1", 100, "leads back to itself"),
                ("dynamic", '{"$dynamicRef":"#x","$dynamicAnchor":"x"}', "1", 102, "takes too many steps"),
                ("pattern", '{"pattern":"^(a+)+$"}', json.dumps("a" * 5000 + "!"), 102, "pattern needs too many steps"),
                ("names", '{"patternProperties":{"^(a|a)*$":true}}', json.dumps({"a" * 5000 + "!": 1}), 102, "takes too many steps"),
                ("large", '{"pattern":"(((a{1000}){1000}){1000})"}', "1", 100, "too large"),
                ("doubling", '{"$defs":{%s,"a60":false},"$ref":"#/$defs/a0"}' % twice, "1", 102, "1 of 1 document"),
                ("document", '{"$ref":"#/$defs/a","$defs":{"a":{"items":{"$ref":"#/$defs/a"}}}}', "[" * LEVELS, 101, "expected at most 512 nested")]
        for name, schema, document, code, says in rows:
            with self.subTest(name):
                (self.place / "s.json").write_text(schema)
                (self.place / "d.json").write_text(document)
                self.assertIn(says, self.limited("validate", "--schema=s.json", "d.json", code=code, megabytes=64))

    def test_columns_that_change(self):
        rows = [("a,b\n1,2\n1\n", r"x:3:1: found 1 field, expected 2"), ("a,b\n1,2,3,4\n", r"x:2:1: found 4 fields, expected 2"),
                ("a,b\n" + ",".join("1" * 1000) + "\n", r"x:2:1: found 1000 fields"), ("," * 200000, r"x:1.*: more than 100000 fields")]
        for text, says in rows:
            (self.test / "x").write_text(text)
            self.broken("csv: x", says)


if __name__ == "__main__":
    unittest.main()
