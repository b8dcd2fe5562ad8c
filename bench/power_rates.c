/* power_rates [REPLICATES [SEED [POINTS [NOISES]]]] — how often the smallest change that an `ok` names is seen (bench/power.h), by simulation, seeded.
 *
 * A row for each family of bench/noise.h and number of run points; with 1 and with 8 KPIs: the share that is seen, in brackets as regression
 * and as cannot tell, and the median and the 90th percentile of the sizes that were named, in true sd. Families that are not
 * symmetric also with the long tail on the better side. Built as the target `power_rates`. */
#include "bench/power.h"

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void show(const struct power_cell *cell, int replicates, uint64_t seed)
{
    size_t verdicts[VERDICT_COUNT] = {0}, n = 0, seen = 0;
    double *sizes = malloc((size_t)replicates * sizeof(double));
    uint64_t random = seed * 1000003 + (uint64_t)cell->noise * 10007 + cell->points * 101 + cell->kpis;
    for (int i = 0; i < replicates; i++) {
        struct power_found found = power_try(cell, &random);
        if (found.quiet != VERDICT_OK)
            continue;
        verdicts[found.changed]++;
        seen += found.seen;
        sizes[n++] = found.size;
    }
    qsort(sizes, n, sizeof(double), compare_doubles);
    double all = (double)n;
    printf("  %.3f (%.3f %.3f) %.2f %.2f", (double)seen / all, (double)verdicts[VERDICT_REGRESSION] / all,
           (double)verdicts[VERDICT_CANNOT_TELL] / all, sizes[n / 2], sizes[n * 9 / 10]);
    fflush(stdout);
    free(sizes);
}

static void show_row(struct power_cell cell, int replicates, uint64_t seed)
{
    static const size_t kpis[] = {1, 8};
    printf("%-16s %-8s n %3zu:", noise_names[cell.noise], cell.mirrored ? "mirrored" : "", cell.points);
    for (size_t i = 0; i < sizeof(kpis) / sizeof(*kpis); i++) {
        cell.kpis = kpis[i];
        show(&cell, replicates, seed);
    }
    printf("\n");
}

static size_t number(int argc, char **argv, int i, size_t otherwise)
{
    return i < argc ? (size_t)strtoull(argv[i], NULL, 0) : otherwise;
}

int main(int argc, char **argv)
{
    static const size_t points[] = {8, 12, 20, 40, 100};
    int replicates = (int)number(argc, argv, 1, 2000);
    size_t seed = number(argc, argv, 2, 20261121), only = number(argc, argv, 3, 0), noises = number(argc, argv, 4, (1u << NOISES_PROMISED) - 1);
    for (enum noise f = 0; f < NOISES; f++)
        for (size_t p = 0; p < sizeof(points) / sizeof(*points); p++) {
            if (!(noises >> f & 1) || (only && points[p] != only))
                continue;
            bool skewed = f == NOISE_LOGNORMAL || f == NOISE_LOGNORMAL1 || f == NOISE_BIMODAL;
            for (int mirrored = 0; mirrored <= skewed; mirrored++)
                show_row((struct power_cell){.noise = f, .mirrored = mirrored, .points = points[p]}, replicates, seed);
        }
    return 0;
}
