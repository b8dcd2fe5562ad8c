#include "report/verdict_text.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/moment.h"
#include "regress/value.h"
#include "report/layout.h"

enum { COLUMNS = VERDICT_TEXT_COLUMNS, NEAR_MISSES_SHOWN = 3 };

/* The table of the rest: columns and their widths, two blanks before each. */
enum { WIDTH_KPI = 34, WIDTH_VERDICT = 12, WIDTH_VALUE = 20, WIDTH_LEVEL = 15, WIDTH_CHANGE = 9 };

/* In the order in which people should look at them; the first five get a paragraph of their own. */
enum { PARAGRAPHS = 5 };
static const enum verdict by_weight[] = {VERDICT_REGRESSION, VERDICT_MISSING,   VERDICT_SUSPECT,
                                         VERDICT_ACKNOWLEDGED, VERDICT_IMPROVEMENT, VERDICT_CANNOT_TELL,
                                         VERDICT_NO_HISTORY, VERDICT_OK,        VERDICT_NOT_ANALYSED};
static_assert(sizeof(by_weight) / sizeof(by_weight[0]) == VERDICT_COUNT, "every verdict has a place");

static const char *const headings[VERDICT_COUNT] = {
    [VERDICT_REGRESSION] = "REGRESSION",     [VERDICT_MISSING] = "MISSING",         [VERDICT_SUSPECT] = "SUSPECT",
    [VERDICT_IMPROVEMENT] = "IMPROVEMENT",   [VERDICT_ACKNOWLEDGED] = "ACKNOWLEDGED", [VERDICT_OK] = "OK",
    [VERDICT_CANNOT_TELL] = "CANNOT TELL",   [VERDICT_NO_HISTORY] = "NO HISTORY",   [VERDICT_NOT_ANALYSED] = "NOT ANALYSED",
};

static bool has_paragraph(enum verdict verdict)
{
    for (size_t i = 0; i < PARAGRAPHS; i++) {
        if (by_weight[i] == verdict)
            return true;
    }
    return false;
}

/* ---- the first lines ---- */

struct not_gated verdict_text_not_gated(const struct analysis *analysis)
{
    struct not_gated not_gated = {0, 0};
    for (size_t i = 0; i < analysis->entries_n; i++) {
        const struct entry_result *entry = &analysis->entries[i];
        size_t without = 0, compared = 0;
        for (size_t j = 0; j < entry->kpis_n; j++) {
            enum verdict verdict = entry->kpis[j].verdict;
            without += verdict == VERDICT_NO_HISTORY || (verdict == VERDICT_MISSING && entry->changed_key);
            compared += verdict != VERDICT_NO_HISTORY && verdict != VERDICT_MISSING && verdict != VERDICT_NOT_ANALYSED;
        }
        if (without && !compared)
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

static void render_line(struct text *out, const char *label, const char *value, struct arena *arena)
{
    if (value && value[0])
        layout_wrap(out, arena_printf(arena, "%s %s", label, value), 4, 8, COLUMNS);
}

static void render_paragraph(struct text *out, const struct entry_result *entry, const struct kpi_result *kpi,
                             struct arena *arena)
{
    const struct evidence *e = &kpi->evidence;
    const char *better = kpi->rule->better == DIRECTION_HIGHER ? "higher is better" : "lower is better";
    text_addc(out, '\n');
    layout_wrap(out, arena_printf(arena, "%s %s (%s)", headings[kpi->verdict], kpi->rule->name, entry->name), 0, 4, COLUMNS);
    if (isfinite(e->level))
        render_line(out, "change:",
                    arena_printf(arena, "%s, from %s to %s (%s)", change_text(kpi, arena),
                                 value_shown(kpi->rule, e->level, VALUE_PEOPLE, arena),
                                 value_shown(kpi->rule, e->value, VALUE_PEOPLE, arena), better), arena);
    if (e->since_version)
        render_line(out, "when:", since_text(entry, e, arena), arena);
    render_line(out, "why:", e->reason, arena);
    render_line(out, "flip:", e->flip, arena);
}

static void render_paragraphs(struct text *out, const struct analysis *analysis, struct arena *arena)
{
    for (size_t v = 0; v < PARAGRAPHS; v++) {
        for (size_t i = 0; i < analysis->entries_n; i++) {
            const struct entry_result *entry = &analysis->entries[i];
            if (by_weight[v] == VERDICT_MISSING && entry->changed_key)
                continue; /* said once for the entry, in the notes */
            for (size_t j = 0; j < entry->kpis_n; j++) {
                if (entry->kpis[j].verdict == by_weight[v])
                    render_paragraph(out, entry, &entry->kpis[j], arena);
            }
        }
    }
}

/* ---- notes ---- */

static bool same_key(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static void render_entry_notes(struct text *out, const struct entry_result *entry, struct arena *arena)
{
    if (entry->changed_key)
        layout_wrap(out, arena_printf(arena, "%s: a key list changed: history agrees on every shared label, but '%s' is "
                                             "not on both sides", entry->name, entry->changed_key), 2, 4, COLUMNS);
    for (size_t i = 0; i < entry->near_misses_n && i < NEAR_MISSES_SHOWN; i++) {
        const struct near_miss *near = &entry->near_misses[i];
        if (same_key(near->key, entry->changed_key))
            continue;
        layout_wrap(out, arena_printf(arena, "%s: %zu record%s of history differ%s only in '%s' (here %s, there %s): an "
                                             "ignored key?", entry->name, near->records, near->records == 1 ? "" : "s",
                                      near->records == 1 ? "s" : "", near->key, near->entry_value, near->history_value),
                    2, 4, COLUMNS);
    }
    if (entry->newer_left_out)
        layout_wrap(out, arena_printf(arena, "%s: %zu run point%s of newer versions left out", entry->name,
                                      entry->newer_left_out, entry->newer_left_out == 1 ? "" : "s"), 2, 4, COLUMNS);
    const char *keys = "";
    for (size_t i = 0; entry->varying && entry->varying[i]; i++)
        keys = arena_printf(arena, "%s%s'%s'", keys, i ? ", " : "", entry->varying[i]);
    if (keys[0])
        layout_wrap(out, arena_printf(arena, "%s: not compared, but not the same in all runs: %s", entry->name, keys), 2, 4,
                    COLUMNS);
}

static void render_notes(struct text *out, const struct analysis *analysis, struct arena *arena)
{
    struct text notes = text_open(1 << 26);
    for (size_t i = 0; i < analysis->entries_n; i++)
        render_entry_notes(&notes, &analysis->entries[i], arena);
    if (notes.len) {
        text_add(out, "\nNotes on the history\n");
        text_addn(out, notes.s, notes.len);
    }
    text_close(&notes);
}

/* ---- the rest, a line each ---- */

/* Ends with the last cell that has something in it. */
static void render_row(struct text *out, const char *const *cells)
{
    static const size_t widths[] = {WIDTH_KPI, WIDTH_VERDICT, WIDTH_VALUE, WIDTH_LEVEL, WIDTH_CHANGE};
    size_t n = sizeof(widths) / sizeof(widths[0]);
    while (n > 2 && !cells[n - 1][0])
        n--;
    for (size_t i = 0; i < n; i++) {
        text_add(out, "  ");
        if (i + 1 == n && n == 2)
            layout_wrap(out, cells[i], 0, 0, COLUMNS); /* its own width, and the newline */
        else
            layout_cell(out, cells[i], widths[i], i > 1);
    }
    if (n > 2)
        text_addc(out, '\n');
}

static void render_rest_of(struct text *out, const struct entry_result *entry, struct arena *arena)
{
    bool headed = false;
    for (size_t j = 0; j < entry->kpis_n; j++) {
        const struct kpi_result *kpi = &entry->kpis[j];
        const struct evidence *e = &kpi->evidence;
        if (has_paragraph(kpi->verdict) && !(kpi->verdict == VERDICT_MISSING && entry->changed_key))
            continue;
        if (!headed)
            layout_wrap(out, entry->name, 0, 4, COLUMNS);
        headed = true;
        render_row(out, (const char *const[]){
                            kpi->rule->name, verdict_name(kpi->verdict),
                            isfinite(e->value) ? value_shown(kpi->rule, e->value, VALUE_PEOPLE, arena) : "",
                            isfinite(e->level) ? value_number(kpi->rule, e->level, VALUE_PEOPLE, arena) : "",
                            change_text(kpi, arena)});
    }
}

static void render_rest(struct text *out, const struct analysis *analysis, struct arena *arena)
{
    struct text rest = text_open(1 << 28);
    for (size_t i = 0; i < analysis->entries_n; i++)
        render_rest_of(&rest, &analysis->entries[i], arena);
    if (rest.len) {
        text_addc(out, '\n');
        render_row(out, (const char *const[]){"KPI", "verdict", "this run", "level before", "change"});
        text_addn(out, rest.s, rest.len);
    }
    text_close(&rest);
}

void verdict_text_render(struct text *out, const struct analysis *analysis)
{
    struct arena arena = {0};
    render_head(out, analysis, &arena);
    render_paragraphs(out, analysis, &arena);
    render_notes(out, analysis, &arena);
    render_rest(out, analysis, &arena);
    arena_close(&arena);
}
