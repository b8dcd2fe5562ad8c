#!/usr/bin/env python3
"""A small stateful stand-in for a Horreum server (0.20): what was seen on a real one, as far as matbench meets it. Standard library only.

    with HorreumFake() as fake:
        fake.url, fake.key                 # the key of a user who may do everything in dev-team
        fake.add_key("uploader")           # one who may only upload
        fake.fault = lambda request: "drop_after"   # see answer()
        fake.requests                      # every request: method, target, headers, body

    horreum_fake.py [PORT]                 # by hand; prints the URL and the key

What it does as the real one: empty bodies with 400, 401, 403, 404, 405, 406, 413, 414, 415; 10 MiB and 4096-byte limits; chunked
answers from 8 KiB on; no gzip; `+` is a blank; 404 for a value of the wrong type; pages from 1 in lists and from 0 in labelValues; ids
with gaps; documents as PostgreSQL's jsonb; labels and datasets that come late; the trash. Late means: after `lag` questions for them.
"""
import base64
import datetime
import decimal
import http.server
import json
import math
import re
import secrets
import socket
import sys
import threading
import urllib.parse

BODY_MAX, LINE_MAX, CHUNKED_FROM = 10485760, 4096, 8192
URNS = ("urn", "uri", "http", "https", "ftp", "file", "jar")
ROLES = {"viewer": ["viewer", "dev-viewer"], "uploader": ["viewer", "dev-viewer", "uploader", "dev-uploader"]}
ROLES["tester"] = ROLES["uploader"] + ["tester", "dev-tester"]
NUMBERS = re.compile(r'^\$\.kpis \? \(@\.type\(\) == "object"\)\.keyvalue\(\) \? \(@\.value\.value\.type\(\) == "(number|array)"( && @\.value\.unit\.type\(\) == "string")?\)\.(key|value\.value|value\.unit)$')


class Answer(Exception):
    def __init__(self, status, body="", kind="text/plain;charset=UTF-8", headers=()):
        super().__init__(status)
        self.status, self.headers = status, dict(headers)
        self.body = body if isinstance(body, bytes) else (body if isinstance(body, str) else dump(body)).encode()
        self.kind = kind if isinstance(body, (str, bytes)) else "application/json;charset=UTF-8"


# ---- JSON as jsonb keeps and prints it ----

def number(text):
    value = float(text)
    return "Infinity" if math.isinf(value) else value + 0.0


def load(body):
    """What the server makes of a document; text behind it is ignored. NaN is refused."""
    text = body.decode(errors="replace")

    def refuse(what):
        raise ValueError(what)
    decoder = json.JSONDecoder(parse_float=number, parse_constant=refuse)
    return decoder.raw_decode(text.lstrip())[0]


def real_text(value):
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value if value else 0.0)
    text = format(decimal.Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def dump(value):
    if isinstance(value, float):
        return real_text(value)
    if isinstance(value, dict):
        members = sorted(value, key=lambda k: (len(k.encode()), k.encode()))
        return "{" + ", ".join(f"{json.dumps(k)}: {dump(value[k])}" for k in members) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(dump, value)) + "]"
    return json.dumps(value)


def kind_of(value):
    """As `type()` of PostgreSQL's path language names it."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return "number"
    return "array" if isinstance(value, list) else "other"



def has_nul(value):
    if isinstance(value, dict):
        return any("\0" in k or has_nul(v) for k, v in value.items())
    return any(map(has_nul, value)) if isinstance(value, list) else isinstance(value, str) and "\0" in value


# ---- labels ----

def path_values(document, path):
    """The few paths of PostgreSQL that matbench uses."""
    found = NUMBERS.match(path)
    if found:
        kpis = document.get("kpis") if isinstance(document, dict) else None
        pairs = sorted(kpis.items(), key=lambda p: (len(p[0].encode()), p[0].encode())) if isinstance(kpis, dict) else []
        pairs = [(k, v) for k, v in pairs if isinstance(v, dict) and kind_of(v.get("value")) == found[1]]
        pairs = [p for p in pairs if not found[2] or isinstance(p[1].get("unit"), str)]
        return [p[0] if found[3] == "key" else p[1][found[3].removeprefix("value.")] for p in pairs]
    value = document
    for part in re.findall(r'\.("(?:[^"\\]|\\.)*"|[A-Za-z_0-9]+)', path[1:]):
        name = json.loads(part) if part.startswith('"') else part
        if not isinstance(value, dict) or name not in value:
            return []
        value = value[name]
    return [value]


def label_value(document, label):
    def extract(extractor):
        values = path_values(document, extractor["jsonpath"])
        return values if extractor["isarray"] else values[0] if values else None
    if len(label["extractors"]) == 1:
        return extract(label["extractors"][0])
    return {e["name"]: extract(e) for e in label["extractors"]}


def violations(schema, value, root, at="$"):
    """Only what the tests need: types and required members."""
    if not isinstance(schema, dict):
        return
    if "$ref" in schema:
        schema = root["definitions"][schema["$ref"].rpartition("/")[2]]
    kinds = {"object": dict, "string": str, "array": list, "number": (int, float), "integer": int, "boolean": bool, "null": type(None)}
    kind = schema.get("type")
    if isinstance(kind, str) and (not isinstance(value, kinds[kind]) or (kind != "boolean" and isinstance(value, bool))):
        yield {"type": "type", "instanceLocation": at, "message": f"{at}: {type(value).__name__} found, {kind} expected"}
        return
    for name in schema.get("required", []):
        if isinstance(value, dict) and name not in value:
            yield {"type": "required", "instanceLocation": at, "property": name, "message": f"{at}: required property '{name}' not found"}
    for name, inner in schema.get("properties", {}).items():
        if isinstance(value, dict) and name in value:
            yield from violations(inner, value[name], root, f"{at}.{name}")


def moment(text, body):
    """Milliseconds, or None."""
    if text and text.startswith("$."):
        found = path_values(body, text)
        text = found[0] if found else None
    if text is None or (isinstance(text, str) and re.fullmatch(r"\d+", text)):
        return text and int(text)
    try:
        when = datetime.datetime.fromisoformat(re.sub(r"Z$", "+00:00", str(text)))
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=datetime.timezone.utc)
    return (when - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(milliseconds=1)


class Request:
    def __init__(self, method, target, headers, body):
        self.method, self.target, self.headers, self.body = method, target, headers, body
        parts = urllib.parse.urlsplit(target)
        self.path = parts.path
        self.query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))

    def integer(self, name, otherwise):
        try:
            return int(self.query[name]) if name in self.query else otherwise
        except ValueError:
            raise Answer(404) from None

    def choice(self, name, values, otherwise):
        if self.query.get(name, otherwise) not in values:
            raise Answer(404)
        return self.query.get(name, otherwise)

    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            raise Answer(400) from None


class Store:
    """What a server keeps, and what it answers."""

    def __init__(self):
        self.lock = threading.RLock()
        self.keys, self.passwords = {}, {}
        self.tests, self.schemas, self.labels, self.runs = {}, {}, {}, {}
        self.serial = 0
        self.lag = 0           # questions until datasets and labels of a new run are there
        self.list_max = 10**9  # rows of a page at most
        self.values_without_labels = False  # labelValues?include= shows runs without labels, as it does without include

    def number(self, gap=1):
        self.serial += gap
        return self.serial

    # ---- who asks ----

    def roles(self, headers):
        key, basic = headers.get("x-horreum-api-key"), headers.get("authorization", "")
        if key is not None and key not in self.keys:
            raise Answer(401, headers={"www-authenticate": "basic"})
        if basic.lower().startswith("basic "):
            pair = base64.b64decode(basic[6:]).decode()
            if pair not in self.passwords:
                raise Answer(401, headers={"www-authenticate": "basic"})
            return self.passwords[pair]
        return self.keys[key] if key is not None else None

    @staticmethod
    def need(roles, role):
        if roles is None:
            raise Answer(401, headers={"www-authenticate": "basic"})
        if role not in roles:
            raise Answer(403)

    # ---- tests ----

    def test_by_name(self, request, roles, name):
        for test in self.tests.values():
            if name in (test["name"], str(test["id"])):
                raise Answer(200, test)
        raise Answer(404, f"No test with name or id {name}")

    def add_test(self, request, roles):
        self.need(roles, "tester")
        given = request.json()
        if not str(given.get("name") or "").strip():
            raise Answer(400, "Test name can not be empty")
        if given.get("owner") not in roles:
            raise Answer(403, f"This user does not have the {given.get('owner')} role!")
        if any(t["name"] == given["name"] for t in self.tests.values()):
            raise Answer(409, "Could not persist test due to another test.")
        test = {"access": "PUBLIC", "datastoreId": 1, "notificationsEnabled": True} | given | {"id": self.number()}
        self.tests[test["id"]] = test
        raise Answer(201, test)

    # ---- schemas and labels ----

    def schema_id(self, request, roles, uri):
        for schema in self.schemas.values():
            if schema["uri"] == uri:
                raise Answer(200, schema["id"])
        raise Answer(404, f"Schema with given uri not found: {uri}")

    def schema(self, request, roles, number):
        raise Answer(200, self.schemas[number]) if number in self.schemas else Answer(404, "Schema not found")

    def descriptors(self, request, roles):
        raise Answer(200, [{"id": s["id"], "name": s["name"], "uri": s["uri"]} for s in self.schemas.values()])

    def put_schema(self, request, roles):
        self.need(roles, "tester")
        given = request.json()
        new = request.method == "POST"
        if new:
            given["id"] = None
        elif given.get("id") not in self.schemas:
            raise Answer(404, f"Missing schema id or schema with id {given.get('id')} does not exist")
        if not given.get("uri", "").startswith(tuple(u + ":" for u in URNS)):
            raise Answer(400, f"Please use URI starting with one of these schemes: [{', '.join(URNS)}]")
        for other in self.schemas.values():
            if other["id"] != given["id"] and other["name"] == given.get("name"):
                raise Answer(400, "Name already used")
            if other["id"] != given["id"] and other["uri"] == given["uri"]:
                raise Answer(400, "URI already used")
        if given.get("owner") not in roles:
            raise Answer(500, self.trouble())
        given["id"] = given["id"] or self.number()
        self.schemas[given["id"]] = given
        self.labels.setdefault(given["id"], {})
        raise Answer(201 if new else 200, given["id"])

    def get_labels(self, request, roles, number):
        if number not in self.schemas:
            raise Answer(404, "Schema not found")
        raise Answer(200, list(self.labels[number].values()))

    def put_labels(self, request, roles, number):
        self.need(roles, "tester")
        given, there, ids = request.json(), self.labels.get(number), []
        if there is None:
            raise Answer(404, "Schema not found")
        for label in given:
            if label.get("owner") not in roles:
                raise Answer(403, f"This user is not a member of team {label.get('owner')}")
            if request.method == "PUT":
                if label.get("id") not in there:
                    raise Answer(404, f"Missing label id or label with id [{label.get('id')}] does not exist")
            elif any(other["name"] == label["name"] for other in there.values()):
                raise Answer(400, f"There is an existing label with the same name ({label['name']}) in this schema; please choose different name.")
            else:
                label["id"] = self.number()
            there[label["id"]] = label | {"schemaId": number, "extractors": label["extractors"][::-1]}
            ids.append(label["id"])
        raise Answer(201 if request.method == "POST" else 200, ids)

    # ---- runs ----

    def upload(self, request, roles):
        self.need(roles, "uploader")
        if request.headers.get("content-type", "application/json").partition(";")[0] != "application/json":
            raise Answer(415)
        q = request.query
        try:
            if "gzip" in request.headers.get("content-encoding", ""):
                raise ValueError("Illegal character ((CTRL-CHAR, code 31))")
            document = load(request.body)
        except (ValueError, RecursionError) as error:
            raise Answer(400, f"Could not map incoming data to JsonNode: {error}\n at [Source: REDACTED]") from None
        if q.get("access", "PRIVATE") not in ("PUBLIC", "PROTECTED", "PRIVATE", "0", "1", "2"):
            raise Answer(404)
        if not q.get("test"):
            raise Answer(400, "Cannot identify test name.")
        times = {}
        for name in ("start", "stop"):
            times[name] = moment(q.get(name), document)
            if times[name] is None:
                raise Answer(400, f"Cannot parse {name} time from {q.get(name)} ({q.get(name)})")
        test = next((t for t in self.tests.values() if q["test"] in (t["name"], str(t["id"]))), None)
        if not test or test["owner"][:-5] + "-uploader" not in roles:
            raise Answer(400, f"Cannot upload to test {q['test']}, either it does not exist or user is not an uploader")
        owner = q.get("owner", test["owner"])
        if owner[:-5] + "-uploader" not in roles:
            raise Answer(400, f"This user does not have permissions to upload run for owner={owner}")
        if has_nul(document):
            self.number()
            raise Answer(500, "Failed to persist run")
        if isinstance(document, dict) and q.get("schema"):
            document["$schema"] = q["schema"]
        run = {"id": self.number(1 + self.serial % 2), "testid": test["id"], "owner": owner, "access": q.get("access", "PRIVATE"), "trashed": False,
               "description": q.get("description"), "data": document, "lag": self.lag} | times
        self.runs[run["id"]] = run
        raise Answer(202, str(run["id"]))

    def used_schemas(self, run):
        uri = run["data"].get("$schema") if isinstance(run["data"], dict) else None
        return [s for s in self.schemas.values() if s["uri"] == uri]

    def row(self, run):
        used = self.used_schemas(run)
        ready = run["lag"] <= 0
        errors = [{"schemaId": s["id"], "error": e} for s in used if ready and s.get("schema") for e in violations(s["schema"], run["data"], s["schema"])]
        row = {name: run[name] for name in ("access", "owner", "start", "stop", "id", "testid", "trashed")}
        row |= {"testname": self.tests[run["testid"]]["name"], "hasMetadata": False, "validationErrors": errors,
                "datasets": [run["id"] + 100000] if ready and not run["trashed"] else [],
                "schemas": [{"id": s["id"], "name": s["name"], "uri": s["uri"], "source": 0, "type": 0, "key": "", "hasJsonSchema": bool(s.get("schema"))}
                            for s in used]}
        return row | ({"description": run["description"]} if run["description"] is not None else {})

    def wait(self, runs):
        for run in runs:
            run["lag"] -= 1

    def list_runs(self, request, roles, number):
        if number not in self.tests:
            raise Answer(404, f"Cannot find test ID {number}")
        trashed = request.choice("trashed", ("true", "false"), "false") == "true"
        limit, page = request.integer("limit", 0), request.integer("page", 1)
        direction, sort = request.choice("direction", ("Ascending", "Descending"), "Descending"), request.query.get("sort", "start")
        if sort not in ("start", "stop", "id"):
            raise Answer(500, self.trouble())
        runs = [r for r in self.runs.values() if r["testid"] == number and (trashed or not r["trashed"])]
        runs.sort(key=lambda r: r[sort], reverse=direction == "Descending")
        limit = min(limit, self.list_max)
        total, first = len(runs), max(page - 1, 0) * limit
        shown = runs[first:first + limit] if limit else runs
        rows = [self.row(run) for run in shown]
        self.wait(shown)
        raise Answer(200, {"total": total, "runs": rows})

    def run_of(self, number, words="No result"):
        if number not in self.runs:
            raise Answer(404, words)
        return self.runs[number]

    def run(self, request, roles, number):
        run = self.run_of(number)
        raise Answer(200, self.row(run) | {"data": run["data"]})

    def data(self, request, roles, number):
        raise Answer(200, dump(self.run_of(number)["data"]), "application/json;charset=UTF-8")

    def trash(self, request, roles, number):
        self.need(roles, "tester")
        run = self.run_of(number, f"Run not found: {number}")
        if run["owner"][:-5] + "-tester" not in roles:
            raise Answer(500, self.trouble())
        run["trashed"] = request.query.get("isTrashed", "true") == "true"
        raise Answer(204)

    def label_values(self, request, roles, number):
        if number not in self.tests:
            raise Answer(404, f"Cannot find test {number}")
        limit, page = request.integer("limit", 10**9), request.integer("page", 0)
        include = [i for i in request.query.get("include", "").split(",") if i]
        after, before = moment(request.query.get("after") or None, {}), moment(request.query.get("before") or None, {})
        runs = [r for r in self.runs.values() if r["testid"] == number and not r["trashed"]]
        runs = [r for r in runs if (after is None or r["start"] > after) and (before is None or r["stop"] < before)]
        runs.sort(key=lambda r: r["id"], reverse=True)
        if request.query.get("sort") in ("start", "stop"):
            runs.sort(key=lambda r: r[request.query["sort"]], reverse=request.query.get("direction", "").lower() != "ascending")
        rows = []
        for run in runs:
            labels = [label for s in self.used_schemas(run) for label in self.labels[s["id"]].values() if label["filtering"] or label["metrics"]]
            labels = [label for label in labels if run["lag"] <= 0 and (not include or label["name"] in include)]
            if labels or not include or self.values_without_labels:
                rows.append({"values": {label["name"]: label_value(run["data"], label) for label in labels}, "runId": run["id"],
                             "datasetId": run["id"] + 100000, "start": run["start"], "stop": run["stop"]})
        self.wait(runs)
        raise Answer(200, rows[page * limit:(page + 1) * limit])

    def user_roles(self, request, roles):
        if roles is None:
            raise Answer(401, headers={"www-authenticate": "basic"})
        raise Answer(200, roles)

    @staticmethod
    def trouble():
        return "\n500 - Internal Server Error\n---------------------------\n\nDetails:\n\tError id 0d7a3c7e-0000-4000-8000-000000000000-1\nStack:\n\t\n"

    ROUTES = [
        ("GET", r"/api/user/roles", "user_roles"), ("GET", r"/api/test/byName/([^/]+)", "test_by_name"), ("POST", r"/api/test", "add_test"),
        ("GET", r"/api/schema/idByUri/([^/]+)", "schema_id"), ("GET", r"/api/schema/descriptors", "descriptors"), ("POST", r"/api/schema", "put_schema"),
        ("PUT", r"/api/schema", "put_schema"), ("GET", r"/api/schema/(\d+)", "schema"), ("GET", r"/api/schema/(\d+)/labels", "get_labels"),
        ("POST", r"/api/schema/(\d+)/labels", "put_labels"), ("PUT", r"/api/schema/(\d+)/labels", "put_labels"), ("POST", r"/api/run/data", "upload"),
        ("GET", r"/api/run/list/(\d+)", "list_runs"), ("GET", r"/api/run/(\d+)", "run"), ("GET", r"/api/run/(\d+)/data", "data"),
        ("POST", r"/api/run/(\d+)/trash", "trash"), ("GET", r"/api/test/(\d+)/labelValues", "label_values"),
    ]

    def answer(self, request):
        with self.lock:
            roles, allowed = self.roles(request.headers), False
            for method, pattern, name in self.ROUTES:
                found = re.fullmatch(pattern, request.path)
                allowed = allowed or bool(found)
                if found and method == request.method:
                    arguments = [int(a) if r"(\d+)" in pattern else urllib.parse.unquote(a) for a in found.groups()]
                    getattr(self, name)(request, roles, *arguments)
            if allowed:
                raise Answer(405)
            if re.match(r"/api/(run|test|schema)/", request.path):
                raise Answer(404)
            raise Answer(404, "<html><body><h1>Resource not found</h1></body></html>", "text/html")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_one_request(self):
        try:
            self.raw_requestline = self.rfile.readline(65537)
            if len(self.raw_requestline) > LINE_MAX + 2:
                self.wfile.write(b"HTTP/1.0 414 Request-URI Too Long\r\nConnection: close\r\n\r\n")
                self.close_connection = True
            elif not self.raw_requestline:
                self.close_connection = True
            elif self.parse_request():
                self.serve()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def handle_expect_100(self):
        return int(self.headers.get("Content-Length") or 0) > BODY_MAX or super().handle_expect_100()

    def read_body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
                if len(body) > BODY_MAX:
                    return None
            self.rfile.readline()
            return body
        length = int(self.headers.get("Content-Length") or 0)
        return None if length > BODY_MAX else self.rfile.read(length)

    def serve(self):
        fake = self.server.fake
        body = self.read_body()
        if body is None:
            self.close_connection = True
            return self.give(Answer(413, headers={"connection": "close"}))
        request = Request(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
        with fake.store.lock:
            fake.requests.append(request)
            fault = fake.fault(request) if fake.fault else None
        if fault == "drop":
            return self.cut()
        if isinstance(fault, Answer):
            return self.give(fault)
        try:
            fake.store.answer(request)
        except Answer as answer:
            if fault == "drop_after":
                return self.cut()
            if callable(fault):
                answer = fault(answer)
            return self.give(answer, half=fault == "half")
        return self.give(Answer(500, Store.trouble()))

    def cut(self):
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.connection.close()

    def give(self, answer, half=False):
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.body:
            self.send_header("Content-Type", answer.kind)
        chunked = len(answer.body) > CHUNKED_FROM and not half
        if chunked:
            self.send_header("transfer-encoding", "chunked")
        elif answer.status != 204:
            self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        if half:
            self.wfile.write(answer.body[:len(answer.body) // 2])
            return self.cut()
        for i in range(0, len(answer.body), 4000 if chunked else max(len(answer.body), 1)):
            piece = answer.body[i:i + 4000] if chunked else answer.body
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
        if chunked:
            self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        error = sys.exc_info()[1]
        if not isinstance(error, (OSError, ValueError)):
            self.fake.errors.append(repr(error))
            super().handle_error(request, client_address)


class HorreumFake:
    def __init__(self, port=0):
        self.store, self.requests, self.errors, self.fault = Store(), [], [], None
        self.server = Server(("127.0.0.1", port), Handler)
        self.server.fake = self
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.key = self.add_key("tester")

    def add_key(self, role, team="dev"):
        roles = [r.replace("dev-", team + "-") for r in ROLES[role]] + [f"{team}-team"] if role else []
        parts = [8, 4, 4, 4, 12]
        key = "HUSR_" + "_".join(secrets.token_hex(n)[:n].upper() for n in parts)
        self.store.keys[key] = roles
        return key

    def add_password(self, user, password, role):
        self.store.passwords[f"{user}:{password}"] = ROLES[role] + ["dev-team"]

    def add_test(self, name, owner="dev-team"):
        number = self.store.number()
        self.store.tests[number] = {"id": number, "name": name, "owner": owner, "access": "PUBLIC", "datastoreId": 1, "notificationsEnabled": True}
        return number

    def active(self):
        return [run for run in self.store.runs.values() if not run["trashed"]]

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *ignored):
        self.server.shutdown()
        self.server.server_close()


if __name__ == "__main__":
    with HorreumFake(int(sys.argv[1]) if len(sys.argv) > 1 else 0) as by_hand:
        print(by_hand.url, by_hand.key, flush=True)
        by_hand.thread.join()
