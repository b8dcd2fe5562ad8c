"""How tests get at the real servers that servers.py holds. Standard library only.

    place = places.opensearch("tls")           # or "plain", "tls12", "client_certificate", "prefix"; see OVER
    place.uri()                                # "opensearch+https://127.0.0.1:40123/t-3f0a…": history in an index of its own
    place.env                                  # what matbench needs in its environment to be let in: MATBENCH_CREDENTIALS
    place.call("GET", f"/{place.index}/_count")  # (status, JSON), with the login
    place.drop()                               # the indexes whose names begin with place.index are gone

Tests of commands say self.opensearch() or self.tls_opensearch() (support.CommandTest), which drop them at the end and let `matbench`
in. MB_SERVERS_OVER=tls takes the place of the plain way for all tests that do not ask for a way: the same tests over TLS with a
password. Tests that use this file get the label `server`, and ctest starts the servers for them.
"""
import base64
import http.client
import json
import os
import pathlib
import ssl
import sys
import tempfile
import urllib.parse
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import servers  # noqa: E402

OVER = {"plain": ("opensearch", None), "tls": ("tls", "password"), "tls12": ("tls12", "password"), "client_certificate": ("tls_client", None),
        "prefix": ("tls", "password"), "api_key": ("tls", "api_key"), "bearer": ("tls", "bearer")}


def state():
    """What servers.py says of the servers; an error that says what to do when they are not there."""
    found = servers.read_state()
    if not found.get("ready") or not servers.alive(found.get("supervisor")):
        raise AssertionError(found.get("trouble") or "the servers of the tests are not there: `ctest -L server` starts them, and for a single "
                             "test by hand `python3 tests/servers/servers.py start --keep` does (stop --all ends them)")
    return found


def logins():
    """{username, password, api_key, bearer}: all of them open the TLS places."""
    return json.loads((servers.SECRET / "login.json").read_text())


def prism():
    """The URL of Prism, which answers from Horreum's OpenAPI document and refuses (422) what it does not allow."""
    return state()["prism"]


def prism_program():
    """Prism's program and first argument, for a Prism of one's own: [*prism_program(), "proxy", …]."""
    return state()["prism_program"]


class Place:
    """A server and an index that nobody else has. `folder`: where its credentials file goes, only for its user to read."""

    def __init__(self, over=None, folder=None, index=None):
        self.over = over or os.environ.get("MB_SERVERS_OVER") or "plain"
        found = state()
        which, self.login = OVER[self.over]
        self.server = found[which]
        self.url = self.server + ("/behind/a/proxy" if self.over == "prefix" else "")
        self.tls = self.url.startswith("https:")
        self.host, self.port = urllib.parse.urlsplit(self.url).hostname, urllib.parse.urlsplit(self.url).port
        self.index = index or f"t-{uuid.uuid4().hex[:12]}"
        self.ca_file, self.logins = found["ca_file"], logins()
        self.client = (found["client_certificate"], found["client_key"])
        self.folder = folder
        self._made = []

    def uri(self, index=None):
        return f"opensearch+{self.url}/{index or self.index}"

    # ---- what lets matbench in ----

    def entry(self):
        """The server's row of a credentials file (docs/servers.md)."""
        row = {"url": self.server}
        if self.tls:
            row["ca_file"] = self.ca_file
        if self.login == "password":
            row |= {"username": self.logins["username"], "password": self.logins["password"]}
        elif self.login:
            row[self.login] = self.logins[self.login]
        elif self.over == "client_certificate":
            row |= dict(zip(("client_certificate", "client_key"), self.client))
        return row

    def credentials(self):
        """A credentials file for it, its path."""
        if not self.folder:
            made = tempfile.TemporaryDirectory(prefix="mb-login-")
            self._made.append(made)
            self.folder = made.name
        path = pathlib.Path(self.folder) / f"credentials-{self.over}.yaml"
        path.touch(mode=0o600)
        path.write_text(json.dumps([self.entry()]) + "\n")
        return path

    @property
    def env(self):
        return {"MATBENCH_CREDENTIALS": str(self.credentials())} if self.tls else {}

    def env_keys(self):
        """The same as TOPSAIL writes it into .env.generated.yaml."""
        keys = {"opensearch_host": self.host, "opensearch_port": self.port, "opensearch_index": self.index}
        if self.tls:
            keys["opensearch_ca_file"] = self.ca_file
        if self.login == "password":
            keys |= {"opensearch_username": self.logins["username"], "opensearch_password": self.logins["password"]}
        return keys

    # ---- a client of the tests' own ----

    def headers(self):
        if self.login == "password":
            pair = f"{self.logins['username']}:{self.logins['password']}"
            return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        return {"Authorization": {"api_key": "ApiKey ", "bearer": "Bearer "}[self.login] + self.logins[self.login]} if self.login else {}

    def connection(self):
        if not self.tls:
            return http.client.HTTPConnection(self.host, self.port, timeout=60)
        context = ssl.create_default_context(cafile=self.ca_file)
        if self.over == "client_certificate":
            context.load_cert_chain(*self.client)
        return http.client.HTTPSConnection(self.host, self.port, timeout=60, context=context)

    def call(self, method, path, body=None, content_type="application/json"):
        """(status, what JSON it answered; text where it is none). `body`: text, bytes, or what becomes JSON."""
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        connection = self.connection()
        try:
            connection.request(method, urllib.parse.urlsplit(self.url).path + path, body.encode() if isinstance(body, str) else body,
                               {"Content-Type": content_type} | self.headers())
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text

    def documents(self, index=None):
        """{_id: _source} of the index, as it is now; {} when there is none. At most 10,000."""
        index = index or self.index
        self.call("POST", f"/{index}/_refresh")
        status, found = self.call("POST", f"/{index}/_search", {"size": 10000, "query": {"match_all": {}}})
        if status == 404:
            return {}
        assert status == 200 and found["hits"]["total"]["value"] == len(found["hits"]["hits"]), (status, found)
        return {hit["_id"]: hit["_source"] for hit in found["hits"]["hits"]}

    def points_in_time(self):
        """Those that are open on this index, whose name their ids hold: others have theirs on the same node, or were killed with one.
        One that is just being made for another test is listed without an id."""
        status, said = self.call("GET", "/_search/point_in_time/_all")
        ids = [pit["pit_id"] for pit in said.get("pits", []) if pit["pit_id"]] if status == 200 else []
        return [i for i in ids if self.index.encode() in base64.urlsafe_b64decode(i + "=" * (-len(i) % 4))]

    def drop(self):
        self.call("DELETE", f"/{self.index}*")
        for made in self._made:
            made.cleanup()


def opensearch(over=None, folder=None):
    return Place(over, folder)
