"""What the tests of commands share: a scratch directory, the program, trees of tests. Standard library only.

Each test file is run as `python3 FILE MATBENCH [unittest options]`.
"""
import contextlib
import datetime
import hashlib
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import uuid

sys.dont_write_bytecode = True
os.umask(0o022)  # what files get whose modes no test says
SOURCE = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("MB_SHARED") or SOURCE.parent / "shared")
sys.path[:0] = [str(SOURCE / "tests/trees"), str(SOURCE / "workloads/fine_tuning/example"), str(SOURCE / "tests/servers"),
                str(SOURCE / "tests")]
import make  # noqa: E402
import places  # noqa: E402

MATBENCH = os.path.realpath(sys.argv.pop(1)) if len(sys.argv) > 1 else None
KEPT = ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")
SECONDS = 600  # for what takes seconds on a machine that is not busy
SANITIZED = MATBENCH is not None and b"__asan_init" in pathlib.Path(MATBENCH).read_bytes()


def environment(extra=None):
    return {name: os.environ[name] for name in KEPT if name in os.environ} | {"TZ": "UTC", "LANG": "C.UTF-8"} | (extra or {})


def tree(*arguments):
    """tests/trees/make.py in this process: tree("nights", out, 6)."""
    printed = io.StringIO()
    with contextlib.redirect_stderr(printed):
        code = make.main([str(a) for a in arguments])
    assert code == 0, printed.getvalue()


# A program that was forked counts the memory of the process that forked it: this small one does that.
MEASURE = """
import os, sys
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
open(sys.argv[1], "w").write(f"{os.waitstatus_to_exitcode(status)} {usage.ru_maxrss}")
"""


def measured(command, output, **popen):
    """Runs the command, what it prints goes into the file `output`: its exit code, and the KB of memory that it had at most."""
    with tempfile.NamedTemporaryFile("r") as result:
        with open(output, "wb") as out:
            subprocess.run([sys.executable, "-I", "-S", "-c", MEASURE, result.name, *map(str, command)], stdin=subprocess.DEVNULL,
                           stdout=out, stderr=out, timeout=SECONDS, check=True, **popen)
        code, memory = result.read().split()
    return int(code), int(memory)


def copy_of(source, target, **how):
    """A copy that may be written to: matbench puts its parse caches into test directories. `how`: for shutil.copytree."""
    shutil.copytree(source, target, **how)
    for path in (target, *pathlib.Path(target).rglob("*")):
        path.chmod(path.stat().st_mode | 0o200)


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


# The head of a workload that reads data.json of a test, as small_test() writes it; behind it come its models.
WORKLOAD_HEAD = """\
workload: %s
schema_version: "1.0"
important_files: [data.json]
parse_once:
  data: {json: data.json}
models:
"""
SMALL_WORKLOAD = WORKLOAD_HEAD % "small" + """\
  Settings: {name: str, version: str, mode: "Optional[str]", run_id: str}
  Results: {speed: float, failures: "Optional[float]"}
payload:
  metadata:
    start: data.start
    end: data["end"]
    test_uuid: data.uuid
    settings: {name: settings.name, version: data.version, mode: settings.mode, run_id: data.run_id}
  results: {speed: data.speed, failures: data.failures}
kpis:
  speed: {help: How fast, unit: items/s, better: higher, format: "{:.2f}", value: results.speed}
  seconds_per_item: {help: How slow, unit: s, better: lower, value: 1 / results.speed}
analyze:
  comparison_keys: [version]
"""


def small_workload(folder, edit=lambda text: text):
    """A workload that reads settings.yaml and data.json of a test; its file goes through edit(text) -> text."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "workload.yaml").write_text(edit(SMALL_WORKLOAD))


def small_test(directory, speed=10.0, settings=None, **data):
    """A test of it; two directories of the same name and data have the same UUID."""
    directory.mkdir(parents=True, exist_ok=True)
    given = {"speed": speed, "start": "2025-03-03T10:00:00", "end": "2025-03-03T11:00:00", "version": "1.0"} | data
    key = hashlib.sha256(json.dumps([directory.name, given]).encode()).digest()[:16]
    identity = str(uuid.UUID(bytes=key, version=4))
    given = {"uuid": identity, "run_id": identity} | given
    (directory / "settings.yaml").write_text(json.dumps({"name": directory.name} | (settings or {}), ensure_ascii=False) + "\n")
    (directory / "exit_code").write_text("0\n")
    (directory / "data.json").write_text(json.dumps(given))


def night(k):
    """What small_test() is given for the k-th of a row of nights: its day, a version and a run of its own."""
    day = datetime.date(2025, 1, 1) + datetime.timedelta(days=k)
    return {"start": f"{day}T10:00:00", "end": f"{day}T11:00:00", "version": f"1.{k}", "run_id": f"run-{k}"}


class Done:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def errors(self):
        """The lines by which TOPSAIL tells that a step failed."""
        return [line for line in self.err.splitlines() if line.startswith(("ERROR", "FAILED:", "Traceback"))]


class CommandTest(unittest.TestCase):
    access = {}  # variables that let the program into a server

    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="mb-command-")
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name).resolve()

    def matbench(self, *arguments, env=None, code=None, **popen):
        """Runs it in self.place; with `code` checks its exit code."""
        popen = {"cwd": self.place, "stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | popen
        done = subprocess.run([MATBENCH, *map(str, arguments)], env=environment(self.access | (env or {})), timeout=SECONDS, **popen)
        done = Done(done.returncode, *((text or b"").decode(errors="backslashreplace") for text in (done.stdout, done.stderr)))
        self.assertNotIn("Sanitizer", done.err)
        if code is not None:
            self.assertEqual(done.code, code, f"{arguments}\n{done.out}\n{done.err}")
        return done

    def opensearch(self, over=None):
        """A real OpenSearch, and an index of its own that goes at the end (tests/servers/places.py): self.opensearch().uri(). The
        program is let in by its environment from now on."""
        folder = tempfile.TemporaryDirectory(prefix="mb-login-")  # not in self.place, which is searched for what was left there
        self.addCleanup(folder.cleanup)
        place = places.opensearch(over, folder.name)
        self.addCleanup(place.drop)
        self.access = self.access | place.env
        return place

    def tls_opensearch(self, over="tls"):
        """The same behind nginx: TLS and a password (or another way of places.OVER)."""
        return self.opensearch(over)

    def prism(self):
        """The URL of Prism serving Horreum's OpenAPI document."""
        return places.prism()

    def copy_for_users(self):
        """A folder with a copy of the program that every user may start: what is built below root's home nobody else may."""
        away = pathlib.Path(tempfile.mkdtemp(prefix="mb-user-"))
        self.addCleanup(shutil.rmtree, away)
        away.chmod(0o755)
        shutil.copy(MATBENCH, away / "matbench")
        return away

    def without_rights(self, *arguments):
        """Runs a copy of it, with copies of the workloads, as a user whom permissions bind: root may read and write everything."""
        away = self.copy_for_users()
        shutil.copytree(SOURCE / "workloads", away / "workloads", ignore=shutil.ignore_patterns("example"))
        user = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        env = environment({"MATBENCH_WORKLOADS": str(away / "workloads")})
        done = subprocess.run([away / "matbench", *map(str, arguments)], cwd=self.place, env=env, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=SECONDS, **user)
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def fine_tuning(self, command, *arguments, **keywords):
        return self.matbench(command, "--workload=fine_tuning", *arguments, **keywords)

    def ci(self, directory, *arguments, **keywords):
        return self.fine_tuning("ci", directory, *arguments, **keywords)

    def upload(self, directory, *arguments, **keywords):
        return self.fine_tuning("upload_lts", f"--results_dirname={directory}", *arguments, **keywords)

    def json(self, name):
        return json.loads((self.place / name).read_text())

    def kpi(self, name="train_tokens_per_second", entry=0, file="regression_verdicts.json"):
        return next(k for k in self.json(file)["entries"][entry]["kpis"] if k["name"] == name)

    def names(self, directory="."):
        return sorted(p.name for p in (self.place / directory).iterdir())

    def assert_no_temporary(self, directory="."):
        left = [n for n in self.names(directory) if n.endswith((".tmp", "-journal", "-wal", "-shm"))]
        self.assertEqual(left, [])


class ParsingTest(CommandTest):
    """One test, results/t, whose files the case writes."""

    def setUp(self):
        super().setUp()
        self.test = self.place / "results/t"
        self.test.mkdir(parents=True)
        (self.test / "settings.yaml").write_text("a: 1\n")
        (self.test / "exit_code").write_text("0")


class FullDiskCase(CommandTest):
    """disk/ is a small file system: it begins as a copy of before/; what stands in it at the end is in after/."""

    SCRIPT = 'mount -t tmpfs -o size="$1" none disk && cp -r before/. disk && code=0 && shift && { "$@" || code=$?; } && ' \
             'rm -rf after && cp -r disk after && exit $code'

    def setUp(self):
        super().setUp()
        for name in "disk", "before":
            (self.place / name).mkdir()

    def on_full_disk(self, size, *arguments, user=False):
        """`user`: as one whom permissions bind, where the test runs as root."""
        program = [MATBENCH]
        if user and os.getuid() == 0:
            self.place.chmod(0o755)
            program = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs", self.copy_for_users() / "matbench"]
        unshare = ["unshare", "-m"] if os.getuid() == 0 else ["unshare", "-rm"]
        if subprocess.run([*unshare, "true"], stderr=subprocess.DEVNULL).returncode != 0:
            unshare += ["--propagation", "unchanged"]  # in a chroot whose root is no mount of its own
        done = subprocess.run([*unshare, "sh", "-c", self.SCRIPT, "sh", size, *program, *arguments], cwd=self.place,
                              env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS)
        self.assertTrue((self.place / "after").is_dir(), done.stderr)
        self.assertNotIn("Sanitizer", done.stderr)
        return Done(done.returncode, done.stdout, done.stderr)


def main():
    unittest.main()
