/* regress: KPIs that shift together are one incident; on quiet data there is none. Measured with MB_LONG=1: quiet data has one in .0030,
 * .0015 and .0265 of 2,000 runs (rows of `quiet`); a common shift of 4, 6, 9 sd is found in 298, 300, 300 of 300 runs, with 32.2, 32.1, 39.5
 * of 40 KPIs. */
#include <string.h>

#include "regress/causes/incidents.h"
#include "regress/causes/shift.h"
#include "regress/select.h"
#include "tests/check.h"
#include "tests/regress_build.h"

enum { KPIS = 40, ENTRIES = 4, RUNS = 20, ALL = -1, GPU_8 = -2 };

static const char *const version_key[] = {"version", NULL}, *const no_keys[] = {NULL};
static struct kpi_rule rules[KPIS];

static void make_rules(void)
{
    static char names[KPIS][8];
    for (size_t k = 0; k < KPIS; k++) {
        snprintf(names[k], sizeof(names[k]), "kpi%02zu", k);
        rules[k] = (struct kpi_rule){.name = names[k], .unit = "s", .better = k % 2 ? DIRECTION_LOWER : DIRECTION_HIGHER};
    }
}

/* What happens in which run. */
struct plan {
    size_t entries, kpis; /* configurations and KPIs of each */
    double together;      /* share of the variance that all KPIs of a run have in common */
    size_t since;         /* the run from which on the KPIs are shifted; RUNS: this run */
    double shift;         /* in standard deviations, for the worse */
    size_t shifted;       /* that many KPIs of each entry */
    size_t better;        /* that many of them for the better instead */
    int only;             /* only this entry; ALL, or the two of GPU_8 */
};

static bool has_gpu_8(const struct plan *plan, size_t entry)
{
    return plan->entries > 1 && entry * 2 >= plan->entries;
}

/* Four entries are a square: none has a label's value for itself. */
static const char *labels_of(const struct plan *plan, size_t entry, size_t run, struct arena *arena)
{
    return arena_printf(arena, "version=\"v1.%zu\" run_id=\"r%zu\" model=\"m%zu\" gpu=%d", run, run, entry % 2, has_gpu_8(plan, entry) ? 8 : 4);
}

static double shift_of(const struct plan *plan, size_t entry, size_t kpi, size_t run)
{
    bool meant = plan->only == ALL || (plan->only == GPU_8 ? has_gpu_8(plan, entry) : (size_t)plan->only == entry);
    bool here = meant && run >= plan->since && kpi < plan->shifted;
    double worse = kpi % 2 ? 1 : -1;
    return here ? plan->shift * worse * (kpi < plan->better ? -1 : 1) : 0;
}

static struct analysis *simulate(const struct plan *plan, uint64_t *random, struct arena *arena)
{
    struct record *records = ARENA_ARRAY(arena, struct record, plan->entries * (RUNS + 1));
    struct analysis_options *options = ARENA_NEW(arena, struct analysis_options);
    for (size_t run = 0, n = 0; run <= RUNS; run++) {
        double common = build_gauss(random);
        for (size_t e = 0; e < plan->entries; e++, n++) {
            records[n] = build_record(arena_printf(arena, "t%zu-%zu", run, e), (int)run, labels_of(plan, e, run, arena), 0, arena);
            records[n].kpis = ARENA_ARRAY(arena, struct kpi_value, plan->kpis);
            records[n].kpis_n = plan->kpis;
            for (size_t k = 0; k < plan->kpis; k++) {
                double worse = k % 2 ? 1 : -1, own = build_gauss(random);
                records[n].kpis[k] = (struct kpi_value){rules[k].name, 100 + worse * sqrt(plan->together) * common + sqrt(1 - plan->together) * own +
                                                                           shift_of(plan, e, k, run)};
            }
        }
    }
    *options = (struct analysis_options){.comparison_keys = version_key, .ignored_keys = no_keys, .sorting_keys = no_keys, .kpis = rules,
                                         .kpis_n = plan->kpis, .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05};
    return analysis_run(arena, options, records + plan->entries * RUNS, plan->entries, records, plan->entries * RUNS);
}

/* ---- what is found ---- */

static const struct {
    const char *what;
    struct plan plan;
    size_t members; /* of the only incident, at least; 0: there is none */
    enum incident_kind kind;
    const char *scope, *since, *summary;
} rows[] = {
    {"nothing", {1, 40, 0, RUNS, 0, 0, 0, ALL}, 0, INCIDENT_WORSE, "", "", ""},
    {"all 40 KPIs in this run", {1, 40, 0, RUNS, 12, 40, 0, ALL}, 40, INCIDENT_WORSE, "", "v1.20", "40 of 40 KPI results got worse by "},
    {"all KPIs of all entries", {4, 10, 0, RUNS, 12, 10, 0, ALL}, 40, INCIDENT_WORSE, "", "v1.20", "40 of 40 KPI results got worse by "},
    {"all KPIs of one entry", {4, 10, 0, RUNS, 12, 10, 0, 1}, 10, INCIDENT_WORSE, "gpu=4 model=m1", "v1.20",
     "10 of 10 KPI results of gpu=4 model=m1 got worse by "},
    {"all KPIs of two entries", {4, 10, 0, RUNS, 12, 10, 0, GPU_8}, 20, INCIDENT_WORSE, "gpu=8", "v1.20", "20 of 20 KPI results of gpu=8 got worse by "},
    {"31 of 40, since five runs", {1, 40, 0, 16, 12, 31, 0, ALL}, 30, INCIDENT_WORSE, "", "v1.16", " of 40 KPI results got worse by "},
    {"all better", {1, 40, 0, RUNS, -14, 40, 0, ALL}, 40, INCIDENT_BETTER, "", "v1.20", "40 of 40 KPI results got better by "},
    {"traded", {1, 40, 0, RUNS, 14, 30, 15, ALL}, 30, INCIDENT_MIXED, "", "v1.20", " of 40 KPI results changed with v1.20, "},
    {"three KPIs of three", {1, 3, 0, RUNS, 14, 3, 0, ALL}, 3, INCIDENT_WORSE, "", "v1.20", "3 of 3 KPI results got worse"},
    {"six KPIs of forty: far, but not many", {1, 40, 0, RUNS, 12, 6, 0, ALL}, 0, INCIDENT_WORSE, "", "", ""},
    {"two KPIs of forty", {1, 40, 0, RUNS, 20, 2, 0, ALL}, 0, INCIDENT_WORSE, "", "", ""},
};

static void check_row(size_t i, const struct analysis *analysis)
{
    const char *what = rows[i].what;
    const struct incident *incident = analysis->incidents;
    CHECK(analysis->incidents_n == (rows[i].members > 0), "%s: %zu incidents", what, analysis->incidents_n);
    if (!analysis->incidents_n || !rows[i].members)
        return;
    CHECK(incident->members_n >= rows[i].members && incident->members_n <= rows[i].members + 2, "%s: %zu members of %zu", what, incident->members_n, incident->judged);
    CHECK(incident->kind == rows[i].kind, "%s: %s", what, incident_kind_name(incident->kind));
    CHECK(strcmp(incident->scope, rows[i].scope) == 0, "%s: scope '%s'", what, incident->scope);
    CHECK(strcmp(incident->since_version, rows[i].since) == 0, "%s: since %s", what, incident->since_version);
    CHECK(strstr(incident->summary, rows[i].summary), "%s: %s", what, incident->summary);
    for (size_t m = 0; m < incident->members_n; m++)
        for (size_t other = 0; other < m; other++)
            CHECK(incident->members[m] != incident->members[other], "%s: a member twice", what);
}

static void test_found(void)
{
    uint64_t random = 8;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = {0};
        check_row(i, simulate(&rows[i].plan, &random, &arena));
        arena_close(&arena);
    }
}

/* ---- how often on quiet data ---- */

static const struct {
    const char *what;
    struct plan plan;
    double share; /* of runs with an incident that is allowed: some standard errors of the short run above what was measured */
} quiet[] = {
    {"40 KPIs of one entry, each by itself", {1, 40, 0, RUNS, 0, 0, 0, ALL}, .04},
    {"10 KPIs of four entries", {4, 10, 0, RUNS, 0, 0, 0, ALL}, .04},
    {"40 KPIs that hang together", {1, 40, .8, RUNS, 0, 0, 0, ALL}, .09},
};

static void test_chance(void)
{
    size_t runs = getenv("MB_LONG") ? 2000 : 100;
    uint64_t random = 4;
    for (size_t i = 0; i < ROWS(quiet); i++) {
        size_t found = 0;
        for (size_t r = 0; r < runs; r++) {
            struct arena arena = {0};
            found += simulate(&quiet[i].plan, &random, &arena)->incidents_n > 0;
            arena_close(&arena);
        }
        double share = (double)found / (double)runs;
        if (getenv("MB_LONG"))
            printf("%s: %.4f of %zu runs\n", quiet[i].what, share, runs);
        CHECK(share <= quiet[i].share, "%s: %g", quiet[i].what, share);
    }
}

/* A common shift: all members are named. */
static void test_power(void)
{
    static const double shifts[] = {4, 6, 9};
    size_t runs = getenv("MB_LONG") ? 300 : 12;
    uint64_t random = 4;
    for (size_t i = 0; i < ROWS(shifts); i++) {
        struct plan plan = {1, 40, 0, RUNS, shifts[i], 40, 0, ALL};
        size_t found = 0, members = 0;
        for (size_t r = 0; r < runs; r++) {
            struct arena arena = {0};
            const struct analysis *analysis = simulate(&plan, &random, &arena);
            found += analysis->incidents_n == 1;
            members += analysis->incidents_n ? analysis->incidents[0].members_n : 0;
            arena_close(&arena);
        }
        if (getenv("MB_LONG"))
            printf("shift of %g sd: found in %.3f of %zu runs, %.2f of 40 KPIs named\n", shifts[i], (double)found / (double)runs, runs,
                   (double)members / (double)runs);
        CHECK(found + runs / 50 >= runs, "%g sd: %zu of %zu", shifts[i], found, runs);
        CHECK(shifts[i] < 9 || (double)members >= 39.5 * (double)runs, "%g sd: %zu members", shifts[i], members);
    }
}

/* Only the runs from the place of the change on are "now": this run alone where it began with it. */
static void test_shift(void)
{
    enum { N = 12 };
    static const struct {
        size_t place, since;
    } places[] = {{N, 1}, {N - 1, 2}, {N - 3, 4}};
    struct select_point from[N] = {{.version = NULL}};
    struct run_point points[N];
    struct selection selection = {.points = from, .points_n = N};
    struct entry_result entry = {.selection = &selection};
    const struct kpi_rule rule = {.name = "a", .better = DIRECTION_LOWER};
    for (size_t r = 0; r < ROWS(places); r++) {
        for (size_t i = 0; i < N; i++)
            points[i] = (struct run_point){.run = &from[i], .level = 1, .value = 100 + (double)(i % 3) - 1 + (i >= places[r].place ? 3 : 0)};
        struct kpi_result kpi = {.rule = &rule, .evidence = {.points = points, .points_n = N, .sd = 1, .value = 103}};
        struct shift shift = {.since = 0};
        shift_add(&shift, &entry, &kpi, places[r].place);
        CHECK(shift.since == places[r].since && shift.n[0] == 1 && shift.sum[0] > 2.5, "row %zu: since %zu", r, shift.since);
        CHECK(shift_side(&entry, &kpi, places[r].place) == 1, "row %zu: worse", r);
        CHECK(shift_p(&shift, true) < .05 && shift_p(&shift, false) > .95, "row %zu: p %g", r, shift_p(&shift, true));
    }
}

int main(void)
{
    make_rules();
    test_found();
    test_chance();
    test_power();
    test_shift();
    return check_end();
}
