/* list_rates [LISTS [SEED]] — detect/distribution.h by simulation: how often a list KPI cries at .05 (any part,
 * corrected) when nothing changed, by the noise between runs, and how often a change of one part of the distribution is
 * seen, and as that part. Built as the target `list_rates`. */
#include "detect/distribution.h"
#include "tests/regress_build.h"

enum { REQUESTS = 300, RUNS_MAX = 40 };

/* Log-normal requests; runs differ by 2 sd-% of a family; the slowest `share` of the requests take `times` as long. */
static struct distribution run_of(double off, double share, double times, uint64_t *random)
{
    double x[REQUESTS], room[REQUESTS];
    for (size_t i = 0; i < REQUESTS; i++) {
        double g = build_gauss(random);
        x[i] = (1 + .02 * off) * exp(.3 * g) * (.5 * erfc(g / sqrt(2)) < share ? times : 1);
    }
    return distribution_of(x, REQUESTS, room);
}

static void show(const char *family, size_t runs, double share, double times, int lists, uint64_t *random)
{
    double seen = 0, as[DISTRIBUTION_PARTS] = {0};
    for (int t = 0; t < lists; t++) {
        struct arena arena = {0};
        struct distribution history[RUNS_MAX + 1];
        double off[RUNS_MAX + 1];
        build_noise(family, off, runs + 1, random);
        for (size_t i = 0; i <= runs; i++)
            history[i] = run_of(off[i] - 100, i == runs ? share : 0, times, random);
        struct distribution_result r = distribution_test(
            history, runs, &history[runs], &(struct distribution_options){.worse = SIDE_ABOVE, .alpha = .05}, &arena);
        seen += (r.p_worse <= .05) / (double)lists;
        as[r.worst] += (r.p_worse <= .05) / (double)lists;
        arena_close(&arena);
    }
    printf("%-10s runs %2zu, slowest %4.1f %% x %.1f: %.3f  (mean %.2f p50 %.2f p90 %.2f p95 %.2f p99 %.2f)\n", family,
           runs, 100 * share, times, seen, as[0], as[1], as[2], as[3], as[4]);
}

int main(int argc, char **argv)
{
    static const char *const families[] = {"gauss", "t3", "lognormal", "AR(.3)"};
    static const size_t runs[] = {5, 8, 16, 40};
    static const struct {
        double share, times;
    } changes[] = {{1, 1.1}, {1, 1.2}, {.1, 1.5}, {.03, 2}, {.01, 3}};
    int lists = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1000;
    uint64_t random = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    for (size_t f = 0; f < 4; f++)
        for (size_t k = 0; k < 4; k++)
            show(families[f], runs[k], 0, 1, lists, &random);
    for (size_t c = 0; c < 5; c++)
        for (size_t k = 1; k < 4; k++)
            show("gauss", runs[k], changes[c].share, changes[c].times, lists / 2, &random);
    return 0;
}
