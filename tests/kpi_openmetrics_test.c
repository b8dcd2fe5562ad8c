/* kpi/openmetrics.h: names, escapes, times, summaries, what is refused. The text is judged by another reader in
 * tests/openmetrics_differential.py. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json/read.h"
#include "kpi/openmetrics.h"
#include "tests/check.h"
#include "tests/scratch.h"

static const struct {
    const char *kpi, *unit, *own_name, *own_unit, *family, *om_unit;
} names[] = {
    {"train_runtime", "s", NULL, NULL, "train_runtime_seconds", "seconds"},
    {"runtime_seconds", "s", NULL, NULL, "runtime_seconds", "seconds"},
    {"seconds", "s", NULL, NULL, "seconds_seconds", "seconds"},
    {"xseconds", "s", NULL, NULL, "xseconds_seconds", "seconds"},
    {"latency", "ms", NULL, NULL, "latency_seconds", "seconds"},
    {"latency", "us", NULL, NULL, "latency_seconds", "seconds"},
    {"latency", "ns", NULL, NULL, "latency_seconds", "seconds"},
    {"t", "min", NULL, NULL, "t_seconds", "seconds"},
    {"t", "h", NULL, NULL, "t_seconds", "seconds"},
    {"memory", "B", NULL, NULL, "memory_bytes", "bytes"},
    {"memory", "GiB", NULL, NULL, "memory_bytes", "bytes"},
    {"usage", "%", NULL, NULL, "usage_ratio", "ratio"},
    {"heat", "C", NULL, NULL, "heat_celsius", "celsius"},
    {"rate", "tokens/s", NULL, NULL, "rate_tokens_per_second", "tokens_per_second"},
    {"tokens_per_second", "tokens/s", NULL, NULL, "tokens_per_second_tokens_per_second", "tokens_per_second"},
    {"train_tokens_per_second", "tokens/s", NULL, NULL, "train_tokens_per_second", "tokens_per_second"},
    {"cost", "hours/Mtoken", NULL, NULL, "cost_seconds_per_token", "seconds_per_token"},
    {"flow", "MB/s", NULL, NULL, "flow_bytes_per_second", "bytes_per_second"},
    {"flow", "GB/h", NULL, NULL, "flow_bytes_per_second", "bytes_per_second"},
    {"flow", "J/C", NULL, NULL, "flow_joules_per_celsius", "joules_per_celsius"},
    {"odd", "a b/c-d", NULL, NULL, "odd_a_b_per_c_d", "a_b_per_c_d"},
    {"odd", "\xC2\xB5s", NULL, NULL, "odd_seconds", "seconds"},
    {"rate", "/s", NULL, NULL, "rate_per_second", "per_second"},
    {"ratio", "", NULL, NULL, "ratio", ""},
    {"x", "s", "other", NULL, "other_seconds", "seconds"},
    {"x", "s", NULL, "bytes", "x_bytes", "bytes"},
    {"x", "s", "other_bytes", "bytes", "other_bytes", "bytes"},
    {"x", "s", NULL, "", "x", ""},
};

static void test_names(void)
{
    for (size_t i = 0; i < ROWS(names); i++) {
        struct text family = text_open(1000), unit = text_open(1000);
        struct arena arena = {0};
        struct kpi kpi = {.name = names[i].kpi, .unit = names[i].unit, .openmetrics = {.name = names[i].own_name, .unit = names[i].own_unit}};
        kpi_settle(&arena, &kpi);
        openmetrics_name(&kpi, &family, &unit);
        CHECK(strcmp(family.s, names[i].family) == 0 && strcmp(unit.s, names[i].om_unit) == 0, "row %zu: %s %s", i, family.s, unit.s);
        text_close(&family);
        text_close(&unit);
        arena_close(&arena);
    }
}

/* What stands around the labels and the value of a KPI. */
#define FIXED "\"help\": \"H\", \"unit\": \"s\", \"format\": null, \"full_format\": null, \"divisor\": null, \"divisor_unit\": null, " \
              "\"ignored_for_regression\": false, \"lower_better\": true, "

static const struct {
    const char *kpi; /* members after FIXED */
    double scale;
    const char *text;
} samples[] = {
    {"\"value\": 1.5", 1, "k_seconds 1.5\n"},
    {"\"value\": 3", 1, "k_seconds 3.0\n"},
    {"\"value\": 3", 0.001, "k_seconds 0.003\n"},
    {"\"value\": 1e-7", 1, "k_seconds 1e-07\n"},
    {"\"value\": 1e308", 1000, "k_seconds +Inf\n"},
    {"\"value\": -1e308", 1000, "k_seconds -Inf\n"},
    {"\"value\": null", 1, ""},
    {"\"value\": []", 1, ""},
    {"\"value\": \"x\"", 1, ""},
    {"\"a\": 1", 1, ""},
    /* labels */
    {"\"a\": \"x\", \"b\": null, \"c\": 2, \"d\": 1.50, \"e\": true, \"value\": 1", 1, "k_seconds{a=\"x\",c=\"2\",d=\"1.5\",e=\"true\"} 1.0\n"},
    {"\"a\": \"q\\\"q\\\\b\\nn\", \"value\": 1", 1, "k_seconds{a=\"q\\\"q\\\\b\\nn\"} 1.0\n"},
    {"\"a\": \"\xC3\xA9\", \"value\": 1", 1, "k_seconds{a=\"\xC3\xA9\"} 1.0\n"},
    {"\"a\": \"\", \"value\": 1", 1, "k_seconds{a=\"\"} 1.0\n"},
    {"\"a-b\": 1, \"a.b\": 2, \"a_b\": 3, \"0c\": 4, \"\": 5, \"value\": 1", 1,
     "k_seconds{a_b=\"1\",a_b_=\"2\",a_b__=\"3\",_c=\"4\",_=\"5\"} 1.0\n"},
    {"\"quantile\": 1, \"le\": 2, \"value\": 1", 1, "k_seconds{quantile_=\"1\",le_=\"2\"} 1.0\n"},
    {"\"urls\": {\"job\": \"http://x/?a=b&c\", \"log\": null, \"a b\": 1}, \"value\": 1", 1,
     "k_seconds{urls_job=\"http://x/?a=b&c\",urls_a_b=\"1\"} 1.0\n"},
    {"\"urls\": null, \"list\": [1, \"a\"], \"o\": {\"p\": {\"q\": 1}}, \"value\": 1", 1,
     "k_seconds{list=\"[1,\\\"a\\\"]\",o_p=\"{\\\"q\\\":1}\"} 1.0\n"},
    {"\"v\": \",w=\\\"1\\\"\", \"w\": 2, \"value\": 1", 1, "k_seconds{v=\",w=\\\"1\\\"\",w=\"2\"} 1.0\n"},
    {"\"test_uuid\": \"u\", \"value\": 1", 1, "k_seconds{test_uuid=\"u\"} 1.0\n"},
    /* times */
    {"\"@timestamp\": \"2025-01-06T08:00:00.000000Z\", \"value\": 1", 1, "k_seconds 1.0 1736150400\n"},
    {"\"@timestamp\": \"2025-01-06T08:00:00.000001Z\", \"value\": 1", 1, "k_seconds 1.0 1736150400.000001\n"},
    {"\"@timestamp\": \"2025-01-06T08:00:00.250000Z\", \"value\": 1", 1, "k_seconds 1.0 1736150400.250000\n"},
    {"\"@timestamp\": \"2025-01-06T09:00:00+01:00\", \"value\": 1", 1, "k_seconds 1.0 1736150400\n"},
    {"\"@timestamp\": \"1970-01-01T00:00:00Z\", \"value\": 1", 1, "k_seconds 1.0 0\n"},
    {"\"@timestamp\": \"1969-12-31T23:59:59.500000Z\", \"value\": 1", 1, "k_seconds 1.0 -0.500000\n"},
    {"\"@timestamp\": \"1969-12-31T23:59:58.250000Z\", \"value\": 1", 1, "k_seconds 1.0 -1.750000\n"},
    {"\"@timestamp\": null, \"value\": 1", 1, "k_seconds 1.0\n"},
    {"\"@timestamp\": \"soon\", \"value\": 1", 1, "k_seconds 1.0\n"},
    /* summaries: linear between order statistics */
    {"\"a\": 1, \"@timestamp\": \"1970-01-01T00:00:01Z\", \"value\": [3, 1, 2, 10, 4]", 1,
     "k_seconds{a=\"1\",quantile=\"0.0\"} 1.0 1\nk_seconds{a=\"1\",quantile=\"0.5\"} 3.0 1\nk_seconds{a=\"1\",quantile=\"0.8\"} 5.200000000000001 1\n"
     "k_seconds{a=\"1\",quantile=\"0.9\"} 7.6000000000000005 1\nk_seconds{a=\"1\",quantile=\"0.95\"} 8.799999999999999 1\n"
     "k_seconds{a=\"1\",quantile=\"0.99\"} 9.76 1\nk_seconds{a=\"1\",quantile=\"1.0\"} 10.0 1\n"
     "k_seconds_count{a=\"1\"} 5.0 1\nk_seconds_sum{a=\"1\"} 20.0 1\n"},
    {"\"value\": [2.5]", 2,
     "k_seconds{quantile=\"0.0\"} 5.0\nk_seconds{quantile=\"0.5\"} 5.0\nk_seconds{quantile=\"0.8\"} 5.0\nk_seconds{quantile=\"0.9\"} 5.0\n"
     "k_seconds{quantile=\"0.95\"} 5.0\nk_seconds{quantile=\"0.99\"} 5.0\nk_seconds{quantile=\"1.0\"} 5.0\nk_seconds_count 1.0\nk_seconds_sum 5.0\n"},
};

static const double bounds[] = {10, 20, 1000}, negative_bounds[] = {-1, 0.1};
#define HISTOGRAM(which, list) {.type = KPI_##which, .buckets = list, .buckets_n = ROWS(list)}

static const struct {
    const char *unit, *value;
    enum openmetrics_flavor flavor;
    struct kpi_openmetrics openmetrics;
    const char *text;
} converted[] = {
    {"ms", "12.3", OPENMETRICS_STANDARD, {0}, "k_seconds 0.0123\n"},
    {"ms", "12.3", OPENMETRICS_PROMETHEUS, {0}, "k_seconds 0.0123\n"},
    {"ms", "12.3", OPENMETRICS_SEED, {0}, "k 12.3\n"},
    {"hours/Mtoken", "0.07", OPENMETRICS_STANDARD, {0}, "k_seconds_per_token 0.000252\n"},
    {"%", "97.3", OPENMETRICS_STANDARD, {0}, "k_ratio 0.973\n"},
    {"MB", "1.1", OPENMETRICS_STANDARD, {0}, "k_bytes 1100000.0\n"},
    {"GiB", "1.5", OPENMETRICS_STANDARD, {0}, "k_bytes 1610612736.0\n"},
    {"x", "5", OPENMETRICS_STANDARD, {0}, "k 5.0\n"},
    {"parsecs", "5", OPENMETRICS_STANDARD, {0}, "k_parsecs 5.0\n"},
    /* overridden: a unit of the same kind converts, a scale is the factor */
    {"ms", "12.3", OPENMETRICS_STANDARD, {.unit = "milliseconds"}, "k_milliseconds 12.3\n"},
    {"ms/token", "12.3", OPENMETRICS_STANDARD, {.unit = "microseconds_per_token"}, "k_microseconds_per_token 12300.0\n"},
    {"s", "90", OPENMETRICS_STANDARD, {.unit = "minutes"}, "k_minutes 1.5\n"},
    {"ms", "12.3", OPENMETRICS_STANDARD, {.unit = "beats", .scale = 2}, "k_beats 24.6\n"},
    {"ms", "12.3", OPENMETRICS_STANDARD, {.scale = 0.1}, "k_seconds 1.23\n"},
    {"ms", "12.3", OPENMETRICS_STANDARD, {.unit = ""}, "k 12.3\n"},
    {"hours/Mtoken", "0.07", OPENMETRICS_STANDARD, {.unit = "hours_per_million_tokens"}, "k_hours_per_million_tokens 0.07\n"},
    /* lists */
    {"List[ms]", "[12.3]", OPENMETRICS_SEED, {0},
     "k{quantile=\"0\"} 12.3\nk{quantile=\"0.5\"} 12.3\nk{quantile=\"0.8\"} 12.3\nk{quantile=\"0.9\"} 12.3\nk{quantile=\"0.95\"} 12.3\n"
     "k{quantile=\"0.99\"} 12.3\nk{quantile=\"1\"} 12.3\nk_count 1.0\nk_sum 12.3\n"},
    {"List[ms]", "[12.3, 9, 20]", OPENMETRICS_STANDARD, HISTOGRAM(HISTOGRAM, bounds),
     "k_seconds_bucket{le=\"0.01\"} 1.0\nk_seconds_bucket{le=\"0.02\"} 3.0\nk_seconds_bucket{le=\"1.0\"} 3.0\nk_seconds_bucket{le=\"+Inf\"} 3.0\n"
     "k_seconds_count 3.0\nk_seconds_sum 0.0413\n"},
    {"List[ms]", "[12.3, 9, 20000]", OPENMETRICS_PROMETHEUS, HISTOGRAM(GAUGEHISTOGRAM, bounds),
     "k_seconds_bucket{le=\"0.01\"} 1.0\nk_seconds_bucket{le=\"0.02\"} 2.0\nk_seconds_bucket{le=\"1\"} 2.0\nk_seconds_bucket{le=\"+Inf\"} 3.0\n"
     "k_seconds_count 3.0\nk_seconds_sum 20.0213\n"},
    {"", "[1]", OPENMETRICS_STANDARD, HISTOGRAM(GAUGEHISTOGRAM, negative_bounds),
     "k_bucket{le=\"-1.0\"} 0.0\nk_bucket{le=\"0.1\"} 0.0\nk_bucket{le=\"+Inf\"} 1.0\nk_gcount 1.0\nk_gsum 1.0\n"},
    {"", "[-5]", OPENMETRICS_STANDARD, HISTOGRAM(GAUGEHISTOGRAM, bounds),
     "k_bucket{le=\"10.0\"} 1.0\nk_bucket{le=\"20.0\"} 1.0\nk_bucket{le=\"1000.0\"} 1.0\nk_bucket{le=\"+Inf\"} 1.0\n"},
    {"", "[1]", OPENMETRICS_STANDARD, HISTOGRAM(HISTOGRAM, negative_bounds),
     "k_bucket{le=\"-1.0\"} 0.0\nk_bucket{le=\"0.1\"} 0.0\nk_bucket{le=\"+Inf\"} 1.0\n"},
};

static json_t *parse(const char *text)
{
    struct error err = {0};
    json_t *value = json_read(text, strlen(text), &(struct json_read_options){.strict = true}, &err);
    CHECK(value, "%s: %s", text, err.text);
    return value;
}

static json_t *kpis_of(struct arena *arena, const char *members)
{
    return parse(arena_printf(arena, "{\"k\": {%s%s}}", FIXED, members));
}

static void test_samples(void)
{
    for (size_t i = 0; i < ROWS(samples); i++) {
        struct arena arena = {0};
        struct kpi kpi = {.name = "k", .unit = "s", .help = "H", .openmetrics = {.scale = samples[i].scale}};
        kpi_settle(&arena, &kpi);
        struct workload workload = {.kpis = &kpi, .kpis_n = 1};
        struct text out = text_open(100000);
        json_t *kpis = kpis_of(&arena, samples[i].kpi);
        openmetrics_render(&workload, (struct openmetrics_style){0}, kpis, &out);
        CHECK(strcmp(out.s, samples[i].text) == 0, "row %zu: %s", i, out.s);
        json_decref(kpis);
        text_close(&out);
        arena_close(&arena);
    }
}

static void test_converted(void)
{
    for (size_t i = 0; i < ROWS(converted); i++) {
        struct arena arena = {0};
        struct kpi kpi = {.name = "k", .unit = converted[i].unit, .help = "H", .openmetrics = converted[i].openmetrics};
        struct workload workload = {.kpis = &kpi, .kpis_n = 1};
        struct text out = text_open(100000);
        kpi_settle(&arena, &kpi);
        json_t *kpis = kpis_of(&arena, arena_printf(&arena, "\"value\": %s", converted[i].value));
        openmetrics_render(&workload, (struct openmetrics_style){.flavor = converted[i].flavor}, kpis, &out);
        CHECK(strcmp(out.s, converted[i].text) == 0, "row %zu: %s", i, out.s);
        json_decref(kpis);
        text_close(&out);
        arena_close(&arena);
    }
}

/* The value by which a formula says that there is nothing to analyse is absent, where a measured one is not. */
static void test_idle(void)
{
    struct arena arena = {0};
    struct kpi kpi = {.name = "k", .unit = "s", .help = "H", .has_idle = true, .idle = 0};
    struct workload workload = {.kpis = &kpi, .kpis_n = 1};
    static const char *const values[] = {"0", "0.0", "0.1"};
    kpi_settle(&arena, &kpi);
    for (size_t i = 0; i < ROWS(values); i++) {
        struct text out = text_open(100000);
        json_t *kpis = kpis_of(&arena, arena_printf(&arena, "\"value\": %s", values[i]));
        openmetrics_render(&workload, (struct openmetrics_style){0}, kpis, &out);
        CHECK(strcmp(out.s, i < 2 ? "" : "k_seconds 0.1\n") == 0, "row %zu: %s", i, out.s);
        json_decref(kpis);
        text_close(&out);
    }
    arena_close(&arena);
}

static void settle(struct arena *arena, struct kpi *kpis, size_t n)
{
    for (size_t i = 0; i < n; i++)
        kpi_settle(arena, &kpis[i]);
}

/* Renders, adds and finishes; the text, or "!" and the error. */
static const char *whole(struct arena *arena, struct scratch *scratch, const struct workload *workload, const char *const *payloads)
{
    struct error err = {0};
    struct openmetrics *metrics = openmetrics_open(workload, (struct openmetrics_style){0}, &err);
    bool ok = metrics != NULL;
    for (size_t i = 0; ok && payloads[i]; i++) {
        struct text out[3] = {text_open(100000), text_open(100000), text_open(100000)};
        json_t *kpis = parse(payloads[i]);
        openmetrics_render(workload, (struct openmetrics_style){0}, kpis, out);
        ok = openmetrics_add(metrics, out, NULL, arena_printf(arena, "t%zu", i), &err);
        json_decref(kpis);
        for (size_t k = 0; k < 3; k++)
            text_close(&out[k]);
    }
    struct output *output = ok ? output_open(scratch_path(scratch, "om"), 1, &err) : NULL;
    ok = output && openmetrics_finish(metrics, output, &err);
    if (ok)
        ok = output_commit(output, &err);
    else
        output_abort(output);
    openmetrics_close(metrics);
    if (!ok)
        return arena_printf(arena, "!%s", err.text);
    char *text = arena_alloc(arena, 100000);
    int fd = open(scratch_path(scratch, "om"), O_RDONLY);
    ssize_t n = read(fd, text, 99999);
    close(fd);
    CHECK(n > 0, "read");
    return text;
}

static void test_families(struct scratch *scratch)
{
    struct arena arena = {0};
    struct kpi kpis[] = {{.name = "a", .unit = "s", .help = "one \"\\\n line"},
                         {.name = "b", .unit = "", .help = "H"},
                         {.name = "c", .unit = "B", .help = "H"}};
    struct workload workload = {.kpis = kpis, .kpis_n = 3};
    settle(&arena, kpis, 3);
    static const char *const none[] = {NULL};
    CHECK(strcmp(whole(&arena, scratch, &workload, none),
                 "# TYPE a_seconds gauge\n# UNIT a_seconds seconds\n# HELP a_seconds one \\\"\\\\\\n line\n"
                 "# TYPE b gauge\n# HELP b H\n# TYPE c_bytes gauge\n# UNIT c_bytes bytes\n# HELP c_bytes H\n# EOF\n") == 0, "%s",
          whole(&arena, scratch, &workload, none));
    static const char *const two[] = {"{\"a\": {\"l\": 1, \"value\": 1}, \"b\": {\"l\": 1, \"value\": [1]}, \"c\": {\"l\": 1, \"value\": null}}",
                                      "{\"a\": {\"l\": 2, \"value\": 2}, \"b\": {\"l\": 2, \"value\": null}, \"c\": {\"l\": 2, \"value\": 3}}", NULL};
    const char *text = whole(&arena, scratch, &workload, two);
    CHECK(strstr(text, "# HELP a_seconds one \\\"\\\\\\n line\na_seconds{l=\"1\"} 1.0\na_seconds{l=\"2\"} 2.0\n# TYPE b summary\n"), "%s", text);
    CHECK(strstr(text, "b_sum{l=\"1\"} 1.0\n# TYPE c_bytes gauge\n") && strcmp(text + strlen(text) - 6, "# EOF\n") == 0, "%s", text);
    CHECK(strstr(text, "# HELP c_bytes H\nc_bytes{l=\"2\"} 3.0\n# EOF\n"), "%s", text);
    arena_close(&arena);
}

static const struct {
    const char *payloads[3];
    const char *error; /* "": taken */
} pairs[] = {
    {{"{\"a\": {\"l\": 1, \"value\": 1}}", "{\"a\": {\"l\": 1, \"value\": 2}}"}, "!t0 and t1 have the same KPI labels"},
    {{"{\"a\": {\"l\": 1, \"test_uuid\": \"x\", \"value\": 1}}", "{\"a\": {\"l\": 1, \"test_uuid\": \"y\", \"value\": 2}}"}, ""},
    {{"{\"a\": {\"l\": 1, \"value\": [1]}}", "{\"a\": {\"l\": 1, \"value\": [2]}}"}, "!t0 and t1 have the same KPI labels"},
    {{"{\"a\": {\"l\": 1, \"value\": null}, \"b\": {\"l\": 1, \"value\": [1]}}", "{\"a\": {\"l\": 1, \"value\": 2}}"},
     "!t0 and t1 have the same KPI labels"},
    {{"{\"a\": {\"value\": 1}}", "{\"a\": {\"value\": 2}}"}, "!t0 and t1 have the same KPI labels"},
    {{"{\"a\": {\"value\": null}}", "{\"a\": {\"value\": null}}"}, ""},
    {{"{\"a\": {\"l\": \"}\", \"value\": 1}}", "{\"a\": {\"l\": \"} \", \"value\": 2}}"}, ""},
    {{"{\"a\": {\"l\": 1, \"value\": 1}}", "{\"a\": {\"l\": 2, \"value\": [2]}}"},
     "!KPI 'a': t0 gives a number and t1 a list; one family cannot hold both"},
};

static void test_pairs(struct scratch *scratch)
{
    struct kpi kpis[] = {{.name = "a", .unit = "s", .help = "H"}, {.name = "b", .unit = "s", .help = "H"}};
    struct workload workload = {.kpis = kpis, .kpis_n = 2};
    for (size_t i = 0; i < ROWS(pairs); i++) {
        struct arena arena = {0};
        settle(&arena, kpis, 2);
        const char *text = whole(&arena, scratch, &workload, pairs[i].payloads);
        CHECK(pairs[i].error[0] ? strcmp(text, pairs[i].error) == 0 : text[0] == '#', "row %zu: %s", i, text);
        arena_close(&arena);
    }
}

static const struct {
    const char *name[2], *unit[2];
    bool clash;
} clashes[] = {
    {{"a", "b"}, {"s", "s"}, false},
    {{"a", "a_seconds"}, {"s", "s"}, true},
    {{"a", "a_seconds"}, {"s", ""}, true},
    {{"a", "a_count"}, {"", ""}, true},
    {{"a_sum", "a"}, {"", ""}, true},
    {{"a", "a_created"}, {"", ""}, true},
    {{"a", "a_bucket"}, {"", ""}, false}, /* only histograms have those */
    {{"a", "a_total"}, {"", ""}, false},
    {{"a", "ab"}, {"", ""}, false},
    {{"a_count", "b_count"}, {"", ""}, false},
};

static void test_clashes(void)
{
    for (size_t i = 0; i < ROWS(clashes); i++) {
        struct error err = {0};
        struct kpi kpis[2];
        for (size_t k = 0; k < 2; k++)
            kpis[k] = (struct kpi){.name = clashes[i].name[k], .unit = clashes[i].unit[k], .at = {.file = "w.yaml", .line = (int)k + 1}};
        struct arena arena = {0};
        settle(&arena, kpis, 2);
        struct workload workload = {.kpis = kpis, .kpis_n = 2};
        struct openmetrics *metrics = openmetrics_open(&workload, (struct openmetrics_style){0}, &err);
        CHECK(!metrics == clashes[i].clash, "row %zu: %s", i, err.text);
        CHECK(!clashes[i].clash || (err.kind == ERR_USAGE && strncmp(err.text, "w.yaml:2: KPIs '", 16) == 0), "row %zu: %s", i, err.text);
        openmetrics_close(metrics);
        arena_close(&arena);
    }
}

int main(void)
{
    struct scratch scratch;
    scratch_open(&scratch);
    test_names();
    test_samples();
    test_converted();
    test_idle();
    test_families(&scratch);
    test_pairs(&scratch);
    test_clashes();
    scratch_close(&scratch);
    return check_end();
}
