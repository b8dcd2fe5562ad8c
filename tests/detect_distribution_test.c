/* detect: lists compared as distributions: the quantiles of a run, which part moved, what chance alone gives. */
#include <math.h>
#include <string.h>

#include "detect/distribution.h"
#include "tests/check.h"
#include "tests/regress_build.h"

enum { REQUESTS = 400, RUNS = 16 };

/* Latencies of a run: log-normal, the whole run some per cent off; the slowest `share` are `times` slower. */
static struct distribution run_of(uint64_t *random, size_t requests, double share, double times)
{
    double x[REQUESTS], room[REQUESTS], off = 1 + .02 * build_gauss(random);
    for (size_t i = 0; i < requests; i++) {
        double g = build_gauss(random);
        x[i] = off * exp(.3 * g);
        if (.5 * erfc(-g / sqrt(2)) > 1 - share)
            x[i] *= times;
    }
    return distribution_of(x, requests, room);
}

static void test_parts(void)
{
    double x[101], room[101];
    for (size_t i = 0; i <= 100; i++)
        x[i] = (double)(i * 37 % 101);
    struct distribution run = distribution_of(x, 101, room);
    CHECK(run.count == 101 && run.part[DISTRIBUTION_P50] == 50 && run.part[DISTRIBUTION_P99] == 99 && run.part[DISTRIBUTION_P90] == 90 &&
              fabs(run.part[DISTRIBUTION_MEAN] - 50) < 1e-12, "0 … 100: p50 %g p99 %g mean %g", run.part[1], run.part[4], run.part[0]);
    run = distribution_of(x, 9, room);
    CHECK(isnan(run.part[DISTRIBUTION_P95]) && isnan(run.part[DISTRIBUTION_P99]) && !isnan(run.part[DISTRIBUTION_P90]), "9 values have no p95");
    static const double odd[] = {NAN, INFINITY, -INFINITY, 3};
    run = distribution_of(odd, 4, room);
    CHECK(run.count == 1 && run.part[DISTRIBUTION_P50] == 3 && run.part[DISTRIBUTION_MEAN] == 3, "no numbers are left out");
    run = distribution_of(x, 0, room);
    CHECK(run.count == 0 && isnan(run.part[DISTRIBUTION_MEAN]), "an empty list");
    static const double huge[] = {1.7e308, 1.7e308, -1.7e308};
    run = distribution_of(huge, 2, room);
    CHECK(run.part[DISTRIBUTION_MEAN] == 1.7e308 && run.part[DISTRIBUTION_P50] == 1.7e308, "no overflow: %g", run.part[0]);
    struct distribution two[2] = {distribution_of(x, 101, room), distribution_of(x, 9, room)};
    run = distribution_mean(two, 2);
    CHECK(run.count == 110 && run.part[DISTRIBUTION_P99] == 99 && run.part[DISTRIBUTION_P50] == (50 + two[1].part[1]) / 2, "repetitions");
}

static struct distribution_result test_of(double share, double times, enum side worse, uint64_t seed, double min_relative, struct arena *arena)
{
    struct distribution history[RUNS];
    uint64_t random = seed;
    for (size_t i = 0; i < RUNS; i++)
        history[i] = run_of(&random, REQUESTS, 0, 1);
    struct distribution newest = run_of(&random, REQUESTS, share, times);
    struct distribution_options options = {.worse = worse, .alpha = .05, .min_relative = min_relative};
    return distribution_test(history, RUNS, &newest, &options, arena);
}

static const struct {
    const char *what;
    double share, times;
    enum side worse;
    double min_relative;
    const char *moved; /* the part that moved most surely; NULL: none */
} rows[] = {
    {"nothing changed", 0, 1, SIDE_ABOVE, 0, NULL},
    {"the slowest 3 % are twice as slow", .03, 2, SIDE_ABOVE, 0, "p99"},
    {"but a threshold of 300 % lets it pass", .03, 2, SIDE_ABOVE, 3, NULL},
    {"slower is better", .03, 2, SIDE_BELOW, 0, NULL},
};

static void test_rows(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct distribution_result r = test_of(rows[i].share, rows[i].times, rows[i].worse, 5, rows[i].min_relative, &arena);
        bool worse = r.p_worse <= .05;
        CHECK(r.tested == DISTRIBUTION_PARTS && worse == (rows[i].moved != NULL), "%s: %s", rows[i].what, r.summary);
        if (rows[i].moved) {
            const struct distribution_move *move = &r.move[r.worst];
            CHECK(strcmp(distribution_part_name(r.worst), rows[i].moved) == 0, "%s: %s", rows[i].what, r.summary);
            CHECK(move->low > 0 && move->low < move->change && move->change < move->high && move->relative > .5, "%s: the interval", rows[i].what);
            CHECK(strncmp(r.summary, rows[i].moved, strlen(rows[i].moved)) == 0 && strstr(r.summary, "in line"), "%s: %s", rows[i].what, r.summary);
        }
    }
    struct distribution_result all = test_of(1, 1.5, SIDE_ABOVE, 5, 0, &arena), better = test_of(1, 1 / 1.5, SIDE_ABOVE, 5, 0, &arena);
    for (size_t i = 0; i < DISTRIBUTION_PARTS; i++) {
        CHECK(all.move[i].corrected_worse <= .05, "everything is slower: %s", all.summary);
        CHECK(all.move[i].corrected_worse >= all.move[i].p_worse && all.p_worse <= all.move[i].corrected_worse, "corrected");
        CHECK(better.move[i].corrected_better <= .05 && better.move[i].corrected_worse > .05, "everything is faster: %s", better.summary);
    }
    arena_close(&arena);
}

/* Below 3 runs nothing is tested; a part that few runs have neither. */
static void test_too_little(void)
{
    struct arena arena = {0};
    uint64_t random = 8;
    struct distribution runs[6];
    struct distribution_options options = {.worse = SIDE_ABOVE, .alpha = .05};
    for (size_t i = 0; i < 6; i++)
        runs[i] = run_of(&random, i < 4 ? 30 : REQUESTS, 0, 1);
    struct distribution_result r = distribution_test(runs, 2, &runs[5], &options, &arena);
    CHECK(r.tested == 0 && r.p_worse == 1 && strstr(r.summary, "fewer than 3"), "%s", r.summary);
    r = distribution_test(runs, 5, &runs[5], &options, &arena);
    CHECK(r.tested == 4 && !r.move[DISTRIBUTION_P99].tested && r.move[DISTRIBUTION_P99].runs == 1, "p99 of one run: %s", r.summary);
    r = distribution_test(runs, 0, &runs[5], &options, &arena);
    CHECK(r.tested == 0, "no history");
    arena_close(&arena);
}

/* Nothing changed: the share of lists with a corrected p within .05 is at most that, within four standard errors. */
static void test_level(void)
{
    enum { TIMES = 300 };
    size_t alarms = 0;
    for (uint64_t i = 0; i < TIMES; i++) {
        struct arena arena = {0};
        alarms += test_of(0, 1, SIDE_ABOVE, 1000 + i, 0, &arena).p_worse <= .05;
        arena_close(&arena);
    }
    CHECK((double)alarms <= .05 * TIMES + 4 * sqrt(TIMES * .05 * .95), "%zu alarms of %d", alarms, TIMES);
    CHECK(alarms > 0, "no alarm at all: the test is blind");
}

int main(void)
{
    test_parts();
    test_rows();
    test_too_little();
    test_level();
    return check_end();
}
