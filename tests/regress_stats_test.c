/* regress: distributions, quantiles, medians, Benjamini–Hochberg.
 * The numbers of the first three tables come from scipy 1.17.1: stats.t.sf, stats.t.isf, stats.norm.isf. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "regress/score.h"
#include "regress/stats.h"
#include "tests/check.h"

static const struct {
    double t, df, upper;
} upper_rows[] = {
    {0.01, 1.0, 0.49681700723509298},
    {0.5, 1.0, 0.35241638234956674},
    {1.0, 1.0, 0.25000000000000006},
    {2.5, 1.0, 0.12111894159084341},
    {8.0, 1.0, 0.039583424160565546},
    {40.0, 1.0, 0.007956089912025812},
    {-1.5, 1.0, 0.81283295818900114},
    {0.01, 2.0, 0.49646455447910048},
    {0.5, 2.0, 0.33333333333333337},
    {1.0, 2.0, 0.21132486540518711},
    {2.5, 2.0, 0.064805860110755412},
    {8.0, 2.0, 0.0076340360826690698},
    {40.0, 2.0, 0.0003122073360923703},
    {-1.5, 2.0, 0.8638034375544994},
    {0.01, 3.0, 0.49632455570642597},
    {0.5, 3.0, 0.32572398242407552},
    {1.0, 3.0, 0.19550110947788524},
    {2.5, 3.0, 0.04385332350403278},
    {8.0, 3.0, 0.0020382887938927329},
    {40.0, 3.0, 1.7190340394579253e-05},
    {-1.5, 3.0, 0.88470806737758856},
    {0.01, 5.5, 0.49618700994977633},
    {0.5, 5.5, 0.31822017435770661},
    {1.0, 5.5, 0.17962668740656013},
    {2.5, 5.5, 0.025060042934610817},
    {8.0, 5.5, 0.00015655291719173547},
    {40.0, 5.5, 2.7052549945230499e-08},
    {-1.5, 5.5, 0.90566151554645069},
    {0.01, 10.0, 0.49610898749548571},
    {0.5, 10.0, 0.31394680287148652},
    {1.0, 10.0, 0.17044656615102999},
    {2.5, 10.0, 0.015723422118304409},
    {8.0, 10.0, 5.8874713948330833e-06},
    {40.0, 10.0, 1.1404288715428768e-12},
    {-1.5, 10.0, 0.9177463367772799},
    {0.01, 30.0, 0.49604374628658887},
    {0.5, 30.0, 0.31036150244256361},
    {1.0, 30.0, 0.16265430771301509},
    {2.5, 30.0, 0.0090578245340333444},
    {8.0, 30.0, 3.1329112378503795e-09},
    {40.0, 30.0, 6.8630225972032086e-28},
    {-1.5, 30.0, 0.92796703543567705},
    {0.01, 39.5, 0.49603581203661767},
    {0.5, 39.5, 0.30992463627885297},
    {1.0, 39.5, 0.16169870777572926},
    {2.5, 39.5, 0.0083381585653077243},
    {8.0, 39.5, 4.3223338796153681e-10},
    {40.0, 39.5, 7.0330371954360527e-34},
    {-1.5, 39.5, 0.92921717536638193},
    {0.01, 41.0, 0.49603489423296204},
    {0.5, 41.0, 0.30987408875872907},
    {1.0, 41.0, 0.16158805077297719},
    {2.5, 41.0, 0.0082563525953825798},
    {8.0, 41.0, 3.3174725250324578e-10},
    {40.0, 41.0, 8.9012145251294711e-35},
    {-1.5, 41.0, 0.9293618855113801},
    {0.01, 200.0, 0.49601562757664053},
    {0.5, 200.0, 0.30881237615823043},
    {1.0, 200.0, 0.15925942395487336},
    {2.5, 200.0, 0.0066115863208503914},
    {8.0, 200.0, 4.9396004546652981e-14},
    {40.0, 200.0, 1.1243698267601098e-97},
    {-1.5, 200.0, 0.93240433938648259},
    {0.01, 5000.0, 0.4960108431614928},
    {0.5, 5000.0, 0.3085485404270169},
    {1.0, 5000.0, 0.15867944979401497},
    {2.5, 5000.0, 0.0062255580998605703},
    {8.0, 5000.0, 7.6699359434577419e-16},
    {40.0, 5000.0, 4.2074252359678853e-304},
    {-1.5, 5000.0, 0.93316123007339213},
};

static const struct {
    double p, df, t;
} quantile_rows[] = {
    {0.4, 1.0, 0.32491969623290634},
    {0.05, 1.0, 6.3137515146750438},
    {0.01, 1.0, 31.82051595377396},
    {0.001, 1.0, 318.30883898555044},
    {1e-06, 1.0, 318309.88618274347},
    {0.9, 1.0, -3.0776835371752544},
    {0.4, 2.0, 0.28867513459481281},
    {0.05, 2.0, 2.9199855803537256},
    {0.01, 2.0, 6.9645567342832742},
    {0.001, 2.0, 22.327124770119873},
    {1e-06, 2.0, 707.10572052593386},
    {0.9, 2.0, -1.8856180831641272},
    {0.4, 3.0, 0.27667066233268978},
    {0.05, 3.0, 2.3533634348018242},
    {0.01, 3.0, 4.5407028585681335},
    {0.001, 3.0, 10.214531852407385},
    {1e-06, 3.0, 103.29946778041935},
    {0.9, 3.0, -1.6377443536962091},
    {0.4, 7.0, 0.26316686135202288},
    {0.05, 7.0, 1.8945786050900066},
    {0.01, 7.0, 2.9979515668685286},
    {0.001, 7.0, 4.785289628638334},
    {1e-06, 7.0, 14.241469651981445},
    {0.9, 7.0, -1.4149239276505086},
    {0.4, 28.0, 0.25576752338233499},
    {0.05, 28.0, 1.7011309342659318},
    {0.01, 28.0, 2.4671400979674716},
    {0.001, 28.0, 3.4081551783533586},
    {1e-06, 28.0, 5.967007414716865},
    {0.9, 28.0, -1.3125267815926664},
    {0.4, 120.0, 0.25390952321492877},
    {0.05, 120.0, 1.6576508993552357},
    {0.01, 120.0, 2.3578246126487556},
    {0.001, 120.0, 3.15953874331711},
    {1e-06, 120.0, 4.9974438295899422},
    {0.9, 120.0, -1.288646233656378},
};

static const struct {
    double p, z;
} normal_rows[] = {
    {0.5, 0},
    {0.3, 0.52440051270804089},
    {0.2, 0.84162123357291418},
    {0.05, 1.6448536269514729},
    {0.001, 3.0902323061678132},
    {1e-09, 5.9978070150076865},
    {0.975, -1.959963984540054},
};

static bool close(double got, double want)
{
    return fabs(got - want) <= 1e-10 * fabs(want) + 1e-300;
}

static void test_distributions(void)
{
    for (size_t i = 0; i < ROWS(upper_rows); i++) {
        double got = stats_t_upper(upper_rows[i].t, upper_rows[i].df);
        CHECK(close(got, upper_rows[i].upper), "t %g df %g: %.17g, not %.17g", upper_rows[i].t, upper_rows[i].df, got,
              upper_rows[i].upper);
    }
    for (size_t i = 0; i < ROWS(quantile_rows); i++) {
        double got = stats_t_quantile(quantile_rows[i].p, quantile_rows[i].df);
        CHECK(close(got, quantile_rows[i].t), "p %g df %g: %.17g, not %.17g", quantile_rows[i].p, quantile_rows[i].df,
              got, quantile_rows[i].t);
    }
    for (size_t i = 0; i < ROWS(normal_rows); i++) {
        double got = stats_normal_quantile(normal_rows[i].p);
        CHECK(fabs(got - normal_rows[i].z) <= 1e-10 * (1 + fabs(normal_rows[i].z)), "p %g: %.17g", normal_rows[i].p, got);
    }
    CHECK(stats_t_upper(INFINITY, 3) == 0 && stats_t_upper(-INFINITY, 3) == 1, "infinite t");
    CHECK(stats_t_upper(0, 3) == 0.5, "the middle");
    CHECK(stats_t_upper(1e200, 2) == 0 || stats_t_upper(1e200, 2) < 1e-300, "a huge t does not overflow");
}

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

int main(void)
{
    test_distributions();
    test_median();
    test_median_random();
    test_adjust();
    return check_end();
}
