/* declared_rates [INVOCATIONS [SEED]] — what it gains and costs to declare a KPI's noise (`independent: true`, `tails: normal`): the share of
 * invocations with a regression in one KPI when nothing changed (promised .05), and when the newest run is 5 sd worse. Built as the
 * target `declared_rates`. */
#include "tests/regress_build.h"

enum { RUNS_MAX = 40 };
static const char *const version_key[] = {"version", NULL}, *const no_keys[] = {NULL};
static const size_t run_points[] = {8, 12, 20, 40};
static const char *const families[] = {"gauss", "t3", "lognormal", "AR(.3)"};
static const struct {
    const char *what;
    bool independent, normal_tails;
} declared[] = {{"nothing", false, false}, {"independent", true, false}, {"tails: normal", false, true}, {"both", true, true}};

static bool is_regression(const struct kpi_rule *rule, const double *x, size_t n)
{
    struct arena arena = {0};
    struct record runs[RUNS_MAX + 1];
    for (size_t i = 0; i <= n; i++)
        runs[i] = build_record(arena_printf(&arena, "id%02zu", i), (int)i, arena_printf(&arena, "version=\"v1.%zu\" run_id=\"r%zu\"", i, i), x[i], &arena);
    struct analysis_options options = {.comparison_keys = version_key, .ignored_keys = no_keys, .sorting_keys = no_keys, .kpis = rule, .kpis_n = 1,
                                       .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05};
    bool regression = analysis_run(&arena, &options, &runs[n], 1, runs, n)->entries[0].kpis[0].verdict == VERDICT_REGRESSION;
    arena_close(&arena);
    return regression;
}

static double rate_of(const struct kpi_rule *rule, const char *family, size_t n, double worse, int invocations, uint64_t random)
{
    int hits = 0;
    for (int i = 0; i < invocations; i++) {
        double x[RUNS_MAX + 1];
        build_noise(family, x, n + 1, &random);
        x[n] += worse;
        hits += is_regression(rule, x, n);
    }
    return (double)hits / invocations;
}

int main(int argc, char **argv)
{
    int invocations = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 99;
    printf("a regression when nothing changed / when the newest run is 5 sd worse; 8, 12, 20, 40 run points\n");
    for (size_t f = 0; f < sizeof(families) / sizeof(families[0]); f++) {
        for (size_t d = 0; d < sizeof(declared) / sizeof(declared[0]); d++) {
            struct kpi_rule rule = {.name = "speed", .better = DIRECTION_LOWER, .independent = declared[d].independent, .normal_tails = declared[d].normal_tails};
            printf("%-10s %-14s", families[f], declared[d].what);
            for (size_t r = 0; r < sizeof(run_points) / sizeof(run_points[0]); r++)
                printf("  %.3f / %.3f", rate_of(&rule, families[f], run_points[r], 0, invocations, seed),
                       rate_of(&rule, families[f], run_points[r], 5, invocations, seed));
            printf("\n");
        }
    }
    return 0;
}
