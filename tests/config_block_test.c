/* config/block.h: the `matbench:` block, with every key of TOPSAIL's configurations (contract C6.1). */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/block.h"
#include "tests/check.h"
#include "tests/scratch.h"

static struct block *load(struct arena *arena, struct scratch *scratch, const char *text, struct error *err)
{
    FILE *file = fopen(scratch_path(scratch, "c.yaml"), "w");
    CHECK(file && fputs(text, file) >= 0 && fclose(file) == 0, "c.yaml");
    return block_load(arena, scratch_path(scratch, "c.yaml"), err);
}

static const struct {
    const char *text, *error; /* after the file's name */
} bad[] = {
    {"a: 1\n", ": expected a map `matbench:`"},
    {"matbench: 1\n", ": expected a map `matbench:`"},
    {"matbench:\n", ": expected a map `matbench:`"},
    {"", ": expected a map `matbench:`"},
    {"- matbench\n", ": expected a map `matbench:`"},
    {"matbench: {workload: x, wrkload: y}\n", ":1:25: unknown key 'matbench.wrkload'; did you mean 'matbench.workload'?"},
    {"matbench:\n  lts:\n    opensearch:\n      export: {enable: true}\n",
     ":4:16: unknown key 'matbench.lts.opensearch.export.enable'; did you mean 'matbench.lts.opensearch.export.enabled'?"},
    {"matbench: {zzzzzzzz: 1}\n", ":1:12: unknown key 'matbench.zzzzzzzz'"},
    {"matbench: {1: 1}\n", ":1:12: unknown key 'matbench.1'"},
    {"matbench: {null: 1}\n", ":1:12: unknown key 'matbench."},
    {"matbench: {? [a] : 1}\n", ":1:14: "},
    {"matbench: {lts: yes}\n", ":1:17: matbench.lts: found a boolean, expected a map"},
    {"matbench: {lts: {generate: 1}}\n", ":1:28: matbench.lts.generate: found an integer, expected true or false"},
    {"matbench: {lts: {generate: \"true\"}}\n", ":1:28: matbench.lts.generate: found a string, expected true or false"},
    {"matbench: {workload: [a]}\n", ":1:22: matbench.workload: found a list, expected text"},
    {"matbench: {workload: true}\n", ":1:22: matbench.workload: found a boolean, expected text"},
    {"matbench: {download: {url: {}}}\n", ":1:28: matbench.download.url: found a mapping, expected text"},
    {"matbench: {workload: \"x\n", ":"},
    {"matbench: &a {lts: *a}\n", ":"},
};

static void test_bad(struct scratch *scratch)
{
    for (size_t i = 0; i < ROWS(bad); i++) {
        struct arena arena = {0};
        struct error err = {0};
        struct block *block = load(&arena, scratch, bad[i].text, &err);
        const char *rest = strstr(err.text, "c.yaml");
        CHECK(!block && err.kind == ERR_USAGE, "row %zu was taken", i);
        CHECK(rest && strncmp(rest + 6, bad[i].error, strlen(bad[i].error)) == 0, "row %zu: %s", i, err.text);
        arena_close(&arena);
    }
    struct arena arena = {0};
    struct error err = {0};
    CHECK(!block_load(&arena, scratch_path(scratch, "none.yaml"), &err) && err.kind == ERR_USAGE &&
              strstr(err.text, "none.yaml: no such file"), "%s", err.text);
    err = (struct error){0};
    CHECK(!block_load(&arena, scratch_path(scratch, "none/none.yaml"), &err) && err.kind == ERR_USAGE, "%s", err.text);
    err = (struct error){0};
    CHECK(!block_load(&arena, scratch->folder, &err) && err.kind == ERR_USAGE && strstr(err.text, "expected a regular file"), "%s", err.text);
    arena_close(&arena);
}

static const char *const flags[] = {
    "download.save_to_artifacts", "lts.generate", "lts.opensearch.export.enabled", "lts.opensearch.export.enabled_on_replot",
    "lts.opensearch.export.fail_test_on_fail", "lts.regression_analyses.enabled", "lts.regression_analyses.enabled_on_replot",
    "lts.regression_analyses.fail_test_on_regression", "lts.regression_analyses.upload_lts_on_regression",
    "lts.regression_analyses.notification.enabled", "lts.history.upload",
};
static const char *const texts[] = {
    "preset", "workload", "prom_workload", "config_file", "test_directory", "download.mode", "download.url", "download.url_file",
    "lts.horreum.test_name", "lts.opensearch.instance", "lts.opensearch.index", "lts.opensearch.index_prefix",
    "lts.opensearch.prom_index_suffix", "lts.regression_analyses.notification.title", "lts.history.uri", "lts.gate.fail_on",
    "lts.gate.min_history", "lts.gate.false_alarm_rate",
};

/* "lts.horreum.test_name" and "x" → the same as nested maps in one line. */
static const char *nested(struct arena *arena, const char *path, const char *value)
{
    const char *head = "matbench: {", *tail = "}";
    while (strchr(path, '.')) {
        size_t n = strcspn(path, ".");
        head = arena_printf(arena, "%s%.*s: {", head, (int)n, path);
        tail = arena_printf(arena, "%s}", tail);
        path += n + 1;
    }
    return arena_printf(arena, "%s%s: %s%s\n", head, path, value, tail);
}

static void test_keys(struct scratch *scratch)
{
    static const struct {
        const char *yaml;
        bool given, value;
    } words[] = {{"true", true, true}, {"false", true, false}, {"yes", true, true}, {"Off", true, false}, {"null", false, false}, {"", false, false}};
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(flags); i++) {
        for (size_t k = 0; k < ROWS(words); k++) {
            struct error err = {0};
            struct block *block = load(&arena, scratch, nested(&arena, flags[i], words[k].yaml), &err);
            bool up = block_flag(block, flags[i], true), down = block_flag(block, flags[i], false);
            CHECK(block && (words[k].given ? up == words[k].value && down == words[k].value : up && !down), "%s: %s: %s", flags[i],
                  words[k].yaml, err.text);
        }
    }
    static const char *const values[][2] = {{"abc", "abc"}, {"'1'", "1"}, {"0.05", "0.05"}, {"8", "8"}, {"null", NULL}, {"", NULL}, {"''", NULL},
                                            {"2025-01-06", "2025-01-06"}};
    for (size_t i = 0; i < ROWS(texts); i++) {
        for (size_t k = 0; k < ROWS(values); k++) {
            struct error err = {0};
            struct block *block = load(&arena, scratch, nested(&arena, texts[i], values[k][0]), &err);
            const char *got = block_text(block, texts[i]);
            CHECK(block && (values[k][1] ? got && strcmp(got, values[k][1]) == 0 : !got), "%s: %s: %s %s", texts[i], values[k][0],
                  got ? got : "none", err.text);
        }
    }
    CHECK(!block_text(NULL, "workload") && block_flag(NULL, "lts.generate", true), "no block at all");
    arena_close(&arena);
}

/* What TOPSAIL's projects really have. */
static void test_topsail(void)
{
    static const struct {
        const char *file, *workload, *index;
        bool analyses;
    } files[] = {
        {"fine_tuning_config.yaml", "projects.fine_tuning.visualizations.fine_tuning", "topsail-fine-tuning", false},
        {"kserve_config.yaml", "projects.kserve.visualizations.kserve-llm", "rhoai-kserve-single", false},
        {"skeleton_config.yaml", "projects.skeleton.visualizations.skeleton", "topsail-skeleton", true},
    };
    const char *shared = getenv("MB_SHARED"), *source = getenv("MB_SOURCE");
    struct arena arena = {0};
    const char *folder = shared ? shared : arena_printf(&arena, "%s/../shared", source ? source : ".");
    for (size_t i = 0; i < ROWS(files); i++) {
        struct error err = {0};
        struct block *block = block_load(&arena, arena_printf(&arena, "%s/data/topsail/%s", folder, files[i].file), &err);
        CHECK(block, "%s", err.text);
        if (!block)
            continue;
        CHECK(strcmp(block_text(block, "workload"), files[i].workload) == 0, "%s", files[i].file);
        CHECK(strcmp(block_text(block, "lts.opensearch.index"), files[i].index) == 0, "%s", files[i].file);
        CHECK(!block_text(block, "lts.opensearch.index_prefix") && !block_text(block, "preset"), "%s", files[i].file);
        CHECK(block_flag(block, "lts.generate", false), "%s", files[i].file);
        CHECK(block_flag(block, "lts.regression_analyses.enabled", !files[i].analyses) == files[i].analyses, "%s", files[i].file);
    }
    arena_close(&arena);
}

int main(void)
{
    struct scratch scratch;
    scratch_open(&scratch);
    test_bad(&scratch);
    test_keys(&scratch);
    test_topsail();
    scratch_close(&scratch);
    return check_end();
}
