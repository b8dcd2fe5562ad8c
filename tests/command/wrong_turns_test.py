#!/usr/bin/env python3
"""What a new user does wrong on the way to a server: one line that says what to do, and nothing of a password in it."""
import json

import support


class WrongTurns(support.CommandTest):
    def setUp(self):
        super().setUp()
        self.server = self.tls_opensearch()
        self.host = self.server.server.removeprefix("https://")

    def login(self, **changed):
        """A credentials file with the server's entry, changed: None takes a key out."""
        entry = {k: v for k, v in (self.server.entry() | changed).items() if v is not None}
        path = self.place / "servers.yaml"
        path.touch(mode=0o600)
        path.write_text(json.dumps([entry]) + "\n")
        return f"--credentials={path}"

    def list(self, *arguments, code, **env):
        done = self.matbench("history", "list", f"--history={self.server.uri()}", "--http_attempts=1", *arguments, code=code, env=env or None)
        self.assertNotIn(self.server.logins["password"], done.out + done.err)
        self.assertEqual(done.err.count("\n"), 1)
        return done.err

    def test_a_ca_that_is_named_in_the_wrong_place(self):
        """An entry of the credentials file says all of its server's TLS: the message names it, not an option that changes nothing."""
        says = f"ca_file beside the server in {self.place}/servers.yaml names the CA that is to be trusted"
        for more in (), (f"--opensearch_ca_file={self.server.ca_file}",):
            self.assertIn(says, self.list(self.login(ca_file=None), *more, code=111))
        missing = self.place / "no-ca.pem"
        self.assertIn(f"{missing} (ca_file in {self.place}/servers.yaml) cannot be used as the file of a CA: No such file or directory",
                      self.list(self.login(ca_file=str(missing)), code=100))

    def test_an_entry_for_another_port(self):
        said = self.list(self.login(url="https://127.0.0.1"), code=111)
        self.assertIn("opensearch_ca_file=FILE names the CA", said)
        self.assertIn(f"no login was sent: the one in {self.place}/servers.yaml is for 127.0.0.1:443", said)

    def test_a_password_of_two_lines(self):
        said = self.list(self.login(password="first\nsecond"), code=100)
        self.assertIn(f"the login is user '{self.server.logins['username']}' of {self.place}/servers.yaml", said)
        self.assertNotIn("second", said)

    def test_a_proxy_that_is_not_there(self):
        said = self.list(self.login(), code=110, https_proxy="http://me:canary-proxy@127.0.0.1:1", no_proxy="")
        self.assertIn(f"{self.host}: GET /{self.server.index}: the proxy (https_proxy, http_proxy, all_proxy): connection refused", said)
        self.assertNotIn("canary-proxy", said)

    def test_a_password_in_the_uri(self):
        for password in "canary", "can/canary", "12/canary", "can?canary", "a#canary", "c:/canary":
            for uri in f"opensearch+https://ci:{password}@127.0.0.1:1/idx", f"horreum+https://ci:{password}@127.0.0.1:1/idx", f"opensearch+https://ci:{password}@h":
                done = self.matbench("history", "list", f"--history={uri}", "--http_attempts=1", code=100)
                self.assertNotIn("canary", done.out + done.err)

    def test_a_slash_at_the_end(self):
        """One history, not two: what waits for it goes out by either spelling."""
        settings = {"MATBENCH_CREDENTIALS": self.login().partition("=")[2]}
        support.small_workload(self.place / "small")
        support.small_test(self.place / "results/one")
        spool, uri = f"--spool={self.place}/spool", self.server.uri()
        away = {"MATBENCH_CREDENTIALS": settings["MATBENCH_CREDENTIALS"], "https_proxy": "http://127.0.0.1:1", "no_proxy": ""}
        self.matbench("upload_lts", f"--workload={self.place}/small", f"--results_dirname={self.place}/results", f"--history={uri}/", spool, "--http_attempts=1",
                      env=away, code=110)
        self.assertIn(f"  {uri}  ", self.matbench("spool", "list", spool, code=0).out)
        self.matbench("spool", "send", spool, f"--history={uri}/", env=settings, code=0)
        listed = self.matbench("history", "list", f"--history={uri}/", env=settings, code=0).out
        self.assertIn("1 payload ", listed)
        self.assertNotIn("//", listed.replace("https://", ""))

    def test_prune_is_refused_before_anything_is_listed(self):
        support.small_workload(self.place / "small")
        support.small_test(self.place / "results/one")
        settings = {"MATBENCH_CREDENTIALS": self.login().partition("=")[2]}
        self.matbench("upload_lts", f"--workload={self.place}/small", f"--results_dirname={self.place}/results", f"--history={self.server.uri()}",
                      env=settings, code=0)
        for more in (), ("--dry_run",):
            done = self.matbench("history", "prune", "--older_than=1h", f"--history={self.server.uri()}", *more, env=settings, code=100)
            self.assertEqual(done.out, "")
            self.assertIn("a server looks after its data itself", done.err)
            self.assertNotIn("nothing stays", done.err)


if __name__ == "__main__":
    support.main()
