/* regress: the promised level and the power that docs/statistics.md has tables of, in small: seeded, so that a move of either shows. The
 * bounds are the tables' values and three standard errors of so few replicates. */
#include "bench/noise.h"
#include "regress/analysis.h"
#include "tests/check.h"

static const char *const no_keys[] = {NULL}, *const version_key[] = {"version", NULL};
enum { KPIS_MAX = 24, POINTS_MAX = 64 };

struct scene {
    enum noise noise;
    size_t points, age, kpis; /* run points of history, the newest included that are at the new level */
    double step;
};

/* The verdict on the first KPI when there is a step, else the gravest of all. */
static enum verdict verdict_of(const struct scene *s, uint64_t *random)
{
    struct arena arena = {0};
    struct record runs[POINTS_MAX + 1];
    struct kpi_rule rules[KPIS_MAX];
    size_t n = s->points;
    for (size_t i = 0; i <= n; i++) {
        runs[i] = build_record(arena_printf(&arena, "i%03zu", i), (int)i, arena_printf(&arena, "version=\"1.%zu\"", i), 0, &arena);
        runs[i].kpis = ARENA_ARRAY(&arena, struct kpi_value, s->kpis);
        runs[i].kpis_n = s->kpis;
    }
    for (size_t k = 0; k < s->kpis; k++) {
        double x[POINTS_MAX + 1];
        const char *name = arena_printf(&arena, "k%02zu", k);
        noise_fill(s->noise, x, n + 1, random);
        rules[k] = (struct kpi_rule){.name = name, .better = DIRECTION_LOWER};
        for (size_t i = 0; i <= n; i++)
            runs[i].kpis[k] = (struct kpi_value){name, x[i] + (k == 0 && i + s->age > n ? s->step : 0)};
    }
    struct analysis_options options = {.comparison_keys = version_key, .ignored_keys = no_keys, .sorting_keys = no_keys, .kpis = rules,
                                       .kpis_n = s->kpis, .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05};
    struct analysis *analysis = analysis_run(&arena, &options, &runs[n], 1, runs, n);
    enum verdict verdict = s->step > 0                              ? analysis->entries[0].kpis[0].verdict
                           : analysis->counts[VERDICT_REGRESSION] > 0 ? VERDICT_REGRESSION
                                                                      : VERDICT_OK;
    arena_close(&arena);
    return verdict;
}

static double share(const struct scene *s, int replicates)
{
    uint64_t random = 1000003 * (uint64_t)s->noise + 101 * s->points + s->kpis + 7;
    int n = 0;
    for (int i = 0; i < replicates; i++)
        n += verdict_of(s, &random) == VERDICT_REGRESSION;
    return (double)n / replicates;
}

static void test_level(void)
{
    static const struct {
        size_t points, kpis;
        int replicates;
    } sizes[] = {{8, 1, 400}, {30, 1, 300}, {8, 24, 80}, {12, 8, 120}};
    for (enum noise f = 0; f < NOISES_PROMISED; f++)
        for (size_t i = 0; i < ROWS(sizes); i++) {
            if (f == NOISE_QUARTER) /* a burst of two or three runs is no noise but a step to any test: see the table */
                continue;
            int replicates = check_replicates(sizes[i].replicates);
            double got = share(&(struct scene){f, sizes[i].points, 0, sizes[i].kpis, 0}, replicates);
            double bound = .05 + 3 * sqrt(.05 * .95 / replicates);
            CHECK(got <= bound, "%s, %zu run points, %zu KPIs: %.3f, at most %.3f", noise_names[f], sizes[i].points, sizes[i].kpis, got, bound);
        }
}

static void test_power(void)
{
    enum { REPLICATES = 200 };
    static const struct {
        struct scene scene;
        double least; /* of so many */
    } rows[] = {
        {{NOISE_GAUSS, 30, 1, 1, 5}, .93},     {{NOISE_GAUSS, 31, 2, 1, 3}, .65}, {{NOISE_GAUSS, 32, 3, 1, 3}, .83},
        {{NOISE_GAUSS, 34, 5, 1, 2}, .68},     {{NOISE_GAUSS, 39, 10, 1, 2}, .88}, {{NOISE_T3, 32, 3, 1, 3}, .88},
        {{NOISE_LOGNORMAL1, 32, 3, 1, 3}, .9}, {{NOISE_AR3, 34, 5, 1, 3}, .85},   {{NOISE_GAUSS, 32, 3, 8, 5}, .9},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        int replicates = check_replicates(REPLICATES);
        double got = share(&rows[i].scene, replicates), p = rows[i].least;
        double least = p - 3 * sqrt(p * (1 - p)) * (1 / sqrt(replicates) - 1 / sqrt(REPLICATES));
        CHECK(got >= least, "%s, %g sd, %zu runs old, %zu KPIs: found in %.3f, at least %.2f", noise_names[rows[i].scene.noise],
              rows[i].scene.step, rows[i].scene.age, rows[i].scene.kpis, got, least);
    }
}

int main(void)
{
    test_level();
    test_power();
    return check_end();
}
