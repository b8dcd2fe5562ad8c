#!/usr/bin/env python3
"""Ctrl-C ends ci/test in whatever step it is, with its last line and not with success: a copy of it whose other programs are scripts. The first
one waits, for as long as nobody stops it."""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[1]
NOTHING, WAITS = "#!/bin/sh\n", "#!/bin/sh\n: >\"$PLACE/waits\"\nexec sleep 1000\n"


class StopTest(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="mb-stop-")
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)
        for name in "ci/setup", "ci/check-includes", "tests/servers/servers.py", "bin/cmake", "bin/ctest", "bin/shellcheck":
            self.script(name, NOTHING)
        for name in "test", "common.sh":
            shutil.copy(SOURCE / "ci" / name, self.place / "ci")

    def script(self, name, text):
        (self.place / name).parent.mkdir(parents=True, exist_ok=True)
        (self.place / name).write_text(text)
        (self.place / name).chmod(0o755)

    def test_stopped(self):
        for name in "ci/setup", "ci/check-includes", "tests/servers/servers.py", "bin/cmake", "bin/ctest":
            with self.subTest(name):
                self.script(name, WAITS)
                env = os.environ | {"PATH": f"{self.place}/bin:{os.environ['PATH']}", "PLACE": str(self.place)}
                process = subprocess.Popen([self.place / "ci/test", "--quick"], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                           text=True, start_new_session=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
                while not (self.place / "waits").exists():
                    self.assertIsNone(process.poll(), name)
                    time.sleep(0.01)
                if name == "tests/servers/servers.py":
                    self.script(name, NOTHING)  # it is asked to stop, too
                os.killpg(process.pid, signal.SIGINT)  # as a terminal does
                said = process.communicate(timeout=600)[0]
                self.assertNotEqual(process.returncode, 0, said)
                self.assertRegex(said.splitlines()[-1], r"^[0-9]+ passed, 1 failed$")
                (self.place / "waits").unlink()
                self.script(name, NOTHING)


if __name__ == "__main__":
    unittest.main()
