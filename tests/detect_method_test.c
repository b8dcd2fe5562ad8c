/* regress: the peers' methods: zscore and stdev against the Python tool's own modules (tests/statistics/methods.py), the rest by hand; and
 * what holds for all of them. */
#include <math.h>
#include <string.h>

#include "detect/method.h"
#include "tests/check.h"
#include "tests/regress_build.h"

static const struct {
    size_t n;
    double history[20], value, z;
    int zscore_accepts, stdev_accepts[3]; /* better: lower, higher, not said */
} python_rows[] = {
#include "tests/statistics/methods.h"
};

static struct method_answer ask(const char *name, const double *history, size_t n, double newest, enum direction better, struct arena *arena)
{
    struct method_options options = method_defaults();
    struct method_question question = {history, n, &newest, 1, better};
    return method_judge(method_find(name), &question, &options, arena);
}

static void test_python(void)
{
    static const enum direction better[] = {DIRECTION_LOWER, DIRECTION_HIGHER, DIRECTION_NONE};
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(python_rows); i++) {
        struct method_answer z = ask("zscore", python_rows[i].history, python_rows[i].n, python_rows[i].value, DIRECTION_LOWER, &arena);
        CHECK(z.tested && fabs(z.score - python_rows[i].z) <= 1e-9 * fabs(python_rows[i].z) + 1e-12, "%zu: z %g, not %g", i, z.score,
              python_rows[i].z);
        CHECK(z.flagged == !python_rows[i].zscore_accepts, "%zu: z %g", i, z.score);
        for (size_t d = 0; d < ROWS(better); d++) {
            struct method_answer s = ask("stdev", python_rows[i].history, python_rows[i].n, python_rows[i].value, better[d], &arena);
            CHECK(s.flagged == !python_rows[i].stdev_accepts[d], "%zu, direction %zu: %s", i, d, s.why);
        }
    }
    arena_close(&arena);
}

static const struct {
    const char *what, *method;
    double history[10];
    size_t n;
    double newest[4];
    size_t newest_n;
    struct method_options options;
    bool tested, flagged, worse; /* lower is better */
} rows[] = {
    {"a constant history and an equal value", "zscore", {5, 5, 5}, 3, {5}, 1, {.deviations = 3}, true, false, false},
    {"a constant history and another value", "zscore", {5, 5, 5}, 3, {5.1}, 1, {.deviations = 3}, true, true, true},
    {"one earlier run", "zscore", {5}, 1, {9}, 1, {.deviations = 3}, false, false, false},
    {"one earlier run", "stdev", {5}, 1, {9}, 1, {.deviations = 3}, false, false, false},
    {"better by far is no matter for stdev", "stdev", {5, 6, 5, 6}, 4, {1}, 1, {.deviations = 3}, true, false, false},
    {"but for zscore", "zscore", {5, 6, 5, 6}, 4, {1}, 1, {.deviations = 3}, true, true, false},
    {"5 % of the mean, just within", "threshold", {100, 100}, 2, {105}, 1, {.share = .05}, true, false, true},
    {"just outside", "threshold", {100, 100}, 2, {105.01}, 1, {.share = .05}, true, true, true},
    {"of the run before", "threshold", {50, 100}, 2, {94}, 1, {.share = .05, .base = METHOD_OF_PREVIOUS}, true, true, false},
    {"negative levels have shares too", "threshold", {-100}, 1, {-94}, 1, {.share = .05}, true, true, true},
    {"no share of 0", "threshold", {0, 0}, 2, {1}, 1, {.share = .05}, false, false, false},
    {"0 is still 0", "threshold", {0, 0}, 2, {0}, 1, {.share = .05}, true, false, false},
    {"no history", "threshold", {0}, 0, {1}, 1, {.share = .05}, false, false, false},
    {"within the bounds", "fixed", {0}, 0, {3}, 1, {.low = NAN, .high = 3}, true, false, false},
    {"above", "fixed", {0}, 0, {3.1}, 1, {.low = NAN, .high = 3}, true, true, true},
    {"below", "fixed", {0}, 0, {0.5}, 1, {.low = 1, .high = 3}, true, true, false},
    {"no bounds", "fixed", {0}, 0, {0.5}, 1, {.low = NAN, .high = NAN}, false, false, false},
    {"4 against 4, apart", "mann_whitney", {1, 2, 3, 4}, 4, {5, 6, 7, 8}, 4, {.alpha = .05}, true, true, true},
    {"4 against 4, mixed", "mann_whitney", {1, 3, 5, 7}, 4, {2, 4, 6, 8}, 4, {.alpha = .05}, true, false, true},
    {"3 against 3 cannot reach .05", "mann_whitney", {1, 2, 3}, 3, {5, 6, 7}, 3, {.alpha = .05}, false, false, false},
    {"one against few cannot", "mann_whitney", {1, 2, 3, 4, 5}, 5, {50}, 1, {.alpha = .05}, false, false, false},
    {"far out", "auto", {10, 11, 10, 9, 10, 11, 9, 10}, 8, {30}, 1, {.alpha = .05}, true, true, true},
    {"in line", "auto", {10, 11, 10, 9, 10, 11, 9, 10}, 8, {11}, 1, {.alpha = .05}, true, false, true},
    {"three runs out", "auto", {10, 11, 10, 9, 10, 11, 9, 10}, 8, {14, 15, 14}, 3, {.alpha = .05}, true, true, true},
    {"three runs, one of them in line", "auto", {10, 11, 10, 9, 10, 11, 9, 10}, 8, {14, 15, 10}, 3, {.alpha = .05}, true, false, true},
    {"far out", "hunter", {10, 11, 10, 9, 10, 11, 9, 10}, 8, {30, 31}, 2, {.share = .05}, true, true, true},
    {"in line", "hunter", {10, 11, 10, 9, 10, 11, 9, 10}, 8, {11}, 1, {.share = .05}, true, false, false},
    {"two earlier runs", "auto", {10, 11}, 2, {30}, 1, {.alpha = .05}, false, false, false},
};

static void test_rows(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct method *method = method_find(rows[i].method);
        struct method_question question = {rows[i].history, rows[i].n, rows[i].newest, rows[i].newest_n, DIRECTION_LOWER};
        struct method_answer answer = method_judge(method, &question, &rows[i].options, &arena);
        CHECK(answer.tested == rows[i].tested && answer.flagged == rows[i].flagged && (!answer.tested || answer.worse == rows[i].worse),
              "%s: %s: tested %d flagged %d worse %d: %s", rows[i].method, rows[i].what, answer.tested, answer.flagged, answer.worse, answer.why);
        CHECK(answer.why && *answer.why, "%s: %s: says why", rows[i].method, rows[i].what);
    }
    arena_close(&arena);
}

/* Every method: scaled by a power of two it says the same; mirrored with the direction turned, too. */
static void test_invariance(void)
{
    struct arena arena = {0};
    uint64_t random = 3;
    struct method_options options = method_defaults();
    for (size_t m = 0; method_at(m); m++) {
        if (method_at(m) == &method_fixed)
            continue;
        for (size_t round = 0; round < 60; round++) {
            double x[24], scaled[24], mirrored[24];
            build_noise(round % 2 ? "gauss" : "t3", x, 24, &random);
            size_t k = method_at(m) == &method_mann_whitney ? 4 : 1;
            for (size_t i = 0; i < 24; i++) {
                x[i] += i >= 24 - k ? (double)(round % 7) - 3 : 0;
                scaled[i] = x[i] * 1024;
                mirrored[i] = -x[i];
            }
            struct method_question question = {x, 24 - k, x + 24 - k, k, DIRECTION_LOWER};
            struct method_question large = {scaled, 24 - k, scaled + 24 - k, k, DIRECTION_LOWER};
            struct method_question turned = {mirrored, 24 - k, mirrored + 24 - k, k, DIRECTION_HIGHER};
            struct method_answer a = method_judge(method_at(m), &question, &options, &arena);
            struct method_answer b = method_judge(method_at(m), &large, &options, &arena), c = method_judge(method_at(m), &turned, &options, &arena);
            CHECK(a.flagged == b.flagged && a.worse == b.worse, "%s, scaled: %s", method_at(m)->name, a.why);
            CHECK(a.flagged == c.flagged && a.worse == c.worse, "%s, mirrored: %s", method_at(m)->name, a.why);
        }
    }
    arena_close(&arena);
}

static void test_names(void)
{
    CHECK(method_find("mann-whitney") == &method_mann_whitney && method_find("zscore") == &method_zscore, "by name");
    CHECK(!method_find("z-score ") && !method_find(""), "no such name");
    for (size_t i = 0; method_at(i + 1); i++)
        CHECK(strcmp(method_at(i)->name, method_at(i + 1)->name) < 0, "in order: %s", method_at(i)->name);
}

/* Values at the ends of the numbers, one value, a million equal ones: an answer, whatever it is. */
static void test_hostile(void)
{
    static double equal[20000];
    static const double huge[] = {1e308, -1e308, 1e308, 5e-324, 0, -1e308, 1e308, 3};
    struct arena arena = {0};
    struct method_options options = method_defaults();
    for (size_t m = 0; method_at(m); m++) {
        for (size_t n = 0; n <= ROWS(huge); n++) {
            struct method_question question = {huge, n, huge + 6, 2, DIRECTION_NONE};
            CHECK(method_judge(method_at(m), &question, &options, &arena).why, "%s: %zu huge values", method_at(m)->name, n);
        }
        if (method_at(m) == &method_auto)
            continue;
        struct method_question question = {equal, ROWS(equal), equal, 1, DIRECTION_HIGHER};
        CHECK(!method_judge(method_at(m), &question, &options, &arena).flagged, "%s: equal values", method_at(m)->name);
    }
    arena_close(&arena);
}

int main(void)
{
    test_python();
    test_rows();
    test_invariance();
    test_names();
    test_hostile();
    return check_end();
}
