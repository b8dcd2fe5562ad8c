#!/usr/bin/env python3
"""The parse cache through the binary: a warm run says and writes what a cold one does, and what is stale, torn, foreign or
hostile is never used."""
import hashlib
import json
import os
import shutil
import struct
import subprocess
import threading

import support
from support import SHARED, CommandTest, copy_of, environment, main, tree

import odd  # from tests/trees, which support makes known

NAME, TEMPORARY = ".matbench-cache", ".matbench-cache.new"
OUTPUTS = ("matrix.json", "lts.json", "kpis.om")
WORKLOAD = """workload: w
lua: w.lua
artifact_dirs: {RUN: "*__run"}
parse_once:
  word: {text: "${RUN}/word"}
  number: {json: number.json}
  late: {text: late}
  there: {exists: marker}
  twice: {lua: twice}
parse_always:
  ci: {env: [JOB_NAME]}
"""
LUA = "function twice(test) return number and number * 2 end\n"
HEAD = 8 + 4 + 32
STARTED = HEAD + 32 + 32 + 1 + 32  # after the key, see store/cache_file.c


def resigned(data):
    """The bytes with a digest that fits them."""
    return data[:12] + hashlib.sha256(data[HEAD:]).digest() + data[HEAD:]


class CacheTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.tests = self.place / "tests"
        self.test = self.tests / "000__a"
        self.put("tests/000__a/settings.yaml", "model: m\n")
        self.put("tests/000__a/exit_code", "0")
        self.put("tests/000__a/000__run/word", "one")
        self.put("tests/000__a/number.json", "21")
        self.put("w/workload.yaml", WORKLOAD)
        self.put("w/w.lua", LUA)
        self.cache = self.test / NAME
        self.age()

    def put(self, name, text):
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def age(self, folder=None):
        """ctime cannot be put back, so what tests need to be old is parsed once more after a while; see old()."""
        for path in (folder or self.place).rglob("*"):
            if path.is_file() and not path.is_symlink():
                os.utime(path, (1_700_000_000, 1_700_000_000))

    def parse(self, *arguments, env=None, code=0, workload="w", results="tests", cwd=None):
        """(results of the first test, use: used, alone or parsed, the log without lines about the cache)"""
        done = self.matbench("parse", f"--workload={workload}", f"--results_dirname={results}", "--output_matrix=-", "--log_level=debug",
                             *arguments, env=env, code=code, cwd=cwd or self.place)
        lines = done.err.splitlines()
        count = next(line for line in lines if "parse cache:" in line)
        words = count.split("parse cache: ")[1].split()
        self.used, self.alone = int(words[0]), int(words[7])
        self.said = [line for line in lines if NAME in line]
        self.log = [line for line in lines if NAME not in line and "parse cache" not in line]
        self.matrix = json.loads(done.out) if done.out.strip() else []
        return self.matrix[0]["results"] if self.matrix else None

    def warm(self, *arguments, **keywords):
        results = self.parse(*arguments, **keywords)
        self.assertEqual((self.used, self.said), (len(self.matrix), []), self.said)
        return results

    def cold(self, reason, *arguments, **keywords):
        results = self.parse(*arguments, **keywords)
        self.assertEqual(self.used, 0)
        if reason is None:
            self.assertEqual(self.said, [])
        else:
            self.assertIn(reason, self.said[0])
            self.assertTrue(all("is not written" in line for line in self.said[1:]), self.said)
        return results

    def values(self, word="one", number=21, late=None, there=False):
        return {"word": word, "number": number, "late": late, "there": there, "twice": number and number * 2,
                "ci": {"JOB_NAME": None}, "lts": None}


class FreshTest(CacheTest):
    def test_used_and_kept(self):
        first = self.cold(None)
        self.assertEqual(first, self.values())
        self.assertEqual(sorted(p.name for p in self.test.iterdir()), [".matbench-cache", "000__run", "exit_code", "number.json", "settings.yaml"])
        log = self.log
        self.assertEqual(self.warm(), first)
        self.assertEqual(self.log, log)

    def test_the_environment_is_never_in_it(self):
        self.put("w/workload.yaml", WORKLOAD.replace("  twice:", "  first: {env: [BUILD_ID]}\n  twice:"))
        self.parse(env={"JOB_NAME": "job-one", "BUILD_ID": "build-one"})
        self.assertTrue(b"job-one" not in self.cache.read_bytes() and b"build-one" not in self.cache.read_bytes())
        warm = self.warm(env={"JOB_NAME": "job-two", "BUILD_ID": "build-two"})
        self.assertEqual((warm["ci"], warm["first"], warm["twice"]), ({"JOB_NAME": "job-two"}, {"BUILD_ID": "build-two"}, 42))
        self.assertEqual(list(warm), ["word", "number", "late", "there", "first", "twice", "ci", "lts"])

    def test_ignored(self):
        self.parse()
        for text in ("y", "yes", "true", "True", "1"):
            before = self.cache.stat().st_ino
            self.cold(None, env={"MATBENCH_STORE_IGNORE_CACHE": text})
            self.assertNotEqual(self.cache.stat().st_ino, before, "it is written all the same")
        for text in ("no", "TRUE", "0", "on", ""):
            self.warm(env={"MATBENCH_STORE_IGNORE_CACHE": text})

    def test_when_a_stat_settles(self):
        """An edit that no stat can tell, made by giving the cache the stat of the edited file: seen when the file was young as it was
        read; else nobody looks into it, or a warm run would read everything."""
        for started, expected in ((1_500_000_000, "two"), (3_000_000_000, "one")):
            self.put("tests/000__a/000__run/word", "one")
            self.parse()
            word = self.put("tests/000__a/000__run/word", "two").stat()
            newer = max(word.st_mtime_ns, word.st_ctime_ns)
            data = bytearray(self.cache.read_bytes())
            data[STARTED:STARTED + 8] = struct.pack("<q", newer + started)
            at = data.index(b"000__run/word\0") + len("000__run/word") + 1
            data[at:at + 32] = struct.pack("<QQqq", 3, word.st_ino, word.st_mtime_ns, word.st_ctime_ns)
            self.cache.write_bytes(resigned(bytes(data)))
            with self.subTest(expected):
                self.assertEqual(self.parse()["word"], expected)
            self.cache.unlink()

    def test_touched(self):
        self.parse()
        (self.test / "000__run/word").chmod(0o600)
        os.utime(self.test / "number.json")
        self.assertEqual(self.warm(), self.values())

    def test_copies(self):
        """Other inodes and times, another place, another working directory: the digests are equal."""
        self.parse()
        copy_of(self.tests, self.place / "elsewhere/copy")
        shutil.copytree(self.place / "w", self.place / "elsewhere/w")
        self.assertEqual(self.warm(results="copy", cwd=self.place / "elsewhere"), self.values())

    def test_place_and_settings_where_parsers_see_them(self):
        self.put("w/workload.yaml", WORKLOAD.replace("  twice:", "  path: {value: test.path}\n  model: {value: settings.model}\n  twice:"))
        self.parse()
        self.warm()
        shutil.copytree(self.tests, self.place / "copy")
        self.assertEqual(self.cold("place of the test", results="copy")["path"], "copy/000__a")
        self.put("copy/000__a/settings.yaml", "model: other\n")
        self.assertEqual(self.cold("the settings", results="copy")["model"], "other")
        self.put("tests/000__a/exit_code", "3")
        self.assertEqual(self.warm()["path"], "tests/000__a")  # nobody looks at the exit code
        self.assertEqual(self.matrix[0]["exit_code"], 3)

    def test_settings_that_nobody_sees(self):
        self.parse()
        self.put("tests/000__a/settings.yaml", "model: other\n")
        self.warm()
        self.assertEqual(self.matrix[0]["settings"], {"model": "other"})


class StaleTest(CacheTest):
    def edit(self, path, text):
        """Same size, same mtime: only ctime or the file's youth tells."""
        before = path.stat()
        path.write_text(text)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        self.assertEqual(path.stat().st_size, before.st_size)

    def test_same_size_within_a_second(self):
        self.parse()
        for word in ("two", "six", "ten"):
            self.edit(self.test / "000__run/word", word)
            self.assertEqual(self.cold("changed: 000__run/word"), self.values(word=word))
            self.assertEqual(self.warm()["word"], word)

    def test_each_change(self):
        number = self.test / "number.json"
        for name, change, reason, values in (
            ("longer", lambda: number.write_text("2100"), "changed: number.json", self.values(number=2100)),
            ("appears", lambda: self.put("tests/000__a/late", "now"), "new: late", self.values(number=2100, late="now")),
            ("marker", lambda: self.put("tests/000__a/marker", ""), "new: marker", self.values(number=2100, late="now", there=True)),
            ("no marker", lambda: (self.test / "marker").unlink(), "gone: marker", self.values(number=2100, late="now")),
            ("another match", lambda: self.put("tests/000__a/001__run/word", "later"), "other directories match: *__run",
             self.values(word="later", number=2100, late="now")),
            ("match gone", lambda: shutil.rmtree(self.test / "001__run"), "other directories match", self.values(number=2100, late="now")),
            ("gone", lambda: (self.test / "late").unlink(), "gone: late", self.values(number=2100)),
            ("a directory now", lambda: (number.unlink(), number.mkdir()), "gone: number.json", None),
        ):
            with self.subTest(name):
                self.parse()
                change()
                results = self.cold(reason, code=None)
                if values:
                    self.assertEqual(results, values)
                    self.assertEqual(self.warm(), values)

    def test_workload_and_lua(self):
        self.parse()
        self.put("w/w.lua", LUA.replace("* 2", "* 3"))
        self.assertEqual(self.cold("the workload has changed")["twice"], 63)
        self.warm()
        self.put("w/workload.yaml", WORKLOAD.replace("text: late", "text: number.json"))
        self.assertEqual(self.cold("the workload has changed")["late"], "21")
        self.put("base.yaml", "parse_once: {base: {text: number.json}}\n")
        shutil.move(self.place / "base.yaml", self.place / "w/base.yaml")
        self.put("w/workload.yaml", "include: base.yaml\n" + WORKLOAD)
        self.parse()
        self.warm()
        self.put("w/base.yaml", "parse_once: {base: {text: none}}\n")
        self.assertEqual(self.cold("the workload has changed")["base"], None)

    def test_lua_that_keeps_something(self):
        """A function that leaves something for a later one: nothing is kept, so that a warm run cannot differ."""
        self.put("w/w.lua", "local kept, list = nil, {}\nfunction twice(test) kept = number list[1] = 1 return number * 2 end\n"
                            "function left() return kept end\n")
        self.put("w/workload.yaml", WORKLOAD + "  left: {value: left()}\n")
        for _ in range(2):
            self.assertEqual(self.cold("change local variables")["left"], 21)
        self.put("w/w.lua", "local list = {{1}}\nfunction twice(test) list[1][1] = number return 42 end\nfunction left() return list[1][1] end\n")
        for _ in range(2):
            self.assertEqual(self.cold("change local variables")["left"], 21)

    def test_broken_artifacts_are_kept(self):
        (self.test / "number.json").write_text("{")
        self.parse(code=101)
        log = self.log
        self.assertTrue(any("number.json" in line for line in log))
        self.parse(code=101)
        self.assertEqual((self.used, self.log), (1, log))
        # a message that may name the workload's file is not used for a workload called otherwise
        self.cold("which its parsers look at", workload="./w", code=101)

    def test_files_that_may_not_be_read(self):
        self.put("outside", "21")
        (self.test / "number.json").unlink()
        (self.test / "number.json").symlink_to("../../outside")
        for _ in range(2):
            self.parse(code=101)
            self.assertEqual(self.used, 0)
            self.assertFalse(self.cache.exists())
        self.assertEqual(self.parse(f"--allow_root={self.place}")["number"], 21)
        self.warm(f"--allow_root={self.place}")
        self.cold("gone: number.json", code=101)


class DamagedTest(CacheTest):
    def replaced(self, reason, level="INFO"):
        self.assertEqual(self.cold(reason), self.values())
        self.assertTrue(self.said[0].startswith(f"{level} | 000__a: {NAME} is not used: "), self.said)
        self.assertEqual(self.warm(), self.values())

    def test_foreign_and_torn(self):
        self.parse()
        good = self.cache.read_bytes()
        for name, data, reason, level in (
            ("foreign", b"\x80\x04\x95 a pickle", "not one of matbench", "INFO"),
            ("older format", good[:8] + struct.pack("<I", 0) + good[12:], "another version", "DEBUG"),
            ("newer format", good[:8] + struct.pack("<I", 99) + good[12:], "another version", "DEBUG"),
            ("another build", resigned(good[:HEAD] + bytes(32) + good[HEAD + 32:]), "another build", "DEBUG"),
            ("empty", b"", "damaged", "INFO"),
            ("head only", good[:HEAD], "damaged", "INFO"),
            ("one bit", good[:-5] + bytes([good[-5] ^ 1]) + good[-4:], "damaged", "INFO"),
            ("a huge count", resigned(good[:STARTED + 8] + b"\xff" * 9 + b"\x01" + good[STARTED + 8 + 1:]), "no sense", "INFO"),
            ("cut and resigned", resigned(good[:-3]), "no sense", "INFO"),
            ("more behind it", resigned(good + b"x"), "no sense", "INFO"),
        ):
            with self.subTest(name):
                self.cache.write_bytes(data)
                self.replaced(reason, level)

    def test_cut_anywhere_and_flipped_anywhere(self):
        self.parse()
        good = self.cache.read_bytes()
        damaged = [good[:n] for n in range(0, len(good), 1 + len(good) // 12)]
        damaged += [good[:n] + bytes([good[n] ^ 0x40]) + good[n + 1:] for n in range(0, len(good), 1 + len(good) // 12)]
        for data in damaged:
            self.cache.write_bytes(data)
            self.parse()
            self.assertEqual(self.matrix[0]["results"], self.values())
            self.assertEqual(self.used, 0)

    def test_hostile_and_resigned(self):
        """With a digest that fits, whatever the bytes say: no crash; what cannot be told from the truth may be believed."""
        self.parse()
        good = self.cache.read_bytes()
        for n in range(STARTED, len(good), 1 + len(good) // 40):
            for byte in (0x00, 0xFF):
                self.cache.write_bytes(resigned(good[:n] + bytes([byte]) + good[n + 1:]))
                done = subprocess.run([support.MATBENCH, "parse", "--workload=w", "--results_dirname=tests", "--output_matrix=-"],
                                      cwd=self.place, env=environment(), capture_output=True)
                self.assertIn(done.returncode, (0, 101), done.stderr)
                json.loads(done.stdout)

    def test_deep_nesting(self):
        self.parse()
        good = self.cache.read_bytes()
        at = good.index(b"\x04word\x00") + 6  # name; files: count, then each; length of the value; the value
        at += 1 + 1 + len("000__run/word") + 1
        value = b"a\x01" * 100_000 + b"n"
        data = good[:at] + struct.pack("<Q", len(value)) + value + good[at + 8 + struct.unpack("<Q", good[at:at + 8])[0]:]
        self.cache.write_bytes(resigned(data))
        self.replaced("values make no sense")

    def test_what_is_no_file(self):
        other = self.put("other", "untouched")
        for name, make, reason, replaced in (
            ("link", lambda: self.cache.symlink_to(other), "symbolic link", True),
            ("link out of the root", lambda: self.cache.symlink_to("/etc/hostname"), "symbolic link", True),
            ("link to itself", lambda: self.cache.symlink_to(NAME), "symbolic link", True),
            ("fifo", lambda: os.mkfifo(self.cache), "no regular file", True),
            ("directory", lambda: self.cache.mkdir(), "no regular file", False),
        ):
            with self.subTest(name):
                if self.cache.is_dir():
                    self.cache.rmdir()
                self.cache.unlink(missing_ok=True)
                make()
                self.parse()
                self.assertEqual(self.matrix[0]["results"], self.values())
                self.assertIn(reason, self.said[0])
                self.assertEqual(self.cache.is_file() and not self.cache.is_symlink(), replaced)
        self.assertEqual(other.read_text(), "untouched")

    def test_temporary_files(self):
        """What a killed run left is taken away; a link or another file's name there harms nobody."""
        temporary, other = self.test / TEMPORARY, self.put("other", "untouched")
        for make in (lambda: temporary.write_text("half a cache"), lambda: temporary.symlink_to(other), lambda: temporary.hardlink_to(other),
                     lambda: os.mkfifo(temporary)):
            make()
            self.parse()
            self.assertFalse(os.path.lexists(temporary))
            self.warm()
            self.cache.unlink()
        self.assertEqual(other.read_text(), "untouched")
        temporary.mkdir()
        self.parse()
        self.assertIn("is not written", self.said[0])

    def test_pickles_are_left_alone(self):
        pickle = self.put("tests/000__a/cache.pickle", "cos\nsystem\n(S'touch owned'\ntR.")
        self.parse()
        self.warm()
        self.matbench("parse", "--workload=w", "--results_dirname=tests", "--clean", "--run", code=0)
        self.assertEqual(pickle.read_text(), "cos\nsystem\n(S'touch owned'\ntR.")
        self.assertFalse((self.place / "owned").exists())


class AloneTest(CacheTest):
    """Contract C2.9."""

    def strip(self):
        shutil.rmtree(self.test / "000__run")
        (self.test / "number.json").unlink()

    def test_from_cache_only(self):
        before = self.parse()
        cache = self.cache.read_bytes()
        self.strip()
        for place in (self.test, self.tests):
            (place / "source_url").write_text("https://example.org/artifacts")
            self.assertEqual(self.parse(), before)
            self.assertEqual((self.used, self.alone), (1, 1))
            self.assertIn("INFO | 000__a: from cache only: there is a source_url, and none of its artifacts", self.log)
            self.assertTrue(self.log[-1].endswith("; from cache only: 1"), self.log)
            self.assertEqual(list(self.matrix[0]), ["is_gathered", "settings", "stats", "location", "results", "exit_code", "processed_key",
                                                    "import_settings"])
            (place / "source_url").unlink()
        self.assertEqual(self.cache.read_bytes(), cache)

    def test_not_without_source_url_nor_above_the_root(self):
        self.parse()
        self.strip()
        self.put("source_url", "above the results root")
        cache = self.cache.read_bytes()
        self.assertEqual(self.parse()["word"], None)
        self.assertEqual((self.used, self.alone), (0, 0))
        self.assertEqual(self.cache.read_bytes(), cache, "a run without artifacts must not replace it")
        self.put("tests/source_url", "")
        self.assertEqual(self.parse()["word"], "one")
        self.parse(env={"MATBENCH_STORE_IGNORE_CACHE": "y"})
        self.assertEqual(self.cache.read_bytes(), cache)

    def test_not_for_another_workload_nor_with_some_artifacts(self):
        self.parse()
        self.put("tests/source_url", "")
        (self.test / "number.json").unlink()
        self.assertEqual(self.parse()["number"], None)
        self.assertEqual(self.used, 0)
        self.put("tests/000__a/number.json", "21")
        self.parse()
        self.strip()
        self.put("w/w.lua", LUA + "-- changed\n")
        self.assertEqual(self.parse()["word"], None)
        self.assertEqual(self.used, 0)


class WritingTest(CacheTest):
    def test_read_only_tree(self):
        """One line for the whole run, and everything else as ever. Root may write everywhere: an immutable mount is not at hand, so
        the user nobody runs it."""
        self.put("tests/001__b/settings.yaml", "model: n\n")
        self.put("tests/001__b/exit_code", "0")
        self.put("tests/001__b/number.json", "1")
        self.place.chmod(0o755)
        for path in self.tests.rglob("*"):
            path.chmod(0o555 if path.is_dir() else 0o444)
        arguments = ["parse", "--workload=w", "--results_dirname=tests", "--output_matrix=-"]
        done = self.without_rights(*arguments)
        for path in (self.tests, *self.tests.rglob("*")):
            if path.is_dir():
                path.chmod(0o755)
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(json.loads(done.out)[0]["results"], self.values())
        said = [line for line in done.err.splitlines() if "cache" in line]
        self.assertEqual(said, ["INFO | 000__a: no parse cache can be written (Permission denied); directories like that: 2"])
        self.assertEqual(list(self.tests.rglob(NAME + "*")), [])

    def test_two_at_once(self):
        """Both give the right values, and what is left is a whole cache."""
        for i in range(1, 30):
            shutil.copytree(self.test, self.tests / f"{i:03d}__x")
            (self.tests / f"{i:03d}__x/settings.yaml").write_text(f"model: {i}\n")
        failures = []

        def many():
            for _ in range(4):
                for path in self.tests.rglob(NAME):
                    path.unlink(missing_ok=True)
                done = self.matbench("parse", "--workload=w", "--results_dirname=tests", "--output_matrix=-", code=0)
                if any(entry["results"] != self.values() for entry in json.loads(done.out)) or "cache" in done.err:
                    failures.append(done.err)

        threads = [threading.Thread(target=many) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        self.assertEqual(list(self.tests.rglob(TEMPORARY)), [])
        self.parse()
        self.warm()

    def test_killed(self):
        """kill -9 while caches are written: the next run takes what is left away, and uses only what is whole."""
        for i in range(1, 100):
            shutil.copytree(self.test, self.tests / f"{i:03d}__x")
            (self.tests / f"{i:03d}__x/settings.yaml").write_text(f"model: {i}\n")
        command = [support.MATBENCH, "parse", "--workload=w", "--results_dirname=tests"]
        for i in range(6):
            run = subprocess.Popen(command, cwd=self.place, env=environment(), stderr=subprocess.DEVNULL)
            while run.poll() is None and len(list(self.tests.rglob(NAME))) < 1 + 12 * i:
                pass
            run.kill()
            run.wait()
            self.parse()
            self.assertEqual([entry["results"] for entry in self.matrix], [self.values()] * 100)
            self.assertEqual(self.said, [])
            self.assertEqual(list(self.tests.rglob(TEMPORARY)), [])
            for path in self.tests.rglob(NAME):
                path.unlink()

    def test_a_writer_is_not_disturbed(self):
        import fcntl
        with open(self.test / TEMPORARY, "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.parse()
            self.assertIn("another process writes it", self.said[0])
            self.assertTrue((self.test / TEMPORARY).exists())
            done = self.matbench("parse", "--workload=w", "--results_dirname=tests", "--clean", "--run", code=105)
            self.assertIn("busy", done.err)
        self.parse()
        self.warm()


class CleanTest(CacheTest):
    def clean(self, *arguments, code=0):
        return self.matbench("parse", "--workload=w", "--results_dirname=tests", "--clean", *arguments, code=code)

    def test_clean(self):
        shutil.copytree(self.test, self.tests / "002__same")
        self.put("tests/001__b/settings.yaml", "model: n\n")
        self.put("tests/001__b/exit_code", "0")
        self.put("tests/001__b/number.json", "1")
        self.parse()
        (self.tests / "000__a/settings.yaml").write_text("model: x\n")
        self.parse()
        (self.tests / "000__a/settings.yaml").write_text("model: m\n")  # now 002__same is a duplicate again, with a cache
        foreign = self.put("tests/003__c/.matbench-cache", "somebody else's")
        self.put("tests/003__c/settings.yaml", "model: o\n")
        self.put("tests/003__c/exit_code", "0")
        self.put("tests/000__a/.matbench-cache.new", "half")
        expected = ["tests/000__a/.matbench-cache", "tests/000__a/.matbench-cache.new", "tests/001__b/.matbench-cache", "tests/002__same/.matbench-cache"]
        before = sorted(self.tests.rglob("*"))
        done = self.clean()
        self.assertEqual(done.out.splitlines(), expected)
        self.assertEqual(sorted(self.tests.rglob("*")), before)
        self.assertEqual(self.clean("--filters=model=n").out.splitlines(), ["tests/001__b/.matbench-cache"])
        self.assertEqual(self.clean("--run").out.splitlines(), expected)
        self.assertEqual(sorted(self.tests.rglob("*")), [p for p in before if str(p.relative_to(self.place)) not in expected])
        self.assertEqual(foreign.read_text(), "somebody else's")
        self.assertEqual(self.clean("--run").out, "")

    def test_wrong_use(self):
        self.assertIn("--run: only with --clean", self.matbench("parse", "--workload=w", "--results_dirname=tests", "--run", code=100).err)
        self.assertIn("none", self.matbench("parse", "--workload=w", "--results_dirname=none", "--clean", code=100).err)
        (self.place / "empty").mkdir()
        self.matbench("parse", "--workload=w", "--results_dirname=empty", "--clean", code=0)


class SameTest(CommandTest):
    """Warm equals cold: files, log and exit code, with each worker count, on every odd tree and the golden ones."""

    def run_all(self, tests):
        """Everything that a run with outputs and one without leave and say, but for what is said about caches at DEBUG; and how
        many tests came from caches."""
        outputs = [f"--output_{kind}={name}" for kind, name in zip(("matrix", "lts", "kpis"), OUTPUTS)]
        said, used = [], None
        for arguments in (outputs, ["--jobs=1"]):
            done = self.matbench("parse", "--workload=fine_tuning", f"--results_dirname={tests}", "--log_level=debug", *arguments)
            lines = done.err.splitlines()
            counts = [line.split("parse cache: ")[1].split()[0] for line in lines if "parse cache: " in line]
            used = int(counts[0]) if used is None else used
            said.append((done.out, done.code, [line for line in lines if not (line.startswith("DEBUG") and "cache" in line)]))
        files = {name: (self.place / name).read_bytes() if (self.place / name).exists() else None for name in OUTPUTS}
        for name in OUTPUTS:
            (self.place / name).unlink(missing_ok=True)
        return (said, files), used

    def compare(self, tests):
        cold, used = self.run_all(tests)
        self.assertEqual(used, 0)
        warm, used = self.run_all(tests)
        self.assertEqual(cold, warm)
        return used

    def test_odd_trees(self):
        used = {}
        for kind in sorted(odd.KINDS):
            with self.subTest(kind):
                tree("odd", self.place / kind, kind)
                used[kind] = self.compare(self.place / kind)
                self.assertGreater(used[kind], 0, "the good test comes from the cache")
        self.assertGreater(used["broken-json"], 2, "broken ones do, too")

    def test_golden_trees(self):
        for name, count in (("tests", 4), ("tests_small", 6)):
            copy_of(SHARED / "data/python-golden/fms" / name, self.place / name)
            self.assertEqual(self.compare(self.place / name), count)

    def test_the_other_commands(self):
        """ci, upload_lts and analyze_lts take it too, and store the same payloads."""
        tree("nights", self.place / "n", 3)
        said = {}
        for turn in ("cold", "warm"):
            place = self.place / turn
            place.mkdir()
            for k in (1, 2):
                self.upload(f"../n/night-{k}", cwd=place, code=0)
            self.ci("../n/night-3", "--log_level=debug", cwd=place, code=0)
            done = self.fine_tuning("analyze_lts", "--results_dirname=../n/night-3", "--log_level=debug", cwd=place)
            said[turn] = done
            self.assertIn("parse cache: 1 of 1", done.err)
        self.assertEqual(said["cold"].out, said["warm"].out)
        done = self.fine_tuning("upload_lts", "--results_dirname=../n/night-1", "--log_level=debug", cwd=self.place / "warm", code=0)
        self.assertIn("parse cache: 1 of 1", done.err)
        for name in ("internal_matrix.json", "lts_payload.json", "kpis.om", "regression_verdicts.json"):
            self.assertEqual((self.place / "cold" / name).read_bytes(), (self.place / "warm" / name).read_bytes(), name)


if __name__ == "__main__":
    main()
