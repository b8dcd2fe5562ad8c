#include "regress/missing/expect.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "history/record_list.h"
#include "regress/matches.h"
#include "regress/missing/unit_change.h"
#include "regress/missing/vanished.h"
#include "regress/select.h"
#include "workload/judging.h"

enum { DAY_S = 86400, USUAL_MIN = 3, TEXT_MAX = 1 << 16 };

struct checking {
    struct arena *arena;
    struct analysis *analysis;
    const struct expect *expect;
    const uint64_t *fingerprints; /* of the entries' compared labels */
    LIST_OF(struct absence) absences;
};

static void add(struct checking *checking, const struct absence *absence)
{
    *LIST_ADD(checking->arena, &checking->absences) = *absence;
}

static const char *clean(const char *text, struct arena *arena)
{
    struct text out = text_open(TEXT_MAX);
    text_add_line(&out, text);
    const char *cleaned = arena_strdup(arena, out.s);
    text_close(&out);
    return cleaned;
}

/* ---- entries that a sentence is about ---- */

struct named {
    const struct entry_result *first;
    const char *names; /* of the first EXPECT_NAMED_MAX */
    size_t n;
};

static void name_entry(struct named *named, const struct entry_result *entry, struct arena *arena)
{
    if (named->n == 0)
        *named = (struct named){entry, clean(entry->name, arena), 1};
    else if (++named->n <= EXPECT_NAMED_MAX)
        named->names = arena_printf(arena, "%s; %s", named->names, clean(entry->name, arena));
}

/* "2 of 5 entries (a; b)", "the entry" */
static const char *say_entries(const struct checking *checking, const struct named *named)
{
    size_t all = checking->analysis->entries_n;
    if (all == 1)
        return "the only entry";
    if (named->n == all)
        return arena_printf(checking->arena, "all %zu entries", all);
    const char *more = named->n > EXPECT_NAMED_MAX ? arena_printf(checking->arena, " and %zu more", named->n - EXPECT_NAMED_MAX) : "";
    return arena_printf(checking->arena, "%zu of %zu entries (%s%s)", named->n, all, named->names, more);
}

/* ---- label sets ---- */

/* "a|b"; 16 and "16" look the same and are said once. */
static const char *say_values(const struct label_match *match, struct arena *arena)
{
    const char *said = "";
    for (const char *const *value = match->values; *value; value++) {
        const char *shown = label_shown(*value, arena);
        bool again = false;
        for (const char *const *before = match->values; before < value; before++)
            again |= strcmp(label_shown(*before, arena), shown) == 0;
        if (!again)
            said = arena_printf(arena, "%s%s%s", said, *said ? "|" : "", shown);
    }
    return said;
}

static void check_label_sets(struct checking *checking)
{
    for (size_t i = 0; i < checking->expect->label_sets_n; i++) {
        const struct label_matches *set = &checking->expect->label_sets[i];
        bool found = false;
        for (size_t e = 0; e < checking->analysis->entries_n && !found; e++)
            found = matches_record(set, checking->analysis->entries[e].entry);
        if (found)
            continue;
        const char *labels = "";
        for (size_t k = 0; k < set->n; k++)
            labels = arena_printf(checking->arena, "%s%s%s=%s", labels, k ? " " : "", set->v[k].key, say_values(&set->v[k], checking->arena));
        add(checking, &(struct absence){.what = "label set", .found = arena_printf(checking->arena, "%s: no payload of this run has these "
                                        "labels, which the workload expects", clean(labels, checking->arena))});
    }
}

static void check_vanished(struct checking *checking, const struct record *history, size_t history_n)
{
    const struct analysis_options *options = checking->analysis->options;
    const struct record *recent = options->recent ? options->recent : history;
    size_t n = options->recent ? options->recent_n : history_n, more = n > EXPECT_RECENT_MAX ? n - EXPECT_RECENT_MAX : 0;
    struct vanished vanished = vanished_find(checking->analysis, recent + more, n - more, checking->arena);
    for (size_t i = 0; i < vanished.n; i++)
        add(checking, &(struct absence){.what = "label set", .found = arena_printf(checking->arena, "%s: each of the last %d runs of history has "
                                        "these labels, this run has not", clean(vanished.names[i], checking->arena), EXPECT_RUNS)});
}

/* ---- runs ---- */

static bool same_value(const struct record *a, const struct record *b, const char *key)
{
    return strcmp(record_label_or_null(a, key), record_label_or_null(b, key)) == 0;
}

static bool same_version(const struct checking *checking, const struct record *a, const struct record *b)
{
    for (const char *const *key = checking->analysis->options->comparison_keys; key && *key; key++)
        if (!same_value(a, b, *key))
            return false;
    return true;
}

static int compare_sizes(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* The lower median of the newest run points; 0: there are too few. */
static size_t usual_runs(const struct selection *selection, size_t *looked_at)
{
    size_t counts[EXPECT_USUAL], n = 0;
    for (size_t i = selection->points_n; i > 0 && n < EXPECT_USUAL; i--)
        counts[n++] = selection->points[i - 1].records_n;
    *looked_at = n;
    if (n < USUAL_MIN)
        return 0;
    qsort(counts, n, sizeof(*counts), compare_sizes);
    return counts[(n - 1) / 2];
}

/* The payloads of one label set and version are told once, by the first of them. */
static void check_runs_of(struct checking *checking, size_t at)
{
    const struct entry_result *entries = checking->analysis->entries, *entry = &entries[at];
    size_t runs = 0, looked_at = 0, usual = checking->analysis->options->completeness ? usual_runs(entry->selection, &looked_at) : 0;
    size_t wanted = checking->expect ? checking->expect->runs : 0;
    if (usual <= 1 && wanted <= 1)
        return;
    for (size_t i = 0; i < checking->analysis->entries_n; i++) {
        bool same = checking->fingerprints[i] == checking->fingerprints[at] && same_version(checking, entries[i].entry, entry->entry);
        if (same && i < at)
            return;
        runs += same;
    }
    struct absence absence = {.what = "runs", .entry = entry};
    const char *name = clean(entry->name, checking->arena), *ending = runs == 1 ? "" : "s";
    if (runs < wanted)
        absence.found = arena_printf(checking->arena, "%s: %zu payload%s of this run, the workload expects %zu", name, runs, ending, wanted);
    else if (runs < usual)
        absence.found = arena_printf(checking->arena, "%s: %zu payload%s of this run, the last %zu runs mostly had %zu", name, runs, ending,
                                     looked_at, usual);
    if (absence.found)
        add(checking, &absence);
}

static void check_runs(struct checking *checking)
{
    const struct analysis_options *options = checking->analysis->options;
    struct label_filter filter = label_filter_of(options->comparison_keys, options->ignored_keys, checking->arena);
    size_t n = checking->analysis->entries_n;
    uint64_t *fingerprints = ARENA_ARRAY(checking->arena, uint64_t, n + 1);
    for (size_t i = 0; i < n; i++)
        fingerprints[i] = labels_fingerprint(&filter, checking->analysis->entries[i].entry);
    checking->fingerprints = fingerprints;
    for (size_t i = 0; i < n; i++)
        check_runs_of(checking, i);
}

/* ---- KPIs ---- */

/* Where the results of a KPI stand: in all entries at the same place, so that it is looked for once. SIZE_MAX: they have none. */
static size_t place_of(const struct checking *checking, const char *kpi)
{
    const struct entry_result *first = checking->analysis->entries;
    for (size_t i = 0; checking->analysis->entries_n && i < first->kpis_n; i++)
        if (strcmp(first->kpis[i].rule->name, kpi) == 0)
            return i;
    return SIZE_MAX;
}

static bool is_missing(const struct entry_result *entry, size_t place)
{
    return place < entry->kpis_n && entry->kpis[place].verdict == VERDICT_MISSING;
}

/* A number, or a list. */
static bool has_kpi(const struct record *record, const char *kpi)
{
    struct distribution list;
    double value;
    return record_kpi(record, kpi, &value) || record_list(record, kpi, &list);
}

static void check_expected_kpis(struct checking *checking)
{
    for (const char *const *kpi = checking->expect->kpis; kpi && *kpi; kpi++) {
        struct named named = {0};
        struct absence absence = {.what = "KPI", .kpi = *kpi};
        size_t place = place_of(checking, *kpi);
        for (size_t i = 0; i < checking->analysis->entries_n; i++) {
            const struct entry_result *entry = &checking->analysis->entries[i];
            if (has_kpi(entry->entry, *kpi))
                continue;
            name_entry(&named, entry, checking->arena);
            absence.results += is_missing(entry, place);
        }
        if (!named.n)
            continue;
        absence.entry = named.n == 1 ? named.first : NULL;
        absence.found = arena_printf(checking->arena, "%s: expected by the workload, but %s %s no number for it", *kpi,
                                     say_entries(checking, &named), named.n == 1 ? "has" : "have");
        add(checking, &absence);
    }
}

static bool run_has(const struct select_point *run, const char *kpi)
{
    for (size_t r = 0; r < run->records_n; r++)
        if (has_kpi(run->records[r], kpi))
            return true;
    return false;
}

static bool always_had(const struct selection *selection, const char *kpi)
{
    if (selection->points_n < EXPECT_RUNS)
        return false;
    for (size_t i = selection->points_n - EXPECT_RUNS; i < selection->points_n; i++)
        if (!run_has(&selection->points[i], kpi))
            return false;
    return true;
}

/* A KPI that the workload has, but does not compare, or that is not asked for, is nobody's loss. */
static bool is_of_interest(const struct checking *checking, const char *kpi)
{
    const struct analysis_options *options = checking->analysis->options;
    if (options->kpi_filter && options->kpi_filter[0] && !strstr(kpi, options->kpi_filter))
        return false;
    for (size_t i = 0; i < options->kpis_n; i++)
        if (strcmp(options->kpis[i].name, kpi) == 0)
            return !options->kpis[i].ignored && options->kpis[i].better != DIRECTION_NONE;
    return true;
}

static bool is_expected(const struct checking *checking, const char *kpi)
{
    for (const char *const *name = checking->expect ? checking->expect->kpis : NULL; name && *name; name++)
        if (strcmp(*name, kpi) == 0)
            return true;
    return false;
}

static bool is_told(const struct checking *checking, const char *kpi)
{
    for (size_t i = 0; i < checking->absences.n; i++)
        if (checking->absences.v[i].kpi && strcmp(checking->absences.v[i].kpi, kpi) == 0)
            return true;
    return false;
}

/* Whether no entry has it; and in how many the verdict says so already. */
static bool is_gone(const struct checking *checking, const char *kpi, size_t place, size_t *results)
{
    *results = 0;
    for (size_t i = 0; i < checking->analysis->entries_n; i++) {
        const struct entry_result *entry = &checking->analysis->entries[i];
        if (has_kpi(entry->entry, kpi))
            return false;
        *results += is_missing(entry, place);
    }
    return true;
}

/* The KPI that kpis[k] says something of: a list goes by its own name, once (NULL for its parts). */
static const char *kpi_name(const struct record *record, size_t k, struct arena *arena)
{
    const char *name = record->kpis[k].name;
    switch (record_list_place(record, k)) {
    case RECORD_LIST_NOT:
        break;
    case RECORD_LIST_COUNT:
        return arena_strndup(arena, name, record_list_base(name, NULL));
    case RECORD_LIST_PART:
        return NULL;
    }
    return name;
}

static void check_gone_kpi(struct checking *checking, const struct entry_result *entry, const char *kpi)
{
    struct absence absence = {.what = "KPI", .kpi = kpi};
    if (has_kpi(entry->entry, kpi) || !is_of_interest(checking, kpi) || is_expected(checking, kpi) || is_told(checking, kpi) ||
        !always_had(entry->selection, kpi))
        return;
    size_t place = place_of(checking, kpi);
    if (!is_gone(checking, kpi, place, &absence.results))
        return;
    const char *why = place < entry->kpis_n ? "no entry of this run has a number for it" : "the workload no longer has it";
    absence.found = arena_printf(checking->arena, "%s: each of the last %d runs of history has it; %s", clean(kpi, checking->arena), EXPECT_RUNS, why);
    add(checking, &absence);
}

/* The names that the newest run of an entry's history has. */
static void check_gone_kpis(struct checking *checking, const struct entry_result *entry)
{
    const struct selection *selection = entry->selection;
    if (selection->points_n < EXPECT_RUNS)
        return;
    const struct record *newest = selection->points[selection->points_n - 1].records[0];
    for (size_t k = 0; k < newest->kpis_n; k++) {
        const char *kpi = kpi_name(newest, k, checking->arena);
        if (kpi)
            check_gone_kpi(checking, entry, kpi);
    }
}

static void check_units(struct checking *checking)
{
    const struct analysis_options *options = checking->analysis->options;
    for (size_t k = 0; k < options->kpis_n; k++) {
        struct named named = {0};
        struct absence absence = {.what = "unit", .kpi = options->kpis[k].name};
        size_t place = place_of(checking, absence.kpi);
        struct unit_change change, first = {0};
        for (size_t i = 0; i < checking->analysis->entries_n; i++) {
            const struct entry_result *entry = &checking->analysis->entries[i];
            if (!is_missing(entry, place) || !unit_change_find(entry->selection, entry->entry, absence.kpi, &change))
                continue;
            name_entry(&named, entry, checking->arena);
            first = named.n == 1 ? change : first;
        }
        if (!named.n)
            continue;
        absence.results = named.n;
        absence.entry = named.n == 1 ? named.first : NULL;
        absence.found = arena_printf(checking->arena, "%s: this run counts in '%s', history in '%s' (%s): not compared", absence.kpi,
                                     clean(first.is, checking->arena), clean(first.was, checking->arena), say_entries(checking, &named));
        add(checking, &absence);
    }
}

/* ---- schema versions ---- */

/* The newest run's value, when it and the entry have one and they differ; else NULL. */
static const char *earlier_version(const struct entry_result *entry, const char *key)
{
    const struct selection *selection = entry->selection;
    const char *now = record_label(entry->entry, key);
    const char *was = selection->points_n ? record_label(selection->points[selection->points_n - 1].records[0], key) : NULL;
    bool both = now && was && strcmp(now, "null") != 0 && strcmp(was, "null") != 0;
    return both && strcmp(now, was) != 0 ? was : NULL;
}

static void check_schema_versions(struct checking *checking)
{
    static const char *const keys[] = {"kpi_settings_version", "lts_schema_version"};
    for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
        struct named named = {0};
        for (size_t i = 0; i < checking->analysis->entries_n; i++)
            if (earlier_version(&checking->analysis->entries[i], keys[k]))
                name_entry(&named, &checking->analysis->entries[i], checking->arena);
        if (!named.n)
            continue;
        const char *was = clean(label_shown(earlier_version(named.first, keys[k]), checking->arena), checking->arena);
        const char *is = clean(label_shown(record_label(named.first->entry, keys[k]), checking->arena), checking->arena);
        add(checking, &(struct absence){.what = "schema version", .entry = named.n == 1 ? named.first : NULL,
            .found = arena_printf(checking->arena, "%s: %s in this run, %s in the run before (%s): the numbers may not mean the same", keys[k], is,
                                  was, say_entries(checking, &named))});
    }
}

/* ---- age ---- */

static int64_t newest_start(const struct selection *selection)
{
    int64_t newest = INT64_MIN;
    for (size_t i = 0; i < selection->points_n; i++)
        newest = selection->points[i].start_us > newest ? selection->points[i].start_us : newest;
    return newest;
}

static double age_s(const struct entry_result *entry, int64_t now_us)
{
    if (!entry->selection || !entry->selection->points_n)
        return 0;
    return fmax(0, ((double)now_us - (double)newest_start(entry->selection)) / 1e6);
}

double expect_age_days(const struct entry_result *entry)
{
    return entry->entry ? age_s(entry, entry->entry->start_us) / DAY_S : 0;
}

static const char *say_age(double seconds, struct arena *arena)
{
    double hours = floor(seconds / 3600);
    if (seconds < 2 * DAY_S)
        return arena_printf(arena, "%.0f hour%s", hours, hours == 1 ? "" : "s");
    return arena_printf(arena, "%.0f days", floor(seconds / DAY_S));
}

static void check_age(struct checking *checking)
{
    int64_t now_us = checking->analysis->options->now_us;
    struct named named = {0};
    double oldest = 0;
    for (size_t i = 0; i < checking->analysis->entries_n; i++) {
        const struct entry_result *entry = &checking->analysis->entries[i];
        double age = age_s(entry, now_us ? now_us : entry->entry->start_us);
        if (!(age > checking->expect->max_age_s))
            continue;
        name_entry(&named, entry, checking->arena);
        oldest = fmax(oldest, age);
    }
    if (!named.n)
        return;
    add(checking, &(struct absence){.what = "age", .entry = named.n == 1 ? named.first : NULL,
        .found = arena_printf(checking->arena, "the newest run of history is up to %s old (%s); the workload expects at most %s",
                              say_age(oldest, checking->arena), say_entries(checking, &named), say_age(checking->expect->max_age_s, checking->arena))});
}

/* ---- all of it ---- */

void expect_find(struct analysis *analysis, const struct record *history, size_t history_n, struct arena *arena)
{
    struct checking checking = {.arena = arena, .analysis = analysis, .expect = analysis->options->expect};
    if (checking.expect)
        check_label_sets(&checking);
    if (analysis->options->completeness)
        check_vanished(&checking, history, history_n);
    check_units(&checking);
    if (checking.expect)
        check_expected_kpis(&checking);
    for (size_t i = 0; analysis->options->completeness && i < analysis->entries_n; i++)
        check_gone_kpis(&checking, &analysis->entries[i]);
    if (analysis->options->completeness)
        check_schema_versions(&checking);
    check_runs(&checking);
    if (checking.expect && checking.expect->max_age_s > 0)
        check_age(&checking);
    for (size_t i = 0; i < checking.absences.n; i++)
        analysis->counts[VERDICT_MISSING] += checking.absences.v[i].results == 0;
    analysis->absences = checking.absences.v;
    analysis->absences_n = checking.absences.n;
}
