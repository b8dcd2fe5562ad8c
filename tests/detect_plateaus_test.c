/* detect: a level that was left and came back: the runs test by counting, what has plateaus and what has none, and that the levels of a series
 * see it. */
#include <math.h>
#include <string.h>

#include "detect/levels.h"
#include "detect/plateaus.h"
#include "tests/check.h"
#include "tests/regress_build.h"

/* How many of all orders of a and b signs have at most `runs` stretches. */
static double counted(size_t runs, size_t a, size_t b)
{
    size_t all = 0, few = 0;
    for (unsigned bits = 0; bits < 1u << (a + b); bits++) {
        size_t ones = 0, stretches = 1;
        for (size_t i = 0; i < a + b; i++) {
            ones += bits >> i & 1;
            stretches += i > 0 && (bits >> i & 1) != (bits >> (i - 1) & 1);
        }
        all += ones == a;
        few += ones == a && stretches <= runs;
    }
    return (double)few / (double)all;
}

static void test_runs(void)
{
    for (size_t a = 1; a <= 6; a++)
        for (size_t b = 1; b <= 6; b++)
            for (size_t runs = 2; runs <= a + b; runs++) {
                double p = plateaus_runs_p(runs, a, b), want = counted(runs, a, b);
                CHECK(fabs(p - want) < 1e-12, "%zu stretches of %zu and %zu: %.15g, by counting %.15g", runs, a, b, p, want);
            }
    double far = plateaus_runs_p(2, 50000, 50000);
    CHECK(far >= 0 && far < 1e-300, "a hundred thousand: %g", far);
}

enum { PIECES = 8, MOST = 200 };

/* Runs on the one plateau and the other in turn; sd 1. */
static size_t fill(double *x, const size_t *pieces, double apart, uint64_t seed)
{
    size_t n = 0;
    for (size_t i = 0; i < PIECES && pieces[i]; i++)
        for (size_t k = 0; k < pieces[i]; k++)
            x[n++] = 100 + apart * (double)(i % 2) + build_gauss(&seed);
    return n;
}

static const struct {
    const char *what;
    size_t pieces[PIECES];
    double apart;
    size_t starts[PLATEAUS_MAX]; /* those that are told; none: no plateaus */
    double p_most;
} rows[] = {
    {"up and down", {20, 10, 20}, 10, {20, 30}, 1e-8},
    {"up, down, up", {30, 10, 10, 10}, 10, {30, 40, 50}, 1e-10},
    {"down, up, down", {30, 10, 10, 10}, -10, {30, 40, 50}, 1e-10},
    {"the last run is up again: no level of its own", {20, 10, 4, 1}, 10, {20, 30}, 1e-5},
    {"five stretches", {10, 5, 10, 5, 10}, 10, {10, 15, 25, 30}, 1e-5},
    {"six stretches: noise that flips", {10, 5, 10, 5, 10, 5}, 10, {0}, 1},
    {"no gap", {20, 10, 20}, 4, {0}, 1},
    {"three far out are no plateau", {20, 3, 20}, 10, {0}, 1},
    {"too few runs", {4, 4, 3}, 10, {0}, 1},
};

static void test_plateaus(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(rows); i++) {
        double x[MOST];
        size_t n = fill(x, rows[i].pieces, rows[i].apart, 5 + i), want = 0;
        struct plateaus found = plateaus_find(x, n, &arena);
        while (want < PLATEAUS_MAX && rows[i].starts[want])
            want++;
        CHECK(want ? found.p < rows[i].p_most : found.p == 1, "%s: p %g", rows[i].what, found.p);
        CHECK(!want || (found.n == want && memcmp(found.starts, rows[i].starts, want * sizeof(size_t)) == 0), "%s: %zu, first %zu", rows[i].what, found.n,
              found.n ? found.starts[0] : 0);
    }
    arena_close(&arena);
}

static void test_edges(void)
{
    struct arena arena = {0};
    double equal[40], ends[40], rounded[40], two[40];
    for (size_t i = 0; i < 40; i++) {
        equal[i] = 7;
        ends[i] = i / 10 % 2 ? 1e308 : -1e308;
        rounded[i] = 100 + (double)(i / 10 % 2);
        two[i] = 100 + 10 * (double)(i / 10 % 2);
    }
    CHECK(plateaus_find(equal, 40, &arena).p == 1 && plateaus_find(NULL, 0, &arena).p == 1, "nothing");
    double p = plateaus_find(ends, 40, &arena).p;
    CHECK(p >= 0 && p <= 1, "the ends of the numbers: %g", p);
    CHECK(plateaus_find(rounded, 40, &arena).p == 1, "one step of the rounding is no gap");
    CHECK(plateaus_find(two, 40, &arena).p == 1, "nor are ten, which is the step of these");
    two[3] = 101;
    CHECK(plateaus_find(two, 40, &arena).p < 1e-8, "but ten of one are");
    arena_close(&arena);
}

/* Of 40 series each: the changes where they were put in, in nearly all. */
static void test_levels(void)
{
    static const size_t scenes[][PIECES] = {{20, 10, 20}, {20, 10, 4}, {30, 10, 10, 10}, {40, 10, 20}};
    struct arena arena = {0};
    struct shuffles shuffles = {0};
    for (size_t s = 0; s < ROWS(scenes); s++) {
        size_t seen = 0, changes = 0;
        while (changes + 1 < PIECES && scenes[s][changes + 1])
            changes++;
        for (uint64_t seed = 1; seed <= 40; seed++) {
            double x[MOST];
            size_t n = fill(x, scenes[s], 10, seed * 1000);
            struct levels levels = levels_find_with(&shuffles, x, n, &(struct levels_options){.05, NAN}, &arena);
            seen += levels.n >= changes && levels.p_series < .001;
            arena_clear(&arena);
        }
        CHECK(seen >= 36, "scene %zu: seen in %zu of 40", s, seen);
    }
    shuffles_close(&shuffles);
    arena_close(&arena);
}

int main(void)
{
    test_runs();
    test_plateaus();
    test_edges();
    test_levels();
    return check_end();
}
