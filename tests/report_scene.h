/* One analysis with every kind of verdict, for the tests of report/: three entries, one with history, one with a near miss only, one with
 * a changed key list. */
#ifndef TESTS_REPORT_SCENE_H
#define TESTS_REPORT_SCENE_H
#include "tests/check.h"
#include "tests/regress_build.h"

static const char *const version_key[] = {"version", NULL}, *const no_keys[] = {NULL}, *const ocp_key[] = {"ocp", NULL};

/* KPIs by what they do in the scene. */
static const struct kpi_rule rules[] = {
    {.name = "better", .unit = "tokens/s", .better = DIRECTION_HIGHER, .help = "Gets better"},
    {.name = "gone", .unit = "s", .better = DIRECTION_LOWER},
    {.name = "ignored", .unit = "s", .better = DIRECTION_LOWER, .ignored = true},
    {.name = "memory_of_a_kpi_with_a_very_long_name_that_has_to_be_cut_somewhere", .unit = "bytes", .better = DIRECTION_LOWER,
     .format = "%.2f", .divisor = 1073741824, .divisor_unit = "GiB"},
    {.name = "steady", .unit = "s", .better = DIRECTION_LOWER, .format = "{:.2f}"},
    {.name = "worse", .unit = "tokens/s", .better = DIRECTION_HIGHER, .min_relative = .05},
};
enum { KPIS = ROWS(rules), RUNS = 12 };

static inline double value_of(size_t kpi, size_t run, bool entry)
{
    static const double noise[] = {0, .6, -.5, .2, -.2, .1, -.3, .3, .4, -.4, .25, -.15, .05};
    double x = 100 + noise[run % ROWS(noise)];
    switch (kpi) {
    case 0:
        return entry ? 2 * x : x;
    case 1:
        return entry ? NAN : x;
    case 3:
        return x * 1e9;
    case 5:
        return entry ? 5151.484 * .8 : 51.51484 * x;
    default:
        return x;
    }
}

static inline struct record make(const char *id, size_t day, const char *labels, bool entry, struct arena *arena)
{
    struct record r = build_record(id, (int)day, labels, 0, arena);
    r.kpis = ARENA_ARRAY(arena, struct kpi_value, KPIS);
    r.kpis_n = 0;
    for (size_t k = 0; k < KPIS; k++) {
        double value = value_of(k, day, entry);
        if (!isnan(value))
            r.kpis[r.kpis_n++] = (struct kpi_value){rules[k].name, value};
    }
    return r;
}

/* Three entries: with history, with a near miss only, with a changed key list. */
static inline struct analysis *scene(struct analysis_options *options, bool reversed, struct arena *arena)
{
    *options = (struct analysis_options){.comparison_keys = version_key, .ignored_keys = ocp_key, .sorting_keys = no_keys,
                                         .kpis = rules, .kpis_n = KPIS, .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05};
    struct record *history = ARENA_ARRAY(arena, struct record, 2 * RUNS), *entries = ARENA_ARRAY(arena, struct record, 3);
    for (size_t i = 0; i < 2 * RUNS; i++) {
        const char *labels = arena_printf(arena, "version=\"v1.%zu\" gpu=8 mode=\"%s\" ocp=\"4.%zu\"", i % RUNS, i < RUNS ? "a" : "b", 10 + i % 2);
        history[reversed ? 2 * RUNS - 1 - i : i] = make(arena_printf(arena, "h%02zu", i), i, labels, false, arena);
    }
    entries[0] = make("e1", 40, "version=\"v1.12\" gpu=8 mode=\"a\" ocp=\"4.11\"", true, arena);
    entries[1] = make("e2", 40, "version=\"v1.12\" gpu=4 mode=\"a\" ocp=\"4.11\"", true, arena);
    entries[2] = make("e3", 40, "version=\"v1.12\" gpu=8 mode=\"b\" ocp=\"4.11\" added=\"x\x1b[31m\"", true, arena);
    return analysis_run(arena, options, entries, 3, history, 2 * RUNS);
}

static inline char *render(void (*renderer)(struct text *, const struct analysis *), bool reversed)
{
    struct arena arena = {0};
    struct analysis_options options;
    struct text out = text_open(1 << 24);
    renderer(&out, scene(&options, reversed, &arena));
    CHECK(!out.over && text_utf8_valid(out.s, out.len) == out.len, "valid text");
    char *copy = strdup(out.s);
    text_close(&out);
    arena_close(&arena);
    return copy;
}
#endif
