#!/usr/bin/env python3
"""kill -9 of `matbench ci` at many moments: the history file is whole, outputs are complete or absent, and the next run
completes it with the same verdict."""
import json
import shutil
import sqlite3
import subprocess
import time

import support
from support import CommandTest, main, tree

KILLED = 40
TRIES = 200
NEXT_RUN_EVERY = 4


class KillTest(CommandTest):
    def run_ci(self):
        return subprocess.Popen([support.MATBENCH, "ci", "n/night-9", "--workload=fine_tuning"], cwd=self.place,
                                env=support.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    def again(self):
        shutil.copy(self.place / "history.before", self.place / "history.db")
        for path in (*self.place.glob("*.tmp"), *self.place.glob("history.db-*")):
            path.unlink()

    def records(self):
        """Through SQLite itself, which rolls back what a killed writer left."""
        db = sqlite3.connect(self.place / "history.db")
        try:
            self.assertEqual(db.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            return {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                    for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()}
        finally:
            db.close()

    def test_kill(self):
        tree("nights", self.place / "n", 9, "--last-worse", "0.10")
        for k in range(1, 9):
            self.upload(f"n/night-{k}", code=0)
        shutil.copy(self.place / "history.db", self.place / "history.before")
        before = self.records()
        whole = min(self.seconds() for _ in range(3))
        after, verdicts = self.records(), self.entries()
        self.assertNotEqual(before, after)
        killed = stored = tries = 0
        while killed < KILLED and tries < TRIES:
            self.again()
            process = self.run_ci()
            time.sleep(whole * (tries % KILLED) / KILLED)
            process.kill()
            if process.wait() == -9:
                killed += 1
            else:
                whole *= 0.8  # the machine was busier when this was measured
            tries += 1
            if tries % NEXT_RUN_EVERY == 0:
                listed = self.matbench("history", "list", code=0).out  # by the program, journal and all
                self.assertRegex(listed, r"\Afine_tuning: [89] payloads")
            found = self.records()
            self.assertIn(found, (before, after), f"try {tries}")
            stored += found == after
            for path in self.place.glob("*.json"):
                json.loads(path.read_text())
            if tries % NEXT_RUN_EVERY == 0:
                self.assertEqual(self.run_ci().wait(), 1)
                self.assertEqual(self.records(), after)
                self.assertEqual(self.entries(), verdicts)
        self.assertEqual(killed, KILLED)
        self.assertLess(stored, tries)

    def seconds(self):
        """Of a whole run."""
        self.again()
        begun = time.monotonic()
        self.assertEqual(self.run_ci().wait(), 1)
        return time.monotonic() - begun

    def entries(self):
        return self.json("regression_verdicts.json")["entries"]


if __name__ == "__main__":
    main()
