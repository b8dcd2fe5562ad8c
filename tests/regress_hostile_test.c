/* regress: histories that nobody would make on purpose end in bounded work with a sane verdict. (That they end is what is tested; ctest ends
 * what does not.) */
#include <float.h>
#include <math.h>
#include <string.h>

#include "columns/changes.h"
#include "tests/check.h"
#include "tests/regress_build.h"

static const char *const version_key[] = {"version", NULL}, *const no_keys[] = {NULL};

static bool is_sane(double value)
{
    return isnan(value) || isfinite(value);
}

/* Nothing infinite is told, and sentences are there. */
static void check_sane(const char *what, const struct analysis *analysis)
{
    for (size_t i = 0; i < analysis->entries_n; i++) {
        for (size_t k = 0; k < analysis->entries[i].kpis_n; k++) {
            const struct kpi_result *kpi = &analysis->entries[i].kpis[k];
            const struct evidence *e = &kpi->evidence;
            CHECK(e->reason && *e->reason && e->flip && (int)kpi->verdict < VERDICT_COUNT, "%s: %s", what, e->reason ? e->reason : "(null)");
            CHECK(is_sane(e->level) && is_sane(e->value) && is_sane(e->p) && is_sane(e->p_corrected) && is_sane(e->within_sd), "%s: %s", what, e->reason);
            CHECK(isnan(e->p) || (e->p >= 0 && e->p <= 1), "%s: p %g", what, e->p);
            CHECK(isnan(e->p_corrected) || (e->p_corrected >= 0 && e->p_corrected <= 1), "%s: corrected p %g", what, e->p_corrected);
            for (size_t j = 0; j < e->points_n; j++)
                CHECK(isfinite(e->points[j].value), "%s: point %zu", what, j);
        }
    }
}

static struct analysis *analyse(const struct record *entries, size_t entries_n, const struct record *history, size_t n, struct arena *arena)
{
    static const struct kpi_rule rules[] = {{.name = "speed", .unit = "s", .better = DIRECTION_LOWER}};
    struct analysis_options *options = ARENA_NEW(arena, struct analysis_options);
    *options = (struct analysis_options){.comparison_keys = version_key, .ignored_keys = no_keys, .sorting_keys = no_keys, .kpis = rules, .kpis_n = 1,
                                         .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05};
    return analysis_run(arena, options, entries, entries_n, history, n);
}

/* ---- one series ---- */

static const struct {
    const char *what;
    double values[24]; /* the entry's last; NAN ends them, but see -1e-999 */
    enum verdict verdict;
} rows[] = {
    {"no history", {5, NAN}, VERDICT_NO_HISTORY},
    {"one point", {5, 5, NAN}, VERDICT_CANNOT_TELL},
    {"one point, and far from it", {5, 5e300, NAN}, VERDICT_CANNOT_TELL},
    {"all equal", {5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, NAN}, VERDICT_OK},
    {"all equal, then worse", {5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 500, NAN}, VERDICT_REGRESSION},
    {"all equal, then better", {5, 5, 5, 5, 5, 5, 5, 5, 5, 5, .05, NAN}, VERDICT_IMPROVEMENT},
    {"the largest numbers", {DBL_MAX, DBL_MAX, DBL_MAX, DBL_MAX, DBL_MAX, DBL_MAX, DBL_MAX, DBL_MAX, DBL_MAX, DBL_MAX, NAN}, VERDICT_OK},
    {"the largest numbers of both signs", {1e308, 1e308, -1e308, 1e308, -1e308, -1e308, 1e308, 1e308, -1e308, -1e308, -1e308, -1e308, 1e308, NAN},
     VERDICT_CANNOT_TELL},
    {"about zero, and too far apart for a spread", {1e200, -1e200, 1e200, -1e200, 1e200, -1e200, 1e200, -1e200, 1e200, NAN}, VERDICT_CANNOT_TELL},
    {"zeros of both signs", {0, -0.0, 0, -0.0, 0, 0, -0.0, 0, 0, -0.0, 0, NAN}, VERDICT_OK},
    {"zeros, then something", {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, NAN}, VERDICT_REGRESSION},
};

static void test_row(size_t i)
{
    struct arena arena = {0};
    struct record records[24];
    size_t n = 0;
    for (; !isnan(rows[i].values[n]); n++)
        records[n] = build_record(arena_printf(&arena, "r%02zu", n), (int)n, arena_printf(&arena, "version=\"1.%zu\"", n), rows[i].values[n], &arena);
    const struct analysis *analysis = analyse(&records[n - 1], 1, records, n - 1, &arena);
    const struct kpi_result *kpi = &analysis->entries[0].kpis[0];
    CHECK(kpi->verdict == rows[i].verdict, "%s: %s: %s", rows[i].what, verdict_name(kpi->verdict), kpi->evidence.reason);
    check_sane(rows[i].what, analysis);
    arena_close(&arena);
}

/* Numbers of any size and sign, in any order: any verdict, but no nonsense. */
static void test_any_numbers(void)
{
    static const double odd[] = {0, -0.0, DBL_MIN, -DBL_MIN, 5e-324, -5e-324, DBL_MAX, -DBL_MAX, 1e308, -1e308, 1, -1, 1e-300, 1e300, 3, 1e17, 1e17 + 16, NAN};
    uint64_t random = 9;
    for (size_t round = 0; round < 400; round++) {
        struct arena arena = {0};
        struct record records[60];
        size_t n = 2 + score_random(&random) % 58, kinds = 1 + score_random(&random) % ROWS(odd);
        for (size_t k = 0; k < n; k++) {
            int run = (int)(score_random(&random) % (round % 3 ? 1000 : 8)); /* repetitions, too */
            const char *labels = arena_printf(&arena, "version=\"1.%d\" run_id=\"%d\"", run, run);
            records[k] = build_record(arena_printf(&arena, "r%02zu", k), (int)(score_random(&random) % 3), labels, odd[score_random(&random) % kinds], &arena);
        }
        check_sane(arena_printf(&arena, "round %zu", round), analyse(&records[n - 1], 1, records, n - 1, &arena));
        arena_close(&arena);
    }
}

/* ---- many ---- */

/* One time for all: they are in the order of their ids, in whatever order they come. */
static void test_equal_times(void)
{
    struct arena arena = {0};
    enum { N = 40 };
    struct record records[N], turned[N];
    uint64_t random = 4;
    for (size_t k = 0; k < N; k++)
        records[k] = build_record(arena_printf(&arena, "r%02zu", k), 0, "version=\"1\"", 100 + build_gauss(&random) + (k > 30 ? 9 : 0), &arena);
    for (size_t k = 0; k + 1 < N; k++)
        turned[k] = records[N - 2 - k];
    const struct kpi_result *forth = &analyse(&records[N - 1], 1, records, N - 1, &arena)->entries[0].kpis[0];
    const struct kpi_result *back = &analyse(&records[N - 1], 1, turned, N - 1, &arena)->entries[0].kpis[0];
    CHECK(forth->verdict == VERDICT_REGRESSION && back->verdict == forth->verdict && strcmp(forth->evidence.reason, back->evidence.reason) == 0, "%s; %s",
          forth->evidence.reason, back->evidence.reason);
    arena_close(&arena);
}

/* 100,000 runs of one series: the newest SERIES_MAX are looked at. */
static void test_long(void)
{
    struct arena arena = {0};
    enum { N = 100000 };
    struct record *records = ARENA_ARRAY(&arena, struct record, N + 1);
    uint64_t random = 5;
    for (size_t k = 0; k <= N; k++)
        records[k] = build_record(arena_printf(&arena, "r%06zu", k), (int)(k / 100), "version=\"1\"", 100 + build_gauss(&random) + (k == N ? 30 : 0), &arena);
    const struct analysis *analysis = analyse(&records[N], 1, records, N, &arena);
    CHECK(analysis->counts[VERDICT_REGRESSION] == 1 && analysis->entries[0].kpis[0].evidence.points_n == 200, "%s",
          analysis->entries[0].kpis[0].evidence.reason);
    check_sane("long", analysis);
    arena_close(&arena);
}

/* 10,000 label sets of ten runs, with an entry of each hundredth; the entries' own names, near misses and repetitions are looked for, too. */
static void test_wide(void)
{
    struct arena arena = {0};
    enum { SETS = 10000, EACH = 10, ENTRIES = SETS / 100 };
    struct record *records = ARENA_ARRAY(&arena, struct record, SETS * EACH), *entries = ARENA_ARRAY(&arena, struct record, ENTRIES);
    uint64_t random = 6;
    for (size_t k = 0; k < (size_t)SETS * EACH; k++)
        records[k] = build_record(arena_printf(&arena, "r%06zu", k), (int)(k % EACH),
                                  arena_printf(&arena, "model=\"m%zu\" version=\"%zu\"", k / EACH, k % EACH), 100 + build_gauss(&random), &arena);
    for (size_t k = 0; k < ENTRIES; k++) {
        const char *model = k ? arena_printf(&arena, "m%zu", k * 100) : "nobody's";
        entries[k] = build_record(arena_printf(&arena, "e%zu", k), 99, arena_printf(&arena, "model=\"%s\" version=\"99\"", model), 100 + build_gauss(&random),
                                  &arena);
    }
    const struct analysis *analysis = analyse(entries, ENTRIES, records, (size_t)SETS * EACH, &arena);
    CHECK(analysis->counts[VERDICT_NO_HISTORY] == 1 && analysis->counts[VERDICT_REGRESSION] <= 1 && analysis->tested == ENTRIES - 1,
          "%zu without history, %zu regressions, %zu tested", analysis->counts[VERDICT_NO_HISTORY], analysis->counts[VERDICT_REGRESSION], analysis->tested);
    arena_close(&arena);
}

/* A million values through each method that looks for change points: few enough places are looked at closely. */
static void test_million(void)
{
    enum { N = 1000000, STEP = 700000 };
    struct arena arena = {0};
    struct shuffles shuffles = {0};
    double *x = ARENA_ARRAY(&arena, double, N);
    uint64_t random = 8;
    for (size_t i = 0; i < N; i++)
        x[i] = 100 + build_gauss(&random) + (i >= STEP ? 5 : 0);
    struct changes changes = changes_find(&shuffles, x, N, &(struct changes_options){.method = CHANGES_AUTO}, &arena);
    CHECK(changes.n == 1 && changes.v[0].at + 50 > STEP && changes.v[0].at < STEP + 50, "%zu changes, the first at %zu", changes.n,
          changes.n ? changes.v[0].at : 0);
    changes = changes_find(&shuffles, x, N, &(struct changes_options){.method = CHANGES_HUNTER, .magnitude = .03}, &arena);
    size_t near = 0; /* its level is nominal: so long a series has others, too */
    for (size_t i = 0; i < changes.n; i++)
        near += changes.v[i].at + 50 > STEP && changes.v[i].at < STEP + 50;
    CHECK(near == 1 && changes.n < 1000, "hunter: %zu changes, %zu there", changes.n, near);
    shuffles_close(&shuffles);
    arena_close(&arena);
}

int main(void)
{
    for (size_t i = 0; i < ROWS(rows); i++)
        test_row(i);
    test_any_numbers();
    test_equal_times();
    test_long();
    test_wide();
    test_million();
    return check_end();
}
