/* regress: KPIs that are lists, from records to verdicts. */
#include <math.h>
#include <string.h>

#include "tests/check.h"
#include "tests/regress_lists.h"

enum { REQUESTS = LISTS_REQUESTS_MAX, RUNS_MAX = LISTS_RUNS_MAX };

static const char *const version_key[] = {"version", NULL}, *const no_keys[] = {NULL};

/* Latencies of a run: log-normal, the whole run some per cent off; the slowest `share` are `times` slower. */
static struct record run_of(const char *id, int day, size_t requests, double share, double times, uint64_t *random, struct arena *arena)
{
    double *x = ARENA_ARRAY(arena, double, requests + 1), off = 1 + .01 * build_gauss(random);
    for (size_t i = 0; i < requests; i++) {
        double g = build_gauss(random);
        x[i] = off * exp(.2 * g) * (.5 * erfc(g / sqrt(2)) < share ? times : 1);
    }
    struct record r = build_record(id, day, arena_printf(arena, "gpu=8 version=\"v1.%d\"", day), NAN, arena);
    r.kpis = ARENA_ARRAY(arena, struct kpi_value, RECORD_LIST_NAMES);
    lists_add(&r, "itl", x, requests, arena);
    return r;
}

static const struct {
    const char *what;
    int runs, since; /* run points of history; the first one (of all, with the entry) that is changed */
    size_t requests;
    double share, times, min_relative;
    enum direction better;
    enum verdict verdict;
    const char *part, *reason; /* of the reason; NULL: any */
} rows[] = {
    {"nothing changed", 16, 99, REQUESTS, 0, 1, 0, DIRECTION_LOWER, VERDICT_OK, "p50", "; mean, p90, p95, p99 in line"},
    {"the slowest 3 % are twice as slow", 16, 16, REQUESTS, .03, 2, 0, DIRECTION_LOWER, VERDICT_REGRESSION, "p99", NULL},
    {"and were already five runs ago", 16, 12, REQUESTS, .03, 2, 0, DIRECTION_LOWER, VERDICT_REGRESSION, "p99", ": since v1.12 (4 runs ago): "},
    {"and history has settled on it", 30, 18, REQUESTS, .03, 2, 0, DIRECTION_LOWER, VERDICT_REGRESSION, "p99", "since v1.18"},
    {"which a threshold of 300 % lets pass", 16, 16, REQUESTS, .03, 2, 3, DIRECTION_LOWER, VERDICT_OK, "p50", NULL},
    {"slower is better", 16, 16, REQUESTS, 1, 1.3, 0, DIRECTION_HIGHER, VERDICT_IMPROVEMENT, NULL, "also "},
    {"all are slower", 16, 16, REQUESTS, 1, 1.3, 0, DIRECTION_LOWER, VERDICT_REGRESSION, NULL, "also "},
    {"all are faster", 16, 16, REQUESTS, 1, .7, 0, DIRECTION_LOWER, VERDICT_IMPROVEMENT, NULL, "also "},
    {"history is short", 6, 6, REQUESTS, .03, 3, 0, DIRECTION_LOWER, VERDICT_SUSPECT, "p99", "history has only 6 run points of the 8"},
    {"too short for a test", 2, 2, REQUESTS, 1, 2, 0, DIRECTION_LOWER, VERDICT_CANNOT_TELL, NULL, "history has only 2 run points; a test needs 3"},
    {"no p99 without 50 values", 16, 16, 30, 1, 1.5, 0, DIRECTION_LOWER, VERDICT_REGRESSION, NULL, NULL},
};

static struct analysis *analyse(const struct kpi_rule *rule, struct record *runs, size_t n, struct arena *arena)
{
    struct analysis_options *options = ARENA_NEW(arena, struct analysis_options);
    *options = (struct analysis_options){.comparison_keys = version_key, .ignored_keys = no_keys, .sorting_keys = no_keys, .kpis = rule, .kpis_n = 1,
                                         .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05};
    return analysis_run(arena, options, &runs[n - 1], 1, runs, n - 1);
}

static const struct kpi_result *only(const struct analysis *analysis)
{
    return &analysis->entries[0].kpis[0];
}

static void test_row(size_t i)
{
    struct arena arena = {0};
    uint64_t random = 42 + i;
    struct record runs[RUNS_MAX];
    for (int k = 0; k <= rows[i].runs; k++) {
        bool changed = k >= rows[i].since;
        runs[k] = run_of(arena_printf(&arena, "r%02d", k), k, rows[i].requests, changed ? rows[i].share : 0, changed ? rows[i].times : 1, &random, &arena);
    }
    struct kpi_rule rule = {.name = "itl", .unit = "s", .better = rows[i].better, .min_relative = rows[i].min_relative};
    struct analysis *analysis = analyse(&rule, runs, (size_t)rows[i].runs + 1, &arena);
    const struct kpi_result *kpi = only(analysis);
    const struct evidence *e = &kpi->evidence;
    CHECK(kpi->verdict == rows[i].verdict, "%s: %s: %s", rows[i].what, verdict_name(kpi->verdict), e->reason);
    CHECK(e->decided_by == CHECK_DISTRIBUTION, "%s: decided by %s", rows[i].what, check_name(e->decided_by));
    CHECK(!rows[i].part || (kpi->checks_n && strcmp(kpi->checks[0].part, rows[i].part) == 0), "%s: %s", rows[i].what, e->reason);
    CHECK(!rows[i].reason || strstr(e->reason, rows[i].reason), "%s: %s", rows[i].what, e->reason);
    CHECK(e->points_n == (size_t)rows[i].runs, "%s: %zu points", rows[i].what, e->points_n);
    size_t parts = rows[i].requests < 50 ? 4 : 5;
    CHECK(rows[i].runs < 3 || (kpi->checks_n == parts && analysis->tested == 1), "%s: %zu checks, %zu tests", rows[i].what, kpi->checks_n,
          analysis->tested);
    CHECK(rows[i].verdict == VERDICT_CANNOT_TELL || strstr(e->flip, kpi->checks[0].part), "%s: %s", rows[i].what, e->flip);
    bool alone = e->test && strcmp(e->test, "newest run") == 0;
    CHECK(!e->since_version || alone == (e->since_point == e->points_n), "%s: since point %zu of %zu by '%s'", rows[i].what, e->since_point,
          e->points_n, e->test);
    CHECK(rows[i].verdict != VERDICT_SUSPECT || e->more_runs == 2, "%s: %d more runs", rows[i].what, e->more_runs);
    for (size_t k = 0; k < kpi->checks_n; k++) {
        const struct check *check = &kpi->checks[k];
        CHECK(check->kind == CHECK_DISTRIBUTION && check->tested && *check->found && check->low < check->value - check->reference &&
                  check->high > check->value - check->reference, "%s: %s", rows[i].what, check->found);
    }
    if (kpi->checks_n)
        CHECK(e->value == kpi->checks[0].value && e->points[0].value == kpi->checks[0].value - e->value + e->points[0].value, "%s", rows[i].what);
    arena_close(&arena);
}

/* ---- numbers and lists of one name ---- */

static const struct {
    const char *what, *runs; /* oldest first, the entry last: l list, n number, - nothing */
    enum verdict verdict;
    const char *reason;
} kinds[] = {
    {"a list where a number was", "nnnnnnnnnnl", VERDICT_MISSING, "it is a list in this run, and a number in the 10 run points of history that have it"},
    {"a number where a list was", "lllllllllln", VERDICT_MISSING, "it is a number in this run, and a list in the 10 run points of history that have it"},
    {"it became a list", "nnllllllllll", VERDICT_OK, "; 2 run points in which it is a number left out"},
    {"it became a number", "llnnnnnnnnnnn", VERDICT_OK, "; 2 run points in which it is a list left out"},
    {"a number once more", "llllnlllllll", VERDICT_OK, "; 1 run point in which it is a number left out"},
    {"no list any more", "llllllllll-", VERDICT_MISSING, "10 run points of history have this KPI, the last of v1.9; this run does not"},
    {"no list before", "----------l", VERDICT_NO_HISTORY, "none of the 10 run points of history has this list"},
    {"nothing at all", "-----------", VERDICT_NOT_ANALYSED, "neither this run nor its history has a value for it"},
    {"gaps stay gaps", "ll-lll-lllll", VERDICT_OK, NULL},
};

static void test_kinds(void)
{
    for (size_t i = 0; i < ROWS(kinds); i++) {
        struct arena arena = {0};
        uint64_t random = 7;
        struct record runs[RUNS_MAX];
        size_t n = strlen(kinds[i].runs);
        for (size_t k = 0; k < n; k++) {
            runs[k] = run_of(arena_printf(&arena, "r%02zu", k), (int)k, REQUESTS, 0, 1, &random, &arena);
            if (kinds[i].runs[k] == 'n')
                runs[k].kpis[0] = (struct kpi_value){"itl", 1 + .01 * build_gauss(&random)};
            runs[k].kpis_n = kinds[i].runs[k] == 'n' ? 1 : kinds[i].runs[k] == 'l' ? runs[k].kpis_n : 0;
        }
        struct kpi_rule rule = {.name = "itl", .unit = "s", .better = DIRECTION_LOWER};
        const struct kpi_result *kpi = only(analyse(&rule, runs, n, &arena));
        CHECK(kpi->verdict == kinds[i].verdict, "%s: %s: %s", kinds[i].what, verdict_name(kpi->verdict), kpi->evidence.reason);
        CHECK(!kinds[i].reason || strstr(kpi->evidence.reason, kinds[i].reason), "%s: %s", kinds[i].what, kpi->evidence.reason);
        arena_close(&arena);
    }
}

/* ---- bounds ---- */

static const struct {
    double low, high; /* 0: none */
    enum verdict verdict;
    const char *reason;
} bounds[] = {
    {0, 1.4, VERDICT_REGRESSION, "p99 1."}, /* about 1.6 */
    {0, 2, VERDICT_OK, "p50 "},
    {.5, 2, VERDICT_OK, "p50 "},
    {1.01, 0, VERDICT_REGRESSION, "is 1"}, /* the median, or the mean when it is less */
};

static void test_bounds(void)
{
    for (size_t i = 0; i < ROWS(bounds); i++) {
        struct arena arena = {0};
        uint64_t random = 3;
        struct record runs[RUNS_MAX];
        for (int k = 0; k <= 12; k++)
            runs[k] = run_of(arena_printf(&arena, "r%02d", k), k, REQUESTS, 0, 1, &random, &arena);
        struct kpi_rule rule = {.name = "itl", .unit = "List[s]", .better = DIRECTION_LOWER, .low = {bounds[i].low > 0, bounds[i].low},
                                .high = {bounds[i].high > 0, bounds[i].high}};
        const struct kpi_result *kpi = only(analyse(&rule, runs, 13, &arena));
        const struct evidence *e = &kpi->evidence;
        CHECK(kpi->verdict == bounds[i].verdict && strstr(e->reason, bounds[i].reason) && !strstr(e->reason, "List"), "%g … %g: %s: %s",
              bounds[i].low, bounds[i].high, verdict_name(kpi->verdict), e->reason);
        CHECK(e->decided_by == (kpi->verdict == VERDICT_OK ? CHECK_DISTRIBUTION : CHECK_BOUND), "decided by %s", check_name(e->decided_by));
        arena_close(&arena);
    }
}

/* ---- properties ---- */

/* Units scaled by 10^k and a mirrored direction change nothing. */
static void test_scaled(void)
{
    static const double scales[] = {1, 1e-9, 1e12, -1};
    for (size_t row = 0; row < 8; row++) {
        enum verdict first = VERDICT_OK;
        for (size_t s = 0; s < ROWS(scales); s++) {
            struct arena arena = {0};
            uint64_t random = 42 + row;
            struct record runs[RUNS_MAX];
            for (int k = 0; k <= rows[row].runs; k++) {
                bool changed = k >= rows[row].since;
                runs[k] = run_of(arena_printf(&arena, "r%02d", k), k, REQUESTS, changed ? rows[row].share : 0, changed ? rows[row].times : 1, &random,
                                 &arena);
                for (size_t j = 1; j < runs[k].kpis_n; j++)
                    runs[k].kpis[j].value *= scales[s];
            }
            enum direction flipped = rows[row].better == DIRECTION_LOWER ? DIRECTION_HIGHER : DIRECTION_LOWER;
            struct kpi_rule rule = {.name = "itl", .better = scales[s] < 0 ? flipped : rows[row].better, .min_relative = rows[row].min_relative};
            enum verdict verdict = only(analyse(&rule, runs, (size_t)rows[row].runs + 1, &arena))->verdict;
            first = s ? first : verdict;
            CHECK(verdict == first, "%s: %s times %g, %s before", rows[row].what, verdict_name(verdict), scales[s], verdict_name(first));
            arena_close(&arena);
        }
    }
}

/* Five parts share the level: p is five times that of the deciding part alone, which is a KPI of its own as records keep it. */
static void test_shared(void)
{
    struct arena arena = {0};
    uint64_t random = 43;
    struct record runs[17];
    for (int k = 0; k <= 16; k++)
        runs[k] = run_of(arena_printf(&arena, "r%02d", k), k, REQUESTS, k == 16 ? .03 : 0, 1.3, &random, &arena);
    struct kpi_rule list = {.name = "itl", .better = DIRECTION_LOWER}, number = {.name = "itl:p99", .better = DIRECTION_LOWER};
    const struct kpi_result *all = only(analyse(&list, runs, 17, &arena)), *alone = only(analyse(&number, runs, 17, &arena));
    CHECK(all->checks_n && strcmp(all->checks[0].part, "p99") == 0 && alone->checks_n == 0, "%s", all->evidence.reason);
    CHECK(fabs(all->evidence.p / alone->evidence.p - DISTRIBUTION_PARTS) < 1e-9, "p %g, alone %g", all->evidence.p, alone->evidence.p);
    CHECK(all->evidence.value == alone->evidence.value && all->evidence.level == alone->evidence.level, "the same series");
    CHECK(all->evidence.smallest_seen > alone->evidence.smallest_seen, "what can be seen");
    arena_close(&arena);
}

/* Nothing changed: the share of invocations with any regression is at most what is promised, within three standard errors; one list of
 * eight that is much slower is found among them. bench/list_rates.c has the tables. */
static void test_level(void)
{
    enum { TIMES = 150 };
    static const char *const families[] = {"gauss", "AR(.3)"};
    for (size_t f = 0; f < ROWS(families); f++) {
        uint64_t random = 20261121 + f;
        size_t alarms = 0, seen = 0;
        for (size_t t = 0; t < TIMES; t++) {
            struct arena arena = {0};
            alarms += lists_invocation(&(struct lists_scene){families[f], 12, 100, 0, 1}, &random, &arena)->counts[VERDICT_REGRESSION] > 0;
            if (t < 20)
                seen += only(lists_invocation(&(struct lists_scene){families[f], 20, 100, 1, 2}, &random, &arena))->verdict == VERDICT_REGRESSION;
            arena_close(&arena);
        }
        CHECK((double)alarms <= .05 * TIMES + 3 * sqrt(TIMES * .05 * .95), "%s: %zu alarms of %d", families[f], alarms, TIMES);
        CHECK(seen >= 15, "%s: %zu of 20 seen", families[f], seen);
    }
}

int main(void)
{
    for (size_t i = 0; i < ROWS(rows); i++)
        test_row(i);
    test_kinds();
    test_bounds();
    test_scaled();
    test_shared();
    test_level();
    return check_end();
}
