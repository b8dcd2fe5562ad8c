#!/usr/bin/env python3
"""docs/opensearch-start.md, line by line, against a real OpenSearch over TLS with a password: the page's URL stands for it."""
import datetime
import os
import re
import subprocess

import support
from docs_test import DOCS, commands, examples, fits, split_examples

URL, INDEX = "https://search.example.org:9200", "fine-tuning"


def sentences_fit(expected, printed):
    """As fits(), and "…" within a line stands for any text."""
    texts = [line for line in printed if line.strip()]
    pattern = "".join("(?:.*\n)*" if line.strip() == "…" else ".*".join(re.escape(part) for part in line.rstrip().split("…")) + "[ ]*\n"
                      for line in expected if line.strip())
    return fits(expected, printed) or re.fullmatch(pattern, "".join(line + "\n" for line in texts)) is not None


class Page(support.CommandTest):
    def setUp(self):
        super().setUp()
        self.server = self.tls_opensearch()
        self.work = self.place / "work"
        for folder in self.work, self.place / "bin", self.place / "home":
            folder.mkdir()
        (self.place / "bin/matbench").symlink_to(support.MATBENCH)
        (self.work / "password").write_text(self.server.logins["password"] + "\n")
        (self.work / "ca.pem").write_bytes((support.pathlib.Path(self.server.ca_file)).read_bytes())
        today = datetime.datetime.now(datetime.timezone.utc).date()
        support.tree("nights", self.place / "months", 2, "--start", today - datetime.timedelta(days=70))
        support.tree("nights", self.work / "nights", 9, "--last-worse", "0.10", "--start", today - datetime.timedelta(days=9))
        (self.work / "nights/night-9").rename(self.work / "today")
        for k in 1, 2:
            (self.place / f"months/night-{k}").rename(self.work / f"nights/old-{k}")
        self.exported = []

    def here(self, text):
        """The page's server is ours."""
        return text.replace(f"{URL}/{INDEX}", f"{self.server.url}/{self.server.index}").replace(URL, self.server.url)

    def shell(self, command):
        path = os.pathsep.join([str(self.place / "bin"), os.environ["PATH"]])
        env = support.environment({"PATH": path, "HOME": str(self.place / "home")})
        done = subprocess.run(["sh", "-c", "\n".join([*self.exported, self.here(command)])], cwd=self.work, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env, timeout=support.SECONDS)
        if command.startswith("export "):
            self.exported.append(self.here(command))
        self.assertNotIn("Sanitizer", done.stdout)
        return done.stdout.splitlines()

    def test_every_line_is_so(self):
        text = (DOCS / "opensearch-start.md").read_text()
        run = 0
        for line, before, block in split_examples(examples(text)):
            if not block[0].startswith("$ "):
                name = re.search(r"`([^`]+)`:\s*$", before)[1]
                (self.work / name).write_text(self.here("\n".join(block) + "\n").replace("username: ci", f"username: {self.server.logins['username']}"))
                continue
            for command, expected in commands(block):
                printed = self.shell(command)
                run += 1
                self.assertTrue(sentences_fit([self.here(part) for part in expected], printed), f"opensearch-start.md:{line}: $ {command}\n" + "\n".join(printed))
        self.assertGreaterEqual(run, 9)
        self.assertEqual(len(self.server.documents()), 11)

    def test_slips(self):
        """What a new user gets wrong: each says what is wrong, and nothing is stored."""
        login = "- {url: %s, username: %s, password_file: password, ca_file: ca.pem}\n"
        user, here = self.server.logins["username"], self.server.url
        closed = "https://127.0.0.1:1"
        rows = (("nothing but the URL", None, here, 111, "opensearch_ca_file"), ("another user", login % (here, "somebody"), here, 111, "401"),
                ("another port", login % (here, user), closed, 110, "connection refused"),
                ("http for https", login % (here, user), here.replace("https:", "http:"), None, "ERROR"),
                ("another host", login % ("https://search.example.org", user), here, 111, ""),
                ("no index", login % (here, user), None, 100, "INDEX"),
                ("a login in the URI", login % (here, user), here.replace("https://", "https://ci:geheim@"), 100, ""))
        for name, file, url, code, said in rows:
            with self.subTest(name):
                for path, text in ((self.work / "servers.yaml", file), (self.work / "password", self.server.logins["password"])):
                    path.write_text(text or "")
                    path.chmod(0o600)
                uri = f"opensearch+{url}/{self.server.index}" if url else f"opensearch+{here}"
                env = {"MATBENCH_CREDENTIALS": str(self.work / "servers.yaml") if file else "", "MATBENCH_HTTP_ATTEMPTS": "1", "HOME": str(self.place / "home")}
                self.access = {}
                done = self.matbench("upload_lts", "--workload=fine_tuning", f"--results_dirname={self.work}/today", f"--history={uri}", env=env)
                self.assertTrue(done.code == code if code else done.code >= 100, (done.code, done.err))
                self.assertIn(said, done.err)
                self.assertTrue(done.errors())
                self.assertNotIn("geheim", done.err + done.out)
        for file, mode in (("servers.yaml", 0o644), ("password", 0o640)):
            (self.work / "servers.yaml").write_text(login % (here, user))
            for path in "servers.yaml", "password":
                (self.work / path).chmod(0o600)
            (self.work / file).chmod(mode)
            done = self.matbench("history", "list", f"--history={self.server.uri()}", env={"MATBENCH_CREDENTIALS": str(self.work / "servers.yaml")}, code=100)
            self.assertRegex(done.err, f"{file}.*chmod 600")
        self.assertEqual(self.server.documents(), {})


if __name__ == "__main__":
    support.main()
