/* The scene with every field of the model filled, as all the parts of the analysis together may fill it: checks, changes that people know,
 * differences, incidents, absences, shares of what varies, texts that want to be markup. Set by hand: what a verdict says need not follow
 * from its numbers here. */
#ifndef TESTS_REPORT_FULL_SCENE_H
#define TESTS_REPORT_FULL_SCENE_H
#include "regress/gate.h"
#include "tests/report_scene.h"

/* Every kind of markup, of mention, of break. */
#define FULL_HOSTILE "a|b `c` <b>d</b> @torvalds #1 [e](javascript:f) ![g](https://evil.example/h.png) &amp; www.evil.example ]]> %0A::error::i\nj\x01\x1b[31m\xe2\x80\xae"

static inline void full_checks(struct kpi_result *kpi, struct arena *arena)
{
    static const struct check checks[] = {
        {.kind = CHECK_BOUND, .tested = true, .value = 100.05, .reference = 90, .low = NAN, .high = 90, .p_worse = NAN, .p_better = NAN,
         .corrected_worse = NAN, .corrected_better = NAN, .verdict = VERDICT_REGRESSION, .level = NAN, .smallest_seen = NAN, .ok_from = 90,
         .found = "100.05 s is above the bound of 90 s", .flip = "would be ok up to 90 s"},
        {.kind = CHECK_DRIFT, .tested = true, .value = 100.05, .reference = 99.5, .low = -.2, .high = 1.3, .p_worse = .21, .p_better = .79,
         .corrected_worse = .6, .corrected_better = 1, .verdict = VERDICT_OK, .level = 99.5, .smallest_seen = 2, .ok_from = 104, .worth_saying = true,
         .found = "0.55 % of the budget of 5 % since 4.18 is used", .flip = "would be a regression above 104.5 s"},
        {.kind = CHECK_PAIRED, .value = NAN, .reference = NAN, .low = NAN, .high = NAN, .p_worse = NAN, .p_better = NAN, .corrected_worse = NAN,
         .corrected_better = NAN, .verdict = VERDICT_CANNOT_TELL, .level = NAN, .smallest_seen = NAN, .ok_from = NAN, .more_runs = 3,
         .found = "2 pairs, 5 are needed"},
        {.kind = CHECK_DISTRIBUTION, .part = "p99", .tested = true, .value = 190, .reference = 150, .low = 20, .high = 60, .p_worse = .001,
         .p_better = .999, .corrected_worse = .02, .corrected_better = 1, .verdict = VERDICT_SUSPECT, .level = NAN, .smallest_seen = 30,
         .ok_from = 170, .found = "p99 moved by +26.7 % (+13.3 % to +40.0 %)"},
        {.kind = CHECK_METHOD, .part = "zscore", .tested = true, .value = 100.05, .reference = 100, .low = 99, .high = 101, .p_worse = NAN,
         .p_better = NAN, .corrected_worse = NAN, .corrected_better = NAN, .verdict = VERDICT_OK, .level = NAN, .smallest_seen = NAN,
         .ok_from = NAN, .found = "0.2 standard deviations from the mean of 12 runs"},
        {.kind = CHECK_EXACT, .tested = true, .value = 12, .reference = 12, .low = NAN, .high = NAN, .p_worse = NAN, .p_better = NAN,
         .corrected_worse = NAN, .corrected_better = NAN, .verdict = VERDICT_OK, .level = NAN, .smallest_seen = NAN, .ok_from = NAN,
         .found = "equal to the last run"},
    };
    kpi->checks = arena_copy(arena, checks, sizeof(checks));
    kpi->checks_n = ROWS(checks);
    kpi->verdict = VERDICT_REGRESSION;
    kpi->evidence.decided_by = CHECK_BOUND;
    kpi->evidence.p = kpi->evidence.p_corrected = NAN;
    kpi->evidence.reason = "100.05 s is above the bound of 90 s";
    kpi->evidence.flip = "would be ok up to 90 s";
    kpi->evidence.within_sd = .12;
}

static inline void full_change(struct kpi_result *kpi)
{
    static const struct difference differences[] = {
        {"ocp", "4.10", "4.11", 1, 0, NULL, NULL},
        {"image", "quay.io/a:v1", "quay.io/a:v2", .9, 2, "0a1b2c3d..4e5f6071", "https://github.com/o/r/compare/0a1b2c3d...4e5f6071"},
        {FULL_HOSTILE, FULL_HOSTILE, NULL, .8, 1, FULL_HOSTILE, "javascript:alert(2)"},
        {"driver", "(none)", "550.1", .7, 3, NULL, NULL},
    };
    kpi->change = (struct known_change){.status = CHANGE_KNOWN, .id = "worse@v1.9-5f2a"};
    kpi->cause = NULL; /* so that the differences are told one by one */
    kpi->last_good = "v1.8";
    kpi->first_bad = "v1.9";
    kpi->last_good_url = "https://user:password@ci.example/job/8?a=1&b=(2)";
    kpi->first_bad_url = "javascript:alert(1)";
    kpi->differences = differences;
    kpi->differences_n = ROWS(differences);
    kpi->evidence.since_point = 9;
    kpi->evidence.since_version = "v1.9";
    kpi->evidence.since_after = "v1.8";
}

static inline void full_counts(struct analysis *analysis)
{
    memset(analysis->counts, 0, sizeof(analysis->counts));
    memset(analysis->statuses, 0, sizeof(analysis->statuses));
    for (size_t i = 0; i < analysis->entries_n; i++)
        for (size_t j = 0; j < analysis->entries[i].kpis_n; j++) {
            analysis->counts[analysis->entries[i].kpis[j].verdict]++;
            analysis->statuses[analysis->entries[i].kpis[j].change.status]++;
        }
    for (size_t i = 0; i < analysis->absences_n; i++)
        analysis->counts[VERDICT_MISSING] += analysis->absences[i].results == 0;
}

static inline void full_invocation(struct analysis *analysis, struct arena *arena)
{
    struct entry_result *first = &analysis->entries[0];
    const struct entry_result **entries = ARENA_ARRAY(arena, const struct entry_result *, 2);
    const struct kpi_result **members = ARENA_ARRAY(arena, const struct kpi_result *, 2);
    struct incident *incident = ARENA_NEW(arena, struct incident);
    struct absence *absences = ARENA_ARRAY(arena, struct absence, 4);
    entries[0] = entries[1] = first;
    members[0] = &first->kpis[5];
    members[1] = &first->kpis[3];
    *incident = (struct incident){.kind = INCIDENT_WORSE, .entries = entries, .members = members, .members_n = 2, .judged = 5, .worse = 2, .better = 1,
                                  .scope = "gpu=8", .since_version = "v1.9", .since_run = "h09", .p = .03,
                                  .summary = "2 of 5 KPIs of added=null gpu=8 shift together since v1.9"};
    absences[0] = (struct absence){.what = "label set", .found = "no run with model=granite gpu=16; expected in every run"};
    absences[1] = (struct absence){.what = "runs", .found = "added=null gpu=4: 1 run, where 3 are usual", .entry = &analysis->entries[1]};
    absences[2] = (struct absence){.what = "unit", .found = FULL_HOSTILE, .entry = first, .kpi = "gone"};
    absences[3] = (struct absence){.what = "KPI", .found = "gone vanished", .entry = first, .kpi = "gone", .results = 1};
    analysis->incidents = incident;
    analysis->incidents_n = 1;
    analysis->absences = absences;
    analysis->absences_n = 4;
    analysis->tests = 5;
    analysis->without_payload = 2;
}

/* Entry 1: better improvement (new), gone missing, memory… acknowledged, in the incident; steady regression by its bound; worse regression,
 * known, in the incident. Entry 2: worse suspect whose level is not kept, steady back again. Entry 3: a changed key list. */
static inline struct analysis *full_scene(struct analysis_options *options, bool reversed, struct arena *arena)
{
    struct analysis *analysis = scene(options, reversed, arena);
    struct entry_result *first = &analysis->entries[0], *second = &analysis->entries[1];
    struct varying *explained = ARENA_ARRAY(arena, struct varying, 2);
    explained[0] = (struct varying){"ocp", "steady", .62, .0004, "'ocp' is not compared and explains 62 % of what varies in steady: a comparison key?"};
    first->explained = explained;
    first->kpis[0].change = (struct known_change){.status = CHANGE_NEW, .id = "better@v1.12-91aa"};
    full_checks(&first->kpis[4], arena);
    first->kpis[4].change.status = CHANGE_EXPIRED;
    first->kpis[4].change.ack_reason = "the new allocator needs it";
    first->kpis[4].change.ack_author = "bob";
    first->kpis[4].change.ack_expires = "2026-01-31";
    first->kpis[4].change.ack_place = "acks.yaml:30";
    first->kpis[4].evidence.control = "divided by the control warmup, run-to-run spread 0.8 % instead of 3.1 %";
    first->kpis[4].evidence.measured = 97.5;
    full_change(&first->kpis[5]);
    first->kpis[3].verdict = VERDICT_ACKNOWLEDGED;
    first->kpis[3].change = (struct known_change){CHANGE_ACKNOWLEDGED, "memory@v1.9-77c0", FULL_HOSTILE, "ann", "2027-01-31", "acks.yaml:12"};
    first->kpis[5].evidence.repetitions = 3;
    first->kpis[5].evidence.own_sd = 21.5;
    second->kpis[5].verdict = VERDICT_SUSPECT;
    second->kpis[5].evidence = first->kpis[5].evidence;
    second->kpis[5].evidence.level_kept = false;
    second->kpis[5].evidence.more_runs = 3;
    second->kpis[4].verdict = VERDICT_REGRESSION;
    second->kpis[4].evidence = first->kpis[4].evidence;
    second->kpis[4].evidence.decided_by = CHECK_LEVEL;
    second->kpis[4].evidence.since_point = second->kpis[4].evidence.points_n;
    second->kpis[4].evidence.since_version = "v1.12";
    second->kpis[4].evidence.since_after = "v1.11";
    second->kpis[4].change = (struct known_change){CHANGE_RETURNED, "steady@v1.12-0001", "a slow disk", "carol", NULL, "acks.yaml:44"};
    second->kpis[0].verdict = VERDICT_OK;
    second->kpis[0].evidence.value = 100;
    second->kpis[0].change = (struct known_change){CHANGE_FIXED, "better@v1.3-cafe", "the old driver", "dave", NULL, "acks.yaml:60"};
    full_invocation(analysis, arena);
    full_counts(analysis);
    return analysis;
}

/* Everything that is text comes from somewhere else: here it wants to be markup. */
static inline void full_spoil(struct analysis *analysis)
{
    for (size_t i = 0; i < analysis->entries_n; i++) {
        struct entry_result *entry = &analysis->entries[i];
        entry->name = FULL_HOSTILE;
        for (size_t j = 0; j < entry->kpis_n; j++) {
            entry->kpis[j].evidence.reason = FULL_HOSTILE;
            entry->kpis[j].evidence.flip = FULL_HOSTILE;
        }
    }
}
#endif
