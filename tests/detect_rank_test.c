/* regress: rank tests, their estimates, permutations and trends, against counting with whole numbers and scipy (tests/statistics/ranks.py); and
 * what must hold for any sample. */
#include <math.h>
#include <string.h>

#include "detect/permutation.h"
#include "detect/rank.h"
#include "detect/trend.h"
#include "tests/check.h"
#include "tests/regress_build.h"
#include "tests/statistics/ranks.h"

static bool same(double got, double want)
{
    return got == want || (isnan(got) && isnan(want)) || fabs(got - want) <= 1e-10 * fabs(want) + 1e-15;
}

static void test_two_samples(void)
{
    for (size_t i = 0; i < ROWS(two_rows); i++) {
        const struct two_rows *r = &two_rows[i];
        struct mann_whitney t = rank_mann_whitney(r->x, r->nx, r->y, r->ny), turned = rank_mann_whitney(r->y, r->ny, r->x, r->nx);
        CHECK(t.exact && same(t.u, r->u) && same(t.above, r->above) && same(t.below, r->below), "%zu: u %g, p %.17g %.17g, not %g %.17g %.17g",
              i, t.u, t.above, t.below, r->u, r->above, r->below);
        CHECK(same(turned.above, t.below) && same(turned.below, t.above) && same(turned.both, t.both), "%zu: turned round", i);
        struct rank_shift s = rank_shift(r->x, r->nx, r->y, r->ny, 0.95);
        CHECK(same(s.estimate, r->shift) && same(s.low, r->low) && same(s.high, r->high), "%zu: shift %.17g [%.17g, %.17g], not %g [%g, %g]", i,
              s.estimate, s.low, s.high, r->shift, r->low, r->high);
        if (i % 4 != 2 && i % 4 != 3)
            CHECK(t.above >= rank_mann_whitney_least(r->nx, r->ny) * (1 - 1e-12), "%zu: the least p", i);
    }
    CHECK(same(rank_mann_whitney_least(3, 3), 0.05) && same(rank_mann_whitney_least(1, 19), 0.05), "least p");
}

static void test_one_sample(void)
{
    for (size_t i = 0; i < ROWS(one_rows); i++) {
        const struct one_rows *r = &one_rows[i];
        struct signed_rank t = rank_signed(r->d, r->n);
        CHECK(t.exact && same(t.w, r->w) && same(t.above, r->above) && same(t.below, r->below), "%zu: w %g, p %.17g %.17g, not %g %.17g %.17g",
              i, t.w, t.above, t.below, r->w, r->above, r->below);
        struct rank_shift s = rank_signed_shift(r->d, r->n, 0.95);
        CHECK(same(s.estimate, r->shift) && same(s.low, r->low) && same(s.high, r->high), "%zu: shift %.17g [%.17g, %.17g], not %g [%g, %g]", i,
              s.estimate, s.low, s.high, r->shift, r->low, r->high);
    }
    static const double zeros[4] = {0};
    struct signed_rank t = rank_signed(zeros, 4);
    CHECK(t.used == 0 && t.both == 1 && t.above == 1, "all zero");
    CHECK(isnan(rank_signed_shift(zeros, 0, .95).estimate) && rank_signed(zeros, 0).both == 1, "none");
}

/* Where counting ends the normal approximation goes on, within a few per cent of it. */
static void test_large_samples(void)
{
    enum { N = 400 };
    double x[N], y[N];
    uint64_t random = 5;
    build_noise("lognormal", x, N, &random);
    build_noise("lognormal", y, N, &random);
    for (size_t i = 0; i < N; i++)
        x[i] += .05;
    struct mann_whitney few = rank_mann_whitney(x, 45, y, 45), many = rank_mann_whitney(x, N, y, N);
    double d = 45 * 45 / 2.0, sd = sqrt(45 * 45 * 91 / 12.0), normal = .5 * erfc((few.u - d - .5) / sd / sqrt(2));
    CHECK(few.exact && !many.exact && fabs(few.above / normal - 1) < .03, "counted %g, normal %g", few.above, normal);
    CHECK(many.above + many.below > 1 && many.above > 0 && many.above < 1, "p %g %g", many.above, many.below);
    struct signed_rank ranks = rank_signed(x, N);
    CHECK(!ranks.exact || ranks.above < 1e-60, "all positive: %g", ranks.above);
    CHECK(isfinite(rank_signed_shift(x, N, .95).low) && isfinite(rank_shift(x, N, y, N, .95).high), "intervals of many");
    static double long_history[50000];
    for (size_t i = 0; i < ROWS(long_history); i++)
        long_history[i] = (double)(i * 7919 % 50021);
    struct mann_whitney one = rank_mann_whitney(&(double){1e9}, 1, long_history, ROWS(long_history));
    CHECK(one.exact && same(one.above, 1 / 50001.0) && same(one.below, 1), "one beyond many: %g", one.above);
    static double huge[2000];
    CHECK(isnan(rank_signed_shift(huge, 2000, .95).estimate), "too many pairs");
    CHECK(isnan(rank_shift(huge, 2000, huge, 2000, .95).estimate), "too many pairs");
    for (size_t i = 0; i < 2000; i++)
        huge[i] = i % 3 ? 1e308 : -1e308;
    CHECK(rank_shift(huge, 300, huge + 300, 300, .95).estimate == 0, "values at the end of the numbers");
    CHECK(rank_mann_whitney(huge, 2000, huge, 2000).both > .9, "equal samples");
}

static void test_trend(void)
{
    struct trend_options independent = {.rho = 0, .confidence = .95};
    for (size_t i = 0; i < ROWS(trend_rows); i++) {
        const struct trend_rows *r = &trend_rows[i];
        struct trend t = trend_test(r->x, r->n, &independent);
        CHECK(same(t.s, r->s) && same(t.rising, r->rising) && same(t.falling, r->falling), "%zu: s %g, p %.17g %.17g, not %g %.17g %.17g", i,
              t.s, t.rising, t.falling, r->s, r->rising, r->falling);
        CHECK(same(t.slope, r->slope) && same(t.low, r->low) && same(t.high, r->high), "%zu: slope %.17g [%.17g, %.17g], not %g [%g, %g]", i,
              t.slope, t.low, t.high, r->slope, r->low, r->high);
    }
    static const double x[] = {1, 2, 3, 4, 5, 6.5}, at[] = {0, 1, 1, 2, 4, 4}, once[] = {3, 3, 3, 3, 3, 3};
    struct trend t = trend_test(x, 6, &(struct trend_options){.at = at, .rho = 0, .confidence = .95});
    CHECK(t.s == 13 && t.tau == 1 && !t.exact && t.slope > 0, "equal times: s %g", t.s);
    t = trend_test(x, 6, &(struct trend_options){.at = once, .rho = 0, .confidence = .95});
    CHECK(t.rising == 1 && isnan(t.slope), "all at one time");
    CHECK(trend_test(x, 2, &independent).rising == 1, "two values");
    static double many[100000];
    for (size_t i = 0; i < ROWS(many); i++)
        many[i] = (double)(i * 7919 % 100003);
    CHECK(isfinite(trend_test(many, ROWS(many), &independent).slope), "a hundred thousand values");
}

static void test_widening(void)
{
    CHECK(trend_widening(10, 0) == 1 && trend_widening(1, .5) == 1, "independent runs");
    CHECK(fabs(trend_widening(100000, .5) - 3) < 1e-3, "many: (1+rho)/(1-rho): %g", trend_widening(100000, .5));
    double sum = 0, squares = 0; /* by the double sum */
    for (int i = 0; i < 7; i++) {
        squares += (i - 3) * (i - 3);
        for (int j = 0; j < 7; j++)
            sum += (i - 3) * (j - 3) * pow(.6, abs(i - j));
    }
    CHECK(same(trend_widening(7, .6), sum / squares), "%g, not %g", trend_widening(7, .6), sum / squares);
}

static void test_spearman(void)
{
    for (size_t i = 0; i < ROWS(spearman_rows); i++) {
        const struct spearman_rows *r = &spearman_rows[i];
        struct trend_rank_correlation t = trend_spearman(r->x, r->y, r->n);
        CHECK(same(t.r, r->r) && same(t.positive, r->positive) && same(t.negative, r->negative), "%zu: %.17g %g %g, not %.17g %g %g", i, t.r,
              t.positive, t.negative, r->r, r->positive, r->negative);
    }
    static const double flat[] = {1, 1, 1, 1};
    CHECK(isnan(trend_spearman(flat, flat, 4).r), "constant");
}

static void test_permutations(void)
{
    for (size_t i = 0; i < ROWS(mean_rows); i++) {
        const struct mean_rows *r = &mean_rows[i];
        double p = permutation_mean(r->x, r->nx, r->y, r->ny);
        CHECK(same(p, r->p), "%zu: %.17g, not %.17g", i, p, r->p);
    }
    for (size_t i = 0; i < ROWS(sign_rows); i++) {
        double p = permutation_signs(sign_rows[i].d, sign_rows[i].n);
        CHECK(same(p, sign_rows[i].p), "%zu: %.17g, not %.17g", i, p, sign_rows[i].p);
    }
    double x[60];
    uint64_t random = 9;
    build_noise("gauss", x, 60, &random);
    double p = permutation_mean(x, 30, x + 30, 30), turned = permutation_mean(x + 30, 30, x, 30);
    CHECK(fabs(p + turned - 1) < .03 && p == permutation_mean(x, 30, x + 30, 30), "drawn: %g and %g", p, turned);
    CHECK(permutation_mean(x, 0, x, 3) == 1, "nothing to choose");
    for (size_t i = 0; i < 60; i++)
        x[i] -= 99;
    CHECK(permutation_signs(x, 60) <= .001, "all on one side");
}

/* Scaling and shifting change no p; mirroring exchanges the sides. */
static void test_invariance(void)
{
    uint64_t random = 77;
    for (size_t round = 0; round < 60; round++) {
        double x[20], y[20], mx[20], my[20];
        build_noise(round % 2 ? "t3" : "gauss", x, 20, &random);
        build_noise("gauss", y, 20, &random);
        for (size_t i = 0; i < 20; i++) {
            x[i] = round % 3 ? x[i] : floor(x[i]);
            mx[i] = -x[i] * 1024;
            my[i] = -y[i] * 1024;
        }
        struct mann_whitney a = rank_mann_whitney(x, 9, y, 12), b = rank_mann_whitney(mx, 9, my, 12);
        CHECK(same(a.above, b.below) && same(a.both, b.both), "Mann–Whitney, mirrored: %g %g", a.above, b.below);
        struct trend_options options = {.rho = NAN, .confidence = .9};
        struct trend s = trend_test(x, 20, &options), t = trend_test(mx, 20, &options);
        CHECK(same(s.rising, t.falling) && same(s.slope * -1024, t.slope) && same(s.low * -1024, t.high), "trend, mirrored");
    }
}

int main(void)
{
    test_two_samples();
    test_one_sample();
    test_large_samples();
    test_trend();
    test_widening();
    test_spearman();
    test_permutations();
    test_invariance();
    return check_end();
}
