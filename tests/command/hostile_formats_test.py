"""OpenMetrics, XML and SQLite artifacts that mean harm or are in somebody's hands: one clear line each, in bounded time and memory; and
the SQLite files that are as they should be, with and without a log beside them."""
import fcntl
import os
import pathlib
import sqlite3
import tempfile
import unittest

from support import MATBENCH, SANITIZED, environment, measured

MEMORY_MAX = 700 << 20
SPDL = """
CREATE TABLE task_stats (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp REAL NOT NULL, name TEXT NOT NULL, num_tasks INTEGER NOT NULL,
    num_failures INTEGER NOT NULL, ave_time REAL NOT NULL, p90_time REAL NOT NULL, p99_time REAL NOT NULL);
CREATE TABLE queue_stats (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp REAL NOT NULL, name TEXT NOT NULL, elapsed REAL NOT NULL,
    num_items INTEGER NOT NULL, occupancy_rate REAL NOT NULL);
CREATE TABLE event_stats (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp REAL NOT NULL, event_name TEXT NOT NULL);
CREATE INDEX idx_task_stats_timestamp ON task_stats (timestamp);
"""


def fill(db):
    db.executemany("INSERT INTO task_stats (timestamp, name, num_tasks, num_failures, ave_time, p90_time, p99_time) VALUES (?,?,?,?,?,?,?)",
                   [(1e9 + 60 * i, f"0:{1 + i % 2}:decode[10]", 100 + i, i % 3, 0.25, 0.5, 0.75) for i in range(50)])
    db.executemany("INSERT INTO queue_stats (timestamp, name, elapsed, num_items, occupancy_rate) VALUES (?,?,?,?,?)",
                   [(1e9 + 60 * i, "0:2:sink_queue", 60.0, 6000 + i, i / 100) for i in range(50)])
    db.executemany("INSERT INTO event_stats (timestamp, event_name) VALUES (?,?)", [(1e9 + i, "gc_start") for i in range(5)])
    db.commit()


class Formats(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.test = pathlib.Path(self.folder.name) / "results/t"
        self.test.mkdir(parents=True)
        (self.test / "settings.yaml").write_text("model: m\n")
        (self.test / "exit_code").write_text("0\n")

    def run_parser(self, parser, code=None):
        """The output of `check` with the one parser; nothing may be left among the artifacts."""
        workload = pathlib.Path(self.folder.name) / "w"
        workload.mkdir(exist_ok=True)
        (workload / "workload.yaml").write_text(f"workload: t\nlts: none\nparse_once:\n  v:\n{parser}")
        before = sorted(os.listdir(self.test))
        log = pathlib.Path(self.folder.name) / "log"
        ended, memory = measured([MATBENCH, "check", workload, self.test], log, env=environment())
        out = log.read_text(errors="replace")
        self.assertEqual(sorted(os.listdir(self.test)), before)
        self.assertIn(ended, (0, 100, 101) if code is None else (code,), out)
        if not SANITIZED:
            self.assertLess(memory * 1024, MEMORY_MAX, out)
        return out

    def query(self, sql, name="stats.db", code=None, more=""):
        return self.run_parser(f"    sqlite: {name}\n    query: |\n      {sql}\n{more}", code)

    def database(self, name="stats.db"):
        db = sqlite3.connect(self.test / name)
        db.executescript(SPDL)
        fill(db)
        return db

    # ---- SQLite ----

    def test_spdl(self):
        self.database().close()
        out = self.query("SELECT sum(num_tasks - num_failures) AS done FROM task_stats WHERE name LIKE '0:1:%'", code=0, more="    value: true\n")
        done = sum(100 + i - i % 3 for i in range(0, 50, 2))
        self.assertRegex(out, rf"v +{done}\n")
        out = self.query("SELECT max(occupancy_rate) AS m, count(*) AS n FROM queue_stats", code=0)
        self.assertIn('[{"m": 0.49, "n": 50}]', out)

    def test_log_beside(self):
        """What stands in the log only counts; a second query sees the same; the writer goes on undisturbed."""
        db = sqlite3.connect(self.test / "stats.db")
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA wal_autocheckpoint=0")
        db.executescript(SPDL)
        fill(db)
        db.execute("PRAGMA wal_checkpoint")
        db.execute("DELETE FROM task_stats WHERE id > 10")
        db.execute("INSERT INTO event_stats (timestamp, event_name) VALUES (1, ?)", ("x" * 10000,))
        db.commit()
        db.execute("INSERT INTO event_stats (timestamp, event_name) VALUES (1, 'not committed')")
        expected = db.execute("SELECT count(*) FROM task_stats").fetchone()[0]
        self.assertEqual(expected, 10)
        sql = "SELECT (SELECT count(*) FROM task_stats) AS a, (SELECT count(*) FROM event_stats) AS b, max(length(event_name)) AS c FROM event_stats"
        for _ in range(2):
            self.assertIn('[{"a": 10, "b": 6, "c": 10000}]', self.query(sql, code=0))
        with open(self.test / "stats.db-wal", "r+b") as log:  # a torn end: what was committed before it counts
            log.seek(-100, os.SEEK_END)
            log.write(b"\xff" * 100)
        self.assertIn('"b": 6', self.query(sql, code=0))
        db.close()

    def test_torn_log(self):
        """A commit whose end was not written does not count, nor what comes after it."""
        db = sqlite3.connect(self.test / "stats.db")
        db.executescript("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(a)")
        sizes = []
        for i in range(3):
            db.execute("INSERT INTO t VALUES (?)", ("x" * 2000,))
            db.commit()
            sizes.append((self.test / "stats.db-wal").stat().st_size)
        log = (self.test / "stats.db-wal").read_bytes()
        db.close()
        rows = [(log, 3), (log[:-1], 2), (log[:sizes[1]], 2), (log[:sizes[0] + 10], 1), (log[:sizes[1] - 50] + b"\0" + log[sizes[1] - 49:], 1),
                (log[:10] + b"\1" + log[11:], None)]
        for bytes_, expected in rows:
            with sqlite3.connect(self.test / "new.db") as new:
                new.execute("PRAGMA journal_mode=WAL")
            (self.test / "new.db-wal").write_bytes(bytes_)
            out = self.query("SELECT count(*) AS n FROM t", name="new.db", more="    value: true\n")
            self.assertRegex(out, rf"v +{expected}\n" if expected else "no such table: t")
            for path in self.test.glob("new.db*"):
                path.unlink()

    def test_wal_mode_without_log(self):
        db = self.database()
        db.execute("PRAGMA journal_mode=WAL")
        db.close()
        self.assertFalse((self.test / "stats.db-wal").exists())
        self.assertIn('[{"n": 50}]', self.query("SELECT count(*) AS n FROM task_stats", code=0))

    def test_locked(self):
        db = self.database()
        db.isolation_level = None
        db.execute("BEGIN EXCLUSIVE")
        out = self.query("SELECT 1 AS a FROM task_stats", code=101)
        self.assertIn("stats.db: is locked by another process that writes it (waited 1 s)", out)
        db.execute("ROLLBACK")
        db.execute("BEGIN IMMEDIATE")  # has written nothing yet
        db.execute("DELETE FROM task_stats")
        self.assertIn('[{"n": 50}]', self.query("SELECT count(*) AS n FROM task_stats", code=0))
        db.execute("ROLLBACK")
        db.close()
        with open(self.test / "stats.db", "r+b") as held:  # other locks than SQLite's are nothing to us
            fcntl.flock(held, fcntl.LOCK_EX)
            self.query("SELECT 1 AS a FROM task_stats", code=0)

    def test_killed_writer(self):
        self.database().close()
        (self.test / "stats.db-journal").write_bytes(bytes.fromhex("d9d505f920a163d7") + bytes(600))
        self.assertIn("stats.db: its writer ended within a transaction", self.query("SELECT 1 AS a FROM task_stats", code=101))
        (self.test / "stats.db-journal").write_bytes(bytes(600))  # ended well, in journal mode PERSIST
        self.query("SELECT 1 AS a FROM task_stats", code=0)

    def test_damaged(self):
        self.database().close()
        whole = (self.test / "stats.db").read_bytes()
        for size in (1, 16, 99, 100, 4096, 9000):
            (self.test / "stats.db").write_bytes(whole[:size])
            out = self.query("SELECT * FROM task_stats, queue_stats ORDER BY 1", code=101)
            self.assertRegex(out, "stats.db: .*(is damaged|is not a SQLite file|no such table|disk image)", size)
        (self.test / "stats.db").write_bytes(b"PK\3\4" + whole[4:])
        self.assertIn("stats.db: is not a SQLite file", self.query("SELECT 1 AS a FROM t", code=101))
        for seed in range(40, len(whole), 1499):
            broken = bytearray(whole)
            broken[seed:seed + 3] = b"\xff\xfe\xff"
            (self.test / "stats.db").write_bytes(broken)
            self.query("SELECT name, sum(num_tasks) AS n FROM task_stats GROUP BY name ORDER BY timestamp")

    def test_endless(self):
        self.database().close()
        endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT "
        self.assertRegex(self.query(endless + "count(*) AS n FROM c", code=101), "the query was stopped: it (does not end|takes)")
        self.assertRegex(self.query(endless + "x FROM c ORDER BY x DESC", code=101), "the query was stopped: it (needs more|takes|does not end)")
        self.assertRegex(self.query(endless + "x FROM c", code=101), "the query gives more than|the query was stopped")

    def test_hostile_schema(self):
        db = sqlite3.connect(self.test / "stats.db")
        db.executescript("CREATE TABLE t(c0 TEXT); INSERT INTO t VALUES ('');")
        db.execute("PRAGMA writable_schema=1")
        columns = ",".join(f"c{i} AS (c{i - 1} || c{i - 1})" for i in range(1, 60))
        db.execute("UPDATE sqlite_master SET sql = ?", (f"CREATE TABLE t(c0 TEXT, g AS (c0 GLOB '*a*a*b'), {columns})",))
        db.commit()
        db.close()
        self.assertIn("stats.db: the query needs more memory", self.query("SELECT c59 FROM t", code=101))
        self.assertIn("the function 'glob' is not allowed here", self.query("SELECT g FROM t", code=101))
        db = sqlite3.connect(self.test / "views.db")
        db.executescript("CREATE TABLE t0(a); CREATE VIEW v0 AS SELECT a FROM t0;" +
                         "".join(f"CREATE VIEW v{i} AS SELECT x.a FROM v{i - 1} x, v{i - 1} y;" for i in range(1, 31)))
        db.close()
        self.assertIn("prohibited", self.query("SELECT a FROM v30", name="views.db", code=101))

    def test_outside(self):
        for name in ("../../../etc/passwd", "link.db"):
            if name == "link.db":
                os.symlink("/etc/passwd", self.test / name)
            code = 101 if name == "link.db" else 100
            self.assertIn("leads out of", self.query("SELECT 1 AS a FROM t", name=name, code=code))
        os.mkfifo(self.test / "fifo")
        self.assertIn("expected a regular file", self.query("SELECT 1 AS a FROM t", name="fifo", code=101))

    # ---- XML ----

    def test_xml(self):
        bomb = "<!DOCTYPE a [<!ENTITY x0 \"lol\">" + "".join(
            f"<!ENTITY x{i} \"{'&x%d;' % (i - 1) * 10}\">" for i in range(1, 12)) + "]>\n<testsuites>&x11;</testsuites>"
        rows = [
            ("bomb.xml", bomb, r"bomb.xml:1:\d+: a DOCTYPE with declarations is refused"),
            ("deep.xml", "<testsuites>" + "<testsuite>" * 100000, r"deep.xml:1:\d+: elements are nested more than 200 deep"),
            ("skipped.xml", "<testsuites>" + "<x>" * 100000, r"skipped.xml:1:\d+: elements are nested more than 10000 deep"),
            ("external.xml", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><testsuites>&a;</testsuites>', r"external.xml:1:\d+: the entity &a;"),
            ("endless.xml", "<testsuites a='" + "x" * (8 << 20), r"endless.xml:1:\d+: the document ends within"),
            ("attributes.xml", "<testsuites " + " ".join(f"a{i}=''" for i in range(200000)) + "/>", r"\bv  "),
        ]
        for name, text, expected in rows:
            (self.test / name).write_text(text)
            for parser in ("junit", "xml") if name != "skipped.xml" else ("junit",):
                self.assertRegex(self.run_parser(f"    {parser}: {name}\n"), expected)

    # ---- OpenMetrics ----

    def test_openmetrics(self):
        with open(self.test / "line.om", "w") as out:
            out.write('# TYPE a gauge\na{b="')
            for _ in range(100):
                out.write("x" * (1 << 20))
            out.write('"} 1\n# EOF\n')
        self.assertIn("line.om:2:1: the line is longer than 1 MB", self.run_parser("    openmetrics: line.om\n", 101))
        (self.test / "labels.om").write_text("a{" + ",".join(f'l{i}="{i}"' for i in range(50000)) + "} 1\n# EOF\n")
        self.run_parser("    openmetrics: labels.om\n", 0)
        (self.test / "many.om").write_text("# TYPE a gauge\n" + "".join(f'a{{l="{i}"}} {i}\n' for i in range(100000)) + "# EOF\n")
        self.assertRegex(self.run_parser("    openmetrics: many.om\n    metric: a\n    labels: {l: 99999}\n    value: true\n", 0), r"v +99999\.0\n")
        (self.test / "binary.om").write_bytes(bytes(range(256)) * 100)
        self.assertRegex(self.run_parser("    openmetrics: binary.om\n", 101), r"binary.om:1:\d+: ")


if __name__ == "__main__":
    unittest.main()
