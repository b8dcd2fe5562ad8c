/* regress: from records to verdicts: scenarios, selection, determinism, error rates. */
#include <math.h>
#include <string.h>

#include "regress/gate.h"
#include "regress/answers.h"
#include "regress/value.h"
#include "tests/check.h"
#include "tests/regress_build.h"

static const char *const version_key[] = {"version", NULL}, *const no_keys[] = {NULL}, *const ocp_key[] = {"ocp", NULL};
static const struct kpi_rule speed[] = {{.name = "speed", .unit = "tokens/s", .better = DIRECTION_HIGHER, .min_relative = .05}};

static struct analysis_options usual(void)
{
    return (struct analysis_options){.comparison_keys = version_key, .ignored_keys = ocp_key, .sorting_keys = no_keys,
                                     .kpis = speed, .kpis_n = 1, .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05};
}

static void check_verdict(const char *what, const struct kpi_result *got, enum verdict want)
{
    CHECK(got->verdict == want, "%s: %s, not %s (p %g, corrected %g, %s)", what, verdict_name(got->verdict),
          verdict_name(want), got->evidence.p, got->evidence.p_corrected, got->evidence.reason);
}

/* ---- scenarios: the values of the runs in order, the last is the entry; day by day ---- */

enum versions { EACH, SAME };

static const struct {
    const char *what;
    enum versions versions; /* every run its own (v1.0, v1.1, … v1.10, …), or all the same */
    int min_history;
    double values[40]; /* 0 ends */
    enum verdict verdict;
    const char *since; /* version, or NULL */
} scenarios[] = {
    {"six nights of one version, the last 10 % worse, enough history", SAME, 5, {100, 100.6, 99.5, 100.2, 99.8, 90},
     VERDICT_REGRESSION, "v1"},
    {"the same with the usual min_history", SAME, 8, {100, 100.6, 99.5, 100.2, 99.8, 90}, VERDICT_SUSPECT, "v1"},
    {"nine releases, a step in the newest", EACH, 8, {100, 100.6, 99.5, 100.2, 99.8, 100.1, 99.7, 100.3, 88},
     VERDICT_REGRESSION, "v1.8"},
    {"nine releases, a jump for the better", EACH, 8, {100, 100.6, 99.5, 100.2, 99.8, 100.1, 99.7, 100.3, 112},
     VERDICT_IMPROVEMENT, "v1.8"},
    {"nothing changed", EACH, 8, {100, 100.6, 99.5, 100.2, 99.8, 100.1, 99.7, 100.3, 99.9}, VERDICT_OK, NULL},
    {"a significant change below the threshold", EACH, 8, {100, 100.1, 99.9, 100, 100.1, 99.9, 100, 100.1, 97}, VERDICT_OK, NULL},
    {"the second run of a regression", EACH, 8, {100, 100.6, 99.5, 100.2, 99.8, 100.1, 99.7, 100.3, 88, 88.4},
     VERDICT_REGRESSION, "v1.8"},
    {"the fourth run of a regression", EACH, 8, {100, 100.6, 99.5, 100.2, 99.8, 100.1, 99.7, 100.3, 88, 88.4, 87.7, 88.1},
     VERDICT_REGRESSION, "v1.8"},
    {"a regression twelve runs ago", EACH, 8,
     {100, 100.6, 99.5, 100.2, 99.8, 100.1, 99.7, 100.3, 100.4, 99.6, 88, 88.4, 87.7, 88.1, 88.3, 87.9, 88.2, 87.8, 88, 88.5, 87.6, 88.1},
     VERDICT_REGRESSION, "v1.10"},
    {"a regression that was fixed", EACH, 8, {100, 100.6, 99.5, 100.2, 99.8, 100.1, 99.7, 100.3, 88, 100.1}, VERDICT_OK, NULL},
    {"an old step for the better hides nothing", EACH, 8,
     {80, 80.4, 79.6, 80.2, 79.8, 80.1, 100, 100.6, 99.5, 100.2, 99.8, 100.1, 99.7, 100.3, 92}, VERDICT_REGRESSION, "v1.14"},
    {"an old step for the better makes nothing", EACH, 8,
     {80, 80.4, 79.6, 80.2, 79.8, 80.1, 100, 100.6, 99.5, 100.2, 99.8, 100.1, 99.7, 100.3, 99.8}, VERDICT_OK, NULL},
    {"better levels that are lost again", EACH, 8,
     {80, 80.4, 79.6, 80.2, 79.8, 80.1, 100, 100.6, 99.5, 100.2, 99.8, 100.1, 99.7, 100.3, 80.2, 79.9}, VERDICT_REGRESSION, "v1.14"},
    {"one outlier among nine: as much may happen by chance again", EACH, 8, {100, 100.6, 99.5, 60, 99.8, 100.1, 99.7, 100.3, 100.4, 99.9},
     VERDICT_CANNOT_TELL, NULL},
    {"one outlier among many", EACH, 8,
     {100, 100.6, 99.5, 60, 99.8, 100.1, 99.7, 100.3, 100.4, 99.9, 100, 100.6, 99.5, 100.2, 99.8, 100.1, 99.7, 100.3, 100.4, 99.9,
      100.5, 99.4, 100.2, 99.8, 100.1, 99.9, 100.3, 99.7, 100.4, 99.6, 100}, VERDICT_OK, NULL},
    {"zero variance, the same again", EACH, 8, {5, 5, 5, 5, 5, 5, 5, 5, 5}, VERDICT_OK, NULL},
    {"zero variance, then worse", EACH, 8, {50, 50, 50, 50, 50, 50, 50, 50, 40}, VERDICT_REGRESSION, "v1.8"},
    {"zero variance, a difference below the threshold", EACH, 8, {50, 50, 50, 50, 50, 50, 50, 50, 49}, VERDICT_OK, NULL},
    {"two runs of history", EACH, 8, {100, 100.5, 50}, VERDICT_CANNOT_TELL, NULL},
    {"three runs of history", EACH, 8, {100, 100.5, 99.6, 50}, VERDICT_SUSPECT, "v1.3"},
    {"runs that scatter too much", EACH, 8, {100, 30, 190, 60, 20, 150, 90, 10, 100}, VERDICT_CANNOT_TELL, NULL},
};

static void test_scenarios(void)
{
    for (size_t i = 0; i < ROWS(scenarios); i++) {
        struct arena arena = {0};
        struct record runs[40];
        size_t n = 0;
        for (; n < 40 && scenarios[i].values[n] != 0; n++) {
            const char *version = scenarios[i].versions == SAME ? "v1" : arena_printf(&arena, "v1.%zu", n);
            const char *labels = arena_printf(&arena, "version=\"%s\" gpu=8 run_id=\"r%zu\"", version, n);
            runs[n] = build_record(arena_printf(&arena, "id%02zu", n), (int)n, labels, scenarios[i].values[n], &arena);
        }
        struct analysis_options options = usual();
        options.min_history = scenarios[i].min_history;
        struct analysis *analysis = analysis_run(&arena, &options, &runs[n - 1], 1, runs, n);
        const struct kpi_result *kpi = &analysis->entries[0].kpis[0];
        check_verdict(scenarios[i].what, kpi, scenarios[i].verdict);
        const char *since = kpi->evidence.since_version;
        CHECK(since == scenarios[i].since || (since && scenarios[i].since && strcmp(since, scenarios[i].since) == 0),
              "%s: since %s", scenarios[i].what, since ? since : "-");
        CHECK(kpi->evidence.points_n == n - 1, "%s: the entry's own id is not in its history", scenarios[i].what);
        arena_close(&arena);
    }
}

/* ---- selection ---- */

/* A history of eight good releases v1.1 … v1.8 on days 1 … 8, and what a row adds. */
static size_t add_releases(struct record *runs, const char *labels, struct arena *arena)
{
    static const double values[] = {100, 100.6, 99.5, 100.2, 99.8, 100.1, 99.7, 100.3};
    for (size_t i = 0; i < ROWS(values); i++)
        runs[i] = build_record(arena_printf(arena, "h%zu", i + 1), (int)i + 1,
                               arena_printf(arena, "version=\"v1.%zu\" run_id=\"r%zu\" %s", i + 1, i + 1, labels), values[i], arena);
    return ROWS(values);
}

static const struct {
    const char *what;
    const char *history; /* labels of the releases */
    const char *added;   /* labels of one more record of day 20, with a value of 10; NULL: none */
    const char *entry;   /* labels of the entry, value 100 */
    enum history_scope scope;
    enum verdict verdict;
    size_t points, history_n, newer;
    const char *near, *varying, *changed;
} selections[] = {
    {"all labels agree", "gpu=8", NULL, "version=\"v1.9\" gpu=8", SCOPE_OLDER, VERDICT_OK, 8, 8, 0, NULL, NULL, NULL},
    {"null and absent are equal", "gpu=8 lora=null", NULL, "version=\"v1.9\" gpu=8", SCOPE_OLDER, VERDICT_OK, 8, 8, 0, NULL, NULL, NULL},
    {"v1.10 comes after v1.9", "gpu=8", "version=\"v1.9\" gpu=8", "version=\"v1.10\" gpu=8", SCOPE_OLDER, VERDICT_OK, 9, 9, 0, NULL, NULL, NULL},
    {"newer versions are left out", "gpu=8", "version=\"v1.11\" gpu=8", "version=\"v1.10\" gpu=8", SCOPE_OLDER, VERDICT_OK, 8, 9, 1, NULL, NULL, NULL},
    {"unless all are wanted", "gpu=8", "version=\"v1.11\" gpu=8", "version=\"v1.10\" gpu=8", SCOPE_ALL, VERDICT_OK, 9, 9, 0, NULL, NULL, NULL},
    {"an old version under test", "gpu=8", NULL, "version=\"v1.0\" gpu=8", SCOPE_OLDER, VERDICT_NO_HISTORY, 0, 8, 8, NULL, NULL, NULL},
    {"other labels: no history", "gpu=8 mode=\"a\"", NULL, "version=\"v1.9\" gpu=4 mode=\"b\"", SCOPE_OLDER, VERDICT_NO_HISTORY, 0, 0, 0, NULL, NULL, NULL},
    {"a near miss", "gpu=8 mode=\"a\"", NULL, "version=\"v1.9\" gpu=4 mode=\"a\"", SCOPE_OLDER, VERDICT_NO_HISTORY, 0, 0, 0, "gpu", NULL, NULL},
    {"another value of a null label is no changed list", "gpu=8 lora=null", NULL, "version=\"v1.9\" gpu=8 lora=4", SCOPE_OLDER, VERDICT_NO_HISTORY, 0, 0, 0, "lora", NULL, NULL},
    {"a changed key list", "gpu=8 mode=\"a\"", NULL, "version=\"v1.9\" gpu=8 mode=\"a\" new=1", SCOPE_OLDER, VERDICT_MISSING, 0, 0, 0, "new", NULL, "new"},
    {"an ignored key that varies", "gpu=8 ocp=\"4.15\"", NULL, "version=\"v1.9\" gpu=8 ocp=\"4.16\"", SCOPE_OLDER, VERDICT_OK, 8, 8, 0, NULL, "ocp", NULL},
    {"a bookkeeping key that varies", "gpu=8 ci_engine=\"a\" test_path=\"x\"", NULL, "version=\"v1.9\" gpu=8 ci_engine=\"b\" test_path=\"y\"", SCOPE_OLDER, VERDICT_OK, 8, 8, 0, NULL, "ci_engine", NULL},
    {"the run under test is not its own history", "gpu=8", "version=\"v1.9\" gpu=8 run_id=\"now\"", "version=\"v1.9\" gpu=8 run_id=\"now\"", SCOPE_OLDER, VERDICT_OK, 8, 8, 0, NULL, NULL, NULL},
    {"other keys, but little in common", "gpu=8", NULL, "version=\"v1.9\" gpu=8 a=1 b=2 c=3", SCOPE_OLDER, VERDICT_NO_HISTORY, 0, 0, 0, NULL, NULL, NULL},
    {"a mixed history", "gpu=8 lora=null", "version=\"v1.8\" gpu=8 lora=16", "version=\"v1.9\" gpu=8 lora=null", SCOPE_OLDER, VERDICT_OK, 8, 8, 0, NULL, NULL, NULL},
};

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void test_selection(void)
{
    for (size_t i = 0; i < ROWS(selections); i++) {
        struct arena arena = {0};
        struct record runs[9];
        size_t n = add_releases(runs, selections[i].history, &arena);
        if (selections[i].added)
            runs[n++] = build_record("added", 20, selections[i].added, 98, &arena);
        struct record entry = build_record("entry", 30, selections[i].entry, 100, &arena);
        struct analysis_options options = usual();
        options.scope = selections[i].scope;
        struct entry_result *got = &analysis_run(&arena, &options, &entry, 1, runs, n)->entries[0];
        const char *what = selections[i].what;
        check_verdict(what, &got->kpis[0], selections[i].verdict);
        CHECK(got->kpis[0].evidence.points_n == selections[i].points, "%s: %zu points", what, got->kpis[0].evidence.points_n);
        CHECK(got->history_n == selections[i].history_n, "%s: %zu records", what, got->history_n);
        CHECK(got->newer_left_out == selections[i].newer, "%s: %zu newer", what, got->newer_left_out);
        CHECK(same_text(got->near_misses_n ? got->near_misses[0].key : NULL, selections[i].near), "%s: near miss", what);
        CHECK(same_text(got->varying[0], selections[i].varying), "%s: varying %s", what, got->varying[0]);
        CHECK(same_text(got->changed_key, selections[i].changed), "%s: changed key", what);
        CHECK(got->kpis[0].evidence.reason && got->kpis[0].evidence.flip, "%s: says why", what);
        arena_close(&arena);
    }
}

/* Repetitions are one point, their mean; points stand by version, 1.2 before 1.9 before 1.10; NaN never enters. */
static void test_points(void)
{
    struct arena arena = {0};
    struct record runs[] = {
        build_record("a", 1, "version=\"1.10\" run_id=\"x\"", 104, &arena), build_record("b", 2, "version=\"1.2\" run_id=\"y\"", 90, &arena),
        build_record("c", 3, "version=\"1.10\" run_id=\"x\"", 106, &arena), build_record("d", 4, "version=\"1.9\" run_id=\"z\"", 95, &arena),
        build_record("e", 5, "version=\"1.10\" run_id=\"w\"", 107, &arena), build_record("f", 6, "version=\"1.9\" run_id=\"v\"", 1, &arena),
        build_record("g", 7, "version=\"1.9\" run_id=\"u\"", 1, &arena),
    };
    static const struct {
        const char *version, *run;
        double value;
        size_t repetitions;
    } want[] = {{"1.2", "y", 90, 1}, {"1.9", "z", 95, 1}, {"1.10", "x", 105, 2}, {"1.10", "w", 107, 1}};
    runs[5].kpis[0].value = NAN;
    runs[6].kpis[0].value = INFINITY;
    struct record entry = build_record("entry", 9, "version=\"1.11\"", 100, &arena);
    struct analysis_options options = usual();
    const struct evidence *e = &analysis_run(&arena, &options, &entry, 1, runs, ROWS(runs))->entries[0].kpis[0].evidence;
    CHECK(e->points_n == ROWS(want), "%zu points", e->points_n);
    for (size_t i = 0; i < ROWS(want) && i < e->points_n; i++) {
        const struct run_point *p = &e->points[i];
        CHECK(strcmp(p->version, want[i].version) == 0 && strcmp(p->run_id, want[i].run) == 0 && p->value == want[i].value &&
                  p->repetitions == want[i].repetitions, "%zu: %s %s %g %zu", i, p->version, p->run_id, p->value, p->repetitions);
    }
    arena_close(&arena);
}

/* The entry's own id is never its history, whatever its labels say now; of repetitions, those without a number are left out. */
static void test_own_id(void)
{
    struct arena arena = {0};
    struct record runs[11];
    size_t n = add_releases(runs, "gpu=8", &arena);
    runs[n++] = build_record("entry", 9, "version=\"v1.5\" gpu=8 run_id=\"another\"", 1, &arena);
    runs[n++] = build_record("r1", 9, "version=\"v1.85\" gpu=8 run_id=\"same\"", 100, &arena);
    runs[n++] = build_record("r2", 9, "version=\"v1.85\" gpu=8 run_id=\"same\"", 100, &arena);
    runs[n - 1].kpis_n = 1;
    runs[n - 1].kpis[0].value = INFINITY;
    struct record entry = build_record("entry", 30, "version=\"v1.90\" gpu=8 run_id=\"now\"", 100, &arena);
    struct analysis_options options = usual();
    const struct evidence *e = &analysis_run(&arena, &options, &entry, 1, runs, n)->entries[0].kpis[0].evidence;
    CHECK(e->points_n == 9 && e->points[8].value == 100 && e->points[8].repetitions == 1, "%zu points", e->points_n);
    arena_close(&arena);
}

/* The three questions, each by itself. */
static struct answers ask(const double *x, size_t n, struct series *series, struct arena *arena)
{
    static const struct kpi_rule plain = {.name = "speed", .better = DIRECTION_HIGHER};
    *series = (struct series){.rule = &plain, .x = arena_copy(arena, x, n * sizeof(*x)), .n = n - 1, .worse = SIDE_BELOW};
    series->points = ARENA_ARRAY(arena, struct run_point, n);
    struct shuffles shuffles = {0};
    struct answers answers = answers_of(series, &shuffles, arena);
    shuffles_close(&shuffles);
    return answers;
}

static void test_steps(void)
{
    static const struct {
        const char *what;
        double levels[5]; /* ten runs each, 0 ends */
        double slope;     /* per run, from the start */
        bool found;
        size_t start; /* of the step, to within a run */
    } rows[] = {
        {"one level", {100}, 0, false, 0},
        {"a small step down, too small for single runs", {100, 97}, 0, true, 10},
        {"down and down again: since the first", {100, 96, 92}, 0, true, 10},
        {"down and up again", {100, 96, 100}, 0, false, 0},
        {"up", {96, 100}, 0, false, 0},
        {"it stays one however long it lasts", {110, 100, 100, 100, 100}, 0, true, 10},
        {"the best level is beyond the window", {110, 100, 100, 100, 97}, 0, true, 40},
        {"a slow decline is no step", {100, 100, 100}, -.3, false, 0},
    };
    uint64_t random = 11;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = {0};
        struct series series;
        double x[64];
        size_t n = 0;
        for (size_t l = 0; l < 5 && rows[i].levels[l] != 0; l++) {
            for (size_t j = 0; j < 10; j++, n++)
                x[n] = rows[i].levels[l] + rows[i].slope * (double)n + .6 * build_gauss(&random);
        }
        struct answers f = ask(x, n, &series, &arena);
        CHECK(f.step.found == rows[i].found, "%s: p %g", rows[i].what, f.step.p);
        if (f.step.found)
            CHECK(f.step.start + 1 >= rows[i].start && f.step.start <= rows[i].start + 1, "%s: %zu", rows[i].what, f.step.start);
        arena_close(&arena);
    }
}

/* KPIs that need no test. */
static void test_without_test(void)
{
    static const struct kpi_rule rules[] = {
        {.name = "gone", .better = DIRECTION_HIGHER},  {.name = "ignored", .better = DIRECTION_HIGHER, .ignored = true},
        {.name = "list", .better = DIRECTION_LOWER},   {.name = "new", .better = DIRECTION_LOWER},
        {.name = "speed", .better = DIRECTION_NONE},
    };
    static const enum verdict want[] = {VERDICT_MISSING, VERDICT_NOT_ANALYSED, VERDICT_NOT_ANALYSED, VERDICT_NO_HISTORY, VERDICT_NOT_ANALYSED};
    struct arena arena = {0};
    struct record runs[8], entry = build_record("entry", 30, "version=\"v1.9\"", 100, &arena);
    struct kpi_value old[] = {{"gone", 5}, {"ignored", 1}, {"speed", 9}}, now[] = {{"gone", NAN}, {"ignored", 1}, {"new", 3}, {"speed", 9}};
    size_t n = add_releases(runs, "", &arena);
    for (size_t i = 0; i < n; i++) {
        runs[i].kpis = old;
        runs[i].kpis_n = 3;
    }
    entry.kpis = now;
    entry.kpis_n = 4;
    struct analysis_options options = usual();
    options.kpis = rules;
    options.kpis_n = ROWS(rules);
    struct analysis *analysis = analysis_run(&arena, &options, &entry, 1, runs, n);
    for (size_t i = 0; i < ROWS(want); i++)
        check_verdict(rules[i].name, &analysis->entries[0].kpis[i], want[i]);
    CHECK(analysis->tested == 0 && analysis->counts[VERDICT_NOT_ANALYSED] == 3, "nothing was tested");
    options.kpi_filter = "o";
    analysis = analysis_run(&arena, &options, &entry, 1, runs, n);
    CHECK(analysis->entries[0].kpis_n == 2, "kpi_filter: %zu", analysis->entries[0].kpis_n);
    struct analysis *none = analysis_run(&arena, &options, NULL, 0, NULL, 0);
    CHECK(none->entries_n == 0, "nothing at all");
    arena_close(&arena);
}

/* A level of 0: no relative change, only the absolute threshold counts. */
static void test_zero_level(void)
{
    static const struct {
        double value, min_absolute;
        enum verdict verdict;
    } rows[] = {{0, 0, VERDICT_OK}, {3, 0, VERDICT_REGRESSION}, {3, 5, VERDICT_OK}};
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = {0};
        struct record runs[8], entry = build_record("entry", 30, "version=\"v1.9\"", rows[i].value, &arena);
        struct kpi_rule errors = {.name = "speed", .unit = "errors", .better = DIRECTION_LOWER, .min_relative = .05, .min_absolute = rows[i].min_absolute};
        size_t n = add_releases(runs, "", &arena);
        for (size_t j = 0; j < n; j++)
            runs[j].kpis[0].value = 0;
        struct analysis_options options = usual();
        options.kpis = &errors;
        struct kpi_result *got = &analysis_run(&arena, &options, &entry, 1, runs, n)->entries[0].kpis[0];
        check_verdict(arena_printf(&arena, "zero level, row %zu", i), got, rows[i].verdict);
        CHECK(isnan(got->evidence.relative), "no share of 0");
        arena_close(&arena);
    }
}

/* Entries stand by the sorting keys, numbers as numbers, and are named by what tells them apart. */
static void test_entries(void)
{
    static const char *const sorting[] = {"batch", NULL};
    struct arena arena = {0};
    struct record entries[] = {build_record("a", 1, "version=\"v1\" batch=16 gpu=8 model=\"m\"", 1, &arena),
                               build_record("b", 1, "version=\"v1\" batch=4 gpu=8 model=\"m\"", 1, &arena),
                               build_record("c", 1, "version=\"v1\" batch=4 gpu=4 model=\"m\"", 1, &arena)};
    static const char *const names[] = {"batch=4 gpu=8", "batch=4 gpu=4", "batch=16 gpu=8"};
    struct analysis_options options = usual();
    options.sorting_keys = sorting;
    struct analysis *analysis = analysis_run(&arena, &options, entries, 3, NULL, 0);
    for (size_t i = 0; i < 3; i++)
        CHECK(strcmp(analysis->entries[i].name, names[i]) == 0, "%zu: %s", i, analysis->entries[i].name);
    analysis = analysis_run(&arena, &options, entries, 1, NULL, 0);
    CHECK(strcmp(analysis->entries[0].name, "only entry") == 0, "%s", analysis->entries[0].name);
    arena_close(&arena);
}

/* Labels that are compared do not tell these apart: versions do, or nothing does. */
static void test_naming_alike(void)
{
    static const char *const versions[][3] = {{"v1", "v2", "v3"}, {"v1", "v1", "v2"}, {"v1", "v1", "v1"}};
    static const char *const names[][3] = {{"version=v1", "version=v2", "version=v3"},
                                           {"version=v1 (1 of 2)", "version=v1 (2 of 2)", "version=v2"},
                                           {"same labels (1 of 3)", "same labels (2 of 3)", "same labels (3 of 3)"}};
    for (size_t row = 0; row < ROWS(versions); row++) {
        for (int backwards = 0; backwards < 2; backwards++) {
            struct arena arena = {0};
            struct record entries[3];
            struct analysis_options options = usual();
            for (size_t i = 0; i < 3; i++)
                entries[backwards ? 2 - i : i] = build_record(arena_printf(&arena, "%zu", i), 1, arena_printf(&arena, "version=\"%s\" gpu=8", versions[row][i]), 1, &arena);
            struct analysis *analysis = analysis_run(&arena, &options, entries, 3, NULL, 0);
            for (size_t i = 0; i < 3; i++)
                CHECK(strcmp(analysis->entries[i].name, names[row][i]) == 0, "row %zu: %s", row, analysis->entries[i].name);
            arena_close(&arena);
        }
    }
}

/* ---- the sentences keep what they promise: at the value that flips the verdict, it flips ---- */

static enum verdict verdict_at(struct record *runs, size_t n, struct record *entry, double value, const struct evidence **e, struct arena *arena)
{
    struct analysis_options *options = ARENA_NEW(arena, struct analysis_options);
    *options = usual();
    entry->kpis[0].value = value;
    struct kpi_result *kpi = &analysis_run(arena, options, entry, 1, runs, n)->entries[0].kpis[0];
    *e = &kpi->evidence;
    return kpi->verdict;
}

static double number_in(const char *sentence)
{
    const char *digit = strpbrk(sentence, "0123456789");
    char plain[64];
    size_t n = 0;
    for (; digit && *digit && n < 60 && strchr("0123456789.,", *digit); digit++) {
        if (*digit != ',')
            plain[n++] = *digit;
    }
    plain[n] = '\0';
    return n ? strtod(plain, NULL) : NAN;
}

static void test_flip(void)
{
    struct arena arena = {0};
    struct record runs[8], entry = build_record("entry", 30, "version=\"v1.9\"", 80, &arena);
    const struct evidence *e;
    size_t n = add_releases(runs, "", &arena);
    CHECK(verdict_at(runs, n, &entry, 80, &e, &arena) == VERDICT_REGRESSION, "20 %% down");
    CHECK(strstr(e->reason, "20.0 % below the level of v1.1…v1.8 (8 run points, 100 ± ") && strstr(e->reason, "after correction for 1 test, level 0.05"),
          "%s", e->reason);
    CHECK(strstr(e->flip, "would be ok above "), "%s", e->flip);
    double limit = number_in(e->flip);
    CHECK(verdict_at(runs, n, &entry, limit + .1, &e, &arena) == VERDICT_OK, "ok above %g: %s", limit, e->reason);
    CHECK(strstr(e->flip, "would be a regression below "), "%s", e->flip);
    double bound = number_in(e->flip);
    CHECK(verdict_at(runs, n, &entry, bound - .1, &e, &arena) == VERDICT_REGRESSION, "a regression below %g: %s", bound, e->reason);
    CHECK(e->low < e->level && e->level < e->high && e->smallest_seen > 0, "interval");
    arena_close(&arena);
}

/* Where suspects are looked for less eagerly than regressions, no value that is one is said to be ok. */
static void test_flip_of_bold(void)
{
    size_t regressions = 0;
    for (double value = 99; value > 80; value -= .25) {
        struct arena arena = {0};
        struct record runs[8], entry = build_record("entry", 30, "version=\"v1.9\"", value, &arena);
        size_t n = add_releases(runs, "", &arena);
        struct analysis_options options = usual();
        options.suspect_level = 1e-5;
        const struct kpi_result *kpi = &analysis_run(&arena, &options, &entry, 1, runs, n)->entries[0].kpis[0];
        bool regression = kpi->verdict == VERDICT_REGRESSION;
        CHECK(!regression || value < kpi->evidence.ok_from, "%g: a regression, and ok from %g", value, kpi->evidence.ok_from);
        regressions += regression;
        arena_close(&arena);
    }
    CHECK(regressions > 0, "no regression");
}

/* ---- shown values ---- */

static const struct {
    struct kpi_rule rule;
    double value;
    const char *people, *plain;
} value_rows[] = {
    {{.unit = "hours/Mtoken", .format = "{:.2f}"}, 0.07009845996224676, "0.07 hours/Mtoken", "0.07 hours/Mtoken"},
    {{.unit = "tokens/s"}, 5151.484, "5,151 tokens/s", "5151 tokens/s"},
    {{.unit = "bytes", .format = "%.2f", .divisor = 1073741824, .divisor_unit = "GiB"}, 5368709120000, "5,000.00 GiB", "5000.00 GiB"},
    {{.unit = "s"}, -1234567.8, "-1,234,568 s", "-1234568 s"},
    {{.unit = "s"}, 12.345, "12.35 s", "12.35 s"},
    {{.unit = "s"}, 0.5, "0.5 s", "0.5 s"},
    {{.unit = ""}, 8, "8", "8"},
    {{.unit = NULL}, 0, "0", "0"},
    {{.unit = "s"}, NAN, "--- s", "--- s"},
    {{.unit = "s", .format = "{:,.1f}"}, 1234.56, "1,234.6 s", "1234.6 s"},
    {{.unit = "s", .format = "{}"}, 1.5, "1.5 s", "1.5 s"},
    {{.unit = "s", .format = "%n%s"}, 1.5, "1.5 s", "1.5 s"},
    {{.unit = "s", .format = "about {:.0f}!"}, 1.6, "about 2! s", "about 2! s"},
    {{.unit = "s", .format = "%.999999999999f"}, 1.5, "1.5 s", "1.5 s"},
    {{.unit = "s"}, 1e300, "1e+300 s", "1e+300 s"},
    {{.unit = "s"}, 0.00001234, "1.234e-05 s", "1.234e-05 s"},
};

static const struct {
    struct kpi_rule rule;
    double value;
    const char *spread;
} spread_rows[] = {
    {{.unit = "s"}, 9.677, "9.7"},
    {{.unit = "s", .format = "{:.2f}"}, 9.677, "9.68"},
    {{.unit = "s", .format = "{:.2f}"}, 0.000864, "0.00086"}, /* 0.00 would say that nothing scatters */
    {{.unit = "bytes", .format = "%.2f", .divisor = 1073741824, .divisor_unit = "GiB"}, 1e6, "0.0009313"},
    {{.unit = "s", .format = "{:.2f}"}, 0, "0.00"},
    {{.unit = "s", .format = "{:.2f}"}, NAN, "---"},
};

static void test_values(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(spread_rows); i++) {
        const char *spread = value_spread(&spread_rows[i].rule, spread_rows[i].value, &arena);
        CHECK(strcmp(spread, spread_rows[i].spread) == 0, "spread %zu: '%s'", i, spread);
    }
    for (size_t i = 0; i < ROWS(value_rows); i++) {
        const char *people = value_shown(&value_rows[i].rule, value_rows[i].value, VALUE_PEOPLE, &arena);
        const char *plain = value_shown(&value_rows[i].rule, value_rows[i].value, VALUE_PLAIN, &arena);
        CHECK(strcmp(people, value_rows[i].people) == 0, "row %zu: '%s'", i, people);
        CHECK(strcmp(plain, value_rows[i].plain) == 0, "row %zu: '%s'", i, plain);
    }
    CHECK(strcmp(value_percent(.1241, &arena), "12.4 %") == 0 && strcmp(value_percent(-.00421, &arena), "0.42 %") == 0 &&
              strcmp(value_percent(12.5, &arena), "1,250 %") == 0, "percent");
    CHECK(strcmp(value_p(.032, &arena), "0.032") == 0 && strcmp(value_p(.0003, &arena), "0.0003") == 0 &&
              strcmp(value_p(1e-9, &arena), "< 0.0001") == 0 && strcmp(value_p(.51, &arena), "0.51") == 0, "p");
    arena_close(&arena);
}

/* ---- error rates, small and seeded; the large runs are in the header of regress/answers.h ---- */

static bool any_regression(const char *family, size_t n, size_t kpis, uint64_t *random)
{
    static const char *const names[] = {"k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7"};
    struct arena arena = {0};
    struct record runs[41];
    struct kpi_rule rules[8];
    for (size_t i = 0; i <= n; i++) {
        runs[i] = build_record(arena_printf(&arena, "i%02zu", i), (int)i, arena_printf(&arena, "version=\"1.%zu\"", i), 0, &arena);
        runs[i].kpis = ARENA_ARRAY(&arena, struct kpi_value, kpis);
        runs[i].kpis_n = kpis;
    }
    for (size_t k = 0; k < kpis; k++) {
        double x[41];
        build_noise(family, x, n + 1, random);
        rules[k] = (struct kpi_rule){.name = names[k], .better = k % 2 ? DIRECTION_HIGHER : DIRECTION_LOWER};
        for (size_t i = 0; i <= n; i++)
            runs[i].kpis[k] = (struct kpi_value){names[k], x[i]};
    }
    struct analysis_options options = usual();
    options.kpis = rules;
    options.kpis_n = kpis;
    bool any = analysis_run(&arena, &options, &runs[n], 1, runs, n)->counts[VERDICT_REGRESSION] > 0;
    arena_close(&arena);
    return any;
}

static void test_error_rate(void)
{
    static const char *const families[] = {"gauss", "t3", "lognormal", "AR(.3)"};
    static const struct {
        size_t n, kpis;
        int invocations;
    } sizes[] = {{8, 1, 300}, {20, 1, 300}, {8, 8, 150}, {20, 8, 150}};
    uint64_t random = 20260102;
    for (size_t f = 0; f < ROWS(families); f++) {
        for (size_t s = 0; s < ROWS(sizes); s++) {
            int alarms = 0;
            for (int i = 0; i < sizes[s].invocations; i++)
                alarms += any_regression(families[f], sizes[s].n, sizes[s].kpis, &random);
            double n = sizes[s].invocations, bound = .05 + 2.6 * sqrt(.05 * .95 / n);
            printf("%-9s n %2zu, %zu KPIs: %.3f\n", families[f], sizes[s].n, sizes[s].kpis, alarms / n);
            CHECK(alarms <= bound * n, "%s n %zu, %zu KPIs: %d of %g", families[f], sizes[s].n, sizes[s].kpis, alarms, n);
        }
    }
}

int main(void)
{
    test_scenarios();
    test_selection();
    test_points();
    test_own_id();
    test_steps();
    test_without_test();
    test_zero_level();
    test_entries();
    test_naming_alike();
    test_flip();
    test_flip_of_bold();
    test_values();
    test_error_rate();
    return check_end();
}
