#include "report/verdict_html.h"

#include <stdlib.h>
#include <string.h>

#include "regress/labels.h"
#include "regress/value.h"
#include "report/change_html.h"
#include "report/change_table.h"
#include "report/entry_html.h"
#include "report/incident_members.h"
#include "report/label_overview.h"
#include "report/page.h"
#include "report/phrases.h"
#include "report/short_names.h"
#include "report/verdict_summary.h"

enum { CHANGES_SHOWN = 100, ENTRIES_LISTED = 8, RESULT_COLUMNS = 12 };

const char *verdict_html_fragment(size_t entry, const char *kpi, struct arena *arena)
{
    struct text id = text_open(1 << 16);
    page_fragment(&id, kpi ? arena_printf(arena, "entry-%zu-%s", entry, kpi) : arena_printf(arena, "entry-%zu", entry));
    const char *copy = arena_strdup(arena, id.s);
    text_close(&id);
    return copy;
}

/* ---- the first lines ---- */

static enum page_tone overall_tone(const struct analysis *analysis, bool not_gated)
{
    const size_t *n = analysis->counts;
    bool in_place = false;
    for (size_t i = 0; i < analysis->entries_n; i++)
        for (size_t j = 0; j < analysis->entries[i].kpis_n; j++)
            in_place |= verdict_in_place(&analysis->entries[i].kpis[j]);
    if (n[VERDICT_REGRESSION])
        return PAGE_BAD;
    if (not_gated || in_place || n[VERDICT_MISSING] || n[VERDICT_SUSPECT] || !n[VERDICT_OK])
        return PAGE_WARN;
    return PAGE_GOOD;
}

static void render_head(struct page *page, const struct analysis *analysis, const struct gate *gate, struct arena *arena)
{
    const char *const *not_gated = phrases_not_gated(analysis, arena);
    page_heading(page, 1, NULL, "Regression Analysis Summary");
    for (const char *const *line = not_gated; *line; line++) {
        page_paragraph_begin(page, PAGE_WARN);
        page_strong(page, *line);
        page_paragraph_end(page);
    }
    page_paragraph_begin(page, overall_tone(analysis, *not_gated));
    page_strong(page, phrases_verdict(analysis, arena));
    page_text(page, " ");
    page_text(page, phrases_counts(analysis, arena));
    page_text(page, gate ? arena_printf(arena, " %s", phrases_gate(analysis, gate, arena)) : "");
    page_paragraph_end(page);
    page_paragraph(page, PAGE_MUTED, phrases_tested(analysis, arena));
}

/* ---- what changed ---- */

/* What is told here: members of an incident are told there. */
struct look {
    const struct analysis *analysis;
    struct incident_members members;
    size_t changes;
};

static bool is_change(const struct look *look, const struct entry_result *entry, const struct kpi_result *kpi, enum verdict verdict)
{
    return kpi->verdict == verdict && phrases_matters(kpi) && !phrases_said_elsewhere(entry, verdict) && !incident_members_has(&look->members, kpi);
}

static struct look look_of(const struct analysis *analysis, struct arena *arena)
{
    struct look look = {analysis, incident_members_of(analysis, arena), 0};
    for (size_t i = 0; i < analysis->entries_n; i++)
        for (size_t j = 0; j < analysis->entries[i].kpis_n; j++)
            look.changes += is_change(&look, &analysis->entries[i], &analysis->entries[i].kpis[j], analysis->entries[i].kpis[j].verdict);
    return look;
}

static const char *look_heading(const struct look *look)
{
    return look->members.n ? "What else to look at" : "What to look at";
}

static void render_changes(struct page *page, const struct look *look)
{
    const struct analysis *analysis = look->analysis;
    size_t shown = 0;
    struct arena arena = {0};
    if (!look->changes)
        return;
    page_heading(page, 2, "changes", look_heading(look));
    change_table_begin(page, CHANGE_TABLE_CAUSES);
    for (size_t v = 0; v < 2 * VERDICT_COUNT; v++) { /* of each verdict first what is new */
        for (size_t i = 0; i < analysis->entries_n; i++) {
            const struct entry_result *entry = &analysis->entries[i];
            for (size_t j = 0; j < entry->kpis_n && shown < CHANGES_SHOWN; j++) {
                bool turn = (entry->kpis[j].change.status == CHANGE_KNOWN) == (v % 2 == 1);
                if (turn && is_change(look, entry, &entry->kpis[j], phrases_by_weight[v / 2]) && ++shown)
                    change_table_row(page, CHANGE_TABLE_CAUSES, analysis, entry, &entry->kpis[j]);
            }
        }
    }
    page_table_end(page);
    if (look->changes > shown)
        page_paragraph(page, PAGE_MUTED, arena_printf(&arena, "%zu more stand in the results overview.", look->changes - shown));
    arena_close(&arena);
}

/* ---- overviews ---- */

static const char *values_text(const struct label_row *row, struct arena *arena)
{
    struct text text = text_open(64 << 10);
    for (size_t i = 0; i < row->values_n && i < LABEL_OVERVIEW_VALUES; i++) {
        char *value = arena_strdup(arena, row->values[i]);
        error_shorten(value, 300);
        text_printf(&text, "%s%s", i ? " · " : "", value);
    }
    if (row->values_n > LABEL_OVERVIEW_VALUES)
        text_printf(&text, " · … (%zu values)", row->values_n);
    const char *copy = arena_strdup(arena, text.s);
    text_close(&text);
    return copy;
}

static void render_overview(struct page *page, const struct label_overview *overview, struct arena *arena)
{
    static const struct page_column columns[] = {{.name = "label"}, {.name = "values", .wrap = true}};
    page_table_begin(page, NULL, columns, 2);
    for (size_t i = 0; i < overview->n; i++) {
        page_row_begin(page, overview->rows[i].values_n > 1 ? PAGE_VARIABLE : PAGE_FIXED);
        page_cell(page, PAGE_PLAIN, overview->rows[i].key);
        page_cell(page, PAGE_PLAIN, values_text(&overview->rows[i], arena));
        page_row_end(page);
    }
    page_table_end(page);
}

static const char *overview_counts(const struct label_overview *overview, struct arena *arena)
{
    return arena_printf(arena, "%zu label%s with several values, %zu with one.", overview->varying, overview->varying == 1 ? "" : "s",
                        overview->n - overview->varying);
}

static void render_configuration(struct page *page, const struct label_overview *settings)
{
    struct arena arena = {0};
    page_heading(page, 2, "configuration", "Configuration overview");
    page_paragraph(page, PAGE_MUTED, arena_printf(&arena, "What was tested: %s", overview_counts(settings, &arena)));
    render_overview(page, settings, &arena);
    arena_close(&arena);
}

struct records {
    const struct record **v;
    size_t n, cap;
};

static int compare_records(const void *a, const void *b)
{
    const struct record *const *x = a, *const *y = b;
    return (*x > *y) - (*x < *y);
}

/* What any entry was held against, each record once: entries of one run with the same labels share theirs. */
static struct records compared_with(const struct analysis *analysis, struct arena *arena)
{
    struct records all = {0};
    for (size_t i = 0; i < analysis->entries_n; i++)
        for (size_t k = 0; k < analysis->entries[i].history_n; k++)
            *LIST_ADD(arena, &all) = analysis->entries[i].history[k];
    if (all.n)
        qsort(all.v, all.n, sizeof(*all.v), compare_records);
    size_t n = 0;
    for (size_t i = 0; i < all.n; i++)
        if (i == 0 || all.v[i] != all.v[i - 1])
            all.v[n++] = all.v[i];
    all.n = n;
    return all;
}

static void render_history(struct page *page, const struct analysis *analysis)
{
    struct arena arena = {0};
    struct records records = compared_with(analysis, &arena);
    page_heading(page, 2, "history", "Historical records overview");
    if (!records.n) {
        page_paragraph(page, PAGE_WARN, analysis->history_records
                                            ? arena_printf(&arena, "None of the %zu record%s of history has the labels of an entry.",
                                                           analysis->history_records, analysis->history_records == 1 ? "" : "s")
                                            : "The history is empty.");
    } else {
        struct label_overview overview =
            label_overview_of(records.v, records.n, LABEL_SETTING, analysis->options->sorting_keys, &arena);
        page_paragraph(page, PAGE_MUTED, arena_printf(&arena, "What it was compared with: %zu of %zu record%s of history; %s", records.n,
                                                      analysis->history_records, analysis->history_records == 1 ? "" : "s",
                                                      overview_counts(&overview, &arena)));
        render_overview(page, &overview, &arena);
    }
    arena_close(&arena);
}

/* ---- results ---- */

static const char *kpi_header(const struct kpi_rule *rule, size_t prefix, struct arena *arena)
{
    static const char *const arrows[] = {[DIRECTION_NONE] = "", [DIRECTION_HIGHER] = " ↑", [DIRECTION_LOWER] = " ↓"};
    const char *unit = value_unit(rule);
    return arena_printf(arena, "%s%s%s%s", rule->name + prefix, unit[0] ? ", " : "", unit, arrows[rule->better]);
}

static struct page_column *result_columns(const struct analysis *analysis, const struct label_overview *settings, size_t prefix,
                                          size_t *n, struct arena *arena)
{
    const struct entry_result *first = &analysis->entries[0]; /* all have the same KPIs */
    struct page_column *columns = ARENA_ARRAY(arena, struct page_column, 1 + settings->varying + first->kpis_n);
    columns[0] = (struct page_column){.name = "entry"};
    *n = 1;
    for (size_t i = 0; i < settings->varying; i++)
        columns[(*n)++] = (struct page_column){.name = settings->rows[i].key};
    for (size_t j = 0; j < first->kpis_n; j++)
        columns[(*n)++] = (struct page_column){.name = kpi_header(first->kpis[j].rule, prefix, arena), .right = true,
                                               .hint = first->kpis[j].rule->help};
    return columns;
}

static void add_result(struct page *page, size_t i, const struct kpi_result *kpi, struct arena *arena)
{
    page_cell_begin(page, entry_html_tone_of(kpi));
    page_jump(page, verdict_html_fragment(i + 1, kpi->rule->name, arena), value_number(kpi->rule, kpi->evidence.value, VALUE_PEOPLE, arena));
    if (kpi->verdict != VERDICT_OK) {
        const char *change = phrases_matters(kpi) ? phrases_change(kpi, arena) : "";
        page_break(page);
        page_text(page, arena_printf(arena, "%s%s%s", verdict_name(kpi->verdict), change[0] ? " " : "", change));
    }
    page_cell_end(page);
}

static const char *setting_text(const struct entry_result *entry, const char *key, struct arena *arena)
{
    char *shown = arena_strdup(arena, label_shown(record_label(entry->entry, key), arena));
    error_shorten(shown, 300);
    return shown;
}

static void add_results(struct page *page, const struct analysis *analysis, const struct label_overview *settings, size_t i)
{
    struct arena arena = {0};
    const struct entry_result *entry = &analysis->entries[i];
    page_row_begin(page, PAGE_PLAIN);
    page_cell_begin(page, PAGE_PLAIN);
    page_jump(page, verdict_html_fragment(i + 1, NULL, &arena), arena_printf(&arena, "#%zu", i + 1));
    page_cell_end(page);
    for (size_t k = 0; k < settings->varying; k++)
        page_cell(page, PAGE_PLAIN, setting_text(entry, settings->rows[k].key, &arena));
    for (size_t j = 0; j < entry->kpis_n; j++)
        add_result(page, i, &entry->kpis[j], &arena);
    page_row_end(page);
    arena_close(&arena);
}

static void render_rows_of_entries(struct page *page, const struct analysis *analysis, const struct label_overview *settings, size_t prefix,
                                   struct arena *arena)
{
    size_t n;
    const struct page_column *columns = result_columns(analysis, settings, prefix, &n, arena);
    page_table_begin(page, NULL, columns, n);
    for (size_t i = 0; i < analysis->entries_n; i++)
        add_results(page, analysis, settings, i);
    page_table_end(page);
}

/* More KPIs than a screen or a sheet of paper is wide for: then entries are the columns. */
static void render_rows_of_kpis(struct page *page, const struct analysis *analysis, const struct label_overview *settings, size_t prefix,
                                struct arena *arena)
{
    const struct entry_result *entries = analysis->entries;
    struct page_column *columns = ARENA_ARRAY(arena, struct page_column, 1 + analysis->entries_n);
    columns[0] = (struct page_column){.name = "KPI"};
    for (size_t i = 0; i < analysis->entries_n; i++)
        columns[1 + i] = (struct page_column){.name = arena_printf(arena, "#%zu", i + 1), .right = true, .hint = entries[i].name};
    page_table_begin(page, NULL, columns, 1 + analysis->entries_n);
    for (size_t k = 0; k < settings->varying; k++) {
        page_row_begin(page, PAGE_VARIABLE);
        page_cell(page, PAGE_PLAIN, settings->rows[k].key);
        for (size_t i = 0; i < analysis->entries_n; i++)
            page_cell(page, PAGE_PLAIN, setting_text(&entries[i], settings->rows[k].key, arena));
        page_row_end(page);
    }
    for (size_t j = 0; j < entries[0].kpis_n; j++) {
        struct arena row = {0};
        page_row_begin(page, PAGE_PLAIN);
        page_cell(page, PAGE_PLAIN, kpi_header(entries[0].kpis[j].rule, prefix, &row));
        for (size_t i = 0; i < analysis->entries_n; i++)
            add_result(page, i, &entries[i].kpis[j], &row);
        page_row_end(page);
        arena_close(&row);
    }
    page_table_end(page);
}

static void render_results(struct page *page, const struct analysis *analysis, const struct label_overview *settings, struct arena *arena)
{
    page_heading(page, 2, "results", "Results overview");
    if (!analysis->entries_n) {
        page_paragraph(page, PAGE_WARN, "There is no entry to judge.");
        return;
    }
    const struct entry_result *first = &analysis->entries[0];
    const char **names = ARENA_ARRAY(arena, const char *, first->kpis_n + 1);
    for (size_t j = 0; j < first->kpis_n; j++)
        names[j] = first->kpis[j].rule->name;
    size_t prefix = short_names_prefix(names, first->kpis_n);
    page_paragraph(page, PAGE_MUTED, arena_printf(arena, "↑ higher is better, ↓ lower is better.%s%.*s%s",
                                                  prefix ? " Names of KPIs are without “" : "", (int)prefix, prefix ? names[0] : "",
                                                  prefix ? "”." : ""));
    bool turned = first->kpis_n > RESULT_COLUMNS && analysis->entries_n < first->kpis_n;
    (turned ? render_rows_of_kpis : render_rows_of_entries)(page, analysis, settings, prefix, arena);
    page_paragraph_begin(page, PAGE_PLAIN);
    page_strong(page, verdict_summary_of(analysis, arena).message);
    page_paragraph_end(page);
}

/* ---- the page ---- */

static void render_contents(struct page *page, const struct analysis *analysis, const struct look *look, struct arena *arena)
{
    LIST_OF(struct page_link) links = {0};
    if (analysis->incidents_n)
        *LIST_ADD(arena, &links) = (struct page_link){"incidents", "Incidents", 0};
    if (look->changes)
        *LIST_ADD(arena, &links) = (struct page_link){"changes", look_heading(look), 0};
    if (analysis->absences_n)
        *LIST_ADD(arena, &links) = (struct page_link){"absences", "What should be there and is not", 0};
    *LIST_ADD(arena, &links) = (struct page_link){"configuration", "Configuration overview", 0};
    *LIST_ADD(arena, &links) = (struct page_link){"history", "Historical records overview", 0};
    *LIST_ADD(arena, &links) = (struct page_link){"results", "Results overview", 0};
    for (size_t i = 0; i < analysis->entries_n; i++)
        *LIST_ADD(arena, &links) = (struct page_link){verdict_html_fragment(i + 1, NULL, arena),
                                                      entry_html_title(&analysis->entries[i], i, arena), 0};
    if (analysis->entries_n > ENTRIES_LISTED)
        page_fold_begin(page, arena_printf(arena, "Contents: %zu entries", analysis->entries_n), PAGE_ASIDE);
    page_contents(page, "Contents", links.v, links.n);
    if (analysis->entries_n > ENTRIES_LISTED)
        page_fold_end(page);
}

bool verdict_html_render(struct text *out, struct output *sink, const struct analysis *analysis, const struct gate *gate, struct error *err)
{
    struct arena arena = {0};
    const struct record **entries = ARENA_ARRAY(&arena, const struct record *, analysis->entries_n + 1);
    for (size_t i = 0; i < analysis->entries_n; i++)
        entries[i] = analysis->entries[i].entry;
    struct label_overview settings =
        label_overview_of(entries, analysis->entries_n, LABEL_SETTING, analysis->options->sorting_keys, &arena);
    struct look look = look_of(analysis, &arena);
    struct page page = page_open(out, sink, arena_printf(&arena, "Regression analysis: %s", phrases_verdict(analysis, &arena)));
    render_head(&page, analysis, gate, &arena);
    change_html_incidents(&page, analysis);
    render_changes(&page, &look);
    change_html_absences(&page, analysis);
    render_contents(&page, analysis, &look, &arena);
    render_configuration(&page, &settings);
    render_history(&page, analysis);
    render_results(&page, analysis, &settings, &arena);
    for (size_t i = 0; i < analysis->entries_n; i++)
        entry_html_render(&page, &(struct entry_page){analysis, &settings}, i);
    bool ok = page_close(&page, err);
    arena_close(&arena);
    return ok;
}
