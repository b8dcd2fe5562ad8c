#!/usr/bin/env python3
"""Tests make.py: every command runs, twice with the same bytes, and holds what it promises. Standard library only."""
import contextlib
import datetime
import io
import json
import os
import pathlib
import re
import sys
import tempfile
import unittest
import uuid

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "workloads/fine_tuning/example")]
import make  # noqa: E402
import odd  # noqa: E402

BASE = "000__matbenchmarking/fine-tuning"
POD_LOG, POD_JSON, NODES = odd.POD_LOG, odd.POD_JSON, odd.NODES


def run(*args):
    """(exit code, what was printed)"""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            code = make.main([str(a) for a in args])
        except SystemExit as end:
            code = end.code
    return code, printed.getvalue()


def listed(root):
    """{relative path: bytes, link target or mode 0}"""
    out = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if path.is_symlink():
            target = os.readlink(path)
            out[name] = "-> " + target.replace(str(root), "OUT")
        elif path.is_file():
            out[name] = path.read_bytes() if path.stat().st_mode & 0o777 else 0
    return out


def runtime(files):
    log = next(content for path, content in files.items() if path.endswith("pod.log"))
    return float(re.search(rb"'train_runtime': ([0-9.]+)", log)[1])


def fails(function, *args):
    try:
        function(*args)
    except ValueError:
        return True
    return False


def under(files, path):
    return files.get(f"{BASE}/{path}")


# What each kind is about: a condition on listed(OUT).
ODD = {
    "broken-yaml": lambda f: under(f, "001__config/config.yaml").endswith(b"{unclosed\n")
    and under(f, "002__settings/settings.yaml").endswith(b"\tname: [\n")
    and under(f, "003__play/" + odd.RUN + "/_ansible.play.yaml").endswith(b"[*missing\n"),
    "broken-json": lambda f: all(fails(json.loads, under(f, p)) for p in (f"001__nodes/{NODES}", f"002__pod/{POD_JSON}",
                                 f"003__job/{odd.RUN}/src/config_final.json", f"004__tail/{POD_JSON}")),
    "bad-utf8": lambda f: all(fails(under(f, p).decode) for p in ("001__log/" + POD_LOG, "002__config/config.yaml",
                              "003__settings/settings.yaml")),
    "nan-log": lambda f: under(f, "001__odd/" + POD_LOG).count(b": nan") == 3,
    "duplicate-settings": lambda f: under(f, "001__odd/settings.yaml") == under(f, "002__odd/settings.yaml")
    and under(f, "001__odd/.uuid") != under(f, "002__odd/.uuid"),
    "link-outside": lambda f: under(f, "001__odd/" + POD_LOG) == "-> /etc/hostname",
    "link-inside": lambda f: under(f, "001__relative/" + POD_LOG).startswith("-> ../")
    and under(f, "002__absolute/" + POD_LOG) == "-> OUT/shared/002__absolute.log" and "shared/001__relative.log" in f,
    "dotdot": lambda f: under(f, "001__odd/up") == "-> ../.."
    and under(f, "001__odd/009__fine_tuning__run_fine_tuning_job") == "-> ../../../..",
    "link-cycle": lambda f: (under(f, "001__odd/loop"), under(f, "001__odd/a"), under(f, "again")) == ("-> .", "-> b", "-> .."),
    "missing-uuid": lambda f: under(f, "001__odd/.uuid") is None,
    "missing-env": lambda f: under(f, f"001__odd/{odd.CAPTURE}/_ansible.env") is None,
    "missing-podlog": lambda f: under(f, "001__odd/" + POD_LOG) is None,
    "bad-uuid": lambda f: fails(uuid.UUID, under(f, "001__text/.uuid").decode())
    and uuid.UUID(under(f, "002__version1/.uuid").decode().strip()).version == 1 and under(f, "003__empty/.uuid") == b"",
    "empty-exit-code": lambda f: under(f, "001__odd/exit_code") == b"",
    "no-exit-code": lambda f: under(f, "001__odd/exit_code") is None,
    "skip": lambda f: under(f, "001__odd/skip") == b"" and under(f, "group/002__below/exit_code") == b"0\n",
    "nested": lambda f: under(f, "001__odd/nested/000__inner/exit_code") == b"0\n",
    "settings-layers": lambda f: b"layer: root" in f["settings.common.yaml"] and b"gpu: 7" in under(f, "settings.expe.yaml")
    and b"layer: test" in under(f, "001__odd/settings.yaml") and under(f, "001__odd/settings.extra.yaml"),
    "legacy-names": lambda f: under(f, "001__yml/settings.yml") and under(f, "002__bare/settings"),
    "two-gpu-types": lambda f: b"H100" in under(f, "001__odd/" + NODES) and b"A100" in under(f, "001__odd/" + NODES),
    "replication-0.2": lambda f: b"dataset_replication: 0.2\n" in under(f, "001__odd/" + odd.RUN + "/_ansible.play.yaml"),
    "unreadable": lambda f: under(f, "001__odd/" + POD_LOG) == 0,
    "newline-name": lambda f: under(f, "001__odd\nERROR a forged line/exit_code") == b"0\n",
    "deep": lambda f: max(p.count("/") for p in f if p.endswith("/exit_code")) == 40,
}


class MakeTest(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.root = pathlib.Path(place.name)

    def made(self, command, *args):
        out = self.root / "-".join(["out", command, *args]).replace("/", "_")
        self.assertEqual(run(command, out, *args), (0, ""))
        return out

    def test_one_is_the_same_twice_and_never_overwrites(self):
        out = self.made("one")
        again = self.root / "again"
        self.assertEqual(run("one", again), (0, ""))
        self.assertEqual(listed(out), listed(again))
        self.assertEqual(len(listed(out)), 17)
        code, printed = run("one", out)
        self.assertEqual((code, "is not empty" in printed), (2, True))

    def test_nights(self):
        out = self.made("nights", "6", "--last-worse", "0.10", "--version", "v2.0.1")
        files = [listed(out / f"night-{k}") for k in range(1, 7)]
        times = [runtime(f) for f in files]
        middle = sorted(times[:5])[2]
        self.assertAlmostEqual(times[5] * 0.9, middle, places=3)
        self.assertTrue(all(abs(t / middle - 1) < 0.03 for t in times[:5]))
        for name in (".uuid", "_ansible.env", "nodes.json", "settings.yaml", "_ansible.log"):
            self.assertEqual(len({next(c for p, c in f.items() if p.endswith(name)) for f in files}), 6, name)
        self.assertTrue(all(b":v2.0.1\n" in f[f"{BASE}/000__granite-3b-full/settings.yaml"] for f in files))

    def test_many(self):
        files = listed(self.made("many", "7"))
        for name in ("/settings.yaml", "/.uuid"):
            self.assertEqual(len({c for p, c in files.items() if p.endswith(name)}), 7)
        run_ = make.run_of("v1", datetime.datetime(2025, 1, 1))
        texts = {make.topsail.yaml_text(make.topsail.settings(job, run_)) for job in make.different_jobs(1000)}
        self.assertEqual(len(texts), 1000)

    def test_releases(self):
        out = self.made("releases", "v1.2", "v1.10", "v1.9")
        self.assertEqual(sorted(p.name for p in out.iterdir()), ["v1.10", "v1.2", "v1.9"])
        log = f"{BASE}/000__granite-3b-full/{odd.CAPTURE}/_ansible.log"
        starts = [listed(out / v)[log][:19] for v in ("v1.2", "v1.10", "v1.9")]
        self.assertEqual(starts, sorted(starts))

    def test_odd(self):
        self.assertEqual(ODD.keys(), odd.KINDS.keys())
        for kind, holds in ODD.items():
            with self.subTest(kind):
                files = listed(self.made("odd", kind))
                self.assertEqual(under(files, "000__good/exit_code"), b"0\n")
                self.assertTrue(holds(files))


if __name__ == "__main__":
    unittest.main()
