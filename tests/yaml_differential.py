"""The artifact mode of config/yaml.h and its dump against PyYAML: yaml_differential.py DRIVER [SEED [COUNT]].

Every document goes through tests/yaml_driver.c and through PyYAML; values (as JSON) and dumped bytes have to agree,
and what one refuses the other has to refuse. Documents: the YAML files of the shared data, tests/yaml_documents.txt,
and generated ones. libyaml and PyYAML's own scanner differ a little in what they take for YAML: such a difference counts
as known when PyYAML over libyaml (CSafeLoader) sides with us and a reason in SCANNERS fits the text.
"""
import datetime
import glob
import json
import math
import os
import random
import re
import subprocess
import sys

import yaml

ROOT = os.environ.get("MB_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
SHARED = os.environ.get("MB_SHARED", os.path.join(ROOT, "..", "shared"))
DUMP = dict(default_flow_style=False, sort_keys=False, indent=4, width=80)

# What libyaml reads and PyYAML's scanner does not, or the other way round; each is a reason that has to fit the text.
SCANNERS = [
    ("tabs between tokens, or inside of plain scalars, are fine for libyaml", r"\t"),
    ("'?' inside of a plain scalar in a flow collection", r"[\[{].*[^\s\[{,][^,\[\]{}]*\?|[\[{](.|\n)*\?"),
    ("':' at the end of, or inside of, a plain scalar in a flow collection", r"[\[{](.|\n)*:"),
    ("characters of anchors, aliases and tags", r"[&*!]"),
    ("directives and document markers", r"(?m)^(%|---|\.\.\.)"),
    ("a byte order mark that is not at the start", "\uFEFF"),
    ("escapes of surrogates, and %xx escapes of tags", r"\\u[dD][89a-fA-F]|\\U|%"),
    ("line breaks that are not LF: NEL, LS, PS and CR", "[\x85\u2028\u2029\r]"),
    ("a block scalar that begins with blank lines wider than its indentation", r"[|>]"),
    ("a '#' right after a flow indicator or a quoted scalar", r"[\]},\"'\[{]#|:#"),
]
# What we refuse and PyYAML takes, on purpose.
REFUSED = [
    ("a value that contains itself", r"is inside of what it stands for"),
    ("limits", r"nested deeper|more than \d+ (values|anchors)"),
    ("unknown tags on what is only merged", r"unknown tag"),
]


class Unlike(Exception):
    """The value has no JSON: Python itself would refuse it."""


class Facts:
    def __init__(self):
        self.sets = 0


def key_text(key):
    if key is True or key is False or key is None:
        return json.dumps(key)
    if isinstance(key, float):
        return json.dumps(key)
    return str(key)


def plain(value, facts, above=()):
    """A value as tuples, floats and strings, as node_json has it."""
    if isinstance(value, (dict, list, set, tuple)):
        if id(value) in above:
            raise Unlike("circular")
        above += (id(value),)
    if isinstance(value, dict):
        pairs = {key_text(k): plain(v, facts, above) for k, v in value.items()}
        return ("map", list(pairs.items()))
    if isinstance(value, set):
        facts.sets += len(value) > 1
        return ("map", sorted((key_text(k), None) for k in value))
    if isinstance(value, (list, tuple)):
        return ("list", [plain(v, facts, above) for v in value])
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        if -2**63 <= value < 2**63:
            return value
        str(value)  # fails where Python gives up
        try:
            value = float(value)
        except OverflowError:
            return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value)


def unordered(value):
    if isinstance(value, tuple):
        items = [(k, unordered(v)) if value[0] == "map" else unordered(v)
                 for k, v in (value[1] if value[0] == "map" else [(None, v) for v in value[1]])] \
            if value[0] == "map" else [unordered(v) for v in value[1]]
        return (value[0], sorted(items, key=repr) if value[0] == "map" else items)
    return value


def hook(pairs):
    return ("map", pairs)


def lists(value):
    if isinstance(value, list):
        return ("list", [lists(v) for v in value])
    if isinstance(value, tuple):
        return ("map", [(k, lists(v)) for k, v in value[1]])
    return value


def expected(text, loader):
    """("ok", value, dump, facts) or ("error", message)."""
    try:
        facts = Facts()
        data = yaml.load(text, loader)
        value = plain(data, facts)
        dump = yaml.dump(data, **DUMP).encode()
        json.dumps(value, ensure_ascii=False).encode()  # lone surrogates
        return ("ok", value, dump, facts)
    except RecursionError:
        return ("error", "recursion")
    except Exception as e:  # whatever it is: safe_load's caller gets no value
        return ("error", "%s: %s" % (type(e).__name__, str(e).replace("\n", " ")))


def ask(driver, texts):
    given = b"".join(b"%d\n%s" % (len(t), t) for t in texts)
    out = subprocess.run([driver], input=given, stdout=subprocess.PIPE, check=True).stdout
    at = 0

    def part():
        nonlocal at
        end = out.index(b"\n", at)
        what, size = out[at:end].split()
        start, at = end + 1, end + 1 + int(size)
        return what, out[start:at]

    for _ in texts:
        what, body = part()
        if what == b"error":
            yield ("error", body.decode())
        else:
            yield ("ok", lists(json.loads(body, object_pairs_hook=hook)), part()[1])


def same(got, want):
    if got[0] != want[0]:
        return False
    if got[0] == "error":
        return True
    if want[3].sets:  # the order of a Python set is not known
        return repr(unordered(got[1])) == repr(unordered(want[1])) and len(got[2]) == len(want[2])
    return repr(got[1]) == repr(want[1]) and got[2] == want[2]


class Run:
    def __init__(self, driver):
        self.driver = driver
        self.counts = {"same": 0, "both refuse": 0, "known": 0, "refused by us": 0}
        self.failures = 0

    def check(self, name, texts):
        for text, got in zip(texts, ask(self.driver, [t.encode() for t in texts])):
            want = expected(text, yaml.SafeLoader)
            if same(got, want):
                self.counts["same" if got[0] == "ok" else "both refuse"] += 1
            elif got[0] == "error" and any(re.search(r, got[1]) for _, r in REFUSED):
                self.counts["refused by us"] += 1
            elif any(re.search(r, text) for _, r in SCANNERS) and same(got, expected(text, yaml.CSafeLoader)):
                self.counts["known"] += 1
            else:
                self.fail(name, text, got, want)

    def fail(self, name, text, got, want):
        self.failures += 1
        if self.failures > 20:
            return
        print("MISMATCH in", name, "documents:", repr(text[:400]))
        if "error" in (got[0], want[0]):
            print("  ours  ", got[0], repr(got[1])[:200], "\n  PyYAML", want[0], repr(want[1])[:200])
            return
        for ours, theirs in ((repr(got[1]), repr(want[1])), (got[2].decode(), want[2].decode())):
            at = len(os.path.commonprefix([ours, theirs]))
            if ours != theirs:
                print("  ours  ", repr(ours[max(0, at - 60):at + 60]), "\n  PyYAML", repr(theirs[max(0, at - 60):at + 60]))


# ---- generated documents ----

WORDS = ["a", "word", "x" * 30, "y" * 85, "w" * 129, "yes", "No", "on", "null", "~", "true", "<<", "=", "-", "?", ":", "#", "- ", "? ",
         ": ", " #", "#x", "a:", ":a", "a: b", "a #b", "a#b", "'", '"', "''", "it's", '"q"', "\\", "\\n", "---", "...", "--- a",
         "0", "07", "0777", "08", "0o17", "0x1F", "0b11", "0b_", "1_000", "12:30:00", "1:60", "1.5", "1.", ".5", "-.5", "1e5", "1e+5",
         "1.0e+5", "1:30.5", ".inf", "-.INF", ".nan", "+.inf", "2001-01-01", "2001-1-1", "2001-01-01 12:00:00", "2001-01-01T12:00:00Z",
         "2001-01-01 12:00:00.5 +5:30", "2001-13-01", "{", "}", "[", "]", ",", "a, b", "[a]", "{a: b}", "&a", "*a", "!a", "|", ">", "%", "@",
         "`", "!!str", "\u00e9", "\u00e9t\u00e9 " * 9, "\u65e5\u672c", "\U0001F600", "\x85", "\u2028", "\u00a0", "\ufeff", "\ud7ff",
         "\ufffd", "\0", "\x07", "\x1b", "\x7f", "\t", "\n", "\n\n", " ", "  ", "\r", "\r\n", "a b", "a  b", "a\nb", "a \nb", "a\n b",
         "\ta", "a\t", "long words in a line that has to be folded somewhere around here because of its length and so on",
         "123456789012345678901234567890", "-9223372036854775808", "9223372036854775808", "1" * 60]


def text_of(rng):
    n = rng.choice([1, 1, 1, 2, 2, 3, 5, 12])
    return rng.choice(["", "", "", " ", "\n"]).join(rng.choice(WORDS) for _ in range(n))


def scalar_of(rng):
    kind = rng.randrange(12)
    if kind == 0:
        return rng.choice([None, True, False])
    if kind == 1:
        return rng.choice([0, 1, -1, 255, 2**31, 2**63 - 1, -2**63, 2**63, 10**30, -10**400, rng.randrange(-10**6, 10**6)])
    if kind == 2:
        return rng.choice([0.0, -0.0, 1.5, 1e16, 1e15, 1e-5, 1e-4, 1e300, 5e-324, 2.0**-44, 0.1, 1 / 3, math.inf, -math.inf, math.nan,
                           rng.random(), rng.uniform(-1e20, 1e20), 2.0 ** rng.randrange(-1074, 1023),
                           rng.random() * 10.0 ** rng.randrange(-320, 300)])
    if kind == 3:
        zone = rng.choice([None, datetime.timezone.utc, datetime.timezone(datetime.timedelta(minutes=rng.randrange(-1400, 1400)))])
        when = datetime.datetime(rng.randrange(1, 9999), rng.randrange(1, 13), rng.randrange(1, 29), rng.randrange(24), 5, 6,
                                 rng.choice([0, 5, 120000]), zone)
        return rng.choice([when, when.date()])
    if kind == 4:
        return bytes(rng.randrange(256) for _ in range(rng.choice([0, 1, 2, 3, 56, 57, 58, 114, 130])))
    return text_of(rng)


def value_of(rng, depth, seen):
    kind = rng.randrange(10)
    if depth > 3 or kind < 5:
        value = scalar_of(rng)
    elif seen and kind == 5:
        return rng.choice(seen)
    elif kind < 8:
        value = {scalar_of(rng): value_of(rng, depth + 1, seen) for _ in range(rng.choice([0, 1, 2, 3, 2, 1, 3, 20]))}
    elif kind == 8 and rng.random() < 0.1:
        value = {scalar_of(rng)}
    else:
        value = [value_of(rng, depth + 1, seen) for _ in range(rng.choice([0, 1, 2, 4]))]
    if not isinstance(value, (str, bytes, int, float, type(None))):
        seen.append(value)
    return value


def dumped(rng):
    value = value_of(rng, 0, [])
    options = dict(default_flow_style=rng.choice([False, False, True, None]), allow_unicode=rng.random() < 0.5,
                   width=rng.choice([20, 80, 1000]), indent=rng.choice([2, 4, 8]), sort_keys=False,
                   default_style=rng.choice([None, None, None, '"', "'", "|", ">"]))
    return yaml.safe_dump(value, **options)


PIECES = ["a", "b", "key", "1", "0x1", "12:30", "2001-01-01", "yes", "null", "~", "<<", "=", ":", ": ", ": ", ":\n", "- ", "-", "?", "? ",
          "\n", "\n  ", "\n    ", "\n- ", "\n\n", " ", "[", "]", "{", "}", ",", ", ", "'", '"', "\\", "&x ", "*x", "!!str ", "!!int ",
          "!!float ", "!!set ", "!!omap ", "!!pairs ", "!!binary ", "!!bool ", "!!null ", "!!timestamp ", "! ", "!foo ", "|", ">", "|\n ",
          ">-\n  ", "#", " #", "---\n", "...\n", "%YAML 1.1\n", "\t", "text", "QUJD", "\u00e9", "x: 1\n", "y: 2\n", "<<: *x\n", "<<: [*x]\n",
          "a: &x {b: 1}\n", "=: 5\n"]


def pieces(rng):
    return "".join(rng.choice(PIECES) for _ in range(rng.randrange(1, 12)))


def damaged(rng):
    text = dumped(rng)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(text) + 1)
        text = rng.choice([text[:at] + rng.choice(PIECES) + text[at:], text[:at] + text[at + 1:], text[:at]])
    return text


def plain_scalars(rng):
    """Numbers, dates and their near misses, plain and with tags."""
    out = []
    for _ in range(20):
        word = "".join(rng.choice("0123456789+-._:eExXobaAfF TZ") for _ in range(rng.randrange(1, 14)))
        word = rng.choice([word, rng.choice(WORDS), "%s:%02d:%02d" % (rng.randrange(300), rng.randrange(70), rng.randrange(70)),
                           "%04d-%d-%02d%s%d:%02d:%02d%s" % (rng.randrange(1, 9999), rng.randrange(1, 14), rng.randrange(1, 32),
                                                             rng.choice(["T", " ", "t", "  "]), rng.randrange(26), rng.randrange(61),
                                                             rng.randrange(61), rng.choice(["", "Z", " Z", ".5", "+1", "-11:30", " +25:00", ".1234567-00:30"]))])
        tag = rng.choice(["", "", "", "!!int ", "!!float ", "!!bool ", "!!timestamp ", "!!binary ", "! "])
        quoted = tag and rng.random() < 0.5 and "\\" not in word
        out.append("%s: %s%s\n" % ("k%d" % len(out), tag, json.dumps(word) if quoted else word.strip()))
    return out


def documents(path):
    """Documents that are separated by lines "=== what"."""
    text = open(path, encoding="utf-8").read()
    return [part.split("\n", 1)[1] for part in re.split(r"(?m)^===", text)[1:]]


def main():
    driver = sys.argv[1]
    seed, count = int(sys.argv[2]) if len(sys.argv) > 2 else 1, int(sys.argv[3]) if len(sys.argv) > 3 else 1
    rng = random.Random(seed)
    run = Run(driver)
    files = sorted(glob.glob(SHARED + "/data/topsail/*.yaml") + [
        p for end in ("yaml", "yml") for p in glob.glob(SHARED + "/data/python-golden/**/*." + end, recursive=True)])
    if len(files) < 40:
        sys.exit("%s: expected the shared data there, found %d YAML files" % (SHARED, len(files)))
    unique = sorted({open(p, encoding="utf-8").read() for p in files})
    run.check("shared data", unique)
    if run.counts["same"] != len(unique):
        run.failures += 1
    for path in sorted(glob.glob(SHARED + "/data/python-golden/*/*lts.json")):  # what the Python tool itself dumped
        configs = {p["metadata"]["config"].encode() for p in json.load(open(path, encoding="utf-8"))}
        for config, got in zip(configs, ask(driver, list(configs))):
            if got[0] != "ok" or got[2] != config:
                run.failures += 1
                print("MISMATCH with metadata.config of", path)
    run.check("documents", documents(os.path.join(ROOT, "tests", "yaml_documents.txt")))
    run.check("dumped", [dumped(rng) for _ in range(1500 * count)])
    run.check("pieces", [pieces(rng) for _ in range(2500 * count)])
    run.check("damaged", [damaged(rng) for _ in range(500 * count)])
    run.check("scalars", [line for _ in range(50 * count) for line in plain_scalars(rng)])
    print(", ".join("%d %s" % (n, what) for what, n in run.counts.items()) + ", %d failed" % run.failures)
    if run.counts["known"] * 20 > sum(run.counts.values()):
        sys.exit("too many differences are called known")
    sys.exit(run.failures != 0)


main()
