"""net/http against servers that behave and servers that do not: `python3 http_test.py DRIVER`. The standard library, openssl and nginx.

Each row's message is what a person reads who has never seen the code. Nothing here asserts a time.
"""
import base64
import hashlib
import os
import pathlib
import re
import resource
import secrets
import select
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "servers"))
import aws  # noqa: E402
import memory  # noqa: E402
import servers  # noqa: E402
from fault_server import FAULTS, FaultServer, answer, raw, say, stall, then  # noqa: E402

DRIVER = os.path.realpath(sys.argv.pop(1))
KEPT = ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")
FILLED = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "max_free_fill_size=1000000:free_fill_byte=90"]))
QUICK = ("wait_s=0.02", "quiet=1")
SECONDS = 300  # for what takes moments on a machine that is not busy
CANARY = f"Canary-{secrets.token_hex(12)}"
SAID = []  # all that the driver printed: searched at the end


def environment(extra=None):
    return {name: os.environ[name] for name in KEPT if name in os.environ} | {"ASAN_OPTIONS": FILLED, "no_proxy": ""} | (extra or {})


def wait_until(true):
    """Its value; an error when it stays untrue."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        value = true()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError("what was waited for did not come")


def drive(url, *arguments, **named):
    """What the driver prints, line by line; the port of the URL is written PORT, numbers of seconds to wait are N.N."""
    done = subprocess.run([DRIVER, url, *arguments], env=environment(named.get("env")), capture_output=True, timeout=SECONDS, cwd=named.get("cwd"))
    out, err = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    SAID.append(out + err)
    assert done.returncode in (0, 1) and not err, (arguments, done.returncode, out, err)
    port = urllib.parse.urlsplit(url).netloc.rpartition(":")[2]
    out = re.sub(r"(again|another) in \d+(\.\d)? s", r"\1 in N s", out.replace(f":{port}", ":PORT") if port.isdigit() else out)
    return out.splitlines()


class Scratch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.secret = cls.write("secret", CANARY + "\n")
        cls.server = FaultServer().__enter__()
        cls.addClassCleanup(cls.server.__exit__)

    @classmethod
    def write(cls, name, text, mode=0o600):
        path = cls.folder / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def basic(self):
        return ("login=basic", "user=ci", f"secret_file={self.secret}")


# path, further arguments, attempts that the server saw, the last line
ROWS = [
    ("/ok", (), 1, "GET 200, 12 bytes, application/json, attempts 1"),
    ("/no_content", (), 1, "GET 204, 0 bytes, , attempts 1"),
    ("/gzip", (), 1, "GET 200, 8 bytes, application/json, attempts 1"),
    ("/nothing", (), 2, "error 110: HOST: GET /nothing: the server ended the connection without an answer (attempt 2 of 2)"),
    ("/reset", (), 2, "error 110: HOST: GET /reset: the connection broke while receiving (Recv failure: Connection reset by peer) (attempt 2 of 2)"),
    ("/reset_body", (), 2, "error 110: HOST: GET /reset_body: the connection broke while receiving (Recv failure: Connection reset by peer) (attempt 2 of 2)"),
    ("/reset_once", (), 2, "GET 200, 12 bytes, application/json, attempts 2"),
    ("/half", (), 2, "error 110: HOST: GET /half: the answer is cut: the connection ended before it did (attempt 2 of 2)"),
    ("/cut_chunk", (), 2, "error 110: HOST: GET /cut_chunk: the answer is cut: the connection ended before it did (attempt 2 of 2)"),
    ("/no_last_chunk", (), 2, "error 110: HOST: GET /no_last_chunk: the answer is cut: the connection ended before it did (attempt 2 of 2)"),
    ("/cut_gzip", (), 2, "error 110: HOST: GET /cut_gzip: the answer is cut: its compressed text ends too early (attempt 2 of 2)"),
    ("/bad_chunk", (), 2, "error 110: HOST: GET /bad_chunk: the connection broke while receiving (Illegal or missing hexadecimal sequence in chunked-encoding) (attempt 2 of 2)"),
    ("/negative", (), 1, "error 110: HOST: GET /negative: what answers there speaks no HTTP that can be understood (Invalid Content-Length: value)"),
    ("/bad_gzip", (), 1, "error 110: HOST: GET /bad_gzip: the answer's compression cannot be read: invalid stored block lengths"),
    ("/odd_encoding", (), 1, "error 110: HOST: GET /odd_encoding: the answer's compression cannot be read: 'br', which was not asked for"),
    ("/bomb", ("answer_max=1000000",), 1, "error 110: HOST: GET /bomb: the answer is longer than 1000000 bytes"),
    ("/endless", ("answer_max=1000000",), 1, "error 110: HOST: GET /endless: the answer is longer than 1000000 bytes"),
    ("/endless", ("take=1", "stop_after=1000000"), 1, "error 110: enough"),
    ("/endless_headers", (), 1, "error 110: HOST: GET /endless_headers: the answer's headers are too long"),
    ("/endless_continue", (), 1, "error 110: HOST: GET /endless_continue: the answer's headers are too long"),
    ("/stall", ("stall_s=1",), 2, "error 110: HOST: GET /stall: not a byte came or went for 1 s (attempt 2 of 2)"),
    ("/stall_body", ("stall_s=1",), 2, "error 110: HOST: GET /stall_body: not a byte came or went for 1 s (attempt 2 of 2)"),
    ("/drip", ("total_s=2",), 2, "error 110: HOST: GET /drip: not answered completely within 2 s (attempt 2 of 2)"),
    ("/no_http", (), 1, "error 110: HOST: GET /no_http: what answers there speaks no HTTP"),
    ("/old_http", (), 1, "error 110: HOST: GET /old_http: what answers there speaks no HTTP"),
    ("/here", (), 1, "GET 200, 12 bytes, application/json, attempts 1"),
    ("/here", ("method=POST", "body={}"), 1, "error 110: HOST: POST /here: 302 Found to '/ok', where matbench does not follow: a request that changes something (is the URL the right one?)"),
    ("/round", (), 6, "error 110: HOST: GET /round: redirected more than 5 times, last to '/round'"),
    ("/elsewhere", (), 1, "error 110: HOST: GET /elsewhere: 307 Temporary Redirect to 'elsewhere.invalid/other', where matbench does not follow: another server (is the URL the right one?)"),
    ("/nowhere", (), 1, "error 110: HOST: GET /nowhere: 301 Moved Permanently without a place to go to"),
    ("/storm503", (), 2, "error 110: HOST: GET /storm503: 503 Service Temporarily Unavailable (attempt 2 of 2)"),
    ("/storm429", (), 2, "error 110: HOST: GET /storm429: 429 Too Many Requests: rejected execution of bulk (attempt 2 of 2)"),
    ("/later", ("attempts=4",), 3, "GET 200, 12 bytes, application/json, attempts 3"),
    ("/date", (), 2, "GET 200, 12 bytes, application/json, attempts 2"),
    ("/tomorrow", (), 1, "error 110: HOST: GET /tomorrow: 503 Service Unavailable (attempt 1 of 2; another in N s would be beyond the limit of 120 s)"),
    ("/400", (), 1, "GET 400, 229 bytes, application/json, attempts 1: failed to parse field [a]: For input string: \"b\""),
    ("/400html", (), 1, "GET 400, 90 bytes, , attempts 1: Bad The plain HTTP request was sent to HTTPS port"),
    ("/400text", (), 1, "GET 400, 41 bytes, , attempts 1: no such \\x1b[31mcolour\\x07 \ufffd here and \\u202e there"),
    ("/404", (), 1, "GET 404, 52 bytes, application/json, attempts 1: no handler found for uri"),
    ("/409", (), 1, "GET 409, 41 bytes, application/json, attempts 1: version conflict"),
    ("/413", (), 1, "GET 413, 28 bytes, application/json, attempts 1: too much"),
    ("/500", (), 1, "GET 500, 43 bytes, application/json, attempts 1: it hurts"),
    ("/401", ("hint=the login is user 'ci' of .env",), 1, "error 111: HOST: GET /401: 401 Unauthorized; the login is user 'ci' of .env"),
    ("/403", (), 1, "error 111: HOST: GET /403: 403 Forbidden: no permissions for [indices:data/write/bulk]"),
]


class Faults(Scratch):
    def test_rows(self):
        for path, more, seen, last in ROWS:
            with self.subTest(path, more=more):
                before = self.server.counts.get(path, 0) if path not in ("/later", "/date", "/reset_once") else 0
                got = drive(self.server.url, f"path={path}?key=in-the-query", "attempts=2", *QUICK, *more)
                self.assertEqual(got[-1].replace("127.0.0.1:PORT", "HOST"), last)
                wait_until(lambda: self.server.counts.get(path, 0) - before >= seen)  # who gave up may be quicker than the server reads
                self.assertEqual(self.server.counts[path] - before, seen)
                self.assertNotIn("in-the-query", " ".join(got))

    def test_long_words_are_cut(self):
        got = drive(self.server.url, "path=/endless_error", *QUICK)[-1]
        self.assertTrue(got.startswith("GET 500, ") and got.endswith("…") and len(got) < 400, got)

    def test_what_is_told_of_repeats(self):
        got = drive(self.server.url, "path=/storm503?x=1", "attempts=3", *QUICK)
        self.assertEqual(got[:2], [f"again: 127.0.0.1:PORT: GET /storm503: 503 Service Temporarily Unavailable; again in N s ({n} of 3)" for n in (2, 3)])

    def test_no_server(self):
        with socket.socket() as kept:  # nobody listens there, and nobody else gets it
            kept.bind(("127.0.0.1", 0))
            got = drive(f"http://127.0.0.1:{kept.getsockname()[1]}", "attempts=2", *QUICK)
        self.assertEqual(got, ["again: 127.0.0.1:PORT: GET /: connection refused: nothing listens there (the wrong port?); again in N s (2 of 2)",
                               "error 110: 127.0.0.1:PORT: GET /: connection refused: nothing listens there (the wrong port?) (attempt 2 of 2)"])

    def test_no_name(self):
        got = drive("https://nowhere.invalid:9200", "attempts=1", *QUICK)
        self.assertEqual(got, ["error 110: nowhere.invalid:PORT: GET /: no such host: its name cannot be resolved (attempt 1 of 1)"])

    def test_no_answer_to_connecting(self):
        with socket.socket() as full:  # nobody accepts, and nobody more fits into its queue
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            port, kept = full.getsockname()[1], []
            for _ in range(4):
                kept.append(socket.socket())
                kept[-1].setblocking(False)
                kept[-1].connect_ex(("127.0.0.1", port))
            got = drive(f"http://127.0.0.1:{port}", "attempts=1", "connect_s=0.3", *QUICK)
            for each in kept:
                each.close()
        self.assertEqual(got, ["error 110: 127.0.0.1:PORT: GET /: no connection within 0.3 s (attempt 1 of 1)"])

    def test_bad_urls(self):
        for url in ("ftp://a", "https://", "https://user:pass@a", "https://a?b", "a:9200"):
            self.assertEqual(drive(url), ["error 100: a server's URL: expected https://HOST[:PORT][/PREFIX], without user, password and query"])

    def test_a_secret_that_is_two_lines(self):
        two = self.write("two", "a\nX-Header: b\n")
        got = drive(self.server.url, "login=api_key", f"secret_file={two}")
        self.assertEqual(got, ["error 100: 127.0.0.1:PORT: the password, key or token has a line end or another control character in it"])

    def test_a_login_over_plain_http(self):
        for host in ("search.example.org", "127.0.0.1.example.org", "localhost.example.org"):
            self.assertEqual(drive(f"http://{host}", *self.basic()),
                             [f"error 100: {host}: the login would go over plain http, where everybody on the way can read it; use https"])
        got = drive("http://nowhere.invalid", "insecure=1", "attempts=1", *self.basic())
        self.assertEqual(got[0], "again: nowhere.invalid: INSECURE: the login goes over plain http (opensearch_insecure): whoever is on the way can read and change everything")

    def test_a_server_that_says_back_what_it_got(self):
        for login in ("basic", "api_key", "bearer"):
            got = drive(self.server.url, "path=/echo401", f"login={login}", "user=ci", f"secret_file={self.secret}")[-1]
            self.assertIn("you said", got)
            self.assertIn("********", got)


class Repeats(Scratch):
    """What is safe to repeat when."""

    def count(self, act, *arguments):
        path = f"/{secrets.token_hex(4)}"
        self.server.answers[path] = act
        got = drive(self.server.url, f"path={path}", "attempts=3", *QUICK, *arguments)[-1]
        return self.server.counts[path], got

    def test_once(self):
        once = ("method=POST", "body={}", "once=1")
        rows = [(raw(), 1), (say(503), 1), (say(502), 1), (say(429), 3)]
        for act, seen in rows:
            self.assertEqual(self.count(act, *once)[0], seen)
            self.assertEqual(self.count(act, "method=POST", "body={}")[0], 3)

    def test_a_kept_connection_that_is_closed(self):
        """libcurl by itself sends a request again on a new connection: not one that is to be sent once."""
        kept = then(say(200, {}), raw())
        for once, total in (("once=1", 2), ("once=0", 6)):
            path = f"/{secrets.token_hex(4)}"
            self.server.answers[path] = kept
            drive(self.server.url, f"path={path}", "method=POST", "body={}", "times=2", "attempts=1", once, *QUICK)
            self.assertLessEqual(self.server.counts[path], total)
            self.assertGreaterEqual(self.server.counts[path], 2)

    def test_a_streamed_body_goes_once(self):
        seen, got = self.count(say(503), "method=POST", "stream=100000")
        self.assertEqual((seen, got[:9]), (1, "error 110"))

    def test_an_answer_that_was_given_away_goes_once(self):
        seen, got = self.count(raw(answer(200, b"abc", length=10)), "take=1")
        self.assertEqual((seen, got[:9]), (1, "error 110"))

    def test_a_server_that_says_not_now_gets_nothing_new(self):
        self.server.answers["/now"] = then(say(429, b"", "Retry-After: 1"), say(200, {}))
        got = drive(self.server.url, "path=/now", "times=6", "in_flight=1", "attempts=2", *QUICK)
        self.assertEqual([line[:7] for line in got], ["again: "] + ["GET 200"] * 6)


class Bodies(Scratch):
    def echo(self, *arguments):
        path = f"/echo-{secrets.token_hex(4)}"
        self.server.answers[path] = FAULTS["/echo"]
        got = drive(self.server.url, f"path={path}", *arguments)
        requests = [request for request in self.server.seen if request.path == path]
        self.assertEqual(len(requests), 1, got)
        return requests[0], got

    def test_methods(self):
        for method in ("GET", "POST", "PUT", "DELETE", "HEAD"):
            for body in ((), ("body={\"a\": 1}",)):
                if method == "HEAD" and body:
                    continue
                request, got = self.echo(f"method={method}", "quiet=1", *body)
                self.assertEqual((request.method, request.body), (method, b'{"a": 1}' if body else b""), got)
                self.assertEqual(request.headers.get("content-type"), "application/json" if body or method == "POST" else None)
                self.assertTrue(got[0].startswith(f"{method} 200"), got)
                self.assertNotIn("expect", request.headers)

    def test_gzip(self):
        request, _ = self.echo("method=POST", "body={\"a\": 1}\n", "gzip=1", "repeat=10000", "quiet=1", "content_type=application/x-ndjson")
        self.assertEqual((request.plain(), request.headers["content-encoding"]), (b'{"a": 1}\n' * 10000, "gzip"))
        self.assertEqual(request.headers["content-type"], "application/x-ndjson")
        self.assertLess(len(request.body), 2000)
        request, _ = self.echo("method=POST", "body={\"a\": 1}\n", "gzip=1", "quiet=1")
        self.assertEqual((request.body, request.headers.get("content-encoding")), (b'{"a": 1}\n', None))

    def test_streams(self):
        for size in (1, 100000, 5000000):
            for gzip in (0, 1):
                request, got = self.echo("method=POST", f"stream={size}", f"gzip={gzip}", "quiet=1")
                self.assertEqual(request.plain(), b"x" * size, got)

    def test_an_answer_piece_by_piece(self):
        self.server.answers["/big"] = say(200, b"y" * 20000000)
        self.assertEqual(drive(self.server.url, "path=/big", "take=1"), ["GET 200, 20000000 bytes, , attempts 1"])
        self.assertEqual(drive(self.server.url, "path=/big"), ["error 110: 127.0.0.1:PORT: GET /big: the answer is longer than 16777216 bytes"])

    def test_connections_are_kept(self):
        before = self.server.connections
        drive(self.server.url, "path=/ok", "times=50", "in_flight=1", "quiet=1")
        self.assertEqual(self.server.connections - before, 1)
        drive(self.server.url, "path=/ok", "times=50", "in_flight=4", "quiet=1")
        self.assertLessEqual(self.server.connections - before, 1 + 4)

    def test_logins(self):
        rows = [(("login=basic", "user=ci"), "authorization", "Basic " + base64.b64encode(f"ci:{CANARY}".encode()).decode()),
                (("login=api_key",), "authorization", f"ApiKey {CANARY}"), (("login=bearer",), "authorization", f"Bearer {CANARY}"),
                (("login=api_key", "key_header=X-Horreum-API-Key"), "x-horreum-api-key", CANARY)]
        for arguments, header, value in rows:
            request, _ = self.echo(*arguments, f"secret_file={self.secret}", "quiet=1")
            self.assertEqual(request.headers.get(header), value)
        with FaultServer() as other:  # a redirect there takes nothing along
            self.server.answers["/away"] = say(302, b"", f"Location: {other.url}/ok")
            drive(self.server.url, "path=/away", *self.basic())
            self.assertEqual(other.seen, [])


# --- TLS ---

NGINX = """
daemon off; master_process off; pid @DIR@/pid; error_log @DIR@/error.log warn;
events {}
http {
    access_log @DIR@/access.log;
    client_body_temp_path @DIR@/t1; proxy_temp_path @DIR@/t2; fastcgi_temp_path @DIR@/t3; uwsgi_temp_path @DIR@/t4; scgi_temp_path @DIR@/t5;
    default_type application/json;
    gzip on; gzip_types application/json; gzip_min_length 10;
@SERVERS@
}
"""
SERVERS = [  # name, certificate, further lines
    ("good", "good", "ssl_protocols TLSv1.2 TLSv1.3;"),
    ("tls12", "good", "ssl_protocols TLSv1.2;"),
    ("tls13", "good", "ssl_protocols TLSv1.3;"),
    ("tls11", "good", "ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;"),
    ("h2", "good", "http2_max_concurrent_streams 16;"),
    ("expired", "expired", ""),
    ("self", "self", ""),
    ("other", "other", ""),
    ("client", "good", "ssl_client_certificate @DIR@/ca.pem; ssl_verify_client on;"),
    ("password", "good", "auth_basic x; auth_basic_user_file @DIR@/htpasswd; location = /file { root @DIR@; }"),
]


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)


class Tls(Scratch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_certificates()
        cls.ports = dict(zip((name for name, _, _ in SERVERS), servers.free_ports(len(SERVERS))))
        cls.write("htpasswd", f"ci:{{PLAIN}}{CANARY}\n")
        blocks = "\n".join(
            f"server {{ listen 127.0.0.1:{cls.ports[name]} ssl{' http2' if name == 'h2' else ''}; ssl_certificate @DIR@/{certificate}.pem; "
            f"ssl_certificate_key @DIR@/{certificate}.key; {lines} location /stall {{ proxy_pass {cls.server.url}; }} location / {{ return 200 '{{\"protocol\": \"$ssl_protocol\", \"http\": "
            f"\"$server_protocol\", \"connection\": $connection, \"filling\": \"{'x' * 400}\"}}'; }} }}" for name, certificate, lines in SERVERS)
        text = NGINX.replace("@SERVERS@", blocks).replace("@DIR@", str(cls.folder))
        cls.nginx = subprocess.Popen([servers.nginx_program(), "-c", cls.write("nginx.conf", text), "-p", cls.folder], stdin=subprocess.DEVNULL,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(cls.end_nginx)
        wait_until(cls.nginx_listens)

    @classmethod
    def nginx_listens(cls):
        assert cls.nginx.poll() is None, (cls.folder / "error.log").read_text()
        return all(map(servers.listens, cls.ports.values()))

    @classmethod
    def end_nginx(cls):
        cls.nginx.terminate()
        cls.nginx.wait(20)

    @classmethod
    def make_certificates(cls):
        at = cls.folder
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        openssl("req", "-x509", *curve, "-keyout", at / "ca.key", "-out", at / "ca.pem", "-days", 2, "-subj", "/CN=a CA of the tests")
        openssl("req", "-x509", *curve, "-keyout", at / "self.key", "-out", at / "self.pem", "-days", 2, "-subj", "/CN=127.0.0.1")
        for name, days, where in (("good", 2, "IP:127.0.0.1,DNS:localhost"), ("expired", -1, "IP:127.0.0.1"), ("other", 2, "DNS:other.example.org"),
                                  ("client", 2, "DNS:client")):
            cls.write("ext", f"subjectAltName={where}\n")
            openssl("req", *curve, "-keyout", at / f"{name}.key", "-out", at / "csr", "-subj", f"/CN={name}")
            openssl("x509", "-req", "-in", at / "csr", "-CA", at / "ca.pem", "-CAkey", at / "ca.key", "-CAcreateserial", "-days", days,
                    "-extfile", at / "ext", "-out", at / f"{name}.pem")
            (at / f"{name}.key").chmod(0o600)

    def get(self, name, *arguments, **named):
        return drive(f"https://127.0.0.1:{self.ports[name]}", "attempts=2", "wait_s=0.02", *arguments, **named)

    def ca(self):
        return f"ca_file={self.folder / 'ca.pem'}"

    def test_versions(self):
        for name, protocol in (("good", "TLSv1.3"), ("tls12", "TLSv1.2"), ("tls13", "TLSv1.3")):
            got = self.get(name, self.ca())
            self.assertTrue(got[0].startswith("GET 200") and f'"protocol": "{protocol}"' in got[1], got)
        self.assertEqual(self.get("tls11", self.ca()), ["error 111: 127.0.0.1:PORT: GET /: TLS: the server speaks no TLS from 1.2 on"])

    def test_certificates(self):
        ca = "; opensearch_ca_file=FILE names the CA that is to be trusted, opensearch_insecure=true looks at no certificate"
        no_ca = "; opensearch_insecure=true would look at no certificate, opensearch_ca_file does not help here"
        rows = [("good", (), "the CA of the server's certificate is not known here" + ca),
                ("self", (self.ca(),), "the server's certificate is self-signed" + ca),
                ("expired", (self.ca(),), "the server's certificate has expired (or the clock here is wrong)" + no_ca),
                ("other", (self.ca(),), "the server's certificate is for another host" + no_ca)]
        for name, arguments, says in rows:
            self.assertEqual(self.get(name, *arguments), [f"error 111: 127.0.0.1:PORT: GET /: TLS: {says}"])
            got = self.get(name, "insecure=1", "quiet=1")
            self.assertEqual(got[0], "again: 127.0.0.1:PORT: INSECURE: the certificate is not looked at (opensearch_insecure): whoever is on the way can read and change everything")
            self.assertTrue(got[1].startswith("GET 200"), got)

    def test_ca_files(self):
        self.write("broken.pem", "no certificate\n")
        for name, why in (("broken.pem", "expected PEM certificates"), ("absent.pem", "No such file or directory")):
            got = self.get("good", f"ca_file={self.folder / name}")
            self.assertEqual(got, [f"error 100: 127.0.0.1:PORT: GET /: TLS: {self.folder / name} (opensearch_ca_file) cannot be used as the file of a CA: {why}"])
        got = self.get("self", f"ca_file={self.folder / 'self.pem'}", "quiet=1")  # a certificate without an alternative name
        self.assertTrue(got[0].startswith("GET 200"), got)

    def test_no_tls_there(self):
        got = drive(self.server.url.replace("http:", "https:"), self.ca())
        self.assertEqual(got, ["error 111: 127.0.0.1:PORT: GET /: TLS: what answers there speaks no TLS (a plain http port?)"])
        got = drive(f"http://127.0.0.1:{self.ports['good']}", "quiet=1")
        self.assertEqual(got, ["GET 400, 255 bytes, text/html, attempts 1: 400 The plain HTTP request was sent to HTTPS port"])

    def test_client_certificates(self):
        pair = (f"client_certificate={self.folder / 'client.pem'}", f"client_key={self.folder / 'client.key'}")
        self.assertTrue(self.get("client", self.ca(), "quiet=1", *pair)[0].startswith("GET 200"))
        got = self.get("client", self.ca(), "quiet=1")
        self.assertIn("No required SSL certificate was sent", got[0])  # nginx says it with an answer
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "good.pem", self.folder / "good.key")
        context.load_verify_locations(self.folder / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context.maximum_version = version
            with FaultServer(context) as server:
                got = drive(server.url, self.ca(), "attempts=1", *QUICK)
                self.assertIn("client certificate", got[-1])  # TLS 1.3: the alert comes while sending, if it comes
                self.assertTrue(drive(server.url, self.ca(), "path=/ok", "quiet=1", *pair)[0].startswith("GET 200"))
        (self.folder / "open.key").write_bytes((self.folder / "client.key").read_bytes())
        (self.folder / "open.key").chmod(0o644)
        got = self.get("client", self.ca(), pair[0], f"client_key={self.folder / 'open.key'}")
        self.assertEqual(got, [f"error 100: {self.folder / 'open.key'}: a secret that others can read (mode 0644); chmod 600 makes it its owner's only"])
        got = self.get("client", self.ca(), pair[0], f"client_key={self.folder / 'good.key'}")
        self.assertIn("error 100: 127.0.0.1:PORT: GET /: TLS: the client certificate (opensearch_client_certificate, opensearch_client_key) cannot be used: ", got[0])

    def test_pinned_key(self):
        public = subprocess.run(["openssl", "x509", "-in", self.folder / "good.pem", "-noout", "-pubkey"], capture_output=True, check=True).stdout
        der = base64.b64decode(b"".join(public.splitlines()[1:-1]))
        pin = "sha256//" + base64.b64encode(hashlib.sha256(der).digest()).decode()
        self.assertTrue(self.get("good", self.ca(), f"pinned_key={pin}", "quiet=1")[0].startswith("GET 200"))
        wrong = "sha256//" + base64.b64encode(hashlib.sha256(b"x").digest()).decode()
        for more in (self.ca(), "insecure=1"):
            self.assertEqual(self.get("good", more, f"pinned_key={wrong}")[-1],
                             "error 111: 127.0.0.1:PORT: GET /: TLS: the server's key is not the one that opensearch_pinned_key names")

    def test_password(self):
        self.write("file", "{}", 0o644)
        self.folder.chmod(0o755)  # nginx may not be root
        self.assertEqual(self.get("password", self.ca(), *self.basic(), "path=/file", "quiet=1"), ["GET 200, 2 bytes, application/json, attempts 1"])
        self.assertEqual(self.get("password", self.ca(), "path=/file", "hint=no login is known"),
                         ["error 111: 127.0.0.1:PORT: GET /file: 401 Authorization Required; no login is known"])

    def test_http2(self):
        got = self.get("h2", self.ca(), *self.basic(), "times=40", "in_flight=8")
        self.assertEqual([re.sub(r" 4[78]\d bytes", " 475 bytes", line) for line in got if line.startswith("GET")], ["GET 200, 475 bytes, application/json, attempts 1"] * 40, got[:4])
        self.assertEqual(sum('"http": "HTTP/2.0"' in line for line in got), 40)
        self.assertEqual(len({re.search(r'"connection": (\d+)', line).group(1) for line in got if "connection" in line}), 1)


    def stalled(self, name, **popen):
        before = self.server.counts.get("/stall", 0)
        process = subprocess.Popen([DRIVER, f"https://127.0.0.1:{self.ports[name]}", "path=/stall", self.ca(), *self.basic()],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(), **popen)
        self.addCleanup(process.stdout.close)
        return process, lambda: self.server.counts.get("/stall", 0) > before

    def test_memory(self):
        """Over TLS, while a request is on its way. (With HTTP/2 nghttp2 has a copy on the heap: there is no core file of it.)"""
        look_at(self, *self.stalled("good"), "TLS")

    def test_core(self):
        for name in ("good", "h2"):
            folder = self.folder / f"core-{name}"
            folder.mkdir()
            process, came = self.stalled(name, cwd=folder, preexec_fn=unlimited)
            look_for_core(self, process, came, folder)


# --- AWS ---

class Aws(Scratch):
    def sign(self, *arguments, service="es"):
        before = len(self.server.seen)
        got = drive(self.server.url, "login=aws", "user=AKIDEXAMPLE", f"secret_file={self.secret}", "region=eu-west-1", f"service={service}",
                    *QUICK, *arguments)
        return (self.server.seen[-1] if len(self.server.seen) > before else None), got

    def test_signatures(self):
        body = 'body={"index":{"_id":"a b/ü"}}\n'
        for arguments in (("path=/",), ("path=/_cluster/health",), ("path=/index/_bulk", "method=POST", body), ("path=/index/_bulk", "method=POST", body, "repeat=300", "gzip=1"),
                          ("path=/index/_bulk?refresh=true", "method=POST", body), ("path=/index", "method=PUT", "body={}"), ("path=/index", "method=HEAD"),
                          ("path=/index/_doc/3f0a-1_x.y~z", "method=DELETE"), ("path=/index/_search", "method=POST", "body={}", "header=X-Opaque-Id: a  b"),
                          ("path=/index/_refresh", "method=POST"), ("path=/_search/point_in_time?keep_alive=1m", "method=POST"),
                          ("path=/index/_mget?stored_fields=a.b%2Cc%C3%BC", "method=POST", "body={}"), ("path=/_search/point_in_time", "method=DELETE", "body={}")):
            for service in ("es", "aoss"):
                with self.subTest(arguments, service=service):
                    request, got = self.sign(*arguments, service=service)
                    self.assertIsNotNone(request, got)
                    self.assertEqual(aws.verify(request, CANARY, "eu-west-1", service), "")
                    if service == "aoss":
                        self.assertIn("x-amz-content-sha256", request.headers)

    def test_session_token(self):
        token = self.write("token", "a/session+token==\n")
        request, got = self.sign("path=/index/_bulk", "method=POST", "body={}", f"session_file={token}")
        self.assertEqual((request.headers.get("x-amz-security-token"), aws.verify(request, CANARY, "eu-west-1", "es")), ("a/session+token==", ""))

    def test_what_cannot_be_signed_is_refused(self):
        rows = [(("path=/a%2Fb",), "a path with other characters than letters, digits and -._~"),
                (("path=/a,b",), "a path with other characters than letters, digits and -._~"), (("path=/a?b=1&c=2",), "a query of other than one plain name=value"),
                (("path=/a?refresh",), "a query of other than one plain name=value"), (("path=/a?b=%2c",), "a query of other than one plain name=value"), (("path=/a?b=%41",), "a query of other than one plain name=value"),
                (("path=/a?b=1,2",), "a query of other than one plain name=value"), (("path=/a?b=%2",), "a query of other than one plain name=value"),
                (("path=/a", "method=POST", "stream=10"), "a body that is not in memory")]
        for arguments, why in rows:
            request, got = self.sign(*arguments)
            self.assertIsNone(request)
            method = "POST" if "method=POST" in arguments else "GET"
            self.assertEqual(got, [f"error 100: 127.0.0.1:PORT: {method}: AWS Signature Version 4 cannot sign {why} here"])


# --- proxies ---

class Proxy:
    """CONNECT, and requests with a whole URL; `login`: what it wants, or None."""

    def __init__(self, login=None, status=None):
        self.login, self.status, self.heads = login, status, []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        head = b""
        while b"\r\n\r\n" not in head:
            more = connection.recv(65536)
            if not more:
                return connection.close()
            head += more
        self.heads.append(head.decode("latin-1"))
        wanted = f"Proxy-Authorization: Basic {base64.b64encode(self.login.encode()).decode()}\r\n" if self.login else ""
        if self.status or wanted not in self.heads[-1]:
            connection.sendall(answer(self.status or 407, b"", "Connection: close"))
            return connection.close()
        method, target, _ = self.heads[-1].split(" ", 2)
        if method != "CONNECT":
            connection.sendall(answer(200, {"by": "proxy"}, "Connection: close"))
            return connection.close()
        host, _, port = target.rpartition(":")
        onward = socket.create_connection((host, int(port)))
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        while True:
            for each in select.select([connection, onward], [], [], 30)[0]:
                data = each.recv(65536)
                if not data:
                    connection.close()
                    return onward.close()
                (onward if each is connection else connection).sendall(data)


class Proxies(Tls):
    def through(self, proxy, name="good", login="", **extra):
        env = {"https_proxy": f"http://{login}127.0.0.1:{proxy.port}"} | extra
        return self.get(name, self.ca(), "quiet=1", *self.basic(), env=env)

    def test_connect(self):
        proxy = Proxy()
        self.assertTrue(self.through(proxy)[0].startswith("GET 200"))
        self.assertTrue(proxy.heads[0].startswith(f"CONNECT 127.0.0.1:{self.ports['good']} "))
        self.assertNotIn("uthorization", proxy.heads[0])
        self.assertTrue(self.through(proxy, no_proxy="127.0.0.1")[0].startswith("GET 200"))
        self.assertEqual(len(proxy.heads), 1)

    def test_login(self):
        proxy = Proxy(login=f"me:{CANARY}")
        self.assertTrue(self.through(proxy, login=f"me:{CANARY}@")[0].startswith("GET 200"))
        for login in ("", f"me:{CANARY}x@"):
            self.assertEqual(self.through(proxy, login=login), ["error 111: 127.0.0.1:PORT: GET /: the proxy wants a login that it knows (407): https_proxy=http://USER:PASSWORD@HOST:PORT"])

    def test_refusal(self):
        self.assertEqual(self.through(Proxy(status=403)), ["error 110: 127.0.0.1:PORT: GET /: the proxy (https_proxy) does not connect: 403 Forbidden"])
        self.assertEqual(self.through(Proxy(status=503))[-1], "error 110: 127.0.0.1:PORT: GET /: the proxy (https_proxy) does not connect: 503 Service Unavailable (attempt 2 of 2)")
        refused = "the proxy (https_proxy, http_proxy, all_proxy): connection refused: nothing listens there (the wrong port?) (attempt 1 of 1)"
        for proxy in (f"http://me:{CANARY}@127.0.0.1:1", "http://localhost:1", "socks5://127.0.0.1:1"):
            got = self.get("good", self.ca(), "attempts=1", env={"https_proxy": proxy})
            self.assertEqual(got, [f"error 110: 127.0.0.1:PORT: GET /: {refused}"])
        got = self.get("good", self.ca(), "attempts=1", env={"https_proxy": f"http://me:{CANARY}@nowhere.invalid:1"})
        self.assertEqual(got, ["error 110: 127.0.0.1:PORT: GET /: the proxy's name (https_proxy, http_proxy, all_proxy) cannot be resolved (attempt 1 of 1)"])

    def test_plain(self):
        proxy = Proxy()
        got = drive("http://nowhere.invalid", "quiet=1", env={"http_proxy": f"http://127.0.0.1:{proxy.port}"})
        self.assertTrue(got[0].startswith("GET 200") and proxy.heads[0].startswith("GET http://nowhere.invalid/ "), got)


for name in [n for n in dir(Tls) if n.startswith("test_")]:
    setattr(Proxies, name, None)  # the servers are used, not their tests


# --- signals, memory ---

def look_at(test, process, came, row):
    """Stops the process when its request came, searches its memory and arguments, ends it."""
    word, sent = CANARY.encode(), base64.b64encode(f"ci:{CANARY}".encode())
    try:
        wait_until(came)
        process.send_signal(signal.SIGSTOP)
        memory.wait_stopped(process.pid)
        found = memory.look_for(process.pid, [word, sent])
        commands = pathlib.Path(f"/proc/{process.pid}/cmdline").read_bytes()
    finally:
        memory.go_on(process.pid)
        process.kill()
    SAID.append(process.communicate(timeout=SECONDS)[0])
    test.assertNotIn(word, commands)
    test.assertIn("(kept out)", found[word], row)
    for each in (word, sent):
        test.assertEqual([place for place in found[each] if place != "(kept out)"], [], row)


def unlimited():
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def look_for_core(test, process, came, folder):
    wait_until(came)
    sanitized = memory.is_sanitized(process.pid)
    process.send_signal(signal.SIGABRT)
    SAID.append(process.communicate(timeout=SECONDS)[0])
    cores = list(folder.iterdir())
    test.assertTrue(sanitized or not cores, cores)
    for core in cores:
        test.assertNotIn(CANARY.encode(), core.read_bytes())


class Process(Scratch):
    def start(self, *arguments, env=None, **popen):
        return subprocess.Popen([DRIVER, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(env), **popen)

    def wait_for(self, path):
        wait_until(lambda: self.server.counts.get(path))

    def test_signals(self):
        later = say(503, b"", "Retry-After: 100")
        for number, code, name in ((signal.SIGINT, 130, "SIGINT"), (signal.SIGTERM, 143, "SIGTERM")):
            for kind, act in (("transfer", stall()), ("wait", later)):
                path = f"/{kind}{code}"
                self.server.answers[path] = act
                process = self.start(self.server.url, f"path={path}")
                self.wait_for(path)
                if kind == "wait":
                    process.stdout.readline()  # "again: …": it waits
                process.send_signal(number)
                out = process.communicate(timeout=SECONDS)[0]
                SAID.append(out)
                self.assertIn(f"error {code}: 127.0.0.1:{self.server.port}: stopped by {name}", out)

    def test_memory(self):
        """While a request is on its way, and after it: the secret stands nowhere that a core file would hold."""
        for login in ("basic", "api_key", "bearer", "aws"):
            path = f"/memory-{login}"
            self.server.answers[path] = stall()
            process = self.start(self.server.url, f"path={path}", f"login={login}", "user=ci", "region=r", "service=es", f"secret_file={self.secret}")
            look_at(self, process, lambda: self.server.counts.get(path), login)

    def test_core(self):
        folder = self.folder / "core"
        folder.mkdir()
        self.server.answers["/core"] = stall()

        process = self.start(self.server.url, "path=/core", *self.basic(), cwd=folder, preexec_fn=unlimited)
        look_for_core(self, process, lambda: self.server.counts.get("/core"), folder)


class ZLast(unittest.TestCase):
    def test_no_secret_was_said(self):
        whole = "\n".join(SAID)
        self.assertGreater(len(whole), 1000)
        for word in (CANARY, base64.b64encode(f"ci:{CANARY}".encode()).decode(), urllib.parse.quote(CANARY)):
            self.assertNotIn(word, whole)


if __name__ == "__main__":
    unittest.main()
