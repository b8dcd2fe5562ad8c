/* Any bytes as a workload's data/plots.yaml: refused with ERR_USAGE and a place, or loaded whole. The same bytes as a query of
 * reports: every name gets a kind, and what is made a file's name without a slash. */
#include <errno.h>
#include <string.h>

#include "report/visualize/report_list.h"
#include "workload/plots.h"
#include "tests/fuzz/folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_file(struct arena *arena, const uint8_t *bytes, size_t size)
{
    assert(mkdir(folder_path("data"), 0700) == 0 || errno == EEXIST);
    folder_put("data/plots.yaml", bytes, size);
    const struct workload workload = {.folder = folder_scratch.folder};
    struct plots plots;
    struct error err = {0};
    bool ok = plots_load(arena, &workload, NULL, &plots, &err);
    assert(ok ? !err.kind && plots.n : err.kind == ERR_USAGE && err.text[0]);
    for (size_t i = 0; ok && i < plots.n; i++)
        assert(plots.items[i].id && plots.items[i].generate[0] && plots.items[i].filters[0]);
    assert(plots_names(arena, &workload));
}

static void check_query(struct arena *arena, const uint8_t *bytes, size_t size)
{
    const char *const *names, *const *unused;
    struct error err = {0};
    if (!report_query_parse(arena, arena_strndup(arena, (const char *)bytes, size), &names, &unused, &err)) {
        assert(err.kind == ERR_USAGE);
        return;
    }
    struct report_list list = report_list_of(arena, names, unused);
    assert(list.n);
    for (size_t i = 0; i < list.n; i++)
        assert(list.v[i].kind <= REPORT_UNKNOWN && list.v[i].title && (!list.v[i].file || !strchr(list.v[i].file, '/')));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    check_file(&arena, bytes, size);
    check_query(&arena, bytes, size);
    arena_close(&arena);
    return 0;
}
