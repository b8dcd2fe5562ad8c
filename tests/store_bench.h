/* tests/store_bench.h — a results tree and a workload in a scratch folder, for the tests of store/ and lts/. */
#ifndef TESTS_STORE_BENCH_H
#define TESTS_STORE_BENCH_H
#include <string.h>
#include <unistd.h>

#include "json/write.h"
#include "store/discover.h"
#include "store/parse.h"
#include "tests/check.h"
#include "tests/scratch.h"

/* Makes the file and the folders above it. */
static inline void put_bytes(struct scratch *scratch, const char *name, const void *bytes, size_t len)
{
    char path[1000];
    snprintf(path, sizeof(path), "%s/%s", scratch->folder, name);
    for (char *slash = path + strlen(scratch->folder) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(path, 0755);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    CHECK(file && fwrite(bytes, 1, len, file) == len && fclose(file) == 0, "%s", path);
}

static inline void put(struct scratch *scratch, const char *name, const char *text)
{
    put_bytes(scratch, name, text, strlen(text));
}

struct store_bench {
    struct arena arena;
    struct workload *workload;
    struct root *root;
    struct discovery found;
    const char *const *environment, *const *env_allowed; /* set before use, or NULL */
    struct parsing *parsing;
};

/* Loads <scratch>/w and finds the tests in <scratch>/results. */
static inline bool bench_open(struct store_bench *bench, struct scratch *scratch, const struct filter *filters, size_t filters_n)
{
    struct error err = {0};
    *bench = (struct store_bench){0};
    bench->workload = workload_load(&bench->arena, scratch_path(scratch, "w"), store_registry(), &err);
    CHECK(bench->workload, "%s", err.text);
    bench->root = root_open(scratch_path(scratch, "results"), NULL, &err);
    return bench->workload && bench->root &&
           discover_tests(&bench->arena, bench->root, bench->workload, filters, filters_n, &bench->found, &err);
}

static inline void bench_parse(struct store_bench *bench, size_t which)
{
    struct store_options options = {.root = bench->root, .workload = bench->workload, .environment = bench->environment,
                                    .env_allowed = bench->env_allowed};
    parsing_close(bench->parsing);
    struct store_options *kept = arena_copy(&bench->arena, &options, sizeof(options));
    bench->parsing = parsing_open(&bench->arena, kept, &bench->found.tests[which]);
}

static inline void bench_close(struct store_bench *bench)
{
    parsing_close(bench->parsing);
    discovery_close(&bench->found);
    root_close(bench->root);
    workload_close(bench->workload);
    arena_close(&bench->arena);
}

/* Compact JSON with its members in their order; "none" for NULL. */
static inline const char *json_text(struct arena *arena, const json_t *value)
{
    struct text out = text_open(1 << 20);
    if (value)
        json_write(&out, value, &(struct json_style){.indent = -1}, 0);
    const char *text = value ? arena_strdup(arena, out.s) : "none";
    text_close(&out);
    return text;
}

/* All findings of at least a level, one a line: "WARNING pod.log: …". */
static inline const char *findings_text(struct arena *arena, const struct findings *findings, enum finding_level least)
{
    static const char *const names[] = {"NOTE", "WARNING", "LACK", "BROKEN"};
    const char *all = "";
    for (size_t i = 0; i < findings->n; i++)
        if (findings->v[i].level >= least)
            all = arena_printf(arena, "%s%s%s %s", all, all[0] ? "\n" : "", names[findings->v[i].level], findings->v[i].text);
    return all;
}

#endif
