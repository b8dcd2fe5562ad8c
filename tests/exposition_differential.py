"""store/exposition.h against the Python client's parsers (Debian's python3-prometheus-client):
exposition_differential.py DRIVER MATBENCH SOURCE [SEED [COUNT]].

Generated texts of both formats have to be read alike; of damaged ones, what ours takes the client has to take, alike, and what ours
refuses although the client takes it has to be among the reasons below, each with what the specification says. What `matbench parse
--output_kpis` writes is read back in each flavour that is a format."""
import json
import math
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

from prometheus_client import openmetrics, parser  # noqa: F401
from prometheus_client.openmetrics.parser import text_string_to_metric_families as strict_families
from prometheus_client.parser import text_string_to_metric_families as text_families

STRICT, PROMETHEUS = 1, 2
# Ours refuses, the client does not.
STRICTER = [
    ("given twice", "a metric's points have each label set once; the client drops repeated ones"),
    ("expected a metric's name", "metricname; the client takes any text"),
    ("expected '# TYPE'", "the first sign of a metadata line is '#', with a blank behind it; the client looks at the second word only"),
    ("expected a number as the value", "realnumber; int() and float() of Python take other digits, and signed NaN"),
    ("expected a time in", "realnumber; Python takes other digits and signs within"),
    ("expected UTF-8", "the client gets text"),
    ("'=' behind the label's name", "label-name; the client takes a longer text up to '='"),
    ("a label's name", "label-name is looked at before what follows"),
    ("a blank and a value", "the client takes any sign between '}' and the value"),
    ("a blank behind", ""),
    ("expected a blank and a text behind", ""),
    ("expected the end of the line", "the client passes over what follows an exemplar's labels up to '}'"),
    ("expected '# ' and an exemplar", "the client takes any text before it"),
    ("expected a blank and the exemplar's value", ""),
    ("',' or '}' behind a label", "the client looks for the last '}' of the line"),
    ("belong to another family above it", "a family's name and those of its samples are its own; the client looks at fewer suffixes"),
    ("expected this line before the family's samples", ""),
    ("the exemplar's labels have more than", "the client looks only where it takes an exemplar"),
    ("le=", "float() of Python takes other digits"),
    ("quantile=", "float() of Python takes other digits"),
    ("expected no blank line", ""),
]
# The client refuses, ours does not: what the client says, and why it is wrong.
LAXER = [
    ("'float' object has no attribute", "it cannot compare a time with an exponent and one without"),
    ("'Timestamp' object", "the same"),
    ("not supported between instances", "the same"),
    ("Invalid line: ", "a '}' within an exemplar's labels"),
    ("could not convert string to float", "a '}' within an exemplar's labels"),
    ("Timestamps went backwards", "it compares the parts of a second by themselves"),
    ("+Inf bucket missing", "it drops samples of a group's second time"),
    ("Count does not match", "the same"),
    ("Invalid metric ", "in a comment of Prometheus text"),
]
passed = failed = 0
reasons = {}


def check(ok, what):
    global passed, failed
    passed += bool(ok)
    failed += not ok
    if not ok and failed < 20:
        print("not so:", what, file=sys.stderr)


def number(value):
    value = float(value)
    return value if math.isfinite(value) else None


def seconds(timestamp):
    return None if timestamp is None else float(timestamp)


def sample_json(sample):
    out = {"name": sample.name, "labels": dict(sample.labels), "value": number(sample.value)}
    if sample.timestamp is not None:
        out["time"] = seconds(sample.timestamp)
    if sample.exemplar:
        out["exemplar"] = {"labels": dict(sample.exemplar.labels), "value": number(sample.exemplar.value)}
        if sample.exemplar.timestamp is not None:
            out["exemplar"]["time"] = seconds(sample.exemplar.timestamp)
    return out


def client(form, text):
    """What the client reads: {family: …}, or the reason why not."""
    families = {}
    try:
        for family in (strict_families if form == STRICT else text_families)(text):
            known = families.setdefault(family.name, {"type": family.type, "unit": family.unit, "help": family.documentation, "samples": []})
            known["samples"] += [sample_json(s) for s in family.samples]
    except Exception as problem:  # whatever it trips over
        return str(problem) or type(problem).__name__
    return families


def same_number(a, b):
    return a == b or (a is not None and b is not None and math.isclose(a, b, rel_tol=1e-12))


def same_sample(a, b):
    if {k: v for k, v in a.items() if k not in ("time", "exemplar")} != {k: v for k, v in b.items() if k not in ("time", "exemplar")}:
        return False
    if not same_number(a.get("time"), b.get("time")) or ("exemplar" in a) != ("exemplar" in b):
        return False
    return "exemplar" not in a or same_sample(a["exemplar"], b["exemplar"])


def same_strict(ours, theirs):
    return list(ours) == list(theirs) and all(
        {**ours[n], "samples": 0} == {**theirs[n], "samples": 0} and len(ours[n]["samples"]) == len(theirs[n]["samples"]) and
        all(map(same_sample, ours[n]["samples"], theirs[n]["samples"])) for n in ours)


def all_samples(families, munged):
    """Sorted; the client gives counters the suffix _total, and their families lose it."""
    out = []
    for name, family in families.items():
        for sample in family["samples"]:
            text = sample["name"]
            if munged and family["type"] == "counter" and not text.endswith("_total"):
                text += "_total"
            out.append((text, family["type"], sorted(sample["labels"].items()), sample["value"], round(sample.get("time", -1), 6)))
    return sorted(out, key=repr)


def same(form, ours, theirs, whole=True):
    if form == STRICT:
        return same_strict(ours, theirs)
    pairs = all_samples(ours, True), all_samples(theirs, False)
    if not whole:  # a family whose lines are apart is several to the client, some without a type
        pairs = [sorted(((s[0].removesuffix("_total"), *s[2:]) for s in some), key=repr) for some in pairs]
    return pairs[0] == pairs[1]


def drops(ours, theirs):
    """The client leaves out samples of a group's second time."""
    return sum(len(f["samples"]) for f in ours.values()) > sum(len(f["samples"]) for f in theirs.values())


class Driver:
    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def read(self, form, data):
        self.process.stdin.write(b"%d %d\n" % (form, len(data)) + data)
        self.process.stdin.flush()
        line = self.process.stdout.readline().decode()
        kind, _, rest = line.rstrip("\n").partition(" ")
        return (json.loads(rest), None) if kind == "json" else (None, rest)


VALUES = ["", "a", "b c", '\\"', "\\\\", "\\n", "\\x", "é", "\u2028", "{", ",", "=", "a=b", "\t", "😀"]
NUMBERS = ["0", "1", "12", "0.5", "1e3", "-1", "-2.5e-7", "1027", "123456789.125", "+Inf", "-Inf", "NaN", "inf", "5e-324", "1e999"]
COUNTS = ["0", "1", "17", "1e3", "5.0"]


def labels(rng, own=(), plain=False):
    names = rng.sample(["a", "b_c", "_d", "code", "path"], rng.choice([0, 0, 1, 2, 3]))
    pairs = [f'{n}="{rng.choice(VALUES[:3] if plain else VALUES)}"' for n in names] + [f'{k}="{v}"' for k, v in own]
    return "{" + ",".join(pairs) + "}" if pairs or rng.random() < 0.2 else ""


def exemplar(rng):
    return rng.choice(["", "", f' # {{trace="{rng.randrange(99)}"}} {rng.choice(COUNTS)}', " # {} 1 12.5"])


def time(rng):
    return rng.choice([f" {rng.randrange(2_000_000_000)}", f" {rng.randrange(2_000_000_000)}.{rng.randrange(10**9):09}"])


def points(rng, name, typ):
    """The samples of one group, as (suffix, own labels, value, exemplar)."""
    if typ == "counter":
        return [("_total", [], rng.choice(COUNTS + ["0.5"]), exemplar(rng))] + ([("_created", [], "1.5", "")] if rng.random() < .3 else [])
    if typ == "summary":
        return ([("", [("quantile", q)], rng.choice(COUNTS + ["0.25", "NaN"]), "") for q in ("0.5", "0.9", "1")[:rng.randrange(4)]] +
                [("_count", [], rng.choice(COUNTS), ""), ("_sum", [], "1.5", "")][:rng.choice([0, 1, 2, 2])])
    if typ in ("histogram", "gaugehistogram"):
        bounds, n = sorted(rng.sample([0.1, 0.5, 1.0, 2.5, 1e3], rng.randrange(4))), 0
        out = []
        for bound in [*map(str, bounds), "+Inf"]:
            n += rng.randrange(5)
            out.append(("_bucket", [("le", bound)], str(n), exemplar(rng)))
        letter = "g" if typ == "gaugehistogram" else ""
        return out + [(f"_{letter}count", [], str(n), ""), (f"_{letter}sum", [], "7.25", "")] if rng.random() < .8 else out
    if typ == "info":
        return [("_info", [("version", rng.choice(VALUES))], "1", "")]
    if typ == "stateset":
        return [("", [(name, state)], rng.choice("01"), "") for state in ("on", "off")]
    return [("", [], rng.choice(NUMBERS), "")]


def strict_text(rng):
    lines = []
    for i in range(rng.choice([0, 1, 1, 2, 3])):
        typ = rng.choice(["counter", "gauge", "summary", "histogram", "gaugehistogram", "info", "stateset", "unknown", None])
        unit = rng.choice(["", "", "seconds"]) if typ not in ("info", "stateset") else ""
        name = f"m{i}" + (":x" if typ not in ("stateset",) and rng.random() < .2 else "") + (f"_{unit}" if unit else "")
        meta = [f"# HELP {name} " + rng.choice(["", "text", 'a \\n b \\\\ "c" \\"d', "é"])] if rng.random() < .7 else []
        meta += [f"# TYPE {name} {typ}"] if typ else []
        meta += [f"# UNIT {name} {unit}"] if unit else []
        rng.shuffle(meta)
        lines += meta
        groups = {labels(rng, plain=True).replace("{}", "") for _ in range(rng.choice([0, 1, 1, 2]))}
        for group in sorted(groups):
            stamp = time(rng) if rng.random() < .5 else ""
            for suffix, own, value, example in points(rng, name, typ):
                inner = [p for p in (group[1:-1], ",".join(f'{k}="{v}"' for k, v in own)) if p]
                lines.append(name + suffix + ("{" + ",".join(inner) + "}" if inner else group) + " " + value + stamp + example)
            if typ == "info" or (typ == "gauge" and "{" not in group):
                break
    return "\n".join([*lines, "# EOF"]) + rng.choice(["\n", "\n", ""])


def loose_text(rng):
    lines = []
    for i in range(rng.choice([0, 1, 2, 3])):
        typ = rng.choice(["counter", "gauge", "summary", "histogram", "untyped", None])
        name = f"m{i}" + ("_total" if typ == "counter" and rng.random() < .7 else "")
        blank = lambda: rng.choice([" ", " ", "  ", "\t"])  # noqa: E731
        if rng.random() < .6:
            lines.append(f"# HELP {name} " + rng.choice(["text", "a \\n b", "é"]))
        if typ:
            lines.append(f"#{blank()}TYPE{blank()}{name}{blank()}{typ}")
        for _ in range(rng.choice([0, 1, 2])):
            stamp = rng.choice(["", "", f" {rng.randrange(2 * 10**12)}"])
            for suffix, own, value, _ in points(rng, name, typ if typ not in ("untyped", "counter") else None):
                text = labels(rng, own)
                if text.endswith('"}') and rng.random() < .3:
                    text = text[:-1] + rng.choice([",", " ", ", "]) + "}"
                lines.append(rng.choice(["", " "]) + name + suffix + text + " " + value + stamp + rng.choice(["", "", " "]))
        lines += rng.choice([[], [], [""], ["# a comment"], ["#"]])
    return "\n".join(lines) + rng.choice(["\n", ""])


def damage(rng, text):
    for _ in range(rng.choice([1, 1, 2, 4])):
        at = rng.randrange(len(text) + 1)
        kind = rng.randrange(5)
        if kind == 0:
            text = text[:at] + text[at + rng.choice([1, 1, 5]):]
        elif kind == 1:
            text = text[:at] + rng.choice(list('{}",=# \n\\_1.eE+-:') + ["# EOF\n", " 5", '{a="b"}', "\r", "é", "_total", "\n\n"]) + text[at:]
        elif kind == 2:
            lines = text.split("\n")
            lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
            text = "\n".join(lines)
        elif kind == 3:
            lines = text.split("\n")
            i, k = rng.randrange(len(lines)), rng.randrange(len(lines))
            lines[i], lines[k] = lines[k], lines[i]
            text = "\n".join(lines)
        else:
            text = re.sub(r"\d+", lambda m: rng.choice([m.group(), m.group(), str(rng.randrange(-2, 99)), "0.5"]), text)
    return text


def compare(driver, form, text, whole):
    ours, why = driver.read(form, text.encode())
    theirs = client(form, text)
    refused = isinstance(theirs, str)
    if ours is not None and not refused:
        check(same(form, ours, theirs, whole) or (form == STRICT and not whole and drops(ours, theirs)),
              f"{text!r}: ours {ours}, client {theirs}")
    elif ours is not None:
        known = [reason for said, reason in LAXER if said in theirs]
        check(known and not whole, f"{text!r}: the client says {theirs}, ours {ours}")
        reasons["client only: " + theirs[:30]] = reasons.get("client only: " + theirs[:30], 0) + 1
    elif not refused:
        known = [said for said, _ in STRICTER if said in why]
        check(not whole and (known or form == PROMETHEUS), f"{text!r}: ours {why}, client {theirs}")
        key = "ours only: " + (known or ["in Prometheus text"])[0]
        reasons[key] = reasons.get(key, 0) + 1
    else:
        check(not whole, f"{text!r}: {why}")
        check(re.match(r"text:\d+:\d+: ", why), why)
        reasons["both refuse"] = reasons.get("both refuse", 0) + 1


HISTOGRAM = "# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 3\n"
# Neither takes these; what ours says.
WRONG = [
    ("a 1\n", "1: expected '# EOF' as the last line"),
    ("a 1\n# EOF\nb 1\n", "3:1: expected nothing behind '# EOF'"),
    ("\n# EOF\n", "1:1: expected no blank line"),
    ("a  1\n# EOF\n", "1:3: '': expected a number"),
    ("a 1 \n# EOF\n", "1:5: '': expected a time in seconds"),
    ("a 1 1 \n# EOF\n", "1:7: expected '# ' and an exemplar"),
    ("a x\n# EOF\n", "1:3: 'x': expected a number as the value"),
    ("é 1\n# EOF\n", "1:1: expected a metric's name"),
    ("a{é=\"\"} 1\n# EOF\n", "1:3: expected a label's name, found 'é'"),
    ("a{b=1} 1\n# EOF\n", "1:5: expected '\"' before the label's value"),
    ("a{b=\"1} 1\n# EOF\n", "1:10: expected '\"' behind the label's value"),
    ("a{b=\"1\" } 1\n# EOF\n", "1:8: expected ',' or '}' behind a label"),
    ("a{b=\"1\",} 1\n# EOF\n", "1:9: expected a label's name"),
    ("a{b=\"1\",b=\"2\"} 1\n# EOF\n", "the label 'b' is given twice"),
    ("# TYPE a\n# EOF\n", "1:9: expected a blank and a text behind"),
    ("# TYPE a gaug\n# EOF\n", "1:10: 'gaug': expected a type"),
    ("# TYPE a untyped\n# EOF\n", "1:10: 'untyped': expected a type"),
    ("# TYPE a gauge\n# TYPE a gauge\n# EOF\n", "2:3: is given a second time"),
    ("# TYPE a gauge\na 1\n# HELP a x\n# EOF\n", "3:1: expected this line before the family's samples"),
    ("# UNIT a seconds\n# EOF\n", "expected its name to end in its unit, '_seconds'"),
    ("# TYPE a_x info\n# UNIT a_x x\n# EOF\n", "a info has no unit"),
    ("# TYPE a counter\n# TYPE a_total gauge\n# EOF\n", "belong to another family above it"),
    ("a 1\nb 1\na 2\n# EOF\n", "belong to another family above it"),
    ("# TYPE a counter\na_total -1\n# EOF\n", "-1: expected 0 or more"),
    ("# TYPE a counter\na_total NaN\n# EOF\n", "nan: expected 0 or more"),
    ("# TYPE a summary\na 1\n# EOF\n", "expected a label 'quantile'"),
    ("# TYPE a summary\na{quantile=\"2\"} 1\n# EOF\n", "quantile=\"2\": expected 0 to 1"),
    ("# TYPE a summary\na{quantile=\"1\"} -1\n# EOF\n", "expected 0 or more"),
    ("# TYPE a summary\na_count 1.5\na_sum 1\n# EOF\n", "expected a whole number"),
    ("# TYPE a stateset\na{b=\"1\"} 1\n# EOF\n", "expected a label 'a'"),
    ("# TYPE a stateset\na{a=\"1\"} 2\n# EOF\n", "expected 0 or 1"),
    ("# TYPE a info\na_info 2\n# EOF\n", "expected 1 for a info"),
    (HISTOGRAM.replace('"1"', '"NaN"') + "# EOF\n", 'le="NaN": expected a number or +Inf'),
    (HISTOGRAM.replace('"+Inf"', '"inf"') + "# EOF\n", 'le="inf": expected a number or +Inf'),
    (HISTOGRAM.replace('"+Inf"', '"0.5"') + "# EOF\n", "expected rising buckets"),
    (HISTOGRAM.replace('"+Inf"', '"2"') + "# EOF\n", "has no bucket le"),
    (HISTOGRAM.replace("} 3", "} 1") + "# EOF\n", "has less than the one before it: 1 after 2"),
    (HISTOGRAM.replace("} 3", "} 3.5") + "# EOF\n", "3.5: expected a whole number"),
    (HISTOGRAM + "h_count 4\nh_sum 1\n# EOF\n", "counts otherwise than its bucket"),
    (HISTOGRAM + "h_count 3\n# EOF\n", "has only one of count and sum"),
    (HISTOGRAM.replace('"1"', '"-1"') + "h_count 3\nh_sum 1\n# EOF\n", "has negative buckets and a sum"),
    (HISTOGRAM.replace("histogram", "gaugehistogram") + "h_gcount 3\nh_gsum -1\n# EOF\n", "has a negative sum without negative buckets"),
    ("# TYPE a gauge\na{b=\"1\"} 1\na{b=\"2\"} 1\na{b=\"1\"} 2\n# EOF\n", "expected the samples of these labels to stand together"),
    ("a 1 2\na 1\n# EOF\n", "expected a time at all samples of these labels, or at none"),
    ("a 1 2\na 1 1\n# EOF\n", "its time is before that of the sample above it"),
    ("a 1 # {b=\"1\"} 1\n# EOF\n", "only buckets and totals of counters have exemplars"),
    ("# TYPE a counter\na_total 1 # {b=\"" + "x" * 128 + "\"} 1\n# EOF\n", "the exemplar's labels have more than 128 characters"),
    ("# TYPE a counter\na_total 1 # x\n# EOF\n", "2:13: expected '{' and the labels of an exemplar"),
    ("# TYPE a counter\na_total 1 # {}\n# EOF\n", "expected a blank and the exemplar's value"),
]


def refuse_wrong(driver):
    for text, said in WRONG:
        why = driver.read(STRICT, text.encode())[1]
        check(why and said in why, f"{text!r}: {why}")
        # The client takes a blank behind an exemplar's labels and looks no further.
        check(isinstance(client(STRICT, text), str) or "the exemplar's value" in said, f"{text!r}: the client takes it")


def read_back(driver, matbench, source):
    folder = tempfile.mkdtemp()
    try:
        shutil.copytree(os.path.join(source, "workloads/fine_tuning/example"), os.path.join(folder, "tree"))
        for flavour, form in (("openmetrics", 0), ("prometheus", 0), ("prometheus", PROMETHEUS)):
            out = os.path.join(folder, flavour)
            done = subprocess.run([matbench, "parse", "--workload", os.path.join(source, "workloads/fine_tuning"), "--results_dirname",
                                   os.path.join(folder, "tree"), "--output_kpis", out, "--openmetrics_flavor", flavour],
                                  capture_output=True, text=True)
            check(done.returncode == 0, done.stderr)
            with open(out) as file:
                text = file.read()
            ours, why = driver.read(form, text.encode())
            theirs = client(STRICT if flavour == "openmetrics" else PROMETHEUS, text)
            check(why is None and len(ours) > 5, f"{flavour}: {why}")
            check(why is None and same(STRICT if flavour == "openmetrics" else PROMETHEUS, ours, theirs), f"{flavour}: {ours} {theirs}")
    finally:
        shutil.rmtree(folder)


def main():
    driver, matbench, source = Driver(sys.argv[1]), sys.argv[2], sys.argv[3]
    rng = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 5)
    for _ in range(int(sys.argv[5]) if len(sys.argv) > 5 else 1500):
        for form, make in ((STRICT, strict_text), (PROMETHEUS, loose_text)):
            text = make(rng)
            compare(driver, form, text, True)
            compare(driver, form, damage(rng, text), False)
    refuse_wrong(driver)
    read_back(driver, matbench, source)
    for reason, n in sorted(reasons.items()):
        print(f"{n:6} {reason}")
    print(f"{passed} passed, {failed} failed")
    return failed != 0


sys.exit(main())
