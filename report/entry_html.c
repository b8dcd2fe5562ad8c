#include "report/entry_html.h"

#include <math.h>
#include <string.h>

#include "base/moment.h"
#include "json/read.h"
#include "regress/labels.h"
#include "regress/value.h"
#include "report/change_html.h"
#include "report/chart.h"
#include "report/evidence_phrases.h"
#include "report/phrases.h"
#include "report/short_names.h"
#include "report/verdict_html.h"

/* Rows of a comparison, where somebody should look and where all is well: with 50 entries of 8 KPIs they are most of the page. */
enum { POINTS_SHOWN = 30, POINTS_SHOWN_OK = 10 };
enum { CHART_POINTS = 200, CHART_POINTS_OK = 60 };
enum { RUN_COLUMNS = 24, VALUE_BYTES = 2000, FEW_ENTRIES = 3 };

enum page_tone entry_html_tone(enum verdict verdict)
{
    static const enum page_tone tones[VERDICT_COUNT] = {
        [VERDICT_OK] = PAGE_PLAIN,          [VERDICT_REGRESSION] = PAGE_BAD,  [VERDICT_IMPROVEMENT] = PAGE_GOOD,
        [VERDICT_SUSPECT] = PAGE_WARN,      [VERDICT_MISSING] = PAGE_WARN,    [VERDICT_ACKNOWLEDGED] = PAGE_WARN,
        [VERDICT_CANNOT_TELL] = PAGE_MUTED, [VERDICT_NO_HISTORY] = PAGE_MUTED, [VERDICT_NOT_ANALYSED] = PAGE_MUTED,
    };
    return tones[verdict];
}

enum page_tone entry_html_tone_of(const struct kpi_result *kpi)
{
    return entry_html_tone(verdict_in_place(kpi) ? VERDICT_SUSPECT : kpi->verdict);
}

const char *entry_html_title(const struct entry_result *entry, size_t i, struct arena *arena)
{
    char *name = arena_strdup(arena, entry->name);
    error_shorten(name, 300);
    return arena_printf(arena, "Entry #%zu – %s", i + 1, name);
}

/* "2025-01-06 10:00" */
static const char *minute(int64_t start_us, struct arena *arena)
{
    char text[MOMENT_TEXT_MAX];
    moment_isoformat((struct moment){.us = start_us}, ' ', text);
    return arena_strndup(arena, text, strlen("2025-01-06 10:00"));
}

static const char *label_text(const char *value, struct arena *arena)
{
    char *shown = arena_strdup(arena, label_shown(value, arena));
    error_shorten(shown, VALUE_BYTES);
    return shown;
}

/* ---- the entry ---- */

/* A label that is an object of links. */
static void render_urls(struct page *page, const struct entry_result *entry, struct arena *arena)
{
    const char *text = record_label(entry->entry, "urls"), *key;
    struct error err = {0};
    json_t *urls = text ? json_read(text, strlen(text), &(struct json_read_options){.file = "urls"}, &err) : NULL, *url;
    if (json_is_object(urls) && json_object_size(urls)) {
        page_list_begin(page);
        json_object_foreach(urls, key, url) {
            page_item_begin(page);
            page_link(page, json_is_string(url) ? json_string_value(url) : "", key);
            page_item_end(page);
        }
        page_list_end(page);
    } else if (text && strcmp(text, "null") != 0) {
        page_paragraph_begin(page, PAGE_PLAIN);
        page_link(page, label_text(text, arena), NULL);
        page_paragraph_end(page);
    }
    json_decref(urls);
}

static const struct page_column label_columns[] = {{.name = "label"}, {.name = "value", .wrap = true}};

static void add_label(struct page *page, enum page_tone tone, const char *key, const char *value)
{
    page_row_begin(page, tone);
    page_cell(page, PAGE_PLAIN, key);
    page_cell(page, PAGE_PLAIN, value);
    page_row_end(page);
}

static void render_settings(struct page *page, const struct entry_page *context, const struct entry_result *entry, struct arena *arena)
{
    page_table_begin(page, "Settings", label_columns, 2);
    for (size_t i = 0; i < context->settings->n; i++) {
        const struct label_row *row = &context->settings->rows[i];
        add_label(page, row->values_n > 1 ? PAGE_VARIABLE : PAGE_FIXED, row->key, label_text(record_label(entry->entry, row->key), arena));
    }
    page_table_end(page);
}

static void render_labels(struct page *page, const struct entry_result *entry, struct arena *arena)
{
    page_table_begin(page, "Labels", label_columns, 2);
    add_label(page, PAGE_PLAIN, "payload", entry->entry->id);
    add_label(page, PAGE_PLAIN, "test directory", entry->entry->where);
    add_label(page, PAGE_PLAIN, "start (UTC)", minute(entry->entry->start_us, arena));
    for (size_t i = 0; i < entry->entry->labels_n; i++) {
        const struct label *label = &entry->entry->labels[i];
        if (label_is_bookkeeping(label->key) && strcmp(label->key, "urls") != 0)
            add_label(page, PAGE_PLAIN, label->key, label_text(label->value, arena));
    }
    page_table_end(page);
}

/* There is none without comparison keys. */
static bool has_version(const struct entry_result *entry)
{
    return entry->version && entry->version[0];
}

/* "8 KPIs: 1 regression, 7 ok; version v1.2; 12 records of history with its labels." */
static const char *entry_counts(const struct entry_result *entry, struct arena *arena)
{
    return arena_printf(arena, "%zu KPI%s: %s%s%s; %zu record%s of history with its labels.", entry->kpis_n, entry->kpis_n == 1 ? "" : "s",
                        phrases_entry_counts(entry, arena), has_version(entry) ? "; version " : "", has_version(entry) ? entry->version : "",
                        entry->history_n, entry->history_n == 1 ? "" : "s");
}

static void render_head(struct page *page, const struct entry_page *context, size_t i, struct arena *arena)
{
    const struct entry_result *entry = &context->analysis->entries[i];
    const char *const *notes = phrases_notes(entry, arena);
    page_heading(page, 2, verdict_html_fragment(i + 1, NULL, arena), entry_html_title(entry, i, arena));
    page_paragraph(page, PAGE_PLAIN, entry_counts(entry, arena));
    render_urls(page, entry, arena);
    for (; *notes; notes++)
        page_paragraph(page, PAGE_PLAIN, arena_printf(arena, "Note: %s%s", *notes, phrases_end(*notes)));
    page_fold_begin(page, "Settings and labels", context->analysis->entries_n <= FEW_ENTRIES ? PAGE_UNFOLDED : PAGE_FOLDED);
    render_settings(page, context, entry, arena);
    render_labels(page, entry, arena);
    page_fold_end(page);
}

/* ---- evidence ---- */

static const char *people(const struct kpi_result *kpi, double value, struct arena *arena)
{
    return value_shown(kpi->rule, value, VALUE_PEOPLE, arena);
}

static void add_evidence(struct page *page, const char *name, const char *value)
{
    if (!value || !value[0])
        return;
    page_row_begin(page, PAGE_PLAIN);
    page_cell(page, PAGE_PLAIN, name);
    page_cell(page, PAGE_PLAIN, value);
    page_row_end(page);
}

static const char *spread_with_share(const struct kpi_result *kpi, double value, struct arena *arena)
{
    double share = value / fabs(kpi->evidence.level);
    const char *unit = value_unit(kpi->rule), *number = value_spread(kpi->rule, value, arena);
    const char *shown = unit[0] ? arena_printf(arena, "%s %s", number, unit) : number;
    return isfinite(share) && value != 0 ? arena_printf(arena, "%s (%s)", shown, value_percent(share, arena)) : shown;
}

static const char *more_runs(const struct kpi_result *kpi, struct arena *arena)
{
    int n = kpi->evidence.more_runs;
    return n == 0 ? "" : n < 0 ? "no number would settle it" : arena_printf(arena, "%d", n);
}

static const char *ok_from(const struct kpi_result *kpi, struct arena *arena)
{
    bool above = (kpi->rule->better == DIRECTION_HIGHER) != (kpi->verdict == VERDICT_IMPROVEMENT);
    return isfinite(kpi->evidence.ok_from) ? arena_printf(arena, "%s %s", above ? "≥" : "≤", people(kpi, kpi->evidence.ok_from, arena)) : "";
}

static const char *signed_change(const struct kpi_result *kpi, struct arena *arena)
{
    const struct evidence *e = &kpi->evidence;
    const char *sign = e->change > 0 ? "+" : e->change < 0 ? "-" : "", *size = people(kpi, fabs(e->change), arena);
    return isfinite(e->relative) ? arena_printf(arena, "%s%s (%s%s)", sign, size, sign, value_percent(e->relative, arena))
                                 : arena_printf(arena, "%s%s", sign, size);
}

/* Pairs have a ratio, and stand at the median of their baselines. */
static bool of_pairs(const struct evidence *e)
{
    return e->decided_by == CHECK_PAIRED && isfinite(e->level);
}

/* The rows that rest on a level; there is none when nothing could be tested. */
static void render_level(struct page *page, const struct analysis *analysis, const struct kpi_result *kpi, struct arena *arena)
{
    const struct evidence *e = &kpi->evidence;
    add_evidence(page, of_pairs(e) ? "median of the baselines" : "level", arena_printf(arena, "%s%s%s", people(kpi, e->level, arena), e->level_n ? ", " : "", phrases_against(e, arena)));
    add_evidence(page, "change", signed_change(kpi, arena));
    add_evidence(page, "control", e->control);
    add_evidence(page, "as measured", e->control && isfinite(e->measured) ? people(kpi, e->measured, arena) : "");
    add_evidence(page, "run-to-run sd", isfinite(e->sd) ? arena_printf(arena, "%s, %.3g degrees of freedom", spread_with_share(kpi, e->sd, arena), e->df) : "");
    add_evidence(page, "interval for one new run", evidence_phrases_interval(kpi, arena));
    add_evidence(page, "sd between repetitions of one run of history", e->within_sd > 0 ? spread_with_share(kpi, e->within_sd, arena) : "");
    add_evidence(page, "test", e->test ? e->test : "");
    add_evidence(page, "size of the change", e->after_n ? phrases_size(kpi, arena) : "");
    add_evidence(page, "p", evidence_phrases_p(analysis, kpi, arena));
    add_evidence(page, "promised level", e->level_kept ? "" : "not kept for so few runs of such noise: cannot tell in place of a regression");
    add_evidence(page, "a change has to pass", evidence_phrases_thresholds(kpi, arena));
    add_evidence(page, "smallest change that would have been seen", isfinite(e->smallest_seen) ? spread_with_share(kpi, e->smallest_seen, arena) : "");
    add_evidence(page, "ok", ok_from(kpi, arena));
    add_evidence(page, "levels in history", e->levels ? arena_printf(arena, "%zu", e->levels) : "");
}

static void render_evidence(struct page *page, const struct analysis *analysis, const struct kpi_result *kpi, struct arena *arena)
{
    static const struct page_column columns[] = {{.name = "evidence"}, {.name = "value", .wrap = true}};
    const struct evidence *e = &kpi->evidence;
    page_table_begin(page, NULL, columns, 2);
    add_evidence(page, of_pairs(e) ? "median of the baselines, times the ratio" : "this run", isfinite(e->value) ? people(kpi, e->value, arena) : "no value");
    add_evidence(page, "its repetitions", evidence_phrases_repetitions(kpi, arena));
    if (isfinite(e->level))
        render_level(page, analysis, kpi, arena);
    add_evidence(page, "run points of history", arena_printf(arena, "%zu", e->points_n));
    add_evidence(page, "run points of newer versions left out", e->newer_left_out ? arena_printf(arena, "%zu", e->newer_left_out) : "");
    add_evidence(page, "more runs needed", more_runs(kpi, arena));
    page_table_end(page);
}

/* ---- the runs that it was compared with ---- */

static bool has_repetitions(const struct evidence *e)
{
    for (size_t i = 0; i < e->points_n; i++)
        if (e->points[i].repetitions != 1)
            return true;
    return e->repetitions > 1;
}

static bool in_reference(const struct evidence *e, size_t i)
{
    return i >= e->level_start && i < e->level_start + e->level_n;
}

/* Behind the begin of a change that is no level of its own yet. */
static bool young_change(const struct evidence *e, size_t i)
{
    size_t since = e->since_point;
    return e->since_version && e->decided_by != CHECK_DRIFT && since > 0 && since < e->points_n && i >= since && e->points[i].level == e->points[since - 1].level;
}

struct comparison {
    const struct entry_result *entry;
    const struct kpi_result *kpi;
    const char **runs; /* short names; the entry's is the last */
    bool repetitions;  /* worth a column */
};

static struct comparison comparison_of(const struct entry_result *entry, const struct kpi_result *kpi, struct arena *arena)
{
    size_t n = kpi->evidence.points_n;
    const char **paths = ARENA_ARRAY(arena, const char *, n + 1);
    for (size_t i = 0; i < n; i++)
        paths[i] = kpi->evidence.points[i].run_id;
    paths[n] = entry->run_id ? entry->run_id : "";
    struct comparison c = {entry, kpi, ARENA_ARRAY(arena, const char *, n + 1), has_repetitions(&kpi->evidence)};
    short_names_paths(paths, c.runs, n + 1, RUN_COLUMNS, arena);
    return c;
}

static void add_point(struct page *page, const struct comparison *c, size_t i, struct arena *arena)
{
    const struct evidence *e = &c->kpi->evidence;
    bool own = i == e->points_n;
    const struct run_point *point = own ? NULL : &e->points[i];
    page_row_begin(page, own ? PAGE_HERE : PAGE_PLAIN);
    if (has_version(c->entry))
        page_cell(page, PAGE_PLAIN, own ? c->entry->version : point->version);
    page_cell(page, PAGE_PLAIN, c->runs[i]);
    page_cell(page, PAGE_PLAIN, minute(own ? c->entry->entry->start_us : point->start_us, arena));
    page_cell(page, PAGE_PLAIN, value_number(c->kpi->rule, own ? e->value : point->value, VALUE_PEOPLE, arena));
    if (c->repetitions)
        page_cell(page, PAGE_PLAIN, arena_printf(arena, "%zu", own ? e->repetitions : point->repetitions));
    if (own)
        page_cell(page, PAGE_PLAIN, "this run");
    else
        page_cell(page, PAGE_PLAIN, young_change(e, i) ? "since" : point->level ? arena_printf(arena, in_reference(e, i) ? "%zu *" : "%zu", point->level) : "");
    page_row_end(page);
}

/* "1.5…1.9, 12 run points" */
static const char *older_range(const struct evidence *e, size_t from, size_t to, struct arena *arena)
{
    const char *first = e->points[from].version, *last = e->points[to - 1].version;
    bool one = strcmp(first, last) == 0;
    return arena_printf(arena, "%s%s%s%s%zu run point%s", first, one ? "" : "…", one ? "" : last, first[0] || last[0] ? ", " : "", to - from,
                        to - from == 1 ? "" : "s");
}

/* Older points of one level: their values, each behind its version. Of a KPI that is ok nobody looks at them: the JSON has them. */
static void render_older_level(struct page *page, const struct comparison *c, size_t from, size_t to, struct arena *arena)
{
    const struct evidence *e = &c->kpi->evidence;
    bool versions = has_version(c->entry), values = phrases_matters(c->kpi);
    page_paragraph_begin(page, PAGE_MUTED);
    if (e->points[from].level)
        page_text(page, arena_printf(arena, "level %zu%s, ", e->points[from].level, in_reference(e, from) ? " *" : ""));
    page_text(page, older_range(e, from, to, arena));
    page_text(page, values ? ": " : "");
    for (size_t i = from; values && i < to; i++) {
        bool said = !versions || (i > from && strcmp(e->points[i].version, e->points[i - 1].version) == 0);
        page_text(page, i == from ? "" : versions && !said ? "; " : " ");
        page_text(page, said ? "" : arena_printf(arena, "%s ", e->points[i].version));
        page_text(page, value_number(c->kpi->rule, e->points[i].value, VALUE_PEOPLE, arena));
    }
    page_paragraph_end(page);
}

/* A paragraph for each level: as rows of a table they would be most of the page. */
static void render_older(struct page *page, const struct comparison *c, size_t n, struct arena *arena)
{
    const struct evidence *e = &c->kpi->evidence;
    page_fold_begin(page, arena_printf(arena, "%zu older run points", n), PAGE_FOLDED);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && e->points[to].level == e->points[from].level; to++)
            continue;
        render_older_level(page, c, from, to, arena);
    }
    page_fold_end(page);
}

static void render_comparison(struct page *page, const struct comparison *c, struct arena *arena)
{
    const struct evidence *e = &c->kpi->evidence;
    const char *unit = value_unit(c->kpi->rule);
    struct page_column columns[6];
    size_t n = 0, most = phrases_matters(c->kpi) ? POINTS_SHOWN : POINTS_SHOWN_OK;
    size_t older = e->points_n > most ? e->points_n - most : 0;
    if (has_version(c->entry))
        columns[n++] = (struct page_column){.name = "version"};
    columns[n++] = (struct page_column){.name = "run"};
    columns[n++] = (struct page_column){.name = "start (UTC)", .right = true};
    columns[n++] = (struct page_column){.name = unit[0] ? unit : "value", .right = true};
    if (c->repetitions)
        columns[n++] = (struct page_column){.name = "repetitions", .right = true, .hint = "the value is their mean"};
    columns[n++] = (struct page_column){.name = "level", .right = true};
    if (older)
        render_older(page, c, older, arena);
    page_table_begin(page, NULL, columns, n);
    for (size_t i = older; i <= e->points_n; i++)
        add_point(page, c, i, arena);
    page_table_end(page);
    page_paragraph(page, PAGE_MUTED, isfinite(e->level) && e->level_n ? "Oldest first; runs without what all share; * the level that this run is held against."
                                                      : "Oldest first; runs without what all share.");
}

/* ---- a KPI ---- */

static void render_verdict(struct page *page, const struct entry_result *entry, const struct kpi_result *kpi, struct arena *arena)
{
    const struct evidence *e = &kpi->evidence;
    page_paragraph_begin(page, phrases_matters(kpi) ? entry_html_tone_of(kpi) : PAGE_PLAIN);
    page_strong(page, phrases_capital(verdict_name(kpi->verdict), arena));
    page_text(page, ": ");
    page_text(page, e->reason && e->reason[0] ? e->reason : "no value");
    if (phrases_has_since(e))
        page_text(page, arena_printf(arena, ". %s", phrases_capital(phrases_since(entry, e, arena), arena)));
    if (e->flip && e->flip[0])
        page_text(page, arena_printf(arena, ". %s", evidence_phrases_flip(kpi, arena)));
    page_text(page, ".");
    page_paragraph_end(page);
}

static const char *describe_rule(const struct kpi_rule *rule, struct arena *arena)
{
    const char *unit = value_unit(rule), *help = rule->help ? rule->help : "";
    return arena_printf(arena, "%s%s%s%s%s%s", help, help[0] ? phrases_end(help) : "", help[0] ? " " : "",
                        unit[0] ? arena_printf(arena, "In %s; ", unit) : "", phrases_direction(rule->better), ".");
}

static void render_kpi(struct page *page, const struct entry_page *context, size_t i, const struct kpi_result *kpi)
{
    struct arena arena = {0};
    const struct entry_result *entry = &context->analysis->entries[i];
    size_t points = kpi->evidence.points_n;
    bool folded = !phrases_matters(kpi);
    page_heading(page, 3, verdict_html_fragment(i + 1, kpi->rule->name, &arena), kpi->rule->name);
    page_paragraph(page, PAGE_MUTED, describe_rule(kpi->rule, &arena));
    render_verdict(page, entry, kpi, &arena);
    change_html_story(page, kpi, true);
    if (points && folded)
        page_fold_begin(page, arena_printf(&arena, "Evidence and %zu run point%s", points, points == 1 ? "" : "s"), PAGE_ASIDE);
    chart_render(page, entry, kpi, folded ? CHART_POINTS_OK : CHART_POINTS);
    change_html_checks(page, kpi);
    if (points || isfinite(kpi->evidence.value))
        render_evidence(page, context->analysis, kpi, &arena);
    if (points) {
        struct comparison comparison = comparison_of(entry, kpi, &arena);
        render_comparison(page, &comparison, &arena);
    }
    if (points && folded)
        page_fold_end(page);
    arena_close(&arena);
}

void entry_html_render(struct page *page, const struct entry_page *context, size_t i)
{
    struct arena arena = {0};
    render_head(page, context, i, &arena);
    for (size_t j = 0; j < context->analysis->entries[i].kpis_n; j++)
        render_kpi(page, context, i, &context->analysis->entries[i].kpis[j]);
    arena_close(&arena);
}
