/* Any bytes as a workload.yaml: refused with ERR_USAGE and a place, or loaded; what is loaded gives a schema or says why
 * not. Both can be reviewed. */
#include <errno.h>
#include <string.h>

#include "kpi/openmetrics.h"
#include "lts/horreum_schema.h"
#include "lts/schema.h"
#include "store/parse.h"
#include "tests/fuzz/folder.h"
#include "workload/review.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void use(const struct workload *workload)
{
    struct error err = {0};
    json_t *schema = lts_schema(workload, &err);
    assert(schema || err.kind == ERR_USAGE);
    json_decref(schema);
    err = (struct error){0};
    json_decref(lts_mapping(workload, &err));
    err = (struct error){0};
    json_decref(horreum_schema(workload, "team", &err));
    err = (struct error){0};
    struct openmetrics *metrics = workload->kpis_n < 50 ? openmetrics_open(workload, (struct openmetrics_style){0}, &err) : NULL;
    assert(metrics || !err.kind || err.kind == ERR_USAGE);
    openmetrics_close(metrics);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *below = folder_path("w"); /* a folder of its own, so that includes find nothing */
    assert(mkdir(below, 0700) == 0 || errno == EEXIST);
    folder_put("w/workload.yaml", bytes, size);
    struct arena arena = {0};
    struct error err = {0};
    struct problems problems = {0};
    struct workload *workload = workload_load_faulty(&arena, below, store_registry(), &problems);
    bool faulty = problems.errors > 0;
    problems_first(&problems, &err);
    assert(workload && (faulty ? err.kind == ERR_USAGE && err.text[0] : !err.kind));
    assert(problems.list.n <= PROBLEMS_MAX);
    workload_review(workload, store_registry(), &problems);
    if (!problems_doubted(&problems, "sections", "models"))
        json_decref(lts_schema(workload, &(struct error){0}));
    if (!faulty)
        use(workload);
    workload_close(workload);
    arena_close(&arena);
    return 0;
}
