"""A login that matbench has stands nowhere that other programs see: its arguments, its environment, its output, what a core file
would hold of its memory."""
import base64
import os
import resource
import secrets
import signal
import subprocess
import time
import unittest

import support
import memory
from fault_server import FaultServer, stall


class Secrets(support.CommandTest):
    def setUp(self):
        super().setUp()
        self.server = FaultServer(answers={}).__enter__()
        self.addCleanup(self.server.__exit__)
        self.server.answers = Anything(stall())
        self.word = f"canary{secrets.token_hex(12)}"
        self.folder = self.place / "run"
        self.folder.mkdir()

    def ways(self):
        """name, files, environment, further arguments"""
        port = str(self.server.port)
        keys = {"opensearch_host": "http://127.0.0.1", "opensearch_port": port, "opensearch_username": "ci", "opensearch_index": "i"}
        yaml = "".join(f"{key}: '{value}'\n" for key, value in keys.items())
        names = {f"MATBENCH_{key.upper()}": value for key, value in keys.items()}
        url = f"http://127.0.0.1:{port}"
        yield "env file", {".env.generated.yaml": yaml + f"opensearch_password: {self.word}\n"}, {}, ()
        yield "password file", {".env.yaml": yaml + "opensearch_password_file: pw\n", "pw": self.word}, {}, ()
        yield "environment", {}, names | {"MATBENCH_OPENSEARCH_PASSWORD": self.word}, ()
        yield ("credentials", {"c.yaml": f"- {{url: '{url}', username: ci, password: {self.word}}}\n"}, {},
               ("--credentials=c.yaml", f"--history=opensearch+{url}/i"))

    def test_nothing_shows_it(self):
        sent = base64.b64encode(f"ci:{self.word}".encode())
        for name, files, environment, arguments in self.ways():
            with self.subTest(name):
                for file, text in files.items():
                    (self.folder / file).write_text(text)
                    (self.folder / file).chmod(0o600)
                self.look(environment, arguments, [self.word.encode(), sent])
                for file in files:
                    (self.folder / file).unlink()

    def look(self, environment, arguments, words):
        self.server.seen.clear()
        process = subprocess.Popen([support.MATBENCH, "history", "list", "--log-level=debug", *arguments], cwd=self.folder, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, env=support.environment(environment), preexec_fn=unlimited)
        try:
            until = time.monotonic() + support.SECONDS
            while not self.server.seen and process.poll() is None and time.monotonic() < until:
                time.sleep(0.01)
            process.send_signal(signal.SIGSTOP)
            memory.wait_stopped(process.pid)
            shown = [memory.shown(process.pid, name) for name in ("cmdline", "environ")]
            places = memory.look_for(process.pid, words)
            own = not memory.is_sanitized(process.pid)
        finally:
            memory.go_on(process.pid)
            process.send_signal(signal.SIGABRT)
        shown.append(process.communicate(timeout=support.SECONDS)[0])
        self.assertTrue(self.server.seen and self.server.seen[0].headers.get("authorization", "").encode().endswith(words[1]), shown[-1])
        for word in words:
            for text in shown:
                self.assertNotIn(word, text)
            self.assertEqual([place for place in places[word] if own and place != "(kept out)"], [])
        self.assertIn("(kept out)", places[words[0]])
        for core in self.folder.glob("core*"):  # only a sanitized build leaves one
            self.assertNotIn(words[0], core.read_bytes())

    def test_not_on_the_command_line(self):
        done = subprocess.run([support.MATBENCH, "upload_lts", f"--opensearch_password={self.word}"], capture_output=True, text=True, cwd=self.folder,
                              env=support.environment())
        self.assertEqual((done.returncode, done.stderr), (100, "ERROR | --opensearch_password: secrets are not taken from the command line, where everybody "
                                                          "on this machine sees them: --credentials=FILE, or an env file (docs/servers.md)\n"))


class Anything(dict):
    """The same for every path."""

    def __init__(self, act):
        super().__init__()
        self.act = act

    def get(self, path, default=None):
        return self.act


def unlimited():
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


if __name__ == "__main__":
    unittest.main()
