"""store/literal.h against Python's ast.literal_eval: literal_differential.py DRIVER [SEED [COUNT]].

Generated literals with nasty strings and numbers, and damaged ones: what one refuses the other has to refuse. What stands
in a line after a literal is of no concern to ours, so damage that leaves a literal and a rest is compared as that literal.
"""
import ast
import json
import math
import random
import subprocess
import sys
import warnings

warnings.simplefilter("ignore")
STRINGS = ["", "a", "it's", '"', "\\", "\n", "\t", "\0", "\x7f", "\u00e9", "\u2028", "\U0001F600", "a b", "'''", '"""', "\x1b", "\r", "{}", "\\x"]
RAW = ["''", '""', "'''a\nb'''", '"""it\'s"""', r"'\x41\101\7\u00e9\U0001F600'", r"'\q\8'", r"'\a\b\f\n\r\t\v\\\'\"'", r"r'\n\''", r"R'a'", "u'a'", "U'a'",
       "b'a'", "B'\\x00\\xff'", "rb'\\x'", "bR'a'", "'a' 'b'", "('a'\n 'b')", "'a\\\nb'", r"'\400'", r"b'\400'", "'\\", "'a", "'a\nb'", "ub'a'", "bb'a'", "b'\u00e9'",
       "0", "00", "0_0", "1_000", "1__0", "1_", "_1", "0x_F", "0xfF", "0o17", "0b101", "0b2", "08", "007", "00.5", "1.", ".5", "1e5", "1E-05", "1e", "1.5e+3_0", "1_0.0_1",
       "-1", "+1", "--1", "- 1", "-0.0", "1e999", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "0xFFFFFFFFFFFFFFFFFF",
       "-0x8000000000000000", "123456789012345678901234567890", "1a", "1.2.3", "True", "False", "None", "true", "Truex", "(1)", "(1,)", "()", "(1 , )", "((1),)", "[1,]", "[,]", "[1,,2]",
       "{}", "{1}", "{1,}", "{1: 2,}", "{,}", "{1: 2, 3}", "{1, 2: 3}", "set()", "{[1]: 2}", "{(1, 2): 3}", "{None: 1, True: 2, 2.5: 3, b'x': 4, 1e20: 5}", "[1 2]", "[", "(", "{'a'",
       "{'a':", "{'a': 1", " 1", "\t[\n1,\n\n2 # comment\n]", "[ # x\n]", "'a'\n'b'", "1 # c"]


def key_text(key):
    if str(key).startswith("("):  # a tuple, which ours gives as it stands in the text
        return "("
    if isinstance(key, (bool, float)) or key is None:
        return json.dumps(key)
    return str(key)


def plain(value, counts):
    if isinstance(value, dict):
        texts = {}
        for k, v in value.items():
            texts[key_text(k)] = plain(v, counts)
        return texts
    if isinstance(value, set):
        return sorted((plain(v, counts) for v in value), key=repr)
    if isinstance(value, (list, tuple)):
        return [plain(v, counts) for v in value]
    if isinstance(value, bytes):
        return str(value)
    if isinstance(value, str):
        return "".join("\ufffd" if 0xD800 <= ord(c) <= 0xDFFF else c for c in value)
    if isinstance(value, int) and not isinstance(value, bool) and not -2**63 <= value < 2**63:
        value = float(value)
    if isinstance(value, float) and not math.isfinite(value):
        counts.append(1)
        return None
    return value


def string(rng):
    return "".join(rng.choice(STRINGS) for _ in range(rng.choice([0, 1, 1, 2, 5])))


def value(rng, depth):
    kind = rng.randrange(10)
    if depth > 4 or kind < 5:
        return rng.choice([lambda: string(rng), lambda: string(rng).encode(), lambda: rng.randrange(-10**6, 10**6),
                           lambda: rng.randrange(-2**70, 2**70), lambda: rng.uniform(-1, 1) * 10.0 ** rng.randrange(-300, 300),
                           lambda: rng.choice([None, True, False, 0.0, -0.0, 1e16, 5e-324])])()
    if kind < 7:
        return {rng.choice([string(rng), rng.randrange(9, 99), 0.5, None]): value(rng, depth + 1) for _ in range(rng.randrange(4))}
    if kind == 7:
        return tuple(value(rng, depth + 1) for _ in range(rng.randrange(4)))
    if kind == 8 and rng.random() < 0.2:
        return {rng.randrange(9)}
    return [value(rng, depth + 1) for _ in range(rng.randrange(5))]


def damaged(rng):
    text = repr(value(rng, 0))
    for _ in range(rng.randrange(1, 3)):
        at = rng.randrange(len(text) + 1)
        piece = rng.choice(RAW + list("'\"\\,:{}[]() \n0x_"))
        text = rng.choice([text[:at] + piece + text[at:], text[:at] + text[at + 1:], text[:at]])
    return text


def evaluate(text):
    """The value of a literal, or an exception."""
    value = ast.literal_eval(text.lstrip(" \t"))
    if "j" in text.lower() and "complex" in repr_types(value):
        raise ValueError("complex")
    if "Ellipsis" in repr(value) and "ellipsis" in repr_types(value):
        raise ValueError("ellipsis")
    return value


def repr_types(value):
    if isinstance(value, dict):
        return {t for pair in value.items() for v in pair for t in repr_types(v)}
    if isinstance(value, (list, tuple, set)):
        return {t for v in value for t in repr_types(v)}
    return {type(value).__name__}


def expected(text):
    try:
        counts = []
        return ("json", plain(evaluate(text), counts), len(counts))
    except Exception as e:
        return ("error", str(e), 0)


def ask(driver, texts):
    given = b"".join(b"%d\n%s" % (len(t), t) for t in texts)
    out = subprocess.run([driver], input=given, stdout=subprocess.PIPE, check=True).stdout.decode()
    for line in out.splitlines():
        what, rest = line.split(" ", 1)
        if what == "error":
            yield ("error", rest, 0, 0)
        else:
            used, count, body = rest.split(" ", 2)
            yield ("json", json.loads(body, object_pairs_hook=lambda pairs: {key_text(k): v for k, v in pairs}), int(count), int(used))


def same(got, want):
    return got[0] == want[0] and (got[0] == "error" or (repr(got[1]) == repr(want[1]) and got[2] == want[2]))


def main():
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    texts = RAW + [repr(value(rng, 0)) for _ in range(4000 * count)] + [damaged(rng) for _ in range(6000 * count)]
    texts = [t for t in texts if "\0" not in t and "N{" not in t]
    results = {"same": 0, "both refuse": 0, "literal and rest": 0}
    failed = 0
    for text, got in zip(texts, ask(sys.argv[1], [t.encode() for t in texts])):
        want = expected(text)
        if same(got, want):
            results["same" if got[0] == "json" else "both refuse"] += 1
            continue
        head = text.encode()[:got[3]].decode() if got[0] == "json" else ""
        rest = text.encode()[got[3]:].strip()
        if got[0] == "json" and (want[0] == "error" or rest[:1] == b",") and rest and same(got, expected(head)):
            results["literal and rest"] += 1
            continue
        failed += 1
        if failed < 20:
            print("MISMATCH", repr(text[:300]), "\n  ours  ", str(got)[:300], "\n  Python", str(want)[:300])
    print(", ".join("%d %s" % (n, what) for what, n in results.items()) + ", %d failed" % failed)
    sys.exit(failed != 0)


main()
