/* Any bytes as a workload.yaml: refused with ERR_USAGE and a place, or loaded; what is loaded gives a schema or says why
 * not, and can be reviewed. */
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
    struct workload *workload = workload_load_all(&arena, below, store_registry(), &problems);
    problems_first(&problems, &err);
    assert(workload ? !err.kind : err.kind == ERR_USAGE && err.text[0]);
    assert(problems.list.n <= PROBLEMS_MAX && (problems.errors > 0) == !workload);
    if (workload) {
        workload_review(workload, store_registry(), &problems);
        use(workload);
    }
    workload_close(workload);
    arena_close(&arena);
    return 0;
}
