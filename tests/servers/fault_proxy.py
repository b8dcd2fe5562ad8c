"""A proxy between matbench and a real server, which does what networks and tired servers do. Standard library only.

    with fault_proxy.FaultProxy(host, port) as proxy:
        proxy.fault = fault_proxy.status(503, when=bulk, times=2)  # then it lets everything through
        … proxy.port …

A fault is a function of an Exchange that gives None (let it through) or one of:
    Answer(status, headers, body)   instead of the server's
    Raw(bytes)                      these bytes instead of an answer, then the connection ends
    Cut(answer=N)                   the server gets the request, the client N bytes of the answer, then a reset
    Cut(request=True)               a reset before the server got anything
    Stall(answer=N)                 as Cut, but silence in place of the reset, until the client or the proxy leaves; 0: the server gets nothing
    Mangle(function)                function(bytes of the whole answer) -> bytes, then the connection ends

`proxy.trip = (N, act)`: act() is called when N bytes in all, of requests and answers, have passed, and nothing passes any more: for
killing a program at byte N. `proxy.passed` counts them. A proxy with certificates (`tls=(certificate, key)`) speaks TLS with the client.
As a proxy of http_proxy it takes "http://host/path" too, and any host is the one server: a name that did not resolve before.
"""
import gzip
import http.client
import json
import socket
import ssl
import struct
import threading


class Answer:
    def __init__(self, status, headers=None, body=b""):
        self.status, self.headers = status, headers or {}
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()

    def bytes(self):
        lines = [f"HTTP/1.1 {self.status} {http.client.responses.get(self.status, 'Odd')}"]
        headers = {"content-type": "application/json"} | self.headers | {"content-length": str(len(self.body))}
        return "\r\n".join([*lines, *(f"{k}: {v}" for k, v in headers.items()), "", ""]).encode() + self.body


class Raw:
    def __init__(self, data):
        self.data = data


class Cut:
    def __init__(self, answer=0, request=False):
        self.answer, self.request = answer, request


class Stall:
    def __init__(self, answer=0):
        self.answer = answer


class Mangle:
    def __init__(self, change):
        self.change = change


class Exchange:
    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body

    @property
    def text(self):
        """The body as it was before compression."""
        packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()


def bulk(exchange):
    return exchange.path.split("?")[0].endswith("/_bulk")


def anything(exchange):
    return True


class Times:
    """A fault that happens so many times (None: always) to the exchanges that `when` chooses."""

    def __init__(self, what, when=bulk, times=None):
        self.what, self.when, self.left, self.lock = what, when, times, threading.Lock()
        self.happened = 0

    def __call__(self, exchange):
        with self.lock:
            if not self.when(exchange) or self.left == 0:
                return None
            if self.left is not None:
                self.left -= 1
            self.happened += 1
        return self.what(exchange) if callable(self.what) else self.what


def status(code, when=bulk, times=None, body=None, headers=None):
    return Times(Answer(code, headers, {"error": {"type": "test_exception", "reason": f"the proxy says {code}"}, "status": code}
                        if body is None else body), when, times)


class Gone(Exception):
    pass


class FaultProxy:
    def __init__(self, host, port, tls=None, listen=0):
        self.upstream, self.fault, self.trip, self.passed = (host, port), None, None, 0
        self.tls, self.lock, self.ended = tls, threading.Lock(), threading.Event()
        self.requests = []  # "POST /_bulk", for the tests
        self.socket = socket.create_server(("127.0.0.1", listen), backlog=64)
        self.port = self.socket.getsockname()[1]
        self.open = set()

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for client in list(self.open):
            self._reset(client)

    def _accept(self):
        while not self.ended.is_set():
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    @staticmethod
    def _reset(client):
        try:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
        client.close()

    def _serve(self, client):
        self.open.add(client)
        try:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(*self.tls)
                client = context.wrap_socket(client, server_side=True)
                self.open.add(client)
            while self._exchange(client):
                pass
        except (OSError, Gone, http.client.HTTPException):
            pass
        finally:
            self.open.discard(client)
            client.close()

    # ---- bytes ----

    def _pass(self, n):
        """How many of n bytes may pass."""
        with self.lock:
            allowed, act = n, None
            if self.trip:
                at, act = self.trip
                allowed = max(0, min(n, at - self.passed))
                if self.passed + n < at:
                    act = None
            self.passed += n
        if act:
            act()
        return allowed

    def _receive(self, client, n):
        data = client.recv(n)
        if not data or self._pass(len(data)) < len(data):
            raise Gone
        return data

    def _send(self, client, data):
        allowed = self._pass(len(data))
        client.sendall(data[:allowed])
        if allowed < len(data):
            raise Gone

    # ---- one exchange ----

    def _read_request(self, client):
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._receive(client, 65536)
        head, body = data.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ")
        headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
        if path.startswith("http://"):
            path = "/" + path.split("/", 3)[3]
        if headers.get("expect"):
            self._send(client, b"HTTP/1.1 100 Continue\r\n\r\n")
        length = int(headers.get("content-length", 0))
        assert "chunked" not in headers.get("transfer-encoding", ""), "matbench sends what is in memory"
        while len(body) < length:
            body += self._receive(client, 65536)
        return Exchange(method, path, headers, body)

    def _ask(self, exchange):
        upstream = http.client.HTTPConnection(*self.upstream, timeout=60)
        drop = ("host", "connection", "proxy-connection", "expect", "accept-encoding", "transfer-encoding", "content-length")
        headers = {k: v for k, v in exchange.headers.items() if k not in drop}
        try:
            upstream.request(exchange.method, exchange.path, exchange.body or None, headers)
            answer = upstream.getresponse()
            body = answer.read()
            length = {"content-length": answer.headers["content-length"]} if exchange.method == "HEAD" and answer.headers["content-length"] else {}
            return answer.status, {"content-type": answer.headers.get("content-type", "application/json")} | length, body
        finally:
            upstream.close()

    def _answer(self, exchange):
        code, headers, body = self._ask(exchange)
        data = Answer(code, headers, body).bytes()
        return data

    def _exchange(self, client):
        exchange = self._read_request(client)
        with self.lock:
            self.requests.append(f"{exchange.method} {exchange.path}")
        what = self.fault(exchange) if self.fault else None
        if what is None:
            self._send(client, self._answer(exchange))
            return True
        if isinstance(what, Answer):
            data = what.bytes()
            self._send(client, data[:data.index(b"\r\n\r\n") + 4] if exchange.method == "HEAD" else data)
            return True
        if isinstance(what, Raw):
            self._send(client, what.data)
        elif isinstance(what, Mangle):
            self._send(client, what.change(self._answer(exchange)))
        elif isinstance(what, Cut):
            if not what.request:
                self._send(client, self._answer(exchange)[:what.answer])
            self._reset(client)
        elif isinstance(what, Stall):
            if what.answer:
                self._send(client, self._answer(exchange)[:what.answer])
            client.settimeout(0.2)
            while not self.ended.is_set():
                try:
                    if not client.recv(1):
                        break
                except TimeoutError:
                    continue
        return False
