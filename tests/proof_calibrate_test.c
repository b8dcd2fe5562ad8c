#include <math.h>
#include <string.h>

#include "base/quantile.h"
#include "proof/calibrate.h"
#include "proof/quiet.h"
#include "tests/check.h"
#include "tests/regress_build.h"

static const char *const no_keys[] = {NULL};
static const struct kpi_rule rules[] = {{.name = "speed", .unit = "s", .better = DIRECTION_LOWER}};

/* A level at which alarms are frequent enough to be counted. */
static struct analysis_options analysis_options(void)
{
    return (struct analysis_options){.comparison_keys = no_keys, .ignored_keys = no_keys, .sorting_keys = no_keys, .kpis = rules, .kpis_n = 1,
                                     .min_history = 8, .false_alarm_rate = .4, .suspect_level = .4, .window = 30, .workers = 1};
}

static const struct record *records_of(const double *x, size_t n, struct arena *arena)
{
    struct record *records = ARENA_ARRAY(arena, struct record, n);
    for (size_t i = 0; i < n; i++)
        records[i] = build_record(arena_printf(arena, "%03zu", i), (int)i, "mode=1", x[i], arena);
    return records;
}

/* ---- what is shuffled ---- */

static bool same_values(const double *a, const double *b, size_t n)
{
    double x[200], y[200];
    memcpy(x, a, n * sizeof(*a));
    memcpy(y, b, n * sizeof(*b));
    quantile_sort(x, n);
    quantile_sort(y, n);
    return memcmp(x, y, n * sizeof(*x)) == 0;
}

static void fill(double *x, size_t *run, size_t n, size_t step_at, double step, uint64_t seed)
{
    for (size_t i = 0; i < n; i++) {
        x[i] = 100 + build_gauss(&seed) + (i >= step_at ? step : 0);
        run[i] = i;
    }
}

static void test_quiet(void)
{
    struct arena arena = {0};
    struct shuffles shuffles = {0};
    double x[60], y[60], out[60], other[60];
    size_t run[60];
    fill(x, run, 60, 30, 12, 1);
    fill(y, run, 60, 30, 12, 2);
    struct quiet quiet = quiet_of(&(struct quiet_series){x, run, 60, 60, true}, &shuffles, &arena);
    struct quiet second = quiet_of(&(struct quiet_series){y, run, 60, 60, true}, &shuffles, &arena);
    CHECK(quiet.levels == 2 && quiet.start[1] == 30 && quiet.block == 1 && !quiet.moved, "%zu levels", quiet.levels);
    quiet_draw(&quiet, 7, out, &arena);
    CHECK(same_values(out, x, 30) && same_values(out + 30, x + 30, 30) && memcmp(out, x, sizeof(x)) != 0, "values stay in their level");
    quiet_draw(&quiet, 7, other, &arena);
    CHECK(memcmp(out, other, sizeof(out)) == 0, "the same seed");
    quiet_draw(&quiet, 8, other, &arena);
    CHECK(memcmp(out, other, sizeof(out)) != 0, "another seed");
    quiet_draw(&second, 7, other, &arena);
    for (size_t i = 0, k; i < 60; i++) {
        for (k = 0; x[k] != out[i];)
            k++;
        CHECK(other[i] == y[k], "run %zu keeps its KPIs together", i);
    }

    struct quiet moved = quiet_of(&(struct quiet_series){x, run, 60, 30, true}, &shuffles, &arena);
    double low = 1e9, high = 0;
    quiet_draw(&moved, 7, out, &arena);
    for (size_t i = 0; i < 60; i++) {
        low = fmin(low, out[i]);
        high = fmax(high, out[i]);
    }
    CHECK(moved.moved && high - low < 8, "moved to one level: %g … %g", low, high);

    x[59] = 200;
    struct quiet without = quiet_of(&(struct quiet_series){x, run, 60, 59, true}, &shuffles, &arena);
    CHECK(without.newest_drawn, "a lone newest run is left out");
    for (uint64_t seed = 0; seed < 20; seed++) {
        quiet_draw(&without, seed, out, &arena);
        for (size_t i = 0; i < 60; i++)
            CHECK(out[i] < 150, "seed %d: %g", (int)seed, out[i]);
    }
    shuffles_close(&shuffles);
    arena_close(&arena);
}

/* Every value is followed by its neighbour, but at seams; and it comes to every place. */
static void test_blocks(void)
{
    struct arena arena = {0};
    struct shuffles shuffles = {0};
    double x[90], out[90], noise = 0;
    size_t run[90], kept = 0, newest[90] = {0}, places = 0;
    uint64_t random = 3;
    for (size_t i = 0; i < 90; i++) {
        noise = .7 * noise + build_gauss(&random);
        x[i] = 100 + noise;
        run[i] = i;
    }
    struct quiet quiet = quiet_of(&(struct quiet_series){x, run, 90, 90, false}, &shuffles, &arena);
    CHECK(quiet.block >= 4 && quiet.rho > .4, "blocks of %zu for %g", quiet.block, quiet.rho);
    for (uint64_t seed = 0; seed < 500; seed++) {
        quiet_draw(&quiet, seed * 7919, out, &arena);
        CHECK(same_values(out, x, 90), "all values");
        for (size_t i = 0, k; i < 90; i++) {
            for (k = 0; x[k] != out[i];)
                k++;
            kept += i + 1 < 90 && k + 1 < 90 && out[i + 1] == x[k + 1];
            newest[k] += i == 89;
        }
    }
    for (size_t k = 0; k < 90; k++)
        places += newest[k] > 0;
    CHECK((double)kept / 500 > 89 * .6, "%g neighbours of 89 stay", (double)kept / 500);
    CHECK(places > 80, "%zu values come last", places);
    shuffles_close(&shuffles);
    arena_close(&arena);
}

/* ---- against the truth: histories of which it is known that nothing changed ---- */

static bool is_alarm(const struct record *records, size_t n, const struct analysis_options *options, struct arena *arena)
{
    return analysis_run(arena, options, &records[n - 1], 1, records, n - 1)->counts[VERDICT_REGRESSION] > 0;
}

static void test_truth(const char *family, size_t n)
{
    const int true_histories = check_replicates(1500), histories = check_replicates(60);
    struct arena arena = {0};
    struct analysis_options analysis = analysis_options();
    struct calibrate_options options = {.analysis = &analysis, .replicates = 80, .workers = 1};
    double x[60], truth = 0, sum = 0, squares = 0;
    uint64_t random = 11;
    for (int i = 0; i < true_histories; i++) {
        build_noise(family, x, n, &random);
        truth += is_alarm(records_of(x, n, &arena), n, &analysis, &arena);
        arena_clear(&arena);
    }
    truth /= true_histories;
    for (int i = 0; i < histories; i++) {
        build_noise(family, x, n, &random);
        options.seed = (uint64_t)i;
        struct past past = past_of(&arena, &analysis, records_of(x, n, &arena), n);
        double share = calibrate_run(&arena, &past, &options)->false_alarms.share;
        sum += share;
        squares += share * share;
        arena_clear(&arena);
    }
    double mean = sum / histories, spread = sqrt((squares / histories - mean * mean) / histories);
    double error = sqrt(spread * spread + truth * (1 - truth) / true_histories);
    CHECK(truth > .03, "%s: the truth %g is large enough to be measured", family, truth);
    CHECK(fabs(mean - truth) < 4 * error + .01, "%s, %zu runs: %.4f reported, %.4f true, standard error %.4f", family, n, mean, truth, error);
    arena_close(&arena);
}

/* A change of the reported size is seen in four of five cases. */
static void test_effect(void)
{
    enum { FRESH = 40, N = 24 };
    const int histories = check_replicates(25);
    struct arena arena = {0};
    struct analysis_options analysis = analysis_options();
    analysis.false_alarm_rate = analysis.suspect_level = .05;
    struct calibrate_options options = {.analysis = &analysis, .replicates = 20, .effect_replicates = 40, .workers = 1};
    double x[N], seen = 0;
    uint64_t random = 21;
    for (int i = 0; i < histories; i++) {
        build_noise("gauss", x, N, &random);
        struct past past = past_of(&arena, &analysis, records_of(x, N, &arena), N);
        const struct calibrate_series *series = calibrate_run(&arena, &past, &options)->series;
        CHECK(isfinite(series->one.size) && series->one.low <= series->one.size && series->one.size <= series->one.high && series->one.size > 0,
              "history %d: %g", i, series->one.size);
        for (size_t k = 0; k < FRESH; k++) {
            x[N - 1] = 100 + build_gauss(&random) + series->one.size;
            seen += is_alarm(records_of(x, N, &arena), N, &analysis, &arena);
        }
        arena_clear(&arena);
    }
    seen /= histories * FRESH;
    CHECK(fabs(seen - CALIBRATE_POWER) < .1, "seen in %.3f", seen);
    arena_close(&arena);
}

/* ---- what is not quiet ---- */

static const struct calibration *calibrated(const double *x, size_t n, const struct analysis_options *analysis, struct calibrate_options *options,
                                            struct arena *arena)
{
    *options = (struct calibrate_options){.analysis = analysis, .replicates = 100, .effect_replicates = 20, .workers = 2};
    struct past *past = ARENA_NEW(arena, struct past);
    *past = past_of(arena, analysis, records_of(x, n, arena), n);
    return calibrate_run(arena, past, options);
}

static bool advises(const struct calibrate_series *series, const char *words)
{
    for (size_t i = 0; series->advice[i]; i++)
        if (strstr(series->advice[i], words))
            return true;
    return false;
}

static void test_alarms_now(void)
{
    struct arena arena = {0};
    struct analysis_options analysis = analysis_options();
    struct calibrate_options options;
    double x[50];
    size_t run[50];
    analysis.false_alarm_rate = analysis.suspect_level = .05;
    fill(x, run, 50, 40, 20, 5);
    const struct calibration *c = calibrated(x, 50, &analysis, &options, &arena);
    CHECK(c->series->verdict == VERDICT_REGRESSION && c->series->moved && c->alarms < 15, "a standing regression: %zu alarms", c->alarms);
    CHECK(advises(c->series, "moved to the level of now"), "it says so");
    fill(x, run, 50, 49, 20, 5);
    c = calibrated(x, 50, &analysis, &options, &arena);
    CHECK(c->series->newest_left_out && c->alarms < 15 && c->series->one.size < 8, "a lone regression: %zu alarms, %g", c->alarms, c->series->one.size);
    arena_close(&arena);
}

static const struct {
    double min_relative, max;
    const char *advice, *not;
} thresholds[] = {
    {0.001, 0, "below the noise floor", "hides"},
    {0.5, 0, "hides what could be seen", "below"},
    {0.05, 0, NULL, "floor"},
    {0.05, 300, "would not reach it", NULL},
    {0.05, 105, NULL, "would not reach it"},
};

static void test_advice(void)
{
    struct arena arena = {0};
    double x[50];
    size_t run[50];
    fill(x, run, 50, 50, 0, 6);
    for (size_t i = 0; i < ROWS(thresholds); i++) {
        struct kpi_rule rule = rules[0];
        rule.min_relative = thresholds[i].min_relative;
        rule.high = (struct bound){thresholds[i].max > 0, thresholds[i].max};
        struct analysis_options analysis = analysis_options();
        struct calibrate_options options;
        analysis.kpis = &rule;
        analysis.false_alarm_rate = analysis.suspect_level = .05;
        const struct calibrate_series *series = calibrated(x, 50, &analysis, &options, &arena)->series;
        CHECK(!thresholds[i].advice || advises(series, thresholds[i].advice), "row %zu: %s", i, series->advice[0] ? series->advice[0] : "nothing");
        CHECK(!thresholds[i].not|| !advises(series, thresholds[i].not), "row %zu: %s", i, series->advice[0]);
        CHECK(series->one.size >= rule.min_relative * 90, "row %zu: thresholds count", i);
    }
    const struct calibration *few = calibrated(x, 5, &(struct analysis_options){.comparison_keys = no_keys, .ignored_keys = no_keys, .sorting_keys = no_keys,
                                               .kpis = rules, .kpis_n = 1, .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05, .window = 30},
                                               &(struct calibrate_options){0}, &arena);
    CHECK(isinf(few->series->one.size) && advises(few->series, "8 are needed"), "too little history: %s", few->series->advice[0]);
    arena_close(&arena);
}

int main(void)
{
    test_quiet();
    test_blocks();
    test_truth("gauss", 21);
    test_truth("lognormal", 31);
    test_effect();
    test_alarms_now();
    test_advice();
    return check_end();
}
