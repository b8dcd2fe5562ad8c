#include "report/visualize/kpi_table.h"

#include <stdlib.h>
#include <string.h>

#include "regress/labels.h"
#include "regress/value.h"
#include "report/phrases.h"
#include "report/short_names.h"
#include "report/visualize/key_grid.h"
#include "report/visualize/kpi_cell.h"

enum { SHORT_NAME_MIN = 5, OVERVIEW_VALUES_MAX = 40, CELL_MAX = 300 };

struct row {
    const char *uuid; /* its first part, or NULL */
    const char *title;
    bool valid;
    struct kpi_cell *cells; /* by rule */
};

struct kpi_table {
    struct arena arena;
    struct kpi_table_options options;
    struct key_grid grid;
    LIST_OF(struct row) rows;
    size_t invalid;
    bool *lists; /* by rule: some test has a list for it */
};

struct kpi_table *kpi_table_open(const struct kpi_table_options *options)
{
    struct kpi_table *table = memory_need(calloc(1, sizeof(*table)));
    table->options = *options;
    table->grid.arena = &table->arena;
    table->lists = ARENA_ARRAY(&table->arena, bool, options->rules_n);
    return table;
}

void kpi_table_close(struct kpi_table *table)
{
    if (!table)
        return;
    arena_close(&table->arena);
    free(table);
}

void kpi_table_add(struct kpi_table *table, const struct test_view *view)
{
    struct arena *arena = &table->arena;
    const char *uuid = test_view_uuid(view);
    json_t *labels = json_object_get(json_object_get(view->payload, "metadata"), "settings");
    struct row row = {.uuid = uuid ? arena_printf(arena, "%.*s", (int)strcspn(uuid, "-"), uuid) : NULL,
                      .title = arena_strdup(arena, view->title),
                      .valid = view->valid || !view->payload,
                      .cells = ARENA_ARRAY(arena, struct kpi_cell, table->options.rules_n)};
    for (size_t i = 0; i < table->options.rules_n; i++) {
        row.cells[i] = kpi_cell_of(view->payload, table->options.rules[i].name);
        table->lists[i] |= row.cells[i].kind == KPI_CELL_LIST;
    }
    *LIST_ADD(arena, &table->rows) = row;
    table->invalid += !row.valid;
    if (table->options.by_labels)
        key_grid_add(&table->grid, labels, label_is_bookkeeping);
    else
        key_grid_add(&table->grid, view->settings, NULL);
}

size_t kpi_table_rows(const struct kpi_table *table)
{
    return table->rows.n;
}

size_t kpi_table_distinct(const struct kpi_table *table)
{
    struct arena scratch = {0};
    size_t keys_n, distinct = table->rows.n > 0 && table->grid.keys.n > 0;
    const size_t *keys = key_grid_variable(&table->grid, NULL, &scratch, &keys_n);
    const size_t *rows = key_grid_sorted(&table->grid, keys, keys_n, &scratch);
    for (size_t i = 1; distinct && i < table->rows.n; i++)
        distinct += key_grid_compare(&table->grid, rows[i - 1], rows[i], keys, keys_n) != 0;
    arena_close(&scratch);
    return distinct;
}

/* ---- names ---- */

static size_t names_prefix(const struct kpi_table *table, struct arena *arena)
{
    const char **names = ARENA_ARRAY(arena, const char *, table->options.rules_n);
    for (size_t i = 0; i < table->options.rules_n; i++)
        names[i] = table->options.rules[i].name;
    return short_names_prefix(names, table->options.rules_n);
}

/* The name without the prefix, or whole when fewer than five characters would stay. */
static const char *short_name(const char *name, size_t prefix)
{
    return strlen(name) < prefix + SHORT_NAME_MIN ? name : name + prefix;
}

/* ---- overview ---- */

static const char *joined_values(const struct kpi_table *table, size_t key, struct arena *arena)
{
    size_t n;
    const char **values = key_grid_distinct(&table->grid, key, arena, &n);
    struct text out = text_open(1 << 20);
    for (size_t i = 0; i < n && i < OVERVIEW_VALUES_MAX; i++) {
        char *shown = arena_strdup(arena, values[i] ? key_grid_shown(values[i], arena) : "(none)");
        error_shorten(shown, CELL_MAX);
        text_printf(&out, "%s%s", i ? " · " : "", shown);
    }
    if (n > OVERVIEW_VALUES_MAX)
        text_printf(&out, " · … and %zu more", n - OVERVIEW_VALUES_MAX);
    const char *joined = arena_strdup(arena, out.s);
    text_close(&out);
    return joined;
}

/* What varies first, then what is the same for all. */
static void render_overview(const struct kpi_table *table, struct page *page, const size_t *keys, size_t keys_n, struct arena *arena)
{
    static const struct page_column columns[] = {{.name = "name"}, {.name = "value(s)", .wrap = true}};
    const struct key_grid *grid = &table->grid;
    if (grid->keys.n == 0) {
        page_paragraph(page, PAGE_PLAIN, table->options.by_labels ? "The payloads have no labels." : "The tests have no settings.");
        return;
    }
    page_table_begin(page, NULL, columns, 2);
    for (size_t i = 0; i < keys_n + grid->keys.n; i++) {
        size_t key = i < keys_n ? keys[i] : i - keys_n;
        if (i >= keys_n && key_grid_varies(grid, key))
            continue;
        page_row_begin(page, i < keys_n ? PAGE_VARIABLE : PAGE_FIXED);
        page_cell(page, PAGE_PLAIN, grid->keys.v[key]);
        page_cell(page, PAGE_PLAIN, joined_values(table, key, arena));
        page_row_end(page);
    }
    page_table_end(page);
    page_paragraph_begin(page, PAGE_MUTED);
    page_badge(page, PAGE_VARIABLE, "varies");
    page_text(page, " among the tests, ");
    page_badge(page, PAGE_FIXED, "the same");
    page_text(page, " in all of them.");
    page_paragraph_end(page);
}

/* ---- results ---- */

/* The short UUID; a test without one is known by its directory. */
static void row_name(struct page *page, const struct row *row)
{
    enum page_tone tone = row->valid ? PAGE_PLAIN : PAGE_WARN;
    page_cell_begin(page, tone);
    page_badge(page, tone, row->uuid ? row->uuid : row->title);
    page_cell_end(page);
}

static void result_cell(struct page *page, const struct kpi_cell *cell, const struct kpi_rule *rule, struct arena *arena)
{
    if (cell->kind == KPI_CELL_NUMBER)
        page_cell(page, PAGE_PLAIN, value_number(rule, cell->value, VALUE_PEOPLE, arena));
    else
        page_cell(page, PAGE_WARN, cell->kind == KPI_CELL_LIST ? "a list" : "---");
}

static struct page_column *result_columns(const struct kpi_table *table, const size_t *keys, size_t keys_n, size_t *n,
                                          struct arena *arena)
{
    const struct kpi_table_options *options = &table->options;
    struct page_column *columns = ARENA_ARRAY(arena, struct page_column, 2 + keys_n + options->rules_n);
    size_t prefix = names_prefix(table, arena);
    *n = 0;
    columns[(*n)++] = (struct page_column){.name = "test", .hint = "the beginning of its UUID"};
    if (options->by_labels)
        columns[(*n)++] = (struct page_column){.name = "directory", .wrap = true};
    for (size_t i = 0; i < keys_n; i++)
        columns[(*n)++] = (struct page_column){.name = table->grid.keys.v[keys[i]]};
    for (size_t i = 0; i < options->rules_n; i++) {
        const struct kpi_rule *rule = &options->rules[i];
        const char *unit = value_unit(rule);
        if (!table->lists[i])
            columns[(*n)++] = (struct page_column){
                .name = arena_printf(arena, "%s%s%s%s%s", short_name(rule->name, prefix), kpi_direction_sign(rule->better),
                                     *unit ? " (" : "", unit, *unit ? ")" : ""),
                .right = true,
                .hint = rule->help};
    }
    return columns;
}

static void render_row(const struct kpi_table *table, struct page *page, size_t at, const size_t *keys, size_t keys_n)
{
    const struct row *row = &table->rows.v[at];
    struct arena scratch = {0};
    page_row_begin(page, PAGE_PLAIN);
    row_name(page, row);
    if (table->options.by_labels)
        page_cell(page, PAGE_PLAIN, row->title);
    for (size_t i = 0; i < keys_n; i++) {
        const char *value = key_grid_value(&table->grid, at, keys[i]);
        char *shown = arena_strdup(&scratch, value ? key_grid_shown(value, &scratch) : "(none)");
        error_shorten(shown, CELL_MAX);
        page_cell(page, value ? PAGE_VARIABLE : PAGE_MUTED, shown);
    }
    for (size_t i = 0; i < table->options.rules_n; i++)
        if (!table->lists[i])
            result_cell(page, &row->cells[i], &table->options.rules[i], &scratch);
    page_row_end(page);
    arena_close(&scratch);
}

static void render_results(const struct kpi_table *table, struct page *page, const size_t *rows, const size_t *keys, size_t keys_n,
                           struct arena *arena)
{
    size_t columns_n, distinct = kpi_table_distinct(table);
    const struct page_column *columns = result_columns(table, keys, keys_n, &columns_n, arena);
    if (table->options.by_labels && distinct && distinct != table->rows.n)
        page_paragraph(page, PAGE_WARN,
                       arena_printf(arena, "Warning: found %zu unique KPI labels for %zu test entries: rows with equal labels cannot be "
                                           "told apart by them, nor can their histories.", distinct, table->rows.n));
    if (table->invalid)
        page_paragraph(page, PAGE_WARN,
                       arena_printf(arena, "%zu of the tests ha%s no valid payload: marked in the first column, shown as far as there "
                                           "are values; the error report says why.", table->invalid, table->invalid == 1 ? "s" : "ve"));
    page_table_begin(page, NULL, columns, columns_n);
    for (size_t i = 0; i < table->rows.n; i++)
        render_row(table, page, rows[i], keys, keys_n);
    page_table_end(page);
}

/* ---- KPIs that are lists ---- */

static void list_row(const struct kpi_table *table, struct page *page, const struct row *row, size_t rule)
{
    const struct kpi_rule *kpi = &table->options.rules[rule];
    const struct kpi_cell *cell = &row->cells[rule];
    struct arena scratch = {0};
    const double numbers[] = {cell->min, cell->median, cell->max};
    page_row_begin(page, PAGE_PLAIN);
    row_name(page, row);
    page_cell(page, PAGE_PLAIN, row->title);
    page_cell(page, PAGE_PLAIN, arena_printf(&scratch, "%zu", cell->n));
    for (size_t i = 0; i < 3; i++)
        page_cell(page, PAGE_PLAIN, cell->n ? value_shown(kpi, numbers[i], VALUE_PEOPLE, &scratch) : "---");
    page_row_end(page);
    arena_close(&scratch);
}

static void render_lists(const struct kpi_table *table, struct page *page, const size_t *rows)
{
    static const struct page_column columns[] = {
        {.name = "test"}, {.name = "directory", .wrap = true}, {.name = "values", .right = true}, {.name = "minimum", .right = true},
        {.name = "median", .right = true}, {.name = "maximum", .right = true}};
    bool begun = false;
    for (size_t rule = 0; rule < table->options.rules_n; rule++) {
        if (!table->lists[rule])
            continue;
        if (!begun)
            page_heading(page, 2, "lists", "KPIs that are lists");
        begun = true;
        page_table_begin(page, table->options.rules[rule].name, columns, sizeof(columns) / sizeof(columns[0]));
        for (size_t i = 0; i < table->rows.n; i++)
            list_row(table, page, &table->rows.v[rows[i]], rule);
        page_table_end(page);
    }
}

/* ---- the page ---- */

static void render_descriptions(const struct kpi_table *table, struct page *page)
{
    page_heading(page, 2, "kpis", "KPIs description");
    page_definitions_begin(page);
    for (size_t i = 0; i < table->options.rules_n; i++) {
        const struct kpi_rule *rule = &table->options.rules[i];
        page_define_begin(page, rule->name);
        page_text(page, rule->help);
        page_text(page, "; in ");
        page_text(page, rule->unit);
        if (strcmp(value_unit(rule), rule->unit) != 0) {
            page_text(page, ", converted into ");
            page_text(page, value_unit(rule));
        }
        page_text(page, "; ");
        page_text(page, phrases_direction(rule->better));
        page_text(page, kpi_direction_sign(rule->better));
        page_define_end(page);
    }
    page_definitions_end(page);
}

void kpi_table_render(const struct kpi_table *table, struct page *page)
{
    const struct kpi_table_options *options = &table->options;
    struct arena arena = {0};
    size_t keys_n;
    const size_t *keys = key_grid_variable(&table->grid, options->sorting_keys, &arena, &keys_n);
    const size_t *rows = key_grid_sorted(&table->grid, keys, keys_n, &arena);
    page_paragraph(page, PAGE_PLAIN, arena_printf(&arena, "Showing %zu test%s.", table->rows.n, table->rows.n == 1 ? "" : "s"));
    page_heading(page, 2, "overview", options->by_labels ? "KPI Labels Overview" : "Test Settings Overview");
    render_overview(table, page, keys, keys_n, &arena);
    page_heading(page, 2, "results", "KPI Results overview");
    if (options->rules_n) {
        render_results(table, page, rows, keys, keys_n, &arena);
        render_lists(table, page, rows);
        render_descriptions(table, page);
    } else {
        page_paragraph(page, PAGE_PLAIN, "This workload has no KPIs.");
    }
    arena_close(&arena);
}
