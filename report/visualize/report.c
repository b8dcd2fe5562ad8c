#include "report/visualize/report.h"

#include <stdlib.h>

#include "report/visualize/error_report.h"
#include "report/visualize/kpi_table.h"
#include "report/visualize/lts_documentation.h"
#include "report/visualize/reports_index.h"

enum { PAGE_MAX = 512 << 20 };

struct report {
    const struct report_item *item;
    const struct maker *maker;
    void *made; /* the maker's own */
    struct text text;
    struct page page;
    struct arena arena;
    const char *warning;
};

/* How each kind is made. */
struct maker {
    void *(*open)(const struct report_options *options);
    void (*close)(void *made);
    void (*begin)(struct report *report, const char *const *titles, size_t n); /* or NULL */
    void (*add)(struct report *report, const struct test_view *view);
    void (*finish)(struct report *report, const struct findings *found);
};

static void *open_error(const struct report_options *options)
{
    (void)options;
    return error_report_open();
}

static void close_error(void *made)
{
    error_report_close(made);
}

static void add_error(struct report *report, const struct test_view *view)
{
    error_report_add(report->made, view);
}

static void finish_error(struct report *report, const struct findings *found)
{
    error_report_render(report->made, &report->page, found);
}

static void *open_documentation(const struct report_options *options)
{
    return lts_documentation_open(options->rules, options->rules_n);
}

static void close_documentation(void *made)
{
    lts_documentation_close(made);
}

static void begin_documentation(struct report *report, const char *const *titles, size_t n)
{
    lts_documentation_contents(report->made, &report->page, titles, n);
}

static void add_documentation(struct report *report, const struct test_view *view)
{
    lts_documentation_add(report->made, &report->page, view);
}

static void finish_documentation(struct report *report, const struct findings *found)
{
    (void)found;
    lts_documentation_finish(report->made, &report->page);
}

static void *open_table(const struct report_options *options, bool by_labels)
{
    return kpi_table_open(&(struct kpi_table_options){
        .by_labels = by_labels, .sorting_keys = options->sorting_keys, .rules = options->rules, .rules_n = options->rules_n});
}

static void *open_by_settings(const struct report_options *options)
{
    return open_table(options, false);
}

static void *open_by_labels(const struct report_options *options)
{
    return open_table(options, true);
}

static void close_table(void *made)
{
    kpi_table_close(made);
}

static void add_table(struct report *report, const struct test_view *view)
{
    kpi_table_add(report->made, view);
}

static void finish_table(struct report *report, const struct findings *found)
{
    (void)found;
    kpi_table_render(report->made, &report->page);
}

static void finish_by_labels(struct report *report, const struct findings *found)
{
    size_t distinct = kpi_table_distinct(report->made), rows = kpi_table_rows(report->made);
    finish_table(report, found);
    if (distinct && distinct != rows)
        report->warning = arena_printf(&report->arena, "found %zu unique KPI labels for %zu test entries", distinct, rows);
}

static const struct maker makers[REPORT_MADE] = {
    [REPORT_ERROR] = {open_error, close_error, NULL, add_error, finish_error},
    [REPORT_LTS_DOCUMENTATION] = {open_documentation, close_documentation, begin_documentation, add_documentation,
                                  finish_documentation},
    [REPORT_KPIS_BY_SETTINGS] = {open_by_settings, close_table, NULL, add_table, finish_table},
    [REPORT_KPIS_BY_LABELS] = {open_by_labels, close_table, NULL, add_table, finish_by_labels},
};

struct report *report_open(const struct report_item *item, const struct report_options *options, struct output *sink)
{
    struct report *report = memory_need(calloc(1, sizeof(*report)));
    report->item = item;
    report->maker = &makers[item->kind];
    report->made = report->maker->open(options);
    report->text = text_open(PAGE_MAX);
    report->page = page_open(&report->text, sink, item->title);
    page_paragraph_begin(&report->page, PAGE_MUTED);
    page_file(&report->page, REPORTS_INDEX_FILE, "All reports");
    page_paragraph_end(&report->page);
    page_heading(&report->page, 1, NULL, item->title);
    return report;
}

void report_close(struct report *report)
{
    if (!report)
        return;
    report->maker->close(report->made);
    text_close(&report->text);
    arena_close(&report->arena);
    free(report);
}

void report_begin(struct report *report, const char *const *titles, size_t n)
{
    if (report->maker->begin)
        report->maker->begin(report, titles, n);
}

void report_add(struct report *report, const struct test_view *view)
{
    report->maker->add(report, view);
}

bool report_finish(struct report *report, const struct findings *found, struct error *err)
{
    report->maker->finish(report, found);
    return page_close(&report->page, err);
}

const char *report_warning(const struct report *report)
{
    return report->warning;
}
