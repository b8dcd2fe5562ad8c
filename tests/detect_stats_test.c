/* regress: medians, quantiles, Benjamini–Hochberg and Holm. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detect/score.h"
#include "detect/stats.h"
#include "tests/check.h"

static const struct {
    const char *what;
    double v[6];
    size_t n;
    double median;
} median_rows[] = {
    {"one", {3}, 1, 3},
    {"even", {4, 1, 3, 2}, 4, 2.5},
    {"odd", {9, 1, 5}, 3, 5},
    {"ties", {2, 2, 2, 7, 7, 2}, 6, 2},
};

static void test_median(void)
{
    for (size_t i = 0; i < ROWS(median_rows); i++) {
        double v[6];
        memcpy(v, median_rows[i].v, sizeof(v));
        double got = stats_median(v, median_rows[i].n);
        CHECK(got == median_rows[i].median, "%s: %g", median_rows[i].what, got);
    }
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Against sorting, on sequences of every length with and without ties. */
static void test_median_random(void)
{
    uint64_t random = 3;
    for (size_t n = 1; n < 80; n++) {
        for (uint64_t ties = 2; ties < 1000; ties *= 5) {
            double v[80], sorted[80];
            for (size_t i = 0; i < n; i++)
                sorted[i] = v[i] = (double)(score_random(&random) % ties);
            qsort(sorted, n, sizeof(double), compare_doubles);
            double want = n % 2 ? sorted[n / 2] : 0.5 * (sorted[n / 2 - 1] + sorted[n / 2]), got = stats_median(v, n);
            CHECK(got == want, "n %zu, %d values: %g, not %g", n, (int)ties, got, want);
        }
    }
}

/* Expected values by hand: R's p.adjust(p, "BH") gives the same for each. */
static const struct {
    const char *what;
    double p[5];
    size_t n;
    double adjusted[5];
} adjust_rows[] = {
    {"one hypothesis stays", {0.03}, 1, {0.03}},
    {"rank times n", {0.01, 0.04, 0.03, 0.02, 0.5}, 5, {0.05, 0.05, 0.05, 0.05, 0.5}},
    {"a lone small one pays for all", {0.01, 0.9, 0.8, 0.7, 0.6}, 5, {0.05, 0.9, 0.9, 0.9, 0.9}},
    {"equal ones", {0.05, 0.05, 0.05}, 3, {0.05, 0.05, 0.05}},
    {"never above 1", {1, 1}, 2, {1, 1}},
};

static void test_adjust(void)
{
    for (size_t i = 0; i < ROWS(adjust_rows); i++) {
        double got[5];
        size_t order[5];
        memcpy(got, adjust_rows[i].p, sizeof(got));
        stats_adjust(got, adjust_rows[i].n, got, order); /* in place */
        for (size_t j = 0; j < adjust_rows[i].n; j++)
            CHECK(fabs(got[j] - adjust_rows[i].adjusted[j]) < 1e-15, "%s: %zu: %g", adjust_rows[i].what, j, got[j]);
    }
}

/* R's p.adjust(p, "holm") gives the same for each. */
static const struct {
    const char *what;
    double p[5];
    size_t n;
    double adjusted[5];
} holm_rows[] = {
    {"one hypothesis stays", {0.03}, 1, {0.03}},
    {"the smallest pays for all", {0.01, 0.04, 0.03, 0.02, 0.5}, 5, {0.05, 0.09, 0.09, 0.08, 0.5}},
    {"never above 1", {0.6, 0.5}, 2, {1, 1}},
    {"equal ones", {0.02, 0.02, 0.02}, 3, {0.06, 0.06, 0.06}},
};

static void test_holm(void)
{
    for (size_t i = 0; i < ROWS(holm_rows); i++) {
        double got[5];
        size_t order[5];
        memcpy(got, holm_rows[i].p, sizeof(got));
        stats_adjust_holm(got, holm_rows[i].n, got, order);
        for (size_t j = 0; j < holm_rows[i].n; j++)
            CHECK(fabs(got[j] - holm_rows[i].adjusted[j]) < 1e-15, "%s: %zu: %g", holm_rows[i].what, j, got[j]);
    }
    enum correction correction;
    CHECK(stats_correction_of("BH", &correction) && correction == CORRECTION_BH, "bh by name");
    CHECK(stats_correction_of("holm", &correction) && correction == CORRECTION_HOLM, "holm by name");
    CHECK(!stats_correction_of("bonferroni", &correction), "no such name");
}

/* Straight from the definitions, in quadratic time. */
static double slow_adjusted(enum correction correction, const double *p, size_t n, size_t i)
{
    double best = correction == CORRECTION_BH ? 1 : 0;
    for (size_t j = 0; j < n; j++) {
        size_t at_most = 0, below = 0;
        for (size_t k = 0; k < n; k++) {
            at_most += p[k] <= p[j];
            below += p[k] < p[j];
        }
        if (correction == CORRECTION_BH && p[j] >= p[i])
            best = fmin(best, p[j] * (double)n / (double)at_most);
        if (correction == CORRECTION_HOLM && p[j] <= p[i])
            best = fmax(best, fmin(1, p[j] * (double)(n - below)));
    }
    return best;
}

/* On random p with ties: as defined; the order does not matter; monotone; never below p; Holm never below Benjamini–Hochberg. */
static void test_corrections_random(void)
{
    enum { MAX = 40 };
    uint64_t random = 11;
    for (size_t round = 0; round < 400; round++) {
        size_t n = 1 + score_random(&random) % MAX, order[MAX];
        double p[MAX], mixed[MAX], adjusted[2][MAX], again[MAX];
        for (size_t i = 0; i < n; i++)
            p[i] = pow((double)(score_random(&random) % 50 + 1) / 50, 1 + (double)(round % 4));
        for (size_t i = 0; i < n; i++)
            mixed[i] = p[n - 1 - i];
        for (int c = 0; c < 2; c++) {
            stats_correct((enum correction)c, p, n, adjusted[c], order);
            stats_correct((enum correction)c, mixed, n, again, order);
            for (size_t i = 0; i < n; i++) {
                double want = slow_adjusted((enum correction)c, p, n, i);
                CHECK(fabs(adjusted[c][i] - want) <= 1e-14, "%d, p %g of %zu: %g, not %g", c, p[i], n, adjusted[c][i], want);
                CHECK(again[i] == adjusted[c][n - 1 - i], "%d: the order matters", c);
                CHECK(adjusted[c][i] >= p[i] * (1 - 1e-15) && adjusted[c][i] <= 1, "%d: %g of %g", c, adjusted[c][i], p[i]);
                for (size_t j = 0; j < n; j++)
                    CHECK(p[i] >= p[j] || adjusted[c][i] <= adjusted[c][j], "%d: not monotone", c);
            }
        }
        for (size_t i = 0; i < n; i++)
            CHECK(adjusted[CORRECTION_HOLM][i] >= adjusted[CORRECTION_BH][i] - 1e-15, "Holm is the stricter");
    }
}

int main(void)
{
    test_median();
    test_median_random();
    test_adjust();
    test_holm();
    test_corrections_random();
    return check_end();
}
