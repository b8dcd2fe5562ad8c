/* bench/power.h — whether the smallest change that an `ok` names is seen: one invocation as it is, and once more with the newest run of its
 * first KPI made worse by exactly that (evidence.smallest_seen). "Lower is better"; the long tail of skewed noise is the worse side, or, mirrored,
 * the better one. Seen is what the gate takes for suspect at least: also `cannot tell` where few runs of skewed noise are far out. */
#ifndef BENCH_POWER_H
#define BENCH_POWER_H
#include "bench/noise.h"

enum { POWER_KPIS_MAX = 8, POWER_POINTS_MAX = 200 };

struct power_cell {
    enum noise noise;
    bool mirrored;
    size_t points, kpis;
    double threshold; /* min_absolute, in sd */
};

struct power_found {
    enum verdict quiet, changed; /* `changed`: only where the first was ok */
    bool seen;
    double size; /* that was named, in sd */
};

/* A machine that rounds to 1 sd does so after the step. */
static inline double power_measured(const struct power_cell *cell, double noise, double step)
{
    double x = (cell->mirrored ? 200 - noise : noise) + step;
    return cell->noise == NOISE_QUANTISED ? nearbyint(x) : x;
}

static inline struct kpi_result power_judge(const struct power_cell *cell, double (*x)[POWER_POINTS_MAX + 1], double step, struct arena *arena)
{
    static const char *const no_keys[] = {NULL}, *const version_key[] = {"version", NULL};
    struct kpi_rule *rules = ARENA_ARRAY(arena, struct kpi_rule, cell->kpis);
    size_t n = cell->points;
    struct record *runs = ARENA_ARRAY(arena, struct record, n + 1);
    for (size_t i = 0; i <= n; i++) {
        runs[i] = build_record(arena_printf(arena, "i%03zu", i), (int)i, arena_printf(arena, "version=\"1.%zu\"", i), 0, arena);
        runs[i].kpis = ARENA_ARRAY(arena, struct kpi_value, cell->kpis);
        runs[i].kpis_n = cell->kpis;
    }
    for (size_t k = 0; k < cell->kpis; k++) {
        const char *name = arena_printf(arena, "k%zu", k);
        rules[k] = (struct kpi_rule){.name = name, .better = DIRECTION_LOWER, .min_absolute = cell->threshold};
        for (size_t i = 0; i <= n; i++)
            runs[i].kpis[k] = (struct kpi_value){name, power_measured(cell, x[k][i], k == 0 && i == n ? step : 0)};
    }
    struct analysis_options options = {.comparison_keys = version_key, .ignored_keys = no_keys, .sorting_keys = no_keys, .kpis = rules,
                                       .kpis_n = cell->kpis, .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05};
    return analysis_run(arena, &options, &runs[n], 1, runs, n)->entries[0].kpis[0];
}

static inline struct power_found power_try(const struct power_cell *cell, uint64_t *random)
{
    struct arena arena = {0};
    double (*x)[POWER_POINTS_MAX + 1] = arena_alloc(&arena, cell->kpis * sizeof(*x));
    for (size_t k = 0; k < cell->kpis; k++)
        noise_fill(cell->noise == NOISE_QUANTISED ? NOISE_GAUSS : cell->noise, x[k], cell->points + 1, random);
    struct kpi_result quiet = power_judge(cell, x, 0, &arena);
    struct power_found found = {.quiet = quiet.verdict, .changed = VERDICT_OK, .size = quiet.evidence.smallest_seen};
    if (found.quiet == VERDICT_OK) {
        struct kpi_result changed = power_judge(cell, x, found.size, &arena);
        found.changed = changed.verdict;
        found.seen = changed.verdict == VERDICT_SUSPECT || changed.verdict == VERDICT_REGRESSION ||
                     (changed.verdict == VERDICT_CANNOT_TELL && !changed.evidence.level_kept);
    }
    arena_close(&arena);
    return found;
}
#endif
