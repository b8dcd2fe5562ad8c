/* workload/plots.h: what the files in data/ may say, and what is refused with its place. */
#include "workload/plots.h"

#include <string.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/scratch.h"

#define ITEM "visualize:\n- id: a\n  generate: [\"report: A\"]\n"
#define AT "/data/plots.yaml:"

static const struct {
    const char *text, *error; /* the error's end, after the folder */
} bad[] = {
    {"", AT " expected a map with the key `visualize`, found null"},
    {"- a\n", AT " expected a map with the key `visualize`, found a list"},
    {"{}\n", AT " expected a key `visualize`"},
    {"visualize: x\n", AT "1:12: visualize: found 'x', expected a list of maps with id, generate and filters"},
    {"visualize: []\n", AT "1:12: visualize: found a list, expected a list of maps with id, generate and filters"},
    {"visualize: [a]\n", AT "1:13: visualize: found 'a', expected a map"},
    {"visualize: [{id: a}]\n", AT "1:13: visualize: expected a key `generate: [NAME, …]`"},
    {"visualize: [{id: 1, generate: [a]}]\n", AT "1:18: visualize: id: found an integer, expected text (in quotes, when it looks like this)"},
    {"visualize: [{generate: a}]\n", AT "1:24: visualize: generate: found 'a', expected a list of names of reports"},
    {"visualize: [{generate: []}]\n", AT "1:24: visualize: generate: found a list, expected a list of names of reports"},
    {"visualize: [{generate: [a, 1]}]\n", AT "1:28: visualize: generate: found an integer, expected text (in quotes, when it looks like this)"},
    {"visualize: [{genrate: [a]}]\n", AT "1:14: visualize: unknown key 'genrate'; did you mean 'generate'?"},
    {"visualize: [{generate: [a], filters: b=1}]\n",
     AT "1:38: visualize: filters: found 'b=1', expected a list of filters, as [null, \"model=a\"]"},
    {"visualize: [{generate: [a], filters: [1]}]\n", AT "1:39: visualize: filters: found an integer, expected text (in quotes, when it looks like this)"},
    {ITEM "visualise: 1\n", AT "4:1: plots: unknown key 'visualise'; did you mean 'visualize'?"},
    {ITEM "visualize: []\n", AT "4:1: key 'visualize' is given twice, first at line 1"},
};

struct bench {
    struct scratch scratch;
    struct arena arena;
    struct workload workload;
};

static void put(struct bench *bench, const char *name, const char *text)
{
    FILE *file = fopen(scratch_path(&bench->scratch, name), "w");
    CHECK(file && fputs(text, file) >= 0 && fclose(file) == 0, "%s", name);
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), k = strlen(end);
    return n >= k && strcmp(text + n - k, end) == 0;
}

static void check_bad(struct bench *bench)
{
    for (size_t i = 0; i < ROWS(bad); i++) {
        struct error err = {0};
        struct plots plots;
        put(bench, "data/plots.yaml", bad[i].text);
        CHECK(!plots_load(&bench->arena, &bench->workload, NULL, &plots, &err), "%s", bad[i].text);
        CHECK(err.kind == ERR_USAGE && ends_with(err.text, bad[i].error), "'%s' gave %s", bad[i].text, err.text);
    }
}

static void check_good(struct bench *bench)
{
    struct error err = {0};
    struct plots plots;
    put(bench, "data/fms.yaml", "download:\n- {url: x}\nvisualize:\n- id: a\n  generate: [\"report: B\", A]\n  filters: [null, '', x=1]\n- generate: [C, A]\n");
    CHECK(plots_load(&bench->arena, &bench->workload, "fms.yaml", &plots, &err) && plots.n == 2, "%s", err.text);
    if (plots.n != 2)
        return;
    const struct plots_item *a = &plots.items[0], *b = &plots.items[1];
    CHECK(strcmp(a->id, "a") == 0 && strcmp(a->generate[0], "report: B") == 0 && strcmp(a->generate[1], "A") == 0 && !a->generate[2], "a");
    CHECK(!*a->filters[0] && !*a->filters[1] && strcmp(a->filters[2], "x=1") == 0 && !a->filters[3], "the filters of a");
    CHECK(!*b->id && strcmp(b->generate[0], "C") == 0 && !*b->filters[0] && !b->filters[1], "b has one filter, none");
    put(bench, "data/plots.yaml", "visualize: [");
    const char *const *names = plots_names(&bench->arena, &bench->workload);
    CHECK(strcmp(names[0], "A") == 0 && strcmp(names[1], "C") == 0 && strcmp(names[2], "report: B") == 0 && !names[3],
          "names of all files, but of the broken one");
}

static void check_absent(struct bench *bench)
{
    struct error err = {0};
    struct plots plots;
    CHECK(plots_load(&bench->arena, &bench->workload, NULL, &plots, &err), "%s", err.text);
    CHECK(plots.n == 1 && !plots.items[0].generate[0] && !*plots.items[0].filters[0], "without a plots.yaml: all that there is");
    CHECK(!*plots_names(&bench->arena, &bench->workload), "no names");
    CHECK(!plots_load(&bench->arena, &bench->workload, "x.yaml", &plots, &err) &&
              ends_with(err.text, "/data/x.yaml: no such file; the workload's data folder has no YAML file"), "%s", err.text);
    put(bench, "data/fms.yaml", ITEM);
    err = (struct error){0};
    CHECK(!plots_load(&bench->arena, &bench->workload, "x.yaml", &plots, &err) &&
              ends_with(err.text, "no such file; the workload's data folder has fms.yaml"), "%s", err.text);
    err = (struct error){0};
    CHECK(!plots_load(&bench->arena, &bench->workload, "../../../../../../../../etc/passwd", &plots, &err) && err.kind == ERR_USAGE,
          "out of the folder: %s", err.text);
}

int main(void)
{
    struct bench bench = {0};
    scratch_open(&bench.scratch);
    bench.workload.folder = bench.scratch.folder;
    CHECK(mkdir(scratch_path(&bench.scratch, "data"), 0755) == 0, "data");
    check_absent(&bench);
    check_bad(&bench);
    check_good(&bench);
    arena_close(&bench.arena);
    scratch_close(&bench.scratch);
    return check_end();
}
