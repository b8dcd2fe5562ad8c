#include "report/phrases.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/moment.h"
#include "regress/known.h"
#include "regress/missing/expect.h"
#include "regress/sentence.h"
#include "regress/value.h"
#include "report/change_phrases.h"

enum { NEAR_MISSES_SHOWN = 3, OLD_DAYS = 60 };

const enum verdict phrases_by_weight[VERDICT_COUNT] = {VERDICT_REGRESSION,   VERDICT_MISSING,     VERDICT_SUSPECT,
                                                       VERDICT_ACKNOWLEDGED, VERDICT_IMPROVEMENT, VERDICT_CANNOT_TELL,
                                                       VERDICT_NO_HISTORY,   VERDICT_OK,          VERDICT_NOT_ANALYSED};
static_assert(VERDICT_NOT_ANALYSED == 8, "every verdict has a place above");

struct texts {
    const char **v;
    size_t n, cap;
};

static const char *const *ended(struct texts *texts, struct arena *arena)
{
    *LIST_ADD(arena, texts) = NULL;
    return texts->v;
}

/* ---- the first lines ---- */

/* Entries of which no KPI could be compared, by why. */
struct not_gated {
    size_t no_history, keys_changed, cannot_tell;
};

static void count_not_gated(const struct entry_result *entry, struct not_gated *not_gated)
{
    size_t without = 0, compared = 0, unclear = 0;
    for (size_t j = 0; j < entry->kpis_n; j++) {
        enum verdict verdict = entry->kpis[j].verdict;
        without += verdict == VERDICT_NO_HISTORY || (verdict == VERDICT_MISSING && entry->changed_key);
        unclear += verdict == VERDICT_CANNOT_TELL;
        compared += verdict != VERDICT_NO_HISTORY && verdict != VERDICT_MISSING && verdict != VERDICT_NOT_ANALYSED &&
                    verdict != VERDICT_CANNOT_TELL;
    }
    if (unclear && !compared)
        not_gated->cannot_tell++;
    else if (without && !compared)
        ++*(entry->changed_key ? &not_gated->keys_changed : &not_gated->no_history);
}

/* Why none of the KPIs is analysed where somebody excluded this run by hand; NULL. */
static const char *all_left_out(const struct analysis *analysis)
{
    const char *why = NULL;
    for (size_t i = 0; i < analysis->entries_n; i++) {
        for (size_t j = 0; j < analysis->entries[i].kpis_n; j++) {
            const struct kpi_result *kpi = &analysis->entries[i].kpis[j];
            const char *reason = kpi->evidence.reason ? kpi->evidence.reason : "";
            if (kpi->verdict != VERDICT_NOT_ANALYSED)
                return NULL;
            if (strncmp(reason, KNOWN_LEFT_OUT, strlen(KNOWN_LEFT_OUT)) == 0)
                why = reason;
        }
    }
    return why;
}

/* "NOT GATED: …" where no KPI is there to be compared, whatever the history holds; NULL. */
static const char *nothing_compared(const struct analysis *analysis, struct arena *arena)
{
    size_t results = 0;
    for (size_t i = 0; i < VERDICT_COUNT; i++)
        results += analysis->counts[i];
    size_t absences = change_phrases_own_absences(analysis);
    results -= absences < results ? absences : results;
    if (!results && analysis->options->kpi_filter && analysis->options->kpi_filter[0])
        return arena_printf(arena, "NOT GATED: no KPI has '%s' in its name (--kpi_filter)", analysis->options->kpi_filter);
    if (!analysis->entries_n)
        return "NOT GATED: no payload is left to compare (rewrite_settings, ignored_entries)";
    const char *left_out = all_left_out(analysis);
    if (left_out)
        return arena_printf(arena, "NOT GATED: %s", left_out);
    if (results && results == analysis->counts[VERDICT_NOT_ANALYSED])
        return analysis->options->pairing.label
                   ? "NOT GATED: there is nothing that is compared (baselines of pairs; better: none, ignored_for_regression)"
                   : "NOT GATED: the workload has no KPI that is compared (better: none, ignored_for_regression)";
    return NULL;
}

const char *const *phrases_not_gated(const struct analysis *analysis, struct arena *arena)
{
    struct not_gated n = {0};
    struct texts lines = {0};
    const char *nothing = nothing_compared(analysis, arena);
    if (analysis->without_payload)
        *LIST_ADD(arena, &lines) = arena_printf(arena, "NOT GATED: no valid payload for %zu of %zu tests", analysis->without_payload,
                                                analysis->tests);
    if (nothing)
        *LIST_ADD(arena, &lines) = nothing;
    for (size_t i = 0; i < analysis->entries_n; i++)
        count_not_gated(&analysis->entries[i], &n);
    if (n.no_history)
        *LIST_ADD(arena, &lines) = arena_printf(arena, "NOT GATED: no history for %zu of %zu entries", n.no_history, analysis->entries_n);
    if (n.keys_changed)
        *LIST_ADD(arena, &lines) = arena_printf(arena, "NOT GATED: history no longer matches for %zu of %zu entries (a key list changed)",
                                                n.keys_changed, analysis->entries_n);
    if (n.cannot_tell)
        *LIST_ADD(arena, &lines) = arena_printf(arena, "NOT GATED: too little history for %zu of %zu entries", n.cannot_tell,
                                                analysis->entries_n);
    return ended(&lines, arena);
}

const char *phrases_verdict(const struct analysis *analysis, struct arena *arena)
{
    const size_t *n = analysis->counts;
    size_t judged = n[VERDICT_OK] + n[VERDICT_SUSPECT] + n[VERDICT_IMPROVEMENT] + n[VERDICT_ACKNOWLEDGED], entries = 0;
    for (size_t i = 0; i < analysis->entries_n; i++) {
        bool worse = false;
        for (size_t j = 0; j < analysis->entries[i].kpis_n; j++)
            worse |= analysis->entries[i].kpis[j].verdict == VERDICT_REGRESSION;
        entries += worse;
    }
    const char *of = arena_printf(arena, "%zu entr%s", analysis->entries_n, analysis->entries_n == 1 ? "y" : "ies");
    if (n[VERDICT_REGRESSION])
        return arena_printf(arena, "%zu regression%s in %zu of %s.", n[VERDICT_REGRESSION], n[VERDICT_REGRESSION] == 1 ? "" : "s", entries, of);
    if (!judged)
        return arena_printf(arena, "Nothing was gated: no KPI result of %s could be judged.", of);
    return arena_printf(arena, "No regression in the %zu KPI result%s of %s that could be judged.", judged, judged == 1 ? "" : "s", of);
}

const char *phrases_counts(const struct analysis *analysis, struct arena *arena)
{
    size_t results = 0, named = 0, absences = change_phrases_own_absences(analysis);
    const char *line = "";
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        size_t n = analysis->counts[phrases_by_weight[i]];
        if (phrases_by_weight[i] == VERDICT_MISSING)
            n -= absences < n ? absences : n; /* which are no KPI results */
        results += n;
        if (n)
            line = arena_printf(arena, "%s%s%zu %s", line, named++ ? ", " : "", n, verdict_name(phrases_by_weight[i]));
    }
    const char *besides = absences ? arena_printf(arena, " %zu thing%s that should be there %s missing.", absences,
                                                  absences == 1 ? "" : "s", absences == 1 ? "is" : "are") : "";
    return arena_printf(arena, "%zu KPI result%s of %zu entr%s: %s.%s", results, results == 1 ? "" : "s", analysis->entries_n,
                        analysis->entries_n == 1 ? "y" : "ies", named ? line : "none", besides);
}

/* KPI results that another tool's method judged, which keeps no rate of false alarms. */
static size_t unpromised(const struct analysis *analysis)
{
    size_t n = 0;
    for (size_t i = 0; i < analysis->entries_n; i++)
        for (size_t j = 0; j < analysis->entries[i].kpis_n; j++) {
            const struct kpi_result *kpi = &analysis->entries[i].kpis[j];
            bool method = false;
            for (size_t k = 0; k < kpi->checks_n; k++)
                method |= kpi->checks[k].kind == CHECK_METHOD;
            n += method;
        }
    return n;
}

const char *phrases_tested(const struct analysis *analysis, struct arena *arena)
{
    size_t others = unpromised(analysis);
    const char *but = others ? arena_printf(arena, "; nothing is promised for the %zu that %s judged by another tool's method", others,
                                            others == 1 ? "is" : "are") : "";
    bool own = analysis->own_records && analysis->own_records == analysis->history_records;
    const char *left_out = own ? ", all of them this run's own, stored before" : "";
    return arena_printf(arena, "%zu tested against %zu record%s of history%s; chance of any false alarm: %.4g%s.", analysis->tested,
                        analysis->history_records, analysis->history_records == 1 ? "" : "s", left_out,
                        analysis->options->false_alarm_rate, but);
}

static const char *code_meaning(int code)
{
    static const char *const meanings[] = {"", "a regression", "suspect", "missing data, no history or cannot tell", "an improvement"};
    return code > 0 && (size_t)code < sizeof(meanings) / sizeof(meanings[0]) ? meanings[code] : "trouble";
}

const char *phrases_gate(const struct analysis *analysis, const struct gate *gate, struct arena *arena)
{
    int codes[VERDICT_COUNT], code = gate_code(gate, analysis);
    size_t n = gate_codes(gate, analysis, codes);
    if (code == 0)
        return "The gate passes (exit code 0).";
    const char *line = arena_printf(arena, "The gate fails with exit code %d: %s", code, code_meaning(code));
    for (size_t i = 0; i < n; i++)
        if (codes[i] != code)
            line = arena_printf(arena, "%s; also %d: %s", line, codes[i], code_meaning(codes[i]));
    return arena_printf(arena, "%s.", line);
}

const char *phrases_entry_counts(const struct entry_result *entry, struct arena *arena)
{
    const char *line = "";
    for (size_t v = 0; v < VERDICT_COUNT; v++) {
        size_t n = 0;
        for (size_t j = 0; j < entry->kpis_n; j++)
            n += entry->kpis[j].verdict == phrases_by_weight[v];
        if (n)
            line = arena_printf(arena, "%s%s%zu %s", line, line[0] ? ", " : "", n, verdict_name(phrases_by_weight[v]));
    }
    return line[0] ? line : "none";
}

bool phrases_matters(const struct kpi_result *kpi)
{
    enum verdict verdict = kpi->verdict;
    return verdict_is_worse(kpi) || verdict == VERDICT_MISSING || verdict == VERDICT_ACKNOWLEDGED || verdict == VERDICT_IMPROVEMENT;
}

bool phrases_said_elsewhere(const struct entry_result *entry, enum verdict verdict)
{
    return verdict == VERDICT_MISSING && entry->changed_key;
}

/* ---- one KPI ---- */

struct phrases_numbers phrases_numbers(const struct kpi_result *kpi)
{
    const struct evidence *e = &kpi->evidence;
    bool beside = e->decided_by == CHECK_DRIFT || e->decided_by == CHECK_BOUND;
    const struct check *check = beside ? change_phrases_decided(kpi) : NULL;
    return check && isfinite(check->reference) ? (struct phrases_numbers){check->value, check->reference}
                                               : (struct phrases_numbers){e->value, e->level};
}

bool phrases_of_level(const struct kpi_result *kpi, struct phrases_numbers numbers)
{
    return numbers.value == kpi->evidence.value && numbers.against == kpi->evidence.level;
}

static const char *change_text(const struct kpi_result *kpi, double change, double relative, struct arena *arena)
{
    if (!isfinite(change))
        return "";
    const char *sign = change > 0 ? "+" : change < 0 ? "-" : "";
    if (isfinite(relative))
        return arena_printf(arena, "%s%s", sign, value_percent(relative, arena));
    return arena_printf(arena, "%s%s", sign, value_number(kpi->rule, fabs(change), VALUE_PEOPLE, arena));
}

const char *phrases_change(const struct kpi_result *kpi, struct arena *arena)
{
    struct phrases_numbers n = phrases_numbers(kpi);
    if (phrases_of_level(kpi, n))
        return phrases_level_change(kpi, arena);
    double change = n.value - n.against;
    return change_text(kpi, change, n.against != 0 ? change / fabs(n.against) : NAN, arena);
}

const char *phrases_level_change(const struct kpi_result *kpi, struct arena *arena)
{
    return change_text(kpi, kpi->evidence.change, kpi->evidence.relative, arena);
}

/* A change as a signed share of the level, or as it is. */
static const char *signed_share(const struct kpi_result *kpi, double change, struct arena *arena)
{
    double share = change / fabs(kpi->evidence.level);
    const char *sign = change < 0 ? "-" : change > 0 ? "+" : "";
    return arena_printf(arena, "%s%s", sign, isfinite(share) ? value_percent(fabs(share), arena) : value_shown(kpi->rule, fabs(change), VALUE_PEOPLE, arena));
}

const char *phrases_size(const struct kpi_result *kpi, struct arena *arena)
{
    const struct evidence *e = &kpi->evidence;
    return arena_printf(arena, "%zu run%s at %s: %s against the level, with 95 %% confidence %s to %s", e->after_n, e->after_n == 1 ? "" : "s",
                        value_shown(kpi->rule, e->after, VALUE_PEOPLE, arena), signed_share(kpi, e->after - e->level, arena),
                        signed_share(kpi, e->size_low, arena), signed_share(kpi, e->size_high, arena));
}

const char *phrases_seen(const struct kpi_result *kpi, struct arena *arena)
{
    const struct evidence *e = &kpi->evidence;
    if (!isfinite(e->smallest_seen))
        return "";
    double share = e->smallest_seen / fabs(e->level);
    return isfinite(share) ? value_percent(share, arena) : value_shown(kpi->rule, e->smallest_seen, VALUE_PEOPLE, arena);
}

/* "2025-01-04", in UTC. */
static const char *day(int64_t start_us, struct arena *arena)
{
    char text[MOMENT_TEXT_MAX];
    moment_utc_text((struct moment){.us = start_us, .has_zone = true}, text);
    return arena_strndup(arena, text, strcspn(text, "T"));
}

static const char *named_version(const char *version)
{
    return version[0] ? version : "a run";
}

bool phrases_has_since(const struct evidence *e)
{
    return e->since_version && (e->since_older || (e->since_point > 0 && e->since_point <= e->points_n));
}

static const char *ago_text(size_t runs, struct arena *arena)
{
    return arena_printf(arena, "%zu run%s ago", runs, runs == 1 ? "" : "s");
}

static const struct run_point *last_before(const struct evidence *e)
{
    return e->since_older ? e->since_older : &e->points[e->since_point - 1];
}

static const char *since_what(const struct entry_result *entry, const struct evidence *e, struct arena *arena)
{
    const struct run_point *before = last_before(e), *first = before + 1;
    size_t ago = e->since_older ? e->since_ago : e->points_n - e->since_point;
    if (e->decided_by == CHECK_DRIFT)
        return arena_printf(arena, "counted from the runs up to %s of %s, %s", named_version(before->version), day(before->start_us, arena),
                            ago_text(ago + 1, arena));
    if (ago == 0)
        return arena_printf(arena, "since this run, %s of %s", named_version(e->since_version), day(entry->entry->start_us, arena));
    return arena_printf(arena, "since %s of %s, %s", named_version(first->version), day(first->start_us, arena), ago_text(ago, arena));
}

const char *phrases_since(const struct entry_result *entry, const struct evidence *e, struct arena *arena)
{
    const struct run_point *before = last_before(e);
    const char *what = since_what(entry, e, arena);
    return e->decided_by == CHECK_DRIFT ? what : arena_printf(arena, "%s; the last run before it: %s of %s", what, named_version(before->version),
                                                              day(before->start_us, arena));
}

const char *phrases_since_by(const struct entry_result *entry, const struct kpi_result *kpi, struct arena *arena)
{
    const struct evidence *e = &kpi->evidence;
    const char *what = since_what(entry, e, arena);
    return !e->after_n ? what : arena_printf(arena, "%s, by %s (%s to %s)", what, signed_share(kpi, e->after - e->level, arena),
                                             signed_share(kpi, e->size_low, arena), signed_share(kpi, e->size_high, arena));
}

const char *phrases_against(const struct evidence *e, struct arena *arena)
{
    if (!e->level_n)
        return ""; /* something else stands in place of a level of run points: its reason says what */
    const char *range = sentence_runs(&e->points[e->level_start], &e->points[e->level_start + e->level_n - 1], arena);
    return arena_printf(arena, "held against %s, %zu run point%s", range, e->level_n, e->level_n == 1 ? "" : "s");
}

const char *phrases_direction(enum direction better)
{
    static const char *const texts[] = {[DIRECTION_NONE] = "neither higher nor lower is better",
                                        [DIRECTION_HIGHER] = "higher is better",
                                        [DIRECTION_LOWER] = "lower is better"};
    return texts[better];
}

const char *phrases_end(const char *sentence)
{
    size_t len = strlen(sentence);
    return len && strchr(".!?", sentence[len - 1]) ? "" : ".";
}

const char *phrases_capital(const char *text, struct arena *arena)
{
    char *copy = arena_strdup(arena, text);
    *copy = *copy >= 'a' && *copy <= 'z' ? (char)(*copy - 'a' + 'A') : *copy;
    return copy;
}

/* ---- notes ---- */

static bool same_key(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static const char *near_miss_text(const struct near_miss *near, struct arena *arena)
{
    const char *ending = near->records == 1 ? "" : "s";
    return arena_printf(arena, "%zu record%s of history differ%s only in '%s' (here %s, there %s): an ignored key?", near->records, ending,
                        near->records == 1 ? "s" : "", near->key, near->entry_value, near->history_value);
}

const char *const *phrases_notes(const struct entry_result *entry, struct arena *arena)
{
    struct texts notes = {0};
    if (entry->changed_key)
        *LIST_ADD(arena, &notes) = arena_printf(arena, "a key list changed: history agrees on every shared label, but '%s' is not on "
                                                       "both sides", entry->changed_key);
    for (size_t i = 0; i < entry->near_misses_n && i < NEAR_MISSES_SHOWN; i++)
        if (!same_key(entry->near_misses[i].key, entry->changed_key))
            *LIST_ADD(arena, &notes) = near_miss_text(&entry->near_misses[i], arena);
    if (entry->newer_left_out)
        *LIST_ADD(arena, &notes) = arena_printf(arena, "%zu run point%s of newer versions left out", entry->newer_left_out,
                                                entry->newer_left_out == 1 ? "" : "s");
    for (size_t i = 0; entry->explained && entry->varying && entry->varying[i]; i++)
        if (entry->explained[i].found)
            *LIST_ADD(arena, &notes) = entry->explained[i].found;
    const char *keys = "";
    for (size_t i = 0; entry->varying && entry->varying[i]; i++)
        keys = arena_printf(arena, "%s%s'%s'", keys, i ? ", " : "", entry->varying[i]);
    if (expect_age_days(entry) >= OLD_DAYS)
        *LIST_ADD(arena, &notes) = arena_printf(arena, "the newest run of history is %.0f days older than this one", expect_age_days(entry));
    if (keys[0])
        *LIST_ADD(arena, &notes) = arena_printf(arena, "not compared, but not the same in all runs: %s", keys);
    return ended(&notes, arena);
}
