/* list_rates [INVOCATIONS [SEED]] — KPIs that are lists (regress/checks/list_check.h) by simulation of whole invocations of 8 of them: how often there is any
 * regression, or any suspect, when nothing changed, by the noise between runs; and how often a change of one part of one distribution is
 * seen at once, and as that part. Built as the target `list_rates`. */
#include "tests/regress_lists.h"

static void show(const struct lists_scene *scene, int invocations, uint64_t *random)
{
    double regression = 0, suspect = 0, first = 0, first_suspect = 0, as[DISTRIBUTION_PARTS] = {0}, each = 1 / (double)invocations;
    for (int t = 0; t < invocations; t++) {
        struct arena arena = {0};
        const struct analysis *analysis = lists_invocation(scene, random, &arena);
        const struct kpi_result *kpi = &analysis->entries[0].kpis[0];
        bool seen = kpi->verdict == VERDICT_REGRESSION;
        regression += analysis->counts[VERDICT_REGRESSION] ? each : 0;
        suspect += analysis->counts[VERDICT_SUSPECT] ? each : 0;
        first += seen ? each : 0;
        first_suspect += kpi->verdict == VERDICT_SUSPECT ? each : 0;
        for (size_t i = 0; i < DISTRIBUTION_PARTS; i++)
            as[i] += seen && strcmp(kpi->checks[0].part, distribution_part_name((enum distribution_part)i)) == 0 ? each : 0;
        arena_close(&arena);
    }
    printf("%-10s runs %2zu, slowest %5.1f %% x %.1f: any regression %.3f, suspect %.3f", scene->family, scene->runs, 100 * scene->share, scene->times,
           regression, suspect);
    if (scene->share > 0)
        printf("; the changed one %.2f, suspect %.2f (mean %.2f p50 %.2f p90 %.2f p95 %.2f p99 %.2f)", first, first_suspect, as[0], as[1], as[2], as[3],
               as[4]);
    printf("\n");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static const char *const families[] = {"gauss", "lognormal", "AR(.3)"};
    static const size_t runs[] = {8, 12, 20, 40};
    static const struct {
        double share, times;
    } changes[] = {{1, 1.2}, {.1, 1.5}, {.03, 2}, {.01, 3}};
    int invocations = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1000;
    uint64_t random = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    for (size_t f = 0; f < 3; f++)
        for (size_t k = 0; k < 4; k++)
            show(&(struct lists_scene){families[f], runs[k], 300, 0, 1}, invocations, &random);
    for (size_t c = 0; c < 4; c++)
        for (size_t k = 0; k < 4; k++)
            show(&(struct lists_scene){"gauss", runs[k], 300, changes[c].share, changes[c].times}, invocations / 5, &random);
    return 0;
}
