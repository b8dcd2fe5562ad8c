"""What of a process's memory a core file would hold: all but the pages that are kept out of it (VmFlags dd). Standard library only."""
import os
import pathlib
import signal
import time

BLOCK = 1 << 22


def mappings(pid):
    """(start, end, name, flags) of each."""
    found, start, end, name = [], 0, 0, ""
    with open(f"/proc/{pid}/smaps") as file:
        for line in file:
            first = line.split()[0]
            if "-" in first and not first.endswith(":"):
                start, end = (int(n, 16) for n in first.split("-"))
                name = line.split(None, 5)[5].strip() if len(line.split(None, 5)) > 5 else ""
            elif first == "VmFlags:":
                found.append((start, end, name, line.split()[1:]))
    return found


def is_closed(pid):
    """Whether only root may look into it, and this is not root: such a process (PR_SET_DUMPABLE) writes no core file at all."""
    try:
        open(f"/proc/{pid}/mem", "rb").close()
    except PermissionError:
        return os.geteuid() != 0
    return False


def shown(pid, name):
    """What the file of /proc/PID shows; of a process that is closed to us, nothing."""
    try:
        return pathlib.Path(f"/proc/{pid}/{name}").read_bytes()
    except PermissionError:
        if not is_closed(pid):
            raise
        return b""


def look_for(pid, words):
    """{word: [names of the mappings, "(kept out)" for those that no core file holds]}"""
    if is_closed(pid):
        return {word: ["(kept out)"] for word in words}
    places = {word: [] for word in words}
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for start, end, name, flags in mappings(pid):
            if "rd" not in flags or name in ("[vvar]", "[vsyscall]") or end - start > 1 << 32:
                continue
            tail, at = b"", start
            while at < end:
                memory.seek(at)
                try:
                    block = memory.read(min(BLOCK, end - at))
                except OSError:
                    break
                if not block:
                    break
                for word in words:
                    if word in tail + block:
                        places[word].append("(kept out)" if "dd" in flags else name or f"{start:x}")
                tail, at = block[-200:], at + len(block)
    return places


def is_sanitized(pid):
    """AddressSanitizer keeps copies of its own: of the environment, and of what was freed a short while ago."""
    return not is_closed(pid) and any("libasan" in name or "libclang_rt.asan" in name for _, _, name, _ in mappings(pid))


def wait_stopped(pid, seconds=300):
    for _ in range(seconds * 100):
        with open(f"/proc/{pid}/stat") as file:
            if file.read().rpartition(")")[2].split()[0] == "T":
                return
        time.sleep(0.01)
    raise AssertionError("the process did not stop")


def go_on(pid):
    os.kill(pid, signal.SIGCONT)
