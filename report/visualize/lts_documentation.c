#include "report/visualize/lts_documentation.h"

#include <stdlib.h>
#include <string.h>

#include "regress/labels.h"
#include "report/visualize/key_grid.h"
#include "report/visualize/kpi_cell.h"

enum { SHOWN_MAX = 2000, LIST_MAX = 4000, CSV_MAX = 64 << 20, CONTENTS_MAX = 2000 };

struct csv_row {
    const char *uuid, *start; /* "" when there is none */
    const char **kpis;        /* by rule; "" when there is none */
};

struct lts_documentation {
    struct arena arena;
    const struct kpi_rule *rules;
    size_t rules_n, tests;
    struct key_grid labels;
    LIST_OF(struct csv_row) rows;
};

struct lts_documentation *lts_documentation_open(const struct kpi_rule *rules, size_t rules_n)
{
    struct lts_documentation *documentation = memory_need(calloc(1, sizeof(*documentation)));
    documentation->rules = rules;
    documentation->rules_n = rules_n;
    documentation->labels.arena = &documentation->arena;
    return documentation;
}

void lts_documentation_close(struct lts_documentation *documentation)
{
    if (!documentation)
        return;
    arena_close(&documentation->arena);
    free(documentation);
}

static json_t *member(const json_t *object, const char *name)
{
    return json_object_get(object, name);
}

/* ---- a test ---- */

static void keep_row(struct lts_documentation *documentation, const struct test_view *view)
{
    struct arena *arena = &documentation->arena;
    json_t *metadata = member(view->payload, "metadata"), *kpis = member(view->payload, "kpis");
    const char *uuid = test_view_uuid(view), *start = json_string_value(member(metadata, "start"));
    struct csv_row row = {.uuid = uuid ? arena_strdup(arena, uuid) : "", .start = start ? arena_strdup(arena, start) : "",
                          .kpis = ARENA_ARRAY(arena, const char *, documentation->rules_n)};
    for (size_t i = 0; i < documentation->rules_n; i++) {
        const json_t *value = member(member(kpis, documentation->rules[i].name), "value");
        row.kpis[i] = value && !json_is_null(value) ? test_view_json(arena, value, LIST_MAX) : "";
    }
    *LIST_ADD(arena, &documentation->rows) = row;
    key_grid_add(&documentation->labels, member(metadata, "settings"), label_is_bookkeeping);
}

static void define_json(struct page *page, const char *term, const json_t *value, struct arena *scratch)
{
    if (!value || json_is_null(value))
        return;
    page_define_begin(page, term);
    page_code(page, test_view_shown(scratch, value, SHOWN_MAX));
    page_define_end(page);
}

static void define_urls(struct page *page, json_t *urls)
{
    const char *name;
    json_t *url;
    if (json_object_size(urls) == 0)
        return;
    page_define_begin(page, "urls");
    json_object_foreach(urls, name, url) {
        page_link(page, json_string_value(url), name);
        page_break(page);
    }
    page_define_end(page);
}

static void define_presets(struct page *page, const json_t *presets, struct arena *scratch)
{
    struct text out = text_open(SHOWN_MAX);
    for (size_t i = 0; i < json_array_size(presets); i++)
        text_printf(&out, "%s%s", i ? ", " : "", test_view_shown(scratch, json_array_get(presets, i), SHOWN_MAX));
    if (out.len)
        page_define(page, "presets", out.s);
    text_close(&out);
}

static void show_labels(struct page *page, json_t *settings, struct arena *scratch)
{
    static const struct page_column columns[] = {{.name = "label"}, {.name = "value", .wrap = true}};
    const char *name;
    json_t *value;
    page_table_begin(page, "Labels", columns, 2);
    json_object_foreach(settings, name, value) {
        if (label_is_bookkeeping(name))
            continue;
        page_row_begin(page, PAGE_PLAIN);
        page_cell(page, PAGE_PLAIN, name);
        page_cell(page, PAGE_PLAIN, test_view_shown(scratch, value, SHOWN_MAX));
        page_row_end(page);
    }
    page_table_end(page);
}

static void show_metadata(struct page *page, const struct test_view *view, struct arena *scratch)
{
    json_t *metadata = member(view->payload, "metadata"), *settings = member(metadata, "settings");
    page_definitions_begin(page);
    page_define(page, "test", view->path);
    define_json(page, "test UUID", member(metadata, "test_uuid"), scratch);
    define_urls(page, member(settings, "urls"));
    define_json(page, "start", member(metadata, "start"), scratch);
    define_json(page, "end", member(metadata, "end"), scratch);
    define_presets(page, member(metadata, "presets"), scratch);
    define_json(page, "exit code", member(metadata, "exit_code"), scratch);
    define_json(page, "schema version", member(metadata, "lts_schema_version"), scratch);
    page_definitions_end(page);
    show_labels(page, settings, scratch);
}

/* The list itself, as far as it is short enough. */
static void show_list(struct page *page, const json_t *value, struct arena *scratch)
{
    page_break(page);
    page_code(page, test_view_json(scratch, value, LIST_MAX));
}

static void show_kpis(const struct lts_documentation *documentation, struct page *page, const json_t *payload, struct arena *scratch)
{
    static const struct page_column columns[] = {{.name = "KPI"}, {.name = "value", .right = true}, {.name = "what it is", .wrap = true}};
    page_table_begin(page, "KPIs", columns, 3);
    for (size_t i = 0; i < documentation->rules_n; i++) {
        const struct kpi_rule *rule = &documentation->rules[i];
        const struct kpi_cell cell = kpi_cell_of(payload, rule->name);
        page_row_begin(page, PAGE_PLAIN);
        page_cell(page, PAGE_PLAIN, rule->name);
        page_cell_begin(page, cell.kind == KPI_CELL_NONE ? PAGE_WARN : PAGE_PLAIN);
        if (cell.kind != KPI_CELL_LIST)
            page_text(page, kpi_cell_shown(&cell, rule, scratch));
        page_cell_end(page);
        page_cell_begin(page, PAGE_PLAIN);
        page_text(page, rule->help);
        if (cell.kind == KPI_CELL_LIST) {
            page_break(page);
            page_text(page, kpi_cell_shown(&cell, rule, scratch));
            show_list(page, member(member(member(payload, "kpis"), rule->name), "value"), scratch);
        }
        page_cell_end(page);
        page_row_end(page);
    }
    page_table_end(page);
}

void lts_documentation_contents(const struct lts_documentation *documentation, struct page *page, const char *const *titles, size_t n)
{
    struct arena scratch = {0};
    struct page_link *links = ARENA_ARRAY(&scratch, struct page_link, n + 1);
    size_t shown = n < CONTENTS_MAX ? n : CONTENTS_MAX;
    for (size_t i = 0; i < shown; i++)
        links[i] = (struct page_link){.id = test_view_id(&scratch, i), .text = titles[i]};
    if (documentation->rules_n)
        links[shown++] = (struct page_link){.id = "csv", .text = "CSV summary"};
    page_contents(page, "Tests", links, shown);
    arena_close(&scratch);
}

void lts_documentation_add(struct lts_documentation *documentation, struct page *page, const struct test_view *view)
{
    struct arena scratch = {0};
    page_heading(page, 2, test_view_id(&scratch, documentation->tests++), view->title);
    if (*view->name)
        page_paragraph(page, PAGE_MUTED, view->name);
    if (!view->payload) {
        page_paragraph(page, PAGE_PLAIN, "This workload has no payloads.");
        arena_close(&scratch);
        return;
    }
    if (!view->valid)
        page_paragraph(page, PAGE_WARN, arena_printf(&scratch, "The payload is not valid (%zu violation%s): the error report says why.",
                                                     view->violations_n, view->violations_n == 1 ? "" : "s"));
    show_metadata(page, view, &scratch);
    if (documentation->rules_n)
        show_kpis(documentation, page, view->payload, &scratch);
    keep_row(documentation, view);
    arena_close(&scratch);
}

/* ---- CSV ---- */

static void csv_field(struct text *out, bool first, const char *value)
{
    if (!first)
        text_addc(out, ',');
    if (!value[strcspn(value, ",\"\r\n")]) {
        text_add(out, value);
        return;
    }
    text_addc(out, '"');
    for (; *value; value++) {
        if (*value == '"')
            text_addc(out, '"');
        text_addc(out, *value);
    }
    text_addc(out, '"');
}

void lts_documentation_csv(const struct lts_documentation *documentation, struct text *out)
{
    const struct key_grid *labels = &documentation->labels;
    csv_field(out, true, "test_uuid");
    for (size_t k = 0; k < labels->keys.n; k++)
        csv_field(out, false, labels->keys.v[k]);
    csv_field(out, false, "timestamp");
    for (size_t k = 0; k < documentation->rules_n; k++)
        csv_field(out, false, documentation->rules[k].name);
    for (size_t i = 0; i < documentation->rows.n; i++) {
        const struct csv_row *row = &documentation->rows.v[i];
        struct arena scratch = {0};
        text_addc(out, '\n');
        csv_field(out, true, row->uuid);
        for (size_t k = 0; k < labels->keys.n; k++) {
            const char *value = key_grid_value(labels, i, k);
            csv_field(out, false, value ? key_grid_shown(value, &scratch) : "");
        }
        csv_field(out, false, row->start);
        for (size_t k = 0; k < documentation->rules_n; k++)
            csv_field(out, false, row->kpis[k]);
        arena_close(&scratch);
    }
    text_addc(out, '\n');
}

void lts_documentation_finish(const struct lts_documentation *documentation, struct page *page)
{
    if (documentation->rules_n == 0)
        return;
    struct text csv = text_open(CSV_MAX);
    page_heading(page, 2, "csv", "CSV summary");
    lts_documentation_csv(documentation, &csv);
    page_pre(page, csv.s);
    if (csv.over)
        page_paragraph(page, PAGE_WARN, "The summary is longer than 64 MB: its end was left out.");
    text_close(&csv);
}
