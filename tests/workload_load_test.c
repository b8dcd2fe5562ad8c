/* workload/workload.h: what is refused when a workload is loaded, with the exact message; and what loading gives. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/parse.h"
#include "tests/check.h"
#include "tests/scratch.h"
#include "workload/find.h"

static void put(struct scratch *scratch, const char *name, const char *bytes)
{
    char folder[300];
    snprintf(folder, sizeof(folder), "%s", scratch_path(scratch, name));
    for (char *slash = folder + strlen(scratch->folder) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(folder, 0755);
        *slash = '/';
    }
    FILE *file = fopen(folder, "w");
    CHECK(file && fputs(bytes, file) >= 0 && fclose(file) == 0, "%s", name);
}

static struct workload *load(struct arena *arena, const char *path, struct error *err)
{
    return workload_load(arena, path, store_registry(), err);
}

/* A KPI that lacks nothing, and a payload for it. */
#define PAYLOAD "workload: w\npayload: {metadata: {settings: {a: '1', b: '2'}}, results: {r: '1'}}\n"
#define KPI(rest) PAYLOAD "kpis:\n  k: {help: H, unit: s, better: lower, value: results.r" rest "}\n"
#define PARSE(rest) "workload: w\nparse_once:\n  v: {" rest "}\n"
#define MODELS(rest) "workload: w\nmodels:\n" rest
#define AT "w/workload.yaml:"

/* Each is one file w/workload.yaml; w/f.lua and a few files to include are beside it. */
static const struct {
    const char *text, *error;
} bad[] = {
    /* the file */
    {"", AT " expected a map of workload keys, found null"},
    {"- a\n", AT " expected a map of workload keys, found a list"},
    {"workload: [\n", AT "2:1: *"},
    {"workload: w\nworkload: x\n", AT "2:1: key 'workload' is given twice, first at line 1"},
    {"schema_version: '1'\n", AT " expected a key `workload: NAME`"},
    {"workload: 1\n", AT "1:11: workload: found an integer, expected text (in quotes, when it looks like this)"},
    {"workload: w\nschema_version: 1.0\n", AT "2:17: schema_version: found a number, expected text (in quotes, when it looks like this)"},
    {"workload: w\naliases: [a, 1]\n", AT "2:14: aliases: found an integer, expected text (in quotes, when it looks like this)"},
    {"workload: w\nflavour: fms\n", AT "2:10: flavour: found 'fms', expected a map"},
    {"workload: w\nflavour: {of: family}\n", AT "2:10: flavour: found a mapping, expected of and name"},
    {"workload: w\nflavour: {of: family, name: 1}\n", AT "2:29: flavour: name: found an integer, expected text (in quotes, when it looks like this)"},
    {PARSE("between: f, start: a"), AT "3:3: 'v': the parser 'between' needs end"},
    {PARSE("between: f, start: '', end: b"), AT "3:26: 'v': start: found '', expected a text that is not empty"},
    {PARSE("prometheus: metrics"), AT "3:3: 'v': the parser 'prometheus' needs metrics"},
    /* unknown keys, level by level */
    {"workload: w\nkpi: {}\n", AT "2:1: unknown key 'kpi'; did you mean 'kpis'?"},
    {"workload: w\nzzz: {}\n", AT "2:1: unknown key 'zzz'; known are workload, schema_version, aliases, flavour, include, lua, artifact_dirs, "
                               "important_files, parse_once, parse_always, models, payload, labels, lts, kpis, analyze, rewrite_settings, reports"},
    {"workload: w\npayload: {metdata: {}}\n", AT "2:11: payload: unknown key 'metdata'; did you mean 'metadata'?"},
    {KPI(", untt: s"), AT "4:58: KPI 'k': unknown key 'untt'; did you mean 'unit'?"},
    {KPI(", divisor: {by: 2, unt: KB}"), AT "4:75: divisor: unknown key 'unt'; did you mean 'unit'?"},
    {KPI(", openmetrics: {nam: x}"), AT "4:72: openmetrics: unknown key 'nam'; did you mean 'name'?"},
    {"workload: w\nanalyze: {comparison_key: [a]}\n", AT "2:11: analyze: unknown key 'comparison_key'; did you mean 'comparison_keys'?"},
    {"workload: w\nrewrite_settings: {dorp: [a]}\n", AT "2:20: rewrite_settings: unknown key 'dorp'; did you mean 'drop'?"},
    {PARSE("json: a, selct: $.a"), AT "3:16: 'v': 'selct' is no argument of the parser 'json', which has: json, select, first, keep"},
    {PARSE("jsn: a"), AT "3:7: 'v': there is no parser 'jsn'; did you mean 'json'?"},
    {PARSE("json: a, lines: b"), AT "3:16: 'v': 'lines' is no argument of the parser 'json', which has: json, select, first, keep"},
    /* duplicates */
    {"workload: w\nkpis: {k: {}, k: {}}\n", AT "2:15: key 'k' is given twice, first at line 2"},
    /* kinds */
    {"workload: w\nkpis: []\n", AT "2:7: kpis: found a list, expected a map"},
    {"workload: w\nkpis: {k: 1}\n", AT "2:11: KPI 'k': found an integer, expected a map"},
    {"workload: w\nparse_once: x\n", AT "2:13: parse_once or parse_always: found 'x', expected a map"},
    {"workload: w\nparse_once: {v: x}\n", AT "2:17: 'v': found 'x', expected a map"},
    {"workload: w\nmodels: []\n", AT "2:9: models: found a list, expected a map of models"},
    {"workload: w\npayload: 1\n", AT "2:10: payload: found an integer, expected a map"},
    {"workload: w\npayload: {metadata: []}\n", AT "2:21: payload.metadata: found a list, expected a map"},
    {"workload: w\nlts: some\n", AT "2:6: lts: found 'some', expected none"},
    {"workload: w\nimportant_files: {a: b}\n", AT "2:18: important_files: found a mapping, expected text"},
    {"workload: w\nartifact_dirs: {A: {glob: x, al: true}}\n", AT "2:20: artifact dir 'A': found a mapping, expected a pattern, or a map of glob and all"},
    {"workload: w\nartifact_dirs: {A: {all: true}}\n", AT "2:20: artifact dir 'A': found a mapping, expected a pattern, or a map of glob and all"},
    {"workload: w\nartifact_dirs: {A: {glob: x, all: 1}}\n", AT "2:35: artifact dir 'A': found an integer, expected true or false"},
    {"workload: w\nartifact_dirs: {A}B: x}\n", AT "2:19: *"},
    {"workload: w\nartifact_dirs: {'A}B': x}\n", AT "2:17: name of an artifact dir: found 'A}B', expected letters, digits and _"},
    {PARSE("json: [a]"), AT "3:13: 'v': json: found a list, expected text"},
    {PARSE("json: a, first: 1"), AT "3:23: 'v': first: found an integer, expected true or false"},
    {PARSE("yaml: a, as: json"), AT "3:20: 'v': as: found 'json', expected text"},
    {PARSE("lines: a, match: x, as: jsn"), AT "3:31: 'v': as: found 'jsn', expected text, json, python, number, int, float, bool, quantity, moment, duration or auto"},
    {PARSE("lines: a, match: x, keep: most"), AT "3:33: 'v': keep: found 'most', expected all, first, last or count"},
    {PARSE("csv: {glob: 1}"), AT "3:19: 'v': csv: found an integer, expected text (in quotes, when it looks like this)"},
    {PARSE("csv: {glob: a, all: 1}"), AT "3:12: 'v': csv: found a mapping, expected a file, or {glob: PATTERN} and perhaps join: true"},
    {PARSE("csv: {glob: a, join: 1}"), AT "3:28: 'v': csv: found an integer, expected true or false"},
    {PARSE("csv: {glob: '${A}/x'}"), AT "3:3: '${A}/x': ${…} names no artifact dir of the workload"},
    {PARSE("csv: a, delimiter: ab"), AT "3:26: 'v': delimiter: expected one character of ASCII that is no quote and ends no line"},
    {PARSE("csv: a, delimiter: \"\""), AT "3:26: 'v': delimiter: found '', expected a text that is not empty"},
    {PARSE("csv: a, skip: -1"), AT "3:21: 'v': skip: found an integer, expected a whole number from 0 on"},
    {PARSE("csv: a, header: yes"), AT "3:23: 'v': header: found 'yes', expected true, false or a list of names"},
    {PARSE("csv: a, header: false, columns: [b]"), AT "3:23: 'v': with header: false the columns have no names; header: [NAME…] gives them some"},
    {PARSE("csv: a, header: false, types: {b: int}"), AT "3:23: 'v': with header: false*"},
    {PARSE("csv: a, header: [a, b, a]"), AT "3:23: 'v': header: the name 'a' stands there twice"},
    {PARSE("csv: a, header: [a, b], columns: [c]"), AT "3:40: 'v': columns: header has no 'c'"},
    {PARSE("csv: a, header: [a, b], types: {c: int}"), AT "3:39: 'v': types: header has no 'c'"},
    {PARSE("csv: a, types: {c: integer}"), AT "3:26: 'v': types: found 'integer', expected text, json, *"},
    {PARSE("csv: a, as: columns, keep: last"), AT "3:34: 'v': keep: chooses rows, which as: columns has not"},
    {PARSE("yaml: a, as: text, documents: all"), AT "3:20: 'v': as: text is of a file with one document"},
    {PARSE("lines: a, match: '(?<x>.)', as: int"), AT "3:39: 'v': as: the pattern has named groups; types: says what each of them is"},
    {PARSE("lines: a, match: '(.)', types: {x: int}"), AT "3:39: 'v': types: the pattern has no group (?<x>…)"},
    {PARSE("lines: a, match: '(.)', types: int"), AT "3:38: 'v': types: the pattern has no named groups (?<NAME>…); as: says what it gives"},
    {PARSE("lines: a, match: '(?<x>.)(?<y>.)', types: {z: int}"), AT "3:50: 'v': types: the pattern has no group (?<z>…); its groups: x, y"},
    {PARSE("lines: a"), AT "3:3: 'v': the parser 'lines' needs match"},
    {PARSE("env: {A: b}"), AT "3:12: 'v': env: found a mapping, expected text"},
    {"workload: w\nparse_once: {a-b: {json: x}}\n", AT "2:14: name of a parsed value: found 'a-b', expected letters, digits and _"},
    {"workload: w\nparse_once: {settings: {json: x}}\n", AT "2:14: 'settings': the name means something else in every workload"},
    {"workload: w\nparse_always: {match: {env: [A]}}\n", AT "2:16: 'match': the name means something else in every workload"},
    {"workload: w\nparse_once: {string: {json: x}}\n", AT "2:14: 'string': the name means something else in every workload"},
    /* paths, patterns, directories */
    {PARSE("json: a, select: '$.a[1:x]'"), AT "3:30: JSONPath '$.a[1:x]', column 7: expected*"},
    {PARSE("json: a, select: a"), AT "3:24: *"},
    {PARSE("json: a, select: []"), AT "3:24: 'v': select: found a list, expected one JSONPath"},
    {PARSE("json: a, select: [$.a]"), AT "3:24: 'v': select: found a list, expected one JSONPath"},
    {PARSE("json: a, keep: ['$.a', '$[?@.b']"), AT "3:3*"},
    {PARSE("lines: a, match: '(x'"), AT "3:24: pattern '(x', byte 2: missing closing parenthesis"},
    {PARSE("json: '${RUN}/a'"), AT "3:3: '${RUN}/a': ${…} names no artifact dir of the workload"},
    {PARSE("json: '${RUN/a'"), AT "3:3: '${RUN/a': ${…} names no artifact dir of the workload"},
    {"workload: w\nartifact_dirs: {A: x}\nparse_once: {v: {json: '${A}/${A}'}}\n", AT "3:14: '${A}/${A}': more than one ${…}"},
    {"workload: w\nimportant_files: [a, '${B}/x']\n", AT "2:22: '${B}/x': ${…} names no artifact dir of the workload"},
    /* Lua */
    {PARSE("value: 'a +'"), AT "3:14: unexpected symbol near <eof>"},
    {PARSE("value: \"''..\\n'\""), AT "4: unfinished string near <eof>"},
    {PARSE("value: ' '"), AT "3:14: found nothing, expected an expression"},
    {PARSE("lua: f"), AT "3:3: 'v': there is no function 'f' in the workload's Lua files"},
    {"workload: w\nlua: f.lua\nparse_once: {v: {lua: g}}\n", AT "3:14: 'v': there is no function 'g' in the workload's Lua files"},
    {"workload: w\nlua: f.lua\nrewrite_settings: {lua: g}\n", AT "3:19: rewrite_settings: there is no function 'g'"},
    {"workload: w\nlua: broken.lua\n", "broken.lua:3: 'end' expected (to close 'function' at line 1) near <eof>"},
    {"workload: w\nlua: runs.lua\n", "w/workload.yaml: runs.lua:1: json: only inside a function: there is no test yet when the file is loaded"},
    {"workload: w\nlua: [f.lua, none.lua]\n", AT "2:14: w/none.lua: no such file"},
    {"workload: w\nlua: ../../f.lua\n", AT "2:6: ../f.lua: lies outside the folder that holds the workload's folder"},
    {"workload: w\nlua: 1\n", AT "2:6: lua: found an integer, expected text (in quotes, when it looks like this)"},
    {"workload: w\nrewrite_settings: {set: {a: {b: c}}}\n",
     AT "2:29: rewrite_settings: set: found a mapping, expected an expression, a number, true, false or null"},
    {"workload: w\nrewrite_settings: {set: {a: .nan}}\n",
     AT "2:29: rewrite_settings: set.a: found a number, expected an expression, a number, true, false, null, a map or a list"},
    /* includes */
    {"workload: w\ninclude: none.yaml\n", AT "2:10: w/none.yaml: no such file"},
    {"workload: w\ninclude: [../common/c.yaml, none.yaml]\n", AT "2:29: w/none.yaml: no such file"},
    {"workload: w\ninclude: workload.yaml\n", AT "2:10: w/workload.yaml includes itself"},
    {"workload: w\ninclude: ../common/back.yaml\n", "common/back.yaml:1:10: w/workload.yaml includes itself"},
    {"workload: w\ninclude: ../../c.yaml\n", AT "2:10: ../c.yaml: lies outside the folder that holds the workload's folder"},
    {"workload: w\ninclude: /etc/passwd\n", AT "2:10: *"},
    {"workload: w\ninclude: out.yaml\n", AT "2:10: w/out.yaml: *"},
    {"workload: w\ninclude: {a: b}\n", AT "2:10: include: found a mapping, expected text"},
    {"workload: w\ninclude: ../common/bad.yaml\n", "common/bad.yaml:2:3: KPI 'k': expected unit, as tokens/s; better: higher, lower or none; value: an expression"},
    {"workload: w\ninclude: ./loop.yaml\n", "w/././././././././././loop.yaml:1:10: w/./././././././././././loop.yaml: includes are nested more than 10 deep"},
    {"workload: w\ninclude: wide1.yaml\n", "w/wide*"},
    /* KPIs */
    {PAYLOAD "kpis: {k: {unit: s, better: lower, value: results.r}}\n", AT "3:8: KPI 'k': expected help: a sentence"},
    {PAYLOAD "kpis: {k: {help: H, better: lower, value: results.r}}\n", AT "3:8: KPI 'k': expected unit, as tokens/s"},
    {PAYLOAD "kpis: {k: {help: H, unit: s, value: results.r}}\n", AT "3:8: KPI 'k': expected better: higher, lower or none"},
    {PAYLOAD "kpis: {k: {help: H, unit: s, better: lower}}\n", AT "3:8: KPI 'k': expected value: an expression"},
    {PAYLOAD "kpis: {k: {help: H, unit: s, better: more, value: '1'}}\n", AT "3:38: better: found 'more', expected none, higher or lower"},
    {PAYLOAD "kpis: {k: {help: H, unit: s, better: lower, value: 1}}\n", AT "3:52: value: found an integer, expected text (in quotes, when it looks like this)"},
    {PAYLOAD "kpis: {a-b: {help: H, unit: s, better: lower, value: '1'}}\n", AT "3:8: KPI name: found 'a-b', expected at most 200 letters, digits and _"},
    {"workload: w\nkpis: {k: {help: H, unit: s, better: lower, value: '1'}}\n", AT " KPIs need `payload:` with metadata and results"},
    {KPI(", format: '{:.2f'"), AT "4:66: format: found '{:.2f', expected a format for one number, as '{:.2f}', '{:,}', '{:.1%}' or '%.2f'"},
    {KPI(", format: '%s'"), AT "4:66: format: found '%s', expected a format for one number, as '{:.2f}', '{:,}', '{:.1%}' or '%.2f'"},
    {KPI(", format: '%n%f'"), AT "4:66: format: found '%n%f', expected a format for one number, as '{:.2f}', '{:,}', '{:.1%}' or '%.2f'"},
    {KPI(", format: '%.100f'"), AT "4:66: format: found '%.100f', expected a format for one number, as '{:.2f}', '{:,}', '{:.1%}' or '%.2f'"},
    {KPI(", divisor: {by: 0, unit: KB}"), AT "4:72: divisor: by: found an integer, expected a number above 0"},
    {KPI(", divisor: {by: .inf, unit: KB}"), AT "4:72: divisor: by: found a number, expected a finite number"},
    {KPI(", divisor: {by: 2^5000, unit: KB}"), AT "4:72: divisor: by: found '2^5000', expected a number above 0, as 1024 or \"2^30\""},
    {KPI(", divisor: {by: x.y, unit: KB}"), AT "4:72: unknown name 'x'"},
    {KPI(", divisor: {by: '\"x\"', unit: KB}"), AT "4:72: divisor: by: found '\"x\"', expected a number above 0, as 1024 or \"2^30\""},
    {KPI(", divisor: {by: 2}"), AT "4:67: divisor: found a mapping, expected by and unit"},
    {KPI(", min_relative: -1"), AT "4:72: min_relative: found an integer, expected 0 or more"},
    {KPI(", min_absolute: .nan"), AT "4:72: min_absolute: found a number, expected a finite number"},
    {KPI(", openmetrics: {name: \"x\\ny\"}"), AT "4:78: openmetrics: name: found 'x\\x0ay', expected at most 200 letters, digits and _"},
    {KPI(", openmetrics: {unit: a b}"), AT "4:78: openmetrics: unit: found 'a b', expected letters, digits and _, as seconds"},
    {KPI(", openmetrics: {scale: .inf}"), AT "4:79: openmetrics: scale: found a number, expected a finite number"},
    {KPI(", openmetrics: {scale: 0}"), AT "4:79: openmetrics: scale: found an integer, expected a number above 0"},
    /* how a KPI is judged */
    {KPI(", exact: true, tails: normal"), AT "4:3: KPI 'k': exact and tails: what is exact has no noise, so no tails"},
    {KPI(", exact: true, method: zscore"), AT "4:79: KPI 'k': exact and method: what is exact is judged by any difference"},
    {KPI(", method: fixed"), AT "4:66: KPI 'k': method: fixed needs bounds: {min: …, max: …}"},
    {KPI(", method: otava"), AT "4:66: method: there is no 'otava'; there are auto, fixed, hunter, mann_whitney, stdev, threshold, zscore"},
    {KPI(", method: {name: hunter, deviations: 3}"), AT "4:81: method: 'hunter' has no option 'deviations'; it has share and p"},
    {KPI(", method: {name: auto, alpha: 0.1}"), AT "4:79: method: 'auto' has no option 'alpha'; it has none"},
    {KPI(", method: {deviations: 3}"), AT "4:66: method: found a mapping, expected the name of a method, or a map as {name: zscore, deviations: 3}"},
    {KPI(", method: {name: zscore, deviations: 0}"), AT "4:93: method: deviations: found an integer, expected a number above 0"},
    {KPI(", method: {name: hunter, p: 1}"), AT "4:84: method: p: found an integer, expected a probability between 0 and 1"},
    {KPI(", bounds: {}"), AT "4:66: bounds: found a mapping, expected min, max or both"},
    {KPI(", bounds: {min: 3, max: 2.5}"), AT "4:66: bounds: min 3 is not below max 2.5"},
    {KPI(", bounds: {min: .inf}"), AT "4:72: bounds: min: found a number, expected a finite number"},
    {KPI(", budget: {relative: 0}"), AT "4:66: budget: found a mapping, expected relative or absolute, above 0"},
    {KPI(", budget: {relative: 1, since: 4.18}"), AT "4:87: budget: since: found a number, expected text (in quotes, when it looks like this)"},
    {PAYLOAD "kpis:\n  k: {help: H, unit: s, better: none, value: results.r, budget: {relative: 1}}\n",
     AT "4:65: KPI 'k': budget: with `better: none` nobody knows what is worse"},
    {KPI(", reference: {}"), AT "4:69: reference: found a mapping, expected either kpi or labels"},
    {KPI(", reference: {kpi: k, labels: {a: x}}"), AT "4:69: reference: found a mapping, expected either kpi or labels"},
    {KPI(", reference: {kpi: k}"), AT "4:69: KPI 'k': reference: a circle: k → k"},
    {KPI(", reference: {kpi: m}}\n  l: {help: H, unit: s, better: none, value: '1', reference: {kpi: k}}\n  m: {help: H, unit: s, better: none, value: '1', reference: {kpi: l}"),
     AT "4:69: KPI 'k': reference: a circle: k → m → l → k"},
    {KPI(", reference: {kpi: l}}\n  l: {help: H, unit: s, better: none, value: '1', reference: {kpi: l}"), AT "5:62: KPI 'l': reference: a circle: l → l"},
    {KPI(", reference: {labels: {c: 1}}"), AT "4:79: KPI 'k': reference: labels: 'c' is not among payload.metadata.settings"},
    {KPI(", thresholds: {min_relative: 1}"), AT "4:70: thresholds: found a mapping, expected a list, as [{labels: {gpu: A100}, min_relative: 0.03}]"},
    {KPI(", thresholds: [{labels: {a: []}, min_relative: 1}]"), AT "4:84: thresholds: labels: a: found a list, expected a value, or a list of values"},
    {KPI(", thresholds: [{labels: {a: {b: c}}, min_relative: 1}]"), AT "4:84: thresholds: labels: a: found a mapping, expected a text, a number, true, false or null"},
    {KPI(", thresholds: [{labels: {a: x}}]"), AT "4:71: thresholds: found a mapping, expected min_relative or min_absolute"},
    {PAYLOAD "analyze: {paired: {label: a, side: b}}\n", AT "3:19: paired: found a mapping, expected label, side and baseline, as {label: pair_id, side: variant, baseline: base}"},
    {PAYLOAD "analyze: {expect: {label_sets: [{}]}}\n", AT "3:33: expect: label_sets: found a mapping, expected a map of labels and their values, as {gpu: [A100, H100]}"},
    {PAYLOAD "analyze: {expect: {max_age: 14}}\n", AT "3:29: expect: max_age: found an integer, expected text (in quotes, when it looks like this)"},
    {KPI("") "analyze: {method: fixed}\n", AT "5:19: analyze: method: fixed needs bounds, and the KPI 'k' has neither bounds nor a method of its own"},
    /* labels and keys */
    {"workload: w\npayload: {metadata: {settings: {help: '1'}}}\n", AT "2:33: label 'help' clashes with a field that every KPI has"},
    {PAYLOAD "labels: {value: '1'}\n", AT "3:10: label 'value' clashes with a field that every KPI has"},
    {PAYLOAD "labels: {c: '1', a: '1'}\n", AT "3:18: label 'a' is a setting too"},
    {PAYLOAD "analyze: {comparison_keys: [a, x]}\n", AT "3:32: analyze: comparison_keys: 'x' is not among payload.metadata.settings"},
    {PAYLOAD "analyze: {ignored_keys: x}\n", AT "3:25: analyze: ignored_keys: 'x' is not among payload.metadata.settings"},
    {PAYLOAD "analyze: {sorting_keys: [b, x]}\n", AT "3:29: analyze: sorting_keys: 'x' is not among payload.metadata.settings"},
    {PAYLOAD "models: {Settings: {a: {type: str, alias: x y}, b: str}}\nanalyze: {comparison_keys: [x y, a]}\n",
     AT "4:34: analyze: comparison_keys: 'a' is not among payload.metadata.settings"},
    {PAYLOAD "models: {Settings: {a: str, c: {type: str, default: z}}}\nanalyze: {comparison_keys: [c, d]}\n",
     AT "4:32: analyze: comparison_keys: 'd' is not among payload.metadata.settings"},
    {PAYLOAD "models: {Settings: {a: {type: str, alias: unit}}}\n", AT "3:24: label 'unit' clashes with a field that every KPI has"},
    {PAYLOAD "analyze: {min_history: 2}\n", AT "3:24: min_history: found an integer, expected 3 to 1000"},
    {PAYLOAD "analyze: {min_history: 3.5}\n", AT "3:24: min_history: found a number, expected 3 to 1000"},
    {PAYLOAD "analyze: {min_relative: -0.1}\n", AT "3:25: min_relative: found a number, expected 0 or more"},
    /* models: more in lts_model_test.c */
    {MODELS("  M: {a: 'List[int'}\n"), AT "3:19: type 'List[int': ends here, expected ',' or ']'"},
};

static void put_beside(struct scratch *scratch)
{
    put(scratch, "w/f.lua", "function f() end\n");
    put(scratch, "w/broken.lua", "function f()\n\n");
    put(scratch, "w/runs.lua", "local x = json('a')\n");
    put(scratch, "w/loop.yaml", "include: ./loop.yaml\n");
    put(scratch, "common/c.yaml", "artifact_dirs: {C: '*c'}\n");
    put(scratch, "common/back.yaml", "include: ../w/workload.yaml\n");
    put(scratch, "common/bad.yaml", "kpis:\n  k: {help: H}\n");
    put(scratch, "outside.yaml", "artifact_dirs: {C: '*c'}\n");
    CHECK(symlink("/etc/passwd", scratch_path(scratch, "w/out.yaml")) == 0, "link");
    for (int i = 1; i <= 9; i++) { /* each includes the next one four times: 4^8 files */
        char name[40], text[200];
        snprintf(name, sizeof(name), "w/wide%d.yaml", i);
        snprintf(text, sizeof(text), i == 9 ? "artifact_dirs: {C: '*c'}\n" : "include: [wide%d.yaml, wide%d.yaml, wide%d.yaml, wide%d.yaml]\n",
                 i + 1, i + 1, i + 1, i + 1);
        put(scratch, name, text);
    }
}

static void test_bad(struct scratch *scratch)
{
    put_beside(scratch);
    for (size_t i = 0; i < ROWS(bad); i++) {
        struct arena arena = {0};
        struct error err = {0};
        put(scratch, "w/workload.yaml", bad[i].text);
        struct workload *workload = load(&arena, "w", &err);
        size_t n = strlen(bad[i].error);
        CHECK(!workload && err.kind == ERR_USAGE, "row %zu was taken: %s", i, bad[i].text);
        bool open_end = bad[i].error[n - 1] == '*'; /* the rest is another module's business */
        CHECK(strncmp(err.text, bad[i].error, n - open_end) == 0 && (open_end || !err.text[n]), "row %zu: %s\n    expected %s", i, err.text, bad[i].error);
        workload_close(workload);
        arena_close(&arena);
    }
}

/* What lies where, after a load of two files: the later one changes the shared one. */
static void test_merging(struct scratch *scratch)
{
    static const char base[] =
        "schema_version: '0.1'\n"
        "artifact_dirs: {A: '*a', B: {glob: '*b', all: true}}\n"
        "important_files: [x, '${A}/y']\n"
        "parse_once: {one: {json: a, select: $.x, first: true}, two: {lines: b, match: '(old)'}}\n"
        "models:\n  Settings: {a: str, b: \"Optional[int]\"}\n"
        "payload: {metadata: {settings: {a: \"'1'\", b: 2, c: 5}}, results: {r: 1.5, s: null}}\n"
        "kpis: {k: {help: old, unit: s, better: none, value: results.r}}\n"
        "analyze: {comparison_keys: [a], ignored_entries: {b: [1, 2]}}\n";
    static const char flavour[] =
        "workload: w\ninclude: ../common/base.yaml\nschema_version: '0.2'\nlua: f.lua\n"
        "artifact_dirs: {B: 'b', C: c}\n"
        "important_files: z\n"
        "parse_once: {two: {lines: b, match: '(new)', as: number, keep: last}, three: {lua: f}}\n"
        "models:\n  Settings: {extends: Settings, d: \"List[dict[str, Union[int, str]]]\"}\n"
        "payload: {metadata: {settings: {b: 3, d: 4}}, results: {r: results}}\n"
        "kpis:\n  k: {help: new, unit: B, better: higher, value: '1', divisor: {by: '2^20', unit: MiB, format: '%.1f'}, min_relative: 0.1,\n"
        "      openmetrics: {name: o, unit: '', scale: 2}}\n  l: {help: H, unit: '', better: lower, value: '1', format: '{:,.3f}'}\n"
        "analyze: {comparison_keys: b, ignored_entries: {b: 3}, min_history: 5}\n"
        "rewrite_settings: {drop: x, rename: {a: b}, set: {c: 1, d: settings.a}, lua: f}\n";
    struct arena arena = {0};
    struct error err = {0};
    put(scratch, "common/base.yaml", base);
    put(scratch, "w/workload.yaml", flavour);
    struct workload *w = load(&arena, "w/", &err);
    CHECK(w, "%s", err.text);
    if (w) {
        CHECK(strcmp(w->name, "w") == 0 && strcmp(w->schema_version, "0.2") == 0 && strcmp(w->file, "w/workload.yaml") == 0, "%s", w->file);
        CHECK(w->artifact_dirs_n == 3 && strcmp(w->artifact_dirs[1].pattern, "b") == 0 && !w->artifact_dirs[1].all, "dirs");
        CHECK(strcmp(w->important_files[0], "x") == 0 && strcmp(w->important_files[2], "z") == 0 && !w->important_files[3], "files");
        CHECK(w->parse_once_n == 3 && strcmp(w->parse_once[1].arguments[1].text, "(new)") == 0 && w->parse_once[1].at.line == 7, "parsers");
        const struct model *settings = models_find(&w->models, "Settings");
        CHECK(settings->fields_n == 3 && settings->fields[1].type->optional && settings->fields[2].type->kind == TYPE_LIST &&
                  settings->fields[2].type->inner[0]->kind == TYPE_DICT, "models");
        const struct template *labels = &w->metadata->members[0];
        CHECK(labels->members_n == 4 && json_integer_value(labels->members[1].constant) == 3 && labels->members[3].at.line == 10, "settings");
        CHECK(w->results->members_n == 2 && w->results->members[0].kind == TEMPLATE_EXPRESSION && json_is_null(w->results->members[1].constant), "results");
        CHECK(w->kpis_n == 2 && strcmp(w->kpis[0].help, "new") == 0 && w->kpis[0].divisor.by == 1048576 && w->kpis[0].better == BETTER_HIGHER &&
                  w->kpis[0].openmetrics.scale == 2 && w->kpis[1].openmetrics.scale == 0, "kpis");
        CHECK(strcmp(w->analyze.comparison_keys[0], "b") == 0 && !w->analyze.comparison_keys[1] && w->analyze.min_history == 5 &&
                  json_integer_value(w->analyze.ignored_entries[0].values) == 3, "analyze");
        CHECK(strcmp(w->rewrite.drop[0], "x") == 0 && w->rewrite.renames_n == 1 && w->rewrite.set->members_n == 2 &&
                  strcmp(w->rewrite.function, "f") == 0, "rewrite");
        CHECK(w->lts && w->lua_n == 1, "lua");
    }
    workload_close(w);
    put(scratch, "w/workload.yaml", "workload: w\nlts: none\nparse_once: {f: {lua: f}}\nlua: f.lua\n");
    w = load(&arena, "w/workload.yaml", &err);
    CHECK(w && !w->lts && strcmp(w->file, "w/workload.yaml") == 0, "a parsed value may be named as a function: %s", err.text);
    workload_close(w);
    arena_close(&arena);
}

/* What a workload says of judging, as the stages get it. */
static void test_judging(struct scratch *scratch)
{
    struct arena arena = {0};
    struct error err = {0};
    put(scratch, "w/workload.yaml", KPI(", thresholds: [{labels: {a: [A100, 8, null, 4.18]}, min_relative: 0.03}, {min_absolute: 2}], independent: true, tails: normal, "
        "bounds: {max: -1.5}, budget: {absolute: 2, since: '4.18'}, reference: {labels: {a: x, b: y}}, method: {name: threshold, share: 0, base: previous}")
        "analyze: {correction: holm, method: {name: zscore, deviations: 4}, paired: {label: a, side: b, baseline: base}, acknowledgements: k.yaml,\n"
        "  expect: {label_sets: [{a: x}, {a: [x, y], b: 1}], runs: 3, max_age: 2w, kpis: k}}\n");
    struct workload *w = load(&arena, "w", &err);
    CHECK(w, "%s", err.text);
    if (w) {
        const struct judging *j = &w->kpis[0].judging;
        const struct analyze *a = &w->analyze;
        CHECK(j->thresholds_n == 2 && j->thresholds[0].min_relative == .03 && isnan(j->thresholds[0].min_absolute) && !j->thresholds[1].labels.n, "thresholds");
        static const char *const values[] = {"\"A100\"", "8", "\"8\"", "null", "4.18", "\"4.18\""};
        const char *const *got = j->thresholds[0].labels.v[0].values;
        for (size_t i = 0; i < ROWS(values); i++)
            CHECK(got[i] && strcmp(got[i], values[i]) == 0, "%s", values[i]);
        CHECK(!got[ROWS(values)], "no more");
        CHECK(j->independent && j->normal_tails && !j->exact && !j->low.has && j->high.has && j->high.value == -1.5, "noise, bounds");
        CHECK(j->budget.absolute == 2 && j->budget.relative == 0 && strcmp(j->budget.since, "4.18") == 0, "budget");
        CHECK(!j->control.kpi && j->control.labels.n == 2, "reference");
        CHECK(j->method.method == &method_threshold && j->method.options.share == 0 && j->method.options.base == METHOD_OF_PREVIOUS, "method");
        CHECK(a->correction == CORRECTION_HOLM && a->method.method == &method_zscore && a->method.options.deviations == 4, "analyze");
        CHECK(strcmp(a->paired.label, "a") == 0 && strcmp(a->paired.side, "b") == 0 && strcmp(a->paired.baseline, "\"base\"") == 0, "pairs");
        CHECK(a->expect && a->expect->label_sets_n == 2 && a->expect->label_sets[1].n == 2 && a->expect->runs == 3 && a->expect->max_age_s == 1209600 &&
                  strcmp(a->expect->kpis[0], "k") == 0 && !a->expect->kpis[1], "expect");
        CHECK(strcmp(a->acknowledgements, "k.yaml") == 0 && a->acknowledgements_at.line == 5, "acknowledgements");
    }
    workload_close(w);
    arena_close(&arena);
}

/* Small files that mean much work: they have to end, and soon. */
static void test_bombs(struct scratch *scratch)
{
    struct arena arena = {0};
    struct error err = {0};
    struct text text = text_open(8 << 20);
    text_add(&text, "workload: w\nmodels:\n");
    for (int i = 25; i >= 0; i--) {
        text_printf(&text, "  M%d: {", i);
        for (int k = 0; k < 10; k++)
            text_printf(&text, i == 25 ? "f%d: int, " : "f%d: M%d, ", k, i + 1);
        text_add(&text, "}\n");
    }
    put(scratch, "w/workload.yaml", text.s);
    struct workload *w = load(&arena, "w", &err);
    CHECK(w, "many models: %s", err.text);
    workload_close(w);
    text_clear(&text);
    text_add(&text, "workload: w\npayload:\n  metadata:\n");
    for (int i = 0; i < 30000; i++)
        text_printf(&text, "    f%d: x\n", i);
    put(scratch, "w/workload.yaml", text.s);
    CHECK(!load(&arena, "w", &err) && strcmp(err.text, AT "20004:13: more than 20000 expressions") == 0, "%s", err.text);
    text_clear(&text);
    text_add(&text, PAYLOAD "kpis:\n");
    for (int i = 0; i < 5000; i++) /* each divided by the next; the last by the first */
        text_printf(&text, "  k%d: {help: H, unit: s, better: none, value: '1', reference: {kpi: k%d}}\n", i, i == 4999 ? 0 : i + 1);
    put(scratch, "w/workload.yaml", text.s);
    err = (struct error){0};
    CHECK(!load(&arena, "w", &err) && strcmp(err.text, AT "4:63: KPI 'k0': reference: a circle: k0 → k1 → k2 → k3 → k4 → k5 → k6 → k7 → k8 → k9 → k10 → … → k0") == 0,
          "%s", err.text);
    text_clear(&text);
    text_add(&text, "workload: w\nmodels:\n  M0: {a: int}\n");
    for (int i = 1; i < 200; i++)
        text_printf(&text, "  M%d: {a: M%d}\n", i, i - 1);
    put(scratch, "w/workload.yaml", text.s);
    err = (struct error){0};
    w = load(&arena, "w", &err);
    CHECK(w, "a long chain of models: %s", err.text);
    workload_close(w);
    text_close(&text);
    arena_close(&arena);
}

/* What is left of a workload with errors: names are known, values are not. */
static void test_faulty(struct scratch *scratch)
{
    struct arena arena = {0};
    struct problems problems = {0};
    put(scratch, "w/workload.yaml", MODELS("  Results: {a: int, b: itn(, c: 1}\n  Level: [1.5]\n  Ring: Ring\n")
                                    "payload: {metdata: {start: x, end: 'x +'}}\n"
                                    "kpis:\n  k: {help: H, unit: s, beter: lower, value: results.a}\n  l: {help: 1, value: '('}\n");
    CHECK(!workload_load_all(&arena, "w", store_registry(), &problems), "loaded");
    size_t errors = problems.errors;
    problems = (struct problems){0};
    struct workload *w = workload_load_faulty(&arena, "w", store_registry(), &problems);
    CHECK(w && errors == 10 && problems.errors == errors, "%zu errors, %zu", errors, problems.errors);
    const struct model *results = models_find(&w->models, "Results"), *level = models_find(&w->models, "Level");
    CHECK(results && !results->partial && results->fields_n == 3 && !results->fields[0].refused && results->fields[1].refused, "Results");
    CHECK(level && level->partial && level->type->kind == TYPE_ANY && models_find(&w->models, "Ring")->type->kind == TYPE_ANY, "Level, Ring");
    CHECK(w->metadata && w->metadata->members_n == 2 && w->metadata->members[1].kind == TEMPLATE_CONSTANT, "metadata");
    CHECK(w->kpis_n == 2 && w->kpis[0].refused && w->kpis[0].value.source && w->kpis[1].refused && !w->kpis[1].value.source, "kpis");
    workload_close(w);
    problems = (struct problems){0};
    CHECK(!workload_load_faulty(&arena, "nowhere", store_registry(), &problems) && problems.errors == 1, "nowhere");
    arena_close(&arena);
}

static void test_shipped(void)
{
    struct arena arena = {0};
    struct error err = {0};
    const char *source = getenv("MB_SOURCE");
    struct workload *w = load(&arena, arena_printf(&arena, "%s/workloads/fine_tuning", source ? source : "."), &err);
    CHECK(w && w->kpis_n == 9, "%s", err.text);
    workload_close(w);
    arena_close(&arena);
}

static void test_find(struct scratch *scratch)
{
    struct arena arena = {0};
    put(scratch, "place/one/workload.yaml", "workload: one\naliases: [projects.one.visualizations.one]\n");
    put(scratch, "place/two/workload.yaml", "workload: two\naliases: [1, [\n");
    put(scratch, "place/three/other.yaml", "workload: three\n");
    put(scratch, "place/red/workload.yaml", "workload: red\nflavour: {of: projects.colour, name: colour_red}\n");
    put(scratch, "place/blue/workload.yaml", "workload: blue\nflavour: {of: projects.colour, name: blue}\naliases: p.blue\n");
    put(scratch, "again/red/workload.yaml", "workload: red\nflavour: {of: projects.colour, name: colour_red}\n");
    put(scratch, "place/grey/workload.yaml", "workload: grey\nflavour: [projects.colour]\n");
    static const char *const search[] = {"nowhere", "place", "again", NULL}, *const none[] = {NULL};
    static const struct {
        const char *name, *base, *found, *error;
    } rows[] = {
        {"one", NULL, "place/one", ""},
        {"two", NULL, "place/two", ""},
        {"projects.one.visualizations.one", NULL, "place/one", ""},
        {"place/one", NULL, "place/one", ""},
        {"place/one/workload.yaml", NULL, "place/one/workload.yaml", ""},
        {"one", "place", "place/one", ""},
        {"place/one", "nowhere", "place/one", ""},
        {"three", NULL, NULL, "workload 'three': no such folder, name or alias; looked in: nowhere, place, again; known: blue, grey, one, red, two"},
        {"onee", NULL, NULL, "workload 'onee': no such folder, name or alias; looked in: nowhere, place, again; known: blue, grey, one, red, two; did you mean 'one'?"},
        {"projects.colour", NULL, NULL, "workload 'projects.colour': use one of its flavours: blue, colour_red"},
        {"colour_red", NULL, "place/red", ""},
        {"red", NULL, "place/red", ""},
        {"p.blue", NULL, "place/blue", ""},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct error err = {0};
        struct workload_places places = {.base_dir = rows[i].base, .search = search};
        const char *found = workload_find(&arena, rows[i].name, &places, &err);
        CHECK(rows[i].found ? found && strcmp(found, rows[i].found) == 0 : !found && err.kind == ERR_USAGE, "%s: %s", rows[i].name,
              found ? found : "none");
        CHECK(strcmp(err.text, rows[i].error) == 0, "%s", err.text);
    }
    struct error err = {0};
    CHECK(!workload_find(&arena, "x", &(struct workload_places){.search = none}, &err) &&
              strcmp(err.text, "workload 'x': no such folder, name or alias; looked in: no search path") == 0, "%s", err.text);
    err = (struct error){0};
    CHECK(!load(&arena, "nowhere", &err) && strcmp(err.text, "nowhere: No such file or directory") == 0, "%s", err.text);
    arena_close(&arena);
}

int main(void)
{
    struct scratch scratch;
    scratch_open(&scratch);
    test_shipped();
    if (chdir(scratch.folder) != 0)
        return 1;
    test_bad(&scratch);
    test_merging(&scratch);
    test_faulty(&scratch);
    test_judging(&scratch);
    test_bombs(&scratch);
    test_find(&scratch);
    scratch_close(&scratch);
    return check_end();
}
