#!/usr/bin/env python3
"""Nobody sees a password, key or token: every command that speaks to a server runs with each way to be let in, over TLS, and then
everything that a run leaves, and all that others see of it while it runs, is searched for it (tests/servers/canaries.py).

The logins are those of the run's servers, which no other text contains. A search that finds nothing to look at in one of its places
fails; so does one that does not find what was put there to be found. The places are printed.
"""
import contextlib
import json
import os
import pathlib
import resource
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading

import support
from support import places
import canaries
import memory
import servers
from horreum_fake import Answer, HorreumFake

WAYS = ("tls", "api_key", "bearer")


class Listener:
    """A TLS server that reads a request's header and never answers: who waits for it has just used its login."""

    def __init__(self):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(servers.SECRET / "server.pem", servers.SECRET / "server.key")
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self.socket.getsockname()[1]}"
        self.header, self.came, self.open = b"", threading.Event(), []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                raw, _ = self.socket.accept()
                with contextlib.suppress(OSError):
                    stream = self.context.wrap_socket(raw, server_side=True)
                    self.open.append(stream)
                    while b"\r\n\r\n" not in self.header:
                        piece = stream.recv(65536)
                        if not piece:
                            break
                        self.header += piece
                    self.came.set()

    def close(self):
        self.socket.close()
        for stream in self.open:
            stream.close()


def descendants(pid):
    found = [pid]
    for one in found:
        for task in pathlib.Path(f"/proc/{one}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += [int(child) for child in task.read_text().split()]
    return found


def dumped_ranges(pid):
    """The memory that a core file would get: private or anonymous and readable, without those marked "dd" (do not dump)."""
    ranges, current = [], None
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        first = line.split(" ", 1)[0]
        if not first.endswith(":"):
            begin, end = (int(part, 16) for part in first.split("-"))
            current = (begin, end, line)
        elif first == "VmFlags:" and "rd" in line.split() and "dd" not in line.split() and "[vvar" not in current[2]:
            ranges.append(current[:2])
    return ranges


class CanaryTest(support.CommandTest):
    @classmethod
    def setUpClass(cls):
        cls.logins = places.logins()
        cls.search = canaries.Search(cls.logins)

    @classmethod
    def tearDownClass(cls):
        print(cls.search.report(), file=sys.stderr)

    def setUp(self):
        super().setUp()
        for name in "home", "tmp", "state":
            (self.place / name).mkdir()
        self.own = {"HOME": str(self.place / "home"), "TMPDIR": str(self.place / "tmp"), "XDG_STATE_HOME": str(self.place / "state")}
        support.small_workload(self.place / "w")
        for day in range(3):
            support.small_test(self.place / f"tests/{day}", 10 + day, start=f"2025-03-0{day + 1}T10:00:00", version=f"1.{day}")

    def nothing_found(self):
        self.assertEqual(self.search.found, [])
        self.assertEqual(self.search.empty(), [])

    def text(self, what, text):
        data = text if isinstance(text, bytes) else text.encode(errors="surrogateescape")
        self.search.bytes(data, what)
        self.search.note(what, 1, len(data))

    def run_one(self, *arguments, codes=(0,), env=None):
        done = self.matbench(*arguments, "--log_level=debug", env=self.own | (env or {}))
        self.assertIn(done.code, codes, f"{arguments}\n{done.out}\n{done.err}")
        self.text("what commands print", f"{arguments[0]}: {done.out}{done.err}")
        return done

    PLACES = (("artifacts, reports, caches, histories", "."), ("the home folder", "home"), ("temporary folders", "tmp"), ("the spool", "state"))

    def search_place(self):
        for what, folder in self.PLACES:
            marker = self.place / folder / ".looked-at"  # a folder that nobody wrote to was searched too
            marker.write_text("x")
            self.search.tree(self.place / folder, what)
            marker.unlink()

    # ---- the ways to be let in ----

    def ways(self):
        """(name, place, variables): a credentials file, TOPSAIL's keys in an env file, the environment."""
        for over in WAYS:
            yield over, self.tls_opensearch(over), {}
        place = self.tls_opensearch()
        yield "env file", place, None
        place = self.tls_opensearch()
        yield "environment", place, {f"MATBENCH_{key.upper()}": str(value) for key, value in place.env_keys().items()}

    @contextlib.contextmanager
    def let_in(self, place, variables):
        """self.access, and an env file, for one way."""
        file = self.place / ".env.generated.yaml"
        self.access = place.env if variables == {} else variables or {}
        if variables is None:
            file.touch(mode=0o600)
            file.write_text(json.dumps(place.env_keys()))
        try:
            yield
        finally:
            file.unlink(missing_ok=True)

    def commands(self, uri):
        """Every command that gets at a history; (arguments, exit codes)."""
        history, tests = f"--history={uri}", ("--workload=w", "--results_dirname=tests")
        return ((("upload_lts", *tests, history, "--dry_run"), (0,)), (("upload_lts", *tests, history), (0,)), (("upload_lts", *tests, history), (0,)),
                (("analyze_lts", *tests, history), (0,)), (("download_lts", history, "--lts_results_dirname=lts", "--force", "--clean"), (0,)),
                (("history", "list", history), (0,)), (("history", "labels", history), (0,)),
                (("history", "export", history, "--to=sqlite:copy.db"), (0,)), (("history", "import", history, "--from=sqlite:copy.db"), (0,)),
                (("export", f"--from={uri}", "--to=out.csv"), (0,)), (("ci", "tests", "--workload=w", history), (0,)),
                (("spool", "list"), (0,)), (("spool", "send"), (0,)))

    def test_every_command_in_every_way(self):
        for name, place, variables in self.ways():
            with self.subTest(name), self.let_in(place, variables):
                for arguments, codes in self.commands(place.uri()):
                    self.run_one(*arguments, codes=codes)
                self.assertEqual(len(place.documents()), 3)
            self.search_place()
        self.search.tree(servers.LOG, "logs of OpenSearch and nginx")
        self.search.tree(servers.RUN / "opensearch", "what OpenSearch keeps")
        self.nothing_found()

    def test_refused(self):
        """A login that is wrong, a server that is not there (and the spool): the errors and what stays behind."""
        place = self.tls_opensearch()
        for over in WAYS:
            wrong = self.tls_opensearch(over)
            entry = wrong.entry()
            # The right secrets for another host: they are used only with the host beside them.
            closed = self.closed_port()
            rows = ((entry | {"url": f"https://127.0.0.1:{closed}"}, f"opensearch+https://127.0.0.1:{closed}/i", (110,)),
                    (entry | {"url": "https://search.example.org"}, place.uri(), (111,)),
                    (entry | {"ca_file": str(self.place / "absent.pem")}, place.uri(), (100, 111)),
                    (entry | {"unknown": 1}, place.uri(), (100,)))
            for row, uri, codes in rows:
                file = self.place / "home/login.yaml"
                file.touch(mode=0o600)
                file.write_text(json.dumps([row]))
                self.access = {"MATBENCH_CREDENTIALS": str(file)}
                for command in (("upload_lts", "--workload=w", "--results_dirname=tests"), ("history", "list")):
                    self.run_one(*command, f"--history={uri}", *self.quick(), codes=codes)
                file.unlink()
            self.search_place()
        self.nothing_found()

    @staticmethod
    def quick():
        """One attempt: nothing is waited for that does not come."""
        return ("--http_attempts=1",)

    @staticmethod
    def closed_port():
        with socket.create_server(("127.0.0.1", 0)) as listening:
            return listening.getsockname()[1]

    # ---- Horreum ----

    def horreum(self):
        """A stand-in that knows a key and a password; both are searched for."""
        fake = HorreumFake().__enter__()
        self.addCleanup(fake.__exit__)
        key, password = (f"canary-{secrets.token_hex(12)}" for _ in range(2))
        fake.store.keys[key] = fake.store.keys[fake.key]
        fake.add_password("ci", password, "tester")
        self.search.add("key of Horreum", key)
        self.search.add("password of Horreum", password)
        return fake, key, password

    def horreum_ways(self, fake, key, password):
        """(row of a credentials file, or None; keys of an env file, or of the environment)"""
        host = {"horreum_host": fake.url}
        yield {"url": fake.url, "api_key": key}, {}, {}
        yield {"url": fake.url, "username": "ci", "password": password}, {}, {}
        yield None, host | {"horreum_api_key": key}, {}
        yield None, {}, {f"MATBENCH_{name.upper()}": value for name, value in (host | {"horreum_api_key": key}).items()}

    def horreum_commands(self, uri, code=0):
        tests = ("--workload=w", "--results_dirname=tests", f"--history={uri}", "--http_attempts=1")
        self.run_one("upload_lts", *tests, codes=(code,))
        self.run_one("analyze_lts", *tests, codes=(code,))
        self.run_one("history", "list", f"--history={uri}", "--http_attempts=1", codes=(code,))
        self.run_one("history", "setup", "--workload=w", f"--history={uri}", "--http_attempts=1", codes=(code,))
        self.run_one("spool", "list")
        if not code:
            self.run_one("download_lts", f"--history={uri}", "--lts_results_dirname=lts", "--force", "--clean")
            self.run_one("ci", "tests", *tests[:1], f"--history={uri}")

    def see_own(self):
        """What others see of the matbench that waits for an answer of this process."""
        for place in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if os.readlink(place / "cwd") == str(self.place):
                    for name in "cmdline", "environ":
                        self.text(f"/proc/PID/{name} while Horreum is asked", (place / name).read_bytes() or b" ")

    def test_horreum(self):
        """Let in, refused by words that have the login in them, not there."""
        fake, key, password = self.horreum()
        for number, (row, keys, variables) in enumerate(self.horreum_ways(fake, key, password)):
            with self.subTest(number):
                login, env_file = self.place / "login.yaml", self.place / ".env.generated.yaml"
                for path, content in ((login, row and [row]), (env_file, keys)):
                    if content:
                        path.touch(mode=0o600)
                        path.write_text(json.dumps(content))
                self.access = variables | ({"MATBENCH_CREDENTIALS": str(login)} if row else {})
                self.horreum_commands(f"horreum+{fake.url}/t{number}")
                self.assertEqual(len({run["data"]["metadata"]["test_uuid"] for run in fake.active()}), 3)
                for status, code in ((401, 111), (500, 110)):
                    fake.fault = lambda request, status=status: (self.see_own(),
                                                                 Answer(status, " ".join(f"{k}: {v}" for k, v in request.headers.items())))[1]
                    self.horreum_commands(f"horreum+{fake.url}/t{number}", code)
                fake.fault = None
                self.run_one("spool", "drop", "--all", codes=(0, 100))
                login.unlink(missing_ok=True)
                env_file.unlink(missing_ok=True)
            self.search_place()
        self.assertTrue([r for r in fake.requests if key in str(r.headers)])  # it was in use
        if os.geteuid() == 0:  # to others it is closed
            self.assertGreater(self.search.places["/proc/PID/environ while Horreum is asked"][0], 20)
        self.nothing_found()

    def test_ci(self):
        """The block's instance: the file of instances, which ci reads itself; the second pass; everything that it writes."""
        place = self.tls_opensearch()
        (self.place / "secret").mkdir()
        instance = {"host": place.host, "port": place.port, "username": self.logins["username"], "password": self.logins["password"]}
        (self.place / "secret/servers.yaml").write_text(json.dumps({"smoke": instance}))
        (self.place / "c.yaml").write_text(
            "secrets: {dir: {env_key: VAULT}, opensearch_instances: servers.yaml}\nmatbench: {workload: w, test_directory: tests, lts: {opensearch: "
            f"{{export: {{enabled: true}}, instance: smoke, index: {place.index}}}, regression_analyses: {{enabled: true}}}}}}\n")
        env = {"VAULT": str(self.place / "secret"), "MATBENCH_OPENSEARCH_CA_FILE": place.ca_file}
        for code in 0, 0:
            self.run_one("ci", "--config=c.yaml", "--artifact_dir=out", codes=(code,), env=env)
        self.assertEqual(len(place.documents()), 3)
        shutil.rmtree(self.place / "secret")
        self.search.tree(self.place / "out", "the outputs of ci")
        self.search_place()
        self.nothing_found()

    # ---- while it runs ----

    @contextlib.contextmanager
    def waiting(self, variables=None, **popen):
        """A matbench that has sent its login and waits for an answer: (process, the server)."""
        listener = Listener()
        self.addCleanup(listener.close)
        place = places.opensearch("tls", str(self.place / "home"))
        place.server = place.url = listener.url
        place.port = int(listener.url.rpartition(":")[2])
        env = dict(place.env if variables is None else {f"MATBENCH_{key.upper()}": str(value) for key, value in place.env_keys().items()})
        with open(self.place / "waiting.log", "wb") as log:
            process = subprocess.Popen([support.MATBENCH, "history", "list", f"--history={place.uri()}", "--log_level=debug"], cwd=self.place,
                                       env=support.environment(self.own | env), stdin=subprocess.DEVNULL, stdout=log, stderr=log, **popen)
        try:
            self.assertTrue(listener.came.wait(support.SECONDS), (self.place / "waiting.log").read_text())
            found = canaries.Search(self.logins)
            found.bytes(listener.header, "the request")
            self.assertTrue(found.found, "the request has no login: nothing would be proved")
            yield process
        finally:
            process.kill()
            process.wait()
            for left in (self.place / "home").glob("credentials-*"):
                left.unlink()

    def seen_of(self, process):
        pids = descendants(process.pid)
        for pid in pids:
            for name in "cmdline", "environ", "status", "comm":
                self.text(f"/proc/PID/{name} of matbench and its children", memory.shown(pid, name) or b" ")
            for number in () if memory.is_closed(pid) else pathlib.Path(f"/proc/{pid}/fd").iterdir():
                if number.is_file():
                    self.text("files that it has open", number.read_bytes())
        self.text("files that it has open", b"looked at")
        which = ",".join(map(str, pids))  # other tests, with the same logins, are none of this one's business
        for arguments in (["ps", "ww", "-o", "pid,args", "-p", which], ["ps", "eww", "-p", which]):
            said = subprocess.run(arguments, capture_output=True, check=True).stdout
            self.assertIn(str(process.pid).encode(), said)
            self.text("ps", said)

    def test_what_others_see_while_it_runs(self):
        for variables in None, "environment":
            with self.subTest(variables), self.waiting(variables) as process:
                self.seen_of(process)
                process.terminate()
                self.assertEqual(process.wait(support.SECONDS), 143)
                self.text("what a stopped one says", (self.place / "waiting.log").read_bytes())
        self.search_place()
        self.nothing_found()

    def memory_of(self, process):
        if memory.is_closed(process.pid):
            return  # a core file would have nothing
        with open(f"/proc/{process.pid}/mem", "rb", 0) as file:
            for begin, end in dumped_ranges(process.pid):
                file.seek(begin)
                self.text("memory that a core file would have", file.read(end - begin))

    def cores(self, folder):
        return [path for path in folder.iterdir() if path.name.startswith("core") and path.is_file()]

    def core_of_a_witness(self):
        """Whether this machine writes core files where we can look: of a process that holds the password."""
        folder = self.place / "witness"
        folder.mkdir()
        code = "import os, sys; word = sys.stdin.read(); os.abort()"
        subprocess.run([sys.executable, "-I", "-S", "-c", code], input=self.logins["password"], text=True, cwd=folder, preexec_fn=self.unlimited,
                       check=False, stderr=subprocess.DEVNULL)
        found = canaries.Search(self.logins)
        found.tree(folder)
        shutil.rmtree(folder)
        return bool(found.found)

    @staticmethod
    def unlimited():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        with contextlib.suppress(ValueError, OSError):
            hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
            resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))

    def test_core_files(self):
        """A killed one leaves no core file with a login; where the machine writes none, the memory that would be in it is read."""
        written = self.core_of_a_witness()
        for number in signal.SIGABRT, signal.SIGQUIT, signal.SIGSEGV:
            with self.subTest(number), self.waiting(preexec_fn=self.unlimited) as process:
                if not written:
                    self.memory_of(process)
                process.send_signal(number)
                process.wait(support.SECONDS)
                for core in self.cores(self.place):
                    self.search.tree(core, "core files")
                    core.unlink()
                self.text("core files", f"after {number!r}; this machine writes them here: {written}")
        self.nothing_found()

    def test_the_search_finds(self):
        """What is put there to be found: else nothing above is proved."""
        for index, (place, text) in enumerate((("log", self.logins["password"]), ("header", place_header(self.logins)), ("key", self.logins["api_key"]))):
            (self.place / place).write_text(f"before {text} after")
            found = canaries.Search(self.logins)
            found.tree(self.place)
            self.assertEqual(len(found.found), index + 1, found.report())


    # ---- each place is looked at ----

    def found_by(self, act):
        """What a search that begins anew finds while `act` searches."""
        kept, self.search = self.search, canaries.Search(self.logins)
        try:
            act()
            return self.search.found
        finally:
            self.search = kept

    def test_every_folder_is_searched(self):
        self.assertEqual(self.found_by(self.search_place), [])
        for _, folder in self.PLACES:
            for depth in "", "a/b/":
                planted = self.place / folder / f"{depth}planted"
                planted.parent.mkdir(parents=True, exist_ok=True)
                planted.write_text(f"x{self.logins['password']}x")
                self.assertTrue(self.found_by(self.search_place), planted)
                planted.unlink()

    def test_what_is_seen_of_a_process_is_searched(self):
        """A process that has a login in its arguments, its environment, a file and its memory."""
        word = self.logins["password"]
        code = "import sys; word = sys.stdin.readline(); sys.stdout.write('there\\n'); sys.stdout.flush(); sys.stdin.read()"
        (self.place / "open").write_text(word)
        for where, arguments, env in (("cmdline", [word], {}), ("environ", [], {"LOGIN": word}), ("open", [], {}), ("memory", [], {})):
            with self.subTest(where), open(self.place / "open") as held:
                process = subprocess.Popen([sys.executable, "-I", "-S", "-c", code, *arguments], env=support.environment(env), stdin=subprocess.PIPE,
                                           stdout=subprocess.PIPE, text=True, pass_fds=[held.fileno()] if where == "open" else [])
                try:
                    process.stdin.write((word if where == "memory" else "-") + "\n")
                    process.stdin.flush()
                    self.assertEqual(process.stdout.readline(), "there\n")
                    found = self.found_by(lambda: self.memory_of(process) if where == "memory" else self.seen_of(process))
                finally:
                    process.kill()
                    process.communicate()
                self.assertTrue([one for one in found if {"open": "files that"}.get(where, where) in one], found)
                if where in ("cmdline", "environ"):
                    self.assertIn("ps: the password", found)

    def test_the_logs_are_those_of_the_servers(self):
        """What the servers say of this test's own index stands where the search looks."""
        place = self.tls_opensearch()
        self.access = place.env
        self.run_one("history", "list", f"--history={place.uri()}", codes=(110,))  # no such index
        logs = b"".join(path.read_bytes() for path in servers.LOG.rglob("*") if path.is_file())
        self.assertIn(place.index.encode(), logs)

    def test_what_commands_print_is_searched(self):
        """A log that shows a login is found out: of an artifact, which nobody stars."""
        support.small_test(self.place / f"shown/{self.logins['bearer']}", "not a number")
        self.assertTrue(self.found_by(lambda: self.run_one("parse", "--workload=w", "--results_dirname=shown", "--output_lts=-", codes=(101, 102))))


def place_header(logins):
    place = places.Place("tls")
    place.logins = logins
    return place.headers()["Authorization"]


if __name__ == "__main__":
    support.main()
