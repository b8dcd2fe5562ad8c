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
        {CHECK_BOUND, NULL, true, 100.05, 90, NAN, 90, NAN, NAN, NAN, NAN, VERDICT_REGRESSION, "100.05 s is above the bound of 90 s"},
        {CHECK_DRIFT, NULL, true, 100.05, 99.5, -.2, 1.3, .21, .79, .6, 1, VERDICT_OK, "0.55 % of the budget of 5 % since 4.18 is used"},
        {CHECK_PAIRED, NULL, false, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, VERDICT_CANNOT_TELL, "2 pairs, 5 are needed"},
        {CHECK_DISTRIBUTION, "p99", true, 190, 150, 20, 60, .001, .999, .02, 1, VERDICT_SUSPECT, "p99 moved by +26.7 % (+13.3 % to +40.0 %)"},
        {CHECK_METHOD, "zscore", true, 100.05, 100, 99, 101, NAN, NAN, NAN, NAN, VERDICT_OK, "0.2 standard deviations from the mean of 12 runs"},
        {CHECK_EXACT, NULL, true, 12, 12, NAN, NAN, NAN, NAN, NAN, NAN, VERDICT_OK, "equal to the last run"},
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
        {"ocp", "4.10", "4.11", 1, 0, NULL},
        {"image", "quay.io/a:v1", "quay.io/a:v2", .9, 2, "0a1b2c3d..4e5f6071"},
        {FULL_HOSTILE, FULL_HOSTILE, NULL, .8, 1, FULL_HOSTILE},
        {"driver", NULL, "550.1", .7, 3, NULL},
    };
    kpi->change = (struct known_change){.status = CHANGE_KNOWN, .id = "worse@v1.9-5f2a"};
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
    analysis->counts[VERDICT_MISSING] += analysis->absences_n;
}

static inline void full_invocation(struct analysis *analysis, struct arena *arena)
{
    struct entry_result *first = &analysis->entries[0];
    const struct entry_result **entries = ARENA_ARRAY(arena, const struct entry_result *, 2);
    const struct kpi_result **members = ARENA_ARRAY(arena, const struct kpi_result *, 2);
    struct incident *incident = ARENA_NEW(arena, struct incident);
    struct absence *absences = ARENA_ARRAY(arena, struct absence, 3);
    entries[0] = entries[1] = first;
    members[0] = &first->kpis[5];
    members[1] = &first->kpis[3];
    *incident = (struct incident){entries, members, 2, 5, "v1.9", "2 of 5 KPIs of added=null gpu=8 shift together since v1.9"};
    absences[0] = (struct absence){"label set", "no run with model=granite gpu=16; expected in every run", NULL, NULL};
    absences[1] = (struct absence){"runs", "1 run, where 3 are usual", &analysis->entries[1], NULL};
    absences[2] = (struct absence){"unit", FULL_HOSTILE, first, "gone"};
    analysis->incidents = incident;
    analysis->incidents_n = 1;
    analysis->absences = absences;
    analysis->absences_n = 3;
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
    explained[0] = (struct varying){"ocp", "steady", .62, .0004};
    first->explained = explained;
    first->kpis[0].change = (struct known_change){.status = CHANGE_NEW, .id = "better@v1.12-91aa"};
    full_checks(&first->kpis[4], arena);
    first->kpis[4].change.status = CHANGE_EXPIRED;
    first->kpis[4].change.ack_reason = "the new allocator needs it";
    first->kpis[4].change.ack_author = "bob";
    first->kpis[4].change.ack_expires = "2026-01-31";
    first->kpis[4].change.ack_place = "acks.yaml:30";
    full_change(&first->kpis[5]);
    first->kpis[3].verdict = VERDICT_ACKNOWLEDGED;
    first->kpis[3].change = (struct known_change){CHANGE_ACKNOWLEDGED, "memory@v1.9-77c0", FULL_HOSTILE, "ann", "2027-01-31", "acks.yaml:12"};
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
