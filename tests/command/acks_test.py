#!/usr/bin/env python3
"""Known changes through the program: a regression is acknowledged, gets worse, is fixed, returns, expires, is accepted; and the file that says
so: who may write it, what is refused, two writers at once, kill -9."""
import re
import subprocess
import time

import support
from support import CommandTest, main

GOOD = [100.2, 99.5, 100.9, 99.8, 100.4, 99.1, 100.7, 99.6, 100.1, 100.3]
DAY = 86400
NOW = 1742000000  # 2025-03-15


class StoryTest(CommandTest):
    """A workload of one KPI, `speed`, and a night for each value, every one of its own version."""

    def setUp(self):
        super().setUp()
        support.small_workload(self.place / "w", lambda text: re.sub("  seconds_per_item:.*\n", "", text))
        self.days = 0

    def night(self, speed, upload=True):
        self.days += 1
        name = f"n{self.days:03}"
        support.small_test(self.place / name / "one", speed, **support.night(self.days))
        if upload:
            self.matbench("upload_lts", "--workload=w", f"--results_dirname={name}", code=0)
        return name

    def ci(self, name, *options, code, now=NOW, upload=False):
        return self.matbench("ci", name, "--workload=w", "--novisualize", "--upload" if upload else "--noupload", *options, code=code,
                             env={"SOURCE_DATE_EPOCH": str(now)})

    def kpi(self):
        return self.json("regression_verdicts.json")["entries"][0]["kpis"][0]

    def state(self):
        kpi = self.kpi()
        return kpi["verdict"], (kpi["change"] or {}).get("status")

    def judged(self, speed, *options, code, now=NOW):
        """A night more, judged and then stored."""
        done = self.ci(self.night(speed, upload=False), *options, code=code, now=now, upload=True)
        return self.state(), done

    def ack(self, *arguments, command="ack", code=0, now=NOW):
        return self.matbench(command, *arguments, code=code, env={"SOURCE_DATE_EPOCH": str(now)})

    def test_by_id(self):
        """The id of a change counts more than the run beside it; one that no series has is told, and the run counts."""
        for speed in GOOD:
            self.night(speed)
        name = self.night(88.0, upload=False)
        self.ci(name, code=1)
        own, other = self.kpi()["change"]["id"], "mb-000000000000"
        for line, state in ((f"change: {own}", "acknowledged"), (f"change: {own}, since: 1.4", "acknowledged"), (f"change: {other}", "regression"),
                            (f"change: {other}, since: 1.11", "acknowledged"), (f"change: {other}, since: 1.4", "regression")):
            (self.place / "acks.yaml").write_text(f"format: 1\nacknowledged:\n- {{{line}, reason: x}}\n")
            done = self.ci(name, "--acks=acks.yaml", code=state == "regression")
            self.assertEqual(self.state()[0], state, line)
            unknown = f"WARNING | acks.yaml:3: no change that a run of the history may have begun has the id '{other}': expected the one that a report names\n"
            self.assertEqual(unknown in done.err, line == f"change: {other}", f"{line}: {done.err}")
            self.assertEqual("acks.yaml:3" in done.err, line == f"change: {other}", f"{line}: {done.err}")

    def test_in_place_of_a_regression(self):
        """What --fail_on=suspect fails on can be acknowledged: a suspect, and `cannot tell` in place of a regression."""
        for speed in (100, 100.6, 99.5, 100.2, 97.2, 100.1, 99.7, 100.3):
            self.night(speed)
        name, gate, acks = self.night(88.0, upload=False), "--fail_on=suspect", "--acks=acks.yaml"
        self.ci(name, gate, code=2)
        kpi = self.kpi()
        self.assertEqual((self.state(), kpi["evidence"]["level_kept"], kpi["evidence"]["since"]["version"]), (("cannot tell", "new"), False, "1.9"))
        self.ack("--from=regression_verdicts.json", "--reason=x", code=100)  # nobody asked for it
        self.ack("--from=regression_verdicts.json", "--kpi=speed", "--reason=x")
        self.assertIn(f"since: 1.9\n  change: {kpi['change']['id']}\n", (self.place / "acks.yaml").read_text())
        self.ci(name, gate, acks, code=0)
        self.assertEqual(self.state(), ("acknowledged", "acknowledged"))

    def test_story(self):
        acks = "--acks=acks.yaml"
        for speed in GOOD:
            self.night(speed)
        state, done = self.judged(88.0, code=1)
        self.assertEqual(state, ("regression", "new"))
        first = self.kpi()["change"]["id"]
        self.assertRegex(first, "^mb-[0-9a-f]{12}$")
        self.assertIn("known already? matbench ack --from=regression_verdicts.json --reason=…", done.out)

        done = self.ack("--from=regression_verdicts.json", "--reason=new allocator: fix in 2.0", "--author=ann", "--expires=30d")
        self.assertRegex(done.out, r"^acks.yaml: acknowledged:\n- kpi: speed\n")
        text = (self.place / "acks.yaml").read_text()
        self.assertIn("since: 1.11\n", text)
        self.assertIn(f"change: {first}\n", text)
        self.assertIn("expires: 2025-04-14\n", text)
        again = self.ack("--from=regression_verdicts.json", "--reason=new allocator: fix in 2.0", "--author=ann", "--expires=30d", now=NOW + 60)
        self.assertEqual((again.out, (self.place / "acks.yaml").read_text()), ("", text))
        self.assertIn("INFO | acks.yaml: 1 line is there already\n", again.err)
        done = self.ci("n011", acks, code=0)
        self.assertTrue(done.out.endswith("exit code 0: no regression but what is acknowledged\n"), done.out)
        done = self.ci("n011", "--fail_on=none", code=0)
        self.assertTrue(done.out.endswith("exit code 0: a regression, but of no kind that --fail_on names\n"), done.out)
        self.ci("n011", acks, code=0)
        self.assertEqual(self.state(), ("acknowledged", "acknowledged"))
        self.assertEqual(self.kpi()["change"]["acknowledgement"],
                         {"reason": "new allocator: fix in 2.0", "author": "ann", "expires": "2025-04-14", "place": "acks.yaml:4"})
        summary = (self.place / "regression_summary.yaml").read_text()
        self.assertIn("failures: 0\n", summary)
        self.assertIn("significant_performance_decrease: 1\n", summary)

        for speed in (88.3, 87.6, 88.1):
            self.assertEqual(self.judged(speed, acks, code=0)[0], ("acknowledged", "acknowledged"))
            self.assertEqual(self.kpi()["change"]["id"], first)
        self.ci("n012", code=1)
        self.assertRegex((self.place / "regression_report.html").read_text(), r">88[.0]*</td><td>since</td>")  # too young to be a level of its own
        self.ci("n014", code=1)  # who does not read the file
        self.assertEqual(self.state(), ("regression", "known"))
        self.assertEqual(self.kpi()["change"]["id"], first)
        self.ci("n014", "--fail_on=new-regression", code=0)
        self.ci("n014", "--fail_on=known-regression", code=1)

        state, done = self.judged(76.0, acks, code=1)  # worse again
        self.assertEqual(state, ("regression", "new"))
        self.assertNotEqual(self.kpi()["change"]["id"], first)
        self.assertIn("on top of the change that is acknowledged (acks.yaml:4)", self.kpi()["reason"])
        self.ci("n015", acks, "--fail_on=new-regression", code=1)

        self.ack("--from=regression_verdicts.json", "--reason=and a slow disk")
        self.ci("n015", acks, code=0)
        for speed in (76.3, 75.8):
            self.assertEqual(self.judged(speed, acks, code=0)[0], ("acknowledged", "acknowledged"))

        self.judged(100.2, acks, code=0)  # fixed, both
        self.assertEqual(self.state()[1], "fixed")
        for speed in (99.7, 100.4, 100.1):
            state, done = self.judged(speed, acks, code=0)
            self.assertEqual(state, ("ok", "fixed"))
        for line in (4, 12):
            self.assertIn(f"INFO | acks.yaml:{line}: the change that it acknowledges is gone: the line may go\n", done.err)

        state, done = self.judged(88.2, acks, code=1)
        self.assertEqual(state, ("regression", "returned"))
        self.ci("n022", acks, "--fail_on=new-regression", code=1)

        self.ack("--from=regression_verdicts.json", "--reason=again", "--expires=4w")
        self.ci("n022", acks, code=0)
        self.assertEqual(self.state(), ("acknowledged", "acknowledged"))
        for speed in (88.4, 87.9):
            self.judged(speed, acks, code=0)
        done = self.ci("n024", acks, code=1, now=NOW + 29 * DAY)
        self.assertEqual(self.state(), ("regression", "expired"))
        self.assertRegex(done.err, r"acks.yaml:\d+: has ended: what it acknowledged gates again")
        self.ci("n024", acks, code=0, now=NOW + 27 * DAY)

        self.ci("n024", acks, code=1, now=NOW + 31 * DAY)
        done = self.ack("--from=regression_verdicts.json", "--reason=the price of safety", command="accept", now=NOW + 31 * DAY)
        self.assertRegex(done.out, "^acks.yaml: accepted:\n")
        later = NOW + 31 * DAY
        for speed in (88.1, 87.8, 88.3):
            self.assertEqual(self.judged(speed, acks, code=0, now=later)[0], ("ok", None))
        level = self.kpi()["evidence"]["level"]
        self.assertTrue(87 < level["centre"] < 89)
        self.assertEqual(self.judged(76.4, acks, code=1, now=later)[0], ("regression", "new"))

    def test_no_clock_no_author(self):
        """The name of whoever is logged in is not put into a file that others read; a variable says who."""
        self.ack("--since=1.3", "--reason=x", "--kpi=speed")
        self.assertNotIn("author", (self.place / "acks.yaml").read_text())
        self.matbench("ack", "--since=1.4", "--reason=x", env={"MATBENCH_AUTHOR": "ci bot", "MATBENCH_ACKS": "b.yaml"}, code=0)
        self.assertIn('author: "ci bot"\n', (self.place / "b.yaml").read_text())

    def test_the_workload_names_the_file(self):
        workload = self.place / "w/workload.yaml"
        workload.write_text(workload.read_text().replace("analyze:\n", "analyze:\n  acknowledgements: known.yaml\n"))
        self.assertIn("acknowledgements", workload.read_text())
        for speed in GOOD:
            self.night(speed)
        done = self.judged(88.0, code=1)[1]  # the file is not there yet
        self.assertIn("matbench ack --from=regression_verdicts.json --workload=w --reason=…", done.out)
        done = self.ack("--workload=w", "--from=regression_verdicts.json", "--reason=why")
        self.assertEqual(done.err, "")
        self.ci("n011", code=0)
        self.assertEqual(self.kpi()["change"]["acknowledgement"]["place"], "known.yaml:4")
        (self.place / "other.yaml").write_text("format: 1\n")
        self.ci("n011", "--acks=other.yaml", code=1)
        (self.place / "c.yaml").write_text("matbench:\n  lts:\n    regression_analyses:\n      acknowledgements: other.yaml\n")
        self.ci("n011", "--config=c.yaml", code=1)
        self.matbench("analyze_lts", "--workload=w", "--results_dirname=n011", "--acks=other.yaml", code=1)
        self.matbench("analyze_lts", "--workload=w", "--results_dirname=n011", code=0)
        (self.place / "w/known.yaml").write_text("format: 1\nacknowleged: []\n")
        for command in (("ci", "n011"), ("analyze_lts", "--results_dirname=n011")):
            done = self.matbench(*command, "--workload=w", code=100)
            self.assertRegex(done.err, "(?m)^ERROR \\| .*w/known.yaml:2:1: file: unknown key 'acknowleged'; did you mean 'acknowledged'\\?$")
        workload.write_text(workload.read_text().replace("known.yaml", "../acks.yaml"))
        (self.place / "acks.yaml").write_text("format: 1\n")
        self.ci("n011", code=100)

    def test_excluded_and_notes(self):
        for speed in [*GOOD, 50.0, 51.0, 49.0]:
            self.night(speed)
        lines = """format: 1
excluded:
- {run: [run-11, 1.12], reason: the disk was full}
- {run: 2025-01-14, reason: the disk was full}
- {run: 1.99, reason: never was}
acknowledged:
- {kpi: sped, since: 1.1, reason: typo}
- {labels: {gpus: 8}, since: 1.1, reason: typo}
- {kpi: speed, since: v7.7-x, reason: typo}
- {kpi: speed, since: run-eleven, reason: typo}
- {labels: {name: two}, since: 1.1, reason: elsewhere}
- {kpi: speed, until: run-1O, reason: typo}
"""
        (self.place / "acks.yaml").write_text(lines)
        done = self.judged(100.1, "--acks=acks.yaml", code=0)[1]
        self.assertEqual(len(self.kpi()["evidence"]["points"]), len(GOOD))
        for line in ("WARNING | acks.yaml:7: the workload has no KPI 'sped'; did you mean 'speed'?",
                     "WARNING | acks.yaml:8: no payload has the label 'gpus'",
                     "WARNING | acks.yaml:10: no run of the history is 'run-eleven': expected a version, a run id or a time",
                     "WARNING | acks.yaml:12: no run of the history is 'run-1O' (until): it is taken for past",
                     "INFO | acks.yaml: 2 lines speak of nothing in this run and its history"):
            self.assertIn(line + "\n", done.err)
        self.assertEqual(len(self.json("regression_verdicts.json")["notes"]), 5)
        done = self.ci("n013", "--acks=acks.yaml", code=0)
        self.assertEqual(self.state(), ("not analysed", None))
        self.assertIn("the disk was full", self.kpi()["reason"])

    def test_a_payload_that_has_one_label_more(self):
        """The line from the verdict of the other, which has null there, does not speak of it."""
        for k, speed in enumerate([*GOOD, 88.0], 1):
            folder = "newest" if k > len(GOOD) else "history"
            for mode in (None, "x"):
                support.small_test(self.place / folder / f"n{k:03}-{mode}", speed, {"name": "one", "night": k} | ({"mode": mode} if mode else {}),
                                   **support.night(k))
        self.matbench("upload_lts", "--workload=w", "--results_dirname=history", code=0)
        self.matbench("analyze_lts", "--workload=w", "--results_dirname=newest", code=1)
        self.ack("--from=regression_verdicts.json", "--entry=1", "--reason=x")
        self.matbench("analyze_lts", "--workload=w", "--results_dirname=newest", "--acks=acks.yaml", code=1)
        verdicts = {entry["name"]: entry["kpis"][0]["verdict"] for entry in self.json("regression_verdicts.json")["entries"]}
        self.assertEqual(verdicts, {"mode=null": "acknowledged", "mode=x": "regression"})

    def test_older_than_what_is_looked_at(self):
        """A creep, and a bound that is crossed for longer than the 200 runs of which the levels are sought: what was acknowledged stays it."""
        kinds = {"budget: {relative: 0.03}": "drift", "bounds: {min: 99}": "bound"}
        for rule, kind in kinds.items():
            with self.subTest(kind):
                support.small_workload(self.place / "w", lambda text, rule=rule: re.sub("  seconds_per_item:.*\n", "", text).replace(
                    "better: higher,", f"better: higher, {rule},"))
                for k in range(1, 222):
                    creep = 100.0 if k <= 10 else 98 - 0.03 * k
                    folder = "history" if k <= 213 else "later" if k < 221 else "last"
                    folder = "newest" if k == 213 else folder
                    support.small_test(self.place / kind / folder / f"n{k:03}", creep + k % 7 * 0.05, {"name": "one", "night": k}, **support.night(k))
                judge = ("analyze_lts", "--workload=w", f"--history=sqlite:{kind}.db")
                store = ("upload_lts", "--workload=w", f"--history=sqlite:{kind}.db")
                self.matbench(*store, f"--results_dirname={kind}/history", code=0)
                self.matbench(*judge, f"--results_dirname={kind}/newest", code=1)
                self.assertEqual((self.kpi()["decided_by"], self.state()), (kind, ("regression", "known")))
                since, first = self.kpi()["evidence"]["since"], self.kpi()["change"]["id"]
                begin = {"drift": 9, "bound": 11}[kind]
                self.assertEqual(since, {"version": f"1.{begin}", "after": f"1.{begin - 1}", "point": None, "run_id": f"run-{begin}", "this_run": False})
                page = (self.place / "regression_report.html").read_text()
                self.assertIn({"drift": "ounted from the runs up to 1.8 of 2025-01-09, 205 runs ago", "bound": "since 1.11 (202 runs ago): "}[kind], page)
                self.ack("--from=regression_verdicts.json", "--reason=leak", f"--acks={kind}.yaml")
                text = (self.place / f"{kind}.yaml").read_text()
                self.assertIn(f"  since: 1.{begin}\n  change: {first}\n", text)
                self.matbench(*store, f"--results_dirname={kind}/newest", code=0)
                self.matbench(*store, f"--results_dirname={kind}/later", code=0)
                last = f"--results_dirname={kind}/last"
                self.matbench(*judge, last, code=1)
                self.assertEqual(self.kpi()["change"]["id"], first)
                self.matbench(*judge, last, f"--acks={kind}.yaml", code=0)
                self.assertEqual((self.state(), self.kpi()["change"]["id"]), (("acknowledged", "acknowledged"), first))
                for other, code in ((text.replace(f"  change: {first}\n", ""), 0), (text.replace(f"  since: 1.{begin}\n", ""), 0),
                                    (text.replace(f"  change: {first}\n", "").replace(f"1.{begin}\n", "1.40\n"), 1)):
                    (self.place / "other.yaml").write_text(other)
                    self.matbench(*judge, last, "--acks=other.yaml", code=code)

    def test_hand_made_border(self):
        for speed in GOOD:
            self.night(speed)
        name = self.night(99.9, upload=False)
        self.ci(name, code=0)
        self.assertEqual(self.kpi()["evidence"]["level"]["levels"], 1)
        (self.place / "acks.yaml").write_text("format: 1\nchanges: [{kpi: speed, at: 1.6, direction: none, note: new compiler}]\n")
        self.ci(name, "--acks=acks.yaml", code=0)
        level = self.kpi()["evidence"]["level"]
        self.assertEqual((level["levels"], level["first_point"], level["points"]), (2, 5, 5))


class FileTest(CommandTest):
    def test_refused(self):
        file = self.place / "acks.yaml"
        rows = (
            (("--reason=x",), "ack: which change?"),
            (("--since=1",), "--reason=TEXT is missing"),
            (("--since=1", "--reason= "), "--reason= : expected a line of text"),
            (("--since=1", "--reason=a\nb"), r"--reason=a\x0ab: expected a line of text"),
            (("--since=1", "--reason=x", "--labels=gpu"), "--labels=gpu: expected label=value"),
            (("--since=1", "--reason=x", "--labels=a=1,a=2"), "'a' is given twice"),
            (("--since=1", "--reason=x", "--expires=soon"), "--expires=soon: expected a day"),
            (("--since=1", "--reason=x", "--expires=2020-01-01"), "--expires=2020-01-01: that day is past: expected today or a later one"),
            (("--since=1", "--reason=x", "--limit=0"), "--limit=0: expected a share"),
            (("--change=7f", "--reason=x"), "--change=7f: expected the id of a change"),
            (("--expires=3d", "--until_it_returns", "--reason=x"), "--until_it_returns: expected --since or --change"),
            (("--from=no.json", "--reason=x"), "no.json: no such file"),
            (("--from=v.json", "--reason=x"), "v.json: expected the verdicts of a run"),
            (("--from=v.json", "--reason=x", "--since=1"), "--from says since when"),
            (("--from=v.json", "--reason=x", "--entry=0"), "--entry=0: expected a whole number"),
            (("--since=1", "--reason=x", "--acks="), "--acks: expected a file, found an empty name"),
            (("--since=1", "--reason=x", "--acks=nowhere/a.yaml"), "nowhere/a.yaml: its directory: No such file"),
            (("--since=1", "--reason=x", "--workload=nowhere"), "nowhere"),
            (("--since=1", "--reazon=x"), "the nearest is --reason"),
        )
        (self.place / "v.json").write_text("{}")
        for arguments, told in rows:
            with self.subTest(arguments):
                done = self.matbench("ack", *arguments)
                self.assertIn(done.code, (100, 105))
                self.assertIn(told, done.err)
                self.assertFalse(file.exists())
        done = self.matbench("accept", "--reason=x", code=100)
        self.assertIn("--since=RUN is missing", done.err)

    def test_broken_file_stays(self):
        file = self.place / "acks.yaml"
        for text in ("format: 2\n", "a: [\n", "format: 1\nacknowledged: [{since: 1}]\n", "{format: 1}\n"):
            file.write_text(text)
            done = self.matbench("ack", "--since=1", "--reason=x", code=100)
            self.assertRegex(done.err, "^ERROR \\| acks.yaml")
            self.assertEqual(file.read_text(), text)
        self.assertIn('- since: 1\n  reason: "x"\n', done.out)  # what to add by hand

    def test_what_it_writes_is_read(self):
        """Odd names, again and again; by the schema, too."""
        reasons = ["x", "it's \"so\": #1 - [a] {b}", "ünïcode ✓ \U0001f600", "- a", "null", "1e5", "trailing\\"]
        for i, reason in enumerate(reasons):
            self.matbench("ack" if i % 2 else "accept", "--reason=" + reason, f"--since={['4.10', 'true', 'a b', '2025-01-01', 'v1|8', '~', '-1'][i]}",
                          "--kpi=train_*,on", "--labels=gpu=8,on=off,image=quay.io/a:v1,e=", code=0)
        self.matbench("schema", "acknowledgements", "--file=s.json", code=0)
        self.matbench("validate", "--schema=s.json", "acks.yaml", code=0)
        text = (self.place / "acks.yaml").read_text()
        self.assertEqual(text.count("- kpi: "), len(reasons))
        self.assertIn('reason: "' + reasons[2] + '"\n', text)
        for wrong in ("format: 1\nacknowledged: [{since: v1}]\n", "format: 1\nchanges: [{note: x}]\n", "acknowledged: []\n",
                      "format: 1\nacknowledged: [{reason: x}]\n"):
            (self.place / "wrong.yaml").write_text(wrong)
            self.matbench("validate", "--schema=s.json", "wrong.yaml", code=102)

    def test_comments_and_order_stay(self):
        before = "# ours\nformat: 1\nchanges:   # by hand\n- {at: v1}\n\nacknowledged:\n  # the first\n  - since: v1\n    reason: >\n      long\n\n# the end\naccepted: []\n"
        file = self.place / "acks.yaml"
        file.write_text(before)
        file.chmod(0o640)
        self.matbench("ack", "--since=v2", "--reason=y", code=0)
        lines = file.read_text().splitlines()
        self.assertEqual([line for line in lines if line in before.splitlines()], before.splitlines())
        self.assertIn("  - since: v2", lines)
        self.assertEqual(file.stat().st_mode & 0o777, 0o640)

    def test_two_at_once(self):
        """Nobody's line is lost."""
        count = 24
        running = [subprocess.Popen([support.MATBENCH, "ack", f"--since=run-{i}", "--reason=x"], cwd=self.place, env=support.environment(),
                                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for i in range(count)]
        for process in running:
            self.assertEqual((process.communicate(timeout=support.SECONDS)[1].count(b"ERROR"), process.returncode), (0, 0))
        text = (self.place / "acks.yaml").read_text()
        self.assertEqual(sorted(re.findall(r"since: (run-\d+)", text)), sorted(f"run-{i}" for i in range(count)))
        self.assertEqual([path.name for path in self.place.iterdir()], ["acks.yaml"])

    def test_kill(self):
        """kill -9 at many moments leaves the old file or the new one."""
        file = self.place / "acks.yaml"
        self.matbench("ack", "--since=old", "--reason=x", code=0)
        old = file.read_text()
        arguments = [support.MATBENCH, "ack", "--since=new", "--reason=x"]
        popen = {"cwd": self.place, "env": support.environment(), "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        begun = time.monotonic()
        subprocess.run(arguments, check=True, **popen)
        whole, new = time.monotonic() - begun, file.read_text()
        self.assertTrue(new.startswith(old) and new != old)
        seen = set()
        for i in range(25):
            file.write_text(old)
            process = subprocess.Popen(arguments, **popen)
            time.sleep(whole * 1.2 * i / 25)
            process.kill()
            process.wait()
            seen.add(file.read_text())
        self.assertTrue(seen <= {old, new}, seen)
        self.matbench("ack", "--since=new", "--reason=x", code=0)
        self.assertEqual([path.name for path in self.place.iterdir()], ["acks.yaml"])  # what was left behind is swept

    def test_link(self):
        (self.place / "shared").mkdir()
        (self.place / "acks.yaml").symlink_to("shared/known.yaml")
        (self.place / "shared/known.yaml").write_text("format: 1\n")
        self.matbench("ack", "--since=a", "--reason=x", code=0)
        self.assertTrue((self.place / "acks.yaml").is_symlink())
        self.assertIn("since: a\n", (self.place / "shared/known.yaml").read_text())


if __name__ == "__main__":
    main()
