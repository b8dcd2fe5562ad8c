/* regress: paired runs (by hand, and the level by simulation), and series relative to a control. */
#include <math.h>
#include <string.h>

#include "detect/paired.h"
#include "detect/reference.h"
#include "tests/check.h"
#include "tests/regress_build.h"

static const struct {
    const char *what;
    double candidate[9], baseline[9];
    size_t n, used;
    double ratio, higher, lower; /* p by hand: of 2^used signs alike */
    bool by_signs;
} rows[] = {
    {"none", {0}, {0}, 0, 0, NAN, 1, 1, false},
    {"one pair", {2}, {1}, 1, 1, 2, .5, 1, true},
    {"five, all higher", {2, 2, 2, 2, 2}, {1, 1, 1, 1, 1}, 5, 5, 2, 1 / 32.0, 1, true},
    {"five, one equal", {2, 2, 2, 2, 1}, {1, 1, 1, 1, 1}, 5, 5, 2, 1 / 16.0, 1, true},
    {"six, all lower", {1, 2, 3, 4, 5, 6}, {2, 4, 6, 8, 10, 12}, 6, 6, .5, 1, 1 / 64.0, false},
    {"what has no ratio is left out", {2, 0, NAN, -1, 2, 2, INFINITY, 2}, {1, 1, 1, 1, 1, 0, 1, 1}, 8, 3, 2, .125, 1, true},
};

static bool same(double a, double b)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-12 * fabs(b);
}

static void test_pairs(void)
{
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct paired p = paired_test(rows[i].candidate, rows[i].baseline, rows[i].n, .95);
        CHECK(p.used == rows[i].used && p.left_out == rows[i].n - rows[i].used, "%s: %zu used", rows[i].what, p.used);
        CHECK(same(p.ratio, rows[i].ratio) && same(p.higher, rows[i].higher) && same(p.lower, rows[i].lower), "%s: %g, p %g %g", rows[i].what,
              p.ratio, p.higher, p.lower);
        CHECK(p.by_signs == rows[i].by_signs && p.higher >= p.least * (1 - 1e-12) && p.lower >= p.least * (1 - 1e-12), "%s", rows[i].what);
        CHECK(p.used >= PAIRED_FEW ? p.low > 0 && isfinite(p.high) : p.low == 0 && isinf(p.high), "%s: [%g, %g]", rows[i].what, p.low, p.high);
    }
}

static void test_match(void)
{
    static const struct paired_run runs[] = {{"b", true, 4},  {"a", false, 1}, {"b", false, 2},  {"a", true, 3},
                                             {"c", true, 9},  {"a", true, 5},  {"d", true, NAN}, {"d", false, 2}};
    struct arena arena = {0};
    struct paired_values v = paired_match(runs, ROWS(runs), &arena);
    CHECK(v.n == 2 && v.alone == 2, "%zu pairs, %zu alone", v.n, v.alone);
    CHECK(v.candidate[0] == 4 && v.baseline[0] == 2 && v.candidate[1] == 4 && v.baseline[1] == 1, "in order, averaged");
    CHECK(paired_match(runs, 0, &arena).n == 0, "no runs");
    arena_close(&arena);
}

/* Machines differ by 30 %, a change is 3 %: pairs see it, and without a change they do not cry. The interval holds the truth as often as it says. */
static void test_noise(void)
{
    enum { TIMES = 400, PAIRS = 12 };
    static const double changes[] = {1, 1.03};
    double found[2] = {0}, covered = 0;
    uint64_t random = 21;
    for (size_t c = 0; c < 2; c++) {
        for (size_t t = 0; t < TIMES; t++) {
            double a[PAIRS], b[PAIRS];
            for (size_t i = 0; i < PAIRS; i++) {
                double machine = 100 * exp(.3 * build_gauss(&random));
                a[i] = machine * changes[c] * exp(.01 * build_gauss(&random));
                b[i] = machine * exp(.01 * build_gauss(&random));
            }
            struct paired p = paired_test(a, b, PAIRS, .95);
            found[c] += p.higher <= .05;
            covered += p.low <= changes[c] && changes[c] <= p.high;
        }
    }
    CHECK(found[0] <= .05 * TIMES + 4 * sqrt(TIMES * .05 * .95) && found[0] > 0, "false alarms: %g", found[0] / TIMES);
    CHECK(found[1] >= .95 * TIMES, "found: %g", found[1] / TIMES);
    CHECK(covered >= 2 * TIMES * .95 - 4 * sqrt(2 * TIMES * .05 * .95), "covered: %g", covered / (2 * TIMES));
}

static void test_reference(void)
{
    enum { N = 40 };
    double x[N], control[N];
    struct arena arena = {0};
    uint64_t random = 4;
    for (size_t i = 0; i < N; i++) {
        double day = exp(.1 * build_gauss(&random));
        x[i] = 50 * day * (1 + .01 * build_gauss(&random));
        control[i] = 2 * day * (1 + .01 * build_gauss(&random));
    }
    struct reference r = reference_of(x, control, N, &arena);
    CHECK(r.used == N && r.helps && r.spread_after < .03 && r.spread_before > .06, "spread %g, before %g", r.spread_after, r.spread_before);
    CHECK(fabs(r.values[3] - x[3] / control[3] * r.scale) < 1e-9 && fabs(r.scale - 2) < .2, "keeps its size: %g", r.values[3]);
    for (size_t i = 0; i < N; i++)
        control[i] = 2 * exp(.3 * build_gauss(&random));
    CHECK(!reference_of(x, control, N, &arena).helps, "a control of its own mind");
    control[1] = 0;
    control[2] = NAN;
    control[3] = -1;
    control[4] = 5e-324;
    x[5] = INFINITY;
    r = reference_of(x, control, N, &arena);
    CHECK(r.no_control == 4 && r.no_value == 1 && r.used == N - 5 && isnan(r.values[1]) && isnan(r.values[5]), "gaps: %zu and %zu", r.no_control,
          r.no_value);
    r = reference_of(x, control, 0, &arena);
    CHECK(r.used == 0 && isnan(r.scale) && !r.helps, "nothing");
    for (size_t i = 0; i < N; i++)
        control[i] = 0;
    CHECK(reference_of(x, control, N, &arena).used == 0, "a control of zeros");
    arena_close(&arena);
}

int main(void)
{
    test_pairs();
    test_match();
    test_noise();
    test_reference();
    return check_end();
}
