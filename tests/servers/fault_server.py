"""A server that misbehaves as it is told to: raw sockets, a thread per connection. Standard library only.

    with FaultServer() as server:
        server.url              # "http://127.0.0.1:40123"
        server.seen             # [Request]: what came, in order
        server.answers["/x"] = lambda connection, request, number: connection.sendall(answer(200, b"{}"))

What a path does is a function of (connection, request, number of requests to that path so far, from 1). `FAULTS` are the ones that
all tests may use by their path. A function that returns True keeps the connection for the next request.
"""
import gzip
import http
import json
import socket
import ssl
import struct
import threading
import time
import zlib

BLOCK = 1 << 16


class Request:
    def __init__(self, method, target, headers, body):
        self.method, self.target, self.headers, self.body = method, target, headers, body
        self.path, _, self.query = target.partition("?")

    def plain(self):
        """The body without its compression."""
        return gzip.decompress(self.body) if self.headers.get("content-encoding") == "gzip" else self.body


def answer(status, body=b"", *headers, length=None):
    if isinstance(body, (dict, list)):
        body, headers = json.dumps(body).encode(), ("Content-Type: application/json", *headers)
    try:
        reason = http.HTTPStatus(status).phrase
    except ValueError:
        reason = "Odd"
    lines = [f"HTTP/1.1 {status} {reason}", f"Content-Length: {len(body) if length is None else length}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def say(*args, **named):
    """A whole answer, and the connection stays."""
    def act(connection, request, number):
        connection.sendall(answer(*args, **named) if request.method != "HEAD" else answer(*args, **named).partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
        return True
    return act


def then(*acts):
    """The first request gets the first one, …, all others the last."""
    return lambda connection, request, number: acts[min(number, len(acts)) - 1](connection, request, number)


def echo(connection, request, number):
    """What came."""
    connection.sendall(answer(200, {"method": request.method, "target": request.target, "headers": request.headers,
                                    "length": len(request.body), "plain": len(request.plain())}))
    return True


def raw(*pieces, wait=0.0):
    """These bytes, and the end."""
    def act(connection, request, number):
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(wait)
    return act


def reset(*pieces):
    """These bytes, then RST."""
    def act(connection, request, number):
        for piece in pieces:
            connection.sendall(piece)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return act


def stall(*pieces):
    """These bytes, then nothing until the other side gives up."""
    def act(connection, request, number):
        for piece in pieces:
            connection.sendall(piece)
        connection.settimeout(60)
        connection.recv(1)
    return act


def endless(head, piece, wait=0.0):
    def act(connection, request, number):
        connection.sendall(head)
        while True:
            connection.sendall(piece)
            time.sleep(wait)
    return act


def bomb(megabytes):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1 << 20)
    packed = b"".join(packer.compress(zeros) for _ in range(megabytes)) + packer.flush()
    return answer(200, packed, "Content-Encoding: gzip", "Content-Type: application/json")


def chunk(data):
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
HTML = (b"<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n"
        b"<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n")
REASON = {"error": {"root_cause": [{"type": "parse_exception", "reason": "root"}], "type": "mapper_parsing_exception",
                    "reason": "failed to parse field [a]", "caused_by": {"type": "x", "reason": "For input string: \"b\""}}, "status": 400}

FAULTS = {
    "/ok": say(200, {"ok": True}),
    "/echo": echo,
    "/no_content": say(204),
    "/nothing": raw(),
    "/reset": reset(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "/reset_body": reset(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":"),
    "/half": raw(answer(200, b"{\"half\"", length=100)),
    "/longer": raw(answer(200, b"{}" + b"x" * 50, length=2)),
    "/cut_chunk": raw(CHUNKED + b"40\r\n{\"half\""),
    "/no_last_chunk": raw(CHUNKED + chunk(b"{}")),
    "/bad_chunk": raw(CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n"),
    "/negative": raw(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}"),
    "/two_lengths": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 2\r\n\r\n{}"),
    "/stall": stall(),
    "/stall_body": stall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":"),
    "/drip": endless(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x", wait=0.05),
    "/no_http": raw(b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n"),
    "/old_http": raw(b"{\"a\": 1}"),
    "/odd_encoding": raw(answer(200, b"{}", "Content-Encoding: br")),
    "/bad_gzip": raw(answer(200, b"\x1f\x8b\x08\x00no gzip at all", "Content-Encoding: gzip")),
    "/cut_gzip": raw(answer(200, gzip.compress(b"{\"a\": 1}" * 1000)[:40], "Content-Encoding: gzip")),
    "/gzip": raw(answer(200, gzip.compress(b"{\"a\": 1}"), "Content-Encoding: gzip", "Content-Type: application/json")),
    "/bomb": raw(bomb(32)),
    "/endless": endless(CHUNKED, chunk(b"x" * BLOCK)),
    "/endless_headers": endless(b"HTTP/1.1 200 OK\r\n", b"X-Header: " + b"y" * 1000 + b"\r\n"),
    "/endless_continue": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "/endless_error": endless(b"HTTP/1.1 500 Internal Server Error\r\nTransfer-Encoding: chunked\r\n\r\n", chunk(b"all is lost " * 1000)),
    "/here": say(302, b"", "Location: /ok"),
    "/round": say(302, b"", "Location: /round"),
    "/elsewhere": say(307, b"", "Location: http://user:pass@elsewhere.invalid/other?key=value"),
    "/nowhere": say(301),
    "/storm503": say(503, HTML, "Content-Type: text/html"),
    "/storm429": say(429, {"error": {"reason": "rejected execution of bulk"}}),
    "/later": then(say(503, HTML, "Content-Type: text/html"), say(429, {"message": "slow down"}, "Retry-After: 1"), say(200, {"ok": True})),
    "/date": then(say(503, b"", "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT"), say(200, {"ok": True})),
    "/tomorrow": say(503, b"", "Retry-After: 86400"),
    "/reset_once": then(reset(b"HTTP/1.1 "), say(200, {"ok": True})),
    "/400": say(400, REASON),
    "/400html": say(400, b"<html><body><h1>Bad</h1><p>The plain HTTP request was sent to HTTPS port</p></body></html>"),
    "/400text": say(400, b"no such \x1b[31mcolour\x07 \xff here\nand \xe2\x80\xae there"),
    "/404": say(404, {"error": "no handler found for uri", "status": 404}),
    "/409": say(409, {"error": {"reason": "version conflict"}}),
    "/413": say(413, {"errorMessage": "too much"}),
    "/500": say(500, {"title": "Internal", "detail": "it hurts"}),
    "/401": say(401, b"Unauthorized"),
    "/403": say(403, {"error": {"reason": "no permissions for [indices:data/write/bulk]"}}),
    "/echo401": lambda connection, request, number: connection.sendall(
        answer(401, {"message": "you said " + " ".join(f"{k}: {v}" for k, v in request.headers.items())})),
}


class FaultServer:
    def __init__(self, context=None, answers=FAULTS):
        self.answers, self.seen, self.counts = dict(answers), [], {}
        self.context, self.lock, self.open, self.connections = context, threading.Lock(), [], 0
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.socket.close()
        for connection in self.open:
            connection.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        self.open.append(connection)
        try:
            connection.settimeout(60)
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            while self.serve_one(connection):
                pass
        except (OSError, ssl.SSLError, ValueError):
            pass
        finally:
            connection.close()

    def serve_one(self, connection):
        request = read_request(connection)
        if not request:
            return False
        with self.lock:
            self.seen.append(request)
            number = self.counts[request.path] = self.counts.get(request.path, 0) + 1
        act = self.answers.get(request.path, say(404, {"error": "no such fault"}))
        return act(connection, request, number)


def read_request(connection):
    head = b""
    while b"\r\n\r\n" not in head:
        more = connection.recv(BLOCK)
        if not more:
            return None
        head += more
        if head.startswith(b"\x16\x03"):  # somebody speaks TLS
            connection.sendall(answer(400, b"", "Connection: close"))
            return None
    head, _, body = head.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if headers.get("transfer-encoding") == "chunked":
        return Request(method, target, headers, read_chunks(connection, body))
    while len(body) < int(headers.get("content-length", 0)):
        more = connection.recv(BLOCK)
        if not more:
            return None
        body += more
    return Request(method, target, headers, body)


def read_chunks(connection, buffered):
    body = b""
    while True:
        while b"\r\n" not in buffered:
            buffered += connection.recv(BLOCK)
        size, _, buffered = buffered.partition(b"\r\n")
        size = int(size, 16)
        while len(buffered) < size + 2:
            buffered += connection.recv(BLOCK)
        body += buffered[:size]
        buffered = buffered[size + 2:]
        if size == 0:
            return body
