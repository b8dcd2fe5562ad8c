/* Invocations on fresh noise whose KPIs get budgets, a control or pairs: for bench/check_rates.c and its small version in the suite. */
#ifndef TESTS_CHECK_SCENES_H
#define TESTS_CHECK_SCENES_H
#include "tests/regress_build.h"

enum { SCENE_RUNS = 128, SCENE_KPIS = 24 };

struct check_scene {
    const char *family; /* see build_noise */
    size_t runs, kpis;  /* run points of history, or pairs */
    bool budget;        /* of next to nothing: nothing may change for the worse */
    bool independent;
    bool control; /* all KPIs are divided by one, and move with it */
    bool paired;
    double creep; /* sd, of the first KPI over the series; of pairs: of the candidates */
};

struct check_rates {
    double regression, suspect; /* any; with a creep: of the first KPI, by the check */
};

static inline void scene_values(const struct check_scene *s, double x[SCENE_KPIS][SCENE_RUNS], size_t n, uint64_t *random)
{
    for (size_t k = 0; k < s->kpis; k++) {
        build_noise(s->family, x[k], n, random);
        for (size_t i = 0; i < n && k == 0; i++)
            x[k][i] += !s->paired ? s->creep * (double)i / (double)(n - 1) : i % 2 ? s->creep : 0;
    }
    for (size_t i = 0; i < n && s->control; i++) {
        double machine = exp(.05 * build_gauss(random));
        for (size_t k = 0; k < s->kpis; k++)
            x[k][i] *= machine;
        x[s->kpis][i] = (100 + .3 * build_gauss(random)) * machine;
    }
}

static inline struct record *scene_records(const struct check_scene *s, double x[SCENE_KPIS][SCENE_RUNS], size_t n, const char *const *names,
                                           struct arena *arena)
{
    size_t kpis = s->kpis + s->control;
    struct record *runs = ARENA_ARRAY(arena, struct record, n);
    for (size_t i = 0; i < n; i++) {
        const char *labels = !s->paired ? arena_printf(arena, "version=\"1.%zu\"", i)
                                        : arena_printf(arena, "version=\"1\" run_id=\"r\" pair_id=%zu side=\"%s\"", i / 2, i % 2 ? "new" : "base");
        runs[i] = build_record(arena_printf(arena, "i%03zu", i), (int)i, labels, 0, arena);
        runs[i].start_us = s->paired ? (int64_t)i : runs[i].start_us;
        runs[i].kpis = ARENA_ARRAY(arena, struct kpi_value, kpis);
        runs[i].kpis_n = kpis;
        for (size_t k = 0; k < kpis; k++)
            runs[i].kpis[k] = (struct kpi_value){names[k], x[k][i]};
    }
    return runs;
}

static inline void scene_count(const struct check_scene *s, const struct analysis *analysis, struct check_rates *rates, double share)
{
    if (s->creep == 0) {
        rates->regression += analysis->counts[VERDICT_REGRESSION] > 0 ? share : 0;
        rates->suspect += analysis->counts[VERDICT_SUSPECT] > 0 ? share : 0;
        return;
    }
    for (size_t i = 0; i < analysis->entries_n; i++) {
        const struct kpi_result *kpi = &analysis->entries[i].kpis[0];
        bool counts = kpi->evidence.decided_by == CHECK_DRIFT || kpi->evidence.decided_by == CHECK_PAIRED;
        rates->regression += counts && kpi->verdict == VERDICT_REGRESSION ? share : 0;
        rates->suspect += counts && kpi->verdict == VERDICT_SUSPECT ? share : 0;
    }
}

static inline void scene_invoke(const struct check_scene *s, uint64_t *random, struct check_rates *rates, double share)
{
    static const char *const version[] = {"version", NULL}, *const none[] = {NULL};
    struct arena arena = {0};
    double x[SCENE_KPIS][SCENE_RUNS];
    const char *names[SCENE_KPIS];
    struct kpi_rule rules[SCENE_KPIS];
    size_t n = s->paired ? 2 * s->runs : s->runs + 1;
    for (size_t k = 0; k <= s->kpis; k++) {
        names[k] = arena_printf(&arena, "k%02zu", k);
        rules[k] = (struct kpi_rule){.name = names[k], .better = DIRECTION_LOWER, .independent = s->independent, .budget.absolute = s->budget ? 1e-9 : 0,
                                     .control = {.kpi = s->control ? "control" : NULL}};
    }
    names[s->kpis] = s->control ? "control" : names[s->kpis];
    scene_values(s, x, n, random);
    struct record *runs = scene_records(s, x, n, names, &arena);
    for (size_t i = 0; i < n && s->control; i++) { /* names in their order */
        struct kpi_value last = runs[i].kpis[s->kpis];
        memmove(runs[i].kpis + 1, runs[i].kpis, s->kpis * sizeof(last));
        runs[i].kpis[0] = last;
    }
    struct analysis_options options = {.comparison_keys = version, .ignored_keys = none, .sorting_keys = none, .kpis = rules, .kpis_n = s->kpis,
                                       .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05};
    if (s->paired)
        options.pairing = (struct pairing){"pair_id", "side", "\"base\""};
    const struct analysis *analysis = s->paired ? analysis_run(&arena, &options, runs, n, NULL, 0)
                                                : analysis_run(&arena, &options, &runs[n - 1], 1, runs, n - 1);
    scene_count(s, analysis, rates, share);
    arena_close(&arena);
}

static inline struct check_rates check_rates(const struct check_scene *scene, int invocations, uint64_t *random)
{
    struct check_rates rates = {0, 0};
    for (int i = 0; i < invocations; i++)
        scene_invoke(scene, random, &rates, 1.0 / invocations);
    return rates;
}
#endif
