"""The spool beside everything else: `ci` and its codes, Ctrl-C, several programs at once, what people see of it."""
import itertools
import json
import os
import signal
import socket
import stat
import subprocess
import time

import support

import fault_proxy as fp

# C6.4: the first of these that happened
ORDER = (1, 102, 110, 111, 112, 3, 2, 4)


class SpoolCase(support.CommandTest):
    def setUp(self):
        super().setUp()
        self.server = self.opensearch("plain")
        support.small_workload(self.place / "w")
        self.proxy = self.enterContext(fp.FaultProxy(self.server.host, self.server.port))
        self.uri = f"opensearch+http://127.0.0.1:{self.proxy.port}/{self.server.index}"
        self.to = [f"--history={self.uri}", "--spool=spool", "--http_attempts=1", "--http_timeout=300"]

    def push(self, tree, *arguments, **named):
        return self.matbench("upload_lts", "--workload=w", f"--results_dirname={tree}", *self.to, *arguments, **named)

    def listed(self, *arguments):
        return json.loads(self.matbench("spool", "list", "--format=json", "--spool=spool", *arguments, code=0).out)

    def waiting(self):
        return sum(len(entry["payloads"]) for entry in self.listed()["entries"])


class CiTest(SpoolCase):
    VERDICTS = {1: ("worse", 80, "regression"), 2: ("short", 80, "suspect"), 3: ("new", 100, "no-history"), 4: ("better", 130, "improvement")}

    def setUp(self):
        super().setUp()
        for day in range(10):
            for name in "worse", "better", "short":
                if name != "short" or day >= 6:
                    support.small_test(self.place / f"old/{day}-{name}/{name}", speed=100 + (day * 7 % 10) / 10, start=f"2025-02-{day + 1:02d}T10:00:00",
                                       run_id=f"old {day}", version=f"1.{day}", settings={"name": name, "day": f"{day}"})
        self.push("old", code=0)
        (self.place / "c.yaml").write_text("matbench: {lts: {gate: {min_history: 8}}}\n")

    def part(self, exchange):
        """Of the payloads one is taken."""
        lines = exchange.text.splitlines()
        keys = [json.loads(line)["index"]["_id"] for line in lines[::2]]
        _, answer = self.server.call("POST", f"/{self.server.index}/_bulk", "\n".join(lines[:2]) + "\n", "application/x-ndjson")
        items = answer["items"] + [{"index": {"_index": self.server.index, "_id": key, "status": 429, "error": {"type": "x", "reason": "full"}}}
                                   for key in keys[1:]]
        return fp.Answer(200, body={"took": 1, "errors": True, "items": items})

    def run_ci(self, verdict, fault, point):
        name, speed, word = self.VERDICTS[verdict]
        tree = f"new-{point}"
        support.small_test(self.place / tree / name, speed=speed, version="1.9", start="2025-03-03T10:00:00", run_id=tree)
        support.small_test(self.place / tree / "other", speed=5.0 + point, version="1.9", start="2025-03-03T10:00:00", run_id=tree)
        self.proxy.fault = fault
        done = self.matbench("ci", tree, "--workload=w", f"--artifact_dir=out-{point}", "--config=c.yaml", f"--fail_on={word}", *self.to)
        self.proxy.fault = None
        return done, tree

    def test_c6_4_pairs(self):
        """A spooled upload never hides a regression, and a verdict never hides that the upload failed."""
        refusing = fp.Times(fp.Answer(413, body={"error": {"type": "too_large", "reason": "too large"}, "status": 413}))
        faults = {110: fp.status(503), 111: fp.status(403), 112: fp.Times(self.part), 102: refusing}
        pairs = itertools.product(self.VERDICTS, faults) if os.environ.get("MB_LONG") else ((1, 110), (1, 111), (1, 112), (1, 102), (2, 112), (3, 110), (4, 102))
        for point, (verdict, code) in enumerate(pairs):
            with self.subTest(verdict=verdict, upload=code):
                before = len(self.server.documents())
                done, tree = self.run_ci(verdict, faults[code], point)
                self.assertEqual(done.code, min(verdict, code, key=ORDER.index), done.out + done.err)
                codes = {step["code"] for step in self.json(f"out-{point}/outcome.json")["steps"]} - {0}
                self.assertEqual(codes, {verdict, code})
                arrived = len(self.server.documents()) - before
                self.assertEqual((arrived, self.waiting()), ((1, 1) if code == 112 else (0, 2)))
                self.matbench("spool", "send", "--refused", "--spool=spool", code=0)
                self.assertEqual((len(self.server.documents()) - before, self.waiting()), (2, 0))
                self.server.call("POST", f"/{self.server.index}/_delete_by_query?refresh=true",
                                 {"query": {"ids": {"values": [p["metadata"]["test_uuid"] for p in self.json(f"out-{point}/lts_payload.json")]}}})

    def test_nothing_new(self):
        """A ci whose own payloads cannot be stored, all being invalid, brings what waits."""
        _, tree = self.run_ci(4, fp.status(503), 0)
        self.assertEqual(self.waiting(), 2)
        support.small_test(self.place / "bad/x", speed="fast")
        done = self.matbench("ci", "bad", "--workload=w", "--artifact_dir=out", *self.to, code=102)
        self.assertEqual(self.waiting(), 0, done.err)
        self.assertIn("from the spool, of earlier runs: payloads: 2 added", done.err)
        done = self.matbench("ci", "bad", "--workload=w", "--artifact_dir=out", *self.to, code=102)
        self.assertNotIn("from the spool", done.err)


class UseTest(SpoolCase):
    def make(self, tree, n=3, **data):
        for i in range(n):
            support.small_test(self.place / tree / str(i), 1.0 + i, **data)

    def test_rights(self):
        self.make("tests")
        self.proxy.fault = fp.status(503)
        self.push("tests", code=110)
        for path in (self.place / "spool", *(self.place / "spool").iterdir()):
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o700 if path.is_dir() else 0o600, path)

    def test_rights_of_others(self):
        """A folder that others may get into is used, and told; what is in it is still its owner's."""
        self.make("tests")
        spool = self.place / "spool"
        spool.mkdir()
        self.proxy.fault = fp.status(503)
        for mode, said in ((0o777, "others may write to the spool spool (mode 0777) and remove what waits in it; `chmod 700 spool`"),
                           (0o755, "others may look into the spool spool (mode 0755); `chmod 700 spool`"), (0o700, None)):
            spool.chmod(mode)
            for done in (self.push("tests", code=110), self.matbench("spool", "list", "--spool=spool", code=0)):
                self.assertEqual("others may" in done.err, bool(said), done.err)
                self.assertIn(f"WARNING | {said}" if said else "", done.err)
            self.assertEqual({stat.S_IMODE(path.stat().st_mode) for path in spool.iterdir()}, {0o600})

    def test_again(self):
        """An upload that is repeated while the server is away: its payloads wait once, and with the last content."""
        self.make("tests")
        closed = self.enterContext(socket.socket())
        closed.bind(("127.0.0.1", 0))  # nobody listens
        away = [f"--history=opensearch+http://127.0.0.1:{closed.getsockname()[1]}/x", "--spool=spool", "--http_attempts=1"]
        again = ["upload_lts", "--workload=w", "--results_dirname=tests"]
        for _ in range(3):
            done = self.matbench(*again, *away, code=110)
            self.assertIn(": 3 of 3 payloads could not be sent; they wait", done.err)
            self.assertEqual([len(entry["payloads"]) for entry in self.listed()["entries"]], [3])
        self.assertEqual(self.listed()["entries"][0]["tries"], 3)
        self.proxy.fault = fp.status(503)
        self.push("tests", code=110)
        self.assertIn("6 payloads in 2 entries", self.matbench("spool", "list", "--spool=spool", code=0).out)
        self.proxy.fault = None
        done = self.push("tests", code=0)
        self.assertIn("payloads: 3 added, 0 replaced", done.err)
        self.assertNotIn("earlier runs", done.err)
        self.assertEqual((self.waiting(), len(self.server.documents())), (3, 3))

    def test_places(self):
        self.make("tests")
        self.proxy.fault = fp.status(503)
        rows = (({"XDG_STATE_HOME": str(self.place / "state"), "HOME": str(self.place / "home")}, "state/matbench/spool"),
                ({"HOME": str(self.place / "home")}, "home/.local/state/matbench/spool"), ({}, ".matbench-spool"),
                ({"XDG_STATE_HOME": "relative", "HOME": ""}, ".matbench-spool"), ({"MATBENCH_SPOOL": "mine"}, "mine"))
        for env, place in rows:
            self.matbench("upload_lts", "--workload=w", "--results_dirname=tests", f"--history={self.uri}", "--http_attempts=1", env=env, code=110)
            self.assertEqual(len(list((self.place / place).glob("*.spool"))), 1, place)

    def test_interrupt(self):
        """Ctrl-C while the server is silent: 130, and the next run brings it."""
        self.make("tests")
        self.proxy.fault = fp.Times(fp.Stall())
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            seen = self.proxy.fault.happened
            run = subprocess.Popen([support.MATBENCH, "upload_lts", "--workload=w", "--results_dirname=tests", f"--history={self.uri}", "--spool=spool"],
                                   cwd=self.place, env=support.environment(), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            while self.proxy.fault.happened == seen:
                self.assertIsNone(run.poll())
                time.sleep(0.01)
            run.send_signal(number)
            _, err = run.communicate(timeout=support.SECONDS)
            self.assertEqual(run.returncode, code, err)
            self.assertIn("3 of 3 payloads could not be sent; they wait in the spool", err)
            self.assertEqual({p["id"] for e in self.listed()["entries"] for p in e["payloads"]}.__len__(), 3)
        self.proxy.fault = None
        self.push("tests", code=0)
        self.assertEqual((self.waiting(), len(self.server.documents())), (0, 3))

    def test_at_once(self):
        """Several CI jobs of one machine: all payloads are stored, and each job knows it of its own."""
        for job in range(5):
            self.make(f"tests-{job}", run_id=f"{job}")
        self.proxy.fault = fp.status(503, times=1)
        self.push("tests-0", code=110)
        jobs = [subprocess.Popen([support.MATBENCH, "upload_lts", "--workload=w", f"--results_dirname=tests-{job}", *self.to], cwd=self.place,
                                 env=support.environment(), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for job in range(1, 5)]
        said = [job.communicate(timeout=support.SECONDS)[1] for job in jobs]
        self.assertEqual([job.returncode for job in jobs], [0] * 4, said)
        self.assertEqual((self.waiting(), len(self.server.documents())), (0, 15))
        for text in said:  # whoever comes first may take along what others have put in
            self.assertRegex(text, "payloads: 3 added, 0 replaced, 0 there already|another matbench has sent meanwhile, or that were given twice: 3")

    def test_damage(self):
        """A torn file is set aside and told; the others go out."""
        for tree in "one", "two":
            self.make(tree, run_id=tree)
            self.proxy.fault = fp.status(503)
            self.push(tree, code=110)
        self.proxy.fault = None
        torn = sorted((self.place / "spool").glob("*.spool"))[0]
        torn.write_bytes(torn.read_bytes()[:-100])
        found = self.listed()
        self.assertEqual((len(found["entries"]), len(found["not_sent"])), (1, 1))
        self.assertIn("cut", found["not_sent"][0])
        self.assertTrue(torn.exists())
        done = self.matbench("spool", "send", "--spool=spool", code=0)
        self.assertEqual(done.err.count("is set aside as spool/damaged/"), 1, done.err)
        self.assertTrue((self.place / "spool/damaged" / torn.name).exists())
        self.assertEqual((self.waiting(), len(self.server.documents())), (0, 3))

    def test_refused_then_corrected(self):
        self.make("tests")
        self.proxy.fault = fp.Times(fp.Answer(413, body={"error": {"type": "too_large", "reason": "too large"}, "status": 413}))
        done = self.push("tests", code=102)
        self.assertEqual(done.err.count("is refused: "), 3)
        entry = self.listed()["entries"][0]
        self.assertTrue(entry["refused"] and all("413" in payload["why"] for payload in entry["payloads"]))
        shown = self.matbench("spool", "list", "--spool=spool", code=0).out
        self.assertIn("3 payloads refused", shown)
        self.proxy.fault = None
        self.push("tests", code=0)
        self.assertEqual((self.waiting(), len(self.server.documents())), (0, 3))

    def test_copies(self):
        """Copies go without the spool, after what waits in it; a later one completes an earlier one."""
        self.make("tests")
        self.make("more", run_id="more")
        self.matbench("upload_lts", "--workload=w", "--results_dirname=more", "--history=sqlite:local.db", code=0)
        self.proxy.fault = fp.status(503)
        self.push("tests", code=110)
        copy = ["history", "export", "--history=sqlite:local.db", f"--to={self.uri}", "--http_attempts=1"]
        done = self.matbench(*copy, env={"MATBENCH_SPOOL": "spool"}, code=110)
        self.assertEqual(self.waiting(), 3)
        self.proxy.fault = None
        done = self.matbench(*copy, env={"MATBENCH_SPOOL": "spool"}, code=0)
        self.assertEqual((self.waiting(), len(self.server.documents())), (0, 6), done.err)
        done = self.matbench(*copy[:-2], f"--to={self.uri}/", env={"MATBENCH_SPOOL": "spool"}, code=0)
        self.assertIn(f"{self.uri}: payloads: 0 added, 0 replaced, 3 there already", done.err)
        done = self.matbench("export", f"--from={self.uri}-none/", "--to=sqlite:none.db", code=110)
        self.assertIn(f"{self.uri}-none: there is no history there", done.err)

    def kpi_documents(self):
        return len(self.server.documents(f"{self.server.index}.speed"))

    def test_documents_of_kpis(self):
        """What was pushed with --upload_by_kpi gets its KPI documents, whoever sends it; what was not gets none."""
        for first, second, expected in (("--upload_by_kpi", "", 3), ("", "--upload_by_kpi", 0), ("--upload_by_kpi", "again", 3)):
            with self.subTest(first=first, second=second):
                trees = [f"{first}1{second}", f"{first}1{second}" if second == "again" else f"{first}2{second}"]
                for tree in trees:
                    self.make(tree, run_id=tree)
                before = self.kpi_documents() if self.server.call("HEAD", f"/{self.server.index}.speed")[0] == 200 else 0
                self.proxy.fault = fp.status(503)
                self.push(trees[0], *filter(None, [first]), code=110)
                self.proxy.fault = None
                self.push(trees[1], *([second] if second.startswith("--") else []), code=0)
                own = 3 if second.startswith("--") else 0
                self.assertEqual((self.waiting(), self.kpi_documents() - before), (0, expected + own))
        refusing = fp.Times(fp.Answer(413, body={"error": {"type": "too_large", "reason": "too large"}, "status": 413}))
        before = self.kpi_documents()
        self.make("refused", run_id="refused")
        self.proxy.fault = refusing
        self.push("refused", "--upload_by_kpi", code=102)
        self.proxy.fault = None
        self.matbench("spool", "send", "--refused", "--spool=spool", code=0)
        self.assertEqual((self.waiting(), self.kpi_documents() - before), (0, 3))

    def test_secrets(self):
        """The spool has neither the login nor where it comes from."""
        self.make("tests")
        (self.place / "login.yaml").write_text(json.dumps([{"url": f"http://127.0.0.1:{self.proxy.port}", "username": "canary-user",
                                                            "password": "canary-password"}]))
        (self.place / "login.yaml").chmod(0o600)
        self.proxy.fault = fp.status(503)
        done = self.push("tests", "--credentials=login.yaml", code=110)
        everything = b"".join(path.read_bytes() for path in (self.place / "spool").rglob("*") if path.is_file()) + done.err.encode()
        self.assertNotIn(b"canary", everything)
        self.proxy.fault = None
        self.matbench("spool", "send", "--spool=spool", "--credentials=login.yaml", code=0)
        self.assertEqual(self.waiting(), 0)


if __name__ == "__main__":
    support.main()
