/* regress: the checks beyond the change of the level: bounds, budgets; one correction over all of them. */
#include <math.h>
#include <string.h>

#include "detect/method.h"
#include "regress/analysis.h"
#include "regress/order.h"
#include "regress/rules.h"
#include "regress/series.h"
#include "tests/regress_judged.h"

/* Runs v1.0 … on days 0 …, values as given, labels beside the version. */
static struct record *runs_of(const double *values, size_t n, const char *labels, struct arena *arena)
{
    struct record *runs = ARENA_ARRAY(arena, struct record, n + 1);
    for (size_t i = 0; i < n; i++)
        runs[i] = build_record(arena_printf(arena, "id%03zu", i), (int)i,
                               arena_printf(arena, "version=\"v1.%zu\" run_id=\"r%zu\" %s", i, i, labels), values[i], arena);
    return runs;
}

static const struct kpi_result *judge(const struct kpi_rule *rule, const double *values, size_t n, struct arena *arena)
{
    struct record *runs = runs_of(values, n, "", arena);
    struct analysis_options *options = arena_copy(arena, &(struct analysis_options){0}, sizeof(*options));
    *options = usual(rule, 1);
    return &analysis_run(arena, options, &runs[n - 1], 1, runs, n)->entries[0].kpis[0];
}

/* n runs around 100 of little noise, the last one `last`. */
static double *around(size_t n, double last, struct arena *arena)
{
    double *x = ARENA_ARRAY(arena, double, n);
    for (size_t i = 0; i < n; i++)
        x[i] = 100 + noise[i % ROWS(noise)];
    x[n - 1] = last;
    return x;
}

/* ---- fixed bounds ---- */

static void test_bounds(void)
{
    static const struct {
        const char *what;
        size_t runs; /* 1: no history */
        double last;
        struct bound low, high;
        enum direction better;
        bool fixed;
        enum verdict verdict;
        enum check_kind by;
        const char *reason;
    } rows[] = {
        {"outside, without history", 1, 205, {0}, {true, 200}, DIRECTION_LOWER, false, VERDICT_REGRESSION, CHECK_BOUND,
         "205 ms is 2.5 % above the bound of at most 200 ms"},
        {"within, without history", 1, 195, {0}, {true, 200}, DIRECTION_LOWER, false, VERDICT_NO_HISTORY, CHECK_LEVEL, NULL},
        {"on the bound", 1, 200, {0}, {true, 200}, DIRECTION_LOWER, true, VERDICT_OK, CHECK_BOUND, "200 ms is within the bound of at most 200 ms"},
        {"within, method fixed, without history", 1, 195, {true, 100}, {true, 200}, DIRECTION_LOWER, true, VERDICT_OK, CHECK_BOUND,
         "195 ms is within the bounds of 100 to 200 ms"},
        {"outside on the good side, too", 1, 95, {true, 100}, {true, 200}, DIRECTION_LOWER, true, VERDICT_REGRESSION, CHECK_BOUND,
         "95 ms is 5.0 % below the bounds of 100 to 200 ms"},
        {"neither way is better: outside", 12, 205, {0}, {true, 200}, DIRECTION_NONE, false, VERDICT_REGRESSION, CHECK_BOUND, "above"},
        {"neither way is better: within", 12, 100, {0}, {true, 200}, DIRECTION_NONE, false, VERDICT_NOT_ANALYSED, CHECK_LEVEL, NULL},
        {"with the level, and within", 12, 100, {0}, {true, 200}, DIRECTION_LOWER, false, VERDICT_OK, CHECK_LEVEL, NULL},
        {"with the level, but outside", 12, 100, {0}, {true, 99.9}, DIRECTION_LOWER, false, VERDICT_REGRESSION, CHECK_BOUND, "0.10 % above"},
        {"the next run may cross it", 12, 100, {0}, {true, 100.3}, DIRECTION_LOWER, false, VERDICT_OK, CHECK_LEVEL,
         "100 ms is within the bound of at most 100.3 ms, but the next run crosses it with probability 0."},
        {"a regression of the level stays one", 12, 130, {0}, {true, 200}, DIRECTION_LOWER, false, VERDICT_REGRESSION, CHECK_LEVEL, NULL},
        {"both: the level speaks first", 12, 230, {0}, {true, 200}, DIRECTION_LOWER, false, VERDICT_REGRESSION, CHECK_LEVEL,
         "; bound: 230 ms is 15.0 % above the bound of at most 200 ms"},
        {"better by its level, worse than its bound", 12, 60, {true, 70}, {0}, DIRECTION_LOWER, false, VERDICT_REGRESSION, CHECK_BOUND, "below"},
        {"a bound of 0", 1, 3, {0}, {true, 0}, DIRECTION_LOWER, false, VERDICT_REGRESSION, CHECK_BOUND, "3 ms is 3 ms above the bound of at most 0 ms"},
        {"fixed without bounds", 12, 100, {0}, {0}, DIRECTION_LOWER, true, VERDICT_CANNOT_TELL, CHECK_BOUND, "it has no bounds"},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = {0};
        struct kpi_rule rule = {.name = "speed", .unit = "ms", .better = rows[i].better, .low = rows[i].low, .high = rows[i].high,
                                .method = rows[i].fixed ? &method_fixed : NULL};
        const struct kpi_result *kpi = judge(&rule, around(rows[i].runs, rows[i].last, &arena), rows[i].runs, &arena);
        expect(rows[i].what, kpi, rows[i].verdict, rows[i].by, rows[i].reason);
        rule.ignored = true;
        kpi = judge(&rule, around(rows[i].runs, rows[i].last, &arena), rows[i].runs, &arena);
        expect("ignored", kpi, VERDICT_NOT_ANALYSED, CHECK_LEVEL, "ignored");
        arena_close(&arena);
    }
}

/* Since when it has been outside. */
static void test_bound_since(void)
{
    struct arena arena = {0};
    double x[] = {100, 100.6, 99.5, 100.2, 99.8, 100.1, 99.7, 100.3, 100.9, 100.8, 100.9};
    struct kpi_rule rule = {.name = "speed", .unit = "ms", .better = DIRECTION_LOWER, .high = {true, 100.7}};
    const struct kpi_result *kpi = judge(&rule, x, ROWS(x), &arena);
    expect("since", kpi, VERDICT_REGRESSION, CHECK_BOUND, "since v1.8 (2 runs ago): ");
    CHECK(strcmp(kpi->evidence.since_version, "v1.8") == 0 && strcmp(kpi->evidence.since_after, "v1.7") == 0, "since %s after %s",
          kpi->evidence.since_version, kpi->evidence.since_after);
    CHECK(kpi->evidence.ok_from == 100.7 && strcmp(kpi->evidence.flip, "would be ok up to 100.7 ms") == 0, "'%s'", kpi->evidence.flip);
    CHECK(isnan(kpi->evidence.p), "a bound has no p");
    arena_close(&arena);
}

/* The unit changed and came back: runs before that are no history of the value outside, which is new with this run. */
static void test_bound_unit(void)
{
    static const char *const ms[] = {"ms"}, *const us[] = {"us"};
    struct arena arena = {0};
    double x[] = {101, 101, 101, 100, 101};
    struct kpi_rule rule = {.name = "speed", .unit = "ms", .better = DIRECTION_LOWER, .high = {true, 100.7}};
    struct analysis_options options = usual(&rule, 1);
    struct record *runs = runs_of(x, ROWS(x), "", &arena);
    for (size_t i = 0; i < ROWS(x); i++)
        runs[i].units = i == 3 ? us : ms;
    const struct kpi_result *kpi = &analysis_run(&arena, &options, &runs[4], 1, runs, 4)->entries[0].kpis[0];
    expect("outside, in another unit than the run before", kpi, VERDICT_REGRESSION, CHECK_BOUND, "101 ms is 0.30 % above the bound");
    CHECK(!strstr(kpi->evidence.reason, "ago") && kpi->change.status == CHANGE_NEW && kpi->evidence.points_n == 0, "%s: %s",
          change_status_name(kpi->change.status), kpi->evidence.reason);
    arena_close(&arena);
}

/* ---- budgets ---- */

/* The run with which a budget is used up is new, though the creep began long before; the ones after it are known. */
static void test_drift_new(void)
{
    static const struct drift_budget budgets[] = {{.05, 0, NULL}, {.05, 0, "v1.2"}};
    for (size_t i = 0; i < ROWS(budgets); i++) {
        size_t overruns = 0;
        for (size_t n = 12; n < 48; n++) {
            struct arena arena = {0};
            double x[64];
            for (size_t k = 0; k < n; k++)
                x[k] = 100 + noise[k % ROWS(noise)] + .3 * (double)k;
            struct kpi_rule rule = {.name = "speed", .unit = "ms", .better = DIRECTION_LOWER, .budget = budgets[i], .min_relative = .5};
            const struct kpi_result *kpi = judge(&rule, x, n, &arena);
            enum change_status status = kpi->verdict == VERDICT_REGRESSION && overruns ? CHANGE_KNOWN : CHANGE_NEW;
            overruns += kpi->verdict == VERDICT_REGRESSION;
            CHECK(kpi->verdict != VERDICT_REGRESSION || kpi->change.status == status, "%zu runs: %s", n, change_status_name(kpi->change.status));
            arena_close(&arena);
        }
        CHECK(overruns > 10, "%zu overruns", overruns);
    }
}

static void test_drift(void)
{
    static const struct {
        const char *what;
        size_t runs;
        double creep; /* per run */
        struct drift_budget budget;
        enum direction better;
        double min_relative; /* of the KPI: makes the level's own test silent */
        enum verdict verdict;
        enum check_kind by;
        const char *reason;
    } rows[] = {
        {"far beyond the budget", 30, .3, {.05, 0, NULL}, DIRECTION_LOWER, .5, VERDICT_REGRESSION, CHECK_DRIFT,
         "since the oldest 8 runs (101.1 ms) the newest 8 runs (107.7 ms) are 6.5 % worse (6.2 % … 6.8 %): beyond the budget of 5 %; p "},
        {"the same, higher is better: all is well", 30, .3, {.05, 0, NULL}, DIRECTION_HIGHER, .5, VERDICT_OK, CHECK_LEVEL, NULL},
        {"falling where higher is better", 30, -.3, {.05, 0, NULL}, DIRECTION_HIGHER, .5, VERDICT_REGRESSION, CHECK_DRIFT, "beyond the budget of 5 %"},
        {"within a wide budget", 30, .3, {.2, 0, NULL}, DIRECTION_LOWER, .5, VERDICT_OK, CHECK_LEVEL, NULL},
        {"an absolute budget", 30, .3, {0, 3, NULL}, DIRECTION_LOWER, .5, VERDICT_REGRESSION, CHECK_DRIFT, "beyond the budget of 3 ms"},
        {"the larger budget counts", 30, .3, {.01, 30, NULL}, DIRECTION_LOWER, .5, VERDICT_OK, CHECK_LEVEL, NULL},
        {"since a version", 30, .3, {.05, 0, "v1.2"}, DIRECTION_LOWER, .5, VERDICT_REGRESSION, CHECK_DRIFT, "since v1.2 (1 run, "},
        {"since a version that no run has", 30, .3, {.05, 0, "0.9"}, DIRECTION_LOWER, .5, VERDICT_OK, CHECK_LEVEL,
         "; drift not checked: no run of 0.9 in history has this KPI"},
        {"too few runs", 6, .3, {.05, 0, NULL}, DIRECTION_LOWER, .5, VERDICT_OK, CHECK_LEVEL, "drift not checked: a budget needs 8 runs, there are 6"},
        {"no creep", 30, 0, {.02, 0, NULL}, DIRECTION_LOWER, .5, VERDICT_OK, CHECK_LEVEL, NULL},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = {0};
        double x[64];
        for (size_t k = 0; k < rows[i].runs; k++)
            x[k] = 100 + noise[k % ROWS(noise)] + rows[i].creep * (double)k;
        struct kpi_rule rule = {.name = "speed", .unit = "ms", .better = rows[i].better, .budget = rows[i].budget, .min_relative = rows[i].min_relative};
        const struct kpi_result *kpi = judge(&rule, x, rows[i].runs, &arena);
        expect(rows[i].what, kpi, rows[i].verdict, rows[i].by, rows[i].reason);
        const struct check *check = check_of(kpi, CHECK_DRIFT);
        CHECK(check && check->found && check->flip, "%s: told", rows[i].what);
        if (check && check->tested)
            CHECK(check->corrected_worse >= check->p_worse && isnan(check->p_better), "%s: %g of %g", rows[i].what, check->corrected_worse, check->p_worse);
        if (kpi->evidence.decided_by == CHECK_DRIFT)
            CHECK(kpi->evidence.p == check->p_worse && kpi->evidence.since_version, "%s: its p is the verdict's", rows[i].what);
        arena_close(&arena);
    }
}

/* With less history than a regression needs, a used up budget is suspect, and says what is missing. */
static void test_drift_short(void)
{
    struct arena arena = {0};
    struct kpi_rule rule = {.name = "speed", .unit = "ms", .better = DIRECTION_LOWER, .budget = {.02, 0, NULL}, .min_relative = .5};
    struct analysis_options options = usual(&rule, 1);
    double x[14];
    for (size_t k = 0; k < ROWS(x); k++)
        x[k] = 100 + noise[k % ROWS(noise)] + (double)k;
    struct record *runs = runs_of(x, ROWS(x), "", &arena);
    options.min_history = 20;
    const struct kpi_result *kpi = &analysis_run(&arena, &options, &runs[13], 1, runs, 14)->entries[0].kpis[0];
    expect("a short history", kpi, VERDICT_SUSPECT, CHECK_DRIFT, "but history has only 13 of the 20 run points that a regression needs");
    CHECK(kpi->evidence.more_runs == 7, "%d more runs", kpi->evidence.more_runs);
    arena_close(&arena);
}

/* A pinned release that lies farther back than the level's test looks is found all the same. */
static void test_old_release(void)
{
    struct arena arena = {0};
    enum { N = SERIES_MAX + 60 };
    double x[N];
    for (size_t i = 0; i < N; i++)
        x[i] = 100 + noise[i % ROWS(noise)] + .04 * (double)i;
    struct kpi_rule rule = {.name = "speed", .unit = "ms", .better = DIRECTION_LOWER, .budget = {.05, 0, "1.7"}, .min_relative = .5};
    const struct kpi_result *kpi = judge(&rule, x, N, &arena);
    expect("an old release", kpi, VERDICT_REGRESSION, CHECK_DRIFT, "since 1.7 (1 run, ");
    CHECK(kpi->evidence.points_n == SERIES_MAX, "%zu points", kpi->evidence.points_n);
    arena_close(&arena);
}

static void test_names(void)
{
    static const struct {
        const char *value, *release;
        bool names;
    } rows[] = {
        {"\"4.18\"", "4.18", true},      {"\"4.18.0\"", "4.18", true},     {"\"4.18.3-rc1\"", "4.18", true}, {"\"v4.18.3\"", "4.18", true},
        {"\"4.18.3\"", "v4.18", true},   {"\"img:v4.18.2\"", "4.18", true}, {"\"4.180\"", "4.18", false},     {"\"4.1\"", "4.18", false},
        {"\"14.18\"", "4.18", false},    {"4.18", "4.18", true},           {"8", "8", true},                 {"80", "8", false},
        {"null", "null", true},          {NULL, "4.18", false},            {"\"\"", "4.18", false},          {"\"4.18\"", "", false},
        {"\"main\"", "main", true},      {"\"vmain\"", "main", false},     {"\"img:v4.18.2\"", "img:v4.18", true}, {"\"", "4", false},
        {"\"2025-05-06\"", "2025-05", true},
    };
    for (size_t i = 0; i < ROWS(rows); i++)
        CHECK(order_names(rows[i].value, rows[i].release) == rows[i].names, "%s of %s", rows[i].value ? rows[i].value : "-", rows[i].release);
}

/* ---- one correction ---- */

/* A budget is one more hypothesis; a bound is none. */
static void test_counted(void)
{
    struct arena arena = {0};
    double *x = around(20, 100, &arena);
    struct kpi_rule plain = {.name = "speed", .better = DIRECTION_LOWER}, both = plain;
    both.budget.relative = .05;
    both.high = (struct bound){true, 500};
    struct record *runs = runs_of(x, 20, "", &arena);
    struct analysis_options one = usual(&plain, 1), two_tests = usual(&both, 1);
    CHECK(analysis_run(&arena, &one, &runs[19], 1, runs, 20)->tested == 1, "one");
    struct analysis *analysis = analysis_run(&arena, &two_tests, &runs[19], 1, runs, 20);
    CHECK(analysis->tested == 2 && analysis->entries[0].kpis[0].checks_n == 2, "%zu tests, %zu checks", analysis->tested, analysis->entries[0].kpis[0].checks_n);
    arena_close(&arena);
}

/* Holm is never surer than Benjamini–Hochberg, and the second of two is where they differ. */
static void test_rules(void)
{
    double p[2] = {1, 1};
    for (int c = CORRECTION_BH; c <= CORRECTION_HOLM; c++) {
        struct arena arena = {0};
        struct kpi_rule rules[] = {{.name = "a", .better = DIRECTION_LOWER}, {.name = "b", .better = DIRECTION_LOWER}, {.name = "c", .better = DIRECTION_LOWER}};
        struct record runs[21];
        for (size_t i = 0; i < 21; i++) {
            runs[i] = build_record(arena_printf(&arena, "i%02zu", i), (int)i, arena_printf(&arena, "version=\"v1.%zu\"", i), 0, &arena);
            runs[i].kpis = ARENA_ARRAY(&arena, struct kpi_value, 3);
            runs[i].kpis_n = 3;
            for (size_t k = 0; k < 3; k++)
                runs[i].kpis[k] = (struct kpi_value){rules[k].name, 100 + noise[(i + 5 * k) % ROWS(noise)] + (i == 20 && k ? k == 1 ? 3 : 2.4 : 0)};
        }
        struct analysis_options options = usual(rules, 3);
        options.correction = (enum correction)c;
        p[c] = analysis_run(&arena, &options, &runs[20], 1, runs, 20)->entries[0].kpis[2].evidence.p_corrected;
        arena_close(&arena);
    }
    CHECK(p[CORRECTION_HOLM] > p[CORRECTION_BH] * 1.2, "Holm %g, Benjamini–Hochberg %g", p[CORRECTION_HOLM], p[CORRECTION_BH]);
}

/* ---- what must not matter ---- */

/* Creeping memory with a budget, a bound and a control: the order of history, the unit and the direction change nothing. */
static const struct kpi_result *judge_all(double scale, bool mirrored, bool reversed, double last, struct arena *arena)
{
    enum { N = 24 };
    struct record *runs = ARENA_ARRAY(arena, struct record, N), *entry = &runs[0];
    for (size_t k = 0; k < N; k++) {
        bool newest = k == N - 1;
        double machine = 1 + .1 * (double)((k * 7 + 4) % 5), value = 100 + noise[k % ROWS(noise)] + .2 * (double)k + (newest ? last : 0);
        size_t at = reversed ? N - 1 - k : k;
        runs[at] = two(arena_printf(arena, "i%02zu", k), (int)k, arena_printf(arena, "version=\"v1.%zu\"", k), (mirrored ? 300 - value : value) * machine * scale,
                       3 * machine * scale, arena);
        entry = newest ? &runs[at] : entry;
    }
    struct kpi_rule *rule = ARENA_NEW(arena, struct kpi_rule);
    struct bound bound = {true, (mirrored ? 300 - 145 : 145) * scale};
    *rule = (struct kpi_rule){.name = "speed", .better = mirrored ? DIRECTION_HIGHER : DIRECTION_LOWER, .min_absolute = 30 * scale, .budget.absolute = 2 * scale, .control.kpi = "warm"};
    *(mirrored ? &rule->low : &rule->high) = bound;
    struct analysis_options *options = ARENA_NEW(arena, struct analysis_options);
    *options = usual(rule, 1);
    return &analysis_run(arena, options, entry, 1, runs, N)->entries[0].kpis[0];
}

static void test_properties(void)
{
    static const double lasts[] = {0, 40, -30};
    for (size_t i = 0; i < ROWS(lasts); i++) {
        struct arena arena = {0};
        const struct kpi_result *plain = judge_all(1, false, false, lasts[i], &arena), *others[] = {
            judge_all(1, false, true, lasts[i], &arena), judge_all(1e6, false, false, lasts[i], &arena), judge_all(1e-9, false, false, lasts[i], &arena),
            judge_all(1, true, false, lasts[i], &arena)};
        for (size_t k = 0; k < ROWS(others); k++) {
            CHECK(others[k]->verdict == plain->verdict && others[k]->evidence.decided_by == plain->evidence.decided_by, "row %zu, %zu: %s by %s, not %s by %s",
                  i, k, verdict_name(others[k]->verdict), check_name(others[k]->evidence.decided_by), verdict_name(plain->verdict),
                  check_name(plain->evidence.decided_by));
            for (size_t c = 0; c < plain->checks_n; c++)
                CHECK(others[k]->checks[c].verdict == plain->checks[c].verdict, "row %zu, %zu: check %zu", i, k, c);
        }
        CHECK(strcmp(others[0]->evidence.reason, plain->evidence.reason) == 0, "the order of history: '%s'", others[0]->evidence.reason);
        arena_close(&arena);
    }
}

/* Far values, times at both ends, thousands of records in one pair and one control: answers, and soon. */
static void test_hostile(void)
{
    static const char *const values[] = {"\"v0\"", NULL};
    static const struct label_match match = {"version", values};
    static const double far[] = {1e308, -1e308, 5e-324, 0, -0., 1};
    struct arena arena = {0};
    enum { N = 4000 };
    struct record *runs = ARENA_ARRAY(&arena, struct record, N);
    for (size_t k = 0; k < N; k++) {
        runs[k] = build_record(arena_printf(&arena, "i%04zu", k), 0,
                               arena_printf(&arena, "version=\"v%zu\" pair_id=%s side=\"%s\"", k % 3, k % 2 ? "1" : "null", k % 4 == 1 ? "base" : "new"),
                               far[k % ROWS(far)], &arena);
        runs[k].start_us = k % 5 == 0 ? INT64_MIN : k % 5 == 1 ? INT64_MAX : 7;
    }
    struct kpi_rule rule = {.name = "speed", .better = DIRECTION_LOWER, .control.labels = {&match, 1}, .budget.relative = .01, .budget.since = "v1",
                            .high = {true, 1e308}, .low = {true, -1e308}};
    struct analysis_options options = usual(&rule, 1);
    options.pairing = (struct pairing){"pair_id", "side", "\"base\""};
    struct analysis *analysis = analysis_run(&arena, &options, runs, 40, runs, N);
    for (size_t i = 0; i < analysis->entries_n; i++)
        CHECK(analysis->entries[i].kpis[0].evidence.reason, "entry %zu has a reason", i);
    arena_close(&arena);
}

/* What is asked of a history is wide enough to hold what stands beside an entry. */
static void test_fingerprints(void)
{
    static const char *const pinned[] = {"\"old\"", NULL};
    static const struct label_match match = {"image", pinned};
    struct arena arena = {0};
    struct kpi kpi = {.name = "speed", .judging.control.labels = {&match, 1}};
    struct workload plain = {.name = "w"}, wide = {.name = "w", .kpis = &kpi, .kpis_n = 1, .analyze.paired = {"pair_id", "side", "\"base\""}};
    struct record a = build_record("a", 0, "gpu=8 pair_id=1 side=\"base\" image=\"old\"", 1, &arena);
    struct record b = build_record("b", 0, "gpu=8 pair_id=2 side=\"new\" image=\"new\"", 1, &arena);
    char prints[4][FINGERPRINT_SIZE];
    struct fingerprint_rule *rules[] = {rules_of_fingerprints(&arena, &plain), rules_of_fingerprints(&arena, &wide)};
    for (size_t i = 0; i < 2; i++) {
        fingerprint_of(rules[i], &a, prints[2 * i]);
        fingerprint_of(rules[i], &b, prints[2 * i + 1]);
    }
    CHECK(strcmp(prints[0], prints[1]) != 0 && strcmp(prints[2], prints[3]) == 0, "sides and pinned runs are read with the others");
    arena_close(&arena);
}

int main(void)
{
    test_bounds();
    test_bound_since();
    test_bound_unit();
    test_drift_new();
    test_drift();
    test_drift_short();
    test_old_release();
    test_names();
    test_counted();
    test_rules();
    test_properties();
    test_hostile();
    test_fingerprints();
    return check_end();
}
