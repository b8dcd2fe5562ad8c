/* error_rates [INVOCATIONS [SEED]] — what the gate promises and what it costs, by simulation: the share of invocations with any
 * regression when nothing changed, by noise family, run points and KPIs; and how often a lone newest run that is worse by so many
 * sd in one of the KPIs is a regression, or at least suspect. Built as the target `error_rates`. */
#include "tests/regress_build.h"

enum { KPIS_MAX = 24, POINTS_MAX = 60 };

struct setting {
    const char *family;
    size_t points, kpis;
    double worse; /* sd added to the first KPI of the newest run, in its worse direction */
};

static const char *const no_keys[] = {NULL}, *const version_key[] = {"version", NULL};

/* Verdicts of one invocation on fresh noise: counts[VERDICT_…]. */
static void invoke(const struct setting *s, uint64_t *random, size_t *counts)
{
    struct arena arena = {0};
    struct record runs[POINTS_MAX + 1];
    struct kpi_rule rules[KPIS_MAX];
    for (size_t i = 0; i <= s->points; i++) {
        runs[i] = build_record(arena_printf(&arena, "i%02zu", i), (int)i, arena_printf(&arena, "version=\"1.%zu\"", i), 0, &arena);
        runs[i].kpis = ARENA_ARRAY(&arena, struct kpi_value, s->kpis);
        runs[i].kpis_n = s->kpis;
    }
    for (size_t k = 0; k < s->kpis; k++) {
        double x[POINTS_MAX + 1];
        const char *name = arena_printf(&arena, "k%02zu", k);
        build_noise(s->family, x, s->points + 1, random);
        x[s->points] += k == 0 ? s->worse : 0;
        rules[k] = (struct kpi_rule){.name = name, .better = DIRECTION_LOWER};
        for (size_t i = 0; i <= s->points; i++)
            runs[i].kpis[k] = (struct kpi_value){name, x[i]};
    }
    struct analysis_options options = {.comparison_keys = version_key, .ignored_keys = no_keys, .sorting_keys = no_keys,
                                       .kpis = rules, .kpis_n = s->kpis, .min_history = 8, .false_alarm_rate = .05,
                                       .suspect_level = .05};
    struct analysis *analysis = analysis_run(&arena, &options, &runs[s->points], 1, runs, s->points);
    if (s->worse > 0) {
        counts[VERDICT_REGRESSION] += analysis->entries[0].kpis[0].verdict == VERDICT_REGRESSION;
        counts[VERDICT_SUSPECT] += analysis->entries[0].kpis[0].verdict == VERDICT_SUSPECT;
    } else {
        counts[VERDICT_REGRESSION] += analysis->counts[VERDICT_REGRESSION] > 0;
        counts[VERDICT_SUSPECT] += analysis->counts[VERDICT_SUSPECT] > 0;
    }
    arena_close(&arena);
}

static void show(const struct setting *s, int invocations, uint64_t *random)
{
    size_t counts[VERDICT_COUNT] = {0};
    for (int i = 0; i < invocations; i++)
        invoke(s, random, counts);
    printf("  %.3f (%.2f)", (double)counts[VERDICT_REGRESSION] / invocations, (double)counts[VERDICT_SUSPECT] / invocations);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static const char *const families[] = {"gauss", "t3", "lognormal", "AR(.3)"};
    static const size_t points[] = {8, 12, 20, 40}, kpis[] = {1, 8, 24};
    static const double worse[] = {5, 8, 13};
    int invocations = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1000;
    uint64_t random = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    printf("any regression (any suspect) when nothing changed, promised .05; columns: 1, 8, 24 KPIs\n");
    for (size_t f = 0; f < 4; f++) {
        for (size_t p = 0; p < 4; p++) {
            printf("%-10s n %2zu:", families[f], points[p]);
            for (size_t k = 0; k < 3; k++)
                show(&(struct setting){families[f], points[p], kpis[k], 0}, invocations / (k == 2 ? 2 : 1), &random);
            printf("\n");
        }
    }
    printf("a lone newest run worse by 5, 8, 13 sd in one KPI of 1 and of 8: regression (suspect), Gaussian noise\n");
    for (size_t p = 0; p < 4; p++) {
        printf("n %2zu:", points[p]);
        for (size_t k = 0; k < 2; k++)
            for (size_t w = 0; w < 3; w++)
                show(&(struct setting){"gauss", points[p], kpis[k], worse[w]}, invocations / 4, &random);
        printf("\n");
    }
    return 0;
}
