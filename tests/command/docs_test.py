#!/usr/bin/env python3
"""What the pages for authors show is so: docs/tutorial.md from its first line to its last, and every snippet of docs/workload.md.

In the tutorial an indented example is one of these:
  - a file, when the line before it ends with "`NAME`:" (the text between the backquotes is the path); "at the end of `NAME`:" appends
  - commands and what they print, when it begins with "$ ": each line that begins so is a command ("> " goes on with it), the lines up
    to the next one are what it prints. A line "…" stands for any number of lines.
They are taken in order, in one folder, where `matbench` is the program. Anything else is a failure.
"""
import os
import re
import subprocess
import tempfile

import support

DOCS = support.SOURCE / "docs"


def examples(text):
    """The indented examples of a page, with the text line before each: [(line, before, [line, …])]."""
    found, before, lines = [], "", text.split("\n")
    number = 0
    while number < len(lines):
        line = lines[number]
        if not line.startswith("    "):
            before = line if line.strip() else before
            number += 1
            continue
        start, block = number + 1, []
        while number < len(lines) and (lines[number].startswith("    ") or not lines[number].strip()):
            block.append(lines[number][4:])
            number += 1
        while not block[-1].strip():
            block.pop()
        found.append((start, before, block))
        before = ""
    return found


def split_examples(found):
    """A file that is followed by commands, with nothing but an empty line between, is two examples."""
    for start, before, block in found:
        at = next((i for i, line in enumerate(block) if line.startswith("$ ") and i and not block[i - 1].strip()), None)
        if at and not block[0].startswith("$ "):
            yield start, before, block[:at - 1]
            yield start + at, "", block[at:]
        else:
            yield start, before, block


def commands(block):
    """[(command, [expected line, …])]"""
    result = []
    for line in block:
        if line.startswith("$ "):
            result.append((line[2:], []))
        elif line.startswith("> ") and not result[-1][1]:
            result[-1] = (result[-1][0] + "\n" + line[2:], [])
        else:
            result[-1][1].append(line)
    return result


def fits(expected, printed):
    """Whether the lines are as expected, "…" standing for any of them; empty ones do not count."""
    pattern = "".join("(?:.*\n)*" if line.strip() == "…" else re.escape(line.rstrip()) + "[ ]*\n" for line in expected if line.strip())
    return re.fullmatch(pattern, "".join(line + "\n" for line in printed if line.strip())) is not None


class Tutorial(support.CommandTest):
    def shell(self, command):
        path = os.pathsep.join([str(self.place / "bin"), os.environ["PATH"]])
        done = subprocess.run(["sh", "-c", command], cwd=self.place / "work", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, env=support.environment({"PATH": path}), timeout=support.SECONDS)
        self.assertNotIn("Sanitizer", done.stdout)
        return done.stdout.splitlines()

    def write(self, before, block):
        name = re.search(r"`([^`]+)`:\s*$", before)[1]
        path = self.place / "work" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "a" if "at the end of" in before else "w") as file:
            file.write("\n".join(block) + "\n")

    def test_every_example_is_so(self):
        for folder in "bin", "work":
            (self.place / folder).mkdir()
        (self.place / "bin/matbench").symlink_to(support.MATBENCH)
        run = 0
        for line, before, block in split_examples(examples((DOCS / "tutorial.md").read_text())):
            if not block[0].startswith("$ "):
                self.assertRegex(before, r"`[^`]+`:\s*$", f"tutorial.md:{line}: neither a file nor commands")
                self.write(before, block)
                continue
            for command, expected in commands(block):
                printed = self.shell(command)
                run += 1
                self.assertTrue(fits(expected, printed), f"tutorial.md:{line}: $ {command}\n" + "\n".join(printed))
        self.assertGreater(run, 20)


# What the snippets of workload.md name and do not declare.
AROUND = """\
workload: snippet
lua: f.lua
"""
DIRS = "artifact_dirs: {CLUSTER: '*c', RUN: '*r', RUNS: {glob: '*s', all: true}}\n"
MODELS = "models: {Settings: {model_name: str}, Results: {x: int}}\n"
PAYLOAD = """\
payload:
  metadata: {start: "'x'", end: "'x'", test_uuid: "'x'", settings: {container_image: 1, ocp_version: 1, model_name: 1, batch_size: 1, gpu: 1, pair_id: 1, variant: 1}}
  results: {x: 1}
"""
KPIS = "kpis: {throughput: {help: H, unit: s, better: lower, value: results.x}}\n"
FUNCTIONS = "function my_function(x) return x end\nfunction topsail_node_lines() return nil end\n"
# Examples of JSONPath and their document: tests/command/jsonpath_docs_test.py runs them.
JSONPATHS = re.compile(r"\{|\$\.")
NOT_WORKLOADS = {"visualize": "data/plots.yaml, read by tests/workload_plots_test.c"}


class Reference(support.CommandTest):
    def snippets(self):
        keys = json_keys(self.matbench("schema", "workload", code=0).out)
        for line, _, block in examples((DOCS / "workload.md").read_text()):
            text = "\n".join(block) + "\n"
            yield line, text, {m[1] for m in re.finditer(r"^([a-z_]+):", text, re.M)} & (keys | set(NOT_WORKLOADS))

    def load(self, text, keys):
        folder = self.place / "w"
        folder.mkdir(exist_ok=True)
        around = AROUND + ("" if "artifact_dirs" in keys else DIRS) + ("" if "payload" in keys else PAYLOAD) + ("" if "models" in keys else MODELS) + ("" if "kpis" in keys else KPIS)
        around = re.sub(r"^(%s):.*\n" % "|".join(keys), "", around, flags=re.M)
        (folder / "workload.yaml").write_text(around + text)
        (folder / "f.lua").write_text(FUNCTIONS)
        (self.place / "empty").mkdir(exist_ok=True)
        return self.matbench("parse", "--workload=w", "--results_dirname=empty")

    def test_yaml_snippets_load(self):
        seen = 0
        for line, text, keys in self.snippets():
            if not keys or keys & set(NOT_WORKLOADS):
                continue
            with self.subTest(line=line):
                done = self.load(text, keys)
                self.assertEqual(done.code, 103, f"workload.md:{line}: {done.err}")  # it is right; there is no test
                seen += 1
        self.assertGreaterEqual(seen, 7)

    def test_command_snippets_name_commands(self):
        for line, text, keys in self.snippets():
            for command in re.findall(r"^(?:\$ )?matbench ([a-z_]+)", text, re.M):
                with self.subTest(line=line):
                    self.matbench(command, "--help", code=0)

    def test_every_snippet_is_of_a_known_kind(self):
        for line, text, keys in self.snippets():
            with self.subTest(line=line):
                self.assertTrue(keys or JSONPATHS.match(text) or re.match(r"(?:\$ )?(?:matbench|curl) ", text), f"workload.md:{line}: what is this?\n{text}")


def json_keys(schema):
    import json
    return set(json.loads(schema)["properties"])


if __name__ == "__main__":
    support.main()
