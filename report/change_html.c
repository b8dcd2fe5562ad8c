#include "report/change_html.h"

#include <math.h>

#include "regress/value.h"
#include "report/change_phrases.h"
#include "report/change_table.h"
#include "report/entry_html.h"
#include "report/phrases.h"
#include "report/verdict_html.h"

enum { MEMBERS_SHOWN = 100, MEMBERS_OPEN = 10, ABSENCES_SHOWN = 500, DIFFERENCES_SHOWN = 30 };

/* ---- of the whole invocation ---- */

static const char *numbers_of(const struct incident *incident, struct arena *arena)
{
    const char *since = incident->since_version && incident->since_version[0] ? incident->since_version : incident->since_run;
    const char *began = incident->this_run ? "; began with this run" : since && since[0] ? arena_printf(arena, "; since %s", since) : "";
    const char *scope = incident->scope && incident->scope[0] ? arena_printf(arena, " of %s", incident->scope) : "";
    const char *p = isfinite(incident->p) ? arena_printf(arena, "; p %s that so many move one way by chance (approximate)", value_p(incident->p, arena)) : "";
    return arena_printf(arena, "%zu of the %zu KPI results%s that were judged; %zu moved for the worse, %zu for the better%s%s.", incident->members_n,
                        incident->judged, scope, incident->worse, incident->better, began, p);
}

static void render_incident(struct page *page, const struct analysis *analysis, const struct incident *incident)
{
    struct arena arena = {0};
    page_paragraph_begin(page, incident->kind == INCIDENT_BETTER ? PAGE_GOOD : PAGE_BAD);
    page_strong(page, change_phrases_incident(incident, &arena));
    page_paragraph_end(page);
    page_paragraph(page, PAGE_MUTED, numbers_of(incident, &arena));
    if (incident->members_n)
        change_html_story(page, incident->members[0], false);
    bool folded = incident->members_n > MEMBERS_OPEN;
    if (folded)
        page_fold_begin(page, arena_printf(&arena, "Its %zu members", incident->members_n), PAGE_FOLDED);
    change_table_begin(page, CHANGE_TABLE_MEMBERS);
    for (size_t k = 0; k < incident->members_n && k < MEMBERS_SHOWN; k++)
        change_table_row(page, CHANGE_TABLE_MEMBERS, analysis, incident->entries[k], incident->members[k]);
    page_table_end(page);
    if (incident->members_n > MEMBERS_SHOWN)
        page_paragraph(page, PAGE_MUTED, arena_printf(&arena, "%zu more stand in the results overview.", incident->members_n - MEMBERS_SHOWN));
    if (folded)
        page_fold_end(page);
    arena_close(&arena);
}

void change_html_incidents(struct page *page, const struct analysis *analysis)
{
    if (!analysis->incidents_n)
        return;
    page_heading(page, 2, "incidents", "Incidents");
    for (size_t i = 0; i < analysis->incidents_n; i++)
        render_incident(page, analysis, &analysis->incidents[i]);
}

static void add_absence(struct page *page, const struct analysis *analysis, const struct absence *absence, struct arena *arena)
{
    page_row_begin(page, PAGE_PLAIN);
    page_cell(page, PAGE_WARN, absence->what);
    page_cell(page, PAGE_PLAIN, absence->found);
    page_cell_begin(page, PAGE_PLAIN);
    if (absence->entry) {
        size_t i = (size_t)(absence->entry - analysis->entries);
        page_jump(page, verdict_html_fragment(i + 1, NULL, arena), arena_printf(arena, "#%zu", i + 1));
        page_text(page, " ");
        page_text(page, absence->entry->name);
    }
    page_cell_end(page);
    page_cell(page, PAGE_PLAIN, absence->kpi);
    page_row_end(page);
}

void change_html_absences(struct page *page, const struct analysis *analysis)
{
    static const struct page_column columns[] = {{.name = "what"}, {.name = "found", .wrap = true}, {.name = "entry", .wrap = true}, {.name = "KPI", .wrap = true}};
    struct arena arena = {0};
    if (!analysis->absences_n)
        return;
    page_heading(page, 2, "absences", "What should be there and is not");
    page_stack_next(page);
    page_table_begin(page, NULL, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < analysis->absences_n && i < ABSENCES_SHOWN; i++)
        add_absence(page, analysis, &analysis->absences[i], &arena);
    page_table_end(page);
    if (analysis->absences_n > ABSENCES_SHOWN)
        page_paragraph(page, PAGE_MUTED, arena_printf(&arena, "%zu more are in regression_verdicts.json.", analysis->absences_n - ABSENCES_SHOWN));
    arena_close(&arena);
}

/* ---- of a KPI ---- */

static void add_run(struct page *page, const char *what, const char *version, const char *url)
{
    page_text(page, what);
    page_link(page, url ? url : "", version && version[0] ? version : "a run");
}

static void render_runs(struct page *page, const struct kpi_result *kpi)
{
    bool good = kpi->last_good, bad = kpi->first_bad;
    if (!good && !bad)
        return;
    page_paragraph_begin(page, PAGE_PLAIN);
    if (good)
        add_run(page, "Last good: ", kpi->last_good, kpi->last_good_url);
    if (good && bad)
        page_text(page, "; first bad: ");
    if (bad)
        add_run(page, good ? "" : "First bad: ", kpi->first_bad, kpi->first_bad_url);
    page_text(page, ".");
    page_paragraph_end(page);
}

static void add_difference(struct page *page, const struct difference *d, struct arena *arena)
{
    page_row_begin(page, PAGE_PLAIN);
    page_cell(page, PAGE_PLAIN, d->key);
    page_cell(page, PAGE_PLAIN, d->before);
    page_cell(page, PAGE_PLAIN, d->after);
    page_cell(page, PAGE_PLAIN, isfinite(d->share) ? value_percent(d->share, arena) : "");
    page_cell(page, PAGE_PLAIN, arena_printf(arena, "%zu", d->elsewhere));
    if (d->compare) {
        page_cell_begin(page, PAGE_PLAIN);
        page_link(page, d->link ? d->link : "", d->compare);
        page_cell_end(page);
    }
    page_row_end(page);
}

static void render_differences(struct page *page, const struct kpi_result *kpi, struct arena *arena)
{
    static const struct page_column columns[] = {
        {.name = "what else changed there", .wrap = true}, {.name = "before", .wrap = true}, {.name = "after", .wrap = true},
        {.name = "tells apart", .right = true, .hint = "how well it tells the runs before from those after"},
        {.name = "elsewhere", .right = true, .hint = "how often it changed where the level did not"}, {.name = "commits", .wrap = true}};
    if (kpi->cause)
        page_paragraph(page, PAGE_PLAIN, arena_printf(arena, "What else changed there: %s", kpi->cause));
    if (!kpi->differences_n)
        return;
    bool commits = false;
    for (size_t i = 0; i < kpi->differences_n && i < DIFFERENCES_SHOWN; i++)
        commits |= kpi->differences[i].compare != NULL;
    page_stack_next(page);
    page_table_begin(page, NULL, columns, sizeof(columns) / sizeof(columns[0]) - !commits);
    for (size_t i = 0; i < kpi->differences_n && i < DIFFERENCES_SHOWN; i++)
        add_difference(page, &kpi->differences[i], arena);
    page_table_end(page);
}

static void render_status(struct page *page, const struct kpi_result *kpi, const char *status, struct arena *arena)
{
    if (kpi->change.status == CHANGE_NONE || (!status[0] && !kpi->change.id))
        return;
    page_paragraph_begin(page, PAGE_PLAIN);
    page_text(page, status[0] ? arena_printf(arena, "%s.", phrases_capital(status, arena)) : "");
    if (kpi->change.id) {
        page_text(page, status[0] ? " Change " : "Change ");
        page_code(page, kpi->change.id);
        page_text(page, ".");
    }
    page_paragraph_end(page);
}

void change_html_story(struct page *page, const struct kpi_result *kpi, bool behind_reason)
{
    struct arena arena = {0};
    render_status(page, kpi, behind_reason ? change_phrases_beside(kpi, &arena) : change_phrases_status(kpi, &arena), &arena);
    render_runs(page, kpi);
    render_differences(page, kpi, &arena);
    arena_close(&arena);
}

static const char *number(const struct kpi_result *kpi, const struct check *check, double value, struct arena *arena)
{
    if (!isfinite(value))
        return "";
    return check->kind == CHECK_PAIRED ? arena_printf(arena, "%.4g", value) : value_number(kpi->rule, value, VALUE_PEOPLE, arena);
}

static void add_check(struct page *page, const struct kpi_result *kpi, const struct check *check, struct arena *arena)
{
    bool low = isfinite(check->low), high = isfinite(check->high);
    page_row_begin(page, PAGE_PLAIN);
    page_cell(page, PAGE_PLAIN, change_phrases_check(check, arena));
    bool member = check->kind == CHECK_DISTRIBUTION && check != change_phrases_decided(kpi); /* has no verdict of its own */
    page_cell(page, member ? PAGE_PLAIN : entry_html_tone(check->verdict), member ? "" : verdict_name(check->verdict));
    page_cell(page, PAGE_PLAIN, number(kpi, check, check->value, arena));
    page_cell(page, PAGE_PLAIN, number(kpi, check, check->reference, arena));
    page_cell(page, PAGE_PLAIN, low || high ? arena_printf(arena, "%s … %s", low ? number(kpi, check, check->low, arena) : "",
                                                          high ? number(kpi, check, check->high, arena) : "") : "");
    page_cell(page, PAGE_PLAIN, isfinite(check->p_worse) ? value_p(check->p_worse, arena) : "");
    page_cell(page, PAGE_PLAIN, isfinite(check->corrected_worse) ? value_p(check->corrected_worse, arena) : "");
    page_cell(page, PAGE_PLAIN, arena_printf(arena, "%s%s%s", check->found ? check->found : "", check->flip && check->flip[0] ? "; " : "",
                                             check->flip ? check->flip : ""));
    page_row_end(page);
}

void change_html_checks(struct page *page, const struct kpi_result *kpi)
{
    static const struct page_column columns[] = {{.name = "check"}, {.name = "verdict"}, {.name = "value", .right = true},
                                                 {.name = "against", .right = true},
                                                 {.name = "bounds", .right = true, .hint = "of a bound or method; else an interval of the difference"},
                                                 {.name = "p worse", .right = true}, {.name = "corrected", .right = true}, {.name = "found", .wrap = true}};
    struct arena arena = {0};
    if (!kpi->checks_n)
        return;
    page_stack_next(page);
    page_table_begin(page, "Checks beyond the level", columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < kpi->checks_n; i++)
        add_check(page, kpi, &kpi->checks[i], &arena);
    page_table_end(page);
    arena_close(&arena);
}
