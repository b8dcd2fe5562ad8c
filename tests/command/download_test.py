#!/usr/bin/env python3
"""Tests of `download`: what each mode brings, url files, hostile ones, links, going on after an end, and that parsing what was
downloaded gives the same payloads."""
import glob
import os
import pathlib
import pty
import shutil
import signal
import subprocess
import time

import support
from support import CommandTest, main, tree

TEST = "000__matbenchmarking/fine-tuning/000__granite-3b-full"
CACHE = ".matbench-cache"


def files_of(directory):
    """{relative path: bytes} of the files below, without what a download writes itself."""
    directory = pathlib.Path(directory)
    found = {str(p.relative_to(directory)): p.read_bytes() for p in directory.rglob("*") if p.is_file()}
    return {name: text for name, text in found.items() if name not in ("source_url", "settings.from_url_file.yaml")}


class DownloadTest(CommandTest):
    def download(self, *arguments, results="r", **keywords):
        return self.fine_tuning("download", f"--results_dirname={results}", *arguments, **keywords)

    def fetch(self, *arguments, **keywords):
        return self.download("--do_download", *arguments, **keywords)

    def source(self, tests=3):
        """src/ with `tests` tests; each has a file that parsing does not need."""
        tree("many", self.place / "src", tests)
        self.tests = sorted(p.parent.relative_to(self.place / "src") for p in (self.place / "src").rglob("exit_code"))
        self.assertEqual(len(self.tests), tests)
        for test in self.tests:
            (self.place / "src" / test / "unneeded.log").write_text("x" * 100)
        return f"file://{self.place}/src"

    def brought(self, where="r/expe/from_url"):
        return files_of(self.place / where)


class ModeTest(DownloadTest):
    def setUp(self):
        super().setUp()
        self.url = self.source()
        (self.place / "src" / self.tests[1] / CACHE).write_text("cache")
        self.all = files_of(self.place / "src")
        self.needed = {n: t for n, t in self.all.items() if not n.endswith(("unneeded.log", CACHE, "run.log"))}

    def names_of_test(self, number):
        return {n for n in self.brought() if n.startswith(f"{self.tests[number]}/")}

    def test_important(self):
        done = self.fetch(f"--url={self.url}", "--mode=important", code=0)
        self.assertEqual(done.out, "")
        self.assertEqual({n for n in self.brought() if n.endswith(("unneeded.log", CACHE))}, set())
        for name, text in self.brought().items():
            self.assertEqual(text, self.all[name])
        for name in "config.yaml", "settings.yaml", "exit_code", ".uuid", "001__fine_tuning__run_fine_tuning_job/artifacts/pod.log":
            self.assertIn(f"{self.tests[0]}/{name}", self.brought())

    def test_prefer_cache(self):
        self.fetch(f"--url={self.url}", code=0)
        by_default = self.brought()
        self.assertEqual(self.names_of_test(1), {f"{self.tests[1]}/{n}" for n in ("settings.yaml", "exit_code", CACHE)})
        self.assertIn(f"{self.tests[0]}/config.yaml", by_default)
        shutil.rmtree(self.place / "r")
        self.fetch(f"--url={self.url}", "--mode", "prefer_cache", code=0)
        self.assertEqual(self.brought(), by_default)

    def test_cache_only(self):
        done = self.fetch(f"--url={self.url}", "--mode=cache_only", code=0)
        self.assertEqual(set(self.brought()), {f"{self.tests[1]}/{n}" for n in ("settings.yaml", "exit_code", CACHE)})
        self.assertIn("WARNING | tests left out because they have no cache: 2\n", done.err)
        (self.place / "src" / self.tests[1] / CACHE).unlink()
        done = self.fetch(f"--url={self.url}", "--mode=cache_only", code=103, results="r2")
        self.assertIn("ERROR | nothing to download: no test has a cache\n", done.err)
        self.assertFalse((self.place / "r2").exists())

    def test_all(self):
        (self.place / "src/beside").write_text("x")
        self.fetch(f"--url={self.url}", "--mode=all", code=0)
        self.assertEqual(self.brought(), files_of(self.place / "src"))

    def test_variables(self):
        env = {"MATBENCH_URL": self.url, "MATBENCH_MODE": "cache_only", "MATBENCH_DO_DOWNLOAD": "true", "MATBENCH_WORKLOAD": "fine_tuning",
               "MATBENCH_RESULTS_DIRNAME": "r"}
        self.matbench("download", env=env, code=0)
        self.assertEqual(len(self.brought()), 3)
        (self.place / "urls.yaml").write_text(f"download: [{{url: '{self.url}', dest_dir: a}}]\n")
        env = {"MATBENCH_URL_FILE": "urls.yaml", "MATBENCH_DO_DOWNLOAD": "no"}
        self.assertEqual(len(self.download(env=env, results="r2", code=0).out.splitlines()), len(self.fetch(env=env, code=0) and self.brought("r/a")))
        self.assertFalse((self.place / "r2").exists())

    def test_rehearsal(self):
        for mode in "important", "prefer_cache", "cache_only", "all":
            with self.subTest(mode):
                done = self.download(f"--url={self.url}", f"--mode={mode}", code=0)
                self.assertFalse((self.place / "r").exists())
                self.assertTrue(done.err.endswith("WARNING | nothing was fetched: this was a rehearsal; --do_download fetches\n"), done.err)
                listed = dict(reversed(line.split("\t")) for line in done.out.splitlines())
                self.fetch(f"--url={self.url}", f"--mode={mode}", code=0)
                self.assertEqual(listed, {f"r/expe/from_url/{n}": str(len(t)) for n, t in self.brought().items()})
                done = self.download(f"--url={self.url}", f"--mode={mode}", code=0)
                self.assertEqual(done.out, "")
                shutil.rmtree(self.place / "r")

    def test_python_spellings(self):
        self.fetch(f"--url={self.url}", "--mode=all", "--workload_base_dir=/", "--filters=a=b", "--do_download=True", code=0)
        self.assertEqual(self.download("--url", self.url, "--mode", "all", "--do-download", "false", code=0).out, "")


class SameTest(DownloadTest):
    def payloads(self, results):
        self.fine_tuning("parse", f"--results_dirname={results}", "--output_lts=lts.json", code=0)
        return (self.place / "lts.json").read_text()

    def test_payloads(self):
        url = self.source()
        (self.place / "src/settings.common.yaml").write_text("cluster: a\n")
        for k, mode in enumerate(("important", "prefer_cache", "all")):
            self.fetch(f"--url={url}", f"--mode={mode}", results=f"r{k}", code=0)
            self.assertEqual(self.payloads("src"), self.payloads(f"r{k}"), mode)
        self.fetch(f"--url={self.place}/r0/expe/from_url", results="again", code=0)  # of what was downloaded itself
        self.assertEqual(self.payloads("src"), self.payloads("again"))

    def test_odd_trees(self):
        """Incomplete and broken tests give the same matrix."""
        for kind in "missing-podlog", "missing-env", "missing-uuid", "broken-json", "two-gpu-types", "settings-layers", "nested", "skip", "no-exit-code":
            with self.subTest(kind):
                source = self.place / kind
                tree("odd", source / "src", kind)
                self.fetch(f"--url={source}/src", results=source / "r", code=0)
                said = []
                for results in source / "src", source / "r/expe/from_url":
                    done = self.fine_tuning("parse", f"--results_dirname={results}", f"--output_matrix={source}/m.json")
                    said.append((done.code, done.err, (source / "m.json").read_text().replace(str(results), "")))
                (source / "m.json").unlink()
                self.assertEqual(said[0], said[1])


class SecondRunTest(DownloadTest):
    def stats(self):
        return {p: (p.stat().st_ino, p.stat().st_mtime_ns) for p in (self.place / "r").rglob("*") if p.is_file()}

    def test_nothing_changes(self):
        url = self.source()
        for path in (self.place / "src").rglob("*"):
            os.utime(path, ns=(0, 1_700_000_000_123_456_789))
        done = self.fetch(f"--url={url}", code=0)
        before = self.stats()
        self.assertEqual({s[1] for p, s in before.items() if p.parent.name != "from_url"}, {1_700_000_000_123_456_789})
        done = self.fetch(f"--url={url}", code=0)
        self.assertEqual(self.stats(), before)
        self.assertRegex(done.err, r"files: 0 fetched \(0 bytes\), [1-9]\d+ there already, 0 missing")

    def test_only_what_differs(self):
        url = self.source()
        self.fetch(f"--url={url}", code=0)
        before, brought = self.stats(), self.place / "r/expe/from_url"
        test = brought / self.tests[0]
        log = next(test.rglob("pod.log"))
        whole = log.read_bytes()
        log.write_bytes(whole[:-1] + b"?")          # same size
        (test / "config.yaml").write_bytes(b"torn")  # another size
        next(test.rglob("pod.json")).unlink()
        done = self.fetch(f"--url={url}", code=0)
        self.assertIn("files: 3 fetched", done.err)
        self.assertEqual(log.read_bytes(), whole)
        changed = {p.name for p, s in self.stats().items() if before[p] != s}
        self.assertEqual(changed - {"pod.json"}, {"pod.log", "config.yaml"})  # the new pod.json may be as the old one was
        self.assertEqual(self.brought().keys(), {str(p.relative_to(brought)) for p in before} - {"source_url", "settings.from_url_file.yaml"})

    def test_interrupted(self):
        self.source(1)
        for name in "a", "z":
            os.truncate(os.open(self.place / "src" / self.tests[0] / f"{name}-large", os.O_CREAT | os.O_WRONLY), 1 << 29)
        process = subprocess.Popen([support.MATBENCH, "download", "--workload=fine_tuning", "--results_dirname=r", f"--url={self.place}/src",
                                    "--mode=all", "--do_download"], cwd=self.place, env=support.environment(), stdin=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE)
        pattern, until = f"{self.place}/r/expe/from_url/{self.tests[0]}/.matbench-*.tmp", time.monotonic() + 60
        while not any(os.path.getsize(p) > 1 << 20 for p in glob.glob(pattern)) and process.poll() is None and time.monotonic() < until:
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        err = process.communicate(timeout=support.SECONDS)[1].decode()
        self.assertEqual(process.returncode, 130, err)
        self.assertTrue(err.endswith("ERROR | stopped by SIGINT: only whole files were kept; the same command goes on from there\n"), err)
        self.assertEqual(glob.glob(pattern), [])
        for path in (self.place / "r/expe/from_url" / self.tests[0]).rglob("*"):
            if path.is_file():
                self.assertEqual(path.stat().st_size, (self.place / "src" / path.relative_to(self.place / "r/expe/from_url")).stat().st_size)
        for name in "a", "z":
            (self.place / "src" / self.tests[0] / f"{name}-large").unlink()
        self.fetch(f"--url={self.place}/src", "--mode=all", code=0)

    def test_a_file_that_cannot_be_read(self):
        self.source(2)
        self.place.chmod(0o777)
        (self.place / "src" / self.tests[0] / "config.yaml").chmod(0)
        done = self.without_rights("download", "--workload=fine_tuning", "--results_dirname=r", f"--url={self.place}/src", "--do_download")
        self.assertEqual(done.code, 101, done.err)
        self.assertIn(f"ERROR | {self.tests[0]}/config.yaml: Permission denied\n", done.err)
        self.assertTrue(done.err.endswith("ERROR | 1 files of the source could not be read; the others are there\n"), done.err)
        self.assertIn(f"{self.tests[1]}/config.yaml", self.brought())


class UrlFileTest(DownloadTest):
    def write(self, name, text):
        path = self.place / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)

    def test_entries_and_files(self):
        url = self.source(2)
        tree("one", self.place / "other")
        self.write("urls/urls.yaml", f"""
visualize: [{{id: x}}]
download:
- url: {url}
  dest_dir: expe/first
  settings:
    zone: b
    expe: 0777
    lists: [1, {{b: yes, a: 'yes'}}]
- files: [more.yaml, deep/er.yaml]
""")
        self.write("urls/more.yaml", f"- {{url: '{self.place}/other', dest_dir: expe/second}}\n")
        self.write("urls/deep/er.yaml", f"- {{url: '{url}', dest_dir: third, settings: {{run: 3}}}}\n")
        self.fetch("--url_file=urls/urls.yaml", code=0)
        read = {where: [(self.place / "r" / where / n).read_text() for n in ("source_url", "settings.from_url_file.yaml")]
                for where in ("expe/first", "expe/second", "third")}
        self.assertEqual(read, {
            "expe/first": [f"{url}\n", "expe: 511\nlists:\n- 1\n-   a: 'yes'\n    b: true\nzone: b\n"],
            "expe/second": [f"{self.place}/other\n", "{}\n"],
            "third": [f"{url}\n", "run: 3\n"]})
        self.fine_tuning("parse", "--results_dirname=r", "--output_matrix=matrix.json", code=0)
        settings = [e["settings"] for e in self.json("matrix.json")]
        self.assertEqual([(s["zone"], s["expe"], s["run"]) for s in settings], [("b", 511, None)] * 2 + [(None, None, None)] + [(None, None, 3)] * 2)

    def test_settings_of_the_source(self):
        """Those of an earlier download stay, unless this one brings its own."""
        url = self.source(1)
        (self.place / "src/settings.from_url_file.yaml").write_text("cluster: a\n")
        self.fetch(f"--url={url}", code=0)
        self.assertEqual((self.place / "r/expe/from_url/settings.from_url_file.yaml").read_text(), "cluster: a\n")
        self.write("urls.yaml", f"download: [{{url: '{url}', dest_dir: ., settings: {{cluster: b}}}}]\n")
        done = self.fetch("--url_file=urls.yaml", code=0, results="r2")
        self.assertEqual((self.place / "r2/settings.from_url_file.yaml").read_text(), "cluster: b\n")
        self.assertIn("WARNING | settings.from_url_file.yaml: that of the source is replaced by this download's\n", done.err)

    def test_refused(self):
        """Nothing is written, neither by a good entry before nor outside."""
        url = self.source(1)
        self.write("outside.yaml", f"- {{url: '{url}', dest_dir: x}}\n")
        good = f"- {{url: '{url}', dest_dir: good}}\n"
        rows = {
            f"{good}- {{url: '{url}', dest_dir: ../x}}": "urls/urls.yaml:3:",
            f"{good}- {{url: '{url}', dest_dir: /etc/x}}": "urls/urls.yaml:3:",
            f"{good}- {{url: '{url}', dest_dir: a/../../x}}": "urls/urls.yaml:3:",
            f"{good}- {{url: '{url}', dest_dir: good/.}}": "is also that of the entry at urls/urls.yaml:2",
            f"{good}- {{files: [../outside.yaml]}}": "urls/urls.yaml:3:12: files: found '../outside.yaml'",
            f"{good}- {{files: [{self.place}/outside.yaml]}}": "urls/urls.yaml:3:12: files: found '/",
            f"{good}- {{files: [link.yaml]}}": "urls/urls.yaml:3:12: files: urls/link.yaml: a link that leaves the folder of the url file",
            f"{good}- {{url: 's3://bucket/x', dest_dir: x}}": "urls/urls.yaml:3:9: url: s3://…: this version cannot fetch from the network yet; file:// works",
            f"{good}- {{url: 'https://me:secret@host/', dest_dir: x}}": "https://…: this version cannot fetch from the network yet",
            f"{good}- {{url: 'file:///none', dest_dir: x}}": "urls/urls.yaml:3:9: url: /none: No such file or directory",
            f"{good}- {{url: '{self.place}', dest_dir: x}}": "lies in it; expected one beside it",
            f"{good}- {{url: '{url}', dest_dir: x, setings: {{}}}}": "unknown key 'setings'; did you mean 'settings'?",
        }
        (self.place / "urls").mkdir()
        (self.place / "urls/link.yaml").symlink_to("../outside.yaml")
        before = sorted(self.place.rglob("*"))
        for text, wanted in rows.items():
            with self.subTest(text):
                self.write("urls/urls.yaml", f"download:\n{text}\n")
                done = self.fetch("--url_file=urls/urls.yaml", code=100)
                self.assertRegex(done.err, r"\AERROR \| [^\n]+\n\Z")
                self.assertIn(wanted, done.err)
                self.assertNotIn("secret", done.err)
                (self.place / "urls/urls.yaml").unlink()
                self.assertEqual(sorted(self.place.rglob("*")), before)


class UrlTest(DownloadTest):
    def test_credentials(self):
        self.source(1)
        url = f"file://me:secret@localhost{self.place}/src"
        done = self.fetch(f"--url={url}", code=0)
        self.assertIn(f"WARNING | file://{self.place}/src: a user name or password stood in the url; it is not used and kept nowhere\n", done.err)
        self.assertEqual((self.place / "r/expe/from_url/source_url").read_text(), f"file://{self.place}/src\n")
        done = self.fetch("--url=https://me:secret@host/x?signature=secret", code=100)
        self.assertNotIn("secret", done.err + self.fetch("--url=me:secret@host:/x", code=100).err)

    def test_no_test(self):
        (self.place / "empty").mkdir()
        done = self.fetch(f"--url={self.place}/empty", code=103)
        self.assertTrue(done.err.endswith("ERROR | nothing to download: no test found\n"), done.err)
        self.assertFalse((self.place / "r").exists())
        self.fetch(f"--url={self.place}/empty", "--mode=all", code=0)

    def test_names(self):
        """Of directories and files that are no UTF-8, or would end a line."""
        for name in b"a\nERROR b", b"\xff c", b"%20":
            test = os.fsencode(self.place / "src dir") + b"/" + name
            os.makedirs(test)
            for file in b"settings.yaml", b"exit_code":
                with open(test + b"/" + file, "wb") as out:
                    out.write(b"0" if file == b"exit_code" else b"x: %d\n" % len(name))
        done = self.download(f"--url=file://{self.place}/src%20dir", code=0)
        self.assertEqual(len(done.out.splitlines()), 6)
        self.assertNotRegex(done.out + done.err, r"(?m)^ERROR")
        self.fetch(f"--url={self.place}/src dir", code=0)
        self.assertEqual(sorted(os.listdir(os.fsencode(self.place / "r/expe/from_url")))[:3], [b"%20", b"a\nERROR b", b"settings.from_url_file.yaml"])

    def test_progress_is_for_terminals(self):
        self.source(2)
        self.assertNotIn("\r", self.fetch(f"--url={self.place}/src", code=0).err)
        terminal, end = pty.openpty()
        self.fetch(f"--url={self.place}/src", results="r2", stderr=end, code=0)
        os.close(end)
        shown = b""
        try:
            while piece := os.read(terminal, 4096):
                shown += piece
        except OSError:
            pass
        os.close(terminal)
        self.assertRegex(shown, rb"\r0 of \d+ files, 0 of 0 MB\x1b\[K")


class LinkTest(DownloadTest):
    def test_source(self):
        self.source(1)
        test = self.place / "src" / self.tests[0]
        outside = self.place / "outside"
        outside.mkdir()
        shutil.move(test / "config.yaml", outside / "config.yaml")
        shutil.move(test / ".uuid", self.place / "src/uuid")
        (test / "config.yaml").symlink_to(outside / "config.yaml")
        (test / ".uuid").symlink_to(os.path.relpath(self.place / "src/uuid", test))
        done = self.fetch(f"--url={self.place}/src", code=0)
        self.assertIn(f"WARNING | {self.tests[0]}/config.yaml: leads out of", done.err)
        self.assertNotIn(f"{self.tests[0]}/config.yaml", self.brought())
        uuid = self.place / "r/expe/from_url" / self.tests[0] / ".uuid"
        self.assertTrue(uuid.is_file() and not uuid.is_symlink())
        self.fetch(f"--url={self.place}/src", f"--allow_root={outside}", code=0)
        self.assertIn(f"{self.tests[0]}/config.yaml", self.brought())

    def test_destination(self):
        """Neither a directory nor a file that is a link is written through."""
        url = self.source(1)
        outside = self.place / "outside"
        outside.mkdir()
        for where in "expe", "expe/from_url", f"expe/from_url/{self.tests[0].parts[0]}":
            with self.subTest(where):
                (self.place / "r" / where).parent.mkdir(parents=True)
                (self.place / "r" / where).symlink_to(outside)
                done = self.fetch(f"--url={url}", code=105)
                self.assertIn("a symbolic link stands there; nothing is written through links\n", done.err)
                self.assertEqual(self.names("outside"), [])
                shutil.rmtree(self.place / "r")
        (outside / "f").write_text("outside")
        test = self.place / "r/expe/from_url" / self.tests[0]
        test.mkdir(parents=True)
        (test / "config.yaml").symlink_to(outside / "f")
        self.fetch(f"--url={url}", code=0)
        self.assertEqual((outside / "f").read_text(), "outside")
        self.assertFalse((test / "config.yaml").is_symlink())
        (self.place / "elsewhere").mkdir()
        (self.place / "r3").symlink_to("elsewhere")  # the user's own
        self.fetch(f"--url={url}", results="r3", code=0)
        self.assertEqual(self.names("elsewhere"), ["expe"])


class FullDiskTest(support.FullDiskCase):
    def test_what_came_whole_is_kept(self):
        tree("many", self.place / "src", 40)
        done = self.on_full_disk("200k", "download", "--workload=fine_tuning", "--results_dirname=disk/r", f"--url={self.place}/src", "--do_download")
        self.assertEqual(done.code, 105, done.err)
        self.assertRegex(done.err, r"ERROR \| disk/r/expe/from_url/\S+: No space left on device\n\Z")
        source, kept = files_of(self.place / "src"), files_of(self.place / "after/r/expe/from_url")
        self.assertGreater(len(kept), 3)
        for name, text in kept.items():
            self.assertEqual(text, source[name], name)


if __name__ == "__main__":
    main()
