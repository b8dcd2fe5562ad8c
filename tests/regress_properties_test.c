/* regress: what must not matter for a verdict: the order of records, of entries and of KPIs, the unit, a label that all have, the direction. */
#include <math.h>
#include <string.h>

#include "tests/check.h"
#include "tests/regress_build.h"

enum { RUNS = 40, SETS = 3, KPIS = 2, SCENES = 60 };
static const char *const names[KPIS] = {"speed", "size"};
static const char *const version_key[] = {"version", NULL}, *const no_keys[] = {NULL};

/* One invocation: SETS label sets with KPIS values in each of n runs, the newest of them under test. */
struct scene {
    double x[SETS][KPIS][RUNS];
    size_t n;
    enum direction better;
    double min_absolute;
};

/* How it is handed over. */
struct handed {
    bool backwards;   /* records, entries and KPIs */
    const char *label; /* that all have */
    double unit;      /* of the values */
    bool mirrored;
};

struct verdicts {
    enum verdict v[SETS][KPIS];
    const char *reason[SETS][KPIS];
};

static struct record record_of(const struct scene *scene, const struct handed *how, size_t set, size_t run, struct arena *arena)
{
    const char *labels = arena_printf(arena, "version=\"1.%zu\" run_id=\"r%zu\" set=%zu%s", run, run, set, how->label);
    struct record r = build_record(arena_printf(arena, "%zu-%02zu", set, run), (int)run, labels, NAN, arena);
    r.kpis = ARENA_ARRAY(arena, struct kpi_value, KPIS);
    r.kpis_n = KPIS;
    for (size_t k = 0; k < KPIS; k++)
        r.kpis[k] = (struct kpi_value){names[k], scene->x[set][k][run] * how->unit * (how->mirrored ? -1 : 1)};
    return r;
}

static struct verdicts judge(const struct scene *scene, const struct handed *how, struct arena *arena)
{
    struct record *history = ARENA_ARRAY(arena, struct record, SETS * RUNS), *entries = ARENA_ARRAY(arena, struct record, SETS);
    struct kpi_rule *rules = ARENA_ARRAY(arena, struct kpi_rule, KPIS);
    struct verdicts verdicts;
    size_t n = SETS * (scene->n - 1);
    for (size_t i = 0; i < n; i++)
        history[how->backwards ? n - 1 - i : i] = record_of(scene, how, i % SETS, i / SETS, arena);
    for (size_t s = 0; s < SETS; s++)
        entries[how->backwards ? SETS - 1 - s : s] = record_of(scene, how, s, scene->n - 1, arena);
    for (size_t k = 0; k < KPIS; k++)
        rules[how->backwards ? KPIS - 1 - k : k] = (struct kpi_rule){.name = names[k], .min_absolute = scene->min_absolute * how->unit,
                                                                     .better = how->mirrored == (scene->better == DIRECTION_LOWER) ? DIRECTION_HIGHER
                                                                                                                                   : DIRECTION_LOWER};
    struct analysis_options *options = ARENA_NEW(arena, struct analysis_options);
    *options = (struct analysis_options){.comparison_keys = version_key, .ignored_keys = no_keys, .sorting_keys = no_keys, .kpis = rules, .kpis_n = KPIS,
                                         .min_history = 8, .min_history_same = 5, .false_alarm_rate = .05, .suspect_level = .05};
    const struct analysis *analysis = analysis_run(arena, options, entries, SETS, history, n);
    for (size_t i = 0; i < analysis->entries_n; i++) {
        const struct entry_result *entry = &analysis->entries[i];
        size_t set = (size_t)(entry->entry->id[0] - '0');
        for (size_t j = 0; j < entry->kpis_n; j++) {
            size_t k = strcmp(entry->kpis[j].rule->name, names[0]) != 0;
            verdicts.v[set][k] = entry->kpis[j].verdict;
            verdicts.reason[set][k] = entry->kpis[j].evidence.reason;
        }
    }
    return verdicts;
}

/* Noise of all kinds, some of it rounded or constant; a step in a third of the series, an odd last run in another. */
static struct scene make_scene(size_t turn, uint64_t *random)
{
    static const char *const families[] = {"gauss", "t3", "lognormal", "AR(.3)"};
    static const double steps[] = {0, 0, 1, 10, 1000, -1}; /* what values are rounded to; -1: most are 5 */
    struct scene scene = {.n = 3 + (size_t)(build_uniform(random) * (RUNS - 3)), .better = turn % 2 ? DIRECTION_LOWER : DIRECTION_HIGHER,
                          .min_absolute = turn % 3 ? 0 : 2};
    for (size_t s = 0; s < SETS; s++)
        for (size_t k = 0; k < KPIS; k++) {
            double *x = scene.x[s][k], step = steps[turn % ROWS(steps)], by = 12 * (build_uniform(random) - .5);
            size_t from = (size_t)(build_uniform(random) * (double)scene.n);
            build_noise(families[(turn + s) % ROWS(families)], x, scene.n, random);
            for (size_t i = 0; i < scene.n; i++) {
                x[i] += i >= from && k == 0 ? by : i + 1 == scene.n && s == 0 ? by : 0;
                x[i] = step < 0 ? round(5 + 0.3 * (x[i] - 100)) : step > 0 ? round(x[i]) * step : x[i];
            }
        }
    return scene;
}

static void test_nothing_matters(void)
{
    static const struct {
        const char *what;
        struct handed how;
    } rows[] = {
        {"backwards", {true, "", 1, false}},
        {"one more label, the first", {false, " aaa=\"x\"", 1, false}},
        {"one more label, the last", {false, " zzz=7", 1, false}},
        {"mirrored", {false, "", 1, true}},
        {"times 1000", {false, "", 1e3, false}},
        {"times 10^9", {false, "", 1e9, false}},
        {"by 1000", {false, "", 1e-3, false}},
        {"by 10^9", {false, "", 1e-9, false}},
        {"all of it", {true, " zzz=7", 1e6, true}},
    };
    static const struct handed plain = {false, "", 1, false};
    uint64_t random = 20261121;
    size_t told[VERDICT_COUNT] = {0};
    for (size_t turn = 0; turn < SCENES; turn++) {
        struct arena arena = {0};
        struct scene scene = make_scene(turn, &random);
        struct verdicts want = judge(&scene, &plain, &arena);
        for (size_t i = 0; i < ROWS(rows); i++) {
            struct verdicts got = judge(&scene, &rows[i].how, &arena);
            for (size_t at = 0; at < (size_t)SETS * KPIS; at++) {
                size_t s = at / KPIS, k = at % KPIS;
                CHECK(got.v[s][k] == want.v[s][k], "scene %zu, %s: %s (%s), not %s (%s)", turn, rows[i].what,
                      verdict_name(got.v[s][k]), got.reason[s][k], verdict_name(want.v[s][k]), want.reason[s][k]);
            }
        }
        for (size_t at = 0; at < (size_t)SETS * KPIS; at++)
            told[want.v[at / KPIS][at % KPIS]]++;
        arena_close(&arena);
    }
    CHECK(told[VERDICT_OK] && told[VERDICT_REGRESSION] && told[VERDICT_SUSPECT] && told[VERDICT_IMPROVEMENT] && told[VERDICT_CANNOT_TELL],
          "%zu ok, %zu regressions, %zu suspect, %zu improvements, %zu cannot tell", told[VERDICT_OK], told[VERDICT_REGRESSION], told[VERDICT_SUSPECT],
          told[VERDICT_IMPROVEMENT], told[VERDICT_CANNOT_TELL]);
}

int main(void)
{
    test_nothing_matters();
    return check_end();
}
