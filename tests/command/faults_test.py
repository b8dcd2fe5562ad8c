"""docs/faults.md, row by row, through the program: the fault happens between it and the real server; what the user sees, the exit code,
nothing lost; then the fault goes away, the program runs again, and every payload is on the server once."""
import json
import os
import pathlib
import re
import resource
import socket
import subprocess

import support

import fault_proxy as fp

TESTS = 5


def documented():
    """{fault: (pattern of a line, code)}"""
    rows = {}
    for line in (support.SOURCE / "docs/faults.md").read_text().splitlines():
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 3 and cells[2].isdigit():
            rows[cells[0]] = (cells[1].strip("`"), int(cells[2]))
    return rows


ROWS = documented()


def mixed(server, refused, busy):
    """The server gets what is neither refused (400) nor met when it is busy (429)."""
    def what(exchange):
        lines = exchange.text.splitlines()
        pairs = [(json.loads(lines[i])["index"]["_id"], lines[i], lines[i + 1]) for i in range(0, len(lines), 2)]
        taken = [pair for n, pair in enumerate(sorted(pairs)) if n not in (refused, busy)]
        items = {}
        if taken:
            body = "".join(f"{action}\n{document}\n" for _, action, document in taken)
            _, answer = server.call("POST", f"/{server.index}/_bulk", body, "application/x-ndjson")
            items = {item["index"]["_id"]: item["index"] for item in answer["items"]}
        for n, (key, _, _) in enumerate(sorted(pairs)):
            if n == refused:
                items[key] = {"_index": server.index, "_id": key, "status": 400, "error": {"type": "mapper_parsing_exception", "reason": "failed to parse"}}
            elif n == busy:
                items[key] = {"_index": server.index, "_id": key, "status": 429, "error": {"type": "rejected_execution_exception", "reason": "queue is full"}}
        return fp.Answer(200, body={"took": 1, "errors": True, "items": [{"index": items[key]} for key, _, _ in pairs]})
    return what


class Faults(support.CommandTest):
    def setUp(self):
        super().setUp()
        self.server = self.opensearch("plain")
        support.small_workload(self.place / "w")
        for i in range(TESTS):
            support.small_test(self.place / f"tests/{i}", 1.0 + i)
        self.matbench("parse", "--workload=w", "--results_dirname=tests", "--output_lts=lts.json", code=0)
        self.payloads = {payload["metadata"]["test_uuid"]: payload for payload in self.json("lts.json")}
        self.proxy = self.enterContext(fp.FaultProxy(self.server.host, self.server.port))

    def uri(self, port=None, host="127.0.0.1", scheme="http"):
        return f"opensearch+{scheme}://{host}:{port or self.proxy.port}/{self.server.index}"

    def push(self, uri, *arguments, spool="spool", attempts=1, **named):
        return self.upload_small(uri, f"--spool={spool}", f"--http_attempts={attempts}", "--http_timeout=300", *arguments, **named)

    def upload_small(self, uri, *arguments, **named):
        return self.matbench("upload_lts", "--workload=w", "--results_dirname=tests", f"--history={uri}", *arguments, **named)

    def in_spool(self, spool="spool"):
        listed = self.matbench("spool", "list", "--format=json", f"--spool={spool}", code=0)
        self.assertEqual(listed.err, "")
        return [payload["id"] for entry in json.loads(listed.out)["entries"] for payload in entry["payloads"]]

    def check_seen(self, fault, done):
        pattern, code = ROWS[fault]
        shown = pattern.replace("INDEX", self.server.index)
        parts = (re.escape(part).replace("HOST", r"[\w.:-]+") for part in shown.split("…"))
        self.assertEqual(done.code, code, done.err)
        self.assertRegex(done.err, "(?m)^" + ".*".join(parts))
        self.assertEqual(bool(done.errors()), code != 0, done.err)

    def check_whole(self):
        """All payloads are on the server, each once, as they were parsed, and nothing waits."""
        found = {key: {name: source[name] for name in ("metadata", "results", "kpis")} for key, source in self.server.documents().items()}
        self.assertEqual(found, self.payloads)

    def check_kept(self, spool="spool"):
        kept = self.in_spool(spool)
        self.assertEqual(len(kept), len(set(kept)))
        self.assertEqual(set(kept) | set(self.server.documents()), set(self.payloads))
        return kept

    def recover(self, uri, spool="spool", **named):
        self.push(uri, spool=spool, code=0, **named)
        self.assertEqual(self.in_spool(spool), [])
        self.check_whole()

    def check(self, fault, happens, uri=None, attempts=1, **named):
        """The fault while pushing; then without it."""
        self.proxy.fault = happens
        done = self.push(uri or self.uri(), attempts=attempts, **named)
        self.check_seen(fault, done)
        kept = self.check_kept()
        self.proxy.fault = None
        self.recover(uri or self.uri(), **named)
        return kept


class NetworkTest(Faults):
    def test_connection_refused(self):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
            done = self.push(self.uri(port))
        self.check_seen("connection refused", done)
        self.assertEqual(len(self.check_kept()), TESTS)
        with fp.FaultProxy(self.server.host, self.server.port, listen=port):
            self.recover(self.uri(port))

    def test_no_such_host(self):
        uri = self.uri(9200, "no-such-host.invalid")
        self.check_seen("no such host", self.push(uri))
        self.assertEqual(len(self.check_kept()), TESTS)
        self.recover(uri, env={"http_proxy": f"http://127.0.0.1:{self.proxy.port}"})  # who resolves it

    def test_silence(self):
        self.proxy.fault = fp.Times(fp.Stall(50))
        self.check_seen("the server falls silent", self.push(self.uri(), "--http_timeout=3"))
        self.assertEqual(len(self.check_kept()), TESTS)
        self.proxy.fault = None
        self.recover(self.uri())

    def test_resets(self):
        self.check("a reset in the middle", fp.Times(fp.Cut(answer=60)))

    def test_reset_before(self):
        self.assertEqual(len(self.check("a reset before the server got it", fp.Times(fp.Cut(request=True)))), TESTS)


class AnswerTest(Faults):
    """What the server or something before it answers."""

    def test_statuses(self):
        for code, fault, waits in ((401, "401", TESTS), (403, "403", TESTS), (404, "404", TESTS), (409, "409", TESTS),
                                   (413, "413, even for one payload", TESTS), (429, "429", TESTS), (500, "500", TESTS), (503, "503", TESTS)):
            with self.subTest(fault):
                self.check_status(fault, fp.status(code), waits)
        page = b"<html><head><title>502</title></head><body><h1>502 Bad Gateway</h1></body></html>"
        with self.subTest("502"):
            self.check_status("502", fp.status(502, body=page, headers={"content-type": "text/html"}), TESTS)

    def check_status(self, fault, happens, waits):
        self.server.call("DELETE", f"/{self.server.index}")
        self.proxy.fault = happens
        self.check_seen(fault, self.push(self.uri()))
        self.assertEqual(len(self.check_kept()), waits)
        self.proxy.fault = None
        self.recover(self.uri())

    def test_storms(self):
        for happens in fp.status(503, times=2), fp.status(429, times=2, headers={"retry-after": "0"}):
            self.server.call("DELETE", f"/{self.server.index}")
            self.proxy.fault = happens
            done = self.push(self.uri(), attempts=5)
            self.assertEqual(happens.happened, 2)
            self.assertEqual(done.code, 0, done.err)
            if happens.what.status == 503:
                self.check_seen("429 or 503 for a while", done)
            self.check_whole()
            self.assertEqual(self.in_spool(), [])

    def test_broken_answers(self):
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
        rows = {"half an answer": fp.Mangle(lambda answer: answer[:len(answer) // 2]),
                "a truncated chunk": fp.Raw(head + b'transfer-encoding: chunked\r\n\r\n40\r\n{"took":1,"errors":false,"items":['),
                "an answer that is no JSON": fp.Raw(head + b'content-length: 9\r\n\r\n{"took":}'),
                "an answer that is no HTTP": fp.Raw(b"220 mail.example.org ESMTP\r\n")}
        for fault, what in rows.items():
            with self.subTest(fault):
                self.server.call("DELETE", f"/{self.server.index}")
                self.check(fault, fp.Times(what))

    def test_part(self):
        kept = self.check("some payloads arrive, for others the server has no time", fp.Times(mixed(self.server, None, 3)))
        self.assertEqual(kept, [sorted(self.payloads)[3]])

    def test_mixed(self):
        self.proxy.fault = fp.Times(mixed(self.server, 1, 3))
        self.check_seen("some payloads arrive, one is refused, one is not taken", self.push(self.uri()))
        self.assertEqual(sorted(self.check_kept()), [sorted(self.payloads)[1], sorted(self.payloads)[3]])
        self.proxy.fault = None
        self.matbench("spool", "send", "--spool=spool", code=0)
        self.assertEqual(self.in_spool(), [sorted(self.payloads)[1]])
        self.matbench("spool", "send", "--refused", "--spool=spool", code=0)
        self.assertEqual(self.in_spool(), [])
        self.check_whole()

    def test_nothing_new(self):
        """A run that has nothing of its own brings what waits all the same; what goes wrong then is no failure of its own."""
        self.proxy.fault = fp.status(503)
        self.push(self.uri(), code=110)
        for i in range(TESTS):
            (self.place / f"tests/{i}/exit_code").unlink()
        done = self.push(self.uri(), code=103)
        self.assertIn("WARNING | opensearch", done.err)
        self.assertEqual(len(self.in_spool()), TESTS)
        self.proxy.fault = None
        self.push(self.uri(), code=103)
        self.assertEqual(self.in_spool(), [])
        self.check_whole()

    def test_poison(self):
        """Older payloads that the server never takes do not keep the newer ones back."""
        poison = sorted(self.payloads)[0]
        self.proxy.fault = fp.status(500, when=lambda exchange: fp.bulk(exchange) and poison in exchange.text)
        support.small_test(self.place / "later/x", 7.0)
        self.push(self.uri(), code=110)
        done = self.push(self.uri(), "--results_dirname=later")
        self.assertEqual(done.code, 112, done.err)
        self.assertEqual(len(self.server.documents()), 1)
        self.assertEqual(len(self.in_spool()), TESTS)


class TlsTest(Faults):
    CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *map(str, arguments)], cwd=self.place, check=True, capture_output=True)

    def certificate(self, name, days, where):
        (self.place / "ext").write_text(f"subjectAltName={where}\n")
        self.openssl("req", *self.CURVE, "-keyout", f"{name}.key", "-out", "csr", "-subj", f"/CN={name}")
        self.openssl("x509", "-req", "-in", "csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", days, "-extfile", "ext", "-out",
                     f"{name}.pem")
        return str(self.place / f"{name}.pem"), str(self.place / f"{name}.key")

    def test_certificates(self):
        self.openssl("req", "-x509", *self.CURVE, "-keyout", "ca.key", "-out", "ca.pem", "-days", 2, "-subj", "/CN=a CA")
        self.openssl("req", "-x509", *self.CURVE, "-keyout", "self.key", "-out", "self.pem", "-days", 2, "-subj", "/CN=127.0.0.1")
        good = self.certificate("good", 2, "IP:127.0.0.1")
        rows = {"certificate expired": self.certificate("expired", -1, "IP:127.0.0.1"),
                "certificate self-signed": (str(self.place / "self.pem"), str(self.place / "self.key")),
                "certificate of another host": self.certificate("other", 2, "DNS:other.example.org")}
        for fault, tls in rows.items():
            with self.subTest(fault), fp.FaultProxy(self.server.host, self.server.port, tls) as proxy:
                self.server.call("DELETE", f"/{self.server.index}")
                uri = self.uri(proxy.port, scheme="https")
                self.check_seen(fault, self.push(uri, "--opensearch_ca_file=ca.pem"))
                self.assertEqual(len(self.check_kept()), TESTS)
                proxy.tls = good
                self.push(uri, "--opensearch_ca_file=ca.pem", code=0)
                self.assertEqual(self.in_spool(), [])
                self.check_whole()


class SpoolTest(Faults, support.FullDiskCase):
    """The spool itself fails: what can be sent now is not lost for that."""

    def test_disk_full(self):
        for user in False, True:
            with self.subTest(user=user):
                self.server.call("DELETE", f"/{self.server.index}")
                done = self.on_full_disk("4k", "upload_lts", "--workload=w", "--results_dirname=tests", f"--history={self.uri()}", "--spool=disk/spool",
                                         user=user)
                self.check_seen("the disk is full while spooling", done)
                self.check_whole()
                self.assertEqual([p.name for p in (self.place / "after/spool").iterdir() if p.stat().st_size], [])
                self.assertEqual((self.place / "after/spool").stat().st_mode & 0o777, 0o700)

    def test_file_limit(self):
        size = sum(len(json.dumps(payload, separators=(",", ":"))) for payload in self.payloads.values()) + 200
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        self.check_seen("the spool file may not grow (ulimit, quota)", self.push(self.uri(), preexec_fn=limit))
        self.check_whole()
        self.assertEqual(self.in_spool(), [])

    def test_full(self):
        self.check_seen("the spool is full", self.push(self.uri(), "--spool_max=1kB"))
        self.check_whole()

    def test_full_of_older(self):
        """What waited makes room when it is out."""
        self.proxy.fault = fp.status(503)
        self.push(self.uri(), "--spool_max=10kB", code=110)
        self.proxy.fault = None
        for i in range(TESTS):
            support.small_test(self.place / f"later/{i}", 3.0 + i)
        done = self.push(self.uri(), "--spool_max=10kB", "--results_dirname=later", code=0)
        self.assertNotIn("without the spool", done.err)
        self.assertEqual(len(self.server.documents()), 2 * TESTS)

    def test_not_writable(self):
        away = self.place / "s"
        away.mkdir()
        away.chmod(0o500)
        self.place.chmod(0o755)
        done = self.without_rights("upload_lts", f"--workload={self.place}/w", f"--results_dirname={self.place}/tests", f"--history={self.uri()}",
                                   f"--spool={away}/spool")
        self.check_seen("the spool cannot be written to", done)
        self.check_whole()

    def test_no_place(self):
        (self.place / "file").write_text("")
        for spool, why in (("file", "Not a directory"), ("/proc/spool", "No such file or directory"), ("none", "--spool=none")):
            done = self.push(self.uri(), spool=spool, code=0)
            self.assertIn(f"{why}; the payloads go out without the spool", done.err)
            self.check_whole()

    def test_nothing_left(self):
        self.proxy.fault = fp.status(503)
        done = self.push(self.uri(), spool="none")
        self.check_seen("no spool and no server", done)
        self.proxy.fault = None
        self.push(self.uri(), spool="none", code=0)
        self.check_whole()

    def test_clock(self):
        """Files from the future and from long ago; the later of two payloads with one id is the one that was put in later."""
        self.proxy.fault = fp.status(503)
        self.push(self.uri(), code=110)
        for path in (self.place / "spool").iterdir():
            os.utime(path, (4e9, 4e9))
        first = self.place / "tests/0/data.json"
        first.write_text(first.read_text().replace('"speed": 1.0', '"speed": 100.0'))
        self.push(self.uri(), code=110)
        for path in (self.place / "spool").glob("*2-*"):
            os.utime(path, (1, 1))
        self.matbench("parse", "--workload=w", "--results_dirname=tests", "--output_lts=lts.json", code=0)
        self.payloads = {payload["metadata"]["test_uuid"]: payload for payload in self.json("lts.json")}
        self.proxy.fault = None
        self.matbench("spool", "send", "--spool=spool", code=0)
        self.assertEqual(self.in_spool(), [])
        self.check_whole()
        self.server.call("DELETE", f"/{self.server.index}")
        self.check_seen("the clock jumps", self.push(self.uri()))


class DocumentTest(support.CommandTest):
    def test_rows(self):
        """No row of the page is without its test."""
        source = pathlib.Path(__file__).read_text()
        self.assertGreater(len(ROWS), 25)
        self.assertEqual([fault for fault in ROWS if f'"{fault}"' not in source], [])


if __name__ == "__main__":
    support.main()
