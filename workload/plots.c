#include "workload/plots.h"

#include <stdlib.h>
#include <string.h>

#include "base/root.h"
#include "workload/reader.h"

enum { PLOTS_FILE_MAX = 1 << 20, PLOTS_ITEMS_MAX = 1000, PLOTS_NAMES_MAX = 10000, PLOTS_FILES_MAX = 100 };

static const char *const no_names[] = {NULL};
static const char *const no_filter[] = {"", NULL};
static const struct plots_item no_item = {.id = "all", .generate = no_names, .filters = no_filter};

static bool read_id(const struct reader *reader, const struct node *node, void *target)
{
    return reader_text(reader, node, "visualize: id", &((struct plots_item *)target)->id);
}

static bool read_generate(const struct reader *reader, const struct node *node, void *target)
{
    if (node->kind != NODE_LIST || node->n == 0 || node->n > PLOTS_NAMES_MAX)
        return reader_wrong(reader, node, "visualize: generate", "a list of names of reports");
    return reader_names(reader, node, "visualize: generate", &((struct plots_item *)target)->generate);
}

/* null is what Python's list of no filter holds. */
static bool read_filters(const struct reader *reader, const struct node *node, void *target)
{
    if (node->kind != NODE_LIST || node->n == 0 || node->n > PLOTS_ITEMS_MAX)
        return reader_wrong(reader, node, "visualize: filters", "a list of filters, as [null, \"model=a\"]");
    const char **filters = ARENA_ARRAY(reader->arena, const char *, node->n + 1);
    bool ok = true;
    for (size_t i = 0; i < node->n; i++) {
        filters[i] = "";
        if (node->items[i]->kind != NODE_NULL)
            ok &= reader_collect(reader, reader_text(reader, node->items[i], "visualize: filters", &filters[i]));
    }
    ((struct plots_item *)target)->filters = filters;
    return ok;
}

static bool read_item(const struct reader *reader, const struct node *node, struct plots_item *item)
{
    static const struct section_key keys[] = {
        {.name = "id", .read = read_id}, {.name = "generate", .read = read_generate}, {.name = "filters", .read = read_filters}, {0}};
    if (!reader_section(reader, node, "visualize", keys, item))
        return false;
    return item->generate || error_at(reader->err, ERR_USAGE, reader_pos(reader, node),
                                      "visualize: expected a key `generate: [NAME, …]`");
}

static bool read_visualize(const struct reader *reader, const struct node *node, void *target)
{
    struct plots *plots = target;
    if (node->kind != NODE_LIST || node->n == 0 || node->n > PLOTS_ITEMS_MAX)
        return reader_wrong(reader, node, "visualize", "a list of maps with id, generate and filters");
    struct plots_item *items = ARENA_ARRAY(reader->arena, struct plots_item, node->n);
    for (size_t i = 0; i < node->n; i++) {
        items[i] = (struct plots_item){.id = "", .filters = no_filter};
        if (!read_item(reader, node->items[i], &items[i]))
            return false;
    }
    plots->items = items;
    plots->n = node->n;
    return true;
}

/* What it says there is for the download command to read. */
static bool read_download(const struct reader *reader, const struct node *node, void *target)
{
    (void)reader, (void)node;
    ((struct plots *)target)->downloads = true;
    return true;
}

static bool read_file(struct arena *arena, const char *file, const char *bytes, size_t len, struct plots *plots, struct error *err)
{
    static const struct section_key keys[] = {{.name = "visualize", .read = read_visualize}, {.name = "download", .read = read_download}, {0}};
    const struct reader reader = {.arena = arena, .file = file, .err = err};
    const struct node *node = yaml_parse(arena, bytes, len, file, err);
    if (!node)
        return false;
    if (node->kind != NODE_MAP)
        return error_at(err, ERR_USAGE, (struct pos){.file = file}, "expected a map with the key `visualize`, found %s",
                        node_kind_name(node->kind));
    return reader_section(&reader, node, "plots", keys, plots) &&
           (plots->n || error_at(err, ERR_USAGE, (struct pos){.file = file}, "expected a key `visualize`"));
}

static bool is_yaml(const char *name)
{
    size_t n = strlen(name);
    return n > 5 && strcmp(name + n - 5, ".yaml") == 0;
}

static bool no_such_file(struct arena *arena, const struct root *root, const char *file, struct error *err)
{
    struct root_names names = {0};
    struct error ignored = {0};
    struct text there = text_open(1000);
    root_list(root, "data", arena, &names, &ignored);
    for (size_t i = 0; i < names.n; i++)
        if (is_yaml(names.v[i]))
            text_printf(&there, "%s%s", there.len ? ", " : "", names.v[i]);
    error_at(err, ERR_USAGE, (struct pos){.file = file}, "no such file; the workload's data folder has %s",
             there.len ? there.s : "no YAML file");
    text_close(&there);
    return false;
}

bool plots_load(struct arena *arena, const struct workload *workload, const char *config_file, struct plots *plots,
                struct error *err)
{
    const char *relative = arena_printf(arena, "data/%s", config_file ? config_file : "plots.yaml"), *bytes;
    const char *file = arena_printf(arena, "%s/%s", workload->folder, relative);
    size_t len;
    *plots = (struct plots){0};
    struct root *root = root_open(workload->folder, NULL, err);
    if (!root)
        return false;
    root_describe(root, "the workload's folder");
    bool ok = false;
    switch (root_read(root, relative, PLOTS_FILE_MAX, arena, &bytes, &len, err)) {
    case ROOT_FOUND:
        plots->file = file;
        ok = read_file(arena, file, bytes, len, plots, err);
        break;
    case ROOT_ABSENT:
        ok = !config_file || no_such_file(arena, root, file, err);
        *plots = (struct plots){.items = &no_item, .n = ok};
        break;
    case ROOT_REFUSED: err->kind = ERR_USAGE; break; /* a workload's file, not an artifact */
    }
    root_close(root);
    return ok;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *const *plots_names(struct arena *arena, const struct workload *workload)
{
    LIST_OF(const char *) found = {0};
    struct root_names files = {0};
    struct error ignored = {0};
    struct root *root = root_open(workload->folder, NULL, &ignored);
    if (root)
        root_list(root, "data", arena, &files, &ignored);
    for (size_t i = 0; i < files.n && i < PLOTS_FILES_MAX; i++) {
        struct plots plots = {0};
        struct error err = {0};
        if (!is_yaml(files.v[i]) || !plots_load(arena, workload, files.v[i], &plots, &err))
            continue;
        for (size_t k = 0; k < plots.n; k++)
            for (const char *const *name = plots.items[k].generate; *name && found.n < PLOTS_NAMES_MAX; name++)
                *LIST_ADD(arena, &found) = *name;
    }
    root_close(root);
    if (found.n)
        qsort(found.v, found.n, sizeof(*found.v), compare_names);
    size_t kept = 0;
    for (size_t i = 0; i < found.n; i++)
        if (!kept || strcmp(found.v[kept - 1], found.v[i]) != 0)
            found.v[kept++] = found.v[i];
    found.n = kept;
    *LIST_ADD(arena, &found) = NULL;
    return found.v;
}
