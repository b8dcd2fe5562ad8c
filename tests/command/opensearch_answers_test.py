#!/usr/bin/env python3
"""What a real OpenSearch does not say on demand: a fake of its calls for writing answers as each test wants."""
import contextlib
import gzip
import http.server
import json
import os
import signal
import subprocess
import threading

from support import MATBENCH, SECONDS, CommandTest, environment, main, small_test, small_workload

OURS = {"i": {"aliases": {}, "mappings": {"_meta": {"matbench": {"index": 1}}, "properties": {"metadata": {"enabled": False}}}, "settings": {}}}
BUSY = {"type": "rejected_execution_exception", "reason": "queue is full"}
WRONG = {"type": "mapper_parsing_exception", "reason": "failed to parse field [metadata.start]"}


class Fake(http.server.ThreadingHTTPServer):
    """Keeps documents; `answer(request, stored)` may say something else than `stored`, which is as OpenSearch answers."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.uri = f"opensearch+http://127.0.0.1:{self.server_address[1]}/i"
        self.documents, self.requests, self.lock = {}, [], threading.Lock()
        self.answer = lambda request, stored: None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def bulk(self, lines):
        items = []
        for action, document in zip(lines[::2], lines[1::2]):
            identity = json.loads(action)["index"]["_id"]
            known = identity in self.documents
            self.documents[identity] = json.loads(document)
            items.append({"index": {"_index": "i", "_id": identity, "status": 200 if known else 201, "result": "updated" if known else "created"}})
        return {"took": 1, "errors": False, "items": items}

    def calls(self, path):
        return [request for request in self.requests if request.path.split("?")[0] == path]


class Request:
    def __init__(self, method, path, body):
        self.method, self.path, self.body = method, path, body
        self.lines = body.decode().splitlines()
        self.ids = [json.loads(line)["index"]["_id"] for line in self.lines[::2]] if path.endswith("_bulk") else []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle(self):
        with contextlib.suppress(ConnectionError):
            super().handle()

    def handle_one(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        fake, request = self.server, Request(self.command, self.path, body)
        with fake.lock:
            fake.requests.append(request)
            answer = fake.answer(request, lambda lines=None: fake.bulk(lines or request.lines))
            if answer is None:
                answer = self.usual(request)
        status, text = answer if isinstance(answer, tuple) else (200, answer)
        text = text if isinstance(text, bytes) else json.dumps(text).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def usual(self, request):
        if request.path.startswith("/i/_mget"):
            return {"docs": [{"_index": "i", "_id": identity, "found": False} for identity in json.loads(request.body)["ids"]]}
        return self.server.bulk(request.lines) if request.path == "/i/_bulk" else OURS if request.method == "GET" else {}

    do_GET = do_POST = do_PUT = do_HEAD = handle_one


def halves(request, stored):
    """The items of the second half are not looked at."""
    half = len(request.ids) // 2
    return half, stored(request.lines[:2 * half])


class AnswersTest(CommandTest):
    def setUp(self):
        super().setUp()
        small_workload(self.place / "w")
        for name in "abcdef":
            small_test(self.place / "tests" / name)
        self.fake = Fake()
        self.addCleanup(self.fake.server_close)
        self.addCleanup(self.fake.shutdown)

    def push(self, *arguments, code=0, attempts=3):
        return self.matbench("upload_lts", "--workload=w", "--results_dirname=tests", f"--history={self.fake.uri}",
                             f"--http_attempts={attempts}", *arguments, code=code)

    def on_bulk(self, answer):
        """The n-th bulk, from 1, is answered by answer(n, request, stored)."""
        count = [0]

        def bulk(request, stored):
            if not request.path.endswith("_bulk"):
                return None
            count[0] += 1
            return answer(count[0], request, stored)

        self.fake.answer = bulk

    def item(self, identity, status, error=None, **more):
        return {"index": {"_index": "i", "_id": identity, "status": status} | ({"error": error} if error else {}) | more}

    def all_there(self, done, added=6):
        self.assertIn(f"payloads: {added} added, 0 replaced, 0 there already\n", done.err)
        self.assertEqual(len(self.fake.documents), 6)

    def test_requests(self):
        self.all_there(self.push())
        [bulk] = self.fake.calls("/i/_bulk")
        self.assertTrue(all(json.loads(line) == {"index": {"_id": json.loads(line)["index"]["_id"]}} for line in bulk.lines[::2]))
        self.assertEqual(len(self.fake.calls("/i/_refresh")), 1)
        self.push("--norefresh")
        self.assertEqual(len(self.fake.calls("/i/_refresh")), 1)

    def test_no_refresh_of_a_server_that_is_gone(self):
        """A part is stored, then the server is away: its refresh would be tried, and waited for, as often as a request that matters."""
        def answer(n, request, stored):
            return (413, b"") if n == 1 else stored() if n == 2 else (503, b"")
        self.on_bulk(answer)
        self.push(code=112)
        self.assertEqual(len(self.fake.documents), 3)
        self.assertEqual(self.fake.calls("/i/_refresh"), [])

    def test_busy_items_go_again(self):
        for status in 429, 503, 409:
            def answer(n, request, stored):
                if n > 1:
                    return stored()
                half, said = halves(request, stored)
                said["items"] += [self.item(i, status, BUSY) for i in request.ids[half:]]
                return said | {"errors": True}

            self.fake.documents.clear()
            self.fake.requests.clear()
            self.on_bulk(answer)
            done = self.push()
            self.all_there(done)
            self.assertIn("documents that were not taken: 3, queue is full (rejected_execution_exception); again in ", done.err)
            self.assertEqual([len(r.ids) for r in self.fake.calls("/i/_bulk")], [6, 3])

    def test_items_that_stay_busy(self):
        def answer(n, request, stored):
            if n > 1:
                return {"items": [self.item(i, 429, BUSY) for i in request.ids]}
            said = stored(request.lines[:-2])
            said["items"].append(self.item(request.ids[-1], 429, BUSY))
            return said

        self.on_bulk(answer)
        done = self.push(code=112, attempts=2)
        self.assertIn("payloads: 5 added", done.err)
        self.assertIn("1 of 6 payloads could not be sent; they wait in the spool", done.err)
        self.assertIn("queue is full (rejected_execution_exception)", done.err)
        self.fake.answer = lambda request, stored: None
        self.push()
        self.assertEqual(len(self.fake.documents), 6)

    def test_refused_items(self):
        def answer(_, request, stored):
            half, said = halves(request, stored)
            said["items"] += [self.item(i, 400, WRONG) for i in request.ids[half:]]
            return said

        self.on_bulk(answer)
        done = self.push(code=102)
        self.assertIn("payloads: 3 added", done.err)
        self.assertEqual(done.err.count("is refused: failed to parse field [metadata.start] (mapper_parsing_exception)"), 3)
        self.assertEqual(len(self.fake.documents), 3)

    def test_answers_that_lie(self):
        """Nothing is believed to be stored that the answer does not name: it is sent again."""
        lies = {
            "nothing": lambda request, said: {},
            "one is missing": lambda request, said: said | {"items": said["items"][:-1]},
            "another order": lambda request, said: said | {"items": said["items"][::-1]},
            "ids that were not sent": lambda request, said: {"items": [self.item(f"x{i}", 201, result="created") for i in request.ids]},
            "other types": lambda request, said: {"items": [{"index": [1]}, {"index": None}, 7, None, {"index": {"_id": 7, "status": "201"}}, []]},
            "no JSON": lambda request, said: b"<html>garbage",
            "half of it": lambda request, said: json.dumps(said).encode()[:-40],
            "deep": lambda request, said: b'{"items":' + b"[" * 100000,
        }
        for name, lie in lies.items():
            with self.subTest(name):
                self.fake.documents.clear()
                self.fake.requests.clear()
                self.on_bulk(lambda n, request, stored: lie(request, {"items": [self.item(i, 201, result="created") for i in request.ids]})
                             if n == 1 else stored())
                done = self.push()
                if name == "one is missing" or name == "another order":  # of those that are named, it is believed
                    self.assertGreaterEqual(len(self.fake.documents), 1)
                else:
                    self.all_there(done)
                self.on_bulk(lambda n, request, stored: lie(request, {"items": []}))
        self.fake.documents.clear()
        done = self.push(code=110, attempts=1)
        self.assertIn("6 of 6 payloads could not be sent", done.err)

    def test_huge_answer(self):
        self.on_bulk(lambda n, request, stored: b'{"items":"' + b"x" * (17 << 20) + b'"}')
        done = self.push(code=110)
        self.assertIn("6 of 6 payloads could not be sent", done.err)
        self.assertLess(len(self.fake.calls("/i/_bulk")), 4)

    def test_too_large_requests_are_halved(self):
        def answer(n, request, stored):
            return stored() if len(request.ids) <= 1 else (413, b"")

        self.on_bulk(answer)
        self.all_there(self.push())
        self.assertEqual(max(len(r.ids) for r in self.fake.calls("/i/_bulk")[1:]), 3)
        self.fake.documents.clear()
        self.on_bulk(lambda n, request, stored: (413, b"") if "a" in request.body.decode() else stored())
        done = self.push(code=102)
        self.assertEqual(done.err.count("is refused: the server takes no request of its size"), 6)

    def test_one_payload_that_spoils_a_request(self):
        """The server refuses the request as a whole: the one at fault is found, the others are stored."""
        def answer(n, request, stored):
            spoils = any('"name":"c"' in line for line in request.lines)
            return (400, {"error": {"type": "illegal_argument_exception", "reason": "Malformed content"}, "status": 400}) if spoils else stored()

        self.on_bulk(answer)
        done = self.push(code=102)
        self.assertIn("payloads: 5 added", done.err)
        self.assertEqual(done.err.count("is refused: Malformed content (illegal_argument_exception)"), 1)

    def test_a_lost_answer_is_no_replacement(self):
        """The first attempt stored everything, its answer never came: the second says "updated"."""
        def answer(n, request, stored):
            said = stored()
            return (503, b"") if n == 1 else said

        self.on_bulk(answer)
        done = self.push()
        self.all_there(done)
        self.assertNotIn("replaced: ", done.err)

    def test_other_statuses(self):
        rows = ((401, 111), (403, 111), (404, 110), (405, 110), (500, 110), (301, 110))
        for status, code in rows:
            with self.subTest(status):
                self.on_bulk(lambda n, request, stored: (status, {"error": {"type": "t", "reason": "so it is"}, "status": status}))
                done = self.push(code=code, attempts=1)
                self.assertIn("6 of 6 payloads could not be sent", done.err)
                self.assertIn(f": POST /i/_bulk: {status} ", done.err)

    def test_what_is_no_opensearch(self):
        for text, words in ((b"<html>hello", "this is no answer of an OpenSearch"), (b"[]", "expected a JSON object"), (b"", "this is no answer"),
                            (b"{}", "stands for no index"), (b'{"hello":{"mappings":7}}', "this is no OpenSearch")):
            self.fake.answer = lambda request, stored: text if request.method == "GET" else None
            self.assertIn(words, self.push(code=110).err)
        for status, code in ((404, 110), (403, 111), (500, 110)):
            self.fake.answer = lambda request, stored: (status, b'{"error":"no \x1b[31mway"}') if request.method == "GET" else None
            done = self.push(code=code, attempts=1)
            self.assertIn(f"GET /i: {status} ", done.err)
            self.assertNotIn("\x1b", done.err)

    def test_what_is_there_is_not_told(self):
        """Somebody who may write and not read: all is sent, and the answers say what it was."""
        for said in (403, b""), (200, b"garbage"), (200, b'{"docs":[{"_id":"x","found":true}]}'), (200, b'{"docs":7}'):
            self.fake.documents.clear()
            self.fake.answer = lambda request, stored: said if "_mget" in request.path else None
            self.all_there(self.push(attempts=1))

    def test_interrupted(self):
        """Ctrl-C while the server is busy: it ends soon, and what was not sent waits in the spool."""
        seen = threading.Event()

        def answer(n, request, stored):
            seen.set()
            return {"items": [self.item(i, 429, BUSY) for i in request.ids]}

        self.on_bulk(answer)
        process = subprocess.Popen([MATBENCH, "upload_lts", "--workload=w", "--results_dirname=tests", f"--history={self.fake.uri}",
                                    "--http_attempts=50"], cwd=self.place, env=environment(), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertTrue(seen.wait(SECONDS))
        os.kill(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=SECONDS)
        self.assertEqual(process.returncode, 130, err)
        self.fake.answer = lambda request, stored: None
        self.push()
        self.assertEqual(len(self.fake.documents), 6)


if __name__ == "__main__":
    main()
