#include "report/verdict_text.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "regress/value.h"
#include "report/layout.h"
#include "report/phrases.h"
#include "report/table.h"

enum { COLUMNS = VERDICT_TEXT_COLUMNS, OK_ENTRIES_SHOWN = 10 };

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

static void render_head(struct text *out, const struct analysis *analysis, struct arena *arena)
{
    for (const char *const *line = phrases_not_gated(analysis, arena); *line; line++)
        text_printf(out, "%s\n", *line);
    layout_wrap(out, phrases_counts(analysis, arena), 0, 0, COLUMNS);
    layout_wrap(out, phrases_tested(analysis, arena), 0, 0, COLUMNS);
}

/* ---- paragraphs ---- */

/* KPIs of one entry and verdict with the same story are one table. */
static const char *story(const struct entry_result *entry, const struct kpi_result *kpi, struct arena *arena)
{
    const struct evidence *e = &kpi->evidence;
    return arena_printf(arena, "%s%s%s", e->since_version ? phrases_since(entry, e, arena) : "", e->since_version ? "\n" : "",
                        e->level_n ? phrases_against(e, arena) : "");
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
    const char *side = better_is_higher != improved ? "≥" : "≤", *ok = "";
    if (isfinite(e->ok_from))
        ok = arena_printf(arena, "%s %s", side, value_number(rule, e->ok_from, VALUE_PEOPLE, arena));
    table_add(table, arena,
              (const char *const[]){rule->name, value_number(rule, e->level, VALUE_PEOPLE, arena), noise_text(e, arena),
                                    value_number(rule, e->value, VALUE_PEOPLE, arena), value_unit(rule),
                                    phrases_change(kpi, arena), value_p(e->p_corrected, arena), ok, more_text(kpi, arena)});
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
    const char *from = phrases_change(least, arena), *to = phrases_change(most, arena);
    return strcmp(from, to) == 0 ? arena_printf(arena, "%s, change %s", count, from)
                                 : arena_printf(arena, "%s, changes from %s to %s", count, from, to);
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

static void render_notes(struct text *out, const struct analysis *analysis, struct arena *arena)
{
    struct notes notes = {0};
    for (size_t i = 0; i < analysis->entries_n; i++)
        for (const char *const *note = phrases_notes(&analysis->entries[i], arena); *note; note++)
            add_note(&notes, analysis->entries[i].name, *note, arena);
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
        if (shown[phrases_by_weight[i]].form != FORM_NONE)
            render_verdict(out, analysis, phrases_by_weight[i], &arena);
    render_notes(out, analysis, &arena);
    arena_close(&arena);
}
