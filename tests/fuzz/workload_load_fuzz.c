/* Any bytes as a workload.yaml: refused with ERR_USAGE and a place, or loaded; what is loaded gives a schema or says why
 * not, and loads again. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kpi/openmetrics.h"
#include "lts/schema.h"
#include "store/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static char folder[] = "/tmp/matbench-fuzz-XXXXXX";
static char below[sizeof(folder) + 2], path[sizeof(folder) + 30];

static void remove_folder(void)
{
    unlink(path);
    rmdir(below);
    rmdir(folder);
}

/* In a folder of its own, so that includes find nothing. */
static void make_folder(void)
{
    assert(mkdtemp(folder));
    snprintf(below, sizeof(below), "%s/w", folder);
    snprintf(path, sizeof(path), "%s/workload.yaml", below);
    assert(mkdir(below, 0700) == 0);
    atexit(remove_folder);
}

static void use(const struct workload *workload)
{
    struct error err = {0};
    json_t *schema = lts_schema(workload, &err);
    assert(schema || err.kind == ERR_USAGE);
    json_decref(schema);
    err = (struct error){0};
    json_decref(lts_mapping(workload, &err));
    err = (struct error){0};
    struct openmetrics *metrics = workload->kpis_n < 50 ? openmetrics_open(workload, (struct openmetrics_style){0}, &err) : NULL;
    assert(metrics || !err.kind || err.kind == ERR_USAGE);
    openmetrics_close(metrics);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (!path[0])
        make_folder();
    FILE *file = fopen(path, "w");
    assert(file && fwrite(bytes, 1, size, file) == size);
    fclose(file);
    struct arena arena = {0};
    struct error err = {0};
    struct workload *workload = workload_load(&arena, below, store_registry(), &err);
    assert(workload ? !err.kind : err.kind == ERR_USAGE && err.text[0]);
    if (workload)
        use(workload);
    workload_close(workload);
    arena_close(&arena);
    return 0;
}
