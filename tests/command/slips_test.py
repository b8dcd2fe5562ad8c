#!/usr/bin/env python3
"""Slips of somebody who writes a first workload: what `new` made, with one thing wrong, and what the message has to tell."""
import os
import re
import pathlib
import subprocess
import tempfile
import unittest

import support

# what stands there, what is written instead, what check has to say: an error (with its place), or with "note" before it a note
SLIPS = [
    ("{json: result.json}", "{jsn: result.json}", "'result': there is no parser 'jsn'; did you mean 'json'?"),
    ("{json: result.json}", "{json:result.json}", "found 'json:result.json': YAML wants a blank behind the ':'"),
    ("${LOGS}/run.log\"\n    match", "${LOSG}/run.log\"\n    match", "names no artifact dir of the workload; did you mean 'LOGS'?"),
    ('LOGS: "*__logs"', 'LOGS: "/logs"', "artifact dir 'LOGS': '/logs' leads out of the test's directory"),
    ("{lua: throughput}", "{lua: througput}", "there is no function 'througput' in the workload's Lua files; did you mean 'throughput'?"),
    ("  Settings:", "  Setings:", "models: expected a model 'Settings'; is 'Setings' meant to be it?"),
    ("threads: int", "threads: optional[int]", "[…] stands behind List, dict, Optional, Union and Literal"),
    ('result["end"]', "result.end", "'end' is a word of Lua: write [\"end\"] for .end"),
    ("value: results.slowest", "value: #results.slowest", "value: found null, expected text (in quotes, when it begins with #)"),
    ('schema_version: "1.0"', "schema_version: 1.0", "schema_version: found a number, expected text (in quotes, when it looks like this)"),
    ("unit: s\n", "unit: %\n", "a text that begins with %, @ or ` needs quotes"),
    ("min_relative: 0.05", "min_relative: 5", "note: 5 is 500 % of the level: smaller changes never gate"),
    ("([0-9]+) items", "([0-9]+) (items)", "note: '_items': only the first of the pattern's 2 groups is the value"),
    ("unit: s\n", "unit: sekonds\n", "note: unit 'sekonds'"),
]

# the same of what only a test can tell
VIOLATIONS = [
    ("settings.threads", "settings.thread", "/metadata/settings/threads: found null, expected an integer; because the test's settings have no 'thread'"),
    ("start: result.start", "start: \"'yesterday'\"", '/metadata/start: found "yesterday", expected a time, as 2025-01-06T08:00:00Z'),
    ("result.uuid", "\"'abc'\"", '/metadata/test_uuid: found "abc", expected a UUID of version 4 (uuid(…) makes one)'),
    ("version: result.version", "version: \"'v1'\"", '/metadata/settings/version: found "v1", expected a version, as 4.15.0'),
]


class Slips(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.assertEqual(self.run_it("new", "w").returncode, 0)
        self.workload = self.folder / "w/workload.yaml"
        self.right = self.workload.read_text()

    def run_it(self, *arguments):
        return subprocess.run([support.MATBENCH, *arguments], cwd=self.folder, env=support.environment(), capture_output=True, text=True,
                              timeout=support.SECONDS)

    def write(self, right, wrong):
        self.assertIn(right, self.right)
        self.workload.write_text(self.right.replace(right, wrong, 1))

    def test_slips(self):
        for right, wrong, said in SLIPS:
            with self.subTest(wrong):
                self.write(right, wrong)
                done = self.run_it("check", "w")
                note = said.startswith("note: ")
                lines = [line for line in (done.stdout + done.stderr).splitlines() if said.removeprefix("note: ") in line]
                self.assertEqual(len(lines), 1, done.stdout + done.stderr)
                self.assertRegex(lines[0], "^%s" % ("note: " if note else r"ERROR \| ") + r"w/workload\.yaml:\d+:\d+: ")
                self.assertEqual(done.returncode, 0 if note else 100)

    def test_violations(self):
        for right, wrong, said in VIOLATIONS:
            with self.subTest(wrong):
                self.write(right, wrong)
                done = self.run_it("check", "w", "w/example")
                self.assertIn("violation: " + said, done.stdout)
                self.assertEqual(done.returncode, 102)

    def test_unreadable(self):
        if os.geteuid() == 0: # who may read all: a folder in its place is as unreadable
            self.workload.unlink()
            self.workload.mkdir()
        else:
            self.workload.chmod(0)
        done = self.run_it("check", "w")
        self.assertEqual(done.returncode, 100, done.stderr)
        self.assertEqual(len(re.findall(r"w/workload\.yaml", done.stderr)), 1, done.stderr)

    def test_bare_directory(self):
        done = self.run_it("parse", "w/example")
        self.assertEqual((done.returncode, done.stderr), (100, "ERROR | 'w/example': expected options only (--name=value); "
                                                               "the directory with the tests is --results_dirname=DIR\n"))


if __name__ == "__main__":
    unittest.main()
