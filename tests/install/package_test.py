#!/usr/bin/env python3
"""package_test.py MATBENCH BUILD: the Debian package of this build: what it says of itself, that it works unpacked, and that removing
it leaves nothing. With MB_LONG=1 also the package of ci/package in a bare Debian 12 that debootstrap makes (root, network)."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

MATBENCH, BUILD = (pathlib.Path(a).resolve() for a in (sys.argv.pop(1), sys.argv.pop(1)))
SOURCE = pathlib.Path(__file__).resolve().parents[2]
CLEAN = {k: v for k, v in os.environ.items() if not k.startswith(("MATBENCH_", "DEB"))} | {
    "PATH": os.environ["PATH"] + ":/usr/local/sbin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"}
SECONDS = 1200
EXAMPLE = "usr/share/matbench/workloads/fine_tuning/example"
# lintian's tags that stay, each with its reason
ACCEPTED = {"copyright-without-copyright-notice"}  # the repository states neither holder nor licence
SONAMES = {"libc6": "libc.so", "libjansson4": "libjansson", "liblua5.4-0": "liblua5.4", "libpcre2-8-0": "libpcre2-8",
           "libsqlite3-0": "libsqlite3", "libssl3": "libcrypto", "libyaml-0-2": "libyaml", "zlib1g": "libz.so", "liblzma5": "liblzma",
           "libzstd1": "libzstd", "libexpat1": "libexpat", "libcurl4": "libcurl"}


def run(*command, code=0, **popen):
    done = subprocess.run([*map(str, command)], env=CLEAN, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, **popen)
    assert done.returncode == code, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def version():
    return re.match(r"matbench (\S+)", run(MATBENCH, "--version"))[1]


def everything(root):
    return {str(p.relative_to(root)) for p in root.rglob("*")}


def run_example(self, program, example, place, *chroot):
    run(*chroot, program, "upload_lts", "--workload=fine_tuning", f"--results_dirname={example}/history", "--history=sqlite:history.db", cwd=place)
    said = run(*chroot, program, "ci", f"{example}/newest", "--workload=fine_tuning", "--history=sqlite:history.db", cwd=place, code=1)
    self.assertIn("exit code 1: a regression", said)
    self.assertIn("REGRESSION incident: 8 of 8 KPI results of ", said)


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory(prefix="mb-package-")
        cls.addClassCleanup(place.cleanup)
        cls.top = pathlib.Path(place.name).resolve()
        run("cpack", "-G", "DEB", "--config", BUILD / "CPackConfig.cmake", "-B", cls.top / "pack", cwd=cls.top)
        cls.deb, = (cls.top / "pack").glob("*.deb")
        run("dpkg-deb", "-x", cls.deb, cls.top / "unpacked")
        cls.tree = cls.top / "unpacked"

    def field(self, name):
        return run("dpkg-deb", "-f", self.deb, name).strip()

    def test_what_it_says_of_itself(self):
        architecture = run("dpkg", "--print-architecture").strip()
        self.assertEqual(self.deb.name, f"matbench_{version()}_{architecture}.deb")
        self.assertEqual([self.field(f) for f in ("Package", "Version", "Architecture", "Section", "Priority")],
                         ["matbench", version(), architecture, "utils", "optional"])
        self.assertRegex(self.field("Maintainer"), r"\A[^<]+ <\S+@\S+>\Z")
        summary, *rest = self.field("Description").splitlines()
        self.assertLessEqual(len(summary), 80)
        self.assertGreater(len(rest), 3)

    def test_it_depends_on_its_libraries(self):
        needed = re.findall(r"\(NEEDED\).*\[(\S+)\]", run("readelf", "-d", self.tree / "usr/bin/matbench"))
        depends = self.field("Depends")
        for library in needed:
            package = [p for p, soname in SONAMES.items() if library.startswith(soname) or library.startswith(("libm.", "ld-")) and p == "libc6"]
            self.assertEqual(len(package), 1, f"{library}: of which package?")
            self.assertRegex(depends, rf"(^|, ){re.escape(package[0])}( |,|$)")
        self.assertRegex(depends, r"libsqlite3-0 \(>= 3\.37\)")
        self.assertEqual(self.field("Recommends"), "ca-certificates")  # without it no server on https is believed

    def test_contents(self):
        for line in run("dpkg-deb", "--contents", self.deb).splitlines():
            mode, owner, *_, path = line.split(None, 5)
            self.assertEqual(owner, "root/root", line)
            wanted = "drwxr-xr-x" if path.endswith("/") else "-rwxr-xr-x" if path == "./usr/bin/matbench" else "-rw-r--r--"
            self.assertEqual(mode, wanted, line)
            self.assertNotRegex(path, r"\.py$|__pycache__|\.matbench-cache|cache\.pickle|/site-functions/|/man\d/.*\.\d$")
        for path in "bin/matbench", "share/man/man1/matbench-ci.1.gz", "share/doc/matbench/copyright", "share/doc/matbench/changelog.gz", \
                "share/zsh/vendor-completions/_matbench", "share/bash-completion/completions/matbench":
            self.assertTrue((self.tree / "usr" / path).is_file(), path)
        self.assertEqual(os.listdir(self.tree), ["usr"])
        sums = run("dpkg-deb", "-I", self.deb, "md5sums").splitlines()
        self.assertEqual(len(sums), sum(p.is_file() for p in self.tree.rglob("*")))

    def test_lintian(self):
        done = subprocess.run(["lintian", "--allow-root", "--no-cfg", self.deb], env=CLEAN, capture_output=True, text=True, timeout=SECONDS)
        tags = re.findall(r"(?m)^[EW]: matbench: (\S+)", done.stdout)
        self.assertEqual(set(tags), ACCEPTED, done.stdout + done.stderr)

    def test_it_works_unpacked(self):
        place = self.top / "run"
        place.mkdir()
        run_example(self, self.tree / "usr/bin/matbench", self.tree / EXAMPLE, place)

    def test_removal_leaves_nothing(self):
        root = self.top / "root"
        for folder in "info", "updates", "triggers":
            (root / "var/lib/dpkg" / folder).mkdir(parents=True)
        for name in "status", "available":
            (root / "var/lib/dpkg" / name).touch()
        dpkg = ["dpkg", f"--root={root}", "--force-not-root", "--force-depends", "--force-bad-path", "--force-unsafe-io", "--log=/dev/null"]
        dpkg = dpkg if os.getuid() == 0 else ["fakeroot", *dpkg]
        run(*dpkg, "--purge", "matbench")  # its own files are then there
        before = everything(root)
        run(*dpkg, "--install", self.deb)
        self.assertTrue((root / "usr/bin/matbench").is_file())
        run(*dpkg, "--verify", "matbench")
        run(*dpkg, "--purge", "matbench")
        left = {p for p in everything(root) - before if not p.startswith("var/lib/dpkg/")}
        self.assertEqual(left, set())


class BareDebian(unittest.TestCase):
    """What a user of Debian 12 does: apt-get install ./matbench.deb, the example, apt-get purge."""

    def test_installs_works_and_goes(self):
        start = time.monotonic()
        run(SOURCE / "ci/package")
        deb, = (SOURCE / "build/package").glob("*.deb")
        top = pathlib.Path(tempfile.mkdtemp(prefix="mb-debian-"))
        self.addCleanup(shutil.rmtree, top, ignore_errors=True)
        root = top / "root"
        mirrors = run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Codename: bookworm", "Component: main").split()
        self.assertTrue(mirrors, "apt-get indextargets names no mirror of bookworm")
        packed = time.monotonic()
        run("debootstrap", "--variant=minbase", "bookworm", root, mirrors[0])
        made = time.monotonic()
        shutil.copy(deb, root / "tmp")
        inside = ["chroot", root]
        apt = [*inside, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
        run(*apt, "update")
        before = self.paths(root)
        run(*apt, "install", "--no-install-recommends", f"/tmp/{deb.name}")
        installed = time.monotonic()
        self.assertIn(f"matbench {version()} ", run(*inside, "matbench", "--version"))
        self.assertEqual(run(*inside, "dpkg", "--verify", "matbench"), "")
        in_a_folder = [*inside, "setpriv", "--reuid=65534", "--clear-groups", "env", "-C", "/tmp/run"]
        (root / "tmp/run").mkdir()
        (root / "tmp/run").chmod(0o777)
        run_example(self, "matbench", f"/{EXAMPLE}", top, *in_a_folder)
        run(*apt, "purge", "--autoremove", "matbench")
        shutil.rmtree(root / "tmp/run")
        self.assertEqual(self.paths(root) - before, set())
        size = sum(p.stat().st_size for p in [deb])
        print(f"package {packed - start:.0f} s, {size} bytes; debootstrap {made - packed:.0f} s; update and install {installed - made:.0f} s; "
              f"example and purge {time.monotonic() - installed:.0f} s", file=sys.stderr)

    @staticmethod
    def paths(root):
        """What lies there, but for logs and the package manager's own notes."""
        passing = ("var/log", "var/cache", "var/lib/apt", "var/lib/dpkg", "etc/ld.so.cache", "dev", "proc", "sys", "run")
        return {p for p in everything(root) if not p.startswith(passing)}


if not os.environ.get("MB_LONG"):
    del BareDebian  # takes minutes, root and the network
if __name__ == "__main__":
    unittest.main()
