/* download_save of step/download_step.h, which has no command of its own: a copy of what parsing needs of a results tree. */
#include <stdio.h>
#include <string.h>

#include "step/download_step.h"
#include "tests/store_bench.h"

static const struct option table[] = {{"allow_root", OPTION_LIST, "DIR", NULL, false, "Links."}, {0}};
static const struct option *const tables[] = {table, NULL};

static const char *const files[] = {"source_url", "settings.from_url_file.yaml", "t/settings.yaml", "t/exit_code", "t/log", "t/.matbench-cache", "t/other",
                                    "u/settings.yaml", "u/exit_code"};
static const char *const saved[] = {"source_url", "settings.from_url_file.yaml", "t/settings.yaml", "t/exit_code", "t/log", "t/.matbench-cache",
                                    "u/settings.yaml", "u/exit_code"};

static bool same_file(struct scratch *scratch, const char *name)
{
    char path[100], bytes[100] = "";
    snprintf(path, sizeof(path), "artifacts/downloaded/%s", name);
    FILE *file = fopen(scratch_path(scratch, path), "r");
    size_t n = file ? fread(bytes, 1, sizeof(bytes) - 1, file) : 0;
    if (file)
        fclose(file);
    return file && n == strlen(name) && memcmp(bytes, name, n) == 0;
}

int main(void)
{
    struct scratch scratch;
    struct arena arena = {0};
    struct error err = {0};
    volatile sig_atomic_t signal = 0;
    struct variables variables = {0};
    struct download_counts counts;
    scratch_open(&scratch);
    put(&scratch, "w/workload.yaml", "workload: w\nimportant_files: [log]\n");
    struct workload *workload = workload_load(&arena, scratch_path(&scratch, "w"), store_registry(), &err);
    CHECK(workload, "%s", err.text);
    FILE *log = fopen(scratch_path(&scratch, "log"), "w+");
    struct context context = {.arena = &arena, .out = log, .log = {.out = log, .least = LOG_INFO}, .variables = &variables, .signal = &signal,
                              .options = options_parse(&arena, tables, 0, NULL, &variables, 0, &err)};
    for (size_t i = 0; i < ROWS(files); i++) {
        char name[100];
        snprintf(name, sizeof(name), "results/%s", files[i]);
        put(&scratch, name, files[i]);
    }
    const char *from = arena_strdup(&arena, scratch_path(&scratch, "results")), *to = arena_strdup(&arena, scratch_path(&scratch, "artifacts/downloaded"));
    CHECK(download_save(&context, workload, from, to, &counts) == 0 && counts.files == ROWS(saved) && counts.there == 0, "%zu files", counts.files);
    for (size_t i = 0; i < ROWS(saved); i++)
        CHECK(same_file(&scratch, saved[i]), "%s", saved[i]);
    CHECK(!same_file(&scratch, "t/other"), "not needed");
    CHECK(download_save(&context, workload, from, to, &counts) == 0 && counts.files == 0 && counts.there == ROWS(saved), "%zu there", counts.there);
    CHECK(context.log.errors == 0, "no error");
    CHECK(download_save(&context, workload, from, arena_printf(&arena, "%s/in/it", from), &counts) == ERR_USAGE, "into itself");
    CHECK(download_save(&context, workload, arena_printf(&arena, "%s/none", from), to, &counts) == ERR_USAGE, "not there");
    signal = SIGTERM;
    CHECK(download_save(&context, workload, from, to, &counts) == ERR_TERMINATED, "stopped");
    CHECK(context.log.errors == 3, "%zu errors", context.log.errors);
    fclose(log);
    workload_close(workload);
    arena_close(&arena);
    scratch_close(&scratch);
    return check_end();
}
