#!/usr/bin/env python3
"""Searches for the logins of this run's servers (servers.py), which nobody but a server may have seen.

    canaries.py PLACE…      files and folders; prints what was searched; 1: found, or a place in which there was nothing to search

A text is found as it is, in base64 at any offset (so in an Authorization header, or a core file that holds one), and in gzip files.
The folder in which the servers keep them is left out.
"""
import base64
import gzip
import os
import pathlib
import re
import sys

import places
import servers

WORD = b"canary"  # every secret begins so (servers.make_logins)
CHUNK = 16 << 20


def in_base64(text):
    """What of the text's base64 does not depend on what stands around it, for each of the three offsets."""
    found = []
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + text)
        first = -(-offset * 8 // 6)
        found.append(coded[first:(offset + len(text)) * 8 // 6])
    return found


def secrets_of(login):
    """{the name of a login: the texts by which it is known}"""
    texts = {"password": login["password"], "api_key": base64.b64decode(login["api_key"]).decode(), "bearer": login["bearer"]}
    cores = {name: re.match(r"canary[-.][0-9a-f]{24}", text)[0].encode() for name, text in texts.items()}
    return {name: [core, *in_base64(core)] for name, core in cores.items()}


class Search:
    def __init__(self, login=None):
        self.secrets = secrets_of(login or places.logins())
        self.quick = [WORD, *in_base64(WORD)]  # most bytes hold none of these
        self.longest = max(len(text) for texts in self.secrets.values() for text in texts)
        self.found, self.places = [], {}

    def add(self, name, secret):
        """A login of a server that a test made; it begins as the others do."""
        assert secret.encode().startswith(WORD)
        self.secrets[name] = [secret.encode(), *in_base64(secret.encode())]
        self.longest = max(self.longest, *map(len, self.secrets[name]))

    def bytes(self, data, where):
        """Looks at a piece; notes what is in it."""
        if any(word in data for word in self.quick):
            for name, texts in self.secrets.items():
                if any(text in data for text in texts):
                    self.found.append(f"{where}: the {name}")

    def note(self, place, files, size):
        before = self.places.get(place, (0, 0))
        self.places[place] = (before[0] + files, before[1] + size)

    def stream(self, stream, where):
        size, kept = 0, b""
        while piece := stream.read(CHUNK):
            size += len(piece)
            self.bytes(kept + piece, where)
            kept = piece[-self.longest:]
        return size

    def file(self, path):
        with open(path, "rb") as stream:
            size = self.stream(stream, path)
        if path.suffix == ".gz":
            try:
                with gzip.open(path) as stream:
                    self.stream(stream, f"{path}, unpacked")
            except (OSError, EOFError):
                pass
        return size

    def tree(self, top, place=None):
        """All regular files, and names; a file that goes away meanwhile was temporary."""
        top, files, size = pathlib.Path(top), 0, 0
        hidden = servers.SECRET.resolve()
        names = [top] if top.is_file() else (pathlib.Path(folder) / name for folder, below, inside in os.walk(top)
                                             if not self.skip(pathlib.Path(folder), below, hidden) for name in inside)
        for path in names:
            self.bytes(os.fsencode(path.name), f"the name of {path}")
            try:
                if path.is_file() and not path.is_symlink():
                    size += self.file(path)
                    files += 1
            except FileNotFoundError:
                pass
        self.note(place or str(top), files, size)

    @staticmethod
    def skip(folder, below, hidden):
        below[:] = [name for name in below if (folder / name).resolve() != hidden]
        return folder.resolve() == hidden

    def empty(self):
        return [place for place, (files, _) in self.places.items() if not files]

    def report(self):
        lines = [f"searched {place}: {files} files or texts, {size} bytes" for place, (files, size) in self.places.items()]
        lines += [f"nothing to search in {place}" for place in self.empty()]
        return "\n".join(lines + [f"FOUND in {where}" for where in sorted(set(self.found))])


def main():
    search = Search()
    for place in sys.argv[1:]:
        search.tree(place)
    print(search.report())
    return 1 if search.found or search.empty() or not search.places else 0


if __name__ == "__main__":
    sys.exit(main())
