#!/usr/bin/env python3
"""`check` tells every problem of a declaration at once: each slip of the table alone gives exactly its one problem; several
together give exactly those of each. So nothing that is told follows from something else, and nothing hides what does not depend on it."""
import json
import random

from support import CommandTest, main

# One slip at most per line, and no slip moves another line.
TOLD_OF_BASE = "no pair is divided by it"  # a KPI with a reference in a workload with pairs: a note, whatever else is wrong
BASE = """\
workload: w
schema_version: "1.0"
lua: f.lua
artifact_dirs:
  RUN: "*run"
  LOGS: "*logs"
important_files:
  - "${RUN}/a.json"
  - "${LOGS}/b.log"
  - c.log
parse_once:
  data: {json: "${RUN}/a.json", select: "$.data"}
  log: {lines: "${LOGS}/b.log", match: "(?<x>.*)"}
  text_c: {text: c.log}
  derived: {value: data.x + twice(1)}
  _kept: {value: derived}
models:
  Level: [low, high]
  Inner:
    a: int
    b: Optional[int]
  Base:
    spare: int
  Settings:
    name: str
    version: str
    level: Level
  Results:
    extends: Base
    speed: float
    time: float
    count: int
    inner: Inner
payload:
  metadata:
    start: data.start
    end: data["end"]
    test_uuid: data.uuid
    settings:
      name: settings.name
      version: data.version
      level: _kept
  results:
    spare: 1
    speed: log.x
    time: derived
    count: text_c
    inner:
      a: data.a
      b: data.b
kpis:
  speed:
    help: How fast
    unit: items/s
    better: higher
    value: results.speed
    thresholds:
      - {labels: {name: x}, min_relative: 0.1}
      - min_absolute: 1
    tails: normal
    bounds: {min: 1, max: 2}
    budget: {relative: 0.1, since: "1"}
    reference: {kpi: count}
    method: {name: zscore, deviations: 4}
  time:
    help: How long
    unit: s
    better: lower
    value: results.time
    exact: true
  count: {help: How many, unit: "1", better: none, value: twice(results.count)}
analyze:
  comparison_keys: [version]
  ignored_keys: [name]
  correction: holm
  method: hunter
  paired: {label: name, side: level, baseline: low}
  expect:
    label_sets: [{name: [x, y], level: low}]
    runs: 3
    max_age: 14d
    kpis: [speed, time]
  acknowledgements: acks.yaml
rewrite_settings:
  set: {name: settings.name}
reports:
  error:
    Speed: log.x
"""
LUA = "function twice(x) return 2 * x end\n"

# what is replaced (its first place), by what, how the problem on that line begins; the last: slips of other names whose problems
# cannot be known beside this one.
SLIPS = {
    "schema_version": ('"1.0"', "1.0", "schema_version: found a number", ()),
    "lua refused": ("lua: f.lua", "lua: g.lua", "unexpected", ("name", "kpi name", "rewrite name", "report name", "payload name")),
    "lua missing": ("lua: f.lua", "lua: h.lua", "w/h.lua: no such file", ("name", "kpi name", "rewrite name", "report name", "payload name")),
    "lua misspelt": ("lua: f.lua", "lau: f.lua", "unknown key 'lau'; did you mean 'lua'?",
                     ("name", "kpi name", "rewrite name", "report name", "payload name")),
    "dir": ('RUN: "*run"', "RUN: [x]", "artifact dir 'RUN': found a list", ()),
    "dirs misspelt": ("artifact_dirs:", "artifact_dir:", "unknown key 'artifact_dir'", ("dir name",)),
    "dir name": ('LOGS: "*logs"', '"L-S": "*logs"', "name of an artifact dir: found 'L-S'", ()),
    "important": ("  - c.log", '  - "${NONE}/c.log"', "'${NONE}/c.log': ${…} names no artifact dir", ("dir name",)),
    "path": ('"$.data"', '"$.data["', "JSONPath", ()),
    "pattern": ('"(?<x>.*)"', '"("', "pattern '('", ()),
    "parsers misspelt": ("parse_once:", "parse_onec:", "unknown key 'parse_onec'; did you mean 'parse_once'?", ("path", "pattern", "parser", "parser name", "expression")),
    "parsers unknown": ("parse_once:", "inputs:", "unknown key 'inputs'; known are",
                        ("path", "pattern", "parser", "parser name", "expression", "name", "later")),
    "parser": ("text: c.log", "txet: c.log", "'text_c': there is no parser 'txet'; did you mean 'text'?", ()),
    "parser name": ("text_c: {", "text-c: {", "name of a parsed value: found 'text-c'", ("name", "later", "report name", "payload name")),
    "expression": ("data.x + twice(1)", '"data.x +"', "unexpected symbol", ("name",)),
    "name": ("data.x + twice(1)", "data.x + missing", "'missing' is neither", ()),
    "later": ("data.x + twice(1)", "_kept", "'_kept' is parsed later", ()),
    "enumeration": ("[low, high]", "[low, 1.5]", "enumeration 'Level': found a number", ()),
    "circle": ("  Level: [low, high]", "  Level: Level", "type 'Level' is nothing but itself", ()),
    "endless": ("    a: int", "    a: Inner", "model 'Inner' contains itself", ()),
    "inline type": ("Optional[int]", "Optional[int", "type 'Optional[int'", ()),
    "base": ("    spare: int", "    spare: 1", "field 'spare': found an integer", ()),
    "type": ("    level: Level", "    level: Lvel", "type 'Lvel': unknown", ()),
    "extends": ("extends: Base", "extends: Bass", "extends: found 'Bass'", ("no field",)),
    "field": ("speed: float", "speed: flaot(", "type 'flaot('", ()),
    "metadata misspelt": ("  metadata:", "  metdata:", "payload: unknown key 'metdata'; did you mean 'metadata'?", ("payload name",)),
    "no start": ("    start: data.start", "    status: \"'Valid'\"", "payload.metadata: expected start", ()),
    "payload name": ('data["end"]', 'daat["end"]', "'daat' is neither", ("parser name",)),
    "payload expression": ("test_uuid: data.uuid", "test_uuid: data.", "<name> expected near <eof>", ()),
    "result": ("    count: text_c", '    count: "(text_c"', "')' expected near <eof>", ()),
    "kpi key": ("    better: higher", "    beter: higher", "KPI 'speed': unknown key 'beter'; did you mean 'better'?", ()),
    "kpi word": ("    better: lower", "    better: up", "better: found 'up'", ()),
    "kpi guess": ("    better: lower", "    beter: up", "KPI 'time': unknown key 'beter'", ()),
    "kpi member": ("    value: results.speed", "    value: results.sped", "payload.results has no 'sped'; did you mean 'speed'?", ()),
    "kpi name": ("    value: results.time", "    value: result.time", "'result' cannot be seen here", ()),
    "kpi incomplete": ("{help: How many, ", "{", "KPI 'count': expected help", ()),
    "kpis misspelt": ("kpis:", "kpi:", "unknown key 'kpi'; did you mean 'kpis'?", ("kpi key", "kpi word", "kpi incomplete", "kpi threshold", "kpi no threshold", "kpi tails", "kpi bounds", "kpi budget", "kpi since",
                       "kpi method", "kpi option", "kpi exact", "kpi itself", "kpi reference")),
    "keys misspelt": ("  comparison_keys:", "  comparison_key:", "analyze: unknown key 'comparison_key'", ()),
    "ignored": ("[name]", "[nane]", "analyze: ignored_keys: 'nane' is not among", ("metadata misspelt",)),
    "kpi threshold": ("min_relative: 0.1}", "min_relativ: 0.1}", "thresholds: unknown key 'min_relativ'; did you mean 'min_relative'?", ()),
    "kpi label": ("{labels: {name: x}", "{labels: {nane: x}", "KPI 'speed': thresholds: labels: 'nane' is not among", ("metadata misspelt",)),
    "kpi no threshold": ("- min_absolute: 1", "- labels: {name: x}", "thresholds: found a mapping, expected min_relative or min_absolute", ()),
    "kpi tails": ("tails: normal", "tails: none", "tails: found 'none', expected heavy or normal", ()),
    "kpi bounds": ("{min: 1, max: 2}", "{min: 2, max: 2}", "bounds: min 2 is not below max 2", ()),
    "kpi budget": ("{relative: 0.1, since", "{since", "budget: found a mapping, expected relative or absolute", ()),
    "kpi since": ('since: "1"}', "since: 1}", "budget: since: found an integer, expected text (in quotes", ()),
    "kpi reference": ("{kpi: count}", "{kpi: cuont}", "KPI 'speed': reference: there is no KPI 'cuont'; did you mean 'count'?", ()),
    "kpi itself": ("{kpi: count}", "{kpi: speed}", "KPI 'speed': reference: a circle: speed → speed", ()),
    "kpi method": ("{name: zscore,", "{name: zscor,", "method: there is no 'zscor'; did you mean 'zscore'?", ()),
    "kpi option": ("deviations: 4}", "share: 0.1}", "method: 'zscore' has no option 'share'; it has deviations", ()),
    "kpi exact": ("exact: true", "exact: 1", "exact: found an integer, expected true or false", ()),
    "correction": ("correction: holm", "correction: bonferroni", "correction: found 'bonferroni', expected bh or holm", ()),
    "method": ("method: hunter", "method: otava", "method: there is no 'otava'; there are auto, fixed, hunter", ()),
    "pairs": ("side: level, baseline", "side: name, baseline", "paired: found a mapping, expected a side that is another label", ()),
    "pair label": ("side: level, baseline", "side: leve, baseline", "analyze: paired: side: 'leve' is not among", ("metadata misspelt",)),
    "set": ("label_sets: [{", "label_sets: [{nam: z, ", "analyze: expect: label_sets: 'nam' is not among", ("metadata misspelt",)),
    "runs": ("runs: 3", "runs: 0", "expect: runs: found an integer, expected 1 to 1000", ()),
    "age": ("max_age: 14d", "max_age: soon", "expect: max_age: found 'soon', expected a length of time", ()),
    "expected": ("kpis: [speed, time]", "kpis: [speed, tme]", "analyze: expect: kpis: there is no KPI 'tme'; did you mean 'time'?", ("kpis misspelt",)),
    "acks": ("acknowledgements: acks.yaml", "acknowledgements: /etc/acks.yaml", "acknowledgements: found '/etc/acks.yaml', expected the name", ()),
    "rewrite name": ("set: {name: settings.name}", "set: {name: data.name}", "'data' cannot be seen here", ()),
    "report name": ("    Speed: log.x", "    Speed: lgo.x", "'lgo' is neither", ("parser name",)),
    "unknown": ("reports:\n", "colours:\n", "unknown key 'colours'; known are", ("report name",)),
}
LINES = {"lua refused": 2, "no start": 36}  # where the problem stands elsewhere: in the Lua file, at the payload


def line_of(slip):
    return BASE[:BASE.index(slip[0])].count("\n")


def independent(one, two):
    return line_of(SLIPS[one]) != line_of(SLIPS[two]) and one not in SLIPS[two][3] and two not in SLIPS[one][3]


def with_slips(names):
    lines = BASE.split("\n")
    for name in names:
        old, new = SLIPS[name][:2]
        at = line_of(SLIPS[name])
        first = old.rstrip("\n")
        assert first in lines[at], name
        lines[at] = lines[at].replace(first, new.rstrip("\n"), 1)
    return "\n".join(lines)


class AtOnce(CommandTest):
    def told(self, text):
        folder = self.place / "w"
        folder.mkdir(exist_ok=True)
        (folder / "workload.yaml").write_text(text)
        (folder / "f.lua").write_text(LUA)
        (folder / "g.lua").write_text("\n1 +\n")
        done = self.matbench("check", "w", "--format=json")
        problems = [p for p in json.loads(done.out)["problems"] if TOLD_OF_BASE not in p["message"]]
        self.assertEqual(done.code, 100 if problems else 0)
        return [f"{'note ' * (p['severity'] == 'note')}{p['line']}: {p['message']}" for p in problems]

    def expect(self, names):
        told = self.told(with_slips(names))
        left = list(told)
        for name in names:
            fits = [problem for problem in left if problem.startswith(f"{LINES.get(name, line_of(SLIPS[name]) + 1)}: {SLIPS[name][2]}")]
            self.assertEqual(len(fits), 1, f"{names}: {name}: {told}")
            left.remove(fits[0])
        self.assertEqual(left, [], f"{names}")

    def test_base(self):
        self.assertEqual(self.told(BASE), [])

    def test_alone(self):
        for name in SLIPS:
            with self.subTest(name):
                self.expect([name])

    def test_together(self):
        chance = random.Random(5)
        for count in [2] * 40 + [5] * 20 + [len(SLIPS)] * 20:
            chosen = []
            for name in chance.sample(list(SLIPS), len(SLIPS)):
                if len(chosen) < count and all(independent(name, other) for other in chosen):
                    chosen.append(name)
            with self.subTest(chosen):
                self.expect(chosen)


main()
