"""What we ask of Horreum and what the stand-in answers, held against Horreum's published OpenAPI document by Prism.

The requests of a whole session (set up, upload, correct, read, show) are recorded at the stand-in, then sent again: to Prism's mock,
which refuses what the document does not allow, and through Prism as a proxy before a new stand-in, which judges its answers too."""
import http.client
import json
import subprocess
import time
import urllib.parse

from support import SECONDS, SHARED, CommandTest, main, small_test, small_workload

import places
import servers
from horreum_fake import HorreumFake

# Where the document is wrong about the real server (reference/horreum.md 8, and seen again here): path in the document → what is right.
MENDED = {
    "components/schemas/Schema/properties/schema": {"description": "JSON validation schema"},
    "components/schemas/SchemaExport/properties/schema": {"description": "JSON validation schema"},
    "components/schemas/ExportedLabelValues/properties/start": {"type": "integer"},
    "components/schemas/ExportedLabelValues/properties/stop": {"type": "integer"},
    "paths/~1api~1run~1{id}~1data/get/responses/200/content/application~1json/schema": {},
}
# The document knows few answers: statuses that the real server gives beside them.
UNDOCUMENTED = {("GET", "/api/test/byName/", 404), ("GET", "/api/schema/idByUri/", 404), ("POST", "/api/run/", 204)}


class PrismTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.mock = places.prism()
        small_workload(self.place / "w")
        self.fake = self.stand_in()
        (self.place / "credentials.yaml").touch(mode=0o600)
        (self.place / "credentials.yaml").write_text(json.dumps([{"url": self.fake.url, "api_key": self.fake.key}]))
        self.access = {"MATBENCH_CREDENTIALS": "credentials.yaml", "MATBENCH_SPOOL": str(self.place / "spool")}
        self.uri = f"--history=horreum+{self.fake.url}/nights"

    def stand_in(self):
        fake = HorreumFake().__enter__()
        self.addCleanup(fake.__exit__)
        return fake

    def document(self):
        # the interpreter that has PyYAML
        code = "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout, default=str)"
        done = subprocess.run(["/usr/bin/python3", "-c", code, SHARED / "data/horreum/openapi.yaml"], capture_output=True, check=True, timeout=SECONDS)
        document = json.loads(done.stdout)
        for path, value in MENDED.items():
            *parents, last = [p.replace("~1", "/") for p in path.split("/")]
            at = document
            for parent in parents:
                at = at[parent]
            self.assertIn(last, at)
            at[last] = value
        file = self.place / "openapi.json"
        file.write_text(json.dumps(document))
        return file

    def prism_of(self, *arguments):
        port = servers.free_ports(1)[0]
        log = open(self.place / "prism.log", "w+")
        self.addCleanup(log.close)
        process = subprocess.Popen([*places.prism_program(), arguments[0], "-h", "127.0.0.1", "-p", str(port), *map(str, arguments[1:])],
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        while not servers.listens(port):
            self.assertIsNone(process.poll(), "Prism ended")
            time.sleep(0.1)
        return f"http://127.0.0.1:{port}"

    def session(self):
        """Everything that matbench ever asks."""
        for i in range(3):
            small_test(self.place / "results" / f"n{i}", speed=10.0 + i, version=f"1.{i}")
        put = ("upload_lts", "--workload=w", "--results_dirname=results", self.uri)
        self.matbench(*put, code=0)
        data = self.place / "results/n1/data.json"
        identity = json.loads(data.read_text())["uuid"]
        data.write_text(data.read_text().replace("11.0", "77.0"))
        self.matbench(*put, code=0)
        label = next(iter(next(iter(self.fake.store.labels.values())).values()))
        label["metrics"] = not label["metrics"]
        next(iter(self.fake.store.schemas.values()))["schema"] = {"type": "object"}
        self.matbench("history", "setup", "--workload=w", self.uri, code=0)
        self.matbench("history", "list", self.uri, code=0)
        self.matbench("history", "show", identity, self.uri, code=0)
        self.matbench("history", "export", self.uri, "--to=dir:d", "--workload_name=small", code=0)
        file = next((self.place / "d").glob("*.json")).relative_to(self.place)
        self.matbench("export", f"--from={file}", self.uri.replace("nights", "other").replace("--history", "--to"), "--workload_name=else", code=0)
        return list(self.fake.requests)

    def send(self, url, request):
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=SECONDS)
        headers = {k: v for k, v in request.headers.items() if k in ("content-type", "x-horreum-api-key", "accept")}
        connection.request(request.method, request.target, request.body or None, headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, json.loads(answer.headers.get("sl-violations", "[]")), body

    def test_session(self):
        asked = self.session()
        self.assertGreater(len(asked), 30)
        document = self.document()
        self.assertEqual({r.method for r in asked}, {"GET", "POST", "PUT"})
        second = self.stand_in()
        second.store.keys = self.fake.store.keys
        proxy = self.prism_of("proxy", document, second.url)
        mock = self.prism_of("mock", document)
        for request in asked:
            status, violations, body = self.send(mock, request)
            self.assertNotIn(status, (400, 422, 500), (request.method, request.target, body))
            self.assertEqual([v for v in violations if v["location"][0] == "request"], [], request.target)
            status, violations, body = self.send(proxy, request)
            allowed = any(request.method == m and request.path.startswith(p) and status == s for m, p, s in UNDOCUMENTED)
            if not allowed:
                self.assertLess(status, 400, (request.method, request.target, body))
                self.assertEqual(violations, [], (request.method, request.target, body[:300]))

    def test_the_mock_refuses(self):
        """That the judge judges: requests as nobody should send them."""
        class Wrong:
            method, headers, body = "GET", {}, b""
        for target in ("/api/run/list/abc", "/api/run/list/1?direction=desc", "/api/test/1/labelValues?limit=x"):
            Wrong.target = target
            self.assertEqual(self.send(self.mock, Wrong)[0], 422, target)


if __name__ == "__main__":
    main()
