/* drift_rates [SERIES [SEED]] — detect/drift.h by simulation: how often budget and creep cry at .05 when nothing
 * changed, by noise family and run points, with the autocorrelation estimated and declared as 0; how often the
 * intervals at .90 hold the truth; and how often a creep of so many sd over the series is seen. Built as the target
 * `drift_rates`. */
#include "detect/drift.h"
#include "tests/regress_build.h"

enum { N_MAX = 120 };

static void noise(const char *family, double *x, size_t n, uint64_t *random)
{
    if (strcmp(family, "AR(.5)") != 0) {
        build_noise(family, x, n, random);
        return;
    }
    double last = build_gauss(random);
    for (size_t i = 0; i < n; i++) {
        x[i] = 100 + last;
        last = .5 * last + sqrt(.75) * build_gauss(random);
    }
}

struct rates {
    double exceeded, creep, covered_change, covered_slope;
};

/* creep: sd over the whole series. */
static struct rates simulate(const char *family, size_t n, double creep, double rho, int series, uint64_t *random)
{
    struct rates rates = {0};
    for (int t = 0; t < series; t++) {
        double x[N_MAX], truth = creep / (double)(n - 1);
        noise(family, x, n, random);
        for (size_t i = 0; i < n; i++)
            x[i] += truth * (double)i;
        struct drift d = drift_test(x, n, &(struct drift_options){.worse = SIDE_ABOVE, .rho = rho, .alpha = .05});
        double change = truth * (double)(n - d.current_n);
        rates.exceeded += (d.p_exceeded <= .05) / (double)series;
        rates.creep += (d.p_creep <= .05) / (double)series;
        rates.covered_change += (d.change_low <= change && change <= d.change_high) / (double)series;
        rates.covered_slope += (d.slope_low <= truth && truth <= d.slope_high) / (double)series;
    }
    return rates;
}

int main(int argc, char **argv)
{
    static const char *const families[] = {"gauss", "t3", "lognormal", "AR(.3)", "AR(.5)"};
    static const size_t lengths[] = {8, 12, 20, 30, 60, 120};
    static const double creeps[] = {1, 2, 4};
    int series = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 4000;
    uint64_t random = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    printf("nothing changed: budget of 0 exceeded, creep, at .05; coverage of the change's and the slope's interval at "
           ".90; rho estimated | declared 0\n");
    for (size_t f = 0; f < 5; f++) {
        for (size_t k = 0; k < 6; k++) {
            struct rates a = simulate(families[f], lengths[k], 0, NAN, series, &random),
                         b = simulate(families[f], lengths[k], 0, 0, series, &random);
            printf("%-10s n %3zu: %.3f %.3f  %.2f %.2f | %.3f %.3f  %.2f %.2f\n", families[f], lengths[k], a.exceeded,
                   a.creep, a.covered_change, a.covered_slope, b.exceeded, b.creep, b.covered_change, b.covered_slope);
        }
    }
    printf(
        "a creep of 1, 2, 4 sd over the series, Gaussian: budget of 0 exceeded, creep; rho estimated | declared 0\n");
    for (size_t k = 0; k < 6; k++) {
        printf("n %3zu:", lengths[k]);
        for (size_t c = 0; c < 3; c++) {
            struct rates a = simulate("gauss", lengths[k], creeps[c], NAN, series / 4, &random);
            struct rates b = simulate("gauss", lengths[k], creeps[c], 0, series / 4, &random);
            printf("  %.2f %.2f | %.2f %.2f", a.exceeded, a.creep, b.exceeded, b.creep);
        }
        printf("\n");
    }
    return 0;
}
