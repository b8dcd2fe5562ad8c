"""Every parser that there is, by one table: what a broken file gives (where, in one line), that Lua reaches it, and that a compressed
file is the same to it. `schema workload` says which parsers there are: one without a row fails."""
import gzip
import json
import lzma
import sqlite3
import unittest

import support

SQLITE = "a database"
WHERE = r"\d+:\d+"  # line and column

# parser: (file, what is right, what is broken, further arguments in YAML, in Lua, what the error says behind the file's name)
FILES = {
    "json": ("x.json", '{"a": [1, 2]}', '{"a": 1,\n "b": tru}', "", "", f":{WHERE}: expected a value"),
    "jsonl": ("x.jsonl", '{"a": 1}\n{"a": 2}\n', '{"a": 1}\n{"a": }\n', "select: $.a", "{select = '$.a'}", f":{WHERE}: expected a value"),
    "yaml": ("x.yaml", "a: 1\nb: [1, 2]\n", "a: 1\nb: [1,\nc: }\n", "", "", f":{WHERE}: did not find"),
    "ini": ("x.ini", "[a]\nb = 1\n", "[a]\n  b = 1\n  b = 2\n", "", "", ":3:3: the option 'b' is there twice"),
    "csv": ("x.csv", "a,b\n1,2\n", "a,b\n1,2\n1,2,3\n", "", "", ":3:1: found 3 fields, expected 2"),
    "tsv": ("x.tsv", "a\tb\n1\t2\n", "a\tb\n1\n", "", "", ":2:1: found 1 field, expected 2"),
    "lines": ("x.log", "n 1\nn 2\n", "n 1\nn 1a\n", "match: 'n (.*)', as: number", "'n (.*)', 'number'", ":2:3: '1a': expected a number"),
    "between": ("x.log", "a <1>\n", "a\nb <1a>\n", "start: '<', end: '>', as: number", "'<', '>', {as = 'number'}", ":2:4: '1a': expected a number"),
    "text": ("x.txt", "a b", None, "", "", "bytes that are no text become U+FFFD, with a finding"),
    "python": ("x.py", "{'a': (1, 2.5)}", "{'a': 1,\n 'b': x y}", "", None, f":{WHERE}: expected a Python literal"),
    "ansible_log": ("x.log", "2025-01-06 08:00:00,123 a\n2025-01-06 08:00:01,5 b\n", "2025-01-06 08:00:00,123 a\nhello\n", "", "", ":2:1: 'hello': expected a time"),
    "ansible_play": ("x.yml", "- hosts: x\n  vars:\n    p_a: 1\n", "- hosts: x\n  vars:\n   a: [\n", "prefix: p_", "{prefix = 'p_'}", f":{WHERE}: did not find"),
    "prometheus": ("db/up.json", '[{"metric": {"a": "b"}, "values": [[1, "0.5"]]}]', '[{"metric": 1,\n x}]', "metrics: [up]", "{metrics = {'up'}}", f":{WHERE}: expected "),
    "openmetrics": ("x.om", "# TYPE a gauge\na 1\n# EOF\n", "# TYPE a gauge\na{b} 2\n# EOF\n", "metric: a", "{metric = 'a'}", ":2:4: expected '='"),
    "junit": ("x.xml", "<testsuites><testsuite name='s'><testcase name='c'/></testsuite></testsuites>", "<testsuites>\n<testsuite></testsuites>", "", "", f":{WHERE}: expected </testsuite>"),
    "robot": ("x.xml", "<robot generator='R'><suite name='s'><test name='t'><status status='PASS'/></test></suite></robot>", "<robot>\n<suite></robot>", "", "", f":{WHERE}: expected </suite>"),
    "xml": ("x.xml", "<a b='c'><d/></a>", "<a>\n<b></a>", "", "", f":{WHERE}: expected </b>"),
    "sqlite": ("x.db", SQLITE, "SQLite format 3\0" + "\1" * 200, "query: SELECT n FROM t", "'SELECT n FROM t'", ": is not a SQLite file"),  # it has no lines
}
# How Lua reaches a parser that is no function there.
BY_NAME = {
    "env": "by the name of its value: which variables a workload reads is known before anything runs",
    "lua": "is Lua",
    "value": "is Lua",
}
NO_CONTENT = {"exists", "files"}  # tell of files, do not read them
LUA_OF = {"python": "python(text('{file}'))"}  # where the call is not parser(file, …)


def zstd(data):
    """A frame of blocks that are stored as they are: Python 3.11 has no zstd."""
    out, pieces = b"\x28\xb5\x2f\xfd\xa0" + len(data).to_bytes(4, "little"), [data[i:i + 100000] for i in range(0, len(data), 100000)] or [b""]
    for i, piece in enumerate(pieces):
        out += (len(piece) << 3 | (i == len(pieces) - 1)).to_bytes(3, "little") + piece
    return out


PACKED = {".gz": gzip.compress, ".xz": lzma.compress, ".zst": zstd}


class EveryParser(support.ParsingTest):
    def setUp(self):
        super().setUp()
        (self.place / "w").mkdir()

    def content(self, text):
        if text is not SQLITE:
            return text.encode()
        path = self.place / "made.db"
        path.unlink(missing_ok=True)
        with sqlite3.connect(path) as db:
            db.executescript("CREATE TABLE t(n); INSERT INTO t VALUES (7)")
        db.close()
        return path.read_bytes()

    def write(self, name, data):
        for old in self.test.rglob("*"):
            if old.name not in ("settings.yaml", "exit_code") and old.is_file():
                old.unlink()
        (self.test / name).parent.mkdir(exist_ok=True)
        (self.test / name).write_bytes(data)

    def values(self, parser):
        """What the parser gives, and the same as Lua's function; the log."""
        name, _, _, yaml, lua, _ = FILES[parser]
        file = "db" if parser == "prometheus" else name
        call = LUA_OF.get(parser, "{parser}('{file}'{more})").format(parser=parser, file=file, more=", " + lua if lua else "")
        (self.place / "w/workload.yaml").write_text(f"workload: w\nlts: none\nlua: f.lua\nparse_once:\n  v: {{{parser}: {file}{', ' if yaml else ''}{yaml}}}\n  l: {{lua: read}}\n")
        (self.place / "w/f.lua").write_text(f"function read(test)\n  return {call}\nend\n")
        done = self.matbench("parse", "--workload=w", "--results_dirname=results", "--output_matrix=m.json", env={"MATBENCH_STORE_IGNORE_CACHE": "y"})
        results = self.json("m.json")[0]["results"] if done.code == 0 else {"v": None, "l": None}
        return results["v"], results["l"], done

    def test_every_parser_has_a_row(self):
        schema = json.loads(self.matbench("schema", "workload", code=0).out)
        there = set(schema["properties"]["parse_once"]["additionalProperties"]["properties"])
        self.assertEqual(there, set(FILES) | set(BY_NAME) | NO_CONTENT)

    def test_right_and_compressed(self):
        for parser, (name, right, *_) in FILES.items():
            data = self.content(right)
            self.write(name, data)
            plain, lua, done = self.values(parser)
            with self.subTest(parser):
                self.assertEqual(done.code, 0, done.err)
                self.assertTrue(plain, done.err)
                self.assertEqual(lua, plain, "from Lua")
            for suffix, pack in PACKED.items():
                with self.subTest(parser + suffix):
                    self.write(name + suffix, pack(data))
                    packed, lua, done = self.values(parser)
                    self.assertEqual((packed, lua), (plain, plain), done.err)

    def test_broken(self):
        for parser, (name, _, broken, _, _, says) in FILES.items():
            if broken is None:
                continue
            with self.subTest(parser):
                self.write(name, broken.encode())
                value, lua, done = self.values(parser)
                self.assertEqual((value, lua, done.code), (None, None, 101), done.err)
                lines = done.err.splitlines()
                own = [line for line in lines if line.startswith("WARNING | t: 'v': ")]
                self.assertEqual(len(own), 1, done.err)
                self.assertRegex(own[0], rf": {name}{says}")
                self.write(name + ".gz", gzip.compress(broken.encode()))
                self.assertRegex(self.values(parser)[2].err, rf": {name}\.gz{says}")

    def test_lua_says_where_itself_and_the_file_are(self):
        for parser, (name, _, broken, _, _, says) in FILES.items():
            if broken is None or parser in LUA_OF:
                continue
            with self.subTest(parser):
                self.write(name, broken.encode())
                self.values(parser)
                text = (self.place / "w/workload.yaml").read_text()
                (self.place / "w/workload.yaml").write_text("".join(line for line in text.splitlines(True) if not line.startswith("  v:")))
                done = self.matbench("parse", "--workload=w", "--results_dirname=results", env={"MATBENCH_STORE_IGNORE_CACHE": "y"}, code=101)
                self.assertRegex(done.err, rf"'l': f\.lua:2: {parser}: {name}{says}")

    def test_those_that_tell_of_files(self):
        self.write("a.txt.gz", gzip.compress(b"x"))
        (self.place / "w/workload.yaml").write_text(
            "workload: w\nlts: none\nlua: f.lua\nparse_once:\n  e: {exists: a.txt}\n  f: {files: '*.gz'}\n  l: {lua: read}\n"
            "  ci: {env: [JOB_NAME]}\n  n: {value: ci.JOB_NAME}\n")
        (self.place / "w/f.lua").write_text("function read(test) return {e = exists('a.txt'), f = files('*.gz')} end\n")
        self.matbench("parse", "--workload=w", "--results_dirname=results", "--output_matrix=m.json", code=0, env={"JOB_NAME": "nightly"})
        found = self.json("m.json")[0]["results"]
        self.assertEqual((found["e"], found["f"], found["n"]), (True, ["a.txt.gz"], "nightly"))
        self.assertEqual(found["l"], {"e": True, "f": ["a.txt.gz"]})

    def test_an_expression_that_fails_blames_no_file(self):
        self.write("d.json", b'{"a": 1}')
        (self.place / "w/workload.yaml").write_text("workload: w\nlts: none\nparse_once:\n  d: {json: d.json}\n  v: {value: d.b.c}\n")
        out = self.matbench("check", "w", "results/t", code=101).out
        self.assertIn("'v': w/workload.yaml:5:14: attempt to index a nil value", out)
        self.assertNotIn("is broken)", out)
        (self.place / "w/workload.yaml").write_text("workload: w\nlts: none\nparse_once:\n  d: {json: d.json}\n")
        (self.test / "d.json").write_text("{")
        self.assertIn("from d.json (is broken)", self.matbench("check", "w", "results/t", code=101).out)


if __name__ == "__main__":
    unittest.main()
