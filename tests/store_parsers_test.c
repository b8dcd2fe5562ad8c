/* The parsers and the helpers of store/ on small artifacts: values, findings, what is broken, where values came from. */
#include <stdlib.h>

#include "tests/store_bench.h"

static const char functions[] =
    "function of_test(test) return {test.dir, test.path ~= nil, test.dirs.RUN} end\n"
    "function fails() error('said so') end\n"
    "function gives_nil() return nil end\n"
    "function gives_nan() return {0/0} end\n"
    "function no_value() return tostring end\n";

static const char directories[] = "artifact_dirs:\n"
                                  "  RUN: '*__run'\n  MANY: '*__many'\n  NONE: '*__none'\n  LIT: 'b[x]'\n  ALL: {glob: '*__many', all: true}\n"
                                  "  FILE: '*.txt'\n  DEEP: 'deep/*/x*'\n";

static void make_tree(struct scratch *scratch)
{
    put(scratch, "w/f.lua", functions);
    put(scratch, "results/t/settings.yaml", "model: m\ncount: 3\n");
    put(scratch, "results/t/exit_code", "7\n");
    put(scratch, "results/other/secret.txt", "of another test");
    put(scratch, "results/t/a.json", "{\"x\": [1, {\"y\": \"z\"}, null], \"n\": 2.5, \"m\": {\"y\": 5}}");
    put(scratch, "results/t/odd.json", "{\"a\": NaN, \"b\": \"\\u0000\", \"c\": 18446744073709551615, \"a\": 1}");
    put(scratch, "results/t/bad.json", "{\"a\": [1,]}");
    put(scratch, "results/t/empty", "");
    put(scratch, "results/t/a.yaml", "k: [1, 2]\nwhen: 2025-01-06\ninf: .inf\nyes: no\n");
    put(scratch, "results/t/twice.yaml", "k: 1\nk: 2\n");
    put(scratch, "results/t/bad.yaml", "k: [1\n");
    put(scratch, "results/t/dump.yaml", "b:   {c: 'x'}\na: 1.50\n");
    put(scratch, "results/t/a.txt", "  text with blanks\n\n");
    put_bytes(scratch, "results/t/latin.txt", "caf\xE9 \xFF", 6);
    put(scratch, "results/t/literal.txt", "{'a': (1, None), \"b\": True}");
    put(scratch, "results/t/nan.txt", "[nan, 1.0]");
    put(scratch, "results/t/bad_literal.txt", "{'a': __import__('os')}");
    put(scratch, "results/t/log", "start\nloss: 0.5\r\nloss: 0.25\nloss: nan\nother\nloss: 1e3\n");
    put(scratch, "results/t/json.log", "x {\"a\": 1}\nx {\"a\": NaN}\ny\nx {\"a\": 3}");
    put(scratch, "results/t/broken.log", "x {\"a\": \nx {\"a\": 2}\n");
    put(scratch, "results/t/python.log", "{'loss': 1.5, 'epoch': 1}\n{'loss': nan}\n{'loss': 0.5}\n");
    put(scratch, "results/t/progress.log", "10%\r20%\r{'loss': 2}\r30%\n{'loss': 3}\n");
    put_bytes(scratch, "results/t/latin.log", "v: a\xE9\nv: \xE9\xE9\nv: b\n", 17);
    put(scratch, "results/t/green.log", "x \033[92m{\"a\": 1}\033[0m y\nz [92m{\n \"a\":\n 2}\n[0m\r\n[92m{\"a\":3}[0m[92m{\"a\":NaN}[0m");
    put(scratch, "results/t/cut.log", "[92m{\"a\": 1}[0m\n[92m{\"a\":\nkilled\n[92m{\"a\": 3}[0m [0m\n[92m{\"a\"");
    put(scratch, "results/t/quoted.log", "\"a\" \"\"\n\"b c\"\n\"");
    put(scratch, "results/t/metrics/a.json",
        "[{\"metric\": {\"mode\": \"idle\"}, \"values\": [[1736150400, \"0.5\"], [1736150430.9, 2]]}]");
    put(scratch, "results/t/metrics/empty.json", "[]");
    put(scratch, "results/t/metrics/a b.json", "[]");
    put(scratch, "results/t/metrics/p=[!x, y].json", "[]");
    put(scratch, "results/t/metrics/nan.json",
        "[{\"metric\": {}, \"values\": [[1, \"NaN\"], [2, \"1\"], [3, \"+Inf\"], [4, \"-Inf\"], [-3.5, \"4e0\"]]}]");
    put(scratch, "results/t/metrics/twice.json", "[{\"metric\": {}, \"values\": [[1, \"2\"], [1.5, \"3\"]]}]");
    put(scratch, "results/t/metrics/void.json", "");
    put(scratch, "results/t/metrics/object.json", "{\"status\": \"success\"}");
    put(scratch, "results/t/metrics/more.json", "[{\"metric\": {}, \"values\": [], \"more\": 1}]");
    put(scratch, "results/t/metrics/number.json", "[{\"metric\": {}, \"values\": []}, {\"metric\": {\"a\": 1}, \"values\": []}]");
    put(scratch, "results/t/metrics/text.json", "[{\"metric\": {}, \"values\": \"x\"}]");
    put(scratch, "results/t/metrics/value.json", "[{\"metric\": {}, \"values\": [[1, \"1\"], [2, \"0x1p3\"]]}]");
    put(scratch, "results/t/metrics/time.json", "[{\"metric\": {}, \"values\": [[\"now\", \"1\"]]}]");
    put(scratch, "results/t/ansible.log",
        "2025-01-06 08:00:00,595 p=1 u=x n=ansible | PLAY\n  more\n2025-01-06 08:10:00,001 p=1 u=x n=ansible | end\n");
    put(scratch, "results/t/one.log", "2025-01-06 08:00:00,595 p=1");
    put(scratch, "results/t/late.log", "2025-01-06 08:00:00,595 p=1\nmore\nend\n\n");
    put(scratch, "results/t/not_ansible.log", "hello\n");
    put(scratch, "results/t/blank.log", "\n \n");
    put(scratch, "results/t/play.yaml", "- name: p\n  vars: {run_a: 1, run_b: [x], other: 2, run_: 3}\n- vars: {run_c: 4}\n");
    put(scratch, "results/t/no_play.yaml", "name: p\n");
    put(scratch, "results/t/steps.log",
        "step=1 loss=0.5 at=2025-01-06T08:00:00Z size=1Ki took=1.5s\nstep=2 loss=nan at=2025-01-06T08:00:01Z size=2Ki took=2m\n"
        "no\nstep=x loss=1 at=soon size=1Zi took=later\n");
    put(scratch, "results/t/a.csv", "id,name,score,when\n1,\"a \"\"b\"\"\",0.5,2025-01-06\n2,,1e3,\n007,\"x\ny\",nan,z,\n\n");
    put(scratch, "results/t/rank.csv", "0,client(),0.5\n0,put_tensor, 1.5E-01\n0,put_tensor,.25\n");
    put(scratch, "results/t/tabs.tsv", "\xEF\xBB\xBF" "a\tb\n1\t\"x\ty\"\n");
    put(scratch, "results/t/odd.csv", "# made by x\n# and y\na, b ;c\n1;2\n");
    put(scratch, "results/t/twice.csv", "a,b,a\n1,2,3\n");
    put(scratch, "results/t/ragged.csv", "a,b\n1,2\n3\n4,5,6\n");
    put(scratch, "results/t/quote.csv", "a,b\n1,\"2\n3,4\n");
    put(scratch, "results/t/short.csv", "a,b\n1,2\n3,\n\n");
    put_bytes(scratch, "results/t/latin.csv", "n\xE9,b\n\xE9,1\n", 9);
    put(scratch, "results/t/run.cfg",
        "[DEFAULT]\nbase = /tmp\n[run]\nName = first\npath: %(base)s/out\nlanguage = ['cpp', 'fortran']\n[attributes]\ncolocated = 0\n"
        "iterations=100\nwall_time = 15:00:00\nnote = a\n   b\n");
    put(scratch, "results/t/percent.cfg", "[a]\nx = 50%\n");
    put(scratch, "results/t/again.cfg", "[a]\nx = 1\n[a]\nx = 2\n");
    put(scratch, "results/t/head.cfg", "x = 1\n");
    put(scratch, "results/t/many.yaml", "a: &x 1\n---\na: &x 2\nb: *x\n---\n- 3\n");
    put(scratch, "results/t/bad_many.yaml", "a: &x 1\n---\nb: *x\n");
    put(scratch, "results/t/a.jsonl", "{\"a\": 1, \"b\": {\"c\": 2}}\n\n {\"a\": NaN}\r\n{\"a\": 3}");
    put(scratch, "results/t/bad.jsonl", "{\"a\": 1}\n{\"a\": }\n");
    put(scratch, "results/t/logs/b.log", "x\nERROR 1\nERROR 2\n");
    put(scratch, "results/t/logs/a.log", "ERROR 3\n");
    put(scratch, "results/t/logs/c.txt", "no log\n");
    put(scratch, "results/t/logs/.hidden.log", "hidden\n");
    mkdir(scratch_path(scratch, "results/t/logs/d.log"), 0755);
    put(scratch, "results/t/s1/rank.csv", "r,s\n1,0.5\n");
    put(scratch, "results/t/s2/rank.csv", "r,s\n2,1.5\n3,2.5\n");
    put(scratch, "results/t/001__run/pod.log", "pod");
    put(scratch, "results/t/001__many/v", "1");
    put(scratch, "results/t/010__many/v", "10");
    put(scratch, "results/t/002__many/v", "2");
    put(scratch, "results/t/b[x]/v", "literal");
    put(scratch, "results/t/bx/v", "glob");
    put(scratch, "results/t/zzz__run", "a file, no directory");
    put(scratch, "results/t/deep/one/x1/v", "x1");
    put(scratch, "results/t/deep/two/x2/v", "x2");
    CHECK(symlink("../other", scratch_path(scratch, "results/t/link")) == 0, "link");
    CHECK(symlink("/etc", scratch_path(scratch, "results/t/etc")) == 0, "link");
    CHECK(mkfifo(scratch_path(scratch, "results/t/fifo"), 0644) == 0, "fifo");
    mkdir(scratch_path(scratch, "results/t/directory"), 0755);
}

struct row {
    const char *parser, *value;
    const char *findings; /* from WARNING on; "" for none */
};

static const struct row rows[] = {
    /* json */
    {"json: a.json", "{\"x\":[1,{\"y\":\"z\"},null],\"n\":2.5,\"m\":{\"y\":5}}", ""},
    {"json: a.json, select: $.n", "2.5", ""},
    {"json: a.json, select: $.none", "null", ""},
    {"json: a.json, select: $..y", "[\"z\",5]", ""},
    {"json: a.json, select: $..y, first: true", "\"z\"", ""},
    {"json: a.json, select: $..none, first: true", "null", ""},
    {"json: a.json, select: $..none", "[]", ""},
    {"json: a.json, select: '$.x[-1]'", "null", ""},
    {"json: a.json, keep: ['$.x[1].y', $.n]", "{\"x\":[null,{\"y\":\"z\"},null],\"n\":2.5}", ""},
    {"json: odd.json", "{\"a\":1,\"b\":\"\xEF\xBF\xBD\",\"c\":1.8446744073709552e+19}",
     "WARNING odd.json: 1 numbers are NaN or infinite (read as null), first at byte 6\n"
     "WARNING odd.json: 1 \\u0000 escapes (read as U+FFFD), first at byte 6\n"
     "WARNING odd.json: 1 integers are beyond 64 bits (read as doubles), first at byte 6\n"
     "WARNING odd.json: 1 members are given twice (the last counts), first at byte 6"},
    {"json: bad.json", "null", "BROKEN 'v': bad.json:1:10: *"},
    {"json: empty", "null", "BROKEN 'v': empty:1:1: *"},
    {"json: none.json", "null", "LACK none.json: not found"},
    {"json: none/none.json", "null", "LACK none/none.json: not found"},
    {"json: a.txt/none", "null", "LACK a.txt/none: not found"},
    {"json: directory", "null", "BROKEN 'v': t/directory: expected a regular file"},
    {"json: fifo", "null", "BROKEN 'v': t/fifo: expected a regular file"},
    {"json: etc/passwd", "null", "BROKEN 'v': t/etc/passwd: leads out of the results directory*"},
    {"json: ../other/secret.txt", "null", "BROKEN 'v': ../other/secret.txt: leads out of the test's directory"},
    {"json: deep/../../other/secret.txt", "null", "BROKEN 'v': deep/../../other/secret.txt: leads out of the test's directory"},
    {"json: /etc/passwd", "null", "BROKEN 'v': /etc/passwd: leads out of the test's directory"},
    {"text: deep/../a.txt", "\"text with blanks\"", ""},
    {"text: link/secret.txt", "\"of another test\"", ""}, /* a link inside the results may lead anywhere there */
    /* yaml */
    {"yaml: a.yaml", "{\"k\":[1,2],\"when\":\"2025-01-06\",\"inf\":null,\"true\":false}", "WARNING a.yaml: 1 numbers are not finite (read as null)"},
    {"yaml: a.yaml, select: '$.k[*]'", "[1,2]", "WARNING*"},
    {"yaml: a.yaml, select: '$.k[*]', first: true", "1", "WARNING*"},
    {"yaml: a.yaml, select: '$.k[1]'", "2", "WARNING*"},
    {"yaml: a.json, select: $.n", "2.5", ""},
    {"yaml: dump.yaml, as: text", "\"b:\\n    c: x\\na: 1.5\\n\"", ""},
    {"yaml: twice.yaml", "{\"k\":2}", "WARNING twice.yaml: 1 keys are given twice (the last counts), first at 2:1"},
    {"yaml: bad.yaml", "null", "BROKEN 'v': bad.yaml:*"},
    {"yaml: none.yaml", "null", "LACK none.yaml: not found"},
    {"yaml: empty", "null", ""},
    /* text, python, exists */
    {"text: a.txt", "\"text with blanks\"", ""},
    {"text: empty", "\"\"", ""},
    {"text: latin.txt", "\"caf\xEF\xBF\xBD \xEF\xBF\xBD\"", "WARNING latin.txt: 2 bytes are not UTF-8 (read as U+FFFD)"},
    {"text: none", "null", "LACK none: not found"},
    {"python: literal.txt", "{\"a\":[1,null],\"b\":true}", ""},
    {"python: nan.txt", "[null,1.0]", "WARNING nan.txt: 1 numbers are NaN or infinite (read as null)"},
    {"python: bad_literal.txt", "null", "BROKEN 'v': bad_literal.txt:1:*"},
    {"python: empty", "null", "BROKEN 'v': empty:1:*"},
    {"exists: a.txt", "true", ""},
    {"exists: none", "false", ""},
    {"exists: directory", "true", ""},
    {"exists: '${RUN}/pod.log'", "true", ""},
    {"exists: '${NONE}/pod.log'", "false", ""},
    {"exists: etc/passwd", "false", ""},
    /* lines */
    {"lines: log, match: 'loss: (.*)'", "[\"0.5\",\"0.25\",\"nan\",\"1e3\"]", ""},
    {"lines: log, match: 'loss: (.*)', as: number", "[0.5,0.25,null,1000.0]", "WARNING log: 1 numbers are NaN or infinite (read as null)"},
    {"lines: log, match: 'loss: (.*)', as: number, keep: first", "0.5", ""},
    {"lines: log, match: 'loss: (.*)', as: number, keep: last", "1000.0", ""},
    {"lines: log, match: 'loss: (.*)', keep: count", "4", ""},
    {"lines: log, match: '^loss.*5$'", "[\"loss: 0.5\",\"loss: 0.25\"]", ""},
    {"lines: log, match: none", "[]", ""},
    {"lines: log, match: none, keep: first", "null", ""},
    {"lines: log, match: none, keep: last", "null", ""},
    {"lines: log, match: none, keep: count", "0", ""},
    {"lines: log, match: 'oth(x)?er'", "[\"other\"]", ""},
    {"lines: log, match: '(o)(t)'", "[\"o\"]", ""},
    {"lines: log, match: '(.*)', as: number, keep: first", "null", "BROKEN 'v': log:1:1: 'start': expected a number"},
    {"lines: log, match: '(loss: 0.2.*)', as: number", "null", "BROKEN 'v': log:3:1: 'loss: 0.25': expected a number"},
    {"lines: json.log, match: 'x (.*)', as: json", "[{\"a\":1},{\"a\":null},{\"a\":3}]", "WARNING json.log: 1 numbers*"},
    {"lines: json.log, match: 'x (.*)', as: json, keep: last", "{\"a\":3}", ""},
    {"lines: broken.log, match: 'x (.*)', as: json", "null", "BROKEN 'v': broken.log:1:9: expected a value *"},
    {"lines: broken.log, match: 'x (.*)', as: json, keep: last", "{\"a\":2}", ""}, /* only the last one is read */
    {"lines: broken.log, match: 'x (.*)', as: json, keep: first", "null", "BROKEN*"},
    {"lines: broken.log, match: 'x (.*)', as: json, keep: count", "2", ""},
    {"lines: python.log, match: '(\\{.*)', as: python", "[{\"loss\":1.5,\"epoch\":1},{\"loss\":null},{\"loss\":0.5}]", "WARNING python.log: 1*"},
    {"lines: progress.log, match: '(\\{.*)', as: python", "[{\"loss\":2},{\"loss\":3}]", ""},
    {"lines: progress.log, match: '%$', keep: count", "3", ""},
    {"lines: latin.log, match: 'v: (.*)'", "[\"a\xEF\xBF\xBD\",\"\xEF\xBF\xBD\xEF\xBF\xBD\",\"b\"]", "WARNING latin.log: 3 bytes*"},
    {"lines: latin.log, match: 'v: (.*)', keep: first", "\"a\xEF\xBF\xBD\"", "WARNING latin.log: 1 bytes*"},
    {"lines: latin.log, match: 'v: (..)$', keep: last", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"", "WARNING latin.log: 3 bytes*"},
    {"lines: empty, match: x", "[]", ""},
    {"lines: none, match: x", "null", "LACK none: not found"},
    {"lines: none, match: x, keep: count", "null", "LACK none: not found"},
    /* between two marks */
#define GREEN "between: green.log, start: '[92m', end: '[0m'"
    {GREEN ", as: json", "[{\"a\":1},{\"a\":2},{\"a\":3},{\"a\":null}]", "WARNING green.log: 1 numbers*"},
    {GREEN, "[\"{\\\"a\\\": 1}\",\"{\\n \\\"a\\\":\\n 2}\",\"{\\\"a\\\":3}\",\"{\\\"a\\\":NaN}\"]", ""},
    {GREEN ", as: json, keep: first", "{\"a\":1}", ""},
    {GREEN ", as: json, keep: last", "{\"a\":null}", "WARNING green.log: 1 numbers*"},
    {GREEN ", keep: count", "4", ""},
    {"between: cut.log, start: '[92m', end: '[0m', as: json", "[{\"a\":1},{\"a\":3}]",
     "WARNING cut.log: 2 pieces that begin with '[92m' do not end (left out), the first at line 2"},
    {"between: green.log, start: none, end: '[0m'", "[]", ""},
    {"between: green.log, start: none, end: '[0m', keep: last", "null", ""},
    {"between: green.log, start: '[92m', end: none, keep: count", "0", "WARNING green.log: 4 pieces*"},
    {"between: quoted.log, start: '\"', end: '\"'", "[\"a\",\"\",\"b c\"]", "WARNING quoted.log: 1 pieces*line 3"},
    {"between: quoted.log, start: '\"', end: '\"', as: number", "null", "BROKEN 'v': quoted.log:1:2: 'a': expected a number"},
    {"between: log, start: loss, end: '5', as: json", "null", "BROKEN 'v': log:2:5: expected a value, found ':'"},
    {"between: latin.log, start: ' a', end: ' b'", "[\"\xEF\xBF\xBD\\nv: \xEF\xBF\xBD\xEF\xBF\xBD\\nv:\"]", "WARNING latin.log: 3 bytes*"},
    {"between: empty, start: a, end: b", "[]", ""},
    {"between: none, start: a, end: b", "null", "LACK none: not found"},
    /* answers of Prometheus */
    {"prometheus: metrics, metrics: a", "{\"a\":[{\"metric\":{\"mode\":\"idle\"},\"values\":{\"1736150400\":0.5,\"1736150430\":2.0}}]}", ""},
    {"prometheus: metrics, metrics: [empty, a b, 'none']", "{\"empty\":[],\"a b\":[],\"none\":null}", "LACK metrics/none.json: not found"},
    {"prometheus: metrics, metrics: \"p=['!~x.*', 'y.*']\"", "{\"p=['!~x.*', 'y.*']\":[]}", ""},
    {"prometheus: metrics, metrics: nan", "{\"nan\":[{\"metric\":{},\"values\":{\"2\":1.0,\"-3\":4.0}}]}",
     "WARNING metrics/nan.json: 3 samples are NaN or infinite (left out)"},
    {"prometheus: metrics, metrics: twice", "{\"twice\":[{\"metric\":{},\"values\":{\"1\":3.0}}]}", ""},
    {"prometheus: metrics, metrics: [a, void]", "null", "BROKEN 'v': metrics/void.json:*"},
    {"prometheus: metrics, metrics: object", "null", "BROKEN 'v': metrics/object.json: expected a list of series, as Prometheus answers"},
    {"prometheus: metrics, metrics: more", "null", "BROKEN 'v': metrics/more.json: /0: expected a series with metric and values"},
    {"prometheus: metrics, metrics: number", "null", "BROKEN 'v': metrics/number.json: /1/metric: expected labels, each a text"},
    {"prometheus: metrics, metrics: text", "null", "BROKEN 'v': metrics/text.json: /0/values: expected a list of samples"},
    {"prometheus: metrics, metrics: value", "null", "BROKEN 'v': metrics/value.json: /0/values/1: expected a time in seconds and a value*"},
    {"prometheus: metrics, metrics: time", "null", "BROKEN 'v': metrics/time.json: /0/values/0: expected a time in seconds and a value*"},
    {"prometheus: metrics, metrics: ../../other/secret", "null", "BROKEN 'v': *leads out of the test's directory"},
    {"prometheus: nowhere, metrics: [a, b]", "null", "LACK nowhere: not found"},
    {"prometheus: '${NONE}/metrics', metrics: [a, b]", "null", "LACK ${NONE}/metrics: not found: its directory is not there"},
    {"prometheus: a.txt, metrics: [a]", "{\"a\":null}", "*"},
    /* ansible */
    {"ansible_log: ansible.log", "{\"start\":\"2025-01-06T08:00:00\",\"end\":\"2025-01-06T08:10:00\"}", ""},
    {"ansible_log: one.log", "{\"start\":\"2025-01-06T08:00:00\",\"end\":\"2025-01-06T08:00:00\"}", ""},
    {"ansible_log: not_ansible.log", "null", "BROKEN 'v': not_ansible.log:1:1: *"},
    {"ansible_log: late.log", "null", "BROKEN 'v': late.log:3:1: 'end': *"},
    {"ansible_log: empty", "null", "BROKEN 'v': empty: empty, expected an Ansible log"},
    {"ansible_log: blank.log", "null", "BROKEN 'v': blank.log: empty, expected an Ansible log"},
    {"ansible_log: none", "null", "LACK none: not found"},
    {"ansible_play: play.yaml", "{\"run_a\":1,\"run_b\":[\"x\"],\"other\":2,\"run_\":3}", ""},
    {"ansible_play: play.yaml, prefix: run_", "{\"a\":1,\"b\":[\"x\"],\"\":3}", ""},
    {"ansible_play: play.yaml, prefix: none_", "{}", ""},
    {"ansible_play: no_play.yaml", "null", "BROKEN 'v': no_play.yaml:1:1: expected a list of plays, the first with vars"},
    {"ansible_play: empty", "null", "BROKEN 'v': empty:1:1: expected a list of plays, the first with vars"},
    {"ansible_play: none", "null", "LACK none: not found"},
    /* directories */
    {"text: '${RUN}/pod.log'", "\"pod\"", ""},
    {"text: '${MANY}/v'", "\"10\"", ""}, /* the last in sorted order */
    {"text: '${LIT}/v'", "\"literal\"", ""},
    {"text: '${NONE}/v'", "null", "LACK ${NONE}/v: not found: its directory is not there"},
    {"text: '${DEEP}/v'", "\"x2\"", ""},
    {"text: '${ALL}/v'", "\"10\"", ""},
    {"text: '${FILE}/v'", "null", "LACK ${FILE}/v: not found: its directory is not there"},
    {"value: dirs", "{\"RUN\":\"001__run\",\"MANY\":\"010__many\",\"NONE\":null,\"LIT\":\"b[x]\",\"ALL\":[\"001__many\",\"002__many\",\"010__many\"],"
                    "\"FILE\":null,\"DEEP\":\"deep/two/x2\"}", ""},
    /* expressions and functions */
    {"value: exit_code + settings.count", "10", ""},
    {"value: import_settings.model", "\"m\"", ""},
    {"value: settings.none", "null", ""},
    {"value: none", "null", "BROKEN 'v': *:*: unknown name 'none'"},
    {"value: 0/0", "null", "WARNING v: a number is NaN or infinite (read as null)"},
    {"lua: of_test", "[\"t\",true,\"001__run\"]", ""},
    {"lua: gives_nil", "null", ""},
    {"lua: gives_nan", "[null]", "WARNING v: a number is NaN or infinite (read as null)"},
    {"lua: fails", "null", "BROKEN 'v': f.lua:2: said so"},
    {"lua: no_value", "null", "BROKEN 'v': *: a function is no value"},
    /* the environment */
    {"env: [JOB_NAME, BUILD_ID]", "{\"JOB_NAME\":\"nightly=1\",\"BUILD_ID\":null}", ""},
    {"env: JOB_SPEC", "{\"JOB_SPEC\":\"\"}", ""},
    {"env: [MINE]", "{\"MINE\":\"yes\"}", ""},
    {"env: [HOME]", "null", "BROKEN 'v': *: env: HOME may not be read; --allow_env=HOME permits it"},
    {"env: [MATBENCH_X]", "null", "BROKEN*"},
    {"env: [my_token]", "null", "BROKEN*"},
    {"env: [SSH_KEY_FILE]", "null", "BROKEN*"},
    {"env: [DB_PASSWORD]", "null", "BROKEN*"},
    /* helpers: files */
    {"value: json('a.json').m.y", "5", ""},
    {"value: \"json('a.json', {'$.n'})\"", "{\"n\":2.5}", ""},
    {"value: \"json('none.json')\"", "null", "LACK none.json: not found"},
    {"value: \"json('bad.json')\"", "null", "BROKEN 'v': *: json: bad.json:1:10: *"},
    {"value: \"json('a.json', {'$.n['})\"", "null", "BROKEN 'v': *json: JSONPath*"},
    {"value: \"json('a.json', 'x')\"", "null", "BROKEN 'v': *json: argument 2 must be a list of at most 32 paths"},
    {"value: json(1)", "null", "BROKEN 'v': *json: argument 1 must be text"},
    {"value: json()", "null", "BROKEN 'v': *json: argument 1 must be text"},
    {"value: \"json('../other/secret.txt')\"", "null", "BROKEN 'v': *json: ../other/secret.txt: leads out of the test's directory"},
    {"value: \"text('${NOPE}/x')\"", "null", "BROKEN 'v': *text: '${NOPE}/x': ${…} names no artifact dir of the workload"},
    {"value: \"yaml('a.yaml').k\"", "[1,2]", "WARNING a.yaml: 1 numbers are not finite (read as null)"},
    {"value: \"yaml('none.yaml')\"", "null", "LACK none.yaml: not found"},
    {"value: \"text('${RUN}/pod.log') .. text('${MANY}/v')\"", "\"pod10\"", ""},
    {"value: \"text('latin.txt')\"", "\"caf\xEF\xBF\xBD \xEF\xBF\xBD\"", "WARNING latin.txt: 2 bytes*"},
    {"value: \"text('none')\"", "null", "LACK none: not found"},
    {"value: \"exists('a.txt') and not exists('none')\"", "true", ""},
    {"value: \"lines('log', 'loss: (.*)', 'number', 'last')\"", "1000.0", ""},
    {"value: \"lines('log', 'loss: (.*)')[2]\"", "\"0.25\"", ""},
    {"value: \"lines('log', 'x', null, 'count')\"", "0", ""},
    {"value: \"lines('log', 'x', 'texts')\"", "null", "BROKEN 'v': *lines: argument 3 must be one of text, json, python, number, int, *"},
    {"value: \"lines('log', '(')\"", "null", "BROKEN 'v': *lines: pattern '(', byte 1: *"},
    {"value: \"lines('log', '(start)', 'number', 'all')\"", "null", "BROKEN 'v': *lines: log:1:1: 'start': expected a number"},
    {"value: \"lines('none', 'x')\"", "null", "LACK none: not found"},
    /* named groups */
#define STEPS "lines: steps.log, match: 'step=(?<step>\\S+) loss=(?<loss>\\S+) at=(?<at>\\S+) size=(?<size>\\S+) took=(?<took>\\S+)'"
    {STEPS ", types: {step: int, loss: float, at: moment, size: quantity, took: duration}, keep: first",
     "{\"step\":1,\"loss\":0.5,\"at\":{\"iso\":\"2025-01-06T08:00:00+00:00\",\"date\":\"2025-01-06\",\"epoch\":1736150400.0,\"us\":1736150400000000},"
     "\"size\":1024.0,\"took\":1.5}", ""},
    {STEPS ", types: {loss: float}, keep: last", "{\"step\":\"x\",\"loss\":1.0,\"at\":\"soon\",\"size\":\"1Zi\",\"took\":\"later\"}", ""},
    {STEPS ", keep: count", "3", ""},
    {STEPS ", types: {step: int}", "null", "BROKEN 'v': steps.log:4:6: group 'step': 'x': expected a whole number within 64 bits"},
    {STEPS ", types: {at: moment}, keep: last", "null", "BROKEN 'v': steps.log:4:18: group 'at': 'soon': expected a time, *"},
    {STEPS ", types: {size: quantity}, keep: last", "null", "BROKEN 'v': steps.log:4:28: group 'size': '1Zi': unknown suffix 'Zi'*"},
    {STEPS ", types: {took: duration}, keep: last", "null", "BROKEN 'v': steps.log:4:37: group 'took': 'later': expected a duration*"},
    {"lines: steps.log, match: '^(?<no>no)$|loss=(?<loss>[0-9.]+) '", "[{\"no\":null,\"loss\":\"0.5\"},{\"no\":\"no\",\"loss\":null},{\"no\":null,\"loss\":\"1\"}]", ""},
    {"lines: steps.log, match: '(?<a>st)(e)p=(?<b>.)', types: auto, keep: first", "{\"a\":\"st\",\"b\":1}", ""},
    {"lines: steps.log, match: 'took=(.*)s$', as: duration", "null", "BROKEN 'v': steps.log:1:55: '1.5': expected a duration*"},
    {"lines: steps.log, match: 'took=(.*)', as: duration, keep: first", "1.5", ""},
    {"lines: steps.log, match: 'size=(\\S*)', as: quantity, keep: first", "1024.0", ""},
    {"lines: steps.log, match: 'step=(\\S*)', as: int, keep: first", "1", ""},
    {"lines: steps.log, match: 'step=(\\S*)', as: auto", "[1,2,\"x\"]", ""},
    /* csv */
    {"csv: a.csv", "[{\"id\":1,\"name\":\"a \\\"b\\\"\",\"score\":0.5,\"when\":\"2025-01-06\"},{\"id\":2,\"name\":null,\"score\":1000.0,\"when\":null},"
                   "{\"id\":\"007\",\"name\":\"x\\ny\",\"score\":null,\"when\":\"z\"}]", "WARNING a.csv: 1 numbers are NaN or infinite (read as null)"},
    {"csv: a.csv, columns: [name, id], types: {id: int, name: text}", "[{\"id\":1,\"name\":\"a \\\"b\\\"\"},{\"id\":2,\"name\":\"\"},{\"id\":7,\"name\":\"x\\ny\"}]", ""},
    {"csv: a.csv, columns: [id], types: text", "[{\"id\":\"1\"},{\"id\":\"2\"},{\"id\":\"007\"}]", ""},
    {"csv: a.csv, columns: [id, score], as: columns", "{\"id\":[1,2,\"007\"],\"score\":[0.5,1000.0,null]}", "WARNING*"},
    {"csv: a.csv, columns: [id], keep: first", "{\"id\":1}", ""},
    {"csv: a.csv, columns: [id], keep: last", "{\"id\":\"007\"}", ""},
    {"csv: a.csv, keep: count", "3", ""},
    {"csv: a.csv, types: {when: moment}", "null", "BROKEN 'v': a.csv:2:17: column 'when': '2025-01-06': expected a time*"},
    {"csv: a.csv, columns: [score], types: {score: int}", "null", "BROKEN 'v': a.csv:2:13: column 'score': '0.5': expected a whole number within 64 bits"},
    {"csv: a.csv, columns: [id, nme]", "null", "BROKEN 'v': a.csv:1: columns: there is no column 'nme'; there are: id, name, score, when"},
    {"csv: a.csv, types: {nme: text}", "null", "BROKEN 'v': a.csv:1: types: there is no column 'nme'; *"},
    {"csv: rank.csv, header: [rank, function, seconds]",
     "[{\"rank\":0,\"function\":\"client()\",\"seconds\":0.5},{\"rank\":0,\"function\":\"put_tensor\",\"seconds\":0.15},"
     "{\"rank\":0,\"function\":\"put_tensor\",\"seconds\":0.25}]", ""},
    {"csv: rank.csv, header: false, keep: first", "[0,\"client()\",0.5]", ""},
    {"csv: rank.csv, header: [a, b]", "null", "BROKEN 'v': rank.csv:1:1: found 3 fields, expected 2 as header: names columns*"},
    {"csv: rank.csv, header: [rank, function, seconds], columns: [seconds], as: columns", "{\"seconds\":[0.5,0.15,0.25]}", ""},
    {"tsv: tabs.tsv", "[{\"a\":1,\"b\":\"x\\ty\"}]", ""},
    {"csv: odd.csv, delimiter: ';', comment: '#', trim: true", "[{\"a, b\":1,\"c\":2}]", ""},
    {"csv: odd.csv, delimiter: ';', skip: 2", "[{\"a, b \":1,\"c\":2}]", ""},
    {"csv: odd.csv, delimiter: ';', skip: 9", "null", "BROKEN 'v': odd.csv: empty, expected a first row with the names of the columns"},
    {"csv: twice.csv", "null", "BROKEN 'v': twice.csv:1:5: the name 'a' is given to two columns"},
    {"csv: twice.csv, header: false", "[[\"a\",\"b\",\"a\"],[1,2,3]]", ""},
    {"csv: ragged.csv", "null", "BROKEN 'v': ragged.csv:3:1: found 1 field, expected 2 as in the header*"},
    {"csv: ragged.csv, ragged: true", "[{\"a\":1,\"b\":2},{\"a\":3,\"b\":null},{\"a\":4,\"b\":5}]",
     "WARNING ragged.csv: 1 rows have more fields than there are columns (left out), the first at line 4"},
    {"csv: ragged.csv, ragged: true, header: false", "[[\"a\",\"b\"],[1,2],[3],[4,5,6]]", ""},
    {"csv: ragged.csv, header: false", "null", "BROKEN 'v': ragged.csv:3:1: found 1 field, expected 2 as in the first row*"},
    {"csv: quote.csv", "null", "BROKEN 'v': quote.csv:2:3: the quote that begins here does not end"},
    {"csv: short.csv", "[{\"a\":1,\"b\":2},{\"a\":3,\"b\":null}]", ""},
    {"csv: latin.csv", "[{\"n\xEF\xBF\xBD\":\"\xEF\xBF\xBD\",\"b\":1}]", "WARNING latin.csv: 2 bytes are not UTF-8 (read as U+FFFD)"},
    {"csv: empty", "null", "BROKEN 'v': empty: empty, expected a first row*"},
    {"csv: empty, header: [a]", "[]", ""},
    {"csv: empty, header: [a], as: columns", "{\"a\":[]}", ""},
    {"csv: empty, header: false", "[]", ""},
    {"csv: none.csv", "null", "LACK none.csv: not found"},
    /* ini */
    {"ini: run.cfg", "{\"run\":{\"name\":\"first\",\"path\":\"/tmp/out\",\"language\":\"['cpp', 'fortran']\",\"base\":\"/tmp\"},"
                     "\"attributes\":{\"colocated\":\"0\",\"iterations\":\"100\",\"wall_time\":\"15:00:00\",\"note\":\"a\\nb\",\"base\":\"/tmp\"}}", ""},
    {"ini: run.cfg, types: {language: python, iterations: int, wall_time: duration, colocated: bool}, select: '$..[\"language\", \"iterations\", \"wall_time\", \"colocated\"]'",
     "[[\"cpp\",\"fortran\"],100,54000.0,false]", ""},
    {"ini: run.cfg, select: $.run.path", "\"/tmp/out\"", ""},
    {"ini: run.cfg, select: $.run.path, interpolate: false", "\"%(base)s/out\"", ""},
    {"ini: run.cfg, types: {name: int}", "null", "BROKEN 'v': run.cfg:4:1: option 'name': 'first': expected a whole number*"},
    {"ini: percent.cfg", "null", "BROKEN 'v': percent.cfg:2:1: option 'x': '%': expected %% or %(NAME)s (interpolate: false takes % as it stands)"},
    {"ini: percent.cfg, interpolate: false", "{\"a\":{\"x\":\"50%\"}}", ""},
    {"ini: again.cfg", "null", "BROKEN 'v': again.cfg:3:1: the section [a] is there twice (strict: false takes both)"},
    {"ini: again.cfg, strict: false", "{\"a\":{\"x\":\"2\"}}", ""},
    {"ini: head.cfg", "null", "BROKEN 'v': head.cfg:1:1: 'x = 1': expected a [SECTION] before it"},
    {"ini: empty", "{}", ""},
    {"ini: none", "null", "LACK none: not found"},
    /* yaml of several documents, jsonl */
    {"yaml: many.yaml", "null", "BROKEN 'v': many.yaml:2:1: expected one document, found a second one (documents: all takes them)"},
    {"yaml: many.yaml, documents: all", "[{\"a\":1},{\"a\":2,\"b\":2},[3]]", ""},
    {"yaml: many.yaml, documents: first", "{\"a\":1}", ""},
    {"yaml: many.yaml, documents: last", "[3]", ""},
    {"yaml: many.yaml, documents: all, select: '$[1].b'", "2", ""},
    {"yaml: bad_many.yaml, documents: all", "null", "BROKEN 'v': bad_many.yaml:3:4: alias '*x': there is no such anchor before it"},
    {"yaml: empty, documents: all", "[]", ""},
    {"yaml: empty, documents: last", "null", ""},
    {"jsonl: a.jsonl", "[{\"a\":1,\"b\":{\"c\":2}},{\"a\":null},{\"a\":3}]", "WARNING a.jsonl: mended: 1 numbers*first in line 3"},
    {"jsonl: a.jsonl, select: $.a", "[1,null,3]", "WARNING*"},
    {"jsonl: a.jsonl, select: $..c", "[[2],[],[]]", "WARNING*"},
    {"jsonl: a.jsonl, select: $..c, first: true", "[2,null,null]", "WARNING*"},
    {"jsonl: a.jsonl, keep: last", "{\"a\":3}", "WARNING*"},
    {"jsonl: a.jsonl, keep: first", "{\"a\":1,\"b\":{\"c\":2}}", ""},
    {"jsonl: a.jsonl, keep: count", "3", "WARNING*"},
    {"jsonl: bad.jsonl", "null", "BROKEN 'v': bad.jsonl:2:7: expected a value *"},
    {"jsonl: empty", "[]", ""},
    {"jsonl: empty, keep: last", "null", ""},
    /* files by pattern */
    {"text: {glob: 'logs/*.log'}", "{\"a.log\":\"ERROR 3\",\"b.log\":\"x\\nERROR 1\\nERROR 2\"}", ""},
    {"lines: {glob: 'logs/*.log'}, match: ERROR, keep: count", "{\"a.log\":1,\"b.log\":2}", ""},
    {"lines: {glob: 'logs/*.log', join: true}, match: ERROR, keep: count", "3", ""},
    {"lines: {glob: 'logs/*.log', join: true}, match: 'ERROR (.)'", "[\"3\",\"1\",\"2\"]", ""},
    {"lines: {glob: 'logs/*.log', join: true}, match: x, keep: first", "\"x\"", ""},
    {"text: {glob: 'logs/*.log', join: true}", "null", "BROKEN 'v': join: expected lists, numbers or objects*"},
    {"csv: {glob: 's?/rank.csv'}", "{\"s1/rank.csv\":[{\"r\":1,\"s\":0.5}],\"s2/rank.csv\":[{\"r\":2,\"s\":1.5},{\"r\":3,\"s\":2.5}]}", ""},
    {"csv: {glob: 's?/rank.csv', join: true}, as: columns", "{\"r\":[1,2,3],\"s\":[0.5,1.5,2.5]}", ""},
    {"csv: {glob: 's[2]/*.csv', join: true}, keep: count", "2", ""},
    {"text: {glob: '${LIT}/*'}", "{\"v\":\"literal\"}", ""},
    {"text: {glob: '${MANY}/*'}", "{\"v\":\"10\"}", ""},
    {"text: {glob: '*__many/v'}", "{\"001__many/v\":\"1\",\"002__many/v\":\"2\",\"010__many/v\":\"10\"}", ""},
    {"text: {glob: 'none*'}", "null", "LACK none*: no file matches"},
    {"text: {glob: '${NONE}/*'}", "null", "LACK ${NONE}/*: not found: its directory is not there"},
    {"text: {glob: '../other/*'}", "null", "BROKEN 'v': ../other/*: leads out of the test's directory"},
    {"text: {glob: 'etc/pass*d'}", "null", "LACK etc/pass*: no file matches"},
    {"json: {glob: 'b*d.json'}", "null", "BROKEN 'v': bad.json:1:10: *"},
    {"exists: {glob: 'logs/*.log'}", "true", ""},
    {"exists: {glob: 'logs/*.gz'}", "false", ""},
    {"files: 'logs/*.log'", "[\"logs/a.log\",\"logs/b.log\"]", ""},
    {"files: 'none*'", "[]", ""},
    {"files: '${LIT}/*'", "[\"b[x]/v\"]", ""},
    {"value: \"files('logs/*.log')\"", "[\"logs/a.log\",\"logs/b.log\"]", ""},
    {"value: \"text(files('logs/*.log')[1])\"", "\"ERROR 3\\n\"", ""},
    {"value: \"#csv('a.csv', {columns = {'id'}, types = {id = 'text'}})\"", "3", ""},
    {"value: \"csv('rank.csv', {header = {'a', 'b', 'c'}, as = 'columns', types = 'text'}).c[2]\"", "\" 1.5E-01\"", ""},
    {"value: \"csv('a.csv', {kolumns = {'id'}})\"", "null", "BROKEN 'v': *csv: 'kolumns' is no argument of it, which has: delimiter, header, *"},
    {"value: \"csv('a.csv', {types = {id = 'integer'}})\"", "null", "BROKEN 'v': *csv: types: expected text or json or *"},
    {"value: \"csv('a.csv', {delimiter = 'ab'})\"", "null", "BROKEN 'v': *csv: *delimiter: expected one character*"},
    {"value: \"csv('none.csv')\"", "null", "LACK none.csv: not found"},
    {"value: \"tsv('tabs.tsv')[1].b\"", "\"x\\ty\"", ""},
    {"value: \"ini('run.cfg', {types = {language = 'python'}}).run.language[2]\"", "\"fortran\"", ""},
    {"value: \"jsonl('a.jsonl', {select = '$.a', keep = 'last'})\"", "3", "WARNING*"},
    {"value: \"yaml('many.yaml', {documents = 'all'})[3][1]\"", "3", ""},
    {"value: \"lines('steps.log', 'step=(?<n>[0-9])', {types = {n = 'int'}, keep = 'last'}).n\"", "2", ""},
    {"value: \"between('green.log', '[92m', '[0m', {as = 'json', keep = 'first'}).a\"", "1", ""},
    {"value: \"ansible_log('ansible.log').start\"", "\"2025-01-06T08:00:00\"", ""},
    {"value: \"ansible_play('play.yaml', {prefix = 'run_'}).a\"", "1", ""},
    {"value: \"moment('2025-01-06 08:00:00,595').iso\"", "\"2025-01-06T08:00:00.595000\"", ""},
    /* helpers: texts */
    {"value: \"parse_json('[1, {}]')\"", "[1,{}]", ""},
    {"value: \"parse_json('[')\"", "null", "BROKEN 'v': *parse_json: *"},
    {"value: \"python('(1, None)')\"", "[1,null]", ""},
    {"value: \"python('x()')\"", "null", "BROKEN 'v': *python: *"},
    {"value: 'match(\"a=1\", [[(\\w)=(\\d)]])[2]'", "\"1\"", ""},
    {"value: \"match('a=1', '.=')\"", "[\"a=\"]", ""},
    {"value: \"match('a', '(a)|(b)')\"", "[\"a\",null]", ""},
    {"value: \"match('a', 'b')\"", "null", ""},
    {"value: \"match('a', nil)\"", "null", "BROKEN 'v': *match: argument 2 must be text"},
    {"value: \"replace('a.b.c', '[.]', '-')\"", "\"a-b-c\"", ""},
    {"value: \"replace('abc', 'x*', '-')\"", "\"-a-b-c-\"", ""},
    {"value: \"replace('xab', 'x*', '-')\"", "\"--a-b-\"", ""},
    {"value: \"replace('\xC3\xA9', '', '-')\"", "\"-\xC3\xA9-\"", ""},
    {"value: \"replace('', 'x', '-')\"", "\"\"", ""},
    {"value: \"replace('a', 'a', '$0\\\\\\\\1')\"", "\"$0\\\\1\"", ""},
    {"value: \"replace('aaa', '(?<=a)a', 'b')\"", "\"abb\"", ""},
    {"value: \"split('a,b,,c', ',')\"", "[\"a\",\"b\",\"\",\"c\"]", ""},
    {"value: \"split('', ',')\"", "[\"\"]", ""},
    {"value: \"split('a', '')\"", "null", "BROKEN 'v': *split: argument 2 must not be empty"},
    {"value: \"trim('  a b\\\\n')\"", "\"a b\"", ""},
    {"value: \"quantity('1Ki') + quantity(2)\"", "1026.0", ""},
    {"value: \"quantity('x')\"", "null", "BROKEN 'v': *quantity: 'x': *"},
    {"value: \"moment('2025-05-06T01:02:03Z')\"", "{\"iso\":\"2025-05-06T01:02:03+00:00\",\"date\":\"2025-05-06\",\"epoch\":1746493323.0,\"us\":1746493323000000}", ""},
    {"value: \"moment('Tue May  6 01:02:03 UTC 2025').date\"", "\"2025-05-06\"", ""},
    {"value: \"moment('yesterday')\"", "null", ""},
};

/* `*` in the pattern stands for anything in one line. */
static bool fits(const char *pattern, const char *text)
{
    if (*pattern == '*')
        return fits(pattern + 1, text) || (*text && *text != '\n' && fits(pattern, text + 1));
    return *pattern == *text && (*text == '\0' || fits(pattern + 1, text + 1));
}

static void test_rows(struct scratch *scratch)
{
    static const char *const environment[] = {"JOB_NAME=nightly=1", "JOB_SPEC=", "MINE=yes", "HOME=/x", "MATBENCH_X=1", "my_token=x", NULL};
    static const char *const allowed[] = {"MINE", "MATBENCH_X", "my_token", "SSH_KEY_FILE", "DB_PASSWORD", NULL};
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct store_bench bench;
        char text[2000];
        snprintf(text, sizeof(text), "workload: w\nlua: f.lua\n%sparse_once: {v: {%s}}\n", directories, rows[i].parser);
        put(scratch, "w/workload.yaml", text);
        if (!bench_open(&bench, scratch, NULL, 0) || bench.found.n != 1) {
            CHECK(false, "%s: %zu tests", rows[i].parser, bench.found.n);
            bench_close(&bench);
            continue;
        }
        bench.environment = environment;
        bench.env_allowed = allowed;
        bench_parse(&bench, 0);
        const char *value = json_text(&bench.arena, json_object_get(parsing_values(bench.parsing), "v"));
        bool broken = strncmp(rows[i].findings, "BROKEN", 6) == 0;
        const char *expected = broken ? "null" : rows[i].value; /* whatever was read before it broke */
        CHECK(strcmp(value, expected) == 0, "%s: %s, not %s", rows[i].parser, value, expected);
        const char *findings = findings_text(&bench.arena, parsing_findings(bench.parsing), FINDING_WARNING);
        CHECK(fits(rows[i].findings, findings), "%s: findings: %s", rows[i].parser, findings);
        CHECK(parsing_broken(bench.parsing) == broken, "%s: broken", rows[i].parser);
        bench_close(&bench);
    }
}

/* Several parsers of one file: one finding; and which files each value came from. */
static void test_whole(struct scratch *scratch)
{
    put(scratch, "w/f.lua", functions);
    put(scratch, "w/workload.yaml",
        "workload: w\nartifact_dirs: {RUN: '*__run', MANY: '*__many'}\n"
        "parse_once:\n"
        "  one: {text: none}\n  two: {lines: none, match: x}\n  log: {lines: log, match: 'loss: (.*)'}\n"
        "  three: {value: \"text('none') or log[1]\"}\n  four: {value: 'three .. \"x\"'}\n  doc: {yaml: a.yaml}\n"
        "  same: {yaml: a.yaml, select: $.k}\n  bad: {json: bad.json}\n"
        "parse_always:\n  five: {value: four}\n");
    struct store_bench bench;
    if (!bench_open(&bench, scratch, NULL, 0))
        return;
    bench_parse(&bench, 0);
    json_t *values = parsing_values(bench.parsing);
    CHECK(strcmp(json_text(&bench.arena, json_object_get(values, "five")), "\"0.5x\"") == 0, "%s",
          json_text(&bench.arena, json_object_get(values, "five")));
    const char *findings = findings_text(&bench.arena, parsing_findings(bench.parsing), FINDING_NOTE);
    CHECK(fits("NOTE *__many: 3 directories match, 010__many is used\nLACK none: not found\nWARNING a.yaml: 1 numbers are not finite (read as null)\nBROKEN 'bad': bad.json:1:10: *", findings), "%s", findings);
    CHECK((parsing_fault(bench.parsing, "none") != NULL) && !(parsing_fault(bench.parsing, "log") != NULL), "absent");
    static const struct {
        const char *expression, *files;
    } sources[] = {{"five", "none log"}, {"doc.k", "a.yaml"}, {"bad", "bad.json"}, {"1", ""}, {"settings.model", ""}, {"log[1] .. #same", "log a.yaml"},
                   {"exists('x') or text('a.txt')", "a.txt"}};
    for (size_t i = 0; i < ROWS(sources); i++) {
        struct code code;
        struct error err = {0};
        struct sandbox_result result = {0};
        struct provenance from = {0};
        const char *all = "";
        bool ok = sandbox_compile_expression(&bench.arena, sources[i].expression, (struct pos){.file = "e"}, &code, &err) &&
                  parsing_evaluate(bench.parsing, &code, &result, &from, &err);
        for (size_t k = 0; k < from.files_n; k++)
            all = arena_printf(&bench.arena, "%s%s%s", all, k ? " " : "", from.files[k]);
        CHECK(ok && strcmp(all, sources[i].files) == 0, "%s: from %s %s", sources[i].expression, all, err.text);
        json_decref(result.value);
    }
    bench_close(&bench);
}

/* Names that are not UTF-8, and texts that mean much work. */
static void test_hostile(struct scratch *scratch)
{
    struct store_bench bench;
    char *many = malloc(3 << 20);
    memset(many, ',', 3 << 20);
    put_bytes(scratch, "results/\xFFt\n/commas", many, 3 << 20);
    free(many);
    put(scratch, "results/\xFFt\n/settings.yaml", "a: 1\n");
    put(scratch, "results/\xFFt\n/exit_code", "0");
    put(scratch, "results/\xFFt\n/\xE9__run/v", "x");
    put(scratch, "w/workload.yaml",
        "workload: w\nartifact_dirs: {RUN: '*__run'}\nparse_once:\n  dir: {value: test.dir}\n  v: {text: '${RUN}/v'}\n  run: {value: dirs.RUN}\n"
        "  parts: {value: \"split(text('commas'), ',')\"}\n"
        "  slow: {value: \"match(text('commas'), '(,+)+[xy]')\"}\n"
        "  many: {value: '(function() for i = 1, 3000 do text(\"none\" .. i) end end)()'}\n"
        "  again: {value: '(function() for i = 1, 400 do text(\"commas\") end return 1 end)()'}\n"
        "  patterns: {value: '(function() for i = 1, 300 do match(\"x\", \"y\" .. i) end end)()'}\n");
    if (!bench_open(&bench, scratch, NULL, 0))
        return;
    CHECK(bench.found.n == 2, "%zu tests", bench.found.n);
    bench_parse(&bench, 1);
    CHECK(strcmp(json_text(&bench.arena, json_object_get(parsing_values(bench.parsing), "dir")), "\"\xEF\xBF\xBDt\\n\"") == 0, "dir");
    CHECK(strcmp(json_text(&bench.arena, json_object_get(parsing_values(bench.parsing), "v")), "\"x\"") == 0, "v");
    CHECK(strcmp(json_text(&bench.arena, json_object_get(parsing_values(bench.parsing), "run")), "\"\xEF\xBF\xBD__run\"") == 0, "run");
    const char *text = findings_text(&bench.arena, parsing_findings(bench.parsing), FINDING_BROKEN);
    CHECK(fits("BROKEN 'parts': *split: more than 1000000 parts\nBROKEN 'slow': *match: pattern needs too many steps\n"
               "BROKEN 'again': *: copies more than 1 GB\nBROKEN 'patterns': *match: more than 200 different patterns", text), "%s", text);
    CHECK(parsing_findings(bench.parsing)->n < 1100, "%zu findings", parsing_findings(bench.parsing)->n);
    bench_close(&bench);
}

int main(void)
{
    struct scratch scratch;
    scratch_open(&scratch);
    make_tree(&scratch);
    test_rows(&scratch);
    test_whole(&scratch);
    test_hostile(&scratch);
    scratch_close(&scratch);
    return check_end();
}
