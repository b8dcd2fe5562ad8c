"""Answers that a real OpenSearch does not give on demand: a part of the documents is never taken for all of them, and reading ends."""
import contextlib
import http.server
import json
import signal
import subprocess
import threading
import time
import unittest

import support

MAPPING = {"t": {"aliases": {}, "settings": {"index.number_of_shards": "2"}, "mappings": {"properties": {
    name: {"type": "flat_object"} for name in ("metadata", "results", "kpis", "regression_results")}}}}
LOST = {"error": {"root_cause": [{"type": "search_context_missing_exception", "reason": "No search context found for id [1]"}],
                  "type": "search_phase_execution_exception", "reason": "all shards failed"}, "status": 404}


def document(number):
    return {"metadata": {"test_uuid": f"id-{number:04}", "start": f"2025-01-01T08:{number % 60:02}:00", "settings": {"n": number}},
            "results": {"text": "x" * 900}, "kpis": {"speed": {"value": number}}}


class Fake:
    """Two shards of `n` documents each. spoil(fake, request, answer) -> answer, bytes, or (status, answer): what it says instead."""

    def __init__(self, n=300, spoil=None):
        self.shards = [[document(shard * n + i) for i in range(n)] for shard in (0, 1)]
        self.spoil = spoil or (lambda fake, request, answer: answer)
        self.opened, self.deleted, self.searches, self.lost = [], [], 0, set()
        self.lock = threading.Lock()
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, answer, cut = fake.answer(self.command, self.path, json.loads(body) if body else None)
                text = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                with contextlib.suppress(OSError):
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(text) + cut))
                    self.end_headers()
                    self.wfile.write(text)
                if cut:
                    self.close_connection = True

            do_GET = do_POST = do_DELETE = do_HEAD = do_PUT = handle_any

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # connections that the program has enough of
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, method, path, body):
        """(status, answer, how many bytes it promises beyond what it sends)"""
        if method == "GET" and path.startswith("/t?"):
            return 200, MAPPING, 0
        if "/_search/point_in_time" in path and method == "POST":
            with self.lock:
                self.opened.append(f"pit-{len(self.opened)}")
            return 200, {"pit_id": self.opened[-1]}, 0
        if method == "DELETE":
            self.deleted += body["pit_id"]
            return 200, {"pits": []}, 0
        if "/_count" in path:
            return 200, {"count": sum(map(len, self.shards)), "_shards": {"failed": 0}}, 0
        with self.lock:
            self.searches += 1
            number = self.searches
        found = self.spoil(self, dict(body, number=number), self.search(body))
        status, found = found if isinstance(found, tuple) else (200, found)
        if isinstance(found, bytes) and found.endswith(b"CUT"):
            return status, found[:-3], 1000
        return status, found, 0

    def search(self, body):
        if body["pit"]["id"] in self.lost:
            return 404, LOST
        shard = self.shards[body["slice"]["id"]]
        begin = body["search_after"][0] + 1 if "search_after" in body else 0
        hits = [{"_index": "t", "_id": d["metadata"]["test_uuid"], "_source": d, "sort": [begin + i]}
                for i, d in enumerate(shard[begin:begin + body["size"]])]
        total = {"value": len(shard), "relation": "eq"} if body["track_total_hits"] else None
        return {"pit_id": body["pit"]["id"], "timed_out": False, "_shards": {"total": 2, "successful": 2, "skipped": 0, "failed": 0},
                "hits": {"total": total, "hits": hits} if total else {"hits": hits}}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def uri(self):
        return f"opensearch+http://127.0.0.1:{self.server.server_address[1]}/t"


def when(number, change):
    """The answer to the search of that number is changed; from then on, for a negative one."""
    def spoil(_, request, answer):
        hit = request["number"] == number if number > 0 else request["number"] >= -number
        return change(request, answer) if hit else answer
    return spoil


def hits(change):
    def changed(_, answer):
        change(answer["hits"])
        return answer
    return changed


def with_total(value):
    def change(hits):
        if "total" in hits:
            hits["total"] = value
    return change


def stuck(_, request, answer):
    """Always the first page, whatever was asked for."""
    for i, hit in enumerate(answer["hits"]["hits"]):
        hit["sort"] = [i]
    answer["hits"]["hits"] = answer["hits"]["hits"] or [{"_id": "x", "_source": {}, "sort": [0]}] * request["size"]
    return answer


def endless(_, request, answer):
    """Pages that go on and on, with new documents."""
    begin = request["search_after"][0] + 1 if "search_after" in request else 0
    answer["hits"]["hits"] = [{"_index": "t", "_id": f"id-{begin + i}", "_source": {}, "sort": [begin + i]} for i in range(request["size"])]
    return answer


# What the server does, what is said of it. All end with 110.
TROUBLES = {
    "a shard failed": (when(2, lambda _, a: a | {"_shards": {"total": 2, "failed": 1, "failures": [{"shard": 1, "reason": {"type": "io_exception", "reason": "disk gone"}}]}}),
                       "1 of its shards could not be read: disk gone (io_exception)"),
    "a time limit": (when(3, lambda _, a: a | {"timed_out": True}), "the server's time limit passed"),
    "fewer than counted": (when(-1, hits(with_total({"value": 310, "relation": "eq"}))), "the server counted 310 documents and sent 300"),
    "more than counted": (when(-1, hits(with_total({"value": 200, "relation": "eq"}))), "the server counted 200 documents and sent"),
    "a rough count": (when(-1, hits(with_total({"value": 10000, "relation": "gte"}))), "does not say how many documents there are"),
    "the same page for ever": (stuck, "the server's pages do not go on"),
    "pages without end": (endless, "the server counted 300 documents and sent"),
    "more than was asked for": (when(2, hits(lambda h: h["hits"].extend({"_id": "x", "_source": {}, "sort": [10**6 + i]} for i in range(6000)))),
                                "the server sent more documents than were asked for"),
    "no place in the order": (when(2, hits(lambda h: [hit.pop("sort") for hit in h["hits"]])), "without its place in the order"),
    "no JSON": (when(2, lambda *_: b"<html>Welcome to the Wi-Fi of Hotel Paradise</html>"), "the answer of 127.0.0.1:"),
    "broken JSON": (when(2, lambda _, a: json.dumps(a).encode()[:-40]), "127.0.0.1:"),
    "deep JSON": (when(2, lambda *_: b"[" * 100000), "127.0.0.1:"),
    "a list": (when(2, lambda *_: []), "expected what an OpenSearch answers to a search"),
    "half a page, always": (when(-2, lambda _, a: json.dumps(a).encode()[:-4000] + b"CUT"), "127.0.0.1:"),
    "a 400": (when(2, lambda *_: (400, {"error": {"type": "x_exception", "reason": "not this way"}, "status": 400})), "not this way"),
    "a point in time that is lost again and again": (when(-1, lambda *_: (404, LOST)), "forgets the point in time"),
}


class TroubleTest(support.CommandTest):
    def download(self, fake, code):
        return self.matbench("download_lts", f"--history={fake.uri}", "--lts_results_dirname=lts", code=code)

    def count(self):
        return len(list((self.place / "lts").glob("*.json")))

    def test_troubles(self):
        for name, (spoil, words) in TROUBLES.items():
            with self.subTest(name), Fake(spoil=spoil) as fake:
                done = self.download(fake, 110)
                self.assertIn(words, done.err)
                self.assertEqual(len(done.errors()), 1, done.err)
                self.assertLess(len(done.err), 1500)
                self.assertEqual(self.count(), 0)
                if "lost" not in name:
                    self.assertEqual(sorted(set(fake.deleted)), sorted(fake.opened))
                self.assertLess(fake.searches, 100)

    def test_what_can_be_repeated_is(self):
        for name, spoil in {
            "half a page": when(3, lambda _, a: json.dumps(a).encode()[:-4000] + b"CUT"),
            "a 503": when(3, lambda *_: (503, {"error": "busy"})),
            "a page that is too long": when(2, lambda request, answer: json.dumps(answer).encode() + b" " * (17 << 20)),
        }.items():
            with self.subTest(name), Fake(spoil=spoil) as fake:
                self.assertIn("600 added", self.download(fake, 0).err)
                self.assertEqual(sorted(set(fake.deleted)), sorted(fake.opened))
            self.matbench("history", "--history=dir:lts", "list", code=0)
            for path in (self.place / "lts").iterdir():
                path.unlink()

    def test_a_point_in_time_that_is_lost(self):
        """It goes on behind the last document; one that was replaced meanwhile comes once."""
        def spoil(fake, request, answer):
            if request["number"] == 4:
                fake.lost.add(request["pit"]["id"])
                fake.shards[0].append(fake.shards[0][0])  # replaced: it stands at the end now, too
                return 404, LOST
            return answer
        with Fake(spoil=spoil) as fake:
            self.assertIn("600 added", self.download(fake, 0).err)
            self.assertGreater(len(fake.opened), 1)
        self.assertEqual(self.count(), 600)

    def test_a_signal_takes_the_point_in_time_with_it(self):
        for number, code in (signal.SIGINT, 130), (signal.SIGTERM, 143):
            reached = threading.Event()

            def spoil(_, request, answer, reached=reached):
                if request["number"] == 3:
                    reached.set()
                    time.sleep(5)  # longer than matbench waits
                return answer
            with Fake(spoil=spoil) as fake:
                run = subprocess.Popen([support.MATBENCH, "download_lts", f"--history={fake.uri}", "--lts_results_dirname=lts"], cwd=self.place,
                                       env=support.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                self.assertTrue(reached.wait(support.SECONDS))
                run.send_signal(number)
                said = run.communicate(timeout=support.SECONDS)[0].decode()
                self.assertEqual(run.returncode, code, said)
                self.assertNotIn("Sanitizer", said)
                self.assertEqual(sorted(set(fake.deleted)), sorted(fake.opened))
            self.assertEqual(self.count(), 0)


if __name__ == "__main__":
    support.main()
