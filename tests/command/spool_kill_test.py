"""kill -9 at any instant of a push, then a second run: every payload is on the server exactly once, and whole. A proxy before the real
server kills the program when a chosen byte of a request or an answer passes; other points are random instants. MB_LONG=1: more of them;
fewer with the sanitizers, which see no more at the next point than at the one before."""
import os
import random
import signal
import subprocess
import threading
import time

import support

import fault_proxy

POINTS = 1000 if os.environ.get("MB_LONG") else 60 if support.SANITIZED else 200
TESTS = 5


class KillTest(support.CommandTest):
    def setUp(self):
        super().setUp()
        self.server = self.opensearch()
        support.small_workload(self.place / "w")

    def command(self, tree, spool, uri):
        return [support.MATBENCH, "upload_lts", "--workload=w", f"--results_dirname={tree}", f"--history={uri}", f"--spool={spool}", "--norefresh"]

    def trees(self, point):
        """TESTS tests, and one that a later run has."""
        for i in range(TESTS + 1):
            support.small_test(self.place / f"trees/{point}/{'first' if i < TESTS else 'second'}/{i}", 1.0 + i, {"point": point}, run_id=f"{point}")
        return [f"trees/{point}/first", f"trees/{point}/second"]

    def killed(self, command, proxy, n=None, after=None):
        """Whether it died before its end."""
        run = subprocess.Popen(command, cwd=self.place, env=support.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        proxy.passed = 0
        proxy.trip = None if n is None else (n, lambda: run.send_signal(signal.SIGKILL))
        timer = threading.Timer(after, run.send_signal, [signal.SIGKILL]) if after is not None else None
        if timer:
            timer.start()
        code = run.wait(support.SECONDS)
        if timer:
            timer.cancel()
        proxy.trip = None
        self.assertIn(code, (0, -signal.SIGKILL))
        return code != 0

    def waiting(self, spool):
        listed = self.matbench("spool", "list", "--format=json", f"--spool={spool}", code=0)
        self.assertEqual(listed.err, "")
        return sum(len(entry["payloads"]) for entry in support.json.loads(listed.out)["entries"])

    def stored(self, tree):
        """How many of its payloads the server has, at this moment."""
        keys = [support.json.loads(path.read_text())["uuid"] for path in (self.place / tree).glob("*/data.json")]
        code, found = self.server.call("POST", f"/{self.server.index}/_mget?_source=false", {"ids": keys})
        self.assertEqual(code, 200, found)
        return sum(document["found"] for document in found["docs"])

    def check_all(self):
        """Everything that was parsed is there, once, as it was parsed."""
        self.matbench("parse", "--workload=w", "--results_dirname=trees", "--output_lts=lts.json", code=0)
        expected = {payload["metadata"]["test_uuid"]: payload for payload in self.json("lts.json")}
        self.server.call("POST", f"/{self.server.index}/_refresh")
        code, found = self.server.call("POST", f"/{self.server.index}/_search", {"size": 10000, "track_total_hits": True})
        self.assertEqual((code, found["hits"]["total"]["value"]), (200, POINTS * (TESTS + 1)))
        self.assertEqual(len(expected), POINTS * (TESTS + 1))
        for hit in found["hits"]["hits"]:
            source = {name: hit["_source"][name] for name in ("metadata", "results", "kpis")}
            self.assertEqual(source, expected[hit["_id"]])

    def test_kill(self):
        chance = random.Random(int(os.environ.get("MB_SEED", time.time_ns())))
        seed = chance.randrange(10 ** 9)
        print("MB_SEED", seed)
        chance.seed(seed)
        kills = whole = brought = 0
        with fault_proxy.FaultProxy(self.server.host, self.server.port) as proxy:
            uri = f"opensearch+http://127.0.0.1:{proxy.port}/{self.server.index}"
            first, second = self.trees("measured")
            began = time.monotonic()
            self.assertFalse(self.killed(self.command(first, "spool", uri), proxy))
            took, size = time.monotonic() - began, proxy.passed
            self.matbench(*self.command(second, "spool", uri)[1:], code=0)
            for point in range(POINTS - 1):
                spool = f"spool-{point}" if point % 10 == 0 else "spool"
                first, second = self.trees(point)
                how = {"n": chance.randrange(1, size + 1)} if point % 3 else {"after": chance.random() * took * 1.2}
                with self.subTest(point=point, **how):
                    kills += self.killed(self.command(first, spool, uri), proxy, **how)
                    left = self.waiting(spool) if point % 8 == 0 else 0
                    self.assertIn(left, range(TESTS + 1))
                    whole += left > 0
                    if point % 2:  # the next run has other payloads, and brings these: they were in the spool before a byte went out
                        sent = proxy.passed > 0
                        self.matbench(*self.command(second, spool, uri)[1:], code=0)
                        stored = self.stored(first)
                        self.assertIn(stored, (TESTS,) if sent else (0, TESTS))
                        brought += sent
                        if not stored:
                            self.matbench(*self.command(first, spool, uri)[1:], code=0)
                    else:  # a CI that is started again
                        self.matbench(*self.command(f"trees/{point}", spool, uri)[1:], code=0)
                    if point % 8 == 0:
                        self.assertEqual(self.waiting(spool), 0)
            self.assertEqual(self.waiting("spool"), 0)
        print(f"{kills} of {POINTS - 1} runs killed, {whole} of those looked at with payloads in the spool")
        self.assertGreater(kills, POINTS // 4)
        self.assertGreater(brought, POINTS // 4)
        self.check_all()


if __name__ == "__main__":
    support.main()
