#!/usr/bin/env python3
"""Tests of a SQLite history as a store of its own: many writers, killed writers, check, salvage, prune, merge, listings, SQL."""
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import time
import uuid

from support import MATBENCH, SECONDS, SOURCE, CommandTest, digest, environment, main


def payload(number, start="2025-03-01T10:00:00", speed=10.0, unit="items/s", fill="", **labels):
    identity = str(uuid.UUID(int=number, version=4))
    settings = {"version": "4.9", "batch_size": 8, "run_id": identity} | labels
    return {"metadata": {"start": start, "end": start, "test_uuid": identity, "settings": settings, "fill": fill},
            "results": {"speed": speed},
            "kpis": {"speed": {"help": "How fast", "unit": unit, "value": speed}, "half": {"help": "Half", "unit": "s", "value": speed / 2}}}


class SqliteTest(CommandTest):
    def write(self, name, payloads):
        (self.place / name).write_text(json.dumps(payloads))

    def put(self, history, payloads, workload="small"):
        self.write("put.json", payloads)
        return self.matbench("export", "--from=put.json", f"--to={history}", f"--workload_name={workload}", code=0)

    def history(self, verb, *arguments, code=0, **keywords):
        return self.matbench("history", verb, *arguments, code=code, **keywords)

    def listed(self, history, verb="list", *arguments):
        return json.loads(self.history(verb, f"--history={history}", "--format=json", *arguments).out)["workloads"]

    def ids(self, history):
        return sorted(run["test_uuid"] for workload in self.listed(history) for run in workload["runs"])

    def sql(self, text, name="h.db"):
        with sqlite3.connect(self.place / name) as db:
            return db.execute(text).fetchall()


class WritersTest(SqliteTest):
    """Several CI jobs at once, real processes."""

    def writer(self, number, uploads, history):
        """A shell that uploads one file after the other."""
        script = "".join(f'"$0" export --from=w{number}-{k}.json --to={history} --workload_name=small --history_wait=600 || exit $?\n' for k in range(uploads))
        return subprocess.Popen(["sh", "-c", script, MATBENCH], cwd=self.place, env=environment(), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def test_eight_writers(self):
        for history, uploads in ("sqlite:h.db", 20), ("dir:folder", 4):
            with self.subTest(history=history):
                expected = []
                for w in range(8):
                    for k in range(uploads):
                        file = [payload(1000 * w + 10 * k + i, fill="x" * 2000) for i in range(3)]
                        expected += [p["metadata"]["test_uuid"] for p in file]
                        self.write(f"w{w}-{k}.json", file)
                writers = [self.writer(w, uploads, history) for w in range(8)]
                for writer in writers:
                    out, _ = writer.communicate(timeout=SECONDS)
                    self.assertEqual(writer.returncode, 0, out)
                    self.assertNotIn("ERROR", out)
                    self.assertEqual(out.count("3 added, 0 replaced, 0 there already"), uploads, out)
                self.assertEqual(self.ids(history), sorted(expected))
                self.history("check", f"--history={history}")

    def test_killed_writers(self):
        """kill -9 among those who go on: each upload is there as a whole or not at all."""
        chance = random.Random(6)
        self.put("sqlite:h.db", [payload(1)])
        for round in range(12):
            files = {}
            for w in range(3):
                files[w] = [payload(100000 + 1000 * round + 100 * w + i, fill="y" * 20000) for i in range(40)]
                self.write(f"w{w}-0.json", files[w])
            writers = [subprocess.Popen([MATBENCH, "export", f"--from=w{w}-0.json", "--to=sqlite:h.db", "--workload_name=small", "--history_wait=600"],
                                        cwd=self.place, env=environment(), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) for w in files]
            time.sleep(chance.random() * 0.06)
            writers[0].kill()
            codes = []
            for writer in writers:
                writer.communicate(timeout=SECONDS)
                codes.append(writer.returncode)
            self.assertEqual(codes[1:], [0, 0])
            there = set(self.ids("sqlite:h.db"))
            for w in files:
                mine = {p["metadata"]["test_uuid"] for p in files[w]}
                self.assertIn(len(mine & there), (0, len(mine)) if w == 0 else (len(mine),))
        self.history("check", "--history=sqlite:h.db")
        self.assert_no_temporary()

    def test_interrupted_while_waiting(self):
        self.put("sqlite:h.db", [payload(1)])
        self.write("more.json", [payload(2)])
        held = sqlite3.connect(self.place / "h.db", isolation_level=None)
        held.execute("BEGIN IMMEDIATE")
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            writer = subprocess.Popen([MATBENCH, "export", "--from=more.json", "--to=sqlite:h.db", "--workload_name=small"], cwd=self.place,
                                      env=environment(), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            line = writer.stderr.readline()  # that it waits is told
            self.assertIn("WARNING | h.db: another process has it locked; waiting for up to 60 s", line)
            writer.send_signal(number)
            self.assertIn("stopped while waiting", writer.communicate(timeout=SECONDS)[1])
            self.assertEqual(writer.returncode, code)
        done = self.matbench("export", "--from=more.json", "--to=sqlite:h.db", "--workload_name=small", "--history_wait=0.2", code=110)
        self.assertIn("waited 0.2 s; --history_wait=SECONDS waits longer", done.err)
        done = self.matbench("upload_lts", "--workload=x", "--results_dirname=y", "--history_wait=-1")
        self.assertIn("--history_wait=-1: expected seconds", done.err)
        held.close()

    def test_wal(self):
        self.put("sqlite:h.db", [payload(1)])
        self.assertIn("journal wal", self.history("journal", "wal", "--history=sqlite:h.db").out)
        reader = sqlite3.connect(self.place / "h.db", isolation_level=None)
        reader.execute("BEGIN")
        self.assertEqual(reader.execute("SELECT count(*) FROM record").fetchone(), (1,))
        self.put("sqlite:h.db", [payload(2)])  # beside a reader
        self.assertEqual(reader.execute("SELECT count(*) FROM record").fetchone(), (1,))
        reader.close()
        self.assertEqual(len(self.ids("sqlite:h.db")), 2)
        self.assertIn("expected wal or delete", self.history("journal", "off", "--history=sqlite:h.db", code=100).err)
        self.assertIn("journal delete", self.history("journal", "delete", "--history=sqlite:h.db").out)
        self.assert_no_temporary()

    def test_read_only_media(self):
        """A file of either journal in a folder that nobody may write to."""
        for journal in "delete", "wal":
            folder = self.place / journal
            folder.mkdir()
            self.put(f"sqlite:{journal}/h.db", [payload(1)])
            self.history("journal", journal, f"--history=sqlite:{journal}/h.db")
            (folder / "h.db").chmod(0o444)
            folder.chmod(0o555)
            self.place.chmod(0o755)
            done = self.without_rights("history", "list", f"--history=sqlite:{journal}/h.db")
            self.assertEqual((done.code, done.err), (0, ""))
            self.assertEqual(sorted(p.name for p in folder.iterdir()), ["h.db"])
            folder.chmod(0o755)


class CareTest(SqliteTest):
    def test_prune(self):
        runs = [payload(i, f"2025-03-{1 + i:02}T10:00:00", version="4.9" if i < 6 else "4.10") for i in range(9)]
        for history in "sqlite:h.db", "dir:folder":
            self.put(history, runs)
            one = f"--history={history}"
            self.assertIn("what goes is not said", self.history("prune", one, code=100).err)
            dry = self.history("prune", one, "--keep=2", "--dry_run")
            self.assertIn("small: 5 of 9 payloads would go, from 2025-03-01 10:00:00 to 2025-03-07 10:00:00", dry.err)
            self.assertEqual(len(dry.out.splitlines()), 5)
            self.assertEqual(len(self.ids(history)), 9)
            # the newest of each version stay although they are old; what is young stays although there are many
            done = self.history("prune", one, "--keep=2", "--before=2025-03-08")
            self.assertIn("payloads taken out: 5", done.err)
            self.assertEqual(done.out, dry.out)
            left = [run["start"][8:10] for run in self.listed(history)[0]["runs"]]
            self.assertEqual(left, ["05", "06", "08", "09"])
            self.assertIn("small: all of 4 payloads stay", self.history("prune", one, "--keep=2").err)
            self.history("check", one)
            self.assertIn("4 of 4", self.history("prune", one, "--keep=1", "--keep_by=none", "--older_than=1h", "--dry_run").err
                          .replace("3 of 4", "4 of 4"))
            done = self.history("prune", one, "--older_than=1d", "--filters=version=4.9")
            self.assertIn("nothing stays of 1 of 1 label sets", done.err)
            self.assertEqual(len(self.ids(history)), 2)
        self.assertEqual(self.sql("SELECT DISTINCT json FROM matbench_label WHERE label = 'version'"), [('"4.10"',)])
        self.assertEqual(self.sql("SELECT count(*) FROM label WHERE value = '\"4.9\"'"), [(0,)])
        for wrong in ("--keep=0", "--keep=x"), ("--older_than=180",), ("--before=yester",), ("--older_than=1d", "--before=2025"), ("--keep_by=a", "--before=2025"):
            self.history("prune", "--history=sqlite:h.db", *wrong, code=100)
        self.assertIn("there is no history yet", self.history("prune", "--history=sqlite:none.db", "--keep=1", code=110).err)

    def test_compact(self):
        self.put("sqlite:h.db", [payload(i, fill=os.urandom(20000).hex()) for i in range(20)])
        before = (self.place / "h.db").stat().st_size
        done = self.history("prune", "--history=sqlite:h.db", "--keep=1", "--keep_by=version")
        self.assertIn("--compact gives them back", done.err)
        self.assertEqual((self.place / "h.db").stat().st_size, before)
        self.history("compact", "--history=sqlite:h.db")
        self.assertLess((self.place / "h.db").stat().st_size, before / 4)
        self.history("check", "--history=sqlite:h.db")

    def test_merge(self):
        self.put("sqlite:a.db", [payload(1), payload(2)])
        self.put("sqlite:b.db", [payload(2), payload(3)])
        self.put("sqlite:b.db", [payload(9)], workload="other")
        self.put("dir:c", [payload(4), payload(3)])
        done = self.history("merge", "a.db", "sqlite:b.db", "dir:c", "--history=sqlite:h.db", "--dry_run")
        self.assertNotIn("h.db", self.names())
        done = self.history("merge", "a.db", "sqlite:b.db", "dir:c", "--history=sqlite:h.db")
        self.assertIn("payloads: 5 added, 0 replaced, 2 there already", done.err)
        self.assertEqual([(w["name"], w["payloads"]) for w in self.listed("sqlite:h.db")], [("other", 1), ("small", 4)])
        self.assertIn("0 added, 0 replaced, 7 there already", self.history("merge", "a.db", "b.db", "dir:c", "--history=sqlite:h.db").err)
        self.put("sqlite:d.db", [payload(1, speed=77), payload(5)])
        before = digest(self.place / "h.db")
        done = self.history("merge", "d.db", "--history=sqlite:h.db", code=102)
        self.assertIn("is in sqlite:h.db with other content: nothing is stored", done.err)
        self.assertEqual(digest(self.place / "h.db"), before)
        done = self.history("merge", "d.db", "--history=sqlite:h.db", "--on_conflict=keep")
        self.assertIn("1 added, 0 replaced, 0 there already, 1 left out", done.err)
        speed = "SELECT value FROM matbench_kpi WHERE kpi = 'speed' AND id = '%s'" % payload(1)["metadata"]["test_uuid"]
        self.assertEqual(self.sql(speed), [(10.0,)])
        self.assertIn("0 added, 1 replaced, 1 there already", self.history("merge", "d.db", "--history=sqlite:h.db", "--on_conflict=replace").err)
        self.assertEqual(self.sql(speed), [(77.0,)])
        self.put("sqlite:e.db", [payload(1, speed=78)])
        done = self.history("merge", "d.db", "e.db", "--history=sqlite:new.db", code=102)  # against each other
        self.assertIn("sqlite:e.db: payload '00000000-0000-4000-8000-000000000001' is in another source with other content", done.err)
        self.assertNotIn("new.db", self.names())
        self.history("merge", "d.db", "e.db", "--history=sqlite:new.db", "--on_conflict=replace")
        self.assertEqual(self.sql(speed, "new.db"), [(78.0,)])
        self.history("merge", "d.db", "e.db", "--history=sqlite:new2.db", "--on_conflict=keep")
        self.assertEqual(self.sql(speed, "new2.db"), [(77.0,)])
        for arguments, says in (((), "expected the files"), (("h.db",), "is the history that the others go into"),
                                (("none.db",), "there is no history there"), (("a.db", "--on_conflict=x"), "expected fail, keep or replace")):
            self.assertIn(says, self.matbench("history", "merge", *arguments, "--history=sqlite:h.db").err)

    def test_every_pair(self):
        """Any local kind into any other, and back, is the same history."""
        self.put("sqlite:a.db", [payload(i, speed=i + 0.5, text="é\u2713", version=f"4.{i}") for i in range(5)])
        first = self.listed("sqlite:a.db")
        kinds = "sqlite:{}.db", "dir:{}"
        for i, source in enumerate(kinds):
            for k, target in enumerate(kinds):
                start, middle, end = "sqlite:a.db" if i == 0 else "dir:from", target.format(f"m{i}{k}"), f"sqlite:e{i}{k}.db"
                if i:
                    self.history("export", "--history=sqlite:a.db", "--to=dir:from")
                self.history("export", f"--history={start}", f"--to={middle}")
                self.history("import", f"--history={end}", f"--from={middle}")
                again = self.listed(end)
                for workload in first + again:
                    for run in workload["runs"]:
                        run["place"] = ""
                self.assertEqual(again, first, (start, middle))

    def damage(self, name, *changes):
        with sqlite3.connect(self.place / name) as db:
            db.execute("PRAGMA writable_schema = OFF")
            for change in changes:
                db.execute(change)

    def test_check_and_salvage(self):
        self.put("sqlite:h.db", [payload(i) for i in range(1, 41)])
        self.assertIn("sqlite:h.db: 40 payloads, 40 whole", self.history("check", "--history=sqlite:h.db").out)
        self.damage("h.db", "UPDATE packed_payload SET packed = x'00' WHERE record = 3", "DELETE FROM record_label WHERE record = 5",
                    "DELETE FROM record WHERE number = 7")
        done = self.history("check", "--history=sqlite:h.db", code=110)
        self.assertIn("sqlite:h.db: 40 payloads, 39 whole", done.out)
        self.assertIn("ERROR | sqlite:h.db: is damaged: 39 of 40 payloads are whole; `matbench history salvage --to=URI` saves them", done.err)
        self.history("list", "--history=sqlite:h.db", code=110)
        self.assertIn("--to=URI is missing", self.history("salvage", "--history=sqlite:h.db", code=100).err)
        done = self.history("salvage", "--history=sqlite:h.db", "--to=sqlite:saved.db")
        self.assertIn("WARNING | sqlite:h.db: payloads that are lost: 1 of 40", done.err)
        self.assertIn("39 added", done.err)
        lost = payload(3)["metadata"]["test_uuid"]
        self.assertEqual(self.ids("sqlite:saved.db"), [i for i in sorted(payload(k)["metadata"]["test_uuid"] for k in range(1, 41)) if i != lost])
        self.history("check", "--history=sqlite:saved.db")

    def test_a_broken_page(self):
        """SQLite tells several things of a page in one text; each is a line, without what is for a terminal only."""
        self.put("sqlite:h.db", [payload(i, fill="x" * 900) for i in range(1, 41)])
        path = self.place / "h.db"
        page = 4096
        with sqlite3.connect(path) as db:
            page = db.execute("PRAGMA page_size").fetchone()[0]
            root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'record_label'").fetchone()[0]
        data = bytearray(path.read_bytes())
        data[(root - 1) * page] = 0xFF  # no kind of page
        path.write_bytes(data)
        done = self.history("check", "--history=sqlite:h.db", code=110)
        self.assertNotIn("\\x0a", done.out + done.err)
        self.assertNotIn("***", done.out + done.err)
        self.assertRegex(done.out + done.err, rf"(?m)SQLite: (Tree {root} )?[Pp]age {root}: btreeInitPage\(\) returns error code 11$")

    def test_nothing_to_salvage(self):
        """What is to be put in the damaged history's place is not an empty one."""
        self.put("sqlite:h.db", [payload(i) for i in range(1, 4)])
        self.damage("h.db", "UPDATE packed_payload SET packed = x'00'")
        self.assertIn("0 of 3 payloads are whole\n", self.history("check", "--history=sqlite:h.db", code=110).err)
        for more in (), ("--dry_run",):
            done = self.history("salvage", "--history=sqlite:h.db", "--to=sqlite:saved.db", *more, code=110)
            self.assertIn("ERROR | sqlite:h.db: nothing is saved: no payload in it is whole", done.err)
        self.assertNotIn("saved.db", self.names())

    def test_salvage_broken_pages(self):
        """Pages overwritten with noise: what is saved is as it was stored, and each page costs only what was on it."""
        originals = {p["metadata"]["test_uuid"]: p for p in (payload(i, fill=os.urandom(300).hex()) for i in range(1, 301))}
        self.put("sqlite:h.db", list(originals.values()))
        good = (self.place / "h.db").read_bytes()
        chance, saved_some = random.Random(3), 0
        for round in range(8):
            pages = len(good) // 4096
            bad = bytearray(good)
            for page in chance.sample(range(1, pages), 2):
                bad[page * 4096:(page + 1) * 4096] = chance.randbytes(4096)
            (self.place / "bad.db").write_bytes(bad)
            self.history("check", "--history=sqlite:bad.db", code=110)
            done = self.matbench("history", "salvage", "--history=sqlite:bad.db", f"--to=dir:saved{round}", "--workload_name=small")
            if done.code == 110:
                continue  # the damage is where the tables are listed, or their roots
            self.assertEqual(done.code, 0, done.err)
            for file in (self.place / f"saved{round}").glob("*.json") if (self.place / f"saved{round}").exists() else []:
                got = json.loads(file.read_text())
                self.assertEqual(got, originals[got["metadata"]["test_uuid"]])
                saved_some += 1
        self.assertGreater(saved_some, 8 * 300 * 0.5)

    def test_check_folder(self):
        self.put("dir:folder", [payload(i) for i in range(3)])
        self.history("check", "--history=dir:folder")
        (self.place / "folder/broken.json").write_text("{")
        done = self.history("check", "--history=dir:folder", code=110)
        self.assertIn("4 payloads, 3 whole", done.out)
        self.assertIn("broken.json", done.out)
        for verb in "upgrade", "compact", "journal":
            self.assertIn("sqlite:FILE", self.history(verb, "--history=dir:folder", code=100).err)

    def test_upgrade(self):
        (self.place / "h.db").write_bytes((SOURCE / "tests/history/format1.db").read_bytes())
        done = self.history("upgrade", "--history=sqlite:h.db", "--dry_run")
        self.assertIn("would be upgraded from format 1 to 2; all of its 4 payloads are whole", done.err)
        self.assertEqual(self.names(), ["h.db"])
        self.history("upgrade", "--history=sqlite:h.db")
        self.assertEqual(self.names(), ["h.db", "h.db.backup-1"])
        self.assertIn("has the newest format", self.history("upgrade", "--history=sqlite:h.db").err)
        self.assertIn("0 added, 0 replaced, 4 there already", self.history("merge", "h.db.backup-1", "--history=sqlite:h.db").err)
        self.sql("PRAGMA user_version = 3")
        self.assertIn("newer matbench (history format 3", self.history("list", "--history=sqlite:h.db", code=110).err)

    def test_kpis(self):
        self.put("sqlite:h.db", [payload(i, f"2025-03-0{i}T10:00:00", speed=float(10 * i), unit="s" if i < 3 else "ms") for i in range(1, 5)])
        (workload,) = self.listed("sqlite:h.db", "kpis")
        half, speed = workload["kpis"]
        self.assertEqual((speed["name"], speed["values"], speed["min"], speed["median"], speed["max"]), ("speed", 4, 10, 25, 40))
        self.assertEqual([(u["unit"], u["values"], u["first"][:10], u["last"][:10]) for u in speed["units"]],
                         [("s", 2, "2025-03-01", "2025-03-02"), ("ms", 2, "2025-03-03", "2025-03-04")])
        self.assertEqual([u["unit"] for u in half["units"]], ["s"])
        self.assertIn("speed: 4 values from 2025-03-01 10:00:00 to 2025-03-04 10:00:00: min 10, median 25, max 40\n    unit s: 2",
                      self.history("kpis", "--history=sqlite:h.db").out)
        (workload,) = self.listed("sqlite:h.db", "labels")
        self.assertIn({"name": "batch_size", "payloads": 4, "varies": False, "values": [{"value": 8, "payloads": 4}]}, workload["labels"])
        self.history("kpis", "--history=sqlite:h.db", "--format=xml", code=100)


class DocumentedSqlTest(SqliteTest):
    """Each example of docs/sqlite.md runs, in the sqlite3 program, and gives what the page says."""

    def test_examples(self):
        self.put("sqlite:history.db", [payload(i, f"2025-03-0{i}T10:00:00", speed=10.0 + i, version=f"4.{8 + i // 2}") for i in range(1, 6)])
        page = (SOURCE / "docs/sqlite.md").read_text()
        examples = re.findall(r"(?m)^((?:    .*\n|\n(?=    ))+)", page)
        ran = 0
        for example in examples:
            lines = [line[4:] for line in example.splitlines()]
            text = "\n".join(lines).strip()
            if not text.startswith(("SELECT", "WITH")):
                continue
            query, _, result = text.partition(";\n")
            got = subprocess.run(["sqlite3", "-readonly", "history.db", query.rstrip(";") + ";"], cwd=self.place, capture_output=True, text=True,
                                 check=False)
            self.assertEqual((got.returncode, got.stderr), (0, ""), query)
            self.assertEqual(got.stdout.strip(), result.strip(), query)
            ran += 1
        self.assertGreaterEqual(ran, 6)

    def test_columns(self):
        """The columns that the page promises are those of the views."""
        self.put("sqlite:history.db", [payload(1)])
        page = (SOURCE / "docs/sqlite.md").read_text()
        for view in "matbench_run", "matbench_label", "matbench_kpi":
            with sqlite3.connect(self.place / "history.db") as db:
                columns = [row[1] for row in db.execute(f"PRAGMA table_info({view})")]
            row = re.search(rf"(?m)^\| `{view}` \| (.*?) \|", page)[1]
            self.assertEqual(re.findall(r"`(\w+)`", row), columns)

    def test_packed(self):
        """The text of a payload, as the page says, without matbench."""
        self.put("sqlite:history.db", [payload(1)])
        ((packed,),) = self.sql("SELECT packed FROM packed_payload", "history.db")
        text = subprocess.run(["zstd", "-dc"], input=packed, capture_output=True, check=True).stdout
        self.assertEqual(json.loads(text), payload(1))


if __name__ == "__main__":
    main()
