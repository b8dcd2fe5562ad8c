/* regress: what a workload says of judging a KPI, as verdicts: thresholds per label match, declared noise, exact KPIs, named methods,
 * the correction and the window. */
#include <math.h>
#include <string.h>

#include "regress/matches.h"
#include "regress/rules.h"
#include "tests/check.h"
#include "tests/regress_build.h"

static const char *const version_key[] = {"version", NULL}, *const no_keys[] = {NULL};

static struct analysis_options options_of(const struct kpi_rule *rule)
{
    return (struct analysis_options){.comparison_keys = version_key, .ignored_keys = no_keys, .sorting_keys = no_keys, .kpis = rule,
                                     .kpis_n = 1, .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05};
}

/* Run i is of version v1.i, the last is the entry; a NAN ends. */
static const struct kpi_result *judge(const struct analysis_options *options, const double *values, const char *labels, struct arena *arena)
{
    struct record *runs = ARENA_ARRAY(arena, struct record, 64);
    size_t n = 0;
    for (; n < 60 && !isnan(values[n]); n++)
        runs[n] = build_record(arena_printf(arena, "id%02zu", n), (int)n, arena_printf(arena, "version=\"v1.%zu\" run_id=\"r%zu\" %s", n, n, labels),
                               values[n], arena);
    return &analysis_run(arena, options, &runs[n - 1], 1, runs, n - 1)->entries[0].kpis[0];
}

static const char *shown(const char *text)
{
    return text ? text : "-";
}

/* ---- label matches ---- */

static void test_matches(void)
{
    static const struct {
        const char *label, *value;
        bool same;
    } rows[] = {
        {"\"A100\"", "\"A100\"", true}, {"\"A100\"", "\"H100\"", false}, {"8", "8", true},     {"8.0", "8", true},  {"8", "8.5", false},
        {"\"8\"", "8", false},          {NULL, "null", true},            {"null", "null", true}, {NULL, "0", false}, {"0", "null", false},
        {"true", "true", true},         {"1e1", "10", true},             {"\"\"", "null", false},
    };
    for (size_t i = 0; i < ROWS(rows); i++)
        CHECK(matches_value(rows[i].label, rows[i].value) == rows[i].same, "%s, %s", shown(rows[i].label), rows[i].value);
}

/* ---- thresholds ---- */

#define GOOD 100, 100.2, 99.9, 100.1, 99.8, 100, 100.1, 99.9, 100, 100.1
static const double four_below[] = {GOOD, 96, NAN};

static const char *const a100[] = {"\"A100\"", "\"H100\"", NULL}, *const eight[] = {"8", NULL}, *const absent[] = {"null", NULL};
static const struct label_match on_gpu[] = {{"gpu", a100}}, on_both[] = {{"gpu", a100}, {"count", eight}}, on_none[] = {{"gpu", absent}};

static const struct {
    const char *what, *labels;
    double own_relative, own_absolute;
    struct threshold thresholds[2];
    size_t n;
    enum verdict verdict; /* of a change of 4 % and of 4 units */
    double relative, absolute; /* as the evidence shows them */
} thresholds[] = {
    {"none of its own", "gpu=\"A100\"", .05, 0, {{{0}, 0, 0}}, 0, VERDICT_OK, 5, 0},
    {"for these labels less", "gpu=\"H100\"", .05, 0, {{{on_gpu, 1}, .03, NAN}}, 1, VERDICT_REGRESSION, 3, 0},
    {"for other labels less", "gpu=\"L40\"", .05, 0, {{{on_gpu, 1}, .03, NAN}}, 1, VERDICT_OK, 5, 0},
    {"for these labels none", "gpu=\"A100\"", .05, 9, {{{on_gpu, 1}, 0, 0}}, 1, VERDICT_REGRESSION, 0, 0},
    {"what is not said stays the KPI's", "gpu=\"A100\"", .03, 9, {{{on_gpu, 1}, .02, NAN}}, 1, VERDICT_OK, 2, 9},
    {"the first counts", "gpu=\"A100\" count=8", .05, 0, {{{on_both, 2}, .03, NAN}, {{on_gpu, 1}, .1, NAN}}, 2, VERDICT_REGRESSION, 3, 0},
    {"all its labels must be there", "gpu=\"A100\" count=4", .03, 0, {{{on_both, 2}, .03, NAN}, {{on_gpu, 1}, .1, NAN}}, 2, VERDICT_OK, 10, 0},
    {"a number is a number", "gpu=\"A100\" count=8.0", .05, 0, {{{on_both, 2}, .03, NAN}}, 1, VERDICT_REGRESSION, 3, 0},
    {"a label that is not there is null", "count=8", .05, 0, {{{on_none, 1}, .03, NAN}}, 1, VERDICT_REGRESSION, 3, 0},
    {"without labels for all", "gpu=\"L40\"", .05, 0, {{{NULL, 0}, .03, NAN}}, 1, VERDICT_REGRESSION, 3, 0},
    {"the absolute one, too", "gpu=\"A100\"", 0, 0, {{{on_gpu, 1}, NAN, 4.5}}, 1, VERDICT_OK, 0, 4.5},
};

static void test_thresholds(void)
{
    for (size_t i = 0; i < ROWS(thresholds); i++) {
        struct arena arena = {0};
        struct kpi_rule rule = {.name = "speed", .better = DIRECTION_HIGHER, .min_relative = thresholds[i].own_relative,
                                .min_absolute = thresholds[i].own_absolute, .thresholds = thresholds[i].thresholds, .thresholds_n = thresholds[i].n};
        struct analysis_options options = options_of(&rule);
        const struct kpi_result *got = judge(&options, four_below, thresholds[i].labels, &arena);
        CHECK(got->verdict == thresholds[i].verdict, "%s: %s, %s", thresholds[i].what, verdict_name(got->verdict), got->evidence.reason);
        CHECK(fabs(got->evidence.relative_threshold - thresholds[i].relative) < .02 && got->evidence.absolute_threshold == thresholds[i].absolute,
              "%s: %g %g", thresholds[i].what, got->evidence.relative_threshold, got->evidence.absolute_threshold);
        arena_close(&arena);
    }
}

/* A threshold without labels is the KPI's own by another name: the same verdict and numbers on any series. */
static void test_threshold_without_labels(void)
{
    static const char *const families[] = {"gauss", "t3", "lognormal", "AR(.3)"};
    uint64_t random = 5;
    size_t told[VERDICT_COUNT] = {0};
    for (size_t i = 0; i < 300; i++) {
        struct arena arena = {0};
        double x[41];
        size_t n = 3 + (size_t)(build_uniform(&random) * 36);
        build_noise(families[i % 4], x, n, &random);
        x[n - 1] += i % 3 ? 8 * build_uniform(&random) * (i % 2 ? 1 : -1) : 0;
        x[n] = NAN;
        struct threshold one = {{NULL, 0}, .04 * build_uniform(&random), 3 * build_uniform(&random)};
        struct kpi_rule own = {.name = "speed", .better = i % 2 ? DIRECTION_LOWER : DIRECTION_HIGHER, .min_relative = one.min_relative,
                               .min_absolute = one.min_absolute, .exact = i % 11 == 0, .independent = i % 5 == 0, .normal_tails = i % 7 == 0};
        struct kpi_rule by_match = own;
        by_match.min_relative = .5;
        by_match.min_absolute = 50;
        by_match.thresholds = &one;
        by_match.thresholds_n = 1;
        struct analysis_options options = options_of(&own), same = options_of(&by_match);
        const struct kpi_result *a = judge(&options, x, "gpu=8", &arena), *b = judge(&same, x, "gpu=8", &arena);
        CHECK(a->verdict == b->verdict && strcmp(a->evidence.reason, b->evidence.reason) == 0 && strcmp(a->evidence.flip, b->evidence.flip) == 0,
              "%zu: %s (%s), %s (%s)", i, verdict_name(a->verdict), a->evidence.reason, verdict_name(b->verdict), b->evidence.reason);
        told[a->verdict]++;
        arena_close(&arena);
    }
    CHECK(told[VERDICT_OK] && told[VERDICT_REGRESSION] && told[VERDICT_IMPROVEMENT] && told[VERDICT_SUSPECT], "all kinds come up");
}

/* ---- what is known of the noise ---- */

static void test_declared_noise(void)
{
    static const double row[] = {100, 100.6, 99.5, 100.2, 99.8, 100.1, 99.7, 100.3, 100.2, 99.9, 98.2, NAN};
    struct arena arena = {0};
    struct kpi_rule plain = {.name = "speed", .better = DIRECTION_HIGHER}, normal = plain;
    normal.normal_tails = true;
    struct analysis_options options = options_of(&plain);
    const struct evidence *a = &judge(&options, row, "gpu=8", &arena)->evidence;
    options.kpis = &normal;
    const struct kpi_result *b = judge(&options, row, "gpu=8", &arena);
    CHECK(b->evidence.p < a->p / 4, "normal tails: p %g, heavy ones %g", b->evidence.p, a->p);
    CHECK(b->evidence.smallest_seen < a->smallest_seen && b->evidence.low > a->low, "and less is seen: %g, %g", b->evidence.smallest_seen, a->smallest_seen);
    arena_close(&arena);
}

/* Where runs are known to be independent, smaller steps are found: nothing is kept back for autocorrelation. */
static void test_independent(void)
{
    size_t levels[2] = {0};
    uint64_t random = 7;
    for (size_t i = 0; i < 40; i++) {
        double x[31];
        build_noise("gauss", x, 30, &random);
        for (size_t k = 15; k < 30; k++)
            x[k] += 1.6;
        x[30] = NAN;
        for (int declared = 0; declared < 2; declared++) {
            struct arena arena = {0};
            struct kpi_rule rule = {.name = "speed", .better = DIRECTION_HIGHER, .independent = declared};
            struct analysis_options options = options_of(&rule);
            levels[declared] += judge(&options, x, "gpu=8", &arena)->evidence.levels;
            arena_close(&arena);
        }
    }
    CHECK(levels[1] > levels[0] + 4, "%zu levels, declared independent %zu", levels[0], levels[1]);
}

/* ---- exact ---- */

static const struct {
    const char *what;
    double values[20]; /* NAN ends */
    double min_relative, min_absolute;
    enum direction better;
    enum verdict verdict;
    const char *since; /* version, or NULL */
    const char *said;  /* stands in the reason */
} exact[] = {
    {"the same", {100, 100, 100, NAN}, 0, 0, DIRECTION_LOWER, VERDICT_OK, NULL, "equal to the value of v1.0…v1.1 (2 run points, 100)"},
    {"one run of history, one more", {100, 101, NAN}, 0, 0, DIRECTION_LOWER, VERDICT_REGRESSION, "v1.1", "1.0 % above the value of v1.0 (1 run point, 100); declared exact: any change counts"},
    {"one less", {100, 100, 99, NAN}, 0, 0, DIRECTION_LOWER, VERDICT_IMPROVEMENT, "v1.2", "1.0 % below"},
    {"one less where higher is better", {100, 100, 99, NAN}, 0, 0, DIRECTION_HIGHER, VERDICT_REGRESSION, "v1.2", "1.0 % below"},
    {"a difference below the threshold", {100, 100, 101, NAN}, 0, 2, DIRECTION_LOWER, VERDICT_OK, NULL, "a change below 2 does not count"},
    {"below the relative one", {1000, 1000, 1009, NAN}, .01, 0, DIRECTION_LOWER, VERDICT_OK, NULL, "a change below 10 does not count"},
    {"beyond it", {1000, 1000, 1010, NAN}, .01, 0, DIRECTION_LOWER, VERDICT_REGRESSION, "v1.2", "any change that passes the thresholds counts"},
    {"small steps add up", {1000, 1000, 1004, 1008, 1008, 1012, NAN}, .01, 0, DIRECTION_LOWER, VERDICT_REGRESSION, "v1.5", "1.2 % above"},
    {"the second run of a regression", {100, 100, 100, 110, 110, NAN}, 0, 0, DIRECTION_LOWER, VERDICT_REGRESSION, "v1.3", "since v1.3 (1 run ago): 10.0 % above"},
    {"the fifth run of one", {100, 100, 100, 110, 110, 110, 110, 110, NAN}, 0, 0, DIRECTION_LOWER, VERDICT_REGRESSION, "v1.3", "since v1.3 (4 runs ago)"},
    {"worse once more", {100, 100, 100, 110, 110, 120, NAN}, 0, 0, DIRECTION_LOWER, VERDICT_REGRESSION, "v1.5", "9.1 % above the value of v1.3…v1.4"},
    {"hardly better than the regression", {100, 100, 100, 110, 110, 109, NAN}, 0, 0, DIRECTION_LOWER, VERDICT_REGRESSION, "v1.3", "9.0 % above the value of v1.0…v1.2"},
    {"fixed", {100, 100, 100, 110, 110, 100, NAN}, 0, 0, DIRECTION_LOWER, VERDICT_IMPROVEMENT, "v1.5", "9.1 % below the value of v1.3…v1.4"},
    {"fixed, and the run after", {100, 100, 100, 110, 110, 100, 100, NAN}, 0, 0, DIRECTION_LOWER, VERDICT_OK, NULL, "equal to"},
    {"it is not exact", {100, 101, 100, 102, 101, 100, 101, 102, 100, NAN}, 0, 0, DIRECTION_LOWER, VERDICT_OK, NULL,
     "exact not checked: declared exact, but its history varies: judged as any other"},
    {"zero, then something", {0, 0, 0, 3, NAN}, 0, 0, DIRECTION_LOWER, VERDICT_REGRESSION, "v1.3", "3 above the value of v1.0…v1.2 (3 run points, 0)"},
};

static void test_exact(void)
{
    for (size_t i = 0; i < ROWS(exact); i++) {
        struct arena arena = {0};
        struct kpi_rule rule = {.name = "speed", .better = exact[i].better, .exact = true, .min_relative = exact[i].min_relative, .min_absolute = exact[i].min_absolute};
        struct analysis_options options = options_of(&rule);
        const struct kpi_result *got = judge(&options, exact[i].values, "gpu=8", &arena);
        const struct evidence *e = &got->evidence;
        CHECK(got->verdict == exact[i].verdict, "%s: %s, %s", exact[i].what, verdict_name(got->verdict), e->reason);
        CHECK(strcmp(shown(e->since_version), shown(exact[i].since)) == 0, "%s: since %s, after %s", exact[i].what, shown(e->since_version), shown(e->since_after));
        CHECK(strstr(e->reason, exact[i].said), "%s: %s", exact[i].what, e->reason);
        CHECK(e->flip && e->flip[0], "%s: %s", exact[i].what, shown(e->flip));
        arena_close(&arena);
    }
}

static void test_exact_repetitions(void)
{
    struct arena arena = {0};
    struct record runs[5];
    static const double values[] = {100, 100, 100, 103, 104};
    for (size_t i = 0; i < 5; i++)
        runs[i] = build_record(arena_printf(&arena, "id%zu", i), (int)i, arena_printf(&arena, "version=\"v%zu\" run_id=\"r%zu\"", i / 2, i / 2), values[i], &arena);
    struct kpi_rule rule = {.name = "speed", .better = DIRECTION_LOWER, .exact = true};
    struct analysis_options options = options_of(&rule);
    const struct kpi_result *got = &analysis_run(&arena, &options, &runs[4], 1, runs, 4)->entries[0].kpis[0];
    CHECK(strstr(got->evidence.reason, "its history varies"), "%s", got->evidence.reason);
    arena_close(&arena);
}

/* ---- named methods ---- */

static const struct {
    const char *what, *method;
    double values[20];
    double min_relative, deviations;
    enum verdict verdict;
    const char *said;
    bool tested; /* in the correction */
} methods[] = {
    {"a lone run far below", "zscore", {GOOD, 96, NAN}, 0, 3, VERDICT_REGRESSION, "zscore: 96 is below", true},
    {"the same far above", "zscore", {GOOD, 104, NAN}, 0, 3, VERDICT_IMPROVEMENT, "zscore: 104 is above", true},
    {"within", "zscore", {GOOD, 100.1, NAN}, 0, 3, VERDICT_OK, "zscore: 100.1 is within", true},
    {"few deviations are flagged, but p is large", "zscore", {GOOD, 99.8, NAN}, 0, 1, VERDICT_SUSPECT, "after correction for 1 test", true},
    {"too small to count", "zscore", {GOOD, 96, NAN}, .05, 3, VERDICT_OK, "so small a change does not count", true},
    {"without p", "stdev", {GOOD, 96, NAN}, 0, 3, VERDICT_REGRESSION, "the method promises no false-alarm rate", false},
    {"one-sided", "stdev", {GOOD, 104, NAN}, 0, 3, VERDICT_OK, "stdev: 104 is", false},
    {"a share", "threshold", {GOOD, 94, NAN}, 0, 0, VERDICT_REGRESSION, "threshold: 94 is below", false},
    {"a smaller share", "threshold", {GOOD, 96, NAN}, 0, 0, VERDICT_OK, "threshold: 96 is within", false},
    {"another tool's change points", "hunter", {GOOD, 80, NAN}, 0, 0, VERDICT_REGRESSION, "hunter: a new level began with the newest run", true},
    {"none of them", "hunter", {GOOD, 100, NAN}, 0, 0, VERDICT_OK, "hunter: no level began", true},
    {"ranks need many runs", "mann_whitney", {GOOD, 80, NAN}, 0, 0, VERDICT_CANNOT_TELL, "mann_whitney: 1 against 10 runs give no p below", false},
    {"too few runs for it", "stdev", {100, 80, NAN}, 0, 3, VERDICT_CANNOT_TELL, "stdev needs 2 earlier runs, there is 1", false},
    {"it speaks before min_history", "stdev", {100, 100.5, 80, NAN}, 0, 3, VERDICT_REGRESSION, "stdev: 80 is below", false},
};

static void test_methods(void)
{
    for (size_t i = 0; i < ROWS(methods); i++) {
        struct arena arena = {0};
        struct method_options own = method_defaults();
        if (methods[i].deviations > 0)
            own.deviations = methods[i].deviations;
        struct kpi_rule rule = {.name = "speed", .better = DIRECTION_HIGHER, .min_relative = methods[i].min_relative,
                                .method = method_find(methods[i].method), .method_options = &own};
        struct analysis_options options = options_of(&rule);
        const struct kpi_result *got = judge(&options, methods[i].values, "gpu=8", &arena);
        CHECK(got->verdict == methods[i].verdict, "%s: %s, %s", methods[i].what, verdict_name(got->verdict), got->evidence.reason);
        CHECK(strstr(got->evidence.reason, methods[i].said), "%s: %s", methods[i].what, got->evidence.reason);
        CHECK(got->evidence.decided_by == CHECK_METHOD && got->checks_n == 1 && strcmp(got->checks[0].part, methods[i].method) == 0, "%s", methods[i].what);
        CHECK(isnan(got->checks[0].p_worse) == !methods[i].tested, "%s: p %g", methods[i].what, got->checks[0].p_worse);
        if (strstr(methods[i].said, "so small"))
            CHECK(got->checks[0].p_worse == 1, "%s: it enters the correction as 1: %g", methods[i].what, got->checks[0].p_worse);
        CHECK(got->evidence.points_n > 0 && got->evidence.reason && got->evidence.flip, "%s", methods[i].what);
        arena_close(&arena);
    }
}

/* For all KPIs at once: --method. */
static void test_one_method_for_all(void)
{
    struct arena arena = {0};
    struct method_options four = method_defaults();
    four.deviations = 4;
    const struct kpi_rule rules[] = {{.name = "a", .method = &method_zscore, .method_options = &four}, {.name = "b"}, {.name = "c", .exact = true}};
    struct analysis_options options = {.kpis = rules, .kpis_n = 3};
    rules_use_method(&options, &method_zscore, &arena);
    CHECK(options.kpis[0].method_options->deviations == 4 && options.kpis[1].method_options->deviations == 3, "options of its own stay");
    CHECK(options.kpis[1].method == &method_zscore && options.kpis[2].method == &method_zscore, "all have it");
    rules_use_method(&options, &method_auto, &arena);
    CHECK(!options.kpis[0].method && !options.kpis[1].method && !options.kpis[2].method, "auto is ours");
    arena_close(&arena);
}

/* ---- the correction and the window ---- */

static void test_correction(void)
{
    double corrected[2];
    for (int holm = 0; holm < 2; holm++) {
        struct arena arena = {0};
        struct record entries[2];
        struct kpi_rule rule = {.name = "speed", .better = DIRECTION_HIGHER};
        struct analysis_options options = options_of(&rule);
        static const char *const groups[] = {"a", "b"};
        size_t n = 0;
        options.correction = holm ? CORRECTION_HOLM : CORRECTION_BH;
        struct record all[22];
        for (size_t g = 0; g < 2; g++)
            for (size_t i = 0; i < 11; i++) {
                struct record r = build_record(arena_printf(&arena, "%s%zu", groups[g], i), (int)i,
                                               arena_printf(&arena, "version=\"v1.%zu\" run_id=\"r%zu\" group=\"%s\"", i, i, groups[g]),
                                               i == 10 ? (g ? 98.9 : 98.7) : four_below[i], &arena);
                if (i == 10)
                    entries[g] = r;
                else
                    all[n++] = r;
            }
        struct analysis *analysis = analysis_run(&arena, &options, entries, 2, all, n);
        double p[2] = {analysis->entries[0].kpis[0].evidence.p, analysis->entries[1].kpis[0].evidence.p};
        corrected[holm] = analysis->entries[p[0] < p[1] ? 0 : 1].kpis[0].evidence.p_corrected;
        arena_close(&arena);
    }
    CHECK(corrected[0] < corrected[1], "the smaller of two p counts double with Holm, not with BH: %g, %g", corrected[0], corrected[1]);
}

/* A regression stays one, however short the window, which ends where the bad level began: it says how much better a level is remembered. */
static void test_window(void)
{
    enum { FIRST = 12, SECOND = 20, NOW = 36 };
    double x[FIRST + SECOND + NOW + 1];
    uint64_t random = 3;
    size_t n = 0;
    for (; n < FIRST + SECOND + NOW; n++)
        x[n] = (n < FIRST ? 100 : n < FIRST + SECOND ? 95 : 90) + .3 * build_gauss(&random);
    x[n] = NAN;
    static const struct {
        int window;
        size_t since;
    } rows[] = {{0, FIRST}, {30, FIRST}, {25, FIRST}, {15, FIRST + SECOND}, {1, FIRST + SECOND}};
    for (size_t i = 0; i < 2 * ROWS(rows); i++) {
        struct arena arena = {0};
        struct kpi_rule rule = {.name = "speed", .better = DIRECTION_HIGHER, .min_relative = .04, .exact = i % 2};
        struct analysis_options options = options_of(&rule);
        options.window = rows[i / 2].window;
        double rounded[ROWS(x)];
        for (size_t k = 0; k <= n; k++)
            rounded[k] = i % 2 ? round(x[k] / 5) * 5 : x[k];
        const struct kpi_result *got = judge(&options, rounded, "gpu=8", &arena);
        CHECK(got->verdict == VERDICT_REGRESSION && got->evidence.since_point == rows[i / 2].since, "window %d%s: %s, %s", rows[i / 2].window,
              i % 2 ? ", exact" : "", verdict_name(got->verdict), got->evidence.reason);
        arena_close(&arena);
    }
}

/* The unit of a KPI, and which way is better, change no verdict: values times 1,000, and values below zero with the other direction. */
static void test_mirrored_and_scaled(void)
{
    static const char *const names[] = {NULL, "exact", "hunter", "stdev", "threshold", "zscore"};
    static const char *const families[] = {"gauss", "t3", "lognormal", "AR(.3)"};
    uint64_t random = 17;
    size_t told[VERDICT_COUNT] = {0};
    for (size_t i = 0; i < 40 * ROWS(names); i++) {
        struct arena arena = {0};
        double x[31], mirrored[31], scaled[31];
        size_t n = 3 + (size_t)(build_uniform(&random) * 26);
        bool exactly = i % ROWS(names) == 1;
        build_noise(families[i % 4], x, n, &random);
        for (size_t k = 0; exactly && k < n; k++)
            x[k] = 100 + (k * 3 > n * 2);
        x[n - 1] += i % 3 ? 12 * (build_uniform(&random) - .5) : 0;
        for (size_t k = 0; k < n; k++) {
            mirrored[k] = -x[k];
            scaled[k] = x[k] * 1024;
        }
        x[n] = mirrored[n] = scaled[n] = NAN;
        struct kpi_rule plain = {.name = "speed", .better = DIRECTION_LOWER, .min_relative = .01, .exact = exactly,
                                 .method = names[i % ROWS(names)] ? method_find(names[i % ROWS(names)]) : NULL};
        struct kpi_rule other = plain;
        other.better = DIRECTION_HIGHER;
        struct analysis_options options = options_of(&plain), opposite = options_of(&other);
        const struct kpi_result *a = judge(&options, x, "gpu=8", &arena), *b = judge(&opposite, mirrored, "gpu=8", &arena), *c = judge(&options, scaled, "gpu=8", &arena);
        CHECK(a->verdict == b->verdict, "%zu: %s (%s), mirrored %s (%s)", i, verdict_name(a->verdict), a->evidence.reason, verdict_name(b->verdict), b->evidence.reason);
        CHECK(a->verdict == c->verdict, "%zu: %s (%s), scaled %s (%s)", i, verdict_name(a->verdict), a->evidence.reason, verdict_name(c->verdict), c->evidence.reason);
        told[a->verdict]++;
        arena_close(&arena);
    }
    CHECK(told[VERDICT_OK] && told[VERDICT_REGRESSION] && told[VERDICT_IMPROVEMENT], "all kinds come up");
}

int main(void)
{
    test_matches();
    test_thresholds();
    test_threshold_without_labels();
    test_declared_noise();
    test_independent();
    test_exact();
    test_exact_repetitions();
    test_methods();
    test_one_method_for_all();
    test_correction();
    test_window();
    test_mirrored_and_scaled();
    return check_end();
}
