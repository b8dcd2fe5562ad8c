#include "report/change_table.h"

#include <math.h>
#include <string.h>

#include "regress/value.h"
#include "report/change_phrases.h"
#include "report/entry_html.h"
#include "report/phrases.h"
#include "report/verdict_html.h"

static const struct page_column columns[] = {{.name = "verdict"}, {.name = "KPI and entry", .wrap = true}, {.name = "change", .right = true},
                                             {.name = "this run", .right = true, .hint = "of a drift: the newest runs"},
                                             {.name = "against", .right = true, .hint = "the level; of a drift its reference, else the bound"},
                                             {.name = "p", .right = true, .hint = "after correction"},
                                             {.name = "since when, by how much", .wrap = true, .hint = "in brackets: with 95 % confidence"},
                                             {.name = "what else changed", .wrap = true}};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

void change_table_begin(struct page *page, enum change_table_kind kind)
{
    page_stack_next(page);
    page_table_begin(page, NULL, columns, kind == CHANGE_TABLE_CAUSES ? COLUMNS : COLUMNS - 1);
}

static const char *number_or_nothing(const struct kpi_result *kpi, double value, struct arena *arena)
{
    return isfinite(value) ? value_shown(kpi->rule, value, VALUE_PEOPLE, arena) : "";
}

/* "regression (bound)" */
static const char *decided_text(const struct kpi_result *kpi, struct arena *arena)
{
    const struct check *decided = change_phrases_decided(kpi);
    return decided ? arena_printf(arena, "%s (%s)", verdict_name(kpi->verdict), change_phrases_check(decided, arena)) : verdict_name(kpi->verdict);
}

static const char *since_text(const struct entry_result *entry, const struct kpi_result *kpi, struct arena *arena)
{
    const struct evidence *e = &kpi->evidence;
    bool since = phrases_has_since(e);
    const char *text = since ? phrases_since_by(entry, kpi, arena) : e->reason ? e->reason : "";
    bool plain = kpi->change.status == CHANGE_NEW || kpi->change.status == CHANGE_KNOWN; /* which `since` says too */
    const char *status = plain ? change_status_name(kpi->change.status) : since ? change_phrases_status(kpi, arena) : change_phrases_beside(kpi, arena);
    return status[0] ? arena_printf(arena, "%s; %s", status, text) : text;
}

/* What else changed there: the addresses of commits are links and no part of the text. */
static void add_cause(struct page *page, const struct kpi_result *kpi, struct arena *arena)
{
    char *text = arena_strdup(arena, kpi->cause ? kpi->cause : "");
    const struct difference *linked = NULL;
    for (size_t i = 0; i < kpi->differences_n; i++) {
        const struct difference *d = &kpi->differences[i];
        char *at = d->link && d->link[0] ? strstr(text, arena_printf(arena, ", %s", d->link)) : NULL;
        if (!at)
            continue;
        size_t len = 2 + strlen(d->link);
        memmove(at, at + len, strlen(at + len) + 1);
        linked = linked ? linked : d;
    }
    page_cell_begin(page, PAGE_PLAIN);
    page_text(page, text);
    if (linked) {
        page_text(page, " ");
        page_link(page, linked->link, "commits");
    }
    page_cell_end(page);
}

void change_table_row(struct page *page, enum change_table_kind kind, const struct analysis *analysis, const struct entry_result *entry,
                      const struct kpi_result *kpi)
{
    struct arena arena = {0};
    size_t i = (size_t)(entry - analysis->entries);
    const struct evidence *e = &kpi->evidence;
    struct phrases_numbers numbers = phrases_numbers(kpi);
    page_row_begin(page, PAGE_PLAIN);
    page_cell(page, entry_html_tone_of(kpi), decided_text(kpi, &arena));
    page_cell_begin(page, PAGE_PLAIN);
    page_jump(page, verdict_html_fragment(i + 1, kpi->rule->name, &arena), kpi->rule->name);
    page_break(page);
    page_jump(page, verdict_html_fragment(i + 1, NULL, &arena), arena_printf(&arena, "#%zu", i + 1));
    page_text(page, " ");
    page_text(page, entry->name);
    page_cell_end(page);
    page_cell(page, PAGE_PLAIN, phrases_change(kpi, &arena));
    page_cell(page, PAGE_PLAIN, number_or_nothing(kpi, numbers.value, &arena));
    page_cell(page, PAGE_PLAIN, number_or_nothing(kpi, numbers.against, &arena));
    page_cell(page, PAGE_PLAIN, isfinite(e->p_corrected) ? value_p(e->p_corrected, &arena) : "");
    page_cell(page, PAGE_PLAIN, since_text(entry, kpi, &arena));
    if (kind == CHANGE_TABLE_CAUSES)
        add_cause(page, kpi, &arena);
    page_row_end(page);
    arena_close(&arena);
}
