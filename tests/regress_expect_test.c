/* regress: what should be there and is not. */
#include <string.h>

#include "regress/gate.h"
#include "regress/missing/expect.h"
#include "tests/check.h"
#include "tests/regress_build.h"
#include "workload/judging.h"

static const char *const version_key[] = {"version", NULL}, *const no_keys[] = {NULL};
static const struct kpi_rule rules[] = {{.name = "memory", .unit = "bytes", .better = DIRECTION_LOWER},
                                        {.name = "speed", .unit = "tokens/s", .better = DIRECTION_HIGHER}};

/* ---- a history of RUNS runs of three label sets, two repetitions each; the entries are one more run ---- */

enum { RUNS = 9, SETS = 3, REPETITIONS = 2, ALL = RUNS * SETS * REPETITIONS };

struct scene {
    struct record history[ALL], entries[SETS * REPETITIONS];
    size_t history_n, entries_n;
    struct analysis_options options;
    struct expect expect;
};

static struct record make(const char *id, size_t run, size_t set, const char *more, struct arena *arena)
{
    static const char *const units[] = {"bytes", "tokens/s"};
    struct record record = build_record(id, (int)run, arena_printf(arena, "version=\"v1.%zu\" run_id=\"r%zu\" model=\"m%zu\" gpu=8 kpi_settings_version=\"1\"%s",
                                                                   run, run, set, more), 0, arena);
    record.kpis = ARENA_ARRAY(arena, struct kpi_value, 2);
    record.kpis[0] = (struct kpi_value){"memory", 5000 + (double)(run * 7 % 5)};
    record.kpis[1] = (struct kpi_value){"speed", 100 + (double)(run * 3 % 4)};
    record.kpis_n = 2;
    record.units = units;
    return record;
}

static void build(struct scene *scene, struct arena *arena)
{
    memset(scene, 0, sizeof(*scene));
    for (size_t run = 0; run <= RUNS; run++)
        for (size_t set = 0; set < SETS; set++)
            for (size_t r = 0; r < REPETITIONS; r++) {
                const char *id = arena_printf(arena, "id-%zu-%zu-%zu", run, set, r);
                struct record record = make(id, run, set, "", arena);
                if (run < RUNS)
                    scene->history[scene->history_n++] = record;
                else
                    scene->entries[scene->entries_n++] = record;
            }
    scene->options = (struct analysis_options){.comparison_keys = version_key, .ignored_keys = no_keys, .sorting_keys = no_keys, .kpis = rules,
                                               .kpis_n = 2, .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05,
                                               .completeness = true, .expect = &scene->expect};
}

static const struct analysis *run(struct scene *scene, struct arena *arena)
{
    return analysis_run(arena, &scene->options, scene->entries, scene->entries_n, scene->history, scene->history_n);
}

static void set_label(struct record *record, const char *key, const char *value)
{
    for (size_t i = 0; i < record->labels_n; i++)
        if (strcmp(record->labels[i].key, key) == 0)
            record->labels[i].value = value;
}

/* ---- what a row breaks ---- */

static void nothing(struct scene *scene)
{
    (void)scene;
}

/* Two sets vanish that differ in nothing but a label of which one has the entries' value: it is named all the same. */
static void drop_sets_alike(struct scene *scene)
{
    for (size_t i = 0; i < scene->history_n; i++) {
        struct record *record = &scene->history[i];
        bool last = strstr(record->id, "-2-") == record->id + 4;
        if (last)
            set_label(record, "gpu", "9");
        if (last)
            set_label(record, "model", "\"m1\"");
    }
    scene->entries_n = REPETITIONS;
}

static void drop_set(struct scene *scene)
{
    scene->entries_n = REPETITIONS * (SETS - 1);
}

static void drop_set_partly(struct scene *scene) /* only part of a run is analysed */
{
    drop_set(scene);
    scene->options.completeness = false;
}

static void drop_set_of_old_runs(struct scene *scene) /* the run before had it not either */
{
    drop_set(scene);
    scene->history_n -= REPETITIONS;
}

static void drop_set_of_newer_versions(struct scene *scene) /* the entries are of a version before most of the history */
{
    drop_set(scene);
    for (size_t i = 0; i < scene->entries_n; i++) {
        set_label(&scene->entries[i], "version", "\"v1.1.5\"");
    }
}

static void stored_before(struct scene *scene) /* the other shard of this run */
{
    scene->history[scene->history_n - 1] = scene->entries[scene->entries_n - 1];
    scene->history[scene->history_n - 1].id = "shard";
    drop_set(scene);
}

static void drop_repetition(struct scene *scene)
{
    scene->entries_n--;
}

static void drop_kpi(struct scene *scene)
{
    for (size_t i = 0; i < scene->entries_n; i++) {
        scene->entries[i].kpis++;
        scene->entries[i].kpis_n--;
        scene->entries[i].units++;
    }
}

static void drop_kpi_once(struct scene *scene)
{
    scene->entries[0].kpis_n--;
}

static void drop_rule(struct scene *scene)
{
    drop_kpi(scene);
    scene->options.kpis = &rules[1];
    scene->options.kpis_n = 1;
}

static void drop_rule_filtered(struct scene *scene)
{
    drop_rule(scene);
    scene->options.kpi_filter = "speed";
}

static const char *const other_units[] = {"bytes", "tokens/min"};

static void change_unit(struct scene *scene)
{
    for (size_t i = 0; i < scene->entries_n; i++)
        scene->entries[i].units = other_units;
}

static void change_unit_of_old(struct scene *scene) /* the newest run agrees: the others are left out */
{
    for (size_t i = 0; i + SETS * REPETITIONS < scene->history_n; i++)
        scene->history[i].units = other_units;
}

static void units_unknown(struct scene *scene)
{
    for (size_t i = 0; i < scene->history_n; i++)
        scene->history[i].units = NULL;
}

static void change_schema(struct scene *scene)
{
    for (size_t i = 0; i < scene->entries_n; i++)
        set_label(&scene->entries[i], "kpi_settings_version", "\"2\"");
}

static const char *const sixteen[] = {"16", NULL}, *const eight[] = {"8.0", NULL}, *const m1_m2[] = {"\"m1\"", "\"m2\"", NULL};
static const struct label_match gpu16[] = {{"gpu", sixteen}, {"model", m1_m2}}, gpu8[] = {{"gpu", eight}};
static const struct label_matches sets_missing[] = {{gpu16, 2}, {gpu8, 1}}, sets_there[] = {{gpu8, 1}};

static void expect_set(struct scene *scene)
{
    scene->expect.label_sets = sets_missing;
    scene->expect.label_sets_n = 2;
}

static void expect_set_there(struct scene *scene)
{
    scene->expect.label_sets = sets_there;
    scene->expect.label_sets_n = 1;
}

static void expect_set_without_history(struct scene *scene)
{
    expect_set(scene);
    scene->history_n = 0;
}

static void expect_set_without_entries(struct scene *scene)
{
    expect_set(scene);
    scene->history_n = scene->entries_n = 0;
}

static void expect_runs(struct scene *scene)
{
    scene->expect.runs = 3;
}

static void expect_kpis(struct scene *scene)
{
    static const char *const kpis[] = {"memory", "joules", NULL};
    scene->expect.kpis = kpis;
    drop_kpi_once(scene);
    scene->entries[0].kpis_n = 0;
}

static void expect_age(struct scene *scene) /* the newest run is a day old */
{
    scene->expect.max_age_s = 3600;
}

static void expect_age_young(struct scene *scene)
{
    scene->expect.max_age_s = 2 * 86400;
}

static void expect_age_by_clock(struct scene *scene)
{
    expect_age_young(scene);
    scene->options.now_us = (RUNS + 60) * 86400000000LL;
}

static const struct {
    const char *what;
    void (*breaks)(struct scene *scene);
    const char *kinds; /* of the absences, in order */
    const char *found; /* of the first */
    size_t alone;      /* those that count by themselves */
} rows[] = {
    {"all is there", nothing, "", NULL, 0},
    {"a label set vanished", drop_set, "label set", "model=m2: each of the last 3 runs of history has these labels, this run has not", 1},
    {"two label sets of a kind vanished", drop_sets_alike, "label set,label set",
     "gpu=8 model=m1: each of the last 3 runs of history has these labels, this run has not", 2},
    {"only part of the run", drop_set_partly, "", NULL, 0},
    {"it was not in the run before either", drop_set_of_old_runs, "", NULL, 0},
    {"an old version is not held against newer ones", drop_set_of_newer_versions, "", NULL, 0},
    {"the other shard was stored before", stored_before, "", NULL, 0},
    {"a repetition less", drop_repetition, "runs", "model=m2: 1 payload of this run, the last 8 runs mostly had 2", 1},
    {"no entry has a KPI", drop_kpi, "KPI", "memory: each of the last 3 runs of history has it; no entry of this run has a number for it", 0},
    {"one entry has it not: its verdict says so", drop_kpi_once, "", NULL, 0},
    {"the workload has no such KPI any more", drop_rule, "KPI", "memory: each of the last 3 runs of history has it; the workload no longer has it", 1},
    {"that is not asked for", drop_rule_filtered, "", NULL, 0},
    {"another unit", change_unit, "unit", "speed: this run counts in 'tokens/min', history in 'tokens/s' (all 6 entries): not compared", 0},
    {"another unit of old runs", change_unit_of_old, "", NULL, 0},
    {"units that are not known", units_unknown, "", NULL, 0},
    {"another schema version", change_schema, "schema version",
     "kpi_settings_version: 2 in this run, 1 in the run before (all 6 entries): the numbers may not mean the same", 1},
    {"an expected label set", expect_set, "label set",
     "gpu=16 model=m1|m2: no payload of this run has these labels, which the workload expects", 1},
    {"expected and there", expect_set_there, "", NULL, 0},
    {"expected, without history", expect_set_without_history, "label set", NULL, 1},
    {"expected, without anything", expect_set_without_entries, "label set,label set", NULL, 2},
    {"three runs expected", expect_runs, "runs,runs,runs", "model=m0: 2 payloads of this run, the workload expects 3", 3},
    {"expected KPIs", expect_kpis, "KPI,KPI", "memory: expected by the workload, but 1 of 6 entries (model=m0) has no number for it", 1},
    {"history too old", expect_age, "age",
     "the newest run of history is up to 24 hours old (all 6 entries); the workload expects at most 1 hour", 1},
    {"history young enough", expect_age_young, "", NULL, 0},
    {"history too old by the clock", expect_age_by_clock, "age", NULL, 1},
};

static const char *kinds_of(const struct analysis *analysis, struct arena *arena)
{
    const char *kinds = "";
    for (size_t i = 0; i < analysis->absences_n; i++)
        kinds = arena_printf(arena, "%s%s%s", kinds, i ? "," : "", analysis->absences[i].what);
    return kinds;
}

static size_t missing_results(const struct analysis *analysis)
{
    size_t n = 0;
    for (size_t i = 0; i < analysis->entries_n; i++)
        for (size_t j = 0; j < analysis->entries[i].kpis_n; j++)
            n += analysis->entries[i].kpis[j].verdict == VERDICT_MISSING;
    return n;
}

static void test_rows(void)
{
    static const char *const words[] = {"missing", NULL};
    struct gate gate;
    struct error err = {0};
    CHECK(gate_parse(words, &gate, &err), "%s", err.text);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = {0};
        struct scene scene;
        build(&scene, &arena);
        rows[i].breaks(&scene);
        const struct analysis *analysis = run(&scene, &arena);
        const char *what = rows[i].what, *kinds = kinds_of(analysis, &arena), *found = analysis->absences_n ? analysis->absences[0].found : "";
        CHECK(strcmp(kinds, rows[i].kinds) == 0, "%s: %s: %s", what, kinds, found);
        CHECK(!rows[i].found || strcmp(found, rows[i].found) == 0, "%s: %s", what, found);
        size_t results = missing_results(analysis);
        CHECK(analysis->counts[VERDICT_MISSING] == results + rows[i].alone, "%s: %zu counted, %zu results", what, analysis->counts[VERDICT_MISSING], results);
        bool any = rows[i].kinds[0] || results;
        CHECK(gate_code(&gate, analysis) == (any ? 3 : 0), "%s: exit code", what);
        arena_close(&arena);
    }
}

/* A KPI of another unit is missing, and no number of the history gets near it; old runs of another unit are left out. */
static void test_units(void)
{
    struct arena arena = {0};
    struct scene scene;
    build(&scene, &arena);
    change_unit(&scene);
    const struct kpi_result *speed = &run(&scene, &arena)->entries[0].kpis[1];
    CHECK(speed->verdict == VERDICT_MISSING && speed->evidence.points_n == 0, "%s", verdict_name(speed->verdict));
    CHECK(strstr(speed->evidence.reason, "'tokens/min'") && strstr(speed->evidence.reason, "'tokens/s'"), "%s", speed->evidence.reason);
    build(&scene, &arena);
    change_unit_of_old(&scene);
    const struct entry_result *entry = &run(&scene, &arena)->entries[0];
    CHECK(entry->kpis[1].evidence.points_n == 1 && entry->kpis[0].evidence.points_n == RUNS, "%zu points", entry->kpis[1].evidence.points_n);
    CHECK(fabs(expect_age_days(entry) - 1) < 1e-9, "%g days", expect_age_days(entry));
    arena_close(&arena);
}

/* The order of records and entries changes nothing. */
static void test_order(void)
{
    struct arena arena = {0};
    struct scene scene;
    build(&scene, &arena);
    drop_set(&scene);
    change_schema(&scene);
    const char *before = kinds_of(run(&scene, &arena), &arena);
    for (size_t i = 0; i < scene.history_n / 2; i++) {
        struct record swapped = scene.history[i];
        scene.history[i] = scene.history[scene.history_n - 1 - i];
        scene.history[scene.history_n - 1 - i] = swapped;
    }
    const struct analysis *analysis = run(&scene, &arena);
    CHECK(strcmp(kinds_of(analysis, &arena), before) == 0 && strcmp(before, "label set,schema version") == 0, "%s", before);
    arena_close(&arena);
}

int main(void)
{
    test_rows();
    test_units();
    test_order();
    return check_end();
}
