#!/usr/bin/env python3
"""Runs one golden case: run.py MATBENCH CASE_DIRECTORY. Standard library only.

A case is a directory with the files
  args    the arguments of matbench, as a shell would read them; or
  cmd     a script for `sh -eu` (lib.sh is read first: run, tree, show)
  stdout, stderr, exit   what has to come out, exactly
It runs in a fresh scratch directory with a small environment: $MATBENCH, $SOURCE (this repository), $SHARED (the shared
material), $PYTHON. Before comparing, the scratch directory becomes SCRATCH, the repository SOURCE, the revision and the
versions of libraries REVISION and N. On a mismatch got.stdout, got.stderr and got.exit stay in the case's directory.
MB_UPDATE_GOLDEN=1 writes the expectations instead; read the difference before committing it.
"""
import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SECONDS = 600  # for what takes moments on a machine that is not busy
KEPT = ("PATH", "LANG", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TMPDIR")


def environment(matbench, scratch):
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    shared = os.environ.get("MB_SHARED") or SOURCE.parent / "shared"
    return kept | {"HOME": scratch, "TZ": "UTC", "MATBENCH": matbench, "SOURCE": str(SOURCE), "SHARED": str(shared),
                   "PYTHON": sys.executable}


def command(case, matbench):
    if (case / "cmd").exists():
        return ["sh", "-euc", '. "$SOURCE/tests/golden/lib.sh"; . "$0"', str(case / "cmd")]
    return ["sh", "-euc", f'exec "$MATBENCH" {(case / "args").read_text().strip()}']


def normalised(text, scratch):
    for place, name in ((os.path.realpath(scratch), "SCRATCH"), (scratch, "SCRATCH"), (str(SOURCE), "SOURCE")):
        text = text.replace(place, name)
    text = re.sub(r"\(revision [^)]*\)", "(revision REVISION)", text)
    return re.sub(r"(?m)^libraries: .*", lambda line: re.sub(r" [0-9][0-9.]*", " N", line[0]), text)


def run(matbench, case):
    scratch = tempfile.mkdtemp(prefix="mb-golden-")
    try:
        done = subprocess.run(command(case, matbench), cwd=scratch, env=environment(matbench, scratch),
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    texts = {name: normalised(getattr(done, name).decode("utf-8", "backslashreplace"), scratch)
             for name in ("stdout", "stderr")}
    return texts | {"exit": f"{done.returncode}\n"}


def differing(case, got):
    """The names of what is not as expected; prints the differences."""
    names = []
    for name, text in got.items():
        path = case / name
        wanted = path.read_text() if path.exists() else ""
        if text == wanted:
            continue
        names.append(name)
        sys.stdout.writelines(line if line.endswith("\n") else line + "\n\\ no newline at the end\n" for line in
                              difflib.unified_diff(wanted.splitlines(True), text.splitlines(True), f"{case.name}/{name}",
                                                   f"{case.name}/got.{name}"))
    return names


def main():
    os.umask(0o022)  # whatever the caller has
    matbench, case = os.path.realpath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    for old in case.glob("got.*"):
        old.unlink()
    got = run(matbench, case)
    if os.environ.get("MB_UPDATE_GOLDEN"):
        for name, text in got.items():
            (case / name).write_text(text)
        return 0
    wrong = differing(case, got)
    for name in wrong:
        (case / f"got.{name}").write_text(got[name])
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
