"""Horreum as a history, against tests/servers/horreum_fake.py, which answers as a real server was seen to."""
import json
import os
import signal
import subprocess

from support import MATBENCH, SECONDS, CommandTest, environment, main, small_test, small_workload

import horreum_fake
from horreum_fake import Answer, HorreumFake

BASE = 1700000000000


class HorreumTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.fake = HorreumFake().__enter__()
        self.addCleanup(self.fake.__exit__)
        self.addCleanup(lambda: self.assertEqual(self.fake.errors, []))
        self.uri = f"horreum+{self.fake.url}/nights"
        self.let_in(self.fake.key)
        small_workload(self.place / "w")

    def let_in(self, key):
        path = self.place / "credentials.yaml"
        path.touch(mode=0o600)
        path.write_text(json.dumps([{"url": self.fake.url} | ({"api_key": key} if key else {})]))
        self.access = {"MATBENCH_CREDENTIALS": str(path), "MATBENCH_SPOOL": str(self.place / "spool"), "MATBENCH_HTTP_ATTEMPTS": "2"}

    def results(self, n, first=0, **more):
        """n nights, each of another version and day; their ids."""
        ids = []
        for i in range(first, first + n):
            directory = self.place / "results" / f"night-{i:03}"
            small_test(directory, speed=10.0 + i % 3 / 10, version=f"1.{i}", start=f"2025-03-{1 + i % 28:02}T10:00:{i // 28:02}.123456",
                       settings={"mode": None if i % 2 else "fast"}, **more)
            ids.append(json.loads((directory / "data.json").read_text())["uuid"])
        return ids

    def put(self, code=0, uri=None, results="results", **keywords):
        return self.matbench("upload_lts", "--workload=w", f"--results_dirname={results}", f"--history={uri or self.uri}", code=code, **keywords)

    def counts(self, done):
        return next(line.partition("payloads: ")[2] for line in done.err.splitlines() if line.startswith("INFO") and "payloads: " in line)

    def given(self, *payloads, code=0, dry=False):
        """Uploads payloads from a file: (id, results)."""
        sample = {"metadata": {"start": "2025-03-01T10:00:00", "test_uuid": "", "settings": {"name": "a", "version": "1"}}, "results": {},
                  "kpis": {"speed": {"value": 1.0, "unit": "items/s"}}}
        made = [sample | {"metadata": sample["metadata"] | {"test_uuid": i}, "results": results} for i, results in payloads]
        (self.place / "given.json").write_text(json.dumps(made))
        return self.matbench("export", "--from=given.json", f"--to={self.uri}", "--workload_name=small", *["--dry_run"] * dry, code=code)

    def asked(self, method, pattern):
        return [r for r in self.fake.requests if r.method == method and pattern in r.target]

    def payloads(self):
        """payload id → runs that are not in the trash."""
        found = {}
        for run in self.fake.active():
            found.setdefault(run["data"]["metadata"]["test_uuid"], []).append(run)
        return found

    def shown(self, uri=None):
        """What `history labels` and `history list` say, but for names and places."""
        labels = self.matbench("history", "labels", f"--history={uri or self.uri}", code=0).out
        listed = self.matbench("history", "list", f"--history={uri or self.uri}", "--labels=version,mode,run_id", code=0).out
        return [line.partition(": ")[2] if ": " in line and not line.startswith(" ") else line.rpartition("  ")[0]
                for line in (labels + listed).splitlines()]

    def analyzed(self, uri, name):
        folder = self.place / name
        folder.mkdir()
        self.matbench("analyze_lts", "--workload=w", "--results_dirname=results", f"--history={uri}", f"--artifact_dir={folder}", code=0)
        verdicts = json.loads((folder / "regression_verdicts.json").read_text())

        def strip(value):
            if isinstance(value, dict):
                return {k: strip(v) for k, v in value.items() if k != "where"}
            return [strip(v) for v in value] if isinstance(value, list) else value
        return strip(verdicts), (folder / "regression_summary.yaml").read_bytes(), (folder / "regression_report.html").read_bytes()


class Uploads(HorreumTest):
    def test_first_makes_what_is_missing_second_changes_nothing(self):
        ids = self.results(5)
        done = self.put()
        self.assertIn("made the test 'nights' of dev-team", done.err)
        self.assertIn("made the schema urn:matbench:small:1.0 of dev-team", done.err)
        self.assertEqual(self.counts(done), "5 added, 0 replaced, 0 there already")
        self.assertEqual(sorted(self.payloads()), sorted(ids))
        run = self.payloads()[ids[0]][0]
        self.assertRegex(run["description"], rf"^matbench:{ids[0]} sha256:[0-9a-f]{{16}}$")
        self.assertEqual((run["start"], run["stop"], run["owner"], run["access"]), (1740823200123, 1740999600000, "dev-team", "PUBLIC"))
        self.assertEqual(run["data"]["$schema"], "urn:matbench:small:1.0")
        before = len(self.fake.requests)
        done = self.put()
        self.assertEqual(self.counts(done), "0 added, 0 replaced, 5 there already")
        self.assertEqual({r.method for r in self.fake.requests[before:]}, {"GET"})
        self.assertEqual([r for r in self.fake.requests if "content-encoding" in r.headers], [])

    def test_corrected_payload_replaces(self):
        ids = self.results(3)
        self.put()
        data = self.place / "results/night-001/data.json"
        data.write_text(data.read_text().replace('"speed": 10.1', '"speed": 77.5'))
        done = self.put()
        self.assertEqual(self.counts(done), "0 added, 1 replaced, 2 there already")
        self.assertIn("WARNING", done.err)
        runs = self.payloads()[ids[1]]
        self.assertEqual([r["data"]["results"]["speed"] for r in runs], [77.5])
        self.assertEqual(sum(r["trashed"] for r in self.fake.store.runs.values()), 1)
        self.assertEqual(self.counts(self.put()), "0 added, 0 replaced, 3 there already")

    def test_killed_between_upload_and_trash(self):
        ids = self.results(2)
        self.put()
        data = self.place / "results/night-001/data.json"
        data.write_text(data.read_text().replace('"speed": 10.1', '"speed": 77.5'))
        process = []

        def kill(request):
            if "/trash" in request.path:
                os.kill(process[0].pid, signal.SIGKILL)
                return "drop"
            return None
        self.fake.fault = kill
        command = [MATBENCH, "upload_lts", "--workload=w", "--results_dirname=results", f"--history={self.uri}"]
        with self.fake.store.lock:
            process.append(subprocess.Popen(command, cwd=self.place, env=environment(self.access), stdin=subprocess.DEVNULL,
                                            stderr=subprocess.DEVNULL))
        self.assertEqual(process[0].wait(SECONDS), -signal.SIGKILL)
        self.fake.fault = None
        self.assertEqual(len(self.payloads()[ids[1]]), 2)
        shown = json.loads(self.matbench("history", "show", ids[1], f"--history={self.uri}", code=0).out)
        self.assertEqual(shown["results"]["speed"], 77.5)
        self.assertEqual(self.shown()[0], "2 payloads")
        self.put()
        self.assertEqual([r["data"]["results"]["speed"] for r in self.payloads()[ids[1]]], [77.5])

    def test_lost_answers(self):
        """Cut before and after the server took it, half an answer, 500, 503: each payload is there once."""
        ids = self.results(24)
        kinds = ["drop_after", None, "drop", None, "half", None, Answer(500, horreum_fake.Store.trouble()), Answer(503, "busy"), None]
        seen = []

        def fault(request):
            if request.method != "POST" or request.path != "/api/run/data":
                return None
            seen.append(1)
            return kinds[len(seen) % len(kinds)] if len(seen) < 30 else None
        self.fake.fault = fault
        self.assertEqual(self.counts(self.put()), "24 added, 0 replaced, 0 there already")
        self.assertEqual({i: len(r) for i, r in self.payloads().items()}, dict.fromkeys(ids, 1))
        self.assertGreater(len(seen), 24)

    def test_one_test_two_spellings(self):
        """What waits for "a b" waits for "a%20b"."""
        self.results(2)
        for name in "a b", "a%20b", "%61 b":
            done = self.put(110, uri=f"horreum+http://127.0.0.1:1/{name}", env=self.access)
            self.assertIn("horreum+http://127.0.0.1:1/a%20b: 2 of 2 payloads could not be sent", done.err)
        listed = self.matbench("spool", "list", env=self.access, code=0).out
        self.assertRegex(listed, r": 2 payloads in 1 entry")

    def test_no_server_then_one(self):
        """Nothing arrives: 110; it waits in the spool, and the next upload brings it."""
        ids = self.results(3)
        self.fake.fault = lambda request: Answer(503, "down for maintenance") if request.path == "/api/run/data" else None
        done = self.put(110)
        self.assertIn("POST /api/run/data: 503 Service Unavailable: down for maintenance", done.err)
        self.fake.fault = None
        self.put()
        self.assertEqual({i: len(r) for i, r in self.payloads().items()}, dict.fromkeys(ids, 1))

    def test_killed_anywhere(self):
        """kill -9 after any number of requests, again and again: each payload is there once."""
        ids = self.results(12)
        command = [MATBENCH, "upload_lts", "--workload=w", "--results_dirname=results", f"--history={self.uri}"]
        for patience in range(1, 41, 1 if os.environ.get("MB_LONG") else 3):
            asked, process, answered = [], [], patience % 2

            def fault(request, asked=asked, process=process, patience=patience, answered=answered):
                asked.append(request)
                if len(asked) == patience:
                    os.kill(process[0].pid, signal.SIGKILL)
                    return "drop_after" if answered else "drop"
                return None
            with self.fake.store.lock:
                self.fake.fault = fault
                process.append(subprocess.Popen(command, cwd=self.place, env=environment(self.access), stdin=subprocess.DEVNULL,
                                                stderr=subprocess.DEVNULL))
            process[0].wait(SECONDS)
        self.fake.fault = None
        self.put()
        self.assertEqual({i: len(r) for i, r in self.payloads().items()}, dict.fromkeys(ids, 1))

    def test_refused_payloads_do_not_stop_others(self):
        """What the server never takes: 102, with id and limit; the others are stored."""
        done = self.given(("a", {}), ("b", {}), ("c", {}))
        self.assertEqual(sorted(self.payloads()), ["a", "b", "c"])
        done = self.given(("large", {"text": "x" * (10 * 1024 * 1024)}), code=102)
        self.assertRegex(done.err, "payload 'large'.* is refused: 413: the payload is larger than the server takes: 10 MiB")
        self.assertEqual(sorted(self.payloads()), ["a", "b", "c"])

    def test_what_cannot_be_persisted(self):
        ids = self.results(3)
        self.fake.fault = lambda r: Answer(500, "Failed to persist run") if r.path == "/api/run/data" and ids[0] in r.target else None
        done = self.put(102)
        self.assertRegex(done.err, rf"payload '{ids[0]}'.* is refused: 500: Failed to persist run")
        self.assertEqual(sorted(self.payloads()), sorted(ids[1:]))

    def test_long_and_odd_names(self):
        """A request line has 4096 bytes; blanks, plus and percent signs arrive as they are."""
        self.uri = f"horreum+{self.fake.url}/my%20test+%C3%BC"
        done = self.given(("p" * 4000, {}), ("a b+c%2B/ü", {}), code=102)
        self.assertIn("request lines of at most 4096 bytes", done.err)
        self.assertEqual(list(self.payloads()), ["a b+c%2B/ü"])
        self.assertEqual([t["name"] for t in self.fake.store.tests.values()], ["my test+ü"])
        self.assertEqual(json.loads(self.matbench("history", "show", "a b+c%2B/ü", f"--history={self.uri}", code=0).out)["metadata"]["test_uuid"],
                         "a b+c%2B/ü")
        self.assertEqual(self.counts(self.given(("q", {}), ("a b+c%2B/ü", {}))), "1 added, 0 replaced, 1 there already")

    def test_descriptions_that_people_changed(self):
        ids = self.results(4)
        self.put()
        runs = self.payloads()
        runs[ids[0]][0]["description"] += " looked at by Jo"
        runs[ids[1]][0]["description"] = f"matbench:{ids[1]}"
        runs[ids[2]][0]["description"] = f"matbench:{ids[2]} without a digest"
        self.assertEqual(self.counts(self.put()), "0 added, 0 replaced, 4 there already")

    def test_validation_of_the_server(self):
        self.results(2)
        self.fake.store.lag = 2
        self.matbench("history", "setup", "--workload=w", f"--history={self.uri}", code=0)
        schema = next(iter(self.fake.store.schemas.values()))
        schema["schema"]["required"].append("score")
        done = self.put()
        self.assertEqual(done.err.count("but Horreum's own validation says: $: $: required property 'score' not found"), 2)
        self.assertEqual(len(self.payloads()), 2)

    def test_set_up(self):
        done = self.matbench("history", "setup", "--workload=w", f"--history={self.uri}", code=0)
        self.assertIn("INFO", done.err)
        schema, labels = next(iter(self.fake.store.schemas.values())), next(iter(self.fake.store.labels.values()))
        self.assertEqual({label["name"] for label in labels.values()}, {"matbench", "name", "version", "mode", "run_id", "speed", "seconds_per_item"})
        self.assertIn("everything is there already", self.matbench("history", "setup", "--workload=w", f"--history={self.uri}", code=0).err)
        wanted = json.dumps(schema["schema"], sort_keys=True)
        schema["schema"] = {"type": "object"}
        number = next(n for n, label in labels.items() if label["name"] == "speed")
        labels[number]["function"] = "v => v * 2"
        del labels[next(n for n, label in labels.items() if label["name"] == "mode")]
        done = self.matbench("history", "setup", "--workload=w", f"--history={self.uri}", code=0)
        for said in ("changed the JSON Schema of urn:matbench:small:1.0", "made 1 label of", "changed 1 label of"):
            self.assertIn(said, done.err)
        self.assertEqual(json.dumps(schema and next(iter(self.fake.store.schemas.values()))["schema"], sort_keys=True), wanted)
        self.assertFalse(labels[number].get("function"))

    def test_set_up_against_others(self):
        """Another one is quicker: 409 for the test, 400 for the schema; a name that is taken."""
        def quicker(request):
            if request.method == "POST" and request.path == "/api/test":
                self.fake.add_test("nights")
            if request.method == "POST" and request.path == "/api/schema" and not self.fake.store.schemas:
                self.fake.store.schemas[5000] = {"id": 5000, "uri": "urn:else", "name": "small 1.0", "owner": "dev-team"}
                self.fake.store.labels[5000] = {}
        self.fake.fault = quicker
        self.results(1)
        self.put()
        self.assertEqual(len(self.fake.store.tests), 1)
        self.assertEqual(sorted(s["name"] for s in self.fake.store.schemas.values()), ["small 1.0", "small 1.0 (urn:matbench:small:1.0)"])


class WhoWeAre(HorreumTest):
    def test_logins(self):
        self.results(1)
        self.fake.add_test("nights")
        rows = [
            (None, "upload", 111, "GET /api/user/roles: 401 Unauthorized"),
            ("HUSR_00000000_0000_0000_0000_000000000000", "upload", 111, "401 Unauthorized"),
            ("HUSR_00000000_0000_0000_0000_000000000000", "list", 111, "401 Unauthorized"),
            (None, "list", 0, ""),
            (self.fake.add_key("viewer"), "upload", 111, "may not upload to test 'nights' of dev-team: the team's role 'uploader' is missing (roles: viewer, dev-viewer, dev-team)"),
            (self.fake.add_key("uploader", "other"), "upload", 111, "the team's role 'uploader' is missing"),
        ]
        for key, what, code, said in rows:
            self.let_in(key)
            done = self.put(code) if what == "upload" else self.matbench("history", "list", f"--history={self.uri}", code=code)
            self.assertIn(said, done.err)
            self.assertNotIn("HUSR_", done.err + done.out)
        self.assertEqual(self.fake.store.runs, {})

    def test_password(self):
        self.results(1)
        self.fake.add_password("ci", "s3cret-word", "tester")
        self.let_in(None)
        path = self.place / "credentials.yaml"
        path.write_text(json.dumps([{"url": self.fake.url, "username": "ci", "password": "s3cret-word"}]))
        self.put()
        self.assertEqual(len(self.payloads()), 1)
        path.write_text(json.dumps([{"url": self.fake.url, "username": "ci", "password": "other"}]))
        self.assertNotIn("other", self.put(111).err)

    def test_env_file(self):
        self.results(1)
        host, _, port = self.fake.url.rpartition(":")
        path = self.place / ".env.yaml"
        path.touch(mode=0o600)
        path.write_text(f"horreum_host: {host}\nhorreum_port: {port}\nhorreum_api_key: {self.fake.key}\n")
        del self.access["MATBENCH_CREDENTIALS"]
        self.put()
        path.write_text(f"horreum_host: {host}\nhorreum_port: {port}\n")
        self.access["MATBENCH_HORREUM_API_KEY"] = self.fake.key
        self.assertEqual(self.counts(self.put()), "0 added, 0 replaced, 1 there already")

    def test_uploader_only(self):
        """May upload, may not make tests, schemas, or use the trash: told, and history is right all the same."""
        ids = self.results(3)
        self.let_in(self.fake.add_key("uploader"))
        done = self.put(111)
        self.assertRegex(done.err, "there is no test 'nights', and (which team it is for is not known|who we are there may not make)")
        self.fake.add_test("nights")
        done = self.put()
        self.assertIn("there is no schema urn:matbench:small:1.0, and who we are there may not make it", done.err)
        self.assertEqual(self.shown()[0], "3 payloads")
        data = self.place / "results/night-001/data.json"
        data.write_text(data.read_text().replace('"speed": 10.1', '"speed": 77.5'))
        done = self.put()
        self.assertIn("the role 'tester' of dev-team is missing", done.err)
        self.assertEqual(len(self.payloads()[ids[1]]), 2)
        self.assertEqual(json.loads(self.matbench("history", "show", ids[1], f"--history={self.uri}", code=0).out)["results"]["speed"], 77.5)
        self.assertEqual(self.shown()[0], "3 payloads")
        self.assertEqual(self.put().err.count("could not go to the trash"), 1)
        self.let_in(self.fake.key)
        self.put()
        self.assertEqual({len(r) for r in self.payloads().values()}, {1})

    def test_uris(self):
        host = self.fake.url[7:]
        rows = [
            (f"horreum+http://user:pw@{host}/t", "neither user nor password"),
            (f"horreum+http://{host}/t?key=pw", "neither user nor password"),
            (f"horreum+http://{host}", "expected horreum+https://HOST[:PORT]/TEST"),
            (f"horreum+http://{host}/", "names no test"),
            (f"horreum+http://{host}/123", "takes a name of digits for a test's number"),
            (f"horreum+http://{host}/$.name", "for a path into the payload"),
            (f"horreum+http://{host}/a%0Ab", "names no test"),
            (f"horreum+http://{host}/a%2", "names no test"),
            ("horreum:x", "is no known kind of history"),
            ("horreum+ftp://h/t", "is no known kind of history"),
        ]
        for uri, said in rows:
            done = self.matbench("history", "list", f"--history={uri}", code=100)
            self.assertIn(said, done.err)
            self.assertNotIn("pw", done.err)
        self.assertEqual(self.fake.requests, [])

    def test_no_horreum(self):
        for answer, code, said in [
                (Answer(404, "<html><body><h1>Resource not found</h1></body></html>", "text/html"), 110, "is this a Horreum server of version 0.20?"),
                (Answer(200, "<html>Welcome</html>", "text/html"), 110, "GET /api/test/byName/nights: 200"),
                (Answer(200, "[]", "application/json"), 110, "found no id and owner"),
                (Answer(403), 111, "lacks the role"),
                (Answer(500, horreum_fake.Store.trouble()), 110, "500 - Internal Server Error")]:
            self.fake.fault = lambda request, answer=answer: answer
            done = self.matbench("history", "list", f"--history={self.uri}", code=code)
            self.assertIn(said, done.err)
            self.assertEqual(len(done.errors()), 1)


class Reading(HorreumTest):
    def both(self, n):
        self.results(n)
        self.put()
        self.put(uri="sqlite:h.db")

    def test_same_as_sqlite(self):
        self.both(20)
        self.assertEqual(self.shown(), self.shown("sqlite:h.db"))
        self.results(1, first=20)
        mine, theirs = self.analyzed(self.uri, "a"), self.analyzed("sqlite:h.db", "b")
        self.assertEqual(mine, theirs)
        self.assertEqual(self.asked("GET", "/data"), [])
        period = ["--since=2025-03-05T10:00:00.123456", "--until=2025-03-15T10:00:00.123456", "--max_records=7"]
        for uri, name in ((self.uri, "c"), ("sqlite:h.db", "d")):
            self.matbench("history", "export", f"--history={uri}", f"--to=dir:{name}", "--workload_name=small", *period, code=0)
        self.assertEqual([n[-41:] for n in self.names("c") if n.endswith("json")], [n[-41:] for n in self.names("d") if n.endswith("json")])
        self.assertEqual(len(self.names("c")), 8)

    def test_late_labels(self):
        """Labels that come after some questions, after many, never; rows that are shown empty: the same records."""
        self.both(25)
        want = self.shown("sqlite:h.db")
        for lag, empty in ((2, False), (2, True), (10**9, False), (10**9, True)):
            for run in list(self.fake.store.runs.values())[lag % 2:]:
                run["lag"] = lag
            self.fake.store.values_without_labels = empty
            self.assertEqual(self.shown(), want)

    def test_labels_of_others(self):
        """A label of our name that is something else, labels that lie about their form: the runs themselves are read."""
        self.both(3)
        want = self.shown("sqlite:h.db")
        label = next(entry for entry in next(iter(self.fake.store.labels.values())).values() if entry["name"] == "matbench")
        for extractors in ([{"name": "x", "jsonpath": "$.results.speed", "isarray": False}],
                           [{"name": "id", "jsonpath": "$.metadata.start", "isarray": True}, {"name": "kpis", "jsonpath": "$.kpis", "isarray": True}]):
            label["extractors"] = extractors
            self.assertEqual(self.shown(), want)

    def test_thousand_runs(self):
        """Pages of both kinds, shorter ones than asked for; a run that appears while pages are read."""
        self.results(1)
        self.put()
        sample = next(iter(self.fake.store.runs.values()))
        for i in range(2500 if os.environ.get("MB_LONG") else 1200):
            data = json.loads(json.dumps(sample["data"]))
            data["metadata"]["test_uuid"] = f"u-{i}"
            number = self.fake.store.number()
            self.fake.store.runs[number] = sample | {"id": number, "data": data, "start": BASE + i // 3, "stop": BASE + i // 3,
                                                     "description": f"matbench:u-{i} sha256:0123456789abcdef"}
        for most in (10**9, 300):
            self.fake.store.list_max = most
            self.assertEqual(self.matbench("history", "list", f"--history={self.uri}", code=0).out.count("\n"), len(self.fake.store.runs) + 1)
        self.assertEqual(self.counts(self.put()), "0 added, 0 replaced, 1 there already")

    def test_runs_of_others(self):
        """Runs without a payload, without a description, with the same payload twice."""
        self.both(2)
        want = self.shown("sqlite:h.db")
        run = next(iter(self.fake.store.runs.values()))
        for data in ({"a": 1}, 5, None, [1], {"metadata": {"settings": {}}}, {"metadata": {"settings": 1, "test_uuid": "x", "start": "y"}}):
            number = self.fake.store.number()
            self.fake.store.runs[number] = run | {"id": number, "data": data, "description": None}
        run["description"] = None
        number = self.fake.store.number()
        self.fake.store.runs[number] = run | {"id": number}
        done = self.matbench("history", "list", f"--history={self.uri}", code=0)
        self.assertEqual(done.err.count("is no payload"), 6)
        self.assertEqual(self.shown(), want)
        shown = self.matbench("history", "show", run["data"]["metadata"]["test_uuid"], f"--history={self.uri}", code=0)
        self.assertEqual(json.loads(shown.out)["results"]["speed"], run["data"]["results"]["speed"])
        self.matbench("history", "show", "nix", f"--history={self.uri}", code=100)

    def test_numbers_and_copies(self):
        """What Horreum spells otherwise is the same payload; a history goes there and back."""
        numbers = [10000000.0, 1e300, 1.5e-7, 0.1234567890123456, -0.0, 1e16, 8.0, 2**62, 5e-324, 1.5e2]
        payloads = [(f"n{i}", {"speed": n, "list": [n, {"b": n, "a": None}]}) for i, n in enumerate(numbers)]
        self.assertEqual(self.counts(self.given(*payloads)), "10 added, 0 replaced, 0 there already")
        self.assertEqual(self.counts(self.given(*payloads)), "0 added, 0 replaced, 10 there already")
        self.assertIn("0 would be added, 0 replaced, 10 there already", self.given(*payloads, dry=True).err)
        for i, n in enumerate(numbers):
            shown = json.loads(self.matbench("history", "show", f"n{i}", f"--history={self.uri}", code=0).out)
            self.assertEqual(shown["results"], payloads[i][1])
            self.assertNotIn("$schema", shown)
        self.matbench("history", "export", f"--history={self.uri}", "--to=dir:copy", "--workload_name=small", code=0)
        done = self.matbench("history", "import", f"--history={self.uri}", "--from=dir:copy", "--workload_name=small", code=0)
        self.assertIn("10 there already", done.err)

    def test_schema_of_the_payload(self):
        """What names its own $schema keeps it; what gets one by the upload loses it again."""
        own = {"$schema": "urn:matbench:mine:1"}
        sample = {"metadata": {"start": "2025-03-01T10:00:00", "test_uuid": "own", "settings": {"name": "a"}}, "results": {}, "kpis": {}}
        (self.place / "own.json").write_text(json.dumps([sample | own, sample | {"metadata": sample["metadata"] | {"test_uuid": "not"}}]))
        self.matbench("export", "--from=own.json", f"--to={self.uri}", "--workload_name=small", code=0)
        for i, want in (("own", "urn:matbench:mine:1"), ("not", None)):
            shown = json.loads(self.matbench("history", "show", i, f"--history={self.uri}", code=0).out)
            self.assertEqual(shown.get("$schema"), want)
        self.assertEqual(self.payloads()["not"][0]["data"]["$schema"], "urn:matbench:small")

    def test_answers_that_are_no_answers(self):
        """Every list and document of the server in a form that it should not have: an error, or a finding; never a hang."""
        self.both(2)
        forms = ["", "null", "[]", "[" * 5000, '{"total":1e99,"runs":[{"id":-1}]}', '[{"runId":"x","values":5},{"runId":1,"values":{"matbench":[]}}]']
        if os.environ.get("MB_LONG"):
            forms += ["5", "{}", '"x"', '{"total":99,"runs":[{"id":1,"description":7}]}', '{"metadata":{"test_uuid":7}}', "\xff", "{" + '"a":1,' * 100000]
        kinds = ["/api/test/byName/", "/api/run/list/", "/labelValues", "/data"]
        for kind in kinds:
            for form in forms:
                answer = Answer(200, form, "application/json;charset=UTF-8")
                self.fake.fault = lambda r, kind=kind, answer=answer: answer if kind in r.path else (Answer(200, "[]") if kinds[3] == kind and "labelV" in r.path else None)
                done = self.matbench("history", "list", f"--history={self.uri}")
                self.assertIn(done.code, (0, 110), (kind, form[:40], done.err))
                self.assertLessEqual(len(done.errors()), 1)

    def test_pages_without_end(self):
        self.both(2)
        pages = []

        def repeat(request):
            if "/api/run/list/" in request.path:
                pages.append(1)
                return Answer(200, {"total": 10**12, "runs": [{"id": 7}] * 1000})
            return None
        self.fake.fault = repeat
        done = self.matbench("history", "list", f"--history={self.uri}", code=110)
        self.assertIn("expected runs in the order of their ids", done.err)
        self.fake.fault = lambda r: Answer(200, [{"runId": 1, "values": {}}] * 2000) if "labelValues" in r.path else None
        self.matbench("history", "list", f"--history={self.uri}", code=0)


if __name__ == "__main__":
    main()
