#!/usr/bin/env python3
"""The real servers that tests talk to: OpenSearch, nginx with TLS and a password in front of it, Prism serving Horreum's document.

    servers.py start [--keep] [--no-wait]   # there already: nothing; else left-overs go and all are started
    servers.py stop [--all]                 # only by who started them; --all: in any case
    servers.py fetch                        # what comes from Maven Central and npm; a second time needs no network

A supervisor holds them: they end, by process id, when it is told to, when the process that started them (ctest, ci/test, a
shell) is gone, and, by the kernel, when it is killed itself; so nothing is left. --keep: they stay until `stop --all`.

Everything is below build/servers/, or $MB_SERVERS, which lets several checkouts share one set:
    opensearch-DIGEST/, prism-DIGEST/   what was fetched
    run/state.json                      {ready, supervisor, owner, children, opensearch, tls, …}; places.py reads it
    run/log/                            what they say
    run/secret/                         keys, certificates, logins: made anew by each start. The logins are canaries: canaries.py
                                        searches everything else for them
"""
import argparse
import base64
import contextlib
import ctypes
import fcntl
import hashlib
import http.client
import json
import os
import pathlib
import random
import re
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
SHARED = pathlib.Path(os.environ.get("MB_SHARED") or SOURCE.parent / "shared")
TOP = pathlib.Path(os.environ.get("MB_SERVERS") or SOURCE / "build/servers")
RUN, LOG, SECRET = TOP / "run", TOP / "run/log", TOP / "run/secret"
STATE = RUN / "state.json"
START_SECONDS, FETCH_SECONDS, STOP_SECONDS = 600, 900, 20  # they may start while a build has all processors
FETCH_PAUSES = (5, 20, 60)  # seconds before a download that failed is tried again: a registry may be away for a moment
HORREUM_DOCUMENT = SHARED / "data/horreum/openapi.yaml"


class Trouble(Exception):
    """What could not be started, in a line."""


class Missing(Trouble):
    """A program that is not installed: trying again would not bring it."""


class Ended(Trouble):
    """A server that ended by itself as it started, as one does whose port somebody else took in the meantime."""


# ---- processes, by id and start: an id alone may be another's by now ----

def begun(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None


def identity(pid):
    return {"pid": pid, "begun": begun(pid)}


def alive(process):
    return bool(process) and process["begun"] is not None and begun(process["pid"]) == process["begun"]


def end(process, seconds=STOP_SECONDS):
    for number, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, 5)):
        if not alive(process):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(process["pid"], number)
        until = time.monotonic() + patience
        while alive(process) and time.monotonic() < until:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(process["pid"], os.WNOHANG)
            time.sleep(0.05)


def dies_with_its_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def environment():
    return {name: os.environ[name] for name in ("PATH", "HOME", "JAVA_HOME", "LANG") if name in os.environ}


def read_state():
    try:
        return json.loads(STATE.read_text())
    except (OSError, ValueError):
        return {}


def write_state(state):
    new = STATE.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(json.dumps(state, indent=1) + "\n")
    new.replace(STATE)


# ---- what is fetched ----

def check_program(name):
    if not shutil.which(name):
        raise Missing(f"there is no program {name}: ci/setup --test installs what tests need")


def run_logged(name, command, seconds):
    LOG.mkdir(parents=True, exist_ok=True)
    log, shown = LOG / f"{name}.log", " ".join(map(str, command[:2]))
    check_program(command[0])
    with open(log, "ab") as out:
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            raise Trouble(f"{shown} … took more than {seconds} s: {tail(log)}") from None
    if done.returncode:
        raise Trouble(f"{shown} … ended with {done.returncode}: {tail(log)}")


def run_download(name, command):
    """What asks a registry: again when it fails, for as long as FETCH_PAUSES say."""
    for pause in FETCH_PAUSES:
        try:
            return run_logged(name, command, FETCH_SECONDS)
        except Missing:
            raise
        except Trouble as trouble:
            print(f"tests/servers/servers.py: {trouble}\ntried again in {pause} s", file=sys.stderr, flush=True)
            time.sleep(pause)
    return run_logged(name, command, FETCH_SECONDS)


def tail(log, lines=12):
    try:
        return "\n".join([str(log), *log.read_text(errors="replace").splitlines()[-lines:]])
    except OSError:
        return str(log)


def fetched(name, recipe, fill):
    """The folder NAME-DIGEST of the recipe; when it is not there, fill(folder) makes it, as a whole or not at all."""
    folder = TOP / f"{name}-{hashlib.sha256(recipe.read_bytes()).hexdigest()[:12]}"
    if not folder.is_dir():
        new = TOP / f".{name}.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        fill(new)
        new.rename(folder)
    return folder


def fetch_opensearch():
    def fill(folder):
        # -U: what was not there a moment ago is asked for again. Milliseconds; by default it waits half an hour for a silent server.
        run_download("maven", ["mvn", "-B", "-q", "-U", "-Daether.connector.connectTimeout=20000", "-Daether.connector.requestTimeout=60000",
                               "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies", f"-DoutputDirectory={folder}"])
    return fetched("opensearch", HERE / "pom.xml", fill)


def fetch_prism():
    def fill(folder):
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        run_download("npm", ["npm", "ci", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-timeout=60000"])
    return fetched("prism", HERE / "package-lock.json", fill) / "node_modules/@stoplight/prism-cli/dist/index.js"


# ---- the servers ----

def free_ports(n):
    """For servers that cannot be told to take any port. They are below those that Linux gives to whoever asks for any (from 32768 on):
    else another test could come by one before the server has it."""
    ports = []
    for port in random.sample(range(10000, 32768), 22768):
        with contextlib.suppress(OSError), socket.socket() as s:
            s.bind(("127.0.0.1", port))
            ports.append(port)
        if len(ports) == n:
            return ports
    raise Trouble("there is no free port")


def ask(request, seconds=5):
    """What the server on this machine answers; no proxy of the environment is asked."""
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=seconds) as answer:
        return answer.read()


def answers(url, check=lambda body: True):
    try:
        return check(ask(url))
    except (OSError, http.client.HTTPException, ValueError):
        return False


def listens(port):
    with socket.socket() as s:
        s.settimeout(1)
        return s.connect_ex(("127.0.0.1", port)) == 0


class Child:
    def __init__(self, name, command):
        self.name, self.log = name, LOG / f"{name}.log"
        check_program(command[0])
        with open(self.log, "wb") as out:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=RUN, env=environment(),
                                            preexec_fn=dies_with_its_parent)

    def wait(self, ready):
        """Until ready() is true, whose value it gives."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            value = ready()
            if value:
                return value
            if self.process.poll() is not None:
                raise Ended(f"{self.name} ended with {self.process.returncode}: {tail(self.log)}")
            time.sleep(0.1)
        raise Trouble(f"{self.name} was not ready after {START_SECONDS} s: {tail(self.log)}")


def start_opensearch(jars):
    """The runner takes the first free port after a base, up to 9299, and says which; it binds it many seconds later. The compiler that is quick to start and one
    collector: a node that lives for minutes."""
    name = f"tests-{secrets.token_hex(4)}"
    child = Child("opensearch", ["java", "-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*",
                                 "org.codelibs.opensearch.runner.OpenSearchRunner", "-basePath", str(RUN / "opensearch"), "-numOfNode", "1",
                                 "-baseHttpPort", str(random.randrange(9205, 9280)), "-clusterName", name])

    def said_port():
        found = re.search(r"^HTTP Port: +(\d+)$", child.log.read_text(errors="replace"), re.MULTILINE)
        return found and int(found[1])
    port = child.wait(said_port)
    return child, port, name


def wait_for_opensearch(child, port, name):
    url = f"http://127.0.0.1:{port}"
    child.wait(lambda: answers(f"{url}/_cluster/health?wait_for_status=yellow&timeout=1s",
                               lambda body: json.loads(body)["cluster_name"] == name))
    # A node that is thrown away does not care how full the disk is; tests make many indexes.
    settings = {"transient": {"cluster.routing.allocation.disk.threshold_enabled": False, "cluster.max_shards_per_node": 5000}}
    request = urllib.request.Request(f"{url}/_cluster/settings", json.dumps(settings).encode(), {"Content-Type": "application/json"},
                                     method="PUT")
    ask(request, 120)


def make_certificates():
    """An authority, a server's certificate for localhost and 127.0.0.1, a client's."""
    def openssl(*arguments):
        run_logged("openssl", ["openssl", *map(str, arguments)], 60)
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *curve, "-keyout", SECRET / "ca.key", "-out", SECRET / "ca.pem", "-days", 30, "-subj", "/CN=matbench tests",
            "-addext", "basicConstraints=critical,CA:true", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    for name, extra in (("server", "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n"),
                        ("client", "extendedKeyUsage=clientAuth\n")):
        (SECRET / f"{name}.ext").write_text(extra)
        openssl("req", *curve, "-keyout", SECRET / f"{name}.key", "-out", SECRET / f"{name}.csr", "-subj", f"/CN=matbench {name}")
        openssl("x509", "-req", "-in", SECRET / f"{name}.csr", "-CA", SECRET / "ca.pem", "-CAkey", SECRET / "ca.key", "-CAcreateserial",
                "-days", 30, "-extfile", SECRET / f"{name}.ext", "-out", SECRET / f"{name}.pem")


def make_logins():
    """Unique in each run, so that a search finds where one was left. The password has what quoting gets wrong."""
    login = {"username": "matbench-ci", "password": f"canary-{secrets.token_hex(12)}:\"$'% w",
             "api_key": base64.b64encode(f"canary-{secrets.token_hex(12)}:{secrets.token_hex(8)}".encode()).decode(),
             "bearer": f"canary.{secrets.token_hex(16)}.{secrets.token_hex(8)}"}
    salt = secrets.token_bytes(8)
    digest = base64.b64encode(hashlib.sha1(login["password"].encode() + salt).digest() + salt).decode()
    (SECRET / "htpasswd").write_text(f"{login['username']}:{{SSHA}}{digest}\n")
    (SECRET / "login.json").write_text(json.dumps(login) + "\n")
    return login


def nginx_program():
    return shutil.which("nginx") or "/usr/sbin/nginx"  # which is not in everybody's PATH


def start_nginx(opensearch, login):
    ports = dict(zip(("tls", "client", "tls12"), free_ports(3)))
    values = {"RUN": RUN, "LOG": LOG, "SECRET": SECRET, "OPENSEARCH": opensearch, "API_KEY": login["api_key"], "BEARER": login["bearer"],
              **{name.upper(): port for name, port in ports.items()}}
    text = re.sub(r"@([A-Z0-9_]+)@", lambda found: str(values[found[1]]), (HERE / "nginx.conf.in").read_text())
    (SECRET / "nginx.conf").write_text(text)
    child = Child("nginx", [nginx_program(), "-p", str(RUN / "nginx"), "-e", str(LOG / "nginx-error.log"), "-c", str(SECRET / "nginx.conf")])
    child.wait(lambda: all(map(listens, ports.values())))
    return child, ports


def start_prism(script):
    if not HORREUM_DOCUMENT.is_file():
        raise Trouble(f"{HORREUM_DOCUMENT} is not there: set MB_SHARED")
    port = free_ports(1)[0]
    child = Child("prism", ["node", str(script), "mock", "-h", "127.0.0.1", "-p", str(port), str(HORREUM_DOCUMENT)])
    child.wait(lambda: listens(port))
    return child, port


def bring_up(state, children):
    jars, script = fetch_opensearch(), fetch_prism()
    for left in (2, 1, 0):
        try:
            return start_all(state, children, jars, script)
        except Ended as trouble:
            if not left:
                raise
            print(f"{trouble}\nonce more", flush=True)
            end_children(state, children)
            shutil.rmtree(RUN / "opensearch", ignore_errors=True)


def start_all(state, children, jars, script):
    def started(child):
        children.append(child)
        state["children"].append(identity(child.process.pid) | {"name": child.name})
        write_state(state)
    opensearch, port, name = start_opensearch(jars)
    started(opensearch)
    prism, prism_port = start_prism(script)
    started(prism)
    make_certificates()
    login = make_logins()
    nginx, ports = start_nginx(port, login)
    started(nginx)
    wait_for_opensearch(opensearch, port, name)
    state.update(ready=True, opensearch=f"http://127.0.0.1:{port}", prism=f"http://127.0.0.1:{prism_port}",
                 tls=f"https://127.0.0.1:{ports['tls']}", tls_client=f"https://127.0.0.1:{ports['client']}",
                 tls12=f"https://127.0.0.1:{ports['tls12']}", ca_file=str(SECRET / "ca.pem"), client_certificate=str(SECRET / "client.pem"),
                 client_key=str(SECRET / "client.key"), prism_program=["node", str(script)])
    write_state(state)


# ---- the supervisor ----

def end_children(state, children):
    for child in reversed(children):
        child.process.terminate()
    for child in reversed(children):
        end(identity(child.process.pid))
    children.clear()
    state.update(ready=False, children=[])
    write_state(state)


def supervise(owner):
    """Until it is told to end, or the owner is gone. What it prints is run/log/supervisor.log."""
    stop_read, stop_write = os.pipe()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: os.write(stop_write, b"x"))
    state = {"ready": False, "supervisor": identity(os.getpid()), "owner": owner, "children": []}
    children, waiting = [], [stop_read]
    write_state(state)
    if owner:
        try:
            waiting.append(os.pidfd_open(owner["pid"]))
        except ProcessLookupError:
            return
        if not alive(owner):
            return
    try:
        bring_up(state, children)
        print("ready", flush=True)
        ended = {os.pidfd_open(child.process.pid): child for child in children}
        for one in select.select([*waiting, *ended], [], [])[0]:
            if one in ended:
                raise Trouble(f"{ended[one].name} ended with {ended[one].process.wait()}: {tail(ended[one].log)}")
    except Exception as trouble:  # whatever it is, `start` has to tell it
        state["trouble"] = str(trouble) if isinstance(trouble, Trouble) else repr(trouble)
        write_state(state)
        print(state["trouble"], flush=True)
    finally:
        end_children(state, children)


# ---- the commands ----

@contextlib.contextmanager
def locked():
    TOP.mkdir(parents=True, exist_ok=True)
    with open(TOP / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def spawn(owner):
    state = read_state()
    for left in state.get("children", []):
        end(left)
    shutil.rmtree(RUN, ignore_errors=True)
    for folder in (LOG, RUN / "nginx/logs"):
        folder.mkdir(parents=True)
    SECRET.mkdir(mode=0o700)
    with open(LOG / "supervisor.log", "wb") as out:
        process = subprocess.Popen([sys.executable, __file__, "supervise", *([str(owner["pid"])] if owner else [])], stdin=subprocess.DEVNULL,
                                   stdout=out, stderr=out, start_new_session=True)
    return identity(process.pid)


def start(keep, wait):
    with locked():
        supervisor = read_state().get("supervisor")
        if not alive(supervisor):
            supervisor = spawn(None if keep else identity(os.getppid()))
            while alive(supervisor) and read_state().get("supervisor") != supervisor:  # whoever starts next has to see it
                time.sleep(0.02)
    while wait:
        state = read_state()
        mine = state.get("supervisor") == supervisor
        if mine and "trouble" in state:
            raise Trouble(state["trouble"])
        if mine and state["ready"]:
            print(f"OpenSearch {state['opensearch']}, nginx {state['tls']}, Prism {state['prism']}")
            return
        if not alive(supervisor):
            raise Trouble(f"the supervisor ended: {tail(LOG / 'supervisor.log')}")
        time.sleep(0.1)


def stop(everything):
    with locked():
        state = read_state()
        if everything or state.get("owner") == identity(os.getppid()):
            end(state.get("supervisor"), 2 * STOP_SECONDS)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("start", "stop", "fetch", "supervise"))
    parser.add_argument("owner", nargs="?", type=int)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--no-wait", action="store_true")
    parser.add_argument("--all", action="store_true")
    given = parser.parse_args()
    try:
        if given.command == "start":
            start(given.keep, not given.no_wait)
        elif given.command == "stop":
            stop(given.all)
        elif given.command == "supervise":
            supervise(identity(given.owner) if given.owner else None)
        else:
            with locked():
                fetch_opensearch()
                fetch_prism()
    except Trouble as trouble:
        print(f"tests/servers/servers.py: {trouble}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
