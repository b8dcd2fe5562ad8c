#include "report/visualize/reports_index.h"

#include "base/arena.h"

static void list_made(const struct reports_index *index, struct page *page, struct arena *scratch)
{
    page_list_begin(page);
    for (size_t i = 0; i < index->list->n; i++) {
        const struct report_item *item = &index->list->v[i];
        if (!item->file)
            continue;
        page_item_begin(page);
        page_file(page, item->file, arena_printf(scratch, "Report %02zu: %s", item->number, item->title));
        page_break(page);
        page_text(page, report_summary(item->kind));
        page_item_end(page);
    }
    page_list_end(page);
}

static void list_not_made(const struct reports_index *index, struct page *page, enum report_kind kind, const char *heading,
                          const char *why)
{
    if (!report_list_has(index->list, kind))
        return;
    page_heading(page, 2, NULL, heading);
    page_paragraph(page, PAGE_MUTED, why);
    page_list_begin(page);
    for (size_t i = 0; i < index->list->n; i++)
        if (index->list->v[i].kind == kind)
            page_item(page, index->list->v[i].title);
    page_list_end(page);
}

bool reports_index_render(const struct reports_index *index, struct text *out, struct error *err)
{
    struct arena scratch = {0};
    struct page page = page_open(out, NULL, "Reports");
    page_heading(&page, 1, NULL, "Reports");
    page_definitions_begin(&page);
    page_define(&page, "Workload", index->workload);
    page_define(&page, "Results", index->results_dirname);
    if (index->filters && *index->filters)
        page_define(&page, "Filters", index->filters);
    const char *wrong = index->wrong ? arena_printf(&scratch, "something went wrong with %zu of them", index->wrong) : "nothing went wrong";
    page_define(&page, "Tests", arena_printf(&scratch, "%zu; %s", index->tests, wrong));
    page_definitions_end(&page);
    list_made(index, &page, &scratch);
    list_not_made(index, &page, REPORT_PICTURES, "Not drawn yet", "Reports made of pictures come with a later version.");
    list_not_made(index, &page, REPORT_UNKNOWN, "Unknown", "Asked for, and known neither to this version nor to the workload.");
    arena_close(&scratch);
    return page_close(&page, err);
}
