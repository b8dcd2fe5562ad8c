#!/usr/bin/env python3
"""Tests of what must be equal: with one worker or eight, from a copy of the tree, to the Python tool's files; and of what
must not be there at all: secrets."""
import json
import shutil

from support import SHARED, SOURCE, CommandTest, copy_of, main, tree

OUTPUTS = ("matrix.json", "lts.json", "kpis.om")


def copy_backwards(source, copy):
    """A copy in which every directory's entries were made in reverse order."""
    copy.mkdir()
    for path in sorted(source.iterdir(), reverse=True):
        if path.is_dir():
            copy_backwards(path, copy / path.name)
        else:
            shutil.copy(path, copy / path.name)


class DeterminismTest(CommandTest):
    def outputs(self, folder, jobs):
        self.fine_tuning("parse", "--results_dirname=tests", f"--jobs={jobs}", *(f"--output_{k}={f}" for k, f in
                         zip(("matrix", "lts", "kpis"), OUTPUTS)), cwd=self.place / folder, code=0)
        return {name: (self.place / folder / name).read_bytes() for name in OUTPUTS}

    def test_workers_and_directory_order(self):
        (self.place / "a").mkdir()
        (self.place / "b").mkdir()
        tree("many", self.place / "a/tests", 40)
        copy_backwards(self.place / "a/tests", self.place / "b/tests")
        first = self.outputs("a", 1)
        self.assertEqual(len(json.loads(first["lts.json"])), 40)
        for folder, jobs in (("a", 8), ("b", 1), ("b", 8), ("a", 3)):
            with self.subTest(folder=folder, jobs=jobs):
                self.assertEqual(self.outputs(folder, jobs), first)

    def test_ci_twice(self):
        tree("nights", self.place / "n", 3)
        for k in "12":
            (self.place / k).mkdir()
            self.ci("../n", "--noupload", cwd=self.place / k, code=0)
        self.assertEqual(self.names("1"), self.names("2"))
        for name in self.names("1"):
            self.assertEqual((self.place / "1" / name).read_bytes(), (self.place / "2" / name).read_bytes(), name)


class PythonTest(CommandTest):
    """The files that the Python tool made from the same trees."""

    def both(self, tests, prefix):
        golden = SHARED / "data/python-golden/fms"
        self.assertTrue(golden.is_dir(), f"{golden} is needed")
        self.fine_tuning("parse", f"--results_dirname={tests}", "--output_lts=lts.json", "--output_matrix=matrix.json",
                         "--filters=", cwd=self.linked(golden), code=0)
        for name in "lts.json", "matrix.json":
            yield json.loads((self.place / "work" / name).read_text()), json.loads((golden / (prefix + name)).read_text())

    def linked(self, golden):
        """A folder from which the trees have the names that the golden matrix gives them."""
        work = self.place / "work"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        for name in "tests", "tests_small":
            copy_of(golden / name, work / name)
        return work

    def test_payloads_and_matrix(self):
        for tests, prefix, count in (("tests", "", 4), ("tests_small", "small_", 6)):
            (ours, theirs), (our_matrix, their_matrix) = self.both(tests, prefix)
            with self.subTest(tests):
                self.assertEqual(len(theirs), count)
                key = lambda payload: payload["metadata"]["test_uuid"]  # noqa: E731
                self.assertEqual(sorted(ours, key=key), sorted(theirs, key=key))
                for a, b in zip(sorted(ours, key=key), sorted(theirs, key=key)):
                    self.assertEqual(a["metadata"]["config"].encode(), b["metadata"]["config"].encode())
                key = lambda entry: entry["location"]  # noqa: E731
                for a, b in zip(sorted(our_matrix, key=key), sorted(their_matrix, key=key), strict=True):
                    self.assertEqual(set(a), set(b))
                    for name in "location", "settings", "exit_code":
                        self.assertEqual(a[name], b[name], name)
                    self.assertEqual(a["results"]["lts"], b["results"]["lts"])


class SecretsTest(CommandTest):
    """A password of the environment or an env file stands in no output, whoever asks for it."""
    SECRET = "hunter2"
    NAMES = ("MATBENCH_OPENSEARCH_PASSWORD", "MATBENCH_OPENSEARCH_USERNAME", "MATBENCH_HORREUM_API_KEY", "GITHUB_TOKEN",
             "AWS_SECRET_ACCESS_KEY", "DB_PASSWORD")

    def setUp(self):
        super().setUp()
        self.env = {name: self.SECRET for name in self.NAMES}
        shutil.copytree(SOURCE / "workloads/topsail", self.place / "topsail")
        self.workload("w", "HARMLESS")
        tree("one", self.place / "one")

    def workload(self, folder, name):
        """fine_tuning that asks for a variable."""
        shutil.copytree(SOURCE / "workloads/fine_tuning", self.place / folder, ignore=shutil.ignore_patterns("example"))
        file = self.place / folder / "workload.yaml"
        file.write_text(file.read_text() + f"parse_always:\n  asked: {{env: [{name}]}}\n")

    def test_nowhere(self):
        (self.place / ".env.yaml").write_text(f"opensearch_password: {self.SECRET}\n")
        (self.place / ".env").write_text(f"MATBENCH_OPENSEARCH_PASSWORD={self.SECRET}\nbroken {self.SECRET}\n")
        (self.place / ".env.json").write_text(f'{{"opensearch_password": "{self.SECRET}", ]')
        allowed = [f"--allow_env={name}" for name in self.NAMES] + ["--allow_env=HARMLESS"]
        self.env["HARMLESS"] = "shown"
        commands = (
            ["ci", "one", "--workload=w", *allowed],
            ["parse", "--results_dirname=one", "--workload=w", "--output_matrix=-", *allowed],
            ["upload_lts", "--results_dirname=one", "--workload=w", "--history=sqlite:absent/history.db", *allowed],
            ["check", "w", "one", *allowed],
            ["history", "list"],
            ["history", "list", f"--history=opensearch+https://user:{self.SECRET}@example.org/index"],
            ["history", "list", f"--history=postgres://user:{self.SECRET}@example.org/index"],
            ["analyze_lts", "--help"],
        )
        said = []
        for command in commands:
            done = self.matbench(*command, "--log_level=debug", env=self.env)
            said.append(done.out + done.err)
            self.assertNotIn(self.SECRET, done.out + done.err, command)
        self.assertTrue('"HARMLESS": "shown"' in said[1], "the workload was not asked")
        for name in self.NAMES:
            self.workload(name.lower(), name)
            for command in (["parse", "--results_dirname=one", f"--workload={name.lower()}", "--output_matrix=-"],
                            ["check", name.lower(), "one"]):
                done = self.matbench(*command, *allowed, env=self.env)
                self.assertEqual(done.code, 100, done.err)
                self.assertIn(f"env: {name} may not be read: its name tells of a secret", done.err)
                self.assertNotIn(self.SECRET, done.out + done.err)
        for path in self.place.rglob("*"):
            if path.is_file() and not path.name.startswith(".env"):
                self.assertNotIn(self.SECRET.encode(), path.read_bytes(), path)


if __name__ == "__main__":
    main()
