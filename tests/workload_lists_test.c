/* What the sandbox offers for lists, units and times. Statistics are held against numpy's: tests/statistics/make.py says how. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json/read.h"
#include "json/write.h"
#include "workload/sandbox.h"
#include "tests/check.h"

static const char functions[] =
    "function table_of(view) local t = {} for i, x in ipairs(view) do t[i] = x end return t end\n"
    "function all(l, p)\n"
    "    local q = {}\n"
    "    for i, x in ipairs(p) do q[i] = percentile(l, x[1]) end\n"
    "    return {percentiles = q, median = median(l), min = min(l), max = max(l), sum = sum(l), mean = mean(l), stdev = stdev(l) or null,\n"
    "            population = stdev(l, {population = true}), count = count(l)}\n"
    "end\n";

struct bench {
    struct arena arena;
    struct sandbox *sandbox;
    json_t *globals;
    struct code file;
};

static void bench_open(struct bench *bench, json_t *globals)
{
    struct error err = {0};
    *bench = (struct bench){.globals = globals};
    bool ok = sandbox_compile_file(&bench->arena, functions, strlen(functions), "w.lua", &bench->file, &err);
    bench->sandbox = ok ? sandbox_open(&(struct sandbox_options){.files = &bench->file, .files_n = 1}, &err) : NULL;
    CHECK(bench->sandbox, "%s", err.text);
    sandbox_globals(bench->sandbox, globals);
}

static void bench_close(struct bench *bench)
{
    sandbox_close(bench->sandbox);
    json_decref(bench->globals);
    arena_close(&bench->arena);
}

static json_t *evaluate(struct bench *bench, const char *text, struct error *err)
{
    struct code code;
    struct sandbox_result result = {0};
    struct pos at = {.file = "w.yaml", .line = 10, .col = 3};
    bool ok = sandbox_compile_expression(&bench->arena, text, at, &code, err) && sandbox_evaluate(bench->sandbox, &code, &result, err);
    CHECK(ok || !result.value, "a value beside an error: %s", text);
    if (ok && result.non_finite) {
        json_decref(result.value);
        return json_string("non-finite");
    }
    return result.value;
}

/* ---- numpy ---- */

/* The list that make.py does not write down. */
static json_t *generated(json_int_t n)
{
    json_t *list = json_array();
    uint64_t x = 1;
    for (json_int_t i = 0; i < n; i++) {
        x = (x * 1103515245 + 12345) % (UINT64_C(1) << 31);
        json_array_append_new(list, json_real((double)x / 1000));
    }
    return list;
}

static double real(const json_t *object, const char *name)
{
    return json_number_value(json_object_get(object, name));
}

static bool near(double got, double wanted, double relative, double scale)
{
    return fabs(got - wanted) <= relative * fmax(fabs(wanted), scale);
}

static double greatest_size(const json_t *wanted)
{
    return fmax(fabs(real(wanted, "min")), fabs(real(wanted, "max")));
}

static void compare(const char *how, size_t row, const json_t *got, const json_t *wanted, size_t n)
{
    static const char *const exact[] = {"median", "min", "max"};
    const json_t *percentiles = json_object_get(wanted, "percentiles");
    double size = greatest_size(wanted);
    for (size_t i = 0; i < json_array_size(percentiles); i++) {
        const json_t *pair = json_array_get(percentiles, i);
        double p = json_number_value(json_array_get(pair, 0)), value = json_number_value(json_array_get(pair, 1));
        double ours = json_number_value(json_array_get(json_object_get(got, "percentiles"), i));
        CHECK(ours == value, "%s, row %zu: percentile %g is %.17g, not %.17g", how, row, p, ours, value);
    }
    for (size_t i = 0; i < ROWS(exact); i++)
        CHECK(real(got, exact[i]) == real(wanted, exact[i]), "%s, row %zu: %s is %.17g", how, row, exact[i], real(got, exact[i]));
    CHECK(real(got, "count") == (double)n, "%s, row %zu: count", how, row);
    CHECK(near(real(got, "sum"), real(wanted, "sum"), 3e-16, 0), "%s, row %zu: sum is %.17g", how, row, real(got, "sum"));
    /* numpy adds up in pairs; its last digits are not ours */
    CHECK(near(real(got, "mean"), real(wanted, "mean"), 1e-15, size), "%s, row %zu: mean is %.17g", how, row, real(got, "mean"));
    CHECK(near(real(got, "population"), real(wanted, "population"), 1e-14, 0), "%s, row %zu: %.17g", how, row, real(got, "population"));
    CHECK(json_is_null(json_object_get(wanted, "stdev")) == json_is_null(json_object_get(got, "stdev")) &&
              near(real(got, "stdev"), real(wanted, "stdev"), 1e-14, 0), "%s, row %zu: stdev is %.17g", how, row, real(got, "stdev"));
}

static void test_case(size_t row, json_t *wanted)
{
    struct bench bench;
    json_t *given = json_object_get(wanted, "list");
    json_t *list = given ? json_incref(given) : generated(json_integer_value(json_object_get(wanted, "generated")));
    size_t n = json_array_size(list);
    bench_open(&bench, json_pack("{s:o s:O}", "l", list, "p", json_object_get(wanted, "percentiles")));
    static const char *const ways[] = {"all(l, p)", "all(table_of(l), p)"};
    for (size_t i = 0; i < ROWS(ways); i++) {
        struct error err = {0};
        json_t *got = evaluate(&bench, ways[i], &err);
        CHECK(got, "row %zu: %s", row, err.text);
        compare(ways[i], row, got, wanted, n);
        json_decref(got);
    }
    bench_close(&bench);
}

static void test_numpy(void)
{
    static char text[1 << 20];
    struct error err = {0};
    FILE *file = fopen(STATISTICS_JSON, "r");
    size_t n = file ? fread(text, 1, sizeof(text), file) : 0;
    json_t *all = json_read(text, n, &(struct json_read_options){.strict = true}, &err), *cases = json_object_get(all, "cases");
    CHECK(json_array_size(cases) > 40, "%s: %s", STATISTICS_JSON, err.text);
    for (size_t i = 0; i < json_array_size(cases); i++)
        test_case(i, json_array_get(cases, i));
    json_decref(all);
    if (file)
        fclose(file);
}

/* ---- rows ---- */

static const char globals_text[] =
    "{\"l\": [3, 1, 2.5], \"ints\": [3, 1, 2], \"big\": [9223372036854775807, 1], \"holes\": [1, null, 3], \"texts\": [1, \"2\"], \"empty\": [], "
    "\"map\": {\"a\": 1}, \"nothing\": null, \"nested\": [[1], [2]], \"start\": \"2025-01-06T08:00:00Z\", \"later\": \"2025-01-06T09:00:00.5+01:00\"}";

static const struct {
    const char *expression, *value; /* "!…": the error's text has this piece */
} rows[] = {
    /* integers stay integers */
    {"min(ints)", "1"}, {"max(ints)", "3"}, {"sum(ints)", "6"}, {"min(l)", "1"}, {"max(l)", "3"}, {"sum(l)", "6.5"}, {"mean(ints)", "2.0"},
    {"median(ints)", "2.0"}, {"sum(big)", "9.223372036854776e+18"}, {"max(big)", "9223372036854775807"}, {"min{2, 1.0}", "1.0"},
    {"max{9007199254740993, 9007199254740992}", "9007199254740993"},
    {"percentile(ints, 50)", "2.0"}, {"percentile(l, 80)", "2.8"}, {"count(l)", "3"}, {"count(empty)", "0"}, {"count{}", "0"},
    {"stdev(ints)", "1.0"}, {"stdev({1, 3}, {population = true})", "1.0"}, {"stdev({1, 3}, {})", "1.4142135623730951"},
    {"count(nested)", "2"}, {"count(texts)", "2"},
    /* what is not there stays not there */
    {"mean(nothing)", "nil"}, {"median(nil)", "nil"}, {"percentile(nil, 50)", "nil"}, {"stdev(nil)", "nil"}, {"min(nil)", "nil"},
    {"sum(nil)", "nil"}, {"count(nil)", "nil"}, {"mean()", "nil"}, {"mean(empty)", "nil"}, {"median{}", "nil"}, {"sum(empty)", "nil"},
    {"max(list{})", "nil"}, {"percentile(empty, 3)", "nil"}, {"stdev{5}", "nil"}, {"stdev({5}, {population = true})", "0.0"},
    {"mean{1, 0/0}", "nil"}, {"median{1, 0/0, 2}", "nil"}, {"percentile({0/0}, 0)", "nil"}, {"stdev{1, 0/0}", "nil"}, {"min{1, 0/0}", "nil"},
    {"max{0/0, 1}", "nil"}, {"sum{1, 0/0}", "nil"}, {"mean{1, 1/0}", "\"non-finite\""}, {"stdev{1, 1/0}", "nil"}, {"sum{1e308, 1e308}", "\"non-finite\""},
    {"median{1e308, 1.5e308}", "1.25e+308"},
    /* what is no number is named */
    {"mean(holes)", "!w.yaml:10:3: mean: element 2 of the list: found null, expected a number"},
    {"median(texts)", "!median: element 2 of the list: found string, expected a number"},
    {"sum{1, 2, true}", "!sum: element 3 of the list: found boolean"}, {"max{1, {}}", "!max: element 2 of the list: found table"},
    {"stdev{null}", "!stdev: element 1 of the list: found null"}, {"min{1, nil, 3}", "!min: element 2 of the list: found null"},
    {"percentile(nested, 5)", "!percentile: element 1 of the list: found table"},
    {"mean(map)", "!mean: expected a list of numbers, found a map"}, {"mean{a = 1}", "!mean: expected a list of numbers, found a map"},
    {"min(1, 2)", "!min: expected a list of numbers, found number (math.min and math.max compare numbers)"},
    {"mean('1')", "!mean: expected a list of numbers, found string"}, {"count(5)", "!count: expected a list"},
    {"percentile(l)", "!percentile: argument 2 must be a number from 0 to 100"}, {"percentile(l, 101)", "!from 0 to 100"},
    {"percentile(l, -1)", "!from 0 to 100"}, {"percentile(l, 0/0)", "!from 0 to 100"}, {"percentile(l, '50')", "!from 0 to 100"},
    {"stdev(l, true)", "!stdev: argument 2 is boolean: expected {population = true}"},
    /* units */
    {"convert(12.3, 'ms', 's')", "0.0123"}, {"convert(5, 'MiB', 'B')", "5242880.0"}, {"convert(nothing, 'ms', 's')", "nil"},
    {"convert(l, 's', 'ms')", "[3000.0,1000.0,2500.0]"}, {"convert({1, 2}, '%', '')", "[0.01,0.02]"}, {"convert(empty, 's', 'ms')", "[]"},
    {"convert(1, 'tokens/s', 'tokens/min')", "60.0"}, {"convert(1, 'h', 's') + 1", "3601.0"},
    {"convert(1, 'ms', 'B')", "!convert: 'ms' (seconds) and 'B' (bytes): expected units of one kind"},
    {"convert(nil, 'ms', 'B')", "!expected units of one kind"}, {"convert(1, 's', '')", "!'' (no unit)"},
    {"convert(1, 'ms')", "!convert: expected convert(value, \"unit\", \"unit\")"}, {"convert('1', 'ms', 's')", "!argument 1 is string"},
    {"convert(map, 'ms', 's')", "!argument 1 is table"}, {"convert(holes, 'ms', 's')", "!element 2 of the list: found null"},
    /* times */
    {"duration('1h2m3s')", "3723.0"}, {"duration('300ms')", "0.3"}, {"duration('-1.5h')", "-5400.0"}, {"duration('PT1M0.5S')", "60.5"},
    {"duration('soon')", "nil"}, {"duration('')", "nil"}, {"duration(nothing)", "nil"}, {"duration(90)", "90"}, {"duration('1s\\0')", "nil"},
    {"duration(l)", "!duration: found table, expected text"},
    {"elapsed(start, later)", "0.5"}, {"elapsed(later, start)", "-0.5"}, {"elapsed(1736150400, later)", "0.5"}, {"elapsed(start, {us = 1736150400250000})", "0.25"},
    {"elapsed(start, nothing)", "nil"}, {"elapsed(start, 'soon')", "nil"}, {"elapsed(start)", "nil"}, {"elapsed('2025-01-06T08:00:00', start)", "0.0"},
    {"elapsed('Mon Jan  6 08:00:00 UTC 2025', later)", "0.5"}, {"elapsed(start, map)", "!elapsed: argument 2 is a table: expected what moment() gives"},
    {"elapsed(true, start)", "!elapsed: argument 1 is boolean: expected a moment"}, {"elapsed({us = -9223372036854775807}, {us = 9223372036854775807})", "nil"},
    {"elapsed(0/0, 1)", "nil"},
    {"iso(1736150400)", "\"2025-01-06T08:00:00+00:00\""}, {"iso(1736150400.25)", "\"2025-01-06T08:00:00.250000+00:00\""}, {"iso(nil)", "nil"},
    {"iso(1/0)", "nil"}, {"iso(1e300)", "nil"}, {"iso(start)", "!iso: found string, expected seconds since 1970"},
    /* limits */
    {"(function() local t = {} for i = 1, 1e5 do t[i] = i end while true do mean(t) end end)()", "!takes more than 20 million steps"},
    {"(function() local t = {} for i = 1, 1e5 do t[i] = i % 7 end while true do percentile(t, 50) end end)()", "!takes more than 20 million steps"},
    {"(function() local t = {} for i = 1, 1e5 do t[i] = i end while true do convert(t, 'ms', 's') end end)()", "!takes more than 20 million steps"},
    {"(function() while true do convert(1, 'ms', 's') end end)()", "!takes more than 20 million steps"},
    {"(function() while true do elapsed(start, later) end end)()", "!takes more than 20 million steps"},
    {"(function() while true do duration('1h2m3s') end end)()", "!takes more than 20 million steps"},
    {"(function() while true do iso(5) end end)()", "!takes more than 20 million steps"},
};

static void test_rows(void)
{
    struct bench bench;
    struct error err = {0};
    bench_open(&bench, json_read(globals_text, strlen(globals_text), &(struct json_read_options){.strict = true}, &err));
    for (size_t i = 0; i < ROWS(rows); i++) {
        err = (struct error){0};
        json_t *value = evaluate(&bench, rows[i].expression, &err);
        struct text out = text_open(10000);
        if (value)
            json_write(&out, value, &(struct json_style){.indent = -1}, 0);
        const char *got = err.kind ? err.text : value ? out.s : "nil";
        bool as_said = rows[i].value[0] == '!' ? err.kind && strstr(got, rows[i].value + 1) : !err.kind && strcmp(got, rows[i].value) == 0;
        CHECK(as_said, "%s: %s, not %s", rows[i].expression, got, rows[i].value);
        text_close(&out);
        json_decref(value);
    }
    bench_close(&bench);
}

/* A whole report of a long list fits many times into one evaluation. */
static void test_long_lists(void)
{
    struct bench bench;
    struct error err = {0};
    bench_open(&bench, json_pack("{s:o s:[[i] [i] [i] [i]]}", "l", generated(50000), "p", 80, 90, 95, 99));
    json_t *got = evaluate(&bench, "(function() for i = 1, 30 do all(l, p) end return true end)()", &err);
    CHECK(json_is_true(got), "%s", err.text);
    json_decref(got);
    bench_close(&bench);
}

int main(void)
{
    test_numpy();
    test_rows();
    test_long_lists();
    return check_end();
}
