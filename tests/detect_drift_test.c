/* regress: slow drift: budgets and creep by hand, and how often they cry when nothing changed (a small simulation; bench/drift_rates.c has the
 * large one). */
#include <math.h>
#include <string.h>

#include "detect/drift.h"
#include "tests/check.h"
#include "tests/regress_build.h"

enum { N = 60 };

static void test_line(void)
{
    double x[N], mirrored[N], pinned[3] = {99.5, 100, 100.5};
    uint64_t random = 2;
    for (size_t i = 0; i < N; i++) {
        x[i] = 100 + .2 * (double)i + .5 * build_gauss(&random); /* 12 % in all */
        mirrored[i] = -x[i];
    }
    struct drift_options options = {.worse = SIDE_ABOVE, .budget = .05, .rho = 0, .alpha = .05};
    struct drift d = drift_test(x, N, &options);
    CHECK(d.tested && d.p_exceeded < 1e-6 && d.p_creep < 1e-6 && d.runs_left == 0, "beyond: p %g, %g", d.p_exceeded, d.p_creep);
    CHECK(fabs(d.slope - .2) < .02 && d.slope_low < d.slope && d.slope < d.slope_high && d.change_low > 5 && d.change_high < 15, "slope %g, change %g", d.slope, d.change);
    CHECK(d.reference_n == DRIFT_BLOCK && d.current_n == DRIFT_BLOCK && fabs(d.budget - .05 * d.reference) < 1e-12, "blocks");
    options.budget = .2;
    d = drift_test(x, N, &options);
    CHECK(d.p_exceeded > .9 && d.p_creep < 1e-6 && d.runs_left > 20 && d.runs_left < 80, "within 20 %%: %g runs left", d.runs_left);
    options.pinned = pinned;
    options.pinned_n = 3;
    d = drift_test(x, N, &options);
    CHECK(d.reference == 100 && d.reference_n == 3 && d.change > 10, "pinned: %g", d.change);
    options.pinned = NULL;
    options.pinned_n = 0;
    options.worse = SIDE_BELOW;
    struct drift better = drift_test(x, N, &options), turned = drift_test(mirrored, N, &options);
    CHECK(better.p_creep > .99 && better.slope < 0 && isinf(better.runs_left) && better.p_exceeded > .99, "for the better");
    options.worse = SIDE_ABOVE;
    d = drift_test(x, N, &options);
    CHECK(fabs(turned.slope - d.slope) < 1e-12 && fabs(turned.p_exceeded - d.p_exceeded) < 1e-12 && turned.p_creep == d.p_creep &&
              fabs(turned.change_low - d.change_low) < 1e-9, "mirrored");
}

static void test_edges(void)
{
    static const double equal[20] = {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7};
    struct drift_options options = {.worse = SIDE_ABOVE, .budget = .05, .rho = NAN, .alpha = .05};
    CHECK(!drift_test(equal, DRIFT_MIN - 1, &options).tested, "too few");
    struct drift d = drift_test(equal, 20, &options);
    CHECK(d.tested && d.p_exceeded == 1 && d.p_creep == 1 && d.change == 0 && isinf(d.runs_left), "constant");
    double x[20];
    for (size_t i = 0; i < 20; i++)
        x[i] = i % 2 ? 1e308 : -1e308;
    d = drift_test(x, 20, &options);
    CHECK(!d.tested || (d.p_exceeded >= 0 && d.p_exceeded <= 1), "the ends of the numbers");
    static double many[100000];
    for (size_t i = 0; i < ROWS(many); i++)
        many[i] = 100 + (double)(i * 7919 % 1009) / 100 + (double)i * 1e-3;
    d = drift_test(many, ROWS(many), &options);
    CHECK(d.tested && d.p_exceeded < 1e-6 && d.p_creep < .05, "a hundred thousand runs");
}

static const struct {
    const char *family;
    double rho, limit; /* the limit is what bench/drift_rates.c measured, not more than .05, but see drift.c */
} families[] = {{"gauss", NAN, .05}, {"t3", NAN, .05}, {"lognormal", NAN, .05}, {"AR(.3)", NAN, .05}, {"gauss", 0, .05}};

static void test_level(void)
{
    enum { TIMES = 1000 };
    static const size_t lengths[] = {12, 30, 60};
    uint64_t random = 6;
    for (size_t f = 0; f < ROWS(families); f++) {
        for (size_t k = 0; k < ROWS(lengths); k++) {
            size_t exceeded = 0, creep = 0;
            for (size_t t = 0; t < TIMES; t++) {
                double x[N];
                build_noise(families[f].family, x, lengths[k], &random);
                struct drift_options options = {.worse = t % 2 ? SIDE_ABOVE : SIDE_BELOW, .rho = families[f].rho, .alpha = .05};
                struct drift d = drift_test(x, lengths[k], &options);
                exceeded += d.p_exceeded <= .05;
                creep += d.p_creep <= .05;
            }
            double most = families[f].limit * TIMES + 4 * sqrt(TIMES * .05 * .95);
            CHECK((double)exceeded <= most && (double)creep <= most, "%s, %zu runs: budget %zu, creep %zu of %d", families[f].family, lengths[k],
                  exceeded, creep, TIMES);
            CHECK(families[f].rho != 0 || (exceeded > TIMES / 50 && creep > TIMES / 50), "%zu runs: blind", lengths[k]);
        }
    }
}

int main(void)
{
    test_line();
    test_edges();
    test_level();
    return check_end();
}
