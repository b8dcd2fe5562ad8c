#!/usr/bin/env python3
"""Tests of outputs when the world is bad: full disks, directories that may not be written, closed standard output, signals.
What was there before stays whole, nothing temporary is left, and the exit code says it."""
import json
import os
import signal
import subprocess
import time

import support
from support import CommandTest, digest, main, tree

# root without its privileges: permissions hold for it as for everybody
PLAIN = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.getuid() == 0 else []


class FullDiskTest(support.FullDiskCase):
    def setUp(self):
        super().setUp()
        tree("many", self.place / "tests", 40)

    def test_outputs(self):
        older = {name: f"older {name}\n" for name in ("matrix.json", "lts.json", "kpis.om")}
        for name, text in older.items():
            (self.place / "before" / name).write_text(text)
        done = self.on_full_disk("300k", "parse", "--workload=fine_tuning", "--results_dirname=tests",
                                 *(f"--output_{name.split('.')[0]}=disk/{name}" for name in older))
        self.assertEqual(done.code, 105)
        self.assertRegex(done.err, r"(?m)^ERROR \| disk/\w+.\w+: No space left on device$")
        self.assertEqual(self.names("after"), sorted(older))
        self.assertEqual((self.place / "after/matrix.json").read_text(), older["matrix.json"])

    def test_outputs_of_ci(self):
        (self.place / "before/outcome.json").write_text("{}")
        done = self.on_full_disk("200k", "ci", "tests", "--workload=fine_tuning", "--artifact_dir=disk")
        self.assertEqual(done.code, 105)
        self.assertIn("No space left on device", done.err)
        self.assert_no_temporary("after")
        for name in self.names("after"):
            if name.endswith(".json"):
                json.loads((self.place / "after" / name).read_text())
        self.assertFalse((self.place / "history.db").exists())

    def test_history(self):
        tree("one", self.place / "one")
        self.upload("one", "--history=sqlite:before/history.db", code=0)
        before = digest(self.place / "before/history.db")
        done = self.on_full_disk("160k", "upload_lts", "--workload=fine_tuning", "--results_dirname=tests",
                                 "--history=sqlite:disk/history.db")
        self.assertEqual(done.code, 110)
        self.assertRegex(done.err, r"(?m)^ERROR \| disk/history.db: .*(full|No space)")
        self.matbench("history", "list", "--history=sqlite:after/history.db", code=0)  # rolls back what is left
        self.assertEqual(digest(self.place / "after/history.db"), before)
        self.assertEqual(self.names("after"), ["history.db"])

    def test_standard_output(self):
        for arguments in (["--help"], ["parse", "--workload=fine_tuning", "--results_dirname=tests", "--output_matrix=-"]):
            with open("/dev/full", "w") as full:
                done = self.matbench(*arguments, stdout=full, code=105)
            self.assertRegex(done.err, r"\AERROR \| standard output: No space left on device\n")


class PermissionTest(CommandTest):
    def plain(self, *arguments, code):
        done = subprocess.run([*PLAIN, support.MATBENCH, *arguments], cwd=self.place, env=support.environment(),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=support.SECONDS)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def setUp(self):
        super().setUp()
        tree("one", self.place / "tests")
        (self.place / "closed").mkdir()
        (self.place / "closed/lts.json").write_text("older\n")
        (self.place / "closed/history.db").touch()
        for path in self.place / "tests", self.place / "closed":
            subprocess.run(["chmod", "-R", "a-w", path], check=True)
            self.addCleanup(subprocess.run, ["chmod", "-R", "u+w", path])

    def test_results_may_be_read_only(self):
        self.plain("ci", "tests", "--workload=fine_tuning", code=0)
        self.assertEqual(len(self.json("lts_payload.json")), 1)

    def test_outputs_may_not(self):
        done = self.plain("parse", "--workload=fine_tuning", "--results_dirname=tests", "--output_lts=closed/lts.json", code=105)
        self.assertEqual(done.stderr, "ERROR | closed/lts.json: Permission denied\n")
        self.assertEqual((self.place / "closed/lts.json").read_text(), "older\n")
        done = self.plain("ci", "tests", "--workload=fine_tuning", "--artifact_dir=closed", code=105)
        self.assertIn("closed/internal_matrix.json: Permission denied", done.stderr)
        done = self.plain("upload_lts", "--workload=fine_tuning", "--results_dirname=tests",
                          "--history=sqlite:closed/history.db", code=110)
        self.assertIn("not writable", done.stderr)


class ClosedOutputTest(CommandTest):
    def setUp(self):
        super().setUp()
        tree("many", self.place / "tests", 30)

    COMMANDS = (
        ["--help"],
        ["parse", "--workload=fine_tuning", "--results_dirname=tests", "--output_matrix=-"],
        ["ci", "tests", "--workload=fine_tuning"],
        ["history", "list"],
    )

    def test_a_reader_that_has_gone(self):
        for command in self.COMMANDS:
            with self.subTest(command):
                reader, writer = os.pipe()
                os.close(reader)
                done = self.matbench(*command, stdout=writer, code=141)
                os.close(writer)
                self.assertNotIn("FATAL", done.err)

    def test_no_standard_output_at_all(self):
        """What cannot be shown is trouble; what has nothing to show goes on."""
        def close():
            os.close(1)
        for command in self.COMMANDS:
            with self.subTest(command):
                done = self.matbench(*command, preexec_fn=close, stdout=None, code=105)
                self.assertRegex(done.err, r"(?m)^ERROR \| standard output: ")
        self.fine_tuning("parse", "--results_dirname=tests", "--output_lts=lts.json", preexec_fn=close, stdout=None, code=0)
        self.assertEqual(len(self.json("lts.json")), 30)

    def test_no_standard_descriptors(self):
        def close():
            os.closerange(0, 3)
        self.fine_tuning("parse", "--results_dirname=tests", "--output_lts=lts.json", "--output_matrix=matrix.json",
                         preexec_fn=close, stdout=None, stderr=None, code=0)
        self.assertEqual(len(self.json("lts.json")), 30)
        self.assertEqual(len(self.json("matrix.json")), 30)


class SignalTest(CommandTest):
    """SIGINT and SIGTERM while many tests are parsed."""

    def setUp(self):
        super().setUp()
        tree("many", self.place / "tests", 300)
        for name in "lts.json", "lts_payload.json":
            (self.place / name).write_text("older\n")

    def interrupted(self, number, *arguments, times=1, begun=None):
        process = subprocess.Popen([support.MATBENCH, *arguments, "--jobs=1"], cwd=self.place, env=support.environment(),
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            until = time.monotonic() + 60
            while not (begun or self.has_begun)() and process.poll() is None and time.monotonic() < until:
                time.sleep(0.001)
            sent = time.monotonic()
            for _ in range(times):
                process.send_signal(number)
                time.sleep(0.002)
            out, err = process.communicate(timeout=support.SECONDS)
        finally:
            process.kill()
        self.assertLess(time.monotonic() - sent, 3)
        return process.returncode, out.decode(), err.decode()

    def has_begun(self):
        """Something has been written already, but not all."""
        return any(path.stat().st_size > 0 for path in self.place.glob("*.tmp"))

    def test_all(self):
        commands = (["parse", "--workload=fine_tuning", "--results_dirname=tests", "--output_lts=lts.json"],
                    ["ci", "tests", "--workload=fine_tuning"])
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            for command in commands:
                with self.subTest(command=command[0], signal=number):
                    got, out, err = self.interrupted(number, *command)
                    self.assertEqual((got, out), (code, ""), err)
                    self.assertEqual(err, f"ERROR | stopped by {number.name}: the outputs are as they were before\n")
                    left = [name for name in self.names() if not name.endswith(".log")]
                    self.assertEqual(left, ["lts.json", "lts_payload.json", "tests"])
                    for name in "lts.json", "lts_payload.json":
                        self.assertEqual((self.place / name).read_text(), "older\n")

    def test_after_storing(self):
        """What is in the history by then is said; an older outcome.json does not speak for this run."""
        (self.place / "outcome.json").write_text("older\n")
        drawing = self.place / "5_matbench_visualize.log"
        got, out, err = self.interrupted(signal.SIGINT, "ci", "tests", "--workload=fine_tuning", begun=drawing.exists)
        self.assertEqual((got, out), (130, ""), err)
        self.assertEqual(err.splitlines()[-1], "ERROR | stopped by SIGINT: without a verdict; the payloads are stored in sqlite:history.db already")
        self.assertNotIn("outcome.json", self.names())

    def test_twice_at_once(self):
        """timeout(1) sends its signal to the program, and then to the group that the program is in."""
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            got, _, err = self.interrupted(number, "parse", "--workload=fine_tuning", "--results_dirname=tests", "--output_lts=lts.json",
                                           times=3)
            self.assertEqual((got, err), (code, f"ERROR | stopped by {number.name}: the outputs are as they were before\n"))
            self.assertEqual(list(self.place.glob("*.tmp")), [])


if __name__ == "__main__":
    main()
