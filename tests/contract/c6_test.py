#!/usr/bin/env python3
"""Contract C6, `ci`: what tests/command/ci_block_test.py and gate_test.py leave: pairs of outcomes, caches and download.mode, the
files, keys of servers. And C5.8 and filters as ci has them."""
import itertools
import json
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "command"))
from support import SHARED, CommandTest, main, small_test, small_workload  # noqa: E402

ORDER = (120, 1, 102, 101, 103, 100, 105, 110, 3, 2, 4)  # C6.4; those between 103 and 3 by number


def ends(first, *others):
    """What the last line of the screen says, in the order of C6.4."""
    codes = sorted({first, *others}, key=ORDER.index)
    return codes[0], [f"{code}: " for code in codes[1:]]


class SmallTest(CommandTest):
    def setUp(self):
        super().setUp()
        small_workload(self.place / "w")

    def run_small(self, root, *arguments, **keywords):
        return self.matbench("ci", root, "--workload=w", *arguments, **keywords)

    def codes(self, file="outcome.json"):
        return {step["code"] for step in self.json(file)["steps"]} - {0}


class OutcomesTest(SmallTest):
    """C6.4: each thing that can happen beside another, in pairs."""

    VERDICTS = {1: ("worse", "regression"), 2: ("short", "suspect"), 3: ("new", "no-history"), 4: ("better", "improvement")}

    def setUp(self):
        super().setUp()
        for day in range(10):
            for name in "worse", "better", "short":
                if name != "short" or day >= 6:
                    small_test(self.place / f"old/{day}/{name}", speed=100 + (day * 7 % 10) / 10, start=f"2025-02-{day + 1:02d}T10:00:00",
                               run_id=f"old {day}", version=f"1.{day}")
            self.matbench("upload_lts", "--workload=w", f"--results_dirname=old/{day}", code=0)
        (self.place / "w/data").mkdir()
        (self.place / "w/data/plots.yaml").write_text("visualize:\n- id: x\n  generate: ['report: Error report']\n")
        (self.place / "w/data/none.yaml").write_text("visualize:\n- id: x\n  generate: ['report: Error report']\n  filters: ['name=nobody']\n")

    def happen(self, *wanted):
        """One run in which all of these happen."""
        shutil.rmtree(self.place / "new", ignore_errors=True)
        shutil.rmtree(self.place / "out", ignore_errors=True)
        (self.place / "out").mkdir()
        arguments = ["--noupload", "--artifact_dir=out", "--config=c.yaml"]
        lts = "gate: {min_history: 8}"
        for code, (name, verdict) in self.VERDICTS.items():
            if code in wanted:
                speed = {"worse": 80, "short": 80, "new": 100, "better": 130}[name]
                small_test(self.place / "new" / name, speed=speed, version="1.9", start="2025-03-03T10:00:00", run_id="new")
        words = [verdict for code, (_, verdict) in self.VERDICTS.items() if code in wanted]
        arguments.append("--fail_on=" + (",".join(words) or "none"))
        if not words:
            small_test(self.place / "new/ok", version="1.9")
        if 102 in wanted:
            small_test(self.place / "new/invalid", speed="fast")
        if 101 in wanted:
            small_test(self.place / "new/broken")
            (self.place / "new/broken/settings.yaml").write_text("name: [\n")
        if 105 in wanted:
            (self.place / "out/lts_payload.schema.json").mkdir()
        if 110 in wanted:
            (self.place / "damaged.db").write_text("no history, but long enough to be looked at as one\n" * 20)
            arguments.append("--history=sqlite:damaged.db")
        if 100 in wanted:
            lts += ", regression_analyses: {enabled: true}, opensearch: {instance: absent}"
        file = "none.yaml" if 103 in wanted else "plots.yaml"
        (self.place / "c.yaml").write_text(f"matbench: {{config_file: {file}, lts: {{{lts}}}}}\n")
        return self.run_small("new", *arguments)

    POSSIBLE = (1, 2, 3, 4, 100, 101, 102, 103, 105, 110)
    IMPOSSIBLE = {frozenset(pair) for pair in (
        *itertools.product((100, 110), (1, 2, 3, 4)),  # nothing is compared then
        (100, 110),                                    # a named history needs no server
        (101, 103))}                                   # whether a filter leaves a test out cannot be told of one without settings

    def test_c6_4_each_alone(self):
        for code in self.POSSIBLE:
            with self.subTest(code):
                done = self.happen(code)
                self.assertEqual((done.code, self.codes("out/outcome.json")), (code, {code}), done.out + done.err)
        self.assertEqual(self.happen().code, 0)

    def test_c6_4_all_pairs(self):
        for pair in itertools.combinations(self.POSSIBLE, 2):
            if frozenset(pair) in self.IMPOSSIBLE:
                continue
            with self.subTest(pair):
                done = self.happen(*pair)
                first, others = ends(*pair)
                self.assertEqual(done.code, first, done.out + done.err)
                self.assertEqual(self.json("out/outcome.json")["exit_code"], first)
                self.assertEqual(self.codes("out/outcome.json"), set(pair))
                last = done.out.splitlines()[-1]
                self.assertRegex(last, rf"\Aexit code {first}: ")
                for other in others:
                    self.assertIn(other, last.split("; also", 1)[-1])
                failure = (self.place / "out/FAILURE").read_text()
                for code in pair:
                    self.assertIn(f"(exit code {code})\n", failure)

    def test_c6_4_all_at_once(self):
        for odd in 101, 103:
            codes = {1, 2, 3, 4, odd, 102, 105}
            done = self.happen(*codes)
            self.assertEqual((done.code, self.codes("out/outcome.json")), (1, codes), done.out + done.err)
            for code in codes - {1}:
                self.assertEqual(done.out.splitlines()[-1].count(f"; also {code}: "), 1)


if __name__ == "__main__":
    main()
