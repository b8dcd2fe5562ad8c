#include "report/verdict_text.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/moment.h"
#include "regress/value.h"
#include "report/layout.h"
#include "report/table.h"

enum { COLUMNS = VERDICT_TEXT_COLUMNS, NEAR_MISSES_SHOWN = 3, OK_ENTRIES_SHOWN = 10 };

/* In the order in which people should look at them. */
static const enum verdict by_weight[] = {VERDICT_REGRESSION, VERDICT_MISSING,   VERDICT_SUSPECT,
                                         VERDICT_ACKNOWLEDGED, VERDICT_IMPROVEMENT, VERDICT_CANNOT_TELL,
                                         VERDICT_NO_HISTORY, VERDICT_OK,        VERDICT_NOT_ANALYSED};
static_assert(sizeof(by_weight) / sizeof(by_weight[0]) == VERDICT_COUNT, "every verdict has a place");

/* How a verdict is shown: a change is a table, a reason is a line for each KPI that has one of its own. */
enum form { FORM_CHANGES, FORM_REASONS, FORM_ENTRY, FORM_NONE };
static const struct {
    const char *heading;
    enum form form;
} shown[VERDICT_COUNT] = {
    [VERDICT_REGRESSION] = {"REGRESSION", FORM_CHANGES},     [VERDICT_SUSPECT] = {"SUSPECT", FORM_CHANGES},
    [VERDICT_IMPROVEMENT] = {"IMPROVEMENT", FORM_CHANGES},   [VERDICT_ACKNOWLEDGED] = {"ACKNOWLEDGED", FORM_CHANGES},
    [VERDICT_MISSING] = {"MISSING", FORM_REASONS},           [VERDICT_CANNOT_TELL] = {"CANNOT TELL", FORM_REASONS},
    [VERDICT_NO_HISTORY] = {"NO HISTORY", FORM_ENTRY},       [VERDICT_OK] = {"OK", FORM_ENTRY},
    [VERDICT_NOT_ANALYSED] = {"NOT ANALYSED", FORM_NONE},
};

/* ---- the first lines ---- */

struct not_gated verdict_text_not_gated(const struct analysis *analysis)
{
    struct not_gated not_gated = {0};
    for (size_t i = 0; i < analysis->entries_n; i++) {
        const struct entry_result *entry = &analysis->entries[i];
        size_t without = 0, compared = 0, unclear = 0;
        for (size_t j = 0; j < entry->kpis_n; j++) {
            enum verdict verdict = entry->kpis[j].verdict;
            without += verdict == VERDICT_NO_HISTORY || (verdict == VERDICT_MISSING && entry->changed_key);
            unclear += verdict == VERDICT_CANNOT_TELL;
            compared += verdict != VERDICT_NO_HISTORY && verdict != VERDICT_MISSING && verdict != VERDICT_NOT_ANALYSED &&
                        verdict != VERDICT_CANNOT_TELL;
        }
        if (unclear && !compared)
            not_gated.cannot_tell++;
        else if (without && !compared)
            ++*(entry->changed_key ? &not_gated.keys_changed : &not_gated.no_history);
    }
    return not_gated;
}

static void render_head(struct text *out, const struct analysis *analysis, struct arena *arena)
{
    struct not_gated not_gated = verdict_text_not_gated(analysis);
    size_t results = 0, named = 0;
    if (not_gated.no_history)
        text_printf(out, "NOT GATED: no history for %zu of %zu entries\n", not_gated.no_history, analysis->entries_n);
    if (not_gated.keys_changed)
        text_printf(out, "NOT GATED: history no longer matches for %zu of %zu entries (a key list changed)\n",
                    not_gated.keys_changed, analysis->entries_n);
    if (not_gated.cannot_tell)
        text_printf(out, "NOT GATED: too little history for %zu of %zu entries\n", not_gated.cannot_tell, analysis->entries_n);
    const char *line = "";
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        size_t n = analysis->counts[by_weight[i]];
        results += n;
        if (n)
            line = arena_printf(arena, "%s%s%zu %s", line, named++ ? ", " : "", n, verdict_name(by_weight[i]));
    }
    line = arena_printf(arena, "%zu KPI result%s of %zu entr%s: %s.", results, results == 1 ? "" : "s", analysis->entries_n,
                        analysis->entries_n == 1 ? "y" : "ies", named ? line : "none");
    layout_wrap(out, line, 0, 0, COLUMNS);
    line = arena_printf(arena, "%zu tested against %zu records of history; chance of any false alarm: %.4g.",
                        analysis->tested, analysis->history_records, analysis->options->false_alarm_rate);
    layout_wrap(out, line, 0, 0, COLUMNS);
}

/* ---- paragraphs ---- */

static const char *change_text(const struct kpi_result *kpi, struct arena *arena)
{
    const struct evidence *e = &kpi->evidence;
    if (!isfinite(e->change))
        return "";
    const char *sign = e->change > 0 ? "+" : e->change < 0 ? "-" : "";
    if (isfinite(e->relative))
        return arena_printf(arena, "%s%s", sign, value_percent(e->relative, arena));
    return arena_printf(arena, "%s%s", sign, value_number(kpi->rule, fabs(e->change), VALUE_PEOPLE, arena));
}

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

static const char *since_text(const struct entry_result *entry, const struct evidence *e, struct arena *arena)
{
    const struct run_point *before = &e->points[e->since_point - 1];
    const char *until = arena_printf(arena, "the last run before it: %s of %s", named_version(before->version),
                                     day(before->start_us, arena));
    if (e->since_point >= e->points_n)
        return arena_printf(arena, "since this run, %s of %s; %s", named_version(e->since_version),
                            day(entry->entry->start_us, arena), until);
    const struct run_point *first = &e->points[e->since_point];
    return arena_printf(arena, "since %s of %s, %zu run%s ago; %s", named_version(first->version),
                        day(first->start_us, arena), e->points_n - e->since_point,
                        e->points_n - e->since_point == 1 ? "" : "s", until);
}

/* The versions that the level is made of. */
static const char *against_text(const struct evidence *e, struct arena *arena)
{
    const char *first = e->points[e->level_start].version, *last = e->points[e->level_start + e->level_n - 1].version;
    const char *range = !first[0] && !last[0] ? "history" : strcmp(first, last) == 0 ? first : arena_printf(arena, "%s…%s", first, last);
    return arena_printf(arena, "held against %s, %zu run point%s", range, e->level_n, e->level_n == 1 ? "" : "s");
}

/* KPIs of one entry and verdict with the same story are one table. */
static const char *story(const struct entry_result *entry, const struct kpi_result *kpi, struct arena *arena)
{
    const struct evidence *e = &kpi->evidence;
    return arena_printf(arena, "%s%s%s", e->since_version ? since_text(entry, e, arena) : "", e->since_version ? "\n" : "",
                        e->level_n ? against_text(e, arena) : "");
}

static const char *noise_text(const struct evidence *e, struct arena *arena)
{
    double share = e->sd / fabs(e->level);
    return isfinite(share) ? arena_printf(arena, "±%s", value_percent(share, arena)) : "";
}

static const char *more_text(const struct kpi_result *kpi, struct arena *arena)
{
    int n = kpi->evidence.more_runs;
    if (kpi->verdict != VERDICT_SUSPECT)
        return "";
    return n < 0 ? "no number" : arena_printf(arena, "%d", n);
}

static void add_change(struct table *table, const struct kpi_result *kpi, struct arena *arena)
{
    const struct evidence *e = &kpi->evidence;
    const struct kpi_rule *rule = kpi->rule;
    bool better_is_higher = rule->better == DIRECTION_HIGHER;
    bool improved = kpi->verdict == VERDICT_IMPROVEMENT;
    const char *side = better_is_higher != improved ? "≥" : "≤";
    table_add(table, arena,
              (const char *const[]){rule->name, value_number(rule, e->level, VALUE_PEOPLE, arena), noise_text(e, arena),
                                    value_number(rule, e->value, VALUE_PEOPLE, arena), value_unit(rule),
                                    change_text(kpi, arena), value_p(e->p_corrected, arena),
                                    isfinite(e->ok_from) ? arena_printf(arena, "%s %s", side, value_number(rule, e->ok_from, VALUE_PEOPLE, arena)) : "",
                                    more_text(kpi, arena)});
}

/* The lines of a story, then the table of the KPIs that have it. */
static void render_story(struct text *out, const struct entry_result *entry, enum verdict verdict, const char *told,
                         struct arena *arena)
{
    struct table table = {.columns = 9, .right = {false, true, true, true, false, true, true, true, true}};
    table_add(&table, arena, (const char *const[]){"KPI", "level", "noise", "this run", "", "change", "p", "ok",
                                                   verdict == VERDICT_SUSPECT ? "more runs" : ""});
    for (size_t j = 0; j < entry->kpis_n; j++)
        if (entry->kpis[j].verdict == verdict && strcmp(story(entry, &entry->kpis[j], arena), told) == 0)
            add_change(&table, &entry->kpis[j], arena);
    for (const char *line = told; *line; line += strcspn(line, "\n"), line += *line == '\n')
        layout_wrap(out, arena_strndup(arena, line, strcspn(line, "\n")), 2, 4, COLUMNS);
    table_render(out, &table, 2, COLUMNS);
}

static void render_changes(struct text *out, const struct entry_result *entry, enum verdict verdict, struct arena *arena)
{
    for (size_t j = 0; j < entry->kpis_n; j++) {
        if (entry->kpis[j].verdict != verdict)
            continue;
        const char *told = story(entry, &entry->kpis[j], arena);
        bool first = true;
        for (size_t i = 0; i < j; i++)
            first &= entry->kpis[i].verdict != verdict || strcmp(story(entry, &entry->kpis[i], arena), told) != 0;
        if (first)
            render_story(out, entry, verdict, told, arena);
    }
}

static void render_reasons(struct text *out, const struct entry_result *entry, enum verdict verdict, struct arena *arena)
{
    for (size_t j = 0; j < entry->kpis_n; j++) {
        const struct kpi_result *kpi = &entry->kpis[j];
        const struct evidence *e = &kpi->evidence;
        if (kpi->verdict == verdict)
            layout_wrap(out, arena_printf(arena, "%s: %s%s%s", kpi->rule->name, e->reason ? e->reason : "no value",
                                          e->flip && e->flip[0] ? "; " : "", e->flip ? e->flip : ""), 2, 4, COLUMNS);
    }
}

static size_t count_of(const struct entry_result *entry, enum verdict verdict)
{
    size_t n = 0;
    for (size_t j = 0; j < entry->kpis_n; j++)
        n += entry->kpis[j].verdict == verdict;
    return n;
}

/* "8 KPIs, changes from -0.34 % to +0.33 %" */
static const char *range_text(const struct entry_result *entry, enum verdict verdict, struct arena *arena)
{
    const struct kpi_result *least = NULL, *most = NULL;
    size_t n = count_of(entry, verdict);
    for (size_t j = 0; j < entry->kpis_n; j++) {
        const struct kpi_result *kpi = &entry->kpis[j];
        if (kpi->verdict != verdict || !isfinite(kpi->evidence.relative))
            continue;
        least = !least || kpi->evidence.relative < least->evidence.relative ? kpi : least;
        most = !most || kpi->evidence.relative > most->evidence.relative ? kpi : most;
    }
    const char *count = arena_printf(arena, "%zu KPI%s", n, n == 1 ? "" : "s");
    if (!least)
        return count;
    return strcmp(change_text(least, arena), change_text(most, arena)) == 0 ? arena_printf(arena, "%s, change %s", count, change_text(least, arena))
                         : arena_printf(arena, "%s, changes from %s to %s", count, change_text(least, arena), change_text(most, arena));
}

static void render_entry(struct text *out, const struct entry_result *entry, enum verdict verdict, struct arena *arena)
{
    if (shown[verdict].form == FORM_ENTRY) {
        layout_wrap(out, arena_printf(arena, "%s  %s: %s", shown[verdict].heading, entry->name, range_text(entry, verdict, arena)), 0, 4,
                    COLUMNS);
        return;
    }
    text_addc(out, '\n');
    layout_wrap(out, arena_printf(arena, "%s  %s", shown[verdict].heading, entry->name), 0, 4, COLUMNS);
    if (shown[verdict].form == FORM_CHANGES)
        render_changes(out, entry, verdict, arena);
    else
        render_reasons(out, entry, verdict, arena);
}

/* Missing because a key list changed: said once for the entry, in the notes. */
static bool is_said_elsewhere(const struct entry_result *entry, enum verdict verdict)
{
    return verdict == VERDICT_MISSING && entry->changed_key;
}

static void render_verdict(struct text *out, const struct analysis *analysis, enum verdict verdict, struct arena *arena)
{
    size_t lines = 0, more = 0, more_kpis = 0;
    for (size_t i = 0; i < analysis->entries_n; i++) {
        const struct entry_result *entry = &analysis->entries[i];
        size_t n = count_of(entry, verdict);
        if (!n || is_said_elsewhere(entry, verdict))
            continue;
        if (shown[verdict].form == FORM_ENTRY && lines == 0)
            text_addc(out, '\n');
        if (shown[verdict].form == FORM_ENTRY && lines++ >= OK_ENTRIES_SHOWN) {
            more++;
            more_kpis += n;
            continue;
        }
        render_entry(out, entry, verdict, arena);
    }
    if (more)
        text_printf(out, "%s  %zu more entries: %zu KPIs\n", shown[verdict].heading, more, more_kpis);
}

/* ---- notes ---- */

static bool same_key(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* A note, and the entries that it is true of. */
struct note {
    const char *text, *entry;
    size_t entries;
};
struct notes {
    struct note *v;
    size_t n, cap;
};

static void add_note(struct notes *notes, const char *entry, const char *text, struct arena *arena)
{
    for (size_t i = 0; i < notes->n; i++) {
        if (strcmp(notes->v[i].text, text) == 0) {
            notes->v[i].entries++;
            return;
        }
    }
    *LIST_ADD(arena, notes) = (struct note){text, entry, 1};
}

static void take_notes(struct notes *notes, const struct entry_result *entry, struct arena *arena)
{
    if (entry->changed_key)
        add_note(notes, entry->name, arena_printf(arena, "a key list changed: history agrees on every shared label, but '%s' is not on "
                                                         "both sides", entry->changed_key), arena);
    for (size_t i = 0; i < entry->near_misses_n && i < NEAR_MISSES_SHOWN; i++) {
        const struct near_miss *near = &entry->near_misses[i];
        if (!same_key(near->key, entry->changed_key))
            add_note(notes, entry->name, arena_printf(arena, "%zu record%s of history differ%s only in '%s' (here %s, there %s): an "
                                                             "ignored key?", near->records, near->records == 1 ? "" : "s",
                                                      near->records == 1 ? "s" : "", near->key, near->entry_value,
                                                      near->history_value), arena);
    }
    if (entry->newer_left_out)
        add_note(notes, entry->name, arena_printf(arena, "%zu run point%s of newer versions left out", entry->newer_left_out,
                                                  entry->newer_left_out == 1 ? "" : "s"), arena);
    const char *keys = "";
    for (size_t i = 0; entry->varying && entry->varying[i]; i++)
        keys = arena_printf(arena, "%s%s'%s'", keys, i ? ", " : "", entry->varying[i]);
    if (keys[0])
        add_note(notes, entry->name, arena_printf(arena, "not compared, but not the same in all runs: %s", keys), arena);
}

static void render_notes(struct text *out, const struct analysis *analysis, struct arena *arena)
{
    struct notes notes = {0};
    for (size_t i = 0; i < analysis->entries_n; i++)
        take_notes(&notes, &analysis->entries[i], arena);
    if (notes.n)
        text_add(out, "\nNotes on the history\n");
    for (size_t i = 0; i < notes.n; i++) {
        const struct note *note = &notes.v[i];
        bool all = note->entries == analysis->entries_n && note->entries > 1;
        const char *who = all ? "all entries" : note->entries == 1 ? note->entry : arena_printf(arena, "%zu entries", note->entries);
        layout_wrap(out, arena_printf(arena, "%s: %s", who, note->text), 2, 4, COLUMNS);
    }
}

void verdict_text_render(struct text *out, const struct analysis *analysis)
{
    struct arena arena = {0};
    render_head(out, analysis, &arena);
    for (size_t i = 0; i < VERDICT_COUNT; i++)
        if (shown[by_weight[i]].form != FORM_NONE)
            render_verdict(out, analysis, by_weight[i], &arena);
    render_notes(out, analysis, &arena);
    arena_close(&arena);
}
