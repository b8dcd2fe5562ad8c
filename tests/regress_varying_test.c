/* regress: labels that explain the spread of a KPI; chance does not. */
#include <string.h>

#include "regress/causes/varying.h"
#include "tests/check.h"
#include "tests/regress_build.h"

static const char *const no_keys[] = {NULL}, *const ocp_key[] = {"ocp", NULL};
static const struct kpi_rule two[] = {{.name = "latency", .unit = "s", .better = DIRECTION_LOWER}, {.name = "speed", .unit = "x/s", .better = DIRECTION_HIGHER}};

/* By hand: groups {1,2,3} and {5,6,7}: SSb 24, SSt 28, MSw 1; omega² = (24-1)/(28+1); F = 24 with 1 and 4 degrees of freedom: p .00805
 * (R: 1 - pf(24, 1, 4)). With levels taken out first nothing is left. */
static void test_shares(void)
{
    static const double x[] = {1, 2, 3, 5, 6, 7}, flat[] = {4, 4, 4, 4, 4, 4}, far[] = {1e308, -1e308, 1e308, -1e308, 1e308, -1e308};
    static const size_t groups[] = {0, 0, 0, 1, 1, 1}, own[] = {0, 1, 2, 3, 4, 5}, one[] = {0, 0, 0, 0, 0, 0};
    static const struct {
        const char *what;
        const double *x;
        const size_t *codes, *levels;
        double share, p;
    } rows[] = {
        {"two groups", x, groups, one, 23. / 29, .0080498},
        {"a value of its own in every run", x, own, one, 0, 1},
        {"one value", x, one, one, 0, 1},
        {"groups that are the levels", x, groups, groups, 0, 1},
        {"constant", flat, groups, one, 0, 1},
        {"beyond the largest double", far, groups, one, 0, 1},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = {0};
        struct varying_share got = varying_share_of(rows[i].x, rows[i].codes, rows[i].levels, 6, &arena);
        CHECK(fabs(got.share - rows[i].share) < 1e-12 && fabs(got.p - rows[i].p) < 1e-6, "%s: %g, p %.7f", rows[i].what, got.share, got.p);
        arena_close(&arena);
    }
}

enum { RUNS = 40 };

/* Runs in which ocp's value v (of `values`) adds effect·v to the speed; outliers: run 7 is far off, and has a value of its own. */
static const struct varying *explain(size_t values, double effect, bool outlier, uint64_t *random, struct arena *arena)
{
    struct record *runs = ARENA_ARRAY(arena, struct record, RUNS + 1);
    for (size_t i = 0; i <= RUNS; i++) {
        size_t value = values > RUNS ? i : (i * 7) % values;
        if (outlier)
            value = i == 7 ? 1 : 0;
        runs[i] = build_record(arena_printf(arena, "id%02zu", i), (int)i, arena_printf(arena, "gpu=8 ocp=\"4.%zu\"", value), 0, arena);
        runs[i].kpis = ARENA_ARRAY(arena, struct kpi_value, 2);
        runs[i].kpis_n = 2;
        runs[i].kpis[0] = (struct kpi_value){"latency", 10 + build_gauss(random)};
        runs[i].kpis[1] = (struct kpi_value){"speed", 100 + build_gauss(random) + (outlier ? (i == 7 ? 40 : 0) : effect * (double)value)};
    }
    struct analysis_options *options = ARENA_NEW(arena, struct analysis_options);
    *options = (struct analysis_options){.comparison_keys = no_keys, .ignored_keys = ocp_key, .sorting_keys = no_keys, .kpis = two, .kpis_n = 2,
                                         .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05};
    return analysis_run(arena, options, &runs[RUNS], 1, runs, RUNS)->entries[0].explained;
}

static void test_entries(void)
{
    struct arena arena = {0};
    uint64_t random = 3;
    const struct varying *v = explain(2, 4, false, &random, &arena);
    CHECK(v->found && strcmp(v->kpi, "speed") == 0 && v->share > .6 && v->share < .95 && v->p <= VARYING_P, "%g %g", v->share, v->p);
    CHECK(v->found && strstr(v->found, "'ocp' explains ") && strstr(v->found, "of the spread of speed"), "%s", v->found ? v->found : "-");
    v = explain(RUNS + 1, 0, false, &random, &arena);
    CHECK(!v->found && v->share == 0 && v->p == 1 && !v->kpi, "a stamp explains %g", v->share);
    v = explain(2, 0, true, &random, &arena);
    CHECK(!v->found, "one outlier with a value of its own: %g, p %g", v->share, v->p);
    arena_close(&arena);
}

/* When nothing depends on it, a label is said to explain much in one of a hundred cases (VARYING_P), whatever the number of its values. */
static void test_chance(void)
{
    static const size_t values[] = {2, 5, 12, 20};
    uint64_t random = 17;
    for (size_t i = 0; i < ROWS(values); i++) {
        size_t found = 0;
        double mean = 0;
        for (size_t r = 0; r < 100; r++) {
            struct arena arena = {0};
            const struct varying *v = explain(values[i], 0, false, &random, &arena);
            found += v->found != NULL;
            mean += v->share / 100;
            arena_close(&arena);
        }
        CHECK(found <= 4 && mean < .16, /* 1 of 100 is VARYING_P */ "%zu values: found %zu times of 100, mean share %g", values[i], found, mean);
    }
}

int main(void)
{
    test_shares();
    test_entries();
    test_chance();
    return check_end();
}
