"""Copies of histories in memory that does not grow with them, and what stays when a copy is stopped. MB_LONG=1: 100,000 payloads."""
import datetime
import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
import uuid

import support
from support import MATBENCH, SANITIZED, CommandTest, environment, main, measured

LONG = os.environ.get("MB_LONG") == "1"
ANCHOR = "index: idx\nworkload: w\n"
FIRST = datetime.datetime(2024, 1, 1)


def payload(i):
    """About 3 KB; three labels that no other payload has."""
    identity = str(uuid.UUID(bytes=hashlib.sha256(b"%d" % i).digest()[:16], version=4))
    start = (FIRST + datetime.timedelta(minutes=5 * (i * 7919 % 99991))).isoformat()
    labels = {f"label_{k:02d}": f"value {i % (k + 2)} of {k}" for k in range(17)} | {"run_id": identity, "number": i, "note": f"the {i}th"}
    kpis = {f"kpi_{k}": {"unit": "s", "help": "how long", "value": i * 0.1 + k} for k in range(9)}
    return identity, {"metadata": {"lts_schema_version": "1.0", "start": start, "end": start, "settings": labels, "test_uuid": identity},
                      "results": {"config": "x" * 1300}, "kpis": kpis}


def make_folder(folder, n):
    folder.mkdir()
    (folder / "source.lts.yaml").write_text(ANCHOR)
    for i in range(n):
        identity, document = payload(i)
        (folder / f"idx_{identity}.json").write_text(json.dumps(document, indent=4) + "\n")


def contents(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.json")}


class StreamTest(CommandTest):
    def copy(self, *arguments):
        code, memory = measured([MATBENCH, *arguments], self.place / "said", cwd=self.place, env=environment())
        self.assertEqual(code, 0, (self.place / "said").read_text())
        return memory

    def peaks(self, n):
        """KB of each copy: folder to SQLite, SQLite to folder, half of them from folder to SQLite, and nothing new."""
        make_folder(self.place / f"d{n}", n)
        db, out = f"sqlite:h{n}.db", self.place / f"out{n}"
        peaks = [self.copy("history", "import", f"--from=dir:d{n}", f"--history={db}"),
                 self.copy("download_lts", f"--history={db}", f"--lts_results_dirname={out}", "--opensearch_index=idx"),
                 self.copy("export", f"--from=dir:d{n}", f"--to=sqlite:some{n}.db", f"--max_records={n // 2}", "--filters=label_00=value 0 of 0"),
                 self.copy("history", "export", f"--history={db}", f"--to=dir:out{n}", "--dry_run")]
        self.assertEqual(contents(out), contents(self.place / f"d{n}"))
        self.assertIn(f"w: {n // 2} payloads", self.matbench("history", "list", f"--history=sqlite:some{n}.db").out)
        return peaks

    def test_memory_does_not_grow(self):
        """2,000 payloads more are 6 MB of text and 40,000 labels: per payload not more than 500 bytes stay."""
        few, many = (100, 200) if SANITIZED else (1000, 3000)
        before, after = self.peaks(few), self.peaks(many)
        if not SANITIZED:  # which keeps what is freed
            self.assertEqual([(a, b) for a, b in zip(before, after) if b - a > (many - few) * 500 // 1024 + 1000], [])

    def test_a_hundred_thousand(self):
        if LONG and not SANITIZED:
            self.assertLess(max(self.peaks(100000)), 30 << 10)

    def stopped(self, target, begun, number):
        """A copy that gets a signal once `begun` is there: what it said, its exit code."""
        process = subprocess.Popen([MATBENCH, "history", "export", "--history=dir:d", f"--to={target}"], cwd=self.place, env=environment(),
                                   stderr=subprocess.PIPE)
        while process.poll() is None and not begun.exists():
            time.sleep(0.0005)
        process.send_signal(number)
        said = process.communicate(timeout=support.SECONDS)[1].decode()
        return said, process.returncode

    def take_back(self, target):
        """Only what test_stopped puts there first."""
        path = self.place / target.partition(":")[2]
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.matbench("history", "export", "--history=dir:first", f"--to={target}", code=0)

    def test_stopped(self):
        """SIGINT in the middle of a copy: what was there stays, and nothing else."""
        make_folder(self.place / "d", 800)
        make_folder(self.place / "first", 3)
        for target in "sqlite:h.db", "dir:lts":
            self.matbench("history", "export", "--history=dir:first", f"--to={target}", code=0)
            before = self.matbench("history", "list", f"--history={target}", code=0).out
            begun = self.place / ("h.db-journal" if target.startswith("sqlite") else "lts/.matbench-new")
            for number, code in (signal.SIGINT, 130), (signal.SIGTERM, 143):
                for _ in range(50):  # a copy that was ready before the signal came is taken back, and stopped another time
                    said, ended = self.stopped(target, begun, number)
                    if ended:
                        break
                    self.take_back(target)
                self.assertEqual(ended, code, said)
                self.assertIn("everything is as it was before", said)
                self.assertEqual(self.matbench("history", "list", f"--history={target}", code=0).out, before)
                self.assertFalse(begun.exists())

    def test_a_payload_that_another_workload_has(self):
        """The last payload cannot be stored: the others are not, either."""
        make_folder(self.place / "d", 5)
        self.matbench("history", "import", "--from=dir:d", "--history=sqlite:h.db", "--workload_name=w", "--filters=number=4", code=0)
        (self.place / "d/source.lts.yaml").write_text("index: idx\n")
        done = self.matbench("history", "import", "--from=dir:d", "--history=sqlite:h.db", "--workload_name=other", code=102)
        self.assertIn("for another workload", done.err)
        self.assertIn("w: 1 payload ", self.matbench("history", "list", "--history=sqlite:h.db", code=0).out)


main()
