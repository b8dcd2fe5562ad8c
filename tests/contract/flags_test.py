#!/usr/bin/env python3
"""Contract C1.1, its table as it stands in the contract: each flag of each command, in every spelling, does what its row here
checks. A flag of the contract without a row fails, and so does a row whose flag the program has not."""
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "command"))
from support import SHARED, CommandTest, main, small_test, small_workload  # noqa: E402

COMMANDS = ("parse", "generate_lts_schema", "upload_lts", "download_lts", "analyze_lts", "visualize", "download", "export")
WITHOUT = {  # flags of "all" that a command has no use for, by the contract: download_lts is passed no workload, export reads no tests
    "download_lts": {"workload", "workload_base_dir", "results_dirname"},
    "export": {"results_dirname", "history"},
}
TESTS = ("--workload=w", "--results_dirname=tests")
BASE = {  # a call that ends with 0
    "parse": TESTS, "generate_lts_schema": ("--workload=w", "--file=schema.json"), "upload_lts": TESTS, "analyze_lts": TESTS, "visualize": TESTS,
    "download_lts": ("--lts_results_dirname=lts", "--history=sqlite:two.db"), "download": (*TESTS, "--url=file://{place}/more"),
    "export": ("--from=payloads.json", "--to=k.om", "--workload=w"),
}


def contract_table():
    """{command: {flag, …}} of the table in contract C1.1; "all" is its first row."""
    text = (SHARED / "contract.md").read_text()
    rows = re.findall(r"(?m)^\| ([a-z_]+) \| (.*--.*) \|$", text.split("## C2")[0])
    return {command: set(re.findall(r"--([a-z][a-z_-]*)", flags.split("(no workload")[0])) for command, flags in rows}


def spelt(flag, value):
    """(arguments, variables) that all say the same."""
    for name in dict.fromkeys((flag.replace("-", "_"), flag.replace("_", "-"))):
        yield (f"--{name}={value}",), {}
        if name == flag:
            yield (f"--{name}", value), {}
        if value == "True":
            yield (f"--{name}",), {}
    yield (), {"MATBENCH_" + flag.upper().replace("-", "_"): value}


class FlagsTest(CommandTest):
    def setUp(self):
        super().setUp()
        small_workload(self.place / "w")
        small_workload(self.place / "shelf/v")
        for name in "a", "b":
            small_test(self.place / "tests" / name)
        small_test(self.place / "more/c")
        shutil.copytree(self.place / "tests", self.place / "mixed")
        (self.place / "mixed/b/data.json").unlink()
        (self.place / "list.yaml").write_text(f"download:\n- url: file://{self.place}/more\n  dest_dir: d\n")
        self.matbench("parse", *TESTS, "--output_lts=payloads.json", code=0)
        self.matbench("upload_lts", *TESTS, "--history=sqlite:two.db", code=0)
        (self.place / "o").mkdir()
        shutil.copytree(self.place / "tests", self.place / "broken")
        (self.place / "broken/b/data.json").write_text("{")
        for name in "lts", "taken":
            self.matbench("download_lts", f"--lts_results_dirname={name}", "--history=sqlite:two.db", code=0)
        (self.place / "taken/old.json").write_text("{}")
        shutil.copytree(self.place, self.place.parent / (self.place.name + "-kept"))
        self.addCleanup(shutil.rmtree, self.place.parent / (self.place.name + "-kept"))

    def prepare(self, base):
        """Everything as it was at the beginning."""
        for path in self.place.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(self.place.parent / (self.place.name + "-kept"), self.place, dirs_exist_ok=True)
        if "--history=sqlite:two.db" in base and "--lts_results_dirname=lts" in base:  # where it goes to
            shutil.rmtree(self.place / "lts")

    # what can be seen of a call

    def is_there(self, name):
        return lambda done: self.assertTrue((self.place / name).exists(), (name, self.names(), done.err))

    def is_not_there(self, name):
        return lambda done: self.assertFalse((self.place / name).exists(), name)

    def said(self, pattern):
        return lambda done: self.assertRegex(done.err, pattern)

    def count(self, pattern, n):
        return lambda done: self.assertEqual(len(list(self.place.glob(pattern))), n, pattern)

    def ends(self, code, pattern="^"):
        def check(done):
            self.assertEqual(done.code, code, done.err)
            self.assertRegex(done.err + done.out, pattern)
        return check

    def rows(self):
        """(command, flag, value, check or code, other arguments instead of the command's own); `check` also asserts a code of 0."""
        m = ("--output_matrix=m.json",)
        for command in COMMANDS:
            base = BASE[command]

            def but(flag):
                return tuple(a for a in base if not a.startswith(f"--{flag}="))
            if "workload" not in WITHOUT.get(command, ()):
                yield command, "workload", "nothing_like_it", self.ends(100, "nothing_like_it"), but("workload")
                yield command, "workload_base_dir", "shelf", self.ends(0), (*but("workload"), "--workload=v")
            if command not in ("download_lts", "export", "generate_lts_schema"):
                yield command, "results_dirname", "absent", self.ends(0 if command == "download" else 100, "absent"), but("results_dirname")
            yield command, "log_level", "loud", self.ends(100, "expected debug, info"), base
            yield command, "jobs", "0", self.ends(100, "--jobs=0"), base
            yield command, "artifact_dir", "o", self.ends(0), base
            yield command, "filters", "nonsense", self.ends(0 if command in ("generate_lts_schema", "download") else 100), base
            if command in ("upload_lts", "download_lts", "analyze_lts"):
                yield command, "history", "nowhere:x", self.ends(100, "nowhere"), but("history")
            elif command != "export":
                yield command, "history", "sqlite:x.db", self.ends(0), base
        yield "generate_lts_schema", "results_dirname", "absent", self.ends(0), BASE["generate_lts_schema"]
        yield "parse", "filters", "name=x:b", lambda done: self.assertEqual([e["settings"]["name"] for e in self.json("m.json")], ["b"]), (*TESTS, *m)
        yield "parse", "output_matrix", "x.json", self.is_there("x.json"), TESTS
        yield "parse", "output_lts", "x.json", self.is_there("x.json"), TESTS
        yield "parse", "output_kpis", "x.om", self.is_there("x.om"), TESTS
        yield "parse", "pretty", "False", lambda done: self.assertEqual(done.out.count("\n"), 1), (*TESTS, "--output_lts=-")
        yield "parse", "clean", "True", self.ends(0, "tests/a/.matbench-cache"), TESTS
        yield "parse", "run", "True", self.is_not_there("tests/a/.matbench-cache"), (*TESTS, "--clean")
        yield "parse", "strict", "True", self.ends(101), ("--workload=w", "--results_dirname=broken")
        yield "parse", "shard", "2/2", lambda done: self.assertEqual([e["settings"]["name"] for e in self.json("m.json")], ["b"]), (*TESTS, *m)
        yield "generate_lts_schema", "file", "o/s.json", self.count("o/*.json", 2), ("--workload=w",)
        yield "upload_lts", "dry_run", "True", self.is_not_there("history.db"), TESTS
        yield "upload_lts", "upload_by_kpi", "True", self.ends(100, "OpenSearch"), TESTS
        yield "upload_lts", "valid-only", "True", self.is_there("history.db"), ("--workload=w", "--results_dirname=mixed")
        full = ("--lts_results_dirname=lts", "--history=sqlite:two.db")
        yield "download_lts", "lts_results_dirname", "there", self.count("there/*.json", 2), full[1:]
        yield "download_lts", "force", "True", self.ends(0), ("--lts_results_dirname=taken", full[1])
        yield "download_lts", "clean", "True", self.is_not_there("taken/old.json"), ("--lts_results_dirname=taken", full[1], "--force")
        yield "download_lts", "max_records", "1", self.count("lts/*.json", 1), full
        yield "analyze_lts", "lts_results_dirname", "lts", \
            lambda done: self.assertEqual(self.json("regression_verdicts.json")["history_records"], 2), TESTS
        yield "analyze_lts", "report_dest", "r.html", self.is_there("r.html"), TESTS
        yield "analyze_lts", "summary_yaml_dest", "s.yaml", self.is_there("s.yaml"), TESTS
        yield "analyze_lts", "kpi_filter", "spee", \
            lambda done: self.assertEqual({k["name"] for k in self.json("regression_verdicts.json")["entries"][0]["kpis"]}, {"speed"}), TESTS
        yield "analyze_lts", "fail-on", "no-history", self.ends(3), TESTS
        yield "analyze_lts", "false-alarm-rate", "2", self.ends(100, "--false_alarm_rate=2"), TESTS
        yield "visualize", "generate", "stats=report: Error report", self.count("report_*.html", 1), TESTS
        yield "visualize", "lts_results_dirname", "lts", self.ends(0), TESTS
        fetch = ("--workload=w", "--results_dirname=here", "--do_download")
        yield "download", "url", f"file://{self.place}/more", self.count("here/**/data.json", 1), fetch
        yield "download", "url_file", "list.yaml", self.is_there("here/d/c/data.json"), fetch
        yield "download", "mode", "everything", self.ends(100, "the download mode 'everything'"), (*fetch, f"--url=file://{self.place}/more")
        yield "download", "do_download", "True", self.count("here/**/data.json", 1), (*fetch[:2], f"--url=file://{self.place}/more")
        yield "export", "from", "sqlite:two.db", self.is_there("k.om"), ("--to=k.om", "--workload=w")
        yield "export", "to", "k.csv", self.is_there("k.csv"), ("--from=sqlite:two.db",)
        yield "export", "dry_run", "True", self.is_not_there("k.om"), BASE["export"]

    def test_every_flag_of_the_contract(self):
        wanted = contract_table()
        self.assertEqual(set(wanted), {"all", *COMMANDS})
        everywhere = wanted.pop("all")
        self.assertIn("workload_base_dir", everywhere)
        rows = list(self.rows())
        for command, flags in wanted.items():
            self.assertGreater(len(flags), 0)
            has = {flag.replace("-", "_") for row, flag, *_ in rows if row == command}
            needed = {flag.replace("-", "_") for flag in flags | everywhere - WITHOUT.get(command, set())}
            self.assertEqual(needed - has, set(), f"flags of {command} without a row")

    def test_each_in_every_spelling(self):
        wrote = True
        for command, flag, value, check, base in self.rows():
            for arguments, variables in spelt(flag, value):
                with self.subTest(command=command, flag=flag, arguments=arguments, variables=variables):
                    if wrote or "--lts_results_dirname=lts" in base:
                        self.prepare(base)
                    done = self.matbench(command, *(a.format(place=self.place) for a in base), *arguments, env=variables)
                    wrote = done.code != 100  # who is refused writes nothing
                    self.assertNotIn("unknown option", done.err)
                    check(done)


if __name__ == "__main__":
    main()
