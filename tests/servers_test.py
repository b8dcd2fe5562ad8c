"""config/servers: whose login is used where. `python3 servers_test.py DRIVER`; the standard library only."""
import os
import pathlib
import secrets
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "servers"))
import memory  # noqa: E402

DRIVER = sys.argv.pop(1)
KEPT = ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")
# What the sanitizer keeps of freed memory is filled there as mallopt does it elsewhere.
FILLED = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "max_free_fill_size=1000000:free_fill_byte=90"]))
BOTH = "opensearch_host: search.example.org\nopensearch_port: '9200'\nopensearch_username: ci\nopensearch_password: pass-word\n"
NOBODY = "no login is known: opensearch_host, opensearch_username and opensearch_password in an env file give one, or --credentials=FILE"
HERE = "https://search.example.org:9200"


class Scratch(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, text, mode=0o600):
        path = self.folder / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def environment(self, extra):
        return {name: os.environ[name] for name in KEPT if name in os.environ} | {"ASAN_OPTIONS": FILLED} | extra

    def run_driver(self, url="-", prefix="opensearch", environment={}, credentials="-"):
        done = subprocess.run([DRIVER, str(self.folder), prefix, url, str(credentials)], env=self.environment(environment),
                              capture_output=True, text=True, timeout=600)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.replace(str(self.folder), "DIR").splitlines()

    def check(self, expected, *args, **named):
        """The words that the first line begins with, and the last line."""
        got = self.run_driver(*args, **named)
        self.assertTrue(got[0].startswith(expected[0]), (expected, got))
        if len(expected) > 1:
            self.assertEqual(got[-1], expected[1])
        return got[0]


class Variables(Scratch):
    def test_one_file_says_all(self):
        self.write(".env.generated.yaml", BOTH)
        self.check((f"{HERE} basic user=ci secret=9 ", "the login is user 'ci' of .env.generated.yaml"))
        self.check((f"{HERE}/prefix basic",), HERE + "/prefix/")
        self.check(("https://SEARCH.example.org:9200 basic",), "https://SEARCH.example.org:9200")

    def test_another_origin_gets_no_login(self):
        self.write(".env.generated.yaml", BOTH)
        says = "no login was sent: the one in .env.generated.yaml is for search.example.org:9200"
        for url in ("https://other.example.org:9200", "https://search.example.org", "https://search.example.org:9201",
                    "http://search.example.org:9200", "https://search.example.org.evil:9200", "https://xsearch.example.org:9200"):
            self.check((f"{url} none user=- secret=0", says), url)

    def test_a_password_without_its_host(self):
        self.write(".env", "MATBENCH_OPENSEARCH_USERNAME=ci\nMATBENCH_OPENSEARCH_PASSWORD=pass\n")
        self.write(".env.yaml", "opensearch_host: evil.example.org\n")
        self.check(("https://evil.example.org none", "no login was sent: beside the one in .env stands no opensearch_host and no opensearch_url, whose it would be"))

    def test_a_host_that_another_source_changes(self):
        self.write(".env.generated.yaml", BOTH)
        self.check(("https://evil.example.org:9200 none", "no login was sent: the one in .env.generated.yaml is for search.example.org:9200"),
                   environment={"MATBENCH_OPENSEARCH_HOST": "evil.example.org"})

    def test_a_login_of_the_environment(self):
        login = {"MATBENCH_OPENSEARCH_USERNAME": "ci", "MATBENCH_OPENSEARCH_PASSWORD": "pass"}
        self.write(".env.yaml", "opensearch_host: search.example.org\n")
        self.check(("https://search.example.org basic user=ci secret=4", "the login is user 'ci' of environment"), environment=login)
        self.check(("https://other.example.org none",), "https://other.example.org", environment=login)

    def test_where_the_server_is(self):
        rows = [({"HOST": "a.b"}, "https://a.b"), ({"HOST": "a.b", "PORT": "9200"}, "https://a.b:9200"),
                ({"HOST": "http://localhost", "PORT": "9200"}, "http://localhost:9200"), ({"HOST": "https://a.b:1/"}, "https://a.b:1"),
                ({"HOST": "[::1]", "PORT": "9200"}, "https://[::1]:9200"), ({"URL": "https://a.b/c/"}, "https://a.b/c")]
        for variables, url in rows:
            self.check((f"{url} none",), environment={f"MATBENCH_OPENSEARCH_{k}": v for k, v in variables.items()})
        for host, port in (("a b", "1"), ("user:pass@a", "1"), ("a", "x"), ("a?b", "1"), ("", "1x")):
            line = self.run_driver(environment={"MATBENCH_OPENSEARCH_HOST": host, "MATBENCH_OPENSEARCH_PORT": port})[-1]
            self.assertIn("error 100: opensearch_host and opensearch_port (or opensearch_url) make no server" if host else "error 0", line)
            self.assertNotIn("pass", line)

    def test_ways_to_log_in(self):
        self.write("secret", "0123456789\n")
        rows = [({"API_KEY": "abc"}, "api_key user=- secret=3 session=0 key_header=-"), ({"API_KEY_FILE": "secret"}, "api_key user=- secret=10"),
                ({"BEARER_TOKEN": "abcd"}, "bearer user=- secret=4"), ({"PASSWORD_FILE": "secret", "USERNAME": "u"}, "basic user=u secret=10"),
                ({"AWS_REGION": "eu-west-1"}, "aws user=AKID secret=6 session=0 key_header=- region=eu-west-1 service=es"),
                ({"AWS_REGION": "x", "AWS_SERVICE": "aoss"}, "aws user=AKID secret=6 session=0 key_header=- region=x service=aoss")]
        aws = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "abcdef"}
        for variables, says in rows:
            given = {f"MATBENCH_OPENSEARCH_{k}": str(self.folder / v) if k.endswith("_FILE") else v for k, v in variables.items()}
            self.check((f"https://a.b {says}",), environment=given | aws | {"MATBENCH_OPENSEARCH_HOST": "a.b"})
        self.check(("https://h.b api_key user=- secret=3 session=0 key_header=X-Horreum-API-Key",), prefix="horreum",
                   environment={"MATBENCH_HORREUM_URL": "https://h.b", "MATBENCH_HORREUM_API_KEY": "abc"})

    def test_what_cannot_be(self):
        rows = [({"PASSWORD": "x", "API_KEY": "y", "USERNAME": "u"}, "error 100: a.b:443: two logins are given, password and api_key (environment): expected one"),
                ({"PASSWORD": "x"}, "error 100: a.b:443: a password without a username (environment)"),
                ({"USERNAME": "x"}, "error 100: a.b:443: a username without a password (environment)"),
                ({"AWS_REGION": "x"}, "error 100: a.b:443: AWS: expected an access key and a secret key: beside the region (environment), or "
                 "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment"),
                ({"API_KEY_FILE": "/nowhere/key"}, "error 100: /nowhere/key: it should hold a secret, and cannot be read: No such file or directory")]
        for variables, says in rows:
            got = self.run_driver(environment={f"MATBENCH_OPENSEARCH_{k}": v for k, v in variables.items()} | {"MATBENCH_OPENSEARCH_HOST": "a.b"})
            self.assertEqual(got[-1], says)

    def test_tls_holds_for_every_host(self):
        self.write(".env.yaml", BOTH + "opensearch_ca_file: ca.pem\nopensearch_insecure: true\nopensearch_client_key: k\n")
        self.check((f"{HERE} basic user=ci secret=9 session=0 key_header=- region=- service=- ca=ca.pem certificate=- key=k pin=- insecure=1",))
        self.check(("https://other none user=- secret=0 session=0 key_header=- region=- service=- ca=ca.pem certificate=- key=- pin=- insecure=1",),
                   "https://other")

    def test_nothing_is_known(self):
        self.check(("https://a none", NOBODY), "https://a")
        self.assertEqual(self.run_driver("ftp://a")[-1], "error 100: a server's URL: expected https://HOST[:PORT][/PREFIX], without user, password and query")


class Credentials(Scratch):
    def test_entries(self):
        self.write("pw", "from file\n")
        file = self.write("c.yaml", """
- {url: "https://one:9200", username: ci, password: 0777, ca_file: ca.pem, insecure: false}
- url: https://two
  username: ci
  password_file: pw
- {url: "https://three", api_key: abc, pinned_key: "sha256//x="}
- {url: "https://four", bearer: abcd, client_certificate: /a/c.pem, client_key: c.key}
- {url: "https://five", aws: {region: r, access_key: AK, secret_key: abcde, session_token: xy}}
""")
        rows = [("https://one:9200", "basic user=ci secret=4 session=0 key_header=- region=- service=- ca=DIR/ca.pem certificate=- key=- pin=- insecure=0"),
                ("https://two", "basic user=ci secret=9 "), ("https://two:443", "basic user=ci"), ("https://three", "api_key user=- secret=3"),
                ("https://four", "bearer user=- secret=4 session=0 key_header=- region=- service=- ca=- certificate=/a/c.pem key=DIR/c.key"),
                ("https://five", "aws user=AK secret=5 session=2"), ("https://six", "none")]
        for url, says in rows:
            self.check((f"{url} {says}",), url, credentials=file)
        self.check(("https://six none", "no login was sent: DIR/c.yaml has none for this host and port"), "https://six", credentials=file)

    def test_it_goes_before_variables(self):
        self.write(".env.yaml", BOTH + "opensearch_insecure: true\n")
        file = self.write("c.yaml", f"- {{url: '{HERE}', api_key: abc}}\n")
        got = self.check((f"{HERE} api_key", "the login is that of DIR/c.yaml"), credentials=file)
        self.assertIn("insecure=0", got)

    def test_what_is_wrong_is_not_quoted(self):
        rows = [("- {url: 'https://a', password: canary", "DIR/c.yaml:2: this is no YAML that can be read (what is wrong is not quoted: it may be secret)"),
                ("canary", "DIR/c.yaml: expected a list of servers: - {url: https://HOST:PORT, username: …, password_file: …}"),
                ("- canary", "DIR/c.yaml:1: expected a server: a map with url: https://HOST:PORT, and a login"),
                ("- {url: 'https://u:canary@a'}", "DIR/c.yaml:1: url: expected https://HOST[:PORT], without user, password and query"),
                ("- {url: 'https://a', passwort: canary}", "DIR/c.yaml:1: 'passwort': no such key; docs/servers.md lists them"),
                ("- {url: 'https://a', password: [canary]}", "DIR/c.yaml:1: 'password': expected a text"),
                ("- {url: 'https://a', insecure: canary}", "DIR/c.yaml:1: 'insecure': expected true or false"),
                ("- {url: 'https://a'}\n- {url: 'https://A:443'}", "DIR/c.yaml:2: a:443 is described twice"),
                ("", "DIR/c.yaml: empty; expected a secret")]
        for text, says in rows:
            self.assertEqual(self.run_driver("https://a", credentials=self.write("c.yaml", text))[-1], f"error 100: {says}")

    def test_readable_by_others(self):
        for mode in (0o640, 0o604, 0o620, 0o666):
            file = self.write("c.yaml", "[]", mode)
            self.assertEqual(self.run_driver("https://a", credentials=file)[-1],
                             f"error 100: DIR/c.yaml: a secret that others can read (mode 0{mode:o}); chmod 600 makes it its owner's only")
        os.mkfifo(self.folder / "fifo")
        self.assertIn("no regular file", self.run_driver("https://a", credentials=self.folder / "fifo")[-1])


class Memory(Scratch):
    """No secret stands where a core file would have it, nor in what the process shows of its environment."""

    def look(self, words, environment, credentials="-"):
        process = subprocess.Popen([DRIVER, str(self.folder), "opensearch", "-", str(credentials), "stop"], stdout=subprocess.PIPE, text=True,
                                   env=self.environment(environment))
        self.addCleanup(process.stdout.close)
        try:
            memory.wait_stopped(process.pid)
            shown = memory.shown(process.pid, "environ")
            places = memory.look_for(process.pid, words)
            own = not memory.is_sanitized(process.pid)
        finally:
            memory.go_on(process.pid)
        out = process.communicate(timeout=600)[0]
        for word in words:
            self.assertNotIn(word, shown)
            self.assertNotIn(word.decode(), out)
            self.assertEqual([place for place in places[word] if own and place != "(kept out)"], [], (word, out))
        return places

    def canary(self):
        return f"canary{secrets.token_hex(12)}"

    def test_env_files(self):
        for name, text in ((".env.yaml", "opensearch_host: h\nopensearch_username: u\nopensearch_password: {}\n"), (".env", "MATBENCH_OPENSEARCH_HOST=h\nMATBENCH_OPENSEARCH_USERNAME=u\nMATBENCH_OPENSEARCH_PASSWORD='{}'\n"),
                           (".env.json", '{{"opensearch_host": "h", "opensearch_username": "u", "opensearch_password": "{}"}}')):
            word = self.canary()
            file = self.write(name, text.format(word))
            self.assertIn("(kept out)", self.look([word.encode()], {})[word.encode()], name)
            file.unlink()

    def test_broken_env_files(self):
        for name, text in ((".env.yaml", "opensearch_password: [{}"), (".env.json", '{{"opensearch_password": "{}" x'), (".env", "OPENSEARCH_PASSWORD {}\n"),
                           (".env.yaml", "opensearch_password: {{a: {}}}\n"), (".env.yaml", "- {}\n"), (".env.yaml", "opensearch_password: !x {}\n")):
            word = self.canary()
            file = self.write(name, text.format(word))
            self.look([word.encode()], {})
            file.unlink()

    def test_environment(self):
        password, key = self.canary(), self.canary()
        found = self.look([password.encode(), key.encode()], {"MATBENCH_OPENSEARCH_HOST": "h", "MATBENCH_OPENSEARCH_USERNAME": "u",
                                                              "MATBENCH_OPENSEARCH_PASSWORD": password, "AWS_SECRET_ACCESS_KEY": key})
        self.assertIn("(kept out)", found[password.encode()])

    def test_credentials(self):
        word, other = self.canary(), self.canary()
        self.write("pw", other)
        file = self.write("c.yaml", f"- {{url: 'https://h', username: u, password: {word}}}\n- {{url: 'https://i', username: u, password_file: pw}}\n")
        self.assertIn("(kept out)", self.look([word.encode(), other.encode()], {"MATBENCH_OPENSEARCH_HOST": "h"}, file)[word.encode()])


if __name__ == "__main__":
    unittest.main()
