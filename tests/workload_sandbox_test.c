/* workload/sandbox.h: what workload code can reach and what it cannot, its limits, and how values cross. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json/read.h"
#include "json/write.h"
#include "workload/sandbox.h"
#include "tests/check.h"

/* ---- helpers of this test ---- */

struct seen {
    int touched;
    char last[40];
};

static void touched(void *context, const char *name)
{
    struct seen *seen = context;
    seen->touched++;
    snprintf(seen->last, sizeof(seen->last), "%s", name);
}

static bool help_echo(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err)
{
    (void)context, (void)err;
    *result = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append(*result, arguments[i]);
    return true;
}

static bool help_first(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err)
{
    (void)context, (void)err;
    *result = n ? json_incref(arguments[0]) : NULL;
    return true;
}

static bool help_fail(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err)
{
    (void)context, (void)arguments, (void)n;
    *result = json_string("what was done so far");
    return error_set(err, ERR_ARTIFACT, "pod.json:1:5: found '}'");
}

static bool help_many(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err)
{
    (void)context, (void)arguments, (void)n, (void)err;
    *result = json_array();
    for (int i = 0; i < 300000; i++)
        json_array_append_new(*result, json_string("some text"));
    return true;
}

static bool help_long(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err)
{
    (void)context, (void)arguments, (void)n, (void)err;
    size_t len = 30 << 20;
    char *text = malloc(len);
    memset(text, ' ', len);
    *result = json_stringn(text, len);
    free(text);
    return true;
}

static const struct helper helpers[] = {{"echo", help_echo}, {"first", help_first}, {"fail", help_fail},
                                        {"many", help_many}, {"long_text", help_long}, {NULL, NULL}};

static const char functions[] =
    "function double(x) return x * 2 end\n"
    "function broken(x)\n"
    "    return x.a.b.c\n"
    "end\n"
    "local count = 0\n"
    "function counter() count = count + 1 return count end\n"
    "function of_test(test) return {test.dir, #test.dirs} end\n"
    "shared = {1, 2}\n"
    "function unplaced() error('no place', 0) end\n"
    "function twice_named() return 'function' end\n";

static const char globals_text[] =
    "{\"n\": 5, \"f\": 2.5, \"s\": \"text\", \"t\": true, \"nothing\": null, \"o\": {\"b\": 1, \"a\": {\"x\": [1, 2, 3]}, "
    "\"c\": null}, \"l\": [10, 20, {\"k\": \"v\"}], \"e\": {}, \"el\": [], \"twice_named\": \"value\", \"big\": 9007199254740993}";

/* ---- evaluating ---- */

struct bench {
    struct arena arena;
    struct sandbox *sandbox;
    json_t *globals;
    struct seen seen;
    struct code file;
};

static void bench_open(struct bench *bench)
{
    struct error err = {0};
    *bench = (struct bench){0};
    bool ok = sandbox_compile_file(&bench->arena, functions, strlen(functions), "w.lua", &bench->file, &err);
    CHECK(ok, "%s", err.text);
    bench->globals = json_read(globals_text, strlen(globals_text), &(struct json_read_options){.strict = true}, &err);
    CHECK(bench->globals, "%s", err.text);
    bench->sandbox = sandbox_open(&(struct sandbox_options){.files = &bench->file, .files_n = 1, .helpers = helpers,
                                                            .context = &bench->seen, .touched = touched}, &err);
    CHECK(bench->sandbox, "%s", err.text);
    sandbox_globals(bench->sandbox, bench->globals);
}

static void bench_close(struct bench *bench)
{
    sandbox_close(bench->sandbox);
    json_decref(bench->globals);
    arena_close(&bench->arena);
}

/* The value as compact JSON ("nil" for none), or "!" and the error's text. */
static const char *evaluate(struct bench *bench, const char *text)
{
    struct code code;
    struct error err = {0};
    struct sandbox_result result = {0};
    struct pos at = {.file = "w.yaml", .line = 10, .col = 3};
    if (!sandbox_compile_expression(&bench->arena, text, at, &code, &err) ||
        !sandbox_evaluate(bench->sandbox, &code, &result, &err)) {
        CHECK(!result.value, "a value beside an error: %s", text);
        return arena_printf(&bench->arena, "!%s", err.text);
    }
    if (!result.value)
        return result.non_finite ? "nil?" : "nil";
    struct text out = text_open(10000);
    json_write(&out, result.value, &(struct json_style){.indent = -1}, 0);
    const char *shown = arena_printf(&bench->arena, "%s%s", out.s, result.non_finite ? " non-finite" : "");
    json_decref(result.value);
    text_close(&out);
    return shown;
}

struct row {
    const char *expression, *value; /* "!…": the error has this piece */
};

static void check_rows(const struct row *rows, size_t n)
{
    struct bench bench;
    bench_open(&bench);
    for (size_t i = 0; i < n; i++) {
        const char *got = evaluate(&bench, rows[i].expression);
        bool as_said = rows[i].value[0] == '!' ? got[0] == '!' && strstr(got, rows[i].value + 1) : strcmp(got, rows[i].value) == 0;
        CHECK(as_said, "%.200s: %s, not %s", rows[i].expression, got, rows[i].value);
    }
    bench_close(&bench);
}

#define IN_FUNCTION(body) "(function() " body " end)()"

/* Nothing of this is there, under any name. */
static const struct row unreachable[] = {
    {"io", "!unknown name 'io'"},
    {"os", "!unknown name 'os'"},
    {"load", "!unknown name 'load'"},
    {"loadstring", "!unknown name 'loadstring'"},
    {"loadfile", "!unknown name 'loadfile'"},
    {"dofile", "!unknown name 'dofile'"},
    {"require", "!unknown name 'require'"},
    {"package", "!unknown name 'package'"},
    {"debug", "!unknown name 'debug'"},
    {"print", "!unknown name 'print'"},
    {"warn", "!unknown name 'warn'"},
    {"pcall", "!unknown name 'pcall'"},
    {"xpcall", "!unknown name 'xpcall'"},
    {"coroutine", "!unknown name 'coroutine'"},
    {"setmetatable", "!unknown name 'setmetatable'"},
    {"getmetatable", "!unknown name 'getmetatable'"},
    {"rawset", "!unknown name 'rawset'"},
    {"rawget", "!unknown name 'rawget'"},
    {"rawequal", "!unknown name 'rawequal'"},
    {"rawlen", "!unknown name 'rawlen'"},
    {"next", "!unknown name 'next'"},
    {"collectgarbage", "!unknown name 'collectgarbage'"},
    {"_G", "!unknown name '_G'"},
    {"_VERSION", "!unknown name '_VERSION'"},
    {"utf8", "!unknown name 'utf8'"},
    {"_ENV.os", "!unknown name 'os'"},
    {"_ENV['io']", "!unknown name 'io'"},
    {"_ENV[1]", "!unknown name '?'"},
    {"_ENV[{}]", "!unknown name '?'"},
    {"string.rep", "nil"},
    {"string.find", "nil"},
    {"string.match", "nil"},
    {"string.gmatch", "nil"},
    {"string.gsub", "nil"},
    {"string.dump", "nil"},
    {"string.pack", "nil"},
    {"string.packsize", "nil"},
    {"string.unpack", "nil"},
    {"('x'):rep(10)", "!attempt to call a nil value (method 'rep')"},
    {"('x'):find('x')", "!attempt to call a nil value (method 'find')"},
    {"('').dump", "nil"},
    {"math.random", "nil"},
    {"math.randomseed", "nil"},
    {"table.move", "nil"},
    {"table.pack", "nil"},
};

static const struct row values[] = {
    /* nil, null, constants */
    {"nil", "nil"},
    {"null", "null"},
    {"nothing", "nil"},
    {"nothing == nil", "true"},
    {"null == nil", "false"},
    {"type(null)", "\"null\""},
    {"{a = null, b = nil}", "{\"a\":null}"},
    {"true", "true"},
    {"1", "1"},
    {"1.0", "1.0"},
    {"1/2", "0.5"},
    {"'a\\0b'", "\"a\\u0000b\""},
    {"'\\xC3\\xA9'", "\"\xC3\xA9\""},
    {"'\\xC3'", "!text that is not UTF-8"},
    {"{['\\xC3'] = 1}", "!a key that is not UTF-8"},
    {"{['a\\0b'] = 1}", "!a table's key holds a NUL"},
    {"9223372036854775807", "9223372036854775807"},
    {"big", "9007199254740993"},
    /* lists and tables */
    {"{}", "{}"},
    {"list{}", "[]"},
    {"list()", "[]"},
    {"list(nil)", "[]"},
    {"list{1, 2}", "[1,2]"},
    {"list(list{1})", "[1]"},
    {"{1, 2, 3}", "[1,2,3]"},
    {"{[1] = 'a', [2] = 'b'}", "[\"a\",\"b\"]"},
    {"{b = 1, a = {c = {}}}", "{\"a\":{\"c\":{}},\"b\":1}"},
    {"{1, nil, 3}", "!a list with holes"},
    {"{1, 2, x = 3}", "!both text keys and numbers"},
    {"{[1] = 1, [1.5] = 2, [3] = 3}", "!a list with holes"},
    {"{[2] = 1}", "!a list with holes"},
    {"{[0] = 1}", "!a list with holes"},
    {"{[-1] = 1, [1] = 2}", "!a list with holes"},
    {"list{x = 1}", "!a list with holes"},
    {"list{1, nil, 3}", "!a list with holes"},
    {"{[true] = 1}", "!a table's key is a boolean"},
    {"{[{}] = 1}", "!a table's key is a table"},
    {"list(math)", "!a table of your own"},
    {"list(_ENV)", "!a table of your own"},
    {"list(o)", "!table expected, got table"},
    {"list('x')", "!table expected, got string"},
    /* what is no value */
    {"double", "!a function is no value"},
    {"{f = tostring}", "!a function is no value"},
    {"{echo}", "!a function is no value"},
    /* numbers that are not finite */
    {"1/0", "null non-finite"},
    {"-1/0", "null non-finite"},
    {"0/0", "null non-finite"},
    {"math.huge", "null non-finite"},
    {"{a = {1, 0/0}}", "{\"a\":[1,null]} non-finite"},
    /* views */
    {"n + f", "7.5"},
    {"s", "\"text\""},
    {"t", "true"},
    {"o", "{\"b\":1,\"a\":{\"x\":[1,2,3]},\"c\":null}"},
    {"o.a.x", "[1,2,3]"},
    {"{o.a, l}", "[{\"x\":[1,2,3]},[10,20,{\"k\":\"v\"}]]"},
    {"o.a.x[3]", "3"},
    {"o.a.x[3.0]", "3"},
    {"o.a.x[0]", "nil"},
    {"o.a.x[4]", "nil"},
    {"o.a.x[-1]", "nil"},
    {"o.a.x[1.5]", "nil"},
    {"o.a.x['1']", "nil"},
    {"o.a.x.x", "nil"},
    {"o[1]", "nil"},
    {"o['b\\0']", "nil"},
    {"o.c", "nil"},
    {"o.none", "nil"},
    {"o.none.x", "!attempt to index a nil value (field 'none')"},
    {"nothing.x", "!attempt to index a nil value"},
    {"none.x", "!unknown name 'none'"},
    {"#l", "3"},
    {"#o", "3"},
    {"#el", "0"},
    {"type(o)", "\"table\""},
    {"type(l)", "\"table\""},
    {"o == o", "true"},
    {"o.a == o.a", "true"},
    {"o == l", "false"},
    {"o + 1", "!attempt to perform arithmetic on a table value"},
    {"'x' .. o", "!attempt to concatenate a table value"},
    {"o < l", "!attempt to compare two table values"},
    {"o()", "!attempt to call a table value"},
    {IN_FUNCTION("local sum = 0 for i, x in ipairs(o.a.x) do sum = sum + i * x end return sum"), "14"},
    {IN_FUNCTION("local r = {} for k, v in pairs(o) do r[#r + 1] = k .. type(v) end return r"),
     "[\"atable\",\"bnumber\",\"cnil\"]"},
    {IN_FUNCTION("local r = {} for k, v in pairs(l) do r[#r + 1] = k .. tostring(v) end return r"),
     "[\"110\",\"220\",\"3table\"]"},
    {IN_FUNCTION("o.b = 2"), "!parsed values are read-only"},
    {IN_FUNCTION("l[1] = 2"), "!parsed values are read-only"},
    {IN_FUNCTION("table.insert(l, 2)"), "!parsed values are read-only"},
    {IN_FUNCTION("table.sort(l)"), "!parsed values are read-only"},
    {"table.concat(o.a.x, '-')", "\"1-2-3\""},
    {"{table.unpack(l, 1, 2)}", "[10,20]"},
    {"select('#', table.unpack(o.a.x))", "3"},
    /* the order of pairs */
    {IN_FUNCTION("local r = {} for k in pairs{b = 1, a = 1, [10] = 1, [9] = 1, [-1] = 1, [2.5] = 1, c = 1} do r[#r + 1] = tostring(k) end return r"),
     "[\"-1\",\"2.5\",\"9\",\"10\",\"a\",\"b\",\"c\"]"},
    {IN_FUNCTION("local r = {} for k in pairs{} do r[1] = k end return #r"), "0"},
    {"pairs(1)", "!pairs: expected a table, found number"},
    {"pairs()", "!pairs: expected a table, found n"},
    {"pairs{[true] = 1}", "!a table's key is a boolean"},
    /* text without addresses */
    {"tostring({})", "\"table\""},
    {"tostring(o)", "\"table\""},
    {"tostring(tostring)", "\"function\""},
    {"tostring(null)", "\"null\""},
    {"tostring(nil)", "\"nil\""},
    {"tostring(1.5)", "\"1.5\""},
    {"string.format('%s %s %s', {}, tostring, o)", "\"table function table\""},
    {"('%5.2f|%d|%q|%%p'):format(1.005, 3, 'x')", "\" 1.00|3|\\\"x\\\"|%p\""},
    {"string.format('%p', {})", "!shows addresses"},
    {"string.format('%-10p', {})", "!shows addresses"},
    {"string.format('%%%p', {})", "!shows addresses"},
    {"string.format('%')", "!bad argument #2 to 'format'"},
    {"string.format('%d', {})", "!number expected, got string"},
    {"#string.format(table.unpack(({[1] = '%d', [150000] = 1}), 1, 150000))", "!bad argument #2 to"},
    {IN_FUNCTION("local t = {''} for i = 2, 150000 do t[i] = {} end return #string.format(table.unpack(t))"), "0"},
    {IN_FUNCTION("error({})"), "!an error without text"},
    {IN_FUNCTION("error(5)"), "!an error without text"},
    {IN_FUNCTION("error(nil)"), "!an error without text"},
    {IN_FUNCTION("error(o)"), "!an error without text"},
    /* globals */
    {IN_FUNCTION("x = 1"), "!'x': globals are read-only (use local)"},
    {IN_FUNCTION("n = 1"), "!'n': globals are read-only"},
    {IN_FUNCTION("double = nil"), "!'double': globals are read-only"},
    {IN_FUNCTION("_ENV.x = 1"), "!'x': globals are read-only"},
    {IN_FUNCTION("_ENV[{}] = 1"), "!'?': globals are read-only"},
    {IN_FUNCTION("table.insert(_ENV, 1)"), "!globals are read-only"},
    {IN_FUNCTION("math.pi = 3"), "!the libraries are read-only"},
    {IN_FUNCTION("string.lower = nil"), "!the libraries are read-only"},
    {IN_FUNCTION("table.insert(string, 1)"), "!the libraries are read-only"},
    {IN_FUNCTION("local s = 'x' s.y = 1"), "!attempt to index a string value"},
    {IN_FUNCTION("local _ENV = {} x = 1 return x"), "1"},
    {"math.pi > 3.14 and math.floor(2.5)", "2"},
    {"('ABC'):lower():upper():sub(2, 3):reverse()", "\"CB\""},
    {"string.char(72, 105) .. ('x'):byte()", "\"Hi120\""},
    {"tonumber('0x10') + tonumber('10', 2)", "18"},
    {"table.remove({1, 2, 3}, 1) + table.remove({1, 2, 3})", "4"},
    {IN_FUNCTION("local t = {1, 3} table.insert(t, 2, 2) table.insert(t, 4) return t"), "[1,2,3,4]"},
    {"math.max(table.unpack{3, 9, 2})", "9"},
    {"assert(false, 'said')", "!said"},
    {"assert(1 == 1, 'said')", "true"},
    /* sort */
    {IN_FUNCTION("local t = {3, 1, 2, 5, 4} table.sort(t) return t"), "[1,2,3,4,5]"},
    {IN_FUNCTION("local t = {} table.sort(t) return t"), "{}"},
    {IN_FUNCTION("local t = {1} table.sort(t) return t"), "[1]"},
    {IN_FUNCTION("local t = {'b', 'a', 'c'} table.sort(t, function(x, y) return x > y end) return t"), "[\"c\",\"b\",\"a\"]"},
    {IN_FUNCTION("local t = {} for i = 1, 100 do t[i] = {k = i % 3, i = i} end table.sort(t, function(x, y) return x.k < y.k end) "
                 "for i = 2, 100 do if t[i - 1].k == t[i].k and t[i - 1].i > t[i].i then return i end end return 'stable'"),
     "\"stable\""},
    {IN_FUNCTION("local t = {} for i = 1, 1000 do t[i] = (i * 7919) % 1009 end table.sort(t) for i = 2, 1000 do if t[i - 1] > t[i] "
                 "then return i end end return 'sorted'"), "\"sorted\""},
    {IN_FUNCTION("local t = {1, 2, 3, 4} table.sort(t, function() return true end) return #t"), "4"},
    {IN_FUNCTION("table.sort{1, 'a'}"), "!attempt to compare string with number"},
    {IN_FUNCTION("table.sort({1, 2}, 5)"), "!function expected"},
    {IN_FUNCTION("table.sort(5)"), "!table expected"},
    /* functions, helpers */
    {"double(n)", "10"},
    {"twice_named", "\"value\""},
    {"shared", "[1,2]"},
    {"echo(1, 'a', {x = {}}, o, null, nil, true)", "[1,\"a\",{\"x\":{}},{\"b\":1,\"a\":{\"x\":[1,2,3]},\"c\":null},null,null,true]"},
    {"echo(o)[1].a.x[2]", "2"},
    {"#echo()", "0"},
    {"first('x') .. first(5)", "\"x5\""},
    {"first()", "nil"},
    {"first(first({a = {1}})).a[1]", "1"},
    {"echo(1, 2, 3, 4, 5, 6, 7, 8, 9)", "!echo: more than 8 arguments"},
    {"echo(tostring)", "!a function is no value"},
    {"fail()", "!w.yaml:10:3: fail: pod.json:1:5: found '}'"},
    /* places of errors */
    {"broken{a = 1}", "!w.lua:3: attempt to index a number value (field 'a')"},
    {"broken(1)", "!w.lua:3: attempt to index a number value (local 'x')"},
    {"unplaced()", "!w.yaml:10:3: no place"},
    {"n +", "!w.yaml:10:3: unexpected symbol near <eof>"},
    {"n\n+\n{}", "!w.yaml:11: attempt to perform arithmetic on a table value"},
    {"n; x()", "!w.yaml:10:3: "},
    {"return 1", "!w.yaml:10:3: "},
    {"", "!w.yaml:10:3: found nothing, expected an expression"},
    {" \n", "!w.yaml:10:3: found nothing, expected an expression"},
    {IN_FUNCTION("error('expression:99999999999999999999: x', 0)"), "!w.yaml:10:3: x"},
    {IN_FUNCTION("error('expression:-5: x', 0)"), "!w.yaml:10:3: x"},
    {IN_FUNCTION("error('a\\nb', 0)"), "!w.yaml:10:3: a\\x0ab"},
};

/* Each has to end. */
static const struct row attacks[] = {
    {IN_FUNCTION("while true do end"), "!takes more than 20 million steps"},
    {IN_FUNCTION("for i = 1, math.huge do end"), "!takes more than 20 million steps"},
    {IN_FUNCTION("local t = {} while true do t[#t + 1] = t end"), "!needs more than 64 MB of memory"},
    {IN_FUNCTION("local s = 'x' while true do s = s .. s end"), "!needs more than 64 MB of memory"},
    {IN_FUNCTION("local s = 'x' for i = 1, 20 do s = s .. s end while true do local u = s .. 'y' end"), "!copies more than 1 GB"},
    {IN_FUNCTION("local s = 'x' for i = 1, 24 do s = s .. s end while true do local u = s:upper() end"), "!copies more than 1 GB"},
    {IN_FUNCTION("local s = 'x' for i = 1, 20 do s = s .. s end return table.concat({s, s, s, s, s, s, s, s}, s .. s .. s .. s .. s .. s .. s .. s)"),
     "!needs more than 64 MB of memory"},
    {IN_FUNCTION("local function f() return f() + 1 end return f()"), "!needs more than 64 MB of memory"},
    {IN_FUNCTION("local function f() return f() end return f()"), "!takes more than 20 million steps"},
    {IN_FUNCTION("local function f(a) table.sort({1, 2}, f) end return f()"), "!overflow"},
    {IN_FUNCTION("local t = {} for i = 1, 1e5 do t[i] = i end while true do table.insert(t, 1, 0) end"), "!takes more than 20 million steps"},
    {IN_FUNCTION("local t = {} for i = 1, 1e5 do t[i] = i end while true do table.sort(t) end"), "!takes more than 20 million steps"},
    {IN_FUNCTION("local t = {} for i = 1, 1e5 do t['x' .. i] = i end while true do pairs(t) end"), "!takes more than 20 million steps"},
    {"table.unpack({}, 1, 1e8)", "!too many results"},
    {IN_FUNCTION("local t = {} for i = 1, 200 do t = {t} end return t"), "!nested more than 100 deep"},
    {IN_FUNCTION("local t = {} t[1] = t return t"), "!nested more than 100 deep"},
    {IN_FUNCTION("local t = echo(1) for i = 1, 90 do t = echo(t, t) end return t"), "!a value of more than 4000000 parts"},
    {IN_FUNCTION("local t = echo(1) for i = 1, 2000 do t = echo(t) end return t"), "!nested more than 612 deep"},
    {IN_FUNCTION("while true do many() end"), "!the helpers gave more than 1 GB"},
};

/* The same, each a second or more: with MB_LONG only. */
static const struct row long_attacks[] = {
    {IN_FUNCTION("local k = long_text() while true do local x = o[k] end"), "!takes more than 20 million steps"},
    {IN_FUNCTION("local k = long_text() while true do local x = _ENV[k] end"), "!"},
    {IN_FUNCTION("local t = {} for i = 1, 1e5 do t[i] = i end while true do table.remove(t, 1) t[#t + 1] = 0 end"), "!takes more than 20 million steps"},
    {IN_FUNCTION("local t = {} for i = 1, 1e5 do t[i] = i end while true do select('#', table.unpack(t)) end"), "!takes more than 20 million steps"},
    {IN_FUNCTION("repeat local x = {} until false"), "!takes more than 20 million steps"},
    {IN_FUNCTION("local t = {} for i = 1, 90 do t = {t, t} end return t"), "!takes more than 20 million steps"},
    {IN_FUNCTION("local s = '' for i = 1, 20 do s = s .. ' ' end for i = 1, 20 do s = s .. s end while true do tonumber(s) end"),
     "!takes more than 20 million steps"},
    {IN_FUNCTION("local a = 'x' for i = 1, 24 do a = a .. a end local b = a .. 'y' local c = a .. 'z' while true do local d = b < c end"),
     "!takes more than 5 seconds"},
    {IN_FUNCTION("local t = {} for i = 1, 90 do t = {t, t} end while true do echo(t) end"), "!takes more than 20 million steps"},
    {IN_FUNCTION("local t = {} while true do t[#t + 1] = 'x' .. #t end"), "!needs more than 64 MB of memory"},
    {IN_FUNCTION("while true do long_text() end"), "!copies more than 1 GB"},
    {IN_FUNCTION("local t = {} for i = 1, 1e5 do t[i] = 'x' end while true do table.concat(t) end"), "!takes more than"},
    {IN_FUNCTION("local t = {} for i = 1, 1e5 do t[i] = i end while true do first(t) end"), "!takes more than 20 million steps"},
};

static void test_attacks(void)
{
    if (getenv("MB_LONG"))
        check_rows(long_attacks, ROWS(long_attacks));
    check_rows(attacks, ROWS(attacks));
    /* after each, the sandbox goes on working */
    struct bench bench;
    bench_open(&bench);
    for (size_t i = 2; i < 5; i++) {
        evaluate(&bench, attacks[i].expression);
        const char *got = evaluate(&bench, "double(n)");
        CHECK(strcmp(got, "10") == 0, "after %s: %s", attacks[i].expression, got);
    }
    bench_close(&bench);
}

/* Rubbish that is freed in time is no reason to end: 60 MB of it, some MB at a time. */
static void test_memory_is_reused(void)
{
    struct bench bench;
    bench_open(&bench);
    const char *got = evaluate(&bench, IN_FUNCTION("local s = 'x' for i = 1, 23 do s = s .. s end local sum = 0 for i = 1, 60 do "
                                                   "local u = s .. i sum = sum + #u end return sum > 0"));
    CHECK(strcmp(got, "true") == 0, "%s", got);
    bench_close(&bench);
}

static void test_calls(void)
{
    struct bench bench;
    struct error err = {0};
    struct sandbox_result result = {0};
    json_t *test = json_pack("{s:s s:[i i]}", "dir", "a", "dirs", 1, 2);
    bench_open(&bench);
    CHECK(sandbox_call(bench.sandbox, "of_test", (struct pos){.file = "w.yaml", .line = 3}, test, &result, &err) &&
              json_integer_value(json_array_get(result.value, 1)) == 2, "%s", err.text);
    json_decref(result.value);
    CHECK(!sandbox_call(bench.sandbox, "none", (struct pos){.file = "w.yaml", .line = 3}, test, &result, &err) &&
              err.kind == ERR_ARTIFACT && strcmp(err.text, "w.yaml:3: there is no function 'none'") == 0, "%s", err.text);
    CHECK(sandbox_has_function(bench.sandbox, "double") && sandbox_has_function(bench.sandbox, "echo") &&
              sandbox_has_function(bench.sandbox, "tostring") && !sandbox_has_function(bench.sandbox, "string") &&
              !sandbox_has_function(bench.sandbox, "none") && !sandbox_has_function(bench.sandbox, "n"), "functions");
    CHECK(sandbox_has_name(bench.sandbox, "string") && sandbox_has_name(bench.sandbox, "null") &&
              sandbox_has_name(bench.sandbox, "double") && !sandbox_has_name(bench.sandbox, "n"), "names");
    evaluate(&bench, "o.a");
    CHECK(bench.seen.touched == 1 && strcmp(bench.seen.last, "o") == 0, "%d %s", bench.seen.touched, bench.seen.last);
    evaluate(&bench, "double(2) + n + #l");
    CHECK(bench.seen.touched == 3 && strcmp(bench.seen.last, "l") == 0, "%d %s", bench.seen.touched, bench.seen.last);
    json_decref(test);
    bench_close(&bench);
}

/* Nothing passes from one sandbox to the next, opened from the same byte code. */
static void test_apart(void)
{
    struct bench one, two;
    bench_open(&one);
    CHECK(strcmp(evaluate(&one, "counter() + counter()"), "3") == 0, "it counts within one sandbox");
    CHECK(strcmp(evaluate(&one, IN_FUNCTION("shared[3] = 3 return #shared")), "3") == 0, "tables of files may change");
    bench_open(&two);
    CHECK(strcmp(evaluate(&two, "counter()"), "1") == 0, "and anew in the next");
    CHECK(strcmp(evaluate(&two, "#shared"), "2") == 0, "tables are new, too");
    bench_close(&one);
    CHECK(strcmp(evaluate(&two, "counter()"), "2") == 0, "closing one leaves the other");
    bench_close(&two);
}

/* ---- plain paths ---- */

static const struct {
    const char *expression;
    bool plain;
} paths[] = {
    {"n", true}, {"f", true}, {"s", true}, {"t", true}, {"big", true}, {"nothing", true}, {"twice_named", true}, {"o.b", true},
    {"o.c", true}, {"o.none", true}, {" o.b\n", true}, {"o[\"b\"]", true}, {"o['b']", true}, {"o['none']", true},
    {"o.a", true}, {"o", true}, {"l", true}, {"el", true}, {"o.a.x", true}, {"s.x", true}, {"n.x", true}, {"nothing.x", true},
    {"o.none.x", true}, {"o.c.x", true}, {"l.x", true}, {"unknown", true}, {"unknown.x", true}, {"double", true},
    {"string.len", true}, {"math.pi", true}, {"_ENV", true}, {"o[''].x", true},
    {"nil", false}, {"true", false}, {"false", false}, {"o . b", false}, {"o.b + 1", false}, {"l[1]", false}, {"o[n]", false},
    {"o['\\98']", false}, {"(n)", false}, {"5", false}, {"'n'", false}, {"n -- no", false}, {"double(n)", false}, {"o['b'] .. ''", false},
    {"n, f", false}, {"o[ 'b' ]", false}, {"-n", false},
};

/* What is found without Lua is what Lua gives, down to the names that were looked up and the errors. */
static void test_plain_paths(void)
{
    struct bench bench;
    bench_open(&bench);
    for (size_t i = 0; i < ROWS(paths); i++) {
        struct code code;
        struct error err[2] = {0};
        struct sandbox_result result[2] = {0};
        struct seen seen[2];
        bool ok[2], compiled = sandbox_compile_expression(&bench.arena, paths[i].expression, (struct pos){.file = "w"}, &code, &err[0]);
        CHECK(compiled && (code.path != NULL) == paths[i].plain, "%s", paths[i].expression);
        for (int k = 0; compiled && k < 2; k++) {
            bench.seen = (struct seen){0};
            ok[k] = sandbox_evaluate(bench.sandbox, &code, &result[k], &err[k]);
            seen[k] = bench.seen;
            code.path = NULL;
        }
        CHECK(ok[0] == ok[1] && strcmp(err[0].text, err[1].text) == 0, "%s: %s, %s", paths[i].expression, err[0].text, err[1].text);
        CHECK(result[0].value == result[1].value || (result[0].value && result[1].value && json_equal(result[0].value, result[1].value)),
              "%s", paths[i].expression);
        CHECK(seen[0].touched == seen[1].touched && strcmp(seen[0].last, seen[1].last) == 0, "%s: %s, %s", paths[i].expression,
              seen[0].last, seen[1].last);
        json_decref(result[0].value);
        json_decref(result[1].value);
    }
    bench_close(&bench);
}

/* ---- sandboxes that are used again ---- */

static const struct {
    const char *expression;
    bool again; /* what it leaves can be put back; else the next sandbox is a new one */
} leaving[] = {
    {"counter() + counter()", true},
    {IN_FUNCTION("shared[3] = 3 return #shared"), true},
    {IN_FUNCTION("for i = 1, 5000 do shared[i] = {i} end return 1"), true},
    {IN_FUNCTION("for i = 1, 50000 do shared[i] = {i} end return 1"), false},
    {IN_FUNCTION("while true do end"), true},
    {IN_FUNCTION("return {1, 2, double}"), false}, /* the half of a list that it is to free */
    {"echo({1, 2})[1][2]", true},
    {"fail()", true},
};

static void test_used_again(void)
{
    struct bench bench;
    bench_open(&bench);
    struct sandboxes *sandboxes = sandboxes_open();
    struct sandbox_options options = {.sandboxes = sandboxes, .files = &bench.file, .files_n = 1, .helpers = helpers,
                                      .context = &bench.seen};
    struct sandbox *own = bench.sandbox;
    uint64_t first = 0, now = 0;
    for (size_t i = 0; i < ROWS(leaving); i++) {
        struct error err = {0};
        struct sandbox *before = bench.sandbox = sandbox_open(&options, &err);
        CHECK(sandbox_state(before, &first), "row %zu", i);
        CHECK(strstr(evaluate(&bench, "n"), "unknown name 'n'"), "no globals of an earlier test");
        sandbox_globals(before, bench.globals);
        CHECK(strcmp(evaluate(&bench, "counter()"), "1") == 0 && strcmp(evaluate(&bench, "#shared"), "2") == 0, "row %zu", i);
        evaluate(&bench, leaving[i].expression);
        sandbox_close(before);
        bench.sandbox = sandbox_open(&options, &err);
        if (leaving[i].again)
            CHECK(bench.sandbox == before && sandbox_state(before, &now) && now == first, "%s: put back", leaving[i].expression);
        CHECK(strstr(evaluate(&bench, "n"), "unknown name 'n'") && strcmp(evaluate(&bench, "counter()"), "1") == 0, "row %zu", i);
        sandbox_close(bench.sandbox);
    }
    struct sandbox *one = sandbox_open(&options, &(struct error){0}), *two = sandbox_open(&options, &(struct error){0});
    CHECK(one != two, "two tests at once have one each");
    sandbox_close(one);
    sandbox_close(two);
    sandboxes_close(sandboxes);
    bench.sandbox = own;
    bench_close(&bench);
}

static const struct {
    const char *text, *error;
} files[] = {
    {"function f(", "w.lua:1: "},
    {"\n\nx = = 1", "w.lua:3: unexpected symbol near '='"},
    {"x = 1\nx.y = 2", "w.lua:2: attempt to index a number value"},
    {"local x = n", "w.lua:1: unknown name 'n'"},
    {"local x = echo(1)", "w.lua:1: echo: only inside a function: there is no test yet when the file is loaded"},
    {"while true do end", "w.lua:1: takes more than 20 million steps"},
    {"math.pi = 3", "w.lua:1: the libraries are read-only"},
    {"\x1bLua", "w.lua: "},
    {"error('x', 0)", "x"},
    {"os.exit(0)", "w.lua:1: unknown name 'os'"},
};

static void test_files(void)
{
    for (size_t i = 0; i < ROWS(files); i++) {
        struct arena arena = {0};
        struct error err = {0};
        struct code code;
        struct sandbox *sandbox = NULL;
        if (sandbox_compile_file(&arena, files[i].text, strlen(files[i].text), "w.lua", &code, &err))
            sandbox = sandbox_open(&(struct sandbox_options){.files = &code, .files_n = 1, .helpers = helpers}, &err);
        CHECK(!sandbox && err.kind == ERR_USAGE && strncmp(err.text, files[i].error, strlen(files[i].error)) == 0, "row %zu: %s", i,
              err.text);
        sandbox_close(sandbox);
        arena_close(&arena);
    }
    struct sandbox *bare = sandbox_open(&(struct sandbox_options){0}, &(struct error){0});
    struct bench bench = {.sandbox = bare};
    CHECK(strcmp(evaluate(&bench, "2^30"), "1073741824.0") == 0, "without files, helpers and globals");
    CHECK(strstr(evaluate(&bench, "n"), "unknown name 'n'"), "without globals");
    sandbox_close(bare);
    arena_close(&bench.arena);
}

int main(void)
{
    check_rows(unreachable, ROWS(unreachable));
    check_rows(values, ROWS(values));
    test_attacks();
    test_memory_is_reused();
    test_calls();
    test_apart();
    test_plain_paths();
    test_used_again();
    test_files();
    return check_end();
}
