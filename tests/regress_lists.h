/* Records with KPIs that are lists, and whole invocations of them, for the tests of regress/ and for bench/list_rates.c. */
#ifndef TESTS_REGRESS_LISTS_H
#define TESTS_REGRESS_LISTS_H
#include "history/record_list.h"
#include "tests/regress_build.h"

enum { LISTS_KPIS = 8, LISTS_RUNS_MAX = 40, LISTS_REQUESTS_MAX = 400 };

/* Gives a record, which has room for RECORD_LIST_NAMES more KPIs, the list `name`, which sorts behind those that it has. */
static inline void lists_add(struct record *record, const char *name, const double *values, size_t n, struct arena *arena)
{
    static const size_t sorted[] = {DISTRIBUTION_PARTS, DISTRIBUTION_MEAN, DISTRIBUTION_P50, DISTRIBUTION_P90, DISTRIBUTION_P95, DISTRIBUTION_P99};
    double room[LISTS_REQUESTS_MAX];
    struct distribution list = distribution_of(values, n, room);
    for (size_t i = 0; i < RECORD_LIST_NAMES; i++) {
        double value = sorted[i] == DISTRIBUTION_PARTS ? (double)list.count : list.part[sorted[i]];
        if (isfinite(value) && list.count)
            record->kpis[record->kpis_n++] = (struct kpi_value){record_list_name(arena, name, sorted[i]), value};
    }
}

struct lists_scene {
    const char *family; /* of the run-to-run noise, 2 % of the level: build_noise */
    size_t runs, requests;
    double share, times; /* in the newest run the slowest `share` of the first KPI's requests take `times` as long */
};

/* LISTS_KPIS lists of log-normal latencies, "a" …, in `runs` earlier runs and the newest one; thresholds 0. */
static inline struct analysis *lists_invocation(const struct lists_scene *scene, uint64_t *random, struct arena *arena)
{
    static const char *const version[] = {"version", NULL}, *const none[] = {NULL};
    struct record *runs = ARENA_ARRAY(arena, struct record, scene->runs + 1);
    struct kpi_rule *rules = ARENA_ARRAY(arena, struct kpi_rule, LISTS_KPIS);
    for (size_t i = 0; i <= scene->runs; i++) {
        runs[i] = build_record(arena_printf(arena, "r%02zu", i), (int)i, arena_printf(arena, "gpu=8 version=\"v1.%zu\"", i), NAN, arena);
        runs[i].kpis = ARENA_ARRAY(arena, struct kpi_value, LISTS_KPIS * RECORD_LIST_NAMES);
    }
    for (size_t k = 0; k < LISTS_KPIS; k++) {
        double off[LISTS_RUNS_MAX + 1], x[LISTS_REQUESTS_MAX];
        rules[k] = (struct kpi_rule){.name = arena_printf(arena, "%c", (int)('a' + k)), .unit = "s", .better = DIRECTION_LOWER};
        build_noise(scene->family, off, scene->runs + 1, random);
        for (size_t i = 0; i <= scene->runs; i++) {
            for (size_t j = 0; j < scene->requests; j++) {
                double g = build_gauss(random);
                bool slow = i == scene->runs && k == 0 && .5 * erfc(g / sqrt(2)) < scene->share;
                x[j] = (1 + .02 * (off[i] - 100)) * exp(.3 * g) * (slow ? scene->times : 1);
            }
            lists_add(&runs[i], rules[k].name, x, scene->requests, arena);
        }
    }
    struct analysis_options *options = ARENA_NEW(arena, struct analysis_options);
    *options = (struct analysis_options){.comparison_keys = version, .ignored_keys = none, .sorting_keys = none, .kpis = rules, .kpis_n = LISTS_KPIS,
                                         .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05};
    return analysis_run(arena, options, &runs[scene->runs], 1, runs, scene->runs);
}
#endif
