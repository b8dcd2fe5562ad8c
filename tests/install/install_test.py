#!/usr/bin/env python3
"""install_test.py MATBENCH BUILD: `cmake --install` into scratch trees; what is there, that it works, and that its man pages are sound."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

MATBENCH, BUILD = (pathlib.Path(a).resolve() for a in (sys.argv.pop(1), sys.argv.pop(1)))
SOURCE = pathlib.Path(__file__).resolve().parents[2]
CLEAN = {k: v for k, v in os.environ.items() if not k.startswith(("MATBENCH_", "DESTDIR"))}
SECONDS = 600  # for what takes moments on a machine that is not busy


def run(*command, code=0, env=None, **popen):
    done = subprocess.run([*map(str, command)], env=CLEAN | (env or {}), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, **popen)
    assert done.returncode == code, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def install(prefix, **env):
    run("cmake", "--install", BUILD, "--prefix", prefix, env=env)


def files(root):
    return sorted(str(p.relative_to(root)) for p in pathlib.Path(root).rglob("*") if not p.is_dir())


def options(command):
    return re.findall(r"(?m)^  --(\w+)", run(MATBENCH, command, "--help").stdout)


COMMANDS = re.findall(r"^  (\w+) +\S", run(MATBENCH, "--help").stdout, re.MULTILINE)
SECTIONS = {"workload": 5, "openmetrics": 5}
PAGES = {"man1/matbench.1"} | {f"man1/matbench-{c}.1" for c in COMMANDS} | {
    f"man{s}/matbench-{d}.{s}" for d in (p.stem for p in (SOURCE / "docs").glob("*.md")) if d not in COMMANDS for s in [SECTIONS.get(d, 7)]}


class Scratch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory(prefix="mb-install-")
        cls.addClassCleanup(place.cleanup)
        cls.top = pathlib.Path(place.name).resolve()
        cls.prefix = cls.top / "one/usr"
        install("/usr", DESTDIR=str(cls.top / "one"))


class Tree(Scratch):
    def test_destdir_is_all_that_is_written_to(self):
        self.assertEqual(os.listdir(self.top / "one"), ["usr"])
        self.assertEqual(sorted(os.listdir(self.prefix)), ["bin", "share"])
        self.assertEqual(os.listdir(self.prefix / "bin"), ["matbench"])
        self.assertEqual(sorted(os.listdir(self.prefix / "share")), ["bash-completion", "doc", "fish", "man", "matbench", "zsh"])

    def test_what_is_there(self):
        share = self.prefix / "share"
        self.assertEqual({f for f in files(share / "man")}, PAGES)
        self.assertEqual(files(share / "bash-completion") + files(share / "fish") + files(share / "zsh"),
                         ["completions/matbench", "vendor_completions.d/matbench.fish", "site-functions/_matbench"])
        docs = {str(p.relative_to(SOURCE)) for pattern in ("README.md", "docs/*.md", "docs/*.json", "ci/recipes/*") for p in SOURCE.glob(pattern)}
        self.assertEqual(set(files(share / "doc/matbench")), docs)

    def test_workloads_without_what_made_them(self):
        tracked = run("git", "-C", SOURCE, "ls-files", "workloads").stdout.split("\n")[:-1]
        wanted = [t for t in tracked if not t.endswith((".py", ".gitattributes"))]
        self.assertEqual(files(self.prefix / "share/matbench"), sorted(wanted))

    def test_leftovers_of_a_run_are_not_installed(self):
        script = (BUILD / "cmake_install.cmake").read_text().replace("\\", "")
        for name in ".matbench-cache", "cache.pickle", "__pycache__":
            self.assertIn(f"/{name}$\" EXCLUDE", script)

    def test_anybody_may_read_it(self):
        for path in [self.prefix, *self.prefix.rglob("*")]:
            mode = path.stat().st_mode & 0o777
            self.assertEqual(mode, 0o755 if path.is_dir() or path.name == "matbench" and path.parent.name == "bin" else 0o644, path)

    def test_nothing_tells_where_it_was_built(self):
        for name in files(self.prefix / "share"):
            self.assertNotIn(str(SOURCE).encode(), (self.prefix / "share" / name).read_bytes(), name)

    def test_links_in_the_docs_hold(self):
        top = self.prefix / "share/doc/matbench"
        for page in [*top.glob("docs/*.md"), *top.glob("ci/recipes/*.md")]:
            for link in re.findall(r"\]\(([^)#]+)", page.read_text()):
                if not link.startswith("http"):
                    self.assertTrue((page.parent / link).exists(), f"{page}: {link}")

    def test_installing_again_changes_nothing(self):
        before = {n: (self.prefix / n).read_bytes() for n in files(self.prefix)}
        install("/usr", DESTDIR=str(self.top / "one"))
        self.assertEqual({n: (self.prefix / n).read_bytes() for n in files(self.prefix)}, before)


class Program(unittest.TestCase):
    """Any prefix, moved afterwards, called through a link: it finds its workloads."""

    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory(prefix="mb-install-")
        cls.addClassCleanup(place.cleanup)
        cls.top = pathlib.Path(place.name).resolve()
        install(cls.top / "first place")
        cls.moved = cls.top / "else/where"
        cls.moved.parent.mkdir()
        (cls.top / "first place").rename(cls.moved)
        (cls.top / "bin").mkdir()
        (cls.top / "bin/matbench").symlink_to("../else/where/bin/matbench")
        cls.example = cls.moved / "share/matbench/workloads/fine_tuning/example"

    def test_it_finds_its_workloads(self):
        for program in "else/where/bin/matbench", "bin/matbench":
            said = run(self.top / program, "check", "fine_tuning", cwd=self.top).stdout
            self.assertTrue(said.startswith(f"{self.moved}/share/matbench/workloads/fine_tuning/workload.yaml: "), said)

    def test_the_example(self):
        program, place = self.top / "bin/matbench", self.top / "run"
        place.mkdir()
        run(program, "upload_lts", "--workload=fine_tuning", f"--results_dirname={self.example}/history", cwd=place)
        done = run(program, "ci", self.example / "newest", "--workload=fine_tuning", cwd=place, code=1)
        self.assertIn("exit code 1: a regression", done.stdout)

    def test_a_folder_beside_the_prefix_does_not_hide_the_shipped_workloads(self):
        """../../../workloads is for build trees; seen from an installation it is somebody else's."""
        other = self.top / "workloads/fine_tuning"  # as seen from else/where/bin
        other.mkdir(parents=True)
        (other / "workload.yaml").write_text("workload: not_ours\nlts: none\n")
        said = run(self.moved / "bin/matbench", "check", "fine_tuning", cwd=self.top).stdout
        self.assertIn("else/where/share/matbench", said)


class ManPages(Scratch):
    def test_linters_are_content(self):
        for page in sorted(PAGES):
            path = self.prefix / "share/man" / page
            said = subprocess.run(["mandoc", "-Tlint", "-Wwarning", path], capture_output=True, text=True).stdout
            said = [line for line in said.splitlines() if "missing date" not in line]  # on purpose: the same source, the same page
            self.assertEqual(said, [], page)
            self.assertEqual(run("groff", "-man", "-ww", "-z", "-t", "-Tutf8", path).stderr, "", page)

    def shown(self, *words):
        return run("man", *words, env={"MANPATH": str(self.prefix / "share/man"), "LC_ALL": "C.UTF-8", "MANWIDTH": "120", "MANROFFOPT": "-c"}).stdout

    def test_man_finds_and_shows_them(self):
        for command in COMMANDS:
            text = re.sub(".\b", "", self.shown("matbench", command))
            self.assertIn(f"matbench-{command} - ", text)
            listed = text[text.index("\nOPTIONS"):].split("\nEXIT", 1)[0]  # its description may begin a line with one
            self.assertEqual(re.findall(r"(?m)^       --(\w+)", listed), options(command), command)

    def test_every_reference_is_a_page(self):
        names = {pathlib.Path(p).name for p in PAGES}
        for page in PAGES:
            text = re.sub(".\b", "", self.shown("-l", self.prefix / "share/man" / page))
            for name, section in re.findall(r"(matbench[\w-]*)\((\d)\)", text):
                self.assertIn(f"{name}.{section}", names, page)

    def test_nothing_of_the_docs_is_lost(self):
        """The words of a doc are in its page, in their order; tables lose their heads, headings their case."""
        for doc in (SOURCE / "docs").glob("*.md"):
            section = 1 if doc.stem in COMMANDS else SECTIONS.get(doc.stem, 7)
            page = self.shown("-l", self.prefix / f"share/man/man{section}/matbench-{doc.stem}.{section}")
            shown = iter(re.findall(r"\w+", re.sub(".\b|\u2010\n *", "", page).casefold()))
            lines = [line for line in doc.read_text().splitlines() if not re.match(r"# |```|\|[-| ]+\|$", line)]
            heads = {i for i, line in enumerate(lines) if line.startswith("|") and not lines[i - 1].startswith("|")}
            text = "\n".join(line for i, line in enumerate(lines) if i not in heads)
            text = re.sub(r"\[[^\]]*\.md\]\([^)]*\)|\]\([^)]*\)", " ", text)
            for word in re.findall(r"\w+", text.casefold()):
                self.assertIn(word, shown, f"{doc.name}: '{word}' is not in the page, or not in its place")


if __name__ == "__main__":
    unittest.main()
