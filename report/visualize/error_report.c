#include "report/visualize/error_report.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "json/write.h"

enum { LINE_MAX_BYTES = 1000, INLINE_MAX = 200, VALUES_MAX = 60, FIRST_MAX = 3, FIRST_LINE_MAX = 300, PLACES_MAX = 4 };

struct row {
    const char *title;
    size_t wrong; /* things that went wrong */
    char *first[FIRST_MAX]; /* of them; the rest is NULL */
    bool detailed;
};

struct error_report {
    struct arena arena;
    struct text body;
    LIST_OF(struct row) rows;
    size_t wrong;
};

struct error_report *error_report_open(void)
{
    struct error_report *report = memory_need(calloc(1, sizeof(*report)));
    report->body = text_open(2 * (size_t)ERROR_REPORT_MAX);
    return report;
}

void error_report_close(struct error_report *report)
{
    if (!report)
        return;
    text_close(&report->body);
    arena_close(&report->arena);
    free(report);
}

size_t error_report_wrong(const struct error_report *report)
{
    return report->wrong;
}

/* ---- what went wrong ---- */

struct lines {
    const char **v;
    size_t n, cap, left_out;
};

static void add_line(struct arena *arena, struct lines *lines, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void add_line(struct arena *arena, struct lines *lines, const char *format, ...)
{
    va_list args;
    if (lines->n == ERROR_REPORT_LINES_MAX) {
        lines->left_out++;
        return;
    }
    va_start(args, format);
    char *line = arena_vprintf(arena, format, args);
    va_end(args);
    error_shorten(line, LINE_MAX_BYTES);
    *LIST_ADD(arena, lines) = line;
}

/* Violations that say the same of several places are one line, with the first few of them. */
static void add_violations(struct arena *arena, struct lines *lines, const struct test_view *view)
{
    size_t n = view->violations_n;
    bool *said = ARENA_ARRAY(arena, bool, n);
    for (size_t i = 0; i < n; i++) {
        const char *text = view->violations[i].text;
        struct text where = text_open(LINE_MAX_BYTES);
        size_t places = 0;
        for (size_t k = i; !said[i] && k < n && lines->n < ERROR_REPORT_LINES_MAX; k++) {
            if (strcmp(view->violations[k].text, text) != 0)
                continue;
            if (places++ < PLACES_MAX)
                text_printf(&where, "%s%s", where.len ? ", " : "", view->violations[k].where);
            said[k] = k > i;
        }
        if (places > PLACES_MAX)
            text_printf(&where, " and %zu more", places - PLACES_MAX);
        if (!said[i])
            add_line(arena, lines, "%s: %s", where.s, text);
        text_close(&where);
    }
}

/* A broken artifact is said once: as the reason of a violation when there is one. */
static struct lines what_went_wrong(struct arena *arena, const struct test_view *view)
{
    struct lines lines = {0};
    if (view->exit_code != 0)
        add_line(arena, &lines, "the test ended with exit code %ld", view->exit_code);
    for (size_t i = 0; i < view->findings_n; i++) {
        const struct finding *finding = &view->findings[i];
        if (finding->level == FINDING_LACK || (finding->level == FINDING_BROKEN && !view->violations_n))
            add_line(arena, &lines, "%s", finding->text);
    }
    add_violations(arena, &lines, view);
    return lines;
}

static void show_lines(struct page *page, const struct lines *lines)
{
    page_list_begin(page);
    for (size_t i = 0; i < lines->n; i++)
        page_item(page, lines->v[i]);
    if (lines->left_out) {
        struct text more = text_open(100);
        text_printf(&more, "… and %zu more", lines->left_out);
        page_item(page, more.s);
        text_close(&more);
    }
    page_list_end(page);
}

/* ---- values ---- */

static const char *indented(struct arena *arena, const json_t *value)
{
    struct text out = text_open(ERROR_REPORT_VALUE_MAX);
    if (json_is_string(value))
        text_addn(&out, json_string_value(value), strnlen(json_string_value(value), ERROR_REPORT_VALUE_MAX - 1));
    else
        json_write(&out, value, &(struct json_style){.indent = 2}, 0);
    bool cut = out.over || (json_is_string(value) && json_string_length(value) >= ERROR_REPORT_VALUE_MAX);
    const char *shown = arena_printf(arena, "%s%s", out.s, cut ? "\n…" : "");
    text_close(&out);
    return shown;
}

static bool is_short(const json_t *value)
{
    if (json_is_object(value) || json_is_array(value))
        return false;
    return !json_is_string(value) || (json_string_length(value) <= INLINE_MAX && !strchr(json_string_value(value), '\n'));
}

/* A list of a few plain values is shown line by line. */
static bool is_short_list(const json_t *value)
{
    if (!json_is_array(value) || json_array_size(value) == 0 || json_array_size(value) > 20)
        return false;
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!is_short(json_array_get(value, i)))
            return false;
    return true;
}

/* In the list of definitions when it is short; true when it was shown. */
static bool define_value(struct page *page, const char *title, const json_t *value, struct arena *scratch)
{
    if (!is_short(value) && !is_short_list(value))
        return false;
    page_define_begin(page, title);
    if (is_short(value))
        page_code(page, test_view_shown(scratch, value, INLINE_MAX));
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (i)
            page_break(page);
        page_text(page, test_view_shown(scratch, json_array_get(value, i), INLINE_MAX));
    }
    page_define_end(page);
    return true;
}

static void fold_value(struct page *page, const char *title, const json_t *value, struct arena *scratch)
{
    page_fold_begin(page, title, PAGE_FOLDED);
    page_pre(page, indented(scratch, value));
    page_fold_end(page);
}

/* ---- a test ---- */

static void show_fields(struct page *page, const struct test_view *view, bool short_ones, struct arena *scratch)
{
    for (size_t i = 0; i < view->fields_n; i++) {
        const struct view_field *field = &view->fields[i];
        bool none = !field->value || json_is_null(field->value);
        if (none && short_ones) {
            page_define(page, field->title, field->trouble ? arena_printf(scratch, "not available: %s", field->trouble) : "none");
        } else if (!none && short_ones) {
            define_value(page, field->title, field->value, scratch);
        } else if (!none && !is_short(field->value) && !is_short_list(field->value)) {
            fold_value(page, field->title, field->value, scratch);
        }
    }
}

static void show_facts(struct page *page, const struct test_view *view, struct arena *scratch)
{
    const char *uuid = test_view_uuid(view);
    page_definitions_begin(page);
    page_define_begin(page, "Artifacts");
    if (view->link)
        page_file(page, view->link, view->path);
    else
        page_text(page, view->path);
    page_define_end(page);
    page_define_begin(page, "Test UUID");
    if (uuid)
        page_code(page, uuid);
    else
        page_text(page, "none");
    page_define_end(page);
    page_define_begin(page, "Test exit code");
    page_code(page, arena_printf(scratch, "%ld", view->exit_code));
    page_define_end(page);
    show_fields(page, view, true, scratch);
    page_definitions_end(page);
    show_fields(page, view, false, scratch);
}

static void show_settings(struct page *page, json_t *settings, struct arena *scratch)
{
    static const struct page_column columns[] = {{.name = "setting"}, {.name = "value", .wrap = true}};
    const char *name;
    json_t *value;
    page_fold_begin(page, "Settings", PAGE_FOLDED);
    page_table_begin(page, NULL, columns, 2);
    json_object_foreach(settings, name, value) {
        if (json_is_null(value))
            continue;
        page_row_begin(page, PAGE_PLAIN);
        page_cell(page, PAGE_PLAIN, name);
        page_cell(page, PAGE_PLAIN, test_view_shown(scratch, value, LINE_MAX_BYTES));
        page_row_end(page);
    }
    page_table_end(page);
    page_fold_end(page);
}

/* What a workload without `reports: error:` has parsed. Names with _ are for expressions only. */
static void show_values(struct page *page, json_t *values, struct arena *scratch)
{
    const char *name;
    json_t *value;
    size_t n = 0;
    json_object_foreach(values, name, value) {
        if (name[0] == '_' || json_is_null(value) || n == VALUES_MAX)
            continue;
        if (n++ == 0)
            page_fold_begin(page, "Parsed values", PAGE_ASIDE);
        fold_value(page, name, value, scratch);
    }
    if (n)
        page_fold_end(page);
}

static void show_notes(struct page *page, const struct test_view *view, struct arena *scratch)
{
    struct lines lines = {0};
    for (size_t i = 0; i < view->findings_n; i++)
        if (view->findings[i].level < FINDING_LACK)
            add_line(scratch, &lines, "%s", view->findings[i].text);
    if (!lines.n)
        return;
    page_fold_begin(page, "Notes", PAGE_FOLDED);
    show_lines(page, &lines);
    page_fold_end(page);
}

static void show_test(struct error_report *report, const struct test_view *view, const struct lines *wrong, struct arena *scratch)
{
    struct page page = {.out = &report->body};
    page_heading(&page, 2, test_view_id(scratch, report->rows.n), view->title);
    if (*view->name)
        page_paragraph(&page, PAGE_MUTED, view->name);
    if (wrong->n) {
        page_paragraph(&page, PAGE_BAD, arena_printf(scratch, "%zu thing%s went wrong:", wrong->n + wrong->left_out,
                                                     wrong->n + wrong->left_out == 1 ? "" : "s"));
        show_lines(&page, wrong);
    }
    show_facts(&page, view, scratch);
    show_settings(&page, view->settings, scratch);
    if (!view->fields_n)
        show_values(&page, view->values, scratch);
    show_notes(&page, view, scratch);
}

void error_report_add(struct error_report *report, const struct test_view *view)
{
    struct arena scratch = {0};
    struct lines wrong = what_went_wrong(&scratch, view);
    bool detailed = report->body.len < ERROR_REPORT_MAX;
    if (detailed)
        show_test(report, view, &wrong, &scratch);
    struct row row = {.title = arena_strdup(&report->arena, view->title), .wrong = wrong.n + wrong.left_out, .detailed = detailed};
    for (size_t i = 0; i < wrong.n && i < FIRST_MAX; i++)
        error_shorten(row.first[i] = arena_strdup(&report->arena, wrong.v[i]), FIRST_LINE_MAX);
    *LIST_ADD(&report->arena, &report->rows) = row;
    report->wrong += wrong.n > 0;
    arena_close(&scratch);
}

/* ---- the page ---- */

/* Directories that could not even be read as tests. */
static void show_unreadable(struct page *page, const struct findings *found, struct arena *scratch)
{
    struct lines lines = {0};
    for (size_t i = 0; i < found->n; i++)
        if (found->v[i].level == FINDING_BROKEN)
            add_line(scratch, &lines, "%s", found->v[i].text);
    if (!lines.n)
        return;
    page_heading(page, 2, "unreadable", "Directories that cannot be read as tests");
    show_lines(page, &lines);
}

static void jump(struct page *page, const struct row *row, size_t i, struct arena *scratch)
{
    if (row->detailed)
        page_jump(page, test_view_id(scratch, i), row->title);
    else
        page_text(page, row->title);
}

static void show_wrong(const struct error_report *report, struct page *page, struct arena *scratch)
{
    page_heading(page, 2, "wrong", "Tests with something wrong");
    page_list_begin(page);
    for (size_t i = 0; i < report->rows.n; i++) {
        const struct row *row = &report->rows.v[i];
        if (!row->wrong)
            continue;
        page_item_begin(page);
        jump(page, row, i, scratch);
        for (size_t k = 0; k < FIRST_MAX && row->first[k]; k++) {
            page_break(page);
            page_text(page, row->first[k]);
        }
        if (row->wrong > FIRST_MAX)
            page_text(page, arena_printf(scratch, " (and %zu more)", row->wrong - FIRST_MAX));
        page_item_end(page);
    }
    page_list_end(page);
}

static void show_right(const struct error_report *report, struct page *page, struct arena *scratch)
{
    size_t right = report->rows.n - report->wrong;
    if (!right)
        return;
    page_fold_begin(page, arena_printf(scratch, "Tests that are all right (%zu)", right), right <= 20 ? PAGE_UNFOLDED : PAGE_FOLDED);
    page_list_begin(page);
    for (size_t i = 0; i < report->rows.n; i++) {
        if (report->rows.v[i].wrong)
            continue;
        page_item_begin(page);
        jump(page, &report->rows.v[i], i, scratch);
        page_item_end(page);
    }
    page_list_end(page);
    page_fold_end(page);
}

void error_report_render(const struct error_report *report, struct page *page, const struct findings *found)
{
    struct arena scratch = {0};
    size_t n = report->rows.n;
    const char *tests = n == 1 ? "test" : "tests";
    if (report->wrong)
        page_paragraph(page, PAGE_BAD, arena_printf(&scratch, "%zu of %zu %s: something went wrong.", report->wrong, n, tests));
    else
        page_paragraph(page, PAGE_GOOD, arena_printf(&scratch, "%zu %s: nothing went wrong.", n, tests));
    show_unreadable(page, found, &scratch);
    if (report->wrong)
        show_wrong(report, page, &scratch);
    show_right(report, page, &scratch);
    text_addn(page->out, report->body.s, report->body.len);
    if (report->body.len >= ERROR_REPORT_MAX)
        page_paragraph(page, PAGE_WARN, "The page would be larger than 64 MB: the other tests have only their row at the top.");
    arena_close(&scratch);
}
