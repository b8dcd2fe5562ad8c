#!/usr/bin/env python3
"""Artifacts that were compressed after the test: the same outputs, caches that know which file they come from, clear errors."""
import gzip
import lzma
import pathlib
import shutil

from support import SOURCE, CommandTest, copy_of, main

EXAMPLE = SOURCE / "workloads/fine_tuning/example"
PACK = {".gz": lambda data: gzip.compress(data, mtime=0), ".xz": lzma.compress}


class CompressedTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.make_tree()

    def make_tree(self):
        self.tree = self.place / "tree"
        shutil.rmtree(self.tree, ignore_errors=True)
        copy_of(EXAMPLE, self.tree)
        for cache in self.tree.rglob(".matbench-cache"):
            cache.unlink()

    def parse(self, *more):
        return self.fine_tuning("parse", f"--results_dirname={self.tree}", "--output_lts=lts.json", "--output_kpis=kpis.om", *more)

    def logs(self):
        found = [path for name in ("pod.log", "pod.json") for path in self.tree.rglob(name)]
        self.assertTrue(found)
        return found

    def pack(self, suffix):
        for path in self.logs():
            pathlib.Path(str(path) + suffix).write_bytes(PACK[suffix](path.read_bytes()))
            path.unlink()

    def test_the_outputs_are_the_same(self):
        plain = self.parse()
        want = [(self.place / name).read_bytes() for name in ("lts.json", "kpis.om")]
        for suffix in PACK:
            with self.subTest(suffix):
                self.make_tree()
                self.pack(suffix)
                packed = self.parse()
                self.assertEqual(packed.code, plain.code, packed.err)
                self.assertEqual([(self.place / name).read_bytes() for name in ("lts.json", "kpis.om")], want)
                warm = self.parse()
                self.assertEqual(warm.code, plain.code)
                self.assertEqual([(self.place / name).read_bytes() for name in ("lts.json", "kpis.om")], want)

    def test_the_cache_knows_which_file_it_was(self):
        self.pack(".gz")
        self.parse()
        quiet = self.parse("--log_level=debug")
        self.assertNotIn("changed", quiet.err)
        packed = sorted(self.tree.rglob("pod.log.gz"))[0]
        plain = packed.with_suffix("")
        plain.write_bytes(gzip.decompress(packed.read_bytes()))
        self.assertIn("new: " + "/".join(plain.parts[-3:]), self.parse("--log_level=debug").err)
        packed.write_bytes(b"")  # it is not what is read any more
        self.assertNotIn("changed", self.parse("--log_level=debug").err)
        plain.unlink()
        self.assertIn("gone: ", self.parse("--log_level=debug").err)

    def test_what_is_broken(self):
        self.pack(".gz")
        packed = sorted(self.tree.rglob("pod.log.gz"))[0]
        whole = packed.read_bytes()
        for data, says in ((whole[:-20], "pod.log.gz: the gzip data ends too early, at byte "),
                           (b"plain text", "pod.log.gz: its name ends in .gz: expected gzip data, found something else"),
                           (b"", "pod.log.gz: its name ends in .gz: expected gzip data, found an empty file"),
                           (gzip.compress(b"\n" * (200 << 20)), "pod.log.gz: decompresses to more than 500 times its size")):
            with self.subTest(says):
                packed.write_bytes(data)
                result = self.parse()
                self.assertEqual(result.code, 102, result.err)
                self.assertIn(says, result.err)


if __name__ == "__main__":
    main()
