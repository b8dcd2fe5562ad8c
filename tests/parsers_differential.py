"""CSV, INI, quantities, durations and numbers against Python: parsers_differential.py DRIVER SHARED [SEED [COUNT]].

Rows against the csv module, sections against configparser: on the samples in SHARED, on documents with all that is special, and on
generated ones. What one refuses the other has to refuse, but for what is named below."""
import configparser
import csv
import io
import json
import math
import pathlib
import random
import re
import subprocess
import sys
from fractions import Fraction

failed = 0


def ask(driver, requests):
    given = b"".join(b"%s %s %d\n%s" % (reading.encode(), option.encode(), len(text), text) for reading, option, text in requests)
    out = subprocess.run([driver], input=given, stdout=subprocess.PIPE, check=True).stdout.decode()
    lines = out.split("\n")[:-1]
    assert len(lines) == len(requests), (len(lines), len(requests))
    for line in lines:
        what, rest = line.split(" ", 1)
        yield (what, json.loads(rest) if what == "json" else rest)


def compare(driver, name, requests, expected):
    global failed
    same = refused = 0
    for (reading, option, text), got in zip(requests, ask(driver, requests)):
        want = expected(option, text)
        if got[0] == want[0] and (got[0] == "error" or (json.dumps(got[1], sort_keys=True) == json.dumps(want[1], sort_keys=True))):
            same += got[0] == "json"
            refused += got[0] == "error"
            continue
        failed += 1
        if failed < 20:
            print("MISMATCH", reading, option, repr(text[:400]), "\n  ours  ", str(got)[:400], "\n  Python", str(want)[:400])
    print("%s: %d same, %d refused by both" % (name, same, refused))
    if not same or (not refused and name not in ("csv samples", "ini samples", "auto")):
        failed += 1
        print("  expected some of both")


# ---- rows ----

def rows_of(option, text):
    delimiter = {"tab": "\t"}.get(option, option)
    text = text.decode()
    if text.startswith("\ufeff"):
        text = text[1:]
    end = "\x02the end"
    if list(csv.reader(io.StringIO(text + "\n" + end, newline=""), delimiter=delimiter))[-1] != [end]:
        return ("error", "a quote that does not end")
    return ("json", [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row])


CSV_SPECIAL = ["", "\n", "\r\n\r\n", "a", "a,", ",", ",\n", "a,b\n1,2\n", "a,b\r\n1,2", "a\rb\rc", 'a,"b,c"\n', '"a""b"', '""', '"",', '"a"b,c', '"a" "b"', 'a"b,c"d"',
               '"a\nb","c\r\nd"', '"a', 'x\n"a\n\n', '"a"\n\n\n"b"', '"a""', '"""a"""', '""""', '"a"\rb', "\ufeffa,b\n", '\ufeff"a",b\n', " a , b \n", '"a" ,b', '"a","b"\n"c"x"d",e',
               "a;b\n", '"\r"', '"a"\r', "\r", "a\n\rb", '"x"""y', '"\n""\n"', "é,ü\n", '"é""ü",\u2028']


def csv_text(rng):
    pieces = ["a", "12", "0.5", "é", " ", "", "x y", '"', '""', ",", ";", "\t", "\n", "\r\n", "\r", '"a,b"', '"c""d"', '"e\nf"', "\u2028", '"' * 3]
    if rng.random() < 0.5:
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=rng.choice(",;"), lineterminator=rng.choice(["\n", "\r\n"]), quoting=rng.choice([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
        for _ in range(rng.randrange(6)):
            writer.writerow(["".join(rng.choice(pieces) for _ in range(rng.randrange(4))) for _ in range(rng.randrange(1, 5))])
        return out.getvalue()
    return "".join(rng.choice(pieces) for _ in range(rng.randrange(12)))


def check_csv(driver, shared, rng, count):
    texts = CSV_SPECIAL + [csv_text(rng) for _ in range(2500 * count)]
    compare(driver, "csv", [("csv", option, t.encode()) for t in texts for option in (",", ";", "tab")], rows_of)
    samples = sorted(shared.glob("data/**/*.csv"))
    assert len(samples) >= 9, samples
    compare(driver, "csv samples", [("csv", ",", p.read_bytes()) for p in samples], rows_of)


# ---- sections ----

def sections_of(option, text):
    cls = configparser.RawConfigParser if option == "raw" else configparser.ConfigParser
    parser = cls(strict=option != "lenient")
    text = text.decode()
    if text.startswith("\ufeff"):
        text = text[1:]
    try:
        parser.read_file(io.StringIO(text, newline=None))
        return ("json", {name: dict(parser.items(name)) for name in parser.sections()})
    except (configparser.Error, ValueError) as e:
        return ("error", str(e))


INI_SPECIAL = ["", "# c\n", "[a]", "[a]\n", "[a]\nx=1\ny: 2\nz = 3 = 4\nw : 5 : 6\n", "x=1\n[a]\n", "[a]\nx\n", "[a]\n=1\n", "[a]\nx=\n", "[a]\nx:\n", "[a]\nx=1\nx=2\n", "[a]\nx=1\nX=2\n",
               "[a]\n[a]\n", "[a]\nx=1\n[b]\n[a]\ny=2\n", "[DEFAULT]\nx=1\n[a]\ny=2\n[b]\nx=3\n", "[DEFAULT]\n[DEFAULT]\nx=1\n[a]\n", "[DEFAULT]\nx=1\nx=2\n[a]\n", "[DEFAULT]\nx=1\n",
               "[a]\nx=1\n  2\n  3\n", "[a]\nx=1\n\n  2\n\n\ny=3\n", "[a]\nx=1\n# c\n  2\n", "[a]\nx=1\n  # c\n  2\n", "[a]\nx=1\n ; c\n 2\n;d\n 3\n", "[a]\n  x=1\n  y=2\n    z\n w=3\n",
               "[a]\n x=1\ny=2\n z=3\n", "[a]\nx=1 # no comment\ny=2;z\n", "[a]\nx = %(y)s\ny=1\n", "[a]\nx = %(Y)s%%\nY=1\n", "[a]\nx=%(z)s\n", "[a]\nx=%\n", "[a]\nx=50%\n", "[a]\nx=%x\n",
               "[a]\nx=%()s\n", "[a]\nx=%(y\n", "[a]\nx=%(y)d\ny=1\n", "[a]\nx=%(x)s\n", "[a]\nx=%(y)s\ny=%(x)s\n", "[DEFAULT]\nb=/tmp\n[a]\nx=%(b)s/y\n[c]\nb=/o\nx=%(b)s\n",
               "[DEFAULT]\nx=%(y)s\n[a]\ny=1\n", "[DEFAULT]\nx=%(y)s\n[a]\n", "[a]b]\nx=1\n", "[a] junk\nx=1\n", "[]\nx=1\n", "[a]\n[]\n", "[a]\n[]=1\n", "[ a ]\nx=1\n", "  [a]\n  x=1\n", "[a]\nx=1\n [b]\n",
               "[a]\r\nx=1\r\n  2\r\n", "[a]\rx=1\ry=2\r", "\ufeff[a]\nx=1\n", "[a]\n\u00a0x\u00a0=\u2003y\u3000\n", "[a]\nx=1\n\u00a02\n", "[a]\nx y = 1\n", "[a]\n\tx=1\n\t\t2\n", "[a]\nx=\n  1\n  2\n",
               "[a]\nx=1\n \n\n", "[a]\nx=a\n \n b\n", "[a]\nrem=1\n", "[a]\nx=\"q\"\n", "[a]\nx=1\n\x0c\n", "[a]\n\x1cx=1\x1d\n", "[a]\nx=1\n;\n#\n", "[a\nx=1\n", "[a]\n[b\nx=1\n", "[a]\n:x\n", "[a]\nx==1\n",
               "[a]\nx:=1\n", "[a]\nx=:1\n", "[a]\n" + "".join("a%d=%%(a%d)s\n" % (i, i + 1) for i in range(9)) + "a9=x\n",
               "[a]\n" + "".join("a%d=%%(a%d)s\n" % (i, i + 1) for i in range(10)) + "a10=x\n", "[a]\n" + "".join("a%d=%%(a%d)s\n" % (i, i + 1) for i in range(11)) + "a11=x\n",
               "[a]\n" + "".join("a%d=%%(a%d)s\n" % (i, i + 1) for i in range(10)) + "a10=%%\n", "[a]\n" + "".join("a%d=%%(a%d)s\n" % (i, i + 1) for i in range(11)) + "a11=%%\n"]


def ini_text(rng):
    lines = []
    for _ in range(rng.randrange(12)):
        name = rng.choice(["a", "b", "x y", "Key", "k", "DEFAULT", "é"])
        value = rng.choice(["", "1", "a b", "x = y", "%(k)s", "%(key)s/%(a)s", "%%", "%", "['cpp', 'fortran']", "15:00:00", "# x", "a ; b", "é"])
        lines.append(rng.choice(["", "", " ", "  ", "\t", "   "]) + rng.choice(
            ["[%s]" % name] * 2 + ["%s = %s" % (name, value)] * 4 + ["%s: %s" % (name, value)] + ["%s" % value, "", "# c", "; c", "  ", name]))
    head = rng.choice(["", "[s]\n", "[DEFAULT]\nk = d\n[s]\n"])
    return head + rng.choice(["\n", "\r\n", "\n", "\r"]).join(lines) + rng.choice(["", "\n"])


def check_ini(driver, shared, rng, count):
    texts = INI_SPECIAL + [ini_text(rng) for _ in range(2500 * count)]
    compare(driver, "ini", [("ini", option, t.encode()) for t in texts for option in ("strict", "lenient", "raw")], sections_of)
    samples = sorted(shared.glob("data/smartsim/*.cfg"))
    assert len(samples) == 7, samples
    compare(driver, "ini samples", [("ini", "strict", p.read_bytes()) for p in samples], sections_of)


# ---- numbers and times ----

SUFFIXES = {"": 1, **{s: Fraction(1000) ** e for s, e in zip("n u m k M G T P E".split(), (-3, -2, -1, 1, 2, 3, 4, 5, 6))},
            **{s: Fraction(1024) ** e for e, s in enumerate("Ki Mi Gi Ti Pi Ei".split(), 1)}}


def quantity_of(_, text):
    """https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/"""
    match = re.fullmatch(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:([eE][+-]?[0-9]{1,3})|([numkMGTPE]|[KMGTPE]i)?)", text.decode().strip())
    if not match:
        return ("error", "")
    digits = match[1] + "0" if match[1].endswith(".") else match[1]
    return ("json", real(Fraction(digits) * (Fraction(10) ** int(match[2][1:]) if match[2] else SUFFIXES[match[3] or ""]), digits))


def real(exact, text):
    value = exact.numerator / exact.denominator
    return -0.0 if not value and text.startswith("-") else value


UNITS = {"h": 3600 * 10**9, "m": 60 * 10**9, "s": 10**9, "ms": 10**6, "us": 10**3, "\u00b5s": 10**3, "\u03bcs": 10**3, "ns": 1, "d": 86400 * 10**9}
PART = r" *([0-9]+\.?[0-9]*|\.[0-9]+) *(h|ms|m|s|us|\u00b5s|\u03bcs|ns|d)(?![a-z]) *"


def nanoseconds(number, unit):
    whole, _, part = number.partition(".")
    return int(whole or 0) * unit + int(part[:9].ljust(9, "0")) * unit // 10**9


def duration_of(_, text):
    """Go's time.ParseDuration with days, and a clock; digits beyond nanoseconds are dropped."""
    text = text.decode().strip()
    rest = text[1:] if text[:1] in ("-", "+") else text
    clock = re.fullmatch(r"([0-9]+):([0-5][0-9]):([0-5][0-9](?:\.[0-9]+)?)", rest)
    if rest == "0":
        sum_ns = 0
    elif clock:
        sum_ns = (int(clock[1]) * 60 + int(clock[2])) * UNITS["m"] + nanoseconds(clock[3], UNITS["s"])
    elif re.fullmatch("(?:" + PART + ")+", rest):
        sum_ns = sum(nanoseconds(number, UNITS[unit]) for number, unit in re.findall(PART, rest))
    else:
        return ("error", "")
    if sum_ns >= 2**63:
        return ("error", "more than 292 years")
    return ("json", (-sum_ns if text.startswith("-") else sum_ns) / 10**9)


def auto_of(_, text):
    text = text.decode()
    trimmed = text.strip(" \t\n\r\f\v")
    if text == "" or re.fullmatch(r"[+-]?(nan|inf|infinity)", trimmed, re.I):
        return ("json", None)
    match = re.fullmatch(r"[+-]?(([0-9]+)|([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][+-]?[0-9]+)?)", trimmed)
    digits = trimmed.lstrip("+-")
    if not match or re.match("0[0-9]", digits) or (match[2] and not -2**63 <= int(trimmed) < 2**63):
        return ("json", text)
    value = int(trimmed) if match[2] else float(trimmed)
    return ("json", None if math.isinf(value) else value)


def mutated(rng, texts, letters):
    for text in texts:
        yield text
        at = rng.randrange(len(text) + 1)
        yield rng.choice([text[:at] + rng.choice(letters) + text[at:], text[:at] + text[at + 1:], " " + text, text + " "])


def check_typed(driver, rng, count):
    number = lambda: rng.choice(["%d" % rng.randrange(10**rng.randrange(1, 20)), "%.*f" % (rng.randrange(12), rng.uniform(-1, 1) * 10**rng.randrange(9)), ".%d" % rng.randrange(99),
                                 "%d." % rng.randrange(99), "-%d" % rng.randrange(9), "+7", "0", "-0", "007", "00.5"])
    quantities = [number() + rng.choice(list(SUFFIXES) + ["e3", "E-7", "e+10", "K", "mi", "e", "e1000", "B"]) for _ in range(2500 * count)]
    compare(driver, "quantity", [("typed", "quantity", t.encode()) for t in mutated(rng, quantities, "0.eEKimn-+ ")], quantity_of)
    span = lambda: rng.choice(["", "-", "+"]) + "".join("%s%s" % (rng.choice(["%d" % rng.randrange(1000), "%.3f" % rng.uniform(0, 99), ".5", "3."]), rng.choice(list(UNITS)))
                                                        for _ in range(rng.randrange(1, 4)))
    clocks = ["%d:%02d:%02d%s" % (rng.randrange(200), rng.randrange(62), rng.randrange(62), rng.choice(["", ".5", ".123456789", "."])) for _ in range(1000)]
    spans = ["0", "", "1", "1h2m3s", "15:00:00", "1:2:3"] + clocks + [span() for _ in range(2500 * count)]
    compare(driver, "duration", [("typed", "duration", t.encode()) for t in mutated(rng, spans, "0.hms:u-+ ")], duration_of)
    autos = ["", "nan", "NaN", "-inf", "Infinity", "null", "N/A", "1e5", "1e999", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "1_000", "0x10", "1,5", "١"]
    autos += [number() + rng.choice(["", "", "e5", "E-3", "e", "x"]) for _ in range(2500 * count)]
    compare(driver, "auto", [("typed", "auto", t.encode()) for t in mutated(rng, autos, "0.eE-+ xn\t")], auto_of)


def main():
    driver, shared = sys.argv[1], pathlib.Path(sys.argv[2])
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    count = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    check_csv(driver, shared, rng, count)
    check_ini(driver, shared, rng, count)
    check_typed(driver, rng, count)
    print("%d failed" % failed)
    sys.exit(failed != 0)


main()
