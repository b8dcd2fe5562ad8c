#!/usr/bin/env python3
"""What ci/setup and tests/servers/servers.py download is asked for again when it fails: in place of apt-get, mvn, npm and sleep there are
scripts that write down how they were called, and fail as often as the file `failures` says. Nothing here waits, or asks a network."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[1]
SCRIPT = """#!/bin/sh
echo "${0##*/} $*" >>"$PLACE/calls"
for word; do case $word in -DoutputDirectory=*) touch "${word#*=}/a.jar" ;; esac; done
left=$(cat "$PLACE/failures")
[ "${0##*/}" = sleep ] || [ "$left" -eq 0 ] || { echo $((left - 1)) >"$PLACE/failures"; echo "the mirror is away"; exit 1; }
"""
SERVERS = "import sys; sys.path.insert(0, sys.argv[1]); sys.dont_write_bytecode = True; import servers; real = servers.time.sleep; " \
          "servers.time.sleep = lambda s: real(s) if s < 1 else print('pause', s, file=sys.stderr); sys.argv = ['servers.py', 'fetch']; sys.exit(servers.main())"


class DownloadTest(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="mb-download-")
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)
        (self.place / "bin").mkdir()

    def run_it(self, failures, names, *command):
        """(exit code, what was printed, how the scripts were called)"""
        for name in names:
            (self.place / "bin" / name).write_text(SCRIPT)
            (self.place / "bin" / name).chmod(0o755)
        (self.place / "failures").write_text(f"{failures}\n")
        (self.place / "calls").write_text("")
        env = os.environ | {"PATH": f"{self.place}/bin:{os.environ['PATH']}", "PLACE": str(self.place), "MB_SERVERS": str(self.place / "servers")}
        done = subprocess.run(list(map(str, command)), env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout, [line.split() for line in (self.place / "calls").read_text().splitlines()]

    def packages(self, failures):
        """A copy of ci/setup that wants a package which no Debian has."""
        (self.place / "top/ci").mkdir(parents=True, exist_ok=True)
        for name in "setup", "common.sh":
            shutil.copy(SOURCE / "ci" / name, self.place / "top/ci")
        (self.place / "top/ci/packages").write_text("matbench-no-such-package # nobody has it\n")
        (self.place / "bin/id").write_text("#!/bin/sh\necho 0\n")  # as root, whoever runs this
        (self.place / "bin/id").chmod(0o755)
        return self.run_it(failures, ("apt-get", "sleep"), self.place / "top/ci/setup")

    def test_packages(self):
        for failures, updates, installs in (0, 1, 1), (1, 2, 1), (3, 4, 1):
            with self.subTest(failures):
                code, said, calls = self.packages(failures)
                self.assertEqual(code, 0, said)
                self.assertEqual((sum("update" in call for call in calls), sum("install" in call for call in calls)), (updates, installs))
                self.assertEqual(calls[-1][-1], "matbench-no-such-package")
        code, said, calls = self.packages(99)
        self.assertNotEqual(code, 0)
        self.assertIn("the mirror is away", said)
        self.assertEqual([call[1] for call in calls if call[0] == "sleep"], ["5", "20", "60"])

    def fetch(self, failures):
        return self.run_it(failures, ("mvn", "npm"), sys.executable, "-c", SERVERS, SOURCE / "tests/servers")

    def test_servers(self):
        code, said, calls = self.fetch(99)
        self.assertEqual((code, [call[0] for call in calls]), (1, ["mvn"] * 4), said)
        self.assertEqual([line for line in said.splitlines() if line.startswith("pause")], ["pause 5", "pause 20", "pause 60"])
        self.assertIn("the mirror is away", said.splitlines()[-1])
        self.assertEqual([path.name for path in (self.place / "servers").glob("opensearch-*")], [])  # never half of it
        code, said, calls = self.fetch(2)
        self.assertEqual((code, [call[0] for call in calls]), (0, ["mvn"] * 3 + ["npm"]), said)
        self.assertEqual(len(list((self.place / "servers").glob("opensearch-*/a.jar"))), 1)
        code, said, calls = self.fetch(99)  # a second time needs no network
        self.assertEqual((code, calls), (0, []), said)

    def test_a_program_that_is_not_installed(self):
        """Nothing to wait for."""
        code, said, _ = self.run_it(0, (), "env", f"PATH={self.place}/bin", sys.executable, "-c", SERVERS, SOURCE / "tests/servers")
        self.assertEqual((code, said), (1, "tests/servers/servers.py: there is no program mvn: ci/setup --test installs what tests need\n"))


if __name__ == "__main__":
    unittest.main()
