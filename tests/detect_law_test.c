/* regress: the probability laws and the incomplete functions beneath them, against mpmath at 50 digits (tests/statistics/laws.py), to 1e-10
 * relative; and what holds between them. */
#include <math.h>
#include <string.h>

#include "detect/law.h"
#include "detect/special.h"
#include "tests/check.h"

static const struct row {
    const char *name;
    double v[3], value;
} rows[] = {
#include "tests/statistics/laws.h"
};

static double normal_upper(const double *v)
{
    return law_normal_upper(v[0]);
}

static double normal_quantile(const double *v)
{
    return law_normal_quantile(v[0]);
}

static double t_upper(const double *v)
{
    return law_t_upper(v[0], v[1]);
}

static double t_quantile(const double *v)
{
    return law_t_quantile(v[0], v[1]);
}

static double f_upper(const double *v)
{
    return law_f_upper(v[0], v[1], v[2]);
}

static double f_quantile(const double *v)
{
    return law_f_quantile(v[0], v[1], v[2]);
}

static double gamma_lower(const double *v)
{
    return special_gamma(v[0], v[1], SPECIAL_LOWER);
}

static double gamma_upper(const double *v)
{
    return special_gamma(v[0], v[1], SPECIAL_UPPER);
}

static double chi2_quantile(const double *v)
{
    return law_chi2_quantile(v[0], v[1]);
}

static double beta_lower(const double *v)
{
    return special_beta(v[0], v[1], v[2], 1 - v[2], SPECIAL_LOWER);
}

static double beta_upper(const double *v)
{
    return special_beta(v[0], v[1], v[2], 1 - v[2], SPECIAL_UPPER);
}

static double binomial(const double *v)
{
    return law_binomial((size_t)v[0], (size_t)v[1], v[2]);
}

static double binomial_lower(const double *v)
{
    return law_binomial_lower((size_t)v[0], (size_t)v[1], v[2]);
}

static double binomial_upper(const double *v)
{
    return law_binomial_upper((size_t)v[0], (size_t)v[1], v[2]);
}

static double stirling_error(const double *v)
{
    return special_stirling_error(v[0]);
}

static double deviance(const double *v)
{
    return special_deviance(v[0], v[1]);
}

static const struct {
    const char *name;
    double (*function)(const double *v);
    size_t rows_min; /* so that a table that lost rows is seen */
} functions[] = {
    {"normal_upper", normal_upper, 13},     {"normal_quantile", normal_quantile, 15}, {"t_upper", t_upper, 120},
    {"t_quantile", t_quantile, 150},        {"f_upper", f_upper, 230},                {"f_quantile", f_quantile, 280},
    {"gamma_lower", gamma_lower, 60},       {"gamma_upper", gamma_upper, 55},         {"chi2_quantile", chi2_quantile, 64},
    {"beta_lower", beta_lower, 60},         {"beta_upper", beta_upper, 60},           {"binomial", binomial, 110},
    {"binomial_lower", binomial_lower, 120}, {"binomial_upper", binomial_upper, 120}, {"stirling_error", stirling_error, 8},
    {"deviance", deviance, 8},
};

static bool close(double got, double want)
{
    return fabs(got - want) <= 1e-10 * fabs(want);
}

static void test_table(void)
{
    size_t seen[ROWS(functions)] = {0};
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct row *row = &rows[i];
        size_t f = 0;
        while (f < ROWS(functions) && strcmp(functions[f].name, row->name) != 0)
            f++;
        CHECK(f < ROWS(functions), "%s: no such function", row->name);
        if (f == ROWS(functions))
            continue;
        seen[f]++;
        double got = functions[f].function(row->v);
        CHECK(close(got, row->value), "%s(%.17g, %.17g, %.17g): %.17g, not %.17g (%.1e)", row->name, row->v[0], row->v[1], row->v[2],
              got, row->value, fabs(got / row->value - 1));
    }
    for (size_t f = 0; f < ROWS(functions); f++)
        CHECK(seen[f] >= functions[f].rows_min, "%s: %zu rows", functions[f].name, seen[f]);
}

static void test_edges(void)
{
    CHECK(law_t_upper(INFINITY, 3) == 0 && law_t_upper(-INFINITY, 3) == 1 && law_t_upper(0, 3) == 0.5, "t at its ends");
    CHECK(law_t_upper(2, INFINITY) == law_normal_upper(2), "t without end is normal");
    CHECK(close(law_t_upper(1e200, 1), 1e-200 / 3.14159265358979324), "Cauchy's tail: %g", law_t_upper(1e200, 1));
    CHECK(law_t_upper(1e308, 5) == 0, "a tail that underflows");
    CHECK(law_normal_upper(INFINITY) == 0 && law_normal_upper(-INFINITY) == 1 && law_normal_upper(40) == 0, "normal at its ends");
    CHECK(law_normal_quantile(0.5) == 0 && law_t_quantile(0.5, 4) == 0, "the middle");
    CHECK(close(law_t_quantile(.01, 1e15), law_normal_quantile(.01)), "very many degrees of freedom: %.17g", law_t_quantile(.01, 1e15));
    CHECK(isfinite(law_t_quantile(1e-300, 0.5)) && isfinite(law_t_quantile(5e-324, 100)), "the smallest p");
    CHECK(law_f_upper(0, 2, 3) == 1 && law_f_upper(INFINITY, 2, 3) == 0, "F at its ends");
    CHECK(law_chi2_upper(0, 2) == 1 && law_chi2_upper(INFINITY, 2) == 0, "chi-squared at its ends");
    CHECK(law_binomial(0, 0, 0.5) == 1 && law_binomial(1, 0, 0.5) == 0 && law_binomial_lower(5, 3, .2) == 1, "binomial at its ends");
    CHECK(law_binomial(3, 3, 1) == 1 && law_binomial(2, 3, 1) == 0 && law_binomial(0, 3, 0) == 1 && law_binomial(1, 3, 0) == 0,
          "a sure thing");
    CHECK(law_binomial_upper(0, 3, .2) == 1 && law_binomial_upper(4, 3, .2) == 0, "binomial beyond its ends");
}

/* A quantile's tail is what was asked for, for p from .5 down to 1e-200, whatever the law. */
static void test_quantiles_invert(void)
{
    static const double dfs[] = {0.5, 1, 2.5, 9, 77, 3000, 1e7};
    for (size_t i = 0; i < ROWS(dfs); i++) {
        for (double p = 0.5; p > 1e-200; p *= 0.013) {
            double df = dfs[i], f = law_f_quantile(p, 3, df), c = law_chi2_quantile(p, df), t = law_t_quantile(p, df);
            CHECK(fabs(law_chi2_upper(c, df) / p - 1) < 1e-9, "chi2: p %g df %g: %.12g", p, df, law_chi2_upper(c, df) / p);
            if (f < 1e200)
                CHECK(fabs(law_f_upper(f, 3, df) / p - 1) < 1e-9, "F: p %g df %g: %.12g", p, df, law_f_upper(f, 3, df) / p);
            if (t < 1e100)
                CHECK(fabs(law_t_upper(t, df) / p - 1) < 1e-9, "t: p %g df %g: %.12g", p, df, law_t_upper(t, df) / p);
        }
    }
    for (double p = 0.5; p > 1e-200; p *= 0.013)
        CHECK(fabs(law_normal_upper(law_normal_quantile(p)) / p - 1) < 1e-10, "normal: p %g", p);
}

/* benchstat's: none below 6 values for .95 (8 for .99); by hand from the binomial table. */
static void test_median_rank(void)
{
    static const struct {
        size_t n;
        double confidence;
        size_t rank;
    } ranks[] = {{0, .95, 0}, {1, .95, 0}, {5, .95, 0}, {6, .95, 1}, {8, .95, 1}, {9, .95, 2}, {10, .95, 2}, {15, .95, 4}, {20, .95, 6},
                 {7, .99, 0}, {8, .99, 1}, {100, .95, 40}, {1000, .95, 469}};
    for (size_t i = 0; i < ROWS(ranks); i++)
        CHECK(law_median_rank(ranks[i].n, ranks[i].confidence) == ranks[i].rank, "n %zu: %zu, not %zu", ranks[i].n,
              law_median_rank(ranks[i].n, ranks[i].confidence), ranks[i].rank);
}

int main(void)
{
    test_table();
    test_edges();
    test_quantiles_invert();
    test_median_rank();
    return check_end();
}
