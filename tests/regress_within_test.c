/* regress: repetitions are one run point, their differences are the error within runs; what that says, and what it does to the level. */
#include <math.h>
#include <string.h>

#include "regress/within.h"
#include "tests/check.h"
#include "tests/regress_build.h"

enum { RUNS = 16, REPETITIONS_MAX = 8 };

static const char *const version_key[] = {"version", NULL}, *const no_keys[] = {NULL};
static const struct kpi_rule rule = {.name = "speed", .unit = "s", .better = DIRECTION_LOWER};

static const char *shown(const void *context, double sd, struct arena *arena)
{
    (void)context;
    return arena_printf(arena, "%.3g s", sd);
}

static struct within within_of(const double *values, size_t points, size_t repetitions)
{
    struct within within = {0};
    for (size_t i = 0; i < points; i++) {
        struct within_mean mean = {0};
        for (size_t k = 0; k < repetitions; k++)
            within_take(&mean, values[i * repetitions + k]);
        within_add(&within, &mean);
    }
    return within;
}

static void test_numbers(void)
{
    static const double values[] = {1, 3, 10, 14, 5, 5, 0, 2};
    struct arena arena = {0};
    struct within within = within_of(values, 4, 2); /* squares 2 + 8 + 0 + 2 over 4 df */
    CHECK(within.df == 4 && fabs(within_sd(&within) - sqrt(3)) < 1e-12, "sd %g", within_sd(&within));
    CHECK(fabs(within_widening(&within, 2, 1) - sqrt(1 + 3 * .5 / 4)) < 1e-12, "one repetition where history has two");
    CHECK(within_widening(&within, 2, 2) == 1 && within_widening(&within, 2, 8) == 1, "as many, and more");
    CHECK(fabs(within_narrowed(&within, 2 * within_widening(&within, 2, 1), 1) - 2) < 1e-12, "and back");
    struct within none = within_of(values, 8, 1), huge = within_of((const double[]){1e308, -1e308, 1e308, 1e308}, 2, 2);
    CHECK(isnan(within_sd(&none)) && within_widening(&none, 2, 1) == 1 && !*within_advice(&none, 2, shown, NULL, &arena), "no repetitions");
    CHECK(isnan(within_sd(&huge)) && within_widening(&huge, 2, 1) == 1, "too large to be squared");
    CHECK(within_widening(&within, 0, 1) == 1 && isfinite(within_widening(&within, 1e-300, 1)), "no spread between runs");
    within = within_of(values, 2, 4); /* 1 3 10 14 | 5 5 0 2: squares 110 + 18 over 6 df: 21.3; run points have 5.33 of it */
    const char *most = within_advice(&within, sqrt(6), shown, NULL, &arena), *little = within_advice(&within, 20, shown, NULL, &arena);
    CHECK(strcmp(most, "most of the run-to-run spread (2.45 s) comes from within runs, whose repetitions differ by 4.62 s: 4 times as many of "
                       "them would make it 1.41 s") == 0, "%s", most);
    CHECK(strcmp(little, "repetitions differ by 4.62 s, which is little of the run-to-run spread (20 s): more of them do not help, more runs do") == 0,
          "%s", little);
    CHECK(!*within_advice(&within, 4, shown, NULL, &arena), "neither");
    CHECK(!*within_advice(&within, 0, shown, NULL, &arena) && !*within_advice(&within, NAN, shown, NULL, &arena), "a spread of nothing, or that is not known");
    arena_close(&arena);
}

/* ---- from records to verdicts ---- */

struct scene {
    double between, within, change;
    size_t repetitions, own; /* of history's run points; of the run under test */
};

static struct analysis *analyse(const struct scene *scene, uint64_t seed, bool backwards, struct arena *arena)
{
    uint64_t random = seed;
    size_t n = RUNS * scene->repetitions;
    struct record *history = ARENA_ARRAY(arena, struct record, n), *entries = ARENA_ARRAY(arena, struct record, scene->own);
    struct analysis_options *options = ARENA_NEW(arena, struct analysis_options);
    *options = (struct analysis_options){.comparison_keys = version_key, .ignored_keys = no_keys, .sorting_keys = no_keys, .kpis = &rule, .kpis_n = 1,
                                         .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05};
    for (size_t i = 0; i <= RUNS; i++) {
        double level = 100 + scene->between * build_gauss(&random) + (i == RUNS ? scene->change : 0);
        for (size_t k = 0; k < (i == RUNS ? scene->own : scene->repetitions); k++) {
            const char *labels = arena_printf(arena, "gpu=8 version=\"v1.%zu\" run_id=\"r%zu\"", i, i), *id = arena_printf(arena, "p%zu-%zu", i, k);
            struct record record = build_record(id, (int)i, labels, level + scene->within * build_gauss(&random), arena);
            if (i == RUNS)
                entries[backwards ? scene->own - 1 - k : k] = record;
            else
                history[i * scene->repetitions + k] = record;
        }
    }
    return analysis_run(arena, options, entries, scene->own, history, n);
}

static void test_entry(void)
{
    struct arena arena = {0};
    struct scene scene = {.within = 4, .between = 1, .change = 0, .repetitions = 4, .own = 4};
    struct analysis *forth = analyse(&scene, 5, false, &arena), *back = analyse(&scene, 5, true, &arena);
    const struct evidence *first = &forth->entries[0].kpis[0].evidence;
    for (size_t i = 0; i < scene.own; i++) {
        const struct kpi_result *kpi = &forth->entries[i].kpis[0], *other = &back->entries[i].kpis[0];
        CHECK(kpi->evidence.repetitions == 4 && kpi->evidence.value == first->value, "repetition %zu: %g", i, kpi->evidence.value);
        CHECK(kpi->verdict == other->verdict && kpi->evidence.value == other->evidence.value, "in another order");
        CHECK(strstr(kpi->evidence.reason, "; mean of 4 repetitions"), "%s", kpi->evidence.reason);
    }
    double squares = 0;
    for (size_t i = 0; i < scene.own; i++)
        squares += pow(forth->entries[i].kpis[0].evidence.measured - first->value, 2);
    CHECK(fabs(first->own_sd - sqrt(squares / 3)) < 1e-9, "between its own repetitions %g", first->own_sd);
    CHECK(first->points_n == RUNS && fabs(first->within_sd - 4) < 1.5, "within %g", first->within_sd);
    CHECK(forth->entries[0].kpis[0].evidence.measured != forth->entries[1].kpis[0].evidence.measured, "each has its own value still");
    scene = (struct scene){.within = 0, .between = 1, .change = 20, .repetitions = 1, .own = 1};
    const struct evidence *alone = &analyse(&scene, 5, false, &arena)->entries[0].kpis[0].evidence;
    CHECK(alone->repetitions == 1 && isnan(alone->own_sd), "%zu of its own: %g", alone->repetitions, alone->own_sd);
    CHECK(isnan(alone->within_sd) && !strstr(alone->reason, "repetitions"), "%s", alone->reason);
    arena_close(&arena);
}

/* What is told, where it is in the way. */
static void test_advice(void)
{
    static const struct {
        struct scene scene;
        const char *advice;
    } rows[] = {
        {{.within = 60, .between = 1, .repetitions = 4, .own = 4}, "4 times as many of them would make it"},
        {{.within = .5, .between = 45, .repetitions = 4, .own = 4}, "more of them do not help, more runs do"},
        {{.within = 1, .between = 1, .repetitions = 4, .own = 4}, NULL},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = {0};
        const struct kpi_result *kpi = &analyse(&rows[i].scene, 11, false, &arena)->entries[0].kpis[0];
        CHECK(kpi->verdict == (rows[i].advice ? VERDICT_CANNOT_TELL : VERDICT_OK), "row %zu: %s: %s", i, verdict_name(kpi->verdict), kpi->evidence.reason);
        CHECK(rows[i].advice ? strstr(kpi->evidence.flip, rows[i].advice) != NULL : !strstr(kpi->evidence.flip, "repetitions"), "row %zu: %s", i,
              kpi->evidence.flip);
        arena_close(&arena);
    }
}

/* A run with one repetition against run points of four: the level is kept though their means scatter half as much. Without the widening a
 * fifth of the runs would be regressions. */
static void test_level(void)
{
    enum { TIMES = 400 };
    struct scene scene = {.within = 4, .between = .5, .repetitions = 4, .own = 1};
    size_t alarms = 0;
    for (uint64_t i = 0; i < TIMES; i++) {
        struct arena arena = {0};
        alarms += analyse(&scene, 1000 + i, false, &arena)->counts[VERDICT_REGRESSION];
        arena_close(&arena);
    }
    CHECK((double)alarms <= .05 * TIMES + 3 * sqrt(TIMES * .05 * .95), "%zu alarms of %d", alarms, TIMES);
}

int main(void)
{
    test_numbers();
    test_entry();
    test_advice();
    test_level();
    return check_end();
}
